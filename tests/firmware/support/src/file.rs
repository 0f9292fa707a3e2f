//! Files of the host, through semihosting. A fault ends the emulator with [`exit::FILE`](crate::exit::FILE): there is nobody
//! to tell it to.
//!
//! The calls are made here one by one: the library's own functions for files can panic, and images that prove that no model can
//! would not link.

use core::ffi::CStr;

use semihosting::sys::arm_compat::OpenMode;
use semihosting::sys::arm_compat::syscall::{
    OperationNumber, ParamRegR, ParamRegW, RetReg, syscall, syscall_readonly,
};

use crate::exit::{self, exit};

/// An open file.
pub struct File {
    handle: usize,
}

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
        let length = path.to_bytes().len();
        let block = [ParamRegR::c_str(path), ParamRegR::usize(mode as usize), ParamRegR::usize(length)];
        // SAFETY: the operation reads these three words and the string.
        let handle = unsafe { syscall_readonly(OperationNumber::SYS_OPEN, ParamRegR::block(&block)) };
        match handle.usize() {
            usize::MAX => exit(exit::FILE),
            handle => File { handle },
        }
    }

    /// Fills the buffer from the file.
    pub fn read(&mut self, buffer: &mut [u8]) {
        let length = buffer.len();
        let mut block = [ParamRegW::usize(self.handle), ParamRegW::buf(buffer), ParamRegW::usize(length)];
        // SAFETY: the operation reads these three words and writes no more than the buffer.
        complete(unsafe { syscall(OperationNumber::SYS_READ, ParamRegW::block(&mut block)) });
    }

    /// Appends the bytes to the file.
    pub fn write(&mut self, bytes: &[u8]) {
        let block = [ParamRegR::usize(self.handle), ParamRegR::buf(bytes), ParamRegR::usize(bytes.len())];
        // SAFETY: the operation reads these three words and the bytes.
        complete(unsafe { syscall_readonly(OperationNumber::SYS_WRITE, ParamRegR::block(&block)) });
    }
}

/// Reading and writing return the number of bytes that are missing.
fn complete(missing: RetReg) {
    if missing.usize() != 0 {
        exit(exit::FILE);
    }
}
