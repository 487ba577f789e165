//! Pages that only inform, the choice of colours, and the quick way out.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{draft, session};
use crate::{
    app::App,
    page::{Page, Theme, render},
    web::{cookies, form::Fields},
};

const YEAR: i64 = 365 * 86_400;

#[derive(Template)]
#[template(path = "public/privacy.html")]
struct PrivacyPage {
    page: Page,
    draft_days: i64,
    desks: Vec<String>,
    /// What a provider that vouches for who files a complaint learns and tells; empty without one.
    provider: String,
}

/// What is kept, why, how long, and by whom it is read.
pub(super) async fn privacy(State(app): State<App>, page: Page) -> Response {
    let desks = app
        .config
        .desks()
        .map(|desk| {
            let within = super::desk::retention(&page, desk);
            page.w.t2(
                "privacy-desk",
                ("desk", desk.title.get(page.lang)),
                ("within", within),
            )
        })
        .collect();
    render(
        StatusCode::OK,
        &PrivacyPage {
            draft_days: app.settings.draft_days,
            desks,
            provider: super::identity::told(&app, &page),
            page,
        },
    )
}

#[derive(Template)]
#[template(path = "public/accessibility.html")]
struct AccessibilityPage {
    page: Page,
}

/// What is known about accessibility, and what is not.
pub(super) async fn accessibility(page: Page) -> Response {
    render(StatusCode::OK, &AccessibilityPage { page })
}

/// Keeps the choice of colours and goes back to the page it was made on.
pub(super) async fn theme(State(app): State<App>, page: Page, fields: Fields) -> Response {
    let theme = Theme::from_word(fields.one("theme").unwrap_or_default());
    let home = format!("/{}/", page.tag());
    let back = fields
        .one("back")
        .filter(|path| is_local(path))
        .unwrap_or(&home);
    let response = Redirect::to(back).into_response();
    super::step::with_cookie(
        response,
        cookies::set(&app, "orfevre-theme", theme.as_str(), Some(YEAR)),
    )
}

/// A path of this site: `//host` and `/\host` are read as another one by browsers.
fn is_local(path: &str) -> bool {
    let mut bytes = path.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// Takes every trace of this site out of the browser that a site can, and shows another page.
///
/// The way there is a `Refresh` header: a redirect would be refused by our own `form-action 'self'`.
pub(super) async fn leave(State(app): State<App>) -> Response {
    let mut response = (
        [
            (header::REFRESH, format!("0; url={}", app.settings.leave_to)),
            (
                HeaderName::from_static("clear-site-data"),
                "\"cache\", \"cookies\", \"storage\"".to_owned(),
            ),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        ],
        // Nothing to see, in no language, while the other page comes.
        "<!doctype html><html lang=\"en\"><title>…</title>",
    )
        .into_response();
    for name in [draft::COOKIE, session::COOKIE, "orfevre-theme"] {
        response = super::step::with_cookie(response, cookies::set(&app, name, "", Some(0)));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_a_path_of_this_site_is_gone_back_to() {
        for (path, local) in [
            ("/fr/figures?x=1", true),
            ("/", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("javascript:alert(1)", false),
            ("", false),
            ("/a\r\nSet-Cookie: x=1", false),
            ("/\t/evil.example", false),
        ] {
            assert_eq!(is_local(path), local, "{path:?}");
        }
    }
}
