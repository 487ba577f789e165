//! The master key of a folder when a key management service keeps it: a program of the operator's, named in
//! `keys/vault.toml` of the folder, is given the wrapped key and gives the key.
//!
//! No shell is between: the program and its arguments are what the file says. It has a time limit, and what it says to
//! standard error goes to the operator.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use serde::Deserialize;
use store::{MASTER_WRAPPED, Store};

const FILE: &str = "vault.toml";

/// Who unwraps the master key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Program {
    /// Its path.
    program: PathBuf,
    #[serde(default)]
    arguments: Vec<String>,
    /// How long it may take.
    #[serde(default = "seconds")]
    seconds: u64,
}

fn seconds() -> u64 {
    20
}

impl Program {
    /// The one that a folder names, if it names one.
    pub(crate) fn of(data: &Path) -> Result<Option<Self>> {
        let path = data.join("keys").join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.with_context(|| format!("reading {}", path.display()))?,
        };
        let program = toml::from_str(&text).with_context(|| {
            format!(
                "reading {}: it holds program = \"/path\", and arguments = [\"…\"] and seconds = 20 if need be",
                path.display()
            )
        })?;
        Ok(Some(program))
    }

    /// The key that the wrapped bytes hold.
    pub(crate) fn unwrap(&self, wrapped: &[u8]) -> io::Result<[u8; 32]> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| self.told(&format!("does not start: {error}")))?;
        let answer = self.answer(&mut child, wrapped);
        if answer.is_err() {
            // Whether it had ended by itself is of no importance.
            let _ended = child.kill();
        }
        let status = child.wait()?;
        let answer = answer?;
        let length = answer.len();
        let told = || {
            self.told(&format!(
                "gave {length} bytes, and a key has 32: raw bytes, no text"
            ))
        };
        // Whoever writes more than is read ends by that, which is not what is wrong.
        if length <= 32 && !status.success() {
            return Err(self.told(&format!("ended with {status}")));
        }
        answer.try_into().map_err(|_| told())
    }

    fn answer(&self, child: &mut Child, wrapped: &[u8]) -> io::Result<Vec<u8>> {
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(self.told("has no input or output"));
        };
        let wrapped = wrapped.to_vec();
        // A program that does not read is not waited for.
        thread::spawn(move || {
            let _closed = input.write_all(&wrapped);
        });
        let (read, answered) = mpsc::channel();
        thread::spawn(move || {
            let mut answer = Vec::new();
            let done = output.take(64).read_to_end(&mut answer);
            let _gone = read.send(done.map(|_| answer));
        });
        answered
            .recv_timeout(Duration::from_secs(self.seconds))
            .map_err(|_| self.told(&format!("did not answer within {} s", self.seconds)))?
    }

    fn told(&self, what: &str) -> io::Error {
        io::Error::other(format!("{} (keys/{FILE}) {what}", self.program.display()))
    }
}

/// Opens a data folder, whoever keeps its master key.
pub(crate) async fn open(data: &Path, origin: &str) -> Result<Store> {
    let program = Program::of(data)?;
    let unwrap = program.map(|program| move |wrapped: &[u8]| program.unwrap(wrapped));
    let unwrap = unwrap.as_ref().map(|unwrap| unwrap as store::Unwrap<'_>);
    Store::open_with(data, origin, unwrap)
        .await
        .with_context(|| format!("opening the data folder {}", data.display()))
}

/// The file of a wrapped master key in a folder.
pub(crate) fn wrapped_file(data: &Path) -> PathBuf {
    data.join("keys").join(MASTER_WRAPPED)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn program(text: &str, seconds: u64) -> Program {
        Program {
            program: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), text.to_owned()],
            seconds,
        }
    }

    #[test]
    fn a_program_gives_the_key_or_it_is_said_why_not() {
        let key = [b'k'; 32];
        assert_eq!(program("cat", 20).unwrap(&key).unwrap(), key);
        let told = |program: Program| program.unwrap(&key).unwrap_err().to_string();
        assert!(told(program("cat; exit 3", 20)).contains("exit status: 3"));
        assert!(told(program("echo short", 20)).contains("gave 6 bytes"));
        assert!(
            told(program("yes", 20)).contains("gave 64 bytes") || cfg!(not(target_os = "linux"))
        );
        assert!(told(program("exec sleep 60", 1)).contains("within 1 s"));
        let missing = Program {
            program: "/nowhere/program".into(),
            arguments: Vec::new(),
            seconds: 1,
        };
        assert!(told(missing).contains("does not start"));
    }
}
