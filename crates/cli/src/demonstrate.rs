//! `orfevre demo`: a new data folder, filled through the public API with real and made reports.
//!
//! The site answers at once; the reports arrive while one looks. The truth of the made complaints
//! (which gang each is of) is kept beside the data, never in it: `--measure` holds the series against it.

mod desks;
mod office;

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, Result, anyhow, bail};
use casework::{
    policy::Role,
    submission::{Closing, Event, State, UnitId},
};
use clap::Args;
use exchange::{Mapping, json_lines};
use indicatif::{ProgressBar, ProgressStyle};
use linkage::{RecordId, quality};
use serde_json::{Map, Value, json};
use server::app::{App, LinkOpens, Settings};
use store::work::{self, Docket};
use tokio::{
    sync::{Mutex, mpsc, watch},
    task::JoinSet,
};

use crate::{
    admin,
    client::Client,
    demo::generate,
    import::settle,
    serve::{self, interrupted, listen},
};

const REPORTS: &str = include_str!("../../../examples/etherscamdb/reports.jsonl");
const MAPPING: &str = include_str!("../../../examples/etherscamdb/pharos.mapping.toml");
/// Connections that file at once.
const CONNECTIONS: usize = 32;
/// There while the folder is being filled.
const FILLING: &str = "demonstration-unfinished";
/// The partner that files the demonstration.
const FILLER: &str = "demonstration";
/// Where the truth of the made complaints lies.
const TRUTH: &str = "demonstration-truth.tsv";

/// Name, unit and role of each demonstration agent, one of every role and one of a unit to work with. Each reads what their unit has: what the two
/// desks receive belongs to PHAROS and THÉSÉE until it is routed.
const AGENTS: &[(&str, &str, Role)] = &[
    ("Camille Triage", "ofac-pharos", Role::Triage),
    ("Sacha Enquête", "ofac-thesee", Role::Investigator),
    ("Alix Analyse", "ofac-thesee", Role::Analyst),
    ("Dominique Chef", "ofac-thesee", Role::Head),
    ("Morgan Renfort", "ofac-investigations", Role::Head),
    ("Noa Liaison", "ofac-pharos", Role::Liaison),
    ("Lou Cinéma", "mission-cinema", Role::FilmOfficer),
    ("Maxime Données", "ofac", Role::DataProtectionOfficer),
    ("Claude Contrôle", "ofac", Role::Auditor),
    ("Andrea Machine", "ofac", Role::Administrator),
];

#[derive(Args)]
pub(crate) struct Demo {
    /// The data folder; filled when it is new.
    #[arg(long, default_value = "data/demo", value_name = "FOLDER")]
    data: PathBuf,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// How many complaints to make.
    #[arg(long, default_value_t = 3000, value_name = "COUNT")]
    complaints: usize,
    /// Seed of the made complaints: the same seed makes the same ones.
    #[arg(long, default_value_t = 20_260_301)]
    seed: u64,
    /// Gangs that change what they show: look-alike domains, pictures used again and altered; victims who write names
    /// by ear. For training and measuring what is close; the shares are assumptions.
    #[arg(long)]
    evasive: bool,
    /// Fill, print precision, recall and F1 of the series against the truth, and stop.
    #[arg(long)]
    measure: bool,
    /// Do not fill: serve what is there.
    #[arg(long, conflicts_with = "measure")]
    empty: bool,
}

/// A submission on its way to the API.
struct Parcel {
    desk: String,
    idempotency: String,
    body: Vec<u8>,
    pictures: Vec<Vec<u8>>,
    /// The gang it is of; none for real reports, whose truth nobody knows.
    gang: Option<u64>,
}

impl Demo {
    pub(crate) fn run(self, config: Option<&Path>) -> Result<ExitCode> {
        serve::runtime()?.block_on(async {
            let listener = listen(self.listen).await?;
            let address = listener.local_addr()?;
            let site = format!("http://{address}");
            let settings = Settings {
                public_url: site.clone(),
                demonstration: true,
                link_opens: LinkOpens::Everything,
                ..Settings::default()
            };
            let app = serve::open(config, &self.data, serve::ORIGIN, settings).await?;
            let (stop, stopping) = watch::channel(false);
            let serving = tokio::spawn(server::serve(app.clone(), listener, stopping));
            println!("listening on {site}");
            if !self.measure {
                println!("\npublic site   {site}/");
                for (name, unit, role) in AGENTS {
                    let newcomer = admin::Newcomer {
                        name,
                        unit,
                        role: *role,
                        clearance: None,
                    };
                    let link = newcomer.invite(&app.store.work, &site).await?;
                    println!("{name:16} {:24} {unit:16} {link}", role.as_str());
                }
                println!(
                    "\nEach sign-in link works once. Ctrl-C stops; the folder {} stays.",
                    self.data.display()
                );
            }
            // A filling that was cut is gone on with: what was filed already is filed once.
            let cut = self.data.join(FILLING);
            if !self.empty && (app.store.intake.count().await? == 0 || cut.exists()) {
                std::fs::write(&cut, "").context("noting that the folder is being filled")?;
                self.fill(&app, address).await?;
                if !self.measure {
                    settle(&app).await?;
                    desks::press(&app, address).await?;
                    weeks(&app).await?;
                    join(&app).await?;
                    let (officer, _) = of_role(Role::FilmOfficer)?;
                    office::lay(&app, address, &officer).await?;
                }
                std::fs::remove_file(&cut).context("noting that the folder is filled")?;
            }
            if self.measure {
                settle(&app).await?;
                self.print_quality(&app).await?;
            } else {
                interrupted().await;
            }
            stop.send_replace(true);
            serving.await??;
            Ok(ExitCode::SUCCESS)
        })
    }

    /// Files everything through the public API.
    async fn fill(&self, app: &App, address: SocketAddr) -> Result<()> {
        let token = serve::token()?;
        app.store
            .work
            .put_api_token(FILLER, token.as_bytes(), app.now_micros())
            .await?;
        let (seed, complaints, evasive) = (self.seed, self.complaints, self.evasive);
        let (send, parcels) = mpsc::channel(4 * CONNECTIONS);
        let making = tokio::task::spawn_blocking(move || match evasive {
            true => make(generate::evasive(seed, complaints), &send),
            false => make(generate::complaints(seed, complaints), &send),
        });
        let parcels = Arc::new(Mutex::new(parcels));
        let total = self.complaints + REPORTS.lines().count();
        let bar = ProgressBar::new(total as u64);
        bar.set_style(
            ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {per_sec} {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_message("filing");
        let truth: Arc<Mutex<HashMap<String, u64>>> = Arc::default();
        let mut filing = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (parcels, truth, bar, token) = (
                Arc::clone(&parcels),
                Arc::clone(&truth),
                bar.clone(),
                token.clone(),
            );
            let mut client = Client::connect(address).await?;
            filing.spawn(async move {
                loop {
                    let next = parcels.lock().await.recv().await;
                    let Some(parcel) = next else { return Ok(()) };
                    let (desk, key) = (&parcel.desk, &parcel.idempotency);
                    let answer = if parcel.pictures.is_empty() {
                        client.submit(desk, key, Some(&token), parcel.body).await?
                    } else {
                        let (body, pictures) = (&parcel.body, &parcel.pictures);
                        client
                            .submit_with_pictures(desk, key, Some(&token), body, pictures)
                            .await?
                    };
                    if answer.status != 201 {
                        bail!(
                            "{} refused a report: {}",
                            parcel.desk,
                            String::from_utf8_lossy(&answer.body)
                        );
                    }
                    if let Some(gang) = parcel.gang {
                        let said: Value = serde_json::from_slice(&answer.body)?;
                        let id = said["id"].as_str().context("an answer without an id")?;
                        truth.lock().await.insert(id.to_owned(), gang);
                    }
                    bar.inc(1);
                }
            });
        }
        while let Some(done) = filing.join_next().await {
            done??;
        }
        making.await??;
        // What nobody needs any more nobody should be able to use.
        for token in app.store.work.api_tokens().await? {
            if token.name == FILLER && token.revoked_at.is_none() {
                app.store
                    .work
                    .revoke_api_token(&token.id, app.now_micros())
                    .await?;
            }
        }
        bar.finish_and_clear();
        let truth = truth.lock().await;
        let mut lines: Vec<String> = truth
            .iter()
            .map(|(id, gang)| format!("{id}\t{gang}\n"))
            .collect();
        lines.sort();
        std::fs::write(self.data.join(TRUTH), lines.concat()).context("keeping the truth aside")?;
        if !self.measure {
            println!("{total} reports filed");
        }
        Ok(())
    }

    async fn print_quality(&self, app: &App) -> Result<()> {
        let gangs = truth(&self.data)?;
        let mut numbers: HashMap<String, u64> = HashMap::new();
        let (mut truth, mut found) = (Vec::new(), Vec::new());
        for (seq, id, series) in app.store.work.memberships().await? {
            let Some(gang) = gangs.get(&id) else {
                continue;
            };
            let record = RecordId(seq as u64);
            truth.push((record, *gang));
            if let Some(series) = series {
                let next = numbers.len() as u64;
                found.push((record, *numbers.entry(series).or_insert(next)));
            }
        }
        let quality = quality::pairwise(&truth, &found);
        println!("complaints {}  series {}", truth.len(), numbers.len());
        println!(
            "precision {:.4}  recall {:.4}  F1 {:.4}",
            quality.precision, quality.recall, quality.f1
        );
        Ok(())
    }
}

/// The agent of the demonstration who has a role, and their unit.
fn of_role(role: Role) -> Result<(String, &'static str)> {
    let agent = AGENTS.iter().find(|(.., of)| *of == role);
    let (name, unit, _) = agent.with_context(|| format!("nobody is {}", role.as_str()))?;
    Ok((server::agent_id(name), unit))
}

/// What happened at the desks before anybody looks.
async fn weeks(app: &App) -> Result<()> {
    use Closing::{Kept, NoOffence, OutOfScope, Referred, Resolved, Unfounded};
    let weeks: [(Role, usize, &[Closing]); 2] = [
        (
            Role::Investigator,
            7,
            &[Resolved, Kept, Referred, Kept, Unfounded],
        ),
        (Role::Triage, 4, &[Kept, Referred, OutOfScope, NoOffence]),
    ];
    for (role, taken, closed) in weeks {
        let (agent, unit) = of_role(role)?;
        let week = desks::Week {
            agent: &agent,
            unit,
            taken,
            closed,
        };
        desks::play(app, &week).await?;
    }
    Ok(())
}

/// Moves a submission as an agent would.
async fn step(app: &App, docket: &Docket, agent: &str, kind: &str, event: Event) -> Result<()> {
    let standing: State = docket.state.parse()?;
    let to = work::Change {
        state: standing.after(event)?.as_str().to_owned(),
        unit: docket.unit.clone(),
        owner: agent.to_owned(),
        unread: false,
    };
    let body = json!({
        "from": {"state": docket.state, "unit": docket.unit, "owner": docket.owner},
        "to": {"state": to.state, "unit": to.unit, "owner": to.owner},
    });
    let act = work::NewAct {
        id: new_id(app)?,
        at: app.now_micros(),
        agent: agent.to_owned(),
        kind: kind.to_owned(),
        reason: String::new(),
        body: body.to_string(),
    };
    let work = &app.store.work;
    work.transition(docket.seq, docket.revision, to, act)
        .await?;
    Ok(())
}

/// A UUIDv7 of now.
fn new_id(app: &App) -> Result<String> {
    let mut random = [0_u8; 10];
    getrandom::fill(&mut random).map_err(|error| anyhow!("no randomness: {error}"))?;
    let millis = u64::try_from(app.now().as_millisecond())?;
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random);
    Ok(id.into_uuid().to_string())
}

/// Makes some joint work between the head of THÉSÉE and the other unit that has an agent here.
async fn join(app: &App) -> Result<()> {
    let head = |unit: &str| {
        let mut agents = AGENTS.iter();
        let (name, unit, _) = agents.find(|(_, of, role)| *of == unit && *role == Role::Head)?;
        Some((server::agent_id(name), unit.parse::<UnitId>().ok()?))
    };
    let (lead, other) = head("ofac-thesee")
        .zip(head("ofac-investigations"))
        .context("no head")?;
    server::demonstrate(app, (&lead.0, &lead.1), (&other.0, &other.1)).await?;
    Ok(())
}

/// The gang that each made complaint of a folder is of, by its id.
pub(crate) fn truth(data: &Path) -> Result<HashMap<String, u64>> {
    let path = data.join(TRUTH);
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!(
            "reading {}: only a folder that demo filled has it",
            path.display()
        )
    })?;
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    Ok(lines
        .filter_map(|(id, gang)| Some((id.to_owned(), gang.parse().ok()?)))
        .collect())
}

/// Hands over the real reports and the made complaints; ends early when nobody takes them.
fn make(
    complaints: impl Iterator<Item = generate::Made>,
    parcels: &mpsc::Sender<Parcel>,
) -> Result<()> {
    let mapping = Mapping::from_toml(MAPPING).context("the demonstration's mapping")?;
    for made in complaints {
        let gang = Some(u64::from(made.gang));
        let mut parcel = parcel(
            made.desk,
            made.track.as_str(),
            made.idempotency,
            made.raw,
            gang,
        );
        parcel.pictures = made.pictures;
        if parcels.blocking_send(parcel).is_err() {
            return Ok(());
        }
    }
    for row in json_lines(REPORTS.as_bytes(), Some(&mapping)) {
        let record = row.context("the demonstration's reports")?;
        let parcel = parcel(
            mapping.desk.as_str(),
            mapping.track.as_str(),
            record.idempotency,
            record.raw,
            None,
        );
        if parcels.blocking_send(parcel).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn parcel(
    desk: &str,
    track: &str,
    idempotency: String,
    answers: Map<String, Value>,
    gang: Option<u64>,
) -> Parcel {
    let body = json!({"track": track, "lang": "fr", "answers": answers});
    Parcel {
        desk: desk.to_owned(),
        idempotency,
        body: body.to_string().into_bytes(),
        pictures: Vec::new(),
        gang,
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tokio::task::JoinHandle;

    use super::*;

    /// A site on a new folder, served until it is stopped.
    pub(super) struct Served {
        pub(super) app: App,
        pub(super) address: SocketAddr,
        stop: watch::Sender<bool>,
        serving: JoinHandle<std::io::Result<()>>,
        _folder: TempDir,
    }

    impl Served {
        pub(super) async fn new() -> Served {
            let folder = tempfile::tempdir().unwrap();
            let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
            let address = listener.local_addr().unwrap();
            let app = serve::open(None, folder.path(), serve::ORIGIN, Settings::default())
                .await
                .unwrap();
            let (stop, stopping) = watch::channel(false);
            let serving = tokio::spawn(server::serve(app.clone(), listener, stopping));
            Served {
                app,
                address,
                stop,
                serving,
                _folder: folder,
            }
        }

        pub(super) async fn stop(self) {
            self.stop.send_replace(true);
            self.serving.await.unwrap().unwrap();
        }
    }
}
