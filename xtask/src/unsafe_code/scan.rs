//! What a source file has of `unsafe`, and of arithmetic in `const fn`: by its tokens, so that comments and texts do not count, but the
//! bodies of macros do.

use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A file's tokens.
pub(super) struct Source {
    tokens: Vec<TokenTree>,
}

/// How often a file says `unsafe`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// `unsafe { … }`.
    pub(super) blocks: usize,
    /// `unsafe fn`, `unsafe extern`, `#[unsafe(…)]`.
    pub(super) functions: usize,
    /// `unsafe impl`, `unsafe trait`.
    pub(super) others: usize,
}

impl Counts {
    pub(super) fn total(self) -> usize {
        self.blocks + self.functions + self.others
    }
}

impl Source {
    /// The tokens of a file of the repository.
    ///
    /// # Errors
    /// The file cannot be read, or it is not Rust.
    pub(super) fn read(root: &Path, path: &str) -> Result<Source, String> {
        let text = fs::read_to_string(root.join(path)).map_err(|fault| format!("{path}: {fault}"))?;
        Source::parse(&text).map_err(|fault| format!("{path}: {fault}"))
    }

    fn parse(text: &str) -> Result<Source, String> {
        let tokens: TokenStream = text.parse().map_err(|fault| format!("{fault}"))?;
        Ok(Source { tokens: tokens.into_iter().collect() })
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        each(&self.tokens, &mut |tokens| {
            for pair in tokens.windows(2) {
                if !is_ident(&pair[0], "unsafe") {
                    continue;
                }
                match &pair[1] {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => counts.blocks += 1,
                    next if is_ident(next, "impl") || is_ident(next, "trait") => counts.others += 1,
                    _ => counts.functions += 1,
                }
            }
        });
        counts
    }

    /// Whether a macro that other crates can call contains `unsafe`.
    pub(super) fn exports_unsafe_macro(&self) -> bool {
        let mut found = false;
        each(&self.tokens, &mut |tokens| {
            let exports = |tree: &TokenTree| {
                group(tree).is_some_and(|inner| inner.iter().any(|t| is_ident(t, "macro_export")))
            };
            for (index, _) in tokens.iter().enumerate().filter(|(_, tree)| exports(tree)) {
                // `macro_rules ! name { … }`, perhaps behind other attributes.
                let body = tokens[index + 1..].windows(2).find_map(|pair| match &pair[1] {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
                    _ => None,
                });
                let body: Vec<_> = body.into_iter().flatten().collect();
                each(&body, &mut |tokens| found |= tokens.iter().any(|tree| is_ident(tree, "unsafe")));
            }
        });
        found
    }

    /// The `const fn` that compute with `+`, `-`, `*` or `<<`, but for literals and counters (`i += 1`). What is `#[inline(always)]` runs on the
    /// device, too, where a refusal has no place: it relies on a check, as an `unsafe fn` does.
    pub(super) fn bare_arithmetic(&self) -> Vec<String> {
        let mut functions = Vec::new();
        each(&self.tokens, &mut |tokens| {
            for (index, window) in tokens.windows(3).enumerate() {
                let [first, second, TokenTree::Ident(name)] = window else { continue };
                if !is_ident(first, "const") || !is_ident(second, "fn") || is_inlined(&tokens[..index]) {
                    continue;
                }
                let body = tokens[index..].iter().find_map(|tree| match tree {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
                    _ => None,
                });
                let body: Vec<_> = body.into_iter().flatten().collect();
                let mut computes = false;
                each(&body, &mut |tokens| computes |= has_operator(tokens));
                if computes {
                    functions.push(name.to_string());
                }
            }
        });
        functions
    }
}

/// Calls `visit` with the tokens and with those inside each group.
fn each(tokens: &[TokenTree], visit: &mut impl FnMut(&[TokenTree])) {
    visit(tokens);
    for tree in tokens {
        if let Some(inner) = group(tree) {
            each(&inner, visit);
        }
    }
}

fn group(tree: &TokenTree) -> Option<Vec<TokenTree>> {
    match tree {
        TokenTree::Group(group) => Some(group.stream().into_iter().collect()),
        _ => None,
    }
}

fn is_ident(tree: &TokenTree, name: &str) -> bool {
    matches!(tree, TokenTree::Ident(ident) if ident == name)
}

/// Whether an item in front of which these tokens stand is `#[inline(always)]`.
fn is_inlined(before: &[TokenTree]) -> bool {
    let attributes = before.iter().rev().take_while(|tree| match tree {
        TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == '#',
        TokenTree::Ident(ident) => ident == "pub",
        TokenTree::Literal(_) => false,
    });
    attributes.filter_map(group).any(|inner| inner.first().is_some_and(|first| is_ident(first, "inline")))
}

/// Words behind which an operator stands in front of its only operand, or belongs to a type.
const KEYWORDS: [&str; 8] = ["as", "return", "in", "if", "else", "match", "break", "while"];

fn has_operator(tokens: &[TokenTree]) -> bool {
    (1..tokens.len().saturating_sub(1)).any(|index| {
        let window = &tokens[index - 1..];
        let is_operand = match &window[0] {
            TokenTree::Ident(ident) => !KEYWORDS.iter().any(|keyword| ident == keyword),
            TokenTree::Literal(_) => true,
            TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(_) => false,
        };
        let TokenTree::Punct(operator) = &window[1] else { return false };
        let joins = |next: char| {
            operator.spacing() == Spacing::Joint
                && matches!(&window[2], TokenTree::Punct(punct) if punct.as_char() == next)
        };
        let is_literal = |tree: Option<&TokenTree>, text: &str| match tree {
            Some(TokenTree::Literal(literal)) => text.is_empty() || literal.to_string() == text,
            _ => false,
        };
        let is_counter = joins('=') && is_literal(window.get(3), "1");
        let are_literals = is_literal(window.first(), "")
            && (is_literal(window.get(2), "") || is_literal(window.get(3), ""));
        let computes = match operator.as_char() {
            '+' | '*' => true,
            '-' => !joins('>'),
            '<' => joins('<'),
            _ => false,
        };
        is_operand && computes && !is_counter && !are_literals
    })
}

#[cfg(test)]
mod test {
    use super::{Counts, Source};

    fn source(text: &str) -> Source {
        Source::parse(text).unwrap()
    }

    #[test]
    fn unsafe_is_counted_by_kind_and_not_in_comments() {
        let text = "/// unsafe\n#[unsafe(naked)]\nunsafe fn f() { let _ = \"unsafe {\"; unsafe { g() } } // unsafe {}
            macro_rules! m { () => { unsafe { h() } } }
            unsafe impl Send for S {}";
        assert_eq!(source(text).counts(), Counts { blocks: 2, functions: 2, others: 1 });
    }

    #[test]
    fn an_exported_macro_may_not_be_unsafe() {
        let macros = |body: &str| {
            source(&format!(
                "#[doc(hidden)] #[macro_export] macro_rules! m {{ () => {{ {body} }} }} fn f() {{ unsafe {{}} }}"
            ))
        };
        assert!(macros("if true { unsafe { f() } }").exports_unsafe_macro());
        assert!(!macros("f()").exports_unsafe_macro());
        assert!(!source("macro_rules! m { () => { unsafe {} } }").exports_unsafe_macro());
    }

    #[test]
    fn operators_of_const_functions() {
        let found = |body: &str| {
            !source(&format!("pub(crate) const fn size(a: usize) -> isize {{ {body} }}"))
                .bare_arithmetic()
                .is_empty()
        };
        for body in [
            "a * 2",
            "a += 2;",
            "b *= a;",
            "1 << a",
            "if a > 0 { S::A[0] + a } else { 0 }",
            "a - 1",
            "f(a) << 1",
            "g([a * a])",
        ] {
            assert!(found(body), "{body}");
        }
        for body in [
            "-1",
            "i += 1;",
            "1 << 12",
            "2 * 3",
            "*a",
            "f(-a)",
            "a as *const T",
            "a < b",
            "let f: fn() -> u8 = a;",
            "return -a;",
        ] {
            assert!(!found(body), "{body}");
        }
        let inlined = source("#[inline(always)] #[must_use] pub const fn place(a: usize) -> usize { a * 2 }");
        assert!(inlined.bare_arithmetic().is_empty());
    }
}
