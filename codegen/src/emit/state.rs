//! The type `State`: what a model remembers from one inference to the next.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::constants::usize_literal;
use super::header::fnv1a;
use crate::escape;
use crate::ir::Graph;
use crate::kernel::Blob;
use crate::memory::{Placed, Plan};

/// Generates `State`. `statics` are the constants that states begin with, by number.
pub(super) fn structure(graph: &Graph, plan: &Plan, statics: &[Option<Ident>]) -> TokenStream {
    let bytes = usize_literal(plan.state_bytes);
    let version = Literal::u32_unsuffixed(version(graph, plan));
    let mut begins = Vec::new();
    for ((state, placed), name) in graph.states.iter().zip(&plan.states).zip(statics) {
        let Some(blob) = Blob::initial(state.initial.as_ref()) else { continue };
        let place = place(plan, placed);
        begins.push(match (blob.same_byte(), name) {
            (Some(byte), _) => {
                let byte = Literal::u8_unsuffixed(byte);
                quote!(#place.fill(#byte);)
            }
            (None, Some(name)) => quote!(*#place = #name.0;),
            (None, None) => continue,
        });
    }
    // Zero bits are what a new state has already.
    let [field, start, begun, begin] = match begins.is_empty() {
        true => [quote!(), quote!(), quote!(), quote!()],
        false => [
            quote!(begun: bool,),
            quote!(, begun: false),
            quote!(self.begun = true;),
            quote!(if !self.begun {
                self.reset();
            }),
        ],
    };
    let values: Vec<String> = graph
        .states
        .iter()
        .map(|state| {
            let tensor = graph.tensor(state.read);
            format!("{}: `{}`", escape::code_span(&tensor.name), tensor.ty)
        })
        .collect();
    let doc = format!(" What the model remembers from one inference to the next: {}.", values.join(", "));
    quote! {
        /// RAM of the state.
        pub const STATE_BYTES: usize = #bytes;
        /// Bytes of a saved state.
        pub const SAVED_BYTES: usize = STATE_BYTES + 4;

        #[doc = #doc]
        ///
        /// All zero bits before the first inference, which begins with the model's initial values without being told.
        pub struct State { memory: rt::Arena<STATE_BYTES>, #field }

        impl State {
            /// What the state is and which model's: saved bytes of another version are refused.
            const VERSION: u32 = #version;

            /// A state with the model's initial values.
            #[must_use]
            pub const fn new() -> Self {
                State { memory: rt::Arena::new() #start }
            }

            /// Puts the initial values back.
            pub fn reset(&mut self) {
                self.memory.get_mut::<u8, 0, STATE_BYTES>().fill(0);
                #(#begins)*
                #begun
            }

            /// Writes the state as bytes, to be kept where RAM is not, such as in deep sleep.
            pub fn save(&mut self, into: &mut [u8; SAVED_BYTES]) {
                self.begin();
                rt::save(Self::VERSION, self.memory.get::<u8, 0, STATE_BYTES>(), into);
            }

            /// Goes on with a saved state.
            ///
            /// # Errors
            /// The bytes were saved by another model; the state is as it was.
            pub fn restore(&mut self, saved: &[u8; SAVED_BYTES]) -> Result<(), rt::RestoreError> {
                rt::restore(Self::VERSION, saved, self.memory.get_mut::<u8, 0, STATE_BYTES>())?;
                #begun
                Ok(())
            }

            /// Sees to it that the initial values are there.
            fn begin(&mut self) {
                #begin
            }
        }

        impl Default for State {
            fn default() -> Self {
                Self::new()
            }
        }
    }
}

/// The bytes of a state, to write.
fn place(plan: &Plan, placed: &Placed) -> TokenStream {
    let (offset, len) =
        (usize_literal(placed.offset - plan.state_offset()), usize_literal(placed.buffer.bytes));
    quote!(self.memory.get_mut::<u8, #offset, #len>())
}

/// A number that tells states apart: a hash of what they hold and where, and of the model's constants, for a model that was trained anew means
/// something else by the same bytes.
fn version(graph: &Graph, plan: &Plan) -> u32 {
    let mut bytes = Vec::new();
    for (state, placed) in graph.states.iter().zip(&plan.states) {
        let tensor = graph.tensor(state.read);
        let place = placed.offset - plan.state_offset();
        bytes.extend(format!("{}\n{}\n{place}\n", tensor.name, tensor.ty).bytes());
    }
    let constants = graph.tensor_ids().filter_map(|id| graph.constant(id));
    constants.for_each(|value| bytes.extend(value.to_le_bytes()));
    let hash = fnv1a(&bytes);
    (hash >> 32) as u32 ^ hash as u32
}
