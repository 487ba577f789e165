//! How long a submission is kept: who may hold it, let it go and erase it, and what the rules do by themselves.

use casework::retention::Does;
use store::work::{Change, Held, NewAct};

use super::*;
use crate::housekeeping;

const WHY: &str = "recours en cours devant le tribunal";
const DAY: i64 = 86_400;

impl Browser<'_> {
    async fn send_form(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.page(page).await.hidden("csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    async fn agree_to_erase(&self) {
        let seen = self.page("/fr/workbench/glass").await;
        seen.has("pour effacer");
        let rest = seen.body.split("/workbench/glass/");
        let leave = rest
            .into_iter()
            .find(|part| part.contains("/agree\""))
            .unwrap();
        let leave = leave.split('/').next().unwrap();
        let path = format!("/fr/workbench/glass/{leave}/agree");
        let agreed = self.post(&path, &[("csrf", &seen.hidden("csrf"))]).await;
        assert_eq!(agreed.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_described_until_the_identity_is_opened() {
    let site = Site::new().await;
    let seq = site
        .file(json!({
            "scam_type": "false_shop", "for_whom": "me", "story": STORY,
            "complainant": {"family_name": "Exemplaire", "given_names": "Alix", "birth_date": "1965-06-02", "city": "Lyon", "country": "FR"},
        }))
        .await;
    let id = site.kept(seq).await.id;
    let head = site.sign_in("head", "head").await;
    let page = head.page(&format!("/fr/workbench/submissions/{id}")).await;
    page.has("la victime, 61 ans")
        .has_not("Exemplaire")
        .has_not("1965");
    let english = head.page(&format!("/en/workbench/submissions/{id}")).await;
    english.has("the victim, 61");
    // Nobody who gave no name is described.
    let (_, id) = site.story().await;
    let page = head.page(&format!("/fr/workbench/submissions/{id}")).await;
    page.has_not("la victime,");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_follows_its_submission_to_another_unit() {
    let site = Site::new().await;
    let (seq, _) = site.story().await;
    let (work, intake) = (&site.app.store.work, &site.app.store.intake);
    let unit = async || intake.identity_unit(seq).await.unwrap().unwrap();
    assert_eq!(unit().await, "ofac-thesee");
    let docket = work.docket(seq).await.unwrap().unwrap();
    let change = Change {
        state: "assigned".to_owned(),
        unit: "ofmin".to_owned(),
        owner: String::new(),
        unread: false,
    };
    let moved = work.transition(seq, docket.revision, change, act("route", "route", 1));
    moved.await.unwrap();
    assert_eq!(work.passed(9).await.unwrap().len(), 1);
    worker::follow_units(&site.app).await.unwrap();
    assert_eq!(unit().await, "ofmin");
    assert!(work.passed(9).await.unwrap().is_empty());
    let kept = intake.by_seq(seq).await.unwrap().unwrap();
    let identity = intake.identity(&kept).await.unwrap().unwrap();
    assert!(identity.contains("secret.person@example.org"));
}

fn act(id: &str, kind: &str, at: i64) -> NewAct {
    NewAct {
        id: id.to_owned(),
        at,
        agent: "head".to_owned(),
        kind: kind.to_owned(),
        reason: "fin".to_owned(),
        body: "{}".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_holds_and_the_officer_erases_with_a_second_person_and_a_proof() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let head = site.sign_in("head", "head").await;
    let officer = site
        .sign_in_at("ofac", "dpo", "data_protection_officer")
        .await;
    let triage = site.sign_in("triage", "triage").await;
    let case = format!("/fr/workbench/submissions/{id}");
    let (list, own) = ("/fr/workbench/retention", format!("{case}/retention"));
    // The officer reads no case, and sees until when it is kept.
    assert_eq!(officer.get(&case).await.status, StatusCode::NOT_FOUND);
    let seen = officer.page(&own).await;
    seen.has("tout effacer, le 22")
        .has("source à confirmer")
        .has_not("jamais livré");
    for path in [&own[..], list] {
        assert_eq!(
            triage.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    head.page(&case).await.has(&format!("{own}\""));
    // Holding asks for a reason, and a day to come.
    let hold = format!("{own}/hold");
    let fields = [("reason", WHY), ("until", "2020-01-01")];
    let refused = head.send_form(&own, &hold, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("Donnez un jour à venir").has(WHY);
    let fields = [("reason", WHY), ("until", "2040-12-31")];
    let held = head.send_form(&own, &hold, &fields).await;
    assert_eq!(held.location(), own);
    officer
        .page(list)
        .await
        .has(WHY)
        .has("31/12/2040")
        .has_not("jamais livré");
    officer.page(&own).await.has("01/01/2041");
    // Erasing takes a second person…
    let erase = format!("{own}/erase");
    let fields = [
        ("reason", "demande de la personne, accordée"),
        ("what", "all"),
    ];
    let alone = officer.send_form(&own, &erase, &fields).await;
    assert_eq!(alone.status, StatusCode::FORBIDDEN);
    assert_eq!(
        head.send_form(&own, &erase, &fields).await.status,
        StatusCode::NOT_FOUND
    );
    let ask = format!("{own}/ask");
    assert_eq!(
        head.send_form(&own, &ask, &fields).await.status,
        StatusCode::NOT_FOUND
    );
    let asked = officer.send_form(&own, &ask, &fields).await;
    assert_eq!(asked.location(), own);
    head.agree_to_erase().await;
    // … whose leave opens nothing …
    assert_eq!(officer.get(&case).await.status, StatusCode::NOT_FOUND);
    officer.page(&own).await.has("Effacer définitivement");
    // … and is not done while it is held.
    let refused = officer.send_form(&own, &erase, &fields).await;
    refused.has("Rien n’a été effacé");
    let let_go = [("reason", "le recours est jugé, rien ne s’oppose")];
    let gone = officer
        .send_form(&own, &format!("{own}/let-go"), &let_go)
        .await;
    assert_eq!(gone.location(), own);
    let erased = officer.send_form(&own, &erase, &fields).await;
    assert_eq!(erased.location(), own);
    let seen = officer.page(&own).await;
    seen.has("demande de la personne, accordée")
        .has_not("Effacer définitivement");
    let shown = head.page(&case).await;
    shown
        .has("Effacé le 22/11/2026")
        .has_not("jamais livré")
        .has_not(WHY);
    let statement = officer.page("/fr/workbench/retention/proofs/0").await;
    let proof = site
        .app
        .store
        .work
        .proofs(None, None, None, 9)
        .await
        .unwrap()
        .remove(0);
    statement
        .has(&store::objects::hex(&proof.hash))
        .has("Agent dpo, Agent head")
        .has(&id);
    assert_eq!(
        (proof.erasure.docket, proof.erasure.second.as_str()),
        (seq, "head")
    );
    // Another unit's head sees neither.
    let other = site.sign_in_at("ofmin", "other", "head").await;
    other.page(list).await.has_not(&id).has("Aucun effacement");
    let denied = other.get("/fr/workbench/retention/proofs/0").await;
    assert_eq!(denied.status, StatusCode::NOT_FOUND);
    // Nothing more can be added to it.
    let submission = site.app.store.intake.by_seq(seq).await.unwrap().unwrap();
    let addition = Addition {
        submission: &submission,
        kind: "message",
        body: "{}".to_owned(),
        uploads: Vec::new(),
        idempotency: "late",
    };
    assert!(later::add(&site.app, addition).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_eight_years_the_rules_erase_in_time_what_is_not_held_and_prove_it() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);
    fn clock() -> Timestamp {
        Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
    }
    let site = Site::at(clock).await;
    let work = &site.app.store.work;
    let start = clock();
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(site.story().await.0);
    }
    // The first is closed as unfounded, the second is held without an end, the third for seven years.
    let later = (1_800_000_000 + 40 * DAY) * 1_000_000;
    let docket = work.docket(all[0]).await.unwrap().unwrap();
    let closed = Change {
        state: "closed:unfounded".to_owned(),
        unit: docket.unit.clone(),
        owner: String::new(),
        unread: false,
    };
    let close = act("close", "close", later);
    work.transition(all[0], docket.revision, closed, close)
        .await
        .unwrap();
    for (at, until) in [(1, None), (2, Some(later + 7 * 366 * DAY * 1_000_000))] {
        let held = Held {
            id: format!("hold {at}"),
            docket: all[at],
            until,
            ..Held::default()
        };
        work.hold(&held, act(&format!("h {at}"), "hold", 1))
            .await
            .unwrap();
    }
    let mut done: Vec<(i64, &str, i64)> = Vec::new();
    for day in 41..(8 * 366) {
        NOW.store(1_800_000_000 + day * DAY, Ordering::Relaxed);
        // The rules are asked every hour; a few days apart is enough where nothing can fall due.
        let near = [40 + 365, 6 * 365, 6 * 365 + 42, 40 + 7 * 366];
        if !near.iter().any(|at| (at - 3..at + 5).contains(&day)) && day % 100 != 0 {
            continue;
        }
        housekeeping::retention::turn(&site.app).await.unwrap();
        let proofs = work.proofs(None, None, None, 99).await.unwrap();
        for proof in proofs.iter().rev().skip(done.len()) {
            let does = Does::from_word(&proof.erasure.does).unwrap();
            done.push((proof.erasure.docket, does.as_str(), day));
        }
    }
    let zoned = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::get("Europe/Paris").unwrap());
    let day_of = |at: Timestamp, years: i64| {
        let due = zoned(at).checked_add(jiff::Span::new().years(years));
        let after = due.unwrap().timestamp().duration_since(start).as_secs();
        (after + DAY - 1) / DAY
    };
    let closed_at = Timestamp::from_microsecond(later).unwrap();
    let expected = [
        (all[0], "erase_identity", day_of(closed_at, 1)),
        (all[3], "erase_all", day_of(start, 6)),
        (all[0], "erase_all", day_of(closed_at, 6)),
        (all[2], "erase_all", 40 + 7 * 366),
    ];
    assert_eq!(done, expected);
    assert_eq!(work.verify_proofs().await.unwrap(), Ok(4));
    let held = site.app.store.intake.by_seq(all[1]).await.unwrap().unwrap();
    assert!(held.erased.is_empty() && held.facts.contains("colis"));
    let (first, held) = (work.docket(all[0]).await, work.docket(all[1]).await);
    assert!(first.unwrap().unwrap().series.is_none());
    assert!(held.unwrap().unwrap().amount_minor.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_what_is_kept_leave_out_what_is_kept_from_the_reader() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let (seq, id) = site.story().await;
    let kept = site.app.store.kept(seq).await.unwrap().unwrap();
    let due = store::work::DueRow {
        docket: seq,
        at: site.app.now_micros(),
        does: "erase_all".to_owned(),
        rule: "r".to_owned(),
    };
    work.set_due(&[(seq, Some(due))]).await.unwrap();
    let held = Held {
        id: "held".to_owned(),
        docket: kept.seq,
        at: 1,
        agent: "officer".to_owned(),
        reason: WHY.to_owned(),
        until: None,
    };
    work.hold(&held, act("held", "hold", 1)).await.unwrap();
    let list = "/fr/workbench/retention";
    let own = format!("/fr/workbench/submissions/{id}/retention");
    let head = site.sign_in("head", "head").await;
    let other = site.sign_in("other", "head").await;
    for reader in [&head, &other] {
        reader.page(list).await.has(&own).has(WHY);
    }
    let conflict = act("conflict", "conflict", 2);
    work.declare_conflict(seq, "head", conflict).await.unwrap();
    head.page(list).await.has_not(&own).has_not(WHY);
    other.page(list).await.has(&own).has(WHY);
    work.guard(seq, true, &[], act("sealed", "seal", 3))
        .await
        .unwrap();
    other.page(list).await.has_not(&own).has_not(WHY);
}
