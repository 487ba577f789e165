#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod barcode;
mod documents;
mod format;
mod html;
mod json;
mod mail;
mod msg;
mod pdf;
mod pdq;
mod picture;
mod table;

use md5::Md5;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};

pub use documents::{documents, first_mail};
pub use format::{Format, SNIFFED, sniff};

/// What a file says: texts to search, facts, and what could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What the bytes are.
    pub format: Format,
    /// Bytes of the whole input before this document: not 0 in a mailbox, a table or lines of JSON.
    pub start: u64,
    /// Where the next document of the input begins.
    pub end: u64,
    /// Texts, in the order of the file.
    pub parts: Vec<Part>,
    /// What the file says about itself: a picture's camera, place and time, a document's author.
    pub facts: Vec<Fact>,
    /// The way of each mail, from its first server to its last.
    pub hops: Vec<Hop>,
    /// What was attached, each with its hashes.
    pub attachments: Vec<Attachment>,
    /// What could not be read. The rest is there all the same.
    pub problems: Vec<Problem>,
}

/// A text in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it stands: `header Subject`, `part 2/page 1`, `row 3/e-mail`, `/victim/phone`. Empty for the whole.
    pub path: String,
    /// What the file calls it: a header's, a column's or a member's name; else empty.
    pub label: String,
    /// The text, decoded.
    pub text: String,
}

/// The name of a [`Fact`] that is the PDQ hash of a picture, in 64 hexadecimal digits.
pub const PDQ: &str = "PDQ";

/// Something that a file says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Where it stands.
    pub path: String,
    /// What it is called: an EXIF tag, a key of a PDF's information.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// A server that a mail passed, as its `Received` line claims (RFC 5321, section 4.4). Whoever sends may
/// write the oldest ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The mail it belongs to; empty for the file itself.
    pub path: String,
    /// The name that the sender gave.
    pub from: Option<String>,
    /// The address that the receiver saw.
    pub address: Option<String>,
    /// The name of the receiver.
    pub by: Option<String>,
    /// The protocol.
    pub with: Option<String>,
    /// The receiver's number for the mail.
    pub id: Option<String>,
    /// The recipient.
    pub recipient: Option<String>,
    /// When, in seconds since 1970 UTC.
    pub at: Option<i64>,
    /// Seconds since the hop before; negative where a clock was wrong or a line is false.
    pub delay: Option<i64>,
    /// Whether this is the first that was seen at a public address: where the mail claims to come from.
    pub claimed_origin: bool,
}

/// A file in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Where it stands; the texts in it have paths that begin so.
    pub path: String,
    /// The name it was given, when it was.
    pub name: Option<String>,
    /// The media type it was declared as.
    pub declared: Option<String>,
    /// What its bytes are.
    pub format: Format,
    /// In bytes.
    pub size: u64,
    /// SHA-256, in lower-case hexadecimal.
    pub sha256: String,
    /// SHA-1, for lists that know no other.
    pub sha1: String,
    /// MD5, for lists that know no other.
    pub md5: String,
}

/// Something that could not be read, or that does not hold together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where.
    pub path: String,
    /// Of which sort, for programs.
    #[serde(default)]
    pub cause: Cause,
    /// What is wrong, in words.
    pub what: String,
}

/// Why something could not be read.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// It is locked by a key or a password.
    Encrypted,
    /// It is not whole, or not what it says it is.
    #[default]
    Damaged,
    /// Its format is none that is read.
    Unsupported,
    /// It goes beyond [`Limits`], or the time or memory that its reader has.
    Limit,
    /// It was read, and does not hold together.
    Odd,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 5] = [
        Self::Encrypted,
        Self::Damaged,
        Self::Unsupported,
        Self::Limit,
        Self::Odd,
    ];

    /// A stable word: `encrypted`, `damaged`, `unsupported`, `limit`, `odd`.
    ///
    /// ```
    /// assert_eq!(reading::Cause::Limit.name(), "limit");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Damaged => "damaged",
            Self::Unsupported => "unsupported",
            Self::Limit => "limit",
            Self::Odd => "odd",
        }
    }
}

/// How much is read. What lies beyond is a [`Problem`], never an error.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Files in files in files.
    pub depth: usize,
    /// Bytes of one document.
    pub document: usize,
    /// Bytes of text taken out of one document.
    pub text: usize,
    /// Texts, attachments, facts and problems of one document, each.
    pub items: usize,
    /// Pixels of a picture.
    pub pixels: u64,
    /// Whether PDF is read. Its reader is the least proven one: who has no child process to lose says no.
    pub pdf: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            depth: 8,
            document: 256 << 20,
            text: 256 << 20,
            items: 200_000,
            pixels: 40_000_000,
            pdf: true,
        }
    }
}

/// Reads one document. Never fails as a whole.
///
/// ```
/// let mail = b"Subject: =?utf-8?q?Votre_colis?=\r\nFrom: a@b.example\r\n\r\nhttps://colis.example/a";
/// let reading = reading::read(mail, &reading::Limits::default());
/// assert_eq!(reading.format, reading::Format::Mail);
/// assert_eq!(reading.parts[0].text, "Votre colis");
/// assert_eq!(reading.parts[2].text, "https://colis.example/a");
/// ```
pub fn read(bytes: &[u8], limits: &Limits) -> Reading {
    read_as(sniff(bytes), bytes, limits)
}

/// Reads one document whose format is known.
pub fn read_as(format: Format, bytes: &[u8], limits: &Limits) -> Reading {
    let mut reader = Reader {
        limits,
        text_left: limits.text,
        reading: Reading {
            format,
            end: bytes.len() as u64,
            ..Reading::default()
        },
    };
    reader.document(format, "", bytes, 0);
    reader.reading
}

/// A reading in the making.
pub(crate) struct Reader<'a> {
    pub(crate) limits: &'a Limits,
    text_left: usize,
    pub(crate) reading: Reading,
}

impl Reader<'_> {
    pub(crate) fn document(&mut self, format: Format, path: &str, bytes: &[u8], depth: usize) {
        if depth > self.limits.depth {
            return self.problem(path, Cause::Limit, "files lie in files too deep");
        }
        match format {
            Format::Mail => self.mail(path, bytes, depth),
            Format::Mbox => self.mailbox(path, bytes, depth),
            Format::Msg => self.msg(path, bytes, depth),
            Format::Html => self.html(path, &text_of(bytes)),
            Format::Pdf if self.limits.pdf => self.pdf(path, bytes, depth),
            Format::Pdf => self.problem(path, Cause::Unsupported, "PDF is not read here"),
            Format::Csv => self.table(path, bytes),
            Format::Json => self.json(path, bytes),
            Format::Png | Format::Jpeg | Format::Gif | Format::Webp => self.picture(path, bytes),
            Format::Text | Format::Utf16 => self.text(path, "", text_of(bytes)),
            Format::Binary => self.problem(
                path,
                Cause::Unsupported,
                "neither a text nor a file that is read here",
            ),
        }
    }

    /// A file in a file: its hashes, and what is in it.
    pub(crate) fn attachment(
        &mut self,
        path: &str,
        name: Option<&str>,
        declared: Option<&str>,
        bytes: &[u8],
        depth: usize,
    ) {
        if self.reading.attachments.len() >= self.limits.items {
            return self.problem(path, Cause::Limit, "too many attachments");
        }
        let format = sniff(bytes);
        self.reading.attachments.push(Attachment {
            path: path.to_owned(),
            name: name.map(|name| beginning(name, 1_000).to_owned()),
            declared: declared.map(|declared| beginning(declared, 200).to_owned()),
            format,
            size: bytes.len() as u64,
            sha256: hexadecimal(&Sha256::digest(bytes)),
            sha1: hexadecimal(&Sha1::digest(bytes)),
            md5: hexadecimal(&Md5::digest(bytes)),
        });
        if format != Format::Binary {
            self.document(format, path, bytes, depth + 1);
        }
    }

    pub(crate) fn text(&mut self, path: &str, label: &str, text: impl Into<String>) {
        let mut text = text.into();
        if text.trim().is_empty() {
            return;
        }
        if self.reading.parts.len() >= self.limits.items {
            return self.problem(path, Cause::Limit, "too many texts");
        }
        if text.len() > self.text_left {
            self.problem(path, Cause::Limit, "too much text: the rest was not read");
            text.truncate(beginning(&text, self.text_left).len());
        }
        self.text_left -= text.len();
        self.reading.parts.push(Part {
            path: path.to_owned(),
            label: label.to_owned(),
            text,
        });
    }

    pub(crate) fn fact(&mut self, path: &str, name: &str, value: &str) {
        if self.reading.facts.len() < self.limits.items {
            self.reading.facts.push(Fact {
                path: path.to_owned(),
                name: name.to_owned(),
                value: beginning(value, 1_000).to_owned(),
            });
        }
    }

    pub(crate) fn problem(&mut self, path: &str, cause: Cause, what: impl Into<String>) {
        // One of a kind says it: a hundred thousand would say no more.
        if self.reading.problems.len() < self.limits.items.min(1_000) {
            self.reading.problems.push(Problem {
                path: path.to_owned(),
                cause,
                what: what.into(),
            });
        }
    }
}

/// The path of something inside `path`.
pub(crate) fn under(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

/// UTF-8, or UTF-16 that says so by its mark; what is neither is replaced, as `from_utf8_lossy` does.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    let units = |read: fn([u8; 2]) -> u16| -> String {
        let units: Vec<u16> = bytes[2..]
            .chunks_exact(2)
            .map(|pair| read([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, ..] => units(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => units(u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// At most `length` bytes of a text, cut between characters.
pub(crate) fn beginning(text: &str, length: usize) -> &str {
    let mut end = text.len().min(length);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
