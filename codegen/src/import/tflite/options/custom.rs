//! The options of custom operators: maps of numbers, as flexbuffers write them.
//!
//! A flexbuffer is read from its end: the width of the root, its packed type, the root. A map's values lie behind their number, a packed type for each
//! behind them; before the number lie the width of the keys and the way back to them. Offsets lead back.

use crate::ir::Fault;

const INT: u8 = 1;
const UINT: u8 = 2;
const MAP: u8 = 9;

/// The integer under a key of the map; none if there are no options, or the map does not have the key.
///
/// # Errors
/// The bytes are no map, or what is under the key is no integer.
pub fn integer(options: &[u8], key: &str) -> Result<Option<i64>, Fault> {
    if options.is_empty() {
        return Ok(None);
    }
    find(options, key).ok_or_else(|| "the operator's options are damaged, or no map of integers".to_owned())
}

/// The same; none where the bytes are not what they should be.
fn find(bytes: &[u8], key: &str) -> Option<Option<i64>> {
    let &[.., packed, width] = bytes else { return None };
    let root = bytes.len().checked_sub(2)?.checked_sub(usize::from(width))?;
    if packed >> 2 != MAP {
        return None;
    }
    let values = back(bytes, root, width)?;
    let width = 1u8.checked_shl(u32::from(packed & 3))?;
    let step = usize::from(width);
    let count = unsigned(bytes, values.checked_sub(step)?, width)?;
    let key_width = u8::try_from(unsigned(bytes, values.checked_sub(2 * step)?, width)?).ok()?;
    let keys = back(bytes, values.checked_sub(3 * step)?, width)?;
    // No more than there is room for.
    for number in 0..usize::try_from(count).ok()?.min(bytes.len()) {
        let name = back(bytes, keys.checked_add(number.checked_mul(key_width.into())?)?, key_width)?;
        let name = bytes.get(name..)?;
        let end = name.iter().position(|&byte| byte == 0)?;
        if name.get(..end)? != key.as_bytes() {
            continue;
        }
        let types = values.checked_add(usize::try_from(count).ok()?.checked_mul(step)?)?;
        let place = values.checked_add(number.checked_mul(step)?)?;
        return match bytes.get(types.checked_add(number)?)? >> 2 {
            INT => signed(bytes, place, width).map(Some),
            UINT => i64::try_from(unsigned(bytes, place, width)?).ok().map(Some),
            _ => None,
        };
    }
    Some(None)
}

/// The place that the offset at a place leads to.
fn back(bytes: &[u8], place: usize, width: u8) -> Option<usize> {
    place.checked_sub(usize::try_from(unsigned(bytes, place, width)?).ok()?)
}

fn unsigned(bytes: &[u8], place: usize, width: u8) -> Option<u64> {
    if ![1, 2, 4, 8].contains(&width) {
        return None;
    }
    let number = bytes.get(place..place.checked_add(width.into())?)?;
    Some(number.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

fn signed(bytes: &[u8], place: usize, width: u8) -> Option<i64> {
    let unused = 64 - 8 * u32::from(width);
    Some((unsigned(bytes, place, width)? << unused) as i64 >> unused)
}

#[cfg(test)]
mod test {
    use super::integer;

    /// `{"a": 300, "cycles_max": 1, "n": -2}` as the package flatbuffers writes it.
    const MAP: &[u8] = &[
        97, 0, 99, 121, 99, 108, 101, 115, 95, 109, 97, 120, 0, 110, 0, 3, 16, 15, 5, 0, 4, 0, 1, 0, 3, 0,
        44, 1, 1, 0, 254, 255, 5, 5, 5, 9, 37, 1,
    ];

    #[test]
    fn integers_of_a_map() {
        assert_eq!(integer(MAP, "cycles_max"), Ok(Some(1)));
        assert_eq!(integer(MAP, "a"), Ok(Some(300)));
        assert_eq!(integer(MAP, "n"), Ok(Some(-2)));
        assert_eq!(integer(MAP, "other"), Ok(None));
        assert_eq!(integer(&[], "a"), Ok(None));
    }

    #[test]
    fn damaged_bytes_are_no_map() {
        for end in 1..MAP.len() {
            let _ = integer(&MAP[..end], "n");
            let mut damaged = MAP.to_vec();
            damaged[end] ^= 0xff;
            let _ = integer(&damaged, "n");
        }
        assert!(integer(&[1, 4, 1], "a").unwrap_err().contains("damaged"));
    }
}
