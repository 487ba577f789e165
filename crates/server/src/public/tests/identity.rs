//! An identity provider that says who files a complaint: optional, once, for the browser that went there, and never in an
//! address, a log or a cookie.

use std::sync::Arc;

use super::*;
use crate::{identity::Identity, oidc::tests as fake, receive::VOUCHED};

const DESK: &str = r#"
format = 1
id = "small"
version = 1
title = { fr = "Petit", en = "Small" }
summary = { fr = "Une plainte.", en = "A complaint." }
tracks = ["report", "complaint"]
first_deadline_hours = 192
retention_days = 365
time_zone = "Europe/Paris"
headline = "type"

[[step]]
id = "what"
title = { fr = "Quoi ?", en = "What?" }

[[step.question]]
id = "type"
kind = "choice"
label = { fr = "Type", en = "Type" }
required = true
options = [{ id = "shop", label = { fr = "Faux site", en = "False shop" } }]

[[step]]
id = "you"
title = { fr = "Vous", en = "You" }

[[step.question]]
id = "complainant"
kind = "person"
fields = ["family_name", "given_names", "birth_date", "city"]
required_fields = ["family_name", "given_names", "birth_date", "city"]
label = { fr = "Qui porte plainte ?", en = "Who files?" }
required = true
when = 'track == "complaint"'
is = "identity"
"#;
const YOU: &str = "/fr/desks/small/steps/you";

async fn site(trusting: bool) -> (Site, fake::Shared) {
    let (provider, said) = fake::provider("franceconnect").await;
    let identity = Identity {
        staff: None,
        complaint: trusting.then_some(provider),
    };
    let settings = Settings {
        identity: Arc::new(identity),
        ..Settings::default()
    };
    let config = trial(&[("desks/small.toml", DESK)]);
    let site = Site::on(tempfile::tempdir().unwrap(), config, settings).await;
    (site, said)
}

async fn begun(site: &Site, track: &str) -> Browser {
    let mut browser = site.browser();
    browser
        .step("/fr/desks/small", &format!("track={track}"))
        .await;
    browser
        .step("/fr/desks/small/steps/what", "type=shop")
        .await;
    browser
}

/// Goes to the provider from the step; what it asks, by name.
async fn leaves(browser: &mut Browser) -> HashMap<String, String> {
    let leaving = browser.post(YOU, "go=identity&complainant.city=Lyon").await;
    assert_eq!(leaving.status, StatusCode::OK, "{}", words(&leaving.text));
    let to = leaving.text.split("0;url=").nth(1).unwrap();
    let to = to.split('"').next().unwrap().replace("&#38;", "&");
    let (_, query) = to.split_once('?').unwrap();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Comes back from the provider without the cookies of this site, as a browser does; the button's token.
async fn comes_back(site: &Site, said: &fake::Shared, asked: &HashMap<String, String>) -> String {
    {
        let mut said = said.lock().unwrap();
        said.id["nonce"] = asked["nonce"].as_str().into();
        said.id["exp"] = (site.app.now().as_second() + 60).into();
    }
    let path = format!("/identity/back?code=x&state={}", asked["state"]);
    let mut without = site.browser();
    let arrived = without.get(&path).await;
    assert_eq!(arrived.status, StatusCode::OK, "{}", words(&arrived.text));
    assert!(without.cookies.is_empty());
    // Used up, whoever comes with it again.
    let again = without.get(&path).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    let token = arrived.text.split("name=\"token\" value=\"").nth(1);
    token.unwrap().split('"').next().unwrap().to_owned()
}

async fn sealed(site: &Site) -> serde_json::Value {
    let intake = &site.app.store.intake;
    let kept = intake.by_seq(0).await.unwrap().unwrap();
    assert!(!kept.facts.contains("Essai") && !kept.facts.contains("vouched"));
    let identity = intake.identity(&kept).await.unwrap().unwrap();
    serde_json::from_str(&identity).unwrap()
}

const FILL: &str = "/fr/desks/small/identity";

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_says_who_files_a_complaint_and_the_agent_reads_that_it_did() {
    let (site, said) = site(true).await;
    let mut browser = begun(&site, "complaint").await;
    let offered = browser.get(YOU).await;
    assert!(offered.text.contains("name=\"go\" value=\"identity\""));
    let asked = leaves(&mut browser).await;
    assert!(asked["state"].len() >= 32 && asked["nonce"].len() >= 32);
    assert!(asked["redirect_uri"].ends_with("%2Fidentity%2Fback"));
    let cookies: Vec<String> = browser.cookies.keys().cloned().collect();
    assert_eq!(cookies, ["orfevre-draft"]);
    let token = comes_back(&site, &said, &asked).await;
    // Another's draft is not filled with it, and it is used up by the try.
    let mut thief = begun(&site, "complaint").await;
    let stolen = thief.post(FILL, format!("token={token}")).await;
    assert_eq!(stolen.status, StatusCode::FORBIDDEN);
    assert!(!thief.get(YOU).await.text.contains("Essai"));
    let late = browser.post(FILL, format!("token={token}")).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);

    let asked = leaves(&mut browser).await;
    let token = comes_back(&site, &said, &asked).await;
    let to = browser.step(FILL, &format!("token={token}")).await;
    assert!(to.starts_with(&format!("{YOU}#")), "{to}");
    let filled = browser.get(YOU).await;
    // What was typed before stays.
    for text in [
        "Camille",
        "Essai",
        "1990-02-03",
        "Lyon",
        "a donné votre nom",
    ] {
        assert!(
            filled.text.contains(text),
            "{text}: {}",
            words(&filled.text)
        );
    }
    browser.step("/fr/desks/small/send", "").await;
    let identity = sealed(&site).await;
    assert_eq!(identity["complainant"]["family_name"], "Essai");
    assert_eq!(identity[VOUCHED]["question"], "complainant");
    assert_eq!(identity[VOUCHED]["by"], "P");
    let fields = &identity[VOUCHED]["fields"];
    assert_eq!(
        fields,
        &serde_json::json!(["birth_date", "family_name", "given_names"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_was_changed_afterwards_is_nobodys_word_but_the_persons() {
    let (site, said) = site(true).await;
    let mut browser = begun(&site, "complaint").await;
    let asked = leaves(&mut browser).await;
    let token = comes_back(&site, &said, &asked).await;
    browser.step(FILL, &format!("token={token}")).await;
    // It is so before the rest is answered.
    let without = "complainant.family_name=Essai&complainant.given_names=Camille&complainant.birth_date=1990-02-03&complainant.city=";
    browser.post(YOU, without).await;
    assert!(browser.get(YOU).await.text.contains("a donné votre nom"));
    let changed = "complainant.city=Lyon&complainant.family_name=Autre&complainant.given_names=Camille&complainant.birth_date=1990-02-03";
    browser.step(YOU, changed).await;
    assert!(!browser.get(YOU).await.text.contains("a donné votre nom"));
    browser.step("/fr/desks/small/send", "").await;
    let identity = sealed(&site).await;
    assert_eq!(identity["complainant"]["family_name"], "Autre");
    assert_eq!(identity.get(VOUCHED), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_to_go_anywhere_for_a_report_or_where_no_provider_is_trusted() {
    let (trusting, _said) = site(true).await;
    let (alone, _none) = site(false).await;
    for (site, track) in [(&trusting, "report"), (&alone, "complaint")] {
        let mut browser = begun(site, track).await;
        let page = browser.get(YOU).await.text;
        assert!(!page.contains("value=\"identity\""), "{track}");
        let stays = browser.post(YOU, "go=identity").await;
        assert_eq!(stays.status, StatusCode::SEE_OTHER);
    }
    // Who is trusted stands on the page about personal data, and nobody where nobody is.
    for (lang, said) in [("fr", "P dise qui vous êtes"), ("en", "P say who you are")] {
        let page = format!("/{lang}/privacy");
        let told = trusting.browser().get(&page).await.text;
        assert!(told.contains(said), "{}", words(&told));
        let alone = alone.browser().get(&page).await.text;
        assert!(!alone.contains(&said[2..]));
    }
    let nowhere = alone.browser().get("/identity/back?code=x&state=y").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    // A complaint is filed without it, as before.
    let mut browser = begun(&trusting, "complaint").await;
    let typed = "complainant.city=Lyon&complainant.family_name=Essai&complainant.given_names=Camille&complainant.birth_date=1990-02-03";
    browser.step(YOU, typed).await;
    browser.step("/fr/desks/small/send", "").await;
    assert_eq!(sealed(&trusting).await.get(VOUCHED), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_does_not_sign_fills_nothing() {
    let (site, said) = site(true).await;
    let mut browser = begun(&site, "complaint").await;
    let asked = leaves(&mut browser).await;
    let mut without = site.browser();
    for query in [
        "code=x&state=another".to_owned(),
        format!("code=x&state={}&iss=https://other.example", asked["state"]),
        // The state was used up by the try before.
        format!("code=x&state={}", asked["state"]),
    ] {
        let refused = without.get(&format!("/identity/back?{query}")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{query}");
    }
    let asked = leaves(&mut browser).await;
    said.lock().unwrap().id["nonce"] = "of another".into();
    let path = format!("/identity/back?code=x&state={}", asked["state"]);
    let refused = without.get(&path).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.text.contains("Rien n’a changé"),
        "{}",
        words(&refused.text)
    );
    assert!(!browser.get(YOU).await.text.contains("Essai"));
}
