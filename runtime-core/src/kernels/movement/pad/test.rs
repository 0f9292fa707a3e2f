//! The kernels against a reference that asks for each element of the result whether it is in the operand.

extern crate std;

use std::vec::Vec;

use proptest::prelude::*;

use super::{Shape, elements, output, pad_f32, pad_s8};
use crate::arena::Arena;

fn padded<S: Shape, T: Copy>(input: &[T], value: T) -> Vec<T> {
    let dims = output::<S>();
    (0..elements(dims))
        .map(|mut flat| {
            let mut index = [0; 4];
            for axis in (0..4).rev() {
                index[axis] = flat % dims[axis];
                flat /= dims[axis];
            }
            let place = (0..4).try_fold(0, |place, axis| {
                let own = index[axis].checked_sub(S::BEFORE[axis]).filter(|&i| i < S::INPUT[axis])?;
                Some(place * S::INPUT[axis] + own)
            });
            place.map_or(value, |place| input[place])
        })
        .collect()
}

struct Image;
impl Shape for Image {
    const INPUT: [usize; 4] = [1, 3, 2, 2];
    const BEFORE: [usize; 4] = [0, 1, 2, 0];
    const AFTER: [usize; 4] = [0, 0, 1, 0];
}

struct AllAxes;
impl Shape for AllAxes {
    const INPUT: [usize; 4] = [2, 1, 2, 3];
    const BEFORE: [usize; 4] = [1, 0, 1, 2];
    const AFTER: [usize; 4] = [0, 2, 0, 1];
}

struct PadImage;
impl pad_s8::Layer for PadImage {
    type Shape = Image;
    const INPUT: usize = 0;
    const OUTPUT: usize = 12;
    const PARAMS: pad_s8::Params = pad_s8::Params { value: -77 };
}

struct PadFloats;
impl pad_f32::Layer for PadFloats {
    type Shape = AllAxes;
    const INPUT: usize = 4;
    const OUTPUT: usize = 52;
    const PARAMS: pad_f32::Params = pad_f32::Params { value: 0.5 };
}

proptest! {
    #[test]
    fn images(bytes in any::<[u8; 12]>()) {
        let image = bytes.map(|byte| byte as i8);
        let mut arena = Arena::<52>::new();
        *arena.get_mut::<i8, 0, 12>() = image;
        pad_s8::run::<PadImage, _>(&mut arena);
        prop_assert_eq!(&arena.get::<i8, 12, 40>()[..], padded::<Image, i8>(&image, -77));
    }

    #[test]
    fn all_axes(values in prop::array::uniform12(-1e9f32..1e9)) {
        let mut arena = Arena::<1000>::new();
        *arena.get_mut::<f32, 4, 12>() = values;
        pad_f32::run::<PadFloats, _>(&mut arena);
        prop_assert_eq!(&arena.get::<f32, 52, 162>()[..], padded::<AllAxes, f32>(&values, 0.5));
    }
}
