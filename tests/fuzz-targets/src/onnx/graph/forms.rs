//! Operators with what they take.

/// An operator: its name, its operands, and the attributes that it may have.
pub(super) struct Form {
    pub(super) kind: &'static str,
    pub(super) domain: &'static str,
    pub(super) operands: &'static [Operand],
    pub(super) attributes: &'static [(&'static str, Attribute)],
}

/// What an operator takes at a place.
#[derive(Clone, Copy)]
pub(super) enum Operand {
    /// A value that was computed before.
    Value,
    /// A constant of numbers, with this rank.
    Numbers(usize),
    /// A constant list of integers.
    List,
    /// A constant scalar scale, or one for each channel.
    Scale,
    /// A constant zero point.
    ZeroPoint,
    /// A constant of bytes, with this rank.
    Bytes(usize),
    /// A bias in integers.
    Bias,
}

/// How an attribute is drawn.
#[derive(Clone, Copy)]
pub(super) enum Attribute {
    Int,
    Ints(usize),
    Float,
    Padding,
}

use Attribute::{Float, Int, Ints, Padding};
use Operand::{Bias, Bytes, List, Numbers, Scale, Value, ZeroPoint};

const WINDOW: &[(&str, Attribute)] = &[
    ("kernel_shape", Ints(2)),
    ("strides", Ints(2)),
    ("pads", Ints(4)),
    ("dilations", Ints(2)),
    ("auto_pad", Padding),
    ("ceil_mode", Int),
    ("count_include_pad", Int),
    ("group", Int),
];
const AXIS: &[(&str, Attribute)] = &[("axis", Int), ("keepdims", Int), ("axes", Ints(1))];
const ALPHA: &[(&str, Attribute)] = &[("alpha", Float), ("gamma", Float)];
const NONE: &[(&str, Attribute)] = &[("consumed_inputs", Ints(1))];

const fn form(
    kind: &'static str,
    operands: &'static [Operand],
    attributes: &'static [(&'static str, Attribute)],
) -> Form {
    Form { kind, domain: "", operands, attributes }
}

const fn microsoft(
    kind: &'static str,
    operands: &'static [Operand],
    attributes: &'static [(&'static str, Attribute)],
) -> Form {
    Form { kind, domain: "com.microsoft", operands, attributes }
}

/// What nodes are drawn from; some have attributes of other opsets.
pub(super) const FORMS: &[Form] = &[
    form("Conv", &[Value, Numbers(4), Numbers(1)], WINDOW),
    form("Conv", &[Value, Numbers(3)], &[("strides", Ints(1)), ("pads", Ints(2)), ("group", Int)]),
    form("MaxPool", &[Value], WINDOW),
    form("AveragePool", &[Value], WINDOW),
    form("GlobalAveragePool", &[Value], NONE),
    form("GlobalMaxPool", &[Value], NONE),
    form(
        "Gemm",
        &[Value, Numbers(2), Numbers(1)],
        &[("alpha", Float), ("beta", Float), ("transA", Int), ("transB", Int)],
    ),
    form("MatMul", &[Value, Numbers(2)], NONE),
    form("MatMul", &[Value, Value], NONE),
    form("Add", &[Value, Value], NONE),
    form("Add", &[Value, Numbers(1)], &[("axis", Int), ("broadcast", Int)]),
    form("Mul", &[Value, Numbers(3)], NONE),
    form("Sub", &[Value, Value], NONE),
    form("Div", &[Value, Numbers(1)], NONE),
    form(
        "BatchNormalization",
        &[Value, Numbers(1), Numbers(1), Numbers(1), Numbers(1)],
        &[("epsilon", Float), ("training_mode", Int)],
    ),
    form("Relu", &[Value], NONE),
    form("LeakyRelu", &[Value], &[("alpha", Float)]),
    form("Clip", &[Value, Numbers(0), Numbers(0)], &[("min", Float), ("max", Float)]),
    form("Sigmoid", &[Value], NONE),
    form("Tanh", &[Value], NONE),
    form("HardSigmoid", &[Value], &[("alpha", Float), ("beta", Float)]),
    form("HardSwish", &[Value], NONE),
    form("Abs", &[Value], NONE),
    form("Ceil", &[Value], NONE),
    form("Celu", &[Value], ALPHA),
    form("Elu", &[Value], ALPHA),
    form("Erf", &[Value], NONE),
    form("Exp", &[Value], NONE),
    form("Floor", &[Value], NONE),
    form("Gelu", &[Value], NONE),
    form("Log", &[Value], NONE),
    form("Mish", &[Value], NONE),
    form("Neg", &[Value], NONE),
    form("Reciprocal", &[Value], NONE),
    form("Round", &[Value], NONE),
    form("Selu", &[Value], ALPHA),
    form("Shrink", &[Value], NONE),
    form("Sign", &[Value], NONE),
    form("Softplus", &[Value], NONE),
    form("Softsign", &[Value], NONE),
    form("Sqrt", &[Value], NONE),
    form("ThresholdedRelu", &[Value], ALPHA),
    form("DepthToSpace", &[Value], &[("blocksize", Int), ("mode", Padding)]),
    form("SpaceToDepth", &[Value], &[("blocksize", Int)]),
    form("Softmax", &[Value], AXIS),
    form("LogSoftmax", &[Value], AXIS),
    form("ReduceMean", &[Value], AXIS),
    form("ReduceMean", &[Value, List], AXIS),
    form("Concat", &[Value, Value], AXIS),
    form("Reshape", &[Value, List], &[("allowzero", Int)]),
    form("Flatten", &[Value], AXIS),
    form("Transpose", &[Value], &[("perm", Ints(4))]),
    form("Squeeze", &[Value, List], AXIS),
    form("Unsqueeze", &[Value, List], AXIS),
    form("Pad", &[Value, List, Numbers(0)], &[("pads", Ints(8)), ("mode", Padding), ("value", Float)]),
    form("Dropout", &[Value, Numbers(0)], &[("ratio", Float)]),
    form("Identity", &[Value], NONE),
    form("Cast", &[Value], &[("to", Int)]),
    form("CastLike", &[Value, Value], NONE),
    form("Shape", &[Value], &[("start", Int), ("end", Int)]),
    form("Gather", &[Value, List], AXIS),
    form("Slice", &[Value, List, List, List, List], AXIS),
    form("Constant", &[], &[("value_int", Int), ("value_ints", Ints(3)), ("value_float", Float)]),
    form("ConstantOfShape", &[List], NONE),
    form("Range", &[Numbers(0), Numbers(0), Numbers(0)], NONE),
    form("Expand", &[Value, List], NONE),
    form("Tile", &[Value, List], NONE),
    form("Split", &[Value, List], AXIS),
    form("Resize", &[Value, Numbers(1), Numbers(1)], &[("mode", Padding)]),
    form("QuantizeLinear", &[Value, Scale, ZeroPoint], AXIS),
    form("DequantizeLinear", &[Value, Scale, ZeroPoint], AXIS),
    form(
        "QLinearConv",
        &[Value, Scale, ZeroPoint, Bytes(4), Scale, ZeroPoint, Scale, ZeroPoint, Bias],
        WINDOW,
    ),
    form("QLinearMatMul", &[Value, Scale, ZeroPoint, Bytes(2), Scale, ZeroPoint, Scale, ZeroPoint], NONE),
    microsoft("QLinearAdd", &[Value, Scale, ZeroPoint, Value, Scale, ZeroPoint, Scale, ZeroPoint], NONE),
    microsoft("QLinearSigmoid", &[Value, Scale, ZeroPoint, Scale, ZeroPoint], NONE),
    microsoft("QLinearLeakyRelu", &[Value, Scale, ZeroPoint, Scale, ZeroPoint], &[("alpha", Float)]),
    microsoft(
        "QLinearGlobalAveragePool",
        &[Value, Scale, ZeroPoint, Scale, ZeroPoint],
        &[("channels_last", Int)],
    ),
    microsoft("QLinearAveragePool", &[Value, Scale, ZeroPoint, Scale, ZeroPoint], WINDOW),
    microsoft("QLinearConcat", &[Scale, ZeroPoint, Value, Scale, ZeroPoint, Value, Scale, ZeroPoint], AXIS),
    microsoft(
        "QGemm",
        &[Value, Scale, ZeroPoint, Bytes(2), Scale, ZeroPoint, Bias, Scale, ZeroPoint],
        &[("transB", Int), ("alpha", Float)],
    ),
    microsoft(
        "QLinearSoftmax",
        &[Value, Scale, ZeroPoint, Scale, ZeroPoint],
        &[("axis", Int), ("opset", Int)],
    ),
];
