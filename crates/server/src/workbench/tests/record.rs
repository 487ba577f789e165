//! The record of looks: written before anything is shown, told to the person as a number, and read for signs of misuse.

use serde_json::json;
use store::record::{Asked, Verified};

use super::*;

impl Site {
    /// What the record holds of an agent, the oldest first: kind, place, how near, reason.
    async fn looks(&self, agent: &str) -> Vec<(String, Option<i64>, String, String)> {
        let asked = Asked {
            agent: agent.to_owned(),
            ..Asked::default()
        };
        let entries = self.app.store.record.entries(&asked, 1000).await.unwrap();
        let told = entries.into_iter().rev().map(|entry| {
            let look = entry.look;
            (look.kind, look.docket, look.because, look.reason)
        });
        told.collect()
    }
}

fn kept(
    kind: &str,
    docket: Option<i64>,
    because: &str,
    reason: &str,
) -> (String, Option<i64>, String, String) {
    (
        kind.to_owned(),
        docket,
        because.to_owned(),
        reason.to_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn each_look_is_recorded_with_its_reason_and_how_near_it_was() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let agent = site.sign_in("a", "investigator").await;
    let path = format!("/fr/workbench/submissions/{id}");
    let seen = agent.page(&path).await;
    agent.page(&format!("{path}/presence")).await;
    agent.page("/fr/workbench/queue").await;
    agent.form(&seen, &format!("{path}/acts/take"), &[]).await;
    let seen = agent.page(&path).await;
    // A reason that is too short opens nothing; it is told on the page, which is a look at that.
    let identity = format!("{path}/identity");
    agent.form(&seen, &identity, &[("reason", "court")]).await;
    let reason = [("reason", "rappel de la victime ce jour")];
    agent.form(&seen, &identity, &reason).await;
    agent.get("/fr/workbench/search?q=v%C3%A9lo").await;
    agent.begin_task().await;
    agent.page("/fr/workbench/search?q=v%C3%A9lo").await;
    agent
        .get("/fr/workbench/submissions/01a202b2-c500-7eae-9051-f0b9d0082c6c")
        .await;
    let task = "rapprochement demandé";
    assert_eq!(
        site.looks("a").await,
        [
            kept("read", Some(seq), "unit", ""),
            kept("take", Some(seq), "unit", ""),
            kept("read", Some(seq), "own", ""),
            kept("read", Some(seq), "own", "court"),
            kept(
                "open_identity",
                Some(seq),
                "own",
                "rappel de la victime ce jour"
            ),
            kept("task_begin", None, "", task),
            kept("search", None, "", task),
            kept("read", None, "denied", task),
        ]
    );
    let verified = site.app.store.record.verify(&[]).await.unwrap();
    assert_eq!(verified, Verified::Whole(8));
    let search = site
        .app
        .store
        .record
        .entries(&Asked::default(), 2)
        .await
        .unwrap();
    assert_eq!(search[1].look.object, "vélo");
    // A colleague has it, and an administrator is denied.
    let other = site.sign_in("b", "investigator").await;
    other.page(&path).await;
    let administrator = site.sign_in("c", "administrator").await;
    administrator.get(&path).await;
    assert_eq!(
        site.looks("b").await,
        [kept("read", Some(seq), "colleague", "")]
    );
    assert_eq!(
        site.looks("c").await,
        [kept("read", Some(seq), "denied", "")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_on_the_page_of_its_object_is_a_look_at_it() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let (closed, of_closed) = site.story().await;
    let (sealed, of_sealed) = site.story().await;
    let work = &site.app.store.work;
    let series = work.docket(seq).await.unwrap().unwrap().series.unwrap();
    let act = |id: &str| store::work::NewAct {
        id: id.to_owned(),
        at: 1,
        agent: "somebody".to_owned(),
        kind: "note".to_owned(),
        reason: String::new(),
        body: "{}".to_owned(),
    };
    let change = store::work::Change {
        state: "closed:kept".to_owned(),
        unit: "ofac-thesee".to_owned(),
        owner: String::new(),
        unread: false,
    };
    work.transition(closed, 0, change, act("closed"))
        .await
        .unwrap();
    work.guard(sealed, true, &[], act("sealed")).await.unwrap();
    let agent = site.sign_in("a", "head").await;
    let csrf = agent.page("/fr/workbench").await.hidden("csrf");
    let csrf = [("csrf", csrf.as_str())];
    let of = |id: &str, act: &str| format!("/fr/workbench/submissions/{id}/{act}");
    let refused = [
        (of(&id, "identity"), "colis[.]example"),
        (of(&id, "acts/reopen"), "colis[.]example"),
        (of(&of_closed, "acts/take"), "n° 2"),
        (
            format!("/fr/workbench/series/{series}/acts/confirm"),
            "colis",
        ),
    ];
    for (path, shown) in &refused {
        let answer = agent.post(path, &csrf).await;
        assert!(answer.status.is_client_error(), "{path} {}", answer.status);
        answer.has(shown);
    }
    // Nothing of what is sealed is shown: whoever knocks was denied, before they say why and after.
    let path = format!("/fr/workbench/submissions/{of_sealed}");
    agent.get(&path).await.has("id=\"task-reason\"");
    agent.begin_task().await;
    let knocked = agent.get(&path).await;
    assert_eq!(knocked.status, StatusCode::FORBIDDEN);
    let task = "rapprochement demandé";
    assert_eq!(
        site.looks("a").await,
        [
            kept("read", Some(seq), "unit", ""),
            kept("read", Some(seq), "unit", ""),
            kept("read", Some(closed), "unit", ""),
            kept("read", None, "unit", ""),
            kept("read", Some(sealed), "denied", ""),
            kept("task_begin", None, "", task),
            kept("read", Some(sealed), "denied", task),
        ]
    );
    site.app.store.record.fail_from_now_on().await;
    for (path, shown) in &refused {
        let answer = agent.post(path, &csrf).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        answer.has_not(shown);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_is_neither_shown_nor_done() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    site.story().await;
    let series = site.kept(seq).await.series.unwrap();
    let agent = site.sign_in("a", "investigator").await;
    agent.begin_task().await;
    let path = format!("/fr/workbench/submissions/{id}");
    let seen = agent.page(&path).await;
    site.app.store.record.fail_from_now_on().await;
    for page in [
        path.clone(),
        format!("/fr/workbench/series/{series}"),
        "/fr/workbench/search?q=v%C3%A9lo".to_owned(),
        "/fr/workbench/search?q=%231".to_owned(),
        // Nor is it told whether there is something.
        "/fr/workbench/submissions/01a202b2-c500-7eae-9051-f0b9d0082c6c".to_owned(),
    ] {
        let answer = agent.get(&page).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
        answer.has_not("colis").has_not("Haute-Garonne");
    }
    let acts = [
        (
            format!("{path}/identity"),
            vec![("reason", "rappel de la victime")],
        ),
        (format!("{path}/acts/take"), vec![]),
        (format!("{path}/acts/note"), vec![("text", "note")]),
    ];
    for (act, fields) in acts {
        let answer = agent.form(&seen, &act, &fields).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{act}");
        answer.has_not("secret.person");
    }
    assert!(site.app.store.work.acts(seq).await.unwrap().is_empty());
    assert_eq!(site.kept(seq).await.owner, "");
    // What shows nobody goes on.
    agent.page("/fr/workbench").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_to_many_rows_is_recorded_for_each_or_not_done() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let (first, _) = site.story().await;
    let (second, _) = site.story().await;
    let agent = site.sign_in("a", "triage").await;
    let csrf = agent.page("/fr/workbench/queue").await.hidden("csrf");
    let row = |seq: i64| format!("{seq}.0");
    let (one, other) = (row(first), row(second));
    let fields = |act: &'static str| {
        [
            ("csrf", csrf.as_str()),
            ("act", act),
            ("closing", "kept"),
            ("reason", "doublons"),
            ("row", one.as_str()),
            ("row", other.as_str()),
        ]
    };
    // It is wrong for both, and so a look at none.
    let wrong = agent
        .post("/fr/workbench/queue/bulk", &fields("route"))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.looks("a").await, []);
    let taken = agent
        .post("/fr/workbench/queue/bulk", &fields("take"))
        .await;
    taken.has("2 faites");
    let both = [
        kept("take", Some(first), "unit", "doublons"),
        kept("take", Some(second), "unit", "doublons"),
    ];
    assert_eq!(site.looks("a").await, both);
    let (third, _) = site.story().await;
    site.app.store.record.fail_from_now_on().await;
    let (one, acts) = (row(third), work.acts(third).await.unwrap().len());
    let fields = [("csrf", csrf.as_str()), ("act", "take"), ("row", &one)];
    let failed = agent.post("/fr/workbench/queue/bulk", &fields).await;
    assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(work.docket(third).await.unwrap().unwrap().owner, "");
    assert_eq!(work.acts(third).await.unwrap().len(), acts);
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_are_of_the_looks_in_the_unit_and_never_of_the_reader() {
    let site = Site::new().await;
    let now = site.app.now_micros();
    let head = site.sign_in("head", "head").await;
    let officer = site
        .sign_in_at("ofac", "officer", "data_protection_officer")
        .await;
    let elsewhere = site.sign_in_at("ofmin", "other", "head").await;
    for name in ["early", "late", "moved"] {
        site.sign_in(name, "investigator").await;
    }
    let record = &site.app.store.record;
    let looks = async |agent: &str, unit: &str, near: &str, at: i64, many: i64| {
        let look = |place| store::record::Look {
            at: at + place,
            agent: agent.to_owned(),
            unit: unit.to_owned(),
            kind: "read".to_owned(),
            docket: Some(place),
            because: near.to_owned(),
            ..store::record::Look::default()
        };
        record
            .keep(&Vec::from_iter((0..many).map(look)))
            .await
            .unwrap();
    };
    let told = async |reader: &Browser<'_>| {
        let seen = reader.page("/fr/workbench").await;
        let about = ["early", "late", "moved", "head", "officer"];
        let told = |name: &&str| {
            seen.body
                .contains(&format!("<strong>Agent {name}</strong>"))
        };
        Vec::from_iter(about.into_iter().filter(told))
    };
    // Three here and three elsewhere are five nowhere, but for whoever reads of both.
    looks("moved", "ofmin", "denied", now - 90, 3).await;
    looks("moved", "ofac-thesee", "denied", now - 80, 3).await;
    looks("early", "ofac-thesee", "denied", now - 70, 5).await;
    looks("head", "ofac-thesee", "denied", now - 60, 5).await;
    looks("officer", "ofac", "denied", now - 50, 5).await;
    assert_eq!(told(&head).await, ["early"]);
    assert_eq!(told(&elsewhere).await, Vec::<&str>::new());
    assert_eq!(told(&officer).await, ["early", "moved", "head"]);
    looks("late", "ofac-thesee", "denied", now + 200, 5).await;
    assert_eq!(told(&head).await, ["early", "late"]);
    assert_eq!(told(&elsewhere).await, Vec::<&str>::new());

    // They are new until they are seen, on every page, and for each reader apart.
    let seen = head.page("/fr/workbench").await;
    seen.has("2 signes nouveaux");
    head.page("/fr/workbench/queue")
        .await
        .has("2 signes nouveaux");
    let (csrf, newest) = (seen.hidden("csrf"), seen.hidden("newest"));
    let fields = [("csrf", csrf.as_str()), ("newest", newest.as_str())];
    head.post("/fr/workbench/signs/seen", &fields).await;
    head.page("/fr/workbench").await.has_not("signes nouveaux");
    assert_eq!(told(&head).await, ["early", "late"]);
    officer.page("/fr/workbench").await.has("signes nouveaux");
    looks("moved", "ofac-thesee", "denied", now + 300, 5).await;
    head.page("/fr/workbench").await;
    head.page("/fr/workbench/queue")
        .await
        .has("1 signe nouveau");
}

static PLANTED: AtomicI64 = AtomicI64::new(0);

fn planted_clock() -> Timestamp {
    Timestamp::from_microsecond(PLANTED.load(Ordering::Relaxed)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_misuse_is_told_within_a_minute_and_survives_a_restart() {
    const SECOND: i64 = 1_000_000;
    const PATTERNS: i64 = 50;
    let start = now().as_microsecond();
    PLANTED.store(start, Ordering::Relaxed);
    let site = Site::at(planted_clock).await;
    let record = &site.app.store.record;
    // Each kind: how many looks make it, how far apart in seconds, the kind of look and how near it was.
    let kinds = [
        ("bulk", 60, 7, "read", "own"),
        ("outside", 15, 200, "read", "joined"),
        ("repeated", 4, 900, "search", ""),
        ("denied", 5, 100, "read", "denied"),
        ("honey", 1, 1, "read", "unit"),
        ("glass", 1, 1, "read", "glass"),
    ];
    let mut looks = Vec::new();
    let mut due = Vec::new();
    for pattern in 0..PATTERNS {
        let (sign, many, apart, kind, near) = kinds[pattern as usize % kinds.len()];
        let begins = start + pattern * 97 * SECOND;
        let agent = format!("misuse-{pattern}");
        let place = |n: i64| match sign {
            "honey" => 7_000 + pattern,
            _ => 10_000 + pattern * 100 + n,
        };
        looks.extend((0..many).map(|n| store::record::Look {
            at: begins + n * apart * SECOND,
            agent: agent.clone(),
            unit: "ofac-thesee".to_owned(),
            kind: kind.to_owned(),
            docket: (kind == "read").then(|| place(n)),
            object: if kind == "search" { "untel jean" } else { "" }.to_owned(),
            because: near.to_owned(),
            ..store::record::Look::default()
        }));
        if sign == "honey" {
            record.set_honey(place(0), true).await.unwrap();
        }
        due.push((agent, sign, begins + (many - 1) * apart * SECOND));
    }
    // Twelve agents at their usual work meanwhile.
    looks.extend((0..1800).map(|n| store::record::Look {
        at: start + n * 4 * SECOND,
        agent: format!("usual-{}", n % 12),
        unit: "ofac-thesee".to_owned(),
        kind: "read".to_owned(),
        docket: Some(n % 12 * 5 + n / 12 % 5),
        because: "own".to_owned(),
        ..store::record::Look::default()
    }));
    looks.sort_by_key(|look| look.at);
    let mut told: std::collections::BTreeMap<(String, String), i64> =
        std::collections::BTreeMap::new();
    let mut looks = looks.into_iter().peekable();
    let mut ticks = 0;
    while looks.peek().is_some() {
        let now = PLANTED.fetch_add(10 * SECOND, Ordering::Relaxed) + 10 * SECOND;
        let new: Vec<_> = std::iter::from_fn(|| looks.next_if(|look| look.at <= now)).collect();
        record.keep(&new).await.unwrap();
        if ticks % 100 == 50 {
            // The program was killed and started again.
            crate::watch::forget(&site.app).await;
        }
        crate::watch::tick(&site.app).await.unwrap();
        let signs = store::record::Signs {
            after: -1,
            ..store::record::Signs::default()
        };
        for sign in record.signs(&signs, 1000).await.unwrap() {
            told.entry((sign.look.agent, sign.look.because))
                .or_insert(now);
        }
        ticks += 1;
    }
    let in_time = due.iter().filter(|(agent, sign, at)| {
        let raised = told.get(&(agent.clone(), (*sign).to_owned()));
        raised.is_some_and(|raised| raised - at <= 60 * SECOND)
    });
    let in_time = in_time.count();
    assert!(in_time >= 48, "{in_time} of {PATTERNS}: {told:?}");
    // Nobody is told of twice, nor anybody who did their work.
    let signs = store::record::Signs {
        after: -1,
        ..store::record::Signs::default()
    };
    assert_eq!(record.signs(&signs, 1000).await.unwrap().len(), told.len());
    assert!(told.keys().all(|(agent, _)| agent.starts_with("misuse")));
    assert_eq!(told.len(), PATTERNS as usize, "{told:?}");
    // All of it is in the chain, and what is older than some minutes is anchored.
    let anchors = site.app.store.intake.anchors().await.unwrap();
    assert!(anchors.len() > 5, "{anchors:?}");
    let held = anchors.iter().map(|anchor| store::record::Held {
        entries: anchor.entries,
        hash: anchor.digest,
    });
    let whole = record.verify(&Vec::from_iter(held)).await.unwrap();
    assert!(matches!(whole, Verified::Whole(_)), "{whole:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_searched_and_taken_out_and_that_is_recorded() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let agent = site.sign_in("agent", "investigator").await;
    let path = format!("/fr/workbench/submissions/{id}");
    agent.page(&path).await;
    agent.begin_task().await;
    agent.page("/fr/workbench/search?q=v%C3%A9lo").await;
    let auditor = site.sign_in_at("ofac", "auditor", "auditor").await;
    // A reason is asked for first, for the file as for the page.
    let asked = auditor.get("/fr/workbench/record/export").await;
    asked.has("id=\"task-reason\"").has_not("agent,unit");
    auditor.begin_task().await;
    let count = async |query: &str| {
        let seen = auditor.page(&format!("/fr/workbench/record?{query}")).await;
        seen.body.matches("<strong>Agent agent</strong>").count()
    };
    assert_eq!(count("agent=agent").await, 3);
    assert_eq!(count("agent=agent&kind=search").await, 1);
    assert_eq!(count("agent=agent&number=1").await, 1);
    assert_eq!(count("agent=agent&number=x").await, 0);
    assert_eq!(count("agent=agent&word=RAPPROCHEMENT").await, 2);
    assert_eq!(count("agent=agent&word=%25").await, 0);
    let today = "2026-11-22";
    assert_eq!(count(&format!("agent=agent&since={today}")).await, 3);
    assert_eq!(count(&format!("agent=agent&until={today}")).await, 3);
    assert_eq!(count("agent=agent&since=2026-11-23").await, 0);
    assert_eq!(count("agent=agent&until=2026-11-21").await, 0);

    let csv = auditor
        .page("/fr/workbench/record/export?agent=agent&kind=read")
        .await;
    assert!(
        csv.headers[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/csv")
    );
    assert_eq!(csv.body.lines().count(), 2);
    csv.has("\"agent\",\"ofac-thesee\",\"read\",\"1\"")
        .has_not("search");
    let last = Asked {
        agent: "auditor".to_owned(),
        ..Asked::default()
    };
    let last = site.app.store.record.entries(&last, 1).await.unwrap();
    assert_eq!(
        (&*last[0].look.kind, &*last[0].look.object),
        ("export_record", "agent read")
    );

    // Nothing is anchored yet; then the page says up to where, and the receipt verifies.
    auditor
        .page("/fr/workbench/record")
        .await
        .has_not("record/anchor");
    let none = auditor.get("/fr/workbench/record/anchor").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let (entries, hash) = site.app.store.record.newest().await.unwrap().unwrap();
    let intake = &site.app.store.intake;
    intake.anchor(entries, hash, 1).await.unwrap();
    auditor
        .page("/fr/workbench/record")
        .await
        .has("record/anchor");
    let receipt = auditor.page("/fr/workbench/record/anchor").await;
    let verified = ledger::verify(receipt.body.as_bytes(), &intake.verifier()).unwrap();
    assert_eq!(verified.opening.digest(), &hash);
    auditor
        .page("/fr/workbench/record/verify")
        .await
        .has("Le journal est entier");
    for role in ["head", "administrator", "investigator"] {
        let other = site.sign_in(role, role).await;
        other.begin_task().await;
        for page in ["", "/export", "/verify", "/anchor"] {
            let path = format!("/fr/workbench/record{page}");
            assert_eq!(
                other.get(&path).await.status,
                StatusCode::NOT_FOUND,
                "{role} {path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn misuse_is_told_to_the_head_of_the_unit_and_to_those_who_watch() {
    let site = Site::new().await;
    let mut ids = Vec::new();
    for place in 0..61 {
        let story = json!({"scam_type": "romance", "story": format!("histoire {place}")});
        let seq = site.file(story).await;
        ids.push(site.kept(seq).await.id);
    }
    let curious = site.sign_in("curious", "triage").await;
    for id in &ids {
        curious
            .page(&format!("/fr/workbench/submissions/{id}"))
            .await;
    }
    let searcher = site.sign_in("searcher", "analyst").await;
    searcher.begin_task().await;
    for asked in ["Jean Untel", "UNTEL jean", "untel, jean", "jean untel"] {
        let asked = crate::workbench::link::encoded(asked);
        searcher
            .page(&format!("/fr/workbench/search?q={asked}"))
            .await;
    }
    site.app.store.record.set_honey(5, true).await.unwrap();
    let stung = site.sign_in("stung", "investigator").await;
    stung
        .page(&format!("/fr/workbench/submissions/{}", ids[5]))
        .await;
    let trying = site.sign_in("trying", "film_officer").await;
    for id in &ids[..5] {
        trying.get(&format!("/fr/workbench/submissions/{id}")).await;
    }
    let signs = [
        "a ouvert 60 dossiers différents",
        "a cherché 4 fois « jean untel »",
        "déclaration témoin n° 6",
        "a demandé 5 fois",
    ];
    let head = site.sign_in("head", "head").await;
    let officer = site
        .sign_in_at("ofac", "officer", "data_protection_officer")
        .await;
    for watcher in [&head, &officer] {
        let seen = watcher.page("/fr/workbench").await;
        for sign in signs {
            seen.has(sign);
        }
    }
    let elsewhere = site.sign_in_at("ofmin", "other", "head").await;
    let plain = site.sign_in("plain", "investigator").await;
    for nobody in [&elsewhere, &plain, &curious] {
        let seen = nobody.page("/fr/workbench").await;
        for sign in signs {
            seen.has_not(sign);
        }
    }
    // A number that is none is nobody's.
    officer.begin_task().await;
    officer
        .page("/fr/workbench/record?number=-9223372036854775808")
        .await
        .has("Aucune consultation");
    let csrf = officer.page("/fr/workbench").await.hidden("csrf");
    officer
        .post("/fr/workbench/task/end", &[("csrf", csrf.as_str())])
        .await;
    // The record itself asks for a reason, of those who may read it.
    let asked = officer.page("/fr/workbench/record").await;
    asked.has("id=\"task-reason\"").has_not("Agent curious");
    officer.begin_task().await;
    let seen = officer.page("/fr/workbench/record?agent=searcher").await;
    seen.has("Agent searcher")
        .has("jean untel")
        .has("rapprochement demandé");
    let seen = officer.page("/fr/workbench/record?number=6").await;
    seen.has("Agent stung").has("Agent curious");
    let seen = officer.page("/fr/workbench/record?number=5").await;
    seen.has("Agent trying").has("refusé");
    assert_eq!(
        head.get("/fr/workbench/record").await.status,
        StatusCode::NOT_FOUND
    );
    // Who reads the record is in it.
    let last = site
        .app
        .store
        .record
        .entries(&Asked::default(), 2)
        .await
        .unwrap();
    assert!(last.iter().any(|entry| entry.look.kind == "read_record"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_in_four_notations_is_searched_four_times() {
    let site = Site::new().await;
    let searcher = site.sign_in("searcher", "investigator").await;
    searcher.begin_task().await;
    for asked in [
        "06 39 98 12 34",
        "+33639981234",
        "00 33 6 39 98 12 34",
        "06.39.98.12.34",
    ] {
        let asked = crate::workbench::link::encoded(asked);
        searcher
            .page(&format!("/fr/workbench/search?q={asked}"))
            .await;
    }
    let head = site.sign_in("head", "head").await;
    let seen = head.page("/fr/workbench").await;
    seen.has("Agent searcher").has("a cherché 4 fois");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_door_of_a_submission_or_a_series_opens_while_nothing_can_be_recorded() {
    use crate::workbench::{door::About, doors};

    let site = Site::new().await;
    let (seq, id) = site.story().await;
    site.story().await;
    let work = &site.app.store.work;
    let series = work.docket(seq).await.unwrap().unwrap().series.unwrap();
    let head = site.sign_in("head", "head").await;
    let officer = site.sign_in("officer", "data_protection_officer").await;
    let mut browsers = Vec::new();
    for browser in [&head, &officer] {
        browser.begin_task().await;
        let csrf = browser.page("/fr/workbench").await.hidden("csrf");
        browsers.push((browser, csrf));
    }
    site.app.store.record.fail_from_now_on().await;
    let (mut tried, acts) = (0, work.acts(seq).await.unwrap().len());
    for door in doors().table() {
        let of = match door.about {
            About::Submission => &id,
            About::Series => &series,
            _ => continue,
        };
        // Its page was recorded.
        if door.path.ends_with("/presence") {
            continue;
        }
        let path = door.path.replace("{lang}", "fr").replace("{id}", of);
        let path = path.replace("{exhibit}", "x").replace("{act}", "x");
        for (browser, csrf) in &browsers {
            let fields = [("csrf", csrf.as_str()), ("reason", "un motif assez long")];
            let answer = if door.method == axum::http::Method::POST {
                browser.post(&path, &fields).await
            } else {
                browser.get(&path).await
            };
            let say = format!("{} {}: {}", door.method, door.path, answer.body);
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{say}");
            answer.has_not("colis");
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
    assert_eq!(work.acts(seq).await.unwrap().len(), acts);
}

/// Each kind of misuse, by a role that could commit it.
const MISUSE: [(&str, &str, &str); 8] = [
    ("bulk", "", "triage"),
    ("outside", "", "investigator"),
    ("repeated", "", "analyst"),
    ("denied", "", "film_officer"),
    ("honey", "", "investigator"),
    ("glass", "", "investigator"),
    ("repeated", "slow", "investigator"),
    ("denied", "slow", "auditor"),
];

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_misuse_the_workbench_in_their_browsers_each_is_told_within_a_minute() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);
    fn clock() -> Timestamp {
        Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
    }
    const PATTERNS: usize = 50;
    const DAY: i64 = 86_400;
    let site = Site::at(clock).await;
    let wait = |seconds: i64| NOW.fetch_add(seconds, Ordering::Relaxed);
    let mut paths = Vec::new();
    for place in 0..62 {
        let story = json!({"scam_type": "romance", "story": format!("histoire {place}")});
        let seq = site.file(story).await;
        let id = site.kept(seq).await.id;
        paths.push(format!("/fr/workbench/submissions/{id}"));
    }
    let colleague = site.sign_in("colleague", "investigator").await;
    for path in &paths[..15] {
        let seen = colleague.page(path).await;
        let taken = colleague
            .form(&seen, &format!("{path}/acts/take"), &[])
            .await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER);
        wait(60);
    }
    let record = &site.app.store.record;
    record.set_honey(61, true).await.unwrap();
    let search = async |agent: &Browser<'_>, asked: &str| {
        let asked = crate::workbench::link::encoded(asked);
        let path = format!("/fr/workbench/search?q={asked}");
        assert_eq!(agent.get(&path).await.status, StatusCode::OK);
    };
    let mut missed = Vec::new();
    for pattern in 0..PATTERNS {
        let (sign, pace, role) = MISUSE[pattern % MISUSE.len()];
        let name = format!("misuse-{pattern}");
        let unit = match sign {
            "glass" => "ofmin",
            _ => "ofac-thesee",
        };
        let enters = async || site.sign_in_at(unit, &name, role).await;
        let agent = enters().await;
        match (sign, pace) {
            ("bulk", _) => {
                for path in &paths[..60] {
                    wait(7);
                    agent.page(path).await;
                }
            }
            ("outside", _) => {
                for path in &paths[..15] {
                    wait(200);
                    agent.page(path).await;
                }
            }
            ("repeated", "slow") => {
                for _ in 0..6 {
                    let agent = enters().await;
                    agent.begin_task().await;
                    search(&agent, &format!("{name} jean")).await;
                    wait(DAY);
                }
                wait(-DAY);
            }
            ("repeated", _) => {
                agent.begin_task().await;
                for asked in ["Jean Untel", "UNTEL jean", "untel, jean", "jean untel"] {
                    wait(900);
                    search(&agent, asked).await;
                }
            }
            ("denied", "slow") => {
                for _ in 0..12 {
                    let agent = enters().await;
                    agent.get(&paths[pattern]).await;
                    wait(DAY / 2);
                }
                wait(-DAY / 2);
            }
            ("denied", _) => {
                for path in &paths[..5] {
                    wait(100);
                    agent.get(path).await;
                }
            }
            ("honey", _) => {
                agent.page(&paths[61]).await;
            }
            _ => {
                let second = site.sign_in_at(unit, "second", "head").await;
                agent.ask(&(pattern + 1).to_string()).await;
                second.agree().await;
                agent.page(&paths[pattern]).await;
            }
        }
        // The watch turns every ten seconds.
        wait(10);
        crate::watch::tick(&site.app).await.unwrap();
        let signs = store::record::Signs {
            after: -1,
            ..store::record::Signs::default()
        };
        let signs = record.signs(&signs, 1_000).await.unwrap();
        let of_this =
            |one: &&store::record::Entry| one.look.agent == name && one.look.because == sign;
        if signs.iter().find(of_this).is_none() {
            missed.push((name, sign, pace));
        }
    }
    // Meanwhile somebody turns the pages of one search, and somebody else has a busy hour.
    let honest = site.sign_in("honest", "analyst").await;
    honest.begin_task().await;
    search(&honest, "histoire").await;
    for before in [50, 40, 30, 20, 10] {
        let page = format!("/fr/workbench/search?q=histoire&before={before}");
        honest.page(&page).await;
    }
    let busy = site.sign_in("busy", "triage").await;
    for path in &paths[15..61] {
        wait(60);
        busy.page(path).await;
    }
    crate::watch::tick(&site.app).await.unwrap();
    let signs = store::record::Signs {
        after: -1,
        ..store::record::Signs::default()
    };
    let signs = record.signs(&signs, 1_000).await.unwrap();
    let innocent = |one: &&store::record::Entry| !one.look.agent.starts_with("misuse");
    assert_eq!(signs.iter().find(innocent), None);
    assert!(missed.len() <= 2, "{missed:?}");
    assert_eq!(missed, []);
}
