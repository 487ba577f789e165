//! Desks and their versions, and what changed between two of them.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use casework::{
    desk::{
        Desk,
        compare::{Changed, Difference, compare, words_apart},
    },
    submission::DeskId,
};

use crate::{
    app::App,
    page::{Page, render},
    workbench::{door::Admitted, session::Refused},
};

struct DeskView {
    id: String,
    name: String,
    title: String,
    questions: String,
    /// Every version, the newest first.
    versions: Vec<u32>,
}

#[derive(Template)]
#[template(path = "workbench/admin/desks.html")]
struct Desks {
    page: Page,
    desks: Vec<DeskView>,
}

/// A version in the two lists of which one is chosen.
struct Version {
    number: u32,
    from: bool,
    to: bool,
}

/// A text of before and of now, word by word.
struct Apart {
    before: String,
    gone: String,
    come: String,
    after: String,
    /// The language of both, empty where they are of none.
    lang: &'static str,
}

/// A difference in words.
struct DifferenceView {
    part: String,
    id: String,
    label: String,
    what: String,
    texts: Vec<Apart>,
    touches: bool,
}

#[derive(Template)]
#[template(path = "workbench/admin/desk.html")]
struct Compared {
    page: Page,
    id: String,
    name: String,
    versions: Vec<Version>,
    differences: Vec<DifferenceView>,
    /// How many of them touch answers that were given before.
    touching: usize,
}

/// Every desk.
pub(super) async fn list(app: App, at: Admitted) -> Result<Response, Refused> {
    let page = at.signed.page.clone();
    let desks = app.config.desks().map(|desk| DeskView {
        id: desk.id.as_str().to_owned(),
        name: desk.name.to_string(),
        title: desk.title.get(page.lang).to_owned(),
        questions: page.count(desk.questions().count() as i64),
        versions: versions(&app, &desk.id),
    });
    let template = Desks {
        desks: desks.collect(),
        page,
    };
    Ok(render(StatusCode::OK, &template))
}

fn versions(app: &App, id: &DeskId) -> Vec<u32> {
    let of_desk = app.config.versions().filter(|desk| desk.id == *id);
    let mut versions: Vec<u32> = of_desk.map(|desk| desk.version).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions
}

/// Two versions of one: the newest and the one before, unless others are asked for.
pub(super) async fn compared(app: App, at: Admitted) -> Result<Response, Refused> {
    let not_found = || at.signed.not_found();
    let id: DeskId = at.path("desk").parse().map_err(|_| not_found())?;
    let versions = versions(&app, &id);
    let newest = *versions.first().ok_or_else(not_found)?;
    let asked = |name: &str, or: u32| match at.query(name) {
        "" => Some(or),
        text => text.parse().ok(),
    };
    let to = asked("to", newest).ok_or_else(not_found)?;
    let earlier = versions.iter().copied().find(|version| *version < to);
    let from = asked("from", earlier.unwrap_or(to)).ok_or_else(not_found)?;
    let of = |version| app.desk_version(id.as_str(), version).ok_or_else(not_found);
    let (old, new) = (of(from)?, of(to)?);
    let page = at.signed.page.clone();
    let differences = compare(old, new);
    let template = Compared {
        name: new.name.to_string(),
        touching: differences
            .iter()
            .filter(|one| one.what.touches_answers())
            .count(),
        differences: differences
            .iter()
            .map(|one| view(&page, new, one))
            .collect(),
        id: id.as_str().to_owned(),
        versions: versions
            .into_iter()
            .map(|number| Version {
                number,
                from: number == from,
                to: number == to,
            })
            .collect(),
        page,
    };
    Ok(render(StatusCode::OK, &template))
}

fn view(page: &Page, desk: &Desk, one: &Difference) -> DifferenceView {
    let words = page.w;
    let field =
        |field: casework::desk::compare::Field| words.t(&format!("ad-field-{}", field.as_str()));
    let step = |id: &str| {
        let step = desk.step(id);
        step.map_or_else(
            || id.to_owned(),
            |step| step.title.get(page.lang).to_owned(),
        )
    };
    let (what, texts) = match &one.what {
        Changed::Added => (words.t("ad-diff-added"), Vec::new()),
        Changed::Removed => (words.t("ad-diff-removed"), Vec::new()),
        Changed::Renamed(from) => (
            words.t1("ad-diff-renamed", "from", from.as_str()),
            Vec::new(),
        ),
        Changed::Moved(from, to) => (
            words.t2("ad-diff-moved", ("from", step(from)), ("to", step(to))),
            Vec::new(),
        ),
        Changed::Words(about, old, new) => {
            let both = [("fr", &old.fr, &new.fr), ("en", &old.en, &new.en)];
            let changed = both.into_iter().filter(|(_, old, new)| old != new);
            let apart = changed.map(|(lang, old, new)| apart(lang, old, new));
            (field(*about), apart.collect())
        }
        Changed::Rule(about, old, new) => (field(*about), vec![apart("", old, new)]),
    };
    DifferenceView {
        part: words.t(&format!("ad-diff-part-{}", one.part.as_str())),
        id: one.id.clone(),
        label: one.name(page.lang).to_owned(),
        what,
        texts,
        touches: one.what.touches_answers(),
    }
}

fn apart(lang: &'static str, old: &str, new: &str) -> Apart {
    let [before, gone, come, after] = words_apart(old, new).map(str::to_owned);
    Apart {
        before,
        gone,
        come,
        after,
        lang,
    }
}

#[cfg(test)]
mod tests {
    use casework::{
        Lang,
        desk::compare::{Field, Part},
    };

    use crate::workbench::tests::page;

    #[test]
    fn every_part_and_field_of_a_desk_has_words() {
        for lang in [Lang::Fr, Lang::En] {
            let words = page(lang).w;
            let parts = Part::ALL
                .iter()
                .map(|part| format!("ad-diff-part-{}", part.as_str()));
            let fields = Field::ALL
                .iter()
                .map(|field| format!("ad-field-{}", field.as_str()));
            for key in parts.chain(fields) {
                assert_ne!(words.t(&key), key, "{lang:?}");
            }
        }
    }
}
