//! The contents of a tensor on the host.

use super::quant::Quant;
use super::tensor::{DType, Shape};

/// Elements, row major.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Floats.
    F32(Vec<f32>),
    /// Signed bytes; also four-bit values, one per byte.
    I8(Vec<i8>),
    /// Unsigned bytes.
    U8(Vec<u8>),
    /// 16-bit integers.
    I16(Vec<i16>),
    /// 32-bit integers.
    I32(Vec<i32>),
    /// 64-bit integers.
    I64(Vec<i64>),
    /// Truth values.
    Bool(Vec<bool>),
}

/// A tensor's contents with its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    shape: Shape,
    data: Data,
    dtype: DType,
}

macro_rules! element_types {
    ($($variant:ident $rust:ty, $slice:ident, $owned:ident;)*) => {
        $(
            impl Value {
                #[doc = concat!("The elements, if they are `", stringify!($rust), "`.")]
                pub fn $slice(&self) -> Option<&[$rust]> {
                    match &self.data {
                        Data::$variant(data) => Some(data),
                        _ => None,
                    }
                }

                #[doc = concat!("A value of `", stringify!($rust), "` elements; none if their number is not the shape's.")]
                pub fn $owned(shape: impl Into<Shape>, data: Vec<$rust>) -> Option<Value> {
                    Value::new(shape, Data::$variant(data))
                }
            }

            impl From<Vec<$rust>> for Data {
                fn from(data: Vec<$rust>) -> Data {
                    Data::$variant(data)
                }
            }
        )*

        impl Data {
            /// Number of elements.
            pub fn len(&self) -> usize {
                match self { $(Data::$variant(data) => data.len(),)* }
            }

            /// Whether there is no element.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// These elements and others behind them; none if their types differ.
            fn followed_by(&self, others: &Data) -> Option<Data> {
                match (self, others) {
                    $((Data::$variant(first), Data::$variant(others)) => Some(Data::$variant([first.as_slice(), others].concat())),)*
                    _ => None,
                }
            }

            /// The elements at `indices`, in that order; indices must be below [`len`](Self::len).
            fn gather(&self, indices: impl Iterator<Item = usize>) -> Data {
                match self { $(Data::$variant(data) => Data::$variant(indices.map(|i| data[i]).collect()),)* }
            }

            /// Zeros of an element type.
            fn zeros(dtype: DType, len: usize) -> Data {
                match dtype {
                    DType::I4 => Data::I8(vec![0; len]),
                    $(DType::$variant => Data::$variant(vec![Default::default(); len]),)*
                }
            }

            fn dtype(&self) -> DType {
                match self { $(Data::$variant(_) => DType::$variant,)* }
            }
        }
    };
}

element_types! {
    F32 f32, as_f32, f32;
    I8 i8, as_i8, i8;
    U8 u8, as_u8, u8;
    I16 i16, as_i16, i16;
    I32 i32, as_i32, i32;
    I64 i64, as_i64, i64;
    Bool bool, as_bool, bool;
}

impl Value {
    /// A value; none if the number of elements is not the shape's.
    pub fn new(shape: impl Into<Shape>, data: impl Into<Data>) -> Option<Value> {
        let (shape, data) = (shape.into(), data.into());
        let dtype = data.dtype();
        (shape.elements() == data.len()).then_some(Value { shape, data, dtype })
    }

    /// Zeros.
    pub fn zeros(dtype: DType, shape: impl Into<Shape>) -> Value {
        let shape = shape.into();
        Value { data: Data::zeros(dtype, shape.elements()), shape, dtype }
    }

    /// Four-bit values, one per byte; none if the number is not the shape's or a value is out of range.
    pub fn i4(shape: impl Into<Shape>, data: Vec<i8>) -> Option<Value> {
        let in_range = data.iter().all(|v| (-8..=7).contains(v));
        let value = Value::i8(shape, data)?;
        in_range.then_some(Value { dtype: DType::I4, ..value })
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Extents.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Elements.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The same elements under another shape; none if their number differs.
    pub fn reshaped(&self, shape: impl Into<Shape>) -> Option<Value> {
        let shape = shape.into();
        (shape.elements() == self.len()).then(|| Value { shape, ..self.clone() })
    }

    /// The elements of an integer (or boolean) value, widened.
    pub fn integers(&self) -> Option<Vec<i64>> {
        Some(match &self.data {
            Data::F32(_) => return None,
            Data::I8(d) => d.iter().map(|&v| v.into()).collect(),
            Data::U8(d) => d.iter().map(|&v| v.into()).collect(),
            Data::I16(d) => d.iter().map(|&v| v.into()).collect(),
            Data::I32(d) => d.iter().map(|&v| v.into()).collect(),
            Data::I64(d) => d.clone(),
            Data::Bool(d) => d.iter().map(|&v| v.into()).collect(),
        })
    }

    /// Integers narrowed to `dtype`; none if one does not fit, or `dtype` is not an integer type.
    pub fn from_integers(dtype: DType, shape: impl Into<Shape>, data: &[i64]) -> Option<Value> {
        fn narrow<T: TryFrom<i64>>(data: &[i64]) -> Option<Vec<T>> {
            data.iter().map(|&v| T::try_from(v).ok()).collect()
        }
        match dtype {
            DType::I8 => Value::i8(shape, narrow(data)?),
            DType::I4 => Value::i4(shape, narrow(data)?),
            DType::U8 => Value::u8(shape, narrow(data)?),
            DType::I16 => Value::i16(shape, narrow(data)?),
            DType::I32 => Value::i32(shape, narrow(data)?),
            DType::I64 => Value::i64(shape, data.to_vec()),
            DType::Bool => Value::bool(shape, data.iter().map(|&v| v != 0).collect()),
            DType::F32 => None,
        }
    }

    /// The real numbers that the elements stand for under `quant` (plain conversion without one).
    pub fn dequantise(&self, quant: Option<&Quant>) -> Vec<f32> {
        if let Data::F32(data) = &self.data {
            return data.clone();
        }
        let integers = self.integers().unwrap_or_default();
        let Some(quant) = quant else {
            return integers.iter().map(|&v| v as f32).collect();
        };
        let channel = self.channel_of(quant.axis());
        integers
            .iter()
            .enumerate()
            .map(|(i, &v)| (v - i64::from(quant.zero_point(channel(i)))) as f32 * quant.scale(channel(i)))
            .collect()
    }

    /// The index along `axis` of the element at a flat index (0 without an axis).
    pub fn channel_of(&self, axis: Option<usize>) -> impl Fn(usize) -> usize + use<> {
        let (stride, extent) = match axis {
            Some(axis) if axis < self.shape.rank() => (self.shape.strides()[axis], self.shape.dims()[axis]),
            _ => (1, 1),
        };
        move |i| i / stride.max(1) % extent.max(1)
    }

    /// Axes reordered: axis `i` of the result is axis `perm[i]` of the value. `perm` must be a permutation of the
    /// axes, else none.
    pub fn transposed(&self, perm: &[usize]) -> Option<Value> {
        let rank = self.shape.rank();
        let mut seen = vec![false; rank];
        for &axis in perm {
            if std::mem::replace(seen.get_mut(axis)?, true) {
                return None;
            }
        }
        if perm.len() != rank {
            return None;
        }
        let from = self.shape.strides();
        let shape = Shape(perm.iter().map(|&axis| self.shape.dims()[axis]).collect());
        let steps: Vec<usize> = perm.iter().map(|&axis| from[axis]).collect();
        let indices = Indices::new(&shape).map(|index| index.iter().zip(&steps).map(|(i, s)| i * s).sum());
        Some(Value { data: self.data.gather(indices), shape, dtype: self.dtype })
    }

    /// Repeated along the axes where `shape` is larger, by NumPy's rule; none if it does not fit.
    pub fn broadcast_to(&self, shape: &Shape) -> Option<Value> {
        if self.shape.broadcast(shape).as_ref() != Some(shape) {
            return None;
        }
        if self.shape == *shape {
            return Some(self.clone());
        }
        if self.len() == 1 {
            let data = self.data.gather(std::iter::repeat_n(0, shape.elements()));
            return Some(Value { data, shape: shape.clone(), dtype: self.dtype });
        }
        let steps = broadcast_steps(&self.shape, shape);
        let indices = Indices::new(shape).map(|index| index.iter().zip(&steps).map(|(i, s)| i * s).sum());
        Some(Value { data: self.data.gather(indices), shape: shape.clone(), dtype: self.dtype })
    }

    /// The elements at flat `indices`, under `shape`; none if an index is out of range or the number is not the
    /// shape's.
    pub fn pick(&self, shape: impl Into<Shape>, indices: &[usize]) -> Option<Value> {
        let shape = shape.into();
        let fits = shape.elements() == indices.len() && indices.iter().all(|&i| i < self.len());
        fits.then(|| Value { data: self.data.gather(indices.iter().copied()), shape, dtype: self.dtype })
    }

    /// The elements from the flat index `start` on, under `shape`; none if they reach beyond the end.
    pub fn part(&self, shape: impl Into<Shape>, start: usize) -> Option<Value> {
        let shape = shape.into();
        let end = start.checked_add(shape.elements()).filter(|&end| end <= self.len())?;
        Some(Value { data: self.data.gather(start..end), shape, dtype: self.dtype })
    }

    /// The elements of both, one behind the other, under `shape`; none if their types differ or their number is not the shape's.
    pub fn followed_by(&self, others: &Value, shape: impl Into<Shape>) -> Option<Value> {
        let data = self.data.followed_by(&others.data).filter(|_| self.dtype == others.dtype)?;
        let shape = shape.into();
        (shape.elements() == data.len()).then_some(Value { data, shape, dtype: self.dtype })
    }

    /// Little-endian bytes as they lie in the device's memory.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        match &self.data {
            Data::F32(d) => d.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Data::I8(d) => d.iter().map(|&v| v as u8).collect(),
            Data::U8(d) => d.clone(),
            Data::I16(d) => d.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Data::I32(d) => d.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Data::I64(d) => d.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Data::Bool(d) => d.iter().map(|&v| v.into()).collect(),
        }
    }

    /// The value whose little-endian bytes these are; none if their number does not fit. (`I4`: one value per byte.)
    pub fn from_le_bytes(dtype: DType, shape: impl Into<Shape>, bytes: &[u8]) -> Option<Value> {
        fn split<const N: usize, T>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
            let (chunks, rest) = bytes.as_chunks::<N>();
            rest.is_empty().then(|| chunks.iter().map(|&chunk| read(chunk)).collect())
        }
        match dtype {
            DType::F32 => Value::f32(shape, split(bytes, f32::from_le_bytes)?),
            DType::I8 => Value::i8(shape, split(bytes, i8::from_le_bytes)?),
            DType::I4 => Value::i4(shape, split(bytes, i8::from_le_bytes)?),
            DType::U8 => Value::u8(shape, bytes.to_vec()),
            DType::I16 => Value::i16(shape, split(bytes, i16::from_le_bytes)?),
            DType::I32 => Value::i32(shape, split(bytes, i32::from_le_bytes)?),
            DType::I64 => Value::i64(shape, split(bytes, i64::from_le_bytes)?),
            DType::Bool => Value::bool(shape, bytes.iter().map(|&b| b != 0).collect()),
        }
    }
}

/// Steps, in elements of `from`, for each axis of the shape `to` that it is broadcast to (0 where it repeats).
pub fn broadcast_steps(from: &Shape, to: &Shape) -> Vec<usize> {
    let strides = from.strides();
    (0..to.rank())
        .map(|axis| match (axis + from.rank()).checked_sub(to.rank()) {
            Some(own) if from.dims()[own] != 1 => strides[own],
            _ => 0,
        })
        .collect()
}

/// All multi-indices of a shape in row-major order.
pub struct Indices {
    shape: Vec<usize>,
    next: Option<Vec<usize>>,
}

impl Indices {
    /// The indices of `shape`.
    pub fn new(shape: &Shape) -> Indices {
        let next = (shape.elements() > 0).then(|| vec![0; shape.rank()]);
        Indices { shape: shape.0.clone(), next }
    }
}

impl Iterator for Indices {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let current = self.next.take()?;
        let mut following = current.clone();
        for axis in (0..self.shape.len()).rev() {
            following[axis] += 1;
            if following[axis] < self.shape[axis] {
                self.next = Some(following);
                break;
            }
            following[axis] = 0;
        }
        Some(current)
    }
}
