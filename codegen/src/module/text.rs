//! The module as formatted text: a file to check in, or an item to include.

use proc_macro2::TokenStream;
use quote::quote;

use super::Module;
use super::variants::{Code, Variant};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::names::ident;

impl Module {
    /// The module as a formatted file of its own: the items, with the documentation as comments above them.
    pub fn to_file(&self) -> Result<String, Diagnostics> {
        let comments: String =
            self.doc.iter().map(|line| format!("//{line}").trim_end().to_owned() + "\n").collect();
        let items = self.code.text()?;
        Ok(format!("{comments}\n#![allow(dead_code)]\n#![cfg_attr(rustfmt, rustfmt_skip)]\n\n{items}"))
    }

    /// The formatted item `pub mod NAME { … }`, for `include!`.
    pub fn to_item(&self) -> Result<String, Diagnostics> {
        let (doc, name) = (&self.doc, ident(&self.name));
        let head = format_items(quote!(#(#[doc = #doc])* #[allow(dead_code)] pub mod #name {}))?;
        let head = head.trim_end().trim_end_matches('}');
        Ok(format!("{head}\n{}}}\n", indent(&self.code.text()?)))
    }
}

impl Code {
    /// The formatted items. The formatter leaves the insides of a macro call as they are, so variants are formatted one by one.
    fn text(&self) -> Result<String, Diagnostics> {
        let Code { guard, selector, variants, others } = self;
        if variants.is_empty() {
            return format_items(quote!(#others #guard));
        }
        let mut text = format!("{} {{\n", selector.to_string().replace(' ', ""));
        let mut add = |head: String, items: &TokenStream| {
            text += &format!("    {head} {{\n{}    }}\n", indent(&indent(&format_items(items.clone())?)));
            Ok::<_, Diagnostics>(())
        };
        for Variant { cores, items } in variants {
            let names: Vec<_> = cores.iter().map(|core| core.name()).collect();
            add(format!("[{}]", names.join(" ")), items)?;
        }
        add("else".to_owned(), others)?;
        let guard = format_items(guard.clone())?;
        Ok(format!("{text}}}\n{}{guard}", if guard.is_empty() { "" } else { "\n" }))
    }
}

/// Every line four spaces in. Generated code has no literal that spans lines.
fn indent(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") };
    text.lines().map(line).collect()
}

fn format_items(items: TokenStream) -> Result<String, Diagnostics> {
    let file: syn::File = syn::parse2(items).map_err(|fault| {
        let message = format!("the generated code does not parse: {fault}; this is a bug of the compiler");
        Diagnostic::error(message)
    })?;
    let mut text = prettyplease::unparse(&syn::File { shebang: None, attrs: file.attrs, items: Vec::new() });
    let mut previous = None;
    for item in file.items {
        // Declarations are set apart; uses and weights follow each other without a gap.
        let kind = std::mem::discriminant(&item);
        let dense = matches!(item, syn::Item::Use(_) | syn::Item::Static(_)) && previous == Some(kind);
        if !dense && !text.is_empty() {
            text.push('\n');
        }
        previous = Some(kind);
        text.push_str(&prettyplease::unparse(&syn::File {
            shebang: None,
            attrs: Vec::new(),
            items: vec![item],
        }));
    }
    Ok(text)
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::target::Core;

    #[test]
    fn variants_are_formatted_and_still_the_same_code() {
        let variant = |core, items| Variant { cores: vec![core, Core::Armv6m], items };
        let code = Code {
            guard: quote!(::tinyml::__require_core! { [armv7em armv6m] }),
            selector: quote!(::tinyml::__select_core!),
            variants: vec![variant(
                Core::Armv7em,
                quote!(
                    static W: &[u8] = b"\n\x00 x";
                    fn f() {}
                ),
            )],
            others: quote!(
                const A: usize = 1;
                fn f() {
                    g(A)
                }
            ),
        };
        let text = code.text().unwrap();
        let parsed: TokenStream = text.parse().unwrap();
        assert_eq!(parsed.to_string(), code.tokens().to_string());
        assert!(text.contains("\n    [armv7em armv6m] {\n        static W: "), "{text}");
        assert!(text.contains("\n    else {\n        const A: usize = 1;\n"), "{text}");
        assert!(text.ends_with("}\n\n::tinyml::__require_core! {\n    [armv7em armv6m]\n}\n"), "{text}");
    }
}
