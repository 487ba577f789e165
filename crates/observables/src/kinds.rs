//! The table of kinds: one entry per kind of observable, everything said about it in one place.
//!
//! Help, exchange types and the tests at the end of this file are generated from [`KINDS`]; adding
//! a kind means a variant, an entry here, and a branch in `observable.rs` that canonicalises it.

use std::{fmt, str::FromStr};

/// A kind of observable. Its [name](Kind::name) is short, stable and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Kind {
    /// A web address, normalised by the WHATWG rules.
    Url,
    /// A host name under a known public suffix, in lower-case Punycode.
    Domain,
    /// An IPv4 address, dotted.
    Ipv4,
    /// An IPv6 address, in the short form of RFC 5952.
    Ipv6,
    /// An e-mail address, lower case, folded by its provider's rule.
    Email,
    /// A phone number, in E.164.
    Phone,
    /// A bank account, upper case without spaces.
    Iban,
    /// A Bitcoin address (legacy, SegWit or Taproot).
    Btc,
    /// An address of Ethereum or of a chain that shares its form, in EIP-55 form.
    Eth,
    /// An account on a platform, as `platform:handle`.
    Social,
}

/// What is said about a kind.
#[derive(Debug)]
pub struct KindEntry {
    /// The kind described.
    pub kind: Kind,
    /// Short stable name, as stored and exchanged.
    pub name: &'static str,
    /// Name shown to a French reader.
    pub label_fr: &'static str,
    /// Name shown to an English reader.
    pub label_en: &'static str,
    /// Attribute type in MISP; `text` where MISP has none.
    pub misp: &'static str,
    /// Object type in STIX 2.1. The standard has none for phones, accounts at banks and wallets:
    /// those three carry the names OpenCTI gave to its extensions.
    pub stix: &'static str,
    /// Notations found in texts, each with its canonical form.
    pub examples: &'static [(&'static str, &'static str)],
    /// Look-alikes that are not of this kind.
    pub counter_examples: &'static [&'static str],
}

/// Every kind, in the order of the enum.
pub static KINDS: [KindEntry; 10] = [
    KindEntry {
        kind: Kind::Url,
        name: "url",
        label_fr: "adresse web",
        label_en: "web address",
        misp: "url",
        stix: "url",
        examples: &[
            (
                "https://Colis.Example/Suivi?id=1",
                "https://colis.example/Suivi?id=1",
            ),
            (
                "hxxps://colis[.]example/suivi",
                "https://colis.example/suivi",
            ),
            ("http[:]//colis[point]example/a", "http://colis.example/a"),
            ("http[://]192.0.2.7:8080/a", "http://192.0.2.7:8080/a"),
            ("colis.example/suivi", "https://colis.example/suivi"),
            ("https://impôts.example/", "https://xn--impts-8ta.example/"),
        ],
        counter_examples: &["https://", "http://?", "et/ou", "3/4", "c://temp"],
    },
    KindEntry {
        kind: Kind::Domain,
        name: "domain",
        label_fr: "nom de domaine",
        label_en: "domain name",
        misp: "domain",
        stix: "domain-name",
        examples: &[
            ("www.Banque.example", "www.banque.example"),
            ("banque[.]example", "banque.example"),
            ("banque(point)example", "banque.example"),
            ("banque{.}example", "banque.example"),
            ("banque [dot] example", "banque.example"),
            ("société.example", "xn--socit-esab.example"),
        ],
        counter_examples: &["12.50", "e.g", "fin.", "photo.jpg", "a..com"],
    },
    KindEntry {
        kind: Kind::Ipv4,
        name: "ipv4",
        label_fr: "adresse IPv4",
        label_en: "IPv4 address",
        misp: "ip-dst",
        stix: "ipv4-addr",
        examples: &[
            ("192.0.2.44", "192.0.2.44"),
            ("192[.]0[.]2[.]44", "192.0.2.44"),
            ("192.0.2[.44", "192.0.2.44"),
        ],
        counter_examples: &[
            "06.63.94.98.94",
            "192.0.2.256",
            "1.2.3",
            "1.2.3.4.5",
            "192.00.2.1",
        ],
    },
    KindEntry {
        kind: Kind::Ipv6,
        name: "ipv6",
        label_fr: "adresse IPv6",
        label_en: "IPv6 address",
        misp: "ip-dst",
        stix: "ipv6-addr",
        examples: &[
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("2001[:]db8[:]0[:]0[:]0[:]0[:]0[:]1", "2001:db8::1"),
        ],
        counter_examples: &["12:30:45", "00:00:5e:00:53:01", "std::cell", "::"],
    },
    KindEntry {
        kind: Kind::Email,
        name: "email",
        label_fr: "adresse électronique",
        label_en: "e-mail address",
        misp: "email",
        stix: "email-addr",
        examples: &[
            ("Jean.Test@Banque.example", "jean.test@banque.example"),
            ("jean[at]banque[.]example", "jean@banque.example"),
            (
                "jean (arobase) banque (point) example",
                "jean@banque.example",
            ),
            ("jean+colis@banque.example", "jean+colis@banque.example"),
        ],
        counter_examples: &["@banque", "jean@", "jean@banque", "a@b.c"],
    },
    KindEntry {
        kind: Kind::Phone,
        name: "phone",
        label_fr: "numéro de téléphone",
        label_en: "phone number",
        misp: "phone-number",
        stix: "phone-number",
        examples: &[
            ("06 39 98 12 34", "+33639981234"),
            ("06.39.98.12.34", "+33639981234"),
            ("0639981234", "+33639981234"),
            ("+33 (0)6 39 98 12 34", "+33639981234"),
            ("0033639981234", "+33639981234"),
            ("01-99-00-12-34", "+33199001234"),
            ("+44 20 7946 0018", "+442079460018"),
        ],
        counter_examples: &["12 34 56 78 90", "01.02.2024 12", "0123", "06 39 98 12"],
    },
    KindEntry {
        kind: Kind::Iban,
        name: "iban",
        label_fr: "compte bancaire (IBAN)",
        label_en: "bank account (IBAN)",
        misp: "iban",
        stix: "bank-account",
        examples: &[
            (
                "FR14 2004 1010 0505 0001 3M02 606",
                "FR1420041010050500013M02606",
            ),
            ("fr1420041010050500013m02606", "FR1420041010050500013M02606"),
            ("DE89-3704-0044-0532-0130-00", "DE89370400440532013000"),
            ("GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"),
        ],
        counter_examples: &[
            "FR14 2004 1010 0505 0001 3M02 607",
            "FR1420041010050500013M0260",
            "XX1420041010050500013M02606",
        ],
    },
    KindEntry {
        kind: Kind::Btc,
        name: "btc",
        label_fr: "adresse Bitcoin",
        label_en: "Bitcoin address",
        misp: "btc",
        stix: "cryptocurrency-wallet",
        examples: &[
            (
                "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
                "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            ),
            (
                "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
                "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            ),
            (
                "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
                "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            ),
            (
                "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
                "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            ),
        ],
        counter_examples: &[
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
        ],
    },
    KindEntry {
        kind: Kind::Eth,
        name: "eth",
        label_fr: "adresse Ethereum",
        label_en: "Ethereum address",
        misp: "text",
        stix: "cryptocurrency-wallet",
        examples: &[
            (
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            ),
            (
                "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359",
                "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            ),
        ],
        counter_examples: &[
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
            "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ],
    },
    KindEntry {
        kind: Kind::Social,
        name: "social",
        label_fr: "compte sur une plateforme",
        label_en: "account on a platform",
        misp: "text",
        stix: "user-account",
        examples: &[
            ("t.me/Test_Arnaque", "telegram:test_arnaque"),
            (
                "https://www.instagram.com/test.arnaque/?hl=fr",
                "instagram:test.arnaque",
            ),
            (
                "https://www.facebook.com/profile.php?id=100000000000001",
                "facebook:100000000000001",
            ),
            ("snapchat.com/add/test-arnaque", "snapchat:test-arnaque"),
            (
                "https://www.tiktok.com/@test.arnaque",
                "tiktok:test.arnaque",
            ),
            ("https://twitter.com/test_arnaque", "x:test_arnaque"),
        ],
        counter_examples: &["@test", "https://t.me/", "https://www.instagram.com/p/abc/"],
    },
];

impl Kind {
    /// Every kind, in the order of the table.
    pub const ALL: [Kind; 10] = [
        Kind::Url,
        Kind::Domain,
        Kind::Ipv4,
        Kind::Ipv6,
        Kind::Email,
        Kind::Phone,
        Kind::Iban,
        Kind::Btc,
        Kind::Eth,
        Kind::Social,
    ];

    /// What the table says about this kind.
    pub fn entry(self) -> &'static KindEntry {
        &KINDS[self as usize]
    }

    /// Short stable name, lower case: `url`, `iban`…
    ///
    /// ```
    /// assert_eq!(observables::Kind::Iban.name(), "iban");
    /// ```
    pub fn name(self) -> &'static str {
        self.entry().name
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no kind's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no kind of observable is named {name:?}")]
pub struct UnknownKind {
    /// The name that was looked up.
    pub name: String,
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Kind, UnknownKind> {
        KINDS
            .iter()
            .find(|entry| entry.name == name)
            .map(|entry| entry.kind)
            .ok_or_else(|| UnknownKind {
                name: name.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Observable, display, extract};

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        assert_eq!(Kind::ALL.len(), KINDS.len());
        for (kind, entry) in Kind::ALL.into_iter().zip(&KINDS) {
            assert_eq!(kind, entry.kind);
            assert_eq!(kind.entry().kind, kind);
            assert_eq!(kind.name().parse(), Ok(kind));
            assert!(!entry.examples.is_empty() && !entry.counter_examples.is_empty());
        }
        assert!("IBAN".parse::<Kind>().is_err());
    }

    #[test]
    fn every_example_is_parsed_and_shown() {
        for entry in &KINDS {
            for (raw, canonical) in entry.examples {
                let parsed = Observable::parse(entry.kind, raw)
                    .unwrap_or_else(|error| panic!("{}: {raw:?}: {error}", entry.name));
                assert_eq!(parsed.canonical(), *canonical, "{}: {raw:?}", entry.name);
                let again = Observable::parse(entry.kind, canonical).unwrap();
                assert_eq!(again, parsed, "canonical form of {raw:?} is not stable");
                let shown = display(&parsed);
                assert_eq!(
                    Observable::parse(entry.kind, &shown),
                    Ok(parsed),
                    "{shown:?}"
                );
            }
        }
    }

    #[test]
    fn every_example_is_found_in_sentences() {
        for entry in &KINDS {
            for (raw, canonical) in entry.examples {
                for (before, after) in [
                    ("", ""),
                    ("Le voici : ", "."),
                    ("« ", " »"),
                    ("(", ")"),
                    ("été ", ", merci"),
                    ("\"", "\"\n"),
                ] {
                    let text = format!("{before}{raw}{after}");
                    let hits = extract(&text).hits;
                    let found: Vec<_> = hits
                        .iter()
                        .map(|hit| (hit.kind, hit.canonical.as_str(), &text[hit.span.clone()]))
                        .collect();
                    assert_eq!(found, [(entry.kind, *canonical, *raw)], "in {text:?}");
                }
            }
        }
    }

    #[test]
    fn no_counter_example_is_taken() {
        for entry in &KINDS {
            for raw in entry.counter_examples {
                assert!(
                    Observable::parse(entry.kind, raw).is_err(),
                    "{}: {raw:?}",
                    entry.name
                );
                let text = format!("voici {raw} pour vous");
                let hits = extract(&text).hits;
                assert!(
                    hits.iter().all(|hit| hit.kind != entry.kind),
                    "{text:?}: {hits:?}"
                );
            }
        }
    }
}
