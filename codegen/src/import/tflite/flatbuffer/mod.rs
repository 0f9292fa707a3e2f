//! A reader of FlatBuffers that trusts nothing in the file.
//!
//! The format: a *table* begins with the signed distance to its *vtable*, which lists for every field, by slot,
//! where in the table the field is (0 = absent: the schema's default holds). Scalars lie in the table itself;
//! tables, vectors and strings are reached by an unsigned offset relative to the place that holds it. All numbers are
//! little endian. (<https://flatbuffers.dev/internals>)
//!
//! Every read checks its bounds with arithmetic that cannot overflow, gives views into the file (no allocation whose size
//! the file decides), and never recurses: how deep to go is the schema's matter. What a flatbuffers verifier also asks for
//! and this reader does not need is alignment: nothing is read but bytes.

mod error;
mod vector;

use std::borrow::Cow;
use std::fmt;

pub use error::{Fault, FlatbufferError, Object, Result};
pub use vector::{Scalar, Scalars, Tables};

/// A field of a table: its place in the vtable and its name in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    slot: u16,
    name: &'static str,
}

impl Field {
    /// The field in vtable slot `slot`, counted from 0 in the order of the schema (a union takes two slots).
    pub const fn new(slot: u16, name: &'static str) -> Self {
        Field { slot, name }
    }

    /// The field's name in the schema.
    pub fn name(self) -> &'static str {
        self.name
    }
}

/// The first `N` bytes at `at`, or the error that the file ends before.
fn bytes<const N: usize>(file: &[u8], at: usize, path: &str) -> Result<[u8; N]> {
    match file.get(at..).and_then(|rest| rest.first_chunk::<N>()) {
        Some(chunk) => Ok(*chunk),
        None => Err(truncated(file, at, N as u64, path)),
    }
}

fn truncated(file: &[u8], at: usize, needed: u64, path: &str) -> FlatbufferError {
    FlatbufferError::new(at, path, Fault::Truncated { needed, left: file.len().saturating_sub(at) })
}

/// `file[at..at + len]`; `len` may be anything.
pub fn slice<'a>(file: &'a [u8], at: usize, len: u64, path: &str) -> Result<&'a [u8]> {
    let range = usize::try_from(len).ok().and_then(|len| Some(at..at.checked_add(len)?));
    range.and_then(|range| file.get(range)).ok_or_else(|| truncated(file, at, len, path))
}

/// Follows the unsigned offset that is stored at `at`.
fn follow(file: &[u8], at: usize, path: &str) -> Result<usize> {
    let offset = u32::from_le_bytes(bytes(file, at, path)?);
    // An offset of 0 would be its own target.
    let target =
        if offset == 0 { None } else { usize::try_from(offset).ok().and_then(|o| at.checked_add(o)) };
    target.filter(|&target| target < file.len()).ok_or_else(|| {
        FlatbufferError::new(at, path, Fault::BadOffset { offset: offset.into(), len: file.len() })
    })
}

/// The root table of `file`, which must carry `identifier` (four ASCII characters) in its bytes 4 to 8.
pub fn root<'a>(file: &'a [u8], identifier: &'static str) -> Result<Table<'a>> {
    let found: [u8; 4] = bytes(file, 4, "file identifier")?;
    if found != identifier.as_bytes() {
        let found = found.escape_ascii().to_string();
        let fault = Fault::BadIdentifier { found, expected: identifier };
        return Err(FlatbufferError::new(4, "file identifier", fault));
    }
    Table::at(file, follow(file, 0, "root")?, "root")
}

/// A table in a file. Copying it copies three references.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    file: &'a [u8],
    position: usize,
    /// Size of the part of the table that is in place, its first four bytes included.
    size: u16,
    /// The vtable behind its own two lengths.
    slots: &'a [u8],
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table(byte {})", self.position)
    }
}

impl<'a> Table<'a> {
    fn at(file: &'a [u8], position: usize, path: &str) -> Result<Self> {
        let malformed = |at, what| FlatbufferError::new(at, path, Fault::BadTable(what));
        let distance = i32::from_le_bytes(bytes(file, position, path)?);
        let vtable = i64::try_from(position).ok().and_then(|at| at.checked_sub(distance.into()));
        let vtable = vtable.and_then(|at| usize::try_from(at).ok()).filter(|&at| at < file.len());
        let vtable = vtable.ok_or_else(|| {
            FlatbufferError::new(
                position,
                path,
                Fault::BadOffset { offset: distance.into(), len: file.len() },
            )
        })?;
        let [a, b, c, d] = bytes(file, vtable, path)?;
        let (vtable_size, size) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
        if vtable_size % 2 != 0 {
            return Err(malformed(vtable, "the vtable's size is odd"));
        }
        if size < 4 {
            return Err(malformed(vtable, "the table is smaller than its own header"));
        }
        let slots = slice(file, vtable, vtable_size.into(), path)?.get(4..);
        let slots = slots.ok_or_else(|| malformed(vtable, "the vtable is smaller than its own header"))?;
        slice(file, position, size.into(), path)?;
        Ok(Table { file, position, size, slots })
    }

    /// Byte offset of the table in the file.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The whole file.
    pub fn file(&self) -> &'a [u8] {
        self.file
    }

    /// Where in the file the `size` bytes of a field are that lie in the table itself; `None` if it is absent.
    fn locate(&self, field: Field, size: usize) -> Result<Option<usize>> {
        let entry = usize::from(field.slot) * 2;
        let Some(entry) = self.slots.get(entry..).and_then(|rest| rest.first_chunk()) else {
            return Ok(None);
        };
        let offset = usize::from(u16::from_le_bytes(*entry));
        if offset == 0 {
            return Ok(None);
        }
        if offset < 4 || offset + size > usize::from(self.size) {
            let fault = Fault::BadTable("the field lies outside its table");
            return Err(FlatbufferError::new(self.position, field.name, fault));
        }
        Ok(Some(self.position + offset))
    }

    /// The target of a field that is an offset; `None` if it is absent.
    fn target(&self, field: Field) -> Result<Option<usize>> {
        match self.locate(field, 4)? {
            Some(at) => follow(self.file, at, field.name).map(Some),
            None => Ok(None),
        }
    }

    /// Element count and first byte of a vector or string; `None` if it is absent.
    fn elements(&self, field: Field, size: usize) -> Result<Option<(usize, &'a [u8])>> {
        let Some(at) = self.target(field)? else { return Ok(None) };
        let count = u32::from_le_bytes(bytes(self.file, at, field.name)?);
        // Up to 2^32 elements of 8 bytes: fits u64. The count itself was just read, so `at + 4` is in the file.
        let data = slice(self.file, at + 4, u64::from(count) * size as u64, field.name)?;
        Ok(Some((at + 4, data)))
    }

    /// An error about a field's value.
    pub fn invalid(&self, field: Field, message: impl fmt::Display) -> FlatbufferError {
        let at = self.locate(field, 0).ok().flatten().unwrap_or(self.position);
        FlatbufferError::new(at, field.name, Fault::Invalid(message.to_string()))
    }

    /// An error about a field whose value is sound, but not supported.
    pub fn unsupported(&self, field: Field, message: impl fmt::Display) -> FlatbufferError {
        let at = self.locate(field, 0).ok().flatten().unwrap_or(self.position);
        FlatbufferError::new(at, field.name, Fault::Unsupported(message.to_string()))
    }

    /// The error that a field is absent.
    pub fn missing(&self, field: Field) -> FlatbufferError {
        FlatbufferError::new(self.position, field.name, Fault::Missing)
    }

    /// A number; `default` if it is absent.
    pub fn scalar<T: Scalar>(&self, field: Field, default: T) -> Result<T> {
        let at = self.locate(field, T::SIZE)?;
        Ok(at.and_then(|at| T::first(self.file.get(at..)?)).unwrap_or(default))
    }

    /// A truth value (any byte but 0 is true); `default` if it is absent.
    pub fn bool(&self, field: Field, default: bool) -> Result<bool> {
        Ok(self.scalar(field, u8::from(default))? != 0)
    }

    /// A table; `None` if it is absent.
    pub fn table(&self, field: Field) -> Result<Option<Table<'a>>> {
        match self.target(field)? {
            Some(at) => Table::at(self.file, at, field.name).map(Some),
            None => Ok(None),
        }
    }

    /// A string, whatever is not UTF-8 in it replaced; `None` if it is absent.
    pub fn string(&self, field: Field) -> Result<Option<Cow<'a, str>>> {
        Ok(self.elements(field, 1)?.map(|(_, text)| String::from_utf8_lossy(text)))
    }

    /// A vector of bytes; empty if it is absent.
    pub fn bytes(&self, field: Field) -> Result<&'a [u8]> {
        Ok(self.elements(field, 1)?.map_or(&[], |(_, data)| data))
    }

    /// A vector of numbers; empty if it is absent.
    pub fn scalars<T: Scalar>(&self, field: Field) -> Result<Scalars<'a, T>> {
        let data = self.elements(field, T::SIZE)?.map_or(&[] as &[u8], |(_, data)| data);
        Ok(Scalars::new(data))
    }

    /// A vector of tables; empty if it is absent. The tables are checked when they are reached.
    pub fn tables(&self, field: Field) -> Result<Tables<'a>> {
        let (at, data) = self.elements(field, 4)?.unwrap_or((self.position, &[]));
        Ok(Tables::new(self.file, at, data.len() / 4, field.name))
    }

    /// A union: the tag (0 = none) and the table, which writers may leave out where all of its fields have their defaults.
    pub fn union(&self, tag: Field, value: Field) -> Result<(u8, Option<Table<'a>>)> {
        match self.scalar(tag, 0u8)? {
            0 => Ok((0, None)),
            tag => Ok((tag, self.table(value)?)),
        }
    }
}
