//! The code a person keeps to find their submission again.
//!
//! 130 bits as 26 symbols of Crockford's base 32, then 2 check symbols: the 26 symbols read as a
//! number, modulo 1021 (a prime below 32²), which catches every single wrong symbol and every swap
//! of two neighbours. Shown in seven groups of four. Read in any case, with or without separators,
//! `O` as `0`, `I` and `L` as `1`.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS: usize = 26;
const CHECKS: usize = 2;
const MODULUS: u32 = 1021;
/// Longer input is no code; separators included.
const MAX_TYPED: usize = 200;

/// A tracking code. It is a secret: whoever holds it reads the follow-up page, so `Debug` hides it
/// and the store keeps [`TrackingCode::lookup_hash`] only.
#[derive(Clone, PartialEq, Eq)]
pub struct TrackingCode([u8; SYMBOLS]);

/// Why typed text is no tracking code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrackingCodeError {
    /// Too few or too many symbols.
    #[error("a tracking code has 28 letters and digits")]
    Length,
    /// A character that no code holds.
    #[error("a tracking code has no character {0:?}")]
    Symbol(char),
    /// The check symbols do not fit: a symbol was mistyped.
    #[error("a letter or digit of the tracking code was mistyped")]
    Check,
}

impl TrackingCode {
    /// The code made of the first 130 bits of 32 random bytes, or of a keyed hash.
    pub fn from_bytes(bytes: &[u8; 32]) -> TrackingCode {
        let mut symbols = [0; SYMBOLS];
        for (index, symbol) in symbols.iter_mut().enumerate() {
            let bit = index * 5;
            let pair = u16::from_be_bytes([bytes[bit / 8], bytes[bit / 8 + 1]]);
            *symbol = (pair >> (11 - bit % 8)) as u8 & 31;
        }
        TrackingCode(symbols)
    }

    /// What the store keeps and searches: SHA-256 of `orfevre-tracking-1`, a zero byte, and the 26
    /// symbols without separators. 130 bits cannot be guessed back from it.
    pub fn lookup_hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"orfevre-tracking-1\0");
        hash.update(self.0.map(|symbol| ALPHABET[usize::from(symbol)]));
        hash.finalize().into()
    }

    fn checks(&self) -> [u8; CHECKS] {
        let sum = self
            .0
            .iter()
            .fold(0, |sum, symbol| (sum * 32 + u32::from(*symbol)) % MODULUS);
        [(sum / 32) as u8, (sum % 32) as u8]
    }
}

impl fmt::Display for TrackingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, symbol) in self.0.iter().chain(&self.checks()).enumerate() {
            if index > 0 && index % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(ALPHABET[usize::from(*symbol)]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for TrackingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrackingCode(…)")
    }
}

impl FromStr for TrackingCode {
    type Err = TrackingCodeError;

    fn from_str(typed: &str) -> Result<TrackingCode, TrackingCodeError> {
        if typed.len() > MAX_TYPED {
            return Err(TrackingCodeError::Length);
        }
        let mut symbols = [0; SYMBOLS + CHECKS];
        let mut count = 0;
        for c in typed.chars().filter(|c| !is_separator(*c)) {
            let value = value_of(c).ok_or(TrackingCodeError::Symbol(c))?;
            *symbols.get_mut(count).ok_or(TrackingCodeError::Length)? = value;
            count += 1;
        }
        if count != symbols.len() {
            return Err(TrackingCodeError::Length);
        }
        let mut code = TrackingCode([0; SYMBOLS]);
        code.0.copy_from_slice(&symbols[..SYMBOLS]);
        if code.checks() == symbols[SYMBOLS..] {
            Ok(code)
        } else {
            Err(TrackingCodeError::Check)
        }
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–' | '—' | '.' | '_' | '\u{200b}')
}

fn value_of(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    ALPHABET
        .iter()
        .position(|symbol| char::from(*symbol) == c)
        .map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code() -> TrackingCode {
        TrackingCode::from_bytes(&std::array::from_fn(|i| (i * 37 + 11) as u8))
    }

    /// Frozen: receipts are printed on paper.
    #[test]
    fn the_form_does_not_change() {
        let shown = code().to_string();
        assert_eq!(shown, "1CR5-AYMZ-RKMG-WCTR-FPHC-FV0H-6S2T");
        let hash: String = code()
            .lookup_hash()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(
            hash,
            "8ffaca13f2c7c264e570a14fe4acabbbb76a6b2406c5e3610aca816684f2e035"
        );
    }

    #[test]
    fn a_code_is_read_as_people_copy_it() {
        let shown = code().to_string();
        for typed in [
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('-', ""),
            shown.replace('1', "l").replace('0', "o"),
            shown.replace('1', "I").replace('-', "–"),
            format!("  {shown}\n"),
        ] {
            assert_eq!(typed.parse(), Ok(code()), "{typed}");
        }
        assert_eq!("".parse::<TrackingCode>(), Err(TrackingCodeError::Length));
        assert_eq!(
            "U".parse::<TrackingCode>(),
            Err(TrackingCodeError::Symbol('U'))
        );
        assert_eq!(
            format!("{shown}0").parse::<TrackingCode>(),
            Err(TrackingCodeError::Length)
        );
        assert_eq!(format!("{:?}", code()), "TrackingCode(…)");
    }

    #[test]
    fn every_wrong_symbol_and_every_swap_is_caught() {
        let good: Vec<char> = code().to_string().replace('-', "").chars().collect();
        for at in 0..good.len() {
            for symbol in ALPHABET.iter().map(|b| char::from(*b)) {
                let mut typed = good.clone();
                typed[at] = symbol;
                let read = typed.iter().collect::<String>().parse::<TrackingCode>();
                assert_eq!(read.is_ok(), typed == good);
            }
            if at > 0 {
                let mut typed = good.clone();
                typed.swap(at - 1, at);
                let read = typed.iter().collect::<String>().parse::<TrackingCode>();
                assert_eq!(read.is_ok(), typed == good);
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_make_a_code_that_reads_back(bytes: [u8; 32]) {
            let code = TrackingCode::from_bytes(&bytes);
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,60}") {
            let _ = text.parse::<TrackingCode>();
        }
    }
}
