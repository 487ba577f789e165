//! Calendar entries that others' programs read: RFC 5545, one event a file.
//!
//! Supported: an event with its times in UTC, summary, description, place, address of a page, the office that organises it
//! (without which no published or cancelled event is whole: RFC 5546 §3.2.1, §3.2.5), and cancellation. What is lost:
//! attendees, who are people; alarms; anything that repeats. Text is escaped as §3.3.11 has it and
//! lines are folded after 75 octets, never inside a character (§3.1).

use std::fmt::Write;

use jiff::Timestamp;

/// An event of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'e> {
    /// What names it for all time, everywhere: an identifier, `@` and a host.
    pub uid: &'e str,
    /// How often it changed: the later revision takes the place of the earlier.
    pub revision: u32,
    /// When this revision was made.
    pub made_at: Timestamp,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// What it is.
    pub summary: &'e str,
    /// More about it; empty for nothing.
    pub description: &'e str,
    /// Where it is; empty for nowhere.
    pub place: &'e str,
    /// Address of its page; empty for none.
    pub url: &'e str,
    /// The office that organises it, by its name.
    pub organizer: &'e str,
    /// The office's own page: what it is known by, for it writes from no mailbox.
    pub office: &'e str,
    /// Whether it does not take place.
    pub cancelled: bool,
}

/// The file of an event.
pub fn file(entry: &Entry<'_>) -> String {
    let (method, status) = if entry.cancelled {
        ("CANCEL", "CANCELLED")
    } else {
        ("PUBLISH", "CONFIRMED")
    };
    let time = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut file = String::new();
    let mut line = |name: &str, value: &str| fold_into(&mut file, &format!("{name}:{value}"));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//Orfevre//Film desk//FR");
    line("METHOD", method);
    line("BEGIN", "VEVENT");
    line("UID", &escaped(entry.uid));
    line("SEQUENCE", &entry.revision.to_string());
    line("DTSTAMP", &time(entry.made_at));
    line("DTSTART", &time(entry.from));
    line("DTEND", &time(entry.until));
    line("STATUS", status);
    line(
        &format!("ORGANIZER;CN=\"{}\"", parameter(entry.organizer)),
        &address(entry.office),
    );
    line("SUMMARY", &escaped(entry.summary));
    for (name, text) in [
        ("DESCRIPTION", entry.description),
        ("LOCATION", entry.place),
    ] {
        if !text.is_empty() {
            line(name, &escaped(text));
        }
    }
    let url = address(entry.url);
    if !url.is_empty() {
        line("URL", &url);
    }
    line("END", "VEVENT");
    line("END", "VCALENDAR");
    file
}

/// An address is no text: what could end its line is left out, nothing is escaped.
fn address(uri: &str) -> String {
    uri.chars().filter(|c| !c.is_control()).collect()
}

/// A text between the quotes of a parameter, where a quote and a line end are written as RFC 6868 has it.
fn parameter(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('^', "^^");
    let text = text.replace('"', "^'").replace('\n', "^n");
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A text as a value (§3.3.11); control characters other than line ends are left out.
fn escaped(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\{c}");
            }
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A content line, folded: no line is longer than 75 octets without its end (§3.1).
fn fold_into(file: &mut String, line: &str) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 75 {
            file.push_str("\r\n ");
            width = 1;
        }
        file.push(c);
        width += c.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry<'e>(summary: &'e str, description: &'e str) -> Entry<'e> {
        Entry {
            uid: "encounter-5@orfevre.example",
            revision: 2,
            made_at: "2026-11-27T10:00:00Z".parse().unwrap(),
            from: "2024-02-29T17:30:00Z".parse().unwrap(),
            until: "2024-02-29T19:30:00Z".parse().unwrap(),
            summary,
            description,
            place: "Nanterre",
            url: "https://orfevre.example/fr/encounters/5",
            organizer: "Mission \"cinéma\"",
            office: "https://orfevre.example/fr/film",
            cancelled: false,
        }
    }

    #[test]
    fn an_event_reads_as_the_standard_has_it() {
        assert_eq!(
            file(&entry("Cyber, la suite; fin\\", "une ligne\r\nune autre")),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Orfevre//Film desk//FR\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\n\
             UID:encounter-5@orfevre.example\r\nSEQUENCE:2\r\nDTSTAMP:20261127T100000Z\r\nDTSTART:20240229T173000Z\r\n\
             DTEND:20240229T193000Z\r\nSTATUS:CONFIRMED\r\n\
             ORGANIZER;CN=\"Mission ^'cinéma^'\":https://orfevre.example/fr/film\r\nSUMMARY:Cyber\\, la suite\\; fin\\\\\r\n\
             DESCRIPTION:une ligne\\nune autre\r\nLOCATION:Nanterre\r\nURL:https://orfevre.example/fr/encounters/5\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        let cancelled = Entry {
            cancelled: true,
            ..entry("x", "")
        };
        let file = file(&cancelled);
        assert!(file.contains("METHOD:CANCEL") && file.contains("STATUS:CANCELLED"));
    }

    /// What a reader does: lines are unfolded, then the value is unescaped.
    fn value_of(file: &str, name: &str) -> Option<String> {
        let unfolded = file.replace("\r\n ", "");
        let line = unfolded
            .split("\r\n")
            .find_map(|line| line.strip_prefix(&format!("{name}:")))?
            .to_owned();
        let mut value = String::new();
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next()? {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                c => value.push(c),
            }
        }
        Some(value)
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_no_line_is_too_long(text in "[ -~éœ🎬\\n;,:\\\\]{1,300}") {
            let file = file(&entry(&text, "x"));
            prop_assert_eq!(value_of(&file, "SUMMARY").unwrap(), text);
            for line in file.split("\r\n") {
                prop_assert!(line.len() <= 75, "{}", line.len());
                prop_assert!(!line.contains('\n') && !line.contains('\r'));
            }
            prop_assert_eq!(file.matches("BEGIN:VEVENT").count() >= 1, true);
        }
    }
}
