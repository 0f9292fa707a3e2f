//! A function of one int8 value as a table of its 256 results: every unary elementwise operator on int8, and every chain of
//! them.

use crate::arena::{Dst, Src, check_overlap};
use crate::memory::{Memory, check_buffer};
use tinyml_arith::overlap::Gaps;

/// On how many elements.
pub trait Shape {
    /// Number of elements.
    const ELEMENTS: usize;
}

/// The function.
pub struct Params {
    /// Its 256 values, in the order of the argument's bit pattern: for 0 to 127, then for -128 to -1.
    pub table: &'static [i8],
}

/// A layer: length, table and places in the arena.
pub trait Layer {
    /// Length.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may be that of the operand, or before it.
    const OUTPUT: usize;
    /// The function.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let elements = L::Shape::ELEMENTS;
    check_buffer::<i8>(L::INPUT, elements, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, elements, M::REGIONS);
    check_overlap(Gaps::BYTE_FOR_BYTE, (L::INPUT, elements), (L::OUTPUT, elements), false);
    assert!(L::PARAMS.table.len() == 256, "the table does not have 256 entries");
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { look_up::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand and result have the shape's length; the result begins at or before the operand, or they do not overlap. The table has 256 entries.
#[inline(never)]
unsafe fn look_up<S: Shape>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    let table = Src::from(params.table);
    for i in 0..S::ELEMENTS {
        // SAFETY: `i` is below the length; element `i` is read before it is written; a byte is below 256.
        unsafe { output.set(i, table.get(usize::from(input.get(i) as u8))) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;
    use proptest::prelude::*;

    /// `3 x + 7`, wrapping.
    static TABLE: [i8; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            table[i] = (i as i8).wrapping_mul(3).wrapping_add(7);
            i += 1;
        }
        table
    };

    struct Apart;
    impl Shape for Apart {
        const ELEMENTS: usize = 7;
    }
    impl Layer for Apart {
        type Shape = Apart;
        const INPUT: usize = 9;
        const OUTPUT: usize = 1;
        const PARAMS: Params = Params { table: &TABLE };
    }

    struct InPlace;
    impl Shape for InPlace {
        const ELEMENTS: usize = 256;
    }
    impl Layer for InPlace {
        type Shape = InPlace;
        const INPUT: usize = 0;
        const OUTPUT: usize = 0;
        const PARAMS: Params = Params { table: &TABLE };
    }

    proptest! {
        #[test]
        fn each_element_by_itself(x: [i8; 7]) {
            let mut arena = Arena::<16>::new();
            *arena.get_mut::<i8, 9, 7>() = x;
            run::<Apart, _>(&mut arena);
            prop_assert_eq!(*arena.get::<i8, 1, 7>(), x.map(|x| x.wrapping_mul(3).wrapping_add(7)));
            prop_assert_eq!(*arena.get::<i8, 9, 7>(), x);
        }
    }

    #[test]
    fn every_value_in_place() {
        let mut arena = Arena::<256>::new();
        let all: [i8; 256] = core::array::from_fn(|i| (i as i32 - 128) as i8);
        *arena.get_mut::<i8, 0, 256>() = all;
        run::<InPlace, _>(&mut arena);
        assert_eq!(*arena.get::<i8, 0, 256>(), all.map(|x| x.wrapping_mul(3).wrapping_add(7)));
    }
}
