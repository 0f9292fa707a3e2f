//! Which models: the golden cases, the zoo's, and the keyword spotter of the examples.

use std::env;
use std::path::PathBuf;

use tinyml_codegen::config::{Options, SliceLimit};
use tinyml_codegen::data;
use tinyml_codegen::ir::Value;

use crate::case::{self, Case, Compare, Vector};
use crate::compiled::Prepared;
use crate::manifest::Extent;
use crate::repository;

/// A model with vectors.
pub(crate) struct Subject {
    /// The model.
    pub(crate) case: Case,
    /// Inputs, with goldens if there are any.
    pub(crate) vectors: Vec<Vector>,
}

/// Recordings that the keyword spotter hears.
const CLIPS: usize = 8;

/// Networks, and what runs by rows: these are in every sample.
const ALWAYS: [&str; 6] = ["mlperf-", "net-", "rows-", "zoo-", "kws", SLICED];

/// What the name of a case begins with that is carried out in slices.
pub(crate) const SLICED: &str = "sliced-";

/// The cases that are also carried out in slices of so many cycles, or as short as they can be.
const IN_SLICES: [(&str, u64); 11] = [
    ("mlperf-ad-shaped", 100_000),
    ("mlperf-ic-shaped", 100_000),
    ("mlperf-kws-shaped", 100_000),
    ("mlperf-vww-shaped", 100_000),
    ("net-outputs", 1),
    ("net-passed-through", 1),
    ("net-residual", 1),
    ("onnx-state-convolutions-int8", 1),
    ("onnx-state-integers", 1),
    ("onnx-outputs-uint8", 1),
    ("rows-ram-residual", 1),
];

/// In a sample, one of so many of the other cases.
const STEP: usize = 5;

/// All subjects whose name contains one of the filters.
///
/// # Errors
/// A case's files are missing or wrong.
pub(crate) fn subjects(filters: &[String]) -> Result<Vec<Subject>, String> {
    let wanted = |name: &str| wanted(filters, name);
    let zoo = env::var_os(case::ZOO_VARIABLE).map(PathBuf::from);
    let cases = case::discover(&repository().join("tests/cases"), zoo.as_deref())?;
    let sliced = cases.iter().filter_map(|case| {
        let (_, cycles) = IN_SLICES.iter().find(|(name, _)| *name == case.name)?;
        let options = Options { slice: Some(SliceLimit::Cycles(*cycles)), ..case.options.clone() };
        Some(Case { name: format!("{SLICED}{}", case.name), options, ..case.clone() })
    });
    let sliced: Vec<Case> = sliced.collect();
    let mut subjects = cases
        .into_iter()
        .chain(sliced)
        .filter(|case| wanted(&case.name))
        .map(|case| Ok(Subject { vectors: case.vectors()?, case }))
        .collect::<Result<Vec<_>, String>>()?;
    if cfg!(feature = "onnx") && wanted("kws") {
        subjects.push(keyword_spotter()?);
    }
    for subject in &mut subjects {
        // Run at the end again, when other vectors have left their data in the arena.
        subject.vectors.extend(subject.vectors.first().cloned());
    }
    Ok(subjects)
}

/// Whether a case with this name is asked for.
pub(crate) fn wanted(filters: &[String], name: &str) -> bool {
    filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
}

/// Those of a build.
pub(crate) fn chosen(prepared: &[Prepared], extent: Extent) -> Vec<&Prepared> {
    let always = |name: &str| ALWAYS.iter().any(|prefix| name.starts_with(prefix));
    let mut others = 0;
    let choose = |case: &&Prepared| match extent {
        Extent::All => true,
        Extent::None => false,
        Extent::Sample if always(&case.name) => true,
        Extent::Sample => {
            others += 1;
            others % STEP == 1
        }
    };
    prepared.iter().filter(choose).collect()
}

/// `examples/models/kws.onnx`, quantised as the examples do it. What its outputs should be, the interpreter says.
fn keyword_spotter() -> Result<Subject, String> {
    let folder = repository().join("examples/models");
    let mut options = Options::default();
    options
        .set("calibration", &folder.join("kws.calibration.npz").display().to_string())
        .map_err(|fault| fault.to_string())?;
    let golden = folder.join("kws/clips.npz");
    let clips = data::read(&golden).map_err(|fault| fault.to_string())?;
    let features = clips.into_iter().find(|(name, _)| name == "features").map(|(_, value)| value);
    let features = features.ok_or_else(|| format!("{}: there are no features", golden.display()))?;
    let [count, shape @ ..] = features.shape().dims() else {
        return Err(format!("{}: features without a dimension", golden.display()));
    };
    let length: usize = shape.iter().product();
    let clip = |index: usize| {
        let elements: Vec<_> = (index * length..(index + 1) * length).collect();
        let mut dims = vec![1];
        dims.extend(&shape[1..]);
        features.pick(dims, &elements)
    };
    let inputs: Option<Vec<Value>> = (0..CLIPS.min(*count)).map(clip).collect();
    let inputs = inputs.ok_or_else(|| format!("{}: not one shape", golden.display()))?;
    Ok(Subject {
        case: Case {
            name: "kws".to_owned(),
            model: folder.join("kws.onnx"),
            golden,
            prefix: String::new(),
            options,
            resets: None,
            compare: Compare::default(),
        },
        vectors: inputs
            .into_iter()
            .map(|input| Vector { inputs: vec![input], outputs: Vec::new() })
            .collect(),
    })
}
