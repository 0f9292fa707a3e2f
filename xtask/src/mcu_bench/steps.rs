//! Models of a window over time by steps, beside the whole window.

use super::measurement::Measurement;
use super::models::BY_STEPS;
use super::table::{grouped, render};
use super::timing;

/// A line for each model and core that was measured both ways.
pub(super) fn table(measurements: &[Measurement]) -> String {
    let head = ["model", "core", "whole window", "a step", "share", "RAM, whole window", "RAM, a step"];
    let rows = measurements.iter().filter_map(|step| {
        let name = step.model.strip_suffix(BY_STEPS)?;
        let is_whole =
            |one: &&Measurement| one.model == name && one.core == step.core && one.mode.is_balanced();
        let whole = measurements.iter().find(is_whole)?;
        let judged = |one: &Measurement| match timing::is_known(&one.core) {
            true => one.tally.cycles,
            false => one.tally.instructions,
        };
        Some(vec![
            name.to_owned(),
            step.core.clone(),
            grouped(judged(whole)),
            grouped(judged(step)),
            format!("{:.1} %", 100.0 * judged(step) as f64 / judged(whole).max(1) as f64),
            grouped(whole.memory.ram()),
            grouped(step.memory.ram()),
        ])
    });
    render(&head, &rows.collect::<Vec<_>>())
}

#[cfg(test)]
mod test {
    use super::table;
    use crate::mcu_bench::measurement::test::measurement;

    #[test]
    fn a_step_stands_beside_its_window() {
        let whole = measurement("net", "m4", 1000);
        let step = measurement("net-by-steps", "m4", 100);
        let other = measurement("net-by-steps", "m0", 100);
        let table = table(&[whole, step, other]);
        assert_eq!(table.lines().count(), 3, "{table}");
        assert!(table.contains("10.0 %"), "{table}");
    }
}
