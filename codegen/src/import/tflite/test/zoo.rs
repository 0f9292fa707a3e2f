//! Models that real converters wrote, where there are any: the files `*.tflite` in the folder that the environment variable
//! `TINYML_MODEL_ZOO` names.

use std::io::Write;
use std::path::PathBuf;

use super::super::options::{Conv2dOptions, DepthwiseConv2dOptions, FullyConnectedOptions, Pool2dOptions};
use super::super::schema::{BuiltinOperator, Operator, Subgraph, TensorType};
use super::robustness::{Random, mutate, read_all};
use super::sample::{read, tensors};

/// The files of the zoo, in order; `None` and a line on the terminal if there is no zoo.
fn zoo(test: &str) -> Option<Vec<(PathBuf, Vec<u8>)>> {
    let Some(folder) = std::env::var_os("TINYML_MODEL_ZOO") else {
        // Past the test harness, which captures what `eprintln!` writes.
        let line = format!("SKIPPED {test}: TINYML_MODEL_ZOO names no folder of .tflite files\n");
        std::io::stderr().write_all(line.as_bytes()).expect("standard error is open");
        return None;
    };
    let entries = std::fs::read_dir(&folder).expect("TINYML_MODEL_ZOO must name a folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    paths.sort();
    assert!(!paths.is_empty(), "no .tflite file in {}", folder.display());
    Some(
        paths.into_iter().map(|path| (path.clone(), std::fs::read(path).expect("a readable file"))).collect(),
    )
}

/// What must hold between the options and the shapes of any valid model: CONV_2D and the like have weights whose channels are
/// the output's, and output sizes follow from input, stride and padding.
fn check(graph: &Subgraph<'_>, operator: &Operator<'_>) {
    let tensors = tensors(graph);
    let shape = |index: Option<usize>| tensors[index.expect("an operand")].shape.clone();
    let output = shape(operator.outputs.first().copied());
    let place = operator.path();
    let channels = |count: i32| assert_eq!(Some(&count), output.last(), "{place}");
    match operator.builtin {
        BuiltinOperator::CONV_2D => {
            let options = Conv2dOptions::read(operator).expect("options");
            let (input, weights) = (shape(operator.inputs[0]), shape(operator.inputs[1]));
            channels(weights[0]);
            let window = [(weights[1], options.dilation_h), (weights[2], options.dilation_w)];
            spatial(&input, &output, options.padding, window, [options.stride_h, options.stride_w], &place);
        }
        BuiltinOperator::DEPTHWISE_CONV_2D => {
            let options = DepthwiseConv2dOptions::read(operator).expect("options");
            let (input, weights) = (shape(operator.inputs[0]), shape(operator.inputs[1]));
            channels(weights[3]);
            channels(input[3] * options.depth_multiplier);
            let window = [(weights[1], options.dilation_h), (weights[2], options.dilation_w)];
            spatial(&input, &output, options.padding, window, [options.stride_h, options.stride_w], &place);
        }
        BuiltinOperator::FULLY_CONNECTED => {
            FullyConnectedOptions::read(operator).expect("options");
            channels(shape(operator.inputs[1])[0]);
        }
        BuiltinOperator::AVERAGE_POOL_2D | BuiltinOperator::MAX_POOL_2D => {
            let options = Pool2dOptions::read(operator).expect("options");
            let window = [(options.filter_h as i32, 1), (options.filter_w as i32, 1)];
            let input = shape(operator.inputs[0]);
            spatial(&input, &output, options.padding, window, [options.stride_h, options.stride_w], &place);
        }
        builtin => assert!(builtin.name().is_some(), "{place}: {builtin}"),
    }
}

fn spatial(
    input: &[i32],
    output: &[i32],
    padding: super::super::options::Padding,
    window: [(i32, usize); 2],
    stride: [usize; 2],
    place: &str,
) {
    for axis in 0..2 {
        let (size, step) = (input[axis + 1], stride[axis] as i32);
        let reach = (window[axis].0 - 1) * window[axis].1 as i32 + 1;
        let expected = match padding {
            super::super::options::Padding::Same => (size + step - 1) / step,
            super::super::options::Padding::Valid => (size - reach + step) / step,
        };
        assert_eq!(output[axis + 1], expected, "{place}, axis {axis}");
    }
}

#[test]
fn models_of_real_converters_are_read() {
    for (path, file) in zoo("models_of_real_converters_are_read").into_iter().flatten() {
        let graph = read(&file).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let tensors = tensors(&graph);
        assert!(!graph.operators.is_empty() && !graph.inputs.is_empty() && !graph.outputs.is_empty());
        graph.operators.iter().for_each(|operator| check(&graph, operator));
        let constants = tensors.iter().filter(|tensor| tensor.is_constant()).count();
        assert!(constants > 0, "{}: weights are constants", path.display());
        for tensor in tensors.iter().filter(|tensor| tensor.dtype == TensorType::Int8) {
            assert!(tensor.quantization.is_some(), "{}: {}", path.display(), tensor.name);
        }
    }
}

#[test]
fn damaged_models_of_real_converters_get_an_answer() {
    let mut random = Random(7);
    for (path, file) in zoo("damaged_models_of_real_converters_get_an_answer").into_iter().flatten() {
        assert_eq!(read_all(&file), Ok(()), "{}", path.display());
        let mut refused = 0;
        for _ in 0..100 {
            refused += usize::from(read_all(&file[..random.below(file.len())]).is_err());
        }
        assert!(refused > 95, "{}: {refused} of 100 truncated files were refused", path.display());
        // What is not weights is mostly in the first and last 16 kB.
        let edge = file.len().min(16 << 10);
        let mut copy = file.clone();
        for round in 0..100 {
            let start = if round % 2 == 0 { 0 } else { file.len() - edge };
            mutate(&mut copy[start..start + edge], &mut random);
            let _ = read_all(&copy);
            copy[start..start + edge].copy_from_slice(&file[start..start + edge]);
        }
    }
}
