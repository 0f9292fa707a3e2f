//! Typed ids of the things a graph owns.
//!
//! An id prints as the IR text writes it: tensors are `%3`, nodes are `@3`.

use std::fmt;

macro_rules! entity {
    ($(#[$doc:meta])* $name:ident, $sigil:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The id of the `index`-th entity.
            pub fn new(index: usize) -> Self {
                Self(index as u32)
            }

            /// The index that the id stands for.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($sigil, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

entity!(
    /// A tensor of a [`Graph`](super::Graph).
    TensorId,
    "%"
);
entity!(
    /// A node (one operator application) of a [`Graph`](super::Graph).
    NodeId,
    "@"
);
