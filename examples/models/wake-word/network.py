"""The network: depthwise-separable convolutions over time, none of which pads, of the MLPerf Tiny streaming wake word's shape."""

import torch
from torch import nn

import front_end
from scenes import LABELS

# Taps of each depthwise layer, and channels of the pointwise layer behind it. The taps of all leave one of 30 rows.
LAYERS = [(3, 128), (5, 128), (10, 128), (15, 32)]


def _separable(channels: int, taps: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(channels, channels, taps, groups=channels, bias=False), nn.BatchNorm1d(channels),
        nn.Conv1d(channels, out, 1, bias=False), nn.BatchNorm1d(out), nn.ReLU())


class WakeWord(nn.Module):
    """rows [batch, 30 or more, 40] -> logits [batch, 3, windows]: a window ends with each row from the thirtieth on."""

    def __init__(self) -> None:
        super().__init__()
        channels, layers = front_end.BANDS, []
        for taps, out in LAYERS:
            layers.append(_separable(channels, taps, out))
            channels = out
        self.layers = nn.Sequential(*layers)
        self.dropout = nn.Dropout(0.1)
        # A dense layer for one window; as a convolution it makes the logits of many.
        self.classifier = nn.Conv1d(channels, len(LABELS), 1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.dropout(self.layers(rows.transpose(1, 2))))


class OneWindow(nn.Module):
    """What is exported: rows [batch, 30, 40] -> probabilities [batch, 3]."""

    def __init__(self, network: WakeWord) -> None:
        super().__init__()
        self.network = network
        self.dense = nn.Linear(network.classifier.in_channels, len(LABELS))
        self.dense.weight.data = network.classifier.weight.data[:, :, 0]
        self.dense.bias.data = network.classifier.bias.data

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        channels = torch.flatten(self.network.layers(rows.transpose(1, 2)), 1)
        return torch.softmax(self.dense(channels), dim=1)
