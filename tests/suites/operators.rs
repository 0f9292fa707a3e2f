//! docs/operators.md: which operators of which file format are supported, in which element types, as the operator table and the
//! committed cases say.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use tinyml_codegen::import::{FileOperator, onnx, tflite};
use tinyml_codegen::ops::FAMILIES;
use tinyml_tests::OPERATORS;

const HEAD: &str = "# Operators

Written by `cargo xtask docs`, from the operator table and the committed cases. `●`: at least one case of
`tests/cases` has the operator with operands of that type, and its outputs are those of the reference (TFLite Micro, LiteRT, ONNX Runtime).
Empty: no case, or no kernel remains (the compiler computes it, or leaves it out). int8 stands for uint8 as well, and for float models that are quantised here. Every operator takes constants; a
result that depends on constants alone is one.

What each operator computes, to the bit, is in [arithmetic.md](arithmetic.md). `tinyml inspect` lists everything that a model uses and is not supported.
";

/// The columns, with the element types that they stand for.
const COLUMNS: &[(&str, &[&str])] = &[
    ("int8", &["i8", "u8"]),
    ("int16", &["i16"]),
    ("int32, int64", &["i32", "i64"]),
    ("bool", &["bool"]),
    ("f32", &["f32"]),
];

#[test]
fn the_page_says_what_is_supported() {
    let page = page();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operators.md");
    if env::var_os("TINYML_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/operators.md is stale: `cargo xtask docs` writes it again");
}

/// Every case stands for an operator of the table.
#[test]
fn every_operator_with_a_case_is_on_the_page() {
    let known: BTreeSet<String> =
        tflite::operators().into_iter().chain(onnx::operators()).map(|operator| operator.name).collect();
    let unknown: Vec<_> = OPERATORS.iter().filter(|(_, name, _)| !known.contains(*name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (format, operators) in [("TFLite", tflite::operators()), ("ONNX", onnx::operators())] {
        section(&mut page, format, operators);
    }
    page
}

fn section(page: &mut String, format: &str, mut operators: Vec<FileOperator>) {
    operators.sort();
    operators.dedup_by(|again, first| again.name == first.name);
    let _ = write!(page, "\n## {format}\n\n| operator |");
    for (column, _) in COLUMNS {
        let _ = write!(page, " {column} |");
    }
    page.push_str(" family | restrictions |\n|---|");
    page.push_str(&"---|".repeat(COLUMNS.len() + 2));
    page.push('\n');
    for operator in operators.iter().filter(|operator| !operator.on_constants) {
        let _ = write!(page, "| {} |", operator.name);
        for (_, types) in COLUMNS {
            let _ = write!(page, " {} |", if has_case(format, &operator.name, types) { "●" } else { "" });
        }
        let (family, restrictions) = entry(operator);
        let _ = writeln!(page, " {family} | {restrictions} |");
    }
    let of_constants: Vec<&str> =
        operators.iter().filter(|o| o.on_constants).map(|o| o.name.as_str()).collect();
    let _ = writeln!(
        page,
        "\nComputed by the compiler, of constants and shapes alone: {}.",
        of_constants.join(", ")
    );
}

fn has_case(format: &str, operator: &str, types: &[&str]) -> bool {
    OPERATORS.iter().any(|(f, name, ty)| *f == format && *name == operator && types.contains(ty))
}

/// Family and restrictions of the entry that imports an operator.
fn entry(operator: &FileOperator) -> (&'static str, &'static str) {
    let mut entries =
        FAMILIES.iter().flat_map(|family| family.operators.iter().map(|entry| (family.name, entry)));
    let found = entries.find(|(_, entry)| Some(entry.descriptor.name) == operator.imported_as);
    found.map_or(("", ""), |(family, entry)| (family, entry.restrictions))
}
