"""What every case folder holds besides its model: goldens and a description."""

import importlib.metadata
import pathlib

import numpy as np

CASES = pathlib.Path(__file__).resolve().parent.parent


def versions(tools):
    """The installed versions of packages, in words."""
    return ", ".join(f"{tool} {importlib.metadata.version(tool)}" for tool in tools)


def toml_value(value):
    return f'"{value}"' if isinstance(value, str) else repr(value)


def arrays_of(vectors, results, resets=None):
    """The golden arrays by name: `in0_0`, `out0_0` and so on. With `resets` the vectors are the
    steps of a sequence, which become one array `in0` with the steps along its first axis."""
    arrays = {}
    for role, rows in (("in", vectors), ("out", results)):
        if resets is not None:
            arrays.update({f"{role}{i}": np.stack(steps) for i, steps in enumerate(zip(*rows))})
            continue
        for k, row in enumerate(rows):
            arrays.update({f"{role}{i}_{k}": array for i, array in enumerate(row)})
    return arrays


def write(folder, description, made_by, vectors, results, options=None, compare=None, resets=None):
    """Writes `golden.npz` and `case.toml`.

    `options` are the `include_model!` options that the case is compiled with and `compare`
    the tolerance; without them, defaults and equality in every byte. `resets` makes the vectors
    a sequence: before these steps the model is reset.
    """
    np.savez_compressed(folder / "golden.npz", **arrays_of(vectors, results, resets))
    lines = [f"description = {toml_value(description)}", f"made_by = {toml_value(made_by)}"]
    if resets is not None:
        lines.append(f"resets = {list(resets)}")
    for table, values in (("options", options), ("compare", compare)):
        if values:
            lines += ["", f"[{table}]"]
            lines += [f"{key} = {toml_value(value)}" for key, value in values.items()]
    (folder / "case.toml").write_text("\n".join(lines) + "\n")
