//! The kernel of a product of matrices. It takes rows by columns that lie as rows do: factors that do not are turned first, in working memory,
//! and constants when the model is compiled.

use super::evaluate::Requantisation;
use super::{Geometry, Matmul};
use crate::cost::Work;
use crate::ir::{DType, Fault, Value};
use crate::kernel::{Blob, Const, KernelCall, KernelChoice, Lowering, Operand, Param, no_kernel_for};
use crate::ops::common::quantised::{clamp_const, multiplier_const, rounding_const};
use crate::ops::movement::strided::{self, Axis, Walk};
use tinyml_arith::Rounding;

/// Axes of the batch that the kernels have.
const AXES: usize = 3;

/// Where the kernel finds a factor.
enum Place {
    Arena(Operand),
    Flash(Blob),
}

impl Matmul {
    pub(super) fn lower_product(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let (a, b, output) = (lowering.input(0)?, lowering.input(1)?, lowering.output()?);
        let geometry = self.geometry(&a.ty.shape, &b.ty.shape)?;
        let (dtype, core) = (output.dtype, lowering.core);
        let kernel = match dtype {
            DType::F32 => "batch_matmul_f32",
            DType::I8 => "batch_matmul_s8",
            other => return Err(no_kernel_for(other)),
        };
        let (mut calls, mut scratch) = (Vec::new(), 0);
        let &Geometry { rows, columns, inner, .. } = &geometry;
        // Rows of the first factor and columns of the second one, as they lie, and whether they have to be turned.
        let turned = [(0, self.transpose_a, rows), (1, !self.transpose_b, columns)];
        let mut places = Vec::new();
        for (index, turned, lines) in turned {
            let tensor = lowering.input(index)?;
            let matrices = tensor.ty.shape.elements() / (lines * inner);
            // A single line lies the same in both orders.
            let turned = turned && lines > 1 && inner > 1;
            places.push(match &tensor.data {
                Some(value) => Place::Flash(flash(value, turned, [matrices, inner, lines])?),
                None if turned => {
                    let walk = Walk::new(&[
                        Axis { extent: matrices, from: (inner * lines) as isize, to: inner * lines },
                        Axis { extent: lines, from: 1, to: inner },
                        Axis { extent: inner, from: lines as isize, to: 1 },
                    ])?;
                    let place = Operand::Scratch { offset: scratch };
                    calls.push((turn(strided::copy(dtype)?, &walk, index, place), walk.work(strided::copy(dtype)?, dtype.size())));
                    scratch += (matrices * inner * lines * dtype.size()).next_multiple_of(4);
                    Place::Arena(place)
                }
                None => Place::Arena(Operand::input(index)),
            });
        }
        let mut call = call(kernel, &geometry)?;
        for ((place, name), param) in places.into_iter().zip(["LEFT", "RIGHT"]).zip(["left", "right"]) {
            let blob = match place {
                Place::Arena(operand) => {
                    call.operands.push((name, operand));
                    empty(dtype)
                }
                Place::Flash(blob) => blob,
            };
            call.params.push((param, Param::Data(blob)));
        }
        call.operands.push(("OUTPUT", Operand::output(0)));
        let products = output.shape.elements() * inner;
        let work = if dtype == DType::I8 {
            let finish = Requantisation::of([&a.ty, &b.ty, output], lowering.reference())?;
            if finish.rounding != Rounding::Double {
                call.shape.push(("ROUNDING", rounding_const(finish.rounding)));
            }
            call.params.extend([
                ("left_zero_point", Param::from(finish.zeros[0] as i8)),
                ("right_zero_point", (finish.zeros[1] as i8).into()),
                ("output_zero_point", finish.output_zero.into()),
                ("multiplier", multiplier_const(finish.multiplier).into()),
                ("clamp", clamp_const(finish.clamp).into()),
            ]);
            // A product takes about what a copy of an element does; with DSP instructions, half of that.
            let elements = if core.has_dsp() { products / 2 } else { products };
            Work::new("copy_strided_s8", 700).with("element", elements)
        } else {
            Work::new("fully_connected_f32", 300).with("product", products)
        };
        calls.push((call, work));
        let choice = KernelChoice::new(core, calls);
        Ok(if scratch > 0 { choice.with_scratch(scratch, 4) } else { choice })
    }
}

/// The kernel's call without factors and result.
fn call(kernel: &'static str, geometry: &Geometry) -> Result<KernelCall, Fault> {
    let &Geometry { rows, columns, inner, .. } = geometry;
    let mut shape: Vec<(&'static str, Const)> = Vec::new();
    let [batch, left, right] = walked(geometry)?;
    if batch != [1; AXES] {
        shape.push(("BATCH", batch.into()));
    }
    for (name, steps) in [("LEFT", left), ("RIGHT", right)] {
        if steps != [0; AXES] {
            shape.push((name, steps.into()));
        }
    }
    shape.extend([("ROWS", rows.into()), ("COLUMNS", columns.into()), ("INNER", inner.into())]);
    let count = geometry.batch.elements();
    Ok(KernelCall {
        kernel,
        label: "Matmul",
        shape_name: format!("Matmul{count}Of{rows}x{inner}x{columns}"),
        note: format!("{count} of {rows}×{inner} by {inner}×{columns}"),
        shape,
        operands: Vec::new(),
        params: Vec::new(),
        overlap: Vec::new(),
    })
}

/// The batch along the axes that the kernel has: its extents, and for each factor the matrices from one place to the next.
fn walked(geometry: &Geometry) -> Result<[[usize; AXES]; 3], Fault> {
    let steps = [0, 1].map(|factor: usize| {
        let own = &geometry.batches[factor];
        let mut step = 1;
        let mut steps: Vec<usize> = own.iter().rev().map(|&extent| {
            let current = if extent == 1 { 0 } else { step };
            step *= extent;
            current
        }).collect();
        steps.reverse();
        steps
    });
    let mut merged: Vec<[usize; 3]> = Vec::new();
    for (axis, &extent) in geometry.batch.dims().iter().enumerate().filter(|&(_, &extent)| extent != 1) {
        let next = [extent, steps[0][axis], steps[1][axis]];
        match merged.last_mut() {
            Some(last) if last[1] == next[1] * extent && last[2] == next[2] * extent => {
                *last = [last[0] * extent, next[1], next[2]];
            }
            _ => merged.push(next),
        }
    }
    let missing = AXES
        .checked_sub(merged.len())
        .ok_or_else(|| format!("has a batch along {} axes, of at most {AXES}", merged.len()))?;
    let mut all = [[1, 0, 0]; AXES];
    all[missing..].copy_from_slice(&merged);
    Ok([0, 1, 2].map(|part| all.map(|axis| axis[part])))
}

/// A call that turns the matrices of a factor.
fn turn(kernel: &'static str, walk: &Walk, index: usize, to: Operand) -> KernelCall {
    KernelCall {
        kernel,
        label: "Turn",
        shape_name: walk.name("Turn"),
        note: format!("factor {index}"),
        shape: walk.constants(),
        operands: vec![("INPUT", Operand::input(index)), ("OUTPUT", to)],
        params: Vec::new(),
        overlap: Vec::new(),
    }
}

/// A constant factor as the kernel reads it.
fn flash(value: &Value, turned: bool, [matrices, inner, lines]: [usize; 3]) -> Result<Blob, Fault> {
    let value = match turned {
        true => value.reshaped([matrices, inner, lines]).and_then(|value| value.transposed(&[0, 2, 1])),
        false => Some(value.clone()),
    };
    let value = value.ok_or("a constant factor does not have its declared shape")?;
    match (value.as_i8(), value.as_f32()) {
        (Some(data), _) => Ok(Blob::weights_i8(data)),
        (_, Some(data)) => Ok(Blob::weights_f32(data)),
        _ => Err(no_kernel_for(value.dtype())),
    }
}

fn empty(dtype: DType) -> Blob {
    if dtype == DType::F32 { Blob::weights_f32(&[]) } else { Blob::weights_i8(&[]) }
}
