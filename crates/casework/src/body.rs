//! Bodies outside to which a copy of a submission may be handed over: what each may be given, by which text of law, and the
//! key that its copies are sealed for. A country's file `bodies.toml`; format: `docs/formats/handover.md`.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::{text::Text, words::words};

words! {
    /// What a body is.
    BodyKind {
        /// A bank or another that moves money.
        Bank = "bank",
        /// A platform or a host.
        Platform = "platform",
        /// A response team for incidents.
        Csirt = "csirt",
        /// A public authority.
        Authority = "authority",
        /// A service abroad.
        Abroad = "abroad",
    }
}

words! {
    /// What a body may be given. Who the persons are is never among it, nor are messages and notes.
    Given {
        /// The answers and what was found in them.
        Facts = "facts",
        /// Files, each chosen.
        Exhibits = "exhibits",
    }
}

/// A body outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Its identifier.
    pub id: Box<str>,
    /// Its name.
    pub name: Text,
    /// What it is.
    pub kind: BodyKind,
    /// Whom its copies are sealed for: an X25519 recipient of age, `age1…`.
    pub recipient: Box<str>,
    /// What it may be given; the facts at least.
    pub gives: BTreeSet<Given>,
    /// The text of law that allows it.
    pub article: Box<str>,
    /// How the sealed copy reaches it, in words.
    pub channel: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    body: Vec<RawBody>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBody {
    id: String,
    name: Text,
    kind: String,
    recipient: String,
    gives: Vec<String>,
    article: String,
    channel: Text,
}

/// Why a file of bodies is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BodiesError {
    /// No TOML of this shape.
    #[error("{0}")]
    Shape(#[from] toml::de::Error),
    /// A body is not what it has to be.
    #[error("body {id}: {what}")]
    Body {
        /// Which.
        id: String,
        /// What is wrong with it, and the mend.
        what: String,
    },
}

/// Letters of an age recipient after `age1` (BIP 173).
const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Characters of an X25519 recipient.
const RECIPIENT: usize = 62;

/// Reads a country's file.
///
/// # Errors
/// When it is no TOML of this shape, or a body of it names what is not known.
pub fn from_toml(text: &str) -> Result<Vec<Body>, BodiesError> {
    let file: File = toml::from_str(text)?;
    let mut bodies: Vec<Body> = Vec::with_capacity(file.body.len());
    for raw in file.body {
        let id = raw.id.clone();
        let body = checked(raw).and_then(|body| {
            let twice = bodies.iter().any(|known| known.id == body.id);
            if twice {
                Err("is there twice: give it another id".to_owned())
            } else {
                Ok(body)
            }
        });
        bodies.push(body.map_err(|what| BodiesError::Body { id, what })?);
    }
    Ok(bodies)
}

fn checked(raw: RawBody) -> Result<Body, String> {
    let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if raw.id.is_empty() || !raw.id.chars().all(slug) {
        return Err("its id is no word of small letters, digits and hyphens".to_owned());
    }
    let letters = raw.recipient.strip_prefix("age1");
    let known = letters.is_some_and(|letters| letters.chars().all(|c| BECH32.contains(c)));
    if raw.recipient.len() != RECIPIENT || !known {
        return Err(
            "its recipient is no X25519 recipient of age: make one with age-keygen".to_owned(),
        );
    }
    if raw.article.trim().is_empty() {
        return Err("no text of law allows it: name the article".to_owned());
    }
    let mut gives = BTreeSet::new();
    for word in &raw.gives {
        let given = Given::from_word(word);
        gives.insert(given.ok_or_else(|| format!("{word:?} is given to nobody: facts, exhibits"))?);
    }
    if !gives.contains(&Given::Facts) {
        return Err("nothing can be given without the facts: add them".to_owned());
    }
    let kind = BodyKind::from_word(&raw.kind);
    Ok(Body {
        kind: kind.ok_or_else(|| format!("{:?} is no kind of body", raw.kind))?,
        id: raw.id.into(),
        name: raw.name,
        recipient: raw.recipient.into(),
        gives,
        article: raw.article.into(),
        channel: raw.channel,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BANK: &str = r#"
[[body]]
id = "bank"
name = { fr = "Banque", en = "Bank" }
kind = "bank"
recipient = "age1ystrngwup3urs5f7ax0uujejuvmcs8y25q2m5fasgs20wy583pfq9lhyht"
gives = ["facts", "exhibits"]
article = "Article"
channel = { fr = "par porteur", en = "by hand" }
"#;

    #[test]
    fn a_body_is_read() {
        let bodies = from_toml(BANK).unwrap();
        assert_eq!(bodies.len(), 1);
        assert_eq!(bodies[0].kind, BodyKind::Bank);
        assert_eq!(bodies[0].gives.len(), 2);
        assert!(from_toml("").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said() {
        let check = |from: &str, to: &str, expected: &str| {
            assert!(BANK.contains(from), "{from}");
            let error = from_toml(&BANK.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check("\"bank\"\nname", "\"Bank!\"\nname", "its id is no word");
        check("lhyht", "lhyh", "no X25519 recipient");
        check("lhyht", "lhyhb", "no X25519 recipient");
        check("age1y", "AGE1y", "no X25519 recipient");
        check("\"facts\", ", "", "without the facts");
        check(
            "\"facts\", ",
            "\"facts\", \"identity\", ",
            "\"identity\" is given to nobody",
        );
        check("\"Article\"", "\" \"", "name the article");
        check("kind = \"bank\"", "kind = \"friend\"", "no kind of body");
        check("article", "law", "unknown field");
        let twice = format!("{BANK}{BANK}");
        let error = from_toml(&twice).unwrap_err().to_string();
        assert!(error.contains("there twice"), "{error}");
    }
}
