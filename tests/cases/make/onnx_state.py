"""ONNX models with state at their ports, over a sequence of steps with resets: recurrent cells and convolutions over time."""

import numpy as np

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


if __name__ == "__main__":
    main()
