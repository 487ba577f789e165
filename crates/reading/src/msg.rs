//! Mails as Outlook saves them: a compound file whose streams are named by property (MS-OXMSG, MS-OXPROPS).

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use cfb::CompoundFile;

use crate::{Cause, Reader, under};

/// A stream `__substg1.0_PPPPTTTT`: the property and the type of its value.
const STREAM: &str = "__substg1.0_";
const UTF16: &str = "001F";
const ANSI: &str = "001E";
const BINARY: &str = "0102";
/// An attached mail is a storage.
const OBJECT: &str = "000D";

/// Properties that are texts, with the name they are given.
const TEXTS: [(&str, &str); 12] = [
    ("0037", "Subject"),
    ("0C1A", "From name"),
    ("0C1F", "From"),
    ("5D01", "From"),
    ("0042", "Sender name"),
    ("0065", "Sender"),
    ("5D02", "Sender"),
    ("0E04", "To"),
    ("0E03", "Cc"),
    ("1035", "Message-ID"),
    ("1042", "In-Reply-To"),
    ("1000", "body"),
];

type Compound<'a> = CompoundFile<Cursor<&'a [u8]>>;

/// The streams of one storage by their name, which for a property is `PPPPTTTT`, and its storages.
#[derive(Default)]
struct Storage {
    streams: BTreeMap<String, String>,
    storages: BTreeMap<String, String>,
}

impl Reader<'_> {
    pub(crate) fn msg(&mut self, path: &str, bytes: &[u8], depth: usize) {
        let mut file = match CompoundFile::open(Cursor::new(bytes)) {
            Ok(file) => file,
            Err(error) => {
                return self.problem(
                    path,
                    Cause::Damaged,
                    format!("this cannot be read as a .msg: {error}"),
                );
            }
        };
        let mut entries = BTreeMap::<String, Storage>::new();
        for entry in file.walk().take(self.limits.items) {
            let Some(here) = entry.path().to_str() else {
                continue;
            };
            let (parent, name) = here.rsplit_once('/').unwrap_or(("", here));
            if entry.is_root() {
                continue;
            }
            let storage = entries.entry(parent.to_owned()).or_default();
            let of = if entry.is_stream() {
                &mut storage.streams
            } else {
                &mut storage.storages
            };
            let name = name.strip_prefix(STREAM).unwrap_or(name);
            of.insert(name.to_ascii_uppercase(), here.to_owned());
        }
        if !entries
            .get("")
            .is_some_and(|root| root.streams.keys().any(|name| name.len() == 8))
        {
            return self.problem(path, Cause::Unsupported, "a compound file that is no mail");
        }
        self.msg_storage(path, &mut file, &entries, "", depth);
    }

    fn msg_storage(
        &mut self,
        path: &str,
        file: &mut Compound<'_>,
        entries: &BTreeMap<String, Storage>,
        at: &str,
        depth: usize,
    ) {
        if depth > self.limits.depth {
            return self.problem(path, Cause::Limit, "files lie in files too deep");
        }
        let Some(storage) = entries.get(at) else {
            return;
        };
        if let Some(headers) = text(file, storage, "007D", self.limits.document) {
            self.mail_headers(path, headers.as_bytes());
        }
        for (property, name) in TEXTS {
            if let Some(text) = text(file, storage, property, self.limits.document) {
                let label = if name == "body" { "" } else { name };
                let place = if name == "body" {
                    name.to_owned()
                } else {
                    format!("header {name}")
                };
                self.text(&under(path, &place), label, text);
            }
        }
        let html = text(file, storage, "1013", self.limits.document).or_else(|| {
            let bytes = stream(
                file,
                storage.streams.get(&format!("1013{BINARY}"))?,
                self.limits.document,
            )?;
            Some(crate::text_of(&bytes))
        });
        let plain = [UTF16, ANSI]
            .iter()
            .any(|kind| storage.streams.contains_key(&format!("1000{kind}")));
        match html {
            Some(html) => self.html(&under(path, "body html"), &html),
            None if !plain && storage.streams.contains_key(&format!("1009{BINARY}")) => {
                self.problem(
                    path,
                    Cause::Unsupported,
                    "the body is in RTF alone, which is not read",
                );
            }
            None => {}
        }
        let mut attached = 0;
        for (name, place) in &storage.storages {
            let Some(inner) = entries.get(place) else {
                continue;
            };
            if name.starts_with("__RECIP") {
                for (property, label) in [("39FE", "To"), ("3003", "To"), ("3001", "To name")] {
                    if let Some(text) = text(file, inner, property, self.limits.document) {
                        self.text(&under(path, &format!("header {label}")), label, text);
                    }
                }
            } else if name.starts_with("__ATTACH") {
                attached += 1;
                let path = under(path, &format!("attachment {attached}"));
                let named =
                    text(file, inner, "3707", 4_096).or_else(|| text(file, inner, "3704", 4_096));
                let declared = text(file, inner, "370E", 4_096);
                if let Some(place) = inner.streams.get(&format!("3701{BINARY}")) {
                    match stream(file, place, self.limits.document) {
                        Some(bytes) => self.attachment(
                            &path,
                            named.as_deref(),
                            declared.as_deref(),
                            &bytes,
                            depth,
                        ),
                        None => {
                            self.problem(&path, Cause::Damaged, "this attachment cannot be read")
                        }
                    }
                } else if let Some(place) = inner.storages.get(&format!("3701{OBJECT}")) {
                    self.msg_storage(&path, file, entries, &place.clone(), depth + 1);
                }
            }
        }
    }
}

fn text(
    file: &mut Compound<'_>,
    storage: &Storage,
    property: &str,
    limit: usize,
) -> Option<String> {
    if let Some(place) = storage.streams.get(&format!("{property}{UTF16}")) {
        let bytes = stream(file, place, limit)?;
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        return Some(
            String::from_utf16_lossy(&units)
                .trim_end_matches('\0')
                .to_owned(),
        );
    }
    let place = storage.streams.get(&format!("{property}{ANSI}"))?;
    // The code page is the sender's; its letters beyond ASCII are in no identifier.
    let bytes = stream(file, place, limit)?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => error
            .as_bytes()
            .iter()
            .map(|byte| char::from(*byte))
            .collect(),
    })
}

fn stream(file: &mut Compound<'_>, place: &str, limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.open_stream(place)
        .ok()?
        .take(limit as u64)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}
