//! Names of the generated code: Rust identifiers from what model files call things.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};

/// Gives each wish an identifier that no other has.
#[derive(Default)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// `wish`, or `wish` with a number behind it.
    pub(super) fn unique(&mut self, wish: &str) -> Ident {
        let mut name = wish.to_owned();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wish}_{number}");
            number += 1;
        }
        ident(&name)
    }
}

/// The identifier; raw if it is a keyword.
pub(crate) fn ident(name: &str) -> Ident {
    match syn::parse_str::<Ident>(name) {
        Ok(ident) => ident,
        Err(_) if syn::parse_str::<Ident>(&format!("r#{name}")).is_ok() => {
            Ident::new_raw(name, Span::call_site())
        }
        Err(_) => Ident::new("unnamed", Span::call_site()),
    }
}

/// A name from a model file in snake case: `serving_default_input_1:0` stays readable, anything else than letters and digits
/// becomes an underscore.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            snake.push(c.to_ascii_lowercase());
        } else if !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
    }
    let snake = snake.trim_end_matches('_');
    match snake.chars().next() {
        None => "model".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{snake}"),
        Some(_) => snake.to_owned(),
    }
}

/// `Pointwise3` as the prefix of constants: `POINTWISE3`.
pub(super) fn upper_case(camel: &str) -> String {
    let mut upper = String::new();
    let mut previous = ' ';
    for c in camel.chars() {
        if c.is_ascii_uppercase() && previous.is_ascii_lowercase() {
            upper.push('_');
        }
        upper.push(c.to_ascii_uppercase());
        previous = c;
    }
    upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers() {
        assert_eq!(snake_case("model/conv2d/Relu;bn:0"), "model_conv2d_relu_bn_0");
        assert_eq!(snake_case("3x3"), "_3x3");
        assert_eq!(snake_case("//"), "model");
        assert_eq!(upper_case("AveragePool10"), "AVERAGE_POOL10");
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(ident("a b").to_string(), "unnamed");
        let mut names = Names::default();
        assert_eq!(names.unique("Conv").to_string(), "Conv");
        assert_eq!(names.unique("Conv").to_string(), "Conv_2");
    }
}
