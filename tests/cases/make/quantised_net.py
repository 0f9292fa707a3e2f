"""Builds int8 networks layer by layer, with random weights and scales that suit them.

Every activation carries the integers that a batch of calibration inputs gives there, so
each layer can be scaled as a trained one is: outputs of every channel about equally
spread, neither saturated nor constant. The integers are simulated (rounded once); only
the choice of scales rests on them. Goldens come from tflite-micro alone.
"""

import numpy as np
import tflite

import integer_layers
from tflite_writer import ModelWriter

FUSED = {
    None: tflite.ActivationFunctionType.NONE,
    "relu": tflite.ActivationFunctionType.RELU,
    "relu6": tflite.ActivationFunctionType.RELU6,
}
PADDING = {"SAME": tflite.Padding.SAME, "VALID": tflite.Padding.VALID}
UPPER = {None: np.inf, "relu": np.inf, "relu6": 6.0}
LOWER = {None: -np.inf, "relu": 0.0, "relu6": 0.0}
# A dead channel's bias as the TensorFlow Lite converter writes it when the channel's
# scale has collapsed: it clips there.
CLIPPED_BIAS = 1 << 30


def bell(rng, shape, largest, axis=None):
    """Bell-shaped integers (sums of four uniforms) of which the largest is `largest` in
    magnitude, in every slice along `axis` or in the whole array. A negative `largest` makes
    the largest one negative: -128 is reached."""
    total = rng.integers(-1000, 1001, (4, *shape)).sum(axis=0)
    others = None if axis is None else tuple(i for i in range(len(shape)) if i != axis)
    peak = np.abs(total).max(axis=others, keepdims=True)
    if largest < 0:
        # Turn each slice so that its extreme is positive; the factor makes it negative.
        total = total * np.where((total == peak).any(axis=others, keepdims=True), 1, -1)
    scaled = np.rint(total * largest / np.maximum(peak, 1))
    return np.clip(scaled, -128, 127).astype(np.int8)


def output_range(real, activation):
    """(scale, zero point) of an int8 tensor that holds `real`, as the converter picks them."""
    real = np.clip(real, LOWER[activation], UPPER[activation]).ravel()
    real = np.sort(real)
    low = min(real[int(real.size * 0.001)], 0.0)
    high = max(real[int(real.size * 0.999)], 0.0)
    if activation == "relu6":
        low, high = 0.0, 6.0
    scale = np.float32(max(high - low, 1e-3) / 255)
    return scale, int(np.clip(np.rint(-128 - low / scale), -128, 127))


class Activation:
    """An int8 tensor, and its integers for the calibration batch (first axis)."""

    def __init__(self, tensor, data):
        self.tensor = tensor
        self.data = data

    @property
    def scale(self):
        return np.float64(self.tensor.scale[0])

    @property
    def zero_point(self):
        return self.tensor.zero_point

    def centred(self):
        return self.data.astype(np.float64) - self.zero_point

    def real(self):
        return self.centred() * self.scale


class DeadChannels:
    """Output channels with all-zero weights. `constants` maps some of them to the number of
    steps above the zero point at which they clamp; the others stay at the zero point."""

    def __init__(self, channels, constants):
        self.channels = np.asarray(channels)
        self.constants = constants


class Network:
    """An int8 network under construction."""

    def __init__(self, description, seed):
        self.writer = ModelWriter(description)
        self.rng = np.random.default_rng(seed)

    def input(self, name, data, scale, zero_point):
        """A graph input; `data` [N, …] is the calibration batch."""
        tensor = self.writer.tensor(name, (1, *data.shape[1:]), np.int8, scale, zero_point)
        return Activation(tensor, data)

    def finish(self, inputs, outputs):
        """The bytes of the model."""
        return self.writer.finish([x.tensor for x in inputs], [x.tensor for x in outputs])

    def output(self, name, real, activation=None, output=None):
        """A new activation for the values `real` (before the fused activation); `output`
        fixes its (scale, zero point)."""
        scale, zero_point = output or output_range(real, activation)
        tensor = self.writer.tensor(name, (1, *real.shape[1:]), np.int8, scale, zero_point)
        low, high = LOWER[activation], UPPER[activation]
        data = np.rint(np.clip(real, low, high) / np.float64(np.float32(scale))) + zero_point
        return Activation(tensor, np.clip(data, -128, 127).astype(np.int8))

    def _spread(self, sums):
        """Mean (rounded) and mean absolute deviation of the sums of each channel."""
        flat = sums.reshape(-1, sums.shape[-1])
        mean = np.rint(flat.sum(axis=0) / flat.shape[0])
        return mean, np.abs(flat - mean).sum(axis=0) / flat.shape[0]

    def _scales(self, x, sums, per_channel, spread):
        """Weight scales that spread each channel by about `spread`, and integer biases that
        centre it, up to a random offset as a trained normalisation has."""
        mean, deviation = self._spread(sums)
        count = sums.shape[-1]
        wanted = spread * self.rng.integers(500, 1501, count) / 1000
        if not per_channel:
            wanted, deviation = wanted.mean(), np.sort(deviation)[count // 2]
        scale = wanted / (np.where(deviation < 1, 100, deviation) * x.scale)
        scale = np.atleast_1d(scale).astype(np.float32).astype(np.float64)
        offset = self.rng.integers(-600, 901, count) / 1000 * spread
        return scale, np.rint(offset / (scale * x.scale)) - mean

    def _weighted(self, kind, x, name, weights, sums, options, axis=0, activation=None,
                  per_channel=True, bias=True, output=None, spread=1.0, dead=None,
                  settle=None):
        scale, biases = self._scales(x, sums, per_channel, spread)
        if not bias:
            biases = np.zeros_like(biases)
        real = (sums + biases) * scale * x.scale
        if dead is not None:
            output = output or output_range(np.delete(real, dead.channels, axis=-1), activation)
            settle = self._settle_dead(dead, output)
        if settle is not None:
            output = output or output_range(real, activation)
            settle(x, scale, biases, output)
            real = (sums + biases) * scale * x.scale
        y = self.output(name, real, activation, output)
        inputs = [x.tensor, self.writer.constant(f"{name}/weights", weights, scale, 0, axis)]
        if bias:
            assert np.abs(biases).max() < 2 ** 31
            inputs.append(self.writer.constant(
                f"{name}/bias", biases.astype(np.int32), scale * x.scale))
        self.writer.operator(kind, inputs, [y.tensor],
                             FusedActivationFunction=FUSED[activation], **options)
        return y

    def _settle_dead(self, dead, output):
        """Tiny scales and huge biases for dead channels."""
        def settle(x, scale, biases, _):
            step = np.float64(output[0]) / x.scale
            for channel in dead.channels:
                biases[channel] = CLIPPED_BIAS + 64 * int(self.rng.integers(-2, 3))
                if channel in dead.constants:
                    level = dead.constants[channel] + int(self.rng.integers(-300, 301)) / 1000
                else:
                    # Either below the zero point or not far enough above it to show.
                    level = int(self.rng.integers(1, 401)) / 1000
                    if self.rng.integers(4) > 0:
                        level *= 20
                        biases[channel] *= -1
                scale[channel] = np.float32(level * step / CLIPPED_BIAS)
        return settle

    def conv(self, x, name, channels, kernel, stride=(1, 1), padding="SAME", dilation=(1, 1),
             largest=127, dead=None, **more):
        """CONV_2D; `dead` is a `DeadChannels`, `largest` the largest weight."""
        weights = bell(self.rng, (channels, *kernel, x.data.shape[3]), largest, axis=0)
        if dead is not None:
            weights[dead.channels] = 0
        sums = integer_layers.conv_sums(x.centred(), weights, stride, padding, dilation)
        options = self._convolution_options(stride, padding, dilation)
        return self._weighted("CONV_2D", x, name, weights, sums, options, dead=dead, **more)

    def depthwise(self, x, name, kernel, stride=(1, 1), padding="SAME", dilation=(1, 1),
                  multiplier=1, largest=127, negative=(), **more):
        """DEPTHWISE_CONV_2D; the weights of the channels `negative` are not positive."""
        weights = bell(self.rng, (1, *kernel, x.data.shape[3] * multiplier), largest,
                       axis=3)
        weights[..., negative] = -np.abs(weights[..., negative])
        sums = integer_layers.depthwise_sums(
            x.centred(), weights, multiplier, stride, padding, dilation)
        options = self._convolution_options(stride, padding, dilation)
        options["DepthMultiplier"] = multiplier
        return self._weighted("DEPTHWISE_CONV_2D", x, name, weights, sums, options, axis=3,
                              **more)

    @staticmethod
    def _convolution_options(stride, padding, dilation):
        return {
            "Padding": PADDING[padding],
            "StrideH": stride[0],
            "StrideW": stride[1],
            "DilationHFactor": dilation[0],
            "DilationWFactor": dilation[1],
        }

    def fully_connected(self, x, name, outputs, keep_num_dims=False, per_channel=False,
                        largest=127, flatten=False, **more):
        """FULLY_CONNECTED over the last axis, or with `flatten` over all."""
        rows = () if flatten else x.data.shape[1:-1]
        count = int(np.prod(x.data.shape[1 + len(rows):]))
        weights = bell(self.rng, (outputs, count), largest, axis=0 if per_channel else None)
        sums = integer_layers.fully_connected_sums(x.centred(), weights)
        sums = sums.reshape(x.data.shape[0], *rows, outputs)
        return self._weighted("FULLY_CONNECTED", x, name, weights, sums,
                              {"KeepNumDims": keep_num_dims}, per_channel=per_channel, **more)

    def add(self, a, b, name, activation=None, output=None):
        """ADD of two activations of equal shapes."""
        y = self.output(name, a.real() + b.real(), activation, output)
        self.writer.operator("ADD", [a.tensor, b.tensor], [y.tensor],
                             FusedActivationFunction=FUSED[activation], PotScaleInt16=True)
        return y

    def pool(self, kind, x, name, kernel, stride=None, padding="VALID", activation=None):
        """AVERAGE_POOL_2D or MAX_POOL_2D; the scale stays."""
        stride = stride or kernel
        taps = integer_layers.windows(x.data, kernel, stride, padding, fill=np.nan)
        pooled = np.nanmax(taps, axis=3) if kind == "MAX_POOL_2D" else np.nanmean(taps, axis=3)
        real = (np.rint(pooled) - x.zero_point) * x.scale
        y = self.output(name, real, activation, (x.tensor.scale[0], x.zero_point))
        self.writer.operator(kind, [x.tensor], [y.tensor], Padding=PADDING[padding],
                             FilterHeight=kernel[0], FilterWidth=kernel[1], StrideH=stride[0],
                             StrideW=stride[1], FusedActivationFunction=FUSED[activation])
        return y

    def concatenate(self, xs, name, axis, output=None):
        """CONCATENATION along `axis`; all inputs have the output's scale."""
        real = np.concatenate([x.real() for x in xs], axis)
        y = self.output(name, real, None, output or (xs[0].tensor.scale[0], xs[0].zero_point))
        self.writer.operator("CONCATENATION", [x.tensor for x in xs], [y.tensor], Axis=axis,
                             FusedActivationFunction=FUSED[None])
        return y

    def reshape(self, x, name, shape, written=None):
        """RESHAPE to [1, *shape]; `written` is what the shape constant says, if not that."""
        y = self.output(name, x.real().reshape(x.data.shape[0], *shape), None,
                        (x.tensor.scale[0], x.zero_point))
        target = self.writer.constant(
            f"{name}/shape", np.array(written or (1, *shape), np.int32))
        self.writer.operator("RESHAPE", [x.tensor, target], [y.tensor])
        return y

    def softmax(self, x, name):
        """SOFTMAX over the last axis, with the output scale that it always has."""
        power = np.exp(x.real() - x.real().max(axis=-1, keepdims=True))
        real = power / power.sum(axis=-1, keepdims=True)
        y = self.output(name, real, None, (1 / 256, -128))
        self.writer.operator("SOFTMAX", [x.tensor], [y.tensor], Beta=1.0)
        return y
