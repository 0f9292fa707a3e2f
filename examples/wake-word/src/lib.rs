//! What the programs around the wake word model share: the recording that they hear, and when the wake word is taken for heard.
//!
//! A program with a microphone has a front end in place of [`recording`]; `examples/models/wake-word/front_end.py` says what that computes.
#![no_std]
#![forbid(unsafe_code)]

use core::fmt;

/// Log-mel energies of a row.
pub const BANDS: usize = 40;

/// The model's class of the wake word.
pub const WAKE: usize = 0;

/// From one row to the next.
const ROW_MS: usize = 30;

/// How long a row is; rows overlap.
const FRAME_MS: usize = 40;

/// The shipped recording's rows, as `examples/models/wake-word/recording.py` wrote them: i16, little-endian, in units of 1/32.
static ROWS: &[u8] = include_bytes!("../../models/wake-word/recording.rows");

/// The rows of the shipped recording, one after the other.
pub fn recording() -> impl Iterator<Item = [f32; BANDS]> {
    let (rows, _) = ROWS.as_chunks::<{ 2 * BANDS }>();
    rows.iter().map(|row| {
        let (values, _) = row.as_chunks::<2>();
        core::array::from_fn(|band| f32::from(i16::from_le_bytes(values[band])) / 32.0)
    })
}

/// Makes detections of the probabilities that the model gives window by window, in integers alone: their mean over the last
/// [`STEPS`](Self::STEPS) windows has to reach [`THRESHOLD`](Self::THRESHOLD), and after a detection there is a pause.
///
/// `examples/models/wake-word/decide.py` is the same in Python, with which the figures of the model's README were measured.
#[derive(Clone, Debug, Default)]
pub struct Detector {
    recent: [u8; Self::STEPS],
    next: usize,
    quiet: u32,
}

impl Detector {
    /// Windows over which the probability is smoothed.
    pub const STEPS: usize = 4;

    /// What the mean probability has to reach, in 1/256.
    pub const THRESHOLD: u32 = 190;

    /// Windows after a detection in which there is no other.
    pub const PAUSE: u32 = 20;

    /// Takes the wake word's probability in the next window, in 1/256. The mean over the last windows, if the wake word is now taken for
    /// heard.
    pub fn hear(&mut self, probability: u8) -> Option<u8> {
        self.recent[self.next % Self::STEPS] = probability;
        self.next = (self.next + 1) % Self::STEPS;
        if self.quiet > 0 {
            self.quiet -= 1;
            return None;
        }
        let sum: u32 = self.recent.iter().map(|&one| u32::from(one)).sum();
        if sum < Self::THRESHOLD * Self::STEPS as u32 {
            return None;
        }
        self.quiet = Self::PAUSE;
        Some((sum / Self::STEPS as u32) as u8)
    }
}

/// The wake word was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// When, in milliseconds from the recording's begin: the end of the row with which it was recognised.
    pub ms: usize,
    /// The mean probability over the last windows, in 1/256.
    pub probability: u8,
}

impl fmt::Display for Detection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Detection { ms, probability } = *self;
        let percent = (usize::from(probability) * 100 + 128) / 256;
        write!(formatter, "{:>3}.{:02} s  hey ferris  {percent:>3} %", ms / 1000, ms % 1000 / 10)
    }
}

/// Hears the shipped recording. `push` gives a model the next row and returns the probabilities of its classes, none while the first
/// window is not yet full; `tell` is told each detection.
pub fn listen<const CLASSES: usize>(
    mut push: impl FnMut(&[f32; BANDS]) -> Option<[f32; CLASSES]>,
    mut tell: impl FnMut(Detection),
) {
    let mut detector = Detector::default();
    for (number, row) in recording().enumerate() {
        let Some(probabilities) = push(&row) else { continue };
        // The model's own unit: nothing is rounded.
        let probability = (256.0 * probabilities[WAKE]) as u8;
        if let Some(probability) = detector.hear(probability) {
            tell(Detection { ms: number * ROW_MS + FRAME_MS, probability });
        }
    }
}

#[cfg(test)]
mod test {
    extern crate std;
    use std::string::ToString;
    use std::vec::Vec;

    use super::{BANDS, Detection, Detector, listen, recording};

    #[test]
    fn one_window_is_not_enough_and_a_long_word_is_heard_once() {
        let mut detector = Detector::default();
        let mut hear = |probabilities: &[u8]| -> Vec<Option<u8>> {
            probabilities.iter().map(|&probability| detector.hear(probability)).collect()
        };
        assert_eq!(hear(&[255, 0, 0, 0, 0]), [None; 5]);
        assert_eq!(hear(&[255, 200, 200, 105, 64]), [None, None, None, Some(190), None]);
        assert_eq!(hear(&[255; 19]), [None; 19]);
        assert_eq!(hear(&[255]), [Some(255)]);
    }

    #[test]
    fn a_detection_has_the_time_of_its_row() {
        let mut heard = Vec::new();
        let mut row = 0;
        let push = |_: &[f32; BANDS]| {
            row += 1;
            // Three such windows are enough. The third, the 99th row, ends 98 · 30 + 40 ms behind the begin.
            Some([if row >= 97 { 1.0 } else { 0.0 }])
        };
        listen(push, |detection| heard.push(detection));
        assert_eq!(heard[0], Detection { ms: 2980, probability: 191 });
        assert_eq!(heard[0].to_string(), "  2.98 s  hey ferris   75 %");
    }

    #[test]
    fn the_recording_is_log_mel_energies_of_half_a_minute() {
        let rows: Vec<[f32; BANDS]> = recording().collect();
        assert_eq!(rows.len(), 999);
        assert!(rows.iter().flatten().all(|value| (-9.25..16.0).contains(value)));
    }
}
