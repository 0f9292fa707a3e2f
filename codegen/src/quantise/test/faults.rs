//! What a user gets to read when data or weights are no numbers.

use super::*;
use crate::ops::elementwise::mul::Mul;

/// Input → layer → layer.
fn model() -> Graph {
    let mut net = Net::new(41);
    let x = net.input([1, 8]);
    let hidden = net.dense(x, 8, RELU);
    let y = net.dense(hidden, 3, LINEAR);
    net.finish(&[y])
}

fn with_weight(mut graph: Graph, index: usize, number: f32) -> Graph {
    let id = graph.node(graph.order()[1]).input(index).expect("a constant");
    let value = graph.constant(id).expect("a constant").clone();
    let mut data = value.as_f32().expect("floats").to_vec();
    data[1] = number;
    let damaged = Value::f32(value.shape().clone(), data).expect("the same shape");
    graph.tensor_mut(id).data = Some(std::sync::Arc::new(damaged));
    graph
}

fn fault(graph: &Graph, data: &[Vec<Value>], options: &Options) -> String {
    quantised_with(graph, data, options).err().map(|faults| faults.to_string()).unwrap_or_default()
}

#[test]
fn examples_that_are_no_numbers_name_the_input_and_the_example() {
    let graph = model();
    for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38] {
        let mut data = samples(&graph, 5, 1);
        let mut numbers = data[3][0].as_f32().expect("floats").to_vec();
        numbers[2] = number;
        data[3][0] = Value::f32([1, 8], numbers).expect("the same shape");
        let text = fault(&graph, &data, &Options::default());
        assert!(text.contains("calibration data of `input0`") && text.contains("example 3"), "{text}");
        assert_eq!(text.matches("error:").count(), 1, "{text}");
    }
}

#[test]
fn activations_that_are_no_numbers_name_the_first_tensor() {
    let mut net = Net::new(42);
    let x = net.input([1, 8]);
    let huge = net.constant("huge", [1], vec![2e38]);
    let first = net.apply(Mul { clamp: LINEAR }, &[x, huge]);
    let second = net.apply(Mul { clamp: LINEAR }, &[first, huge]);
    let graph = net.finish(&[second]);
    let text = fault(&graph, &samples(&graph, 5, 1), &Options::default());
    assert!(text.contains("tensor `mul0`") && !text.contains("mul1"), "{text}");
    assert!(text.contains("example 0"), "{text}");
}

#[test]
fn weights_that_are_no_numbers_name_their_tensor() {
    for equalise in [false, true] {
        for (index, name) in [(1, "weights"), (2, "bias")] {
            // No example reaches the channel, so that the activations show nothing.
            let graph = with_weight(model(), index, f32::NAN);
            let text = fault(&graph, &samples(&graph, 5, 1), &Options { equalise, ..Options::default() });
            // NaN goes through ReLU's comparison in some orders: either the constant or what follows is named.
            let named =
                text.contains(&format!("tensor `{name}`")) || text.contains("tensor `fully_connected1`");
            assert!(named, "{text}");
        }
    }
}

#[test]
fn a_weight_that_activations_do_not_show_is_found() {
    // The clamp swallows what the weight makes of the operand.
    let mut net = Net::new(43);
    let x = net.input([1, 4]);
    let w = net.constant("kernel", [2, 4], vec![1.0, 2.0, 3.0, 4.0, 1e36, 1.0, 1.0, 1.0]);
    let y = net.apply(FullyConnected { clamp: [-1.0, 1.0], keep_dims: false }, &[x, w]);
    let graph = net.finish(&[y]);
    let text = fault(&graph, &samples(&graph, 5, 1), &Options::default());
    assert!(text.contains("tensor `kernel`") && text.contains("node `fully_connected0`"), "{text}");
}

#[test]
fn an_addend_that_is_no_number_names_its_tensor() {
    let mut net = Net::new(44);
    let x = net.input([1, 4]);
    let addend = net.constant("addend", [1], vec![f32::INFINITY]);
    let y = net.apply(crate::ops::elementwise::add::Add { clamp: [-1.0, 1.0] }, &[x, addend]);
    let graph = net.finish(&[y]);
    let text = fault(&graph, &samples(&graph, 5, 1), &Options::default());
    assert!(text.contains("tensor `addend`"), "{text}");
}
