//! The inputs and outputs of a model as its caller sees them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::classes::{Labels, labels};
use super::constants::{blob_slice, expression, f32_literal, usize_literal};
use crate::diagnostic::{Diagnostic, Place};
use crate::escape;
use crate::ir::{DType, Graph, Port, Reference, Tensor, TensorType};
use crate::kernel::{Blob, Const, Element};
use crate::memory::Plan;
use crate::names::{Names, ident, snake_case_or};

/// An input or output of the generated `Model`.
pub(super) struct PortCode {
    /// Field name in `Inputs` and `Outputs`.
    pub field: Ident,
    /// Element type in the caller's hands: `u8` where the file's tensor is unsigned.
    pub element: Ident,
    /// Number of elements.
    pub len: TokenStream,
    /// Where its elements are.
    pub place: PlaceCode,
    /// Whether its elements are places of classes, which the caller has as `Class`; and whether it is one alone.
    pub class: Option<bool>,
    /// The caller's bytes are the arena's with the top bit flipped.
    pub unsigned: bool,
    /// How integers stand for real numbers; `None` for floats; missing for plain integers, which have no `run_f32`.
    pub scale: Option<Scale>,
    /// The `TensorInfo` for this port.
    pub info: TokenStream,
    /// The shape and layout in words.
    pub words: String,
}

/// Where a port's elements are.
pub(super) enum PlaceCode {
    /// In the arena, from this byte on.
    Arena(TokenStream),
    /// In the state, from this byte on.
    State(TokenStream),
    /// In flash: the array that an output is whatever the inputs are.
    Flash(TokenStream),
}

/// Whether some results are lent from the arena, and whether some from the state.
pub(super) fn lent_from(outputs: &[PortCode]) -> [bool; 2] {
    let any = |is: fn(&PlaceCode) -> bool| outputs.iter().any(|port| is(&port.place));
    [any(|place| matches!(place, PlaceCode::Arena(_))), any(|place| matches!(place, PlaceCode::State(_)))]
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
    /// Whether the elements of an output are classes; and whether it is one alone.
    pub class: Option<bool>,
}

impl PortName {
    /// An expression for a reference to the array of an output's elements, numbers for classes, from one for the output.
    pub fn numbers(&self, output: &str) -> String {
        let element = &self.element;
        match self.class {
            None => output.to_owned(),
            Some(true) => format!("(&[{output} as {element}])"),
            Some(false) => format!("(&{output}.map(|class| class as {element}))"),
        }
    }
}

/// Whether an output's elements are classes, and whether it is one alone.
fn class(graph: &Graph, role: &str, port: &Port) -> Option<bool> {
    let of_names = role == "output" && labels(graph, port) == Labels::Names;
    of_names.then(|| graph.ty(port.tensor).shape.elements() == 1)
}

/// The names of inputs and outputs.
pub fn port_names(graph: &Graph) -> [Vec<PortName>; 2] {
    [(&graph.inputs, "input"), (&graph.outputs, "output")].map(|(ports, role)| {
        let mut names = Names::default();
        let name = |port: &Port| {
            let tensor = graph.tensor(port.tensor);
            let unsigned = port.boundary.unsigned;
            PortName {
                field: field(&tensor.name, role, &mut names).to_string(),
                element: element(tensor.ty.dtype, unsigned).map_or("unsupported", Element::name).to_owned(),
                has_f32: tensor.ty.dtype == DType::F32 || scale(&tensor.ty).is_some(),
                class: class(graph, role, port),
            }
        };
        ports.iter().map(name).collect()
    })
}

fn field(name: &str, role: &str, names: &mut Names) -> Ident {
    names.unique(&snake_case_or(name, role))
}

/// The element type in the caller's hands.
pub(super) fn element(dtype: DType, unsigned: bool) -> Option<Element> {
    Some(match (dtype, unsigned) {
        // Truth values are bytes: no byte that firmware writes is wrong.
        (DType::I8, true) | (DType::U8 | DType::Bool, _) => Element::U8,
        (DType::I8 | DType::I4, _) => Element::I8,
        (DType::F32, _) => Element::F32,
        (DType::I16, _) => Element::I16,
        (DType::I32, _) => Element::I32,
        (DType::I64, _) => Element::I64,
    })
}

/// Scale and zero point, where the caller's real numbers are converted by them.
fn scale(ty: &TensorType) -> Option<(f32, i32)> {
    ty.per_tensor().filter(|_| matches!(ty.dtype, DType::I8 | DType::U8 | DType::I16))
}

/// An output whose value is known when the model is compiled, as its caller sees it; none for what is computed or fed.
pub(super) fn constant(graph: &Graph, port: &Port) -> Option<Blob> {
    let value = graph.constant(port.tensor)?;
    let unsigned = port.boundary.unsigned;
    let element = element(value.dtype(), unsigned)?;
    let mut blob = Blob::output(element, value);
    if unsigned {
        blob.bytes.iter_mut().for_each(|byte| *byte ^= 0x80);
    }
    Some(blob)
}

/// Describes ports that all have the same role, `input` or `output`. `constants` has the statics of constant outputs, by position.
///
/// # Errors
/// A port's elements are of a type that generated code does not hand out.
pub(super) fn ports(
    graph: &Graph,
    plan: &Plan,
    (role, ports): (&str, &[Port]),
    constants: &[Option<Ident>],
) -> Result<Vec<PortCode>, Diagnostic> {
    let mut names = Names::default();
    let halves = ident(if graph.reference == Reference::Onnx { "ToEven" } else { "AwayFromZero" });
    let code = |(position, port): (usize, &Port)| {
        let tensor = graph.tensor(port.tensor);
        let at_tensor = |message: String| Diagnostic::error(message).at(Place::tensor(&tensor.name));
        let element = element(tensor.ty.dtype, port.boundary.unsigned).ok_or_else(|| {
            at_tensor(format!(
                "the {role} has elements of the type {}, which generated code does not hand out",
                tensor.ty.dtype
            ))
            .help("cast it to float, int8, uint8, int16, int32 or int64 in the model")
        })?;
        let place = match (constants.get(position), plan.offset(port.tensor)) {
            (Some(Some(name)), _) => {
                let slice = blob_slice(name, element);
                PlaceCode::Flash(quote!(const { rt::array(#slice) }))
            }
            (_, Some(offset)) => match plan.offset_in_state(port.tensor) {
                Some(offset) => PlaceCode::State(usize_literal(offset)),
                None => PlaceCode::Arena(usize_literal(offset)),
            },
            (_, None) => {
                let message = format!("the {role} has no place in the arena; this is a bug of the compiler");
                return Err(at_tensor(message).help("please report it with the model"));
            }
        };
        let named = code(tensor, port, element, place, &halves, field(&tensor.name, role, &mut names));
        Ok(PortCode { class: class(graph, role, port), ..named })
    };
    ports.iter().enumerate().map(code).collect()
}

fn code(
    tensor: &Tensor,
    port: &Port,
    element: Element,
    place: PlaceCode,
    halves: &Ident,
    field: Ident,
) -> PortCode {
    let ty = &tensor.ty;
    let unsigned = port.boundary.unsigned;
    let bias = if unsigned { 128 } else { 0 };
    let (scale, info_scale, info_zero) = match (ty.dtype, scale(ty)) {
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
    PortCode {
        field,
        element: ident(element.name()),
        len: usize_literal(ty.shape.elements()),
        place,
        class: None,
        unsigned,
        scale,
        info: quote!(rt::TensorInfo { name: #name, shape: &[#(#dims),*], scale: #info_scale, zero_point: #info_zero, halves: rt::Halves::#halves }),
        // Code spans throughout: rustdoc would take `[4]` for a link.
        words: format!("{}: `{}[{}]`{layout}", escape::code_span(name), element.name(), shape.join("×")),
    }
}
