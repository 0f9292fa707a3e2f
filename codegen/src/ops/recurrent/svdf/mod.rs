//! SVDF layers: filters of rank one over the operand's elements and over time.
//!
//! Nakkiran et al., "Compressing Deep Neural Networks using a Rank-Constrained Topology", 2015.

mod evaluate;
#[cfg(feature = "tflite")]
mod import_tflite;
mod lower;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Descriptor, Evaluation, Fault, Operands, Operator, Quant, Tensor, TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};
use crate::ops::common::quantised::{check_bias, check_weights, per_tensor};

attributes! {
    /// `y[u] = clamp(bias[u] + Σ_r Σ_t time[f, t] · state'[f, t])` over the filters `f = u · rank + r`; the next state is the present one
    /// moved by a step, with `Σ x[i] · weights[f, i]` for the newest.
    ///
    /// Operands: `x` of `I` elements; weights `[F, I]`; weights over time `[F, T]`, the oldest step first; optional bias `[F / rank]`; the
    /// state, `F · T` elements. Results: `y` `[1, F / rank]`; the next state.
    pub struct Svdf {
        /// Filters of a unit.
        pub rank: usize,
        /// Range of the result in real numbers (fused activation); integers have none.
        pub clamp: [f32; 2],
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "svdf",
    parse: Svdf::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("SVDF", import_tflite::svdf)],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

/// The operand with the state.
const STATE: usize = 4;

/// Extents of a layer.
struct Geometry {
    inputs: usize,
    units: usize,
    rank: usize,
    memory: usize,
}

impl Geometry {
    fn filters(&self) -> usize {
        self.units * self.rank
    }
}

impl Svdf {
    fn geometry(&self, x: &TensorType, weights: &TensorType, time: &TensorType) -> Result<Geometry, Fault> {
        let (&[filters, inputs], &[rows, memory]) = (weights.shape.dims(), time.shape.dims()) else {
            return Err(format!("expects weights [F,I] and [F,T], got {} and {}", weights.shape, time.shape));
        };
        if filters != rows || [filters, inputs, memory].contains(&0) {
            return Err(format!("the weights {} and {} do not belong together", weights.shape, time.shape));
        }
        if x.shape.elements() != inputs {
            return Err(format!(
                "takes {inputs} elements in a step, but the operand is {}; several sequences at a time are not supported",
                x.shape
            ));
        }
        match filters.checked_div(self.rank) {
            Some(units) if units * self.rank == filters => {
                Ok(Geometry { inputs, units, rank: self.rank, memory })
            }
            _ => Err(format!("{filters} filters do not make units of rank {}", self.rank)),
        }
    }
}

impl Operator for Svdf {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x), Some(weights), Some(time), bias, Some(state)] = inputs else {
            return Err("expects an operand, two constants of weights, perhaps a bias, and a state".to_owned());
        };
        let geometry = self.geometry(&x.ty, &weights.ty, &time.ty)?;
        if let Some(bias) = bias
            && bias.ty.shape.dims() != [geometry.units]
        {
            return Err(format!("the bias is {}, expected [{}]", bias.ty.shape, geometry.units));
        }
        if state.ty.shape.elements() != geometry.filters().saturating_mul(geometry.memory) {
            return Err(format!(
                "the state is {}, expected {} filters of {} steps",
                state.ty.shape,
                geometry.filters(),
                geometry.memory
            ));
        }
        let types = [&x.ty, &weights.ty, &time.ty, &state.ty].map(|ty| ty.dtype);
        let known = [
            [DType::F32; 4],
            [DType::I8; 4],
            [DType::I8, DType::I8, DType::I16, DType::I16],
        ];
        if !known.contains(&types) {
            return Err(format!(
                "has no form for elements of the types {} (operand), {} (weights), {} (weights over time), {} (state)",
                types[0], types[1], types[2], types[3]
            ));
        }
        Ok(vec![
            TensorType::new(x.ty.dtype, [1, geometry.units]),
            TensorType::new(state.ty.dtype, state.ty.shape.clone()),
        ])
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        let &[Some(x), Some(weights), Some(time), bias, Some(state)] = inputs else { return };
        if x.ty.dtype == DType::F32 {
            return;
        }
        check_weights(weights, 0, faults);
        check_bias(bias, faults);
        for weights in [weights, time] {
            match &weights.ty.quant {
                Some(quant @ Quant::PerTensor { .. }) if quant.is_symmetric() => {}
                _ => faults.push(format!(
                    "the weights `{}` must have one scale and the zero point 0, but are {}",
                    weights.name, weights.ty
                )),
            }
        }
        let all = [(x, "operand"), (state, "state")].into_iter();
        let all = all.chain(outputs.iter().map(|&output| (output, "result")));
        faults.extend(all.filter_map(|(tensor, role)| per_tensor(&tensor.ty, role).err()));
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        self.evaluate_step(call)
    }

    fn macs(&self, inputs: &Operands<'_>, _outputs: &[&Tensor]) -> u64 {
        let weights = inputs.iter().skip(1).take(2).flatten();
        weights.map(|weights| weights.ty.shape.elements() as u64).sum()
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_step(lowering)
    }
}
