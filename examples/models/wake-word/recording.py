"""Make the recording that the examples hear: recording.wav (30 s, 16 kHz, 8 bit), what is said in it, and its rows.

Usage: python recording.py          after speak.py

Held-out voices say the wake word, phrases near to it and sentences, in a room, with noise. Of each voice and kind the corpus's first
utterances are taken, not the best ones. `recording.rows` are the rows of the WAV file, as it is: i16, little-endian, in units of
1/32 (front_end.py). `recording.txt` says what was said: begin and end in milliseconds, voice, text.
"""

import csv
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.io import wavfile

import front_end
import kws  # noqa: F401
from augment import TEST
from phrases import said
from scenes import RATE, record
from speak import CORPUS

HERE = Path(__file__).parent
SEED = 20254
SECONDS = 30
CONDITIONS = replace(TEST, peak_db=(-2, -2), echo_probability=1.0, noise_probability=1.0, snr_db=(22, 22))

# Who says what, and the pause in front of it in seconds.
SAID = [
    (0.8, "flite-slt", "sentence"),
    (0.6, "espeak-linda", "phrase"),
    (0.2, "espeak-linda", "sentence"),
    (0.7, "festival-slt", "near"),
    (0.6, "festival-slt", "phrase"),
    (0.9, "espeak-m3", "near"),
    (0.5, "espeak-victor", "phrase"),
    (0.1, "espeak-victor", "sentence"),
    (0.8, "flite-slt", "near"),
    (0.6, "flite-slt", "phrase"),
    (0.7, "espeak-Gene", "near"),
    (0.5, "espeak-f4", "word"),
    (0.5, "espeak-f4", "phrase"),
    (0.3, "festival-slt", "sentence"),
    (0.6, "espeak-steph", "near"),
    (0.6, "espeak-steph", "phrase"),
]


def main() -> None:
    kinds = {text: kind for kind, texts in said("test").items() for text in texts}
    there = defaultdict(list)
    with open(CORPUS / "index.csv") as file:
        for row in csv.DictReader(file):
            if row["split"] == "test":
                there[row["voice"], kinds[row["word"]]].append(row)
    scene, at, lines, spans = np.zeros(SECONDS * RATE), 0, [], []
    for pause, voice, kind in SAID:
        row = there[voice, kind].pop(0)
        samples = wavfile.read(CORPUS / row["file"])[1].astype(np.float32) / 32768
        at += int(pause * RATE)
        end = at + len(samples)
        scene[at:end] = samples
        lines.append(f"{1000 * at // RATE} {1000 * end // RATE} {voice} {row['word']}\n")
        spans.append((at, end))
        at = end
    pcm = record(np.random.default_rng(SEED), scene, CONDITIONS, "test", spans)
    # What is committed is what is heard: 8 bits.
    coarse = np.clip(np.round(pcm / 256), -128, 127).astype(np.int16)
    wavfile.write(HERE / "recording.wav", RATE, (coarse + 128).astype(np.uint8))
    rows = front_end.rows(coarse * 256)
    (HERE / "recording.rows").write_bytes(rows.astype("<i2").tobytes())
    (HERE / "recording.txt").write_text("".join(lines))
    print(f"{len(rows)} rows; the last word ends at {at / RATE:.1f} s")


if __name__ == "__main__":
    main()
