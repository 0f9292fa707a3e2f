//! Layers that remember: what they keep from step to step is an operand and a result, which a state of the graph ties.

#[cfg(feature = "onnx")]
mod import_onnx;
pub mod sequence;

super::operators! {
    gru: "one sequence; weights are constants; no clip, no lengths of sequences",
    lstm: "one sequence; weights are constants; no peephole connections, projection, layer normalisation, coupled gates, clip of ONNX, lengths of \
           sequences; int8 with a cell of int16 in TFLite alone",
    rnn: "one sequence; weights are constants; no clip, no lengths of sequences",
    svdf: "one sequence; weights are constants; a state of int8 or int16 beside int8",
}
