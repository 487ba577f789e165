//! Numbers as people read them.

pub(super) fn share(part: u64, of: u64) -> f64 {
    if of == 0 {
        0.0
    } else {
        part as f64 / of as f64
    }
}

/// Digits in threes, a narrow space between.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.1}\u{202f}%", share * 100.0)
}

pub(super) fn decimal(value: f64) -> String {
    format!("{value:.4}")
}

/// A probability: small ones by their first digits.
pub(super) fn probability(value: f64) -> String {
    // no minus before nought
    let value = value.abs();
    if value == 0.0 || value >= 0.001 {
        format!("{value:.4}")
    } else {
        format!("{value:.1e}")
    }
}

/// With a sign, and the minus that is as wide as the plus.
pub(super) fn signed(bits: f64) -> String {
    // what rounds to nothing is nothing, and no less
    let rounded = (bits * 100.0).round() / 100.0 + 0.0;
    format!("{rounded:+.2}").replace('-', "−")
}

pub(super) fn plain(value: f64) -> String {
    value.to_string().replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!((count(0), count(999)), ("0".to_owned(), "999".to_owned()));
        assert_eq!(
            (signed(-2.5), signed(-0.001)),
            ("−2.50".to_owned(), "+0.00".to_owned())
        );
        assert_eq!(
            (probability(-0.0), probability(2e-7)),
            ("0.0000".to_owned(), "2.0e-7".to_owned())
        );
    }
}
