"""Makes the family `normalise-f32`: L2_NORMALIZATION in TensorFlow Lite files."""

import numpy as np

import case_folder
from family import Family
from inputs import float_vectors, seed_of
from tflite_writer import ModelWriter

SCRIPT = "normalise.py"
SHAPES = {"image": (1, 3, 4, 7), "vector": (1, 13), "one": (1, 5, 1)}


def main():
    """Makes the family."""
    family = Family("normalise-f32", "L2_NORMALIZATION of floats", SCRIPT, case_folder.TOOLS,
                    {"precision": "f32"}, {"max_abs": 1e-6})
    for name, shape in SHAPES.items():
        writer = ModelWriter(name)
        x = writer.tensor("input", shape, np.float32)
        y = writer.tensor("output", shape, np.float32)
        writer.operator("L2_NORMALIZATION", [x], [y], FusedActivationFunction=0)
        content = writer.finish([x], [y])
        rng = np.random.default_rng(seed_of(f"normalise-f32-{name}"))
        # The first is zeros, whose norm is none to divide by.
        vectors = [[array] for array in float_vectors(rng, shape)[:3]]
        family.add(f"{name}.tflite", content, vectors, case_folder.run(content, vectors))
    family.write()


if __name__ == "__main__":
    main()
