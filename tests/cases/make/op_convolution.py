"""Makes the int8 cases of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED."""

import case_folder
from inputs import int8_vectors, seed_of
from quantised_net import Network

SCRIPT = "op_convolution.py"

# variant: (description, input shape, input zero point, arguments of Network.conv)
CONV_2D = {
    "1x1": ("1x1, 8 to 8 channels", (3, 5, 8), 7, dict(channels=8, kernel=(1, 1))),
    "1x1-in1-out3": ("1x1, 1 to 3 channels", (4, 4, 1), -128, dict(channels=3, kernel=(1, 1))),
    "1x1-in5-out7": ("1x1, odd channel counts", (3, 3, 5), -3,
                     dict(channels=7, kernel=(1, 1), activation="relu")),
    "1x1-in37-out13": ("1x1, long odd sums", (2, 3, 37), 11, dict(channels=13, kernel=(1, 1))),
    "1x1-stride2-same": ("1x1 with stride 2 (shortcut of a residual block)", (6, 5, 8), -128,
                         dict(channels=6, kernel=(1, 1), stride=(2, 2))),
    "3x3-same": ("3x3 SAME, padded with a zero point that is not 0", (5, 6, 3), 83,
                 dict(channels=4, kernel=(3, 3))),
    "3x3-valid": ("3x3 VALID", (5, 6, 3), -128,
                  dict(channels=4, kernel=(3, 3), padding="VALID")),
    "3x3-valid-whole": ("3x3 VALID on a 3x3 image: one output", (3, 3, 5), 4,
                        dict(channels=9, kernel=(3, 3), padding="VALID")),
    "3x3-in1-relu": ("3x3 SAME on one channel, relu", (7, 5, 1), 12,
                     dict(channels=5, kernel=(3, 3), activation="relu")),
    "3x3-relu6": ("3x3 SAME, relu6", (4, 4, 8), -20,
                  dict(channels=8, kernel=(3, 3), activation="relu6", spread=4.0)),
    "3x3-relu-zero-point": ("3x3 SAME, relu above an output zero point inside the range",
                            (4, 4, 5), 9,
                            dict(channels=6, kernel=(3, 3), activation="relu",
                                 output=(0.03, -37))),
    "3x3-stride2-same-even": ("3x3 SAME, stride 2, even size: padded at the far side only",
                              (6, 8, 3), -128,
                              dict(channels=5, kernel=(3, 3), stride=(2, 2),
                                   activation="relu")),
    "3x3-stride2-same-odd": ("3x3 SAME, stride 2, odd size: padded at both sides", (7, 5, 3), 30,
                             dict(channels=5, kernel=(3, 3), stride=(2, 2))),
    "3x3-stride2-valid": ("3x3 VALID, stride 2, last row and column unused", (8, 6, 3), -5,
                          dict(channels=4, kernel=(3, 3), stride=(2, 2), padding="VALID")),
    "stride-2x1": ("different strides, 3x2 kernel", (7, 6, 5), 15,
                   dict(channels=3, kernel=(3, 2), stride=(2, 1))),
    "stride3-kernel2": ("stride greater than the kernel", (8, 7, 3), -11,
                        dict(channels=4, kernel=(2, 2), stride=(3, 3), padding="VALID")),
    "4x10-stride2-same": ("even kernel sizes: more padding after than before", (12, 9, 1), 83,
                          dict(channels=4, kernel=(10, 4), stride=(2, 2), activation="relu")),
    "kernel-beyond-image": ("5x5 SAME on a 2x3 image", (2, 3, 3), 21,
                            dict(channels=4, kernel=(5, 5))),
    "dilation2-same": ("3x3 SAME, dilation 2", (7, 6, 3), -40,
                       dict(channels=4, kernel=(3, 3), dilation=(2, 2))),
    "dilation2-valid": ("3x3 VALID, dilation 2", (7, 6, 3), -40,
                        dict(channels=4, kernel=(3, 3), dilation=(2, 2), padding="VALID")),
    "dilation-3x1": ("different dilations", (9, 5, 2), 3,
                     dict(channels=3, kernel=(3, 3), dilation=(3, 1))),
    "per-tensor": ("one weight scale for all channels", (4, 5, 5), 17,
                   dict(channels=6, kernel=(3, 3), per_channel=False)),
    "no-bias": ("no bias", (4, 4, 5), -128, dict(channels=5, kernel=(3, 3), bias=False)),
    "multiplier-above-1": ("requantisation multipliers above 1", (3, 4, 2), 1,
                           dict(channels=6, kernel=(1, 1), largest=1, output=(0.012, -7))),
    "multiplier-tiny": ("outputs within a few steps of the zero point", (4, 4, 8), -2,
                        dict(channels=5, kernel=(3, 3), output=(0.9, 5))),
    "minus-128-weights": ("weights of -128, which narrow-range quantisers never write",
                          (4, 4, 8), -128,
                          dict(channels=6, kernel=(3, 3), largest=-128, padding="VALID")),
    "width-1": ("image one pixel wide", (9, 1, 4), 6, dict(channels=5, kernel=(3, 3))),
}

# variant: (description, input shape, input zero point, arguments of Network.depthwise)
DEPTHWISE_CONV_2D = {
    "3x3-same": ("3x3 SAME", (5, 6, 8), 9, dict(kernel=(3, 3))),
    "3x3-same-relu": ("3x3 SAME, relu", (5, 5, 16), -128,
                      dict(kernel=(3, 3), activation="relu")),
    "3x3-valid": ("3x3 VALID, odd channel count", (5, 6, 7), -31,
                  dict(kernel=(3, 3), padding="VALID", activation="relu6", spread=3.0)),
    "3x3-stride2-even": ("3x3 SAME, stride 2, even size", (6, 8, 5), -128,
                         dict(kernel=(3, 3), stride=(2, 2), activation="relu")),
    "3x3-stride2-odd": ("3x3 SAME, stride 2, odd size", (7, 5, 5), 44,
                        dict(kernel=(3, 3), stride=(2, 2))),
    "multiplier2": ("two outputs for each channel", (5, 4, 3), -8,
                    dict(kernel=(3, 3), multiplier=2)),
    "multiplier8": ("eight outputs for each channel", (4, 4, 2), 25,
                    dict(kernel=(3, 3), multiplier=8, activation="relu")),
    "in1-multiplier8": ("one input channel, eight outputs (keyword spotters' first layer)",
                        (9, 7, 1), 83,
                        dict(kernel=(5, 4), multiplier=8, stride=(2, 2), activation="relu")),
    "dilation2": ("3x3 SAME, dilation 2", (7, 7, 4), -19, dict(kernel=(3, 3), dilation=(2, 2))),
    "dilation2-valid": ("3x3 VALID, dilation 2", (6, 7, 4), 2,
                        dict(kernel=(3, 3), dilation=(2, 2), padding="VALID")),
    "1d-kernel": ("5x1 kernel on a one-pixel-wide image", (12, 1, 6), 13,
                  dict(kernel=(5, 1), activation="relu")),
    "row-kernel": ("1x4 kernel with stride 2 along the row", (1, 11, 5), -6,
                   dict(kernel=(1, 4), stride=(2, 2), padding="SAME")),
    "1x1": ("1x1: a scale and an offset for each channel", (3, 3, 5), 8, dict(kernel=(1, 1))),
    "5x5": ("5x5 SAME on an image smaller than the kernel's reach", (4, 3, 3), -50,
            dict(kernel=(5, 5))),
    "per-tensor": ("one weight scale for all channels", (4, 5, 6), 5,
                   dict(kernel=(3, 3), per_channel=False)),
    "no-bias": ("no bias", (4, 4, 5), -128, dict(kernel=(3, 3), bias=False)),
    "multiplier-above-1": ("requantisation multipliers above 1", (4, 4, 4), 0,
                           dict(kernel=(1, 1), largest=1, output=(0.01, 12))),
    "multiplier-tiny": ("outputs within a few steps of the zero point", (4, 4, 5), 60,
                        dict(kernel=(3, 3), output=(0.8, -4))),
    "minus-128-weights": ("weights of -128", (4, 4, 6), -128,
                          dict(kernel=(3, 3), largest=-128)),
}

# variant: (description, input shape without the leading 1, input zero point, arguments of
# Network.fully_connected)
FULLY_CONNECTED = {
    "bias": ("16 to 12", (16,), -128, dict(outputs=12)),
    "no-bias": ("without bias", (24,), 14, dict(outputs=6, bias=False)),
    "odd": ("37 to 5", (37,), -77, dict(outputs=5)),
    "relu": ("relu", (20,), 3, dict(outputs=9, activation="relu")),
    "relu6": ("relu6", (20,), 3, dict(outputs=9, activation="relu6", spread=4.0)),
    "per-channel": ("one weight scale for each output", (24,), -9,
                    dict(outputs=7, per_channel=True)),
    "keep-num-dims": ("rows of a 3-D tensor, all axes kept", (3, 10), 22,
                      dict(outputs=4, keep_num_dims=True)),
    "from-image": ("an image as it is, flattened by the operator", (2, 3, 5), -12,
                   dict(outputs=6, flatten=True)),
    "one-output": ("a single output", (33,), 0, dict(outputs=1)),
    "one-input": ("a single input", (1,), 5, dict(outputs=6)),
    "multiplier-above-1": ("requantisation multiplier above 1", (3,), 2,
                           dict(outputs=8, largest=1, output=(0.012, 10))),
    "multiplier-tiny": ("outputs within a few steps of the zero point", (48,), -1,
                        dict(outputs=8, output=(0.7, -6))),
    "minus-128-weights": ("weights of -128", (32,), -128, dict(outputs=6, largest=-128)),
}


def make(operator, layer, variants):
    """Writes the cases of one operator; `layer` is the method of `Network` that adds it."""
    for variant, (description, shape, zero_point, arguments) in variants.items():
        name = f"op-{operator}-{variant}"
        seed = seed_of(name)
        net = Network(name, seed)
        vectors = int8_vectors(net.rng, (1, *shape), zero_point)
        calibration = net.rng.integers(-128, 128, (32, *shape))
        x = net.input("input", calibration, 0.05, zero_point)
        y = getattr(net, layer)(x, layer, **arguments)
        case_folder.write(name, f"{operator}: {description}", net.finish([x], [y]),
                          [[vector] for vector in vectors], SCRIPT, seed)


def main():
    """Makes all of them."""
    make("conv-2d", "conv", CONV_2D)
    make("depthwise-conv-2d", "depthwise", DEPTHWISE_CONV_2D)
    make("fully-connected", "fully_connected", FULLY_CONNECTED)


if __name__ == "__main__":
    main()
