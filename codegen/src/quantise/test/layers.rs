//! Weights, biases and their correction.

use super::*;
use crate::ir::Quant;
use crate::ops::common::quantised::channel_multipliers;

/// The operands of the first layer with weights, after quantising: input type, weights, bias, result type.
fn layer(graph: &Graph) -> (TensorType, (Value, Quant), (Value, Quant), TensorType) {
    let (_, node) = graph.nodes().find(|(_, node)| node.inputs.len() == 3).expect("a layer");
    let ty = |id: TensorId| graph.ty(id).clone();
    let constant = |index: usize| {
        let id = node.input(index).expect("a constant");
        (graph.constant(id).expect("a constant").clone(), graph.ty(id).quant.clone().expect("quantised"))
    };
    (ty(node.input(0).expect("an operand")), constant(1), constant(2), ty(node.outputs[0]))
}

/// A fully connected layer with these weights (3 rows of 4) and biases.
fn dense(weights: [f32; 12], bias: [f32; 3]) -> Graph {
    let mut net = Net::new(1);
    let x = net.input([1, 4]);
    let w = net.constant("w", [3, 4], weights.to_vec());
    let b = net.constant("b", [3], bias.to_vec());
    let y = net.apply(FullyConnected { clamp: LINEAR, keep_dims: false }, &[x, w, b]);
    net.finish(&[y])
}

#[test]
fn weights_are_symmetric_per_channel() {
    let graph = dense([1.0, -2.0, 0.5, 0.0, 0.1, 0.1, -0.05, 0.02, 8.0, 4.0, 2.0, 1.0], [0.0; 3]);
    let (_, (weights, quant), ..) = layer(&quantised(&graph, &Options::default()).graph);
    assert_eq!(quant, Quant::symmetric(0, vec![2.0 / 127.0, 0.1 / 127.0, 8.0 / 127.0]));
    let expected = [64, -127, 32, 0, 127, 127, -64, 25, 127, 64, 32, 16];
    // Exact halves may go either way after the division.
    for (found, expected) in weights.as_i8().expect("int8").iter().zip(expected) {
        assert!((i32::from(*found) - expected).abs() <= 1, "{found}, expected {expected}");
    }
}

#[test]
fn a_bias_that_does_not_fit_enlarges_its_channels_weight_scale() {
    // The second channel's weights are tiny beside its bias, the third's are zero.
    let graph = dense([1.0, -1.0, 0.5, 0.2, 1e-12, 2e-12, -1e-12, 0.0, 0.0, 0.0, 0.0, 0.0], [0.3, 5.0, 1.7]);
    let outcome = quantised(&graph, &Options { bias_correction: false, ..Options::default() });
    let (input, (weights, quant), (bias, bias_quant), output) = layer(&outcome.graph);
    assert_eq!(quant.scale(0), 1.0 / 127.0, "a channel that fits keeps its scale");
    assert!(quant.scale(1) > 2e-12 / 127.0 * 1000.0);
    assert_eq!(weights.as_i8().expect("int8")[4..], [0; 8]);
    for (channel, expected) in [0.3f32, 5.0, 1.7].into_iter().enumerate() {
        let integer = bias.as_i32().expect("int32")[channel];
        assert!(integer.unsigned_abs() <= 1 << 30, "{integer}");
        let real = integer as f32 * bias_quant.scale(channel);
        let step = output.per_tensor().expect("one scale").0;
        assert!((real - expected).abs() < step / 100.0, "{real} for {expected}");
    }
    let multipliers =
        channel_multipliers(&input, &quant, &output, 3, Reference::Tflm).expect("scales of a layer");
    for multiplier in multipliers {
        assert!(multiplier.multiplier >= 1 << 30 && (-31..=30).contains(&multiplier.shift), "{multiplier:?}");
    }
    let ratio = outcome.fresh_snr()[0];
    assert!(ratio > 30.0, "{ratio} dB");
}

#[test]
fn tiny_models_have_scales() {
    // Products of scales that are no normal f32.
    let graph = dense([1e-37; 12], [0.0; 3]);
    let mut data = samples(&graph, 10, 1);
    for value in data.iter_mut().flatten() {
        let tiny = value.as_f32().expect("floats").iter().map(|x| x * 1e-30).collect();
        *value = Value::f32(value.shape().clone(), tiny).expect("the same shape");
    }
    quantised_with(&graph, &data, &Options::default()).unwrap_or_else(|faults| panic!("{faults}"));
}

/// The mean of each output channel over fresh examples, in both graphs.
fn means(outcome: &Outcome, data: &[Vec<Value>]) -> [Vec<f64>; 2] {
    let mut sums = [Vec::new(), Vec::new()];
    for sample in data {
        let integers: Vec<_> = outcome
            .graph
            .inputs
            .iter()
            .zip(sample)
            .map(|(port, x)| crate::ports::to_graph(&outcome.graph, port, x).expect("it fits"))
            .collect();
        let runs = [(&outcome.float, sample), (&outcome.graph, &integers)];
        for ((graph, inputs), sums) in runs.into_iter().zip(&mut sums) {
            let output = graph.outputs[0].tensor;
            let reals = run(graph, inputs)[0].dequantise(graph.ty(output).quant.as_ref());
            let channels = graph.ty(output).shape.channels();
            sums.resize(channels, 0.0);
            let weight = channels as f64 / reals.len() as f64 / data.len() as f64;
            for (i, x) in reals.iter().enumerate() {
                sums[i % channels] += f64::from(*x) * weight;
            }
        }
    }
    sums
}

/// By how much the channels' means are off, with and without correction. Examples are all positive, so that rounding errors of
/// weights shift the results.
fn mean_errors(float: &Graph) -> (f64, f64) {
    let positive = |seed: u64| {
        let mut data = samples(float, 60, seed);
        for value in data.iter_mut().flatten() {
            let shifted = value.as_f32().expect("floats").iter().map(|x| x * 0.2 + 4.0).collect();
            *value = Value::f32(value.shape().clone(), shifted).expect("the same shape");
        }
        data
    };
    let error = |bias_correction: bool| {
        let options = Options { bias_correction, ..Options::default() };
        let outcome =
            quantised_with(float, &positive(1), &options).unwrap_or_else(|faults| panic!("{faults}"));
        let [expected, found] = means(&outcome, &positive(2));
        expected.iter().zip(&found).map(|(a, b)| (a - b).abs()).sum::<f64>() / expected.len() as f64
    };
    (error(true), error(false))
}

#[test]
fn biases_correct_the_mean_of_a_convolution() {
    let mut net = Net::new(31);
    let x = net.input([1, 5, 5, 16]);
    let y = net.conv(x, 6, 3, 1, LINEAR);
    let (with, without) = mean_errors(&net.finish(&[y]));
    assert!(with < without / 3.0, "{with} with, {without} without");
}

#[test]
fn biases_correct_the_mean_of_a_fully_connected_layer() {
    // Not the last layer's activation alone counts: the correction works in front of it.
    for clamp in [LINEAR, RELU] {
        let mut net = Net::new(32);
        let x = net.input([1, 256]);
        let y = net.dense(x, 12, clamp);
        let (with, without) = mean_errors(&net.finish(&[y]));
        assert!(with < without / 3.0, "{with} with, {without} without");
    }
}

#[test]
fn a_layer_without_a_bias_gets_one() {
    let mut net = Net::new(33);
    let x = net.input([1, 8]);
    let data = net.random.normals(24);
    let w = net.constant("w", [3, 8], data);
    let y = net.apply(FullyConnected { clamp: LINEAR, keep_dims: false }, &[x, w]);
    let outcome = quantised(&net.finish(&[y]), &Options::default());
    let (_, _, (bias, _), _) = layer(&outcome.graph);
    assert_eq!(bias.len(), 3);
    assert!(outcome.fresh_snr()[0] > 35.0);
}

#[test]
fn shared_weights_serve_both_layers() {
    let mut net = Net::new(34);
    let x = net.input([1, 6]);
    let data = net.random.normals(36);
    let w = net.constant("w", [6, 6], data);
    let hidden = net.apply(FullyConnected { clamp: RELU, keep_dims: false }, &[x, w]);
    let y = net.apply(FullyConnected { clamp: LINEAR, keep_dims: false }, &[hidden, w]);
    assert!(quantised(&net.finish(&[y]), &Options::default()).fresh_snr()[0] > 35.0);
}
