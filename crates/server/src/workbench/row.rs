//! A row of the docket in words: the queue, matches, search results and members of a series show it.

use std::collections::HashMap;

use casework::policy::Part;
use store::{
    StoreError,
    work::{Docket, Sight},
};

use super::{labels, link};
use crate::{app::App, harmonise::Assessment, page::Page};

/// See the module.
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) href: String,
    pub(super) number: String,
    pub(super) desk: String,
    pub(super) headline: String,
    pub(super) place: String,
    pub(super) amount: String,
    pub(super) received: String,
    /// Without the year when it is this year's.
    pub(super) received_short: String,
    pub(super) deadline: String,
    pub(super) deadline_short: String,
    pub(super) late: bool,
    pub(super) urgent: bool,
    pub(super) priority: i64,
    pub(super) criteria: String,
    pub(super) state: String,
    pub(super) unit: String,
    pub(super) owner: String,
    pub(super) series: Option<SeriesMark>,
    pub(super) unread: bool,
    pub(super) revision: i64,
    /// Nobody has it and somebody may take it.
    pub(super) open: bool,
}

/// The series a submission is in.
pub(super) struct SeriesMark {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) members: String,
}

/// How a person refers to a submission: its place in the ledger, counted from one as people count.
/// It is the size of the ledger that its receipt names; the leaf's index there is one less.
pub(super) fn number(page: &Page, seq: i64) -> String {
    page.w
        .t1("wb-number", "n", page.count(seq.saturating_add(1)))
}

/// Names of the agents by id.
pub(super) async fn agent_names(app: &App) -> Result<HashMap<String, String>, StoreError> {
    Ok(app
        .store
        .work
        .agents()
        .await?
        .into_iter()
        .map(|agent| (agent.id, agent.name))
        .collect())
}

/// Docket rows in words, for whoever has this sight; `from` is the queue's query, for the way back.
pub(super) async fn rows(
    app: &App,
    (page, sight): (&Page, &Sight),
    from: &str,
    dockets: &[Docket],
) -> Result<Vec<Row>, StoreError> {
    let mut series: Vec<&str> = dockets
        .iter()
        .filter_map(|docket| sight.series(docket.seq, docket.series.as_deref()))
        .collect();
    series.sort_unstable();
    series.dedup();
    let sizes = app.store.work.seen_sizes(&series, sight).await?;
    let names = agent_names(app).await?;
    let now = app.now_micros();
    Ok(dockets
        .iter()
        .map(|docket| {
            let owner = names.get(&docket.owner).unwrap_or(&docket.owner).clone();
            let series = sight.series(docket.seq, docket.series.as_deref());
            // A series of one is none.
            let series = series.and_then(|id| {
                let size = sizes.get(id).copied().filter(|size| *size > 1)?;
                Some(SeriesMark {
                    id: id.to_owned(),
                    href: link::series(page, id),
                    members: page.count(size),
                })
            });
            let unread = docket.unread && sight.shows(docket.seq, Part::Messages);
            row(app, page, from, docket, owner, (series, unread), now)
        })
        .collect())
}

fn row(
    app: &App,
    page: &Page,
    from: &str,
    docket: &Docket,
    owner: String,
    (series, unread): (Option<SeriesMark>, bool),
    now: i64,
) -> Row {
    let lang = page.lang;
    let ended = docket.state.starts_with("closed") || docket.state == "withdrawn";
    Row {
        seq: docket.seq,
        id: docket.id.clone(),
        href: link::submission(page, &docket.id, from),
        number: number(page, docket.seq),
        desk: labels::desk(app, &docket.desk),
        headline: labels::headline(app, lang, &docket.desk, &docket.headline),
        place: labels::place(lang, &docket.place),
        amount: docket
            .amount_minor
            .map_or(String::new(), |minor| page.money(minor, &docket.currency)),
        received: page.moment(docket.received_at),
        received_short: short(page, docket.received_at, now),
        deadline_short: if ended {
            String::new()
        } else {
            short(page, docket.deadline_at, now)
        },
        deadline: if ended {
            String::new()
        } else {
            page.moment(docket.deadline_at)
        },
        late: !ended && docket.deadline_at < now,
        urgent: docket.urgent,
        priority: docket.priority,
        criteria: criteria(app, page, docket).join(" ; "),
        state: labels::state(page, &docket.state),
        unit: labels::unit(app, lang, &docket.unit),
        owner,
        series,
        unread,
        revision: docket.revision,
        open: matches!(docket.state.as_str(), "queued" | "quarantined"),
    }
}

/// A moment for a dense table: the day and the time this year, the day alone in another.
fn short(page: &Page, micros: i64, now: i64) -> String {
    let (day, today) = (page.day(micros), page.day(now));
    let year = |text: &str| {
        text.get(text.len().saturating_sub(4)..)
            .unwrap_or_default()
            .to_owned()
    };
    if year(&day) != year(&today) {
        return day;
    }
    let moment = page.moment(micros);
    let time = moment
        .get(moment.len().saturating_sub(5)..)
        .unwrap_or_default();
    let without = day.get(..day.len().saturating_sub(5)).unwrap_or_default();
    format!("{without} {time}")
}

/// The criteria of priority that a submission meets, in words, with their points.
pub(super) fn criteria(app: &App, page: &Page, docket: &Docket) -> Vec<String> {
    let assessment: Assessment = serde_json::from_str(&docket.assessment).unwrap_or_default();
    let desk = app.desk(&docket.desk);
    assessment
        .criteria
        .iter()
        .map(|met| {
            let label = desk
                .and_then(|desk| desk.priority.iter().find(|rule| *rule.id == *met.id))
                .map_or(met.id.as_str(), |rule| rule.label.get(page.lang));
            format!("{label} ({:+})", met.points)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use casework::Lang;

    use super::*;
    use crate::workbench::tests::page;

    #[test]
    fn a_dense_moment_leaves_this_year_out() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        let now = at("2026-11-22T10:00:00Z");
        for (lang, micros, expected) in [
            (Lang::Fr, at("2026-03-03T14:42:00Z"), "03/03 15:42"),
            (Lang::En, at("2026-03-03T14:42:00Z"), "3 Mar 15:42"),
            (Lang::Fr, at("2025-03-03T14:42:00Z"), "03/03/2025"),
        ] {
            assert_eq!(short(&page(lang), micros, now), expected);
        }
    }
}
