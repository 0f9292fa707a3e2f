//! Runs golden cases: inputs from a file, outputs and the stack that was needed to another.

use crate::file::File;
use crate::stack::high_water;

/// A model with the sizes of its blocks.
pub struct Case {
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

/// Reads the blocks of inputs of all cases from the file `vectors` and writes, for each, the bytes of stack that the model needed
/// and the block of outputs to the file `outputs`.
///
/// # Safety
/// At `io` is room for the blocks of every case, aligned as its `run` needs it.
pub unsafe fn run(cases: &[Case], io: *mut u8) {
    let mut vectors = File::open(c"vectors");
    let mut outputs = File::create(c"outputs");
    for case in cases {
        for _ in 0..case.vectors {
            // SAFETY: the caller's.
            vectors.read(unsafe { core::slice::from_raw_parts_mut(io, case.input_bytes) });
            // SAFETY: the caller's.
            let stack = unsafe { high_water(case.run, io) };
            outputs.write(&(stack as u32).to_le_bytes());
            // SAFETY: the caller's; `run` has written the outputs.
            outputs
                .write(unsafe { core::slice::from_raw_parts(io.add(case.output_offset), case.output_bytes) });
        }
    }
}
