//! Work in parts, on several threads; the number of threads never shows in a result.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::scope;

/// Parts that a thread may be ahead of what has been taken.
const AHEAD: usize = 4;

/// Gives the result of each part to `take`, in the order of the parts. Each thread makes itself a state;
/// it may hold what makes work faster, but must not change a result.
pub(super) fn in_order<S, T: Send>(
    threads: usize,
    parts: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> T + Sync,
    mut take: impl FnMut(T),
) {
    let threads = threads.min(parts);
    if threads <= 1 {
        let mut state = state();
        (0..parts).for_each(|part| take(work(&mut state, part)));
        return;
    }
    scope(|scope| {
        let start = |first: usize| {
            let (sender, receiver) = sync_channel(AHEAD);
            let (state, work) = (&state, &work);
            scope.spawn(move || {
                let mut state = state();
                for part in (first..parts).step_by(threads) {
                    if sender.send(work(&mut state, part)).is_err() {
                        return;
                    }
                }
            });
            receiver
        };
        let receivers: Vec<_> = (0..threads).map(start).collect();
        for receiver in receivers.iter().cycle().take(parts) {
            // fails only where a thread has panicked, which the scope passes on
            let Ok(result) = receiver.recv() else { return };
            take(result);
        }
    });
}

/// Shares the parts out as threads come free, and gives each thread's state at the end. What they hold
/// together must not depend on who had which part.
pub(super) fn gathered<S: Send>(
    threads: usize,
    parts: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) + Sync,
) -> Vec<S> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut state = state();
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                return state;
            }
            work(&mut state, part);
        }
    };
    let threads = threads.min(parts);
    if threads <= 1 {
        return vec![run()];
    }
    scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let states = started.into_iter().map(|thread| thread.join());
        states
            .map(|state| state.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_every_part_once() {
        for threads in [0, 1, 2, 5, 40] {
            for parts in [0, 1, 7, 100] {
                let mut taken = Vec::new();
                in_order(
                    threads,
                    parts,
                    || (),
                    |(), part| part,
                    |part| taken.push(part),
                );
                assert_eq!(taken, (0..parts).collect::<Vec<_>>());
                let states = gathered(threads, parts, Vec::new, |state, part| state.push(part));
                let mut all: Vec<usize> = states.into_iter().flatten().collect();
                all.sort_unstable();
                assert_eq!(all, taken);
            }
        }
    }

    #[test]
    #[should_panic(expected = "part 3")]
    fn a_panic_is_passed_on() {
        let work = |(): &mut (), part| assert!(part != 3, "part {part}");
        gathered(2, 8, || (), work);
    }
}
