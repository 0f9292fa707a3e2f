//! Writes protobuf messages: fields in the order in which they are added.

/// A message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message(pub(crate) Vec<u8>);

impl Message {
    fn tag(&mut self, field: u32, wire: u32) {
        self.raw_varint(u64::from(field << 3 | wire));
    }

    fn raw_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub(crate) fn int(mut self, field: u32, value: i64) -> Message {
        self.tag(field, 0);
        self.raw_varint(value as u64);
        self
    }

    pub(crate) fn float(mut self, field: u32, value: f32) -> Message {
        self.tag(field, 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn bytes(mut self, field: u32, bytes: impl AsRef<[u8]>) -> Message {
        self.tag(field, 2);
        self.raw_varint(bytes.as_ref().len() as u64);
        self.0.extend(bytes.as_ref());
        self
    }

    pub(crate) fn message(self, field: u32, message: &Message) -> Message {
        self.bytes(field, &message.0)
    }

    /// The field once for each element.
    pub(crate) fn all<T>(
        self,
        field: u32,
        elements: impl IntoIterator<Item = T>,
        one: impl Fn(Message, u32, T) -> Message,
    ) -> Message {
        elements.into_iter().fold(self, |message, element| one(message, field, element))
    }
}
