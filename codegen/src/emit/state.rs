//! The type `State`: what a model remembers from one inference to the next.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::constants::usize_literal;
use super::slide;
use crate::compiled::Compiled;
use crate::escape;
use crate::files::fingerprint;
use crate::ir::Graph;
use crate::kernel::Blob;
use crate::memory::Plan;
use crate::slices::Window;

/// Generates `State`, with room for the values of an inference in slices if the model has some. `statics` are the constants that states begin
/// with, by number.
pub(super) fn structure(compiled: &Compiled, statics: &[Option<Ident>]) -> TokenStream {
    let Compiled { graph, plan, sliding, .. } = compiled;
    let windows = compiled.windows();
    let has_next = compiled.slicing.is_some() && windows.is_none();
    let bytes = usize_literal(plan.state_bytes);
    let version = Literal::u32_unsuffixed(version(graph, plan));
    let begins = beginnings(compiled, statics);
    let is_zero = begins.iter().all(|begin| matches!(begin, Begin::Same { byte: 0, .. }));
    let begins = begins.iter().map(Begin::statement);
    // Zero bits are what a new state has already.
    let [field, start, begun, begin] = match is_zero {
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
    let (next, next_start, size) = match has_next {
        false => (
            None,
            None,
            " Bytes of the state. `State` takes up to 31 more: it is aligned to 16, and remembers whether it has its initial values.",
        ),
        true => (
            Some(quote!(next: rt::Arena<STATE_BYTES>,)),
            Some(quote!(, next: rt::Arena::new())),
            " Bytes of the state. `State` takes twice as many, since an inference in slices writes beside what it reads, and up to 46 more: it is aligned to 16, and remembers whether it has its initial values.",
        ),
    };
    let [slices, slices_start, forget, give_up] = match &windows {
        None => [quote!(), quote!(), quote!(), quote!()],
        Some(_) => [
            quote!(slices: u32,),
            quote!(, slices: 0),
            quote!(self.slices = 0;),
            quote!(if self.slices != 0 {
                self.give_up();
            }),
        ],
    };
    let undo = windows.map(|windows| undo(&windows));
    let values = graph.states.iter().map(|state| {
        let tensor = graph.tensor(state.read);
        format!(" - {}: `{}`", escape::code_span(&tensor.name), tensor.ty)
    });
    let steps = sliding.as_ref().map(slide::steps);
    quote! {
        #[doc = #size]
        pub const STATE_BYTES: usize = #bytes;
        /// Bytes of a saved state.
        pub const SAVED_BYTES: usize = STATE_BYTES + 4;

        /// What the model remembers from one inference to the next:
        ///
        #(#[doc = #values])*
        ///
        /// All zero bits before the first inference, which begins with the model's initial values without being told.
        pub struct State { memory: rt::Arena<STATE_BYTES>, #next #slices #field }

        impl State {
            /// What the state is and which model's: saved bytes of another version are refused.
            const VERSION: u32 = #version;

            /// A state with the model's initial values.
            #[must_use]
            pub const fn new() -> Self {
                State { memory: rt::Arena::new() #next_start #slices_start #start }
            }

            /// Puts the initial values back.
            pub fn reset(&mut self) {
                #(#begins)*
                #begun
                #forget
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
                #forget
                Ok(())
            }

            /// Sees to it that the initial values are there, and nothing of an inference that was given up.
            fn begin(&mut self) {
                #give_up
                #begin
            }

            #undo

            #steps
        }

        impl Default for State {
            fn default() -> Self {
                Self::new()
            }
        }
    }
}

/// The function that moves windows back.
fn undo(windows: &[Window]) -> TokenStream {
    let back = windows.iter().map(|window| {
        let [offset, bytes, moves] = [window.offset, window.bytes, window.moves].map(usize_literal);
        let slice = usize_literal(window.slice);
        quote! {
            if self.slices > #slice {
                rt::move_back::<#moves, #bytes>(self.memory.get_mut::<u8, #offset, #bytes>());
            }
        }
    });
    quote! {
        /// Undoes the slices of an inference that was given up.
        fn give_up(&mut self) {
            #(#back)*
            self.slices = 0;
        }
    }
}

/// What a reset writes.
enum Begin<'a> {
    /// The same byte throughout.
    Same { offset: usize, bytes: usize, byte: u8 },
    /// The bytes of a static.
    Static { offset: usize, bytes: usize, name: &'a Ident },
}

impl Begin<'_> {
    fn statement(&self) -> TokenStream {
        let place = |offset: usize, bytes: usize| {
            let (offset, bytes) = (usize_literal(offset), usize_literal(bytes));
            quote!(self.memory.get_mut::<u8, #offset, #bytes>())
        };
        match *self {
            Begin::Same { offset, bytes, byte } => {
                let (place, byte) = (place(offset, bytes), Literal::u8_unsuffixed(byte));
                quote!(#place.fill(#byte);)
            }
            Begin::Static { offset, bytes, name } => {
                let place = place(offset, bytes);
                quote!(*#place = #name.0;)
            }
        }
    }
}

/// What a reset writes, in the order of the places. Neighbours that begin with the same byte are filled at once.
fn beginnings<'a>(compiled: &Compiled, statics: &'a [Option<Ident>]) -> Vec<Begin<'a>> {
    let Compiled { graph, plan, sliding, .. } = compiled;
    let mut begins: Vec<Begin<'a>> = Vec::new();
    for ((state, placed), name) in graph.states.iter().zip(&plan.states).zip(statics) {
        let (offset, bytes) = (placed.offset - plan.state_offset(), placed.buffer.bytes);
        let blob = Blob::initial(state.initial.as_ref());
        let byte = blob.as_ref().map_or(Some(0), Blob::same_byte);
        match (byte, name, begins.last_mut()) {
            (Some(byte), _, Some(Begin::Same { offset: first, bytes: so_far, byte: before }))
                if *before == byte =>
            {
                *so_far = offset + bytes - *first;
            }
            (Some(byte), ..) => begins.push(Begin::Same { offset, bytes, byte }),
            (None, Some(name), _) => begins.push(Begin::Static { offset, bytes, name }),
            (None, None, _) => {}
        }
    }
    // No step was made yet. The state ends with their number.
    match (sliding, begins.last_mut()) {
        (Some(_), Some(Begin::Same { offset, bytes, byte: 0 })) => *bytes = plan.state_bytes - *offset,
        (Some(sliding), _) => {
            let bytes = plan.state_bytes - sliding.counter;
            begins.push(Begin::Same { offset: sliding.counter, bytes, byte: 0 });
        }
        (None, _) => {}
    }
    begins
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
    let hash = fingerprint(&bytes);
    (hash >> 32) as u32 ^ hash as u32
}
