//! The convolution of cores with Helium, with a position for each vector.

use super::LayerS8;
use crate::ir::Fault;
use crate::kernel::{KernelChoice, Operand, Overlap};
use crate::ops::common::helium::{is_native, product, product_scratch, product_work};
use tinyml_arith::helium::{BLOCKS, POSITIONS, fits};
use tinyml_arith::overlap::Gaps;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let (rows, inputs, outputs) = (layer.geometry.rows, layer.geometry.inputs, layer.geometry.outputs);
    if !is_native(layer.lowering.core) || !fits(inputs, outputs, POSITIONS) {
        return Ok(None);
    }
    let Some(packed) = product(&layer.requantisation()?) else { return Ok(None) };
    let mut call = layer.layer.call("conv2d_helium_s8", layer.geometry);
    call.shape = vec![
        ("INPUT", [1, rows, inputs].into()),
        ("OUTPUT", [1, rows, outputs].into()),
        ("KERNEL", [1, 1].into()),
    ];
    call.shape.extend(packed.shape);
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    call.params = packed.params;
    call.overlap = vec![(0, Overlap::Sliding(Gaps::rows(rows, inputs, outputs, BLOCKS)))];
    let work = product_work(rows, inputs, outputs, 1);
    Ok(Some(KernelChoice::new(layer.lowering.core, [(call, work)]).with_scratch(product_scratch(rows, inputs), 1)))
}
