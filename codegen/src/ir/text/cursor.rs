//! Reads tokens one after the other; every error says where it is, what was expected and what was found.

use std::fmt::Display;
use std::str::FromStr;

use super::lexer::{Lexer, Position, Token};
use crate::diagnostic::Diagnostic;

/// A place between two tokens.
pub(super) struct Cursor<'t> {
    lexer: Lexer<'t>,
    position: Position,
    token: Token<'t>,
}

impl<'t> Cursor<'t> {
    /// The place before the first token.
    pub(super) fn new(text: &'t str) -> Result<Self, Diagnostic> {
        let mut lexer = Lexer::new(text);
        let (position, token) = lexer.next()?;
        Ok(Cursor { lexer, position, token })
    }

    /// Where the next token begins.
    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// The next token.
    pub(super) fn peek(&self) -> &Token<'t> {
        &self.token
    }

    /// Moves behind the next token and gives it.
    pub(super) fn take(&mut self) -> Result<Token<'t>, Diagnostic> {
        let (position, next) = self.lexer.next()?;
        self.position = position;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// The error that the next token is not what was expected.
    pub(super) fn expected(&self, what: impl Display) -> Diagnostic {
        let error = self.position.error(format!("expected {what}, found {}", self.token));
        match self.token {
            Token::Elided => {
                error.help("this text was printed in brief, for people; print it complete to read it back")
            }
            _ => error,
        }
    }

    /// Whether the next token is this sign; if so, moves behind it.
    pub(super) fn accept(&mut self, sign: char) -> Result<bool, Diagnostic> {
        let is = self.token == Token::Punctuation(sign);
        if is {
            self.take()?;
        }
        Ok(is)
    }

    /// Moves behind this sign.
    pub(super) fn expect(&mut self, sign: char) -> Result<(), Diagnostic> {
        if self.accept(sign)? { Ok(()) } else { Err(self.expected(format_args!("`{sign}`"))) }
    }

    /// Whether the next token is this word; if so, moves behind it.
    pub(super) fn accept_word(&mut self, word: &str) -> Result<bool, Diagnostic> {
        let is = self.token == Token::Word(word);
        if is {
            self.take()?;
        }
        Ok(is)
    }

    /// Moves behind this word.
    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), Diagnostic> {
        if self.accept_word(word)? { Ok(()) } else { Err(self.expected(format_args!("`{word}`"))) }
    }

    /// A word; `what` says which words there may be.
    pub(super) fn word(&mut self, what: &str) -> Result<&'t str, Diagnostic> {
        match self.token {
            Token::Word(word) => {
                self.take()?;
                Ok(word)
            }
            _ => Err(self.expected(what)),
        }
    }

    /// A name in quotes.
    pub(super) fn name(&mut self) -> Result<String, Diagnostic> {
        match self.take_if(|token| matches!(token, Token::Name(_)))? {
            Some(Token::Name(name)) => Ok(name),
            _ => Err(self.expected("a name in quotes")),
        }
    }

    /// A tensor's number.
    pub(super) fn tensor(&mut self) -> Result<u32, Diagnostic> {
        match self.take_if(|token| matches!(token, Token::Tensor(_)))? {
            Some(Token::Tensor(number)) => Ok(number),
            _ => Err(self.expected("a tensor (`%` and its number)")),
        }
    }

    fn take_if(&mut self, is: impl Fn(&Token<'t>) -> bool) -> Result<Option<Token<'t>>, Diagnostic> {
        if is(&self.token) { self.take().map(Some) } else { Ok(None) }
    }

    /// A number that converts to `T`; `what` says which numbers there may be.
    pub(super) fn number<T: FromStr>(&mut self, what: impl Display) -> Result<T, Diagnostic> {
        match self.token {
            Token::Number(digits) => {
                let number = digits.parse().map_err(|_| self.expected(what))?;
                self.take()?;
                Ok(number)
            }
            _ => Err(self.expected(what)),
        }
    }

    /// Items with commas between them up to the closing sign, which is taken; the opening sign must have been.
    pub(super) fn list<T>(
        &mut self,
        close: char,
        mut item: impl FnMut(&mut Self) -> Result<T, Diagnostic>,
    ) -> Result<Vec<T>, Diagnostic> {
        let mut items = Vec::new();
        if self.accept(close)? {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.accept(close)? {
                return Ok(items);
            }
            if !self.accept(',')? {
                return Err(self.expected(format_args!("`,` or `{close}`")));
            }
        }
    }
}
