//! The public site from outside: requests and answers on a folder of its own.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::LazyLock,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use casework::{desk::Config, place::Places};
use jiff::Timestamp;
use linkage::Model;
use observables::WarningLists;
use store::{
    Store,
    work::{Agent, Analyser, Batch, Docket, NewAct, Reached},
};
use tower::ServiceExt;

use crate::{
    app::{App, LinkOpens, Settings},
    document::tests::readable,
    harmonise::harmonise,
    router,
};

mod cut;
mod every_kind;
mod film;
mod identity;
mod read;
mod versions;

fn country(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../config/france")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The configuration as it is shipped, read once: it knows 35,000 places.
pub(crate) fn config() -> Config {
    static CONFIG: LazyLock<Config> = LazyLock::new(|| {
        let files = [
            "desks/pharos.toml",
            "desks/thesee.toml",
            "desks/cinema.toml",
            "film/criteria.toml",
            "film/prices.toml",
            "film/inventory.toml",
            "units.toml",
            "matter.toml",
            "routing.toml",
        ];
        let places = Places::load(
            &country("places/departments.tsv"),
            &country("places/communes.tsv"),
        )
        .unwrap();
        Config::load(files.map(|name| (name.to_owned(), country(name))), places).unwrap()
    });
    CONFIG.clone()
}

const TRIAL: &str = include_str!("../../../casework/src/desk/tests/trial.toml");

/// A country of desks that ask questions of every kind.
fn trial(files: &[(&str, &str)]) -> Config {
    let places = Places::load("75\tParis\n93\tSeine-Saint-Denis", "75056\tParis\t75").unwrap();
    let files = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Config::load(files, places).unwrap()
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// A site on a new folder, and the folder.
struct Site {
    app: App,
    router: Router,
    folder: tempfile::TempDir,
}

impl Site {
    async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    async fn with(settings: Settings) -> Self {
        Self::on(tempfile::tempdir().unwrap(), config(), settings).await
    }

    /// On a folder that an earlier site may have left.
    async fn on(folder: tempfile::TempDir, config: Config, settings: Settings) -> Self {
        let store = Store::open(folder.path(), "orfevre.example/test")
            .await
            .unwrap();
        let model = Model::from_toml(&country("models/submissions.toml")).unwrap();
        let lists = WarningLists::from_misp_json(std::iter::empty()).unwrap();
        let settings = Settings {
            link_opens: LinkOpens::Everything,
            ..settings
        };
        let app = App::new(store, config, model, lists, settings, now);
        Self {
            router: router(app.clone()),
            app,
            folder,
        }
    }

    /// Unfinished uploads that lie on the disk.
    fn incoming(&self) -> usize {
        let folder = self.folder.path().join("exhibits/incoming");
        std::fs::read_dir(folder).unwrap().count()
    }

    /// What the worker makes of a submission.
    async fn work(&self, seq: i64) -> Docket {
        let (app, work) = (&self.app, &self.app.store.work);
        let submission = app.store.intake.by_seq(seq).await.unwrap().unwrap();
        let found = harmonise(&app.config, &app.lists, &submission);
        let reached = Reached {
            submission: seq,
            supplement: -1,
        };
        let batch = Batch::new(vec![found], &mut Analyser::default());
        work.apply(batch, reached, &app.model).await.unwrap();
        work.docket(seq).await.unwrap().unwrap()
    }

    fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: HashMap::new(),
        }
    }
}

/// Keeps cookies, and forgets them when told to.
struct Browser {
    router: Router,
    cookies: HashMap<String, String>,
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    to: String,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Browser {
    async fn send(
        &mut self,
        method: &str,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, kind)
            .header(header::COOKIE, cookies.join("; "))
            .header("sec-fetch-site", "same-origin")
            .body(body.into())
            .unwrap();
        self.answer(request).await
    }

    async fn answer(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let headers = response.headers().clone();
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
            let (name, rest) = cookie.split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies
                    .insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
            }
        }
        let to = headers
            .get(header::LOCATION)
            .map(|to| to.to_str().unwrap().to_owned())
            .unwrap_or_default();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 200 << 20).await.unwrap();
        // No-break spaces are for the eye.
        let text = readable(&headers, &bytes).replace('\u{a0}', " ");
        Answer {
            status,
            to,
            headers,
            text,
        }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "text/plain", Body::empty()).await
    }

    async fn post(&mut self, path: &str, form: impl Into<Body>) -> Answer {
        self.send("POST", path, "application/x-www-form-urlencoded", form)
            .await
    }

    /// A form with files: `(field, file name or none, bytes)`.
    async fn upload(&mut self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
            body.extend_from_slice(
                format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
                    .as_bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--B--\r\n");
        self.send("POST", path, "multipart/form-data; boundary=B", body)
            .await
    }

    /// The page of a submission, as an agent reads it.
    async fn of_agent(&mut self, site: &Site, docket: &Docket) -> String {
        let agent = Agent {
            id: "agent".to_owned(),
            name: "Agent".to_owned(),
            unit: docket.unit.clone(),
            role: "investigator".to_owned(),
            clearance: String::new(),
        };
        let work = &site.app.store.work;
        work.put_agent(&agent).await.unwrap();
        work.invite("agent", b"token", i64::MAX).await.unwrap();
        self.step("/fr/workbench/sign-in", "token=token").await;
        let answer = self
            .get(&format!("/fr/workbench/submissions/{}", docket.id))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", words(&answer.text));
        answer.text
    }

    /// Sends a step and gives where it leads.
    async fn step(&mut self, path: &str, form: &str) -> String {
        let answer = self.post(path, form.to_owned()).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{path} {form}\n{}",
            words(&answer.text)
        );
        answer.to
    }

    /// A report to PHAROS, ready to be sent.
    async fn fill_pharos(&mut self) {
        assert_eq!(
            self.step("/fr/desks/pharos", "").await,
            "/fr/desks/pharos/steps/kind"
        );
        let steps = [
            ("kind", "category=animals&visibility=public", "when"),
            (
                "when",
                "published_at.date=14+mars+2026&published_at.about=oui",
                "where",
            ),
            (
                "where",
                "medium=site&urls.0.url=https%3A%2F%2Fshop.example%2F%3Ca%3E",
                "what",
            ),
            (
                "what",
                "description=Un+r%C3%A9cit+%3Cscript%3Ealert(1)%3C%2Fscript%3E",
                "concerned",
            ),
            ("concerned", "victim=no", "you"),
        ];
        for (step, form, next) in steps {
            let to = self
                .step(&format!("/fr/desks/pharos/steps/{step}"), form)
                .await;
            assert_eq!(to, format!("/fr/desks/pharos/steps/{next}"));
        }
        let to = self
            .step(
                "/fr/desks/pharos/steps/you",
                "identify=email&contact_email=nom%40mail.example",
            )
            .await;
        assert_eq!(to, "/fr/desks/pharos/review");
    }
}

/// The text of a page, for messages.
fn words(html: &str) -> String {
    let main = html.split("<main").nth(1).unwrap_or(html);
    let mut text = String::new();
    let mut tag = false;
    for c in main.chars() {
        match c {
            '<' => tag = true,
            '>' => tag = false,
            c if !tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(1500)
        .collect()
}

/// The text of a page, each of its blocks a line, for snapshots of what a person reads.
fn lines(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(&before.replace(char::is_whitespace, " "));
        let (tag, after) = after.split_once('>').unwrap_or_default();
        let name = tag
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap();
        if matches!(
            name,
            "dt" | "dd" | "div" | "p" | "li" | "section" | "legend"
        ) || (name.len() == 2 && name.starts_with('h'))
        {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let text = text
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&#38;", "&");
    text.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The first code of a page.
fn code(html: &str) -> String {
    let after = html.split("<code class=\"code").nth(1).unwrap();
    after
        .split('>')
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned()
}

/// Form names of a page's controls, the last of each name's values.
fn controls(html: &str) -> BTreeMap<String, String> {
    html.split('<')
        .filter(|tag| {
            tag.starts_with("input ") || tag.starts_with("textarea ") || tag.starts_with("select ")
        })
        .filter(|tag| !tag.contains("type=\"file\""))
        .filter_map(|tag| {
            let attribute = |name: &str| {
                let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
                Some(rest.split('"').next()?.to_owned())
            };
            Some((attribute("name")?, attribute("value").unwrap_or_default()))
        })
        .collect()
}

#[tokio::test]
async fn every_page_is_there_in_both_languages_under_its_own_title() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let mut titles = BTreeSet::new();
    let pages = [
        "/",
        "/desks/pharos",
        "/desks/thesee",
        "/desks/pharos/criteria",
        "/desks/thesee/criteria",
        "/follow",
        "/resume",
        "/figures",
        "/ledger",
        "/privacy",
        "/accessibility",
    ];
    for path in pages {
        for lang in ["fr", "en"] {
            let answer = browser.get(&format!("/{lang}{path}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{lang} {path}");
            let title = answer
                .text
                .split("<title>")
                .nth(1)
                .unwrap()
                .split('<')
                .next()
                .unwrap()
                .to_owned();
            assert!(
                titles.insert(format!("{lang} {title}")),
                "{title} is the title of two pages"
            );
            assert!(answer.text.contains(&format!("<html lang=\"{lang}\"")));
        }
    }
    for path in [
        "/fr/desks/nothing",
        "/de/",
        "/fr/desks/pharos/nothing",
        "/fr/desks/nothing/criteria",
        "/tile/x",
        "/checkpoint",
    ] {
        assert_eq!(
            browser.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_first_page_speaks_the_browsers_language() {
    let site = Site::new().await;
    for (accepts, to) in [
        ("en-GB,fr;q=0.5", "/en/"),
        ("fr-FR", "/fr/"),
        ("de,en;q=0.5", "/en/"),
        ("de", "/fr/"),
        ("", "/fr/"),
    ] {
        let request = Request::builder()
            .uri("/")
            .header(header::ACCEPT_LANGUAGE, accepts)
            .body(Body::empty())
            .unwrap();
        let answer = site.browser().answer(request).await;
        assert_eq!(
            (answer.status, answer.to.as_str()),
            (StatusCode::SEE_OTHER, to),
            "{accepts}"
        );
    }
}

#[tokio::test]
async fn a_report_is_filed_proved_followed_and_withdrawn() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.fill_pharos().await;
    let review = browser.get("/fr/desks/pharos/review").await.text;
    for shown in [
        "Cruauté envers un animal",
        "vers le 14/03/2026",
        "https://shop.example/&#60;a&#62;",
        "nom@mail.example",
    ] {
        assert!(
            review.contains(shown),
            "{shown} is not in the review:\n{}",
            words(&review)
        );
    }
    assert!(!review.contains("<script>alert"), "an answer became markup");

    let sent = browser.post("/fr/desks/pharos/send", "").await;
    assert_eq!(
        (sent.status, sent.to.as_str()),
        (StatusCode::SEE_OTHER, "/fr/receipt")
    );
    assert!(
        !sent.to.contains(char::is_numeric),
        "nothing of the submission is in an address"
    );
    let receipt = browser.get("/fr/receipt").await.text;
    let code = code(&receipt);
    assert_eq!(code.len(), 34);
    assert!(
        receipt.contains("25/11/2026 à 11:00"),
        "PHAROS is read within 72 hours: {}",
        words(&receipt)
    );

    let file = browser.get("/fr/receipt/file").await;
    assert!(
        file.headers[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .contains(".tlog-proof\"")
    );
    ledger::verify(file.text.as_bytes(), &site.app.store.intake.verifier()).unwrap();
    let document = browser.get("/fr/receipt/receipt.pdf").await;
    let name = document.headers[header::CONTENT_DISPOSITION]
        .to_str()
        .unwrap();
    assert!(name.contains("orfevre-recepisse-") && name.ends_with("-fr.pdf\""));
    let digest = ledger::Receipt::parse(file.text.as_bytes()).unwrap();
    let digest = store::objects::hex(digest.opening.digest());
    for said in [
        "Récépissé de déclaration",
        "22/11/2026 à 11:00",
        "25/11/2026 à 11:00",
        &digest[..8],
        &site.app.store.intake.verifier_key(),
    ] {
        assert!(document.text.contains(said), "{said}: {}", document.text);
    }
    // It is made to be shown.
    for kept_back in [&*code, "Cruauté envers un animal", "nom@mail.example"] {
        assert!(!document.text.contains(kept_back), "{}", document.text);
    }
    let again = browser.get("/fr/receipt/receipt.pdf").await;
    assert_eq!(again.text, document.text);

    // A second sending (a double click, the back button) is the same receipt.
    assert_eq!(
        browser.post("/fr/desks/pharos/send", "").await.to,
        "/fr/receipt"
    );
    assert_eq!(self::code(&browser.get("/fr/receipt").await.text), code);
    assert_eq!(site.app.store.intake.count().await.unwrap(), 1);

    // Anywhere else, the code alone opens the follow-up, however it is typed.
    let mut elsewhere = site.browser();
    assert_eq!(
        elsewhere.get("/fr/receipt/receipt.pdf").await.to,
        "/fr/follow"
    );
    assert_eq!(
        elsewhere.get("/fr/follow/submission").await.to,
        "/fr/follow"
    );
    let typed = code.to_lowercase().replace('-', "+");
    assert_eq!(
        elsewhere
            .post("/fr/follow", format!("code={typed}"))
            .await
            .to,
        "/fr/follow/submission"
    );
    assert!(
        !elsewhere.cookies["orfevre-follow"].contains(&code),
        "the cookie holds no code"
    );
    let page = elsewhere.get("/fr/follow/submission").await.text;
    assert!(page.contains("bien reçu"), "{}", words(&page));

    let reply = NewAct {
        id: "01890a5d-ac96-774b-bcce-b302099a8057".to_owned(),
        at: now().as_microsecond(),
        agent: "agent".to_owned(),
        kind: "reply".to_owned(),
        reason: String::new(),
        body: r#"{"text":"Merci. <i>Gardez</i> les messages."}"#.to_owned(),
    };
    site.app.store.work.record(0, reply).await.unwrap();
    let page = elsewhere.get("/fr/follow/submission").await.text;
    assert!(
        page.contains("Le service") && page.contains("Merci. &#60;i&#62;Gardez"),
        "{}",
        words(&page)
    );

    let empty = elsewhere
        .post("/fr/follow/message", "key=k&message=+")
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..2 {
        // The same form twice is one message.
        let sent = elsewhere
            .post("/fr/follow/message", "key=k&message=Une+question+%3Cb%3E")
            .await;
        assert_eq!(sent.to, "/fr/follow/submission?received");
    }
    let facts = [
        ("key", None, &b"f"[..]),
        ("facts", None, b"Un autre compte"),
        ("files", Some("a.png"), b"\x89PNG\r\n\x1a\n"),
    ];
    assert_eq!(
        elsewhere.upload("/fr/follow/facts", &facts).await.to,
        "/fr/follow/submission?received"
    );
    let page = elsewhere.get("/fr/follow/submission").await.text;
    assert_eq!(
        page.matches("Une question &#60;b&#62;").count(),
        1,
        "{}",
        words(&page)
    );
    assert!(
        page.contains("Un autre compte") && page.contains("a.png (8 o)"),
        "{}",
        words(&page)
    );

    assert_eq!(
        elsewhere.post("/fr/follow/withdraw", "key=w").await.to,
        "/fr/follow/submission?received"
    );
    let page = elsewhere.get("/en/follow/submission").await.text;
    assert!(
        page.contains("Your withdrawal is received"),
        "{}",
        words(&page)
    );
    assert_eq!(elsewhere.post("/fr/follow/close", "").await.to, "/fr/");
    assert_eq!(
        elsewhere.get("/fr/follow/submission").await.to,
        "/fr/follow"
    );
}

#[tokio::test]
async fn what_opens_nothing_reads_the_same_and_a_forged_session_is_none() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let mut said = BTreeSet::new();
    for wrong in [
        "1CRN-AZ76-STF1-D1RP-EZN3-EKB8-2FXG",
        "1CRN",
        "",
        "%F0%9F%A6%8A",
        "x",
        "1CRN-AZ76-STF1-D1RP-EZN3-EKB8-2FXX",
    ] {
        let answer = browser.post("/fr/follow", format!("code={wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        said.insert(words(&answer.text));
    }
    assert_eq!(said.len(), 1, "{said:?}");
    for forged in [
        "",
        "x",
        "a.9999999999.00",
        "01890a5d-ac96-774b-bcce-b302099a8057.9999999999.",
        "....",
    ] {
        browser
            .cookies
            .insert("orfevre-follow".to_owned(), forged.to_owned());
        assert_eq!(
            browser.get("/fr/follow/submission").await.to,
            "/fr/follow",
            "{forged}"
        );
    }
}

#[tokio::test]
async fn answers_stay_as_typed_and_are_resumed_anywhere() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.step("/fr/desks/thesee", "track=complaint").await;
    browser
        .step(
            "/fr/desks/thesee/steps/kind?",
            "scam_type=false_shop&for_whom=me&adult=oui&author_known=non",
        )
        .await;
    let money = "paid=oui&payments.0.amount.amount=douze+%22euros%22&payments.0.means=card";
    let wrong = browser.post("/fr/desks/thesee/steps/money", money).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("value=\"douze &#34;euros&#34;\""),
        "{}",
        words(&wrong.text)
    );
    assert!(
        wrong.text.contains("href=\"#q-payments-0-amount\"")
            && wrong.text.contains("id=\"q-payments-0-amount\"")
    );
    let resume = code(&wrong.text);

    let mut elsewhere = site.browser();
    assert_eq!(
        elsewhere
            .post("/en/resume", format!("code={resume}"))
            .await
            .to,
        "/en/desks/thesee/steps/money"
    );
    let page = elsewhere.get("/en/desks/thesee/steps/money").await.text;
    assert!(page.contains("value=\"douze &#34;euros&#34;\""));
    assert!(
        page.contains("22 Dec 2026"),
        "thirty days: {}",
        words(&page)
    );

    assert_eq!(elsewhere.post("/en/draft/drop", "").await.to, "/en/");
    assert_eq!(
        browser.get("/fr/desks/thesee/steps/money").await.to,
        "/fr/desks/thesee",
        "it is gone for everybody"
    );
}

#[tokio::test]
async fn new_questions_are_shown_before_the_page_is_left_and_nothing_typed_goes() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.step("/fr/desks/pharos", "").await;
    let path = "/fr/desks/pharos/steps/kind";
    let first = browser.post(path, "_asked=emergency_notice&_asked=category&_asked=visibility&category=minors&visibility=public").await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(
        first.text.contains("2 nouvelles questions"),
        "{}",
        words(&first.text)
    );
    assert!(
        !first.text.contains("class=\"summary\""),
        "a question never seen is no error"
    );
    let second = browser
        .post(path, "_asked=category&_asked=visibility&_asked=subcategory&_asked=imminent&category=minors&visibility=public")
        .await;
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A hidden question keeps what was typed: changing one's mind twice loses nothing.
    browser
        .post(
            "/fr/desks/pharos/steps/where",
            "_asked=phones&phones.0.phone=06+39+98+01+02&medium=site",
        )
        .await;
    browser.post(path, "_asked=category&category=animals").await;
    browser.post(path, "_asked=category&category=scam").await;
    let page = browser.get("/fr/desks/pharos/steps/where").await.text;
    assert!(page.contains("06 39 98 01 02"));
}

#[tokio::test]
async fn entries_are_added_and_removed_by_plain_buttons() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.step("/fr/desks/pharos", "").await;
    browser
        .post(
            "/fr/desks/pharos/steps/kind",
            "category=animals&visibility=public",
        )
        .await;
    let path = "/fr/desks/pharos/steps/where";
    let to = browser
        .step(
            path,
            "_asked=urls&_asked=urls.0.url&urls.0.url=a.example&add=urls",
        )
        .await;
    assert_eq!(to, "/fr/desks/pharos/steps/where#q-urls-1");
    let to = browser
        .step(
            path,
            "urls.0.url=a.example&urls.1.url=b.example&nickname=n&remove=urls.0",
        )
        .await;
    assert_eq!(to, "/fr/desks/pharos/steps/where#q-urls");
    let page = browser.get(path).await.text;
    let controls = controls(&page);
    assert_eq!(
        (
            controls["urls.0.url"].as_str(),
            controls["nickname"].as_str()
        ),
        ("b.example", "n")
    );
    assert!(!controls.contains_key("urls.1.url"));
}

#[tokio::test]
async fn every_control_of_every_page_is_understood_when_it_comes_back() {
    let site = Site::new().await;
    for (desk, track) in [
        ("pharos", "report"),
        ("thesee", "report"),
        ("thesee", "complaint"),
    ] {
        let mut browser = site.browser();
        browser
            .step(&format!("/fr/desks/{desk}"), &format!("track={track}"))
            .await;
        let kind = if desk == "pharos" {
            "category=scam&visibility=public"
        } else {
            "scam_type=ransomware&for_whom=my_child&adult=oui&author_known=non&in_danger=non"
        };
        browser
            .post(&format!("/fr/desks/{desk}/steps/kind"), kind)
            .await;
        browser
            .post(
                &format!("/fr/desks/{desk}/steps/conditions"),
                "locked=oui&ransom_asked=oui",
            )
            .await;
        if desk == "thesee" {
            browser
                .post(
                    "/fr/desks/thesee/steps/money",
                    "paid=oui&payments.0.means=transfer&payments.1.means=crypto",
                )
                .await;
        }
        let definition = config().desk(&desk.parse().unwrap()).unwrap().clone();
        let mut shown = 0;
        for step in &definition.steps {
            for lang in ["fr", "en"] {
                let path = format!("/{lang}/desks/{desk}/steps/{}", step.id);
                let page = browser.get(&path).await;
                if page.status != StatusCode::OK {
                    continue;
                }
                shown += 1;
                let form = page
                    .text
                    .split("data-step")
                    .nth(1)
                    .unwrap()
                    .split("</form>")
                    .next()
                    .unwrap();
                let ids: Vec<&str> = form
                    .split(" id=\"")
                    .skip(1)
                    .map(|rest| rest.split('"').next().unwrap())
                    .collect();
                assert_eq!(
                    ids.iter().collect::<BTreeSet<_>>().len(),
                    ids.len(),
                    "{path} has an id twice: {ids:?}"
                );
                let names = controls(form);
                assert!(!names.is_empty());
                let body: Vec<String> = names.keys().map(|name| format!("{name}=")).collect();
                let mut again = site.browser();
                again.cookies = browser.cookies.clone();
                let answer = again
                    .post(&path, format!("{}&go=later", body.join("&")))
                    .await;
                // What nobody asks would be told instead of going on.
                assert_eq!(
                    answer.status,
                    StatusCode::SEE_OTHER,
                    "{path}: {}",
                    words(&answer.text)
                );
                again
                    .post(&format!("/fr/desks/{desk}/steps/kind"), kind)
                    .await;
                if desk == "thesee" {
                    again
                        .post(
                            &format!("/fr/desks/{desk}/steps/conditions"),
                            "locked=oui&ransom_asked=oui",
                        )
                        .await;
                    again
                        .post(
                            "/fr/desks/thesee/steps/money",
                            "paid=oui&payments.0.means=transfer&payments.1.means=crypto",
                        )
                        .await;
                }
            }
        }
        assert!(shown >= 8, "{desk} {track}: {shown} pages");
    }
}

#[tokio::test]
async fn a_life_at_risk_is_answered_at_once_and_on_every_page_after() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.step("/fr/desks/pharos", "").await;
    browser
        .step(
            "/fr/desks/pharos/steps/kind",
            "category=danger&subcategory=suicide",
        )
        .await;
    let urgent = "Quelqu’un veut mourir";
    for path in ["steps/kind", "steps/danger", "steps/when", "review"] {
        let page = browser.get(&format!("/fr/desks/pharos/{path}")).await.text;
        assert!(page.contains(urgent) && page.contains("tel:112"), "{path}");
    }
    let page = browser.get("/en/desks/pharos/steps/danger").await.text;
    assert!(page.contains("Someone wants to die: call now"));
    // Nothing more is needed, and what is on the page goes along. The Enter key is not that button.
    let page = browser.get("/fr/desks/pharos/steps/danger").await.text;
    let first = page.split("form=\"step\"").nth(1).unwrap();
    assert!(first.starts_with(" class=\"hidden\""), "{first}");
    assert!(
        page.contains("form=\"step\" name=\"go\" value=\"send\""),
        "{}",
        words(&page)
    );
    let form = "danger_where=Pont+Exemple%2C+Lyon&danger_place=69&danger_when=ce+soir&go=send";
    let to = browser.step("/fr/desks/pharos/steps/danger", form).await;
    assert_eq!(to, "/fr/receipt");
    let sent = site.app.store.intake.after(-1, 10).await.unwrap();
    let facts = &sent[0].facts;
    assert!(
        facts.contains("Pont Exemple, Lyon") && facts.contains("ce soir"),
        "{facts}"
    );
    let receipt = browser.get("/fr/receipt").await.text;
    assert!(receipt.contains(urgent), "{}", words(&receipt));
}

/// A person who is threatened by somebody they know belongs elsewhere; not so in the next hours.
#[tokio::test]
async fn an_attack_to_come_is_sent_from_the_first_page_whoever_announces_it() {
    let site = Site::new().await;
    for more in ["&visibility=known_person", ""] {
        let mut browser = site.browser();
        browser.step("/fr/desks/pharos", "").await;
        let form = format!("category=threats&subcategory=threat&imminent=oui{more}");
        let path = "/fr/desks/pharos/steps/kind";
        assert_eq!(
            browser.step(path, &form).await,
            "/fr/desks/pharos/steps/danger"
        );
        assert_eq!(
            browser.step(path, &format!("{form}&go=send")).await,
            "/fr/receipt"
        );
    }
    let mut browser = site.browser();
    browser.step("/fr/desks/pharos", "").await;
    let form = "category=threats&subcategory=threat&imminent=non&visibility=known_person&go=send";
    let answer = browser.post("/fr/desks/pharos/steps/kind", form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        words(&answer.text).contains("avant d’envoyer"),
        "{}",
        words(&answer.text)
    );
}

#[tokio::test]
async fn the_wrong_desk_says_why_and_which_is_right() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.step("/fr/desks/pharos", "").await;
    let to = browser
        .step(
            "/fr/desks/pharos/steps/kind",
            "category=insult&visibility=public",
        )
        .await;
    assert_eq!(to, "/fr/desks/pharos/stop");
    let page = browser.get(&to).await.text;
    assert!(
        page.contains("https://www.masecurite.interieur.gouv.fr"),
        "{}",
        words(&page)
    );
    assert_eq!(
        browser.post("/fr/desks/pharos/send", "").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    // A complaint of a minor becomes a report with everything already said.
    browser.step("/fr/desks/thesee", "track=complaint").await;
    let to = browser
        .step(
            "/fr/desks/thesee/steps/kind",
            "scam_type=romance&for_whom=me&adult=non&author_known=non",
        )
        .await;
    assert_eq!(to, "/fr/desks/thesee/stop");
    assert!(
        browser
            .get(&to)
            .await
            .text
            .contains("name=\"track\" value=\"report\"")
    );
    assert_eq!(
        browser.step("/fr/desks/thesee/track", "track=report").await,
        "/fr/desks/thesee/steps/kind"
    );
    let page = browser.get("/fr/desks/thesee/steps/kind").await.text;
    assert!(page.contains("value=\"romance\" checked"));
}

#[tokio::test]
async fn evidence_is_kept_listed_and_removed_and_a_lie_is_told() {
    let settings = Settings {
        most_upload: 1 << 20,
        ..Settings::default()
    };
    let site = Site::with(settings).await;
    let mut browser = site.browser();
    browser.step("/fr/desks/pharos", "").await;
    browser
        .post(
            "/fr/desks/pharos/steps/kind",
            "category=animals&visibility=public",
        )
        .await;
    let path = "/fr/desks/pharos/steps/what";
    let large = vec![b'a'; (1 << 20) + 1];
    let parts = [
        ("description", None, &b"avant"[..]),
        ("evidence", Some("<b>capture.png"), b"\x89PNG\r\n\x1a\nrest"),
        ("evidence", Some("facture.pdf"), b"MZ a program"),
        ("evidence", Some("grand.txt"), &large),
        ("evidence", Some("vide.txt"), b""),
        ("nowhere", Some("ailleurs.txt"), b"text"),
        ("upload", None, b"evidence"),
    ];
    let answer = browser.upload(path, &parts).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in [
        "« facture.pdf » n’a pas été gardé",
        "« grand.txt » dépasse 1 Mo",
        "« vide.txt » est vide",
        "&#60;b&#62;capture.png",
    ] {
        assert!(
            answer.text.contains(told),
            "{told}: {}",
            words(&answer.text)
        );
    }
    assert!(
        answer.text.contains(">\navant</textarea>"),
        "the text beside a refused file is kept"
    );
    let page = browser.get(path).await.text;
    assert_eq!(page.matches("name=\"remove-file\"").count(), 1);
    let id = page
        .split("name=\"remove-file\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    // A file's id typed into a form is no file.
    let typed = browser
        .post(path, format!("evidence.0.id={id}&description=x"))
        .await;
    assert_eq!(typed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        browser
            .step(path, &format!("description=x&remove-file={id}"))
            .await,
        format!("{path}#files")
    );
    assert!(!browser.get(path).await.text.contains("remove-file"));
}

#[tokio::test]
async fn bad_input_is_told_and_what_was_there_stays() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.step("/fr/desks/pharos", "").await;
    browser
        .post(
            "/fr/desks/pharos/steps/kind",
            "category=animals&visibility=public",
        )
        .await;
    let path = "/fr/desks/pharos/steps/what";
    let other = "/fr/desks/pharos/steps/where";
    browser.post(path, "description=avant").await;

    let check = async |browser: &mut Browser,
                       path: &str,
                       kind: &str,
                       body: Vec<u8>,
                       status: StatusCode,
                       told: &str| {
        let answer = browser.send("POST", path, kind, body).await;
        assert_eq!(answer.status, status, "{}", words(&answer.text));
        assert!(
            answer.text.contains(told),
            "{told}: {}",
            words(&answer.text)
        );
    };
    let form = "application/x-www-form-urlencoded";
    let multipart = "multipart/form-data; boundary=B";
    let large = StatusCode::PAYLOAD_TOO_LARGE;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let unread = StatusCode::BAD_REQUEST;
    check(
        &mut browser,
        path,
        form,
        b"description=%FF".to_vec(),
        unread,
        "ne se lit pas",
    )
    .await;
    let body = format!("description={}", "a".repeat(17 << 20)).into_bytes();
    check(&mut browser, path, form, body, large, "trop volumineux").await;
    let body = format!(
        "--B\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n{}\r\n--B--",
        "a".repeat(17 << 20)
    );
    check(
        &mut browser,
        path,
        multipart,
        body.into_bytes(),
        large,
        "trop volumineux",
    )
    .await;
    check(
        &mut browser,
        path,
        multipart,
        b"--B\r\nContent-Disposition: form-data; na".to_vec(),
        unread,
        "coupé",
    )
    .await;
    check(
        &mut browser,
        path,
        "multipart/form-data",
        b"x".to_vec(),
        unread,
        "coupé",
    )
    .await;
    assert!(browser.get(path).await.text.contains(">\navant</textarea>"));

    let body = format!("description={}", "a".repeat(10 << 20)).into_bytes();
    check(
        &mut browser,
        path,
        form,
        body,
        wrong,
        "Raccourcissez ce texte",
    )
    .await;
    assert!(
        browser.get(path).await.text.len() > 10 << 20,
        "ten megabytes are kept as typed"
    );
    check(
        &mut browser,
        path,
        form,
        b"bogus=1&description=x".to_vec(),
        wrong,
        "bogus",
    )
    .await;
    let body: Vec<String> = (0..10_000)
        .map(|index| format!("urls.{index}.url=x"))
        .collect();
    check(
        &mut browser,
        other,
        form,
        body.join("&").into_bytes(),
        wrong,
        "Gardez-en 50 au plus",
    )
    .await;

    // Without its cookie a page still in a browser starts a new draft with what was typed.
    let mut later = site.browser();
    let answer = later.post(path, "description=tap%C3%A9").await;
    assert!(
        later.cookies.contains_key("orfevre-draft"),
        "{}",
        words(&answer.text)
    );
    later
        .post(
            "/fr/desks/pharos/steps/kind",
            "category=animals&visibility=public",
        )
        .await;
    assert!(later.get(path).await.text.contains(">\ntapé</textarea>"));

    let foreign = Request::builder()
        .method("POST")
        .uri("/fr/desks/pharos/send")
        .header("sec-fetch-site", "cross-site")
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        site.browser().answer(foreign).await.status,
        StatusCode::FORBIDDEN
    );
}

/// The writer lives on the runtime that opened the store: without it nothing can be kept any more.
#[test]
fn when_nothing_can_be_kept_the_person_reads_so_and_the_answers_stay() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let writing = runtime();
    let (site, mut browser) = writing.block_on(async {
        let site = Site::new().await;
        let mut browser = site.browser();
        browser.fill_pharos().await;
        (site, browser)
    });
    drop(writing);
    runtime().block_on(async {
        let sent = browser.post("/fr/desks/pharos/send", "").await;
        assert_eq!(sent.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            sent.text.contains("Votre déclaration n’a PAS été reçue"),
            "{}",
            words(&sent.text)
        );
        assert!(
            sent.text.contains("action=\"/fr/desks/pharos/send\""),
            "it can be tried again"
        );
        assert!(
            browser
                .get("/fr/desks/pharos/review")
                .await
                .text
                .contains("shop.example")
        );

        let saved = browser
            .post(
                "/fr/desks/pharos/steps/what",
                "description=tap%C3%A9+apr%C3%A8s",
            )
            .await;
        assert_eq!(saved.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            saved.text.contains("Vos réponses ne sont PAS enregistrées"),
            "{}",
            words(&saved.text)
        );
        assert!(
            saved.text.contains(">\ntapé après</textarea>"),
            "what was typed is still in the page"
        );

        let begun = site.browser().post("/fr/desks/pharos", "").await;
        assert_eq!(begun.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(begun.text.contains("Rien n’a été enregistré"));
        assert_eq!(site.app.store.intake.count().await.unwrap(), 0);
    });
}

#[tokio::test]
async fn a_script_gets_only_what_changes_and_it_is_saved() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.step("/fr/desks/pharos", "").await;
    let cookie = format!("orfevre-draft={}", browser.cookies["orfevre-draft"]);
    let request = Request::builder()
        .method("POST")
        .uri("/fr/desks/pharos/steps/kind")
        .header("x-fragment", "1")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("_asked=category&category=danger"))
        .unwrap();
    let answer = browser.answer(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.text.contains("<html") && answer.text.contains("name=\"subcategory\""));
    assert!(answer.text.contains("Une vie est en danger"));
    assert!(
        browser
            .get("/fr/desks/pharos/steps/kind")
            .await
            .text
            .contains("value=\"danger\" checked")
    );
}

#[tokio::test]
async fn figures_add_up_before_the_machine_has_read_anything() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.fill_pharos().await;
    browser.post("/fr/desks/pharos/send", "").await;
    let page = words(&browser.get("/fr/figures").await.text);
    assert!(page.contains("pas encore lues par la machine1"), "{page}");
    assert!(page.contains("Reçues en tout1 Différence0"), "{page}");
}

#[tokio::test]
async fn anybody_may_read_the_ledger_as_tiles() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.fill_pharos().await;
    browser.post("/fr/desks/pharos/send", "").await;
    let note = browser.get("/checkpoint").await.text;
    let checkpoint = site.app.store.intake.verifier().open(&note).unwrap();
    assert_eq!(checkpoint.size, 1);
    let entries = browser.get("/tile/entries/000.p/1").await;
    assert_eq!(entries.status, StatusCode::OK);
    assert_eq!(browser.get("/tile/0/000.p/1").await.status, StatusCode::OK);
    for absent in [
        "/tile/0/000",
        "/tile/0/000.p/2",
        "/tile/0/00.p/1",
        "/tile/entries/001",
        "/tile/9/000.p/1",
    ] {
        assert_eq!(
            browser.get(absent).await.status,
            StatusCode::NOT_FOUND,
            "{absent}"
        );
    }
}

#[tokio::test]
async fn colours_come_back_to_the_page_and_leaving_takes_everything_along() {
    let site = Site::new().await;
    let mut browser = site.browser();
    assert_eq!(
        browser
            .post("/fr/theme", "theme=dark&back=%2Ffr%2Ffigures")
            .await
            .to,
        "/fr/figures"
    );
    assert!(
        browser
            .get("/fr/figures")
            .await
            .text
            .contains("data-theme=\"dark\"")
    );
    assert_eq!(
        browser
            .post("/fr/theme", "theme=dark&back=%2F%2Fevil.example")
            .await
            .to,
        "/fr/"
    );
    browser.step("/fr/desks/pharos", "").await;
    let left = browser.post("/fr/leave", "").await;
    assert!(
        left.headers["refresh"]
            .to_str()
            .unwrap()
            .starts_with("0; url=https://")
    );
    assert!(
        left.headers["clear-site-data"]
            .to_str()
            .unwrap()
            .contains("cookies")
    );
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
}

/// A card's number in whatever a person or a partner sends is in no file of the folder, and in no page.
#[tokio::test(flavor = "multi_thread")]
async fn no_card_number_is_kept() {
    let site = Site::new().await;
    let written = [
        "4111 1111 1111 1111",
        "4111111111111111",
        "4111-1111-1111-1111",
    ];
    let mut drafting = site.browser();
    let mut browser = site.browser();
    for browser in [&mut drafting, &mut browser] {
        browser.fill_pharos().await;
        let what = format!("description=Ma+carte+{}+fin", written[0].replace(' ', "+"));
        browser.step("/fr/desks/pharos/steps/what", &what).await;
        let page = browser.get("/fr/desks/pharos/steps/what").await.text;
        assert!(page.contains("4111 11** **** 1111"), "{}", words(&page));
        assert!(!page.contains(written[0]));
    }
    for _ in 0..2 {
        let sent = browser.post("/fr/desks/pharos/send", "").await;
        assert_eq!(sent.to, "/fr/receipt");
    }
    let code = code(&browser.get("/fr/receipt").await.text);
    browser
        .step("/fr/follow", &format!("code={}", code.replace('-', "+")))
        .await;
    let message = format!("key=k&message=la+carte+{}", written[1]);
    for _ in 0..2 {
        browser.step("/fr/follow/message", &message).await;
    }
    let name = format!("{}.txt", written[1]);
    let facts = [
        ("key", None, &b"f"[..]),
        ("facts", None, b"ou 4111-1111-1111-1111"),
        ("files", Some(name.as_str()), b"une piece"),
    ];
    browser.upload("/fr/follow/facts", &facts).await;
    let page = browser.get("/fr/follow/submission").await.text;
    assert_eq!(
        page.matches("411111******1111").count(),
        2,
        "{}",
        words(&page)
    );

    let partner = |number: &str| {
        let body = serde_json::json!({"answers": {
            "category": "animals", "visibility": "public", "medium": "site",
            "urls": [{"url": "https://a.example/"}], "description": format!("numero {number}"),
            "victim": "no", "identify": "anonymous",
        }});
        Request::post("/api/v1/desks/pharos/submissions")
            .header("idempotency-key", "partner-key-0001")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap()
    };
    let mut api = site.browser();
    let first = api.answer(partner(written[1])).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    // A retry is the same request; another text is not.
    let again = api.answer(partner(written[1])).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = api.answer(partner("autre")).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.text);

    assert_eq!(site.app.store.intake.count().await.unwrap(), 2);
    for seq in 0..5 {
        if site.app.store.intake.by_seq(seq).await.unwrap().is_some() {
            site.work(seq).await;
        }
    }
    let mut folders = vec![site.folder.path().to_owned()];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            read += bytes.len();
            let text = String::from_utf8_lossy(&bytes);
            for number in written {
                assert!(!text.contains(number), "{number} is in {}", path.display());
            }
        }
    }
    assert!(read > 100_000, "the databases were read");
}

#[tokio::test]
async fn a_document_that_is_late_is_told_of_and_nothing_is_lost() {
    let site = Site::with(Settings {
        document_time: Duration::ZERO,
        ..Settings::default()
    })
    .await;
    let mut browser = site.browser();
    browser.fill_pharos().await;
    browser.post("/fr/desks/pharos/send", "").await;
    let late = browser.get("/fr/receipt/receipt.pdf").await;
    assert_eq!(late.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(late.headers[header::RETRY_AFTER], "60");
    assert!(
        late.text.contains("Rien n’est perdu"),
        "{}",
        words(&late.text)
    );
    let file = browser.get("/fr/receipt/file").await;
    ledger::verify(file.text.as_bytes(), &site.app.store.intake.verifier()).unwrap();
}
