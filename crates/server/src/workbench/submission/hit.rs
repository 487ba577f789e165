//! The hits of a submission: what the program found, what agents said of it, and what holds of both. An agent
//! adds, corrects or dismisses a hit with a reason; the program's finding is never written over.

use std::collections::{BTreeSet, HashMap};

use axum::response::{IntoResponse, Redirect, Response};
use observables::{Kind, Observable, WarningLists, defang, display};
use store::{
    StoreError,
    intake::Upload,
    work::{Act, Correction, KeyCount, Named},
};

use super::{Loaded, Opt, act::new_act, again, again_with, answers::observable};
use crate::{
    app::App,
    harmonise::{self, Sighting, Verdicts, exhibit_path, is_joined_by, lookup_key},
    page::Page,
    workbench::{door::Admitted, labels, link, session::Refused},
};

/// Characters of a value that an agent types, at most.
const MOST_VALUE: usize = 2_000;

/// Hits of one kind.
pub(crate) struct Group {
    /// Kind's name, as an id of the page.
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hits: Vec<HitView>,
}

/// A hit, once, wherever it stands.
pub(crate) struct HitView {
    pub(crate) value: String,
    /// To copy without anybody following it by accident.
    pub(crate) defanged: String,
    /// Where others that hold it are listed; empty for a kind that joins nothing.
    pub(crate) href: String,
    pub(crate) elsewhere: i64,
    /// What the count links to.
    pub(crate) label: String,
    pub(crate) proof: String,
    /// Whether a question of the form asks for it, beside that.
    pub(crate) asked: bool,
    /// What it says about itself, and why it does not match, if so.
    pub(crate) flags: Vec<String>,
    /// Where it stands.
    pub(crate) places: Vec<String>,
    /// Where its form is.
    pub(crate) correct: String,
    /// What an agent says it is instead; empty where it holds or is nothing.
    pub(crate) instead: String,
}

/// What an agent said of a hit and can take back.
pub(crate) struct CorrectionView {
    pub(crate) act: String,
    pub(crate) what: String,
    pub(crate) who: String,
    pub(crate) when: String,
    pub(crate) reason: String,
}

/// The sightings that hold after what agents said: dismissed ones are gone, corrected ones say what they are,
/// added ones stand nowhere.
pub(crate) fn effective(
    lists: &WarningLists,
    sightings: &[Sighting],
    verdicts: &Verdicts,
) -> Vec<Sighting> {
    let mut holding: Vec<Sighting> = Vec::with_capacity(sightings.len());
    for sighting in sightings {
        let Some(found) = observable(sighting).filter(|found| !verdicts.holds(found)) else {
            holding.push(sighting.clone());
            continue;
        };
        if let Some(instead) = verdicts.instead(&found) {
            holding.push(said(lists, instead, sighting));
        }
    }
    for added in verdicts.added() {
        let there = holding
            .iter()
            .any(|sighting| observable(sighting).as_ref() == Some(added));
        if !there {
            holding.push(said(lists, added, &Sighting::nowhere()));
        }
    }
    holding
}

/// What agents said of the hits that are shown, of what they made of these, and of what they added: of a hit in a part that
/// is not shown nothing was said.
pub(crate) fn said_of(mut corrections: Vec<Correction>, shown: &[Sighting]) -> Vec<Correction> {
    let found = shown.iter().filter_map(observable);
    let mut known: BTreeSet<u64> = found.map(|found| found.key()).collect();
    let key = |named: &Named| Some(harmonise::observable(named)?.key());
    corrections.retain(|correction| {
        let of = correction.of.as_ref();
        let told = of.is_none_or(|of| key(of).is_some_and(|of| known.contains(&of)));
        known.extend(correction.to.as_ref().and_then(key).filter(|_| told));
        told
    });
    corrections
}

/// An agent's word, where a hit stands.
fn said(lists: &WarningLists, observable: &Observable, place: &Sighting) -> Sighting {
    Sighting {
        kind: observable.kind().name().to_owned(),
        value: observable.canonical().to_owned(),
        proof: "agent".to_owned(),
        flags: observable.flags().names().map(str::to_owned).collect(),
        list: lists.check(observable).map(ToString::to_string),
        ..place.clone()
    }
}

/// What a page of hits is made with.
pub(crate) struct Panel<'a> {
    pub(crate) page: &'a Page,
    pub(crate) keys: &'a [KeyCount],
    pub(crate) files: &'a [Upload],
    /// Address of the submission.
    pub(crate) address: &'a str,
    pub(crate) from: &'a str,
}

impl Panel<'_> {
    /// Hits by kind, in the order of the table of kinds; of a kind the most shared first.
    pub(crate) fn groups(&self, sightings: &[Sighting]) -> Vec<Group> {
        let mut groups: Vec<(Kind, Group)> = Vec::new();
        for (found, of_it) in distinct(sightings) {
            let kind = found.kind();
            let place = groups
                .binary_search_by_key(&kind, |(kind, _)| *kind)
                .unwrap_or_else(|place| {
                    let group = Group {
                        name: kind.name().to_owned(),
                        label: labels::kind(self.page, kind.name()),
                        hits: Vec::new(),
                    };
                    groups.insert(place, (kind, group));
                    place
                });
            groups[place].1.hits.push(self.view(&found, &of_it, None));
        }
        let mut groups: Vec<Group> = groups.into_iter().map(|(_, group)| group).collect();
        for group in &mut groups {
            group
                .hits
                .sort_by_key(|hit| std::cmp::Reverse(hit.elsewhere));
        }
        groups
    }

    /// What agents set aside.
    pub(crate) fn set_aside(&self, sightings: &[Sighting], verdicts: &Verdicts) -> Vec<HitView> {
        distinct(sightings)
            .into_iter()
            .filter(|(found, _)| !verdicts.holds(found))
            .map(|(found, of_it)| self.view(&found, &of_it, verdicts.instead(&found)))
            .collect()
    }

    fn view(
        &self,
        found: &Observable,
        of_it: &[&Sighting],
        instead: Option<&Observable>,
    ) -> HitView {
        let (page, words) = (self.page, self.page.w);
        let count = self
            .keys
            .iter()
            .find(|count| count.key.id == lookup_key(found));
        let elsewhere = count.map_or(0, |count| (count.members - 1).max(0));
        let mut flags: Vec<String> = Vec::new();
        let names: BTreeSet<&str> = of_it
            .iter()
            .flat_map(|sighting| sighting.flags.iter().map(String::as_str))
            .collect();
        flags.extend(names.into_iter().map(|flag| labels::flag(page, flag)));
        let list = of_it.iter().find_map(|sighting| sighting.list.as_deref());
        match (list, count) {
            (Some(list), _) => flags.push(words.t1("wb-on-list", "list", list)),
            (None, Some(count)) if count.members > 1 && count.bits == 0.0 => {
                flags.push(words.t("wb-too-common"));
            }
            _ => {}
        }
        let proof = of_it
            .iter()
            .map(|sighting| sighting.proof.as_str())
            .min_by_key(|proof| PROOFS.iter().position(|known| known == proof))
            .unwrap_or_default();
        let value = display(found);
        let query = link::query(&[
            ("hit", &format!("{}:{}", found.kind(), found.canonical())),
            ("from", self.from),
        ]);
        HitView {
            label: words.t2(
                "wb-search-for",
                ("value", value.as_str()),
                ("count", elsewhere),
            ),
            value,
            defanged: defang(found),
            href: if is_joined_by(found.kind()) {
                link::search(page, found.kind().name(), found.canonical())
            } else {
                String::new()
            },
            elsewhere,
            proof: labels::proof(page, proof),
            asked: of_it
                .iter()
                .any(|sighting| sighting.is_asked() && proof != "asked"),
            flags,
            places: self.places(of_it),
            correct: format!("{}?{query}#hit", self.address),
            instead: instead.map_or(String::new(), |instead| {
                format!(
                    "{} {}",
                    labels::kind(page, instead.kind().name()),
                    display(instead)
                )
            }),
        }
    }

    fn places(&self, of_it: &[&Sighting]) -> Vec<String> {
        let words = self.page.w;
        let mut places: Vec<String> = Vec::new();
        for sighting in of_it {
            let path = sighting.path.as_str();
            let place = if path.starts_with("supplement:") {
                words.t("wb-in-message")
            } else if path.starts_with("act:") {
                words.t("wb-in-reply")
            } else if path.starts_with("exhibit:") {
                let (of_file, part) = path.split_once('/').unwrap_or((path, ""));
                let file = self.files.iter().find(|file| exhibit_path(file) == of_file);
                let name = file.map_or("", |file| file.name.as_str());
                if part.is_empty() {
                    words.t1("wb-in-file", "name", name)
                } else {
                    words.t2("wb-in-part", ("name", name), ("part", part))
                }
            } else if path.is_empty() {
                continue;
            } else {
                words.t("wb-in-answers")
            };
            if places.contains(&place) {
                continue;
            }
            // A long mail names the same address on every line.
            if places.len() == MOST_PLACES {
                places.push("…".to_owned());
                break;
            }
            places.push(place);
        }
        places
    }
}

/// Places of a hit that are named.
const MOST_PLACES: usize = 12;

/// From strong to weak.
const PROOFS: [&str; 7] = [
    "agent",
    "checksum",
    "known_suffix",
    "valid",
    "asked",
    "possible",
    "shape",
];

/// Each observable once, in the order they were found, with where it stands.
fn distinct(sightings: &[Sighting]) -> Vec<(Observable, Vec<&Sighting>)> {
    let mut places: HashMap<u64, usize> = HashMap::new();
    let mut all: Vec<(Observable, Vec<&Sighting>)> = Vec::new();
    for sighting in sightings {
        let Some(found) = observable(sighting) else {
            continue;
        };
        let place = *places.entry(found.key()).or_insert_with(|| {
            all.push((found, Vec::new()));
            all.len() - 1
        });
        all[place].1.push(sighting);
    }
    all
}

/// What agents said and did not take back, the newest first.
pub(crate) fn corrections(
    page: &Page,
    corrections: &[Correction],
    acts: &[Act],
    names: &HashMap<String, String>,
) -> Vec<CorrectionView> {
    let shown = |named: &Named| format!("{} {}", labels::kind(page, &named.kind), named.value);
    corrections
        .iter()
        .rev()
        .filter_map(|correction| {
            let act = acts.iter().find(|act| act.id == correction.act)?;
            let sides: Vec<String> = [&correction.of, &correction.to]
                .into_iter()
                .flatten()
                .map(shown)
                .collect();
            Some(CorrectionView {
                act: act.id.clone(),
                what: format!("{} {}", labels::act(page, &act.kind), sides.join(" → ")),
                who: names.get(&act.agent).unwrap_or(&act.agent).clone(),
                when: page.moment(act.at),
                reason: act.reason.clone(),
            })
        })
        .collect()
}

/// Every kind as an option, by its words.
pub(crate) fn kinds(page: &Page, chosen: &str) -> Vec<Opt> {
    let mut kinds: Vec<Opt> = Kind::ALL
        .iter()
        .map(|kind| Opt {
            value: kind.name().to_owned(),
            label: labels::kind(page, kind.name()),
            current: kind.name() == chosen,
        })
        .collect();
    kinds.sort_by_key(|kind| casework::fold(&kind.label));
    kinds
}

/// A hit as a link or a form names it: `kind:canonical`.
pub(crate) fn named(hit: &str) -> Option<Observable> {
    let (kind, value) = hit.split_once(':')?;
    let kind = kind.parse().ok()?;
    (!value.is_empty()).then(|| Observable::from_canonical(kind, value.to_owned()))
}

fn as_named(observable: &Observable) -> Named {
    Named {
        kind: observable.kind().name().to_owned(),
        value: observable.canonical().to_owned(),
    }
}

/// An agent's word on a hit: `hit-add`, `hit-correct`, `hit-dismiss`, `hit-undo`.
pub(in crate::workbench) async fn post(app: App, posted: Admitted) -> Result<Response, Refused> {
    let loaded = super::load(&app, &posted).await?;
    speak(&app, &posted, &loaded).await
}

async fn speak(app: &App, posted: &Admitted, loaded: &Loaded<'_>) -> Result<Response, Refused> {
    let signed = &posted.signed;
    let what = posted.act().strip_prefix("hit-").unwrap_or_default();
    let words = signed.page.w;
    let mut errors = Vec::new();
    let (value_field, reason_field) = match what {
        "add" => ("add-value", "add-reason"),
        "correct" | "dismiss" => ("correct-value", "correct-reason"),
        "undo" => ("", "undo-reason"),
        _ => return Err(signed.not_found()),
    };
    let of = match what {
        "correct" | "dismiss" => {
            // What is found holds no card's number, so one that is named is nothing found.
            let of = named(&observables::mask_cards(posted.field("hit")));
            Some(of.ok_or_else(|| signed.not_found())?)
        }
        _ => None,
    };
    let mut to = None;
    if matches!(what, "add" | "correct") {
        // No card's number, even where one is corrected.
        let value = observables::mask_cards(posted.field("value"));
        let read = posted.field("kind").parse::<Kind>().ok().and_then(|kind| {
            let short = value.len() <= MOST_VALUE;
            Observable::parse(kind, &value).ok().filter(|_| short)
        });
        match read {
            Some(read) if Some(&read) == of.as_ref() => {
                errors.push((value_field, words.t("wb-error-hit-same")));
            }
            Some(read) => to = Some(read),
            None => errors.push((value_field, words.t("wb-error-hit"))),
        }
    }
    let reason = posted.field("reason");
    if reason.is_empty() {
        errors.push((reason_field, words.t("wb-error-why")));
    }
    if !errors.is_empty() {
        return again(app, posted, loaded, errors).await;
    }
    let (of, to) = (of.as_ref().map(as_named), to.as_ref().map(as_named));
    let body = |named: &Option<Named>| {
        named
            .as_ref()
            .map(|named| serde_json::json!({"kind": named.kind, "value": named.value}))
    };
    let body = serde_json::json!({
        "of": body(&of), "to": body(&to), "act": posted.field("act"),
    });
    let act = new_act(
        app,
        signed,
        &format!("hit_{what}"),
        reason,
        &body.to_string(),
    )?;
    let (work, seq, revision) = (&app.store.work, loaded.docket.seq, posted.revision());
    let done = match what {
        "undo" => {
            work.undo_correction(seq, revision, posted.field("act"), act)
                .await
        }
        _ => {
            work.correct(seq, revision, of.as_ref(), to.as_ref(), act)
                .await
        }
    };
    match done {
        Ok(()) => {
            // Its keys follow in a moment.
            app.arrived.notify_one();
            let from = link::checked_from(posted.field("from"));
            let back = link::submission(&signed.page, &loaded.docket.id, from);
            Ok(Redirect::to(&format!("{back}#observables")).into_response())
        }
        Err(StoreError::Changed) => {
            let loaded = super::load(app, posted).await?;
            let errors = vec![(reason_field, words.t("wb-error-hit-changed"))];
            again_with(
                app,
                posted,
                &loaded,
                errors,
                axum::http::StatusCode::CONFLICT,
            )
            .await
        }
        Err(error) => Err(signed.failed(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correction(act: &str, of: Option<(&str, &str)>, to: Option<(&str, &str)>) -> Correction {
        let named = |side: Option<(&str, &str)>| {
            side.map(|(kind, value)| Named {
                kind: kind.to_owned(),
                value: value.to_owned(),
            })
        };
        Correction {
            act: act.to_owned(),
            of: named(of),
            to: named(to),
        }
    }

    /// What holds of one found domain after what was said.
    fn check(said: &[Correction], expected: &[&str]) {
        let found = Sighting {
            kind: "domain".to_owned(),
            value: "colis.example".to_owned(),
            path: "story".to_owned(),
            start: 5,
            end: 18,
            proof: "known_suffix".to_owned(),
            ..Sighting::nowhere()
        };
        let lists = WarningLists::from_misp_json(std::iter::empty::<(&str, &str)>()).unwrap();
        let held = effective(&lists, &[found], &Verdicts::of(said));
        let held: Vec<String> = held
            .iter()
            .map(|one| format!("{} {} {}", one.kind, one.value, one.end))
            .collect();
        assert_eq!(held, expected);
    }

    #[test]
    fn the_last_word_on_a_hit_counts() {
        let domain = Some(("domain", "colis.example"));
        let other = Some(("domain", "livraison.example"));
        check(&[], &["domain colis.example 18"]);
        check(&[correction("1", domain, None)], &[]);
        check(
            &[correction("1", domain, other)],
            &["domain livraison.example 18"],
        );
        check(
            &[correction("1", None, other)],
            &["domain colis.example 18", "domain livraison.example 0"],
        );
        check(
            &[correction("1", domain, None), correction("2", None, domain)],
            &["domain colis.example 18"],
        );
        check(
            &[correction("1", domain, other), correction("2", other, None)],
            &[],
        );
        // A kind that this program does not know says nothing, and takes nothing away.
        check(
            &[correction("1", Some(("rune", "x")), None)],
            &["domain colis.example 18"],
        );
    }
}
