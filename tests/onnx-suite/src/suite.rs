//! The tests, from the file that make/collect.py writes.

use std::collections::BTreeMap;
use std::path::Path;

use tinyml_codegen::data;
use tinyml_codegen::ir::Value;

/// A test.
#[derive(Debug, Default)]
pub(crate) struct Test {
    /// The operator that it is about.
    pub(crate) family: String,
    pub(crate) name: String,
    /// The model's file.
    pub(crate) model: Vec<u8>,
    /// For the inputs that can be constants of the file: their number, and the TensorProto that makes them so.
    pub(crate) constants: BTreeMap<usize, Vec<u8>>,
    /// By which part of themselves results may differ because the file has them in a narrower type of float.
    pub(crate) rounding: f32,
    /// The type of a result that cannot be compared.
    pub(crate) foreign: Option<String>,
    /// What it is given and should give back.
    pub(crate) sets: Vec<Set>,
}

/// Inputs and outputs with their numbers; those that the compiler has no type for are missing.
#[derive(Debug, Default)]
pub(crate) struct Set {
    pub(crate) inputs: BTreeMap<usize, Value>,
    pub(crate) outputs: BTreeMap<usize, Value>,
}

/// All tests, sorted by family and name.
pub(crate) fn read(path: &Path) -> Result<Vec<Test>, String> {
    let mut tests: BTreeMap<String, Test> = BTreeMap::new();
    for (name, value) in data::read(path).map_err(|fault| fault.to_string())? {
        let parts: Vec<&str> = name.split('/').collect();
        let [family, name, array] = parts[..] else {
            return Err(format!("`{name}` is not FAMILY/NAME/ARRAY"));
        };
        let test = tests.entry(format!("{family}/{name}")).or_default();
        (test.family, test.name) = (family.to_owned(), name.to_owned());
        test.put(array, value).ok_or_else(|| format!("{name}: the array `{array}` is not understood"))?;
    }
    Ok(tests.into_values().collect())
}

impl Test {
    fn put(&mut self, array: &str, value: Value) -> Option<()> {
        let bytes = |value: &Value| value.as_u8().map(<[u8]>::to_vec);
        if array == "model" {
            self.model = bytes(&value)?;
        } else if array == "foreign" {
            self.foreign = Some(String::from_utf8(bytes(&value)?).ok()?);
        } else if array == "rounding" {
            self.rounding = *value.as_f32()?.first()?;
        } else if let Some(index) = array.strip_prefix("constant") {
            self.constants.insert(index.parse().ok()?, bytes(&value)?);
        } else {
            let (port, set) = array.split_once('_')?;
            let set: usize = set.parse().ok()?;
            if self.sets.len() <= set {
                self.sets.resize_with(set.checked_add(1)?, Set::default);
            }
            let set = self.sets.get_mut(set)?;
            match port.strip_prefix("in") {
                Some(index) => set.inputs.insert(index.parse().ok()?, value),
                None => set.outputs.insert(port.strip_prefix("out")?.parse().ok()?, value),
            };
        }
        Some(())
    }
}
