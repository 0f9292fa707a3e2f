//! The options of operators, typed: one struct for each table of the schema's union `BuiltinOptions` that the compiler reads.
//!
//! Every struct has `read(&Operator)`. It refuses an operator whose options are of another table, an enum value that
//! the schema does not know, and a size that is not at least 1. Options that are absent have the schema's defaults.
//! These operators have options without fields: EXPAND_DIMS, PAD, PADV2, QUANTIZE, DEQUANTIZE, TRANSPOSE, HARD_SWISH; these have
//! none at all: LOGISTIC, TANH, RELU, RELU6.

mod choice;
pub mod custom;
mod movement;
mod recurrent;
mod table;
mod variable;

use super::flatbuffer::{Field, Result};
use super::schema::{BuiltinOperator, Operator};
use table::Options;

pub use choice::{Activation, Padding, WeightsFormat};
pub use movement::{
    BlockOptions, GatherOptions, MirrorPadOptions, PackOptions, ResizeOptions, SplitOptions,
    StridedSliceOptions,
};
pub use recurrent::{SequenceLstmOptions, SvdfOptions};
pub use variable::{CallOnceOptions, VarHandleOptions};

/// CONV_2D.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dOptions {
    /// Padding of height and width.
    pub padding: Padding,
    /// Step of the window along the height.
    pub stride_h: usize,
    /// Step of the window along the width.
    pub stride_w: usize,
    /// Distance of the kernel's rows.
    pub dilation_h: usize,
    /// Distance of the kernel's columns.
    pub dilation_w: usize,
    /// Applied to the output.
    pub activation: Activation,
}

/// DEPTHWISE_CONV_2D.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepthwiseConv2dOptions {
    /// Padding of height and width.
    pub padding: Padding,
    /// Step of the window along the height.
    pub stride_h: usize,
    /// Step of the window along the width.
    pub stride_w: usize,
    /// Distance of the kernel's rows.
    pub dilation_h: usize,
    /// Distance of the kernel's columns.
    pub dilation_w: usize,
    /// Output channels per input channel. The shapes say it, too; some writers leave 0 here.
    pub depth_multiplier: i32,
    /// Applied to the output.
    pub activation: Activation,
}

/// TRANSPOSE_CONV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransposeConvOptions {
    /// Padding of the convolution from the result to the operand.
    pub padding: Padding,
    /// Step between rows.
    pub stride_h: usize,
    /// Step between columns.
    pub stride_w: usize,
    /// Applied to the output.
    pub activation: Activation,
}

/// BATCH_MATMUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchMatMulOptions {
    /// Whether the matrices of the first factor are transposed.
    pub adj_x: bool,
    /// Whether those of the second are.
    pub adj_y: bool,
}

/// FULLY_CONNECTED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullyConnectedOptions {
    /// Applied to the output.
    pub activation: Activation,
    /// Layout of the weights.
    pub weights_format: WeightsFormat,
    /// Whether the output keeps all dimensions of the input but the last (else it has two).
    pub keep_num_dims: bool,
    /// How a hybrid operator (float input, integer weights) quantises its input.
    pub asymmetric_quantize_inputs: bool,
}

/// AVERAGE_POOL_2D, MAX_POOL_2D, L2_POOL_2D.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool2dOptions {
    /// Padding of height and width.
    pub padding: Padding,
    /// Step of the window along the height.
    pub stride_h: usize,
    /// Step of the window along the width.
    pub stride_w: usize,
    /// Height of the window.
    pub filter_h: usize,
    /// Width of the window.
    pub filter_w: usize,
    /// Applied to the output.
    pub activation: Activation,
}

/// ADD, SUB, MUL, DIV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArithmeticOptions {
    /// Applied to the output.
    pub activation: Activation,
    /// Whether int16 operands have scales that are powers of two (ADD and SUB; true by default, MUL and DIV have no such field: true).
    pub pot_scale_int16: bool,
}

/// CONCATENATION.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConcatenationOptions {
    /// The dimension; negative counts from the last.
    pub axis: i32,
    /// Applied to the output.
    pub activation: Activation,
}

/// RESHAPE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReshapeOptions {
    /// The shape, -1 for the dimension that follows from the others. Empty where the operator's second input says it.
    pub new_shape: Vec<i32>,
}

/// SQUEEZE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqueezeOptions {
    /// The dimensions to drop, negative from the last; empty = all of size 1.
    pub squeeze_dims: Vec<i32>,
}

/// SOFTMAX.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftmaxOptions {
    /// Factor of the exponent; finite. Absent options give 0, the schema's default, not 1.
    pub beta: f32,
}

/// LEAKY_RELU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyReluOptions {
    /// Slope of the negative side; finite.
    pub alpha: f32,
}

/// L2_NORMALIZATION.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct L2NormOptions {
    /// Function of the result.
    pub activation: Activation,
}

/// MEAN and the other reductions; the axes are an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReducerOptions {
    /// Whether the reduced dimensions stay, with size 1.
    pub keep_dims: bool,
}

impl Conv2dOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 1, "Conv2DOptions")?;
        Ok(Conv2dOptions {
            padding: options.padding(0)?,
            stride_w: options.positive(1, "stride_w", 0)?,
            stride_h: options.positive(2, "stride_h", 0)?,
            activation: options.activation(3)?,
            dilation_w: options.positive(4, "dilation_w_factor", 1)?,
            dilation_h: options.positive(5, "dilation_h_factor", 1)?,
        })
    }
}

impl DepthwiseConv2dOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 2, "DepthwiseConv2DOptions")?;
        Ok(DepthwiseConv2dOptions {
            padding: options.padding(0)?,
            stride_w: options.positive(1, "stride_w", 0)?,
            stride_h: options.positive(2, "stride_h", 0)?,
            depth_multiplier: options.scalar(Field::new(3, "depth_multiplier"), 0)?,
            activation: options.activation(4)?,
            dilation_w: options.positive(5, "dilation_w_factor", 1)?,
            dilation_h: options.positive(6, "dilation_h_factor", 1)?,
        })
    }
}

impl TransposeConvOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 49, "TransposeConvOptions")?;
        Ok(TransposeConvOptions {
            padding: options.padding(0)?,
            stride_w: options.positive(1, "stride_w", 0)?,
            stride_h: options.positive(2, "stride_h", 0)?,
            activation: options.activation(3)?,
        })
    }
}

impl BatchMatMulOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 101, "BatchMatMulOptions")?;
        Ok(BatchMatMulOptions {
            adj_x: options.bool(0, "adj_x", false)?,
            adj_y: options.bool(1, "adj_y", false)?,
        })
    }
}

impl FullyConnectedOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 8, "FullyConnectedOptions")?;
        Ok(FullyConnectedOptions {
            activation: options.activation(0)?,
            weights_format: options.choice(Field::new(1, "weights_format"), WeightsFormat::from_code)?,
            keep_num_dims: options.bool(2, "keep_num_dims", false)?,
            asymmetric_quantize_inputs: options.bool(3, "asymmetric_quantize_inputs", false)?,
        })
    }
}

impl Pool2dOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 5, "Pool2DOptions")?;
        Ok(Pool2dOptions {
            padding: options.padding(0)?,
            stride_w: options.positive(1, "stride_w", 0)?,
            stride_h: options.positive(2, "stride_h", 0)?,
            filter_w: options.positive(3, "filter_width", 0)?,
            filter_h: options.positive(4, "filter_height", 0)?,
            activation: options.activation(5)?,
        })
    }
}

impl ArithmeticOptions {
    /// Reads the options of `operator`, whose code decides which table they must be.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let (tag, name) = match operator.builtin {
            BuiltinOperator::ADD => (11, "AddOptions"),
            BuiltinOperator::SUB => (28, "SubOptions"),
            BuiltinOperator::MUL => (21, "MulOptions"),
            _ => (29, "DivOptions"),
        };
        let options = Options::open(operator, tag, name)?;
        let pot_scale_int16 = options.bool(1, "pot_scale_int16", true)?;
        Ok(ArithmeticOptions { activation: options.activation(0)?, pot_scale_int16 })
    }
}

impl ConcatenationOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 10, "ConcatenationOptions")?;
        let axis = options.scalar(Field::new(0, "axis"), 0)?;
        Ok(ConcatenationOptions { axis, activation: options.activation(1)? })
    }
}

impl ReshapeOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 17, "ReshapeOptions")?;
        Ok(ReshapeOptions { new_shape: options.dimensions(0, "new_shape")? })
    }
}

impl SqueezeOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 30, "SqueezeOptions")?;
        Ok(SqueezeOptions { squeeze_dims: options.dimensions(0, "squeeze_dims")? })
    }
}

impl SoftmaxOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        Ok(SoftmaxOptions { beta: Options::open(operator, 9, "SoftmaxOptions")?.finite(0, "beta")? })
    }
}

impl LeakyReluOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        Ok(LeakyReluOptions { alpha: Options::open(operator, 75, "LeakyReluOptions")?.finite(0, "alpha")? })
    }
}

impl L2NormOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        Ok(L2NormOptions { activation: Options::open(operator, 12, "L2NormOptions")?.activation(0)? })
    }
}

impl ReducerOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 27, "ReducerOptions")?;
        Ok(ReducerOptions { keep_dims: options.bool(0, "keep_dims", false)? })
    }
}
