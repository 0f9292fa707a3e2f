//! Rows on their way, by hand.

use super::{fill, keep, outside, put, sum, take};
use crate::arena::Arena;

const BYTES: usize = 3;
const HEIGHT: usize = 5;

struct Rows<const DELAY: usize>;

impl<const DELAY: usize> super::Shape for Rows<DELAY> {
    const ROW_BYTES: usize = BYTES;
    const HEIGHT: usize = HEIGHT;
    const NEW: usize = 2;
    const DELAY: usize = DELAY;
    const OUTSIDE: i8 = -7;
}

/// The tensor lies at 0, the band at 16, another tensor at 32.
struct Chain;

impl take::Layer for Chain {
    type Shape = Rows<1>;
    const INPUT: usize = 0;
    const ROWS: usize = 16;
    const PARAMS: take::Params = take::Params {};
}

impl put::Layer for Chain {
    type Shape = Rows<1>;
    const ROWS: usize = 16;
    const OUTPUT: usize = 32;
    const PARAMS: put::Params = put::Params {};
}

impl outside::Layer for Chain {
    type Shape = Rows<1>;
    const ROWS: usize = 16;
    const PARAMS: outside::Params = outside::Params {};
}

fn arena() -> Arena<64> {
    let mut arena = Arena::new();
    let tensor = arena.get_mut::<i8, 0, { HEIGHT * BYTES }>();
    tensor.iter_mut().enumerate().for_each(|(i, element)| *element = i as i8);
    arena
}

#[test]
fn rows_are_taken_and_put_where_they_belong() {
    let mut arena = arena();
    let bands = [[-7, -7, -7, 0, 1, 2], [3, 4, 5, 6, 7, 8], [9, 10, 11, 12, 13, 14], [-7; 6]];
    for (turn, band) in bands.iter().enumerate() {
        take::run::<Chain, _>(&mut arena, turn);
        assert_eq!(arena.get::<i8, 16, 6>(), band);
        put::run::<Chain, _>(&mut arena, turn);
    }
    let tensor = *arena.get::<i8, 0, 15>();
    assert_eq!(arena.get::<i8, 32, 15>(), &tensor);
    assert_eq!(arena.get::<i8, 47, 17>(), &[0; 17]);
}

#[test]
fn rows_outside_are_filled_and_no_others() {
    let mut arena = Arena::<64>::new();
    for (turn, band) in [[-7, -7, -7, 0, 0, 0], [0; 6], [0; 6], [-7; 6]].iter().enumerate() {
        arena.get_mut::<i8, 16, 6>().fill(0);
        outside::run::<Chain, _>(&mut arena, turn);
        assert_eq!(arena.get::<i8, 16, 6>(), band);
    }
}

/// Bytes at an offset, moved or filled.
struct Kept<const OFFSET: usize, const BYTES: usize, const DISTANCE: usize>;

impl<const OFFSET: usize, const BYTES: usize, const DISTANCE: usize> keep::Shape
    for Kept<OFFSET, BYTES, DISTANCE>
{
    const BYTES: usize = BYTES;
    const DISTANCE: usize = DISTANCE;
}

impl<const OFFSET: usize, const BYTES: usize, const DISTANCE: usize> keep::Layer
    for Kept<OFFSET, BYTES, DISTANCE>
{
    type Shape = Self;
    const ROWS: usize = OFFSET;
    const PARAMS: keep::Params = keep::Params {};
}

impl<const OFFSET: usize, const BYTES: usize, const DISTANCE: usize> fill::Shape
    for Kept<OFFSET, BYTES, DISTANCE>
{
    const BYTES: usize = BYTES;
    const VALUE: i8 = 9;
}

impl<const OFFSET: usize, const BYTES: usize, const DISTANCE: usize> fill::Layer
    for Kept<OFFSET, BYTES, DISTANCE>
{
    type Shape = Self;
    const ROWS: usize = OFFSET;
    const PARAMS: fill::Params = fill::Params {};
}

/// All of a layer's bytes move by its distance, and no others change.
fn keeps<const OFFSET: usize, const BYTES: usize, const DISTANCE: usize>() {
    let mut arena = Arena::<128>::new();
    arena.get_mut::<i8, 0, 128>().iter_mut().enumerate().for_each(|(i, element)| *element = i as i8);
    let before = *arena.get::<i8, 0, 128>();
    keep::run::<Kept<OFFSET, BYTES, DISTANCE>, _>(&mut arena);
    let mut wanted = before;
    wanted.copy_within(OFFSET + DISTANCE..OFFSET + DISTANCE + BYTES, OFFSET);
    assert_eq!(arena.get::<i8, 0, 128>(), &wanted);
    fill::run::<Kept<OFFSET, BYTES, DISTANCE>, _>(&mut arena);
    wanted[OFFSET..OFFSET + BYTES].fill(9);
    assert_eq!(arena.get::<i8, 0, 128>(), &wanted);
}

#[test]
fn rows_are_kept() {
    // As words: apart, overlapping by some words, and by a number of words that is no multiple of four.
    keeps::<16, 32, 32>();
    keeps::<4, 36, 4>();
    keeps::<0, 92, 36>();
    // Byte by byte.
    keeps::<5, 32, 32>();
    keeps::<4, 33, 5>();
    keeps::<4, 0, 4>();
    keeps::<8, 8, 0>();
}

struct Sums;

impl sum::Shape for Sums {
    const ROW_BYTES: usize = 4;
    const HEIGHT: usize = 3;
    const NEW: usize = 2;
    const CHANNELS: usize = 2;
}

impl sum::Layer for Sums {
    type Shape = Sums;
    const ROWS: usize = 1;
    const SUMS: usize = 12;
    const PARAMS: sum::Params = sum::Params {};
}

#[test]
fn rows_are_added_up() {
    let mut arena = Arena::<24>::new();
    *arena.get_mut::<i8, 1, 8>() = [-128, 127, -128, 127, -128, 1, -128, 1];
    sum::run::<Sums, _>(&mut arena, 0);
    assert_eq!(arena.get::<i32, 12, 2>(), &[-512, 256]);
    // Of the second turn, only one row is in the image.
    sum::run::<Sums, _>(&mut arena, 1);
    assert_eq!(arena.get::<i32, 12, 2>(), &[-768, 510]);
}
