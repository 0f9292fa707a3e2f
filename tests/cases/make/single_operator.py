"""Models of one operator, described by their ports."""

import dataclasses

import numpy as np

import case_folder
from inputs import seed_of
from tflite_writer import ModelWriter


@dataclasses.dataclass
class Port:
    """A graph input or output; int8 if it has a scale, else float32."""

    shape: tuple
    scale: float | None = None
    zero_point: int = 0

    @property
    def dtype(self):
        return np.int8 if self.scale is not None else np.float32


@dataclasses.dataclass
class Constant:
    """A constant operand."""

    data: np.ndarray
    scale: float | None = None
    zero_point: int = 0


def integers(values):
    """A constant int32 operand: axes, paddings, shapes, permutations."""
    return Constant(np.array(values, np.int32))


def model(name, operator, operands, output, options):
    """The bytes of a model with the one operator; its graph inputs are the ports among
    `operands`, in order. The same `Port` object twice is one input that is used twice; `None` is an absent
    optional operand."""
    writer = ModelWriter(name)
    inputs, tensors = [], {}
    for number, operand in enumerate(operands):
        if operand is None or id(operand) in tensors:
            continue
        if isinstance(operand, Constant):
            tensor = writer.constant(f"constant_{number}", operand.data, operand.scale,
                                     operand.zero_point)
        else:
            tensor = writer.tensor(f"input_{len(inputs)}" if inputs else "input", operand.shape,
                                   operand.dtype, operand.scale, operand.zero_point)
            inputs.append(tensor)
        tensors[id(operand)] = tensor
    result = writer.tensor("output", output.shape, output.dtype, output.scale,
                           output.zero_point)
    writer.operator(operator, [tensors.get(id(operand)) for operand in operands], [result], **options)
    return writer.finish(inputs, [result])


def make(script, name, description, operator, operands, output, options, vectors, case=None):
    """Writes the case `name`. `vectors` makes the arrays of one input from (rng, port);
    `case` holds further arguments of `case_folder.write`."""
    seed = seed_of(name)
    rng = np.random.default_rng(seed)
    ports = list({id(p): p for p in operands if isinstance(p, Port)}.values())
    arrays = [vectors(rng, port) for port in ports]
    content = model(name, operator, operands, output, options)
    case_folder.write(name, description, content, [list(v) for v in zip(*arrays)], script, seed,
                      **(case or {}))
