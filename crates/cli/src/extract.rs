//! `orfevre extract`: every identifier in files or standard input.
//!
//! A text is streamed through this process in bounded memory. Everything else is read by a child process
//! (`sandbox.rs`, `server::reader`), since parsers of others' formats meet here what was made to break them.

mod kinds;
mod misp;
mod output;
mod sandbox;
mod stix;

use std::{
    env,
    fs::File,
    io::{self, IsTerminal, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use observables::{Extractor, Kind};
use reading::{Format, Reading, SNIFFED, sniff};
use server::reader::{Reader, hits_of, place_of};

use crate::serve;
use output::{Form, Output};
pub(crate) use sandbox::ReadFile;

/// Files of at least so many bytes show how far they are read, to a person.
const LONG: u64 = 16 << 20;

#[derive(Args)]
#[command(
    after_help = "Files: texts of any size, mail (.eml, .mbox, .msg), HTML, PDF, CSV, JSON, pictures (EXIF, QR codes). What a file is, is told by its content.\nExit codes: 0 something was found; 1 nothing was found; 2 not done, with the reason on standard error. What could not be read of a file is told on standard error and changes nothing else."
)]
pub(crate) struct Extract {
    /// Files to read; standard input without any, and for `-`.
    files: Vec<PathBuf>,
    /// Only these kinds, parted by commas; see --list-kinds.
    #[arg(long, value_delimiter = ',', value_name = "KIND")]
    kind: Vec<Kind>,
    /// One JSON object a line, with byte offsets into the text of its part.
    #[arg(long, group = "form")]
    json: bool,
    /// A table with a line of names.
    #[arg(long, group = "form")]
    csv: bool,
    /// A STIX 2.1 bundle.
    #[arg(long, group = "form")]
    stix: bool,
    /// A MISP event.
    #[arg(long, group = "form")]
    misp: bool,
    /// Values that nobody can click on by accident.
    #[arg(long)]
    defang: bool,
    /// With --json, also what the files say about themselves: hops of mails, attachments with their hashes, EXIF.
    #[arg(long, requires = "json")]
    facts: bool,
    /// Folder of warning lists in MISP's JSON, instead of those in the program.
    #[arg(long, value_name = "FOLDER")]
    lists: Option<PathBuf>,
    /// Say of each kind what it looks like and how it is written, and stop.
    #[arg(long)]
    list_kinds: bool,
}

impl Extract {
    pub(crate) fn run(self, config: Option<&Path>) -> Result<ExitCode> {
        if self.list_kinds {
            kinds::list(&mut io::stdout().lock()).context("writing")?;
            return Ok(ExitCode::SUCCESS);
        }
        let form = match (self.json, self.csv, self.stix, self.misp) {
            (true, ..) => Form::Json { facts: self.facts },
            (_, true, ..) => Form::Csv,
            (_, _, true, _) => Form::Stix,
            (.., true) => Form::Misp,
            _ => Form::Plain,
        };
        let lists = self.lists.as_deref().or(config);
        let mut output = Output::new(form, self.kind, self.defang, lists, serve::now())?;
        if self.files.is_empty() {
            standard_input(&mut output)?;
        }
        let mut unread = false;
        for path in &self.files {
            if path.as_os_str() == "-" {
                standard_input(&mut output)?;
                continue;
            }
            // One that cannot be opened keeps nothing of the others from being found.
            match opened(path) {
                Ok((input, head)) => file(&mut output, path, input, &head)
                    .with_context(|| format!("reading {}", path.display()))?,
                Err(error) => {
                    eprintln!("orfevre: reading {}: {error}", path.display());
                    unread = true;
                }
            }
        }
        let found = output.finish()?;
        Ok(match (unread, found) {
            (true, _) => ExitCode::from(2),
            (false, true) => ExitCode::SUCCESS,
            (false, false) => ExitCode::FAILURE,
        })
    }
}

fn standard_input(output: &mut Output) -> Result<()> {
    let head = head(&mut io::stdin().lock()).context("reading standard input")?;
    output.begin(None);
    match sniff(&head) {
        Format::Text | Format::Binary => {
            text(output, head.chain(io::stdin().lock())).context("reading standard input")
        }
        // A thread takes the rest: no lock is held here.
        format => reader()?.read_piped(format, head, io::stdin(), &mut |reading| {
            parts(output, &reading)
        }),
    }
}

/// A file at its beginning, with its first bytes.
fn opened(path: &Path) -> io::Result<(File, Vec<u8>)> {
    let mut input = File::open(path)?;
    let head = head(&mut input)?;
    input.seek(SeekFrom::Start(0))?;
    Ok((input, head))
}

fn file(output: &mut Output, path: &Path, input: File, head: &[u8]) -> Result<()> {
    output.begin(Some(&path.display().to_string()));
    match sniff(head) {
        Format::Text | Format::Binary => {
            let length = input.metadata()?.len();
            if length < LONG || !io::stderr().is_terminal() {
                return text(output, input);
            }
            let bar = ProgressBar::new(length).with_style(ProgressStyle::with_template(
                "{wide_bar} {bytes}/{total_bytes} {eta}",
            )?);
            let answer = text(output, bar.wrap_read(input));
            bar.finish_and_clear();
            answer
        }
        format => reader()?.read(format, input, &mut |reading| parts(output, &reading)),
    }
}

fn reader() -> Result<Reader> {
    let program = env::current_exe().context("finding this program")?;
    Ok(Reader::patient(program))
}

/// The first bytes, as many as are looked at to tell what it is.
fn head(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(SNIFFED as u64 + 1).read_to_end(&mut head)?;
    Ok(head)
}

fn text(output: &mut Output, mut input: impl Read) -> Result<()> {
    let mut extractor = Extractor::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let length = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        for found in extractor.push(&piece[..length]) {
            output.hit("", &found.hit, &found.raw)?;
        }
        // Nobody asked what nearly was one.
        drop(extractor.problems());
    }
    for found in extractor.finish() {
        output.hit("", &found.hit, &found.raw)?;
    }
    Ok(())
}

/// What the child read of a document.
fn parts(output: &mut Output, reading: &Reading) -> Result<()> {
    let at = place_of(reading);
    for part in &reading.parts {
        let path = format!("{at}{}", part.path);
        for hit in hits_of(part) {
            output.hit(&path, &hit, &part.text[hit.span.clone()])?;
        }
    }
    output.facts(&at, reading)
}
