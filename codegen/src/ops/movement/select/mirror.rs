//! Places of an axis with a border of its own elements.

use crate::ir::Fault;
use crate::limits;

/// What the border consists of. Each format has some of these.
#[cfg_attr(not(all(feature = "onnx", feature = "tflite")), allow(dead_code))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ops::movement) enum Mode {
    /// Mirrored at the first and last place, which are not repeated: `c b | a b c d | c b`.
    Reflect,
    /// Mirrored between places: `b a | a b c d | d c`.
    Symmetric,
    /// The first and last place again and again: `a a | a b c d | d d`.
    Edge,
    /// From the other end: `c d | a b c d | a b`.
    Wrap,
}

/// The numbers of the places, `before` and `after` those of an axis with `extent` places.
pub(in crate::ops::movement) fn places(
    mode: Mode,
    extent: usize,
    before: usize,
    after: usize,
) -> Result<Vec<usize>, Fault> {
    let most = match mode {
        Mode::Reflect => extent.saturating_sub(1),
        Mode::Symmetric => extent,
        Mode::Edge | Mode::Wrap if extent > 0 => usize::MAX,
        Mode::Edge | Mode::Wrap => 0,
    };
    if before.max(after) > most {
        return Err(format!("mirrors {} places of an axis with {extent}, at most {most} can be", before.max(after)));
    }
    limits::elements(&[extent.saturating_add(before).saturating_add(after)])?;
    let place = |i: usize| {
        let from_start = i as i64 - before as i64;
        let last = extent as i64 - 1;
        let place = match mode {
            Mode::Edge => from_start.clamp(0, last),
            Mode::Wrap => from_start.rem_euclid(extent as i64),
            Mode::Reflect if from_start < 0 => -from_start,
            Mode::Symmetric if from_start < 0 => -1 - from_start,
            Mode::Reflect if from_start > last => 2 * last - from_start,
            Mode::Symmetric if from_start > last => 2 * last + 1 - from_start,
            Mode::Reflect | Mode::Symmetric => from_start,
        };
        place as usize
    };
    Ok((0..before + extent + after).map(place).collect())
}

#[cfg(test)]
mod test {
    use super::{Mode, places};

    #[test]
    fn borders_are_those_of_numpy() {
        // numpy.pad(range(4), (2, 3), mode).
        let table = [
            (Mode::Reflect, [2, 1, 0, 1, 2, 3, 2, 1, 0]),
            (Mode::Symmetric, [1, 0, 0, 1, 2, 3, 3, 2, 1]),
            (Mode::Edge, [0, 0, 0, 1, 2, 3, 3, 3, 3]),
            (Mode::Wrap, [2, 3, 0, 1, 2, 3, 0, 1, 2]),
        ];
        for (mode, expected) in table {
            assert_eq!(places(mode, 4, 2, 3).unwrap(), expected, "{mode:?}");
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_mirrored() {
        assert!(places(Mode::Reflect, 3, 3, 0).is_err() && places(Mode::Reflect, 3, 2, 2).is_ok());
        assert!(places(Mode::Symmetric, 3, 0, 4).is_err() && places(Mode::Symmetric, 3, 3, 3).is_ok());
        assert!(places(Mode::Edge, 0, 1, 0).is_err());
    }
}
