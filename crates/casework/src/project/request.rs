use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    price::{Basis, Line},
    text::Lang,
    words::words,
};

words! {
    /// What a line of a request asks for: an option of the desk's `support.kind`.
    SupportKind {
        /// Advice, a reading.
        Advice = "advice",
        /// An expert of a service.
        Expert = "expert",
        /// A time in a unit.
        Immersion = "immersion",
        /// Somewhere to shoot.
        Place = "place",
        /// A thing, a vehicle, a uniform.
        Item = "item",
        /// Extras or technical advisers.
        People = "people",
        /// Archive images.
        Archive = "archive",
    }
}

impl SupportKind {
    /// In plain words.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            SupportKind::Advice => lang.pick("conseil", "advice"),
            SupportKind::Expert => lang.pick("expert", "expert"),
            SupportKind::Immersion => lang.pick("immersion", "immersion"),
            SupportKind::Place => lang.pick("lieu", "place"),
            SupportKind::Item => lang.pick("matériel", "equipment"),
            SupportKind::People => lang.pick("figurants ou conseillers", "extras or advisers"),
            SupportKind::Archive => lang.pick("images d’archives", "archive images"),
        }
    }
}

/// A line of a request: one thing asked for. It keeps its number through every version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    /// What kind of thing.
    pub kind: SupportKind,
    /// What exactly.
    pub what: Box<str>,
    /// How many; 1 where nothing was said.
    pub count: u32,
    /// Whether somebody comes with it to operate it.
    pub operator: bool,
    /// The first day.
    pub from: Option<Date>,
    /// How many days, with preparation and strike.
    pub days: u32,
    /// The first day if those are taken.
    pub fallback: Option<Date>,
    /// Whether a rider took it back.
    pub given_up: bool,
}

/// A paper, and until when it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Which: an option of the desk's `paper.kind`.
    pub kind: Box<str>,
    /// Its last day.
    pub expires: Option<Date>,
}

/// What a production asks for, as one version has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The title, even a working one.
    pub title: Box<str>,
    /// The kind of work: an option of the desk's `project_kind`.
    pub work: Box<str>,
    /// Who produces it; empty while nobody does.
    pub company: Box<str>,
    /// People on set, at most.
    pub team: u32,
    /// What is asked for.
    pub lines: Vec<Support>,
    /// Papers that came with it.
    pub papers: Vec<Paper>,
    /// What will be seen or done that has to be planned: options of the desk's `sensitive`.
    pub sensitive: Vec<Box<str>>,
}

/// How a line is priced: the office says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// The category in the grid of prices.
    pub category: Box<str>,
    /// Hours of each day.
    pub hours: u32,
    /// Of its days, those of preparation and strike.
    pub preparation: u32,
}

/// What differs between two versions of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The line, from 0; none for what is said of the whole.
    pub line: Option<usize>,
    /// Which field, as [`Request`] and [`Support`] call it; `line` for a line that is new.
    pub field: &'static str,
    /// As it was; empty for a line that is new.
    pub before: String,
    /// As it is.
    pub after: String,
}

impl Request {
    /// The lines that nobody gave up, with their numbers.
    pub fn standing(&self) -> impl Iterator<Item = (usize, &Support)> {
        self.lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !line.given_up)
    }

    /// The last day on which every insurance that came with it holds; none where one is missing.
    pub fn insured_until(&self) -> Option<Date> {
        let last = |kind: &str| {
            let papers = self.papers.iter().filter(|paper| *paper.kind == *kind);
            papers.filter_map(|paper| paper.expires).max()
        };
        Some(last("liability")?.min(last("state_goods")?))
    }

    /// What a later version says otherwise, in the order in which it is read.
    pub fn differences(&self, later: &Request) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut compare = |line, field, before: String, after: String| {
            if before != after {
                found.push(Difference {
                    line,
                    field,
                    before,
                    after,
                });
            }
        };
        compare(
            None,
            "title",
            self.title.to_string(),
            later.title.to_string(),
        );
        compare(
            None,
            "company",
            self.company.to_string(),
            later.company.to_string(),
        );
        compare(None, "team", self.team.to_string(), later.team.to_string());
        compare(None, "papers", papers(&self.papers), papers(&later.papers));
        compare(
            None,
            "sensitive",
            self.sensitive.join(", "),
            later.sensitive.join(", "),
        );
        for (at, after) in later.lines.iter().enumerate() {
            let Some(before) = self.lines.get(at) else {
                compare(Some(at), "line", String::new(), after.what.to_string());
                continue;
            };
            for ((field, before), (_, after)) in before.fields().into_iter().zip(after.fields()) {
                compare(Some(at), field, before, after);
            }
        }
        found
    }

    /// What a quote counts: each standing line that the office has given a class.
    pub fn basis(&self, on: Date, class: impl Fn(usize) -> Option<Class>) -> Basis {
        let lines = self
            .standing()
            .filter_map(|(at, line)| line.counted(class(at)?))
            .collect();
        Basis {
            on,
            work: self.work.clone(),
            team: self.team,
            lines,
        }
    }
}

impl Support {
    fn fields(&self) -> [(&'static str, String); 7] {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        [
            ("what", self.what.to_string()),
            ("count", self.count.to_string()),
            ("operator", yes(self.operator)),
            ("from", day(self.from)),
            ("days", self.days.to_string()),
            ("fallback", day(self.fallback)),
            ("given_up", yes(self.given_up)),
        ]
    }

    /// Whether it is of a kind that is paid for.
    pub(super) fn has_price(&self) -> bool {
        use SupportKind::{Item, People, Place};
        matches!(self.kind, Place | Item | People)
    }

    /// What of it has a price.
    fn counted(&self, class: Class) -> Option<Line> {
        let (what, category) = (self.what.clone(), class.category);
        match self.kind {
            SupportKind::Place => Some(Line::Place {
                what,
                category,
                days: self.days.saturating_sub(class.preparation),
                hours: class.hours,
                preparation: class.preparation.min(self.days),
            }),
            SupportKind::Item => Some(Line::Item {
                what,
                category,
                count: self.count,
                days: self.days,
            }),
            SupportKind::People => Some(Line::Person {
                what,
                category,
                count: self.count,
                hours: class.hours.saturating_mul(self.days.max(1)),
            }),
            _ => None,
        }
    }
}

fn papers(papers: &[Paper]) -> String {
    let written = papers.iter().map(|paper| match paper.expires {
        Some(day) => format!("{} ({day})", paper.kind),
        None => paper.kind.to_string(),
    });
    written.collect::<Vec<_>>().join(", ")
}
