//! Administration: who gives access, and that whoever does reads no case.

use std::time::Duration;

use casework::policy::Role;
use serde_json::json;

use super::*;
use crate::housekeeping;

const REASON: (&str, &str) = ("reason", "arrivée au service ce lundi");

impl Browser<'_> {
    /// Posts a form with the session's proof.
    async fn sends(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(&format!("/fr/workbench/admin{path}"), &all).await
    }

    async fn asks_for(&self, name: &str, unit: &str, role: &str) -> Answer {
        let fields = [
            ("name", name),
            ("unit", unit),
            ("role", role),
            ("link", "1"),
            REASON,
        ];
        self.sends("/agents/ask", &fields).await
    }
}

/// The address of the first form that agrees to something.
fn agreeing(page: &Answer) -> Option<String> {
    let start = page.body.find("/workbench/admin/access/")?;
    let rest = &page.body[start + "/workbench/admin".len()..];
    Some(rest.split('"').next().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn access_is_asked_for_and_given_by_a_second_person_who_gets_the_link_once() {
    let site = Site::new().await;
    let first = site.sign_in("first", "administrator").await;
    let second = site.sign_in("second", "administrator").await;
    first
        .page("/fr/workbench/admin/agents")
        .await
        .has("Agent second")
        .has("first");
    let refused = first.asks_for("", "nowhere", "king").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["agent-name-error", "agent-unit-error", "agent-role-error"] {
        refused.has(field);
    }
    // A name that has access already is changed on its page.
    let taken = first.asks_for("Sécond", "ofmin", "triage").await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    let asked = first
        .asks_for("Nadia Nouvelle", "ofmin", "investigator")
        .await;
    assert_eq!(asked.location(), "/fr/workbench/admin/access");

    // Nothing is given yet, and whoever asked cannot agree.
    let own = first.page("/fr/workbench/admin/access").await;
    own.has("Nadia Nouvelle").has_not("/agree");
    first
        .page("/fr/workbench/admin/agents")
        .await
        .has_not("nadia.nouvelle");
    let seen = second.page("/fr/workbench/admin/access").await;
    let agree = agreeing(&seen).unwrap();
    let refused = first.sends(&agree, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let given = second.sends(&agree, &[]).await;
    assert_eq!(given.status, StatusCode::OK);
    let token = given.body.split("token=").nth(1).unwrap();
    let token = token.split('"').next().unwrap().to_owned();
    // Once: the same form finds nothing to answer, and no page shows the link.
    assert_eq!(
        second.sends(&agree, &[]).await.status,
        StatusCode::NOT_FOUND
    );
    second
        .page("/fr/workbench/admin/access")
        .await
        .has("approuvé par Agent second")
        .has_not(&token);
    let nobody = Browser {
        site: &site,
        cookie: String::new(),
    };
    let entered = nobody
        .post("/fr/workbench/sign-in", &[("token", &token)])
        .await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let agents = site.app.store.work.agents().await.unwrap();
    let nadia = agents
        .iter()
        .find(|one| one.id == "nadia.nouvelle")
        .unwrap();
    assert_eq!((&*nadia.unit, &*nadia.role), ("ofmin", "investigator"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_gives_themselves_nothing_alone_under_any_name() {
    let site = Site::new().await;
    let (_, id) = site.story().await;
    let admin = site.sign_in("admin", "administrator").await;
    let own = [
        ("agent", "admin"),
        ("unit", "ofac-thesee"),
        ("role", "investigator"),
        REASON,
    ];
    assert_eq!(
        admin.sends("/agents/ask", &own).await.status,
        StatusCode::SEE_OTHER
    );
    admin.asks_for("Faux Nez", "ofac-thesee", "head").await;
    admin.asks_for("Autre Nez", "ofac", "administrator").await;
    for _ in 0..2 {
        let seen = admin.page("/fr/workbench/admin/access").await;
        assert_eq!(agreeing(&seen), None);
    }
    assert_eq!(site.app.store.work.agents().await.unwrap().len(), 1);
    let path = format!("/fr/workbench/submissions/{id}");
    assert_eq!(admin.get(&path).await.status, StatusCode::NOT_FOUND);

    // The person it is about agrees to nothing either, whoever asked.
    let other = site.sign_in("other", "administrator").await;
    let about_other = [
        ("agent", "other"),
        ("unit", "ofac-thesee"),
        ("role", "head"),
        REASON,
    ];
    admin.sends("/agents/ask", &about_other).await;
    let since = store::work::Requested {
        kind: "access",
        about: "other",
        ..store::work::Requested::default()
    };
    let asked = site.app.store.work.requests(&since, 1).await.unwrap();
    let agree = format!("/access/{}/agree", asked[0].id);
    assert_eq!(other.sends(&agree, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_agrees_to_their_own_unit_alone() {
    let site = Site::new().await;
    let admin = site.sign_in("admin", "administrator").await;
    let head = site.sign_in_at("ofmin", "head", "head").await;
    let elsewhere = site.sign_in_at("ofac", "elsewhere", "head").await;
    let triage = site.sign_in_at("ofmin", "triage", "triage").await;
    admin.asks_for("Nadia Nouvelle", "ofmin", "triage").await;
    let seen = head.page("/fr/workbench/admin/access").await;
    let agree = agreeing(&seen).unwrap();
    elsewhere
        .page("/fr/workbench/admin/access")
        .await
        .has_not("Nadia");
    for nobody in [&elsewhere, &triage] {
        let denied = nobody.sends(&agree, &[]).await;
        assert_eq!(denied.status, StatusCode::NOT_FOUND);
    }
    // The head reads who gets in, and none of the pages that run the machine.
    for page in ["agents", "units", "agents/triage"] {
        let path = format!("/fr/workbench/admin/{page}");
        assert_eq!(
            head.get(&path).await.status,
            StatusCode::NOT_FOUND,
            "{page}"
        );
    }
    head.sends(&agree, &[]).await.has("sign-in?token=");
    let looks = store::record::Asked {
        agent: "head".to_owned(),
        ..store::record::Asked::default()
    };
    let kept = site.app.store.record.entries(&looks, 9).await.unwrap();
    let kept = kept.iter().map(|one| (&*one.look.kind, &*one.look.object));
    assert!(Vec::from_iter(kept).contains(&("agree_access", "nadia.nouvelle")));
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_is_taken_away_ends_with_the_answer() {
    let site = Site::new().await;
    let admin = site.sign_in("admin", "administrator").await;
    let agent = site.sign_in("agent", "investigator").await;
    agent.page("/fr/workbench/queue").await;
    let path = "/agents/agent/disable";
    let short = admin.sends(path, &[("reason", "court")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    agent.page("/fr/workbench/queue").await;
    let done = admin.sends(path, &[REASON]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let ended = agent.get("/fr/workbench/queue").await;
    assert_eq!(ended.location(), "/fr/workbench/sign-in");
    assert_eq!(
        admin.sends(path, &[REASON]).await.status,
        StatusCode::NOT_FOUND
    );
    let own = admin.sends("/agents/admin/disable", &[REASON]).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    admin.page("/fr/workbench/admin/agents").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn units_and_roles_are_pages_a_person_can_read() {
    let site = Site::new().await;
    let admin = site.sign_in("admin", "administrator").await;
    for lang in ["fr", "en"] {
        let units = admin.page(&format!("/{lang}/workbench/admin/units")).await;
        for unit in &site.app.config.units {
            units.has(&format!("<code>{}</code>", unit.id));
        }
        units.has("<caption").has("class=\"tag warning\"");
        let roles = admin.page(&format!("/{lang}/workbench/admin/roles")).await;
        roles
            .has("<caption")
            .has_not("ad-action-")
            .has_not("ad-role-");
        assert_eq!(
            roles.body.matches("<th scope=\"row\">").count(),
            casework::policy::Action::ALL.len()
        );
        assert_eq!(
            roles.body.matches("<th scope=\"col\">").count(),
            Role::ALL.len() + 3
        );
    }
}

impl Site {
    /// The page of the rules once the dry run has ended.
    async fn tried(&self, agent: &Browser<'_>) -> Answer {
        while self.app.trials.newest().is_some_and(|trial| trial.runs()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        agent.page("/fr/workbench/admin/rules").await
    }
}

const RULE: &str = r#"[[rule]]
id = "tried"
desk = "thesee"
unit = "ofac"
because = { fr = "essai", en = "a try" }
article = "CPP 15-3"

"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_rules_file_that_is_tried_changes_nothing_and_is_bounded() {
    let site = Site::new().await;
    let admin = site.sign_in("admin", "administrator").await;
    let other = site.sign_in("other", "administrator").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(site.story().await.1);
    }
    let current = site.app.config.routing_text.to_string();
    let first = admin.page("/fr/workbench/admin/rules").await;
    for rule in site.app.config.routing.iter() {
        first.has(&format!("<code>{}</code>", rule.id));
    }
    first.has("personne ne l’a approuvé ici");

    // Not read: each problem with its line.
    let broken = format!("{current}\n[[rule]]\nid = \"x\"\nunit = \"nowhere\"\n");
    admin.sends("/rules/try", &[("text", &broken)]).await;
    let seen = site.tried(&admin).await;
    seen.has(&format!("<code>{}:", current.lines().count() + 2))
        .has_not("/rules/propose");
    let deep = format!(
        "{RULE}when = \"{}true{}\"\n",
        "(".repeat(4000),
        ")".repeat(4000)
    );
    let much = "x".repeat(5 << 20);
    for (text, expected) in [
        ("", StatusCode::UNPROCESSABLE_ENTITY),
        (much.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
        (deep.as_str(), StatusCode::SEE_OTHER),
        ("\u{0}\u{202e}[[[", StatusCode::SEE_OTHER),
    ] {
        let answer = admin.sends("/rules/try", &[("text", text)]).await;
        assert_eq!(answer.status, expected, "{} bytes", text.len());
        site.tried(&admin).await.has_not("/rules/propose");
    }

    // Three are too few to be told; nobody reads which they were.
    let changed = format!("{RULE}{current}");
    admin.sends("/rules/try", &[("text", &changed)]).await;
    let seen = site.tried(&admin).await;
    seen.has("moins de 5 dépôts seraient proposés ailleurs, sur moins de 5");
    for _ in 0..9 {
        ids.push(site.story().await.1);
    }
    site.file(json!({"scam_type": "romance", "story": "autre"}))
        .await;
    admin.sends("/rules/try", &[("text", &changed)]).await;
    let seen = site.tried(&admin).await;
    seen.has("environ 10 dépôts seraient proposés ailleurs, sur environ 10");
    for id in &ids {
        seen.has_not(id);
    }
    seen.has_not("colis").has("Double");
    // Tried, and nothing of it is in force.
    assert_eq!(&*site.app.config.routing_text, current);

    // Proposed is what was seen, agreed to by somebody else, and kept with both reasons.
    let sha = seen.hidden("sha256");
    let stale = [("sha256", "0000000000000000"), REASON];
    let refused = admin.sends("/rules/propose", &stale).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let proposed = admin
        .sends("/rules/propose", &[("sha256", &sha), REASON])
        .await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER);
    let which = store::work::Requested {
        kind: "rules",
        ..store::work::Requested::default()
    };
    let kept = site.app.store.work.requests(&which, 9).await.unwrap();
    let path = format!("/rules/{}", kept[0].id);
    let own = admin.sends(&format!("{path}/agree"), &[REASON]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    let silent = other.sends(&format!("{path}/agree"), &[]).await;
    assert!(silent.status.is_client_error() || silent.body.contains("task-reason"));
    // An agreement to access is none to rules.
    let wrong = format!("/access/{}/agree", kept[0].id);
    assert_eq!(other.sends(&wrong, &[]).await.status, StatusCode::NOT_FOUND);
    let agreed = other.sends(&format!("{path}/agree"), &[REASON]).await;
    assert_eq!(agreed.status, StatusCode::SEE_OTHER);
    admin
        .page("/fr/workbench/admin/rules")
        .await
        .has("approuvé par Agent other");
    let file = admin.page(&format!("/fr/workbench/admin{path}/file")).await;
    assert_eq!(file.body.trim(), changed.trim());
    let record = store::record::Asked {
        kind: "agree_rules".to_owned(),
        ..store::record::Asked::default()
    };
    let record = site.app.store.record.entries(&record, 9).await.unwrap();
    assert_eq!(record[0].look.object, sha);
    for role in ["head", "auditor", "investigator"] {
        let nobody = site.sign_in(role, role).await;
        let answer = nobody.get("/fr/workbench/admin/rules").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role}");
        let answer = nobody.sends("/rules/try", &[("text", &changed)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreed_file_that_is_put_into_the_folder_is_told_to_be_in_force() {
    let site = Site::new().await;
    let admin = site.sign_in("admin", "administrator").await;
    let other = site.sign_in("other", "administrator").await;
    let current = site.app.config.routing_text.to_string();
    // The file as it is, tried and agreed to: what the program runs with has now two names.
    admin
        .sends("/rules/try", &[("text", current.trim_end())])
        .await;
    let sha = site.tried(&admin).await.hidden("sha256");
    admin
        .sends("/rules/propose", &[("sha256", &sha), REASON])
        .await;
    let which = store::work::Requested {
        kind: "rules",
        ..store::work::Requested::default()
    };
    let kept = site.app.store.work.requests(&which, 9).await.unwrap();
    let path = format!("/rules/{}/agree", kept[0].id);
    other.sends(&path, &[REASON]).await;
    admin
        .page("/fr/workbench/admin/rules")
        .await
        .has("Approuvé par Agent admin, Agent other")
        .has("en vigueur")
        .has_not("personne ne l’a approuvé ici");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_of_queues_is_for_those_who_run_them() {
    let site = Site::new().await;
    let mut seqs = Vec::new();
    for _ in 0..4 {
        seqs.push(site.story().await.0);
    }
    let work = &site.app.store.work;
    let act = |id: &str| store::work::NewAct {
        id: id.to_owned(),
        at: 1,
        agent: "somebody".to_owned(),
        kind: "note".to_owned(),
        reason: String::new(),
        body: "{}".to_owned(),
    };
    for (seq, state, unit) in [
        (seqs[0], "assigned", "ofmin"),
        (seqs[1], "closed:kept", "ofac-thesee"),
        (seqs[2], "withdrawn", "ofac-thesee"),
    ] {
        let change = store::work::Change {
            state: state.to_owned(),
            unit: unit.to_owned(),
            owner: String::new(),
            unread: false,
        };
        work.transition(seq, 0, change, act(state)).await.unwrap();
    }
    // One more is received, and the machine has not read it yet.
    let nothing = Answers::stored(Track::Report, serde_json::Map::new());
    let filed = receive(
        &site.app,
        Filing {
            desk: site.app.desk("thesee").unwrap(),
            track: Track::Report,
            lang: Lang::Fr,
            channel: "web",
            answers: &nothing,
            scope: "",
            idempotency: "waiting",
            body: [0; 32],
            vouched: None,
        },
    );
    filed.await.unwrap();
    let admin = site.sign_in("admin", "administrator").await;
    let seen = admin.page("/fr/workbench/admin").await;
    let plain = seen.body.replace("<strong>", "").replace("</strong>", "");
    assert!(
        plain.contains("5 reçus = 1 à analyser + 1 en attente + 0 à l’écart + 1 en charge + 1 clos + 1 retirés. Écart : 0."),
        "{plain}"
    );
    seen.has("Place libre sur le disque")
        .has("Gio")
        .has("la machine");
    seen.has_not("colis").has_not("secret.person");
    crate::watch::tick(&site.app).await.unwrap();
    admin
        .page("/fr/workbench/admin")
        .await
        .has("dernier passage le");

    // A head sees what their unit has, and no more.
    let head = site.sign_in_at("ofmin", "head", "head").await;
    let seen = head.page("/fr/workbench/admin").await;
    seen.has_not("Écart").has_not("Place libre");
    let row = |answer: &Answer, state: &str| {
        let row = answer.body.split("<tr>").find(|row| row.contains(state));
        let many = row.unwrap().split("<td class=\"number\">").nth(1).unwrap();
        many.split('<').next().unwrap().to_owned()
    };
    assert_eq!(row(&seen, ">en charge<"), "1");
    assert_eq!(row(&seen, ">en attente<"), "0");
    for role in ["investigator", "auditor", "data_protection_officer"] {
        let nobody = site.sign_in(role, role).await;
        let answer = nobody.get("/fr/workbench/admin").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_of_a_desk_are_compared_for_a_person_to_read() {
    let config = config_with(|path, text| {
        if !path.ends_with("thesee.toml") {
            return vec![text];
        }
        let version: u32 = text
            .split("version = ")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.trim().parse().ok())
            .unwrap();
        let number = format!("version = {version}");
        let newer = text
            .replacen(&number, &format!("version = {}", version + 1), 1)
            .replacen("first_deadline_hours = 192", "first_deadline_hours = 48", 1);
        vec![newer, text]
    });
    let settings = Settings {
        link_opens: LinkOpens::Everything,
        ..Settings::default()
    };
    let site = Site::of(now, settings, config).await;
    let admin = site.sign_in("admin", "administrator").await;
    admin
        .page("/fr/workbench/admin/desks")
        .await
        .has("/admin/desks/thesee")
        .has("/admin/desks/pharos");
    let seen = admin.page("/fr/workbench/admin/desks/thesee").await;
    seen.has("1 différence")
        .has("premier délai, heures")
        .has("<ins>48");
    let version = site.app.desk("thesee").unwrap().version;
    let same = format!("/fr/workbench/admin/desks/thesee?from={version}&to={version}");
    admin.page(&same).await.has("disent la même chose");
    admin
        .page("/en/workbench/admin/desks/pharos")
        .await
        .has("This desk has one version.");
    for wrong in ["thesee?from=99", "thesee?to=x", "nothing", "..%2f"] {
        let answer = admin
            .get(&format!("/fr/workbench/admin/desks/{wrong}"))
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_asked_who_administers_no_more_is_not_agreed_to() {
    let site = Site::new().await;
    let first = site.sign_in("first", "administrator").await;
    let second = site.sign_in("second", "administrator").await;
    first.asks_for("Nadia Nouvelle", "ofmin", "head").await;
    let agree = agreeing(&second.page("/fr/workbench/admin/access").await).unwrap();
    // Who asked has another role by now.
    site.sign_in("first", "triage").await;
    let seen = second.page("/fr/workbench/admin/access").await;
    assert_eq!(agreeing(&seen), None);
    let late = second.sends(&agree, &[]).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    assert_eq!(site.app.store.work.agents().await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_was_taken_away_does_not_come_back_by_what_was_asked_before() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);
    fn clock() -> Timestamp {
        Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
    }
    let site = Site::at(clock).await;
    let admin = site.sign_in("admin", "administrator").await;
    let head = site.sign_in_at("ofmin", "head", "head").await;
    site.sign_in("gone", "triage").await;
    let moved = [
        ("agent", "gone"),
        ("unit", "ofmin"),
        ("role", "investigator"),
        ("link", "1"),
        REASON,
    ];
    admin.sends("/agents/ask", &moved).await;
    let agree = agreeing(&head.page("/fr/workbench/admin/access").await).unwrap();
    NOW.fetch_add(60, Ordering::Relaxed);
    admin.sends("/agents/gone/disable", &[REASON]).await;
    let late = head.sends(&agree, &[]).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    let agents = site.app.store.work.agents().await.unwrap();
    assert!(agents.iter().all(|agent| agent.id != "gone"));
    // Asked for anew, it is given.
    NOW.fetch_add(60, Ordering::Relaxed);
    admin.asks_for("Gone", "ofmin", "investigator").await;
    let agree = agreeing(&head.page("/fr/workbench/admin/access").await).unwrap();
    head.sends(&agree, &[]).await.has("sign-in?token=");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clearance_is_chosen_by_its_name_and_no_level_comes_in_as_a_compartment() {
    let site = Site::new().await;
    let admin = site.sign_in("admin", "administrator").await;
    let head = site.sign_in_at("ofmin", "head", "head").await;
    let offered = admin.page("/fr/workbench/admin/agents").await;
    offered
        .has("Très Secret</option>")
        .has("Diffusion Restreinte</label>")
        .has_not("top_secret, diffusion_restreinte");
    let asks = async |chosen: &[(&str, &str)]| {
        let mut fields = vec![
            ("name", "Nadia Nouvelle"),
            ("unit", "ofmin"),
            ("role", "analyst"),
            REASON,
        ];
        fields.extend_from_slice(chosen);
        admin.sends("/agents/ask", &fields).await
    };
    let long = "x".repeat(101);
    for wrong in [
        ("more", "top_secret"),
        ("more", "alpha special_france"),
        ("compartment", "secret"),
        ("level", "alpha"),
        ("level", "TOP_SECRET"),
        ("mention", "secret"),
        ("more", "al/pha"),
        ("more", long.as_str()),
    ] {
        let refused = asks(&[wrong]).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{wrong:?}"
        );
        refused.has("agent-clearance-error");
    }
    let chosen = [
        ("level", "secret"),
        ("mention", "special_france"),
        ("more", "alpha  beta alpha"),
    ];
    // Sent twice it is asked for once.
    for _ in 0..2 {
        assert_eq!(asks(&chosen).await.status, StatusCode::SEE_OTHER);
    }
    let seen = head.page("/fr/workbench/admin/access").await;
    assert_eq!(seen.body.matches("/agree\"").count(), 1);
    seen.has("Secret, Spécial France, compartiment « alpha », compartiment « beta »");
    head.sends(&agreeing(&seen).unwrap(), &[]).await;
    let agents = site.app.store.work.agents().await.unwrap();
    let nadia = agents.iter().find(|one| one.id == "nadia.nouvelle");
    assert_eq!(nadia.unwrap().clearance, "secret special_france alpha beta");
    // What they have is ticked, and what others are in is offered.
    let own = admin
        .page("/fr/workbench/admin/agents/nadia.nouvelle")
        .await;
    own.has("value=\"secret\" selected")
        .has("value=\"alpha\" checked")
        .has("value=\"special_france\" checked");
    admin
        .page("/fr/workbench/admin/agents/head")
        .await
        .has("name=\"compartment\" value=\"alpha\">");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_address_holds_is_refused_and_one_of_before_can_be_taken_away() {
    let site = Site::new().await;
    let admin = site.sign_in("admin", "administrator").await;
    for name in [
        "..",
        "Camille/Essai",
        "Camille\u{202e}",
        "Camille\u{200b}Essai",
    ] {
        let refused = admin.asks_for(name, "ofmin", "triage").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        refused.has("agent-name-error");
    }
    // An older program took it.
    let before = Agent {
        id: "a/b?c#d".to_owned(),
        name: "A/B?C#D".to_owned(),
        unit: "ofmin".to_owned(),
        role: "triage".to_owned(),
        clearance: String::new(),
    };
    site.app.store.work.put_agent(&before).await.unwrap();
    let listed = admin.page("/fr/workbench/admin/agents").await;
    let href = listed.body.split("/admin/agents/a").nth(1).unwrap();
    let path = format!("/agents/a{}", href.split('"').next().unwrap());
    admin
        .page(&format!("/fr/workbench/admin{path}"))
        .await
        .has("A/B?C#D");
    let gone = admin.sends(&format!("{path}/disable"), &[REASON]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    assert_eq!(site.app.store.work.agents().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_at_a_unit_that_is_gone_is_told_to_whoever_runs_the_machine() {
    let site = Site::new().await;
    let (seq, _) = site.story().await;
    let admin = site.sign_in("admin", "administrator").await;
    let head = site.sign_in("head", "head").await;
    admin
        .page("/fr/workbench/admin")
        .await
        .has_not("la configuration n’a plus");
    let left = site.sign_in_at("dissolved", "left", "investigator").await;
    site.moves(seq, "dissolved").await;
    admin
        .page("/fr/workbench/admin")
        .await
        .has("la configuration n’a plus")
        .has("<code>dissolved</code> : 1 dépôt ouvert, 1 agent");
    admin
        .page("/fr/workbench/admin/agents")
        .await
        .has("absent de la configuration");
    head.page("/fr/workbench/admin").await.has_not("dissolved");
    // Who is left there goes on with what is there.
    left.page("/fr/workbench/queue").await.has("n° 1");
    left.page("/fr/workbench").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_confirms_the_clock_and_the_officer_reads_that_nothing_is_erased() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);
    fn clock() -> Timestamp {
        Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap()
    }
    let site = Site::at(clock).await;
    let (seq, _) = site.story().await;
    housekeeping::pass(&site.app).await;
    // Seven years ahead: what is kept for six would be gone.
    NOW.fetch_add(7 * 366 * 86_400, Ordering::Relaxed);
    let admin = site.sign_in("admin", "administrator").await;
    let officer = site
        .sign_in_at("ofac", "officer", "data_protection_officer")
        .await;
    let is_there = async || {
        housekeeping::pass(&site.app).await;
        let kept = site.app.store.intake.by_seq(seq).await.unwrap().unwrap();
        kept.erased.is_empty()
    };
    assert!(is_there().await);
    officer
        .page("/fr/workbench/retention")
        .await
        .has("Rien n’est effacé en ce moment");
    let seen = admin.page("/fr/workbench/admin").await;
    seen.has("L’horloge n’est pas crue");
    let shown = seen.hidden("shown");
    let short = admin
        .sends("/clock", &[("shown", &shown), ("reason", "oui")])
        .await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    // It jumps again after it was read.
    NOW.fetch_add(366 * 86_400, Ordering::Relaxed);
    let admin = site.sign_in("admin", "administrator").await;
    let reason = ("reason", "comparée à l’horloge parlante");
    let stale = admin.sends("/clock", &[("shown", &shown), reason]).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    stale.has("relisez-la");
    let shown = stale.hidden("shown");
    let head = site.sign_in("head", "head").await;
    let nobody = head.sends("/clock", &[("shown", &shown), reason]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert!(is_there().await);
    let said = admin.sends("/clock", &[("shown", &shown), reason]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER);
    admin
        .page("/fr/workbench/admin")
        .await
        .has_not("L’horloge n’est pas crue");
    let asked = store::record::Asked {
        kind: "believe_clock".to_owned(),
        ..store::record::Asked::default()
    };
    let kept = site.app.store.record.entries(&asked, 9).await.unwrap();
    assert_eq!(kept[0].look.reason, reason.1);
    assert!(!is_there().await);
}
