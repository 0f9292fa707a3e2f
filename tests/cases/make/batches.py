"""Makes the families `batches-int8` and `batches-f32`: SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND, alone and round convolutions,
which is how converters write dilated and causal ones."""

import numpy as np

import case_folder
from family import Family
from inputs import float_vectors, int8_vectors, seed_of
from tflite_writer import ModelWriter

SCRIPT = "batches.py"
INPUT, RESULT = (0.02, -5), (0.05, -3)
SAME, VALID = 0, 1
TOOLS = (*case_folder.TOOLS, "ai-edge-litert")


class Net:
    """A chain of operators from the input on."""

    def __init__(self, name, shape, dtype):
        self.writer = ModelWriter(name)
        self.rng = np.random.default_rng(seed_of(name))
        self.dtype = dtype
        self.input = self.last = self.tensor("input", shape, INPUT)
        self.count = 0

    def tensor(self, name, shape, quantisation):
        """An activation."""
        return self.writer.tensor(name, shape, self.dtype, *(quantisation if self.dtype == np.int8 else ()))

    def then(self, operator, shape, *constants, quantisation=None, **options):
        """The operator on the last result, with the same quantisation unless said otherwise."""
        self.count += 1
        own = (float(self.last.scale[0]), self.last.zero_point) if self.dtype == np.int8 else None
        result = self.tensor(f"t{self.count}", shape, quantisation or own)
        self.writer.operator(operator, [self.last, *constants], [result], **options)
        self.last = result
        return self

    def integers(self, values):
        """A constant."""
        return self.writer.constant(f"c{len(self.writer.tensors)}", np.array(values, np.int32))

    def to_batch(self, blocks, pads):
        """SPACE_TO_BATCH_ND."""
        shape = list(self.last.shape)
        for axis, (block, (before, after)) in enumerate(zip(blocks, pads), 1):
            shape[axis] = (shape[axis] + before + after) // block
            shape[0] *= block
        return self.then("SPACE_TO_BATCH_ND", shape, self.integers(blocks), self.integers(pads))

    def to_space(self, blocks, crops):
        """BATCH_TO_SPACE_ND."""
        shape = list(self.last.shape)
        for axis, (block, (before, after)) in enumerate(zip(blocks, crops), 1):
            shape[axis] = shape[axis] * block - before - after
            shape[0] //= block
        return self.then("BATCH_TO_SPACE_ND", shape, self.integers(blocks), self.integers(crops))

    def reshape(self, *shape):
        """RESHAPE."""
        return self.then("RESHAPE", shape, self.integers(shape))

    def constant(self, data, scale=None, axis=0):
        """A weight or bias: integers, or real numbers of the same size."""
        data = data if self.dtype == np.int8 else (data / 64).astype(np.float32)
        scale = scale if self.dtype == np.int8 else None
        return self.writer.constant(f"c{len(self.writer.tensors)}", data, scale, axis=axis)

    def conv(self, channels, kernel, padding=VALID, stride=(1, 1), depthwise=False, activation=0):
        """CONV_2D, or DEPTHWISE_CONV_2D with as many channels per input channel."""
        batch, height, width, depth = self.last.shape
        results = depth * channels if depthwise else channels
        shape = (1, *kernel, results) if depthwise else (channels, *kernel, depth)
        axis = 3 if depthwise else 0
        weights = self.rng.integers(-127, 128, shape).astype(np.int8)
        scales = self.rng.uniform(0.002, 0.006, results).astype(np.float32)
        bias = self.rng.integers(-400, 400, results).astype(np.int32)
        constants = [self.constant(weights, scales, axis), self.constant(bias, scales * np.float32(INPUT[0]))]

        def extent(size, taps, step):
            return -(-size // step) if padding == SAME else (size - taps) // step + 1
        size = [extent(*along) for along in zip((height, width), kernel, stride)]
        options = {"Padding": padding, "StrideH": stride[0], "StrideW": stride[1], "DilationHFactor": 1,
                   "DilationWFactor": 1, "FusedActivationFunction": activation}
        if depthwise:
            options["DepthMultiplier"] = channels
        return self.then("DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", (batch, *size, results), *constants,
                         quantisation=RESULT, **options)

    def finish(self):
        """The bytes of the model."""
        return self.writer.finish([self.input], [self.last])


# name: (shape of the input, the operators).
CASES = {
    # The movements alone.
    "to-batch": ((1, 4, 6, 3), lambda net: net.to_batch([2, 3], [[0, 0], [0, 0]])),
    "to-batch-pads": ((1, 3, 5, 1), lambda net: net.to_batch([2, 2], [[1, 0], [0, 1]])),
    "to-batch-sequence": ((1, 7, 2), lambda net: net.to_batch([4], [[3, 2]])),
    "to-batch-of-two": ((2, 4, 2, 3), lambda net: net.to_batch([2, 1], [[0, 0], [0, 0]])),
    "to-space": ((6, 2, 1, 3), lambda net: net.to_space([3, 2], [[0, 0], [0, 0]])),
    "to-space-crops": ((4, 3, 2, 1), lambda net: net.to_space([2, 2], [[1, 2], [0, 1]])),
    "to-space-sequence": ((3, 3, 5), lambda net: net.to_space([3], [[2, 0]])),
    "to-space-of-two": ((4, 2, 3, 2), lambda net: net.to_space([1, 2], [[0, 0], [1, 0]])),
    # Round convolutions.
    "causal": ((1, 1, 24, 3), lambda net: net.to_batch([1, 4], [[0, 0], [8, 0]]).conv(4, (1, 3))
               .to_space([1, 4], [[0, 0], [0, 0]])),
    "causal-sequence": ((1, 23, 3), lambda net: net.to_batch([3], [[6, 1]]).reshape(3, 1, 10, 3).conv(5, (1, 3))
                        .reshape(3, 8, 5).to_space([3], [[0, 1]])),
    "same": ((1, 9, 7, 2), lambda net: net.to_batch([2, 2], [[2, 3], [2, 3]]).conv(3, (3, 3), activation=1)
             .to_space([2, 2], [[0, 1], [0, 1]])),
    "padding-inside": ((1, 6, 9, 3), lambda net: net.to_batch([2, 3], [[0, 0], [0, 0]]).conv(4, (3, 3), SAME)
                       .to_space([2, 3], [[0, 0], [0, 0]])),
    "depthwise": ((1, 8, 10, 4), lambda net: net.to_batch([2, 2], [[2, 2], [2, 2]]).conv(1, (3, 3), depthwise=True)
                  .to_space([2, 2], [[0, 0], [0, 0]])),
    "depthwise-rows": ((1, 12, 3, 3), lambda net: net.to_batch([3, 1], [[3, 3], [1, 1]])
                       .conv(2, (3, 3), stride=(1, 2) if net.dtype == np.float32 else (1, 1), depthwise=True)
                       .to_space([3, 1], [[1, 2], [0, 0]])),
    "functions-between": ((1, 1, 20, 2), lambda net: net.to_batch([1, 4], [[0, 0], [4, 0]]).conv(3, (1, 2))
                          .then("RELU", (4, 1, 5, 3)).conv(2, (1, 3), SAME).then("TANH", (4, 1, 5, 2), quantisation=(1 / 128, 0))
                          .to_space([1, 4], [[0, 0], [0, 0]])),
    "read-twice": ((1, 4, 8, 2), lambda net: twice(net)),
}


def twice(net):
    """The batch is read by two convolutions."""
    net.to_batch([2, 2], [[2, 2], [2, 2]])
    batch = net.last
    net.conv(3, (3, 3)).to_space([2, 2], [[0, 0], [0, 0]])
    first, net.last = net.last, batch
    net.conv(3, (1, 1)).to_space([2, 2], [[2, 2], [2, 2]])
    return net.then("ADD", (1, 4, 8, 3), first)


def pads(name):
    """Whether the case pads images: TFLM fills them from memory that it has not written, so that LiteRT is the reference."""
    padded = []

    class Watched(Net):
        def to_batch(self, blocks, pads):
            padded.append(np.any(pads))
            return super().to_batch(blocks, pads)
    shape, make = CASES[name]
    make(Watched(name, shape, np.int8))
    return any(padded)


def main():
    """Makes both families."""
    for family_name, dtype, makers in (("batches-int8", np.int8, int8_vectors), ("batches-f32", np.float32, float_vectors)):
        is_real = dtype == np.float32
        family = Family(family_name, "Batches of blocks, alone and round convolutions", SCRIPT, TOOLS,
                        {"precision": "f32"} if is_real else None, {"max_abs": 1e-5} if is_real else None)
        for name, (shape, make) in CASES.items():
            content = make(Net(name, shape, dtype)).finish()
            rng = np.random.default_rng(seed_of(f"{family_name}-{name}"))
            vectors = [[array] for array in makers(rng, shape)[1:4]]
            run = case_folder.run_litert if pads(name) else case_folder.run
            family.add(f"{name}.tflite", content, vectors, run(content, vectors))
        family.write()


if __name__ == "__main__":
    main()
