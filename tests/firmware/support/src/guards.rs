//! Guard zones: the bytes of an arena that belong to no buffer.

/// The guard zones of a layer, and its operands.
pub struct Guards {
    zones: &'static [[usize; 2]],
    kept: &'static [[usize; 3]],
    arena_bytes: usize,
}

impl Guards {
    /// `zones` are those of an arena of so many bytes, each from its first byte to behind its last. `kept` are the operands that the
    /// layer must not change: where in the arena each lies, where in the block of inputs it came from, and its bytes.
    pub const fn new(
        zones: &'static [[usize; 2]],
        kept: &'static [[usize; 3]],
        arena_bytes: usize,
    ) -> Guards {
        Guards { zones, kept, arena_bytes }
    }

    /// The guard zones.
    pub fn zones(&self) -> impl Iterator<Item = [usize; 2]> {
        self.zones.iter().copied()
    }

    /// Fills the whole arena with the pattern.
    ///
    /// # Safety
    /// The arena has its length, and nobody else uses it.
    pub unsafe fn set(&self, arena: *mut u8, pattern: u8) {
        // SAFETY: the caller's.
        unsafe { arena.write_bytes(pattern, self.arena_bytes) };
    }

    /// The place of a byte that the layer has changed in a zone or in an operand; -1 if there is none.
    ///
    /// # Safety
    /// The arena and the block of inputs have their lengths.
    pub unsafe fn damage(&self, arena: *const u8, pattern: u8, inputs: *const u8) -> i32 {
        for &[from, to] in self.zones {
            for place in from..to {
                // SAFETY: the caller's; zones lie in the arena.
                if unsafe { arena.add(place).read() } != pattern {
                    return place as i32;
                }
            }
        }
        for &[place, source, bytes] in self.kept {
            for index in 0..bytes {
                // SAFETY: the caller's; operands lie in the arena and come from the block.
                if unsafe { arena.add(place + index).read() != inputs.add(source + index).read() } {
                    return (place + index) as i32;
                }
            }
        }
        -1
    }
}
