//! Real connections that break, at every byte of a request: nothing is half received, and the request sent
//! again is received once.

use std::net::SocketAddr;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use super::*;

/// The site on a port of its own.
struct Listening {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Listening {
    async fn start(site: &Site) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = axum::serve(listener, site.router.clone())
            .with_graceful_shutdown(async { drop(stopped.await) });
        Self {
            address,
            stop,
            running: tokio::spawn(async { serving.await }),
        }
    }

    /// Ends once every connection and every handler has.
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }

    /// Sends these bytes and no more, and waits until the server has given the connection up.
    async fn cut(&self, bytes: &[u8]) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The server may have given it up already, which is its right.
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }

    /// Sends a whole request and gives the whole answer.
    async fn whole(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }
}

/// Runs a test to the end of all that it started, blocking tasks too: no unfinished upload is left then.
fn leaving_nothing(test: impl Future<Output = Site>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let site = runtime.block_on(test);
    drop(runtime);
    assert_eq!(site.incoming(), 0);
}

const BOUNDARY: &str = "multipart/form-data; boundary=B";

fn request(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: orfevre.example\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// The same request in two chunks, whose end no length announces.
fn chunked(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let whole = request(path, headers, b"");
    let head = String::from_utf8(whole).unwrap();
    let head = head.replace("content-length: 0", "transfer-encoding: chunked");
    let (first, second) = body.split_at(body.len() / 2);
    let mut bytes = head.into_bytes();
    for chunk in [first, second, b""] {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// A body of parts: name, file name (none for a field), bytes.
fn parts(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        let head = format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend_from_slice(b"--B--\r\n");
    body
}

fn report() -> Vec<u8> {
    json!({
        "track": "report",
        "answers": {
            "category": "animals", "visibility": "public", "medium": "site", "victim": "no",
            "identify": "anonymous", "where_else": "…", "description": "…",
        },
    })
    .to_string()
    .into_bytes()
}

#[test]
fn a_submission_to_the_api_is_received_whole_and_once_or_not_at_all() {
    leaving_nothing(async {
        const PATH: &str = "/api/v1/desks/pharos/submissions";
        let site = Site::new().await;
        let listening = Listening::start(&site).await;
        let json = ("content-type", "application/json");
        let multipart = ("content-type", BOUNDARY);
        let body = parts(&[
            ("submission", None, &report()),
            ("evidence", Some("a.txt"), b"what they wrote"),
        ]);
        let key = |key| ("idempotency-key", key);
        let requests = [
            request(PATH, &[json, key("key-of-json-whole")], &report()),
            chunked(PATH, &[json, key("key-of-json-chunks")], &report()),
            request(PATH, &[multipart, key("key-of-parts-whole")], &body),
            chunked(PATH, &[multipart, key("key-of-parts-chunks")], &body),
        ];
        for (received, bytes) in requests.iter().enumerate() {
            let received = i64::try_from(received).unwrap();
            for cut in 0..bytes.len() - 2 {
                listening.cut(&bytes[..cut]).await;
                let count = site.app.store.intake.count().await.unwrap();
                assert_eq!(count, received, "cut at {cut}");
            }
            // Whoever goes before the answer comes does not know, and asks again.
            listening.cut(bytes).await;
            let first = listening.whole(bytes).await;
            assert!(first.starts_with("HTTP/1.1 201"), "{first}");
            let second = listening.whole(bytes).await;
            let id = |answer: &str| {
                answer
                    .split("\"id\":\"")
                    .nth(1)
                    .map(|id| id[..36].to_owned())
            };
            assert_eq!(id(&first), id(&second));
            assert_eq!(site.app.store.intake.count().await.unwrap(), received + 1);
        }
        listening.stop().await;
        site
    });
}

#[test]
fn a_page_keeps_what_it_had_until_it_has_all_that_was_sent() {
    leaving_nothing(async {
        let site = Site::new().await;
        let mut browser = site.browser();
        browser.fill_pharos().await;
        let listening = Listening::start(&site).await;
        let path = "/fr/desks/pharos/steps/what";
        let cookie = format!("orfevre-draft={}", browser.cookies["orfevre-draft"]);
        let cookie = ("cookie", cookie.as_str());
        let form = ("content-type", "application/x-www-form-urlencoded");
        let multipart = ("content-type", BOUNDARY);
        let typed = b"description=apr%C3%A8s";
        let body = parts(&[
            ("description", None, "après".as_bytes()),
            ("evidence", Some("a.txt"), b"what they wrote"),
        ]);
        for bytes in [
            request(path, &[cookie, form], typed),
            chunked(path, &[cookie, form], typed),
            request(path, &[cookie, multipart], &body),
            chunked(path, &[cookie, multipart], &body),
        ] {
            for cut in 0..bytes.len() - 2 {
                listening.cut(&bytes[..cut]).await;
            }
            let page = browser.get(path).await.text;
            assert!(page.contains(">\nUn récit"), "{}", words(&page));
            assert!(!page.contains("remove-file"), "{}", words(&page));
        }
        let whole = request(path, &[cookie, multipart], &body);
        let answer = listening.whole(&whole).await;
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        let page = browser.get(path).await.text;
        assert!(page.contains(">\naprès"), "{}", words(&page));
        assert_eq!(page.matches("name=\"remove-file\"").count(), 1);

        // The sending itself: a browser that loses its connection sends again.
        let send = request("/fr/desks/pharos/send", &[cookie, form], b"");
        for cut in 0..send.len() {
            listening.cut(&send[..cut]).await;
            assert_eq!(
                site.app.store.intake.count().await.unwrap(),
                0,
                "cut at {cut}"
            );
        }
        for _ in 0..3 {
            listening.cut(&send).await;
        }
        let answer = listening.whole(&send).await;
        assert!(answer.contains("location: /fr/receipt"), "{answer}");
        assert_eq!(site.app.store.intake.count().await.unwrap(), 1);
        assert_eq!(site.app.store.intake.exhibits(0).await.unwrap().len(), 1);
        listening.stop().await;
        site
    });
}

#[test]
fn a_message_and_more_facts_are_received_whole_and_once_or_not_at_all() {
    leaving_nothing(async {
        let site = Site::new().await;
        let mut browser = site.browser();
        browser.fill_pharos().await;
        browser.step("/fr/desks/pharos/send", "").await;
        let page = browser.get("/fr/follow/submission").await.text;
        let key = controls(&page)["key"].clone();
        let listening = Listening::start(&site).await;
        let cookie: Vec<String> = browser
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookie = ("cookie", &*cookie.join("; "));
        let form = ("content-type", "application/x-www-form-urlencoded");
        let body = parts(&[
            ("key", None, format!("{key}2").as_bytes()),
            ("facts", None, b"more"),
            ("files", Some("a.txt"), b"what they wrote"),
        ]);
        let requests = [
            request(
                "/fr/follow/message",
                &[cookie, form],
                format!("key={key}&message=more").as_bytes(),
            ),
            request(
                "/fr/follow/facts",
                &[cookie, ("content-type", BOUNDARY)],
                &body,
            ),
        ];
        for (received, bytes) in requests.iter().enumerate() {
            for cut in 0..bytes.len() - 2 {
                listening.cut(&bytes[..cut]).await;
                let later = site.app.store.intake.supplements(0).await.unwrap();
                assert_eq!(later.len(), received, "cut at {cut}");
            }
            for _ in 0..2 {
                listening.cut(bytes).await;
                let answer = listening.whole(bytes).await;
                assert!(answer.contains("submission?received"), "{answer}");
            }
            let later = site.app.store.intake.supplements(0).await.unwrap();
            assert_eq!(later.len(), received + 1);
        }
        listening.stop().await;
        site
    });
}
