//! Files' paths and keys of Windows' registry.
//!
//! Both may hold spaces, and nothing says where they end. A part with spaces is read on only as far as
//! a separator or a known extension shows that the name goes on, and never over a small word of prose.

use std::borrow::Cow;

use crate::{Kind, ParseError, Proof, context::letter_before, extract::Scanner};

/// The longest path of Windows without its long form is 260 characters, of Linux 4,096 bytes.
const MAX_PATH: usize = 4_096;

/// Hives by their short and full names (Microsoft, "Predefined Keys").
const HIVES: [(&str, &str); 7] = [
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
    ("HKPD", "HKEY_PERFORMANCE_DATA"),
    ("HKDD", "HKEY_DYN_DATA"),
];

/// A key, its hive in full: `HKLM\Software\…`, `<HKCU>\…`, `HKLM:\…`.
pub(crate) fn registry(text: &str) -> Result<(String, Proof), ParseError> {
    let error = ParseError::Shape {
        kind: Kind::Registry,
    };
    let mark = text.find('\\').ok_or(error.clone())?;
    let (start, hive) = hive_before(text.as_bytes(), mark).ok_or(error.clone())?;
    let key = text[mark..].trim_start_matches('\\');
    if start != 0
        || text.len() > MAX_PATH
        || key.is_empty()
        || key.ends_with(['\\', ' '])
        || text.contains(char::is_control)
    {
        return Err(error);
    }
    Ok((format!("{hive}\\{}", single(key)), Proof::Shape))
}

/// A path as written, but for backslashes that a program's text doubled.
pub(crate) fn path(text: &str) -> Result<(String, Proof), ParseError> {
    let error = ParseError::Shape { kind: Kind::Path };
    if text.len() > MAX_PATH || text.contains(char::is_control) || text != text.trim() {
        return Err(error);
    }
    let bytes = text.as_bytes();
    let begun = text.find('\\').and_then(|mark| windows_before(bytes, mark));
    let drive = matches!(bytes, [letter, b':', b'/', next, ..] if letter.is_ascii_alphabetic() && *next != b'/');
    if begun.is_some_and(|begun| begun.start == 0 && begun.parts + 1 < text.len()) {
        return Ok((unescaped(text).into_owned(), Proof::Shape));
    }
    if drive || unix_length(bytes) == Some(bytes.len()) {
        return Ok((text.to_owned(), Proof::Shape));
    }
    Err(error)
}

/// Runs of backslashes become one.
fn single(text: &str) -> Cow<'_, str> {
    if !text.contains("\\\\") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\\' || !out.ends_with('\\') {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Doubled backslashes become single ones, but for the two that a server's name follows.
fn unescaped(text: &str) -> Cow<'_, str> {
    match text.strip_prefix("\\\\") {
        None => single(text),
        Some(rest) => Cow::Owned(format!("\\\\{}", single(rest.trim_start_matches('\\')))),
    }
}

/// The hive whose name ends at the backslash `mark`, and where it begins.
fn hive_before(bytes: &[u8], mark: usize) -> Option<(usize, &'static str)> {
    let mut end = mark;
    if end > 0 && matches!(bytes[end - 1], b':' | b'>') {
        end -= 1;
    }
    let length = bytes[..end]
        .iter()
        .rev()
        .take(24)
        .take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_')
        .count();
    let name = &bytes[end - length..end];
    if !matches!(name, [b'H' | b'h', b'K' | b'k', ..]) {
        return None;
    }
    let (_, full) = HIVES.iter().find(|(short, full)| {
        name.eq_ignore_ascii_case(short.as_bytes()) || name.eq_ignore_ascii_case(full.as_bytes())
    })?;
    let start = end - length;
    if letter_before(bytes, start) {
        return None;
    }
    Some((start, full))
}

/// A path of Windows whose beginning is known.
struct Begun {
    start: usize,
    /// Where its first named part begins.
    parts: usize,
}

/// What a backslash follows: a drive, a variable, or nothing, where a server's name comes.
fn windows_before(bytes: &[u8], mark: usize) -> Option<Begun> {
    let run = bytes[mark..]
        .iter()
        .take(5)
        .take_while(|byte| **byte == b'\\')
        .count();
    let before = mark.checked_sub(1).map(|at| bytes[at]);
    match before {
        Some(b':') => {
            let letter = mark.checked_sub(2)?;
            let good = bytes[letter].is_ascii_alphabetic()
                && !letter_before(bytes, letter)
                && run <= 2
                && (letter == 0 || !matches!(bytes[letter - 1], b'-' | b'_' | b'.' | b'%'));
            good.then_some(Begun {
                start: letter,
                parts: mark + run,
            })
        }
        Some(b'%') => {
            let name = bytes[..mark - 1]
                .iter()
                .rev()
                .take(32)
                .take_while(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'(' | b')')
                })
                .count();
            let start = (mark - 1).checked_sub(name + 1)?;
            (name > 2 && bytes[start] == b'%' && run <= 2).then_some(Begun {
                start,
                parts: mark + run,
            })
        }
        Some(b'\\') => None,
        _ => {
            // PowerShell's variables.
            let name = bytes[..mark]
                .iter()
                .rev()
                .take(32)
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b':')
                .count();
            if name > 4 {
                let start = mark - name;
                let variable = bytes[start..].len() > 4
                    && bytes[start..start + 4].eq_ignore_ascii_case(b"env:")
                    && start > 0
                    && bytes[start - 1] == b'$';
                return (variable && run <= 2).then(|| Begun {
                    start: start - 1,
                    parts: mark + run,
                });
            }
            if letter_before(bytes, mark) || !matches!(run, 2 | 4) {
                return None;
            }
            // "\\alpha\\beta" is an escaped text; a server is followed by half of what it follows.
            let server = mark + run;
            let length = bytes[server..]
                .iter()
                .take(64)
                .take_while(|byte| {
                    byte.is_ascii_alphanumeric()
                        || matches!(byte, b'.' | b'-' | b'_' | b'@' | b'?' | b'$')
                })
                .count();
            let after = server + length;
            let single = bytes[after..]
                .iter()
                .take(3)
                .take_while(|byte| **byte == b'\\')
                .count();
            let special = matches!(&bytes[server..after], b"?" | b".");
            if single * 2 != run
                || !special && (length < 2 || !bytes[server].is_ascii_alphanumeric())
            {
                return None;
            }
            let mut parts = after + single;
            // "\\?\C:\…"
            if special
                && matches!(bytes.get(parts..parts + 3), Some([drive, b':', b'\\']) if drive.is_ascii_alphabetic())
            {
                parts += 2 + single;
            }
            Some(Begun { start: mark, parts })
        }
    }
}

/// What no name holds, or what no text leaves between names.
fn ends_name(byte: u8) -> bool {
    matches!(
        byte,
        0..0x20
            | 0x7F
            | b'\\'
            | b'/'
            | b':'
            | b'"'
            | b'<'
            | b'>'
            | b'|'
            | b'?'
            | b'`'
            | b'\''
            | b','
            | b';'
            | 0xC2
            | 0xE2
    )
}

/// Words that names seldom hold and that prose joins names with.
const PROSE: [&str; 38] = [
    "et", "ou", "and", "or", "puis", "then", "dans", "in", "into", "vers", "to", "from", "est",
    "is", "le", "la", "les", "un", "une", "the", "key", "clé", "avec", "with", "sur", "on", "qui",
    "that", "a", "was", "key:", "par", "by", "pour", "for", "file", "fichier", "registry",
];

/// Extensions that show where a name with spaces ends.
const EXTENSIONS: [&str; 74] = [
    "exe", "dll", "sys", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "lnk",
    "scr", "pif", "com", "msi", "tmp", "dat", "bin", "txt", "log", "ini", "cfg", "conf", "xml",
    "json", "csv", "doc", "docx", "docm", "xls", "xlsx", "xlsm", "ppt", "pptx", "pdf", "rtf",
    "zip", "rar", "7z", "iso", "img", "jar", "py", "php", "html", "htm", "jpg", "jpeg", "png",
    "gif", "svg", "mp3", "mp4", "eml", "msg", "pst", "ost", "sqlite", "db", "kdbx", "bak", "vhd",
    "cab", "reg", "url", "inf", "ocx", "cpl", "sh", "app", "plist", "appex",
];

fn has_extension(word: &[u8]) -> bool {
    let Some(dot) = word.iter().rposition(|byte| *byte == b'.') else {
        return false;
    };
    dot > 0
        && EXTENSIONS
            .iter()
            .any(|known| word[dot + 1..].eq_ignore_ascii_case(known.as_bytes()))
}

/// Case counts: names are "Image File Execution Options", prose is "the file".
fn is_prose(word: &[u8]) -> bool {
    PROSE.iter().any(|known| word == known.as_bytes())
}

/// How far a part with spaces may go on, in words and bytes.
const MAX_WORDS: usize = 6;
const MAX_PART: usize = 120;

/// What ends a part.
struct Part {
    end: usize,
    /// Where the next part begins, after its separator.
    next: Option<usize>,
}

/// The part of a path or key that begins at `start`. `extension` says whether spaces are read over to
/// an extension, as in files' names.
fn part(bytes: &[u8], start: usize, separator: u8, spaces: bool, extension: bool) -> Option<Part> {
    let limit = bytes.len().min(start + 255);
    let word_end = |from: usize| {
        let mut at = from;
        while at < limit {
            let byte = bytes[at];
            // A user's name left out: "<user>".
            if byte == b'<' {
                let length = bytes[at + 1..limit]
                    .iter()
                    .take(40)
                    .take_while(|byte| byte.is_ascii_alphanumeric() || b" _-.".contains(byte))
                    .count();
                if length > 0 && bytes.get(at + 1 + length) == Some(&b'>') {
                    at += length + 2;
                    continue;
                }
            }
            let command = byte == b'$' && bytes.get(at + 1) == Some(&b'(');
            if byte == b' ' || command || ends_name(byte) {
                break;
            }
            at += 1;
        }
        at
    };
    let separated = |at: usize| {
        let run = bytes[at..]
            .iter()
            .take(3)
            .take_while(|byte| **byte == separator)
            .count();
        let single = run == 1 || run == 2 && separator == b'\\';
        (single && bytes.get(at + run).is_some()).then_some(at + run)
    };
    let first = word_end(start);
    if first == start {
        return None;
    }
    if let Some(next) = separated(first) {
        return Some(Part {
            end: first,
            next: Some(next),
        });
    }
    let alone = Some(Part {
        end: first,
        next: None,
    });
    if !spaces || has_extension(&bytes[start..first]) || ends_sentence(bytes[first - 1]) {
        return alone;
    }
    let mut at = first;
    for _ in 0..MAX_WORDS {
        if bytes.get(at) != Some(&b' ') {
            return alone;
        }
        let word = at + 1;
        // "AppData \Local", as pages break it.
        if separator == b'\\'
            && bytes.get(word) == Some(&b'\\')
            && bytes.get(word + 1) != Some(&b'\\')
        {
            return Some(Part {
                end: at,
                next: Some(word + 1),
            });
        }
        at = word_end(word);
        let text = &bytes[word..at];
        if text.is_empty() || is_prose(text) || at - start > MAX_PART {
            return alone;
        }
        if let Some(next) = separated(at) {
            // A variable, a drive or a hive begins another one.
            let another = text[0] == b'%' || hive_before(bytes, at).is_some();
            if another {
                return alone;
            }
            return Some(Part {
                end: at,
                next: Some(next),
            });
        }
        let trimmed = &text[..text.len()
            - text
                .iter()
                .rev()
                .take_while(|byte| ends_sentence(**byte))
                .count()];
        if extension && has_extension(trimmed) {
            return Some(Part {
                end: at,
                next: None,
            });
        }
        if trimmed.len() < text.len() {
            return alone;
        }
    }
    alone
}

fn ends_sentence(byte: u8) -> bool {
    matches!(byte, b'.' | b'!' | b')' | b']')
}

/// The end of the parts that begin at `at`, and how many there are.
fn parts(bytes: &[u8], at: usize, separator: u8, spaces: bool, extension: bool) -> (usize, usize) {
    let limit = at + MAX_PATH - 300;
    let mut end = at;
    let mut count = 0;
    let mut next = Some(at);
    while let Some(start) = next.filter(|start| *start < limit) {
        let Some(part) = part(bytes, start, separator, spaces, extension) else {
            break;
        };
        end = part.end;
        next = part.next;
        count += 1;
    }
    // A part of more bytes than are read is cut between its characters.
    while end > at && bytes.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end -= 1;
    }
    // "/etc/..." ends before its dots, and before what separated them.
    loop {
        let trimmed = trim(bytes, at, end);
        let bare = bytes[at..trimmed]
            .iter()
            .rev()
            .take_while(|byte| **byte == separator)
            .count();
        if bare == 0 && trimmed > at {
            return (trimmed, count);
        }
        if trimmed == at {
            return (at, 0);
        }
        end = trimmed - bare;
        count -= 1;
    }
}

/// Leaves the sentence's punctuation to the sentence, and a bracket that was opened before the path.
fn trim(bytes: &[u8], start: usize, end: usize) -> usize {
    let mut end = end;
    while end > start {
        let open = match bytes[end - 1] {
            b'.' | b'!' | b' ' | b'*' | b'=' | b'&' | b'$' => None,
            b')' => Some(b'('),
            b']' => Some(b'['),
            b'}' => Some(b'{'),
            _ => return end,
        };
        if let Some(open) = open {
            let close = bytes[end - 1];
            let count = |wanted: u8| {
                bytes[start..end]
                    .iter()
                    .filter(|byte| **byte == wanted)
                    .count()
            };
            if count(open) >= count(close) {
                return end;
            }
        }
        end -= 1;
    }
    end
}

/// First parts of Unix paths that little else begins with.
const ROOTS: [&str; 22] = [
    "usr",
    "etc",
    "tmp",
    "var",
    "home",
    "opt",
    "bin",
    "sbin",
    "dev",
    "proc",
    "sys",
    "mnt",
    "srv",
    "boot",
    "lib64",
    "Users",
    "Library",
    "Applications",
    "Volumes",
    "sdcard",
    "private",
    "root",
];

/// Those that pages' addresses begin with too: one more part is asked for.
const COMMON_ROOTS: [&str; 7] = ["lib", "data", "run", "media", "storage", "System", "www"];

/// Those of macOS, whose parts hold spaces.
const SPACED_ROOTS: [&str; 4] = ["Library", "Applications", "Volumes", "System"];

/// How long the Unix path is that `bytes` begin with: under a known directory, or `~/`.
fn unix_length(bytes: &[u8]) -> Option<usize> {
    let (root, home) = match bytes {
        [b'~', b'/', ..] => (2, true),
        [b'/', next, ..] if *next != b'/' => (1, false),
        _ => return None,
    };
    let first = &bytes[root..];
    let length = first
        .iter()
        .take(13)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let name = &first[..length];
    let is = |known: &&str| known.as_bytes() == name;
    let least = if home {
        1
    } else if ROOTS.iter().any(is) {
        2
    } else if COMMON_ROOTS.iter().any(is) {
        3
    } else {
        return None;
    };
    let spaces = SPACED_ROOTS.iter().any(is);
    let (end, count) = parts(bytes, root, b'/', spaces, true);
    if end <= root || count < least {
        return None;
    }
    // "~/10", "~/jour"
    if home && count == 1 {
        let name = &bytes[root..end];
        if !(name[0] == b'.' || has_extension(name)) || name.len() < 3 {
            return None;
        }
    }
    Some(end)
}

impl Scanner<'_> {
    /// A registry key or a path of Windows at a backslash.
    pub(crate) fn backslash(&mut self, mark: usize) -> Option<usize> {
        let bytes = self.bytes;
        self.work += 4;
        if let Some((start, hive)) = hive_before(bytes, mark) {
            let run = bytes[mark..]
                .iter()
                .take(3)
                .take_while(|byte| **byte == b'\\')
                .count();
            let from = mark + run;
            let (end, count) = self
                .quoted(start, from)
                .unwrap_or_else(|| parts(bytes, from, b'\\', true, false));
            self.work += end - start + MAX_PART;
            if count == 0 || end <= from || run > 2 {
                return None;
            }
            let key = self.text[from..end].trim_end_matches('\\');
            if key.is_empty() {
                return None;
            }
            let span = start..from + key.len();
            let canonical = format!("{hive}\\{}", single(key));
            self.push(Kind::Registry, canonical, Proof::Shape, span);
            return Some(end);
        }
        let begun = windows_before(bytes, mark)?;
        let (end, count) = self
            .quoted(begun.start, begun.parts)
            .unwrap_or_else(|| parts(bytes, begun.parts, b'\\', true, true));
        self.work += end - begun.start + MAX_PART;
        // "c:\n", "\\x" in programs.
        if count == 0 || end < begun.parts + 2 {
            return None;
        }
        let canonical = unescaped(&self.text[begun.start..end]).into_owned();
        self.push(Kind::Path, canonical, Proof::Shape, begun.start..end);
        Some(end)
    }

    /// The end of what stands between two straight quotes, when it begins with a path.
    fn quoted(&mut self, start: usize, from: usize) -> Option<(usize, usize)> {
        let bytes = self.bytes;
        let quote = *bytes.get(start.checked_sub(1)?)?;
        if !matches!(quote, b'"' | b'`') {
            return None;
        }
        let window = &bytes[from..bytes.len().min(from + 260)];
        let length = window.iter().position(|byte| {
            *byte == quote
                || *byte < 0x20
                || matches!(byte, b':' | b'|' | b'*' | b'?' | b',' | b';')
        })?;
        self.work += length;
        let inside = &window[..length];
        // An option behind the program is not of its name: "C:\a\b.exe -k x".
        let option = inside
            .split(|byte| *byte == b' ')
            .any(|word| matches!(word, [b'-' | b'/', ..]));
        if window[length] != quote || length == 0 || option || inside.contains(&b'<') {
            return None;
        }
        let end = from + inside.trim_ascii_end().len();
        let end = end
            - bytes[from..end]
                .iter()
                .rev()
                .take_while(|byte| **byte == b'\\')
                .count();
        (end > from).then_some((end, 1))
    }

    /// Unix paths, and those of Windows with slashes, in a token.
    pub(crate) fn slashes(&mut self, start: usize, end: usize, has_colon: bool) -> Option<usize> {
        let bytes = self.bytes;
        let before = start.checked_sub(1).map(|at| bytes[at]);
        let home = before == Some(b'~') && bytes[start] == b'/';
        let mut at = if home { start - 1 } else { start };
        if has_colon {
            let token = &bytes[start..end];
            if let [letter, b':', b'/', next, ..] = token
                && letter.is_ascii_alphabetic()
                && next.is_ascii_alphanumeric()
                && !letter_before(bytes, start)
            {
                return self.slashed_drive(start);
            }
            // "file:///etc/passwd", "fichier:/etc/passwd"
            let colon = token.iter().take(12).position(|byte| *byte == b':');
            if let Some(colon) = colon
                && colon > 1
                && token[..colon].iter().all(u8::is_ascii_alphabetic)
            {
                let slashes = token[colon + 1..].starts_with(b"///");
                at = start + colon + if slashes { 3 } else { 1 };
            }
        }
        let preceded = match at.checked_sub(1).map(|at| bytes[at]) {
            None | Some(b':') => true,
            Some(byte) => {
                byte <= 0x20 || b"\"'`([=,;|>!".contains(&byte) || byte >= 0x80 || at > start
            }
        };
        if !preceded || !matches!(bytes[at], b'/' | b'~') {
            return None;
        }
        let mut found = None;
        // Several after one another, as in PATH.
        while at < end && matches!(bytes[at], b'/' | b'~') {
            let Some(length) = unix_length(&bytes[at..]) else {
                break;
            };
            self.work += length + MAX_PART;
            let canonical = self.text[at..at + length].to_owned();
            self.push(Kind::Path, canonical, Proof::Shape, at..at + length);
            at += length;
            found = Some(at);
            if bytes.get(at) != Some(&b':') {
                break;
            }
            at += 1;
        }
        if found.is_none() {
            self.work += 16;
        }
        found
    }

    fn slashed_drive(&mut self, start: usize) -> Option<usize> {
        let (end, count) = parts(self.bytes, start + 3, b'/', false, true);
        self.work += end - start;
        // "p:/x" is too little.
        if count < 2 && !has_extension(&self.bytes[start + 3..end]) {
            return None;
        }
        let canonical = self.text[start..end].to_owned();
        self.push(Kind::Path, canonical, Proof::Shape, start..end);
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use crate::extract;
    use crate::testing::check;

    #[test]
    fn a_name_with_spaces_goes_on_while_something_shows_it() {
        for (text, expected) in [
            (
                r"dans C:\Windows\Temp et le fichier contrat.pdf",
                r"C:\Windows\Temp",
            ),
            (
                r"C:\Users\Test\AppData \Local\a.exe",
                r"C:\Users\Test\AppData \Local\a.exe",
            ),
            (r"C:\a\b.exe puis c.exe", r"C:\a\b.exe"),
            (r"lancez C:\a\cmd.exe /c start", r"C:\a\cmd.exe"),
            (
                r"« C:\a\Mes photos\un été.jpg »",
                r"C:\a\Mes photos\un été.jpg",
            ),
            (r"(voir C:\a\b (1).txt)", r"C:\a\b (1).txt"),
            (
                r#""C:\Program Files\Mon appli""#,
                r"C:\Program Files\Mon appli",
            ),
            (r#""C:\a\b.exe -k x""#, r"C:\a\b.exe"),
            (r"\\192.0.2.7\partage\a.exe", r"\\192.0.2.7\partage\a.exe"),
            (r"\\?\C:\Temp\a.exe", r"\\?\C:\Temp\a.exe"),
            (r"\\.\pipe\test", r"\\.\pipe\test"),
            (r"C:\Users\test\.ssh\id_rsa", r"C:\Users\test\.ssh\id_rsa"),
            (
                "/Library/Storage/File System/HFS/a.appex file",
                "/Library/Storage/File System/HFS/a.appex",
            ),
            ("file:///etc/hosts", "/etc/hosts"),
            ("#!/bin/sh", "/bin/sh"),
            ("fichier=/var/log/a.log;", "/var/log/a.log"),
            ("~/.ssh", "~/.ssh"),
            ("ls /run/user/0/$(id -u)/x", "/run/user/0"),
            ("dans /etc/apt/...", "/etc/apt"),
        ] {
            check(text, &[&format!("path {expected}")]);
        }
        check(
            "PATH=/usr/local/bin:/usr/bin",
            &["path /usr/local/bin", "path /usr/bin"],
        );
        check(
            r"C:\Users\a.txt D:\b.txt",
            &[r"path C:\Users\a.txt", r"path D:\b.txt"],
        );
    }

    #[test]
    fn keys_end_where_prose_begins() {
        let run = r"registry HKEY_CURRENT_USER\Software\Run";
        for text in [
            r"la clé HKCU\Software\Run puis redémarrez",
            r"<HKCU>\Software\Run on the box",
            r"[HKEY_CURRENT_USER\Software\Run]",
            "\"HKCU\\Software\\Run\\\" = 1",
            r"Ordinateur\HKEY_CURRENT_USER\Software\Run",
            r"HKCU\\Software\\Run",
            "HKCU\\Software\\Run\nValue Name: x",
        ] {
            check(text, &[run]);
        }
        check(
            r"HKLM\A\Windows NT\Image File Execution Options\a.exe HKCU\B",
            &[
                r"registry HKEY_LOCAL_MACHINE\A\Windows NT\Image File Execution Options\a.exe",
                r"registry HKEY_CURRENT_USER\B",
            ],
        );
        check(
            "\"HKLM\\Software\\Mon logiciel\"",
            &[r"registry HKEY_LOCAL_MACHINE\Software\Mon logiciel"],
        );
    }

    #[test]
    fn neither_prose_nor_code_is_a_path() {
        for text in [
            "et/ou, and/or, km/h, 12/03/2024, 3/4, 24h/24, n°/10, c/o",
            "</div> <br/> <a/b> /div /* x */ // commentaire",
            "GET /api/v1/users, /contact, /fr/aide",
            r"a\nb \n\t \d+\w \\alpha\\beta \\-D\xC2 c:\n",
            r"domaine\jean, CORP\test, l'un\l'autre",
            "~/10 ~/mois ~3/4 etc/ /usr",
        ] {
            let paths: Vec<_> = extract(text)
                .hits
                .into_iter()
                .filter(|hit| hit.kind == crate::Kind::Path)
                .collect();
            assert!(paths.is_empty(), "{text:?}: {paths:?}");
        }
        check(
            "https://colis.example/etc/passwd",
            &["url https://colis.example/etc/passwd"],
        );
    }
    #[test]
    fn a_long_part_is_cut_between_characters() {
        for shift in 0..4 {
            let name = format!("{}{}", "a".repeat(shift), "€".repeat(400));
            for start in ["C:\\", "\\\\hote\\", "/usr/bin/", "HKLM\\Software\\"] {
                let text = format!("{start}{name}");
                for hit in extract(&text).hits {
                    assert!(text.get(hit.span).is_some(), "{start} {shift}");
                }
                crate::parse_any(&text);
            }
        }
    }
}
