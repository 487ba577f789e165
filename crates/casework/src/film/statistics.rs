//! The yearly figures of the film desk, each with its definition, as CSV with a Table Schema.
//!
//! "23 shoots accompanied" and "170 shoots received" are not one count: so each column says what it counts, and what
//! it counts is made again from the records ([`yearly`]), byte for byte.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::{submission::ResourceId, text::Lang, words::words};

words! {
    /// A column.
    Column {
        /// See [`Column::definition`], as for all of these.
        Projects = "projects",
        /// See there.
        Granted = "granted",
        /// See there.
        Refused = "refused",
        /// See there.
        Appeals = "appeals",
        /// See there.
        Shoots = "shoots",
        /// See there.
        ShootingDays = "shooting_days",
        /// See there.
        SiteDays = "site_days",
        /// See there.
        Immersions = "immersions",
        /// See there.
        Consultations = "consultations",
        /// See there.
        Encounters = "encounters",
        /// See there.
        Participants = "participants",
    }
}

impl Column {
    /// Its head, for people.
    pub fn title(self, lang: Lang) -> &'static str {
        match self {
            Column::Projects => lang.pick("Projets reçus", "Projects received"),
            Column::Granted => lang.pick("Projets accordés", "Projects granted"),
            Column::Refused => lang.pick("Projets refusés", "Projects refused"),
            Column::Appeals => lang.pick("Recours", "Appeals"),
            Column::Shoots => lang.pick("Tournages", "Shoots"),
            Column::ShootingDays => lang.pick("Jours de tournage", "Shooting days"),
            Column::SiteDays => lang.pick("Jours de lieu", "Site-days"),
            Column::Immersions => lang.pick("Immersions", "Immersions"),
            Column::Consultations => lang.pick("Consultations", "Consultations"),
            Column::Encounters => lang.pick("Rencontres", "Encounters"),
            Column::Participants => lang.pick("Participants", "Participants"),
        }
    }

    /// What it counts.
    pub fn definition(self, lang: Lang) -> &'static str {
        match self {
            Column::Projects => lang.pick(
                "Demandes reçues par le guichet dans l’année, retirées comprises.",
                "Requests that the desk received in the year, those withdrawn included.",
            ),
            Column::Granted => lang.pick(
                "Décisions de l’année qui accordent au moins une ligne ; après un recours, la dernière décision.",
                "Decisions of the year that grant at least one line; after an appeal, the later one.",
            ),
            Column::Refused => lang.pick(
                "Décisions de l’année qui n’accordent rien ; après un recours, la dernière décision.",
                "Decisions of the year that grant nothing; after an appeal, the later one.",
            ),
            Column::Appeals => lang.pick(
                "Recours formés dans l’année.",
                "Appeals made in the year.",
            ),
            Column::Shoots => lang.pick(
                "Projets sous convention dont le premier jour de tournage est dans l’année.",
                "Projects under a convention whose first day of shooting is in the year.",
            ),
            Column::ShootingDays => lang.pick(
                "Jours de tournage réels selon les comptes rendus de fin, à l’année du dernier jour.",
                "Real days of shooting as the end reports have them, in the year of the last day.",
            ),
            Column::SiteDays => lang.pick(
                "Jours de l’année, jusqu’à aujourd’hui, où un lieu était remis à un projet, préparation et remise en état exclues ; chaque lieu compte une fois par jour.",
                "Days of the year, until today, on which a place was with a project, preparation and strike apart; each place counts once a day.",
            ),
            Column::Immersions => lang.pick(
                "Immersions faites, bilan compris, à l’année de leur premier jour.",
                "Immersions that took place and were debriefed, in the year of their first day.",
            ),
            Column::Consultations => lang.pick(
                "Entretiens tenus avec un expert dans l’année ; ils ne comptent ni comme tournage ni comme immersion.",
                "Meetings held with an expert in the year; they count neither as a shoot nor as an immersion.",
            ),
            Column::Encounters => lang.pick(
                "Rencontres tenues dans l’année.",
                "Encounters that took place in the year.",
            ),
            Column::Participants => lang.pick(
                "Personnes comptées aux rencontres de l’année ; une rencontre où personne n’a compté n’en ajoute aucune.",
                "People counted at the encounters of the year; one where nobody counted adds none.",
            ),
        }
    }
}

/// What is counted, as the records have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// What counts once, on its day.
    pub once: Vec<(Column, Date)>,
    /// What counts as many, on its day.
    pub many: Vec<(Column, Date, u64)>,
    /// Places and the days on which they were out with a project.
    pub sites: BTreeSet<(ResourceId, Date)>,
}

/// A year's figures, by column; a column that is not there is 0.
pub type Year = BTreeMap<Column, u64>;

/// The figures of each year from the first to the last that something is counted in; years between are there too.
pub fn yearly(counted: &Counted) -> BTreeMap<i16, Year> {
    let mut years: BTreeMap<i16, Year> = BTreeMap::new();
    let once = counted.once.iter().map(|(column, day)| (*column, *day, 1));
    let sites = counted
        .sites
        .iter()
        .map(|(_, day)| (Column::SiteDays, *day, 1));
    for (column, day, many) in once.chain(sites).chain(counted.many.iter().copied()) {
        let figure = years
            .entry(day.year())
            .or_default()
            .entry(column)
            .or_default();
        *figure = figure.saturating_add(many);
    }
    if let (Some((first, _)), Some((last, _))) = (years.first_key_value(), years.last_key_value()) {
        for year in *first..=*last {
            years.entry(year).or_default();
        }
    }
    years
}

/// The file: a line a year, columns as [`schema`] has them, lines end with LF.
pub fn csv(years: &BTreeMap<i16, Year>) -> String {
    let mut file = String::from("year");
    for column in Column::ALL {
        file.push(',');
        file.push_str(column.as_str());
    }
    file.push('\n');
    for (year, figures) in years {
        // Writing to a string cannot fail.
        let _ = write!(file, "{year}");
        for column in Column::ALL {
            let _ = write!(file, ",{}", figures.get(column).copied().unwrap_or(0));
        }
        file.push('\n');
    }
    file
}

/// The file's Table Schema (datapackage.org, Table Schema 1.0): every column with its definition.
pub fn schema(lang: Lang) -> String {
    let year = json!({
        "name": "year", "type": "year",
        "title": lang.pick("Année", "Year"),
        "description": lang.pick("Année civile, heure de Paris.", "Calendar year, Paris time."),
        "constraints": {"required": true, "unique": true},
    });
    let columns = Column::ALL.iter().map(|column| {
        json!({
            "name": column.as_str(), "type": "integer",
            "title": column.title(lang),
            "description": column.definition(lang),
            "constraints": {"required": true, "minimum": 0},
        })
    });
    let fields: Vec<Value> = std::iter::once(year).chain(columns).collect();
    let schema = json!({
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "fields": fields, "primaryKey": "year", "missingValues": [""],
    });
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn each_thing_counts_in_its_year_and_each_place_once_a_day() {
        let place = |id: &str| -> ResourceId { id.parse().unwrap() };
        let counted = Counted {
            once: vec![
                (Column::Projects, date(2024, 12, 31)),
                (Column::Projects, date(2026, 1, 1)),
                (Column::Shoots, date(2026, 5, 1)),
            ],
            many: vec![(Column::ShootingDays, date(2026, 5, 9), 7)],
            sites: [
                (place("hall"), date(2026, 5, 1)),
                (place("hall"), date(2026, 5, 2)),
                (place("yard"), date(2026, 5, 1)),
                (place("hall"), date(2026, 5, 1)),
            ]
            .into(),
        };
        let file = csv(&yearly(&counted));
        assert_eq!(
            file,
            "year,projects,granted,refused,appeals,shoots,shooting_days,site_days,immersions,consultations,encounters,participants\n\
             2024,1,0,0,0,0,0,0,0,0,0,0\n\
             2025,0,0,0,0,0,0,0,0,0,0,0\n\
             2026,1,0,0,0,1,7,3,0,0,0,0\n"
        );
        let mut turned = counted.clone();
        turned.once.reverse();
        assert_eq!(csv(&yearly(&turned)), file);
        assert!(csv(&yearly(&Counted::default())).ends_with("participants\n"));
    }

    #[test]
    fn the_schema_names_the_columns_of_the_file_in_their_order() {
        for lang in [Lang::Fr, Lang::En] {
            let schema: Value = serde_json::from_str(&schema(lang)).unwrap();
            let fields = schema["fields"].as_array().unwrap();
            let names: Vec<&str> = fields
                .iter()
                .filter_map(|field| field["name"].as_str())
                .collect();
            assert_eq!(names.join(","), csv(&BTreeMap::new()).trim_end());
            assert!(fields.iter().all(|field| {
                field["description"]
                    .as_str()
                    .is_some_and(|text| text.len() > 20)
            }));
        }
    }
}
