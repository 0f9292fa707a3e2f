//! Normalisations: the elements of a group over how far they spread, `y = (x − mean) / divisor`.

use crate::float::sqrt;

/// What a group is divided by, and whether it is centred before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalise {
    /// Whether the mean is subtracted first.
    pub centre: bool,
    /// Whether magnitudes are added up; else squares, and the root is taken of their sum.
    pub magnitudes: bool,
    /// Whether the sum is divided by the number of elements: a deviation instead of a norm.
    pub average: bool,
    /// Added to the sum, before the root.
    pub epsilon: f32,
    /// The least divisor.
    pub floor: f32,
}

impl Normalise {
    /// The mean that is subtracted, of a sum of `count` elements.
    #[inline(always)]
    #[must_use]
    pub fn mean(self, sum: f32, count: f32) -> f32 {
        if self.centre { sum / count } else { 0.0 }
    }

    /// What an element, from which the mean was subtracted, adds to the sum.
    #[inline(always)]
    #[must_use]
    pub fn term(self, difference: f32) -> f32 {
        if self.magnitudes {
            f32::from_bits(difference.to_bits() & 0x7fff_ffff)
        } else {
            difference * difference
        }
    }

    /// The divisor, of the terms' sum.
    #[inline(always)]
    #[must_use]
    pub fn divisor(self, sum: f32, count: f32) -> f32 {
        let sum = if self.average { sum / count } else { sum } + self.epsilon;
        let divisor = if self.magnitudes { sum } else { sqrt(sum) };
        if divisor < self.floor { self.floor } else { divisor }
    }
}

#[cfg(test)]
mod tests {
    use super::Normalise;

    const DEVIATION: Normalise =
        Normalise { centre: true, magnitudes: false, average: true, epsilon: 0.0, floor: 0.0 };

    fn divisor(normalise: Normalise, x: &[f32]) -> f32 {
        let count = x.len() as f32;
        let mean = normalise.mean(x.iter().sum(), count);
        normalise.divisor(x.iter().map(|&x| normalise.term(x - mean)).sum(), count)
    }

    #[test]
    fn deviations_and_norms() {
        let x = [1.0, -3.0, 5.0];
        assert!((divisor(DEVIATION, &x) - 3.265_986_3).abs() < 1e-6);
        assert_eq!(divisor(Normalise { epsilon: 16.0 / 3.0, ..DEVIATION }, &x), 4.0);
        let root_mean_square = Normalise { centre: false, ..DEVIATION };
        assert!((divisor(root_mean_square, &x) - 3.415_650_3).abs() < 1e-6);
        let norm = Normalise { average: false, ..root_mean_square };
        assert!((divisor(norm, &x) - 5.916_08).abs() < 1e-5);
        assert_eq!(divisor(Normalise { magnitudes: true, ..norm }, &x), 9.0);
        assert_eq!(divisor(Normalise { floor: 1e-6, ..norm }, &[0.0; 2]), 1e-6);
    }
}
