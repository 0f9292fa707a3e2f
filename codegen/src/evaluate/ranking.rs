//! How well a score tells two kinds of examples apart: the receiver operating characteristic.
//!
//! Tom Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27, 2006: area (algorithm 3) and curve (algorithm 1).

use serde::Serialize;

/// Points of the curve, from (0, 0) to (1, 1), without those on a straight line between their neighbours.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Roc {
    /// Share of the negative examples that score at least the threshold.
    pub false_alarms: Vec<f64>,
    /// Share of the positive examples that do.
    pub hits: Vec<f64>,
}

/// What one score says of two kinds of examples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranking {
    /// The probability that a positive example scores higher than a negative one; equal scores count half.
    pub auc: f64,
    /// The curve.
    pub roc: Roc,
}

/// A threshold and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// An example with this score or a higher one is taken as positive.
    pub score: f64,
    /// Share of the negative examples that are.
    pub false_alarms: f64,
    /// Share of the positive examples that are.
    pub hits: f64,
}

/// Positive and negative examples with at least each score, highest first; the scores are all different.
fn counts(scores: &[f64], positive: &[bool]) -> Vec<(f64, [usize; 2])> {
    let mut examples: Vec<(f64, bool)> = scores.iter().copied().zip(positive.iter().copied()).collect();
    examples.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut counts: Vec<(f64, [usize; 2])> = Vec::new();
    let mut so_far = [0, 0];
    for (score, positive) in examples {
        so_far[usize::from(!positive)] += 1;
        match counts.last_mut() {
            // Zeros of either sign are one score.
            Some(last) if last.0 == score => last.1 = so_far,
            _ => counts.push((score, so_far)),
        }
    }
    counts
}

impl Ranking {
    /// Of a score for each example and whether it is positive. None where all examples are of one kind, or a score is not a number.
    pub(super) fn new(scores: &[f64], positive: &[bool]) -> Option<Ranking> {
        if scores.len() != positive.len() || scores.iter().any(|score| score.is_nan()) {
            return None;
        }
        let counts = counts(scores, positive);
        let &(_, [positives, negatives]) = counts.last()?;
        if positives == 0 || negatives == 0 {
            return None;
        }
        let mut points = vec![[0, 0]];
        points.extend(counts.iter().map(|&(_, point)| point));
        // Twice the area, in pairs of examples: exact.
        let area: u128 = points
            .windows(2)
            .map(|pair| (pair[1][1] - pair[0][1]) as u128 * (pair[1][0] + pair[0][0]) as u128)
            .sum();
        let auc = area as f64 / 2.0 / (positives as f64 * negatives as f64);
        let kept = without_straight(&points);
        let share = |of: usize, all: usize| of as f64 / all as f64;
        let roc = Roc {
            false_alarms: kept.iter().map(|point| share(point[1], negatives)).collect(),
            hits: kept.iter().map(|point| share(point[0], positives)).collect(),
        };
        Some(Ranking { auc, roc })
    }
}

/// The points but for those on the line between the neighbours that are kept.
fn without_straight(points: &[[usize; 2]]) -> Vec<[usize; 2]> {
    let mut kept: Vec<[usize; 2]> = Vec::new();
    for &point in points {
        while let [.., a, b] = kept.as_slice() {
            let cross = |x: usize, y: usize| x as u128 * y as u128;
            let straight = cross(b[0] - a[0], point[1] - b[1]) == cross(point[0] - b[0], b[1] - a[1]);
            if !straight {
                break;
            }
            kept.pop();
        }
        kept.push(point);
    }
    kept
}

impl Threshold {
    /// The lowest threshold at which at most the share `most` of the negative examples is taken as positive; above all scores where
    /// there is none.
    pub(super) fn at_most(scores: &[f64], positive: &[bool], most: f64) -> Option<Threshold> {
        let counts = counts(scores, positive);
        let &(_, [positives, negatives]) = counts.last()?;
        if positives == 0 || negatives == 0 {
            return None;
        }
        let threshold = |score: f64, [hits, alarms]: [usize; 2]| Threshold {
            score,
            false_alarms: alarms as f64 / negatives as f64,
            hits: hits as f64 / positives as f64,
        };
        let all = counts.iter().map(|&(score, counts)| threshold(score, counts));
        all.take_while(|threshold| threshold.false_alarms <= most)
            .last()
            .or(Some(threshold(f64::INFINITY, [0, 0])))
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn the_area_counts_equal_scores_half() {
        let positive = [false, false, true, true];
        let auc = |scores: [f64; 4]| Ranking::new(&scores, &positive).unwrap().auc;
        assert_eq!(auc([0.1, 0.4, 0.35, 0.8]), 0.75);
        assert_eq!(auc([0.0, 0.0, 0.0, 0.0]), 0.5);
        assert_eq!(auc([0.0, -0.0, 1.0, 0.0]), 0.75);
        assert_eq!(auc([3.0, 2.0, 1.0, 0.0]), 0.0);
    }

    #[test]
    fn one_kind_of_examples_has_no_ranking() {
        assert_eq!(Ranking::new(&[1.0, 2.0], &[true, true]), None);
        assert_eq!(Ranking::new(&[], &[]), None);
        assert_eq!(Ranking::new(&[f64::NAN, 2.0], &[true, false]), None);
    }

    #[test]
    fn the_curve_has_its_corners() {
        let roc = Ranking::new(&[0.9, 0.8, 0.7, 0.6, 0.5], &[true, true, false, true, false]).unwrap().roc;
        assert_eq!(roc.false_alarms, [0.0, 0.0, 0.5, 0.5, 1.0]);
        assert_eq!(roc.hits, [0.0, 2.0 / 3.0, 2.0 / 3.0, 1.0, 1.0]);
    }

    #[test]
    fn a_threshold_keeps_false_alarms_below_a_share() {
        let (scores, positive) = ([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [true, false, true, true, false, false]);
        let at = |most| Threshold::at_most(&scores, &positive, most).unwrap();
        assert_eq!(at(0.34), Threshold { score: 0.6, false_alarms: 1.0 / 3.0, hits: 1.0 });
        assert_eq!(at(0.3), Threshold { score: 0.9, false_alarms: 0.0, hits: 1.0 / 3.0 });
        let none = Threshold::at_most(&[0.9, 0.1], &[false, true], 0.0).unwrap();
        assert_eq!((none.score, none.hits), (f64::INFINITY, 0.0));
    }
}
