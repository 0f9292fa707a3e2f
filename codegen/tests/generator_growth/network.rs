//! Writes TFLite files of networks that a program makes up: layers with weights that look random, as many as wanted.

use crate::flatbuffer::{
    Node, Value, build, float32s, int8, int8s, int32, int32s, int64s, text, uint8, uint8s, uint32,
};

/// Element types of activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    Int8,
    Float,
}

/// A tensor of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tensor(usize);

/// Builtin operators: the code, and the tag of its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Operator(i32, u8);

const ADD: Operator = Operator(0, 11);
const AVERAGE_POOL_2D: Operator = Operator(1, 5);
const CONCATENATION: Operator = Operator(2, 10);
const CONV_2D: Operator = Operator(3, 1);
const DEPTHWISE_CONV_2D: Operator = Operator(4, 2);
const FULLY_CONNECTED: Operator = Operator(9, 8);
const MAX_POOL_2D: Operator = Operator(17, 5);
const RELU: Operator = Operator(19, 0);

/// `Padding` of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    Same = 0,
    Valid = 1,
}

/// A network in the making. All extents are those of images `[1, H, W, C]`.
pub(crate) struct Network {
    numbers: Numbers,
    tensors: Vec<Node>,
    shapes: Vec<[usize; 4]>,
    buffers: Vec<Node>,
    codes: Vec<Operator>,
    operators: Vec<Node>,
    inputs: Vec<i32>,
    outputs: Vec<i32>,
    random: u32,
    name: Option<&'static str>,
}

impl Network {
    pub(crate) fn new(numbers: Numbers) -> Network {
        Network {
            numbers,
            tensors: Vec::new(),
            shapes: Vec::new(),
            buffers: vec![Vec::new()],
            codes: Vec::new(),
            operators: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            random: 1,
            name: None,
        }
    }

    /// Gives all tensors from here on the same name.
    pub(crate) fn name_all(&mut self, name: &'static str) {
        self.name = Some(name);
    }

    /// The file.
    pub(crate) fn file(self) -> Vec<u8> {
        let codes = self.codes.iter().map(|code| vec![(0, int8(code.0 as i8)), (3, int32(code.0))]).collect();
        let subgraph = vec![
            (0, Value::Tables(self.tensors)),
            (1, int32s(&self.inputs)),
            (2, int32s(&self.outputs)),
            (3, Value::Tables(self.operators)),
        ];
        let root = [
            (0, uint32(3)),
            (1, Value::Tables(codes)),
            (2, Value::Tables(vec![subgraph])),
            (4, Value::Tables(self.buffers)),
        ];
        build("TFL3", &root)
    }

    pub(crate) fn input(&mut self, [height, width, channels]: [usize; 3]) -> Tensor {
        let tensor = self.activation([1, height, width, channels]);
        self.inputs.push(tensor.0 as i32);
        tensor
    }

    pub(crate) fn output(&mut self, tensor: Tensor) {
        self.outputs.push(tensor.0 as i32);
    }

    pub(crate) fn channels(&self, tensor: Tensor) -> usize {
        self.shapes[tensor.0][3]
    }

    pub(crate) fn conv(&mut self, x: Tensor, channels: usize, kernel: [usize; 2], stride: usize) -> Tensor {
        let [_, height, width, inputs] = self.shapes[x.0];
        let parameters = self.parameters(&[channels, kernel[0], kernel[1], inputs], channels);
        let shape = [1, height.div_ceil(stride), width.div_ceil(stride), channels];
        let stride = int32(stride as i32);
        let options = vec![(0, int8(Padding::Same as i8)), (1, stride.clone()), (2, stride)];
        self.layer(CONV_2D, &[x, parameters[0], parameters[1]], shape, options)
    }

    pub(crate) fn depthwise(&mut self, x: Tensor, kernel: [usize; 2]) -> Tensor {
        let [_, height, width, channels] = self.shapes[x.0];
        let parameters = self.parameters(&[1, kernel[0], kernel[1], channels], channels);
        let options = vec![(0, int8(Padding::Same as i8)), (1, int32(1)), (2, int32(1)), (3, int32(1))];
        self.layer(
            DEPTHWISE_CONV_2D,
            &[x, parameters[0], parameters[1]],
            [1, height, width, channels],
            options,
        )
    }

    pub(crate) fn fully_connected(&mut self, x: Tensor, channels: usize) -> Tensor {
        let inputs = self.shapes[x.0].iter().product();
        let parameters = self.parameters(&[channels, inputs], channels);
        let result = self.tensor(&[1, channels], self.numbers, 0, &[0.05]);
        self.push(FULLY_CONNECTED, &[x, parameters[0], parameters[1]], result, Vec::new());
        result
    }

    pub(crate) fn average_pool(
        &mut self,
        x: Tensor,
        kernel: [usize; 2],
        stride: usize,
        padding: Padding,
    ) -> Tensor {
        self.pool(AVERAGE_POOL_2D, x, kernel, stride, padding)
    }

    pub(crate) fn max_pool(
        &mut self,
        x: Tensor,
        kernel: [usize; 2],
        stride: usize,
        padding: Padding,
    ) -> Tensor {
        self.pool(MAX_POOL_2D, x, kernel, stride, padding)
    }

    pub(crate) fn add(&mut self, a: Tensor, b: Tensor) -> Tensor {
        self.layer(ADD, &[a, b], self.shapes[a.0], Vec::new())
    }

    pub(crate) fn relu(&mut self, x: Tensor) -> Tensor {
        self.layer(RELU, &[x], self.shapes[x.0], Vec::new())
    }

    /// Joins channels.
    pub(crate) fn concat(&mut self, parts: &[Tensor]) -> Tensor {
        let channels = parts.iter().map(|&part| self.channels(part)).sum();
        let [_, height, width, _] = self.shapes[parts[0].0];
        self.layer(CONCATENATION, parts, [1, height, width, channels], vec![(0, int32(3))])
    }

    fn pool(
        &mut self,
        operator: Operator,
        x: Tensor,
        kernel: [usize; 2],
        stride: usize,
        padding: Padding,
    ) -> Tensor {
        let [_, height, width, channels] = self.shapes[x.0];
        let outputs = |size: usize, kernel: usize| match padding {
            Padding::Same => size.div_ceil(stride),
            Padding::Valid => (size - kernel) / stride + 1,
        };
        let shape = [1, outputs(height, kernel[0]), outputs(width, kernel[1]), channels];
        let fields = [padding as i32, stride as i32, stride as i32, kernel[1] as i32, kernel[0] as i32];
        let mut options: Node = (0..).zip(fields).map(|(slot, value)| (slot, int32(value))).collect();
        options[0] = (0, int8(padding as i8));
        self.layer(operator, &[x], shape, options)
    }

    fn layer(&mut self, operator: Operator, inputs: &[Tensor], shape: [usize; 4], options: Node) -> Tensor {
        let result = self.activation(shape);
        self.push(operator, inputs, result, options);
        result
    }

    fn push(&mut self, operator: Operator, inputs: &[Tensor], result: Tensor, options: Node) {
        let code = self.codes.iter().position(|&other| other == operator).unwrap_or_else(|| {
            self.codes.push(operator);
            self.codes.len() - 1
        });
        let inputs: Vec<i32> = inputs.iter().map(|input| input.0 as i32).collect();
        self.operators.push(vec![
            (0, uint32(code as u32)),
            (1, int32s(&inputs)),
            (2, int32s(&[result.0 as i32])),
            (3, uint8(operator.1)),
            (4, Value::Table(options)),
        ]);
    }

    fn activation(&mut self, shape: [usize; 4]) -> Tensor {
        self.tensor(&shape, self.numbers, 0, &[0.05])
    }

    /// Weights of this shape and the biases of so many channels.
    fn parameters(&mut self, shape: &[usize], channels: usize) -> [Tensor; 2] {
        let weights: Vec<i8> = (0..shape.iter().product()).map(|_| self.number()).collect();
        let biases = vec![0i32; channels];
        match self.numbers {
            Numbers::Int8 => {
                let weights = self.buffer(int8s(&weights));
                let biases = self.buffer(int32s(&biases));
                let bias = self.typed(&[channels], 2, biases, &[0.05 * 0.01]);
                [self.tensor(shape, Numbers::Int8, weights, &[0.01]), bias]
            }
            Numbers::Float => {
                let weights: Vec<f32> = weights.iter().map(|&weight| f32::from(weight) / 128.0).collect();
                let weights = self.buffer(float32s(&weights));
                let biases = self.buffer(float32s(&vec![0.0; channels]));
                [shape, &[channels]].map(|shape| {
                    let buffer = if shape.len() > 1 { weights } else { biases };
                    self.tensor(shape, Numbers::Float, buffer, &[])
                })
            }
        }
    }

    /// A linear congruential generator's next number.
    fn number(&mut self) -> i8 {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.random >> 24) as i8
    }

    /// The number of a buffer with these elements.
    fn buffer(&mut self, elements: Value) -> u32 {
        let Value::Vector(_, bytes) = elements else { unreachable!("elements are a vector") };
        self.buffers.push(vec![(0, uint8s(&bytes))]);
        self.buffers.len() as u32 - 1
    }

    fn tensor(&mut self, shape: &[usize], numbers: Numbers, buffer: u32, scales: &[f32]) -> Tensor {
        match numbers {
            Numbers::Int8 => self.typed(shape, 9, buffer, scales),
            Numbers::Float => self.typed(shape, 0, buffer, &[]),
        }
    }

    fn typed(&mut self, shape: &[usize], dtype: i8, buffer: u32, scales: &[f32]) -> Tensor {
        let dims: Vec<i32> = shape.iter().map(|&extent| extent as i32).collect();
        let name = self.name.map_or_else(|| format!("t{}", self.tensors.len()), str::to_owned);
        let mut tensor = vec![(0, int32s(&dims)), (1, int8(dtype)), (2, uint32(buffer)), (3, text(&name))];
        if !scales.is_empty() {
            tensor.push((4, Value::Table(vec![(2, float32s(scales)), (3, int64s(&vec![0; scales.len()]))])));
        }
        self.tensors.push(tensor);
        let mut image = [1; 4];
        image.iter_mut().rev().zip(shape.iter().rev()).for_each(|(extent, &own)| *extent = own);
        self.shapes.push(image);
        Tensor(self.tensors.len() - 1)
    }
}
