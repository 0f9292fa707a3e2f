"""Small networks as PyTorch exports them, by the TorchScript exporter and by the `dynamo` one, and
two of them as onnxruntime.quantization quantises such exports.

Needs torch, onnxscript and sympy, and what `onnx_case.py` needs. Both exporters write where each
node comes from, with the paths of the machine that they ran on; that is taken out.
"""

import io
import logging
import pathlib
import tempfile
import warnings

import onnx
import torch
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn
from torch.nn import functional

from inputs import seed_of
from onnx_case import TOOLS, vectors, write, write_float
from onnx_quantised import last_scale, quantise

SCRIPT = "onnx_torch.py"

def norm(module, channels):
    """A batch normalisation with statistics as after training."""
    layer = module(channels)
    with torch.no_grad():
        layer.weight.uniform_(0.5, 1.5)
        layer.bias.normal_(0, 0.5)
        layer.running_mean.normal_(0, 0.5)
        layer.running_var.uniform_(0.2, 2)
    return layer


class Plain(nn.Module):
    """Convolution, batch normalisation, ReLU, pool; flattened by `view`; linear layer and softmax."""

    shape = (1, 10, 9)

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 4, 3, padding=1, bias=False), norm(nn.BatchNorm2d, 4)
        self.pool, self.linear = nn.MaxPool2d(2), nn.Linear(80, 6)

    def forward(self, x):
        x = self.pool(torch.relu(self.norm(self.conv(x))))
        return functional.softmax(self.linear(x.view(x.size(0), -1)), dim=1)


class Separable(nn.Module):
    """As MobileNet: ReLU6 and hard swish, squeeze and excite, adaptive pool, dropout."""

    shape = (3, 8, 8)

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False),
                                  norm(nn.BatchNorm2d, 8), nn.Hardswish())
        self.depthwise = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False),
                                       norm(nn.BatchNorm2d, 8), nn.ReLU6())
        self.pointwise = nn.Sequential(nn.Conv2d(8, 12, 1, bias=False), norm(nn.BatchNorm2d, 12))
        self.reduce, self.expand = nn.Conv2d(12, 4, 1), nn.Conv2d(4, 12, 1)
        self.dropout, self.classifier = nn.Dropout(0.2), nn.Linear(12, 5)

    def forward(self, x):
        x = self.pointwise(self.depthwise(self.stem(x)))
        gate = self.expand(torch.relu(self.reduce(functional.adaptive_avg_pool2d(x, 1))))
        x = functional.adaptive_avg_pool2d(x * functional.hardsigmoid(gate), (1, 1))
        return self.classifier(self.dropout(x.squeeze(-1).squeeze(-1)))


class Sequence(nn.Module):
    """Convolutions over a sequence of sensor data; mean over time."""

    shape = (3, 32)

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Conv1d(3, 6, 5, stride=2, padding=4, dilation=2), norm(nn.BatchNorm1d, 6)
        self.second = nn.Conv1d(6, 8, 3, padding="same", groups=2)
        self.pool, self.linear = nn.AvgPool1d(2), nn.Linear(8, 4)

    def forward(self, x):
        x = functional.leaky_relu(self.norm(self.first(x)), 0.1)
        x = self.pool(functional.leaky_relu(self.second(x)))
        return self.linear(x.mean(dim=2))


class Residual(nn.Module):
    """A block with a concatenation, padding, a sigmoid gate, and an ending that permutes and reshapes."""

    shape = (2, 7, 6)

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(2, 4, 3), nn.Conv2d(4, 4, 3, padding=1)
        self.shortcut, self.gate = nn.Conv2d(2, 4, 1), nn.Conv2d(8, 8, 1)
        self.linear, self.last = nn.Linear(8, 3), nn.Linear(126, 5)

    def forward(self, x):
        y = torch.relu(self.first(functional.pad(x, (1, 1, 1, 1))))
        y = self.second(y) + self.shortcut(x)
        y = torch.cat([functional.relu(y), y - 0.5], dim=1)
        y = y * torch.sigmoid(self.gate(y))
        y = self.linear(y.permute(0, 2, 3, 1).reshape(x.size(0), -1, 8))
        return self.last(torch.tanh(y).flatten(1))


NETS = {"plain": Plain, "separable": Separable, "sequence": Sequence, "residual": Residual}
EXPORTERS = {
    "torchscript": "TorchScript exporter",
    "opset-11": "TorchScript exporter, operator set 11, nothing folded",
    "dynamo": "dynamo exporter",
    "unoptimised": "dynamo exporter without its optimiser",
}


def export(name, exporter):
    """The network as an ONNX model whose batch is left open."""
    torch.manual_seed(seed_of(name))
    net = NETS[name]().eval()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    x = torch.zeros(2, *net.shape)
    names = {"input_names": ["x"], "output_names": ["y"]}
    if exporter in ("dynamo", "unoptimised"):
        program = torch.onnx.export(net, (x,), dynamo=True, verbose=False, optimize=exporter == "dynamo",
                                    dynamic_shapes=({0: torch.export.Dim("batch")},), **names)
        return without_origins(program.model_proto)
    old = {"opset_version": 11, "do_constant_folding": False,
           "training": torch.onnx.TrainingMode.PRESERVE} if exporter == "opset-11" else {}
    file = io.BytesIO()
    torch.onnx.export(net, (x,), file, dynamo=False,
                      dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}, **names, **old)
    return without_origins(onnx.load_from_string(file.getvalue()))


def without_origins(model):
    """The model without notes on where its parts come from."""
    graph = model.graph
    for part in [model, graph, *graph.node, *graph.initializer, *graph.input, *graph.output]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("value_info")
    return model


def description(name, how):
    """One line about a case."""
    return f"PyTorch: {NETS[name].__doc__[:-1]}; {how}"


def floats(name, exporters, external=False):
    """Cases of a network from these exporters."""
    for exporter in exporters:
        where = "-external" if external else ""
        write_float(f"torch-{exporter}-{name}{where}",
                    description(name, EXPORTERS[exporter] + ", external data" * external),
                    export(name, exporter), vectors(seed_of(name), (1, *NETS[name].shape), count=2),
                    SCRIPT, external=external, tools=(*TOOLS, "torch", "onnxscript"))


def quantised(name, forms):
    """Cases of a network in several forms of quantisation, from the TorchScript exporter."""
    seed, shape = seed_of(name), (1, *NETS[name].shape)
    samples = [vector[0] for vector in vectors(seed, shape, count=24)]
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "f.onnx"), pathlib.Path(folder, "p.onnx")
        onnx.save(export(name, "torchscript"), source)
        quant_pre_process(source, target)
        prepared = onnx.load(target)
    for form in forms:
        model = without_origins(quantise(prepared, samples, form))
        write(f"torch-{form}-{name}", description(name, f"TorchScript exporter, {form}"), model,
              vectors(seed + 1, shape, count=6, largest=2.2), SCRIPT,
              compare={"max_abs": last_scale(model) * 1.001, "equal": 0.999},
              tools=(*TOOLS, "torch", "onnxscript"))


def main():
    """Writes all cases."""
    floats("plain", ["torchscript", "dynamo"])
    floats("plain", ["dynamo"], external=True)
    floats("separable", ["torchscript", "opset-11", "dynamo", "unoptimised"])
    floats("sequence", ["torchscript", "dynamo"])
    floats("residual", ["torchscript", "opset-11", "dynamo"])
    quantised("separable", ["qdq-int8", "qdq-uint8", "qop-uint8"])
    quantised("residual", ["qdq-int8", "qdq-uint8", "qop-uint8"])


if __name__ == "__main__":
    main()
