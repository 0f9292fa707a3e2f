//! Writes flatbuffers for tests, front to back: every table is followed by what it refers to, so that the last bytes of
//! the file belong to what was written last and no byte can be cut off unnoticed.

/// The value of a field.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A scalar, as its bytes.
    Scalar(Vec<u8>),
    Text(String),
    /// A vector of scalars: element count and bytes.
    Vector(usize, Vec<u8>),
    Table(Node),
    Tables(Vec<Node>),
    /// A vector of this many references to one and the same table.
    Shared(usize, Node),
}

/// A table: fields by slot.
pub(super) type Node = Vec<(u16, Value)>;

macro_rules! scalars {
    ($($name:ident $names:ident $type:ty;)*) => {$(
        #[allow(dead_code)]
        pub(super) fn $name(value: $type) -> Value {
            Value::Scalar(value.to_le_bytes().to_vec())
        }

        #[allow(dead_code)]
        pub(super) fn $names(values: &[$type]) -> Value {
            Value::Vector(values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
        }
    )*};
}
scalars! {
    int8 int8s i8;
    uint8 uint8s u8;
    int32 int32s i32;
    uint32 uint32s u32;
    int64 int64s i64;
    uint64 uint64s u64;
    float32 float32s f32;
}

pub(super) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// Replaces or adds the field in `slot`.
pub(super) fn set(node: &mut Node, slot: u16, value: Value) {
    node.retain(|(other, _)| *other != slot);
    node.push((slot, value));
}

/// A file with this root.
pub(super) fn build(identifier: &str, root: &[(u16, Value)]) -> Vec<u8> {
    let mut file = vec![0; 4];
    file.extend(identifier.as_bytes());
    let at = table(&mut file, root);
    patch(&mut file, 0, at);
    file
}

fn patch(file: &mut [u8], at: usize, target: usize) {
    file[at..at + 4].copy_from_slice(&((target - at) as u32).to_le_bytes());
}

fn table(file: &mut Vec<u8>, node: &[(u16, Value)]) -> usize {
    let slots = node.iter().map(|(slot, _)| usize::from(*slot) + 1).max().unwrap_or(0);
    let vtable = file.len();
    file.resize(vtable + 4 + 2 * slots, 0);
    let start = file.len();
    file.extend(((start - vtable) as i32).to_le_bytes());
    let mut places = Vec::new();
    for (slot, value) in node {
        let entry = vtable + 4 + 2 * usize::from(*slot);
        let offset = (file.len() - start) as u16;
        file[entry..entry + 2].copy_from_slice(&offset.to_le_bytes());
        places.push(file.len());
        match value {
            Value::Scalar(bytes) => file.extend(bytes),
            _ => file.extend([0; 4]),
        }
    }
    let sizes = [(start - vtable) as u16, (file.len() - start) as u16];
    file[vtable..vtable + 2].copy_from_slice(&sizes[0].to_le_bytes());
    file[vtable + 2..vtable + 4].copy_from_slice(&sizes[1].to_le_bytes());
    for ((_, value), place) in node.iter().zip(places) {
        if let Some(target) = referent(file, value) {
            patch(file, place, target);
        }
    }
    start
}

/// Writes what a field refers to; `None` for a scalar.
fn referent(file: &mut Vec<u8>, value: &Value) -> Option<usize> {
    let at = file.len();
    match value {
        Value::Scalar(_) => None,
        Value::Text(text) => {
            file.extend((text.len() as u32).to_le_bytes());
            file.extend(text.as_bytes());
            Some(at)
        }
        Value::Vector(count, bytes) => {
            file.extend((*count as u32).to_le_bytes());
            file.extend(bytes);
            Some(at)
        }
        Value::Table(node) => Some(table(file, node)),
        Value::Tables(nodes) => {
            offsets(file, nodes.len());
            for (index, node) in nodes.iter().enumerate() {
                let target = table(file, node);
                patch(file, at + 4 + 4 * index, target);
            }
            Some(at)
        }
        Value::Shared(count, node) => {
            offsets(file, *count);
            let target = table(file, node);
            (0..*count).for_each(|index| patch(file, at + 4 + 4 * index, target));
            Some(at)
        }
    }
}

fn offsets(file: &mut Vec<u8>, count: usize) {
    file.extend((count as u32).to_le_bytes());
    file.resize(file.len() + 4 * count, 0);
}
