//! The window: pair lines of a block of channels, widened to 16 bits.

use core::marker::PhantomData;

use super::{Shape, step, walk};
use crate::arch::{opaque, rolled};
use crate::arena::{Dst, Src};

/// A plane of `PAIRS` pair lines for each channel of a block; behind them a word of the padding's bytes and room for the widened weights of a channel.
pub(super) struct Window<S> {
    words: Dst<u32>,
    shape: PhantomData<S>,
}

impl<S: Shape> Window<S> {
    /// Words of a pair line.
    const LINE: usize = walk::<S>().positions();
    /// Words of a plane.
    const PLANE: usize = S::PAIRS * Self::LINE;
    /// Where the word of padding lies.
    const PADDING: usize = S::BLOCK * Self::PLANE;

    /// A window full of padding.
    ///
    /// # Safety
    /// `words` has `scratch_bytes`.
    #[inline(always)]
    pub(super) unsafe fn new(words: Dst<u32>, zero_point: i32) -> Self {
        let half = zero_point as u16 as u32;
        for i in 0..Self::PADDING {
            rolled();
            // SAFETY: the planes lie at the beginning of the scratch memory.
            unsafe { words.set(i, half | half << 16) };
        }
        // SAFETY: the word of padding lies behind the planes.
        unsafe { words.set(Self::PADDING, (half & 0xff) * 0x0101_0101) };
        Window { words, shape: PhantomData }
    }

    /// A window that was made at this place, as it was left.
    #[inline(always)]
    pub(super) fn begun(words: Dst<u32>) -> Self {
        Window { words, shape: PhantomData }
    }

    /// The pair lines of a channel of the block.
    ///
    /// # Safety
    /// `plane` is below `Shape::BLOCK`.
    #[inline(always)]
    pub(super) unsafe fn plane(&self, plane: usize) -> Src<u32> {
        // SAFETY: the caller's.
        unsafe { self.words.skip(plane * Self::PLANE) }.as_src()
    }

    /// Room for the widened weights of a channel.
    #[inline(always)]
    pub(super) fn weights(&self) -> Dst<u32> {
        // SAFETY: it lies behind the word of padding.
        unsafe { self.words.skip(Self::PADDING + 1) }
    }

    /// Widens pair line `pair` of a block of the image's channels from `image` on into slot `slot` of the planes.
    ///
    /// # Safety
    /// `image` is the operand from a channel on behind which there are the others of the block; the slot is below `PAIRS`.
    #[inline(never)]
    pub(super) unsafe fn load(&mut self, image: Src<i8>, pair: usize, slot: usize) {
        let geometry = const { walk::<S>() };
        let across = const { walk::<S>().across() };
        let (along_step, line_step) = const { (step(S::INPUT, S::WALK), step(S::INPUT, 1 - S::WALK)) };
        let count = const { walk::<S>().image_positions() };
        // SAFETY: the word of padding is in the scratch memory and is not written below.
        let padding = unsafe { self.words.skip(Self::PADDING) }.as_src().bytes();
        // A line outside the image is one element of padding, again and again.
        let line = |which: usize| {
            let line = (2 * pair + which).wrapping_sub(geometry.padding[across]);
            match line < S::INPUT[across] {
                // SAFETY: the line is in the image.
                true => (unsafe { image.skip(line * line_step) }, along_step),
                false => (padding, 0),
            }
        };
        if count == 0 {
            return;
        }
        // SAFETY: slot and position are in the planes; `count` elements of the line are in the image, the last with the
        // channels of the block.
        unsafe {
            let out = self.words.skip(slot * Self::LINE + geometry.padding[S::WALK]);
            #[cfg(all(
                target_arch = "arm",
                any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
            ))]
            if const { 4 * (S::BLOCK - 1) * Self::PLANE < 4096 } {
                return match S::BLOCK {
                    2 => widen_two_native::<S>(line(0), line(1), out),
                    _ => widen_native::<S>(line(0), line(1), out),
                };
            }
            match S::BLOCK {
                2 => widen_two::<S>(line(0), line(1), out),
                _ => widen::<S>(line(0), line(1), out),
            }
        }
    }

    /// Moves the `count` pair lines from slot `from` on to the front of their planes.
    ///
    /// # Safety
    /// They lie in the planes.
    #[inline(never)]
    pub(super) unsafe fn advance(&mut self, from: usize, count: usize) {
        if from == 0 || count == 0 {
            return;
        }
        for plane in 0..opaque(S::BLOCK) {
            rolled();
            // SAFETY: the caller's.
            unsafe {
                let plane = self.words.skip(plane * Self::PLANE);
                move_down(plane.skip(from * Self::LINE).as_src(), plane, count * Self::LINE);
            }
        }
    }
}

/// Moves `count` words (not 0) to a place in front of them.
///
/// # Safety
/// Both places have as many words.
#[inline(always)]
#[cfg(not(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
)))]
unsafe fn move_down(from: Src<u32>, to: Dst<u32>, count: usize) {
    for i in 0..count {
        // SAFETY: the caller's.
        unsafe { to.set(i, from.get(i)) };
    }
}

/// As the other `move_down`, four words at a time: what the compiler makes of a loop is longer than the kernel's own.
///
/// # Safety
/// As for the other `move_down`.
#[inline(always)]
#[cfg(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
))]
unsafe fn move_down(from: Src<u32>, to: Dst<u32>, count: usize) {
    // SAFETY: the code reads and writes `count` words, each four read before they are written.
    unsafe {
        core::arch::asm!(
            "subs {count}, {count}, #4",
            "blo 3f",
            "2:",
            "ldm {from}!, {{r2, r3, r4, r5}}",
            "stm {to}!, {{r2, r3, r4, r5}}",
            "subs {count}, {count}, #4",
            "bhs 2b",
            "3:",
            "adds {count}, {count}, #4",
            "beq 5f",
            "4:",
            "ldr r2, [{from}], #4",
            "str r2, [{to}], #4",
            "subs {count}, {count}, #1",
            "bne 4b",
            "5:",
            count = inout(reg) count => _,
            from = inout(reg) from.as_ptr() => _,
            to = inout(reg) to.as_ptr() => _,
            out("r2") _,
            out("r3") _,
            out("r4") _,
            out("r5") _,
            options(nostack),
        );
    }
}

/// Widens two lines of four channels, each given by its first element and the step to the next one, and joins them in words of
/// each plane.
///
/// # Safety
/// `image_positions` (not 0) elements of each line have four channels behind them, and `out` has room for as many words in each
/// plane.
#[inline(always)]
unsafe fn widen<S: Shape>(
    (mut low, low_step): (Src<i8>, usize),
    (mut high, high_step): (Src<i8>, usize),
    mut out: Dst<u32>,
) {
    use crate::arch::dsp::{pkhbt_lsl16, pkhtb_asr16, sxtb16, sxtb16_ror8};

    let count = const { walk::<S>().image_positions() };
    for position in 0..count {
        // SAFETY: the caller's.
        unsafe {
            let (a, b) = (low.word(0), high.word(0));
            let (a_even, a_odd) = (sxtb16(a), sxtb16_ror8(a));
            let (b_even, b_odd) = (sxtb16(b), sxtb16_ror8(b));
            out.set(0, pkhbt_lsl16(a_even, b_even));
            out.set(Window::<S>::PLANE, pkhbt_lsl16(a_odd, b_odd));
            out.set(2 * Window::<S>::PLANE, pkhtb_asr16(b_even, a_even));
            out.set(3 * Window::<S>::PLANE, pkhtb_asr16(b_odd, a_odd));
            if position + 1 < count {
                low = low.skip(low_step);
                high = high.skip(high_step);
            }
            out = out.skip(1);
        }
    }
}

/// [`widen`] for two channels.
///
/// # Safety
/// As for [`widen`].
#[inline(always)]
unsafe fn widen_two<S: Shape>(
    (mut low, low_step): (Src<i8>, usize),
    (mut high, high_step): (Src<i8>, usize),
    mut out: Dst<u32>,
) {
    let count = const { walk::<S>().image_positions() };
    for position in 0..count {
        // SAFETY: the caller's.
        unsafe {
            let halves = |low: i8, high: i8| low as u16 as u32 | (high as u16 as u32) << 16;
            let words = [0, 1].map(|channel| halves(low.get(channel), high.get(channel)));
            out.set(0, words[0]);
            out.set(Window::<S>::PLANE, words[1]);
            if position + 1 < count {
                low = low.skip(low_step);
                high = high.skip(high_step);
            }
            out = out.skip(1);
        }
    }
}

/// [`widen`] in machine code, two elements of each line per turn; for planes that an instruction's offset spans.
///
/// # Safety
/// As for [`widen`].
#[inline(always)]
#[cfg(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
))]
unsafe fn widen_native<S: Shape>(
    (low, low_step): (Src<i8>, usize),
    (high, high_step): (Src<i8>, usize),
    out: Dst<u32>,
) {
    // SXTB16, SXTB16 with ROR #8, PKHBT with LSL #16 and PKHTB with ASR #16, as encodings (see `arch::dsp`); r12 is free.
    macro_rules! element {
        () => {
            concat!(
                "ldr r4, [r0]\nldr r5, [r1]\nadd r0, r0, r2\nadd r1, r1, r3\n",
                ".inst.w 0xfa2ff884\n.inst.w 0xfa2ff494\n.inst.w 0xfa2ff985\n.inst.w 0xfa2ff595\n",
                ".inst.w 0xeac04c09 | 8 << 16\nstr r12, [r10], #4\n",
                ".inst.w 0xeac04928 | 9 << 16\nstr r9, [r10, #2 * {plane} - 4]\n",
                ".inst.w 0xeac04c05 | 4 << 16\nstr r12, [r10, #{plane} - 4]\n",
                ".inst.w 0xeac04524 | 5 << 16\nstr r5, [r10, #3 * {plane} - 4]\n",
            )
        };
    }
    // SAFETY: the code reads and writes what the caller vouches for.
    unsafe {
        core::arch::asm!(
            ".if {count} / 2",
            "2:",
            element!(),
            element!(),
            "subs r11, r11, #1",
            "bne 2b",
            ".endif",
            ".if {count} & 1",
            element!(),
            ".endif",
            plane = const { 4 * Window::<S>::PLANE },
            count = const { walk::<S>().image_positions() },
            inout("r0") low.as_ptr() => _,
            inout("r1") high.as_ptr() => _,
            in("r2") low_step,
            in("r3") high_step,
            out("r4") _,
            out("r5") _,
            out("r8") _,
            out("r9") _,
            inout("r10") out.as_ptr() => _,
            inout("r11") const { walk::<S>().image_positions() / 2 } => _,
            out("r12") _,
            options(nostack),
        );
    }
}

/// [`widen_two`] in machine code, two elements of each line per turn; for planes that an instruction's offset spans.
///
/// # Safety
/// As for [`widen_two`].
#[inline(always)]
#[cfg(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
))]
unsafe fn widen_two_native<S: Shape>(
    (low, low_step): (Src<i8>, usize),
    (high, high_step): (Src<i8>, usize),
    out: Dst<u32>,
) {
    // PKHBT with LSL #16, SXTB16 and SXTB16 with ROR #8, as encodings (see `arch::dsp`).
    macro_rules! element {
        () => {
            concat!(
                "ldrh r4, [r0]\nldrh r5, [r1]\nadd r0, r0, r2\nadd r1, r1, r3\n",
                ".inst.w 0xeac04405 | 4 << 16\n.inst.w 0xfa2ff584\n.inst.w 0xfa2ff494\n",
                "str r5, [r10], #4\nstr r4, [r10, #{plane} - 4]\n",
            )
        };
    }
    // SAFETY: the code reads and writes what the caller vouches for.
    unsafe {
        core::arch::asm!(
            ".if {count} / 2",
            "2:",
            element!(),
            element!(),
            "subs r11, r11, #1",
            "bne 2b",
            ".endif",
            ".if {count} & 1",
            element!(),
            ".endif",
            plane = const { 4 * Window::<S>::PLANE },
            count = const { walk::<S>().image_positions() },
            inout("r0") low.as_ptr() => _,
            inout("r1") high.as_ptr() => _,
            in("r2") low_step,
            in("r3") high_step,
            out("r4") _,
            out("r5") _,
            inout("r10") out.as_ptr() => _,
            inout("r11") const { walk::<S>().image_positions() / 2 } => _,
            options(nostack),
        );
    }
}
