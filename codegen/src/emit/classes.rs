//! The classes of a classifier: `LABELS`, and where the model gives a label, the type that it is of.
//!
//! Labels with names are of `enum Class`, whose places are those of the scores. Labels that are numbers stay numbers, which a program
//! may calculate with; `CLASSES` has those of the scores.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::constants::usize_literal;
use crate::escape::code_span;
use crate::ir::{DType, Graph, Port};
use crate::names::{Names, camel_case};

/// Classes that the documentation's example names.
const SHOWN: usize = 3;

/// What the elements of an output are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labels<'g> {
    /// No labels that are known.
    None,
    /// Places of the graph's names.
    Names,
    /// One of these numbers each.
    Numbers(&'g [i64]),
}

/// What the elements of an output are, by the operator that computes it.
pub(super) fn labels<'g>(graph: &'g Graph, port: &Port) -> Labels<'g> {
    let mut tensor = port.tensor;
    if graph.ty(tensor).dtype != DType::I64 {
        return Labels::None;
    }
    let node = loop {
        let Some(id) = graph.producer(tensor) else { return Labels::None };
        let node = graph.node(id);
        match (node.op.is_view(), node.input(0)) {
            (true, Some(operand)) => tensor = operand,
            _ => break node,
        }
    };
    match node.op.class_numbers() {
        None => Labels::None,
        Some(numbers) if graph.labels.len() == numbers.len() && counts(numbers) => Labels::Names,
        Some(numbers) => Labels::Numbers(numbers),
    }
}

fn counts(numbers: &[i64]) -> bool {
    numbers.iter().enumerate().all(|(place, &number)| usize::try_from(number) == Ok(place))
}

/// The items: `LABELS`, and as the outputs need it `Class` or `CLASSES`. `label` is what a program writes for the first label of a result.
pub(super) fn items(graph: &Graph, label: Option<String>) -> TokenStream {
    let names = &graph.labels;
    let count = usize_literal(names.len());
    let all: Vec<Labels<'_>> = graph.outputs.iter().map(|port| labels(graph, port)).collect();
    let class = all.contains(&Labels::Names).then(|| class(names, &label.unwrap_or_default()));
    let mut numbers = all.iter().filter_map(|labels| match labels {
        Labels::Numbers(numbers) => Some(*numbers),
        _ => None,
    });
    // Several classifiers need not have the same classes.
    let first = numbers.next().filter(|first| numbers.all(|other| other == *first));
    let numbers = first.map(|numbers| {
        let (count, numbers) =
            (usize_literal(numbers.len()), numbers.iter().map(|&n| Literal::i64_unsuffixed(n)));
        quote! {
            /// The labels of the classes, in the order of the model's scores.
            pub const CLASSES: [i64; #count] = [#(#numbers),*];
        }
    });
    quote! {
        /// Class names from the model file, in the order of the model's scores; empty if it has none.
        pub const LABELS: [&str; #count] = [#(#names),*];
        #numbers
        #class
    }
}

/// `enum Class`.
fn class(names: &[String], label: &str) -> TokenStream {
    let variants = variants(names);
    let docs = names.iter().map(|name| format!(" {}", code_span(name)));
    let count = usize_literal(names.len());
    // The discriminants are the places, so that a class is no more than its number.
    let repr = match names.len() {
        ..=256 => quote!(u8),
        257..=65_536 => quote!(u16),
        _ => quote!(u32),
    };
    let mut example = vec![String::new(), " ```ignore".to_owned(), format!(" match {label} {{")];
    example.extend(variants.iter().take(SHOWN).map(|class| format!("     Class::{class} => todo!(),")));
    if variants.len() > SHOWN {
        example.push("     _ => todo!(),".to_owned());
    }
    example.extend([" }".to_owned(), " ```".to_owned()]);
    let first = variants.first();
    quote! {
        /// The classes, in the order of the model's scores and of [`LABELS`].
        #(#[doc = #example])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(#repr)]
        pub enum Class {
            #(#[doc = #docs] #variants),*
        }

        impl Class {
            /// All classes, in the order of the model's scores.
            pub const ALL: [Class; #count] = [#(Class::#variants),*];

            /// The place among the model's scores, and in [`LABELS`].
            pub const fn index(self) -> usize {
                self as usize
            }

            /// The name in the model file.
            pub const fn label(self) -> &'static str {
                match self {
                    #(Class::#variants => #names),*
                }
            }

            /// The class of a number that the model's last layer gives, which is a place in [`Class::ALL`].
            fn of(number: i64) -> Class {
                rt::class(&Class::ALL, Class::#first, number)
            }
        }
    }
}

/// Identifiers for the names, each its own.
fn variants(names: &[String]) -> Vec<Ident> {
    let mut given = Names::default();
    names
        .iter()
        .enumerate()
        .map(|(place, name)| given.unique(&camel_case(name, &format!("Class{place}"))))
        .collect()
}

/// The type of an output of labels with names: one class, or one for each row.
pub(super) fn class_type(rows: &TokenStream, single: bool) -> TokenStream {
    if single { quote!(Class) } else { quote!([Class; #rows]) }
}

/// The classes of the numbers that lie at `place`.
pub(super) fn class_value(place: &TokenStream, single: bool) -> TokenStream {
    match single {
        true => quote!({
            let [number] = *#place;
            Class::of(number)
        }),
        false => quote!(#place.map(Class::of)),
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn names_become_variants() {
        let names = ["no fault", "no-fault", "3 mm", "Self", "", "é", "OK", "type"].map(str::to_owned);
        let found: Vec<String> = variants(&names).iter().map(Ident::to_string).collect();
        assert_eq!(
            found,
            ["NoFault", "NoFault_2", "Class3Mm", "ClassSelf", "Class4", "Class5", "OK", "Type"]
        );
    }

    #[test]
    fn the_documentation_shows_a_match() {
        let text =
            class(&["a".to_owned(), "b".to_owned(), "c".to_owned()], "model.run(&input).label").to_string();
        assert!(
            text.contains("match model.run(&input).label {") && text.contains("Class::A => todo!(),"),
            "{text}"
        );
        assert!(!text.contains("panic") && !text.contains("unreachable"), "{text}");
    }
}
