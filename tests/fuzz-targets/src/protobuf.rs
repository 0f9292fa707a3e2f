//! Protobuf messages as trees, without their schema.

/// A field, with its number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    Varint(u32, u64),
    Fixed32(u32, [u8; 4]),
    Fixed64(u32, [u8; 8]),
    Bytes(u32, Vec<u8>),
    /// Bytes that are a message themselves, as far as one can tell.
    Message(u32, Vec<Field>),
}

impl Field {
    /// The fields of a message; none if it is not one.
    pub(crate) fn parse(mut rest: &[u8]) -> Option<Vec<Field>> {
        let mut fields = Vec::new();
        while !rest.is_empty() {
            let tag = take_varint(&mut rest)?;
            let number = u32::try_from(tag >> 3).ok().filter(|number| (1..64).contains(number))?;
            fields.push(match tag & 7 {
                0 => Field::Varint(number, take_varint(&mut rest)?),
                1 => Field::Fixed64(number, take(&mut rest, 8)?.try_into().ok()?),
                2 => {
                    let length = take_varint(&mut rest)?;
                    Field::of_bytes(number, take(&mut rest, usize::try_from(length).ok()?)?)
                }
                5 => Field::Fixed32(number, take(&mut rest, 4)?.try_into().ok()?),
                _ => return None,
            });
        }
        Some(fields)
    }

    fn of_bytes(number: u32, bytes: &[u8]) -> Field {
        let is_text = bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
        // Only what is written again as it was.
        let message = Field::parse(bytes).filter(|fields| !is_text && Field::write(fields) == bytes);
        message.map_or_else(|| Field::Bytes(number, bytes.to_vec()), |fields| Field::Message(number, fields))
    }

    /// The message of these fields.
    pub(crate) fn write(fields: &[Field]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for field in fields {
            let (number, wire) = match field {
                Field::Varint(number, _) => (number, 0),
                Field::Fixed64(number, _) => (number, 1),
                Field::Bytes(number, _) | Field::Message(number, _) => (number, 2),
                Field::Fixed32(number, _) => (number, 5),
            };
            put_varint(&mut bytes, u64::from(number << 3 | wire));
            match field {
                Field::Varint(_, value) => put_varint(&mut bytes, *value),
                Field::Fixed32(_, value) => bytes.extend(value),
                Field::Fixed64(_, value) => bytes.extend(value),
                Field::Bytes(_, value) => put_bytes(&mut bytes, value),
                Field::Message(_, fields) => put_bytes(&mut bytes, &Field::write(fields)),
            }
        }
        bytes
    }

    pub(crate) fn set_number(&mut self, new: u32) {
        match self {
            Field::Varint(number, _) => *number = new,
            Field::Fixed32(number, _) => *number = new,
            Field::Fixed64(number, _) => *number = new,
            Field::Bytes(number, _) => *number = new,
            Field::Message(number, _) => *number = new,
        }
    }

    /// Every short run of bytes in the messages: names, for the most part.
    pub(crate) fn texts(fields: &[Field]) -> Vec<Vec<u8>> {
        let of = |field: &Field| match field {
            Field::Bytes(_, bytes) if bytes.len() < 80 => vec![bytes.clone()],
            Field::Message(_, fields) => Field::texts(fields),
            _ => Vec::new(),
        };
        fields.iter().flat_map(of).collect()
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    Some(taken)
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *take(rest, 1)?.first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn put_bytes(bytes: &mut Vec<u8>, value: &[u8]) {
    put_varint(bytes, value.len() as u64);
    bytes.extend(value);
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_file_is_written_as_it_was() {
        let file = include_bytes!("../../compile-fail/models/dense.onnx");
        let fields = Field::parse(file).expect("a protobuf");
        assert_eq!(Field::write(&fields), file);
        assert!(Field::texts(&fields).contains(&b"Gemm".to_vec()), "{fields:?}");
    }
}
