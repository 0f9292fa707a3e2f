//! The kernel of an ensemble.

use super::tables::Tables;
use super::{Combine, Forest, TreeEnsemble};
use crate::cost::Work;
use crate::ir::{Fault, Value};
use crate::kernel::{Blob, Const, KernelCall, KernelChoice, Lowering, Operand, Param};

impl TreeEnsemble {
    pub(super) fn lower_trees(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let operand = |index: usize| lowering.optional(index).and_then(|tensor| tensor.data.as_deref());
        let operands: Vec<Option<&Value>> = (0..lowering.node.inputs.len()).map(operand).collect();
        let forest = Forest::of(&operands)?;
        let &[rows, features] = lowering.input(0)?.ty.shape.dims() else {
            return Err("expects rows of features".to_owned());
        };
        let tables = Tables::of(self, &forest, features)?;
        let call = self.call(&tables, &forest, [rows, features]);
        let keys = if tables.keys { 4 << (tables.slot_bits - u32::from(tables.equals)) } else { 0 };
        let visits = (tables.visits * rows as f64) as usize;
        let work = Work::new("tree_ensemble_f32", 300)
            .with("tree", rows * tables.trees.len())
            .with("key", if tables.keys { rows * tables.slots.len() } else { visits })
            .with(if tables.shared { "visit_shared" } else { "visit" }, visits);
        let choice = KernelChoice::new(lowering.core, [(call, work)]);
        Ok(if keys > 0 { choice.with_scratch(keys, 4) } else { choice })
    }

    fn call(&self, tables: &Tables, forest: &Forest<'_>, [rows, features]: [usize; 2]) -> KernelCall {
        let mut shape: Vec<(&'static str, Const)> = vec![
            ("ROWS", rows.into()),
            ("FEATURES", features.into()),
            ("TARGETS", self.targets.into()),
            ("SLOT_BITS", (tables.slot_bits as usize).into()),
        ];
        if !tables.keys {
            shape.push(("KEYS", false.into()));
        }
        let forms = [
            ("SHARED", tables.shared),
            ("INLINE", tables.inline),
            ("ESCAPES", tables.escapes),
            ("EQUALS", tables.equals),
        ];
        shape.extend(forms.into_iter().filter(|(_, form)| *form).map(|(name, form)| (name, form.into())));
        let combine = match self.combine {
            Combine::Sum => None,
            Combine::Average => Some("tree_ensemble_f32::Combine::Average"),
            Combine::Min => Some("tree_ensemble_f32::Combine::Min"),
            Combine::Max => Some("tree_ensemble_f32::Combine::Max"),
        };
        shape.extend(combine.map(|variant| ("COMBINE", Const::Variant(variant))));
        let mut operands = vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))];
        if tables.keys {
            operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
        }
        let params: Vec<(&'static str, Param)> = vec![
            ("slots", Blob::weights_u16(&tables.slots).into()),
            ("nodes", Blob::weights_u16(&tables.nodes).into()),
            ("trees", Blob::weights_u32(&tables.trees).into()),
            ("thresholds", Blob::weights_i32(&tables.thresholds).into()),
            ("weights", Blob::weights_f32(&tables.weights).into()),
            ("targets", Blob::weights_u16(&tables.targets).into()),
            ("base", Blob::weights_f32(forest.base()).into()),
        ];
        let trees = tables.trees.len();
        KernelCall {
            kernel: "tree_ensemble_f32",
            label: "Trees",
            shape_name: format!("Trees{trees}Of{rows}x{features}To{}", self.targets),
            note: format!("{trees} trees, {} bytes", tables.bytes()),
            shape,
            operands,
            params,
            overlap: Vec::new(),
        }
    }
}
