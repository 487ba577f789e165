//! public

use axum::Router;

use crate::app::App;

/// Routes of this room.
pub(crate) fn routes() -> Router<App> {
    Router::new()
}
