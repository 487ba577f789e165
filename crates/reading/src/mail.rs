//! Mail: headers, every part, attachments, and the way it came.

use std::{net::IpAddr, sync::LazyLock};

use mail_parser::{
    Encoding, HeaderName, HeaderValue, Host, Message, MessageParser, MessagePart, MimeHeaders,
    PartType, Received,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
};

use crate::{Cause, Hop, Reader, under};

static PARSER: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .with_mime_headers()
        .header_received(HeaderName::Received)
        .default_header_text()
});

impl Reader<'_> {
    pub(crate) fn mail(&mut self, path: &str, bytes: &[u8], depth: usize) {
        let Some(message) = PARSER.parse(bytes) else {
            self.problem(
                path,
                Cause::Damaged,
                "this cannot be read as a mail: it is given as text",
            );
            return self.text(path, "", crate::text_of(bytes));
        };
        self.mail_head(path, &message);
        for (number, part) in message.parts.iter().enumerate() {
            let path = under(path, &format!("part {number}"));
            if part.is_encoding_problem {
                self.problem(&path, Cause::Damaged, "not encoded as it says");
            }
            self.part(&path, bytes, part, depth);
        }
    }

    /// The headers of a mail whose body lies elsewhere.
    pub(crate) fn mail_headers(&mut self, path: &str, bytes: &[u8]) {
        if let Some(message) = PARSER.parse_headers(bytes) {
            self.mail_head(path, &message);
        }
    }

    fn mail_head(&mut self, path: &str, message: &Message<'_>) {
        let mut received = Vec::new();
        for header in message.headers() {
            let name = header.name.as_str();
            let value = match &header.value {
                HeaderValue::Received(line) => {
                    received.push(line.as_ref());
                    None
                }
                HeaderValue::Text(text) => Some(text.clone().into_owned()),
                HeaderValue::TextList(texts) => Some(texts.join(" ")),
                _ => None,
            };
            let value = value.or_else(|| {
                let (start, end) = (header.offset_start as usize, header.offset_end as usize);
                let raw = message.raw_message().get(start..end)?;
                Some(unfold(&String::from_utf8_lossy(raw)))
            });
            if let Some(value) = value {
                self.text(&under(path, &format!("header {name}")), name, value.trim());
            }
        }
        self.hops(path, &received);
    }

    fn part(&mut self, path: &str, whole: &[u8], part: &MessagePart<'_>, depth: usize) {
        let name = part.attachment_name();
        let declared = part.content_type().map(|declared| {
            let (main, sub) = (declared.ctype(), declared.subtype());
            sub.map_or_else(|| main.to_owned(), |sub| format!("{main}/{sub}"))
        });
        let attached = name.is_some()
            || part
                .content_disposition()
                .is_some_and(|disposition| disposition.is_attachment());
        match &part.body {
            PartType::Multipart(_) => {}
            PartType::Message(_) => {
                let declared = Some("message/rfc822");
                self.attachment(path, name, declared, part.contents(), depth);
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                self.attachment(path, name, declared.as_deref(), bytes, depth);
            }
            PartType::Text(_) | PartType::Html(_) if attached => {
                // The text was decoded from its character set: its hashes are those of the file.
                let raw = whole
                    .get(part.offset_body as usize..part.offset_end as usize)
                    .unwrap_or_default();
                let decoded = match part.encoding {
                    Encoding::None => Some(raw.to_vec()),
                    Encoding::Base64 => base64_decode(raw),
                    Encoding::QuotedPrintable => quoted_printable_decode(raw),
                };
                let bytes = decoded.unwrap_or_else(|| part.contents().to_vec());
                self.attachment(path, name, declared.as_deref(), &bytes, depth);
            }
            PartType::Text(text) => self.text(path, "", text.as_ref()),
            PartType::Html(html) => self.html(path, html),
        }
    }

    /// The `Received` lines as hops. A mail has its newest line first.
    fn hops(&mut self, path: &str, lines: &[&Received<'_>]) {
        let mut origin_known = false;
        let mut before: Option<i64> = None;
        for (number, line) in lines.iter().rev().enumerate() {
            if self.reading.hops.len() >= self.limits.items {
                return self.problem(path, Cause::Limit, "too many hops");
            }
            let ip = |host: &Option<Host<'_>>| match host {
                Some(Host::IpAddr(address)) => Some(*address),
                _ => None,
            };
            let address = line.from_ip.or(ip(&line.from)).or(ip(&line.helo));
            let claimed_origin = !origin_known && address.is_some_and(is_public);
            origin_known |= claimed_origin;
            let at = line.date.map(|date| date.to_timestamp());
            let delay = at.zip(before).map(|(at, before)| at.saturating_sub(before));
            if delay.is_some_and(|delay| delay < 0) {
                self.problem(
                    path,
                    Cause::Odd,
                    format!(
                        "time goes backward between hops {number} and {}",
                        number + 1
                    ),
                );
            }
            before = at.or(before);
            let host = |host: &Option<Host<'_>>| match host {
                Some(Host::Name(name)) => Some(name.to_string()),
                Some(Host::IpAddr(address)) => Some(address.to_string()),
                None => None,
            };
            self.reading.hops.push(Hop {
                path: path.to_owned(),
                from: host(&line.from).or(host(&line.helo)),
                address: address.map(|address| address.to_string()),
                by: host(&line.by),
                with: line.with.as_ref().map(|with| with.as_str().to_owned()),
                id: line.id.as_ref().map(|id| id.to_string()),
                recipient: line.for_.as_ref().map(|recipient| recipient.to_string()),
                at,
                delay,
                claimed_origin,
            });
        }
    }
}

/// One line of a header that was folded over several (RFC 5322, section 2.2.3).
fn unfold(text: &str) -> String {
    text.split(['\r', '\n'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether others can reach it. Addresses for documentation count, so that examples read as the real ones.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
                || a == 0
                || a == 100 && b & 0xC0 == 64)
        }
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_public(IpAddr::V4(address)),
            None => {
                let first = address.segments()[0];
                !(address.is_loopback()
                    || address.is_unspecified()
                    || address.is_multicast()
                    || first & 0xFE00 == 0xFC00
                    || first & 0xFFC0 == 0xFE80)
            }
        },
    }
}
