//! What a browser may be made to do by others, at every door: the table is [`doors`], so a new door is tried too.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use axum::http::Method;
use casework::policy::{Action, Reach, Role};

use super::*;
use crate::workbench::{
    door::{About, Door},
    doors,
};

const NOBODY: &str = "01a202b2-c500-7eae-9051-f0b9d0082c6c";
const REASON: &str = "a reason that is long enough";

/// A role that a door is for; everybody's doors are tried by who reads cases.
fn whose(door: &Door) -> Role {
    let roles = [
        Role::Investigator,
        Role::Head,
        Role::Triage,
        Role::Auditor,
        Role::Administrator,
    ];
    let reaches = |role: &Role| door.action.rule().reach(*role) != Reach::Never;
    let mut all = roles.into_iter().chain(Role::ALL.iter().copied());
    all.find(reaches).unwrap()
}

/// The address of a door, with these values in its places.
fn address(door: &Door, id: &str) -> String {
    let mut path = door
        .path
        .replace("{lang}", "fr")
        .replace("{*rest}", "nowhere");
    while let Some(start) = path.find('{') {
        let end = start + path[start..].find('}').unwrap();
        path.replace_range(start..=end, id);
    }
    path
}

fn form(csrf: &str) -> String {
    let fields = [
        ("csrf", csrf),
        ("revision", "-1"),
        ("reason", REASON),
        ("closing", "kept"),
        ("unit", "ofmin"),
        ("hit", "domain:colis.example"),
        ("kind", "domain"),
        ("value", "livraison.example"),
        ("text", "x"),
    ];
    let fields =
        fields.map(|(name, value)| format!("{name}={}", super::super::link::encoded(value)));
    fields.join("&")
}

impl Browser<'_> {
    async fn raw(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &self.cookie);
        let typed = headers.iter().any(|(name, _)| *name == "content-type");
        if method == Method::POST && !typed {
            let urlencoded = "application/x-www-form-urlencoded";
            request = request.header(header::CONTENT_TYPE, urlencoded);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    async fn at_door(&self, door: &Door, id: &str, body: &str) -> Answer {
        self.raw(&door.method, &address(door, id), &[], body).await
    }
}

/// What forms and pages could change: who has access, what was asked for, and where each submission stands.
async fn world(site: &Site) -> String {
    let work = &site.app.store.work;
    let mut world = format!("{:?}", work.agents().await.unwrap());
    for seq in 0..3 {
        let Some(docket) = work.docket(seq).await.unwrap() else {
            continue;
        };
        let acts = work.acts(seq).await.unwrap().len();
        let standing = (
            docket.state,
            docket.owner,
            docket.unit,
            docket.revision,
            acts,
        );
        world.push_str(&format!("{standing:?}"));
    }
    for kind in ["access", "rules"] {
        let which = store::work::Requested {
            kind,
            ..store::work::Requested::default()
        };
        let asked = work.requests(&which, 99).await.unwrap();
        world.push_str(&format!("{asked:?}"));
    }
    world
}

/// An agent of every role, signed in.
async fn everybody(site: &Site) -> BTreeMap<Role, Browser<'_>> {
    let mut all = BTreeMap::new();
    for role in Role::ALL {
        let browser = site.sign_in(role.as_str(), role.as_str()).await;
        all.insert(*role, browser);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_not_proven_is_refused_at_every_door() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let all = everybody(&site).await;
    let other = site.sign_in("other", "investigator").await;
    let foreign = other.page("/fr/workbench").await.hidden("csrf");
    let before = world(&site).await;
    let doors = doors();
    let acts = doors
        .table()
        .iter()
        .filter(|door| door.method == Method::POST);
    let mut tried = 0;
    for door in acts {
        let agent = &all[&whose(door)];
        let csrf = agent.page("/fr/workbench").await.hidden("csrf");
        let longer = format!("{csrf}00");
        for proof in ["", "00", "zz", "é", &foreign, &csrf[..62], &longer] {
            let answer = agent.at_door(door, &id, &form(proof)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{door:?} {proof:?}");
            tried += 1;
        }
        // What is proven and comes of another site's page is refused as well; so is what is no form.
        for headers in [
            [
                ("sec-fetch-site", "cross-site"),
                ("host", "orfevre.example"),
            ],
            [("sec-fetch-site", "same-site"), ("host", "orfevre.example")],
            [
                ("origin", "https://evil.example"),
                ("host", "orfevre.example"),
            ],
            [("origin", "null"), ("host", "orfevre.example")],
        ] {
            let path = address(door, &id);
            let answer = agent
                .raw(&Method::POST, &path, &headers, &form(&csrf))
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{door:?} {headers:?}");
            tried += 1;
        }
        let path = address(door, &id);
        let plain = [("content-type", "text/plain")];
        let answer = agent.raw(&Method::POST, &path, &plain, &form(&csrf)).await;
        assert!(answer.status.is_client_error(), "{door:?}");
    }
    assert!(tried > 200, "{tried}");
    assert_eq!(world(&site).await, before);
    // Signing out is one of them: everybody is signed in still.
    for browser in all.values() {
        browser.page("/fr/workbench").await;
    }
    // Nobody is signed in by another site's form either.
    let work = &site.app.store.work;
    work.invite("other", b"left", i64::MAX).await.unwrap();
    let headers = [("sec-fetch-site", "cross-site")];
    let planted = other
        .raw(
            &Method::POST,
            "/fr/workbench/sign-in",
            &headers,
            "token=left",
        )
        .await;
    assert_eq!(planted.status, StatusCode::FORBIDDEN);
    assert!(!planted.headers.contains_key(header::SET_COOKIE));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_forbids_frames_and_scripts_of_others() {
    let settings = Settings {
        public_url: "https://orfevre.example".to_owned(),
        ..Settings::default()
    };
    let site = Site::with(now, settings).await;
    let (_, id) = site.story().await;
    let all = everybody(&site).await;
    let nobody = Browser {
        site: &site,
        cookie: String::new(),
    };
    let check = |answer: &Answer, say: &str| {
        let has = |name: &str| {
            let value = answer.headers.get(name);
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let policy = has("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{say}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{say}: {policy}");
        assert_eq!(has("x-frame-options"), "DENY", "{say}");
        assert_eq!(has("x-content-type-options"), "nosniff", "{say}");
        assert_eq!(has("referrer-policy"), "no-referrer", "{say}");
        assert_eq!(has("cross-origin-opener-policy"), "same-origin", "{say}");
        assert_eq!(has("cross-origin-resource-policy"), "same-origin", "{say}");
        assert_eq!(has("access-control-allow-origin"), "", "{say}");
        assert!(has("strict-transport-security").contains("max-age=63072000; includeSubDomains"));
        let page = has("content-type").starts_with("text/html");
        if page {
            assert!(has("content-type").contains("charset=utf-8"), "{say}");
        }
        if page && say.contains("/workbench") {
            assert_eq!(has("cache-control"), "no-store", "{say}");
        }
        let inline = [
            "<script>",
            "javascript:",
            " onclick",
            " onload",
            " style=",
            "<style",
        ];
        for word in inline {
            assert!(!page || !answer.body.contains(word), "{say}: {word}");
        }
    };
    let doors = doors();
    for door in doors.table() {
        let agent = &all[&whose(door)];
        let csrf = agent.page("/fr/workbench").await.hidden("csrf");
        for (browser, id) in [(agent, id.as_str()), (agent, NOBODY), (&nobody, &id)] {
            let proofs: &[&str] = match door.path.ends_with("sign-out") {
                true => &[""],
                false => &["", &csrf],
            };
            for proof in proofs {
                let answer = browser.at_door(door, id, &form(proof)).await;
                let say = format!("{} {} {}", door.method, door.path, answer.status);
                check(&answer, &say);
            }
        }
    }
    for path in [
        "/",
        "/fr/",
        "/en/desks/thesee",
        "/fr/workbench/sign-in",
        "/fr/nowhere",
        "/nowhere",
        "/checkpoint",
        "/assets/icon.svg",
        "/api/v1/desks",
        "/api/v1/nowhere",
        "/fr/workbench/%ff",
    ] {
        check(&nobody.get(path).await, path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_on_https_are_host_only_secure_and_out_of_scripts_reach() {
    let settings = Settings {
        public_url: "https://orfevre.example".to_owned(),
        ..Settings::default()
    };
    let site = Site::with(now, settings).await;
    let agent = site.sign_in("a", "analyst").await;
    assert!(
        agent.cookie.starts_with("__Host-orfevre-agent="),
        "{}",
        agent.cookie
    );
    // The same session under a name that a neighbour could plant opens nothing.
    let (_, session) = agent.cookie.split_once('=').unwrap();
    let neighbour = Browser {
        site: &site,
        cookie: format!("orfevre-agent={session}; other=1"),
    };
    let answer = neighbour.get("/fr/workbench").await;
    assert_eq!(answer.location(), "/fr/workbench/sign-in");
    let csrf = agent.page("/fr/workbench").await.hidden("csrf");
    let out = agent
        .post("/fr/workbench/sign-out", &[("csrf", &csrf)])
        .await;
    let theme = agent
        .post("/fr/theme", &[("theme", "dark"), ("back", "/fr/")])
        .await;
    let work = &site.app.store.work;
    work.invite("a", b"again", i64::MAX).await.unwrap();
    let again = agent
        .post("/fr/workbench/sign-in", &[("token", "again")])
        .await;
    for answer in [out, theme, again] {
        let cookies = answer.headers.get_all(header::SET_COOKIE);
        let cookies: Vec<&str> = cookies.iter().map(|one| one.to_str().unwrap()).collect();
        assert!(!cookies.is_empty());
        for cookie in cookies {
            let parts: Vec<&str> = cookie.split("; ").collect();
            assert!(parts[0].starts_with("__Host-"), "{cookie}");
            for part in ["Path=/", "HttpOnly", "SameSite=Strict", "Secure"] {
                assert!(parts.contains(&part), "{part}: {cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }
    // One that a neighbour planted without the prefix does not stand in for ours.
    let planted = Browser {
        site: &site,
        cookie: "orfevre-agent=known; __Host-orfevre-agent=unknown".to_owned(),
    };
    let answer = planted.get("/fr/workbench").await;
    assert_eq!(answer.location(), "/fr/workbench/sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_leads_out_of_the_site() {
    const NAMES: [&str; 14] = [
        "back",
        "next",
        "url",
        "to",
        "redirect",
        "redirect_uri",
        "return",
        "return_to",
        "returnUrl",
        "continue",
        "dest",
        "goto",
        "target",
        "here",
    ];
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let all = everybody(&site).await;
    let doors = doors();
    let mut redirects = 0;
    for door in doors.table() {
        if door.path.ends_with("sign-out") {
            continue;
        }
        let agent = &all[&whose(door)];
        let csrf = agent.page("/fr/workbench").await.hidden("csrf");
        for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
            let elsewhere = super::super::link::encoded(elsewhere);
            let fields = NAMES.map(|name| format!("{name}={elsewhere}")).join("&");
            let path = format!("{}?{fields}", address(door, &id));
            let body = format!("{}&{fields}", form(&csrf));
            let answer = agent.raw(&door.method, &path, &[], &body).await;
            if answer.headers.contains_key(header::LOCATION) {
                let to = answer.location();
                assert!(to.starts_with("/fr/workbench"), "{door:?} {to}");
                assert!(!to.contains("evil"), "{door:?} {to}");
                redirects += 1;
            }
            assert!(!answer.headers.contains_key("refresh"), "{door:?}");
        }
    }
    assert!(redirects > 10, "{redirects}");
    let nobody = Browser {
        site: &site,
        cookie: String::new(),
    };
    for path in ["//evil.example/fr/workbench", "/fr/workbench//evil.example"] {
        let answer = nobody.get(path).await;
        let to = answer.headers.get(header::LOCATION);
        let to = to.map_or("/", |to| to.to_str().unwrap());
        assert!(to.starts_with('/') && !to.starts_with("//"), "{path} {to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_swapped_opens_nothing() {
    let site = Site::new().await;
    let (_, own) = site.story().await;
    let (theirs, other) = site.story().await;
    site.moves(theirs, "ofmin").await;
    let all = everybody(&site).await;
    let long = "a".repeat(2_000);
    let swapped = [
        other.as_str(),
        NOBODY,
        "0",
        "-1",
        "9223372036854775808",
        "..",
        "..%2f..%2fqueue",
        "%00",
        "%FF%FE",
        "'%20OR%20'1'='1",
        "%3Cscript%3E",
        "%E2%80%AE",
        long.as_str(),
    ];
    let upper = own.to_uppercase();
    let mut proofs = BTreeMap::new();
    for (role, agent) in &all {
        agent.begin_task().await;
        let csrf = agent.page("/fr/workbench").await.hidden("csrf");
        proofs.insert(*role, csrf);
    }
    let doors = doors();
    let mut tried = 0;
    for door in doors.table() {
        let placed = door.path.replace("{lang}", "").replace("{*rest}", "");
        if !placed.contains('{') {
            continue;
        }
        // What is theirs and what is not there, for every role; what is no id at all, for whom the door is.
        let theirs = all
            .keys()
            .flat_map(|role| swapped[..2].iter().map(move |id| (*role, *id)));
        let odd = swapped[2..].iter().map(|id| (whose(door), *id));
        for (role, id) in theirs.chain(odd).chain([(whose(door), upper.as_str())]) {
            // The officer answers for how long every submission is kept, whoever has it.
            let officers = [
                Action::SeeRetention,
                Action::Hold,
                Action::AskErasure,
                Action::Erase,
            ];
            if role == Role::DataProtectionOfficer && officers.contains(&door.action) {
                continue;
            }
            // A series of the one that is theirs, a leave, a request, an agent or a file by these names is not there.
            let answer = all[&role].at_door(door, id, &form(&proofs[&role])).await;
            let say = format!(
                "{role:?} {} {} {id}: {}",
                door.method, door.path, answer.status
            );
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{say}");
            answer.has_not("colis");
            tried += 1;
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_makes_a_session_of_its_own_and_takes_none_that_was_planted() {
    let site = Site::new().await;
    let first = site.sign_in("a", "investigator").await;
    let second = site.sign_in("a", "investigator").await;
    let value = |browser: &Browser<'_>| browser.cookie.split_once('=').unwrap().1.to_owned();
    assert_ne!(value(&first), value(&second));
    for browser in [&first, &second] {
        let value = value(browser);
        assert_eq!(value.len(), 64, "256 bits");
        assert!(value.chars().all(|c| c.is_ascii_hexdigit()));
    }
    // Somebody's browser is given a cookie, and then signs in.
    let planted = Browser {
        site: &site,
        cookie: format!("orfevre-agent={}", "0".repeat(64)),
    };
    let work = &site.app.store.work;
    work.invite("a", b"link", i64::MAX).await.unwrap();
    let answer = planted
        .post("/fr/workbench/sign-in", &[("token", "link")])
        .await;
    let given = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(!given.contains(&"0".repeat(64)), "{given}");
    let to = planted.get("/fr/workbench").await;
    assert_eq!(to.location(), "/fr/workbench/sign-in");
    // A session of another agent that was in the browser is not the one that is signed in to.
    work.invite("a", b"more", i64::MAX).await.unwrap();
    let other = site.sign_in("b", "head").await;
    let answer = other
        .post("/fr/workbench/sign-in", &[("token", "more")])
        .await;
    let given = answer.headers[header::SET_COOKIE].to_str().unwrap();
    let now = Browser {
        site: &site,
        cookie: given.split(';').next().unwrap().to_owned(),
    };
    now.page("/fr/workbench")
        .await
        .has("Agent a")
        .has_not("Agent b");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_away_is_gone_within_a_second() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let path = format!("/fr/workbench/submissions/{id}");
    let work = &site.app.store.work;
    let now = site.app.now_micros();
    let kept = |role: &str, unit: &str| Agent {
        id: "a".to_owned(),
        name: "Agent a".to_owned(),
        unit: unit.to_owned(),
        role: role.to_owned(),
        clearance: String::new(),
    };
    for taken in ["role", "unit", "session", "access"] {
        let agent = site.sign_in("a", "investigator").await;
        agent.page(&path).await;
        let csrf = agent.page("/fr/workbench").await.hidden("csrf");
        let began = Instant::now();
        let expected = match taken {
            "role" => {
                work.put_agent(&kept("auditor", "ofac-thesee"))
                    .await
                    .unwrap();
                StatusCode::NOT_FOUND
            }
            "unit" => {
                work.put_agent(&kept("investigator", "ofmin"))
                    .await
                    .unwrap();
                StatusCode::NOT_FOUND
            }
            "access" => {
                assert!(work.disable_agent("a", now).await.unwrap());
                StatusCode::SEE_OTHER
            }
            _ => {
                let out = [("csrf", csrf.as_str())];
                agent.post("/fr/workbench/sign-out", &out).await;
                StatusCode::SEE_OTHER
            }
        };
        let answer = agent.get(&path).await;
        assert_eq!(answer.status, expected, "{taken}");
        answer.has_not("colis");
        let took = began.elapsed();
        assert!(took < Duration::from_secs(1), "{taken}: {took:?}");
        if expected == StatusCode::SEE_OTHER {
            assert_eq!(answer.location(), "/fr/workbench/sign-in");
            // What the session proved is worth nothing either.
            let note = format!("{path}/acts/note");
            let again = agent.post(&note, &[("csrf", &csrf), ("text", "x")]).await;
            assert_eq!(again.status, StatusCode::FORBIDDEN, "{taken}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_denied_takes_as_long_as_what_is_absent() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    site.moves(seq, "ofmin").await;
    let agent = site.sign_in("a", "head").await;
    agent.begin_task().await;
    let body = form(&agent.page("/fr/workbench").await.hidden("csrf"));
    let doors = doors();
    let of_one = doors
        .table()
        .iter()
        .filter(|door| door.about == About::Submission);
    let (mut denied, mut absent) = (Vec::new(), Vec::new());
    for door in of_one {
        for round in 0..12 {
            // In turn, and each first as often.
            let mut both = [(id.as_str(), &mut denied), (NOBODY, &mut absent)];
            if round % 2 == 1 {
                both.reverse();
            }
            let mut pages = Vec::new();
            for (id, times) in both {
                let began = Instant::now();
                let answer = agent.at_door(door, id, &body).await;
                times.push(began.elapsed());
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{door:?}");
                pages.push((answer.headers.len(), answer.body.replace(id, "ID")));
            }
            assert_eq!(pages[0], pages[1], "{door:?}");
        }
    }
    for times in [&mut denied, &mut absent] {
        times.sort();
    }
    assert!(denied.len() > 200, "{}", denied.len());
    for (percent, most) in [(50, 1.3), (90, 1.8)] {
        let at = |times: &[Duration]| times[times.len() * percent / 100].as_secs_f64();
        let ratio = at(&denied) / at(&absent);
        assert!((1.0 / most..most).contains(&ratio), "p{percent}: {ratio}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_a_door_changes_nothing() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let all = everybody(&site).await;
    let before = world(&site).await;
    let doors = doors();
    for door in doors
        .table()
        .iter()
        .filter(|door| door.method == Method::GET)
    {
        for agent in all.values() {
            let path = address(door, &id);
            for method in [Method::GET, Method::HEAD] {
                let answer = agent.raw(&method, &path, &[], "").await;
                assert!(!answer.status.is_server_error(), "{door:?}");
            }
        }
    }
    assert_eq!(world(&site).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_no_door_has_are_refused() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let agent = site.sign_in("a", "head").await;
    let before = world(&site).await;
    let doors = doors();
    let methods = [
        "TRACE", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "DEBUG",
    ];
    for door in doors.table() {
        for method in methods {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = agent.raw(&method, &address(door, &id), &[], "").await;
            let refused = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND];
            assert!(
                refused.contains(&answer.status),
                "{method} {door:?}: {}",
                answer.status
            );
        }
    }
    assert_eq!(world(&site).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_is_offered_on_every_page_that_opens() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let all = everybody(&site).await;
    let doors = doors();
    let mut pages = 0;
    for door in doors
        .table()
        .iter()
        .filter(|door| door.method == Method::GET)
    {
        let answer = all[&whose(door)].at_door(door, &id, "").await;
        let kind = answer.headers.get(header::CONTENT_TYPE);
        let html = kind.is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html"));
        if html && answer.status == StatusCode::OK && answer.body.contains("<main") {
            answer.has("action=\"/fr/workbench/sign-out\"");
            pages += 1;
        }
    }
    assert!(pages > 12, "{pages}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_written_otherwise_and_headers_of_proxies_open_nothing() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let head = site.sign_in("head", "head").await;
    let film = site.sign_in("film", "film_officer").await;
    let nobody = Browser {
        site: &site,
        cookie: String::new(),
    };
    let path = format!("/fr/workbench/submissions/{id}");
    for written in [
        format!("{path}/"),
        format!("{path}%2F"),
        format!("{path}%2Fretention"),
        format!("{path}%2fidentity"),
        format!("{path};a=b"),
        format!("{path}%00"),
        format!("{path}/."),
        format!("/fr/workbench/submissions//{id}"),
        format!("/fr/workbench/submissions/.%2F{id}"),
        format!("/fr/workbench/queue%2F..%2Fsubmissions%2F{id}"),
        format!("/FR/workbench/submissions/{id}"),
        format!("/fr/WORKBENCH/submissions/{id}"),
        format!("/de/workbench/submissions/{id}"),
    ] {
        for agent in [&head, &film, &nobody] {
            for method in [Method::GET, Method::HEAD] {
                let answer = agent.raw(&method, &written, &[], "").await;
                assert_ne!(answer.status, StatusCode::OK, "{method} {written}");
                answer.has_not("colis");
            }
        }
    }
    // A proxy that lets these through changes nothing: neither who asks, nor for what, nor where links lead.
    let headers = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-user", "head"),
        ("x-remote-user", "head"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", &path),
        ("x-rewrite-url", &path),
        ("x-http-method-override", "GET"),
        ("host", "evil.example"),
    ];
    for (agent, expected) in [
        (&head, StatusCode::OK),
        (&film, StatusCode::NOT_FOUND),
        (&nobody, StatusCode::SEE_OTHER),
    ] {
        let answer = agent.raw(&Method::GET, &path, &headers, "").await;
        assert_eq!(answer.status, expected);
        answer.has_not("evil.example");
        let to = answer.headers.get(header::LOCATION);
        assert!(to.is_none_or(|to| to.to_str().unwrap() == "/fr/workbench/sign-in"));
        let home = agent.raw(&Method::GET, "/fr/workbench", &headers, "").await;
        home.has_not("colis").has_not("evil.example");
    }
}

/// What a file serves by itself: the first argument of each route.
fn served_in(source: &str) -> Vec<String> {
    let shipped = source.split("\nmod tests {").next().unwrap_or_default();
    let ways = [".route(", ".route_service(", ".nest(", ".nest_service("];
    let served = ways.iter().flat_map(|way| shipped.split(way).skip(1));
    let of_route = |rest: &str| {
        rest.trim_start()
            .split([',', '\n'])
            .next()
            .map(str::to_owned)
    };
    served.filter_map(of_route).collect()
}

/// A route without a policy: one of the workbench that is none of its doors.
#[test]
fn no_page_of_the_staff_is_served_beside_its_doors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut served = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !name.contains("tests") {
                let source = std::fs::read_to_string(&path).unwrap();
                let routes = served_in(&source).into_iter();
                served.extend(routes.map(|route| (name.clone(), route)));
            }
        }
    }
    let of_staff = served
        .iter()
        .filter(|(file, route)| file.starts_with("workbench") || route.contains("workbench"));
    let mut of_staff: Vec<(&str, &str)> = of_staff
        .map(|(file, route)| (file.as_str(), route.as_str()))
        .collect();
    of_staff.sort_unstable();
    // The one way of the doors, and those of whoever is not signed in yet.
    let expected = [
        ("workbench.rs", "\"/{lang}/workbench/sign-in\""),
        ("workbench/door.rs", "path"),
        ("workbench/signin.rs", "&at(\"/code\")"),
        ("workbench/signin.rs", "&at(\"/passkey\")"),
        ("workbench/signin.rs", "&at(\"/passkey/begin\")"),
        ("workbench/signin.rs", "&at(\"/password\")"),
        ("workbench/signin.rs", "&at(\"/provider\")"),
        ("workbench/signin.rs", "provider::BACK"),
    ];
    assert_eq!(of_staff, expected);
    // Only these files serve anything at all.
    let files: BTreeSet<&str> = served.iter().map(|(file, _)| file.as_str()).collect();
    let known = ["api.rs", "assets.rs", "public.rs"];
    let known = known.into_iter().chain(expected.map(|(file, _)| file));
    assert_eq!(files, known.collect());
}

#[test]
fn the_test_of_routes_can_fail() {
    let added = "Router::new()\n    .route(\"/{lang}/workbench/all\", get(all))\n    .route(\n        &at(\"/more\"),\n        get(more))";
    assert_eq!(
        served_in(added),
        ["\"/{lang}/workbench/all\"", "&at(\"/more\")"]
    );
    assert_eq!(served_in("\nmod tests {\n .route(\"/x\", y)"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_given_twice_counts_once() {
    let site = Site::new().await;
    let agent = site.sign_in("a", "analyst").await;
    let csrf = agent.page("/fr/workbench").await.hidden("csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("reason", "la première fois"),
        ("reason", "et la seconde fois"),
        ("csrf", "00"),
    ];
    let begun = agent
        .post("/fr/workbench/task?reason=troisieme", &fields)
        .await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER);
    agent
        .page("/fr/workbench")
        .await
        .has("la première fois")
        .has_not("seconde fois");
}

#[test]
fn every_requirement_of_asvs_has_its_test_or_its_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/security/asvs.md")).unwrap();
    // How many of levels 1 and 2 each chapter of version 5.0.0 has.
    let chapters = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| V"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let ids: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(ids.len(), rows.len(), "an id is there twice");
    for (at, expected) in chapters.iter().enumerate() {
        let chapter = format!("V{}.", at + 1);
        let found = ids.iter().filter(|id| id.starts_with(&chapter)).count();
        assert_eq!(found, *expected, "{chapter}");
    }
    let mut sources = String::new();
    let mut folders = vec![root.join("crates"), root.join("xtask")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for row in &rows {
        let [id, what, held] = row[..] else {
            panic!("{row:?}")
        };
        assert!(what.len() > 3 && held.len() > 6, "{id} is open");
        let named = held.split('`').skip(1).step_by(2);
        for name in named.filter(|name| name.len() > 22 && name.matches('_').count() > 3) {
            let test = format!("fn {name}(");
            assert!(sources.contains(&test), "{id}: no test is called {name}");
        }
    }
}
