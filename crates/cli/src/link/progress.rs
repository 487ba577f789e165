//! How far a run is, with its rate and the time that is left, on a terminal.

use std::{path::Path, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the bytes of a file.
pub(crate) fn bytes(length: u64, path: &Path) -> ProgressBar {
    let name = path.file_name().unwrap_or(path.as_os_str());
    styled(
        length,
        "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
        name.to_string_lossy().into_owned(),
    )
}

/// A bar over things counted.
pub(crate) fn counted(length: u64, what: &str) -> ProgressBar {
    styled(
        length,
        "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta} left",
        what.to_owned(),
    )
}

fn styled(length: u64, template: &str, message: String) -> ProgressBar {
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length)
        .with_style(style)
        .with_message(message)
}

/// A sign of life for what cannot tell how far it is.
pub(crate) fn working(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
