//! A small HTTP client for the public API: one kept connection, JSON in and out.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One connection to a server.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

/// What the server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // Its end shows in the next request.
            let _ended = connection.await;
        });
        Ok(Self {
            sender,
            host: address.to_string(),
        })
    }

    /// Files a submission; `body` is the API's JSON.
    pub(crate) async fn submit(
        &mut self,
        desk: &str,
        idempotency: &str,
        token: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Answer> {
        self.file(desk, idempotency, token, "application/json", body)
            .await
    }

    /// Files a submission with pictures (JPEG), which answer its question `evidence`.
    pub(crate) async fn submit_with_pictures(
        &mut self,
        desk: &str,
        idempotency: &str,
        token: Option<&str>,
        body: &[u8],
        pictures: &[Vec<u8>],
    ) -> Result<Answer> {
        // Of 32 characters that follow from the key: no picture has it in it by chance.
        let boundary = format!("orfevre-{idempotency}");
        let mut parts = Vec::new();
        let mut part = |head: &str, bytes: &[u8]| {
            parts.extend_from_slice(
                format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n")
                    .as_bytes(),
            );
            parts.extend_from_slice(bytes);
            parts.extend_from_slice(b"\r\n");
        };
        part(
            "name=\"submission\"\r\nContent-Type: application/json",
            body,
        );
        for (number, picture) in (1..).zip(pictures) {
            let name = format!("name=\"evidence\"; filename=\"image-{number}.jpg\"");
            part(&format!("{name}\r\nContent-Type: image/jpeg"), picture);
        }
        parts.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let media = format!("multipart/form-data; boundary={boundary}");
        self.file(desk, idempotency, token, &media, parts).await
    }

    async fn file(
        &mut self,
        desk: &str,
        idempotency: &str,
        token: Option<&str>,
        media: &str,
        body: Vec<u8>,
    ) -> Result<Answer> {
        let mut request = Request::post(format!("/api/v1/desks/{desk}/submissions"))
            .header("host", &self.host)
            .header("content-type", media)
            .header("idempotency-key", idempotency);
        if let Some(token) = token {
            request = request
                .header("authorization", format!("Bearer {token}"))
                .header("orfevre-channel", "import");
        }
        self.send(request.body(Full::new(Bytes::from(body)))?).await
    }

    /// Reads a page with a cookie.
    pub(crate) async fn get(&mut self, path: &str, cookie: &str) -> Result<Answer> {
        let request = Request::get(path)
            .header("host", &self.host)
            .header("cookie", cookie);
        self.send(request.body(Full::new(Bytes::new()))?).await
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer> {
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await.context("sending")?;
        let status = response.status().as_u16();
        let body = response
            .into_body()
            .collect()
            .await
            .context("reading the answer")?
            .to_bytes();
        Ok(Answer { status, body })
    }
}
