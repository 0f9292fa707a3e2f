"""Runs a model in tflite-micro and writes its case folder."""

import gzip
import importlib.metadata
import pathlib

import numpy as np
import tflite
from tflite_micro.python.tflite_micro import runtime

CASES = pathlib.Path(__file__).resolve().parent.parent
ARENA_BYTES = 4 << 20
TOOLS = ("tflite-micro", "numpy")


def run(model, vectors):
    """The outputs of tflite-micro's reference kernels for each vector of `vectors`
    (a vector is a list with one array for each graph input)."""
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    count = tflite.Model.GetRootAs(model, 0).Subgraphs(0).OutputsLength()
    results = []
    for vector in vectors:
        for number, array in enumerate(vector):
            interpreter.set_input(array, number)
        interpreter.invoke()
        results.append([np.array(interpreter.get_output(k)) for k in range(count)])
    return results


def _toml_value(value):
    return f'"{value}"' if isinstance(value, str) else repr(value)


def made_by(script, seed):
    """Names what made a case: the script, the tools' versions, the seed."""
    tools = ", ".join(f"{tool} {importlib.metadata.version(tool)}" for tool in TOOLS)
    return f"tests/cases/make/{script}, {tools}, seed {seed}"


def write(name, description, model, vectors, script, seed, options=None, compare=None,
          compressed=False):
    """Writes `tests/cases/<name>` and returns the golden outputs.

    `options` are the `include_model!` options that the case is compiled with and `compare`
    the tolerance; without them, defaults and equality in every byte. `compressed` stores
    the model as `model.tflite.gz`.
    """
    results = run(model, vectors)
    folder = CASES / name
    folder.mkdir(parents=True, exist_ok=True)
    if compressed:
        (folder / "model.tflite.gz").write_bytes(gzip.compress(model, 9, mtime=0))
    else:
        (folder / "model.tflite").write_bytes(model)
    arrays = {}
    for k, (inputs, outputs) in enumerate(zip(vectors, results)):
        arrays.update({f"in{i}_{k}": array for i, array in enumerate(inputs)})
        arrays.update({f"out{i}_{k}": array for i, array in enumerate(outputs)})
    np.savez_compressed(folder / "golden.npz", **arrays)
    lines = [
        f"description = {_toml_value(description)}",
        f"made_by = {_toml_value(made_by(script, seed))}",
    ]
    for table, values in (("options", options), ("compare", compare)):
        if values:
            lines += ["", f"[{table}]"]
            lines += [f"{key} = {_toml_value(value)}" for key, value in values.items()]
    (folder / "case.toml").write_text("\n".join(lines) + "\n")
    return results
