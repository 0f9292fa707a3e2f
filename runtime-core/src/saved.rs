//! State as bytes, to be kept where the RAM does not: over deep sleep, or in flash.

use core::fmt;

/// The saved bytes are not this model's: they were saved by another model, or by an older version of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreError;

impl fmt::Display for RestoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the saved state is another model's")
    }
}

impl core::error::Error for RestoreError {}

/// Bytes of the version in front of the saved ones.
const VERSION: usize = 4;

/// Writes version and state.
pub fn save(version: u32, state: &[u8], into: &mut [u8]) {
    let version = version.to_le_bytes();
    into.iter_mut().zip(version.iter().chain(state)).for_each(|(to, from)| *to = *from);
}

/// Reads back what [`save`] wrote.
///
/// # Errors
/// The version is another one; the state is as it was.
pub fn restore(version: u32, saved: &[u8], state: &mut [u8]) -> Result<(), RestoreError> {
    match saved.split_first_chunk::<VERSION>() {
        Some((own, bytes)) if u32::from_le_bytes(*own) == version => {
            state.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            Ok(())
        }
        _ => Err(RestoreError),
    }
}

/// Moves a window back that an inference moved on by `MOVES` bytes. What lies in front then is what the inference did not need.
#[inline]
pub fn move_back<const MOVES: usize, const BYTES: usize>(window: &mut [u8; BYTES]) {
    const { assert!(MOVES <= BYTES) };
    window.copy_within(..BYTES - MOVES, MOVES);
}

#[cfg(test)]
mod test {
    use super::{RestoreError, move_back, restore, save};

    #[test]
    fn a_window_is_moved_back() {
        let mut window = [1, 2, 3, 4, 5];
        move_back::<2, 5>(&mut window);
        assert_eq!(window, [1, 2, 1, 2, 3]);
    }

    #[test]
    fn what_was_saved_comes_back() {
        let (mut saved, mut state) = ([0; 7], [9; 3]);
        save(0x1234_5678, &[1, 2, 3], &mut saved);
        assert_eq!(saved, [0x78, 0x56, 0x34, 0x12, 1, 2, 3]);
        assert_eq!(restore(0x1234_5678, &saved, &mut state), Ok(()));
        assert_eq!(state, [1, 2, 3]);
    }

    #[test]
    fn another_version_changes_nothing() {
        let mut state = [9; 3];
        assert_eq!(restore(1, &[2, 0, 0, 0, 1, 2, 3], &mut state), Err(RestoreError));
        assert_eq!(restore(1, &[1, 0], &mut state), Err(RestoreError));
        assert_eq!(state, [9; 3]);
    }
}
