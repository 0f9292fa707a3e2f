//! Damaged ONNX files that still are protobufs: fields are changed, moved, repeated and left out, and the lengths around them are
//! right. The compiler has an answer to each, code or messages, and soon. (Damage of single bytes is in the suite `mutations`.)

#![cfg(feature = "onnx")]

mod protobuf;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use protobuf::Field;
use tinyml_codegen::config::{Options, Precision};
use tinyml_codegen::module;
use tinyml_codegen::pipeline::Source;

/// Damaged copies of each sample.
const COPIES: u64 = 500;

/// Long enough for a slow machine under load, short enough to tell that something runs away.
const LONGEST: Duration = Duration::from_secs(10);

/// Integers that extents, axes and numbers of types do not expect.
const INTEGERS: [i64; 12] = [0, 1, 2, 3, 7, 100, -1, 1 << 31, 1 << 40, 1 << 62, i64::MAX, i64::MIN];

/// Numbers that scales and bounds do not expect.
const NUMBERS: [f32; 7] = [0.0, -1.0, 0.5, 1e-40, 3e38, f32::INFINITY, f32::NAN];

/// Damages one field of the message, or of one inside it.
fn damage(message: &mut Vec<Field>, texts: &[Vec<u8>], random: &mut Random) {
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
        Field::Varint(_, value) => *value = INTEGERS[random.below(INTEGERS.len())] as u64,
        Field::Fixed32(_, bytes) => *bytes = NUMBERS[random.below(NUMBERS.len())].to_le_bytes(),
        // The name of another value, or another number of a shape.
        Field::Bytes(_, bytes)
            if bytes.is_empty() || !bytes.len().is_multiple_of(8) || random.below(2) == 0 =>
        {
            *bytes = texts[random.below(texts.len())].clone();
        }
        Field::Bytes(_, bytes) => {
            let place = 8 * random.below(bytes.len() / 8);
            bytes[place..place + 8].copy_from_slice(&INTEGERS[random.below(INTEGERS.len())].to_le_bytes());
        }
        Field::Fixed64(..) | Field::Message(..) => {}
    }
}

/// What is wrong with the compiler's answer, if anything.
fn fault(source: &Source, precision: Precision) -> Option<String> {
    let options = Options { precision, ..Options::default() };
    let start = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _ = module::compile(source, &options, &module::default_runtime());
    }));
    match (outcome, start.elapsed()) {
        (Err(_), _) => Some("it panicked".to_owned()),
        (Ok(()), time) if time > LONGEST => Some(format!("it took {time:?}")),
        _ => None,
    }
}

fn mutate(case: &str, precision: Precision) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases").join(case).join("model.onnx");
    let source = Source::read(path).expect("the sample can be read");
    let whole = Field::parse(&source.bytes).expect("the sample is a protobuf");
    assert_eq!(Field::write(&whole), source.bytes);
    let texts = Field::texts(&whole);
    for number in 0..COPIES {
        let mut random = Random(number);
        let mut message = whole.clone();
        for _ in 0..=random.below(3) {
            damage(&mut message, &texts, &mut random);
        }
        let damaged = Source { bytes: Field::write(&message), ..source.clone() };
        if let Some(fault) = fault(&damaged, precision) {
            panic!("{case}, copy {number}: {fault}");
        }
    }
}

#[test]
fn of_a_float_model_with_computed_shapes() {
    mutate("onnx-torch-opset-11-residual", Precision::F32);
}

#[test]
fn of_a_model_with_pools_in_nhwc() {
    mutate("onnx-keras-flat", Precision::F32);
}

#[test]
fn of_quantised_operators() {
    mutate("onnx-qop-int8-residual", Precision::Int8);
}

#[test]
fn of_quantise_and_dequantise_pairs() {
    mutate("onnx-torch-qdq-uint8-separable", Precision::Int8);
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}
