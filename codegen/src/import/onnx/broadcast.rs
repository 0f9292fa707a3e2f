//! Bringing operands of elementwise operators to one layout.
//!
//! NumPy's rule lines axes up from the last one in the *file's* order, so an operand of lower rank is given its missing axes before
//! its axes are moved. Constants are moved on the host.

use super::item::Item;
use super::layout::Layout;
use super::node::NodeImport;
use crate::ir::{Fault, TensorId};

impl NodeImport<'_> {
    /// The operands as tensors that broadcast in the graph as they do in the file, and the layout of the result.
    pub fn broadcast(&mut self, items: &[Item]) -> Result<(Vec<TensorId>, Layout), Fault> {
        let shapes: Vec<Vec<usize>> = items.iter().map(|item| self.file_dims(item)).collect();
        let layout = self.common_layout(items, &shapes);
        let rank = layout.rank();
        let mut tensors = Vec::new();
        for (item, shape) in items.iter().zip(&shapes) {
            let missing = rank.saturating_sub(shape.len());
            let own = |axis: &Option<usize>| axis.and_then(|axis| axis.checked_sub(missing));
            let mut axes: Vec<Option<usize>> = layout.axes().iter().map(own).collect();
            if matches!(item, Item::Constant(_)) && rank > 0 {
                // A constant of one value, or one per channel, is told apart by its rank.
                while axes.len() > 1 && axes.first().is_some_and(|axis| axis.is_none()) {
                    axes.remove(0);
                }
                let leading = |axis: Option<usize>| axis.is_none_or(|axis| shape.get(axis) == Some(&1));
                if axes.iter().rev().skip(1).all(|&axis| leading(axis)) {
                    tensors.push(self.channels_only(item, &axes)?);
                    continue;
                }
            }
            tensors.push(self.lay(item, &Layout::new(axes))?);
        }
        Ok((tensors, layout))
    }

    /// Operands of equal rank as tensors in one layout.
    pub fn together(&mut self, items: &[Item]) -> Result<(Vec<TensorId>, Layout), Fault> {
        let shapes: Vec<Vec<usize>> = items.iter().map(|item| self.file_dims(item)).collect();
        let layout = self.common_layout(items, &shapes);
        let tensors = items.iter().map(|item| self.lay(item, &layout)).collect::<Result<_, _>>()?;
        Ok((tensors, layout))
    }

    /// A constant that has no axis but the innermost, with one axis.
    fn channels_only(&mut self, item: &Item, axes: &[Option<usize>]) -> Result<TensorId, Fault> {
        let Item::Constant(constant) = item else { return self.lay(item, &Layout::new(axes.to_vec())) };
        let mut flat = constant.clone();
        let innermost = axes.last().copied().flatten();
        let count = constant.value.len();
        if let Some(value) = constant.value.reshaped([count])
            && constant
                .quant
                .as_ref()
                .and_then(|quant| quant.axis())
                .is_none_or(|axis| Some(axis) == innermost)
        {
            if let Some(crate::ir::Quant::PerAxis { axis, .. }) = &mut flat.quant {
                *axis = 0;
            }
            flat.value = value.into();
            return self.lay(&Item::Constant(flat), &Layout::plain(1));
        }
        self.lay(item, &Layout::new(axes.to_vec()))
    }

    /// The layout of the result: that of the operand with the most axes; among equals, of one whose axes are moved already.
    fn common_layout(&self, items: &[Item], shapes: &[Vec<usize>]) -> Layout {
        let rank = shapes.iter().map(Vec::len).max().unwrap_or(0);
        let computed = items.iter().zip(shapes).filter_map(|(item, shape)| match item {
            Item::Computed(handle) => Some((handle, shape)),
            Item::Constant(_) => None,
        });
        let best = computed.max_by_key(|(handle, shape)| {
            (shape.len(), !handle.layout.is_plain(), self.tensor(handle.tensor).ty.shape.elements())
        });
        match best {
            Some((handle, shape)) if shape.len() == rank => handle.layout.clone(),
            // A constant of higher rank adds axes in front.
            Some((handle, shape)) => {
                let missing = rank - shape.len();
                let own = handle.layout.axes().iter().map(|axis| axis.map(|axis| axis + missing));
                Layout::new((0..missing).map(Some).chain(own).collect())
            }
            None => Layout::plain(rank),
        }
    }
}
