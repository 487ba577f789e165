//! The program itself, running on a folder, and requests to it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orfevre"));
        Self::start_with(&mut command, data)
    }

    /// Starts a command that runs the program with the arguments that it is given.
    pub(crate) fn start_with(command: &mut Command, data: &Path) -> Self {
        let mut process = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .expect("the server says where it listens")
            .to_owned();
        Self { process, address }
    }

    pub(crate) fn kill(mut self) {
        // `Child::kill` is SIGKILL on Unix: no destructor, no flush, no goodbye.
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// One request on a connection of its own; none when the server died before the whole answer.
pub(crate) fn request(address: &str, head: &str, media: &str, body: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .ok()?;
    let head = format!(
        "{head}\r\nHost: {address}\r\nConnection: close\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.get(9..12)?.parse().ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    // Cut in the middle of the body: not an answer.
    if length.is_some_and(|length| length.parse() != Ok(body.len())) {
        return None;
    }
    Some(Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// A report to PHAROS as the API takes it.
pub(crate) fn report(description: &str, shop: &str) -> serde_json::Value {
    serde_json::json!({
        "track": "report",
        "lang": "fr",
        "answers": {
            "category": "scam", "visibility": "public", "medium": "site", "victim": "no", "identify": "anonymous",
            "description": description,
            "urls": [{"url": format!("https://{shop}.boutique.example/")}],
        },
    })
}
