//! Why a test is refused, in a few words that tests have in common.

use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Severity};

/// The reason: types that the generated code has no ports for come first, then operators that are not supported, then what else there is.
pub(crate) fn of(faults: &Diagnostics) -> String {
    let errors: Vec<&Diagnostic> = faults.iter().filter(|fault| fault.severity == Severity::Error).collect();
    let first = |words: &str| errors.iter().find(|fault| fault.message.contains(words)).copied();
    if let Some(fault) = first("the element type").or_else(|| first("is no tensor")) {
        let kind = fault.message.split(' ').find(|word| {
            word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        });
        return format!("type: {}", kind.unwrap_or(&fault.message));
    }
    let operators: Vec<&str> = errors
        .iter()
        .filter(|fault| {
            fault.message.starts_with("the operator ") && fault.message.contains("is not supported")
        })
        .filter_map(|fault| fault.place.operator.as_deref())
        .collect();
    if !operators.is_empty() {
        return format!("operator: {}", operators.join(", "));
    }
    let Some(fault) = errors.first() else { return "no reason is given".to_owned() };
    general(&fault.message)
}

/// The message without the names and numbers of one model.
fn general(message: &str) -> String {
    let mut text = String::new();
    for (index, part) in message.split('`').enumerate() {
        text.push_str(if index % 2 == 1 { "…" } else { part });
    }
    let mut general = String::new();
    // The digits of a word such as `f32` stay.
    let mut word = false;
    for c in text.chars() {
        match c {
            '0'..='9' if word => general.push(c),
            '0'..='9' if general.ends_with('N') => {}
            '0'..='9' => general.push('N'),
            '\t' | '\n' => general.push(' '),
            c => general.push(c),
        }
        word = c.is_ascii_alphabetic() || (word && c.is_ascii_digit());
    }
    while general.contains("N, N") {
        general = general.replace("N, N", "N");
    }
    while general.contains("N,N") {
        general = general.replace("N,N", "N");
    }
    general
}

#[cfg(test)]
mod test {
    use super::general;

    #[test]
    fn names_and_numbers_of_a_model_are_left_out() {
        let message = "works on one image at a time, but the operand [2, 3, 14] has a batch of 2";
        assert_eq!(general(message), "works on one image at a time, but the operand [N] has a batch of N");
        assert_eq!(general("reads `x`, an f32"), "reads …, an f32");
    }
}
