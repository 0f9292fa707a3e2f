//! Random graphs of quantised operators, with channels that are constant, unread or stopped by a clamp.

use tinyml_codegen::ir::{
    DType, Graph, Node, Op, Operator, Quant, Reference, State, Tensor, TensorId, TensorType, Value, verify,
};
use tinyml_codegen::ops::convolution::conv2d::Conv2d;
use tinyml_codegen::ops::elementwise::add::Add;
use tinyml_codegen::ops::elementwise::clamp::Clamp;
use tinyml_codegen::ops::elementwise::div::Div;
use tinyml_codegen::ops::elementwise::leaky_relu::LeakyRelu;
use tinyml_codegen::ops::elementwise::mul::Mul;
use tinyml_codegen::ops::elementwise::prelu::Prelu;
use tinyml_codegen::ops::elementwise::squared_difference::SquaredDifference;
use tinyml_codegen::ops::elementwise::sub::Sub;
use tinyml_codegen::ops::elementwise::tanh::Tanh;
use tinyml_codegen::ops::matrix::fully_connected::FullyConnected;
use tinyml_codegen::ops::movement::concat::Concat;
use tinyml_codegen::ops::movement::pad::Pad;
use tinyml_codegen::ops::movement::reshape::Reshape;
use tinyml_codegen::ops::movement::select::Select;
use tinyml_codegen::ops::movement::slice::Slice;
use tinyml_codegen::ops::movement::tile::Tile;
use tinyml_codegen::ops::movement::transpose::Transpose;
use tinyml_codegen::ops::normalisation::softmax::Softmax;
use tinyml_codegen::ops::pooling::average_pool2d::AveragePool2d;
use tinyml_codegen::ops::pooling::max_pool2d::MaxPool2d;
use tinyml_codegen::ops::quantisation::quantize::Quantize;
use tinyml_codegen::ops::reduction::mean::Mean;

const UNCLAMPED: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];

/// SplitMix64 (Steele, Lea and Flood, 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn within(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    pub(crate) fn size(&mut self, low: usize, high: usize) -> usize {
        self.within(low as i64, high as i64) as usize
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.size(0, all.len() - 1)]
    }

    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.next() % 100 < chance
    }

    /// A quantisation of activations.
    fn quant(&mut self) -> Quant {
        let zero_point = match self.size(0, 2) {
            0 => -128,
            1 => self.pick(&[0, 127]),
            _ => self.within(-128, 127) as i32,
        };
        Quant::per_tensor(self.pick(&[0.02, 0.05, 0.1, 0.4]), zero_point)
    }

    fn clamp(&mut self) -> [f32; 2] {
        self.pick(&[UNCLAMPED, UNCLAMPED, [0.0, f32::INFINITY], [0.0, 6.0], [-1.0, 1.0], [0.0, 0.0]])
    }

    fn bytes(&mut self, count: usize) -> Vec<i8> {
        (0..count).map(|_| self.within(-128, 127) as i8).collect()
    }
}

/// A graph that grows.
pub(crate) struct Builder {
    graph: Graph,
    /// What later layers may read; the last is read most often.
    tensors: Vec<TensorId>,
    /// Elements of the largest tensor that is added.
    largest: usize,
}

impl Builder {
    /// A graph with one input.
    pub(crate) fn new(reference: Reference, [h, w, c]: [usize; 3]) -> Builder {
        let mut graph = Graph::new("random", reference);
        let ty = TensorType::quantised(DType::I8, [1, h, w, c], Quant::per_tensor(0.05, -3));
        let input = graph.add_tensor(Tensor::new("x", ty));
        graph.inputs.push(input.into());
        Builder { graph, tensors: vec![input], largest: (2 * h * w * c).max(4000) }
    }

    /// Adds an operator, unless it does not fit.
    pub(crate) fn step(&mut self, seed: u64) {
        let mut random = Random(seed);
        let x = match random.percent(75) {
            true => *self.tensors.last().expect("there is an input"),
            false => self.tensors[random.size(0, self.tensors.len() - 1)],
        };
        match random.size(0, 26) {
            0..=6 => self.convolution(&mut random, x, 1),
            7..=10 => self.depthwise(&mut random, x),
            11 => self.convolution(&mut random, x, 2),
            12 | 13 => self.fully_connected(&mut random, x),
            14 | 15 => self.binary(&mut random, x),
            16 => self.concat(&mut random, x),
            17 | 18 => self.pool(&mut random, x),
            19 => self.unary(&mut random, x),
            20 => self.mean(&mut random, x),
            21 => self.pad(&mut random, x),
            22 => self.reshape(&mut random, x),
            23 | 24 => self.movement(&mut random, x),
            25 => self.window(&mut random, x),
            _ => self.opaque(&mut random, x),
        }
    }

    /// The graph, with the last tensor and some of the others as outputs.
    pub(crate) fn finish(mut self, seed: u64) -> Graph {
        let mut random = Random(seed);
        let (&last, others) = self.tensors.split_last().expect("there is an input");
        let mut outputs = vec![last];
        outputs.extend(others.iter().skip(1).filter(|_| random.percent(8)));
        self.graph.outputs = outputs.into_iter().map(Into::into).collect();
        verify(&self.graph).unwrap_or_else(|faults| panic!("the builder is at fault:\n{faults}"));
        self.graph
    }

    fn dims(&self, id: TensorId) -> Vec<usize> {
        self.graph.ty(id).shape.0.clone()
    }

    fn quant_of(&self, id: TensorId) -> Quant {
        self.graph.ty(id).quant.clone().expect("all tensors are quantised")
    }

    fn constant(&mut self, value: Option<Value>, quant: Option<Quant>) -> TensorId {
        let value = value.expect("as many elements as the shape has");
        self.graph.add_tensor(Tensor::constant("constant", value, quant))
    }

    fn push(&mut self, op: impl Operator, inputs: Vec<Option<TensorId>>, quant: Quant) -> Option<TensorId> {
        let op = Op::new(op);
        let operands: Vec<_> = inputs.iter().map(|id| id.map(|id| self.graph.tensor(id))).collect();
        let ty = op.infer(&operands).ok()?.into_iter().next()?;
        if ty.shape.elements() == 0 || ty.shape.elements() > self.largest {
            return None;
        }
        let output = self.graph.add_tensor(Tensor::new("t", TensorType { quant: Some(quant), ..ty }));
        let name = format!("node{}", output.index());
        self.graph.add_node(Node { name, op, inputs, outputs: vec![output] });
        self.tensors.push(output);
        Some(output)
    }

    /// Weights `[O, taps…, I]`, of which output channels are zero, and input channels are not read.
    fn weights(&mut self, random: &mut Random, shape: &[usize]) -> TensorId {
        let (&outputs, &inputs) = (shape.first().expect("rank"), shape.last().expect("rank"));
        let dead: Vec<bool> = (0..outputs).map(|_| random.percent(35)).collect();
        let unread: Vec<bool> = (0..inputs).map(|_| random.percent(20)).collect();
        let border = random.percent(15);
        let elements: usize = shape.iter().product();
        let per_output = elements / outputs;
        let data = (0..elements)
            .map(|i| {
                let tap = i % per_output / inputs;
                let zero =
                    dead[i / per_output] || unread[i % inputs] || (border && tap == 0) || random.percent(20);
                if zero { 0 } else { random.within(-127, 127) as i8 }
            })
            .collect();
        let quant = match random.percent(70) {
            true => Quant::symmetric(0, (0..outputs).map(|_| random.pick(&[0.004, 0.01, 0.03])).collect()),
            false => Quant::per_tensor(0.01, 0),
        };
        self.constant(Value::i8(shape, data), Some(quant))
    }

    /// Biases, some so large that the clamp stops the sum whatever it is.
    fn bias(&mut self, random: &mut Random, channels: usize) -> Option<TensorId> {
        if random.percent(15) {
            return None;
        }
        let data = (0..channels)
            .map(|_| match random.size(0, 3) {
                0 => 0,
                1 => random.pick(&[-20_000_000, 20_000_000, i32::MIN, i32::MAX]),
                _ => random.within(-20_000, 20_000) as i32,
            })
            .collect();
        Some(self.constant(Value::i32([channels], data), None))
    }

    fn convolution(&mut self, random: &mut Random, x: TensorId, groups: usize) {
        let &[_, _, _, c] = self.dims(x).as_slice() else { return };
        if !c.is_multiple_of(groups) {
            return;
        }
        let kernel = match random.percent(50) {
            true => [1, 1],
            false => [random.size(1, 3), random.size(1, 3)],
        };
        let channels = groups * random.size(1, 6);
        self.filter(random, x, groups, kernel, channels, c / groups);
    }

    fn depthwise(&mut self, random: &mut Random, x: TensorId) {
        let &[_, _, _, c] = self.dims(x).as_slice() else { return };
        let kernel = [random.size(1, 3), random.size(1, 3)];
        let multiplier = random.pick(&[1, 1, 1, 2]);
        self.filter(random, x, c, kernel, c * multiplier, 1);
    }

    fn filter(
        &mut self,
        random: &mut Random,
        x: TensorId,
        groups: usize,
        kernel: [usize; 2],
        channels: usize,
        group_in: usize,
    ) {
        let pads = kernel != [1, 1] || random.percent(10);
        let mut extent = |low: usize, high: usize| random.size(low, high);
        let conv = Conv2d {
            stride: [extent(1, 2), extent(1, 2)],
            padding: std::array::from_fn(|_| if pads { extent(0, 1) } else { 0 }),
            dilation: [extent(1, 2), extent(1, 2)],
            groups,
            clamp: random.clamp(),
        };
        let weights = self.weights(random, &[channels, kernel[0], kernel[1], group_in]);
        let bias = self.bias(random, channels);
        self.push(conv, vec![Some(x), Some(weights), bias], random.quant());
    }

    fn fully_connected(&mut self, random: &mut Random, x: TensorId) {
        let dims = self.dims(x);
        let keep_dims = random.percent(40);
        let inputs = match (keep_dims, random.percent(20)) {
            (false, false) => dims.iter().product(),
            _ => *dims.last().expect("no scalars"),
        };
        let channels = random.size(1, 7);
        let weights = self.weights(random, &[channels, inputs]);
        let bias = self.bias(random, channels);
        let op = FullyConnected { clamp: random.clamp(), keep_dims };
        self.push(op, vec![Some(x), Some(weights), bias], random.quant());
    }

    fn binary(&mut self, random: &mut Random, x: TensorId) {
        let dims = self.dims(x);
        let fits = |id: &TensorId| self.graph.ty(*id).shape.broadcast(&self.graph.ty(x).shape).is_some();
        let others: Vec<TensorId> = self.tensors.iter().copied().filter(fits).collect();
        let other = match random.percent(70) {
            true => random.pick(&others),
            false => {
                let channels = *dims.last().expect("no scalars");
                let shape =
                    random.pick(&[vec![channels].as_slice(), &[1, 1, 1, channels], &[1], &dims]).to_vec();
                let data = random.bytes(shape.iter().product());
                self.constant(Value::i8(shape, data), Some(random.quant()))
            }
        };
        let operands = if random.percent(50) { [x, other] } else { [other, x] };
        let (inputs, quant, clamp) = (operands.map(Some).to_vec(), random.quant(), random.clamp());
        match random.size(0, 6) {
            0 => self.push(Mul { clamp }, inputs, quant),
            1 => self.push(Sub { clamp }, inputs, quant),
            2 => self.push(Div { clamp }, inputs, quant),
            3 => self.push(SquaredDifference { clamp }, inputs, quant),
            4 => self.push(Prelu { clamp }, inputs, quant),
            _ => self.push(Add { clamp }, inputs, quant),
        };
    }

    fn concat(&mut self, random: &mut Random, x: TensorId) {
        let mut inputs = vec![Some(x)];
        for _ in 0..random.size(1, 2) {
            inputs.push(Some(random.pick(&self.tensors)));
        }
        let rank = self.dims(x).len();
        let axis = if random.percent(70) { rank - 1 } else { random.size(0, rank - 1) };
        let quant = if random.percent(50) { self.quant_of(x) } else { random.quant() };
        self.push(Concat { axis }, inputs, quant);
    }

    /// A window over time: rows that are kept, and new ones behind them.
    fn window(&mut self, random: &mut Random, x: TensorId) {
        let (dims, quant) = (self.dims(x), self.quant_of(x));
        if dims.len() != 4 || self.graph.states.len() == 3 {
            return;
        }
        let (height, kept) = (dims[1], random.size(1, 2 * dims[1]));
        let shape = [1, kept, dims[2], dims[3]];
        let initial = Value::i8(shape, random.bytes(shape.iter().product())).filter(|_| random.percent(50));
        let ty = TensorType::quantised(DType::I8, shape, quant.clone());
        let read = self.graph.add_tensor(Tensor::new("kept", ty));
        let Some(window) = self.push(Concat { axis: 1 }, vec![Some(read), Some(x)], quant.clone()) else {
            return;
        };
        // Mostly the newest rows.
        let begin = if random.percent(80) { height } else { random.size(0, height) };
        let slice = Slice { axes: vec![1], begins: vec![begin], steps: vec![1], counts: vec![kept] };
        let write = self.push(slice, vec![Some(window)], quant).expect("it is smaller than the window");
        self.graph.states.push(State { read, write, initial });
        self.tensors.push(window);
    }

    fn pool(&mut self, random: &mut Random, x: TensorId) {
        let kernel = [random.size(1, 3), random.size(1, 3)];
        let stride = [random.size(1, 2), random.size(1, 2)];
        let padding = std::array::from_fn(|axis| random.size(0, 1).min(kernel[axis / 2] - 1));
        let (clamp, quant) = (random.clamp(), self.quant_of(x));
        if random.percent(50) {
            self.push(MaxPool2d { kernel, stride, padding, dilation: [1, 1], clamp }, vec![Some(x)], quant);
        } else {
            let quant = if random.percent(60) { quant } else { random.quant() };
            let count_padding = random.percent(30);
            self.push(AveragePool2d { kernel, stride, padding, count_padding, clamp }, vec![Some(x)], quant);
        }
    }

    fn unary(&mut self, random: &mut Random, x: TensorId) {
        let (inputs, quant) = (vec![Some(x)], random.quant());
        match random.size(0, 4) {
            0 => self.push(LeakyRelu { alpha: 0.25 }, inputs, quant),
            1 => self.push(Tanh {}, inputs, Quant::per_tensor(1.0 / 128.0, 0)),
            2 => self.push(Clamp::RELU, inputs, self.quant_of(x)),
            3 => self.push(Quantize { to: DType::I8 }, inputs, self.quant_of(x)),
            _ => self.push(Quantize { to: DType::I8 }, inputs, quant),
        };
    }

    fn mean(&mut self, random: &mut Random, x: TensorId) {
        let rank = self.dims(x).len();
        let axes = match random.percent(80) && rank == 4 {
            true => vec![1, 2],
            false => vec![random.size(0, rank - 1)],
        };
        let quant = if random.percent(50) { self.quant_of(x) } else { random.quant() };
        // A result needs an axis for the channels.
        let keep_dims = random.percent(50) || rank < 3;
        self.push(Mean { axes, keep_dims }, vec![Some(x)], quant);
    }

    fn pad(&mut self, random: &mut Random, x: TensorId) {
        let rank = self.dims(x).len();
        let pads = |random: &mut Random| -> Vec<usize> {
            let own = |axis: usize| rank == 4 && (axis == 1 || axis == 2);
            (0..rank)
                .map(|axis| if own(axis) { random.size(0, 1) } else { usize::from(random.percent(2)) })
                .collect()
        };
        let (before, after) = (pads(random), pads(random));
        let value = random.pick(&[0.0, 0.0, -20.0, 1.0]);
        self.push(Pad { before, after, value }, vec![Some(x)], self.quant_of(x));
    }

    /// A border cut off, places backwards, again and again, or here and there.
    fn movement(&mut self, random: &mut Random, x: TensorId) {
        let (dims, quant) = (self.dims(x), self.quant_of(x));
        let axis = random.size(0, dims.len() - 1);
        let extent = dims[axis];
        match random.size(0, 5) {
            0..=2 if dims.len() == 4 => {
                let cuts = [1, 2].map(|axis| {
                    let begin = random.size(0, 1).min(dims[axis] - 1);
                    (begin, random.size(begin.max(dims[axis].saturating_sub(2)), dims[axis] - 1) - begin + 1)
                });
                let (begins, counts) = cuts.into_iter().unzip();
                self.push(
                    Slice { axes: vec![1, 2], begins, steps: vec![1; 2], counts },
                    vec![Some(x)],
                    quant,
                );
            }
            3 => {
                let (axes, begins, counts) = (vec![axis], vec![extent - 1], vec![extent]);
                self.push(Slice { axes, begins, steps: vec![-1], counts }, vec![Some(x)], quant);
            }
            4 => {
                let repeats = (0..dims.len()).map(|own| if own == axis { 2 } else { 1 }).collect();
                self.push(Tile { repeats }, vec![Some(x)], quant);
            }
            _ => {
                let places = (0..random.size(1, 4)).map(|_| random.size(0, extent - 1)).collect();
                self.push(Select { axes: vec![axis], places: vec![places] }, vec![Some(x)], quant);
            }
        }
    }

    fn reshape(&mut self, random: &mut Random, x: TensorId) {
        let dims = self.dims(x);
        let elements: usize = dims.iter().product();
        let channels = *dims.last().expect("no scalars");
        let mut shapes =
            vec![vec![1, elements], vec![1, 1, 1, elements], vec![1, elements / channels, 1, channels]];
        if channels.is_multiple_of(2) {
            shapes.push(vec![1, elements / channels, 2, channels / 2]);
        }
        let shape = shapes[random.size(0, shapes.len() - 1)].clone();
        self.push(Reshape { shape }, vec![Some(x)], self.quant_of(x));
    }

    fn opaque(&mut self, random: &mut Random, x: TensorId) {
        let rank = self.dims(x).len();
        if rank == 4 && random.percent(50) {
            let perm = random.pick(&[[0, 2, 1, 3], [0, 3, 1, 2]]).to_vec();
            self.push(Transpose { perm }, vec![Some(x)], self.quant_of(x));
        } else {
            self.push(Softmax { beta: 1.0 }, vec![Some(x)], Quant::per_tensor(1.0 / 256.0, -128));
        }
    }
}
