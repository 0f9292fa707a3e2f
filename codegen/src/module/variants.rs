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
pub(super) struct Code {
    /// Refuses devices of other families than those that were asked for; nothing where that is all of them.
    pub(super) guard: TokenStream,
    /// The path of the selector.
    pub(super) selector: TokenStream,
    /// The items for some families each; none where all share them.
    pub(super) variants: Vec<Variant>,
    /// The items for all other families: those of the scalar kernels, if there are several variants.
    pub(super) others: TokenStream,
}

/// The items for some core families.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) cores: Vec<Core>,
    pub(super) items: TokenStream,
}

impl Code {
    /// Emits a model that was compiled for one or more families; `host` is compiled for hosts in addition.
    pub(super) fn new(
        optimised: &Optimised,
        compiled: &[Compiled],
        host: Option<&Compiled>,
        runtime: &syn::Path,
    ) -> Result<Code, Diagnostics> {
        // Scalar kernels run anywhere, so only code for particular cores is guarded.
        let particular = compiled.iter().all(|compiled| compiled.core != Core::Portable);
        let names = compiled.iter().map(|compiled| ident(compiled.core.name()));
        let guard =
            if particular { quote!(#runtime::__require_core! { [#(#names)*] }) } else { TokenStream::new() };
        let mut groups = compiled::groups(compiled);
        if let Some(host) = host.filter(|host| groups.iter().all(|(_, code)| !code.same_code(host))) {
            groups.push((vec![host.core], host));
        }
        let others = groups.iter().position(|(cores, _)| cores.contains(&Core::Portable)).unwrap_or(0);
        let (mut variants, mut rest) = (Vec::new(), TokenStream::new());
        for (number, (cores, one)) in groups.into_iter().enumerate() {
            let items = pipeline::emit(optimised, one, runtime)?;
            if number == others {
                rest = items;
            } else {
                variants.push(Variant { cores, items });
            }
        }
        Ok(Code { guard, selector: quote!(#runtime::__select_core!), variants, others: rest })
    }

    /// All of it as tokens.
    pub(super) fn tokens(&self) -> TokenStream {
        let Code { guard, selector, variants, others } = self;
        if variants.is_empty() {
            return quote!(#others #guard);
        }
        let variants = variants.iter().map(|Variant { cores, items }| {
            let names = cores.iter().map(|core| ident(core.name()));
            quote!([#(#names)*] { #items })
        });
        quote!(#selector { #(#variants)* else { #others } } #guard)
    }
}
