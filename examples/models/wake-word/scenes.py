"""Turn the dry corpus into scenes, some seconds with speech, noise and pauses, and label each window of 30 rows in them.

Usage: python scenes.py [--workers 2]          after speak.py; a few minutes; seeded

Writes build/{train,validation,test}.npz: `rows` i16 [scene, row, 40] (front_end.py), `labels` u8 [scene, window] (255: nothing is
asked there), and of every utterance `scene`, `begin` and `end` (samples), `kind` and `voice`. Every scene has a random generator of its own.
"""

import argparse
import csv
import functools
from collections import defaultdict
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from scipy.signal import butter, resample_poly, sosfilt

import front_end
import kws  # noqa: F401
from augment import TEST, TRAIN, colour, echo, finish, noise, warped_filters
from dataset import TRAIN_SHARE
from phrases import PHRASE, said

RATE = 16000
HERE = Path(__file__).parent
BUILD = HERE / "build"
SEED = 20251

LABELS = [PHRASE, "speech", "background"]
WAKE, SPEECH, BACKGROUND = range(3)
UNASKED = 255

# Scenes of each split, and their seconds.
SIZES = {"train": (12000, 6), "validation": (300, 6), "test": (360, 20)}
KINDS = {"phrase": 0.3, "near": 0.25, "word": 0.15, "sentence": 0.3}
NOTHING_SAID = 0.1

# A window is the wake word's if that ended so many milliseconds before the window does. Nothing is asked a little earlier and later.
HEARD_MS = (0, 180)
UNSURE_MS = (-90, 330)
# A window with more speech than this is speech.
SPEECH_MS = 150


@dataclass(frozen=True)
class Said:
    """An utterance in a scene: its samples' begin and end, whether it is the wake word, and who speaks."""

    begin: int
    end: int
    kind: str
    voice: str


@functools.cache
def utterances(split: str) -> dict:
    """{kind: {engine: {voice: [samples]}}} of one split."""
    kinds = {text: kind for kind, texts in said(split).items() for text in texts}
    table = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    with open(BUILD / "corpus" / "index.csv") as file:
        for row in csv.DictReader(file):
            if row["split"] == split:
                samples = wavfile.read(BUILD / "corpus" / row["file"])[1].astype(np.float32) / 32768
                table[kinds[row["word"]]][row["engine"]][row["voice"]].append(samples)
    return table


@functools.cache
def babble_speech(split: str) -> list[np.ndarray]:
    return [samples for voices in utterances(split)["word"].values() for many in voices.values() for samples in many]


def draw(rng: np.random.Generator, split: str, kind: str) -> tuple[np.ndarray, str]:
    """An utterance and its voice: in training the engine is drawn first, else every voice is equally likely."""
    engines = utterances(split)[kind]
    if split == "train":
        voices = engines[str(rng.choice(list(TRAIN_SHARE), p=list(TRAIN_SHARE.values())))]
    else:
        voices = {voice: many for engine in engines.values() for voice, many in engine.items()}
    voice = sorted(voices)[rng.integers(len(voices))]
    return voices[voice][rng.integers(len(voices[voice]))], voice


def make(split: str, number: int) -> tuple[np.ndarray, list[Said]]:
    """One scene (i16), and what is said in it."""
    rng = np.random.default_rng([SEED, list(SIZES).index(split), number])
    conditions = TRAIN if split == "train" else TEST
    length = SIZES[split][1] * RATE
    scene, spoken = np.zeros(length), []
    silent = rng.random() < NOTHING_SAID
    at = int(rng.uniform(0.0, 1.2) * RATE)
    while not silent:
        kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
        samples, voice = draw(rng, split, kind)
        factor = rng.uniform(*conditions.stretch)
        if factor != 1.0:
            samples = resample_poly(samples, int(round(100 * factor)), 100)
        if at + len(samples) > length:
            break
        scene[at:at + len(samples)] += samples * 10 ** (rng.uniform(-8, 0) / 20)
        spoken.append(Said(at, at + len(samples), kind, voice))
        # What follows a wake word often follows at once.
        at += len(samples) + int(rng.uniform(0.03, 1.2 if rng.random() < 0.6 else 0.3) * RATE)
    return record(rng, scene, conditions, split, [(one.begin, one.end) for one in spoken]), spoken


def record(rng: np.random.Generator, scene: np.ndarray, conditions, split: str, spoken: list[tuple[int, int]]) -> np.ndarray:
    """A dry scene through a room and a microphone, with noise."""
    length = len(scene)
    if rng.random() < conditions.echo_probability:
        scene = echo(rng, scene, conditions)[:length]
    scene = colour(rng, scene, conditions)
    loud = np.concatenate([scene[begin:end] for begin, end in spoken]) if spoken else np.array([0.05])
    level = np.sqrt(np.mean(loud**2)) * 10 ** (-rng.uniform(*conditions.snr_db) / 20)
    if not spoken or rng.random() < conditions.noise_probability:
        scene = scene + noise(rng, length, babble_speech(split)) * level
    if rng.random() < conditions.narrow_probability:
        scene = sosfilt(butter(4, rng.uniform(3300, 6000), "lowpass", fs=RATE, output="sos"), scene)
    return finish(rng, scene, conditions)


def label(samples: int, spoken: list[Said]) -> np.ndarray:
    """The class of each window of a scene; window t is rows t .. t + 29."""
    windows = front_end.count(samples) - front_end.ROWS + 1
    ends = np.array([front_end.end_of(window + front_end.ROWS - 1) for window in range(windows)])
    begins = np.arange(windows) * front_end.HOP
    speech = np.zeros(windows, int)
    for one in spoken:
        speech += np.maximum(0, np.minimum(ends, one.end) - np.maximum(begins, one.begin))
    ms = RATE // 1000
    labels = np.where(speech > SPEECH_MS * ms, SPEECH, np.where(speech == 0, BACKGROUND, UNASKED)).astype(np.uint8)
    for one in spoken:
        if one.kind == "phrase":
            past = (ends - one.end) / ms
            labels[(past >= UNSURE_MS[0]) & (past <= UNSURE_MS[1])] = UNASKED
            labels[(past >= HEARD_MS[0]) & (past <= HEARD_MS[1])] = WAKE
    return labels


def _scene(job: tuple[str, int]) -> tuple[np.ndarray, np.ndarray, list[tuple[int, Said]]]:
    split, number = job
    pcm, spoken = make(split, number)
    if split == "train":
        rows = front_end.rows(pcm, warped_filters(np.random.default_rng([SEED, 98, number])))
    else:
        rows = front_end.rows(pcm)
    return rows, label(len(pcm), spoken), [(number, one) for one in spoken]


def make_split(split: str, workers: int) -> None:
    jobs = [(split, number) for number in range(SIZES[split][0])]
    if workers > 1:
        with Pool(workers) as pool:
            made = pool.map(_scene, jobs, chunksize=50)
    else:
        made = [_scene(job) for job in jobs]
    spoken = [one for scene in made for one in scene[2]]
    labels = np.stack([scene[1] for scene in made])
    fields = {field: np.array([getattr(one, field) for _, one in spoken]) for field in ("begin", "end", "kind", "voice")}
    np.savez(BUILD / f"{split}.npz", rows=np.stack([scene[0] for scene in made]), labels=labels,
             scene=np.array([number for number, _ in spoken]), **fields)
    windows = dict(zip([*LABELS, "not asked"], np.bincount(labels.ravel(), minlength=256)[[WAKE, SPEECH, BACKGROUND, UNASKED]].tolist()))
    print(f"{split}: {len(labels)} scenes, {(fields['kind'] == 'phrase').sum()} wake words; windows: {windows}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    for split in ("validation", "test", "train"):
        make_split(split, arguments.workers)


if __name__ == "__main__":
    main()
