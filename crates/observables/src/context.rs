//! The words that stand near a number and say what it is: *carte*, *colis*, *SIRET*, *insta*.
//!
//! One table holds them all. It is read only around what asks, and each byte of a text at most
//! about once, since those who ask come in the order of the text.

use std::{
    ops::{BitOr, Range},
    sync::LazyLock,
};

use crate::survey::Survey;

/// Topics, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Topics(u128);

macro_rules! topics {
    ($($(#[doc = $doc:literal])* $topic:ident: [$($word:literal),* $(,)?];)*) => {
        #[derive(Clone, Copy)]
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the names of the constants")]
        enum Place { $($topic),* }

        impl Topics {
            $($(#[doc = $doc])* pub(crate) const $topic: Topics = Topics(1 << Place::$topic as u128);)*
        }

        static WORDS: &[(Topics, &[&str])] = &[$((Topics::$topic, &[$($word),*])),*];
    };
}

// Words are in lower case (their ASCII letters match both cases) and match whole: a letter or a digit
// on either side makes another word. A word belongs to one topic only; the longest one counts.
topics! {
    CARD: ["carte", "cartes", "cb", "carte bancaire", "carte bleue", "card", "visa", "mastercard",
        "debit card", "credit card", "carte de crédit", "n° de carte", "maestro", "amex", "american express",
        "diners"];
    ENDING: ["finissant", "terminant", "se termine", "termine par", "finit par", "ending", "ends with",
        "ends in", "se terminent", "finissent par", "derniers chiffres", "dernier chiffres", "last four",
        "last 4", "last digits", "derniers numéros"];
    GIFT_CARD: ["carte cadeau", "cartes cadeaux", "carte prépayée", "cartes prépayées", "gift card",
        "gift cards", "code", "codes", "coupon", "coupons", "recharge", "recharges", "ticket", "tickets",
        "voucher"];
    PCS: ["pcs", "pcs mastercard"];
    TRANSCASH: ["transcash"];
    NEOSURF: ["neosurf"];
    PAYSAFECARD: ["paysafecard", "paysafe"];
    STEAM_CARD: ["carte steam", "steam card", "steam gift card"];
    GOOGLE_PLAY: ["google play", "googleplay"];
    APPLE_CARD: ["itunes", "apple gift card", "carte apple"];
    AMAZON_CARD: ["carte amazon", "carte cadeau amazon", "amazon gift card", "chèque-cadeau amazon"];
    TONEO: ["toneo", "toneo first"];
    BIC: ["bic", "swift", "bic/swift", "swift/bic", "code bic", "code swift"];
    RIB: ["rib", "compte", "relevé d'identité bancaire", "clé rib", "code banque"];
    TX: ["tx", "txid", "txhash", "tx hash", "transaction", "transaction hash", "hash de transaction",
        "hash de la transaction", "id de transaction", "transaction id", "transactions"];
    BITCOIN: ["bitcoin", "bitcoins", "btc"];
    ETHEREUM: ["ethereum", "eth", "ether", "etherscan", "erc20", "erc-20", "usdt", "usdc"];
    TRONS: ["tron", "trx", "trc20", "trc-20"];
    SOLANA: ["solana", "sol"];
    LITECOIN: ["litecoin", "litecoins", "ltc"];
    BANK: ["banque", "bank", "banques", "banque destinataire", "iban", "virement", "virements",
        "wire transfer", "bank transfer", "bénéficiaire"];
    SIREN: ["siren", "rcs", "r.c.s", "n° siren", "numéro siren"];
    SIRET: ["siret", "n° siret", "numéro siret"];
    VAT: ["tva", "vat", "tva intracommunautaire", "vat number", "vat no", "n° tva", "n° de tva",
        "numéro de tva", "intracommunautaire", "mwst", "ust-idnr", "btw", "partita iva", "iva"];
    LISTING: ["annonce", "annonces", "ad", "listing", "réf", "ref", "référence", "article", "item"];
    PARCEL: ["colis", "suivi", "parcel", "package", "livraison", "delivery", "shipment", "transporteur",
        "bordereau"];
    TRACKING: ["n° de suivi", "numéro de suivi", "numero de suivi", "code de suivi", "suivi n°",
        "numéro de colis", "numero de colis", "n° de colis", "n° colis", "colis n°", "tracking",
        "tracking number", "tracking no", "tracking id", "tracking code"];
    LAPOSTE: ["la poste", "laposte", "colissimo", "chronopost", "lettre suivie", "lettre recommandée",
        "recommandé", "courrier suivi"];
    MONDIAL_RELAY: ["mondial relay", "mondialrelay", "mondial-relay", "relais colis", "point relais"];
    UPS: ["ups"];
    DHL: ["dhl"];
    FEDEX: ["fedex"];
    DPD: ["dpd"];
    GLS: ["gls"];
    IMPHASH: ["imphash", "imp hash", "import hash", "imphashes"];
    AUTHENTIHASH: ["authentihash", "authentihashes", "authenticode", "authenticode hash"];
    JA3: ["ja3", "ja3s", "ja3 hash", "ja3s hash", "ja3_digest", "ja3_hash", "ja3s_hash"];
    FAVICON: ["favicon", "favicon hash", "http.favicon.hash", "icon_hash", "favicon_hash", "mmh3",
        "favicon mmh3", "favicon-mmh3", "hash du favicon", "murmurhash3", "murmur3"];
    SERIAL: ["serial", "serial number", "serialnumber", "serial_number", "numéro de série",
        "numero de serie", "n° de série", "certificate serial", "certificate serial number"];
    PIXEL: ["pixel", "pixels", "fbq", "pixel id", "pixel_id", "pixelid", "meta pixel", "facebook pixel",
        "pixel meta", "pixel facebook"];
    MESSAGE_ID: ["message-id", "message id", "messageid", "message_id", "in-reply-to", "in_reply_to",
        "references", "identifiant de message", "identifiant du message"];
    TELEGRAM: ["telegram", "télégram", "telegramme", "télégramme", "tg"];
    FACEBOOK: ["facebook", "fb", "messenger"];
    INSTAGRAM: ["instagram", "insta", "ig"];
    TIKTOK: ["tiktok", "tik-tok", "tik tok"];
    SNAPCHAT: ["snapchat", "snap"];
    TWITTER: ["twitter"];
    DISCORD: ["discord"];
    YOUTUBE: ["youtube", "ytb"];
    LINKEDIN: ["linkedin"];
    LEBONCOIN: ["leboncoin", "le bon coin", "lbc"];
    VINTED: ["vinted"];
    TWITCH: ["twitch"];
    THREADS: ["threads"];
    SIGNAL: ["signal"];
    WHATSAPP: ["whatsapp", "whats app", "wathsapp", "watsapp"];
    BLUESKY: ["bluesky", "bsky"];
    REDDIT: ["reddit", "subreddit"];
    ONLYFANS: ["onlyfans", "only fans"];
    PINTEREST: ["pinterest"];
    PSEUDONYM: ["pseudo", "pseudonyme", "compte au nom de", "identifiant", "profil", "handle", "username",
        "nickname", "screen name", "user name", "utilisateur", "utilisatrice", "vendeur", "vendeuse", "seller"];
    EBAY: ["ebay"];
    AIRBNB: ["airbnb", "air bnb"];
    MARKETPLACE: ["marketplace", "market place", "facebook marketplace"];
    BELGIUM: ["belgique", "belge", "belges", "belgium", "belgian", "bruxelles", "liège", "anvers"];
    SWITZERLAND: ["suisse", "suisses", "swiss", "switzerland", "genève", "lausanne", "zurich"];
    LUXEMBOURG: ["luxembourg", "luxembourgeois", "luxembourgeoise"];
    STEAM: ["steam"];
    MASTODON: ["mastodon"];
    PAYPAL: ["paypal", "pay pal"];
    LYDIA: ["lydia"];
    REVOLUT: ["revolut", "revtag"];
    WERO: ["wero"];
    NETWORK: ["as number", "autonomous system", "système autonome", "bgp", "whois", "peering", "mac",
        "adresse mac", "mac address", "hwaddr", "bssid", "ethernet", "hébergeur", "hosting provider"];
    CASH_APP: ["cash app", "cashapp", "cashtag"];
}

impl Topics {
    pub(crate) const NONE: Topics = Topics(0);

    /// Both, in a constant.
    pub(crate) const fn with(self, other: Topics) -> Topics {
        Topics(self.0 | other.0)
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether one of `other` is in it.
    pub(crate) fn any(self, other: Topics) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Topics {
    type Output = Topics;

    fn bitor(self, other: Topics) -> Topics {
        Topics(self.0 | other.0)
    }
}

/// The words by their first three bytes and the length of their first run of ASCII letters and digits. A filter
/// of 8 KiB sends nearly every word of a text on at once, which is some five times faster than an automaton whose
/// tables do not fit the processor's first cache.
struct Words {
    /// One bit for each key that a word has.
    filter: [u64; KEYS / 64],
    /// Where the words of a key begin in `words`.
    first: Vec<u16>,
    /// By key, the longest first.
    words: Vec<(&'static [u8], Topics)>,
    longest: usize,
}

const KEYS: usize = 1 << 16;

/// A hash of five bits of each of three bytes, which both cases of a letter share, and of the length of the run.
fn key(bytes: [u8; 4], run: u32) -> usize {
    let start = u32::from_le_bytes(bytes) & 0x1F_1F_1F;
    ((start | run << 24).wrapping_mul(0x9E37_79B1) >> 16) as usize
}

static WORDS_BY_KEY: LazyLock<Words> = LazyLock::new(|| {
    let mut keyed: Vec<(usize, &'static [u8], Topics)> = Vec::new();
    for (topics, words) in WORDS {
        for word in words.iter().map(|word| word.as_bytes()) {
            let run = word
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count() as u32;
            match word {
                // What follows a word of two letters may be anything.
                [a, b] => keyed.extend((0..32).map(|c| (key([*a, *b, c, 0], run), word, *topics))),
                [a, b, c, ..] => keyed.push((key([*a, *b, *c, 0], run), word, *topics)),
                _ => {}
            }
        }
    }
    keyed.sort_by_key(|(key, word, _)| (*key, std::cmp::Reverse(word.len())));
    let mut filter = [0; KEYS / 64];
    let mut first = vec![0; KEYS + 1];
    for (key, _, _) in &keyed {
        filter[key / 64] |= 1 << (key % 64);
        first[key + 1] += 1;
    }
    for key in 0..KEYS {
        first[key + 1] += first[key];
    }
    Words {
        filter,
        first,
        longest: keyed
            .iter()
            .map(|(_, word, _)| word.len())
            .max()
            .unwrap_or(0),
        words: keyed
            .into_iter()
            .map(|(_, word, topics)| (word, topics))
            .collect(),
    }
});

impl Words {
    /// The key of what begins at `at`, a run of `run` letters and digits, when a word has it.
    #[inline]
    fn key_at(&self, bytes: &[u8], at: usize, run: u32) -> Option<usize> {
        let key = match bytes[at..] {
            [a, b, c, d, ..] => key([a, b, c, d], run),
            [a, b, c] => key([a, b, c, 0], run),
            // A text that ends after two letters has no third.
            [a, b] => key([a, b, 0, 0], run),
            _ => return None,
        };
        (self.filter[key / 64] & 1 << (key % 64) != 0).then_some(key)
    }

    /// The longest word with this key that stands whole at `at`.
    fn at(&self, bytes: &[u8], at: usize, key: usize) -> Option<(usize, Topics)> {
        if letter_before(bytes, at) {
            return None;
        }
        let rest = &bytes[at..];
        let words = &self.words[usize::from(self.first[key])..usize::from(self.first[key + 1])];
        words
            .iter()
            .find(|(word, _)| {
                rest.get(..word.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(word))
                    && !letter_after(bytes, at + word.len())
            })
            .map(|(word, topics)| (word.len(), *topics))
    }
}

/// The topics of a text, read as they are asked for.
pub(crate) struct Context<'a> {
    survey: &'a Survey,
    /// How far the text was read: all words are known that begin before.
    read: usize,
    /// What was found, in the order of the text; only the last `REACH` bytes' worth is kept for long.
    found: Vec<(Range<usize>, Topics)>,
}

/// How far from what asks a word may stand, in bytes.
pub(crate) const REACH: usize = 96;

impl<'a> Context<'a> {
    pub(crate) fn new(survey: &'a Survey) -> Context<'a> {
        Context {
            survey,
            read: 0,
            found: Vec::with_capacity(32),
        }
    }

    /// The words within `distance` bytes before `at`, nearest first, with where they stand.
    ///
    /// At most [`REACH`]. Those who ask go forward in the text; asking about an earlier place finds what
    /// is still known of it.
    pub(crate) fn before(
        &mut self,
        bytes: &[u8],
        at: usize,
        distance: usize,
    ) -> impl Iterator<Item = (Range<usize>, Topics)> {
        self.read_to(bytes, at, at);
        let floor = at.saturating_sub(distance.min(REACH));
        self.found
            .iter()
            .rev()
            .skip_while(move |(word, _)| word.end > at)
            .take_while(move |(word, _)| word.start >= floor)
            .cloned()
    }

    /// The words within `distance` bytes after `at`, nearest first, with where they stand.
    pub(crate) fn after(
        &mut self,
        bytes: &[u8],
        at: usize,
        distance: usize,
    ) -> impl Iterator<Item = (Range<usize>, Topics)> {
        let ceiling = bytes.len().min(at + distance.min(REACH));
        self.read_to(bytes, at, ceiling);
        let first = self.found.partition_point(|(word, _)| word.start < at);
        self.found[first..]
            .iter()
            .take_while(move |(word, _)| word.end <= ceiling)
            .cloned()
    }

    /// Whether a word of `topics` stands within `before` bytes before `span` or `after` bytes after it.
    pub(crate) fn is_near(
        &mut self,
        bytes: &[u8],
        span: &Range<usize>,
        (before, after): (usize, usize),
        topics: Topics,
    ) -> bool {
        let of_topics = |(_, of): (Range<usize>, Topics)| of.any(topics);
        self.before(bytes, span.start, before).any(of_topics)
            || self.after(bytes, span.end, after).any(of_topics)
    }

    /// All topics within `before` bytes before `span`, and within `after` bytes after it in the same sentence:
    /// the next one speaks of something else.
    pub(crate) fn around(
        &mut self,
        bytes: &[u8],
        span: Range<usize>,
        before: usize,
        after: usize,
    ) -> Topics {
        let none = Topics::default();
        let left = self.before(bytes, span.start, before);
        let left = left.fold(none, |all, (_, topics)| all | topics);
        if after == 0 {
            return left;
        }
        let right = self.after(bytes, span.end, after);
        right
            .into_iter()
            .take_while(|(word, _)| !ends_sentence(&bytes[span.end..word.start]))
            .fold(left, |all, (_, topics)| all | topics)
    }

    /// Reads on, so that all words are known that end at `to` or before and not long before `at`.
    fn read_to(&mut self, bytes: &[u8], at: usize, to: usize) {
        if to <= self.read {
            return;
        }
        let words = &*WORDS_BY_KEY;
        if self.found.len() > 256 {
            let floor = at.saturating_sub(REACH);
            let stale = self.found.partition_point(|(word, _)| word.end < floor);
            self.found.drain(..stale);
        }
        // What is long before is out of everybody's reach. Some way further is read, so that the next who ask
        // find it; a word that begins there is known whole.
        let place = self.read.max(at.saturating_sub(REACH + words.longest));
        let end = bytes.len().min(to + REACH / 2);
        let found = &mut self.found;
        self.read = end;
        self.survey.words(place..end, |word, run| {
            let key = words.key_at(bytes, word, run)?;
            let (length, topics) = words.at(bytes, word, key)?;
            found.push((word..word + length, topics));
            self.read = end.max(word + length);
            Some(word + length)
        });
    }
}

/// Whether a sentence or a line ends in these bytes.
pub(crate) fn ends_sentence(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'\n' => true,
        b'.' | b'!' | b'?' => bytes
            .get(at + 1)
            .is_none_or(|next| next.is_ascii_whitespace()),
        _ => false,
    })
}

/// Whether a letter or a digit of any script ends just before `at`.
pub(crate) fn letter_before(bytes: &[u8], at: usize) -> bool {
    let window = &bytes[at.saturating_sub(4)..at];
    match window.last() {
        None => false,
        Some(last) if last.is_ascii() => last.is_ascii_alphanumeric(),
        Some(_) => {
            let start = window.iter().rposition(|byte| byte & 0xC0 != 0x80);
            is_letter(&window[start.unwrap_or(0)..])
        }
    }
}

/// Whether a letter or a digit of any script begins at `at`.
pub(crate) fn letter_after(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        None => false,
        Some(first) if first.is_ascii() => first.is_ascii_alphanumeric(),
        Some(_) => {
            let window = &bytes[at..bytes.len().min(at + 4)];
            let inside = window[1..].iter().take_while(|byte| **byte & 0xC0 == 0x80);
            is_letter(&window[..1 + inside.count()])
        }
    }
}

fn is_letter(character: &[u8]) -> bool {
    std::str::from_utf8(character).is_ok_and(|text| text.chars().all(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_near_a_place_are_found_whatever_the_order_of_questions() {
        let text = "Ma carte Visa finissant par 4242 ; le colis UPS 123 ; postcard 9";
        let bytes = text.as_bytes();
        let survey = Survey::of(bytes);
        let at = |word: &str| text.find(word).unwrap();
        let mut context = Context::new(&survey);
        let near = context.around(bytes, at("4242")..at("4242") + 4, 40, 0);
        assert!(near.any(Topics::CARD) && near.any(Topics::ENDING) && !near.any(Topics::UPS));
        let near = context.around(bytes, at("123")..at("123") + 3, 12, 5);
        assert!(near.any(Topics::UPS) && near.any(Topics::PARCEL) && !near.any(Topics::CARD));
        // Inside another word.
        assert!(
            context
                .around(bytes, at("9")..at("9") + 1, 12, 0)
                .is_empty()
        );
        let all: Vec<_> = Context::new(&survey)
            .before(bytes, bytes.len(), REACH)
            .map(|(word, _)| &text[word])
            .collect();
        assert_eq!(all, ["UPS", "colis", "finissant", "Visa", "carte"]);
    }

    #[test]
    fn a_text_is_read_about_once() {
        let text = "colis 1 carte 22 ".repeat(20_000);
        let bytes = text.as_bytes();
        let survey = Survey::of(bytes);
        let mut context = Context::new(&survey);
        for at in (0..bytes.len()).step_by(7) {
            context.around(bytes, at..at, 64, 32);
            assert!(context.found.len() < 600);
        }
    }
}
