//! The five forms of the answer.

use std::{
    io::{self, BufWriter, StdoutLock, Write},
    path::Path,
};

use anyhow::{Context, Result};
use jiff::Timestamp;
use observables::{Hit, Kind, Observable, Proof, WarningLists, defang};
use reading::{Attachment, Reading};
use serde_json::json;

use super::{misp::Event, stix::Bundle};
use crate::country;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The kind, a tabulator, the value.
    Plain,
    /// An object a line.
    Json {
        /// What the files say about themselves, too.
        facts: bool,
    },
    Csv,
    Stix,
    Misp,
}

enum Writer {
    Lines(BufWriter<StdoutLock<'static>>),
    Table(Box<csv::Writer<StdoutLock<'static>>>),
    Bundle(Bundle),
    Event(Event),
}

pub(super) struct Output {
    form: Form,
    writer: Writer,
    kinds: Vec<Kind>,
    defang: bool,
    lists: WarningLists,
    file: Option<String>,
    found: bool,
}

impl Output {
    /// The forms that tell of warning lists read them, from a folder or from the program.
    pub(super) fn new(
        form: Form,
        kinds: Vec<Kind>,
        defang: bool,
        lists: Option<&Path>,
        now: Timestamp,
    ) -> Result<Output> {
        let out = io::stdout().lock();
        let writer = match form {
            Form::Plain | Form::Json { .. } => Writer::Lines(BufWriter::new(out)),
            Form::Csv => {
                let mut table = csv::Writer::from_writer(out);
                table.write_record([
                    "file",
                    "part",
                    "kind",
                    "value",
                    "raw",
                    "start",
                    "end",
                    "proof",
                    "confidence",
                    "flags",
                    "list",
                ])?;
                Writer::Table(Box::new(table))
            }
            Form::Stix => Writer::Bundle(Bundle::new(now)),
            Form::Misp => Writer::Event(Event::new(now)),
        };
        let lists = match form {
            Form::Plain => WarningLists::default(),
            _ => country::lists(lists)?,
        };
        Ok(Output {
            form,
            writer,
            kinds,
            defang,
            lists,
            file: None,
            found: false,
        })
    }

    /// What comes is of this file.
    pub(super) fn begin(&mut self, file: Option<&str>) {
        self.file = file.map(str::to_owned);
    }

    pub(super) fn hit(&mut self, part: &str, hit: &Hit, raw: &str) -> Result<()> {
        if !self.kinds.is_empty() && !self.kinds.contains(&hit.kind) {
            return Ok(());
        }
        self.found = true;
        let masked = (hit.kind == Kind::Card).then(|| without_middle(raw));
        let raw = masked.as_deref().unwrap_or(raw);
        let observable = hit.observable();
        let value = if self.defang {
            defang(&observable)
        } else {
            hit.canonical.clone()
        };
        let list = self.lists.check(&observable).map(|name| name.to_string());
        let proof = match hit.proof {
            Proof::Checksum => "checksum",
            Proof::KnownSuffix => "known_suffix",
            Proof::Valid => "valid",
            Proof::Possible => "possible",
            Proof::Shape => "shape",
        };
        let confidence = hit.confidence().name();
        match &mut self.writer {
            Writer::Lines(out) if self.form == Form::Plain => {
                writeln!(out, "{}\t{value}", hit.kind.name())
            }
            Writer::Lines(out) => {
                let mut line = json!({
                    "kind": hit.kind.name(),
                    "value": value,
                    "raw": raw,
                    "start": hit.span.start,
                    "end": hit.span.end,
                    "proof": proof,
                    "confidence": confidence,
                    "flags": hit.flags.names().collect::<Vec<_>>(),
                });
                if let Some(file) = &self.file {
                    line["file"] = file.as_str().into();
                }
                if !part.is_empty() {
                    line["part"] = part.into();
                }
                if let Some(list) = list {
                    line["list"] = list.into();
                }
                writeln!(out, "{line}")
            }
            Writer::Table(table) => {
                table.write_record([
                    self.file.as_deref().unwrap_or_default(),
                    part,
                    hit.kind.name(),
                    &value,
                    raw,
                    &hit.span.start.to_string(),
                    &hit.span.end.to_string(),
                    proof,
                    confidence,
                    &hit.flags.names().collect::<Vec<_>>().join(" "),
                    list.as_deref().unwrap_or_default(),
                ])?;
                Ok(())
            }
            Writer::Bundle(bundle) => {
                bundle.add(&observable, self.defang);
                Ok(())
            }
            Writer::Event(event) => {
                // What a list calls benign is context, nothing to be blocked.
                event.add(&observable, &value, list.is_none() && !self.defang);
                Ok(())
            }
        }
        .context("writing")
    }

    /// What a document says about itself, and what could not be read of it.
    pub(super) fn facts(&mut self, at: &str, reading: &Reading) -> Result<()> {
        for problem in &reading.problems {
            let file = self.file.as_deref().unwrap_or("standard input");
            let part = [at, &problem.path].concat();
            let part = if part.is_empty() {
                part
            } else {
                format!(" ({part})")
            };
            eprintln!("orfevre: {file}{part}: {}", problem.what);
        }
        for attachment in &reading.attachments {
            self.attachment(attachment);
        }
        let Writer::Lines(out) = &mut self.writer else {
            return Ok(());
        };
        if self.form != (Form::Json { facts: true }) {
            return Ok(());
        }
        let mut lines = Vec::new();
        lines.extend(reading.hops.iter().map(|hop| json!({ "hop": hop })));
        let attachments = reading.attachments.iter();
        lines.extend(attachments.map(|attachment| json!({ "attachment": attachment })));
        lines.extend(reading.facts.iter().map(|fact| json!({ "fact": fact })));
        for mut line in lines {
            if let Some(file) = &self.file {
                line["file"] = file.as_str().into();
            }
            if !at.is_empty() {
                line["part"] = at.trim_end_matches('/').into();
            }
            writeln!(out, "{line}").context("writing")?;
        }
        Ok(())
    }

    /// The exchange formats tell of attached files as of any other file.
    fn attachment(&mut self, attachment: &Attachment) {
        let wanted = self.kinds.is_empty() || self.kinds.contains(&Kind::Sha256);
        match &mut self.writer {
            Writer::Bundle(bundle) if wanted => bundle.add_file(attachment),
            Writer::Event(event) if wanted => {
                let hash = Observable::from_canonical(Kind::Sha256, attachment.sha256.clone());
                event.add(&hash, &attachment.sha256, true);
            }
            _ => return,
        }
        self.found = true;
    }

    /// Ends the answer; says whether anything was found.
    pub(super) fn finish(self) -> Result<bool> {
        match self.writer {
            Writer::Lines(mut out) => out.flush(),
            Writer::Table(mut table) => table.flush(),
            Writer::Bundle(bundle) => writeln!(io::stdout(), "{:#}", bundle.finish()),
            Writer::Event(event) => writeln!(io::stdout(), "{:#}", event.finish()),
        }
        .context("writing")?;
        Ok(self.found)
    }
}

/// A card's number as written, with stars for all digits but the first six and the last four: answers are kept.
fn without_middle(raw: &str) -> String {
    let count = raw.chars().filter(|sign| sign.is_numeric()).count();
    let mut at = 0;
    raw.chars()
        .map(|sign| {
            at += usize::from(sign.is_numeric());
            let shown = !sign.is_numeric() || at <= 6 || at + 4 > count;
            if shown { sign } else { '*' }
        })
        .collect()
}
