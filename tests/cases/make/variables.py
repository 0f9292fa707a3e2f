"""Makes the family `variables`: what models do with resource variables, over a sequence of steps with resets, in TensorFlow Lite
files."""

import numpy as np

import case_folder
from family import Family
from inputs import seed_of
from tflite_writer import ModelWriter

SCRIPT = "variables.py"
SCALE = (0.05, -9)
SHAPE = (1, 4)
STEPS = 300
RESETS = [100, 101, 230]


class Model:
    """A model of one input and of operators on vectors of one shape and scale."""

    def __init__(self, name, dtype=np.int8):
        self.name = name
        self.dtype = dtype
        self.quantised = dtype == np.int8
        self.writer = ModelWriter(f"variables-{name}")
        self.further = []
        self.rng = np.random.default_rng(seed_of(f"variables-{name}"))
        self.input = self.tensor("input")

    def tensor(self, name):
        scale, zero_point = SCALE if self.quantised else (None, 0)
        return self.writer.tensor(name, SHAPE, self.dtype, scale, zero_point)

    def read(self, handle, name):
        result = self.tensor(name)
        self.writer.operator("READ_VARIABLE", [handle], [result])
        return result

    def assign(self, handle, value):
        self.writer.operator("ASSIGN_VARIABLE", [handle, value], [])

    def then(self, operator, name, *operands, **options):
        result = self.tensor(name)
        self.writer.operator(operator, list(operands), [result], **options)
        return result

    def add(self, name, a, b):
        return self.then("ADD", name, a, b)

    def half(self, name, operand):
        """About half of it, so that sums over many steps stay in range."""
        value = np.full(SHAPE, 0.5, np.float32)
        if self.quantised:
            factor = self.writer.constant(f"{name}/factor", np.full(SHAPE, 64, np.int8), 0.0078125)
        else:
            factor = self.writer.constant(f"{name}/factor", value)
        return self.then("MUL", name, operand, factor)

    def once(self, values):
        """Assigns constants to variables, by name, when the model runs for the first time."""
        writer = ModelWriter("once")
        for name, value in values.items():
            handle = writer.variable(name)
            scale, zero_point = SCALE if self.quantised else (None, 0)
            constant = writer.constant(f"{name}/initial", np.reshape(value, SHAPE).astype(self.dtype), scale, zero_point)
            writer.operator("ASSIGN_VARIABLE", [handle, constant], [])
        self.further.append(writer)
        self.writer.operator("CALL_ONCE", [], [], InitSubgraphIndex=len(self.further))

    def add_to(self, family, *outputs):
        content = self.writer.finish([self.input], list(outputs), self.further)
        if self.quantised:
            vectors = [[v] for v in self.rng.integers(-128, 128, (STEPS, *SHAPE)).astype(np.int8)]
        else:
            steps = self.rng.integers(-1000, 1001, (STEPS, *SHAPE)) / 1000
            vectors = [[v] for v in steps.astype(np.float32)]
        results = case_folder.run(content, vectors, RESETS)
        family.add(f"{self.name}.tflite", content, vectors, results)


def read_after_assignment(family):
    """The second read sees what the same step assigned."""
    model = Model("read-after-assignment")
    handle = model.writer.variable("v")
    before = model.read(handle, "before")
    model.assign(handle, model.add("sum", model.half("half", before), model.input))
    after = model.read(handle, "after")
    # A read that is an output, and one that an operator reads.
    model.add_to(family, model.add("both", before, after), after)


def assigned_twice(family):
    """The last of two assignments stays."""
    model = Model("assigned-twice")
    handle = model.writer.variable("v")
    before = model.read(handle, "before")
    model.assign(handle, model.add("sum", before, model.input))
    between = model.read(handle, "between")
    model.assign(handle, model.half("half", between))
    model.add_to(family, model.add("output", before, between))


def assigned_first(family):
    """Nothing of the step before is read: no state."""
    model = Model("assigned-first")
    handle = model.writer.variable("v")
    model.assign(handle, model.half("half", model.input))
    model.add_to(family, model.add("output", model.read(handle, "after"), model.input))


def initial(family):
    """CALL_ONCE gives other values than zero."""
    model = Model("initial")
    model.once({"v": [100, -90, 3, -128], "w": [-9, -9, 0, 1]})
    v, w = model.writer.variable("v"), model.writer.variable("w")
    a, b = model.read(v, "a"), model.read(w, "b")
    model.assign(v, model.add("next_a", model.half("half_a", a), b))
    model.assign(w, model.add("next_b", model.half("half_b", b), model.input))
    model.add_to(family, model.add("output", a, b))


def constant(family):
    """CALL_ONCE alone assigns: a constant."""
    model = Model("constant")
    model.once({"v": [100, -90, 3, -128]})
    model.add_to(family, model.add("output", model.read(model.writer.variable("v"), "v"), model.input))


def handles(family):
    """Two handles of one variable, and a variable of another container."""
    model = Model("handles")
    first, other = model.writer.variable("v"), model.writer.variable("w", "other")
    again = model.writer.variable("v")
    a, b = model.read(first, "a"), model.read(other, "b")
    model.assign(again, model.add("next_a", model.half("half_a", b), model.input))
    model.assign(other, model.half("half_b", a))
    model.add_to(family, model.add("output", a, b))


def swapped(family):
    """Two variables change places in every step."""
    model = Model("swapped")
    v, w = model.writer.variable("v"), model.writer.variable("w")
    a, b = model.read(v, "a"), model.read(w, "b")
    model.assign(v, b)
    model.assign(w, a)
    model.once({"v": [1, 2, 3, 4], "w": [-5, -6, -7, -8]})
    # CALL_ONCE comes first.
    model.writer.operators.insert(0, model.writer.operators.pop())
    model.add_to(family, model.add("output", a, model.input))


def delays(family):
    """The input of three steps before: what is assigned is the input, and what another variable was."""
    model = Model("delays")
    names = ["u", "v", "w"]
    variables = [model.writer.variable(name) for name in names]
    values = [model.read(variable, f"{name}_value") for variable, name in zip(variables, names)]
    for variable, value in zip(variables, [model.input, *values]):
        model.assign(variable, value)
    model.add_to(family, model.add("output", values[0], values[2]))


def output(family):
    """What a step begins with is an output, and what it ends with another."""
    model = Model("outputs")
    handle = model.writer.variable("v")
    before = model.read(handle, "before")
    after = model.add("after", model.half("half", before), model.input)
    model.assign(handle, after)
    model.add_to(family, before, after)


def unread(family):
    """A variable that nothing reads, and one that only such an assignment reads."""
    model = Model("unread")
    v, w = model.writer.variable("v"), model.writer.variable("w")
    model.assign(v, model.add("sum", model.read(w, "w_value"), model.input))
    model.assign(w, model.half("half", model.input))
    model.add_to(family, model.half("output", model.input))


def main():
    """Makes the families."""
    family = Family("variables", "resource variables of TFLite, over 300 steps with resets", SCRIPT,
                    case_folder.TOOLS, resets=RESETS)
    for make in (read_after_assignment, assigned_twice, assigned_first, initial, constant, handles, swapped, delays,
                 output, unread):
        make(family)
    family.write()
    family = Family("variables-f32", "a resource variable of floats, over 300 steps with resets", SCRIPT,
                    case_folder.TOOLS, {"precision": "f32"}, {"max_abs": 1e-5}, RESETS)
    model = Model("initial", np.float32)
    model.once({"v": [0.5, -2.0, 0.0, 1.25]})
    handle = model.writer.variable("v")
    value = model.read(handle, "value")
    model.assign(handle, model.add("next", model.half("half", value), model.input))
    model.add_to(family, model.then("TANH", "output", value))
    family.write()


if __name__ == "__main__":
    main()
