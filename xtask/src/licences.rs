//! Every dependency's licence against the list in `deny.toml`.
//!
//! cargo-deny does it better (it reads the licence files) and is used when it is installed; this check reads what
//! the packages declare, so that a machine without cargo-deny still checks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{Failure, process, root};

const PUBLIC_REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const OURS: &str = "EUPL-1.2";

/// Checks with cargo-deny, or without it. `Ok` names what was checked.
pub(crate) fn check() -> Result<String, Failure> {
    if process::answers(process::cargo().args(["deny", "--version"])) {
        process::show(
            process::cargo().args(["deny", "--locked", "check", "licenses", "bans", "sources"]),
        )?;
        return Ok("checked with cargo-deny".to_owned());
    }
    let text = std::fs::read_to_string(root().join("deny.toml")).map_err(|error| {
        Failure::new(
            format!("deny.toml: {error}"),
            "take it back from version control",
        )
    })?;
    let policy = Policy::from_toml(&text).map_err(|what| {
        Failure::new(
            format!("deny.toml: {what}"),
            "mend deny.toml; https://embarkstudios.github.io/cargo-deny/ describes it",
        )
    })?;
    let metadata =
        process::output(process::cargo().args(["metadata", "--locked", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| {
        Failure::new(
            format!("cargo metadata: {error}"),
            "this is a fault of xtask: report it",
        )
    })?;
    let packages = packages(&metadata);
    let faults = policy.faults(&packages);
    if !faults.is_empty() {
        return Err(Failure::new(
            faults.join("\n"),
            "choose another dependency, or add the licence to deny.toml if it is compatible with the EUPL-1.2",
        ));
    }
    for line in doubles(&packages) {
        println!("warning: {line}");
    }
    Ok(format!(
        "{} packages checked against deny.toml, without cargo-deny",
        packages.len()
    ))
}

#[derive(Debug, Clone)]
struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    /// `None` for the members of the workspace.
    source: Option<String>,
}

fn packages(metadata: &Value) -> Vec<Package> {
    let text = |package: &Value, key: &str| package[key].as_str().map(str::to_owned);
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|package| Package {
            name: text(package, "name").unwrap_or_default(),
            version: text(package, "version").unwrap_or_default(),
            licence: text(package, "license"),
            source: text(package, "source"),
        })
        .collect()
}

/// The part of `deny.toml` that can be checked from metadata.
#[derive(Debug, Default)]
struct Policy {
    allowed: BTreeSet<String>,
    exceptions: BTreeMap<String, BTreeSet<String>>,
    clarified: BTreeMap<String, String>,
    banned: BTreeSet<String>,
}

impl Policy {
    fn from_toml(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
        let licenses = table
            .get("licenses")
            .and_then(toml::Value::as_table)
            .ok_or("no [licenses]")?;
        let allowed = strings(licenses.get("allow"));
        if allowed.is_empty() {
            return Err("[licenses] allows nothing".to_owned());
        }
        let named = |value: &toml::Value| -> Result<String, String> {
            let name = value.get("crate").or_else(|| value.get("name"));
            name.and_then(toml::Value::as_str)
                .map(str::to_owned)
                .ok_or_else(|| format!("an entry without `crate`: {value}"))
        };
        let mut policy = Self {
            allowed,
            ..Self::default()
        };
        for entry in list(licenses.get("exceptions")) {
            policy
                .exceptions
                .insert(named(entry)?, strings(entry.get("allow")));
        }
        for entry in list(licenses.get("clarify")) {
            let expression = entry
                .get("expression")
                .and_then(toml::Value::as_str)
                .ok_or_else(|| format!("a clarification without `expression`: {entry}"))?;
            policy
                .clarified
                .insert(named(entry)?, expression.to_owned());
        }
        for entry in list(table.get("bans").and_then(|bans| bans.get("deny"))) {
            policy.banned.insert(named(entry)?);
        }
        Ok(policy)
    }

    fn faults(&self, packages: &[Package]) -> Vec<String> {
        packages
            .iter()
            .filter_map(|package| {
                self.fault(package)
                    .map(|fault| format!("{} {}: {fault}", package.name, package.version))
            })
            .collect()
    }

    fn fault(&self, package: &Package) -> Option<String> {
        match package.source.as_deref() {
            None if package.licence.as_deref() == Some(OURS) => return None,
            None => {
                return Some(format!(
                    "a member of the workspace is {OURS}, this one says {:?}",
                    package.licence
                ));
            }
            Some(PUBLIC_REGISTRY) => {}
            Some(other) => return Some(format!("comes from {other}, not from crates.io")),
        }
        if self.banned.contains(&package.name) {
            return Some("is banned in deny.toml".to_owned());
        }
        let Some(expression) = self
            .clarified
            .get(&package.name)
            .or(package.licence.as_ref())
        else {
            return Some("declares no licence".to_owned());
        };
        let exceptions = self.exceptions.get(&package.name);
        let allowed = |licence: &str| {
            self.allowed.contains(licence) || exceptions.is_some_and(|some| some.contains(licence))
        };
        match satisfied(expression, allowed) {
            Ok(true) => None,
            Ok(false) => Some(format!("licence {expression} is not allowed")),
            Err(what) => Some(format!("licence {expression} cannot be read: {what}")),
        }
    }
}

fn list(value: Option<&toml::Value>) -> impl Iterator<Item = &toml::Value> {
    value.and_then(toml::Value::as_array).into_iter().flatten()
}

fn strings(value: Option<&toml::Value>) -> BTreeSet<String> {
    list(value)
        .filter_map(toml::Value::as_str)
        .map(str::to_owned)
        .collect()
}

// Two versions of a crate cost build time and size; not worth a red build, worth seeing.
fn doubles(packages: &[Package]) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        versions
            .entry(&package.name)
            .or_default()
            .insert(&package.version);
    }
    versions
        .into_iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, versions)| {
            let versions: Vec<_> = versions.into_iter().collect();
            format!(
                "{name} in {} versions: {}",
                versions.len(),
                versions.join(", ")
            )
        })
        .collect()
}

/// Whether the licences that are allowed satisfy an SPDX expression. `MIT/Apache-2.0`, the form before SPDX, is an OR.
fn satisfied(expression: &str, allowed: impl Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut reader = Expression {
        words: spaced.split_whitespace().collect(),
        at: 0,
        depth: 0,
        allowed,
    };
    let answer = reader.either()?;
    match reader.words.get(reader.at) {
        None => Ok(answer),
        Some(word) => Err(format!("`{word}` is too much")),
    }
}

struct Expression<'a, F> {
    words: Vec<&'a str>,
    at: usize,
    depth: u8,
    allowed: F,
}

const DEEPEST: u8 = 32;

impl<'a, F: Fn(&str) -> bool> Expression<'a, F> {
    fn either(&mut self) -> Result<bool, String> {
        let mut answer = self.both()?;
        while self.take("OR") {
            answer |= self.both()?;
        }
        Ok(answer)
    }

    fn both(&mut self) -> Result<bool, String> {
        let mut answer = self.one()?;
        while self.take("AND") {
            answer &= self.one()?;
        }
        Ok(answer)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            if self.depth == DEEPEST {
                return Err("too deep".to_owned());
            }
            self.depth += 1;
            let answer = self.either()?;
            self.depth -= 1;
            return if self.take(")") {
                Ok(answer)
            } else {
                Err("a parenthesis stays open".to_owned())
            };
        }
        let licence = self.licence()?;
        if self.take("WITH") {
            let exception = self.licence()?;
            return Ok((self.allowed)(&format!("{licence} WITH {exception}")));
        }
        Ok((self.allowed)(licence))
    }

    fn licence(&mut self) -> Result<&'a str, String> {
        let word = *self.words.get(self.at).ok_or("it ends too soon")?;
        if ["(", ")", "AND", "OR", "WITH"].contains(&word) {
            return Err(format!("`{word}` stands where a licence should"));
        }
        self.at += 1;
        Ok(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.words.get(self.at) == Some(&word);
        self.at += usize::from(there);
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, expected: Option<bool>) {
        let allowed = |licence: &str| {
            ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].contains(&licence)
        };
        assert_eq!(
            satisfied(expression, allowed).ok(),
            expected,
            "{expression}"
        );
    }

    #[test]
    fn expressions_are_read_as_spdx_says() {
        check("MIT", Some(true));
        check("GPL-3.0", Some(false));
        check("MIT OR GPL-3.0", Some(true));
        check("MIT AND GPL-3.0", Some(false));
        check("GPL-3.0 OR MIT AND Apache-2.0", Some(true));
        check("MIT OR GPL-3.0 AND GPL-2.0", Some(true));
        check("(MIT OR GPL-3.0) AND GPL-2.0", Some(false));
        check("(MIT OR GPL-3.0)AND(Apache-2.0)", Some(true));
        check("MIT/GPL-3.0", Some(true));
        check("Apache-2.0 WITH LLVM-exception", Some(true));
        check("MIT WITH LLVM-exception", Some(false));
    }

    #[test]
    fn broken_expressions_are_refused() {
        for bad in [
            "",
            "OR",
            "MIT OR",
            "MIT MIT",
            "(MIT",
            "MIT)",
            "MIT WITH",
            "()",
            &"(".repeat(100_000),
        ] {
            check(bad, None);
        }
    }

    fn package(name: &str, licence: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.map(str::to_owned),
            source: Some(PUBLIC_REGISTRY.to_owned()),
        }
    }

    const POLICY: &str = r#"
        [licenses]
        allow = ["MIT"]
        exceptions = [{ crate = "special", allow = ["ISC"] }]
        [[licenses.clarify]]
        crate = "silent"
        expression = "MIT"
        license-files = []
        [bans]
        deny = [{ crate = "heavy", reason = "x" }]
    "#;

    #[test]
    fn each_kind_of_fault_is_found() {
        let policy = Policy::from_toml(POLICY).unwrap();
        let fault = |package: Package| policy.fault(&package);
        assert_eq!(fault(package("good", Some("MIT"))), None);
        assert_eq!(fault(package("special", Some("ISC"))), None);
        assert_eq!(fault(package("silent", None)), None);
        assert!(
            fault(package("other", Some("ISC")))
                .unwrap()
                .contains("not allowed")
        );
        assert!(fault(package("mute", None)).unwrap().contains("no licence"));
        assert!(
            fault(package("heavy", Some("MIT")))
                .unwrap()
                .contains("banned")
        );
        assert!(
            fault(package("odd", Some("MIT OR")))
                .unwrap()
                .contains("read")
        );
        let elsewhere = Package {
            source: Some("git+https://example.com/x".to_owned()),
            ..package("forked", Some("MIT"))
        };
        assert!(fault(elsewhere).unwrap().contains("comes from"));
        let member = |licence| Package {
            source: None,
            ..package("member", licence)
        };
        assert_eq!(fault(member(Some(OURS))), None);
        assert!(fault(member(Some("MIT"))).is_some());
    }

    #[test]
    fn a_policy_that_allows_nothing_is_refused() {
        for bad in [
            "",
            "[licenses]",
            "[licenses]\nallow = []",
            "[licenses]\nallow = [\"MIT\"]\nexceptions = [{ allow = [\"ISC\"] }]",
            "[licenses",
        ] {
            assert!(Policy::from_toml(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn our_own_policy_can_be_read() {
        let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
        let policy = Policy::from_toml(&text).unwrap();
        assert!(policy.allowed.contains("MIT"));
        assert!(
            !policy
                .allowed
                .iter()
                .any(|licence| licence.starts_with("SSPL") || licence.starts_with("BUSL"))
        );
    }

    #[test]
    fn doubles_are_named_once() {
        let mut second = package("twice", Some("MIT"));
        second.version = "2.0.0".to_owned();
        let all = [package("twice", None), second, package("once", None)];
        assert_eq!(doubles(&all), ["twice in 2 versions: 1.0.0, 2.0.0"]);
    }
}
