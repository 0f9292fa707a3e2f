//! Reading with a budget, and the file's list of buffers.

use std::borrow::Cow;

use super::super::flatbuffer::{self, Field, FlatbufferError, Result, Scalar, Table, Tables};
use super::field::{buffer as b, model};

/// What all parts of the reading share.
pub(super) struct Reader<'a> {
    file: &'a [u8],
    buffers: Tables<'a>,
    /// How many bytes may still be looked at. Parts of a flatbuffer may be shared, and an evil file can share them so that
    /// reading all of it takes its size to the power of the depth; an honest one shares a few strings.
    budget: u64,
}

/// What reaching one table costs, in bytes of the budget: about what its typed form takes in memory. An honest table
/// has at least 8 bytes in the file.
const TABLE_COST: u64 = 64;

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a [u8], root: Table<'a>) -> Result<Self> {
        let budget = (file.len() as u64).saturating_mul(16).saturating_add(1 << 16);
        Ok(Reader { file, buffers: root.tables(model::BUFFERS)?, budget })
    }

    fn spend(&mut self, bytes: u64, table: Table<'a>, field: Field) -> Result<()> {
        self.budget = self.budget.checked_sub(bytes).ok_or_else(|| {
            table.invalid(field, "the parts of the file are shared so often that reading it would not end")
        })?;
        Ok(())
    }

    pub(super) fn text(&mut self, table: Table<'a>, field: Field) -> Result<Option<Cow<'a, str>>> {
        // The bytes are counted before they are looked at.
        self.spend(table.bytes(field)?.len() as u64, table, field)?;
        table.string(field)
    }

    pub(super) fn numbers<T: Scalar>(&mut self, table: Table<'a>, field: Field) -> Result<Vec<T>> {
        let numbers = table.scalars(field)?;
        self.spend(numbers.len() as u64 * T::SIZE as u64, table, field)?;
        Ok(numbers.iter().collect())
    }

    /// What `read` makes of every table of a vector; its errors get the place in the vector.
    pub(super) fn each<T>(
        &mut self,
        table: Table<'a>,
        field: Field,
        read: impl FnMut(&mut Self, usize, Table<'a>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.each_or_error(table, field, read)?.into_iter().collect()
    }

    /// The same where one table may be wrong and the others still count.
    pub(super) fn each_or_error<T>(
        &mut self,
        table: Table<'a>,
        field: Field,
        mut read: impl FnMut(&mut Self, usize, Table<'a>) -> Result<T>,
    ) -> Result<Vec<Result<T>>> {
        let tables = table.tables(field)?;
        self.spend(tables.len() as u64 * TABLE_COST, table, field)?;
        let mut one = |(index, (path, item)): (usize, (String, Result<Table<'a>>))| {
            read(self, index, item?).map_err(|error| error.within(path))
        };
        Ok(tables.iter().enumerate().map(&mut one).collect())
    }

    /// Indices below `count`, where -1 stands for "none".
    pub(super) fn optional_indices(
        &mut self,
        table: Table<'a>,
        field: Field,
        count: usize,
    ) -> Result<Vec<Option<usize>>> {
        let numbers: Vec<i32> = self.numbers(table, field)?;
        let check = |(place, number)| match usize::try_from(number) {
            Ok(index) if index < count => Ok(Some(index)),
            Err(_) if number == -1 => Ok(None),
            _ => Err(out_of_range(table, field, place, number, count)),
        };
        numbers.into_iter().enumerate().map(check).collect()
    }

    /// Indices below `count`.
    pub(super) fn indices(&mut self, table: Table<'a>, field: Field, count: usize) -> Result<Vec<usize>> {
        let indices = self.optional_indices(table, field, count)?.into_iter().enumerate();
        indices
            .map(|(place, index)| index.ok_or_else(|| out_of_range(table, field, place, -1, count)))
            .collect()
    }

    /// Data that lies in a vector of its table or, so that files may grow over the 2 GB that flatbuffers can have, behind
    /// the flatbuffer at a place counted from the start of the file. Offsets 0 and 1 mean that there is none: writers put 1
    /// where they will write the real offset later.
    fn data(&self, table: Table<'a>) -> Result<&'a [u8]> {
        let data = table.bytes(b::DATA)?;
        let at: u64 = table.scalar(b::OFFSET, 0)?;
        if at <= 1 {
            return Ok(data);
        }
        if !data.is_empty() {
            return Err(table.invalid(b::OFFSET, format_args!("there is `{}`, too", b::DATA.name())));
        }
        let len = table.scalar(b::SIZE, 0)?;
        // An offset that no address fits is behind the end of any file.
        flatbuffer::slice(self.file, usize::try_from(at).unwrap_or(usize::MAX), len, b::OFFSET.name())
    }

    /// The data of buffer `index`, which a `field` of `table` names. Buffers that nothing names are not looked at.
    pub(super) fn buffer(&self, table: Table<'a>, field: Field, index: usize) -> Result<&'a [u8]> {
        let count = self.buffers.len();
        let (_, buffer) = self
            .buffers
            .get(index)
            .ok_or_else(|| table.invalid(field, format_args!("buffer {index} of {count}")))?;
        buffer.and_then(|buffer| self.data(buffer)).map_err(|error| error.within(field.name()))
    }
}

fn out_of_range(table: Table<'_>, field: Field, place: usize, index: i32, count: usize) -> FlatbufferError {
    table.invalid(field, format_args!("entry {place} names tensor {index} of {count}"))
}
