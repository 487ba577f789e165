//! A person as those see them who do not open the identity: "the victim, woman, 61".
//!
//! Only what the desk's definition says describes is used, only when the submission comes, and only of somebody who
//! gave a name: who stays anonymous stays so.

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};

use crate::{
    answers::Answers,
    desk::{Desk, Kind, Question},
    expression::{Env, Expression},
    text::Lang,
    words::words,
};

words! {
    /// What a person is in a submission.
    Who {
        /// Who it happened to.
        Victim = "victim",
        /// Who files the complaint, for somebody else.
        Complainant = "complainant",
        /// Who tells of it.
        Reporter = "reporter",
        /// Whose child it happened to.
        Parent = "parent",
        /// Who speaks for a company or a person.
        Representative = "representative",
        /// Who saw it.
        Witness = "witness",
        /// Who asks for something.
        Applicant = "applicant",
    }
}

impl Who {
    /// In words, as a sentence begins with it.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Who::Victim => lang.pick("la victime", "the victim"),
            Who::Complainant => lang.pick("la personne qui porte plainte", "the complainant"),
            Who::Reporter => lang.pick("la personne qui signale", "the person reporting"),
            Who::Parent => lang.pick("le parent", "the parent"),
            Who::Representative => lang.pick("la personne qui représente", "the representative"),
            Who::Witness => lang.pick("le témoin", "the witness"),
            Who::Applicant => lang.pick("la personne qui demande", "the applicant"),
        }
    }
}

/// What an answer that is kept apart says of a person all the same.
#[derive(Clone, Debug)]
pub enum Describes {
    /// A person: the first role whose condition holds. Their age is said when the date of birth is asked.
    Person(Vec<(Who, Option<Expression>)>),
    /// A choice that is said of the person whom this question asks for.
    Of(Box<str>),
}

/// A person, coarsely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What they are.
    pub who: Who,
    /// Choices that are said of them: the question and the option.
    pub said: Vec<(String, String)>,
    /// Whole years when the submission came.
    pub age: Option<u8>,
}

impl Description {
    /// As it is kept.
    pub fn to_json(&self) -> Value {
        let said: Vec<[&String; 2]> = self.said.iter().map(|(of, is)| [of, is]).collect();
        serde_json::json!({"who": self.who.as_str(), "said": said, "age": self.age})
    }

    /// Reads what was kept; none when it is no description.
    pub fn from_json(kept: &Value) -> Option<Description> {
        let said = kept.get("said")?.as_array()?.iter().filter_map(|pair| {
            let text = |at: usize| Some(pair.get(at)?.as_str()?.to_owned());
            Some((text(0)?, text(1)?))
        });
        Some(Description {
            who: Who::from_word(kept.get("who")?.as_str()?)?,
            said: said.collect(),
            age: kept
                .get("age")
                .and_then(Value::as_u64)
                .and_then(|age| age.try_into().ok()),
        })
    }

    /// In words: "the victim, woman, 61".
    pub fn label(&self, desk: &Desk, lang: Lang) -> String {
        let mut parts = vec![self.who.label(lang).to_owned()];
        parts.extend(self.said.iter().filter_map(|(question, option)| {
            let Kind::Choice { options } = &desk.question(question)?.kind else {
                return None;
            };
            let option = options.iter().find(|one| *one.id == **option)?;
            Some(option.label.get(lang).to_lowercase())
        }));
        parts.extend(self.age.map(|age| match (lang, age) {
            (Lang::Fr, 0 | 1) => format!("{age} an"),
            (Lang::Fr, _) => format!("{age} ans"),
            (Lang::En, _) => age.to_string(),
        }));
        parts.join(", ")
    }
}

/// The persons of a submission that came at `now`, as the desk lets them be described.
pub fn descriptions(desk: &Desk, answers: &Answers, now: Timestamp) -> Vec<Description> {
    let values = answers.values();
    let env = Env {
        answers: values,
        item: None,
        track: answers.track().as_str(),
        now,
        zone: &desk.time_zone,
        priority: 0,
        urgent: false,
        matter: None,
    };
    desk.questions()
        .filter_map(|question| {
            let Some(Describes::Person(roles)) = &question.describes else {
                return None;
            };
            let person = values.get(question.id.as_str())?.as_object()?;
            if !is_named(person) {
                return None;
            }
            let role = |(_, when): &&(Who, Option<Expression>)| {
                when.as_ref().is_none_or(|when| when.holds(&env))
            };
            let (who, _) = roles.iter().find(role)?;
            Some(Description {
                who: *who,
                said: said(desk, question, values),
                age: age(person, now, desk),
            })
        })
        .collect()
}

fn is_named(person: &Map<String, Value>) -> bool {
    let given = |field: &str| {
        let value = person.get(field).and_then(Value::as_str);
        value.is_some_and(|value| !value.trim().is_empty())
    };
    given("family_name") || given("given_names")
}

fn said(desk: &Desk, of: &Question, values: &Map<String, Value>) -> Vec<(String, String)> {
    desk.questions()
        .filter(|question| {
            let describes = question.describes.as_ref();
            matches!(describes, Some(Describes::Of(person)) if **person == *of.id.as_str())
        })
        .filter_map(|question| {
            let id = question.id.as_str();
            Some((id.to_owned(), values.get(id)?.as_str()?.to_owned()))
        })
        .collect()
}

/// Whole years on the calendar of the desk; none for a date that cannot be a living person's.
fn age(person: &Map<String, Value>, now: Timestamp, desk: &Desk) -> Option<u8> {
    let born: Date = person.get("birth_date")?.as_str()?.parse().ok()?;
    let today = desk.time_zone.to_datetime(now).date();
    let to_come = (today.month(), today.day()) < (born.month(), born.day());
    let years = i32::from(today.year()) - i32::from(born.year()) - i32::from(to_come);
    u8::try_from(years).ok().filter(|years| *years <= 125)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{desk::Config, place, submission::Track};

    const DESK: &str = r#"format = 1
id = "small"
version = 1
title = { fr = "", en = "" }
summary = { fr = "", en = "" }
tracks = ["report"]
first_deadline_hours = 24
retention_days = 1
time_zone = "Europe/Paris"
[[step]]
id = "one"
title = { fr = "", en = "" }
question = [
  { id = "child", kind = "yes_no", label = { fr = "", en = "" } },
  { id = "sex", kind = "choice", is = "identity", describes = "person", label = { fr = "", en = "" }, options = [ { id = "w", label = { fr = "Femme", en = "Woman" } } ] },
  { id = "person", kind = "person", is = "identity", describes = [ { who = "parent", when = 'child == true' }, { who = "victim" } ], fields = ["family_name", "birth_date"], label = { fr = "", en = "" } },
  { id = "other", kind = "person", is = "identity", fields = ["family_name", "birth_date"], label = { fr = "", en = "" } },
]
"#;

    fn load(desk: &str) -> Result<Desk, String> {
        let files = [("desks/small.toml".to_owned(), desk.to_owned())];
        let config = Config::load(files, place::tests::places());
        let config = config.map_err(|told| format!("{told:?}"))?;
        Ok(config.desk(&"small".parse().unwrap()).unwrap().clone())
    }

    #[test]
    fn a_person_who_gave_a_name_is_described_as_the_desk_says_and_no_other() {
        let desk = load(DESK).unwrap();
        let now: Timestamp = "2026-06-01T22:30:00Z".parse().unwrap();
        let check = |answers: Value, fr: &[&str], en: &[&str]| {
            let values = answers.as_object().unwrap().clone();
            let answers = Answers::stored(Track::Report, values);
            let described = descriptions(&desk, &answers, now);
            let told = |lang| -> Vec<String> {
                described.iter().map(|one| one.label(&desk, lang)).collect()
            };
            assert_eq!(told(Lang::Fr), fr);
            assert_eq!(told(Lang::En), en);
            for one in described {
                assert_eq!(Description::from_json(&one.to_json()), Some(one));
            }
        };
        // In Paris it is the day of the birthday.
        let person = json!({"family_name": "Exemple", "birth_date": "1965-06-02"});
        check(
            json!({"sex": "w", "person": person, "other": person}),
            &["la victime, femme, 61 ans"],
            &["the victim, woman, 61"],
        );
        check(
            json!({"child": true, "person": {"family_name": "Exemple", "birth_date": "1965-06-03"}}),
            &["le parent, 60 ans"],
            &["the parent, 60"],
        );
        check(
            json!({"person": {"family_name": "Exemple", "birth_date": "1800-01-01"}}),
            &["la victime"],
            &["the victim"],
        );
        check(json!({"person": {"birth_date": "1965-06-02"}}), &[], &[]);
        check(json!({"sex": "w"}), &[], &[]);
        check(json!({"person": "odd"}), &[], &[]);
    }

    #[test]
    fn only_an_identity_describes_and_somebody_who_is_asked_for() {
        let check = |from: &str, to: &str, expected: &str| {
            let told = load(&DESK.replace(from, to)).unwrap_err();
            assert!(told.contains(expected), "{told}");
        };
        check(
            "is = \"identity\", describes = \"person\", ",
            "describes = \"person\", ",
            "describes nobody",
        );
        check(
            "describes = \"person\"",
            "describes = \"other\"",
            "describes nobody",
        );
        check(
            "who = \"parent\"",
            "who = \"cousin\"",
            "one of victim, complainant",
        );
        check("'child == true'", "'chil == true'", "chil");
    }
}
