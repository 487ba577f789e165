//! Administration: units, agents, roles, rules, desks and the health of the queues. None of these pages shows a
//! submission: an administrator runs the machine and reads no case.
//!
//! Who gives access, or publishes rules, asks; a second person agrees ([`requests`]). Taking access away is done at once.

mod agents;
mod desks;
mod health;
mod requests;
mod roles;
mod rules;
mod trial;
mod units;

pub use agents::{agent_id, is_name};
pub(crate) use trial::Trials;

use casework::policy::Action;
use store::{
    StoreError,
    work::{Agent, Request},
};

use super::{
    door::{About, Admitted, Doors},
    policies,
    session::Refused,
};
use crate::app::App;

/// Whoever asks for access or for rules can do this, and has to be able to still when somebody agrees.
pub(super) const ASKS: Action = Action::RunMachine;
/// A request that nobody answered lapses after so long, microseconds.
const WAITS: i64 = 7 * DAY;
const DAY: i64 = 86_400_000_000;
/// So many of somebody's may wait: a list that is too long to be read is agreed to unread.
const MOST_WAITING: i64 = 20;
/// The longest reason.
const MOST_REASON: usize = 300;

/// What is wrong with a form: the field's id and a sentence.
type Errors = Vec<(&'static str, String)>;

/// The pages and acts of this room.
pub(super) fn doors(doors: Doors) -> Doors {
    use About::{Request, Service};
    let at = |rest: &str| format!("/{{lang}}/workbench/admin{rest}");
    doors
        .page(&at(""), Action::SeeService, Service, health::show)
        .act(&at("/clock"), Action::RunMachine, Service, health::believe)
        .page(&at("/desks"), Action::RunMachine, Service, desks::list)
        .page(
            &at("/desks/{desk}"),
            Action::RunMachine,
            Service,
            desks::compared,
        )
        .page(&at("/rules"), Action::RunMachine, Service, rules::show)
        .page(
            &at("/rules/{proposal}/file"),
            Action::RunMachine,
            Service,
            rules::file,
        )
        .act(
            &at("/rules/try"),
            Action::RunMachine,
            Service,
            rules::attempt,
        )
        .act(&at("/rules/stop"), Action::RunMachine, Service, rules::stop)
        .act(
            &at("/rules/propose"),
            Action::RunMachine,
            Service,
            rules::propose,
        )
        .act(
            &at("/rules/{request}/agree"),
            Action::PublishRules,
            Request(rules::RULES),
            rules::answer,
        )
        .act(
            &at("/rules/{request}/refuse"),
            Action::PublishRules,
            Request(rules::RULES),
            rules::answer,
        )
        .page(&at("/units"), Action::RunMachine, Service, units::show)
        .page(&at("/roles"), Action::SeeService, Service, roles::show)
        .page(&at("/agents"), Action::RunMachine, Service, agents::list)
        .page(
            &at("/agents/{agent}"),
            Action::RunMachine,
            Service,
            agents::one,
        )
        .act(
            &at("/agents/ask"),
            Action::ManageAgents,
            Service,
            agents::ask,
        )
        .act(
            &at("/agents/{agent}/disable"),
            Action::ManageAgents,
            Service,
            agents::disable,
        )
        .page(&at("/access"), Action::SeeService, Service, requests::show)
        .act(
            &at("/access/{request}/agree"),
            Action::AgreeAccess,
            Request(requests::ACCESS),
            requests::agree,
        )
        .act(
            &at("/access/{request}/refuse"),
            Action::AgreeAccess,
            Request(requests::ACCESS),
            requests::refuse,
        )
}

/// Whether a request is of a kind and waits for an answer still.
pub(super) fn is_open(app: &App, request: &Request, kind: &str) -> bool {
    request.kind == kind && request.waits() && request.asked_at >= app.now_micros() - WAITS
}

/// Whether whoever asked could ask for it still.
fn asker_could(agents: &[Agent], request: &Request) -> bool {
    let mut agents = agents.iter();
    let asker = agents.find(|agent| agent.id == request.agent);
    asker.is_some_and(|asker| policies::could(asker, ASKS))
}

/// A reason that is long enough and not too long, or what is wrong with it.
fn reason(at: &Admitted, field: &'static str) -> Result<String, (&'static str, String)> {
    use super::door::REASON;
    let (words, reason) = (at.signed.page.w, at.field("reason"));
    let length = reason.chars().count();
    if length < REASON {
        return Err((field, words.t1("wb-error-reason", "least", REASON as i64)));
    }
    if length > MOST_REASON {
        return Err((field, words.t1("wb-error-long", "most", MOST_REASON as i64)));
    }
    Ok(observables::mask_cards(reason).into_owned())
}

/// 256 random bits as text.
fn secret(at: &Admitted) -> Result<String, Refused> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|error| {
        at.signed
            .failed(&StoreError::Io(std::io::Error::other(error)))
    })?;
    Ok(store::objects::hex(&random))
}
