"""Makes models whose outputs are not each the result of an operator of their own, and models
whose tensors are called what Rust has other plans for."""

import numpy as np

import case_folder
from inputs import int8_vectors, seed_of
from tflite_writer import ModelWriter

SCRIPT = "borders.py"


def outputs():
    """An output that is an input, a constant, the same tensor again, a view of it."""
    name = "net-outputs"
    seed = seed_of(name)
    rng = np.random.default_rng(seed)
    writer = ModelWriter(name)
    x = writer.tensor("x", (1, 6), scale=0.05, zero_point=-3)
    y = writer.tensor("y", (1, 6), scale=0.1, zero_point=5)
    view = writer.tensor("view", (2, 3), scale=0.1, zero_point=5)
    known = writer.tensor("known", (1, 4), scale=0.02, zero_point=-128)
    operand = writer.constant("operand", rng.integers(-128, 128, (1, 4)).astype(np.int8), 0.05, 7)
    shape = writer.constant("shape", np.array([2, 3], np.int32))
    writer.operator("LEAKY_RELU", [x], [y], Alpha=0.25)
    writer.operator("RESHAPE", [y, shape], [view])
    writer.operator("RELU", [operand], [known])
    vectors = [[array] for array in int8_vectors(rng, (1, 6), -3)]
    case_folder.write(name, "Outputs that are an input, a constant, computed from constants, given "
                      "twice, a view of another", writer.finish([x], [y, x, operand, known, y, view]),
                      vectors, SCRIPT, seed)


def passed_through():
    """Nothing is computed: the input is the output."""
    name = "net-passed-through"
    seed = seed_of(name)
    writer = ModelWriter(name)
    x = writer.tensor("x", (1, 3, 2, 4), scale=0.05, zero_point=-3)
    y = writer.tensor("y", (6, 4), scale=0.05, zero_point=-3)
    shape = writer.constant("shape", np.array([6, 4], np.int32))
    writer.operator("RESHAPE", [x, shape], [y])
    vectors = [[array] for array in int8_vectors(np.random.default_rng(seed), (1, 3, 2, 4))]
    case_folder.write(name, "The only output is the only input under another shape",
                      writer.finish([x], [y]), vectors, SCRIPT, seed)


# Keywords, of which some are so since edition 2024 and some cannot be raw identifiers; names that meet once they are identifiers;
# names of generated items; line ends, marks that turn the direction of text, what ends a comment or a string, nothing at all.
NAMES = ["type", "type", "type_2", "gen", "self", "self_", "crate", "Self", "_", "try", "async", "union",
         "Model", "INPUT", "run", "infer", "arena", "rt", "input", "x/y", "x_y", "X:Y", "3x3", "",
         "\u5165\u529b", "\u202ea", "b\u2066", "a\rb", "a\nb", "`", "\"#", "*/", "//", "\\", "{}", "\u200b", "\ufeff", "\u00e9" * 40,
         "w" * 400]


def names():
    """Each input and the output that is made of it have the same name."""
    name = "net-names"
    seed = seed_of(name)
    rng = np.random.default_rng(seed)
    writer = ModelWriter(name)
    inputs = [writer.tensor(text, (1, 3), scale=0.05, zero_point=-3) for text in NAMES]
    results = [writer.tensor(text, (1, 3), scale=0.05, zero_point=-3) for text in NAMES]
    for operand, result in zip(inputs, results):
        writer.operator("RELU", [operand], [result])
    arrays = [int8_vectors(rng, (1, 3)) for _ in NAMES]
    case_folder.write(name, "Names that are no identifiers, or not by themselves",
                      writer.finish(inputs, results), [list(v) for v in zip(*arrays)], SCRIPT, seed)


def main():
    """Makes all of them."""
    outputs()
    passed_through()
    names()


if __name__ == "__main__":
    main()
