//! A pool of resources that a unit lends, with what the applicant reads of each. Read from
//! `config/*/film/inventory*.toml` (`docs/formats/inventory.md`).

use std::collections::BTreeMap;

use crate::{
    booking::{Inventory, Kind, Quota, Resource},
    submission::{ResourceId, UnitId},
    text::{Lang, Text, fold},
    words::words,
};

words! {
    /// Where in a place one may shoot.
    Setting {
        /// Inside.
        Interior = "interior",
        /// Outside.
        Exterior = "exterior",
        /// Both.
        Both = "both",
    }
}

impl Setting {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Setting::Interior => lang.pick("intérieur", "interior"),
            Setting::Exterior => lang.pick("extérieur", "exterior"),
            Setting::Both => lang.pick("intérieur et extérieur", "interior and exterior"),
        }
    }
}

/// What a unit lends.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its identifier, in addresses.
    pub id: Box<str>,
    /// Whose it is.
    pub unit: UnitId,
    /// Its name.
    pub name: Text,
    /// Everything that can be booked.
    pub inventory: Inventory,
    /// How much of a category one applicant may hold.
    pub quotas: Vec<Quota>,
    /// Names of categories; one that has none goes by its code.
    pub categories: BTreeMap<Box<str>, Text>,
    /// What is known of each resource.
    pub sheets: BTreeMap<ResourceId, Sheet>,
}

/// An entry of the file: one thing, or so many alike.
#[derive(Clone, Debug)]
pub struct Entry<'p> {
    /// Its identifier in the file.
    pub id: &'p ResourceId,
    /// What it is.
    pub kind: Kind,
    /// Its category.
    pub category: &'p str,
    /// What is known of it: of so many alike, the sheet of the first.
    pub sheet: &'p Sheet,
    /// Each of them, in the order of their numbers.
    pub resources: Vec<&'p ResourceId>,
}

impl Pool {
    /// The name of a resource; its identifier where it has none any more.
    pub fn name_of<'p>(&'p self, id: &'p ResourceId, lang: Lang) -> &'p str {
        self.sheets
            .get(id)
            .map_or(id.as_str(), |sheet| sheet.name.get(lang))
    }

    /// The name of a category; its code where it has none.
    pub fn category_name<'p>(&'p self, category: &'p str, lang: Lang) -> &'p str {
        let name = self.categories.get(category);
        name.map_or(category, |name| name.get(lang))
    }

    /// Everything that is lent, what is alike together: places first, then by name.
    pub fn entries(&self, lang: Lang) -> Vec<Entry<'_>> {
        let mut entries: BTreeMap<(&ResourceId, Kind), Vec<(u32, &Resource)>> = BTreeMap::new();
        for (id, sheet) in &self.sheets {
            if let Some(resource) = self.inventory.resource(id) {
                let entry = entries.entry((&sheet.entry, resource.kind)).or_default();
                entry.push((sheet.number, resource));
            }
        }
        let mut entries: Vec<Entry<'_>> = entries
            .into_iter()
            .filter_map(|((id, kind), mut alike)| {
                alike.sort_unstable_by_key(|(number, _)| *number);
                let (_, first) = *alike.first()?;
                Some(Entry {
                    id,
                    kind,
                    category: &first.category,
                    sheet: self.sheets.get(&first.id)?,
                    resources: alike.into_iter().map(|(_, one)| &one.id).collect(),
                })
            })
            .collect();
        entries.sort_by_key(|entry| (entry.kind, fold(entry.sheet.name.get(lang))));
        entries
    }
}

/// What is known of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its name.
    pub name: Text,
    /// The identifier of its entry in the file: its own, where there is one.
    pub entry: ResourceId,
    /// Which of so many alike it is, from 1; 0 where there is one.
    pub number: u32,
    /// Its category in the grid of prices; none where it has no price.
    pub price: Option<Box<str>>,
    /// What has to be known before one asks for it.
    pub constraints: Text,
    /// Of a place, what only places have.
    pub place: Option<PlaceSheet>,
    /// False where no source confirms that it is there: a made example, which says so wherever it is shown.
    pub confirmed: bool,
    /// Where it comes from.
    pub source: Box<str>,
}

/// What is known of a place.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceSheet {
    /// Code of the department.
    pub department: Box<str>,
    /// Latitude and longitude in degrees, WGS 84.
    pub position: (f64, f64),
    /// How many people it takes.
    pub capacity: u32,
    /// Where in it one may shoot.
    pub setting: Setting,
    /// What there is of electricity; empty where that is not known.
    pub power: Box<str>,
    /// Whether the office agrees that everybody knows: it stands on the public map.
    pub public: bool,
}
