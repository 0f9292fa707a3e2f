//! Which form a layer gets.

use tinyml_arith::matrix::{Finish, Packing, Taps};
use tinyml_arith::{Clamp, Multiplier, Rounding};

use super::Matrix;
use crate::kernel::{Const, Param};
use crate::ops::common::scaling::Requantisation;

const RELU: Clamp = Clamp { min: -128, max: 127 };
const SCALE: Multiplier = Multiplier { multiplier: 1_518_500_250, shift: -7 };

fn taps(run: usize) -> Taps {
    Taps { runs: 1, run, even: false }
}

/// A layer of two channels with two taps each.
fn layer<'a>(
    weights: &'a [i8; 4],
    bias: [i32; 2],
    multipliers: &'a [Multiplier],
    rounding: Rounding,
) -> Matrix {
    let layer = Requantisation {
        weights,
        bias: bias.to_vec(),
        multipliers,
        rounding,
        input_zero: 0,
        output_zero: -128,
        clamp: RELU,
    };
    Matrix::new(&layer, taps(2))
}

fn data(matrix: &Matrix, field: &str) -> Vec<u8> {
    match matrix.params.iter().find(|(name, _)| *name == field) {
        Some((_, Param::Data(blob))) => blob.bytes.clone(),
        other => panic!("{field}: {other:?}"),
    }
}

#[test]
fn two_channels_share_halfwords_where_they_fit() {
    let matrix = layer(&[3, -4, 5, -6], [100, 200], &[SCALE], Rounding::Double);
    assert_eq!((matrix.packing, matrix.finish), (Packing::Paired, Finish::Floor));
    let halfwords = [256 * 3 + 5, -256 * 4 - 6, 0, 0i16].map(i16::to_le_bytes).concat();
    assert_eq!(data(&matrix, "weights"), halfwords);
    assert_eq!(matrix.shape(), []);
}

#[test]
fn they_do_not_beside_the_least_weight() {
    let matrix = layer(&[-128, -4, -5, -6], [100, 200], &[SCALE], Rounding::Double);
    assert_eq!(matrix.packing, Packing::Plain);
    assert_eq!(data(&matrix, "weights"), [-5i8, -128, -6, -4, 0, 0, 0, 0].map(|w| w as u8));
}

#[test]
fn a_channel_that_is_constant_needs_no_room() {
    // The first channel's bias is beyond all forms, but its result is 127 whatever the operand.
    let matrix = layer(&[-128, 127, -1, 1], [i32::MAX - 40_000, 200], &[SCALE], Rounding::Double);
    assert_eq!((matrix.packing, matrix.finish), (Packing::Paired, Finish::Floor));
    assert_eq!(data(&matrix, "weights"), [-1i16, 1, 0, 0].map(i16::to_le_bytes).concat());
    let constants: Vec<_> =
        data(&matrix, "constants").chunks(4).map(|w| i32::from_le_bytes(w.try_into().unwrap())).collect();
    // Multiplied by nothing, 127 + 128.
    let [start, multiplier, offset] = [constants[0] - constants[1], constants[4], constants[5]];
    assert_eq!((start, multiplier, offset), (0, 0, 255));
}

#[test]
fn what_has_no_form_is_requantised_as_defined() {
    // A scale above one.
    let scale = [Multiplier { multiplier: 1 << 30, shift: 20 }];
    let matrix = layer(&[3, -4, 5, -6], [100, 200], &scale, Rounding::HalfEven);
    assert_eq!(matrix.finish, Finish::Exact);
    assert_eq!(matrix.shape().len(), 2);
}

#[test]
fn a_constant_channel_keeps_its_bias_where_the_definition_is_used() {
    let scale = [Multiplier { multiplier: 1 << 30, shift: 20 }];
    let matrix = layer(&[0, 0, 5, -6], [77, 200], &scale, Rounding::HalfEven);
    assert_eq!(matrix.finish, Finish::Exact);
    assert_eq!(data(&matrix, "constants")[..4], (256 * 77 + 200i32).to_le_bytes());
}

#[test]
fn cost_grows_with_columns() {
    let matrix = layer(&[3, -4, 5, -6], [100, 200], &[SCALE], Rounding::Double);
    let cycles = [1, 2, 3, 4].map(|columns| matrix.cost(columns).cycles);
    assert!(cycles.is_sorted(), "{cycles:?}");
    assert!(cycles[1] < 2 * cycles[0], "two columns share the weights");
}

#[test]
fn one_multiplier_for_all_channels_is_stored_once() {
    let weights = [3, -4, 5, -6];
    let vector = |multipliers: &[Multiplier]| {
        let layer = Requantisation {
            weights: &weights,
            bias: vec![100, 200],
            multipliers,
            rounding: Rounding::Double,
            input_zero: 0,
            output_zero: -128,
            clamp: RELU,
        };
        Matrix::in_place(&layer, taps(2))
    };
    let common = vector(&[SCALE]);
    assert_eq!(common.shape(), [("COMMON", Const::Bool(true))]);
    // Multiplier, offset, shift and what the four accumulators of a block start from.
    assert_eq!(data(&common, "constants").len(), 4 * (3 + 4));
    assert_eq!(vector(&[SCALE, SCALE]).params, common.params);
    let other = Multiplier { shift: -8, ..SCALE };
    let own = vector(&[SCALE, other]);
    assert!(!own.shape().contains(&("COMMON", Const::Bool(true))));
    assert_eq!(data(&own, "constants").len(), 4 * 12);
}
