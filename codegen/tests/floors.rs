//! The compiler's modules lie on floors, and none names a module of a floor above its own.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// From the ground up; the modules of one floor may name each other.
const FLOORS: &[&[&str]] = &[
    &["escape"],
    &["diagnostic", "wording"],
    &["files", "names", "target"],
    // Operators are entries of the graph's vocabulary that say how they are imported and which kernel carries them out.
    &["config", "cost", "import", "ir", "kernel", "limits", "ops", "passes", "ports", "source"],
    &["data", "memory", "selection"],
    &["slices"],
    &["compiled", "quantise"],
    &["stream"],
    &["emit", "slide"],
    &["pipeline"],
    &["estimate", "evaluate", "fit", "report"],
    &["module"],
    &["build"],
];

#[test]
fn no_module_names_a_higher_floor() {
    let floors: HashMap<&str, usize> = FLOORS
        .iter()
        .enumerate()
        .flat_map(|(floor, names)| names.iter().map(move |&name| (name, floor)))
        .collect();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    let mut met = 0;
    for entry in fs::read_dir(&src).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if module == "lib" || module == "bin" {
            continue;
        }
        let floor = *floors.get(module.as_str()).unwrap_or_else(|| panic!("`{module}` is on no floor"));
        met += 1;
        examine(&path, &mut |file, named| match floors.get(named) {
            Some(&other) if other > floor => faults.push(format!("{} names `{named}`", file.display())),
            _ => {}
        });
    }
    assert_eq!(met, floors.len(), "a module on a floor does not exist");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Calls `see` with each module that the code below `path` names; tests may name any.
fn examine(path: &Path, see: &mut dyn FnMut(&Path, &str)) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.file_stem().is_some_and(|name| name != "test") {
                examine(&path, see);
            }
        }
        return;
    }
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for named in line.split("crate::").skip(1) {
            // `crate::{a, b::c}` names several.
            let several = match named.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap_or_default().split(", ").collect(),
                None => vec![named],
            };
            for module in several {
                let end = module.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(module.len());
                see(path, &module[..end]);
            }
        }
    }
}
