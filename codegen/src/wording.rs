//! Names and numbers as readers want them, wherever they are told.

use crate::escape;

/// A layer's name for readers, on one line. TFLite names nodes after all that was fused into them; the end is what tells them apart.
pub fn short_name(name: &str) -> String {
    const LONGEST: usize = 40;
    let name = escape::line(name);
    let length = name.chars().count();
    if length <= LONGEST {
        name.into_owned()
    } else {
        format!("…{}", name.chars().skip(length - LONGEST + 1).collect::<String>())
    }
}

/// A number with its digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
