//! An f32 operand at an odd byte.

use tinyml::__private::{Arena, fully_connected_f32};

struct Geometry;

impl fully_connected_f32::Shape for Geometry {
    const INPUTS: usize = 2;
    const OUTPUTS: usize = 1;
}

struct Layer;

impl fully_connected_f32::Layer for Layer {
    type Shape = Geometry;
    const INPUT: usize = 2;
    const OUTPUT: usize = 16;
    const PARAMS: fully_connected_f32::Params =
        fully_connected_f32::Params { weights: &[1.0; 2], bias: &[0.0], min: f32::MIN, max: f32::MAX };
}

fn main() {
    fully_connected_f32::run::<Layer, _>(&mut Arena::<32>::new());
}
