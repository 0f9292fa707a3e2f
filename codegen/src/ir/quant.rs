//! How integers stand for real numbers: `real = scale * (q - zero_point)`.

use std::fmt;

/// The quantisation of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Quant {
    /// One scale and zero point for all elements.
    PerTensor {
        /// Real value of one step.
        scale: f32,
        /// The integer that stands for 0.0.
        zero_point: i32,
    },
    /// A scale and zero point for each index along one axis (weights: the output channel).
    PerAxis {
        /// The axis.
        axis: usize,
        /// Real value of one step, per index.
        scales: Vec<f32>,
        /// The integer that stands for 0.0, per index.
        zero_points: Vec<i32>,
    },
}

impl Quant {
    /// One scale and zero point for all elements.
    pub fn per_tensor(scale: f32, zero_point: i32) -> Self {
        Quant::PerTensor { scale, zero_point }
    }

    /// Symmetric quantisation (zero point 0) along `axis`.
    pub fn symmetric(axis: usize, scales: Vec<f32>) -> Self {
        let zero_points = vec![0; scales.len()];
        Quant::PerAxis { axis, scales, zero_points }
    }

    /// Scale at index `channel` of the quantised axis (any index for per-tensor quantisation).
    pub fn scale(&self, channel: usize) -> f32 {
        match self {
            Quant::PerTensor { scale, .. } => *scale,
            Quant::PerAxis { scales, .. } => scales.get(channel).copied().unwrap_or(f32::NAN),
        }
    }

    /// Zero point at index `channel` of the quantised axis.
    pub fn zero_point(&self, channel: usize) -> i32 {
        match self {
            Quant::PerTensor { zero_point, .. } => *zero_point,
            Quant::PerAxis { zero_points, .. } => zero_points.get(channel).copied().unwrap_or(0),
        }
    }

    /// Whether every zero point is 0.
    pub fn is_symmetric(&self) -> bool {
        match self {
            Quant::PerTensor { zero_point, .. } => *zero_point == 0,
            Quant::PerAxis { zero_points, .. } => zero_points.iter().all(|&z| z == 0),
        }
    }

    /// The quantised axis, if there is one.
    pub fn axis(&self) -> Option<usize> {
        match self {
            Quant::PerTensor { .. } => None,
            Quant::PerAxis { axis, .. } => Some(*axis),
        }
    }
}

impl fmt::Display for Quant {
    /// As the IR text writes it: `q(0.5, -3)` or `q(axis 0: 0.5 -3, 0.25 0)`. Floats print so that they parse back
    /// to the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quant::PerTensor { scale, zero_point } => write!(f, "q({scale:?}, {zero_point})"),
            Quant::PerAxis { axis, scales, zero_points } => {
                write!(f, "q(axis {axis}:")?;
                for (i, (scale, zero_point)) in scales.iter().zip(zero_points).enumerate() {
                    write!(f, "{} {scale:?} {zero_point}", if i == 0 { "" } else { "," })?;
                }
                f.write_str(")")
            }
        }
    }
}
