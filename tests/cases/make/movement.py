"""Makes the families `movement-int8` and `movement-f32`: operators that move elements and change none, in TensorFlow Lite files."""

import numpy as np

import case_folder
from family import Family
from inputs import float_vectors, int8_vectors, seed_of
from tflite_writer import ModelWriter

SCRIPT = "movement.py"
SCALE = (0.05, -9)

# name: (operator, input shape, constant operands, output shapes, options). Constants in front of the input: ("before", …).
CASES = {
    "slice-rows": ("SLICE", (1, 5, 4, 3), [[0, 1, 0, 0], [1, 3, 4, 3]], [(1, 3, 4, 3)], {}),
    "slice-to-end": ("SLICE", (1, 5, 4, 3), [[0, 2, 1, 0], [-1, -1, 2, -1]], [(1, 3, 2, 3)], {}),
    "slice-channel": ("SLICE", (1, 3, 3, 5), [[0, 0, 0, 2], [1, 3, 3, 1]], [(1, 3, 3, 1)], {}),
    "slice-vector": ("SLICE", (11,), [[3], [1]], [(1,)], {}),
    "slice-rank5": ("SLICE", (2, 3, 2, 3, 4), [[1, 0, 0, 1, 1], [1, 3, 2, 2, 3]], [(1, 3, 2, 2, 3)], {}),
    "strided-slice-steps": ("STRIDED_SLICE", (1, 7, 6, 3), [[0, 1, 0, 0], [1, 7, 6, 3], [1, 2, 3, 1]],
                            [(1, 3, 2, 3)], {}),
    "strided-slice-backwards": ("STRIDED_SLICE", (1, 7, 6, 2), [[0, -1, 0, 1], [1, -7, 6, -3], [1, -2, 1, -1]],
                                [(1, 3, 6, 2)], {}),
    "strided-slice-masks": ("STRIDED_SLICE", (1, 7, 6, 3), [[0, 3, 2, 1], [0, 2, 5, 2], [1, 1, 1, 1]],
                            [(1, 2, 3, 2)], {"BeginMask": 2, "EndMask": 9}),
    "strided-slice-backwards-masks": ("STRIDED_SLICE", (1, 5, 4, 3), [[0, 9, 9, 0], [1, 0, 0, 3], [1, -1, -2, 1]],
                                      [(1, 5, 2, 3)], {"BeginMask": 6, "EndMask": 6}),
    "strided-slice-shrink": ("STRIDED_SLICE", (1, 7, 6, 3), [[0, -2, 0, 0], [1, -1, 6, 3], [1, 1, 2, 1]],
                             [(3, 3)], {"ShrinkAxisMask": 3}),
    "split-channels": ("SPLIT", (1, 3, 2, 6), [("before", [3])], [(1, 3, 2, 2)] * 3, {"NumSplits": 3}),
    "split-rows-negative": ("SPLIT", (1, 4, 3, 5), [("before", [-3])], [(1, 2, 3, 5)] * 2, {"NumSplits": 2}),
    "split-v": ("SPLIT_V", (1, 4, 2, 7), [[2, 4, 1], [3]], [(1, 4, 2, 2), (1, 4, 2, 4), (1, 4, 2, 1)],
                {"NumSplits": 3}),
    "split-v-rest": ("SPLIT_V", (1, 9, 2), [[3, -1], [1]], [(1, 3, 2), (1, 6, 2)], {"NumSplits": 2}),
    "unpack-rows": ("UNPACK", (1, 3, 4), [], [(1, 4)] * 3, {"Num": 3, "Axis": 1}),
    "unpack-channels": ("UNPACK", (1, 3, 2, 3), [], [(1, 3, 2)] * 3, {"Num": 3, "Axis": -1}),
    "tile-channels": ("TILE", (1, 3, 2, 3), [[1, 1, 1, 3]], [(1, 3, 2, 9)], {}),
    "tile-image": ("TILE", (1, 2, 3, 4), [[1, 3, 2, 1]], [(1, 6, 6, 4)], {}),
    "tile-one": ("TILE", (1, 1), [[1, 7]], [(1, 7)], {}),
    "broadcast-to-rows": ("BROADCAST_TO", (1, 1, 3, 2), [[1, 4, 3, 2]], [(1, 4, 3, 2)], {}),
    "broadcast-to-more-axes": ("BROADCAST_TO", (3, 1), [[2, 3, 4]], [(2, 3, 4)], {}),
    "reverse-rows": ("REVERSE_V2", (1, 5, 3, 2), [[1]], [(1, 5, 3, 2)], {}),
    "reverse-channels": ("REVERSE_V2", (1, 4, 3, 5), [[-1]], [(1, 4, 3, 5)], {}),
    "depth-to-space": ("DEPTH_TO_SPACE", (1, 2, 3, 12), [], [(1, 4, 6, 3)], {"BlockSize": 2}),
    "depth-to-space-one": ("DEPTH_TO_SPACE", (1, 3, 1, 9), [], [(1, 9, 3, 1)], {"BlockSize": 3}),
    "space-to-depth": ("SPACE_TO_DEPTH", (1, 4, 6, 3), [], [(1, 2, 3, 12)], {"BlockSize": 2}),
    "space-to-depth-one": ("SPACE_TO_DEPTH", (1, 6, 3, 1), [], [(1, 2, 1, 9)], {"BlockSize": 3}),
    "gather-channels": ("GATHER", (1, 3, 2, 5), [[4, 0, 0, 3]], [(1, 3, 2, 4)], {"Axis": 3}),
    "gather-rows": ("GATHER", (1, 7, 4), [[1, 3, 5]], [(1, 3, 4)], {"Axis": 1}),
    "gather-matrix": ("GATHER", (1, 6, 3), [[[5, 1], [0, 2]]], [(1, 2, 2, 3)], {"Axis": 1}),
    "mirror-pad-reflect": ("MIRROR_PAD", (1, 4, 5, 3), [[[0, 0], [2, 1], [3, 4], [0, 0]]], [(1, 7, 12, 3)],
                           {"Mode": 0}),
    "mirror-pad-symmetric": ("MIRROR_PAD", (1, 3, 4, 3), [[[0, 0], [3, 2], [0, 1], [1, 3]]], [(1, 8, 5, 7)],
                             {"Mode": 1}),
    "resize-nearest-2": ("RESIZE_NEAREST_NEIGHBOR", (1, 3, 4, 3), [[6, 8]], [(1, 6, 8, 3)], {}),
    "resize-nearest-uneven": ("RESIZE_NEAREST_NEIGHBOR", (1, 3, 4, 2), [[5, 7]], [(1, 5, 7, 2)], {}),
    "resize-nearest-smaller": ("RESIZE_NEAREST_NEIGHBOR", (1, 7, 9, 2), [[3, 4]], [(1, 3, 4, 2)],
                               {"HalfPixelCenters": True}),
    "resize-nearest-corners": ("RESIZE_NEAREST_NEIGHBOR", (1, 3, 5, 1), [[7, 9]], [(1, 7, 9, 1)],
                               {"AlignCorners": True}),
}

# What tflite-micro has no kernel for is LiteRT's.
LITERT = {"TILE"}
TOOLS = (*case_folder.TOOLS, "ai-edge-litert")


def model(name, dtype, scale):
    """The bytes of the model; its one input is the operand."""
    operator, shape, constants, results, options = CASES[name]
    writer = ModelWriter(name)
    x = writer.tensor("input", shape, dtype, *scale)
    operands = [x]
    for number, values in enumerate(constants):
        before = isinstance(values, tuple)
        data = np.array(values[1] if before else values, np.int32)
        if operator == "SPLIT":
            data = data.reshape(())
        constant = writer.constant(f"constant_{number}", data)
        operands.insert(0 if before else len(operands), constant)
    outputs = [writer.tensor(f"output_{i}", result, dtype, *scale) for i, result in enumerate(results)]
    writer.operator(operator, operands, outputs, **options)
    return writer.finish([x], outputs)


def main():
    """Makes both families."""
    for family_name, dtype, scale, makers in (
            ("movement-int8", np.int8, SCALE, int8_vectors),
            ("movement-f32", np.float32, (), float_vectors)):
        options = {"precision": "f32"} if dtype == np.float32 else None
        family = Family(family_name, "Operators that move elements and change none", SCRIPT, TOOLS, options)
        for name, (operator, shape, *_) in CASES.items():
            rng = np.random.default_rng(seed_of(f"{family_name}-{name}"))
            vectors = [[array] for array in makers(rng, shape)[2:4]]
            content = model(name, dtype, scale)
            run = case_folder.run_litert if operator in LITERT else case_folder.run
            results = run(content, vectors)
            family.add(f"{name}.tflite", content, vectors, results)
        family.write()


if __name__ == "__main__":
    main()
