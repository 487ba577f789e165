//! The workbench: sign-in, dashboard, queue, submission, series, search.
//!
//! Dense, quick, keyboard first, and whole without JavaScript. Every page reads by an index and a page
//! of rows at a time; counts come from the tally, never from the docket. Every page and act has its
//! [`door::Door`]: what it is for and what it is about, which `casework::policy` decides on.

mod admin;
mod dashboard;
mod door;
pub(crate) mod film;
mod glass;
mod labels;
mod link;
mod marking;
mod policies;
mod queue;
mod record;
mod referral;
mod retention;
mod row;
mod search;
mod sent;
mod series;
mod session;
mod signin;
mod submission;
mod task;
#[cfg(test)]
mod tests;
mod told;

pub(crate) use admin::Trials;
pub use admin::{agent_id, is_name};

use axum::{Router, response::Response, routing::get};
use casework::policy::Action;

pub use self::referral::demonstrate;
use self::{
    door::{About, Admitted, Doors},
    session::Refused,
};
use crate::app::App;

/// Routes of this room: whoever is not signed in yet may sign in, everything else has its door.
pub(crate) fn routes() -> Router<App> {
    let sign_in = get(signin::offer).post(signin::by_link);
    Router::new()
        .route("/{lang}/workbench/sign-in", sign_in)
        .merge(signin::routes())
        .merge(doors().into_router())
}

/// Every page and act of the staff.
fn doors() -> Doors {
    use About::{Docket, Series, Service, Submission};
    let at = |rest: &str| format!("/{{lang}}/workbench{rest}");
    let submission = |rest: &str| at(&format!("/submissions/{{id}}{rest}"));
    let series = |rest: &str| at(&format!("/series/{{id}}{rest}"));
    let mut doors = signin::doors(Doors::default())
        .page(&at(""), Action::SeeFigures, Service, dashboard::show)
        .act(
            &at("/sign-out"),
            Action::SeeFigures,
            Service,
            session::sign_out,
        )
        .act(&at("/task"), Action::SeeFigures, Service, task::begin)
        .act(&at("/task/end"), Action::SeeFigures, Service, task::end)
        // What is not there is answered alike whether or not something else is that they may not see.
        .page(&at("/{*rest}"), Action::SeeFigures, Service, nothing)
        .page(&at("/queue"), Action::Read, Docket, queue::show)
        .act(&at("/queue/bulk"), Action::Take, Docket, queue::bulk)
        .page(&at("/search"), Action::Search, Docket, search::show)
        .page(&at("/glass"), Action::Read, Docket, glass::show)
        .page(&at("/glass/{leave}"), Action::Read, Docket, glass::open)
        .act(&at("/glass/ask"), Action::Read, Docket, glass::ask)
        .act(
            &at("/glass/{leave}/agree"),
            Action::Read,
            Docket,
            glass::agree,
        )
        .page(&at("/record"), Action::ReadRecord, Service, record::show)
        .page(
            &at("/record/verify"),
            Action::ReadRecord,
            Service,
            record::check::verify,
        )
        .page(
            &at("/record/anchor"),
            Action::ReadRecord,
            Service,
            record::check::anchor,
        )
        .page(
            &at("/record/export"),
            Action::ExportRecord,
            Service,
            record::export::csv,
        )
        .act(
            &at("/signs/seen"),
            Action::SeeAlerts,
            Service,
            record::set_seen,
        )
        .page(&at("/series"), Action::Read, Docket, series::list)
        .page(&series(""), Action::Read, Series, series::page::show)
        .page(&submission(""), Action::Read, Submission, submission::show)
        .page(
            &submission("/presence"),
            Action::Read,
            Submission,
            submission::presence::poll,
        )
        .page(
            &submission("/exhibits/{exhibit}"),
            Action::OpenExhibit,
            Submission,
            submission::exhibit::download,
        )
        .act(
            &submission("/identity"),
            Action::OpenIdentity,
            Submission,
            submission::identity::open,
        );
    for (act, action) in submission::act::STEPS {
        let path = submission(&format!("/acts/{act}"));
        doors = doors.act(&path, *action, Submission, submission::act::post);
    }
    for (act, action) in [("reply", Action::Reply), ("note", Action::Note)] {
        let path = submission(&format!("/acts/{act}"));
        doors = doors.act(&path, action, Submission, submission::act::write);
    }
    doors = doors.act(
        &submission("/acts/conflict"),
        Action::DeclareConflict,
        Submission,
        submission::act::conflict,
    );
    for (act, action) in [("seal", Action::Seal), ("unseal", Action::Unseal)] {
        let path = submission(&format!("/acts/{act}"));
        doors = doors.act(&path, action, Submission, submission::act::seal);
    }
    for (act, action) in [("mark", Action::Mark), ("unmark", Action::Unmark)] {
        let path = submission(&format!("/acts/{act}"));
        doors = doors.act(&path, action, Submission, submission::act::mark);
    }
    doors = doors
        .page(
            &at("/retention"),
            Action::SeeRetention,
            Docket,
            retention::show,
        )
        .page(
            &at("/retention/proofs/{proof}"),
            Action::SeeRetention,
            Docket,
            retention::statement,
        )
        .page(
            &submission("/retention"),
            Action::SeeRetention,
            Submission,
            retention::show_one,
        )
        .act(
            &submission("/retention/hold"),
            Action::Hold,
            Submission,
            retention::hold,
        )
        .act(
            &submission("/retention/let-go"),
            Action::Hold,
            Submission,
            retention::let_go,
        )
        .act(
            &submission("/retention/ask"),
            Action::AskErasure,
            Submission,
            retention::ask,
        )
        .act(
            &submission("/retention/erase"),
            Action::Erase,
            Submission,
            retention::erase,
        );
    for act in ["hit-add", "hit-correct", "hit-dismiss", "hit-undo"] {
        let path = submission(&format!("/acts/{act}"));
        doors = doors.act(&path, Action::Correct, Submission, submission::hit::post);
    }
    for act in ["confirm", "split", "merge", "undo"] {
        let path = series(&format!("/acts/{act}"));
        doors = doors.act(&path, Action::DecideSeries, Series, series::act::post);
    }
    film::doors(referral::doors(admin::doors(doors)))
}

async fn nothing(_: App, at: Admitted) -> Result<Response, Refused> {
    Err(at.signed.not_found())
}
