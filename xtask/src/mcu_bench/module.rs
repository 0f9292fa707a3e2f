//! The generated module as the bench image takes it: with access to all inputs and results, and with marks between the layers.

use super::layers::{self, Layer};
/// The number of the first layer's mark; 0 and 1 are begin and end of the measured code (`tests/firmware/bench`).
pub(super) const FIRST_LAYER_MARK: u32 = 2;

/// A generated module, adapted.
#[derive(Debug, PartialEq)]
pub(super) struct Module {
    /// The source.
    pub(super) text: String,
    /// The kernel calls in order.
    pub(super) layers: Vec<Layer>,
    /// The inputs in order.
    pub(super) inputs: Vec<Input>,
    /// `ARENA_BYTES`.
    pub(super) arena_bytes: u64,
    /// `WEIGHT_BYTES`.
    pub(super) weight_bytes: u64,
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    /// The type of its elements: `i8`.
    pub(super) element: String,
    /// Their number.
    pub(super) elements: usize,
}

impl Module {
    /// Adapts what `tinyml compile` wrote; `marked` with a mark before each layer.
    ///
    /// # Errors
    /// The text is not as the compiler writes it.
    pub(super) fn adapt(generated: &str, marked: bool) -> Result<Module, String> {
        let mut text = String::new();
        let mut marks = FIRST_LAYER_MARK..;
        for line in generated.lines() {
            // Of an included file, which is no file of a module, attributes of its own are not allowed.
            if line.starts_with("#![") {
                continue;
            }
            if let Some(mark) = (marked && layers::call(line).is_some()).then(|| marks.next()).flatten() {
                text.push_str(&format!("    mark!({mark});\n"));
            }
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(&access(generated)?);
        let constant = |name| constant(generated, name);
        Ok(Module {
            text,
            layers: layers::parse(generated),
            inputs: places(generated).map(|(_, input)| input).collect(),
            arena_bytes: constant("ARENA_BYTES: usize")?,
            weight_bytes: constant("WEIGHT_BYTES: usize")?,
        })
    }
}

fn constant(generated: &str, name: &str) -> Result<u64, String> {
    let start = format!("pub const {name} = ");
    let value = generated.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix(';')?.parse().ok());
    value.ok_or_else(|| format!("the generated module has no constant `{name}`"))
}

/// `Results`, `places` and `results`, which the image uses whatever the ports of the model are.
fn access(generated: &str) -> Result<String, String> {
    let signature = |line: &'_ str| -> Option<String> {
        let result = line.trim_start().strip_prefix("pub fn infer(&mut self) -> ")?.strip_suffix(" {")?;
        Some(result.to_owned())
    };
    let result = generated.lines().find_map(signature).ok_or("the generated module has no `infer`")?;
    let places: String =
        places(generated).map(|(name, _)| format!("    each(crate::bytes_mut(model.{name}()));\n")).collect();
    let (ty, results) = if result.starts_with("Outputs") {
        let fields: String =
            fields(generated).map(|name| format!("    each(crate::bytes(results.{name}));\n")).collect();
        ("Outputs<'a>".to_owned(), fields)
    } else {
        (result.replacen('&', "&'a ", 1), "    each(crate::bytes(results));\n".to_owned())
    };
    Ok(format!(
        "\n/// The type of an inference's result.\npub(crate) type Results<'a> = {ty};\n\n\
         pub(crate) fn places(model: &mut Model, mut each: impl FnMut(&mut [u8])) {{\n{places}}}\n\n\
         pub(crate) fn results(results: Results<'_>, mut each: impl FnMut(&[u8])) {{\n{results}}}\n"
    ))
}

/// The functions that give the inputs' places, with what they give.
fn places(generated: &str) -> impl Iterator<Item = (&str, Input)> {
    generated.lines().filter_map(|line| {
        let (name, rest) = line.trim_start().strip_prefix("pub fn ")?.split_once("(&mut self) -> &mut [")?;
        let (element, elements) = rest.strip_suffix("] {")?.split_once("; ")?;
        let input = Input { element: element.to_owned(), elements: elements.parse().ok()? };
        name.ends_with("_mut").then_some((name, input))
    })
}

/// The fields of `Outputs`.
fn fields(generated: &str) -> impl Iterator<Item = &str> {
    let inside = generated.lines().skip_while(|line| !line.starts_with("pub struct Outputs<'a>"));
    inside.skip(1).take_while(|line| *line != "}").filter_map(|line| {
        let (name, _) = line.trim_start().strip_prefix("pub ")?.split_once(':')?;
        Some(name)
    })
}

#[cfg(test)]
mod test {
    use super::{Input, Module};

    const GENERATED: &str = r"// A header.
#![allow(dead_code)]
pub const ARENA_BYTES: usize = 16000;
pub const WEIGHT_BYTES: usize = 24368;
impl<A> Model<A> {
    pub fn input_mut(&mut self) -> &mut [i8; 490] {
    }
    pub fn infer(&mut self) -> &[i8; 12] {
    }
}
fn layers(arena: &mut rt::Arena<ARENA_BYTES>) {
    rt::conv2d_s8::run::<Conv1, ARENA_BYTES>(arena);
    rt::softmax_s8::run::<Softmax2, ARENA_BYTES>(arena);
}
struct Conv10x4;
/// conv2d · 320,000 MACs
struct Conv1;
";

    #[test]
    fn constants_layers_and_ports_are_found() {
        let module = Module::adapt(GENERATED, true).unwrap();
        assert_eq!((module.arena_bytes, module.weight_bytes), (16000, 24368));
        assert_eq!(module.inputs, [Input { element: "i8".to_owned(), elements: 490 }]);
        assert_eq!(module.layers[0].name, "Conv1");
        assert_eq!(module.layers[1].name, "Softmax2");
        assert!(!module.text.contains("#!["));
        assert!(module.text.contains("    mark!(3);\n    rt::softmax_s8::run"));
        assert!(module.text.contains("type Results<'a> = &'a [i8; 12];"));
        assert!(module.text.contains("each(crate::bytes_mut(model.input_mut()));"));
    }

    #[test]
    fn without_marks_the_code_stays_as_it_was_generated() {
        let code: Vec<_> = GENERATED.lines().filter(|line| !line.starts_with("#![")).collect();
        let module = Module::adapt(GENERATED, false).unwrap();
        assert!(module.text.starts_with(&code.join("\n")));
        assert!(!module.text.contains("mark!"));
    }

    #[test]
    fn several_ports_are_all_given_and_read() {
        let generated = GENERATED
            .replace("fn input_mut", "fn audio_mut(&mut self) -> &mut [i8; 4] {\n    }\n    pub fn state_mut")
            .replace("-> &[i8; 12] {", "-> Outputs<'_> {")
            + "pub struct Outputs<'a> {\n    /// Words.\n    pub a: &'a [i8; 2],\n    pub b: &'a [f32; 3],\n}\n";
        let module = Module::adapt(&generated, false).unwrap();
        assert!(module.text.contains("model.audio_mut()"));
        assert!(module.text.contains("model.state_mut()"));
        assert!(
            module.text.contains("each(crate::bytes(results.a));\n    each(crate::bytes(results.b));\n}")
        );
        assert!(module.text.contains("type Results<'a> = Outputs<'a>;"));
    }

    #[test]
    fn another_text_is_refused() {
        assert!(Module::adapt("fn main() {}", false).unwrap_err().contains("infer"));
    }
}
