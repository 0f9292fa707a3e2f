//! What tells contents apart.

/// A fingerprint (Fowler-Noll-Vo, FNV-1a, 64 bits), quick also in an unoptimised build; no protection against forgery.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod test {
    use super::fingerprint;

    #[test]
    fn it_is_that_of_the_reference() {
        // http://www.isthe.com/chongo/src/fnv/test_fnv.c
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fingerprint(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
