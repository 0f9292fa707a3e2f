//! Output positions by which taps of their windows lie in the image.
//!
//! Nearly all positions of a long image have their whole window in it, so that there are few kinds of positions, however many
//! positions there are: the compiler goes through kinds.

use std::ops::Range;

use super::Window;

/// Output positions that follow each other along an axis, with the same taps in the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The positions.
    pub outputs: Range<usize>,
    /// Their taps that read the image; empty if the windows lie beside it.
    pub taps: Range<usize>,
}

impl Window {
    /// The taps of output `output` that read an image of this size along `axis`.
    pub fn taps_inside(&self, axis: usize, output: usize, size: usize) -> Range<usize> {
        let [first, end] = self.reaching(axis, output, size);
        // One spelling for "none", so that kinds of positions can be compared.
        if first < end { first..end } else { 0..0 }
    }

    /// The first tap behind the padding in front, and the first behind the image.
    fn reaching(&self, axis: usize, output: usize, size: usize) -> [usize; 2] {
        let (kernel, dilation, before) = (self.kernel[axis], self.dilation[axis], self.padding[2 * axis]);
        let start = output.saturating_mul(self.stride[axis]);
        let behind = |distance: usize| distance.saturating_sub(start).div_ceil(dilation).min(kernel);
        [behind(before), behind(before.saturating_add(size))]
    }

    /// All of `outputs` positions along `axis`, in order. There are at most twice as many runs as the kernel has taps, and one more.
    pub fn runs(&self, axis: usize, outputs: usize, size: usize) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut output = 0;
        while output < outputs {
            let end = self.next_kind(axis, output, size).clamp(output + 1, outputs);
            let taps = self.taps_inside(axis, output, size);
            match runs.last_mut() {
                Some(last) if last.taps == taps => last.outputs.end = end,
                _ => runs.push(Run { outputs: output..end, taps }),
            }
            output = end;
        }
        runs
    }

    /// The first position behind `output` that fewer taps reach the padding in front of or the image of.
    fn next_kind(&self, axis: usize, output: usize, size: usize) -> usize {
        let before = self.padding[2 * axis];
        let next = |reached: usize, distance: usize| match reached.checked_sub(1) {
            // There the last of the taps that are reached now lies behind.
            Some(tap) => {
                distance.saturating_sub(tap.saturating_mul(self.dilation[axis])).div_ceil(self.stride[axis])
            }
            None => usize::MAX,
        };
        let [first, end] = self.reaching(axis, output, size);
        next(first, before).min(next(end, before.saturating_add(size)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The taps in the image, one by one.
    fn defined(window: &Window, output: usize, size: usize) -> Vec<usize> {
        (0..window.kernel[0]).filter(|&tap| window.tap(0, output, tap, size).is_some()).collect()
    }

    #[test]
    fn runs_are_what_the_positions_are_one_by_one() {
        for code in 0..5u32.pow(6) {
            let digit = |place: u32| (code / 5u32.pow(place) % 5) as usize;
            let (size, outputs, before) = (1 + 2 * digit(3), 1 + 3 * digit(4), digit(5));
            let along = |extent: usize| [extent, 1];
            let window = Window {
                kernel: along(1 + digit(0)),
                stride: along(1 + digit(1)),
                dilation: along(1 + digit(2)),
                padding: [before, 0, 0, 0],
            };
            let runs = window.runs(0, outputs, size);
            let mut next = 0;
            for run in &runs {
                assert_eq!(run.outputs.start, next);
                next = run.outputs.end;
                for output in run.outputs.clone() {
                    let taps: Vec<usize> = run.taps.clone().collect();
                    assert_eq!(
                        taps,
                        defined(&window, output, size),
                        "output {output} of {size} under {window:?}"
                    );
                }
            }
            assert_eq!(next, outputs);
            assert!(runs.windows(2).all(|pair| pair[0].taps != pair[1].taps), "{runs:?}");
            assert!(runs.len() <= 2 * window.kernel[0] + 1, "{} runs of {window:?}", runs.len());
        }
    }

    #[test]
    fn a_long_image_has_as_few_runs_as_a_short_one() {
        let window = Window { kernel: [1, 3], stride: [1, 1], dilation: [1, 1], padding: [0, 0, 1, 1] };
        for length in [3, 16_000, usize::MAX / 4] {
            let taps: Vec<_> = window.runs(1, length, length).into_iter().map(|run| run.taps).collect();
            assert_eq!(taps, [1..3, 0..3, 0..2]);
        }
        let wide = Window { kernel: [1, usize::MAX / 8], padding: [0, 0, 1, usize::MAX / 8], ..window };
        assert_eq!(wide.runs(1, 3, 3).len(), 3);
    }
}
