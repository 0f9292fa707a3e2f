//! Walking two tensors in step under NumPy's broadcasting.

use crate::ir::{Fault, Shape, broadcast_steps};

/// How two shapes repeat to fill a third.
pub(super) struct Broadcast {
    extents: Vec<usize>,
    /// Steps of both operands along each axis of the result; 0 where an operand repeats.
    steps: [Vec<usize>; 2],
}

impl Broadcast {
    /// The walk over `output`; a fault if that is not what the operands broadcast to.
    pub(super) fn new(a: &Shape, b: &Shape, output: &Shape) -> Result<Broadcast, Fault> {
        if a.broadcast(b).as_ref() != Some(output) {
            return Err(format!("{a} and {b} do not broadcast to {output}"));
        }
        let steps = [broadcast_steps(a, output), broadcast_steps(b, output)];
        Ok(Broadcast { extents: output.0.clone(), steps })
    }

    /// `f` of each pair of elements, in the order of the result.
    ///
    /// Written with indices and `while`: calibration runs it in an unoptimised build.
    pub(super) fn zip<T: Copy, R>(&self, a: &[T], b: &[T], f: impl Fn(T, T) -> R) -> Vec<R> {
        let total = self.extents.iter().product();
        let inner = self.extents.last().copied().unwrap_or(1);
        let last = |steps: &[usize]| steps.last().copied().unwrap_or(0);
        let [step_a, step_b] = [last(&self.steps[0]), last(&self.steps[1])];
        let mut results = Vec::with_capacity(total);
        let mut index = vec![0; self.extents.len()];
        while results.len() < total {
            let start = |steps: &[usize]| index.iter().zip(steps).map(|(i, step)| i * step).sum::<usize>();
            let [mut from_a, mut from_b] = [start(&self.steps[0]), start(&self.steps[1])];
            let mut i = 0;
            while i < inner {
                results.push(f(a[from_a], b[from_b]));
                from_a += step_a;
                from_b += step_b;
                i += 1;
            }
            // The next row: all axes but the innermost.
            for axis in (0..index.len().saturating_sub(1)).rev() {
                index[axis] += 1;
                if index[axis] < self.extents[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        results
    }
}
