//! Joint work of units as their agents meet it.

use store::work::NewAct;

use super::*;

const THERE: &str = "ofmin";

fn act(id: &str) -> NewAct {
    NewAct {
        id: id.to_owned(),
        at: 1,
        agent: "somebody".to_owned(),
        kind: "note".to_owned(),
        reason: String::new(),
        body: "{}".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_shown_to_a_unit_is_nothing_it_can_be_found_by() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let (seq, id) = site.story().await;
    site.add(
        seq,
        "m",
        "Ils rappellent du 06 39 98 77 01, une fourgonnette violette.",
        &[],
    )
    .await;
    site.work_again().await;
    let there = site.sign_in_at(THERE, "helper", "investigator").await;
    there.begin_task().await;
    let searches = [
        ("search?q=06+39+98+12+34", "facts"),
        ("search?q=livr%C3%A9", "facts"),
        ("search?q=FR1420041010050500013M02606", "facts"),
        ("search?q=06+39+98+77+01", "messages"),
        // Words of messages are in no index, whoever asks.
        ("search?q=fourgonnette", ""),
    ];
    for parts in [&["facts"][..], &["facts", "messages", "exhibits"], &[]] {
        let units: Vec<(&str, &[&str])> = match parts {
            [] => Vec::new(),
            parts => vec![(THERE, parts)],
        };
        let name = act(&format!("shown {}", parts.len()));
        work.show_to(seq, &units, name).await.unwrap();
        site.work_again().await;
        for (search, part) in searches {
            let answer = there.page(&format!("/fr/workbench/{search}")).await;
            let found = answer.body.contains(&id);
            assert_eq!(found, parts.contains(&part), "{search} {parts:?}");
        }
        let queue = there.page("/fr/workbench/queue").await;
        assert_eq!(queue.body.contains(&id), !parts.is_empty());
    }
}

const REASON: &str = "besoin technique";

impl Site {
    /// Every act of joint work on a submission, in its order.
    async fn joint(&self, seq: i64) -> Vec<String> {
        let acts = self.app.store.work.joint_acts(seq).await.unwrap();
        acts.into_iter().map(|act| act.kind).collect()
    }
}

impl Browser<'_> {
    /// Asks another unit from the page of joint work.
    async fn refers(&self, id: &str, form: &str, unit: &str, parts: &[&str]) -> Answer {
        let path = format!("/fr/workbench/submissions/{id}/referrals");
        let seen = self.page(&path).await;
        let mut fields = vec![
            ("form", form),
            ("unit", unit),
            ("reason", REASON),
            ("due", "2026-12-01"),
        ];
        fields.extend(parts.iter().map(|part| ("part", *part)));
        self.form(&seen, &format!("{path}/ask"), &fields).await
    }

    /// Does something to the first referral of the page that it can be done to.
    async fn does(&self, id: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
        let path = format!("/fr/workbench/submissions/{id}/referrals");
        let seen = self.page(&path).await;
        let form = seen.body.split(&format!("referrals/{act}\"")).nth(1);
        let form = form.unwrap_or_else(|| panic!("no form {act} in {}", seen.body));
        let referral = form.split("name=\"referral\" value=\"").nth(1).unwrap();
        let referral = referral.split('"').next().unwrap();
        let mut all = vec![("referral", referral)];
        all.extend_from_slice(fields);
        self.form(&seen, &format!("{path}/{act}"), &all).await
    }
}

fn sent(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_helps_sees_what_it_is_shown_and_what_came_of_it_goes_back() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let path = format!("/fr/workbench/submissions/{id}");
    let lead = site.sign_in("lead", "head").await;
    let there = site.sign_in_at(THERE, "helper", "investigator").await;
    let others = site
        .sign_in_at("ofac-investigations", "other", "head")
        .await;
    for one in [&there, &others] {
        one.begin_task().await;
    }
    lead.form(
        &lead.page(&path).await,
        &format!("{path}/acts/note"),
        &[("text", "pour nous seuls")],
    )
    .await;
    lead.page(&path).await.has("Demander à un autre service");
    sent(&lead.refers(&id, "assistance", THERE, &["notes"]).await);
    lead.page("/fr/workbench")
        .await
        .has("1 en attente d’un autre service");
    // The facts alone, until they accept.
    there
        .page("/fr/workbench")
        .await
        .has("1 à répondre par votre service");
    there
        .page("/fr/workbench/referrals")
        .await
        .has("besoin technique")
        .has(&id);
    there
        .page(&path)
        .await
        .has("Répondre à la demande")
        .has("colis[.]example")
        .has_not("pour nous seuls");
    sent(&there.does(&id, "acknowledge", &[]).await);
    sent(&there.does(&id, "accept", &[]).await);
    there.page(&path).await.has("pour nous seuls");
    lead.page(&path)
        .await
        .has("en cours (Agent helper)")
        .has("accepte la demande");
    // Another unit that is asked is told of its own referral alone.
    sent(&lead.refers(&id, "joint", "ofac-investigations", &[]).await);
    let theirs = others.page(&path).await;
    theirs
        .has("co-saisine")
        .has_not("accepte la demande")
        .has_not("OFMIN");
    there
        .page(&path)
        .await
        .has_not("ofac-investigations")
        .has_not("co-saisine");
    // The lead shows less, and it is gone at once.
    let seen = lead.page(&format!("{path}/referrals")).await;
    let mut articles = seen.body.split("<article");
    let helped = articles.find(|article| article.contains("<h2>Office mineurs"));
    let shows = helped.unwrap().split("referrals/show\"").nth(1).unwrap();
    let referral = shows.split("name=\"referral\" value=\"").nth(1).unwrap();
    let referral = referral.split('"').next().unwrap();
    let fields = [
        ("referral", referral),
        ("reason", "plus nécessaire"),
        ("part", "messages"),
    ];
    sent(
        &lead
            .form(&seen, &format!("{path}/referrals/show"), &fields)
            .await,
    );
    there.page(&path).await.has_not("pour nous seuls");
    let ended = there
        .does(&id, "end", &[("reason", "deux portefeuilles suivis")])
        .await;
    sent(&ended);
    assert_eq!(ended.location(), "/fr/workbench/referrals");
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND);
    there
        .page("/fr/workbench/referrals")
        .await
        .has("deux portefeuilles suivis")
        .has_not(&id);
    there.page("/fr/workbench/queue").await.has_not(&id);
    lead.page(&path).await.has("deux portefeuilles suivis");
    lead.page("/fr/workbench/referrals")
        .await
        .has("deux portefeuilles suivis");
    sent(
        &others
            .does(&id, "refuse", &[("reason", "pas pour nous")])
            .await,
    );
    assert_eq!(others.get(&path).await.status, StatusCode::NOT_FOUND);
    let joint = site.joint(seq).await;
    let kinds = [
        "ask",
        "acknowledge",
        "accept",
        "ask",
        "show",
        "end",
        "refuse",
    ];
    assert_eq!(joint, kinds.map(|kind| format!("referral_{kind}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_moves_the_lead_and_a_return_brings_it_back() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let work = &site.app.store.work;
    let path = format!("/fr/workbench/submissions/{id}");
    let lead = site.sign_in("lead", "head").await;
    let there = site.sign_in_at(THERE, "head", "head").await;
    there.begin_task().await;
    sent(&lead.refers(&id, "transfer", THERE, &[]).await);
    lead.page(&path).await;
    sent(&there.does(&id, "accept", &[]).await);
    let unit = async || work.docket(seq).await.unwrap().unwrap().unit;
    assert_eq!(unit().await, THERE);
    assert_eq!(lead.get(&path).await.status, StatusCode::NOT_FOUND);
    lead.page("/fr/workbench/queue?state=assigned")
        .await
        .has_not(&id);
    // They see every part now, and ask others.
    there.page(&path).await.has("/identity");
    sent(&there.refers(&id, "assistance", "ofac-thesee", &[]).await);
    lead.begin_task().await;
    lead.page(&path).await;
    sent(
        &there
            .does(&id, "return", &[("reason", "rien à faire ici")])
            .await,
    );
    assert_eq!(unit().await, "ofac-thesee");
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND);
    lead.page(&path).await.has("rien à faire ici");
    // Whoever leads routes it: nobody who was asked sees it any more, and it is given back to nobody.
    sent(&lead.refers(&id, "transfer", THERE, &[]).await);
    let seen = lead.page(&path).await;
    let fields = [("unit", "pp-bl2c"), ("reason", "compétence")];
    sent(
        &lead
            .form(&seen, &format!("{path}/acts/route"), &fields)
            .await,
    );
    assert_eq!(unit().await, "pp-bl2c");
    for one in [&lead, &there] {
        assert_eq!(one.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_heads_who_answer_the_second_reads_who_was_first() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let path = format!("/fr/workbench/submissions/{id}/referrals");
    let lead = site.sign_in("lead", "head").await;
    sent(&lead.refers(&id, "joint", THERE, &[]).await);
    let (first, second) = (
        site.sign_in_at(THERE, "first", "head").await,
        site.sign_in_at(THERE, "second", "head").await,
    );
    for one in [&first, &second] {
        one.begin_task().await;
    }
    let before = second.page(&path).await;
    let referral = before.hidden("referral");
    sent(&first.does(&id, "accept", &[]).await);
    let fields = [("referral", referral.as_str()), ("reason", "pas pour nous")];
    let late = second
        .form(&before, &format!("{path}/refuse"), &fields)
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.has("Quelqu’un d’autre a été plus rapide")
        .has("Agent first")
        .has("pas pour nous");
    assert_eq!(site.joint(seq).await, ["referral_ask", "referral_accept"]);
    // At the same moment, too.
    let (seq, id) = site.story().await;
    let path = format!("/fr/workbench/submissions/{id}/referrals");
    sent(&lead.refers(&id, "joint", THERE, &[]).await);
    let (a, b) = (first.page(&path).await, second.page(&path).await);
    let referral = a.hidden("referral");
    let fields = [("referral", referral.as_str()), ("reason", "pas pour nous")];
    let (accept, refuse) = (format!("{path}/accept"), format!("{path}/refuse"));
    let (yes, no) = tokio::join!(
        first.form(&a, &accept, &fields),
        second.form(&b, &refuse, &fields)
    );
    let statuses = BTreeSet::from([yes.status.as_u16(), no.status.as_u16()]);
    // Who was refused meanwhile sees nothing to be told of.
    assert!(
        statuses.contains(&303) && (statuses.contains(&409) || statuses.contains(&404)),
        "{statuses:?}"
    );
    assert_eq!(site.joint(seq).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_of_another_submission_or_unit_is_none_of_theirs() {
    let site = Site::new().await;
    let (one, one_id) = site.story().await;
    let (other, other_id) = site.story().await;
    let lead = site.sign_in("lead", "head").await;
    let there = site.sign_in_at(THERE, "helper", "head").await;
    let others = site
        .sign_in_at("ofac-investigations", "other", "head")
        .await;
    for agent in [&there, &others] {
        agent.begin_task().await;
    }
    sent(&lead.refers(&one_id, "joint", THERE, &[]).await);
    sent(&lead.refers(&other_id, "joint", THERE, &[]).await);
    sent(
        &lead
            .refers(&one_id, "joint", "ofac-investigations", &[])
            .await,
    );
    let at = |id: &str| format!("/fr/workbench/submissions/{id}/referrals");
    let theirs = there.page(&at(&other_id)).await.hidden("referral");
    let of_others = others.page(&at(&one_id)).await.hidden("referral");
    for act in ["acknowledge", "accept", "refuse", "return", "end"] {
        for swapped in [
            &theirs,
            &of_others,
            "",
            "nothing",
            "01a202b2-c500-7eae-9051-f0b9d0082c6c",
        ] {
            let seen = there.page(&at(&one_id)).await;
            let fields = [("referral", swapped), ("reason", REASON)];
            let answer = there
                .form(&seen, &format!("{}/{act}", at(&one_id)), &fields)
                .await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{act} {swapped}");
            answer.has_not("Agent other").has_not("ofac-investigations");
        }
    }
    // The lead neither answers for the unit that was asked, nor does that unit decide what it is shown.
    let of_it = there.page(&at(&one_id)).await.hidden("referral");
    for act in ["accept", "refuse", "end", "return"] {
        let seen = lead.page(&at(&one_id)).await;
        let fields = [("referral", of_it.as_str()), ("reason", REASON)];
        let answer = lead
            .form(&seen, &format!("{}/{act}", at(&one_id)), &fields)
            .await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{act}");
    }
    for act in ["show", "withdraw", "ask"] {
        let seen = there.page(&at(&one_id)).await;
        let fields = [
            ("referral", of_it.as_str()),
            ("reason", REASON),
            ("part", "identity"),
        ];
        let answer = there
            .form(&seen, &format!("{}/{act}", at(&one_id)), &fields)
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}");
    }
    assert_eq!(site.joint(one).await, ["referral_ask", "referral_ask"]);
    assert_eq!(site.joint(other).await, ["referral_ask"]);
    // What is wrong with a form is said where it is, and nothing is lost.
    let seen = lead.page(&at(&one_id)).await;
    let fields = [
        ("form", "initiative"),
        ("unit", "nowhere"),
        ("reason", REASON),
        ("due", "2026-11-01"),
    ];
    let wrong = lead
        .form(&seen, &format!("{}/ask", at(&one_id)), &fields)
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong
        .has("id=\"ask-form-error\"")
        .has("id=\"ask-unit-error\"")
        .has("id=\"ask-due-error\"")
        .has(REASON);
    let again = lead.refers(&one_id, "transfer", THERE, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    again.has("y prend part ou a déjà été appelé");
    let silent = [
        ("form", "joint"),
        ("unit", "pp-bl2c"),
        ("due", "2026-12-01"),
    ];
    let silent = lead
        .form(&seen, &format!("{}/ask", at(&one_id)), &silent)
        .await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    silent.has("dites pourquoi");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_of_their_own_accord_is_told_nothing_before_the_lead_accepts() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let (sealed, _) = site.story().await;
    let work = &site.app.store.work;
    work.guard(sealed, true, &[], act("sealed")).await.unwrap();
    let there = site.sign_in_at(THERE, "helper", "investigator").await;
    there.begin_task().await;
    let csrf = there.page("/fr/workbench").await.hidden("csrf");
    let ask = async |number: &str, authority: &str| {
        let fields = [
            ("csrf", csrf.as_str()),
            ("number", number),
            ("reason", REASON),
            ("authority", authority),
            ("due", "2026-12-01"),
            ("part", "exhibits"),
        ];
        there.post("/fr/workbench/referrals/ask", &fields).await
    };
    let prosecutor = "parquet de Lyon";
    assert_eq!(ask("1", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let list = async || there.page("/fr/workbench/referrals").await.body;
    let of = |body: &str, number: &str| {
        let row = body
            .split("<tr>")
            .find(|row| row.contains(&format!("n° {number}</th>")));
        let row = row.unwrap_or_else(|| panic!("no {number} in {body}"));
        let cut = row.split("</tr>").next().unwrap();
        let cut = cut.split("name=\"referral\"").next().unwrap();
        cut.replace(&format!("n° {number}<"), "N<")
    };
    let (there_is, is_sealed, nothing) = ("1", "2", "777");
    for number in [there_is, is_sealed, nothing] {
        let answer = ask(number, prosecutor).await;
        sent(&answer);
        assert_eq!(answer.location(), "/fr/workbench/referrals");
        assert_eq!(
            ask(number, prosecutor).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let alike = async || {
        let body = list().await;
        assert_eq!(of(&body, there_is), of(&body, nothing));
        assert_eq!(of(&body, is_sealed), of(&body, nothing));
        assert!(!body.contains(&id));
    };
    alike().await;
    assert_eq!(site.joint(seq).await, ["referral_ask"]);
    assert!(site.joint(sealed).await.is_empty());
    // Who leads is told who asks, and why; a refusal is not told.
    let lead = site.sign_in("lead", "head").await;
    lead.page(&format!("/fr/workbench/submissions/{id}"))
        .await
        .has("initiative, en attente")
        .has("Répondre à la demande");
    lead.page("/fr/workbench/referrals").await.has(REASON);
    sent(
        &lead
            .does(&id, "refuse", &[("reason", "affaire trop avancée")])
            .await,
    );
    alike().await;
    assert!(!list().await.contains("affaire trop avancée"));
    // They take all of it back alike, and ask again.
    let drop = async |number: &str| {
        let body = list().await;
        let row = body
            .split("<tr>")
            .find(|row| row.contains(&format!("n° {number}</th>")) && row.contains("/drop"));
        let id = row
            .unwrap()
            .split("name=\"referral\" value=\"")
            .nth(1)
            .unwrap();
        let id = id.split('"').next().unwrap();
        let fields = [("csrf", csrf.as_str()), ("referral", id)];
        sent(&there.post("/fr/workbench/referrals/drop", &fields).await);
    };
    for number in [there_is, is_sealed, nothing] {
        drop(number).await;
    }
    alike().await;
    sent(&ask(there_is, prosecutor).await);
    sent(&lead.does(&id, "accept", &[]).await);
    there
        .page(&format!("/fr/workbench/submissions/{id}"))
        .await
        .has("colis[.]example");
    let yours = ask(there_is, prosecutor).await;
    yours.has("Votre service la voit déjà");
    // Numbers are not tried one after the other.
    for number in 100..120 {
        ask(&number.to_string(), prosecutor).await;
    }
    assert_eq!(work.initiatives(THERE).await.unwrap().len(), 10);
}

/// Who may do what to a referral, said once more beside the code: the unit that has to answer, the unit that came, the lead.
fn may(act: &str, form: &str, standing: &str, role: &str, unit: &str) -> bool {
    const LEAD: &str = "ofac-thesee";
    let leads = match (form, standing) {
        ("transfer", "accepted" | "ended") => THERE,
        _ => LEAD,
    };
    let answers = if form == "initiative" { LEAD } else { THERE };
    let handles = matches!(role, "investigator" | "head");
    // An investigator refers what is their own; nobody owns these.
    let refers = matches!(role, "triage" | "head") && unit == leads;
    match act {
        "acknowledge" | "accept" | "refuse" => standing == "asked" && handles && unit == answers,
        "return" | "end" => standing == "accepted" && handles && unit == THERE,
        "withdraw" => standing == "asked" && form != "initiative" && refers,
        "show" => matches!(standing, "asked" | "accepted") && refers,
        _ => refers,
    }
}

/// A submission with a referral of this form that stands there, with its id.
async fn standing(
    site: &Site,
    heads: &[Browser<'_>; 2],
    form: &str,
    standing: &str,
) -> (i64, String, String) {
    let [lead, there] = heads;
    let (seq, id) = site.story().await;
    let initiative = form == "initiative";
    if initiative {
        // A unit has ten that wait, and no more.
        for one in site.app.store.work.initiatives(THERE).await.unwrap() {
            let dropped = site.app.store.work.drop_initiative(&one.id, THERE).await;
            assert!(dropped.unwrap());
        }
        let csrf = there.page("/fr/workbench").await.hidden("csrf");
        let number = (seq + 1).to_string();
        let fields = [
            ("csrf", csrf.as_str()),
            ("number", number.as_str()),
            ("reason", REASON),
            ("authority", "parquet de Lyon"),
            ("due", "2026-12-01"),
        ];
        sent(&there.post("/fr/workbench/referrals/ask", &fields).await);
    } else {
        sent(&lead.refers(&id, form, THERE, &[]).await);
    }
    let answerer = if initiative { lead } else { there };
    let path = format!("/fr/workbench/submissions/{id}/referrals");
    let referral = answerer.page(&path).await.hidden("referral");
    match standing {
        "accepted" => sent(&answerer.does(&id, "accept", &[]).await),
        "refused" => sent(&answerer.does(&id, "refuse", &[("reason", REASON)]).await),
        "ended" => {
            sent(&answerer.does(&id, "accept", &[]).await);
            sent(&there.does(&id, "end", &[("reason", REASON)]).await);
        }
        _ => {}
    }
    (seq, id, referral)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_is_done_in_the_forms_and_states_by_those_whose_it_is_and_nobody_else() {
    let site = Site::new().await;
    let heads = [
        site.sign_in("lead", "head").await,
        site.sign_in_at(THERE, "there", "head").await,
    ];
    let mut agents = Vec::new();
    for unit in ["ofac-thesee", THERE, "ofac-investigations"] {
        for role in ["triage", "investigator", "analyst", "head"] {
            let agent = site.sign_in_at(unit, &format!("{unit}-{role}"), role).await;
            agent.begin_task().await;
            let csrf = agent.page("/fr/workbench").await.hidden("csrf");
            agents.push((unit, role, agent, csrf));
        }
    }
    heads[1].begin_task().await;
    heads[0].begin_task().await;
    let (mut done, mut tried) = (0, 0);
    for form in ["assistance", "joint", "transfer", "initiative"] {
        for state in ["asked", "accepted", "refused", "ended"] {
            let (mut seq, mut id, mut referral) = standing(&site, &heads, form, state).await;
            for act in [
                "acknowledge",
                "accept",
                "refuse",
                "return",
                "end",
                "withdraw",
                "show",
                "ask",
            ] {
                for (unit, role, agent, csrf) in &agents {
                    let before = site.joint(seq).await.len();
                    let lock = before.to_string();
                    let path = format!("/fr/workbench/submissions/{id}/referrals/{act}");
                    let fields = [
                        ("csrf", csrf.as_str()),
                        ("revision", lock.as_str()),
                        (
                            "referral",
                            if act == "ask" { "" } else { referral.as_str() },
                        ),
                        ("reason", REASON),
                        ("form", "joint"),
                        ("unit", "sccopol"),
                        ("due", "2026-12-01"),
                        ("part", "exhibits"),
                    ];
                    let answer = agent.post(&path, &fields).await;
                    let expected = may(act, form, state, role, unit);
                    let say = format!("{form} {state} {act} {role} of {unit}: {}", answer.status);
                    assert_eq!(answer.status == StatusCode::SEE_OTHER, expected, "{say}");
                    let after = site.joint(seq).await.len();
                    assert_eq!(after, before + usize::from(expected), "{say}");
                    if !expected {
                        assert!(answer.status.is_client_error(), "{say}");
                    }
                    let there = *unit == THERE && !matches!(*role, "triage");
                    let over = expected && matches!(act, "refuse" | "return" | "end");
                    if there && over && (form != "transfer" || act != "end") {
                        // From that moment on it is not there for them.
                        let seen = format!("/fr/workbench/submissions/{id}");
                        assert_eq!(
                            agent.get(&seen).await.status,
                            StatusCode::NOT_FOUND,
                            "{say}"
                        );
                    }
                    tried += 1;
                    if expected {
                        done += 1;
                        (seq, id, referral) = standing(&site, &heads, form, state).await;
                    }
                }
            }
        }
    }
    assert!(done > 60 && tried > 1_500, "{done} of {tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_of_a_hit_in_a_part_that_is_not_shown_is_not_told() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let (seq, id) = site.story().await;
    let text = "Ils rappellent du 06 39 98 77 01, et du 06 39 98 77 02.";
    site.add(seq, "m", text, &[]).await;
    site.work_again().await;
    let lead = site.sign_in("lead", "head").await;
    let path = format!("/fr/workbench/submissions/{id}");
    let dismiss = [
        ("hit", "phone:+33639987701"),
        ("reason", "numéro de son avocat"),
    ];
    let correct = [
        ("hit", "phone:+33639987702"),
        ("kind", "phone"),
        ("value", "06 39 98 77 03"),
        ("reason", "chiffre lu de travers"),
    ];
    for (act, fields) in [("dismiss", &dismiss[..]), ("correct", &correct)] {
        let seen = lead.page(&path).await;
        sent(
            &lead
                .form(&seen, &format!("{path}/acts/hit-{act}"), fields)
                .await,
        );
    }
    site.work_again().await;
    lead.page(&path).await.has("numéro de son avocat");
    let there = site.sign_in_at(THERE, "helper", "investigator").await;
    there.begin_task().await;
    for (parts, told) in [(&["facts"][..], false), (&["facts", "messages"], true)] {
        let name = act(&format!("shown {}", parts.len()));
        work.show_to(seq, &[(THERE, parts)], name).await.unwrap();
        site.work_again().await;
        let seen = there.page(&path).await;
        for text in ["77 01", "77 02", "77 03", "avocat", "de travers"] {
            assert_eq!(seen.body.contains(text), told, "{text} {parts:?}");
        }
        let found = there.page("/fr/workbench/search?q=06+39+98+77+03").await;
        assert_eq!(found.body.contains(&id), told, "{parts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_closed_while_another_unit_is_at_it_unless_the_agent_says_so() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let (seq, id) = site.story().await;
    let lead = site.sign_in("lead", "head").await;
    let path = format!("/fr/workbench/submissions/{id}");
    lead.page(&path).await.has_not("close-despite");
    sent(&lead.refers(&id, "assistance", THERE, &[]).await);
    let close = [("closing", "kept"), ("reason", "rien de plus à faire")];
    let seen = lead.page(&path).await;
    let refused = lead
        .form(&seen, &format!("{path}/acts/close"), &close)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused
        .has("close-despite-error")
        .has("Une demande à un autre service")
        .has("rien de plus à faire");
    // Nor by the list, where there is nothing to tick.
    let row = format!(
        "{seq}.{}",
        work.docket(seq).await.unwrap().unwrap().revision
    );
    let mut fields = vec![("csrf", seen.hidden("csrf"))];
    for (name, value) in close
        .iter()
        .chain(&[("act", "close"), ("row", row.as_str())])
    {
        fields.push((name, (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let bulk = lead.post("/fr/workbench/queue/bulk", &fields).await;
    bulk.has("n’est pas terminée");
    assert_eq!(work.docket(seq).await.unwrap().unwrap().state, "queued");
    let despite = [close[0], close[1], ("despite", "yes")];
    let seen = lead.page(&path).await;
    sent(
        &lead
            .form(&seen, &format!("{path}/acts/close"), &despite)
            .await,
    );
    assert_eq!(
        work.docket(seq).await.unwrap().unwrap().state,
        "closed:kept"
    );
    // Nothing waits for the other unit any more, which reads why.
    let there = site.sign_in_at(THERE, "helper", "head").await;
    there.begin_task().await;
    there.page(&path).await.has("rien de plus à faire");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_worked_on_together_is_still_read_when_it_is_erased_and_says_nothing() {
    let site = Site::new().await;
    let (store, model) = (&site.app.store, &site.app.model);
    let (seq, id) = site.story().await;
    let (_, other) = site.story().await;
    let lead = site.sign_in("lead", "head").await;
    let path = format!("/fr/workbench/submissions/{id}");
    sent(&lead.refers(&id, "assistance", THERE, &["notes"]).await);
    let there = site.sign_in_at(THERE, "helper", "head").await;
    there.begin_task().await;
    sent(
        &there
            .does(&id, "refuse", &[("reason", "M. Untel est des nôtres")])
            .await,
    );
    let docket = store.work.docket(seq).await.unwrap().unwrap();
    let series = docket.series.clone().unwrap();
    let of_series = format!("/fr/workbench/series/{series}");
    let seen = lead.page(&of_series).await;
    let why = [("reason", "M. Untel le dit des deux")];
    sent(
        &lead
            .form(&seen, &format!("{of_series}/acts/confirm"), &why)
            .await,
    );
    let erasure = store::work::Erasure {
        docket: seq,
        at: site.app.now_micros(),
        does: "erase_all".to_owned(),
        ..store::work::Erasure::default()
    };
    let revision = store.work.docket(seq).await.unwrap().unwrap().revision;
    assert!(store.erase(&erasure, revision, model).await.unwrap());
    lead.page(&path)
        .await
        .has("Effacé le")
        .has_not("Untel")
        .has_not(REASON);
    lead.page(&format!("{path}/referrals"))
        .await
        .has_not("Untel");
    for reader in [&lead, &there] {
        reader
            .page("/fr/workbench/referrals")
            .await
            .has_not("Untel")
            .has_not(REASON);
    }
    // Nor what was said of the series because of it.
    let sight = Sight::new(Some("ofac-thesee"), Vec::new(), |_| true);
    let acts = store.work.series_acts(&series, &sight).await.unwrap();
    assert_eq!(acts.len(), 1);
    assert_eq!(acts[0].reason, "");
    lead.page(&format!("/fr/workbench/submissions/{other}"))
        .await;
}
