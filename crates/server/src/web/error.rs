//! When something fails: what happened, what was *not* lost, what to do. A page for a person, problem
//! details (RFC 9457) for a program.

use askama::Template;
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use store::StoreError;

use crate::page::{Page, render};

/// A page that says what went wrong.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub page: Page,
    /// What happened.
    pub title: String,
    /// What was not lost, and what to do.
    pub text: String,
}

impl Page {
    /// Nothing is here, or nothing that this reader may see: both look the same.
    pub fn not_found(self) -> Response {
        let (title, text) = (
            self.w.t("error-not-found-title"),
            self.w.t("error-not-found-text"),
        );
        render(
            StatusCode::NOT_FOUND,
            &ErrorPage {
                page: self,
                title,
                text,
            },
        )
    }

    /// The store failed on a read; logged here, once.
    pub fn store_failed(self, error: &StoreError) -> Response {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "a page could not be read from the store"
        );
        let (title, text) = (self.w.t("error-store-title"), self.w.t("error-store-text"));
        render(
            StatusCode::SERVICE_UNAVAILABLE,
            &ErrorPage {
                page: self,
                title,
                text,
            },
        )
    }

    /// Any other failure, worded by the caller.
    pub fn failed(self, status: StatusCode, title: String, text: String) -> Response {
        render(
            status,
            &ErrorPage {
                page: self,
                title,
                text,
            },
        )
    }
}

/// Problem details of one failed API request.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// A stable word under `/problems/`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What to do about it, and what was or was not kept.
    pub detail: String,
    /// One entry a field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Extension members (RFC 9457 §3.2), such as the place in the body.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// A field that is wrong.
#[derive(Debug, Serialize)]
pub struct FieldProblem {
    /// Path of the field: `payments[2].iban`.
    pub field: String,
    /// Stable word for what is wrong.
    pub code: String,
    /// A sentence in the reader's language.
    pub message: String,
}

impl Problem {
    /// A problem without fields.
    #[must_use]
    pub fn new(status: StatusCode, kind: &str, title: &str, detail: &str) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.to_owned(),
            errors: Vec::new(),
            more: serde_json::Map::new(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            Json(self),
        )
            .into_response()
    }
}
