//! Tables, in Markdown with columns that are also aligned as text.

use super::measure::Slices;
use super::measurement::{LayerTally, Measurement};
use super::tally::Tally;
use super::timing;
use crate::firmware::cores::CORES;

/// A model in slices beside `run`.
pub(super) fn slices(run: &Measurement, slices: &Slices) -> String {
    let longest = slices.cycles.iter().copied().max().unwrap_or(0);
    let more = slices.total as f64 / run.tally.cycles as f64 * 100.0 - 100.0;
    let cycles: Vec<_> = slices.cycles.iter().copied().map(grouped).collect();
    let same = if slices.results == run.results { "as of `run`" } else { "NOT as of `run`" };
    format!(
        "{} on {}: {} slices, the longest of {} est. cycles ({} predicted); {} in all, {} by `run` ({more:+.1} %); arena {} bytes, by `run` {}; stack {} bytes, by `run` {}; results {same}\n  {}",
        run.title(),
        run.core,
        cycles.len(),
        grouped(longest),
        grouped(slices.predicted),
        grouped(slices.total),
        grouped(run.tally.cycles),
        grouped(slices.arena),
        grouped(run.memory.arena),
        grouped(slices.stack),
        grouped(run.memory.stack),
        cycles.join(" "),
    )
}

/// Instructions, cycles and classes by model and core.
pub(super) fn time(measurements: &[Measurement]) -> String {
    let head = [
        "model",
        "core",
        "MACs",
        "instructions",
        "est. cycles",
        "per MAC",
        "loads",
        "stores",
        "multiplies",
        "divides",
        "branches",
        "vector",
        "results",
    ];
    let rows = measurements.iter().map(|measurement| {
        let mut row = vec![measurement.title(), measurement.core.clone(), grouped(measurement.macs)];
        row.extend(tally(&measurement.core, measurement.macs, &measurement.tally));
        let Tally { stores, divides, branches, vector, .. } = measurement.tally;
        let multiplies = row.pop().unwrap_or_default();
        row.push(grouped(stores));
        row.push(multiplies);
        row.extend([divides, branches, vector].map(grouped));
        row.push(measurement.results.to_string());
        row
    });
    render(&head, &rows.collect::<Vec<_>>())
}

/// Bytes by model and core.
pub(super) fn memory(measurements: &[Measurement]) -> String {
    let head = [
        "model",
        "core",
        "arena",
        "other RAM",
        "stack",
        "weights",
        "other constants",
        "code",
        "flash in all",
    ];
    let rows = measurements.iter().map(|measurement| {
        let memory = measurement.memory;
        let mut row = vec![measurement.title(), measurement.core.clone()];
        row.extend(
            [
                memory.arena,
                memory.other_ram,
                memory.stack,
                memory.weights,
                memory.constants,
                memory.code,
                memory.flash(),
            ]
            .map(grouped),
        );
        row
    });
    render(&head, &rows.collect::<Vec<_>>())
}

/// One measurement by layer, if it has layers, and its `top` functions.
pub(super) fn details(measurement: &Measurement, top: usize) -> String {
    let mut text = String::new();
    let title = format!("{} on {}", measurement.title(), measurement.core);
    if !measurement.layers.is_empty() {
        text += &format!("{title}, by layer:\n\n{}\n", layers(measurement));
    }
    if top > 0 {
        text += &format!("{title}, by function:\n\n{}\n", functions(measurement, top));
    }
    text
}

fn layers(measurement: &Measurement) -> String {
    let head = [
        "layer",
        "kernel",
        "MACs",
        "instructions",
        "est. cycles",
        "per MAC",
        "loads",
        "multiplies",
        "share",
        "predicted",
        "shapes",
    ];
    let core = &measurement.core;
    let mut rows: Vec<_> = measurement
        .layers
        .iter()
        .enumerate()
        .map(|(index, layer)| {
            let LayerTally { layer: name, kernel, description, macs, predicted_cycles, tally: own, .. } =
                layer;
            let mut row = vec![name.clone(), kernel.clone(), grouped(*macs)];
            row.extend(tally(core, *macs, own));
            row.push(share(own, &measurement.tally));
            // A prediction is for the node: beside one of several calls it is not compared.
            let alone = measurement.layers.get(index + 1).is_none_or(|next| next.first_of_node);
            row.push(predicted_cycles.map_or(String::new(), |cycles| {
                if alone { predicted(cycles, judged(core, own)) } else { grouped(cycles) }
            }));
            row.push(shapes(description));
            row
        })
        .collect();
    let mut rest = measurement.tally;
    for layer in &measurement.layers {
        rest -= layer.tally;
    }
    let mut row = vec!["(between)".to_owned(), String::new(), grouped(0)];
    row.extend(tally(core, 0, &rest));
    row.extend([share(&rest, &measurement.tally), String::new(), String::new()]);
    rows.push(row);
    let mut row = vec!["in all".to_owned(), String::new(), grouped(measurement.macs)];
    row.extend(tally(core, measurement.macs, &measurement.tally));
    row.extend(["100.0 %".to_owned(), predicted_in_all(measurement), String::new()]);
    rows.push(row);
    render(&head, &rows)
}

/// The sum of the predictions, and how far it is off what the layers with a prediction take.
fn predicted_in_all(measurement: &Measurement) -> String {
    let mut sums = [0, 0];
    let mut has_prediction = false;
    for layer in &measurement.layers {
        // A node's prediction stands at its first call.
        if layer.first_of_node {
            has_prediction = layer.predicted_cycles.is_some();
            sums[0] += layer.predicted_cycles.unwrap_or(0);
        }
        if has_prediction {
            sums[1] += judged(&measurement.core, &layer.tally);
        }
    }
    if sums[0] == 0 { String::new() } else { predicted(sums[0], sums[1]) }
}

/// A predicted number of cycles, and how far it is off.
fn predicted(cycles: u64, measured: u64) -> String {
    let off = (cycles as f64 / measured.max(1) as f64 - 1.0) * 100.0;
    format!("{} ({off:+.0} %)", grouped(cycles))
}

/// Of ``conv2d 1×1 · `i8[…]` → `i8[…]` · 512,000 MACs · `node` `` the middle.
fn shapes(description: &str) -> String {
    let parts: Vec<_> =
        description.split(" · ").take(2).map(|part| part.replace('`', "").replace('|', "\\|")).collect();
    parts.join(": ")
}

fn functions(measurement: &Measurement, top: usize) -> String {
    let head = ["function", "instructions", "est. cycles", "per MAC", "loads", "multiplies", "share"];
    let mut functions: Vec<_> = measurement.functions.iter().collect();
    functions.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.cycles));
    let rows: Vec<_> = functions
        .into_iter()
        .take(top)
        .map(|(name, own)| {
            let mut row = vec![name.chars().take(120).collect()];
            row.extend(tally(&measurement.core, measurement.macs, own));
            row.push(share(own, &measurement.tally));
            row
        })
        .collect();
    render(&head, &rows)
}

/// Instructions, cycles, cycles (or instructions, where there is no cycle model) for each multiply-accumulate, loads, multiplies.
fn tally(core: &str, macs: u64, tally: &Tally) -> Vec<String> {
    let cycles = timing::is_known(core).then_some(tally.cycles);
    let per_mac =
        if macs == 0 { String::new() } else { format!("{:.2}", judged(core, tally) as f64 / macs as f64) };
    vec![
        grouped(tally.instructions),
        cycles.map_or("–".to_owned(), grouped),
        per_mac,
        grouped(tally.loads),
        grouped(tally.multiplies),
    ]
}

/// Cycles, or instructions where there is no cycle model.
fn judged(core: &str, tally: &Tally) -> u64 {
    if timing::is_known(core) { tally.cycles } else { tally.instructions }
}

fn share(part: &Tally, all: &Tally) -> String {
    format!("{:.1} %", part.instructions as f64 * 100.0 / all.instructions.max(1) as f64)
}

/// The model, and the core by its own name.
pub(super) fn model_and_core(measurement: &Measurement) -> [String; 2] {
    let core = CORES.iter().find(|core| core.name == measurement.core);
    [measurement.model.clone(), core.map_or(measurement.core.as_str(), |core| core.title).to_owned()]
}

/// A number with its digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A table; columns of numbers are flush right.
pub(super) fn render(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let number =
        |cell: &String| cell.starts_with(|first: char| first.is_ascii_digit() || "–+".contains(first));
    let right: Vec<_> = (0..head.len())
        .map(|column| {
            let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
            cells.clone().next().is_some() && cells.all(number)
        })
        .collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().enumerate().map(|(column, cell)| {
            let space = " ".repeat(width(column).saturating_sub(cell.chars().count()));
            if right.get(column) == Some(&true) { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let head: Vec<_> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rule: Vec<_> = (0..head.len())
        .map(|column| "-".repeat(width(column).saturating_sub(1)) + if right[column] { ":" } else { "-" })
        .collect();
    let mut text = line(&head) + &line(&rule);
    rows.iter().for_each(|row| text += &line(row));
    text
}

#[cfg(test)]
mod test {
    use super::{grouped, predicted, predicted_in_all, render, shapes};
    use crate::mcu_bench::measurement::test::{layer, measurement};

    #[test]
    fn numbers_are_flush_right() {
        let rows = [["a", "1"], ["bcd", "–"], ["e", "1,000"]].map(|row| row.map(str::to_owned).to_vec());
        let expected = "\
| x   |     n |
| --- | ----: |
| a   |     1 |
| bcd |     – |
| e   | 1,000 |
";
        assert_eq!(render(&["x", "n"], &rows), expected);
    }

    #[test]
    fn the_sum_of_predictions_is_compared_with_the_layers_that_have_one() {
        let mut one = measurement("kws", "m4", 10_000);
        assert_eq!(predicted_in_all(&one), "");
        one.layers = vec![layer(1000, Some(1080)), layer(5000, None), layer(600, Some(1000))];
        // The second call of the node before.
        one.layers[2].first_of_node = true;
        one.layers.push(layer(400, None));
        one.layers[3].first_of_node = false;
        assert_eq!(predicted_in_all(&one), "2,080 (+4 %)");
    }

    #[test]
    fn cells_read_well() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(predicted(1100, 1000), "1,100 (+10 %)");
        assert_eq!(shapes("conv 1×1 · `i8[2]` → `i8[3]` · 6 MACs · `a`"), "conv 1×1: i8[2] → i8[3]");
    }
}
