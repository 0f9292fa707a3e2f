//! The kernels against a reference that walks multi-indices.

extern crate std;

use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::{Shape, copy_constant_strided_s8, copy_strided_f32, copy_strided_s8, lookup_strided_s8};
use crate::arena::Arena;

/// What is written where: the result's elements, `blank` where the box has none.
fn copied<S: Shape, T: Copy>(input: &[T], blank: T, length: usize, map: impl Fn(T) -> T) -> Vec<T> {
    let mut result = vec![blank; length];
    for mut flat in 0..S::EXTENTS.iter().product::<usize>() {
        let (mut from, mut to) = (S::FIRST, 0);
        for axis in (0..5).rev() {
            let index = flat % S::EXTENTS[axis];
            flat /= S::EXTENTS[axis];
            from = from.checked_add_signed(index as isize * S::FROM[axis]).unwrap();
            to += index * S::TO[axis];
        }
        result[to] = map(input[from]);
    }
    result
}

/// The transposition `[2, 3, 2, 2, 3]` by `[4, 1, 0, 3, 2]`.
struct Transposed;
impl Shape for Transposed {
    const EXTENTS: [usize; 5] = [3, 3, 2, 2, 2];
    const FROM: [isize; 5] = [1, 12, 36, 3, 6];
    const TO: [usize; 5] = [24, 8, 4, 2, 1];
}

/// Rows of 3 into rows of 8: a part of a concatenation.
struct Part;
impl Shape for Part {
    const EXTENTS: [usize; 5] = [1, 1, 1, 4, 3];
    const FROM: [isize; 5] = [0, 0, 0, 3, 1];
    const TO: [usize; 5] = [0, 0, 0, 8, 1];
}

fn bytes<const N: usize>() -> impl Strategy<Value = [i8; N]> {
    any::<[u8; N]>().prop_map(|bytes| bytes.map(|byte| byte as i8))
}

struct TransposeFloats;
impl copy_strided_f32::Layer for TransposeFloats {
    type Shape = Transposed;
    const INPUT: usize = 0;
    const OUTPUT: usize = 288;
    const PARAMS: copy_strided_f32::Params = copy_strided_f32::Params {};
}

struct CopyPart;
impl copy_strided_s8::Layer for CopyPart {
    type Shape = Part;
    const INPUT: usize = 0;
    const OUTPUT: usize = 14;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
}

/// Rows of 12 into rows of 20, all on words.
struct Words;
impl Shape for Words {
    const EXTENTS: [usize; 5] = [1, 1, 2, 2, 12];
    const FROM: [isize; 5] = [0, 0, 24, 12, 1];
    const TO: [usize; 5] = [0, 0, 44, 20, 1];
}

/// Rows of 4 from the last to the first, each of them from its end.
struct Turned;
impl Shape for Turned {
    const EXTENTS: [usize; 5] = [1, 1, 1, 3, 4];
    const FROM: [isize; 5] = [1, 1, 1, -4, -1];
    const FIRST: usize = 11;
    const TO: [usize; 5] = [1, 1, 1, 4, 1];
}

struct CopyTurned;
impl copy_strided_s8::Layer for CopyTurned {
    type Shape = Turned;
    const INPUT: usize = 3;
    const OUTPUT: usize = 17;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
}

struct CopyWords;
impl copy_strided_s8::Layer for CopyWords {
    type Shape = Words;
    const INPUT: usize = 4;
    const OUTPUT: usize = 56;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
}

struct ConstantPart;
impl copy_constant_strided_s8::Layer for ConstantPart {
    type Shape = Part;
    const OUTPUT: usize = 1;
    const PARAMS: copy_constant_strided_s8::Params =
        copy_constant_strided_s8::Params { constant: &[1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -128] };
}

/// `x` to `-1 - x`, by the bits of `x`.
static COMPLEMENT: [i8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = !(i as u8) as i8;
        i += 1;
    }
    table
};

struct MappedPart;
impl lookup_strided_s8::Layer for MappedPart {
    type Shape = Part;
    const INPUT: usize = 0;
    const OUTPUT: usize = 12;
    const PARAMS: lookup_strided_s8::Params = lookup_strided_s8::Params { table: &COMPLEMENT };
}

proptest! {
    #[test]
    fn transposes_five_axes(values in prop::collection::vec(-1e9f32..1e9, 72)) {
        let mut arena = Arena::<576>::new();
        arena.get_mut::<f32, 0, 72>().copy_from_slice(&values);
        copy_strided_f32::run::<TransposeFloats, _>(&mut arena);
        prop_assert_eq!(&arena.get::<f32, 288, 72>()[..], copied::<Transposed, f32>(&values, 0.0, 72, |x| x));
    }

    #[test]
    fn copies_rows_between_others(values in bytes::<12>()) {
        let mut arena = Arena::<48>::new();
        *arena.get_mut::<i8, 0, 12>() = values;
        copy_strided_s8::run::<CopyPart, _>(&mut arena);
        prop_assert_eq!(&arena.get::<i8, 14, 32>()[..], copied::<Part, i8>(&values, 0, 32, |x| x));
        prop_assert_eq!(arena.get::<i8, 0, 12>(), &values);
    }

    #[test]
    fn copies_rows_of_words(values in bytes::<48>()) {
        let mut arena = Arena::<136>::new();
        *arena.get_mut::<i8, 4, 48>() = values;
        copy_strided_s8::run::<CopyWords, _>(&mut arena);
        prop_assert_eq!(&arena.get::<i8, 56, 80>()[..], copied::<Words, i8>(&values, 0, 80, |x| x));
        prop_assert_eq!(arena.get::<i8, 4, 48>(), &values);
    }

    #[test]
    fn copies_what_runs_backwards(values in bytes::<12>()) {
        let mut arena = Arena::<32>::new();
        *arena.get_mut::<i8, 3, 12>() = values;
        copy_strided_s8::run::<CopyTurned, _>(&mut arena);
        prop_assert_eq!(&arena.get::<i8, 17, 12>()[..], copied::<Turned, i8>(&values, 0, 12, |x| x));
    }

    #[test]
    fn looks_every_element_up(values in bytes::<12>()) {
        let mut arena = Arena::<48>::new();
        *arena.get_mut::<i8, 0, 12>() = values;
        lookup_strided_s8::run::<MappedPart, _>(&mut arena);
        prop_assert_eq!(&arena.get::<i8, 12, 32>()[..], copied::<Part, i8>(&values, 0, 32, |x| -1 - x));
    }
}

#[test]
fn copies_constants() {
    let mut arena = Arena::<48>::new();
    copy_constant_strided_s8::run::<ConstantPart, _>(&mut arena);
    let constant = <ConstantPart as copy_constant_strided_s8::Layer>::PARAMS.constant;
    assert_eq!(arena.get::<i8, 1, 32>()[..], copied::<Part, i8>(constant, 0, 32, |x| x));
    assert_eq!(arena.get::<i8, 0, 1>(), &[0]);
}
