//! Names that files give and code must bear.

use arbitrary::{Result, Unstructured};

/// Keywords, paths, controls, marks that turn the direction of text, names that are equal once they are escaped, and none at all.
const NAMES: [&str; 20] = [
    "x",
    "layer/conv",
    "layer.conv",
    "layer_conv",
    "self",
    "Self",
    "gen",
    "async",
    "_",
    "__",
    "",
    "0",
    "a\nb",
    "a\rb",
    "\u{202e}evil",
    "*/ fn f() {} /*",
    "\"; }",
    "{}",
    "größe",
    "Model",
];

/// A name: one of those, or a number of its own, so that most names are different.
pub(crate) fn name(choices: &mut Unstructured<'_>) -> Result<String> {
    Ok(match choices.arbitrary::<u8>()? {
        choice if usize::from(choice) < NAMES.len() => NAMES[usize::from(choice)].to_owned(),
        255 => choices.arbitrary::<&str>()?.chars().take(40).collect(),
        other => format!("t{}_{}", other % 64, choices.len()),
    })
}
