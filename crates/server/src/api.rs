//! `/api/v1`: the JSON interface, with the same rules as the pages.
//!
//! - `operations`: every operation, in one table that makes the routes and the description.
//! - `submissions`, `evidence`, `follow`, `desks`, `figures`: the operations.
//! - `failure`: everything that can go wrong, as problem details.
//! - `openapi`, `schema`: the description, made from the table and the desks.
//!
//! Anybody may file. A partner's token (`Authorization: Bearer`) makes its idempotency keys its own and
//! opens the channel `import`. No cookie is read here and none is set.

mod desks;
mod evidence;
mod failure;
mod figures;
mod follow;
mod json;
mod openapi;
mod operations;
mod request;
mod schema;
mod submissions;
#[cfg(test)]
mod tests;
mod upload;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::any,
};
use casework::Lang;
use serde::Serialize;

use self::{failure::Failure, operations::OPERATIONS};
use crate::{app::App, page::preferred};

/// Routes of this room.
pub(crate) fn routes() -> Router<App> {
    let mut routes = Router::new();
    for operation in OPERATIONS {
        let path = operation
            .path
            .strip_prefix("/api")
            .unwrap_or(operation.path);
        routes = routes.route(path, (operation.route)());
    }
    let nothing = async |request: Request| Failure::NotFound.respond(lang(request));
    let routes = routes
        // The bare room is no address, and no fallback sees it.
        .route("/", any(nothing))
        .method_not_allowed_fallback(async |request: Request| {
            Failure::Method.respond(lang(request))
        })
        .fallback(nothing)
        // Every reader of a body here has limits of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(problems_only));
    Router::new()
        .nest("/api", routes)
        .route("/api/", any(nothing))
}

fn lang(request: Request) -> Lang {
    preferred(&request.into_parts().0)
}

/// An error that this room did not word (axum's own, say) becomes problem details too.
async fn problems_only(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let lang = preferred(&parts);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let worded = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == b"application/problem+json");
    if (status.is_client_error() || status.is_server_error()) && !worded {
        let failure = if status.is_server_error() {
            Failure::Internal
        } else {
            Failure::Request(status)
        };
        return failure.respond(lang);
    }
    if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        let taken = HeaderValue::from_static("application/json, multipart/form-data");
        response.headers_mut().insert("accept-post", taken);
    }
    response
}

fn json_answer(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (status, headers, bytes).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
