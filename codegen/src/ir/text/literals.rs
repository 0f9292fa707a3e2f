//! Reads types, values and attributes.

use super::cursor::Cursor;
use super::lexer::{Position, Token};
use crate::diagnostic::Diagnostic;
use crate::ir::{Attribute, Attributes, DType, Quant, Shape, TensorType, Value};

/// Elements that `[0; 16]` may stand for: more than any microcontroller holds, and no danger to the host.
const MAX_REPEATED: usize = 1 << 26;

/// Lists within lists of an attribute.
const MAX_DEPTH: usize = 8;

/// `i8[1,2]`
fn dtype_and_shape(cursor: &mut Cursor<'_>) -> Result<(DType, Shape), Diagnostic> {
    let Token::Word(word) = *cursor.peek() else { return Err(cursor.expected("an element type")) };
    let dtype = DType::from_name(word).ok_or_else(|| cursor.expected("an element type (`i8`, `f32`, …)"))?;
    cursor.take()?;
    cursor.expect('[')?;
    let dims: Vec<usize> = cursor.list(']', |cursor| cursor.number("an extent"))?;
    Ok((dtype, dims.into()))
}

/// `i8[1,2] q(0.5, 3)`
pub(super) fn tensor_type(cursor: &mut Cursor<'_>) -> Result<TensorType, Diagnostic> {
    let (dtype, shape) = dtype_and_shape(cursor)?;
    let quant = if cursor.accept_word("q")? { Some(quant(cursor)?) } else { None };
    Ok(TensorType { dtype, shape, quant })
}

/// `(0.5, 3)` or `(axis 0: 0.5 3, 0.25 0)`
fn quant(cursor: &mut Cursor<'_>) -> Result<Quant, Diagnostic> {
    let scale = |cursor: &mut Cursor<'_>| cursor.number::<f32>("a scale");
    let zero_point = |cursor: &mut Cursor<'_>| cursor.number::<i32>("a zero point");
    cursor.expect('(')?;
    if cursor.accept_word("axis")? {
        let axis = cursor.number("an axis")?;
        cursor.expect(':')?;
        let channels = cursor.list(')', |cursor| Ok((scale(cursor)?, zero_point(cursor)?)))?;
        let (scales, zero_points) = channels.into_iter().unzip();
        return Ok(Quant::PerAxis { axis, scales, zero_points });
    }
    let scale = scale(cursor)?;
    cursor.expect(',')?;
    let zero_point = zero_point(cursor)?;
    cursor.expect(')')?;
    Ok(Quant::PerTensor { scale, zero_point })
}

/// `[1, 2]` or `[0; 16]`, for a tensor of type `ty`; a type in front overrides it.
pub(super) fn value(cursor: &mut Cursor<'_>, ty: &TensorType) -> Result<Value, Diagnostic> {
    let (dtype, shape) = match cursor.peek() {
        Token::Word(_) => dtype_and_shape(cursor)?,
        _ => (ty.dtype, ty.shape.clone()),
    };
    let begin = cursor.position();
    let value = match dtype {
        DType::F32 => {
            Value::f32(shape.clone(), elements(cursor, &shape, |cursor| cursor.number("a number"))?)
        }
        _ => {
            let data = elements(cursor, &shape, |cursor| integer(cursor, dtype))?;
            Value::from_integers(dtype, shape.clone(), &data)
        }
    };
    value.ok_or_else(|| begin.error(format!("these are not {} elements of {dtype}", shape.elements())))
}

/// An integer in the range of `dtype`, or a truth value as 0 or 1.
fn integer(cursor: &mut Cursor<'_>, dtype: DType) -> Result<i64, Diagnostic> {
    let Some((low, high)) = dtype.integer_range() else {
        return match *cursor.peek() {
            Token::Word(word @ ("true" | "false")) => cursor.take().map(|_| (word == "true").into()),
            _ => Err(cursor.expected("`true` or `false`")),
        };
    };
    let position = cursor.position();
    let value = cursor.number("an integer")?;
    match (low..=high).contains(&value) {
        true => Ok(value),
        false => Err(position.error(format!("{value} is no {dtype}, which goes from {low} to {high}"))),
    }
}

/// The elements of a value of this shape.
fn elements<T: Copy>(
    cursor: &mut Cursor<'_>,
    shape: &Shape,
    mut element: impl FnMut(&mut Cursor<'_>) -> Result<T, Diagnostic>,
) -> Result<Vec<T>, Diagnostic> {
    let begin = cursor.position();
    cursor.expect('[')?;
    if cursor.accept(']')? {
        return counted(Vec::new(), shape, begin);
    }
    let first = element(cursor)?;
    if cursor.accept(';')? {
        let count_position = cursor.position();
        let count: usize = cursor.number("a number of elements")?;
        if count > MAX_REPEATED {
            return Err(count_position.error(format!("{count} elements are more than {MAX_REPEATED}")));
        }
        cursor.expect(']')?;
        return counted(vec![first; count], shape, begin);
    }
    let mut data = vec![first];
    if !cursor.accept(']')? {
        if !cursor.accept(',')? {
            return Err(cursor.expected("`,`, `;` or `]`"));
        }
        data.extend(cursor.list(']', element)?);
    }
    counted(data, shape, begin)
}

fn counted<T>(data: Vec<T>, shape: &Shape, begin: Position) -> Result<Vec<T>, Diagnostic> {
    match data.len() == shape.elements() {
        true => Ok(data),
        false => Err(begin.error(format!(
            "there are {} elements, but {shape} has {}",
            data.len(),
            shape.elements()
        ))),
    }
}

/// `{stride=[1, 2], ...}`, or nothing.
pub(super) fn attributes(cursor: &mut Cursor<'_>) -> Result<Attributes, Diagnostic> {
    if !cursor.accept('{')? {
        return Ok(Attributes::default());
    }
    let mut seen: Vec<&str> = Vec::new();
    let items = cursor.list('}', |cursor| {
        let position = cursor.position();
        let name = cursor.word("the name of an attribute")?;
        if seen.contains(&name) {
            return Err(position.error(format!("the attribute `{name}` is given twice")));
        }
        seen.push(name);
        cursor.expect('=')?;
        Ok((name.to_owned(), attribute(cursor, 0)?))
    })?;
    Ok(Attributes(items))
}

fn attribute(cursor: &mut Cursor<'_>, depth: usize) -> Result<Attribute, Diagnostic> {
    match *cursor.peek() {
        Token::Number(digits) => match digits.parse() {
            Ok(value) => cursor.take().map(|_| Attribute::Int(value)),
            Err(_) => cursor.number("a number").map(Attribute::Float),
        },
        Token::Word(word) => cursor.take().map(|_| Attribute::Word(word.to_owned())),
        Token::Punctuation('[') if depth == MAX_DEPTH => {
            Err(cursor.expected("a list that is nested less deeply"))
        }
        Token::Punctuation('[') => {
            cursor.take()?;
            cursor.list(']', |cursor| attribute(cursor, depth + 1)).map(Attribute::List)
        }
        _ => Err(cursor.expected("a number, a word or a list")),
    }
}
