"""The network: a depthwise-separable CNN of the MLPerf Tiny keyword-spotting shape."""

import torch
from torch import nn

from corpus import LABELS

CHANNELS = 64
BLOCKS = 4


def _stage(conv: nn.Conv2d) -> nn.Sequential:
    return nn.Sequential(conv, nn.BatchNorm2d(conv.out_channels), nn.ReLU())


class DsCnn(nn.Module):
    """features [batch, 1, 49, 10] -> logits [batch, 12].

    The first convolution pads 5 rows above and below and 1 column left and right. With stride 2 the output is 25 x 5, the
    size "SAME" gives; the fifth row below is never read.
    """

    def __init__(self) -> None:
        super().__init__()
        c = CHANNELS
        stages = [_stage(nn.Conv2d(1, c, (10, 4), stride=2, padding=(5, 1), bias=False))]
        for _ in range(BLOCKS):
            stages.append(_stage(nn.Conv2d(c, c, 3, padding=1, groups=c, bias=False)))
            stages.append(_stage(nn.Conv2d(c, c, 1, bias=False)))
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(c, len(LABELS))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        x = self.pool(self.stages(features))
        return self.classifier(self.dropout(torch.flatten(x, 1)))


class WithSoftmax(nn.Module):
    """What is exported: the network followed by Softmax."""

    def __init__(self, network: DsCnn) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.network(features), dim=1)
