"""Train the network on build/train.npz and export it as ../kws.onnx.

Usage: python train.py [--epochs 20] [--threads 2]         after dataset.py; about ten minutes on two free cores

Seeded. The number of epochs is fixed beforehand and the last epoch is exported: neither the validation nor the test set
chooses anything. The same seed gives the same weights on the same CPU type, torch version and number of threads only:
floating-point sums are ordered differently elsewhere.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from corpus import LABELS
from model import DsCnn, WithSoftmax

HERE = Path(__file__).parent
BUILD = HERE / "build"
SEED = 20242
BATCH = 128
PEAK_RATE = 4e-3
WEIGHT_DECAY = 0.02
LABEL_SMOOTHING = 0.05
OPSET = 17


def load(split: str) -> tuple[torch.Tensor, torch.Tensor]:
    data = np.load(BUILD / f"{split}.npz")
    return torch.from_numpy(data["features"]), torch.from_numpy(data["labels"].astype(np.int64))


def vary(features: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Cheap variation on top of the recordings: level (c0), colour, a shift by up to two frames, a little noise, a masked stretch."""
    n = len(features)
    out = features.clone()
    out[:, 0, :, 0] += torch.randn(n, 1, generator=generator) * 4.0
    # Another microphone, another spectral colour of the voice: an offset of the cepstrum, smaller for the finer coefficients.
    out[:, 0, :, 1:] += torch.randn(n, 1, 9, generator=generator) * torch.linspace(2.0, 0.7, 9)
    shift = int(torch.randint(-2, 3, (1,), generator=generator))
    out = torch.roll(out, shift, dims=2)
    out += torch.randn(out.shape, generator=generator) * 0.3
    start = torch.randint(0, 45, (n, 1), generator=generator)
    length = torch.randint(0, 4, (n, 1), generator=generator)
    frame = torch.arange(49)[None]
    masked = (frame >= start) & (frame < start + length)
    mean = features.mean(dim=2, keepdim=True)
    return torch.where(masked[:, None, :, None], mean, out)


def accuracy(network: DsCnn, features: torch.Tensor, labels: torch.Tensor) -> float:
    network.eval()
    with torch.no_grad():
        answers = torch.cat([network(part).argmax(1) for part in features.split(500)])
    return (answers == labels).double().mean().item()


def parameter_groups(network: DsCnn) -> list[dict]:
    """Weight decay for weights only: not for biases and batch-normalisation parameters."""
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [{"params": weights, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]


def train(epochs: int) -> DsCnn:
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    features, labels = load("train")
    validation = load("validation")
    # Channels last: a third faster on a CPU than channels first, for the depthwise layers' sake.
    network = DsCnn().to(memory_format=torch.channels_last)
    # "unknown" is twice as frequent as a keyword and stays so: it has three hundred words to learn.
    loss_of = nn.CrossEntropyLoss(label_smoothing=LABEL_SMOOTHING)
    steps = len(labels) // BATCH
    optimiser = torch.optim.AdamW(parameter_groups(network), lr=PEAK_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, total_steps=epochs * steps, pct_start=0.15)
    for epoch in range(epochs):
        started = time.time()
        network.train()
        order = torch.randperm(len(labels), generator=generator)
        total = 0.0
        for step in range(steps):
            chosen = order[step * BATCH:(step + 1) * BATCH]
            loss = loss_of(network(vary(features[chosen], generator).to(memory_format=torch.channels_last)), labels[chosen])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1:2}/{epochs}  loss {total / steps:.4f}  "
              f"validation {accuracy(network, *validation):.4f}  {time.time() - started:.0f} s", flush=True)
    return network.to(memory_format=torch.contiguous_format).eval()


def export(network: DsCnn, path: Path) -> None:
    """One file, symbolic batch dimension, labels in the metadata. The TorchScript-based exporter, opset 17."""
    partial = path.with_suffix(".partial.onnx")
    torch.onnx.export(
        WithSoftmax(network).eval(), (torch.zeros(1, 1, 49, 10),), str(partial), dynamo=False, opset_version=OPSET,
        input_names=["features"], output_names=["probabilities"],
        dynamic_axes={"features": {0: "batch"}, "probabilities": {0: "batch"}})
    model = onnx.load(partial)
    onnx.helper.set_model_props(model, {"labels": "\n".join(LABELS)})
    model.doc_string = "DS-CNN keyword spotter, trained on synthetic speech; input: MFCC as defined in kws/features.py"
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, partial)
    partial.replace(path)  # never half a file under the final name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    network = train(arguments.epochs)
    torch.save(network.state_dict(), BUILD / "kws.pt")
    export(network, HERE.parent / "kws.onnx")
    print(f"test (held-out voices) {accuracy(network, *load('test')):.4f}")


if __name__ == "__main__":
    main()
