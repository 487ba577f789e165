//! What a shoot costs: grids of prices as data, each from a day on, and the quote that one gives.
//!
//! A quote names the day it was made on and what it counts ([`Basis`]). The grid that held on that day gives it
//! again to the cent at any later time: grids are added, never changed. Amounts are integer minor units; a share of
//! an amount is rounded half up, line by line, so that lines add up to the total. The format of the file is laid
//! down in `docs/formats/prices.md`.

mod account;
mod grid;

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use account::{Account, Due, Installment, account};
pub use grid::{Grid, Grids};

use crate::words::words;

words! {
    /// What an amount is for.
    Per {
        /// A day.
        Day = "day",
        /// A day of preparation or strike.
        Preparation = "preparation",
        /// An hour.
        Hour = "hour",
    }
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A place.
    Place {
        /// What the applicant reads.
        what: Box<str>,
        /// Its category in the grid.
        category: Box<str>,
        /// Days of shooting.
        days: u32,
        /// Hours a day.
        hours: u32,
        /// Days of preparation and strike.
        preparation: u32,
    },
    /// Things of a kind.
    Item {
        /// What the applicant reads.
        what: Box<str>,
        /// Their category in the grid.
        category: Box<str>,
        /// How many.
        count: u32,
        /// For how many days.
        days: u32,
    },
    /// People of a kind.
    Person {
        /// What the applicant reads.
        what: Box<str>,
        /// Their category in the grid.
        category: Box<str>,
        /// How many.
        count: u32,
        /// For how many hours each.
        hours: u32,
    },
}

/// What a quote is made from: with the grids, it is the quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The day it is made on.
    pub on: Date,
    /// The kind of work: an option of the desk's `project_kind`.
    pub work: Box<str>,
    /// People on set, at most.
    pub team: u32,
    /// What is counted, in the order in which it is read.
    pub lines: Vec<Line>,
}

/// A line with its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// Which line of the basis, from 0.
    pub line: usize,
    /// How many days or hours, of all together.
    pub quantity: u64,
    /// Of what.
    pub per: Per,
    /// Minor units for one.
    pub each: i64,
    /// Minor units for all.
    pub total: i64,
}

/// A quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The first day of the grid it was made with.
    pub grid_from: Date,
    /// False where no source confirms the grid: the quote is an example then, and says so.
    pub confirmed: bool,
    /// Code of the currency.
    pub currency: Box<str>,
    /// The lines; a place with preparation gives two.
    pub lines: Vec<Priced>,
    /// Minor units.
    pub total: i64,
    /// What is due when the convention is signed.
    pub deposit: i64,
    /// What is due after the shoot.
    pub balance: i64,
}

/// Why there is no quote. A person decides the price then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuoteError {
    /// No grid holds on that day.
    #[error("no grid of prices holds on {0}")]
    NoGrid(Date),
    /// The grid has no price for a line.
    #[error("the grid has no price for line {}", line + 1)]
    NoPrice {
        /// Which line, from 0.
        line: usize,
    },
    /// The amounts are out of all range.
    #[error("the amount of line {} is out of range", line + 1)]
    TooMuch {
        /// Which line, from 0.
        line: usize,
    },
}

/// The quote that the grids give.
///
/// # Errors
/// No grid holds on its day, or that grid has no price for a line.
pub fn quote(grids: &Grids, basis: &Basis) -> Result<Quote, QuoteError> {
    let grid = grids.on(basis.on).ok_or(QuoteError::NoGrid(basis.on))?;
    let mut lines = Vec::new();
    let mut total = 0i64;
    for (at, line) in basis.lines.iter().enumerate() {
        for (quantity, per, each) in prices(grid, basis, line, at)? {
            let too_much = QuoteError::TooMuch { line: at };
            let amount = i64::try_from(quantity)
                .ok()
                .and_then(|quantity| each.checked_mul(quantity))
                .ok_or_else(|| too_much.clone())?;
            total = total.checked_add(amount).ok_or(too_much)?;
            lines.push(Priced {
                line: at,
                quantity,
                per,
                each,
                total: amount,
            });
        }
    }
    let deposit = share(total, grid.deposit_percent);
    Ok(Quote {
        grid_from: grid.from,
        confirmed: grid.confirmed,
        currency: grid.currency.clone(),
        lines,
        total,
        deposit,
        balance: total - deposit,
    })
}

/// What a line counts and the price of one.
fn prices(
    grid: &Grid,
    basis: &Basis,
    line: &Line,
    at: usize,
) -> Result<Vec<(u64, Per, i64)>, QuoteError> {
    let no_price = QuoteError::NoPrice { line: at };
    let priced = match line {
        Line::Place {
            category,
            days,
            hours,
            preparation,
            ..
        } => {
            let day = grid
                .place(category, &basis.work, basis.team, *hours)
                .ok_or(no_price)?;
            vec![
                (u64::from(*days), Per::Day, day),
                (
                    u64::from(*preparation),
                    Per::Preparation,
                    share(day, grid.preparation_percent),
                ),
            ]
        }
        Line::Item {
            category,
            count,
            days,
            ..
        } => vec![(
            u64::from(*count) * u64::from(*days),
            Per::Day,
            grid.item(category).ok_or(no_price)?,
        )],
        Line::Person {
            category,
            count,
            hours,
            ..
        } => vec![(
            u64::from(*count) * u64::from(*hours),
            Per::Hour,
            grid.person(category).ok_or(no_price)?,
        )],
    };
    Ok(priced
        .into_iter()
        .filter(|(quantity, ..)| *quantity > 0)
        .collect())
}

/// So many hundredths of an amount that is not negative, rounded half up.
fn share(amount: i64, percent: u8) -> i64 {
    let rounded = (i128::from(amount) * i128::from(percent) + 50) / 100;
    // At most the amount, for a percentage is at most a hundred.
    i64::try_from(rounded).unwrap_or(amount)
}
