//! Examples that stand in for the user's where only sizes and cycles are asked for: what an int8 model takes hardly depends on its ranges.

use crate::ir::{DType, Graph, Port, Value};

/// How many examples there are.
const EXAMPLES: usize = 4;

/// For each example, one value for each graph input: numbers uniform in -1..1, or integers in -128..128; none if an input is neither.
pub(super) fn samples(graph: &Graph) -> Option<Vec<Vec<Value>>> {
    let mut state = 0;
    (0..EXAMPLES)
        .map(|_| {
            let value = |port: &Port| {
                let ty = graph.ty(port.tensor);
                let numbers = (0..ty.shape.elements()).map(|_| uniform(&mut state));
                match ty.dtype {
                    DType::F32 => Value::f32(ty.shape.clone(), numbers.collect()),
                    dtype => {
                        let integers: Vec<i64> = numbers.map(|x| (x * 128.0).floor() as i64).collect();
                        Value::from_integers(dtype, ty.shape.clone(), &integers)
                    }
                }
            };
            graph.inputs.iter().map(value).collect()
        })
        .collect()
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers on every machine.
fn uniform(state: &mut u64) -> f32 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
}
