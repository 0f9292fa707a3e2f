"""Makes the family `onnx-unary`: functions of one real number, in ONNX files."""

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
    "shrink-hard": (9, "Shrink", {}), "gelu": (20, "Gelu", {}), "gelu-tanh": (20, "Gelu", {"approximate": "tanh"}),
}


def main():
    """Makes the family."""
    family = Family("onnx-unary", "Functions of one real number", SCRIPT, onnx_case.TOOLS, OPTIONS, COMPARE)
    for name, (opset, operator, attributes) in CASES.items():
        net = Net(0, max(opset, 7))
        net.output(net.op(operator, net.input("x", SHAPE), **attributes))
        vectors = [[numbers(name, SHAPE, operator in POSITIVE)]]
        model = net.model()
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))
    family.write()


if __name__ == "__main__":
    main()
