//! What the recorded cases of other extractors say about ours:
//! `cargo run --release -p orfevre-observables --example peers -- DIR [EXAMPLES]`.
//!
//! DIR holds the cases of ioc-finder, iocextract, ioc-fanger and CyberChef, one JSON object a line, recorded
//! while each project's own tests passed. Values are compared in our canonical form. A peer's own recall
//! and precision on these cases are 1 by the way they were made, so a difference is a difference of
//! opinion until someone reads it: `support/reasons.rs` names the reason of each by a rule, those without one are
//! counted in the last column, and EXAMPLES of them are printed. Nothing of the cases is in this repository.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

#[path = "support/reasons.rs"]
mod reasons;

use observables::{Kind, Observable, extract, parse_any, refang};
use serde_json::Value;

type Key = (Kind, String);

#[derive(Default)]
struct Line {
    texts: usize,
    expected: usize,
    unreadable: usize,
    found: usize,
    ours: usize,
    right: usize,
    /// Differences by their reason.
    reasons: BTreeMap<&'static str, usize>,
    /// Differences that no rule names.
    unexplained: Vec<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("usage: peers DIR [EXAMPLES]")?;
    let examples: usize = arguments.next().map_or(Ok(0), |number| number.parse())?;
    let folder = Path::new(&folder);
    println!(
        "{:<11}{:<14}{:>6}{:>9}{:>8}{:>10}{:>11}{:>12}   (the peer's own: 1, 1)",
        "peer", "kind", "texts", "expected", "unread", "recall", "precision", "no reason"
    );
    ioc_finder(&cases(&folder.join("ioc_finder_cases.jsonl"))?, examples);
    let cases_of_iocextract = cases(&folder.join("iocextract_cases.jsonl"))?;
    iocextract(&cases_of_iocextract, examples);
    cyberchef(&cases(&folder.join("cyberchef_cases.jsonl"))?, examples);
    lists(&folder.join("iocextract"), examples)?;
    ioc_fanger(folder, examples)?;
    Ok(())
}

/// The cases of a file, each once.
fn cases(path: &Path) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    let text = fs::read_to_string(path)?;
    let mut seen = BTreeSet::new();
    let mut cases = Vec::new();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line)?;
        if seen.insert(format!("{}{}{}", case["fn"], case["args"], case["kwargs"]))
            || case["fn"].is_null()
        {
            cases.push(case);
        }
    }
    Ok(cases)
}

/// What we find in a text: as reported, and with what it contains (the host of a URL, the URL of a profile).
fn ours(text: &str) -> (BTreeSet<Key>, BTreeSet<Key>) {
    let mut reported = BTreeSet::new();
    let mut all = BTreeSet::new();
    let key = |observable: &Observable| (observable.kind(), observable.canonical().to_owned());
    for hit in extract(text).hits {
        let observable = hit.observable();
        reported.insert(key(&observable));
        all.insert(key(&observable));
        all.extend(observable.derived().iter().map(key));
        let raw = &text[hit.span];
        for kind in [Kind::Url, Kind::Domain] {
            if matches!(
                hit.kind,
                Kind::Social | Kind::Telegram | Kind::Payment | Kind::Listing | Kind::Onion
            ) && let Ok(inside) = Observable::parse(kind, raw)
            {
                all.insert(key(&inside));
                all.extend(inside.derived().iter().map(key));
            }
        }
    }
    (reported, all)
}

impl Line {
    fn compare(&mut self, kind: Kind, text: &str, expected: &[String]) {
        let (reported, all) = ours(text);
        let mut wanted = BTreeMap::new();
        self.texts += 1;
        for value in expected {
            match Observable::parse(kind, value) {
                Ok(observable) => {
                    wanted.insert((kind, observable.canonical().to_owned()), value);
                }
                Err(_) => {
                    self.unreadable += 1;
                    self.differ(reasons::of_missed(kind, value, text), "missed", value, text);
                }
            }
        }
        self.expected += wanted.len();
        for (key, value) in &wanted {
            if all.contains(key) {
                self.found += 1;
            } else {
                self.differ(reasons::of_missed(kind, value, text), "missed", value, text);
            }
        }
        for key in reported.iter().filter(|key| key.0 == kind) {
            self.ours += 1;
            if wanted.contains_key(key) {
                self.right += 1;
            } else {
                self.differ(reasons::of_more(kind, &key.1, text), "more", &key.1, text);
            }
        }
    }

    fn differ(&mut self, reason: Option<&'static str>, what: &str, value: &str, text: &str) {
        match reason {
            Some(reason) => *self.reasons.entry(reason).or_default() += 1,
            None => self
                .unexplained
                .push(format!("{what}: {value:?} in {:?}", short(text))),
        }
    }

    fn print(&self, peer: &str, kind: &str, examples: usize) {
        let share = |part: usize, all: usize| {
            if all == 0 {
                1.0
            } else {
                part as f64 / all as f64
            }
        };
        println!(
            "{peer:<11}{kind:<14}{:>6}{:>9}{:>8}{:>10.4}{:>11.4}{:>12}",
            self.texts,
            self.expected + self.unreadable,
            self.unreadable,
            share(self.found, self.expected + self.unreadable),
            share(self.right, self.ours),
            self.unexplained.len(),
        );
        for (reason, count) in &self.reasons {
            println!("    {count:>4} {reason}");
        }
        for example in self.unexplained.iter().take(examples) {
            println!("    {example}");
        }
    }
}

fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(text.len().min(160))]
}

fn print_all(peer: &str, lines: &BTreeMap<Kind, Line>, examples: usize) {
    let mut sum = Line::default();
    for (kind, line) in lines {
        if line.expected + line.unreadable + line.ours > 0 {
            line.print(peer, kind.name(), examples);
        }
        sum.texts = sum.texts.max(line.texts);
        sum.expected += line.expected;
        sum.unreadable += line.unreadable;
        sum.found += line.found;
        sum.ours += line.ours;
        sum.right += line.right;
        sum.unexplained.extend_from_slice(&line.unexplained);
    }
    sum.print(peer, "all", 0);
}

/// Every string in a value, however deep.
fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, into)),
        Value::Object(fields) => fields.values().for_each(|item| strings(item, into)),
        _ => {}
    }
}

fn text_of(case: &Value) -> Option<&str> {
    case["args"].get(0)?.as_str()
}

fn ioc_finder(cases: &[Value], examples: usize) {
    const FIELDS: &[(Kind, &[&str])] = &[
        (Kind::Url, &["urls"]),
        (Kind::Domain, &["domains"]),
        (Kind::Ipv4, &["ipv4s"]),
        (Kind::Ipv6, &["ipv6s"]),
        (Kind::Cidr, &["ipv4_cidrs"]),
        (Kind::Asn, &["asns"]),
        (Kind::Email, &["email_addresses"]),
        (Kind::Mac, &["mac_addresses"]),
        (Kind::UserAgent, &["user_agents"]),
        (Kind::Btc, &["bitcoin_addresses"]),
        (Kind::Xmr, &["monero_addresses"]),
        (Kind::Md5, &["md5s"]),
        (Kind::Sha1, &["sha1s"]),
        (Kind::Sha256, &["sha256s"]),
        (Kind::Sha512, &["sha512s"]),
        (Kind::Imphash, &["imphashes"]),
        (Kind::Authentihash, &["authentihashes"]),
        (Kind::Ssdeep, &["ssdeeps"]),
        (Kind::Cve, &["cves"]),
        (
            Kind::Attack,
            &["attack_techniques", "attack_tactics", "attack_mitigations"],
        ),
        (Kind::Registry, &["registry_key_paths"]),
        (Kind::Path, &["file_paths"]),
        (
            Kind::Analytics,
            &[
                "google_adsense_publisher_ids",
                "google_analytics_tracker_ids",
            ],
        ),
    ];
    let mut lines: BTreeMap<Kind, Line> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    // Of a text with several options those that are not switched off.
    let by_default = |case: &&Value| {
        let options = case["kwargs"].as_object();
        options.is_none_or(|options| !options.keys().any(|name| name.starts_with("parse_")))
    };
    for case in cases.iter().filter(by_default) {
        let Some(text) = text_of(case) else { continue };
        if !seen.insert(text) {
            continue;
        }
        for (kind, fields) in FIELDS {
            let mut expected = Vec::new();
            let known = fields
                .iter()
                .filter(|field| !case["out"][**field].is_null());
            if known.clone().count() == 0 {
                continue;
            }
            known.for_each(|field| strings(&case["out"][*field], &mut expected));
            lines
                .entry(*kind)
                .or_default()
                .compare(*kind, text, &expected);
        }
    }
    print_all("ioc-finder", &lines, examples);
}

fn iocextract(cases: &[Value], examples: usize) {
    let kind_of = |function: &str| {
        Some(match function {
            "extract_urls" | "extract_unencoded_urls" => Kind::Url,
            "extract_emails" => Kind::Email,
            "extract_ipv4s" => Kind::Ipv4,
            "extract_ipv6s" => Kind::Ipv6,
            "extract_md5_hashes" => Kind::Md5,
            "extract_sha1_hashes" => Kind::Sha1,
            "extract_sha256_hashes" => Kind::Sha256,
            "extract_sha512_hashes" => Kind::Sha512,
            "extract_yara_rules" => Kind::Yara,
            "extract_telephone_nums" => Kind::Phone,
            _ => return None,
        })
    };
    let mut lines: BTreeMap<Kind, Line> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for case in cases {
        let (Some(text), Some(kind)) = (text_of(case), case["fn"].as_str().and_then(kind_of))
        else {
            continue;
        };
        if !seen.insert((kind, text)) {
            continue;
        }
        let mut expected = Vec::new();
        strings(&case["out"], &mut expected);
        if kind == Kind::Yara {
            // A whole rule is recorded; ours is its name.
            expected = expected
                .iter()
                .filter_map(|rule| {
                    let head = rule.split('{').next()?.split(':').next()?;
                    Some(head.split_whitespace().last()?.to_owned())
                })
                .collect();
        }
        lines
            .entry(kind)
            .or_default()
            .compare(kind, text, &expected);
    }
    print_all("iocextract", &lines, examples);
}

fn cyberchef(cases: &[Value], examples: usize) {
    let mut lines: BTreeMap<Kind, Line> = BTreeMap::new();
    for case in cases {
        let (Some(text), Some(expected)) = (case["input"].as_str(), case["expected"].as_str())
        else {
            continue;
        };
        let values = expected
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("Total found"));
        let values: Vec<String> = values.map(str::to_owned).collect();
        let kinds: Vec<(Kind, Vec<String>)> = match case["recipe"][0]["op"].as_str() {
            Some("Extract email addresses") => vec![(Kind::Email, values)],
            Some("Extract IP addresses") => {
                let (six, four) = values.into_iter().partition(|value| value.contains(':'));
                vec![(Kind::Ipv4, four), (Kind::Ipv6, six)]
            }
            Some("Extract hashes") => [
                (Kind::Md5, 32),
                (Kind::Sha1, 40),
                (Kind::Sha256, 64),
                (Kind::Sha512, 128),
            ]
            .into_iter()
            .map(|(kind, length)| {
                let of = values.iter().filter(|value| value.len() == length);
                (kind, of.cloned().collect())
            })
            .collect(),
            _ => continue,
        };
        for (kind, expected) in kinds {
            if !expected.is_empty() {
                lines
                    .entry(kind)
                    .or_default()
                    .compare(kind, text, &expected);
            }
        }
    }
    print_all("CyberChef", &lines, examples);
}

/// A text of iocextract with what must be found in it, and those that must not.
fn lists(folder: &Path, examples: usize) -> std::io::Result<()> {
    let (_, all) = ours(&fs::read_to_string(folder.join("input.txt"))?);
    for (file, wanted) in [("valid.txt", true), ("invalid.txt", false)] {
        let list = fs::read_to_string(folder.join(file))?;
        let mut right = 0;
        let mut wrong = Vec::new();
        for line in list.lines().filter(|line| !line.trim().is_empty()) {
            let found = parse_any(line)
                .iter()
                .any(|one| all.contains(&(one.kind(), one.canonical().to_owned())));
            if found == wanted {
                right += 1;
            } else {
                wrong.push(line.to_owned());
            }
        }
        println!(
            "iocextract {file}: {right} of {} right",
            right + wrong.len()
        );
        wrong
            .iter()
            .take(examples)
            .for_each(|line| println!("    {line:?}"));
    }
    Ok(())
}

/// Texts before and after: whether ours is the same text, and whether the same observables are found.
fn ioc_fanger(folder: &Path, examples: usize) -> Result<(), Box<dyn std::error::Error>> {
    let (mut texts, mut sets, mut count) = (0, 0, 0);
    let mut wrong = Vec::new();
    for case in cases(&folder.join("ioc_fanger_cases.jsonl"))? {
        let (Some(before), Some(after), Some("fang")) =
            (text_of(&case), case["out"].as_str(), case["fn"].as_str())
        else {
            continue;
        };
        count += 1;
        texts += usize::from(refang(before) == after);
        if ours(before).0 == ours(after).0 {
            sets += 1;
        } else {
            wrong.push(format!("{before:?} should read as {after:?}"));
        }
    }
    println!("ioc-fanger: {texts} of {count} texts alike, the same observables in {sets}");
    wrong
        .iter()
        .take(examples)
        .for_each(|line| println!("    {line}"));
    let read = |name: &str| fs::read_to_string(folder.join("ioc_fanger").join(name));
    let (before, after) = (
        ours(&read("sample_text_defanged.txt")?).0,
        ours(&read("sample_text_fanged.txt")?).0,
    );
    println!(
        "ioc-fanger, long text: {} observables after, {} of them found before, {} more",
        after.len(),
        after.intersection(&before).count(),
        before.difference(&after).count()
    );
    for (kind, canonical) in after.difference(&before).take(examples) {
        println!("    missed: {kind} {canonical}");
    }
    for (kind, canonical) in before.difference(&after).take(examples) {
        println!("    more: {kind} {canonical}");
    }
    Ok(())
}
