//! Hashes of files.

use crate::{
    Kind, ParseError, Proof,
    context::{Topics, letter_after, letter_before},
    extract::Scanner,
};

pub(crate) fn md5(text: &str) -> Result<(String, Proof), ParseError> {
    hexadecimal(text, 32, Kind::Md5)
}

pub(crate) fn sha1(text: &str) -> Result<(String, Proof), ParseError> {
    hexadecimal(text, 40, Kind::Sha1)
}

pub(crate) fn sha256(text: &str) -> Result<(String, Proof), ParseError> {
    hexadecimal(text, 64, Kind::Sha256)
}

pub(crate) fn sha512(text: &str) -> Result<(String, Proof), ParseError> {
    hexadecimal(text, 128, Kind::Sha512)
}

/// The MD5 of a PE file's imported libraries and functions, in their order.
pub(crate) fn imphash(text: &str) -> Result<(String, Proof), ParseError> {
    hexadecimal(text, 32, Kind::Imphash)
}

/// The SHA-256 of a PE file without its signature (Authenticode).
pub(crate) fn authentihash(text: &str) -> Result<(String, Proof), ParseError> {
    hexadecimal(text, 64, Kind::Authentihash)
}

/// `block size:hash:hash of double blocks`, the block size 3 times a power of two (Kornblum 2006).
pub(crate) fn ssdeep(text: &str) -> Result<(String, Proof), ParseError> {
    match ssdeep_length(text.as_bytes()) {
        Some(length) if length == text.len() => Ok((text.to_owned(), Proof::Shape)),
        _ => Err(ParseError::Shape { kind: Kind::Ssdeep }),
    }
}

/// 35 bytes in hexadecimal, which version 4 of the reference program precedes by `T1`.
pub(crate) fn tlsh(text: &str) -> Result<(String, Proof), ParseError> {
    let digits = match text.as_bytes() {
        [b'T' | b't', b'1', ..] if text.len() == 72 => &text[2..],
        _ => text,
    };
    if digits.len() == 70 && is_digest(digits.as_bytes()) {
        return Ok((format!("T1{}", digits.to_ascii_uppercase()), Proof::Shape));
    }
    Err(ParseError::Shape { kind: Kind::Tlsh })
}

pub(crate) fn hexadecimal(
    text: &str,
    length: usize,
    kind: Kind,
) -> Result<(String, Proof), ParseError> {
    if text.len() == length && is_digest(text.as_bytes()) {
        return Ok((text.to_ascii_lowercase(), Proof::Shape));
    }
    Err(ParseError::Shape { kind })
}

/// Hexadecimal digits that chance could give: not decimal alone, not one character all along.
fn is_digest(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_hexdigit)
        && !bytes.iter().all(u8::is_ascii_digit)
        && bytes
            .iter()
            .any(|byte| !byte.eq_ignore_ascii_case(&bytes[0]))
}

/// The longest digest of each half, and the most digits of a block size (3 · 2^30).
const MAX_SSDEEP_HALF: usize = 64;
const MAX_BLOCK_DIGITS: usize = 10;

/// How long the ssdeep hash is that `bytes` begin with.
fn ssdeep_length(bytes: &[u8]) -> Option<usize> {
    let digits = bytes
        .iter()
        .take(MAX_BLOCK_DIGITS + 1)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 || digits > MAX_BLOCK_DIGITS || bytes[0] == b'0' {
        return None;
    }
    let block = bytes[..digits]
        .iter()
        .fold(0u64, |sum, byte| sum * 10 + u64::from(byte - b'0'));
    if !block.is_multiple_of(3) || !(block / 3).is_power_of_two() {
        return None;
    }
    let mut at = digits;
    for _ in 0..2 {
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        let half = bytes[at + 1..]
            .iter()
            .take(MAX_SSDEEP_HALF + 1)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+'))
            .count();
        if !(3..=MAX_SSDEEP_HALF).contains(&half) {
            return None;
        }
        at += 1 + half;
    }
    // "48:100:200" is three numbers.
    let has_letter = bytes[digits..at].iter().any(u8::is_ascii_alphabetic);
    has_letter.then_some(at)
}

impl Scanner<'_> {
    /// A hash in hexadecimal at a run of letters and digits. Answers where the walk goes on.
    pub(crate) fn hash_run(&mut self, start: usize, end: usize) -> Option<usize> {
        let (topics, kind) = match end - start {
            32 => (Topics::IMPHASH | Topics::JA3 | Topics::SERIAL, Kind::Md5),
            40 => (Topics::SERIAL, Kind::Sha1),
            64 => (Topics::AUTHENTIHASH, Kind::Sha256),
            128 => (Topics::default(), Kind::Sha512),
            70 | 72 => return self.tlsh_run(start, end),
            _ => return None,
        };
        self.work += end - start;
        if !is_digest(&self.bytes[start..end]) {
            return None;
        }
        let said = self.said_before(start);
        let kind = match said {
            said if !said.any(topics) => kind,
            said if said.any(Topics::IMPHASH) => Kind::Imphash,
            said if said.any(Topics::JA3) => Kind::Ja3,
            said if said.any(Topics::AUTHENTIHASH) => Kind::Authentihash,
            _ => return self.serial_run(start, end),
        };
        let canonical = self.text[start..end].to_ascii_lowercase();
        self.push(kind, canonical, Proof::Shape, start..end);
        Some(end)
    }

    fn tlsh_run(&mut self, start: usize, end: usize) -> Option<usize> {
        if end - start == 70 && !self.has_word_before(start, 16, b"tlsh") {
            return None;
        }
        self.work += end - start;
        let (canonical, proof) = tlsh(&self.text[start..end]).ok()?;
        self.push(Kind::Tlsh, canonical, proof, start..end);
        Some(end)
    }

    /// An ssdeep hash in a token with colons, perhaps after its name: `ssdeep:3:…`.
    pub(crate) fn ssdeep_token(&mut self, start: usize, end: usize) -> Option<usize> {
        let named =
            end - start > 7 && self.bytes[start..start + 7].eq_ignore_ascii_case(b"ssdeep:");
        let from = if named { start + 7 } else { start };
        let token = &self.bytes[from..end];
        let length = ssdeep_length(token)?;
        self.work += length;
        let after = from + length;
        if letter_before(self.bytes, from) && !named || letter_after(self.bytes, after) {
            return None;
        }
        match &self.bytes[after..] {
            [b':', next, ..] if !next.is_ascii_whitespace() => return None,
            [b'/' | b'+', ..] => return None,
            _ => {}
        }
        // Short ones look like ratios and times with a word behind them: "24:total:reste".
        let first = token[..length].split(|byte| *byte == b':').nth(1)?;
        let holds = |class: fn(&u8) -> bool| usize::from(first.iter().any(class));
        let classes = holds(u8::is_ascii_digit)
            + holds(u8::is_ascii_lowercase)
            + holds(u8::is_ascii_uppercase);
        let short = first.len() < 6 || classes < 2;
        if short && !named && !self.has_word_before(start, 16, b"ssdeep") {
            return None;
        }
        let canonical = self.text[from..after].to_owned();
        self.push(Kind::Ssdeep, canonical, Proof::Shape, from..after);
        Some(after)
    }

    /// What was said just before a value: the nearest word of a topic, with nothing but a few words
    /// without digits in between. A digit would be of another value, or of another label (`MD5:`).
    pub(crate) fn said_before(&mut self, at: usize) -> Topics {
        const NEAR: usize = 40;
        self.work += NEAR;
        let Some((word, topics)) = self.context.before(self.bytes, at, NEAR).next() else {
            return Topics::default();
        };
        let between = &self.bytes[word.end..at];
        if between.len() > 24 || between.iter().any(u8::is_ascii_digit) {
            return Topics::default();
        }
        // The last column's name on the first line of a table says nothing about the next line.
        let is_column = between.contains(&b'\n')
            && word.start > 1
            && match self.bytes[word.start - 1] {
                b',' | b';' | b'|' | b'"' => true,
                b'\t' => !self.bytes[word.start - 2].is_ascii_whitespace(),
                _ => false,
            };
        if is_column {
            return Topics::default();
        }
        topics
    }

    /// Whether `word` (in lower case) stands within `distance` bytes before `at`.
    pub(crate) fn has_word_before(&mut self, at: usize, distance: usize, word: &[u8]) -> bool {
        self.work += distance;
        self.bytes[at.saturating_sub(distance)..at]
            .windows(word.len())
            .any(|window| window.eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;
    use proptest::prelude::*;

    use crate::{Kind, Observable, extract};

    const MD5: &str = "9e107d9d372bb6826bd81d3542a419d6";
    const SHA256: &str = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592";

    #[test]
    fn hashes_are_found_in_all_surroundings() {
        let md5 = format!("md5 {MD5}");
        for text in [
            format!("md5:{MD5}"),
            format!("MD5={MD5}"),
            format!("a.exe,{MD5},12"),
            format!("({MD5})"),
            format!("VirusShare_{MD5}"),
            format!("{MD5}.exe"),
            format!("|{MD5}|"),
            format!("imphash: n/a md5: {MD5}"),
            format!("sha1,md5,imphash\n{MD5},x"),
        ] {
            check(&text, &[&md5]);
        }
        check(&format!("SHA256={SHA256}"), &[&format!("sha256 {SHA256}")]);
        check(
            &format!("0x{SHA256} 0x{MD5} x{MD5} {MD5}x"),
            &[&format!("tx eth:{SHA256}")],
        );
    }

    #[test]
    fn the_word_before_says_which_hash() {
        for label in [
            "imphash: ",
            "IMPORT HASH - ",
            "imphash\n",
            "Imphash du fichier : ",
            "\"imphash\": \"",
        ] {
            check(&format!("{label}{MD5}"), &[&format!("imphash {MD5}")]);
        }
        for label in ["JA3: ", "ja3s=", "ja3_hash:", "empreinte JA3 du client : "] {
            check(&format!("{label}{MD5}"), &[&format!("ja3 {MD5}")]);
        }
        for label in ["authentihash-", "Authentihash: ", "authenticode\t"] {
            check(
                &format!("{label}{SHA256}"),
                &[&format!("authentihash {SHA256}")],
            );
        }
        check(
            &format!("imphash {MD5} md5 {MD5}"),
            &[&format!("imphash {MD5}"), &format!("md5 {MD5}")],
        );
        check(
            &format!("certificat, numéro de série : 0{}", &MD5[1..]),
            &[&format!("cert_serial {}", &MD5[1..])],
        );
    }

    #[test]
    fn ratios_and_times_are_no_ssdeep() {
        check(
            "à 12:30:45, 24:heures:minutes, 48:100:200, 3:abc:def, 96:std::vec",
            &[],
        );
        check("ssdeep 3:iEQ:iEQ", &["ssdeep 3:iEQ:iEQ"]);
        check(
            "ssdeep:3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C,\"a.exe\"",
            &["ssdeep 3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C"],
        );
    }

    proptest! {
        #[test]
        fn a_hash_is_found_whatever_its_digits(digits in "[0-9a-fA-F]{128}", before in "[ (:=,;|]", length in 0usize..4) {
            let (kind, length) = [(Kind::Md5, 32), (Kind::Sha1, 40), (Kind::Sha256, 64), (Kind::Sha512, 128)][length];
            let hash = &digits[..length];
            prop_assume!(hash.bytes().any(|byte| byte.is_ascii_alphabetic()));
            prop_assume!(hash.bytes().any(|byte| byte.is_ascii_digit()));
            let hits = extract(&format!("x{before}{hash}")).hits;
            prop_assert_eq!(hits.len(), 1, "{:?}", hits);
            prop_assert_eq!(hits[0].kind, kind);
            prop_assert_eq!(&Ok(hits[0].observable()), &Observable::parse(kind, hash));
        }
    }
}
