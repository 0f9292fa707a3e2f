"""Speak the phrases with the voices of ../kws into build/corpus/, and list them in build/corpus/index.csv.

Usage: python speak.py [--workers 2]          (two minutes on two cores; seeded)
"""

import argparse
import zlib
from pathlib import Path

import numpy as np

import kws  # noqa: F401
from corpus import Voice
from phrases import said
from synthesise import speak, utterance

SEED = 20250
CORPUS = Path(__file__).parent / "build" / "corpus"

# Utterances per voice: of the wake word, of near phrases, of words and of sentences.
COUNTS = {
    "train": {"espeak": (14, 16, 14, 8), "flite": (260, 300, 260, 80), "festival": (260, 300, 260, 80)},
    "validation": {"espeak": (14, 12, 10, 8)},
    "test": {"espeak": (16, 16, 12, 10), "flite": (60, 60, 60, 30), "festival": (60, 60, 60, 30)},
}


def plan(split: str, voice: Voice) -> list[dict]:
    rng = np.random.default_rng([SEED, zlib.crc32(f"{split}/{voice.id}".encode())])
    chosen = [
        pool[rng.integers(len(pool))]
        for count, pool in zip(COUNTS[split][voice.engine], said(split).values())
        for _ in range(count)
    ]
    return [utterance(rng, split, voice, text, n) for n, text in enumerate(chosen)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    print(speak(plan, CORPUS, parser.parse_args().workers), "utterances")


if __name__ == "__main__":
    main()
