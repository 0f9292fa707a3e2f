//! Against the definition, on numbers whose sums are exact.

use super::*;
use crate::arena::Arena;
use crate::kernels::test_support::noise_f32;
use tinyml_arith::unary::UnaryFunction;

struct S;
impl Shape for S {
    const STEPS: usize = 3;
    const INPUTS: usize = 4;
    const UNITS: usize = 2;
    const REVERSE: bool = true;
    const STRIDE: usize = 2;
    const CANDIDATE: UnaryFunction = UnaryFunction::Clamp;
}

struct Tested;
impl Layer for Tested {
    type Shape = S;
    const INPUT: usize = 0;
    const HIDDEN_BEFORE: usize = 48;
    const HIDDEN: usize = 56;
    const OUTPUT: usize = 64;
    const SCRATCH: usize = 88;
    const PARAMS: Params = Params {
        weights: &noise_f32::<12>(1),
        bias: &noise_f32::<2>(2),
        candidate: Parameters { a: -1.0, b: 1.0 },
    };
}

#[test]
fn follows_the_definition() {
    let (x, mut hidden, params) = (noise_f32::<12>(3), noise_f32::<2>(4), Tested::PARAMS);
    let mut arena = Arena::<96>::new();
    *arena.get_mut::<f32, 0, 12>() = x;
    *arena.get_mut::<f32, 48, 2>() = hidden;
    run::<Tested, _>(&mut arena);
    for place in (0..3).rev() {
        let before = hidden;
        for (unit, hidden) in hidden.iter_mut().enumerate() {
            let all = x[4 * place..4 * place + 4].iter().chain(&before).zip(&params.weights[6 * unit..]);
            let sum: f32 = params.bias[unit] + all.map(|(x, w)| x * w).sum::<f32>();
            *hidden = sum.clamp(-1.0, 1.0);
        }
        assert_eq!(arena.get::<f32, 64, 6>()[2 * place..2 * place + 2], hidden, "place {place}");
    }
    assert_eq!(arena.get::<f32, 56, 2>(), &hidden);
}
