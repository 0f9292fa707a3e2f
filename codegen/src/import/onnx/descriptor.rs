//! What the operator table says of an operator of an ONNX file: its name, since when it exists, its operands and attributes.
//!
//! Nothing that a node says is dropped: an attribute or operand that its operator does not have in the file's version of the operator
//! set is a fault. A test compares the declarations with the schemas of the package `onnx`.

use super::node::{ImportFn, NodeImport};
use super::proto::{AttributeType, NodeProto};
use crate::ir::Fault;

/// The domain of onnxruntime's own operators.
pub(super) const MICROSOFT: &str = "com.microsoft";

/// The domain of classical models.
pub(super) const ML: &str = "ai.onnx.ml";

/// As many operands as one likes.
pub const ANY: usize = usize::MAX;

/// An operator of an ONNX file, and how it is imported.
#[derive(Clone, Copy, Debug)]
pub struct Onnx {
    /// Operator set; the default domain is "".
    pub(super) domain: &'static str,
    pub(super) name: &'static str,
    /// First version of the operator set that has it.
    since: i64,
    /// Number of operands at most.
    operands: usize,
    /// Versions before which it has fewer operands, the first one first; 0 for none.
    before: [(i64, usize); 2],
    attributes: &'static [Attribute],
    pub(super) axes: Axes,
    /// Whether all its results are imported, not the first alone.
    pub(super) all_results: bool,
    /// How it is imported where an operand is computed; none if it is known for constants only.
    pub(super) import: Option<ImportFn>,
}

/// An attribute that an operator has in some versions of its operator set.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The first version that has it.
    pub since: i64,
    /// The last version that has it.
    pub until: i64,
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Int,
    Ints,
    Float,
    Floats,
    Text,
    Texts,
    Tensor,
    Sparse,
}

/// What an operator does to the axes of its first operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axes {
    /// The operand is an image `[N, C, …]`, and so is the result.
    Image,
    /// The result has the same axes in the same order.
    Kept,
    /// The attribute `perm` reorders them.
    Permuted,
    /// Something else.
    Other,
}

/// The attributes of an operator: `known![axis: Int since 13, axes: Ints until 12]`.
macro_rules! known {
    ($($name:ident: $kind:ident $(since $since:literal)? $(until $until:literal)?),* $(,)?) => {
        &[$($crate::import::onnx::Attribute {
            name: stringify!($name),
            kind: $crate::import::onnx::Kind::$kind,
            since: [$($since,)? 1][0],
            until: [$($until,)? i64::MAX][0],
        }),*]
    };
}
pub(crate) use known;

impl Onnx {
    /// An operator of the default domain with at most `operands` operands.
    pub const fn new(
        name: &'static str,
        operands: usize,
        attributes: &'static [Attribute],
        import: ImportFn,
    ) -> Onnx {
        let onnx = Onnx::on_constants(name, operands, attributes);
        Onnx { import: Some(import), ..onnx }
    }

    /// The same of onnxruntime's domain.
    pub const fn microsoft(
        name: &'static str,
        operands: usize,
        attributes: &'static [Attribute],
        import: ImportFn,
    ) -> Onnx {
        Onnx { domain: MICROSOFT, ..Onnx::new(name, operands, attributes, import) }
    }

    /// The same of the domain of classical models.
    pub const fn ml(
        name: &'static str,
        operands: usize,
        attributes: &'static [Attribute],
        import: ImportFn,
    ) -> Onnx {
        Onnx { domain: ML, ..Onnx::new(name, operands, attributes, import) }
    }

    /// An operator that is computed here, of constants.
    pub(super) const fn on_constants(
        name: &'static str,
        operands: usize,
        attributes: &'static [Attribute],
    ) -> Onnx {
        Onnx {
            domain: "",
            name,
            since: 1,
            operands,
            before: [(0, 0); 2],
            attributes,
            axes: Axes::Other,
            all_results: false,
            import: None,
        }
    }

    /// It exists from this version on.
    pub const fn since(self, version: i64) -> Onnx {
        Onnx { since: version, ..self }
    }

    /// Before this version, it had at most `operands`: the others were attributes.
    pub const fn before(self, version: i64, operands: usize) -> Onnx {
        let first = match self.before[0] {
            (0, _) => (version, operands),
            first => first,
        };
        Onnx { before: [first, (version, operands)], ..self }
    }

    /// All its results are imported, not the first alone.
    pub const fn with_all_results(self) -> Onnx {
        Onnx { all_results: true, ..self }
    }

    /// Operand and result are images `[N, C, …]`.
    pub const fn of_images(self) -> Onnx {
        Onnx { axes: Axes::Image, ..self }
    }

    /// The result has the operand's axes.
    pub const fn keeps_axes(self) -> Onnx {
        Onnx { axes: Axes::Kept, ..self }
    }

    /// The attribute `perm` reorders the axes.
    pub(super) const fn permutes(self) -> Onnx {
        Onnx { axes: Axes::Permuted, ..self }
    }

    /// The name with its domain.
    pub(super) fn full_name(&self) -> String {
        full_name(self.domain, self.name)
    }

    /// Number of operands at most in this version.
    pub(super) fn most_operands(&self, version: i64) -> usize {
        let before = self.before.iter().find(|(end, _)| version < *end);
        before.map_or(self.operands, |&(_, operands)| operands)
    }

    /// The attributes in this version.
    pub(super) fn attributes(&self, version: i64) -> impl Iterator<Item = &'static Attribute> {
        self.attributes.iter().filter(move |attribute| (attribute.since..=attribute.until).contains(&version))
    }

    /// Whether the operator exists in this version.
    pub(super) fn exists(&self, version: i64) -> bool {
        version >= self.since
    }

    /// What a node says that its operator does not have in this version of the operator set.
    pub(super) fn faults(&self, node: &NodeProto, version: i64) -> Vec<Fault> {
        if !self.exists(version) {
            return vec![format!(
                "exists from version {} of the operator set on, but the file has version {version}",
                self.since
            )];
        }
        let mut faults = Vec::new();
        for attribute in &node.attribute {
            let name = &attribute.name;
            let mut versions = self.attributes.iter().filter(|known| known.name == name).peekable();
            match self.attributes(version).find(|known| known.name == name) {
                Some(known) if !known.kind.fits(attribute.r#type) => {
                    faults.push(format!("the attribute `{name}` is not {}", known.kind.words()));
                }
                Some(_) => {}
                None if versions.peek().is_some() => faults.push(format!(
                    "the attribute `{name}` does not exist in version {version} of the operator set"
                )),
                None => faults.push(format!("the attribute `{name}` is not known")),
            }
        }
        let most = self.most_operands(version);
        if node.input.iter().skip(most).any(|name| !name.is_empty()) {
            let count = node.input.len();
            faults.push(format!("has {count} operands, but at most {most} in version {version}"));
        }
        faults
    }
}

impl Kind {
    fn fits(self, number: i32) -> bool {
        let kind = match self {
            Kind::Int => AttributeType::Int,
            Kind::Ints => AttributeType::Ints,
            Kind::Float => AttributeType::Float,
            Kind::Floats => AttributeType::Floats,
            Kind::Text => AttributeType::String,
            Kind::Texts => AttributeType::Strings,
            Kind::Tensor => AttributeType::Tensor,
            Kind::Sparse => AttributeType::SparseTensor,
        };
        number == kind as i32
    }

    fn words(self) -> &'static str {
        match self {
            Kind::Int => "an integer",
            Kind::Ints => "a list of integers",
            Kind::Float => "a number",
            Kind::Floats => "a list of numbers",
            Kind::Text => "a string",
            Kind::Texts => "a list of strings",
            Kind::Tensor => "a tensor",
            Kind::Sparse => "a sparse tensor",
        }
    }
}

/// An operator's name with its domain.
pub(super) fn full_name(domain: &str, name: &str) -> String {
    if domain.is_empty() { name.to_owned() } else { format!("{domain}.{name}") }
}

/// A function that only stands for "of constants": the operands of this one are computed.
pub(super) fn only_constants(node: &NodeImport<'_>) -> Result<(), Fault> {
    if node.any_computed() {
        return Err("is supported for constants only, but an operand is computed".to_owned());
    }
    // Nothing but a refused node can be between here and a value.
    (0..node.input_count()).try_for_each(|index| node.optional(index).map(drop))?;
    Err("cannot be carried out on these constants".to_owned())
}
