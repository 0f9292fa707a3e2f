//! Tensors: element type, shape, quantisation and, for constants, the data.

use std::fmt;
use std::sync::Arc;

use super::quant::Quant;
use super::value::Value;

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DType {
    /// IEEE 754 single precision.
    F32,
    /// Signed 8 bits: the type of every quantised activation and weight on the device.
    I8,
    /// Unsigned 8 bits: exists at the model's boundary and before canonicalisation only.
    U8,
    /// Signed 16 bits: activations of 16x8 quantised models.
    I16,
    /// Signed 32 bits: biases and accumulators.
    I32,
    /// Signed 64 bits: shapes and axes in model files.
    I64,
    /// Signed 4 bits, one value per `i8` in the IR (packed two per byte at emission): weights only.
    I4,
    /// Truth values, one per byte.
    Bool,
}

impl DType {
    /// Bytes of one element in the device's memory. Four-bit weights count as one until they are packed.
    pub fn size(self) -> usize {
        match self {
            DType::I8 | DType::U8 | DType::I4 | DType::Bool => 1,
            DType::I16 => 2,
            DType::F32 | DType::I32 => 4,
            DType::I64 => 8,
        }
    }

    /// The name in the IR text.
    pub fn name(self) -> &'static str {
        match self {
            DType::F32 => "f32",
            DType::I8 => "i8",
            DType::U8 => "u8",
            DType::I16 => "i16",
            DType::I32 => "i32",
            DType::I64 => "i64",
            DType::I4 => "i4",
            DType::Bool => "bool",
        }
    }

    /// The type with that name in the IR text.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::F32, Self::I8, Self::U8, Self::I16, Self::I32, Self::I64, Self::I4, Self::Bool]
            .into_iter()
            .find(|ty| ty.name() == name)
    }

    /// Smallest and largest value of an integer type.
    pub fn integer_range(self) -> Option<(i64, i64)> {
        Some(match self {
            DType::I8 => (i8::MIN.into(), i8::MAX.into()),
            DType::U8 => (0, u8::MAX.into()),
            DType::I16 => (i16::MIN.into(), i16::MAX.into()),
            DType::I32 => (i32::MIN.into(), i32::MAX.into()),
            DType::I64 => (i64::MIN, i64::MAX),
            DType::I4 => (-8, 7),
            DType::F32 | DType::Bool => return None,
        })
    }

    /// Smallest and largest element of a type that is not real: of integers their range, of truth values 0 and 1.
    pub fn value_range(self) -> Option<(i64, i64)> {
        if self == DType::Bool { Some((0, 1)) } else { self.integer_range() }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Extents of a tensor, outermost first. Images are NHWC, sequences NWC.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Shape(pub Vec<usize>);

impl Shape {
    /// The extents.
    pub fn dims(&self) -> &[usize] {
        &self.0
    }

    /// Number of dimensions.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// Number of elements; 1 for a scalar. Saturates, so that a hostile shape is caught by a size check and not by
    /// an overflow.
    pub fn elements(&self) -> usize {
        self.0.iter().fold(1usize, |product, &dim| product.saturating_mul(dim))
    }

    /// The innermost extent (channels); 1 for a scalar.
    pub fn channels(&self) -> usize {
        self.0.last().copied().unwrap_or(1)
    }

    /// Steps between neighbours along each dimension, in elements (row major).
    pub fn strides(&self) -> Vec<usize> {
        let mut strides = vec![1; self.rank()];
        for axis in (1..self.rank()).rev() {
            strides[axis - 1] = strides[axis] * self.0[axis];
        }
        strides
    }

    /// Height, width and channels of an image with batch 1: `[1, H, W, C]`, `[1, W, C]` (height 1) or `[1, C]`.
    pub fn as_hwc(&self) -> Option<[usize; 3]> {
        match *self.0.as_slice() {
            [1, h, w, c] => Some([h, w, c]),
            [1, w, c] => Some([1, w, c]),
            [1, c] => Some([1, 1, c]),
            _ => None,
        }
    }

    /// The shape that operands broadcast to (NumPy's rule), or none if they do not fit.
    pub fn broadcast(&self, other: &Shape) -> Option<Shape> {
        let rank = self.rank().max(other.rank());
        let dim = |shape: &Shape, axis: usize| match (axis + shape.rank()).checked_sub(rank) {
            Some(own) => shape.0[own],
            None => 1,
        };
        (0..rank)
            .map(|axis| match (dim(self, axis), dim(other, axis)) {
                (a, b) if a == b => Some(a),
                (1, b) => Some(b),
                (a, 1) => Some(a),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(Shape)
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Self {
        Shape(dims.to_vec())
    }
}

impl From<Vec<usize>> for Shape {
    fn from(dims: Vec<usize>) -> Self {
        Shape(dims)
    }
}

impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Self {
        Shape(dims.to_vec())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (axis, dim) in self.0.iter().enumerate() {
            write!(f, "{}{dim}", if axis == 0 { "" } else { "," })?;
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a tensor holds: element type, shape and how integers stand for real numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorType {
    /// Element type.
    pub dtype: DType,
    /// Extents.
    pub shape: Shape,
    /// Quantisation; none for floats and plain integers.
    pub quant: Option<Quant>,
}

impl TensorType {
    /// A type without quantisation.
    pub fn new(dtype: DType, shape: impl Into<Shape>) -> Self {
        TensorType { dtype, shape: shape.into(), quant: None }
    }

    /// The same with a quantisation.
    pub fn quantised(dtype: DType, shape: impl Into<Shape>, quant: Quant) -> Self {
        TensorType { dtype, shape: shape.into(), quant: Some(quant) }
    }

    /// Bytes in the device's memory.
    pub fn bytes(&self) -> usize {
        self.shape.elements().saturating_mul(self.dtype.size())
    }

    /// The value that stands for the number zero; none if its bits are zero.
    pub fn zero(&self) -> Option<Value> {
        let zero_point = self.quant.as_ref().map_or(0, |quant| quant.zero_point(0));
        if zero_point == 0 {
            return None;
        }
        let integers = vec![i64::from(zero_point); self.shape.elements()];
        Value::from_integers(self.dtype, self.shape.clone(), &integers)
    }

    /// Scale and zero point of a per-tensor quantised type.
    pub fn per_tensor(&self) -> Option<(f32, i32)> {
        match &self.quant {
            Some(Quant::PerTensor { scale, zero_point }) => Some((*scale, *zero_point)),
            _ => None,
        }
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.dtype, self.shape)?;
        match &self.quant {
            Some(quant) => write!(f, " {quant}"),
            None => Ok(()),
        }
    }
}

/// A tensor of a graph: an input, a constant, or what a node computes.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// Name in the model file, for messages and for the generated code. Need not be unique.
    pub name: String,
    /// Element type, shape and quantisation.
    pub ty: TensorType,
    /// The data, if the tensor is a constant. Shared, so that copies of a graph are cheap.
    pub data: Option<Arc<Value>>,
}

impl Tensor {
    /// A tensor that is computed or fed.
    pub fn new(name: impl Into<String>, ty: TensorType) -> Self {
        Tensor { name: name.into(), ty, data: None }
    }

    /// A constant; type and shape are those of the value.
    pub fn constant(name: impl Into<String>, value: Value, quant: Option<Quant>) -> Self {
        let ty = TensorType { dtype: value.dtype(), shape: value.shape().clone(), quant };
        Tensor { name: name.into(), ty, data: Some(Arc::new(value)) }
    }

    /// Whether the tensor's value is known at build time.
    pub fn is_constant(&self) -> bool {
        self.data.is_some()
    }
}
