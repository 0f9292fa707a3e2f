//! The options of a compilation: the same names and values in the macro, the builder and the command line.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Place};
use crate::ir::Reference;
use crate::target::Core;

/// Arithmetic of a float model's generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Precision {
    /// As the model file has it: a quantised model in integers; a float model is quantised to int8 with calibration data.
    #[default]
    Int8,
    /// Floating point throughout.
    F32,
}

/// What the generated code is to be best at, where that is a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Optimise {
    /// As fast as a moderate amount of code allows.
    #[default]
    Balanced,
    /// As fast as possible: more unrolling, more specialised kernels.
    Speed,
    /// Little flash: kernels are shared between layers rather than specialised.
    Size,
    /// Little RAM: large tensors are streamed by rows, even if that costs time.
    Ram,
}

impl Optimise {
    /// The name in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Optimise::Balanced => "balanced",
            Optimise::Speed => "speed",
            Optimise::Size => "size",
            Optimise::Ram => "ram",
        }
    }
}

/// How the caller gives the model its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Input {
    /// All of it at once.
    #[default]
    Whole,
    /// Row by row: the image is never whole in RAM.
    Rows,
    /// The new rows of a window over time, which slides: what was computed of the others is kept.
    Stream,
}

/// The order in which the caller gives and takes the axes of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PortLayout {
    /// Channels last, as the generated code computes: nothing is copied.
    #[default]
    ChannelsLast,
    /// As the model file has them, at the cost of a copy.
    File,
}

/// How long a slice of an inference may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceLimit {
    /// Predicted cycles.
    Cycles(u64),
    /// Nanoseconds at the clock of the board.
    Time(u64),
}

/// Units of time that the option `slice` takes, the longest first, with their nanoseconds.
const TIMES: [(&str, u64); 3] = [("ms", 1_000_000), ("us", 1_000), ("ns", 1)];

impl SliceLimit {
    /// From `100_000` or `2ms`; none for nothing, and for less than a cycle or a nanosecond.
    fn parse(text: &str) -> Option<SliceLimit> {
        let Some((number, unit)) =
            TIMES.iter().find_map(|&(name, unit)| Some((text.strip_suffix(name)?, unit)))
        else {
            let cycles = text.replace('_', "").parse().ok()?;
            return (cycles > 0).then_some(SliceLimit::Cycles(cycles));
        };
        let (whole, part) = number.trim_end().split_once('.').unwrap_or((number.trim_end(), "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let whole = whole.replace('_', "");
        if !is_number(&whole) || !is_number(part) || part.len() > 9 {
            return None;
        }
        let part = part.parse::<u64>().ok()? * unit / 10u64.pow(part.len() as u32);
        let time = whole.parse::<u64>().ok()?.checked_mul(unit)?.checked_add(part)?;
        (time > 0).then_some(SliceLimit::Time(time))
    }

    /// As the option is written.
    fn describe(self) -> String {
        match self {
            SliceLimit::Cycles(cycles) => cycles.to_string(),
            SliceLimit::Time(time) => {
                let exact = TIMES.iter().find(|(_, unit)| time.is_multiple_of(*unit));
                exact.map_or_else(String::new, |(name, unit)| format!("{}{name}", time / unit))
            }
        }
    }
}

/// How activation ranges are found from calibration data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Calibrator {
    /// Smallest and largest value.
    MinMax,
    /// The range that holds 99.99 % of the values.
    Percentile,
    /// The range with the least mean squared quantisation error.
    #[default]
    Mse,
    /// The range whose quantised distribution loses the least information (Kullback-Leibler divergence).
    Entropy,
}

/// What a user may choose. `Options::default()` is what `include_model!` does without options.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Name of the generated module; the file's stem if none.
    pub name: Option<String>,
    /// The board that the model must fit (a name that `tinyml boards` lists, or the path of a profile).
    pub board: Option<String>,
    /// The one core family to generate for; none: a variant for each family.
    pub core: Option<Core>,
    /// Calibration data (`.npz`, `.npy` or `.csv`) of a float model.
    pub calibration: Option<PathBuf>,
    /// How activation ranges are found from it.
    pub calibrator: Calibrator,
    /// Whether the mean shift that weight rounding causes is taken out through the biases.
    pub bias_correction: bool,
    /// Whether channel ranges are balanced between neighbouring layers before quantising.
    pub equalise: bool,
    /// Arithmetic of the generated code.
    pub precision: Precision,
    /// What the generated code is to be best at.
    pub optimise: Optimise,
    /// How the caller gives the model its input.
    pub input: Input,
    /// Rows by which a window slides with each step, for [`Input::Stream`]; none: the least that the model's strides allow.
    pub step: Option<usize>,
    /// How long a slice of an inference may take at most; none: a slice is a layer, or a turn of a chain that runs by rows.
    pub slice: Option<SliceLimit>,
    /// The order in which the caller gives and takes the axes of an ONNX model's images. TFLite files have channels last anyway.
    pub layout: PortLayout,
    /// Whose integer arithmetic a TFLite model follows.
    pub reference: Reference,
    /// Extents for inputs that the file leaves open: `(input name, extents in the file's order)`; an empty name is any input.
    pub input_shapes: Vec<(String, Vec<usize>)>,
    /// Inputs and outputs that are one state of the model: `(input name, output name)`. If there are none, those that the file names: the
    /// entry `state` of an ONNX file's `metadata_props`, written as this option.
    pub state: Vec<(String, String)>,
    /// The record of an evaluation (`tinyml evaluate --record`) that must be of this build, and within its limits.
    pub accept: Option<PathBuf>,
    /// Whether code for one core family comes with the scalar kernels, which are taken where the crate is built for a host: for `cargo test`. Macro
    /// and builder always ask for it.
    pub host_tests: bool,
    /// RAM that the rest of the firmware needs, in bytes.
    pub reserve_ram: usize,
    /// Flash that the rest of the firmware needs, in bytes.
    pub reserve_flash: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            name: None,
            board: None,
            core: None,
            calibration: None,
            calibrator: Calibrator::default(),
            bias_correction: true,
            equalise: false,
            precision: Precision::default(),
            optimise: Optimise::default(),
            input: Input::default(),
            step: None,
            slice: None,
            layout: PortLayout::default(),
            reference: Reference::default(),
            input_shapes: Vec::new(),
            state: Vec::new(),
            accept: None,
            host_tests: false,
            reserve_ram: 0,
            reserve_flash: 0,
        }
    }
}

/// How an option is written.
struct OptionSpec {
    name: &'static str,
    values: &'static str,
    get: fn(&Options) -> String,
    set: fn(&mut Options, &str) -> Option<()>,
}

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "board",
        values: "a board that `tinyml boards` lists",
        get: |options| options.board.clone().unwrap_or_default(),
        set: |options, value| {
            options.board = Some(value.to_owned());
            Some(())
        },
    },
    OptionSpec {
        name: "core",
        values: "portable, armv6m, armv7m, armv7em, armv8m, armv81m, riscv32, or a core such as cortex-m4",
        get: |options| options.core.map_or(String::new(), |core| core.name().to_owned()),
        set: |options, value| {
            options.core = Some(Core::from_name(value)?);
            Some(())
        },
    },
    OptionSpec {
        name: "calibration",
        values: "the path of an .npz, .npy or .csv file",
        get: |options| file_name(options.calibration.as_deref()),
        set: |options, value| {
            options.calibration = Some(PathBuf::from(value));
            Some(())
        },
    },
    OptionSpec {
        name: "calibrator",
        values: "min-max, percentile, mse, entropy",
        get: |options| match options.calibrator {
            Calibrator::MinMax => "min-max".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        },
        set: |options, value| {
            options.calibrator = match value {
                "min-max" => Calibrator::MinMax,
                "percentile" => Calibrator::Percentile,
                "mse" => Calibrator::Mse,
                "entropy" => Calibrator::Entropy,
                _ => return None,
            };
            Some(())
        },
    },
    OptionSpec {
        name: "bias_correction",
        values: "true, false",
        get: |options| options.bias_correction.to_string(),
        set: |options, value| {
            options.bias_correction = value.parse().ok()?;
            Some(())
        },
    },
    OptionSpec {
        name: "equalise",
        values: "true, false",
        get: |options| options.equalise.to_string(),
        set: |options, value| {
            options.equalise = value.parse().ok()?;
            Some(())
        },
    },
    OptionSpec {
        name: "precision",
        values: "int8, f32",
        get: |options| format!("{:?}", options.precision).to_lowercase(),
        set: |options, value| {
            options.precision = match value {
                "int8" => Precision::Int8,
                "f32" => Precision::F32,
                _ => return None,
            };
            Some(())
        },
    },
    OptionSpec {
        name: "optimise",
        values: "balanced, speed, size, ram",
        get: |options| options.optimise.name().to_owned(),
        set: |options, value| {
            options.optimise = match value {
                "balanced" => Optimise::Balanced,
                "speed" => Optimise::Speed,
                "size" => Optimise::Size,
                "ram" => Optimise::Ram,
                _ => return None,
            };
            Some(())
        },
    },
    OptionSpec {
        name: "input",
        values: "whole, rows, stream",
        get: |options| format!("{:?}", options.input).to_lowercase(),
        set: |options, value| {
            options.input = match value {
                "whole" => Input::Whole,
                "rows" => Input::Rows,
                "stream" => Input::Stream,
                _ => return None,
            };
            Some(())
        },
    },
    OptionSpec {
        name: "step",
        values: "a number of rows, for `input = \"stream\"`",
        get: |options| options.step.map_or(String::new(), |step| step.to_string()),
        set: |options, value| {
            options.step = Some(value.replace('_', "").parse().ok().filter(|&step| step > 0)?);
            Some(())
        },
    },
    OptionSpec {
        name: "slice",
        values: "cycles such as 100_000, or with a board a time such as 2ms or 500us",
        get: |options| options.slice.map_or_else(String::new, SliceLimit::describe),
        set: |options, value| {
            options.slice = Some(SliceLimit::parse(value)?);
            Some(())
        },
    },
    OptionSpec {
        name: "layout",
        values: "channels-last, file",
        get: |options| match options.layout {
            PortLayout::ChannelsLast => "channels-last".to_owned(),
            PortLayout::File => "file".to_owned(),
        },
        set: |options, value| {
            options.layout = match value {
                "channels-last" => PortLayout::ChannelsLast,
                "file" => PortLayout::File,
                _ => return None,
            };
            Some(())
        },
    },
    OptionSpec {
        name: "reference",
        values: "tflm, litert",
        get: |options| options.reference.name().to_owned(),
        set: |options, value| {
            let reference = Reference::from_name(value).filter(|&reference| reference != Reference::Onnx)?;
            options.reference = reference;
            Some(())
        },
    },
    OptionSpec {
        name: "input_shape",
        values: "extents such as 1x3x96x96, or NAME=1x3x96x96; several separated by commas",
        get: |options| describe_shapes(&options.input_shapes),
        set: |options, value| {
            for part in value.split(',') {
                let (name, extents) = part.split_once('=').unwrap_or(("", part));
                let extents = extents.trim().split('x').map(|dim| dim.parse().ok()).collect::<Option<_>>()?;
                options.input_shapes.push((name.trim().to_owned(), extents));
            }
            Some(())
        },
    },
    OptionSpec {
        name: "state",
        values: "INPUT=OUTPUT; several separated by commas (in a name, these two signs behind a backslash)",
        get: |options| describe_states(&options.state),
        set: |options, value| {
            options.state.extend(pairs_of_ports(value)?);
            Some(())
        },
    },
    OptionSpec {
        name: "accept",
        values: "the path of a record that `tinyml evaluate --record` wrote",
        get: |options| file_name(options.accept.as_deref()),
        set: |options, value| {
            options.accept = Some(PathBuf::from(value));
            Some(())
        },
    },
    OptionSpec {
        name: "reserve_ram",
        values: "a number of bytes, such as 16_384 or 16k",
        get: |options| options.reserve_ram.to_string(),
        set: |options, value| {
            options.reserve_ram = parse_bytes(value)?;
            Some(())
        },
    },
    OptionSpec {
        name: "reserve_flash",
        values: "a number of bytes, such as 16_384 or 16k",
        get: |options| options.reserve_flash.to_string(),
        set: |options, value| {
            options.reserve_flash = parse_bytes(value)?;
            Some(())
        },
    },
];

fn file_name(path: Option<&Path>) -> String {
    path.and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
}

fn describe_shapes(shapes: &[(String, Vec<usize>)]) -> String {
    let shape = |(name, dims): &(String, Vec<usize>)| {
        let dims: Vec<_> = dims.iter().map(usize::to_string).collect();
        if name.is_empty() { dims.join("x") } else { format!("{name}={}", dims.join("x")) }
    };
    shapes.iter().map(shape).collect::<Vec<_>>().join(",")
}

fn describe_states(states: &[(String, String)]) -> String {
    let pairs: Vec<_> = states.iter().map(|(input, output)| pair_of_ports(input, output)).collect();
    pairs.join(",")
}

/// An input and an output as the option `state` has them: `h_in=h_out`, with a backslash before these signs in a name.
pub fn pair_of_ports(input: &str, output: &str) -> String {
    let escaped = |name: &str| name.replace('\\', "\\\\").replace('=', "\\=").replace(',', "\\,");
    format!("{}={}", escaped(input), escaped(output))
}

/// The pairs of a text such as `h_in=h_out,c_in=c_out`; none if it has other parts. A backslash before `=`, `,` and itself makes them part
/// of a name.
pub(crate) fn pairs_of_ports(text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut names = vec![String::new()];
    let mut signs = text.chars().peekable();
    loop {
        match signs.next() {
            Some('\\') if signs.peek().is_some_and(|sign| "=,\\".contains(*sign)) => {
                names.last_mut()?.extend(signs.next());
            }
            Some('=') => names.push(String::new()),
            sign @ (Some(',') | None) => {
                let [input, output] = names.as_slice() else { return None };
                let (input, output) = (input.trim(), output.trim());
                if input.is_empty() || output.is_empty() {
                    return None;
                }
                pairs.push((input.to_owned(), output.to_owned()));
                names = vec![String::new()];
                if sign.is_none() {
                    return Some(pairs);
                }
            }
            Some(sign) => names.last_mut()?.push(sign),
        }
    }
}

/// A number of bytes; `k` and `M` behind it are 1,024 and 1,048,576 of them.
fn parse_bytes(value: &str) -> Option<usize> {
    let number = value.trim_end_matches(['k', 'K', 'm', 'M']);
    let unit = match &value[number.len()..] {
        "" => 1,
        "k" | "K" => 1 << 10,
        "m" | "M" => 1 << 20,
        _ => return None,
    };
    number.replace('_', "").parse::<usize>().ok()?.checked_mul(unit)
}

/// Options that are written in two ways.
const SPELLINGS: [(&str, &str); 2] = [("optimize", "optimise"), ("equalize", "equalise")];

/// The word that was probably meant: the most similar one, if it is similar at all.
fn meant<'a>(given: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const SIMILAR: f64 = 0.88;
    let similarity = |word: &'a str| (strsim::jaro_winkler(given, word), word);
    let best = words.map(similarity).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= SIMILAR).then_some(best.1)
}

impl Options {
    /// Sets the option `name` from its text. Errors say which options or values there are.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Diagnostic> {
        let known = SPELLINGS.iter().find(|(spelling, _)| *spelling == name).map_or(name, |(_, known)| known);
        let Some(option) = OPTIONS.iter().find(|option| option.name == known) else {
            let known: Vec<_> = OPTIONS.iter().map(|option| option.name).collect();
            let meant = meant(name, known.iter().copied());
            let hint = meant.map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
            return Err(Diagnostic::error(format!("unknown option `{name}`"))
                .at(Place::option(name))
                .help(format!("{hint}the options are: {}", known.join(", "))));
        };
        (option.set)(self, value).ok_or_else(|| {
            let words = option.values.split([',', ' ']).filter(|word| !word.is_empty());
            let hint =
                meant(value, words).map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
            Diagnostic::error(format!("`{value}` is not a value of `{name}`"))
                .at(Place::option(name))
                .help(format!("{hint}allowed: {}", option.values))
        })
    }

    /// The options that differ from the defaults, as `name = value`; paths by their file name only, so that the result does not
    /// depend on where it is generated.
    pub fn describe(&self) -> String {
        let default = Options::default();
        let set = OPTIONS.iter().filter(|option| (option.get)(self) != (option.get)(&default));
        let words: Vec<_> = set.map(|option| format!("{} = {}", option.name, (option.get)(self))).collect();
        if words.is_empty() { "none".to_owned() } else { words.join(", ") }
    }

    /// As [`describe`](Self::describe), of the options alone that the model's answers depend on; the calibration data is to be told by its contents.
    pub fn describe_answers(&self) -> String {
        let answers = Options {
            calibrator: self.calibrator,
            bias_correction: self.bias_correction,
            equalise: self.equalise,
            precision: self.precision,
            layout: self.layout,
            reference: self.reference,
            input_shapes: self.input_shapes.clone(),
            state: self.state.clone(),
            ..Options::default()
        };
        answers.describe()
    }

    /// The names of all options.
    pub fn names() -> impl Iterator<Item = &'static str> {
        OPTIONS.iter().map(|option| option.name)
    }

    /// The options of the macro that hold a path.
    pub fn is_path(name: &str, value: &str) -> bool {
        name == "calibration" || name == "accept" || (name == "board" && value.ends_with(".toml"))
    }
}

#[cfg(test)]
mod test {
    use super::*;

    fn set(name: &str, value: &str) -> Result<Options, String> {
        let mut options = Options::default();
        options.set(name, value).map(|()| options).map_err(|fault| fault.to_string())
    }

    #[test]
    fn bytes_may_have_a_unit() {
        let bytes = |value| set("reserve_ram", value).map(|options| options.reserve_ram);
        assert_eq!(bytes("16_384"), Ok(16_384));
        assert_eq!(bytes("64k"), Ok(65_536));
        assert_eq!(bytes("1M"), Ok(1 << 20));
        for wrong in ["", "k", "64kk", "64kM", "-1", "1.5k", "99999999999999999999", "18446744073709551615k"]
        {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn slices_are_cycles_or_a_time() {
        let slice = |value| set("slice", value).map(|options| options.slice);
        assert_eq!(slice("100_000"), Ok(Some(SliceLimit::Cycles(100_000))));
        assert_eq!(slice("2ms"), Ok(Some(SliceLimit::Time(2_000_000))));
        assert_eq!(slice("0.25 ms"), Ok(Some(SliceLimit::Time(250_000))));
        assert_eq!(slice("1_500us"), Ok(Some(SliceLimit::Time(1_500_000))));
        for wrong in [
            "",
            "0",
            "ms",
            "0ms",
            "2s",
            "-1",
            "1.ms",
            ".5ms",
            "1.0000000001ms",
            "2 m",
            "1e5",
            "99999999999999999999ms",
        ] {
            assert!(slice(wrong).is_err(), "{wrong}");
        }
        let words = |value| set("slice", value).map(|options| options.describe());
        assert_eq!(words("0.25ms"), Ok("slice = 250us".to_owned()));
        assert_eq!(words("100_000"), Ok("slice = 100000".to_owned()));
    }

    #[test]
    fn both_spellings_are_understood() {
        assert_eq!(set("optimize", "ram"), set("optimise", "ram"));
        assert_eq!(set("equalize", "true"), set("equalise", "true"));
    }

    #[test]
    fn what_was_probably_meant_is_asked() {
        let asks = |name, value, word: &str| {
            let fault = set(name, value).unwrap_err();
            assert!(fault.contains(&format!("did you mean `{word}`?")), "{fault}");
        };
        asks("calibraton", "x", "calibration");
        asks("reserve-ram", "1", "reserve_ram");
        asks("optimise", "sped", "speed");
        asks("calibrator", "minmax", "min-max");
        assert!(!set("colour", "red").unwrap_err().contains("mean"));
        assert!(!set("precision", "q31").unwrap_err().contains("mean"));
    }

    #[test]
    fn names_of_ports_may_have_any_sign() {
        let pair = |input: &str, output: &str| (input.to_owned(), output.to_owned());
        assert_eq!(pairs_of_ports(" h = i,a\\b=c"), Some(vec![pair("h", "i"), pair("a\\b", "c")]));
        let names = ["plain", "a=b", "a,b", "a\\", "\\=", "\\\\,", "=", ","];
        for (input, output) in names.iter().flat_map(|input| names.map(|output| (*input, output))) {
            let text = [pair_of_ports(input, output), pair_of_ports(output, input)].join(",");
            assert_eq!(pairs_of_ports(&text), Some(vec![pair(input, output), pair(output, input)]), "{text}");
        }
        for wrong in ["", "h", "=i", "h=", "h=i=j", "h=i,", ",h=i", "h\\=i"] {
            assert_eq!(pairs_of_ports(wrong), None, "{wrong}");
        }
    }
}
