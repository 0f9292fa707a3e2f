//! What is wrong in a file, and where.

use std::fmt;

/// The outcome of a read.
pub type Result<T, E = FlatbufferError> = std::result::Result<T, E>;

/// What is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}, `{path}`{}: {fault}", object.as_ref().map_or(String::new(), |object| format!(" ({object})")))]
pub struct FlatbufferError {
    /// Byte offset in the file of the value that is wrong (of its table, where the value is absent).
    pub offset: usize,
    /// The field as the schema names it, from the root: `subgraphs[0].tensors[3].shape`.
    pub path: String,
    /// The tensor or operator that the field belongs to, as far as the file could be read.
    pub object: Option<Object>,
    /// What is wrong with it.
    pub fault: Fault,
}

/// The part of a model that its author knows by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// A tensor, by its name.
    Tensor(String),
    /// An operator, by the name of what it computes: `CONV_2D`.
    Operator(String),
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::Tensor(name) => write!(f, "tensor `{name}`"),
            Object::Operator(name) => write!(f, "operator {name}"),
        }
    }
}

/// What can be wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The value lies partly or wholly behind the end of the file.
    #[error("the file is truncated: {needed} bytes are needed here, {left} are left")]
    Truncated {
        /// Size of the value in bytes.
        needed: u64,
        /// What the file has from the value's offset on, in bytes.
        left: usize,
    },
    /// An offset leads out of the file or to itself.
    #[error("the offset {offset} leads nowhere in a file of {len} bytes")]
    BadOffset {
        /// The offset, relative to the place that holds it.
        offset: i64,
        /// Size of the file in bytes.
        len: usize,
    },
    /// A table or its vtable contradicts itself.
    #[error("the table is malformed: {0}")]
    BadTable(&'static str),
    /// The file does not carry the identifier of its format.
    #[error("the file identifier is \"{found}\", not \"{expected}\"")]
    BadIdentifier {
        /// The bytes 4 to 8 of the file, escaped.
        found: String,
        /// What they should be.
        expected: &'static str,
    },
    /// A field that has no default is absent.
    #[error("the field is missing")]
    Missing,
    /// The bytes are readable, but contradict others of the file.
    #[error("{0}")]
    Invalid(String),
    /// The file is sound, but says something that this compiler does not know.
    #[error("{0}")]
    Unsupported(String),
}

impl FlatbufferError {
    pub(super) fn new(offset: usize, path: impl Into<String>, fault: Fault) -> Self {
        FlatbufferError { offset, path: path.into(), object: None, fault }
    }

    /// Whether the file's bytes contradict each other.
    pub fn is_damage(&self) -> bool {
        !matches!(self.fault, Fault::Unsupported(_) | Fault::BadIdentifier { .. })
    }

    /// The same error as seen from the table that holds this one: `outer` is put before the path.
    #[must_use]
    pub fn within(mut self, outer: impl fmt::Display) -> Self {
        self.path = format!("{outer}.{}", self.path);
        self
    }

    /// The same error as one about a field of `object`.
    #[must_use]
    pub fn about(mut self, object: Object) -> Self {
        self.object = Some(object);
        self
    }
}
