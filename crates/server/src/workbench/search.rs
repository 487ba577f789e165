//! One box: any observable in any notation, a submission's number or id, a series, or words in French
//! and English. The answer says what was understood.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use observables::{Kind, Observable, display, mask_cards, parse_any};
use store::{StoreError, work::Sight};

use super::{
    door::Admitted,
    labels, link,
    row::{Row, rows},
    session::Refused,
};
use crate::{
    app::App,
    page::{Page, render},
};

const ROWS: i64 = 50;
/// Longest question read, in bytes.
const MOST_ASKED: usize = 2_000;
/// Observables of the question whose hosts and domains are looked up too.
const MOST_DERIVED: usize = 3;

/// An observable the question was read as.
struct Understood {
    kind: String,
    value: String,
    held: String,
    href: String,
    /// Its submissions are the ones listed.
    listed: bool,
    warning: String,
}

#[derive(Template)]
#[template(path = "workbench/search.html")]
struct Search {
    page: Page,
    asked: String,
    understood: Vec<Understood>,
    /// What contains it: the host of a URL, the domain of an address.
    around: Vec<Understood>,
    /// Read as words.
    words: bool,
    rows: Vec<Row>,
    why: String,
    next: String,
}

/// The page.
pub(super) async fn show(app: App, at: Admitted) -> Result<Response, Refused> {
    let field = |name: &str| at.query(name).trim();
    let asked = field("q");
    let asked = &asked[..asked.floor_char_boundary(MOST_ASKED)];
    let before = field("before").parse().ok();
    let found = async {
        if let Some(to) = named(&app, &at, asked).await? {
            return Ok(Redirect::to(&to).into_response());
        }
        let template = build(&app, &at, asked, field("kind"), before).await?;
        Ok(render(StatusCode::OK, &template))
    };
    found
        .await
        .map_err(|error: StoreError| at.signed.failed(&error))
}

/// The page of the one thing that a number, an id or a series' name can mean.
async fn named(app: &App, at: &Admitted, asked: &str) -> Result<Option<String>, StoreError> {
    let (work, page, sight) = (&app.store.work, &at.signed.page, &at.sight);
    if let Some(seq) = seq(asked)
        && let Some(docket) = work.seen_dockets(&[seq], sight).await?.first()
    {
        return Ok(Some(link::submission(page, &docket.id, "")));
    }
    let lower = asked.to_lowercase();
    if lower.len() == 36
        && let Some(docket) = work.seen_docket(&lower, sight).await?
    {
        return Ok(Some(link::submission(page, &docket.id, "")));
    }
    let upper = asked.to_uppercase();
    if upper.starts_with("S-")
        && let Some(series) = work.seen_series(&upper, sight).await?
    {
        return Ok(Some(link::series(page, &series.id)));
    }
    Ok(None)
}

/// `#12`, `n° 12 345`, `No. 12,345`: the number of a submission, as `row::number` writes it. Bare
/// digits may be anything else.
fn seq(asked: &str) -> Option<i64> {
    let lower = asked.to_lowercase();
    let digits = ["#", "n°", "nº", "no.", "no "]
        .iter()
        .find_map(|mark| lower.strip_prefix(mark))?;
    let digits: String = digits
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '.' | '\u{202f}'))
        .collect();
    let number: i64 = digits.parse().ok()?;
    (number > 0).then(|| number - 1)
}

async fn build(
    app: &App,
    at: &Admitted,
    asked: &str,
    kind: &str,
    before: Option<i64>,
) -> Result<Search, StoreError> {
    let (work, sight) = (&app.store.work, &at.sight);
    let page = at.signed.page.clone();
    let observables: Vec<Observable> = match kind.parse::<Kind>() {
        Ok(kind) => Observable::parse(kind, asked).into_iter().collect(),
        Err(_) => parse_any(asked),
    };
    // What was asked goes no further with the number of a card: neither into links nor to the words' index,
    // where none stands.
    let asked = &*mask_cards(asked);
    let mut read = counted(app, sight, &observables).await?;
    let derived: Vec<Observable> = observables
        .iter()
        .take(MOST_DERIVED)
        .flat_map(Observable::derived)
        .filter(|derived| !observables.contains(derived))
        .collect();
    let mut around = counted(app, sight, &derived).await?;
    around.retain(|(_, count)| *count > 0);
    // A name alone may be an account on any platform: those that somebody named say more than all.
    if read.iter().any(|(_, count)| *count > 0) {
        read.retain(|(_, count)| *count > 0);
    }
    let exact = read
        .first()
        .filter(|(_, count)| *count > 0)
        .map(|(observable, _)| *observable);
    // The same page is written with and without `www.`, by http and https, with another path: when
    // nobody wrote this address, who named its host is the answer.
    let host = || {
        let of_url = read.iter().any(|(one, _)| one.kind() == Kind::Url);
        let mut hosts = around.iter().map(|(observable, _)| *observable);
        hosts.find(|observable| of_url && observable.kind() == Kind::Domain)
    };
    let listed = exact.or_else(host);
    let tell = |found: &[(&Observable, i64)]| -> Vec<Understood> {
        found
            .iter()
            .map(|(observable, count)| Understood {
                listed: listed == Some(*observable),
                ..told(app, &page, observable, *count)
            })
            .collect()
    };
    let (understood, around) = (tell(&read), tell(&around));
    let words = listed.is_none() && !asked.is_empty() && kind.is_empty();
    let mut why = String::new();
    let mut seqs = match listed {
        Some(observable) => {
            let key = if exact.is_some() {
                "wb-holds"
            } else {
                "wb-holds-host"
            };
            why = page.w.t2(
                key,
                ("kind", labels::kind(&page, observable.kind().name())),
                ("value", display(observable)),
            );
            work.holders(
                crate::harmonise::lookup_key(observable),
                before,
                ROWS + 1,
                sight,
            )
            .await?
        }
        None if words => {
            why = page.w.t1("wb-holds-words", "words", asked);
            work.find_words(asked, before, ROWS + 1, sight).await?
        }
        None => Vec::new(),
    };
    let more = seqs.len() as i64 > ROWS;
    seqs.truncate(ROWS as usize);
    let next = match seqs.last() {
        Some(last) if more => {
            let kind = listed.map_or("", |observable| observable.kind().name());
            let asked = listed.map_or(asked, Observable::canonical);
            let query = link::query(&[("kind", kind), ("q", asked), ("before", &last.to_string())]);
            format!("{}/search?{query}", link::workbench(&page))
        }
        _ => String::new(),
    };
    let dockets = work.seen_dockets(&seqs, sight).await?;
    Ok(Search {
        rows: rows(app, (&page, sight), "", &dockets).await?,
        asked: asked.to_owned(),
        understood,
        around,
        words,
        why,
        next,
        page,
    })
}

/// How many submissions hold each, of those that are seen.
async fn counted<'o>(
    app: &App,
    sight: &Sight,
    observables: &'o [Observable],
) -> Result<Vec<(&'o Observable, i64)>, StoreError> {
    let key = crate::harmonise::lookup_key;
    let keys: Vec<i64> = observables.iter().map(key).collect();
    let counts = app.store.work.seen_holders(&keys, sight).await?;
    let count = |one| counts.get(&key(one)).copied().unwrap_or(0);
    Ok(observables.iter().map(|one| (one, count(one))).collect())
}

fn told(app: &App, page: &Page, observable: &Observable, count: i64) -> Understood {
    let name = observable.kind().name();
    Understood {
        kind: labels::kind(page, name),
        value: display(observable),
        held: labels::held(page, count),
        href: link::search(page, name, observable.canonical()),
        listed: false,
        warning: app.lists.check(observable).map_or(String::new(), |list| {
            page.w.t1("wb-on-list", "list", list.to_string())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_shown() {
        for (asked, expected) in [
            ("#12", Some(11)),
            ("n° 12 345", Some(12_344)),
            ("N°\u{a0}12\u{202f}345", Some(12_344)),
            ("No. 12,345", Some(12_344)),
            ("#1", Some(0)),
            ("#0", None),
            ("12", None),
            ("#-1", None),
            ("#", None),
            ("novembre", None),
        ] {
            assert_eq!(seq(asked), expected, "{asked}");
        }
    }
}
