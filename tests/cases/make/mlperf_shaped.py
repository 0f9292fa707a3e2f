"""Makes the cases with the structure of the four MLPerf Tiny benchmark models.

Operators, shapes, strides, paddings, fused activations, tensor types and (for VWW) the
dead output channels are those of the benchmark's int8 models; the weights are random and
the scales chosen to suit them.
"""

import numpy as np

import case_folder
import vww_dead_channels
from quantised_net import Network

SCRIPT = "mlperf_shaped.py"


def pictures(rng, count, shape, blocks):
    """Random block patterns [count, *shape]: int8, of varied contrast and brightness, so
    that the means of different pictures differ. `blocks` are the block edges to draw from."""
    height, width, channels = shape
    images = []
    for _ in range(count):
        edge = blocks[int(rng.integers(len(blocks)))]
        coarse = rng.integers(-128, 128, (-(-height // edge), -(-width // edge), channels))
        image = coarse.repeat(edge, 0).repeat(edge, 1)[:height, :width]
        contrast, brightness = rng.integers(20, 101), rng.integers(-60, 61, channels)
        images.append(np.clip(image * contrast // 100 + brightness, -128, 127))
    return np.array(images, np.int8)


def finish(net, name, what, seed, x, logits, probabilities, vectors, compressed=False):
    """Writes `name`, and `name`-logits without the final softmax."""
    vectors = [[vector[None]] for vector in vectors]
    head = net.finish([x], [probabilities])
    case_folder.write(name, f"{what}, random weights", head, vectors, SCRIPT, seed,
                      compressed=compressed)
    # The softmax is the last operator and its output the last tensor.
    net.writer.operators.pop()
    net.writer.tensors.pop()
    bare = net.finish([x], [logits])
    case_folder.write(f"{name}-logits", f"{what} without the softmax, random weights", bare,
                      vectors, SCRIPT, seed, compressed=compressed)


def keyword_spotting(seed=101):
    """DS-CNN: 10x4 stride-2 convolution, four depthwise-separable blocks of 64 channels."""
    net = Network("mlperf-kws-shaped", seed)
    images = pictures(net.rng, 24, (49, 10, 1), (1, 2, 5))
    x = net.input("input", images, 0.5847, 83)
    y = net.conv(x, "conv", 64, (10, 4), stride=(2, 2), activation="relu")
    for block in range(1, 5):
        y = net.depthwise(y, f"depthwise_{block}", (3, 3), activation="relu")
        y = net.conv(y, f"pointwise_{block}", 64, (1, 1), activation="relu")
    y = net.pool("AVERAGE_POOL_2D", y, "pool", (25, 5))
    y = net.reshape(y, "flatten", (64,), written=(-1, 64))
    logits = net.fully_connected(y, "logits", 12, spread=4.0)
    vectors = [*images[:5], *extremes(net.rng, images[0])]
    finish(net, "mlperf-kws-shaped", "DS-CNN of MLPerf Tiny keyword spotting", seed, x, logits,
           net.softmax(logits, "probabilities"), vectors)


def extremes(rng, like):
    """Uniform noise, all -128 and all 127."""
    noise = rng.integers(-128, 128, like.shape).astype(np.int8)
    return [noise, np.full_like(like, -128), np.full_like(like, 127)]


def image_classification(seed=102):
    """ResNet-8 on 32x32x3."""
    net = Network("mlperf-ic-shaped", seed)
    images = pictures(net.rng, 24, (32, 32, 3), (2, 4, 8))
    x = net.input("input", images, 1.0, -128)
    y = net.conv(x, "conv", 16, (3, 3), activation="relu")
    z = net.conv(y, "stack_1/conv_1", 16, (3, 3), activation="relu")
    z = net.conv(z, "stack_1/conv_2", 16, (3, 3))
    y = net.add(y, z, "stack_1/add", "relu")
    for stack, channels in ((2, 32), (3, 64)):
        z = net.conv(y, f"stack_{stack}/conv_1", channels, (3, 3), (2, 2), activation="relu")
        z = net.conv(z, f"stack_{stack}/conv_2", channels, (3, 3))
        y = net.conv(y, f"stack_{stack}/shortcut", channels, (1, 1), (2, 2))
        y = net.add(y, z, f"stack_{stack}/add", "relu")
    y = net.pool("AVERAGE_POOL_2D", y, "pool", (8, 8))
    y = net.reshape(y, "flatten", (64,), written=(-1, 64))
    logits = net.fully_connected(y, "logits", 10, spread=4.0)
    vectors = [*images[:5], *extremes(net.rng, images[0])]
    finish(net, "mlperf-ic-shaped", "ResNet of MLPerf Tiny image classification", seed, x,
           logits, net.softmax(logits, "probabilities"), vectors)


def stopped_channels(x):
    """Depthwise channels whose operand is constant and not the zero point: all of the benchmark
    model's put out nothing then, at the border either, because the ReLU stops them. A few here
    do not, so that the border is tested, too."""
    first = x.data[:1, :1, :1]
    constant = (x.data == first).all(axis=(0, 1, 2)) & (first != x.zero_point).ravel()
    return np.delete(np.flatnonzero(constant), np.s_[31::32])


def settle_stopped(x, _scale, biases, _output):
    """Biases that lift no stopped channel."""
    stopped = stopped_channels(x)
    biases[stopped] = -np.abs(biases[stopped])


def settle_idle(x, scale, biases, output):
    """Some depthwise channels that a dead channel feeds keep a huge bias on a tiny scale."""
    settle_stopped(x, scale, biases, output)
    idle = np.flatnonzero((x.data == x.zero_point).all(axis=(0, 1, 2)))
    for number, channel in enumerate(idle[::8]):
        factor = np.float64(output[0]) / x.scale / (1 << (17 + number % 6))
        scale[channel] = np.float32(factor)
        biases[channel] = np.rint(biases[channel] / abs(biases[channel] or 1)
                                  * (20 + number) * (1 << (17 + number % 6)))


def visual_wake_words(seed=103):
    """MobileNetV1 0.25 on 96x96x3, with the benchmark model's dead channels."""
    net = Network("mlperf-vww-shaped", seed)
    images = pictures(net.rng, 16, (96, 96, 3), (4, 6, 12, 16))
    x = net.input("input", images, 1 / 255, -128)
    y = net.conv(x, "conv", 8, (3, 3), (2, 2), activation="relu")
    layer = 1
    for channels, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1),
                             (128, 1), (128, 1), (128, 1), (128, 1), (256, 2), (256, 1)):
        y = net.depthwise(y, f"depthwise_{layer}", (3, 3), (stride, stride), activation="relu",
                          negative=stopped_channels(y),
                          settle=settle_idle if layer > 20 else settle_stopped)
        y = net.conv(y, f"pointwise_{layer + 1}", channels, (1, 1), activation="relu",
                     dead=vww_dead_channels.of_layer(layer + 1))
        layer += 2
    y = net.pool("AVERAGE_POOL_2D", y, "pool", (3, 3))
    y = net.reshape(y, "flatten", (256,), written=(-1, 256))
    logits = net.fully_connected(y, "logits", 2)
    noise = extremes(net.rng, images[0])[0]
    finish(net, "mlperf-vww-shaped", "MobileNetV1 of MLPerf Tiny visual wake words", seed, x,
           logits, net.softmax(logits, "probabilities"), [*images[:3], noise], compressed=True)


def anomaly_detection(seed=104):
    """Autoencoder: ten fully connected layers with a bottleneck of 8."""
    net = Network("mlperf-ad-shaped", seed)
    frames = pictures(net.rng, 32, (5, 128, 1), (1, 4, 16)).reshape(32, 640)
    y = x = net.input("input", frames, 0.391, 89)
    for number, outputs in enumerate((128, 128, 128, 128, 8, 128, 128, 128, 128)):
        y = net.fully_connected(y, f"dense_{number}", outputs, activation="relu")
    y = net.fully_connected(y, "reconstruction", 640, spread=12.0)
    vectors = [*frames[:5], *extremes(net.rng, frames[0])]
    case_folder.write("mlperf-ad-shaped",
                      "autoencoder of MLPerf Tiny anomaly detection, random weights",
                      net.finish([x], [y]), [[v[None]] for v in vectors], SCRIPT, seed)


def main():
    """Makes all of them."""
    keyword_spotting()
    image_classification()
    visual_wake_words()
    anomaly_detection()


if __name__ == "__main__":
    main()
