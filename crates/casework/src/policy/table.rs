//! The rules, one row an action. An action without a row does not compile.

use std::fmt::Write;

use super::Relation;
use crate::words::words;

words! {
    /// What an agent is.
    Role {
        /// Reads what comes in, and decides what becomes of it.
        Triage = "triage",
        /// Carries cases.
        Investigator = "investigator",
        /// Explains links and series.
        Analyst = "analyst",
        /// Leads a unit.
        Head = "head",
        /// Speaks with partners abroad.
        Liaison = "liaison",
        /// Carries the projects of the film desk.
        FilmOfficer = "film_officer",
        /// Watches over personal data.
        DataProtectionOfficer = "data_protection_officer",
        /// Reads the record.
        Auditor = "auditor",
        /// Runs the machine, and reads no case.
        Administrator = "administrator",
    }
}

words! {
    /// What an action is about.
    Subject {
        /// A submission, a case, a series.
        Case = "case",
        /// A project of the film desk.
        Film = "film",
        /// The record of who looked at what.
        Record = "record",
        /// The service and the machine: figures, agents, rules.
        Service = "service",
    }
}

words! {
    /// A part of a case that is shown to another unit, or is not.
    Part {
        /// What was told, and what was found in it.
        Facts = "facts",
        /// The files.
        Exhibits = "exhibits",
        /// Who the persons are.
        Identity = "identity",
        /// What colleagues noted.
        Notes = "notes",
        /// What is written to the person and by them.
        Messages = "messages",
    }
}

words! {
    /// What an agent may want to do.
    Action {
        /// See how many there are, never which.
        SeeFigures = "see_figures",
        /// Read it, see it in a list, count it.
        Read = "read",
        /// Find it by a name or a number.
        Search = "search",
        /// Take it, or give it back.
        Take = "take",
        /// Give it to another agent or unit.
        Route = "route",
        /// End it.
        Close = "close",
        /// Open it again.
        Reopen = "reopen",
        /// Write to the person.
        Reply = "reply",
        /// Leave a note for colleagues.
        Note = "note",
        /// Add, correct or dismiss what was found in it.
        Correct = "correct",
        /// Confirm, split or merge a series, or undo that.
        DecideSeries = "decide_series",
        /// Open a file of it.
        OpenExhibit = "open_exhibit",
        /// Open the sealed identity of a person.
        OpenIdentity = "open_identity",
        /// Take a copy out of the system.
        Export = "export",
        /// Ask another unit to take part, or to take it over.
        Refer = "refer",
        /// Accept or refuse to take part.
        AnswerReferral = "answer_referral",
        /// Give it back to whoever referred it.
        ReturnReferral = "return_referral",
        /// Ask, of one's own accord, to take part in what another unit has. Says nothing of whether it is there.
        AskToJoin = "ask_to_join",
        /// Keep what a body outside made of the copy it was given.
        RecordOutcome = "record_outcome",
        /// Send it abroad, or answer from abroad.
        Exchange = "exchange",
        /// Seal it.
        Seal = "seal",
        /// Lift the seal.
        Unseal = "unseal",
        /// Mark it: from then on whoever reads it has to be cleared for that too.
        Mark = "mark",
        /// Take a marking away.
        Unmark = "unmark",
        /// Say that one should not see it.
        DeclareConflict = "declare_conflict",
        /// The same of a film project.
        DeclareFilmConflict = "declare_film_conflict",
        /// Keep it beyond its time, or let that go.
        Hold = "hold",
        /// Shred what is personal in it.
        Erase = "erase",
        /// Ask a second person to agree that it is shredded.
        AskErasure = "ask_erasure",
        /// See until when it is kept, what holds it, and what was erased.
        SeeRetention = "see_retention",
        /// Read a film project.
        ReadFilm = "read_film",
        /// Give an opinion, decide, book.
        HandleFilm = "handle_film",
        /// Give the opinion or the agreement that one's unit is asked for.
        AnswerFilm = "answer_film",
        /// Open the script of a film project.
        OpenScript = "open_script",
        /// Read the record of who looked at what.
        ReadRecord = "read_record",
        /// Take a copy of it out of the system.
        ExportRecord = "export_record",
        /// Be told of signs that somebody looks for something else than their work.
        SeeAlerts = "see_alerts",
        /// Invite agents, change their roles, end their sessions.
        ManageAgents = "manage_agents",
        /// Agree that somebody gets access, as the second person.
        AgreeAccess = "agree_access",
        /// Change what one signs in with oneself.
        ChangeAccess = "change_access",
        /// Publish desks, units and rules.
        PublishRules = "publish_rules",
        /// See whether queues move, what waits for whom, and who waits for access.
        SeeService = "see_service",
        /// See and mend queues, stores and backups.
        RunMachine = "run_machine",
    }
}

/// How far an action reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Nowhere.
    Never,
    /// To what one has oneself.
    Own,
    /// To what one's unit has.
    Unit,
    /// To what one's unit takes part in.
    Joined,
    /// To everything.
    Any,
}

impl Reach {
    /// Whether it reaches an object of this relation.
    pub fn covers(self, relation: Relation) -> bool {
        match self {
            Reach::Never => false,
            Reach::Own => relation <= Relation::Own,
            Reach::Unit => relation <= Relation::Unit,
            Reach::Joined => relation <= Relation::JoinedUnit,
            Reach::Any => true,
        }
    }

    /// The word of the page.
    pub fn as_str(self) -> &'static str {
        match self {
            Reach::Never => "–",
            Reach::Own => "own",
            Reach::Unit => "unit",
            Reach::Joined => "joined",
            Reach::Any => "any",
        }
    }
}

/// What an action asks for besides being within reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// A reason that is kept.
    pub reason: bool,
    /// A reason, when the object is not one's unit's.
    pub reason_beyond_unit: bool,
    /// To sign in anew.
    pub sign_in: bool,
    /// Somebody else who agrees.
    pub second_person: bool,
}

/// The rule of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it is about.
    pub subject: Subject,
    /// The part of a case that it is about.
    pub part: Option<Part>,
    /// How far it reaches, in the order of [`Role::ALL`].
    reach: [Reach; 9],
    /// What else it asks for.
    pub asks: Asks,
    /// Whether it changes the object, and so asks that it be open.
    pub changes: bool,
    /// Whether the glass can be broken for it.
    pub glass: bool,
}

impl Rule {
    /// How far the action reaches for a role.
    pub fn reach(&self, role: Role) -> Reach {
        match role {
            Role::Triage => self.reach[0],
            Role::Investigator => self.reach[1],
            Role::Analyst => self.reach[2],
            Role::Head => self.reach[3],
            Role::Liaison => self.reach[4],
            Role::FilmOfficer => self.reach[5],
            Role::DataProtectionOfficer => self.reach[6],
            Role::Auditor => self.reach[7],
            Role::Administrator => self.reach[8],
        }
    }

    const fn new(subject: Subject, part: Option<Part>, reach: [Reach; 9]) -> Rule {
        Rule {
            subject,
            part,
            reach,
            asks: Asks {
                reason: false,
                reason_beyond_unit: false,
                sign_in: false,
                second_person: false,
            },
            changes: false,
            glass: false,
        }
    }

    const fn changes(mut self) -> Rule {
        self.changes = true;
        self
    }

    const fn glass(mut self) -> Rule {
        self.glass = true;
        self
    }

    const fn reason(mut self) -> Rule {
        self.asks.reason = true;
        self
    }

    const fn reason_beyond_unit(mut self) -> Rule {
        self.asks.reason_beyond_unit = true;
        self
    }

    const fn sign_in(mut self) -> Rule {
        self.asks.sign_in = true;
        self
    }

    const fn second_person(mut self) -> Rule {
        self.asks.second_person = true;
        self
    }
}

/// A row about a part of a case.
const fn case(part: Part, reach: [Reach; 9]) -> Rule {
    Rule::new(Subject::Case, Some(part), reach)
}

/// A row about anything else.
const fn about(subject: Subject, reach: [Reach; 9]) -> Rule {
    Rule::new(subject, None, reach)
}

const N: Reach = Reach::Never;
const O: Reach = Reach::Own;
const U: Reach = Reach::Unit;
const J: Reach = Reach::Joined;
const A: Reach = Reach::Any;

impl Action {
    /// Whether it declares a conflict of interest: whoever has one may do nothing else.
    pub const fn declares_conflict(self) -> bool {
        matches!(self, Action::DeclareConflict | Action::DeclareFilmConflict)
    }

    /// Its row of the table.
    #[rustfmt::skip]
    pub const fn rule(self) -> Rule {
        use Part::{Exhibits, Facts, Identity, Messages, Notes};
        use Subject::{Case, Film, Record, Service};
        match self {
            // in this order:                triage, investigator, analyst, head, liaison, film, dpo, auditor, administrator
            Action::SeeFigures => about(Service, [A, A, A, A, A, A, A, A, A]),
            Action::Read => case(Facts,          [U, J, J, J, J, N, N, N, N]).reason_beyond_unit().glass(),
            Action::Search => case(Facts,        [U, J, J, J, J, N, N, N, N]).reason(),
            Action::Take => about(Case,          [U, U, N, U, N, N, N, N, N]).changes(),
            Action::Route => about(Case,         [U, O, N, U, N, N, N, N, N]).changes(),
            Action::Close => about(Case,         [U, O, N, U, N, N, N, N, N]).changes(),
            Action::Reopen => about(Case,        [N, U, N, U, N, N, N, N, N]).reason(),
            Action::Reply => case(Messages,      [U, U, N, U, N, N, N, N, N]),
            Action::Note => case(Notes,          [U, J, J, J, J, N, N, N, N]),
            Action::Correct => case(Facts,       [U, J, J, U, N, N, N, N, N]).changes(),
            Action::DecideSeries => case(Facts,  [N, J, J, J, N, N, N, N, N]).reason(),
            Action::OpenExhibit => case(Exhibits,[U, J, J, J, N, N, N, N, N]).reason_beyond_unit().glass(),
            // A life at risk cannot wait for somebody else to open the identity.
            Action::OpenIdentity => case(Identity,[U, J, N, U, N, N, N, N, N]).reason().glass(),
            Action::Export => about(Case,        [N, O, N, U, N, N, N, N, N]).reason().sign_in(),
            Action::Refer => about(Case,         [U, O, N, U, N, N, N, N, N]).reason().changes(),
            Action::AnswerReferral => case(Facts,[N, J, N, J, N, N, N, N, N]).changes(),
            Action::ReturnReferral => case(Facts,[N, J, N, J, N, N, N, N, N]).reason().changes(),
            // The lead decides, who is told who asks and why.
            Action::AskToJoin => about(Case,     [N, A, N, A, N, N, N, N, N]),
            // It comes when it comes: after the case was closed, too.
            Action::RecordOutcome => about(Case, [U, O, N, U, N, N, N, N, N]),
            Action::Exchange => case(Facts,      [N, N, N, U, J, N, N, N, N]).reason(),
            Action::Seal => about(Case,          [N, O, N, U, N, N, N, N, N]).reason(),
            Action::Unseal => about(Case,        [N, N, N, U, N, N, N, N, N]).reason().sign_in().second_person(),
            Action::Mark => about(Case,          [N, O, N, U, N, N, N, N, N]).reason(),
            // Whoever took it away alone would stand above it.
            Action::Unmark => about(Case,        [N, N, N, U, N, N, N, N, N]).reason().sign_in().second_person(),
            Action::DeclareConflict => case(Facts,[U, J, J, J, J, N, N, N, N]),
            Action::DeclareFilmConflict => about(Film,[N, N, N, J, N, J, N, N, N]),
            Action::Hold => about(Case,          [N, N, N, U, N, N, A, N, N]).reason(),
            Action::Erase => about(Case,         [N, N, N, N, N, N, A, N, N]).reason().sign_in().second_person(),
            Action::AskErasure => about(Case,    [N, N, N, N, N, N, A, N, N]).reason(),
            Action::SeeRetention => about(Case,  [N, N, N, U, N, N, A, N, N]),
            Action::ReadFilm => about(Film,      [N, N, N, J, N, J, N, N, N]),
            Action::HandleFilm => about(Film,    [N, N, N, U, N, U, N, N, N]).changes(),
            // A service that is asked answers; the script it reads only if the office shows it.
            Action::AnswerFilm => about(Film,    [N, N, N, J, N, J, N, N, N]).changes(),
            Action::OpenScript => Rule::new(Film, Some(Exhibits), [N, N, N, J, N, J, N, N, N]).reason(),
            Action::ReadRecord => about(Record,  [N, N, N, N, N, N, A, A, N]).reason(),
            Action::ExportRecord => about(Record,[N, N, N, N, N, N, A, A, N]).reason().sign_in(),
            Action::SeeAlerts => about(Record,   [N, N, N, U, N, N, A, A, N]),
            Action::ManageAgents => about(Service,[N, N, N, N, N, N, N, N, A]).sign_in(),
            // Whoever gave access alone could give it to themselves, under another name.
            Action::AgreeAccess => about(Service,[N, N, N, U, N, N, N, N, A]).sign_in().second_person(),
            Action::ChangeAccess => about(Service,[O, O, O, O, O, O, O, O, O]).sign_in(),
            // Whoever could publish alone could route every case to themselves.
            Action::PublishRules => about(Service,[N, N, N, N, N, N, N, N, A]).reason().sign_in().second_person(),
            Action::SeeService => about(Service, [N, N, N, U, N, N, N, N, A]),
            Action::RunMachine => about(Service, [N, N, N, N, N, N, N, N, A]),
        }
    }
}

/// The table as a Markdown page: how far each action reaches for each role, and what it asks for.
pub fn page() -> String {
    let mut page = "| action | subject |".to_owned();
    for role in Role::ALL {
        // Writing to a string cannot fail.
        let _ = write!(page, " {} |", role.as_str().replace('_', " "));
    }
    page.push_str(" asks for |\n|---|---|");
    page.push_str(&"---|".repeat(Role::ALL.len()));
    page.push_str("---|\n");
    for action in Action::ALL {
        let rule = action.rule();
        let part = rule
            .part
            .map_or(String::new(), |part| format!(", {}", part.as_str()));
        let _ = write!(
            page,
            "| `{}` | {}{part} |",
            action.as_str(),
            rule.subject.as_str()
        );
        for role in Role::ALL {
            let _ = write!(page, " {} |", rule.reach(*role).as_str());
        }
        let _ = writeln!(page, " {} |", asked(&rule));
    }
    page
}

fn asked(rule: &Rule) -> String {
    let asks = [
        (rule.changes, "open object"),
        (rule.asks.reason, "reason"),
        (rule.asks.reason_beyond_unit, "reason beyond one's unit"),
        (rule.asks.sign_in, "fresh sign-in"),
        (rule.asks.second_person, "second person"),
        (rule.glass, "glass can be broken"),
    ];
    let asked: Vec<&str> = asks
        .iter()
        .filter(|(asks, _)| *asks)
        .map(|(_, what)| *what)
        .collect();
    if asked.is_empty() {
        "–".to_owned()
    } else {
        asked.join(", ")
    }
}
