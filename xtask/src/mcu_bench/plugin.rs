//! The emulator's plugin: built when it is first used, told what to count, read when the emulator has ended.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The plugin's source.
const SOURCE: &str = include_str!("../../plugin/counts.c");

/// Compiles the plugin into `folder`, if it is not there as the source now is.
///
/// # Errors
/// There is no C compiler, or it refuses the source.
pub(super) fn build(folder: &Path) -> Result<PathBuf, String> {
    let (source, library) = (folder.join("counts.c"), folder.join("counts.so"));
    if library.is_file() && fs::read_to_string(&source).is_ok_and(|built| built == SOURCE) {
        return Ok(library);
    }
    // The source is written last: without it a library that did not compile would be taken for a good one.
    let _ = fs::remove_file(&source);
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let draft = folder.join("draft.c");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&draft, SOURCE))
        .map_err(|fault| format!("{}: {fault}", draft.display()))?;
    let mut command = Command::new(&compiler);
    command.args(["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared"]);
    if cfg!(target_os = "macos") {
        // The functions are QEMU's, which loads the library.
        command.args(["-undefined", "dynamic_lookup"]);
    }
    let status = command.arg("-o").arg(&library).arg(&draft).status().map_err(|fault| {
        format!("cannot run the C compiler `{compiler}` for the plugin: {fault}; set CC to another")
    })?;
    if !status.success() {
        return Err(format!("`{compiler}` does not compile the plugin: {status}"));
    }
    fs::rename(&draft, &source).map_err(|fault| format!("{}: {fault}", source.display()))?;
    Ok(library)
}

/// What the plugin is to count.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Boundaries {
    /// Where counting begins.
    pub(super) start: u64,
    /// Where it ends.
    pub(super) stop: u64,
    /// Where each segment after the first begins.
    pub(super) marks: Vec<u64>,
}

/// The emulator's arguments: load the plugin, count within `boundaries`, write to `counts`.
pub(super) fn arguments(plugin: &Path, counts: &Path, boundaries: &Boundaries) -> Vec<OsString> {
    let mut text = OsString::from(plugin);
    text.push(",out=");
    text.push(counts);
    text.push(format!(",start={:#x},stop={:#x}", boundaries.start, boundaries.stop));
    for mark in &boundaries.marks {
        text.push(format!(",mark={mark:#x}"));
    }
    vec!["-plugin".into(), text]
}

/// How often a block of straight-line code ran in a segment, and another after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// The address of the block's first instruction.
    pub(super) address: u64,
    /// Its instructions.
    pub(super) instructions: usize,
    /// 0 before the first mark, then the mark's number.
    pub(super) segment: usize,
    /// The address of the block that ran next.
    pub(super) next: u64,
    /// How often.
    pub(super) count: u64,
}

/// Reads what the plugin wrote.
///
/// # Errors
/// The text is not the plugin's, or counting did not begin exactly once.
pub(super) fn parse(text: &str) -> Result<Vec<Edge>, String> {
    let mut lines = text.lines();
    let regions = lines.next().and_then(|line| line.strip_prefix("regions "));
    match regions {
        Some("1") => {}
        Some(other) => return Err(format!("the measured code ran {other} times instead of once")),
        None => return Err("the emulator's plugin wrote no counts".to_owned()),
    }
    lines.map(|line| edge(line).ok_or_else(|| format!("not a line of the plugin: `{line}`"))).collect()
}

fn edge(line: &str) -> Option<Edge> {
    let mut fields = line.split(' ');
    let mut next = |radix| u64::from_str_radix(fields.next()?, radix).ok();
    Some(Edge {
        address: next(16)?,
        instructions: usize::try_from(next(10)?).ok()?,
        segment: usize::try_from(next(10)?).ok()?,
        next: next(16)?,
        count: next(10)?,
    })
}

#[cfg(test)]
mod test {
    use std::path::Path;

    use super::{Boundaries, Edge, arguments, parse};

    #[test]
    fn counts_are_read() {
        let edge = Edge { address: 0x1c8, instructions: 3, segment: 2, next: 0x1d0, count: 4000 };
        assert_eq!(parse("regions 1\n1c8 3 2 1d0 4000\n"), Ok(vec![edge]));
    }

    #[test]
    fn counts_that_mean_nothing_are_refused() {
        assert!(parse("regions 2\n").unwrap_err().contains("2 times"));
        assert!(parse("").unwrap_err().contains("no counts"));
        assert!(parse("regions 1\n1c8 3 2 1d0\n").unwrap_err().contains("1c8 3"));
    }

    #[test]
    fn the_plugin_is_told_all_boundaries() {
        let boundaries = Boundaries { start: 16, stop: 32, marks: vec![18, 20] };
        let arguments = arguments(Path::new("/p.so"), Path::new("/c"), &boundaries);
        assert_eq!(arguments, ["-plugin", "/p.so,out=/c,start=0x10,stop=0x20,mark=0x12,mark=0x14"]);
    }
}
