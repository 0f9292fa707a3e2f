//! Products of matrices of which both may be computed, with batches of them.

mod evaluate;
#[cfg(feature = "tflite")]
mod import;
#[cfg(feature = "onnx")]
pub mod import_onnx;
mod lower;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Descriptor, Evaluation, Fault, IntegerForm, Operands, Operator, Shape, Tensor, TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};
use crate::limits;
use crate::ops::common::quantised::per_tensor;

attributes! {
    /// `y[…, m, n] = Σ a[…, m, k] · b[…, k, n]`, where the axes in front are broadcast as NumPy does it.
    pub struct Matmul {
        /// Whether the matrices of `a` are `[k, m]`.
        pub transpose_a: bool,
        /// Whether those of `b` are `[n, k]`.
        pub transpose_b: bool,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "matmul",
    parse: Matmul::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("BATCH_MATMUL", import::batch_matmul)],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

/// Extents of a product.
struct Geometry {
    rows: usize,
    columns: usize,
    inner: usize,
    /// Extents of the batch.
    batch: Shape,
    /// Of the first and the second factor: its extents along the same axes, filled up with 1 in front.
    batches: [Vec<usize>; 2],
}

impl Matmul {
    fn geometry(&self, a: &Shape, b: &Shape) -> Result<Geometry, Fault> {
        let (Some((left, &[m, k])), Some((right, &[k_b, n]))) = (a.dims().split_last_chunk(), b.dims().split_last_chunk())
        else {
            return Err(format!("expects matrices, got {a} and {b}"));
        };
        let [m, k] = if self.transpose_a { [k, m] } else { [m, k] };
        let [k_b, n] = if self.transpose_b { [n, k_b] } else { [k_b, n] };
        if k != k_b || m * n * k == 0 {
            return Err(format!("{m} rows of {k} elements do not meet {n} columns of {k_b}: the factors are {a} and {b}"));
        }
        let (left, right) = (Shape(left.to_vec()), Shape(right.to_vec()));
        let batch = left.broadcast(&right).ok_or_else(|| format!("the batches of {a} and {b} do not broadcast"))?;
        let filled = |own: Shape| [vec![1; batch.rank() - own.rank()], own.0].concat();
        Ok(Geometry { rows: m, columns: n, inner: k, batches: [filled(left), filled(right)], batch })
    }
}

impl Geometry {
    /// For each matrix of the result, which of the factors' matrices it is the product of.
    fn pairs(&self) -> Vec<[usize; 2]> {
        let mut pairs = vec![[0, 0]];
        for (axis, &extent) in self.batch.dims().iter().enumerate() {
            let own = [0, 1].map(|factor| self.batches[factor][axis]);
            let next = |pair: [usize; 2]| {
                (0..extent).map(move |place| [0, 1].map(|f| pair[f] * own[f] + if own[f] == 1 { 0 } else { place }))
            };
            pairs = pairs.into_iter().flat_map(next).collect();
        }
        pairs
    }
}

impl Operator for Matmul {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(a), Some(b)] = inputs else { return Err("expects two factors".to_owned()) };
        if a.ty.dtype != b.ty.dtype || !matches!(a.ty.dtype, DType::F32 | DType::I8 | DType::U8) {
            return Err(format!("multiplies f32 or 8-bit integers of one type, not {} with {}", a.ty, b.ty));
        }
        let Geometry { rows, columns, batch, .. } = self.geometry(&a.ty.shape, &b.ty.shape)?;
        let shape = [batch.0, vec![rows, columns]].concat();
        limits::elements(&shape)?;
        Ok(vec![TensorType::new(a.ty.dtype, shape)])
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        let tensors = inputs.iter().flatten().copied().chain(outputs.iter().copied());
        for tensor in tensors.filter(|tensor| tensor.ty.dtype != DType::F32) {
            faults.extend(per_tensor(&tensor.ty, &format!("tensor `{}`", tensor.name)).err());
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        self.evaluate_product(call)
    }

    fn macs(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> u64 {
        match (inputs, outputs) {
            (&[Some(a), Some(b)], [output]) => {
                let inner = self.geometry(&a.ty.shape, &b.ty.shape).map_or(0, |geometry| geometry.inner);
                output.ty.shape.elements() as u64 * inner as u64
            }
            _ => 0,
        }
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::Free { weights: None, bias: None }
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_product(lowering)
    }
}
