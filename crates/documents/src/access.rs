use casework::{Lang, film::encounter::Identity};
use typst::foundations::{Dict, IntoValue, Value};

use crate::{
    legible::Legible,
    value::{self, dict, list},
};

/// Who is let in somewhere, for whoever stands at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessList {
    /// To what.
    pub to: Access,
    /// What it is called.
    pub title: String,
    /// Who receives them.
    pub host: String,
    /// Where and when.
    pub sites: Vec<Site>,
    /// Who, in the order of the list.
    pub people: Vec<Visitor>,
    /// Lines to write others into; they are empty.
    pub blank: u32,
}

/// What people are let in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A shoot.
    Shoot,
    /// The time of an author in a unit.
    Immersion,
    /// An encounter with those who write and make films.
    Encounter,
}

/// A place and when it is open to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Where.
    pub place: String,
    /// From when, in words.
    pub from: String,
    /// Until when, in words.
    pub until: String,
}

/// A person, or a group that comes together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The names, as they were given.
    pub name: String,
    /// What they do; empty where it was not asked.
    pub role: String,
    /// How many they are.
    pub count: u32,
    /// Whether somebody saw who they are; none where it is only seen at the door.
    pub identity: Option<Identity>,
    /// Whether they may enter.
    pub admitted: bool,
}

impl AccessList {
    pub(crate) fn told(&self, lang: Lang, legible: &mut Legible) -> Dict {
        let sites = list(&self.sites, |site| {
            Value::Dict(dict([
                ("place", legible.text(&site.place)),
                ("from", legible.text(&site.from)),
                ("until", legible.text(&site.until)),
            ]))
        });
        let people = list(&self.people, |visitor| {
            let identity = visitor.identity.map_or("", |identity| identity.label(lang));
            Value::Dict(dict([
                ("name", legible.text(&visitor.name)),
                ("role", legible.text(&visitor.role)),
                ("count", value::count(lang, visitor.count.into())),
                ("identity", identity.into_value()),
                ("admitted", visitor.admitted.into_value()),
            ]))
        });
        let to = match self.to {
            Access::Shoot => "shoot",
            Access::Immersion => "immersion",
            Access::Encounter => "encounter",
        };
        dict([
            ("to", to.into_value()),
            ("title", legible.text(&self.title)),
            ("host", legible.text(&self.host)),
            ("sites", sites),
            ("people", people),
            ("blank", i64::from(self.blank.min(MOST_BLANK)).into_value()),
        ])
    }
}

/// More lines than anybody writes by hand.
const MOST_BLANK: u32 = 500;
