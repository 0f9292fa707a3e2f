//! What kernels share that can be carried out in parts.
//!
//! Such a kernel has a function `part` beside `run`: it takes a range of steps, in the order in which `run` takes them, and all of them are what
//! `run` does. The numbers come when it runs, from anybody: those of which there are no steps are left out.

use core::ops::Range;

/// Those of some steps that there are.
#[inline(always)]
pub(crate) fn within(steps: Range<usize>, count: usize) -> Range<usize> {
    steps.start.min(count)..steps.end.min(count)
}

#[cfg(test)]
mod test {
    use super::within;

    #[test]
    fn steps_that_do_not_exist_are_left_out() {
        assert_eq!([within(2..5, 7), within(2..9, 7), within(8..9, 7)], [2..5, 2..7, 7..7]);
        assert!(within(core::ops::Range { start: 5, end: 2 }, 7).is_empty());
    }
}
