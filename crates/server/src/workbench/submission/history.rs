//! Acts and messages in words, oldest first.

use std::collections::HashMap;

use serde_json::Value;
use store::{intake::Supplement, work::Act};

use super::answers::{Marks, Piece};
use crate::{
    app::App,
    harmonise::{reply_path, said, supplement_path},
    page::Page,
    workbench::{labels, marking, referral},
};

/// An act in words.
pub(crate) struct ActView {
    pub(crate) id: String,
    pub(crate) when: String,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) detail: String,
    pub(crate) reason: String,
    /// Act that can still be undone.
    pub(crate) undoable: bool,
    pub(crate) undone: bool,
}

/// A message to or from the person.
pub(crate) struct Message {
    at: i64,
    pub(crate) when: String,
    pub(crate) who: String,
    pub(crate) from_person: bool,
    /// Its text, with what was found in it.
    pub(crate) pieces: Vec<Piece>,
}

/// Whether an act of this kind changed where the submission stands.
pub(crate) fn moves(kind: &str) -> bool {
    let passes = matches!(kind, "referral_accept" | "referral_return");
    passes
        || matches!(
            kind,
            "take" | "release" | "route" | "close" | "reopen" | "read"
        )
}

/// An act in words; `names` gives the agents'.
pub(crate) fn view(app: &App, page: &Page, act: &Act, names: &HashMap<String, String>) -> ActView {
    let body: Value = serde_json::from_str(&act.body).unwrap_or_default();
    let to = |name: &str| {
        body.pointer(&format!("/to/{name}"))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let detail = match act.kind.as_str() {
        "route" => labels::unit(app, page.lang, &to("unit")),
        "close" => labels::state(page, &to("state")),
        "note" => said(&act.body),
        "mark" | "unmark" => marking::label(page, &to("marking")),
        "hit_add" | "hit_correct" | "hit_dismiss" => ["of", "to"]
            .iter()
            .filter_map(|side| {
                let named = |name: &str| body.get(*side)?.get(name)?.as_str();
                Some(format!(
                    "{} {}",
                    labels::kind(page, named("kind")?),
                    named("value")?
                ))
            })
            .collect::<Vec<_>>()
            .join(" → "),
        "merge" => ["of", "other"]
            .iter()
            .filter_map(|name| body.get(name).and_then(Value::as_str))
            .collect::<Vec<_>>()
            .join(" + "),
        "split" => {
            let out = body
                .get("out")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            page.w.t1("wb-split-out", "count", out as i64)
        }
        _ => referral::detail(app, page, act),
    };
    ActView {
        id: act.id.clone(),
        when: page.moment(act.at),
        who: names.get(&act.agent).unwrap_or(&act.agent).clone(),
        what: labels::act(page, &act.kind),
        detail,
        reason: act.reason.clone(),
        undoable: act.undone_by.is_none()
            && matches!(act.kind.as_str(), "confirm" | "split" | "merge"),
        undone: act.undone_by.is_some(),
    }
}

/// What the person and the agents wrote to each other.
pub(crate) fn messages(
    page: &Page,
    supplements: &[Supplement],
    acts: &[Act],
    names: &HashMap<String, String>,
    marks: &Marks<'_>,
) -> Vec<Message> {
    let pieces = |path: &str, body: &str| {
        let text = said(body);
        marks.pieces(path, &text, text.len())
    };
    let from_person = supplements.iter().map(|supplement| {
        let who = match supplement.kind.as_str() {
            "facts" => page.w.t("wb-person-facts"),
            "withdrawal" => page.w.t("wb-person-withdrawal"),
            _ => page.w.t("wb-person-message"),
        };
        Message {
            at: supplement.at,
            when: page.moment(supplement.at),
            who,
            from_person: true,
            pieces: pieces(&supplement_path(supplement), &supplement.body),
        }
    });
    let from_agents = acts
        .iter()
        .filter(|act| act.kind == "reply")
        .map(|act| Message {
            at: act.at,
            when: page.moment(act.at),
            who: names.get(&act.agent).unwrap_or(&act.agent).clone(),
            from_person: false,
            pieces: pieces(&reply_path(act), &act.body),
        });
    let mut messages: Vec<Message> = from_person.chain(from_agents).collect();
    messages.sort_by_key(|message| message.at);
    messages
}
