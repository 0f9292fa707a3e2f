//! What is wrong with a profile.

/// What is wrong with a profile: its file, the key and the fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Not TOML, a key that is missing or unknown, a value of the wrong type.
    #[error("{file}:{line}: {fault}")]
    Syntax {
        /// The profile.
        file: String,
        /// Line, from 1.
        line: usize,
        /// The parser's message, which names the key or cites the line.
        fault: String,
    },
    /// A value that makes no sense, or one that is missing where another asks for it.
    #[error("{file}: `{key}`: {fault}")]
    Value {
        /// The profile.
        file: String,
        /// The key, with the tables that it is in: `active.current.unit`.
        key: String,
        /// What is wrong.
        fault: String,
    },
}

impl ProfileError {
    pub(crate) fn value(file: &str, key: impl Into<String>, fault: impl Into<String>) -> ProfileError {
        ProfileError::Value { file: file.to_owned(), key: key.into(), fault: fault.into() }
    }

    /// A parser's error; `text` is the profile, whose line is cited where the message names no key.
    pub(crate) fn syntax(file: &str, text: &str, fault: &toml::de::Error) -> ProfileError {
        let start = fault.span().map_or(0, |span| span.start.min(text.len()));
        let before = text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count();
        let message = fault.message();
        let fault = match text.lines().nth(before).map(str::trim) {
            Some(cited) if !message.contains('`') => format!("{message}: {cited}"),
            _ => message.to_owned(),
        };
        ProfileError::Syntax { file: file.to_owned(), line: before + 1, fault }
    }
}
