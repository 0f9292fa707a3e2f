//! The arguments of `include_model!`: `[vis] [mod name =] "path" [, option = value]*`.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::token::Brace;
use syn::{Ident, Lit, LitStr, Path, Token, Visibility, braced};

/// The parsed arguments.
pub(crate) struct Arguments {
    /// Visibility of the module; `pub` if no module is named.
    pub(crate) visibility: Visibility,
    /// The module's name, if given.
    pub(crate) name: Option<Ident>,
    /// The model's path.
    pub(crate) path: LitStr,
    /// The options in order.
    pub(crate) options: Vec<Argument>,
    /// The runtime crate.
    pub(crate) runtime: Path,
}

/// An option: `name = value`.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) value: String,
    pub(crate) span: Span,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut visibility: Visibility = input.parse()?;
        let mut name = None;
        if input.peek(Token![mod]) {
            input.parse::<Token![mod]>()?;
            name = Some(input.parse()?);
            input.parse::<Token![=]>()?;
        } else if matches!(visibility, Visibility::Inherited) {
            visibility = Visibility::Public(Token![pub](Span::call_site()));
        } else {
            return Err(input.error("expected `mod NAME = \"path of the model\"` behind the visibility"));
        }
        let path = input.parse().map_err(|fault| {
            syn::Error::new(
                fault.span(),
                "expected the path of a model, as in include_model!(\"models/kws.onnx\")",
            )
        })?;
        let mut arguments =
            Arguments { visibility, name, path, options: Vec::new(), runtime: syn::parse_quote!(::tinyml) };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            arguments.option(input)?;
        }
        Ok(arguments)
    }
}

impl Arguments {
    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Token![crate]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            self.runtime = input.call(Path::parse_mod_style)?;
            return Ok(());
        }
        let name: Ident = input.parse()?;
        input.parse::<Token![=]>()?;
        if name == "state" && input.peek(Brace) {
            return self.states(&name, input);
        }
        const EXPECTED: &str = "expected a string, a number, true or false";
        let literal: Lit = input.parse().map_err(|fault| syn::Error::new(fault.span(), EXPECTED))?;
        let value = match &literal {
            Lit::Str(text) => text.value(),
            // What stands behind the digits is a part of the value: `16k`, `2ms`.
            Lit::Int(number) => format!("{}{}", number.base10_digits(), number.suffix()),
            Lit::Bool(truth) => truth.value.to_string(),
            other => return Err(syn::Error::new(other.span(), EXPECTED)),
        };
        self.options.push(Argument { name, value, span: literal.span() });
        Ok(())
    }

    /// `{ "h_in" = "h_out", … }`. Each pair is an argument of its own, so that a fault stands at it.
    fn states(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let content;
        braced!(content in input);
        while !content.is_empty() {
            let from: LitStr = content.parse()?;
            content.parse::<Token![=]>()?;
            let to: LitStr = content.parse()?;
            let value = tinyml_codegen::config::pair_of_ports(&from.value(), &to.value());
            self.options.push(Argument { name: name.clone(), value, span: from.span() });
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }
}
