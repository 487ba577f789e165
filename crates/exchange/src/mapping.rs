//! The mapping file: which column answers which question.

use std::{collections::BTreeMap, str::FromStr};

use casework::submission::{DeskId, Track};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::{csv::SEPARATORS, template::Template};

const MAX_FIELDS: usize = 1_000;
/// What any desk allows in a repetition.
const MAX_ENTRY: usize = 10_000;

/// How a file's rows become raw answers of a desk: see `docs/formats/mapping-1.md`.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Its identifier: part of every row's idempotency key.
    pub id: String,
    /// The desk the rows are for.
    pub desk: DeskId,
    /// How they are filed.
    pub track: Track,
    pub(crate) csv: Csv,
    pub(crate) constants: Vec<(Vec<Segment>, Value)>,
    pub(crate) fields: Vec<Field>,
    /// The columns, or paths of a JSON line, that the fields name.
    pub(crate) sources: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Csv {
    pub(crate) separator: Option<u8>,
    pub(crate) encoding: Encoding,
    pub(crate) quotes: bool,
}

/// How a CSV file's bytes are text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// The western European code page of older spreadsheets.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) to: Vec<Segment>,
    pub(crate) from: From,
    pub(crate) default: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum From {
    Source(Source),
    /// With the index of the source of each column in it.
    Template(Template, Vec<usize>),
}

#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Its index among the sources.
    pub(crate) at: usize,
    pub(crate) split: Option<String>,
    pub(crate) values: Option<BTreeMap<String, String>>,
    pub(crate) otherwise: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) skip: usize,
    pub(crate) limit: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Name(String),
    Entry(usize),
    /// `*`
    Each,
}

impl Field {
    /// Where it goes, as written.
    pub(crate) fn path(&self) -> String {
        let segments = self.to.iter().map(|segment| match segment {
            Segment::Name(name) => name.clone(),
            Segment::Entry(index) => index.to_string(),
            Segment::Each => "*".to_owned(),
        });
        segments.collect::<Vec<_>>().join(".")
    }
}

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// Not TOML, or a key that is unknown, missing or of another kind.
    #[error("{0}")]
    Toml(#[from] Box<toml::de::Error>),
    /// It says something that cannot be.
    #[error("line {line}: {what}")]
    Wrong {
        /// The line of the mapping file, from 1.
        line: usize,
        /// What is wrong and how to mend it.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMapping {
    format: Spanned<i64>,
    id: Spanned<String>,
    desk: Spanned<String>,
    track: Option<Spanned<String>>,
    #[serde(default)]
    csv: RawCsv,
    #[serde(default)]
    constants: BTreeMap<Spanned<String>, toml::Value>,
    #[serde(default)]
    field: Vec<RawField>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCsv {
    separator: Option<Spanned<String>>,
    #[serde(default)]
    encoding: Encoding,
    quotes: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    to: Spanned<String>,
    from: Option<String>,
    template: Option<Spanned<String>>,
    split: Option<String>,
    values: Option<BTreeMap<String, String>>,
    otherwise: Option<String>,
    date: Option<Spanned<String>>,
    prefix: Option<String>,
    skip: Option<usize>,
    limit: Option<usize>,
    default: Option<String>,
}

impl FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Mapping, MappingError> {
        Mapping::from_toml(text)
    }
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// The first thing wrong, with its line.
    pub fn from_toml(text: &str) -> Result<Mapping, MappingError> {
        let raw: RawMapping = toml::from_str(text).map_err(Box::new)?;
        let wrong = |at: usize, what: String| MappingError::Wrong {
            line: text.as_bytes()[..at.min(text.len())]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count()
                + 1,
            what,
        };
        if *raw.format.get_ref() != 1 {
            return Err(wrong(
                raw.format.span().start,
                "only format 1 is known".to_owned(),
            ));
        }
        let id = raw.id.get_ref();
        let slug = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if !id.starts_with(|c: char| c.is_ascii_lowercase())
            || !id.bytes().all(slug)
            || id.len() > 64
        {
            return Err(wrong(
                raw.id.span().start,
                "an id is small letters, digits and hyphens, and begins with a letter".to_owned(),
            ));
        }
        let desk = raw
            .desk
            .get_ref()
            .parse()
            .map_err(|error| wrong(raw.desk.span().start, format!("{error}")))?;
        let track = match &raw.track {
            None => Track::Report,
            Some(track) => track
                .get_ref()
                .parse()
                .map_err(|error| wrong(track.span().start, format!("{error}")))?,
        };
        let separator = match &raw.csv.separator {
            None => None,
            Some(text) => match text.get_ref().as_bytes() {
                [byte] if SEPARATORS.contains(byte) => Some(*byte),
                _ => {
                    return Err(wrong(
                        text.span().start,
                        "a separator is one of , ; | and tab (\"\\t\")".to_owned(),
                    ));
                }
            },
        };
        if raw.field.len() + raw.constants.len() > MAX_FIELDS {
            return Err(wrong(
                0,
                format!("more than {MAX_FIELDS} fields and constants"),
            ));
        }
        let mut mapping = Mapping {
            id: id.clone(),
            desk,
            track,
            csv: Csv {
                separator,
                encoding: raw.csv.encoding,
                quotes: raw.csv.quotes.unwrap_or(true),
            },
            constants: Vec::new(),
            fields: Vec::new(),
            sources: Vec::new(),
        };
        let mut paths: Vec<(Vec<Segment>, usize)> = Vec::new();
        let mut path = |to: &Spanned<String>| {
            let at = to.span().start;
            let path = parse_path(to.get_ref())
                .map_err(|what| wrong(at, format!("{}: {what}", to.get_ref())))?;
            if let Some((_, other)) = paths.iter().find(|(other, _)| clash(other, &path)) {
                let MappingError::Wrong { line, .. } = wrong(*other, String::new()) else {
                    unreachable!("made just here");
                };
                return Err(wrong(
                    at,
                    format!(
                        "{} does not go together with the path in line {line}",
                        to.get_ref()
                    ),
                ));
            }
            paths.push((path.clone(), at));
            Ok(path)
        };
        for raw in raw.field {
            let to = path(&raw.to)?;
            let at = raw.to.span().start;
            let from = match (raw.from, &raw.template) {
                (Some(from), None) => {
                    if let Some(date) = &raw.date {
                        check_date(date.get_ref())
                            .map_err(|what| wrong(date.span().start, what))?;
                    }
                    if raw.split.as_deref() == Some("") {
                        return Err(wrong(at, "split needs a separator".to_owned()));
                    }
                    if raw.otherwise.is_some() && raw.values.is_none() {
                        return Err(wrong(
                            at,
                            "otherwise says what other values become, but there are no values"
                                .to_owned(),
                        ));
                    }
                    From::Source(Source {
                        at: source(&mut mapping.sources, &from),
                        split: raw.split,
                        values: raw.values,
                        otherwise: raw.otherwise,
                        date: raw.date.map(Spanned::into_inner),
                        prefix: raw.prefix,
                        skip: raw.skip.unwrap_or(0),
                        limit: raw.limit.unwrap_or(usize::MAX),
                    })
                }
                (None, Some(template)) => {
                    let converts = raw.split.is_some()
                        || raw.values.is_some()
                        || raw.otherwise.is_some()
                        || raw.date.is_some()
                        || raw.prefix.is_some()
                        || raw.skip.is_some()
                        || raw.limit.is_some();
                    if converts {
                        return Err(wrong(
                            at,
                            "a template takes only a default beside it".to_owned(),
                        ));
                    }
                    let parsed = Template::parse(template.get_ref())
                        .map_err(|what| wrong(template.span().start, what.to_owned()))?;
                    let sources = parsed
                        .columns()
                        .map(|name| source(&mut mapping.sources, name))
                        .collect();
                    From::Template(parsed, sources)
                }
                _ => {
                    return Err(wrong(
                        at,
                        format!("{} needs either from or template", raw.to.get_ref()),
                    ));
                }
            };
            mapping.fields.push(Field {
                to,
                from,
                default: raw.default,
            });
        }
        for (to, value) in raw.constants {
            mapping.constants.push((path(&to)?, json(value)));
        }
        Ok(mapping)
    }
}

fn source(sources: &mut Vec<String>, name: &str) -> usize {
    sources
        .iter()
        .position(|one| one == name)
        .unwrap_or_else(|| {
            sources.push(name.to_owned());
            sources.len() - 1
        })
}

fn parse_path(text: &str) -> Result<Vec<Segment>, &'static str> {
    let path: Vec<Segment> = text
        .split('.')
        .map(|part| match part {
            "*" => Ok(Segment::Each),
            "" => Err("a path has a name between its dots"),
            _ if part.bytes().all(|byte| byte.is_ascii_digit()) => match part.parse() {
                Ok(index) if index < MAX_ENTRY => Ok(Segment::Entry(index)),
                _ => Err("no repetition has so many entries"),
            },
            _ => Ok(Segment::Name(part.to_owned())),
        })
        .collect::<Result<_, _>>()?;
    if !matches!(path[0], Segment::Name(_)) {
        return Err("a path begins with a question");
    }
    if path
        .iter()
        .filter(|segment| **segment == Segment::Each)
        .count()
        > 1
    {
        return Err("a path has at most one *");
    }
    Ok(path)
}

/// Whether two paths write the same answer, one inside the other, or one place as two kinds.
fn clash(one: &[Segment], other: &[Segment]) -> bool {
    match one.iter().zip(other).find(|(one, other)| one != other) {
        None => true,
        Some((Segment::Name(_), Segment::Name(_)) | (Segment::Entry(_), Segment::Entry(_))) => {
            false
        }
        Some(_) => true,
    }
}

/// A form that writes a day and reads the same day back can be read with.
fn check_date(format: &str) -> Result<(), String> {
    let day = jiff::civil::date(2025, 12, 31);
    let written = jiff::fmt::strtime::format(format, day.at(23, 58, 59, 0))
        .map_err(|error| format!("date: {error}"))?;
    match Date::strptime(format, &written) {
        Ok(read) if read == day => Ok(()),
        _ => Err(format!(
            "date: {format} does not tell a day; for 31/12/2025 write %d/%m/%Y"
        )),
    }
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(yes) => Value::Bool(yes),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(list) => Value::Array(list.into_iter().map(json).collect()),
        toml::Value::Table(table) => Value::Object(
            table
                .into_iter()
                .map(|(key, value)| (key, json(value)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(rest: &str, expected: &str) {
        let text = format!("format = 1\nid = \"m\"\ndesk = \"d\"\n{rest}");
        let error = text.parse::<Mapping>().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        check("colour = 1", "unknown field `colour`");
        check(
            "[[field]]\nto = \"a\"\nform = \"b\"",
            "unknown field `form`",
        );
        check("track = \"x\"", "line 4: not a track identifier");
        check("[csv]\nseparator = \"::\"", "line 5: a separator is one of");
        check("[csv]\nencoding = \"latin\"", "utf-8");
        check(
            "[[field]]\nto = \"a\"",
            "line 5: a needs either from or template",
        );
        check(
            "[[field]]\nto = \"a\"\nfrom = \"b\"\ntemplate = \"c\"",
            "either from or template",
        );
        check(
            "[[field]]\nto = \"a\"\ntemplate = \"{b\"",
            "line 6: a { is not closed",
        );
        check(
            "[[field]]\nto = \"a\"\ntemplate = \"b\"\nlimit = 1",
            "only a default",
        );
        check(
            "[[field]]\nto = \"a.*.b.*\"\nfrom = \"b\"",
            "line 5: a.*.b.*: a path has at most one *",
        );
        check(
            "[[field]]\nto = \"*.a\"\nfrom = \"b\"",
            "begins with a question",
        );
        check("[[field]]\nto = \"a..b\"\nfrom = \"b\"", "between its dots");
        check(
            "[[field]]\nto = \"a.10000\"\nfrom = \"b\"",
            "so many entries",
        );
        check(
            "[[field]]\nto = \"a\"\nfrom = \"b\"\nsplit = \"\"",
            "split needs",
        );
        check(
            "[[field]]\nto = \"a\"\nfrom = \"b\"\notherwise = \"\"",
            "there are no values",
        );
        check(
            "[[field]]\nto = \"a\"\nfrom = \"b\"\ndate = \"%H\"",
            "line 7: date: %H does not tell a day",
        );
        check(
            "[[field]]\nto = \"a\"\nfrom = \"b\"\ndate = \"%\"",
            "line 7: date: ",
        );
        for (one, other) in [("a", "a"), ("a", "a.b"), ("a.*.b", "a.0.c"), ("a.0", "a.b")] {
            check(
                &format!("[constants]\n\"{one}\" = 1\n[[field]]\nto = \"{other}\"\nfrom = \"b\""),
                &format!("line 5: {one} does not go together with the path in line 7"),
            );
        }
        let error = "format = 2\nid = \"m\"\ndesk = \"d\""
            .parse::<Mapping>()
            .unwrap_err();
        assert_eq!(error.to_string(), "line 1: only format 1 is known");
    }

    proptest! {
        #[test]
        fn any_text_is_a_mapping_or_an_error(rest in ".{0,60}") {
            let _ = format!("format = 1\nid = \"m\"\ndesk = \"d\"\n{rest}").parse::<Mapping>();
        }
    }
}
