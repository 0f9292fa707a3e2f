"""Writes a family of cases: one folder, a model for each case, the goldens of all in one file."""

import numpy as np

from golden_files import CASES, arrays_of, toml_value, versions


class Family:
    """The cases of `tests/cases/<name>`; `write` is called when all are there."""

    def __init__(self, name, description, script, tools, options=None, compare=None,
                 resets=None):
        self.folder = CASES / name
        self.description = description
        self.made_by = f"tests/cases/make/{script}, {versions(tools)}"
        self.resets = resets
        self.tables = {"options": options, "compare": compare}
        self.arrays = {}
        self.models = {}

    def add(self, file, content, vectors, results):
        """A model file (`slice-rows.tflite`) with its inputs and the reference's outputs."""
        stem = file.rsplit(".", 1)[0]
        self.models[file] = content
        arrays = arrays_of(vectors, results, self.resets)
        self.arrays.update({f"{stem}.{name}": array for name, array in arrays.items()})

    def write(self):
        """Writes the folder, and removes models that are no longer made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in [*self.folder.glob("*.tflite"), *self.folder.glob("*.onnx")]:
            old.unlink()
        for file, content in self.models.items():
            (self.folder / file).write_bytes(content)
        np.savez_compressed(self.folder / "golden.npz", **self.arrays)
        lines = [f"description = {toml_value(self.description)}",
                 f"made_by = {toml_value(self.made_by)}"]
        if self.resets is not None:
            lines.append(f"resets = {list(self.resets)}")
        for table, values in self.tables.items():
            if values:
                lines += ["", f"[{table}]"]
                lines += [f"{key} = {toml_value(value)}" for key, value in values.items()]
        (self.folder / "family.toml").write_text("\n".join(lines) + "\n")
