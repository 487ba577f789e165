//! Requests for access, and the second person who agrees: another administrator, or the head of the unit. The one-time
//! link is shown once, to whoever agrees: who asked for an account never holds the key to it.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casework::policy::Role;
use serde::{Deserialize, Serialize};
use store::{
    StoreError,
    work::{Agent, Answer, Request, Requested},
};

use super::{DAY, WAITS, roles, secret};
use crate::{
    app::App,
    page::{Page, render},
    workbench::{door::Admitted, labels, link, marking, row, session::Refused},
};

/// The kind of these requests.
pub(super) const ACCESS: &str = "access";
/// How long a sign-in link may be used, hours.
const LINK_HOURS: i64 = 48;
/// Answered requests of so many days are shown.
const SHOWN_DAYS: i64 = 30;
const ROWS: i64 = 200;

/// The access that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Access {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) role: String,
    pub(super) clearance: String,
    /// Whether a one-time link is made.
    pub(super) link: bool,
}

impl Access {
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("four texts and a bool are JSON")
    }

    /// Whether it changes nothing of an agent.
    pub(super) fn is_what_they_have(&self, agent: &Agent) -> bool {
        (&self.unit, &self.role, &self.clearance) == (&agent.unit, &agent.role, &agent.clearance)
    }
}

/// A request in words.
struct RequestView {
    id: String,
    when: String,
    asker: String,
    reason: String,
    name: String,
    /// Unit, role and clearance now; empty for somebody new.
    now: String,
    /// What they would be.
    then: String,
    link: bool,
    answer: String,
    /// Whether the reader may be the second person.
    mine: bool,
}

#[derive(Template)]
#[template(path = "workbench/admin/access.html")]
struct AccessPage {
    page: Page,
    waiting: Vec<RequestView>,
    answered: Vec<RequestView>,
}

#[derive(Template)]
#[template(path = "workbench/admin/given.html")]
struct Given {
    page: Page,
    name: String,
    /// Empty where none was asked for.
    link: String,
}

/// The page: of a head those of their unit, of an administrator all.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let (work, page) = (&app.store.work, at.signed.page.clone());
    let own = at.signed.agent.unit.as_str();
    let which = Requested {
        kind: ACCESS,
        unit: if page.runs { "" } else { own },
        about: "",
        since: app.now_micros() - SHOWN_DAYS * DAY,
    };
    let requests = work.requests(&which, ROWS).await.map_err(failed)?;
    let agents = work.agents().await.map_err(failed)?;
    let names = row::agent_names(&app).await.map_err(failed)?;
    let name = |id: &str| names.get(id).map_or(id, String::as_str).to_owned();
    let me = at.signed.agent.id.as_str();
    let view = |request: &Request| {
        let access: Option<Access> = serde_json::from_str(&request.body).ok();
        let access = access?;
        let before = agents.iter().find(|agent| agent.id == request.about);
        let open = super::is_open(&app, request, ACCESS) && super::asker_could(&agents, request);
        let answer = match (request.answer.as_str(), open) {
            ("agreed", _) => page.w.t1("ad-access-agreed", "who", name(&request.second)),
            ("refused", _) => page.w.t1("ad-access-refused", "who", name(&request.second)),
            (_, true) => String::new(),
            (_, false) => page.w.t("ad-access-lapsed"),
        };
        Some(RequestView {
            id: request.id.clone(),
            when: page.moment(request.asked_at),
            asker: name(&request.agent),
            reason: request.reason.clone(),
            now: before.map_or(String::new(), |one| {
                standing(&app, &page, &one.unit, &one.role, &one.clearance)
            }),
            then: standing(&app, &page, &access.unit, &access.role, &access.clearance),
            name: access.name,
            link: access.link,
            answer,
            mine: open && request.agent != me && request.about != me,
        })
    };
    let views: Vec<RequestView> = requests.iter().filter_map(view).collect();
    let (waiting, answered) = views.into_iter().partition(|one| one.answer.is_empty());
    let template = AccessPage {
        page,
        waiting,
        answered,
    };
    Ok(render(StatusCode::OK, &template))
}

fn standing(app: &App, page: &Page, unit: &str, role: &str, clearance: &str) -> String {
    let (unit, role) = (labels::unit(app, page.lang, unit), roles::role(page, role));
    if clearance.is_empty() {
        format!("{role}, {unit}")
    } else {
        format!("{role}, {unit}, {}", marking::labels(page, clearance))
    }
}

/// The second person agrees.
pub(super) async fn agree(app: App, at: Admitted) -> Result<Response, Refused> {
    let failed = |error: StoreError| at.signed.failed(&error);
    let request = waiting(&at)?;
    let access: Option<Access> = serde_json::from_str(&request.body).ok();
    let access = access.ok_or_else(|| at.signed.not_found())?;
    let units = &app.config.units;
    let known = units.iter().any(|unit| unit.id.as_str() == access.unit);
    if !known || Role::from_word(&access.role).is_none() {
        return Err(at.signed.not_found());
    }
    let agent = Agent {
        id: request.about.clone(),
        name: access.name,
        unit: access.unit,
        role: access.role,
        clearance: access.clearance,
    };
    let now = app.now_micros();
    let token = if access.link {
        secret(&at)?
    } else {
        String::new()
    };
    let link = access
        .link
        .then(|| (token.as_bytes(), now + LINK_HOURS * 3_600_000_000));
    at.note(&app, "agree_access", &request.about, &request.reason)
        .await?;
    let answer = answer(&at, &request.id, now);
    let given = app.store.work.give_access(answer, &agent, link).await;
    if !given.map_err(failed)? {
        return Err(at.signed.not_found());
    }
    let page = at.signed.page.clone();
    let site = app.settings.public_url.trim_end_matches('/');
    let template = Given {
        link: if token.is_empty() {
            String::new()
        } else {
            let workbench = link::workbench(&page);
            format!("{site}{workbench}/sign-in?token={token}")
        },
        name: agent.name,
        page,
    };
    Ok(render(StatusCode::OK, &template))
}

/// The second person refuses.
pub(super) async fn refuse(app: App, at: Admitted) -> Result<Response, Refused> {
    let request = waiting(&at)?;
    at.note(&app, "refuse_access", &request.about, &request.reason)
        .await?;
    let answer = answer(&at, &request.id, app.now_micros());
    let refused = app.store.work.answer_request(answer, false).await;
    if !refused.map_err(|error| at.signed.failed(&error))? {
        return Err(at.signed.not_found());
    }
    let to = format!("{}/admin/access", link::workbench(&at.signed.page));
    Ok(Redirect::to(&to).into_response())
}

fn waiting(at: &Admitted) -> Result<&Request, Refused> {
    at.request.as_ref().ok_or_else(|| at.signed.not_found())
}

fn answer<'a>(at: &'a Admitted, id: &'a str, now: i64) -> Answer<'a> {
    Answer {
        id,
        second: &at.signed.agent.id,
        now,
        since: now - WAITS,
    }
}
