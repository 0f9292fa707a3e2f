//! Least squares with weights that are not negative.

/// A measurement: so much of each term took so long.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// How often each term occurs.
    pub(super) counts: Vec<f64>,
    /// What was measured.
    pub(super) cycles: f64,
}

impl Row {
    /// By what part of itself the measurement is missed: positive if the prediction is above it.
    pub(super) fn error(&self, cycles: &[f64]) -> f64 {
        let predicted: f64 = self.counts.iter().zip(cycles).map(|(count, cycles)| count * cycles).sum();
        predicted / self.cycles.max(1.0) - 1.0
    }
}

/// Passes over the terms. Terms that grow alike (positions and results, where layers have similar channels) take many.
const ROUNDS: usize = 200_000;
/// Where no term moves by more than this part of the measurements, the search ends.
const STILL: f64 = 1e-9;

/// The cycles of each term, none below zero, for which the sum of the squared relative errors is the least, rounded to a
/// thousandth. A layer weighs by the fourth root of its cycles, so that small layers decide what a call and a row cost and large
/// ones the rest. By coordinate descent, which is exact in the limit for this convex problem and the same on every machine.
pub(super) fn least_squares(rows: &[Row]) -> Vec<f64> {
    let terms = rows.first().map_or(0, |row| row.counts.len());
    let scaled: Vec<(Vec<f64>, f64)> = rows
        .iter()
        .map(|row| {
            let measured = row.cycles.max(1.0);
            // Two square roots, which are exact on every machine.
            let weight = measured.sqrt().sqrt();
            (row.counts.iter().map(|count| count / measured * weight).collect(), weight)
        })
        .collect();
    let dot = |a: usize, b: usize| -> f64 { scaled.iter().map(|(row, _)| row[a] * row[b]).sum() };
    let gram: Vec<Vec<f64>> = (0..terms).map(|a| (0..terms).map(|b| dot(a, b)).collect()).collect();
    let target: Vec<f64> =
        (0..terms).map(|a| scaled.iter().map(|(row, weight)| row[a] * weight).sum()).collect();
    let mut cycles = vec![0.0; terms];
    for _ in 0..ROUNDS {
        let mut moved: f64 = 0.0;
        for term in 0..terms {
            if gram[term][term] == 0.0 {
                continue;
            }
            let slope = target[term] - gram[term].iter().zip(&cycles).map(|(g, c)| g * c).sum::<f64>();
            let next = (cycles[term] + slope / gram[term][term]).max(0.0);
            moved = moved.max((next - cycles[term]).abs() * gram[term][term].sqrt());
            cycles[term] = next;
        }
        if moved < STILL {
            break;
        }
    }
    cycles.iter().map(|cycles| (cycles * 1000.0).round() / 1000.0).collect()
}

#[cfg(test)]
mod test {
    use super::{Row, least_squares};

    fn rows(cycles: impl Fn(f64, f64) -> f64) -> Vec<Row> {
        let counts = [(1.0, 4.0), (1.0, 100.0), (3.0, 30.0), (20.0, 25.0), (7.0, 1000.0)];
        counts.iter().map(|&(a, b)| Row { counts: vec![a, b], cycles: cycles(a, b) }).collect()
    }

    #[test]
    fn what_is_linear_is_found_exactly() {
        assert_eq!(least_squares(&rows(|a, b| 12.5 * a + 3.25 * b)), [12.5, 3.25]);
    }

    #[test]
    fn no_term_saves_time() {
        let cycles = least_squares(&rows(|a, b| (5.0 * b - 0.1 * a).max(1.0)));
        assert_eq!(cycles[0], 0.0);
        assert!((cycles[1] - 5.0).abs() < 0.1, "{cycles:?}");
    }

    #[test]
    fn errors_are_relative() {
        let row = Row { counts: vec![2.0], cycles: 16.0 };
        assert_eq!(row.error(&[10.0]), 0.25);
        assert_eq!(row.error(&[6.0]), -0.25);
    }
}
