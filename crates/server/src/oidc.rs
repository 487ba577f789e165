//! OpenID Connect with one provider: authorization code, PKCE where it takes it, ID token and userinfo verified.
//!
//! Nothing is asked of any other host than the issuer's; each answer has a time and a size. Who is signed in by it is said in
//! `workbench::signin`, who files a complaint in `public::identity`.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use openidconnect::{
    AccessTokenHash, AdditionalClaims, AsyncHttpClient, AuthType, AuthenticationFlow,
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, SignatureVerificationError, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthPrompt, CoreClient, CoreGenderClaim, CoreIdTokenClaims, CoreJwsSigningAlgorithm,
        CoreProviderMetadata, CoreResponseType, CoreTokenResponse,
    },
    http, reqwest,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use url::Url;

use crate::identity::{Provider, SecretIn, StepUp, UserInfo};

/// The longest that a provider may take for an answer…
const PATIENCE: Duration = Duration::from_secs(10);
/// … and the largest, bytes.
const MOST: usize = 256 << 10;
/// Clocks differ by so much, seconds.
const LEEWAY: i64 = 60;
/// What a provider says of itself and its keys is kept so long, microseconds…
const KEPT: i64 = 10 * 60_000_000;
/// … and asked for anew earlier where it signs with a key that is not known, once in so long.
const ANEW: i64 = 30_000_000;
/// Whoever asks to sign in makes this server ask the provider: so many at once and no more.
static AT_ONCE: Semaphore = Semaphore::const_new(8);

/// Why the provider did not vouch for anybody.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ProviderError {
    /// It did not answer, or not as it should.
    #[error("the identity provider did not answer as it should: {0}")]
    Down(String),
    /// What it answered does not hold.
    #[error("what the identity provider says does not hold: {0}")]
    Untrue(String),
    /// It says nothing of a fresh sign-in.
    #[error("the identity provider does not show a fresh sign-in")]
    Stale,
    /// The person proved it in a way that is not enough here.
    #[error("the person proved it in a way that is not enough here: {0}")]
    Weak(String),
}

/// What was asked for: kept until the person comes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) state: String,
    nonce: String,
    verifier: Option<String>,
    /// When a fresh sign-in was asked for, seconds since 1970 UTC.
    fresh_since: Option<i64>,
}

/// Whom the provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// Who, at this provider and for this client.
    pub(crate) subject: String,
    /// Their name, empty when it is not said.
    pub(crate) name: String,
    /// Their address for letters, empty when it is not said.
    pub(crate) email: String,
    /// Everything that was said of them.
    pub(crate) claims: Map<String, Value>,
}

/// What a provider says beyond the standard claims.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Extra {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl AdditionalClaims for Extra {}

/// What providers say of themselves, by their issuers, and when they said it.
#[derive(Default)]
pub(crate) struct Known(Mutex<HashMap<String, (i64, CoreProviderMetadata)>>);

impl Known {
    /// What a provider said of itself so long ago at most.
    fn of(&self, issuer: &str, now: i64, most: i64) -> Option<CoreProviderMetadata> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, metadata) = known.get(issuer)?;
        // A clock that was set back keeps nothing for longer.
        (0..most).contains(&(now - at)).then(|| metadata.clone())
    }

    fn keep(&self, issuer: &str, now: i64, metadata: &CoreProviderMetadata) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(issuer.to_owned(), (now, metadata.clone()));
    }
}

/// Why an ID token is not believed.
enum Unsigned {
    /// The provider had no such key when it said which it has.
    Key,
    Untrue(String),
}

impl From<Unsigned> for ProviderError {
    fn from(unsigned: Unsigned) -> Self {
        ProviderError::Untrue(match unsigned {
            Unsigned::Key => "it is signed with a key that is none of the provider's".to_owned(),
            Unsigned::Untrue(why) => why,
        })
    }
}

/// A provider, and where it sends people back to.
pub(crate) struct Oidc<'p> {
    provider: &'p Provider,
    back: String,
    known: &'p Known,
    http: Http,
}

impl<'p> Oidc<'p> {
    /// Ready to ask.
    pub(crate) fn new(
        provider: &'p Provider,
        back: String,
        known: &'p Known,
    ) -> Result<Self, ProviderError> {
        Ok(Self {
            http: Http::new(provider)?,
            provider,
            known,
            back,
        })
    }

    /// Where the person is sent, and what has to be kept. `anew` asks for a fresh sign-in.
    pub(crate) async fn ask(&self, now: i64, anew: bool) -> Result<(Url, Asked), ProviderError> {
        let profile = &self.provider.profile;
        let client = client(self.metadata(now).await?, self)?;
        let mut request = client.authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            || CsrfToken::new_random_len(32),
            || Nonce::new_random_len(32),
        );
        for scope in profile.scopes.iter().filter(|scope| *scope != "openid") {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let mut verifier = None;
        if profile.pkce {
            let (challenge, kept) = PkceCodeChallenge::new_random_sha256();
            request = request.set_pkce_challenge(challenge);
            verifier = Some(kept.into_secret());
        }
        if let Some(claims) = &profile.claims {
            request = request.add_extra_param("claims", claims.clone());
        }
        if let Some(acr) = &profile.ask_acr {
            request = request.add_extra_param("acr_values", acr.clone());
        }
        if anew {
            request = match profile.step_up {
                StepUp::None => return Err(ProviderError::Stale),
                StepUp::MaxAge => request.set_max_age(Duration::ZERO),
                StepUp::Prompt => request.add_prompt(CoreAuthPrompt::Login),
            };
        }
        let (url, state, nonce) = request.url();
        let asked = Asked {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier,
            fresh_since: anew.then_some(now / 1_000_000),
        };
        Ok((url, asked))
    }

    /// Whom the provider vouches for, by the code that the person brought back.
    pub(crate) async fn person(
        &self,
        asked: &Asked,
        code: &str,
        now: i64,
    ) -> Result<Person, ProviderError> {
        let untrue = |error: &dyn std::fmt::Display| ProviderError::Untrue(error.to_string());
        let mut client = client(self.metadata(now).await?, self)?;
        let mut request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| ProviderError::Down(error.to_string()))?;
        if let Some(verifier) = &asked.verifier {
            request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.clone()));
        }
        let tokens = request.request_async(&self.http).await;
        let tokens = tokens.map_err(|error| self.http.told(&error))?;
        let mut found = signed(&client, &tokens, asked, now);
        let lately = self.known.of(&self.provider.issuer, now, ANEW).is_some();
        if matches!(found, Err(Unsigned::Key)) && !lately {
            client = self::client(self.discovered(now).await?, self)?;
            found = signed(&client, &tokens, asked, now);
        }
        let claims = &found?;
        let said = |value: Option<String>| value.unwrap_or_default();
        let acr = said(claims.auth_context_ref().map(|acr| acr.to_string()));
        let amr: Vec<String> = claims
            .auth_method_refs()
            .into_iter()
            .flatten()
            .map(|amr| amr.to_string())
            .collect();
        self.is_enough(&acr, &amr)?;
        if let Some(since) = asked.fresh_since {
            let proved = claims.auth_time().map(|at| at.timestamp());
            if proved.is_none_or(|proved| proved < since - LEEWAY) {
                return Err(ProviderError::Stale);
            }
        }
        let subject = claims.subject().clone();
        let value = if self.provider.profile.userinfo == UserInfo::None {
            serde_json::to_value(claims)
        } else {
            let signed = self.provider.profile.userinfo == UserInfo::Signed;
            let request = client
                .user_info(tokens.access_token().clone(), Some(subject.clone()))
                .map_err(|error| ProviderError::Down(error.to_string()))?
                .require_signed_response(signed);
            let found = request.request_async(&self.http).await;
            let found: UserInfoClaims<Extra, CoreGenderClaim> =
                found.map_err(|error| self.http.told(&error))?;
            serde_json::to_value(found)
        };
        let claims = match value.map_err(|error| untrue(&error))? {
            Value::Object(claims) => claims,
            _ => Map::new(),
        };
        Ok(self.mapped(subject.to_string(), claims))
    }

    /// Whether the way a person proved it is enough here.
    fn is_enough(&self, acr: &str, amr: &[String]) -> Result<(), ProviderError> {
        let levels = &self.provider.profile.acr;
        if !levels.is_empty() && !levels.iter().any(|level| level == acr) {
            return Err(ProviderError::Weak(format!("level {acr:?}")));
        }
        let ways = &self.provider.amr;
        if !ways.is_empty() && !ways.iter().any(|way| amr.contains(way)) {
            return Err(ProviderError::Weak(format!("ways {amr:?}")));
        }
        Ok(())
    }

    fn mapped(&self, subject: String, claims: Map<String, Value>) -> Person {
        let text = |name: &String| claims.get(name).and_then(Value::as_str);
        let profile = &self.provider.profile;
        let name: Vec<&str> = profile.name.iter().filter_map(text).collect();
        Person {
            subject,
            name: name.join(" "),
            email: text(&profile.email).unwrap_or_default().to_owned(),
            claims,
        }
    }

    async fn metadata(&self, now: i64) -> Result<CoreProviderMetadata, ProviderError> {
        match self.known.of(&self.provider.issuer, now, KEPT) {
            Some(known) => Ok(known),
            None => self.discovered(now).await,
        }
    }

    /// What the provider says of itself, asked for now.
    async fn discovered(&self, now: i64) -> Result<CoreProviderMetadata, ProviderError> {
        let _turn = AT_ONCE
            .acquire()
            .await
            .map_err(|error| ProviderError::Down(error.to_string()))?;
        let issuer = IssuerUrl::new(self.provider.issuer.clone());
        let issuer = issuer.map_err(|error| ProviderError::Down(error.to_string()))?;
        let found = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        let found = found.map_err(|error| self.http.told(&error))?;
        self.known.keep(&self.provider.issuer, now, &found);
        Ok(found)
    }
}

/// What an ID token says, if it is signed by the provider and is of this sign-in.
fn signed(
    client: &Client,
    tokens: &CoreTokenResponse,
    asked: &Asked,
    now: i64,
) -> Result<CoreIdTokenClaims, Unsigned> {
    let untrue = |error: &dyn std::fmt::Display| Unsigned::Untrue(error.to_string());
    let token = tokens
        .id_token()
        .ok_or_else(|| untrue(&"there is no ID token"))?;
    let clock = move || {
        let seconds = now.div_euclid(1_000_000) - LEEWAY;
        chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default()
    };
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EdDsa,
        ])
        .set_time_fn(clock);
    let claims = token
        .claims(&verifier, &Nonce::new(asked.nonce.clone()))
        .map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            ) => Unsigned::Key,
            error => untrue(&error),
        })?;
    if let Some(expected) = claims.access_token_hash() {
        let signed_with = token.signing_alg().map_err(|error| untrue(&error))?;
        let key = token
            .signing_key(&verifier)
            .map_err(|error| untrue(&error))?;
        let found = AccessTokenHash::from_token(tokens.access_token(), signed_with, key);
        if found.map_err(|error| untrue(&error))? != *expected {
            return Err(untrue(&"another access token"));
        }
    }
    Ok(claims.clone())
}

type Client = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

fn client(metadata: CoreProviderMetadata, oidc: &Oidc<'_>) -> Result<Client, ProviderError> {
    let provider = oidc.provider;
    let back = RedirectUrl::new(oidc.back.clone());
    let back = back.map_err(|error| ProviderError::Down(error.to_string()))?;
    let secret = provider.client_secret.as_ref();
    let secret = secret.map(|secret| ClientSecret::new(secret.0.clone()));
    let id = ClientId::new(provider.client_id.clone());
    let client = CoreClient::from_provider_metadata(metadata, id, secret);
    let client = client.set_auth_type(match provider.profile.secret_in {
        SecretIn::Header => AuthType::BasicAuth,
        SecretIn::Body => AuthType::RequestBody,
    });
    Ok(client.set_redirect_uri(back))
}

/// Asks the issuer's host and no other, follows nothing, and reads no more than [`MOST`].
struct Http {
    client: reqwest::Client,
    origin: url::Origin,
}

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error("{0} is not at the issuer's address")]
    Elsewhere(String),
    #[error("the answer is longer than {MOST} bytes")]
    Long,
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
    #[error(transparent)]
    Form(#[from] http::Error),
}

impl Http {
    fn new(provider: &Provider) -> Result<Self, ProviderError> {
        let down = |error: &dyn std::fmt::Display| ProviderError::Down(error.to_string());
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(PATIENCE / 2)
            .timeout(PATIENCE)
            .no_proxy();
        if let Some(pem) = &provider.certificates {
            let read = reqwest::Certificate::from_pem_bundle(pem.as_bytes());
            for certificate in read.map_err(|error| down(&error))? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        let issuer = Url::parse(&provider.issuer).map_err(|error| down(&error))?;
        Ok(Self {
            client: builder.build().map_err(|error| down(&error))?,
            origin: issuer.origin(),
        })
    }

    /// An error of an exchange with all its causes, in one line.
    fn told(&self, error: &dyn std::error::Error) -> ProviderError {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(one) = cause {
            text.push_str(": ");
            text.push_str(&one.to_string());
            cause = one.source();
        }
        ProviderError::Down(text)
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request: reqwest::Request = request.try_into()?;
        if request.url().origin() != self.origin {
            return Err(HttpError::Elsewhere(request.url().to_string()));
        }
        let mut response = self.client.execute(request).await?;
        let mut answer = http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MOST {
                return Err(HttpError::Long);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(answer.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.answer(request))
    }
}

#[cfg(test)]
pub(crate) mod tests;
