//! The public face of a module whose model is fed by a sliding window: `push` and its friends.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::api::{flips, output_type, results, run_f32_results, state, structs_of_outputs, traits};
use super::constants::usize_literal;
use super::model::{Keeps, structure};
use super::ports::{PlaceCode, PortCode, Scale, lent_from};
use crate::compiled::Sliding;

/// The functions of `State` that count the steps.
pub(super) fn steps(sliding: &Sliding) -> TokenStream {
    let (counter, fill) =
        (usize_literal(sliding.counter), Literal::usize_unsuffixed(sliding.steps_to_fill()));
    quote! {
        /// Counts a step; whether the window is full.
        fn step(&mut self) -> bool {
            let [steps] = self.memory.get_mut::<u32, #counter, 1>();
            if *steps < #fill {
                *steps += 1;
            }
            self.is_full()
        }

        /// Whether there were enough steps to fill the window.
        fn is_full(&self) -> bool {
            let [steps] = self.memory.get::<u32, #counter, 1>();
            *steps >= #fill
        }
    }
}

/// Generates `Model` and, for several outputs, `Outputs`.
pub(super) fn model(
    input: &PortCode,
    outputs: &[PortCode],
    half_even: bool,
    sliding: &Sliding,
    in_slices: bool,
) -> TokenStream {
    // A job may have been given up.
    let begin = in_slices.then(|| quote!(state.begin();));
    let Sliding { window, step, row, .. } = *sliding;
    let fill = sliding.steps_to_fill();
    // The first step of a window that is no multiple of the step takes fewer rows of it.
    let (first, len) = ((window - (fill - 1) * step) * row, window * row);
    let [window, step, row, fill, first, whole] = [window, step, row, fill, first, len].map(usize_literal);
    let PortCode { element, len, words, place, .. } = input;
    let place = match place {
        PlaceCode::Arena(offset) => offset,
        // An input is somewhere in the arena.
        _ => &quote!(0),
    };
    let (result_type, result) = results(outputs);
    let lent = lent(outputs);
    let (flip_in, flip_out) = (flips(std::slice::from_ref(input)), flips(outputs));
    let structure = structure(Keeps::State);
    let implementation = Keeps::State.implementation(None);
    let f32 = f32_functions(input, outputs, half_even, [&first, &whole]);
    let push = push(input, outputs);
    let window_type = quote!([#element; #whole]);
    let traits = traits(&quote!(&'i #window_type), outputs, Keeps::State, Some(push));
    let structs = structs_of_outputs(outputs);
    let state = state();
    let place_doc =
        format!(" The place of the new rows {words}, to be filled before [`infer`](Self::infer).");
    let push_doc =
        format!(" The next {} of the window: {words}.", if sliding.step == 1 { "row" } else { "rows" });
    quote! {
        /// Rows of the window.
        pub const WINDOW: usize = #window;
        /// Rows by which the window slides with each [`push`](Model::push).
        pub const STEP: usize = #step;
        /// Elements of a row.
        pub const ROW: usize = #row;
        /// How many steps fill the first window: with the last of them comes the first result.
        pub const STEPS_TO_FILL: usize = #fill;

        #structure

        #implementation {
            #[doc = #push_doc]
            ///
            /// The result is that of the whole window that ends with them, equal in every byte; none before the first window is full.
            pub fn push(&mut self, rows: &[#element; #len]) -> Option<#result_type> {
                *self.input_mut() = *rows;
                self.infer()
            }

            #[doc = #place_doc]
            ///
            /// Sensors and DMA can write straight into it. A step overwrites it.
            pub fn input_mut(&mut self) -> &mut [#element; #len] {
                self.arena.arena().get_mut::<#element, #place, #len>()
            }

            /// One step with the rows that lie in the input's place; see [`push`](Self::push).
            pub fn infer(&mut self) -> Option<#result_type> {
                if !self.advance() {
                    return None;
                }
                #lent
                Some(#result)
            }

            /// The result of a whole window by itself: [`push`](Self::push) for all of its rows, after a reset.
            pub fn run(&mut self, window: &#window_type) -> #result_type {
                self.state.borrow_mut().reset();
                if let Some((first, others)) = window.split_first_chunk::<#first>() {
                    if let Some(place) = self.input_mut().last_chunk_mut::<#first>() {
                        *place = *first;
                    }
                    self.advance();
                    for rows in others.as_chunks::<#len>().0 {
                        *self.input_mut() = *rows;
                        self.advance();
                    }
                }
                #lent
                #result
            }

            /// One step; whether the window is full, and the result is there.
            fn advance(&mut self) -> bool {
                let arena = self.arena.arena();
                let state = self.state.borrow_mut();
                #begin
                #(#flip_in)*
                layers(&mut rt::WithState { arena, state: &mut state.memory });
                #(#flip_out)*
                state.step()
            }

            #f32
            #state
        }
        #traits
        #structs
    }
}

/// What the results are lent from.
fn lent(outputs: &[PortCode]) -> TokenStream {
    let [in_arena, in_state] = lent_from(outputs);
    let arena = in_arena.then(|| quote!(let arena = self.arena.arena_ref();));
    let state = in_state.then(|| quote!(let state = self.state.borrow();));
    quote!(#arena #state)
}

/// The trait of models that are fed.
fn push(input: &PortCode, outputs: &[PortCode]) -> TokenStream {
    let head = Keeps::State.implementation(Some(quote!(rt::Push)));
    let (PortCode { element, len, .. }, output) = (input, output_type(outputs));
    quote! {
        #head {
            type Piece<'i> = &'i [#element; #len];
            type Output<'o> = #output where Self: 'o;

            fn push<'o>(&'o mut self, piece: Self::Piece<'_>) -> Option<Self::Output<'o>> {
                self.push(piece)
            }
        }
    }
}

/// `push_f32` and `run_f32`, where all ports have real numbers. A window has `whole` elements, of which the first step takes `first`.
fn f32_functions(
    input: &PortCode,
    outputs: &[PortCode],
    half_even: bool,
    [first, whole]: [&TokenStream; 2],
) -> Option<TokenStream> {
    if !outputs.iter().all(|port| port.scale.is_some()) {
        return None;
    }
    let rounding = if half_even { quote!(rt::Rounding::HalfEven) } else { quote!(rt::Rounding::Double) };
    let len = &input.len;
    let fill = |rows: TokenStream, place: TokenStream| -> Option<TokenStream> {
        Some(match input.scale.as_ref()? {
            Scale::Quantised { scale, zero_point } => {
                quote!(rt::quantize(#rows, #place, #scale, #zero_point, #rounding);)
            }
            Scale::Float => quote!(*#place = *#rows;),
        })
    };
    let fill_step = fill(quote!(rows), quote!(self.input_mut()))?;
    let fill_first = fill(quote!(first), quote!(place))?;
    let (_, integers) = results(outputs);
    let lent = lent(outputs);
    let (result_type, result) = run_f32_results(outputs, &integers);
    Some(quote! {
        /// As [`push`](Self::push) in real numbers: quantises the rows, dequantises the result.
        pub fn push_f32(&mut self, rows: &[f32; #len]) -> Option<#result_type> {
            #fill_step
            if self.advance() { Some(self.result_f32()) } else { None }
        }

        /// As [`run`](Self::run) in real numbers.
        pub fn run_f32(&mut self, window: &[f32; #whole]) -> #result_type {
            self.state.borrow_mut().reset();
            if let Some((first, others)) = window.split_first_chunk::<#first>() {
                if let Some(place) = self.input_mut().last_chunk_mut::<#first>() {
                    #fill_first
                }
                self.advance();
                for rows in others.as_chunks::<#len>().0 {
                    #fill_step
                    self.advance();
                }
            }
            self.result_f32()
        }

        fn result_f32(&self) -> #result_type {
            #lent
            #result
        }
    })
}
