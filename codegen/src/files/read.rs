//! Reading within a limit: also from a pipe or a device, which may have no end.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::wording::grouped;

/// The bytes of a file, a pipe or a device.
///
/// # Errors
/// It cannot be read, or has more than `limit` bytes.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    // Of pipes and devices the system does not know the length.
    if file.metadata()?.len() > limit {
        return Err(too_large(limit));
    }
    read_from(file, limit)
}

/// As [`read`], of a text.
///
/// # Errors
/// Also those of a text that is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, limit)?)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

/// All that a reader gives.
///
/// # Errors
/// It fails, or gives more than `limit` bytes.
pub fn read_from(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

fn too_large(limit: u64) -> io::Error {
    io::Error::new(ErrorKind::FileTooLarge, format!("it has more than {} bytes", grouped(limit)))
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_limit_is_a_limit() {
        assert_eq!(read_from(&b"abc"[..], 3).ok(), Some(b"abc".to_vec()));
        let fault = read_from(io::repeat(0), 1_000).map(|bytes| bytes.len());
        assert_eq!(fault.map_err(|fault| fault.to_string()), Err("it has more than 1,000 bytes".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_end_is_no_file_to_read() {
        let fault = read(Path::new("/dev/zero"), 1 << 16).map(|bytes| bytes.len());
        assert_eq!(fault.map_err(|fault| fault.kind()), Err(ErrorKind::FileTooLarge));
    }
}
