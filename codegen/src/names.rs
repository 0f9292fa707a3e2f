//! Names of the generated code: Rust identifiers from what model files call things.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Span};

/// Characters of a name from a model file that are kept: enough to tell tensors apart, and few enough for symbols and file names.
const LONGEST: usize = 128;

/// Gives each wish an identifier that no other has.
#[derive(Default)]
pub(crate) struct Names {
    /// The identifiers without `r#`, which is no part of a name.
    taken: HashSet<String>,
    /// The number to try next for a wish that was had before.
    next: HashMap<String, usize>,
}

impl Names {
    /// `wish`, or `wish` with a number behind it.
    pub(crate) fn unique(&mut self, wish: &str) -> Ident {
        let wish = speakable(wish);
        let mut name = wish.to_owned();
        while !self.taken.insert(name.clone()) {
            let number = self.next.entry(wish.to_owned()).or_insert(2);
            name = format!("{wish}_{number}");
            *number += 1;
        }
        ident(&name)
    }
}

/// The identifier: raw if it is a keyword of some edition, behind an underscore if it cannot be raw.
pub fn ident(name: &str) -> Ident {
    let name = speakable(name);
    // A keyword since edition 2024, which syn does not know of.
    let is_new_keyword = name == "gen";
    match syn::parse_str::<Ident>(name) {
        Ok(ident) if !is_new_keyword => ident,
        _ if syn::parse_str::<Ident>(&format!("r#{name}")).is_ok() => Ident::new_raw(name, Span::call_site()),
        _ => Ident::new("unnamed", Span::call_site()),
    }
}

/// Whether a user's name for a module can be one: an identifier, or a keyword that can be written raw.
pub(crate) fn is_name(name: &str) -> bool {
    ident(name).to_string().trim_start_matches("r#") == name
}

/// The name, or a like one in place of the keywords that cannot be raw identifiers.
fn speakable(name: &str) -> &str {
    match name {
        "self" | "Self" => "_self",
        "super" => "_super",
        "crate" => "_crate",
        "_" => "unnamed",
        other => other,
    }
}

/// A name from a model file in snake case, `model` if it has no letter and no digit: `serving_default_input_1:0` stays readable,
/// anything else than letters and digits becomes an underscore. Long names lose their end.
pub fn snake_case(name: &str) -> String {
    snake_case_or(name, "model")
}

/// As [`snake_case`], with another name for what has no letter and no digit.
pub(crate) fn snake_case_or(name: &str, otherwise: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if snake.len() == LONGEST {
            break;
        }
        if c.is_ascii_alphanumeric() {
            snake.push(c.to_ascii_lowercase());
        } else if !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
    }
    let snake = snake.trim_end_matches('_');
    match snake.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{snake}"),
        Some(_) => snake.to_owned(),
    }
}

/// A class's name from a model file in camel case, as a variant: letters and digits of ASCII; `otherwise` if there are none. What would begin with
/// a digit, or be `Self`, stands behind `Class`.
pub(crate) fn camel_case(name: &str, otherwise: &str) -> String {
    let mut camel = String::new();
    let mut begins = true;
    for c in name.chars() {
        if camel.len() == LONGEST {
            break;
        }
        if c.is_ascii_alphanumeric() {
            camel.push(if begins { c.to_ascii_uppercase() } else { c });
        }
        begins = !c.is_ascii_alphanumeric();
    }
    match camel.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() || camel == "Self" => format!("Class{camel}"),
        Some(_) => camel,
    }
}

/// `Pointwise3` as the prefix of constants: `POINTWISE3`.
pub(crate) fn upper_case(camel: &str) -> String {
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
        assert_eq!(snake_case_or("\u{202e}出力\r", "output"), "output");
        assert_eq!(snake_case(&"a/".repeat(1000)).len(), LONGEST - 1);
        assert_eq!(upper_case("AveragePool10"), "AVERAGE_POOL10");
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(ident("gen").to_string(), "r#gen");
        assert_eq!(ident("self").to_string(), "_self");
        assert_eq!(ident("a b").to_string(), "unnamed");
        assert!(is_name("kws_2") && is_name("gen"));
        assert!(!is_name("../kws") && !is_name("r#type") && !is_name("self") && !is_name(""));
    }

    #[test]
    fn no_name_is_given_twice() {
        let mut names = Names::default();
        let mut given = |wish: &str| names.unique(wish).to_string();
        assert_eq!(given("Conv"), "Conv");
        assert_eq!(given("Conv"), "Conv_2");
        assert_eq!(given("Conv_2"), "Conv_2_2");
        // A raw identifier is the same name as a plain one.
        assert_eq!(given("type"), "r#type");
        assert_eq!(given("type"), "type_2");
        assert_eq!(given("type_2"), "type_2_2");
        assert_eq!(given("self"), "_self");
        assert_eq!(given("self"), "_self_2");
        assert_eq!(given("super_2"), "super_2");
        assert_eq!(given("super"), "_super");
    }
}
