"""Builds ONNX models, runs them in ONNX Runtime and writes their case folders."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import golden_files
from golden_files import CASES, versions

TOOLS = ("onnx", "onnxruntime", "numpy")
# Later releases of the format are not read by ONNX Runtime yet.
IR_VERSION = 9
OPSET = 17


class Net:
    """A model under construction; `op` returns the name of the result."""

    def __init__(self, seed, opset=OPSET):
        self.rng = np.random.default_rng(seed)
        self.opset = opset
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []
        self.domains = {"": opset}

    def input(self, name, shape, dtype=TensorProto.FLOAT):
        """Declares an input; an extent may be a string (an open one)."""
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def constant(self, array, name=None):
        """Adds an initializer."""
        name = name or f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def op(self, kind, *operands, domain="", results=1, **attributes):
        """Adds a node. Operands are names, arrays (then they become initializers) or None."""
        names = [self._operand(operand) for operand in operands]
        outputs = [f"{kind.lower()}{len(self.nodes)}" + ("" if i == 0 else f"_{i}")
                   for i in range(results)]
        self.domains.setdefault(domain, 1)
        self.nodes.append(helper.make_node(
            kind, names, outputs, name=f"{kind}_{len(self.nodes)}", domain=domain, **attributes))
        return outputs[0] if results == 1 else outputs

    def _operand(self, operand):
        if operand is None:
            return ""
        return operand if isinstance(operand, str) else self.constant(operand)

    def weights(self, *shape, scale=None):
        """Normal float32 numbers, scaled so that sums of products stay near 1."""
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 4
        scale = scale or 1 / np.sqrt(fan_in)
        return (self.rng.standard_normal(shape) * scale).astype(np.float32)

    def output(self, name, dtype=TensorProto.FLOAT, shape=None):
        """Declares a result as an output."""
        self.outputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def model(self, labels=None):
        """The finished model, checked."""
        graph = helper.make_graph(self.nodes, "net", self.inputs, self.outputs, self.constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in self.domains.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        if labels:
            helper.set_model_props(model, {"labels": "\n".join(labels)})
        for output, known in zip(model.graph.output, onnx.shape_inference.infer_shapes(model).graph.output):
            # Of some operators the package infers no shape; then the declared one stays.
            if known.type.tensor_type.HasField("shape"):
                output.CopyFrom(known)
        onnx.checker.check_model(model)
        return model


def run(model, vectors, level="ORT_ENABLE_ALL"):
    """The outputs of ONNX Runtime's CPU kernels for each vector."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [port.name for port in session.get_inputs()]
    return [session.run(None, dict(zip(names, vector))) for vector in vectors]


def run_sequence(model, steps, states, resets, level="ORT_ENABLE_ALL"):
    """The same for the steps of a sequence, whose vectors leave out the inputs `states` (a
    dictionary of inputs and outputs): they get what the step before gave, zeros at first and after
    a reset. The results leave out the outputs."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    shapes = {port.name: port.shape for port in session.get_inputs()}
    types = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(int64)": np.int64}
    dtypes = {port.name: types[port.type] for port in session.get_inputs() if port.name in states}
    outputs = [port.name for port in session.get_outputs()]
    names = [name for name in shapes if name not in states]
    results = []
    for k, step in enumerate(steps):
        if k == 0 or k in resets:
            kept = {name: np.zeros(shapes[name], dtypes[name]) for name in states}
        found = dict(zip(outputs, session.run(None, kept | dict(zip(names, step)))))
        kept = {name: found[output] for name, output in states.items()}
        results.append([found[name] for name in outputs if name not in states.values()])
    return results


def write(name, description, model, vectors, script, options=None, compare=None,
          level="ORT_ENABLE_ALL", tools=TOOLS, external=False, states=None, resets=None, in_file=False):
    """Writes `tests/cases/onnx-<name>` and returns the golden outputs. `external` puts the constants
    into a file of their own. With `states` the vectors are a sequence (`run_sequence`); the file's metadata name
    them if `in_file`, else an option does."""
    results = run_sequence(model, vectors, states, resets, level) if states else run(model, vectors, level)
    if states:
        pairs = ",".join(f"{source}={target}" for source, target in states.items())
        if in_file:
            helper.set_model_props(model, {"state": pairs})
        else:
            options = (options or {}) | {"state": pairs}
    folder = CASES / f"onnx-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    if external:
        onnx.external_data_helper.convert_model_to_external_data(
            model, location="model.onnx.data", size_threshold=0)
        (folder / "model.onnx.data").unlink(missing_ok=True)
        onnx.external_data_helper.write_external_data_tensors(model, str(folder))
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    made_by = f"tests/cases/make/{script}, {versions(tools)}, {level}"
    golden_files.write(folder, description, made_by, vectors, results, options, compare, resets)
    return results


def write_float(name, description, model, vectors, script, max_abs=1e-05, **others):
    """Writes a case that is compiled with `precision = "f32"`."""
    return write(name, description, model, vectors, script, options={"precision": "f32"},
                 compare={"max_abs": max_abs}, **others)


def vectors(seed, *shapes, count=1, largest=2.0):
    """`count` vectors of uniform float32 arrays of these shapes."""
    rng = np.random.default_rng(seed)
    return [[rng.uniform(-largest, largest, shape).astype(np.float32) for shape in shapes]
            for _ in range(count)]
