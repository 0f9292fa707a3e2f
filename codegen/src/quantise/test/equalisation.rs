//! Equalisation: exact in real numbers, left alone where it would not be, and of use.

use super::super::equalise::equalise;
use super::*;
use crate::ops::elementwise::clamp::Clamp;
use crate::ops::elementwise::hard_swish::HardSwish;
use crate::ops::elementwise::leaky_relu::LeakyRelu;
use crate::ops::movement::pad::Pad;
use crate::ops::movement::reshape::Reshape;
use crate::ops::pooling::average_pool2d::AveragePool2d;
use crate::ops::pooling::max_pool2d::MaxPool2d;
use crate::ops::reduction::mean::Mean;

/// Makes the channels of the layers' weights differ by up to 2^6.
fn unbalance(graph: &mut Graph) {
    for id in graph.order().to_vec() {
        let Some(weights) = graph.node(id).input(1) else { continue };
        let value = graph.constant(weights).expect("weights are constants").clone();
        let channel = value.channel_of(Some(0));
        let data = value.as_f32().expect("floats").iter().enumerate();
        let data = data.map(|(i, w)| w * (channel(i) as f32 * 5.0 % 7.0 - 3.0).exp2()).collect();
        let changed = Value::f32(value.shape().clone(), data).expect("the same shape");
        graph.tensor_mut(weights).data = Some(std::sync::Arc::new(changed));
    }
}

/// The constants of all layers.
fn constants(graph: &Graph) -> Vec<Value> {
    graph.nodes().flat_map(|(_, node)| node.operands()).filter_map(|id| graph.constant(id).cloned()).collect()
}

/// Whether equalising changes the weights. The outputs stay as they are, up to rounding.
fn changes(mut graph: Graph) -> bool {
    unbalance(&mut graph);
    let mut balanced = graph.clone();
    equalise(&mut balanced);
    crate::ir::verify(&balanced).unwrap_or_else(|faults| panic!("{faults}"));
    for sample in samples(&graph, 5, 3) {
        let (expected, found) = (run(&graph, &sample), run(&balanced, &sample));
        for (expected, found) in expected.iter().zip(&found) {
            let (expected, found) = (expected.as_f32().expect("floats"), found.as_f32().expect("floats"));
            let largest = expected.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
            assert!(largest > 0.0, "the test compares zeros");
            for (a, b) in expected.iter().zip(found) {
                assert!((a - b).abs() <= 1e-5 * largest, "{a} became {b}, of up to {largest}");
            }
        }
    }
    constants(&graph) != constants(&balanced)
}

/// An image → convolution → something → convolution.
fn pair(first: [f32; 2], between: impl Fn(&mut Net, TensorId) -> TensorId) -> Graph {
    let mut net = Net::new(21);
    let x = net.input([1, 6, 6, 3]);
    let x = net.conv(x, 6, 3, 1, first);
    let x = between(&mut net, x);
    let x = net.conv(x, 4, 1, 1, LINEAR);
    net.finish(&[x])
}

#[test]
fn is_exact_along_a_chain() {
    let mut net = Net::new(20);
    let x = net.input([1, 6, 6, 3]);
    let x = net.conv(x, 8, 3, 1, RELU);
    let x = net.conv(x, 8, 3, 8, RELU);
    let x = net.conv(x, 5, 1, 1, LINEAR);
    assert!(changes(net.finish(&[x])));
}

#[test]
fn is_exact_with_groups_and_multipliers() {
    let mut net = Net::new(22);
    let x = net.input([1, 5, 5, 2]);
    let x = net.conv(x, 4, 1, 1, RELU);
    let x = net.conv(x, 8, 3, 4, RELU);
    let x = net.conv(x, 6, 3, 2, RELU);
    let x = net.conv(x, 3, 1, 1, LINEAR);
    assert!(changes(net.finish(&[x])));
}

#[test]
fn is_exact_into_and_between_fully_connected_layers() {
    let mut net = Net::new(23);
    let x = net.input([1, 4, 4, 2]);
    let x = net.conv(x, 6, 3, 1, RELU);
    let x = net.apply(Reshape { shape: vec![1, 96] }, &[x]);
    let x = net.dense(x, 7, RELU);
    let x = net.dense(x, 3, LINEAR);
    assert!(changes(net.finish(&[x])));
    // Without the reshape: a fully connected layer takes an image as it is.
    let mut net = Net::new(24);
    let x = net.input([1, 4, 4, 2]);
    let x = net.conv(x, 6, 3, 1, LINEAR);
    let x = net.dense(x, 7, RELU);
    assert!(changes(net.finish(&[x])));
}

#[test]
fn is_exact_through_what_scales() {
    let (kernel, stride, padding, dilation) = ([2, 2], [2, 2], [1; 4], [1, 1]);
    let average = AveragePool2d { kernel, stride, padding, count_padding: true, clamp: RELU };
    let max = MaxPool2d { kernel, stride, padding, dilation, clamp: LINEAR };
    let pad = Pad { before: vec![0, 1, 0, 0], after: vec![0, 0, 1, 0], value: 0.0 };
    let mean = Mean { axes: vec![1, 2], keep_dims: true };
    assert!(changes(pair(LINEAR, |net, x| net.apply(average.clone(), &[x]))));
    assert!(changes(pair(LINEAR, |net, x| net.apply(max.clone(), &[x]))));
    assert!(changes(pair(RELU, |net, x| net.apply(pad.clone(), &[x]))));
    assert!(changes(pair(RELU, |net, x| net.apply(mean.clone(), &[x]))));
    assert!(changes(pair(LINEAR, |net, x| net.apply(LeakyRelu { alpha: 0.1 }, &[x]))));
    assert!(changes(pair(LINEAR, |net, x| net.apply(Clamp::RELU, &[x]))));
}

#[test]
fn leaves_alone_what_does_not_scale() {
    let pad = |value: f32, channels: usize| Pad { before: vec![0; 4], after: vec![0, 0, 1, channels], value };
    assert!(!changes(pair([0.0, 6.0], |_, x| x)), "ReLU6");
    assert!(!changes(pair(LINEAR, |net, x| net.apply(Clamp::RELU6, &[x]))), "ReLU6 apart");
    assert!(!changes(pair(LINEAR, |net, x| net.apply(HardSwish {}, &[x]))), "hard swish");
    assert!(!changes(pair(LINEAR, |net, x| net.apply(pad(1.0, 0), &[x]))), "ones around it");
    assert!(!changes(pair(LINEAR, |net, x| net.apply(pad(0.0, 2), &[x]))), "further channels");
    // The mean over what were channels, and a pool over channels that a reshape made an axis of.
    let rows = |net: &mut Net, x| net.apply(Reshape { shape: vec![1, 36, 3, 2] }, &[x]);
    let mean = Mean { axes: vec![2], keep_dims: true };
    assert!(!changes(pair(LINEAR, |net, x| {
        let x = rows(net, x);
        net.apply(mean.clone(), &[x])
    })));
}

#[test]
fn leaves_alone_what_others_read() {
    let mut net = Net::new(25);
    let x = net.input([1, 4, 4, 2]);
    let hidden = net.conv(x, 6, 3, 1, RELU);
    let x = net.conv(hidden, 3, 1, 1, LINEAR);
    assert!(!changes(net.finish(&[x, hidden])));
}

#[test]
fn gives_layers_that_share_weights_their_own() {
    let mut net = Net::new(26);
    let x = net.input([1, 4, 4, 6]);
    let hidden = net.conv(x, 6, 1, 1, RELU);
    let last = net.conv(hidden, 6, 1, 1, LINEAR);
    let mut graph = net.finish(&[last]);
    let &[first, second] = graph.order() else { panic!("two layers") };
    let shared = graph.node(first).inputs.clone();
    graph.node_mut(second).inputs[1] = shared[1];
    graph.node_mut(second).inputs[2] = shared[2];
    assert!(changes(graph));
}

#[test]
fn converges_to_equal_ranges() {
    let mut net = Net::new(27);
    let mut x = net.input([1, 8]);
    for _ in 0..4 {
        x = net.dense(x, 8, RELU);
    }
    let mut graph = net.finish(&[x]);
    unbalance(&mut graph);
    equalise(&mut graph);
    let layers: Vec<Value> =
        graph.nodes().filter_map(|(_, node)| graph.constant(node.input(1)?).cloned()).collect();
    for pair in layers.windows(2) {
        let largest = |value: &Value, axis: usize, channel: usize| {
            let of = value.channel_of(Some(axis));
            let data = value.as_f32().expect("floats").iter().enumerate();
            data.filter(|(i, _)| of(*i) == channel).fold(0.0f32, |largest, (_, w)| largest.max(w.abs()))
        };
        for channel in 0..8 {
            let (out, into) = (largest(&pair[0], 0, channel), largest(&pair[1], 1, channel));
            assert!((out / into - 1.0).abs() < 0.01, "channel {channel}: {out} and {into}");
        }
    }
}

/// Multiplies the weights of a layer, where `axis` is the channel's.
fn multiply(graph: &mut Graph, layer: usize, index: usize, axis: usize, factor: impl Fn(usize) -> f32) {
    let id = graph.node(graph.order()[layer]).input(index).expect("a constant");
    let value = graph.constant(id).expect("a constant").clone();
    let channel = value.channel_of(Some(axis));
    let data =
        value.as_f32().expect("floats").iter().enumerate().map(|(i, w)| w * factor(channel(i))).collect();
    let changed = Value::f32(value.shape().clone(), data).expect("the same shape");
    graph.tensor_mut(id).data = Some(std::sync::Arc::new(changed));
}

/// A balanced model, disguised by factors that cancel out.
#[test]
fn helps_an_unbalanced_model() {
    let balanced = pair(RELU, |_, x| x);
    let mut graph = balanced.clone();
    let factor = |channel: usize| (channel as f32 * 2.0 - 5.0).exp2();
    multiply(&mut graph, 0, 1, 0, factor);
    multiply(&mut graph, 0, 2, 0, factor);
    multiply(&mut graph, 1, 1, 3, |channel| 1.0 / factor(channel));
    let ratio = |graph: &Graph, equalise: bool| {
        quantised(graph, &Options { equalise, ..Options::default() }).fresh_snr()[0]
    };
    let (without, with) = (ratio(&graph, false), ratio(&graph, true));
    assert!(with > without + 10.0, "{without} dB without, {with} dB with");
    let undisguised = ratio(&balanced, false);
    assert!(with > undisguised - 3.0, "{with} dB, before the disguise {undisguised} dB");
}

#[test]
fn dead_channels_and_damaged_weights_are_left_alone() {
    let mut graph = pair(RELU, |_, x| x);
    let weights = graph.node(graph.order()[0]).input(1).expect("weights");
    let value = graph.constant(weights).expect("constant").clone();
    let mut data = value.as_f32().expect("floats").to_vec();
    data[..27].fill(0.0);
    data[30] = f32::NAN;
    data[60] = f32::INFINITY;
    let damaged = Value::f32(value.shape().clone(), data).expect("the same shape");
    graph.tensor_mut(weights).data = Some(std::sync::Arc::new(damaged));
    equalise(&mut graph);
    let balanced = graph.constant(graph.node(graph.order()[0]).input(1).expect("weights")).expect("constant");
    assert_eq!(balanced.as_f32().expect("floats")[..27], [0.0; 27]);
}
