"""Writes TFLite flatbuffers from a plain description of tensors and operators.

The schema is that of the PyPI package `tflite` (generated from the TensorFlow Lite
schema, version 3). A model has one subgraph, or further ones that operators such as CALL_ONCE
name; every constant has its own buffer, 16-byte aligned as the format asks. The bytes depend on nothing but the calls made.
"""

import importlib

import flatbuffers
import flatbuffers.flexbuffers
import numpy as np
import tflite

FILE_IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3
BUFFER_ALIGNMENT = 16

TENSOR_TYPES = {
    np.dtype(np.float32): tflite.TensorType.FLOAT32,
    np.dtype(np.float16): tflite.TensorType.FLOAT16,
    np.dtype(np.int32): tflite.TensorType.INT32,
    np.dtype(np.int64): tflite.TensorType.INT64,
    np.dtype(np.uint8): tflite.TensorType.UINT8,
    np.dtype(np.int16): tflite.TensorType.INT16,
    np.dtype(np.int8): tflite.TensorType.INT8,
    np.dtype(np.bool_): tflite.TensorType.BOOL,
}

# Operator -> its table of options. Operators that are absent have none.
OPTIONS = {
    "ADD": "AddOptions",
    "ADD_N": "AddNOptions",
    "ARG_MAX": "ArgMaxOptions",
    "ARG_MIN": "ArgMinOptions",
    "ASSIGN_VARIABLE": "AssignVariableOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "BATCH_MATMUL": "BatchMatMulOptions",
    "BATCH_TO_SPACE_ND": "BatchToSpaceNDOptions",
    "BROADCAST_TO": "BroadcastToOptions",
    "CALL_ONCE": "CallOnceOptions",
    "CAST": "CastOptions",
    "CONCATENATION": "ConcatenationOptions",
    "CONV_2D": "Conv2DOptions",
    "COS": "CosOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "DEPTH_TO_SPACE": "DepthToSpaceOptions",
    "DEQUANTIZE": "DequantizeOptions",
    "DIV": "DivOptions",
    "EQUAL": "EqualOptions",
    "EXPAND_DIMS": "ExpandDimsOptions",
    "FLOOR_DIV": "FloorDivOptions",
    "FLOOR_MOD": "FloorModOptions",
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "GATHER": "GatherOptions",
    "GREATER": "GreaterOptions",
    "GREATER_EQUAL": "GreaterEqualOptions",
    "HARD_SWISH": "HardSwishOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "LESS": "LessOptions",
    "LESS_EQUAL": "LessEqualOptions",
    "LOGICAL_AND": "LogicalAndOptions",
    "LOGICAL_NOT": "LogicalNotOptions",
    "LOGICAL_OR": "LogicalOrOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "MEAN": "ReducerOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "MIRROR_PAD": "MirrorPadOptions",
    "MUL": "MulOptions",
    "NOT_EQUAL": "NotEqualOptions",
    "PACK": "PackOptions",
    "PAD": "PadOptions",
    "PADV2": "PadV2Options",
    "POW": "PowOptions",
    "QUANTIZE": "QuantizeOptions",
    "READ_VARIABLE": "ReadVariableOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "REDUCE_PROD": "ReducerOptions",
    "RESIZE_BILINEAR": "ResizeBilinearOptions",
    "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions",
    "REVERSE_V2": "ReverseV2Options",
    "SELECT": "SelectOptions",
    "SELECT_V2": "SelectV2Options",
    "SHAPE": "ShapeOptions",
    "SLICE": "SliceOptions",
    "SOFTMAX": "SoftmaxOptions",
    "SPACE_TO_BATCH_ND": "SpaceToBatchNDOptions",
    "SPACE_TO_DEPTH": "SpaceToDepthOptions",
    "SPLIT": "SplitOptions",
    "SPLIT_V": "SplitVOptions",
    "SQUARED_DIFFERENCE": "SquaredDifferenceOptions",
    "SQUEEZE": "SqueezeOptions",
    "STRIDED_SLICE": "StridedSliceOptions",
    "SUB": "SubOptions",
    "SVDF": "SVDFOptions",
    "SUM": "ReducerOptions",
    "TILE": "TileOptions",
    "TRANSPOSE": "TransposeOptions",
    "TRANSPOSE_CONV": "TransposeConvOptions",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTMOptions",
    "UNPACK": "UnpackOptions",
    "VAR_HANDLE": "VarHandleOptions",
}

# The operator versions that the TensorFlow Lite converter writes for int8 operands.
INT8_VERSIONS = {
    "ADD": 2,
    "AVERAGE_POOL_2D": 2,
    "BATCH_MATMUL": 2,
    "CONCATENATION": 2,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "DEQUANTIZE": 2,
    "DIV": 2,
    "EQUAL": 2,
    "FULLY_CONNECTED": 4,
    "GREATER": 2,
    "GREATER_EQUAL": 2,
    "LEAKY_RELU": 2,
    "LESS": 2,
    "LESS_EQUAL": 2,
    "LOGISTIC": 2,
    "MAXIMUM": 2,
    "MAX_POOL_2D": 2,
    "MEAN": 2,
    "MINIMUM": 2,
    "MUL": 2,
    "NOT_EQUAL": 2,
    "PAD": 2,
    "PADV2": 2,
    "QUANTIZE": 2,
    "RELU": 2,
    "RELU6": 2,
    "SOFTMAX": 2,
    "SQUARED_DIFFERENCE": 2,
    "SUB": 2,
    "TANH": 2,
    "TRANSPOSE": 2,
    "TRANSPOSE_CONV": 3,
}


def _schema(table):
    return importlib.import_module(f"tflite.{table}")


def _write_table(builder, table, fields):
    """Writes `table` with `fields` (name -> scalar or offset of an earlier object)."""
    module = _schema(table)
    module.Start(builder)
    for field, value in fields.items():
        if value is not None:
            getattr(module, f"Add{field}")(builder, value)
    return module.End(builder)


def _write_vector(builder, start, items, prepend):
    start(builder, len(items))
    for item in reversed(items):
        prepend(item)
    return builder.EndVector()


def _offsets(builder, module, field, items):
    start = getattr(_schema(module), f"Start{field}Vector")
    return _write_vector(builder, start, items, builder.PrependUOffsetTRelative)


def _int32s(builder, items):
    return builder.CreateNumpyVector(np.asarray(items, np.int32))


def _field(builder, value):
    """A scalar, or the offset of a vector or text."""
    if isinstance(value, str):
        return builder.CreateString(value)
    return _int32s(builder, value) if isinstance(value, (list, tuple)) else value


class Tensor:
    """A tensor of the model being written; `index` is its number in the subgraph. `kind`
    names an element type of the schema that NumPy does not have."""

    def __init__(self, index, name, shape, dtype, scale, zero_point, axis, data, kind=None):
        self.index = index
        self.name = name
        self.shape = tuple(int(n) for n in shape)
        self.dtype = np.dtype(dtype)
        self.scale = None if scale is None else np.atleast_1d(np.asarray(scale, np.float32))
        self.zero_point = zero_point
        self.axis = axis
        self.data = data
        self.kind = kind
        self.is_variable = False


class ModelWriter:
    """Collects tensors and operators, then writes them with `finish`."""

    def __init__(self, description):
        self.description = description
        self.tensors = []
        self.operators = []
        self.metadata = []

    def tensor(self, name, shape, dtype=np.int8, scale=None, zero_point=0, axis=0, data=None,
               kind=None):
        """Adds an activation (or, with `data`, a constant). A `scale` of more than one
        element is per-channel along `axis`; all its zero points are `zero_point`, unless that
        has as many elements."""
        tensor = Tensor(len(self.tensors), name, shape, dtype, scale, zero_point, axis, data,
                        kind)
        self.tensors.append(tensor)
        return tensor

    def constant(self, name, data, scale=None, zero_point=0, axis=0):
        """Adds a constant tensor with the shape and type of the array `data`."""
        data = np.asarray(data, order="C")
        return self.tensor(name, data.shape, data.dtype, scale, zero_point, axis, data)

    def packed_int4(self, name, data, scale, axis=0):
        """Adds a constant of values from -8 to 7, two in a byte, the first in the low half."""
        flat = np.append(data.ravel(), np.zeros(data.size % 2, data.dtype)).astype(np.uint8) & 15
        return self.tensor(name, data.shape, np.int8, scale, 0, axis, flat[::2] | flat[1::2] << 4,
                           "INT4")

    def state(self, name, shape, dtype=np.int8, scale=None, zero_point=0):
        """Adds a variable tensor, which an operator keeps from one inference to the next."""
        tensor = self.tensor(name, shape, dtype, scale, zero_point)
        tensor.is_variable = True
        return tensor

    def variable(self, name, container=""):
        """Adds a handle of the resource variable `name` with the operator that makes it."""
        handle = self.tensor(f"{name}/handle", (), kind="RESOURCE")
        self.operator("VAR_HANDLE", [], [handle], Container=container, SharedName=name)
        return handle

    def operator(self, name, inputs, outputs, **options):
        """Adds the operator `name` (as in the schema's BuiltinOperator). `options` are the
        fields of its options table; `None` as an input is an absent optional input."""
        self.operators.append((name, inputs, outputs, options))

    def custom(self, name, inputs, outputs, **options):
        """Adds the custom operator `name`, whose options are numbers."""
        self.operators.append((f"CUSTOM:{name}", inputs, outputs, options))

    def finish(self, inputs, outputs, further=()):
        """The bytes of the model with the given graph inputs and outputs. The writers `further`
        hold the subgraphs 1, 2, …, which have neither."""
        builder = flatbuffers.Builder(1 << 16)
        buffers = [self._write_buffer(builder, None)]
        codes = []
        subgraphs = [self._write_subgraph(builder, buffers, codes, inputs, outputs, "main")]
        for number, writer in enumerate(further, 1):
            subgraphs.append(writer._write_subgraph(builder, buffers, codes, [], [], f"once{number}"))
        codes = [self._write_operator_code(builder, *code) for code in codes]
        metadata = [_write_table(builder, "Metadata", {"Name": builder.CreateString(name), "Buffer": number})
                    for name, number in self.metadata]
        metadata = _offsets(builder, "Model", "Metadata", metadata) if metadata else None
        model = _write_table(builder, "Model", {
            "Version": SCHEMA_VERSION,
            "OperatorCodes": _offsets(builder, "Model", "OperatorCodes", codes),
            "Subgraphs": _offsets(builder, "Model", "Subgraphs", subgraphs),
            "Description": builder.CreateString(self.description),
            "Buffers": _offsets(builder, "Model", "Buffers", buffers),
            "Metadata": metadata,
        })
        builder.Finish(model, FILE_IDENTIFIER)
        return bytes(builder.Output())

    def _write_subgraph(self, builder, buffers, codes, inputs, outputs, name):
        tensors = []
        for tensor in self.tensors:
            number = 0
            if tensor.data is not None:
                number = len(buffers)
                buffers.append(self._write_buffer(builder, tensor.data))
            tensors.append(self._write_tensor(builder, tensor, number))
        operators = [self._write_operator(builder, codes, *op) for op in self.operators]
        return _write_table(builder, "SubGraph", {
            "Tensors": _offsets(builder, "SubGraph", "Tensors", tensors),
            "Inputs": _int32s(builder, [t.index for t in inputs]),
            "Outputs": _int32s(builder, [t.index for t in outputs]),
            "Operators": _offsets(builder, "SubGraph", "Operators", operators),
            "Name": builder.CreateString(name),
        })

    @staticmethod
    def _write_buffer(builder, data):
        offset = None
        if data is not None:
            raw = data.astype(data.dtype.newbyteorder("<")).tobytes()
            builder.StartVector(1, len(raw), BUFFER_ALIGNMENT)
            builder.head -= len(raw)
            builder.Bytes[builder.head:builder.head + len(raw)] = raw
            offset = builder.EndVector()
        return _write_table(builder, "Buffer", {"Data": offset})

    @staticmethod
    def _write_tensor(builder, tensor, buffer):
        quantization = None
        if tensor.scale is not None:
            zero_points = np.full(tensor.scale.shape, tensor.zero_point, np.int64)
            quantization = _write_table(builder, "QuantizationParameters", {
                "Scale": builder.CreateNumpyVector(tensor.scale),
                "ZeroPoint": builder.CreateNumpyVector(zero_points),
                "QuantizedDimension": tensor.axis,
            })
        return _write_table(builder, "Tensor", {
            "Shape": _int32s(builder, tensor.shape),
            "Type": getattr(tflite.TensorType, tensor.kind) if tensor.kind else TENSOR_TYPES[tensor.dtype],
            "Buffer": buffer,
            "Name": builder.CreateString(tensor.name),
            "Quantization": quantization,
            "IsVariable": tensor.is_variable or None,
        })

    @staticmethod
    def _write_operator(builder, codes, name, inputs, outputs, options):
        is_int8 = any(t is not None and t.dtype == np.int8 for t in [*inputs, *outputs])
        code = (name, INT8_VERSIONS.get(name, 1) if is_int8 else 1)
        if code not in codes:
            codes.append(code)
        table, kind = OPTIONS.get(name), None
        custom = None
        if name.startswith("CUSTOM:") and options:
            custom, options = builder.CreateByteVector(bytes(flatbuffers.flexbuffers.Dumps(options))), {}
        # A RESHAPE takes its shape from its second input; the converter writes no options.
        if table is not None:
            fields = {field: _field(builder, value) for field, value in options.items()}
            options = _write_table(builder, table, fields)
            kind = getattr(tflite.BuiltinOptions, table)
        elif options:
            raise ValueError(f"{name} has no options")
        else:
            options = None
        return _write_table(builder, "Operator", {
            "OpcodeIndex": codes.index(code),
            "Inputs": _int32s(builder, [-1 if t is None else t.index for t in inputs]),
            "Outputs": _int32s(builder, [t.index for t in outputs]),
            "BuiltinOptionsType": kind,
            "BuiltinOptions": options,
            "CustomOptions": custom,
        })

    @staticmethod
    def _write_operator_code(builder, name, version):
        name, _, custom = name.partition(":")
        number = getattr(tflite.BuiltinOperator, name)
        custom = builder.CreateString(custom) if custom else None
        return _write_table(builder, "OperatorCode", {
            # The older, 8-bit field; readers take the larger of the two.
            "DeprecatedBuiltinCode": min(number, 127),
            "Version": version,
            "BuiltinCode": number,
            "CustomCode": custom,
        })
