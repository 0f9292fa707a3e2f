"""Turn the dry corpus into recordings and features: build/{train,validation,test}.npz, the clips, and calibration.

Usage: python dataset.py [--workers 2]          after synthesise.py; a few minutes; seeded

Each recording has a class, draws its voice, then its utterance. In the validation and test sets every voice is equally
likely; in training the engine is drawn first, so that the four recorded speakers are not drowned in 61 espeak-ng variants.
Every recording has a random generator of its own, seeded by (seed, split, number): the result does not depend on the number
of workers.
"""

import argparse
import csv
import functools
from collections import defaultdict
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from scipy.io import wavfile

from augment import TEST, TRAIN, background, recording, warped_filters
from corpus import KEYWORDS, LABELS, NEW_WORDS, SILENCE, UNKNOWN
from features import mfcc

HERE = Path(__file__).parent
BUILD = HERE / "build"
SEED = 20241

# Recordings per class: (each keyword, unknown, silence). The test set is balanced.
SIZES = {"train": (6000, 9000, 3500), "validation": (150, 150, 150), "test": (500, 500, 500)}
TRAIN_SHARE = {"espeak": 0.4, "flite": 0.3, "festival": 0.3}
CLIPS_PER_CLASS = 3
CALIBRATION_SIZES = (8, 14, 10)


@functools.cache
def utterances(split: str) -> dict:
    """{class: {engine: {voice: [(word, samples)]}}} of one split."""
    table = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    with open(BUILD / "corpus" / "index.csv") as file:
        for row in csv.DictReader(file):
            if row["split"] != split:
                continue
            samples = wavfile.read(BUILD / "corpus" / row["file"])[1].astype(np.float32) / 32768
            label = LABELS.index(row["word"]) if row["word"] in KEYWORDS else UNKNOWN
            table[label][row["engine"]][row["voice"]].append((row["word"], samples))
    return table


@functools.cache
def babble_speech(split: str) -> list[np.ndarray]:
    """Unknown words of the same split's voices, as material for babble."""
    return [samples for voices in utterances(split)[UNKNOWN].values() for said in voices.values() for _, samples in said]


def make(split: str, number: int, label: int, engine: str | None = None) -> tuple[np.ndarray, str, str]:
    """One recording (i16 [16000]), the voice's id and the word."""
    rng = np.random.default_rng([SEED, list(SIZES).index(split), number])
    conditions = TRAIN if split == "train" else TEST
    if label == SILENCE:
        return background(rng, conditions, babble_speech(split)), "background", ""
    if split == "train":
        engine = str(rng.choice(list(TRAIN_SHARE), p=list(TRAIN_SHARE.values())))
    by_engine = utterances(split)[label]
    voices = by_engine[engine] if engine else {voice: said for one in by_engine.values() for voice, said in one.items()}
    voice = sorted(voices)[rng.integers(len(voices))]
    word, samples = voices[voice][rng.integers(len(voices[voice]))]
    return recording(rng, samples, conditions, babble_speech(split)), voice, word


def _chunk(job: tuple[str, list[tuple[int, int]]]) -> tuple[np.ndarray, list[str], list[str]]:
    split, items = job
    made = [make(split, number, label) for number, label in items]
    if split == "train":
        rngs = [np.random.default_rng([SEED, 98, number]) for number, _ in items]
        features = np.stack([mfcc(m[0], warped_filters(rng)) for m, rng in zip(made, rngs)])
    else:
        features = mfcc(np.stack([m[0] for m in made]))
    return features, [m[1] for m in made], [m[2] for m in made]


def make_split(split: str, workers: int) -> None:
    keyword, unknown, silence = SIZES[split]
    counts = [keyword] * 10 + [unknown, silence]
    labels = np.repeat(np.arange(12), counts)
    labels = np.random.default_rng([SEED, 99]).permutation(labels).astype(np.uint8)
    items = [(n, int(label)) for n, label in enumerate(labels)]
    jobs = [(split, items[at:at + 100]) for at in range(0, len(items), 100)]
    with Pool(workers) as pool:
        chunks = pool.map(_chunk, jobs, chunksize=4)
    words = np.array([w for c in chunks for w in c[2]])
    np.savez(BUILD / f"{split}.npz", features=np.concatenate([c[0] for c in chunks])[:, None],
             labels=labels, voices=np.array([v for c in chunks for v in c[1]]), words=words,
             new_word=np.isin(words, NEW_WORDS))
    print(split, len(labels), flush=True)


def make_clips() -> None:
    """clips/*.wav of held-out voices, clips.txt (the names, sorted) and clips.npz (their features and labels)."""
    folder = HERE / "clips"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.wav"):
        old.unlink()
    for label, name in enumerate(LABELS):
        for n, engine in enumerate(["flite", "festival", "espeak"][:CLIPS_PER_CLASS]):
            # Numbers far beyond the test set's: a clip is never one of its recordings.
            pcm, voice, word = make("test", 1_000_000 + 100 * label + n, label, engine)
            said = f"{name}-{word}" if label == UNKNOWN else name
            wavfile.write(folder / f"{said}_{voice}_{n + 1}.wav", 16000, pcm)
    names = sorted(path.name for path in folder.glob("*.wav"))
    pcm = np.stack([wavfile.read(folder / name)[1] for name in names])
    labels = np.array([LABELS.index(name.split("_")[0].split("-")[0]) for name in names], np.uint8)
    np.savez_compressed(HERE / "clips.npz", features=mfcc(pcm)[:, None], labels=labels)
    (HERE / "clips.txt").write_text("".join(name + "\n" for name in names))
    print("clips", len(names))


def make_calibration() -> None:
    """../kws.calibration.npz: recordings of training voices, through the device's own filters, for post-training quantisation."""
    keyword, unknown, silence = CALIBRATION_SIZES
    labels = np.repeat(np.arange(12), [keyword] * 10 + [unknown, silence])
    # Numbers far beyond the training set's: none of its recordings, only its voices.
    pcm = np.stack([make("train", 1_000_000 + n, int(label))[0] for n, label in enumerate(labels)])
    np.savez_compressed(HERE.parent / "kws.calibration.npz", features=mfcc(pcm)[:, None])
    print("calibration", len(labels))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    for split in ("validation", "test", "train"):
        make_split(split, arguments.workers)
    make_clips()
    make_calibration()


if __name__ == "__main__":
    main()
