"""ONNX files that must be refused: what is said of each stands beside it (`codegen/tests/refused/NAME.txt`)."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OUT = Path(__file__).resolve().parents[3] / "codegen" / "tests" / "refused"
FLOAT = TensorProto.FLOAT


def node(kind, inputs, outputs, name=None, **attributes):
    """A node; named like its first result unless it is given a name."""
    name = outputs[0] if name is None else name
    return helper.make_node(kind, inputs, outputs, name=name, **attributes)


def port(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, value):
    return numpy_helper.from_array(np.asarray(value), name)


def write(name, nodes, inputs, outputs, constants=(), opsets=(("", 17),), functions=()):
    """Writes a model without checking it: it is wrong."""
    outputs = [port(output, None) if isinstance(output, str) else output for output in outputs]
    graph = helper.make_graph(nodes, "net", inputs, outputs, list(constants))
    opsets = [helper.make_opsetid(domain, version) for domain, version in opsets]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, functions=functions)
    (OUT / f"onnx-{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def faults():
    x = port("x", [1, 3, 8, 8])
    weights = constant("w", np.ones((4, 3, 3, 3), np.float32))
    # Four of them, three behind the first, which is not supported.
    write("faults-behind-faults", [
        node("LRN", ["x"], ["a"], size=3),
        node("Reshape", ["a", "x"], ["b"]),
        node("Conv", ["b", "w"], ["c"], auto_pad="SAME"),
        node("Relu", ["c"], ["d"], alpha=0.5),
        node("GridSample", ["d", "x"], ["y"]),
    ], [x], ["y"], [weights])
    # What a result of unknown type makes unknown stays silent: one cause, one message.
    write("silent-behind-faults", [
        node("LRN", ["x"], ["a"], size=3),
        node("Conv", ["a", "w"], ["b"]),
        node("Flatten", ["b"], ["c"]),
        node("Softmax", ["c"], ["y"]),
    ], [x], ["y"], [weights])
    # Inside branches, and in functions of the file that are called.
    then = helper.make_graph([node("LRN", ["x"], ["t"], size=3)], "then", [], [port("t", None)])
    other = helper.make_graph([node("Relu", ["x"], ["e"], alpha=1.0)], "else", [], [port("e", None)])
    condition = constant("condition", True)
    write("branches", [node("If", ["condition"], ["y"], then_branch=then, else_branch=other)],
          [x], ["y"], [condition])
    inner = helper.make_function("local", "Swish", ["v"], ["r"], [
        helper.make_node("Sigmoid", ["v"], ["s"]),
        helper.make_node("Hardmax", ["v"], ["h"]),
        helper.make_node("Mul", ["s", "h"], ["r"], name="product", scale=2.0),
    ], [helper.make_opsetid("", 17)])
    write("functions", [node("Swish", ["x"], ["a"], domain="local"),
                        node("Swish", ["a"], ["y"], domain="local")],
          [x], ["y"], opsets=(("", 17), ("local", 1)), functions=[inner])
    # Nodes without a name are called by their first result.
    write("unnamed", [node("LRN", ["x"], ["a"], name="", size=3),
                      node("Relu", ["x"], ["b"], name="", alpha=0.5),
                      node("Reshape", ["a", "b"], ["y"], name="")], [x], ["y"])
    write("circle", [node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"])], [x], ["b"])
    write("incomplete", [node("Add", ["x", "missing"], ["a"])], [x], ["a", "nothing"])


def versions():
    x = port("x", [1, 3, 4, 3])
    write("opset-6", [node("Add", ["x", "c"], ["y"], broadcast=1, axis=1)], [x], ["y"],
          [constant("c", np.ones(3, np.float32))], opsets=(("", 6),))
    write("no-opset", [node("Relu", ["x"], ["y"])], [x], ["y"], opsets=(("com.microsoft", 1),))
    vectors = [constant(name, np.ones(3, np.float32)) for name in ("s", "b", "m", "v")]
    norm = ["x", "s", "b", "m", "v"]
    write("training", [
        node("BatchNormalization", norm, ["n", "m2", "v2"], training_mode=1),
        node("Dropout", ["n", "", "training"], ["y"]),
    ], [x], ["y"], [*vectors, constant("training", True)])
    write("old-meaning", [node("BatchNormalization", norm, ["y"], spatial=0)], [x], ["y"], vectors,
          opsets=(("", 8),))
    write("other-domain", [node("Relu", ["x"], ["y"], domain="org.example")], [x], ["y"],
          opsets=(("", 17), ("org.example", 1)))
    write("future-attribute", [node("Flatten", ["x"], ["a"], order="C"),
                               node("Softmax", ["a"], ["y"], axis=1.0)], [x], ["y"])


def shapes():
    weights = constant("w", np.ones((4, 3, 3, 3), np.float32))
    # In the file's own axes, with the option that helps.
    write("batch", [node("Conv", ["x", "w"], ["a"]), node("MaxPool", ["a"], ["y"], kernel_shape=[2, 2])],
          [port("x", [4, 3, 6, 6])], ["y"], [weights])
    write("open-extents", [node("Conv", ["x", "w"], ["y"])], [port("x", ["N", 3, "H", "W"])], ["y"], [weights])
    kinds = {"b": TensorProto.BOOL, "h": TensorProto.UINT16, "u": TensorProto.UINT32, "s": TensorProto.STRING}
    inputs = [port(name, [4], kind) for name, kind in kinds.items()]
    write("input-types", [node("Cast", [name], [f"{name}f"], to=FLOAT) for name in kinds],
          inputs, [f"{name}f" for name in kinds])
    write("casts", [node("Cast", ["x"], ["a"], to=TensorProto.UINT16), node("Cast", ["a"], ["y"], to=FLOAT)],
          [port("x", [4])], ["y"])
    # Moving integers, which no kernel does.
    write("moved-integers", [
        node("Transpose", ["n"], ["t"], perm=[1, 0]),
        node("Slice", ["t", "from", "to"], ["y"]),
        node("Concat", ["m", "m"], ["z"], axis=0),
    ], [port("n", [4, 5], TensorProto.INT32), port("m", [4], TensorProto.INT64)], ["y", "z"],
        [constant("from", np.array([1])), constant("to", np.array([3]))])


def recurrent():
    x, w, r = port("x", [3, 1, 2]), constant("w", np.ones((1, 16, 2), np.float32)), constant("r", np.ones((1, 16, 4), np.float32))
    w3, r3 = constant("w3", np.ones((1, 12, 2), np.float32)), constant("r3", np.ones((1, 12, 4), np.float32))
    w1, r1 = constant("w1", np.ones((1, 4, 2), np.float32)), constant("r1", np.ones((1, 4, 4), np.float32))
    write("recurrent-forms", [
        node("LSTM", ["x", "w", "r", "", "", "", "", "p"], ["a"], hidden_size=4),
        node("LSTM", ["x", "w", "r"], ["b"], hidden_size=4, input_forget=1),
        node("GRU", ["x", "w3", "r3"], ["c"], hidden_size=4, clip=3.0),
        node("GRU", ["x", "w3", "r3", "", "n"], ["d"], hidden_size=4),
        node("RNN", ["x", "w1", "r1"], ["e"], hidden_size=4, activations=["Affine"]),
        node("RNN", ["z", "w1", "r1"], ["f"], hidden_size=4),
        node("LSTM", ["x", "w3", "r"], ["g"], hidden_size=4),
        node("LSTM", ["x", "w", "r", "", "two"], ["h"], hidden_size=4),
    ], [x, port("n", [1], TensorProto.INT32), port("z", [3, 2, 2])], list("abcdefgh"),
        [w, r, w3, r3, w1, r1, constant("p", np.ones((1, 12), np.float32)), constant("two", np.array([2], np.int32))])


def sizes():
    write("too-large", [node("Relu", ["x"], ["y"])], [port("x", [1 << 13, 1 << 13])], ["y"])
    # Sixteen tensors of 64 MiB are the most; the input is one of them.
    names = ["x", *(f"a{i}" for i in range(18))]
    write("too-large-together", [node("Relu", [a], [b]) for a, b in zip(names, names[1:])],
          [port("x", [1 << 12, 1 << 12])], [names[-1]])
    write("too-many-axes", [node("Relu", ["x"], ["y"])], [port("x", [1] * 17)], ["y"])


if __name__ == "__main__":
    faults()
    versions()
    shapes()
    recurrent()
    sizes()
