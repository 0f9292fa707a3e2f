"""Writes tflm.txt: outputs of TFLM's reference kernels, over all inputs of an operator.

    python make_tflm.py

needs tests/cases/make/requirements.txt (tflite-micro, tflite, flatbuffers, numpy). The version of tflite-micro goes into
the first line of the file. A line is: operator, parameters, `:`, outputs. Scales and alphas are the bits of an f32. Outputs
are the bytes for all 256 inputs from -128 (unary operators), or the FNV-1a hash of the bytes for all pairs of inputs, the
second running faster (binary operators).
"""

import importlib.metadata
import pathlib
import sys

import numpy as np
from tflite_micro.python.tflite_micro import runtime

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "tests/cases/make"))
from tflite_writer import ModelWriter  # noqa: E402

ALL = np.arange(-128, 128, dtype=np.int8)
ARENA_BYTES = 4 << 20
SEED = 20261121
RANDOM_CASES = 3


def run(operator, inputs, output_shape, output, constants=(), **options):
    """The output of one operator. `inputs`: arrays with scale and zero point; `output`: scale and zero point."""
    writer = ModelWriter("tinyml-arith golden")
    tensors = [writer.tensor(f"x{i}", x.shape, np.int8, s, z) for i, (x, s, z) in enumerate(inputs)]
    constants = [writer.constant(f"c{i}", c) for i, c in enumerate(constants)]
    result = writer.tensor("y", output_shape, np.int8, *output)
    writer.operator(operator, tensors + constants, [result], **options)
    interpreter = runtime.Interpreter.from_bytes(writer.finish(tensors, [result]), arena_size=ARENA_BYTES)
    for i, (x, _, _) in enumerate(inputs):
        interpreter.set_input(x, i)
    interpreter.invoke()
    return interpreter.get_output(0).reshape(-1)


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def pairs(operator, p):
    a, b = np.repeat(ALL, 256)[None], np.tile(ALL, 256)[None]
    y = run(operator, [(a, p[0], p[1]), (b, p[2], p[3])], a.shape, (p[4], p[5]))
    return fnv1a(y.tobytes())


def unary(operator, quantization, output, **options):
    x = ALL[None]
    return run(operator, [(x, *quantization)], x.shape, output, **options).tobytes().hex()


def mean(p):
    """Means of 49 equal values and of mixtures of neighbours: the sums around those of all 256 inputs."""
    count = 49
    sums = ALL.astype(np.int32) * count + np.arange(256) % count * (ALL < 127)
    x = np.repeat(np.floor_divide(sums, count)[None], count, axis=0)
    x[:, :] += np.arange(count)[:, None] < np.mod(sums, count)
    x = x.astype(np.int8).reshape(1, 7, 7, 256)
    axes = np.array([1, 2], np.int32)
    return run("MEAN", [(x, p[0], p[1])], (1, 256), (p[2], p[3]), [axes], KeepDims=False).tobytes().hex()


CASES = {
    "add": ("fififi", lambda p: pairs("ADD", p)),
    "sub": ("fififi", lambda p: pairs("SUB", p)),
    "mul": ("fififi", lambda p: pairs("MUL", p)),
    "relu": ("fifi", lambda p: unary("RELU", p[:2], p[2:])),
    "relu6": ("fifi", lambda p: unary("RELU6", p[:2], p[2:])),
    "leaky_relu": ("ffifi", lambda p: unary("LEAKY_RELU", p[1:3], p[3:], Alpha=float(p[0]))),
    "hard_swish": ("fifi", lambda p: unary("HARD_SWISH", p[:2], p[2:])),
    "quantize": ("fifi", lambda p: unary("QUANTIZE", p[:2], p[2:])),
    "logistic": ("fi", lambda p: unary("LOGISTIC", p, (np.float32(1 / 256), -128))),
    "tanh": ("fi", lambda p: unary("TANH", p, (np.float32(1 / 128), 0))),
    "softmax": ("ff", lambda p: unary("SOFTMAX", (p[1], 0), (np.float32(1 / 256), -128), Beta=float(p[0]))),
    "mean": ("fifi", mean),
}


def random_parameters(rng, name, kinds):
    """Scales between 2^-8 and 1; the products and sums of two inputs get an output scale that fits them."""
    p = [np.float32(2.0 ** rng.uniform(-8, 0)) if k == "f" else int(rng.integers(-128, 128)) for k in kinds]
    if name in ("add", "sub"):
        p[4] = np.float32(max(p[0], p[2]) * 2.0 ** rng.uniform(-1, 1.5))
    elif name == "mul":
        p[4] = np.float32(p[0] * p[2] * 2.0 ** rng.uniform(3, 8))
    elif name == "hard_swish":
        p[2] = np.float32(p[0] * 2.0 ** rng.uniform(-2, 1.5))
    return p


def parse(kinds, words):
    return [np.uint32(int(w, 16)).view(np.float32) if k == "f" else int(w) for k, w in zip(kinds, words)]


def main():
    rng = np.random.default_rng(SEED)
    probes = [line.split() for line in (HERE / "derivation_probes.txt").read_text().splitlines() if line[0] != "#"]
    version = importlib.metadata.version("tflite-micro")
    lines = [f"# tflite-micro {version}, written by make_tflm.py"]
    for name, (kinds, golden) in CASES.items():
        cases = [parse(kinds, words[1:]) for words in probes if words[0] == name]
        cases += [random_parameters(rng, name, kinds) for _ in range(RANDOM_CASES)]
        for p in cases:
            words = [f"{v.view(np.uint32):08x}" if k == "f" else str(v) for k, v in zip(kinds, p)]
            lines.append(f"{name} {' '.join(words)} : {golden(p)}")
    (HERE / "tflm.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
