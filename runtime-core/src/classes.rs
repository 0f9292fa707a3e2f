//! Classes of a generated module.

/// The class of a number: its place in `all`. A number that is none, which no layer of labels gives, is `otherwise`: so there is no
/// panic for it.
#[inline]
pub fn class<C: Copy>(all: &'static [C], otherwise: C, number: i64) -> C {
    usize::try_from(number).ok().and_then(|place| all.get(place)).copied().unwrap_or(otherwise)
}

#[cfg(test)]
mod test {
    use super::class;

    #[test]
    fn every_number_is_a_class() {
        let of = |number| class(&['a', 'b', 'c'], 'z', number);
        assert_eq!([-1, 0, 2, 3, i64::MAX, i64::MIN, 1 << 32].map(of), ['z', 'a', 'c', 'z', 'z', 'z', 'z']);
    }
}
