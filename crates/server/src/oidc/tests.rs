//! A provider of lies: whatever it signs, sends or leaves out, nobody comes in who should not.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey,
    core::{CoreJsonWebKeySet, CoreRsaPrivateSigningKey},
};
use serde_json::json;

use super::*;
use crate::identity::Identity;

const NOW: i64 = 1_800_000_000_000_000;
const BACK: &str = "http://127.0.0.1:9/workbench/identity/back";
const PROFILES: &str = include_str!("../../../../config/france/identity.toml");

/// What signs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signs {
    Ours,
    Another,
    Nobody,
}

/// What the provider says.
#[derive(Clone)]
pub(crate) struct Said {
    metadata: Value,
    pub(crate) id: Value,
    userinfo: Value,
    signs: Signs,
    signs_userinfo: Signs,
    status: StatusCode,
    length: usize,
    /// What it was last asked at its token endpoint.
    asked: String,
    /// Which key it says it has.
    has: Signs,
    /// How often it was asked for its keys.
    told: usize,
}

fn name(signs: Signs) -> &'static str {
    match signs {
        Signs::Another => "another",
        _ => "key",
    }
}

fn key(signs: Signs) -> CoreRsaPrivateSigningKey {
    let pem = match signs {
        Signs::Another => include_str!("test-other-key.pem"),
        _ => include_str!("test-key.pem"),
    };
    let id = JsonWebKeyId::new(name(signs).to_owned());
    CoreRsaPrivateSigningKey::from_pem(pem, Some(id)).unwrap()
}

fn token(signs: Signs, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    if signs == Signs::Nobody {
        return format!("{}.{}.", part(&json!({"alg": "none"})), part(claims));
    }
    let header = json!({"alg": "RS256", "kid": name(signs)});
    let text = format!("{}.{}", part(&header), part(claims));
    let alg = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
    let signature = key(signs).sign(&alg, text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub(crate) type Shared = Arc<Mutex<Said>>;

async fn metadata(State(said): State<Shared>) -> Response {
    let said = said.lock().unwrap().clone();
    let mut metadata = said.metadata.clone();
    metadata["padding"] = "x".repeat(said.length).into();
    (said.status, Json(metadata)).into_response()
}

async fn keys(State(said): State<Shared>) -> Json<CoreJsonWebKeySet> {
    let mut said = said.lock().unwrap();
    said.told += 1;
    Json(CoreJsonWebKeySet::new(vec![
        key(said.has).as_verification_key(),
    ]))
}

async fn tokens(State(said): State<Shared>, body: String) -> Json<Value> {
    let mut said = said.lock().unwrap();
    said.asked = body;
    Json(json!({
        "access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": token(said.signs, &said.id),
    }))
}

async fn about(State(said): State<Shared>) -> Response {
    let said = said.lock().unwrap();
    if said.signs_userinfo == Signs::Nobody {
        return Json(said.userinfo.clone()).into_response();
    }
    let signed = token(said.signs_userinfo, &said.userinfo);
    ([(header::CONTENT_TYPE, "application/jwt")], signed).into_response()
}

/// A provider of a profile on this machine, the truth until it is spoilt.
pub(crate) async fn provider(profile: &str) -> (Provider, Shared) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let signed = profile != "generic";
    let common = json!({
        "iss": issuer, "aud": "orfevre", "sub": "agent-7", "exp": NOW / 1_000_000 + 60, "iat": NOW / 1_000_000,
    });
    let mut id = common.clone();
    for (name, value) in [
        ("auth_time", json!(NOW / 1_000_000)),
        ("amr", json!(["pwd", "mfa"])),
        ("acr", json!("eidas1")),
        ("name", json!("Camille Essai")),
        ("email", json!("camille@agents.example")),
    ] {
        id[name] = value;
    }
    let mut userinfo = common;
    for (name, value) in [
        ("given_name", "Camille"),
        ("usual_name", "Essai"),
        ("family_name", "Essai"),
        ("birthdate", "1990-02-03"),
        ("email", "camille@agents.example"),
    ] {
        userinfo[name] = value.into();
    }
    let said = Said {
        metadata: json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"), "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
        id,
        userinfo,
        signs: Signs::Ours,
        signs_userinfo: if signed { Signs::Ours } else { Signs::Nobody },
        status: StatusCode::OK,
        length: 0,
        asked: String::new(),
        has: Signs::Ours,
        told: 0,
    };
    let said = Arc::new(Mutex::new(said));
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/token", post(tokens))
        .route("/userinfo", get(about))
        .route("/keys", get(keys))
        .with_state(said.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let installation = format!(
        "[staff]\nprofile = \"{profile}\"\nname = \"P\"\nissuer = \"{issuer}\"\nclient_id = \"orfevre\"\nclient_secret_file = \"s\"\n"
    );
    let identity = Identity::parse(PROFILES, &installation, |_| Ok("secret".to_owned()));
    (identity.unwrap().staff.unwrap(), said)
}

/// Goes there and comes back, to a provider that says what `spoil` makes of the truth.
async fn exchange(
    profile: &str,
    anew: bool,
    spoil: impl Fn(&mut Said),
) -> Result<Person, ProviderError> {
    let (provider, said) = provider(profile).await;
    let known = Known::default();
    let oidc = Oidc::new(&provider, BACK.to_owned(), &known).unwrap();
    let (url, asked) = oidc.ask(NOW, anew).await?;
    let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap();
    {
        let mut said = said.lock().unwrap();
        said.id["nonce"] = nonce.1.as_ref().into();
        spoil(&mut said);
    }
    oidc.person(&asked, "code", NOW).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_provider_vouches_for_is_read_as_its_profile_says() {
    for (profile, name) in [
        ("generic", "Camille Essai"),
        ("proconnect", "Camille Essai"),
        ("franceconnect", "Camille Essai"),
    ] {
        let person = exchange(profile, false, |_| {}).await.unwrap();
        assert_eq!(person.subject, "agent-7", "{profile}");
        assert_eq!(person.name, name, "{profile}");
        assert_eq!(person.email, "camille@agents.example", "{profile}");
    }
    // What fills the identity of a complaint.
    let person = exchange("franceconnect", false, |_| {}).await.unwrap();
    assert_eq!(person.claims["birthdate"], "1990-02-03");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_profile_sends_the_parameters_that_its_provider_takes_and_no_other() {
    let common = [
        "client_id",
        "nonce",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    ];
    for (profile, anew, more) in [
        (
            "generic",
            false,
            vec!["code_challenge", "code_challenge_method"],
        ),
        (
            "generic",
            true,
            vec!["code_challenge", "code_challenge_method", "max_age"],
        ),
        ("proconnect", false, vec!["claims"]),
        ("proconnect", true, vec!["claims", "prompt"]),
        ("franceconnect", false, vec!["acr_values"]),
    ] {
        let (provider, said) = provider(profile).await;
        let known = Known::default();
        let oidc = Oidc::new(&provider, BACK.to_owned(), &known).unwrap();
        let (url, asked) = oidc.ask(NOW, anew).await.unwrap();
        let sent: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        let mut expected: Vec<&str> = common.iter().copied().chain(more).collect();
        expected.sort_unstable();
        assert_eq!(sent.keys().collect::<Vec<_>>(), expected, "{profile}");
        for secret in ["state", "nonce"] {
            assert!(sent[secret].len() >= 32, "{profile} {secret}");
        }
        assert_eq!(sent["redirect_uri"], BACK);
        assert!(sent["scope"].starts_with("openid"));
        if profile == "generic" {
            assert_eq!(sent["code_challenge_method"], "S256");
        }
        let (_, again) = oidc.ask(NOW, anew).await.unwrap();
        assert_ne!(asked.state, again.state);
        let _ = oidc.person(&asked, "code", NOW).await;
        let exchanged = said.lock().unwrap().asked.clone();
        assert_eq!(exchanged.contains("code_verifier="), profile == "generic");
        assert_eq!(exchanged.contains("client_secret="), profile != "generic");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_for_this_sign_in_is_not_believed() {
    type Spoil = fn(&mut Said);
    let spoilt: [(&str, Spoil); 11] = [
        ("another nonce", |said| {
            said.id["nonce"] = "x".repeat(43).into()
        }),
        ("no nonce", |said| said.id["nonce"] = Value::Null),
        ("for another client", |said| said.id["aud"] = "other".into()),
        ("for two clients", |said| {
            said.id["aud"] = json!(["orfevre", "other"])
        }),
        ("of another issuer", |said| {
            said.id["iss"] = "http://127.0.0.1:1".into()
        }),
        ("expired", |said| {
            said.id["exp"] = (NOW / 1_000_000 - 61).into()
        }),
        ("without an end", |said| said.id["exp"] = Value::Null),
        ("signed by another", |said| said.signs = Signs::Another),
        ("signed by nobody", |said| said.signs = Signs::Nobody),
        ("another access token", |said| {
            said.id["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA".into()
        }),
        ("no subject", |said| said.id["sub"] = Value::Null),
    ];
    for (what, spoil) in spoilt {
        let found = exchange("generic", false, spoil).await;
        assert!(found.is_err(), "{what}: {found:?}");
    }
    let spoilt: [(&str, Spoil); 5] = [
        ("userinfo not signed", |said| {
            said.signs_userinfo = Signs::Nobody
        }),
        ("userinfo signed by another", |said| {
            said.signs_userinfo = Signs::Another
        }),
        ("userinfo of another person", |said| {
            said.userinfo["sub"] = "agent-8".into()
        }),
        ("userinfo for another client", |said| {
            said.userinfo["aud"] = "other".into()
        }),
        ("userinfo of another issuer", |said| {
            said.userinfo["iss"] = "http://127.0.0.1:1".into()
        }),
    ];
    for (what, spoil) in spoilt {
        let found = exchange("proconnect", false, spoil).await;
        assert!(found.is_err(), "{what}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_sign_in_has_to_be_shown_and_a_weak_one_is_not_enough() {
    for profile in ["generic", "proconnect"] {
        exchange(profile, true, |_| {}).await.unwrap();
        for at in [json!(NOW / 1_000_000 - 61), Value::Null] {
            let spoil = |said: &mut Said| said.id["auth_time"] = at.clone();
            let found = exchange(profile, true, spoil).await;
            assert!(matches!(found, Err(ProviderError::Stale)), "{found:?}");
        }
    }
    let found = exchange("franceconnect", true, |_| {}).await;
    assert!(matches!(found, Err(ProviderError::Stale)), "{found:?}");
    let weak = |said: &mut Said| said.id["acr"] = "eidas0".into();
    let found = exchange("franceconnect", false, weak).await;
    assert!(matches!(found, Err(ProviderError::Weak(_))), "{found:?}");

    let (mut provider, said) = provider("generic").await;
    provider.amr = vec!["mfa".to_owned(), "pop".to_owned()];
    let known = Known::default();
    let oidc = Oidc::new(&provider, BACK.to_owned(), &known).unwrap();
    for (amr, enough) in [
        (json!(["pwd", "mfa"]), true),
        (json!(["pwd"]), false),
        (Value::Null, false),
    ] {
        let (_, asked) = oidc.ask(NOW, false).await.unwrap();
        said.lock().unwrap().id["nonce"] = asked.nonce.as_str().into();
        said.lock().unwrap().id["amr"] = amr;
        assert_eq!(oidc.person(&asked, "code", NOW).await.is_ok(), enough);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_endless_or_leads_elsewhere_is_said_to_be() {
    let (provider, said) = provider("generic").await;
    let down = async |spoil: &dyn Fn(&mut Said)| {
        let known = Known::default();
        let oidc = Oidc::new(&provider, BACK.to_owned(), &known).unwrap();
        let truth = said.lock().unwrap().clone();
        spoil(&mut said.lock().unwrap());
        let found = match oidc.ask(NOW, false).await {
            Ok((_, asked)) => oidc.person(&asked, "code", NOW).await.map(|_| ()),
            Err(error) => Err(error),
        };
        *said.lock().unwrap() = truth;
        found.unwrap_err().to_string()
    };
    let told = down(&|said| said.status = StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(told.contains("did not answer"), "{told}");
    let told = down(&|said| said.length = MOST).await;
    assert!(told.contains("longer than"), "{told}");
    let told = down(&|said| said.metadata["issuer"] = "http://127.0.0.1:1".into()).await;
    assert!(told.contains("issuer"), "{told}");
    // No request goes where the issuer is not, whatever its metadata says: the machine's own services among them.
    for place in ["token_endpoint", "jwks_uri"] {
        let elsewhere = |said: &mut Said| said.metadata[place] = "http://127.0.0.1:1/x".into();
        let told = down(&elsewhere).await;
        assert!(told.contains("not at the issuer"), "{told}");
    }
    let nobody = Provider {
        issuer: "http://127.0.0.1:1".to_owned(),
        ..provider.clone()
    };
    let known = Known::default();
    let oidc = Oidc::new(&nobody, BACK.to_owned(), &known).unwrap();
    let told = oidc.ask(NOW, false).await.unwrap_err().to_string();
    assert!(told.contains("did not answer"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_asked_for_once_in_a_while_and_anew_where_one_is_not_known() {
    let (provider, said) = provider("generic").await;
    let known = Known::default();
    let oidc = Oidc::new(&provider, BACK.to_owned(), &known).unwrap();
    let sign_in = async |seconds: i64| {
        let now = NOW + seconds * 1_000_000;
        let (_, asked) = oidc.ask(now, false).await.unwrap();
        said.lock().unwrap().id["nonce"] = asked.nonce.as_str().into();
        said.lock().unwrap().id["exp"] = (now / 1_000_000 + 60).into();
        let person = oidc.person(&asked, "code", now).await;
        (person.is_ok(), said.lock().unwrap().told)
    };
    assert_eq!(sign_in(0).await, (true, 1));
    assert_eq!(sign_in(599).await, (true, 1));
    assert_eq!(sign_in(601).await, (true, 2));
    // It signs with another key from now on.
    {
        let mut said = said.lock().unwrap();
        (said.signs, said.has) = (Signs::Another, Signs::Another);
    }
    assert_eq!(sign_in(700).await, (true, 3));
    // Who signs with a key that the provider does not have makes us ask for it once in half a minute.
    said.lock().unwrap().signs = Signs::Ours;
    assert_eq!(sign_in(720).await, (false, 3));
    assert_eq!(sign_in(731).await, (false, 4));
    assert_eq!(sign_in(732).await, (false, 4));
    // A clock that is set back keeps nothing for longer.
    said.lock().unwrap().signs = Signs::Another;
    assert_eq!(sign_in(0).await, (true, 5));
}
