"""Runs a model in tflite-micro, or where that has no such kernels in LiteRT, and writes its case
folder."""

import gzip

import numpy as np
import tflite
from tflite_micro.python.tflite_micro import runtime

import golden_files
from golden_files import CASES, versions

ARENA_BYTES = 4 << 20
TOOLS = ("tflite-micro", "numpy")
LITERT_TOOLS = ("ai-edge-litert", "numpy")


def run(model, vectors, resets=()):
    """The outputs of tflite-micro's reference kernels for each vector of `vectors`
    (a vector is a list with one array for each graph input). Before the vectors `resets` there
    is a new interpreter: its own `reset` does not call again what a model calls once."""
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    count = tflite.Model.GetRootAs(model, 0).Subgraphs(0).OutputsLength()
    results = []
    for k, vector in enumerate(vectors):
        if k in resets:
            interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
        for number, array in enumerate(vector):
            interpreter.set_input(array, number)
        interpreter.invoke()
        results.append([np.array(interpreter.get_output(k)) for k in range(count)])
    return results


def run_litert(model, vectors):
    """The same of LiteRT's reference kernels."""
    # Only these cases need the package.
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
    interpreter = Interpreter(
        model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    results = []
    for vector in vectors:
        for detail, array in zip(inputs, vector):
            interpreter.set_tensor(detail["index"], array)
        interpreter.invoke()
        results.append([interpreter.get_tensor(detail["index"]) for detail in outputs])
    return results


def write(name, description, model, vectors, script, seed, options=None, compare=None,
          compressed=False, litert=False, resets=None):
    """Writes `tests/cases/<name>` and returns the golden outputs.

    `options` and `compare` as for `golden_files.write`. `compressed` stores the model as
    `model.tflite.gz`. With `litert` the goldens are LiteRT's. `resets` makes the vectors a
    sequence: before these steps the model is reset.
    """
    results = run_litert(model, vectors) if litert else run(model, vectors, resets or ())
    folder = CASES / name
    folder.mkdir(parents=True, exist_ok=True)
    if compressed:
        (folder / "model.tflite.gz").write_bytes(gzip.compress(model, 9, mtime=0))
    else:
        (folder / "model.tflite").write_bytes(model)
    made_by = f"tests/cases/make/{script}, {versions(LITERT_TOOLS if litert else TOOLS)}, seed {seed}"
    golden_files.write(folder, description, made_by, vectors, results, options, compare, resets)
    return results
