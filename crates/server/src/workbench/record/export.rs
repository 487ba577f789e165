//! The record as a file: what a search of it finds, as CSV (RFC 4180).

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use store::{StoreError, objects::hex, record::Entry};

use super::asked;
use crate::{
    app::App,
    workbench::{door::Admitted, session::Refused},
};

/// The newest so many; whoever needs older ones sets the dates.
const MOST: i64 = if cfg!(test) { 50 } else { 50_000 };

const COLUMNS: &str = "place,at,agent,unit,kind,submission,about,because,reason,hash\r\n";

/// The file. That it is taken out is recorded by the door, with what was searched for.
pub(crate) async fn csv(app: App, at: Admitted) -> Result<Response, Refused> {
    let entries = app.store.record.entries(&asked(&at), MOST).await;
    let entries = entries.map_err(|error: StoreError| at.signed.failed(&error))?;
    let mut text = COLUMNS.to_owned();
    for entry in &entries {
        line(&mut text, entry);
    }
    Ok((
        [
            (
                header::CONTENT_TYPE,
                "text/csv; charset=utf-8; header=present",
            ),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"record.csv\"",
            ),
            (header::CACHE_CONTROL, "no-store"),
        ],
        text,
    )
        .into_response())
}

fn line(text: &mut String, entry: &Entry) {
    let look = &entry.look;
    let at = jiff::Timestamp::from_microsecond(look.at);
    let number = look.docket.map(|seq| seq.saturating_add(1).to_string());
    let cells = [
        entry.place.saturating_add(1).to_string(),
        at.map_or_else(|_| look.at.to_string(), |at| at.to_string()),
        look.agent.clone(),
        look.unit.clone(),
        look.kind.clone(),
        number.unwrap_or_default(),
        look.object.clone(),
        look.because.clone(),
        look.reason.clone(),
        hex(&entry.hash),
    ];
    text.push_str(&cells.map(|text| cell(&text)).join(","));
    text.push_str("\r\n");
}

/// A cell that holds anything, and that no table calculates with.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']);
    let sign = if formula { "'" } else { "" };
    format!("\"{sign}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        for (text, expected) in [
            ("", "\"\""),
            ("a, b", "\"a, b\""),
            ("say \"no\"\r\n", "\"say \"\"no\"\"\r\n\""),
            ("=1+1", "\"'=1+1\""),
            ("@x", "\"'@x\""),
            ("-1", "\"'-1\""),
            ("\tx", "\"'\tx\""),
            ("a=1", "\"a=1\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
