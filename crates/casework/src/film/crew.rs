//! Who comes to a shoot: the list that the production hands in, and what is known of each one's identity. Names, functions
//! and plates are kept apart and erased; here somebody is an identifier. A list that is handed in takes the place of
//! the one before it, and whoever stands in both keeps what is known of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Refusal, encounter::Identity};
use crate::{
    story::{self, Story},
    text::fold,
};

/// The most people that a list holds.
pub const MOST: usize = 500;
/// Characters of a name or a function.
const LONGEST: usize = 120;
/// Characters of a registration plate; the longest of Europe has ten.
const LONGEST_PLATE: usize = 15;

/// Somebody of the list, as the production wrote them down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Family and given names.
    pub name: String,
    /// What they do.
    pub role: String,
    /// The plate of their vehicle; empty for none.
    pub plate: String,
}

impl Person {
    /// What two lists know the same person by.
    pub fn known_by(&self) -> String {
        let name = fold(&self.name);
        name.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It names nobody.
    NoName,
    /// It has more than a name, a function and a plate.
    TooManyColumns,
    /// A name or a function is longer than one is.
    TooLong,
    /// That is no plate.
    Plate,
    /// The same name stands in this line already.
    Twice(usize),
    /// There are more people than a list holds.
    TooMany,
}

/// A line that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Which, from 1.
    pub line: usize,
    /// Why.
    pub wrong: Wrong,
}

/// Reads a list of people, one a line: name, function, plate, apart by a tab, a semicolon or a comma, whichever comes
/// first in that order; a field may stand in double quotes, as RFC 4180 has it. Empty lines are left out, and so is a
/// first line of headings.
///
/// # Errors
/// Every line that cannot be meant, in order. Nothing of the list counts then.
pub fn read(text: &str) -> Result<Vec<Person>, Vec<BadLine>> {
    let mut people = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut bad = Vec::new();
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().enumerate();
    for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = at + 1;
        let cells = cells(line);
        if seen.is_empty() && bad.is_empty() && is_heading(&cells) {
            continue;
        }
        let mut wrong = |wrong| {
            bad.push(BadLine {
                line: line_number,
                wrong,
            })
        };
        if people.len() == MOST {
            wrong(Wrong::TooMany);
            break;
        }
        match person(&cells) {
            Err(why) => wrong(why),
            Ok(person) => match seen.get(&person.known_by()) {
                Some(first) => wrong(Wrong::Twice(*first)),
                None => {
                    seen.insert(person.known_by(), line_number);
                    people.push(person);
                }
            },
        }
    }
    if bad.is_empty() { Ok(people) } else { Err(bad) }
}

/// A list as [`read`] takes it.
pub fn written<'p>(people: impl IntoIterator<Item = &'p Person>) -> String {
    let lines = people.into_iter().map(|one| {
        let cells = [&one.name, &one.role, &one.plate].map(|cell| {
            // What would end a field is quoted.
            let quoted = cell.contains([';', '\t', '"']);
            if quoted {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.clone()
            }
        });
        let mut line = cells.join(" ; ");
        line.truncate(line.trim_end_matches([' ', ';']).len());
        // A comma alone would be taken for a separator.
        if !line.contains(';') {
            line.push_str(" ;");
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn cells(line: &str) -> Vec<String> {
    let outside = outside_quotes(line);
    let separators = ['\t', ';', ','].into_iter();
    let separator = separators.into_iter().find(|one| outside.contains(*one));
    let mut cells = Vec::new();
    let (mut cell, mut quoted) = (String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' if quoted || cell.trim().is_empty() => {
                quoted = !quoted;
                cell.truncate(cell.trim_end().len());
            }
            c if !quoted && Some(c) == separator => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

fn outside_quotes(line: &str) -> String {
    let parts = line.split('"').enumerate();
    let outside = parts.filter(|(at, _)| at % 2 == 0);
    outside.map(|(_, part)| part).collect()
}

fn is_heading(cells: &[String]) -> bool {
    let first = cells.first().map(|cell| fold(cell)).unwrap_or_default();
    ["nom", "noms", "nom et prenom", "name", "names"].contains(&first.as_str())
}

fn person(cells: &[String]) -> Result<Person, Wrong> {
    let mut cells = cells.iter();
    let mut cell = || cells.next().cloned().unwrap_or_default();
    let person = Person {
        name: cell(),
        role: cell(),
        plate: cell().to_uppercase(),
    };
    if cells.any(|more| !more.is_empty()) {
        return Err(Wrong::TooManyColumns);
    }
    if !person.name.chars().any(char::is_alphabetic) {
        return Err(Wrong::NoName);
    }
    let too_long = |text: &str| text.chars().count() > LONGEST;
    if too_long(&person.name) || too_long(&person.role) {
        return Err(Wrong::TooLong);
    }
    let plate = person.plate.chars();
    let is_plate = plate
        .clone()
        .all(|c| c.is_alphanumeric() || " -·".contains(c));
    let has_digit = person.plate.is_empty() || plate.clone().any(|c| c.is_numeric());
    if !is_plate || !has_digit || plate.count() > LONGEST_PLATE {
        return Err(Wrong::Plate);
    }
    Ok(person)
}

/// Something that happened to the list of a shoot.
pub type Event = story::Event<Change>;

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The production hands in a list, whole.
    List {
        /// Whoever is on it, in its order.
        people: Vec<Box<str>>,
    },
    /// The identity of somebody was looked at.
    Check {
        /// Whose.
        person: Box<str>,
        /// What came of it.
        identity: Identity,
    },
    /// Who they were is erased.
    Erase,
}

/// The list of a shoot, as far as its events have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crew {
    /// Whoever is on it, in its order.
    pub people: Vec<(Box<str>, Identity)>,
    /// Whether who they were is erased.
    pub erased: bool,
}

impl Crew {
    /// What is known of somebody's identity.
    pub fn identity(&self, person: &str) -> Option<Identity> {
        let mut people = self.people.iter();
        people
            .find(|(id, _)| **id == *person)
            .map(|(_, identity)| *identity)
    }

    fn list(&mut self, people: &[Box<str>]) {
        let listed = people.iter().map(|id| {
            let known = self.identity(id).unwrap_or(Identity::Unchecked);
            (id.clone(), known)
        });
        self.people = listed.collect();
        self.erased = false;
    }
}

impl Story for Crew {
    const KIND: &'static str = "crew";
    type Change = Change;
    type Rules = ();
    type Refusal = Refusal;

    fn begun(event: &Event) -> Option<Crew> {
        let Change::List { people } = &event.change else {
            return None;
        };
        let mut crew = Crew {
            people: Vec::new(),
            erased: false,
        };
        crew.list(people);
        Some(crew)
    }

    fn apply(&mut self, event: &Event) {
        match &event.change {
            Change::List { people } => self.list(people),
            Change::Check { person, identity } => {
                let mut people = self.people.iter_mut();
                if let Some((_, known)) = people.find(|(id, _)| id == person) {
                    *known = *identity;
                }
            }
            Change::Erase => self.erased = true,
        }
    }

    fn begin((): &(), event: &Event) -> Result<Crew, Refusal> {
        let begun = Crew::begun(event).ok_or(Refusal::Beginning)?;
        may_list(&event.change)?;
        Ok(begun)
    }

    fn may(&self, (): &(), event: &Event) -> Result<(), Refusal> {
        match &event.change {
            Change::List { .. } => may_list(&event.change),
            Change::Check { .. } if self.erased => Err(Refusal::Standing {
                standing: "erased",
                what: "check",
            }),
            Change::Check { person, .. } => {
                let unknown = || Refusal::Unknown(person.clone());
                self.identity(person).map(|_| ()).ok_or_else(unknown)
            }
            Change::Erase => Ok(()),
        }
    }
}

fn may_list(change: &Change) -> Result<(), Refusal> {
    let Change::List { people } = change else {
        return Ok(());
    };
    if people.is_empty() || people.len() > MOST {
        return Err(Refusal::Missing("the people"));
    }
    let mut sorted: Vec<&Box<str>> = people.iter().collect();
    sorted.sort_unstable();
    let twice = sorted.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map_or(Ok(()), |pair| Err(Refusal::Twice(pair[0].clone())))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn event(change: Change) -> Event {
        Event {
            at: Timestamp::UNIX_EPOCH,
            actor: "applicant".into(),
            change,
        }
    }

    fn list(people: &[&str]) -> Event {
        event(Change::List {
            people: people.iter().map(|id| (*id).into()).collect(),
        })
    }

    fn told(text: &str) -> Vec<[String; 3]> {
        let people = read(text).unwrap().into_iter();
        people.map(|one| [one.name, one.role, one.plate]).collect()
    }

    #[test]
    fn a_list_is_read_as_people_paste_it() {
        let check = |text: &str, expected: &[[&str; 3]]| {
            assert_eq!(told(text), expected, "{text}");
        };
        check("Camille Exemple", &[["Camille Exemple", "", ""]]);
        check(
            "Nom;Fonction;Plaque\r\nExemple, Camille ; cadreuse ; ab-123-cd\r\n\r\nEssai Dominique;;\r\n",
            &[
                ["Exemple, Camille", "cadreuse", "AB-123-CD"],
                ["Essai Dominique", "", ""],
            ],
        );
        check(
            "Camille Exemple\tson\tAB 123 CD",
            &[["Camille Exemple", "son", "AB 123 CD"]],
        );
        check("Camille Exemple, son", &[["Camille Exemple", "son", ""]]);
        check(
            "\u{feff}name,role\n\"Exemple, \"\"Cam\"\"\",son",
            &[["Exemple, \"Cam\"", "son", ""]],
        );
        check("", &[]);
    }

    #[test]
    fn every_bad_line_is_named() {
        let bad = |text: &str| -> Vec<(usize, Wrong)> {
            let bad = read(text).unwrap_err().into_iter();
            bad.map(|one| (one.line, one.wrong)).collect()
        };
        assert_eq!(
            bad(
                "Camille Exemple ; son\n ; image\n\nA ; b ; c ; d\nDominique ; x ; la rouge\nCAMILLE  exemple ; image"
            ),
            [
                (2, Wrong::NoName),
                (4, Wrong::TooManyColumns),
                (5, Wrong::Plate),
                (6, Wrong::Twice(1))
            ]
        );
        let many: String = (0..=MOST)
            .map(|at| format!("Exemple{}\n", "a".repeat(at % 50) + &at.to_string()))
            .collect();
        assert_eq!(bad(&many).pop(), Some((MOST + 1, Wrong::TooMany)));
        assert_eq!(bad(&"x".repeat(121)), [(1, Wrong::TooLong)]);
    }

    #[test]
    fn whoever_stays_on_the_list_keeps_what_is_known_of_them() {
        let mut crew = Crew::begin(&(), &list(&["a", "b"])).unwrap();
        let check = |person: &str| {
            event(Change::Check {
                person: person.into(),
                identity: Identity::Checked,
            })
        };
        crew = crew.after(&(), &check("b")).unwrap();
        crew = crew.after(&(), &list(&["c", "b"])).unwrap();
        assert_eq!(
            [crew.identity("b"), crew.identity("c"), crew.identity("a")],
            [Some(Identity::Checked), Some(Identity::Unchecked), None]
        );
        assert!(crew.after(&(), &check("a")).is_err());
        assert!(crew.after(&(), &list(&["a", "a"])).is_err());
        assert!(crew.after(&(), &list(&[])).is_err());
        crew = crew.after(&(), &event(Change::Erase)).unwrap();
        assert!(crew.after(&(), &check("b")).is_err());
    }

    proptest! {
        #[test]
        fn a_list_that_is_written_reads_the_same(
            people in prop::collection::btree_map("[A-Za-zé,;\" ]{0,20}[A-Z]", ("[a-z,;\" ]{0,12}", "([A-Z]{2}-[0-9]{3})?"), 1..9)
        ) {
            let mut people: Vec<Person> = people
                .into_iter()
                .map(|(name, (role, plate))| Person { name: name.trim().to_owned(), role: role.trim().to_owned(), plate })
                .filter(|one| !one.name.starts_with('"') && !one.role.starts_with('"'))
                .filter(|one| !is_heading(std::slice::from_ref(&one.name)))
                .collect();
            people.sort_by_key(Person::known_by);
            people.dedup_by_key(|one| one.known_by());
            prop_assert_eq!(read(&written(&people)), Ok(people));
        }

        #[test]
        fn any_text_is_read_or_its_lines_named(text in "\\PC{0,300}") {
            match read(&text) {
                Ok(people) => prop_assert!(people.len() <= MOST),
                Err(bad) => prop_assert!(!bad.is_empty()),
            }
        }
    }
}
