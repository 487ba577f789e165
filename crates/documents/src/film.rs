use casework::{
    Lang,
    film::immersion::Stage,
    price::{self, Basis, Due, Installment, Line, Per},
    project::SupportKind,
};
use jiff::civil::Date;
use typst::foundations::{Dict, IntoValue, Value};

use crate::{
    legible::Legible,
    value::{self, dict, list},
};

/// What a production asks for, as its papers name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Production {
    /// The title, even a working one.
    pub title: String,
    /// Who produces it; empty while nobody does.
    pub company: String,
    /// The kind of work, in words.
    pub work: String,
    /// People on set, at most.
    pub team: u32,
}

/// A quote with what it counts. Both [`Quote`] and [`Convention`] are made of it, so that they say the same amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// Which of the project's quotes, from 1.
    pub number: u32,
    /// What it counts, and the day whose prices hold.
    pub basis: Basis,
    /// What the grid of that day gives.
    pub quote: price::Quote,
    /// What is asked for and has no price yet, so that nobody takes the total for all of it.
    pub unpriced: Vec<String>,
}

/// What a shoot costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Whom it is for.
    pub production: Production,
    /// The amounts.
    pub priced: Priced,
}

/// What a production and the office agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convention {
    /// The production.
    pub production: Production,
    /// What is granted.
    pub granted: Vec<Granted>,
    /// The amounts; none where nothing is paid.
    pub priced: Option<Priced>,
    /// What is due, and when.
    pub dues: Vec<Due>,
    /// The last day on which its insurance holds.
    pub insured_until: Option<Date>,
    /// The terms, each a text.
    pub terms: Vec<String>,
    /// False where no source confirms the terms: the convention is an example then, and says so.
    pub confirmed: bool,
}

/// A line of the request that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What kind of thing.
    pub kind: SupportKind,
    /// What exactly.
    pub what: String,
    /// How many.
    pub count: u32,
    /// The first day.
    pub from: Option<Date>,
    /// How many days.
    pub days: u32,
    /// What has to be kept; empty when nothing has.
    pub conditions: String,
}

/// What an author and a unit agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The project it is for.
    pub project: String,
    /// The unit that receives.
    pub unit: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Who comes.
    pub people: Vec<String>,
    /// What they do and keep to.
    pub duties: String,
    /// What may be filmed, photographed or drawn.
    pub image: String,
    /// What stays in the unit.
    pub secrecy: String,
    /// Where it stands.
    pub stage: Stage,
    /// False where no source confirms its form: the agreement is an example then, and says so.
    pub confirmed: bool,
}

impl Production {
    fn told(&self, lang: Lang, legible: &mut Legible) -> Dict {
        dict([
            ("title", legible.text(&self.title)),
            ("company", legible.text(&self.company)),
            ("work", legible.text(&self.work)),
            ("team", value::count(lang, self.team.into())),
        ])
    }
}

impl Priced {
    fn told(&self, lang: Lang, legible: &mut Legible) -> Dict {
        let quote = &self.quote;
        let money = |minor| value::money(lang, minor, &quote.currency);
        let lines = list(&quote.lines, |priced| {
            let what = self.basis.lines.get(priced.line).map_or("", what);
            Value::Dict(dict([
                ("what", legible.text(what)),
                ("quantity", value::count(lang, priced.quantity)),
                ("one", (priced.quantity == 1).into_value()),
                ("per", per(priced.per).into_value()),
                ("each", money(priced.each)),
                ("total", money(priced.total)),
            ]))
        });
        dict([
            ("number", value::count(lang, self.number.into())),
            ("day", value::date(lang, self.basis.on)),
            ("grid", value::date(lang, quote.grid_from)),
            ("confirmed", quote.confirmed.into_value()),
            ("lines", lines),
            ("unpriced", list(&self.unpriced, |what| legible.text(what))),
            ("total", money(quote.total)),
            ("deposit", money(quote.deposit)),
            ("balance", money(quote.balance)),
        ])
    }
}

fn what(line: &Line) -> &str {
    match line {
        Line::Place { what, .. } | Line::Item { what, .. } | Line::Person { what, .. } => what,
    }
}

fn per(per: Per) -> &'static str {
    match per {
        Per::Day => "day",
        Per::Preparation => "preparation",
        Per::Hour => "hour",
    }
}

fn installment(what: Installment) -> &'static str {
    match what {
        Installment::Deposit => "deposit",
        Installment::Complement => "complement",
        Installment::Balance => "balance",
    }
}

impl Quote {
    pub(crate) fn told(&self, lang: Lang, legible: &mut Legible) -> Dict {
        dict([
            ("production", self.production.told(lang, legible)),
            ("priced", self.priced.told(lang, legible)),
        ])
    }
}

impl Convention {
    pub(crate) fn told(&self, lang: Lang, legible: &mut Legible) -> Dict {
        let granted = list(&self.granted, |line| {
            Value::Dict(dict([
                ("kind", line.kind.label(lang).into_value()),
                ("what", legible.text(&line.what)),
                ("count", value::count(lang, line.count.into())),
                ("from", day(lang, line.from)),
                ("days", value::count(lang, line.days.into())),
                ("conditions", legible.text(&line.conditions)),
            ]))
        });
        let currency = self
            .priced
            .as_ref()
            .map_or("EUR", |priced| &*priced.quote.currency);
        let dues = list(&self.dues, |due| {
            Value::Dict(dict([
                ("what", installment(due.what).into_value()),
                ("quote", value::count(lang, due.quote as u64 + 1)),
                ("amount", value::money(lang, due.amount, currency)),
            ]))
        });
        let priced = self.priced.as_ref().map_or(Value::None, |priced| {
            Value::Dict(priced.told(lang, legible))
        });
        dict([
            (
                "production",
                Value::Dict(self.production.told(lang, legible)),
            ),
            ("granted", granted),
            ("priced", priced),
            ("dues", dues),
            ("insured_until", day(lang, self.insured_until)),
            ("terms", list(&self.terms, |term| legible.text(term))),
            ("confirmed", self.confirmed.into_value()),
        ])
    }
}

impl Agreement {
    pub(crate) fn told(&self, lang: Lang, legible: &mut Legible) -> Dict {
        dict([
            ("project", legible.text(&self.project)),
            ("unit", legible.text(&self.unit)),
            ("from", value::date(lang, self.from)),
            ("until", value::date(lang, self.until)),
            ("people", list(&self.people, |name| legible.text(name))),
            ("duties", legible.lines(&self.duties)),
            ("image", legible.lines(&self.image)),
            ("secrecy", legible.lines(&self.secrecy)),
            ("stage", self.stage.label(lang).into_value()),
            ("confirmed", self.confirmed.into_value()),
        ])
    }
}

fn day(lang: Lang, day: Option<Date>) -> Value {
    day.map_or(Value::None, |day| value::date(lang, day))
}
