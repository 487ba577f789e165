//! Administration: who gives access, and that whoever does reads no case.

use casework::policy::Role;

use super::*;

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
            ("clearance", ""),
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
        ("clearance", ""),
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
        ("clearance", ""),
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
