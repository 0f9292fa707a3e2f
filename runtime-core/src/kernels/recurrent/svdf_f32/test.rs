//! Against the definition over several steps, on numbers whose sums are exact.

use super::*;
use crate::arena::Arena;
use crate::kernels::test_support::noise_f32;

const STATE: usize = 3 * 2 * 4;

struct S;
impl Shape for S {
    const INPUTS: usize = 5;
    const UNITS: usize = 3;
    const RANK: usize = 2;
    const MEMORY: usize = 4;
}

struct Tested;
impl Layer for Tested {
    type Shape = S;
    const INPUT: usize = 0;
    const STATE: usize = 32;
    const OUTPUT: usize = 20;
    const NEXT: usize = 32;
    const PARAMS: Params = Params {
        weights: &noise_f32::<30>(1),
        time: &noise_f32::<STATE>(2),
        bias: &noise_f32::<3>(3),
        min: -0.5,
        max: 1.0,
    };
}

#[test]
fn follows_the_definition() {
    let (mut arena, mut state, params) = (Arena::<128>::new(), [0.0; STATE], Tested::PARAMS);
    let mut clamped = 0;
    for step in 0..9 {
        let x = noise_f32::<5>(20 + step);
        *arena.get_mut::<f32, 0, 5>() = x;
        run::<Tested, _>(&mut arena);
        for unit in 0..3 {
            let mut sum = params.bias[unit];
            for filter in 2 * unit..2 * unit + 2 {
                let row = &mut state[4 * filter..4 * filter + 4];
                row.copy_within(1.., 0);
                row[3] = (0..5).map(|i| x[i] * params.weights[5 * filter + i]).sum();
                sum += row
                    .iter()
                    .zip(&params.time[4 * filter..])
                    .map(|(state, weight)| state * weight)
                    .sum::<f32>();
            }
            let expected = sum.clamp(-0.5, 1.0);
            clamped += usize::from(expected != sum);
            assert_eq!(arena.get::<f32, 20, 3>()[unit], expected, "step {step}, unit {unit}");
        }
        assert_eq!(arena.get::<f32, 32, STATE>(), &state, "step {step}");
    }
    assert!(clamped > 0 && clamped < 27, "{clamped} results at the bounds");
}
