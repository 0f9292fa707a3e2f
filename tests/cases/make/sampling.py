"""Makes the families `sampling-int8` and `sampling-f32`: RESIZE_BILINEAR."""

import numpy as np

import case_folder
from family import Family
from inputs import float_vectors, int8_vectors, seed_of
from tflite_writer import ModelWriter

SCRIPT = "sampling.py"
SCALE = (0.05, -9)

# name: (input shape, height and width of the result, options).
CASES = {
    "twice": ((1, 5, 7, 8), (10, 14), {"HalfPixelCenters": True}),
    "twice-asymmetric": ((1, 4, 3, 12), (8, 6), {}),
    "twice-one-channel": ((1, 7, 5, 1), (14, 10), {"HalfPixelCenters": True}),
    "four-times-three-channels": ((1, 3, 4, 3), (12, 16), {"HalfPixelCenters": True}),
    "eight-times-by-two": ((1, 2, 3, 4), (16, 6), {"HalfPixelCenters": True}),
    "corners": ((1, 5, 4, 4), (9, 7), {"AlignCorners": True}),
    "corners-uneven": ((1, 4, 6, 5), (7, 13), {"AlignCorners": True}),
    "corners-of-one": ((1, 4, 5, 3), (1, 1), {"AlignCorners": True}),
    "uneven": ((1, 5, 6, 8), (7, 11), {"HalfPixelCenters": True}),
    "uneven-asymmetric": ((1, 5, 6, 3), (8, 7), {}),
    "smaller": ((1, 9, 11, 4), (4, 5), {"HalfPixelCenters": True}),
    "half": ((1, 8, 6, 8), (4, 3), {}),
    "one-pixel": ((1, 1, 1, 5), (3, 2), {"HalfPixelCenters": True}),
    "to-one-pixel": ((1, 3, 4, 4), (1, 1), {"HalfPixelCenters": True}),
    "one-row": ((1, 1, 9, 4), (1, 18), {"HalfPixelCenters": True}),
    "rows-alone": ((1, 4, 3, 4), (12, 3), {}),
}


def model(name, dtype, scale):
    """The bytes of the model."""
    shape, size, options = CASES[name]
    writer = ModelWriter(name)
    x = writer.tensor("input", shape, dtype, *scale)
    y = writer.tensor("output", (1, *size, shape[3]), dtype, *scale)
    writer.operator("RESIZE_BILINEAR", [x, writer.constant("size", np.array(size, np.int32))], [y], **options)
    return writer.finish([x], [y])


def main():
    """Makes both families."""
    for family_name, dtype, scale, makers in (("sampling-int8", np.int8, SCALE, int8_vectors),
                                              ("sampling-f32", np.float32, (), float_vectors)):
        options = {"precision": "f32"} if dtype == np.float32 else None
        family = Family(family_name, "Images of another size", SCRIPT, case_folder.TOOLS, options)
        for name, (shape, *_) in CASES.items():
            rng = np.random.default_rng(seed_of(f"{family_name}-{name}"))
            vectors = [[array] for array in makers(rng, shape)[1:]]
            content = model(name, dtype, scale)
            family.add(f"{name}.tflite", content, vectors, case_folder.run(content, vectors))
        family.write()


if __name__ == "__main__":
    main()
