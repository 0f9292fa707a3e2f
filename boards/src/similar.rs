//! Names that a mistyped one may mean.

use crate::board::Board;

impl Board {
    /// The names of up to three boards that `name` may mean, the nearest first: those that it is a part of, and those that few
    /// edits make of it. Case, hyphens, underscores and spaces do not count.
    pub fn similar<'a>(name: &str, boards: &'a [Board]) -> Vec<&'a str> {
        let wanted = bare(name);
        let limit = (wanted.len() / 3).max(1);
        let mut near: Vec<(usize, &str)> = boards
            .iter()
            .filter_map(|board| {
                let candidate = bare(&board.name);
                let distance = edits(&wanted, &candidate);
                let part = wanted.len() >= 3 && contains(&candidate, &wanted);
                (distance <= limit || part).then_some((distance, board.name.as_str()))
            })
            .collect();
        near.sort_unstable();
        near.into_iter().take(3).map(|(_, name)| name).collect()
    }
}

/// The letters and digits, in lower case.
fn bare(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn contains(text: &[char], part: &[char]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Levenshtein's distance: insertions, deletions and replacements.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{bare, edits};

    #[test]
    fn counts_edits() {
        let distance = |a: &str, b: &str| edits(&bare(a), &bare(b));
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "pico"), 4);
        assert_eq!(distance("Pico_2", "pico-2"), 0);
        assert_eq!(distance("pico-3", "pico"), 1);
    }
}
