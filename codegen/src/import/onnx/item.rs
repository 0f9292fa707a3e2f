//! What a name of the file stands for during the import.

use std::sync::Arc;

use super::layout::Layout;
use crate::ir::{DType, Quant, TensorId, Value};

/// What a name of the file stands for.
#[derive(Clone, Debug)]
pub(super) enum Named {
    /// A value.
    Known(Item),
    /// A list of texts.
    Texts(Arc<[String]>),
    /// The result of a node with a fault. Of what depends on it, only what cannot be said without it stays silent.
    Unknown {
        /// Whether it depends on the model's inputs.
        computed: bool,
    },
}

/// A value that the file names.
#[derive(Clone, Debug)]
pub enum Item {
    /// A tensor of the graph.
    Computed(Handle),
    /// A constant, not yet in the graph.
    Constant(Constant),
}

/// A tensor of the graph, and where the file's axes are in it.
#[derive(Clone, Debug)]
pub struct Handle {
    /// The tensor.
    pub tensor: TensorId,
    /// The file's axes in it.
    pub layout: Layout,
}

/// A constant in the file's order of axes. It enters the graph when an operator asks for it, in the layout that it asks for.
#[derive(Clone, Debug)]
pub struct Constant {
    /// The name in the file.
    pub name: String,
    /// The elements.
    pub value: Arc<Value>,
    /// The quantisation of integers; its axis is the file's.
    pub quant: Option<Quant>,
    /// Whether the file's value is the real numbers that the integers stand for (the result of DequantizeLinear).
    pub dequantised: bool,
}

impl Constant {
    /// A constant without quantisation.
    pub fn plain(name: &str, value: Arc<Value>) -> Constant {
        Constant { name: name.to_owned(), value, quant: None, dequantised: false }
    }

    /// The elements as the file's operators see them: integers with quantisation, or numbers.
    pub fn dtype(&self) -> DType {
        if self.dequantised { DType::F32 } else { self.value.dtype() }
    }

    /// The constant with its axes reordered, as by Transpose; none if `perm` is not a permutation of its axes.
    pub(super) fn transposed(&self, perm: &[usize]) -> Option<Constant> {
        let name = format!("{}/transposed{perm:?}", self.name);
        let (value, quant) = self.in_layout(&Layout::ordered(perm.iter().copied()))?;
        Some(Constant { name, value: Arc::new(value), quant, dequantised: self.dequantised })
    }

    /// The constant under another shape; none if that splits the axis that it is quantised along.
    pub fn reshaped(&self, dims: &[usize]) -> Option<Constant> {
        let value = Arc::new(self.value.reshaped(dims)?);
        let name = format!("{}/reshaped{dims:?}", self.name);
        let quant = match &self.quant {
            Some(Quant::PerAxis { axis, scales, zero_points }) => {
                // The axis with the same extent and the same number of elements behind it.
                let behind = |dims: &[usize], axis: usize| dims.iter().skip(axis + 1).product::<usize>();
                let inner = behind(self.value.shape().dims(), *axis);
                let same =
                    (0..dims.len()).find(|&own| dims[own] == scales.len() && behind(dims, own) == inner)?;
                Some(Quant::PerAxis { axis: same, scales: scales.clone(), zero_points: zero_points.clone() })
            }
            other => other.clone(),
        };
        Some(Constant { name, value, quant, dequantised: self.dequantised })
    }

    /// The constant with its axes in another order and with further axes of extent 1; none if the layout is not of its rank.
    pub(super) fn in_layout(&self, layout: &Layout) -> Option<(Value, Option<Quant>)> {
        let order: Vec<usize> = layout.file_axes().collect();
        let value = self.value.transposed(&order)?;
        let value = value.reshaped(layout.graph_dims(self.value.shape().dims()))?;
        let quant = match &self.quant {
            Some(Quant::PerAxis { axis, scales, zero_points }) => {
                let axis = layout.position(*axis)?;
                Some(Quant::PerAxis { axis, scales: scales.clone(), zero_points: zero_points.clone() })
            }
            other => other.clone(),
        };
        Some((value, quant))
    }
}
