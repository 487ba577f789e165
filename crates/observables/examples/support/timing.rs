//! Time spent on a processor, so that neighbours on the same machine do not count.

use std::{fs, time::Instant};

/// Seconds that one run takes: the median of five samples, each of as many runs as fill a tenth of a second.
pub(crate) fn seconds(mut run: impl FnMut()) -> f64 {
    let clock = Instant::now();
    run();
    let mut samples: Vec<f64> = (0..5)
        .map(|_| {
            let start = now(clock);
            let mut runs = 0;
            // The system adds up every few milliseconds: a sample is long beside that.
            loop {
                run();
                runs += 1;
                let used = now(clock) - start;
                if used >= 0.1 {
                    return used / f64::from(runs);
                }
            }
        })
        .collect();
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
