//! The interface as a client sees it: requests in, answers out, and what is in the store afterwards.

use std::{
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use casework::{desk::Config, place::Places};
use jiff::Timestamp;
use linkage::Model;
use observables::WarningLists;
use serde_json::{Value, json};
use store::Store;
use tower::ServiceExt;

use super::*;
use crate::{app::Settings, router};

mod bad_input;
mod description;
mod follow_up;

const KEY: &str = "0190f5a2-key-of-a-client";
const MOST_UPLOAD: u64 = 2_000;

static FRANCE: LazyLock<Config> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let mut files: Vec<(String, String)> = ["units.toml", "matter.toml", "routing.toml"]
        .map(|name| (name.to_owned(), text(name)))
        .into();
    for entry in std::fs::read_dir(folder.join("desks")).unwrap() {
        let name = format!("desks/{}", entry.unwrap().file_name().to_str().unwrap());
        let content = text(&name);
        files.push((name, content));
    }
    let places = Places::load(
        &text("places/departments.tsv"),
        &text("places/communes.tsv"),
    )
    .unwrap();
    Config::load(files, places).unwrap()
});

/// A desk with a question of every kind.
static TRIAL: LazyLock<Config> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../casework/src/desk/tests/trial.toml");
    let file = (
        "desks/trial.toml".to_owned(),
        std::fs::read_to_string(path).unwrap(),
    );
    let places = Places::load("75\tParis\n93\tSeine-Saint-Denis", "75056\tParis\t75").unwrap();
    Config::load([file], places).unwrap()
});

fn clock() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// A server on a data folder of its own.
struct Site {
    app: App,
    router: Router,
    folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    #[track_caller]
    fn problem(&self, status: u16, kind: &str) -> &Self {
        assert_eq!(
            (self.status.as_u16(), self.body["type"].as_str()),
            (status, Some(&*format!("/problems/{kind}"))),
            "{}",
            self.body
        );
        assert_eq!(self.body["status"], status);
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        self
    }

    #[track_caller]
    fn field(&self, field: &str, code: &str) -> &Self {
        self.problem(422, "invalid-answers");
        let named = |error: &Value| {
            error["field"] == field && error["code"] == code && error["message"].is_string()
        };
        assert!(
            self.body["errors"].as_array().unwrap().iter().any(named),
            "{field} {code}: {}",
            self.body
        );
        self
    }

    #[track_caller]
    fn filed(&self) -> &Self {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.body);
        self
    }
}

async fn site_of(config: Config, clock: fn() -> Timestamp) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), "orfevre.example/test")
        .await
        .unwrap();
    site_on(store, config, clock, folder)
}

fn site_on(
    store: Store,
    config: Config,
    clock: fn() -> Timestamp,
    folder: tempfile::TempDir,
) -> Site {
    let models =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/france/models/submissions.toml");
    let model = Model::from_toml(&std::fs::read_to_string(models).unwrap()).unwrap();
    let settings = Settings {
        most_upload: MOST_UPLOAD,
        ..Settings::default()
    };
    let app = App::new(
        store,
        config,
        model,
        WarningLists::default(),
        settings,
        clock,
    );
    Site {
        router: router(app.clone()),
        app,
        folder,
    }
}

async fn site() -> Site {
    site_of(FRANCE.clone(), clock).await
}

impl Site {
    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Files a body at a desk under a key.
    async fn file(&self, desk: &str, key: &str, body: impl Into<Body>) -> Answer {
        self.send(
            post(desk, key)
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.into())
                .unwrap(),
        )
        .await
    }

    async fn file_parts(&self, desk: &str, key: &str, body: impl Into<Body>) -> Answer {
        self.send(
            post(desk, key)
                .header(header::CONTENT_TYPE, MULTIPART)
                .body(body.into())
                .unwrap(),
        )
        .await
    }

    async fn send_evidence(&self, body: impl Into<Body>) -> Answer {
        let request = Request::post("/api/v1/evidence").header(header::CONTENT_TYPE, MULTIPART);
        self.send(request.body(body.into()).unwrap()).await
    }

    async fn count(&self) -> i64 {
        self.app.store.intake.count().await.unwrap()
    }
}

fn post(desk: &str, key: &str) -> axum::http::request::Builder {
    Request::post(format!("/api/v1/desks/{desk}/submissions"))
        .header("idempotency-key", key)
        .header(header::ACCEPT_LANGUAGE, "en")
}

const MULTIPART: &str = "multipart/form-data; boundary=XXXX";

/// A multipart body of parts: name, file name (none for a field), type, bytes.
fn parts(parts: &[(&str, Option<&str>, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, kind, bytes) in parts {
        let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        body.extend_from_slice(
            format!("--XXXX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\nContent-Type: {kind}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XXXX--\r\n");
    body
}

/// A report that PHAROS takes.
fn report() -> Value {
    json!({
        "track": "report",
        "lang": "en",
        "answers": {
            "category": "scam", "visibility": "public", "medium": "site",
            "urls": [{ "url": "https://shop.example/offer" }],
            "description": "The shop takes payments and sends nothing.",
            "victim": "no", "identify": "anonymous",
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_gets_a_receipt_that_verifies() {
    let site = site().await;
    let answer = site.file("pharos", KEY, report().to_string()).await;
    let body = &answer.filed().body;
    assert_eq!(
        answer.headers[header::LOCATION],
        "/api/v1/submissions/status"
    );
    assert!(!answer.headers.contains_key("idempotency-replayed"));
    assert_eq!(body["received_at"], "2026-11-22T10:00:00Z");
    assert_eq!(body["deadline_at"], "2026-11-25T10:00:00Z");
    assert_eq!(
        (&body["ledger_index"], &body["urgent"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(body["follow"], "http://127.0.0.1:8080/en/follow");
    let verified = ledger::verify(
        body["receipt"].as_str().unwrap().as_bytes(),
        &site.app.store.intake.verifier(),
    )
    .unwrap();
    assert_eq!(verified.index, 0);
    let kept = site.app.store.intake.by_seq(0).await.unwrap().unwrap();
    assert_eq!(body["id"], *kept.id);
    assert_eq!(
        (
            kept.desk.as_str(),
            kept.lang.as_str(),
            kept.channel.as_str()
        ),
        ("pharos", "en", "api")
    );
    assert!(kept.facts.contains("shop.example"));
    assert!(
        body["tracking_code"]
            .as_str()
            .unwrap()
            .parse::<casework::submission::TrackingCode>()
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_at_risk_is_answered_with_the_numbers() {
    let site = site().await;
    let danger = json!({ "lang": "fr", "answers": { "category": "danger", "subcategory": "life_risk", "identify": "anonymous" } });
    let answer = site.file("pharos", KEY, danger.to_string()).await;
    assert!(
        answer.filed().body["urgent"]["text"]
            .as_str()
            .unwrap()
            .contains("112")
    );
    assert!(answer.body["deadline_at"].as_str().unwrap() < "2026-11-22T12");
    let code = answer.body["tracking_code"].as_str().unwrap();
    let status = Request::get("/api/v1/submissions/status").header("tracking-code", code);
    let status = site.send(status.body(Body::empty()).unwrap()).await;
    assert_eq!(status.body["deadline_at"], answer.body["deadline_at"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_gets_the_same_receipt_and_another_body_a_conflict() {
    let site = site().await;
    let first = site.file("pharos", KEY, report().to_string()).await;
    let retry = site.file("pharos", KEY, report().to_string()).await;
    assert_eq!(retry.filed().headers["idempotency-replayed"], "true");
    assert_eq!(retry.body, first.body);
    let mut other = report();
    other["answers"]["description"] = json!("Something else altogether.");
    site.file("pharos", KEY, other.to_string())
        .await
        .problem(409, "idempotency-conflict");
    site.file("pharos", "another-key-of-a-client", other.to_string())
        .await
        .filed();
    assert_eq!(site.count().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_the_rules_would_now_refuse_still_gets_its_receipt() {
    static NOW: AtomicI64 = AtomicI64::new(1_795_000_000);
    let site = site_of(FRANCE.clone(), || {
        Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
    })
    .await;
    let mut dated = report();
    dated["answers"]["published_at"] = json!({ "date": clock_day(NOW.load(Ordering::Relaxed)) });
    let first = site.file("pharos", KEY, dated.to_string()).await;
    first.filed();
    // The clock goes back: the day is to come.
    NOW.store(1_790_000_000, Ordering::Relaxed);
    let retry = site.file("pharos", KEY, dated.to_string()).await;
    assert_eq!(retry.filed().headers["idempotency-replayed"], "true");
    assert_eq!(retry.body, first.body);
    site.file("pharos", "another-key-of-a-client", dated.to_string())
        .await
        .field("published_at.date", "in_future");
    dated["answers"]["description"] = json!("Something else altogether.");
    site.file("pharos", KEY, dated.to_string())
        .await
        .problem(409, "idempotency-conflict");
    assert_eq!(site.count().await, 1);
}

fn clock_day(second: i64) -> String {
    Timestamp::from_second(second)
        .unwrap()
        .strftime("%Y-%m-%d")
        .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_file_here_is_told_why_and_where_to_go() {
    let site = site().await;
    let spam = json!({ "answers": {
        "category": "scam", "visibility": "spam", "medium": "other", "where_else": "In my mail.",
        "description": "An unwanted message.", "victim": "no", "identify": "anonymous",
    } });
    let answer = site.file("pharos", KEY, spam.to_string()).await;
    let body = &answer.problem(422, "not-eligible").body;
    assert_eq!(
        (&body["rule"], &body["redirect"]["to"]),
        (&json!("not_spam"), &json!("url"))
    );
    assert!(body["reason"].as_str().unwrap().contains("17Cyber"));
    assert_eq!(site.count().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_with_the_submission_or_before_it() {
    let site = site().await;
    let png = b"\x89PNG\r\n\x1a\n and what follows";
    let body = parts(&[
        ("evidence", Some("screen.png"), "image/png", png),
        (
            "submission",
            None,
            "application/json",
            report().to_string().as_bytes(),
        ),
        (
            "evidence",
            Some("note.txt"),
            "text/plain",
            b"what they wrote",
        ),
    ]);
    let first = site.file_parts("pharos", KEY, body.clone()).await;
    first.filed();
    let exhibits = site.app.store.intake.exhibits(0).await.unwrap();
    let mut names: Vec<&str> = exhibits
        .iter()
        .map(|exhibit| exhibit.name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["note.txt", "screen.png"]);
    let kept = exhibits
        .iter()
        .find(|exhibit| exhibit.name == "screen.png")
        .unwrap();
    assert_eq!(
        site.app.store.objects.read(&kept.sha256).await.unwrap(),
        png
    );
    // The same again, and the same but for one byte of a file.
    let retry = site.file_parts("pharos", KEY, body.clone()).await;
    assert_eq!(retry.filed().body["id"], first.body["id"]);
    let at = body.windows(4).position(|bytes| bytes == b"what").unwrap();
    let mut other = body;
    other[at] = b'W';
    site.file_parts("pharos", KEY, other)
        .await
        .problem(409, "idempotency-conflict");

    let sent = site
        .send_evidence(parts(&[(
            "file",
            Some("a.pdf"),
            "application/pdf",
            b"%PDF-1.7",
        )]))
        .await;
    assert_eq!(sent.filed().body[0]["media_type"], "application/pdf");
    let mut with_file = report();
    with_file["answers"]["evidence"] = json!([sent.body[0]["id"]]);
    site.file("pharos", "another-key-of-a-client", with_file.to_string())
        .await
        .filed();
    assert_eq!(
        site.app.store.intake.exhibits(1).await.unwrap()[0].name,
        "a.pdf"
    );
    assert_eq!(site.count().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_makes_keys_its_own_and_a_wrong_one_is_refused() {
    let site = site().await;
    site.app
        .store
        .work
        .put_api_token("Bank One", b"secret-token", 0)
        .await
        .unwrap();
    let with = |token: &str, channel: &str| {
        post("pharos", KEY)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, token)
            .header("orfevre-channel", channel)
            .body(Body::from(report().to_string()))
            .unwrap()
    };
    let anybody = site.file("pharos", KEY, report().to_string()).await;
    let partner = site.send(with("Bearer secret-token", "import")).await;
    assert_ne!(partner.filed().body["id"], anybody.filed().body["id"]);
    assert_eq!(
        site.app
            .store
            .intake
            .by_seq(1)
            .await
            .unwrap()
            .unwrap()
            .channel,
        "import"
    );
    for token in ["Bearer wrong", "Basic c2VjcmV0", "Bearer", "bearer  "] {
        let answer = site.send(with(token, "api")).await;
        answer.problem(401, "invalid-token");
        assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
    }
    site.send(with("bearer secret-token", "web"))
        .await
        .problem(400, "channel");
    let mut anonymous = with("x", "import");
    anonymous.headers_mut().remove(header::AUTHORIZATION);
    site.send(anonymous).await.problem(403, "partners-only");
    assert_eq!(site.count().await, 2);
}

#[test]
fn what_could_not_be_made_durable_is_told_as_not_received() {
    // The store's writer dies with the runtime it was opened in.
    let folder = tempfile::tempdir().unwrap();
    let opening = tokio::runtime::Runtime::new().unwrap();
    let store = opening
        .block_on(Store::open(folder.path(), "orfevre.example/test"))
        .unwrap();
    opening.shutdown_background();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let site = site_on(store, FRANCE.clone(), clock, folder);
        let answer = site.file("pharos", KEY, report().to_string()).await;
        answer.problem(503, "not-received");
        assert_eq!(answer.headers[header::RETRY_AFTER], "5");
        assert!(
            answer.body["detail"]
                .as_str()
                .unwrap()
                .contains("NOT received")
        );
        let answer = site
            .send_evidence(parts(&[("file", Some("a"), "text/plain", b"x")]))
            .await;
        answer.problem(503, "not-received");
    });
}
