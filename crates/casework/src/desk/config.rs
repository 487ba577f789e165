//! Every desk, unit and routing rule of a country, read and checked together.

mod matter;
mod pool;
mod routing;
mod units;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use toml::Spanned;

use super::{
    check,
    definition::{Desk, Redirect, RedirectTo},
    parse::RawDesk,
    position::{ConfigProblem, Source},
};
use crate::{
    body::{self, Body},
    competence::{Rules, Statements, Unit, Vocabulary},
    film::FilmDesk,
    place::Places,
    submission::{DeskId, UnitId},
    vigilance::Limits,
};

/// The configuration of a country.
#[derive(Clone, Debug, Default)]
pub struct Config {
    desks: BTreeMap<(DeskId, u32), Desk>,
    current: BTreeMap<DeskId, u32>,
    /// The units that can receive a case, in the order of the file.
    pub units: Vec<Unit>,
    /// The words in which competence speaks.
    pub vocabulary: Vocabulary,
    /// What the desks' answers say in those words.
    pub statements: Statements,
    /// The rules of competence, in the order they are tried.
    pub routing: Rules,
    /// The file they were read from, as it was.
    pub routing_text: Box<str>,
    /// What looks of agents are a sign of.
    pub vigilance: Limits,
    /// The bodies outside that a copy may be handed over to, in the order of the file.
    pub bodies: Vec<Body>,
    /// What the film desk is run by.
    pub film: FilmDesk,
}

impl Config {
    /// Reads a country's files: every `desks/*.toml`, `units.toml`, `matter.toml` and `routing.toml`. The path of
    /// each decides what it is and stands in every problem; files of other names are left alone.
    ///
    /// # Errors
    /// Every problem found, in the order of the files.
    pub fn load(
        files: impl IntoIterator<Item = (String, String)>,
        places: Places,
    ) -> Result<Config, Vec<ConfigProblem>> {
        let mut files: Vec<(String, String)> = files.into_iter().collect();
        files.sort();
        let places = Arc::new(places);
        let mut loading = Loading::default();
        for (path, content) in &files {
            if let Some(stem) = desk_stem(path) {
                loading.desk(path, content, stem, &places);
            }
        }
        for (path, content) in &files {
            if is_named(path, "units.toml") {
                loading.units(path, content, &places);
            }
        }
        for (path, content) in &files {
            if is_named(path, "matter.toml") {
                loading.matter(path, content);
            }
        }
        for (path, content) in &files {
            if is_named(path, "routing.toml") {
                loading.routing(path, content);
            }
        }
        for (path, content) in &files {
            if is_named(path, "bodies.toml") {
                loading.bodies(path, content);
            }
            if is_named(path, "vigilance.toml") {
                loading.vigilance(path, content);
            }
        }
        for (path, content) in &files {
            loading.film(path, content);
        }
        loading.desks_linked();
        loading.desks_have_units();
        if loading.problems.is_empty() {
            Ok(loading.config)
        } else {
            loading.problems.sort();
            Err(loading.problems)
        }
    }

    /// The same with the rules of competence of another file, as they would be read at the start.
    ///
    /// # Errors
    /// Every problem of the file.
    pub fn with_routing(&self, content: &str) -> Result<Config, Vec<ConfigProblem>> {
        let mut loading = Loading {
            config: self.clone(),
            ..Loading::default()
        };
        loading.routing("routing.toml", content);
        if loading.problems.is_empty() {
            Ok(loading.config)
        } else {
            loading.problems.sort();
            Err(loading.problems)
        }
    }

    /// The current version of every desk.
    pub fn desks(&self) -> impl Iterator<Item = &Desk> {
        self.current
            .iter()
            .filter_map(|(id, version)| self.desks.get(&(id.clone(), *version)))
    }

    /// Every version of every desk.
    pub fn versions(&self) -> impl Iterator<Item = &Desk> {
        self.desks.values()
    }

    /// The current version of a desk.
    pub fn desk(&self, id: &DeskId) -> Option<&Desk> {
        self.desk_version(id, *self.current.get(id)?)
    }

    /// A version of a desk.
    pub fn desk_version(&self, id: &DeskId, version: u32) -> Option<&Desk> {
        self.desks.get(&(id.clone(), version))
    }

    /// A unit.
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == *id)
    }
}

#[derive(Default)]
struct Loading {
    config: Config,
    /// Where each desk's current file stands, and the links that leave it.
    links: Vec<(String, DeskId)>,
    problems: Vec<ConfigProblem>,
}

impl Loading {
    fn desk(&mut self, path: &str, content: &str, stem: &str, places: &Arc<Places>) {
        let mut source = Source::new(path, content);
        if let Some(raw) = read::<RawDesk>(&mut source) {
            let (id_at, version_at) = (raw.id.span().start, raw.version.span().start);
            if let Some(desk) = check::desk(&mut source, raw, places) {
                let versioned = format!("{}@{}", desk.id, desk.version);
                if stem != desk.id.as_str() && stem != versioned {
                    source.report(
                        id_at,
                        format!(
                            "the file is not named after desk {} version {}",
                            desk.id, desk.version
                        ),
                        format!(
                            "call it {}.toml, or {versioned}.toml once it is an old version",
                            desk.id
                        ),
                    );
                }
                let links = desk
                    .eligibility
                    .iter()
                    .filter_map(|rule| rule.redirect.as_ref().map(|Redirect { to, .. }| to))
                    .chain(
                        desk.orientations
                            .iter()
                            .filter_map(|rule| rule.link.as_ref()),
                    );
                for link in links {
                    if let RedirectTo::Desk(to) = link {
                        self.links.push((path.to_owned(), to.clone()));
                    }
                }
                if stem == desk.id.as_str() {
                    self.config.current.insert(desk.id.clone(), desk.version);
                }
                let key = (desk.id.clone(), desk.version);
                if self.config.desks.insert(key, desk).is_some() {
                    source.report(
                        version_at,
                        "another file holds this version",
                        "give the newer one a higher version",
                    );
                }
            }
        }
        self.problems.append(&mut source.problems);
    }

    fn vigilance(&mut self, path: &str, content: &str) {
        match Limits::from_toml(content) {
            Ok(limits) => self.config.vigilance = limits,
            Err(error) => self.problems.push(ConfigProblem {
                file: path.to_owned(),
                line: 1,
                column: 1,
                what: error.to_string().trim().replace('\n', ", "),
                mend: "see docs/formats/vigilance.md".to_owned(),
            }),
        }
    }

    fn bodies(&mut self, path: &str, content: &str) {
        match body::from_toml(content) {
            Ok(bodies) => self.config.bodies = bodies,
            Err(error) => self.problems.push(ConfigProblem {
                file: path.to_owned(),
                line: 1,
                column: 1,
                what: error.to_string().trim().replace('\n', ", "),
                mend: "see docs/formats/handover.md".to_owned(),
            }),
        }
    }

    /// Links between desks, looked at once all are read.
    fn desks_linked(&mut self) {
        let known: BTreeSet<&DeskId> = self.config.current.keys().collect();
        for (path, to) in &self.links {
            if !known.contains(to) {
                self.problems.push(ConfigProblem {
                    file: path.clone(),
                    line: 1,
                    column: 1,
                    what: format!("a link leads to desk `{to}`, which is not there"),
                    mend: "name a desk of the folder desks".to_owned(),
                });
            }
        }
        // A file that is wrongly named was told already.
        if !self.problems.is_empty() {
            return;
        }
        let versions: Vec<(DeskId, u32)> = self.config.desks.keys().cloned().collect();
        for (id, version) in versions {
            let newest = self.config.current.get(&id).copied();
            if newest.is_none_or(|newest| version > newest) {
                self.problems.push(ConfigProblem {
                    file: format!("{id}@{version}.toml"),
                    line: 1,
                    column: 1,
                    what: format!(
                        "version {version} of desk `{id}` is not older than the current one"
                    ),
                    mend: format!("{id}.toml holds the newest version"),
                });
            }
        }
    }
}

impl Loading {
    /// What a desk without a unit receives nobody could read.
    fn desks_have_units(&mut self) {
        let config = &self.config;
        // A configuration that knows no unit has no staff either.
        if config.units.is_empty() || !self.problems.is_empty() {
            return;
        }
        let problems = config.desks().filter_map(|desk| {
            let what = match &desk.unit {
                Some(unit) if config.unit(unit).is_some() => return None,
                Some(unit) => format!("no unit is called `{unit}`"),
                None => "the desk names no unit, so nobody could read what it receives".to_owned(),
            };
            Some(ConfigProblem {
                file: format!("desks/{}.toml", desk.id),
                line: 1,
                column: 1,
                what,
                mend: "write unit = \"…\", a unit of units.toml".to_owned(),
            })
        });
        let problems: Vec<ConfigProblem> = problems.collect();
        self.problems.extend(problems);
    }
}

fn read<T: serde::de::DeserializeOwned>(source: &mut Source<'_>) -> Option<T> {
    match toml::from_str(source.content) {
        Ok(raw) => Some(raw),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let what = error.message().trim().replace('\n', ", ");
            source.report(at, what, format_page(source.path));
            None
        }
    }
}

/// The page that lays down the format of a file.
fn format_page(path: &str) -> &'static str {
    if desk_stem(path).is_some() {
        "see docs/formats/desk-1.md"
    } else {
        "see docs/formats/units.md"
    }
}

fn is_named(path: &str, name: &str) -> bool {
    path.rsplit(['/', '\\']).next() == Some(name)
}

/// `thesee@1` of `…/desks/thesee@1.toml`.
fn desk_stem(path: &str) -> Option<&str> {
    let mut parts = path.rsplit(['/', '\\']);
    let stem = parts.next()?.strip_suffix(".toml")?;
    (parts.next() == Some("desks")).then_some(stem)
}

/// The one of a closed set that a word names, or a report of which there are.
fn word<T: Copy>(
    source: &mut Source<'_>,
    raw: &Spanned<String>,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Option<T> {
    let found = all.iter().copied().find(|one| name(*one) == raw.get_ref());
    if found.is_none() {
        let known: Vec<&str> = all.iter().map(|one| name(*one)).collect();
        source.report(
            raw.span().start,
            format!("\"{}\" is not known here", raw.get_ref()),
            format!("one of {}", known.join(", ")),
        );
    }
    found
}
