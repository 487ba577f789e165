//! Indexes a CSV file record by record by a trained model: `online DATA.csv MODEL.toml [--date COLUMN]...
//! [--largest-block N]`.
//!
//! Prints how long an insert with its series kept, a removal and the score of a pair take, with the
//! whole file indexed, and what memory that needs; then whether the series are those of the batch.
//! Times are those of the processor where the system tells them: others' work on a shared machine is
//! left out, faults of the cache are not.

mod reading;

use std::collections::{BTreeSet, HashMap};
use std::error::Error;

use linkage::RecordId;
use linkage::batch::{
    Index, IndexOptions, Linkage, LinkageOptions, Model, Records, RecordsBuilder, SeriesId,
};
use reading::Table;

type Failure = Box<dyn Error>;

struct Arguments {
    data: String,
    model: String,
    dates: Vec<String>,
    options: IndexOptions,
}

fn arguments() -> Result<Arguments, Failure> {
    let (mut free, mut dates) = (Vec::new(), Vec::new());
    let mut options = IndexOptions::default();
    let mut rest = std::env::args().skip(1);
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--date" => dates.push(value()?),
            "--largest-block" => options.largest_block = value()?.parse()?,
            _ => free.push(argument),
        }
    }
    let [data, model] = free
        .try_into()
        .map_err(|_| "online DATA.csv MODEL.toml, see the head of the file")?;
    Ok(Arguments {
        data,
        model,
        dates,
        options,
    })
}

fn main() -> Result<(), Failure> {
    let arguments = arguments()?;
    let open = || Table::open(&arguments.data, &arguments.dates);
    let model = Model::from_toml(&std::fs::read_to_string(&arguments.model)?)?;
    let frequencies = {
        let records = records(open()?)?;
        Linkage::new(model.clone(), &records, LinkageOptions::default())?.frequencies()
    };
    println!("before: {} MiB", memory());

    let mut table = open()?;
    let columns = table.columns();
    let mut index = Index::new(
        model.clone(),
        &columns,
        frequencies.clone(),
        arguments.options,
    )?;
    let (mut inserts, mut slowest) = (Vec::new(), (0.0, String::new()));
    while let Some(row) = table.next()? {
        let values = row.values();
        let start = now();
        index.insert(RecordId(inserts.len() as u64), 0, &values)?;
        let seconds = now() - start;
        inserts.push(seconds);
        if seconds > slowest.0 {
            slowest = (seconds, row.id().to_owned());
        }
    }
    let number = inserts.len() as u64;
    println!("{number} records: {} MiB", memory());
    let all: f64 = inserts.iter().sum();
    println!(
        "inserts: {:.0}/s, slowest {:?}",
        number as f64 / all,
        slowest
    );
    tell(
        "inserts, the last tenth",
        &mut inserts[number as usize * 9 / 10..],
    );
    println!(
        "series {}, blocks set aside {:?}",
        index.series_count(),
        index.set_aside()
    );

    let ids = (0..number).step_by(97);
    let mut scores: Vec<f64> = ids
        .clone()
        .map(|id| {
            let start = now();
            let weight = index.score(RecordId(id), RecordId((id + 1) % number));
            std::hint::black_box(weight);
            now() - start
        })
        .collect();
    tell("score of a pair", &mut scores);

    let records = records(open()?)?;
    let linkage = Linkage::new(model, &records, LinkageOptions::default())?
        .with_frequencies(&frequencies)
        .with_largest_block(arguments.options.largest_block);
    let mut links = Vec::new();
    linkage.predict(0.4, |link| links.push(link.weighted()))?;
    let clusters = linkage.clusters(&links, arguments.options.threshold)?;
    println!("as in batch: {}", same(&index, &clusters));

    let mut removals: Vec<f64> = ids
        .filter_map(|id| {
            let start = now();
            index.remove(RecordId(id))?;
            Some(now() - start)
        })
        .collect();
    tell("removals", &mut removals);
    Ok(())
}

fn records(mut table: Table) -> Result<Records, Failure> {
    let mut builder = RecordsBuilder::new(&table.columns())?;
    while let Some(row) = table.next()? {
        builder.push(0, &row.values())?;
    }
    Ok(builder.finish())
}

/// Whether series and clusters are the same sets of records.
fn same(index: &Index, clusters: &[u32]) -> bool {
    let mut series_of = HashMap::<u32, SeriesId>::new();
    let fits = (0_u64..).zip(clusters).all(|(id, cluster)| {
        let series = index.series_of(RecordId(id));
        series.is_some_and(|series| *series_of.entry(*cluster).or_insert(series) == series)
    });
    let distinct: BTreeSet<SeriesId> = series_of.values().copied().collect();
    fits && distinct.len() == series_of.len()
}

fn tell(what: &str, seconds: &mut [f64]) {
    seconds.sort_by(f64::total_cmp);
    let at = |share: f64| seconds[((seconds.len() - 1) as f64 * share) as usize] * 1e6;
    println!(
        "{what}: p50 {:.1} us, p99 {:.1} us, p99.9 {:.1} us, most {:.1} us",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
}

/// Seconds that this thread has had a processor.
#[cfg(unix)]
fn now() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Seconds since the first call.
#[cfg(not(unix))]
fn now() -> f64 {
    use std::{sync::LazyLock, time::Instant};
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64()
}

/// Resident memory in MiB, where the system tells it (Linux).
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
