//! `orfevre measure bookings`: random bookings by many at once, none of which may hold what another holds.

use std::{path::PathBuf, time::Instant};

use anyhow::{Result, ensure};
use clap::Args;
use store::{Store, measure};

use crate::serve;

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

impl BookingsMade {
    pub(super) async fn run(self) -> Result<()> {
        super::emptied(&self.data)?;
        let store = Store::open(&self.data, serve::ORIGIN).await?;
        let start = Instant::now();
        let report = measure::bookings(&store.film, self.count, self.clients, self.seed).await?;
        let took = start.elapsed();
        println!(
            "{} changes by {} at once in {:.0} s, {:.0}/s: {} kept, {} refused",
            self.count,
            self.clients,
            took.as_secs_f64(),
            self.count as f64 / took.as_secs_f64(),
            report.all().kept,
            report.all().refused
        );
        for (kind, tally) in &report.changes {
            println!("  {kind}: {} kept, {} refused", tally.kept, tally.refused);
        }
        println!(
            "held twice: {}; times that calendar, program and approval agreed: {} of {}",
            report.held_twice,
            report.agreed,
            report.agreed + report.disagreed
        );
        ensure!(
            report.held_twice == 0 && report.disagreed == 0,
            "bookings contradict each other: keep the folder {} and report it",
            self.data.display()
        );
        Ok(())
    }
}
