//! The type `Model`: its arena, and how to come by one.

use proc_macro2::TokenStream;
use quote::quote;

/// What a model keeps in RAM besides its arena.
#[derive(Clone, Copy)]
pub(super) enum State {
    /// Nothing: whole inputs go in, whole results come out.
    None,
    /// The number of the next row of the input.
    Row,
}

/// `Model` with `new`, `Default` and `with_arena`.
pub(super) fn structure(state: State) -> TokenStream {
    let (field, start, kind, care) = match state {
        State::None => (None, None, "", None),
        State::Row => {
            let care = " Nobody else may use the arena until the last row is pushed.";
            (
                Some(quote!(row: usize,)),
                Some(quote!(, row: 0)),
                " It is fed row by row.",
                Some(quote!(#[doc = #care])),
            )
        }
    };
    let doc = format!(
        " The model with its working memory: `ARENA_BYTES` in RAM, all zero bits before the first inference.{kind}"
    );
    quote! {
        #[doc = #doc]
        ///
        /// Put it in a `static` by a `const` initialiser (it lands in `.bss`), or let several models take turns in one arena
        /// with [`with_arena`](Model::with_arena).
        pub struct Model<A = rt::Arena<ARENA_BYTES>> {
            arena: A,
            #field
        }

        impl Model {
            /// A model with an arena of its own.
            #[must_use]
            pub const fn new() -> Self {
                Model { arena: rt::Arena::new() #start }
            }
        }

        impl Default for Model {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<'a> Model<&'a mut rt::Arena<ARENA_BYTES>> {
            /// The model in an arena of at least `ARENA_BYTES` that it shares with others. A smaller one does not compile.
            #care
            #[must_use]
            pub fn with_arena<const N: usize>(arena: &'a mut rt::Arena<N>) -> Self {
                Model { arena: arena.prefix() #start }
            }
        }
    }
}
