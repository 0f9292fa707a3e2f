//! What firmware images for emulators share: start-up, files and text through semihosting, measuring the stack.
//!
//! ```ignore
//! #![no_std]
//! #![no_main]
//!
//! firmware::start!(main);
//! firmware::report_panics!();
//!
//! fn main() {
//!     firmware::println!("hello");
//! }
//! ```
#![no_std]

pub mod cases;
pub mod exit;
pub mod file;
pub mod guards;
pub mod stack;
mod start;

pub use semihosting::{print, println};

/// Makes a function of type `fn()` the program; when it returns, the emulator ends with status 0.
#[macro_export]
macro_rules! start {
    ($main:path) => {
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        extern "Rust" fn firmware_main() {
            let main: fn() = $main;
            main();
        }
    };
}

/// A panic prints its message and ends the emulator.
#[macro_export]
macro_rules! report_panics {
    () => {
        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::println!("{info}");
            $crate::exit::exit($crate::exit::PANIC)
        }
    };
}

/// A program with a panic path does not link: the handler calls a function that is nowhere.
#[macro_export]
macro_rules! forbid_panics {
    () => {
        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            unsafe extern "C" {
                fn the_program_has_a_panic_path() -> !;
            }
            // SAFETY: a program that contains this call does not link.
            unsafe { the_program_has_a_panic_path() }
        }
    };
}
