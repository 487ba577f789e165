//! Who may read a follow-up page: a signed cookie of half an hour that names the submission. The code
//! itself is not in it.

use axum::http::{HeaderMap, HeaderValue};
use store::{StoreError, intake::Submission};

use crate::{app::App, web::cookies};

pub(super) const COOKIE: &str = "orfevre-follow";
const SECONDS: i64 = 1800;

/// The cookie that opens a submission's follow-up for half an hour from now.
pub(super) fn cookie(app: &App, id: &str) -> HeaderValue {
    let expires = app.now().as_second() + SECONDS;
    let claim = format!("{id}.{expires}");
    let value = format!("{claim}.{}", seal(app, &claim));
    cookies::set(app, COOKIE, &value, Some(SECONDS))
}

/// The submission this browser may follow.
pub(super) async fn submission(
    app: &App,
    headers: &HeaderMap,
) -> Result<Option<Submission>, StoreError> {
    let Some(id) = id(app, headers) else {
        return Ok(None);
    };
    app.store.intake.by_id(&id).await
}

fn id(app: &App, headers: &HeaderMap) -> Option<String> {
    let value = cookies::read(headers, COOKIE)?;
    let (claim, sealed) = value.rsplit_once('.')?;
    // Compared whole, whatever the first difference: no timing tells how much of a guess was right.
    let wanted = seal(app, claim);
    let differs = wanted
        .bytes()
        .zip(sealed.bytes())
        .fold(0, |differs, (a, b)| differs | (a ^ b));
    if differs != 0 || wanted.len() != sealed.len() {
        return None;
    }
    let (id, expires) = claim.split_once('.')?;
    (expires.parse::<i64>().ok()? > app.now().as_second()).then(|| id.to_owned())
}

fn seal(app: &App, claim: &str) -> String {
    store::objects::hex(&app.store.secrets.derive("follow-session", claim.as_bytes()))
}
