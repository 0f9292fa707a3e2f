"""Examples with labels, and scikit-learn's figures for them: what `tinyml evaluate` is held against.

The models are one Identity each, so that their outputs are the examples. Writes codegen/tests/evaluate: a model for each count of
scores, the examples, and expected.json.

`digits.onnx` is a network for scikit-learn's digits, with pixels from 0 to 1; beside it are digits that it was not trained with, and
calibration data: right ones, and those that users get wrong.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn import metrics
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

FOLDER = Path(__file__).resolve().parents[3] / "codegen/tests/evaluate"


def identity(scores: int) -> None:
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, scores]) for name in ("x", "scores")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["scores"])], "identity", ports[:1], ports[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, FOLDER / f"identity_{scores}.onnx")


def probabilities_of(scores: np.ndarray, how: str) -> np.ndarray:
    scores = scores.astype(np.float64)
    if how == "outputs":
        return scores / scores.sum(axis=1, keepdims=True)
    if how == "softmax":
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    second = scores if how == "single" else 1 / (1 + np.exp(-scores))
    return np.concatenate([1 - second, second], axis=1)


def classes(scores: np.ndarray, labels: np.ndarray, how: str) -> dict:
    probabilities = probabilities_of(scores, how)
    count = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    everything = list(range(count))
    met = sorted(set(labels) | set(predicted))
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, predicted, labels=met, average="macro", zero_division=0
    )
    each = metrics.precision_recall_fscore_support(labels, predicted, labels=everything, zero_division=0)
    present = [one for one in everything if 0 < (labels == one).sum() < len(labels)]
    areas = {one: metrics.roc_auc_score(labels == one, probabilities[:, one]) for one in present}
    figures = {
        "accuracy": metrics.accuracy_score(labels, predicted),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "log_loss": metrics.log_loss(labels, probabilities, labels=everything),
        "auc": areas[1] if count == 2 else float(np.mean(list(areas.values()))),
        "confusion": metrics.confusion_matrix(labels, predicted, labels=everything).tolist(),
        "classes": [
            {"precision": p, "recall": r, "f1": f, "examples": int(n), "auc": areas.get(one)}
            for one, (p, r, f, n) in enumerate(zip(*each))
        ],
    }
    if len(present) == count > 2:
        whole = metrics.roc_auc_score(labels, probabilities, multi_class="ovr")
        assert abs(whole - figures["auc"]) < 1e-12
    return {"classes": figures}


def anomaly(scores: np.ndarray, labels: np.ndarray) -> dict:
    scores = scores[:, 0].astype(np.float64)
    alarms, hits, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
    within = np.flatnonzero(alarms <= 0.05)[-1]
    return {
        "anomaly": {
            "auc": metrics.roc_auc_score(labels, scores),
            "threshold": {"score": thresholds[within], "false_alarms": alarms[within], "hits": hits[within]},
        }
    }


def values(found: np.ndarray, labels: np.ndarray) -> dict:
    found, labels = found.astype(np.float64), labels.astype(np.float64)
    return {
        "values": {
            "mae": metrics.mean_absolute_error(labels, found),
            "rmse": metrics.root_mean_squared_error(labels, found),
            "r2": metrics.r2_score(labels, found),
        }
    }


def digits() -> None:
    pixels, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(3).permutation(len(labels))
    pixels, labels = pixels[order], labels[order]
    trained, held = slice(0, 1400), slice(1400, None)
    network = MLPClassifier((32,), max_iter=400, random_state=1).fit(pixels[trained] / 16, labels[trained])
    weights = {}
    for layer, (weight, bias) in enumerate(zip(network.coefs_, network.intercepts_)):
        weights |= {f"weight{layer}": weight.T, f"bias{layer}": bias}
    nodes = [
        helper.make_node("Gemm", ["pixels", "weight0", "bias0"], ["hidden"], transB=1),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "weight1", "bias1"], ["scores"], transB=1),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, count]) for name, count in
             (("pixels", 64), ("probabilities", 10))]
    constants = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "digits", ports[:1], ports[1:], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), FOLDER / "digits.onnx")
    np.savez_compressed(FOLDER / "digits.npz", pixels=(pixels[held] / 16).astype(np.float32), labels=labels[held])
    examples = pixels[:100].astype(np.float32)
    calibrations = {
        "right": examples / 16,
        "one_image": examples[:1] / 16,
        "zeros": np.zeros_like(examples),
        "unscaled": examples,
        "scaled_twice": examples / 256,
    }
    for name, calibration in calibrations.items():
        np.savez_compressed(FOLDER / f"digits_{name}.npz", pixels=calibration)


def main() -> None:
    random = np.random.default_rng(20)
    FOLDER.mkdir(exist_ok=True)
    for scores in (1, 2, 3, 5):
        identity(scores)
    digits()
    cases = {}

    def add(name: str, scores: np.ndarray, labels: np.ndarray, expected: dict) -> None:
        np.savez_compressed(FOLDER / f"{name}.npz", x=scores, labels=labels)
        cases[name] = {"model": f"identity_{scores.shape[1]}.onnx", "expected": expected}

    labels = random.integers(0, 5, 300)
    scores = random.normal(size=(300, 5)) + 1.5 * np.eye(5)[labels]
    logits = scores.round(1).astype(np.float32)
    add("logits", logits, labels, classes(logits, labels, "softmax"))
    # As int8 gives them: many equal ones, and sums that are 1 but for rounding.
    shares = (probabilities_of(scores, "softmax") * 256).round().clip(0, 255).astype(np.float32) / 256
    add("probabilities", shares, labels.astype(np.uint8), classes(shares, labels, "outputs"))
    few = labels % 3
    add("class_without_examples", shares, few, classes(shares, few, "outputs"))
    two = random.integers(0, 2, 200)
    pairs = (random.normal(size=(200, 2)) + np.eye(2)[two]).round(1).astype(np.float32)
    add("two_classes", pairs, two, classes(pairs, two, "softmax"))
    single = random.beta(2, 2, (200, 1)).round(2).astype(np.float32) * 0.5 + 0.5 * two[:, None].astype(np.float32)
    add("single", single, two, classes(single, two, "single"))
    odds = (random.normal(size=(200, 1)) + two[:, None]).round(2).astype(np.float32)
    add("anomaly", odds, two, anomaly(odds, two))
    numbers = random.normal(size=(150, 3)).astype(np.float32) * [1, 10, 0.1]
    numbers = numbers.astype(np.float32)
    right = (numbers + random.normal(size=(150, 3)) * [0.3, 2, 0.05]).astype(np.float32)
    add("values", numbers, right, values(numbers, right))
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
    (FOLDER / "expected.json").write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
