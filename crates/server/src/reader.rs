//! Files of others' formats, read by a child process that can do nothing but read and answer.
//!
//! The child is the program's command `read-file`: its standard input is the file, its standard output a
//! [`Reading`] a line, as JSON. It gives up what it does not need before it reads: memory and time beyond a limit,
//! every file descriptor but the three it has. Whatever ends it, a panic, a stack that overflows, memory, time, is
//! a problem of that file alone.
//!
//! Here is the parent's half, for the command line and the worker alike. It blocks: not for a thread of requests.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use observables::{Hit, extract};
use reading::{Cause, Format, Limits, Part, Problem, Reading, first_mail};

/// How long a child may be silent that a person waits for. One document makes one answer.
const SILENCE: Duration = Duration::from_secs(60);
/// Processor time of that child, in seconds. Mailboxes of gigabytes end long before; a loop without end does not.
const PATIENCE: u64 = 1_800;
/// How long a child that has said all may take to end.
const END: Duration = Duration::from_secs(2);
/// An answer may always be so long, in bytes: JSON has more to it than the texts.
const SHORT_ANSWER: u64 = 64 << 20;

/// How a file is read: by which program, and within which limits.
#[derive(Clone, Debug)]
pub struct Reader {
    program: PathBuf,
    /// Between two answers.
    silence: Duration,
    /// Processor time, in seconds.
    seconds: u64,
    /// Bytes of text taken out of one document.
    text: usize,
    /// When it must be done, however many documents there are.
    until: Option<Instant>,
}

impl Reader {
    /// For a person who waits: as long as answers come, as much as there is.
    #[must_use]
    pub fn patient(program: PathBuf) -> Self {
        Self {
            program,
            silence: SILENCE,
            seconds: PATIENCE,
            text: Limits::default().text,
            until: None,
        }
    }

    /// For one file among many: done within a time from now, with at most so many bytes of text of a document.
    #[must_use]
    pub fn brief(program: PathBuf, time: Duration, text: usize) -> Self {
        Self {
            program,
            silence: time,
            seconds: time.as_secs().max(1),
            text,
            until: Some(Instant::now() + time),
        }
    }

    /// Reads a file, and hands over each of its documents.
    ///
    /// # Errors
    /// When the child cannot be started, and those of whoever takes the readings. That the child broke off is none:
    /// it is handed over as a problem.
    pub fn read<E: From<io::Error>>(
        &self,
        format: Format,
        mut file: File,
        give: &mut dyn FnMut(Reading) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut start = 0;
        loop {
            let child = self.spawn(format, Stdio::from(file.try_clone()?))?;
            let (end, stopped) = self.listen(child, start, give)?;
            let Some(what) = stopped else { return Ok(()) };
            give(stopped_at(format, end, what))?;
            if format != Format::Mbox || self.left().is_zero() {
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
    ///
    /// # Errors
    /// Those of [`Reader::read`].
    pub fn read_piped<E: From<io::Error>>(
        &self,
        format: Format,
        head: Vec<u8>,
        mut rest: impl Read + Send + 'static,
        give: &mut dyn FnMut(Reading) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut child = self.spawn(format, Stdio::piped())?;
        if let Some(mut to) = child.stdin.take() {
            // A thread of its own, since the child may stop before it has taken all.
            thread::spawn(move || {
                // A child that stopped takes nothing more, which is told by its end.
                let _ = to
                    .write_all(&head)
                    .and_then(|()| io::copy(&mut rest, &mut to));
            });
        }
        let (end, stopped) = self.listen(child, 0, give)?;
        match stopped {
            Some(what) => give(stopped_at(format, end, what)),
            None => Ok(()),
        }
    }

    fn spawn(&self, format: Format, input: Stdio) -> io::Result<Child> {
        let format = serde_json::to_value(format)?;
        Command::new(&self.program)
            .args(["read-file", "--format", format.as_str().unwrap_or_default()])
            .args(["--seconds", &self.seconds.to_string()])
            .args(["--text", &self.text.to_string()])
            .env_clear()
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                let what = format!("starting a child process to read the file: {error}");
                io::Error::new(error.kind(), what)
            })
    }

    /// How long the next answer may take.
    fn left(&self) -> Duration {
        self.until.map_or(self.silence, |until| {
            self.silence
                .min(until.saturating_duration_since(Instant::now()))
        })
    }

    /// Takes the child's answers. Tells where the last one ended, and why the child stopped unless it was done.
    fn listen<E: From<io::Error>>(
        &self,
        mut child: Child,
        start: u64,
        give: &mut dyn FnMut(Reading) -> Result<(), E>,
    ) -> Result<(u64, Option<String>), E> {
        let Some(out) = child.stdout.take() else {
            child.kill()?;
            return Err(io::Error::other("the child has no output").into());
        };
        // One waits while another is made; no more, since each may be large.
        let (sender, answers) = mpsc::sync_channel::<io::Result<Vec<u8>>>(1);
        let most = (8 * self.text as u64).max(SHORT_ANSWER);
        thread::spawn(move || {
            let mut out = BufReader::with_capacity(1 << 16, out);
            loop {
                let mut line = Vec::new();
                let read = out.by_ref().take(most).read_until(b'\n', &mut line);
                if !matches!(read, Ok(length) if length > 0)
                    || sender.send(read.map(|_| line)).is_err()
                {
                    return;
                }
            }
        });
        let mut end = start;
        let mut stopped = None;
        loop {
            match answers.recv_timeout(self.left()) {
                Ok(line) => match line
                    .ok()
                    .and_then(|line| serde_json::from_slice::<Reading>(&line).ok())
                {
                    Some(mut reading) => {
                        reading.start += start;
                        reading.end += start;
                        end = reading.end;
                        if let Err(error) = give(reading) {
                            child.kill().ok();
                            child.wait().ok();
                            return Err(error);
                        }
                    }
                    // A line that was cut by the child's end, or is longer than any may be.
                    None => {
                        stopped = Some("its reader broke off: the rest of it was not read".into());
                        break;
                    }
                },
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let seconds = self.silence.as_secs();
                    stopped = Some(format!("its reader took more than {seconds} s"));
                    child.kill().ok();
                    break;
                }
            }
        }
        // Who goes on writing must not be waited for.
        drop(answers);
        let status = end_of(&mut child)?;
        if stopped.is_none() && !status.success() {
            stopped = Some(format!(
                "its reader stopped ({status}): the rest of it was not read"
            ));
        }
        Ok((end, stopped))
    }
}

/// Waits for a child that has nothing more to say, and ends it where it does not end.
fn end_of(child: &mut Child) -> io::Result<ExitStatus> {
    let until = Instant::now() + END;
    let mut wait = Duration::from_micros(100);
    while Instant::now() < until {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(wait);
        wait = (wait * 2).min(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()
}

fn stopped_at(format: Format, end: u64, what: String) -> Reading {
    Reading {
        format,
        start: end,
        end,
        problems: vec![Problem {
            path: String::new(),
            cause: Cause::Limit,
            what,
        }],
        ..Reading::default()
    }
}

/// What stands before the places in a document: the documents of a mailbox are told apart by where they begin.
#[must_use]
pub fn place_of(reading: &Reading) -> String {
    if reading.format == Format::Mail && reading.start > 0 {
        format!("mail at byte {}/", reading.start)
    } else {
        String::new()
    }
}

/// The hits of a part, with their spans in its text. What the file calls a value says what it is; hits in the name
/// itself are none of the value's.
#[must_use]
pub fn hits_of(part: &Part) -> Vec<Hit> {
    if part.label.is_empty() {
        return extract(&part.text).hits;
    }
    let before = part.label.len() + 2;
    let mut hits = extract(&format!("{}: {}", part.label, part.text)).hits;
    hits.retain_mut(|hit| {
        if hit.span.start < before {
            return false;
        }
        hit.span = hit.span.start - before..hit.span.end - before;
        true
    });
    hits
}
