//! Amounts in the smallest unit of their currency.

use std::fmt;

/// An amount of money: integer minor units (cents, satoshis) and the currency's code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Money {
    /// How many minor units.
    pub minor: i64,
    /// Upper-case code, such as `EUR`.
    pub currency: String,
}

/// How many decimals a currency has: 2 for most, as ISO 4217 says for the others; 8 for bitcoin
/// and 9 for ether, whose smallest unit does not fit an `i64` at useful amounts.
pub fn decimals(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "BTC" => 8,
        "ETH" => 9,
        _ => 2,
    }
}

impl fmt::Display for Money {
    /// As `1250.50 EUR`: for logs and files; pages write it in the reader's way.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = decimals(&self.currency);
        let unit = 10u64.pow(decimals);
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, part) = (
            self.minor.unsigned_abs() / unit,
            self.minor.unsigned_abs() % unit,
        );
        if decimals == 0 {
            write!(f, "{sign}{whole} {}", self.currency)
        } else {
            let width = decimals as usize;
            write!(f, "{sign}{whole}.{part:0width$} {}", self.currency)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_with_the_decimals_of_its_currency() {
        for (minor, currency, expected) in [
            (125_050, "EUR", "1250.50 EUR"),
            (-5, "EUR", "-0.05 EUR"),
            (1_200, "JPY", "1200 JPY"),
            (i64::MIN, "BTC", "-92233720368.54775808 BTC"),
        ] {
            let money = Money {
                minor,
                currency: currency.to_owned(),
            };
            assert_eq!(money.to_string(), expected);
        }
    }
}
