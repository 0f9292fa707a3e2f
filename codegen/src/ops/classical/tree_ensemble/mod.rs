//! Ensembles of decision trees: single trees, forests, boosted trees.
//!
//! A forest is one operator. Its trees are constant operands, which a `Forest` reads and judges, so that the graph's text holds them like
//! any weights.

mod forest;
#[cfg(feature = "onnx")]
mod grow;
#[cfg(feature = "onnx")]
mod import_onnx;
mod lower;
mod tables;
#[cfg(test)]
mod test;

use forest::Forest;

use crate::ir::attributes::attributes;
use crate::ir::{
    Attribute, AttributeValue, Attributes, DType, Descriptor, Evaluation, Fault, Operands, Operator, Tensor,
    TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};

/// How the leaves that a row reaches are put together, for each target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// Their sum in f32, in the order of the trees.
    Sum,
    /// The sum, divided by the number of trees.
    Average,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

impl Combine {
    const NAMES: [(Combine, &'static str); 4] =
        [(Combine::Sum, "sum"), (Combine::Average, "average"), (Combine::Min, "min"), (Combine::Max, "max")];
}

impl AttributeValue for Combine {
    const EXPECTED: &'static str = "sum, average, min or max";

    fn to_attribute(&self) -> Attribute {
        let name = Combine::NAMES.iter().find(|(own, _)| own == self).map_or("sum", |(_, name)| name);
        Attribute::Word(name.to_owned())
    }

    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        let Attribute::Word(word) = attribute else { return None };
        Combine::NAMES.iter().find(|(_, name)| name == word).map(|(own, _)| *own)
    }
}

attributes! {
    /// For each row of features `[N, F]` (f32) the combined leaves of all trees `[N, T]`, plus the base.
    ///
    /// Operands behind the rows, all constant: nodes i32 `[n, 4]` (feature; test, see `Test::code`; child where the test holds, and
    /// the other, both behind their parent, or `-1 - leaf`), thresholds f32 `[n]`, roots i32 (nodes or leaves), leaves i32 (where the weights of each leaf
    /// begin, and the end), targets of the weights i32, weights f32, and the base f32 `[T]`, which may be left out.
    pub struct TreeEnsemble {
        /// Results of a row.
        pub targets: usize,
        /// How leaves are put together.
        pub combine: Combine,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "tree_ensemble",
    parse: TreeEnsemble::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

impl Operator for TreeEnsemble {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let Some(&Some(x)) = inputs.first() else {
            return Err("expects rows of features".to_owned());
        };
        match (x.ty.dtype, x.ty.shape.dims()) {
            (DType::F32, &[rows, _]) => Ok(vec![TensorType::new(DType::F32, [rows, self.targets])]),
            _ => Err(format!("expects rows of features f32[N,F], got {}", x.ty)),
        }
    }

    fn check(&self, inputs: &Operands<'_>, _outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        let constants: Vec<Option<&Value>> =
            inputs.iter().map(|tensor| tensor.and_then(|tensor| tensor.data.as_deref())).collect();
        let features = inputs.first().copied().flatten().map_or(0, |x| x.ty.shape.channels());
        faults.extend(Forest::of(&constants).and_then(|forest| forest.check(self, features)).err());
    }

    fn needs_reals(&self) -> bool {
        true
    }

    fn works_on_bits(&self) -> bool {
        self.combine != Combine::Average
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let constants: Vec<Option<&Value>> = call.inputs.iter().map(|input| input.map(|(_, value)| value)).collect();
        let forest = Forest::of(&constants)?;
        let (ty, x) = call.input(0)?;
        let features = ty.shape.channels();
        forest.check(self, features)?;
        let x = x.as_f32().ok_or("the features are not f32")?;
        let mut results = Vec::new();
        for row in x.chunks_exact(features.max(1)) {
            results.extend(forest.row(self, row));
        }
        let result = Value::f32(call.output()?.shape.clone(), results);
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_trees(lowering)
    }
}
