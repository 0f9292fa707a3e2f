//! Whether two graphs compute the same: both are run on the same random inputs.
//!
//! They are compared as their callers see them, with axes and signs as in the model file. An input or output that is quantised in one
//! graph and f32 in the other is compared in real numbers.

use tinyml_codegen::ir::interpret::Interpreter;
use tinyml_codegen::ir::{DType, Graph, Port, TensorType, Value};

/// Inferences that are compared; several, so that states count.
const RUNS: usize = 3;

/// Error that f32 outputs may have, relative to the largest number of the output.
const TOLERANCE: f32 = 1e-5;

/// What differs, if anything: integers must be identical.
pub(crate) fn assert_equivalent(before: &Graph, after: &Graph) -> Result<(), String> {
    let ports = |graph: &Graph| (graph.inputs.len(), graph.outputs.len());
    if ports(before) != ports(after) {
        return Err(format!("inputs and outputs: {:?} before, {:?} after", ports(before), ports(after)));
    }
    let mut random = Random(0x7469_6e79);
    let (mut old, mut new) = (Interpreter::new(before), Interpreter::new(after));
    for run in 0..RUNS {
        let mut inputs = (Vec::new(), Vec::new());
        for (own, other) in before.inputs.iter().zip(&after.inputs) {
            let (own, other) = pair_of_inputs((before, own), (after, other), &mut random)?;
            inputs.0.push(own);
            inputs.1.push(other);
        }
        let failed = |when: &str, error: String| format!("run {run} {when} the pass: {error}");
        let expected = old.run(&inputs.0).map_err(|error| failed("before", error.to_string()))?;
        let actual = new.run(&inputs.1).map_err(|error| failed("after", error.to_string()))?;
        let ports = before.outputs.iter().zip(&after.outputs);
        for (i, ((own, other), (expected, actual))) in ports.zip(expected.iter().zip(&actual)).enumerate() {
            compare((before, own, expected), (after, other, actual))
                .map_err(|difference| format!("run {run}, output {i}: {difference}"))?;
        }
    }
    Ok(())
}

/// One random value, as both graphs want it.
fn pair_of_inputs(
    (before, own): (&Graph, &Port),
    (after, other): (&Graph, &Port),
    random: &mut Random,
) -> Result<(Value, Value), String> {
    let (ty, new_ty) = (before.ty(own.tensor), after.ty(other.tensor));
    let mismatch = || format!("an input is {ty} before and {new_ty} after");
    // Integers are drawn where there are any, because not every real number stands for one.
    if ty.dtype == DType::F32 && new_ty.dtype != DType::F32 {
        let value = random.value(new_ty);
        let reals = Value::f32(value.shape().clone(), value.dequantise(new_ty.quant.as_ref()))
            .ok_or_else(mismatch)?;
        let reals = axes_of_file(&reals, other).and_then(|reals| axes_of_graph(&reals, own));
        return Ok((reals.ok_or_else(mismatch)?, value));
    }
    let value = random.value(ty);
    let fed = to_file(&value, own).and_then(|value| from_file(&value, other)).ok_or_else(mismatch)?;
    Ok((value, fed))
}

fn compare(
    (before, own, expected): (&Graph, &Port, &Value),
    (after, other, actual): (&Graph, &Port, &Value),
) -> Result<(), String> {
    let (ty, new_ty) = (before.ty(own.tensor), after.ty(other.tensor));
    let fault = || format!("{ty} before, {new_ty} after");
    if ty.dtype != DType::F32 && new_ty.dtype != DType::F32 {
        let expected = to_file(expected, own).ok_or_else(fault)?;
        let actual = to_file(actual, other).ok_or_else(fault)?;
        return if expected == actual {
            Ok(())
        } else {
            Err(format!("{expected:?} before, {actual:?} after"))
        };
    }
    let reals = |value: &Value, ty: &TensorType, port: &Port| {
        let reals = Value::f32(value.shape().clone(), value.dequantise(ty.quant.as_ref()))?;
        axes_of_file(&reals, port)
    };
    let expected = reals(expected, ty, own).ok_or_else(fault)?;
    let actual = reals(actual, new_ty, other).ok_or_else(fault)?;
    let (Some(a), Some(b)) = (expected.as_f32(), actual.as_f32()) else { return Err(fault()) };
    let largest =
        a.iter().fold(0.0f32, |largest, v| if v.is_finite() { largest.max(v.abs()) } else { largest });
    let near =
        |(a, b): (&f32, &f32)| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= TOLERANCE * largest;
    if expected.shape() == actual.shape() && a.iter().zip(b).all(near) {
        return Ok(());
    }
    Err(format!("{expected:?} before, {actual:?} after"))
}

/// A graph's value in the axes of the model file.
fn axes_of_file(value: &Value, port: &Port) -> Option<Value> {
    let Some(axes) = &port.boundary.source_axes else { return Some(value.clone()) };
    // Axis i of the graph is axis axes[i] of the file: the other way round.
    let inverse: Option<Vec<usize>> =
        (0..axes.len()).map(|axis| axes.iter().position(|&own| own == axis)).collect();
    value.transposed(&inverse?)
}

/// The file's value in the axes of the graph.
fn axes_of_graph(value: &Value, port: &Port) -> Option<Value> {
    match &port.boundary.source_axes {
        Some(axes) => value.transposed(axes),
        None => Some(value.clone()),
    }
}

/// A graph's value as the caller has it.
fn to_file(value: &Value, port: &Port) -> Option<Value> {
    let value = axes_of_file(value, port)?;
    match value.as_i8().filter(|_| port.boundary.unsigned) {
        Some(data) => Value::u8(value.shape().clone(), data.iter().map(|&v| (v as u8) ^ 0x80).collect()),
        None => Some(value),
    }
}

/// The caller's value as the graph has it.
fn from_file(value: &Value, port: &Port) -> Option<Value> {
    let value = axes_of_graph(value, port)?;
    match value.as_u8().filter(|_| port.boundary.unsigned) {
        Some(data) => Value::i8(value.shape().clone(), data.iter().map(|&v| (v ^ 0x80) as i8).collect()),
        None => Some(value),
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A value of a type: reals in -4..4, bytes from their whole range, wider integers small.
    fn value(&mut self, ty: &TensorType) -> Value {
        let shape = ty.shape.clone();
        let value = match ty.dtype {
            DType::F32 => {
                let data =
                    (0..shape.elements()).map(|_| (self.next() >> 40) as f32 / (1u32 << 21) as f32 - 4.0);
                Value::f32(shape, data.collect())
            }
            dtype => {
                let (low, high) = dtype.value_range().unwrap_or((0, 1));
                let (low, high) = (low.max(-128), high.min(255));
                let width = (high - low + 1) as u64;
                let data: Vec<i64> =
                    (0..shape.elements()).map(|_| low + (self.next() % width) as i64).collect();
                Value::from_integers(dtype, shape, &data)
            }
        };
        value.unwrap_or_else(|| panic!("no value of {ty}"))
    }
}

#[cfg(test)]
mod test {
    use super::*;
    use tinyml_codegen::ir::text::parse;

    fn graph(lines: &str) -> Graph {
        parse(&format!("graph \"g\" {{\n{lines}\n}}")).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn looks_at_graphs_from_outside() {
        let file = graph("input %0 \"x\": u8[1,2,3,4] q(0.5, 128)\noutput %0");
        let inside = graph(
            "input %0 \"x\": i8[1,3,4,2] q(0.5, 0) axes=[0, 2, 3, 1] unsigned\noutput %0 axes=[0, 2, 3, 1] unsigned",
        );
        assert_eq!(assert_equivalent(&file, &inside), Ok(()));
        assert_eq!(assert_equivalent(&inside, &file), Ok(()));
        let signed = graph(
            "input %0 \"x\": i8[1,3,4,2] q(0.5, 0) axes=[0, 2, 3, 1] unsigned\noutput %0 axes=[0, 2, 3, 1]",
        );
        assert!(assert_equivalent(&file, &signed).is_err());
        let turned = graph(
            "input %0 \"x\": i8[1,3,4,2] q(0.5, 0) axes=[0, 2, 3, 1] unsigned\noutput %0 axes=[0, 3, 1, 2] unsigned",
        );
        assert!(assert_equivalent(&file, &turned).is_err());
    }

    #[test]
    fn compares_quantised_with_real_numbers() {
        let reals = graph("input %0 \"x\": f32[1,2,3]\noutput %0");
        let integers = graph("input %0 \"x\": i8[1,3,2] q(0.5, 3) axes=[0, 2, 1]\noutput %0 axes=[0, 2, 1]");
        assert_eq!(assert_equivalent(&reals, &integers), Ok(()));
        let integers = graph("input %0 \"x\": i8[1,3,2] q(0.5, 3) axes=[0, 2, 1]\noutput %0");
        assert!(assert_equivalent(&reals, &integers).is_err());
    }

    #[test]
    fn sees_states() {
        let delayed = |initial: &str| {
            graph(&format!(
                "input %0 \"x\": i8[1]\nstate %1 \"a\": i8[1] next=%0\nstate %2 \"b\": i8[1] next=%1 initial={initial}\noutput %2"
            ))
        };
        assert_eq!(assert_equivalent(&delayed("[0]"), &delayed("[0]")), Ok(()));
        assert!(assert_equivalent(&delayed("[0]"), &delayed("[1]")).is_err());
        let at_once = graph("input %0 \"x\": i8[1]\nstate %1 \"a\": i8[1] next=%0\noutput %1");
        assert!(assert_equivalent(&delayed("[0]"), &at_once).is_err());
    }
}
