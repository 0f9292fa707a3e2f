//! What a generated module says of its inputs and outputs, and what follows from it.

use tinyml_arith::Rounding;

use crate::boundary::{self, Quantised};

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
    /// Where real numbers go that lie in the middle between two integers.
    pub halves: Halves,
}

/// Where a number goes that lies in the middle between two integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halves {
    /// To the one further from zero, as in TFLite.
    AwayFromZero,
    /// To the even one, as in ONNX.
    ToEven,
}

impl TensorInfo {
    /// The integer for a real number, as `run_f32` makes it: `saturate(round(real / scale) + zero_point)`; NaN gives the zero point.
    #[must_use]
    pub fn quantize<Q: Quantised>(&self, real: f32) -> Q {
        let mut quantised = [Q::from_whole(0.0)];
        let rounding = match self.halves {
            Halves::AwayFromZero => Rounding::Double,
            Halves::ToEven => Rounding::HalfEven,
        };
        boundary::quantize(&[real], &mut quantised, self.scale, self.zero_point, rounding);
        let [quantised] = quantised;
        quantised
    }

    /// The real number that an integer stands for, as `run_f32` gives it: `scale * (quantised - zero_point)`.
    #[must_use]
    pub fn dequantize<Q: Quantised>(&self, quantised: Q) -> f32 {
        let [real] = boundary::dequantize(&[quantised], self.scale, self.zero_point);
        real
    }
}

/// The index of the largest score: the class that a classifier is for, by its integers as well as by its real numbers. The first of several; 0
/// of none. NaN is not the largest of anything.
#[must_use]
pub fn argmax<T: PartialOrd + Copy>(scores: &[T]) -> usize {
    let mut largest: Option<(usize, T)> = None;
    for (index, &score) in scores.iter().enumerate() {
        let is_larger = match largest {
            Some((_, than)) => score > than,
            // It is itself, which NaN is not.
            None => score.partial_cmp(&score).is_some(),
        };
        if is_larger {
            largest = Some((index, score));
        }
    }
    largest.map_or(0, |(index, _)| index)
}

#[cfg(test)]
mod test {
    use super::*;

    const INFO: TensorInfo =
        TensorInfo { name: "x", shape: &[1], scale: 0.25, zero_point: -3, halves: Halves::AwayFromZero };

    #[test]
    fn integers_stand_for_real_numbers_and_back() {
        for q in i8::MIN..=i8::MAX {
            assert_eq!(INFO.quantize::<i8>(INFO.dequantize(q)), q);
        }
        assert_eq!(INFO.dequantize(1_i8), 1.0);
        assert_eq!(INFO.quantize::<i8>(1e9), i8::MAX);
        assert_eq!(INFO.quantize::<u8>(-1e9), 0);
        assert_eq!(INFO.quantize::<i16>(f32::NAN), -3);
    }

    #[test]
    fn ties_go_where_the_reference_has_them() {
        let even = TensorInfo { halves: Halves::ToEven, ..INFO };
        assert_eq!((INFO.quantize::<i8>(0.125), even.quantize::<i8>(0.125)), (-2, -3));
        assert_eq!((INFO.quantize::<i8>(0.375), even.quantize::<i8>(0.375)), (-1, -1));
    }

    #[test]
    fn the_first_of_the_largest_scores_is_taken() {
        assert_eq!(argmax(&[3_i8, 7, -1, 7]), 1);
        assert_eq!(argmax(&[f32::NAN, 1.0, f32::NAN, 2.0]), 3);
        assert_eq!(argmax(&[f32::NAN, f32::NEG_INFINITY]), 1);
        assert_eq!(argmax::<f32>(&[]), 0);
    }
}
