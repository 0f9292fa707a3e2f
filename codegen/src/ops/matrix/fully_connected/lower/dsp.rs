//! The matrix kernel of cores with DSP instructions: any layer.

use super::LayerS8;
use crate::config::Optimise;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{Const, KernelChoice, Operand, Overlap};
use crate::ops::common::matrix::Matrix;
use tinyml_arith::matrix::{BLOCK, Code, vector_gaps, vector_in_place, vector_scratch_words, vector_taps};

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    if !layer.lowering.core.has_dsp() {
        return Ok(None);
    }
    let (rows, inputs, outputs) = (layer.geometry.rows, layer.geometry.inputs, layer.geometry.outputs);
    let requantisation = layer.requantisation()?;
    let matrix = match vector_in_place(rows, inputs) {
        true => Matrix::in_place(&requantisation, vector_taps(inputs)),
        false => Matrix::new(&requantisation, vector_taps(inputs)),
    };
    let mut call = layer.layer.call("fully_connected_dsp_s8", layer.geometry);
    call.shape.extend(matrix.shape());
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    call.overlap = vec![(0, Overlap::Sliding(vector_gaps(rows, inputs, outputs)))];
    let bytes = 4 * vector_scratch_words(rows, inputs, outputs, matrix.finish);
    let cost = matrix.cost(rows);
    let code = match layer.lowering.optimise {
        Optimise::Size => Code::Small,
        _ => Code::Specialised,
    };
    if code == Code::Small {
        call.shape.push(("CODE", Const::Variant("Code::Small")));
    }
    let shared_code = matrix.code(rows.min(2), code);
    call.params = matrix.params;
    // The sum of the machine code's parts; the cost model says how far off it is. No layer of small code was measured: it is taken for the other.
    let work = Work::new("fully_connected_dsp_s8", cost.code_bytes).with("counted", cost.cycles as usize);
    let choice = KernelChoice::new(layer.lowering.core, [(call, work)]).with_scratch(bytes, 4);
    let steps = if vector_in_place(rows, inputs) { outputs.div_ceil(BLOCK) } else { 1 };
    Ok(Some(choice.with_shared_code(shared_code).with_cut(steps, "blocks of outputs")))
}
