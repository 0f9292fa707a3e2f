//! Every so many places along some axes, forwards or backwards.

mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{Along, Descriptor, Fault, Map, Op, Shape};
use crate::ops::movement::moved::{Movement, goes_along, moves};

attributes! {
    /// Along each of `axes`, `counts` places from `begins` on, `steps` apart (negative: backwards); the other axes whole.
    pub struct Slice {
        /// The axes that are cut.
        pub axes: Vec<usize>,
        /// The first place along each.
        pub begins: Vec<usize>,
        /// From one place to the next.
        pub steps: Vec<i64>,
        /// How many places.
        pub counts: Vec<usize>,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "slice",
    parse: Slice::parse,
    #[cfg(feature = "tflite")]
    tflite: import::OPERATORS,
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

/// What of one axis a slice takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ops::movement) struct Cut {
    /// The axis.
    pub(in crate::ops::movement) axis: usize,
    /// The first place.
    pub(in crate::ops::movement) begin: usize,
    /// From one place to the next.
    pub(in crate::ops::movement) step: i64,
    /// How many places.
    pub(in crate::ops::movement) count: usize,
}

#[cfg(any(feature = "onnx", feature = "tflite"))]
impl Cut {
    /// From `begin` to `end`, which is left out, in steps: places below 0 count from the end, and places beyond the `extent` are cut off. This
    /// is how NumPy, ONNX and TFLite read the bounds of slices.
    pub(super) fn between(axis: usize, extent: usize, begin: i64, end: i64, step: i64) -> Result<Cut, Fault> {
        let whole = i64::try_from(extent).map_err(|_| "the axis is too long")?;
        if step == 0 {
            return Err("has a step of 0".to_owned());
        }
        // Backwards, the places are those from the last down to one below 0.
        let (lowest, highest) = if step > 0 { (0, whole) } else { (-1, whole - 1) };
        let place = |bound: i64| {
            (if bound < 0 { bound.saturating_add(whole) } else { bound }).clamp(lowest, highest)
        };
        let (begin, end) = (place(begin), place(end));
        let distance = if step > 0 { end - begin } else { begin - end };
        let count = distance.max(0).unsigned_abs().div_ceil(step.unsigned_abs());
        let count = usize::try_from(count).map_err(|_| "the slice is too long")?;
        match usize::try_from(begin) {
            Ok(begin) if count > 0 => Ok(Cut { axis, begin, step, count }),
            _ => Err(format!("leaves nothing of axis {axis}, which has {extent} places")),
        }
    }

    fn is_whole(&self, extent: usize) -> bool {
        *self == Cut { axis: self.axis, begin: 0, step: 1, count: extent }
    }
}

#[cfg(any(feature = "onnx", feature = "tflite"))]
impl Slice {
    /// The slice that does these cuts, for an operand of this shape; cuts of whole axes are left out.
    pub(in crate::ops::movement) fn of(cuts: &[Cut], shape: &Shape) -> Slice {
        let extent = |axis: usize| shape.dims().get(axis).copied().unwrap_or_default();
        let cuts: Vec<&Cut> = cuts.iter().filter(|cut| !cut.is_whole(extent(cut.axis))).collect();
        Slice {
            axes: cuts.iter().map(|cut| cut.axis).collect(),
            begins: cuts.iter().map(|cut| cut.begin).collect(),
            // A step is only told where there is a second place.
            steps: cuts.iter().map(|cut| if cut.count == 1 { 1 } else { cut.step }).collect(),
            counts: cuts.iter().map(|cut| cut.count).collect(),
        }
    }
}

impl Slice {
    fn cuts(&self) -> impl Iterator<Item = Cut> + '_ {
        let ends = self.axes.iter().zip(&self.begins).zip(self.steps.iter().zip(&self.counts));
        ends.map(|((&axis, &begin), (&step, &count))| Cut { axis, begin, step, count })
    }
}

moves!(Slice);

impl Movement for Slice {
    const LABEL: &'static str = "Slice";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        let count = self.axes.len();
        if [self.begins.len(), self.steps.len(), self.counts.len()] != [count; 3] {
            return Err("has not one begin, step and count for each axis".to_owned());
        }
        self.cuts().try_fold(Map::identity(operand), |map, cut| {
            let extent = operand.dims().get(cut.axis).copied().unwrap_or_default();
            let last = i64::try_from(cut.begin)
                .ok()
                .zip(i64::try_from(cut.count).ok())
                .and_then(|(begin, count)| count.checked_sub(1)?.checked_mul(cut.step)?.checked_add(begin))
                .and_then(|last| usize::try_from(last).ok());
            if cut.count == 0 || cut.begin >= extent || last.is_none_or(|last| last >= extent) {
                return Err(format!(
                    "takes {} places from {} on in steps of {} of axis {}, but the operand is {operand}",
                    cut.count, cut.begin, cut.step, cut.axis
                ));
            }
            let place = |i: usize| cut.begin.wrapping_add_signed((i as i64 * cut.step) as isize);
            map.select(cut.axis, (0..cut.count).map(place))
        })
    }

    /// Places that are cut off in front and behind are no padding, but places that are not needed.
    fn along(&self, operand: &Shape, axis: usize) -> Option<Along> {
        let Some(cut) = self.cuts().find(|cut| cut.axis == axis) else {
            return goes_along(|shape| self.map(shape), operand, axis);
        };
        let stride = usize::try_from(cut.step).ok()?;
        let before = isize::try_from(cut.begin).ok()?.checked_neg()?;
        self.map(operand).ok().map(|_| Along { axis, reach: 1, stride, before })
    }

    fn part(&self, axis: usize, places: usize) -> Option<Op> {
        let number = self.axes.iter().position(|&own| own == axis)?;
        let mut part = self.clone();
        (part.begins[number], part.counts[number]) = (0, places);
        Some(Op::new(part))
    }

    fn note(&self) -> String {
        let words = self.cuts().map(|Cut { axis, begin, step, count }| match step {
            1 => format!("axis {axis} from {begin}, {count} places"),
            _ => format!("axis {axis} from {begin}, {count} places, step {step}"),
        });
        words.collect::<Vec<_>>().join("; ")
    }
}
