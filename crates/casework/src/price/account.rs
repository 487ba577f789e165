use super::{Basis, Grids, Quote, QuoteError, quote};
use crate::words::words;

words! {
    /// Why an amount is due.
    Installment {
        /// The convention was signed.
        Deposit = "deposit",
        /// A later quote asks for another deposit: what is missing, or is given back.
        Complement = "complement",
        /// The shoot is over.
        Balance = "balance",
    }
}

/// An amount on an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Why.
    pub what: Installment,
    /// By which quote, from 0.
    pub quote: usize,
    /// Minor units; negative where it is given back.
    pub amount: i64,
}

/// What a project owes: its quotes, each in the place of the one before it, and what each makes due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The quotes, the first one first.
    pub quotes: Vec<Quote>,
    /// What is due, in order; it adds up to the total of the last quote.
    pub dues: Vec<Due>,
}

/// What quotes come to, made again from what each counts. Empty without any.
///
/// # Errors
/// The first quote that the grids do not give.
pub fn account(grids: &Grids, bases: &[Basis]) -> Result<Account, QuoteError> {
    let quotes: Vec<Quote> = bases
        .iter()
        .map(|basis| quote(grids, basis))
        .collect::<Result<_, _>>()?;
    let mut dues = Vec::new();
    let mut paid = 0;
    for (at, quote) in quotes.iter().enumerate() {
        let what = if at == 0 {
            Installment::Deposit
        } else {
            Installment::Complement
        };
        if quote.deposit != paid {
            dues.push(Due {
                what,
                quote: at,
                amount: quote.deposit - paid,
            });
        }
        paid = quote.deposit;
    }
    if let Some(last) = quotes.last().filter(|last| last.balance != 0) {
        dues.push(Due {
            what: Installment::Balance,
            quote: quotes.len() - 1,
            amount: last.balance,
        });
    }
    Ok(Account { quotes, dues })
}
