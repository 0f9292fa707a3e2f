//! Three weights where the shape has two.

use tinyml::__private::{Arena, Clamp, conv2d_s8};

struct Geometry;

impl conv2d_s8::Shape for Geometry {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 2];
    const KERNEL: [usize; 2] = [1, 1];
}

struct Layer;

impl conv2d_s8::Layer for Layer {
    type Shape = Geometry;
    const INPUT: usize = 0;
    const OUTPUT: usize = 16;
    const PARAMS: conv2d_s8::Params = conv2d_s8::Params {
        weights: &[1; 3],
        bias: &[0; 2],
        multipliers: &[1 << 30; 2],
        shifts: &[0; 2],
        input_zero_point: 0,
        output_zero_point: 0,
        clamp: Clamp::INT8,
    };
}

fn main() {
    conv2d_s8::run::<Layer, _>(&mut Arena::<48>::new());
}
