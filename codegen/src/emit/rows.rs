//! The public face of a module whose model is fed row by row: `push_row` and its friends.

use proc_macro2::TokenStream;
use quote::quote;

use super::api::{flips, input_type, output_type, results, run_f32_results, structs_of_outputs, traits};
use super::constants::usize_literal;
use super::layers::FedCode;
use super::model::{Keeps, structure};
use super::ports::{PortCode, Scale};

/// The functions `begin` and `turn`.
pub(super) fn turns(code: &FedCode) -> TokenStream {
    let FedCode { before, turn, .. } = code;
    let memory = if before.is_empty() { quote!(_memory) } else { quote!(memory) };
    quote! {
        /// What precedes the first row.
        fn begin(#memory: &mut rt::Arena<ARENA_BYTES>) {
            #(#before)*
        }

        /// All layers by as many rows as a turn has new ones.
        fn turn(memory: &mut rt::Arena<ARENA_BYTES>, turn: usize) {
            #(#turn)*
        }
    }
}

/// Generates `Model` and, for several outputs, `Outputs`.
pub(super) fn model(input: &PortCode, outputs: &[PortCode], half_even: bool, code: &FedCode) -> TokenStream {
    let FedCode { fed, offset, turns, .. } = code;
    let PortCode { element, len, words, unsigned, .. } = input;
    let [row_len, rows, delay, height, turns] =
        [fed.elements, fed.rows, fed.delay, fed.height, *turns].map(usize_literal);
    // Turns that have no row of the image, before the first one that has.
    let leading = (fed.delay >= fed.rows).then(|| {
        let leading = usize_literal(fed.delay / fed.rows);
        quote!(for leading in 0..#leading { turn(arena, leading); })
    });
    // What is as it was is not computed, lest linters complain.
    let delay = (fed.delay > 0).then(|| quote!(+ #delay));
    let (row, number, place) = match fed.rows {
        1 => (None, quote!(row), quote!(0)),
        _ => (Some(quote!(let row = self.row #delay;)), quote!(row / #rows), quote!(row % #rows)),
    };
    let (result_type, result) = results(outputs);
    let flip_out = flips(outputs);
    let flip_in =
        unsigned.then(|| quote!(rt::flip_sign(arena.row_mut::<u8, #offset, #row_len, #rows>(place));));
    let structure = structure(Keeps::Row);
    let f32 = f32_functions(input, outputs, half_even, code);
    let push = push(input, outputs, &row_len);
    let traits = traits(&input_type(std::slice::from_ref(input)), outputs, Keeps::Row, Some(push));
    let structs = structs_of_outputs(outputs);
    let row_doc = format!(" The next row of {words}, from the top; the result with the last one.");
    let run_doc =
        format!(" One inference on the whole image {words}: [`push_row`](Self::push_row) for each row.");
    quote! {
        /// Elements of a row of the input.
        pub const ROW: usize = #row_len;

        #structure

        impl<A: rt::Storage<ARENA_BYTES>> Model<A> {
            #[doc = #row_doc]
            ///
            /// The row after the last one is the first of the next image.
            pub fn push_row(&mut self, row: &[#element; #row_len]) -> Option<#result_type> {
                *self.place() = *row;
                if !self.advance() {
                    return None;
                }
                let arena = self.arena.arena_ref();
                Some(#result)
            }

            /// Forgets the rows since the last result: the next one is the first of an image. A model that is fed by rows keeps nothing
            /// else, so that [`rt::Reset::reset`] is the same; where there are states, `reset` puts their initial values back.
            pub fn restart(&mut self) {
                self.row = 0;
            }

            #[doc = #run_doc]
            pub fn run(&mut self, input: &[#element; #len]) -> #result_type {
                self.restart();
                for row in input.as_chunks::<#row_len>().0 {
                    *self.place() = *row;
                    self.advance();
                }
                let arena = self.arena.arena_ref();
                #result
            }

            /// The place of the next row.
            fn place(&mut self) -> &mut [#element; #row_len] {
                #row
                let is_first = self.row == 0;
                let arena = self.arena.arena();
                if is_first {
                    begin(arena);
                    #leading
                }
                arena.row_mut::<#element, #offset, #row_len, #rows>(#place)
            }

            /// Carries on with the row in its place; whether it was the last one, and the result is there.
            fn advance(&mut self) -> bool {
                let arena = self.arena.arena();
                let row = self.row #delay;
                let (number, place) = (#number, #place);
                #flip_in
                self.row += 1;
                if self.row == #height {
                    self.row = 0;
                    for number in number..#turns {
                        turn(arena, number);
                    }
                    layers(arena);
                    #(#flip_out)*
                    return true;
                }
                if place + 1 == #rows {
                    turn(arena, number);
                }
                false
            }

            #f32
        }
        #traits
        #structs
    }
}

/// The trait of models that are fed.
fn push(input: &PortCode, outputs: &[PortCode], row_len: &TokenStream) -> TokenStream {
    let head = Keeps::Row.implementation(Some(quote!(rt::Push)));
    let (element, output) = (&input.element, output_type(outputs));
    quote! {
        #head {
            type Piece<'i> = &'i [#element; #row_len];
            type Output<'o> = #output where Self: 'o;

            fn push<'o>(&'o mut self, piece: Self::Piece<'_>) -> Option<Self::Output<'o>> {
                self.push_row(piece)
            }
        }
    }
}

/// `push_row_f32` and `run_f32`, where all ports have real numbers.
fn f32_functions(
    input: &PortCode,
    outputs: &[PortCode],
    half_even: bool,
    code: &FedCode,
) -> Option<TokenStream> {
    if !outputs.iter().all(|port| port.scale.is_some()) {
        return None;
    }
    let rounding = if half_even { quote!(rt::Rounding::HalfEven) } else { quote!(rt::Rounding::Double) };
    let (row_len, len) = (usize_literal(code.fed.elements), &input.len);
    let fill = match input.scale.as_ref()? {
        Scale::Quantised { scale, zero_point } => {
            quote!(rt::quantize(row, self.place(), #scale, #zero_point, #rounding);)
        }
        Scale::Float => quote!(*self.place() = *row;),
    };
    let (_, integers) = results(outputs);
    let (result_type, result) = run_f32_results(outputs, &integers);
    Some(quote! {
        /// As [`push_row`](Self::push_row) in real numbers: quantises the row, dequantises the result.
        pub fn push_row_f32(&mut self, row: &[f32; #row_len]) -> Option<#result_type> {
            #fill
            if self.advance() { Some(self.result_f32()) } else { None }
        }

        /// One inference in real numbers on a whole image: [`push_row_f32`](Self::push_row_f32) for each row.
        pub fn run_f32(&mut self, input: &[f32; #len]) -> #result_type {
            self.restart();
            for row in input.as_chunks::<#row_len>().0 {
                #fill
                self.advance();
            }
            self.result_f32()
        }

        fn result_f32(&self) -> #result_type {
            let arena = self.arena.arena_ref();
            #result
        }
    })
}
