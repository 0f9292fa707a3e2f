//! Runs layers: inputs from a file, outputs to another, both in the current folder.

use std::fs;
use std::io::{self, Read, Write};

/// A model with the sizes of its blocks: the firmware's `Case` with its name.
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// Runs the model on the block of inputs at the pointer.
    pub run: unsafe fn(*mut u8),
    /// Number of blocks.
    pub vectors: usize,
    /// Bytes of a block of inputs.
    pub input_bytes: usize,
    /// Where the block of outputs begins, behind the pointer.
    pub output_offset: usize,
    /// Bytes of a block of outputs.
    pub output_bytes: usize,
}

/// Aligned for every element type.
#[repr(C, align(16))]
#[derive(Clone, Copy)]
struct Line([u8; 16]);

/// Reads the blocks of inputs of all cases from `vectors` and writes those of outputs to `outputs`, each behind four zeros, where
/// firmware has its stack. Cases with `planted` faults run if the program's argument names them, and others then do not: a zero block
/// stands for what did not run.
///
/// # Errors
/// A file cannot be read or written.
///
/// # Safety
/// The cases' functions run on blocks of these sizes.
pub unsafe fn run(cases: &[Case]) -> io::Result<()> {
    let named = std::env::args().nth(1);
    let runs = |case: &Case| match &named {
        Some(name) => name == case.name,
        None => !case.name.starts_with("planted"),
    };
    let mut vectors = fs::File::open("vectors")?;
    let mut outputs = io::BufWriter::new(fs::File::create("outputs")?);
    for case in cases {
        // Each block in memory of its own, so that an access outside is seen.
        let mut input = vec![0; case.input_bytes];
        for _ in 0..case.vectors {
            vectors.read_exact(&mut input)?;
            let mut io = vec![Line([0; 16]); (case.output_offset + case.output_bytes).div_ceil(16)];
            let pointer: *mut u8 = io.as_mut_ptr().cast();
            // SAFETY: there is room for inputs and outputs; the function is the caller's.
            unsafe {
                pointer.copy_from_nonoverlapping(input.as_ptr(), input.len());
                if runs(case) {
                    (case.run)(pointer);
                }
            }
            outputs.write_all(&[0; 4])?;
            let bytes = io.iter().flat_map(|line| line.0).skip(case.output_offset).take(case.output_bytes);
            outputs.write_all(&bytes.collect::<Vec<u8>>())?;
        }
    }
    outputs.flush()
}
