//! Lines and weights by hand.

use super::Coordinates::{AlignCorners, Asymmetric, HalfPixel, HalfPixelSymmetric, PytorchHalfPixel};
use super::lines::{Axis, Lines, RealLines};
use super::{Coordinates, ResizeLinear};
use crate::ir::{DType, Operator, Tensor, TensorType};

fn axis(coordinates: Coordinates, from: usize, to: usize, steps: bool) -> Axis {
    Axis { from, to, scale: to as f32 / from as f32, coordinates, steps }
}

fn integers(coordinates: Coordinates, from: usize, to: usize, steps: bool) -> (Vec<(usize, u32)>, usize) {
    let Lines { lines, bits } = Lines::new(&axis(coordinates, from, to, steps));
    (lines, bits)
}

#[test]
fn twice_the_size_has_few_bits() {
    for steps in [true, false] {
        assert_eq!(integers(Asymmetric, 2, 4, steps), (vec![(0, 0), (0, 1), (1, 0), (1, 0)], 1));
        assert_eq!(integers(HalfPixel, 2, 4, steps), (vec![(0, 0), (0, 1), (0, 3), (1, 0)], 2));
        assert_eq!(integers(AlignCorners, 2, 3, steps), (vec![(0, 0), (0, 1), (1, 0)], 1));
    }
}

#[test]
fn one_line_is_the_first_or_the_middle() {
    let one = |coordinates| integers(coordinates, 4, 1, false);
    assert_eq!(one(PytorchHalfPixel), (vec![(0, 0)], 0));
    assert_eq!(one(HalfPixel), (vec![(1, 1)], 1));
    assert_eq!(one(AlignCorners), (vec![(0, 0)], 0));
    assert_eq!(integers(AlignCorners, 4, 1, true), (vec![(0, 0)], 0));
}

#[test]
fn the_scale_need_not_be_the_ratio_of_the_sizes() {
    let RealLines(lines) = RealLines::new(&Axis { scale: 0.6, ..axis(HalfPixelSymmetric, 4, 2, false) });
    let places: Vec<f32> = lines.iter().map(|&(front, _, weight)| front as f32 + weight).collect();
    assert!((places[0] - 0.6666667).abs() < 1e-6 && (places[1] - 2.3333333).abs() < 1e-6, "{places:?}");
}

#[test]
fn lines_lie_in_the_image() {
    for coordinates in [Asymmetric, AlignCorners, HalfPixel, PytorchHalfPixel, HalfPixelSymmetric] {
        for (from, to) in [(1, 1), (1, 7), (7, 1), (3, 5000), (5000, 3), (5, 7), (96, 224)] {
            for steps in [true, false] {
                let (lines, bits) = integers(coordinates, from, to, steps);
                assert!(lines.iter().all(|&(line, weight)| line + usize::from(weight != 0) < from && weight >> bits == 0));
                let RealLines(lines) = RealLines::new(&axis(coordinates, from, to, steps));
                assert!(lines.iter().all(|&(front, behind, _)| front <= behind && behind < from));
            }
        }
    }
}

#[test]
fn what_is_no_image_or_no_size_is_refused() {
    let tensor = |shape: Vec<usize>| Tensor::new("x", TensorType::new(DType::F32, shape));
    let op = |size| ResizeLinear { size, scale: [1.0; 2], coordinates: Asymmetric, steps: true };
    for (shape, size) in [(vec![1, 2, 2], [2, 2]), (vec![2, 2, 2, 1], [2, 2]), (vec![1, 2, 2, 1], [0, 2])] {
        assert!(op(size).infer(&[Some(&tensor(shape))]).is_err());
    }
    assert!(op([1 << 20, 1 << 20]).infer(&[Some(&tensor(vec![1, 2, 2, 1]))]).is_err());
}
