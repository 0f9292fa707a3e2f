//! Figures of a model that tells classes apart.

use serde::Serialize;

use super::ranking::Ranking;

/// Confidences at which the operational figures are given.
const CONFIDENCES: [f64; 11] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99];

/// Figures over all examples. Those of one class in the mean leave out classes that are neither right nor predicted anywhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Classes {
    /// Share of the examples whose class is predicted.
    pub accuracy: f64,
    /// Mean precision of the classes.
    pub precision: f64,
    /// Mean recall of the classes: balanced accuracy.
    pub recall: f64,
    /// Mean F1 score of the classes.
    pub f1: f64,
    /// Mean of −ln of the right class's probability.
    pub log_loss: f64,
    /// Area under the receiver operating characteristic: of the second class of two, else the mean of each class against all others.
    pub auc: Option<f64>,
    /// Each class.
    pub classes: Vec<Class>,
    /// How many examples of each class (rows) were taken for each (columns).
    pub confusion: Vec<Vec<usize>>,
    /// What acting on confident answers alone gives.
    pub confidence: Vec<Confidence>,
}

/// Figures of one class; 0 where nothing can be divided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Class {
    /// Its name, or its number.
    pub name: String,
    /// Examples of it.
    pub examples: usize,
    /// Share of what is taken for it that is of it.
    pub precision: f64,
    /// Share of its examples that are found.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Its probability against all other classes'.
    pub ranking: Option<Ranking>,
}

/// What happens when the device decides alone wherever the highest probability is at least `threshold`, and sends its input else.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Confidence {
    /// The probability.
    pub threshold: f64,
    /// Share of the examples that the device decides.
    pub decided: f64,
    /// Share of those that it decides rightly.
    pub accuracy: Option<f64>,
    /// Share of the inputs' bytes that are not sent. For each example that it decides, the device sends the outputs.
    pub not_sent: f64,
}

/// The predicted class: the first of the highest scores.
pub(super) fn highest(scores: &[f64]) -> usize {
    let mut best = 0;
    for (class, score) in scores.iter().enumerate() {
        if scores.get(best).is_some_and(|best| score > best || best.is_nan()) {
            best = class;
        }
    }
    best
}

impl Classes {
    /// Of the examples' probabilities, a row of one for each class, and their right classes. `bytes` are those of an input and of an output.
    pub(super) fn new(
        probabilities: &[Vec<f64>],
        right: &[usize],
        names: &[String],
        bytes: [usize; 2],
    ) -> Classes {
        let count = names.len();
        let examples = right.len().max(1) as f64;
        let predicted: Vec<usize> = probabilities.iter().map(|row| highest(row)).collect();
        let mut confusion = vec![vec![0; count]; count];
        for (&right, &predicted) in right.iter().zip(&predicted) {
            if let Some(count) = confusion.get_mut(right).and_then(|row| row.get_mut(predicted)) {
                *count += 1;
            }
        }
        let class = |class: usize| Class::new(class, names, &confusion, probabilities, right);
        let classes: Vec<Class> = (0..count).map(class).collect();
        let met = |class: usize| right.contains(&class) || predicted.contains(&class);
        let mean = |figure: fn(&Class) -> f64| {
            let met: Vec<f64> = classes
                .iter()
                .enumerate()
                .filter(|&(class, _)| met(class))
                .map(|(_, of)| figure(of))
                .collect();
            met.iter().sum::<f64>() / met.len().max(1) as f64
        };
        let hits = right.iter().zip(&predicted).filter(|(right, predicted)| right == predicted).count();
        let areas: Vec<f64> =
            classes.iter().filter_map(|class| class.ranking.as_ref()).map(|ranking| ranking.auc).collect();
        let auc = match (count, areas.as_slice()) {
            (_, []) => None,
            // Both classes' are the same.
            (2, &[.., second]) => Some(second),
            (_, areas) => Some(areas.iter().sum::<f64>() / areas.len() as f64),
        };
        let loss = probabilities.iter().zip(right).map(|(row, &class)| surprise(row, class)).sum::<f64>();
        Classes {
            accuracy: hits as f64 / examples,
            precision: mean(|class| class.precision),
            recall: mean(|class| class.recall),
            f1: mean(|class| class.f1),
            log_loss: loss / examples,
            auc,
            confidence: CONFIDENCES
                .iter()
                .map(|&threshold| Confidence::new(threshold, probabilities, &predicted, right, bytes))
                .collect(),
            classes,
            confusion,
        }
    }
}

/// −ln of the probability of a class, which is finite.
pub(super) fn surprise(probabilities: &[f64], class: usize) -> f64 {
    let probability = probabilities.get(class).copied().unwrap_or(0.0);
    -probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

impl Class {
    fn new(
        class: usize,
        names: &[String],
        confusion: &[Vec<usize>],
        probabilities: &[Vec<f64>],
        right: &[usize],
    ) -> Class {
        let hits = confusion[class][class];
        let examples: usize = confusion[class].iter().sum();
        let taken: usize = confusion.iter().map(|row| row[class]).sum();
        let share = |of: usize, all: usize| if all == 0 { 0.0 } else { of as f64 / all as f64 };
        let scores: Vec<f64> = probabilities.iter().map(|row| row[class]).collect();
        let positive: Vec<bool> = right.iter().map(|&right| right == class).collect();
        Class {
            name: names[class].clone(),
            examples,
            precision: share(hits, taken),
            recall: share(hits, examples),
            f1: share(2 * hits, examples + taken),
            ranking: Ranking::new(&scores, &positive),
        }
    }
}

impl Confidence {
    fn new(
        threshold: f64,
        probabilities: &[Vec<f64>],
        predicted: &[usize],
        right: &[usize],
        [input, output]: [usize; 2],
    ) -> Confidence {
        let confident =
            |row: &[f64], class: usize| row.get(class).is_some_and(|&probability| probability >= threshold);
        let examples = probabilities.iter().zip(predicted).zip(right);
        let decided: Vec<_> = examples.filter(|((row, predicted), _)| confident(row, **predicted)).collect();
        let hits = decided.iter().filter(|((_, predicted), right)| predicted == right).count();
        let share = decided.len() as f64 / right.len().max(1) as f64;
        Confidence {
            threshold,
            decided: share,
            accuracy: (!decided.is_empty()).then(|| hits as f64 / decided.len() as f64),
            not_sent: if input == 0 { 0.0 } else { share * (1.0 - output as f64 / input as f64) },
        }
    }
}

#[cfg(test)]
mod test {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|class| class.to_string()).collect()
    }

    #[test]
    fn figures_are_those_of_scikit_learn() {
        // Made with accuracy_score, precision_recall_fscore_support(average="macro"), log_loss and roc_auc_score(multi_class="ovr").
        let probabilities = [
            [0.7, 0.2, 0.1],
            [0.1, 0.6, 0.3],
            [0.2, 0.5, 0.3],
            [0.5, 0.25, 0.25],
            [0.1, 0.1, 0.8],
            [0.3, 0.4, 0.3],
        ]
        .map(|row| row.to_vec());
        let found = Classes::new(&probabilities, &[0, 1, 2, 1, 2, 1], &names(3), [100, 3]);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(found.accuracy, 4.0 / 6.0);
        near(found.precision, SCIKIT[0]);
        near(found.recall, SCIKIT[1]);
        near(found.f1, SCIKIT[2]);
        near(found.log_loss, SCIKIT[3]);
        near(found.auc.unwrap(), SCIKIT[4]);
        assert_eq!(found.confusion, [[1, 0, 0], [1, 2, 0], [0, 1, 1]]);
    }

    const SCIKIT: [f64; 5] = [
        0.722_222_222_222_222_2,
        0.722_222_222_222_222_2,
        0.666_666_666_666_666_6,
        0.766_200_336_056_485_7,
        0.884_259_259_259_259_2,
    ];

    #[test]
    fn confident_answers_are_acted_on() {
        let probabilities = [vec![0.9, 0.1], vec![0.4, 0.6], vec![0.2, 0.8], vec![0.52, 0.48]];
        let found = Classes::new(&probabilities, &[0, 0, 1, 1], &names(2), [100, 10]);
        let at = |threshold: f64| found.confidence.iter().find(|at| at.threshold == threshold).unwrap();
        let half = Confidence { threshold: 0.8, decided: 0.5, accuracy: Some(1.0), not_sent: 0.45 };
        assert_eq!(*at(0.8), half);
        assert_eq!((at(0.5).decided, at(0.5).accuracy), (1.0, Some(0.5)));
        assert_eq!((at(0.99).decided, at(0.99).accuracy, at(0.99).not_sent), (0.0, None, 0.0));
    }

    #[test]
    fn classes_without_examples_have_no_figures_in_the_mean() {
        let probabilities = [vec![0.9, 0.1, 0.0], vec![0.1, 0.9, 0.0]];
        let found = Classes::new(&probabilities, &[0, 1], &names(3), [1, 1]);
        assert_eq!((found.recall, found.f1, found.auc), (1.0, 1.0, Some(1.0)));
        assert_eq!(found.classes[2].ranking, None);
    }

    #[test]
    fn the_first_of_the_highest_scores_is_predicted() {
        assert_eq!(highest(&[1.0, 3.0, 3.0]), 1);
        assert_eq!(highest(&[f64::NAN, 3.0, 1.0]), 1);
        assert_eq!(highest(&[]), 0);
    }
}
