//! The fuzz targets as programs of libFuzzer's: one for each in `fuzz_targets/`, all the same but for the name.

use tinyml_fuzz_targets::{Mutate, Target};

/// The target of that name, which is one of the package's.
pub fn target(name: &str) -> Target {
    tinyml_fuzz_targets::target(name).unwrap_or_else(|| panic!("there is no target `{name}`"))
}

/// Changes an input of `size` bytes in a buffer of `max_size`: every other time as libFuzzer does, else as the target wants it. The
/// new size.
pub fn mutate(own: Option<Mutate>, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let Some(own) = own.filter(|_| seed % 2 == 0 && size > 0) else {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    };
    let mut bytes = data[..size].to_vec();
    own(&mut bytes, seed / 2);
    bytes.truncate(max_size);
    data[..bytes.len()].copy_from_slice(&bytes);
    bytes.len()
}

/// A program that fuzzes a target.
#[macro_export]
macro_rules! program {
    ($name:literal) => {
        static TARGET: std::sync::LazyLock<$crate::__Target> =
            std::sync::LazyLock::new(|| $crate::target($name));

        libfuzzer_sys::fuzz_target!(|data: &[u8]| (TARGET.run)(data));

        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate(TARGET.mutate, data, size, max_size, seed)
        });
    };
}

#[doc(hidden)]
pub use tinyml_fuzz_targets::Target as __Target;
