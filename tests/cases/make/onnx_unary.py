"""Makes the family `onnx-unary`: functions of one real number, in ONNX files."""

import numpy as np
from onnx import TensorProto, helper

import onnx_case
from family import Family
from onnx_case import Net
from unary import COMPARE, OPTIONS, SHAPE, numbers

SCRIPT = "onnx_unary.py"
POSITIVE = {"Sqrt", "Log"}

# name: (opset, operator, attributes)
CASES = {
    "abs": (13, "Abs", {}), "neg": (13, "Neg", {}), "sign": (13, "Sign", {}), "reciprocal": (13, "Reciprocal", {}),
    "sqrt": (13, "Sqrt", {}), "exp": (13, "Exp", {}), "log": (13, "Log", {}), "floor": (13, "Floor", {}),
    "ceil": (13, "Ceil", {}), "round": (11, "Round", {}), "erf": (13, "Erf", {}), "softplus": (1, "Softplus", {}),
    "softsign": (1, "Softsign", {}), "mish": (18, "Mish", {}), "elu": (6, "Elu", {}),
    "elu-alpha": (6, "Elu", {"alpha": 0.375}), "selu": (6, "Selu", {}),
    "selu-both": (6, "Selu", {"alpha": 0.5, "gamma": 2.0}), "celu": (12, "Celu", {"alpha": 0.75}),
    "thresholded-relu": (10, "ThresholdedRelu", {"alpha": 0.5}), "shrink": (9, "Shrink", {"lambd": 0.75, "bias": 0.25}),
    "sin": (7, "Sin", {}), "cos": (7, "Cos", {}), "tan": (7, "Tan", {}), "asin": (7, "Asin", {}), "acos": (7, "Acos", {}),
    "atan": (7, "Atan", {}), "sinh": (9, "Sinh", {}), "cosh": (9, "Cosh", {}), "asinh": (9, "Asinh", {}),
    "acosh": (9, "Acosh", {}), "atanh": (9, "Atanh", {}),
    "shrink-hard": (9, "Shrink", {}), "gelu": (20, "Gelu", {}), "gelu-tanh": (20, "Gelu", {"approximate": "tanh"}),
}


# Where the functions that are not defined everywhere are, and where a fixed difference suits the results.
RANGES = {"asin": (-1, 1), "acos": (-1, 1), "atanh": (-0.9, 0.9), "acosh": (1, 9), "sinh": (-2, 2), "cosh": (-2, 2), "tan": (-1.2, 1.2)}


def operand(name, operator):
    """The numbers for a case."""
    values = numbers(name, SHAPE, operator in POSITIVE)
    if name not in RANGES:
        return values
    low, high = RANGES[name]
    return np.interp(values, [values.min(), values.max()], [low, high]).astype(np.float32)


def integer_net(net, dtype):
    """Functions of integers, and limits: both, one, computed."""
    x = net.input("x", (2, 5), dtype)
    bound = net.input("bound", (1,), dtype)
    array = helper.tensor_dtype_to_np_dtype(dtype)
    for operator in ("Abs", "Neg", "Sign"):
        net.output(net.op(operator, x), dtype)
    low, high = np.array(-3, array), np.array(5, array)
    for bounds in ((low, high), (low,), (None, high), (None, bound), (bound,)):
        net.output(net.op("Clip", x, *bounds), dtype)


def add_integers(family):
    """The same of each integer type."""
    for name, dtype in (("i8", TensorProto.INT8), ("i32", TensorProto.INT32), ("i64", TensorProto.INT64)):
        net = Net(0, 13)
        integer_net(net, dtype)
        array = helper.tensor_dtype_to_np_dtype(dtype)
        x = np.array([[-7, -3, 0, 1, 5], [6, np.iinfo(array).max, np.iinfo(array).min, 2, -1]], array)
        vectors = [[x, np.array([2], array)]]
        model = net.model()
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))


def main():
    """Makes the family."""
    family = Family("onnx-unary", "Functions of one real number", SCRIPT, onnx_case.TOOLS, OPTIONS, COMPARE)
    for name, (opset, operator, attributes) in CASES.items():
        net = Net(0, max(opset, 7))
        net.output(net.op(operator, net.input("x", SHAPE), **attributes))
        vectors = [[operand(name, operator)]]
        model = net.model()
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))
    add_integers(family)
    family.write()


if __name__ == "__main__":
    main()
