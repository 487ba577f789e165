//! Links a CSV file by a model: `link_csv DATA.csv MODEL.toml OUT_DIR [--date COLUMN]...
//! [--threshold-weight W] [--min-p P] [--seed N] [--components] [--no-relations] [--keep]
//! [--threads N] [--widen PAIRS_A_RECORD]`.
//!
//! Writes `edges.csv` (id_l, id_r, p) and `clusters.csv` (id, cluster_id) with the first column as id,
//! and the trained model; prints seconds of each phase. For measuring, with one reader of CSV that
//! does what the measurements need.

mod reading;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

use linkage::batch::{
    Components, Linkage, LinkageOptions, Model, RecordsBuilder, TrainOptions, WeightedPair,
};

type Failure = Box<dyn Error>;

struct Arguments {
    data: String,
    model: String,
    out: String,
    dates: Vec<String>,
    min_p: f64,
    threshold: f32,
    components: bool,
    relations: bool,
    keep: bool,
    seed: u64,
    threads: usize,
    widen: u64,
}

fn arguments() -> Result<Arguments, Failure> {
    let mut free = Vec::new();
    let mut found = Arguments {
        data: String::new(),
        model: String::new(),
        out: String::new(),
        dates: Vec::new(),
        min_p: 0.01,
        threshold: 0.0,
        components: false,
        relations: true,
        keep: false,
        seed: 1,
        threads: 1,
        widen: 0,
    };
    let mut rest = std::env::args().skip(1);
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--date" => found.dates.push(value()?),
            "--min-p" => found.min_p = value()?.parse()?,
            "--threshold-weight" => found.threshold = value()?.parse()?,
            "--seed" => found.seed = value()?.parse()?,
            "--threads" => found.threads = value()?.parse()?,
            "--widen" => found.widen = value()?.parse()?,
            "--components" => found.components = true,
            "--no-relations" => found.relations = false,
            "--keep" => found.keep = true,
            _ => free.push(argument),
        }
    }
    [found.data, found.model, found.out] = free
        .try_into()
        .map_err(|_| "link_csv DATA.csv MODEL.toml OUT_DIR, see the head of the file")?;
    Ok(found)
}

fn main() -> Result<(), Failure> {
    let arguments = arguments()?;
    let mut clock = Clock::start();
    let mut file = reading::Table::open(&arguments.data, &arguments.dates)?;
    let mut builder = RecordsBuilder::new(&file.columns())?;
    let mut ids = Vec::new();
    while let Some(row) = file.next()? {
        ids.push(row.id().to_owned());
        builder.push(0, &row.values())?;
    }
    let records = builder.finish();
    clock.tell("load");
    let options = LinkageOptions {
        threads: arguments.threads,
        ..LinkageOptions::default()
    };
    let model = Model::from_toml(&std::fs::read_to_string(&arguments.model)?)?;
    let mut linkage = Linkage::new(model, &records, options)?;
    clock.tell("block");
    let training = TrainOptions {
        relations: arguments.relations,
        seed: arguments.seed,
        ..TrainOptions::default()
    };
    if !arguments.keep {
        println!("{:?}", linkage.train(&training));
        clock.tell("train");
    }
    if arguments.widen > 0 {
        let most = arguments.widen * records.len() as u64;
        let wider = linkage.wider(most, arguments.seed)?;
        clock.tell("widen");
        println!("{wider:#?}");
        let mut model = linkage.model().clone();
        model.widen(wider.into_iter().map(|wider| wider.rule));
        linkage = Linkage::new(model, &records, options)?;
        println!("{:?}", linkage.train(&training));
        clock.tell("train again");
    }
    let mut links: Vec<WeightedPair> = Vec::new();
    linkage.predict(arguments.min_p, |link| links.push(link.weighted()))?;
    clock.tell("predict");
    let clusters = if arguments.components {
        let mut components = Components::new(records.len());
        for link in links
            .iter()
            .filter(|link| link.weight > arguments.threshold)
        {
            components.join(link.left, link.right);
        }
        components.finish()
    } else {
        linkage.clusters(&links, arguments.threshold.into())?
    };
    clock.tell("cluster");
    println!(
        "pairs per rule {:?}, links {}",
        linkage.pairs_per_rule(),
        links.len()
    );
    std::fs::create_dir_all(&arguments.out)?;
    let file = |name: &str| File::create(format!("{}/{name}", arguments.out)).map(BufWriter::new);
    file("model.toml")?.write_all(linkage.model().to_toml()?.as_bytes())?;
    let mut edges = file("edges.csv")?;
    writeln!(edges, "id_l,id_r,p")?;
    for link in &links {
        let p = 1.0 / (1.0 + (-f64::from(link.weight)).exp2());
        let (left, right) = (&ids[link.left as usize], &ids[link.right as usize]);
        writeln!(edges, "{left},{right},{p}")?;
    }
    let mut rows = file("clusters.csv")?;
    writeln!(rows, "id,cluster_id")?;
    for (id, cluster) in ids.iter().zip(clusters) {
        writeln!(rows, "{id},{cluster}")?;
    }
    Ok(())
}

/// Seconds of the first thread on a processor, where the system tells them (Linux), and by the clock: on a
/// shared machine only the former can be compared, with several threads only the latter.
struct Clock {
    processor: f64,
    start: Instant,
}

impl Clock {
    fn start() -> Clock {
        Clock {
            processor: Self::on_processor(),
            start: Instant::now(),
        }
    }

    fn on_processor() -> f64 {
        let on_processor = std::fs::read_to_string("/proc/self/schedstat")
            .ok()
            .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
        on_processor.map_or(0.0, |nanos| nanos / 1e9)
    }

    fn tell(&mut self, phase: &str) {
        let processor = Self::on_processor() - self.processor;
        println!(
            "{phase} {processor:.3} s, {:.3} s by the clock",
            self.start.elapsed().as_secs_f64()
        );
        *self = Clock::start();
    }
}
