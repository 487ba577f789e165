//! The child process that reads one file within limits: this program as `orfevre read-file`. What starts it and
//! listens to it is `server::reader`.
//!
//! Its standard input is the file, its standard output a reading a line. Before it reads, it gives up what it does
//! not need: memory beyond a limit, time beyond a limit, and every file descriptor but the three it has, so that it
//! opens no file, no socket and no process's pipe.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Args;
use reading::{Format, Limits, documents};

/// Address space of the child, in bytes.
const MEMORY: u64 = 3 << 30;

/// Read one file from standard input within limits; made for `orfevre extract` and the worker.
#[derive(Args)]
pub(crate) struct ReadFile {
    /// What it is.
    #[arg(long)]
    format: String,
    /// Processor time, in seconds.
    #[arg(long, default_value_t = 1_800)]
    seconds: u64,
    /// Bytes of text taken out of one document.
    #[arg(long, default_value_t = Limits::default().text)]
    text: usize,
}

impl ReadFile {
    pub(crate) fn run(self) -> Result<ExitCode> {
        confine(self.seconds).context("taking limits")?;
        let format: Format = serde_json::from_value(self.format.into()).context("the format")?;
        let limits = Limits {
            text: self.text,
            ..Limits::default()
        };
        let mut out = io::BufWriter::new(io::stdout().lock());
        documents(format, io::stdin().lock(), &limits, |reading| {
            serde_json::to_writer(&mut out, &reading)?;
            out.write_all(b"\n")?;
            out.flush()
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(unix)]
fn confine(seconds: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limits = [
        (Resource::As, MEMORY),
        (Resource::Cpu, seconds),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        // 0, 1 and 2 are open, and nothing else can be: no file, no socket.
        (Resource::Nofile, 3),
    ];
    for (resource, most) in limits {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

/// Other systems have time limits only, which the parent keeps.
#[cfg(not(unix))]
fn confine(_: u64) -> io::Result<()> {
    Ok(())
}
