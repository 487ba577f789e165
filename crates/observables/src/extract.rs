//! Finding observables in a text.
//!
//! One walk over the bytes cuts the text into tokens and notes what each holds. Most words hold
//! nothing of interest and are passed at the speed of the walk; the others go through gates that cost
//! a few comparisons, and only what passes them is validated. Each attempt reads a bounded number of
//! bytes or consumes what it reads, so that the whole stays linear.

use std::ops::{BitOr, Range};

use url::Url;

use crate::{
    Kind, Observable, ParseError, bank,
    context::{Context, Topics},
    listing, money,
    observable::{canonicalise, flags_of, url_flags},
    phone,
    refang::Plain,
    social,
    survey::Survey,
    web,
};

/// What was found in a text.
///
/// ```
/// use observables::{Kind, ParseError, extract};
///
/// let found = extract("Virement sur FR15 2004 1010 0505 0001 3M02 606, appelez le 06 39 98 12 34.");
/// assert_eq!(found.hits[0].kind, Kind::Phone);
/// assert_eq!(found.problems[0].error, ParseError::Checksum { kind: Kind::Iban });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extraction {
    /// In order of their spans, which do not overlap.
    pub hits: Vec<Hit>,
    /// What nearly was an observable, such as an account with a wrong check digit.
    pub problems: Vec<Problem>,
}

/// An observable and where it stands.
///
/// ```
/// use observables::{Flags, Kind, Proof, extract};
///
/// let text = "écrivez à Aide@Example[.]com";
/// let hit = &extract(text).hits[0];
/// assert_eq!((hit.kind, hit.canonical.as_str()), (Kind::Email, "aide@example.com"));
/// assert_eq!(&text[hit.span.clone()], "Aide@Example[.]com");
/// assert_eq!((hit.proof, hit.flags), (Proof::Shape, Flags::EXAMPLE));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Its canonical form.
    pub canonical: String,
    /// Bytes of the text as it was given: `&text[hit.span.clone()]` is what was typed.
    pub span: Range<usize>,
    /// How sure it is.
    pub proof: Proof,
    /// What it says about itself.
    pub flags: Flags,
}

impl Hit {
    /// The observable alone.
    ///
    /// ```
    /// use observables::{Kind, Observable, extract};
    ///
    /// let hit = &extract("sur colis[.]example hier").hits[0];
    /// assert_eq!(Ok(hit.observable()), Observable::parse(Kind::Domain, "colis.example"));
    /// ```
    pub fn observable(&self) -> Observable {
        Observable::from_canonical(self.kind, self.canonical.clone())
    }
}

/// What stands behind a hit, from strong to weak.
///
/// ```
/// use observables::{Proof, extract};
///
/// let proof = |text: &str| extract(text).hits[0].proof;
/// assert_eq!(proof("FR14 2004 1010 0505 0001 3M02 606"), Proof::Checksum);
/// assert_eq!(proof("service-public.fr"), Proof::KnownSuffix);
/// assert!(Proof::Checksum < Proof::Shape, "the strongest comes first");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Proof {
    /// Check characters that chance seldom gets right.
    Checksum,
    /// The name lies under a suffix that a registry runs.
    KnownSuffix,
    /// The rules of the kind, such as a numbering plan, know it.
    Valid,
    /// The length is right and the numbering plan does not know it.
    Possible,
    /// Nothing but its form.
    Shape,
}

/// What an observable says about itself, without any list.
///
/// ```
/// use observables::{Flags, Kind, Observable};
///
/// let address = Observable::parse(Kind::Ipv4, "192.0.2.1").unwrap();
/// assert!(address.flags().contains(Flags::EXAMPLE));
/// let both = Flags::EXAMPLE | Flags::HOMOGLYPH;
/// assert_eq!(both.names().collect::<Vec<_>>(), ["example", "homoglyph"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u8);

impl Flags {
    /// Reserved for examples, documentation or fiction.
    ///
    /// ```
    /// use observables::{Flags, extract};
    ///
    /// assert_eq!(extract("rappelez le 06 39 98 12 34").hits[0].flags, Flags::EXAMPLE);
    /// ```
    pub const EXAMPLE: Flags = Flags(1);
    /// Means something only inside a network or a machine.
    ///
    /// ```
    /// use observables::{Flags, extract};
    ///
    /// assert_eq!(extract("http://192.168.1.1/").hits[0].flags, Flags::PRIVATE);
    /// ```
    pub const PRIVATE: Flags = Flags(2);
    /// Written in letters that pass for others.
    ///
    /// ```
    /// use observables::{Flags, extract};
    ///
    /// // The first letter is Cyrillic.
    /// assert!(extract("bаnque.example").hits[0].flags.contains(Flags::HOMOGLYPH));
    /// ```
    pub const HOMOGLYPH: Flags = Flags(4);
    /// Of a kind that nothing answers to any more, such as an onion address of version 2.
    ///
    /// ```
    /// use observables::{Flags, extract};
    ///
    /// assert_eq!(extract("expyuzz4wqqyqhjn.onion").hits[0].flags, Flags::DEAD);
    /// ```
    pub const DEAD: Flags = Flags(8);

    /// Whether all of `other` is set.
    ///
    /// ```
    /// use observables::Flags;
    ///
    /// let both = Flags::EXAMPLE | Flags::PRIVATE;
    /// assert!(both.contains(Flags::PRIVATE) && !Flags::PRIVATE.contains(both));
    /// ```
    pub fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing is set.
    ///
    /// ```
    /// use observables::Flags;
    ///
    /// assert!(Flags::default().is_empty() && !Flags::DEAD.is_empty());
    /// ```
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names of what is set, as exchanged: `example`, `private`, `homoglyph`, `dead`.
    ///
    /// ```
    /// use observables::Flags;
    ///
    /// let flags = Flags::EXAMPLE | Flags::DEAD;
    /// assert_eq!(flags.names().collect::<Vec<_>>(), ["example", "dead"]);
    /// ```
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (Flags::EXAMPLE, "example"),
            (Flags::PRIVATE, "private"),
            (Flags::HOMOGLYPH, "homoglyph"),
            (Flags::DEAD, "dead"),
        ]
        .into_iter()
        .filter(move |(flag, _)| self.contains(*flag))
        .map(|(_, name)| name)
    }
}

impl BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// Something that was meant as an observable and is none.
///
/// ```
/// let text = "mon compte FR15 2004 1010 0505 0001 3M02 606";
/// let problem = &observables::extract(text).problems[0];
/// assert_eq!(&text[problem.span.clone()], "FR15 2004 1010 0505 0001 3M02 606");
/// assert_eq!(problem.error.to_string(), "the check characters are wrong for: iban");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it was taken for.
    pub kind: Kind,
    /// Bytes of the text as it was given.
    pub span: Range<usize>,
    /// What is wrong with it.
    pub error: ParseError,
}

/// Finds every observable of a text.
///
/// One inside another is reported once, at its most specific: a profile's URL is the account, a URL
/// hides its domain, which [`Observable::derived`] gives back.
///
/// ```
/// let text = "Appelez le 06.39.98.12.34 ou @test_arnaque sur Telegram";
/// let found: Vec<_> = observables::extract(text).hits.into_iter().map(|hit| hit.canonical).collect();
/// assert_eq!(found, ["+33639981234", "test_arnaque"]);
/// ```
pub fn extract(text: &str) -> Extraction {
    scan(text).0
}

/// The extraction, and how many bytes were looked at after the walk: the tests hold its growth.
fn scan(text: &str) -> (Extraction, usize) {
    let plain = Plain::new(text);
    let survey = Survey::of(plain.text.as_bytes());
    let mut scanner = Scanner {
        text: &plain.text,
        bytes: plain.text.as_bytes(),
        survey: &survey,
        context: Context::new(&survey),
        found: Extraction::default(),
        work: 0,
    };
    scanner.walk();
    let Scanner {
        mut found, work, ..
    } = scanner;
    for hit in &mut found.hits {
        hit.span = plain.raw_span(hit.span.clone());
    }
    for problem in &mut found.problems {
        problem.span = plain.raw_span(problem.span.clone());
    }
    (found, work)
}

/// What a byte is to the walk. A token ends at any byte that has [`END`].
pub(crate) const DIGIT: u8 = 1;
pub(crate) const DOT: u8 = 2;
pub(crate) const AT: u8 = 4;
pub(crate) const COLON: u8 = 8;
pub(crate) const SLASH: u8 = 16;
pub(crate) const UNDERSCORE: u8 = 32;
/// Anything but an ASCII capital or one of the above; a word without it may be a bank's code.
pub(crate) const LOWER: u8 = 64;
pub(crate) const END: u8 = 128;
/// Longer than nearly all words, and no longer than any address or hash.
pub(crate) const LONG_WORD: usize = 26;
/// Too short to hide an address in hexadecimal.
const SHORT_NUMBER: usize = 13;
/// What makes a token worth a look.
pub(crate) const TELLING: u8 = DIGIT | DOT | AT | COLON | SLASH | UNDERSCORE;

pub(crate) static CLASSES: [u8; 256] = {
    let mut table = [LOWER; 256];
    let mut capital = b'A';
    while capital <= b'Z' {
        table[capital as usize] = 0;
        capital += 1;
    }
    let mut byte = 0;
    while byte < 0x21 {
        table[byte] = END;
        byte += 1;
    }
    let ends = b"\"'`<>(){}[]|,;!?*=^$&#~\\\x7F";
    let mut at = 0;
    while at < ends.len() {
        table[ends[at] as usize] = END;
        at += 1;
    }
    // Lead bytes of the punctuation of Latin scripts: « » “ ” ’ … – €.
    table[0xC2] = END;
    table[0xE2] = END;
    let mut digit = b'0';
    while digit <= b'9' {
        table[digit as usize] = DIGIT;
        digit += 1;
    }
    table[b'.' as usize] = DOT;
    table[b'@' as usize] = AT;
    table[b':' as usize] = COLON;
    table[b'/' as usize] = SLASH;
    table[b'_' as usize] = UNDERSCORE;
    table
};

/// The walk over a plain text, and what it found so far. Each family of kinds has its own part of it,
/// beside the functions that read one of them alone.
pub(crate) struct Scanner<'a> {
    pub(crate) text: &'a str,
    pub(crate) bytes: &'a [u8],
    survey: &'a Survey,
    pub(crate) context: Context<'a>,
    found: Extraction,
    /// Bytes looked at after the walk: whoever looks ahead or back adds what they read.
    pub(crate) work: usize,
}

impl Scanner<'_> {
    fn walk(&mut self) {
        let bytes = self.bytes;
        let mut at = 0;
        while let Some(event) = self.survey.event(at) {
            if ends_token(bytes[event]) {
                at = self.technical_mark(event).unwrap_or(0).max(event + 1);
                continue;
            }
            let start = self.survey.token_start(at, event);
            let end = self.survey.token_end(event).min(bytes.len());
            let seen = bytes[start..end]
                .iter()
                .fold(0, |seen, byte| seen | CLASSES[*byte as usize]);
            at = end;
            // Capitals have no class.
            if seen == DIGIT
                && end - start <= SHORT_NUMBER
                && bytes[start..end].iter().all(u8::is_ascii_digit)
            {
                at = self.bare_number(start, end).max(end);
                continue;
            }
            // Long words too: a hash or a wallet may be without a digit.
            if seen & TELLING != 0
                || (seen & LOWER == 0 && matches!(end - start, 8 | 11))
                || end - start >= LONG_WORD
                || (bytes[start] == b'G' && bytes[start..end].starts_with(b"GTM-"))
            {
                at = self.token(start, end, seen).max(end);
            }
        }
    }

    /// A short token of nothing but digits, the most frequent there is: what [`Scanner::token`] makes of it.
    fn bare_number(&mut self, start: usize, end: usize) -> usize {
        if start > 0
            && self.bytes[start - 1] == b'<'
            && let Some(after) = self.technical_token(start, end, DIGIT)
        {
            return after;
        }
        self.network_token(start, end, DIGIT)
            .unwrap_or_else(|| self.numbers(start, end))
    }

    /// Looks into a token; answers where the walk goes on, which may be further.
    fn token(&mut self, start: usize, end: usize, seen: u8) -> usize {
        let token = &self.bytes[start..end];
        // "Insta : …", and the like.
        if seen & COLON != 0
            && token.ends_with(b":")
            && let Some(after) = self.labelled(end).or_else(|| self.labelled_bank(end))
        {
            return after;
        }
        // Before the next gate, since a code may end a sentence.
        // Its base64 may hold slashes and no digit before them.
        if end - start >= 48
            && let Some(after) = self.ton_at(start)
        {
            return after;
        }
        if seen & LOWER == 0
            && let Some(after) = self.bank_token(start, end)
        {
            return after;
        }
        // The last word of a sentence.
        if seen & TELLING & !(DOT | COLON) == 0
            && seen & TELLING != 0
            && token.len() <= LONG_WORD
            && !token[..token.len() - 1]
                .iter()
                .any(|byte| matches!(byte, b'.' | b':'))
            && !token.starts_with(b"GTM-")
        {
            return end;
        }
        self.work += token.len();
        if let Some(after) = self
            .technical_token(start, end, seen)
            .or_else(|| self.network_token(start, end, seen))
        {
            return after;
        }
        if seen & (AT | COLON | SLASH) == 0
            && (token[0].is_ascii_alphabetic() || token[0] == b'_')
            && let Some(after) = self.named_account(start, end)
        {
            return after;
        }
        if seen & (COLON | SLASH) != 0
            && let Some(after) = self.joined_account(start, end)
        {
            return after;
        }
        if seen & COLON != 0
            && let Some(colon) = memchr::memmem::find(token, b"://")
        {
            return self.with_scheme(start, start + colon, end);
        }
        self.plain(start, end, seen)
    }

    /// A token with `://` in it at `colon`.
    fn with_scheme(&mut self, start: usize, colon: usize, end: usize) -> usize {
        let letters = self.bytes[start..colon]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let schemes = ["https", "http"]
            .into_iter()
            .chain(web::OTHER_SCHEMES)
            .chain(["ftp"]);
        let scheme = schemes.into_iter().find(|known| {
            letters >= known.len()
                && self.bytes[colon - known.len()..colon].eq_ignore_ascii_case(known.as_bytes())
        });
        let Some(scheme) = scheme else {
            if let Some(after) = self.telegram_link(start, colon) {
                return after;
            }
            // Perhaps the host alone is one.
            return self.plain(colon + 3, end.max(colon + 3), u8::MAX);
        };
        let mut url_start = colon - scheme.len();
        if url_start > start {
            self.plain(start, url_start, u8::MAX);
        }
        let mut authority = colon + 3;
        // "https://https://colis.example": an address that was pasted behind a typed scheme.
        while let Some(length) = ["http://", "https://"]
            .iter()
            .find(|scheme| self.bytes[authority..].starts_with(scheme.as_bytes()))
            .map(|scheme| scheme.len())
        {
            url_start = authority;
            authority += length;
            self.work += length;
        }
        let host_end = self.while_authority(authority);
        // Before the rest is read, so that a run of schemes is not read again for each of them.
        if host_end == authority || host_end - authority > 4 * web::MAX_HOST {
            return host_end;
        }
        // "https://colis.example.Merci"
        let mut host_end = host_end;
        if let Some(host) = self.text.get(authority..host_end)
            && web::domain(host).is_err()
            && let Some(shorter) = without_capital_label(host)
            && web::domain(shorter).is_ok()
        {
            host_end = authority + shorter.len();
        }
        self.url(url_start, authority, host_end).0
    }

    /// The end of a URL's authority that begins at `at`.
    fn while_authority(&mut self, at: usize) -> usize {
        let limit = self.bytes.len().min(at + 4 * web::MAX_HOST + 1);
        let stop = |byte: &u8| {
            matches!(byte, b'/' | b'?' | b'#' | b'\\')
                || (CLASSES[*byte as usize] == END
                    && !matches!(byte, b'[' | b']' | b'&' | b'=' | b'$' | b'!' | b'~' | b'*'))
        };
        let length = self.bytes[at..limit]
            .iter()
            .position(stop)
            .unwrap_or(limit - at);
        self.work += length;
        at + length
    }

    /// A URL whose authority is known. Answers where it ends and whether it was one; what was read is
    /// passed either way, so that it is not read again for each host in it.
    fn url(&mut self, start: usize, authority: usize, host_end: usize) -> (usize, bool) {
        let run = self.bytes.len().min(start + web::MAX_URL + 1);
        let mut end = host_end;
        let before = start.checked_sub(1).map(|before| self.bytes[before]);
        // Between two commas of a row, two semicolons, two quotes.
        let closing = before.filter(|sign| matches!(sign, b',' | b';' | b'\''));
        if matches!(self.bytes.get(host_end), Some(b'/' | b'?' | b'#' | b'\\')) {
            while end < run
                && !ends_url(self.bytes, end)
                && closing.is_none_or(|sign| sign != self.bytes[end])
            {
                end += 1;
            }
        }
        self.work += end - start;
        if end == run && run < self.bytes.len() {
            while end < self.bytes.len() && !ends_url(self.bytes, end) {
                end += 1;
            }
            let error = ParseError::TooLong { kind: Kind::Url };
            self.found.problems.push(Problem {
                kind: Kind::Url,
                span: start..end,
                error,
            });
            return (end, false);
        }
        let run_end = end;
        let end = trim_url_end(self.bytes, authority, end);
        match self.text.get(start..end).map(web::any_url) {
            Some(Ok((url, canonical, proof))) => {
                self.push_url(&url, canonical, proof, start..end);
                (end, true)
            }
            _ => (run_end, false),
        }
    }

    pub(crate) fn push_url(
        &mut self,
        url: &Url,
        canonical: String,
        proof: Proof,
        span: Range<usize>,
    ) {
        if let Some(number) = social::linked_number(url)
            && let Ok((canonical, proof)) = phone::phone(&number)
        {
            return self.push(Kind::Phone, canonical, proof, span);
        }
        if let Some(found) = bank::of_url(url).or_else(|| listing::of_url(url)) {
            return self.push(
                found.kind(),
                found.canonical().to_owned(),
                Proof::Shape,
                span,
            );
        }
        if let Some(profile) = social::profile(url).filter(|profile| profile.itself) {
            return self.push_account(profile.account, span);
        }
        // Anybody may run an instance of Mastodon: the word must stand near.
        if let Some(profile) = social::mastodon_page(url).filter(|profile| profile.itself)
            && self
                .context
                .around(self.bytes, span.clone(), 48, 24)
                .any(Topics::MASTODON)
        {
            return self.push_account(profile.account, span);
        }
        let flags = url_flags(url);
        self.push_flagged(Kind::Url, canonical, proof, span, flags);
    }

    /// A part of a token without scheme, whose classes are among `seen`.
    fn plain(&mut self, start: usize, end: usize, seen: u8) -> usize {
        let mut start = start;
        if seen & AT != 0 {
            while let Some(offset) = memchr::memchr(b'@', &self.bytes[start..end]) {
                let at = start + offset;
                let after = self.around_at(start, at, end);
                if after > at + 1 {
                    if after >= end {
                        return after;
                    }
                } else {
                    self.runs(start, at, seen);
                }
                start = after;
            }
        }
        self.runs(start, end, seen)
    }

    /// An e-mail address or a handle at an at sign; answers where to go on, `at + 1` for neither.
    fn around_at(&mut self, start: usize, at: usize, end: usize) -> usize {
        let text = self.text;
        let local_from = (at - start).min(64);
        let mut from = at - local_from;
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let local: usize = text[from..at]
            .chars()
            .rev()
            .take_while(|&character| web::is_local(character))
            .map(char::len_utf8)
            .sum();
        let mut local_start = at - local;
        while local_start < at
            && matches!(self.bytes[local_start], b'.' | b'-' | b'%' | b'\'' | b'+')
        {
            local_start += 1;
        }
        self.work += local;
        if local == 0
            && at == start
            && at > 0
            && self.bytes[at - 1] == b'"'
            && let Some(quote) = self.opening_quote(at - 1)
        {
            local_start = quote;
        }
        if local_start < at && self.bytes.get(at + 1) == Some(&b'[') {
            // "jean@[192.0.2.1]"
            let window = &self.bytes[at + 1..self.bytes.len().min(at + 56)];
            self.work += window.len();
            if let Some(close) = memchr::memchr(b']', window) {
                let span = local_start..at + 2 + close;
                if let Some(Ok((canonical, proof))) = text.get(span.clone()).map(web::email) {
                    let after = span.end;
                    self.push(Kind::Email, canonical, proof, span);
                    return after;
                }
            }
        }
        if local_start < at {
            let host_end = self.while_host(at + 1, end);
            let mut host = &text[at + 1..host_end];
            for _ in 0..3 {
                host = host.trim_end_matches(['.', '-', '_']);
                // After an at sign a capital is a sentence's only where a whole host stands before it.
                let shorter = without_capital_label(host);
                if shorter.is_none_or(|shorter| web::domain(shorter).is_err()) {
                    let span = local_start..at + 1 + host.len();
                    if let Ok((canonical, proof)) = web::email(&text[span.clone()]) {
                        let after = span.end;
                        self.push(Kind::Email, canonical, proof, span);
                        return after;
                    }
                }
                let Some(shorter) = shorter else { break };
                host = shorter;
            }
            return at + 1;
        }
        if at > start && self.bytes[at - 1] != b':' && self.bytes[at - 1] != b'.' {
            return at + 1;
        }
        self.work += 100;
        if let Some(after) = self.payment_handle(at) {
            return after;
        }
        match self.handle_at(at) {
            Some((after, account)) => {
                self.push_account(account, at..after);
                after
            }
            None => at + 1,
        }
    }

    /// Where the quoted name opens that the quote at `close` ends, as in `"jean..test"@asso.example`.
    fn opening_quote(&mut self, close: usize) -> Option<usize> {
        let from = close.saturating_sub(64);
        let window = &self.bytes[from..close];
        self.work += window.len();
        let length = window
            .iter()
            .rev()
            .take_while(|byte| **byte > b' ' && **byte != b'"')
            .count();
        let quote = close.checked_sub(length + 1)?;
        (length > 0 && self.bytes[quote] == b'"').then_some(quote)
    }

    fn while_host(&mut self, from: usize, end: usize) -> usize {
        let length = self.bytes[from..end]
            .iter()
            .take_while(|byte| is_host(**byte))
            .count();
        self.work += length;
        from + length
    }

    /// The runs of host characters of a part without at sign.
    fn runs(&mut self, start: usize, end: usize, seen: u8) -> usize {
        let mut at = start;
        if seen & COLON != 0
            && let Some(after) = self.ipv6(start, end)
        {
            return after;
        }
        while at < end {
            if !is_host(self.bytes[at]) {
                at += 1;
                continue;
            }
            let run_end = self.while_host(at, end);
            // What a percent sign escapes is no part of a name: "%2Fcolis.example".
            if at > start
                && self.bytes[at - 1] == b'%'
                && run_end > at + 2
                && self.bytes[at..at + 2].iter().all(u8::is_ascii_hexdigit)
            {
                at += 2;
            }
            let after = self.run(at, run_end, seen);
            if after >= end {
                return after;
            }
            at = after.max(run_end);
        }
        end
    }

    /// An address that fills the part, but for a port's or a sentence's colon.
    fn ipv6(&mut self, start: usize, end: usize) -> Option<usize> {
        let dots = self.bytes[start..end]
            .iter()
            .take_while(|byte| **byte == b'.')
            .count();
        let start = start + dots;
        let part = &self.bytes[start..end];
        let length = part
            .iter()
            .take(46)
            .take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
            .count();
        if part[..length].iter().filter(|byte| **byte == b':').count() < 2 {
            return None;
        }
        // A prefix's length may follow.
        if length < part.len() && part[length] != b'/' && part[length] != b'%' {
            return None;
        }
        let mut candidate = &self.text[start..start + length];
        candidate = candidate.trim_end_matches('.');
        if candidate.ends_with(':') && !candidate.ends_with("::") {
            candidate = &candidate[..candidate.len() - 1];
        }
        if part.get(length) == Some(&b'/')
            && let Some(after) = self.network(start, start + length)
        {
            return Some(after);
        }
        let (canonical, proof) = web::ipv6(candidate).ok()?;
        self.push(Kind::Ipv6, canonical, proof, start..start + candidate.len());
        Some(end)
    }

    /// A network, when the length of its prefix and no more follows the address.
    fn network(&mut self, start: usize, slash: usize) -> Option<usize> {
        let rest = &self.bytes[slash + 1..];
        let digits = rest
            .iter()
            .take(4)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let mut tail = rest[digits..].iter();
        let ends = match tail.next() {
            Some(b'.' | b':') => tail.next().is_none_or(|byte| ends_token(*byte)),
            byte => byte.is_none_or(|byte| ends_token(*byte)),
        };
        if digits == 0 || !ends {
            return None;
        }
        let end = slash + 1 + digits;
        let (canonical, proof) = web::cidr(&self.text[start..end]).ok()?;
        self.push(Kind::Cidr, canonical, proof, start..end);
        Some(end)
    }

    /// An address with a word glued to it, as when a space is forgotten: `de192.0.2.1`, `192.0.2.1est`.
    /// A version's number is written so too (`v1.2.3.4`, `openssl1.2.3.4rc1`), and is none.
    fn glued_address(&mut self, start: usize, end: usize) -> Option<usize> {
        let run = &self.bytes[start..end];
        if run.len() > 48 {
            return None;
        }
        let left = run
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let right = run
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        if left + right >= run.len() {
            return None;
        }
        self.work += run.len();
        let span = start + left..end - right;
        let middle = &self.bytes[span.clone()];
        if !middle
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.')
        {
            return None;
        }
        const BEFORE: [&str; 12] = [
            "ip", "ipv", "de", "du", "le", "from", "to", "at", "is", "est", "host", "adresse",
        ];
        const AFTER_VERSION: [&str; 8] = [
            "rc", "alpha", "beta", "dev", "pre", "post", "final", "snapshot",
        ];
        let word = |bytes: &[u8], among: &[&str]| {
            among
                .iter()
                .any(|known| bytes.eq_ignore_ascii_case(known.as_bytes()))
        };
        let before = &run[..left];
        let after = &run[run.len() - right..];
        let version =
            word(after, &AFTER_VERSION) || word(before, &["ver", "version", "rev", "release"]);
        let glued = match (left, right) {
            (0, _) => right >= 2,
            (_, 0) => word(before, &BEFORE),
            _ => left >= 2 && right >= 2,
        };
        if !glued || version {
            return None;
        }
        let (canonical, proof) = web::ipv4(&self.text[span.clone()]).ok()?;
        self.push(Kind::Ipv4, canonical, proof, span);
        Some(end)
    }

    /// A run of letters, digits, dots, hyphens and underscores; answers where it was read to.
    fn run(&mut self, start: usize, end: usize, seen: u8) -> usize {
        let mut end = end;
        while end > start && matches!(self.bytes[end - 1], b'.' | b'-' | b'_') {
            end -= 1;
        }
        let mut start = start;
        while start < end && matches!(self.bytes[start], b'.' | b'-') {
            start += 1;
        }
        let run = &self.bytes[start..end];
        if seen & DOT != 0
            && run.contains(&b'.')
            && let Some(after) = self.range(start, end).or_else(|| self.host(start, end))
        {
            return after;
        }
        if run.len() >= LONG_WORD || run.iter().any(u8::is_ascii_digit) {
            return self.numbers(start, end);
        }
        end
    }

    /// The first and the last address of a range: `192.0.2.1-192.0.2.9`.
    fn range(&mut self, start: usize, end: usize) -> Option<usize> {
        if !self.bytes[start].is_ascii_digit() || end - start > 31 {
            return None;
        }
        let run = self.text.get(start..end)?;
        let (first, last) = run.split_once('-')?;
        let (first_read, last_read) = (web::ipv4(first).ok()?, web::ipv4(last).ok()?);
        let middle = start + first.len();
        self.push(Kind::Ipv4, first_read.0, first_read.1, start..middle);
        self.push(Kind::Ipv4, last_read.0, last_read.1, middle + 1..end);
        Some(end)
    }

    /// An IPv4 address, a domain, or a URL that begins with one of them.
    fn host(&mut self, start: usize, end: usize) -> Option<usize> {
        let run = &self.bytes[start..end];
        if run
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.')
        {
            let (canonical, proof) = web::ipv4(&self.text[start..end]).ok()?;
            // The end of a longer number.
            if start > 0
                && self.bytes[start - 1] == b'.'
                && (start == 1 || self.bytes[start - 2] != b'.')
            {
                return None;
            }
            if self.bytes.get(end) == Some(&b'/')
                && let Some(after) = self.network(start, end)
            {
                return Some(after);
            }
            let (after, is_url) = self.bare_url(start, end);
            if is_url {
                return Some(after);
            }
            self.push(Kind::Ipv4, canonical, proof, start..end);
            return Some(after);
        }
        if run.len() > 4 * web::MAX_HOST {
            return None;
        }
        let mut host = self.text.get(start..end)?;
        for _ in 0..3 {
            host = host.trim_end_matches(['.', '-', '_']);
            let host_end = start + host.len();
            let followed = matches!(self.bytes.get(host_end), Some(b'/'));
            if web::ends_in_onion(host) {
                match web::onion(host) {
                    Ok((canonical, proof)) => {
                        let (after, is_url) = self.bare_url(start, host_end);
                        if !is_url {
                            self.push(Kind::Onion, canonical, proof, start..host_end);
                        }
                        return Some(after);
                    }
                    Err(error @ ParseError::Checksum { .. }) => {
                        self.problem(error, Kind::Onion, start..host_end);
                        return Some(host_end);
                    }
                    Err(_) => {}
                }
            }
            if could_be_host(host)
                && (followed || !is_joint(host))
                && let Ok((canonical, proof)) = web::domain(host)
            {
                let (after, is_url) = self.bare_url(start, host_end);
                if is_url {
                    return Some(after);
                }
                self.push(Kind::Domain, canonical, proof, start..host_end);
                return Some(after);
            }
            let Some(shorter) = without_capital_label(host) else {
                break;
            };
            host = shorter;
        }
        self.glued_address(start, end)
    }

    /// A URL without scheme: a host, then a path, or a port and a path, or a query with a value.
    /// Answers as [`Scanner::url`].
    fn bare_url(&mut self, start: usize, host_end: usize) -> (usize, bool) {
        let rest = &self.bytes[host_end..];
        let mut path = 0;
        if let [b':', digits @ ..] = rest {
            let count = digits
                .iter()
                .take(6)
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if count > 0 && count < 6 {
                path = count + 1;
            }
        }
        let is_path = match &rest[path..] {
            // A network ("192.0.2.0/24") is no page.
            [b'/', next @ ..]
                if path == 0
                    && self.bytes[start..host_end]
                        .iter()
                        .all(|byte| byte.is_ascii_digit() || *byte == b'.') =>
            {
                let digits = next
                    .iter()
                    .take(3)
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                next.first().is_some_and(|byte| !ends_token(*byte))
                    && (digits == 0
                        || digits > 2
                        || next.get(digits).is_some_and(|byte| !ends_token(*byte)))
            }
            [b'/', b'!', next, ..] => next.is_ascii_alphanumeric(),
            [b'/', next, ..] => !ends_token(*next) || matches!(next, b'?' | b'#' | b'~' | b'$'),
            [b'?', next, tail @ ..] => {
                let name = tail
                    .iter()
                    .take(64)
                    .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
                    .count();
                next.is_ascii_alphanumeric() && tail.get(name) == Some(&b'=')
            }
            _ => false,
        };
        if !is_path {
            return (host_end, false);
        }
        self.url(start, start, host_end + path)
    }

    /// Accounts, wallets and phone numbers that begin in a run; they may end after it.
    fn numbers(&mut self, start: usize, end: usize) -> usize {
        let bytes = self.bytes;
        let mut at = start;
        while at < end {
            if !bytes[at].is_ascii_alphanumeric() {
                at += 1;
                continue;
            }
            let length = bytes[at..end]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count();
            // Letters of other scripts belong to the word; the sign of "n°" does not.
            let letter = |character: Option<char>| {
                character
                    .is_some_and(|character| !character.is_ascii() && character.is_alphanumeric())
            };
            let is_ascii =
                |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(u8::is_ascii);
            let inside = !is_ascii(at.checked_sub(1))
                && letter(self.text[..at].chars().next_back())
                || !is_ascii(Some(at + length)) && letter(self.text[at + length..].chars().next());
            if !inside && let Some(after) = self.number(at, at + length, start) {
                if after >= end {
                    return after;
                }
                at = after;
                continue;
            }
            at += length;
        }
        end
    }

    fn number(&mut self, start: usize, end: usize, run_start: usize) -> Option<usize> {
        let run = &self.bytes[start..end];
        // "DE 89 …": the country stands apart, in the token before.
        let apart = run.len() == 2
            && start >= 3
            && self.bytes[start - 1] == b' '
            && self.bytes[start - 3..start - 1]
                .iter()
                .all(u8::is_ascii_alphabetic)
            && (start == 3
                || !self.bytes[start - 4].is_ascii_alphanumeric() && self.bytes[start - 4] < 0x80);
        let iban_start = if apart { start - 3 } else { start };
        if apart
            || (run.len() >= 4
                && run[0].is_ascii_alphabetic()
                && run[1].is_ascii_alphabetic()
                && run[2].is_ascii_digit()
                && run[3].is_ascii_digit())
        {
            self.work += 68;
            match money::iban_at(self.bytes, iban_start) {
                Some(money::IbanScan::Found { end, canonical }) => {
                    self.push(Kind::Iban, canonical, Proof::Checksum, iban_start..end);
                    return Some(end);
                }
                Some(money::IbanScan::BadChecksum { end }) => {
                    let error = ParseError::Checksum { kind: Kind::Iban };
                    self.found.problems.push(Problem {
                        kind: Kind::Iban,
                        span: iban_start..end,
                        error,
                    });
                    return Some(end);
                }
                None => {}
            }
        }
        self.coin_run(start, end)
            .or_else(|| self.hash_run(start, end))
            .or_else(|| self.technical_run(start, end))
            // A company's number may stand before what could be a currency.
            .or_else(|| self.register_run(start, end))
            .or_else(|| self.amount(start, end))
            .or_else(|| self.card(start, end))
            .or_else(|| self.bank_run(start, end))
            .or_else(|| self.parcel_run(start, end))
            .or_else(|| self.listing_run(start, end))
            .or_else(|| self.discord_tag(start, end))
            .or_else(|| self.phone(start, run_start))
    }

    /// Reads a run as each of the coins whose shape it has: the first that its checksum proves.
    pub(crate) fn proved(
        &mut self,
        kinds: &[(Kind, bool)],
        start: usize,
        end: usize,
    ) -> Option<usize> {
        let run = &self.bytes[start..end];
        for &(kind, looks) in kinds {
            if !looks {
                continue;
            }
            self.work += run.len();
            match canonicalise(kind, &self.text[start..end]) {
                Ok((canonical, proof)) => {
                    self.push(kind, canonical, proof, start..end);
                    return Some(end);
                }
                // A hash in hexadecimal is no mistyped wallet.
                Err(error @ ParseError::Checksum { .. })
                    if !run.iter().all(u8::is_ascii_hexdigit) =>
                {
                    self.problem(error, kind, start..end);
                    return Some(end);
                }
                Err(_) => {}
            }
        }
        None
    }

    fn phone(&mut self, digits: usize, run_start: usize) -> Option<usize> {
        let start = if digits > 0 && self.bytes[digits - 1] == b'+' {
            digits - 1
        } else {
            digits
        };
        let neighbours = phone::may_be_neighbours(&self.bytes[start..]);
        if !neighbours && !phone::may_begin(&self.bytes[start..]) {
            return None;
        }
        // The middle of a longer number, or of an identifier with hyphens.
        let before = start.checked_sub(1).map(|at| self.bytes[at]);
        let beyond = start.checked_sub(2).map(|at| self.bytes[at]);
        let inside =
            match before {
                // "06 39 98 12 34-06 39 98 12 35"
                Some(b'-')
                    if self.found.hits.last().is_some_and(|last| {
                        last.kind == Kind::Phone && last.span.end + 1 == start
                    }) =>
                {
                    false
                }
                Some(b'-' | b'_') => beyond.is_some_and(|byte| byte.is_ascii_alphanumeric()),
                Some(b'.' | b',') => {
                    beyond.is_some_and(|byte| byte.is_ascii_digit()) && start > run_start
                }
                // The middle of a dump of bytes or of a bank's number: "68 00 71 00 77".
                Some(b' ') if self.bytes[start..].starts_with(b"00") => {
                    let last = self.found.hits.last();
                    beyond.is_some_and(|byte| byte.is_ascii_digit())
                        && last.is_none_or(|last| last.span.end + 1 != start)
                }
                Some(byte) => byte.is_ascii_alphanumeric(),
                None => false,
            };
        if inside {
            return None;
        }
        self.work += 40;
        if neighbours && let Some(after) = self.neighbours_phone(start) {
            return Some(after);
        }
        if !phone::may_begin(&self.bytes[start..]) {
            return None;
        }
        let (end, canonical, proof) = phone::phone_at(self.bytes, start)?;
        self.push(Kind::Phone, canonical, proof, start..end);
        Some(end)
    }

    /// A number in a neighbour's national notation, where the country is named near.
    fn neighbours_phone(&mut self, start: usize) -> Option<usize> {
        let (neighbour, end) = phone::neighbour_at(self.bytes, start)?;
        let country = match neighbour {
            phone::Neighbour::Belgium => Topics::BELGIUM,
            phone::Neighbour::Switzerland => Topics::SWITZERLAND,
            phone::Neighbour::Luxembourg => Topics::LUXEMBOURG,
        };
        let near = self.context.around(self.bytes, start..end, 48, 24);
        if !near.any(country) {
            return None;
        }
        let canonical = phone::neighbours_number(neighbour, &self.bytes[start..end])?;
        self.push(Kind::Phone, canonical, Proof::Valid, start..end);
        Some(end)
    }

    /// An account as `platform:handle`.
    pub(crate) fn push_account(&mut self, account: String, span: Range<usize>) {
        let found = Observable::of_account(account);
        self.push(
            found.kind(),
            found.canonical().to_owned(),
            Proof::Shape,
            span,
        );
    }

    /// What was found last; spans are of the plain text while the walk goes on.
    pub(crate) fn last_hit(&self) -> Option<&Hit> {
        self.found.hits.last()
    }

    /// Notes what nearly was an observable.
    pub(crate) fn problem(&mut self, error: ParseError, kind: Kind, span: Range<usize>) {
        self.found.problems.push(Problem { kind, span, error });
    }

    /// Notes a hit; `span` is of the plain text. One that begins inside the last is dropped.
    pub(crate) fn push(&mut self, kind: Kind, canonical: String, proof: Proof, span: Range<usize>) {
        let flags = flags_of(kind, &canonical);
        self.push_flagged(kind, canonical, proof, span, flags);
    }

    fn push_flagged(
        &mut self,
        kind: Kind,
        canonical: String,
        proof: Proof,
        span: Range<usize>,
        flags: Flags,
    ) {
        // A country that stood apart, or a plus, may belong to what was found before.
        if self
            .found
            .hits
            .last()
            .is_some_and(|last| last.span.end > span.start)
        {
            return;
        }
        self.found.hits.push(Hit {
            kind,
            canonical,
            span,
            proof,
            flags,
        });
    }
}

pub(crate) fn ends_token(byte: u8) -> bool {
    CLASSES[byte as usize] == END
}

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') || byte >= 0x80
}

/// Whether the byte at `at` can no longer be of a URL: white space, quotes, or the punctuation of
/// other scripts that a text puts around one.
fn ends_url(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        0..=0x20 | 0x7F | b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'^' => true,
        // « » and no-break spaces; “ ” ‘ ’ … and their like; 「 」 and their like.
        0xC2 => true,
        // A link in Markdown, and a list without spaces.
        b']' => bytes.get(at + 1) == Some(&b'('),
        b',' | b';' => bytes[at + 1..].starts_with(b"http"),
        0xE2 => matches!(bytes.get(at + 1), Some(0x80 | 0x81)),
        0xE3 => bytes.get(at + 1) == Some(&0x80),
        _ => false,
    }
}

/// Leaves the punctuation of the sentence to the sentence. A closing bracket stays when its opening
/// one is in the URL.
fn trim_url_end(bytes: &[u8], start: usize, end: usize) -> usize {
    let mut round = 0i64;
    let mut square = 0i64;
    for byte in &bytes[start..end] {
        match byte {
            b'(' => round += 1,
            b')' => round -= 1,
            b'[' => square += 1,
            b']' => square -= 1,
            _ => {}
        }
    }
    let mut end = end;
    while end > start {
        match bytes[end - 1] {
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'\\' => {}
            b'(' => round -= 1,
            b'[' => square -= 1,
            b')' if round < 0 => round += 1,
            b']' if square < 0 => square += 1,
            _ => break,
        }
        end -= 1;
    }
    end
}

/// A cheap gate before the suffix list: at least two labels, a last one of letters, no empty one.
fn could_be_host(host: &str) -> bool {
    let Some(dot) = host.rfind('.') else {
        return false;
    };
    let last = &host[dot + 1..];
    last.len() >= 2 && !last.as_bytes()[0].is_ascii_digit() && !host.contains("..")
}

/// Whether a dot joins two sentences and no labels: `argent.Je`, `merci.La`, `payé.il`.
///
/// A capital after the dot where the word before has none is a sentence's, but for the suffixes that
/// people capitalise. Small words of French and English that are suffixes too are taken as words when
/// what precedes them is one label of letters.
fn is_joint(host: &str) -> bool {
    let Some((before, last)) = host.rsplit_once('.') else {
        return false;
    };
    let mut letters = last.chars();
    let capital = letters.next().is_some_and(char::is_uppercase);
    let rest_small = letters.clone().next().is_some() && letters.all(char::is_lowercase);
    if capital && rest_small {
        return !["Com", "Fr", "Net", "Org", "Eu", "Example"].contains(&last);
    }
    // "Microsoft.NET" and its languages; their sites are written in small letters.
    if last == "NET" && ["ASP", "ADO", "VB", "ML", "Paint", "Microsoft"].contains(&before) {
        return true;
    }
    // A script's map, a library of a system.
    if last == "map" && (before.ends_with(".js") || before.ends_with(".css"))
        || last == "so" && before.starts_with("lib")
    {
        return true;
    }
    if before.contains('.') {
        return false;
    }
    // Files are named so far more often than sites.
    let is_name = before
        .chars()
        .all(|character| character.is_alphabetic() || character == '_');
    match last {
        "zip" | "mov" => return true,
        "md" | "py" | "rs" | "sh" if is_name => return true,
        "py" | "sh" if before.bytes().any(|byte| byte.is_ascii_digit()) => return true,
        _ => {}
    }
    if !before.chars().all(char::is_alphabetic) {
        return false;
    }
    const WORDS: [&str; 5] = ["je", "il", "la", "et", "ne"];
    const RISKY: [&str; 28] = [
        "de", "me", "ma", "sa", "se", "si", "as", "at", "be", "do", "in", "is", "it", "my", "no",
        "so", "to", "us", "es", "mais", "ai", "au", "am", "ni", "va", "moi", "plus", "date",
    ];
    let last = last.to_lowercase();
    let accented = !before.is_ascii();
    WORDS.contains(&last.as_str())
        || RISKY.contains(&last.as_str())
            && (accented || ENDS_OF_SENTENCES.contains(&before.to_lowercase().as_str()))
}

/// Words after which people forget the space.
const ENDS_OF_SENTENCES: [&str; 40] = [
    "merci",
    "bonjour",
    "argent",
    "compte",
    "site",
    "colis",
    "carte",
    "banque",
    "paiement",
    "euros",
    "rien",
    "plus",
    "tout",
    "fait",
    "moi",
    "toi",
    "lui",
    "vous",
    "nous",
    "cordialement",
    "numero",
    "message",
    "mail",
    "jour",
    "jours",
    "fois",
    "money",
    "account",
    "thanks",
    "please",
    "this",
    "that",
    "them",
    "him",
    "her",
    "back",
    "day",
    "time",
    "bank",
    "card",
];

/// The host without a last label that begins with a capital: `colis.example.Merci`.
fn without_capital_label(host: &str) -> Option<&str> {
    let (before, last) = host.rsplit_once('.')?;
    let (_, neighbour) = before.rsplit_once('.')?;
    // "COLIS.EXAMPLE.ORG" is all one.
    let sentence =
        last.starts_with(char::is_uppercase) && !neighbour.starts_with(char::is_uppercase);
    sentence.then_some(before)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;
    use proptest::prelude::*;

    use super::*;

    fn check_raw(text: &str, expected: &[&str]) {
        let found: Vec<&str> = extract(text)
            .hits
            .iter()
            .map(|hit| &text[hit.span.clone()])
            .collect();
        assert_eq!(found, expected, "in {text:?}");
    }

    #[test]
    fn punctuation_stays_with_the_sentence() {
        let two = ["url https://colis.example/a", "url https://colis.example/b"];
        check("[https://colis.example/a](https://colis.example/b)", &two);
        check("https://colis.example/a,https://colis.example/b", &two);
        check(r"https:\/\/colis.example\/a", &two[..1]);
        check(
            "voir https://colis.example/a?id=62593040.",
            &["url https://colis.example/a?id=62593040"],
        );
        check(
            "(voir https://colis.example/a_(b))",
            &["url https://colis.example/a_(b)"],
        );
        check(
            "[https://colis.example/a]",
            &["url https://colis.example/a"],
        );
        check(
            "« https://colis.example/a »…",
            &["url https://colis.example/a"],
        );
        check(
            "<https://colis.example/a>, 'https://colis.example/b'",
            &["url https://colis.example/a", "url https://colis.example/b"],
        );
        check("https://colis.example, ok", &["url https://colis.example/"]);
        check(
            "site:https://colis.example/a",
            &["url https://colis.example/a"],
        );
    }

    #[test]
    fn the_raw_text_is_kept_with_its_span() {
        check_raw(
            "été hxxps[:]//colis[point]example/a, puis banque [.] example !",
            &["hxxps[:]//colis[point]example/a", "banque [.] example"],
        );
        check_raw(
            "n° ０６ ３９ ９８ １２ ３４.",
            &["０６ ３９ ９８ １２ ３４"],
        );
        check_raw(
            "ban\u{200B}que.example\u{200B}",
            &["ban\u{200B}que.example"],
        );
        check_raw(
            "au 06\u{A0}39\u{A0}98\u{A0}12\u{A0}34\u{A0}!",
            &["06\u{A0}39\u{A0}98\u{A0}12\u{A0}34"],
        );
    }

    #[test]
    fn schemes_are_refanged() {
        check("http[:]//colis.example/a", &["url http://colis.example/a"]);
        check("hxxp[://]colis.example/a", &["url http://colis.example/a"]);
        check("hXXps://colis[.]example", &["url https://colis.example/"]);
    }

    #[test]
    fn sentences_are_no_domains() {
        check(
            "Vinted.Fr, SITE.COM, a@Asso.Example",
            &[
                "domain vinted.fr",
                "domain site.com",
                "email a@asso.example",
            ],
        );
        check("rendu mon argent.Je veux. Merci.La suite.", &[]);
        check(
            "j'ai payé.il ne répond plus.la banque non plus.et moi, argent.de côté",
            &[],
        );
        check(
            "le fichier photos-2.zip, LIRE_MOI.md, contrat.pdf, etc.",
            &[],
        );
        check("allez sur colis-suivi.fr.Merci", &["domain colis-suivi.fr"]);
        check(
            "écrire à jean@asso.example.Merci",
            &["email jean@asso.example"],
        );
        check(
            "sur Vinted.fr et amende-gouv.info",
            &["domain vinted.fr", "domain amende-gouv.info"],
        );
        check(
            "d'asso.example l’asso.example",
            &["domain asso.example", "domain asso.example"],
        );
    }

    #[test]
    fn dotted_phones_are_no_addresses() {
        check("au 06.63.94.98.94 svp", &["phone +33663949894"]);
        check(
            "version 1.2.3.4.5, prix 12.50 $, 10.000.000",
            &["amount 12.50 USD"],
        );
        check(
            "192.0.2.0/24 et 192.0.2.1:8080",
            &["cidr 192.0.2.0/24", "ipv4 192.0.2.1"],
        );
        check("192.0.2.1/admin", &["url https://192.0.2.1/admin"]);
    }

    #[test]
    fn an_ethereum_address_is_one_thing() {
        check(
            "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359",
            &["eth 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"],
        );
        // A transaction's hash is longer.
        let hash = "ab".repeat(32);
        check(&format!("0x{hash}"), &[&format!("tx eth:{hash}")]);
    }

    #[test]
    fn an_account_ends_where_its_country_says() {
        for text in [
            "FR1420041010050500013M02606 MERCI DE VIRER",
            "iban:fr14-2004-1010-0505-0001-3m02-606.",
            "IBAN FR 14 2004 1010 0505 0001 3M02 606 Banque",
            "FR14 2004 1010 0505 0001 3M02 606 BIC",
        ] {
            check(text, &["iban FR1420041010050500013M02606"]);
        }
        let extraction = extract("FR14 2004 1010 0505 0001 3M02 607");
        assert!(extraction.hits.is_empty());
        assert_eq!(
            extraction.problems[0].error,
            ParseError::Checksum { kind: Kind::Iban }
        );
    }

    #[test]
    fn phones_take_the_default_region() {
        for text in [
            "n°0639981234",
            "06 39 98 12 34",
            "0033639981234",
            "+33 (0)6 39 98 12 34",
            "tel.0639981234",
            "tél:06-39-98-12-34",
            "(06)39981234",
            "(06) 39 98 12 34",
            "tel:+33639981234",
            "06/39/98/12/34",
            "0 6 3 9 9 8 1 2 3 4",
        ] {
            check(text, &["phone +33639981234"]);
        }
        check(
            "06 39 98 12 34/06 39 98 12 35",
            &["phone +33639981234", "phone +33639981235"],
        );
        for separator in ["/", " / ", "-", " - ", ", ", ";", " ou "] {
            for first in ["06 39 98 12 34", "06.39.98.12.34", "0639981234"] {
                check(
                    &format!("{first}{separator}06 39 98 12 35"),
                    &["phone +33639981234", "phone +33639981235"],
                );
            }
        }
        check(
            "Le compte 30004 00828 00012345678 90, 66 00 68 00 71 00 77 00",
            &[],
        );
        check(
            "n° 3c0639981234, f47ac10b-58cc-4372-0639-981234000000",
            &["uuid f47ac10b-58cc-4372-0639-981234000000"],
        );
    }

    #[test]
    fn a_neighbours_notation_needs_its_country() {
        check("en Belgique, le 0470 12 34 56", &["phone +32470123456"]);
        check("numéro belge 0470/12.34.56", &["phone +32470123456"]);
        check("numéro suisse 079 123 45 67", &["phone +41791234567"]);
        check("à Luxembourg : 621 123 456", &["phone +352621123456"]);
        check("le 0470 12 34 56", &["phone +33470123456"]);
        check("079 123 45 67, 621 123 456", &[]);
    }

    #[test]
    fn words_before_an_address_stay_apart() {
        check("mail de a99@asso.example", &["email a99@asso.example"]);
        check_raw("mail de a99@asso.example", &["a99@asso.example"]);
        check("mailto:a@asso.example?subject=x", &["email a@asso.example"]);
        check(
            "jean arobase asso point example",
            &["email jean@asso.example"],
        );
        check(
            "a@b.example,c@d.example;e@f.example",
            &[
                "email a@b.example",
                "email c@d.example",
                "email e@f.example",
            ],
        );
    }

    #[test]
    fn handles_need_context() {
        check(
            "son compte telegram @test_arnaque.",
            &["telegram test_arnaque"],
        );
        check("t.me/test_arnaque", &["telegram test_arnaque"]);
        check("merci @test_arnaque", &[]);
        check(
            "https://wa.me/33639981234?text=bonjour",
            &["phone +33639981234"],
        );
        check(
            "https://t.me/test_arnaque/12",
            &["url https://t.me/test_arnaque/12"],
        );
    }

    #[test]
    fn reserved_values_are_kept_and_flagged() {
        let flags = |text: &str| extract(text).hits[0].flags;
        assert_eq!(flags("192.168.0.1"), Flags::PRIVATE);
        assert_eq!(flags("2001:db8::1"), Flags::EXAMPLE);
        assert_eq!(flags("http://\u{440}aypal.com/"), Flags::HOMOGLYPH);
        assert_eq!(Flags::PRIVATE.names().collect::<Vec<_>>(), ["private"]);
    }

    #[test]
    fn digits_of_other_alphabets_are_read() {
        for text in [
            "𝟎𝟔 𝟑𝟗 𝟗𝟖 𝟏𝟐 𝟑𝟒",
            "٠٦ ٣٩ ٩٨ ١٢ ٣٤",
            "۰۶ ۳۹ ۹۸ ۱۲ ۳۴",
            "О6 39 98 12 34",
            "о6.39.98.12.34",
            "0\u{FE0F}\u{20E3}6\u{FE0F}\u{20E3} 39 98 12 34",
            "０６\u{3000}３９ ９８ １２ ３４",
            "06\u{200B} 39\u{2060} 98\u{202F}12\u{A0}3\u{AD}4",
            "\u{202D}06 39 98 12 34\u{202C}",
        ] {
            check(text, &["phone +33639981234"]);
        }
        check_raw("au 𝟎𝟔 𝟑𝟗 𝟗𝟖 𝟏𝟐 𝟑𝟒.", &["𝟎𝟔 𝟑𝟗 𝟗𝟖 𝟏𝟐 𝟑𝟒"]);
        check_raw("(О6 39 98 12 34)", &["О6 39 98 12 34"]);
        check("www。banque．example", &["domain www.banque.example"]);
        check("о нас, окно 5о", &[]);
    }

    #[test]
    fn spans_of_hidden_notations_are_what_was_typed() {
        for raw in [
            "hxxps[:]//colis[.]example/a",
            "h__p://colis (dot) example",
            "jean point test arobase banque point example",
            "jean AT banque DOT example",
            "jean { at ) banque {  dot ])] example",
            "192[[[.]]0[.2.]44",
            "ban\u{200B}que[.]example",
            "jean @ banque.example",
            "\"jean..test\"[@]banque[.]example",
        ] {
            check_raw(&format!("été : {raw}, merci"), &[raw]);
        }
    }

    #[test]
    fn a_word_before_an_address_is_no_mailbox() {
        check("hosted at evil[.]example", &["domain evil.example"]);
        check("look at evil.example now", &["domain evil.example"]);
        check("We live at banque dot example", &[]);
        check("contacter @banque.example", &["domain banque.example"]);
        check("le site (.com ou .fr), un fichier(.pdf)", &[]);
        check("PayPal (et) leboncoin.fr", &["domain leboncoin.fr"]);
        check("les 9,10,11,12 janvier", &[]);
        check("il a un point commun, un point c'est tout", &[]);
        check(
            "jean@banque.example. Un point important arobase",
            &["email jean@banque.example"],
        );
    }

    #[test]
    fn files_and_products_are_no_domains() {
        for text in [
            "le fichier facture.pdf, setup.exe, script.js, photo.jpg, index.php et notes.docx",
            "README.md, LISEZMOI.md, main.rs, install.sh, test2.py, pkcs7-cat.sh",
            "en Node.js et ASP.NET, VB.NET, style.css.map, libssl.so",
            "sauvegarde.zip et film-2024.mov",
            "à 12h.30, p.ex. M.Dupont, Mme.Martin, c.à.d. n.b.",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn an_onion_host_is_an_onion_service() {
        let v3 = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";
        let url = format!("http://www.{v3}/a");
        let found = extract(&url).hits;
        assert_eq!(found[0].kind, Kind::Url);
        assert_eq!(found[0].proof, Proof::Checksum);
        let derived = found[0].observable().derived();
        assert_eq!(derived.len(), 1);
        assert_eq!(
            (derived[0].kind(), derived[0].canonical()),
            (Kind::Onion, v3)
        );
        check(&format!("{v3}/a"), &[&format!("url http://{v3}/a")]);
        let dead = extract("expyuzz4wqqyqhjn.onion").hits;
        assert_eq!((dead[0].kind, dead[0].flags), (Kind::Onion, Flags::DEAD));
        let wrong = extract(&v3.replace("pscryd", "pscrye"));
        assert!(wrong.hits.is_empty());
        assert_eq!(
            wrong.problems[0].error,
            ParseError::Checksum { kind: Kind::Onion }
        );
    }

    #[test]
    fn numbers_of_systems_need_their_words() {
        check(
            "AS64496 (AS 65536), asn 64500.",
            &["asn AS64496", "asn AS65536", "asn AS64500"],
        );
        check(
            "as 1200 people, as 12, AS400, AS350, AS9100, ASN1, ASN.1, AS 2024",
            &[],
        );
        check("réf AS12345, n° AS2024001, colis AS54321", &[]);
        check("GOOD AS 5000 OTHERS, gas12345, CAS 64496", &[]);
        check(
            "le système autonome AS400 et bgp AS12",
            &["asn AS400", "asn AS12"],
        );
        let flags = |text: &str| extract(text).hits[0].flags;
        assert_eq!(flags("AS64496"), Flags::EXAMPLE);
        assert_eq!(flags("AS64512"), Flags::PRIVATE);
        assert_eq!(flags("AS15169"), Flags::default());
    }

    #[test]
    fn networks_and_cards_are_whole() {
        check(
            "10.1.2.3/8, 2001:db8::1/32; 192.0.2.1/24.",
            &["cidr 10.0.0.0/8", "cidr 2001:db8::/32", "cidr 192.0.2.0/24"],
        );
        check("192.0.2.1/24/a", &["url https://192.0.2.1/24/a"]);
        check("MAC:00:00:5e:00:53:01, ok", &["mac 00:00:5e:00:53:01"]);
        check("à 12:34:56:12:34:56", &[]);
        check("adresse MAC 01-02-03-04-05-06", &["mac 01:02:03:04:05:06"]);
        assert_eq!(extract("10.0.0.0/8").hits[0].flags, Flags::PRIVATE);
    }

    #[test]
    fn user_agents_end_with_their_products() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";
        let expected = format!("user_agent {firefox}");
        for text in [
            format!("UA: {firefox} depuis Lyon"),
            format!("\"{firefox}\" 200 512"),
            format!("{firefox}, puis rien"),
            format!("{firefox}\nAccept: */*"),
            firefox.replace(") ", ")  "),
        ] {
            check(&text, &[&expected]);
        }
        check(&format!("{firefox} {firefox}"), &[&expected, &expected]);
        check(
            "via curl/7.68.0, version 24/7 et/ou 1/2",
            &["user_agent curl/7.68.0"],
        );
        check("Mozilla/5.0 sans suite", &[]);
    }

    #[test]
    fn an_address_glued_to_a_word_is_found() {
        check("depuis l'adresse ip192.0.2.1", &["ipv4 192.0.2.1"]);
        check("192.0.2.1est la mienne", &["ipv4 192.0.2.1"]);
        check(
            "bloquez 192.0.2.1-192.0.2.9, pas plus",
            &["ipv4 192.0.2.1", "ipv4 192.0.2.9"],
        );
        check("3.2.1.4-beta et 1-192.0.2.1", &[]);
        check(
            "v1.2.3.4, version1.2.3.4, libfoo-1.2.3.4, 1.2.3.4rc1, .1.2.3.4",
            &[],
        );
    }

    #[test]
    fn encoded_urls_are_decoded() {
        for text in [
            "aHR0cHM6Ly9jb2xpcy5leGFtcGxlL2E=",
            "68747470733a2f2f636f6c69732e6578616d706c652f61",
            "https%3A%2F%2Fcolis.example%2Fa",
            "https://https://colis.example/a",
        ] {
            check(text, &["url https://colis.example/a"]);
        }
        check(
            "aHR0cHM6Ly9jb2xpcy5leGFtcGxl!",
            &["url https://colis.example/"],
        );
        check("%2Fcolis.example", &["domain colis.example"]);
    }

    #[test]
    fn an_address_in_a_url_is_reported_once() {
        let found = extract("http://192.0.2.1/a").hits;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, Kind::Url);
        assert_eq!(found[0].observable().derived()[0].canonical(), "192.0.2.1");
        // Hexadecimal and octal, as browsers read them.
        check("http://0x7f.1/", &["url http://127.0.0.1/"]);
        check("http://3221225985/", &["url http://192.0.2.1/"]);
    }

    #[test]
    fn work_is_linear_in_adversarial_texts() {
        let units = [
            "h__p",
            "h__p://",
            "http__a",
            "arobase ",
            " arobase",
            "a dot ",
            " at a",
            "a point arobase ",
            "[[",
            "]]",
            "a[",
            "a ]",
            "(.",
            ". )",
            "a@[",
            "\"@a",
            "\"a\"@",
            "a.onion",
            "a.onion/",
            "192.0.2.1/",
            "192.0.2.1/24 ",
            "AS1 ",
            "AS ",
            "asn 64496 ",
            "00:",
            "00-00-5e-00-53-01",
            "Mozilla/5.0 (",
            "Mozilla/5.0 (a) ",
            "curl/7 ",
            "curl/7 curl/7 (",
            "aHR0cDov",
            "68747470",
            "http%3A",
            "http://http://",
            "http://[",
            "http://a,",
            "http:// ",
            "tcp://a.",
            "\\.",
            "a\\.",
            "a^.",
            "/AT/a",
            "aDOT",
            "aAT",
            "1.1.1.1a",
            "\u{43E}1",
            "\u{661}",
            "\u{1D7CE}",
            "a",
            ".",
            "@",
            ":",
            "/",
            "://",
            "http://",
            "http://a.",
            "a@",
            "@a",
            "a.b",
            "a.B",
            "1",
            "1.",
            "0",
            "0 ",
            "06 ",
            "+1",
            "+1 ",
            "00",
            "FR14",
            "FR14 ",
            "fr 14 ",
            "[",
            "[.]",
            "(",
            "(0)",
            "0x",
            "bc1",
            "é",
            "\u{200B}",
            "\u{A0}",
            "hxxp",
            "a:",
            "::1",
            "-",
            "_.",
            "http://a/",
            "http://a.example/",
            "a.example:1/",
            "a.example:99999/",
            "http://a b/",
            "http://a.example:99999/",
            "telegram @a ",
            "https://a.example/(",
            "a.example/",
            "a.example?a=",
            "]:",
            " arobase a",
            "1a1z",
            "a.Bc",
            "a-",
            "xn--a.",
            "Insta : a_b ",
            "Insta:",
            "Insta : ",
            "insta a_1",
            "a_b1 sur ",
            "u/a",
            "a#1234",
            "discord a#1234 ",
            "@a@",
            "@a@b.example",
            "732 ",
            "SIREN 732 829 32",
            "RR 123 ",
            "RR",
            "1Z 999 ",
            "DHL 12345678 ",
            "6A 12 ",
            "FR 40 ",
            "FR40 303 ",
            "0 6 ",
            "079 123 ",
            "annonce 2345678901 ",
            "4",
            "4 ",
            "4-",
            "4111 ",
            "4111111111111111",
            "4111 1111 1111 1111 ",
            "4111 **** ",
            "*",
            "x1234 ",
            "**** 1234 ",
            "carte 1234 ",
            "finissant par 1234 ",
            "1 000 ",
            "1.000.",
            "1,",
            "1 €",
            "€ 1 ",
            "$1",
            "1 k",
            "30002 ",
            "RIB 30002 ",
            "compte 30002 a ",
            "BNPAFRPP ",
            "BIC:BNPAFRPP ",
            "BIC: ",
            "PCS 12 ",
            "PCS ABCD 1234 ",
            "paysafecard 1234-",
            "PayPal @a1 ",
            "@a1 ",
            "EQ",
            "EQ1 ",
            "0:",
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t ",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLa ",
            "6x5SYnLroiN7WYq8NQYU9KHcH4YjpBbwpUfVu3EB7ieH ",
            "0000000000000000000000000000000000000000000000000000000000000000 ",
            "Solana tx ",
            "zZ9",
            "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a:",
            "\\",
            "C:\\",
            "C:\\a ",
            "C:\\a b",
            "\"C:\\a ",
            "\\\\a\\",
            "HKLM\\",
            "HKLM\\a ",
            "%TEMP%\\",
            "/a",
            "/tmp",
            "/tmp/a ",
            "/Library/a b",
            "~/",
            "{",
            "a {",
            "rule ",
            "rule a {",
            "a : {",
            " {                ",
            "<a1",
            "<a1@",
            "a$1@",
            "Message-ID: <a1@b ",
            "serial 0a:",
            "0a:1b:",
            "3:aaaa:",
            "0123456789abcdef",
            "0123456789abcdef0123456789abcdef ",
            "CVE-",
            "2021-",
            "T1059 ",
            "12345678-",
            "1234567890_",
            "favicon 123456 ",
            "GTM-",
            "pub-",
        ];
        for unit in units {
            let mut last = 0;
            for size in [20_000, 40_000, 80_000] {
                let text = unit.repeat(size / unit.len());
                let (_, work) = scan(&text);
                assert!(
                    work <= 120 * text.len(),
                    "{unit:?}: {work} steps for {} bytes",
                    text.len()
                );
                if last > 10_000 {
                    assert!(work < last * 5 / 2, "{unit:?}: {last} steps became {work}");
                }
                last = work;
            }
        }
    }

    /// Texts made of what the scanner looks for.
    fn near_hits() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(|character| character.to_string()),
            "[ .@:/+0-9a-zéA-Z\\[\\](){}-]{0,6}",
            Just("hxxps://".to_owned()),
            Just("[.]".to_owned()),
            Just("colis.example".to_owned()),
            Just("FR1420041010050500013M02606".to_owned()),
            Just("06 39 98 12 34".to_owned()),
            Just("4111 1111 1111 1111".to_owned()),
            Just(" carte finissant par 1234".to_owned()),
            Just("PCS 1234567890".to_owned()),
            Just(" 1 250,50 €".to_owned()),
            Just("BIC BNPAFRPP".to_owned()),
            Just("20041 01005 0500013M026 06".to_owned()),
            Just("paypal @test1".to_owned()),
            Just("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t".to_owned()),
            Just("UQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJKZ".to_owned()),
            Just("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a".to_owned()),
            Just("192.0.2.1".to_owned()),
            Just("2001:db8::1".to_owned()),
            Just(" telegram @test".to_owned()),
            Just("\u{200B}".to_owned()),
            Just("é".to_owned()),
        ];
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

        #[test]
        fn hits_are_ordered_apart_and_canonical(text in near_hits()) {
            let found = extract(&text);
            let mut last = 0;
            for hit in &found.hits {
                prop_assert!(hit.span.start >= last && hit.span.end > hit.span.start, "{:?}", found.hits);
                prop_assert!(text.get(hit.span.clone()).is_some(), "{:?}", hit);
                last = hit.span.end;
                prop_assert_eq!(Observable::parse(hit.kind, &hit.canonical), Ok(hit.observable()));
            }
            for problem in &found.problems {
                prop_assert!(text.get(problem.span.clone()).is_some());
            }
        }
    }
}
