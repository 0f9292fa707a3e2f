//! Figures of a model that predicts numbers.

use serde::Serialize;

/// How near predicted numbers are to the right ones. Of several outputs, the mean of the outputs' figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Values {
    /// Mean absolute error, in the unit of the output.
    pub mae: f64,
    /// Root of the mean squared error, in the unit of the output.
    pub rmse: f64,
    /// Coefficient of determination: 1 is exact, 0 what always answering with the mean gives; 0 where the right numbers are all the same.
    pub r2: f64,
}

impl Values {
    /// Of the predictions and the right numbers, one row for each example, all of one length.
    pub(super) fn new(predicted: &[Vec<f64>], right: &[Vec<f64>]) -> Values {
        let outputs = right.first().map_or(0, Vec::len);
        let examples = right.len() as f64;
        let mut sums = [0.0; 3];
        for output in 0..outputs {
            let pairs = || predicted.iter().zip(right).map(move |(p, r)| (p[output], r[output]));
            let mean = pairs().map(|(_, right)| right).sum::<f64>() / examples;
            let squares = pairs().map(|(predicted, right)| (predicted - right).powi(2)).sum::<f64>();
            let spread = pairs().map(|(_, right)| (right - mean).powi(2)).sum::<f64>();
            sums[0] += pairs().map(|(predicted, right)| (predicted - right).abs()).sum::<f64>() / examples;
            sums[1] += (squares / examples).sqrt();
            sums[2] += match (squares == 0.0, spread == 0.0) {
                (true, _) => 1.0,
                (false, true) => 0.0,
                (false, false) => 1.0 - squares / spread,
            };
        }
        let [mae, rmse, r2] = sums.map(|sum| sum / outputs.max(1) as f64);
        Values { mae, rmse, r2 }
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn figures_of_several_outputs_are_their_mean() {
        let right = [vec![0.5, 1.0], vec![-1.0, 1.0], vec![7.0, -6.0]];
        let predicted = [vec![0.0, 2.0], vec![-1.0, 2.0], vec![8.0, -5.0]];
        let found = Values::new(&predicted, &right);
        // sklearn.metrics: mean_absolute_error, root_mean_squared_error, r2_score.
        assert!((found.mae - 0.75).abs() < 1e-12);
        assert!((found.rmse - 0.822_748_612_183_951_3).abs() < 1e-12);
        assert!((found.r2 - 0.936_800_526_662_277_9).abs() < 1e-12);
    }

    #[test]
    fn constant_numbers_have_no_spread_to_explain() {
        let right = [vec![2.0], vec![2.0]];
        assert_eq!(Values::new(&right, &right).r2, 1.0);
        assert_eq!(Values::new(&[vec![2.0], vec![3.0]], &right).r2, 0.0);
    }
}
