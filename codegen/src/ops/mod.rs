//! The operators, in families: a folder for each family, and in it a folder for each operator.
//!
//! An operator's folder holds its attributes and rules (`mod.rs`), its exact meaning (`evaluate.rs`), its kernel (`lower.rs`), how
//! the file formats write it (`import.rs`) and its tests (`test.rs`). What the members of a family share lies beside them; what
//! several families share, in `common`.

use crate::ir::Descriptor;

pub mod common;

/// An operator of a family's table.
pub struct Entry {
    /// The operator.
    pub descriptor: &'static Descriptor,
    /// What it does not take, for readers: attributes and operands that it needs otherwise than the file formats allow; empty if it
    /// takes all.
    pub restrictions: &'static str,
}

/// A family's name and table.
pub struct Family {
    /// The name, which its folders have.
    pub name: &'static str,
    /// Its operators.
    pub operators: &'static [Entry],
}

/// Declares the operator modules of a family and the table of their descriptors, each with what it does not take.
macro_rules! operators {
    ($($module:ident $(: $restrictions:literal)?,)*) => {
        $(pub mod $module;)*

        /// The operators of the family.
        pub(super) static OPERATORS: &[crate::ops::Entry] = &[$(crate::ops::Entry {
            descriptor: &$module::DESCRIPTOR,
            restrictions: concat!($($restrictions)?),
        },)*];
    };
}

use operators;

/// Declares the families and the list of their tables.
macro_rules! families {
    ($($module:ident,)*) => {
        $(pub mod $module;)*

        /// The families.
        pub static FAMILIES: &[Family] = &[$(Family { name: stringify!($module), operators: $module::OPERATORS },)*];
    };
}

families! {
    classical,
    convolution,
    elementwise,
    matrix,
    movement,
    normalisation,
    pooling,
    quantisation,
    recurrent,
    reduction,
    sampling,
    state,
}

/// Every operator.
pub fn all() -> impl Iterator<Item = &'static Descriptor> {
    FAMILIES.iter().flat_map(|family| family.operators).map(|entry| entry.descriptor)
}

/// The operator with this name in the IR text.
pub fn by_name(name: &str) -> Option<&'static Descriptor> {
    all().find(|descriptor| descriptor.name == name)
}
