//! `film/inventory*.toml`: what units lend, checked with file and line; and the film desk's prices and criteria.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::{
    super::{
        check::parsed,
        position::{ConfigProblem, Source},
    },
    Loading, read, word,
};
use crate::{
    booking::{Inventory, InventoryError, Kind, Quota, Resource},
    film::pool::{PlaceSheet, Pool, Setting, Sheet},
    problem::FileProblem,
    submission::{ResourceId, UnitId},
    text::Text,
};

/// More alike than this are no inventory but a slip of the pen.
const MOST_ALIKE: u32 = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPool {
    format: Spanned<u32>,
    id: Spanned<String>,
    unit: Spanned<String>,
    name: Text,
    #[serde(default)]
    category: Vec<RawCategory>,
    #[serde(default)]
    quota: Vec<RawQuota>,
    #[serde(default)]
    place: Vec<RawPlace>,
    #[serde(default)]
    item: Vec<RawItem>,
    #[serde(default)]
    person: Vec<RawItem>,
    #[serde(default)]
    kit: Vec<RawKit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCategory {
    id: Spanned<String>,
    name: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuota {
    category: Spanned<String>,
    most: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlace {
    id: Spanned<String>,
    name: Text,
    category: String,
    price: Option<String>,
    department: Spanned<String>,
    position: Spanned<(f64, f64)>,
    capacity: u32,
    setting: Spanned<String>,
    #[serde(default)]
    power: String,
    #[serde(default)]
    constraints: Text,
    #[serde(default)]
    public: bool,
    #[serde(default = "yes")]
    confirmed: bool,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    id: Spanned<String>,
    name: Text,
    category: String,
    count: Option<Spanned<u32>>,
    price: Option<String>,
    #[serde(default)]
    constraints: Text,
    #[serde(default = "yes")]
    confirmed: bool,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKit {
    id: Spanned<String>,
    name: Text,
    category: String,
    parts: Vec<Spanned<String>>,
    price: Option<String>,
    #[serde(default)]
    constraints: Text,
    #[serde(default = "yes")]
    confirmed: bool,
    source: String,
}

fn yes() -> bool {
    true
}

/// A resource with what is known of it, and where it is written.
struct Written {
    at: usize,
    resource: Resource,
    sheet: Sheet,
}

impl Loading {
    /// The film desk's files, of which an installation may have none.
    pub(super) fn film(&mut self, path: &str, content: &str) {
        let mut parts = path.rsplit(['/', '\\']);
        let name = parts.next().unwrap_or_default();
        if parts.next() != Some("film") || !name.ends_with(".toml") {
            return;
        }
        match name {
            "criteria.toml" => self.read_whole(path, content, |loading, text| {
                loading.config.film.criteria = crate::project::Criteria::from_toml(text)?;
                Ok(())
            }),
            "prices.toml" => self.read_whole(path, content, |loading, text| {
                loading.config.film.prices = crate::price::Grids::from_toml(text)?;
                Ok(())
            }),
            _ if name.starts_with("inventory") => self.pool(path, content),
            _ => {}
        }
    }

    /// A file whose problems name no place of their own.
    fn read_whole(
        &mut self,
        path: &str,
        content: &str,
        keep: impl FnOnce(&mut Loading, &str) -> Result<(), FileProblem>,
    ) {
        if let Err(problem) = keep(self, content) {
            self.problems.push(ConfigProblem {
                file: path.to_owned(),
                line: problem.line,
                column: 1,
                what: problem.what.trim().replace('\n', ", "),
                mend: problem.mend.to_owned(),
            });
        }
    }

    fn pool(&mut self, path: &str, content: &str) {
        let mut source = Source::new(path, content);
        if let Some(raw) = read::<RawPool>(&mut source) {
            let (id_at, unit_at) = (raw.id.span().start, raw.unit.span().start);
            if let Some(pool) = pool(&mut source, raw) {
                let (id, unit) = (pool.id.clone(), pool.unit.clone());
                if self.config.unit(&unit).is_none() {
                    source.report(
                        unit_at,
                        format!("no unit is called `{unit}`"),
                        "name a unit of units.toml",
                    );
                }
                let others = self.config.film.pools.values();
                let lent = |one: &&Resource| {
                    let mut others = others.clone();
                    others.any(|other| other.inventory.resource(&one.id).is_some())
                };
                if let Some(twice) = pool.inventory.resources().find(lent) {
                    // What is held is kept by its identifier alone.
                    source.report(
                        id_at,
                        format!("another pool lends `{}` too", twice.id),
                        "give each thing its own id",
                    );
                }
                if self.config.film.pools.insert(id.clone(), pool).is_some() {
                    source.report(
                        id_at,
                        format!("two pools are called `{id}`"),
                        "give each its own id",
                    );
                }
            }
        }
        self.problems.append(&mut source.problems);
    }
}

fn pool(source: &mut Source<'_>, raw: RawPool) -> Option<Pool> {
    if *raw.format.get_ref() != 1 {
        source.report(
            raw.format.span().start,
            "unknown format",
            "write format = 1",
        );
    }
    let unit: Option<UnitId> = parsed(source, &raw.unit);
    let id: Option<ResourceId> = parsed(source, &raw.id);
    let mut written: Vec<Written> = Vec::new();
    for place in raw.place {
        written.extend(self::place(source, place));
    }
    for (kind, items) in [(Kind::Item, raw.item), (Kind::Person, raw.person)] {
        for item in items {
            written.extend(alike(source, kind, item));
        }
    }
    for kit in raw.kit {
        written.extend(self::kit(source, kit));
    }
    let categories: BTreeSet<&str> = written.iter().map(|one| &*one.resource.category).collect();
    let mut quotas = Vec::new();
    for quota in raw.quota {
        if !categories.contains(quota.category.get_ref().as_str()) {
            source.report(
                quota.category.span().start,
                format!("nothing is of category \"{}\"", quota.category.get_ref()),
                "name a category of the file, or take the quota away",
            );
        }
        quotas.push(Quota {
            category: quota.category.into_inner().into(),
            most: quota.most,
        });
    }
    let names = self::categories(source, raw.category, &written);
    let inventory = inventory(source, &written)?;
    Some(Pool {
        id: id?.as_str().into(),
        unit: unit?,
        name: raw.name,
        inventory,
        quotas,
        categories: names,
        sheets: written
            .into_iter()
            .map(|one| (one.resource.id, one.sheet))
            .collect(),
    })
}

/// The names of categories. A file that names some names all that it uses, and no other.
fn categories(
    source: &mut Source<'_>,
    raw: Vec<RawCategory>,
    written: &[Written],
) -> BTreeMap<Box<str>, Text> {
    let mut names: BTreeMap<Box<str>, Text> = BTreeMap::new();
    let some = !raw.is_empty();
    for category in raw {
        let (at, id) = (category.id.span().start, category.id.into_inner());
        if !written.iter().any(|one| *one.resource.category == *id) {
            source.report(
                at,
                format!("nothing is of category \"{id}\""),
                "name a category of the file, or take the name away",
            );
        }
        if names.insert(id.as_str().into(), category.name).is_some() {
            source.report(
                at,
                format!("category \"{id}\" has two names"),
                "keep one of them",
            );
        }
    }
    for one in written {
        let category = &one.resource.category;
        if some && !names.contains_key(category) {
            source.report(
                one.at,
                format!("category \"{category}\" has no name"),
                "add it to the list `category`",
            );
        }
    }
    names
}

fn inventory(source: &mut Source<'_>, written: &[Written]) -> Option<Inventory> {
    match Inventory::new(written.iter().map(|one| one.resource.clone())) {
        Ok(inventory) => Some(inventory),
        Err(error) => {
            let (InventoryError::Twice(id)
            | InventoryError::NoPart { kit: id, .. }
            | InventoryError::InItself(id)
            | InventoryError::NoKit(id)) = &error;
            let at = written.iter().rfind(|one| one.resource.id == *id);
            source.report(
                at.map_or(0, |one| one.at),
                error.to_string(),
                "see docs/formats/inventory.md",
            );
            None
        }
    }
}

fn place(source: &mut Source<'_>, raw: RawPlace) -> Option<Written> {
    let (latitude, longitude) = *raw.position.get_ref();
    // Not a number is in no range.
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        source.report(
            raw.position.span().start,
            "that is nowhere on Earth",
            "write position = [latitude, longitude] in degrees",
        );
        return None;
    }
    if raw.department.get_ref().is_empty() {
        source.report(
            raw.department.span().start,
            "no department is named",
            "write its code",
        );
    }
    let setting = word(source, &raw.setting, Setting::ALL, Setting::as_str)?;
    let id: ResourceId = parsed(source, &raw.id)?;
    let sheet = Sheet {
        name: raw.name,
        entry: id.clone(),
        number: 0,
        price: raw.price.map(Into::into),
        constraints: raw.constraints,
        place: Some(PlaceSheet {
            department: raw.department.into_inner().into(),
            position: (latitude, longitude),
            capacity: raw.capacity,
            setting,
            power: raw.power.into(),
            public: raw.public,
        }),
        confirmed: raw.confirmed,
        source: raw.source.into(),
    };
    Some(Written {
        at: raw.id.span().start,
        resource: Resource {
            id,
            kind: Kind::Place,
            category: raw.category.into(),
            parts: Vec::new(),
        },
        sheet,
    })
}

/// Ten uniforms are ten resources, `uniform-1` to `uniform-10`.
fn alike(source: &mut Source<'_>, kind: Kind, raw: RawItem) -> Vec<Written> {
    let many = raw.count.as_ref().map(|count| *count.get_ref());
    if let Some(count) = &raw.count
        && !(1..=MOST_ALIKE).contains(count.get_ref())
    {
        source.report(
            count.span().start,
            format!("{} alike are too few or too many", count.get_ref()),
            "write a number from 1 to 1000",
        );
        return Vec::new();
    }
    let Some(entry) = parsed(source, &raw.id) else {
        return Vec::new();
    };
    let sheet = Sheet {
        name: raw.name,
        entry,
        number: 0,
        price: raw.price.map(Into::into),
        constraints: raw.constraints,
        place: None,
        confirmed: raw.confirmed,
        source: raw.source.into(),
    };
    let numbers = match many {
        None => 0..=0,
        Some(many) => 1..=many,
    };
    let mut written = Vec::new();
    for number in numbers {
        let text = match number {
            0 => raw.id.get_ref().clone(),
            _ => format!("{}-{number}", raw.id.get_ref()),
        };
        let Some(id) = parsed(source, &Spanned::new(raw.id.span(), text)) else {
            break;
        };
        written.push(Written {
            at: raw.id.span().start,
            resource: Resource {
                id,
                kind,
                category: raw.category.as_str().into(),
                parts: Vec::new(),
            },
            sheet: Sheet {
                number,
                ..sheet.clone()
            },
        });
    }
    written
}

fn kit(source: &mut Source<'_>, raw: RawKit) -> Option<Written> {
    let mut parts = Vec::new();
    for part in &raw.parts {
        parts.push(parsed(source, part)?);
    }
    let id: ResourceId = parsed(source, &raw.id)?;
    Some(Written {
        at: raw.id.span().start,
        resource: Resource {
            id: id.clone(),
            kind: Kind::Kit,
            category: raw.category.into(),
            parts,
        },
        sheet: Sheet {
            name: raw.name,
            entry: id,
            number: 0,
            price: raw.price.map(Into::into),
            constraints: raw.constraints,
            place: None,
            confirmed: raw.confirmed,
            source: raw.source.into(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    const FILE: &str = r#"
format = 1
id = "film"
unit = "mission-cinema"
name = { fr = "Mission", en = "Office" }
quota = [{ category = "uniform", most = 2 }]
place = [
  { id = "hall", name = { fr = "Hall", en = "Hall" }, category = "office", price = "2", department = "75", position = [48.87, 2.31], capacity = 40, setting = "both", source = "example", confirmed = false },
]
item = [
  { id = "uniform", name = { fr = "Tenue", en = "Uniform" }, category = "uniform", count = 3, price = "uniform", source = "example" },
  { id = "helicopter", name = { fr = "Hélicoptère", en = "Helicopter" }, category = "helicopter", source = "example" },
]
person = [{ id = "pilot", name = { fr = "Pilote", en = "Pilot" }, category = "pilot", source = "example" }]
kit = [{ id = "flight", name = { fr = "Vol", en = "Flight" }, category = "flight", parts = ["helicopter", "pilot"], source = "example" }]
"#;

    fn read(content: &str) -> (Option<Pool>, Vec<String>) {
        let mut source = Source::new("film/inventory.toml", content);
        let raw = super::read::<RawPool>(&mut source);
        let pool = raw.and_then(|raw| pool(&mut source, raw));
        let problems = source.problems.iter().map(ToString::to_string);
        (pool, problems.collect())
    }

    #[test]
    fn ten_alike_are_ten_resources_and_a_kit_holds_its_operator() {
        let (pool, problems) = read(FILE);
        assert_eq!(problems, Vec::<String>::new());
        let pool = pool.unwrap();
        let ids: Vec<&str> = pool
            .inventory
            .resources()
            .map(|one| one.id.as_str())
            .collect();
        assert_eq!(
            ids,
            [
                "flight",
                "hall",
                "helicopter",
                "pilot",
                "uniform-1",
                "uniform-2",
                "uniform-3"
            ]
        );
        let flight: ResourceId = "flight".parse().unwrap();
        let held = pool.inventory.held_by([&flight]).unwrap();
        assert_eq!(held.len(), 3);
        assert_eq!(pool.quotas.len(), 1);
        assert_eq!(
            pool.sheets[&"uniform-2".parse::<ResourceId>().unwrap()].number,
            2
        );
    }

    #[test]
    fn what_is_alike_stands_together_in_the_order_of_numbers() {
        let named = FILE.replace("count = 3", "count = 11").replace(
            "quota = [",
            "category = [\n  { id = \"office\", name = { fr = \"Bureaux\", en = \"Offices\" } },\n  { id = \"uniform\", name = { fr = \"Tenues\", en = \"Uniforms\" } },\n  { id = \"helicopter\", name = { fr = \"Vol\", en = \"Air\" } },\n  { id = \"pilot\", name = { fr = \"Pilotes\", en = \"Pilots\" } },\n  { id = \"flight\", name = { fr = \"Vols\", en = \"Flights\" } },\n]\nquota = [",
        );
        let (pool, problems) = read(&named);
        assert_eq!(problems, Vec::<String>::new());
        let pool = pool.unwrap();
        let entries = pool.entries(Lang::Fr);
        let told: Vec<(&str, usize)> = entries
            .iter()
            .map(|one| (one.id.as_str(), one.resources.len()))
            .collect();
        assert_eq!(
            told,
            [
                ("hall", 1),
                ("helicopter", 1),
                ("uniform", 11),
                ("flight", 1),
                ("pilot", 1)
            ]
        );
        let last: Vec<&str> = entries[2].resources.iter().map(|id| id.as_str()).collect();
        assert_eq!(last[8..], ["uniform-9", "uniform-10", "uniform-11"]);
        assert_eq!(pool.category_name("uniform", Lang::En), "Uniforms");
        assert_eq!(pool.category_name("sword", Lang::En), "sword");
        for (from, to, expected) in [
            (
                "{ id = \"pilot\", name = { fr = \"Pilotes\"",
                "{ id = \"sword\", name = { fr = \"Pilotes\"",
                "nothing is of category",
            ),
            (
                "{ id = \"pilot\", name = { fr = \"Pilotes\"",
                "{ id = \"uniform\", name = { fr = \"Pilotes\"",
                "has two names",
            ),
            (
                "  { id = \"pilot\", name = { fr = \"Pilotes\", en = \"Pilots\" } },\n",
                "",
                "category \"pilot\" has no name",
            ),
        ] {
            let (_, problems) = read(&named.replace(from, to));
            assert!(
                problems.iter().any(|one| one.contains(expected)),
                "{expected}: {problems:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_line() {
        let check = |from: &str, to: &str, expected: &str| {
            let (_, problems) = read(&FILE.replace(from, to));
            assert!(
                problems.iter().any(|problem| problem.contains(expected)),
                "{expected}: {problems:?}"
            );
        };
        check(
            "format = 1",
            "format = 2",
            "inventory.toml:2:10: unknown format",
        );
        check("\"pilot\"]", "\"nobody\"]", ":15:15: flight holds nobody");
        check("48.87", "98.87", ":8:");
        check("48.87", "nan", "nowhere on Earth");
        check("\"both\"", "\"roof\"", "one of interior, exterior, both");
        check("count = 3", "count = 0", "too few or too many");
        check(
            "category = \"uniform\", most",
            "category = \"sword\", most",
            "nothing is of category",
        );
        check(
            "id = \"pilot\"",
            "id = \"hall\"",
            ":14:18: hall is there twice",
        );
        check(
            "\"helicopter\", \"pilot\"",
            "\"flight\"",
            "flight holds itself",
        );
        check("capacity", "capacitty", "inventory.toml:8:");
    }
}
