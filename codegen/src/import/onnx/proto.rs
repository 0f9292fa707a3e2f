//! The protobuf messages of an ONNX file, by the field numbers of `onnx.proto` (ONNX 1.23, IR version 13).
//!
//! Only the fields that the importer reads, and those whose presence it must refuse, are declared; a decoder passes over the others.
//! What a oneof of the schema holds is declared as optional fields, which have the same bytes.

/// Declares messages; each field has the attribute that `prost` reads.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident { $(#[$($kind:tt)*] $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct $name {
            $(#[prost($($kind)*)] pub(super) $field: $ty,)*
        }
    )*};
}

messages! {
    /// The file.
    ModelProto {
        #[int64, tag = "1"] ir_version: i64,
        #[message, optional, tag = "7"] graph: Option<GraphProto>,
        #[message, repeated, tag = "8"] opset_import: Vec<OperatorSetIdProto>,
        #[message, repeated, tag = "14"] metadata_props: Vec<StringStringEntryProto>,
        #[message, repeated, tag = "25"] functions: Vec<FunctionProto>,
    }

    /// A function of the file: nodes that can be called like an operator.
    FunctionProto {
        #[string, tag = "1"] name: String,
        #[message, repeated, tag = "7"] node: Vec<NodeProto>,
        #[message, repeated, tag = "9"] opset_import: Vec<OperatorSetIdProto>,
        #[string, tag = "10"] domain: String,
    }

    /// The version of one operator set.
    OperatorSetIdProto {
        #[string, tag = "1"] domain: String,
        #[int64, tag = "2"] version: i64,
    }

    /// A key and its value.
    StringStringEntryProto {
        #[string, tag = "1"] key: String,
        #[string, tag = "2"] value: String,
    }

    /// A graph: the model's, or one of a control-flow operator.
    GraphProto {
        #[message, repeated, tag = "1"] node: Vec<NodeProto>,
        #[message, repeated, tag = "5"] initializer: Vec<TensorProto>,
        #[message, repeated, tag = "11"] input: Vec<ValueInfoProto>,
        #[message, repeated, tag = "12"] output: Vec<ValueInfoProto>,
        #[message, repeated, tag = "15"] sparse_initializer: Vec<SparseTensorProto>,
    }

    /// An operator.
    NodeProto {
        #[string, repeated, tag = "1"] input: Vec<String>,
        #[string, repeated, tag = "2"] output: Vec<String>,
        #[string, tag = "3"] name: String,
        #[string, tag = "4"] op_type: String,
        #[message, repeated, tag = "5"] attribute: Vec<AttributeProto>,
        #[string, tag = "7"] domain: String,
    }

    /// An attribute: a name and one value, of the kind that `type` says.
    AttributeProto {
        #[string, tag = "1"] name: String,
        #[float, tag = "2"] f: f32,
        #[int64, tag = "3"] i: i64,
        #[bytes = "vec", tag = "4"] s: Vec<u8>,
        #[message, optional, tag = "5"] t: Option<TensorProto>,
        #[message, optional, boxed, tag = "6"] g: Option<Box<GraphProto>>,
        #[float, repeated, tag = "7"] floats: Vec<f32>,
        #[int64, repeated, tag = "8"] ints: Vec<i64>,
        #[bytes = "vec", repeated, tag = "9"] strings: Vec<Vec<u8>>,
        #[message, repeated, tag = "11"] graphs: Vec<GraphProto>,
        #[enumeration = "AttributeType", tag = "20"] r#type: i32,
    }

    /// A constant.
    TensorProto {
        #[int64, repeated, tag = "1"] dims: Vec<i64>,
        #[int32, tag = "2"] data_type: i32,
        #[float, repeated, tag = "4"] float_data: Vec<f32>,
        #[int32, repeated, tag = "5"] int32_data: Vec<i32>,
        #[bytes = "vec", repeated, tag = "6"] string_data: Vec<Vec<u8>>,
        #[int64, repeated, tag = "7"] int64_data: Vec<i64>,
        #[string, tag = "8"] name: String,
        #[bytes = "vec", tag = "9"] raw_data: Vec<u8>,
        #[double, repeated, tag = "10"] double_data: Vec<f64>,
        #[uint64, repeated, tag = "11"] uint64_data: Vec<u64>,
        #[message, repeated, tag = "13"] external_data: Vec<StringStringEntryProto>,
        #[enumeration = "DataLocation", tag = "14"] data_location: i32,
    }

    /// A constant that lists only the elements which are not zero.
    SparseTensorProto {
        #[message, optional, tag = "1"] values: Option<TensorProto>,
    }

    /// A declared input or output.
    ValueInfoProto {
        #[string, tag = "1"] name: String,
        #[message, optional, tag = "2"] r#type: Option<TypeProto>,
    }

    /// A type; of those that are no tensors, only that they are none.
    TypeProto {
        #[message, optional, tag = "1"] tensor_type: Option<TensorTypeProto>,
    }

    /// An element type and a shape.
    TensorTypeProto {
        #[int32, tag = "1"] elem_type: i32,
        #[message, optional, tag = "2"] shape: Option<TensorShapeProto>,
    }

    /// A shape.
    TensorShapeProto {
        #[message, repeated, tag = "1"] dim: Vec<DimensionProto>,
    }

    /// An extent: a number, a name, or neither.
    DimensionProto {
        #[int64, optional, tag = "1"] dim_value: Option<i64>,
        #[string, optional, tag = "2"] dim_param: Option<String>,
    }
}

/// Declares enumerations of the schema, with the names that it gives them.
macro_rules! enumerations {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $number:literal $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
        #[repr(i32)]
        pub(super) enum $name {
            $($variant = $number,)*
        }

        impl $name {
            /// The schema's name.
            #[allow(dead_code)]
            pub(super) fn as_str_name(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)*
                }
            }
        }
    )*};
}

enumerations! {
    /// `TensorProto.DataType`.
    DataType {
        Undefined = 0 "UNDEFINED",
        Float = 1 "FLOAT",
        Uint8 = 2 "UINT8",
        Int8 = 3 "INT8",
        Uint16 = 4 "UINT16",
        Int16 = 5 "INT16",
        Int32 = 6 "INT32",
        Int64 = 7 "INT64",
        String = 8 "STRING",
        Bool = 9 "BOOL",
        Float16 = 10 "FLOAT16",
        Double = 11 "DOUBLE",
        Uint32 = 12 "UINT32",
        Uint64 = 13 "UINT64",
        Complex64 = 14 "COMPLEX64",
        Complex128 = 15 "COMPLEX128",
        Bfloat16 = 16 "BFLOAT16",
        Float8e4m3fn = 17 "FLOAT8E4M3FN",
        Float8e4m3fnuz = 18 "FLOAT8E4M3FNUZ",
        Float8e5m2 = 19 "FLOAT8E5M2",
        Float8e5m2fnuz = 20 "FLOAT8E5M2FNUZ",
        Uint4 = 21 "UINT4",
        Int4 = 22 "INT4",
        Float4e2m1 = 23 "FLOAT4E2M1",
        Float8e8m0 = 24 "FLOAT8E8M0",
        Uint2 = 25 "UINT2",
        Int2 = 26 "INT2",
    }

    /// `TensorProto.DataLocation`.
    DataLocation {
        Default = 0 "DEFAULT",
        External = 1 "EXTERNAL",
    }

    /// `AttributeProto.AttributeType`.
    AttributeType {
        Undefined = 0 "UNDEFINED",
        Float = 1 "FLOAT",
        Int = 2 "INT",
        String = 3 "STRING",
        Tensor = 4 "TENSOR",
        Graph = 5 "GRAPH",
        Floats = 6 "FLOATS",
        Ints = 7 "INTS",
        Strings = 8 "STRINGS",
        Tensors = 9 "TENSORS",
        Graphs = 10 "GRAPHS",
        SparseTensor = 11 "SPARSE_TENSOR",
        SparseTensors = 12 "SPARSE_TENSORS",
        TypeProto = 13 "TYPE_PROTO",
        TypeProtos = 14 "TYPE_PROTOS",
    }
}
