//! The operators, in families: a folder for each family, and in it a folder for each operator.
//!
//! An operator's folder holds its attributes and rules (`mod.rs`), its exact meaning (`evaluate.rs`), its kernel (`lower.rs`), how
//! the file formats write it (`import.rs`) and its tests (`test.rs`). What the members of a family share lies beside them; what
//! several families share, in `common`.

use crate::ir::Descriptor;

pub mod common;

/// Declares the operator modules of a family and the table of their descriptors.
macro_rules! operators {
    ($($module:ident,)*) => {
        $(pub mod $module;)*

        /// The operators of the family.
        pub(super) static OPERATORS: &[&crate::ir::Descriptor] = &[$(&$module::DESCRIPTOR,)*];
    };
}

use operators;

/// Declares the families and the list of their tables.
macro_rules! families {
    ($($module:ident,)*) => {
        $(pub mod $module;)*

        static FAMILIES: &[&[&Descriptor]] = &[$($module::OPERATORS,)*];
    };
}

families! {
    convolution,
    elementwise,
    matrix,
    movement,
    normalisation,
    pooling,
    quantisation,
    reduction,
    state,
}

/// Every operator.
pub fn all() -> impl Iterator<Item = &'static Descriptor> {
    FAMILIES.iter().copied().flatten().copied()
}

/// The operator with this name in the IR text.
pub fn by_name(name: &str) -> Option<&'static Descriptor> {
    all().find(|descriptor| descriptor.name == name)
}
