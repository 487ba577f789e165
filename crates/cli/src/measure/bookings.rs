//! `orfevre measure bookings`: random bookings by many at once, none of which may hold what another holds.

use std::{
    io::IsTerminal,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use clap::Args;
use store::{
    Store,
    measure::{self, BookingReport},
};

use crate::{link::progress, serve};

#[derive(Args)]
pub(crate) struct BookingsMade {
    /// How many changes: requests, approvals, extensions, cancellations, requisitions.
    #[arg(long, default_value_t = 1_000_000)]
    count: u64,
    /// How many send them at once.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..))]
    clients: u64,
    /// Seed of what they send.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder; it is emptied first. It stays filled.
    #[arg(long, default_value = "data/measure")]
    data: PathBuf,
}

/// A line so often where no terminal shows a bar.
const TOLD_EVERY: Duration = Duration::from_secs(30);

impl BookingsMade {
    pub(super) async fn run(self) -> Result<()> {
        super::emptied(&self.data)?;
        let store = Store::open(&self.data, serve::ORIGIN).await?;
        let stopped = stopped_by_interrupt();
        let start = Instant::now();
        let bar = progress::counted(self.count, "bookings");
        let terminal = std::io::stderr().is_terminal();
        let mut told = start;
        let report =
            measure::bookings(&store.film, self.count, self.clients, self.seed, |so_far| {
                bar.set_position(so_far.sent());
                if !terminal && told.elapsed() >= TOLD_EVERY {
                    told = Instant::now();
                    eprintln!("{}", rate(so_far, start.elapsed()));
                }
                !stopped.load(Ordering::Relaxed)
            })
            .await?;
        bar.finish_and_clear();
        self.tell(&report, start.elapsed());
        ensure!(
            report.held_twice == 0 && report.disagreed == 0,
            "bookings contradict each other: keep the folder {} and report it",
            self.data.display()
        );
        Ok(())
    }

    fn tell(&self, report: &BookingReport, took: Duration) {
        if report.sent() < self.count {
            println!("stopped after {} of {} changes", report.sent(), self.count);
        }
        let all = report.all();
        println!(
            "{} by {} at once: {} kept, {} refused",
            rate(report, took),
            self.clients,
            all.kept,
            all.all_refused()
        );
        for (kind, tally) in &report.changes {
            let (kind, refused) = (name(kind), tally.all_refused());
            println!("  {kind}: {} kept, {refused} refused", tally.kept);
            for (why, many) in &tally.refused {
                println!("    {why}: {many}");
            }
        }
        println!("overlaps: {}", report.held_twice);
        println!(
            "screen, program and approval agreed: {} of {} times",
            report.agreed,
            report.agreed + report.disagreed
        );
    }
}

fn rate(report: &BookingReport, took: Duration) -> String {
    let (sent, seconds) = (report.sent(), took.as_secs_f64());
    let each = sent as f64 / seconds.max(f64::EPSILON);
    format!("{sent} changes in {seconds:.0} s, {each:.0}/s")
}

/// A kind of change as people call it.
fn name(kind: &str) -> &str {
    match kind {
        "ask" => "create",
        "requisition" => "recall",
        other => other,
    }
}

/// Set once somebody interrupts: the measurement stops at its next stop and tells what it has. A second time ends it.
fn stopped_by_interrupt() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stopped);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if told.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
            eprintln!("stopping at the next stop; once more ends it at once");
        }
    });
    stopped
}
