//! `orfevre admin`: invitations, units, checks, partners' tokens.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use casework::Lang;
use clap::{Args, Subcommand};
use store::{
    Store,
    work::{Agent, Work},
};

use crate::{country, serve};

#[derive(Subcommand)]
pub(crate) enum Admin {
    /// Invite an agent: prints a one-time sign-in link. The server may be running.
    Invite(Invite),
    /// The units of the configuration.
    #[command(subcommand)]
    Unit(Unit),
    /// Check a country's configuration, without starting anything.
    Check,
    /// Make an API token for a partner: printed once, only its hash is kept.
    Token(Token),
}

#[derive(Subcommand)]
pub(crate) enum Unit {
    /// List them.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(crate) struct Invite {
    /// Name shown to colleagues.
    name: String,
    /// The data folder.
    #[arg(
        long,
        env = "ORFEVRE_DATA",
        default_value = "data",
        value_name = "FOLDER"
    )]
    data: PathBuf,
    /// The agent's unit, an id of `admin unit list`.
    #[arg(long)]
    unit: String,
    /// What the agent does: triage, investigator, head, administrator.
    #[arg(long, default_value = "triage")]
    role: String,
    /// Where agents reach the site.
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    public_url: String,
}

#[derive(Args)]
pub(crate) struct Token {
    /// The partner's name.
    name: String,
    /// The data folder.
    #[arg(
        long,
        env = "ORFEVRE_DATA",
        default_value = "data",
        value_name = "FOLDER"
    )]
    data: PathBuf,
}

/// How long a sign-in link may be used.
const INVITATION_HOURS: i64 = 48;

impl Admin {
    pub(crate) fn run(self, config: Option<&Path>) -> Result<ExitCode> {
        match self {
            Self::Invite(invite) => invite.run(config),
            Self::Unit(Unit::List { json }) => {
                let country = country::load(config)?;
                for unit in &country.config.units {
                    if json {
                        let line = serde_json::json!({
                            "id": unit.id.as_str(), "name": {"fr": unit.name.fr, "en": unit.name.en},
                            "kind": &*unit.kind, "parent": unit.parent.as_ref().map(|parent| parent.as_str()),
                        });
                        println!("{line}");
                    } else {
                        println!("{:28} {}", unit.id.as_str(), unit.name.get(Lang::Fr));
                    }
                }
                Ok(ExitCode::SUCCESS)
            }
            Self::Check => {
                let country = country::load(config)?;
                for desk in country.config.desks() {
                    println!(
                        "{} version {}: {} steps, {} questions",
                        desk.id.as_str(),
                        desk.version,
                        desk.steps.len(),
                        desk.questions().count()
                    );
                }
                println!(
                    "{} units, {} routing rules: no problem found",
                    country.config.units.len(),
                    country.config.routing.len()
                );
                Ok(ExitCode::SUCCESS)
            }
            Self::Token(token) => serve::runtime()?.block_on(async {
                let work = Store::open_work(&token.data)
                    .await
                    .context("opening the data folder")?;
                let secret = serve::token()?;
                work.put_api_token(
                    &token.name,
                    secret.as_bytes(),
                    serve::now().as_microsecond(),
                )
                .await?;
                println!("{secret}");
                Ok(ExitCode::SUCCESS)
            }),
        }
    }
}

impl Invite {
    fn run(self, config: Option<&Path>) -> Result<ExitCode> {
        let country = country::load(config)?;
        if !country
            .config
            .units
            .iter()
            .any(|unit| unit.id.as_str() == self.unit)
        {
            bail!(
                "there is no unit {}: see `orfevre admin unit list`",
                self.unit
            );
        }
        serve::runtime()?.block_on(async {
            let work = Store::open_work(&self.data)
                .await
                .context("opening the data folder")?;
            let link = invite(&work, &self.name, &self.unit, &self.role, &self.public_url).await?;
            println!("{link}");
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// Adds an agent and gives the link that signs them in once.
pub(crate) async fn invite(
    work: &Work,
    name: &str,
    unit: &str,
    role: &str,
    public_url: &str,
) -> Result<String> {
    const ROLES: [&str; 4] = ["triage", "investigator", "head", "administrator"];
    if !ROLES.contains(&role) {
        bail!(
            "there is no role {role}: choose one of {}",
            ROLES.join(", ")
        );
    }
    let agent = Agent {
        id: casework::fold(name)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join("."),
        name: name.to_owned(),
        unit: unit.to_owned(),
        role: role.to_owned(),
    };
    work.put_agent(&agent).await?;
    let token = serve::token()?;
    let expires_at = serve::now().as_microsecond() + INVITATION_HOURS * 3_600_000_000;
    work.invite(&agent.id, token.as_bytes(), expires_at).await?;
    Ok(format!("{public_url}/fr/workbench/sign-in?token={token}"))
}
