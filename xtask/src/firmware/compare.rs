//! Compares what a program wrote with what it should have written.

use std::path::Path;
use std::{fmt, fs};

use super::manifest::{Case, Image, Output};

/// What a case did.
pub(crate) struct Measured<'m> {
    /// The case.
    pub(crate) case: &'m Case,
    /// Most bytes of stack that an inference needed.
    pub(crate) stack: u32,
    /// What is wrong with its outputs.
    pub(crate) fault: Option<Difference>,
}

/// The first output that is not as it should be.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    vector: usize,
    output: String,
    /// How many elements differ, of how many.
    count: [usize; 2],
    first: usize,
    want: String,
    got: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { vector, output, count: [different, all], first, want, got } = self;
        write!(
            f,
            "vector {vector}, output `{output}`: {different} of {all} elements differ; element {first}: want {want}, got {got}"
        )
    }
}

/// Reads `expected` in the folder of a program's data and `outputs` where it ran. Of a program that did not come to its end, the
/// cases that did are returned.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn compare<'m>(image: &'m Image, data: &Path, ran: &Path) -> Result<Vec<Measured<'m>>, String> {
    let read = |file: &Path| fs::read(file).map_err(|fault| format!("{}: {fault}", file.display()));
    Ok(cases(image, &read(&data.join("expected"))?, &read(&ran.join("outputs"))?))
}

fn cases<'m>(image: &'m Image, mut expected: &[u8], mut outputs: &[u8]) -> Vec<Measured<'m>> {
    let mut measured = Vec::new();
    for case in &image.cases {
        let mut stack = 0;
        let mut fault = None;
        for vector in 0..case.vectors {
            let (Some(needed), Some(found), Some(wanted)) = (
                take(&mut outputs, 4).and_then(|bytes| bytes.try_into().ok()),
                take(&mut outputs, case.output_bytes),
                take(&mut expected, case.output_bytes),
            ) else {
                return measured;
            };
            stack = stack.max(u32::from_le_bytes(needed));
            let mut differences =
                case.outputs.iter().filter_map(|output| difference(output, vector, wanted, found));
            fault = fault.or_else(|| differences.next());
        }
        measured.push(Measured { case, stack, fault });
    }
    measured
}

fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn difference(output: &Output, vector: usize, wanted: &[u8], found: &[u8]) -> Option<Difference> {
    let [want, got] = [wanted, found].map(|block| numbers(output, block));
    let differs = |index: &usize| match (want.get(*index), got.get(*index)) {
        // Not a number is near to nothing.
        (Some(want), Some(got)) => want != got && (got.is_nan() || (want - got).abs() > output.max_abs),
        _ => true,
    };
    let different: Vec<usize> = (0..output.length).filter(differs).collect();
    let &first = different.first()?;
    let show = |numbers: &[f64]| numbers.get(first).map_or("nothing".to_owned(), f64::to_string);
    Some(Difference {
        vector,
        output: output.name.clone(),
        count: [different.len(), output.length],
        first,
        want: show(&want),
        got: show(&got),
    })
}

/// The output's elements in a block; fewer than there should be if the block is short or of no known type.
fn numbers(output: &Output, block: &[u8]) -> Vec<f64> {
    fn read<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
        bytes.as_chunks().0.iter().map(|&element| number(element)).collect()
    }
    let Some(bytes) = block.get(output.offset..) else { return Vec::new() };
    let mut numbers = match output.element.as_str() {
        "i8" => read(bytes, |[byte]| f64::from(byte as i8)),
        "u8" => read(bytes, |[byte]| f64::from(byte)),
        "i16" => read(bytes, |bytes| f64::from(i16::from_le_bytes(bytes))),
        "i32" => read(bytes, |bytes| f64::from(i32::from_le_bytes(bytes))),
        // Beyond 2^53 neighbours look alike.
        "i64" => read(bytes, |bytes| i64::from_le_bytes(bytes) as f64),
        "f32" => read(bytes, |bytes| f64::from(f32::from_le_bytes(bytes))),
        _ => Vec::new(),
    };
    numbers.truncate(output.length);
    numbers
}

#[cfg(test)]
mod test {
    use super::*;

    fn image(outputs: Vec<Output>, output_bytes: usize) -> Image {
        let case = Case {
            name: "case".to_owned(),
            arena_bytes: 0,
            vectors: 2,
            input_bytes: 0,
            output_bytes,
            outputs,
        };
        Image { name: "image".to_owned(), integer: true, layers: false, cases: vec![case.clone(), case] }
    }

    fn output(element: &str, offset: usize, length: usize, max_abs: f64) -> Output {
        Output { name: "y".to_owned(), element: element.to_owned(), length, offset, max_abs }
    }

    #[test]
    fn the_first_difference_is_named() {
        let image = image(vec![output("i8", 0, 1, 0.0), output("i16", 2, 2, 0.0)], 6);
        let expected = [[1, 99, 2, 0, 3, 0]; 4].concat();
        let with_stack =
            |blocks: [[u8; 6]; 4]| blocks.map(|block| [&[8, 1, 0, 0], &block[..]].concat()).concat();
        let equal = with_stack([[1, 0, 2, 0, 3, 0]; 4]);
        let measured = cases(&image, &expected, &equal);
        assert!(measured.iter().all(|case| case.fault.is_none() && case.stack == 264));
        assert_eq!(measured.len(), 2);

        let mut other = equal;
        other[10 + 8] = 255;
        let measured = cases(&image, &expected, &other);
        assert_eq!(
            measured[0].fault.as_ref().map(ToString::to_string).as_deref(),
            Some("vector 1, output `y`: 1 of 2 elements differ; element 1: want 3, got 255")
        );
        assert_eq!(measured[1].fault, None);
    }

    #[test]
    fn a_program_that_stops_early_has_no_result_for_the_rest() {
        let image = image(vec![output("u8", 0, 1, 0.0)], 1);
        assert_eq!(cases(&image, &[1; 4], &[0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]).len(), 1);
        assert_eq!(cases(&image, &[1; 4], &[]).len(), 0);
    }

    #[test]
    fn floats_have_a_tolerance_and_not_a_number_is_outside() {
        let output = output("f32", 0, 1, 1e-3);
        let differs =
            |want: f32, got: f32| difference(&output, 0, &want.to_le_bytes(), &got.to_le_bytes()).is_some();
        assert!(!differs(1.0, 1.0009));
        assert!(differs(1.0, 1.002));
        assert!(differs(1.0, f32::NAN));
        assert!(!differs(f32::INFINITY, f32::INFINITY));
    }
}
