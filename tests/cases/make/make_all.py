"""Makes every TensorFlow Lite case again; with `--check`, into a scratch folder, and reports
each file that differs from the committed one."""

import argparse
import filecmp
import pathlib
import sys
import tempfile

import binary
import batches
import borders
import case_folder
import converter_forms
import dynamic_range
import field_models
import matmul
import mlperf_shaped
import movement
import networks
import normalise
import op_convolution
import op_elementwise
import op_float
import op_movement
import op_pooling
import recurrent
import reduction
import sampling
import sliding
import streaming
import transposed
import unary
import variables

SCRIPTS = (mlperf_shaped, op_convolution, op_elementwise, op_pooling, op_movement, op_float,
           networks, batches, binary, borders, converter_forms, dynamic_range, field_models, movement, unary,
           streaming, variables, recurrent, normalise, reduction, sampling, sliding,
           transposed, matmul)


def files(root):
    """The files of the cases under `root`, relative to it."""
    return {path.relative_to(root) for path in root.glob("*/*") if path.is_file()}


def differences(made, committed):
    """What `made` has that `committed` lacks or has otherwise, and cases that claim to be made
    here but were not."""
    fresh = files(made)
    found = [f"differs: {path}" for path in sorted(fresh)
             if not (committed / path).is_file()
             or not filecmp.cmp(made / path, committed / path, shallow=False)]
    names = {path.parent for path in fresh}
    scripts = [f"make/{script.SCRIPT}" for script in SCRIPTS]
    for case in sorted(committed.glob("*/case.toml")):
        text = case.read_text()
        if case.parent.relative_to(committed) not in names and any(s in text for s in scripts):
            found.append(f"no longer made: {case.parent.name}")
    return found


def main():
    """Makes or checks; exit status 1 if a check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    check = parser.parse_args().check
    committed = case_folder.CASES
    with tempfile.TemporaryDirectory() as scratch:
        if check:
            case_folder.CASES = pathlib.Path(scratch)
        for script in SCRIPTS:
            script.main()
        if not check:
            return 0
        found = differences(case_folder.CASES, committed)
    print("\n".join(found) if found else "every file is identical")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
