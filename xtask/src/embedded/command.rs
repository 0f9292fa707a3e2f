//! Runs programs so that what fails can be repeated by hand.

use std::path::Path;
use std::process::Command;

/// Prints the command and runs it; its output goes where this program's goes.
///
/// # Errors
/// The program is missing or failed; the text holds the command line.
pub(super) fn run(command: &mut Command) -> Result<(), String> {
    let line = describe(command);
    println!("$ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` failed ({status}); its own message is above")),
        Err(fault) => Err(format!("cannot run `{line}`: {fault}")),
    }
}

/// What the program prints, without the last line's end.
///
/// # Errors
/// The program is missing, failed, or does not print text.
pub(super) fn output(command: &mut Command) -> Result<String, String> {
    let line = describe(command);
    let output = command.output().map_err(|fault| format!("cannot run `{line}`: {fault}"))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{line}` failed ({}): {}", output.status, message.trim_end()));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| format!("`{line}` printed no text"))?;
    Ok(text.trim_end().to_owned())
}

/// The folder in `PATH` that holds the program decides whether it is there.
pub(super) fn on_path(program: &str) -> bool {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(&file).is_file()))
}

/// Writes the file, unless it has that text already.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    if std::fs::read_to_string(path).is_ok_and(|present| present == text) {
        return Ok(());
    }
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    written
        .and_then(|()| std::fs::write(path, text))
        .map_err(|fault| format!("cannot write {}: {fault}", path.display()))
}

fn describe(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        Some(format!("{}={} ", name.display(), quoted(&value?.to_string_lossy())))
    });
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| quoted(&word.to_string_lossy())).collect();
    variables.collect::<String>() + &words.join(" ")
}

fn quoted(word: &str) -> String {
    if word.is_empty()
        || word.contains(|letter: char| letter.is_whitespace() || "\"'$&|;<>*?()".contains(letter))
    {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_command_reads_as_the_shell_takes_it() {
        let mut command = Command::new("cargo");
        command.args(["build", "a b", "it's"]).env("RUSTFLAGS", "-C lto").env_remove("RUSTC_WRAPPER");
        assert_eq!(describe(&command), r"RUSTFLAGS='-C lto' cargo build 'a b' 'it'\''s'");
    }

    #[test]
    fn a_program_that_is_missing_or_fails_is_named() {
        let missing = output(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(missing.starts_with("cannot run `no-such-program-here`: "), "{missing}");
        let failed = output(Command::new(env!("CARGO")).arg("no-such-command-here")).unwrap_err();
        assert!(failed.contains("no-such-command-here` failed (exit status: 101): error: "), "{failed}");
    }
}
