//! Ending the emulator.

/// Status after a processor fault.
pub const FAULT: u8 = 100;
/// Status after a panic.
pub const PANIC: u8 = 101;
/// Status if a file cannot be read or written.
pub const FILE: u8 = 102;

/// Ends the emulator with this status.
pub fn exit(status: u8) -> ! {
    semihosting::process::exit(status.into())
}
