//! The kernels against a reference that walks multi-indices.

extern crate std;

use std::vec::Vec;

use proptest::prelude::*;
use tinyml_arith::add::Add;
use tinyml_arith::{Clamp, Quantization, onnx};

use super::s8::{add_s8, onnx_mul_constant_s8, sub_constant_s8, sub_s8};
use super::{Shape, elements, plain};
use crate::arena::Arena;
use tinyml_arith::binary::BinaryFunction;

const A: Quantization = Quantization { scale: 0.05, zero_point: 3 };
const B: Quantization = Quantization { scale: 0.021, zero_point: -40 };
const Y: Quantization = Quantization { scale: 0.04, zero_point: -9 };
const RANGE: Clamp = Clamp { min: -100, max: 90 };

/// For each element of the result: the elements of both operands under NumPy's rule.
fn pairs<S: Shape>() -> Vec<(usize, usize)> {
    let place = |dims: [usize; 4], index: [usize; 4]| {
        (0..4).fold(0, |place, axis| place * dims[axis] + if dims[axis] == 1 { 0 } else { index[axis] })
    };
    (0..elements(S::OUTPUT))
        .map(|mut flat| {
            let mut index = [0; 4];
            for axis in (0..4).rev() {
                index[axis] = flat % S::OUTPUT[axis];
                flat /= S::OUTPUT[axis];
            }
            (place(S::INPUT_1, index), place(S::INPUT_2, index))
        })
        .collect()
}

struct Equal;
impl Shape for Equal {
    const OUTPUT: [usize; 4] = [1, 3, 2, 5];
}

struct Channels;
impl Shape for Channels {
    const OUTPUT: [usize; 4] = [1, 3, 2, 5];
    const INPUT_2: [usize; 4] = [1, 1, 1, 5];
}

struct Both;
impl Shape for Both {
    const OUTPUT: [usize; 4] = [2, 3, 2, 5];
    const INPUT_1: [usize; 4] = [2, 1, 2, 1];
    const INPUT_2: [usize; 4] = [1, 3, 2, 5];
}

struct ConstantFirst;
impl Shape for ConstantFirst {
    const OUTPUT: [usize; 4] = [1, 3, 2, 5];
    const INPUT_1: [usize; 4] = [1, 1, 2, 1];
    const CONSTANT_FIRST: bool = true;
}

fn bytes<const N: usize>() -> impl Strategy<Value = [i8; N]> {
    any::<[u8; N]>().prop_map(|bytes| bytes.map(|byte| byte as i8))
}

/// A layer with operands at fixed places.
macro_rules! layer {
    ($name:ident: $kernel:path, $shape:ty, [$($place:ident = $offset:literal),*], $params:expr) => {
        struct $name;
        impl $kernel for $name {
            type Shape = $shape;
            $(const $place: usize = $offset;)*
            const PARAMS: Params = $params;
        }
    };
}

mod add {
    use super::*;
    use add_s8::{Layer, Params, run};

    const ARITHMETIC: Add = Add::derive(A, B, Y, RANGE);

    layer!(Apart: Layer, Equal, [INPUT_1 = 0, INPUT_2 = 32, OUTPUT = 64], Params { arithmetic: ARITHMETIC });
    layer!(OverSecond: Layer, Equal, [INPUT_1 = 0, INPUT_2 = 32, OUTPUT = 32], Params { arithmetic: ARITHMETIC });
    layer!(Repeated: Layer, Channels, [INPUT_1 = 0, INPUT_2 = 32, OUTPUT = 0], Params { arithmetic: ARITHMETIC });

    fn check<L: Layer>(a: [i8; 30], b: [i8; 32], result: impl Fn(&Arena<96>) -> [i8; 30]) {
        let mut arena = Arena::<96>::new();
        *arena.get_mut::<i8, 0, 30>() = a;
        *arena.get_mut::<i8, 32, 32>() = b;
        run::<L, _>(&mut arena);
        let expected: Vec<i8> =
            pairs::<L::Shape>().iter().map(|&(i, j)| ARITHMETIC.add(a[i], b[j])).collect();
        assert_eq!(result(&arena)[..], expected);
    }

    proptest! {
        #[test]
        fn equals_the_reference(a in bytes::<30>(), b in bytes::<32>()) {
            check::<Apart>(a, b, |arena| *arena.get::<i8, 64, 30>());
        }

        #[test]
        fn in_place_over_the_second_operand(a in bytes::<30>(), b in bytes::<32>()) {
            check::<OverSecond>(a, b, |arena| *arena.get::<i8, 32, 30>());
        }

        #[test]
        fn in_place_with_repeated_channels(a in bytes::<30>(), b in bytes::<32>()) {
            check::<Repeated>(a, b, |arena| *arena.get::<i8, 0, 30>());
        }
    }
}

mod sub {
    use super::*;
    use sub_s8::{Layer, Params, run};

    const ARITHMETIC: Add = Add::derive(A, B, Y, RANGE);
    layer!(BothRepeated: Layer, Both, [INPUT_1 = 0, INPUT_2 = 4, OUTPUT = 36], Params { arithmetic: ARITHMETIC });

    proptest! {
        #[test]
        fn broadcasts_both_operands(a in bytes::<4>(), b in bytes::<30>()) {
            let mut arena = Arena::<96>::new();
            *arena.get_mut::<i8, 0, 4>() = a;
            *arena.get_mut::<i8, 4, 30>() = b;
            run::<BothRepeated, _>(&mut arena);
            let expected: Vec<i8> = pairs::<Both>().iter().map(|&(i, j)| ARITHMETIC.sub(a[i], b[j])).collect();
            prop_assert_eq!(&arena.get::<i8, 36, 60>()[..], expected);
        }
    }
}

mod sub_constant {
    use super::*;
    use sub_constant_s8::{Layer, Params, run};

    const ARITHMETIC: Add = Add::derive(A, B, Y, RANGE);
    layer!(FromConstant: Layer, ConstantFirst, [INPUT = 0, OUTPUT = 0],
        Params { constant: &[-128, 77], arithmetic: ARITHMETIC });

    proptest! {
        #[test]
        fn subtracts_from_the_constant(b in bytes::<30>()) {
            let mut arena = Arena::<32>::new();
            *arena.get_mut::<i8, 0, 30>() = b;
            run::<FromConstant, _>(&mut arena);
            let constant = FromConstant::PARAMS.constant;
            let expected: Vec<i8> =
                pairs::<ConstantFirst>().iter().map(|&(i, j)| ARITHMETIC.sub(constant[i], b[j])).collect();
            prop_assert_eq!(&arena.get::<i8, 0, 30>()[..], expected);
        }
    }
}

mod onnx_mul_constant {
    use super::*;
    use onnx_mul_constant_s8::{Layer, Params, run};

    const ARITHMETIC: onnx::Mul = onnx::Mul::derive(A, B, Y, RANGE);
    layer!(PerChannel: Layer, Channels, [INPUT = 0, OUTPUT = 32],
        Params { constant: &[-128, -40, 0, 5, 127], arithmetic: ARITHMETIC });

    proptest! {
        #[test]
        fn equals_the_reference(a in bytes::<30>()) {
            let mut arena = Arena::<64>::new();
            *arena.get_mut::<i8, 0, 30>() = a;
            run::<PerChannel, _>(&mut arena);
            let constant = PerChannel::PARAMS.constant;
            let product = |&(i, j): &(usize, usize)| ARITHMETIC.eval(a[i].into(), constant[j].into()) as i8;
            let expected: Vec<i8> = pairs::<Channels>().iter().map(product).collect();
            prop_assert_eq!(&arena.get::<i8, 32, 30>()[..], expected);
        }
    }
}

struct Products;
impl Shape for Products {
    const OUTPUT: [usize; 4] = Channels::OUTPUT;
    const INPUT_2: [usize; 4] = Channels::INPUT_2;
    const FUNCTION: BinaryFunction = BinaryFunction::Mul;
}

struct Larger;
impl Shape for Larger {
    const OUTPUT: [usize; 4] = Both::OUTPUT;
    const INPUT_1: [usize; 4] = Both::INPUT_1;
    const INPUT_2: [usize; 4] = Both::INPUT_2;
    const FUNCTION: BinaryFunction = BinaryFunction::Greater;
}

mod binary_f32 {
    use super::*;
    use plain::binary_f32::{Layer, Params, run};

    layer!(Clamped: Layer, Products, [INPUT_1 = 0, INPUT_2 = 120, OUTPUT = 0], Params { min: -2.0, max: 6.0 });

    proptest! {
        #[test]
        fn multiplies_and_clamps(a in prop::array::uniform30(-4f32..4.0), b in prop::array::uniform5(-4f32..4.0)) {
            let mut arena = Arena::<140>::new();
            *arena.get_mut::<f32, 0, 30>() = a;
            *arena.get_mut::<f32, 120, 5>() = b;
            run::<Clamped, _>(&mut arena);
            let expected: Vec<f32> =
                pairs::<Products>().iter().map(|&(i, j)| (a[i] * b[j]).clamp(-2.0, 6.0)).collect();
            prop_assert_eq!(&arena.get::<f32, 0, 30>()[..], expected);
        }
    }
}

mod compare_i32 {
    use super::*;
    use plain::compare_i32::{Layer, Params, run};

    // As near as is allowed: the first operand's four elements are read fifteen times each.
    layer!(Over: Layer, Larger, [INPUT_1 = 0, INPUT_2 = 180, OUTPUT = 120], Params {});

    proptest! {
        #[test]
        fn results_are_zero_or_one(a in prop::array::uniform4(-3i32..3), b in prop::array::uniform30(-3i32..3)) {
            let mut arena = Arena::<300>::new();
            *arena.get_mut::<i32, 0, 4>() = a;
            *arena.get_mut::<i32, 180, 30>() = b;
            run::<Over, _>(&mut arena);
            let expected: Vec<u8> = pairs::<Larger>().iter().map(|&(i, j)| (a[i] > b[j]).into()).collect();
            prop_assert_eq!(&arena.get::<u8, 120, 60>()[..], expected);
        }
    }
}

mod binary_constant_bool {
    use super::*;
    use plain::binary_constant_bool::{Layer, Params, run};

    struct Differ;
    impl Shape for Differ {
        const OUTPUT: [usize; 4] = [1, 1, 1, 4];
        const FUNCTION: BinaryFunction = BinaryFunction::Xor;
    }
    layer!(InPlace: Layer, Differ, [INPUT = 0, OUTPUT = 0], Params { constant: &[0, 0, 1, 2] });

    #[test]
    fn any_byte_but_zero_is_true() {
        let mut arena = Arena::<4>::new();
        *arena.get_mut::<u8, 0, 4>() = [0, 7, 1, 0];
        run::<InPlace, _>(&mut arena);
        assert_eq!(*arena.get::<u8, 0, 4>(), [0, 1, 0, 1]);
    }
}

mod compare_s8 {
    use super::*;
    use crate::kernels::elementwise::binary::s8::compare_s8::{Layer, Params, run};
    use tinyml_arith::compare::Compare;

    const ARITHMETIC: Compare = Compare::derive(A, B);
    layer!(Apart: Layer, Larger, [INPUT_1 = 0, INPUT_2 = 4, OUTPUT = 36], Params { arithmetic: ARITHMETIC });

    proptest! {
        #[test]
        fn equals_the_reference(a in bytes::<4>(), b in bytes::<30>()) {
            let mut arena = Arena::<96>::new();
            *arena.get_mut::<i8, 0, 4>() = a;
            *arena.get_mut::<i8, 4, 30>() = b;
            run::<Apart, _>(&mut arena);
            let holds = |&(i, j): &(usize, usize)| ARITHMETIC.holds(BinaryFunction::Greater, a[i], b[j]).into();
            let expected: Vec<u8> = pairs::<Larger>().iter().map(holds).collect();
            prop_assert_eq!(&arena.get::<u8, 36, 60>()[..], expected);
        }
    }
}
