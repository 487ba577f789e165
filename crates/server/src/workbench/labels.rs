//! Words of the domain as agents read them.

use casework::{Lang, desk::Kind, submission::State, vigilance::Nearness};

use crate::{app::App, page::Page, watch};

/// A state of a submission, with its closing reason.
pub(super) fn state(page: &Page, word: &str) -> String {
    let words = page.w;
    match word.parse::<State>() {
        Ok(State::Received) => words.t("wb-state-received"),
        Ok(State::Queued) => words.t("wb-state-queued"),
        Ok(State::Quarantined) => words.t("wb-state-quarantined"),
        Ok(State::Assigned) => words.t("wb-state-assigned"),
        Ok(State::Withdrawn) => words.t("wb-state-withdrawn"),
        Ok(State::Closed(closing)) => words.t1("wb-state-closed", "why", closing.label(page.lang)),
        Err(_) => word.to_owned(),
    }
}

/// The short name of a desk; its id when the configuration no longer has it.
pub(super) fn desk(app: &App, id: &str) -> String {
    app.desk(id)
        .map_or_else(|| id.to_owned(), |desk| desk.name.to_string())
}

/// The option a submission's headline question was answered with.
pub(super) fn headline(app: &App, lang: Lang, desk: &str, headline: &str) -> String {
    headlines(app, lang, desk)
        .into_iter()
        .find(|(id, _)| id == headline)
        .map_or_else(|| headline.to_owned(), |(_, label)| label)
}

/// Every option of a desk's headline question.
pub(super) fn headlines(app: &App, lang: Lang, desk: &str) -> Vec<(String, String)> {
    let options = app.desk(desk).and_then(|desk| {
        let question = desk.question(desk.headline.as_ref()?.as_str())?;
        match &question.kind {
            Kind::Choice { options } => Some(options),
            _ => None,
        }
    });
    options
        .into_iter()
        .flatten()
        .map(|option| (option.id.to_string(), option.label.get(lang).to_owned()))
        .collect()
}

/// A unit's name; its id when the configuration no longer has it.
pub(super) fn unit(app: &App, lang: Lang, id: &str) -> String {
    if id.is_empty() {
        return "–".to_owned();
    }
    app.config
        .units
        .iter()
        .find(|unit| unit.id.as_str() == id)
        .map_or_else(|| id.to_owned(), |unit| unit.name.get(lang).to_owned())
}

/// A kind of observable or key.
pub(super) fn kind(page: &Page, name: &str) -> String {
    let words = page.w;
    match name {
        "registrable" => words.t("wb-kind-registrable"),
        "text" => words.t("wb-kind-text"),
        "payee" => words.t("wb-kind-payee"),
        "image" => words.t("wb-kind-image"),
        "lookalike" => words.t("wb-kind-lookalike"),
        "payee_sound" => words.t("wb-kind-payee-sound"),
        "sum" => words.t("wb-kind-sum"),
        "sum_in_days" => words.t("wb-kind-sum-in-days"),
        "copy" => words.t("wb-kind-copy"),
        "mail_domain" => words.t("wb-kind-mail-domain"),
        "passage" => words.t("wb-kind-passage"),
        "reference" => words.t("wb-kind-reference"),
        "modus" => words.t("wb-kind-modus"),
        _ => match name.parse::<observables::Kind>() {
            Ok(kind) if page.lang == Lang::Fr => kind.entry().label_fr.to_owned(),
            Ok(kind) => kind.entry().label_en.to_owned(),
            Err(_) => name.to_owned(),
        },
    }
}

/// What stands behind a hit.
pub(super) fn proof(page: &Page, proof: &str) -> String {
    let words = page.w;
    match proof {
        "checksum" => words.t("wb-proof-checksum"),
        "known_suffix" => words.t("wb-proof-known-suffix"),
        "valid" => words.t("wb-proof-valid"),
        "possible" => words.t("wb-proof-possible"),
        "shape" => words.t("wb-proof-shape"),
        "asked" => words.t("wb-proof-asked"),
        "agent" => words.t("wb-proof-agent"),
        other => other.to_owned(),
    }
}

/// Why a file, or a part of it, could not be read.
pub(super) fn unread(page: &Page, part: &str, cause: &str) -> String {
    let why = match cause {
        "encrypted" => page.w.t("wb-unread-encrypted"),
        "damaged" => page.w.t("wb-unread-damaged"),
        "unsupported" => page.w.t("wb-unread-unsupported"),
        "limit" => page.w.t("wb-unread-limit"),
        "odd" => page.w.t("wb-unread-odd"),
        other => other.to_owned(),
    };
    if part.is_empty() {
        why
    } else {
        page.w
            .t2("wb-unread-part", ("part", part), ("why", why.as_str()))
    }
}

/// What a hit says about itself.
pub(super) fn flag(page: &Page, flag: &str) -> String {
    let words = page.w;
    match flag {
        "example" => words.t("wb-flag-example"),
        "private" => words.t("wb-flag-private"),
        "homoglyph" => words.t("wb-flag-homoglyph"),
        "dead" => words.t("wb-flag-dead"),
        "capped" => words.t("wb-too-common"),
        "slip" => words.t("wb-flag-slip"),
        other => other.to_owned(),
    }
}

/// What an agent did.
pub(super) fn act(page: &Page, kind: &str) -> String {
    let words = page.w;
    match kind {
        "take" => words.t("wb-act-take"),
        "release" => words.t("wb-act-release"),
        "route" => words.t("wb-act-route"),
        "close" => words.t("wb-act-close"),
        "reopen" => words.t("wb-act-reopen"),
        "read" => words.t("wb-act-read"),
        "reply" => words.t("wb-act-reply"),
        "note" => words.t("wb-act-note"),
        "open_identity" => words.t("wb-act-open-identity"),
        "hold" => words.t("wb-act-hold"),
        "let_go" => words.t("wb-act-let-go"),
        "archive" => words.t("wb-act-archive"),
        "erase_identity" => words.t("wb-act-erase-identity"),
        "erase_all" => words.t("wb-act-erase-all"),
        "seal" => words.t("wb-act-seal"),
        "unseal" => words.t("wb-act-unseal"),
        "mark" => words.t("mk-act-mark"),
        "unmark" => words.t("mk-act-unmark"),
        "conflict" => words.t("wb-act-conflict"),
        "download" => words.t("wb-act-download"),
        "confirm" => words.t("wb-act-confirm"),
        "split" => words.t("wb-act-split"),
        "merge" => words.t("wb-act-merge"),
        "undo" => words.t("wb-act-undo"),
        "hit_add" => words.t("wb-act-hit-add"),
        "hit_correct" => words.t("wb-act-hit-correct"),
        "hit_dismiss" => words.t("wb-act-hit-dismiss"),
        "hit_undo" => words.t("wb-act-hit-undo"),
        other => super::referral::act(page, other).unwrap_or_else(|| other.to_owned()),
    }
}

/// What an agent did, as the record of looks keeps it.
pub(super) fn action(page: &Page, kind: &str) -> String {
    let words = page.w;
    match kind {
        kind if kind.starts_with(watch::ACCESS) => {
            let what = kind.trim_start_matches(watch::ACCESS).replace('_', "-");
            words.t(&format!("wb-happened-{what}"))
        }
        "read" => words.t("wb-look-read"),
        "search" => words.t("wb-look-search"),
        "open_exhibit" => words.t("wb-look-exhibit"),
        "open_identity" => words.t("wb-act-open-identity"),
        "declare_conflict" | "declare_film_conflict" => words.t("wb-act-conflict"),
        "decide_series" => words.t("wb-look-series"),
        "correct" => words.t("wb-look-correct"),
        "read_record" => words.t("wb-look-record"),
        "see_retention" => words.t("wb-look-retention"),
        "hold" => words.t("wb-act-hold"),
        "ask_erasure" => words.t("wb-look-ask-erasure"),
        "erase" => words.t("wb-look-erase"),
        "refer" => words.t("ref-look-refer"),
        "answer_referral" => words.t("ref-look-answer"),
        "return_referral" => words.t("ref-look-return"),
        "ask_to_join" => words.t("ref-look-ask"),
        "export" => words.t("ref-look-export"),
        "record_outcome" => words.t("ref-look-outcome"),
        "glass_ask" => words.t("wb-look-glass-ask"),
        "glass_agree" => words.t("wb-look-glass-agree"),
        "task_begin" => words.t("wb-look-task-begin"),
        "task_end" => words.t("wb-look-task-end"),
        "export_record" => words.t("ad-look-export-record"),
        "ask_access" => words.t("ad-look-ask-access"),
        "agree_access" => words.t("ad-look-agree-access"),
        "refuse_access" => words.t("ad-look-refuse-access"),
        "disable_agent" => words.t("ad-look-disable-agent"),
        "dry_run" => words.t("ad-look-dry-run"),
        "ask_rules" => words.t("ad-look-ask-rules"),
        "agree_rules" => words.t("ad-look-agree-rules"),
        "refuse_rules" => words.t("ad-look-refuse-rules"),
        "sign" => words.t("ad-look-sign"),
        "believe_clock" => words.t("ad-look-clock"),
        "read_film" => words.t("ov-look-film"),
        "open_script" => words.t("ov-look-script"),
        "handle_film" => words.t("ov-look-handle-film"),
        "answer_film" => words.t("ov-look-answer-film"),
        "exchange" => words.t("ov-look-exchange"),
        other => act(page, other),
    }
}

/// How near what was looked at was to the agent.
pub(super) fn nearness(page: &Page, word: &str) -> String {
    let words = page.w;
    match Nearness::from_word(word) {
        Some(Nearness::Own) => words.t("wb-near-own"),
        Some(Nearness::Unit) => words.t("wb-near-unit"),
        Some(Nearness::Colleague) => words.t("wb-near-colleague"),
        Some(Nearness::Joined) => words.t("wb-near-joined"),
        Some(Nearness::Other) => words.t("wb-near-other"),
        Some(Nearness::Glass) => words.t("wb-near-glass"),
        Some(Nearness::Denied) => words.t("wb-near-denied"),
        None if word == watch::NEXT_PAGE => words.t("ov-near-next-page"),
        None => word.to_owned(),
    }
}

/// A place as kept on the docket: a name, or the code of a country.
pub(super) fn place(lang: Lang, place: &str) -> String {
    match casework::country::by_code(place) {
        Some(country) => country.name(lang).to_owned(),
        None => place.to_owned(),
    }
}

/// How many submissions hold something.
pub(super) fn held(page: &Page, count: i64) -> String {
    page.w
        .t2("wb-held-by", ("count", count), ("n", page.count(count)))
}

/// Bits with one decimal, as the language writes it.
pub(super) fn bits(lang: Lang, bits: f64) -> String {
    let text = format!("{bits:.1}");
    if lang == Lang::Fr {
        text.replace('.', ",")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use store::work::KEY_KINDS;

    use super::*;
    use crate::workbench::tests::page;

    #[test]
    fn every_kind_of_key_has_words() {
        for lang in [Lang::Fr, Lang::En] {
            for name in KEY_KINDS {
                assert_ne!(kind(&page(lang), name), *name, "{name}");
            }
        }
    }
}
