//! The rules of the house, held by tests: which room may know which, what only one room may do, and that the
//! documents name what exists.
//!
//! Reading source text for forbidden words is crude, and enough: whoever needs `std::env` in a library will meet
//! this test and think.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Component, Path, PathBuf},
};

use serde_json::Value;

use crate::{process, root};

/// What each crate may know of ours, every kind of dependency included. A crate knows those before it, never after.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("observables", &[]),
    ("reading", &[]),
    ("linkage", &[]),
    ("ledger", &[]),
    ("casework", &["observables"]),
    ("store", &["observables", "linkage", "ledger", "casework"]),
    ("documents", &["casework"]),
    ("exchange", &["casework", "observables"]),
    (
        "server",
        &[
            "observables",
            "reading",
            "linkage",
            "ledger",
            "casework",
            "store",
            "documents",
            "exchange",
        ],
    ),
    ("cluster", &["linkage"]),
    (
        "cli",
        &[
            "observables",
            "reading",
            "linkage",
            "ledger",
            "casework",
            "store",
            "documents",
            "exchange",
            "server",
            "cluster",
        ],
    ),
    ("xtask", &[]),
];

/// What the tests of a crate may know besides.
const TESTS_MAY_KNOW: &[(&str, &str)] = &[("documents", "reading")];

/// Crates of others that only some of ours may build on. Tests, examples and measurements may use them anywhere.
const ONLY: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("rusqlite", &["store"]),
    ("libsqlite3-sys", &["store"]),
    ("object_store", &["store"]),
    ("axum", &["server"]),
    ("tower-http", &["server"]),
    ("askama", &["server", "cli"]),
    ("mail-parser", &["reading"]),
    ("lopdf", &["reading"]),
    ("typst", &["documents"]),
    ("typst-layout", &["documents"]),
    ("typst-pdf", &["documents"]),
    // The demonstration draws pictures; those of others are read by `reading` alone.
    ("image", &["reading", "cli"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("tokio", &["store", "server", "cli", "cluster"]),
];

/// Words that the shipped code of a crate may not contain, except in the crates named.
const WORDS: &[(&str, &[&str])] = &[
    ("std::env", &["cli"]),
    ("env::var", &["cli"]),
    ("env::args", &["cli"]),
    ("std::fs", &["store", "server", "cli", "cluster"]),
    (
        "std::net",
        &[
            "observables",
            "reading",
            "store",
            "server",
            "cli",
            "cluster",
        ],
    ),
    ("std::process", &["server", "cli"]),
    ("println!", &["cli"]),
    ("SystemTime::now", &["server", "cli"]),
    ("Timestamp::now", &["server", "cli"]),
    ("Uuid::now_v7", &["server", "cli"]),
];

fn metadata() -> Value {
    let text = process::output(process::cargo().args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]))
    .unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A dependency of one of our crates, as its manifest has it.
#[derive(Debug, Clone)]
struct Edge {
    from: String,
    to: String,
    /// `None` for a crate of others.
    room: Option<String>,
    shipped: bool,
}

// A crate is called by its folder, which does not change when the package is renamed.
fn folder(path: &str) -> Option<String> {
    Some(Path::new(path).file_name()?.to_str()?.to_owned())
}

fn edges(metadata: &Value) -> Vec<Edge> {
    let mut edges = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let from = folder(manifest.parent().unwrap().to_str().unwrap()).unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            edges.push(Edge {
                from: from.clone(),
                to: dependency["name"].as_str().unwrap().to_owned(),
                room: dependency["path"].as_str().and_then(folder),
                shipped: dependency["kind"] != "dev",
            });
        }
    }
    edges
}

fn forbidden(edge: &Edge) -> Option<String> {
    let Edge { from, to, .. } = edge;
    if let Some(room) = &edge.room {
        let Some((_, known)) = MAY_KNOW.iter().find(|(name, _)| name == from) else {
            return Some(format!("{from} is not in MAY_KNOW: say what it may know"));
        };
        let by_tests = !edge.shipped && TESTS_MAY_KNOW.contains(&(from.as_str(), room.as_str()));
        return (!by_tests && !known.contains(&room.as_str()))
            .then(|| format!("{from} may not know {room}"));
    }
    let (_, owners) = ONLY.iter().find(|(name, _)| name == to)?;
    (edge.shipped && !owners.contains(&from.as_str()))
        .then(|| format!("{from} may not build on {to}, only {owners:?} may"))
}

#[test]
fn no_forbidden_edge_between_crates() {
    let edges = edges(&metadata());
    assert!(
        edges.iter().any(|edge| edge.room.is_some()),
        "no edge was read"
    );
    let faults: Vec<_> = edges.iter().filter_map(forbidden).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_edge_test_can_fail() {
    let check = |from: &str, to: &str, ours: bool, shipped: bool, allowed: bool| {
        let edge = Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            room: ours.then(|| to.to_owned()),
            shipped,
        };
        assert_eq!(forbidden(&edge).is_none(), allowed, "{edge:?}");
    };
    check("server", "casework", true, true, true);
    check("casework", "observables", true, true, true);
    check("casework", "store", true, true, false);
    check("ledger", "casework", true, false, false);
    check("newcomer", "casework", true, true, false);
    check("documents", "reading", true, false, true);
    check("documents", "reading", true, true, false);
    check("server", "typst", false, true, false);
    check("server", "sqlx", false, true, false);
    check("server", "sqlx", false, false, true);
    check("store", "sqlx", false, true, true);
    check("linkage", "serde", false, true, true);
}

#[test]
fn the_table_of_crates_has_no_arrow_up_and_no_crate_is_missing_from_it() {
    for (at, (name, known)) in MAY_KNOW.iter().enumerate() {
        for other in *known {
            let below = MAY_KNOW[..at].iter().any(|(before, _)| before == other);
            assert!(below, "{name} knows {other}, which does not stand below it");
        }
    }
    for package in metadata()["packages"].as_array().unwrap() {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let name = folder(manifest.parent().unwrap().to_str().unwrap()).unwrap();
        assert!(MAY_KNOW.iter().any(|(known, _)| *known == name), "{name}");
    }
}

// Comments and tests may say what shipped code may not do; our tests come last in a file.
fn shipped(source: &str) -> impl Iterator<Item = (usize, &str)> {
    source
        .lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

fn forbidden_words<'a>(
    room: &'a str,
    source: &'a str,
) -> impl Iterator<Item = (usize, &'static str)> + 'a {
    shipped(source).flat_map(move |(at, line)| {
        WORDS
            .iter()
            .filter(move |(word, rooms)| line.contains(word) && !rooms.contains(&room))
            .map(move |(word, _)| (at, *word))
    })
}

#[test]
fn no_room_does_what_only_another_may() {
    let mut faults = Vec::new();
    let mut read = 0;
    for file in files() {
        let mut parts = file.strip_prefix(root()).unwrap().components();
        let (Some(Component::Normal(first)), Some(Component::Normal(room))) =
            (parts.next(), parts.next())
        else {
            continue;
        };
        let in_src = parts.next() == Some(Component::Normal("src".as_ref()));
        if first != "crates" || !in_src || file.extension() != Some("rs".as_ref()) {
            continue;
        }
        read += 1;
        let source = fs::read_to_string(&file).unwrap();
        // A file that is a test module as a whole.
        if file.file_name() == Some("tests.rs".as_ref()) {
            continue;
        }
        for (at, word) in forbidden_words(room.to_str().unwrap(), &source) {
            faults.push(format!("{}:{at}: {word}", shown(&file)));
        }
    }
    assert!(read > 0, "no source file was read");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_word_test_can_fail() {
    let check = |room: &str, source: &str, expected: &[(usize, &str)]| {
        let found: Vec<_> = forbidden_words(room, source).collect();
        assert_eq!(found, expected, "{room}: {source}");
    };
    check("ledger", "use std::env;\n", &[(1, "std::env")]);
    check("ledger", "\n    println!(\"x\");", &[(2, "println!")]);
    check("cli", "use std::env;\nprintln!()", &[]);
    check(
        "ledger",
        "// std::env is not for us\n/// nor `println!`",
        &[],
    );
    check("ledger", "#[cfg(test)]\nmod tests { use std::env; }", &[]);
    check("store", "std::fs::File::open(path)", &[]);
    check("casework", "std::fs::File::open(path)", &[(1, "std::fs")]);
}

// ---------------------------------------------------------------- documents

/// What the back-ticks of a Markdown text hold, fenced blocks left out.
fn code_spans(markdown: &str) -> Vec<&str> {
    let mut spans = Vec::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            spans.extend(line.split('`').skip(1).step_by(2));
        }
    }
    spans
}

const MEDIA: &[&str] = &[
    "application/",
    "audio/",
    "image/",
    "multipart/",
    "text/",
    "video/",
];
const ENDINGS: &[&str] = &[
    "rs", "toml", "md", "lock", "sql", "html", "mjs", "json", "css", "js",
];

/// Whether a code span claims to be a path of the repository. `/api/v1` is an address and `a::b` an item.
fn claims_to_be_path(span: &str) -> bool {
    let path_like = span
        .chars()
        .all(|c| c.is_alphanumeric() || "/._-*".contains(c));
    let ends = Path::new(span)
        .extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ENDINGS.contains(&ending));
    path_like
        && !span.starts_with('/')
        && !MEDIA.iter().any(|media| span.starts_with(media))
        && (span.contains('/') || ends)
}

fn missing_paths(markdown: &str) -> Vec<&str> {
    code_spans(markdown)
        .into_iter()
        .filter(|span| claims_to_be_path(span))
        .filter(|span| !root().join(span).exists())
        .collect()
}

#[test]
fn every_path_that_the_documents_name_exists() {
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let missing = missing_paths(&text);
        assert!(missing.is_empty(), "{document} names {missing:?}");
        let named = code_spans(&text).into_iter().any(claims_to_be_path);
        assert!(
            named,
            "{document} names no path: is it written in back-ticks?"
        );
    }
}

#[test]
fn the_path_test_can_fail() {
    let check = |markdown: &str, expected: &[&str]| {
        assert_eq!(missing_paths(markdown), expected, "{markdown}");
    };
    check("see `xtask/src/main.rs` and `crates/`", &[]);
    check("see `xtask/src/gone.rs`", &["xtask/src/gone.rs"]);
    check("see `GONE.md` and `Cargo.toml`", &["GONE.md"]);
    // A pattern hides what it does not match.
    check("see `crates/*/src`", &["crates/*/src"]);
    check(
        "`/api/v1`, `text/html`, `a::b`, `store`, `cargo xtask test`",
        &[],
    );
    check("```\nxtask/src/gone.rs\n`xtask/src/gone.rs`\n```", &[]);
}

/// Targets of the links of a Markdown text that lead into the repository.
fn links(markdown: &str) -> impl Iterator<Item = &str> {
    markdown.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', '#', ' ']).next()?;
        (!target.is_empty() && !target.contains(':')).then_some(target)
    })
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut faults = Vec::new();
    for file in files() {
        if file.extension() != Some("md".as_ref()) || lent(&file) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for link in links(&text) {
            if !file.parent().unwrap().join(link).exists() {
                faults.push(format!("{}: {link}", shown(&file)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn links_are_found() {
    let text = "[a](b.md) ![c](d/e.png#x) [f](https://example.com) [g](#h) (i) [j](k.md \"title\")";
    assert_eq!(links(text).collect::<Vec<_>>(), ["b.md", "d/e.png", "k.md"]);
}

// ---------------------------------------------------------------- nothing of the machine it was made on

/// Files of the repository: everything but what is built, fetched or filled.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !path.is_dir() {
                found.push(path);
            } else if ![".git", "target", "node_modules"].contains(&name.as_str())
                && path != root().join("data")
            {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root())
        .unwrap_or(file)
        .display()
        .to_string()
}

/// Other people's data, kept as they published it.
fn lent(file: &Path) -> bool {
    let path = shown(file);
    path.starts_with("examples/") || path.contains("warninglists")
}

/// Paths and hosts that mean something on one machine only: where this workspace and its neighbours lie, and the
/// registries and proxies that this machine was told to use.
fn of_this_machine() -> BTreeMap<String, &'static str> {
    let mut traces = BTreeMap::new();
    let parent = root().parent().unwrap().to_path_buf();
    if parent.parent().is_some() {
        for entry in fs::read_dir(&parent).into_iter().flatten().flatten() {
            traces.insert(entry.path().display().to_string(), "a path of this machine");
        }
    }
    for (name, value) in env::vars() {
        let name = name.to_uppercase();
        let registry = ["REGISTR", "INDEX_URL", "PROXY", "CARGO_SOURCE"]
            .iter()
            .any(|part| name.contains(part));
        if let Some(host) = host(&value).filter(|_| registry)
            && !["localhost", "127.0.0.1", "github.com"].contains(&host)
        {
            traces.insert(host.to_owned(), "a host that this machine was told to use");
        }
    }
    traces
}

fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    host.contains('.').then_some(host)
}

/// Homes of people on the usual systems, and the hosts that only a lock file made elsewhere would name.
const TRACES: &[(&str, &str)] = &[
    (concat!("/ho", "me/"), "a home folder"),
    (concat!("/Us", "ers/"), "a home folder"),
    (concat!("/ro", "ot/"), "a home folder"),
    (concat!("registry", ".npmjs.org"), "a registry host"),
    (concat!("index", ".crates.io"), "a registry host"),
    (concat!("static", ".crates.io"), "a registry host"),
    (concat!("files", ".pythonhosted.org"), "a registry host"),
];

/// A path counts where one can begin, so that an address such as `https://example.com/home/` does not.
fn holds(text: &str, trace: &str) -> bool {
    text.match_indices(trace).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + trace.len()..].chars().next();
        let begins = !trace.starts_with('/')
            || !before.is_some_and(|c| c.is_alphanumeric() || "/.-_~%}".contains(c));
        let ends =
            trace.ends_with('/') || !after.is_some_and(|c| c.is_alphanumeric() || "-_".contains(c));
        begins && ends
    })
}

#[test]
fn nothing_names_the_machine_it_was_made_on() {
    let machine = of_this_machine();
    let traces: Vec<(&str, &str)> = machine
        .iter()
        .map(|(trace, what)| (trace.as_str(), *what))
        .chain(TRACES.iter().copied())
        .collect();
    let mut faults = Vec::new();
    for file in files().into_iter().filter(|file| !lent(file)) {
        // What is not UTF-8 is not a text: pictures, fonts.
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        for (trace, what) in &traces {
            if holds(&text, trace) {
                faults.push(format!("{}: {trace}, {what}", shown(&file)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_document_leads_out_of_the_repository() {
    let mut faults = Vec::new();
    for file in files() {
        if file.extension() != Some("md".as_ref()) || lent(&file) {
            continue;
        }
        let depth = file.strip_prefix(root()).unwrap().components().count() - 1;
        let text = fs::read_to_string(&file).unwrap();
        let up = "../".repeat(depth + 1);
        if text.contains(&up) {
            faults.push(format!("{}: {up}", shown(&file)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_trace_test_can_fail() {
    let home = TRACES[0].0;
    let check = |text: &str, trace: &str, expected: bool| {
        assert_eq!(holds(text, trace), expected, "{text}");
    };
    check(&format!("in {home}someone/x"), home, true);
    check(&format!("\"{home}someone\""), home, true);
    check(&format!("https://example.com{home}"), home, false);
    check("see /srv/checkout/x", "/srv/checkout", true);
    check("see /srv/checkouts", "/srv/checkout", false);
    check("https://mirror.example/npm", "mirror.example", true);
    assert_eq!(
        host("https://u:p@mirror.example:8080/x"),
        Some("mirror.example")
    );
    assert_eq!(host("on"), None);
}

/// Snapshots stand in the test that reads them. So none can be left over when its test goes, and one that is
/// pending is a file of its own, which is found here.
#[test]
fn no_snapshot_is_pending_or_left_over() {
    let mut folders = vec![root().join("crates"), root().join("xtask")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".snap")
                || name.contains(".snap.new")
                || name.ends_with(".pending-snap")
            {
                found.push(path.display().to_string());
            }
        }
    }
    assert!(
        found.is_empty(),
        "read these, put what is right into the test itself, and remove them:\n{}",
        found.join("\n")
    );
}

#[test]
fn lock_files_name_packages_and_not_where_they_came_from() {
    let cargo = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for line in cargo.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(
            line,
            "source = \"registry+https://github.com/rust-lang/crates.io-index\""
        );
    }
    let npm = fs::read_to_string(root().join("tests/browser/package-lock.json")).unwrap();
    assert!(!npm.contains("\"resolved\""));
    assert!(npm.contains("\"integrity\""));
}
