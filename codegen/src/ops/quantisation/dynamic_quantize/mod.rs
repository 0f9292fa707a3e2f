//! Quantisation with scales that depend on the data: what LiteRT does to the activations of a layer with int8 weights and f32
//! activations (dynamic-range quantisation).

#[cfg(test)]
mod test;

use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Descriptor, Evaluation, Fault, Operands, Operator, Shape, TensorType, Value,
};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand, Overlap, Gaps};
use tinyml_arith::dynamic_range::DynamicRange;

attributes! {
    /// Whole numbers, held in f32 and with the shape of `x`, and a scale for each of `rows` runs of equal length, with shape `[1]` or
    /// `[rows, 1]`.
    ///
    /// Symmetric: `r = max |x|`, `q = clamp(round(x · 127 / r), ±127)`, scale `r / 127`. Asymmetric: the 256 steps of int8 from the least
    /// `x` or 0 to the greatest `x` or 0, as distances from the step for 0. All zeros give q = 0 and the scale 1.
    /// The arithmetic is `tinyml_arith::dynamic_range`.
    pub struct DynamicQuantize {
        /// Whether the range need not have zero in its middle.
        pub asymmetric: bool,
        /// Runs of equal length that have a scale each.
        pub rows: usize,
    }
}

impl DynamicQuantize {
    /// The shape of the scales.
    pub fn scale_shape(&self) -> Shape {
        if self.rows == 1 { Shape(vec![1]) } else { Shape(vec![self.rows, 1]) }
    }
}

/// The operator table's entry. No file format has it: the TFLite importer makes it (see `import/tflite/dynamic_range.rs`).
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "dynamic_quantize",
    parse: DynamicQuantize::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

impl Operator for DynamicQuantize {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        match *inputs {
            [Some(x)] if self.rows == 0 || !x.ty.shape.elements().is_multiple_of(self.rows) => {
                Err(format!("{} does not consist of {} rows of equal length", x.ty.shape, self.rows))
            }
            [Some(x)] if x.ty.dtype == DType::F32 => Ok(vec![
                TensorType::new(DType::F32, x.ty.shape.clone()),
                TensorType::new(DType::F32, self.scale_shape()),
            ]),
            _ => Err("expects one f32 operand".to_owned()),
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (_, x) = call.input(0)?;
        let data = x.as_f32().ok_or("the operand is not f32")?;
        let mut whole = Vec::with_capacity(data.len());
        let mut scales = Vec::with_capacity(self.rows);
        for row in data.chunks(data.len().div_ceil(self.rows.max(1)).max(1)) {
            let low = row.iter().fold(0.0f32, |low, &x| low.min(x));
            let high = row.iter().fold(0.0f32, |high, &x| high.max(x));
            let range = match self.asymmetric {
                true => DynamicRange::asymmetric(low, high),
                false => DynamicRange::symmetric(low, high),
            };
            whole.extend(row.iter().map(|&x| range.whole(x)));
            scales.push(range.scale);
        }
        let q = Value::f32(x.shape().clone(), whole).ok_or("the result does not have the operand's shape")?;
        Ok(vec![q, Value::f32(self.scale_shape(), scales).ok_or("there is one scale for each row")?])
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let elements = lowering.input(0)?.ty.shape.elements();
        let mut shape = vec![("ELEMENTS", elements.into())];
        let mut shape_name = format!("DynamicQuantizeOf{elements}");
        if self.rows != 1 {
            shape.push(("ROWS", self.rows.into()));
            shape_name.push_str(&format!("In{}", self.rows));
        }
        if self.asymmetric {
            shape.push(("ASYMMETRIC", Const::Bool(true)));
            shape_name.push_str("Asymmetric");
        }
        let call = KernelCall {
            kernel: "dynamic_quantize_f32",
            label: "DynamicQuantize",
            shape_name,
            note: String::new(),
            shape,
            operands: vec![
                ("INPUT", Operand::input(0)),
                ("OUTPUT", Operand::output(0)),
                ("SCALE", Operand::output(1)),
            ],
            params: Vec::new(),
            overlap: vec![(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))],
        };
        let work = Work::new("dynamic_quantize_f32", 300).with("element", elements);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
