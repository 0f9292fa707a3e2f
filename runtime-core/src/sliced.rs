//! Inferences that are carried out in slices, and the future that awaits something between them.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

/// An inference that is carried out slice by slice: the `Job` of a generated module.
///
/// ```ignore
/// let mut job = model.begin(&input);
/// while job.step() {
///     // Something else is done here.
/// }
/// let scores = job.finish();
/// ```
///
/// A job that is dropped is given up, and the next one begins anew.
pub trait Slices {
    /// The result: of the model's memory, or a value.
    type Output;

    /// Carries out the next slice. Whether there are more; behind the last one there is nothing to do.
    fn step(&mut self) -> bool;

    /// Carries out the slices that are left. The result.
    fn finish(self) -> Self::Output;
}

/// An inference that awaits something between its slices: what `run_async` and `infer_async` of a generated model give.
///
/// `pause` is called after each slice but the last, and what it gives is awaited. Dropped, the future gives the inference up. Once it has given
/// its result, it is pending whenever it is polled, and wakes nobody.
#[must_use = "futures do nothing unless they are polled or awaited"]
pub struct InSlices<J, P, F> {
    /// None once the result is given.
    job: Option<J>,
    pause: P,
    /// What is awaited before the next slice.
    waiting: Option<F>,
}

impl<J: Slices, P: FnMut() -> F, F: Future<Output = ()>> InSlices<J, P, F> {
    /// A job of which nothing has been carried out, or not all.
    pub fn new(job: J, pause: P) -> Self {
        InSlices { job: Some(job), pause, waiting: None }
    }
}

impl<J: Slices, P: FnMut() -> F, F: Future<Output = ()>> Future for InSlices<J, P, F> {
    type Output = J::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<J::Output> {
        // SAFETY: `waiting` alone is pinned, and is not moved: below it is polled in its place, and replaced by `set`, which drops it there.
        // `job` and `pause` are never pinned. The type has no `Drop` and is no `Unpin` where one of its fields is not.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above: it is in a place that does not move until it is dropped.
        let mut waiting = unsafe { Pin::new_unchecked(&mut this.waiting) };
        loop {
            if let Some(future) = waiting.as_mut().as_pin_mut() {
                if future.poll(cx).is_pending() {
                    return Poll::Pending;
                }
                waiting.set(None);
            }
            let goes_on = match &mut this.job {
                Some(job) => job.step(),
                None => return Poll::Pending,
            };
            if !goes_on {
                return match this.job.take() {
                    Some(job) => Poll::Ready(job.finish()),
                    None => Poll::Pending,
                };
            }
            waiting.set(Some((this.pause)()));
        }
    }
}

#[cfg(test)]
mod test {
    use core::cell::Cell;
    use core::future::{poll_fn, ready};
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    use super::{Future, InSlices, Slices};

    /// So many slices, and a count of those that were carried out.
    struct Counted<'c>(usize, &'c Cell<usize>);

    impl Slices for Counted<'_> {
        type Output = usize;

        fn step(&mut self) -> bool {
            if self.0 > 0 {
                self.0 -= 1;
                self.1.set(self.1.get() + 1);
            }
            self.0 > 0
        }

        fn finish(mut self) -> usize {
            while self.step() {}
            self.1.get()
        }
    }

    /// Is pending once, and then ready. It is not `Unpin`.
    async fn once() {
        let mut is_pending = true;
        poll_fn(|_| if core::mem::take(&mut is_pending) { Poll::Pending } else { Poll::Ready(()) }).await;
    }

    #[test]
    fn it_pauses_between_slices_and_not_behind_the_last() {
        let (carried_out, pauses) = (Cell::new(0), Cell::new(0));
        let pause = || {
            pauses.set(pauses.get() + 1);
            once()
        };
        let mut future = pin!(InSlices::new(Counted(3, &carried_out), pause));
        let mut context = Context::from_waker(Waker::noop());
        for slices in 1..3 {
            assert!(future.as_mut().poll(&mut context).is_pending());
            assert_eq!((carried_out.get(), pauses.get()), (slices, slices));
        }
        assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(3));
        assert_eq!(pauses.get(), 2);
        for _ in 0..3 {
            assert!(future.as_mut().poll(&mut context).is_pending(), "it is ready once");
        }
        assert_eq!((carried_out.get(), pauses.get()), (3, 2));
    }

    #[test]
    fn where_no_pause_is_awaited_it_is_done_at_once() {
        let carried_out = Cell::new(0);
        let mut future = pin!(InSlices::new(Counted(5, &carried_out), || ready(())));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(5));
    }

    #[test]
    fn what_was_begun_is_given_up_with_the_future() {
        let carried_out = Cell::new(0);
        {
            let mut future = pin!(InSlices::new(Counted(5, &carried_out), once));
            let mut context = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut context).is_pending());
            assert!(future.as_mut().poll(&mut context).is_pending());
        }
        assert_eq!(carried_out.get(), 2);
    }
}
