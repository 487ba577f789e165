//! Markings: what an object asks of whoever reads it, whatever their role.

use std::collections::BTreeSet;

use super::Relation;
use crate::words::words;

words! {
    /// A level of classification (IGI 1300 of 9 August 2021).
    Level {
        /// Secret.
        Secret = "secret",
        /// Très secret.
        TopSecret = "top_secret",
    }
}

words! {
    /// The Traffic Light Protocol, version 2.0 (first.org/tlp). Its words are never translated.
    Tlp {
        /// No limit.
        Clear = "TLP:CLEAR",
        /// The community: whoever works here.
        Green = "TLP:GREEN",
        /// The organisation and those it works with.
        Amber = "TLP:AMBER",
        /// The organisation alone.
        AmberStrict = "TLP:AMBER+STRICT",
        /// Named persons alone.
        Red = "TLP:RED",
    }
}

/// Something that an object asks for. Families are independent: each marking has to be met.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Marking {
    /// A level of classification.
    Level(Level),
    /// A mention of protection, no level.
    DiffusionRestreinte,
    /// For nationals only.
    SpecialFrance,
    /// How far it may be passed on.
    Tlp(Tlp),
    /// A need to know that is granted person by person.
    Compartment(Box<str>),
}

/// What an agent is cleared for. The default is cleared for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clearance {
    /// The highest level.
    pub level: Option<Level>,
    /// Whether they may read what is of restricted circulation.
    pub restricted: bool,
    /// Whether they are a national.
    pub national: bool,
    /// What they need to know.
    pub compartments: BTreeSet<Box<str>>,
}

impl Marking {
    /// Whether somebody of this clearance and this near to the object meets it.
    pub fn is_met(&self, clearance: &Clearance, relation: Relation) -> bool {
        match self {
            Marking::Level(level) => clearance.level.is_some_and(|cleared| cleared >= *level),
            Marking::DiffusionRestreinte => clearance.restricted,
            Marking::SpecialFrance => clearance.national,
            Marking::Tlp(Tlp::Clear | Tlp::Green) => true,
            Marking::Tlp(Tlp::Amber) => relation <= Relation::JoinedUnit,
            Marking::Tlp(Tlp::AmberStrict) => relation <= Relation::Unit,
            Marking::Tlp(Tlp::Red) => relation == Relation::Own,
            Marking::Compartment(name) => clearance.compartments.contains(name),
        }
    }
}
