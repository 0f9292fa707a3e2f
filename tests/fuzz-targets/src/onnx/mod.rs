//! ONNX files: as they come, and small models that are built from the input and then damaged.

mod graph;

use tinyml_codegen::source::Source;

use crate::Target;
use crate::examine;
use crate::protobuf::Field;
use crate::random::Random;

/// The bytes are the file.
pub(crate) const FILE: Target = Target {
    name: "onnx",
    run: |bytes| examine::model(&source(bytes.to_vec())),
    mutate: Some(mutate),
    generate: Some(|bytes| examine::generate(&source(bytes.to_vec()))),
};

/// The bytes decide what the file has.
pub(crate) const GRAPH: Target = Target {
    name: "onnx_graph",
    run: |bytes| examine::model(&source(graph::file(bytes))),
    mutate: None,
    generate: Some(|bytes| examine::generate(&source(graph::file(bytes)))),
};

/// A file of that content, in a folder that has no external data.
fn source(bytes: Vec<u8>) -> Source {
    Source { path: "no-such-folder/model.onnx".into(), bytes }
}

/// Integers that extents, axes and numbers of types do not expect.
const INTEGERS: [i64; 12] = [0, 1, 2, 3, 7, 100, -1, 1 << 31, 1 << 40, 1 << 62, i64::MAX, i64::MIN];

/// Numbers that scales and bounds do not expect.
const NUMBERS: [f32; 7] = [0.0, -1.0, 0.5, 1e-40, 3e38, f32::INFINITY, f32::NAN];

/// Changes fields of the message; bytes that are none stay as they are.
fn mutate(bytes: &mut Vec<u8>, seed: u32) {
    let Some(mut message) = Field::parse(bytes) else { return };
    let texts = Field::texts(&message);
    let mut random = Random(seed.into());
    for _ in 0..=random.below(3) {
        damage(&mut message, &texts, &mut random);
    }
    *bytes = Field::write(&message);
}

/// Damages one field of the message, or of one inside it: it is changed, moved, repeated or left out, and the lengths around it are
/// right. `texts` are bytes that another field may get.
pub(crate) fn damage(message: &mut Vec<Field>, texts: &[Vec<u8>], random: &mut Random) {
    if message.is_empty() {
        return;
    }
    let at = random.below(message.len());
    if let Field::Message(_, inner) = &mut message[at]
        && random.below(12) > 0
    {
        return damage(inner, texts, random);
    }
    match random.below(8) {
        0 => drop(message.remove(at)),
        1 => message.insert(random.below(message.len()), message[at].clone()),
        2 => message[at].set_number(1 + random.below(20) as u32),
        _ => change(&mut message[at], texts, random),
    }
}

/// Another value for a field.
fn change(field: &mut Field, texts: &[Vec<u8>], random: &mut Random) {
    match field {
        Field::Varint(_, value) => *value = random.pick(&INTEGERS) as u64,
        Field::Fixed32(_, bytes) => *bytes = random.pick(&NUMBERS).to_le_bytes(),
        // The name of another value, or another number of a shape.
        Field::Bytes(_, bytes)
            if bytes.is_empty() || !bytes.len().is_multiple_of(8) || random.below(2) == 0 =>
        {
            if let Some(text) = texts.get(random.below(texts.len())) {
                bytes.clone_from(text);
            }
        }
        Field::Bytes(_, bytes) => {
            let place = 8 * random.below(bytes.len() / 8);
            bytes[place..place + 8].copy_from_slice(&random.pick(&INTEGERS).to_le_bytes());
        }
        Field::Fixed64(..) | Field::Message(..) => {}
    }
}
