"""Makes the family `onnx-movement`: operators that move elements and change none, in ONNX files."""

import numpy as np
from onnx import TensorProto

import onnx_case
from family import Family
from onnx_case import Net

SCRIPT = "onnx_movement.py"


def integers(*values):
    return np.array(values, np.int64)


def reals(*values):
    return np.array(values, np.float32)


def one(kind, *operands, **attributes):
    """A network of one operator behind the input."""
    return lambda net, x: net.op(kind, x, *operands, **attributes)


def behind_conv(kind, *operands, **attributes):
    """The operator between two convolutions: on images, where axes are moved."""
    def build(net, x):
        y = net.op("Conv", x, net.weights(8, 3, 3, 3), net.weights(8), pads=[1, 1, 1, 1])
        y = net.op(kind, y, *operands, **attributes)
        return y
    return build


def split(axis, sizes, **attributes):
    """All parts are outputs."""
    def build(net, x):
        parts = integers(*sizes) if sizes else None
        operands = [x] if parts is None else [x, parts]
        count = len(sizes) if sizes else attributes.pop("parts")
        return net.op("Split", *operands, results=count, axis=axis, **attributes)
    return build


# name: (opset, input shape, what is built)
CASES = {
    "slice": (17, (1, 3, 5, 6), one("Slice", integers(1, -3), integers(4, 100), integers(2, 3))),
    "slice-steps": (17, (2, 7, 3), one("Slice", integers(-1, 0), integers(-100, 3), integers(1, 2), integers(-2, 2))),
    "slice-attributes": (9, (4, 6), one("Slice", starts=[1, 0], ends=[3, -1])),
    "slice-channels": (17, (1, 3, 5, 6), behind_conv("Slice", integers(2), integers(7), integers(1))),
    "slice-chomp": (17, (1, 3, 5, 6), behind_conv("Slice", integers(0), integers(-2), integers(3))),
    "split": (17, (1, 6, 4), split(1, (1, 3, 2))),
    "split-equal": (12, (1, 6, 4), split(1, None, parts=3)),
    "split-attribute": (11, (2, 5), lambda net, x: net.op("Split", x, results=2, axis=-1, split=[2, 3])),
    "split-uneven": (18, (1, 7, 2), split(1, None, parts=3, num_outputs=3)),
    "split-channels": (17, (1, 3, 5, 6), lambda net, x: net.op(
        "Split", behind_conv("Relu")(net, x), integers(3, 5), results=2, axis=1)),
    "gather": (17, (4, 5, 3), one("Gather", integers(3, -4, 0), axis=1)),
    "gather-scalar": (17, (4, 5, 3), one("Gather", np.array(-2, np.int64), axis=1)),
    "gather-matrix": (17, (4, 5), one("Gather", np.array([[0, 3], [2, 2]], np.int64), axis=0)),
    "gather-channels": (17, (1, 3, 5, 6), behind_conv("Gather", integers(7, 0, 1), axis=1)),
    "gather-channel": (17, (1, 3, 5, 6), behind_conv("Gather", np.array(3, np.int64), axis=1)),
    "tile": (17, (2, 3), one("Tile", integers(2, 3))),
    "tile-channels": (17, (1, 3, 5, 6), behind_conv("Tile", integers(1, 2, 1, 3))),
    "expand": (17, (3, 1), one("Expand", integers(2, 3, 4))),
    "expand-same-rank": (17, (1, 3, 1, 6), one("Expand", integers(1, 1, 5, 1))),
    "depth-to-space": (17, (1, 3, 5, 6), behind_conv("DepthToSpace", blocksize=2)),
    "depth-to-space-crd": (17, (1, 3, 5, 6), behind_conv("DepthToSpace", blocksize=2, mode="CRD")),
    "space-to-depth": (17, (1, 3, 4, 6), behind_conv("SpaceToDepth", blocksize=2)),
    "pad-reflect": (17, (1, 3, 5, 6), behind_conv("Pad", integers(0, 0, 2, 1, 0, 0, 1, 3), mode="reflect")),
    "pad-edge": (17, (3, 4), one("Pad", integers(1, 0, 2, 3), mode="edge")),
    "pad-wrap": (19, (3, 4), one("Pad", integers(1, 2, 0, 3), mode="wrap")),
    "pad-negative": (17, (1, 3, 5, 6), behind_conv("Pad", integers(0, 0, -1, 2, 0, 0, 1, -3))),
    "resize-2": (17, (1, 3, 4, 5), behind_conv("Resize", None, reals(1, 1, 2, 2))),
    "resize-sizes": (17, (1, 3, 4, 5), one("Resize", None, None, integers(1, 3, 7, 8),
                                           coordinate_transformation_mode="asymmetric", nearest_mode="floor")),
    "resize-smaller": (17, (1, 2, 9, 7), one("Resize", None, None, integers(1, 2, 4, 3))),
    "resize-corners": (17, (1, 2, 3, 5), one("Resize", None, None, integers(1, 2, 5, 9),
                                             coordinate_transformation_mode="align_corners", nearest_mode="ceil")),
    "resize-axes": (18, (1, 2, 3, 5), one("Resize", None, reals(3), axes=[2])),
    "resize-10": (10, (1, 2, 3, 4), one("Resize", reals(1, 1, 2, 3))),
    "upsample": (9, (1, 2, 3, 4), one("Upsample", reals(1, 1, 2, 2))),
}


def main():
    """Makes the family."""
    family = Family("onnx-movement", "Operators that move elements and change none", SCRIPT, onnx_case.TOOLS,
                    {"precision": "f32"}, {"max_abs": 1e-5})
    for number, (name, (opset, shape, build)) in enumerate(CASES.items()):
        net = Net(number, opset)
        results = build(net, net.input("x", shape))
        for result in [results] if isinstance(results, str) else results:
            net.output(result, TensorProto.FLOAT)
        model = net.model()
        vectors = onnx_case.vectors(number, shape)
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors,
                   onnx_case.run(model, vectors))
    family.write()


if __name__ == "__main__":
    main()
