//! The kernels of linear interpolation, with their tables.

use super::lines::{Lines, RealLines};
use super::ResizeLinear;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{Blob, Const, KernelCall, KernelChoice, Lowering, Operand, Param};
use tinyml_arith::resize::Ties;

/// Most lines of an operand: their numbers are half a word.
const MOST_LINES: usize = 1 << 16;

/// Most bits of both weights for the kernel that takes two sums in a word.
const BITS_IN_HALVES: usize = 8;

impl ResizeLinear {
    fn call(&self, kernel: &'static str, [h, w, c]: [usize; 3]) -> Result<KernelCall, Fault> {
        if h > MOST_LINES || w > MOST_LINES {
            return Err(format!("interpolates between {h} rows and {w} columns; up to {MOST_LINES} are supported"));
        }
        let [height, width] = self.size;
        Ok(KernelCall {
            kernel,
            label: "Resize",
            shape_name: format!("ResizeOf{h}x{w}x{c}To{height}x{width}"),
            note: "linear".to_owned(),
            shape: vec![("INPUT", [h, w, c].into()), ("OUTPUT", self.size.into())],
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: Vec::new(),
        })
    }

    pub(super) fn lower_f32(&self, lowering: &Lowering<'_>, extents: [usize; 3]) -> Result<KernelChoice, Fault> {
        let [rows, columns] = self.real_lines(extents);
        let mut call = self.call("resize_linear_f32", extents)?;
        let lines = |RealLines(lines): &RealLines| -> Param {
            let words: Vec<u32> = lines.iter().map(|&(front, behind, _)| (front << 16 | behind) as u32).collect();
            Blob::parameters_u32(&words).into()
        };
        let weights = |RealLines(lines): &RealLines| -> Param {
            Blob::weights_f32(&lines.iter().map(|&(.., weight)| weight).collect::<Vec<_>>()).into()
        };
        call.params = vec![
            ("rows", lines(&rows)),
            ("row_weights", weights(&rows)),
            ("columns", lines(&columns)),
            ("column_weights", weights(&columns)),
        ];
        // Four products of two for each element, about as a pool takes.
        let elements = self.size.iter().product::<usize>() * extents[2];
        let work = Work::new("mul_f32", 400).with("element", 4 * elements);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }

    pub(super) fn lower_s8(&self, lowering: &Lowering<'_>, extents: [usize; 3]) -> Result<KernelChoice, Fault> {
        let [rows, columns] = self.lines(extents);
        let by_words = extents[2].is_multiple_of(4) && rows.bits + columns.bits <= BITS_IN_HALVES;
        let mut call = self.call(if by_words { "resize_linear_words_s8" } else { "resize_linear_s8" }, extents)?;
        call.shape.push(("BITS", [rows.bits, columns.bits].into()));
        match Self::ties(lowering.reference(), &lowering.input(0)?.ty) {
            Ties::Away => {}
            Ties::Even => call.shape.push(("TIES", Const::Variant("ResizeTies::Even"))),
            Ties::Odd => call.shape.push(("TIES", Const::Variant("ResizeTies::Odd"))),
        }
        let words = |lines: &Lines| -> Param {
            let words: Vec<u32> = lines.lines.iter().map(|&(line, weight)| (line << 16) as u32 | weight).collect();
            Blob::parameters_u32(&words).into()
        };
        call.params = vec![("rows", words(&rows)), ("columns", words(&columns))];
        let elements = self.size.iter().product::<usize>() * extents[2];
        // About what a linear function of two tensors takes, for words, and what sums with two roundings take, for elements.
        let work = match by_words {
            true => Work::new("linear_s8", 500).with("element", elements),
            false => Work::new("mul_s8", 400).with("element", elements),
        };
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
