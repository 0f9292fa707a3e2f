//! Random ONNX files of operator sets from 7 on, written by the field numbers of `onnx.proto`.

use std::collections::HashSet;

use crate::builder::Random;
use crate::names;
use crate::protobuf::Message;

const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// A file of some nodes with what else a model may have at its borders.
pub(crate) fn file(random: &mut Random) -> Vec<u8> {
    let opset = random.within(7, 21);
    let mut net = Net { random, opset, graph: Message::default(), values: Vec::new(), taken: HashSet::new() };
    for _ in 0..net.random.pick(&[1, 1, 1, 2, 3]) {
        net.input();
    }
    for _ in 0..net.random.size(0, 9) {
        net.step();
    }
    net.outputs();
    let graph = net.graph.bytes(2, names::any(net.random));
    let set = |domain: &str, version: i64| Message::default().bytes(1, domain).int(2, version);
    let model = Message::default().int(1, 8).message(7, &graph).message(8, &set("", opset));
    model.0
}

/// A tensor of floats that later nodes may read.
#[derive(Clone)]
struct Tensor {
    name: String,
    dims: Vec<i64>,
}

/// A graph that grows.
struct Net<'r> {
    random: &'r mut Random,
    opset: i64,
    graph: Message,
    values: Vec<Tensor>,
    /// Names of tensors are unique in a file, and empty for what is left out.
    taken: HashSet<String>,
}

impl Net<'_> {
    fn name(&mut self) -> String {
        loop {
            let name = names::any(self.random);
            if !name.is_empty() && self.taken.insert(name.clone()) {
                return name;
            }
        }
    }

    /// A count or extent; small most of the time.
    fn extent(&mut self) -> i64 {
        match self.random.size(0, 15) {
            0 => self.random.pick(&[17, 64, 255, 257, 1000, 65_536, 70_000]),
            _ => self.random.within(1, 6),
        }
    }

    fn input(&mut self) {
        let name = self.name();
        let mut dims: Vec<i64> = match self.random.size(0, 9) {
            0 | 1 => vec![1, self.extent()],
            2 => vec![1, self.random.within(1, 6), self.extent()],
            _ => vec![1, self.random.within(1, 6), self.extent(), self.random.within(1, 6)],
        };
        if dims.iter().product::<i64>() > 80_000 {
            dims = vec![1, 3];
        }
        let port = port(&name, FLOAT, &dims);
        self.field(11, &port);
        self.values.push(Tensor { name, dims });
    }

    fn field(&mut self, field: u32, message: &Message) {
        self.graph = std::mem::take(&mut self.graph).message(field, message);
    }

    /// A constant of floats near 0.
    fn constant(&mut self, dims: &[i64]) -> String {
        let name = self.name();
        let count = dims.iter().product::<i64>();
        let data: Vec<u8> =
            (0..count).flat_map(|_| (self.random.within(-500, 500) as f32 / 500.0).to_le_bytes()).collect();
        let tensor = tensor(FLOAT, dims, &data).bytes(8, &name);
        self.field(5, &tensor);
        name
    }

    /// A constant of positive floats.
    fn positive(&mut self, dims: &[i64]) -> String {
        let name = self.name();
        let count = dims.iter().product::<i64>();
        let data: Vec<u8> =
            (0..count).flat_map(|_| (self.random.within(1, 9) as f32).to_le_bytes()).collect();
        let tensor = tensor(FLOAT, dims, &data).bytes(8, &name);
        self.field(5, &tensor);
        name
    }

    /// A constant list of integers, as shapes and axes are.
    fn list(&mut self, values: &[i64]) -> String {
        let name = self.name();
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let tensor = tensor(INT64, &[values.len() as i64], &data).bytes(8, &name);
        self.field(5, &tensor);
        name
    }

    /// A node with one result, which later nodes may read if its extents are known.
    fn node(&mut self, kind: &str, inputs: &[&str], attributes: Vec<Message>, dims: Vec<i64>) -> String {
        let result = self.name();
        let node = Message::default().all(1, inputs, |message, field, name| message.bytes(field, name));
        let node = node.bytes(2, &result).bytes(3, names::any(self.random)).bytes(4, kind);
        let node = node.all(5, &attributes, |message, field, attribute| message.message(field, attribute));
        self.field(1, &node);
        self.values.push(Tensor { name: result.clone(), dims });
        result
    }

    /// Adds a node, unless it does not fit.
    fn step(&mut self) {
        let newest = self.values.len() - 1;
        let of = if self.random.percent(75) { newest } else { self.random.size(0, newest) };
        let x = self.values[of].clone();
        let name = x.name.as_str();
        match self.random.size(0, 25) {
            0..=4 => self.convolution(&x),
            5 | 6 => self.pool(&x),
            7 => self.elementwise(&x),
            8 | 9 => self.unary(&x),
            10 | 11 => self.binary(&x),
            12 => self.concat(&x),
            13 => self.pad(&x),
            14 => self.transpose(&x),
            15 => {
                let kind = self.random.pick(&["Identity", "Dropout"]);
                _ = self.node(kind, &[name], vec![], x.dims.clone());
            }
            16 => _ = self.node("Cast", &[name], vec![int("to", FLOAT)], x.dims.clone()),
            17 | 18 => self.reshape(&x),
            19 => self.softmax(&x),
            20 => self.mean(&x),
            21 | 22 => self.gemm(&x),
            23 => self.unsqueeze(&x),
            24 => self.of_constants(),
            _ => self.batch_normalization(&x),
        }
    }

    fn convolution(&mut self, x: &Tensor) {
        let (&[_, channels, ..], spatial) = (x.dims.as_slice(), x.dims.len().saturating_sub(2)) else {
            return;
        };
        if !matches!(spatial, 1 | 2) {
            return;
        }
        let groups = if self.random.percent(30) { channels } else { 1 };
        let results = groups * self.random.within(1, if groups > 1 { 2 } else { 6 });
        let each = |random: &mut Random, low, high| -> Vec<i64> {
            (0..spatial).map(|_| random.within(low, high)).collect()
        };
        let (kernel, strides) = (each(self.random, 1, 3), each(self.random, 1, 2));
        let dilations = each(self.random, 1, 2);
        let pads: Vec<i64> = (0..2 * spatial).map(|_| self.random.within(0, 1)).collect();
        let mut dims = vec![1, results];
        for axis in 0..spatial {
            let room = x.dims[2 + axis] + pads[axis] + pads[axis + spatial]
                - dilations[axis] * (kernel[axis] - 1)
                - 1;
            if room < 0 {
                return;
            }
            dims.push(room / strides[axis] + 1);
        }
        let weights = self.constant(&[&[results, channels / groups], kernel.as_slice()].concat());
        let bias = self.random.percent(70).then(|| self.constant(&[results]));
        let operands: Vec<&str> = [x.name.as_str(), &weights].into_iter().chain(bias.as_deref()).collect();
        let attributes = vec![
            int("group", groups),
            ints("strides", &strides),
            ints("dilations", &dilations),
            ints("pads", &pads),
            ints("kernel_shape", &kernel),
        ];
        self.node("Conv", &operands, attributes, dims);
    }

    fn pool(&mut self, x: &Tensor) {
        let &[_, channels, height, width] = x.dims.as_slice() else { return };
        if self.random.percent(30) {
            let kind = self.random.pick(&["GlobalAveragePool", "GlobalMaxPool"]);
            self.node(kind, &[&x.name], vec![], vec![1, channels, 1, 1]);
            return;
        }
        let kernel = [self.random.within(1, 3).min(height), self.random.within(1, 3).min(width)];
        let strides = [self.random.within(1, 2), self.random.within(1, 2)];
        let dims =
            vec![1, channels, (height - kernel[0]) / strides[0] + 1, (width - kernel[1]) / strides[1] + 1];
        let kind = self.random.pick(&["MaxPool", "AveragePool"]);
        self.node(kind, &[&x.name], vec![ints("kernel_shape", &kernel), ints("strides", &strides)], dims);
    }

    fn unary(&mut self, x: &Tensor) {
        let kind = self.random.pick(&["Relu", "Sigmoid", "Tanh", "HardSigmoid", "LeakyRelu"]);
        self.node(kind, &[&x.name], vec![], x.dims.clone());
    }

    /// Clip has its bounds as attributes before operator set 11.
    fn elementwise(&mut self, x: &Tensor) {
        if self.opset < 11 {
            self.node("Clip", &[&x.name], vec![float("min", -0.5), float("max", 0.5)], x.dims.clone());
        } else {
            let bound = self.positive(&[]);
            self.node("Clip", &[&x.name, "", &bound], vec![], x.dims.clone());
        }
    }

    fn binary(&mut self, x: &Tensor) {
        let kind = self.random.pick(&["Add", "Mul", "Sub"]);
        let same: Vec<String> =
            self.values.iter().filter(|value| value.dims == x.dims).map(|value| value.name.clone()).collect();
        let other = if self.random.percent(60) {
            let choice = self.random.size(0, same.len() - 1);
            same[choice].clone()
        } else {
            self.constant(&x.dims)
        };
        self.node(kind, &[&x.name, &other], vec![], x.dims.clone());
    }

    fn concat(&mut self, x: &Tensor) {
        let axis = self.random.size(1, x.dims.len() - 1);
        let mut dims = x.dims.clone();
        dims[axis] *= 2;
        self.node("Concat", &[&x.name, &x.name], vec![int("axis", axis as i64)], dims);
    }

    /// The pads are an attribute before operator set 11.
    fn pad(&mut self, x: &Tensor) {
        let rank = x.dims.len();
        let pads: Vec<i64> =
            (0..2 * rank).map(|i| if i % rank > 1 { self.random.within(0, 2) } else { 0 }).collect();
        let dims = (0..rank).map(|axis| x.dims[axis] + pads[axis] + pads[axis + rank]).collect();
        if self.opset < 11 {
            self.node("Pad", &[&x.name], vec![ints("pads", &pads)], dims);
        } else {
            let pads = self.list(&pads);
            self.node("Pad", &[&x.name, &pads], vec![], dims);
        }
    }

    fn transpose(&mut self, x: &Tensor) {
        let perm: &[i64] = match x.dims.len() {
            4 => self.random.pick(&[[0, 2, 3, 1].as_slice(), &[0, 3, 1, 2], &[0, 1, 3, 2]]),
            3 => &[0, 2, 1],
            _ => &[1, 0],
        };
        if perm.len() == x.dims.len() {
            let dims = perm.iter().map(|&axis| x.dims[axis as usize]).collect();
            self.node("Transpose", &[&x.name], vec![ints("perm", perm)], dims);
        }
    }

    fn reshape(&mut self, x: &Tensor) {
        let elements = x.dims.iter().product();
        let shape = match self.random.percent(50) {
            true => vec![1, elements],
            false => vec![1, elements, 1, 1],
        };
        let list = self.list(&shape);
        self.node("Reshape", &[&x.name, &list], vec![], shape);
    }

    fn softmax(&mut self, x: &Tensor) {
        let axis = x.dims.len() as i64 - 1;
        self.node("Softmax", &[&x.name], vec![int("axis", axis)], x.dims.clone());
    }

    /// The axes are an operand from operator set 18 on.
    fn mean(&mut self, x: &Tensor) {
        let axis = self.random.size(1, x.dims.len() - 1);
        let mut dims = x.dims.clone();
        dims[axis] = 1;
        if self.opset < 18 {
            self.node("ReduceMean", &[&x.name], vec![ints("axes", &[axis as i64])], dims);
        } else {
            let axes = self.list(&[axis as i64]);
            self.node("ReduceMean", &[&x.name, &axes], vec![], dims);
        }
    }

    fn gemm(&mut self, x: &Tensor) {
        let elements: i64 = x.dims.iter().product();
        let results = self.random.within(1, if elements > 4000 { 2 } else { 7 });
        let flat = match x.dims.as_slice() {
            [1, _] => x.name.clone(),
            _ => self.node("Flatten", &[&x.name], vec![int("axis", 1)], vec![1, elements]),
        };
        let (weights, bias) = (self.constant(&[elements, results]), self.constant(&[results]));
        self.node("Gemm", &[&flat, &weights, &bias], vec![], vec![1, results]);
    }

    /// The axes are an operand from operator set 13 on.
    fn unsqueeze(&mut self, x: &Tensor) {
        if x.dims.len() > 3 {
            return;
        }
        let mut dims = x.dims.clone();
        dims.insert(1, 1);
        if self.opset < 13 {
            self.node("Unsqueeze", &[&x.name], vec![ints("axes", &[1])], dims);
        } else {
            let axes = self.list(&[1]);
            self.node("Unsqueeze", &[&x.name, &axes], vec![], dims);
        }
    }

    /// Something that depends on no input.
    fn of_constants(&mut self) {
        let constant = self.constant(&[1, 3]);
        let kind = self.random.pick(&["Relu", "Identity", "Neg"]);
        self.node(kind, &[&constant], vec![], vec![1, 3]);
    }

    fn batch_normalization(&mut self, x: &Tensor) {
        let &[_, channels, ..] = x.dims.as_slice() else { return };
        let [scale, bias, mean] = [0; 3].map(|_| self.constant(&[channels]));
        let variance = self.positive(&[channels]);
        self.node("BatchNormalization", &[&x.name, &scale, &bias, &mean, &variance], vec![], x.dims.clone());
    }

    /// The newest tensor and some of the others; inputs, constants and what others are views of among them.
    fn outputs(&mut self) {
        if self.random.percent(15) {
            let (name, x) = (self.name(), self.values[0].name.clone());
            let node = Message::default().bytes(1, &x).bytes(2, &name).bytes(4, "Shape");
            self.field(1, &node);
            let output = Message::default().bytes(1, &name);
            self.field(12, &output);
        }
        if self.random.percent(15) {
            let newest = self.values[self.values.len() - 1].clone();
            self.node("Identity", &[&newest.name], vec![], newest.dims);
        }
        let inputs = self.values.clone();
        let newest = inputs.len() - 1;
        for (number, value) in inputs.iter().enumerate() {
            if number == newest || self.random.percent(15) {
                // The format has no output that is an input; an Identity stands for it.
                let output = Message::default().bytes(1, &value.name);
                self.field(12, &output);
            }
        }
    }
}

fn port(name: &str, dtype: i64, dims: &[i64]) -> Message {
    let dim = |message: Message, field: u32, &extent: &i64| {
        message.message(field, &Message::default().int(1, extent))
    };
    let shape = Message::default().all(1, dims, dim);
    let tensor = Message::default().int(1, dtype).message(2, &shape);
    Message::default().bytes(1, name).message(2, &Message::default().message(1, &tensor))
}

fn tensor(dtype: i64, dims: &[i64], data: &[u8]) -> Message {
    Message::default().all(1, dims.iter().copied(), Message::int).int(2, dtype).bytes(9, data)
}

fn int(name: &str, value: i64) -> Message {
    Message::default().bytes(1, name).int(3, value).int(20, 2)
}

fn ints(name: &str, values: &[i64]) -> Message {
    Message::default().bytes(1, name).all(8, values.iter().copied(), Message::int).int(20, 7)
}

fn float(name: &str, value: f32) -> Message {
    Message::default().bytes(1, name).float(2, value).int(20, 1)
}
