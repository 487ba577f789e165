//! French communes and departments, found as people type them.
//!
//! The lists are data given as text; this module only reads and searches them.

use std::collections::HashMap;

use crate::text::fold_words;

/// A commune or a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// INSEE code: `75056` for a commune, `75` for a department.
    pub code: String,
    /// Its name, as written in the list.
    pub name: String,
    /// Code of its department (its own code for a department).
    pub department: String,
}

/// How fine a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A commune.
    Commune,
    /// A department or what counts as one.
    Department,
}

/// A line of a list that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
#[non_exhaustive]
pub struct PlaceLineError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// What a search for a place gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// Exactly one place.
    One(&'a Place),
    /// Several places bear this name, in the order of their codes.
    Several(Vec<&'a Place>),
    /// None does.
    Nothing,
}

#[derive(Clone, Debug, Default)]
struct Gazetteer {
    places: Vec<Place>,
    by_code: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

/// The communes and departments of the country.
#[derive(Clone, Debug, Default)]
pub struct Places {
    communes: Gazetteer,
    departments: Gazetteer,
}

impl Places {
    /// Reads the lists: `code<TAB>name` lines for departments (more columns are ignored),
    /// `code<TAB>name<TAB>department` lines for communes. Empty lines and `#` lines are skipped.
    ///
    /// # Errors
    /// The first line that lacks a column.
    pub fn load(departments: &str, communes: &str) -> Result<Places, PlaceLineError> {
        let mut places = Places::default();
        for (line, columns) in lines(departments) {
            let [code, name] = columns_of(line, columns, "a department needs a code and a name")?;
            places.departments.push(Place {
                code: code.to_owned(),
                name: name.to_owned(),
                department: code.to_owned(),
            });
        }
        for (line, columns) in lines(communes) {
            let [code, name, department] = columns_of(
                line,
                columns,
                "a commune needs a code, a name and a department",
            )?;
            places.communes.push(Place {
                code: code.to_owned(),
                name: name.to_owned(),
                department: department.to_owned(),
            });
        }
        Ok(places)
    }

    /// Every place of a level, in the order of the list.
    pub fn all(&self, level: Level) -> &[Place] {
        &self.gazetteer(level).places
    }

    /// The place with this code.
    pub fn by_code(&self, level: Level, code: &str) -> Option<&Place> {
        let gazetteer = self.gazetteer(level);
        let index = *gazetteer.by_code.get(&code.to_ascii_uppercase())?;
        Some(&gazetteer.places[index])
    }

    /// The place a person means: a code (`75056`), a name in any case and spelling of accents,
    /// hyphens and `Saint`, a name with its department (`Saint-Denis (93)`, `Saint-Denis, Réunion`).
    pub fn find(&self, level: Level, typed: &str) -> Found<'_> {
        let typed = typed.trim();
        if let Some(place) = self.by_code(level, typed) {
            return Found::One(place);
        }
        let gazetteer = self.gazetteer(level);
        if let Some(indexes) = gazetteer.by_name.get(&name_key(typed)) {
            return gazetteer.found(indexes.iter().copied());
        }
        let Some((name, hint)) = split_hint(typed) else {
            return Found::Nothing;
        };
        let Some(indexes) = gazetteer.by_name.get(&name_key(name)) else {
            return Found::Nothing;
        };
        let Found::One(department) = self.find_department(hint) else {
            return Found::Nothing;
        };
        gazetteer.found(
            indexes
                .iter()
                .copied()
                .filter(|index| gazetteer.places[*index].department == department.code),
        )
    }

    /// The name of a department, or its code when it is not in the list.
    pub fn department_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.by_code(Level::Department, code)
            .map_or(code, |department| department.name.as_str())
    }

    fn find_department(&self, hint: &str) -> Found<'_> {
        if let Some(place) = self.by_code(Level::Department, hint) {
            return Found::One(place);
        }
        match self.departments.by_name.get(&name_key(hint)) {
            Some(indexes) => self.departments.found(indexes.iter().copied()),
            None => Found::Nothing,
        }
    }

    fn gazetteer(&self, level: Level) -> &Gazetteer {
        match level {
            Level::Commune => &self.communes,
            Level::Department => &self.departments,
        }
    }
}

impl Gazetteer {
    fn push(&mut self, place: Place) {
        let index = self.places.len();
        self.by_code.insert(place.code.clone(), index);
        self.by_name
            .entry(name_key(&place.name))
            .or_default()
            .push(index);
        self.places.push(place);
    }

    fn found(&self, indexes: impl Iterator<Item = usize>) -> Found<'_> {
        let mut places: Vec<&Place> = indexes.map(|index| &self.places[index]).collect();
        match places.as_slice() {
            [] => Found::Nothing,
            [place] => Found::One(place),
            _ => {
                places.sort_by(|a, b| a.code.cmp(&b.code));
                Found::Several(places)
            }
        }
    }
}

/// The form under which names are compared.
fn name_key(name: &str) -> String {
    let words = fold_words(name);
    let mut key = String::with_capacity(words.len());
    for word in words.split(' ') {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(match word {
            "st" => "saint",
            "ste" => "sainte",
            word => word,
        });
    }
    key
}

/// `Saint-Denis (93)` and `Saint-Denis, 93` into the name and the hint.
fn split_hint(typed: &str) -> Option<(&str, &str)> {
    let typed = typed.strip_suffix(')').unwrap_or(typed);
    let at = typed.rfind(['(', ','])?;
    let (name, hint) = (typed[..at].trim(), typed[at + 1..].trim());
    (!name.is_empty() && !hint.is_empty()).then_some((name, hint))
}

fn lines(text: &str) -> impl Iterator<Item = (usize, std::str::Split<'_, char>)> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(index, line)| (index + 1, line.split('\t')))
}

fn columns_of<'a, const N: usize>(
    line: usize,
    mut columns: std::str::Split<'a, char>,
    what: &'static str,
) -> Result<[&'a str; N], PlaceLineError> {
    let mut taken = [""; N];
    for column in &mut taken {
        *column = match columns.next().map(str::trim) {
            Some(text) if !text.is_empty() => text,
            _ => return Err(PlaceLineError { line, what }),
        };
    }
    Ok(taken)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn places() -> Places {
        Places::load(
            "2A\tCorse-du-Sud\n42\tLoire\n75\tParis\n93\tSeine-Saint-Denis\n974\tLa Réunion\n",
            "2A004\tAjaccio\t2A\n42218\tSaint-Étienne\t42\n75056\tParis\t75\n93066\tSaint-Denis\t93\n97411\tSaint-Denis\t974\n",
        )
        .unwrap()
    }

    #[test]
    fn a_place_is_found_as_people_type_it() {
        let places = places();
        let check = |typed: &str, expected: &[&str]| {
            let codes: Vec<&str> = match places.find(Level::Commune, typed) {
                Found::One(place) => vec![&place.code],
                Found::Several(several) => several.iter().map(|p| p.code.as_str()).collect(),
                Found::Nothing => vec![],
            };
            assert_eq!(codes, expected, "{typed}");
        };
        check("Paris", &["75056"]);
        check("75056", &["75056"]);
        check("2a004", &["2A004"]);
        check(" ST ETIENNE ", &["42218"]);
        check("saint etienne", &["42218"]);
        check("Saint-Denis", &["93066", "97411"]);
        check("Saint-Denis (93)", &["93066"]);
        check("st denis, la reunion", &["97411"]);
        check("Saint-Denis (75)", &[]);
        check("Saint-Denis (nowhere)", &[]);
        check("()", &[]);
        check(",", &[]);
        check("", &[]);
    }

    #[test]
    fn a_department_is_found_too() {
        let places = places();
        let loire = places.by_code(Level::Department, "42").unwrap();
        assert_eq!(places.find(Level::Department, "LOIRE"), Found::One(loire));
        assert_eq!(places.department_name("974"), "La Réunion");
        assert_eq!(places.department_name("999"), "999");
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = Places::load("75\tParis\n", "75056\tParis\t75\n\n93066\tSaint-Denis\n");
        assert_eq!(error.unwrap_err().line, 3);
    }
}
