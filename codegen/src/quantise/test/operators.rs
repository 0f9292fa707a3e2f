//! Every operator a float model may have can be quantised, follows the float model, and has a kernel afterwards.

use super::*;
use crate::ops::convolution::conv_transpose2d::ConvTranspose2d;
use crate::ops::elementwise::add::Add;
use crate::ops::elementwise::clamp::Clamp;
use crate::ops::elementwise::hard_sigmoid::HardSigmoid;
use crate::ops::elementwise::hard_swish::HardSwish;
use crate::ops::elementwise::leaky_relu::LeakyRelu;
use crate::ops::elementwise::logistic::Logistic;
use crate::ops::elementwise::mul::Mul;
use crate::ops::elementwise::sub::Sub;
use crate::ops::elementwise::tanh::Tanh;
use crate::ops::matrix::matmul::Matmul;
use crate::ops::movement::concat::Concat;
use crate::ops::movement::pad::Pad;
use crate::ops::movement::reshape::Reshape;
use crate::ops::movement::transpose::Transpose;
use crate::ops::normalisation::log_softmax::LogSoftmax;
use crate::ops::normalisation::softmax::Softmax;
use crate::ops::pooling::average_pool2d::AveragePool2d;
use crate::ops::pooling::max_pool2d::MaxPool2d;
use crate::ops::reduction::mean::Mean;
use crate::ops::sampling::resize_linear::{Coordinates, ResizeLinear};

/// An image → convolution → the operator → its result, and the result through a fully connected layer.
fn check(least_db: f32, between: impl Fn(&mut Net, TensorId) -> TensorId) -> Outcome {
    let mut net = Net::new(7);
    let x = net.input([1, 6, 6, 4]);
    let x = net.conv(x, 8, 3, 1, LINEAR);
    let result = between(&mut net, x);
    let classes = net.dense(result, 5, LINEAR);
    follows(net.finish(&[result, classes]), least_db)
}

/// Quantised, the outputs have at least this ratio, with any calibrator that clips little.
fn follows(float: Graph, least_db: f32) -> Outcome {
    let outcome = quantised(&float, &Options::default());
    outcome.lowered();
    for (ratio, port) in outcome.fresh_snr().into_iter().zip(&float.outputs) {
        let name = &float.tensor(port.tensor).name;
        assert!(ratio >= least_db, "{name}: {ratio} dB");
        assert_eq!(outcome.graph.ty(port.tensor).dtype, DType::I8, "{name}");
    }
    outcome
}

#[test]
fn activations() {
    check(25.0, |net, x| net.apply(Clamp::RELU, &[x]));
    check(25.0, |net, x| net.apply(Clamp::RELU6, &[x]));
    check(25.0, |net, x| net.apply(Clamp { min: -1.0, max: 1.0 }, &[x]));
    check(25.0, |net, x| net.apply(LeakyRelu { alpha: 0.1 }, &[x]));
    check(25.0, |net, x| net.apply(HardSwish {}, &[x]));
    check(25.0, |net, x| net.apply(HardSigmoid { alpha: 0.2, beta: 0.5 }, &[x]));
    check(25.0, |net, x| net.apply(Logistic {}, &[x]));
    check(25.0, |net, x| net.apply(Tanh {}, &[x]));
    check(25.0, |net, x| net.apply(Softmax { beta: 1.0 }, &[x]));
}

#[test]
fn activations_with_prescribed_results() {
    let of = |outcome: &Outcome| outcome.graph.ty(outcome.graph.outputs[0].tensor).per_tensor();
    assert_eq!(of(&check(25.0, |net, x| net.apply(Logistic {}, &[x]))), Some((1.0 / 256.0, -128)));
    assert_eq!(of(&check(25.0, |net, x| net.apply(Tanh {}, &[x]))), Some((1.0 / 128.0, 0)));
    assert_eq!(of(&check(25.0, |net, x| net.apply(Softmax { beta: 1.0 }, &[x]))), Some((1.0 / 256.0, -128)));
}

#[test]
fn pooling_and_means() {
    let (kernel, stride, padding, clamp) = ([2, 2], [2, 2], [0; 4], LINEAR);
    for (padding, count_padding) in [([0; 4], false), ([1; 4], false), ([1; 4], true)] {
        check(25.0, |net, x| {
            net.apply(AveragePool2d { kernel, stride, padding, count_padding, clamp }, &[x])
        });
    }
    check(25.0, |net, x| {
        net.apply(MaxPool2d { kernel, stride, padding, dilation: [1, 1], clamp: RELU }, &[x])
    });
    check(25.0, |net, x| net.apply(Mean { axes: vec![1, 2], keep_dims: false }, &[x]));
    check(25.0, |net, x| net.apply(Mean { axes: vec![2], keep_dims: true }, &[x]));
}

#[test]
fn movements_keep_the_scale() {
    let movements: [fn(&mut Net, TensorId) -> TensorId; 3] = [
        |net, x| net.apply(Reshape { shape: vec![1, 36, 8] }, &[x]),
        |net, x| net.apply(Transpose { perm: vec![0, 3, 1, 2] }, &[x]),
        |net, x| net.apply(Pad { before: vec![0, 1, 0, 0], after: vec![0, 0, 2, 0], value: 0.0 }, &[x]),
    ];
    for movement in movements {
        let outcome = check(25.0, movement);
        let moved = outcome.graph.outputs[0].tensor;
        let node = outcome.graph.node(outcome.graph.producer(moved).expect("it is computed"));
        let operand = node.input(0).expect("one operand");
        assert_eq!(outcome.graph.ty(moved).quant, outcome.graph.ty(operand).quant);
    }
}

#[test]
fn images_of_another_size() {
    // Neighbours are made of the same elements: what those lost adds up in the layer behind.
    let outcome = check(20.0, |net, x| {
        let coordinates = Coordinates::HalfPixel;
        net.apply(ResizeLinear { size: [12, 9], scale: [2.0, 1.5], coordinates, steps: false }, &[x])
    });
    let resized = outcome.graph.outputs[0].tensor;
    let node = outcome.graph.node(outcome.graph.producer(resized).expect("it is computed"));
    let operand = node.input(0).expect("one operand");
    assert_eq!(outcome.graph.ty(resized).quant, outcome.graph.ty(operand).quant);
}

#[test]
fn transposed_convolutions() {
    check(25.0, |net, x| {
        let data = (0..6 * 3 * 3 * 8).map(|i| ((i * 37 % 101) as f32 - 50.0) / 400.0).collect();
        let weights = net.constant("transposed/weights", [6, 3, 3, 8], data);
        let bias = net.constant("transposed/bias", [6], vec![0.1, -0.2, 0.3, 0.0, 0.5, -0.1]);
        let (stride, padding, dilation) = ([2, 2], [1, 1], [1, 1]);
        let op = ConvTranspose2d { size: [12, 11], stride, padding, dilation, groups: 1, clamp: RELU };
        net.apply(op, &[x, weights, bias])
    });
}

#[test]
fn products_of_two_computed_matrices() {
    check(25.0, |net, x| {
        let a = net.apply(Reshape { shape: vec![1, 36, 8] }, &[x]);
        let b = net.conv(x, 8, 1, 1, LINEAR);
        let b = net.apply(Reshape { shape: vec![1, 36, 8] }, &[b]);
        net.apply(Matmul { transpose_a: true, transpose_b: false }, &[a, b])
    });
}

#[test]
fn a_border_beyond_the_operands_range_widens_it() {
    check(25.0, |net, x| {
        let x = net.apply(Logistic {}, &[x]);
        let x = net.apply(HardSigmoid { alpha: 1.0, beta: 0.0 }, &[x]);
        net.apply(Pad { before: vec![0, 1, 1, 0], after: vec![0, 1, 1, 0], value: -2.0 }, &[x])
    });
}

#[test]
fn two_operands_of_different_scales() {
    let with = |op: fn(&mut Net, TensorId, TensorId) -> TensorId| {
        move |net: &mut Net, x: TensorId| {
            let other = net.conv(x, 8, 1, 1, RELU);
            let eight = net.constant("eight", [1], vec![8.0]);
            let other = net.apply(Mul { clamp: LINEAR }, &[other, eight]);
            op(net, x, other)
        }
    };
    check(25.0, with(|net, a, b| net.apply(Add { clamp: RELU }, &[a, b])));
    check(25.0, with(|net, a, b| net.apply(Sub { clamp: LINEAR }, &[a, b])));
    check(25.0, with(|net, a, b| net.apply(Mul { clamp: LINEAR }, &[a, b])));
    check(25.0, with(|net, a, b| net.apply(Concat { axis: 3 }, &[a, b])));
}

#[test]
fn operands_of_a_concatenation_are_computed_on_its_scale() {
    let outcome = check(25.0, |net, x| {
        let a = net.conv(x, 3, 1, 1, RELU);
        let b = net.conv(x, 3, 3, 1, LINEAR);
        let b = net.apply(
            MaxPool2d { kernel: [3, 3], stride: [1, 1], padding: [1; 4], dilation: [1, 1], clamp: LINEAR },
            &[b],
        );
        // This one has a second reader, and keeps its own.
        net.apply(Concat { axis: 3 }, &[a, b, x])
    });
    let concat = outcome.graph.outputs[0].tensor;
    let node = outcome.graph.node(outcome.graph.producer(concat).expect("it is computed"));
    let quant = |id: TensorId| &outcome.graph.ty(id).quant;
    let alike: Vec<bool> = node.operands().map(|id| quant(id) == quant(concat)).collect();
    assert_eq!(alike, [true, true, false]);
}

#[test]
fn prescribed_scales_survive_a_concatenation() {
    check(25.0, |net, x| {
        let a = net.apply(Logistic {}, &[x]);
        let b = net.apply(Tanh {}, &[x]);
        net.apply(Concat { axis: 1 }, &[a, b])
    });
}

#[test]
fn an_operator_without_an_integer_form_stays_in_float() {
    let outcome = check(25.0, |net, x| net.apply(LogSoftmax {}, &[x]));
    let names: Vec<_> = outcome.graph.nodes().map(|(_, node)| node.op.name()).collect();
    assert_eq!(names, ["conv2d", "dequantize", "log_softmax", "quantize", "fully_connected"]);
    let notes: Vec<_> = outcome.result.floating.iter().map(|note| note.place.operator.as_deref()).collect();
    assert_eq!(notes, [Some("log_softmax")]);
}

#[test]
fn operators_in_float_hand_floats_to_each_other() {
    let outcome = check(25.0, |net, x| {
        let x = net.apply(LogSoftmax {}, &[x]);
        net.apply(LogSoftmax {}, &[x])
    });
    let count = |name: &str| outcome.graph.nodes().filter(|(_, node)| node.op.name() == name).count();
    assert_eq!((count("quantize"), count("dequantize")), (1, 1));
}

/// TFLM's hard swish wants a result scale of at least 1/128 of the operand's.
#[test]
fn an_integer_form_that_refuses_the_scales_is_left_alone() {
    let outcome = check(8.0, |net, x| {
        let factor = net.constant("factor", [1], vec![400.0]);
        let x = net.apply(Mul { clamp: [-600.0, 3.0] }, &[x, factor]);
        net.apply(HardSwish {}, &[x])
    });
    let stays: Vec<_> = outcome.result.floating.iter().map(ToString::to_string).collect();
    assert_eq!(stays.len(), 1);
    assert!(stays[0].contains("hard_swish") && stays[0].contains("scales"), "{stays:?}");
}

#[test]
fn two_inputs_and_two_outputs() {
    let mut net = Net::new(3);
    let (a, b) = (net.input([1, 4, 4, 2]), net.input([1, 5]));
    let image = net.conv(a, 4, 3, 1, RELU);
    let row = net.dense(image, 6, RELU);
    let other = net.dense(b, 6, LINEAR);
    let sum = net.apply(Add { clamp: LINEAR }, &[row, other]);
    let outcome = follows(net.finish(&[sum, image]), 30.0);
    assert_eq!(outcome.result.report.outputs.len(), 2);
}

#[test]
fn a_state_is_read_as_it_was_written() {
    let mut net = Net::new(11);
    let x = net.input([1, 4]);
    let state = net.graph.add_tensor(Tensor::new("state", TensorType::new(DType::F32, [1, 4])));
    let joined = net.apply(Concat { axis: 1 }, &[x, state]);
    let next = net.dense(joined, 4, [-3.0, 3.0]);
    let out = net.dense(next, 3, LINEAR);
    let mut float = net.finish(&[out]);
    let initial = Value::f32([1, 4], vec![0.5, -0.5, 1.0, 0.0]);
    float.states.push(crate::ir::State { read: state, write: next, initial });
    let outcome = follows(float, 30.0);
    assert_eq!(outcome.graph.ty(state), outcome.graph.ty(next));
    assert_eq!(outcome.graph.states[0].initial.as_ref().map(Value::dtype), Some(DType::I8));
}

#[test]
fn constants_that_are_moved() {
    check(25.0, |net, x| {
        let data = net.random.normals(8);
        let row = net.constant("row", [8], data);
        let row = net.apply(Reshape { shape: vec![1, 1, 1, 8] }, &[row]);
        net.apply(Add { clamp: LINEAR }, &[x, row])
    });
}

#[test]
fn weights_that_are_computed_stay_in_float() {
    let mut net = Net::new(5);
    let (x, w) = (net.input([1, 8]), net.input([3, 8]));
    let y = net.apply(FullyConnected { clamp: LINEAR, keep_dims: false }, &[x, w]);
    let outcome = quantised(&net.finish(&[y]), &Options::default());
    assert_eq!(outcome.result.floating.len(), 1);
    assert!(outcome.fresh_snr()[0] > 30.0);
}

#[test]
fn a_model_without_layers() {
    let mut net = Net::new(1);
    let x = net.input([1, 8]);
    let y = net.apply(Reshape { shape: vec![8] }, &[x]);
    follows(net.finish(&[y]), 35.0);
    let mut net = Net::new(1);
    let x = net.input([1, 8]);
    follows(net.finish(&[x]), 35.0);
}
