//! What a step of a sliding window does with the rows of each tensor, for readers: as lines, and as a picture.

use std::fmt::Write;
use std::ops::Range;

use crate::compiled::{Sliding, WindowRows};
use crate::escape::{line, xml};

/// One line for each tensor: how many rows it has, keeps, computes.
pub fn text(sliding: &Sliding) -> String {
    let width = sliding.rows.iter().map(|rows| line(&rows.tensor).chars().count()).max().unwrap_or(0).max(6);
    let mut text = format!("{:<width$}  rows  kept  computed\n", "tensor");
    for WindowRows { tensor, rows, kept, computed } in &sliding.rows {
        let count: usize = computed.iter().map(Range::len).sum();
        let which: Vec<_> = computed.iter().map(words).collect();
        let which = which.join(" and ");
        let _ = writeln!(text, "{:<width$}  {rows:>4}  {:>4}  {count:>8}: {which}", line(tensor), kept.len());
    }
    text
}

fn words(rows: &Range<usize>) -> String {
    match rows.len() {
        1 => format!("row {}", rows.start),
        _ => format!("rows {} to {}", rows.start, rows.end.saturating_sub(1)),
    }
}

/// Room for names, titles and the legend; the width of all rows of a tensor; the height of a tensor.
const LEFT: usize = 210;
const TOP: usize = 72;
const WIDTH: usize = 640;
const LINE: usize = 26;

/// Colours that stay apart for those who see few, and on white and dark paper.
const KEPT: &str = "#b8c4ce";
const COMPUTED: &str = "#d95f02";
const UNREAD: &str = "none";

/// A line of boxes for each tensor, the oldest row on the left: kept, computed, or read by nobody. `gain` goes under the title.
pub fn svg(name: &str, sliding: &Sliding, gain: &str) -> String {
    let (width, height) = (LEFT + WIDTH + 20, TOP + sliding.rows.len() * LINE + 34);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n\
         <title>A step of the sliding window of {name}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"10\" y=\"20\" font-size=\"14\">{name}: a step of the window</text>\n\
         <text x=\"10\" y=\"38\">{}</text>\n",
        xml(gain),
        name = xml(name)
    );
    for (place, (fill, words)) in
        [(KEPT, "kept"), (COMPUTED, "computed"), (UNREAD, "not read")].into_iter().enumerate()
    {
        let x = LEFT + place * 110;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"48\" width=\"14\" height=\"14\" fill=\"{fill}\" stroke=\"#444\"/><text x=\"{}\" y=\"60\">{words}</text>",
            x + 20
        );
    }
    for (number, rows) in sliding.rows.iter().enumerate() {
        let y = TOP + number * LINE;
        tensor(&mut svg, rows, y);
    }
    let below = TOP + sliding.rows.len() * LINE + 18;
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{below}\">oldest row</text><text x=\"{}\" y=\"{below}\" text-anchor=\"end\">newest row</text>",
        LEFT + WIDTH
    );
    svg + "</svg>\n"
}

/// The boxes of a tensor.
fn tensor(svg: &mut String, WindowRows { tensor, rows, kept, computed }: &WindowRows, y: usize) {
    let name = line(tensor);
    let count = name.chars().count();
    // The end of a name says more than its begin.
    let shown: String = match count > 28 {
        true => format!("…{}", name.chars().skip(count - 27).collect::<String>().trim_start_matches('.')),
        false => name.to_string(),
    };
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}<title>{}</title></text>",
        LEFT - 8,
        y + 15,
        xml(&shown),
        xml(&name)
    );
    let x = |row: usize| LEFT + row * WIDTH / (*rows).max(1);
    for row in 0..*rows {
        let fill = match () {
            () if kept.contains(&row) => KEPT,
            () if computed.iter().any(|computed| computed.contains(&row)) => COMPUTED,
            () => UNREAD,
        };
        let _ = writeln!(
            svg,
            "<rect x=\"{}\" y=\"{y}\" width=\"{}\" height=\"{}\" fill=\"{fill}\" stroke=\"#444\" stroke-width=\"0.5\"/>",
            x(row),
            (x(row + 1) - x(row)).max(1),
            LINE - 6
        );
    }
}

#[cfg(test)]
mod test {
    use super::*;

    fn sliding() -> Sliding {
        let rows = vec![
            WindowRows {
                tensor: "x<y".to_owned(),
                rows: 9,
                kept: 6..8,
                computed: std::iter::once(8..9).collect(),
            },
            WindowRows { tensor: "conv".to_owned(), rows: 9, kept: 2..6, computed: vec![0..2, 6..9] },
        ];
        Sliding { window: 9, step: 1, row: 4, strides: 1, whole_macs: 900, rows, counter: 0 }
    }

    #[test]
    fn every_row_is_in_the_lines_and_in_the_picture() {
        let sliding = sliding();
        let expected = "tensor  rows  kept  computed\n\
                        x<y        9     2         1: row 8\n\
                        conv       9     4         5: rows 0 to 1 and rows 6 to 8\n";
        assert_eq!(text(&sliding), expected);
        let svg = svg("a & b", &sliding, "less");
        let boxes =
            |fill: &str| svg.matches(&format!("fill=\"{fill}\" stroke=\"#444\" stroke-width")).count();
        assert_eq!([boxes(KEPT), boxes(COMPUTED), boxes(UNREAD)], [6, 6, 6]);
        assert!(svg.contains("a &amp; b") && svg.contains("x&lt;y"));
    }
}
