"""Makes the families `onnx-matmul` and `onnx-matmul-qdq`: MatMul and Gemm of two computed factors, and of batches."""

import numpy as np
from onnx import TensorProto

import onnx_case
from family import Family
from onnx_case import Net

SCRIPT = "onnx_matmul.py"


def matmul(net, a, b):
    """MatMul of the inputs."""
    return net.op("MatMul", a, b)


def gemm(further=(), **attributes):
    """Gemm of the inputs."""
    return lambda net, a, b: net.op("Gemm", a, b, *(np.array(c, np.float32) for c in further), **attributes)


def attention(net, a, b):
    """One head of attention: both factors are computed, the second one turned."""
    q, k, v = (net.op("MatMul", x, net.weights(6, 6)) for x in (a, b, b))
    scores = net.op("MatMul", q, net.op("Transpose", k, perm=[0, 2, 1]))
    return net.op("MatMul", net.op("Softmax", net.op("Mul", scores, np.float32(0.4)), axis=-1), v)


def constant(*shape, first=False):
    """MatMul with a constant."""
    def build(net, x):
        weights = net.weights(*shape)
        return net.op("MatMul", weights, x) if first else net.op("MatMul", x, weights)
    return build


# name: (shapes of the inputs, what is built)
CASES = {
    "matrices": ([(3, 5), (5, 4)], matmul),
    "batch": ([(3, 4, 6), (3, 6, 2)], matmul),
    "batch-broadcast": ([(2, 1, 3, 4), (3, 4, 2)], matmul),
    "batch-of-one": ([(2, 3, 4), (4, 5)], matmul),
    "vector-first": ([(5,), (2, 5, 3)], matmul),
    "vector-second": ([(2, 4, 5), (5,)], matmul),
    "vectors": ([(7,), (7,)], matmul),
    "gemm": ([(3, 5), (5, 4)], gemm()),
    "gemm-transposed": ([(5, 3), (4, 5)], gemm(([0.5, -1, 2, 0.25],), transA=1, transB=1)),
    "gemm-factors": ([(3, 5), (5, 4)], gemm(([[0.5], [-1], [2]],), alpha=0.5, beta=2.0)),
    "gemm-alpha": ([(3, 5), (5, 4)], gemm(alpha=-1.5)),
    "attention": ([(1, 4, 6), (1, 5, 6)], attention),
    "constant-batch": ([(2, 3, 6)], constant(2, 6, 5)),
    "constant-first": ([(6, 5)], constant(4, 6, first=True)),
    "constant-first-batch": ([(2, 6, 5)], constant(4, 6, first=True)),
}

QUANTISED = {"matrices": matmul, "batch": matmul, "batch-broadcast": matmul, "batch-of-one": matmul, "vector-second": matmul}


def pair(net, tensor, scale, zero):
    """Quantised and back."""
    q = net.op("QuantizeLinear", tensor, np.float32(scale), zero)
    return net.op("DequantizeLinear", q, np.float32(scale), zero)


def main():
    """Makes both families."""
    family = Family("onnx-matmul", "Products of matrices", SCRIPT, onnx_case.TOOLS, {"precision": "f32"}, {"max_abs": 1e-5})
    for number, (name, (shapes, build)) in enumerate(CASES.items()):
        net = Net(number)
        inputs = [net.input(x, shape) for x, shape in zip("ab", shapes)]
        net.output(build(net, *inputs), TensorProto.FLOAT)
        model = net.model()
        vectors = onnx_case.vectors(number, *shapes)
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))
    family.write()
    family = Family("onnx-matmul-qdq", "Products of matrices between quantisations", SCRIPT, onnx_case.TOOLS, None,
                    {"max_abs": 0.0601, "equal": 0.999})
    for number, (name, build) in enumerate(QUANTISED.items()):
        shapes, _ = CASES[name]
        net = Net(number)
        zeros = (np.int8(-7), np.int8(12), np.int8(3)) if number % 2 == 0 else (np.uint8(120), np.uint8(140), np.uint8(128))
        a, b = (pair(net, net.input(x, shape), 0.016, zero) for x, shape, zero in zip("ab", shapes, zeros))
        net.output(pair(net, build(net, a, b), 0.06, zeros[2]), TensorProto.FLOAT)
        model = net.model()
        vectors = onnx_case.vectors(number, *shapes, count=4)
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))
    family.write()


if __name__ == "__main__":
    main()
