//! Geometries with hostile numbers: every function either refuses them or is exact. With overflow checks, as tests are built, arithmetic that
//! is not exact panics with a message of rustc's own, which is none of the refusals.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use tinyml_arith::helium::Constants;
use tinyml_arith::line_walk::LineWalk;
use tinyml_arith::matrix::{
    Finish, Taps, Windows, layer_words, vector_gaps, vector_scratch_words, weight_bytes,
};
use tinyml_arith::overlap::{Blocks, Gaps, Results, Walk};
use tinyml_arith::ring::Ring;
use tinyml_arith::three_by_three::ThreeByThree;

/// Mostly small; else a power of two, or close to the end of all sizes, or a part of all memory.
fn hostile() -> impl Strategy<Value = usize> {
    prop_oneof![
        16 => 1usize..6,
        1 => Just(0),
        2 => (0..usize::BITS).prop_map(|bit| 1 << bit),
        1 => (0usize..4).prop_map(|less| usize::MAX - less),
        1 => (0usize..4).prop_map(|less| isize::MAX as usize - less),
        1 => (2usize..8).prop_map(|part| usize::MAX / part + 1),
    ]
}

fn pair() -> impl Strategy<Value = [usize; 2]> {
    [hostile(), hostile()]
}

/// An image whose rows, and whose columns, can be gone over.
fn few() -> impl Strategy<Value = [usize; 3]> {
    (0usize..6, 1usize..6, hostile()).prop_map(|(rows, columns, channels)| [rows, columns, channels])
}

/// Whether the function refuses its numbers or has a result: its arithmetic is exact.
fn is_exact<T>(function: impl FnOnce() -> T) -> Result<(), TestCaseError> {
    let Err(panic) = catch_unwind(AssertUnwindSafe(function)) else { return Ok(()) };
    let message = panic.downcast_ref::<&str>().map(ToString::to_string);
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    prop_assert!(!message.contains("overflow"), "{message}");
    Ok(())
}

#[test]
fn an_overflow_is_seen() {
    let two = std::hint::black_box(2usize);
    assert!(is_exact(|| usize::MAX * two).is_err());
    assert!(is_exact(|| assert!(two == 3, "refused")).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walks(
        input in [hostile(), hostile(), hostile()],
        output in few(),
        (kernel, stride, dilation, padding) in (pair(), pair(), pair(), pair()),
        (positions, across_rows) in (1usize..6, any::<bool>()),
        results in prop::sample::select(vec![Results::Early, Results::Held, Results::ByChannel]),
    ) {
        let blocks = Blocks { positions, across_rows, results };
        is_exact(|| Walk { input, output, kernel, stride, dilation, padding, blocks }.gaps())?;
        is_exact(|| Gaps::rows(output[0], input[1], input[2], blocks))?;
    }

    #[test]
    fn elementwise(a in [hostile(), hostile(), hostile(), hostile()], b in [hostile(), hostile(), hostile(), hostile()], size in 1usize..5) {
        is_exact(|| Gaps::elementwise(a[0], b[0], b[1]))?;
        is_exact(|| Gaps::broadcast(a, b, size, a[0]))?;
        is_exact(|| Gaps::padded(a, b, [b[3], b[2], b[1], b[0]], size))?;
    }

    #[test]
    fn rings(
        (output, input, input_row, output_row) in (0usize..6, hostile(), hostile(), hostile()),
        (reach, stride, padding) in (hostile(), hostile(), hostile()),
    ) {
        is_exact(|| Ring { input, input_row, output, output_row, reach, stride, padding }.gaps())?;
    }

    #[test]
    fn line_walks(
        input in [hostile(), hostile(), hostile()],
        output in few(),
        (kernel, stride, dilation, padding) in (pair(), pair(), pair(), pair()),
        (walk, pairs, block, line) in (0usize..3, hostile(), hostile(), 0usize..6),
    ) {
        let walk = LineWalk { input, output, kernel, stride, dilation, padding, walk, pairs, block };
        is_exact(|| {
            walk.check();
            let line = line % walk.output[walk.across()];
            let _ = (walk.min_pairs(), walk.all_pairs(), walk.image_positions(), walk.scratch_bytes());
            let _ = (walk.first_pair(line), walk.last_pair(line), walk.lines_end(walk.first_pair(line)));
            walk.in_place()
        })?;
    }

    #[test]
    fn rows_of_three(
        input in [hostile(), hostile(), hostile()],
        output in few(),
        (stride, dilation, padding) in (pair(), pair(), pair()),
    ) {
        let rows = ThreeByThree { input, output, stride, dilation, padding };
        is_exact(|| {
            rows.check();
            let _ = (rows.is_possible(), rows.image_positions(), rows.tiles(), rows.leaves_rows());
            (rows.scratch_bytes(), rows.gaps())
        })?;
    }

    #[test]
    fn packings(
        (kernel, column_dilation, channels, positions) in (pair(), hostile(), hostile(), hostile()),
        (runs, run, even, has_border) in (hostile(), hostile(), any::<bool>(), any::<bool>()),
        finish in prop::sample::select(vec![Finish::Floor, Finish::Shifted, Finish::Double, Finish::Exact]),
    ) {
        let windows = Windows { kernel, column_dilation, channels, positions, has_border };
        is_exact(|| (windows.scratch_words(run, finish), windows.last_alone()))?;
        is_exact(|| weight_bytes(channels, &Taps { runs, run, even }))?;
        is_exact(|| layer_words(channels, finish, even))?;
        is_exact(|| (vector_scratch_words(runs, run, channels, finish), vector_gaps(runs, run, channels)))?;
        is_exact(|| Constants::Wide.layer_words(channels, 4))?;
    }
}
