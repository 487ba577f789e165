//! Files of others' formats, read by a child process that can do nothing but read and answer.
//!
//! The child is this program as `orfevre read-file`: its standard input is the file, its standard output a
//! reading a line. Before it reads, it gives up what it does not need: memory beyond a limit, time beyond a
//! limit, and every file descriptor but the three it has, so that it opens no file, no socket and no process's pipe.
//! Whatever ends it, a panic, a stack that overflows, memory, time, is a problem of that file alone.

use std::{
    env,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    process::{Child, Command, ExitCode, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Args;
use reading::{Format, Limits, Problem, Reading, documents, first_mail};

/// How long the child may be silent before it is ended. One document makes one answer.
const SILENCE: Duration = Duration::from_secs(60);

/// Address space of the child, in bytes.
const MEMORY: u64 = 3 << 30;

/// Processor time of the child, in seconds. Mailboxes of gigabytes end long before; a loop without end does not.
const TIME: u64 = 1_800;

/// Read one file from standard input within limits; made for `orfevre extract`.
#[derive(Args)]
pub(crate) struct ReadFile {
    /// What it is.
    #[arg(long)]
    format: String,
}

impl ReadFile {
    pub(crate) fn run(self) -> Result<ExitCode> {
        confine().context("taking limits")?;
        let format: Format = serde_json::from_value(self.format.into()).context("the format")?;
        let mut out = io::BufWriter::new(io::stdout().lock());
        documents(format, io::stdin().lock(), &Limits::default(), |reading| {
            serde_json::to_writer(&mut out, &reading)?;
            out.write_all(b"\n")?;
            out.flush()
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(unix)]
fn confine() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limits = [
        (Resource::As, MEMORY),
        (Resource::Cpu, TIME),
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
fn confine() -> io::Result<()> {
    Ok(())
}

/// Reads a file, and hands over each of its documents.
pub(super) fn read(
    format: Format,
    mut file: File,
    give: &mut dyn FnMut(&Reading) -> Result<()>,
) -> Result<()> {
    let mut start = 0;
    loop {
        let child = spawn(format, Stdio::from(file.try_clone()?))?;
        let (end, stopped) = listen(child, start, give)?;
        let Some(what) = stopped else { return Ok(()) };
        give(&stopped_at(format, end, what))?;
        if format != Format::Mbox {
            return Ok(());
        }
        // The next mail is read by a new child.
        file.seek(SeekFrom::Start(end))?;
        let Some(length) = first_mail(&file)? else {
            return Ok(());
        };
        start = end + length;
        file.seek(SeekFrom::Start(start))?;
    }
}

/// Reads what comes through a pipe; nothing of it can be read twice.
pub(super) fn read_piped(
    format: Format,
    head: Vec<u8>,
    mut rest: io::Stdin,
    give: &mut dyn FnMut(&Reading) -> Result<()>,
) -> Result<()> {
    let mut child = spawn(format, Stdio::piped())?;
    let mut to = child.stdin.take().context("the child has no input")?;
    thread::spawn(move || {
        // A child that stopped takes nothing more, which is told by its end.
        let _ = to
            .write_all(&head)
            .and_then(|()| io::copy(&mut rest, &mut to));
    });
    let (end, stopped) = listen(child, 0, give)?;
    match stopped {
        Some(what) => give(&stopped_at(format, end, what)),
        None => Ok(()),
    }
}

fn stopped_at(format: Format, end: u64, what: String) -> Reading {
    Reading {
        format,
        start: end,
        end,
        problems: vec![Problem {
            path: String::new(),
            what,
        }],
        ..Reading::default()
    }
}

fn spawn(format: Format, input: Stdio) -> Result<Child> {
    let format = serde_json::to_value(format)?;
    Command::new(env::current_exe().context("finding this program")?)
        .args(["read-file", "--format", format.as_str().unwrap_or_default()])
        .env_clear()
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("starting a child process to read the file")
}

/// Takes the child's answers. Tells where the last one ended, and why the child stopped unless it was done.
fn listen(
    mut child: Child,
    start: u64,
    give: &mut dyn FnMut(&Reading) -> Result<()>,
) -> Result<(u64, Option<String>)> {
    let out = child.stdout.take().context("the child has no output")?;
    // One waits while another is made; no more, since each may be large.
    let (sender, answers) = mpsc::sync_channel::<io::Result<Vec<u8>>>(1);
    thread::spawn(move || {
        let mut out = BufReader::with_capacity(1 << 16, out);
        let most = 8 * Limits::default().document as u64;
        loop {
            let mut line = Vec::new();
            let read = out.by_ref().take(most).read_until(b'\n', &mut line);
            if !matches!(read, Ok(length) if length > 0) || sender.send(read.map(|_| line)).is_err()
            {
                return;
            }
        }
    });
    let mut end = start;
    let mut stopped = None;
    loop {
        match answers.recv_timeout(SILENCE) {
            Ok(line) => match line
                .ok()
                .and_then(|line| serde_json::from_slice::<Reading>(&line).ok())
            {
                Some(mut reading) => {
                    reading.start += start;
                    reading.end += start;
                    end = reading.end;
                    if let Err(error) = give(&reading) {
                        child.kill().ok();
                        child.wait().ok();
                        return Err(error);
                    }
                }
                // A line that was cut by the child's end.
                None => break,
            },
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                stopped = Some(format!("its reader took more than {} s", SILENCE.as_secs()));
                child.kill().ok();
                break;
            }
        }
    }
    let status = child.wait().context("waiting for the child process")?;
    if stopped.is_none() && !status.success() {
        stopped = Some(format!(
            "its reader stopped ({status}): the rest of it was not read"
        ));
    }
    Ok((end, stopped))
}
