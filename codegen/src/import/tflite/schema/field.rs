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
        DESCRIPTION = 3 "description",
        BUFFERS = 4 "buffers",
        METADATA = 6 "metadata",
        SIGNATURE_DEFS = 7 "signature_defs",
    }
    subgraph {
        TENSORS = 0 "tensors",
        INPUTS = 1 "inputs",
        OUTPUTS = 2 "outputs",
        OPERATORS = 3 "operators",
        NAME = 4 "name",
    }
    tensor {
        SHAPE = 0 "shape",
        TYPE = 1 "type",
        BUFFER = 2 "buffer",
        NAME = 3 "name",
        QUANTIZATION = 4 "quantization",
        IS_VARIABLE = 5 "is_variable",
        SPARSITY = 6 "sparsity",
        SHAPE_SIGNATURE = 7 "shape_signature",
        HAS_RANK = 8 "has_rank",
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
        INTERMEDIATES = 8 "intermediates",
        LARGE_CUSTOM_OPTIONS_OFFSET = 9 "large_custom_options_offset",
        LARGE_CUSTOM_OPTIONS_SIZE = 10 "large_custom_options_size",
        BUILTIN_OPTIONS_2_TYPE = 11 "builtin_options_2_type",
        BUILTIN_OPTIONS_2 = 12 "builtin_options_2",
    }
    buffer {
        DATA = 0 "data",
        OFFSET = 1 "offset",
        SIZE = 2 "size",
    }
    metadata {
        NAME = 0 "name",
        BUFFER = 1 "buffer",
    }
    signature_def {
        INPUTS = 0 "inputs",
        OUTPUTS = 1 "outputs",
        SIGNATURE_KEY = 2 "signature_key",
        SUBGRAPH_INDEX = 4 "subgraph_index",
    }
    tensor_map {
        NAME = 0 "name",
        TENSOR_INDEX = 1 "tensor_index",
    }
}
