//! Names in quotes: any string on one line of printable text.

use std::fmt::Write;

use crate::escape::is_hidden;

/// `text` in quotes, with hidden characters, quotes and backslashes escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            // Writing to a string does not fail.
            c if is_hidden(c) => _ = write!(quoted, "\\u{{{:x}}}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The character that an escape stands for; `rest` stands behind the backslash and is moved behind the escape.
pub(super) fn unescape(rest: &mut &str) -> Option<char> {
    let mut chars = rest.chars();
    let c = match chars.next()? {
        c @ ('"' | '\\') => c,
        'n' => '\n',
        'u' => {
            let (digits, behind) = chars.as_str().strip_prefix('{')?.split_once('}')?;
            *rest = behind;
            return char::from_u32(u32::from_str_radix(digits, 16).ok()?);
        }
        _ => return None,
    };
    *rest = chars.as_str();
    Some(c)
}
