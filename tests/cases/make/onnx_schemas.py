"""What the package `onnx` says of every operator: versions, operands, attributes.

Writes `codegen/src/import/onnx/test/schemas.txt`, with which a test compares what the operator
table says. One line for each version of an operator in the default domain:
name, version, most operands (`*`: any number), attributes as `name:type`.
"""

import pathlib

import onnx
from onnx import defs

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "codegen/src/import/onnx/test"
ANY = 2**31 - 1


def line(schema):
    """One version of an operator."""
    operands = "*" if schema.max_input == ANY else str(schema.max_input)
    attributes = sorted(f"{name}:{attribute.type.name}" for name, attribute in schema.attributes.items())
    return " ".join([schema.name, str(schema.since_version), operands, *attributes])


def main():
    """Writes the file."""
    schemas = [schema for schema in defs.get_all_schemas_with_history()
               if not schema.domain and not schema.deprecated]
    schemas.sort(key=lambda schema: (schema.name, schema.since_version))
    header = f"# tests/cases/make/onnx_schemas.py, onnx {onnx.__version__}, opset {defs.onnx_opset_version()}"
    (FOLDER / "schemas.txt").write_text("\n".join([header, *map(line, schemas)]) + "\n")


main()
