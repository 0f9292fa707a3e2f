"""Makes the goldens of the family `classical-files`: models as others trained and exported them.

The models are what they are, and lie in the folder: logistic regressions, linear SVMs and pipelines
that skl2onnx wrote of scikit-learn's, trained on digits, wine and a synthetic set of vibrations.
Rows are such data of a seed; goldens are ONNX Runtime's on one thread, one row at a time.
"""

import numpy as np
import onnx
from sklearn import datasets

from classical import add
from family import Family
from golden_files import CASES

SCRIPT = "classical_files.py"
TOOLS = ("onnx", "onnxruntime", "numpy", "scikit-learn")
ROWS = 12


def rows(name):
    """Rows that look like those that the model was trained on."""
    if name.startswith("vib"):
        # Root mean squares, kurtoses and bands: positive, in several orders of magnitude.
        return np.random.default_rng(11).lognormal(0, 1, (ROWS, 24)).astype(np.float32)
    data = datasets.load_digits() if name.startswith("digits") else datasets.load_wine()
    return data.data[:: len(data.data) // ROWS][:ROWS].astype(np.float32)


def main():
    """Makes the goldens."""
    family = Family("classical-files", "Linear models and a small network as others exported them", SCRIPT, TOOLS,
                    options={"precision": "f32"}, compare={"max_abs": 1e-4})
    for path in sorted((CASES / "classical-files").glob("*.onnx")):
        add(family, path.stem, onnx.load(path), rows(path.stem))
    family.write()


if __name__ == "__main__":
    main()
