"""ONNX models with state at their ports, over a sequence of steps with resets: recurrent cells and convolutions over time."""

import pathlib
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from golden_files import CASES
from inputs import seed_of
from onnx_case import Net, write

SCRIPT = "onnx_state.py"
STEPS = 320
RESETS = [100, 203]


def elman(net):
    """A cell of Gemm, MatMul, Add and Tanh with a layer behind it."""
    x, h = net.input("x", [1, 8]), net.input("h_in", [1, 12])
    from_input = net.op("Gemm", x, net.weights(8, 12, scale=0.4), net.weights(12, scale=0.2))
    from_state = net.op("MatMul", h, net.weights(12, 12, scale=0.2))
    net.op("Tanh", net.op("Add", from_input, from_state))
    net.nodes[-1].output[0] = "h_out"
    net.op("Gemm", "h_out", net.weights(12, 5, scale=0.4), net.weights(5, scale=0.2))
    net.nodes[-1].output[0] = "y"
    net.output("y")
    net.output("h_out")
    return {"h_in": "h_out"}, (1, 8)


def convolutions(net):
    """Two convolutions over time, each of which keeps its last rows. Channels come first in the file."""
    x = net.input("x", [1, 6, 2])
    states = {}
    for number, (channels, taps, out) in enumerate([(6, 3, 10), (10, 5, 4)]):
        kept, name = net.input(f"kept_{number}", [1, channels, taps - 1]), f"next_{number}"
        states[kept] = name
        window = net.op("Concat", kept, x, axis=2)
        ends = [np.array(v, np.int64) for v in ([-(taps - 1)], [np.iinfo(np.int64).max], [2])]
        net.op("Slice", window, *ends)
        net.nodes[-1].output[0] = name
        net.output(name)
        x = net.op("Conv", window, net.weights(out, channels, taps), net.weights(out, scale=0.3))
        x = net.op("Relu" if number == 0 else "Tanh", x)
    net.output(x)
    return states, (1, 6, 2)


def layers(net):
    """An LSTM and a GRU whose states are at the ports, and a layer behind them."""
    x, h, c, g = net.input("x", [1, 1, 6]), *(net.input(name, [1, 1, n]) for name, n in (("h_in", 7), ("c_in", 7), ("g_in", 5)))
    y, h_out, c_out = net.op("LSTM", x, net.weights(1, 28, 6), net.weights(1, 28, 7), net.weights(1, 56, scale=0.2), None, h, c,
                             hidden_size=7, results=3)
    y = net.op("Squeeze", y, np.array([1], np.int64))
    z, g_out = net.op("GRU", y, net.weights(1, 15, 7), net.weights(1, 15, 5), net.weights(1, 30, scale=0.2), None, g,
                      hidden_size=5, linear_before_reset=1, results=2)
    z = net.op("Reshape", z, np.array([1, 5], np.int64))
    z = net.op("Gemm", z, net.weights(5, 3), net.weights(3, scale=0.2))
    for name in (z, h_out, c_out, g_out):
        net.output(name)
    return {"h_in": h_out, "c_in": c_out, "g_in": g_out}, (1, 1, 6)


def case(name, description, build, options, compare):
    """Writes a case. Without `precision` the model is quantised by the steps of another sequence."""
    name = f"state-{name}"
    net = Net(seed_of(name))
    states, shape = build(net)
    rng = np.random.default_rng(seed_of(name))
    level = np.cumsum(rng.normal(0, 0.3, (2 * STEPS, *shape)), axis=0)
    steps = (np.sin(level) + rng.normal(0, 0.3, level.shape)).astype(np.float32)
    if "precision" not in options:
        folder = CASES / f"onnx-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / "calibration.npz", x=steps[STEPS:, 0])
        options = options | {"calibration": "calibration.npz"}
    write(name, description, net.model(), [[step] for step in steps[:STEPS]], SCRIPT, options, compare,
          states=states, resets=RESETS)


class Steps(CalibrationDataReader):
    """The inputs of all steps, with the states that a sequence has."""

    def __init__(self, model, steps, states):
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        outputs = [port.name for port in session.get_outputs()]
        kept = {port.name: np.zeros(port.shape, np.float32) for port in session.get_inputs() if port.name in states}
        self.feeds = []
        for step in steps:
            self.feeds.append(kept | {"x": step})
            found = dict(zip(outputs, session.run(None, self.feeds[-1])))
            kept = {name: found[output] for name, output in states.items()}
        self.feeds = iter(self.feeds)

    def get_next(self):
        return next(self.feeds, None)


def quantised(name, description, build, activations, compare):
    """Writes a case of a model that onnxruntime.quantization quantised: its ports are floats between conversions."""
    name = f"state-{name}"
    net = Net(seed_of(name))
    states, shape = build(net)
    model = net.model()
    rng = np.random.default_rng(seed_of(name))
    steps = rng.normal(0, 1, (2 * STEPS, *shape)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "f.onnx"), pathlib.Path(folder, "q.onnx")
        onnx.save(model, source)
        quantize_static(source, target, Steps(model, steps[STEPS:], states), quant_format=QuantFormat.QDQ,
                        activation_type=activations, weight_type=QuantType.QInt8)
        model = onnx.load(target)
    write(name, description, model, [[step] for step in steps[:STEPS]], SCRIPT, {}, compare, states=states,
          resets=RESETS)


def integers():
    """States of 32 and 64 bits, of which two change places and one is an output before it is changed."""
    net = Net(seed_of("state-integers"))
    x = net.input("x", [1, 5], TensorProto.INT32)
    a, b = (net.input(name, [1, 5], TensorProto.INT32) for name in ("a_in", "b_in"))
    count = net.input("count_in", [3], TensorProto.INT64)
    for result, out, dtype in [(net.op("Identity", b), "a_out", TensorProto.INT32),
                               (net.op("Add", a, x), "b_out", TensorProto.INT32),
                               (net.op("Add", count, np.array([1, 2, 3], np.int64)), "count_out", TensorProto.INT64),
                               (net.op("Sub", net.op("Mul", a, x), b), "y", TensorProto.INT32),
                               (net.op("Identity", count), "before", TensorProto.INT64)]:
        node = next(node for node in net.nodes if node.output[0] == result)
        node.output[0] = out
        net.output(out, dtype)
    steps = np.random.default_rng(seed_of("state-integers")).integers(-100, 100, (STEPS, 1, 5)).astype(np.int32)
    write("state-integers", "states of integers that a kernel does not change in place, named by the file's metadata",
          net.model(), [[step] for step in steps], SCRIPT, {}, None,
          states={"a_in": "a_out", "b_in": "b_out", "count_in": "count_out"}, resets=RESETS, in_file=True)


def main():
    """Makes all cases."""
    single = {"precision": "f32"}
    case("elman", "a recurrent cell with its state at the ports", elman, single, {"max_abs": 1e-5})
    case("convolutions", "convolutions over time with their last rows at the ports", convolutions, single,
         {"max_abs": 1e-5})
    case("layers", "LSTM and GRU with their states at the ports", layers, single, {"max_abs": 1e-5})
    case("elman-int8", "a recurrent cell with its state at the ports, quantised", elman, {}, {"max_abs": 0.25})
    case("convolutions-int8", "convolutions over time with their last rows at the ports, quantised", convolutions, {},
         {"max_abs": 0.04})
    quantised("elman-qdq", "a recurrent cell that ONNX Runtime's quantiser quantised, with its state at the ports",
              elman, QuantType.QInt8, None)
    quantised("convolutions-qdq", "convolutions over time that ONNX Runtime's quantiser quantised, with their last rows at the ports",
              convolutions, QuantType.QUInt8, {"max_abs": 1e-6})
    integers()


if __name__ == "__main__":
    main()
