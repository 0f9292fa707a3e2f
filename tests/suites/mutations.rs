//! Whatever bytes a model file holds, the compiler has an answer: code or messages, and soon. 10,000 damaged copies for each
//! importer, through the whole pipeline.
//!
//! A copy is made from its number, so a failure names all that is needed to repeat it.

use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

use tinyml_codegen::config::{Options, Precision};
use tinyml_codegen::module;
use tinyml_codegen::source::Source;
use tinyml_tests::user_crate::repository;

const COPIES: u64 = 10_000;

/// Long enough for a slow machine under load, short enough to tell that something runs away.
const LONGEST: Duration = Duration::from_secs(10);

#[test]
fn of_tflite_files() {
    mutate_all(&[
        ("tests/compile-fail/models/picture.tflite", Precision::Int8),
        ("tests/compile-fail/models/dense.tflite", Precision::F32),
        ("tests/cases/net-branches/model.tflite", Precision::Int8),
        ("tests/cases/net-1d/model.tflite", Precision::Int8),
        ("tests/cases/net-two-inputs/model.tflite", Precision::Int8),
    ]);
}

#[cfg(feature = "onnx")]
#[test]
fn of_onnx_files() {
    mutate_all(&[
        ("tests/compile-fail/models/dense.onnx", Precision::F32),
        ("tests/compile-fail/models/features.onnx", Precision::F32),
    ]);
}

/// Compiles `COPIES` damaged copies of the samples, taken in turn.
fn mutate_all(paths: &[(&str, Precision)]) {
    let read = |path: &str| Source::read(repository().join(path)).expect("a sample model");
    let samples: Vec<Sample> =
        paths.iter().map(|&(path, precision)| Sample { source: read(path), precision }).collect();
    for sample in &samples {
        assert_eq!(
            sample.outcome(sample.source.bytes.clone()),
            Outcome::Compiled,
            "{:?}",
            sample.source.path
        );
    }
    let threads = thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let found: Vec<(u64, Outcome)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|first| {
                let samples = &samples;
                scope.spawn(move || {
                    let numbers = (first..COPIES).step_by(threads as usize);
                    numbers
                        .map(|number| {
                            let sample = &samples[number as usize % samples.len()];
                            (number, sample.outcome(damage(&sample.source.bytes, number)))
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker catches panics")).collect()
    });
    let bad: Vec<_> = found
        .iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Panicked(_) | Outcome::Slow(_)))
        .collect();
    assert!(bad.is_empty(), "{} of {COPIES} copies, first {:?}", bad.len(), &bad[..bad.len().min(5)]);
    // Both must happen, else the damage tests nothing.
    let refused = found.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Refused(_))).count() as u64;
    assert!((COPIES / 10..COPIES * 99 / 100).contains(&refused), "{refused} of {COPIES} copies were refused");
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Compiled,
    /// With these messages.
    Refused(String),
    Panicked(String),
    Slow(Duration),
}

struct Sample {
    source: Source,
    precision: Precision,
}

impl Sample {
    /// What becomes of the sample with these bytes in place of its own.
    fn outcome(&self, bytes: Vec<u8>) -> Outcome {
        let source = Source { bytes, ..self.source.clone() };
        let options = Options { precision: self.precision, ..Options::default() };
        let start = Instant::now();
        let compile = AssertUnwindSafe(|| module::compile(&source, &options, &module::default_runtime()));
        match (panic::catch_unwind(compile), start.elapsed()) {
            (Err(payload), _) => {
                let text = payload.downcast_ref::<String>().cloned();
                let text = text.or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned()));
                Outcome::Panicked(text.unwrap_or_default())
            }
            (_, time) if time > LONGEST => Outcome::Slow(time),
            (Ok(Ok(_)), _) => Outcome::Compiled,
            (Ok(Err(faults)), _) => Outcome::Refused(faults.to_string()),
        }
    }
}

/// A damaged copy: cut short, bits flipped, a length or an offset changed, bytes moved, repeated or taken out.
fn damage(sample: &[u8], number: u64) -> Vec<u8> {
    let mut random = Random(number);
    let mut bytes = sample.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(16)).min(bytes.len());
        match random.below(8) {
            0 => bytes.truncate(at),
            1 | 2 => bytes[at] ^= 1 << random.below(8),
            3 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            // Little-endian lengths and offsets of a flatbuffer, aligned; in a protobuf just bytes.
            4 => {
                let word = at & !3;
                let value = [0, 1, 0x7fff_ffff, u32::MAX, 1 << 30, random.next() as u32][random.below(6)];
                let end = (word + 4).min(bytes.len());
                bytes[word..end].copy_from_slice(&value.to_le_bytes()[..end - word]);
            }
            // A varint of a protobuf: longer, or without an end.
            5 => bytes[at] |= 0x80,
            6 => drop(bytes.drain(at..end)),
            _ => {
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// SplitMix64: the same sequence everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}
