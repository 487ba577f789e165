use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use crate::{money::decimals, problem::FileProblem};

/// Grids of prices, each from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grids(BTreeMap<Date, Grid>);

/// The prices that hold from a day on, until the next grid's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The first day.
    pub from: Date,
    /// False where no source confirms it.
    pub confirmed: bool,
    /// Where it comes from.
    pub source: Box<str>,
    /// Code of the currency.
    pub currency: Box<str>,
    /// Hundredths of the total that are due at signature.
    pub deposit_percent: u8,
    /// Hundredths of a day's price that a day of preparation or strike costs.
    pub preparation_percent: u8,
    places: Vec<Place>,
    items: BTreeMap<Box<str>, i64>,
    persons: BTreeMap<Box<str>, i64>,
}

/// A day in a place of a category, for a kind of work, a team and a day of at most so many.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    category: Box<str>,
    works: Vec<Box<str>>,
    team_up_to: u32,
    hours_up_to: u32,
    price: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    format: u32,
    #[serde(default)]
    grid: Vec<RawGrid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGrid {
    from: String,
    #[serde(default = "yes")]
    confirmed: bool,
    source: Box<str>,
    currency: Box<str>,
    deposit_percent: u8,
    preparation_percent: u8,
    #[serde(default)]
    place: Vec<RawPlace>,
    #[serde(default)]
    item: Vec<RawPrice>,
    #[serde(default)]
    person: Vec<RawPrice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlace {
    category: Box<str>,
    works: Vec<Box<str>>,
    team_up_to: u32,
    hours_up_to: u32,
    price: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrice {
    category: Box<str>,
    price: String,
}

fn yes() -> bool {
    true
}

impl Grids {
    /// Reads a file of prices.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn from_toml(text: &str) -> Result<Grids, FileProblem> {
        let raw: RawFile = toml::from_str(text)
            .map_err(|error| FileProblem::of_toml(text, &error, "see docs/formats/prices.md"))?;
        if raw.format != 1 {
            return Err(FileProblem::new("unknown format", "write format = 1"));
        }
        let mut grids = BTreeMap::new();
        for raw in raw.grid {
            let grid = Grid::checked(raw)?;
            if let Some(twice) = grids.insert(grid.from, grid) {
                return Err(FileProblem::new(
                    format!("two grids begin on {}", twice.from),
                    "give the later one its own first day",
                ));
            }
        }
        Ok(Grids(grids))
    }

    /// The grid that holds on a day.
    pub fn on(&self, day: Date) -> Option<&Grid> {
        self.0.range(..=day).next_back().map(|(_, grid)| grid)
    }

    /// Every grid, the oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Grid> {
        self.0.values()
    }
}

impl Grid {
    fn checked(raw: RawGrid) -> Result<Grid, FileProblem> {
        let from: Date = raw.from.parse().map_err(|_| {
            FileProblem::new(
                format!("\"{}\" is no day", raw.from),
                "write it as \"2024-01-31\"",
            )
        })?;
        let at = |error: FileProblem| {
            FileProblem::new(format!("grid of {from}: {}", error.what), error.mend)
        };
        if raw.deposit_percent > 100 || raw.preparation_percent > 100 {
            return Err(at(FileProblem::new(
                "a percentage is over 100",
                "write a number from 0 to 100",
            )));
        }
        let amount = |text: &str| amount(text, &raw.currency).map_err(at);
        let mut places = Vec::with_capacity(raw.place.len());
        for place in raw.place {
            places.push(Place {
                price: amount(&place.price)?,
                category: place.category,
                works: place.works,
                team_up_to: place.team_up_to,
                hours_up_to: place.hours_up_to,
            });
        }
        let by_category = |raw: Vec<RawPrice>| -> Result<BTreeMap<Box<str>, i64>, FileProblem> {
            let mut prices = BTreeMap::new();
            for one in raw {
                let price = amount(&one.price)?;
                if prices.insert(one.category.clone(), price).is_some() {
                    return Err(at(FileProblem::new(
                        format!("two prices for {}", one.category),
                        "keep one",
                    )));
                }
            }
            Ok(prices)
        };
        let (items, persons) = (by_category(raw.item)?, by_category(raw.person)?);
        let grid = Grid {
            from,
            confirmed: raw.confirmed,
            source: raw.source,
            deposit_percent: raw.deposit_percent,
            preparation_percent: raw.preparation_percent,
            places,
            items,
            persons,
            currency: raw.currency,
        };
        grid.one_price_each().map_err(at)?;
        Ok(grid)
    }

    /// No two lines price the same thing.
    fn one_price_each(&self) -> Result<(), FileProblem> {
        for (at, one) in self.places.iter().enumerate() {
            let same = self.places[..at].iter().any(|other| {
                other.category == one.category
                    && (other.team_up_to, other.hours_up_to) == (one.team_up_to, one.hours_up_to)
                    && other.works.iter().any(|work| one.works.contains(work))
            });
            if same {
                return Err(FileProblem::new(
                    format!(
                        "two prices for a place of category {}, {} people, {} hours",
                        one.category, one.team_up_to, one.hours_up_to
                    ),
                    "keep one for each kind of work",
                ));
            }
        }
        Ok(())
    }

    /// Categories that it has a price for, those of places first, each once.
    pub fn categories(&self) -> Vec<&str> {
        let places: BTreeSet<&str> = self.places.iter().map(|place| &*place.category).collect();
        let others = self.items.keys().chain(self.persons.keys());
        let mut categories: Vec<&str> = places.into_iter().collect();
        for other in others {
            if !categories.contains(&&**other) {
                categories.push(other);
            }
        }
        categories
    }

    /// Minor units for a day in a place: of the lines that fit, the one of the smallest team, then of the fewest hours.
    pub fn place(&self, category: &str, work: &str, team: u32, hours: u32) -> Option<i64> {
        self.places
            .iter()
            .filter(|line| {
                *line.category == *category
                    && line.works.iter().any(|one| **one == *work)
                    && line.team_up_to >= team
                    && line.hours_up_to >= hours
            })
            .min_by_key(|line| (line.team_up_to, line.hours_up_to))
            .map(|line| line.price)
    }

    /// Minor units for one thing of a category for a day.
    pub fn item(&self, category: &str) -> Option<i64> {
        self.items.get(category).copied()
    }

    /// Minor units for one person of a category for an hour.
    pub fn person(&self, category: &str) -> Option<i64> {
        self.persons.get(category).copied()
    }
}

/// Minor units of an amount written as `1250` or `1250.50`.
fn amount(text: &str, currency: &str) -> Result<i64, FileProblem> {
    let wrong = || {
        FileProblem::new(
            format!("\"{text}\" is no amount of {currency}"),
            "write it as \"1250\" or \"1250.50\", not negative",
        )
    };
    let decimals = decimals(currency) as usize;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || !digits(whole)
        || !digits(part)
        || (text.contains('.') && part.len() != decimals)
    {
        return Err(wrong());
    }
    let unit = 10i64.pow(decimals as u32);
    let part: i64 = if part.is_empty() {
        0
    } else {
        part.parse().map_err(|_| wrong())?
    };
    whole
        .parse::<i64>()
        .ok()
        .and_then(|whole| whole.checked_mul(unit))
        .and_then(|minor| minor.checked_add(part))
        .ok_or_else(wrong)
}
