use super::super::flatbuffer::{Fault, Field, Result, Table, root};
use super::builder::{Node, Value, build, float32, int8, int32, int32s, int64s, text, uint8, uint32, uint64};

const FIRST: Field = Field::new(0, "first");
const SECOND: Field = Field::new(1, "second");
const FAR: Field = Field::new(9, "far");

/// A file with a table without fields, and its table's byte offset.
fn empty() -> (Vec<u8>, usize) {
    let file = build("TFL3", &[]);
    let at = root(&file, "TFL3").expect("a good file").position();
    (file, at)
}

fn with<T>(value: Value, read: impl FnOnce(Table<'_>) -> T) -> T {
    let file = build("TFL3", &[(0, value), (1, uint8(7))]);
    read(root(&file, "TFL3").expect("a good file"))
}

#[test]
fn scalars_have_all_their_bits() {
    assert_eq!(with(int8(-3), |t| t.scalar(FIRST, 1i8)), Ok(-3));
    assert_eq!(with(int32(i32::MIN), |t| t.scalar(FIRST, 1i32)), Ok(i32::MIN));
    assert_eq!(with(uint32(u32::MAX), |t| t.scalar(FIRST, 1u32)), Ok(u32::MAX));
    assert_eq!(with(uint64(1 << 63), |t| t.scalar(FIRST, 1u64)), Ok(1 << 63));
    assert_eq!(with(float32(-0.5), |t| t.scalar(FIRST, 1f32)), Ok(-0.5));
    assert_eq!(with(uint8(1), |t| t.bool(FIRST, false)), Ok(true));
    assert_eq!(with(uint8(0), |t| t.bool(FIRST, true)), Ok(false));
}

#[test]
fn an_absent_field_has_its_default() {
    let (file, _) = empty();
    let table = root(&file, "TFL3").expect("a good file");
    assert_eq!(table.scalar(FIRST, 42i32), Ok(42));
    assert_eq!(table.scalar(FAR, 1.5f32), Ok(1.5));
    assert_eq!(table.bool(FAR, true), Ok(true));
    assert_eq!(table.string(FAR), Ok(None));
    assert_eq!(table.bytes(FAR), Ok(&[] as &[u8]));
    assert!(table.table(FAR).is_ok_and(|table| table.is_none()));
    assert!(table.scalars::<i32>(FAR).is_ok_and(|vector| vector.is_empty()));
    assert!(table.tables(FAR).is_ok_and(|vector| vector.is_empty()));
}

#[test]
fn vectors_strings_and_tables() {
    let numbers = with(int32s(&[3, -1, i32::MAX]), |t| {
        t.scalars(FIRST).map(|v| (v.len(), v.iter().collect::<Vec<i32>>()))
    });
    assert_eq!(numbers, Ok((3, vec![3, -1, i32::MAX])));
    assert_eq!(with(int64s(&[-1]), |t| t.scalars(FIRST).map(|v| v.iter().collect())), Ok(vec![-1i64]));
    assert_eq!(
        with(text("Größe"), |t| t.string(FIRST).map(|s| s.map(|s| s.into_owned()))),
        Ok(Some("Größe".to_owned()))
    );
    assert_eq!(
        with(Value::Table(vec![(1, int32(5))]), |t| t.table(FIRST)?.expect("present").scalar(SECOND, 0)),
        Ok(5)
    );
    let nodes = vec![vec![(0, int32(1))], vec![], vec![(0, int32(3))]];
    let read = |t: Table<'_>| -> Result<Vec<(String, i32)>> {
        t.tables(FIRST)?.iter().map(|(path, t)| Ok((path, t?.scalar(FIRST, -1)?))).collect()
    };
    let expected =
        [("first[0]", 1), ("first[1]", -1), ("first[2]", 3)].map(|(path, value)| (path.to_owned(), value));
    assert_eq!(with(Value::Tables(nodes), read), Ok(expected.to_vec()));
}

#[test]
fn a_union_without_a_tag_is_none_and_one_without_a_table_has_its_tag() {
    let union = |node: Node| {
        let file = build("TFL3", &node);
        let (tag, table) = root(&file, "TFL3").and_then(|t| t.union(FIRST, SECOND)).expect("a good file");
        (tag, table.map(|table| table.scalar(FIRST, 0i32)))
    };
    let table = || Value::Table(vec![(0, int32(4))]);
    assert_eq!(union(vec![(0, uint8(9)), (1, table())]), (9, Some(Ok(4))));
    assert_eq!(union(vec![(1, table())]), (0, None));
    assert_eq!(union(vec![(0, uint8(9))]), (9, None));
}

#[test]
fn the_identifier_is_checked() {
    let error = root(&build("TFL2", &[]), "TFL3").expect_err("another format");
    assert_eq!(error.to_string(), r#"byte 4, `file identifier`: the file identifier is "TFL2", not "TFL3""#);
    let error = root(b"\0\0\0\0\x89\n\0", "TFL3").expect_err("too short");
    assert_eq!(
        error.to_string(),
        "byte 4, `file identifier`: the file is truncated: 4 bytes are needed here, 3 are left"
    );
}

#[test]
fn a_vector_that_is_longer_than_the_file_is_refused_with_its_place() {
    let mut file = build("TFL3", &[(0, int32s(&[1, 2, 3]))]);
    let count = file.len() - 16;
    file[count..count + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = root(&file, "TFL3").and_then(|t| t.scalars::<i32>(FIRST)).expect_err("a long vector");
    let expected = Fault::Truncated { needed: u64::from(u32::MAX) * 4, left: 12 };
    assert_eq!((error.offset, error.path.as_str(), error.fault), (count + 4, "first", expected));
}

#[test]
fn text_that_is_not_utf8_is_replaced() {
    let mut file = build("TFL3", &[(0, text("abc"))]);
    let last = file.len() - 1;
    file[last] = 0xff;
    let found = root(&file, "TFL3").and_then(|t| t.string(FIRST)).expect("a name is only a name");
    assert_eq!(found.as_deref(), Some("ab\u{fffd}"));
}

#[test]
fn tables_that_contradict_themselves_are_refused() {
    let fault = |change: &dyn Fn(&mut [u8], usize)| {
        let mut file = build("TFL3", &[(0, int32(1))]);
        let at = root(&file, "TFL3").expect("a good file").position();
        change(&mut file, at);
        root(&file, "TFL3").and_then(|t| t.scalar(FIRST, 0i32)).expect_err("must be refused").fault
    };
    // The vtable is the 6 bytes before the table: its size, the table's size, the field's offset.
    assert_eq!(fault(&|file, at| file[at - 6] = 5), Fault::BadTable("the vtable's size is odd"));
    assert_eq!(
        fault(&|file, at| file[at - 6] = 2),
        Fault::BadTable("the vtable is smaller than its own header")
    );
    assert_eq!(
        fault(&|file, at| file[at - 4] = 3),
        Fault::BadTable("the table is smaller than its own header")
    );
    assert_eq!(fault(&|file, at| file[at - 4] = 9), Fault::Truncated { needed: 9, left: 8 });
    assert_eq!(fault(&|file, at| file[at - 2] = 2), Fault::BadTable("the field lies outside its table"));
    assert_eq!(fault(&|file, at| file[at - 2] = 5), Fault::BadTable("the field lies outside its table"));
    assert_eq!(
        fault(&|file, at| file[at..at + 4].fill(0x80)),
        Fault::BadOffset { offset: -0x7f7f_7f80, len: 22 }
    );
    assert_eq!(fault(&|file, _| file[..4].fill(0)), Fault::BadOffset { offset: 0, len: 22 });
    assert_eq!(fault(&|file, _| file[..4].fill(0xff)), Fault::BadOffset { offset: 0xffff_ffff, len: 22 });
}

#[test]
fn a_vtable_may_follow_its_table() {
    let (mut file, at) = empty();
    let vtable = file.len();
    file.extend([6, 0, 8, 0, 4, 0]);
    let table = file.len();
    file.extend(((table - vtable) as i32).to_le_bytes());
    file.extend(77i32.to_le_bytes());
    file.extend([6, 0, 8, 0, 4, 0]);
    let behind = file.len() - 6;
    file[table..table + 4].copy_from_slice(&(table as i32 - behind as i32).to_le_bytes());
    file[..4].copy_from_slice(&(table as u32).to_le_bytes());
    assert_ne!(table, at);
    assert_eq!(root(&file, "TFL3").and_then(|t| t.scalar(FIRST, 0i32)), Ok(77));
}
