//! Who may do what to what: one pure function, one table, deny by default.
//!
//! [`decide`] looks at an [`Agent`], an [`Action`], an [`Object`] and a [`Context`], and at nothing
//! else; it never fails and never allows what no rule grants. The rules stand in [`table`], one row an
//! action, and [`page`] prints them as the page `docs/policy.md`. On top of the table, in this order:
//!
//! 1. a role that the row does not name may not, nor anybody what the row is not about;
//! 2. a conflict of interest forbids everything but declaring one;
//! 3. every marking asks for something of its own, and each has to be met: no role is above them;
//! 4. the row says how far the action reaches: one's own, one's unit's, a unit that was joined to
//!    the case and only the parts shown to it, or any;
//! 5. a sealed object asks for a reason, a fresh sign-in and a second person, of its owner too;
//! 6. what changes a closed object has to open it again first;
//! 7. what the row asks for: a reason, a fresh sign-in, a second person.
//!
//! Breaking the glass widens the fourth check alone, for the rows that say so, and takes all of the
//! seventh. Whoever allows it tells the head and the data protection officer ([`Because::BrokenGlass`]).
//!
//! Refusals of the first five checks must look as if the object did not exist, in status, text, counts
//! and time ([`Because::may_be_told`]). Levels and mentions are rules and exercises here: no
//! authority has approved this software for classified data.

mod marking;
mod table;

use std::collections::BTreeSet;

pub use marking::{Clearance, Level, Marking, Tlp};
pub use table::{Action, Asks, Part, Reach, Role, Rule, Subject, page};

use crate::{submission::UnitId, text::Lang};

/// Whoever wants to do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Their identifier.
    pub id: Box<str>,
    /// Their unit.
    pub unit: UnitId,
    /// Their role; one and no more.
    pub role: Role,
    /// What they are cleared for.
    pub clearance: Clearance,
}

/// What it would be done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is. An action about something else is not allowed on it.
    pub subject: Subject,
    /// The agent who has it.
    pub owner: Option<Box<str>>,
    /// The unit that has it.
    pub unit: Option<UnitId>,
    /// Units that take part, and what each is shown.
    pub joined: Vec<(UnitId, BTreeSet<Part>)>,
    /// Whether it is ended.
    pub closed: bool,
    /// Whether it is sealed.
    pub sealed: bool,
    /// Agents who declared a conflict of interest, or were found to have one.
    pub conflicts: BTreeSet<Box<str>>,
    /// Its markings. Each has to be met.
    pub markings: BTreeSet<Marking>,
}

impl Object {
    /// What nobody has: nothing that asks for nearness is allowed on it.
    pub fn nobodys(subject: Subject) -> Object {
        Object {
            subject,
            owner: None,
            unit: None,
            joined: Vec::new(),
            closed: false,
            sealed: false,
            conflicts: BTreeSet::new(),
            markings: BTreeSet::new(),
        }
    }
}

/// What the agent brings along. The default brings nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Whether a reason was given, and is kept.
    pub reason: bool,
    /// Whether they signed in anew just now.
    pub signed_in_anew: bool,
    /// Who else agrees.
    pub second_person: Option<Box<str>>,
    /// Whether they break the glass.
    pub break_glass: bool,
}

/// How near an object is to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// They have it.
    Own,
    /// Their unit has it.
    Unit,
    /// Their unit takes part in it.
    JoinedUnit,
    /// Others have it.
    Other,
}

impl Relation {
    /// Every one there is, the nearest first.
    pub const ALL: [Relation; 4] = [
        Relation::Own,
        Relation::Unit,
        Relation::JoinedUnit,
        Relation::Other,
    ];

    /// The relation of an agent to an object. Who has an object in another unit than theirs, since
    /// they were moved, has it no longer.
    pub fn between(agent: &Agent, object: &Object) -> Relation {
        if object.unit.as_ref() == Some(&agent.unit) {
            match &object.owner {
                Some(owner) if *owner == agent.id => Relation::Own,
                _ => Relation::Unit,
            }
        } else if object.joined.iter().any(|(unit, _)| *unit == agent.unit) {
            Relation::JoinedUnit
        } else {
            Relation::Other
        }
    }
}

/// Whether something may be done, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may.
    pub allowed: bool,
    /// The check that decided. For the record, and for the agent only where [`Because::may_be_told`].
    pub because: Because,
}

/// The check that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Because {
    /// The table grants it.
    Granted,
    /// The glass was broken: to be told to the head and the data protection officer.
    BrokenGlass,
    /// The role has no such power.
    Role,
    /// The agent has a conflict of interest.
    Conflict,
    /// A marking is not met.
    Marking,
    /// The object is too far from the agent.
    TooFar,
    /// The part it is about is not shown to the agent's unit.
    PartNotShown,
    /// The object is sealed, and the agent's unit is not the one that has it.
    Sealed,
    /// The object is closed.
    Closed,
    /// A reason is missing.
    Reason,
    /// The agent has to sign in anew.
    SignIn,
    /// A second person has to agree, and is not the agent.
    SecondPerson,
}

impl Because {
    /// Every one there is.
    pub const ALL: [Because; 12] = [
        Because::Granted,
        Because::BrokenGlass,
        Because::Role,
        Because::Conflict,
        Because::Marking,
        Because::TooFar,
        Because::PartNotShown,
        Because::Sealed,
        Because::Closed,
        Because::Reason,
        Because::SignIn,
        Because::SecondPerson,
    ];

    /// The word in the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Because::Granted => "granted",
            Because::BrokenGlass => "broken_glass",
            Because::Role => "role",
            Because::Conflict => "conflict",
            Because::Marking => "marking",
            Because::TooFar => "too_far",
            Because::PartNotShown => "part_not_shown",
            Because::Sealed => "sealed",
            Because::Closed => "closed",
            Because::Reason => "reason",
            Because::SignIn => "sign_in",
            Because::SecondPerson => "second_person",
        }
    }

    /// Whether the agent may be told. Otherwise the answer has to be that of an object which is not there.
    pub fn may_be_told(self) -> bool {
        match self {
            Because::Granted
            | Because::BrokenGlass
            | Because::Closed
            | Because::Reason
            | Because::SignIn
            | Because::SecondPerson => true,
            Because::Role
            | Because::Conflict
            | Because::Marking
            | Because::TooFar
            | Because::PartNotShown
            | Because::Sealed => false,
        }
    }

    /// What the agent reads; empty where they may not be told.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Because::Closed => lang.pick(
                "ce dossier est clos : rouvrez-le d’abord",
                "this file is closed: open it again first",
            ),
            Because::Reason => lang.pick(
                "dites pourquoi : le motif est conservé",
                "say why: the reason is kept",
            ),
            Because::SignIn => lang.pick(
                "connectez-vous de nouveau pour cet acte",
                "sign in again for this act",
            ),
            Because::SecondPerson => lang.pick(
                "une seconde personne doit l’approuver",
                "a second person has to agree",
            ),
            _ => "",
        }
    }
}

impl From<Because> for Decision {
    fn from(because: Because) -> Decision {
        Decision {
            allowed: matches!(because, Because::Granted | Because::BrokenGlass),
            because,
        }
    }
}

/// Whether an agent may do this to that.
pub fn decide(agent: &Agent, action: Action, object: &Object, context: &Context) -> Decision {
    because(agent, action, object, context).into()
}

fn because(agent: &Agent, action: Action, object: &Object, context: &Context) -> Because {
    let rule = action.rule();
    let reach = rule.reach(agent.role);
    let relation = Relation::between(agent, object);
    if reach == Reach::Never || rule.subject != object.subject {
        return Because::Role;
    }
    if object.conflicts.contains(&agent.id) && !action.declares_conflict() {
        return Because::Conflict;
    }
    let met = |marking: &Marking| marking.is_met(&agent.clearance, relation);
    if !object.markings.iter().all(met) {
        return Because::Marking;
    }
    let reached = reach.covers(relation) && is_shown(agent, rule.part, object, relation);
    let breaks = !reached && context.break_glass && rule.glass;
    if !reached && !breaks {
        return if reach.covers(relation) {
            Because::PartNotShown
        } else {
            Because::TooFar
        };
    }
    if object.sealed && relation > Relation::Unit {
        return Because::Sealed;
    }
    if object.closed && rule.changes {
        return Because::Closed;
    }
    let all = object.sealed || breaks;
    if (all || rule.asks.reason || (rule.asks.reason_beyond_unit && relation > Relation::Unit))
        && !context.reason
    {
        return Because::Reason;
    }
    if (all || rule.asks.sign_in) && !context.signed_in_anew {
        return Because::SignIn;
    }
    let another = context
        .second_person
        .as_ref()
        .is_some_and(|other| *other != agent.id && !object.conflicts.contains(other));
    if (all || rule.asks.second_person) && !another {
        return Because::SecondPerson;
    }
    if breaks {
        Because::BrokenGlass
    } else {
        Because::Granted
    }
}

/// Whether the part that an action is about is shown: to the unit that has the object every part is.
fn is_shown(agent: &Agent, part: Option<Part>, object: &Object, relation: Relation) -> bool {
    let (Some(part), Relation::JoinedUnit) = (part, relation) else {
        return true;
    };
    object
        .joined
        .iter()
        .any(|(unit, shown)| *unit == agent.unit && shown.contains(&part))
}

#[cfg(test)]
mod tests;
