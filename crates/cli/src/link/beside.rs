//! Files that appear whole or not at all: written beside their place, renamed when all is done.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process,
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context, Result};

use crate::serve;

/// The files under way, for whoever ends the program. Held while one is renamed: a signal comes
/// before or after, never between.
static UNDER_WAY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn under_way() -> MutexGuard<'static, Vec<PathBuf>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on Ctrl-C and a request to terminate take away what is half written.
pub(crate) fn clean_when_interrupted() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting to listen for Ctrl-C")?;
    std::thread::spawn(move || {
        runtime.block_on(serve::interrupted());
        let parts = under_way();
        for part in parts.iter() {
            let _gone = fs::remove_file(part);
        }
        eprintln!(
            "\norfevre: stopped; no output was written, and files of an earlier run are as they were"
        );
        // the lock is kept: nothing is renamed any more
        process::exit(2);
    });
    Ok(())
}

/// A file on its way.
#[derive(Debug)]
pub(crate) struct Beside {
    file: BufWriter<File>,
    part: PathBuf,
    target: PathBuf,
}

impl Beside {
    pub(crate) fn create(target: &Path) -> Result<Beside> {
        let name = target.file_name().context("it names no file")?;
        let mut part = name.to_owned();
        part.push(format!(".{}.part", process::id()));
        let part = target.with_file_name(part);
        // known before it exists: a signal between the two leaves nothing
        under_way().push(part.clone());
        let file = File::create(&part)?;
        Ok(Beside {
            file: BufWriter::with_capacity(1 << 18, file),
            part,
            target: target.to_owned(),
        })
    }

    /// Puts the whole file in its place.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        let parts = under_way();
        fs::rename(&self.part, &self.target)?;
        drop(parts);
        Ok(())
    }
}

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let mut parts = under_way();
        parts.retain(|part| *part != self.part);
        // after `finish` there is none
        let _gone = fs::remove_file(&self.part);
    }
}
