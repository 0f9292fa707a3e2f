//! Splits the text into tokens, each with its place.

use super::escape::unescape;
use crate::diagnostic::Diagnostic;

/// A place in the text; both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Position {
    /// An error at this place.
    pub(super) fn error(self, message: impl std::fmt::Display) -> Diagnostic {
        Diagnostic::error(format!("line {}, column {}: {message}", self.line, self.column))
    }
}

/// The smallest parts of the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// A keyword, an operator's name, an attribute's name or value.
    Word(&'t str),
    /// A number, `inf` and `NaN` included.
    Number(&'t str),
    /// A name, without its quotes and escapes.
    Name(String),
    /// `%3`
    Tensor(u32),
    /// One of `{}()[],:;=@`
    Punctuation(char),
    /// `…`: something was left out by a short print.
    Elided,
    /// Nothing follows.
    End,
}

impl std::fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Word(text) | Token::Number(text) => write!(f, "`{text}`"),
            Token::Name(name) => write!(f, "the name {}", super::escape::quoted(name)),
            Token::Tensor(id) => write!(f, "`%{id}`"),
            Token::Punctuation(c) => write!(f, "`{c}`"),
            Token::Elided => f.write_str("`…`"),
            Token::End => f.write_str("the end of the text"),
        }
    }
}

/// The tokens of a text.
pub(super) struct Lexer<'t> {
    rest: &'t str,
    position: Position,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Lexer { rest: text, position: Position { line: 1, column: 1 } }
    }

    /// The next token and where it begins; [`Token::End`] again and again at the end.
    pub(super) fn next(&mut self) -> Result<(Position, Token<'t>), Diagnostic> {
        self.skip_blank();
        let position = self.position;
        let Some(first) = self.rest.chars().next() else { return Ok((position, Token::End)) };
        let token = match first {
            '"' => Token::Name(self.name(position)?),
            '%' => {
                self.take(1);
                let digits = self.take_while(|c| c.is_ascii_digit());
                Token::Tensor(
                    digits.parse().map_err(|_| position.error("expected a tensor's number behind `%`"))?,
                )
            }
            '{' | '}' | '(' | ')' | '[' | ']' | ',' | ':' | ';' | '=' | '@' => {
                self.take(1);
                Token::Punctuation(first)
            }
            '…' => {
                self.take(first.len_utf8());
                Token::Elided
            }
            c if c.is_ascii_digit() || c == '-' || c == '+' => Token::Number(self.number()),
            c if c.is_alphabetic() || c == '_' => {
                match self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.') {
                    number @ ("inf" | "NaN") => Token::Number(number),
                    word => Token::Word(word),
                }
            }
            other => return Err(position.error(format!("unexpected character {other:?}"))),
        };
        Ok((position, token))
    }

    /// Moves behind the first `bytes` bytes and gives them.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        for c in taken.chars() {
            match c {
                '\n' => self.position = Position { line: self.position.line + 1, column: 1 },
                _ => self.position.column += 1,
            }
        }
        taken
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        self.take(end)
    }

    fn skip_blank(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if !self.rest.starts_with("//") {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    /// A sign, digits, letters and points; a sign may also stand behind an exponent's `e`. Whether it is a number shows when it is
    /// converted.
    fn number(&mut self) -> &'t str {
        let mut previous = 'e';
        let end = self.rest.find(|c: char| {
            let sign = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E');
            previous = c;
            !(sign || c.is_alphanumeric() || c == '.' || c == '_')
        });
        self.take(end.unwrap_or(self.rest.len()))
    }

    fn name(&mut self, start: Position) -> Result<String, Diagnostic> {
        self.take(1);
        let mut name = String::new();
        loop {
            name.push_str(self.take_while(|c| !matches!(c, '"' | '\\' | '\n')));
            let position = self.position;
            match self.take(1) {
                "\"" => return Ok(name),
                "\\" => {
                    let mut rest = self.rest;
                    let c = unescape(&mut rest).ok_or_else(|| {
                        position.error(r#"unknown escape; expected `\"`, `\\`, `\n` or `\u{...}`"#)
                    })?;
                    name.push(c);
                    self.take(self.rest.len() - rest.len());
                }
                _ => return Err(start.error("the name has no closing `\"` on its line")),
            }
        }
    }
}
