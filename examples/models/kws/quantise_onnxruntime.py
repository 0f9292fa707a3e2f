"""Quantise kws.onnx with onnxruntime and record what onnxruntime answers: onnxruntime/*.onnx and *.golden.npz.

Usage: python quantise_onnxruntime.py          after evaluate.py; needs only the committed files

Four models: QDQ and QOperator format, int8 and uint8 activations; weights int8, per channel, symmetric; min-max ranges
from kws.calibration.npz. Each golden file holds, for the whole of testset.npz and on the CPU at hand,
  probabilities_disable_all, probabilities_enable_all   f32 [N, 12]: the output at graph optimisation level
                                                        ORT_DISABLE_ALL and at the default, ORT_ENABLE_ALL
  quantised_disable_all, quantised_enable_all           the same in integers, where the output is the result of a
                                                        DequantizeLinear: round(p / scale) + zero_point
  scale, zero_point                                     of that DequantizeLinear
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

HERE = Path(__file__).parent
OUT = HERE / "onnxruntime"
LEVELS = {
    "disable_all": ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "enable_all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
}
VARIANTS = {
    f"{form}_{kind}": (quant_format, activation)
    for form, quant_format in (("qdq", QuantFormat.QDQ), ("qop", QuantFormat.QOperator))
    for kind, activation in (("int8", QuantType.QInt8), ("uint8", QuantType.QUInt8))
}


class Calibration(CalibrationDataReader):
    """One recording at a time."""

    def __init__(self, features: np.ndarray) -> None:
        self.items = iter(features)

    def get_next(self) -> dict | None:
        item = next(self.items, None)
        return None if item is None else {"features": item[None]}


def run(model: onnx.ModelProto, features: np.ndarray, level: ort.GraphOptimizationLevel) -> list[np.ndarray]:
    """All outputs on all features, one recording at a time, one thread."""
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    results = [session.run(None, {"features": item[None]}) for item in features]
    return [np.concatenate(column) for column in zip(*results)]


def output_quantisation(model: onnx.ModelProto) -> tuple[np.ndarray, np.ndarray] | None:
    """Scale and zero point if the graph's output comes out of a DequantizeLinear."""
    last = next(n for n in model.graph.node if "probabilities" in n.output)
    if last.op_type != "DequantizeLinear":
        return None
    values = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    return values[last.input[1]], values[last.input[2]]


def main() -> None:
    OUT.mkdir(exist_ok=True)
    test = np.load(HERE / "testset.npz")
    features, labels, reference = test["features"], test["labels"], test["probabilities"]
    calibration = np.load(HERE.parent / "kws.calibration.npz")["features"]
    print(f"onnxruntime {ort.__version__}; float accuracy {100 * (reference.argmax(1) == labels).mean():.2f} %")

    with tempfile.TemporaryDirectory() as scratch:
        prepared = Path(scratch) / "prepared.onnx"
        quant_pre_process(str(HERE.parent / "kws.onnx"), str(prepared))
        for name, (quant_format, activation) in VARIANTS.items():
            path = OUT / f"{name}.onnx"
            quantize_static(str(prepared), str(path), Calibration(calibration), quant_format=quant_format, per_channel=True,
                            activation_type=activation, weight_type=QuantType.QInt8, reduce_range=False,
                            calibrate_method=CalibrationMethod.MinMax)
            model = onnx.load(path)
            golden = {f"probabilities_{level}": run(model, features, value)[0] for level, value in LEVELS.items()}
            quantisation = output_quantisation(model)
            if quantisation is not None:
                scale, zero_point = quantisation
                for level in LEVELS:
                    integers = np.rint(golden[f"probabilities_{level}"] / scale) + int(zero_point)
                    golden[f"quantised_{level}"] = integers.astype(zero_point.dtype)
                golden |= {"scale": scale, "zero_point": zero_point}
            np.savez_compressed(OUT / f"{name}.golden.npz", **golden)

            a, b = (golden[f"probabilities_{level}"] for level in LEVELS)
            if quantisation is None:
                distance = f"largest difference {np.abs(a - b).max():.3g}"
            else:
                qa, qb = (golden[f"quantised_{level}"].astype(int) for level in LEVELS)
                distance = f"largest difference {np.abs(qa - qb).max()} LSB, scale {scale}, zero point {zero_point}"
            print(f"{name}: accuracy {100 * (b.argmax(1) == labels).mean():.2f} % (disable_all "
                  f"{100 * (a.argmax(1) == labels).mean():.2f} %), class as float {100 * (b.argmax(1) == reference.argmax(1)).mean():.2f} %; "
                  f"disable_all and enable_all differ in {(a != b).sum()} of {a.size} elements, {distance}")


if __name__ == "__main__":
    main()
