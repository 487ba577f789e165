//! An identifier by itself: reading one that was typed, its key, what follows from it, how it is shown.

use sha2::{Digest, Sha256};
use url::{Host, Url};

use crate::{
    Flags, Kind, Proof, bank, coin, extract, listing, phone, refang::Plain, register, social, web,
};

/// An identifier of a kind, in its canonical form.
///
/// Two notations of one thing give equal observables; that is what cross-matching rests on.
///
/// ```
/// use observables::{Kind, Observable};
///
/// let typed = Observable::parse(Kind::Phone, "06.39.98.12.34")?;
/// let pasted = Observable::parse(Kind::Phone, "+33 (0)6 39 98 12 34")?;
/// assert_eq!(typed, pasted);
/// assert_eq!(typed.key(), pasted.key());
/// # Ok::<(), observables::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Observable {
    kind: Kind,
    canonical: String,
}

/// Why a text is not an observable of the kind asked for.
///
/// ```
/// use observables::{Kind, Observable, ParseError};
///
/// let error = |kind, text| Observable::parse(kind, text).unwrap_err();
/// assert_eq!(error(Kind::Iban, "FR15 2004 1010 0505 0001 3M02 606"), ParseError::Checksum { kind: Kind::Iban });
/// assert_eq!(error(Kind::Iban, "mon compte"), ParseError::Shape { kind: Kind::Iban });
/// assert_eq!(error(Kind::Domain, "colis.exampel"), ParseError::UnknownSuffix);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The text does not have the form of the kind.
    #[error("this does not have the form of: {kind}")]
    Shape {
        /// The kind asked for.
        kind: Kind,
    },
    /// The form is right and the check characters are wrong: most often a typing error.
    #[error("the check characters are wrong for: {kind}")]
    Checksum {
        /// The kind asked for.
        kind: Kind,
    },
    /// No registry runs the end of this name.
    #[error("the name ends in no known public suffix")]
    UnknownSuffix,
    /// The text is longer than anything of the kind.
    #[error("this is too long for: {kind}")]
    TooLong {
        /// The kind asked for.
        kind: Kind,
    },
}

/// The canonical form of a whole text that is not defanged, and what proves it.
pub(crate) fn canonicalise(kind: Kind, text: &str) -> Result<(String, Proof), ParseError> {
    (kind.entry().read)(text)
}

impl Observable {
    /// Reads a typed answer: spaces around, defanging and local notations are forgiven.
    ///
    /// ```
    /// use observables::{Kind, Observable};
    ///
    /// let phone = Observable::parse(Kind::Phone, " 06 39 98 12 34 ")?;
    /// assert_eq!(phone.canonical(), "+33639981234");
    /// assert!(Observable::parse(Kind::Iban, "FR00 1234").is_err());
    /// # Ok::<(), observables::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Says whether the form, the check characters, the suffix or the length is wrong.
    pub fn parse(kind: Kind, raw: &str) -> Result<Observable, ParseError> {
        let raw = raw.trim();
        // What is already canonical stays so, even a path that looks defanged.
        if let Ok((canonical, _)) = canonicalise(kind, raw)
            && canonical == raw
        {
            return Ok(Observable { kind, canonical });
        }
        let plain = Plain::new(raw).text;
        let (canonical, _) = canonicalise(kind, plain.trim())?;
        Ok(Observable { kind, canonical })
    }

    /// The account of a handle on a platform, both as a person gives them (`"Insta"`, `"@test"`).
    ///
    /// ```
    /// use observables::{Kind, Observable};
    ///
    /// let account = Observable::social("Insta", "@Test_Arnaque")?;
    /// assert_eq!((account.kind(), account.canonical()), (Kind::Social, "instagram:test_arnaque"));
    /// assert!(Observable::social("réseau inconnu", "test").is_err());
    /// # Ok::<(), observables::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the platform is unknown, or never gives such a handle.
    pub fn social(platform: &str, handle: &str) -> Result<Observable, ParseError> {
        let account =
            social::account(platform, handle).ok_or(ParseError::Shape { kind: Kind::Social })?;
        Ok(Observable::of_account(account))
    }

    /// An account as `platform:handle`; Telegram's have a kind of their own.
    pub(crate) fn of_account(account: String) -> Observable {
        match account.strip_prefix("telegram:") {
            Some(handle) => Observable {
                kind: Kind::Telegram,
                canonical: handle.to_owned(),
            },
            None => Observable {
                kind: Kind::Social,
                canonical: account,
            },
        }
    }

    /// Takes back what was stored. The text is trusted to be the canonical form that this crate gave.
    ///
    /// ```
    /// use observables::{Kind, Observable};
    ///
    /// let stored = Observable::from_canonical(Kind::Domain, "colis.example".to_owned());
    /// assert_eq!(Ok(stored), Observable::parse(Kind::Domain, "Colis[.]example"));
    /// ```
    pub fn from_canonical(kind: Kind, canonical: String) -> Observable {
        Observable { kind, canonical }
    }

    /// What it is.
    ///
    /// ```
    /// use observables::{Kind, parse_any};
    ///
    /// assert_eq!(parse_any("aide@banque.example")[0].kind(), Kind::Email);
    /// ```
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its canonical form.
    ///
    /// ```
    /// use observables::{Kind, Observable};
    ///
    /// let domain = Observable::parse(Kind::Domain, "WWW.Société.example").unwrap();
    /// assert_eq!(domain.canonical(), "www.xn--socit-esab.example");
    /// ```
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// A stable 64-bit key of kind and canonical form.
    ///
    /// The first eight bytes, big-endian, of SHA-256 over `"orfevre-key-1"`, a zero byte, the kind's
    /// [name](Kind::name), a zero byte, the canonical form. Keys are stored: this never changes. An account
    /// on Telegram has the key of the kind `social` and `telegram:handle`, as it had before it became a
    /// kind of its own.
    ///
    /// ```
    /// use observables::{Kind, Observable};
    ///
    /// let domain = Observable::parse(Kind::Domain, "banque.example").unwrap();
    /// assert_eq!(domain.key(), 0x857c_8eda_3548_169c);
    /// ```
    pub fn key(&self) -> u64 {
        let mut hash = Sha256::new();
        hash.update(b"orfevre-key-1\0");
        let (kind, before) = match self.kind {
            Kind::Telegram => (Kind::Social, "telegram:"),
            kind => (kind, ""),
        };
        hash.update(kind.name().as_bytes());
        hash.update(b"\0");
        hash.update(before.as_bytes());
        hash.update(self.canonical.as_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        u64::from_be_bytes(*digest.first_chunk().expect("a SHA-256 digest has 32 bytes"))
    }

    /// What contains this one, from near to far: of a URL its account, host and registered domain, then the URL that
    /// it leads on to (`?url=https%3A%2F%2F…`) with the same of that; of a network of one address that, of an e-mail address its domain unless a mailbox provider's; what a block explorer's page shows, a
    /// French IBAN's RIB, the last four digits of a card.
    ///
    /// ```
    /// use observables::{Kind, Observable};
    ///
    /// let url = Observable::parse(Kind::Url, "https://suivi.colis.example/a").unwrap();
    /// let names: Vec<_> = url.derived().iter().map(|found| found.canonical().to_owned()).collect();
    /// assert_eq!(names, ["suivi.colis.example", "colis.example"]);
    /// ```
    pub fn derived(&self) -> Vec<Observable> {
        let mut found = Vec::new();
        match self.kind {
            Kind::Url => {
                let Some(url) = web::url_of_canonical(&self.canonical) else {
                    return found;
                };
                push_parts(&url, &mut found);
                if let Some((target, canonical)) = web::target(&url) {
                    found.push(Observable {
                        kind: Kind::Url,
                        canonical,
                    });
                    push_parts(&target, &mut found);
                }
            }
            // A network of one address.
            Kind::Cidr => {
                let single = ["/32", "/128"]
                    .iter()
                    .find_map(|length| self.canonical.strip_suffix(length));
                found.extend(single.and_then(literal_of));
            }
            Kind::Email => {
                if let Some((_, host)) = self.canonical.rsplit_once('@')
                    && !web::is_mailbox_provider(host)
                {
                    found.extend(literal_address(host));
                    push_domains(host, &mut found);
                }
            }
            Kind::Domain => {
                push_domains(&self.canonical, &mut found);
                found.retain(|observable| observable != self);
            }
            // A French account's national form is the rest of its IBAN.
            Kind::Iban if matches!(self.canonical.get(..2), Some("FR" | "MC")) => {
                if let Ok((canonical, _)) = bank::rib(&self.canonical[4..]) {
                    found.push(Observable {
                        kind: Kind::Rib,
                        canonical,
                    });
                }
            }
            Kind::Card => {
                if let Some(last) = self.canonical.len().checked_sub(4) {
                    found.push(Observable {
                        kind: Kind::CardLast4,
                        canonical: self.canonical[last..].to_owned(),
                    });
                }
            }
            kind => found.extend(register::siren_of(kind, &self.canonical)),
        }
        found
    }

    /// What its canonical form proves by itself, whatever the text around it said.
    ///
    /// ```
    /// use observables::{Kind, Observable, Proof};
    ///
    /// let account = Observable::parse(Kind::Iban, "FR14 2004 1010 0505 0001 3M02 606").unwrap();
    /// assert_eq!(account.proof(), Proof::Checksum);
    /// let handle = Observable::parse(Kind::Telegram, "@colis_relais").unwrap();
    /// assert_eq!(handle.proof(), Proof::Shape);
    /// ```
    pub fn proof(&self) -> Proof {
        canonicalise(self.kind, &self.canonical).map_or(Proof::Shape, |(_, proof)| proof)
    }

    /// What the identifier says about itself: made for examples, private, an imitation.
    ///
    /// ```
    /// use observables::{Flags, Kind, Observable};
    ///
    /// let address = Observable::parse(Kind::Ipv4, "10.0.0.7").unwrap();
    /// assert_eq!(address.flags(), Flags::PRIVATE);
    /// ```
    pub fn flags(&self) -> Flags {
        flags_of(self.kind, &self.canonical)
    }
}

pub(crate) fn flags_of(kind: Kind, canonical: &str) -> Flags {
    match kind {
        Kind::Url => {
            web::url_of_canonical(canonical).map_or(Flags::default(), |url| url_flags(&url))
        }
        Kind::Domain | Kind::Onion => web::host_flags(canonical),
        Kind::Email => canonical
            .rsplit_once('@')
            .map_or(Flags::default(), |(_, host)| match literal_address(host) {
                Some(address) => address.flags(),
                None => web::host_flags(host),
            }),
        Kind::Asn => web::asn_flags(canonical),
        Kind::Mac => web::mac_flags(canonical),
        Kind::Cidr => network_flags(canonical),
        Kind::Ipv4 => canonical.parse().map_or(Flags::default(), web::ipv4_flags),
        Kind::Ipv6 => canonical.parse().map_or(Flags::default(), web::ipv6_flags),
        Kind::Phone if phone::is_reserved_for_fiction(canonical) => Flags::EXAMPLE,
        _ => Flags::default(),
    }
}

pub(crate) fn url_flags(url: &Url) -> Flags {
    match url.host() {
        Some(Host::Domain(host)) => web::host_flags(host),
        Some(Host::Ipv4(address)) => web::ipv4_flags(address),
        Some(Host::Ipv6(address)) => web::ipv6_flags(address),
        None => Flags::default(),
    }
}

/// A network says of itself what its first address does.
fn network_flags(canonical: &str) -> Flags {
    let address = canonical.split('/').next().unwrap_or_default();
    let kind = if address.contains(':') {
        Kind::Ipv6
    } else {
        Kind::Ipv4
    };
    flags_of(kind, address)
}

/// The address in the host of `jean@[192.0.2.1]`.
fn literal_address(host: &str) -> Option<Observable> {
    let inside = host.strip_prefix('[')?.strip_suffix(']')?;
    let (kind, canonical) = match inside.strip_prefix("ipv6:") {
        Some(address) => (Kind::Ipv6, address),
        None => (Kind::Ipv4, inside),
    };
    Some(Observable::from_canonical(kind, canonical.to_owned()))
}

/// What a URL names by itself.
fn push_parts(url: &Url, found: &mut Vec<Observable>) {
    found.extend(listing::of_url(url));
    if let Some(profile) = social::profile(url) {
        found.push(Observable::of_account(profile.account));
    }
    found.extend(coin::explored(url));
    match url.host() {
        Some(Host::Domain(host)) => push_domains(host, found),
        Some(Host::Ipv4(address)) => found.push(Observable {
            kind: Kind::Ipv4,
            canonical: address.to_string(),
        }),
        Some(Host::Ipv6(address)) => found.push(Observable {
            kind: Kind::Ipv6,
            canonical: address.to_string(),
        }),
        None => {}
    }
}

/// An address as text.
fn literal_of(address: &str) -> Option<Observable> {
    [Kind::Ipv4, Kind::Ipv6]
        .into_iter()
        .find_map(|kind| Observable::parse(kind, address).ok())
}

fn push_domains(host: &str, found: &mut Vec<Observable>) {
    if let Ok((canonical, _)) = web::onion(host) {
        found.push(Observable::from_canonical(Kind::Onion, canonical));
        return;
    }
    let Ok((host, _)) = web::domain(host) else {
        return;
    };
    let registered = web::registrable(&host)
        .filter(|registered| *registered != host)
        .map(str::to_owned);
    for canonical in [Some(host), registered].into_iter().flatten() {
        found.push(Observable {
            kind: Kind::Domain,
            canonical,
        });
    }
}

/// Reads what was typed into a search box, in any notation: whole when it can be, else what stands in it.
///
/// A bare `@handle` may be an account on any platform, and all of them are given.
///
/// ```
/// let found = observables::parse_any("evil[.]example");
/// assert_eq!(found[0].canonical(), "evil.example");
/// assert_eq!(observables::parse_any("0033 6 39 98 12 34")[0].canonical(), "+33639981234");
/// ```
pub fn parse_any(query: &str) -> Vec<Observable> {
    let query = query.trim();
    // From the kinds that prove most to those that prove least. A URL comes after the account it names; a
    // kind that needs words beside it is read too, since who searches for four digits means them.
    const ORDER: &[Kind] = &[
        Kind::Iban,
        Kind::Rib,
        Kind::Card,
        Kind::Btc,
        Kind::Eth,
        Kind::Tron,
        Kind::Xmr,
        Kind::Ltc,
        Kind::Bch,
        Kind::Doge,
        Kind::Xrp,
        Kind::Ton,
        Kind::Sol,
        Kind::Onion,
        Kind::Email,
        Kind::Ipv4,
        Kind::Ipv6,
        Kind::Cidr,
        Kind::Mac,
        Kind::Telegram,
        Kind::Payment,
        Kind::Social,
        Kind::Listing,
        Kind::Url,
        Kind::Domain,
        Kind::Phone,
        Kind::Siret,
        Kind::Siren,
        Kind::Vat,
        Kind::Bic,
        Kind::Tx,
        Kind::Sha1,
        Kind::Sha256,
        Kind::Sha512,
        Kind::Md5,
        Kind::Ssdeep,
        Kind::Tlsh,
        Kind::Uuid,
        Kind::Cve,
        Kind::Attack,
        Kind::Asn,
        Kind::Registry,
        Kind::Path,
        Kind::Analytics,
        Kind::Ja4,
        Kind::Tracking,
        Kind::CardLast4,
    ];
    let mut found: Vec<Observable> = ORDER
        .iter()
        // A word alone may be a handle of anybody's.
        .filter(|kind| **kind != Kind::Telegram || query.contains([':', '/', ' ']))
        .filter_map(|kind| Observable::parse(*kind, query).ok())
        .collect();
    if let Some(handle) = query.strip_prefix('@') {
        found.extend(
            social::everywhere(handle)
                .into_iter()
                .map(Observable::of_account),
        );
    }
    // A link to a number is searched as the number, as it is in texts.
    if found.is_empty() || found[0].kind == Kind::Url {
        for hit in extract(query).hits {
            let observable = hit.observable();
            if !found.contains(&observable) {
                found.push(observable);
            }
        }
    }
    found
}

/// A form that nobody follows by accident: `hxxps://evil[.]example/a`, `jean[@]evil[.]example`.
///
/// It reads back the same, but for a name or a path that itself looks defanged (`/a-dot-b`).
///
/// ```
/// use observables::{Kind, Observable, defang};
///
/// let url = Observable::parse(Kind::Url, "https://evil.example/a.php").unwrap();
/// assert_eq!(defang(&url), "hxxps://evil[.]example/a.php");
/// ```
pub fn defang(observable: &Observable) -> String {
    (observable.kind.entry().harmless)(&observable.canonical)
}

/// Of kinds that nobody follows, or whose form is shown as it is kept.
pub(crate) fn same(canonical: &str) -> String {
    canonical.to_owned()
}

pub(crate) fn defang_url(canonical: &str) -> String {
    let Some((scheme, rest)) = canonical.split_once("://") else {
        return canonical.to_owned();
    };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let scheme = match scheme {
        "http" => "hxxp",
        "https" => "hxxps",
        other => other,
    };
    format!("{scheme}://{}{path}", defang_dots(host))
}

pub(crate) fn defang_dots(canonical: &str) -> String {
    canonical.replace('.', "[.]")
}

pub(crate) fn defang_colons(canonical: &str) -> String {
    canonical.replace(':', "[:]")
}

pub(crate) fn defang_email(canonical: &str) -> String {
    match canonical.rsplit_once('@') {
        Some((local, host)) => format!("{local}[@]{}", defang_dots(host)),
        None => canonical.to_owned(),
    }
}

/// The form that a person reads: an IBAN in groups of four, a phone number in its country's groups,
/// a domain in its own letters unless it imitates another.
///
/// ```
/// use observables::{Kind, Observable, display};
///
/// let phone = Observable::parse(Kind::Phone, "+33639981234").unwrap();
/// assert_eq!(display(&phone), "06 39 98 12 34");
/// ```
pub fn display(observable: &Observable) -> String {
    (observable.kind.entry().show)(&observable.canonical)
}

pub(crate) fn show_domain(canonical: &str) -> String {
    if !canonical.contains("xn--") || web::host_flags(canonical).contains(Flags::HOMOGLYPH) {
        return canonical.to_owned();
    }
    let (shown, _) = idna::domain_to_unicode(canonical);
    // Some names do not come back from their letters.
    let reads_back = web::domain(&shown).is_ok_and(|(again, _)| again == canonical);
    if reads_back {
        shown
    } else {
        canonical.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(kind: Kind, raw: &str) -> Observable {
        Observable::parse(kind, raw).unwrap_or_else(|error| panic!("{raw:?}: {error}"))
    }

    #[test]
    fn keys_never_change() {
        for (kind, canonical, key) in KEY_VECTORS {
            assert_eq!(parse(kind, canonical).key(), key, "{kind} {canonical}");
        }
    }

    const KEY_VECTORS: [(Kind, &str, u64); 4] = [
        (Kind::Domain, "banque.example", 0x857c_8eda_3548_169c),
        (Kind::Phone, "+33639981234", 0x547b_8ee9_89d8_49d6),
        (
            Kind::Iban,
            "FR1420041010050500013M02606",
            0x609e_e088_99f8_a65e,
        ),
        (Kind::Telegram, "test_arnaque", 0x189e_4fa8_4147_c6de),
    ];

    #[test]
    fn what_contains_it_is_derived() {
        let derived = |kind, raw| {
            let derived = parse(kind, raw).derived();
            derived
                .iter()
                .map(|found| format!("{} {}", found.kind, found.canonical))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            derived(Kind::Url, "https://x.com/test_arnaque/status/1"),
            ["social x:test_arnaque", "domain x.com"]
        );
        assert_eq!(derived(Kind::Url, "http://192.0.2.1/a"), ["ipv4 192.0.2.1"]);
        assert_eq!(derived(Kind::Cidr, "192.0.2.1/32"), ["ipv4 192.0.2.1"]);
        assert_eq!(derived(Kind::Cidr, "2001:db8::7/128"), ["ipv6 2001:db8::7"]);
        assert!(derived(Kind::Cidr, "192.0.2.0/24").is_empty());
        assert_eq!(
            derived(Kind::Url, "http://[2001:db8::1]/a"),
            ["ipv6 2001:db8::1"]
        );
        assert_eq!(
            derived(Kind::Email, "a@mail.asso.example"),
            ["domain mail.asso.example", "domain asso.example"]
        );
        assert!(derived(Kind::Email, "a@gmail.com").is_empty());
        for wrapped in [
            "https://liens.example/?data=1&url=https%3A%2F%2Fa.colis.test%2Fsuivi%3Fid%3D7&x=2",
            "https://liens.example/L0/https:%2F%2Fa.colis.test%2Fsuivi%3Fid=7",
            "https://liens.example/r/https://a.colis.test/suivi?id=7",
        ] {
            assert_eq!(
                derived(Kind::Url, wrapped),
                [
                    "domain liens.example",
                    "url https://a.colis.test/suivi?id=7",
                    "domain a.colis.test",
                    "domain colis.test"
                ],
                "{wrapped}"
            );
        }
        // A name in a path is a folder or a file.
        assert_eq!(
            derived(Kind::Url, "https://liens.example/colis.test/?q=colis.test"),
            ["domain liens.example"]
        );
        assert_eq!(derived(Kind::Domain, "a.b.example"), ["domain b.example"]);
        assert!(derived(Kind::Domain, "b.example").is_empty());
    }

    #[test]
    fn a_search_takes_any_notation() {
        let first = |query: &str| {
            let found = parse_any(query);
            found
                .first()
                .map(|found| format!("{} {}", found.kind, found.canonical))
        };
        assert_eq!(
            first("fr14 2004 1010 0505 0001 3m02 606").as_deref(),
            Some("iban FR1420041010050500013M02606")
        );
        assert_eq!(
            first("hxxp://evil[.]example/a").as_deref(),
            Some("url http://evil.example/a")
        );
        assert_eq!(
            first("https://t.me/test_arnaque").as_deref(),
            Some("telegram test_arnaque")
        );
        assert_eq!(
            first("évil.example").as_deref(),
            Some("domain xn--vil-9la.example")
        );
        assert_eq!(
            first("le compte FR1420041010050500013M02606 svp").as_deref(),
            Some("iban FR1420041010050500013M02606")
        );
        assert_eq!(first("bonjour"), None);
        assert!(
            parse_any("@test_arnaque")
                .iter()
                .any(|found| found.canonical == "instagram:test_arnaque")
        );
        assert!(
            parse_any("https://wa.me/33639981234")
                .iter()
                .any(|found| found.canonical == "+33639981234")
        );
    }

    #[test]
    fn flags_say_what_it_is() {
        for (kind, raw, expected) in [
            (Kind::Ipv4, "192.168.1.1", Flags::PRIVATE),
            (Kind::Ipv4, "203.0.113.9", Flags::EXAMPLE),
            (Kind::Ipv6, "fe80::1", Flags::PRIVATE),
            (Kind::Ipv6, "2001:db8::1", Flags::EXAMPLE),
            (Kind::Phone, "06 39 98 00 00", Flags::EXAMPLE),
            (Kind::Email, "a@example.com", Flags::EXAMPLE),
            (Kind::Url, "http://localhost:8080/", Flags::PRIVATE),
            (Kind::Domain, "service-public.fr", Flags::default()),
        ] {
            assert_eq!(parse(kind, raw).flags(), expected, "{raw}");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn it_serialises_by_the_stable_names() {
        let json = serde_json::to_string(&parse(Kind::Ipv4, "192.0.2.1")).unwrap();
        assert_eq!(json, r#"{"kind":"ipv4","canonical":"192.0.2.1"}"#);
        for &kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    /// Texts of which many are observables.
    fn near_observable() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "(https?|hxxp)://[a-zé0-9.-]{1,12}\\.(example|com|fr)(:[0-9]{1,4})?(/[ -~é]{0,20})?",
            "[a-zA-Z0-9.+_-]{1,12}@[a-z0-9-]{1,8}\\.(example|com|co\\.uk)",
            "[a-z0-9-]{1,8}(\\.[a-zéа-я0-9-]{1,8}){0,2}\\.(com|example|fr|香港)",
            "\\+[1-9][0-9]{6,14}",
            "0[1-9]([ .-]?[0-9]{2}){4}",
            "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
            "[0-9a-f:]{2,20}",
            "0x[0-9a-fA-F]{40}",
            "(telegram|insta|snap|youtube|linkedin)[: ]@?[A-Za-z0-9._-]{2,20}",
        ]
    }

    #[test]
    fn every_example_reads_back_from_its_harmless_form() {
        for entry in crate::KINDS {
            for (_, canonical) in entry.examples {
                let observable = Observable::from_canonical(entry.kind, (*canonical).to_owned());
                let harmless = defang(&observable);
                assert_eq!(
                    Observable::parse(entry.kind, &harmless),
                    Ok(observable.clone()),
                    "{}: {harmless:?}",
                    entry.name
                );
                // Undone once or twice, it is the same.
                let plain = crate::refang(&harmless).into_owned();
                assert_eq!(crate::refang(&plain), plain.as_str(), "{}", entry.name);
            }
        }
    }

    /// Canonical forms of the web's kinds.
    fn of_the_web() -> impl Strategy<Value = (Kind, String)> {
        let any_ipv4 = any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from(bits).to_string());
        let any_ipv6 = any::<u128>().prop_map(|bits| std::net::Ipv6Addr::from(bits).to_string());
        let network = (any::<u32>(), 0u32..=32)
            .prop_map(|(bits, length)| format!("{}/{length}", std::net::Ipv4Addr::from(bits)));
        prop_oneof![
            any_ipv4.prop_map(|text| (Kind::Ipv4, text)),
            any_ipv6.prop_map(|text| (Kind::Ipv6, text)),
            network.prop_map(|text| (Kind::Cidr, text)),
            "[a-z2-7]{16}\\.onion".prop_map(|text| (Kind::Onion, text)),
            any::<u32>().prop_map(|number| (Kind::Asn, format!("AS{number}"))),
            "[0-9a-f]{2}(:[0-9a-f]{2}){5}".prop_map(|text| (Kind::Mac, text)),
            "[a-z0-9_]{1,8}([.-][a-z0-9]{1,6}){0,3}\\.(com|fr|co\\.uk|example)"
                .prop_map(|text| (Kind::Domain, text)),
            "[a-z0-9][a-z0-9.+_-]{0,12}@[a-z0-9]{1,8}\\.(com|example)"
                .prop_map(|text| (Kind::Email, text)),
            "\"[a-z.@,]{1,8}\"@[a-z0-9]{1,8}\\.example".prop_map(|text| (Kind::Email, text)),
            "(https?|ftp|sftp|tcp)://[a-z0-9]{1,8}\\.(example|com)(:8[0-9])?(/[a-z0-9?=&.]{0,12})?"
                .prop_map(|text| (Kind::Url, text)),
            "https?://(192\\.0\\.2\\.[1-9]|\\[2001:db8::[1-9]\\]|[a-z]{2,8})/[a-z]{0,4}"
                .prop_map(|text| (Kind::Url, text)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn defanging_and_undoing_it_gives_the_same((kind, text) in of_the_web()) {
            if let Ok(observable) = Observable::parse(kind, &text) {
                let harmless = defang(&observable);
                prop_assert_eq!(&Observable::parse(kind, &harmless), &Ok(observable.clone()), "{}", harmless);
                let plain = crate::refang(&harmless).into_owned();
                prop_assert_eq!(&Observable::parse(kind, &plain), &Ok(observable), "{}", plain);
            }
        }

        #[test]
        fn canonical_and_shown_forms_read_back_the_same(text in near_observable()) {
            for &kind in Kind::ALL {
                let Ok(observable) = Observable::parse(kind, &text) else { continue };
                prop_assert_eq!(&Observable::parse(kind, observable.canonical()), &Ok(observable.clone()));
                let shown = display(&observable);
                prop_assert_eq!(&Observable::parse(kind, &shown), &Ok(observable.clone()), "shown {}", shown);
                let (again, _) = canonicalise(kind, observable.canonical()).unwrap();
                prop_assert_eq!(again, observable.canonical());
                observable.derived();
                observable.flags();
            }
            parse_any(&text);
        }

        #[test]
        fn defanged_forms_read_back_the_same(text in "(https?)://[a-z0-9]{1,8}\\.(example|com)(:8[0-9])?(/[a-z0-9?=&.]{0,12})?") {
            let url = Observable::parse(Kind::Url, &text).unwrap();
            prop_assert_eq!(&Observable::parse(Kind::Url, &defang(&url)), &Ok(url.clone()));
            for observable in url.derived() {
                prop_assert_eq!(&Observable::parse(observable.kind, &defang(&observable)), &Ok(observable.clone()));
            }
        }
    }
}
