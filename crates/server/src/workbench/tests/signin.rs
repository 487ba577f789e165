//! Signing in as an agent and an attacker meet it: what is guessed, replayed, planted, sent from elsewhere, or taken back.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use axum::http::Method;

use super::*;
use crate::{
    identity::Identity,
    oidc::tests as fake,
    workbench::{doors, signin::code_now},
};

const PASSWORD: &str = "un orage passe sur la Loire";
const MINUTE: i64 = 60;

/// Time as these tests set it, each its own.
macro_rules! clock {
    ($now:ident) => {
        static $now: AtomicI64 = AtomicI64::new(1_800_000_000);
        fn clock() -> Timestamp {
            Timestamp::from_second($now.load(Ordering::Relaxed)).unwrap()
        }
    };
}

/// The bytes of a secret as the page spells it.
fn unspelled(spelled: &str) -> Vec<u8> {
    let (mut held, mut bits, mut bytes) = (0_u32, 0, Vec::new());
    for letter in spelled.bytes().filter(|byte| *byte != b' ') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            digit => digit - b'2' + 26,
        };
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

fn cookie_of(answer: &Answer, name: &str) -> Option<String> {
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
    let mut pairs = cookies.filter_map(|cookie| cookie.to_str().unwrap().split(';').next());
    let found = pairs.find(|pair| pair.starts_with(&format!("{name}=")))?;
    Some(found.to_owned())
}

/// What an agent has to sign in with.
struct Ways {
    secret: Vec<u8>,
    codes: Vec<String>,
}

impl Site {
    fn nobody(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookie: String::new(),
        }
    }

    async fn invited(&self, id: &str, role: &str) -> Browser<'_> {
        self.sign_in(id, role).await
    }

    /// Gives a password and a code, and goes on from a step to the next.
    async fn enter(&self, account: &str, password: &str, code: &str) -> Answer {
        let fields = [
            ("account", account),
            ("password", password),
            ("device", "bureau"),
        ];
        let mut browser = self.nobody();
        let path = "/fr/workbench/sign-in/password";
        let answer = browser.post(path, &fields).await;
        if answer.status != StatusCode::SEE_OTHER {
            return answer;
        }
        assert_eq!(answer.location(), "/fr/workbench/sign-in/code");
        browser.cookie = cookie_of(&answer, "orfevre-step").unwrap();
        browser.page("/fr/workbench/sign-in/code").await;
        let path = "/fr/workbench/sign-in/code";
        browser.post(path, &[("code", code)]).await
    }

    fn code(&self, ways: &Ways) -> String {
        code_now(&ways.secret, self.app.now_micros())
    }
}

impl Browser<'_> {
    /// Chooses a password and a device on the agent's own page.
    async fn set_up(&mut self) -> Ways {
        let offered = self.page("/fr/workbench/me/password").await;
        let spelled = offered.body.split("id=\"secret\">").nth(1).unwrap();
        let secret = unspelled(spelled.split('<').next().unwrap());
        let code = code_now(&secret, self.site.app.now_micros());
        let (csrf, step) = (offered.hidden("csrf"), offered.hidden("step"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("step", &step),
            ("password", PASSWORD),
            ("code", &code),
        ];
        let set = self.post("/fr/workbench/me/password", &fields).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.body);
        self.cookie = cookie_of(&set, "orfevre-agent").unwrap();
        let codes = set.body.split("<li><code class=\"code\">").skip(1);
        let codes: Vec<String> = codes
            .map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 10);
        Ways { secret, codes }
    }

    async fn is_in(&self) -> bool {
        self.get("/fr/workbench").await.status == StatusCode::OK
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_the_set_up_and_nothing_else_until_there_is_a_way_to_sign_in() {
    let site = Site::exactly(now, Settings::default()).await;
    let mut agent = site.invited("camille", "triage").await;
    for path in ["", "/queue", "/search?q=x", "/record", "/glass", "/nothing"] {
        let answer = agent.get(&format!("/fr/workbench{path}")).await;
        assert_eq!(answer.location(), "/fr/workbench/me", "{path}");
    }
    let page = agent.page("/fr/workbench/me").await;
    page.has("lien de l’administrateur")
        .has("Choisissez comment");
    let before = agent.cookie.clone();
    let ways = agent.set_up().await;
    assert!(agent.is_in().await);
    // Who proved it has a session of another token, and the first is gone.
    assert_ne!(before, agent.cookie);
    agent
        .page("/fr/workbench/me")
        .await
        .has("mot de passe et code");
    let old = Browser {
        site: &site,
        cookie: before,
    };
    assert!(!old.is_in().await);
    // The code that proved the device was used up by that.
    let again = site.enter("camille", PASSWORD, &site.code(&ways)).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_that_others_think_of_are_refused_and_a_wrong_code_sets_nothing() {
    let settings = Settings {
        common_passwords: Arc::new(["azertyuiop123".to_owned()].into()),
        ..Settings::default()
    };
    let site = Site::exactly(now, settings).await;
    let agent = site.invited("camille", "triage").await;
    for (password, code, told) in [
        ("trop court", "", "au moins 12"),
        ("Azertyuiop123", "", "ont fuité"),
        ("Agent-Camille-2026", "", "presque rien"),
        (PASSWORD, "000000", "pas le bon"),
        (PASSWORD, "", "pas le bon"),
    ] {
        let offered = agent.page("/fr/workbench/me/password").await;
        // Pasting is nowhere forbidden, and the whole length goes through.
        offered.has_not("onpaste").has("maxlength=\"512\"");
        let (csrf, step) = (offered.hidden("csrf"), offered.hidden("step"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("step", &step),
            ("password", password),
            ("code", code),
        ];
        let refused = agent.post("/fr/workbench/me/password", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused.has(told).has_not(password);
    }
    let ways = site.app.store.access.ways("camille", 0).await.unwrap();
    assert!(ways.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_and_a_code_sign_in_and_each_code_once() {
    clock!(NOW);
    let site = Site::exactly(clock, Settings::default()).await;
    let ways = site.invited("camille", "triage").await.set_up().await;
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    let code = site.code(&ways);
    let entered = site.enter("  Camille ", PASSWORD, &code).await;
    assert_eq!(entered.location(), "/fr/workbench");
    let cookie = entered.headers.get_all(header::SET_COOKIE).iter();
    for cookie in cookie.map(|cookie| cookie.to_str().unwrap()) {
        assert!(
            cookie.contains("Path=/; HttpOnly; SameSite=Strict"),
            "{cookie}"
        );
    }
    let agent = Browser {
        site: &site,
        cookie: cookie_of(&entered, "orfevre-agent").unwrap(),
    };
    let page = agent.page("/fr/workbench/me").await;
    page.has("bureau")
        .has("mot de passe et code")
        .has("Codes de secours qui restent : 10");

    // Seen over the shoulder, it is worth nothing; nor is the one before it.
    let replayed = site.enter("camille", PASSWORD, &code).await;
    assert_eq!(replayed.status, StatusCode::FORBIDDEN);
    replayed.has("déjà servi");
    assert_eq!(cookie_of(&replayed, "orfevre-agent"), None);

    // The device is lost: a code of paper, once.
    let paper = ways.codes[3].to_lowercase().replace('-', " ");
    let entered = site.enter("camille", PASSWORD, &paper).await;
    assert_eq!(entered.location(), "/fr/workbench");
    let again = site.enter("camille", PASSWORD, &paper).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    agent
        .page("/fr/workbench/me")
        .await
        .has("Codes de secours qui restent : 9");
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_wait_longer_and_longer_and_tell_nothing_of_who_is_there() {
    clock!(NOW);
    let site = Site::exactly(clock, Settings::default()).await;
    let ways = site.invited("camille", "triage").await.set_up().await;
    let guess = async |account: &str| {
        let answer = site.enter(account, "une phrase que personne", "").await;
        (answer.status, answer.body.replace(account, "QUI"))
    };
    for _ in 0..6 {
        let (there, absent) = (guess("camille").await, guess("zoe.absente").await);
        assert_eq!(there.0, StatusCode::FORBIDDEN);
        assert_eq!(there, absent);
    }
    let (there, absent) = (guess("camille").await, guess("zoe.absente").await);
    assert_eq!(there.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(there, absent);
    // The right one waits too, and nobody for ever.
    let waits = site.enter("camille", PASSWORD, &site.code(&ways)).await;
    assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(waits.headers[header::RETRY_AFTER], "3");
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    let entered = site.enter("camille", PASSWORD, &site.code(&ways)).await;
    assert_eq!(entered.location(), "/fr/workbench");

    // Codes are guessed no faster by whoever has the password.
    let mut last = StatusCode::OK;
    for _ in 0..7 {
        last = site.enter("camille", PASSWORD, "123456").await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_not_there_takes_as_long_as_one_that_is() {
    let site = Site::exactly(now, Settings::default()).await;
    site.invited("camille", "triage").await.set_up().await;
    let time = async |account: &str| {
        let started = Instant::now();
        site.enter(account, "une phrase que personne", "").await;
        started.elapsed()
    };
    let mut there = Vec::new();
    let mut absent = Vec::new();
    for _ in 0..6 {
        there.push(time("camille").await);
        absent.push(time("zoe.absente").await);
    }
    there.sort();
    absent.sort();
    let ratio = absent[2].as_secs_f64() / there[2].as_secs_f64();
    assert!((0.5..2.0).contains(&ratio), "{ratio}: {absent:?} {there:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_somebody_planted_is_nobodys_session() {
    let site = Site::exactly(now, Settings::default()).await;
    let mut browser = site.nobody();
    browser.cookie = "orfevre-agent=planted; orfevre-step=planted".to_owned();
    let work = &site.app.store.work;
    site.invited("camille", "triage").await;
    work.invite("camille", b"fresh", i64::MAX).await.unwrap();
    let entered = browser
        .post("/fr/workbench/sign-in", &[("token", "fresh")])
        .await;
    let token = cookie_of(&entered, "orfevre-agent").unwrap();
    assert_ne!(token, "orfevre-agent=planted");
    assert!(!browser.is_in().await);
    // A code without the step of this browser is no sign-in.
    let late = browser
        .post("/fr/workbench/sign-in/code", &[("code", "123456")])
        .await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    late.has("Recommencez");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_of_another_site_does_anything_not_even_sign_out() {
    let site = Site::new().await;
    let agent = site.sign_in("a", "administrator").await;
    let mut tried = 0;
    for door in doors().table() {
        if door.method != Method::POST {
            continue;
        }
        let path = door.path.replace("{lang}", "fr").replace("{id}", "x");
        for csrf in ["", "00", "zz", &"0".repeat(64)] {
            let answer = agent.post(&path, &[("csrf", csrf)]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {csrf}");
        }
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
    assert!(agent.page("/fr/workbench").await.status == StatusCode::OK);

    // A sign-in from another site would make a victim work in the attacker's name.
    for path in ["", "/password", "/code"] {
        let request = Request::post(format!("/fr/workbench/sign-in{path}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .body(Body::from("token=x&account=x&password=x&code=x"))
            .unwrap();
        let answer = agent.send(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        answer.has("another site");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_or_answer_of_the_staff_can_be_framed_or_kept() {
    let site = Site::new().await;
    let agent = site.sign_in("a", "head").await;
    let paths = doors().table().to_vec();
    let pages = paths.iter().filter(|door| door.method == Method::GET);
    let pages = pages.map(|door| door.path.replace("{lang}", "fr").replace("{id}", "x"));
    let before = ["", "?token=x", "/code"].map(|rest| format!("/fr/workbench/sign-in{rest}"));
    for path in pages.chain(before) {
        let answer = agent.get(&path).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(
            policy.contains("script-src 'self'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(answer.headers[header::X_FRAME_OPTIONS], "DENY", "{path}");
        assert_eq!(
            answer.headers[header::REFERRER_POLICY],
            "no-referrer",
            "{path}"
        );
        if answer.status == StatusCode::OK {
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_ended_elsewhere_is_over_within_a_second() {
    let site = Site::new().await;
    let mine = site.sign_in("a", "triage").await;
    let other = site.sign_in("a", "triage").await;
    let third = site.sign_in("a", "triage").await;
    let colleague = site.sign_in("b", "triage").await;
    let page = mine.page("/fr/workbench/me").await;
    assert_eq!(page.body.matches("me/sessions/end\"").count(), 2);
    let (csrf, id) = (page.hidden("csrf"), page.hidden("id"));

    // Nobody ends what is another's.
    let csrf_of_other = colleague.csrf().await;
    let fields = [("csrf", csrf_of_other.as_str()), ("id", &id)];
    colleague
        .post("/fr/workbench/me/sessions/end", &fields)
        .await;
    assert!(other.is_in().await && third.is_in().await);

    let fields = [("csrf", csrf.as_str()), ("id", &id)];
    let ended = mine.post("/fr/workbench/me/sessions/end", &fields).await;
    assert_eq!(ended.location(), "/fr/workbench/me");
    let left = usize::from(other.is_in().await) + usize::from(third.is_in().await);
    assert_eq!(left, 1);
    mine.post("/fr/workbench/me/sessions/end-others", &[("csrf", &csrf)])
        .await;
    assert!(!other.is_in().await && !third.is_in().await && mine.is_in().await);

    // Another program ends them, or takes the access away.
    let access = &site.app.store.access;
    let started = Instant::now();
    access
        .end_others("a", None, site.app.now_micros())
        .await
        .unwrap();
    assert!(!mine.is_in().await);
    let work = &site.app.store.work;
    assert!(colleague.is_in().await);
    work.disable_agent("b", site.app.now_micros())
        .await
        .unwrap();
    assert!(!colleague.is_in().await);
    assert!(started.elapsed().as_secs_f64() < 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sensitive_act_asks_for_a_new_proof_and_loses_nothing_that_was_typed() {
    clock!(NOW);
    let site = Site::exactly(clock, Settings::default()).await;
    let mut agent = site.invited("camille", "triage").await;
    let ways = agent.set_up().await;
    NOW.fetch_add(11 * MINUTE, Ordering::Relaxed);
    let csrf = agent.csrf().await;
    let typed = [
        ("csrf", csrf.as_str()),
        ("reason", "le <téléphone> est perdu"),
        ("password", "not to be kept"),
    ];
    let asked = agent.post("/fr/workbench/me/codes", &typed).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    asked
        .has("Confirmez que c’est bien vous")
        .has("le &#60;téléphone&#62; est perdu");
    asked.has_not("not to be kept");

    // A wrong code keeps it too, and a ticket is used once.
    let prove = async |agent: &Browser<'_>, seen: &Answer, code: &str| {
        let (csrf, ticket) = (seen.hidden("csrf"), seen.hidden("ticket"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("ticket", &ticket),
            ("password", PASSWORD),
            ("code", code),
        ];
        agent.post("/fr/workbench/me/prove", &fields).await
    };
    let wrong = prove(&agent, &asked, "000000").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    wrong.has("le &#60;téléphone&#62; est perdu");
    let used = prove(&agent, &asked, &site.code(&ways)).await;
    assert_eq!(used.status, StatusCode::GONE);

    let before = agent.cookie.clone();
    let proved = prove(&agent, &wrong, &site.code(&ways)).await;
    assert_eq!(proved.status, StatusCode::OK, "{}", proved.body);
    agent.cookie = cookie_of(&proved, "orfevre-agent").unwrap();
    assert_ne!(before, agent.cookie);
    proved
        .has("action=\"/fr/workbench/me/codes\"")
        .has_not("not to be kept");
    let reason = proved.hidden("reason");
    let fields = [("csrf", proved.hidden("csrf")), ("reason", reason)];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let done = agent.post("/fr/workbench/me/codes", &fields).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert_eq!(done.body.matches("<li><code class=\"code\">").count(), 10);

    // A page comes back by itself, to our own path.
    NOW.fetch_add(11 * MINUTE, Ordering::Relaxed);
    for (path, back) in [
        (
            "/fr/workbench/me/password/change",
            "/fr/workbench/me/password/change",
        ),
        (
            "/fr/workbench/me/password?next=//example.com",
            "/fr/workbench",
        ),
    ] {
        let asked = agent.get(path).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN);
        let proved = prove(&agent, &asked, &site.code(&ways)).await;
        assert_eq!(proved.location(), back);
        agent.cookie = cookie_of(&proved, "orfevre-agent").unwrap();
        NOW.fetch_add(11 * MINUTE, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_every_other_session_and_the_last_way_in_stays() {
    clock!(NOW);
    let site = Site::exactly(clock, Settings::default()).await;
    let mut agent = site.invited("camille", "triage").await;
    let ways = agent.set_up().await;
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    let entered = site.enter("camille", PASSWORD, &site.code(&ways)).await;
    let other = Browser {
        site: &site,
        cookie: cookie_of(&entered, "orfevre-agent").unwrap(),
    };
    let csrf = agent.csrf().await;
    let change = async |current: &str, wanted: &str| {
        let fields = [
            ("csrf", csrf.as_str()),
            ("current", current),
            ("password", wanted),
        ];
        agent
            .post("/fr/workbench/me/password/change", &fields)
            .await
    };
    let fresh = "la crue de mars est passée";
    for (current, wanted) in [("pas le bon mot de passe", fresh), (PASSWORD, "court")] {
        let refused = change(current, wanted).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(other.is_in().await);
    }
    assert_eq!(change(PASSWORD, fresh).await.location(), "/fr/workbench/me");
    assert!(agent.is_in().await && !other.is_in().await);
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    let old = site.enter("camille", PASSWORD, &site.code(&ways)).await;
    assert_eq!(old.status, StatusCode::FORBIDDEN);
    let new = site.enter("camille", fresh, &site.code(&ways)).await;
    assert_eq!(new.location(), "/fr/workbench");

    let removed = agent
        .post("/fr/workbench/me/password/remove", &[("csrf", &csrf)])
        .await;
    assert_eq!(removed.status, StatusCode::CONFLICT);
    removed.has("votre seule façon");

    // Access that was taken away and given back: what was set before opens nothing.
    let work = &site.app.store.work;
    work.disable_agent("camille", site.app.now_micros())
        .await
        .unwrap();
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    site.invited("camille", "triage").await;
    let old = site.enter("camille", fresh, &site.code(&ways)).await;
    assert_eq!(old.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_in_that_is_set_anew_ends_every_session_that_came_by_the_one_before() {
    clock!(NOW);
    let site = Site::exactly(clock, Settings::default()).await;
    let mut agent = site.invited("camille", "triage").await;
    let ways = agent.set_up().await;
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    // Somebody has the password and a code, and is in by them.
    let entered = site.enter("camille", PASSWORD, &site.code(&ways)).await;
    let thief = Browser {
        site: &site,
        cookie: cookie_of(&entered, "orfevre-agent").unwrap(),
    };
    assert!(thief.is_in().await);
    // The agent gets a new link, and sets both anew.
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    let mut anew = site.invited("camille", "triage").await;
    let others = anew.set_up().await;
    assert!(!thief.is_in().await && !agent.is_in().await && anew.is_in().await);
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    let old = site.enter("camille", PASSWORD, &site.code(&ways)).await;
    assert_eq!(old.status, StatusCode::FORBIDDEN);
    let new = site.enter("camille", PASSWORD, &site.code(&others)).await;
    assert_eq!(new.location(), "/fr/workbench");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_come_with_one_link_or_one_code_at_once_one_is_let_in() {
    clock!(NOW);
    let site = Site::exactly(clock, Settings::default()).await;
    let mut agent = site.invited("camille", "triage").await;
    let ways = agent.set_up().await;
    let work = &site.app.store.work;
    work.invite("camille", b"once", i64::MAX).await.unwrap();
    let link = (0..8).map(|_| async {
        let nobody = site.nobody();
        let fields = [("token", "once")];
        nobody.post("/fr/workbench/sign-in", &fields).await.status
    });
    let of_link = futures_util::future::join_all(link).await;
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    let now = site.code(&ways);
    let mut let_in = vec![of_link];
    for code in [&now, &ways.codes[0]] {
        // Each has given the password, and stands before the code.
        let mut waiting = Vec::new();
        for _ in 0..4 {
            let fields = [("account", "camille"), ("password", PASSWORD)];
            let mut browser = site.nobody();
            let answer = browser
                .post("/fr/workbench/sign-in/password", &fields)
                .await;
            browser.cookie = cookie_of(&answer, "orfevre-step").unwrap();
            waiting.push(browser);
        }
        let at_once = waiting.iter().map(|browser| async {
            let path = "/fr/workbench/sign-in/code";
            browser.post(path, &[("code", code)]).await.status
        });
        let_in.push(futures_util::future::join_all(at_once).await);
        NOW.fetch_add(30 * MINUTE, Ordering::Relaxed);
    }
    for statuses in let_in {
        let entered = statuses.iter().filter(|one| **one == StatusCode::SEE_OTHER);
        assert_eq!(entered.count(), 1, "{statuses:?}");
    }
}

/// Goes where a page leads, to a provider that vouches for somebody now, and comes back with what a browser sends along from
/// another site.
async fn vouched(site: &Site, leaving: &Answer, said: &fake::Shared) -> Answer {
    assert_eq!(leaving.status, StatusCode::OK, "{}", leaving.body);
    let address = leaving.body.split("0;url=").nth(1).unwrap();
    let address = address.split('"').next().unwrap();
    let part = |name: &str| {
        let start = address.find(&format!("{name}=")).unwrap() + name.len() + 1;
        let rest = &address[start..];
        rest[..rest.find("&#38;").unwrap_or(rest.len())].to_owned()
    };
    {
        let seconds = site.app.now().as_second();
        let mut said = said.lock().unwrap();
        said.id["nonce"] = part("nonce").into();
        said.id["exp"] = (seconds + 60).into();
    }
    let browser = Browser {
        site,
        cookie: cookie_of(leaving, "orfevre-provider").unwrap(),
    };
    let path = format!("/workbench/identity/back?code=x&state={}", part("state"));
    let other = Browser {
        site,
        cookie: "orfevre-provider=planted".to_owned(),
    };
    assert_eq!(other.get(&path).await.status, StatusCode::FORBIDDEN);
    let back = browser.get(&path).await;
    // Once: the code and the state are used up, whatever came of it.
    assert_eq!(browser.get(&path).await.status, StatusCode::FORBIDDEN);
    back
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_vouches_for_who_was_bound_and_a_fresh_sign_in_there_loses_nothing() {
    clock!(NOW);
    let (provider, said) = fake::provider("generic").await;
    let identity = Identity {
        staff: Some(provider),
        complaint: None,
    };
    let settings = Settings {
        identity: Arc::new(identity),
        ..Settings::default()
    };
    let site = Site::exactly(clock, settings).await;
    let by_provider = async || {
        let path = "/fr/workbench/sign-in/provider";
        let leaving = site.nobody().post(path, &[("device", "portable")]).await;
        vouched(&site, &leaving, &said).await
    };
    let stranger = by_provider().await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
    stranger.has("aucun agent d’ici");
    assert_eq!(cookie_of(&stranger, "orfevre-agent"), None);

    let agent = site.invited("camille", "triage").await;
    let csrf = agent.csrf().await;
    let leaving = agent
        .post("/fr/workbench/me/provider", &[("csrf", &csrf)])
        .await;
    let cookie = leaving.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly; SameSite=Lax; Max-Age=600"),
        "{cookie}"
    );
    let bound = vouched(&site, &leaving, &said).await;
    bound.has("Camille Essai camille@agents.example");
    assert!(!agent.is_in().await);
    let entered = by_provider().await;
    let mut agent = Browser {
        site: &site,
        cookie: cookie_of(&entered, "orfevre-agent").unwrap(),
    };
    agent
        .page("/fr/workbench/me")
        .await
        .has("portable")
        .has("fournisseur d’identité");

    NOW.fetch_add(11 * MINUTE, Ordering::Relaxed);
    let prove = async |agent: &Browser<'_>| {
        let csrf = agent.csrf().await;
        let typed = [("csrf", csrf.as_str()), ("reason", "appareil perdu")];
        let asked = agent.post("/fr/workbench/me/codes", &typed).await;
        asked.has("Se connecter avec P").has_not("id=\"password\"");
        let ticket = asked.hidden("ticket");
        let fields = [("csrf", csrf.as_str()), ("ticket", &ticket)];
        let leaving = agent.post("/fr/workbench/me/prove/provider", &fields).await;
        leaving.has("max_age=0");
        vouched(&site, &leaving, &said).await
    };
    let stale = prove(&agent).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    stale.has("n’atteste pas d’une connexion récente");
    said.lock().unwrap().id["auth_time"] = site.app.now().as_second().into();
    said.lock().unwrap().id["sub"] = "somebody-else".into();
    let other = prove(&agent).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    said.lock().unwrap().id["sub"] = "agent-7".into();
    let proved = prove(&agent).await;
    assert_eq!(proved.hidden("reason"), "appareil perdu");
    proved.has("action=\"/fr/workbench/me/codes\"");
    agent.cookie = cookie_of(&proved, "orfevre-agent").unwrap();
    let csrf = proved.hidden("csrf");
    let done = agent
        .post("/fr/workbench/me/codes", &[("csrf", &csrf)])
        .await;
    assert_eq!(done.location(), "/fr/workbench/me");

    // Access that was taken away does not come back by the provider.
    let work = &site.app.store.work;
    work.disable_agent("camille", site.app.now_micros())
        .await
        .unwrap();
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    assert_eq!(by_provider().await.status, StatusCode::FORBIDDEN);
    site.invited("camille", "triage").await;
    assert_eq!(by_provider().await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_does_not_answer_proves_nothing_and_keeps_what_was_typed() {
    clock!(NOW);
    let site = Site::exactly(clock, Settings::default()).await;
    let mut agent = site.invited("camille", "triage").await;
    agent.set_up().await;
    let passkey = store::access::Passkey {
        id: vec![7; 16],
        agent: "camille".to_owned(),
        name: "clé du bureau".to_owned(),
        body: "{}".to_owned(),
        set_at: site.app.now_micros(),
        used_at: None,
    };
    let access = &site.app.store.access;
    access.add_passkey(&passkey).await.unwrap();
    NOW.fetch_add(11 * MINUTE, Ordering::Relaxed);
    let csrf = agent.csrf().await;
    let typed = [("csrf", csrf.as_str()), ("reason", "appareil perdu")];
    let mut seen = agent.post("/fr/workbench/me/codes", &typed).await;
    seen.has("appareil perdu").has("me/prove/passkey");
    let ticket = seen.hidden("ticket");
    let fields = [("csrf", csrf.as_str()), ("ticket", &ticket)];
    seen = agent.post("/fr/workbench/me/prove/passkey", &fields).await;
    let forged = r#"{"id":"BwcH","rawId":"BwcH","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}"#;
    for response in ["", "{}", "nothing", forged] {
        seen.has("userVerification&#34;:&#34;required");
        let (ticket, step) = (seen.hidden("ticket"), seen.hidden("step"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("ticket", &ticket),
            ("step", &step),
            ("response", response),
        ];
        let path = "/fr/workbench/me/prove/passkey/answer";
        seen = agent.post(path, &fields).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{response}");
        seen.has("n’est pas reconnue");
    }
    // Nobody signs in by such an answer either, nor adds one by it.
    let nobody = site.nobody();
    let begun = nobody
        .post("/fr/workbench/sign-in/passkey/begin", &[])
        .await;
    let browser = Browser {
        site: &site,
        cookie: cookie_of(&begun, "orfevre-step").unwrap(),
    };
    let path = "/fr/workbench/sign-in/passkey";
    let refused = browser.post(path, &[("response", forged)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(cookie_of(&refused, "orfevre-agent"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_signed_out_elsewhere_comes_back_from_the_provider_to_nothing() {
    clock!(NOW);
    let (provider, said) = fake::provider("generic").await;
    let identity = Identity {
        staff: Some(provider),
        complaint: None,
    };
    let settings = Settings {
        identity: Arc::new(identity),
        ..Settings::default()
    };
    let site = Site::exactly(clock, settings).await;
    let access = &site.app.store.access;
    let ended = async || {
        let now = site.app.now_micros();
        access.end_others("camille", None, now).await.unwrap();
    };
    // A stolen session goes to bind a stranger's account, and is ended meanwhile.
    let agent = site.invited("camille", "triage").await;
    let csrf = agent.csrf().await;
    let bind = "/fr/workbench/me/provider";
    let leaving = agent.post(bind, &[("csrf", &csrf)]).await;
    ended().await;
    let back = vouched(&site, &leaving, &said).await;
    assert_eq!(back.status, StatusCode::FORBIDDEN);
    assert_eq!(cookie_of(&back, "orfevre-agent"), None);
    assert!(access.ways("camille", 0).await.unwrap().is_empty());

    // So does one that goes for a fresh proof.
    let agent = site.invited("camille", "triage").await;
    let csrf = agent.csrf().await;
    let leaving = agent.post(bind, &[("csrf", &csrf)]).await;
    let bound = vouched(&site, &leaving, &said).await;
    let agent = Browser {
        site: &site,
        cookie: cookie_of(&bound, "orfevre-agent").unwrap(),
    };
    NOW.fetch_add(11 * MINUTE, Ordering::Relaxed);
    let csrf = agent.csrf().await;
    let asked = agent
        .post("/fr/workbench/me/codes", &[("csrf", &csrf)])
        .await;
    let fields = [("csrf", csrf.as_str()), ("ticket", &asked.hidden("ticket"))];
    let prove = "/fr/workbench/me/prove/provider";
    let leaving = agent.post(prove, &fields).await;
    ended().await;
    said.lock().unwrap().id["auth_time"] = site.app.now().as_second().into();
    let back = vouched(&site, &leaving, &said).await;
    assert_eq!(back.status, StatusCode::FORBIDDEN);
    assert_eq!(cookie_of(&back, "orfevre-agent"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_too_many_sign_in_the_next_is_told_so_and_made_no_guess() {
    clock!(NOW);
    let settings = Settings {
        password_patience: std::time::Duration::from_millis(20),
        ..Settings::default()
    };
    let site = Site::exactly(clock, settings).await;
    let turns = site.app.hashing.clone();
    let all = u32::try_from(turns.available_permits()).unwrap();
    let taken = turns.acquire_many_owned(all).await.unwrap();
    for account in ["camille", "nobody"] {
        // More often than anybody may guess.
        for _ in 0..10 {
            let busy = site.enter(account, PASSWORD, "").await;
            assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(busy.headers[header::RETRY_AFTER], "5");
            busy.has("Trop de personnes");
        }
    }
    drop(taken);
    let settled = site.enter("camille", PASSWORD, "").await;
    assert_eq!(settled.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_an_access_is_in_the_record_within_a_turn_of_the_watch_and_once() {
    clock!(NOW);
    let site = Site::exactly(clock, Settings::default()).await;
    let mut agent = site.invited("camille", "triage").await;
    let ways = agent.set_up().await;
    for account in ["camille", "nobody"] {
        site.enter(account, "un autre mot de passe", "").await;
    }
    NOW.fetch_add(MINUTE, Ordering::Relaxed);
    site.enter("camille", PASSWORD, &site.code(&ways)).await;
    let csrf = agent.csrf().await;
    let out = [("csrf", csrf.as_str())];
    agent.post("/fr/workbench/sign-out", &out).await;
    let now = site.app.now_micros();
    let access = &site.app.store.access;
    access.end_others("camille", None, now).await.unwrap();
    let kept = async || {
        crate::watch::tick(&site.app).await.unwrap();
        let all = store::record::Asked::default();
        let entries = site.app.store.record.entries(&all, 99).await.unwrap();
        let entries = entries.into_iter().rev().map(|entry| entry.look);
        Vec::from_iter(entries.map(|look| (look.agent, look.unit, look.kind, look.object)))
    };
    let of = |kind: &str, object: &str| {
        let (agent, unit) = ("camille".to_owned(), "ofac-thesee".to_owned());
        (agent, unit, format!("access_{kind}"), object.to_owned())
    };
    let expected = [
        of("sign_in", "link"),
        of("password_set", ""),
        of("sign_in", "password"),
        of("refused", "password"),
        of("sign_in", "password"),
        of("signed_out", ""),
        of("sessions_ended", "1"),
    ];
    assert_eq!(kept().await, expected);
    assert_eq!(kept().await, expected);
}
