//! Time spent on a processor, so that neighbours on the same machine do not count.

use std::{fs, time::Instant};

/// Seconds that one run takes: the median of five samples, each of as many runs as fill a tenth of a second.
pub(crate) fn seconds(mut run: impl FnMut()) -> f64 {
    let clock = Instant::now();
    let mut sample = |runs: u32| {
        let start = now(clock);
        (0..runs).for_each(|_| run());
        (now(clock) - start) / f64::from(runs)
    };
    // The first run also fills caches.
    let first = sample(1).max(1e-7);
    let runs = (0.1 / first).clamp(1.0, 100_000.0) as u32;
    let mut samples: Vec<f64> = (0..5).map(|_| sample(runs)).collect();
    samples.sort_by(f64::total_cmp);
    samples[2]
}

/// Linux tells what a thread has used, to a few milliseconds; elsewhere the clock on the wall has to do.
fn now(clock: Instant) -> f64 {
    let used = fs::read_to_string("/proc/thread-self/schedstat").ok();
    used.and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(
            || clock.elapsed().as_secs_f64(),
            |nanoseconds| nanoseconds / 1e9,
        )
}
