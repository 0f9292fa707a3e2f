//! docs/onnx-suite.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::outcome::{Kind, Outcome};

/// The page.
pub(super) fn page(outcomes: &[Outcome]) -> String {
    let count = |kind: Kind| outcomes.iter().filter(|outcome| outcome.kind == kind).count();
    let untaken = outcomes.iter().filter(|outcome| outcome.detail.starts_with("type: ")).count();
    let [pass, constants] = [count(Kind::Pass), count(Kind::Constants)];
    format!(
        "# ONNX node tests

What becomes of the tests that the package `onnx` has for its operators (`onnx.backend.test.case.node`, the version is in
`tests/onnx-suite/make/requirements.txt`). Each is compiled with `precision = \"f32\"`, built, run on the host and compared with the test's outputs: floats
within 1e-3 of the value or 1e-6 (where the file has narrower floats than f32, a unit in their last place), integers exactly. A test that is refused because an operand must be a constant is compiled once more with as few
operands as possible as constants of the file. Written by `cargo xtask onnx-suite --full --bless`; CI runs the tenth in `tests/onnx-suite`.

| tests | |
|---|---|
| all | {} |
| pass | **{}** |
| … as they are | {pass} |
| … with operands as constants | {constants} |
| refused | {} |
| … for a type that the generated code has no ports for | {untaken} |
| wrong | {} |
| crash | {} |
| accepted, but does not build | {} |

## By operator

A test that spells out a function (`…_expanded`) counts for the function's operator.

{}
## Why tests are refused

`type`: the element type of an input or output; `operator`: those that are not supported, all of a test. Numbers of a model are N here, its names `…`.

{}",
        outcomes.len(),
        pass + constants,
        count(Kind::Refused),
        count(Kind::Wrong),
        count(Kind::Crash),
        count(Kind::Unbuilt),
        operators(outcomes),
        reasons(outcomes),
    )
}

fn operators(outcomes: &[Outcome]) -> String {
    let mut families: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        families.entry(&outcome.family).or_default().push(outcome);
    }
    let mut text = "| operator | pass | with constants | operands that are constants | refused |\n|---|---|---|---|---|\n".to_owned();
    for (family, outcomes) in families {
        let of = |kind: Kind| outcomes.iter().filter(move |outcome| outcome.kind == kind);
        let number = |kind: Kind| match of(kind).count() {
            0 => String::new(),
            count => count.to_string(),
        };
        let operands: BTreeSet<&str> =
            of(Kind::Constants).flat_map(|outcome| outcome.detail.split(',')).collect();
        let operands: Vec<&str> = operands.into_iter().collect();
        let [pass, constants, refused] = [Kind::Pass, Kind::Constants, Kind::Refused].map(number);
        let _ = writeln!(text, "| {family} | {pass} | {constants} | {} | {refused} |", operands.join(", "));
    }
    text
}

fn reasons(outcomes: &[Outcome]) -> String {
    let mut reasons: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.kind == Kind::Refused) {
        reasons.entry(&outcome.detail).or_default().push(outcome);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, outcomes)| (std::cmp::Reverse(outcomes.len()), *reason));
    let mut text = "| tests | reason | first |\n|---|---|---|\n".to_owned();
    for (reason, outcomes) in reasons {
        let first = outcomes.first().map_or("", |outcome| &outcome.name);
        let _ = writeln!(text, "| {} | {} | `{first}` |", outcomes.len(), reason.replace('|', "\\|"));
    }
    text
}

#[cfg(test)]
mod test {
    use super::super::outcome::read;
    use super::page;

    #[test]
    fn the_page_counts_by_operator_and_reason() {
        let text =
            "Abs\ttest_abs\tpass\t\nClip\ttest_clip\tconstants\t1,2\nIf\ttest_if\trefused\ttype: BOOL\n";
        let page = page(&read(text).unwrap());
        assert!(page.contains("| pass | **2** |\n"));
        assert!(page.contains("| Clip |  | 1 | 1, 2 |  |\n"));
        assert!(page.contains("| 1 | type: BOOL | `test_if` |\n"));
    }
}
