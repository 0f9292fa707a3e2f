"""Speak the corpus with espeak-ng, flite and festival into build/corpus/, and list it in build/corpus/index.csv.

Usage: python synthesise.py            (three to four minutes on two cores; seeded, so every run writes the same list)

Each utterance is one word, spoken at a random rate and pitch, converted to 16 kHz mono 16 bit, trimmed of leading and
trailing silence. Needs the Debian packages that README.md names.
"""

import csv
import io
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import gcd
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

from corpus import ACCENTS, KEYWORDS, NEW_WORDS, VOICES, Voice, train_words

RATE = 16000
SEED = 20240
CORPUS = Path(__file__).parent / "build" / "corpus"

# Utterances per voice: of each keyword, and of unknown words in all.
COUNTS = {
    "train": {"espeak": (10, 100), "flite": (150, 2000), "festival": (150, 2000)},
    "validation": {"espeak": (6, 60)},
    "test": {"espeak": (8, 80), "flite": (40, 320), "festival": (40, 320)},
}

# Ranges of the rate (1 = normal), of the pitch (+-1: espeak-ng 20..80 of its 0..99, half-tones +-3 or octaves +-0.35 else) and of
# the standard deviation of the pitch over a word (Hz; flite and the diphone voices). Training reaches further than the test.
RATES = {"train": (0.65, 1.5), "validation": (0.75, 1.35), "test": (0.75, 1.35)}
PITCHES = {"train": 1.5, "validation": 1.0, "test": 1.0}
INTONATIONS = {"train": (3, 35), "validation": (8, 18), "test": (8, 18)}

# Mean pitch (Hz) of the flite and festival voices as recorded; renderings vary around it. (flite's rms keeps its own.)
BASE_PITCH = {"kal": 105, "awb": 130, "rms": 95, "ked": 110, "slt": 190}


def plan(split: str, voice: Voice) -> list[dict]:
    """The utterances of one voice: word, rate, pitch and accent of each."""
    rng = np.random.default_rng([SEED, zlib.crc32(f"{split}/{voice.id}".encode())])
    keyword_count, unknown_count = COUNTS[split][voice.engine]
    known = train_words()
    words = [k for k in KEYWORDS for _ in range(keyword_count)]
    for n in range(unknown_count):
        # A third of the test's unknown words are new to the network even as words.
        pool = NEW_WORDS if split == "test" and n % 3 == 0 else known
        words.append(pool[rng.integers(len(pool))])
    return [utterance(rng, split, voice, word, n) for n, word in enumerate(words)]


def utterance(rng: np.random.Generator, split: str, voice: Voice, said: str, number: int) -> dict:
    """How a voice says something: rate, pitch and accent are drawn. `said` may be several words."""
    return {
        "split": split,
        "engine": voice.engine,
        "voice": voice.id,
        "word": said,
        "rate": round(float(rng.uniform(*RATES[split])), 3),
        "pitch": round(float(rng.uniform(-1, 1) * PITCHES[split]), 3),
        "intonation": round(float(rng.uniform(*INTONATIONS[split])), 1),
        "accent": ACCENTS[rng.integers(len(ACCENTS))] if voice.engine == "espeak" else "",
        "file": f"{split}/{voice.id}/{said.replace(' ', '-')[:40]}_{number}.wav",
    }


def run_espeak(item: dict, out: Path) -> None:
    variant = item["voice"].split("-", 1)[1]
    subprocess.run(
        ["espeak-ng", "-v", f"{item['accent']}+{variant}", "-s", str(int(150 * item["rate"])),
         "-p", str(int(50 + 30 * item["pitch"])), "-w", str(out), item["word"]],
        check=True, stderr=subprocess.DEVNULL)


def run_flite(item: dict, out: Path) -> None:
    voice = item["voice"].split("-", 1)[1]
    pitch = BASE_PITCH[voice] * 2 ** (0.35 * item["pitch"])
    subprocess.run(
        ["flite", "-voice", voice, "--setf", f"duration_stretch={1 / item['rate']:.3f}",
         "--setf", f"int_f0_target_mean={pitch:.1f}",
         "--setf", f"int_f0_target_stddev={item['intonation']}", "-t", item["word"], "-o", str(out)], check=True)


def run_festival(voice: str, items: list[dict], outs: list[Path]) -> None:
    """One festival process speaks all utterances of a voice: loading a voice costs more than speaking a word."""
    lines = []
    if voice == "slt":
        lines += ["(voice_cmu_us_slt_arctic_hts)", "(set! base hts_engine_params)"]
    else:
        lines += [f"(voice_{voice}_diphone)"]
    # Without this, "on", "up", "no" and "down" are function words: unaccented and half as long, as within a sentence.
    lines += ["(set! guess_pos '((in not_a_word)))"]
    for item, out in zip(items, outs):
        if voice == "slt":  # an HTS voice: rate, and pitch in half-tones
            lines.append(f"(set! hts_engine_params (append base '((\"-r\" {item['rate']}) "
                         f"(\"-fm\" {3 * item['pitch']:.2f}))))")
        else:
            pitch = BASE_PITCH[voice] * 2 ** (0.35 * item["pitch"])
            lines.append(f"(Parameter.set 'Duration_Stretch {1 / item['rate']:.3f})")
            lines.append(f"(set! int_lr_params '((target_f0_mean {pitch:.1f}) (target_f0_std {item['intonation']}) "
                         "(model_f0_mean 170) (model_f0_std 34)))")
        # As a list of words, several crash Festival; as a text, one would be a sentence.
        said = f'Text "{item["word"]}"' if " " in item["word"] else f'Words ({item["word"]})'
        lines.append(f'(utt.save.wave (utt.synth (Utterance {said})) "{out}" \'riff)')
    with tempfile.NamedTemporaryFile("w", suffix=".scm") as script:
        script.write("\n".join(lines))
        script.flush()
        subprocess.run(["festival", "-b", script.name], check=True)


def normalise_file(raw: Path, target: Path) -> bool:
    """16 kHz, trimmed to what is within 40 dB of the loudest 10 ms, peak at half scale. False if nothing was spoken."""
    data = bytearray(raw.read_bytes())
    rate, samples = wavfile.read(io.BytesIO(data))
    if samples.size < rate // 20:
        return False
    x = samples.astype(np.float64) / 32768
    if rate != RATE:
        g = gcd(rate, RATE)
        x = resample_poly(x, RATE // g, rate // g)
    block = 160
    frames = x[: len(x) // block * block].reshape(-1, block)
    level = np.sqrt((frames**2).mean(1))
    loud = np.flatnonzero(level > level.max() * 0.01)
    if len(loud) < 8 or level.max() < 1e-3:
        return False
    x = x[loud[0] * block:(loud[-1] + 1) * block]
    x *= 0.5 / np.abs(x).max()
    target.parent.mkdir(parents=True, exist_ok=True)
    wavfile.write(target, RATE, np.round(x * 32767).astype(np.int16))
    return True


def speak_voice(voice: Voice, items: list[dict], folder: Path) -> list[dict]:
    """Speaks what one voice is to say into `folder`; those that came out."""
    kept = []
    with tempfile.TemporaryDirectory() as scratch:
        raws = [Path(scratch) / f"{n}.wav" for n in range(len(items))]
        if voice.engine == "festival":
            run_festival(voice.name, items, raws)
        for item, raw in zip(items, raws):
            if voice.engine == "espeak":
                run_espeak(item, raw)
            elif voice.engine == "flite":
                run_flite(item, raw)
            if normalise_file(raw, folder / item["file"]):
                kept.append(item)
    print(f"{items[0]['split']:10} {voice.id:24} {len(kept)}/{len(items)}", flush=True)
    return kept


def speak(plan: Callable[[str, Voice], list[dict]], folder: Path, workers: int = 2) -> int:
    """Speaks what `plan` says of each split and voice into `folder`, and lists it in index.csv there; how many utterances."""
    jobs = [(voice, plan(split, voice)) for split, voices in VOICES.items() for voice in voices]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        items = [item for kept in pool.map(lambda job: speak_voice(*job, folder), jobs) for item in kept]
    with open(folder / "index.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(items[0]))
        writer.writeheader()
        writer.writerows(items)
    return len(items)


def main() -> None:
    print(f"{speak(plan, CORPUS)} utterances", file=sys.stderr)


if __name__ == "__main__":
    main()
