//! The country's folder: the one built into the program, or one on disk.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use casework::{desk::Config, place::Places};
use include_dir::{Dir, include_dir};
use linkage::Model;
use observables::WarningLists;

/// What a shared key of each kind is worth.
const MODEL: &str = "models/submissions.toml";

static FRANCE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../config/france");

/// What the server needs of a country.
pub(crate) struct Country {
    pub(crate) config: Config,
    pub(crate) model: Model,
    pub(crate) lists: WarningLists,
    /// Passwords that leaked, in lower case.
    pub(crate) passwords: HashSet<String>,
}

/// The text of a country's model of submissions.
pub(crate) fn model_text(folder: Option<&Path>) -> Result<String> {
    Ok(find(&files(folder)?, MODEL)?.to_owned())
}

/// How identity providers of a country are spoken to.
pub(crate) fn profiles(folder: Option<&Path>) -> Result<String> {
    Ok(find(&files(folder)?, "identity.toml")?.to_owned())
}

/// Reads and checks a country's folder.
pub(crate) fn load(folder: Option<&Path>) -> Result<Country> {
    let files = files(folder)?;
    let find = |name: &str| find(&files, name);
    let places = Places::load(
        find("places/departments.tsv")?,
        find("places/communes.tsv")?,
    )
    .context("reading the places")?;
    let model = Model::from_toml(find(MODEL)?).context("reading models/submissions.toml")?;
    let lists = WarningLists::from_misp_json(files.iter().filter_map(|(path, text)| {
        let name = path.strip_suffix(".json")?.rsplit_once("warninglists/")?.1;
        Some((name, text.as_str()))
    }))
    .context("reading the warning lists")?;
    let passwords = find("passwords/common.txt")?;
    let passwords = passwords.lines().map(str::to_lowercase).collect();
    match Config::load(files, places) {
        Ok(config) => Ok(Country {
            passwords,
            config,
            model,
            lists,
        }),
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            bail!(
                "the configuration has {} problems, listed above; nothing was started",
                problems.len()
            )
        }
    }
}

/// The warning lists alone: those of a folder of MISP's lists, of a country's folder, or built in.
pub(crate) fn lists(folder: Option<&Path>) -> Result<WarningLists> {
    let files = files(folder)?;
    WarningLists::from_misp_json(files.iter().filter_map(|(path, text)| {
        let path = path.strip_suffix(".json")?;
        let name = match path.rsplit_once("warninglists/") {
            Some((_, name)) => name.strip_suffix("/list").unwrap_or(name),
            None if folder.is_some() => path.rsplit_once('/').map_or(path, |(_, name)| name),
            None => return None,
        };
        Some((name, text.as_str()))
    }))
    .context("reading the warning lists")
}

fn files(folder: Option<&Path>) -> Result<Vec<(String, String)>> {
    folder.map_or_else(|| Ok(built_in()), from_disk)
}

fn find<'f>(files: &'f [(String, String)], name: &str) -> Result<&'f str> {
    let mut files = files.iter();
    let found = files.find(|(path, _)| path.ends_with(name));
    found
        .map(|(_, text)| text.as_str())
        .with_context(|| format!("the configuration has no file {name}"))
}

fn built_in() -> Vec<(String, String)> {
    fn walk(folder: &Dir<'_>, files: &mut Vec<(String, String)>) {
        for file in folder.files() {
            if let Some(text) = file.contents_utf8() {
                files.push((
                    format!("config/france/{}", file.path().display()),
                    text.to_owned(),
                ));
            }
        }
        for folder in folder.dirs() {
            walk(folder, files);
        }
    }
    let mut files = Vec::new();
    walk(&FRANCE, &mut files);
    files.sort();
    files
}

fn from_disk(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("reading the folder {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                files.push((path.display().to_string(), text));
            }
        }
    }
    files.sort();
    Ok(files)
}
