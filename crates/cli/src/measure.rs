//! `orfevre measure`: what this machine does, beside what its disk and its database can do.
//!
//! Every figure of `docs/PERFORMANCE.md` comes from here; an operator runs the same on theirs.

mod bookings;

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use casework::{
    Lang,
    answers::{self, Origin},
    policy::Role,
};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use server::{
    app::{App, Settings},
    receive::{Filing, receive},
};
use sha2::{Digest, Sha256};
use store::{
    access::{MadeBy, NewSession},
    intake::NewSubmission,
    measure::{Bare, Measured},
    work::{Analyser, Batch, Harmonised, Key, Reached, key_kind},
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinSet,
};

use crate::{
    client::Client,
    demo::generate,
    import::{AT_ONCE, Pace, settle},
    serve,
};

#[derive(Subcommand)]
pub(crate) enum Measure {
    /// Durable receipts a second over HTTP, as a ratio to bare group commits of the same rows.
    Receipts(Receipts),
    /// Time from receipt to matched and routed at a steady rate.
    Matching(Matching),
    /// Import with extraction and matching: rate, memory, bytes on disk.
    Import(ImportMade),
    /// Time of the workbench's pages on a filled folder.
    Pages(Pages),
    /// What one arrival costs in a component of so many submissions.
    Component(ComponentMade),
    /// Random bookings by many at once: nothing may ever be held twice.
    Bookings(bookings::BookingsMade),
    /// What an arrival costs on the store, durable and with its series kept: by itself, and in batches.
    Arrival(ArrivalMade),
}

#[derive(Args)]
pub(crate) struct Receipts {
    /// Callers that each wait for their receipt before the next.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Seconds of each of the measurements.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Seconds of one stretch: what the disk does changes by the minute, so bare commits and receipts are taken in
    /// turn. In a stretch of under four seconds matching stands aside for so many callers all the time.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    slice: u64,
    /// A folder on the disk to measure; it is emptied first.
    #[arg(long, default_value = "data/measure")]
    data: PathBuf,
}

#[derive(Args)]
pub(crate) struct Matching {
    /// Submissions a second.
    #[arg(long, default_value_t = 50)]
    rate: u64,
    /// Seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// A folder; it is emptied first unless --keep.
    #[arg(long, default_value = "data/measure")]
    data: PathBuf,
    /// Go on with what the folder holds: how it is with a filled store.
    #[arg(long)]
    keep: bool,
}

#[derive(Args)]
pub(crate) struct ImportMade {
    /// How many made complaints.
    #[arg(long, default_value_t = 1_000_000)]
    count: usize,
    /// A folder; it is emptied first. It stays filled.
    #[arg(long, default_value = "data/measure")]
    data: PathBuf,
    /// Seed of the made complaints.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Args)]
pub(crate) struct Pages {
    /// A filled folder.
    #[arg(long, default_value = "data/measure")]
    data: PathBuf,
    /// Requests of each page.
    #[arg(long, default_value_t = 200)]
    requests: usize,
}

#[derive(Args)]
pub(crate) struct ComponentMade {
    /// Sizes of the component, in submissions.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    sizes: Vec<i64>,
    /// A folder; it is emptied before each size.
    #[arg(long, default_value = "data/measure")]
    data: PathBuf,
}

#[derive(Args)]
pub(crate) struct ArrivalMade {
    /// Submissions that are there already, in gangs of eight.
    #[arg(long, default_value_t = 1_000_000)]
    count: i64,
    /// Arrivals one by one.
    #[arg(long, default_value_t = 2000)]
    arrivals: i64,
    /// Batches after them, and submissions in each.
    #[arg(long, default_value_t = 20)]
    batches: i64,
    #[arg(long, default_value_t = 4096)]
    batch: i64,
    /// A folder; it is emptied first unless --keep.
    #[arg(long, default_value = "data/measure")]
    data: PathBuf,
    /// Go on with what the folder holds, up to `count`.
    #[arg(long)]
    keep: bool,
}

impl Measure {
    pub(crate) fn run(self, config: Option<&Path>) -> Result<ExitCode> {
        serve::runtime()?.block_on(async {
            match self {
                Self::Receipts(receipts) => receipts.run(config).await?,
                Self::Matching(matching) => matching.run(config).await?,
                Self::Import(import) => import.run(config).await?,
                Self::Pages(pages) => pages.run(config).await?,
                Self::Component(component) => component.run(config).await?,
                Self::Bookings(bookings) => bookings.run().await?,
                Self::Arrival(arrival) => arrival.run(config).await?,
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// A server of this process on a free port, without or with its worker.
struct Running {
    app: App,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Running {
    async fn start(config: Option<&Path>, data: &Path) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let settings = Settings {
            public_url: format!("http://{address}"),
            ..Settings::default()
        };
        let app = serve::open(config, data, serve::ORIGIN, settings).await?;
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(server::serve(app.clone(), listener, stopping));
        Ok(Self {
            app,
            address,
            stop,
            serving,
        })
    }

    async fn end(self) -> Result<()> {
        self.stop.send_replace(true);
        self.serving.await??;
        Ok(())
    }
}

fn emptied(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("emptying {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Bodies of made complaints for the API, with their desks.
fn bodies(seed: u64, count: usize) -> Vec<(String, Vec<u8>)> {
    generate::complaints(seed, count)
        .map(|made| {
            let body = serde_json::json!({"track": made.track.as_str(), "lang": "fr", "answers": made.raw});
            (made.desk.to_owned(), body.to_string().into_bytes())
        })
        .collect()
}

/// `clients` connections, each filing again as soon as it has its receipt.
async fn file_for(
    address: SocketAddr,
    clients: usize,
    time: Duration,
    bodies: &Arc<Vec<(String, Vec<u8>)>>,
    salt: u64,
) -> Result<Measured> {
    let mut tasks = JoinSet::new();
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(Client::connect(address).await?);
    }
    let started = Instant::now();
    for (number, mut client) in connections.into_iter().enumerate() {
        let bodies = Arc::clone(bodies);
        tasks.spawn(async move {
            let mut waits = Vec::new();
            let mut place = number * 7919;
            while started.elapsed() < time {
                let (desk, body) = &bodies[place % bodies.len()];
                place += 1;
                let key = format!("measure-{salt:08}-{number:08}-{place:012}");
                let at = Instant::now();
                let answer = client.submit(desk, &key, None, body.clone()).await?;
                waits.push(at.elapsed());
                if answer.status != 201 {
                    bail!(
                        "status {}: {}",
                        answer.status,
                        String::from_utf8_lossy(&answer.body)
                    );
                }
            }
            Ok(waits)
        });
    }
    let mut waits = Vec::new();
    while let Some(done) = tasks.join_next().await {
        waits.extend(done??);
    }
    Ok(Measured::new(waits, started.elapsed()))
}

impl Receipts {
    async fn run(&self, config: Option<&Path>) -> Result<()> {
        emptied(&self.data)?;
        let bodies = Arc::new(bodies(1, 2000));
        let mean = bodies.iter().map(|(_, body)| body.len()).sum::<usize>() / bodies.len();
        let sample = NewSubmission {
            id: "01890a5d-ac96-774b-bcce-b302099a8057".to_owned(),
            desk: "thesee".to_owned(),
            unit: "ofac-thesee".to_owned(),
            desk_version: 1,
            track: "report".to_owned(),
            lang: "fr".to_owned(),
            channel: "api".to_owned(),
            received_at: 1,
            code: 0,
            idempotency: 0,
            body: [1; 32],
            digest: [2; 32],
            nonce: [3; 32],
            facts: "x".repeat(mean),
            described: String::new(),
            identity: None,
            uploads: Vec::new(),
        };
        let mut bare = Bare::open(&self.data.join("bare"), &sample).await?;
        let running = Running::start(config, &self.data.join("ours")).await?;
        let (bare_many, ours) = self
            .in_turn(&mut bare, &running, self.clients, &bodies, 0)
            .await?;
        let (bare_one, ours_one) = self.in_turn(&mut bare, &running, 1, &bodies, 1).await?;
        bare.close().await?;
        let counted = running.app.store.intake.count().await?;
        running.end().await?;
        println!("body of a submission: {mean} bytes on average; received {counted}");
        line("bare group commit", self.clients, &bare_many);
        line("receipts over HTTP", self.clients, &ours);
        println!(
            "ratio of rates       {:.2}   (at least 0.40 is wanted)",
            ours.rate / bare_many.rate
        );
        line("bare commit", 1, &bare_one);
        line("receipt over HTTP", 1, &ours_one);
        let ratio = ours_one.quantile(0.99).as_secs_f64() / bare_one.quantile(0.99).as_secs_f64();
        println!("ratio of p99 waits   {ratio:.2}   (at most 4 is wanted)");
        Ok(())
    }

    /// Bare commits and receipts in turn, and what all stretches of each gave together.
    async fn in_turn(
        &self,
        bare: &mut Bare,
        running: &Running,
        clients: usize,
        bodies: &Arc<Vec<(String, Vec<u8>)>>,
        series: u64,
    ) -> Result<(Measured, Measured)> {
        let nothing = || Measured::new(Vec::new(), Duration::ZERO);
        let (mut bare_all, mut ours_all) = (nothing(), nothing());
        let mut left = self.seconds;
        while left > 0 {
            let time = Duration::from_secs(self.slice.min(left));
            left -= self.slice.min(left);
            // Not beside the matching of what has just been filed.
            settle(&running.app).await?;
            bare_all = bare_all.and(bare.run(clients, time).await?);
            let salt = series * 1_000_000 + left;
            let ours = file_for(running.address, clients, time, bodies, salt).await?;
            ours_all = ours_all.and(ours);
        }
        settle(&running.app).await?;
        Ok((bare_all, ours_all))
    }
}

fn line(what: &str, clients: usize, measured: &Measured) {
    let ms = |share| measured.quantile(share).as_secs_f64() * 1000.0;
    println!(
        "{what:20} {clients:3} callers  {:8.0}/s   p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms",
        measured.rate,
        ms(0.5),
        ms(0.99),
        ms(1.0)
    );
}

impl Matching {
    async fn run(&self, config: Option<&Path>) -> Result<()> {
        if !self.keep {
            emptied(&self.data)?;
        }
        let running = Running::start(config, &self.data).await?;
        let app = running.app.clone();
        settle(&app).await?;
        let before = app.store.intake.count().await?;
        let total = self.rate * self.seconds;
        let bodies = bodies(2, usize::try_from(total)?);
        // Watches the place the worker has reached and notes when each was passed.
        let watched = app.clone();
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel::<(i64, Instant)>();
        let watching = tokio::spawn(async move {
            let mut waiting: std::collections::VecDeque<(i64, Instant)> =
                std::collections::VecDeque::new();
            let mut waits = Vec::new();
            let mut open = true;
            while open || !waiting.is_empty() {
                loop {
                    match heard.try_recv() {
                        Ok(next) => waiting.push_back(next),
                        Err(tokio::sync::mpsc::error::TryRecvError::Empty) => break,
                        Err(tokio::sync::mpsc::error::TryRecvError::Disconnected) => {
                            open = false;
                            break;
                        }
                    }
                }
                let reached = watched.store.work.reached().await?.submission;
                let clean = watched.store.work.dirty().await? == 0;
                while clean && waiting.front().is_some_and(|(seq, _)| *seq <= reached) {
                    if let Some((_, at)) = waiting.pop_front() {
                        waits.push(at.elapsed());
                    }
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok::<_, anyhow::Error>(waits)
        });
        let mut client = Client::connect(running.address).await?;
        let mut tick = tokio::time::interval(Duration::from_secs_f64(1.0 / self.rate as f64));
        let started = Instant::now();
        for (number, (desk, body)) in bodies.into_iter().enumerate() {
            tick.tick().await;
            let key = format!("measure-matching-{before:012}-{number:012}");
            let answer = client.submit(&desk, &key, None, body).await?;
            if answer.status != 201 {
                bail!(
                    "status {}: {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                );
            }
            let said: serde_json::Value = serde_json::from_slice(&answer.body)?;
            let seq = said["ledger_index"]
                .as_i64()
                .context("an answer without its place in the ledger")?;
            told.send((seq, Instant::now()))?;
        }
        drop(told);
        let waits = watching.await??;
        let measured = Measured::new(waits, started.elapsed());
        running.end().await?;
        println!("store held {before} before");
        line("receipt to matched", 1, &measured);
        let within = measured
            .waits
            .iter()
            .filter(|wait| wait.as_secs_f64() < 1.0)
            .count();
        println!(
            "under 1 s: {:.2} %   (at least 99 % is wanted)",
            100.0 * within as f64 / measured.count as f64
        );
        Ok(())
    }
}

impl ImportMade {
    /// Writes the complaints to a file: making them is no part of an import.
    fn make(&self, path: &Path) -> Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        for made in generate::complaints(self.seed, self.count) {
            let line = Line {
                desk: made.desk.to_owned(),
                track: made.track.as_str().to_owned(),
                idempotency: made.idempotency,
                answers: made.raw,
            };
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        Ok(())
    }

    async fn run(&self, config: Option<&Path>) -> Result<()> {
        emptied(&self.data)?;
        std::fs::create_dir_all(&self.data)?;
        let path = self.data.join("made.jsonl");
        self.make(&path)?;
        let lines = BufReader::new(File::open(&path)?).lines();
        let running = Running::start(config, &self.data).await?;
        let app = running.app.clone();
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let started = Instant::now();
        let mut told = Instant::now();
        let (pace, halt) = (Arc::new(Pace::default()), AtomicBool::new(false));
        for (number, line) in lines.enumerate() {
            let line = line?;
            let place = Arc::clone(&places).acquire_owned().await?;
            pace.keep(&app, &halt).await?;
            let (app, pace) = (app.clone(), Arc::clone(&pace));
            tokio::spawn(async move {
                match file(&app, &line).await {
                    Ok(seq) => pace.received(seq),
                    Err(error) => eprintln!("a made complaint was not kept: {error:#}"),
                }
                drop(place);
            });
            if told.elapsed() > Duration::from_secs(10) {
                told = Instant::now();
                let rate = number as f64 / started.elapsed().as_secs_f64();
                eprintln!(
                    "{number} received, {rate:.0}/s, {} MiB",
                    memory_now().unwrap_or(0) >> 20
                );
            }
        }
        let _all = places.acquire_many(AT_ONCE as u32).await?;
        let received = started.elapsed();
        settle(&app).await?;
        let settled = started.elapsed();
        let count = app.store.intake.count().await?;
        let sizes = app.store.sizes().await?;
        let series = app
            .store
            .work
            .series_list(&store::work::SeriesFilter::default(), 0, 1_000_000)
            .await?
            .len();
        let largest = app.store.work.largest_component().await?;
        running.end().await?;
        let rate = |time: Duration| count as f64 / time.as_secs_f64();
        println!("{count} submissions, {series} series");
        if let Some((largest, records)) = largest {
            println!("largest component    {largest:8} keys, {records} submissions");
        }
        println!(
            "received             {:8.0}/s  ({:.1} s)",
            rate(received),
            received.as_secs_f64()
        );
        println!(
            "received and matched {:8.0}/s  ({:.1} s)   (at least 5,000/s is wanted)",
            rate(settled),
            settled.as_secs_f64()
        );
        if let Some(peak) = memory_peak() {
            println!(
                "peak memory          {:8} MiB   (under 1,024 is wanted)",
                peak >> 20
            );
        }
        println!(
            "keys and members     {:8.2} bytes per byte of submission   (at most 2 is wanted)",
            sizes.keys_and_members as f64 / sizes.submissions.max(1) as f64
        );
        println!("databases            {:8} MiB", sizes.all >> 20);
        Ok(())
    }
}

/// A made complaint as a line of a file, to be imported as another program's would be.
#[derive(Serialize, Deserialize)]
struct Line {
    desk: String,
    track: String,
    idempotency: String,
    answers: serde_json::Map<String, serde_json::Value>,
}

/// Files a line; its place in the ledger.
async fn file(app: &App, line: &str) -> Result<i64> {
    let made: Line = serde_json::from_str(line)?;
    let desk = app
        .desk(&made.desk)
        .with_context(|| format!("there is no desk {}", made.desk))?;
    let track = made.track.parse()?;
    let context = answers::Context {
        now: app.now(),
        lang: Lang::Fr,
        origin: Origin::Api,
    };
    let checked = answers::validate(desk, track, &made.answers, &context)
        .map_err(|errors| anyhow::anyhow!("{}: {}", errors[0].path, errors[0].message(Lang::En)))?;
    let filing = Filing {
        desk,
        track,
        lang: Lang::Fr,
        channel: "import",
        answers: &checked,
        scope: "measure",
        idempotency: &made.idempotency,
        body: Sha256::digest(line).into(),
        vouched: None,
    };
    Ok(receive(app, filing).await?.seq)
}

/// The unit whose agent the pages are measured for.
const MEASURED: &str = "ofac-thesee";

impl Pages {
    async fn run(&self, config: Option<&Path>) -> Result<()> {
        let running = Running::start(config, &self.data).await?;
        let app = running.app.clone();
        settle(&app).await?;
        let count = app.store.intake.count().await?;
        let link = crate::admin::Newcomer {
            name: "Mesure",
            unit: MEASURED,
            role: Role::Investigator,
            clearance: None,
        };
        let link = link.invite(&app.store.work, "").await?;
        let token = link
            .rsplit_once("token=")
            .map(|(_, token)| token.to_owned())
            .unwrap_or_default();
        let session = serve::token()?;
        let (work, now) = (&app.store.work, app.now_micros());
        let agent = work.use_invitation(token.as_bytes(), now).await?;
        let agent = agent.context("the invitation did not sign in")?;
        let begun = NewSession {
            token: session.as_bytes(),
            agent: &agent,
            made_by: MadeBy::Link,
            device: "",
            instead_of: None,
        };
        app.store.access.begin(begun, now).await?;
        // A search asks why.
        let task = "mesure des pages du poste de travail";
        app.store.access.set_task(session.as_bytes(), task).await?;
        let cookie = format!("orfevre-agent={session}");
        let mut client = Client::connect(running.address).await?;
        println!("{count} submissions stored");
        for (name, paths) in self.paths(&app).await? {
            let mut waits = Vec::new();
            let started = Instant::now();
            for request in 0..self.requests {
                let path = &paths[request % paths.len()];
                let at = Instant::now();
                let answer = client.get(path, &cookie).await?;
                waits.push(at.elapsed());
                if answer.status != 200 {
                    bail!("{path}: status {}", answer.status);
                }
            }
            line(name, 1, &Measured::new(waits, started.elapsed()));
        }
        running.end().await
    }

    /// Every page of the workbench, each with a spread of what the folder holds.
    async fn paths(&self, app: &App) -> Result<Vec<(&'static str, Vec<String>)>> {
        let filter = store::work::Filter::default();
        let sight = store::work::Sight::new(Some(MEASURED), Vec::new(), |_| true);
        let mut ids = Vec::new();
        let mut after = None;
        for _ in 0..4 {
            let page = app
                .store
                .work
                .queue(
                    &filter,
                    store::work::Sort::Newest,
                    after.as_deref(),
                    50,
                    &sight,
                )
                .await?;
            ids.extend(
                page.rows
                    .iter()
                    .map(|row| (row.id.clone(), row.headline.clone())),
            );
            after = page.next;
        }
        let series = app.store.work.series_page("", None, 100, &sight).await?;
        let series = series.rows;
        if ids.is_empty() || series.is_empty() {
            bail!("the folder holds no matched submissions: fill it with `orfevre measure import`");
        }
        let headlines: std::collections::BTreeSet<&String> =
            ids.iter().map(|(_, headline)| headline).collect();
        let base = "/fr/workbench";
        Ok(vec![
            ("dashboard", vec![base.to_owned()]),
            (
                "queue",
                vec![
                    format!("{base}/queue"),
                    format!("{base}/queue?sort=deadline"),
                    format!("{base}/queue?sort=newest"),
                    format!("{base}/queue?urgent=1"),
                ],
            ),
            (
                "queue, filtered",
                headlines
                    .iter()
                    .map(|headline| format!("{base}/queue?desk=thesee&headline={headline}"))
                    .collect(),
            ),
            (
                "submission",
                ids.iter()
                    .map(|(id, _)| format!("{base}/submissions/{id}"))
                    .collect(),
            ),
            ("series list", vec![format!("{base}/series")]),
            (
                "series",
                series
                    .iter()
                    .map(|series| format!("{base}/series/{}", series.id))
                    .collect(),
            ),
            (
                "search, words",
                vec![
                    format!("{base}/search?q=colis"),
                    format!("{base}/search?q=virement+banque"),
                    format!("{base}/search?q=annonce"),
                ],
            ),
            (
                "search, phone",
                vec![
                    format!("{base}/search?q=06+39+98+12+34"),
                    format!("{base}/search?q=leboncoin.fr"),
                ],
            ),
        ])
    }
}

impl ComponentMade {
    async fn run(&self, config: Option<&Path>) -> Result<()> {
        const ARRIVALS: i64 = 5;
        for size in &self.sizes {
            emptied(&self.data)?;
            let app = serve::open(config, &self.data, serve::ORIGIN, Settings::default()).await?;
            let work = &app.store.work;
            for first in (0..*size).step_by(4096) {
                let last = (first + 4096).min(*size);
                take(&app, (first..last).map(chained).collect()).await?;
            }
            while work.recluster(&app.model, 512).await? > 0 {}
            while work.recluster_large(&app.model).await? > 0 {}
            let (mut applied, mut clustered) = (Vec::new(), Vec::new());
            for arrival in 0..ARRIVALS {
                let started = Instant::now();
                take(&app, vec![chained(size + arrival)]).await?;
                applied.push(started.elapsed());
                let started = Instant::now();
                let done = work.recluster(&app.model, 512).await?
                    + work.recluster_large(&app.model).await?;
                clustered.push(started.elapsed());
                anyhow::ensure!(done == 1, "an arrival touched {done} components");
            }
            let series = work
                .series_list(&store::work::SeriesFilter::default(), 0, 1_000_000)
                .await?
                .len();
            let median = |mut times: Vec<Duration>| {
                times.sort_unstable();
                times[times.len() / 2].as_secs_f64() * 1000.0
            };
            println!(
                "{size:8} submissions, {series:6} series   one arrival: taken in {:.1} ms, its component clustered in {:.1} ms   {} MiB at most",
                median(applied),
                median(clustered),
                memory_peak().unwrap_or(0) >> 20
            );
        }
        Ok(())
    }
}

impl ArrivalMade {
    async fn run(&self, config: Option<&Path>) -> Result<()> {
        if !self.keep {
            emptied(&self.data)?;
        }
        let app = serve::open(config, &self.data, serve::ORIGIN, Settings::default()).await?;
        let mut arrivals = Arrivals {
            next: app.store.work.reached().await?.submission + 1,
            app: &app,
            taking: 0.0,
            clustering: 0.0,
        };
        while arrivals.next < self.count {
            arrivals
                .arrive(self.batch.min(self.count - arrivals.next))
                .await?;
        }
        println!("{} submissions there", arrivals.next);
        let mut waits = Vec::new();
        let started = Instant::now();
        for _ in 0..self.arrivals {
            let at = Instant::now();
            arrivals.arrive(1).await?;
            waits.push(at.elapsed());
        }
        line("one by one", 1, &Measured::new(waits, started.elapsed()));
        (arrivals.taking, arrivals.clustering) = (0.0, 0.0);
        let started = Instant::now();
        for _ in 0..self.batches {
            arrivals.arrive(self.batch).await?;
        }
        let arrived = (self.batches * self.batch) as f64;
        let Arrivals {
            taking, clustering, ..
        } = arrivals;
        println!(
            "in batches of {}: {:.0}/s, {:.0} a second of processor; of its processor {:.0} % to take in, the rest to cluster",
            self.batch,
            arrived / started.elapsed().as_secs_f64(),
            arrived / (taking + clustering),
            100.0 * taking / (taking + clustering)
        );
        println!("{} MiB at most", memory_peak().unwrap_or(0) >> 20);
        Ok(())
    }
}

/// Made submissions, one after the other, and what they cost.
struct Arrivals<'a> {
    app: &'a App,
    next: i64,
    /// Seconds of processor, where the system tells.
    taking: f64,
    clustering: f64,
}

impl Arrivals<'_> {
    /// Takes the next `count` in, and clusters what they touch.
    async fn arrive(&mut self, count: i64) -> Result<()> {
        let now = || processor_seconds().unwrap_or(f64::NAN);
        let begun = now();
        take(
            self.app,
            (self.next..self.next + count).map(in_a_gang).collect(),
        )
        .await?;
        let taken = now();
        let (work, model) = (&self.app.store.work, &self.app.model);
        while work.recluster(model, 512).await? > 0 {}
        while work.recluster_large(model).await? > 0 {}
        self.taking += taken - begun;
        self.clustering += now() - taken;
        self.next += count;
        Ok(())
    }
}

async fn take(app: &App, batch: Vec<Harmonised>) -> Result<()> {
    let reached = Reached {
        submission: batch.last().map_or(-1, |last| last.seq),
        supplement: -1,
    };
    let batch = Batch::new(batch, &mut Analyser::default());
    Ok(app.store.work.apply(batch, reached, &app.model).await?)
}

/// Submissions of a gang.
const GANG: i64 = 8;

fn made_key(number: i64, kind: &str) -> Key {
    Key {
        // Odd, so that no two meet, and spread like hashes.
        id: number.wrapping_mul(0x1E37_79B9_7F4A_7C15),
        kind: key_kind(kind).expect("a kind of the list of kinds of keys"),
        damped: false,
    }
}

/// One of a gang of eight of the last hundred thousand: all name one account, two the same number, and each
/// holds what is its own, and a name that others use.
fn in_a_gang(seq: i64) -> Harmonised {
    const AT_ONCE: i64 = 100_000;
    const GANGS: i64 = AT_ONCE / GANG;
    let gang = seq / AT_ONCE * GANGS + seq % GANGS;
    let own = |place: i64| 10_000_000_001 + 2 * (seq * 8 + place);
    made(
        seq,
        vec![
            made_key(2 * gang + 1, "iban"),
            made_key(
                1_000_000_001 + 2 * (4 * gang + seq % AT_ONCE / GANGS / 2),
                "phone",
            ),
            made_key(5_000_000_001 + 2 * name(seq), "payee"),
            made_key(own(0), "email"),
            made_key(own(1), "url"),
            made_key(own(2), "domain"),
            made_key(own(3), "reference"),
            made_key(own(4), "passage"),
            made_key(own(5), "passage"),
        ],
    )
}

/// One of 20,000 names of which few are common: the number of a name grows with the cube of chance, so that of a million
/// the first has 37,000 and the last 17. Were all as common, all would reach their cap with the same submission.
fn name(seq: i64) -> i64 {
    const NAMES: f64 = 20_000.0;
    let word = (seq as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let chance = (word >> 11) as f64 / (1_u64 << 53) as f64;
    (chance.powi(3) * NAMES) as i64
}

/// One of a chain of gangs: eight submissions that name the same account, of which the last also names
/// the next gang's. Whoever is named twice joins two gangs, so that all are one component.
fn chained(seq: i64) -> Harmonised {
    let gang = seq / GANG;
    let mut keys = vec![
        made_key(2 * gang + 1, "iban"),
        made_key(2 * (seq / 2) + 1_000_000_000, "phone"),
    ];
    if seq % GANG == GANG - 1 {
        keys.push(made_key(2 * gang + 3, "iban"));
    }
    made(seq, keys)
}

fn made(seq: i64, keys: Vec<Key>) -> Harmonised {
    Harmonised {
        seq,
        id: format!("made-{seq:09}"),
        desk: "thesee".to_owned(),
        track: "report".to_owned(),
        headline: "false_shop".to_owned(),
        received_at: seq,
        state: "queued".to_owned(),
        urgent: false,
        priority: 0,
        unit: "ofac-thesee".to_owned(),
        deadline_at: seq,
        occurred_at: None,
        amount_minor: Some(10_000),
        currency: "EUR".to_owned(),
        place: String::new(),
        assessment: "{}".to_owned(),
        sightings: "[]".to_owned(),
        words: String::new(),
        lang: "fr".to_owned(),
        keys,
        more: false,
    }
}

/// Peak resident memory of this process in bytes, where the system tells.
fn memory_peak() -> Option<u64> {
    memory("VmHWM:")
}

fn memory_now() -> Option<u64> {
    memory("VmRSS:")
}

/// Seconds of processor that this process has used, where the system tells (Linux, in hundredths).
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // the name of the program, in brackets, may hold anything
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(11);
    let both = [
        ticks.next()?.parse::<f64>().ok()?,
        ticks.next()?.parse().ok()?,
    ];
    Some(both.iter().sum::<f64>() / 100.0)
}

fn memory(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib << 10)
}
