//! IBAN, Bitcoin and Ethereum addresses: shapes that carry their own proof.

use sha3::{Digest, Keccak256};

use crate::{Kind, Observable, ParseError, Proof};

/// Length of an IBAN by country, from the registry's 2024 releases, in order of country.
static IBAN_LENGTHS: [(&[u8; 2], u8); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// The length that an IBAN of this country has, if the country uses IBAN.
pub(crate) fn iban_length(country: [u8; 2]) -> Option<usize> {
    let country = country.map(|byte| byte.to_ascii_uppercase());
    IBAN_LENGTHS
        .binary_search_by(|(code, _)| (*code).cmp(&country))
        .ok()
        .map(|at| usize::from(IBAN_LENGTHS[at].1))
}

/// What stands at a place where an IBAN may begin.
pub(crate) enum IbanScan {
    Found {
        end: usize,
        canonical: String,
    },
    /// Country, length and grouping of an IBAN, but the check digits are wrong.
    BadChecksum {
        end: usize,
    },
}

/// Reads an IBAN from `start`, letting single separators stand between its characters.
///
/// The country tells how many characters to read, so that a capitalised word that follows is not
/// eaten. Reads at most 68 bytes.
pub(crate) fn iban_at(text: &[u8], start: usize) -> Option<IbanScan> {
    let country = [*text.get(start)?, *text.get(start + 1)?];
    let length = iban_length(country)?;
    let mut compact = [0u8; 34];
    let mut read = 0;
    let mut at = start;
    while read < length {
        let byte = *text.get(at)?;
        if byte.is_ascii_alphanumeric() {
            compact[read] = byte.to_ascii_uppercase();
            read += 1;
        } else if !matches!(byte, b' ' | b'-' | b'.') || !text[at - 1].is_ascii_alphanumeric() {
            return None;
        }
        at += 1;
    }
    if text.get(at).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let compact = &compact[..length];
    if !compact[2..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    if mod_97(compact) == 1 {
        let canonical = compact.iter().map(|&byte| char::from(byte)).collect();
        return Some(IbanScan::Found { end: at, canonical });
    }
    // Words may look like one; a mistyped account has mostly digits.
    let digits = compact.iter().filter(|byte| byte.is_ascii_digit()).count();
    (digits * 3 >= length * 2).then_some(IbanScan::BadChecksum { end: at })
}

/// The number that an IBAN spells when its first four characters go last and letters count from 10,
/// modulo 97: 1 when the check digits are right.
fn mod_97(compact: &[u8]) -> u32 {
    compact[4..]
        .iter()
        .chain(&compact[..4])
        .fold(0, |rest, &byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        })
}

pub(crate) fn iban(text: &str) -> Result<(String, Proof), ParseError> {
    match iban_at(text.as_bytes(), 0) {
        Some(IbanScan::Found { end, canonical }) if end == text.len() => {
            Ok((canonical, Proof::Checksum))
        }
        Some(IbanScan::BadChecksum { end }) if end == text.len() => {
            Err(ParseError::Checksum { kind: Kind::Iban })
        }
        _ => Err(ParseError::Shape { kind: Kind::Iban }),
    }
}

/// What an IBAN says of an account, each part as written in it.
///
/// ```
/// use observables::{Kind, Observable, iban_parts};
///
/// let iban = Observable::parse(Kind::Iban, "DE89 3704 0044 0532 0130 00")?;
/// let parts = iban_parts(&iban).unwrap();
/// assert_eq!((parts.country.as_str(), parts.bank.as_str()), ("DE", "37040044"));
/// assert_eq!((parts.branch, parts.account.as_str()), (None, "0532013000"));
/// # Ok::<(), observables::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IbanParts {
    /// Two letters of ISO 3166-1.
    pub country: String,
    /// The bank's national code.
    pub bank: String,
    /// The branch's national code, where the country has one.
    pub branch: Option<String>,
    /// The account's number at the bank, without the national check digits.
    pub account: String,
}

/// The bank, the branch and the account that an IBAN holds, for the countries whose structure is known here.
///
/// Positions are those of the SWIFT IBAN registry (ISO 13616). `None` for other kinds and countries.
///
/// ```
/// use observables::{Kind, Observable, iban_parts};
///
/// let iban = Observable::parse(Kind::Iban, "FR14 2004 1010 0505 0001 3M02 606")?;
/// let parts = iban_parts(&iban).unwrap();
/// assert_eq!((parts.bank.as_str(), parts.branch.as_deref()), ("20041", Some("01005")));
/// # Ok::<(), observables::ParseError>(())
/// ```
pub fn iban_parts(iban: &Observable) -> Option<IbanParts> {
    if iban.kind() != Kind::Iban {
        return None;
    }
    let text = iban.canonical();
    let country = text.get(..2)?;
    // Counted from the first letter of the IBAN.
    let (bank, branch, account) = match country {
        "FR" | "MC" => (4..9, Some(9..14), 14..25),
        "BE" => (4..7, None, 7..14),
        "DE" => (4..12, None, 12..22),
        "ES" => (4..8, Some(8..12), 14..24),
        // A check letter comes first.
        "IT" | "SM" => (5..10, Some(10..15), 15..27),
        "PT" => (4..8, Some(8..12), 12..23),
        "NL" => (4..8, None, 8..18),
        "GB" | "IE" => (4..8, Some(8..14), 14..22),
        "LU" => (4..7, None, 7..20),
        "CH" | "LI" => (4..9, None, 9..21),
        "AT" | "LT" => (4..9, None, 9..20),
        "PL" => (4..7, Some(7..11), 12..28),
        _ => return None,
    };
    let part = |range: std::ops::Range<usize>| text.get(range).map(str::to_owned);
    Some(IbanParts {
        country: country.to_owned(),
        bank: part(bank)?,
        branch: match branch {
            Some(range) => Some(part(range)?),
            None => None,
        },
        account: part(account)?,
    })
}

/// Groups of four, as on a bank's paper.
pub(crate) fn iban_display(canonical: &str) -> String {
    let mut shown = String::with_capacity(canonical.len() + canonical.len() / 4);
    for (at, character) in canonical.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            shown.push(' ');
        }
        shown.push(character);
    }
    shown
}

/// Whether a run of letters and digits is worth decoding as a Bitcoin address.
pub(crate) fn looks_btc(run: &[u8]) -> bool {
    match run {
        [b'1' | b'3', ..] => {
            (26..=35).contains(&run.len()) && run.iter().any(u8::is_ascii_alphabetic)
        }
        [b'b' | b'B', b'c' | b'C', b'1', ..] => (42..=62).contains(&run.len()),
        _ => false,
    }
}

pub(crate) fn btc(text: &str) -> Result<(String, Proof), ParseError> {
    let bytes = text.as_bytes();
    if !looks_btc(bytes) {
        return Err(ParseError::Shape { kind: Kind::Btc });
    }
    if matches!(bytes[0], b'1' | b'3') {
        let mut payload = [0u8; 32];
        let read = bs58::decode(text).with_check(None).onto(&mut payload);
        // Version 0 pays to a key and begins with 1, version 5 pays to a script and begins with 3.
        return match read {
            Ok(21) if matches!(payload[0], 0 | 5) => Ok((text.to_owned(), Proof::Checksum)),
            Ok(_) => Err(ParseError::Shape { kind: Kind::Btc }),
            Err(bs58::decode::Error::InvalidCharacter { .. }) => {
                Err(ParseError::Shape { kind: Kind::Btc })
            }
            Err(_) => Err(ParseError::Checksum { kind: Kind::Btc }),
        };
    }
    match bech32::segwit::decode(text) {
        Ok(_) => Ok((text.to_ascii_lowercase(), Proof::Checksum)),
        Err(_) => Err(ParseError::Checksum { kind: Kind::Btc }),
    }
}

/// Whether a run of letters and digits has the form of an Ethereum address.
pub(crate) fn looks_eth(run: &[u8]) -> bool {
    run.len() == 42
        && run[0] == b'0'
        && matches!(run[1], b'x' | b'X')
        && run[2..].iter().all(u8::is_ascii_hexdigit)
}

/// An address in one case proves nothing but its shape; one in mixed case carries a checksum. A
/// wrong one is kept as a shape: people retype addresses, and the account is the same.
pub(crate) fn eth(text: &str) -> Result<(String, Proof), ParseError> {
    if !looks_eth(text.as_bytes()) {
        return Err(ParseError::Shape { kind: Kind::Eth });
    }
    let digits = &text[2..];
    let lower = digits.to_ascii_lowercase();
    let hash = Keccak256::digest(lower.as_bytes());
    let mut canonical = String::with_capacity(42);
    canonical.push_str("0x");
    for (at, character) in lower.chars().enumerate() {
        let nibble = hash[at / 2] >> (4 * (1 - at % 2)) & 0xF;
        canonical.push(if nibble >= 8 {
            character.to_ascii_uppercase()
        } else {
            character
        });
    }
    let mixed = digits.bytes().any(|byte| byte.is_ascii_lowercase())
        && digits.bytes().any(|byte| byte.is_ascii_uppercase());
    let proof = if mixed && canonical[2..] == *digits {
        Proof::Checksum
    } else {
        Proof::Shape
    };
    Ok((canonical, proof))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_in_order_for_the_search() {
        assert!(IBAN_LENGTHS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(IBAN_LENGTHS.iter().all(|(code, length)| iban_length(**code)
            == Some(usize::from(*length))
            && *length <= 34));
    }

    #[test]
    fn parts_of_an_account_are_where_the_country_has_them() {
        // The registry's examples.
        for (iban, bank, branch, account) in [
            (
                "FR1420041010050500013M02606",
                "20041",
                "01005",
                "0500013M026",
            ),
            ("BE68539007547034", "539", "", "0075470"),
            ("DE89370400440532013000", "37040044", "", "0532013000"),
            ("ES9121000418450200051332", "2100", "0418", "0200051332"),
            (
                "IT60X0542811101000000123456",
                "05428",
                "11101",
                "000000123456",
            ),
            ("PT50000201231234567890154", "0002", "0123", "12345678901"),
            ("NL91ABNA0417164300", "ABNA", "", "0417164300"),
            ("GB29NWBK60161331926819", "NWBK", "601613", "31926819"),
            ("IE29AIBK93115212345678", "AIBK", "931152", "12345678"),
            ("LU280019400644750000", "001", "", "9400644750000"),
            ("CH9300762011623852957", "00762", "", "011623852957"),
            ("AT611904300234573201", "19043", "", "00234573201"),
            ("LT121000011101001000", "10000", "", "11101001000"),
            (
                "PL61109010140000071219812874",
                "109",
                "0101",
                "0000071219812874",
            ),
        ] {
            let found = Observable::parse(Kind::Iban, iban).unwrap();
            let parts = iban_parts(&found).unwrap();
            assert_eq!(
                (
                    parts.bank.as_str(),
                    parts.branch.as_deref().unwrap_or_default(),
                    parts.account.as_str()
                ),
                (bank, branch, account),
                "{iban}"
            );
        }
    }

    #[test]
    fn one_wrong_character_fails_the_account() {
        let good = "FR1420041010050500013M02606";
        for at in 2..good.len() {
            let same_class = if good.as_bytes()[at].is_ascii_digit() {
                "0123456789"
            } else {
                "ABCXYZ"
            };
            for with in same_class
                .chars()
                .filter(|with| !good[at..].starts_with(*with))
            {
                let mut bad = good.to_owned();
                bad.replace_range(at..=at, with.encode_utf8(&mut [0; 4]));
                assert!(iban(&bad).is_err(), "{bad}");
            }
        }
    }

    #[test]
    fn ethereum_checksum_is_told_from_shape() {
        // The vectors of EIP-55.
        for address in [
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0xde709f2102306220921060314715629080e2fb77",
        ] {
            assert_eq!(eth(address), Ok((address.to_owned(), Proof::Shape)));
        }
        for address in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ] {
            assert_eq!(eth(address), Ok((address.to_owned(), Proof::Checksum)));
        }
        let wrong_case = "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        assert_eq!(
            eth(wrong_case),
            Ok((
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".to_owned(),
                Proof::Shape
            ))
        );
    }

    #[test]
    fn test_networks_are_not_money() {
        assert!(btc("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx").is_err());
        assert!(btc("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn").is_err());
    }
}
