//! `orfevre serve`, and what `demo` shares with it.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;
use server::{
    app::{App, LinkOpens, Settings},
    identity::Identity,
};
use tokio::{net::TcpListener, sync::watch};

use crate::{country, vault};

/// Name of the ledger of a data folder, when none is given.
pub(crate) const ORIGIN: &str = "orfevre.example/registre";

#[derive(Args)]
pub(crate) struct Serve {
    /// The data folder; made when it does not exist.
    #[arg(
        long,
        env = "ORFEVRE_DATA",
        default_value = "data",
        value_name = "FOLDER"
    )]
    data: PathBuf,
    /// Address and port to listen on.
    #[arg(
        long,
        env = "ORFEVRE_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,
    /// Where people reach the site; https makes cookies Secure.
    #[arg(long, env = "ORFEVRE_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Name of the public ledger, `<host>/<path>`; it must stay the same for the folder's life.
    #[arg(long, env = "ORFEVRE_ORIGIN", default_value = ORIGIN, value_name = "NAME")]
    origin: String,
    /// What an administrator's one-time link opens: `set-up`, the page where an agent chooses how to sign in, or
    /// `everything`, for a trial.
    #[arg(long, env = "ORFEVRE_LINK_OPENS", default_value = "set-up", value_name = "WHAT", value_parser = link_opens)]
    link_opens: LinkOpens,
    /// The identity providers that vouch for agents: a file of this installation, see docs/security/signin.md.
    #[arg(long, env = "ORFEVRE_IDENTITY", value_name = "FILE")]
    identity: Option<PathBuf>,
}

fn link_opens(word: &str) -> Result<LinkOpens, String> {
    match word {
        "set-up" => Ok(LinkOpens::SetUp),
        "everything" => Ok(LinkOpens::Everything),
        _ => Err("a link opens `set-up` or `everything`".to_owned()),
    }
}

impl Serve {
    pub(crate) fn run(self, config: Option<&Path>) -> Result<ExitCode> {
        runtime()?.block_on(async {
            let listener = listen(self.listen).await?;
            let address = listener.local_addr()?;
            let settings = Settings {
                public_url: self
                    .public_url
                    .unwrap_or_else(|| format!("http://{address}")),
                link_opens: self.link_opens,
                identity: Arc::new(identity(config, self.identity.as_deref())?),
                ..Settings::default()
            };
            let app = open(config, &self.data, &self.origin, settings).await?;
            println!("listening on http://{address}");
            let (stop, stopping) = watch::channel(false);
            tokio::spawn(async move {
                interrupted().await;
                stop.send_replace(true);
            });
            server::serve(app, listener, stopping)
                .await
                .context("serving")?;
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// The identity providers of an installation's file; none without one. Files it names lie beside it.
fn identity(config: Option<&Path>, file: Option<&Path>) -> Result<Identity> {
    let Some(file) = file else {
        return Ok(Identity::default());
    };
    let installation =
        std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let beside = file.parent().unwrap_or(Path::new("."));
    Identity::parse(&country::profiles(config)?, &installation, |path| {
        std::fs::read_to_string(beside.join(path))
    })
    .with_context(|| format!("reading {}", file.display()))
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")
}

pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("listening on {address}: is another program there? choose another with --listen")
    })
}

/// Opens a data folder with a country's configuration.
pub(crate) async fn open(
    config: Option<&Path>,
    data: &Path,
    origin: &str,
    settings: Settings,
) -> Result<App> {
    let country = country::load(config)?;
    let settings = Settings {
        // Mails, documents and pictures are read by this program in a process of its own.
        reader: env::current_exe().ok(),
        common_passwords: Arc::new(country.passwords),
        ..settings
    };
    let store = vault::open(data, origin).await?;
    Ok(App::new(
        store,
        country.config,
        country.model,
        country.lists,
        settings,
        now,
    ))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the binary is the edge where the clock is read"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Waits for Ctrl-C or the system's polite stop.
pub(crate) async fn interrupted() {
    let mut terminate =
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(signal) => signal,
            Err(error) => {
                tracing::warn!(%error, "only Ctrl-C stops this server");
                let _received = tokio::signal::ctrl_c().await;
                return;
            }
        };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Random bytes of the operating system as hexadecimal: tokens and keys.
pub(crate) fn token() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(store::objects::hex(&bytes))
}
