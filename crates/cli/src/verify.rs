//! `orfevre verify`: a receipt checked offline.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use ledger::Verifier;

#[derive(Args)]
pub(crate) struct Verify {
    /// The receipt file.
    receipt: PathBuf,
    /// The ledger's public key (`name+id+base64`), or a file that holds it. The site shows it on its
    /// ledger page; take it from somewhere you trust.
    #[arg(long, env = "ORFEVRE_LEDGER_KEY", value_name = "KEY")]
    key: String,
    /// One JSON object instead of sentences.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let key = match fs::read_to_string(&self.key) {
            Ok(text) => text,
            Err(_) => self.key.clone(),
        };
        let verifier = Verifier::new(key.trim()).context("reading the ledger's public key")?;
        let bytes = fs::read(&self.receipt)
            .with_context(|| format!("reading {}", self.receipt.display()))?;
        match ledger::verify(&bytes, &verifier) {
            Ok(verified) => {
                let submission = verified.opening.label("submission").unwrap_or_default();
                if self.json {
                    let said = serde_json::json!({
                        "valid": true,
                        "ledger": verified.origin,
                        "index": verified.index,
                        "size": verified.size,
                        "submission": submission,
                        "desk": verified.opening.label("desk"),
                        "digest": store::objects::hex(verified.opening.digest()),
                    });
                    println!("{said}");
                } else {
                    println!(
                        "valid: submission {submission} is entry {} of the ledger {}, which held {} entries when it was signed",
                        verified.index, verified.origin, verified.size
                    );
                }
                Ok(ExitCode::SUCCESS)
            }
            Err(error) if self.json => {
                println!(
                    "{}",
                    serde_json::json!({"valid": false, "reason": error.to_string()})
                );
                Ok(ExitCode::FAILURE)
            }
            Err(error) => {
                eprintln!(
                    "NOT valid: {error}. Check that the file is whole and the key is the ledger's; the submission itself may still be found with its tracking code"
                );
                Ok(ExitCode::FAILURE)
            }
        }
    }
}
