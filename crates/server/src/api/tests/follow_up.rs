//! Following a submission by its code, adding to it, withdrawing it; and the figures.

use store::work::{Analyser, Batch, NewAct, Reached};

use super::*;
use crate::harmonise::harmonise;

fn held(method: &str, what: &str, code: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(format!("/api/v1/submissions/{what}"))
        .header("tracking-code", code)
        .header(header::ACCEPT_LANGUAGE, "en")
}

impl Site {
    async fn status_of(&self, code: &str) -> Answer {
        self.send(held("GET", "status", code).body(Body::empty()).unwrap())
            .await
    }

    async fn add(&self, what: &str, code: &str, key: &str, body: Value) -> Answer {
        let request = held("POST", what, code)
            .header("idempotency-key", key)
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// What the worker does with everything received so far.
    async fn work(&self) {
        let batch = self.app.store.intake.after(-1, 100).await.unwrap();
        let reached = Reached {
            submission: batch.last().unwrap().seq,
            supplement: -1,
        };
        let harmonised: Vec<_> = batch
            .iter()
            .map(|one| harmonise(&self.app.config, &self.app.lists, one))
            .collect();
        let work = &self.app.store.work;
        let batch = Batch::new(harmonised, &mut Analyser::default());
        work.apply(batch, reached, &self.app.model).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_holder_of_the_code_reads_and_adds() {
    let site = site().await;
    let filed = site.file("pharos", KEY, report().to_string()).await;
    let code = filed.body["tracking_code"].as_str().unwrap();
    let status = site.status_of(&code.to_lowercase().replace('-', " ")).await;
    assert_eq!(
        (status.status, &status.body["state"]),
        (StatusCode::OK, &json!("received"))
    );
    assert_eq!(status.body["deadline_at"], filed.body["deadline_at"]);

    let file = site
        .send_evidence(parts(&[("f", Some("a.txt"), "text/plain", b"x")]))
        .await;
    let message = json!({ "text": "Another address: https://shop.example/two", "evidence": [file.body[0]["id"]] });
    let first = site.add("messages", code, KEY, message.clone()).await;
    assert!(
        ledger::verify(
            first.filed().body["receipt"].as_str().unwrap().as_bytes(),
            &site.app.store.intake.verifier()
        )
        .is_ok()
    );
    let retry = site.add("messages", code, KEY, message).await;
    assert_eq!(retry.filed().headers["idempotency-replayed"], "true");
    assert_eq!(retry.body["ledger_index"], first.body["ledger_index"]);
    site.add("messages", code, KEY, json!({ "text": "else" }))
        .await
        .problem(409, "idempotency-conflict");

    site.work().await;
    let reply = NewAct {
        id: "0190f5a2-0000-7000-8000-000000000001".to_owned(),
        at: clock().as_microsecond() + 1,
        agent: "a1".to_owned(),
        kind: "reply".to_owned(),
        reason: String::new(),
        body: json!({ "text": "Thank you." }).to_string(),
    };
    site.app.store.work.record(0, reply).await.unwrap();
    let status = site.status_of(code).await;
    assert_eq!(status.body["state"], "queued");
    assert_eq!(status.body["exhibits"][0]["name"], "a.txt");
    let said: Vec<(&str, &str)> = status.body["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| {
            (
                message["from"].as_str().unwrap(),
                message["text"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("you", "Another address: https://shop.example/two"),
            ("service", "Thank you.")
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_happens_once() {
    let site = site().await;
    let filed = site.file("pharos", KEY, report().to_string()).await;
    let code = filed.body["tracking_code"].as_str().unwrap();
    site.add("withdrawal", code, KEY, json!({})).await.filed();
    assert_eq!(
        site.add("withdrawal", code, KEY, json!({}))
            .await
            .filed()
            .headers["idempotency-replayed"],
        "true"
    );
    site.add("withdrawal", code, "another-key-of-a-client", json!({}))
        .await
        .problem(409, "not-withdrawable");
    let kept = site.app.store.intake.supplements(0).await.unwrap();
    assert_eq!(
        (kept.len(), kept[0].kind.as_str(), kept[0].body.as_str()),
        (1, "withdrawal", "{}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_its_own_submission_and_nothing_else() {
    let site = site().await;
    site.file("pharos", KEY, report().to_string()).await.filed();
    site.get("/api/v1/submissions/status")
        .await
        .problem(400, "tracking-code");
    site.status_of("AAAA-BBBB")
        .await
        .problem(400, "tracking-code");
    let stranger = casework::submission::TrackingCode::from_bytes(&[7; 32]).to_string();
    site.status_of(&stranger).await.problem(404, "unknown-code");
    site.add("messages", &stranger, KEY, json!({ "text": "x" }))
        .await
        .problem(404, "unknown-code");
    site.add("withdrawal", &stranger, KEY, json!({}))
        .await
        .problem(404, "unknown-code");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_addition_that_cannot_be_read() {
    let site = site().await;
    let filed = site.file("pharos", KEY, report().to_string()).await;
    let code = filed.body["tracking_code"].as_str().unwrap();
    for (body, field, wrong) in [
        (json!([]), "", "wrong_kind"),
        (json!({}), "text", "required"),
        (json!({ "text": " \u{0} " }), "text", "required"),
        (json!({ "text": 12 }), "text", "wrong_kind"),
        (json!({ "text": "x".repeat(100_001) }), "text", "too_long"),
        (
            json!({ "text": "x", "evidence": "id" }),
            "evidence",
            "wrong_kind",
        ),
        (
            json!({ "text": "x", "evidence": [1] }),
            "evidence[0]",
            "not_a_file",
        ),
        (
            json!({ "text": "x", "evidence": ["nothing"] }),
            "evidence[0]",
            "not_a_file",
        ),
        (json!({ "evidence": vec!["x"; 21] }), "evidence", "too_many"),
        (
            json!({ "text": "x", "state": "closed" }),
            "state",
            "unknown_field",
        ),
    ] {
        site.add("messages", code, KEY, body)
            .await
            .field(field, wrong);
    }
    site.add("withdrawal", code, KEY, json!({ "evidence": [] }))
        .await
        .field("evidence", "unknown_field");
    site.add("messages", code, "short", json!({ "text": "x" }))
        .await
        .problem(400, "idempotency-key");
    assert!(
        site.app
            .store
            .intake
            .supplements(0)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_add_up_before_and_after_the_worker() {
    let site = site().await;
    for key in [
        "key-number-one-of-three",
        "key-number-two-of-three",
        "key-number-three-of-three",
    ] {
        site.file("pharos", key, report().to_string()).await.filed();
    }
    let figures = site.get("/api/v1/figures").await.body;
    assert_eq!(
        (&figures["received"], &figures["waiting"]),
        (&json!(3), &json!(3))
    );
    site.work().await;
    let figures = site.get("/api/v1/figures").await.body;
    assert_eq!(
        (&figures["waiting"], &figures["states"]["queued"]),
        (&json!(0), &json!(3))
    );
    assert_eq!(figures["desks"]["pharos"]["kinds"]["scam"], 3);
}
