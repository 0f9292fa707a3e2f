//! What a generated module says of its inputs and outputs.

/// A model input or output: its name, shape and how its integers stand for real numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorInfo {
    /// Name in the model file.
    pub name: &'static str,
    /// Extents, outermost first; images are height, width, channels behind the batch of 1.
    pub shape: &'static [usize],
    /// Real value of one step; 1.0 for floats.
    pub scale: f32,
    /// The integer that stands for 0.0; 0 for floats.
    pub zero_point: i32,
}
