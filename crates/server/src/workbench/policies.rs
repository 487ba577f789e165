//! What the store keeps of agents and submissions, as `casework::policy` takes it.

use std::collections::BTreeSet;

use casework::{
    policy::{
        self, Action, Agent, Clearance, Context, Level, Marking, Object, Part, Role, Subject, Tlp,
    },
    submission::State,
};
use store::work::{self, SeriesRow, Sight, Standing};

/// An agent; none when their unit or role is no word of ours, who then may do nothing.
pub(super) fn agent(kept: &work::Agent) -> Option<Agent> {
    Some(Agent {
        id: kept.id.as_str().into(),
        unit: kept.unit.parse().ok()?,
        role: Role::from_word(&kept.role)?,
        clearance: clearance(&kept.clearance),
    })
}

/// A clearance as it is kept: words, of which those that are not known clear for nothing.
fn clearance(words: &str) -> Clearance {
    let mut clearance = Clearance::default();
    for word in words.split(' ') {
        match marking(word) {
            Marking::Level(level) => clearance.level = clearance.level.max(Some(level)),
            Marking::DiffusionRestreinte => clearance.restricted = true,
            Marking::SpecialFrance => clearance.national = true,
            Marking::Compartment(name) => {
                clearance.compartments.insert(name);
            }
            Marking::Tlp(_) => {}
        }
    }
    clearance
}

/// A marking as it is kept. One that is not known is a compartment that nobody is in: a marking never opens.
pub(super) fn marking(word: &str) -> Marking {
    match word {
        "diffusion_restreinte" => Marking::DiffusionRestreinte,
        "special_france" => Marking::SpecialFrance,
        _ => {
            let level = Level::from_word(word).map(Marking::Level);
            let known = level.or_else(|| Tlp::from_word(word).map(Marking::Tlp));
            known.unwrap_or_else(|| Marking::Compartment(word.into()))
        }
    }
}

/// Where a submission stands.
pub(super) fn object(standing: &Standing) -> Object {
    let joined = standing.joined.iter().filter_map(|(unit, parts)| {
        let parts = parts
            .iter()
            .filter_map(|part| Part::from_word(part))
            .collect();
        Some((unit.parse().ok()?, parts))
    });
    Object {
        owner: Some(standing.owner.as_str())
            .filter(|owner| !owner.is_empty())
            .map(Into::into),
        unit: standing.unit.parse().ok(),
        joined: joined.collect(),
        closed: standing.state.parse::<State>().is_ok_and(State::is_final),
        sealed: standing.sealed,
        conflicts: standing
            .conflicts
            .iter()
            .map(|agent| agent.as_str().into())
            .collect(),
        markings: standing.markings.iter().map(|word| marking(word)).collect(),
        ..Object::nobodys(Subject::Case)
    }
}

/// What a second person is asked for: of the unit whose head may agree, and never for whom it is about to agree to.
pub(super) fn request(asked: Option<&work::Request>) -> Object {
    let nobodys = Object::nobodys(Subject::Service);
    let Some(asked) = asked else {
        return nobodys;
    };
    Object {
        unit: asked.unit.parse().ok(),
        conflicts: [asked.about.as_str().into()].into(),
        ..nobodys
    }
}

/// The nearest that an object of an action can be to an agent: what is not allowed on it is allowed nowhere.
pub(super) fn own(agent: &Agent, action: Action) -> Object {
    Object {
        owner: Some(agent.id.clone()),
        unit: Some(agent.unit.clone()),
        ..Object::nobodys(action.rule().subject)
    }
}

/// Whether an agent could do this to what is theirs, with all that it asks for.
pub(super) fn could(agent: &work::Agent, action: Action) -> bool {
    self::agent(agent).is_some_and(|agent| {
        let context = Context {
            reason: true,
            signed_in_anew: true,
            second_person: Some("somebody else".into()),
            break_glass: false,
        };
        policy::decide(&agent, action, &own(&agent, action), &context).allowed
    })
}

/// What an agent sees of the docket. That a reason is asked for is told on the page itself.
pub(super) fn sight(agent: &Agent, apart: Vec<Standing>) -> Sight {
    let with_reason = Context {
        reason: true,
        ..Context::default()
    };
    let reads = |object: &Object| policy::decide(agent, Action::Read, object, &with_reason).allowed;
    let colleagues = Object {
        owner: None,
        ..own(agent, Action::Read)
    };
    let unit = reads(&colleagues).then_some(agent.unit.as_str());
    Sight::new(unit, apart, |standing| reads(&object(standing)))
}

/// A series: as near as the nearest of the submissions that are seen of it, and with no part that one of those that
/// other units show lacks. One that is not seen is nobody's.
pub(super) fn series(agent: &Agent, sight: &Sight, seen: Option<&SeriesRow>) -> Object {
    let nobodys = Object::nobodys(Subject::Case);
    let Some(series) = seen else {
        return nobodys;
    };
    let shown: Vec<Object> = sight
        .shown()
        .filter(|standing| standing.series.as_ref() == Some(&series.id))
        .map(object)
        .collect();
    if (shown.len() as i64) < series.members || series.state == "retired" {
        return Object {
            unit: Some(agent.unit.clone()),
            ..nobodys
        };
    }
    let mut parts: BTreeSet<Part> = Part::ALL.iter().copied().collect();
    for (_, of_one) in shown
        .iter()
        .flat_map(|object| &object.joined)
        .filter(|(unit, _)| *unit == agent.unit)
    {
        parts.retain(|part| of_one.contains(part));
    }
    Object {
        joined: vec![(agent.unit.clone(), parts)],
        ..nobodys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marking_that_is_not_known_opens_to_nobody() {
        let agent = |clearance: &str| {
            agent(&work::Agent {
                id: "a".to_owned(),
                name: String::new(),
                unit: "u".to_owned(),
                role: "head".to_owned(),
                clearance: clearance.to_owned(),
            })
            .unwrap()
        };
        let check = |clearance: &str, markings: &[&str], expected: bool| {
            let standing = Standing {
                unit: "u".to_owned(),
                state: "queued".to_owned(),
                markings: markings.iter().map(|word| (*word).to_owned()).collect(),
                ..Standing::default()
            };
            let decision = policy::decide(
                &agent(clearance),
                Action::Read,
                &object(&standing),
                &Context::default(),
            );
            assert_eq!(decision.allowed, expected, "{clearance:?} {markings:?}");
        };
        check("", &[], true);
        check("", &["secret"], false);
        check("secret", &["secret"], true);
        check("top_secret", &["secret"], true);
        check("secret top_secret", &["top_secret"], true);
        check("top_secret", &["secret", "special_france"], false);
        check(
            "top_secret special_france",
            &["secret", "special_france"],
            true,
        );
        check("diffusion_restreinte", &["diffusion_restreinte"], true);
        check("", &["TLP:AMBER+STRICT"], true);
        check("", &["TLP:RED"], false);
        check("TLP:RED", &["TLP:RED"], false);
        check("", &["beyond_top_secret"], false);
        check("alpha", &["alpha"], true);
        check("alpha", &["alpha", "beta"], false);
    }

    #[test]
    fn a_role_or_a_unit_that_is_no_word_of_ours_may_nothing() {
        let kept = |role: &str, unit: &str| work::Agent {
            id: "a".to_owned(),
            name: String::new(),
            unit: unit.to_owned(),
            role: role.to_owned(),
            clearance: String::new(),
        };
        assert!(agent(&kept("Head", "u")).is_none());
        assert!(agent(&kept("", "u")).is_none());
        assert!(agent(&kept("head", "")).is_none());
        for role in Role::ALL {
            assert!(agent(&kept(role.as_str(), "ofac-pharos")).is_some());
        }
    }
}
