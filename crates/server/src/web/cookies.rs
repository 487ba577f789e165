//! Cookies: read by name, set with every protection the connection allows.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::app::App;

/// The value of a cookie. Where the site runs on https its own cookies have the `__Host-` prefix,
/// which is tried first, so that a neighbour cannot plant one.
#[must_use]
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let find = |wanted: &str| {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(found, _)| *found == wanted)
            .map(|(_, value)| value.to_owned())
    };
    find(&format!("__Host-{name}")).or_else(|| find(name))
}

/// A `Set-Cookie` header: `HttpOnly`, `SameSite=Strict`, `Secure` on https. `seconds` 0 removes it,
/// none keeps it until the browser closes. `value` must be made of token characters (RFC 6265 §4.1.1).
#[must_use]
pub fn set(app: &App, name: &str, value: &str, seconds: Option<i64>) -> HeaderValue {
    header(app, name, value, seconds, "Strict")
}

/// The same, sent along as well when another site leads to one of our pages (`SameSite=Lax`): for what an identity provider
/// sends people back with.
#[must_use]
pub fn set_lax(app: &App, name: &str, value: &str, seconds: Option<i64>) -> HeaderValue {
    header(app, name, value, seconds, "Lax")
}

fn header(app: &App, name: &str, value: &str, seconds: Option<i64>, site: &str) -> HeaderValue {
    let secure = app.settings.public_url.starts_with("https://");
    let prefix = if secure { "__Host-" } else { "" };
    let mut text = format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite={site}");
    if secure {
        text.push_str("; Secure");
    }
    if let Some(seconds) = seconds {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
