//! What became of a test.

use std::fmt::{Display, Formatter};

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// It compiles; not yet run.
    Built,
    /// As it is.
    Pass,
    /// With operands as constants.
    Constants,
    /// The compiler refuses it.
    Refused,
    /// Another result.
    Wrong,
    /// The program ends in it.
    Crash,
    /// The compiler takes it, and rustc does not.
    Unbuilt,
}

/// The words of the outcomes' files.
const WORDS: [(Kind, &str); 7] = [
    (Kind::Built, "built"),
    (Kind::Pass, "pass"),
    (Kind::Constants, "constants"),
    (Kind::Refused, "refused"),
    (Kind::Wrong, "wrong"),
    (Kind::Crash, "crash"),
    (Kind::Unbuilt, "unbuilt"),
];

impl Kind {
    /// Whether it must not be.
    pub(super) fn is_fault(self) -> bool {
        matches!(self, Kind::Wrong | Kind::Crash | Kind::Unbuilt)
    }
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The operator that it is about.
    pub(super) family: String,
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Operands that are constants, by their numbers; the reason; what is wrong.
    pub(super) detail: String,
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let word = WORDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, word)| word);
        write!(f, "{}\t{}\t{word}\t{}", self.family, self.name, self.detail)
    }
}

/// The outcomes of a file.
///
/// # Errors
/// A line is not FAMILY, NAME, WORD and DETAIL.
pub(super) fn read(text: &str) -> Result<Vec<Outcome>, String> {
    text.lines().map(|line| one(line).ok_or_else(|| format!("`{line}` is no outcome"))).collect()
}

fn one(line: &str) -> Option<Outcome> {
    let mut fields = line.splitn(4, '\t');
    let [family, name, word, detail] = [fields.next()?, fields.next()?, fields.next()?, fields.next()?];
    let kind = WORDS.iter().find(|(_, known)| *known == word)?.0;
    Some(Outcome { family: family.to_owned(), name: name.to_owned(), kind, detail: detail.to_owned() })
}

/// Settles what became of the tests that were built, by what the program printed of them.
pub(super) fn judge(outcomes: &mut [Outcome], printed: &str) {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.kind == Kind::Built) {
        // As a module's name, without capital letters.
        let name = outcome.name.to_lowercase();
        let said = printed.lines().find_map(|line| line.strip_prefix(&name)?.strip_prefix(": "));
        (outcome.kind, outcome.detail) = match said {
            Some("right") if outcome.detail.is_empty() => (Kind::Pass, String::new()),
            Some("right") => (Kind::Constants, std::mem::take(&mut outcome.detail)),
            Some(other) => (Kind::Wrong, other.trim_start_matches("wrong, ").to_owned()),
            None => (Kind::Crash, String::new()),
        };
    }
}

#[cfg(test)]
mod test {
    use super::{Kind, judge, read};

    #[test]
    fn what_the_program_prints_settles_it() {
        let text = "Abs\ttest_abs\tbuilt\t\nAdd\ttest_add\tbuilt\t1\nAdd\ttest_add_BCAST\tbuilt\t\nAnd\ttest_and\trefused\ttype: BOOL\nExp\ttest_exp\tbuilt\t\n";
        let mut outcomes = read(text).unwrap();
        judge(
            &mut outcomes,
            "test_abs: right\ntest_add: right\ntest_add_bcast: wrong, element 0 is 1.0 instead of 2.0\n",
        );
        let kinds: Vec<Kind> = outcomes.iter().map(|outcome| outcome.kind).collect();
        assert_eq!(kinds, [Kind::Pass, Kind::Constants, Kind::Wrong, Kind::Refused, Kind::Crash]);
        assert!(read("Abs\ttest_abs\tsomething\t").is_err());
    }
}
