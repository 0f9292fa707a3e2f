//! The options table of an operator, in reading.

use super::super::flatbuffer::{Fault, Field, FlatbufferError, Object, Result, Scalar, Table};
use super::super::schema::Operator;
use super::choice::{Activation, Padding};

/// More dimensions than any tensor has; a limit, so that reading options costs little whatever the file says.
const MAX_DIMENSIONS: usize = 64;

/// Bytes of a text, with the same end.
const MAX_TEXT: usize = 1 << 12;

/// The options table of an operator, in reading.
pub(super) struct Options<'o, 'a> {
    operator: &'o Operator<'a>,
    table: Option<Table<'a>>,
}

impl<'o, 'a> Options<'o, 'a> {
    /// The options of `operator`, which must be absent or of the union's member `tag`.
    pub(super) fn open(operator: &'o Operator<'a>, tag: u8, name: &str) -> Result<Self> {
        let about = || Object::Operator(operator.name());
        let (found, table) =
            operator.options.clone().map_err(|error| error.within(operator.path()).about(about()))?;
        if found == 0 || found == tag {
            return Ok(Options { operator, table });
        }
        Err(FlatbufferError {
            offset: operator.offset,
            path: format!("{}.builtin_options_type", operator.path()),
            object: Some(about()),
            fault: Fault::Invalid(format!("the options are of type {found}, not {tag} ({name})")),
        })
    }

    fn place(&self, error: FlatbufferError) -> FlatbufferError {
        let outer = format!("{}.builtin_options", self.operator.path());
        error.within(outer).about(Object::Operator(self.operator.name()))
    }

    fn invalid(&self, field: Field, message: String) -> FlatbufferError {
        self.place(match self.table {
            Some(table) => table.invalid(field, message),
            None => FlatbufferError {
                offset: self.operator.offset,
                path: field.name().to_owned(),
                object: None,
                fault: Fault::Invalid(format!("the options are absent, and by default {message}")),
            },
        })
    }

    pub(super) fn scalar<T: Scalar>(&self, field: Field, default: T) -> Result<T> {
        match self.table {
            Some(table) => table.scalar(field, default).map_err(|error| self.place(error)),
            None => Ok(default),
        }
    }

    pub(super) fn bool(&self, slot: u16, name: &'static str, default: bool) -> Result<bool> {
        Ok(self.scalar(Field::new(slot, name), u8::from(default))? != 0)
    }

    pub(super) fn positive(&self, slot: u16, name: &'static str, default: i32) -> Result<usize> {
        let field = Field::new(slot, name);
        let value = self.scalar(field, default)?;
        let size = usize::try_from(value).ok().filter(|&size| size > 0);
        size.ok_or_else(|| self.invalid(field, format!("the value is {value}, but must be at least 1")))
    }

    pub(super) fn finite(&self, slot: u16, name: &'static str) -> Result<f32> {
        let field = Field::new(slot, name);
        let value = self.scalar(field, 0f32)?;
        if value.is_finite() { Ok(value) } else { Err(self.invalid(field, format!("the value is {value}"))) }
    }

    pub(super) fn choice<T>(&self, field: Field, known: impl FnOnce(i8) -> Option<T>) -> Result<T> {
        let code = self.scalar(field, 0i8)?;
        known(code).ok_or_else(|| self.invalid(field, format!("unknown value {code}")))
    }

    pub(super) fn padding(&self, slot: u16) -> Result<Padding> {
        self.choice(Field::new(slot, "padding"), Padding::from_code)
    }

    pub(super) fn activation(&self, slot: u16) -> Result<Activation> {
        self.choice(Field::new(slot, "fused_activation_function"), Activation::from_code)
    }

    /// A short text; one that is absent is empty.
    pub(super) fn text(&self, slot: u16, name: &'static str) -> Result<String> {
        let field = Field::new(slot, name);
        let Some(table) = self.table else { return Ok(String::new()) };
        let bytes = table.bytes(field).map_err(|error| self.place(error))?;
        if bytes.len() > MAX_TEXT {
            return Err(self.invalid(field, format!("{} bytes", bytes.len())));
        }
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    pub(super) fn dimensions(&self, slot: u16, name: &'static str) -> Result<Vec<i32>> {
        let field = Field::new(slot, name);
        let Some(table) = self.table else { return Ok(Vec::new()) };
        let values = table.scalars::<i32>(field).map_err(|error| self.place(error))?;
        if values.len() > MAX_DIMENSIONS {
            return Err(self.invalid(field, format!("{} dimensions", values.len())));
        }
        Ok(values.iter().collect())
    }
}
