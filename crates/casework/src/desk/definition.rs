//! What a desk is once read and checked.

use std::{collections::BTreeSet, sync::Arc};

use jiff::tz::TimeZone;

use crate::{
    description::Describes,
    expression::Expression,
    place::{Level, Places},
    retention,
    submission::{DeskId, QuestionId, Track, UnitId},
    text::{Lang, Text},
    words::words,
};

/// One version of a desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Its identifier, the same in every version.
    pub id: DeskId,
    /// Its version; a submission keeps the one it was filed with.
    pub version: u32,
    /// What the people who work at it call it, the same in both languages.
    pub name: Box<str>,
    /// Its title.
    pub title: Text,
    /// One sentence for the home page.
    pub summary: Text,
    /// How one may file here; the first is the default.
    pub tracks: Vec<Track>,
    /// Within how many hours somebody must have looked.
    pub first_deadline_hours: u32,
    /// For how many days a submission is kept.
    pub retention_days: u32,
    /// Where the clocks hang that its dates and times are read from.
    pub time_zone: TimeZone,
    /// Whether what is found in its submissions is matched with that of others. If not, nothing in them, and no
    /// file of theirs, is read for observables.
    pub matched: bool,
    /// Whether the person may be told what a body outside made of the copy it was given.
    pub tells_outcomes: bool,
    /// The choice that names the kind of submission.
    pub headline: Option<QuestionId>,
    /// The unit that has what the desk receives until somebody routes it. The rules of competence propose, and
    /// move nothing.
    pub unit: Option<UnitId>,
    /// The pages, in order.
    pub steps: Vec<Step>,
    /// What bypasses every queue.
    pub urgent: Vec<Urgent>,
    /// Advice that does not stop.
    pub orientations: Vec<Orientation>,
    /// Conditions to be met.
    pub eligibility: Vec<Eligibility>,
    /// What makes a submission come first.
    pub priority: Vec<PriorityRule>,
    /// How long a submission is kept; empty where `retention_days` alone says.
    pub retention: Vec<retention::Rule>,
    pub(crate) places: Arc<Places>,
}

impl Desk {
    /// Whether it takes requests and nothing else: nothing that happened to anybody, nothing to investigate.
    pub fn only_requests(&self) -> bool {
        self.tracks.iter().all(|track| *track == Track::Request)
    }

    /// The question with this id at the top level of the desk.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().find(|question| question.id.as_str() == id)
    }

    /// Every question at the top level, in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.steps.iter().flat_map(|step| &step.questions)
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| &*step.id == id)
    }

    /// The communes and departments its place questions know.
    pub fn places(&self) -> &Places {
        &self.places
    }
}

/// A page of questions.
#[derive(Clone, Debug)]
pub struct Step {
    /// Unique in the desk.
    pub id: Box<str>,
    /// Its heading.
    pub title: Text,
    /// What to read first.
    pub intro: Option<Text>,
    /// The step is skipped when this is false.
    pub when: Option<Expression>,
    /// What it asks.
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// Unique in the desk, or in its repetition.
    pub id: QuestionId,
    /// What kind of answer, with the kind's settings.
    pub kind: Kind,
    /// The question as asked.
    pub label: Text,
    /// What helps to answer.
    pub help: Option<Text>,
    /// Whether it must be answered.
    pub required: Required,
    /// The question is not asked when this is false.
    pub when: Option<Expression>,
    /// What the answer is.
    pub role: Option<Role>,
    /// What it says of a person to those who do not open the identity; nothing where it is `None`.
    pub describes: Option<Describes>,
}

/// Whether a question must be answered.
#[derive(Clone, Debug)]
pub enum Required {
    /// It may be left.
    No,
    /// It must be answered when asked.
    Yes,
    /// It must be answered when this holds.
    When(Expression),
}

/// The kind of an answer, with its settings.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A line of text.
    Text {
        /// In characters.
        max_chars: usize,
    },
    /// A narrative.
    LongText {
        /// In characters.
        min_chars: usize,
        /// In characters.
        max_chars: usize,
    },
    /// One of several options.
    Choice {
        /// In the order shown.
        options: Vec<Choice>,
    },
    /// Some of several options.
    Choices {
        /// In the order shown.
        options: Vec<Choice>,
        /// How many at most.
        max_items: usize,
    },
    /// Yes or no.
    YesNo,
    /// A day.
    Date {
        /// Whether the future is refused.
        past: bool,
    },
    /// A day, perhaps a time, perhaps "about then".
    Moment {
        /// Whether the future is refused.
        past: bool,
    },
    /// A number.
    Number {
        /// Smallest.
        min: Option<f64>,
        /// Largest.
        max: Option<f64>,
        /// Whether it must be whole.
        integer: bool,
    },
    /// An amount.
    Money {
        /// Smallest, in minor units.
        min_minor: i64,
        /// Largest, in minor units.
        max_minor: i64,
        /// The currencies offered; the first is the default.
        currencies: Vec<Box<str>>,
    },
    /// A country.
    Country,
    /// A French commune or department.
    Place {
        /// Which of the two.
        level: Level,
    },
    /// An e-mail address.
    Email {
        /// Whether what does not validate is refused; false keeps it as typed.
        strict: bool,
    },
    /// A phone number.
    Phone {
        /// As for [`Kind::Email`].
        strict: bool,
    },
    /// A web address.
    Url {
        /// As for [`Kind::Email`].
        strict: bool,
    },
    /// An IBAN.
    Iban {
        /// As for [`Kind::Email`].
        strict: bool,
    },
    /// A Bitcoin or Ethereum address.
    Crypto {
        /// As for [`Kind::Email`].
        strict: bool,
    },
    /// An account on a platform.
    Handle {
        /// The platforms offered.
        platforms: Vec<Choice>,
    },
    /// A person.
    Person {
        /// What is asked of them, in order.
        fields: Vec<PersonField>,
        /// What must be given.
        required_fields: Vec<PersonField>,
    },
    /// Evidence files.
    Evidence {
        /// How many at most.
        max_files: usize,
    },
    /// The same questions several times.
    Repetition {
        /// What each entry asks.
        questions: Vec<Question>,
        /// How few entries.
        min_items: usize,
        /// How many at most.
        max_items: usize,
        /// What an entry is called: "a payment".
        item: Text,
    },
    /// Text for the reader; nothing is answered.
    Explanation,
}

impl Kind {
    /// The word in the file.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Text { .. } => "text",
            Kind::LongText { .. } => "long_text",
            Kind::Choice { .. } => "choice",
            Kind::Choices { .. } => "choices",
            Kind::YesNo => "yes_no",
            Kind::Date { .. } => "date",
            Kind::Moment { .. } => "moment",
            Kind::Number { .. } => "number",
            Kind::Money { .. } => "money",
            Kind::Country => "country",
            Kind::Place { .. } => "place",
            Kind::Email { .. } => "email",
            Kind::Phone { .. } => "phone",
            Kind::Url { .. } => "url",
            Kind::Iban { .. } => "iban",
            Kind::Crypto { .. } => "crypto",
            Kind::Handle { .. } => "handle",
            Kind::Person { .. } => "person",
            Kind::Evidence { .. } => "evidence",
            Kind::Repetition { .. } => "repetition",
            Kind::Explanation => "explanation",
        }
    }
}

/// An option of a choice, or a platform.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the answer holds.
    pub id: Box<str>,
    /// What is shown.
    pub label: Text,
    /// What helps to choose.
    pub help: Option<Text>,
    /// The option is not offered when this is false.
    pub when: Option<Expression>,
}

words! {
    /// A field of a person.
    PersonField {
        /// Family name.
        FamilyName = "family_name",
        /// Given names.
        GivenNames = "given_names",
        /// Date of birth.
        BirthDate = "birth_date",
        /// E-mail address.
        Email = "email",
        /// Phone number.
        Phone = "phone",
        /// Number and street.
        Address = "address",
        /// Postcode.
        Postcode = "postcode",
        /// Town.
        City = "city",
        /// Country of residence.
        Country = "country",
        /// Country whose national they are.
        Nationality = "nationality",
        /// Where they were born.
        BirthPlace = "birth_place",
        /// What they do.
        Profession = "profession",
    }
}

impl PersonField {
    /// The field's name for people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            PersonField::FamilyName => lang.pick("Nom de famille", "Family name"),
            PersonField::GivenNames => lang.pick("Prénoms", "Given names"),
            PersonField::BirthDate => lang.pick("Date de naissance", "Date of birth"),
            PersonField::Email => lang.pick("Adresse e-mail", "E-mail address"),
            PersonField::Phone => lang.pick("Téléphone", "Phone number"),
            PersonField::Address => lang.pick("Adresse", "Address"),
            PersonField::Postcode => lang.pick("Code postal", "Postcode"),
            PersonField::City => lang.pick("Ville", "Town"),
            PersonField::Country => lang.pick("Pays", "Country"),
            PersonField::Nationality => lang.pick("Pays de nationalité", "Country of nationality"),
            PersonField::BirthPlace => lang.pick("Lieu de naissance", "Place of birth"),
            PersonField::Profession => lang.pick("Profession", "Occupation"),
        }
    }
}

words! {
    /// What an answer is, whatever its kind.
    Role {
        /// Read for observables, sketched for near-duplicates, searched by words.
        Narrative = "narrative",
        /// An identifier of the suspect: becomes a key.
        Observable = "observable",
        /// Part of the way it was done: weighs between submissions that something else links.
        Modus = "modus",
        /// An identifier of the person who reports: kept, never a key.
        Own = "own",
        /// Summed as the loss.
        Amount = "amount",
        /// When it happened.
        Moment = "moment",
        /// Where.
        Place = "place",
        /// Exhibits.
        Evidence = "evidence",
        /// Goes to the vault, apart from the facts.
        Identity = "identity",
        /// Where the person can be reached: vault, never a key.
        Contact = "contact",
    }
}

impl Role {
    /// Whether the answer is kept apart from the facts.
    pub fn is_vaulted(self) -> bool {
        matches!(self, Role::Identity | Role::Contact)
    }
}

/// What bypasses every queue; its text is shown at once.
#[derive(Clone, Debug)]
pub struct Urgent {
    /// Its identifier.
    pub id: Box<str>,
    /// When it holds.
    pub when: Expression,
    /// Heading.
    pub title: Text,
    /// What to do, with the emergency numbers.
    pub text: Text,
    /// Within how many minutes somebody must have looked.
    pub deadline_minutes: u32,
}

/// Advice that does not stop.
#[derive(Clone, Debug)]
pub struct Orientation {
    /// Its identifier.
    pub id: Box<str>,
    /// When it is given.
    pub when: Expression,
    /// What it says.
    pub text: Text,
    /// Where it leads.
    pub link: Option<RedirectTo>,
}

/// A condition to be met on some tracks.
#[derive(Clone, Debug)]
pub struct Eligibility {
    /// Its identifier.
    pub id: Box<str>,
    /// On which tracks; empty means all.
    pub tracks: BTreeSet<Track>,
    /// When it applies; `None` means always.
    pub when: Option<Expression>,
    /// What must hold.
    pub require: Expression,
    /// Why it stops.
    pub reason: Text,
    /// What to do instead.
    pub redirect: Option<Redirect>,
}

/// What to do instead.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// What the link says.
    pub label: Text,
    /// Where it leads.
    pub to: RedirectTo,
}

/// Where a redirect or an advice leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectTo {
    /// Another track of the same desk.
    Track(Track),
    /// Another desk.
    Desk(DeskId),
    /// A page elsewhere.
    Url(Box<str>),
    /// A number to call.
    Phone(Box<str>),
}

/// A published criterion of priority.
#[derive(Clone, Debug)]
pub struct PriorityRule {
    /// Its identifier.
    pub id: Box<str>,
    /// When it holds.
    pub when: Expression,
    /// What it adds; may be negative.
    pub points: i64,
    /// What it says, to the person judged too.
    pub label: Text,
}
