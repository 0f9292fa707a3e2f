//! The kernels of a transposed convolution: those of its phases, each followed by a copy of its result to its places.

use super::phases::Phase;
use super::{ConvTranspose2d, Geometry};
use crate::ir::{Data, Fault, Graph, Node, Op, Operator, Tensor, TensorType, Value};
use crate::kernel::{CodePart, KernelCall, KernelChoice, Lowering, Operand};
use crate::ops::convolution::conv2d::Conv2d;
use crate::ops::movement::strided::{self, Axis, Walk};

/// Places in scratch memory are multiples of this.
const ALIGN: usize = 16;

impl ConvTranspose2d {
    pub(super) fn lower_transposed(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let geometry = self.geometry(&lowering.input(0)?.ty, &lowering.input(1)?.ty)?;
        let [rows, columns] = [0, 1].map(|axis| self.axis(&geometry, axis).phases());
        let mut phases = Vec::new();
        for row in &rows {
            for column in &columns {
                phases.push((self.convolution(lowering, &geometry, [row, column])?, [row, column]));
            }
        }
        match phases.as_slice() {
            // All lines in their places: the convolution computes the result itself.
            [(choice, [row, column])] if row.is_whole() && column.is_whole() => Ok(choice.clone()),
            _ => self.in_turn(lowering, &geometry, phases),
        }
    }

    /// The phases one after the other, in the same working memory.
    fn in_turn(
        &self,
        lowering: &Lowering<'_>,
        geometry: &Geometry,
        phases: Vec<(KernelChoice, [&Phase; 2])>,
    ) -> Result<KernelChoice, Fault> {
        let [_, width, channels] = geometry.output;
        let dtype = lowering.output()?.dtype;
        let copy = strided::copy(dtype)?;
        let (mut calls, mut scratch_bytes) = (Vec::new(), 0);
        let mut shared_code: Vec<CodePart> = Vec::new();
        for (choice, [row, column]) in phases {
            let result_bytes = row.computed * column.computed * channels * dtype.size();
            let own = result_bytes.next_multiple_of(ALIGN);
            scratch_bytes = scratch_bytes.max(own + choice.scratch.map_or(0, |scratch| scratch.bytes));
            shared_code.extend(choice.shared_code.into_iter().filter(|part| !shared_code.contains(part)).collect::<Vec<_>>());
            for (call, work) in choice.calls.into_iter().zip(choice.work) {
                calls.push((in_scratch(call, own), work));
            }
            let walk = Walk::new(&[
                Axis {
                    extent: row.count,
                    from: (column.computed * channels) as isize,
                    to: self.stride[0] * width * channels,
                },
                Axis { extent: column.count, from: channels as isize, to: self.stride[1] * channels },
                Axis { extent: channels, from: 1, to: 1 },
            ])?;
            let from = (row.skipped * column.computed + column.skipped) * channels * dtype.size();
            let to = (row.first * width + column.first) * channels * dtype.size();
            let call = KernelCall {
                kernel: copy,
                label: "Interleave",
                shape_name: walk.name("Interleave"),
                note: format!("rows from {}, columns from {}", row.first, column.first),
                shape: walk.constants(),
                operands: vec![
                    ("INPUT", Operand::Scratch { offset: from }),
                    ("OUTPUT", Operand::Output { index: 0, offset: to }),
                ],
                params: Vec::new(),
                overlap: Vec::new(),
            };
            calls.push((call, walk.work(copy, dtype.size())));
        }
        let choice = KernelChoice::new(lowering.core, calls).with_scratch(scratch_bytes, ALIGN);
        Ok(choice.with_shared_code(shared_code))
    }

    /// The kernel of a phase, which is a convolution by itself.
    fn convolution(
        &self,
        lowering: &Lowering<'_>,
        geometry: &Geometry,
        [row, column]: [&Phase; 2],
    ) -> Result<KernelChoice, Fault> {
        let (weights, value) = constant(lowering, 1)?;
        let mut graph = Graph::new("phase", lowering.reference());
        let image = graph.add_tensor(Tensor::new("image", lowering.input(0)?.ty.clone()));
        let picked = picked(value, geometry, [row, column])?;
        let picked = graph.add_tensor(Tensor::constant("weights", picked, weights.ty.quant.clone()));
        let bias = lowering.optional(2).map(|bias| graph.add_tensor(bias.clone()));
        let conv = Conv2d {
            stride: [1, 1],
            padding: [row.padding[0], row.padding[1], column.padding[0], column.padding[1]],
            dilation: [row.dilation, column.dilation],
            groups: self.groups,
            clamp: self.clamp,
        };
        let output = lowering.output()?;
        let shape = [1, row.computed, column.computed, geometry.output[2]];
        let result = TensorType { shape: shape.to_vec().into(), ..output.clone() };
        let result = graph.add_tensor(Tensor::new("result", result));
        let (op, inputs) = (Op::new(conv.clone()), vec![Some(image), Some(picked), bias]);
        let node = Node { name: lowering.node.name.clone(), op, inputs, outputs: vec![result] };
        let node = graph.add_node(node);
        conv.lower(&Lowering { graph: &graph, node: graph.node(node), ..*lowering })
    }
}

impl Phase {
    /// Whether the convolution computes all lines of the result and no other.
    fn is_whole(&self) -> bool {
        self.skipped == 0 && self.computed == self.count
    }
}

fn constant<'a>(lowering: &Lowering<'a>, index: usize) -> Result<(&'a Tensor, &'a Value), Fault> {
    let tensor = lowering.input(index)?;
    let value = tensor.data.as_deref().ok_or("the weights are not constant")?;
    Ok((tensor, value))
}

/// The weights of these taps, `[C_out, K_h, K_w, C_in / groups]`; zero where a phase has no tap.
fn picked(value: &Value, geometry: &Geometry, [row, column]: [&Phase; 2]) -> Result<Value, Fault> {
    let ([k_h, k_w], [group_in, _]) = (geometry.kernel, geometry.group);
    let channels = geometry.output[2];
    let (rows, columns) = (row.taps.len(), column.taps.len());
    let shape = [channels, rows.max(1), columns.max(1), group_in];
    if rows == 0 || columns == 0 {
        return Ok(Value::zeros(value.dtype(), shape));
    }
    let place = |channel: usize, ky: usize, kx: usize| ((channel * k_h + ky) * k_w + kx) * group_in;
    let mut places = Vec::with_capacity(shape.iter().product());
    for channel in 0..channels {
        for &ky in &row.taps {
            for &kx in &column.taps {
                let first = place(channel, ky, kx);
                places.extend(first..first + group_in);
            }
        }
    }
    debug_assert!(matches!(value.data(), Data::I8(_) | Data::F32(_)));
    value.pick(shape, &places).ok_or_else(|| "has fewer weights than taps".to_owned())
}

/// The call with its result in working memory, and its own working memory so many bytes behind that.
fn in_scratch(mut call: KernelCall, behind: usize) -> KernelCall {
    for (_, operand) in &mut call.operands {
        *operand = match *operand {
            Operand::Output { offset, .. } => Operand::Scratch { offset },
            Operand::Scratch { offset } => Operand::Scratch { offset: offset + behind },
            input => input,
        };
    }
    call.overlap.clear();
    call
}
