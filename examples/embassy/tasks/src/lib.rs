//! What the Embassy examples share: a task that has something to do every so often, and how late it was.
#![no_std]
#![forbid(unsafe_code)]

use core::sync::atomic::{AtomicU32, Ordering};

use embassy_time::{Duration, Instant, Timer};

/// How late the task was. One task writes, and others read.
#[derive(Default)]
pub struct Lateness {
    rounds: AtomicU32,
    worst_us: AtomicU32,
    missed: AtomicU32,
}

impl Lateness {
    /// Not late yet.
    pub const fn new() -> Lateness {
        Lateness { rounds: AtomicU32::new(0), worst_us: AtomicU32::new(0), missed: AtomicU32::new(0) }
    }

    /// Forgets what was.
    pub fn reset(&self) {
        for figure in [&self.rounds, &self.worst_us, &self.missed] {
            figure.store(0, Ordering::Relaxed);
        }
    }

    /// How often the task had something to do.
    pub fn rounds(&self) -> u32 {
        self.rounds.load(Ordering::Relaxed)
    }

    /// How long after its time it began at most, in microseconds.
    pub fn worst_us(&self) -> u32 {
        self.worst_us.load(Ordering::Relaxed)
    }

    /// How often its time passed without it.
    pub fn missed(&self) -> u32 {
        self.missed.load(Ordering::Relaxed)
    }

    fn add(&self, late_us: u32, missed: u32) {
        // One writer: nothing comes between, and Armv6-M has no instruction for both.
        let more =
            |figure: &AtomicU32, by| figure.store(figure.load(Ordering::Relaxed) + by, Ordering::Relaxed);
        more(&self.rounds, 1);
        more(&self.missed, missed);
        self.worst_us.store(self.worst_us().max(late_us), Ordering::Relaxed);
    }
}

/// Does `act` every so many milliseconds, for ever: a motor's control loop, say. What it missed it does not do later.
pub async fn control(lateness: &Lateness, period_ms: u32, mut act: impl FnMut()) -> ! {
    let period_us = 1_000 * period_ms.max(1);
    let mut due = Instant::from_millis(Instant::now().as_millis() + 1);
    loop {
        Timer::at(due).await;
        let late = Instant::now().saturating_duration_since(due).as_micros();
        let late = u32::try_from(late).unwrap_or(u32::MAX);
        let missed = late / period_us;
        lateness.add(late, missed);
        act();
        due += Duration::from_micros(u64::from(period_us) * (1 + u64::from(missed)));
    }
}
