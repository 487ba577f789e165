//! The binary `orfevre`: reads the command line and the environment, and hands over.

mod admin;
mod client;
mod country;
mod demo;
mod demonstrate;
mod extract;
mod import;
mod link;
mod measure;
mod serve;
mod vault;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// A fifth of an import's time went into the C library's allocator: rows are made on one thread and
/// freed on another, which it does worst.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The front desk and the workbench of a public body that receives what people report about crime
/// online.
#[derive(Parser)]
#[command(
    name = "orfevre",
    version,
    arg_required_else_help = true,
    propagate_version = true,
    after_help = "Exit codes: 0 done; 1 done, and the answer is no (a receipt that does not hold, rows refused, nothing found); 2 not done, with the reason on standard error."
)]
struct Cli {
    /// Folder of the country's configuration, instead of the one in the program (France).
    #[arg(long, global = true, env = "ORFEVRE_CONFIG", value_name = "FOLDER")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the public site, the workbench and the API from a data folder.
    Serve(serve::Serve),
    /// Fill a new data folder with the demonstration and serve it.
    Demo(demonstrate::Demo),
    /// Import reports from CSV or JSON lines.
    Import(import::Import),
    /// Find every identifier in files or standard input.
    Extract(extract::Extract),
    /// Link records of whole data sets that are of one entity.
    Link(Box<link::Link>),
    #[command(hide = true)]
    ReadFile(extract::ReadFile),
    /// Look after an installation: invitations, units, checks.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Measure this machine: receipts, matching, import, pages.
    #[command(subcommand)]
    Measure(measure::Measure),
    /// Check a receipt offline.
    Verify(verify::Verify),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("ORFEVRE_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .init();
    let config = cli.config.as_deref();
    let result = match cli.command {
        Command::Serve(serve) => serve.run(config),
        Command::Demo(demo) => demo.run(config),
        Command::Import(import) => import.run(config),
        Command::Extract(extract) => extract.run(config),
        Command::Link(link) => link.run(),
        Command::ReadFile(file) => file.run(),
        Command::Admin(admin) => admin.run(config),
        Command::Measure(measure) => measure.run(config),
        Command::Verify(verify) => verify.run(),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("orfevre: {error:#}");
            ExitCode::from(2)
        }
    }
}
