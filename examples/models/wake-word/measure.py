"""Measure wake-word.onnx with onnxruntime on build/test.npz, and write the files that are committed beside it.

Usage: python measure.py          after fit.py

Prints how many windows are right, how many wake words are heard and how often something else is taken for one. Writes testset.npz
(windows of the test scenes, with the network's float answers) and ../wake-word.calibration.npz (windows of scenes with training
voices that were not trained on, through the device's own filters).
"""

from pathlib import Path

import numpy as np
import onnxruntime as ort

import front_end
import scenes
from decide import THRESHOLD, heard, in_256ths
from scenes import LABELS, RATE, WAKE

HERE = Path(__file__).parent
MODEL = HERE.parent / "wake-word.onnx"
SEED = 20253
TESTSET = [120, 150, 60]
CALIBRATION = [24, 40, 16]
# A wake word counts as heard if that is said at most so long behind its end, in seconds.
LATEST = 0.7


def run(windows: np.ndarray) -> np.ndarray:
    """Windows i16 [n, 30, 40] in units of 1/32 -> probabilities [n, 3]."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])
    parts = np.array_split(windows, max(1, len(windows) // 500))
    return np.concatenate([session.run(None, {"rows": front_end.values(part)})[0] for part in parts])


def windows_of(rows: np.ndarray) -> np.ndarray:
    """[rows, 40] -> [windows, 30, 40]."""
    return np.lib.stride_tricks.sliding_window_view(rows, front_end.ROWS, axis=0).swapaxes(1, 2)


def seconds(window: int) -> float:
    """When a window is over."""
    return front_end.end_of(window + front_end.ROWS - 1) / RATE


def draw(rng: np.random.Generator, labels: np.ndarray, counts: list[int]) -> list[tuple[int, int]]:
    """So many windows of each class, as (scene, window)."""
    chosen = []
    for label, count in enumerate(counts):
        places = np.argwhere(labels == label)
        chosen += [tuple(place) for place in places[np.sort(rng.choice(len(places), count, replace=False))]]
    return chosen


def count(answers: list[list[int]], test: dict) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Which wake words were heard, and what was heard falsely as (scene, window). Each detection counts for one wake word."""
    wake = np.flatnonzero(test["kind"] == "phrase")
    hit, false = np.zeros(len(wake), bool), []
    for scene, windows in enumerate(answers):
        here = wake[test["scene"][wake] == scene]
        for window in windows:
            past = [seconds(window) - test["end"][one] / RATE for one in here]
            ours = [one for one, late in zip(here, past) if -0.1 <= late <= LATEST]
            if ours:
                hit[np.searchsorted(wake, ours[-1])] = True
            else:
                false.append((scene, window))
    return hit, false


def report_windows(labels: np.ndarray, answers: np.ndarray) -> None:
    print("| windows of | number | right |\n|---|---|---|")
    for label, name in enumerate(LABELS):
        chosen = labels == label
        print(f"| {name} | {chosen.sum()} | {100 * (answers[chosen] == label).mean():.2f} % |")


def hours(split: str) -> float:
    count, length = scenes.SIZES[split]
    return count * length / 3600


def report_thresholds(probabilities: np.ndarray, validation: dict) -> None:
    """What each threshold would do on the validation scenes, with other voices than the test's: the one in decide.py was chosen by it."""
    print("validation\n| threshold | heard | falsely an hour |\n|---|---|---|")
    for threshold in range(90, 250, 10):
        hit, false = count([heard(scene, threshold) for scene in probabilities], validation)
        print(f"| {threshold} | {100 * hit.mean():.1f} % | {len(false) / hours('validation'):.1f} |")


def report_stream(probabilities: np.ndarray, test: dict) -> None:
    wake = test["kind"] == "phrase"
    print(f"\n{hours('test'):.1f} hours: {dict(zip(*(a.tolist() for a in np.unique(test['kind'], return_counts=True))))}")
    hit, false = count([heard(scene) for scene in probabilities], test)
    print(f"threshold {THRESHOLD}\n| wake words of | number | heard |\n|---|---|---|")
    print(f"| all | {len(hit)} | {100 * hit.mean():.1f} % |")
    for voice in ("espeak", "flite", "festival"):
        chosen = np.char.startswith(test["voice"][wake], voice)
        print(f"| {voice} | {chosen.sum()} | {100 * hit[chosen].mean():.1f} % |")
    causes: dict[str, int] = {}
    for scene, window in false:
        end = seconds(window) * RATE
        here = np.flatnonzero((test["scene"] == scene) & (test["begin"] < end))
        kind = str(test["kind"][here[-1]]) if len(here) else "nothing"
        causes[kind] = causes.get(kind, 0) + 1
    print(f"falsely: {len(false)}, {len(false) / hours('test'):.1f} an hour; the last utterance being: {causes}")


def write_calibration(rng: np.random.Generator) -> None:
    # Numbers far beyond the training set's.
    made = [scenes.make("train", 1_000_000 + n) for n in range(60)]
    labels = np.stack([scenes.label(len(pcm), spoken) for pcm, spoken in made])
    rows = [front_end.rows(pcm) for pcm, _ in made]
    chosen = draw(rng, labels, CALIBRATION)
    windows = np.stack([windows_of(rows[scene])[window] for scene, window in chosen])
    np.savez_compressed(HERE.parent / "wake-word.calibration.npz", rows=front_end.values(windows))


def main() -> None:
    validation = dict(np.load(scenes.BUILD / "validation.npz"))
    report_thresholds(in_256ths(np.stack([run(windows_of(scene))[:, WAKE] for scene in validation["rows"]])), validation)
    test = dict(np.load(scenes.BUILD / "test.npz"))
    rows, labels = test["rows"], test["labels"]
    answers = np.stack([run(windows_of(scene)) for scene in rows])
    report_windows(labels, answers.argmax(2))
    report_stream(in_256ths(answers[:, :, WAKE]), test)

    rng = np.random.default_rng(SEED)
    chosen = draw(rng, labels, TESTSET)
    windows = np.stack([windows_of(rows[scene])[window] for scene, window in chosen])
    truth = np.array([labels[place] for place in chosen], np.uint8)
    probabilities = run(windows)
    np.savez_compressed(HERE / "testset.npz", rows=front_end.values(windows), labels=truth, probabilities=probabilities)
    print(f"testset.npz: {len(truth)} windows, accuracy {100 * (probabilities.argmax(1) == truth).mean():.2f} %")
    write_calibration(rng)


if __name__ == "__main__":
    main()
