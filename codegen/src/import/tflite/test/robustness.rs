//! Whatever the bytes are, there is an answer, and soon.

use std::time::{Duration, Instant};

use super::super::flatbuffer::Result;
use super::super::options as opt;
use super::super::schema::Operator;
use super::builder::{Value, build, int32s, text, uint8s, uint32};
use super::sample::{read, sample, slot};

/// Reads all that there is to read, the options of every operator as every type of options included.
pub(super) fn read_all(file: &[u8]) -> Result<()> {
    let graph = read(file)?;
    for operator in &graph.operators {
        let (own, table) = operator.options.clone()?;
        for tag in [own, 1, 2, 5, 8, 9, 10, 11, 17, 19, 23, 27, 30, 32, 35, 59, 64, 74, 75, 77, 94] {
            read_options(&Operator { options: Ok((tag, table)), ..operator.clone() });
        }
    }
    Ok(())
}

/// All readers; those whose table it is not refuse it.
fn read_options(operator: &Operator<'_>) -> usize {
    let errors = [
        opt::Conv2dOptions::read(operator).err(),
        opt::DepthwiseConv2dOptions::read(operator).err(),
        opt::FullyConnectedOptions::read(operator).err(),
        opt::Pool2dOptions::read(operator).err(),
        opt::ArithmeticOptions::read(operator).err(),
        opt::ConcatenationOptions::read(operator).err(),
        opt::ReshapeOptions::read(operator).err(),
        opt::SqueezeOptions::read(operator).err(),
        opt::SoftmaxOptions::read(operator).err(),
        opt::LeakyReluOptions::read(operator).err(),
        opt::ReducerOptions::read(operator).err(),
        opt::StridedSliceOptions::read(operator).err(),
        opt::PackOptions::read(operator).err(),
        opt::GatherOptions::read(operator).err(),
        opt::SplitOptions::read(operator).err(),
        opt::MirrorPadOptions::read(operator).err(),
        opt::ResizeOptions::read(operator).err(),
        opt::BlockOptions::read(operator).err(),
        opt::TransposeConvOptions::read(operator).err(),
        opt::BatchMatMulOptions::read(operator).err(),
    ];
    errors.iter().flatten().map(|error| error.to_string().len()).sum()
}

/// Marsaglia's xorshift64: the same sequence everywhere.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// Changes up to four places to values that are likely to hurt.
pub(super) fn mutate(file: &mut [u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(file.len());
        match random.below(4) {
            0 => file[at] = random.below(256) as u8,
            1 => file[at] ^= 1 << random.below(8),
            2 => file[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            _ => {
                let end = file.len().min(at + 4);
                file[at..end].fill([0, 0x7f, 0xff][random.below(3)]);
            }
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let file = sample().file();
    assert_eq!(read_all(&file), Ok(()));
    for len in 0..file.len() {
        let error = read_all(&file[..len]).expect_err("a truncated file");
        assert!(error.offset <= file.len(), "{len}: {error}");
        assert!(!error.path.is_empty(), "{len}: {error}");
    }
}

#[test]
fn mutated_files_get_an_answer() {
    let file = sample().file();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut refused = 0;
    for _ in 0..20_000 {
        let mut copy = file.clone();
        mutate(&mut copy, &mut random);
        refused += usize::from(read_all(&copy).is_err());
    }
    // Both must happen, else the mutations test nothing.
    assert!((2_000..18_000).contains(&refused), "{refused} of 20000 were refused");
}

#[test]
fn random_bytes_get_an_answer() {
    let mut random = Random(42);
    for _ in 0..20_000 {
        let mut file: Vec<u8> = (0..random.below(200)).map(|_| random.below(256) as u8 & 0x1f).collect();
        if let Some(identifier) = file.get_mut(4..8) {
            identifier.copy_from_slice(b"TFL3");
        }
        assert!(read_all(&file).is_err());
    }
}

/// Parts that are shared a thousand times on each of three levels would take 10^12 bytes to read.
#[test]
fn a_file_that_unfolds_is_refused() {
    let tensor = vec![(0, int32s(&[1; 1000])), (3, text(&"n".repeat(1000)))];
    let graph = vec![(slot::TENSORS, Value::Shared(5000, tensor))];
    let root = vec![
        (0, uint32(3)),
        (slot::SUBGRAPHS, Value::Shared(5000, graph)),
        (slot::BUFFERS, Value::Tables(vec![vec![(0, uint8s(&[]))]])),
    ];
    let start = Instant::now();
    let error = read(&build("TFL3", &root)).expect_err("too much");
    assert!(error.to_string().contains("shared so often"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
