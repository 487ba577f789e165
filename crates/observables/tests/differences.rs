//! Where we differ from other extractors by intent, each with a text of our own: what they take there, and what
//! stands here instead. `README.md` beside this file has the figures, `examples/peers.rs` finds the cases.

use observables::{Kind, Observable, extract};

/// Kind, text, what a peer takes, what is found of this kind or derived from what is found.
const DIFFERENCES: &[(Kind, &str, &str, &[&str])] = &[
    // A comma is legal in a path; a row says by its other comma where a cell ends.
    (
        Kind::Url,
        "https://colis.example/a,12,b",
        "https://colis.example/a",
        &["https://colis.example/a,12,b"],
    ),
    (
        Kind::Url,
        "x,https://colis.example/a,12",
        "https://colis.example/a",
        &["https://colis.example/a"],
    ),
    // User and password are of the authority (RFC 3986, section 3.2.1).
    (
        Kind::Url,
        "http://jean:secret@colis.example:80/",
        "jean:secret@colis.example:80/",
        &["http://jean:secret@colis.example/"],
    ),
    // White space ends a URL; the word behind it is the sentence's.
    (
        Kind::Url,
        "https://colis.example /suivi",
        "https://colis.example/suivi",
        &["https://colis.example/"],
    ),
    // Names in programs.
    (Kind::Url, "http__init", "http__init", &[]),
    // A name alone is a domain, with a slash behind it too.
    (Kind::Url, "colis.example/ !", "colis.example/", &[]),
    (Kind::Domain, "colis.example/ !", "", &["colis.example"]),
    // Brackets around a dot are undone wherever they stand.
    (
        Kind::Url,
        "http://colis.example/lettre[.]doc",
        "http://colis.example/lettre[.]doc",
        &["http://colis.example/lettre.doc"],
    ),
    // No suffix that a registry runs.
    (Kind::Email, "jean@colis.tld", "jean@colis.tld", &[]),
    (Kind::Domain, "colis.tld", "colis.tld", &[]),
    // A name in a path or a query is a folder's or a file's; the URL that one leads on to is derived.
    (
        Kind::Domain,
        "https://colis.example/autre.com/a?q=plat.com",
        "autre.com",
        &["colis.example"],
    ),
    (
        Kind::Domain,
        "https://colis.example/?u=https%3A%2F%2Fplat.test%2Fa",
        "",
        &["colis.example", "plat.test"],
    ),
    // A file's name.
    (
        Kind::Domain,
        "lancez outils.py puis facture.zip",
        "outils.py",
        &[],
    ),
    // A mailbox provider's domain would tie strangers.
    (Kind::Domain, "jean@gmail.com", "gmail.com", &[]),
    // No label ends with a hyphen (RFC 1123), and the digits of an escape are none.
    (Kind::Domain, "colis-.example", "colis-.example", &[]),
    (
        Kind::Domain,
        "%2Fcolis.example",
        "2fcolis.example",
        &["colis.example"],
    ),
    // One program reads leading zeros as decimal, another as octal (RFC 6943, section 3.1.1).
    (Kind::Ipv4, "01.02.03.04", "1.2.3.4", &[]),
    // A version.
    (Kind::Ipv4, "1.2.3.4.5.6.7.8", "1.2.3.4", &[]),
    // The address of a network is no host's; a network of one address is one.
    (Kind::Ipv4, "203.0.113.0/24", "203.0.113.0", &[]),
    (
        Kind::Ipv4,
        "203.0.113.7/32",
        "203.0.113.7",
        &["203.0.113.7"],
    ),
    // Short addresses are valid (RFC 4291, section 2.2).
    (Kind::Ipv6, "2001:db8::1", "", &["2001:db8::1"]),
    // A mailbox at a number wants brackets (RFC 5321, section 4.1.3).
    (Kind::Email, "jean@203.0.113.7", "jean@203.0.113.7", &[]),
    (
        Kind::Email,
        "smtp.mailfrom=jean@asso.example",
        "smtp.mailfrom=jean@asso.example",
        &["jean@asso.example"],
    ),
    (
        Kind::Email,
        "\"jean..dupont\"@asso.example",
        "",
        &["\"jean..dupont\"@asso.example"],
    ),
    (Kind::Email, "a@asso.example", "", &["a@asso.example"]),
    (
        Kind::Email,
        "jean@jabber.example",
        "",
        &["jean@jabber.example"],
    ),
    // Seven digits ring nowhere without their region.
    (Kind::Phone, "555-0143", "555-0143", &[]),
    // Placeholders, parts of something longer, an address of Ethereum.
    (
        Kind::Md5,
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        &[],
    ),
    (
        Kind::Md5,
        "motd41d8cd98f00b204e9800998ecf8427emot",
        "d41d8cd98f00b204e9800998ecf8427e",
        &[],
    ),
    (
        Kind::Sha1,
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        &[],
    ),
    // Its check fails.
    (
        Kind::Btc,
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        &[],
    ),
    // Models and tests are named so.
    (Kind::Attack, "t1329", "T1329", &[]),
    (
        Kind::Attack,
        "https://attaques.example/tactics/TA0001/",
        "TA0001",
        &[],
    ),
    // A path needs no extension, a rule no end, and case says nothing.
    (Kind::Path, "%TEMP%\\dsc", "", &["%TEMP%\\dsc"]),
    (Kind::Yara, "rule colis { condition: true", "", &["colis"]),
    (Kind::Analytics, "uA-12345678-1", "", &["UA-12345678-1"]),
    // Hidden in Base64.
    (
        Kind::Url,
        "aHR0cDovL2NvbGlzLmV4YW1wbGUvYQ==",
        "",
        &["http://colis.example/a"],
    ),
];

#[test]
fn differences_from_other_extractors_are_meant() {
    for (kind, text, theirs, ours) in DIFFERENCES {
        let mut found: Vec<String> = Vec::new();
        let hits = extract(text).hits;
        let all = hits.iter().flat_map(|hit| {
            let observable = hit.observable();
            let derived = observable.derived();
            std::iter::once(observable).chain(derived)
        });
        for observable in all.filter(|observable| observable.kind() == *kind) {
            let canonical = observable.canonical().to_owned();
            if !found.contains(&canonical) {
                found.push(canonical);
            }
        }
        assert_eq!(found, *ours, "{kind} in {text:?}");
        let same =
            Observable::parse(*kind, theirs).is_ok_and(|theirs| [theirs.canonical()] == **ours);
        let agreed = matches!(*text, "203.0.113.7/32" | "x,https://colis.example/a,12");
        assert!(!same || agreed, "{text:?} is no difference");
    }
}
