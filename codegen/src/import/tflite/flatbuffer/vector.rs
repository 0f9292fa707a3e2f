//! Vectors: views whose length was checked against the file when they were made.

use std::marker::PhantomData;

use super::{Result, Table, follow};

/// A number as flatbuffers store it.
pub trait Scalar: Sized {
    /// Size in bytes.
    const SIZE: usize;

    /// The number in the first `SIZE` bytes; `None` if there are fewer.
    fn first(bytes: &[u8]) -> Option<Self>;
}

macro_rules! scalars {
    ($($type:ty)*) => {$(
        impl Scalar for $type {
            const SIZE: usize = size_of::<$type>();

            fn first(bytes: &[u8]) -> Option<Self> {
                bytes.first_chunk().map(|chunk| <$type>::from_le_bytes(*chunk))
            }
        }
    )*};
}
scalars!(u8 i8 u16 i16 u32 i32 u64 i64 f32);

/// A vector of numbers in a file.
#[derive(Clone, Copy, Debug)]
pub struct Scalars<'a, T> {
    data: &'a [u8],
    element: PhantomData<T>,
}

impl<'a, T: Scalar> Scalars<'a, T> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Scalars { data, element: PhantomData }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.data.len() / T::SIZE
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The elements.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        self.data.chunks_exact(T::SIZE).filter_map(T::first)
    }
}

/// A vector of tables in a file.
#[derive(Clone, Copy)]
pub struct Tables<'a> {
    file: &'a [u8],
    /// Byte offset of the first element.
    at: usize,
    len: usize,
    name: &'static str,
}

impl<'a> Tables<'a> {
    /// The caller has seen that `len` offsets at `at` are within the file.
    pub(super) fn new(file: &'a [u8], at: usize, len: usize, name: &'static str) -> Self {
        Tables { file, at, len, name }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The table at `index`, with its place in errors (`tensors[3]`); `None` if there are fewer.
    pub fn get(&self, index: usize) -> Option<(String, Result<Table<'a>>)> {
        let Tables { file, at, len, name } = *self;
        (index < len).then(|| {
            let path = format!("{name}[{index}]");
            let table = follow(file, at + index * 4, &path).and_then(|at| Table::at(file, at, &path));
            (path, table)
        })
    }

    /// The tables, each with its place in errors.
    pub fn iter(&self) -> impl Iterator<Item = (String, Result<Table<'a>>)> + use<'a> {
        let tables = *self;
        (0..self.len).filter_map(move |index| tables.get(index))
    }
}
