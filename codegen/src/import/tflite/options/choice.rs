//! The enums of the schema's options.

/// How a window that leaves the image is dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Padded so that the output has `ceil(input / stride)` places; the odd one goes to the end.
    Same,
    /// No padding.
    Valid,
}

impl Padding {
    pub(super) fn from_code(code: i8) -> Option<Self> {
        match code {
            0 => Some(Padding::Same),
            1 => Some(Padding::Valid),
            _ => None,
        }
    }
}

/// The function that an operator applies to its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Identity.
    None,
    /// `max(x, 0)`.
    Relu,
    /// Clamped to -1 ..= 1.
    ReluN1To1,
    /// Clamped to 0 ..= 6.
    Relu6,
    /// Hyperbolic tangent.
    Tanh,
    /// The sign bit.
    SignBit,
}

impl Activation {
    /// The interval to which the function clamps, in real numbers.
    ///
    /// # Errors
    /// The functions that are no clamp: TANH, SIGN_BIT.
    pub fn clamp(self) -> Result<[f32; 2], String> {
        let name = match self {
            Activation::None => return Ok([f32::NEG_INFINITY, f32::INFINITY]),
            Activation::Relu => return Ok([0.0, f32::INFINITY]),
            Activation::ReluN1To1 => return Ok([-1.0, 1.0]),
            Activation::Relu6 => return Ok([0.0, 6.0]),
            Activation::Tanh => "TANH",
            Activation::SignBit => "SIGN_BIT",
        };
        Err(format!("the fused activation {name} is not supported"))
    }

    pub(super) fn from_code(code: i8) -> Option<Self> {
        match code {
            0 => Some(Activation::None),
            1 => Some(Activation::Relu),
            2 => Some(Activation::ReluN1To1),
            3 => Some(Activation::Relu6),
            4 => Some(Activation::Tanh),
            5 => Some(Activation::SignBit),
            _ => None,
        }
    }
}

/// The layout of a fully connected layer's weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightsFormat {
    /// `[outputs, inputs]`.
    Default,
    /// A legacy order for uint8 on Arm.
    Shuffled4x16Int8,
}

impl WeightsFormat {
    pub(super) fn from_code(code: i8) -> Option<Self> {
        match code {
            0 => Some(WeightsFormat::Default),
            1 => Some(WeightsFormat::Shuffled4x16Int8),
            _ => None,
        }
    }
}
