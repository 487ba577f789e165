//! `orfevre admin vault`: the keys that identities are sealed under. The server must be stopped.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Subcommand;
use store::{NewMaster, Store, VaultFolder};

use super::{Folder, there_is};
use crate::vault::{Program, wrapped_file};

#[derive(Subcommand)]
pub(crate) enum Vault {
    /// Put a new master key in the place of the old one: the keys of units are wrapped anew, no record is touched. Cut at
    /// any point, the folder opens.
    Rotate {
        /// A file of bytes that the program of keys/vault.toml makes the new key of; without it the key is 32 random bytes
        /// in keys/vault.key.
        #[arg(long, value_name = "FILE")]
        wrapped: Option<PathBuf>,
        #[command(flatten)]
        folder: Folder,
    },
    /// Open every sealed identity and forget what was in it: which open, and why the others do not.
    Verify {
        #[command(flatten)]
        folder: Folder,
    },
}

impl Vault {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Self::Rotate { wrapped, folder } => rotate(wrapped, &folder).await,
            Self::Verify { folder } => verify(&folder).await,
        }
    }
}

async fn open(folder: &Folder) -> Result<(VaultFolder, Option<Program>)> {
    there_is(&folder.data)?;
    let program = Program::of(&folder.data)?;
    let opened = {
        let unwrap = program
            .clone()
            .map(|program| move |wrapped: &[u8]| program.unwrap(wrapped));
        let unwrap = unwrap.as_ref().map(|unwrap| unwrap as store::Unwrap<'_>);
        Store::open_vault(&folder.data, unwrap).await
    };
    let opened = opened.with_context(|| {
        format!(
            "opening the keys of the data folder {}",
            folder.data.display()
        )
    })?;
    Ok((opened, program))
}

async fn rotate(wrapped: Option<PathBuf>, folder: &Folder) -> Result<ExitCode> {
    let (vault, program) = open(folder).await?;
    let new = match &wrapped {
        None => NewMaster::File,
        Some(path) => NewMaster::Wrapped(
            fs::read(path).with_context(|| format!("reading {}", path.display()))?,
        ),
    };
    let unwrap = program.map(|program| move |wrapped: &[u8]| program.unwrap(wrapped));
    let unwrap = unwrap.as_ref().map(|unwrap| unwrap as store::Unwrap<'_>);
    let count = vault
        .rotate(&new, unwrap)
        .await
        .context("rotating the master key: the folder opens as it did")?;
    let place = match wrapped {
        None => folder.data.join("keys").join("vault.key"),
        Some(_) => wrapped_file(&folder.data),
    };
    println!(
        "{count} keys are wrapped by the new master key, {}: back it up apart from the databases",
        place.display()
    );
    Ok(ExitCode::SUCCESS)
}

async fn verify(folder: &Folder) -> Result<ExitCode> {
    let (vault, _) = open(folder).await?;
    let checked = vault
        .check()
        .await
        .context("reading the sealed identities")?;
    println!(
        "{} identities open, {} of them sealed under the folder's first key and no unit's; {} do not",
        checked.open,
        checked.first,
        checked.unopened.len()
    );
    for one in &checked.unopened {
        println!("number {}: {}", one.seq + 1, one.why);
    }
    Ok(if checked.unopened.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
