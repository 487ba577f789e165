//! A service that can receive a case.

use std::fmt;

use crate::{submission::UnitId, text::Text, words::words};

/// A unit that can receive a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its identifier.
    pub id: UnitId,
    /// Its name.
    pub name: Text,
    /// What it is.
    pub kind: UnitKind,
    /// The unit it belongs to.
    pub parent: Option<UnitId>,
    /// Where it may act.
    pub territory: Territory,
    /// Whether it investigates. One that does not is never proposed to lead.
    pub investigates: bool,
    /// What it is competent for, fact by fact.
    pub competence: Vec<Competence>,
    /// Which of its other facts no source confirms.
    pub unconfirmed: Vec<UnitFact>,
    /// Where its facts come from.
    pub source: Option<Box<str>>,
}

words! {
    /// What a unit is.
    UnitKind {
        /// A directorate.
        Direction = "direction",
        /// A central office.
        Office = "office",
        /// A part of an office.
        Pole = "pole",
        /// A part of an office away from its seat.
        Antenna = "antenna",
        /// A command.
        Command = "command",
        /// A brigade.
        Brigade = "brigade",
        /// A unit of the gendarmerie.
        Unit = "unit",
        /// Any other service.
        Service = "service",
        /// A service of intelligence.
        Intelligence = "intelligence",
        /// A local service, or what stands for all of them.
        Territorial = "territorial",
        /// The State's representative in a department or a zone.
        Prefecture = "prefecture",
        /// A public prosecutor's office.
        Prosecutor = "prosecutor",
    }
}

words! {
    /// A fact about a unit that a source may fail to confirm.
    UnitFact {
        /// Which unit it belongs to.
        Parent = "parent",
        /// Where it may act.
        Territory = "territory",
        /// That it is there, under this name.
        Name = "name",
        /// Whether it investigates.
        Investigates = "investigates",
    }
}

/// Where a unit may act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Territory {
    /// In the whole country.
    National,
    /// In these departments, by their codes.
    Departments(Vec<Box<str>>),
    /// The unit stands for many local services, each with a territory of its own.
    Local,
}

impl Territory {
    /// Whether it covers a department. What stands for local services covers every one.
    pub fn covers(&self, department: &str) -> bool {
        match self {
            Territory::National | Territory::Local => true,
            Territory::Departments(codes) => codes.iter().any(|code| **code == *department),
        }
    }

    /// Whether it lies within another.
    pub fn lies_within(&self, other: &Territory) -> bool {
        match (self, other) {
            (_, Territory::National) => true,
            (Territory::Departments(codes), other) => codes.iter().all(|code| other.covers(code)),
            (Territory::Local, Territory::Local) => true,
            (Territory::Local | Territory::National, _) => false,
        }
    }
}

impl fmt::Display for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Territory::National => f.write_str("national"),
            Territory::Local => f.write_str("local"),
            Territory::Departments(codes) => f.write_str(&codes.join(", ")),
        }
    }
}

/// Something a unit is competent for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Competence {
    /// What, in plain words.
    pub what: Text,
    /// The text of law.
    pub article: Option<Box<str>>,
    /// Where that can be read.
    pub source: Option<Box<str>>,
    /// False when the source gives it as general knowledge or at second hand.
    pub confirmed: bool,
}
