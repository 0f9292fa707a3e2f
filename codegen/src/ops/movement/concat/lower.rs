//! The kernels of a concatenation: one copy for each operand.

use super::evaluate::mapped;
use super::{Concat, is_requantised};
use crate::cost::Work;
use crate::ir::{Fault, Tensor, TensorType};
use crate::kernel::{Blob, KernelCall, KernelChoice, Lowering, Operand};
use crate::ops::common::rescale;
use crate::ops::movement::strided::{self, Axis, Walk};

impl Concat {
    pub(super) fn lower_concat(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let output = lowering.output()?;
        let mut calls = Vec::new();
        let mut offset = 0;
        for index in 0..lowering.node.inputs.len() {
            let operand = lowering.input(index)?;
            let (_, block) = self.blocks(&operand.ty.shape);
            if operand.ty.shape.elements() > 0 {
                calls.push(self.call(lowering, (index, operand), output, offset)?);
            }
            offset += block;
        }
        Ok(KernelChoice::new(lowering.core, calls))
    }

    /// The copy of one operand to `offset` elements behind the start of each block of the result.
    fn call(
        &self,
        lowering: &Lowering<'_>,
        (index, operand): (usize, &Tensor),
        output: &TensorType,
        offset: usize,
    ) -> Result<(KernelCall, Work), Fault> {
        let (blocks, block) = self.blocks(&operand.ty.shape);
        let (_, output_block) = self.blocks(&output.shape);
        let to_output = ("OUTPUT", Operand::Output { index: 0, offset: offset * output.dtype.size() });
        let walk = Walk::new(&[
            Axis { extent: blocks, from: block as isize, to: output_block },
            Axis { extent: block, from: 1, to: 1 },
        ])?;
        let mut call = KernelCall {
            kernel: "",
            label: "Concat",
            shape_name: format!("Copy{blocks}x{block}To{output_block}"),
            note: format!("operand {index}"),
            shape: walk.constants(),
            operands: vec![("INPUT", Operand::input(index)), to_output],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        let table = match is_requantised(&operand.ty, output) {
            true => Some(rescale::table(&operand.ty, output, lowering.reference())?),
            false => None,
        };
        let copy = strided::copy(output.dtype)?;
        let mut model = copy;
        match (&operand.data, table) {
            (None, None) => call.kernel = copy,
            (None, Some(table)) => {
                model = "lookup_strided_s8";
                call.kernel = model;
                call.note.push_str(", requantised");
                call.params = vec![("table", Blob::parameters_i8(&table.map(|v| v as i8)).into())];
            }
            (Some(value), table) => {
                let value = table.map_or_else(|| Ok((**value).clone()), |table| mapped(value, &table))?;
                let (kernel, constant) = strided::copy_constant(&value)?;
                call.kernel = kernel;
                call.params = vec![("constant", constant.into())];
            }
        }
        if operand.is_constant() {
            call.operands = vec![to_output];
            call.note.push_str(", a constant");
        }
        Ok((call, walk.work(model, output.dtype.size())))
    }
}
