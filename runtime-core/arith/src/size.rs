//! Sizes that are exact, or refused: the arithmetic of every `const` check.
//!
//! A kernel trusts its check: what the check computes from a layer's extents, strides, padding and offsets is what the kernel reads and
//! writes without looking again. Rust's own operators would make such a check worthless where it matters most, since in a `const fn`
//! they are checked only if the crate of that function is built with overflow checks, which a release build is not: there the product of
//! two huge extents is a small number that fits any arena. These functions refuse it in every profile, as a compile error where they
//! are evaluated as constants.
//!
//! No result is above [`MOST`], so that every size is a distance, too, and the sum of any two is exact in `usize`.
//!
//! They panic, and so are not for code that runs on the device, nor for numbers of a model file that have no bounds yet.

/// The largest size: no object in memory is larger.
pub const MOST: usize = isize::MAX as usize;

/// The product of extents. An extent of 0 makes it 0, but the product of the others must be a size as well, so that the product of any
/// of them is exact: a loop over the outer ones has numbers for its places even where it never comes to an element.
#[must_use]
pub const fn product<const N: usize>(factors: [usize; N]) -> usize {
    let (mut others, mut is_empty) = (1, false);
    let mut i = 0;
    while i < N {
        if factors[i] == 0 {
            is_empty = true;
        } else {
            others = checked(usize::checked_mul(others, factors[i]));
        }
        i += 1;
    }
    if is_empty { 0 } else { others }
}

/// The sum of sizes.
#[must_use]
pub const fn sum<const N: usize>(terms: [usize; N]) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < N {
        sum = checked(usize::checked_add(sum, terms[i]));
        i += 1;
    }
    sum
}

/// What is left of a size.
#[must_use]
pub const fn difference(size: usize, less: usize) -> usize {
    match size.checked_sub(less) {
        Some(difference) => difference,
        None => panic!("an extent is too small for the layer's others"),
    }
}

/// The next multiple of a number that is not 0.
#[must_use]
pub const fn round_up(size: usize, multiple: usize) -> usize {
    checked(size.checked_next_multiple_of(multiple))
}

/// A size as a distance.
#[must_use]
pub const fn signed(size: usize) -> isize {
    checked(Some(size)) as isize
}

const fn checked(size: Option<usize>) -> usize {
    match size {
        Some(size) if size <= MOST => size,
        _ => panic!("a size does not fit into memory: the layer's numbers are too large"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::panic::catch_unwind;

    fn number() -> impl Strategy<Value = usize> {
        prop_oneof![
            0usize..5,
            any::<usize>(),
            (0..usize::BITS).prop_map(|bit| 1 << bit),
            (0usize..3).prop_map(|less| usize::MAX - less),
            (0usize..3).prop_map(|less| MOST - less),
        ]
    }

    /// The number, if it is a size.
    fn exact(number: Option<u128>) -> Option<usize> {
        number.and_then(|number| usize::try_from(number).ok()).filter(|&size| size <= MOST)
    }

    proptest! {
        #[test]
        fn exact_or_refused(a in number(), b in number(), c in number()) {
            let wide = [a, b, c].map(|number| number as u128);
            let [x, y, z] = wide.map(|number| number.max(1));
            let others = exact((x * y).checked_mul(z));
            let is_empty = wide.contains(&0);
            prop_assert_eq!(catch_unwind(|| product([a, b, c])).ok(), others.map(|size| if is_empty { 0 } else { size }));
            prop_assert_eq!(catch_unwind(|| sum([a, b, c])).ok(), exact(Some(wide.iter().sum())));
            prop_assert_eq!(catch_unwind(|| difference(a, b)).ok(), a.checked_sub(b));
            prop_assert_eq!(catch_unwind(|| signed(a)).ok(), isize::try_from(a).ok());
            let multiple = b.max(1);
            let up = wide[0].div_ceil(multiple as u128) * multiple as u128;
            prop_assert_eq!(catch_unwind(|| round_up(a, multiple)).ok(), exact(Some(up)));
        }
    }
}
