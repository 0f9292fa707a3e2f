//! The type `Model`: its arena, what it keeps beside that, and how to come by one.

use proc_macro2::TokenStream;
use quote::quote;

/// What a model keeps in RAM besides its arena.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    /// Nothing: whole inputs go in, whole results come out.
    Nothing,
    /// The number of the next row of the input.
    Row,
    /// The values that the next inference needs.
    State,
}

impl Keeps {
    /// What functions of `Model` stand in; those of a trait, if one is named.
    pub(super) fn implementation(self, of: Option<TokenStream>) -> TokenStream {
        let of = of.map(|name| quote!(#name for));
        match self {
            Keeps::Nothing | Keeps::Row => quote!(impl<A: rt::Storage<ARENA_BYTES>> #of Model<A>),
            Keeps::State => {
                quote!(impl<A: rt::Storage<ARENA_BYTES>, S: core::borrow::BorrowMut<State>> #of Model<A, S>)
            }
        }
    }

    /// The type of what the kernels work in.
    pub(super) fn memory(self) -> TokenStream {
        match self {
            Keeps::Nothing | Keeps::Row => quote!(rt::Arena<ARENA_BYTES>),
            Keeps::State => quote!(rt::WithState<'_, ARENA_BYTES, STATE_BYTES>),
        }
    }
}

/// `Model` with `new`, `Default` and `with_arena`.
pub(super) fn structure(keeps: Keeps) -> TokenStream {
    let kind = match keeps {
        Keeps::Nothing => "",
        Keeps::Row => " It is fed row by row.",
        Keeps::State => " What it remembers from one inference to the next takes `STATE_BYTES` more.",
    };
    let doc = format!(
        " The model with its working memory: `ARENA_BYTES` in RAM, all zero bits before the first inference.{kind}"
    );
    let head = quote! {
        #[doc = #doc]
        ///
        /// Put it in a `static` by a `const` initialiser (it lands in `.bss`), or let several models take turns in one arena
        /// with [`with_arena`](Model::with_arena).
    };
    let with_arena = quote! {
        /// The model in an arena of at least `ARENA_BYTES` that it shares with others. A smaller one does not compile.
    };
    let (structure, new, shared) = match keeps {
        Keeps::Nothing => (
            quote!(
                pub struct Model<A = rt::Arena<ARENA_BYTES>> {
                    arena: A,
                }
            ),
            quote!(Model { arena: rt::Arena::new() }),
            quote! {
                impl<'a> Model<&'a mut rt::Arena<ARENA_BYTES>> {
                    #with_arena
                    #[must_use]
                    pub fn with_arena<const N: usize>(arena: &'a mut rt::Arena<N>) -> Self {
                        Model { arena: arena.prefix() }
                    }
                }
            },
        ),
        Keeps::Row => (
            quote!(
                pub struct Model<A = rt::Arena<ARENA_BYTES>> {
                    arena: A,
                    row: usize,
                }
            ),
            quote!(Model { arena: rt::Arena::new(), row: 0 }),
            quote! {
                impl<'a> Model<&'a mut rt::Arena<ARENA_BYTES>> {
                    #with_arena
                    /// Nobody else may use the arena until the last row is pushed.
                    #[must_use]
                    pub fn with_arena<const N: usize>(arena: &'a mut rt::Arena<N>) -> Self {
                        Model { arena: arena.prefix(), row: 0 }
                    }
                }
            },
        ),
        Keeps::State => (
            quote!(
                pub struct Model<A = rt::Arena<ARENA_BYTES>, S = State> {
                    arena: A,
                    state: S,
                }
            ),
            quote!(Model { arena: rt::Arena::new(), state: State::new() }),
            quote! {
                impl<'a> Model<&'a mut rt::Arena<ARENA_BYTES>, &'a mut State> {
                    #with_arena
                    /// Its state lies apart and outlives its turn.
                    #[must_use]
                    pub fn with_arena<const N: usize>(arena: &'a mut rt::Arena<N>, state: &'a mut State) -> Self {
                        Model { arena: arena.prefix(), state }
                    }
                }
            },
        ),
    };
    quote! {
        #head
        #structure

        impl Model {
            /// A model with an arena of its own.
            #[must_use]
            pub const fn new() -> Self {
                #new
            }
        }

        impl Default for Model {
            fn default() -> Self {
                Self::new()
            }
        }

        #shared
    }
}
