//! Every door, tried by every role on every relation and state: it opens exactly where the policy says so, and what
//! is denied looks like what is not there.

use std::collections::BTreeMap;

use casework::{
    policy::{self, Action, Because, Clearance, Context, Object, Part, Relation, Role, Subject},
    submission::UnitId,
};
use serde_json::json;
use store::work::{Change, NewAct};

use super::*;
use crate::workbench::{
    door::{About, Door},
    doors,
};

const HERE: &str = "ofac-thesee";
const THERE: &str = "ofmin";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Open,
    Closed,
    Sealed,
    Conflict,
    Secret,
}

const CONDITIONS: [Condition; 5] = [
    Condition::Open,
    Condition::Closed,
    Condition::Sealed,
    Condition::Conflict,
    Condition::Secret,
];

/// What a unit that takes part is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parts {
    All,
    FactsOnly,
}

/// A submission, how near it is to the agents here, and what is the matter with it.
#[derive(Clone, Debug)]
struct Case {
    relation: Relation,
    condition: Condition,
    parts: Parts,
    id: String,
}

impl Case {
    /// The same for the policy, made by hand.
    fn object(&self, agent: &str) -> Object {
        let unit = |id: &str| -> UnitId { id.parse().unwrap() };
        let (owner, at) = match self.relation {
            Relation::Own => (Some(agent), HERE),
            Relation::Unit => (None, HERE),
            Relation::JoinedUnit | Relation::Other => (None, THERE),
        };
        let parts: BTreeSet<Part> = match self.parts {
            Parts::All => Part::ALL.iter().copied().collect(),
            Parts::FactsOnly => [Part::Facts].into(),
        };
        let joined = (self.relation == Relation::JoinedUnit).then(|| (unit(HERE), parts));
        let of = |condition| self.condition == condition;
        Object {
            owner: owner
                .filter(|_| !of(Condition::Closed) && !of(Condition::Conflict))
                .map(Into::into),
            unit: Some(unit(at)),
            joined: joined.into_iter().collect(),
            closed: of(Condition::Closed),
            sealed: of(Condition::Sealed),
            conflicts: of(Condition::Conflict)
                .then(|| agent.into())
                .into_iter()
                .collect(),
            markings: of(Condition::Secret)
                .then_some(policy::Marking::Level(policy::Level::Secret))
                .into_iter()
                .collect(),
            ..Object::nobodys(Subject::Case)
        }
    }
}

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

/// A submission of every relation and condition to one agent.
async fn cases(site: &Site, agent: &str, conditions: &[Condition]) -> Vec<Case> {
    let work = &site.app.store.work;
    let mut cases = Vec::new();
    let joined = [
        (Relation::JoinedUnit, Parts::All),
        (Relation::JoinedUnit, Parts::FactsOnly),
    ];
    let relations = [Relation::Own, Relation::Unit, Relation::Other]
        .map(|relation| (relation, Parts::All))
        .into_iter()
        .chain(joined);
    for (relation, parts) in relations {
        for condition in conditions.iter().copied() {
            let seq = site
                .file(
                    json!({"scam_type": "romance", "story": format!("{relation:?} {condition:?}")}),
                )
                .await;
            let docket = work.docket(seq).await.unwrap().unwrap();
            let own = relation == Relation::Own && condition != Condition::Closed;
            let change = Change {
                state: match condition {
                    Condition::Closed => "closed:kept".to_owned(),
                    _ if own => "assigned".to_owned(),
                    _ => "queued".to_owned(),
                },
                unit: if relation <= Relation::Unit {
                    HERE
                } else {
                    THERE
                }
                .to_owned(),
                owner: if own { agent.to_owned() } else { String::new() },
                unread: true,
            };
            let name = |what: &str| act(&format!("{what} {seq}"));
            let moved = work.transition(seq, docket.revision, change, name("moved"));
            moved.await.unwrap();
            match condition {
                Condition::Sealed => work.guard(seq, true, &[], name("sealed")).await.unwrap(),
                Condition::Secret => {
                    let marked = work.guard(seq, false, &["secret"], name("marked"));
                    marked.await.unwrap();
                }
                Condition::Conflict => {
                    let kept = work.declare_conflict(seq, agent, name("conflict"));
                    kept.await.unwrap();
                }
                Condition::Open | Condition::Closed => {}
            }
            if relation == Relation::JoinedUnit {
                let all: Vec<&str> = Part::ALL.iter().map(|part| part.as_str()).collect();
                let shown = match parts {
                    Parts::All => all.as_slice(),
                    Parts::FactsOnly => &["facts"],
                };
                let units = [(HERE, shown)];
                work.show_to(seq, &units, name("shown")).await.unwrap();
            }
            cases.push(Case {
                relation,
                condition,
                parts,
                id: docket.id,
            });
        }
    }
    cases
}

/// What is sent to a door, such that whoever is let in changes nothing: the lock is an old one.
fn fields(csrf: &str, reason: bool) -> Vec<(&str, &str)> {
    let mut fields = vec![
        ("csrf", csrf),
        ("revision", "-1"),
        ("closing", "kept"),
        ("unit", THERE),
        ("hit", "domain:colis.example"),
        ("kind", "domain"),
        ("value", "livraison.example"),
    ];
    if reason {
        fields.push(("reason", "a reason that is long enough"));
    }
    fields
}

/// A page without what differs by its address and its session alone.
fn plain(answer: &Answer, id: &str) -> String {
    answer.body.replace(id, "ID")
}

const NOBODY: &str = "01a202b2-c500-7eae-9051-f0b9d0082c6c";

impl Browser<'_> {
    async fn try_door(&self, door: &Door, id: &str, reason: bool, csrf: &str) -> Answer {
        let path = door
            .path
            .replace("{lang}", "fr")
            .replace("{id}", id)
            .replace("{exhibit}", "upload-1")
            .replace("{act}", "answer-1");
        if door.method == axum::http::Method::POST {
            self.post(&path, &fields(csrf, reason)).await
        } else {
            self.get(&path).await
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_opens_where_the_policy_says_and_nowhere_else() {
    let site = Site::new().await;
    let doors = doors();
    let of_submissions = doors.table().iter();
    let mut submission_doors: Vec<&Door> = of_submissions
        .filter(|door| door.about == About::Submission)
        .collect();
    // It changes what the next would be tried on.
    submission_doors.sort_by_key(|door| door.action == Action::Seal);
    assert!(submission_doors.len() > 15, "{submission_doors:?}");
    let mut tried = 0;
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for role in Role::ALL {
        let name = role.as_str();
        let agent = site.sign_in(name, name).await;
        let csrf = agent.page("/fr/workbench").await.hidden("csrf");
        // Whoever reads no case is denied whatever is the matter with it.
        let reads = Action::Read.rule().reach(*role) != policy::Reach::Never;
        let conditions = if reads {
            &CONDITIONS[..]
        } else {
            &CONDITIONS[..1]
        };
        let cases = cases(&site, name, conditions).await;
        for reason in [false, true] {
            if reason {
                agent.begin_task().await;
            }
            for door in &submission_doors {
                // So does this, once there is a reason; without one it is let in and nothing happens.
                if reason && door.action == Action::DeclareConflict {
                    continue;
                }
                let absent = agent.try_door(door, NOBODY, reason, &csrf).await;
                assert_eq!(absent.status, StatusCode::NOT_FOUND, "{door:?}");
                for case in &cases {
                    let who = policy::Agent {
                        id: name.into(),
                        unit: HERE.parse().unwrap(),
                        role: *role,
                        clearance: Clearance::default(),
                    };
                    let context = Context {
                        reason,
                        // They signed in just now.
                        signed_in_anew: true,
                        ..Context::default()
                    };
                    let object = case.object(name);
                    let expected = policy::decide(&who, door.action, &object, &context);
                    let answer = agent.try_door(door, &case.id, reason, &csrf).await;
                    let say = format!(
                        "{name} {} {} {case:?} {reason} {expected:?}: {}",
                        door.method, door.path, answer.status
                    );
                    if expected.because.may_be_told() {
                        // No file is there to be downloaded.
                        let of_file = ["{exhibit}", "{act}"].iter();
                        let mut of_file = of_file.filter(|end| door.path.ends_with(*end));
                        let nothing = expected.allowed && of_file.next().is_some();
                        assert_eq!(answer.status == StatusCode::NOT_FOUND, nothing, "{say}");
                        assert!(!answer.status.is_server_error(), "{say}");
                        if !expected.allowed {
                            let asked = answer.body.contains("id=\"task-reason\"");
                            assert!(asked || answer.status.is_client_error(), "{say}");
                        }
                    } else {
                        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{say}");
                        assert_eq!(plain(&answer, &case.id), plain(&absent, NOBODY), "{say}");
                        assert_eq!(answer.headers.len(), absent.headers.len(), "{say}");
                    }
                    *met.entry(expected.because.as_str()).or_default() += 1;
                    tried += 1;
                }
            }
        }
    }
    // Every reason of the policy that can come up was met.
    for because in [
        Because::Granted,
        Because::Role,
        Because::Conflict,
        Because::Marking,
        Because::TooFar,
        Because::PartNotShown,
        Because::Sealed,
        Because::Closed,
        Because::Reason,
        Because::SecondPerson,
    ] {
        assert!(met.contains_key(because.as_str()), "{because:?}: {met:?}");
    }
    assert!(tried > 5_000, "{tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_about_no_submission_opens_by_the_role() {
    let site = Site::new().await;
    site.story().await;
    let doors = doors();
    for role in Role::ALL {
        let name = role.as_str();
        let agent = site.sign_in(name, name).await;
        let csrf = agent.page("/fr/workbench").await.hidden("csrf");
        agent.begin_task().await;
        let nowhere = agent.get("/fr/workbench/nowhere").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
        for door in doors.table() {
            // Those of the film office are tried in the tests of it.
            let nothing = !matches!(door.about, About::Service | About::Docket);
            if nothing
                || door.path.ends_with("sign-out")
                || door.path.trim_start_matches("/{lang}").contains('{')
            {
                continue;
            }
            let allowed = door.action.rule().reach(*role) != policy::Reach::Never;
            let answer = agent.try_door(door, "", true, &csrf).await;
            let say = format!("{name} {door:?}: {}", answer.status);
            assert_eq!(answer.status != StatusCode::NOT_FOUND, allowed, "{say}");
            if !allowed && door.method == axum::http::Method::GET {
                let path = door.path.replace("/{lang}", "/fr");
                let body = nowhere.body.replace("/nowhere", "");
                let found = answer.body.replace(&path["/fr/workbench".len()..], "");
                assert_eq!(found, body, "{say}");
            }
        }
    }
}

/// The pages that an agent here may ask for.
const PAGES: [&str; 9] = [
    "/queue",
    "/queue?sort=deadline",
    "/queue?state=assigned&free=1",
    "/queue?mine=1",
    "/series",
    "/search?q=FR1420041010050500013M02606",
    "/search?q=v%C3%A9lo",
    "/search?q=06+39+98+12+34",
    "/search?kind=domain&q=colis.example",
];

/// What differs between two sites that hold the same for an agent: their sessions and their identifiers, and the
/// weights, which are figures of the whole body.
fn comparable(body: &str, ids: &[String]) -> String {
    let mut text = body.to_owned();
    for (place, id) in ids.iter().enumerate() {
        text = text.replace(id, &format!("ID{place}"));
    }
    let csrf = text
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .map(|rest| rest.split('"').next().unwrap_or_default().to_owned());
    if let Some(csrf) = csrf {
        text = text.replace(&csrf, "CSRF");
    }
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let decimal = character == ','
            && plain.ends_with(|c: char| c.is_ascii_digit())
            && characters.peek().is_some_and(char::is_ascii_digit);
        if decimal {
            while plain.ends_with(|c: char| c.is_ascii_digit()) {
                plain.pop();
            }
            while characters.peek().is_some_and(char::is_ascii_digit) {
                characters.next();
            }
            plain.push('#');
        } else {
            plain.push(character);
        }
    }
    plain
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_search_and_series_are_as_if_what_is_not_seen_were_not_there() {
    let mut worlds: Vec<BTreeMap<String, String>> = Vec::new();
    for hidden in [false, true] {
        let site = Site::new().await;
        let work = &site.app.store.work;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(site.story().await.1);
        }
        if hidden {
            // The same facts, at other units, sealed, in conflict and marked: all of them in the series.
            for place in 0..5 {
                let (seq, _) = site.story().await;
                let name = act(&format!("made {seq}"));
                if place == 4 {
                    work.guard(seq, true, &[], name).await.unwrap();
                } else if place == 3 {
                    work.guard(seq, false, &["secret"], name).await.unwrap();
                } else if place == 2 {
                    work.declare_conflict(seq, "a", name).await.unwrap();
                } else {
                    let docket = work.docket(seq).await.unwrap().unwrap();
                    let change = Change {
                        state: ["queued", "assigned"][place].to_owned(),
                        unit: THERE.to_owned(),
                        owner: String::new(),
                        unread: true,
                    };
                    work.transition(seq, docket.revision, change, name)
                        .await
                        .unwrap();
                }
            }
        }
        let series = work.docket(0).await.unwrap().unwrap().series.unwrap();
        assert_eq!(series, "S-000001");
        let members = work.series(&series).await.unwrap().unwrap().members;
        assert_eq!(members, if hidden { 8 } else { 3 });
        let agent = site.sign_in("a", "investigator").await;
        agent.begin_task().await;
        let pages = PAGES.iter().map(|page| (*page).to_owned());
        let pages = pages
            .chain([format!("/series/{series}"), format!("/search?q={series}")])
            .chain((4..9).map(|number| format!("/search?q=%23{number}")));
        let mut world = BTreeMap::new();
        for page in pages {
            let answer = agent.get(&format!("/fr/workbench{page}")).await;
            assert!(!answer.status.is_server_error(), "{page}");
            let text = format!("{} {}", answer.status, comparable(&answer.body, &ids));
            world.insert(page, text);
        }
        for (place, id) in ids.iter().enumerate() {
            let answer = agent.page(&format!("/fr/workbench/submissions/{id}")).await;
            let body = answer.body.split("id=\"exhibits-title\"").nth(1).unwrap();
            world.insert(format!("submission {place}"), comparable(body, &ids));
        }
        worlds.push(world);
    }
    for (page, without) in &worlds[0] {
        let with = &worlds[1][page];
        let lines = without.lines().zip(with.lines());
        let differ: Vec<(&str, &str)> = lines.filter(|(a, b)| a != b).collect();
        assert_eq!(differ, [], "{page}");
        assert_eq!(with, without, "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_takes_part_sees_what_it_is_shown_once_it_says_why() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let work = &site.app.store.work;
    let thesee = site.sign_in("lead", "head").await;
    let path = format!("/fr/workbench/submissions/{id}");
    let seen = thesee.page(&path).await;
    let note = format!("{path}/acts/note");
    thesee
        .form(&seen, &note, &[("text", "pour nous seuls")])
        .await;
    let reply = format!("{path}/acts/reply");
    thesee
        .form(&seen, &reply, &[("text", "bonjour madame")])
        .await;

    let there = site.sign_in_at(THERE, "helper", "investigator").await;
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND);
    there.page("/fr/workbench/queue").await.has_not(&id);
    let units: [(&str, &[&str]); 1] = [(THERE, &["facts"])];
    work.show_to(seq, &units, act("shown")).await.unwrap();
    // It is in their list; to open it they say why.
    there.page("/fr/workbench/queue").await.has(&id);
    let asked = there.get(&path).await;
    asked.has("id=\"task-reason\"").has_not("colis");
    there.begin_task().await;
    there
        .page(&path)
        .await
        .has("colis[.]example")
        .has("rapprochement demandé")
        .has_not("pour nous seuls")
        .has_not("bonjour madame")
        .has_not("/acts/reply")
        .has_not("/acts/take")
        .has_not("/identity");
    let units: [(&str, &[&str]); 1] = [(THERE, &["facts", "notes", "messages"])];
    work.show_to(seq, &units, act("more")).await.unwrap();
    there
        .page(&path)
        .await
        .has("pour nous seuls")
        .has("bonjour madame");
    // The task ends, and with it what it was the reason for.
    let csrf = there.page("/fr/workbench").await.hidden("csrf");
    let ended = there
        .post("/fr/workbench/task/end", &[("csrf", csrf.as_str())])
        .await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    let asked = there.get(&path).await;
    asked.has("id=\"task-reason\"").has_not("colis");
    work.show_to(seq, &[], act("no more")).await.unwrap();
    assert_eq!(there.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_conflict_ends_the_sight_of_it_for_that_agent_alone() {
    let site = Site::new().await;
    let (seq, id) = site.story().await;
    let path = format!("/fr/workbench/submissions/{id}");
    let agent = site.sign_in("a", "investigator").await;
    let colleague = site.sign_in("b", "investigator").await;
    let seen = agent.page(&path).await;
    agent.form(&seen, &format!("{path}/acts/take"), &[]).await;
    let seen = agent.page(&path).await;
    let conflict = format!("{path}/acts/conflict");
    let refused = agent.form(&seen, &conflict, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let declared = agent
        .form(&seen, &conflict, &[("reason", "c’est mon voisin")])
        .await;
    assert_eq!(declared.status, StatusCode::SEE_OTHER);
    assert_eq!(agent.get(&path).await.status, StatusCode::NOT_FOUND);
    agent.page("/fr/workbench/queue").await.has_not(&id);
    agent.page("/fr/workbench").await.has_not(&id);
    colleague.page(&path).await.has("c’est mon voisin");
    let docket = site.kept(seq).await;
    assert_eq!(docket.owner, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_leads_back_to_our_own_pages_only() {
    let site = Site::new().await;
    let agent = site.sign_in("a", "analyst").await;
    let csrf = agent.page("/fr/workbench").await.hidden("csrf");
    let reason = "rapprochement demandé";
    for (back, expected) in [
        ("/fr/workbench/search?q=x", "/fr/workbench/search?q=x"),
        ("/fr/workbench", "/fr/workbench"),
        ("https://example.com/fr/workbench", "/fr/workbench"),
        ("//example.com", "/fr/workbench"),
        ("/fr/workbench//example.com", "/fr/workbench"),
        ("/fr/workbench.example.com", "/fr/workbench"),
        ("/fr/workbench/\\example.com", "/fr/workbench"),
        ("/fr/workbench/\r\nSet-Cookie: a=b", "/fr/workbench"),
        ("", "/fr/workbench"),
    ] {
        let fields = [("csrf", csrf.as_str()), ("reason", reason), ("back", back)];
        let begun = agent.post("/fr/workbench/task", &fields).await;
        assert_eq!(begun.location(), expected, "{back:?}");
    }
    let short = [("csrf", csrf.as_str()), ("reason", "court"), ("back", "")];
    let refused = agent.post("/fr/workbench/task", &short).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has(">court</textarea>");
    agent.page("/fr/workbench").await.has(reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_program_gave_to_the_proposed_unit_comes_home_to_the_desk_once() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let mut ids = Vec::new();
    // As an older program left them: proposed elsewhere, routed elsewhere, taken by an agent here.
    for (kind, state, owner) in [
        ("none", "queued", ""),
        ("route", "assigned", ""),
        ("take", "assigned", "a"),
    ] {
        let (seq, id) = site.story().await;
        let change = Change {
            state: state.to_owned(),
            unit: THERE.to_owned(),
            owner: owner.to_owned(),
            unread: false,
        };
        let made = NewAct {
            kind: kind.to_owned(),
            ..act(&format!("{kind} {seq}"))
        };
        work.transition(seq, 0, change, made).await.unwrap();
        ids.push(id);
    }
    let agent = site.sign_in("a", "triage").await;
    let sees = async |place: usize| {
        let path = format!("/fr/workbench/submissions/{}", ids[place]);
        agent.get(&path).await.status == StatusCode::OK
    };
    assert!(!sees(0).await && !sees(1).await && !sees(2).await);
    worker::follow_units(&site.app).await.unwrap();
    worker::bring_home(&site.app).await.unwrap();
    assert!(sees(0).await && !sees(1).await && sees(2).await);
    // The identities of what came home are sealed for the desk's unit again.
    let intake = &site.app.store.intake;
    let sealed_for = async |seq| intake.identity_unit(seq).await.unwrap().unwrap();
    assert_eq!(sealed_for(0).await, THERE);
    worker::follow_units(&site.app).await.unwrap();
    assert_eq!(sealed_for(0).await, HERE);
    assert_eq!(sealed_for(1).await, THERE);
    assert_eq!(sealed_for(2).await, HERE);
    let tallies = work.tallies().await.unwrap();
    let here = |state: &str, unit: &str| -> i64 {
        let cells = tallies.iter();
        cells
            .filter(|cell| cell.state == state && cell.unit == unit)
            .map(|cell| cell.members)
            .sum()
    };
    assert_eq!((here("queued", HERE), here("assigned", HERE)), (1, 1));
    assert_eq!((here("queued", THERE), here("assigned", THERE)), (0, 1));
    agent.page("/fr/workbench/queue?mine=1").await.has(&ids[2]);

    // Once: what is routed later by a program of ours stays where it is.
    let docket = work.docket(0).await.unwrap().unwrap();
    let change = Change {
        state: "queued".to_owned(),
        unit: THERE.to_owned(),
        owner: String::new(),
        unread: false,
    };
    let moved = work.transition(0, docket.revision, change, act("later"));
    moved.await.unwrap();
    worker::bring_home(&site.app).await.unwrap();
    assert!(!sees(0).await);
}

/// Every door of a series, by every role, on series of one's unit, of another, and of which parts are shown.
#[tokio::test(flavor = "multi_thread")]
async fn every_door_of_a_series_opens_where_the_policy_says() {
    let site = Site::new().await;
    let work = &site.app.store.work;
    let all: Vec<&str> = Part::ALL.iter().map(|part| part.as_str()).collect();
    let shown = [None, Some(all.as_slice()), Some(&["facts"][..]), None];
    let mut series = Vec::new();
    for (place, (unit, shown)) in [HERE, THERE, THERE, THERE]
        .into_iter()
        .zip(shown)
        .enumerate()
    {
        let mut seqs = Vec::new();
        for copy in 0..2 {
            let story = format!(
                "{copy} Le site lot{place}.example a vendu un vélo. Appelé du 06 39 98 4{place} 1{place}."
            );
            let contact = format!("vendeur{place}@lot{place}.example");
            seqs.push(
                site.file(json!({"scam_type": "romance", "story": format!("{story} {contact}")}))
                    .await,
            );
        }
        for seq in &seqs {
            let docket = work.docket(*seq).await.unwrap().unwrap();
            let change = Change {
                state: "queued".to_owned(),
                unit: unit.to_owned(),
                owner: String::new(),
                unread: false,
            };
            let moved = act(&format!("moved {seq}"));
            work.transition(*seq, docket.revision, change, moved)
                .await
                .unwrap();
            if let Some(parts) = shown {
                let named = act(&format!("shown {seq}"));
                work.show_to(*seq, &[(HERE, parts)], named).await.unwrap();
            }
        }
        site.work_again().await;
        let one = work.docket(seqs[0]).await.unwrap().unwrap().series;
        let other = work.docket(seqs[1]).await.unwrap().unwrap().series;
        assert_eq!(one, other);
        series.push((one.expect("two that share three facts"), shown, unit));
    }
    let doors = doors();
    let of_series = doors.table().iter();
    let of_series: Vec<&Door> = of_series
        .filter(|door| door.about == About::Series)
        .collect();
    assert!(of_series.len() > 4);
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for role in Role::ALL {
        let agent = site.sign_in(role.as_str(), role.as_str()).await;
        let csrf = agent.page("/fr/workbench").await.hidden("csrf");
        agent.begin_task().await;
        let who = policy::Agent {
            id: role.as_str().into(),
            unit: HERE.parse().unwrap(),
            role: *role,
            clearance: Clearance::default(),
        };
        let context = Context {
            reason: true,
            signed_in_anew: true,
            ..Context::default()
        };
        for (id, shown, unit) in &series {
            let parts = |parts: &&[&str]| {
                parts
                    .iter()
                    .filter_map(|part| Part::from_word(part))
                    .collect()
            };
            let joined = shown
                .as_ref()
                .map(parts)
                .map(|parts| (HERE.parse().unwrap(), parts));
            let object = Object {
                unit: (shown.is_none()).then(|| unit.parse().unwrap()),
                joined: joined.into_iter().collect(),
                ..Object::nobodys(Subject::Case)
            };
            for door in &of_series {
                let expected = policy::decide(&who, door.action, &object, &context);
                let answer = agent.try_door(door, id, true, &csrf).await;
                let say = format!(
                    "{} {} {shown:?} {unit}: {}",
                    who.id, door.path, answer.status
                );
                // There is no act of this name to take back.
                let nothing = expected.allowed && door.path.ends_with("/undo");
                let found = expected.because.may_be_told() && !nothing;
                assert_eq!(answer.status != StatusCode::NOT_FOUND, found, "{say}");
                if !found {
                    let absent = agent.try_door(door, "S-0000", true, &csrf).await;
                    assert_eq!(plain(&answer, id), plain(&absent, "S-0000"), "{say}");
                }
                *met.entry(expected.because.as_str()).or_default() += 1;
            }
        }
    }
    for because in [Because::Granted, Because::Role, Because::TooFar] {
        assert!(met.contains_key(because.as_str()), "{because:?}: {met:?}");
    }
}
