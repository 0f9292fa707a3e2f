//! The memory that a model's tensors live in, and the typed pointers with which kernels reach it.

use tinyml_arith::overlap::{Gaps, Place};
use tinyml_arith::size::{product, sum};

use crate::memory::{Memory, check_buffer};

/// The working memory of a model: `N` bytes, aligned for every kernel.
///
/// The compiler computes `N` exactly and places every tensor at a constant offset. A new arena is all zero bits.
#[repr(C, align(16))]
pub struct Arena<const N: usize> {
    bytes: [u8; N],
}

impl<const N: usize> Arena<N> {
    /// An arena of zeros; as the initial value of a `static` it lies in `.bss`.
    #[must_use]
    pub const fn new() -> Self {
        Arena { bytes: [0; N] }
    }

    /// The first `M` bytes as an arena of their own, so that several models can take turns in one arena. An `M` greater
    /// than `N` does not compile.
    pub fn prefix<const M: usize>(&mut self) -> &mut Arena<M> {
        const { assert!(M <= N, "the shared arena is smaller than the model's ARENA_BYTES") };
        // SAFETY: both types are `repr(C, align(16))` around a byte array, M <= N holds, and the borrow of `self` is
        // handed on.
        unsafe { &mut *(&raw mut *self).cast::<Arena<M>>() }
    }

    /// `L` elements at byte `OFFSET`, to read.
    #[must_use]
    pub fn get<T: Element, const OFFSET: usize, const L: usize>(&self) -> &[T; L] {
        const { check_buffer::<T>(OFFSET, L, Self::REGIONS) };
        // SAFETY: `check_buffer` holds: the range is in the arena and aligned for T; every bit pattern is a valid T.
        unsafe { &*self.bytes.as_ptr().add(OFFSET).cast::<[T; L]>() }
    }

    /// `L` elements at byte `OFFSET`, to write.
    pub fn get_mut<T: Element, const OFFSET: usize, const L: usize>(&mut self) -> &mut [T; L] {
        const { check_buffer::<T>(OFFSET, L, Self::REGIONS) };
        // SAFETY: `check_buffer` holds: the range is in the arena and aligned for T; every bit pattern is a valid T.
        unsafe { &mut *self.bytes.as_mut_ptr().add(OFFSET).cast::<[T; L]>() }
    }

    /// One of `ROWS` rows of `L` elements each that begin at byte `OFFSET`, to write: row `row`, or the first if there is none of that number.
    pub fn row_mut<T: Element, const OFFSET: usize, const L: usize, const ROWS: usize>(
        &mut self,
        row: usize,
    ) -> &mut [T; L] {
        const {
            assert!(ROWS > 0, "there is no row");
            check_buffer::<T>(OFFSET, product([ROWS, L]), Self::REGIONS);
        }
        let row = if row < ROWS { row } else { 0 };
        // SAFETY: `check_buffer` holds for all rows, and `row` is one of them; every bit pattern is a valid T.
        unsafe { &mut *self.bytes.as_mut_ptr().add(OFFSET).cast::<T>().add(row * L).cast::<[T; L]>() }
    }

    /// The first byte.
    #[inline(always)]
    pub(crate) fn as_mut_ptr(&mut self) -> *mut u8 {
        self.bytes.as_mut_ptr()
    }
}

impl<const N: usize> Default for Arena<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// The arena of a model: its own, or one that it shares.
pub trait Storage<const N: usize> {
    /// The arena.
    fn arena(&mut self) -> &mut Arena<N>;
    /// The arena, to read results from.
    fn arena_ref(&self) -> &Arena<N>;
}

impl<const N: usize> Storage<N> for Arena<N> {
    #[inline]
    fn arena(&mut self) -> &mut Arena<N> {
        self
    }

    #[inline]
    fn arena_ref(&self) -> &Arena<N> {
        self
    }
}

impl<const N: usize> Storage<N> for &mut Arena<N> {
    #[inline]
    fn arena(&mut self) -> &mut Arena<N> {
        self
    }

    #[inline]
    fn arena_ref(&self) -> &Arena<N> {
        self
    }
}

mod sealed {
    pub trait Sealed {}
}

/// Types that tensors in an arena may hold: plain numbers for which every bit pattern is a value.
pub trait Element: Copy + sealed::Sealed {}

macro_rules! elements {
    ($($ty:ty),*) => {$(
        impl sealed::Sealed for $ty {}
        impl Element for $ty {}
    )*};
}
elements!(i8, u8, i16, u16, i32, u32, i64, f32);

/// A pointer to elements that a kernel reads.
///
/// Kernels use raw pointers so that a result may lie over an operand, and so that no bounds check and no panic path is
/// compiled in; a kernel's `const` check of its spec is what makes the accesses good. Builds with debug assertions check
/// every access, so the host tests run with bounds checks.
pub(crate) struct Src<T> {
    ptr: *const T,
    #[cfg(debug_assertions)]
    len: usize,
}

/// A pointer to elements that a kernel writes (and may read back). See [`Src`].
pub(crate) struct Dst<T> {
    ptr: *mut T,
    #[cfg(debug_assertions)]
    len: usize,
}

impl<T> Clone for Src<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Src<T> {}
impl<T> Clone for Dst<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Dst<T> {}

impl<T: Copy> Src<T> {
    fn new(ptr: *const T, len: usize) -> Self {
        let _ = len;
        Src {
            ptr,
            #[cfg(debug_assertions)]
            len,
        }
    }

    /// The element at `index`.
    ///
    /// # Safety
    /// `index` elements on lies an initialised, aligned element of the buffer.
    #[inline(always)]
    pub(crate) unsafe fn get(self, index: usize) -> T {
        #[cfg(debug_assertions)]
        assert!(index < self.len, "kernel reads out of bounds");
        // SAFETY: the caller's.
        unsafe { self.ptr.add(index).read() }
    }

    /// The pointer from element `index` on.
    ///
    /// # Safety
    /// `index` is within the buffer or one past its end.
    #[inline(always)]
    pub(crate) unsafe fn skip(self, index: usize) -> Self {
        #[cfg(debug_assertions)]
        assert!(index <= self.len, "kernel points out of bounds");
        Src {
            // SAFETY: the caller's.
            ptr: unsafe { self.ptr.add(index) },
            #[cfg(debug_assertions)]
            len: self.len - index,
        }
    }
}

impl Src<i8> {
    /// Four bytes from `index` on as a little-endian word, wherever they lie.
    ///
    /// # Safety
    /// `index` elements on lie four initialised elements of the buffer.
    #[inline(always)]
    pub(crate) unsafe fn word(self, index: usize) -> u32 {
        #[cfg(debug_assertions)]
        assert!(index + 4 <= self.len, "kernel reads out of bounds");
        // SAFETY: the caller's.
        u32::from_le(unsafe { self.ptr.add(index).cast::<u32>().read_unaligned() })
    }
}

impl Src<i8> {
    /// The same place, to read words; it must be aligned to 4.
    #[inline(always)]
    pub(crate) fn words(self) -> Src<u32> {
        Src {
            ptr: self.ptr.cast(),
            #[cfg(debug_assertions)]
            len: self.len / 4,
        }
    }
}

impl Src<u32> {
    /// The same place as bytes.
    #[inline(always)]
    pub(crate) fn bytes(self) -> Src<i8> {
        Src {
            ptr: self.ptr.cast(),
            #[cfg(debug_assertions)]
            len: 4 * self.len,
        }
    }
}

impl Dst<i8> {
    /// Writes the bytes of a little-endian word from `index` on, wherever that lies.
    ///
    /// # Safety
    /// `index` elements on lie four elements of the buffer.
    #[inline(always)]
    pub(crate) unsafe fn set_word(self, index: usize, word: u32) {
        #[cfg(debug_assertions)]
        assert!(index + 4 <= self.len, "kernel writes out of bounds");
        // SAFETY: the caller's.
        unsafe { self.ptr.add(index).cast::<u32>().write_unaligned(word.to_le()) }
    }
}

impl<T> Dst<T> {
    /// The same place as elements of another type.
    #[inline(always)]
    pub(crate) fn cast<U>(self) -> Dst<U> {
        Dst {
            ptr: self.ptr.cast(),
            #[cfg(debug_assertions)]
            len: self.len * size_of::<T>() / size_of::<U>(),
        }
    }
}

impl<T> Src<T> {
    /// The same place as elements of another type.
    #[inline(always)]
    pub(crate) fn cast<U>(self) -> Src<U> {
        Src {
            ptr: self.ptr.cast(),
            #[cfg(debug_assertions)]
            len: self.len * size_of::<T>() / size_of::<U>(),
        }
    }

    /// The address, for a loop in assembly.
    #[allow(dead_code, reason = "some cores only have such loops")]
    #[inline(always)]
    pub(crate) fn as_ptr(self) -> *const T {
        self.ptr
    }
}

impl<T> Dst<T> {
    /// The address, for a loop in assembly.
    #[allow(dead_code, reason = "some cores only have such loops")]
    #[inline(always)]
    pub(crate) fn as_ptr(self) -> *mut T {
        self.ptr
    }
}

impl<T: Copy> From<&'static [T]> for Src<T> {
    #[inline(always)]
    fn from(slice: &'static [T]) -> Self {
        Src::new(slice.as_ptr(), slice.len())
    }
}

impl<T: Copy> Dst<T> {
    pub(crate) fn new(ptr: *mut T, len: usize) -> Self {
        let _ = len;
        Dst {
            ptr,
            #[cfg(debug_assertions)]
            len,
        }
    }

    /// Writes the element at `index`.
    ///
    /// # Safety
    /// `index` elements on lies an aligned element of the buffer.
    #[inline(always)]
    pub(crate) unsafe fn set(self, index: usize, value: T) {
        #[cfg(debug_assertions)]
        assert!(index < self.len, "kernel writes out of bounds");
        // SAFETY: the caller's.
        unsafe { self.ptr.add(index).write(value) }
    }

    /// Writes `count` elements from the beginning of `source`.
    ///
    /// # Safety
    /// Both buffers have at least `count` elements, initialised in `source`, and these do not overlap.
    #[inline(always)]
    pub(crate) unsafe fn copy_from(self, source: Src<T>, count: usize) {
        #[cfg(debug_assertions)]
        assert!(count <= source.len && count <= self.len, "kernel copies out of bounds");
        // SAFETY: the caller's.
        unsafe { self.ptr.copy_from_nonoverlapping(source.ptr, count) }
    }

    /// Writes `count` elements of one value.
    ///
    /// # Safety
    /// The buffer has at least `count` elements.
    #[inline(always)]
    pub(crate) unsafe fn fill(self, value: T, count: usize) {
        #[cfg(debug_assertions)]
        assert!(count <= self.len, "kernel fills out of bounds");
        // SAFETY: the caller's.
        unsafe { core::slice::from_raw_parts_mut(self.ptr, count).fill(value) }
    }

    /// As [`copy_from`](Self::copy_from), but the elements may overlap.
    ///
    /// # Safety
    /// Both buffers have at least `count` elements, initialised in `source`.
    #[inline(always)]
    pub(crate) unsafe fn move_from(self, source: Src<T>, count: usize) {
        #[cfg(debug_assertions)]
        assert!(count <= source.len && count <= self.len, "kernel copies out of bounds");
        // SAFETY: the caller's.
        unsafe { self.ptr.copy_from(source.ptr, count) }
    }

    /// The pointer from element `index` on.
    ///
    /// # Safety
    /// `index` is within the buffer or one past its end.
    #[inline(always)]
    pub(crate) unsafe fn skip(self, index: usize) -> Self {
        #[cfg(debug_assertions)]
        assert!(index <= self.len, "kernel points out of bounds");
        Dst {
            // SAFETY: the caller's.
            ptr: unsafe { self.ptr.add(index) },
            #[cfg(debug_assertions)]
            len: self.len - index,
        }
    }

    /// The same place, to read.
    #[inline(always)]
    pub(crate) fn as_src(self) -> Src<T> {
        Src {
            ptr: self.ptr,
            #[cfg(debug_assertions)]
            len: self.len,
        }
    }
}

/// Bytes of elements.
pub(crate) const fn bytes<T>(elements: usize) -> usize {
    product([elements, size_of::<T>()])
}

/// Refuses, when a kernel is monomorphised, an operand and a result that overlap.
pub(crate) const fn check_disjoint(a: usize, a_bytes: usize, b: usize, b_bytes: usize) {
    assert!(sum([a, a_bytes]) <= b || sum([b, b_bytes]) <= a, "the kernel's buffers overlap");
}

/// Refuses, when a kernel is monomorphised, a result that lies over an operand further than the order allows in which the
/// kernel reads and writes.
pub(crate) const fn check_overlap(
    gaps: Gaps,
    (operand, operand_bytes): (usize, usize),
    (result, result_bytes): (usize, usize),
    backward: bool,
) {
    // The ends of both are places, too.
    let _ = (sum([operand, operand_bytes]), sum([result, result_bytes]));
    let operand = Place { offset: operand, bytes: operand_bytes };
    let result = Place { offset: result, bytes: result_bytes };
    assert!(
        gaps.permits(operand, result, backward),
        "the kernel would overwrite its operand before it has read it"
    );
}

/// Constant data with the alignment that its widest reader needs.
///
/// Generated code writes weights as one byte-string literal each, since millions of number tokens cost the compiler
/// gigabytes, and kernels get them as slices of their own type.
#[repr(C, align(4))]
pub struct Aligned<T>(pub T);

/// As [`Aligned`], for elements of eight bytes.
#[repr(C, align(8))]
pub struct AlignedTo8<T>(pub T);

macro_rules! slices {
    ($wrapper:ident: $($name:ident),*) => {
        impl<const N: usize> $wrapper<[u8; N]> {
            $(
                #[doc = concat!("The bytes as little-endian `", stringify!($name), "`.")]
                #[must_use]
                pub const fn $name(&self) -> &[$name] {
                    const {
                        assert!(N % size_of::<$name>() == 0, "constant data with a broken last element");
                        assert!(align_of::<$name>() <= align_of::<Self>(), "constant data that is not aligned");
                        assert!(cfg!(target_endian = "little"), "generated models are for little-endian cores");
                    }
                    // SAFETY: the bytes are aligned for the element, N is a multiple of its size, and every bit pattern is
                    // a value of the type.
                    unsafe { core::slice::from_raw_parts(self.0.as_ptr().cast(), N / size_of::<$name>()) }
                }
            )*
        }
    };
}
slices!(Aligned: i8, u8, i16, u16, i32, u32, f32);
slices!(AlignedTo8: i64);

/// All elements of constant data, as many as an array of the type has.
///
/// # Panics
/// If there are more or fewer: a `const` block does not compile then.
#[must_use]
pub const fn array<T, const L: usize>(elements: &[T]) -> &[T; L] {
    match elements.first_chunk() {
        Some(array) if elements.len() == L => array,
        _ => panic!("constant data of another length"),
    }
}

#[cfg(test)]
mod test {
    extern crate std;

    use super::Arena;
    use crate::memory::Memory;

    /// `cargo xtask sanitize` runs this to see that AddressSanitizer ends it.
    #[test]
    #[ignore = "a planted fault"]
    fn planted_read_behind_the_arena() {
        let mut arena = std::boxed::Box::new(Arena::<64>::new());
        let bytes = arena.cursor().src::<i8>(0);
        // SAFETY: none: the byte lies behind the arena.
        std::hint::black_box(unsafe { bytes.get(std::hint::black_box(64)) });
    }
}
