//! `matter.toml`: the words of competence, and what the desks' answers say in them.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::{
    super::{check, position::Source},
    Loading, read,
};
use crate::{
    competence::{Statement, Term, Word},
    expression::{Expression, Scope, Ty, compile, compile_value},
    submission::{DeskId, is_slug},
    text::Text,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMatter {
    country: Spanned<String>,
    #[serde(default)]
    offence: Vec<RawTerm>,
    #[serde(default)]
    medium: Vec<RawTerm>,
    #[serde(default)]
    victim: Vec<RawTerm>,
    #[serde(default)]
    need: Vec<RawTerm>,
    #[serde(default)]
    says: Vec<RawStatement>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTerm {
    id: Spanned<String>,
    name: Text,
    article: Option<String>,
    confirmed: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStatement {
    desk: Spanned<String>,
    when: Option<Spanned<String>>,
    #[serde(default)]
    offences: Vec<Spanned<String>>,
    #[serde(default)]
    media: Vec<Spanned<String>>,
    #[serde(default)]
    victims: Vec<Spanned<String>>,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
    #[serde(default)]
    foreign: bool,
    departments: Option<Spanned<String>>,
    countries: Option<Spanned<String>>,
    age: Option<Spanned<String>>,
    amount: Option<Spanned<String>>,
}

impl Loading {
    pub(super) fn matter(&mut self, path: &str, content: &str) {
        let mut source = Source::new(path, content);
        if let Some(raw) = read::<RawMatter>(&mut source) {
            let country = raw.country.get_ref().as_str();
            if crate::country::by_code(country).is_none() {
                source.report(
                    raw.country.span().start,
                    format!("no country has the code \"{country}\""),
                    "write an alpha-2 code, such as \"FR\"",
                );
            }
            self.config.statements.country = country.into();
            for (word, terms) in [
                (Word::Offence, raw.offence),
                (Word::Medium, raw.medium),
                (Word::Victim, raw.victim),
                (Word::Need, raw.need),
            ] {
                self.terms(&mut source, word, terms);
            }
            for raw in raw.says {
                if let Some(statement) = self.statement(&mut source, raw) {
                    self.config.statements.all.push(statement);
                }
            }
        }
        self.problems.append(&mut source.problems);
    }

    fn terms(&mut self, source: &mut Source<'_>, word: Word, terms: Vec<RawTerm>) {
        let mut seen = BTreeSet::new();
        for raw in terms {
            let (id, at) = (raw.id.get_ref().clone(), raw.id.span().start);
            if !is_slug(&id, '_') {
                source.report(
                    at,
                    format!("\"{id}\" is no word"),
                    "use lower-case letters, digits and underscores",
                );
            }
            if !seen.insert(id.clone()) {
                source.report(
                    at,
                    format!("two words of `{}` are called `{id}`", word.as_str()),
                    "give each its own id",
                );
            }
            let term = Term {
                id: id.into(),
                name: raw.name,
                article: raw.article.map(Into::into),
                confirmed: raw.confirmed.unwrap_or(true),
            };
            self.config.vocabulary.push(word, term);
        }
    }

    fn statement(&self, source: &mut Source<'_>, raw: RawStatement) -> Option<Statement> {
        let id: DeskId = check::parsed(source, &raw.desk)?;
        let Some(desk) = self.config.desk(&id) else {
            source.report(
                raw.desk.span().start,
                format!("no desk is called `{id}`, or its file has problems"),
                "name a desk of the folder desks",
            );
            return None;
        };
        let scope = check::scope(desk);
        let mut words = Vec::new();
        for (word, ids) in [
            (Word::Offence, raw.offences),
            (Word::Medium, raw.media),
            (Word::Victim, raw.victims),
            (Word::Need, raw.needs),
        ] {
            for id in ids {
                if self.config.vocabulary.knows(word, id.get_ref()) {
                    words.push((word, id.into_inner().into()));
                } else {
                    source.report(
                        id.span().start,
                        format!("no {} is called `{}`", word.as_str(), id.get_ref()),
                        format!("name an [[{}]] of this file", word.as_str()),
                    );
                }
            }
        }
        let when = raw.when.and_then(|when| {
            compile(when.get_ref(), &scope)
                .map_err(|refusal| source.refuse(&when.span(), when.get_ref(), refusal))
                .ok()
        });
        let mut read = |text, of| value(source, text, &scope, of);
        Some(Statement {
            departments: read(raw.departments, Wanted::Texts),
            countries: read(raw.countries, Wanted::Texts),
            age: read(raw.age, Wanted::Int),
            amount: read(raw.amount, Wanted::Int),
            desk: id,
            when,
            words,
            foreign: raw.foreign,
        })
    }
}

/// What an expression of a statement has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Int,
    Texts,
}

fn value(
    source: &mut Source<'_>,
    text: Option<Spanned<String>>,
    scope: &Scope,
    wanted: Wanted,
) -> Option<Expression> {
    let text = text?;
    let (expression, ty) = compile_value(text.get_ref(), scope)
        .map_err(|refusal| source.refuse(&text.span(), text.get_ref(), refusal))
        .ok()?;
    let fits = match &ty {
        Ty::Int => wanted == Wanted::Int,
        Ty::Str(_) => wanted == Wanted::Texts,
        Ty::List(of) => wanted == Wanted::Texts && matches!(**of, Ty::Str(_)),
        _ => false,
    };
    if !fits {
        let expected = match wanted {
            Wanted::Int => "a whole number",
            Wanted::Texts => "a string or a list of strings",
        };
        source.report(
            text.span().start,
            format!("this is of type {ty}, not {expected}"),
            "see docs/formats/units.md",
        );
    }
    fits.then_some(expression)
}
