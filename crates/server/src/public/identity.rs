//! Whoever files a complaint may have an identity provider say who they are, instead of typing it (FranceConnect in France). It is
//! offered where the installation trusts one for that, on the step that asks for the identity, and nowhere needed.
//!
//! No cookie is set beside the draft's own, which does not come along from another site: whoever comes back sees a page of ours
//! with one button, and the form behind it fills the draft of that browser or none. What was asked for, and then what the provider
//! said, is kept sealed for ten minutes under a token that is used once.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use casework::{
    Lang,
    desk::{Kind, PersonField, Role},
    submission::Track,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use store::StoreError;

use super::{
    draft::{self, Draft},
    questions::html_id,
    situation::{Situation, desk_path, located, step_path},
    step::with_cookie,
};
use crate::{
    app::App,
    identity::Provider,
    oidc::{Asked, Oidc, Person, ProviderError},
    page::{Page, render},
    words::Words,
};

/// Where providers send people back to; the same in every language.
pub(super) const BACK: &str = "/identity/back";
/// How long whoever went there may take, microseconds.
const STEP: i64 = 10 * 60_000_000;
const GONE: &str = "complaint";
const ARRIVED: &str = "complaint-arrived";
/// Fields of a person that a provider vouches for, and its claims for them (OpenID Connect Core §5.1).
const CLAIMS: [(PersonField, &str); 3] = [
    (PersonField::FamilyName, "family_name"),
    (PersonField::GivenNames, "given_name"),
    (PersonField::BirthDate, "birthdate"),
];

/// What a provider vouches for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Vouched {
    /// The question that asks for it.
    question: String,
    /// The provider, as people call it.
    by: String,
    /// When, microseconds since 1970 UTC.
    at: i64,
    /// The fields and what they hold.
    fields: Map<String, Value>,
}

impl Vouched {
    /// Whether answers still say what was vouched for: checked ones, or those of a draft as they are typed.
    pub(super) fn holds(&self, answers: &Map<String, Value>) -> bool {
        let said = answers.get(&self.question);
        let mut fields = self.fields.iter();
        !self.fields.is_empty()
            && fields.all(|(name, value)| said.and_then(|said| said.get(name)) == Some(value))
    }

    /// Who vouched for which fields of which question, as it is kept with the identity.
    pub(super) fn kept(&self) -> Value {
        let fields: Vec<&String> = self.fields.keys().collect();
        json!({ "question": self.question, "by": self.by, "at": self.at, "fields": fields })
    }
}

/// Whose draft it is, and where in it the person was.
#[derive(Clone, Serialize, Deserialize)]
struct Place {
    /// The hash that the draft is found by.
    draft: Vec<u8>,
    desk: String,
    step: String,
    question: String,
    english: bool,
}

#[derive(Serialize, Deserialize)]
struct Gone {
    asked: Asked,
    place: Place,
}

#[derive(Serialize, Deserialize)]
struct Arrived {
    place: Place,
    vouched: Vouched,
}

/// What a step's page offers.
pub(super) struct Offer {
    pub(super) provider: String,
    /// Whether the draft says what the provider vouched for.
    pub(super) vouched: bool,
}

#[derive(Template)]
#[template(path = "public/leaving.html")]
struct LeavingPage {
    page: Page,
    provider: String,
    to: String,
    back: String,
}

#[derive(Template)]
#[template(path = "public/arrived.html")]
struct ArrivedPage {
    page: Page,
    provider: String,
    action: String,
    token: String,
    said: Vec<(String, String)>,
}

fn provider(app: &App) -> Option<&Provider> {
    app.settings.identity.complaint.as_ref()
}

/// What the page about personal data says of it; empty without one.
pub(super) fn told(app: &App, page: &Page) -> String {
    provider(app).map_or_else(String::new, |provider| {
        page.w
            .t1("privacy-provider", "provider", provider.name.as_str())
    })
}

fn oidc<'p>(app: &'p App, provider: &'p Provider) -> Result<Oidc<'p>, ProviderError> {
    let back = format!("{}{BACK}", app.settings.public_url);
    Oidc::new(provider, back, &app.providers)
}

/// The question of a step that a provider may answer: the first of a complaint that asks who the person is.
fn question(situation: &Situation<'_>, step: &str) -> Option<String> {
    if situation.track != Track::Complaint {
        return None;
    }
    let steps = situation.steps();
    let all = steps.iter().flat_map(|asked| {
        let of = |one| (&*asked.step.id, one);
        asked.questions.iter().map(of)
    });
    let mut persons = all.filter(|(_, one)| {
        let person = matches!(one.question.kind, Kind::Person { .. });
        person && one.question.role == Some(Role::Identity)
    });
    let (of, first) = persons.next()?;
    (of == step).then(|| first.question.id.as_str().to_owned())
}

/// What a step offers: nothing where no provider is trusted, or the step does not ask for it.
pub(super) fn offer(
    app: &App,
    draft: &Draft,
    situation: &Situation<'_>,
    step: &str,
) -> Option<Offer> {
    let provider = provider(app)?;
    question(situation, step)?;
    let vouched = draft.filling.vouched.as_ref();
    Some(Offer {
        provider: provider.name.clone(),
        vouched: vouched.is_some_and(|vouched| vouched.holds(&draft.filling.answers)),
    })
}

/// Leads to the provider, once what was typed is saved.
pub(super) async fn leave(app: &App, page: Page, draft: &Draft, step: &str) -> Response {
    let here = step_path(&page, &draft.desk, step);
    let asks = Situation::of(app, &page, draft).and_then(|situation| question(&situation, step));
    let (Some(provider), Some(question)) = (provider(app), asks) else {
        return Redirect::to(&here).into_response();
    };
    let asked = match oidc(app, provider) {
        Ok(oidc) => oidc.ask(app.now_micros(), false).await,
        Err(error) => Err(error),
    };
    let (url, asked) = match asked {
        Ok(asked) => asked,
        Err(error) => return failed(page, provider, &error),
    };
    let gone = Gone {
        place: Place {
            draft: draft.code.lookup_hash().to_vec(),
            desk: draft.desk.clone(),
            step: step.to_owned(),
            question,
            english: page.lang == Lang::En,
        },
        asked,
    };
    let kept = keep(app, GONE, &gone.asked.state, &gone).await;
    if let Err(error) = kept {
        return page.store_failed(&error);
    }
    // A page and not a redirect: the policy of forms names no other site.
    let leaving = LeavingPage {
        provider: provider.name.clone(),
        to: url.to_string(),
        back: here,
        page,
    };
    render(StatusCode::OK, &leaving)
}

/// Why nobody was vouched for; logged here, once, without anybody's name.
fn failed(page: Page, provider: &Provider, error: &ProviderError) -> Response {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "the identity provider of complaints did not vouch for anybody"
    );
    let name = provider.name.as_str();
    let status = match error {
        ProviderError::Down(_) => StatusCode::BAD_GATEWAY,
        _ => StatusCode::FORBIDDEN,
    };
    let title = page.w.t1("vouch-failed-title", "provider", name);
    let text = page.w.t("vouch-failed-text");
    page.failed(status, title, text)
}

/// Comes back from there.
pub(super) async fn back(
    State(app): State<App>,
    mut page: Page,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let given = |name: &str| query.get(name).map_or("", String::as_str);
    // Neither the language nor the theme form carries the code away.
    page = located(page, "/draft");
    let Some(provider) = provider(&app) else {
        return page.not_found();
    };
    let untrue = |why: &str| ProviderError::Untrue(why.to_owned());
    let taken = take::<Gone>(&app, GONE, given("state")).await;
    let gone = match taken {
        Ok(gone) => gone,
        Err(error) => return page.store_failed(&error),
    };
    // Where it says who answers (RFC 9207), it has to be who was asked.
    let by_whom = ["", provider.issuer.as_str()].contains(&given("iss"));
    let Some(gone) = gone.filter(|_| by_whom) else {
        return failed(
            page,
            provider,
            &untrue("nobody asked for anything of the kind"),
        );
    };
    page.lang = if gone.place.english {
        Lang::En
    } else {
        Lang::Fr
    };
    page.w = Words(page.lang);
    page = located(page, "/draft");
    let now = app.now_micros();
    let found = match (given("code"), oidc(&app, provider)) {
        ("", _) => Err(untrue("it gives no code")),
        (code, Ok(oidc)) => oidc.person(&gone.asked, code, now).await,
        (_, Err(error)) => Err(error),
    };
    let person = match found {
        Ok(person) => person,
        Err(error) => return failed(page, provider, &error),
    };
    let vouched = vouched(provider, &gone.place.question, &person, now);
    if vouched.fields.is_empty() {
        return failed(page, provider, &untrue("it says nothing of the person"));
    }
    let said = CLAIMS.iter().filter_map(|(field, _)| {
        let value = vouched.fields.get(field.as_str())?.as_str()?;
        Some((field.label(page.lang).to_owned(), value.to_owned()))
    });
    let said = said.collect();
    let token = draft::random_key().unwrap_or_default();
    let action = format!("{}/identity", desk_path(&page, &gone.place.desk));
    let arrived = Arrived {
        place: gone.place,
        vouched,
    };
    if let Err(error) = keep(&app, ARRIVED, &token, &arrived).await {
        return page.store_failed(&error);
    }
    let shown = ArrivedPage {
        provider: provider.name.clone(),
        action,
        token,
        said,
        page,
    };
    render(StatusCode::OK, &shown)
}

fn vouched(provider: &Provider, question: &str, person: &Person, at: i64) -> Vouched {
    let said = CLAIMS.iter().filter_map(|(field, claim)| {
        let value = person.claims.get(*claim)?.as_str()?.trim();
        (!value.is_empty()).then(|| (field.as_str().to_owned(), value.into()))
    });
    Vouched {
        question: question.to_owned(),
        by: provider.name.clone(),
        at,
        fields: said.collect(),
    }
}

#[derive(Deserialize)]
pub(super) struct Token {
    token: String,
}

/// Fills the draft of this browser, if it is the one that went there.
pub(super) async fn fill(
    State(app): State<App>,
    page: Page,
    Path(desk): Path<String>,
    headers: HeaderMap,
    Form(form): Form<Token>,
) -> Response {
    let taken = take::<Arrived>(&app, ARRIVED, &form.token).await;
    let arrived = match taken {
        Ok(arrived) => arrived,
        Err(error) => return page.store_failed(&error),
    };
    let code = draft::code_in(&headers);
    let ours = arrived.zip(code).filter(|(arrived, code)| {
        arrived.place.draft == code.lookup_hash() && arrived.place.desk == desk
    });
    let Some((Arrived { place, vouched }, code)) = ours else {
        let (title, text) = (page.w.t("vouch-late-title"), page.w.t("vouch-failed-text"));
        return page.failed(StatusCode::FORBIDDEN, title, text);
    };
    let _alone = draft::alone(&code).await;
    let mut draft = match Draft::open(&app, code).await {
        Ok(Some(draft)) if draft.desk == desk && draft.filling.sent.is_none() => draft,
        Ok(_) => return Redirect::to(&desk_path(&page, &desk)).into_response(),
        Err(error) => return page.store_failed(&error),
    };
    let answer = draft.filling.answers.entry(&place.question);
    let answer = answer.or_insert_with(|| Value::Object(Map::new()));
    if !answer.is_object() {
        *answer = Value::Object(Map::new());
    }
    if let Value::Object(answer) = answer {
        answer.extend(vouched.fields.clone());
    }
    draft.filling.vouched = Some(vouched);
    if let Err(error) = draft.save(&app).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a draft was not saved; its owner is told"
        );
        let (title, text) = (page.w.t("not-saved-title"), page.w.t("not-saved-text"));
        return page.failed(StatusCode::SERVICE_UNAVAILABLE, title, text);
    }
    let path = step_path(&page, &desk, &place.step);
    let to = format!("{path}#{}", html_id(&place.question));
    with_cookie(Redirect::to(&to).into_response(), draft.cookie(&app))
}

async fn keep<T: Serialize>(
    app: &App,
    kind: &str,
    token: &str,
    body: &T,
) -> Result<(), StoreError> {
    let (now, body) = (app.now_micros(), serde_json::to_vec(body));
    let body = body.map_err(std::io::Error::other)?;
    let times = (now, now + STEP);
    let access = &app.store.access;
    access.put_step(token.as_bytes(), kind, &body, times).await
}

async fn take<T: DeserializeOwned>(
    app: &App,
    kind: &str,
    token: &str,
) -> Result<Option<T>, StoreError> {
    let access = &app.store.access;
    let body = access.take_step(token.as_bytes(), kind, app.now_micros());
    let body = body.await?;
    Ok(body.and_then(|body| serde_json::from_slice(&body).ok()))
}
