//! The logistic function and the hyperbolic tangent of 16 bits, as TFLM's kernels on int16 have them: one table of the logistic function at
//! `i / 24`, and a straight line between its entries. (`tensorflow/lite/kernels/internal/reference/integer_ops/{logistic,tanh}.h`)

/// `65536 / (1 + e^(-i/24))`, in most places to the nearest integer, in some one above it. Read off the reference: its TANH over int16 with
/// the scale `2^-11 / 3` gives the entries, less 32768.
const TABLE: [u16; 256] = [
    32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513, 38180, 38841, 39498, 40149, 40794, 41432, 42064,
    42688, 43304, 43912, 44511, 45102, 45683, 46255, 46817, 47369, 47911, 48443, 48964, 49475, 49975, 50464,
    50942, 51409, 51865, 52311, 52745, 53169, 53581, 53983, 54374, 54755, 55125, 55485, 55834, 56174, 56503,
    56823, 57133, 57433, 57724, 58007, 58280, 58544, 58800, 59048, 59288, 59519, 59743, 59959, 60168, 60370,
    60565, 60753, 60935, 61110, 61279, 61441, 61599, 61750, 61896, 62036, 62172, 62302, 62428, 62549, 62666,
    62778, 62886, 62990, 63090, 63186, 63279, 63368, 63454, 63536, 63615, 63691, 63765, 63835, 63903, 63968,
    64030, 64090, 64148, 64204, 64257, 64308, 64357, 64405, 64450, 64494, 64536, 64576, 64614, 64652, 64687,
    64721, 64754, 64786, 64816, 64845, 64873, 64900, 64926, 64950, 64974, 64997, 65019, 65039, 65060, 65079,
    65097, 65115, 65132, 65149, 65164, 65179, 65194, 65208, 65221, 65234, 65246, 65258, 65269, 65280, 65291,
    65301, 65310, 65319, 65328, 65337, 65345, 65352, 65360, 65367, 65374, 65381, 65387, 65393, 65399, 65404,
    65410, 65415, 65420, 65425, 65429, 65433, 65438, 65442, 65445, 65449, 65453, 65456, 65459, 65462, 65465,
    65468, 65471, 65474, 65476, 65479, 65481, 65483, 65485, 65488, 65489, 65491, 65493, 65495, 65497, 65498,
    65500, 65501, 65503, 65504, 65505, 65507, 65508, 65509, 65510, 65511, 65512, 65513, 65514, 65515, 65516,
    65517, 65517, 65518, 65519, 65520, 65520, 65521, 65522, 65522, 65523, 65523, 65524, 65524, 65525, 65525,
    65526, 65526, 65526, 65527, 65527, 65528, 65528, 65528, 65529, 65529, 65529, 65529, 65530, 65530, 65530,
    65530, 65531, 65531, 65531, 65531, 65531, 65532, 65532, 65532, 65532, 65532, 65532, 65533, 65533, 65533,
    65533, 65533, 65533, 65533, 65533, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534,
    65535,
];

/// The logistic function of `x / 4096`, in units of `2^-15`.
#[inline]
#[must_use]
pub const fn sigmoid(x: i16) -> i16 {
    // Units of 1/12288: an entry of the table is 512 of them further.
    let x = 3 * x as i32;
    let above = match between(x.unsigned_abs(), 9) {
        Some(value) => value,
        None => 0x7fff << 10,
    };
    let rounded = if x >= 0 { above + (1 << 9) } else { (1 << 25) - above + (1 << 9) - 1 };
    (rounded >> 10) as i16
}

/// An argument of [`tanh`] in its own steps to units of 1/12288: times `factor`, and rounded away that many bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TanhInput {
    /// At most `3 * 2^14`.
    pub factor: i32,
    /// At most 16.
    pub shift: i32,
}

impl TanhInput {
    /// For steps of `2^power`; none if that is not within -28 and 2, where the reference's integers do not suffice.
    #[must_use]
    pub const fn derive(power: i32) -> Option<Self> {
        match power {
            -28..=-13 => Some(TanhInput { factor: 3, shift: -12 - power }),
            -12..=2 => Some(TanhInput { factor: 3 << (power + 12), shift: 0 }),
            _ => None,
        }
    }
}

/// The hyperbolic tangent, in units of `2^-15`.
#[inline]
#[must_use]
pub const fn tanh(x: i16, input: TanhInput) -> i16 {
    let half = 1i32.wrapping_shl(input.shift as u32) >> 1;
    let x = (x as i32).wrapping_mul(input.factor).wrapping_add(half).wrapping_shr(input.shift as u32);
    // `2 σ(2x) - 1`: an entry of the table is 256 of the units further.
    let above = match between(x.unsigned_abs(), 8) {
        Some(value) => value as i32,
        None => 0xffff << 8,
    };
    let rounded = if x >= 0 { above - (1 << 23) + (1 << 7) } else { (1 << 23) - above + (1 << 7) - 1 };
    (rounded >> 8) as i16
}

/// What lies between two entries of the table, times `2^bits`; none behind the last but one.
#[inline]
const fn between(x: u32, bits: u32) -> Option<u32> {
    let entry = (x >> bits) as usize;
    if entry >= 255 {
        return None;
    }
    let (left, right) = (TABLE[entry] as u32, TABLE[entry + 1] as u32);
    Some((left << bits) + (x & ((1 << bits) - 1)) * (right - left))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fnv1a_of_all(f: impl Fn(i16) -> i16) -> u64 {
        (i16::MIN..=i16::MAX)
            .flat_map(|x| f(x).to_le_bytes())
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// The hashes are of the outputs of tflite-micro 0.dev20261023182759, of LOGISTIC and TANH over int16, for all inputs.
    #[test]
    fn all_values_are_the_references() {
        assert_eq!(fnv1a_of_all(sigmoid), 0x9106_cb5b_158b_3d55);
        let powers = [
            (-16, 0x7312_c526_3ecb_cafa),
            (-14, 0x6da5_0bb6_3889_aaa9),
            (-13, 0x38a8_6de1_8211_e974),
            (-12, 0x15d1_09ac_7595_4965),
            (-11, 0x96ae_7b0d_2081_0061),
            (-10, 0x5fdb_2b42_e561_9c48),
            (-9, 0x4c8c_0901_a1b9_cb17),
            (-8, 0x888e_1b11_8d4c_fd9a),
        ];
        for (power, hash) in powers {
            let input = TanhInput::derive(power).unwrap();
            assert_eq!(fnv1a_of_all(|x| tanh(x, input)), hash, "2^{power}");
        }
    }

    #[test]
    fn no_argument_overflows() {
        for power in -28..=2 {
            let input = TanhInput::derive(power).unwrap();
            let ends = [i16::MIN, -1, 0, 1, i16::MAX].map(|x| tanh(x, input));
            assert!(ends.is_sorted(), "2^{power}: {ends:?}");
        }
        assert_eq!([-29, 3].map(TanhInput::derive), [None, None]);
    }
}
