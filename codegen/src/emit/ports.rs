//! The inputs and outputs of a model as its caller sees them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::constants::{expression, f32_literal, usize_literal};
use super::names::{Names, ident, snake_case};
use crate::escape;
use crate::ir::{DType, Graph, Port};
use crate::kernel::Const;
use crate::memory::Plan;

/// An input or output of the generated `Model`.
pub(super) struct PortCode {
    /// Field name in `Inputs` and `Outputs`.
    pub field: Ident,
    /// Element type in the caller's hands: `u8` where the file's tensor is unsigned.
    pub element: Ident,
    /// Number of elements.
    pub len: TokenStream,
    /// Byte offset in the arena.
    pub offset: TokenStream,
    /// The caller's bytes are the arena's with the top bit flipped.
    pub unsigned: bool,
    /// How integers stand for real numbers; `None` for floats; missing for plain integers, which have no `run_f32`.
    pub scale: Option<Scale>,
    /// The `TensorInfo` for this port.
    pub info: TokenStream,
    /// The shape and layout in words.
    pub words: String,
}

/// Conversion between the caller's real numbers and a port's elements.
pub(super) enum Scale {
    /// They are the same.
    Float,
    /// `real = scale * (q - zero_point)`.
    Quantised {
        /// Real value of one step.
        scale: TokenStream,
        /// The integer that stands for 0.0, in the caller's element type.
        zero_point: TokenStream,
    },
}

/// An input or output as the generated code names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortName {
    /// Field of `Inputs` or `Outputs`, where there are several.
    pub field: String,
    /// Element type of `run`.
    pub element: String,
    /// Whether it has a place in `run_f32`.
    pub has_f32: bool,
}

/// The names of inputs and outputs.
pub fn port_names(graph: &Graph) -> [Vec<PortName>; 2] {
    [&graph.inputs, &graph.outputs].map(|ports| {
        let mut names = Names::default();
        let name = |port: &Port| {
            let tensor = graph.tensor(port.tensor);
            PortName {
                field: field(&tensor.name, &mut names).to_string(),
                element: element(tensor.ty.dtype, port.boundary.unsigned).unwrap_or("unsupported").to_owned(),
                has_f32: tensor.ty.dtype == DType::F32 || tensor.ty.per_tensor().is_some(),
            }
        };
        ports.iter().map(name).collect()
    })
}

fn field(name: &str, names: &mut Names) -> Ident {
    names.unique(&ident(&snake_case(name)).to_string())
}

/// The element type in the caller's hands.
fn element(dtype: DType, unsigned: bool) -> Option<&'static str> {
    match (dtype, unsigned) {
        (DType::I8, true) => Some("u8"),
        (DType::I8 | DType::I4, false) => Some("i8"),
        (DType::F32, _) => Some("f32"),
        (DType::I16, _) => Some("i16"),
        (DType::I32, _) => Some("i32"),
        _ => None,
    }
}

/// The ports; none if one has no place in the arena (a constant output).
pub(super) fn ports(graph: &Graph, plan: &Plan, ports: &[Port]) -> Option<Vec<PortCode>> {
    let mut names = Names::default();
    ports.iter().map(|port| code(graph, plan, port, &mut names)).collect()
}

fn code(graph: &Graph, plan: &Plan, port: &Port, names: &mut Names) -> Option<PortCode> {
    let tensor = graph.tensor(port.tensor);
    let ty = &tensor.ty;
    let unsigned = port.boundary.unsigned;
    let element = element(ty.dtype, unsigned)?;
    let bias = if unsigned { 128 } else { 0 };
    let (scale, info_scale, info_zero) = match (ty.dtype, ty.per_tensor()) {
        (DType::F32, _) => (Some(Scale::Float), 1.0, 0),
        (_, Some((scale, zero_point))) => {
            let code = Scale::Quantised {
                scale: f32_literal(scale),
                zero_point: expression(&Const::I32(zero_point + bias)),
            };
            (Some(code), scale, zero_point + bias)
        }
        (_, None) => (None, 1.0, 0),
    };
    let name = &tensor.name;
    let dims = ty.shape.dims().iter().map(|&dim| usize_literal(dim));
    let (info_scale, info_zero) = (f32_literal(info_scale), expression(&Const::I32(info_zero)));
    let shape: Vec<_> = ty.shape.dims().iter().map(usize::to_string).collect();
    let layout = match &port.boundary.source_axes {
        Some(axes) => format!(", channels last (the file has axes `{axes:?}` in this order)"),
        None => String::new(),
    };
    Some(PortCode {
        field: field(name, names),
        element: ident(element),
        len: usize_literal(ty.shape.elements()),
        offset: usize_literal(plan.offset(port.tensor)?),
        unsigned,
        scale,
        info: quote!(rt::TensorInfo { name: #name, shape: &[#(#dims),*], scale: #info_scale, zero_point: #info_zero }),
        // Code spans throughout: rustdoc would take `[4]` for a link.
        words: format!("{}: `{element}[{}]`{layout}", escape::code_span(name), shape.join("×")),
    })
}
