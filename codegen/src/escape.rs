//! Text from outside on its way into what is written: names, paths and option values become visible characters on one line.
//!
//! Everything that a file or a command line says goes through [`line()`] before it stands in a message, a table, generated code, its
//! documentation, a picture, or a line that Cargo reads. The other functions add what their surroundings need.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character is not what a reader sees: control characters, line and paragraph separators, marks that change the direction
/// of the text around them, invisible ones, and tags.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` as visible characters on one line: hidden ones as `\n`, `\u{202e}` and the like. Backslashes stay, since paths have them.
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(text, is_hidden, |c, out| out.extend(c.escape_default()))
}

/// As [`line()`], for text of several lines: line breaks stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    replaced(text, |c| is_hidden(c) && c != '\n', |c, out| out.extend(c.escape_default()))
}

/// As [`line()`], for Markdown, which documentation is written in: no character of the text is markup or HTML.
pub fn markdown(text: &str) -> String {
    let is_markup = |c| matches!(c, '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$');
    let escape = |c, out: &mut String| {
        out.push('\\');
        out.push(c);
    };
    replaced(&line(text), is_markup, escape).into_owned()
}

/// As [`line()`], as a code span of Markdown, whatever backticks are in the text.
pub fn code_span(text: &str) -> String {
    let text = line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// As [`line()`], for XML.
pub fn xml(text: &str) -> String {
    let escape = |c, out: &mut String| {
        out.push_str(match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            _ => "&quot;",
        });
    };
    replaced(&line(text), |c| matches!(c, '&' | '<' | '>' | '"'), escape).into_owned()
}

/// A JSON document with hidden characters as JSON escapes. Only strings have such characters, apart from line breaks.
pub fn json(document: &str) -> Cow<'_, str> {
    let escape = |c: char, out: &mut String| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string does not fail.
            _ = write!(out, "\\u{unit:04x}");
        }
    };
    replaced(document, |c| is_hidden(c) && c != '\n', escape)
}

/// `text` with each character that is `special` written by `escape`.
fn replaced(text: &str, special: impl Fn(char) -> bool, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(&special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if special(c) { escape(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn what_is_hidden_is_shown_and_the_rest_stays() {
        assert_eq!(line("conv/größe_出力 C:\\x"), "conv/größe_出力 C:\\x");
        assert_eq!(line("a\ncargo::warning=b\r\t\u{1b}[2J"), "a\\ncargo::warning=b\\r\\t\\u{1b}[2J");
        assert_eq!(
            line("a\u{202e}b\u{2066}\u{2028}\u{7f}\u{85}"),
            "a\\u{202e}b\\u{2066}\\u{2028}\\u{7f}\\u{85}"
        );
        assert_eq!(lines("a\n\u{1b}b"), "a\n\\u{1b}b");
    }

    #[test]
    fn each_surrounding_has_its_own_escapes() {
        assert_eq!(markdown("<b>[x](y)`\n"), "\\<b\\>\\[x\\](y)\\`\\\\n");
        assert_eq!(code_span("a_b"), "`a_b`");
        assert_eq!(code_span("`a``\n"), "``` `a``\\n ```");
        assert_eq!(xml("a<b>&\"c\"\u{1}"), "a&lt;b&gt;&amp;&quot;c&quot;\\u{1}");
    }

    #[test]
    fn a_json_document_stays_the_same_document() {
        let document = "{\n  \"name\": \"a\u{202e}\u{e0041}é\"\n}";
        assert_eq!(json(document), "{\n  \"name\": \"a\\u202e\\udb40\\udc41é\"\n}");
    }
}
