"""Makes the family `onnx-recurrent`: LSTM, GRU and RNN in the forms that ONNX has for them."""

import numpy as np
from onnx.reference import ReferenceEvaluator

import onnx_case
from family import Family
from inputs import seed_of
from onnx_case import Net

SCRIPT = "onnx_recurrent.py"
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
WAYS = {"forward": 1, "reverse": 1, "bidirectional": 2}


def cells(kind, units=4, direction="forward", bias=True, initial=None, results="Y", operands=(), lengths=None, **attributes):
    """A layer behind the input. `initial` says what it begins with: "zeros", "constants", "inputs", or with one letter more only the hidden
    state or the cell of an LSTM. `results` are the letters of those that are outputs: Y, H, C."""
    def build(net, x):
        gates, ways, batch_first = GATES[kind] * units, WAYS[direction], attributes.get("layout", 0)
        inputs = net.shape[-1]
        state = [1, ways, units] if batch_first else [ways, 1, units]
        all_operands = [x, net.weights(ways, gates, inputs), net.weights(ways, gates, units),
                        net.weights(ways, 2 * gates, scale=0.3) if bias else None,
                        None if lengths is None else np.array(lengths, np.int32)]
        what, which = (initial or "none").split("-")[0], (initial or "none").split("-")[1:]
        for name in ("hidden", "cell") if kind == "LSTM" else ("hidden",):
            if what == "none" or which and name not in which:
                all_operands.append(None)
            elif what == "inputs":
                all_operands.append(net.input(name, state))
            else:
                all_operands.append(net.weights(*state, scale=0.5 if what == "constants" else 1e-30) * (what == "constants"))
        count = 3 if kind == "LSTM" else 2
        names = net.op(kind, *all_operands, results=count, hidden_size=units, direction=direction, **attributes)
        net.nodes[-1].output[:] = [name if letter in results else "" for letter, name in zip("YHC", names)]
        for letter, name in zip("YHC", names):
            if letter in results:
                net.output(name)
    return build


def classifier(kind, **attributes):
    """A layer, its last step, and a dense layer, as exporters write them."""
    def build(net, x):
        gates, units = GATES[kind] * 6, 6
        results = 3 if kind == "LSTM" else 2
        names = net.op(kind, x, net.weights(1, gates, net.shape[-1]), net.weights(1, gates, units),
                       net.weights(1, 2 * gates, scale=0.3), results=results, hidden_size=units, **attributes)
        y = net.op("Squeeze", names[0], np.array([1], np.int64))
        y = net.op("Gather", y, np.array(-1, np.int64), axis=0)
        y = net.op("Gemm", y, net.weights(3, units), net.weights(3, scale=0.2), transB=1)
        net.output(net.op("Softmax", y, axis=-1))
    return build


def stack(net, x):
    """Two bidirectional layers, the second on both halves of the first."""
    y = net.op("LSTM", x, net.weights(2, 12, 5), net.weights(2, 12, 3), net.weights(2, 24, scale=0.3), results=3,
               hidden_size=3, direction="bidirectional")[0]
    y = net.op("Transpose", y, perm=[0, 2, 1, 3])
    y = net.op("Reshape", y, np.array([0, 0, -1], np.int64))
    names = net.op("GRU", y, net.weights(2, 12, 6), net.weights(2, 12, 4), net.weights(2, 24, scale=0.3), results=2,
                   hidden_size=4, direction="bidirectional", linear_before_reset=1)
    net.output(names[0])


# Name: (opset, shape of the sequence, what is built)
CASES = {}
for kind in GATES:
    name = kind.lower()
    for direction in WAYS:
        CASES[f"{name}-{direction}"] = (14, (4, 1, 3), cells(kind, direction=direction, results="YHC"))
    CASES[f"{name}-no-bias"] = (14, (3, 1, 2), cells(kind, bias=False))
    CASES[f"{name}-last"] = (14, (5, 1, 3), cells(kind, results="H"))
    CASES[f"{name}-layout"] = (14, (1, 4, 3), cells(kind, layout=1, results="YHC", initial="constants"))
    for initial in ("zeros", "constants", "inputs"):
        CASES[f"{name}-{initial}"] = (7, (3, 1, 2), cells(kind, initial=initial, direction="reverse", results="YHC"))
    CASES[f"{name}-lengths"] = (22, (4, 1, 2), cells(kind, lengths=[4]))
    CASES[f"{name}-classifier"] = (13, (6, 1, 5), classifier(kind))
CASES |= {
    "gru-linear": (14, (4, 1, 3), cells("GRU", linear_before_reset=1, results="YH", direction="bidirectional")),
    "gru-linear-no-bias": (14, (4, 1, 3), cells("GRU", linear_before_reset=1, bias=False, initial="inputs")),
    "lstm-hidden-alone": (14, (2, 1, 3), cells("LSTM", initial="constants-hidden", results="YHC")),
    "lstm-cell-alone": (14, (2, 1, 3), cells("LSTM", initial="inputs-cell", results="C")),
    "lstm-activations": (14, (3, 1, 3), cells("LSTM", activations=["HardSigmoid", "Relu", "Softsign"], activation_alpha=[0.3],
                                              activation_beta=[0.4])),
    "gru-activations": (14, (3, 1, 3), cells("GRU", activations=["HardSigmoid", "LeakyRelu"], activation_alpha=[0.15, 0.2],
                                             activation_beta=[0.6])),
    "rnn-activations": (14, (3, 1, 3), cells("RNN", direction="bidirectional", activations=["Relu", "Softsign"])),
    "stack": (14, (5, 1, 5), stack),
}


def run(model, vectors):
    """The outputs of ONNX Runtime, or of ONNX's own evaluator where that does not know the layout."""
    if not any(attribute.name == "layout" and attribute.i for node in model.graph.node for attribute in node.attribute):
        return onnx_case.run(model, vectors)
    names = [port.name for port in model.graph.input]
    return [ReferenceEvaluator(model).run(None, dict(zip(names, vector))) for vector in vectors]


def main():
    """Makes the family."""
    family = Family("onnx-recurrent", "LSTM, GRU and RNN in floating point", SCRIPT, onnx_case.TOOLS, {"precision": "f32"},
                    {"max_abs": 1e-5})
    for name, (opset, shape, build) in CASES.items():
        net = Net(seed_of(f"recurrent-{name}"), opset)
        net.shape = shape
        build(net, net.input("x", list(shape)))
        model = net.model()
        shapes = [[dim.dim_value for dim in port.type.tensor_type.shape.dim] for port in model.graph.input]
        vectors = onnx_case.vectors(seed_of(name), *shapes, count=2, largest=1.5)
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, run(model, vectors))
    family.write()


if __name__ == "__main__":
    main()
