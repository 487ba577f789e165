//! Threads that give way to those that receive.
//!
//! The worker and its database compute for seconds at a time. A receipt is a chain of short wakings, and each would
//! wait for the end of a time slice behind them: some milliseconds, several times, on a machine with few
//! processors.

use std::io;

/// How much such a thread gives way, in the system's measure (0 to 19).
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Starts a thread that gives way. So do the threads it starts: they inherit it.
///
/// On Linux a priority is a thread's. Elsewhere it is the whole process's, and stays as it is.
///
/// # Errors
/// When the system gives no thread.
pub fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            #[cfg(target_os = "linux")]
            if let Err(error) =
                rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE)
            {
                tracing::warn!(%error, "the worker does not give way to those that receive");
            }
            body();
        })?;
    Ok(())
}
