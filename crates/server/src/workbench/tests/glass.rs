//! Exceptional access: two people, a reason, a fresh sign-in, and those who are told.

use super::*;

const REASON: &str = "vie en danger, parquet avisé";

impl Browser<'_> {
    pub(super) async fn ask(&self, number: &str) -> Answer {
        let csrf = self.page("/fr/workbench/glass").await.hidden("csrf");
        let fields = [
            ("csrf", csrf.as_str()),
            ("number", number),
            ("reason", REASON),
        ];
        self.post("/fr/workbench/glass/ask", &fields).await
    }

    pub(super) async fn agree(&self) -> Answer {
        let seen = self.page("/fr/workbench/glass").await;
        let csrf = seen.hidden("csrf");
        let rest = seen
            .body
            .split("/workbench/glass/")
            .find(|part| part.contains("/agree\""));
        let leave = rest.unwrap().split('/').next().unwrap().to_owned();
        let path = format!("/fr/workbench/glass/{leave}/agree");
        self.post(&path, &[("csrf", csrf.as_str())]).await
    }

    /// A leave is answered as one that is not there.
    async fn finds_no_way(&self, leave: &str) {
        let absent = self.get("/fr/workbench/glass/nothing").await;
        let answer = self.get(&format!("/fr/workbench/glass/{leave}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.body.replace(leave, "nothing"), absent.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_glass_takes_two_people_and_tells_the_head_and_the_officer() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);
    fn clock() -> Timestamp {
        Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
    }
    let site = Site::at(clock).await;
    let (_, id) = site.story().await;
    let path = format!("/fr/workbench/submissions/{id}");
    let there = site.sign_in_at("ofmin", "there", "investigator").await;
    let second = site.sign_in_at("ofmin", "second", "head").await;
    let denied = there.get(&path).await;
    assert_eq!(denied.status, StatusCode::NOT_FOUND);
    // Asked for what is there and for what is not: the same is said.
    let asked = there.ask("1").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert_eq!(there.ask("999").await.location(), asked.location());
    let page = there.page("/fr/workbench/glass").await;
    page.has(REASON);
    assert_eq!(
        page.body
            .matches("en attente d’une seconde personne")
            .count(),
        2
    );
    // Asking opens nothing, nor does agreeing oneself.
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND);
    page.has_not("/agree");
    // Both are agreed to.
    second
        .page("/fr/workbench/glass")
        .await
        .has("Agent there")
        .has(REASON);
    for _ in 0..2 {
        assert_eq!(second.agree().await.status, StatusCode::SEE_OTHER);
    }
    let seen = there.page(&path).await;
    seen.has("colis[.]example")
        .has_not("/acts/take")
        .has_not("/acts/reply")
        .has_not("/acts/note");
    // The reason of the leave is none for the identity.
    for reason in ["", "court"] {
        let asked = there
            .form(&seen, &format!("{path}/identity"), &[("reason", reason)])
            .await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        asked
            .has("href=\"#identity-reason\"")
            .has_not("secret.person@example.org");
    }
    let identity = [("reason", "rappel de la victime ce jour")];
    let opened = there
        .form(&seen, &format!("{path}/identity"), &identity)
        .await;
    opened.has("secret.person@example.org");
    // It is no one else's, and no other file's.
    let (_, other) = site.story().await;
    let path_of_other = format!("/fr/workbench/submissions/{other}");
    assert_eq!(
        there.get(&path_of_other).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(second.get(&path).await.status, StatusCode::NOT_FOUND);
    // The head and the officer are told at once; others are not.
    let officer = site
        .sign_in_at("ofac", "officer", "data_protection_officer")
        .await;
    for told in [&second, &officer] {
        let dashboard = told.page("/fr/workbench").await;
        dashboard
            .has("Agent there")
            .has("a ouvert la déclaration n° 1 par un accès exceptionnel");
    }
    there
        .page("/fr/workbench")
        .await
        .has_not("par un accès exceptionnel");
    // So is the head of the unit that has it, once, and no other.
    for (unit, times) in [("ofac-thesee", 1), ("comcyber-mi", 0)] {
        let head = site.sign_in_at(unit, &format!("head-{unit}"), "head").await;
        let dashboard = head.page("/fr/workbench").await;
        let told = dashboard.body.matches("par un accès exceptionnel").count();
        assert_eq!(told, times, "{unit}");
    }
    // It asks for a fresh sign-in, and ends by itself.
    NOW.fetch_add(11 * 60, Ordering::Relaxed);
    let stale = there.get(&path).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    stale.has("Confirmez que c’est bien vous").has_not("colis");
    let work = &site.app.store.work;
    work.invite("there", b"anew", i64::MAX).await.unwrap();
    let anew = there
        .post("/fr/workbench/sign-in", &[("token", "anew")])
        .await;
    let cookie = anew.headers[header::SET_COOKIE].to_str().unwrap();
    let there = Browser {
        site: &site,
        cookie: cookie.split(';').next().unwrap().to_owned(),
    };
    there.page(&path).await.has("colis[.]example");
    NOW.fetch_add(20 * 60, Ordering::Relaxed);
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_conflict_is_not_asked_and_who_asks_too_often_waits() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);
    fn clock() -> Timestamp {
        Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
    }
    let site = Site::at(clock).await;
    let (seq, id) = site.story().await;
    let there = site.sign_in_at("ofmin", "there", "investigator").await;
    let biased = site.sign_in("biased", "investigator").await;
    let second = site.sign_in("second", "investigator").await;
    let work = &site.app.store.work;
    let conflict = |agent: &str| store::work::NewAct {
        id: format!("conflict {agent}"),
        at: 1,
        agent: agent.to_owned(),
        kind: "conflict".to_owned(),
        reason: String::new(),
        body: "{}".to_owned(),
    };
    let declared = work.declare_conflict(seq, "biased", conflict("biased"));
    declared.await.unwrap();
    assert_eq!(there.ask("1").await.status, StatusCode::SEE_OTHER);
    let leave = work.leaves("there", 0, 9).await.unwrap().remove(0).id;
    let seen = biased.page("/fr/workbench/glass").await;
    seen.has_not("Agent there").has_not(REASON);
    let csrf = seen.hidden("csrf");
    let agree = format!("/fr/workbench/glass/{leave}/agree");
    let refused = biased.post(&agree, &[("csrf", csrf.as_str())]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let asked_at = NOW.load(Ordering::Relaxed) * 1_000_000;
    let agreed = work.agree_to_leave(&leave, "biased", asked_at, 0).await;
    assert!(!agreed.unwrap());
    // The way there is none before somebody agreed, nor when it is over, nor to what cannot be read.
    let way = format!("/fr/workbench/glass/{leave}");
    there.finds_no_way(&leave).await;
    second.agree().await;
    let path = format!("/fr/workbench/submissions/{id}");
    assert_eq!(there.get(&way).await.location(), path);
    work.guard(seq, true, &[], conflict("sealed"))
        .await
        .unwrap();
    there.finds_no_way(&leave).await;
    work.guard(seq, false, &[], conflict("open")).await.unwrap();
    assert_eq!(there.get(&way).await.location(), path);
    NOW.fetch_add(9 * 60, Ordering::Relaxed);
    assert_eq!(there.get(&way).await.location(), path);
    for number in 0..10 {
        let asked = there.ask(&(100 + number).to_string()).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{number}");
    }
    let refused = there.ask("1").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("10 de vos demandes").has(REASON);
    assert_eq!(second.ask("1").await.status, StatusCode::SEE_OTHER);
    for _ in 0..3 {
        NOW.fetch_add(8 * 60, Ordering::Relaxed);
        there.page("/fr/workbench").await;
    }
    work.invite("there", b"anew", i64::MAX).await.unwrap();
    let anew = there
        .post("/fr/workbench/sign-in", &[("token", "anew")])
        .await;
    let cookie = anew.headers[header::SET_COOKIE].to_str().unwrap();
    let there = Browser {
        site: &site,
        cookie: cookie.split(';').next().unwrap().to_owned(),
    };
    there.finds_no_way(&leave).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_opens_to_its_unit_with_a_second_person_alone() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let path = format!("/fr/workbench/submissions/{id}");
    let head = site.sign_in("head", "head").await;
    let colleague = site.sign_in("colleague", "investigator").await;
    let seen = head.page(&path).await;
    let refused = head.form(&seen, &format!("{path}/acts/seal"), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("href=\"#seal-reason\"");
    let reason = [("reason", "source à protéger")];
    let sealed = head
        .form(&seen, &format!("{path}/acts/seal"), &reason)
        .await;
    assert_eq!(sealed.status, StatusCode::SEE_OTHER);
    head.page("/fr/workbench/queue").await.has_not(&id);
    // Their unit has it: it is told what is missing.
    head.page(&path)
        .await
        .has("id=\"task-reason\"")
        .has_not("colis");
    head.begin_task().await;
    let told = head.get(&path).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    told.has("une seconde personne").has("/workbench/glass");
    head.ask("1").await;
    colleague.agree().await;
    let seen = head.page(&path).await;
    seen.has("colis[.]example").has("/acts/unseal");
    // As when it is another unit's, the officer is told.
    let officer = site
        .sign_in_at("ofac", "officer", "data_protection_officer")
        .await;
    officer
        .page("/fr/workbench")
        .await
        .has("Agent head")
        .has("a ouvert la déclaration n° 1 par un accès exceptionnel");
    // A second person with a conflict of interest is none.
    let conflict = store::work::NewAct {
        id: "conflict".to_owned(),
        at: 1,
        agent: "colleague".to_owned(),
        kind: "conflict".to_owned(),
        reason: String::new(),
        body: "{}".to_owned(),
    };
    let work = &site.app.store.work;
    work.declare_conflict(seq, "colleague", conflict)
        .await
        .unwrap();
    assert_eq!(head.get(&path).await.status, StatusCode::FORBIDDEN);
    let third = site.sign_in("third", "analyst").await;
    head.ask("1").await;
    third.agree().await;
    let seen = head.page(&path).await;
    let lifted = head
        .form(
            &seen,
            &format!("{path}/acts/unseal"),
            &[("reason", "affaire close")],
        )
        .await;
    assert_eq!(lifted.status, StatusCode::SEE_OTHER);
    third
        .page(&path)
        .await
        .has("lève le scellé")
        .has("affaire close");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leave_is_worth_what_the_second_persons_access_is() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let path = format!("/fr/workbench/submissions/{id}");
    let there = site.sign_in_at("ofmin", "there", "investigator").await;
    let second = site.sign_in_at("ofmin", "second", "head").await;
    there.ask("1").await;
    assert_eq!(second.agree().await.status, StatusCode::SEE_OTHER);
    there.page(&path).await.has("colis[.]example");
    let work = &site.app.store.work;
    let second = |role: &str| Agent {
        id: "second".to_owned(),
        name: "Agent second".to_owned(),
        unit: "ofmin".to_owned(),
        role: role.to_owned(),
        clearance: String::new(),
    };
    // Whoever reads no case any more cannot stand for anybody who does.
    work.put_agent(&second("administrator")).await.unwrap();
    let denied = there.get(&path).await;
    assert_eq!(denied.status, StatusCode::NOT_FOUND);
    denied.has_not("colis");
    work.put_agent(&second("head")).await.unwrap();
    there.page(&path).await;
    // Nor whoever has no access any more.
    let now = site.app.now_micros();
    work.disable_agent("second", now).await.unwrap();
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND);
}
