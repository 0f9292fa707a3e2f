//! Between which lines of the operand each line of the result lies, and how near to them: along rows and columns alike.

use super::Coordinates;
use tinyml_arith::resize::Ties;

/// Bits of weights that are whole numbers.
const BITS: usize = 16;
/// Of those that follow from TFLite's steps.
const BITS_BY_STEPS: usize = 10;

/// In floating point: for each line of the result the lines in front and behind, and the latter's weight.
pub(super) type RealLine = (usize, usize, f32);

/// All lines of an axis.
#[derive(Debug)]
pub(super) struct RealLines(pub(super) Vec<RealLine>);

/// In integers: the line in front, and the weight of the next one, which is 0 where there is none, in parts of `2^bits`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) lines: Vec<(usize, u32)>,
    pub(super) bits: usize,
}

/// Rows or columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Lines of the operand.
    pub(super) from: usize,
    /// Lines of the result.
    pub(super) to: usize,
    /// Lines of the result for one of the operand.
    pub(super) scale: f32,
    pub(super) coordinates: Coordinates,
    /// Whether they lie where TFLite has them.
    pub(super) steps: bool,
}

impl RealLines {
    pub(super) fn new(axis: &Axis) -> RealLines {
        RealLines((0..axis.to).map(|i| if axis.steps { axis.by_steps(i) } else { axis.by_scale(i) }).collect())
    }
}

impl Lines {
    pub(super) fn new(axis: &Axis) -> Lines {
        let (lines, bits): (Vec<_>, usize) = match axis.steps {
            true => ((0..axis.to).map(|i| axis.by_integer_steps(i)).collect(), BITS_BY_STEPS),
            false => ((0..axis.to).map(|i| whole(axis.by_scale(i))).collect(), BITS),
        };
        // Sums of smaller weights are the same parts of a smaller whole.
        let common = lines.iter().map(|(_, weight)| weight.trailing_zeros() as usize).min().unwrap_or(0).min(bits);
        Lines { lines: lines.into_iter().map(|(line, weight)| (line, weight >> common)).collect(), bits: bits - common }
    }
}

/// A line with its weight in parts of `2^BITS`.
fn whole((front, behind, weight): RealLine) -> (usize, u32) {
    match (weight * (1u32 << BITS) as f32).round() as u32 {
        0 => (front, 0),
        _ if behind == front => (front, 0),
        weight if weight >> BITS != 0 => (behind, 0),
        weight => (front, weight),
    }
}

impl Axis {
    fn has_centres(&self) -> bool {
        !matches!(self.coordinates, Coordinates::Asymmetric | Coordinates::AlignCorners)
    }

    /// TFLite's arithmetic (resize_bilinear.h, `ComputeInterpolationValues`).
    fn by_steps(&self, i: usize) -> RealLine {
        let &Axis { from, to, .. } = self;
        let step = match self.coordinates {
            Coordinates::AlignCorners if to > 1 => (from - 1) as f32 / (to - 1) as f32,
            _ => from as f32 / to as f32,
        };
        let place = if self.has_centres() { (i as f32 + 0.5) * step - 0.5 } else { i as f32 * step };
        // Converting saturates at 0. Behind the last line, where rounding may lead, the reference reads what is not the image.
        let front = (place.floor() as usize).min(from - 1);
        let behind = (place.ceil() as usize).min(from - 1);
        (front, behind, place - front as f32)
    }

    /// TFLite's arithmetic (resize_bilinear.h, `ComputeInterpolationValuesInteger`): the line in front, and the weight of the next one.
    fn by_integer_steps(&self, i: usize) -> (usize, u32) {
        let (from, to) = (self.from as i64, self.to as i64);
        let step = match self.coordinates {
            Coordinates::AlignCorners if to > 1 => (1024 * (from - 1) + (to - 1) / 2) / (to - 1),
            _ => (1024 * from + to / 2) / to,
        };
        let centre = if self.has_centres() { step / 2 - 512 } else { 0 };
        // In front of the first line and behind the last there is one line with all of the weight.
        match usize::try_from(i as i64 * step + centre) {
            Ok(place) if place / 1024 + 1 < self.from => (place / 1024, (place % 1024) as u32),
            Ok(_) => (self.from - 1, 0),
            Err(_) => (0, 0),
        }
    }

    /// ONNX Runtime's arithmetic (upsample.cc, `SetupUpsampleBilinear`; upsamplebase.h).
    fn by_scale(&self, i: usize) -> RealLine {
        let (place, from, to, scale) = (i as f32, self.from as f32, self.to as f32, self.scale);
        let exact = match self.coordinates {
            _ if scale == 1.0 => place,
            Coordinates::AlignCorners | Coordinates::PytorchHalfPixel if self.to == 1 => 0.0,
            Coordinates::Asymmetric => place / scale,
            Coordinates::AlignCorners => place * (from - 1.0) / (to - 1.0),
            Coordinates::HalfPixel | Coordinates::PytorchHalfPixel => (place + 0.5) / scale - 0.5,
            Coordinates::HalfPixelSymmetric => {
                from / 2.0 * (1.0 - to / (scale * from)) + (place + 0.5) / scale - 0.5
            }
        };
        let inside = exact.max(0.0).min(from - 1.0);
        let front = inside as usize;
        (front, (front + 1).min(self.from - 1), inside - front as f32)
    }
}

/// All elements, in the order of the reference's products and sums.
pub(super) fn interpolate(x: &[f32], [_, width, channels]: [usize; 3], lines: &[RealLines; 2]) -> Vec<f32> {
    let [RealLines(rows), RealLines(columns)] = lines;
    let mut results = Vec::with_capacity(rows.len() * columns.len() * channels);
    for &(above, below, lower) in rows {
        let upper = 1.0 - lower;
        for &(front, behind, right) in columns {
            let left = 1.0 - right;
            let mut channel = 0;
            while channel < channels {
                let at = |y: usize, x_: usize| x[(y * width + x_) * channels + channel];
                let sum = at(above, front) * upper * left + at(below, front) * lower * left;
                let sum = sum + at(above, behind) * upper * right;
                results.push(sum + at(below, behind) * lower * right);
                channel += 1;
            }
        }
    }
    results
}

/// All elements: the sum of four elements times their weights, rounded once.
pub(super) fn interpolate_integers(x: &[i8], [_, width, channels]: [usize; 3], lines: &[Lines; 2], ties: Ties) -> Vec<i8> {
    let [rows, columns] = lines;
    let bits = rows.bits + columns.bits;
    let mut results = Vec::with_capacity(rows.lines.len() * columns.lines.len() * channels);
    for &(row, below) in &rows.lines {
        let (above, below) = ((1i64 << rows.bits) - i64::from(below), i64::from(below));
        let next = if below == 0 { 0 } else { width * channels };
        for &(column, right) in &columns.lines {
            let (left, right) = ((1i64 << columns.bits) - i64::from(right), i64::from(right));
            let beside = if right == 0 { 0 } else { channels };
            let first = (row * width + column) * channels;
            let mut channel = first;
            while channel < first + channels {
                let blend = |place: usize| i64::from(x[place]) * above + i64::from(x[place + next]) * below;
                let sum = blend(channel) * left + blend(channel + beside) * right;
                results.push(ties.rounded_wide(sum, bits) as i8);
                channel += 1;
            }
        }
    }
    results
}
