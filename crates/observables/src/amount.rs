//! Sums of money: a number with its currency, in French and English notation.

use crate::{Kind, ParseError, Proof, context::letter_after, extract::Scanner};

/// A currency or a coin.
struct Currency {
    /// ISO 4217's code, or the one exchanges use.
    code: &'static str,
    /// Decimals that are always written; `COIN` for coins, whose zeros are dropped.
    minor: u8,
}

const COIN: u8 = 255;

const fn fiat(code: &'static str) -> Currency {
    Currency { code, minor: 2 }
}

const fn coin(code: &'static str) -> Currency {
    Currency { code, minor: COIN }
}

/// A number as it was written.
struct Number<'a> {
    end: usize,
    /// Digits and separators before the decimals, and the decimals.
    whole: &'a [u8],
    decimals: &'a [u8],
    /// One separator and three digits: thousands of euros, or thousandths of a coin.
    ambiguous: bool,
}

/// Most digits before the decimals, and most of them.
const WHOLE: usize = 15;
const DECIMALS: usize = 18;

/// Reads a number that begins at `start`: `1 250,50`, `1.250,50`, `1,250.50`, `1'250.50`, `300`, `0.02`.
/// Looks at 64 bytes at most.
fn number_at(bytes: &[u8], start: usize) -> Option<Number<'_>> {
    let digits = |from: usize, most: usize| {
        let window = bytes.get(from..).unwrap_or_default();
        window
            .iter()
            .take(most)
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let first = digits(start, WHOLE + 1);
    if first == 0 || first > WHOLE {
        return None;
    }
    let mut at = start + first;
    let mut separator = None;
    let mut groups = 0;
    if first <= 3 && bytes[start] != b'0' {
        while groups < 4
            && let Some(&next @ (b' ' | b'.' | b',' | b'\'')) = bytes.get(at)
            && separator.is_none_or(|known| known == next)
            && digits(at + 1, 4) == 3
        {
            separator = Some(next);
            groups += 1;
            at += 4;
        }
    }
    let whole_end = at;
    let mut decimals: &[u8] = &[];
    if let Some(&point @ (b'.' | b',')) = bytes.get(at) {
        let count = digits(at + 1, DECIMALS + 1);
        if count > 0 {
            // "1.2.3" is a version or a date.
            if separator == Some(point) || count > DECIMALS {
                return None;
            }
            decimals = &bytes[at + 1..at + 1 + count];
            at += 1 + count;
            if matches!(bytes.get(at), Some(b'.' | b',')) && digits(at + 1, 1) == 1 {
                return None;
            }
        } else if bytes.get(at + 1) == Some(&b'-') {
            // "300,- €"
            at += 2;
        }
    }
    let ambiguous = groups == 1 && decimals.is_empty() && matches!(separator, Some(b'.' | b','));
    Some(Number {
        end: at,
        whole: &bytes[start..whole_end],
        decimals,
        ambiguous,
    })
}

/// The currency whose sign or name stands at `at`, and where it ends.
fn currency_at(bytes: &[u8], at: usize) -> Option<(usize, Currency)> {
    let rest = bytes.get(at..)?;
    let (length, currency) = match rest {
        [b'$', ..] => (1, fiat("USD")),
        [0xE2, 0x82, 0xAC, ..] => (3, fiat("EUR")),
        [0xE2, 0x82, 0xBF, ..] => (3, coin("BTC")),
        [0xC2, 0xA3, ..] => (2, fiat("GBP")),
        [0xC2, 0xA5, ..] => (
            2,
            Currency {
                code: "JPY",
                minor: 0,
            },
        ),
        [first, ..] if first.is_ascii_alphabetic() => return name_at(bytes, at),
        _ => return None,
    };
    Some((at + length, currency))
}

/// The letters at `at`, in lower case, and how many there are; 0 when more than a name has.
fn letters_at(bytes: &[u8], at: usize, word: &mut [u8; 12]) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest
        .iter()
        .take(13)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    if length > 12 {
        return 0;
    }
    for (lower, byte) in word.iter_mut().zip(&rest[..length]) {
        *lower = byte.to_ascii_lowercase();
    }
    length
}

fn name_at(bytes: &[u8], at: usize) -> Option<(usize, Currency)> {
    let mut word = [0u8; 12];
    let length = letters_at(bytes, at, &mut word);
    let mut end = at + length;
    // "US$ 20", "20 US$"
    if bytes.get(end) == Some(&b'$') {
        let currency = dollar(&word[..length])?;
        return Some((end + 1, currency));
    }
    let capitals = length > 0 && bytes[at..end].iter().all(u8::is_ascii_uppercase);
    let mut second = [0u8; 12];
    let second_length = if bytes.get(end) == Some(&b' ') {
        letters_at(bytes, end + 1, &mut second)
    } else {
        0
    };
    let second = &second[..second_length];
    let mut with_second = false;
    let currency = match &word[..length] {
        b"euro" | b"euros" | b"eur" | b"eu" if length > 2 => fiat("EUR"),
        b"dollar" | b"dollars" => match second {
            b"us" | b"usd" => {
                with_second = true;
                fiat("USD")
            }
            b"canadiens" | b"canadien" => {
                with_second = true;
                fiat("CAD")
            }
            b"australiens" | b"australien" => {
                with_second = true;
                fiat("AUD")
            }
            _ => fiat("USD"),
        },
        b"usd" => fiat("USD"),
        b"us" if matches!(second, b"dollars" | b"dollar") => {
            with_second = true;
            fiat("USD")
        }
        b"canadian" if matches!(second, b"dollars" | b"dollar") => {
            with_second = true;
            fiat("CAD")
        }
        b"gbp" | b"pounds" => {
            with_second = second == b"sterling";
            fiat("GBP")
        }
        b"livre" | b"livres" | b"pound" if second == b"sterling" => {
            with_second = true;
            fiat("GBP")
        }
        b"chf" => fiat("CHF"),
        b"franc" | b"francs" => match second {
            b"suisse" | b"suisses" => {
                with_second = true;
                fiat("CHF")
            }
            b"cfa" => {
                with_second = true;
                Currency {
                    code: "XOF",
                    minor: 0,
                }
            }
            _ => return None,
        },
        b"swiss" if matches!(second, b"francs" | b"franc") => {
            with_second = true;
            fiat("CHF")
        }
        b"f" if second == b"cfa" => {
            with_second = true;
            Currency {
                code: "XOF",
                minor: 0,
            }
        }
        b"fcfa" | b"cfa" | b"xof" => Currency {
            code: "XOF",
            minor: 0,
        },
        b"yen" | b"yens" => Currency {
            code: "JPY",
            minor: 0,
        },
        b"yuan" | b"yuans" => fiat("CNY"),
        b"rouble" | b"roubles" | b"rubles" => fiat("RUB"),
        b"btc" | b"bitcoin" | b"bitcoins" => coin("BTC"),
        b"eth" | b"ether" | b"ethers" | b"ethereum" => coin("ETH"),
        b"usdt" | b"tether" => coin("USDT"),
        b"usdc" => coin("USDC"),
        b"xmr" | b"monero" => coin("XMR"),
        b"ltc" | b"litecoin" | b"litecoins" => coin("LTC"),
        b"trx" => coin("TRX"),
        b"xrp" => coin("XRP"),
        b"doge" | b"dogecoin" | b"dogecoins" => coin("DOGE"),
        b"bnb" => coin("BNB"),
        // Words and abbreviations of other things unless in capitals.
        b"sol" if capitals => coin("SOL"),
        b"ton" if capitals => coin("TON"),
        b"bch" if capitals => coin("BCH"),
        b"dai" if capitals => coin("DAI"),
        b"ada" if capitals => coin("ADA"),
        b"jpy" if capitals => Currency {
            code: "JPY",
            minor: 0,
        },
        b"xaf" if capitals => Currency {
            code: "XAF",
            minor: 0,
        },
        b"xpf" if capitals => Currency {
            code: "XPF",
            minor: 0,
        },
        b"tnd" if capitals => Currency {
            code: "TND",
            minor: 3,
        },
        three if capitals && three.len() == 3 => fiat(
            PLAIN_CODES
                .iter()
                .find(|code| three.eq_ignore_ascii_case(code.as_bytes()))?,
        ),
        _ => return None,
    };
    if with_second {
        end += 1 + second_length;
    }
    let glued = letter_after(bytes, end) || bytes.get(end) == Some(&b'_');
    (!glued).then_some((end, currency))
}

/// Codes of ISO 4217 with two decimals that a French or English text may hold, always in capitals.
const PLAIN_CODES: [&str; 24] = [
    "CAD", "AUD", "NZD", "CNY", "HKD", "SGD", "INR", "RUB", "UAH", "PLN", "CZK", "HUF", "RON",
    "BGN", "SEK", "NOK", "DKK", "TRY", "MAD", "DZD", "AED", "ILS", "BRL", "MXN",
];

fn dollar(before: &[u8]) -> Option<Currency> {
    Some(match before {
        b"us" | b"usd" => fiat("USD"),
        b"c" | b"ca" | b"can" => fiat("CAD"),
        b"a" | b"au" => fiat("AUD"),
        b"hk" => fiat("HKD"),
        _ => return None,
    })
}

/// The currency whose sign or code ends at `at`, perhaps before a space, and where it begins.
fn currency_before(bytes: &[u8], at: usize) -> Option<(usize, Currency)> {
    let mut end = at;
    if end > 0 && bytes[end - 1] == b' ' {
        end -= 1;
    }
    let window = &bytes[end.saturating_sub(4)..end];
    let (mut start, mut currency) = match window {
        [.., b'$'] => (end - 1, fiat("USD")),
        [.., 0xE2, 0x82, 0xAC] => (end - 3, fiat("EUR")),
        [.., 0xE2, 0x82, 0xBF] => (end - 3, coin("BTC")),
        [.., 0xC2, 0xA3] => (end - 2, fiat("GBP")),
        [.., 0xC2, 0xA5] => (
            end - 2,
            Currency {
                code: "JPY",
                minor: 0,
            },
        ),
        [.., last] if last.is_ascii_uppercase() => {
            let length = window
                .iter()
                .rev()
                .take_while(|byte| byte.is_ascii_uppercase())
                .count();
            if length < 3 {
                return None;
            }
            let start = end - length;
            // The code must be read whole: what follows is a space or the number.
            let mut word = [0u8; 4];
            word[..length].copy_from_slice(&bytes[start..end]);
            let (read, currency) = name_at(&word[..length], 0)?;
            if read != length {
                return None;
            }
            (start, currency)
        }
        _ => return None,
    };
    // "US$ 20", "CA$20"
    if bytes[start] == b'$' {
        let letters = bytes[start.saturating_sub(4)..start]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        if letters > 0 {
            let mut word = [0u8; 4];
            for (lower, byte) in word.iter_mut().zip(&bytes[start - letters..start]) {
                *lower = byte.to_ascii_lowercase();
            }
            currency = dollar(&word[..letters])?;
            start -= letters;
        }
    }
    // "100 € 200": the sign belongs to the number before it.
    let before = bytes[..start].last().copied();
    let beyond = start.checked_sub(2).map(|at| bytes[at]);
    let taken = match before {
        Some(b' ') => beyond.is_some_and(|byte| byte.is_ascii_digit()),
        Some(byte) => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'#'),
        None => false,
    };
    (!taken).then_some((start, currency))
}

/// Zeros that a word after the number stands for (`k`, *mille*, *millions d'*), and where it ends.
fn multiplier_at(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let from = if bytes.get(at) == Some(&b' ') {
        at + 1
    } else {
        at
    };
    let mut word = [0u8; 12];
    let length = letters_at(bytes, from, &mut word);
    let zeros = match &word[..length] {
        b"k" => return Some((3, from + 1)),
        b"m" if bytes.get(from) == Some(&b'M') || from == at => return Some((6, from + 1)),
        // "3kEUR", "3Keuros"
        b"keur" | b"keuro" | b"keuros" | b"kusd" | b"kchf" => {
            return Some((3, from + 1));
        }
        b"mille" | b"thousand" => 3,
        b"million" | b"millions" => 6,
        b"milliard" | b"milliards" | b"billion" | b"billions" => 9,
        _ => return None,
    };
    let end = from + length;
    let rest = bytes.get(end..).unwrap_or_default();
    let joint = match rest {
        [b' ', b'd' | b'D', b'\'', ..] => 3,
        [b' ', b'd' | b'D', 0xE2, 0x80, 0x99, ..] => 5,
        [b' ', b'd' | b'D', b'e' | b'E', b' ', ..] => 3,
        [b' ', b'o', b'f', b' ', ..] => 3,
        _ => 0,
    };
    Some((zeros, end + joint))
}

/// The end of `at` after at most one space.
fn past_space(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) == Some(&b' ') {
        at + 1
    } else {
        at
    }
}

/// A sum whose number begins at `start`: where it begins and ends, and its canonical form.
fn amount_at(bytes: &[u8], start: usize) -> Option<(usize, usize, String)> {
    // The middle of another number.
    if start > 1
        && matches!(bytes[start - 1], b'.' | b',' | b'\'')
        && bytes[start - 2].is_ascii_digit()
    {
        return None;
    }
    let number = number_at(bytes, start)?;
    // Nothing is kept of the number until its currency is known.
    let after = currency_at(bytes, past_space(bytes, number.end));
    if let Some((mut end, currency)) = after {
        let mut cents: &[u8] = &[];
        // "12€50", "12 euros 50."
        if number.decimals.is_empty() {
            let at = if bytes[end - 1] == 0xAC {
                end
            } else {
                past_space(bytes, end)
            };
            let written = bytes.get(at..at + 2);
            let ends = match bytes.get(at + 2) {
                None | Some(b';' | b')' | b'!' | b'?' | b'\n') => true,
                Some(b'.' | b',') => !bytes.get(at + 3).is_some_and(u8::is_ascii_digit),
                Some(byte) => at == end && !byte.is_ascii_alphanumeric(),
            };
            if let Some(two) = written
                && two.iter().all(u8::is_ascii_digit)
                && ends
                && currency.code == "EUR"
            {
                cents = two;
                end = at + 2;
            }
        }
        let decimals = if cents.is_empty() {
            number.decimals
        } else {
            cents
        };
        let canonical = canonical(&number, decimals, 0, &currency)?;
        return Some((start, end, canonical));
    }
    let multiplier = multiplier_at(bytes, number.end);
    if let Some((zeros, at)) = multiplier
        && let Some((end, currency)) = currency_at(bytes, past_space(bytes, at))
    {
        return Some((
            start,
            end,
            canonical(&number, number.decimals, zeros, &currency)?,
        ));
    }
    let (from, currency) = currency_before(bytes, start)?;
    let (zeros, end) = match multiplier {
        Some((zeros, end)) if !letter_after(bytes, end) => (zeros, end),
        _ => (0, number.end),
    };
    let end = if bytes[end - 1] == b' ' || bytes[end - 1] == b'\'' {
        number.end
    } else {
        end
    };
    if letter_after(bytes, end) || bytes.get(end) == Some(&b'%') {
        return None;
    }
    let canonical = canonical(&number, number.decimals, zeros, &currency)?;
    Some((from, end, canonical))
}

/// Digits, a point, decimals, a space and the code; none where a multiplier makes more digits than are read.
fn canonical(
    number: &Number<'_>,
    decimals: &[u8],
    zeros: usize,
    currency: &Currency,
) -> Option<String> {
    let digits = |bytes: &[u8]| -> String {
        bytes
            .iter()
            .filter(|byte| byte.is_ascii_digit())
            .map(|byte| char::from(*byte))
            .collect()
    };
    let mut whole = digits(number.whole);
    let mut decimals = digits(decimals);
    // A bank writes thousandths of nothing: "1.250 EUR" is a thousand and more, "1.250 BTC" is not; and
    // "1,250 million" is not a thousand millions either.
    let is_coin = currency.minor == COIN || currency.minor == 3;
    if number.ambiguous && (is_coin || zeros > 0) {
        decimals = whole.split_off(whole.len() - 3);
    }
    for _ in 0..zeros {
        whole.push(if decimals.is_empty() {
            '0'
        } else {
            decimals.remove(0)
        });
    }
    let mut text = whole.trim_start_matches('0').to_owned();
    if text.is_empty() {
        text.push('0');
    }
    if text.len() > WHOLE {
        return None;
    }
    while decimals.ends_with('0') {
        decimals.pop();
    }
    let minor = if currency.minor == COIN {
        0
    } else {
        usize::from(currency.minor)
    };
    while decimals.len() < minor {
        decimals.push('0');
    }
    // Three decimals would read back as thousands.
    if decimals.len() == 3 && !is_coin {
        decimals.push('0');
    }
    if !decimals.is_empty() {
        text.push('.');
        text.push_str(&decimals);
    }
    text.push(' ');
    text.push_str(currency.code);
    Some(text)
}

pub(crate) fn amount(text: &str) -> Result<(String, Proof), ParseError> {
    let shape = ParseError::Shape { kind: Kind::Amount };
    let bytes = text.as_bytes();
    if bytes.len() > 96 {
        return Err(shape);
    }
    let Some(start) = bytes.iter().position(u8::is_ascii_digit) else {
        return Err(shape);
    };
    match amount_at(bytes, start) {
        Some((0, end, canonical)) if end == bytes.len() => Ok((canonical, Proof::Shape)),
        _ => Err(shape),
    }
}

/// As a French text writes it: thousands apart by thin spaces, a decimal comma, the sign after.
pub(crate) fn amount_display(canonical: &str) -> String {
    let Some((number, code)) = canonical.rsplit_once(' ') else {
        return canonical.to_owned();
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let mut shown = String::with_capacity(canonical.len() + 16);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            shown.push('\u{202F}');
        }
        shown.push(digit);
    }
    if decimals.chars().any(|digit| digit != '0') {
        shown.push(',');
        shown.push_str(decimals);
    }
    shown.push('\u{A0}');
    shown.push_str(match code {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        code => code,
    });
    shown
}

impl Scanner<'_> {
    /// A sum whose number begins at a run of letters and digits; its currency may stand before or after.
    /// Answers where the walk goes on.
    pub(crate) fn amount(&mut self, start: usize, end: usize) -> Option<usize> {
        let run = &self.bytes[start..end];
        // "EUR300"
        let letters = match run {
            [b'0'..=b'9', ..] => 0,
            [b'A'..=b'Z', b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', ..] => 3,
            [b'U', b'S', b'D', b'T' | b'C', b'0'..=b'9', ..] => 4,
            _ => return None,
        };
        // More digits than a sum has, and no currency beside them.
        self.work += 12;
        let (from, after, canonical) = amount_at(self.bytes, start + letters)?;
        if letters > 0 && from != start {
            return None;
        }
        self.work += after - from;
        self.push(Kind::Amount, canonical, Proof::Shape, from..after);
        Some(after)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Observable, display, extract};

    fn check(text: &str, expected: &[&str]) {
        let hits = extract(text).hits;
        let found: Vec<&str> = hits
            .iter()
            .filter(|hit| hit.kind == Kind::Amount)
            .map(|hit| hit.canonical.as_str())
            .collect();
        assert_eq!(found, expected, "in {text:?}");
    }

    #[test]
    fn notations_of_a_sum_fold() {
        for text in [
            "1 250,50 €",
            "1\u{A0}250,50\u{A0}€",
            "1\u{202F}250,50 €",
            "1.250,50 €",
            "1,250.50 EUR",
            "1250.5 euros",
            "1250,50€",
            "€1,250.50",
            "€ 1250.50",
            "EUR 1 250,50",
            "EUR1250.50",
            "1250€50",
            "1 250 euros 50.",
            "1'250.50 eur",
            "1,2505 k€",
        ] {
            check(text, &["1250.50 EUR"]);
            check(&format!("J'ai payé {text}"), &["1250.50 EUR"]);
        }
        for (text, expected) in [
            ("300 euros", "300.00 EUR"),
            ("1 500€", "1500.00 EUR"),
            ("1.500 €", "1500.00 EUR"),
            ("3k€", "3000.00 EUR"),
            ("3 K€", "3000.00 EUR"),
            ("2,5 M€", "2500000.00 EUR"),
            ("2,5 millions d'euros", "2500000.00 EUR"),
            ("5 mille euros", "5000.00 EUR"),
            ("$ 1,200", "1200.00 USD"),
            ("$1,200.99", "1200.99 USD"),
            ("$3k", "3000.00 USD"),
            ("US$ 20", "20.00 USD"),
            ("20 US$", "20.00 USD"),
            ("CA$20", "20.00 CAD"),
            ("£20", "20.00 GBP"),
            ("20 livres sterling", "20.00 GBP"),
            ("500 francs suisses", "500.00 CHF"),
            ("500 CHF", "500.00 CHF"),
            ("50 000 FCFA", "50000 XOF"),
            ("0.02 BTC", "0.02 BTC"),
            ("0,0200 btc", "0.02 BTC"),
            ("1.250 BTC", "1.25 BTC"),
            ("2 bitcoins", "2 BTC"),
            ("1 500 USDT", "1500 USDT"),
            ("0 €", "0.00 EUR"),
            ("1 000 000 €", "1000000.00 EUR"),
            ("25 SOL", "25 SOL"),
            ("300,- €", "300.00 EUR"),
        ] {
            check(text, &[expected]);
            check(&format!("montant : {text}, puis"), &[expected]);
        }
        check(
            "de 100 € à 200€, puis 300 $ et 20 euros.",
            &["100.00 EUR", "200.00 EUR", "300.00 USD", "20.00 EUR"],
        );
        check("le 15/03/2024 300 €", &["300.00 EUR"]);
        check("30 euros 12 fois", &["30.00 EUR"]);
    }

    #[test]
    fn other_numbers_are_no_sums() {
        for text in [
            "06 12 34 56 78",
            "20 %",
            "12/03/2024",
            "à 12h30, le 3 mai",
            "3 fois, 12 mois, 4 personnes",
            "version 1.2.3 et 10.000.000",
            "3 livres, 2 tons, 10 sol, 5 mad",
            "article 12 du code",
            "10k abonnés, 5 m de tissu, 3 Mo",
            "10 europe, 5 eurosport, 3 dollarisation",
            "RUE12, BAT3, LOT45",
            "50 francs",
            "merci à @CAD97",
        ] {
            check(text, &[]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

        #[test]
        fn sums_read_back(text in "(€|\\$ |EUR |BTC )?[0-9]{1,4}([ .,'][0-9]{2,4}){0,3}([.,][0-9]{1,5})? ?(k|M|mille )?(€|\\$|eur|EUR|euros|BTC|USDT|JPY|TND|FCFA|CHF)?([0-9]{2})?") {
            if let Ok(found) = Observable::parse(Kind::Amount, &text) {
                prop_assert_eq!(&Observable::parse(Kind::Amount, found.canonical()), &Ok(found.clone()));
                let shown = display(&found);
                prop_assert_eq!(&Observable::parse(Kind::Amount, &shown), &Ok(found.clone()), "{}", shown);
            }
        }

        #[test]
        fn made_sums_are_found(euros in 0u64..10_000_000, cents in 0u64..100) {
            let canonical = format!("{euros}.{cents:02} EUR");
            let shown = amount_display(&canonical);
            let hits = extract(&format!("j'ai versé {shown} à ce site")).hits;
            prop_assert!(hits.len() == 1 && hits[0].canonical == canonical, "{} {:?}", shown, hits);
        }
    }
}
