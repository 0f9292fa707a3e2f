//! What the operator table says of operators, against the schemas of the package `onnx`.

use std::collections::{BTreeMap, BTreeSet};

use super::super::descriptor::{ANY, Kind, Onnx};
use super::super::passing;
use crate::ops;

/// One version of an operator: operands at most, attributes as `name:type`.
type Schema<'a> = (usize, BTreeSet<String>);

/// The schemas by name and first version.
fn schemas() -> BTreeMap<&'static str, BTreeMap<i64, Schema<'static>>> {
    let mut all: BTreeMap<&str, BTreeMap<i64, Schema<'_>>> = BTreeMap::new();
    for line in include_str!("schemas.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let [name, version, operands] = [(); 3].map(|()| words.next().expect("three words in each line"));
        let operands = if operands == "*" { ANY } else { operands.parse().expect("a number") };
        let attributes = words.map(str::to_owned).collect();
        all.entry(name).or_default().insert(version.parse().expect("a number"), (operands, attributes));
    }
    all
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "INT",
        Kind::Ints => "INTS",
        Kind::Float => "FLOAT",
        Kind::Floats => "FLOATS",
        Kind::Text => "STRING",
        Kind::Texts => "STRINGS",
        Kind::Tensor => "TENSOR",
        Kind::Sparse => "SPARSE_TENSOR",
    }
}

fn declared(operator: &Onnx, version: i64) -> Option<Schema<'_>> {
    let attributes = operator.attributes(version).map(|a| format!("{}:{}", a.name, name(a.kind)));
    operator.exists(version).then(|| (operator.most_operands(version), attributes.collect()))
}

#[test]
fn every_operator_has_the_operands_and_attributes_of_its_schema_in_each_version() {
    let schemas = schemas();
    let listed = ops::all().flat_map(|descriptor| descriptor.onnx);
    let all = listed.chain(passing::OPERATORS).chain(passing::ON_CONSTANTS);
    let mut wrong = Vec::new();
    for operator in all.filter(|operator| operator.domain.is_empty()) {
        for version in 7..=28 {
            let schema = schemas.get(operator.name).and_then(|own| own.range(..=version).next_back());
            let (own, expected) = (declared(operator, version), schema.map(|(_, schema)| schema.clone()));
            if own != expected {
                wrong.push(format!("{} {version}: {own:?}, in the schema {expected:?}", operator.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_operator_is_listed_twice() {
    let listed = ops::all().flat_map(|descriptor| descriptor.onnx);
    let mut seen = BTreeSet::new();
    for operator in listed.chain(passing::OPERATORS).chain(passing::ON_CONSTANTS) {
        assert!(seen.insert(operator.full_name()), "{}", operator.full_name());
    }
}
