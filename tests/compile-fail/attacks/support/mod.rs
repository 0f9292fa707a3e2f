//! What the attacks share.
//!
//! Every file is a program without `unsafe` that names `tinyml::__private`, as generated code does. Every line with a `//~` is a layer that
//! would have a kernel reach outside the arena, or outside its constants: it must not compile, in any profile, for the reason that stands
//! behind the mark.

// Not every program has a use for each of them.
#![allow(dead_code, unused_macros)]

/// A number of which twice is nothing, where it is not asked whether the product fits.
pub const HALF: usize = 1 << (usize::BITS - 1);

/// A number of which four times are nothing.
pub const QUARTER: usize = HALF / 2;

/// Three times this is one.
pub const THIRD: usize = usize::MAX / 3 * 2 + 1;

/// A layer of a kernel: its shape's constants, then its own.
macro_rules! layer {
    ($name:ident of $kernel:ident: { $($shape:tt)* } { $($layer:tt)* }) => {
        struct $name;
        impl $kernel::Shape for $name { $($shape)* }
        impl $kernel::Layer for $name {
            type Shape = $name;
            $($layer)*
        }
    };
}
