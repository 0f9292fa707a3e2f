"""Does onnxruntime's integer arithmetic saturate on this CPU? Recompute every convolution and the last layer exactly.

Usage: python check_exact.py          after quantise_onnxruntime.py; needs only the committed files

On x86 without VNNI, onnxruntime multiplies u8 by s8 with `vpmaddubsw`, whose 16-bit sums saturate; with VNNI nothing does.
For each quantised model this takes each layer's integer input as onnxruntime computed it, does the layer in 64-bit integers,
requantises as onnxruntime does (f32 multiplier  x_scale * w_scale / y_scale, rounded half to even, saturated to the type) and
compares with onnxruntime's integer output. Exit status 1 if any layer is off by more than one step (saturation makes big errors).
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from quantise_onnxruntime import LEVELS, OUT, VARIANTS, run

HERE = Path(__file__).parent
RECORDINGS = 60


def layers(model: onnx.ModelProto) -> list[dict]:
    """Convolutions and Gemm of a QDQ or QOperator graph, with the names of their integer tensors and their constants."""
    values = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    producer = {name: node for node in model.graph.node for name in node.output}
    consumers = {}
    for node in model.graph.node:
        for name in node.input:
            consumers.setdefault(name, []).append(node)
    found = []
    for node in model.graph.node:
        if node.op_type in ("QLinearConv", "QGemm"):
            i = node.input
            if node.op_type == "QLinearConv":
                x, xs, xz, w, ws, wz, ys, yz, b = i
            else:
                x, xs, xz, w, ws, wz, b, ys, yz = i
            y = node.output[0]
        elif node.op_type in ("Conv", "Gemm"):
            (x, xs, xz), (w, ws, wz), (b, _, _) = (producer[name].input for name in node.input)
            (quantise,) = consumers[node.output[0]]
            assert quantise.op_type == "QuantizeLinear", quantise.op_type
            _, ys, yz = quantise.input
            y = quantise.output[0]
        else:
            continue
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        found.append({"name": node.name, "x": x, "y": y, "attributes": attributes, "conv": "Conv" in node.op_type}
                     | {k: values[n] for k, n in dict(xs=xs, xz=xz, w=w, ws=ws, wz=wz, ys=ys, yz=yz, b=b).items()})
    return found


def exact(layer: dict, x: np.ndarray) -> np.ndarray:
    """The layer's integer output."""
    assert not layer["wz"].any(), "symmetric weights expected"
    a = layer["attributes"]
    w = layer["w"].astype(np.int64)
    x = x.astype(np.int64) - int(layer["xz"])
    if layer["conv"]:
        top, left, bottom, right = a["pads"]
        kh, kw = w.shape[2:]
        x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
        windows = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(2, 3))[:, :, ::a["strides"][0], ::a["strides"][1]]
        if a.get("group", 1) == 1:
            accumulator = np.einsum("nchwij,ocij->nohw", windows, w, optimize=True)
        else:
            accumulator = np.einsum("nchwij,cij->nchw", windows, w[:, 0], optimize=True)
        shape = (1, -1, 1, 1)
    else:
        accumulator = x @ (w.T if a.get("transB", 0) else w)
        shape = (1, -1)
    accumulator = accumulator + layer["b"].astype(np.int64).reshape(shape)
    multiplier = (layer["xs"] * layer["ws"] / layer["ys"]).astype(np.float32).reshape(shape)
    limits = np.iinfo(layer["yz"].dtype)
    return np.clip(np.rint(accumulator.astype(np.float32) * multiplier) + int(layer["yz"]), limits.min, limits.max)


def main() -> None:
    features = np.load(HERE / "testset.npz")["features"][:RECORDINGS]
    worst_of_all = 0
    for name in VARIANTS:
        model = onnx.load(OUT / f"{name}.onnx")
        found = layers(model)
        kinds = {layer["yz"].dtype for layer in found}
        tensors = list(dict.fromkeys(t for layer in found for t in (layer["x"], layer["y"])))
        (kind,) = kinds
        for tensor in tensors:
            model.graph.output.append(helper.make_tensor_value_info(tensor, helper.np_dtype_to_tensor_dtype(kind), None))
        for level, value in LEVELS.items():
            got = dict(zip(tensors, run(model, features, value)[1:]))
            counts = []
            for layer in found:
                error = np.abs(exact(layer, got[layer["x"]]) - got[layer["y"]].astype(np.int64))
                counts.append(int((error != 0).sum()))
                worst_of_all = max(worst_of_all, int(error.max()))
            total = sum(got[layer["y"]].size for layer in found)
            print(f"{name} {level}: {sum(counts)} of {total} integers differ, per layer {counts}, largest error so far {worst_of_all}")
    sys.exit(worst_of_all > 1)


if __name__ == "__main__":
    main()
