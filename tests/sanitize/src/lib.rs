//! The host's side of `cargo xtask sanitize`: what `tinyml-firmware` is for the same layers on a core.
//!
//! While a layer runs, its guard zones are forbidden: AddressSanitizer ends the program at the first byte that is read or written
//! there, and says where.

pub mod cases;
mod forbidden;
#[path = "../../firmware/support/src/guards.rs"]
#[allow(unreachable_pub)]
mod zones;

/// Guard zones that AddressSanitizer watches.
pub mod guards {
    use crate::forbidden;
    use crate::zones;

    /// As the firmware's, and watched between [`set`](Self::set) and [`damage`](Self::damage).
    pub struct Guards(zones::Guards);

    impl Guards {
        /// See the firmware's.
        pub const fn new(
            zones: &'static [[usize; 2]],
            kept: &'static [[usize; 3]],
            arena_bytes: usize,
        ) -> Guards {
            Guards(zones::Guards::new(zones, kept, arena_bytes))
        }

        /// Fills the whole arena with the pattern and forbids the zones.
        ///
        /// # Safety
        /// The arena has its length, and nobody else uses it.
        pub unsafe fn set(&self, arena: *mut u8, pattern: u8) {
            // SAFETY: the caller's; zones lie in the arena.
            unsafe {
                self.0.set(arena, pattern);
                self.0.zones().for_each(|[from, to]| forbidden::forbid(arena.add(from), to - from));
            }
        }

        /// Allows the zones again; the place of a byte that the layer has changed, -1 if there is none.
        ///
        /// # Safety
        /// The arena and the block of inputs have their lengths.
        pub unsafe fn damage(&self, arena: *const u8, pattern: u8, inputs: *const u8) -> i32 {
            // SAFETY: the caller's; zones lie in the arena.
            unsafe {
                self.0.zones().for_each(|[from, to]| forbidden::allow(arena.add(from), to - from));
                self.0.damage(arena, pattern, inputs)
            }
        }
    }
}
