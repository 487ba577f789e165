//! The public site: home, desks, drafts, receipts, follow-up, figures, the ledger's tiles.
//!
//! Everything works without a script; nothing personal and no code is ever in an address. A page is a
//! file here with its handler and its template's struct; [`questions`] turns a desk's definition and
//! the raw answers into what a page shows, [`situation`] says where a draft stands.

mod desk;
mod document;
mod draft;
mod encounters;
mod figures;
mod film;
mod follow;
mod home;
mod identity;
mod information;
mod ledger;
mod questions;
mod receipt;
mod review;
mod session;
mod shown;
mod situation;
mod step;
#[cfg(test)]
pub(crate) mod tests;
mod upload;

pub(crate) use upload::shown_name;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    response::Redirect,
    routing::{get, post},
};

use crate::app::App;

/// Routes of this room.
pub(crate) fn routes() -> Router<App> {
    let mut router = Router::new()
        .route("/", get(home::choose_language))
        .route("/checkpoint", get(ledger::checkpoint))
        .route("/tile/{*path}", get(ledger::tile))
        .route(identity::BACK, get(identity::back));
    for (tag, home) in [("fr", "/fr/"), ("en", "/en/")] {
        let at = |path: &str| format!("/{tag}{path}");
        // These take files: they are streamed, and each limit is held where they are read.
        let files = Router::new()
            .route(
                &at("/desks/{desk}/steps/{step}"),
                get(step::show).post(step::save),
            )
            .route(&at("/follow/facts"), post(follow::facts))
            .layer(DefaultBodyLimit::disable());
        router = router
            .merge(files)
            .route(
                &format!("/{tag}"),
                get(async move || Redirect::permanent(home)),
            )
            .route(&at("/"), get(home::show))
            .route(
                &at("/desks/{desk}"),
                get(desk::start_page).post(desk::begin),
            )
            .route(&at("/desks/{desk}/track"), post(desk::change_track))
            .route(&at("/desks/{desk}/stop"), get(desk::stop))
            .route(&at("/desks/{desk}/criteria"), get(desk::criteria))
            .route(&at("/desks/{desk}/review"), get(review::show))
            .route(&at("/desks/{desk}/send"), post(review::send))
            .route(&at("/desks/{desk}/identity"), post(identity::fill))
            .route(&at("/draft"), get(follow::draft_page))
            .route(&at("/draft/drop"), post(follow::drop_draft))
            .route(
                &at("/resume"),
                get(follow::resume_form).post(follow::resume),
            )
            .route(&at("/receipt"), get(receipt::show))
            .route(&at("/receipt/file"), get(receipt::download))
            .route(&at("/receipt/receipt.pdf"), get(document::receipt))
            .route(&at("/follow"), get(follow::form).post(follow::open))
            .route(&at("/follow/submission"), get(follow::submission))
            .route(&at("/follow/message"), post(follow::message))
            .route(
                &at("/follow/withdraw"),
                get(follow::withdraw_page).post(follow::withdraw),
            )
            .route(&at("/follow/close"), post(follow::close))
            .route(&at("/follow/film"), get(film::project))
            .route(&at("/follow/film/quote.pdf"), get(document::quote))
            .route(
                &at("/follow/film/convention.pdf"),
                get(document::convention_of),
            )
            .route(&at("/follow/film/appeal"), post(film::appeal))
            .route(&at("/follow/film/rider"), post(film::ride))
            .route(&at("/follow/film/crew"), post(film::crew_listed))
            .route(&at("/follow/film/rate"), post(film::rate))
            .route(&at("/film"), get(film::about))
            .route(&at("/film/statistics.csv"), get(film::csv))
            .route(&at("/film/statistics.schema.json"), get(film::schema))
            .route(&at("/encounters"), get(encounters::list))
            .route(&at("/encounters/{id}"), get(encounters::show))
            .route(&at("/encounters/{id}/event.ics"), get(encounters::calendar))
            .route(&at("/encounters/{id}/register"), post(encounters::register))
            .route(
                &at("/encounters/{id}/registration"),
                post(encounters::registration),
            )
            .route(&at("/encounters/{id}/leave"), post(encounters::leave))
            .route(&at("/encounters/{id}/question"), post(encounters::question))
            .route(&at("/figures"), get(figures::show))
            .route(&at("/ledger"), get(ledger::show))
            .route(&at("/privacy"), get(information::privacy))
            .route(&at("/accessibility"), get(information::accessibility))
            .route(&at("/theme"), post(information::theme))
            .route(&at("/leave"), post(information::leave));
    }
    router
}
