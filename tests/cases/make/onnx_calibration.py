"""Float networks whose inputs have no batch axis, with calibration data `[N, ...]`: N examples.

One row too many, where the array has the input's own axes, is left over, which is an error; `tests/compile-fail/models/make.py`
makes such data.
"""

import numpy as np

import golden_files
import onnx_case

SCRIPT = "onnx_calibration.py"


def vector():
    """An input `[6]`: a batch axis is put in front and taken away again."""
    net = onnx_case.Net(61)
    x = net.input("x", [6])
    batch = net.op("Unsqueeze", x, np.array([0], np.int64))
    hidden = net.op("Relu", net.op("Gemm", batch, net.weights(6, 8), net.weights(8)))
    scores = net.op("Gemm", hidden, net.weights(8, 3), net.weights(3))
    net.output(net.op("Squeeze", scores, np.array([0], np.int64)))
    return net.model(), (6,)


def matrix():
    """An input `[3, 7]`, whose rows are no batch to the network's author."""
    net = onnx_case.Net(62)
    x = net.input("x", [3, 7])
    net.output(net.op("Gemm", x, net.weights(7, 4), net.weights(4)))
    return net.model(), (3, 7)


def main():
    for name, (model, shape) in {"vector": vector(), "matrix": matrix()}.items():
        rng = np.random.default_rng(len(shape))
        examples = rng.standard_normal((64, *shape)).astype(np.float32)
        vectors = [[example] for example in examples[:4]]
        results = onnx_case.run(model, vectors)
        # Two steps of the int8 output: half a step each for input, weights and output, and the hidden layer's.
        step = max(np.ptp(onnx_case.run(model, [[example]])[0][0]) for example in examples) / 255
        onnx_case.write(
            f"calibration-{name}",
            f"a float network with the input {list(shape)}, calibrated with {list(examples.shape)}: 64 examples",
            model, vectors, SCRIPT, options={"calibration": "calibration.npz"},
            compare={"max_abs": round(4 * float(step), 4)})
        np.savez(golden_files.CASES / f"onnx-calibration-{name}" / "calibration.npz", x=examples)


if __name__ == "__main__":
    main()
