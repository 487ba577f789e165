//! Referral and joint work: how an agent asks another unit, answers, gives back, ends, and asks to take part.
//!
//! `casework::referral` says what can happen; [`kept`] reads and writes it as acts of the submission. What another unit sees
//! follows from it in the same transaction.

mod handover;
mod kept;
mod list;
mod made;
mod page;

use std::collections::HashMap;

use axum::response::Response;
use casework::{
    policy::{Action, Because},
    referral::Form,
};
use store::{
    StoreError,
    work::{Act, Docket},
};

pub(super) use self::kept::route;
pub use self::made::demonstrate;
use self::{kept::Kept, list::MOST_LISTED};
use super::{
    door::{About, Admitted, Doors},
    labels, link, row,
    session::Refused,
};
use crate::{app::App, page::Page};

/// The doors of this room.
pub(super) fn doors(mut doors: Doors) -> Doors {
    let at = |rest: &str| format!("/{{lang}}/workbench/referrals{rest}");
    let submission = |rest: &str| format!("/{{lang}}/workbench/submissions/{{id}}/referrals{rest}");
    doors = doors
        .page(&at(""), Action::Read, About::Docket, list::show)
        .act(&at("/ask"), Action::AskToJoin, About::Docket, list::ask)
        .act(
            &at("/drop"),
            Action::AskToJoin,
            About::Docket,
            list::drop_it,
        )
        .page(&submission(""), Action::Read, About::Submission, page::show);
    for (act, action) in page::ACTS {
        let path = submission(&format!("/{act}"));
        doors = doors.act(&path, *action, About::Submission, page::post);
    }
    let handover = |rest: &str| format!("/{{lang}}/workbench/submissions/{{id}}/handover{rest}");
    let (action, about) = (Action::RecordOutcome, About::Submission);
    doors = doors
        .page(&handover(""), action, about, handover::show)
        .page(
            &handover("/answers/{act}"),
            action,
            about,
            handover::answer_file,
        );
    for (act, action) in handover::ACTS {
        let path = handover(&format!("/{act}"));
        doors = if *act == "outcome" {
            // It may come with the answer's file.
            doors.act_with_file(&path, *action, about, handover::post)
        } else {
            doors.act(&path, *action, about, handover::post)
        };
    }
    doors
}

/// The joint work on a submission, on the submission's own page.
pub(super) struct Panel {
    pub(super) href: String,
    /// Who takes part and who was asked, each in a sentence.
    pub(super) lines: Vec<String>,
    /// Something waits for the agent's unit.
    pub(super) waits: bool,
    /// Requests that wait and units that are at it, where somebody would close it.
    pub(super) running: usize,
    /// Whether the agent may ask another unit.
    pub(super) may_ask: bool,
    /// Where copies are handed over to bodies outside; empty for whoever may not.
    pub(super) handover: String,
}

/// See [`Panel`].
pub(super) async fn panel(
    app: &App,
    at: &Admitted,
    (docket, acts): (&Docket, &[Act]),
) -> Result<Panel, StoreError> {
    let page = &at.signed.page;
    let kept = Kept::read(app, docket).await?;
    let names = row::agent_names(app).await?;
    let unit = at.signed.agent.unit.as_str();
    let shown = kept.shown_to(docket, unit);
    let mut lines: Vec<String> = shown
        .iter()
        .map(|one| page::line(app, page, one, &names))
        .collect();
    let hands_over = at.may(Action::RecordOutcome);
    if hands_over {
        lines.extend(handover::told_of(app, page, acts));
    }
    let address = link::submission(page, &docket.id, "");
    Ok(Panel {
        href: format!("{address}/referrals"),
        handover: if hands_over {
            format!("{address}/handover")
        } else {
            String::new()
        },
        waits: shown.iter().any(|one| one.waits_for(unit)),
        running: kept.running(),
        lines,
        may_ask: at.may(Action::Refer),
    })
}

/// How many requests wait, and how many units are at it, on a submission that somebody would close.
pub(super) async fn running(app: &App, docket: &Docket) -> Result<usize, StoreError> {
    Ok(Kept::read(app, docket).await?.running())
}

/// How many referrals wait for the agent's unit and for others that it asked, and how many are late.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) to_answer: String,
    pub(super) late: i64,
    pub(super) asked: String,
    pub(super) running: String,
}

/// See [`Counts`]; none where nothing concerns the unit.
pub(super) async fn counts(app: &App, at: &Admitted) -> Result<Option<Counts>, StoreError> {
    use store::work::Listed;
    let agent = &at.signed.agent;
    let of = (agent.unit.as_str(), agent.id.as_str());
    let now = app.now_micros();
    let count = async |listed| {
        app.store
            .work
            .count_referrals(listed, of, now, &at.sight)
            .await
    };
    let (to_answer, late) = count(Listed::ToAnswer).await?;
    let (asked, asked_late) = count(Listed::Asked).await?;
    let (running, _) = count(Listed::Running).await?;
    let page = &at.signed.page;
    Ok((to_answer + asked + running > 0).then(|| Counts {
        to_answer: page.count(to_answer),
        late: late + asked_late,
        asked: page.count(asked),
        running: page.count(running),
    }))
}

/// Says on the page of this room why an act that was sent is refused; none where it is of another room.
pub(super) async fn told(
    app: &App,
    posted: &Admitted,
    because: Because,
) -> Option<Result<Response, Refused>> {
    if page::is_act(posted) {
        Some(page::told(app, posted, because).await)
    } else if handover::is_act(posted) {
        Some(handover::told(app, posted, because).await)
    } else {
        None
    }
}

/// Whether an act of joint work is shown: all are to the unit that leads, to others those of their own referrals.
pub(super) fn is_shown(act: &Act, leads: bool, unit: &str) -> bool {
    let apart = act.kind.starts_with(kept::KIND) || handover::is_kept(act);
    !apart || leads || kept::concerns(act, unit)
}

/// What an act of joint work did, in words; none for another.
pub(super) fn act(page: &Page, kind: &str) -> Option<String> {
    let words = page.w;
    match kind {
        "handover" => return Some(words.t("ref-act-handover")),
        "handover_outcome" => return Some(words.t("ref-act-outcome")),
        _ => {}
    }
    Some(match kind.strip_prefix(kept::KIND)? {
        "ask" => words.t("ref-act-ask"),
        "acknowledge" => words.t("ref-act-acknowledge"),
        "accept" => words.t("ref-act-accept"),
        "refuse" => words.t("ref-act-refuse"),
        "withdraw" => words.t("ref-act-withdraw"),
        "show" => words.t("ref-act-show"),
        "return" => words.t("ref-act-return"),
        "end" => words.t("ref-act-end"),
        other => other.to_owned(),
    })
}

/// What it was about: the form, the unit and what it is shown.
pub(super) fn detail(app: &App, page: &Page, act: &Act) -> String {
    if let Some(body) = handover::detail(app, page, act) {
        return body;
    }
    kept::body(act).map_or(String::new(), |body| {
        let mut said = Vec::new();
        said.extend(Form::from_word(&body.form).map(|form| form.label(page.lang).to_owned()));
        if !body.to.is_empty() {
            said.push(labels::unit(app, page.lang, &body.to));
        }
        let parts: Vec<String> = body
            .parts
            .iter()
            .map(|part| page::part(page, part))
            .collect();
        if !parts.is_empty() {
            said.push(parts.join(", "));
        }
        said.join(" · ")
    })
}

/// A referral as a row of a list.
struct Line {
    id: String,
    number: String,
    href: String,
    form: String,
    unit: String,
    lead: String,
    asked: String,
    due: String,
    late: bool,
    asked_by: String,
    /// Who has it now: an agent, or a unit while none of its agents does.
    with: String,
    standing: String,
    reason: String,
    outcome: String,
    /// What was asked for of one's own accord, and can be taken back.
    may_drop: bool,
}

/// Referrals in words; `ids` are those of the submissions that the agent sees.
fn lines(
    app: &App,
    at: &Admitted,
    found: &[store::work::Referral],
    (names, ids): (&HashMap<String, String>, &HashMap<i64, String>),
) -> Vec<Line> {
    let page = &at.signed.page;
    let mine = at.signed.agent.unit.as_str();
    let now = app.now_micros();
    let found = found.iter().take(MOST_LISTED as usize);
    found
        .map(|one| {
            let initiative = one.form == Form::Initiative.as_str();
            // Whoever asked of their own accord is told a yes, and nothing else.
            let untold = initiative
                && one.unit == mine
                && !matches!(&*one.standing, "accepted" | "ended" | "returned");
            let waits = if untold {
                !one.dropped
            } else {
                one.standing == "asked"
            };
            let standing = match (untold, one.dropped) {
                (true, true) => "withdrawn",
                (true, false) => "asked",
                _ => &one.standing,
            };
            let seen = one.docket.filter(|_| !untold).and_then(|seq| ids.get(&seq));
            Line {
                id: one.id.clone(),
                number: match one.docket {
                    Some(seq) if !untold => row::number(page, seq),
                    _ => page.w.t1("wb-number", "n", one.number.as_str()),
                },
                href: seen.map_or(String::new(), |id| {
                    format!("{}/referrals", link::submission(page, id, ""))
                }),
                form: Form::from_word(&one.form)
                    .map_or(one.form.clone(), |form| form.label(page.lang).to_owned()),
                unit: labels::unit(app, page.lang, &one.unit),
                lead: if untold {
                    "–".to_owned()
                } else {
                    labels::unit(app, page.lang, &one.lead)
                },
                asked: page.day(one.asked_at),
                due: if waits {
                    page.day(one.due_at)
                } else {
                    String::new()
                },
                late: waits && one.due_at < now,
                with: match (untold, &*one.held_by, initiative) {
                    (true, ..) => "–".to_owned(),
                    (false, "", true) => labels::unit(app, page.lang, &one.lead),
                    (false, "", false) => labels::unit(app, page.lang, &one.unit),
                    (false, holder, _) => {
                        names.get(holder).map_or(holder, String::as_str).to_owned()
                    }
                },
                asked_by: names.get(&one.asked_by).unwrap_or(&one.asked_by).clone(),
                standing: page::standing(page, standing),
                reason: one.reason.clone(),
                outcome: if untold {
                    String::new()
                } else {
                    one.outcome.clone()
                },
                may_drop: untold && !one.dropped && at.may_at_all(Action::AskToJoin),
            }
        })
        .collect()
}
