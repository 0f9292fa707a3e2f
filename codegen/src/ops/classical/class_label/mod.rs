//! The label that a classifier's scores decide for.

#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use tinyml_arith::bits;

use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Data, Descriptor, Evaluation, Fault, IntegerForm, Operands, Operator, Tensor, TensorType, Value,
};
use crate::ops::reduction::arg_max::ArgMax;
use crate::kernel::{Blob, Const, KernelCall, KernelChoice, Lowering, Operand, Param};

#[cfg(feature = "onnx")]
pub(super) use import_onnx::looked_up;

attributes! {
    /// For each row of scores `[N, C]` (f32, or i8 of one scale where labels count from 0) a label (i64) `[N]`: that of the largest score, the first of several, or the second of two
    /// labels where the last score is above a threshold, else the first. Comparisons with NaN do not hold.
    pub struct ClassLabel {
        /// Whether the last score is compared with the threshold.
        pub above: bool,
        /// The threshold.
        pub threshold: f32,
        /// The label of each score, or the two.
        pub labels: Vec<i64>,
    }
}

/// The operator table's entry. Other classifiers of ONNX become a model of scores and this.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "class_label",
    parse: ClassLabel::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[super::linear::CLASSIFIER],
};

impl ClassLabel {
    /// The class that a row of scores decides for.
    fn class(&self, scores: &[f32]) -> usize {
        match scores {
            [.., last] if self.above => usize::from(greater(*last, self.threshold)),
            _ => largest(scores, greater),
        }
    }

    /// Whether the label is the place of the largest score, which integers of one scale have as well.
    fn is_place(&self) -> bool {
        !self.above && self.counted() == Some(0)
    }

    /// The first label, if the others count up from it.
    fn counted(&self) -> Option<i64> {
        let first = *self.labels.first()?;
        let counts = |(index, &label): (usize, &i64)| Some(label) == first.checked_add(index as i64);
        self.labels.iter().enumerate().all(counts).then_some(first)
    }
}

fn greater(a: f32, b: f32) -> bool {
    bits::greater(a.to_bits(), b.to_bits())
}

/// The place of the largest score, the first of several.
fn largest<T: Copy>(scores: &[T], greater: impl Fn(T, T) -> bool) -> usize {
    let Some((first, others)) = scores.split_first() else { return 0 };
    let best = others.iter().enumerate().fold((0, *first), |best, (index, &score)| {
        if greater(score, best.1) { (index + 1, score) } else { best }
    });
    best.0
}

impl Operator for ClassLabel {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(scores)] = inputs else {
            return Err(format!("expects one operand, got {}", inputs.len()));
        };
        let fits = scores.ty.dtype == DType::F32 || (scores.ty.dtype == DType::I8 && self.is_place());
        match scores.ty.shape.dims() {
            &[rows, classes] if classes > 0 && fits => {
                let wanted = if self.above { 2 } else { classes };
                if self.labels.len() != wanted {
                    return Err(format!("has {} labels, but {wanted} classes", self.labels.len()));
                }
                Ok(vec![TensorType::new(DType::I64, [rows])])
            }
            _ => Err(format!("expects scores f32[N,C], got {}", scores.ty)),
        }
    }

    fn check(&self, _inputs: &Operands<'_>, _outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        if self.threshold.is_nan() {
            faults.push("the threshold is not a number".to_owned());
        }
    }

    fn class_numbers(&self) -> Option<&[i64]> {
        Some(&self.labels)
    }

    fn works_on_bits(&self) -> bool {
        true
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, scores) = call.input(0)?;
        let count = ty.shape.channels().max(1);
        let classes: Vec<usize> = match scores.data() {
            Data::F32(scores) => scores.chunks_exact(count).map(|row| self.class(row)).collect(),
            Data::I8(scores) => scores.chunks_exact(count).map(|row| largest(row, |a, b| a > b)).collect(),
            _ => return Err(format!("has no meaning for {ty}")),
        };
        let labels: Option<Vec<i64>> = classes.into_iter().map(|class| self.labels.get(class).copied()).collect();
        let labels = labels.ok_or("a class has no label")?;
        let result = Value::i64(call.output()?.shape.clone(), labels);
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }

    fn integer_form(&self) -> IntegerForm {
        if self.is_place() { IntegerForm::Free { weights: None, bias: None } } else { IntegerForm::None }
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        if lowering.input(0)?.ty.dtype == DType::I8 {
            return ArgMax { axis: 1, keep_dims: false, last: false, wide: true }.lower(lowering);
        }
        let &[rows, scores] = lowering.input(0)?.ty.shape.dims() else {
            return Err("expects scores [N,C]".to_owned());
        };
        let (labels, first) = match self.counted() {
            Some(first) => (Vec::new(), first),
            None => (self.labels.clone(), 0),
        };
        let mut shape: Vec<(&'static str, Const)> = vec![("ROWS", rows.into()), ("SCORES", scores.into())];
        if self.above {
            shape.push(("ABOVE", true.into()));
        }
        let params: Vec<(&'static str, Param)> = vec![
            ("threshold", self.threshold.into()),
            ("labels", Blob::parameters_i64(&labels).into()),
            ("first", first.into()),
        ];
        let call = KernelCall {
            kernel: "class_label_f32",
            label: "ClassLabel",
            shape_name: format!("{}Of{rows}x{scores}", if self.above { "Above" } else { "Largest" }),
            note: String::new(),
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params,
            overlap: Vec::new(),
        };
        let work = Work::new("class_label_f32", 100).with("score", if self.above { rows } else { rows * scores });
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
