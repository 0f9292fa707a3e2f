//! The layers of a generated module, as it describes them.

use std::collections::BTreeMap;

use serde_json::Value;

/// A kernel call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layer {
    /// The layer's type: `Pointwise3`.
    pub(super) name: String,
    /// The kernel's module: `conv2d_s8`.
    pub(super) kernel: String,
    /// What the module's comment says of it.
    pub(super) description: String,
    /// The constants of its shape type.
    pub(super) shape: BTreeMap<String, Value>,
}

impl Layer {
    /// The number of the node among those with kernels, from 1 on: 3 of `Pointwise3`, `Concat3A`.
    pub(super) fn node(&self) -> Option<usize> {
        let digits = self.name.trim_end_matches(|letter: char| letter.is_ascii_uppercase());
        let start = digits.trim_end_matches(|digit: char| digit.is_ascii_digit()).len();
        digits.get(start..)?.parse().ok()
    }
}

/// Kernel and layer of `rt::conv2d_s8::run::<Pointwise3, _>(arena);`.
pub(super) fn call(line: &str) -> Option<(&str, &str)> {
    let (kernel, rest) = line.trim_start().strip_prefix("rt::")?.split_once("::run::<")?;
    Some((kernel, rest.split([',', '>']).next()?))
}

/// The lines of a generated module, each with whether it is of `run`: slices call the same kernels once more.
pub(super) fn lines(generated: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut in_slices = false;
    generated.lines().map(move |line| {
        in_slices |= line.starts_with("fn slice<") || line.starts_with("fn turns_");
        let is_of_run = !in_slices;
        in_slices &= line != "}";
        (line, is_of_run)
    })
}

/// The kernel calls in order, with what the declarations of their types say.
pub(super) fn parse(generated: &str) -> Vec<Layer> {
    let mut descriptions = BTreeMap::new();
    let mut shapes: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    let mut shape_of = BTreeMap::new();
    let mut implemented = "";
    let mut comment = "";
    for line in generated.lines() {
        if let Some(words) = line.strip_prefix("/// ") {
            comment = words;
        } else if let Some(name) = line.strip_prefix("struct ").and_then(|rest| rest.strip_suffix(';')) {
            descriptions.insert(name, std::mem::take(&mut comment));
        } else if let Some((_, name)) = line.strip_suffix(" {").and_then(|line| line.split_once(" for ")) {
            implemented = name;
        } else if let Some(shape) = line.strip_prefix("    type Shape = ") {
            shape_of.insert(implemented, shape.trim_end_matches(';'));
        } else if let Some((name, value)) = constant(line) {
            shapes.entry(implemented).or_default().insert(name.to_owned(), value);
        }
    }
    let layer = |(kernel, name): (&str, &str)| Layer {
        name: name.to_owned(),
        kernel: kernel.to_owned(),
        description: descriptions.get(name).copied().unwrap_or_default().to_owned(),
        shape: shape_of.get(name).and_then(|shape| shapes.get(shape)).cloned().unwrap_or_default(),
    };
    let of_run = lines(generated).filter(|(_, is_of_run)| *is_of_run);
    of_run.filter_map(|(line, _)| call(line)).map(layer).collect()
}

/// Name and value of `const KERNEL: [usize; 2] = [3, 3];`. What is not a number, a list or a truth value is text.
fn constant(line: &str) -> Option<(&str, Value)> {
    let (name, rest) = line.strip_prefix("    const ")?.split_once(": ")?;
    let value = rest.split_once(" = ")?.1.strip_suffix(';')?;
    Some((name, serde_json::from_str(value).unwrap_or_else(|_| value.into())))
}

#[cfg(test)]
mod test {
    use serde_json::json;

    use super::{Layer, parse};

    const GENERATED: &str = r"
fn slice<M: rt::Memory>(memory: &mut M, number: usize) {
    rt::conv2d_s8::run::<Conv1, _>(memory);
}

fn layers(arena: &mut rt::Arena<ARENA_BYTES>) {
    rt::conv2d_s8::run::<Conv1, _>(arena);
    rt::softmax_s8::run::<Softmax2, _>(arena);
}

struct Conv10x4;

impl rt::conv2d_s8::Shape for Conv10x4 {
    const INPUT: [usize; 3] = [49, 10, 1];
    const GROUPS: usize = 1;
    const ROUNDING: rt::Rounding = rt::Rounding::Double;
}

/// conv2d · 320,000 MACs
struct Conv1;

impl rt::conv2d_s8::Layer for Conv1 {
    type Shape = Conv10x4;
    const INPUT: usize = 8000;
}
";

    #[test]
    fn a_layer_has_its_types_comment_and_its_shapes_constants() {
        let layers = parse(GENERATED);
        let shape = [
            ("INPUT", json!([49, 10, 1])),
            ("GROUPS", json!(1)),
            ("ROUNDING", json!("rt::Rounding::Double")),
        ];
        assert_eq!(
            layers[0],
            Layer {
                name: "Conv1".to_owned(),
                kernel: "conv2d_s8".to_owned(),
                description: "conv2d · 320,000 MACs".to_owned(),
                shape: shape.map(|(name, value)| (name.to_owned(), value)).into(),
            }
        );
        assert_eq!((layers.len(), layers[1].name.as_str()), (2, "Softmax2"));
    }

    #[test]
    fn a_layers_number_is_its_nodes() {
        let node = |name: &str| {
            Layer {
                name: name.to_owned(),
                kernel: String::new(),
                description: String::new(),
                shape: [].into(),
            }
            .node()
        };
        assert_eq!(node("Pointwise3"), Some(3));
        assert_eq!(node("Concat12AB"), Some(12));
        assert_eq!(node("Conv3x3On7To12"), Some(12));
        assert_eq!(node("Softmax"), None);
    }
}
