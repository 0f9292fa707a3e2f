//! Small random networks and data, and what the quantiser makes of them.

mod calibrators;
mod equalisation;
mod faults;
mod layers;
mod operators;
mod reports;

use super::report::Power;
use super::{Quantised, quantise};
use crate::config::Options;
use crate::diagnostic::Diagnostics;
use crate::ir::interpret::Interpreter;
use crate::ir::{DType, Graph, Node, Op, Operator, Reference, Shape, Tensor, TensorId, TensorType, Value};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::convolution::conv2d::Conv2d;
use crate::ops::matrix::fully_connected::FullyConnected;
use crate::passes;
use crate::pipeline;
use crate::target::Core;

pub(super) const RELU: [f32; 2] = [0.0, f32::INFINITY];
pub(super) const LINEAR: [f32; 2] = UNCLAMPED;

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers on every machine.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in -1..1.
    pub(super) fn uniform(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    }

    /// Normal with variance 1, nearly: the sum of twelve uniform numbers.
    pub(super) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform() / 2.0).sum()
    }

    /// Normal numbers.
    pub(super) fn normals(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.normal()).collect()
    }
}

/// A network under construction; weights are random.
pub(super) struct Net {
    pub(super) graph: Graph,
    pub(super) random: Random,
}

impl Net {
    pub(super) fn new(seed: u64) -> Self {
        Net { graph: Graph::new("net", Reference::Tflm), random: Random(seed) }
    }

    pub(super) fn input(&mut self, shape: impl Into<Shape>) -> TensorId {
        let name = format!("input{}", self.graph.inputs.len());
        let id = self.graph.add_tensor(Tensor::new(name, TensorType::new(DType::F32, shape)));
        self.graph.inputs.push(id.into());
        id
    }

    pub(super) fn constant(&mut self, name: &str, shape: impl Into<Shape>, data: Vec<f32>) -> TensorId {
        let value = Value::f32(shape, data).expect("as many numbers as the shape has");
        self.graph.add_tensor(Tensor::constant(name, value, None))
    }

    /// A node with one result, whose shape is inferred.
    pub(super) fn apply(&mut self, op: impl Operator, inputs: &[TensorId]) -> TensorId {
        let op = Op::new(op);
        let operands: Vec<_> = inputs.iter().map(|&id| Some(self.graph.tensor(id))).collect();
        let ty = op.infer(&operands).expect("operands fit").remove(0);
        let name = format!("{}{}", op.name(), self.graph.order().len());
        let result = self.graph.add_tensor(Tensor::new(name.clone(), ty));
        let inputs = inputs.iter().copied().map(Some).collect();
        self.graph.add_node(Node { name, op, inputs, outputs: vec![result] });
        result
    }

    /// A convolution with stride 1 that keeps height and width.
    pub(super) fn conv(
        &mut self,
        x: TensorId,
        out: usize,
        kernel: usize,
        groups: usize,
        clamp: [f32; 2],
    ) -> TensorId {
        let inner = self.graph.ty(x).shape.channels() / groups;
        let weights = self.weights(vec![out, kernel, kernel, inner]);
        let bias = self.bias(out);
        let padding = [(kernel - 1) / 2; 4];
        let op = Conv2d { stride: [1, 1], padding, dilation: [1, 1], groups, clamp };
        self.apply(op, &[x, weights, bias])
    }

    /// A fully connected layer.
    pub(super) fn dense(&mut self, x: TensorId, out: usize, clamp: [f32; 2]) -> TensorId {
        let weights = self.weights(vec![out, self.graph.ty(x).shape.elements()]);
        let bias = self.bias(out);
        self.apply(FullyConnected { clamp, keep_dims: false }, &[x, weights, bias])
    }

    /// Normal weights `[O, …]` that keep the variance.
    fn weights(&mut self, shape: Vec<usize>) -> TensorId {
        let inputs: usize = shape[1..].iter().product();
        let scale = 1.0 / (inputs as f32).sqrt();
        let count: usize = shape.iter().product();
        let data = self.random.normals(count).iter().map(|w| w * scale).collect();
        self.constant("weights", shape, data)
    }

    fn bias(&mut self, channels: usize) -> TensorId {
        let data = self.random.normals(channels).iter().map(|b| b * 0.2).collect();
        self.constant("bias", [channels], data)
    }

    pub(super) fn finish(mut self, outputs: &[TensorId]) -> Graph {
        self.graph.outputs = outputs.iter().map(|&id| id.into()).collect();
        self.graph
    }
}

/// Examples of uniform numbers: a normal distribution's rare large ones would decide whether fresh data are clipped.
pub(super) fn samples(graph: &Graph, count: usize, seed: u64) -> Vec<Vec<Value>> {
    let mut random = Random(seed);
    let mut value = |shape: &Shape| {
        let data = (0..shape.elements()).map(|_| 2.0 * random.uniform()).collect();
        Value::f32(shape.clone(), data).expect("as many numbers as the shape has")
    };
    (0..count)
        .map(|_| graph.inputs.iter().map(|port| value(&graph.ty(port.tensor).shape)).collect())
        .collect()
}

/// A float graph and what became of it.
pub(super) struct Outcome {
    pub(super) float: Graph,
    pub(super) graph: Graph,
    pub(super) result: Quantised,
}

/// Quantises with random examples.
pub(super) fn quantised(float: &Graph, options: &Options) -> Outcome {
    let data = samples(float, 200, 1);
    quantised_with(float, &data, options).unwrap_or_else(|faults| panic!("{faults}"))
}

pub(super) fn quantised_with(
    float: &Graph,
    data: &[Vec<Value>],
    options: &Options,
) -> Result<Outcome, Diagnostics> {
    let mut graph = float.clone();
    let result = quantise(&mut graph, data, options, &mut |_, _| ())?;
    Ok(Outcome { float: float.clone(), graph, result })
}

impl Outcome {
    /// Signal-to-noise ratio of each output, in dB, on data that were not calibrated on.
    pub(super) fn fresh_snr(&self) -> Vec<f32> {
        let mut powers = vec![Power::default(); self.float.outputs.len()];
        for sample in samples(&self.float, 100, 2) {
            let expected = run(&self.float, &sample);
            let ports = self.graph.inputs.iter().zip(&sample);
            let integers: Vec<_> = ports
                .map(|(port, x)| crate::ports::to_graph(&self.graph, port, x).expect("it fits"))
                .collect();
            let found = run(&self.graph, &integers);
            for ((power, port), (expected, found)) in
                powers.iter_mut().zip(&self.graph.outputs).zip(expected.iter().zip(&found))
            {
                let found = found.dequantise(self.graph.ty(port.tensor).quant.as_ref());
                power.add(expected.as_f32().expect("a float model"), &found);
            }
        }
        powers.into_iter().map(Power::db).collect()
    }

    /// The rest of the pipeline: optimising passes and kernels.
    pub(super) fn lowered(&self) -> Graph {
        let mut graph = self.graph.clone();
        passes::run(passes::OPTIMISE, &mut graph, &mut |_, _| ()).unwrap_or_else(|faults| panic!("{faults}"));
        pipeline::lower(&graph, Core::Portable, crate::config::Optimise::default())
            .unwrap_or_else(|faults| panic!("{faults}"));
        graph
    }
}

pub(super) fn run(graph: &Graph, inputs: &[Value]) -> Vec<Value> {
    Interpreter::new(graph).run(inputs).unwrap_or_else(|fault| panic!("{fault}"))
}
