//! The public face of a generated module: `Model` with `run`, `run_f32` and their friends.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::classes::{class_type, class_value};
use super::model::{Keeps, structure};
use super::ports::{PlaceCode, PortCode, Scale};
use super::steps;

/// What a program writes for the first output of classes with names; none if there is no such output.
pub(super) fn label(inputs: &[PortCode], outputs: &[PortCode]) -> Option<String> {
    let port = outputs.iter().find(|port| port.class.is_some())?;
    let run = if inputs.len() == 1 { "model.run(&input)" } else { "model.run(inputs)" };
    let field = if outputs.len() == 1 { String::new() } else { format!(".{}", port.field) };
    let row = if port.class == Some(true) { "" } else { "[0]" };
    Some(format!("{run}{field}{row}"))
}

/// The type of an output in the model's own types.
fn output_of(port: &PortCode, lifetime: Option<TokenStream>) -> TokenStream {
    let PortCode { element, len, .. } = port;
    match port.class {
        Some(single) => class_type(len, single),
        None => quote!(&#lifetime [#element; #len]),
    }
}

/// Generates `Model` and, for several inputs or outputs, `Inputs` and `Outputs`.
pub(super) fn model(inputs: &[PortCode], outputs: &[PortCode], half_even: bool, keeps: Keeps) -> TokenStream {
    let rounding = if half_even { quote!(rt::Rounding::HalfEven) } else { quote!(rt::Rounding::Double) };
    let has_f32 = inputs.iter().chain(outputs).all(|port| port.scale.is_some());
    let structure = structure(keeps);
    let accessors = accessors(inputs);
    let run = run(inputs, outputs, keeps);
    let state = (keeps == Keeps::State).then(state);
    let steps =
        (keeps == Keeps::State).then(|| steps::functions(inputs, outputs, &rounding, has_f32)).flatten();
    let implementation = keeps.implementation(None);
    let traits = traits(&input_type(inputs), outputs, keeps, None);
    let run_f32 = has_f32.then(|| run_f32(inputs, outputs, &rounding));
    let structs = [struct_of("Inputs", inputs, true), struct_of("Outputs", outputs, true)];
    let structs_f32 = has_f32.then(|| {
        [struct_of("InputsF32", inputs, false), struct_of("OutputsF32", outputs, false)].concat_tokens()
    });
    let structs = structs.concat_tokens();
    quote! {
        #structure

        #implementation {
            #accessors
            #run
            #run_f32
            #steps
            #state
        }

        #traits
        #structs
        #structs_f32
    }
}

trait ConcatTokens {
    fn concat_tokens(self) -> TokenStream;
}

impl<const N: usize> ConcatTokens for [Option<TokenStream>; N] {
    fn concat_tokens(self) -> TokenStream {
        self.into_iter().flatten().collect()
    }
}

/// `Inputs` or `Outputs`, by reference in the model's own types or by value in f32; nothing for a single port.
fn struct_of(name: &str, ports: &[PortCode], by_reference: bool) -> Option<TokenStream> {
    if ports.len() == 1 {
        return None;
    }
    let ident = format_ident!("{name}");
    let doc = format!(" The model's {}.", if name.starts_with("In") { "inputs" } else { "outputs" });
    let fields = ports.iter().map(|port| {
        let (field, element, len, words) =
            (&port.field, &port.element, &port.len, format!(" {}", port.words));
        let ty = match by_reference {
            true if port.class.is_some() => output_of(port, None),
            true => quote!(&'a [#element; #len]),
            false => quote!([f32; #len]),
        };
        quote!(#[doc = #words] pub #field: #ty)
    });
    // Classes are values.
    let lifetime = (by_reference && ports.iter().any(|port| port.class.is_none())).then(|| quote!(<'a>));
    Some(quote! {
        #[doc = #doc]
        #[derive(Clone, Copy, Debug)]
        pub struct #ident #lifetime { #(#fields),* }
    })
}

/// `input_mut` (or `<field>_mut` for each of several inputs): the place in the arena that `infer` reads from.
fn accessors(inputs: &[PortCode]) -> TokenStream {
    let several = inputs.len() > 1;
    inputs
        .iter()
        .filter_map(|port| {
            let PortCode { field, element, len, words, .. } = port;
            let PlaceCode::Arena(offset) = &port.place else { return None };
            let name = if several { format_ident!("{}_mut", field) } else { format_ident!("input_mut") };
            let doc = format!(" The place of the input {words}, to be filled before [`infer`](Self::infer).");
            Some(quote! {
                #[doc = #doc]
                ///
                /// Sensors and DMA can write straight into it. An inference overwrites it.
                pub fn #name(&mut self) -> &mut [#element; #len] {
                    self.arena.arena().get_mut::<#element, #offset, #len>()
                }
            })
        })
        .collect()
}

/// The type of `run`'s result, and the expression that builds it from the arena `arena`.
pub(super) fn results(outputs: &[PortCode]) -> (TokenStream, TokenStream) {
    let read = |port: &PortCode| {
        let PortCode { element, len, .. } = port;
        let place = match &port.place {
            PlaceCode::Arena(offset) => quote!(arena.get::<#element, #offset, #len>()),
            PlaceCode::State(offset) => quote!(state.memory.get::<#element, #offset, #len>()),
            PlaceCode::Flash(array) => array.clone(),
        };
        match port.class {
            Some(single) => class_value(&place, single),
            None => place,
        }
    };
    match outputs {
        [port] => (output_of(port, None), read(port)),
        _ if outputs.iter().all(|port| port.class.is_some()) && !outputs.is_empty() => {
            let fields = outputs.iter().map(|port| {
                let (field, read) = (&port.field, read(port));
                quote!(#field: #read)
            });
            (quote!(Outputs), quote!(Outputs { #(#fields),* }))
        }
        _ => {
            let fields = outputs.iter().map(|port| {
                let (field, read) = (&port.field, read(port));
                quote!(#field: #read)
            });
            (quote!(Outputs<'_>), quote!(Outputs { #(#fields),* }))
        }
    }
}

/// Statements between the caller's unsigned bytes and the model's signed ones: one for each place, which several outputs may share.
pub(super) fn flips(ports: &[PortCode]) -> Vec<TokenStream> {
    let mut places = Vec::new();
    let flip = |port: &PortCode| match &port.place {
        PlaceCode::Arena(offset) if port.unsigned && !places.contains(&offset.to_string()) => {
            places.push(offset.to_string());
            let len = &port.len;
            Some(quote!(rt::flip_sign(arena.get_mut::<u8, #offset, #len>());))
        }
        _ => None,
    };
    ports.iter().filter_map(flip).collect()
}

/// `Outputs` and `OutputsF32`, where there are several outputs.
pub(super) fn structs_of_outputs(outputs: &[PortCode]) -> TokenStream {
    let has_f32 = outputs.iter().all(|port| port.scale.is_some());
    let f32 = if has_f32 { struct_of("OutputsF32", outputs, false) } else { None };
    [struct_of("Outputs", outputs, true), f32].concat_tokens()
}

/// The type of `run_f32`'s result, and the expression that builds it from what `run` gives.
pub(super) fn run_f32_results(outputs: &[PortCode], run: &TokenStream) -> (TokenStream, TokenStream) {
    let read = |port: &PortCode, value: TokenStream| match &port.scale {
        Some(Scale::Quantised { scale, zero_point }) => quote!(rt::dequantize(#value, #scale, #zero_point)),
        _ => quote!(*#value),
    };
    match outputs {
        [port] => {
            let len = &port.len;
            (quote!([f32; #len]), read(port, run.clone()))
        }
        _ => {
            let fields = outputs.iter().map(|port| {
                let field = &port.field;
                let value = read(port, quote!(outputs.#field));
                quote!(#field: #value)
            });
            (quote!(OutputsF32), quote!({ let outputs = #run; OutputsF32 { #(#fields),* } }))
        }
    }
}

/// The parameter for the inputs, and the statements that copy them to their places.
pub(super) fn take(inputs: &[PortCode]) -> (TokenStream, TokenStream) {
    match inputs {
        [port] => {
            let PortCode { element, len, .. } = port;
            (quote!(input: &[#element; #len]), quote!(*self.input_mut() = *input;))
        }
        [] => (quote!(_: Inputs), quote!()),
        _ => {
            let fill = inputs.iter().map(|port| {
                let (field, accessor) = (&port.field, format_ident!("{}_mut", port.field));
                quote!(*self.#accessor() = *inputs.#field;)
            });
            (quote!(inputs: Inputs<'_>), quote!(#(#fill)*))
        }
    }
}

fn run(inputs: &[PortCode], outputs: &[PortCode], keeps: Keeps) -> TokenStream {
    let (result_type, result) = results(outputs);
    let (flip_in, flip_out) = (flips(inputs), flips(outputs));
    let (parameter, fill) = take(inputs);
    let (begin, memory) = match keeps {
        Keeps::Nothing | Keeps::Row => (None, quote!(arena)),
        Keeps::State => (
            Some(quote! {
                let state = self.state.borrow_mut();
                state.begin();
            }),
            quote!(&mut rt::WithState { arena, state: &mut state.memory }),
        ),
    };
    let infer_doc = " One inference on what lies in the input's place; see [`run`](Self::run).";
    quote! {
        /// One inference: from the model's own element types to the model's own element types.
        pub fn run(&mut self, #parameter) -> #result_type {
            #fill
            self.infer()
        }

        #[doc = #infer_doc]
        pub fn infer(&mut self) -> #result_type {
            let arena = self.arena.arena();
            #begin
            #(#flip_in)*
            layers(#memory);
            #(#flip_out)*
            #result
        }
    }
}

/// The functions of a model with state.
pub(super) fn state() -> TokenStream {
    quote! {
        /// Forgets what the model remembers: the next inference begins with the initial values.
        pub fn reset(&mut self) {
            self.state.borrow_mut().reset();
        }

        /// What the model remembers, to be saved and restored.
        pub fn state(&mut self) -> &mut State {
            self.state.borrow_mut()
        }
    }
}

/// What `run` takes, as the associated type of the traits.
pub(super) fn input_type(inputs: &[PortCode]) -> TokenStream {
    match inputs {
        [] => quote!(Inputs),
        [PortCode { element, len, .. }] => quote!(&'i [#element; #len]),
        _ => quote!(Inputs<'i>),
    }
}

/// The traits of a model whose `run` takes `input`; `push` is one that only some models have.
pub(super) fn traits(
    input: &TokenStream,
    outputs: &[PortCode],
    keeps: Keeps,
    push: Option<TokenStream>,
) -> TokenStream {
    let [infer, reset] = [quote!(rt::Infer), quote!(rt::Reset)].map(|name| keeps.implementation(Some(name)));
    let output = output_type(outputs);
    let forget = match keeps {
        Keeps::Nothing => None,
        Keeps::Row => Some(quote!(self.restart();)),
        Keeps::State => Some(quote!(self.state.borrow_mut().reset();)),
    };
    quote! {
        #infer {
            type Input<'i> = #input;
            type Output<'o> = #output where Self: 'o;
            const LABELS: &'static [&'static str] = &LABELS;

            fn run<'o>(&'o mut self, input: Self::Input<'_>) -> Self::Output<'o> {
                self.run(input)
            }
        }

        #push

        #reset {
            fn reset(&mut self) {
                #forget
            }
        }
    }
}

/// The associated type of the traits for a result.
pub(super) fn output_type(outputs: &[PortCode]) -> TokenStream {
    match outputs {
        [port] => output_of(port, Some(quote!('o))),
        _ if outputs.iter().all(|port| port.class.is_some()) && !outputs.is_empty() => quote!(Outputs),
        _ => quote!(Outputs<'o>),
    }
}

/// `run_f32`: quantise, run, dequantise.
fn run_f32(inputs: &[PortCode], outputs: &[PortCode], rounding: &TokenStream) -> TokenStream {
    // The caller's array by reference and by value.
    let fill = |port: &PortCode, place: Ident, reference: TokenStream, value: TokenStream| match &port.scale {
        Some(Scale::Quantised { scale, zero_point }) => {
            quote!(rt::quantize(#reference, self.#place(), #scale, #zero_point, #rounding);)
        }
        _ => quote!(*self.#place() = #value;),
    };
    let (parameter, fills) = match inputs {
        [port] => {
            let len = &port.len;
            let place = format_ident!("input_mut");
            (quote!(input: &[f32; #len]), fill(port, place, quote!(input), quote!(*input)))
        }
        [] => (quote!(_: &InputsF32), quote!()),
        _ => {
            let fills = inputs.iter().map(|port| {
                let field = &port.field;
                fill(port, format_ident!("{field}_mut"), quote!(&inputs.#field), quote!(inputs.#field))
            });
            (quote!(inputs: &InputsF32), fills.collect())
        }
    };
    let (result_type, result) = run_f32_results(outputs, &quote!(self.infer()));
    quote! {
        /// One inference in real numbers: quantises the input, runs, dequantises the result.
        pub fn run_f32(&mut self, #parameter) -> #result_type {
            #fills
            #result
        }
    }
}
