//! The code of a module for all core families that were asked for.

use proc_macro2::TokenStream;
use quote::quote;

use crate::compiled::{self, Compiled};
use crate::diagnostic::Diagnostics;
use crate::names::ident;
use crate::pipeline::{self, Optimised};
use crate::target::Core;

/// The generated items. Families whose code is equal share it; where there are several variants, the runtime's selector picks the
/// one for the core that the crate is built for.
#[derive(Debug)]
pub(super) enum Code {
    /// The same items for every core that was asked for.
    One(TokenStream),
    /// Several, and the path of the selector.
    Several(TokenStream, Vec<Variant>),
}

/// The items for some core families.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) cores: Vec<Core>,
    pub(super) items: TokenStream,
}

impl Code {
    /// Emits a model that was compiled for one or more families.
    pub(super) fn new(
        optimised: &Optimised,
        compiled: &[Compiled],
        runtime: &syn::Path,
    ) -> Result<Code, Diagnostics> {
        let groups = compiled::groups(compiled);
        if let [(cores, only)] = groups.as_slice() {
            let items = pipeline::emit(optimised, only, runtime)?;
            let names = cores.iter().map(|core| core.name());
            // Scalar kernels run anywhere, so only code for particular cores is guarded.
            let particular = cores.len() < Core::ALL.len() && !cores.contains(&Core::Portable);
            let guard = particular.then(|| quote!(const _: () = rt::require_core(&[#(#names),*]);));
            return Ok(Code::One(quote!(#items #guard)));
        }
        let variants = groups.into_iter().map(|(cores, one)| {
            let items = pipeline::emit(optimised, one, runtime)?;
            Ok(Variant { cores, items })
        });
        let variants = variants.collect::<Result<_, Diagnostics>>()?;
        Ok(Code::Several(quote!(#runtime::__select_core!), variants))
    }

    /// All of it as tokens.
    pub(super) fn tokens(&self) -> TokenStream {
        match self {
            Code::One(items) => items.clone(),
            Code::Several(selector, variants) => {
                let variants = variants.iter().map(|Variant { cores, items }| {
                    let names = cores.iter().map(|core| ident(core.name()));
                    quote!([#(#names)*] { #items })
                });
                quote!(#selector { #(#variants)* })
            }
        }
    }
}
