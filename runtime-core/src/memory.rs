//! Where the buffers of a model lie: in its arena and, if it remembers something from one inference to the next, in its state.
//!
//! Both have addresses of their own, so that models can share an arena and keep their state. Kernels name a place in either by one
//! offset, a constant: which of the two it is in is settled when a kernel is monomorphised.

use core::marker::PhantomData;

use tinyml_arith::overlap::STATE_ALIGN;
use tinyml_arith::size::difference;

use crate::arena::{Arena, Dst, Element, Src};

/// The bytes of an arena and of a state, and the offsets of both: the arena's begin at 0, the state's at the next multiple of 16.
#[derive(Clone, Copy)]
pub struct Regions {
    arena: usize,
    state: usize,
}

impl Regions {
    /// The offset of the state's first byte; none if there is no state.
    const fn state_offset(self) -> Option<usize> {
        if self.state == 0 { None } else { self.arena.checked_next_multiple_of(STATE_ALIGN) }
    }

    /// The bytes from an offset to the end of what it lies in; none if it lies in neither.
    const fn room(self, offset: usize) -> Option<usize> {
        match self.state_offset() {
            Some(first) if first <= offset => {
                let offset = difference(offset, first);
                if offset <= self.state { Some(difference(self.state, offset)) } else { None }
            }
            _ if offset <= self.arena => Some(difference(self.arena, offset)),
            _ => None,
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl<const N: usize> Sealed for crate::arena::Arena<N> {}
    impl<const N: usize, const S: usize> Sealed for super::WithState<'_, N, S> {}
}

/// What the kernels of a model work in.
pub trait Memory: sealed::Sealed {
    /// How large it is.
    const REGIONS: Regions;

    /// Pointers to any number of operands and results.
    fn cursor(&mut self) -> Cursor<'_>;
}

impl<const N: usize> Memory for Arena<N> {
    const REGIONS: Regions = Regions { arena: N, state: 0 };

    #[inline(always)]
    fn cursor(&mut self) -> Cursor<'_> {
        let arena = Block::of(self);
        Cursor { arena, state: arena, first: None, borrow: PhantomData }
    }
}

/// An arena, and the state of the model that works in it.
pub struct WithState<'m, const N: usize, const S: usize> {
    /// The arena.
    pub arena: &'m mut Arena<N>,
    /// The state.
    pub state: &'m mut Arena<S>,
}

impl<const N: usize, const S: usize> Memory for WithState<'_, N, S> {
    const REGIONS: Regions = Regions { arena: N, state: S };

    #[inline(always)]
    fn cursor(&mut self) -> Cursor<'_> {
        let (arena, state) = (Block::of(self.arena), Block::of(self.state));
        Cursor { arena, state, first: const { Self::REGIONS.state_offset() }, borrow: PhantomData }
    }
}

/// The bytes of an arena.
#[derive(Clone, Copy)]
struct Block {
    base: *mut u8,
    bytes: usize,
}

impl Block {
    #[inline(always)]
    fn of<const N: usize>(arena: &mut Arena<N>) -> Block {
        Block { base: arena.as_mut_ptr(), bytes: N }
    }
}

/// Hands out pointers into a model's memory while it is borrowed.
pub struct Cursor<'m> {
    arena: Block,
    state: Block,
    /// The offset of the state's first byte.
    first: Option<usize>,
    borrow: PhantomData<&'m mut u8>,
}

impl Cursor<'_> {
    /// What lies at an offset, to read.
    #[inline(always)]
    pub(crate) fn src<T: Element>(&mut self, offset: usize) -> Src<T> {
        self.dst(offset).as_src()
    }

    /// What lies at an offset, to write.
    #[inline(always)]
    pub(crate) fn dst<T: Element>(&mut self, offset: usize) -> Dst<T> {
        let (block, offset) = match self.first {
            Some(first) if first <= offset => (self.state, offset - first),
            _ => (self.arena, offset),
        };
        Dst::new(block.base.wrapping_add(offset).cast(), block.bytes.saturating_sub(offset) / size_of::<T>())
    }

    /// An operand and a result. Their ranges and overlap are for the kernel's `const` check.
    #[inline(always)]
    pub(crate) fn io<T: Element, U: Element>(&mut self, input: usize, output: usize) -> (Src<T>, Dst<U>) {
        (self.src(input), self.dst(output))
    }
}

/// Refuses, when a kernel is monomorphised, a buffer that lies neither in the arena nor in the state, or is not aligned.
pub(crate) const fn check_buffer<T>(offset: usize, elements: usize, regions: Regions) {
    let Some(room) = regions.room(offset) else { panic!("a buffer begins outside the arena") };
    assert!(elements <= room / size_of::<T>(), "a buffer ends outside the arena");
    assert!(offset.is_multiple_of(align_of::<T>()), "a buffer is not aligned for its elements");
}

#[cfg(test)]
mod test {
    use super::Regions;

    #[test]
    fn state_begins_behind_the_arena_at_a_multiple_of_16() {
        let regions = Regions { arena: 20, state: 8 };
        assert_eq!(regions.state_offset(), Some(32));
        let rooms = [0, 20, 21, 31, 32, 36, 40, 41].map(|offset| regions.room(offset));
        assert_eq!(rooms, [Some(20), Some(0), None, None, Some(8), Some(4), Some(0), None]);
    }

    #[test]
    fn where_the_arena_ends_at_such_a_multiple_the_state_begins() {
        let regions = Regions { arena: 32, state: 8 };
        assert_eq!([31, 32, 40, 41].map(|offset| regions.room(offset)), [Some(1), Some(8), Some(0), None]);
    }

    #[test]
    fn without_state_there_is_nothing_behind_the_arena() {
        let regions = Regions { arena: 32, state: 0 };
        assert_eq!(regions.state_offset(), None);
        assert_eq!([31, 32, 33, 48].map(|offset| regions.room(offset)), [Some(1), Some(0), None, None]);
    }

    #[test]
    fn an_arena_that_fills_the_memory_has_no_room_for_state() {
        assert_eq!(Regions { arena: usize::MAX, state: 8 }.state_offset(), None);
    }
}
