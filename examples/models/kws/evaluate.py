"""Measure kws.onnx with onnxruntime and write the files that are committed beside it.

Usage: python evaluate.py          after train.py

Prints the accuracy on build/test.npz (6000 recordings of held-out voices) per class, per voice and for the unknown words
that were never in training. Writes testset.npz, the first 40 recordings of each class of that set, with the network's float
answers.
"""

from pathlib import Path

import numpy as np
import onnxruntime as ort

from corpus import LABELS, SILENCE, UNKNOWN

HERE = Path(__file__).parent
BUILD = HERE / "build"
MODEL = HERE.parent / "kws.onnx"
TESTSET_PER_CLASS = 40


def run(model: Path, features: np.ndarray) -> np.ndarray:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"features": part})[0] for part in np.array_split(features, max(1, len(features) // 40))])


def first_of_each(labels: np.ndarray, counts: list[int]) -> np.ndarray:
    """Indices of the first `counts[c]` items of each class, in the order in which they stand."""
    return np.sort(np.concatenate([np.flatnonzero(labels == c)[:n] for c, n in enumerate(counts)]))


def report(name: str, right: np.ndarray) -> None:
    print(f"| {name} | {len(right)} | {100 * right.mean():.1f} % |")


def main() -> None:
    test = np.load(BUILD / "test.npz")
    features, labels, voices = test["features"], test["labels"], test["voices"]
    probabilities = run(MODEL, features)
    answers = probabilities.argmax(1)
    right = answers == labels

    print("| group | recordings | accuracy |\n|---|---|---|")
    report("all", right)
    for c, name in enumerate(LABELS):
        report(name, right[labels == c])
    print("| | | |")
    for engine in ("espeak", "flite", "festival"):
        report(engine, right[np.char.startswith(voices, engine)])
    for voice in np.unique(voices[labels != SILENCE]):
        report(voice, right[voices == voice])
    unknown = labels == UNKNOWN
    report("unknown, word seen in training", right[unknown & ~test["new_word"]])
    report("unknown, word never seen", right[unknown & test["new_word"]])

    print("\nconfusion (row: truth, column: answer)")
    print(" " * 8 + "".join(f"{n[:6]:>8}" for n in LABELS))
    for c, name in enumerate(LABELS):
        print(f"{name:8}" + "".join(f"{n:8}" for n in np.bincount(answers[labels == c], minlength=12)))

    chosen = first_of_each(labels, [TESTSET_PER_CLASS] * 12)
    np.savez_compressed(HERE / "testset.npz", features=features[chosen], labels=labels[chosen], probabilities=run(MODEL, features[chosen]))
    print(f"\ntestset.npz: {len(chosen)} recordings, accuracy {100 * right[chosen].mean():.2f} %")

    clips = np.load(HERE / "clips.npz")
    answers = run(MODEL, clips["features"]).argmax(1)
    for name, truth, answer in zip((HERE / "clips.txt").read_text().split(), clips["labels"], answers):
        if truth != answer:
            print(f"clip {name}: answered {LABELS[answer]}")
    print(f"clips: {(answers == clips['labels']).sum()} of {len(answers)} right")


if __name__ == "__main__":
    main()
