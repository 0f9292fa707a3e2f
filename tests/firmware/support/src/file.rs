//! Files of the host, through semihosting. A fault ends the emulator with [`exit::FILE`](crate::exit::FILE): there is nobody
//! to tell it to.

use core::ffi::CStr;

use semihosting::fd::{AsFd, OwnedFd};
use semihosting::sys::arm_compat::{OpenMode, sys_open, sys_read_orig, sys_write_orig};

use crate::exit::{self, exit};

/// An open file.
pub struct File(OwnedFd);

impl File {
    /// Opens a file to read.
    pub fn open(path: &CStr) -> File {
        Self::with(path, OpenMode::RDONLY_BINARY)
    }

    /// Creates a file, or empties it.
    pub fn create(path: &CStr) -> File {
        Self::with(path, OpenMode::WRONLY_TRUNC_BINARY)
    }

    fn with(path: &CStr, mode: OpenMode) -> File {
        match sys_open(path, mode) {
            Ok(descriptor) => File(descriptor),
            Err(_) => exit(exit::FILE),
        }
    }

    /// Fills the buffer from the file.
    pub fn read(&mut self, buffer: &mut [u8]) {
        // The call returns the number of bytes that are missing.
        let read = sys_read_orig(self.0.as_fd(), buffer);
        if !matches!(read, Ok(0)) {
            exit(exit::FILE);
        }
    }

    /// Appends the bytes to the file.
    pub fn write(&mut self, bytes: &[u8]) {
        // The call returns the number of bytes that are missing.
        let written = sys_write_orig(self.0.as_fd(), bytes);
        if !matches!(written, Ok(0)) {
            exit(exit::FILE);
        }
    }
}
