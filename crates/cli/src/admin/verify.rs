//! `orfevre admin record verify`: the record of looks against its chain, its anchors in the ledger, and receipts of them
//! that somebody kept elsewhere.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use ledger::Verifier;
use store::{
    Store,
    intake::{Anchor, Anchors, broken_link},
    record::{Held, Verified},
};

use super::{Folder, moment};

#[derive(Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    folder: Folder,
    /// The receipt of an anchor that was kept elsewhere, several times: the record must still be what it says.
    #[arg(long, value_name = "FILE")]
    receipt: Vec<PathBuf>,
    /// The ledger's public key (`name+id+base64`), or a file that holds it. Without it the folder's own key is used,
    /// which whoever holds the folder could have replaced.
    #[arg(long, env = "ORFEVRE_LEDGER_KEY", value_name = "KEY")]
    key: Option<String>,
}

impl Verify {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let record = self.folder.record().await?;
        let anchors = Store::open_anchors(&self.folder.data).await?;
        let all = anchors.all().await?;
        let verifier = self.verifier(&anchors).await?;
        if let Some(problem) = in_the_ledger(&anchors, &all, verifier.as_ref()).await? {
            println!("{problem}");
            return Ok(ExitCode::FAILURE);
        }
        let mut held: Vec<Held> = all.iter().map(held).collect();
        for file in &self.receipt {
            let Some(verifier) = &verifier else {
                bail!(
                    "there is no key to check {} with: give --key",
                    file.display()
                );
            };
            let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
            held.push(of_receipt(&bytes, verifier).with_context(|| format!("{}", file.display()))?);
        }
        let unheld = held.iter().map(|held| held.entries).max().unwrap_or(0);
        Ok(match record.verify(&held).await? {
            Verified::Whole(count) => {
                println!(
                    "{count} entries hold together, and are what {} anchors say",
                    held.len()
                );
                if let Some(first) = record.from(unheld, 1).await?.first() {
                    println!(
                        "{} of them are not anchored yet, the oldest of {}",
                        count - unheld,
                        moment(first.look.at)
                    );
                }
                ExitCode::SUCCESS
            }
            Verified::Broken(place) => {
                println!(
                    "entry {} was changed, or one before it was taken out",
                    place + 1
                );
                ExitCode::FAILURE
            }
            Verified::Rewritten(from, until) => {
                println!(
                    "an entry from {} to {until} was written anew or taken out since it was anchored",
                    from + 1
                );
                ExitCode::FAILURE
            }
        })
    }

    async fn verifier(&self, anchors: &Anchors) -> Result<Option<Verifier>> {
        let Some(key) = &self.key else {
            let keys = self.folder.data.join("keys");
            return Ok(anchors.own_verifier(&keys).await?);
        };
        let text = fs::read_to_string(key).unwrap_or_else(|_| key.clone());
        let verifier = Verifier::new(text.trim()).context("reading the ledger's public key")?;
        Ok(Some(verifier))
    }
}

fn held(anchor: &Anchor) -> Held {
    Held {
        entries: anchor.entries,
        hash: anchor.digest,
    }
}

/// What is wrong with the anchors themselves: none is left out, and each is a leaf of the signed ledger.
async fn in_the_ledger(
    anchors: &Anchors,
    all: &[Anchor],
    verifier: Option<&Verifier>,
) -> Result<Option<String>> {
    if let Some(anchor) = broken_link(all) {
        return Ok(Some(format!(
            "the anchor of leaf {} does not follow the one before: an anchor is gone",
            anchor.seq
        )));
    }
    let Some(verifier) = verifier else {
        return Ok(None);
    };
    for anchor in all {
        let receipt = anchors.receipt(anchor.seq).await?;
        if let Err(error) = ledger::verify(receipt.as_bytes(), verifier) {
            return Ok(Some(format!(
                "the anchor of leaf {} is not in the ledger: {error}",
                anchor.seq
            )));
        }
    }
    Ok(None)
}

/// What a receipt says that the record was.
fn of_receipt(bytes: &[u8], verifier: &Verifier) -> Result<Held> {
    let verified = ledger::verify(bytes, verifier)?;
    let entries = verified.opening.label("record");
    let Some(entries) = entries.and_then(|entries| entries.parse().ok()) else {
        bail!("this is no receipt of an anchor of the record");
    };
    Ok(Held {
        entries,
        hash: *verified.opening.digest(),
    })
}
