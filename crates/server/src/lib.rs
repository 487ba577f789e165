//! ACT and ANSWER: the public site, the workbench, the JSON API and the worker behind them.
//!
//! - [`app`]: what every request shares. [`page`]: the frame of a page. [`words`]: its words.
//! - `public`: home, desks, drafts, receipts, follow-up, the ledger's tiles.
//! - `workbench`: sign-in, queue, submission, series, search; the film office. `sheet`: pages made of parts.
//! - `api`: `/api/v1`, the same rules as the pages.
//! - `document`: documents as PDF, made on a worker within a time.
//! - [`receive`]: from checked answers to a durable receipt; the one way in for pages, API and import.
//! - [`harmonise`]: from a submission to its observables, keys, priority and proposal; pure.
//! - [`housekeeping`]: removes drafts and files whose time is over.
//! - [`identity`]: the identity providers that are trusted.
//! - [`reader`]: files of others' formats, read by a child process with limits.
//! - [`watch`]: raises signs of misuse, and anchors the record of looks in the ledger.
//! - [`worker`]: carries what was received through harmonising and matching, and resumes after a kill.
//!
//! No SQL is here, no environment is read, the clock comes in with [`app::App`].

mod api;
pub mod app;
mod assets;
mod document;
pub mod harmonise;
pub mod housekeeping;
pub mod identity;
mod oidc;
pub mod page;
mod public;
pub mod reader;
pub mod receive;
mod router;
mod serve;
mod sheet;
pub mod watch;
pub mod web;
pub mod words;
mod workbench;
pub mod worker;

pub use router::router;
pub use serve::serve;
pub use workbench::demonstrate;
pub use workbench::{agent_id, is_name};

/// A project begins for each request that the film desk received and that has none.
///
/// # Errors
/// When a database does not answer.
pub async fn begin_projects(app: &app::App) -> Result<(), store::StoreError> {
    workbench::film::receive_requests(app).await
}

/// The two encounters of the film office that the ministry told of, for a demonstration; once, whoever does it twice.
///
/// # Errors
/// When the database does not answer.
pub async fn import_encounters(app: &app::App) -> Result<(), store::StoreError> {
    workbench::film::import_known(app).await
}
