//! The table of kinds: one entry per kind of observable, everything said about it in one place.
//!
//! The enum, help, exchange types and the tests at the end of this file are generated from it. Adding
//! a kind means an entry here, the function that reads it alone, and a place where the walk meets it
//! (`extract.rs` and the module of its family).

use std::{fmt, str::FromStr};

use crate::{
    ParseError, Proof, amount, bank, card, coin, hash, listing, money,
    observable::{defang_colons, defang_dots, defang_email, defang_url, same, show_domain},
    parcel, path, phone, register, social, technical, web,
};

/// What a kind is about.
///
/// ```
/// use observables::{Family, Kind};
///
/// let family = |kind: Kind| kind.entry().family;
/// assert_eq!((family(Kind::Iban), family(Kind::Onion)), (Family::Money, Family::Web));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Addresses of the web and of networks.
    Web,
    /// Accounts, wallets, cards, sums.
    Money,
    /// Ways to reach or to name a person or a company.
    People,
    /// What analysts of malicious software exchange.
    Technical,
}

/// What is said about a kind.
///
/// ```
/// use observables::{Kind, Observable};
///
/// let entry = Kind::Btc.entry();
/// assert_eq!((entry.name, entry.stix), ("btc", "cryptocurrency-wallet"));
/// for (written, canonical) in entry.examples {
///     assert_eq!(Observable::parse(entry.kind, written)?.canonical(), *canonical);
/// }
/// # Ok::<(), observables::ParseError>(())
/// ```
#[derive(Debug)]
pub struct KindEntry {
    /// The kind described.
    pub kind: Kind,
    /// Short stable name, as stored and exchanged.
    pub name: &'static str,
    /// What it is about.
    pub family: Family,
    /// Name shown to a French reader.
    pub label_fr: &'static str,
    /// Name shown to an English reader.
    pub label_en: &'static str,
    /// Attribute type in MISP; `text` where MISP has none.
    pub misp: &'static str,
    /// Object type in STIX 2.1. The standard has none for phones, accounts at banks, cards and wallets:
    /// those carry the names OpenCTI gave to its extensions.
    pub stix: &'static str,
    /// What it looks like, in words.
    pub pattern: &'static str,
    /// The canonical form, in words.
    pub canonical: &'static str,
    /// Words before which a text's examples are found; empty where the form alone is enough.
    pub context: &'static str,
    /// Notations found in texts, each with its canonical form.
    pub examples: &'static [(&'static str, &'static str)],
    /// Look-alikes that are not of this kind.
    pub counter_examples: &'static [&'static str],
    /// Reads a whole text that is not defanged.
    pub(crate) read: fn(&str) -> Result<(String, Proof), ParseError>,
    /// The form that a person reads, of a canonical one.
    pub(crate) show: fn(&str) -> String,
    /// The form that nobody follows by accident, of a canonical one.
    pub(crate) harmless: fn(&str) -> String,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident {
        name: $name:literal, family: $family:expr,
        label_fr: $fr:literal, label_en: $en:literal, misp: $misp:literal, stix: $stix:literal,
        pattern: $pattern:literal, canonical: $canonical:literal,
        read: $read:expr, show: $show:expr, harmless: $harmless:expr, context: $context:literal,
        examples: $examples:expr, counter_examples: $counter_examples:expr,
    })*) => {
        /// A kind of observable. Its [name](Kind::name) is short, stable and stored.
        ///
        /// ```
        /// use observables::Kind;
        ///
        /// let kind: Kind = "iban".parse()?;
        /// assert_eq!(kind, Kind::Iban);
        /// assert_eq!(kind.to_string(), "iban");
        /// # Ok::<(), observables::UnknownKind>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(
            feature = "serde",
            derive(serde::Serialize, serde::Deserialize),
            serde(rename_all = "snake_case")
        )]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl Kind {
            /// Every kind, in the order of the table.
            ///
            /// ```
            /// use observables::Kind;
            ///
            /// assert!(Kind::ALL.contains(&Kind::Phone));
            /// ```
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];
        }

        /// Every kind, in the order of the enum.
        ///
        /// ```
        /// use observables::{Family, KINDS};
        ///
        /// let labels: Vec<_> = KINDS.iter().filter(|entry| entry.family == Family::People)
        ///     .map(|entry| entry.label_en).collect();
        /// assert!(labels.contains(&"phone number"));
        /// ```
        pub static KINDS: &[KindEntry] = &[$(KindEntry {
            kind: Kind::$kind,
            name: $name,
            family: $family,
            label_fr: $fr,
            label_en: $en,
            misp: $misp,
            stix: $stix,
            pattern: $pattern,
            canonical: $canonical,
            context: $context,
            examples: $examples,
            counter_examples: $counter_examples,
            read: $read,
            show: $show,
            harmless: $harmless,
        }),*];
    };
}

kinds! {
    /// A web address, normalised by the WHATWG rules.
    Url {
        name: "url",
        family: Family::Web,
        label_fr: "adresse web",
        label_en: "web address",
        misp: "url",
        stix: "url",
        pattern: "scheme://host/path, or host/path",
        canonical: "WHATWG serialisation; path and query kept; other schemes than the web’s (tcp, sftp) alike",
        read: web::read_url,
        show: same,
        harmless: defang_url,
        context: "",
        examples: &[
            ("https://Colis.Example/Suivi?id=1", "https://colis.example/Suivi?id=1"),
            ("hxxps://colis[.]example/suivi", "https://colis.example/suivi"),
            ("http[:]//colis[point]example/a", "http://colis.example/a"),
            ("http[://]192.0.2.7:8080/a", "http://192.0.2.7:8080/a"),
            ("colis.example/suivi", "https://colis.example/suivi"),
            ("https://impôts.example/", "https://xn--impts-8ta.example/"),
            ("h**p://colis.example/a", "http://colis.example/a"),
            ("xxxxs://colis[.]example/a", "https://colis.example/a"),
            ("h__ps__colis[.]example/a", "https://colis.example/a"),
            ("http:\\\\colis.example/a", "http://colis.example/a"),
            ("http:// colis.example/a", "http://colis.example/a"),
            ("http://colis,example/a", "http://colis.example/a"),
            ("http://0xC0.0.0x2.7/a", "http://192.0.2.7/a"),
            ("http://0300.0.2.7/", "http://192.0.2.7/"),
            ("http://2001:db8:0:0:0:0:0:1/a", "http://[2001:db8::1]/a"),
            ("tcp://192[.]0[.]2[.]7:4444", "tcp://192.0.2.7:4444/"),
            ("http://intranet/", "http://intranet/"),
            ("http://pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion/a", "http://pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion/a"),
        ],
        counter_examples: &[
            "https://",
            "http://?",
            "et/ou",
            "3/4",
            "c://temp",
            "http:// puis le nom",
            "http://www",
        ],
    }
    /// A host name under a known public suffix, in lower-case Punycode.
    Domain {
        name: "domain",
        family: Family::Web,
        label_fr: "nom de domaine",
        label_en: "domain name",
        misp: "domain",
        stix: "domain-name",
        pattern: "labels.suffix",
        canonical: "lower case, Punycode (RFC 5891)",
        read: web::domain,
        show: show_domain,
        harmless: defang_dots,
        context: "",
        examples: &[
            ("www.Banque.example", "www.banque.example"),
            ("banque[.]example", "banque.example"),
            ("banque(point)example", "banque.example"),
            ("banque{.}example", "banque.example"),
            ("banque [dot] example", "banque.example"),
            ("société.example", "xn--socit-esab.example"),
            ("banque[.example", "banque.example"),
            ("banque.]example", "banque.example"),
            ("banque-dot-example", "banque.example"),
            ("banqueDOTexample", "banque.example"),
            ("banque[,]example", "banque.example"),
            ("banque\\.example", "banque.example"),
            ("banque^.example", "banque.example"),
            ("banque(punto)example", "banque.example"),
            ("[www].banque.example", "www.banque.example"),
            ("banque．example", "banque.example"),
            ("banque。example", "banque.example"),
            ("𝐛𝐚𝐧𝐪𝐮𝐞.example", "banque.example"),
            ("xn--socit-esab.example", "xn--socit-esab.example"),
            ("_dmarc.banque.example", "_dmarc.banque.example"),
            ("x.com", "x.com"),
            ("рaypal.com", "xn--aypal-uye.com"),
            ("a.香港", "a.xn--j6w193g"),
        ],
        counter_examples: &[
            "12.50",
            "e.g",
            "fin.",
            "photo.jpg",
            "a..com",
            "facture.pdf",
            "setup.exe",
            "script.js",
            "index.php",
            "Node.js",
            "p.ex",
            "-.com",
        ],
    }
    /// An onion service's address; version 3 has a checksum, version 2 is dead since 2021.
    Onion {
        name: "onion",
        family: Family::Web,
        label_fr: "adresse en .onion",
        label_en: "onion address",
        misp: "hostname",
        stix: "domain-name",
        pattern: "56 (v3) or 16 (v2) base32 characters, .onion",
        canonical: "lower case; sub-domains dropped",
        read: web::onion,
        show: same,
        harmless: defang_dots,
        context: "",
        examples: &[
            ("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"),
            ("PG6MMJIYJMCRSSLVYKFWNNTLARU7P5SVN6Y2YMMJU6NUBXNDF4PSCRYD.ONION", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"),
            ("www.pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"),
            ("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd[.]onion", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"),
            ("sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd(.)onion", "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd.onion"),
            ("expyuzz4wqqyqhjn.onion", "expyuzz4wqqyqhjn.onion"),
        ],
        counter_examples: &[
            "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrye.onion",
            "oignon.onion",
            "expyuzz4wqqyqhj1.onion",
            "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.com",
        ],
    }
    /// An IPv4 address, dotted.
    Ipv4 {
        name: "ipv4",
        family: Family::Web,
        label_fr: "adresse IPv4",
        label_en: "IPv4 address",
        misp: "ip-dst",
        stix: "ipv4-addr",
        pattern: "four decimal numbers",
        canonical: "dotted",
        read: web::ipv4,
        show: same,
        harmless: defang_dots,
        context: "",
        examples: &[
            ("192.0.2.44", "192.0.2.44"),
            ("192[.]0[.]2[.]44", "192.0.2.44"),
            ("192.0.2[.44", "192.0.2.44"),
            ("192.0.2.]44", "192.0.2.44"),
            ("192(.)0(.)2(.)44", "192.0.2.44"),
            ("192[[[.]]0.2[dot]44", "192.0.2.44"),
            ("192\\.0\\.2\\.44", "192.0.2.44"),
            ("192<.>0<.>2<.>44", "192.0.2.44"),
            ("192[,]0[,]2(,)44", "192.0.2.44"),
            ("１９２．０．２．４４", "192.0.2.44"),
            ("255.255.255.255", "255.255.255.255"),
        ],
        counter_examples: &[
            "06.63.94.98.94",
            "192.0.2.256",
            "1.2.3",
            "1.2.3.4.5",
            "192.00.2.1",
            "v1.2.3.4",
            "openssl1.1.1.1rc",
            "9,10,11,12",
        ],
    }
    /// An IPv6 address, in the short form of RFC 5952.
    Ipv6 {
        name: "ipv6",
        family: Family::Web,
        label_fr: "adresse IPv6",
        label_en: "IPv6 address",
        misp: "ip-dst",
        stix: "ipv6-addr",
        pattern: "groups of hexadecimal digits with colons",
        canonical: "RFC 5952",
        read: web::ipv6,
        show: same,
        harmless: defang_colons,
        context: "",
        examples: &[
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("2001[:]db8[:]0[:]0[:]0[:]0[:]0[:]1", "2001:db8::1"),
            ("2001[:]db8[:][:]1", "2001:db8::1"),
            ("::1", "::1"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("fe80::1ff:fe23:4567:890a", "fe80::1ff:fe23:4567:890a"),
        ],
        counter_examples: &[
            "12:30:45",
            "00:00:5e:00:53:01",
            "std::cell",
            "::",
            "1::2::3",
            "1:2:3:4:5:6:7:8:9",
            "11:04:10",
        ],
    }
    /// A network, as address and prefix length.
    Cidr {
        name: "cidr",
        family: Family::Web,
        label_fr: "plage d’adresses IP",
        label_en: "IP network",
        misp: "ip-dst",
        stix: "ipv4-addr",
        pattern: "address/prefix length",
        canonical: "network address/prefix, host bits cleared",
        read: web::cidr,
        show: same,
        harmless: defang_dots,
        context: "",
        examples: &[
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.2.77/24", "192.0.2.0/24"),
            ("192[.]0[.]2[.]0/25", "192.0.2.0/25"),
            ("192.0.2.1[/]32", "192.0.2.1/32"),
            ("198.51.100.9/0", "0.0.0.0/0"),
            ("2001:DB8:1::/48", "2001:db8:1::/48"),
            ("2001:db8::1/32", "2001:db8::/32"),
        ],
        counter_examples: &[
            "192.0.2.0/33",
            "192.0.2/24",
            "12/24",
            "1/2/2026",
            "192.0.2.0/024",
            "192.0.2.0/24/a",
            "2001:db8::/129",
        ],
    }
    /// The number of an autonomous system (RFC 6793).
    Asn {
        name: "asn",
        family: Family::Web,
        label_fr: "système autonome",
        label_en: "autonomous system",
        misp: "AS",
        stix: "autonomous-system",
        pattern: "AS or ASN and a number; a short number needs words of networks beside it",
        canonical: "AS64496",
        read: web::asn,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("AS64496", "AS64496"),
            ("as64500", "AS64500"),
            ("ASN64496", "AS64496"),
            ("ASN 64496", "AS64496"),
            ("AS 64496", "AS64496"),
            ("asn 1234", "AS1234"),
            ("AS4294967294", "AS4294967294"),
        ],
        counter_examples: &[
            "AS4294967296",
            "AS0",
            "as pour",
            "12",
            "ASN",
            "AS064496",
            "CAS64496",
            "BAS 64496",
            "AS64496X",
        ],
    }
    /// An e-mail address, lower case, folded by its provider's rule.
    Email {
        name: "email",
        family: Family::Web,
        label_fr: "adresse électronique",
        label_en: "e-mail address",
        misp: "email",
        stix: "email-addr",
        pattern: "local@domain",
        canonical: "lower case, folded by the provider's rule",
        read: web::email,
        show: same,
        harmless: defang_email,
        context: "",
        examples: &[
            ("Jean.Test@Banque.example", "jean.test@banque.example"),
            ("jean[at]banque[.]example", "jean@banque.example"),
            ("jean (arobase) banque (point) example", "jean@banque.example"),
            ("jean+colis@banque.example", "jean+colis@banque.example"),
            ("jean arobase banque point example", "jean@banque.example"),
            ("jean point test arobase banque point example", "jean.test@banque.example"),
            ("jean at banque dot example", "jean@banque.example"),
            ("jean dot test at banque dot example", "jean.test@banque.example"),
            ("jean AT banque DOT example", "jean@banque.example"),
            ("jeanATbanque.example", "jean@banque.example"),
            ("jean{@}banque.example", "jean@banque.example"),
            ("jean[@]banque[.]example", "jean@banque.example"),
            ("jean @ banque.example", "jean@banque.example"),
            ("jean @banque[.]example", "jean@banque.example"),
            ("jean@ banque.example", "jean@banque.example"),
            ("jean(et)banque.example", "jean@banque.example"),
            ("jean { at ) banque {  dot ])] example", "jean@banque.example"),
            ("jean/AT/banque/DOT/example", "jean@banque.example"),
            ("jean＠banque.example", "jean@banque.example"),
            ("\"jean..test\"@banque.example", "\"jean..test\"@banque.example"),
            ("jean@[192.0.2.1]", "jean@[192.0.2.1]"),
            ("élodie@société.example", "élodie@xn--socit-esab.example"),
            ("Jean.Test+colis@GoogleMail.com", "jeantest@gmail.com"),
        ],
        counter_examples: &[
            "@banque",
            "jean@",
            "jean@banque",
            "a@b.c",
            "jean @banque.example",
            "voir (et) banque.example",
            "hosted at banque dot example",
            "jean @ domicile",
        ],
    }
    /// The address of a network card (EUI-48).
    Mac {
        name: "mac",
        family: Family::Web,
        label_fr: "adresse MAC",
        label_en: "MAC address",
        misp: "mac-address",
        stix: "mac-addr",
        pattern: "six pairs of hexadecimal digits",
        canonical: "aa:bb:cc:dd:ee:ff",
        read: web::mac,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("00:00:5E:00:53:AF", "00:00:5e:00:53:af"),
            ("00-00-5e-00-53-af", "00:00:5e:00:53:af"),
            ("0000.5E00.53AF", "00:00:5e:00:53:af"),
        ],
        counter_examples: &[
            "00:00:5e:00:53",
            "00:00:5e:00:53:af:01",
            "00-00:5e-00-53-af",
            "0000.5e00.53",
            "12:30:45",
        ],
    }
    /// What a browser or a bot calls itself.
    UserAgent {
        name: "user_agent",
        family: Family::Web,
        label_fr: "agent utilisateur",
        label_en: "user agent",
        misp: "user-agent",
        stix: "network-traffic",
        pattern: "Mozilla/5.0 (…) …",
        canonical: "as written, one space between parts",
        read: web::user_agent,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1"),
            ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko"),
            ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1)", "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1)"),
            ("Dalvik/2.1.0 (Linux; U; Android 13; SM-A536B Build/TP1A.220624.014)", "Dalvik/2.1.0 (Linux; U; Android 13; SM-A536B Build/TP1A.220624.014)"),
            ("Googlebot/2.1 (+http://www.google.com/bot.html)", "Googlebot/2.1 (+http://www.google.com/bot.html)"),
            ("curl/7.68.0", "curl/7.68.0"),
            ("python-requests/2.31.0", "python-requests/2.31.0"),
            ("Wget/1.21.2", "Wget/1.21.2"),
            ("okhttp/4.9.3", "okhttp/4.9.3"),
        ],
        counter_examples: &[
            "Mozilla",
            "Mozilla/5.0",
            "et/ou",
            "curl",
            "curl/7.68.0/a",
            "Firefox/120.0",
            "24/7",
        ],
    }
    /// A bank account, upper case without spaces.
    Iban {
        name: "iban",
        family: Family::Money,
        label_fr: "compte bancaire (IBAN)",
        label_en: "bank account (IBAN)",
        misp: "iban",
        stix: "bank-account",
        pattern: "country, two check digits, the country's length",
        canonical: "upper case without spaces",
        read: money::iban,
        show: money::iban_display,
        harmless: same,
        context: "",
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
    }
    /// A bank's identifier code (ISO 9362).
    Bic {
        name: "bic",
        family: Family::Money,
        label_fr: "code de banque (BIC)",
        label_en: "bank code (BIC)",
        misp: "bic",
        stix: "x-bic",
        pattern: "four letters, country, two, optionally three (ISO 9362)",
        canonical: "upper case; a head office's XXX dropped",
        read: bank::bic,
        show: same,
        harmless: same,
        context: "BIC ",
        examples: &[("BNPAFRPP", "BNPAFRPP"), ("BNPAFRPPXXX", "BNPAFRPP"), ("AGRIFRPP882", "AGRIFRPP882"), ("DEUTDEFF", "DEUTDEFF"), ("CMCIFR2A", "CMCIFR2A")],
        counter_examples: &["BONJOUR", "MERCREDI", "INTERNET", "BNPAQQPP", "BNPAFR", "BNPAFRPPXX"],
    }
    /// A French account in its national form: bank, branch, account, key.
    Rib {
        name: "rib",
        family: Family::Money,
        label_fr: "compte bancaire français (RIB)",
        label_en: "French bank account (RIB)",
        misp: "bank-account-nr",
        stix: "bank-account",
        pattern: "5 + 5 + 11 + 2 characters, key modulo 97",
        canonical: "23 characters without spaces, upper case",
        read: bank::rib,
        show: same,
        harmless: same,
        context: "RIB ",
        examples: &[("20041 01005 0500013M026 06", "20041010050500013M02606"), ("20041010050500013m02606", "20041010050500013M02606"), ("30002-00550-00001578412-46", "30002005500000157841246")],
        counter_examples: &["20041 01005 0500013M026 07", "20041 01005 0500013M026", "00000 00000 00000000000 97", "06 39 98 12 34"],
    }
    /// A payment card's number, masked: the first six digits and the last four.
    Card {
        name: "card",
        family: Family::Money,
        label_fr: "carte bancaire (masquée)",
        label_en: "payment card (masked)",
        misp: "cc-number",
        stix: "payment-card",
        pattern: "12 to 19 digits (Luhn)",
        canonical: "first six (of a masked one what was shown of them), asterisks, last four; the rest is never kept",
        read: card::card,
        show: same,
        harmless: same,
        context: "",
        examples: &[("4111 1111 1111 1111", "411111******1111"), ("5555555555554444", "555555******4444"), ("3782 822463 10005", "378282*****0005"), ("4970-1012-3456-6234", "497010******6234"), ("4970 10** **** 1234", "497010******1234"), ("4970XXXXXXXX1234", "4970********1234")],
        counter_examples: &["4111 1111 1111 1112", "1234 5678 1234 5670", "411111111111", "4111 **** 11", "06 39 98 12 34"],
    }
    /// The last four digits of a payment card, where a text says that they are.
    CardLast4 {
        name: "card_last4",
        family: Family::Money,
        label_fr: "fin d’un numéro de carte",
        label_en: "end of a card number",
        misp: "text",
        stix: "payment-card",
        pattern: "the last four digits beside words of a card",
        canonical: "four digits",
        read: card::card_last4,
        show: same,
        harmless: same,
        context: "carte se terminant par ",
        examples: &[("1234", "1234"), ("**** 1234", "1234"), ("xxxx1234", "1234"), ("XXXX-XXXX-XXXX-1234", "1234"), ("•••• 1234", "1234")],
        counter_examples: &["123", "12345", "12/34", "1 234"],
    }
    /// A Bitcoin address (legacy, SegWit or Taproot).
    Btc {
        name: "btc",
        family: Family::Money,
        label_fr: "adresse Bitcoin",
        label_en: "Bitcoin address",
        misp: "btc",
        stix: "cryptocurrency-wallet",
        pattern: "Base58Check (1…, 3…), Bech32 and Bech32m (bc1…)",
        canonical: "legacy as written, SegWit lower case",
        read: money::btc,
        show: same,
        harmless: same,
        context: "",
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
    }
    /// An address of Ethereum or of a chain that shares its form, in EIP-55 form.
    Eth {
        name: "eth",
        family: Family::Money,
        label_fr: "adresse Ethereum",
        label_en: "Ethereum address",
        misp: "text",
        stix: "cryptocurrency-wallet",
        pattern: "0x and 40 hexadecimal digits",
        canonical: "EIP-55 case",
        read: money::eth,
        show: same,
        harmless: same,
        context: "",
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
    }
    /// An address of TRON.
    Tron {
        name: "tron",
        family: Family::Money,
        label_fr: "adresse TRON",
        label_en: "TRON address",
        misp: "text",
        stix: "cryptocurrency-wallet",
        pattern: "T and 33 Base58 characters (Base58Check, 0x41)",
        canonical: "as written",
        read: coin::tron,
        show: same,
        harmless: same,
        context: "",
        examples: &[("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"), ("TLeUZDGLWnyiJVFcp3m3M1782uBsGWa8uf", "TLeUZDGLWnyiJVFcp3m3M1782uBsGWa8uf")],
        counter_examples: &["TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6", "DFpN6QqFfUm3gKNaxN6tNcab1FArL9cZLE"],
    }
    /// An address of Solana: a point on ed25519.
    Sol {
        name: "sol",
        family: Family::Money,
        label_fr: "adresse Solana",
        label_en: "Solana address",
        misp: "text",
        stix: "cryptocurrency-wallet",
        pattern: "32 to 44 Base58 characters of 32 bytes on the curve",
        canonical: "as written",
        read: coin::sol,
        show: same,
        harmless: same,
        context: "Solana ",
        examples: &[("6x5SYnLroiN7WYq8NQYU9KHcH4YjpBbwpUfVu3EB7ieH", "6x5SYnLroiN7WYq8NQYU9KHcH4YjpBbwpUfVu3EB7ieH"), ("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")],
        counter_examples: &["6x5SYnLroiN7WYq8NQYU9KHcH4Yj", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "11111111111111111111111111111111"],
    }
    /// An address of Monero: standard, sub-address or integrated.
    Xmr {
        name: "xmr",
        family: Family::Money,
        label_fr: "adresse Monero",
        label_en: "Monero address",
        misp: "xmr",
        stix: "cryptocurrency-wallet",
        pattern: "95 or 106 characters of Monero's Base58 (Keccak check)",
        canonical: "as written",
        read: coin::xmr,
        show: same,
        harmless: same,
        context: "",
        examples: &[("888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H", "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H"), ("44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A", "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A")],
        counter_examples: &["44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3B", "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3"],
    }
    /// A Litecoin address.
    Ltc {
        name: "ltc",
        family: Family::Money,
        label_fr: "adresse Litecoin",
        label_en: "Litecoin address",
        misp: "text",
        stix: "cryptocurrency-wallet",
        pattern: "Base58Check (L…, M…, 3…), Bech32 (ltc1…)",
        canonical: "legacy as written, SegWit lower case",
        read: coin::ltc,
        show: same,
        harmless: same,
        context: "",
        examples: &[("LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ", "LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ"), ("MJaRnao1s62a2zAKSkmG582KbLKianqb7v", "MJaRnao1s62a2zAKSkmG582KbLKianqb7v"), ("LTC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KGMN4N9", "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9")],
        counter_examples: &["LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnK", "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n8"],
    }
    /// A Bitcoin Cash address in CashAddr form.
    Bch {
        name: "bch",
        family: Family::Money,
        label_fr: "adresse Bitcoin Cash",
        label_en: "Bitcoin Cash address",
        misp: "text",
        stix: "cryptocurrency-wallet",
        pattern: "CashAddr (bitcoincash:q…)",
        canonical: "with prefix, lower case",
        read: coin::bch,
        show: same,
        harmless: same,
        context: "",
        examples: &[("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"), ("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"), ("BITCOINCASH:QPM2QSZNHKS23Z7629MMS6S4CWEF74VCWVY22GDX6A", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a")],
        counter_examples: &["qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b", "bchtest:qpm2qsznhks23z7629mms6s4cwef74vcwvqcw003ap"],
    }
    /// A Dogecoin address.
    Doge {
        name: "doge",
        family: Family::Money,
        label_fr: "adresse Dogecoin",
        label_en: "Dogecoin address",
        misp: "text",
        stix: "cryptocurrency-wallet",
        pattern: "D or A and Base58Check",
        canonical: "as written",
        read: coin::doge,
        show: same,
        harmless: same,
        context: "",
        examples: &[("DFpN6QqFfUm3gKNaxN6tNcab1FArL9cZLE", "DFpN6QqFfUm3gKNaxN6tNcab1FArL9cZLE"), ("A37YDYSwz3438rFtm1SLVcQHyD7JeueC9H", "A37YDYSwz3438rFtm1SLVcQHyD7JeueC9H")],
        counter_examples: &["DFpN6QqFfUm3gKNaxN6tNcab1FArL9cZLF", "LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ"],
    }
    /// An account of the XRP Ledger.
    Xrp {
        name: "xrp",
        family: Family::Money,
        label_fr: "adresse XRP Ledger",
        label_en: "XRP Ledger address",
        misp: "text",
        stix: "cryptocurrency-wallet",
        pattern: "r and Base58Check in Ripple's alphabet; X-address",
        canonical: "classic form; an X-address with a tag as written",
        read: coin::xrp,
        show: same,
        harmless: same,
        context: "",
        examples: &[("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"), ("X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ", "r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59"), ("X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu", "X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu")],
        counter_examples: &["rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi", "renseignements123456789abcd"],
    }
    /// An account of The Open Network.
    Ton {
        name: "ton",
        family: Family::Money,
        label_fr: "adresse TON",
        label_en: "TON address",
        misp: "text",
        stix: "cryptocurrency-wallet",
        pattern: "48 characters of base64 (CRC-16), or workchain:64 hexadecimal digits",
        canonical: "user-friendly, bounceable, URL-safe",
        read: coin::ton,
        show: same,
        harmless: same,
        context: "",
        examples: &[("EQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAM9c", "EQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAM9c"), ("UQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJKZ", "EQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAM9c"), ("0:0000000000000000000000000000000000000000000000000000000000000000", "EQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAM9c")],
        counter_examples: &["EQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAM9d", "EQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAM9", "2:0000000000000000000000000000000000000000000000000000000000000000"],
    }
    /// A transaction's hash, with its chain where it can be told.
    Tx {
        name: "tx",
        family: Family::Money,
        label_fr: "transaction en cryptoactif",
        label_en: "crypto transaction",
        misp: "text",
        stix: "cryptocurrency-transaction",
        pattern: "0x and 64 hexadecimal digits, or 64 hexadecimal digits beside words of a transaction",
        canonical: "chain:hash, lower case; unknown chain: tx; sol:signature as written",
        read: coin::tx,
        show: same,
        harmless: same,
        context: "transaction ",
        examples: &[("0x4A5E1E4BAAB89F3A32518A88C31BC87F618F76673E2CC77AB2127B7AFDEDA33B", "eth:4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"), ("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", "tx:4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b")],
        counter_examples: &["0x4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33", "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33", "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b0", "Paris:4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afded"],
    }
    /// An account at a payment service, as `service:handle`.
    Payment {
        name: "payment",
        family: Family::Money,
        label_fr: "compte de paiement",
        label_en: "payment account",
        misp: "text",
        stix: "user-account",
        pattern: "paypal.me/x, revolut.me/x, @x beside a payment service",
        canonical: "service:handle",
        read: bank::payment,
        show: same,
        harmless: same,
        context: "",
        examples: &[("paypal.me/TestArnaque", "paypal:testarnaque"), ("https://www.paypal.com/paypalme/testarnaque/50", "paypal:testarnaque"), ("https://revolut.me/test7x", "revolut:test7x"), ("cash.app/$TestArnaque", "cashapp:testarnaque"), ("https://lydia-app.com/collect/12345-pot-test/fr", "lydia:12345-pot-test")],
        counter_examples: &["https://www.paypal.com/signin", "https://paypal.me/", "@test", "paypal.com"],
    }
    /// A prepaid or gift card's code, as `issuer:CODE`.
    GiftCard {
        name: "gift_card",
        family: Family::Money,
        label_fr: "code de carte cadeau",
        label_en: "gift card code",
        misp: "text",
        stix: "text",
        pattern: "the issuer's pattern beside its name",
        canonical: "issuer:CODE",
        read: bank::gift_card,
        show: same,
        harmless: same,
        context: "code ",
        examples: &[("PCS 1234567890", "pcs:1234567890"), ("PCS : A1B2C6D6E3", "pcs:A1B2C6D6E3"), ("Transcash 1234 5678 9012", "transcash:123456789012"), ("Neosurf AB12CD34EF", "neosurf:AB12CD34EF"), ("paysafecard 0123-4567-8901-2345", "paysafecard:0123456789012345"), ("carte Steam AB1CD-EF2GH-IJ3KL", "steam:AB1CDEF2GHIJ3KL"), ("Google Play ABCD 1234 EFGH 5678", "google_play:ABCD1234EFGH5678"), ("iTunes X123456789ABCDEF", "apple:X123456789ABCDEF"), ("carte Amazon AB12-CDEF34-GH56", "amazon:AB12CDEF34GH56"), ("Toneo First 1234567890", "toneo:1234567890")],
        counter_examples: &["1234567890", "PCS 123456789", "paysafecard 4111 1111 1111 1111", "Steam 2010"],
    }
    /// A sum with its currency.
    Amount {
        name: "amount",
        family: Family::Money,
        label_fr: "montant",
        label_en: "amount",
        misp: "text",
        stix: "text",
        pattern: "a number with a currency",
        canonical: "decimal point, ISO 4217 code or coin: 1250.50 EUR",
        read: amount::amount,
        show: amount::amount_display,
        harmless: same,
        context: "",
        examples: &[("1 250,50 €", "1250.50 EUR"), ("1.250,50 €", "1250.50 EUR"), ("1,250.50 USD", "1250.50 USD"), ("300 euros", "300.00 EUR"), ("€300", "300.00 EUR"), ("$ 1,200", "1200.00 USD"), ("0.02 BTC", "0.02 BTC"), ("1 500€", "1500.00 EUR"), ("12€50", "12.50 EUR"), ("3k€", "3000.00 EUR"), ("500 francs suisses", "500.00 CHF"), ("2,5 millions d'euros", "2500000.00 EUR")],
        counter_examples: &["20 %", "06 12 34 56 78", "12/03/2024", "3 livres", "50 balles", "1.2.3 €"],
    }
    /// A phone number, in E.164.
    Phone {
        name: "phone",
        family: Family::People,
        label_fr: "numéro de téléphone",
        label_en: "phone number",
        misp: "phone-number",
        stix: "phone-number",
        pattern: "international or French national notation; a neighbour's where its country is named near",
        canonical: "E.164",
        read: phone::phone,
        show: phone::phone_display,
        harmless: same,
        context: "",
        examples: &[
            ("06 39 98 12 34", "+33639981234"),
            ("06.39.98.12.34", "+33639981234"),
            ("0639981234", "+33639981234"),
            ("06-39-98-12-34", "+33639981234"),
            ("06/39/98/12/34", "+33639981234"),
            ("06 3998 1234", "+33639981234"),
            ("0 6 3 9 9 8 1 2 3 4", "+33639981234"),
            ("+33 (0)6 39 98 12 34", "+33639981234"),
            ("+33639981234", "+33639981234"),
            ("0033639981234", "+33639981234"),
            ("0033 6 39 98 12 34", "+33639981234"),
            ("33639981234", "+33639981234"),
            ("01-99-00-12-34", "+33199001234"),
            ("0 800 00 12 34", "+33800001234"),
            ("0692 00 12 34", "+262692001234"),
            ("+44 20 7946 0018", "+442079460018"),
            ("+44 (0)20 7946 0018", "+442079460018"),
            ("00 44 20 7946 0018", "+442079460018"),
            ("+1 (202) 555-0143", "+12025550143"),
        ],
        counter_examples: &["12 34 56 78 90", "01.02.2024 12", "01/02/2024 12", "0123", "06 39 98 12", "0 1 2 3 4 5 6 7 8 9", "06 39 98 12 34 56 78", "2024-06-12 10:30", "(202) 555-0143", "36 39", "AB-123-CD"],
    }
    /// An account or channel on Telegram.
    Telegram {
        name: "telegram",
        family: Family::People,
        label_fr: "compte Telegram",
        label_en: "Telegram account",
        misp: "text",
        stix: "user-account",
        pattern: "t.me/x, @x beside the word Telegram",
        canonical: "handle, lower case",
        read: social::telegram,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("t.me/Test_Arnaque", "test_arnaque"),
            ("https://t.me/s/test_arnaque", "test_arnaque"),
            ("https://t.me/@Test_Arnaque", "test_arnaque"),
            ("telegram.me/test_arnaque", "test_arnaque"),
            ("https://telegram.dog/test_arnaque?start=1", "test_arnaque"),
        ],
        counter_examples: &["https://t.me/", "https://t.me/joinchat/abc", "https://t.me/+AbCdEfGh", "https://t.me/share/url?url=a", "@ab@"],
    }
    /// An account on a platform, as `platform:handle`.
    Social {
        name: "social",
        family: Family::People,
        label_fr: "compte sur une plateforme",
        label_en: "account on a platform",
        misp: "text",
        stix: "user-account",
        pattern: "a profile's URL, @x or a name beside the platform's name, @user@host",
        canonical: "platform:handle, lower case; codes of invitations as written",
        read: social::social,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("https://www.instagram.com/test.arnaque/?hl=fr", "instagram:test.arnaque"),
            ("https://www.facebook.com/profile.php?id=100000000000001", "facebook:100000000000001"),
            ("https://m.facebook.com/Test.Arnaque", "facebook:test.arnaque"),
            ("snapchat.com/add/test-arnaque", "snapchat:test-arnaque"),
            ("https://www.tiktok.com/@test.arnaque", "tiktok:test.arnaque"),
            ("https://twitter.com/test_arnaque", "x:test_arnaque"),
            ("https://x.com/Test_Arnaque", "x:test_arnaque"),
            ("https://discord.gg/AbCdEf12", "discord:invite/AbCdEf12"),
            ("https://discord.com/users/100000000000000001", "discord:100000000000000001"),
            ("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv", "whatsapp:group/AbCdEfGhIjKlMnOpQrStUv"),
            ("https://www.linkedin.com/in/test-arnaque/", "linkedin:test-arnaque"),
            ("https://www.vinted.fr/member/1234567-test", "vinted:1234567"),
            ("https://steamcommunity.com/id/Test_Arnaque/", "steam:test_arnaque"),
            ("https://steamcommunity.com/profiles/76561190000000001", "steam:76561190000000001"),
            ("https://www.twitch.tv/test_arnaque", "twitch:test_arnaque"),
            ("https://www.youtube.com/@TestArnaque", "youtube:testarnaque"),
            ("https://mastodon.social/@Test", "mastodon:test@mastodon.social"),
            ("@Test@mastodon.example", "mastodon:test@mastodon.example"),
            ("https://bsky.app/profile/test.bsky.social", "bluesky:test.bsky.social"),
            ("https://www.reddit.com/user/Test_Arnaque", "reddit:test_arnaque"),
            ("u/test_arnaque", "reddit:test_arnaque"),
        ],
        counter_examples: &["@test", "https://t.me/", "https://www.instagram.com/p/abc/", "https://www.facebook.com/groups/123456/", "https://discord.gg/", "https://x.com/home", "lola#1234", "jean@asso.example", "et/ou"],
    }
    /// A classified ad, as `site:number`.
    Listing {
        name: "listing",
        family: Family::People,
        label_fr: "annonce en ligne",
        label_en: "online listing",
        misp: "text",
        stix: "url",
        pattern: "a listing's URL, or its number beside the site's name and a word such as annonce",
        canonical: "site:number",
        read: listing::listing,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("https://www.leboncoin.fr/ad/voitures/2345678901", "leboncoin:2345678901"),
            ("leboncoin.fr/offre/locations/2345678901?utm=x", "leboncoin:2345678901"),
            ("https://www.leboncoin.fr/vi/2345678901.htm", "leboncoin:2345678901"),
            ("https://www.vinted.fr/items/4567890123-robe-rouge", "vinted:4567890123"),
            ("https://www.facebook.com/marketplace/item/123456789012345/", "facebook:123456789012345"),
            ("https://www.ebay.fr/itm/un-telephone/123456789012", "ebay:123456789012"),
            ("https://www.airbnb.fr/rooms/12345678?adults=2", "airbnb:12345678"),
            ("https://www.lacentrale.fr/auto-occasion-annonce-69112345678.html", "lacentrale:69112345678"),
        ],
        counter_examples: &["https://www.leboncoin.fr/recherche?text=velo", "https://www.vinted.fr/member/1234567-test", "https://faux-leboncoin.fr/ad/voitures/2345678901", "2345678901", "leboncoin 12"],
    }
    /// A French company's number.
    Siren {
        name: "siren",
        family: Family::People,
        label_fr: "numéro SIREN",
        label_en: "SIREN number",
        misp: "text",
        stix: "identity",
        pattern: "nine digits (Luhn), beside SIREN or RCS",
        canonical: "nine digits",
        read: register::siren,
        show: register::groups,
        harmless: same,
        context: "SIREN ",
        examples: &[
            ("732 829 320", "732829320"),
            ("732829320", "732829320"),
            ("732.829.320", "732829320"),
            ("356 000 000", "356000000"),
        ],
        counter_examples: &["732 829 321", "732829321", "73282932", "06 39 98 12 34", "12/12/2024", "123-456-78"],
    }
    /// A French establishment's number.
    Siret {
        name: "siret",
        family: Family::People,
        label_fr: "numéro SIRET",
        label_en: "SIRET number",
        misp: "text",
        stix: "identity",
        pattern: "fourteen digits (Luhn, but for La Poste), beside SIRET or in groups of 3, 3, 3 and 5",
        canonical: "fourteen digits",
        read: register::siret,
        show: register::groups,
        harmless: same,
        context: "SIRET ",
        examples: &[
            ("732 829 320 00074", "73282932000074"),
            ("73282932000074", "73282932000074"),
            ("732829320 00074", "73282932000074"),
            ("732.829.320.00074", "73282932000074"),
            ("356 000 000 49837", "35600000049837"),
        ],
        counter_examples: &["732 829 320 00075", "73282932000075", "73282932000", "4111 1111 1111 1111", "20241231235959"],
    }
    /// A value added tax number of the European Union or its neighbours.
    Vat {
        name: "vat",
        family: Family::People,
        label_fr: "numéro de TVA",
        label_en: "VAT number",
        misp: "text",
        stix: "identity",
        pattern: "country and the country's pattern, checked where the country has a key that we know",
        canonical: "upper case without spaces",
        read: register::vat,
        show: same,
        harmless: same,
        context: "TVA ",
        examples: &[
            ("FR40303265045", "FR40303265045"),
            ("FR 40 303 265 045", "FR40303265045"),
            ("FR40 303265045", "FR40303265045"),
            ("BE0403.170.701", "BE0403170701"),
            ("BE 0403 170 701", "BE0403170701"),
            ("DE136695976", "DE136695976"),
            ("IT00743110157", "IT00743110157"),
            ("ESB58378431", "ESB58378431"),
            ("NL004495445B01", "NL004495445B01"),
            ("LU15027442", "LU15027442"),
            ("PT501964843", "PT501964843"),
            ("PL8567346215", "PL8567346215"),
            ("ATU13585627", "ATU13585627"),
            ("CHE-100.155.212", "CHE100155212"),
            ("EL094259216", "EL094259216"),
            ("IE6433435F", "IE6433435F"),
        ],
        counter_examples: &["FR41303265045", "DE136695977", "FR4030326504", "ZZ40303265045", "20 %", "DE 2024", "AB-123-CD"],
    }
    /// A parcel's tracking number.
    Tracking {
        name: "tracking",
        family: Family::People,
        label_fr: "numéro de suivi de colis",
        label_en: "parcel tracking number",
        misp: "text",
        stix: "text",
        pattern: "a form with a key (UPU S10, UPS); another carrier's beside its name; a number after words such as n° de suivi",
        canonical: "upper case without spaces",
        read: parcel::tracking,
        show: same,
        harmless: same,
        context: "colis ",
        examples: &[
            ("RR123456785FR", "RR123456785FR"),
            ("rr123456785fr", "RR123456785FR"),
            ("RR 123 456 785 FR", "RR123456785FR"),
            ("RA473124829GB", "RA473124829GB"),
            ("EN123456789FR", "EN123456789FR"),
            ("6A12345678901", "6A12345678901"),
            ("8R 123 456 7890 1", "8R12345678901"),
            ("9L1234567890123", "9L1234567890123"),
            ("1Z999AA10123456784", "1Z999AA10123456784"),
            ("1Z 999 AA1 01 2345 6784", "1Z999AA10123456784"),
            ("TBA123456789012", "TBA123456789012"),
            ("JJD000390007882823276", "JJD000390007882823276"),
        ],
        counter_examples: &["RR123456784GB", "1Z999AA10123456785", "AB-123-CD", "31122024", "12,50 €", "2024-12-31 10:30"],
    }
    /// A file's MD5.
    Md5 {
        name: "md5",
        family: Family::Technical,
        label_fr: "empreinte MD5",
        label_en: "MD5 hash",
        misp: "md5",
        stix: "file",
        pattern: "32 hexadecimal digits",
        canonical: "lower case",
        read: hash::md5,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"),
            ("D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
            ("9E107d9d372bb6826bd81d3542a419d6", "9e107d9d372bb6826bd81d3542a419d6"),
        ],
        counter_examples: &[
            "00000000000000000000000000000000",
            "12345678901234567890123456789012",
            "d41d8cd98f00b204e9800998ecf8427ea",
            "d41d8cd98f00b204e9800998ecf8427",
            "xd41d8cd98f00b204e9800998ecf8427e",
        ],
    }
    /// A file's SHA-1.
    Sha1 {
        name: "sha1",
        family: Family::Technical,
        label_fr: "empreinte SHA-1",
        label_en: "SHA-1 hash",
        misp: "sha1",
        stix: "file",
        pattern: "40 hexadecimal digits",
        canonical: "lower case",
        read: hash::sha1,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            (
                "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            ),
            (
                "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
                "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            ),
        ],
        counter_examples: &[
            "0xda39a3ee5e6b4b0d3255bfef95601890afd80709",
            "1234567890123456789012345678901234567890",
            "da39a3ee5e6b4b0d3255bfef95601890afd807090",
            "ga39a3ee5e6b4b0d3255bfef95601890afd80709",
        ],
    }
    /// A file's SHA-256.
    Sha256 {
        name: "sha256",
        family: Family::Technical,
        label_fr: "empreinte SHA-256",
        label_en: "SHA-256 hash",
        misp: "sha256",
        stix: "file",
        pattern: "64 hexadecimal digits",
        canonical: "lower case",
        read: hash::sha256,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            (
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
        ],
        counter_examples: &[
            "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "1111111111111111111111111111111111111111111111111111111111111111",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8550",
        ],
    }
    /// A file's SHA-512.
    Sha512 {
        name: "sha512",
        family: Family::Technical,
        label_fr: "empreinte SHA-512",
        label_en: "SHA-512 hash",
        misp: "sha512",
        stix: "file",
        pattern: "128 hexadecimal digits",
        canonical: "lower case",
        read: hash::sha512,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            (
                "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
                "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            ),
            (
                "CF83E1357EEFB8BDF1542850D66D8007D620E4050B5715DC83F4A921D36CE9CE47D0D13C5D85F2B0FF8318D2877EEC2F63B931BD47417A81A538327AF927DA3E",
                "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            ),
        ],
        counter_examples: &[
            "f83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
        ],
    }
    /// The hash of a program's import table.
    Imphash {
        name: "imphash",
        family: Family::Technical,
        label_fr: "empreinte des imports",
        label_en: "import hash",
        misp: "imphash",
        stix: "file",
        pattern: "32 hexadecimal digits beside the word imphash",
        canonical: "lower case",
        read: hash::imphash,
        show: same,
        harmless: same,
        context: "imphash ",
        examples: &[
            ("F34D5F2D4577ED6D9CEEC516C1F5A744", "f34d5f2d4577ed6d9ceec516c1f5a744"),
        ],
        counter_examples: &["f34d5f2d4577ed6d9ceec516c1f5a74", "11111111111111111111111111111111"],
    }
    /// The hash that a signed program's signature covers.
    Authentihash {
        name: "authentihash",
        family: Family::Technical,
        label_fr: "empreinte Authenticode",
        label_en: "Authenticode hash",
        misp: "authentihash",
        stix: "file",
        pattern: "64 hexadecimal digits beside the word authentihash",
        canonical: "lower case",
        read: hash::authentihash,
        show: same,
        harmless: same,
        context: "authentihash ",
        examples: &[
            (
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
        ],
        counter_examples: &[
            "d41d8cd98f00b204e9800998ecf8427e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ],
    }
    /// A context-triggered piecewise hash.
    Ssdeep {
        name: "ssdeep",
        family: Family::Technical,
        label_fr: "empreinte ssdeep",
        label_en: "ssdeep hash",
        misp: "ssdeep",
        stix: "file",
        pattern: "size:hash:hash",
        canonical: "as written",
        read: hash::ssdeep,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            (
                "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C",
                "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C",
            ),
            ("96:ukILJhn54RewghSib4xG:uk0Jx54usxJHh4", "96:ukILJhn54RewghSib4xG:uk0Jx54usxJHh4"),
        ],
        counter_examples: &[
            "12:30:45",
            "48:100:200",
            "5:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C",
            "3:ab",
            "24:00",
        ],
    }
    /// A locality-sensitive hash.
    Tlsh {
        name: "tlsh",
        family: Family::Technical,
        label_fr: "empreinte TLSH",
        label_en: "TLSH hash",
        misp: "tlsh",
        stix: "file",
        pattern: "T1 and 70 hexadecimal digits",
        canonical: "T1, upper case",
        read: hash::tlsh,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            (
                "T18DD02206EEA1CC1F6F5D3A1B7C2E4F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3",
                "T18DD02206EEA1CC1F6F5D3A1B7C2E4F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3",
            ),
            (
                "t18dd02206eea1cc1f6f5d3a1b7c2e4f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3",
                "T18DD02206EEA1CC1F6F5D3A1B7C2E4F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3",
            ),
        ],
        counter_examples: &[
            "T1DD02206EEA1CC1F6F5D3A1B7C2E4F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3",
            "T28DD02206EEA1CC1F6F5D3A1B7C2E4F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3",
            "T10000000000000000000000000000000000000000000000000000000000000000000000",
        ],
    }
    /// A published vulnerability.
    Cve {
        name: "cve",
        family: Family::Technical,
        label_fr: "vulnérabilité (CVE)",
        label_en: "vulnerability (CVE)",
        misp: "vulnerability",
        stix: "vulnerability",
        pattern: "CVE-year-number",
        canonical: "upper case",
        read: technical::cve,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("CVE-2021-44228", "CVE-2021-44228"),
            ("cve-2014-0160", "CVE-2014-0160"),
            ("CVE 2017-0144", "CVE-2017-0144"),
            ("CVE‑2019‑0708", "CVE-2019-0708"),
            ("CVE–2019–0708", "CVE-2019-0708"),
            ("CVE-2024-1234567", "CVE-2024-1234567"),
        ],
        counter_examples: &[
            "CVE-2021-442",
            "CVE-21-44228",
            "XCVE-2021-44228",
            "CVE2021",
            "CVE-2021-44228a",
        ],
    }
    /// A technique, tactic or mitigation of MITRE ATT&CK.
    Attack {
        name: "attack",
        family: Family::Technical,
        label_fr: "technique ATT&CK",
        label_en: "ATT&CK technique",
        misp: "text",
        stix: "attack-pattern",
        pattern: "T1234, T1234.001, TA0001, M1234; S1234 and G1234 beside ATT&CK",
        canonical: "upper case",
        read: technical::attack,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("T1059", "T1059"),
            ("T1546.004", "T1546.004"),
            ("TA0001", "TA0001"),
            ("ta0001", "TA0001"),
            ("M1036", "M1036"),
            ("t1059.001", "T1059.001"),
        ],
        counter_examples: &["T105", "T10590", "T9999", "TA0999", "M0001", "XT1059", "T1059-B"],
    }
    /// The name of a YARA rule.
    Yara {
        name: "yara",
        family: Family::Technical,
        label_fr: "règle YARA",
        label_en: "YARA rule",
        misp: "text",
        stix: "indicator",
        pattern: "rule name {",
        canonical: "as written",
        read: technical::yara,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("rule silent_banker : banker {", "silent_banker"),
            ("private rule Test_1 {", "Test_1"),
            ("global private rule Test2\n{", "Test2"),
            ("rule Deux : a b_c {", "Deux"),
        ],
        counter_examples: &[
            "rule {",
            "regle x {",
            "rule 1x {",
            ".rule x {",
            "a sentence with the word rule in it. Then {",
        ],
    }
    /// A key of Windows' registry.
    Registry {
        name: "registry",
        family: Family::Technical,
        label_fr: "clé de registre",
        label_en: "registry key",
        misp: "regkey",
        stix: "windows-registry-key",
        pattern: "HKLM\\…, HKEY_…\\…",
        canonical: "the hive in full",
        read: path::registry,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            (
                "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
                "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
            ),
            ("HKEY_CURRENT_USER\\Software\\Test", "HKEY_CURRENT_USER\\Software\\Test"),
            ("hkcu\\Software\\Windows NT\\Test", "HKEY_CURRENT_USER\\Software\\Windows NT\\Test"),
            ("HKLM:\\Software\\Test", "HKEY_LOCAL_MACHINE\\Software\\Test"),
            (
                "HKCR\\CLSID\\{F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6}",
                "HKEY_CLASSES_ROOT\\CLSID\\{F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6}",
            ),
            ("HKU\\S-1-5-18\\Software", "HKEY_USERS\\S-1-5-18\\Software"),
            ("HKEY_USERS\\<SID>\\Software", "HKEY_USERS\\<SID>\\Software"),
        ],
        counter_examples: &["HKLM", "HKLM\\", "XHKLM\\Software", "HKXX\\Software", "HKLM/Software"],
    }
    /// A path of Windows or Unix.
    Path {
        name: "path",
        family: Family::Technical,
        label_fr: "chemin de fichier",
        label_en: "file path",
        misp: "filename",
        stix: "file",
        pattern: "C:\\…, \\\\server\\…, /usr/…",
        canonical: "as written; doubled backslashes once",
        read: path::path,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("C:\\Users\\Public\\facture.exe", "C:\\Users\\Public\\facture.exe"),
            ("C:\\Program Files (x86)\\Test\\a.dll", "C:\\Program Files (x86)\\Test\\a.dll"),
            (
                "C:\\Users\\Test\\Mes documents\\facture mars 2024.pdf",
                "C:\\Users\\Test\\Mes documents\\facture mars 2024.pdf",
            ),
            ("%APPDATA%\\Test\\a.exe", "%APPDATA%\\Test\\a.exe"),
            ("$env:TEMP\\a.ps1", "$env:TEMP\\a.ps1"),
            ("\\\\serveur\\partage\\a.docx", "\\\\serveur\\partage\\a.docx"),
            ("C:\\Users\\<user>\\AppData\\a.exe", "C:\\Users\\<user>\\AppData\\a.exe"),
            ("/etc/passwd", "/etc/passwd"),
            ("/usr/local/bin/test", "/usr/local/bin/test"),
            ("/tmp/.x/a.sh", "/tmp/.x/a.sh"),
            ("~/Desktop/test.py", "~/Desktop/test.py"),
            ("/srv/test/fichier.txt", "/srv/test/fichier.txt"),
            ("C:/Windows/Test/a.exe", "C:/Windows/Test/a.exe"),
            ("C:\\\\Windows\\\\Temp\\\\a.exe", "C:\\Windows\\Temp\\a.exe"),
        ],
        counter_examples: &[
            "/10",
            "et/ou",
            "and/or",
            "km/h",
            "c:\\n",
            "/div",
            "~/10",
            "/api/v1",
            "\\\\alpha\\\\beta",
            "12/03/2024",
            "C:",
            "domaine\\jean",
        ],
    }
    /// An identifier of Google Analytics, Tag Manager, Ads, AdSense, or of Meta's pixel.
    Analytics {
        name: "analytics",
        family: Family::Technical,
        label_fr: "identifiant de mesure d’audience",
        label_en: "analytics or advertising id",
        misp: "text",
        stix: "text",
        pattern: "UA-…, G-…, GTM-…, AW-…, ca-pub-…, a pixel's number beside its name",
        canonical: "upper case; pub-number for AdSense, pixel:number for Meta",
        read: technical::analytics,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("UA-12345678-1", "UA-12345678-1"),
            ("ua-000000-2", "UA-000000-2"),
            ("G-1A2B3C4D5E", "G-1A2B3C4D5E"),
            ("GTM-ABC12D", "GTM-ABC12D"),
            ("GTM-PQKZVWX", "GTM-PQKZVWX"),
            ("AW-123456789", "AW-123456789"),
            ("ca-pub-1234567891234567", "pub-1234567891234567"),
            ("PUB-1234567891234567", "pub-1234567891234567"),
        ],
        counter_examples: &[
            "UA-12-1",
            "G-20",
            "G-ABCDEFGHIJ",
            "GTM-12",
            "AW-139",
            "pub-123",
            "UA-12345678-1-2",
            "g-1a2b3c4d5e",
        ],
    }
    /// The MurmurHash3 of a site's icon, as Shodan gives it.
    Favicon {
        name: "favicon",
        family: Family::Technical,
        label_fr: "empreinte de favicon",
        label_en: "favicon hash",
        misp: "favicon-mmh3",
        stix: "text",
        pattern: "a 32-bit number beside the word favicon",
        canonical: "decimal",
        read: technical::favicon,
        show: same,
        harmless: same,
        context: "favicon hash ",
        examples: &[
            ("-1293291467", "-1293291467"),
            ("708578229", "708578229"),
        ],
        counter_examples: &["512", "99999999999", "0639981234"],
    }
    /// The serial number of an X.509 certificate.
    CertSerial {
        name: "cert_serial",
        family: Family::Technical,
        label_fr: "numéro de série de certificat",
        label_en: "certificate serial",
        misp: "text",
        stix: "x509-certificate",
        pattern: "hexadecimal pairs beside the word serial",
        canonical: "lower case, without colons and leading zeros",
        read: technical::cert_serial,
        show: same,
        harmless: same,
        context: "certificate serial ",
        examples: &[
            ("0A:1B:2C:3D:4E:5F:60:71:82:93:A4", "a1b2c3d4e5f60718293a4"),
            ("00:d1:b2:c3:d4:e5:f6:07:18", "d1b2c3d4e5f60718"),
            ("04E1C5A2B3D4F60718293A4B5C6D7E8F9012", "4e1c5a2b3d4f60718293a4b5c6d7e8f9012"),
            ("d1b2c3d4e5f6071", "d1b2c3d4e5f6071"),
        ],
        counter_examples: &["12:34", "F2LX1234ABCD", "0a:1b:2c"],
    }
    /// The fingerprint of a TLS client or server.
    Ja3 {
        name: "ja3",
        family: Family::Technical,
        label_fr: "empreinte JA3",
        label_en: "JA3 fingerprint",
        misp: "ja3-fingerprint-md5",
        stix: "text",
        pattern: "32 hexadecimal digits beside JA3 or JA3S",
        canonical: "lower case",
        read: technical::ja3,
        show: same,
        harmless: same,
        context: "JA3 ",
        examples: &[
            ("e7d705a3286e19ea42f587b344ee6865", "e7d705a3286e19ea42f587b344ee6865"),
            ("E7D705A3286E19EA42F587B344EE6865", "e7d705a3286e19ea42f587b344ee6865"),
        ],
        counter_examples: &["e7d705a3286e19ea42f587b344ee686"],
    }
    /// The newer fingerprint of a TLS client.
    Ja4 {
        name: "ja4",
        family: Family::Technical,
        label_fr: "empreinte JA4",
        label_en: "JA4 fingerprint",
        misp: "text",
        stix: "text",
        pattern: "t13d1516h2_…_… (JA4), t130200_1301_… (JA4S), JA4H, JA4X",
        canonical: "lower case",
        read: technical::ja4,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("t13d1516h2_8daaf6152771_02713d6af862", "t13d1516h2_8daaf6152771_02713d6af862"),
            ("q13d0310h3_55b375c5d22e_cd85d2d88918", "q13d0310h3_55b375c5d22e_cd85d2d88918"),
            ("t130200_1301_234ea6891581", "t130200_1301_234ea6891581"),
            (
                "ge11cn20enus_60ca1bd65281_ac95b44401d9_8df6a44f726c",
                "ge11cn20enus_60ca1bd65281_ac95b44401d9_8df6a44f726c",
            ),
            ("a373a9f83c6b_2bab15409345_7bf9a7bf7029", "a373a9f83c6b_2bab15409345_7bf9a7bf7029"),
        ],
        counter_examples: &[
            "t13d1516h2_8daaf6152771",
            "x13d1516h2_8daaf6152771_02713d6af862",
            "t13d1516h2_8daaf6152771_02713d6af862_9",
            "mon_fichier_2024",
        ],
    }
    /// The id of an e-mail.
    MessageId {
        name: "message_id",
        family: Family::Technical,
        label_fr: "identifiant de message",
        label_en: "message id",
        misp: "email-message-id",
        stix: "email-message",
        pattern: "<left@right> beside Message-ID (RFC 5322)",
        canonical: "without angle brackets",
        read: technical::message_id,
        show: same,
        harmless: same,
        context: "Message-ID: ",
        examples: &[
            ("<CAF123abc@mail.asso.example>", "CAF123abc@mail.asso.example"),
            ("<000001c7$a1b2=c3$d4@PC-TEST>", "000001c7$a1b2=c3$d4@PC-TEST"),
            ("20240115.A1@mx.asso.example", "20240115.A1@mx.asso.example"),
        ],
        counter_examples: &["<jean>", "<@asso.example>", "<a@>"],
    }
    /// A universally unique identifier.
    Uuid {
        name: "uuid",
        family: Family::Technical,
        label_fr: "UUID",
        label_en: "UUID",
        misp: "uuid",
        stix: "text",
        pattern: "8-4-4-4-12 hexadecimal digits (RFC 9562)",
        canonical: "lower case",
        read: technical::uuid,
        show: same,
        harmless: same,
        context: "",
        examples: &[
            ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            ("F81D4FAE-7DEC-41D0-8765-00A0C91E6BF6", "f81d4fae-7dec-41d0-8765-00a0c91e6bf6"),
        ],
        counter_examples: &[
            "00000000-0000-0000-0000-000000000000",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6-1",
            "f81d4fae7dec-11d0-a765-00a0c91e6bf6",
        ],
    }
}

impl Kind {
    /// What the table says about this kind.
    ///
    /// ```
    /// use observables::Kind;
    ///
    /// assert_eq!(Kind::Email.entry().misp, "email");
    /// ```
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

    /// The names of all kinds, for help and messages.
    ///
    /// ```
    /// use observables::Kind;
    ///
    /// let help = Kind::names().collect::<Vec<_>>().join(", ");
    /// assert!(help.starts_with("url, domain, onion"));
    /// ```
    pub fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|entry| entry.name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no kind's.
///
/// ```
/// let error = "tel".parse::<observables::Kind>().unwrap_err();
/// assert_eq!(error.to_string(), "no kind of observable is named \"tel\"");
/// ```
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
        for (&kind, entry) in Kind::ALL.iter().zip(KINDS) {
            assert_eq!(kind, entry.kind);
            assert_eq!(kind.entry().kind, kind);
            assert_eq!(kind.name().parse(), Ok(kind));
            assert!(
                !entry.examples.is_empty() && !entry.counter_examples.is_empty(),
                "{} has no examples",
                entry.name
            );
        }
        assert!("IBAN".parse::<Kind>().is_err());
    }

    #[test]
    fn every_example_is_parsed_and_shown() {
        for entry in KINDS {
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
        for entry in KINDS {
            for (raw, canonical) in entry.examples {
                for (before, after) in [
                    ("", ""),
                    ("Le voici : ", "."),
                    ("« ", " »"),
                    ("(", ")"),
                    ("été ", ", merci"),
                    ("\"", "\"\n"),
                ] {
                    let text = format!("{before}{}{raw}{after}", entry.context);
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
        for entry in KINDS {
            for raw in entry.counter_examples {
                assert!(
                    Observable::parse(entry.kind, raw).is_err(),
                    "{}: {raw:?}",
                    entry.name
                );
                let text = format!("voici {}{raw} pour vous", entry.context);
                let hits = extract(&text).hits;
                assert!(
                    hits.iter().all(|hit| hit.kind != entry.kind),
                    "{text:?}: {hits:?}"
                );
            }
        }
    }
}
