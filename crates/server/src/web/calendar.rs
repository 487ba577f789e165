//! Calendar entries as files to download.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use exchange::ical;

use crate::app::App;

/// What names an entry everywhere.
pub(crate) fn uid(app: &App, id: &str) -> String {
    let url = &app.settings.public_url;
    let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
    format!("{id}@{host}")
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
