//! Against the definition, on numbers whose sums are exact.

use super::*;
use crate::arena::Arena;
use crate::kernels::test_support::noise_f32;

struct S;
impl Shape for S {
    const ROWS: usize = 2;
    const INPUTS: usize = 5;
    const OUTPUTS: usize = 3;
}

struct Tested;
impl Layer for Tested {
    type Shape = S;
    const INPUT: usize = 0;
    const OUTPUT: usize = 40;
    const PARAMS: Params =
        Params { weights: &noise_f32::<15>(1), bias: &noise_f32::<3>(2), min: -0.5, max: 1.0 };
}

#[test]
fn equals_the_definition() {
    let input = noise_f32::<10>(3);
    let mut arena = Arena::<64>::new();
    *arena.get_mut::<f32, 0, 10>() = input;
    run::<Tested, _>(&mut arena);
    let params = Tested::PARAMS;
    let mut clamped = 0;
    for row in 0..2 {
        for o in 0..3 {
            let sum: f32 = (0..5).map(|i| input[row * 5 + i] * params.weights[o * 5 + i]).sum();
            let expected = (sum + params.bias[o]).clamp(-0.5, 1.0);
            clamped += usize::from(expected != sum + params.bias[o]);
            assert_eq!(arena.get::<f32, 40, 6>()[row * 3 + o], expected, "row {row}, output {o}");
        }
    }
    assert!(clamped > 0, "the data reaches the clamp");
}
