//! The stylesheet and the script, in the binary, under names that change with their content.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest, Sha256};

use crate::app::App;

const STYLE: &str = concat!(
    include_str!("../assets/base.css"),
    include_str!("../assets/public.css"),
    include_str!("../assets/workbench.css"),
);
const SCRIPT: &str = concat!(
    "\"use strict\";\n",
    include_str!("../assets/public.js"),
    include_str!("../assets/workbench.js"),
    include_str!("../assets/passkey.js"),
);
const ICON: &str = include_str!("../assets/icon.svg");

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| format!("/assets/{}.css", hash(STYLE)));
static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| format!("/assets/{}.js", hash(SCRIPT)));

fn hash(text: &str) -> String {
    store::objects::hex(&Sha256::digest(text.as_bytes())[..8])
}

pub(crate) fn stylesheet() -> &'static str {
    &STYLE_PATH
}

pub(crate) fn script() -> &'static str {
    &SCRIPT_PATH
}

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/assets/{name}", get(asset))
}

async fn asset(Path(name): Path<String>) -> Response {
    let path = format!("/assets/{name}");
    let (media_type, body) = if path == *STYLE_PATH {
        ("text/css; charset=utf-8", STYLE)
    } else if path == *SCRIPT_PATH {
        ("text/javascript; charset=utf-8", SCRIPT)
    } else if name == "icon.svg" {
        ("image/svg+xml", ICON)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    (
        [
            (header::CONTENT_TYPE, media_type),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ],
        body,
    )
        .into_response()
}
