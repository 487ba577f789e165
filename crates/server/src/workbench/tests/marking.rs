//! Markings: given by who is cleared for them, taken away by two, and nobody else sees what has them.

use super::*;

impl Site {
    /// An agent with a clearance.
    async fn cleared(&self, id: &str, role: &str, clearance: &str) -> Browser<'_> {
        let browser = self.sign_in(id, role).await;
        let agents = self.app.store.work.agents().await.unwrap();
        let agent = agents.into_iter().find(|agent| agent.id == id).unwrap();
        let agent = Agent {
            clearance: clearance.to_owned(),
            ..agent
        };
        self.app.store.work.put_agent(&agent).await.unwrap();
        browser
    }

    async fn markings(&self, id: &str) -> Vec<String> {
        let standing = self.app.store.work.standing(id).await.unwrap();
        standing.unwrap().markings
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_marked_is_seen_by_who_is_cleared_and_unmarked_by_two() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    site.story().await;
    let path = format!("/fr/workbench/submissions/{id}");
    let head = site.cleared("head", "head", "secret alpha").await;
    let expert = site.cleared("expert", "investigator", "top_secret").await;
    let colleague = site.sign_in("colleague", "investigator").await;
    let triage = site.sign_in("triage", "triage").await;
    for agent in [&head, &expert, &colleague, &triage] {
        agent.page(&path).await;
    }
    let mark = async |agent: &Browser<'_>, act: &str, word: &str, reason: &str| {
        let seen = agent.page("/fr/workbench").await;
        let csrf = seen.hidden("csrf");
        let fields = [
            ("csrf", csrf.as_str()),
            ("marking", word),
            ("reason", reason),
        ];
        agent.post(&format!("{path}/acts/{act}"), &fields).await
    };
    const WHY: &str = "source à protéger";
    // What they are cleared for is offered, and nothing else is taken.
    let seen = head.page(&path).await;
    seen.has("value=\"secret\">Secret")
        .has("compartiment « alpha »")
        .has_not("value=\"top_secret\"");
    let silent = mark(&head, "mark", "secret", "").await;
    silent.has("href=\"#mark-reason\"");
    for word in ["", "top_secret", "beta", "TLP:RED", "secret alpha"] {
        let refused = mark(&head, "mark", word, WHY).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{word}");
        refused.has("href=\"#mark-marking\"").has(WHY);
    }
    // Whoever has not the file, or reads what comes in, marks nothing.
    for nobody in [&colleague, &triage, &expert] {
        let denied = mark(nobody, "mark", "TLP:AMBER", WHY).await;
        assert_eq!(denied.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(site.markings(&id).await, [""; 0]);
    assert_eq!(mark(&head, "mark", "secret", WHY).await.location(), path);
    assert_eq!(site.markings(&id).await, ["secret"]);
    let twice = mark(&head, "mark", "secret", WHY).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);

    // Who is cleared goes on; for the others it is not there.
    head.page(&path)
        .await
        .has("<span class=\"tag sealed\">Secret</span>")
        .has("appose une mention")
        .has(WHY);
    expert.page(&path).await;
    for other in [&colleague, &triage] {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
        other.page("/fr/workbench/queue").await.has_not(&id);
    }
    colleague.begin_task().await;
    let found = colleague.page("/fr/workbench/search?q=colis.example").await;
    found.has_not(&id);
    let number = colleague.get("/fr/workbench/search?q=%231").await;
    assert_ne!(number.status, StatusCode::SEE_OTHER);

    // A seal leaves it where it is.
    let act = |id: &str| store::work::NewAct {
        id: id.to_owned(),
        at: 1,
        agent: "head".to_owned(),
        kind: "seal".to_owned(),
        reason: String::new(),
        body: "{}".to_owned(),
    };
    let work = &site.app.store.work;
    for sealed in [true, false] {
        work.seal(seq, sealed, act(&format!("{sealed}")))
            .await
            .unwrap();
        assert_eq!(site.markings(&id).await, ["secret"]);
    }

    // Nobody takes it away alone, nor what it has not.
    let alone = mark(&head, "unmark", "secret", WHY).await;
    assert_eq!(alone.status, StatusCode::FORBIDDEN);
    alone.has("une seconde personne");
    head.page(&path).await.has("/workbench/glass?number=1");
    for nobody in [&expert, &colleague] {
        let denied = mark(nobody, "unmark", "secret", WHY).await;
        assert_eq!(denied.status, StatusCode::NOT_FOUND);
    }
    head.ask("1").await;
    expert.agree().await;
    let wrong = mark(&head, "unmark", "alpha", WHY).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(mark(&head, "unmark", "secret", WHY).await.location(), path);
    colleague.page(&path).await.has("retire une mention");
}
