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


def write(folder, description, made_by, vectors, results, options=None, compare=None):
    """Writes `golden.npz` and `case.toml`.

    `options` are the `include_model!` options that the case is compiled with and `compare`
    the tolerance; without them, defaults and equality in every byte.
    """
    arrays = {}
    for k, (inputs, outputs) in enumerate(zip(vectors, results)):
        arrays.update({f"in{i}_{k}": array for i, array in enumerate(inputs)})
        arrays.update({f"out{i}_{k}": array for i, array in enumerate(outputs)})
    np.savez_compressed(folder / "golden.npz", **arrays)
    lines = [f"description = {toml_value(description)}", f"made_by = {toml_value(made_by)}"]
    for table, values in (("options", options), ("compare", compare)):
        if values:
            lines += ["", f"[{table}]"]
            lines += [f"{key} = {toml_value(value)}" for key, value in values.items()]
    (folder / "case.toml").write_text("\n".join(lines) + "\n")
