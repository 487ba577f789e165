//! Inputs that hold many documents, read one after the other: a mailbox of any size, tables, lines of JSON.

use std::io::{self, BufRead, Read};

use crate::{Cause, Format, Limits, Problem, Reader, Reading, read_as, table, under};

/// How many rows of a table, or bytes of lines of JSON, make one reading: fewer than the items of the usual limits.
const ROWS: usize = 1_000;
const LINES: usize = 256 << 10;

/// Reads an input document by document, in bounded memory, and hands each over as soon as it is read.
///
/// The input's format is given, since telling it takes the first bytes, which whoever calls has.
///
/// # Errors
///
/// Those of the input, and those of whoever takes the readings.
pub fn documents(
    format: Format,
    input: impl Read,
    limits: &Limits,
    mut give: impl FnMut(Reading) -> io::Result<()>,
) -> io::Result<()> {
    let mut input = io::BufReader::with_capacity(1 << 16, input);
    match format {
        Format::Mbox => mails(&mut input, limits, &mut give),
        Format::Csv => table::rows(&mut input, limits, ROWS, &mut give),
        Format::Json => lines(&mut input, limits, &mut give),
        _ => {
            let mut bytes = Vec::new();
            input
                .by_ref()
                .take(limits.document as u64 + 1)
                .read_to_end(&mut bytes)?;
            let cut = bytes.len() > limits.document;
            bytes.truncate(limits.document);
            let mut reading = read_as(format, &bytes, limits);
            if cut {
                reading.problems.push(too_long());
            }
            give(reading)
        }
    }
}

fn too_long() -> Problem {
    Problem {
        path: String::new(),
        cause: Cause::Limit,
        what: "the document is too long: its end was not read".to_owned(),
    }
}

/// How many bytes of a mailbox that begins with a mail belong to it; none when it is the last.
///
/// This lets whoever reads a mailbox go on after a mail that brought its reader down.
///
/// # Errors
///
/// Those of the input.
pub fn first_mail(input: impl Read) -> io::Result<Option<u64>> {
    let mut input = io::BufReader::with_capacity(1 << 16, input);
    let mut line = Vec::new();
    let mut at = 0;
    let (mut begins, mut after_empty) = (true, false);
    loop {
        line.clear();
        let length = input.by_ref().take(1 << 16).read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(None);
        }
        if begins && after_empty && line.starts_with(b"From ") {
            return Ok(Some(at));
        }
        at += length as u64;
        after_empty = begins && matches!(line.as_slice(), b"\n" | b"\r\n");
        begins = line.ends_with(b"\n");
    }
}

/// Cuts a mailbox at its lines `From `, which follow an empty line or begin it.
fn mails(
    input: &mut impl BufRead,
    limits: &Limits,
    give: &mut impl FnMut(Reading) -> io::Result<()>,
) -> io::Result<()> {
    let mut mail = Vec::new();
    let mut line = Vec::new();
    let (mut start, mut at) = (0, 0);
    let (mut begins, mut after_empty, mut cut) = (true, true, false);
    let mut hand_over = |mail: &mut Vec<u8>, start: u64, end: u64, cut: bool| {
        if mail.trim_ascii().is_empty() {
            mail.clear();
            return Ok(());
        }
        let mut reading = read_as(Format::Mail, mail, limits);
        (reading.start, reading.end) = (start, end);
        if cut {
            reading.problems.push(too_long());
        }
        mail.clear();
        give(reading)
    };
    loop {
        line.clear();
        // A line of any length, in pieces.
        let length = input.by_ref().take(1 << 16).read_until(b'\n', &mut line)?;
        if length == 0 {
            return hand_over(&mut mail, start, at, cut);
        }
        if begins && after_empty && line.starts_with(b"From ") {
            hand_over(&mut mail, start, at, cut)?;
            start = at;
            cut = false;
        } else if mail.len() + length <= limits.document {
            mail.extend_from_slice(&line);
        } else {
            cut = true;
        }
        at += length as u64;
        after_empty = begins && matches!(line.as_slice(), b"\n" | b"\r\n");
        begins = line.ends_with(b"\n");
    }
}

/// Lines of JSON in turns of some megabytes; one value over many lines is one document.
fn lines(
    input: &mut impl BufRead,
    limits: &Limits,
    give: &mut impl FnMut(Reading) -> io::Result<()>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    let mut start = 0;
    let mut values = 0;
    loop {
        let before = bytes.len();
        let room = (limits.document - before) as u64;
        let length = input.by_ref().take(room).read_until(b'\n', &mut bytes)?;
        let ended = length == 0;
        if !ended && bytes.len() < LINES {
            continue;
        }
        // Whether the turn holds whole values: else it is one, and grows until it ends or is too long.
        let whole = serde_json::Deserializer::from_slice(&bytes)
            .into_iter::<serde::de::IgnoredAny>()
            .all(|value| value.is_ok());
        if !ended && !whole && bytes.len() < limits.document {
            // Read on at once: to look again at each line would be quadratic.
            let more = (bytes.len() as u64).min((limits.document - bytes.len()) as u64);
            let grown = input.by_ref().take(more).read_to_end(&mut bytes)?;
            if grown > 0 {
                continue;
            }
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let mut reading = Reader {
            limits,
            text_left: limits.text,
            reading: Reading {
                format: Format::Json,
                start,
                end: start + bytes.len() as u64,
                ..Reading::default()
            },
        };
        values = reading.values("", &bytes, values);
        start += bytes.len() as u64;
        bytes.clear();
        give(reading.reading)?;
        if ended {
            return Ok(());
        }
    }
}

impl Reader<'_> {
    /// A mailbox in a file.
    pub(crate) fn mailbox(&mut self, path: &str, bytes: &[u8], depth: usize) {
        let mut number = 0;
        let mut found: Vec<std::ops::Range<usize>> = Vec::new();
        let mut start = 0;
        let mut after_empty = true;
        let mut at = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if after_empty && line.starts_with(b"From ") {
                found.push(start..at);
                start = at + line.len();
            }
            after_empty = matches!(line, b"\n" | b"\r\n");
            at += line.len();
        }
        found.push(start..at);
        for mail in found {
            let mail = &bytes[mail];
            if mail.trim_ascii().is_empty() {
                continue;
            }
            number += 1;
            let path = under(path, &format!("mail {number}"));
            self.document(Format::Mail, &path, mail, depth + 1);
        }
    }
}
