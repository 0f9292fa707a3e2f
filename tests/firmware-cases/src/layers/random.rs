//! Random layers: graphs of one quantised operator, and what goes into them.

use tinyml_codegen::ir::{
    DType, Graph, Node, Op, Operator, Quant, Reference, Tensor, TensorId, TensorType, Value, verify,
};
use tinyml_codegen::ops::convolution::conv2d::Conv2d;
use tinyml_codegen::ops::elementwise::add::Add;
use tinyml_codegen::ops::elementwise::div::Div;
use tinyml_codegen::ops::elementwise::mul::Mul;
use tinyml_codegen::ops::elementwise::prelu::Prelu;
use tinyml_codegen::ops::elementwise::squared_difference::SquaredDifference;
use tinyml_codegen::ops::elementwise::sub::Sub;
use tinyml_codegen::ops::elementwise::tanh::Tanh;
use tinyml_codegen::ops::matrix::fully_connected::FullyConnected;
use tinyml_codegen::ops::matrix::matmul::Matmul;
use tinyml_codegen::ops::movement::concat::Concat;
use tinyml_codegen::ops::movement::pad::Pad;
use tinyml_codegen::ops::movement::transpose::Transpose;
use tinyml_codegen::ops::normalisation::softmax::Softmax;
use tinyml_codegen::ops::pooling::average_pool2d::AveragePool2d;
use tinyml_codegen::ops::pooling::max_pool2d::MaxPool2d;
use tinyml_codegen::ops::quantisation::quantize::Quantize;
use tinyml_codegen::ops::recurrent::lstm::Lstm;
use tinyml_codegen::ops::recurrent::sequence::{Activation, Direction};
use tinyml_codegen::ops::recurrent::svdf::Svdf;
use tinyml_codegen::ops::reduction::mean::Mean;
use tinyml_codegen::ops::reduction::reduce_max::ReduceMax;
use tinyml_codegen::ops::reduction::reduce_sum::ReduceSum;
use tinyml_codegen::ops::sampling::resize_linear::{Coordinates, ResizeLinear};

/// Most elements of an operand or a result.
const ELEMENTS: usize = 4000;
/// Most multiply-accumulates of a layer: an emulator runs it twice for each of the [`inputs`].
const MACS: usize = 60_000;
const UNCLAMPED: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    fn size(&mut self, low: usize, high: usize) -> usize {
        low + (self.next() % (high - low + 1) as u64) as usize
    }

    fn within(&mut self, low: i32, high: i32) -> i32 {
        low + (self.next() % (high.abs_diff(low) as u64 + 1)) as i32
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.size(0, all.len() - 1)]
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.size(0, 99) < chance
    }

    /// Bytes from `least` to 127: all random, all the one or the other end, or both ends mixed.
    fn bytes(&mut self, count: usize, least: i8) -> Vec<i8> {
        let kind = self.size(0, 9);
        let byte = |random: &mut Random| match kind {
            0 => least,
            1 => 127,
            2 => random.pick(&[least, 127]),
            _ => random.within(least.into(), 127) as i8,
        };
        (0..count).map(|_| byte(self)).collect()
    }

    fn quant(&mut self) -> Quant {
        let zero_point = match self.size(0, 2) {
            0 => -128,
            1 => self.pick(&[0, 127]),
            _ => self.within(-128, 127),
        };
        Quant::per_tensor(self.pick(&[0.02, 0.05, 0.1, 0.4]), zero_point)
    }

    /// A clamp in real numbers, most often none.
    fn clamp(&mut self) -> [f32; 2] {
        self.pick(&[UNCLAMPED, UNCLAMPED, UNCLAMPED, [0.0, f32::INFINITY], [0.0, 6.0], [-1.0, 1.0]])
    }

    /// Channels, seldom a multiple of what kernels take at a time.
    fn channels(&mut self) -> usize {
        match self.size(0, 5) {
            0 => self.size(1, 4),
            1 => self.pick(&[8, 16, 24, 32]),
            _ => self.size(1, 39),
        }
    }
}

/// The layer with this number; none if what came out is too large, or nothing that the compiler takes.
pub(super) fn layer(seed: u64) -> Option<Graph> {
    let mut random = Random(seed);
    let reference = random.pick(&[Reference::Tflm, Reference::Onnx]);
    let mut builder = Builder { graph: Graph::new("layer", reference), random };
    let output = builder.layer()?;
    let mut graph = builder.graph;
    graph.outputs.push(output.into());
    verify(&graph).ok().map(|()| graph)
}

/// Inputs of a layer: both ends of their range, both mixed, and random.
pub(super) fn inputs(graph: &Graph, seed: u64) -> Vec<Vec<Value>> {
    let mut random = Random(!seed);
    let mut with = |element: &mut dyn FnMut(&mut Random) -> i8| -> Vec<Value> {
        let tensors =
            graph.inputs.iter().map(|port| graph.ty(port.tensor)).map(|ty| (ty.dtype, ty.shape.clone()));
        tensors
            .filter_map(|(dtype, shape)| {
                let data = (0..shape.elements()).map(|_| element(&mut random));
                match dtype {
                    // The states of 16 bits.
                    DType::I16 => {
                        Value::i16(shape, data.map(|x| i16::from(x) * 256 + i16::from(x & 127)).collect())
                    }
                    _ => Value::i8(shape, data.collect()),
                }
            })
            .collect()
    };
    vec![
        with(&mut |_| -128),
        with(&mut |_| 127),
        with(&mut |random| random.pick(&[-128, 127])),
        with(&mut |random| random.within(-128, 127) as i8),
        with(&mut |random| random.within(-128, 127) as i8),
    ]
}

struct Builder {
    graph: Graph,
    random: Random,
}

impl Builder {
    fn layer(&mut self) -> Option<TensorId> {
        match self.random.size(0, 41) {
            0..=3 => self.convolution(Window::One),
            4..=8 => self.convolution(Window::Any),
            9 | 10 => self.convolution(Window::First),
            11 => self.convolution(Window::Grouped),
            12..=14 => self.convolution(Window::DepthwiseThree),
            15 | 16 => self.convolution(Window::Depthwise),
            17..=19 => self.fully_connected(),
            20 | 21 => self.pool(),
            22..=25 => self.binary(),
            26 | 27 => self.reduced(),
            28 | 29 => self.moving(),
            33 | 34 => self.svdf(),
            35 | 36 => self.lstm(),
            37..=39 => self.resized(),
            40 | 41 => self.matmul(),
            _ => self.elementwise(),
        }
    }

    fn input(&mut self, shape: &[usize], quant: Quant) -> TensorId {
        let number = self.graph.inputs.len();
        let ty = TensorType::quantised(DType::I8, shape.to_vec(), quant);
        let id = self.graph.add_tensor(Tensor::new(format!("x{number}"), ty));
        self.graph.inputs.push(id.into());
        id
    }

    fn image(&mut self) -> (TensorId, [usize; 3]) {
        let shape = [self.random.size(1, 9), self.random.size(1, 9), self.random.channels()];
        let quant = self.random.quant();
        (self.input(&[&[1], &shape[..]].concat(), quant), shape)
    }

    fn constant(&mut self, value: Option<Value>, quant: Option<Quant>) -> Option<TensorId> {
        Some(self.graph.add_tensor(Tensor::constant("constant", value?, quant)))
    }

    /// Adds the operator; its result, unless that is too large.
    fn push(&mut self, op: impl Operator, inputs: Vec<Option<TensorId>>, quant: Quant) -> Option<TensorId> {
        self.push_all(op, inputs, &[quant])?.first().copied()
    }

    /// Adds an operator with several results.
    fn push_all(
        &mut self,
        op: impl Operator,
        inputs: Vec<Option<TensorId>>,
        quants: &[Quant],
    ) -> Option<Vec<TensorId>> {
        let op = Op::new(op);
        let operands: Vec<_> = inputs.iter().map(|id| id.map(|id| self.graph.tensor(id))).collect();
        let types = op.infer(&operands).ok()?;
        if types.iter().any(|ty| !(1..=ELEMENTS).contains(&ty.shape.elements())) {
            return None;
        }
        let add = |(ty, quant): (TensorType, &Quant)| {
            self.graph.add_tensor(Tensor::new("y", TensorType { quant: Some(quant.clone()), ..ty }))
        };
        let outputs: Vec<TensorId> = types.into_iter().zip(quants).map(add).collect();
        self.graph.add_node(Node { name: "layer".to_owned(), op, inputs, outputs: outputs.clone() });
        Some(outputs)
    }

    fn quant_of(&self, id: TensorId) -> Option<Quant> {
        self.graph.ty(id).quant.clone()
    }

    /// Weights, biases and a result's quantisation that does not let all results be at the ends of their range.
    fn weighted(
        &mut self,
        x: TensorId,
        shape: &[usize],
        axis_of_outputs: usize,
    ) -> Option<(Vec<Option<TensorId>>, Quant)> {
        let channels = shape[axis_of_outputs];
        let elements: usize = shape.iter().product();
        let taps = elements / channels;
        let least = self.random.pick(&[-127, -127, -127, -128]);
        let weights = Value::i8(shape, self.random.bytes(elements, least));
        let spread = |random: &mut Random| random.pick(&[0.004, 0.005, 0.007]);
        let quant = match self.random.percent(80) {
            true => {
                Quant::symmetric(axis_of_outputs, (0..channels).map(|_| spread(&mut self.random)).collect())
            }
            false => Quant::per_tensor(0.005, 0),
        };
        let weights = self.constant(weights, Some(quant))?;
        let bias = match self.random.percent(85) {
            true => {
                let data = (0..channels).map(|_| self.random.within(-9000, 9000)).collect();
                Some(self.constant(Value::i32([channels], data), None)?)
            }
            false => None,
        };
        // A sum of random products has a deviation of some 5400 √taps, and an extreme one is 16256 taps.
        let root = (taps as f32).sqrt();
        let size = root * 90.0 * self.random.pick(&[0.4, 1.0, 1.0, 2.0 * root]);
        let scale = self.graph.ty(x).quant.as_ref()?.scale(0) * 0.005 * size;
        let zero_point = self.random.pick(&[-128, 0, 5, -77]);
        Some((vec![Some(x), Some(weights), bias], Quant::per_tensor(scale, zero_point)))
    }

    fn convolution(&mut self, window: Window) -> Option<TensorId> {
        let random = &mut self.random;
        let (kernel, channels, most_stride, dilates) = match window {
            Window::One => ([1, 1], random.channels(), 1 + usize::from(random.percent(20)), false),
            Window::Any | Window::Grouped => {
                ([random.size(1, 5), random.size(1, 5)], random.channels(), 3, random.percent(30))
            }
            Window::First => {
                ([random.size(3, 10), random.size(1, 5)], random.size(1, 4), 2, random.percent(10))
            }
            Window::DepthwiseThree => ([3, 3], random.channels(), 2, false),
            Window::Depthwise => {
                ([random.size(1, 7), random.size(1, 5)], random.channels(), 3, random.percent(30))
            }
        };
        let (groups, channels, outputs) = match window {
            Window::Grouped => {
                let (groups, inner) = (random.size(2, 4), random.size(1, 6));
                (groups, groups * inner, groups * random.size(1, 6))
            }
            Window::Depthwise | Window::DepthwiseThree => {
                (channels, channels, channels * random.pick(&[1, 1, 1, 1, 2]))
            }
            _ => (1, channels, random.channels()),
        };
        let stride = [random.size(1, most_stride), random.size(1, most_stride)];
        let dilation = if dilates { [random.size(1, 3), random.size(1, 3)] } else { [1, 1] };
        let pads = window != Window::One && random.percent(75);
        // One output position, often.
        let most_more = if window == Window::Depthwise && random.percent(40) { 0 } else { 8 };
        let mut padding = [0; 4];
        let mut image = [0, 0, channels];
        for axis in 0..2 {
            let reach = (kernel[axis] - 1) * dilation[axis];
            if pads {
                padding[axis] = random.size(0, reach.min(5));
                padding[axis + 2] = random.size(0, reach.min(5));
            }
            let least = (reach + 1).saturating_sub(padding[axis] + padding[axis + 2]).max(1);
            image[axis] = random.size(least, least + most_more);
        }
        let extent = |axis: usize| {
            (image[axis] + padding[axis] + padding[axis + 2] - (kernel[axis] - 1) * dilation[axis] - 1)
                / stride[axis]
                + 1
        };
        let taps = kernel[0] * kernel[1] * channels / groups;
        if extent(0) * extent(1) * outputs * taps > MACS || image.iter().product::<usize>() > ELEMENTS {
            return None;
        }
        let (quant, clamp) = (random.quant(), random.clamp());
        let x = self.input(&[1, image[0], image[1], channels], quant);
        let shape = [outputs, kernel[0], kernel[1], channels / groups];
        let (operands, quant) = self.weighted(x, &shape, 0)?;
        self.push(Conv2d { stride, padding, dilation, groups, clamp }, operands, quant)
    }

    fn fully_connected(&mut self) -> Option<TensorId> {
        let random = &mut self.random;
        let rows = random.pick(&[1, 1, 2, 3, 5]);
        let (inputs, outputs) = (random.size(1, 90), random.size(1, 37));
        let (quant, clamp) = (random.quant(), random.clamp());
        let x = self.input(&[rows, inputs], quant);
        let (operands, quant) = self.weighted(x, &[outputs, inputs], 0)?;
        self.push(FullyConnected { clamp, keep_dims: false }, operands, quant)
    }

    fn pool(&mut self) -> Option<TensorId> {
        let (x, _) = self.image();
        let random = &mut self.random;
        let kernel = [random.size(1, 4), random.size(1, 4)];
        let stride = [random.size(1, 3), random.size(1, 3)];
        let padding = std::array::from_fn(|axis| random.size(0, 2).min(kernel[axis % 2] - 1));
        let (clamp, other) = (random.clamp(), random.quant());
        let (average, own, count_padding) = (random.percent(50), random.percent(50), random.percent(30));
        let same = self.quant_of(x)?;
        if average {
            let quant = if own { other } else { same };
            self.push(AveragePool2d { kernel, stride, padding, count_padding, clamp }, vec![Some(x)], quant)
        } else {
            self.push(MaxPool2d { kernel, stride, padding, dilation: [1, 1], clamp }, vec![Some(x)], same)
        }
    }

    fn binary(&mut self) -> Option<TensorId> {
        let (x, [h, w, c]) = self.image();
        let random = &mut self.random;
        let shapes = [[1, h, w, c], [1, h, w, c], [1, 1, 1, c], [1, h, w, 1], [1, 1, 1, 1]];
        let (shape, is_constant, quant) = (random.pick(&shapes), random.percent(40), random.quant());
        let other = if is_constant {
            let data = random.bytes(shape.iter().product(), -128);
            self.constant(Value::i8(shape, data), Some(quant))?
        } else {
            self.input(&shape, quant)
        };
        let random = &mut self.random;
        let operands = if random.percent(70) { [x, other] } else { [other, x] }.map(Some).to_vec();
        let (clamp, kind, quant) = (random.clamp(), random.size(0, 6), random.quant());
        match kind {
            0 => self.push(Mul { clamp }, operands, quant),
            1 => self.push(Sub { clamp }, operands, quant),
            2 => self.push(Div { clamp }, operands, quant),
            3 => self.push(SquaredDifference { clamp }, operands, quant),
            4 => self.push(Prelu { clamp }, operands, quant),
            _ => self.push(Add { clamp }, operands, quant),
        }
    }

    fn reduced(&mut self) -> Option<TensorId> {
        let (x, _) = self.image();
        let random = &mut self.random;
        let axes = random.pick(&[&[1, 2][..], &[1, 2], &[3], &[1]]).to_vec();
        let (keep_dims, own, other) = (random.percent(50), random.percent(50), random.quant());
        let quant = if own { other } else { self.quant_of(x)? };
        match self.random.size(0, 5) {
            0 => self.push(ReduceMax { axes, keep_dims }, vec![Some(x)], self.quant_of(x)?),
            1 => self.push(ReduceSum { axes, keep_dims }, vec![Some(x)], quant),
            _ => self.push(Mean { axes, keep_dims }, vec![Some(x)], quant),
        }
    }

    /// What moves elements.
    fn moving(&mut self) -> Option<TensorId> {
        let (x, [h, w, c]) = self.image();
        let quant = self.quant_of(x)?;
        match self.random.size(0, 2) {
            0 => {
                let random = &mut self.random;
                let mut pads = || [0, random.size(0, 2), random.size(0, 2), random.size(0, 1)].to_vec();
                let (before, after) = (pads(), pads());
                self.push(Pad { before, after, value: 0.0 }, vec![Some(x)], quant)
            }
            1 => {
                let perm = self.random.pick(&[[0, 2, 1, 3], [0, 3, 1, 2], [0, 2, 3, 1]]).to_vec();
                self.push(Transpose { perm }, vec![Some(x)], quant)
            }
            _ => {
                let channels = self.random.channels();
                let (other, axis) = match self.random.percent(60) {
                    true => ([1, h, w, channels], 3),
                    false => ([1, channels.min(6), w, c], 1),
                };
                let result = if self.random.percent(50) { quant.clone() } else { self.random.quant() };
                let y = self.input(&other, quant);
                self.push(Concat { axis }, vec![Some(x), Some(y)], result)
            }
        }
    }

    /// A product of matrices, the second one sometimes a constant.
    fn matmul(&mut self) -> Option<TensorId> {
        let random = &mut self.random;
        let [batch, rows, columns, inner] =
            [random.size(1, 3), random.size(1, 9), random.size(1, 9), random.size(1, 40)];
        let (transpose_a, transpose_b) = (random.percent(30), random.percent(50));
        let (own, other) = (random.quant(), random.quant());
        let matrix = |turned: bool, [a, b]: [usize; 2]| if turned { [b, a] } else { [a, b] };
        let [m, k] = matrix(transpose_a, [rows, inner]);
        let a = self.input(&[batch, m, k], own.clone());
        let [k, n] = matrix(transpose_b, [inner, columns]);
        let shape = [if self.random.percent(70) { batch } else { 1 }, k, n];
        let b = match self.random.percent(30) {
            true => self.plain_weights(&shape, other.clone())?,
            false => self.input(&shape, other.clone()),
        };
        let size = own.scale(0) * other.scale(0) * 5400.0 * (inner as f32).sqrt();
        let quant = Quant::per_tensor(size / 60.0, self.random.pick(&[-128, 0, 7]));
        self.push(Matmul { transpose_a, transpose_b }, vec![Some(a), Some(b)], quant)
    }

    /// An image of another size.
    fn resized(&mut self) -> Option<TensorId> {
        let (x, [h, w, _]) = self.image();
        let random = &mut self.random;
        let size = match random.percent(60) {
            true => [h * random.size(1, 4), w * random.size(1, 4)],
            false => [random.size(1, 12), random.size(1, 12)],
        };
        let coordinates =
            random.pick(&[Coordinates::Asymmetric, Coordinates::AlignCorners, Coordinates::HalfPixel]);
        let scale = [size[0] as f32 / h as f32, size[1] as f32 / w as f32];
        let quant = self.quant_of(x)?;
        let steps = self.random.percent(50);
        self.push(ResizeLinear { size, scale, coordinates, steps }, vec![Some(x)], quant)
    }

    /// Weights of one scale.
    fn plain_weights(&mut self, shape: &[usize], quant: Quant) -> Option<TensorId> {
        let data = self.random.bytes(shape.iter().product(), -127);
        self.constant(Value::i8(shape, data), Some(quant))
    }

    /// A layer whose state is an input, and a result that nobody reads.
    fn svdf(&mut self) -> Option<TensorId> {
        let random = &mut self.random;
        let [inputs, units, memory] = [random.size(1, 40), random.size(1, 9), random.size(1, 12)];
        let (rank, wide) = (random.size(1, 3), random.percent(50));
        let (filters, quant, state) = (units * rank, random.quant(), random.quant());
        let x = self.input(&[1, inputs], quant.clone());
        let weights = self.plain_weights(&[filters, inputs], Quant::per_tensor(0.01, 0))?;
        // Numbers of the state up to its ends.
        let feature = quant.scale(0) * 0.01 * 5400.0 * (inputs as f32).sqrt();
        let (state, time) = if wide {
            let data =
                self.random.bytes(filters * memory, -127).iter().map(|&w| i16::from(w) * 250).collect();
            let time =
                self.constant(Value::i16([filters, memory], data), Some(Quant::per_tensor(0.0001, 0)))?;
            let ty = TensorType::quantised(
                DType::I16,
                [1, filters * memory],
                Quant::per_tensor(feature / 9000.0, 0),
            );
            let state = self.graph.add_tensor(Tensor::new("state", ty));
            self.graph.inputs.push(state.into());
            (state, time)
        } else {
            let quant = Quant::per_tensor(feature / 50.0, state.zero_point(0));
            let time = self.plain_weights(&[filters, memory], Quant::per_tensor(0.01, 0))?;
            (self.input(&[1, filters * memory], quant), time)
        };
        let data = (0..units).map(|_| self.random.within(-9000, 9000)).collect();
        let bias = self.constant(Value::i32([units], data), None)?;
        let result = Quant::per_tensor(
            feature * ((rank * memory) as f32).sqrt() / 60.0,
            self.random.pick(&[-128, 0, 7]),
        );
        let operands = [x, weights, time, bias, state].map(Some).to_vec();
        let next = self.quant_of(state)?;
        let results = self.push_all(Svdf { rank, clamp: UNCLAMPED }, operands, &[result, next])?;
        results.first().copied()
    }

    /// A layer that begins with nothing; of its results, the hidden states of all steps are read.
    fn lstm(&mut self) -> Option<TensorId> {
        let random = &mut self.random;
        let [steps, inputs, units] = [random.size(1, 4), random.size(1, 20), random.size(1, 12)];
        let direction = random.pick(&[
            Direction::Forward,
            Direction::Forward,
            Direction::Reverse,
            Direction::Bidirectional,
        ]);
        let ways = direction.ways().len();
        let quant = random.quant();
        let x = self.input(&[1, steps, inputs], quant.clone());
        let gates = |size: f32| {
            Quant::symmetric(1, (0..4 * units).map(|row| size * (1.0 + (row / units) as f32 / 7.0)).collect())
        };
        let of = |scale: f32, count: usize| 1.5 / (5400.0 * scale * (count as f32).sqrt());
        let weights = self.plain_weights(&[ways, 4 * units, inputs], gates(of(quant.scale(0), inputs)))?;
        let recurrent = self.plain_weights(&[ways, 4 * units, units], gates(of(1.0 / 120.0, units)))?;
        let data = (0..4 * ways * units).map(|_| self.random.within(-3000, 3000)).collect();
        let bias = self.constant(Value::i32([ways, 4 * units], data), None)?;
        let hidden = Quant::per_tensor(1.0 / 120.0, self.random.pick(&[-128, 0, 7]));
        let cell = Quant::per_tensor(2f32.powi(-self.random.within(8, 14)), 0);
        let activations = [Activation::SIGMOID, Activation::TANH, Activation::TANH].repeat(ways);
        let lstm =
            Lstm { direction, activations, cell_clip: self.random.pick(&[0.0, 0.0, 0.8]), sequence: true };
        let operands = vec![Some(x), Some(weights), Some(recurrent), Some(bias), None, None];
        let results = self.push_all(lstm, operands, &[hidden.clone(), cell, hidden])?;
        results.last().copied()
    }

    /// What goes element by element, or row by row.
    fn elementwise(&mut self) -> Option<TensorId> {
        let (x, _) = self.image();
        match self.random.size(0, 2) {
            0 => self.push(Softmax { beta: 1.0 }, vec![Some(x)], Quant::per_tensor(1.0 / 256.0, -128)),
            1 => self.push(Tanh {}, vec![Some(x)], Quant::per_tensor(1.0 / 128.0, 0)),
            _ => {
                let quant = self.random.quant();
                self.push(Quantize { to: DType::I8 }, vec![Some(x)], quant)
            }
        }
    }
}

/// What kind of convolution.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Window {
    /// Pointwise.
    One,
    /// Any, with all channels.
    Any,
    /// As a network's first: few channels, a large kernel.
    First,
    /// Several groups of channels.
    Grouped,
    /// Depthwise, 3×3.
    DepthwiseThree,
    /// Depthwise with any kernel.
    Depthwise,
}
