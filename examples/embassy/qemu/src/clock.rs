//! Embassy's clock on a machine with nothing but SysTick: it interrupts every 100 µs, and its counter says what has passed since.

use core::cell::RefCell;
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::Waker;

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{SCB, SYST};
use cortex_m_rt::exception;
use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

/// The processor's clock.
const MHZ: u32 = 25;
/// From one interrupt to the next.
const PERIOD_US: u32 = 100;

struct Clock {
    /// Interrupts since the begin: enough for five days.
    periods: AtomicU32,
    queue: Mutex<RefCell<Queue>>,
}

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock {
    periods: AtomicU32::new(0),
    queue: Mutex::new(RefCell::new(Queue::new())),
});

/// Starts the clock.
pub fn start(syst: &mut SYST) {
    syst.set_clock_source(SystClkSource::Core);
    syst.set_reload(MHZ * PERIOD_US - 1);
    syst.clear_current();
    syst.enable_interrupt();
    syst.enable_counter();
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        critical_section::with(|_| {
            let mut left = SYST::get_current();
            let mut periods = self.periods.load(Ordering::Relaxed);
            if SCB::is_pendst_pending() {
                // A period is over that is not counted yet. The counter may have been read before or after its end.
                left = SYST::get_current();
                periods += 1;
            }
            let passed = (MHZ * PERIOD_US - 1).saturating_sub(left) / MHZ;
            u64::from(periods) * u64::from(PERIOD_US) + u64::from(passed)
        })
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|token| _ = self.queue.borrow_ref_mut(token).schedule_wake(at, waker));
    }
}

#[exception]
fn SysTick() {
    CLOCK.periods.fetch_add(1, Ordering::Relaxed);
    let now = CLOCK.now();
    critical_section::with(|token| _ = CLOCK.queue.borrow_ref_mut(token).next_expiration(now));
}
