//! How much memory the messages of a file would take, before any is decoded: a message of no fields is two bytes in the file and
//! some hundred in memory, so a small file could ask for gigabytes.

use std::mem::size_of;

use super::proto::{
    AttributeProto, DimensionProto, FunctionProto, GraphProto, NodeProto, OperatorSetIdProto,
    SparseTensorProto, StringStringEntryProto, TensorProto, ValueInfoProto,
};

/// Messages inside each other are at most so deep, as for the decoder.
const DEEPEST: usize = 100;

/// A kind of message, as far as its size goes.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    Sparse,
    Value,
    Type,
    TensorType,
    Shape,
    Function,
    /// Without fields that repeat.
    Plain,
}

/// What a field with a length holds.
enum Field {
    /// A message of this kind, which takes so many bytes itself.
    Message(Kind, usize),
    /// Text, one of many.
    Text,
    /// Integers of eight bytes, written as varints.
    Varints,
    /// Bytes that are kept as they are.
    Bytes,
}

/// Bytes that the decoded file takes in memory. A file that is damaged is counted up to the damage; the decoder says what it is.
pub(super) fn decoded(bytes: &[u8]) -> usize {
    let mut total = 0;
    let _ = count(bytes, Kind::Model, 0, &mut total);
    total
}

fn count(mut bytes: &[u8], kind: Kind, depth: usize, total: &mut usize) -> Option<()> {
    if depth > DEEPEST {
        return None;
    }
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let number = tag >> 3;
        match tag & 7 {
            0 => {
                varint(&mut bytes)?;
                *total = total.saturating_add(size_of::<u64>());
            }
            1 => {
                bytes = bytes.get(8..)?;
                *total = total.saturating_add(8);
            }
            5 => {
                bytes = bytes.get(4..)?;
                *total = total.saturating_add(size_of::<u64>());
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let content = bytes.get(..length)?;
                bytes = bytes.get(length..)?;
                let own = match field(kind, number) {
                    Field::Message(inner, size) => {
                        count(content, inner, depth + 1, total)?;
                        size
                    }
                    Field::Text => size_of::<String>() + length,
                    Field::Varints => 8 * content.iter().filter(|&&byte| byte < 0x80).count(),
                    Field::Bytes => length,
                };
                *total = total.saturating_add(own);
            }
            _ => return None,
        }
    }
    Some(())
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in 0..10 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << (7 * shift);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// The fields of `onnx.proto` that repeat, or that hold such.
fn field(kind: Kind, number: u64) -> Field {
    // A list that grows has room for as many again.
    fn message<T>(kind: Kind) -> Field {
        Field::Message(kind, 2 * size_of::<T>())
    }
    match (kind, number) {
        (Kind::Model, 7) => message::<GraphProto>(Kind::Graph),
        (Kind::Model, 8) | (Kind::Function, 9) => message::<OperatorSetIdProto>(Kind::Plain),
        (Kind::Model, 14) | (Kind::Tensor, 13) => message::<StringStringEntryProto>(Kind::Plain),
        (Kind::Model, 25) => message::<FunctionProto>(Kind::Function),
        (Kind::Graph, 1) | (Kind::Function, 7) => message::<NodeProto>(Kind::Node),
        (Kind::Graph, 5) => message::<TensorProto>(Kind::Tensor),
        (Kind::Graph, 11 | 12) => message::<ValueInfoProto>(Kind::Value),
        (Kind::Graph, 15) => message::<SparseTensorProto>(Kind::Sparse),
        (Kind::Node, 5) => message::<AttributeProto>(Kind::Attribute),
        (Kind::Node, 1 | 2) | (Kind::Attribute, 9) | (Kind::Tensor, 6) => Field::Text,
        (Kind::Attribute, 5) | (Kind::Sparse, 1) => message::<TensorProto>(Kind::Tensor),
        (Kind::Attribute, 6 | 11) => message::<GraphProto>(Kind::Graph),
        (Kind::Attribute, 8) | (Kind::Tensor, 1 | 5 | 7 | 11) => Field::Varints,
        (Kind::Value, 2) => Field::Message(Kind::Type, 0),
        (Kind::Type, 1) => Field::Message(Kind::TensorType, 0),
        (Kind::TensorType, 2) => Field::Message(Kind::Shape, 0),
        (Kind::Shape, 1) => message::<DimensionProto>(Kind::Plain),
        _ => Field::Bytes,
    }
}

#[cfg(test)]
mod test {
    use super::super::test::protobuf::Message;
    use super::*;

    /// A model whose graph holds this.
    fn of_graph(graph: &[u8]) -> Vec<u8> {
        Message::default().bytes(7, graph).0
    }

    #[test]
    fn empty_messages_are_counted_with_what_they_take() {
        let nodes = [0x0a, 0].repeat(1000);
        assert!(decoded(&of_graph(&nodes)) >= 1000 * size_of::<NodeProto>());
        let dims = [0x0a, 0].repeat(1000);
        let shape = Message::default().bytes(2, dims);
        let ty = Message::default().message(1, &shape);
        let input = Message::default().message(2, &ty);
        let graph = Message::default().message(11, &input);
        assert!(decoded(&of_graph(&graph.0)) >= 1000 * size_of::<DimensionProto>());
    }

    #[test]
    fn varints_are_counted_as_integers() {
        let tensor = Message::default().bytes(7, vec![1; 1000]);
        let graph = Message::default().message(5, &tensor);
        assert!(decoded(&of_graph(&graph.0)) >= 8000);
    }

    #[test]
    fn damage_ends_the_count() {
        assert_eq!(decoded(&[0xff; 32]), 0);
        assert_eq!(decoded(&[0x3a, 0x7f]), 0);
        // A message inside a message, without end.
        let mut nested = Vec::new();
        for _ in 0..2000 {
            nested = Message::default().bytes(6, nested).0;
        }
        assert!(decoded(&nested) < 10_000_000);
    }
}
