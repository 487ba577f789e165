//! `orfevre extract`: every identifier in files or standard input.

use std::{
    fs,
    io::{self, BufWriter, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Args;
use observables::{Kind, Proof, defang, extract};

#[derive(Args)]
pub(crate) struct Extract {
    /// Files to read; standard input without any.
    files: Vec<PathBuf>,
    /// Only these kinds: url, domain, email, phone, iban, btc, eth, ipv4, ipv6, social.
    #[arg(long, value_delimiter = ',', value_name = "KIND")]
    kind: Vec<Kind>,
    /// One JSON object a line, with byte offsets into the text.
    #[arg(long)]
    json: bool,
    /// Values that nobody can click on by accident.
    #[arg(long)]
    defang: bool,
}

impl Extract {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let mut out = BufWriter::new(io::stdout().lock());
        let mut found = false;
        if self.files.is_empty() {
            let mut bytes = Vec::new();
            io::stdin()
                .read_to_end(&mut bytes)
                .context("reading standard input")?;
            found |= self.write(&mut out, None, &bytes)?;
        }
        for path in &self.files {
            let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
            found |= self.write(&mut out, Some(&path.display().to_string()), &bytes)?;
        }
        out.flush().context("writing")?;
        Ok(if found {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn write(&self, out: &mut impl Write, file: Option<&str>, bytes: &[u8]) -> Result<bool> {
        // What is not UTF-8 is replaced one character for one byte sequence; offsets are into that text.
        let text = String::from_utf8_lossy(bytes);
        let mut found = false;
        for hit in extract(&text).hits {
            if !self.kind.is_empty() && !self.kind.contains(&hit.kind) {
                continue;
            }
            found = true;
            let value = if self.defang {
                defang(&hit.observable())
            } else {
                hit.canonical.clone()
            };
            if self.json {
                let proof = match hit.proof {
                    Proof::Checksum => "checksum",
                    Proof::KnownSuffix => "known_suffix",
                    Proof::Valid => "valid",
                    Proof::Possible => "possible",
                    Proof::Shape => "shape",
                };
                let mut line = serde_json::json!({
                    "kind": hit.kind.name(),
                    "value": value,
                    "raw": &text[hit.span.clone()],
                    "start": hit.span.start,
                    "end": hit.span.end,
                    "proof": proof,
                    "flags": hit.flags.names().collect::<Vec<_>>(),
                });
                if let Some(file) = file {
                    line["file"] = file.into();
                }
                writeln!(out, "{line}").context("writing")?;
            } else {
                writeln!(out, "{}\t{value}", hit.kind.name()).context("writing")?;
            }
        }
        Ok(found)
    }
}
