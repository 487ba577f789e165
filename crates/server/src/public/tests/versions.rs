//! A desk changes; what was filed and begun with its old version stays as it was.

use super::*;

#[tokio::test]
async fn what_was_filed_or_begun_with_an_old_version_stays_readable_with_it() {
    let old = trial(&[("desks/trial.toml", TRIAL)]);
    let folder = tempfile::tempdir().unwrap();
    let site = Site::on(folder, old, Settings::default()).await;
    let mut filing = site.browser();
    filing.step("/fr/desks/trial", "track=report").await;
    let path = "/fr/desks/trial/steps";
    filing
        .step(&format!("{path}/what"), "type=shop&story=Un+v%C3%A9lo")
        .await;
    filing
        .step(&format!("{path}/details"), "count=12&town=paris")
        .await;
    filing.step("/fr/desks/trial/send", "").await;
    let tracking = code(&filing.get("/fr/receipt").await.text);
    let mut begun = site.browser();
    begun.step("/fr/desks/trial", "track=report").await;
    begun
        .step(&format!("{path}/what"), "type=shop&story=Un+lit")
        .await;

    // The option is gone, a question has another kind and other words, another is new and required.
    let cookies = begun.cookies;
    let Site {
        app,
        router,
        folder,
    } = site;
    drop((app, router, filing, begun.router));
    let new = TRIAL
        .replace("version = 1", "version = 2")
        .replace("id = \"shop\", label", "id = \"store\", label")
        .replace("type == \"shop\"", "type == \"store\"")
        .replace("Combien ?", "Combien de fois ?")
        .replace(
            "kind = \"number\"\ninteger = true\nmin = 0\nmax = 1000",
            "kind = \"text\"",
        )
        .replace(
            "label = { fr = \"Titre\", en = \"Title\" }",
            "label = { fr = \"Titre\", en = \"Title\" }\nrequired = true",
        );
    let both = trial(&[("desks/trial@1.toml", TRIAL), ("desks/trial.toml", &new)]);
    let site = Site::on(folder, both, Settings::default()).await;

    // The person follows it.
    let mut follower = site.browser();
    follower
        .step("/fr/follow", &format!("code={tracking}"))
        .await;
    let page = follower.get("/fr/follow/submission").await.text;
    assert!(page.contains("Essai"), "{}", words(&page));

    // The machine reads it, and the agent reads its words.
    let submission = site.app.store.intake.by_seq(0).await.unwrap().unwrap();
    assert_eq!(submission.desk_version, 1);
    let docket = site.work(0).await;
    assert_eq!(docket.state, "queued");
    let page = site.browser().of_agent(&site, &docket).await;
    for shown in ["Faux site marchand", "Combien ?", "12", "Un vélo", "Paris"] {
        assert!(page.contains(shown), "{shown}: {}", words(&page));
    }

    // A draft goes on as it began; a new one is the new desk's.
    let mut begun = site.browser();
    begun.cookies = cookies;
    let page = begun.get(&format!("{path}/details")).await.text;
    assert!(page.contains("Combien ?"), "{}", words(&page));
    begun.step(&format!("{path}/details"), "count=3").await;
    assert_eq!(begun.step("/fr/desks/trial/send", "").await, "/fr/receipt");
    let submission = site.app.store.intake.by_seq(1).await.unwrap().unwrap();
    assert_eq!(submission.desk_version, 1);
    let mut new = site.browser();
    new.step("/fr/desks/trial", "track=report").await;
    let page = new.get(&format!("{path}/details")).await.text;
    assert!(page.contains("Combien de fois ?"), "{}", words(&page));
}
