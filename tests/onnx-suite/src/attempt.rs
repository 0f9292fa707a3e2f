//! Compiles a test as it is or, where it is refused so, with as few of its operands as possible as constants.

use std::path::PathBuf;

use tinyml_codegen::config::{Options, PortLayout, Precision};
use tinyml_codegen::diagnostic::Diagnostics;
use tinyml_codegen::module::{self, Module};
use tinyml_codegen::source::Source;
use tinyml_codegen::target::Core;

use crate::reason;
use crate::suite::Test;

/// What became of a test.
pub(crate) enum Attempt {
    /// It compiles if these inputs are constants.
    Compiled {
        /// The module.
        module: Box<Module>,
        /// Numbers of the inputs.
        constants: Vec<usize>,
    },
    /// It does not, and why it does not as it is.
    Refused(String),
}

/// Inputs of which all sets are tried; with more, all but the first are constants.
const MOST_INPUTS: usize = 6;

/// Compiles a test, if its results can be compared.
pub(crate) fn compile(test: &Test) -> Attempt {
    if let Some(kind) = &test.foreign {
        return Attempt::Refused(format!("type: {kind}"));
    }
    let faults = match attempt(test, &[]) {
        Ok(module) => return Attempt::Compiled { module: Box::new(module), constants: Vec::new() },
        Err(faults) => faults,
    };
    for constants in choices(test) {
        if let Ok(module) = attempt(test, &constants) {
            return Attempt::Compiled { module: Box::new(module), constants };
        }
    }
    Attempt::Refused(reason::of(&faults))
}

fn attempt(test: &Test, constants: &[usize]) -> Result<Module, Diagnostics> {
    let options = Options {
        core: Some(Core::Portable),
        precision: Precision::F32,
        layout: PortLayout::File,
        ..Options::default()
    };
    let path = PathBuf::from(format!("{}.onnx", test.name));
    let source = Source { path, bytes: with_constants(test, constants) };
    module::compile(&source, &options, &module::default_runtime())
}

/// The sets of inputs that are tried as constants: the smallest first, then those of the last operands; one input is always computed.
fn choices(test: &Test) -> Vec<Vec<usize>> {
    let inputs: Vec<usize> = test.constants.keys().copied().collect();
    let count = test.sets.first().map_or(0, |set| set.inputs.len().max(inputs.len()));
    if inputs.len() > MOST_INPUTS {
        return vec![inputs[1..].to_vec()];
    }
    let mut all: Vec<Vec<usize>> = (1u32..1 << inputs.len())
        .map(|set| (0..inputs.len()).filter(|bit| set >> bit & 1 == 1).map(|bit| inputs[bit]).collect())
        .filter(|chosen: &Vec<usize>| chosen.len() < count)
        .collect();
    all.sort_by_key(|chosen| (chosen.len(), std::cmp::Reverse(chosen.clone())));
    all
}

/// The model's file with some inputs as initializers: the input keeps its declaration, which a value in the file makes a default.
///
/// A protobuf message that occurs twice is merged, so they can simply be appended: as the field `graph` of the model with the
/// field `initializer`.
fn with_constants(test: &Test, constants: &[usize]) -> Vec<u8> {
    let mut file = test.model.clone();
    for constant in constants.iter().filter_map(|index| test.constants.get(index)) {
        let graph = field(5, constant);
        file.extend(field(7, &graph));
    }
    file
}

/// A field that holds a message.
fn field(number: u8, message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = message.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(message);
    bytes
}

#[cfg(test)]
mod test {
    use super::{choices, field};
    use crate::suite::{Set, Test};
    use tinyml_codegen::ir::Value;

    #[test]
    fn fields_have_a_tag_and_a_length() {
        assert_eq!(field(7, &[1, 2]), [0x3a, 2, 1, 2]);
        assert_eq!(field(5, &[0; 300])[..3], [0x2a, 0xac, 2]);
    }

    #[test]
    fn the_last_operands_become_constants_first() {
        let mut test = Test { sets: vec![Set::default()], ..Test::default() };
        for index in 0..3 {
            test.constants.insert(index, Vec::new());
            test.sets[0].inputs.insert(index, Value::f32([1], vec![0.0]).unwrap());
        }
        assert_eq!(choices(&test), [vec![2], vec![1], vec![0], vec![1, 2], vec![0, 2], vec![0, 1]]);
    }
}
