//! The shipped keyword clips inside a program, for firmware that has no files and no microphone.
//!
//! What is embedded are the features of each second (49 frames of 10 MFCC), which a front end would compute from the
//! microphone's samples; see `examples/models/kws/features.py`.
#![no_std]
#![forbid(unsafe_code)]

use core::fmt;

/// Values of one second: 49 frames of 10 coefficients.
pub const FEATURES: usize = 490;

/// A recording of one second.
pub struct Clip {
    /// Name of the recording: word, voice and number.
    pub name: &'static str,
    /// Features of the second, frame by frame.
    pub features: [f32; FEATURES],
    /// The class that was spoken.
    pub truth: usize,
}

include!(concat!(env!("OUT_DIR"), "/clips.rs"));

/// Stands in for a microphone and its front end, which these examples do not have: it hears the shipped clips, one after the
/// other, again and again.
#[derive(Default)]
pub struct StubMicrophone {
    next: usize,
}

impl StubMicrophone {
    /// The features of another second. A real front end would wait until the second is over.
    pub fn next_second(&mut self) -> &'static Clip {
        let clip = &CLIPS[self.next % CLIPS.len()];
        self.next = (self.next + 1) % CLIPS.len();
        clip
    }
}

/// What the model makes of a clip. Displayed as a row below [`HEADER`], with a mark where the word is not the truth.
pub struct Answer {
    /// Name of the recording.
    pub clip: &'static str,
    /// The word that was spoken.
    pub truth: &'static str,
    /// The word that the model takes for the most probable.
    pub word: &'static str,
    /// Its probability, 0 to 1.
    pub probability: f32,
}

/// The titles of the columns in which an [`Answer`] is displayed.
pub const HEADER: &str = "clip                                 truth    answer   probability";

impl Answer {
    /// The most probable word; `labels` are the model's.
    pub fn new(clip: &'static Clip, probabilities: &[f32], labels: &[&'static str]) -> Answer {
        let class = largest(probabilities);
        let label = |class: usize| labels.get(class).copied().unwrap_or("?");
        let probability = probabilities.get(class).copied().unwrap_or(0.0);
        Answer { clip: clip.name, truth: label(clip.truth), word: label(class), probability }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Answer { clip, truth, word, probability } = self;
        let mark = if word == truth { "" } else { " !" };
        write!(formatter, "{clip:<36} {truth:<8} {word:<8} {:>9.1} %{mark}", 100.0 * probability)
    }
}

/// The index of the largest element.
pub fn largest(values: &[f32]) -> usize {
    (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0)
}

#[cfg(test)]
mod test {
    extern crate std;
    use std::string::ToString;

    use super::{Answer, CLIPS, HEADER, StubMicrophone, largest};

    #[test]
    fn a_wrong_answer_is_marked_and_stands_below_the_titles() {
        let clip = &CLIPS[0];
        let (mut right, mut wrong) = ([0.0; 12], [0.0; 12]);
        right[clip.truth] = 0.5;
        wrong[(clip.truth + 1) % 12] = 0.25;
        let labels = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"];
        let right = Answer::new(clip, &right, &labels).to_string();
        let wrong = Answer::new(clip, &wrong, &labels).to_string();
        assert!(right.starts_with(clip.name) && right.ends_with(" 50.0 %"), "{right}");
        assert!(wrong.ends_with(" 25.0 % !"), "{wrong}");
        assert_eq!(HEADER.find("truth"), right.find(labels[clip.truth]));
    }

    #[test]
    fn the_stub_begins_again_behind_the_last_clip() {
        let mut microphone = StubMicrophone::default();
        for clip in CLIPS.iter().chain(&CLIPS) {
            assert_eq!(microphone.next_second().name, clip.name);
        }
    }

    #[test]
    fn the_largest_of_equals_is_the_last() {
        assert_eq!(largest(&[0.25, 0.5, 0.5, 0.125]), 2);
        assert_eq!(largest(&[]), 0);
    }
}
