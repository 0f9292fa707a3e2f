//! Where the fields of the schema's tables are: the vtable slots, in the order of TFLite's `schema.fbs`.

macro_rules! fields {
    ($($table:ident { $($field:ident = $slot:literal $name:literal,)* })*) => {$(
        pub(super) mod $table {
            use super::super::super::flatbuffer::Field;
            $(pub(in super::super) const $field: Field = Field::new($slot, $name);)*
        }
    )*};
}

fields! {
    model {
        VERSION = 0 "version",
        OPERATOR_CODES = 1 "operator_codes",
        SUBGRAPHS = 2 "subgraphs",
        BUFFERS = 4 "buffers",
        METADATA = 6 "metadata",
    }
    metadata {
        NAME = 0 "name",
        BUFFER = 1 "buffer",
    }
    subgraph {
        TENSORS = 0 "tensors",
        INPUTS = 1 "inputs",
        OUTPUTS = 2 "outputs",
        OPERATORS = 3 "operators",
    }
    tensor {
        SHAPE = 0 "shape",
        TYPE = 1 "type",
        BUFFER = 2 "buffer",
        NAME = 3 "name",
        QUANTIZATION = 4 "quantization",
        IS_VARIABLE = 5 "is_variable",
        SPARSITY = 6 "sparsity",
        EXTERNAL_BUFFER = 10 "external_buffer",
    }
    quantization {
        SCALE = 2 "scale",
        ZERO_POINT = 3 "zero_point",
        DETAILS_TYPE = 4 "details_type",
        QUANTIZED_DIMENSION = 6 "quantized_dimension",
    }
    operator_code {
        DEPRECATED_BUILTIN_CODE = 0 "deprecated_builtin_code",
        CUSTOM_CODE = 1 "custom_code",
        VERSION = 2 "version",
        BUILTIN_CODE = 3 "builtin_code",
    }
    operator {
        OPCODE_INDEX = 0 "opcode_index",
        INPUTS = 1 "inputs",
        OUTPUTS = 2 "outputs",
        BUILTIN_OPTIONS_TYPE = 3 "builtin_options_type",
        BUILTIN_OPTIONS = 4 "builtin_options",
        CUSTOM_OPTIONS = 5 "custom_options",
    }
    buffer {
        DATA = 0 "data",
        OFFSET = 1 "offset",
        SIZE = 2 "size",
    }
}
