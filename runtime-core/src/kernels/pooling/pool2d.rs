//! Two-dimensional pooling: the geometry and the loop that the kernels of all element types share.

use tinyml_arith::overlap::{Blocks, Gaps};
use tinyml_arith::size::product;

use crate::arena::{Dst, Element, Src};
use crate::kernels::window::Window;

/// Geometry of a pooling over an `H × W × C` image (batch 1, channels innermost); each channel is pooled by itself.
///
/// Output position `(y, x)` reads the input from `(y * STRIDE - PADDING)` on, in steps of `DILATION`; positions outside the
/// image are left out.
pub trait Shape {
    /// Height, width and channels of the operand.
    const INPUT: [usize; 3];
    /// Height, width and channels of the result.
    const OUTPUT: [usize; 3];
    /// Height and width of the window.
    const KERNEL: [usize; 2];
    /// Steps between output positions, in rows and columns of the operand.
    const STRIDE: [usize; 2] = [1, 1];
    /// Steps between the window's taps, in rows and columns of the operand.
    const DILATION: [usize; 2] = [1, 1];
    /// Rows above and columns to the left of the image.
    const PADDING: [usize; 2] = [0, 0];
    /// Average pooling: whether positions outside the image count as zeros, and not as nothing.
    const COUNT_PADDING: bool = false;
    /// Average pooling of int8: whether the result has a quantisation of its own.
    const RESCALE: bool = false;
}

/// The window of the pooling.
pub(crate) const fn window<S: Shape>() -> Window {
    Window {
        input: [S::INPUT[0], S::INPUT[1]],
        output: [S::OUTPUT[0], S::OUTPUT[1]],
        kernel: S::KERNEL,
        stride: S::STRIDE,
        dilation: S::DILATION,
        padding: S::PADDING,
    }
}

/// How far the result may lie over the operand, for elements of some bytes.
pub(crate) const fn gaps<S: Shape>(element_bytes: usize) -> Gaps {
    window::<S>().gaps([product([S::INPUT[2], element_bytes]); 2], Blocks::CHANNEL)
}

/// Refuses a geometry that contradicts itself.
pub(crate) const fn check<S: Shape>() {
    window::<S>().check();
    assert!(S::INPUT[2] == S::OUTPUT[2], "pooling keeps the channels");
    assert!(taps::<S>() > 0, "the window has no taps");
}

/// Taps of the window.
pub(crate) const fn taps<S: Shape>() -> usize {
    product(S::KERNEL)
}

/// For each result element: folds over the taps in the image, from `start` on, and finishes with their number.
///
/// # Safety
/// Operand and result have the lengths of the shape, for which [`check`] holds; the result overlaps the operand no further than its order of work allows.
#[inline(always)]
pub(crate) unsafe fn pool<S: Shape, T: Element, A: Copy, const BACKWARD: bool>(
    input: Src<T>,
    output: Dst<T>,
    start: A,
    fold: impl Fn(A, T) -> A + Copy,
    finish: impl Fn(A, usize) -> T + Copy,
) {
    const { window::<S>().split() }.for_each::<BACKWARD>(
        // SAFETY: the caller's; y and x are an output position whose whole window is in the image.
        |y, x| unsafe { position::<S, T, A, true, BACKWARD>(input, output, start, fold, finish, y, x) },
        // SAFETY: the caller's; y and x are an output position.
        |y, x| unsafe { position::<S, T, A, false, BACKWARD>(input, output, start, fold, finish, y, x) },
    );
}

/// All channels of one output position.
///
/// # Safety
/// As for [`pool`]; `y` and `x` are below the output's extents; `INNER` only if the whole window is in the image.
#[inline(always)]
unsafe fn position<S: Shape, T: Element, A: Copy, const INNER: bool, const BACKWARD: bool>(
    input: Src<T>,
    output: Dst<T>,
    start: A,
    fold: impl Fn(A, T) -> A,
    finish: impl Fn(A, usize) -> T,
    y: usize,
    x: usize,
) {
    let window = const { window::<S>() };
    let [in_h, in_w, channels] = S::INPUT;
    let [k_h, k_w] = S::KERNEL;
    for i in 0..channels {
        let channel = if BACKWARD { channels - 1 - i } else { i };
        let (mut acc, mut taps) = (start, 0);
        for ky in 0..k_h {
            let iy = window.position(0, y, ky);
            for kx in 0..k_w {
                let ix = window.position(1, x, kx);
                if INNER || (iy < in_h && ix < in_w) {
                    // SAFETY: (iy, ix) is in the image.
                    acc = fold(acc, unsafe { input.get((iy * in_w + ix) * channels + channel) });
                    taps += 1;
                }
            }
        }
        // In the interior the number is a constant, and the division by it a multiplication.
        let taps = if INNER { k_h * k_w } else { taps };
        // SAFETY: (y, x) is an output position, and the result has the operand's channels.
        unsafe { output.set((y * S::OUTPUT[1] + x) * channels + channel, finish(acc, taps)) };
    }
}
