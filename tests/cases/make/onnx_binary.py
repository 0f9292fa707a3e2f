"""Makes the family `onnx-binary`: functions of two elements, comparisons, logic and selection, in ONNX files."""

import numpy as np
from onnx import TensorProto

import onnx_case
from binary import floats
from family import Family
from inputs import seed_of
from onnx_case import Net

SCRIPT = "onnx_binary.py"
OPTIONS, COMPARE = {"precision": "f32"}, {"max_abs": 2e-5}
OPSET = 18
COMPARISONS = ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"]
BOOL = TensorProto.BOOL

# Shapes of the operands: broadcasts in each direction, other ranks, one element, five axes that repeat in turn.
SHAPES = {
    "same": ((2, 3, 5), (2, 3, 5), (2, 3, 5)),
    "both": ((3, 1, 7), (5, 1), (1, 1, 7)),
    "rank5": ((2, 3, 1, 2, 3), (2, 1, 5, 1, 3), (3, 1, 1, 1)),
    "one": ((1,), (1,), ()),
}


def float_net(net, shapes):
    """All operators on floats."""
    a, b, c = [net.input(port, shape) for port, shape in zip("abc", shapes)]
    for operator in ("Div", "Sub", "Max", "Min"):
        net.output(net.op(operator, a, b))
    for operator in ("Max", "Min", "Sum", "Mean"):
        net.output(net.op(operator, a, b, c))
    net.output(net.op("Sum", a))
    net.output(net.op("Mod", a, b, fmod=1))
    for operator in COMPARISONS:
        net.output(net.op(operator, a, b), BOOL)
    net.output(net.op("Where", net.op("Less", a, b), c, b))
    net.output(net.op("Where", net.op("Less", a, b), a, np.float32(0.5)))


def constant_net(net, _):
    """Operators with constants, of a number, a channel, a whole tensor, in front and behind."""
    x = net.input("x", (1, 4, 3, 5))
    channel = np.linspace(-1, 2, 4, dtype=np.float32).reshape(4, 1, 1)
    image = np.linspace(0.5, 2, 15, dtype=np.float32).reshape(1, 1, 3, 5)
    for operator, constant in (("Max", channel), ("Min", image), ("Less", channel), ("Mod", image), ("PRelu", channel)):
        net.output(net.op(operator, x, constant, **({"fmod": 1} if operator == "Mod" else {})),
                   BOOL if operator == "Less" else TensorProto.FLOAT)
    net.output(net.op("Div", np.float32(2), x))
    net.output(net.op("Div", x, channel + np.float32(3)))
    net.output(net.op("Pow", net.op("Abs", x), channel))
    for exponent in (1, 2, 0.5, -1, 3):
        net.output(net.op("Pow", net.op("Abs", x), np.float32(exponent)))
    net.output(net.op("Pow", x, np.int64(2)))
    net.output(net.op("Where", np.arange(15).reshape(1, 1, 3, 5) % 2 == 0, x, channel))
    # Behind a convolution the channels are innermost.
    y = net.op("Conv", x, net.weights(3, 4, 1, 1))
    slopes = np.array([0.5, -0.25, 2], np.float32).reshape(3, 1, 1)
    net.output(net.op("PRelu", y, slopes))
    net.output(net.op("Where", net.op("Greater", y, slopes), y, net.op("Max", y, image)))


def special_net(net, _):
    """What is no number, and what has no end."""
    x = net.input("x", (9,))
    net.output(net.op("IsNaN", x), BOOL)
    for negative, positive in ((1, 1), (1, 0), (0, 1)):
        net.output(net.op("IsInf", x, detect_negative=negative, detect_positive=positive), BOOL)
    net.output(net.op("Equal", x, x), BOOL)
    net.output(net.op("Cast", net.op("IsNaN", x), to=TensorProto.FLOAT))


def integer_net(dtype, operators):
    """Operators on integers of a type."""
    def build(net, shapes):
        a, b = [net.input(port, shape, dtype) for port, shape in zip("ab", shapes)]
        for operator in operators:
            options = {}
            if operator.startswith("BitShift"):
                operator, options = "BitShift", {"direction": operator[8:]}
            if operator.startswith("Mod"):
                operator, options = "Mod", {"fmod": int(operator[3:] or 0)}
            net.output(net.op(operator, a, b, **options), BOOL if operator in COMPARISONS else dtype)
        if "BitwiseAnd" in operators:
            net.output(net.op("BitwiseNot", a), dtype)
        if dtype == TensorProto.INT32:
            net.output(net.op("Where", net.op("Less", a, b), a, b), dtype)
            net.output(net.op("Sub", np.int32(0), a), dtype)
    return build


def logic_net(net, shapes):
    """Logic on truth values."""
    a, b = [net.input(port, shape, BOOL) for port, shape in zip("ab", shapes)]
    for operator in ("And", "Or", "Xor", "Equal"):
        net.output(net.op(operator, a, b), BOOL)
    net.output(net.op("Not", a), BOOL)
    net.output(net.op("Where", a, np.int64(-7), np.int64(2**40)), TensorProto.INT64)
    net.output(net.op("And", a, np.array([True])), BOOL)


CASTS = {
    "i8": TensorProto.INT8, "u8": TensorProto.UINT8, "i16": TensorProto.INT16, "i32": TensorProto.INT32,
    "i64": TensorProto.INT64, "bool": TensorProto.BOOL, "f32": TensorProto.FLOAT,
}
NUMPY = {"i8": np.int8, "u8": np.uint8, "i16": np.int16, "i32": np.int32, "i64": np.int64, "bool": np.bool_,
         "f32": np.float32}


def cast_net(source):
    """Casts from a type to all others; bytes become numbers in cases of their own."""
    def build(net, _):
        x = net.input("x", (1, 7), CASTS[source])
        for target, dtype in CASTS.items():
            if target != source and not (source in ("i8", "u8") and target == "f32"):
                net.output(net.op("Cast", x, to=dtype), dtype)
    return build


BITWISE = ["BitwiseAnd", "BitwiseOr", "BitwiseXor"]
ARITHMETIC = ["Add", "Sub", "Mul", "Div", "Max", "Min", "Mod", "Mod1"]


def integers(rng, dtype, shapes, low, high):
    """Numbers of a type; no divisor is zero."""
    arrays = [rng.integers(low, high, shape).astype(dtype) for shape in shapes]
    arrays[1][arrays[1] == 0] = 3
    return arrays


def cast_values(source):
    """Numbers that all targets have a place for, or whose conversion is the same everywhere."""
    values = {"f32": [0, 1.9, 100.5, 7, 0.25, 126.9, 2], "bool": [0, 1, 1, 0, 1, 0, 0]}.get(source, [0, 1, 100, 7, 2, 127, 5])
    return np.array([values], NUMPY[source])


def main():
    """Makes the family."""
    family = Family("onnx-binary", "Functions of two elements, comparisons, logic and selection", SCRIPT, onnx_case.TOOLS,
                    OPTIONS, COMPARE)

    def add(name, build, shapes, vectors):
        net = Net(seed_of(f"onnx-binary-{name}"), OPSET)
        build(net, shapes)
        model = net.model()
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))

    for name, shapes in SHAPES.items():
        rng = np.random.default_rng(seed_of(f"onnx-binary-{name}"))
        add(f"f32-{name}", float_net, shapes, [[floats(rng, shape) for shape in shapes]])
        add(f"bool-{name}", logic_net, shapes, [[rng.integers(0, 2, shape).astype(np.bool_) for shape in shapes[:2]]])
        vector = integers(rng, np.int32, shapes[:2], -999, 999)
        add(f"i32-{name}", integer_net(TensorProto.INT32, [*ARITHMETIC, *BITWISE, *COMPARISONS]), shapes, [vector])
    rng = np.random.default_rng(seed_of("onnx-binary"))
    add("constants", constant_net, None, [[floats(rng, (1, 4, 3, 5))]])
    special = np.array([np.nan, np.inf, -np.inf, 0, -0.0, 1, -1, 1e38, -1e-45], np.float32)
    add("special", special_net, None, [[special]])
    shapes = SHAPES["both"][:2]
    add("i64", integer_net(TensorProto.INT64, [*ARITHMETIC, *BITWISE, *COMPARISONS]), shapes,
        [integers(rng, np.int64, shapes, -2**40, 2**40)])
    add("u8", integer_net(TensorProto.UINT8, ["Add", "Sub", "Mul", "Div", "Max", "Min", "Mod", *BITWISE, "BitShiftLEFT", "BitShiftRIGHT",
                                              "Equal", "Greater"]),
        shapes, [integers(rng, np.uint8, shapes, 0, 8), integers(rng, np.uint8, shapes, 0, 7)])
    add("i8", integer_net(TensorProto.INT8, ["Add", "Sub", "Mul", "Div", "Max", "Min", "Mod", "Mod1", *BITWISE, "Equal"]), shapes,
        [integers(rng, np.int8, shapes, -128, 128)])
    add("i16", integer_net(TensorProto.INT16, ["Mod", "Mod1", *BITWISE]), shapes,
        [integers(rng, np.int16, shapes, -32768, 32768)])
    powers = np.array([[2, -3, 1, 7]], np.int32), np.array([[3], [0], [4]], np.int32)
    add("i32-pow", integer_net(TensorProto.INT32, ["Pow"]), [power.shape for power in powers], [list(powers)])
    for source in CASTS:
        add(f"cast-{source}", cast_net(source), None, [[cast_values(source)]])
    family.write()


if __name__ == "__main__":
    main()
