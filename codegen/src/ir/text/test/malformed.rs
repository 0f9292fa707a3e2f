//! Malformed texts: what is said about them, and that none stops the compiler.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::SAMPLE;
use crate::ir::text::{parse, print};

/// Each malformed text, with what is said about it.
#[test]
fn errors_say_where_and_what_was_expected() {
    let check = |text: &str, expected: Expect| {
        let error = parse(text).expect_err(text);
        expected.assert_eq(&error.to_string());
    };
    let line = |line: &str| format!("graph \"g\" {{\n  {line}\n}}\n");
    check("", expect!["error: line 1, column 1: expected `graph`, found the end of the text"]);
    check("graph g {}", expect!["error: line 1, column 7: expected a name in quotes, found `g`"]);
    check(
        "graph \"g\" reference=tflite {}",
        expect!["error: line 1, column 21: expected `tflm`, `litert` or `onnx`, found `tflite`"],
    );
    check("graph \"g {\n}", expect![[r#"error: line 1, column 7: the name has no closing `"` on its line"#]]);
    check(
        "graph \"\\q\" {}",
        expect![[r#"error: line 1, column 8: unknown escape; expected `\"`, `\\`, `\n` or `\u{...}`"#]],
    );
    check(
        "graph \"\\u{110000}\" {}",
        expect![[r#"error: line 1, column 8: unknown escape; expected `\"`, `\\`, `\n` or `\u{...}`"#]],
    );
    check(
        "graph \"g\" {",
        expect![
            "error: line 1, column 12: expected `labels`, `input`, `state`, `const`, `output`, a node's result, or `}`, found the end of the text"
        ],
    );
    check(
        "graph \"g\" {} more",
        expect!["error: line 1, column 14: expected the end of the text, found `more`"],
    );
    check(
        &line("tensor %0"),
        expect![
            "error: line 2, column 3: expected `labels`, `input`, `state`, `const`, `output`, a node's result, or `}`, found `tensor`"
        ],
    );
    check(&line("input %x"), expect!["error: line 2, column 9: expected a tensor's number behind `%`"]);
    check(
        &line("input %99999999999 \"x\": i8[1]"),
        expect!["error: line 2, column 9: expected a tensor's number behind `%`"],
    );
    check(&line("input %0 \"x\" i8[1]"), expect!["error: line 2, column 16: expected `:`, found `i8`"]);
    check(
        &line("input %0 \"x\": int8[1]"),
        expect!["error: line 2, column 17: expected an element type (`i8`, `f32`, …), found `int8`"],
    );
    check(
        &line("input %0 \"x\": i8[1,-2]"),
        expect!["error: line 2, column 22: expected an extent, found `-2`"],
    );
    check(
        &line("input %0 \"x\": i8[1 2]"),
        expect!["error: line 2, column 22: expected `,` or `]`, found `2`"],
    );
    check(
        &line("input %0 \"x\": i8[1] q(0.5)"),
        expect!["error: line 2, column 28: expected `,`, found `)`"],
    );
    check(
        &line("input %0 \"x\": i8[1] q(axis 0: 0.5 1.5)"),
        expect!["error: line 2, column 37: expected a zero point, found `1.5`"],
    );
    check(
        &line("input %0 \"x\": i8[1]\n  input %0 \"y\": i8[1]"),
        expect!["error: line 3, column 9: %0 is declared twice"],
    );
    check(&line("output %3"), expect!["error: line 2, column 10: %3 is used, but no line declares it"]);
    check(
        &line("const %0 \"x\": i8[2] = [1, 128]"),
        expect!["error: line 2, column 29: 128 is no i8, which goes from -128 to 127"],
    );
    check(
        &line("const %0 \"x\": i8[2] = [1]"),
        expect!["error: line 2, column 25: there are 1 elements, but [2] has 2"],
    );
    check(
        &line("const %0 \"x\": i8[2] = [1; 3]"),
        expect!["error: line 2, column 25: there are 3 elements, but [2] has 2"],
    );
    check(
        &line("const %0 \"x\": i8[99999999999] = [1; 99999999999]"),
        expect!["error: line 2, column 39: 99999999999 elements are more than 67108864"],
    );
    check(
        &line("const %0 \"x\": i8[2] = [0.5, 1]"),
        expect!["error: line 2, column 26: expected an integer, found `0.5`"],
    );
    check(
        &line("const %0 \"x\": f32[1] = [1.0.0]"),
        expect!["error: line 2, column 27: expected a number, found `1.0.0`"],
    );
    check(
        &line("const %0 \"x\": bool[1] = [1]"),
        expect!["error: line 2, column 28: expected `true` or `false`, found `1`"],
    );
    check(
        &line("const %0 \"x\": i8[2] = [1 2]"),
        expect!["error: line 2, column 28: expected `,`, `;` or `]`, found `2`"],
    );
    check(
        &line("const %0 \"x\": i8[9] = [1, …]"),
        expect![[r#"
        error: line 2, column 29: expected an integer, found `…`
          help: this text was printed in brief, for people; print it complete to read it back"#]],
    );
    check(
        &line("%0 \"x\": i8[1] = conv2d(1)"),
        expect![
            "error: line 2, column 26: expected an operand: a tensor, or `_` for one that is left out, found `1`"
        ],
    );
    check(
        &line("%0 \"x\": i8[1] = conv2d() {stride=2}"),
        expect!["error: line 2, column 19: conv2d: `stride=2` is not a list of the right length"],
    );
    check(
        &line("%0 \"x\": i8[1] = conv2d() {stride=2, stride=2}"),
        expect!["error: line 2, column 39: the attribute `stride` is given twice"],
    );
    check(
        &line("%0 \"x\": i8[1] = conv2d() {stride=[[[[[[[[[[1]]]]]]]]]]}"),
        expect!["error: line 2, column 44: expected a list that is nested less deeply, found `[`"],
    );
    check(
        &line("%0 \"x\": i8[1] = conv2d() {speed=}"),
        expect!["error: line 2, column 35: expected a number, a word or a list, found `}`"],
    );
    check(&line("state %0 \"x\": i8[1]"), expect!["error: line 3, column 1: expected `next`, found `}`"]);
    check(&line("&"), expect!["error: line 2, column 3: unexpected character '&'"]);
}

#[test]
fn an_unknown_operator_is_answered_with_the_known_ones() {
    let error = parse("graph \"g\" {\n  %0 \"x\": i8[1] = warp()\n}").expect_err("there is no such operator");
    assert_eq!(error.message, "line 2, column 19: unknown operator `warp`");
    assert!(error.help.is_some_and(|help| help.contains("conv2d")));
}

proptest! {
    #[test]
    fn no_text_stops_the_parser(text in any::<String>()) {
        let _ = parse(&text);
    }

    /// A sound text with a piece cut out, doubled or replaced: mostly malformed, and deep enough to reach every rule.
    #[test]
    fn no_damage_stops_the_parser(at in any::<prop::sample::Index>(), len in 0usize..12, with in ".{0,3}") {
        let chars: Vec<char> = SAMPLE.chars().collect();
        let start = at.index(chars.len());
        let end = (start + len).min(chars.len());
        let damaged: String = chars[..start].iter().copied().chain(with.chars()).chain(chars[end..].iter().copied()).collect();
        match parse(&damaged) {
            Ok(graph) => _ = print(&graph),
            Err(error) => prop_assert!(error.message.starts_with("line "), "{}", error),
        }
    }
}
