//! Calendar entries as files to download.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use exchange::ical;

use crate::{
    app::App,
    page::Page,
    workbench::film::{office as office_unit, unit_name},
};

/// What names an entry everywhere.
pub(crate) fn uid(app: &App, id: &str) -> String {
    let url = &app.settings.public_url;
    let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
    format!("{id}@{host}")
}

/// The office that sends entries.
pub(crate) fn organizer(app: &App, page: &Page) -> String {
    office_unit(app).map_or_else(String::new, |unit| unit_name(app, page, &unit))
}

/// The office's own page.
pub(crate) fn office(app: &App, page: &Page) -> String {
    format!("{}/{}/film", app.settings.public_url, page.tag())
}

/// The file of an entry.
pub(crate) fn download(entry: &ical::Entry<'_>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"invitation.ics\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, ical::file(entry)).into_response()
}
