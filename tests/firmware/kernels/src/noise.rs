//! Numbers that look random, as constants.

/// The number with this name.
pub(crate) const fn number(name: usize, salt: usize) -> u32 {
    let mut state = (name as u32).wrapping_mul(0x9e37_79b9) ^ (salt as u32).wrapping_mul(0x85eb_ca6b);
    let mut round = 0;
    while round < 3 {
        state = (state ^ state >> 15).wrapping_mul(0x2c1b_3c6d) ^ 0x1f3d_5b79;
        state ^= state >> 13;
        round += 1;
    }
    state
}

/// A number in `low..=high`.
pub(crate) const fn within(name: usize, salt: usize, low: usize, high: usize) -> usize {
    low + number(name, salt) as usize % (high - low + 1)
}

/// Weights of layers, of which these take as many as they need.
pub(crate) static WEIGHTS: [i8; 8192] = weights();

const fn weights() -> [i8; 8192] {
    let mut weights = [0; 8192];
    let mut index = 0;
    while index < weights.len() {
        // Some stretches are extreme.
        let random = (number(index, 77) >> 24) as u8 as i8;
        let value = if index / 64 % 4 == 3 { -127 } else { random };
        weights[index] = if value == -128 { 127 } else { value };
        index += 1;
    }
    weights
}

/// Fills an operand: with random bytes, or bytes of the two extremes, or the least.
pub(crate) fn operand(bytes: &mut [u8], round: usize) {
    for (index, byte) in bytes.iter_mut().enumerate() {
        let random = number(index, round + 1000) >> 16;
        *byte = match round {
            0 | 1 => random as u8,
            2 => 0x7f + (random & 1) as u8,
            _ => 0x80,
        };
    }
}

/// Whether a guard zone still holds the pattern. Not inlined: for zones of constant length, LLVM 22 makes vector code of it that
/// it cannot select for Cortex-M55.
#[inline(never)]
pub(crate) fn holds(zone: &[u8], pattern: u8) -> bool {
    zone.iter().all(|&byte| byte == pattern)
}
