//! The answer as a STIX 2.1 bundle: an object for each identifier, of the type that the table of kinds gives it.
//!
//! Ids are those of the standard, UUIDs of version 5 over the properties that it names for each type (section 2.9), so
//! that two producers of the same identifier give the same object. Types that the standard does not have carry
//! an extension definition (section 7.3), which the bundle holds.

use std::collections::BTreeMap;

use jiff::{Timestamp, fmt::temporal::DateTimePrinter};
use observables::{Kind, Observable, defang};
use reading::Attachment;
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

/// The namespace of the ids of cyber-observable objects (STIX 2.1, section 2.9).
const NAMESPACE: [u8; 16] = [
    0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7,
];

/// The types of objects that are the standard's own.
const STANDARD: [&str; 15] = [
    "url",
    "domain-name",
    "ipv4-addr",
    "ipv6-addr",
    "autonomous-system",
    "email-addr",
    "mac-addr",
    "user-account",
    "file",
    "directory",
    "windows-registry-key",
    "x509-certificate",
    "vulnerability",
    "attack-pattern",
    "identity",
];

/// When the extension and its author were written: they do not change from one run to the next.
const SINCE: &str = "2026-01-01T00:00:00.000Z";

pub(super) struct Bundle {
    /// By id, so that each is there once.
    objects: BTreeMap<String, Value>,
    now: String,
}

impl Bundle {
    pub(super) fn new(now: Timestamp) -> Bundle {
        let printer = DateTimePrinter::new().precision(Some(3));
        Bundle {
            objects: BTreeMap::new(),
            now: printer.timestamp_to_string(&now),
        }
    }

    pub(super) fn add(&mut self, observable: &Observable, defanged: bool) {
        let kind = observable.kind();
        let entry = kind.entry();
        let canonical = observable.canonical();
        let value = if defanged {
            defang(observable)
        } else {
            canonical.to_owned()
        };
        let one = |name: &str, value: &str| Map::from_iter([(name.to_owned(), json!(value))]);
        let hash = |name: &str| Map::from_iter([("hashes".to_owned(), json!({ name: value }))]);
        match kind {
            Kind::Cidr => {
                let of = if canonical.contains(':') {
                    "ipv6-addr"
                } else {
                    "ipv4-addr"
                };
                self.observable(of, one("value", &value), &["value"], defanged);
            }
            Kind::Asn => {
                let number = canonical
                    .trim_start_matches("AS")
                    .parse::<u32>()
                    .unwrap_or_default();
                let fields = Map::from_iter([("number".to_owned(), json!(number))]);
                self.observable("autonomous-system", fields, &["number"], false);
            }
            Kind::Md5 => self.observable("file", hash("MD5"), &["hashes"], false),
            Kind::Sha1 => self.observable("file", hash("SHA-1"), &["hashes"], false),
            Kind::Sha256 => self.observable("file", hash("SHA-256"), &["hashes"], false),
            Kind::Sha512 => self.observable("file", hash("SHA-512"), &["hashes"], false),
            Kind::Ssdeep => self.observable("file", hash("SSDEEP"), &["hashes"], false),
            Kind::Tlsh => self.observable("file", hash("TLSH"), &["hashes"], false),
            Kind::Telegram | Kind::Social | Kind::Payment => {
                let (platform, login) = match canonical.split_once(':') {
                    _ if kind == Kind::Telegram => ("telegram", canonical),
                    Some(parts) => parts,
                    None => (kind.name(), canonical),
                };
                let mut fields = one("account_type", platform);
                fields.insert("account_login".to_owned(), json!(login));
                self.observable(
                    "user-account",
                    fields,
                    &["account_type", "account_login"],
                    false,
                );
            }
            Kind::Registry => {
                self.observable("windows-registry-key", one("key", &value), &["key"], false);
            }
            Kind::Path => {
                let (folder, name) = canonical
                    .rsplit_once(['\\', '/'])
                    .unwrap_or(("", canonical));
                let mut fields = one("name", if name.is_empty() { canonical } else { name });
                if !folder.is_empty() && !name.is_empty() {
                    let folder =
                        self.observable_id("directory", one("path", folder), &["path"], false);
                    fields.insert("parent_directory_ref".to_owned(), json!(folder));
                }
                self.observable("file", fields, &["name", "parent_directory_ref"], false);
            }
            Kind::CertSerial => {
                let fields = one("serial_number", &value);
                self.observable("x509-certificate", fields, &["serial_number"], false);
            }
            Kind::Iban => self.observable("bank-account", one("iban", &value), &["iban"], false),
            Kind::Rib => {
                let fields = one("account_number", &value);
                self.observable("bank-account", fields, &["account_number"], false);
            }
            Kind::Card => {
                self.observable(
                    "payment-card",
                    one("card_number", &value),
                    &["card_number"],
                    false,
                );
            }
            Kind::Cve => {
                let reference = json!([{ "source_name": "cve", "external_id": canonical }]);
                self.domain("vulnerability", canonical, "external_references", reference);
            }
            Kind::Attack => {
                let reference =
                    json!([{ "source_name": "mitre-attack", "external_id": canonical }]);
                self.domain(
                    "attack-pattern",
                    canonical,
                    "external_references",
                    reference,
                );
            }
            Kind::Siren | Kind::Siret | Kind::Vat => {
                let name = format!("{} {canonical}", entry.label_en);
                self.domain("identity", &name, "identity_class", json!("organization"));
            }
            // The standard's objects of these types say more than what was found.
            Kind::UserAgent => {
                self.observable("user-agent", one("value", &value), &["value"], false)
            }
            _ if matches!(
                entry.stix,
                "url" | "domain-name" | "ipv4-addr" | "ipv6-addr" | "email-addr" | "mac-addr"
            ) && (entry.stix != "url" || canonical.contains("://")) =>
            {
                self.observable(entry.stix, one("value", &value), &["value"], defanged);
            }
            _ => {
                let of = match entry.stix {
                    of if STANDARD.contains(&of) => "text",
                    "payment-card" | "network-traffic" | "indicator" | "email-message" => "text",
                    of => of,
                };
                let mut fields = one("value", &value);
                fields.insert("kind".to_owned(), json!(kind.name()));
                self.observable(of, fields, &["kind", "value"], false);
            }
        }
    }

    /// An attached file, with its hashes.
    pub(super) fn add_file(&mut self, attachment: &Attachment) {
        let mut fields = Map::new();
        fields.insert(
            "hashes".to_owned(),
            json!({
                "MD5": attachment.md5,
                "SHA-1": attachment.sha1,
                "SHA-256": attachment.sha256,
            }),
        );
        fields.insert("size".to_owned(), json!(attachment.size));
        if let Some(name) = &attachment.name {
            fields.insert("name".to_owned(), json!(name));
        }
        if let Some(declared) = &attachment.declared {
            fields.insert("mime_type".to_owned(), json!(declared));
        }
        self.observable("file", fields, &["hashes", "name"], false);
    }

    fn observable(
        &mut self,
        of: &str,
        fields: Map<String, Value>,
        counted: &[&str],
        defanged: bool,
    ) {
        self.observable_id(of, fields, counted, defanged);
    }

    /// A cyber-observable object, whose id is made of the fields that count. Answers the id.
    fn observable_id(
        &mut self,
        of: &str,
        mut fields: Map<String, Value>,
        counted: &[&str],
        defanged: bool,
    ) -> String {
        let mut counting: BTreeMap<&str, Value> = BTreeMap::new();
        for name in counted {
            let Some(value) = fields.get(*name) else {
                continue;
            };
            // Of several hashes one counts, the first that is there (section 6.7).
            let value = match value.as_object().filter(|_| *name == "hashes") {
                Some(hashes) => ["MD5", "SHA-1", "SHA-256", "SHA-512"]
                    .iter()
                    .find_map(|name| Some(json!({ *name: hashes.get(*name)? })))
                    .unwrap_or_else(|| value.clone()),
                None => value.clone(),
            };
            counting.insert(name, value);
        }
        // Sorted names, no spaces: what RFC 8785 asks of values as simple as these.
        let canonical = serde_json::to_string(&counting).expect("JSON values make JSON");
        let id = format!("{of}--{}", uuid5(&NAMESPACE, canonical.as_bytes()));
        fields.insert("type".to_owned(), json!(of));
        fields.insert("spec_version".to_owned(), json!("2.1"));
        fields.insert("id".to_owned(), json!(id));
        if defanged {
            fields.insert("defanged".to_owned(), json!(true));
        }
        if !STANDARD.contains(&of) {
            let extension = self.extension(of);
            fields.insert(
                "extensions".to_owned(),
                json!({ extension: { "extension_type": "new-sco" } }),
            );
        }
        self.objects
            .entry(id.clone())
            .or_insert(Value::Object(fields));
        id
    }

    /// What says that a type is not the standard's. Answers its id.
    fn extension(&mut self, of: &str) -> String {
        let author = format!("identity--{}", uuid5(&NAMESPACE, b"orfevre"));
        self.objects.entry(author.clone()).or_insert_with(|| {
            json!({
                "type": "identity",
                "spec_version": "2.1",
                "id": author,
                "created": SINCE,
                "modified": SINCE,
                "name": "Orfèvre",
                "identity_class": "system",
            })
        });
        let name = format!("orfevre {of}");
        let id = format!(
            "extension-definition--{}",
            uuid5(&NAMESPACE, name.as_bytes())
        );
        self.objects.entry(id.clone()).or_insert_with(|| {
            json!({
                "type": "extension-definition",
                "spec_version": "2.1",
                "id": id,
                "created_by_ref": author,
                "created": SINCE,
                "modified": SINCE,
                "name": of,
                "description": "An identifier for which STIX 2.1 has no object; the name is OpenCTI's where it has one.",
                "schema": "https://example.org/orfevre/docs/formats",
                "version": "1.0.0",
                "extension_types": ["new-sco"],
            })
        });
        id
    }

    /// A domain object: a thing of the world, whose id is the same for the same name.
    fn domain(&mut self, of: &str, name: &str, field: &str, value: Value) {
        let id = format!("{of}--{}", uuid5(&NAMESPACE, name.as_bytes()));
        let object = json!({
            "type": of,
            "spec_version": "2.1",
            "id": id,
            "created": self.now,
            "modified": self.now,
            "name": name,
            field: value,
        });
        self.objects.entry(id).or_insert(object);
    }

    pub(super) fn finish(self) -> Value {
        let ids: Vec<&str> = self.objects.keys().map(String::as_str).collect();
        let id = format!("bundle--{}", uuid5(&NAMESPACE, ids.concat().as_bytes()));
        let objects: Vec<Value> = self.objects.into_values().collect();
        if objects.is_empty() {
            // The list may not be there and empty.
            return json!({ "type": "bundle", "id": id });
        }
        json!({ "type": "bundle", "id": id, "objects": objects })
    }
}

/// A UUID of version 5 (RFC 9562, section 5.5).
pub(super) fn uuid5(namespace: &[u8; 16], name: &[u8]) -> String {
    let digest = Sha1::new()
        .chain_update(namespace)
        .chain_update(name)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0F | 0x50;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_the_standard() {
        // RFC 9562, A.4: DNS namespace and www.example.com.
        let dns = [
            0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4,
            0x30, 0xc8,
        ];
        assert_eq!(
            uuid5(&dns, b"www.example.com"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2"
        );
        let mut bundle = Bundle::new(Timestamp::UNIX_EPOCH);
        bundle.add(
            &Observable::from_canonical(Kind::Ipv4, "198.51.100.3".to_owned()),
            false,
        );
        // As OASIS's own library (stix2) makes it.
        assert!(
            bundle
                .objects
                .contains_key("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"),
            "{:?}",
            bundle.objects.keys()
        );
    }
}
