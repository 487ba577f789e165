//! The answer as a MISP event: an attribute for each identifier, of the type that the table of kinds gives it.
//!
//! Attributes have the same UUID whenever they have the same type and value, so that importing twice adds nothing.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use observables::{Kind, Observable};
use serde_json::{Value, json};

use super::stix::uuid5;

/// The namespace of our UUIDs of attributes, itself a UUID of version 5 of the project's address.
const NAMESPACE: [u8; 16] = [
    0x5b, 0x1c, 0x0e, 0x5a, 0x0c, 0x6e, 0x5c, 0x0b, 0x9d, 0x3f, 0x2a, 0x54, 0x77, 0x61, 0x10, 0x42,
];

pub(super) struct Event {
    attributes: Vec<Value>,
    known: BTreeSet<(Kind, String)>,
    now: Timestamp,
}

impl Event {
    pub(super) fn new(now: Timestamp) -> Event {
        Event {
            attributes: Vec::new(),
            known: BTreeSet::new(),
            now,
        }
    }

    /// `to_ids` says that others may search for it and block it.
    pub(super) fn add(&mut self, observable: &Observable, value: &str, to_ids: bool) {
        let kind = observable.kind();
        if !self.known.insert((kind, value.to_owned())) {
            return;
        }
        let entry = kind.entry();
        let (value, misp) = match kind {
            // The type holds the number alone.
            Kind::Asn => (value.trim_start_matches("AS"), entry.misp),
            _ => (value, entry.misp),
        };
        let (category, signature) = category(misp);
        self.attributes.push(json!({
            "uuid": uuid5(&NAMESPACE, format!("{misp}\0{value}").as_bytes()),
            "type": misp,
            "category": category,
            "value": value,
            "to_ids": to_ids && signature,
            "disable_correlation": false,
            "comment": entry.label_en,
        }));
    }

    pub(super) fn finish(self) -> Value {
        let date = self.now.to_zoned(TimeZone::UTC).date().to_string();
        let all: String = self
            .attributes
            .iter()
            .filter_map(|attribute| attribute["uuid"].as_str())
            .collect();
        json!({ "Event": {
            "uuid": uuid5(&NAMESPACE, all.as_bytes()),
            "info": "Identifiers found by orfevre extract",
            "date": date,
            "threat_level_id": "4",
            "analysis": "0",
            "distribution": "0",
            "Attribute": self.attributes,
        } })
    }
}

/// MISP's default category of a type, and whether it is searched for by default (describeTypes).
fn category(misp: &str) -> (&'static str, bool) {
    match misp {
        "url" | "domain" | "hostname" | "ip-dst" | "favicon-mmh3" | "ja3-fingerprint-md5" => {
            ("Network activity", true)
        }
        "AS" | "mac-address" | "user-agent" => ("Network activity", false),
        "iban" | "bic" | "bank-account-nr" | "cc-number" | "btc" | "xmr" => {
            ("Financial fraud", true)
        }
        "phone-number" => ("Person", false),
        "email" => ("Social network", true),
        "email-message-id" => ("Payload delivery", false),
        "md5" | "sha1" | "sha256" | "sha512" | "imphash" | "authentihash" | "ssdeep" | "tlsh"
        | "filename" => ("Payload delivery", true),
        "vulnerability" => ("External analysis", false),
        "regkey" => ("Persistence mechanism", true),
        _ => ("Other", false),
    }
}
