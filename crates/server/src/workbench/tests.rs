//! The workbench as an agent meets it, on a real store.

mod admin;
mod doors;
mod film;
mod glass;
mod handover;
mod marking;
mod record;
mod referral;
mod retention;
mod security;
mod signin;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use casework::{Lang, answers::Answers, desk::Config, place::Places, submission::Track};
use jiff::Timestamp;
use linkage::Model;
use observables::WarningLists;
use serde_json::{Value, json};
use store::{
    Store,
    access::Good,
    work::{Agent, Analyser, Batch, Docket, Filter, Reached, Sight, Sort},
};
use tower::ServiceExt;

use crate::{
    app::{App, LinkOpens, Settings},
    document::tests::readable,
    harmonise::{Findings, harmonise},
    page::{Page, Theme},
    receive::{
        Filing,
        later::{self, Addition},
        receive,
    },
    router,
    words::Words,
    worker,
};

/// The frame of a page, for tests of what is shown in it.
pub(super) fn page(lang: Lang) -> Page {
    Page {
        lang,
        w: Words(lang),
        theme: Theme::System,
        here: String::new(),
        other_lang: String::new(),
        demonstration: false,
        agent: None,
        csrf: String::new(),
        workbench: true,
        reads: false,
        films: false,
        watches: false,
        administers: false,
        runs: false,
        signs: 0,
        keeps: false,
        task: String::new(),
    }
}

const IBAN: &str = "FR1420041010050500013M02606";
const STORY: &str =
    "Le site colis[.]example a vendu <b>un vélo</b> jamais livré. Appelé du 06 39 98 12 34.";

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// The configuration as it is shipped, read once: it knows 35,000 places.
fn config() -> Config {
    static CONFIG: LazyLock<Config> = LazyLock::new(|| config_with(|_, text| vec![text]));
    CONFIG.clone()
}

/// The same, with each file as it is told to be; a second text is the version of a desk before.
fn config_with(change: impl Fn(&str, String) -> Vec<String>) -> Config {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let files = [
        "bodies.toml",
        "units.toml",
        "matter.toml",
        "routing.toml",
        "desks/pharos.toml",
        "desks/thesee.toml",
        "desks/cinema.toml",
        "film/criteria.toml",
        "film/prices.toml",
        "film/inventory.toml",
        "film/inventory-comcyber.toml",
    ]
    .map(|path| {
        let mut texts = change(path, read(path)).into_iter();
        let now = (path.to_owned(), texts.next().unwrap());
        let before = texts.next().map(|text| {
            let version = text.split("version = ").nth(1).unwrap();
            let version = version.lines().next().unwrap().trim();
            (path.replace(".toml", &format!("@{version}.toml")), text)
        });
        std::iter::once(now).chain(before)
    });
    let files = files.into_iter().flatten();
    let places = Places::load(
        &read("places/departments.tsv"),
        &read("places/communes.tsv"),
    )
    .unwrap();
    Config::load(files, places).unwrap()
}

/// A site with agents signed in, on a folder of its own.
struct Site {
    app: App,
    /// Its routes, made once: making them takes longer than most answers.
    router: Router,
    _folder: tempfile::TempDir,
}

/// What an agent's browser holds.
struct Browser<'s> {
    site: &'s Site,
    cookie: String,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }

    /// The value of a hidden field, of the first form that has it.
    fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let start = self
            .body
            .find(&mark)
            .unwrap_or_else(|| panic!("no field {name} in {}", self.body))
            + mark.len();
        self.body[start..].split('"').next().unwrap().to_owned()
    }

    fn has(&self, text: &str) -> &Self {
        assert!(
            self.body.contains(text),
            "{text:?} is not in ({}) {}",
            self.status,
            self.body
        );
        self
    }

    fn has_not(&self, text: &str) -> &Self {
        assert!(!self.body.contains(text), "{text:?} is in {}", self.body);
        self
    }
}

impl Site {
    async fn new() -> Self {
        Self::at(now).await
    }

    async fn at(clock: fn() -> Timestamp) -> Self {
        Self::with(clock, Settings::default()).await
    }

    /// Where a link opens the workbench, as in most tests.
    async fn with(clock: fn() -> Timestamp, settings: Settings) -> Self {
        let settings = Settings {
            link_opens: LinkOpens::Everything,
            ..settings
        };
        Self::exactly(clock, settings).await
    }

    async fn exactly(clock: fn() -> Timestamp, settings: Settings) -> Self {
        Self::of(clock, settings, config()).await
    }

    async fn of(clock: fn() -> Timestamp, settings: Settings, config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        let model = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../config/france/models/submissions.toml");
        let model = Model::from_toml(&std::fs::read_to_string(model).unwrap()).unwrap();
        let lists = WarningLists::from_misp_json(std::iter::empty::<(&str, &str)>()).unwrap();
        let app = App::new(store, config, model, lists, settings, clock);
        Self {
            router: router(app.clone()),
            app,
            _folder: folder,
        }
    }

    /// Files a report and takes it through the worker's steps.
    async fn file(&self, answers: Value) -> i64 {
        self.file_at("thesee", Track::Report, answers).await
    }

    /// The same at a desk.
    async fn file_at(&self, desk: &str, track: Track, answers: Value) -> i64 {
        let app = &self.app;
        let Value::Object(values) = answers else {
            panic!("answers are an object")
        };
        let reached = app.store.work.reached().await.unwrap();
        let filed = receive(
            app,
            Filing {
                desk: app.desk(desk).unwrap(),
                track,
                lang: Lang::Fr,
                channel: "web",
                answers: &Answers::stored(track, values),
                scope: "",
                idempotency: &format!("key {}", reached.submission),
                body: [0; 32],
                vouched: None,
            },
        )
        .await
        .unwrap();
        let submission = app.store.intake.by_seq(filed.seq).await.unwrap().unwrap();
        let found = harmonise(&app.config, &app.lists, &submission);
        let reached = Reached {
            submission: filed.seq,
            ..reached
        };
        let batch = Batch::new(vec![found], &mut Analyser::default());
        app.store
            .work
            .apply(batch, reached, &app.model)
            .await
            .unwrap();
        app.store.work.recluster(&app.model, 100).await.unwrap();
        filed.seq
    }

    async fn story(&self) -> (i64, String) {
        let seq = self
            .file(json!({
                "scam_type": "false_shop", "for_whom": "me", "paid": true,
                "payments": [{"amount": {"minor": 28_700, "currency": "EUR"}, "means": "transfer", "iban": IBAN}],
                "story": STORY, "contact_email": "secret.person@example.org",
                "residence": {"code": "31", "name": "Haute-Garonne", "department": "31"},
            }))
            .await;
        (seq, self.kept(seq).await.id)
    }

    /// Moves what waits in the queue, as it came, to a unit.
    async fn moves(&self, seq: i64, unit: &str) {
        let change = store::work::Change {
            state: "queued".to_owned(),
            unit: unit.to_owned(),
            owner: String::new(),
            unread: true,
        };
        let act = store::work::NewAct {
            id: "moved".to_owned(),
            at: 1,
            agent: "somebody".to_owned(),
            kind: "route".to_owned(),
            reason: String::new(),
            body: "{}".to_owned(),
        };
        let work = &self.app.store.work;
        work.transition(seq, 0, change, act).await.unwrap();
    }

    async fn kept(&self, seq: i64) -> Docket {
        self.app.store.work.docket(seq).await.unwrap().unwrap()
    }

    async fn sign_in(&self, id: &str, role: &str) -> Browser<'_> {
        self.sign_in_at("ofac-thesee", id, role).await
    }

    async fn sign_in_at(&self, unit: &str, id: &str, role: &str) -> Browser<'_> {
        let agent = Agent {
            id: id.to_owned(),
            name: format!("Agent {id}"),
            unit: unit.to_owned(),
            role: role.to_owned(),
            clearance: String::new(),
        };
        let work = &self.app.store.work;
        work.put_agent(&agent).await.unwrap();
        static LINKS: AtomicI64 = AtomicI64::new(0);
        let token = format!("token {} of {id}", LINKS.fetch_add(1, Ordering::Relaxed));
        work.invite(id, token.as_bytes(), i64::MAX).await.unwrap();
        let nobody = Browser {
            site: self,
            cookie: String::new(),
        };
        let answer = nobody
            .post("/fr/workbench/sign-in", &[("token", &token)])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
        Browser {
            site: self,
            cookie: cookie.split(';').next().unwrap().to_owned(),
        }
    }
}

impl Browser<'_> {
    /// What proves that a form is of this session.
    async fn csrf(&self) -> String {
        self.page("/fr/workbench/me").await.hidden("csrf")
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.site.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        Answer {
            status: parts.status,
            body: readable(&parts.headers, &to_bytes(body, usize::MAX).await.unwrap()),
            headers: parts.headers,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(
            Request::get(path)
                .header(header::COOKIE, &self.cookie)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    async fn page(&self, path: &str) -> Answer {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", super::link::encoded(value)))
            .collect();
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(fields.join("&")))
            .unwrap();
        self.send(request).await
    }

    /// Says why they look beyond their own.
    async fn begin_task(&self) {
        let csrf = self.page("/fr/workbench").await.hidden("csrf");
        let fields = [
            ("csrf", csrf.as_str()),
            ("reason", "rapprochement demandé"),
            ("back", "/fr/workbench/search"),
        ];
        let begun = self.post("/fr/workbench/task", &fields).await;
        assert_eq!(begun.location(), "/fr/workbench/search");
    }

    /// Sends a form of a page that was read before, with its hidden fields.
    async fn form(&self, seen: &Answer, path: &str, fields: &[(&str, &str)]) -> Answer {
        let (csrf, revision) = (seen.hidden("csrf"), seen.hidden("revision"));
        let mut all = vec![("csrf", csrf.as_str()), ("revision", revision.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_signs_in_once_and_looking_at_it_uses_nothing_up() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let nobody = Browser {
        site: &site,
        cookie: String::new(),
    };
    assert_eq!(
        nobody.get("/fr/workbench").await.location(),
        "/fr/workbench/sign-in"
    );
    nobody
        .page("/fr/workbench/sign-in")
        .await
        .has_not("name=\"token\"");

    let agent = Agent {
        id: "a".to_owned(),
        name: "A".to_owned(),
        unit: "ofac".to_owned(),
        role: "triage".to_owned(),
        clearance: String::new(),
    };
    work.put_agent(&agent).await.unwrap();
    work.invite("a", b"once", i64::MAX).await.unwrap();
    for _ in 0..2 {
        // Neither the language nor the theme form carries the token away.
        let offered = nobody.page("/fr/workbench/sign-in?token=once").await;
        assert_eq!(offered.body.matches("once").count(), 1);
    }
    assert_eq!(
        nobody
            .post("/fr/workbench/sign-in", &[("token", "other")])
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    let first = nobody
        .post("/fr/workbench/sign-in", &[("token", "once")])
        .await;
    assert_eq!(first.location(), "/fr/workbench");
    let again = nobody
        .post("/fr/workbench/sign-in", &[("token", "once")])
        .await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert!(again.headers.get(header::SET_COOKIE).is_none());

    let signed = site.sign_in("b", "triage").await;
    let seen = signed.page("/fr/workbench").await;
    let out = signed
        .post("/fr/workbench/sign-out", &[("csrf", &seen.hidden("csrf"))])
        .await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(
        signed.get("/fr/workbench").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_idle_and_after_twelve_hours() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);
    fn clock() -> Timestamp {
        Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
    }
    let site = Site::at(clock).await;
    let signed = site.sign_in("a", "triage").await;
    // Used every 25 minutes it lives on, up to twelve hours.
    for _ in 0..28 {
        NOW.fetch_add(25 * 60, Ordering::Relaxed);
        signed.page("/fr/workbench").await;
        // That it was used is noted beside the answer: wait for it.
        let token = signed.cookie.split_once('=').unwrap().1;
        loop {
            let always = Good {
                seen_since: 0,
                started_since: 0,
            };
            let access = &site.app.store.access;
            let found = access.session(token.as_bytes(), always).await.unwrap();
            let seen = found.unwrap().seen_at;
            if seen == site.app.now_micros() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    NOW.fetch_add(25 * 60, Ordering::Relaxed);
    assert_eq!(
        signed.get("/fr/workbench").await.status,
        StatusCode::SEE_OTHER
    );

    let idle = site.sign_in("b", "triage").await;
    let seen = idle.page("/fr/workbench").await;
    NOW.fetch_add(31 * 60, Ordering::Relaxed);
    assert_eq!(
        idle.get("/fr/workbench").await.status,
        StatusCode::SEE_OTHER
    );
    // What was being written is not lost with the session.
    let (_, id) = site.story().await;
    let path = format!("/fr/workbench/submissions/{id}/acts/reply");
    let answer = idle
        .post(
            &path,
            &[
                ("csrf", &seen.hidden("csrf")),
                ("text", "une <longue> réponse"),
            ],
        )
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    answer.has("une &#60;longue&#62; réponse");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_shown_or_done_without_the_right_to() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    site.story().await;
    let series = site.kept(seq).await.series.unwrap();
    let submission = format!("/fr/workbench/submissions/{id}");
    let administrator = site.sign_in("admin", "administrator").await;
    let triage = site.sign_in("triage", "triage").await;
    let nobody = Browser {
        site: &site,
        cookie: String::new(),
    };

    administrator
        .page("/fr/workbench")
        .await
        .has_not("Haute-Garonne");
    let series = format!("/fr/workbench/series/{series}");
    let paths = [
        "/fr/workbench/queue".to_owned(),
        "/fr/workbench/series".to_owned(),
        "/fr/workbench/search?q=vélo".replace('é', "%C3%A9"),
        submission.clone(),
        format!("{submission}/presence"),
        format!("{submission}/exhibits/x"),
        series.clone(),
    ];
    for path in &paths {
        assert_eq!(
            administrator.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
        assert_eq!(
            nobody.get(path).await.location(),
            "/fr/workbench/sign-in",
            "{path}"
        );
    }
    let csrf = administrator.page("/fr/workbench").await.hidden("csrf");
    let triage_csrf = triage.page("/fr/workbench").await.hidden("csrf");
    for act in ["take", "route", "close", "reply", "note"] {
        let path = format!("{submission}/acts/{act}");
        let fields = [
            ("csrf", csrf.as_str()),
            ("revision", "0"),
            ("reason", "r"),
            ("text", "t"),
        ];
        assert_eq!(
            administrator.post(&path, &fields).await.status,
            StatusCode::NOT_FOUND,
            "{act}"
        );
        // Another agent's proof, and none.
        let fields = [("csrf", triage_csrf.as_str()), ("revision", "0")];
        assert_eq!(
            administrator.post(&path, &fields).await.status,
            StatusCode::FORBIDDEN,
            "{act}"
        );
        assert_eq!(
            triage.post(&path, &[("revision", "0")]).await.status,
            StatusCode::FORBIDDEN,
            "{act}"
        );
        assert_eq!(
            nobody.post(&path, &[]).await.status,
            StatusCode::FORBIDDEN,
            "{act}"
        );
    }
    let split = [
        ("csrf", triage_csrf.as_str()),
        ("revision", "0"),
        ("member", "0"),
        ("reason", "r"),
    ];
    assert_eq!(
        triage
            .post(&format!("{series}/acts/split"), &split)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let identity = [("csrf", csrf.as_str()), ("reason", "a long enough reason")];
    assert_eq!(
        administrator
            .post(&format!("{submission}/identity"), &identity)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert!(site.app.store.work.acts(seq).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_shows_what_was_said_and_keeps_the_identity_sealed() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let agent = site.sign_in("a", "triage").await;
    for lang in ["fr", "en"] {
        let path = format!("/{lang}/workbench/submissions/{id}");
        let seen = agent.page(&path).await;
        seen.has("un vélo")
            .has("&#60;b&#62;")
            .has_not("<b>un")
            .has("Haute-Garonne (31)")
            .has("287");
        // Marked where they stand, leading to the search and not to the site.
        seen.has("<mark>colis[.]example</mark>")
            .has("<mark>06 39 98 12 34</mark>")
            .has_not("href=\"http");
        seen.has_not("secret.person");
        seen.has("ofac-thesee").has("colis[.]example");
    }
    let path = format!("/fr/workbench/submissions/{id}");
    let seen = agent.page(&path).await;
    let refused = agent
        .form(&seen, &format!("{path}/identity"), &[("reason", "court")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused
        .has("href=\"#identity-reason\"")
        .has(">court</textarea>")
        .has_not("secret.person");
    assert!(site.app.store.work.acts(seq).await.unwrap().is_empty());
    let opened = agent
        .form(
            &seen,
            &format!("{path}/identity"),
            &[("reason", "rappel de la victime ce jour")],
        )
        .await;
    opened.has("secret.person@example.org");
    assert_eq!(opened.headers[header::CACHE_CONTROL], "no-store");
    let acts = site.app.store.work.acts(seq).await.unwrap();
    assert_eq!(
        (acts.len(), acts[0].kind.as_str(), acts[0].agent.as_str()),
        (1, "open_identity", "a")
    );
    agent
        .page(&path)
        .await
        .has_not("secret.person")
        .has("rappel de la victime ce jour");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_second_reads_who_was_first_and_loses_nothing() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let (first, second) = (
        site.sign_in("one", "triage").await,
        site.sign_in("two", "triage").await,
    );
    let path = format!("/fr/workbench/submissions/{id}");
    let (seen_by_first, seen_by_second) = (first.page(&path).await, second.page(&path).await);
    // The page does not wait for who else is there; its script does.
    second
        .page(&format!("{path}/presence"))
        .await
        .has("Agent one");
    let taken = first
        .form(&seen_by_first, &format!("{path}/acts/take"), &[])
        .await;
    assert_eq!(taken.location(), path);

    let close = [
        ("closing", "no_offence"),
        ("reason", "simple « litige » commercial"),
        ("seen", "0"),
    ];
    let late = second
        .form(&seen_by_second, &format!("{path}/acts/close"), &close)
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.has("Agent one")
        .has("simple « litige » commercial")
        .has("value=\"no_offence\"");
    let docket = site.kept(seq).await;
    assert_eq!(
        (docket.state.as_str(), docket.owner.as_str()),
        ("assigned", "one")
    );

    let insisted = second
        .form(&late, &format!("{path}/acts/close"), &close)
        .await;
    assert_eq!(insisted.location(), "/fr/workbench/queue?done=close&seq=0");
    second.page(insisted.location()).await.has("n° 1");
    let docket = site.kept(seq).await;
    assert_eq!(
        (docket.state.as_str(), docket.owner.as_str()),
        ("closed:no_offence", "")
    );

    // Closed: nothing but opening it again is possible, and not for this role.
    let stale = second.form(&late, &format!("{path}/acts/take"), &[]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let seen = second.page(&path).await;
    seen.has_not("/acts/take").has_not("/acts/reopen");
    let head = site.sign_in("head", "head").await;
    let seen = head.page(&path).await;
    let why = head.form(&seen, &format!("{path}/acts/reopen"), &[]).await;
    assert_eq!(why.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reopened = head
        .form(
            &seen,
            &format!("{path}/acts/reopen"),
            &[("reason", "fait nouveau")],
        )
        .await;
    assert_eq!(reopened.status, StatusCode::SEE_OTHER);
    assert_eq!(site.kept(seq).await.state, "queued");
}

#[tokio::test(flavor = "multi_thread")]
async fn routing_elsewhere_than_proposed_asks_why() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let agent = site.sign_in("a", "triage").await;
    let path = format!("/fr/workbench/submissions/{id}?from=kind%3Dthesee");
    let route = format!("/fr/workbench/submissions/{id}/acts/route");
    let seen = agent.page(&path).await;
    for (unit, error) in [
        ("", "route-unit"),
        ("nowhere", "route-unit"),
        ("ofmin", "route-reason"),
    ] {
        let refused = agent.form(&seen, &route, &[("unit", unit)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused
            .has(&format!("href=\"#{error}\""))
            .has(&format!("id=\"{error}-error\""));
    }
    let routed = agent
        .form(
            &seen,
            &route,
            &[
                ("unit", "ofmin"),
                ("reason", "mineur"),
                ("from", "kind=thesee"),
            ],
        )
        .await;
    assert_eq!(
        routed.location(),
        "/fr/workbench/queue?kind=thesee&done=route&seq=0"
    );
    let docket = site.kept(seq).await;
    assert_eq!(
        (docket.state.as_str(), docket.unit.as_str()),
        ("assigned", "ofmin")
    );
    // It is the other unit's now, and not there for this one.
    assert_eq!(agent.get(&path).await.status, StatusCode::NOT_FOUND);
    let head = site.sign_in_at("ofmin", "b", "head").await;
    let seen = head.page(&path).await;
    seen.has("mineur");
    let followed = head.form(&seen, &route, &[("unit", "ofac-thesee")]).await;
    assert_eq!(followed.status, StatusCode::SEE_OTHER);
    agent.page(&path).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_and_a_note_are_kept_as_written() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let agent = site.sign_in("a", "investigator").await;
    let path = format!("/fr/workbench/submissions/{id}");
    let seen = agent.page(&path).await;
    for kind in ["reply", "note"] {
        let empty = agent
            .form(&seen, &format!("{path}/acts/{kind}"), &[("text", "  ")])
            .await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let kept = agent
            .form(
                &seen,
                &format!("{path}/acts/{kind}"),
                &[("text", "bonjour <script>\nligne")],
            )
            .await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    }
    agent
        .page(&path)
        .await
        .has("bonjour &#60;script&#62;\nligne")
        .has_not("<script>\n");
    let acts = site.app.store.work.acts(seq).await.unwrap();
    let bodies: Vec<Value> = acts
        .iter()
        .map(|act| serde_json::from_str(&act.body).unwrap())
        .collect();
    assert_eq!(
        bodies,
        [
            json!({"text": "bonjour <script>\nligne"}),
            json!({"text": "bonjour <script>\nligne"})
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_pages_filters_and_acts_on_many() {
    let site = Site::new().await;
    for place in 0..60 {
        let kind = if place % 3 == 0 {
            "romance"
        } else {
            "false_shop"
        };
        site.file(json!({"scam_type": kind, "story": format!("histoire {place}")}))
            .await;
    }
    let agent = site.sign_in("a", "triage").await;
    let mut met = BTreeSet::new();
    let mut path = "/fr/workbench/queue".to_owned();
    loop {
        let seen = agent.page(&path).await;
        for part in seen.body.split("name=\"row\" value=\"").skip(1) {
            assert!(met.insert(part.split('"').next().unwrap().to_owned()));
        }
        let Some(next) = seen
            .body
            .split("<a href=\"")
            .find(|part| part.contains("rel=\"next\""))
        else {
            break;
        };
        path = next.split('"').next().unwrap().replace("&#38;", "&");
    }
    assert_eq!(met.len(), 60);
    let only = agent
        .page("/fr/workbench/queue?kind=thesee.romance&sort=newest")
        .await;
    assert_eq!(only.body.matches("data-row").count(), 20);
    agent
        .page("/fr/workbench/queue?state=nonsense&after=nonsense&kind=..&unit=%00")
        .await;

    let seen = agent.page("/fr/workbench/queue").await;
    let csrf = seen.hidden("csrf");
    let bulk = "/fr/workbench/queue/bulk";
    let none = agent
        .post(
            bulk,
            &[
                ("csrf", &csrf),
                ("act", "close"),
                ("closing", "kept"),
                ("reason", "r"),
            ],
        )
        .await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    // One of the three carries an old lock.
    let fields = [
        ("csrf", csrf.as_str()),
        ("act", "close"),
        ("closing", "kept"),
        ("reason", "doublons"),
        ("row", "1.0"),
        ("row", "2.0"),
        ("row", "3.7"),
    ];
    let done = agent.post(bulk, &fields).await;
    done.has("n° 4<")
        .has_not("n° 2<")
        .has("2 faites")
        .has("doublons");
    let seen = Sight::new(Some("ofac-thesee"), Vec::new(), |_| true);
    let closed = Filter {
        state: "closed:kept".to_owned(),
        ..Filter::default()
    };
    let rows = site
        .app
        .store
        .work
        .queue(&closed, Sort::Newest, None, 10, &seen)
        .await
        .unwrap()
        .rows;
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_notation_finds_and_the_answer_says_what_was_understood() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let agent = site.sign_in("a", "triage").await;
    agent.begin_task().await;
    let search = async |asked: &str| {
        agent
            .page(&format!(
                "/fr/workbench/search?q={}",
                super::link::encoded(asked)
            ))
            .await
    };
    for asked in [
        "FR14 2004 1010 0505 0001 3M02 606",
        "fr1420041010050500013m02606",
        "+33 6 39 98 12 34",
        "06.39.98.12.34",
        "colis.example",
        "www.COLIS.example",
        "velos livres",
        "VÉLO livrée",
    ] {
        let found = search(asked).await;
        found.has(&format!("/submissions/{id}\""));
    }
    // Nobody wrote these addresses; the answer says so and lists who named their host.
    for asked in [
        "www[.]colis[point]example/../",
        "hxxp://WWW[.]colis[.]example/autre?page=1",
        "https://colis.example/panier",
    ] {
        search(asked)
            .await
            .has(&format!("/submissions/{id}\""))
            .has("Personne n’a écrit cette adresse exacte")
            .has("1 déclaration<");
    }
    // An address of somebody else at the same host is not this one.
    search("autre@colis.example")
        .await
        .has("contenu dans")
        .has_not(&format!("/submissions/{id}\""));
    search("DE89 3704 0044 0532 0130 00")
        .await
        .has("DE89 3704 0044 0532 0130 00")
        .has("Aucune déclaration")
        .has("compte bancaire");
    search("\" OR ) (").await.has("Aucune déclaration");
    for asked in [
        "n° 1".to_owned(),
        "#1".to_owned(),
        id.clone(),
        id.to_uppercase(),
    ] {
        let to = agent
            .get(&format!(
                "/fr/workbench/search?q={}",
                super::link::encoded(&asked)
            ))
            .await;
        assert_eq!(
            to.location(),
            format!("/fr/workbench/submissions/{id}"),
            "{asked}"
        );
    }
    agent
        .page("/fr/workbench/search?kind=iban&q=nonsense")
        .await
        .has("Rien de reconnaissable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_is_split_and_the_split_undone() {
    let site = Site::new().await;
    for _ in 0..3 {
        site.story().await;
    }
    let agent = site.sign_in("a", "investigator").await;
    let work = &site.app.store.work;
    let series = async |seq: i64| work.docket(seq).await.unwrap().unwrap().series;
    let id = series(0).await.unwrap();
    assert_eq!(series(2).await.as_ref(), Some(&id));
    agent.page("/fr/workbench/series").await.has(&id);
    let path = format!("/fr/workbench/series/{id}");
    let seen = agent.page(&path).await;
    // 3 × 287 euros, one account, no pair on which it hangs.
    seen.has("861,00")
        .has("FR14 2004 1010 0505 0001 3M02 606")
        .has("Aucun lien fragile")
        .has("n° 3");
    // Why comes before who.
    let place = |text: &str| seen.body.find(text).unwrap();
    assert!(place("id=\"shared-title\"") < place("id=\"reasons-title\""));
    assert!(place("id=\"reasons-title\"") < place("id=\"members-title\""));
    let empty = agent
        .form(
            &seen,
            &format!("{path}/acts/split"),
            &[("reason", "autre auteur")],
        )
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty
        .has("autre auteur</textarea>")
        .has("href=\"#members\"");
    let split = agent
        .form(
            &seen,
            &format!("{path}/acts/split"),
            &[("reason", "autre auteur"), ("member", "1")],
        )
        .await;
    assert_eq!(split.location(), format!("{path}?done=split"));
    assert_ne!(series(1).await, Some(id.clone()));
    assert_eq!(series(2).await, Some(id.clone()));
    // The page that was read before is stale now, and what was typed stays.
    let late = agent
        .form(
            &seen,
            &format!("{path}/acts/split"),
            &[("reason", "trop tard"), ("member", "2")],
        )
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.has("trop tard</textarea>");

    let seen = agent.page(split.location()).await;
    seen.has("autre auteur");
    let undo = [("reason", "erreur"), ("act", &seen.hidden("act")[..])];
    let undone = agent.form(&seen, &format!("{path}/acts/undo"), &undo).await;
    assert_eq!(undone.location(), format!("{path}?done=undo"));
    assert_eq!(series(1).await, Some(id.clone()));
    agent.page(&path).await.has("annulé").has("erreur");

    let seen = agent.page(&path).await;
    let confirmed = agent
        .form(&seen, &format!("{path}/acts/confirm"), &[("reason", "vu")])
        .await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER);
    assert_eq!(work.series(&id).await.unwrap().unwrap().state, "confirmed");
    let seen = agent.page(&path).await;
    let merged = agent
        .form(
            &seen,
            &format!("{path}/acts/merge"),
            &[("reason", "r"), ("other", "S-999999")],
        )
        .await;
    assert_eq!(merged.status, StatusCode::UNPROCESSABLE_ENTITY);

    // The undoing of a confirmation gives the series back as it was proposed.
    let seen = agent.page(&path).await;
    let seen_all = Sight::new(Some("ofac-thesee"), Vec::new(), |_| true);
    let acts = work.series_acts(&id, &seen_all).await.unwrap();
    let act = acts.iter().find(|act| act.kind == "confirm").unwrap();
    let undo = [("reason", "trop tôt"), ("act", act.id.as_str())];
    let undone = agent.form(&seen, &format!("{path}/acts/undo"), &undo).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER);
    assert_eq!(work.series(&id).await.unwrap().unwrap().state, "proposed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_shows_what_is_shared_by_name_and_a_series_what_says_most_first() {
    let site = Site::new().await;
    let payment = |iban: &str| {
        json!([{"amount": {"minor": 28_700, "currency": "EUR"}, "means": "transfer", "iban": iban,
                "payee": "Jean Prête-Nom"}])
    };
    let common = "voir example.org, example.net";
    for (place, iban) in [
        IBAN,
        IBAN,
        "DE89370400440532013000",
        "DE89370400440532013000",
    ]
    .iter()
    .enumerate()
    {
        site.file(json!({
            "scam_type": "false_shop", "paid": true, "payments": payment(iban),
            "story": format!("{common}, appelé du 06 39 98 12 3{}", place / 3),
        }))
        .await;
    }
    let agent = site.sign_in("a", "investigator").await;
    let docket = site.app.store.work.docket(0).await.unwrap().unwrap();
    agent
        .page(&format!("/fr/workbench/submissions/{}", docket.id))
        .await
        .has("nom de bénéficiaire <code>Jean Prête-Nom</code>")
        .has("Rapprochée de");
    // The phone is held by three and both accounts by two; one account is rarer than it all.
    let series = docket.series.unwrap();
    let seen = agent.page(&format!("/fr/workbench/series/{series}")).await;
    let place = |text: &str| {
        let shared = seen.body.find("id=\"shared-title\"").unwrap();
        seen.body[shared..].find(text).unwrap()
    };
    assert!(place("FR14 2004") < place("example.org"));
    assert!(place("06 39 98 12 30") < place("example.org"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_series_says_where_it_went_and_nothing_of_what_was_in_it() {
    let site = Site::new().await;
    let other = "DE89370400440532013000";
    for (place, iban) in [IBAN, IBAN, IBAN, other, other].iter().enumerate() {
        site.file(json!({
            "scam_type": "false_shop", "paid": true, "story": format!("histoire {place}"),
            "payments": [{"amount": {"minor": 28_700, "currency": "EUR"}, "means": "transfer", "iban": iban}],
        }))
        .await;
    }
    let work = &site.app.store.work;
    let series = async |seq| work.docket(seq).await.unwrap().unwrap().series.unwrap();
    let (heir, retired) = (series(0).await, series(3).await);
    assert_ne!(heir, retired);
    let agent = site.sign_in("a", "head").await;
    let path = format!("/fr/workbench/series/{retired}");
    let seen = agent.page(&path).await;
    seen.has("574,00").has("class=\"wb-figures\"");
    let merge = [("reason", "même auteur"), ("other", heir.as_str())];
    let merged = agent
        .form(&seen, &format!("{path}/acts/merge"), &merge)
        .await;
    assert_eq!(merged.status, StatusCode::SEE_OTHER);
    let seen = agent.page(&path).await;
    seen.has(&format!("/fr/workbench/series/{heir}"))
        .has_not("class=\"wb-figures\"")
        .has_not("574,00")
        .has_not("/acts/");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exhibit_leaves_only_as_an_attachment_and_that_is_kept() {
    let site = Site::new().await;
    let app = &site.app;
    let mut incoming = app.store.objects.receive("one", 100).await.unwrap();
    incoming.write(b"<script>alert(1)</script>").await.unwrap();
    let (kept, _unrecorded) = incoming.keep().await.unwrap();
    let upload = store::intake::Upload {
        id: "upload-1".to_owned(),
        sha256: kept.sha256,
        size: kept.size,
        name: "../\"evil\".html".to_owned(),
        media_type: "text/plain".to_owned(),
        at: now().as_microsecond(),
    };
    app.store.intake.record_upload(upload).await.unwrap();
    let seq = site
        .file(json!({"scam_type": "romance", "evidence": [{"id": "upload-1"}]}))
        .await;
    let id = app.store.work.docket(seq).await.unwrap().unwrap().id;
    let agent = site.sign_in("a", "triage").await;
    let path = format!("/fr/workbench/submissions/{id}");
    agent
        .page(&path)
        .await
        .has("../&#34;evil&#34;.html")
        .has(&store::objects::hex(&kept.sha256));
    let file = agent.page(&format!("{path}/exhibits/upload-1")).await;
    assert_eq!(
        file.headers[header::CONTENT_TYPE],
        "application/octet-stream"
    );
    assert!(
        file.headers[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .starts_with("attachment;")
    );
    assert_eq!(
        file.headers[header::CONTENT_SECURITY_POLICY],
        "sandbox; default-src 'none'"
    );
    assert_eq!(file.body, "<script>alert(1)</script>");
    assert_eq!(app.store.work.acts(seq).await.unwrap()[0].kind, "download");
    // Of another submission, or of none.
    let (_, other) = site.story().await;
    for path in [
        format!("/fr/workbench/submissions/{other}/exhibits/upload-1"),
        format!("{path}/exhibits/none"),
    ] {
        assert_eq!(
            agent.get(&path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_has_a_title_of_its_own_in_both_languages() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    site.story().await;
    let series = site.kept(seq).await.series.unwrap();
    let agent = site.sign_in("a", "head").await;
    agent.begin_task().await;
    let mut titles = BTreeSet::new();
    let paths = ["", "/queue", "/series", "/search", "/sign-in"]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("/submissions/{id}"), format!("/series/{series}")]);
    for path in paths {
        for lang in ["fr", "en"] {
            let seen = agent.page(&format!("/{lang}/workbench{path}")).await;
            let title = seen
                .body
                .split("<title>")
                .nth(1)
                .unwrap()
                .split("</title>")
                .next()
                .unwrap();
            assert!(titles.insert(format!("{lang} {title}")), "{title} twice");
            seen.has(&format!("<html lang=\"{lang}\""))
                .has_not("wb-error-")
                .has_not(" style=");
            // A key without words shows as itself.
            let text: String = seen
                .body
                .split('<')
                .filter_map(|part| part.split_once('>'))
                .map(|(_, text)| text)
                .collect();
            assert!(!text.contains("wb-"), "{lang} {path}: {text}");
        }
    }
    assert_eq!(
        agent.get("/de/workbench").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        agent.get("/fr/workbench/submissions/none").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        agent.get("/fr/workbench/series/none").await.status,
        StatusCode::NOT_FOUND
    );
}

impl Site {
    /// What the worker does after a message, a reply or an agent's word on a hit.
    async fn work_again(&self) {
        let (app, work) = (&self.app, &self.app.store.work);
        let reached = work.reached().await.unwrap();
        worker::supplements(app, reached).await.unwrap();
        let mut readings = worker::Readings::default();
        while worker::harmonise_again(app, &mut readings).await.unwrap() {}
        work.recluster(&app.model, 100).await.unwrap();
    }

    async fn upload(&self, id: &str, name: &str, bytes: &[u8]) {
        let app = &self.app;
        let mut incoming = app.store.objects.receive(id, 10_000).await.unwrap();
        incoming.write(bytes).await.unwrap();
        let (kept, _unrecorded) = incoming.keep().await.unwrap();
        let upload = store::intake::Upload {
            id: id.to_owned(),
            sha256: kept.sha256,
            size: kept.size,
            name: name.to_owned(),
            media_type: kept.media_type.to_owned(),
            at: now().as_microsecond(),
        };
        app.store.intake.record_upload(upload).await.unwrap();
    }

    async fn add(&self, seq: i64, key: &str, text: &str, uploads: &[&str]) {
        let app = &self.app;
        let submission = app.store.intake.by_seq(seq).await.unwrap().unwrap();
        let addition = Addition {
            submission: &submission,
            kind: "message",
            body: json!({"text": text}).to_string(),
            uploads: uploads.iter().map(|id| (*id).to_owned()).collect(),
            idempotency: key,
        };
        later::add(app, addition).await.unwrap();
    }

    /// How many submissions hold what is searched.
    async fn held(&self, kind: observables::Kind, value: &str) -> i64 {
        let found = observables::Observable::parse(kind, value).unwrap();
        let key = crate::harmonise::lookup_key(&found);
        self.app.store.work.held(key).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_replies_and_files_give_hits_shown_where_they_stand() {
    let site = Site::new().await;
    site.upload("upload-1", "releve.csv", b"date;site\n1;releve.example\n")
        .await;
    site.upload("upload-2", "mail.eml", b"Subject: lettre.example")
        .await;
    let seq = site
        .file(json!({"scam_type": "romance", "story": "Rien de plus.", "evidence": [{"id": "upload-1"}]}))
        .await;
    let id = site.kept(seq).await.id;
    site.add(seq, "k", "Il écrit depuis message.example", &["upload-2"])
        .await;
    let agent = site.sign_in("a", "triage").await;
    let path = format!("/fr/workbench/submissions/{id}");
    let seen = agent.page(&path).await;
    seen.has_not("<code>releve.example</code>");
    agent
        .form(
            &seen,
            &format!("{path}/acts/reply"),
            &[("text", "Voyez guichet.example")],
        )
        .await;
    site.work_again().await;
    let seen = agent.page(&path).await;
    seen.has("<mark>message.example</mark>")
        .has("<mark>guichet.example</mark>")
        .has("<code>releve.example</code>")
        .has("pièce releve.csv")
        .has("message de la personne")
        .has_not("lettre.example");
    use observables::Kind::Domain;
    for (value, held) in [
        ("releve.example", 1),
        ("message.example", 1),
        ("guichet.example", 0),
    ] {
        assert_eq!(site.held(Domain, value).await, held, "{value}");
    }
    // The same again finds the same.
    let before = site.kept(seq).await;
    site.app.store.work.queue_older_than(99).await.unwrap();
    site.work_again().await;
    let after = site.kept(seq).await;
    assert_eq!(
        (before.sightings, before.revision),
        (after.sightings, after.revision)
    );
}

/// A program that stands for the child process: of a PDF it never says anything, of a picture nothing but bytes
/// without an end, a mail it reads and breaks off.
#[cfg(unix)]
fn false_reader(folder: &Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("reader");
    let script = r#"#!/bin/sh
case "$3" in
pdf) exec sleep 60 ;;
png) exec cat /dev/zero ;;
*) echo '{"format":"mail","start":0,"end":9,"parts":[{"path":"header Subject","label":"Subject","text":"lettre.example"}],"facts":[],"hops":[],"attachments":[],"problems":[]}'
   kill -9 $$ ;;
esac
"#;
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    program
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_stops_its_reader_holds_up_nothing_else() {
    let programs = tempfile::tempdir().unwrap();
    let time = std::time::Duration::from_secs(2);
    let settings = Settings {
        reader: Some(false_reader(programs.path())),
        reading_time: time,
        ..Settings::default()
    };
    let site = Site::with(now, settings).await;
    let (app, work) = (&site.app, &site.app.store.work);
    site.upload("upload-1", "a", b"%PDF-1.7 and no end").await;
    site.upload("upload-2", "b", b"\x89PNG\r\n\x1a\nand no end")
        .await;
    site.upload(
        "upload-3",
        "c",
        b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nDate: y\r\n\r\ntext",
    )
    .await;
    site.upload("upload-4", "d.txt", b"voir plat.example").await;
    let told = |id: &str| json!({"scam_type": "romance", "evidence": [{"id": id}]});
    let plain = site.file(told("upload-4")).await;
    let mut slow = Vec::new();
    for id in ["upload-1", "upload-2", "upload-1"] {
        slow.push(site.file(told(id)).await);
    }
    let mail = site
        .file(json!({"scam_type": "romance", "evidence": [{"id": "upload-3"}, {"id": "upload-1"}]}))
        .await;

    let mut readings = worker::Readings::default();
    let started = std::time::Instant::now();
    while worker::harmonise_again(app, &mut readings).await.unwrap() {}
    // The one that needs no child is done, though newer ones wait for theirs.
    let waiting = async || -> Vec<i64> {
        let waiting = work.waiting_again(100).await.unwrap();
        waiting.iter().map(|one| one.seq).collect()
    };
    assert!(!waiting().await.contains(&plain));
    assert_eq!(waiting().await.len(), 4);
    assert!(started.elapsed() < time, "{:?}", started.elapsed());
    let sightings = async |seq| work.docket(seq).await.unwrap().unwrap().sightings;
    assert!(sightings(plain).await.contains("plat.example"));

    while !waiting().await.is_empty() {
        assert!(started.elapsed() < 10 * time, "{:?}", waiting().await);
        worker::harmonise_again(app, &mut readings).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // What was said before the end holds, and its place is shown.
    assert!(
        sightings(mail)
            .await
            .contains("exhibit:upload-3/header Subject")
    );
    for seq in slow {
        let findings = Findings::read(&sightings(seq).await);
        assert!(findings.sightings.is_empty());
        assert_eq!(findings.unread.len(), 1);
        assert_eq!(findings.unread[0].cause, "limit");
    }
    let id = work.docket(mail).await.unwrap().unwrap().id;
    let agent = site.sign_in("a", "triage").await;
    agent
        .page(&format!("/fr/workbench/submissions/{id}"))
        .await
        .has("<code>lettre.example</code>")
        .has("pièce c, header Subject")
        .has("lecture arrêtée avant la fin")
        .has("Le fichier est conservé entier");
    agent
        .page(&format!("/en/workbench/submissions/{id}"))
        .await
        .has("reading stopped before the end")
        .has("The file is kept whole");
    // What is known of a file is not asked again.
    let started = std::time::Instant::now();
    work.queue_older_than(99).await.unwrap();
    while worker::harmonise_again(app, &mut readings).await.unwrap() {}
    assert!(waiting().await.is_empty());
    assert!(started.elapsed() < time, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_in_a_file_holds_no_card_and_what_is_not_read_is_told() {
    let site = Site::new().await;
    let rows =
        b"n,note\n1,https://paye.example/?cc=4970101234567893 et carte 4970 1012 3456 7893\n";
    site.upload("upload-1", "releve.csv", rows).await;
    site.upload("upload-2", "film.bin", b"\0\x01\x02 no text")
        .await;
    site.upload(
        "upload-3",
        "notes.json",
        b"{\"4970101234567893\": \"voir plat.example\"}",
    )
    .await;
    site.upload("upload-4", "notes.txt", b"voir rien.example \0")
        .await;
    let evidence =
        json!([{"id": "upload-1"}, {"id": "upload-2"}, {"id": "upload-3"}, {"id": "upload-4"}]);
    let seq = site
        .file(json!({"scam_type": "romance", "evidence": evidence}))
        .await;
    site.work_again().await;
    let docket = site.kept(seq).await;
    let kept = &docket.sightings;
    assert!(!kept.contains("4970101234567893"), "{kept}");
    assert!(
        kept.contains("https://paye.example/?cc=497010******7893"),
        "{kept}"
    );
    assert!(
        kept.contains("plat.example") && kept.contains("exhibit:upload-3//497010******7893"),
        "{kept}"
    );
    let findings = Findings::read(kept);
    let card = findings
        .sightings
        .iter()
        .find(|hit| hit.kind == "card")
        .unwrap();
    assert_eq!(
        (card.value.as_str(), card.proof.as_str()),
        ("497010******7893", "checksum")
    );
    let unread: Vec<(&str, &str)> = findings
        .unread
        .iter()
        .map(|unread| (unread.path.as_str(), unread.cause.as_str()))
        .collect();
    assert_eq!(
        unread,
        [
            ("exhibit:upload-2", "unsupported"),
            ("exhibit:upload-4", "damaged")
        ]
    );
    let agent = site.sign_in("a", "triage").await;
    let path = format!("/workbench/submissions/{}", docket.id);
    agent
        .page(&format!("/fr{path}"))
        .await
        .has("format qui n’est pas lu ici")
        .has("abîmé ou incomplet")
        .has_not("4970101234567893");
    agent
        .page(&format!("/en{path}"))
        .await
        .has("a format that is not read here")
        .has("damaged or incomplete");
    // What an older program kept is read as it stands.
    let older = serde_json::to_string(&findings.sightings).unwrap();
    assert_eq!(Findings::read(&older).sightings, findings.sightings);
    assert_eq!(Findings::read("?"), Findings::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_for_a_card_is_kept_nowhere_and_goes_on_masked() {
    let site = Site::new().await;
    let seq = site
        .file(json!({"scam_type": "romance", "story": "Ma carte 4970 1012 3456 7893 a servi."}))
        .await;
    let id = site.kept(seq).await.id;
    let agent = site.sign_in("a", "triage").await;
    agent.begin_task().await;
    let numbers = [
        "4970101234567893",
        "4970 1012 3456 7893",
        "4970-1012-3456-7893",
    ];
    let search = async |asked: &str| {
        let asked = super::link::encoded(asked);
        agent.page(&format!("/fr/workbench/search?q={asked}")).await
    };
    for number in numbers {
        let masked = observables::mask_cards(number);
        // What the form asks again, and the card that was understood.
        search(number)
            .await
            .has(&format!("name=\"q\" value=\"{masked}\""))
            .has("<code>497010******7893</code>");
        search(&format!("carte {number} a servi"))
            .await
            .has(&format!("<q>carte {masked} a servi</q>"));
    }
    search("carte a servi")
        .await
        .has(&format!("/submissions/{id}\""));
    for name in ["work.db", "work.db-wal", "intake.db", "intake.db-wal"] {
        let bytes = std::fs::read(site._folder.path().join(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        for number in numbers {
            assert!(!text.contains(number), "{number} is in {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_are_grouped_with_their_proof_and_copied_without_a_script() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let agent = site.sign_in("a", "triage").await;
    for (lang, words) in [
        (
            "fr",
            [
                "nom de domaine",
                "clé de contrôle juste<br>demandé par le formulaire",
                "réservé aux exemples",
            ],
        ),
        (
            "en",
            [
                "domain name",
                "check digits are right<br>asked for by the form",
                "reserved for examples",
            ],
        ),
    ] {
        let seen = agent
            .page(&format!("/{lang}/workbench/submissions/{id}"))
            .await;
        seen.has("id=\"kind-domain\"")
            .has("id=\"kind-iban\"")
            .has("id=\"kind-phone\"");
        seen.has("readonly value=\"colis[.]example\"");
        for word in words {
            seen.has(word);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cards_number_is_not_kept_even_as_what_was_not_found() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let agent = site.sign_in("a", "triage").await;
    let path = format!("/fr/workbench/submissions/{id}");
    let seen = agent.page(&path).await;
    let fields = [
        ("hit", "phone:4111111111111111"),
        ("reason", "recopié par erreur"),
    ];
    let dismiss = format!("{path}/acts/hit-dismiss");
    agent.form(&seen, &dismiss, &fields).await;
    let kept = site.app.store.work.corrections(seq).await.unwrap();
    let of = kept[0].of.as_ref().unwrap();
    assert_eq!(of.value, "411111******1111");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_word_on_a_hit_is_kept_apart_and_keys_follow_it() {
    use observables::Kind::{Domain, Iban};
    let site = Site::new().await;
    let (first, id) = site.story().await;
    let (second, _) = site.story().await;
    let work = &site.app.store.work;
    let series = async |seq| work.docket(seq).await.unwrap().unwrap().series;
    assert_eq!(series(first).await, series(second).await);
    assert!(series(first).await.is_some());
    let machine = work.docket(first).await.unwrap().unwrap().sightings;
    let agent = site.sign_in("a", "triage").await;
    let path = format!("/fr/workbench/submissions/{id}");

    // Each needs a reason; a value must be of its kind.
    let seen = agent.page(&format!("{path}?hit=iban%3A{IBAN}")).await;
    seen.has("Corriger ou écarter")
        .has("value=\"FR14 2004 1010 0505 0001 3M02 606\"");
    let hit = format!("iban:{IBAN}");
    let dismissed = [("hit", hit.as_str()), ("reason", "")];
    let refused = agent
        .form(&seen, &format!("{path}/acts/hit-dismiss"), &dismissed)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused
        .has("href=\"#correct-reason\"")
        .has("Corriger ou écarter");
    let wrong = [
        ("kind", "iban"),
        ("value", "FR00 1"),
        ("reason", "vu sur la pièce"),
    ];
    let refused = agent
        .form(&seen, &format!("{path}/acts/hit-add"), &wrong)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("href=\"#add-value\"").has("value=\"FR00 1\"");
    assert!(work.acts(first).await.unwrap().is_empty());

    // Dismissed, it joins no more.
    let dismissed = [("hit", hit.as_str()), ("reason", "compte de la victime")];
    let done = agent
        .form(&seen, &format!("{path}/acts/hit-dismiss"), &dismissed)
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    // Who comes second reads it, and what they typed is kept.
    let late = agent
        .form(&seen, &format!("{path}/acts/hit-dismiss"), &dismissed)
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.has("compte de la victime").has("entre-temps");
    site.work_again().await;
    assert_eq!(site.held(Iban, IBAN).await, 1);
    let seen = agent.page(&path).await;
    seen.has("n’est pas un élément technique")
        .has("écarte un élément")
        .has_not("id=\"kind-iban\"")
        .has_not("<mark>FR14");
    assert_eq!(
        work.docket(first).await.unwrap().unwrap().sightings,
        machine
    );

    // Corrected and added, it joins as what it is; the program's finding stays as it was.
    let corrected = [
        ("hit", "domain:colis.example"),
        ("kind", "domain"),
        ("value", "livraison.example"),
        ("reason", "mal recopié"),
    ];
    let done = agent
        .form(&seen, &format!("{path}/acts/hit-correct"), &corrected)
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let seen = agent.page(&path).await;
    let added = [
        ("kind", "email"),
        ("value", "a@livraison.example"),
        ("reason", "sur la capture"),
    ];
    agent
        .form(&seen, &format!("{path}/acts/hit-add"), &added)
        .await;
    site.work_again().await;
    let seen = agent.page(&path).await;
    seen.has("<code>livraison.example</code>")
        .has("<code>a@livraison.example</code>")
        .has("dit par un agent")
        .has("<mark>colis[.]example</mark>");
    assert_eq!(site.held(Domain, "livraison.example").await, 1);
    assert_eq!(site.held(Domain, "colis.example").await, 1);
    work.queue_older_than(99).await.unwrap();
    site.work_again().await;
    assert_eq!(site.held(Iban, IBAN).await, 1);
    assert_eq!(
        work.docket(first).await.unwrap().unwrap().sightings,
        machine
    );

    // Undone, all is as before.
    for _ in 0..3 {
        let seen = agent.page(&path).await;
        let act = work.corrections(first).await.unwrap()[0].act.clone();
        let undone = [("act", act.as_str()), ("reason", "erreur")];
        let done = agent
            .form(&seen, &format!("{path}/acts/hit-undo"), &undone)
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
    }
    site.work_again().await;
    assert_eq!(site.held(Iban, IBAN).await, 2);
    assert_eq!(site.held(Domain, "livraison.example").await, 0);
    assert_eq!(series(first).await, series(second).await);
    agent.page(&path).await.has("annule une correction");
    // Only who handles submissions.
    let nobody = site.sign_in("n", "administrator").await;
    let csrf = nobody.page("/fr/workbench").await.hidden("csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("revision", "0"),
        added[0],
        added[1],
        added[2],
    ];
    let refused = nobody.post(&format!("{path}/acts/hit-add"), &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}
