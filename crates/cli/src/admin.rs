//! `orfevre admin`: agents and their invitations, units, checks, partners' tokens.

mod train;
mod vault;
mod verify;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use casework::{
    Lang,
    competence::{
        self,
        check::{Findings, Futility, Overlap},
    },
    desk::{Config, Desk},
    policy::Role,
    retention,
};
use clap::{Args, Subcommand};
use server::{agent_id, is_name};
use store::{
    Store,
    access::{Access, Good},
    record::Record,
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
    /// Check a country's configuration, without starting anything: every file, then what the rules of
    /// competence leave open, say twice or say in vain.
    Check {
        /// How many samples of answers to try the rules on, for each desk.
        #[arg(long, default_value_t = 1_000_000, value_name = "NUMBER")]
        samples: usize,
    },
    /// Learn what each kind of shared key is worth from a folder that `demo` filled, whose truth is known.
    Train(train::Train),
    /// The agents who have access.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// The API tokens of partners.
    #[command(subcommand)]
    Token(Token),
    /// The record of who looked at what.
    #[command(subcommand)]
    Record(RecordCommand),
    /// The keys that identities are sealed under.
    #[command(subcommand)]
    Vault(vault::Vault),
}

#[derive(Subcommand)]
pub(crate) enum RecordCommand {
    /// Compute the chain anew, and hold it against its anchors in the ledger: fails, and says where, when an entry was
    /// changed, taken out or written anew. The server may be running.
    Verify(verify::Verify),
    /// Say that nobody has a reason to open a submission: whoever does is told to their head at once.
    Honey {
        /// The number of the submission, as agents read it.
        number: i64,
        /// It is one like others again.
        #[arg(long)]
        remove: bool,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Subcommand)]
pub(crate) enum AgentCommand {
    /// List them, with their units and roles.
    List {
        #[command(flatten)]
        folder: Folder,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// List the sessions of an agent that are not ended, with how each was opened.
    Sessions {
        /// The agent's id, as `admin agent list` shows it.
        id: String,
        #[command(flatten)]
        folder: Folder,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// End sessions of an agent: the next request with one is refused.
    End {
        /// The agent's id, as `admin agent list` shows it.
        id: String,
        /// Only this session, an id of `admin agent sessions`.
        #[arg(long, value_name = "ID")]
        session: Option<String>,
        #[command(flatten)]
        folder: Folder,
    },
    /// Take an agent's access away at once; what they did stays under their name.
    Disable {
        /// The agent's id, as `admin agent list` shows it.
        id: String,
        #[command(flatten)]
        folder: Folder,
    },
}

#[derive(Subcommand)]
pub(crate) enum Token {
    /// Make one: printed once, only its hash is kept. The server may be running.
    Create {
        /// The partner's name; a second token under the same name replaces the first one day by day.
        name: String,
        #[command(flatten)]
        folder: Folder,
    },
    /// List them, those that were revoked too.
    List {
        #[command(flatten)]
        folder: Folder,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Revoke one: the next request with it is refused.
    Revoke {
        /// The token's id, as `admin token list` shows it.
        id: String,
        #[command(flatten)]
        folder: Folder,
    },
}

/// The data folder of a command that a running server does not hinder.
#[derive(Args)]
pub(crate) struct Folder {
    /// The data folder.
    #[arg(
        long,
        env = "ORFEVRE_DATA",
        default_value = "data",
        value_name = "FOLDER"
    )]
    data: PathBuf,
}

impl Folder {
    /// What there is to administer: a folder that is not there is a mistyped one, and none is made of it.
    async fn work(&self) -> Result<Work> {
        there_is(&self.data)?;
        Store::open_work(&self.data)
            .await
            .with_context(|| format!("opening the data folder {}", self.data.display()))
    }

    async fn access(&self) -> Result<Access> {
        there_is(&self.data)?;
        Store::open_access(&self.data)
            .await
            .with_context(|| format!("opening the sessions of {}", self.data.display()))
    }

    async fn record(&self) -> Result<Record> {
        there_is(&self.data)?;
        Store::open_record(&self.data)
            .await
            .with_context(|| format!("opening the record of {}", self.data.display()))
    }
}

fn there_is(data: &Path) -> Result<()> {
    if !data.is_dir() {
        bail!(
            "there is no data folder {}: name it with --data; `orfevre serve --data FOLDER` makes one",
            data.display()
        );
    }
    Ok(())
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
    #[command(flatten)]
    folder: Folder,
    /// The agent's unit, an id of `admin unit list`.
    #[arg(long)]
    unit: String,
    /// What the agent does: triage, investigator, analyst, head, liaison, film_officer,
    /// data_protection_officer, auditor, administrator. See docs/policy.md.
    #[arg(long, default_value = "triage", value_parser = role)]
    role: Role,
    /// What the agent is cleared for, several times: secret, top_secret, diffusion_restreinte, special_france, or
    /// a compartment's name. Without it what they were cleared for stays.
    #[arg(long, value_name = "WORD", value_parser = clearance)]
    clearance: Vec<String>,
    /// Where agents reach the site.
    #[arg(
        long,
        env = "ORFEVRE_PUBLIC_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    public_url: String,
    /// Give somebody who has access this unit and role instead of theirs.
    #[arg(long)]
    change: bool,
}

/// Sessions of any age that nobody ended.
const ANY_AGE: Good = Good {
    seen_since: 0,
    started_since: 0,
};

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
                            "kind": unit.kind.as_str(), "parent": unit.parent.as_ref().map(|parent| parent.as_str()),
                            "territory": unit.territory.to_string(), "investigates": unit.investigates,
                            "unconfirmed": unit.unconfirmed.iter().map(|fact| fact.as_str()).collect::<Vec<_>>(),
                        });
                        println!("{line}");
                    } else {
                        println!("{:28} {}", unit.id.as_str(), unit.name.get(Lang::Fr));
                    }
                }
                Ok(ExitCode::SUCCESS)
            }
            Self::Check { samples } => check(config, samples),
            Self::Train(train) => train.run(config),
            Self::Agent(agent) => serve::runtime()?.block_on(agent.run()),
            Self::Token(token) => serve::runtime()?.block_on(token.run()),
            Self::Record(record) => serve::runtime()?.block_on(record.run()),
            Self::Vault(vault) => serve::runtime()?.block_on(vault.run()),
        }
    }
}

/// Prints what a country's configuration holds and what its rules of competence lack; fails when they do.
fn check(config: Option<&Path>, samples: usize) -> Result<ExitCode> {
    let config = country::load(config)?.config;
    for desk in config.desks() {
        println!(
            "{} version {}: {} steps, {} questions",
            desk.id.as_str(),
            desk.version,
            desk.steps.len(),
            desk.questions().count()
        );
    }
    println!(
        "{} units, {} routing rules: the files are as they should be",
        config.units.len(),
        config.routing.len()
    );
    let kept = retention_findings(&config);
    for line in &kept {
        println!("{line}");
    }
    let found = competence::check(&config, serve::now(), samples);
    for line in findings(&found) {
        println!("{line}");
    }
    let (holes, overlaps, dead) = (found.holes.len(), found.overlaps.len(), found.dead.len());
    println!(
        "rules tried on {} samples of answers: {holes} holes, {overlaps} overlaps, {dead} dead rules",
        found.looked_at
    );
    if !found.complete {
        println!("not every sample was tried: raise --samples");
    }
    Ok(if found.is_clean() && kept.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What the desks' rules of retention lack, a line and an example each.
fn retention_findings(config: &Config) -> Vec<String> {
    let of = |desk: &Desk| {
        let id = desk.id.as_str().to_owned();
        let found = retention::check(desk);
        let holes = found.holes.into_iter().map(|hole| {
            let (example, like) = (hole.example, hole.samples);
            if hole.while_open {
                format!("retention of {id}, hole: nothing is erased while it is open ({like} samples), as for {example}")
            } else {
                format!("retention of {id}, hole: nothing is ever erased ({like} samples), as for {example}")
            }
        });
        let overlaps = found.overlaps.into_iter().map(|overlap| {
            let (first, second, example) = (overlap.first, overlap.second, overlap.example);
            format!("retention of {id}, overlap: {first} counts before {second}, as for {example}")
        });
        let dead = found.dead.into_iter().map(|dead| match dead.behind {
            Some(first) => format!(
                "retention of {id}, dead rule: {first} always counts before {}",
                dead.rule
            ),
            None => format!("retention of {id}, dead rule: {} never applies", dead.rule),
        });
        holes.chain(overlaps).chain(dead).collect::<Vec<_>>()
    };
    config.desks().flat_map(of).collect()
}

/// What was found, a line and an example each.
fn findings(found: &Findings) -> Vec<String> {
    let holes = found.holes.iter().map(|hole| {
        let (example, like) = (&hole.example, hole.samples);
        format!("hole: nobody is proposed to lead ({like} samples), as for {example}")
    });
    let overlaps = found.overlaps.iter().map(|overlap| {
        let Overlap {
            first,
            second,
            example,
            samples,
        } = overlap;
        format!(
            "overlap: {first} and {second} propose different units to lead ({samples} samples), as for {example}; write yields_to = [\"{first}\"] if {first} is to come first"
        )
    });
    let dead = found.dead.iter().map(|dead| {
        let rule = &dead.rule;
        let example = dead.example.as_ref().map(ToString::to_string);
        let example = example.unwrap_or_else(|| "no desk".to_owned());
        match &dead.why {
            Futility::Never { holding, all } => format!(
                "dead rule: {rule} never holds; {holding} of its {all} conditions do for {example}"
            ),
            Futility::Repeats(earlier) => {
                format!("dead rule: {rule} says what {earlier} says already, as for {example}")
            }
        }
    });
    holes.chain(overlaps).chain(dead).collect()
}

impl AgentCommand {
    async fn run(self) -> Result<ExitCode> {
        match self {
            Self::List { folder, json } => {
                for agent in folder.work().await?.agents().await? {
                    if json {
                        let line = serde_json::json!({"id": agent.id, "name": agent.name, "unit": agent.unit, "role": agent.role, "clearance": agent.clearance});
                        println!("{line}");
                    } else {
                        println!(
                            "{:28} {:24} {:28} {}",
                            agent.id, agent.role, agent.unit, agent.name
                        );
                    }
                }
            }
            Self::Sessions { id, folder, json } => {
                let sessions = folder.access().await?.sessions(&id, ANY_AGE).await?;
                for session in sessions {
                    let (started, seen) = (moment(session.started_at), moment(session.seen_at));
                    let (id, how, device) = (session.id, session.made_by.as_str(), session.device);
                    if json {
                        let line = serde_json::json!({"id": id, "made_by": how, "device": device, "started_at": started, "seen_at": seen});
                        println!("{line}");
                    } else {
                        println!("{id}  {how:8}  since {started}  seen {seen}  {device}");
                    }
                }
            }
            Self::End {
                id,
                session,
                folder,
            } => {
                let (access, now) = (folder.access().await?, serve::now().as_microsecond());
                let ended = match session {
                    Some(session) => u64::from(access.end_by_id(&id, &session, now).await?),
                    None => access.end_others(&id, None, now).await?,
                };
                println!("{ended} sessions of {id} ended");
            }
            Self::Disable { id, folder } => {
                let work = folder.work().await?;
                if !work
                    .disable_agent(&id, serve::now().as_microsecond())
                    .await?
                {
                    bail!("nobody who has access is called {id}: see `orfevre admin agent list`");
                }
                println!("{id} has no access any more");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl RecordCommand {
    async fn run(self) -> Result<ExitCode> {
        match self {
            Self::Verify(verify) => return verify.run().await,
            Self::Honey {
                number,
                remove,
                folder,
            } => {
                if number < 1 {
                    bail!("submissions are counted from 1");
                }
                folder
                    .record()
                    .await?
                    .set_honey(number - 1, !remove)
                    .await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Token {
    async fn run(self) -> Result<ExitCode> {
        let now = serve::now().as_microsecond();
        match self {
            Self::Create { name, folder } => {
                let work = folder.work().await?;
                let secret = serve::token()?;
                work.put_api_token(&name, secret.as_bytes(), now).await?;
                println!("{secret}");
            }
            Self::List { folder, json } => {
                for token in folder.work().await?.api_tokens().await? {
                    let created = moment(token.created_at);
                    let revoked = token.revoked_at.map(moment);
                    if json {
                        let line = serde_json::json!({"id": token.id, "name": token.name, "created_at": created, "revoked_at": revoked});
                        println!("{line}");
                    } else {
                        let standing =
                            revoked.map_or_else(|| "good".to_owned(), |at| format!("revoked {at}"));
                        println!("{}  made {created}  {standing}  {}", token.id, token.name);
                    }
                }
            }
            Self::Revoke { id, folder } => {
                if !folder.work().await?.revoke_api_token(&id, now).await? {
                    bail!("no good token has the id {id}: see `orfevre admin token list`");
                }
                println!("{id} is revoked");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A moment as a person and a program read it: UTC, to the second.
fn moment(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(
        |_| micros.to_string(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
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
            let work = self.folder.work().await?;
            if !self.change {
                self.same_as_before(&work).await?;
            }
            let newcomer = Newcomer {
                name: &self.name,
                unit: &self.unit,
                role: self.role,
                clearance: (!self.clearance.is_empty()).then(|| self.clearance.join(" ")),
            };
            println!("{}", newcomer.invite(&work, &self.public_url).await?);
            Ok(ExitCode::SUCCESS)
        })
    }
}

impl Invite {
    /// Two people may share a name, and a link must not give one of them the other's desk unnoticed.
    async fn same_as_before(&self, work: &Work) -> Result<()> {
        let id = agent_id(&self.name);
        match known(work, &id).await? {
            Some(before) if before.unit != self.unit || before.role != self.role.as_str() => bail!(
                "{} is {} at {} already: --change moves them, another name makes another agent; nothing was changed",
                before.name,
                before.role,
                before.unit
            ),
            _ => Ok(()),
        }
    }
}

async fn known(work: &Work, id: &str) -> Result<Option<Agent>> {
    let agents = work.agents().await?;
    Ok(agents.into_iter().find(|agent| agent.id == id))
}

/// A role as the command line names it.
fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("there is no such role: choose one of {}", known.join(", "))
    })
}

/// A word of a clearance: they are kept with spaces between.
fn clearance(word: &str) -> Result<String, String> {
    if word.is_empty() || word.contains(char::is_whitespace) {
        return Err("a clearance is one word".to_owned());
    }
    Ok(word.to_owned())
}

/// Somebody who is to have access.
pub(crate) struct Newcomer<'a> {
    pub(crate) name: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) role: Role,
    /// None leaves it as it is.
    pub(crate) clearance: Option<String>,
}

impl Newcomer<'_> {
    /// Adds the agent and gives the link that signs them in once.
    pub(crate) async fn invite(self, work: &Work, public_url: &str) -> Result<String> {
        let id = agent_id(self.name);
        if !is_name(self.name) {
            bail!(
                "{:?} is no name of an agent: letters, digits, spaces, dashes, apostrophes and full stops, at most 100 characters",
                self.name
            );
        }
        let clearance = match self.clearance {
            Some(clearance) => clearance,
            None => known(work, &id)
                .await?
                .map_or(String::new(), |before| before.clearance),
        };
        let agent = Agent {
            id,
            name: self.name.to_owned(),
            unit: self.unit.to_owned(),
            role: self.role.as_str().to_owned(),
            clearance,
        };
        work.put_agent(&agent).await?;
        let token = serve::token()?;
        let expires_at = serve::now().as_microsecond() + INVITATION_HOURS * 3_600_000_000;
        work.invite(&agent.id, token.as_bytes(), expires_at).await?;
        let public_url = public_url.trim_end_matches('/');
        Ok(format!("{public_url}/fr/workbench/sign-in?token={token}"))
    }
}
