"""Train the network on build/train.npz and export it as ../wake-word.onnx.

Usage: python fit.py [--epochs 16] [--threads 1]         after scenes.py; seven minutes on one core

The network runs along whole scenes, so that each step of training asks about every window in them. Seeded; the number of epochs is
fixed beforehand and the last epoch is exported. The same seed gives the same weights on the same CPU type, torch version and number
of threads only.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

import front_end
import kws  # noqa: F401
from network import OneWindow, WakeWord
from scenes import LABELS, UNASKED, WAKE
from train import OPSET, parameter_groups

HERE = Path(__file__).parent
BUILD = HERE / "build"
SEED = 20252
BATCH = 32
PEAK_RATE = 4e-3
LABEL_SMOOTHING = 0.02
# The wake word is rare in the scenes, and running speech, in which it must not be heard, is long.
CLASS_WEIGHTS = [2.0, 1.0, 0.5]


def load(split: str) -> tuple[torch.Tensor, torch.Tensor]:
    data = np.load(BUILD / f"{split}.npz")
    return torch.from_numpy(data["rows"]), torch.from_numpy(data["labels"].astype(np.int64))


def vary(rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Cheap variation on top of the scenes: level, a smooth colour over the bands, a little noise, a masked group of bands."""
    n, count, bands = rows.shape
    points = torch.randn(n, 1, 5, generator=generator)
    colour = nn.functional.interpolate(points, bands, mode="linear", align_corners=True)
    out = rows + torch.randn(n, 1, 1, generator=generator) + 0.6 * colour
    out = out + 0.15 * torch.randn(rows.shape, generator=generator)
    start = torch.randint(0, bands, (n, 1), generator=generator)
    width = torch.randint(0, 6, (n, 1), generator=generator)
    band = torch.arange(bands)[None]
    masked = (band >= start) & (band < start + width)
    return torch.where(masked[:, None], out.mean(dim=(1, 2), keepdim=True), out).clamp(min=float(np.log(1e-4)))


def look(network: WakeWord, rows: torch.Tensor, labels: torch.Tensor) -> str:
    """Accuracy over the validation windows, and of the wake word's alone."""
    network.eval()
    with torch.no_grad():
        answers = torch.cat([network(part.float() / front_end.UNITS).argmax(1) for part in rows.split(50)])
    asked, wake = labels != UNASKED, labels == WAKE
    right = answers == labels
    false = ((answers == WAKE) & asked & ~wake).sum().item()
    return f"{100 * right[asked].double().mean():.2f} % (wake word {100 * right[wake].double().mean():.2f} %, {false} windows falsely)"


def fit(epochs: int) -> WakeWord:
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    rows, labels = load("train")
    validation = load("validation")
    network = WakeWord()
    loss_of = nn.CrossEntropyLoss(torch.tensor(CLASS_WEIGHTS), ignore_index=UNASKED, label_smoothing=LABEL_SMOOTHING)
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
            loss = loss_of(network(vary(rows[chosen].float() / front_end.UNITS, generator)), labels[chosen])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1:2}/{epochs}  loss {total / steps:.4f}  validation {look(network, *validation)}"
              f"  {time.time() - started:.0f} s", flush=True)
    return network.eval()


def export(network: WakeWord, path: Path) -> None:
    """One file, symbolic batch dimension, labels in the metadata. The TorchScript-based exporter, opset 17."""
    partial = path.with_suffix(".partial.onnx")
    torch.onnx.export(
        OneWindow(network).eval(), (torch.zeros(1, front_end.ROWS, front_end.BANDS),), str(partial), dynamo=False, opset_version=OPSET,
        input_names=["rows"], output_names=["probabilities"], dynamic_axes={"rows": {0: "batch"}, "probabilities": {0: "batch"}})
    model = onnx.load(partial)
    onnx.helper.set_model_props(model, {"labels": "\n".join(LABELS)})
    model.doc_string = "Wake word, trained on synthetic speech; input: log-mel rows as defined in wake-word/front_end.py"
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, partial)
    partial.replace(path)  # never half a file under the final name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    network = fit(arguments.epochs)
    torch.save(network.state_dict(), BUILD / "wake-word.pt")
    export(network, HERE.parent / "wake-word.onnx")


if __name__ == "__main__":
    main()
