//! The one door to every page and act of the staff.
//!
//! A handler of a staff page is a function of [`Admitted`], which nobody but [`admit`] makes; so it cannot be
//! served by a plain route, and [`Doors`] takes none without the [`Action`] it is for and what that is [`About`].
//! `admit` reads who asks, what they see ([`Sight`]) and where the object stands, and asks
//! `casework::policy::decide`. What is denied is answered as what is not there is: by the same page, after the same
//! questions to the store.

use std::{collections::HashMap, convert::Infallible, future::Future};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts, Query, RawPathParams, Request, State},
    http::{Method, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::{self, MethodFilter},
};
use casework::{
    policy::{
        self, Action, Agent, Because, Context, Decision, Object, Part, Reach, Relation, Subject,
    },
    submission::UnitId,
    vigilance::Nearness,
};
use store::{
    StoreError,
    record::Look,
    work::{self, Leave, Sight, Standing},
};

use super::{
    admin, film, glass, link,
    policies::{self, object},
    record,
    sent::{self, Sent, SentFile},
    session::{self, Refused, SignedIn},
    signin, told,
};
use crate::{app::App, page::Page, watch};

/// A reason that touches who a person is has so many characters.
pub(crate) const REASON: usize = 10;
/// Whoever signed in so long ago signed in anew, microseconds.
const ANEW: i64 = 10 * 60_000_000;

/// What an action is done to, and so where its object is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// Nothing that anybody has.
    Service,
    /// Whatever of the docket the agent sees.
    Docket,
    /// The submission of the path.
    Submission,
    /// The series of the path.
    Series,
    /// The request of the path, of this kind, which waits for a second person.
    Request(&'static str),
    /// The film project of the path.
    Project,
    /// The immersion of the path.
    Immersion,
    /// The expert of the path.
    Expert,
    /// The pool of the path, or that of the film office.
    Pool,
}

impl About {
    /// Whether it is one submission or series, which has an agent or a unit.
    fn is_of_one(self) -> bool {
        matches!(
            self,
            About::Submission | About::Series | About::Project | About::Immersion
        )
    }
}

/// A way in.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) action: Action,
    pub(crate) about: About,
    pub(super) files: Files,
}

/// What a form may hold beside its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Files {
    None,
    /// A file, within the site's limit of a form.
    One,
    /// Photos, together more than that.
    Photos,
}

impl Door {
    fn is_asked_by_scripts(&self) -> bool {
        self.path.ends_with("/presence")
    }
}

/// Every way in. There is none that is not for an action.
#[derive(Default)]
pub(crate) struct Doors {
    router: Router<App>,
    doors: Vec<Door>,
}

impl Doors {
    /// A page.
    pub(crate) fn page<H, F>(self, path: &str, action: Action, about: About, handler: H) -> Self
    where
        H: Fn(App, Admitted) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Refused>> + Send,
    {
        self.open((Method::GET, path, Files::None), action, about, handler)
    }

    /// Something that an agent does by a form.
    pub(crate) fn act<H, F>(self, path: &str, action: Action, about: About, handler: H) -> Self
    where
        H: Fn(App, Admitted) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Refused>> + Send,
    {
        self.open((Method::POST, path, Files::None), action, about, handler)
    }

    /// Something that an agent does by a form that may come with a file.
    pub(crate) fn act_with_file<H, F>(
        self,
        path: &str,
        action: Action,
        about: About,
        handler: H,
    ) -> Self
    where
        H: Fn(App, Admitted) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Refused>> + Send,
    {
        self.open((Method::POST, path, Files::One), action, about, handler)
    }

    /// Something that an agent does by a form that may come with photos.
    pub(crate) fn act_with_photos<H, F>(
        self,
        path: &str,
        action: Action,
        about: About,
        handler: H,
    ) -> Self
    where
        H: Fn(App, Admitted) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Refused>> + Send,
    {
        self.open((Method::POST, path, Files::Photos), action, about, handler)
    }

    fn open<H, F>(
        mut self,
        (method, path, files): (Method, &str, Files),
        action: Action,
        about: About,
        handler: H,
    ) -> Self
    where
        H: Fn(App, Admitted) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Refused>> + Send,
    {
        let filter = match method {
            Method::POST => MethodFilter::POST,
            _ => MethodFilter::GET,
        };
        let door = Door {
            method,
            path: path.to_owned(),
            action,
            about,
            files,
        };
        self.doors.push(door.clone());
        let serve = async move |State(app): State<App>, request: Request| {
            let answer = match admit(&app, &door, request).await {
                Ok(at) => handler(app, at).await,
                Err(refused) => Err(refused),
            };
            answer.unwrap_or_else(IntoResponse::into_response)
        };
        let mut way = routing::on(filter, serve);
        if files == Files::Photos {
            way = way.layer(DefaultBodyLimit::max(sent::MOST_BODY));
        }
        self.router = self.router.route(path, way);
        self
    }

    /// The routes.
    pub(crate) fn into_router(self) -> Router<App> {
        self.router
    }

    /// The ways in, for the tests that walk them.
    #[cfg(test)]
    pub(crate) fn table(&self) -> &[Door] {
        &self.doors
    }
}

/// An agent who may do what they ask for.
pub(crate) struct Admitted {
    pub(crate) signed: SignedIn,
    /// What they see of the docket.
    pub(crate) sight: Sight,
    who: Agent,
    about: About,
    /// The place of the submission.
    seq: Option<i64>,
    /// What a second person agreed to.
    leave: Option<Leave>,
    /// What they are the second person for.
    pub(crate) request: Option<work::Request>,
    object: Object,
    context: Context,
    params: HashMap<String, String>,
    query: HashMap<String, String>,
    fields: Vec<(String, String)>,
    files: Vec<SentFile>,
    act: String,
    room: String,
}

impl Admitted {
    /// A part of the path; empty when it has none of this name.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// A field of the address, empty when it is not there.
    pub(crate) fn query(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// Every field of the address.
    pub(crate) fn queries(&self) -> &HashMap<String, String> {
        &self.query
    }

    /// The value of a field without the spaces around, empty when it is not there.
    pub(crate) fn field(&self, name: &str) -> &str {
        session::field(&self.fields, name).trim()
    }

    /// The value of a field as it was sent, spaces and all: of a password.
    pub(crate) fn exact(&self, name: &str) -> &str {
        session::field(&self.fields, name)
    }

    /// Every field of a form; none of a page.
    pub(crate) fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// The files that came with a form whose door takes any.
    pub(crate) fn files(&self) -> &[SentFile] {
        &self.files
    }

    /// Every value of a field.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The optimistic lock as the page had it.
    pub(crate) fn revision(&self) -> i64 {
        self.field("revision").parse().unwrap_or(-1)
    }

    /// The last part of the path: what is done.
    pub(crate) fn act(&self) -> &str {
        &self.act
    }

    /// The part of the path before that.
    pub(crate) fn room(&self) -> &str {
        &self.room
    }

    /// The agent's unit.
    pub(crate) fn unit(&self) -> &UnitId {
        &self.who.unit
    }

    /// Whether the agent's unit has the object.
    pub(crate) fn leads(&self) -> bool {
        Relation::between(&self.who, &self.object) <= Relation::Unit
    }

    /// Whether the agent may do this to the object of the page as well, once they say why.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.decides(action, &self.object)
    }

    /// The same of another submission.
    pub(crate) fn may_to(&self, action: Action, standing: &Standing) -> bool {
        self.decides(action, &object(standing))
    }

    /// The same of something else.
    pub(crate) fn may_on(&self, action: Action, object: &Object) -> bool {
        self.decides(action, object)
    }

    /// Whether a leave lets the agent read another submission now.
    pub(crate) fn may_read_by(&self, leave: &Leave, standing: &Standing) -> bool {
        let context = Context {
            reason: true,
            ..self.context.clone()
        };
        let context = with_leave(context, leave);
        policy::decide(&self.who, Action::Read, &object(standing), &context).allowed
    }

    /// How far an action reaches for the agent.
    pub(crate) fn reach(&self, action: Action) -> Reach {
        action.rule().reach(self.who.role)
    }

    /// Whether nothing but a second person, and a fresh sign-in, is missing for this to the object of the page.
    pub(crate) fn asks_second(&self, action: Action) -> bool {
        let context = Context {
            reason: true,
            signed_in_anew: true,
            ..self.context.clone()
        };
        let decision = policy::decide(&self.who, action, &self.object, &context);
        decision.because == Because::SecondPerson
    }

    /// The second person who agreed; empty where none did.
    pub(crate) fn second(&self) -> &str {
        self.leave.as_ref().map_or("", |leave| &leave.second)
    }

    /// Whether the agent may do this to anything at all.
    pub(crate) fn may_at_all(&self, action: Action) -> bool {
        self.decides(action, &policies::own(&self.who, action))
    }

    /// Keeps that the agent looks at a submission or a series, searches, or was denied that; other pages show nobody.
    async fn record(&self, app: &App, door: &Door, decision: Decision) -> Result<(), StoreError> {
        let Some((kind, near)) = self.kept_as(door, decision) else {
            return Ok(());
        };
        let object = match door.about {
            About::Submission | About::Project => self.path("exhibit"),
            About::Series | About::Immersion => self.path("id"),
            About::Pool | About::Expert => self.person_of_pool(),
            About::Docket => self.query("q"),
            About::Service | About::Request(_) => &record::asked_for(self),
        };
        let look = self.look(app, kind, (self.seq, object), near);
        app.store.record.keep(&[look]).await
    }

    /// What was done as the record has it, and how near it was; none where nobody is shown.
    fn kept_as(&self, door: &Door, decision: Decision) -> Option<(Action, &'static str)> {
        let because = decision.because;
        if let Some(read) = self.read_to_be_told(decision) {
            return Some((Action::Read, self.near(read)));
        }
        use Action::{ExportRecord, ReadRecord, Search};
        let looks = matches!(door.action, Search | ReadRecord | ExportRecord)
            || !self.person_of_pool().is_empty();
        // To ask for a reason is no refusal, and says nothing, but of what is sealed that it is there.
        let asked = !decision.allowed && because == Because::Reason && !self.object.sealed;
        // A page's script asks every 20 s who else is there: it was recorded when the page was.
        if asked || door.is_asked_by_scripts() || !(self.about.is_of_one() || looks) {
            return None;
        }
        Some((door.action, self.near(decision)))
    }

    /// Whom of the film desk a page names beside what is lent: an expert, or those who come to an encounter.
    fn person_of_pool(&self) -> &str {
        let names = ["expert", "encounter"].map(|name| self.path(name));
        names.into_iter().find(|id| !id.is_empty()).unwrap_or("")
    }

    /// How the agent reads the page of the object, where that is the page they are told on why something else is refused.
    fn read_to_be_told(&self, refused: Decision) -> Option<Decision> {
        let on_its_page = !refused.allowed
            && matches!(refused.because, Because::Closed | Because::Reason)
            && self.about.is_of_one()
            && !self.fields.is_empty();
        let context = Context {
            reason: self.context.reason || self.leave.is_some(),
            ..self.context.clone()
        };
        let read = policy::decide(&self.who, Action::Read, &self.object, &context);
        Some(read).filter(|read| on_its_page && read.allowed)
    }

    /// How near the object is, as the record has it: empty for what is no one object.
    fn near(&self, decision: Decision) -> &'static str {
        let broken = decision.because == Because::BrokenGlass;
        let unsealed = self.object.sealed && self.leave.is_some();
        if !decision.allowed {
            Nearness::Denied.as_str()
        } else if !self.query("before").is_empty() && self.about == About::Docket {
            watch::NEXT_PAGE
        } else if !self.about.is_of_one() {
            ""
        } else if broken || unsealed {
            Nearness::Glass.as_str()
        } else {
            nearness(&self.who, &self.object).as_str()
        }
    }

    /// Keeps what the agent is about to do to submissions that the path does not name.
    pub(crate) async fn record_acts<'s>(
        &self,
        app: &App,
        acts: impl Iterator<Item = (Action, &'s Standing)>,
    ) -> Result<(), StoreError> {
        let looks: Vec<Look> = acts
            .map(|(action, standing)| {
                let near = nearness(&self.who, &object(standing)).as_str();
                self.look(app, action, (Some(standing.seq), ""), near)
            })
            .collect();
        app.store.record.keep(&looks).await
    }

    /// Keeps an act that is about no submission: what is done to access, to rules, or with the record itself.
    pub(crate) async fn note(
        &self,
        app: &App,
        kind: &str,
        object: &str,
        reason: &str,
    ) -> Result<(), Refused> {
        let look = Look {
            at: app.now_micros(),
            agent: self.who.id.to_string(),
            unit: self.who.unit.as_str().to_owned(),
            kind: kind.to_owned(),
            object: object.to_owned(),
            reason: observables::mask_cards(reason).into_owned(),
            ..Look::default()
        };
        let kept = app.store.record.keep(&[look]).await;
        kept.map_err(|error| self.signed.failed(&error))
    }

    /// An entry of the record, of now and with the agent's reason.
    fn look(
        &self,
        app: &App,
        kind: Action,
        (docket, object): (Option<i64>, &str),
        near: &str,
    ) -> Look {
        let given = self
            .leave
            .as_ref()
            .map_or("", |leave| leave.reason.as_str());
        let reasons = [self.field("reason"), given, &self.signed.task];
        let reason = reasons.into_iter().find(|reason| !reason.is_empty());
        Look {
            at: app.now_micros(),
            agent: self.who.id.to_string(),
            unit: self.who.unit.as_str().to_owned(),
            kind: kind.as_str().to_owned(),
            docket,
            object: observables::mask_cards(object.trim()).into_owned(),
            because: near.to_owned(),
            reason: observables::mask_cards(reason.unwrap_or_default()).into_owned(),
        }
    }

    fn decides(&self, action: Action, object: &Object) -> bool {
        let context = Context {
            reason: true,
            ..self.context.clone()
        };
        policy::decide(&self.who, action, object, &context).allowed
    }

    /// Whether a part of the object is shown to the agent's unit.
    pub(crate) fn is_shown(&self, part: Part) -> bool {
        let broken = self.leave.is_some() && nearness(&self.who, &self.object) == Nearness::Other;
        broken || is_shown(&self.who, &self.object, part)
    }

    /// Whether every part in which something is found is.
    pub(crate) fn is_all_shown(&self) -> bool {
        let found_in = [Part::Facts, Part::Messages, Part::Exhibits];
        found_in.iter().all(|part| self.is_shown(*part))
    }

    /// The same of another submission.
    pub(crate) fn is_all_shown_of(&self, seq: i64) -> bool {
        let found_in = [Part::Facts, Part::Messages, Part::Exhibits];
        found_in.iter().all(|part| self.is_shown_of(seq, *part))
    }

    /// Whether the object is sealed.
    pub(crate) fn is_sealed(&self) -> bool {
        self.object.sealed
    }

    /// The same of another submission; of one that does not stand apart every part is.
    pub(crate) fn is_shown_of(&self, seq: i64, part: Part) -> bool {
        let apart = self.sight.shown().find(|standing| standing.seq == seq);
        apart.is_none_or(|standing| is_shown(&self.who, &object(standing), part))
    }
}

/// How near an object is to an agent, for those who ask later whether it was theirs to look at.
fn nearness(agent: &Agent, object: &Object) -> Nearness {
    match Relation::between(agent, object) {
        Relation::Own => Nearness::Own,
        Relation::Unit if object.owner.is_none() => Nearness::Unit,
        Relation::Unit => Nearness::Colleague,
        Relation::JoinedUnit => Nearness::Joined,
        Relation::Other => Nearness::Other,
    }
}

fn is_shown(agent: &Agent, object: &Object, part: Part) -> bool {
    if Relation::between(agent, object) <= Relation::Unit {
        return true;
    }
    let joined = object.joined.iter();
    joined
        .filter(|(unit, _)| *unit == agent.unit)
        .any(|(_, parts)| parts.contains(&part))
}

/// Reads who asks for what, and lets in who may.
async fn admit(app: &App, door: &Door, request: Request) -> Result<Admitted, Refused> {
    let (mut parts, body) = request.into_parts();
    let page = never(Page::from_request_parts(&mut parts, app).await);
    if parts.uri.path().split('/').nth(1) != Some(page.tag()) {
        return Err(page.not_found().into());
    }
    let (params, query) = address(&mut parts, app).await;
    let mut last = parts.uri.path().rsplit('/').map(str::to_owned);
    let (act, room) = (last.next(), last.next());
    let (act, room) = (act.unwrap_or_default(), room.unwrap_or_default());
    let signed = session::signed_in(&parts.headers, app, &page).await?;
    let (signed, fields, files) = if door.method == Method::POST {
        let request = Request::from_parts(parts, body);
        let sent = sent::read(app, door, signed.is_some(), request).await;
        let (fields, files) = match sent {
            Some(Sent { fields, files }) => (Some(fields), files),
            None => (None, Vec::new()),
        };
        let (signed, fields) = session::proven(signed, page, fields)?;
        (signed, fields, files)
    } else {
        let to_sign_in = || Redirect::to(&format!("{}/sign-in", link::workbench(&page)));
        (
            signed.ok_or_else(|| Refused::from(to_sign_in().into_response()))?,
            Vec::new(),
            Vec::new(),
        )
    };
    if signin::has_to_set_up(app, &signed) && !signin::is_own(&door.path) {
        return Err(Redirect::to(&link::me(&signed.page)).into_response().into());
    }
    let Some(who) = policies::agent(&signed.agent) else {
        return Err(signed.not_found());
    };
    let mut context = context(app, door, &signed, &fields);
    let failed = |error: StoreError| signed.failed(&error);
    let apart = app.store.work.apart(&who.id, who.unit.as_str()).await;
    let sight = policies::sight(&who, apart.map_err(failed)?);
    let id = params.get("id").map_or("", String::as_str);
    let (mut seq, mut request) = (None, None);
    let object = match door.about {
        About::Service | About::Docket => policies::own(&who, door.action),
        About::Submission => {
            let standing = app.store.work.standing(id).await.map_err(failed)?;
            seq = standing.as_ref().map(|standing| standing.seq);
            standing.map_or_else(|| Object::nobodys(Subject::Case), |one| object(&one))
        }
        About::Series => {
            let seen = app
                .store
                .work
                .seen_series(id, &sight)
                .await
                .map_err(failed)?;
            policies::series(&who, &sight, seen.as_ref())
        }
        About::Request(kind) => {
            let id = params.get("request").map_or("", String::as_str);
            let found = app.store.work.request(id).await.map_err(failed)?;
            let open = found.filter(|one| admin::is_open(app, one, kind));
            let asker = open.as_ref().map_or("", |one| one.agent.as_str());
            let stands = stands_for(app, asker, admin::ASKS).await;
            let stands = stands.map_err(failed)?;
            request = open.filter(|_| stands);
            policies::request(request.as_ref())
        }
        About::Project | About::Immersion | About::Expert | About::Pool => {
            let pool = params.get("pool").map_or("", String::as_str);
            let id = params.get("expert").map_or(id, String::as_str);
            let found = film::object(app, door.about, id, pool).await;
            let (place, object) = found.map_err(failed)?;
            seq = place;
            object
        }
    };
    let given = app.now_micros() - glass::LASTS;
    let leave = app
        .store
        .work
        .leave(&who.id, seq, given, glass::purpose(door.action))
        .await
        .map_err(failed)?;
    let leave = match leave {
        Some(leave) => {
            let stands = stands_for(app, &leave.second, Action::Read).await;
            stands.map_err(failed)?.then_some(leave)
        }
        None => None,
    };
    if let Some(leave) = &leave {
        // What a form asks of its own is not answered by why the leave was given.
        context.reason |= door.method == Method::GET || !door.action.rule().asks.reason;
        context = with_leave(context, leave);
    }
    let decision = match (door.about, &request) {
        (About::Request(_), None) => Because::TooFar.into(),
        (_, Some(one)) => {
            context.second_person = Some(one.agent.as_str().into());
            policy::decide(&who, door.action, &object, &context)
        }
        _ => policy::decide(&who, door.action, &object, &context),
    };
    let mut at = Admitted {
        signed,
        sight,
        who,
        about: door.about,
        seq,
        leave,
        request,
        object,
        context,
        params,
        query,
        fields,
        files,
        act,
        room,
    };
    at.signed.page.reads = at.may_at_all(Action::Read);
    at.signed.page.keeps = at.may_at_all(Action::SeeRetention);
    at.signed.page.films = at.may_at_all(Action::ReadFilm);
    at.signed.page.watches = at.may_at_all(Action::ReadRecord);
    at.signed.page.administers = at.may_at_all(Action::SeeService);
    at.signed.page.runs = at.may_at_all(Action::RunMachine);
    at.signed.page.signs = record::unseen(app, &at)
        .await
        .map_err(|error| at.signed.failed(&error))?;
    // What cannot be recorded is not shown, nor done.
    let kept = at.record(app, door, decision).await;
    kept.map_err(|error| at.signed.failed(&error))?;
    if decision.allowed {
        return Ok(at);
    }
    let because = decision.because.as_str();
    tracing::debug!(door = door.path, because, "somebody was not let in");
    // Whoever answers for every submission is asked for no reason where there is none.
    let absent = door.about == About::Submission && at.seq.is_none();
    if decision.because.may_be_told() && !absent {
        Err(tell(app, &at, decision).await)
    } else {
        Err(at.signed.not_found())
    }
}

/// Whether one of two who agree could do their part of it still: what they said is worth what they may do now.
async fn stands_for(app: &App, id: &str, action: Action) -> Result<bool, StoreError> {
    let member = app.store.work.member(id).await?;
    Ok(member.is_some_and(|member| policies::could(&member.agent, action)))
}

/// Says what is missing: on the page of the object, where the agent may read that, with what they typed. That they read it
/// is recorded by then.
async fn tell(app: &App, at: &Admitted, refused: Decision) -> Refused {
    let because = refused.because;
    if because == Because::SignIn {
        return signin::ask(app, at)
            .await
            .map_or_else(|refused| refused, Into::into);
    }
    let told = match at.read_to_be_told(refused).map(|_| at.about) {
        Some(About::Submission) => super::submission::act::told(app, at, because).await,
        Some(About::Series) => super::series::act::told(app, at, because).await,
        _ => Ok(told::page(at, because)),
    };
    match told {
        Ok(response) => response.into(),
        Err(refused) => refused,
    }
}

/// What the agent brings along: for a form the reason in it, for a page that of their task.
fn context(app: &App, door: &Door, signed: &SignedIn, fields: &[(String, String)]) -> Context {
    let reason = if door.method == Method::POST {
        session::field(fields, "reason").trim()
    } else {
        signed.task.as_str()
    };
    let least = if door.action == Action::OpenIdentity {
        REASON
    } else {
        1
    };
    Context {
        reason: reason.chars().count() >= least,
        signed_in_anew: app.now_micros() - signed.started_at <= ANEW,
        second_person: None,
        break_glass: false,
    }
}

/// The same with a second person who agreed.
fn with_leave(context: Context, leave: &Leave) -> Context {
    Context {
        second_person: Some(leave.second.as_str().into()),
        break_glass: true,
        ..context
    }
}

async fn address(
    parts: &mut Parts,
    app: &App,
) -> (HashMap<String, String>, HashMap<String, String>) {
    let params = RawPathParams::from_request_parts(parts, app).await;
    let params = params.map_or_else(
        |_| HashMap::new(),
        |params| {
            let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            params.iter().map(owned).collect()
        },
    );
    let query = Query::from_request_parts(parts, app).await;
    (
        params,
        query.map_or_else(|_| HashMap::new(), |Query(query)| query),
    )
}

fn never<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
