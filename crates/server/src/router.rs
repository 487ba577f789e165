//! Every route, in one place.

use axum::{Router, extract::DefaultBodyLimit, middleware};

use crate::{api, app::App, assets, page::Page, public, web::guard, workbench};

/// The whole site.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(assets::routes())
        .merge(public::routes())
        .merge(workbench::routes())
        .merge(api::routes())
        .fallback(async |page: Page| page.not_found())
        .layer(DefaultBodyLimit::max(app.settings.most_body))
        .layer(middleware::from_fn(guard::same_origin))
        .layer(middleware::from_fn_with_state(app.clone(), guard::headers))
        .with_state(app)
}
