//! Each notation of each kind in each surrounding: sentences, quotes, rows of tables, logs, Markdown, HTML, other
//! scripts. What stands beside an identifier is none of it.

use observables::{Kind, extract};

/// What may stand around an identifier, at `{}`.
const AROUND: [&str; 34] = [
    "{}",
    "Bonjour, {} merci.",
    "Voir {}.",
    "Voir {}, puis rien.",
    "({})",
    "« {} »",
    "\"{}\"",
    "'{}'",
    "“{}”",
    "l’escroc m'a donné {} hier",
    "- {}\n- autre",
    "1) {}\n2) autre",
    "| date | {} | fin |",
    "2026-01-02T10:11:12Z INFO src={} status=200",
    "valeur : {} ; suite",
    "**{}**",
    "_voir_ {} _ici_",
    "`{}`",
    "<b>{}</b>",
    "Контакт: {} спасибо",
    "联系 {} 谢谢",
    "اتصل {} شكرا",
    "{}!",
    "{}?",
    "{} !",
    "a;{};b",
    "date,{},fin",
    "[{}]",
    "{}…",
    "> {}",
    "\t{}\r\nsuite",
    "{} (voir pièce)",
    "C’est {}:",
    "\"v\":\"{}\",",
];

/// Kind, notation, canonical form.
const NOTATIONS: &[(&str, &str, &str)] = &[
    (
        "url",
        "https://www.colis.example/suivi?id=7&x=é",
        "https://www.colis.example/suivi?id=7&x=%C3%A9",
    ),
    (
        "url",
        "hxxps://colis-relais[.]example/suivi",
        "https://colis-relais.example/suivi",
    ),
    (
        "url",
        "hxxp[:]//colis-relais[.]example[/]suivi",
        "http://colis-relais.example/suivi",
    ),
    (
        "url",
        "https[:]//colis-relais(.)example/a.php",
        "https://colis-relais.example/a.php",
    ),
    (
        "url",
        "hXXp://198[.]51[.]100[.]7:8080/x",
        "http://198.51.100.7:8080/x",
    ),
    (
        "url",
        "colis-relais.example/suivi",
        "https://colis-relais.example/suivi",
    ),
    (
        "url",
        "HTTPS://COLIS.EXAMPLE/Suivi",
        "https://colis.example/Suivi",
    ),
    (
        "url",
        "https://colis-relais{.}example/x_(y)",
        "https://colis-relais.example/x_(y)",
    ),
    (
        "url",
        "ftp://fichiers.colis.example/a.zip",
        "ftp://fichiers.colis.example/a.zip",
    ),
    (
        "url",
        "https://user:pass@colis.example/x",
        "https://user:pass@colis.example/x",
    ),
    (
        "url",
        "https://colis-relais.example:8443/#/login",
        "https://colis-relais.example:8443/#/login",
    ),
    ("domain", "colis-relais.com", "colis-relais.com"),
    ("domain", "colis-relais[.]com", "colis-relais.com"),
    ("domain", "colis-relais(dot)com", "colis-relais.com"),
    ("domain", "colis-relais [.] com", "colis-relais.com"),
    ("domain", "colis-relais[point]com", "colis-relais.com"),
    (
        "domain",
        "suivi.colis-relais[.]co[.]uk",
        "suivi.colis-relais.co.uk",
    ),
    ("domain", "colis-relais{.}net", "colis-relais.net"),
    ("domain", "colis-relais<.>com", "colis-relais.com"),
    ("domain", "colis-relais\\.com", "colis-relais.com"),
    ("domain", "colis\u{200B}-relais.com", "colis-relais.com"),
    ("domain", "ｃｏｌｉｓ.com", "colis.com"),
    ("domain", "COLIS-RELAIS.COM", "colis-relais.com"),
    ("ipv4", "203.0.113.45", "203.0.113.45"),
    ("ipv4", "203[.]0[.]113[.]45", "203.0.113.45"),
    ("ipv4", "203.0.113[.]45", "203.0.113.45"),
    ("ipv4", "203(.)0(.)113(.)45", "203.0.113.45"),
    ("ipv4", "203[dot]0[dot]113[dot]45", "203.0.113.45"),
    ("ipv4", "203{.}0{.}113{.}45", "203.0.113.45"),
    ("ipv4", "２０３.０.１１３.４５", "203.0.113.45"),
    ("ipv4", "203\\.0\\.113\\.45", "203.0.113.45"),
    ("ipv4", "203.0.113.45:8080", "203.0.113.45"),
    ("ipv6", "2001:db8::7", "2001:db8::7"),
    ("ipv6", "2001[:]db8[:][:]7", "2001:db8::7"),
    (
        "ipv6",
        "2001:0DB8:0000:0000:0000:0000:0000:0007",
        "2001:db8::7",
    ),
    ("cidr", "203.0.113.0/24", "203.0.113.0/24"),
    ("cidr", "203[.]0[.]113[.]0/24", "203.0.113.0/24"),
    ("asn", "AS13335", "AS13335"),
    ("asn", "ASN13335", "AS13335"),
    (
        "email",
        "jean.dupont@colis-relais.com",
        "jean.dupont@colis-relais.com",
    ),
    (
        "email",
        "jean.dupont[at]colis-relais[.]com",
        "jean.dupont@colis-relais.com",
    ),
    (
        "email",
        "jean.dupont (at) colis-relais (dot) com",
        "jean.dupont@colis-relais.com",
    ),
    (
        "email",
        "jean.dupont arobase colis-relais point com",
        "jean.dupont@colis-relais.com",
    ),
    (
        "email",
        "jean.dupont{@}colis-relais.com",
        "jean.dupont@colis-relais.com",
    ),
    (
        "email",
        "jean.dupont[@]colis-relais[.]com",
        "jean.dupont@colis-relais.com",
    ),
    (
        "email",
        "jean.dupont＠colis-relais.com",
        "jean.dupont@colis-relais.com",
    ),
    (
        "email",
        "mailto:jean.dupont@colis-relais.com",
        "jean.dupont@colis-relais.com",
    ),
    (
        "email",
        "<jean.dupont@colis-relais.com>",
        "jean.dupont@colis-relais.com",
    ),
    (
        "email",
        "Jean.Dupont@COLIS-RELAIS.COM",
        "jean.dupont@colis-relais.com",
    ),
    ("mac", "00:1A:2B:3C:4D:5E", "00:1a:2b:3c:4d:5e"),
    ("phone", "06 39 98 12 34", "+33639981234"),
    ("phone", "06.39.98.12.34", "+33639981234"),
    ("phone", "+33 6 39 98 12 34", "+33639981234"),
    ("phone", "0033639981234", "+33639981234"),
    ("phone", "0639981234", "+33639981234"),
    ("phone", "+33 (0)6 39 98 12 34", "+33639981234"),
    ("phone", "06-39-98-12-34", "+33639981234"),
    ("phone", "06/39/98/12/34", "+33639981234"),
    ("phone", "０６ ３９ ９８ １２ ３４", "+33639981234"),
    (
        "phone",
        "06\u{202F}39\u{202F}98\u{202F}12\u{202F}34",
        "+33639981234",
    ),
    ("phone", "tel:+33639981234", "+33639981234"),
    ("phone", "+44 7700 900123", "+447700900123"),
    (
        "iban",
        "FR14 2004 1010 0505 0001 3M02 606",
        "FR1420041010050500013M02606",
    ),
    (
        "iban",
        "FR1420041010050500013M02606",
        "FR1420041010050500013M02606",
    ),
    (
        "iban",
        "fr14 2004 1010 0505 0001 3m02 606",
        "FR1420041010050500013M02606",
    ),
    (
        "iban",
        "FR14-2004-1010-0505-0001-3M02-606",
        "FR1420041010050500013M02606",
    ),
    (
        "iban",
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000",
    ),
    ("iban", "GB82WEST12345698765432", "GB82WEST12345698765432"),
    ("card", "4970 1012 3456 7893", "497010******7893"),
    ("card", "4970101234567893", "497010******7893"),
    ("card", "4970-1012-3456-7893", "497010******7893"),
    ("card", "4970 10** **** 7893", "497010******7893"),
    ("card_last4", "carte finissant par 1234", "1234"),
    (
        "btc",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    ),
    (
        "btc",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    ),
    (
        "eth",
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    ),
    (
        "tron",
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
    ),
    (
        "ltc",
        "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1",
        "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1",
    ),
    (
        "md5",
        "D41D8CD98F00B204E9800998ECF8427E",
        "d41d8cd98f00b204e9800998ecf8427e",
    ),
    (
        "sha1",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    ),
    (
        "sha256",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ),
    (
        "ssdeep",
        "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO",
        "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO",
    ),
    ("cve", "CVE-2024-3094", "CVE-2024-3094"),
    ("cve", "cve 2024-3094", "CVE-2024-3094"),
    ("cve", "CVE 2024 3094", "CVE-2024-3094"),
    ("attack", "T1059.001", "T1059.001"),
    (
        "uuid",
        "123E4567-E89B-12D3-A456-426614174000",
        "123e4567-e89b-12d3-a456-426614174000",
    ),
    ("telegram", "t.me/colis_relais", "colis_relais"),
    ("telegram", "t[.]me/colis_relais", "colis_relais"),
    ("telegram", "Telegram @colis_relais", "colis_relais"),
    (
        "telegram",
        "tg://resolve?domain=colis_relais",
        "colis_relais",
    ),
    (
        "social",
        "instagram.com/jean.dupont",
        "instagram:jean.dupont",
    ),
    (
        "social",
        "hxxps://www[.]instagram[.]com/jean.dupont/",
        "instagram:jean.dupont",
    ),
    ("social", "Insta : @jean.dupont", "instagram:jean.dupont"),
    (
        "social",
        "https://www.tiktok.com/@jean.dupont",
        "tiktok:jean.dupont",
    ),
    (
        "social",
        "https://steamcommunity.com/id/jeandupont",
        "steam:jeandupont",
    ),
    (
        "social",
        "https://www.twitch.tv/jeandupont",
        "twitch:jeandupont",
    ),
    (
        "social",
        "https://www.youtube.com/@jeandupont",
        "youtube:jeandupont",
    ),
    (
        "social",
        "https://mastodon.social/@jean",
        "mastodon:jean@mastodon.social",
    ),
    (
        "social",
        "https://www.vinted.fr/member/1234567-jean",
        "vinted:1234567",
    ),
    ("siret", "SIRET 732 829 320 00074", "73282932000074"),
    ("siren", "SIREN 732 829 320", "732829320"),
    ("vat", "TVA FR44732829320", "FR44732829320"),
    ("tracking", "LX123456785FR", "LX123456785FR"),
    ("tracking", "LX 123 456 785 FR", "LX123456785FR"),
    ("amount", "1 250,50 €", "1250.50 EUR"),
    ("amount", "300 euros", "300.00 EUR"),
    ("amount", "0.02 BTC", "0.02 BTC"),
    ("amount", "1 500 F CFA", "1500 XOF"),
    ("analytics", "UA-12345678-1", "UA-12345678-1"),
    (
        "onion",
        "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion",
        "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion",
    ),
    ("payment", "paypal.me/jeandupont", "paypal:jeandupont"),
];

#[test]
fn an_identifier_is_found_whatever_stands_around_it() {
    let mut missed = String::new();
    for (kind, raw, canonical) in NOTATIONS {
        let kind: Kind = kind.parse().expect("a kind of the table");
        for around in AROUND {
            let text = around.replace("{}", raw);
            let hits = extract(&text).hits;
            let found = hits
                .iter()
                .any(|hit| hit.kind == kind && hit.canonical == *canonical);
            if !found {
                let hits: Vec<_> = hits
                    .iter()
                    .map(|hit| format!("{} {}", hit.kind, hit.canonical))
                    .collect();
                missed += &format!("{kind} in {text:?}: {hits:?}\n");
            }
        }
    }
    assert!(
        missed.is_empty(),
        "{} missed\n{missed}",
        missed.lines().count()
    );
}
