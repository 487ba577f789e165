//! Who has access: asked for here, given when a second person agrees, taken away at once.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casework::policy::{Level, Role};
use store::{
    StoreError,
    work::{Agent, Request},
};

use super::{
    Errors, MOST_WAITING, WAITS, reason,
    requests::{ACCESS, Access},
    roles,
};
use crate::{
    app::App,
    page::{Page, render},
    workbench::{door::Admitted, labels, link, marking, session::Refused, submission::act::new_id},
};

/// The longest name, and the longest clearance, characters.
const MOST_NAME: usize = 100;
/// What a name may hold beside letters and digits.
const IN_NAMES: &str = " -'.";

/// An agent in words.
struct AgentView {
    id: String,
    name: String,
    unit: String,
    role: String,
    clearance: String,
    /// Whether the configuration does not have the unit any more.
    left: bool,
}

/// An option of a list.
struct Choice {
    id: String,
    label: String,
    selected: bool,
}

/// The form that asks for access.
struct Form {
    /// The agent whom it changes; empty for a new one.
    agent: String,
    name: String,
    units: Vec<Choice>,
    roles: Vec<Choice>,
    clearance: Cleared,
    link: bool,
    reason: String,
}

/// What an agent is cleared for, to be chosen.
struct Cleared {
    levels: Vec<Choice>,
    mentions: Vec<Choice>,
    /// Those that somebody is in.
    compartments: Vec<Choice>,
    /// Others, as they were typed.
    more: String,
}

#[derive(Template)]
#[template(path = "workbench/admin/agents.html")]
struct Agents {
    page: Page,
    errors: Errors,
    agents: Vec<AgentView>,
    form: Form,
}

#[derive(Template)]
#[template(path = "workbench/admin/agent.html")]
struct One {
    page: Page,
    errors: Errors,
    agent: AgentView,
    form: Form,
    /// Nobody takes their own access away: there would be nobody to give it back.
    own: bool,
}

impl Agents {
    fn error(&self, id: &str) -> Option<&str> {
        error(&self.errors, id)
    }
}

impl One {
    fn error(&self, id: &str) -> Option<&str> {
        error(&self.errors, id)
    }
}

fn error<'e>(errors: &'e Errors, id: &str) -> Option<&'e str> {
    let mut errors = errors.iter();
    errors
        .find(|(field, _)| *field == id)
        .map(|(_, text)| text.as_str())
}

/// The id of an agent, made of their name.
#[must_use]
pub fn agent_id(name: &str) -> String {
    let words: Vec<String> = casework::fold(name)
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    words.join(".")
}

/// Whether a name makes an id that an address can hold and that reads as it is written: no slash, no dots alone, nothing
/// that turns or hides what stands beside it.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let folded = casework::fold(name);
    name.chars().count() <= MOST_NAME
        && !name.contains(char::is_control)
        && folded.contains(char::is_alphanumeric)
        && folded
            .chars()
            .all(|c| c.is_alphanumeric() || IN_NAMES.contains(c))
}

/// Every agent, and the form that asks for a new one.
pub(super) async fn list(app: App, at: Admitted) -> Result<Response, Refused> {
    list_with(&app, &at, Errors::new()).await
}

async fn list_with(app: &App, at: &Admitted, errors: Errors) -> Result<Response, Refused> {
    let agents = app.store.work.agents().await;
    let agents = agents.map_err(|error| at.signed.failed(&error))?;
    let page = at.signed.page.clone();
    let status = status(&errors);
    let template = Agents {
        agents: agents.iter().map(|one| view(app, &page, one)).collect(),
        form: form(app, at, None, &agents),
        errors,
        page,
    };
    Ok(render(status, &template))
}

/// One agent, and the forms that change their access or take it away.
pub(super) async fn one(app: App, at: Admitted) -> Result<Response, Refused> {
    let agent = known(&app, &at, at.path("agent")).await?;
    one_with(&app, &at, &agent, Errors::new()).await
}

async fn one_with(
    app: &App,
    at: &Admitted,
    agent: &Agent,
    errors: Errors,
) -> Result<Response, Refused> {
    let agents = app.store.work.agents().await;
    let agents = agents.map_err(|error| at.signed.failed(&error))?;
    let page = at.signed.page.clone();
    let status = status(&errors);
    let template = One {
        agent: view(app, &page, agent),
        form: form(app, at, Some(agent), &agents),
        own: agent.id == at.signed.agent.id,
        errors,
        page,
    };
    Ok(render(status, &template))
}

fn status(errors: &Errors) -> StatusCode {
    if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

async fn known(app: &App, at: &Admitted, id: &str) -> Result<Agent, Refused> {
    let agents = app.store.work.agents().await;
    let agents = agents.map_err(|error| at.signed.failed(&error))?;
    let found = agents.into_iter().find(|agent| agent.id == id);
    found.ok_or_else(|| at.signed.not_found())
}

fn view(app: &App, page: &Page, agent: &Agent) -> AgentView {
    AgentView {
        id: agent.id.clone(),
        name: agent.name.clone(),
        unit: labels::unit(app, page.lang, &agent.unit),
        role: roles::role(page, &agent.role),
        clearance: marking::labels(page, &agent.clearance),
        left: !app.unit_names(page.lang).contains_key(&*agent.unit),
    }
}

/// The form with what was typed, else with what the agent has.
fn form(app: &App, at: &Admitted, agent: Option<&Agent>, agents: &[Agent]) -> Form {
    let page = &at.signed.page;
    let typed = !at.field("role").is_empty();
    let of = |name: &str, kept: fn(&Agent) -> &String| match agent {
        Some(agent) if !typed => kept(agent).clone(),
        _ => at.field(name).to_owned(),
    };
    let (unit, role) = (of("unit", |one| &one.unit), of("role", |one| &one.role));
    Form {
        agent: agent.map_or(String::new(), |one| one.id.clone()),
        name: of("name", |one| &one.name),
        units: app
            .config
            .units
            .iter()
            .map(|one| Choice {
                id: one.id.as_str().to_owned(),
                label: one.name.get(page.lang).to_owned(),
                selected: one.id.as_str() == unit,
            })
            .collect(),
        roles: Role::ALL
            .iter()
            .map(|one| Choice {
                id: one.as_str().to_owned(),
                label: roles::role(page, one.as_str()),
                selected: one.as_str() == role,
            })
            .collect(),
        clearance: match agent {
            Some(agent) if !typed => cleared(page, agents, &agent.clearance, ""),
            _ => cleared(page, agents, &chosen(at), at.field("more")),
        },
        link: if typed {
            at.field("link") == "1"
        } else {
            agent.is_none()
        },
        reason: at.field("reason").to_owned(),
    }
}

/// What can be chosen, with these words chosen.
fn cleared(page: &Page, agents: &[Agent], words: &str, more: &str) -> Cleared {
    let chosen = |word: &str| words.split_whitespace().any(|one| one == word);
    let choice = |word: &str| Choice {
        id: word.to_owned(),
        label: marking::label(page, word),
        selected: chosen(word),
    };
    let all = agents.iter().map(|agent| agent.clearance.as_str());
    let all = all.chain([words]).flat_map(str::split_whitespace);
    let compartments: BTreeSet<&str> = all.filter(|word| marking::is_compartment(word)).collect();
    Cleared {
        levels: Level::ALL.iter().map(|one| choice(one.as_str())).collect(),
        mentions: marking::MENTIONS.map(choice).into(),
        compartments: compartments
            .into_iter()
            .filter(|word| !more.split_whitespace().any(|typed| typed == *word))
            .map(choice)
            .collect(),
        more: more.to_owned(),
    }
}

/// The clearance that a form chose, as words.
fn chosen(at: &Admitted) -> String {
    let ticked = ["level", "mention", "compartment"].into_iter();
    let words = ticked
        .flat_map(|name| at.all(name))
        .chain([at.field("more")])
        .flat_map(str::split_whitespace);
    let mut clearance: Vec<&str> = Vec::new();
    for word in words {
        if !clearance.contains(&word) {
            clearance.push(word);
        }
    }
    clearance.join(" ")
}

/// Whether each word was chosen where it is offered: no level comes in under the name of a compartment.
fn is_clearance(at: &Admitted) -> bool {
    let typed = at.field("more").split_whitespace();
    let mut compartments = at.all("compartment").chain(typed);
    at.all("level")
        .all(|word| word.is_empty() || Level::from_word(word).is_some())
        && at
            .all("mention")
            .all(|word| marking::MENTIONS.contains(&word))
        && compartments.all(marking::is_compartment)
        && chosen(at).len() <= MOST_NAME
}

/// Asks that somebody gets access, or another one.
pub(super) async fn ask(app: App, at: Admitted) -> Result<Response, Refused> {
    let before = match at.field("agent") {
        "" => None,
        id => Some(known(&app, &at, id).await?),
    };
    let (access, errors) = asked(&app, &at, before.as_ref()).await?;
    let again = async |errors: Errors| match &before {
        Some(agent) => one_with(&app, &at, agent, errors).await,
        None => list_with(&app, &at, errors).await,
    };
    if !errors.is_empty() {
        return again(errors).await;
    }
    let reason = match reason(&at, "agent-reason") {
        Ok(reason) => reason,
        Err(error) => return again(vec![error]).await,
    };
    let failed = |error: StoreError| at.signed.failed(&error);
    let now = app.now_micros();
    let about = before.map_or_else(|| agent_id(&access.name), |agent| agent.id);
    let request = Request {
        id: new_id(&app, &at.signed)?,
        kind: ACCESS.to_owned(),
        unit: access.unit.clone(),
        body: access.json(),
        agent: at.signed.agent.id.clone(),
        reason,
        asked_at: now,
        about,
        ..Request::default()
    };
    at.note(&app, "ask_access", &request.about, &request.reason)
        .await?;
    let kept = app
        .store
        .work
        .ask_request(&request, now - WAITS, MOST_WAITING);
    if !kept.await.map_err(failed)? {
        let error = at
            .signed
            .page
            .w
            .t1("ad-error-waiting", "most", MOST_WAITING);
        return list_with(&app, &at, vec![("agent-name", error)]).await;
    }
    let to = format!("{}/admin/access", link::workbench(&at.signed.page));
    Ok(Redirect::to(&to).into_response())
}

/// What the form asks for, and what is wrong with it.
async fn asked(
    app: &App,
    at: &Admitted,
    before: Option<&Agent>,
) -> Result<(Access, Errors), Refused> {
    let words = at.signed.page.w;
    let mut errors = Errors::new();
    let name = before.map_or_else(|| at.field("name").to_owned(), |agent| agent.name.clone());
    let id = agent_id(&name);
    if before.is_none() && !is_name(&name) {
        let error = words.t1("ad-error-name", "most", MOST_NAME as i64);
        errors.push(("agent-name", error));
    }
    let agents = app.store.work.agents().await;
    let agents = agents.map_err(|error| at.signed.failed(&error))?;
    if before.is_none() && agents.iter().any(|agent| agent.id == id) {
        errors.push(("agent-name", words.t1("ad-error-taken", "id", id.as_str())));
    }
    let access = Access {
        name,
        unit: at.field("unit").to_owned(),
        role: at.field("role").to_owned(),
        clearance: chosen(at),
        link: at.field("link") == "1",
    };
    let units = &app.config.units;
    if !units.iter().any(|unit| unit.id.as_str() == access.unit) {
        errors.push(("agent-unit", words.t("ad-error-unit")));
    }
    if Role::from_word(&access.role).is_none() {
        errors.push(("agent-role", words.t("ad-error-role")));
    }
    if !is_clearance(at) {
        errors.push(("agent-clearance", words.t("ad-error-clearance")));
    }
    if before.is_some_and(|agent| !access.link && access.is_what_they_have(agent)) {
        errors.push(("agent-role", words.t("ad-error-same")));
    }
    Ok((access, errors))
}

/// Takes access away at once: links and sessions end with the answer.
pub(super) async fn disable(app: App, at: Admitted) -> Result<Response, Refused> {
    let agent = known(&app, &at, at.path("agent")).await?;
    let reason = match reason(&at, "disable-reason") {
        Ok(reason) if agent.id != at.signed.agent.id => reason,
        Ok(_) => {
            let error = at.signed.page.w.t("ad-error-own");
            return one_with(&app, &at, &agent, vec![("disable-reason", error)]).await;
        }
        Err(error) => return one_with(&app, &at, &agent, vec![error]).await,
    };
    at.note(&app, "disable_agent", &agent.id, &reason).await?;
    let disabled = app.store.work.disable_agent(&agent.id, app.now_micros());
    disabled.await.map_err(|error| at.signed.failed(&error))?;
    let to = format!("{}/admin/agents", link::workbench(&at.signed.page));
    Ok(Redirect::to(&to).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_makes_an_id_that_an_address_holds_and_that_reads_as_written() {
        for name in [
            "Camille Essai",
            "Anne-Élise d’Œuvre",
            "Jean-Luc O'Neil Jr.",
            "Łukasz Żółć",
            "Иван Петров",
            "山田 太郎",
            "e\u{301}lise",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "  ",
            ".",
            "..",
            "- '",
            "a/b",
            "..%2f",
            "a?b",
            "a#b",
            "a\\b",
            "<b>",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{2066}b",
            "a\tb",
            "a\nb",
            "🦊",
        ] {
            assert!(!is_name(name), "{name:?}");
        }
        assert!(is_name(&"é".repeat(MOST_NAME)));
        assert!(!is_name(&"é".repeat(MOST_NAME + 1)));
    }
}
