//! Changes to files in which nothing may move, because offsets hold them together.

use crate::random::Random;

/// Numbers that extents, counts, offsets and zero points do not expect; as floats they are small, 1 and infinite.
const WORDS: [u32; 12] =
    [0, 1, 2, 3, 8, 0xffff, 0x1_0000, 1 << 30, 0x7fff_ffff, u32::MAX, 0x3f80_0000, 0x7f80_0000];

/// Changes words and bytes where they are.
pub(crate) fn mutate(bytes: &mut [u8], seed: u32) {
    let mut random = Random(seed.into());
    if bytes.is_empty() {
        return;
    }
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        let word = at & !3;
        let end = (word + 4).min(bytes.len());
        match random.below(5) {
            0 => bytes[at] = random.number() as u8,
            1 => bytes[at] = bytes[at].wrapping_add(random.pick(&[1, 2, 4, 0xff, 0xfe])),
            2 => bytes[at] ^= 1 << random.below(8),
            3 => bytes[word..end].copy_from_slice(&random.pick(&WORDS).to_le_bytes()[..end - word]),
            // What stands elsewhere: another operator, type, tensor or buffer.
            _ => {
                let from = random.below(bytes.len()) & !3;
                let count = (end - word).min(bytes.len() - from);
                bytes.copy_within(from..from + count, word);
            }
        }
    }
}
