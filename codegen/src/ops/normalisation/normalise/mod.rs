//! Groups of elements over their deviation or norm, in floating point: what layer, instance, group and RMS normalisation, and norms over
//! axes have in common. Scales and shifts behind it are products and sums of their own.

#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use tinyml_arith::normalise::Normalise as Arithmetic;

use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, ByRows, ChannelFlow, DType, Descriptor, Evaluation, Fault, Operands, Operator, Tensor,
    TensorType, Value,
};
use crate::kernel::{KernelCall, KernelChoice, Lowering, Operand, Overlap, no_kernel_for};
use crate::ops::common::channels::channelwise;
use crate::ops::common::extents::Extents;

attributes! {
    /// `y = (x − mean) / divisor`. A group are the elements that differ in their places along some axes alone.
    pub struct Normalise {
        /// The axes, each once.
        pub axes: Vec<usize>,
        /// Whether the group's mean is subtracted first.
        pub centre: bool,
        /// Whether the divisor is a sum of magnitudes; else the root of a sum of squares.
        pub magnitudes: bool,
        /// Whether the sum is divided by the number of elements: a deviation instead of a norm.
        pub average: bool,
        /// Added to the sum, before the root.
        pub epsilon: f32,
        /// The least divisor.
        pub floor: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "normalise",
    parse: Normalise::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("L2_NORMALIZATION", tflite_l2)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

/// L2_NORMALIZATION: over the last axis, with a norm of at least 1e-6.
#[cfg(feature = "tflite")]
fn tflite_l2(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let x = node.input(0)?;
    let ty = &node.tensor(x).ty;
    let last = ty.shape.rank().checked_sub(1).ok_or("expects an operand with axes")?;
    let activation = node.options(crate::import::tflite::options::L2NormOptions::read)?.activation;
    if activation != crate::import::tflite::options::Activation::None {
        return Err("is not supported with a fused activation".to_owned());
    }
    let op = Normalise { floor: 1e-6, ..Normalise::norm(vec![last]) };
    crate::ops::elementwise::unary::tflite_float(node, op)
}

impl Normalise {
    /// By the standard deviation of the group: its mean is 0 and its variance 1 then.
    pub fn deviation(axes: Vec<usize>, epsilon: f32) -> Normalise {
        Normalise { axes, centre: true, magnitudes: false, average: true, epsilon, floor: 0.0 }
    }

    /// By the Euclidean norm of the group.
    pub fn norm(axes: Vec<usize>) -> Normalise {
        Normalise { axes, centre: false, magnitudes: false, average: false, epsilon: 0.0, floor: 0.0 }
    }

    fn arithmetic(&self) -> Arithmetic {
        let &Normalise { centre, magnitudes, average, epsilon, floor, .. } = self;
        Arithmetic { centre, magnitudes, average, epsilon, floor }
    }
}

impl Operator for Normalise {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x)] = inputs else { return Err("expects one operand".to_owned()) };
        Extents::new(&x.ty.shape, &self.axes)?;
        if x.ty.dtype != DType::F32 {
            return Err(format!("works on f32, not on {}", x.ty.dtype));
        }
        Ok(vec![TensorType::new(DType::F32, x.ty.shape.clone())])
    }

    fn check(&self, _inputs: &Operands<'_>, _outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        // Not a number is neither.
        if !(self.epsilon >= 0.0 && self.floor >= 0.0 && self.epsilon.is_finite() && self.floor.is_finite()) {
            faults.push(format!("epsilon is {} and floor {}: they must be 0 or more", self.epsilon, self.floor));
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, x) = call.input(0)?;
        let x = x.as_f32().ok_or("the operand is not f32")?;
        let extents = Extents::new(&ty.shape, &self.axes)?;
        let (arithmetic, count) = (self.arithmetic(), extents.count() as f32);
        let mut results = vec![0.0; x.len()];
        extents.groups(|group| {
            let (mut sum, mut terms) = (0.0, 0.0);
            group.iter().for_each(|&place| sum += x[place]);
            let mean = arithmetic.mean(sum, count);
            group.iter().for_each(|&place| terms += arithmetic.term(x[place] - mean));
            let divisor = arithmetic.divisor(terms, count);
            group.iter().for_each(|&place| results[place] = (x[place] - mean) / divisor);
        });
        let result = Value::f32(call.output()?.shape.clone(), results);
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }

    /// Row by row where no two rows are in one group.
    fn by_rows(&self, inputs: &Operands<'_>, _output: &TensorType) -> Option<ByRows> {
        let image = matches!(inputs, [Some(x)] if x.ty.shape.rank() == 4);
        (image && self.axes.iter().all(|&axis| axis >= 2)).then_some(ByRows::ROW)
    }

    fn along(&self, _inputs: &Operands<'_>, _output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let &[Some(axis)] = axes else { return None };
        (!self.axes.contains(&axis)).then_some(Along::same(axis))
    }

    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        match inputs {
            [Some(x)] if self.axes.iter().all(|axis| axis + 1 != x.ty.shape.rank()) => channelwise(inputs, outputs),
            _ => ChannelFlow::Opaque,
        }
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let x = &lowering.input(0)?.ty;
        if x.dtype != DType::F32 {
            return Err(no_kernel_for(x.dtype));
        }
        let extents = Extents::new(&x.shape, &self.axes)?;
        let dims: Vec<String> = x.shape.dims().iter().map(usize::to_string).collect();
        let axes: Vec<String> = self.axes.iter().map(usize::to_string).collect();
        let call = KernelCall {
            kernel: "normalise_f32",
            label: "Normalise",
            shape_name: format!("NormaliseOf{}Over{}", dims.join("x"), axes.join("And")),
            note: format!("groups of {} elements", extents.count()),
            shape: vec![
                ("KEPT", extents.kept.into()),
                ("GROUP", crate::kernel::Const::Dims(extents.reduced.to_vec())),
                ("CENTRE", self.centre.into()),
                ("MAGNITUDES", self.magnitudes.into()),
                ("AVERAGE", self.average.into()),
            ],
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: vec![("epsilon", self.epsilon.into()), ("floor", self.floor.into())],
            overlap: vec![(0, Overlap::InPlace)],
        };
        // Rows are read three times with about a division for each element, as those of a softmax.
        let groups = extents.kept.iter().product::<usize>();
        let work = Work::new("softmax_f32", 500).with("row", groups).with("element", groups * extents.count());
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
