//! Tensors: element types, quantisation, constant data.

use std::fmt;

use super::super::flatbuffer::{Object, Result, Table};
use super::Reader;
use super::field::{quantization as q, tensor as t};

macro_rules! tensor_types {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $name:literal, $bits:expr;)*) => {
        /// The element type of a tensor.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum TensorType {
            $($(#[$doc])* $variant,)*
        }

        impl TensorType {
            /// The type with this number in the schema.
            pub fn from_code(code: i8) -> Option<Self> {
                match code {
                    $($code => Some(TensorType::$variant),)*
                    _ => None,
                }
            }

            /// The schema's name: `INT8`.
            pub fn name(self) -> &'static str {
                match self {
                    $(TensorType::$variant => $name,)*
                }
            }

            /// Size of an element in bits; `None` where the data is not an array of elements of one size.
            pub fn bits(self) -> Option<u32> {
                match self {
                    $(TensorType::$variant => $bits,)*
                }
            }
        }
    };
}

tensor_types! {
    /// IEEE single precision.
    Float32 = 0, "FLOAT32", Some(32);
    /// IEEE half precision.
    Float16 = 1, "FLOAT16", Some(16);
    /// Signed, 32 bits.
    Int32 = 2, "INT32", Some(32);
    /// Unsigned, 8 bits.
    Uint8 = 3, "UINT8", Some(8);
    /// Signed, 64 bits.
    Int64 = 4, "INT64", Some(64);
    /// Strings, packed in TFLite's own way.
    String = 5, "STRING", None;
    /// One byte, 0 or 1.
    Bool = 6, "BOOL", Some(8);
    /// Signed, 16 bits.
    Int16 = 7, "INT16", Some(16);
    /// Two `FLOAT32`.
    Complex64 = 8, "COMPLEX64", Some(64);
    /// Signed, 8 bits.
    Int8 = 9, "INT8", Some(8);
    /// IEEE double precision.
    Float64 = 10, "FLOAT64", Some(64);
    /// Two `FLOAT64`.
    Complex128 = 11, "COMPLEX128", Some(128);
    /// Unsigned, 64 bits.
    Uint64 = 12, "UINT64", Some(64);
    /// A handle of a variable or hash table.
    Resource = 13, "RESOURCE", None;
    /// A value whose type is known at run time only.
    Variant = 14, "VARIANT", None;
    /// Unsigned, 32 bits.
    Uint32 = 15, "UINT32", Some(32);
    /// Unsigned, 16 bits.
    Uint16 = 16, "UINT16", Some(16);
    /// Signed, 4 bits; two in a byte, the first in the low half.
    Int4 = 17, "INT4", Some(4);
    /// The upper half of a `FLOAT32`.
    Bfloat16 = 18, "BFLOAT16", Some(16);
    /// Signed, 2 bits; four in a byte.
    Int2 = 19, "INT2", Some(2);
    /// Unsigned, 4 bits; two in a byte.
    Uint4 = 20, "UINT4", Some(4);
    /// 8 bits: sign, 4 exponent, 3 mantissa; no infinities.
    Float8E4m3fn = 21, "FLOAT8_E4M3FN", Some(8);
    /// 8 bits: sign, 5 exponent, 2 mantissa.
    Float8E5m2 = 22, "FLOAT8_E5M2", Some(8);
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How integers stand for real numbers, as the file has it: `real = scale * (integer - zero_point)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantization {
    /// One scale for all, or one per index of dimension `axis`.
    pub scales: Vec<f32>,
    /// As many as there are scales.
    pub zero_points: Vec<i64>,
    /// The quantised dimension; without meaning where there are not several scales.
    pub axis: i32,
    /// The tag of the `details` union: 0 = none, 1 = custom, 2 = blockwise, 3 = multi-axis. Where it is not 0, the scales
    /// above (none, perhaps) are not the whole truth.
    pub details_type: u8,
}

/// A tensor of a subgraph.
#[derive(Clone, Debug)]
pub struct Tensor<'a> {
    /// Its number in the subgraph.
    pub index: usize,
    /// Its name; may be empty, need not be unique.
    pub name: String,
    /// The shape in the file, where dimensions that are not known stand as 1 (or, in old files, -1).
    pub shape: Vec<i32>,
    /// Element type.
    pub dtype: TensorType,
    /// The number of the data in the file's list of buffers.
    pub buffer_index: usize,
    /// The constant's data, little endian; empty for a tensor that is computed. Its length fits shape and type, unless the
    /// tensor is sparse or its type has no size.
    pub buffer: &'a [u8],
    /// Quantisation; `None` also where the file records only a range of values.
    pub quantization: Option<Quantization>,
    /// Whether the tensor keeps its value from one inference to the next.
    pub is_variable: bool,
    /// Whether the data is in a sparse form.
    pub is_sparse: bool,
    /// Byte offset of the tensor's table in the file.
    pub offset: usize,
}

impl<'a> Tensor<'a> {
    /// Whether the tensor has data in the file.
    pub fn is_constant(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Number of elements; `None` if a dimension is negative.
    pub fn element_count(&self) -> Option<usize> {
        self.shape.iter().try_fold(1usize, |product, &dim| product.checked_mul(usize::try_from(dim).ok()?))
    }

    /// Size of the dense data in bytes; `None` if the type has no size or a dimension is negative.
    pub fn byte_count(&self) -> Option<usize> {
        let bits = self.element_count()?.checked_mul(self.dtype.bits()?.try_into().ok()?)?;
        Some(bits.div_ceil(8))
    }

    pub(super) fn read(reader: &mut Reader<'a>, index: usize, table: Table<'a>) -> Result<Self> {
        let name = reader.text(table, t::NAME)?.unwrap_or_default();
        Self::read_named(reader, index, &name, table).map_err(|error| match name.as_ref() {
            "" => error,
            name => error.about(Object::Tensor(name.to_owned())),
        })
    }

    fn read_named(reader: &mut Reader<'a>, index: usize, name: &str, table: Table<'a>) -> Result<Self> {
        let code = table.scalar(t::TYPE, 0)?;
        let dtype = TensorType::from_code(code)
            .ok_or_else(|| table.unsupported(t::TYPE, format_args!("unknown tensor type {code}")))?;
        if table.scalar(t::EXTERNAL_BUFFER, 0u32)? != 0 {
            let message = "the tensor's data is in another file, which is not supported";
            return Err(table.unsupported(t::EXTERNAL_BUFFER, message));
        }
        let buffer_index = table.scalar(t::BUFFER, 0u32)? as usize;
        let tensor = Tensor {
            index,
            name: name.to_owned(),
            shape: reader.numbers(table, t::SHAPE)?,
            dtype,
            buffer_index,
            buffer: reader.buffer(table, t::BUFFER, buffer_index)?,
            quantization: None,
            is_variable: table.bool(t::IS_VARIABLE, false)?,
            is_sparse: table.table(t::SPARSITY)?.is_some(),
            offset: table.position(),
        };
        if tensor.is_constant() && !tensor.is_sparse && dtype.bits().is_some() {
            let (is, expected) = (tensor.buffer.len(), tensor.byte_count());
            if expected != Some(is) {
                let expected = expected.map_or_else(|| "no number of".to_owned(), |count| count.to_string());
                let shape = &tensor.shape;
                let message = format!(
                    "buffer {buffer_index} has {is} bytes, but {dtype} {shape:?} takes {expected} bytes"
                );
                return Err(table.invalid(t::BUFFER, message));
            }
        }
        let quantization = match table.table(t::QUANTIZATION)? {
            Some(quantization) => read_quantization(reader, quantization)
                .map_err(|error| error.within(t::QUANTIZATION.name()))?,
            None => None,
        };
        Ok(Tensor { quantization, ..tensor })
    }
}

/// As TFLite's interpreters, takes parameters without scale or without zero point for none: converters leave ranges of values there.
fn read_quantization<'a>(reader: &mut Reader<'a>, table: Table<'a>) -> Result<Option<Quantization>> {
    let quantization = Quantization {
        scales: reader.numbers(table, q::SCALE)?,
        zero_points: reader.numbers(table, q::ZERO_POINT)?,
        axis: table.scalar(q::QUANTIZED_DIMENSION, 0)?,
        details_type: table.scalar(q::DETAILS_TYPE, 0)?,
    };
    let none = quantization.scales.is_empty() || quantization.zero_points.is_empty();
    Ok(if none && quantization.details_type == 0 { None } else { Some(quantization) })
}
