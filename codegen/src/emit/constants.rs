//! Constants of the generated code: numbers, and weights as one byte-string literal each.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::kernel::{Blob, Const, Element};
use crate::names::ident;

/// A constant as an expression.
pub(super) fn expression(constant: &Const) -> TokenStream {
    match constant {
        Const::Usize(value) => usize_literal(*value),
        Const::Dims(values) => {
            let values = values.iter().map(|&value| usize_literal(value));
            quote!([#(#values),*])
        }
        Const::Steps(values) => {
            let values = values.iter().map(|&value| signed(value as i64));
            quote!([#(#values),*])
        }
        Const::I32(value) => signed(i64::from(*value)),
        Const::I64(value) => signed(*value),
        Const::I8(value) => signed(i64::from(*value)),
        Const::F32(value) => f32_literal(*value),
        Const::Bool(value) => quote!(#value),
        Const::Variant(path) => rt_path(path),
        Const::Struct(path, fields) => {
            let path = rt_path(path);
            let names = fields.iter().map(|(name, _)| ident(name));
            let values = fields.iter().map(|(_, value)| expression(value));
            quote!(#path { #(#names: #values),* })
        }
    }
}

/// The type of a constant, as the kernels' traits declare it.
pub(super) fn type_of(constant: &Const) -> TokenStream {
    match constant {
        Const::Usize(_) => quote!(usize),
        Const::Dims(values) => {
            let len = usize_literal(values.len());
            quote!([usize; #len])
        }
        Const::Steps(values) => {
            let len = usize_literal(values.len());
            quote!([isize; #len])
        }
        Const::I32(_) => quote!(i32),
        Const::I64(_) => quote!(i64),
        Const::I8(_) => quote!(i8),
        Const::F32(_) => quote!(f32),
        Const::Bool(_) => quote!(bool),
        Const::Variant(path) => rt_path(path.rsplit_once("::").map_or(*path, |(ty, _)| ty)),
        Const::Struct(path, _) => rt_path(path),
    }
}

fn rt_path(path: &str) -> TokenStream {
    let segments = path.split("::").map(ident);
    quote!(rt #(::#segments)*)
}

/// A count without a suffix.
pub(super) fn usize_literal(value: usize) -> TokenStream {
    let literal = Literal::usize_unsuffixed(value);
    quote!(#literal)
}

fn signed(value: i64) -> TokenStream {
    let literal = Literal::u64_unsuffixed(value.unsigned_abs());
    if value < 0 { quote!(-#literal) } else { quote!(#literal) }
}

/// A float that reads back to the same bits.
pub(super) fn f32_literal(value: f32) -> TokenStream {
    if value.is_nan() {
        return quote!(f32::NAN);
    }
    let magnitude = if value.is_infinite() {
        quote!(f32::INFINITY)
    } else {
        let literal = Literal::f32_unsuffixed(value.abs());
        quote!(#literal)
    };
    if value.is_sign_negative() { quote!(-#magnitude) } else { magnitude }
}

/// The static for constant data: alignment and length are in its type.
pub(super) fn blob_static(name: &Ident, blob: &Blob) -> TokenStream {
    let wrapper = ident(wrapper(blob.element));
    let len = usize_literal(blob.bytes.len());
    let bytes = Literal::byte_string(&blob.bytes);
    quote!(static #name: rt::#wrapper<[u8; #len]> = rt::#wrapper(*#bytes);)
}

/// The runtime's type that aligns bytes for these elements.
pub(super) fn wrapper(element: Element) -> &'static str {
    match element {
        Element::I64 => "AlignedTo8",
        _ => "Aligned",
    }
}

/// The slice that a kernel gets of a static.
pub(super) fn blob_slice(name: &Ident, element: Element) -> TokenStream {
    let method = ident(element.name());
    quote!(#name.#method())
}
