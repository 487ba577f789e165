//! Runs the site and its worker until told to stop.

use std::io;

use tokio::{net::TcpListener, sync::watch};

use crate::{app::App, housekeeping, router::router, watch as watcher, worker};

/// Serves on a listener until `stop` says true: requests under way are answered, the worker finishes
/// its batch.
///
/// # Errors
/// When the listener fails.
pub async fn serve(app: App, listener: TcpListener, stop: watch::Receiver<bool>) -> io::Result<()> {
    let working = worker::start(app.clone(), stop.clone())?;
    let tidying = tokio::spawn(housekeeping::run(app.clone(), stop.clone()));
    let watching = tokio::spawn(watcher::run(app.clone(), stop.clone()));
    let mut stopping = stop;
    let stopped = async move {
        // An error means that whoever could say "stop" is gone: that is a stop too.
        let _gone = stopping.wait_for(|stop| *stop).await;
    };
    axum::serve(listener, router(app))
        .with_graceful_shutdown(stopped)
        .await?;
    working
        .await
        .map_err(|_| io::Error::other("the worker broke off; nothing that was received is lost"))?;
    watching.await.map_err(io::Error::other)?;
    tidying.await.map_err(io::Error::other)
}
