"""Writes the node tests of the package `onnx` into one file that the suite reads.

    python collect.py OUT.npz              every test
    python collect.py OUT.npz --only LIST  the tests that the lines of LIST begin with

For a test `NAME` of the family `FAMILY` (the operator that it tests), the arrays are
`FAMILY/NAME/model` (the file's bytes), `FAMILY/NAME/in{input}_{set}` and `…/out{output}_{set}`
(as far as numpy has their types), and `FAMILY/NAME/constant{input}`: the bytes of a TensorProto
with which the first set's input could be a constant of the file. `FAMILY/NAME/rounding` is
there where a result has a narrower float: the largest part of itself that rounding changes.
`FAMILY/NAME/foreign` is the name of a result's type that the suite cannot read: without it there
is nothing to compare with.
"""

import argparse
import warnings

import numpy as np
import onnx
from onnx import numpy_helper

# What the suite reads; floats of other widths are f32 in the generated code. Narrower ones round
# numbers by a part of them: one unit in the last place.
TYPES = {"float32", "bool", "uint8", "int8", "int16", "int32", "int64"}
OTHER_FLOATS = {"float16": 2.0**-10, "float64": 0.0, "bfloat16": 2.0**-7}

# Ends the names of tests that spell out a function.
EXPANDED = "_expanded"


def plain(value):
    """The value as an array of numbers; none if it is none."""
    if isinstance(value, onnx.TensorProto):
        value = numpy_helper.to_array(value)
    if isinstance(value, (np.ndarray, np.generic)) and np.asarray(value).dtype.kind not in "OSU":
        return np.asarray(value)
    return None


def readable(value):
    """The array as the suite reads it; none if it has no such type."""
    array = plain(value)
    if array is None:
        return None
    if array.dtype.name in OTHER_FLOATS:
        return array.astype(np.float32)
    return array if array.dtype.name in TYPES else None


def arrays(case):
    """The arrays of one test, by their names behind the test's."""
    found = {"model": np.frombuffer(case.model.SerializeToString(deterministic=True), np.uint8)}
    names = [port.name for port in case.model.graph.input]
    for number, (inputs, outputs) in enumerate(case.data_sets):
        for role, values in (("in", inputs), ("out", outputs)):
            for index, value in enumerate(values):
                array = readable(value)
                if array is not None:
                    found[f"{role}{index}_{number}"] = array
    types = {plain(value).dtype.name for _, outputs in case.data_sets for value in outputs
             if plain(value) is not None}
    foreign = sorted(name for name in types if name not in TYPES and name not in OTHER_FLOATS)
    if foreign:
        found["foreign"] = np.frombuffer(foreign[0].upper().encode(), np.uint8)
    rounding = max([OTHER_FLOATS.get(name, 0.0) for name in types], default=0.0)
    if rounding:
        found["rounding"] = np.array([rounding], np.float32)
    for index, (name, value) in enumerate(zip(names, case.data_sets[0][0])):
        if plain(value) is not None:
            tensor = numpy_helper.from_array(plain(value), name)
            found[f"constant{index}"] = np.frombuffer(tensor.SerializeToString(), np.uint8)
    return found


def family(case, cases):
    """The operator that a test is about: of one that expands a function, that of the test before."""
    base = cases.get(case.name.split(EXPANDED)[0], case)
    return base.model.graph.node[0].op_type


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("out")
    parser.add_argument("--only")
    arguments = parser.parse_args()
    with warnings.catch_warnings():
        # The tests of extreme numbers overflow, as they are meant to.
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases
        cases = {case.name: case for case in collect_testcases(None)}
    chosen = list(cases)
    if arguments.only:
        with open(arguments.only, encoding="utf-8") as lines:
            wanted = {line.split()[0] for line in lines if line.strip() and line[0] != "#"}
        missing = sorted(wanted - set(cases))
        if missing:
            raise SystemExit(f"onnx {onnx.__version__} has no test {', '.join(missing)}")
        chosen = [name for name in chosen if name in wanted]
    entries = {}
    for name in chosen:
        for array, value in arrays(cases[name]).items():
            entries[f"{family(cases[name], cases)}/{name}/{array}"] = value
    np.savez_compressed(arguments.out, **entries)
    print(f"{len(chosen)} tests of onnx {onnx.__version__}: {arguments.out}")


if __name__ == "__main__":
    main()
