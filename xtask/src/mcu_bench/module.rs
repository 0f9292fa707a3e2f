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

/// Where the measured code has marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marks {
    /// Nowhere: `run`.
    None,
    /// Before each layer of `run`.
    Layers,
    /// Before each slice of a job.
    Slices,
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
    /// Adapts what `tinyml compile` wrote, with marks.
    ///
    /// # Errors
    /// The text is not as the compiler writes it.
    pub(super) fn adapt(generated: &str, marks: Marks) -> Result<Module, String> {
        let mut text = String::new();
        let marked = marks == Marks::Layers;
        let slices = match marks {
            Marks::Slices => Some(constant(generated, "SLICES: usize")?),
            _ => None,
        };
        let mut marks = FIRST_LAYER_MARK..;
        for (line, is_of_run) in layers::lines(generated) {
            // Of an included file, which is no file of a module, attributes of its own are not allowed.
            if line.starts_with("#![") {
                continue;
            }
            if let Some(mark) =
                (marked && is_of_run && layers::call(line).is_some()).then(|| marks.next()).flatten()
            {
                text.push_str(&format!("    mark!({mark});\n"));
            }
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(&access(generated, slices)?);
        let constant = |name| constant(generated, name);
        Ok(Module {
            text,
            layers: layers::parse(generated),
            inputs: match (fed(generated), sliding(generated)) {
                (Some(Fed { input, .. }), _) | (_, Some((_, input))) => vec![input],
                _ => places(generated).map(|(_, input)| input).collect(),
            },
            arena_bytes: constant("ARENA_BYTES: usize")?,
            weight_bytes: constant("WEIGHT_BYTES: usize")?,
        })
    }
}

/// `LONGEST_SLICE_CYCLES`.
///
/// # Errors
/// The model has no slices.
pub(super) fn longest_slice(generated: &str) -> Result<u64, String> {
    constant(generated, "LONGEST_SLICE_CYCLES: u64")
}

fn constant(generated: &str, name: &str) -> Result<u64, String> {
    let start = format!("pub const {name} = ");
    let value = generated.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix(';')?.parse().ok());
    value.ok_or_else(|| format!("the generated module has no constant `{name}`"))
}

/// `Given`, `Results`, `places`, `infer`, `results` and `begin_anew`, which the image uses whatever the ports of the model are and however it is
/// fed.
fn access(generated: &str, slices: Option<u64>) -> Result<String, String> {
    let (result, feeding) = match (fed(generated), sliding(generated)) {
        (Some(Fed { result, row, input }), _) => (result, by_rows(&row, &input)),
        (_, Some((result, input))) => (result, by_steps(&input)),
        _ => {
            let result = between(generated, "pub fn infer(&mut self) -> ", " {");
            (
                result.ok_or("the generated module has neither `infer` nor `push_row`")?,
                in_place(generated, slices),
            )
        }
    };
    let (ty, results) = if result.starts_with("Outputs") {
        let fields: String =
            fields(generated).map(|name| format!("    each(crate::bytes(results.{name}));\n")).collect();
        ("Outputs<'a>".to_owned(), fields)
    } else {
        (result.replacen('&', "&'a ", 1), "    each(crate::bytes(results));\n".to_owned())
    };
    let reset = if generated.contains("pub struct State ") { "model.reset();" } else { "let _ = model;" };
    Ok(format!(
        "\n/// The next inference is the first.\npub(crate) fn begin_anew(model: &mut Model) {{\n    {reset}\n}}\n\n/// The type of an inference's result.\npub(crate) type Results<'a> = {ty};\n\n{feeding}\n\
         pub(crate) fn results(results: Results<'_>, mut each: impl FnMut(&[u8])) {{\n{results}}}\n"
    ))
}

/// `Given`, `places` and `infer` of a model whose inputs lie in its arena. In slices, each is a call of its own, so that it has an address of its
/// own.
fn in_place(generated: &str, slices: Option<u64>) -> String {
    let infer = match slices {
        None => "    model.infer()\n".to_owned(),
        Some(slices) => {
            let step = |slice: u64| {
                format!("    mark!({});\n    step(&mut job);\n", u64::from(FIRST_LAYER_MARK) + slice)
            };
            let steps: String = (0..slices).map(step).collect();
            format!("    let mut job = model.begin_infer();\n{steps}    job.finish()\n")
        }
    };
    let step = match slices {
        None => "",
        Some(_) => "#[inline(never)]\nfn step(job: &mut Job<'_>) {\n    job.step();\n}\n\n",
    };
    let places: String =
        places(generated).map(|(name, _)| format!("    each(crate::bytes_mut(model.{name}()));\n")).collect();
    format!(
        "/// All inputs are in the arena.\npub(crate) type Given = [u8; 0];\npub(crate) const GIVEN: Given = [];\n\n\
         pub(crate) fn places(model: &mut Model, _: &mut Given, mut each: impl FnMut(&mut [u8])) {{\n{places}}}\n\n\
         {step}pub(crate) fn infer<'m>(model: &'m mut Model, _: &Given) -> Results<'m> {{\n{infer}}}\n"
    )
}

/// The same of a model that is fed row by row. The rows are in memory that is not the model's, as those of a camera are.
fn by_rows(row: &str, input: &Input) -> String {
    let Input { element, elements } = input;
    format!(
        "/// The whole input, for whoever feeds the rows.\n\
         pub(crate) type Given = [{element}; {elements}];\n\
         pub(crate) const GIVEN: Given = [0 as {element}; {elements}];\n\n\
         pub(crate) fn places(_: &mut Model, given: &mut Given, mut each: impl FnMut(&mut [u8])) {{\n    each(crate::bytes_mut(given));\n}}\n\n\
         pub(crate) fn infer<'m>(model: &'m mut Model, given: &Given) -> Results<'m> {{\n    \
             let (rows, _) = given.as_chunks::<ROW>();\n    \
             let Some((last, rows)) = rows.split_last() else {{ crate::no_result() }};\n    \
             for row in rows {{\n        push_row(model, row);\n    }}\n    \
             match push_row(model, last) {{\n        Some(results) => results,\n        None => crate::no_result(),\n    }}\n}}\n\n\
         /// Called from two places, but firmware would have one.\n\
         #[inline(never)]\n\
         fn push_row<'m>(model: &'m mut Model, row: &{row}) -> Option<Results<'m>> {{\n    model.push_row(row)\n}}\n"
    )
}

/// The same of a model of a sliding window. All steps but the last are made when the input is there: what is measured is one step.
fn by_steps(input: &Input) -> String {
    let Input { element, elements } = input;
    format!(
        "/// The whole window, for whoever pushes its rows.\n\
         pub(crate) type Given = [{element}; {elements}];\n\
         pub(crate) const GIVEN: Given = [0 as {element}; {elements}];\n\
         const NEW: usize = STEP * ROW;\n\n\
         pub(crate) fn places(model: &mut Model, given: &mut Given, mut each: impl FnMut(&mut [u8])) {{\n    \
             each(crate::bytes_mut(given));\n    \
             model.reset();\n    \
             let Some((others, _)) = given.split_last_chunk::<NEW>() else {{ crate::no_result() }};\n    \
             let (first, others) = others.as_rchunks::<NEW>();\n    \
             if !first.is_empty() {{\n        \
                 let place = model.input_mut();\n        \
                 let ahead = place.len().saturating_sub(first.len());\n        \
                 for (place, row) in place.iter_mut().skip(ahead).zip(first) {{\n            *place = *row;\n        }}\n        \
                 let _ = model.infer();\n    }}\n    \
             for rows in others {{\n        let _ = model.push(rows);\n    }}\n}}\n\n\
         pub(crate) fn infer<'m>(model: &'m mut Model, given: &Given) -> Results<'m> {{\n    \
             match given.last_chunk::<NEW>().and_then(|rows| model.push(rows)) {{\n        Some(results) => results,\n        None => crate::no_result(),\n    }}\n}}\n"
    )
}

/// The type of the result of a model of a sliding window, and the whole window.
fn sliding(generated: &str) -> Option<(String, Input)> {
    let window = between(generated, "pub fn run(&mut self, window: &", " {")?;
    let (window, result) = window.split_once(") -> ")?;
    Some((result.to_owned(), array(window)?))
}

/// The functions that give the inputs' places, with what they give.
fn places(generated: &str) -> impl Iterator<Item = (&str, Input)> {
    generated.lines().filter_map(|line| {
        let (name, rest) = line.trim_start().strip_prefix("pub fn ")?.split_once("(&mut self) -> &mut ")?;
        name.ends_with("_mut").then_some((name, array(rest.strip_suffix(" {")?)?))
    })
}

/// What `[i8; 490]` says.
fn array(ty: &str) -> Option<Input> {
    let (element, elements) = ty.strip_prefix('[')?.strip_suffix(']')?.split_once("; ")?;
    Some(Input { element: element.to_owned(), elements: elements.parse().ok()? })
}

/// A model that is fed row by row.
struct Fed {
    /// The type of the result.
    result: String,
    /// The type of a row.
    row: String,
    /// The whole input.
    input: Input,
}

/// What `push_row` and `run` of a model that is fed row by row say.
fn fed(generated: &str) -> Option<Fed> {
    let signature = between(generated, "pub fn push_row(&mut self, row: &", "> {")?;
    let (row, result) = signature.split_once(") -> Option<")?;
    let whole = between(generated, "pub fn run(&mut self, input: &", " {")?;
    let input = array(whole.split_once(") -> ")?.0)?;
    Some(Fed { result: result.to_owned(), row: row.to_owned(), input })
}

/// What stands in a line of the text between its begin and its end.
fn between(generated: &str, begin: &str, end: &str) -> Option<String> {
    let inside = |line: &str| Some(line.trim_start().strip_prefix(begin)?.strip_suffix(end)?.to_owned());
    generated.lines().find_map(inside)
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
    use super::{Input, Marks, Module};

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
    rt::conv2d_s8::run::<Conv1, _>(arena);
    rt::softmax_s8::run::<Softmax2, _>(arena);
}
struct Conv10x4;
/// conv2d · 320,000 MACs
struct Conv1;
";

    #[test]
    fn constants_layers_and_ports_are_found() {
        let module = Module::adapt(GENERATED, Marks::Layers).unwrap();
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
        let module = Module::adapt(GENERATED, Marks::None).unwrap();
        assert!(module.text.starts_with(&code.join("\n")));
        assert!(!module.text.contains("mark!"));
    }

    #[test]
    fn several_ports_are_all_given_and_read() {
        let generated = GENERATED
            .replace("fn input_mut", "fn audio_mut(&mut self) -> &mut [i8; 4] {\n    }\n    pub fn state_mut")
            .replace("-> &[i8; 12] {", "-> Outputs<'_> {")
            + "pub struct Outputs<'a> {\n    /// Words.\n    pub a: &'a [i8; 2],\n    pub b: &'a [f32; 3],\n}\n";
        let module = Module::adapt(&generated, Marks::None).unwrap();
        assert!(module.text.contains("model.audio_mut()"));
        assert!(module.text.contains("model.state_mut()"));
        assert!(
            module.text.contains("each(crate::bytes(results.a));\n    each(crate::bytes(results.b));\n}")
        );
        assert!(module.text.contains("type Results<'a> = Outputs<'a>;"));
    }

    #[test]
    fn a_model_that_is_fed_by_rows_gets_all_of_them() {
        let generated = GENERATED
            .replace(
                "input_mut(&mut self) -> &mut [i8; 490]",
                "run(&mut self, input: &[i8; 490]) -> &[i8; 12]",
            )
            .replace(
                "infer(&mut self) -> &[i8; 12]",
                "push_row(&mut self, row: &[i8; 10]) -> Option<&[i8; 12]>",
            );
        let module = Module::adapt(&generated, Marks::None).unwrap();
        assert_eq!(module.inputs, [Input { element: "i8".to_owned(), elements: 490 }]);
        assert!(module.text.contains("type Results<'a> = &'a [i8; 12];"));
        assert!(module.text.contains("type Given = [i8; 490];"));
        assert!(
            module
                .text
                .contains("fn push_row<'m>(model: &'m mut Model, row: &[i8; 10]) -> Option<Results<'m>>")
        );
    }

    #[test]
    fn another_text_is_refused() {
        assert!(Module::adapt("fn main() {}", Marks::None).unwrap_err().contains("infer"));
    }
}
