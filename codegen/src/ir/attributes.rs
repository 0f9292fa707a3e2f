//! Operator attributes: named values that the IR text prints and parses.

use std::fmt;

use super::op::Fault;
use super::tensor::DType;

/// One attribute value.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// An integer.
    Int(i64),
    /// A float; prints so that it parses back to the same bits.
    Float(f32),
    /// A word: `relu`, `true`.
    Word(String),
    /// A list.
    List(Vec<Attribute>),
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Attribute::Int(value) => write!(f, "{value}"),
            Attribute::Float(value) => write!(f, "{value:?}"),
            Attribute::Word(word) => f.write_str(word),
            Attribute::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}

/// The attributes of an operator in the order in which they print.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(pub Vec<(String, Attribute)>);

impl Attributes {
    /// The attribute `name`, converted.
    pub fn get<T: AttributeValue>(&self, name: &str) -> Result<T, Fault> {
        let (_, attribute) = self
            .0
            .iter()
            .find(|(own, _)| own == name)
            .ok_or_else(|| format!("the attribute `{name}` is missing"))?;
        T::from_attribute(attribute).ok_or_else(|| format!("`{name}={attribute}` is not {}", T::EXPECTED))
    }

    /// A fault if there is an attribute that is not among `known`.
    pub fn only(&self, known: &[&str]) -> Result<(), Fault> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(format!("unknown attribute `{name}`; known: {}", known.join(", "))),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (name, value)) in self.0.iter().enumerate() {
            write!(f, "{}{name}={value}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str("}")
    }
}

/// A Rust type that an attribute converts to and from.
pub trait AttributeValue: Sized {
    /// What a value of the type is, for messages: "an integer".
    const EXPECTED: &'static str;
    /// To the IR text.
    fn to_attribute(&self) -> Attribute;
    /// From the IR text; none if the attribute is something else.
    fn from_attribute(attribute: &Attribute) -> Option<Self>;
}

macro_rules! integer_attribute {
    ($($ty:ty),*) => {$(
        impl AttributeValue for $ty {
            const EXPECTED: &'static str = "an integer in range";
            fn to_attribute(&self) -> Attribute {
                Attribute::Int(*self as i64)
            }
            fn from_attribute(attribute: &Attribute) -> Option<Self> {
                match attribute {
                    Attribute::Int(value) => <$ty>::try_from(*value).ok(),
                    _ => None,
                }
            }
        }
    )*};
}
integer_attribute!(usize, i64, i32);

impl AttributeValue for f32 {
    const EXPECTED: &'static str = "a number";
    fn to_attribute(&self) -> Attribute {
        Attribute::Float(*self)
    }
    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        match attribute {
            Attribute::Float(value) => Some(*value),
            Attribute::Int(value) => Some(*value as f32),
            Attribute::Word(word) => word.parse().ok(),
            Attribute::List(_) => None,
        }
    }
}

impl AttributeValue for bool {
    const EXPECTED: &'static str = "true or false";
    fn to_attribute(&self) -> Attribute {
        Attribute::Word(self.to_string())
    }
    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        match attribute {
            Attribute::Word(word) => word.parse().ok(),
            _ => None,
        }
    }
}

impl AttributeValue for DType {
    const EXPECTED: &'static str = "an element type";
    fn to_attribute(&self) -> Attribute {
        Attribute::Word(self.name().to_owned())
    }
    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        match attribute {
            Attribute::Word(word) => DType::from_name(word),
            _ => None,
        }
    }
}

impl<T: AttributeValue> AttributeValue for Vec<T> {
    const EXPECTED: &'static str = "a list";
    fn to_attribute(&self) -> Attribute {
        Attribute::List(self.iter().map(T::to_attribute).collect())
    }
    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        match attribute {
            Attribute::List(items) => items.iter().map(T::from_attribute).collect(),
            _ => None,
        }
    }
}

impl<T: AttributeValue, const N: usize> AttributeValue for [T; N] {
    const EXPECTED: &'static str = "a list of the right length";
    fn to_attribute(&self) -> Attribute {
        Attribute::List(self.iter().map(T::to_attribute).collect())
    }
    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        Vec::from_attribute(attribute)?.try_into().ok()
    }
}

/// Declares an operator's struct with its attributes, and their way into the IR text and back: the methods `printed`
/// (for `Operator::attributes`) and `parse` (for `Descriptor::parse`).
macro_rules! attributes {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $ty,)* }

        impl $name {
            fn printed(&self) -> $crate::ir::Attributes {
                $crate::ir::Attributes(vec![
                    $((stringify!($field).to_owned(), $crate::ir::AttributeValue::to_attribute(&self.$field)),)*
                ])
            }

            /// The operator with these attributes.
            pub fn parse(attributes: &$crate::ir::Attributes) -> Result<$crate::ir::Op, $crate::ir::Fault> {
                attributes.only(&[$(stringify!($field)),*])?;
                Ok($crate::ir::Op::new($name { $($field: attributes.get(stringify!($field))?,)* }))
            }
        }
    };
}
pub(crate) use attributes;
