//! A small model that has one of everything.

use super::super::flatbuffer::{FlatbufferError, Result};
use super::super::schema::{Model, Subgraph, Tensor};
use super::builder::{
    Node, Value, build, float32s, int8, int32, int32s, int64s, set, text, uint8, uint8s, uint32,
};

/// Slots, as numbers: the tests must not take them from the code that they check.
pub(super) mod slot {
    pub(in super::super) const OPERATOR_CODES: u16 = 1;
    pub(in super::super) const SUBGRAPHS: u16 = 2;
    pub(in super::super) const BUFFERS: u16 = 4;
    pub(in super::super) const METADATA: u16 = 6;
    pub(in super::super) const TENSORS: u16 = 0;
    pub(in super::super) const INPUTS: u16 = 1;
    pub(in super::super) const OUTPUTS: u16 = 2;
    pub(in super::super) const OPERATORS: u16 = 3;
}

/// The parts of a model, to be changed before it is written.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) root: Node,
    pub(super) codes: Vec<Node>,
    pub(super) tensors: Vec<Node>,
    pub(super) operators: Vec<Node>,
    pub(super) inputs: Value,
    pub(super) outputs: Value,
    pub(super) buffers: Vec<Node>,
    pub(super) metadata: Vec<Node>,
}

/// `image` [1, 4, 4, 1] → CONV_2D with `weights` [2, 3, 3, 1], `bias` [2] → `sum` → a custom operator → `scores`.
pub(super) fn sample() -> Sample {
    let quantization = |scales: &[f32], zero_points: &[i64], axis: i32| {
        Value::Table(vec![(2, float32s(scales)), (3, int64s(zero_points)), (6, int32(axis))])
    };
    let tensor = |name: &str, shape: &[i32], code: i8, buffer: u32, quantization: Value| {
        vec![(0, int32s(shape)), (1, int8(code)), (2, uint32(buffer)), (3, text(name)), (4, quantization)]
    };
    let mut image = tensor("image", &[1, 4, 4, 1], 9, 0, quantization(&[0.5], &[-128], 0));
    set(&mut image, 7, int32s(&[-1, 4, 4, 1]));
    let conv_options = vec![(0, int8(1)), (1, int32(2)), (2, int32(3)), (3, int8(3))];
    Sample {
        root: vec![(0, uint32(3)), (3, text("a sample"))],
        codes: vec![
            vec![(0, int8(3)), (3, int32(3)), (2, int32(5))],
            vec![(0, int8(32)), (3, int32(32)), (1, text("Vote"))],
        ],
        tensors: vec![
            image,
            tensor("weights", &[2, 3, 3, 1], 9, 1, quantization(&[0.25, 0.125], &[0, 0], 0)),
            tensor("bias", &[2], 2, 2, quantization(&[0.125, 0.0625], &[0, 0], 0)),
            tensor("sum", &[1, 1, 1, 2], 9, 0, quantization(&[0.75], &[3], 0)),
            tensor("scores", &[1, 2], 9, 0, Value::Table(vec![(0, float32s(&[0.0])), (1, float32s(&[1.0]))])),
        ],
        operators: vec![
            vec![
                (0, uint32(0)),
                (1, int32s(&[0, 1, 2])),
                (2, int32s(&[3])),
                (3, uint8(1)),
                (4, Value::Table(conv_options)),
            ],
            vec![(0, uint32(1)), (1, int32s(&[3, -1])), (2, int32s(&[4])), (5, uint8s(&[1, 2, 3]))],
        ],
        inputs: int32s(&[0]),
        outputs: int32s(&[4]),
        buffers: vec![
            vec![],
            vec![(0, uint8s(&(0..18).collect::<Vec<u8>>()))],
            vec![(0, uint8s(&[1, 0, 0, 0, 254, 255, 255, 255]))],
        ],
        // Of a buffer that is not there: nothing reads metadata of this name.
        metadata: vec![vec![(0, text("min_runtime_version")), (1, uint32(99))]],
    }
}

impl Sample {
    /// The file; the buffers come last.
    pub(super) fn file(&self) -> Vec<u8> {
        let mut root = self.root.clone();
        let subgraph = vec![
            (slot::TENSORS, Value::Tables(self.tensors.clone())),
            (slot::INPUTS, self.inputs.clone()),
            (slot::OUTPUTS, self.outputs.clone()),
            (slot::OPERATORS, Value::Tables(self.operators.clone())),
            (4, text("main")),
        ];
        root.push((slot::OPERATOR_CODES, Value::Tables(self.codes.clone())));
        root.push((slot::SUBGRAPHS, Value::Tables(vec![subgraph])));
        root.push((slot::METADATA, Value::Tables(self.metadata.clone())));
        root.push((slot::BUFFERS, Value::Tables(self.buffers.clone())));
        build("TFL3", &root)
    }

    /// The error with which the file is refused.
    pub(super) fn error(&self) -> FlatbufferError {
        read(&self.file()).expect_err("the file must be refused")
    }
}

/// The first subgraph, or the first error in it.
pub(super) fn read(file: &[u8]) -> Result<Subgraph<'_>> {
    let graph = Model::parse(file)?.subgraph(0)?;
    match graph.tensors.iter().find_map(|tensor| tensor.as_ref().err()) {
        Some(error) => Err(error.clone()),
        None => Ok(graph),
    }
}

/// The tensors of a subgraph in which each can be read.
pub(super) fn tensors<'g, 'a>(graph: &'g Subgraph<'a>) -> Vec<&'g Tensor<'a>> {
    graph.tensors.iter().map(|tensor| tensor.as_ref().expect("a good tensor")).collect()
}
