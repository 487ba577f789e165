//! Made complaints in French and English, and what stands in them.
//!
//! Written from what each kind is, not from how it is found: checks of its own, the notations that people
//! use, and the numbers that are no observable. Names, numbers and addresses are reserved for examples, or
//! drawn. The same number gives the same complaints.

use std::{
    collections::HashSet,
    fmt::Write,
    net::{Ipv4Addr, Ipv6Addr},
    ops::Range,
};

use observables::Kind;

#[path = "checks.rs"]
mod checks;

/// A made complaint.
pub(crate) struct Complaint {
    /// What the person wrote.
    pub(crate) text: String,
    /// What stands in it, in its order.
    pub(crate) truth: Vec<Truth>,
}

/// An observable that was written into a text.
pub(crate) struct Truth {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its canonical form.
    pub(crate) canonical: String,
    /// Where it stands, in bytes.
    pub(crate) span: Range<usize>,
}

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// A number from `low` to `high`, both possible.
    fn number(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[(self.next() % from.len() as u64) as usize]
    }

    fn chars(&mut self, alphabet: &str, count: usize) -> String {
        let alphabet = alphabet.as_bytes();
        (0..count)
            .map(|_| char::from(alphabet[(self.next() % alphabet.len() as u64) as usize]))
            .collect()
    }

    fn digits(&mut self, count: usize) -> String {
        self.chars("0123456789", count)
    }

    fn hex(&mut self, count: usize) -> String {
        let mut text = self.chars("0123456789abcdef", count);
        // Digits alone are a number, letters alone a word.
        text.replace_range(..2, "c7");
        text
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }

    fn key(&mut self) -> Vec<u8> {
        let hex = self.pick(KEYS);
        (0..32)
            .filter_map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok())
            .collect()
    }
}

/// The complaints of a seed, without end.
pub(crate) fn complaints(seed: u64) -> impl Iterator<Item = Complaint> {
    let mut random = Random(seed ^ 0x6f72_6665_7672_6531);
    std::iter::repeat_with(move || complaint(&mut random))
}

/// How many complaints there are, how large they are, and what was written into them.
pub(crate) fn summary(made: &[Complaint]) -> String {
    let bytes: usize = made.iter().map(|complaint| complaint.text.len()).sum();
    let truths = || made.iter().flat_map(|complaint| &complaint.truth);
    let distinct: HashSet<_> = truths()
        .map(|truth| (truth.kind, &truth.canonical))
        .collect();
    let inside: usize = truths().map(|truth| truth.span.len()).sum();
    format!(
        "{} complaints, {:.1} MB, {} observables ({} distinct) in {:.0} % of the text",
        made.len(),
        bytes as f64 / 1e6,
        truths().count(),
        distinct.len(),
        100.0 * inside as f64 / bytes as f64
    )
}

fn complaint(random: &mut Random) -> Complaint {
    let french = random.chance(65);
    let mut made = Complaint {
        text: String::new(),
        truth: Vec::new(),
    };
    let stories = if french { STORY_FR } else { STORY_EN };
    let decoys = if french { DECOY_FR } else { DECOY_EN };
    let hello = random.pick(if french { HELLO_FR } else { HELLO_EN });
    made.say(random, hello, None);
    for _ in 0..random.number(2, 5) {
        let story = random.pick(stories);
        made.say(random, story, None);
        match random.number(0, 9) {
            0..=4 => {
                let kind = some_kind(random);
                made.value(random, kind, french);
            }
            5..=6 => {
                let decoy = decoy(random, decoys);
                made.say(random, &decoy, None);
            }
            _ => {}
        }
    }
    let kind = some_kind(random);
    made.value(random, kind, french);
    made
}

/// Every kind is met often; those of complaints more than those of analysts.
fn some_kind(random: &mut Random) -> Kind {
    const OFTEN: &[Kind] = &[
        Kind::Url,
        Kind::Domain,
        Kind::Email,
        Kind::Phone,
        Kind::Iban,
        Kind::Amount,
        Kind::CardLast4,
        Kind::Telegram,
        Kind::Social,
        Kind::Tracking,
        Kind::GiftCard,
        Kind::Btc,
    ];
    let from = if random.chance(40) { OFTEN } else { Kind::ALL };
    from[random.number(0, from.len() as u64 - 1) as usize]
}

impl Complaint {
    fn value(&mut self, random: &mut Random, kind: Kind, french: bool) {
        let Some((raw, canonical, context)) = value(random, kind) else {
            return;
        };
        let (fr, en) = phrases(kind);
        let phrase = match context {
            Some(context) => context,
            None => random.pick(if french { fr } else { en }).to_owned(),
        };
        self.say(random, &phrase, Some((kind, &raw, canonical)));
    }

    /// Adds a sentence; a value goes where `{}` stands.
    fn say(&mut self, random: &mut Random, sentence: &str, value: Option<(Kind, &str, String)>) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push(if random.chance(15) { '\n' } else { ' ' });
        }
        match (sentence.split_once("{}"), value) {
            (Some((before, after)), Some((kind, raw, canonical))) => {
                self.text.push_str(before);
                let start = self.text.len();
                self.text.push_str(raw);
                let span = start..self.text.len();
                self.truth.push(Truth {
                    kind,
                    canonical,
                    span,
                });
                self.text.push_str(after);
            }
            _ => self.text.push_str(sentence),
        }
    }
}

/// A sentence with things in it that look like observables.
fn decoy(random: &mut Random, from: &[&str]) -> String {
    let mut sentence = random.pick(from).to_owned();
    while let Some(at) = sentence.find('{') {
        let Some(length) = sentence[at..].find('}') else {
            break;
        };
        let made = match &sentence[at + 1..at + length] {
            "day" => format!("{:02}", random.number(1, 28)),
            "month" => format!("{:02}", random.number(1, 12)),
            "year" => random.number(2019, 2026).to_string(),
            "hour" => format!("{:02}", random.number(0, 23)),
            "minute" => format!("{:02}", random.number(0, 59)),
            "small" => random.number(2, 30).to_string(),
            "order" => random.number(1_000_000, 9_999_999).to_string(),
            "nine" => format!("4{}", random.digits(8)),
            "letters" => random.chars("ABCDEFGHJKLMNPQRSTVWXYZ", 2),
            "three" => random.digits(3),
            "postcode" => random
                .pick(&["75011", "69003", "13006", "33000", "59800"])
                .to_owned(),
            "article" => random
                .pick(&["313-1", "312-10", "226-4-1", "323-1"])
                .to_owned(),
            "iban" => {
                let right = checks::iban("FR", &format!("3000{}", random.digits(19)));
                let mut wrong: Vec<char> = right.chars().collect();
                let last = wrong.len() - 1;
                wrong[last] = if wrong[last] == '9' {
                    '0'
                } else {
                    char::from(wrong[last] as u8 + 1)
                };
                wrong
                    .chunks(4)
                    .map(String::from_iter)
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            _ => String::new(),
        };
        sentence.replace_range(at..=at + length, &made);
    }
    sentence
}

type Value = (String, String, Option<String>);

/// A value of a kind: as typed, its canonical form, and the sentence if it needs one of its own.
fn value(random: &mut Random, kind: Kind) -> Option<Value> {
    let made = match kind {
        Kind::Url => url(random),
        Kind::Domain => domain(random),
        Kind::Onion => {
            let name = if random.chance(85) {
                checks::onion(&random.key())
            } else {
                random.chars("abcdefghijklmnopqrstuvwxyz234567", 16)
            };
            let canonical = format!("{name}.onion");
            let raw = match random.number(0, 4) {
                0 => format!("www.{canonical}"),
                1 => defang(random, &canonical),
                2 => canonical.to_uppercase(),
                _ => canonical.clone(),
            };
            (raw, canonical, None)
        }
        Kind::Ipv4 => {
            let canonical = ipv4(random).to_string();
            let raw = match random.number(0, 5) {
                0 | 1 => defang(random, &canonical),
                2 => format!(
                    "{canonical}:{}",
                    random.pick(&["443", "8080", "22", "3389"])
                ),
                _ => canonical.clone(),
            };
            (raw, canonical, None)
        }
        Kind::Ipv6 => {
            let canonical = ipv6(random).to_string();
            let raw = match random.number(0, 4) {
                0 => canonical.to_uppercase(),
                1 => canonical.replace(':', "[:]"),
                2 => canonical
                    .parse::<Ipv6Addr>()
                    .map(|address| {
                        address
                            .segments()
                            .map(|part| format!("{part:04x}"))
                            .join(":")
                    })
                    .unwrap_or_default(),
                _ => canonical.clone(),
            };
            (raw, canonical, None)
        }
        Kind::Cidr => {
            if random.chance(80) {
                let address = ipv4(random);
                let length = random.number(16, 30) as u32;
                let network =
                    Ipv4Addr::from_bits(address.to_bits() >> (32 - length) << (32 - length));
                let shown = if random.chance(60) { network } else { address };
                let shown = shown.to_string();
                let shown = if random.chance(20) {
                    defang(random, &shown)
                } else {
                    shown
                };
                (
                    format!("{shown}/{length}"),
                    format!("{network}/{length}"),
                    None,
                )
            } else {
                let part = random.number(1, 0xffff);
                let text = format!("2001:db8:{part:x}::/48");
                (text.clone(), text, None)
            }
        }
        Kind::Asn => {
            let number = if random.chance(50) {
                random.number(64496, 64511)
            } else {
                random.number(65536, 65551)
            };
            let raw = format!("{}{number}", random.pick(&["AS", "AS", "AS ", "as", "ASN"]));
            (raw, format!("AS{number}"), None)
        }
        Kind::Email => email(random),
        Kind::Mac => {
            let last = random.number(0, 255);
            let canonical = format!("00:00:5e:00:53:{last:02x}");
            let raw = match random.number(0, 4) {
                0 => canonical.replace(':', "-").to_uppercase(),
                1 => canonical.to_uppercase(),
                2 => format!("0000.5e00.53{last:02x}"),
                _ => canonical.clone(),
            };
            (raw, canonical, None)
        }
        Kind::UserAgent => {
            let version = random.number(90, 140);
            let text = match random.number(0, 4) {
                0 => format!(
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
                ),
                1 => format!(
                    "Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
                ),
                2 => format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.{} Mobile/15E148 Safari/604.1",
                    version % 7,
                    version % 7
                ),
                3 => format!(
                    "Mozilla/5.0 (Linux; Android 13; SM-A{}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Mobile Safari/537.36",
                    500 + version
                ),
                _ => "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
                    .to_owned(),
            };
            (text.clone(), text, None)
        }
        Kind::Iban => iban(random),
        Kind::Bic => {
            let code = if random.chance(50) {
                random
                    .pick(&[
                        "BNPAFRPP",
                        "SOGEFRPP",
                        "CRLYFRPP",
                        "AGRIFRPP",
                        "CEPAFRPP",
                        "PSSTFRPPPAR",
                        "DEUTDEFF",
                        "DEUTDEFF500",
                        "NTSBDEB1",
                        "REVOLT21",
                        "BARCGB22",
                        "CHASUS33",
                        "INGBNL2A",
                        "TRWIBEB1",
                        "CMCIFR2A",
                        "CCBPFRPPVER",
                    ])
                    .to_owned()
            } else {
                format!(
                    "{}{}{}",
                    random.chars("ABCDEFGHIKLMNOPRSTU", 4),
                    random.pick(&["FR", "DE", "BE", "LU", "GB", "ES", "IT", "LT"]),
                    random.chars("PKMABCD2", 2)
                )
            };
            let raw = match random.number(0, 4) {
                0 if code.len() == 8 => format!("{code}XXX"),
                _ => code.clone(),
            };
            (raw, code, None)
        }
        Kind::Rib => {
            let account = format!(
                "{}{}{}",
                random.pick(&["30004", "20041", "10278", "17515", "40618"]),
                random.digits(5),
                if random.chance(70) {
                    random.digits(11)
                } else {
                    format!("{}M{}", random.digits(7), random.digits(3))
                }
            );
            let key = checks::rib_key(&account);
            let text = format!("{account}{key:02}");
            let parts = [&text[..5], &text[5..10], &text[10..21], &text[21..]];
            let raw = match random.number(0, 4) {
                0 => text.clone(),
                1 => parts.join("\u{a0}"),
                2 => parts.join("-"),
                _ => parts.join(" "),
            };
            (raw, text, None)
        }
        Kind::Card => {
            let start = random.pick(&[
                "411111", "424242", "400000", "555555", "222300", "510510", "378282", "497010",
            ]);
            let length = if start == "378282" { 15 } else { 16 };
            let body = format!("{start}{}", random.digits(length - 7));
            let number = format!("{body}{}", checks::luhn(&body));
            let canonical = format!(
                "{start}{}{}",
                "*".repeat(length - 10),
                &number[length - 4..]
            );
            let by = random.pick(&[" ", " ", "-", "\u{a0}", ""]);
            let raw = if length == 15 {
                [&number[..4], &number[4..10], &number[10..]].join(by)
            } else {
                groups(&number, 4, by)
            };
            (raw, canonical, None)
        }
        Kind::CardLast4 => {
            let digits = random.digits(4);
            (digits.clone(), digits, None)
        }
        Kind::Btc => {
            let text = match random.number(0, 4) {
                0 | 1 => checks::base58check(&[&[0][..], &random.bytes::<20>()].concat(), false),
                2 => checks::base58check(&[&[5][..], &random.bytes::<20>()].concat(), false),
                3 => checks::segwit("bc", 0, &random.bytes::<20>()),
                _ => checks::segwit("bc", 1, &random.bytes::<32>()),
            };
            let raw = match random.number(0, 9) {
                0 if text.starts_with("bc1") => text.to_uppercase(),
                1 => format!("bitcoin:{text}"),
                _ => text.clone(),
            };
            (raw, text, None)
        }
        Kind::Eth => {
            let lower = random.hex(40);
            let canonical = format!("0x{}", checks::eip55(&lower));
            let raw = match random.number(0, 3) {
                0 => format!("0x{lower}"),
                1 => format!("0x{}", lower.to_uppercase()),
                _ => canonical.clone(),
            };
            (raw, canonical, None)
        }
        Kind::Tron => plain(checks::base58check(
            &[&[0x41][..], &random.bytes::<20>()].concat(),
            false,
        )),
        Kind::Sol => plain(checks::base58_plain(&random.key())),
        Kind::Xmr => plain(match random.number(0, 3) {
            0 => checks::monero(0x2a, &[random.key(), random.key()].concat()),
            1 => checks::monero(
                0x13,
                &[&random.key()[..], &random.key(), &random.bytes::<8>()].concat(),
            ),
            _ => checks::monero(0x12, &[random.key(), random.key()].concat()),
        }),
        Kind::Ltc => plain(match random.number(0, 2) {
            0 => checks::base58check(&[&[0x30][..], &random.bytes::<20>()].concat(), false),
            1 => checks::base58check(&[&[0x32][..], &random.bytes::<20>()].concat(), false),
            _ => checks::segwit("ltc", 0, &random.bytes::<20>()),
        }),
        Kind::Bch => {
            let text =
                checks::cashaddr(if random.chance(70) { 0 } else { 8 }, &random.bytes::<20>());
            let canonical = format!("bitcoincash:{text}");
            let raw = match random.number(0, 3) {
                0 => text,
                1 => canonical.to_uppercase(),
                _ => canonical.clone(),
            };
            (raw, canonical, None)
        }
        Kind::Doge => plain(checks::base58check(
            &[&[0x1e][..], &random.bytes::<20>()].concat(),
            false,
        )),
        Kind::Xrp => {
            let account = random.bytes::<20>();
            let classic = checks::base58check(&[&[0][..], &account].concat(), true);
            // An X-address is an account and a tag: without one it is the account.
            let tag = random.number(1, 999_999) as u32;
            let x_address = |flag: u8, tag: u32| {
                let parts = [
                    &[5, 0x44][..],
                    &account,
                    &[flag],
                    &tag.to_le_bytes(),
                    &[0; 4],
                ];
                checks::base58check(&parts.concat(), true)
            };
            match random.number(0, 7) {
                0 => plain(x_address(1, tag)),
                1 => (x_address(0, 0), classic, None),
                _ => plain(classic),
            }
        }
        Kind::Ton => {
            let hash = random.bytes::<32>();
            let canonical = checks::ton(0x11, 0, &hash);
            let raw = match random.number(0, 4) {
                0 => checks::ton(0x51, 0, &hash),
                1 => canonical.replace('-', "+").replace('_', "/"),
                2 => {
                    let mut raw = "0:".to_owned();
                    hash.iter()
                        .for_each(|byte| write!(raw, "{byte:02x}").unwrap_or_default());
                    raw
                }
                _ => canonical.clone(),
            };
            (raw, canonical, None)
        }
        Kind::Tx => {
            let hash = random.hex(64);
            let (chain, raw, phrase) = match random.number(0, 4) {
                0 => (
                    "btc",
                    hash.clone(),
                    "Le virement en bitcoin porte le txid {}.",
                ),
                1 => (
                    "btc",
                    hash.clone(),
                    "Bitcoin transaction: {}, confirmed the same day.",
                ),
                2 => (
                    "eth",
                    format!("0x{hash}"),
                    "Transaction Ethereum : {} (deux confirmations).",
                ),
                3 => (
                    "tron",
                    hash.clone(),
                    "Les USDT sont partis sur TRC20, hash de transaction : {}.",
                ),
                _ => ("tx", hash.clone(), "Transaction hash: {}"),
            };
            (raw, format!("{chain}:{hash}"), Some(phrase.to_owned()))
        }
        Kind::Payment => {
            let handle = handle(random).replace(['.', '_'], "");
            let (raw, service, phrase) = match random.number(0, 5) {
                0 => (
                    format!("https://paypal.me/{handle}"),
                    "paypal",
                    "Il fallait payer sur {} en mode entre proches.",
                ),
                1 => (
                    format!("https://www.paypal.com/paypalme/{handle}"),
                    "paypal",
                    "Payment was requested at {}",
                ),
                2 => (
                    format!("paypal.me/{handle}"),
                    "paypal",
                    "J'ai payé par {}, sans protection.",
                ),
                3 => (
                    format!("revolut.me/{handle}"),
                    "revolut",
                    "Son lien de paiement : {}.",
                ),
                4 => (
                    format!("@{handle}"),
                    "revolut",
                    "J'ai envoyé la somme par Revolut à {} le soir même.",
                ),
                _ => (
                    format!("@{handle}"),
                    "lydia",
                    "Il a demandé un virement Lydia sur {}.",
                ),
            };
            (
                raw,
                format!("{service}:{}", handle.to_lowercase()),
                Some(phrase.to_owned()),
            )
        }
        Kind::GiftCard => gift_card(random),
        Kind::Amount => amount(random),
        Kind::Phone => phone(random),
        Kind::Telegram => {
            let handle = handle(random).replace('.', "_");
            let (raw, phrase) = match random.number(0, 8) {
                0 => (format!("https://t.me/{handle}"), "Le groupe est ici : {}"),
                1 => (
                    format!("t.me/{handle}"),
                    "On m'a envoyé sur {} pour la suite.",
                ),
                2 => (format!("t[.]me/{handle}"), "Channel: {}."),
                3 => (
                    format!("@{handle}"),
                    "Il faut le contacter sur Telegram : {}.",
                ),
                4 => (
                    format!("@{handle}"),
                    "Son compte {} sur Telegram a disparu depuis.",
                ),
                5 => (
                    format!("@{handle}"),
                    "He told me to write to {} on Telegram, which I did.",
                ),
                6 => (
                    format!("@{handle}"),
                    "Ensuite, le compte Telegram {} m'a bloqué.",
                ),
                7 => (
                    format!("https://telegram.me/{handle}"),
                    "The channel {} shows false gains.",
                ),
                _ => (format!("@{handle}"), "My Telegram contact was {}."),
            };
            (raw, handle.to_lowercase(), Some(phrase.to_owned()))
        }
        Kind::Social => social(random),
        Kind::Listing => {
            let number = random.number(1_000_000_000, 2_999_999_999);
            let (raw, site, phrase) = match random.number(0, 5) {
                0 => (
                    format!("https://www.leboncoin.fr/ad/voitures/{number}"),
                    "leboncoin",
                    "L'annonce est toujours en ligne : {}",
                ),
                1 => (
                    format!("https://www.leboncoin.fr/locations/{number}.htm"),
                    "leboncoin",
                    "Voici l'annonce ({}).",
                ),
                2 => (
                    number.to_string(),
                    "leboncoin",
                    "L'annonce leboncoin n° {} a été supprimée.",
                ),
                3 => (
                    format!("https://www.vinted.fr/items/{number}-sac-a-main"),
                    "vinted",
                    "Le sac était vendu ici : {}.",
                ),
                4 => (
                    format!("https://www.airbnb.fr/rooms/{number}"),
                    "airbnb",
                    "The flat at {} does not exist.",
                ),
                _ => (
                    format!("https://www.ebay.fr/itm/1{number}1"),
                    "ebay",
                    "I bought it at {} in the evening.",
                ),
            };
            let number = if site == "ebay" {
                format!("1{number}1")
            } else {
                number.to_string()
            };
            (raw, format!("{site}:{number}"), Some(phrase.to_owned()))
        }
        Kind::Siren => {
            let number = siren(random);
            let raw = if random.chance(60) {
                groups(&number, 3, random.pick(&[" ", " ", "\u{a0}", "."]))
            } else {
                number.clone()
            };
            (raw, number, None)
        }
        Kind::Siret => {
            let siren = siren(random);
            let body = format!("{siren}000{}", random.digits(1));
            let number = format!("{body}{}", checks::luhn(&body));
            let raw = if random.chance(60) {
                format!(
                    "{} {}",
                    groups(&siren, 3, random.pick(&[" ", "\u{a0}"])),
                    &number[9..]
                )
            } else {
                number.clone()
            };
            (raw, number, None)
        }
        Kind::Vat => {
            let digits = random.digits(8);
            match random.number(0, 5) {
                0 => plain(format!("DE{}", {
                    let body = format!("1{}", &digits[1..]);
                    format!("{body}{}", checks::german_vat(&body))
                })),
                1 => {
                    let number: u64 = format!("0{}", &digits[..7]).parse().unwrap_or(4_044_846);
                    plain(format!("BE{number:08}{:02}", 97 - number % 97))
                }
                2 => {
                    let body = format!("0{}001{}", &digits[..5], &digits[5..6]);
                    plain(format!("IT{body}{}", checks::luhn(&body)))
                }
                _ => {
                    let siren = siren(random);
                    let number: u64 = siren.parse().unwrap_or(0);
                    let key = (12 + 3 * (number % 97)) % 97;
                    let canonical = format!("FR{key:02}{siren}");
                    let raw = match random.number(0, 3) {
                        0 => format!("FR {key:02} {siren}"),
                        1 => format!("FR {key:02} {}", groups(&siren, 3, " ")),
                        _ => canonical.clone(),
                    };
                    (raw, canonical, None)
                }
            }
        }
        Kind::Tracking => tracking(random),
        Kind::Md5 | Kind::Imphash | Kind::Ja3 => hash(random, 32),
        Kind::Sha1 => hash(random, 40),
        Kind::Sha256 | Kind::Authentihash => hash(random, 64),
        Kind::Sha512 => hash(random, 128),
        Kind::Ssdeep => {
            let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            let (first, second) = (
                random.number(24, 60) as usize,
                random.number(14, 30) as usize,
            );
            plain(format!(
                "{}:{}:{}",
                3 << random.number(3, 14),
                random.chars(alphabet, first),
                random.chars(alphabet, second)
            ))
        }
        Kind::Tlsh => plain(format!("T1{}", random.hex(70).to_uppercase())),
        Kind::Cve => {
            let text = format!(
                "CVE-{}-{}",
                random.number(2010, 2026),
                random.number(1000, 60_000)
            );
            (
                if random.chance(25) {
                    text.to_lowercase()
                } else {
                    text.clone()
                },
                text,
                None,
            )
        }
        Kind::Attack => plain(match random.number(0, 3) {
            0 => format!("TA00{:02}", random.number(1, 11)),
            1 => random
                .pick(&[
                    "M1013", "M1017", "M1026", "M1027", "M1031", "M1032", "M1036", "M1049",
                    "M1050", "M1054",
                ])
                .to_owned(),
            2 => random
                .pick(&[
                    "T1059.001",
                    "T1566.001",
                    "T1566.002",
                    "T1204.002",
                    "T1547.001",
                ])
                .to_owned(),
            _ => random
                .pick(&["T1566", "T1059", "T1204", "T1486", "T1027", "T1105"])
                .to_owned(),
        }),
        Kind::Yara => {
            let name = format!(
                "{}_{}_{}",
                random.pick(&["MAL", "Phish", "win", "SUSP"]),
                random.pick(&["Colis", "Kit", "Loader", "Stealer"]),
                random.number(1, 99)
            );
            (format!("rule {name} {{"), name, None)
        }
        Kind::Registry => {
            let (short, full) = [
                ("HKLM", "HKEY_LOCAL_MACHINE"),
                ("HKCU", "HKEY_CURRENT_USER"),
            ][random.number(0, 1) as usize];
            let key = format!(
                "\\Software\\{}\\{}",
                random.pick(&[
                    "Microsoft\\Windows\\CurrentVersion\\Run",
                    "Classes\\CLSID",
                    "Policies"
                ]),
                random.pick(&["Updater", "Helper", "Agent32"])
            );
            let raw = format!("{}{key}", if random.chance(50) { short } else { full });
            (raw, format!("{full}{key}"), None)
        }
        Kind::Path => {
            let name = format!(
                "{}{}",
                random.pick(&["facture", "update", "svchost", "colis"]),
                random.number(1, 99)
            );
            plain(match random.number(0, 5) {
                0 => format!("C:\\Users\\Public\\{name}.exe"),
                1 => format!("C:\\Windows\\Temp\\{name}.dll"),
                2 => format!("\\\\serveur01\\partage\\{name}.docx"),
                3 => format!("/usr/local/bin/{name}"),
                4 => format!("/tmp/.cache/{name}.sh"),
                _ => format!("/var/www/html/{name}.php"),
            })
        }
        Kind::Analytics => match random.number(0, 5) {
            0 => plain(format!(
                "UA-{}-{}",
                random.number(10_000_000, 99_999_999),
                random.number(1, 9)
            )),
            1 => plain(format!(
                "G-{}7",
                random.chars("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 9)
            )),
            2 => plain(format!(
                "GTM-{}7",
                random.chars("ABCDEFGHJKLMNPQRSTUVWXYZ", 6)
            )),
            3 => plain(format!("AW-{}", random.number(100_000_000, 999_999_999))),
            4 => {
                let text = format!(
                    "ca-pub-{}",
                    random.number(1_000_000_000_000_000, 9_999_999_999_999_999)
                );
                (
                    text.clone(),
                    text.trim_start_matches("ca-").to_owned(),
                    None,
                )
            }
            _ => {
                let number = random
                    .number(100_000_000_000_000, 999_999_999_999_999)
                    .to_string();
                (
                    number.clone(),
                    format!("pixel:{number}"),
                    Some("Le pixel Meta {} est dans le code de la page.".to_owned()),
                )
            }
        },
        Kind::Favicon => {
            let number = random.number(100_000_000, 2_147_483_647);
            plain(if random.chance(50) {
                format!("-{number}")
            } else {
                number.to_string()
            })
        }
        Kind::CertSerial => {
            let text = random.hex(32);
            let raw = match random.number(0, 2) {
                0 => groups(&text, 2, ":"),
                1 => groups(&text, 2, ":").to_uppercase(),
                _ => text.clone(),
            };
            (raw, text, None)
        }
        Kind::Ja4 => plain(format!(
            "t13d{:02}{:02}h2_{}_{}",
            random.number(5, 30),
            random.number(5, 20),
            random.hex(12),
            random.hex(12)
        )),
        Kind::MessageId => {
            let text = format!(
                "{}.{}@mail.{}.example.com",
                random.number(20_190_000, 20_269_999),
                random.hex(8),
                random.pick(WORDS)
            );
            (format!("<{text}>"), text, None)
        }
        Kind::Uuid => {
            let hex = random.hex(32);
            let text = format!(
                "{}-{}-4{}-a{}-{}",
                &hex[..8],
                &hex[8..12],
                &hex[13..16],
                &hex[17..20],
                &hex[20..]
            );
            (
                if random.chance(25) {
                    text.to_uppercase()
                } else {
                    text.clone()
                },
                text,
                None,
            )
        }
        // A kind that is new: say how it is written here, and the quality is measured.
        _ => return None,
    };
    Some(made)
}

fn plain(text: String) -> Value {
    (text.clone(), text, None)
}

fn groups(text: &str, size: usize, by: &str) -> String {
    let bytes = text.as_bytes();
    let parts: Vec<_> = bytes.chunks(size).map(String::from_utf8_lossy).collect();
    parts.join(by)
}

fn hash(random: &mut Random, length: usize) -> Value {
    let text = random.hex(length);
    (
        if random.chance(25) {
            text.to_uppercase()
        } else {
            text.clone()
        },
        text,
        None,
    )
}

fn ipv4(random: &mut Random) -> Ipv4Addr {
    let last = random.number(1, 254) as u8;
    match random.number(0, 5) {
        0 => Ipv4Addr::new(198, 51, 100, last),
        1 => Ipv4Addr::new(203, 0, 113, last),
        2 => Ipv4Addr::new(192, 168, random.number(0, 255) as u8, last),
        3 => Ipv4Addr::new(
            10,
            random.number(0, 255) as u8,
            random.number(0, 255) as u8,
            last,
        ),
        _ => Ipv4Addr::new(192, 0, 2, last),
    }
}

fn ipv6(random: &mut Random) -> Ipv6Addr {
    let mut part = || random.number(0, 0xffff) as u16;
    let parts = [part(), part(), part(), part()];
    match random.number(0, 2) {
        0 => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, parts[0].max(1)),
        1 => Ipv6Addr::new(0x2001, 0xdb8, parts[0], 0, 0, 0, parts[1], parts[2]),
        _ => Ipv6Addr::new(
            0x2001, 0xdb8, parts[0], parts[1], parts[2], parts[3], 7, parts[0],
        ),
    }
}

fn siren(random: &mut Random) -> String {
    let body = format!("{}{}", random.number(3, 9), random.digits(7));
    format!("{body}{}", checks::luhn(&body))
}

fn handle(random: &mut Random) -> String {
    let (one, two) = (random.pick(WORDS), random.pick(WORDS));
    let by = random.pick(&["_", "_", ".", ""]);
    match random.number(0, 2) {
        0 => format!("{one}{by}{two}"),
        1 => format!("{one}{by}{two}{}", random.number(1, 999)),
        _ => format!("{}{by}{}{}", one.to_uppercase(), two, random.number(10, 99)),
    }
}

fn host(random: &mut Random) -> String {
    let name = format!(
        "{}-{}{}",
        random.pick(WORDS),
        random.pick(WORDS),
        random.number(1, 99)
    );
    // Few extractors know the suffix `example`; all know these names that are reserved too.
    match random.number(0, 6) {
        0 => format!("{name}.example"),
        1 => format!("www.{name}.example"),
        2 => format!("www.{name}.example.com"),
        3 => format!("{}.{name}.example.net", random.pick(WORDS)),
        4 => format!("{name}.example.org"),
        _ => format!("{name}.example.com"),
    }
}

/// Another way to write dots, the last one or all of them.
fn defang(random: &mut Random, host: &str) -> String {
    let dot = random.pick(&[
        "[.]", "[.]", "(.)", "{.}", "[point]", "(point)", "[dot]", "(dot)", "[.", " [.] ", "\\.",
    ]);
    if random.chance(60) || dot == "[." {
        return host.replace('.', dot);
    }
    match host.rsplit_once('.') {
        Some((before, after)) => format!("{before}{dot}{after}"),
        None => host.to_owned(),
    }
}

fn domain(random: &mut Random) -> Value {
    if random.chance(6) {
        let (raw, canonical) = [
            ("société.example", "xn--socit-esab.example"),
            ("impôts.example", "xn--impts-8ta.example"),
            ("münchen.example", "xn--mnchen-3ya.example"),
        ][random.number(0, 2) as usize];
        return (raw.to_owned(), canonical.to_owned(), None);
    }
    let canonical = host(random);
    let raw = match random.number(0, 4) {
        0 | 1 => defang(random, &canonical),
        2 => canonical.to_uppercase(),
        _ => canonical.clone(),
    };
    (raw, canonical, None)
}

fn url(random: &mut Random) -> Value {
    let host = if random.chance(85) {
        host(random)
    } else {
        ipv4(random).to_string()
    };
    let number = random.number(100, 999_999);
    let path = match random.number(0, 7) {
        0 => String::new(),
        1 => "/".to_owned(),
        2 => "/suivi".to_owned(),
        3 => format!("/paiement.php?id={number}&ref=AB{number}"),
        4 => format!("/Login/{number}/index.html"),
        5 => format!("/a/b-c_d/{number}#etape-2"),
        6 => format!("/track?n={number}"),
        _ => format!("/{}/{number}", random.pick(WORDS)),
    };
    let port = if random.chance(8) { ":8080" } else { "" };
    let is_address = host.ends_with(|last: char| last.is_ascii_digit());
    // Without a scheme it is the path that makes an address of a name.
    let bare = path.len() > 1 && !is_address && random.chance(15);
    let scheme = if bare || random.chance(80) {
        "https"
    } else {
        "http"
    };
    let shown_host = match random.number(0, 9) {
        0..=2 => defang(random, &host).replace(" [.] ", "[.]"),
        3 => host.to_uppercase(),
        _ => host.clone(),
    };
    let mark = match random.number(0, 9) {
        0 => format!("{}://", scheme.replace("tt", "xx")),
        1 => format!("{}://", scheme.replace("tt", "XX")),
        2 => format!("{scheme}[:]//"),
        3 => format!("{scheme}[://]"),
        4 => format!("{}://", scheme.to_uppercase()),
        _ => format!("{scheme}://"),
    };
    let shown_mark = if bare { String::new() } else { mark };
    let slash = if path.is_empty() { "/" } else { "" };
    (
        format!("{shown_mark}{shown_host}{port}{path}"),
        format!("{scheme}://{host}{port}{slash}{path}"),
        None,
    )
}

fn email(random: &mut Random) -> Value {
    let local = format!(
        "{}{}{}{}",
        random.pick(WORDS),
        random.pick(&[".", "-", "_", "+"]),
        random.pick(WORDS),
        random.number(1, 99)
    );
    let host = host(random);
    let canonical = format!("{local}@{host}");
    let raw = match random.number(0, 9) {
        0 => format!("{local}[at]{}", host.replace('.', "[.]")),
        1 => format!("{local} (arobase) {}", host.replace('.', " (point) ")),
        2 => format!("{local}[@]{host}"),
        3 => format!("{local}(at){}", host.replace('.', "(dot)")),
        4 => canonical.to_uppercase(),
        5 => format!("mailto:{canonical}"),
        6 => format!("{local} [at] {}", host.replace('.', " [dot] ")),
        _ => canonical.clone(),
    };
    (raw, canonical, None)
}

fn iban(random: &mut Random) -> Value {
    let text = match random.number(0, 11) {
        0..=5 => {
            let account = format!(
                "{}{}{}",
                random.pick(&["30004", "20041", "10278", "17515", "40618"]),
                random.digits(5),
                if random.chance(70) {
                    random.digits(11)
                } else {
                    format!("{}M{}", random.digits(7), random.digits(3))
                }
            );
            checks::iban("FR", &format!("{account}{:02}", checks::rib_key(&account)))
        }
        6 => checks::iban("DE", &random.digits(18)),
        7 => checks::iban(
            "GB",
            &format!(
                "{}{}",
                random.pick(&["NWBK", "BARC", "LOYD"]),
                random.digits(14)
            ),
        ),
        8 => {
            let body = random.digits(10);
            let rest = body.parse::<u64>().map_or(0, |number| number % 97);
            checks::iban(
                "BE",
                &format!("{body}{:02}", if rest == 0 { 97 } else { rest }),
            )
        }
        9 => checks::iban("NL", &format!("INGB{}", random.digits(10))),
        10 => checks::iban("LT", &random.digits(16)),
        _ => checks::iban("LU", &random.digits(16)),
    };
    let raw = match random.number(0, 9) {
        0 => text.clone(),
        1 => text.to_lowercase(),
        2 => groups(&text, 4, "\u{a0}"),
        3 => groups(&text, 4, "-"),
        4 => groups(&text, 4, "\u{202f}"),
        5 => groups(&text, 4, " ").to_lowercase(),
        _ => groups(&text, 4, " "),
    };
    (raw, text, None)
}

fn amount(random: &mut Random) -> Value {
    let whole = random.number(5, 25_000);
    let cents = random.number(1, 99);
    let thousands = |by: &str| match whole / 1000 {
        0 => whole.to_string(),
        thousand => format!("{thousand}{by}{:03}", whole % 1000),
    };
    let (raw, canonical) = match random.number(0, 17) {
        0 => (
            format!("{},{cents:02} €", thousands(" ")),
            format!("{whole}.{cents:02} EUR"),
        ),
        1 => (
            format!("{} €", thousands("\u{a0}")),
            format!("{whole}.00 EUR"),
        ),
        2 => (format!("{whole}€"), format!("{whole}.00 EUR")),
        3 => (format!("{whole} euros"), format!("{whole}.00 EUR")),
        4 => (format!("{} EUR", thousands(" ")), format!("{whole}.00 EUR")),
        5 => (
            format!("{}.{cents:02} EUR", thousands(",")),
            format!("{whole}.{cents:02} EUR"),
        ),
        6 => (format!("€{}", thousands(",")), format!("{whole}.00 EUR")),
        7 => (format!("${}", thousands(",")), format!("{whole}.00 USD")),
        8 => (
            format!("£{}.{cents:02}", thousands(",")),
            format!("{whole}.{cents:02} GBP"),
        ),
        9 => (format!("{whole} USD"), format!("{whole}.00 USD")),
        10 => (format!("0,{cents:02}5 BTC"), format!("0.{cents:02}5 BTC")),
        11 => (
            format!("{}.{cents:02}1 ETH", whole % 50),
            format!("{}.{cents:02}1 ETH", whole % 50),
        ),
        14 => (
            format!("{}€{cents:02}", whole % 100),
            format!("{}.{cents:02} EUR", whole % 100),
        ),
        15 => (
            format!("{}k€", whole % 90 + 1),
            format!("{}000.00 EUR", whole % 90 + 1),
        ),
        16 => (format!("{whole} francs suisses"), format!("{whole}.00 CHF")),
        12 => (format!("{whole} USDT"), format!("{whole} USDT")),
        13 => (
            format!("{},{cents:02} €", thousands("\u{202f}")),
            format!("{whole}.{cents:02} EUR"),
        ),
        _ => (format!("{} CHF", thousands(" ")), format!("{whole}.00 CHF")),
    };
    (raw, canonical, None)
}

fn phone(random: &mut Random) -> Value {
    let pair = |random: &mut Random| format!("{:02}", random.number(0, 99));
    let (a, b) = (pair(random), pair(random));
    match random.number(0, 13) {
        0 => {
            let canonical = format!("+44207946{:04}", random.number(0, 999));
            let end = &canonical[9..];
            let raw = match random.number(0, 3) {
                0 => format!("+44 (0)20 7946 {end}"),
                1 => format!("0044 20 7946 {end}"),
                2 => canonical.clone(),
                _ => format!("+44 20 7946 {end}"),
            };
            (raw, canonical, None)
        }
        1 => {
            let end = random.number(0, 999);
            (
                format!("+44 7700 900{end:03}"),
                format!("+447700900{end:03}"),
                None,
            )
        }
        2 => {
            let end = random.number(0, 99);
            let canonical = format!("+120255501{end:02}");
            let raw = match random.number(0, 2) {
                0 => format!("+1 (202) 555-01{end:02}"),
                1 => format!("+1-202-555-01{end:02}"),
                _ => format!("+1 202 555 01{end:02}"),
            };
            (raw, canonical, None)
        }
        3 => (
            format!("https://wa.me/3363998{a}{b}"),
            format!("+3363998{a}{b}"),
            None,
        ),
        _ => {
            let parts = match random.number(0, 6) {
                0 => ["01", "99", "00"],
                1 => ["02", "61", "91"],
                2 => ["03", "53", "01"],
                3 => ["05", "36", "49"],
                _ => ["06", "39", "98"],
            };
            let canonical = format!("+33{}{}{}{a}{b}", &parts[0][1..], parts[1], parts[2]);
            let all = [parts[0], parts[1], parts[2], &a, &b];
            let rest = [parts[1], parts[2], &a, &b];
            let first = &parts[0][1..];
            let raw = match random.number(0, 12) {
                0 => all.join("."),
                1 => all.join("-"),
                2 => all.concat(),
                3 => all.join("\u{a0}"),
                4 => format!("+33 {first} {}", rest.join(" ")),
                5 => canonical.clone(),
                6 => format!("+33 (0){first} {}", rest.join(" ")),
                7 => format!("0033{first}{}", rest.concat()),
                8 => format!("0033 {first} {}", rest.join(" ")),
                9 => format!("(+33) {first} {}", rest.join(" ")),
                10 => format!("+33.{first}.{}", rest.join(".")),
                _ => all.join(" "),
            };
            (raw, canonical, None)
        }
    }
}

fn social(random: &mut Random) -> Value {
    let name = handle(random);
    let flat = name.replace('.', "_");
    // Without an @, what tells a name from a word is a digit or a line.
    let marked = format!("{}_{}", random.pick(WORDS), random.number(1, 999));
    let (raw, platform, phrase) = match random.number(0, 12) {
        0 => (
            format!("https://www.instagram.com/{name}/"),
            "instagram",
            "Son profil est {} et il est public.",
        ),
        1 => (
            format!("instagram.com/{name}"),
            "instagram",
            "Voir {}, où il publie encore.",
        ),
        2 => (
            format!("@{name}"),
            "instagram",
            "Elle se fait appeler {} sur Instagram.",
        ),
        3 => (marked, "instagram", "Insta : {}"),
        4 => (
            format!("https://www.tiktok.com/@{name}"),
            "tiktok",
            "His videos are at {}.",
        ),
        5 => (
            format!("@{name}"),
            "tiktok",
            "Le compte TikTok {} diffuse la même vidéo.",
        ),
        6 => (
            format!(
                "https://www.snapchat.com/add/{}",
                short(&flat).to_lowercase()
            ),
            "snapchat",
            "Il m'a ajoutée sur {}",
        ),
        7 => (marked, "snapchat", "Snap : {}"),
        8 => (
            format!("https://www.facebook.com/{}", name.replace('_', ".")),
            "facebook",
            "Le profil {} vend les mêmes billets.",
        ),
        9 => {
            let number = random.number(100_000_000_000_000, 100_099_999_999_999);
            return (
                format!("https://www.facebook.com/profile.php?id={number}"),
                format!("facebook:{number}"),
                Some("The seller's page is {}".to_owned()),
            );
        }
        10 => (
            format!("https://twitter.com/{}", short(&flat)),
            "x",
            "Le message vient de {}.",
        ),
        11 => (
            format!("https://x.com/{}", short(&flat)),
            "x",
            "The same offer was made by {} last week.",
        ),
        _ => (
            format!("@{}", short(&flat)),
            "x",
            "His Twitter account {} is gone.",
        ),
    };
    let handle = raw
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_start_matches('@')
        .to_lowercase();
    (raw, format!("{platform}:{handle}"), Some(phrase.to_owned()))
}

/// At most the fifteen characters that X and Snapchat allow.
fn short(handle: &str) -> String {
    handle.chars().take(15).collect()
}

fn gift_card(random: &mut Random) -> Value {
    const CODE: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let (raw, issuer, phrase) = match random.number(0, 8) {
        0 => (
            random.digits(10),
            "pcs",
            "Il a exigé une recharge ; code PCS : {}.",
        ),
        1 => (
            random.digits(10),
            "pcs",
            "J'ai acheté un coupon PCS Mastercard au tabac, le code est {}",
        ),
        2 => (
            random.digits(12),
            "transcash",
            "Le code du ticket Transcash est {}, déjà utilisé.",
        ),
        3 => (
            random.chars("0123456789", 10),
            "neosurf",
            "Code Neosurf : {}",
        ),
        4 => (
            // One that passes a card's check under an issuer's digits is taken for a card, on purpose: a card's number
            // must never be kept as a code. No issuer's digits begin with 0.
            groups(
                &format!("0{}", random.digits(15)),
                4,
                random.pick(&[" ", "-", ""]),
            ),
            "paysafecard",
            "I bought a Paysafecard and gave the code {} by phone.",
        ),
        5 => (
            format!(
                "{}-{}-{}",
                random.chars(CODE, 5),
                random.chars(CODE, 5),
                random.chars(CODE, 5)
            ),
            "steam",
            "The Steam gift card code was {}.",
        ),
        6 => (
            groups(&random.chars(CODE, 16), 4, random.pick(&["", " ", "-"])),
            "google_play",
            "La carte Google Play, code {}, a été vidée.",
        ),
        7 => (
            format!(
                "{}-{}-{}",
                random.chars(CODE, 4),
                random.chars(CODE, 6),
                random.chars(CODE, 4)
            ),
            "amazon",
            "Code de la carte cadeau Amazon : {}.",
        ),
        _ => (
            format!("X{}", random.chars(CODE, 15)),
            "apple",
            "He wanted the iTunes gift card code {} at once.",
        ),
    };
    let canonical = raw.replace([' ', '-'], "");
    (
        raw,
        format!("{issuer}:{canonical}"),
        Some(phrase.to_owned()),
    )
}

fn tracking(random: &mut Random) -> Value {
    let (raw, canonical) = match random.number(0, 4) {
        0 | 1 => {
            let digits = random.digits(8);
            let (service, country) = (
                random.pick(&["LX", "RR", "CP", "EE", "LA", "XY"]),
                random.pick(&["FR", "CN", "GB", "DE", "BE"]),
            );
            let check = checks::s10(&digits);
            let canonical = format!("{service}{digits}{check}{country}");
            let raw = match random.number(0, 2) {
                0 => format!(
                    "{service} {} {} {}{check} {country}",
                    &digits[..3],
                    &digits[3..6],
                    &digits[6..]
                ),
                _ => canonical.clone(),
            };
            (raw, canonical)
        }
        2 | 3 => {
            let body = format!(
                "{}{}",
                random.chars("ABCDEFGH0123456789", 6),
                random.digits(9)
            );
            let canonical = format!("1Z{body}{}", checks::ups(&body));
            let raw = match random.number(0, 2) {
                0 => format!(
                    "1Z {} {} {} {} {}",
                    &canonical[2..5],
                    &canonical[5..8],
                    &canonical[8..10],
                    &canonical[10..14],
                    &canonical[14..]
                ),
                _ => canonical.clone(),
            };
            (raw, canonical)
        }
        _ => {
            let digits = random.digits(8);
            return (
                digits.clone(),
                digits,
                Some("Mon colis Mondial Relay numéro {} n'est jamais arrivé.".to_owned()),
            );
        }
    };
    (raw, canonical, None)
}

include!("phrases.rs");
