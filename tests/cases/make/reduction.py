"""Makes the families `reduction-int8` and `reduction-f32`: operators that reduce axes to one number, in TensorFlow Lite files."""

import numpy as np

import case_folder
from family import Family
from inputs import float_vectors, int8_vectors, seed_of
from op_pooling import reduced
from tflite_writer import ModelWriter, tflite

SCRIPT = "reduction.py"
SCALE = (0.05, -9)
TOOLS = (*case_folder.TOOLS, "ai-edge-litert")

# What tflite-micro has no kernel for is LiteRT's: products, and places of 64 bits.
LITERT = {"REDUCE_PROD"}

# variant: (input shape, axes, whether they stay)
FORMS = {
    "image": ((1, 5, 3, 7), [1, 2], True),
    "channels": ((1, 3, 5, 7), [-1], False),
    "rows": ((1, 6, 3, 1), [1], True),
    "apart": ((2, 3, 2, 5), [0, 2], False),
    "all": ((1, 3, 4, 3), [0, 1, 2, 3], False),
    "rank5": ((1, 2, 3, 2, 3), [4, 1], True),
    "one": ((1, 1), [1], False),
}

# variant: (input shape, axis)
PLACES = {
    "channels": ((1, 4, 3, 11), 3),
    "rows-negative": ((1, 5, 3, 4), -3),
    "vector": ((1, 13), 1),
    "one": ((1, 1, 2), 1),
}

# The scale of an int8 sum.
SUM_SCALES = {"image": (0.7, 5), "channels": (0.05, -9), "rows": (0.21, -128), "apart": (0.4, 127),
              "all": (0.003, 0), "rank5": (0.3, -20), "one": (0.06, 3)}


def model(name, operator, operands, dtype, scale, result, options):
    """The bytes of a model of one operator with one input; `result` is (shape, type, scale)."""
    writer = ModelWriter(name)
    shape, constant = operands
    x = writer.tensor("input", shape, dtype, *scale)
    y = writer.tensor("output", result[0], result[1], *result[2])
    writer.operator(operator, [x, writer.constant("axes", np.array(constant, np.int32))], [y], **options)
    return writer.finish([x], [y])


def cases(dtype):
    """Names, operators and models."""
    scale = SCALE if dtype == np.int8 else ()
    for operator in ("SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "MEAN"):
        # Integer means have cases of their own.
        if dtype == np.int8 and operator in ("REDUCE_PROD", "MEAN"):
            continue
        for variant, (shape, axes, keep) in FORMS.items():
            name = f"{operator.lower().replace('_', '-')}-{variant}"
            own = SUM_SCALES[variant] if operator == "SUM" and scale else scale
            result = (reduced(shape, axes, keep), dtype, own)
            yield name, operator, shape, model(name, operator, (shape, axes), dtype, scale, result,
                                               {"KeepDims": keep})
    for operator in ("ARG_MAX", "ARG_MIN"):
        for variant, (shape, axis) in PLACES.items():
            for wide in (np.int32, np.int64):
                name = f"{operator.lower().replace('_', '-')}-{variant}-{np.dtype(wide).name}"
                kind = tflite.TensorType.INT64 if wide == np.int64 else tflite.TensorType.INT32
                result = (reduced(shape, [axis], False), wide, ())
                yield name, operator, shape, model(name, operator, (shape, axis), dtype, scale, result,
                                                   {"OutputType": kind})


def main():
    """Makes both families."""
    for family_name, dtype, makers in (
            ("reduction-int8", np.int8, int8_vectors), ("reduction-f32", np.float32, float_vectors)):
        options = {"precision": "f32"} if dtype == np.float32 else None
        family = Family(family_name, "Operators that reduce axes to one number", SCRIPT, TOOLS, options)
        for name, operator, shape, content in cases(dtype):
            rng = np.random.default_rng(seed_of(f"{family_name}-{name}"))
            vectors = [[array] for array in makers(rng, shape)[-3:]]
            run = case_folder.run_litert if operator in LITERT or "int64" in name else case_folder.run
            family.add(f"{name}.tflite", content, vectors, run(content, vectors))
        family.write()


if __name__ == "__main__":
    main()
