//! What the kernel has to know of a shape, as numbers: known when it is monomorphised, or given to it when it runs.

use core::marker::PhantomData;

use tinyml_arith::matrix::{Code, Finish, Windows};
use tinyml_arith::size::{difference, product};

use super::{Gather, Position, Shape};
use crate::arch::{opaque, rolled};
use crate::arena::{Dst, Src};
use crate::kernels::convolution::conv2d::window;
use crate::kernels::matrix_dsp::Params;
use crate::kernels::matrix_dsp::gather::{widen, widen_any_length};
use crate::kernels::matrix_dsp::product::{Form, Multiply, Steps};

/// A shape in numbers. They are small, since shared code has them in flash for each shape.
#[derive(Clone, Copy)]
pub(super) struct Geometry {
    /// Height, width and channels of the operand.
    input: [u16; 3],
    /// Width of the result.
    width: u16,
    kernel: [u16; 2],
    stride: [u16; 2],
    dilation: [u16; 2],
    padding: [u16; 2],
    /// The output rows and the output columns whose windows don't leave the image: the first, and how many.
    interior: [[u16; 2]; 2],
    /// Taps of a row of the window, which are contiguous in the column.
    run: u16,
    /// Words that they take there.
    run_steps: u16,
    /// Words for a row that is put together before it is widened.
    row_words: u16,
    /// Whether taps of a row are contiguous in the image, too.
    is_dense: bool,
    /// Whether the image's pixels, in their order, are the windows.
    pub(super) is_pointwise: bool,
    /// Row and column of the first position of the last block.
    last_block: [u16; 2],
    /// Output positions.
    positions: usize,
    /// Elements of the operand from a row of the window to the next.
    row_step: usize,
    /// The product.
    pub(super) form: Form,
    /// Multiplies two columns.
    multiply: Multiply,
}

impl Geometry {
    /// Whether the numbers of a shape are small enough.
    pub(super) const fn is_narrow<S: Shape>() -> bool {
        windows::<S>().are_narrow(S::INPUT, S::OUTPUT, [S::STRIDE, S::DILATION, S::PADDING])
    }

    /// The numbers of a shape. To be evaluated as a constant.
    pub(super) const fn of<S: Shape>() -> Geometry {
        let (window, windows) = (window::<S>(), windows::<S>());
        let taps = windows.taps();
        let (rows, columns) = (window.interior(0), window.interior(1));
        let last = product([difference(windows.positions, 1) / 2, 2]);
        let is_pixel = product(S::KERNEL) == 1 && product(S::STRIDE) == 1;
        Geometry {
            input: [narrow(S::INPUT[0]), narrow(S::INPUT[1]), narrow(S::INPUT[2])],
            width: narrow(S::OUTPUT[1]),
            kernel: pair(S::KERNEL),
            stride: pair(S::STRIDE),
            dilation: pair(S::DILATION),
            padding: pair(S::PADDING),
            interior: [
                pair([rows.0, difference(rows.1, rows.0)]),
                pair([columns.0, difference(columns.1, columns.0)]),
            ],
            run: narrow(taps.run),
            run_steps: narrow(taps.run_steps()),
            row_words: narrow(windows.row_bytes() / 4),
            is_dense: S::DILATION[1] == 1 || S::KERNEL[1] == 1,
            is_pointwise: is_pixel && S::INPUT[1] == S::OUTPUT[1] && !windows.has_border,
            last_block: pair([last / S::OUTPUT[1], last % S::OUTPUT[1]]),
            positions: windows.positions,
            row_step: product([S::DILATION[0], S::INPUT[1], S::INPUT[2]]),
            form: Form {
                packing: S::PACKING,
                finish: S::FINISH,
                rounding: S::ROUNDING,
                channels: S::OUTPUT[2],
                steps: taps.steps(),
                in_place: false,
                common: false,
            },
            multiply: Multiply::of::<2>(S::PACKING, S::FINISH, S::CODE),
        }
    }

    /// Blocks of output positions.
    #[inline(always)]
    pub(super) fn blocks(&self) -> usize {
        self.positions.div_ceil(2)
    }

    /// The block that is carried out as number `step`.
    #[inline(always)]
    pub(super) fn block(&self, step: usize, backward: bool) -> usize {
        if backward { self.blocks() - 1 - step } else { step }
    }

    /// Whether the block has one position instead of two.
    #[inline(always)]
    pub(super) fn is_odd(&self, block: usize) -> bool {
        self.positions % 2 == 1 && block == self.blocks() - 1
    }

    /// Words of the columns.
    #[inline(always)]
    pub(super) fn column_words(&self) -> usize {
        if self.positions == 1 { self.form.steps } else { 2 * self.form.steps }
    }

    /// Whether the whole window of a position is in the image, and its rows are contiguous there.
    #[inline(always)]
    pub(super) fn is_inside(&self, y: usize, x: usize) -> bool {
        let [[top, rows], [left, columns]] = self.interior;
        self.is_dense
            && y.wrapping_sub(top.into()) < rows.into()
            && x.wrapping_sub(left.into()) < columns.into()
    }

    /// The row of the image that a row of the window reads, as `Window::position` has it.
    #[inline(always)]
    pub(super) fn row(&self, y: usize, tap: usize) -> usize {
        let ([stride, _], [dilation, _], [padding, _]) = (self.stride, self.dilation, self.padding);
        (y * usize::from(stride) + tap * usize::from(dilation)).wrapping_sub(padding.into())
    }

    /// The column of the image that a column of the window reads.
    #[inline(always)]
    pub(super) fn column(&self, x: usize, tap: usize) -> usize {
        let ([_, stride], [_, dilation], [_, padding]) = (self.stride, self.dilation, self.padding);
        (x * usize::from(stride) + tap * usize::from(dilation)).wrapping_sub(padding.into())
    }

    /// Row and column of the first position of the last block.
    #[inline(always)]
    pub(super) fn last_block(&self) -> [usize; 2] {
        let [y, x] = self.last_block;
        [y.into(), x.into()]
    }

    #[inline(always)]
    pub(super) fn input(&self) -> [usize; 3] {
        let [height, width, channels] = self.input;
        [height.into(), width.into(), channels.into()]
    }

    #[inline(always)]
    pub(super) fn width(&self) -> usize {
        self.width.into()
    }

    #[inline(always)]
    pub(super) fn kernel(&self) -> [usize; 2] {
        let [rows, columns] = self.kernel;
        [rows.into(), columns.into()]
    }

    #[inline(always)]
    pub(super) fn row_step(&self) -> usize {
        self.row_step
    }

    #[inline(always)]
    pub(super) fn row_words(&self) -> usize {
        self.row_words.into()
    }

    #[inline(always)]
    pub(super) fn run(&self) -> usize {
        self.run.into()
    }

    #[inline(always)]
    pub(super) fn run_steps(&self) -> usize {
        self.run_steps.into()
    }
}

/// The windows of a shape, as the packing sees them.
pub(super) const fn windows<S: Shape>() -> Windows {
    Windows {
        kernel: S::KERNEL,
        column_dilation: S::DILATION[1],
        channels: S::INPUT[2],
        positions: product([S::OUTPUT[0], S::OUTPUT[1]]),
        has_border: window::<S>().has_border(),
    }
}

const fn narrow(extent: usize) -> u16 {
    assert!(extent <= u16::MAX as usize, "an extent is too large for the kernel");
    extent as u16
}

const fn pair([a, b]: [usize; 2]) -> [u16; 2] {
    [narrow(a), narrow(b)]
}

/// Where the kernel has its geometry from. It is monomorphised for each implementor.
pub(super) trait Source: Copy {
    /// Multiplies the one column of an odd last position; none if that is computed twice.
    const ALONE: Option<Multiply>;

    fn geometry(self) -> &'static Geometry;

    /// [`rolled`], where that makes the code smaller.
    #[inline(always)]
    fn rolled() {}

    /// Two: the columns of a block. [`opaque`], where that makes the code smaller.
    #[inline(always)]
    fn columns() -> usize {
        2
    }

    /// Whether a number of bytes is one of words; opaque, where that makes the code smaller.
    #[inline(always)]
    fn is_word(bytes: usize) -> bool {
        bytes.is_multiple_of(4)
    }

    /// As [`widen`].
    ///
    /// # Safety
    /// As for [`widen`].
    unsafe fn widen<const STRIDE: usize>(self, source: Src<i8>, column: Dst<u32>, length: usize);

    /// As [`Gather::window`], one of two columns.
    ///
    /// # Safety
    /// As for [`Gather::window`].
    unsafe fn window(self, gather: &Gather<Self>, position: Position, column: Dst<u32>);

    /// As [`Form::run_by`], for two columns.
    ///
    /// # Safety
    /// As for [`Form::run_by`].
    unsafe fn multiply(
        self,
        outputs: [Dst<i8>; 2],
        columns: Src<u32>,
        params: &'static Params,
        scratch: Dst<u32>,
    );

    /// As [`Form::run_by`], for one column, by [`Source::ALONE`].
    ///
    /// # Safety
    /// As for [`Form::run_by`].
    unsafe fn multiply_alone(
        self,
        alone: Multiply,
        output: Dst<i8>,
        columns: Src<u32>,
        params: &'static Params,
        scratch: Dst<u32>,
    );
}

/// A shape, and whether its product is one call ([`Steps::Call`]): the kernel is made for it.
pub(super) struct Known<S, const ONE_CALL: bool>(PhantomData<S>);

impl<S: Shape, const ONE_CALL: bool> Known<S, ONE_CALL> {
    pub(super) const SHAPE: Self = Known(PhantomData);

    const STEPS: Steps = match S::FINISH {
        Finish::Exact => Steps::Exact,
        _ if ONE_CALL => Steps::Call,
        _ => Steps::Several,
    };
}

impl<S, const ONE_CALL: bool> Clone for Known<S, ONE_CALL> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S, const ONE_CALL: bool> Copy for Known<S, ONE_CALL> {}

impl<S: Shape, const ONE_CALL: bool> Source for Known<S, ONE_CALL> {
    const ALONE: Option<Multiply> = if windows::<S>().positions == 1 || windows::<S>().last_alone() {
        Some(Multiply::of::<1>(S::PACKING, S::FINISH, S::CODE))
    } else {
        None
    };

    #[inline(always)]
    fn geometry(self) -> &'static Geometry {
        const { &Geometry::of::<S>() }
    }

    #[inline(always)]
    unsafe fn widen<const STRIDE: usize>(self, source: Src<i8>, column: Dst<u32>, length: usize) {
        // SAFETY: the caller's.
        unsafe { widen::<STRIDE>(source, column, length) }
    }

    #[inline(always)]
    unsafe fn window(self, gather: &Gather<Self>, position: Position, column: Dst<u32>) {
        // SAFETY: the caller's.
        unsafe { gather.window::<2>(position, column) }
    }

    #[inline(always)]
    unsafe fn multiply(
        self,
        outputs: [Dst<i8>; 2],
        columns: Src<u32>,
        params: &'static Params,
        scratch: Dst<u32>,
    ) {
        let geometry = self.geometry();
        // SAFETY: the caller's.
        unsafe { geometry.form.run_by(geometry.multiply, Self::STEPS, outputs, columns, params, scratch) }
    }

    #[inline(always)]
    unsafe fn multiply_alone(
        self,
        alone: Multiply,
        output: Dst<i8>,
        columns: Src<u32>,
        params: &'static Params,
        scratch: Dst<u32>,
    ) {
        // SAFETY: the caller's.
        unsafe { self.geometry().form.run_by(alone, Self::STEPS, [output], columns, params, scratch) }
    }
}

/// Any shape with more than one output position: all of them share the kernel. An odd last position is computed twice.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    geometry: &'static Geometry,
    /// The product in several steps; none if it is one call.
    multiply: Option<MultiplyAny>,
}

/// A product with two columns in several steps. A pointer, so that it is not linked if no layer needs it.
type MultiplyAny = unsafe fn(&'static Geometry, [Dst<i8>; 2], Src<u32>, &'static Params, Dst<u32>);

impl Shared {
    /// With a product in these steps.
    #[inline(always)]
    pub(super) fn new(geometry: &'static Geometry, steps: Steps) -> Self {
        let multiply: Option<MultiplyAny> = match steps {
            Steps::Call => None,
            Steps::Several => Some(multiply_any::<false>),
            Steps::Exact => Some(multiply_any::<true>),
        };
        Shared { geometry, multiply }
    }
}

impl Source for Shared {
    const ALONE: Option<Multiply> = None;

    #[inline(always)]
    fn rolled() {
        rolled();
    }

    #[inline(always)]
    fn columns() -> usize {
        opaque(2)
    }

    #[inline(always)]
    fn is_word(bytes: usize) -> bool {
        opaque(bytes).is_multiple_of(4)
    }

    #[inline(always)]
    fn geometry(self) -> &'static Geometry {
        self.geometry
    }

    #[inline(always)]
    unsafe fn widen<const STRIDE: usize>(self, source: Src<i8>, column: Dst<u32>, length: usize) {
        // SAFETY: the caller's.
        unsafe {
            match STRIDE {
                2 => widen_any_length(source, column, length),
                _ => widen::<STRIDE>(source, column, length),
            }
        }
    }

    /// Not inlined: what it takes of the stack is free again for the product.
    #[inline(never)]
    unsafe fn window(self, gather: &Gather<Self>, position: Position, column: Dst<u32>) {
        // SAFETY: the caller's.
        unsafe { gather.window::<2>(position, column) }
    }

    #[inline(always)]
    unsafe fn multiply(
        self,
        outputs: [Dst<i8>; 2],
        columns: Src<u32>,
        params: &'static Params,
        scratch: Dst<u32>,
    ) {
        let geometry = self.geometry;
        // SAFETY: the caller's.
        unsafe {
            match self.multiply {
                Some(multiply) => multiply(geometry, outputs, columns, params, scratch),
                None => {
                    geometry.form.run_by(geometry.multiply, Steps::Call, outputs, columns, params, scratch);
                }
            }
        }
    }

    /// Not used: nothing is [alone](Source::ALONE).
    unsafe fn multiply_alone(self, _: Multiply, _: Dst<i8>, _: Src<u32>, _: &'static Params, _: Dst<u32>) {}
}

/// The product in several steps, once for all shapes.
///
/// # Safety
/// As for [`Form::run_by`].
#[inline(never)]
unsafe fn multiply_any<const IS_EXACT: bool>(
    geometry: &'static Geometry,
    outputs: [Dst<i8>; 2],
    columns: Src<u32>,
    params: &'static Params,
    scratch: Dst<u32>,
) {
    let steps = if IS_EXACT { Steps::Exact } else { Steps::Several };
    // SAFETY: the caller's.
    unsafe { geometry.form.run_by(geometry.multiply, steps, outputs, columns, params, scratch) }
}

/// Whether the shape's layers are carried out by the shared code.
pub(super) const fn is_shared<S: Shape>() -> bool {
    !matches!(S::CODE, Code::Specialised) && windows::<S>().positions > 1
}
