//! What a production and a guest of the film office meet, without an account.

use casework::{
    Lang, Text,
    answers::Answers,
    film::encounter::{Change as Meet, Encounter, Plan},
    project::{Answer as Said, Answered, Change, Project, Ruling},
    story::Event,
    submission::Track,
};
use serde_json::json;

use super::*;
use crate::{
    public::session,
    receive::{Filing, receive},
    workbench::film::receive_requests,
};

fn event<C>(change: C) -> Event<C> {
    Event {
        at: now(),
        actor: "office".into(),
        change,
    }
}

/// A text as a value of a form.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A site with a project of two lines, and the browser of who asked.
async fn produced() -> (Site, String, Browser) {
    let site = Site::new().await;
    let values = json!({
        "project_kind": "feature", "project_title": "Garde de nuit", "maturity": "dated", "team": 18,
        "company": "Exemple Films",
        "support": [
            {"kind": "place", "what": "un commissariat", "from": "2027-02-01", "days": 3},
            {"kind": "expert", "what": "un négociateur"},
        ],
    });
    let app = &site.app;
    let values = values.as_object().unwrap().clone();
    let filed = receive(
        app,
        Filing {
            desk: app.desk("cinema").unwrap(),
            track: Track::Request,
            lang: Lang::Fr,
            channel: "web",
            answers: &Answers::stored(Track::Request, values),
            scope: "",
            idempotency: "key",
            body: [0; 32],
            vouched: None,
        },
    )
    .await
    .unwrap();
    let id = site.work(filed.seq).await.id;
    receive_requests(app).await.unwrap();
    let mut browser = site.browser();
    let cookie = session::cookie(app, &id);
    let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
    let value = rest.split(';').next().unwrap();
    browser.cookies.insert(name.to_owned(), value.to_owned());
    (site, id, browser)
}

impl Site {
    async fn tells(&self, id: &str, change: Change) {
        let (film, rules) = (&self.app.store.film, &self.app.config.film.criteria);
        film.tell::<Project>(rules, id, &event(change))
            .await
            .unwrap();
    }

    /// All criteria answered, one against; the second line is refused for it.
    async fn decides(&self, id: &str) {
        let unit: casework::submission::UnitId = "ofmin".parse().unwrap();
        let criteria: BTreeSet<Box<str>> = self
            .app
            .config
            .film
            .criteria
            .iter()
            .map(|one| one.id.clone())
            .collect();
        let answers = criteria.iter().map(|criterion| Answered {
            criterion: criterion.clone(),
            answer: if &**criterion == "capacity" {
                Said::Unfavourable
            } else {
                Said::Favourable
            },
            reason: format!("dit de {criterion}").into(),
        });
        let answers = answers.collect();
        self.tells(
            id,
            Change::AskOpinion {
                unit: unit.clone(),
                criteria,
                script: false,
            },
        )
        .await;
        self.tells(id, Change::GiveOpinion { unit, answers }).await;
        let rulings = [
            Ruling::Granted {
                conditions: "de nuit".into(),
            },
            Ruling::Refused {
                criteria: ["capacity".into()].into(),
                reason: "personne n’est libre".into(),
            },
        ];
        let rulings = rulings.into_iter().enumerate().collect();
        self.tells(id, Change::Decide { rulings }).await;
    }
}

#[tokio::test]
async fn a_production_reads_every_reason_once_decided_and_appeals_once() {
    let (site, id, mut browser) = produced().await;
    let page = browser.get("/fr/follow/film").await;
    assert!(
        page.text.contains("Les avis, critère par critère"),
        "{}",
        words(&page.text)
    );
    assert!(!page.text.contains("/follow/film/appeal"));
    let follow = browser.get("/fr/follow/submission").await;
    assert!(follow.text.contains("href=\"/fr/follow/film\""));
    site.decides(&id).await;
    let page = browser.get("/fr/follow/film").await.text;
    for text in [
        "dit de realism",
        "dit de capacity",
        "défavorable",
        "accordé, à condition : de nuit",
        "personne n’est libre",
        "exemple",
    ] {
        assert!(page.contains(text), "{text}: {}", words(&page));
    }
    let empty = browser.post("/fr/follow/film/appeal", "reason=+").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        browser
            .step(
                "/fr/follow/film/appeal",
                "reason=nous+avons+quelqu%E2%80%99un"
            )
            .await,
        "/fr/follow/film"
    );
    let again = browser
        .post("/fr/follow/film/appeal", "reason=encore")
        .await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Whoever has no code reads nothing.
    let nobody = site.browser().get("/fr/follow/film").await;
    assert_eq!(nobody.to, "/fr/follow");
}

#[tokio::test]
async fn a_production_sends_a_rider_and_reads_its_effect_on_the_price() {
    let (site, id, mut browser) = produced().await;
    site.decides(&id).await;
    let class = casework::project::Class {
        category: "4".into(),
        hours: 12,
        preparation: 0,
    };
    site.tells(&id, Change::Classify { line: 0, class }).await;
    let same = browser.post("/fr/follow/film/rider", "reason=rien").await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = "team=18&count-0=1&from-0=2027-02-01&days-0=5&keep-0=yes&count-1=1&from-1=&days-1=1&keep-1=no\
                &new-kind=item&new-what=des+tenues&new-count=4&new-from=2027-02-01&new-days=5\
                &paper=liability&expires=2027-12-31&reason=la+pluie";
    let odd = browser
        .post(
            "/fr/follow/film/rider",
            form.replace("days-0=5", "days-0=cinq"),
        )
        .await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(odd.text.contains("la pluie"), "what was typed is kept");
    browser.step("/fr/follow/film/rider", form).await;
    let page = browser.get("/fr/follow/film").await.text;
    // Two days more at 600 euros.
    for text in [
        "Un avenant attend une réponse",
        "des tenues",
        "1\u{202f}800,00 €",
        "3\u{202f}000,00 €",
        "1\u{202f}200,00 €",
    ] {
        assert!(page.contains(text), "{text}: {}", words(&page));
    }
    let accepted = Change::AnswerRider {
        accepted: true,
        reason: "de jour".into(),
    };
    site.tells(&id, accepted).await;
    let page = browser.get("/fr/follow/film").await.text;
    assert!(
        page.contains("De la version 1 à la version 2"),
        "{}",
        words(&page)
    );
    assert!(page.contains("abandonnée par le demandeur"));
    // The effect stays to be read after the answer, by the prices of its day; and nothing is told in code words.
    for text in [
        "Effet sur le prix, aux prix du 22/11/2026",
        "1\u{202f}200,00 €",
        "(31/12/2027)",
        "Responsabilité civile",
    ] {
        assert!(page.contains(text), "{text}: {}", words(&page));
    }
    assert!(!page.contains("liability (") && !page.contains("2027-12-31)"));
}

/// At every stage the production reads what happens next and who does it; what is kept for it and why not; and the breach
/// it has to put right. What the office keeps to itself is not there.
#[tokio::test]
async fn a_production_reads_in_plain_words_where_it_stands() {
    use casework::{
        booking::{Change as Book, Event as Booked, Request as Wanted, Span},
        film::{expert, immersion},
    };
    let (site, id, mut browser) = produced().await;
    let mut reads = async |expected: &[&str]| {
        let page = browser.get("/fr/follow/film").await.text;
        for text in expected {
            assert!(page.contains(text), "{text}: {}", words(&page));
        }
        page
    };
    reads(&[
        "Votre demande est à l’étude",
        "Réponse prévue avant le",
        "reçu",
    ])
    .await;
    site.decides(&id).await;
    reads(&["Il reste à signer la convention"]).await;
    site.tells(&id, Change::Sign).await;
    let day = jiff::civil::date(2027, 2, 1);
    site.tells(&id, Change::Begin { day }).await;
    let seen = Change::Check {
        day,
        seen: "un contrôle du bureau".into(),
    };
    site.tells(&id, seen).await;
    let breach = "des noms réels".into();
    site.tells(&id, Change::Notice { breach }).await;
    let page = reads(&[
        "Ce qui n’est pas respecté : des noms réels",
        "il peut y être remédié jusqu’au",
    ])
    .await;
    assert!(!page.contains("un contrôle du bureau"));

    let film = &site.app.store.film;
    let pool = &site.app.config.film.pools["film"];
    let lending = store::film::Lending {
        inventory: &pool.inventory,
        quotas: &pool.quotas,
    };
    let books = async |number: u8, change| {
        let booked = Booked {
            booking: casework::submission::BookingId::new(now(), [number; 10]),
            at: now(),
            change,
        };
        film.apply(lending, &booked, "lou").await.unwrap();
    };
    let wanted = |what: &str| Wanted {
        applicant: id.as_str().into(),
        wanted: [what.parse().unwrap()].into(),
        used: Span::new(
            "2027-02-01T08:00Z".parse().unwrap(),
            "2027-02-01T20:00Z".parse().unwrap(),
        )
        .unwrap(),
        prepare: jiff::SignedDuration::ZERO,
        strike: jiff::SignedDuration::ZERO,
        insured_until: Some("2027-12-31T00:00Z".parse().unwrap()),
    };
    books(1, Book::Ask(wanted("training-hall"))).await;
    books(2, Book::Ask(wanted("car-1"))).await;
    books(
        1,
        Book::Refuse {
            reason: "des travaux".into(),
        },
    )
    .await;
    books(2, Book::Approve { passing: None }).await;
    let reason = "secret opérationnel".into();
    let request = Wanted {
        applicant: "raid".into(),
        ..wanted("car-1")
    };
    books(3, Book::Requisition { request, reason }).await;
    let agreement = immersion::Agreement {
        project: id.as_str().into(),
        unit: "ofmin".parse().unwrap(),
        from: day,
        until: day,
        people: 1,
        duties: "suivre".into(),
        image: "aucune".into(),
        secrecy: "tout".into(),
    };
    for change in [
        immersion::Change::Draft(agreement),
        immersion::Change::Refuse {
            reason: "trop d’opérations".into(),
        },
    ] {
        film.tell::<immersion::Immersion>(&(), "i", &event(change))
            .await
            .unwrap();
    }
    let profile = expert::Profile {
        name: "Capitaine Caché".into(),
        unit: "ofmin".parse().unwrap(),
        fields: ["garde à vue".into()].into(),
        languages: BTreeSet::new(),
        territories: BTreeSet::new(),
        clearance: None,
        silent_on: "".into(),
    };
    let answer = |question: usize, answer: &str, withheld| expert::Change::Answer {
        meeting: "m".into(),
        question,
        answer: answer.into(),
        withheld,
    };
    let ask = |question: &str| expert::Change::Ask {
        meeting: "m".into(),
        question: question.into(),
    };
    for change in [
        expert::Change::List(profile),
        expert::Change::Plan {
            meeting: "m".into(),
            project: id.as_str().into(),
            production: "Exemple Films".into(),
            title: "Garde de nuit".into(),
            from: "2027-01-10T09:00Z".parse().unwrap(),
            until: "2027-01-10T10:00Z".parse().unwrap(),
            place: "Cergy".into(),
        },
        ask("Combien de temps ?"),
        ask("Avec quel outil ?"),
        answer(0, "Vingt-quatre heures", false),
        answer(1, "Un outil interne", true),
    ] {
        film.tell::<expert::Expert>(&(), "e", &event(change))
            .await
            .unwrap();
    }
    let page = reads(&[
        "des travaux",
        "repris pour les opérations jusqu’au 01/02/2027 à 21:00",
        "trop d’opérations",
        "Cergy",
        "Vingt-quatre heures",
        "réponse que l’expert garde pour le service",
    ])
    .await;
    for hidden in [
        "secret opérationnel",
        "Capitaine Caché",
        "Un outil interne",
        "/workbench",
    ] {
        assert!(!page.contains(hidden), "{hidden}: {}", words(&page));
    }
    let english = browser.get("/en/follow/film").await.text;
    assert!(
        english.contains("What is not kept: des noms réels"),
        "{}",
        words(&english)
    );
    // Another production reads nothing of it.
    assert!(film.of_applicant("another").await.unwrap().is_empty());
}

/// A new line is in no price until the office classes it, and the page says so beside the total.
#[tokio::test]
async fn a_total_says_which_lines_it_leaves_out() {
    let (site, id, mut browser) = produced().await;
    site.decides(&id).await;
    let class = casework::project::Class {
        category: "4".into(),
        hours: 12,
        preparation: 0,
    };
    site.tells(&id, Change::Classify { line: 0, class }).await;
    let form = |count: &str| {
        format!(
            "team=18&days-0=3&new-kind=item&new-what=des+tenues&new-count={count}&new-from=2027-02-01&new-days=5&reason=la+pluie"
        )
    };
    for odd in ["0", "-1", "4000000000", "1e9"] {
        let refused = browser.post("/fr/follow/film/rider", form(odd)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
    }
    let far = form("4").replace("2027-02-01", "9999-12-31");
    let far = browser.post("/fr/follow/film/rider", far).await;
    assert_eq!(far.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.step("/fr/follow/film/rider", &form("4")).await;
    let page = browser.get("/fr/follow/film").await.text;
    assert!(
        page.contains("Sans prix pour l’instant : ligne(s) 3."),
        "{}",
        words(&page)
    );
}

#[tokio::test]
async fn a_production_takes_its_quote_and_convention_away() {
    let (site, id, mut browser) = produced().await;
    let papers = [
        "/fr/follow/film/quote.pdf",
        "/fr/follow/film/convention.pdf",
    ];
    for path in papers {
        let early = browser.get(path).await;
        assert_eq!(early.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(site.browser().get(path).await.to, "/fr/follow");
    }
    site.decides(&id).await;
    let class = casework::project::Class {
        category: "4".into(),
        hours: 12,
        preparation: 1,
    };
    site.tells(&id, Change::Classify { line: 0, class }).await;
    let film = &site.app.store.film;
    let project = film.story::<Project>(&id).await.unwrap().unwrap();
    // On a day long past: the prices of that day hold.
    let on = jiff::civil::date(2023, 6, 1);
    let basis = project.story.basis(project.story.request(), on);
    site.tells(&id, Change::Quote { basis }).await;
    let page = browser.get("/fr/follow/film").await.text;
    for path in papers {
        assert!(
            page.contains(&format!("href=\"{path}\"")),
            "{}",
            words(&page)
        );
        let paper = browser.get(path).await;
        assert_eq!(paper.headers[header::CONTENT_TYPE], "application/pdf");
        for said in ["Garde de nuit", "Exemple Films", "1 500,00 €", "01/06/2023"] {
            assert!(paper.text.contains(said), "{said}: {}", paper.text);
        }
    }
    let convention = browser.get(papers[1]).await.text;
    assert!(convention.contains("de nuit") && !convention.contains("un négociateur"));
}

/// An encounter with so many seats that is open.
async fn opened(site: &Site, capacity: u32) -> String {
    let text = |text: &str| Text {
        fr: text.to_owned(),
        en: text.to_owned(),
    };
    let plan = Plan {
        number: 9,
        theme: text("Le secours"),
        host: "Sécurité civile".into(),
        venue: "Nogent".into(),
        begins: "2026-12-10T17:00:00Z".parse().unwrap(),
        ends: "2026-12-10T19:00:00Z".parse().unwrap(),
        capacity,
        quotas: BTreeMap::new(),
        group: 10,
        programme: text("Entrée de plain-pied, boucle magnétique."),
        unconfirmed: Text::default(),
    };
    for change in [Meet::Plan(plan), Meet::Open] {
        site.app
            .store
            .film
            .tell::<Encounter>(&(), "n9", &event(change))
            .await
            .unwrap();
    }
    "/fr/encounters/n9".to_owned()
}

fn guests(key: &str, names: &str) -> String {
    format!("key={key}&profession=screenwriter&names={names}&contact={key}%40exemple.test")
}

fn code(page: &str) -> String {
    let after = page
        .split("une fois : ")
        .nth(1)
        .unwrap_or_else(|| panic!("no code: {}", words(page)));
    after.split('<').next().unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_group_registers_without_an_account_and_waits_in_its_turn() {
    let site = Site::new().await;
    let path = opened(&site, 3).await;
    let mut browser = site.browser();
    let page = browser.get(&path).await.text;
    assert!(page.contains("boucle magnétique") && page.contains("name=\"names\""));
    let first = browser
        .post(
            &format!("{path}/register"),
            guests("k1", "Camille+Exemple%0ADominique+Essai"),
        )
        .await;
    assert_eq!(first.status, StatusCode::OK, "{}", words(&first.text));
    let first_code = code(&first.text);
    // The same form sent again is the same registration.
    let again = browser
        .post(
            &format!("{path}/register"),
            guests("k1", "Camille+Exemple%0ADominique+Essai"),
        )
        .await;
    assert_eq!(code(&again.text), first_code);
    let second = browser
        .post(&format!("{path}/register"), guests("k2", "A%0AB"))
        .await;
    assert!(second.text.contains("sur liste d’attente"));
    let second_code = code(&second.text);
    browser
        .post(&format!("{path}/register"), guests("k3", "C"))
        .await;
    let mine = browser
        .post(
            &format!("{path}/registration"),
            format!("code={second_code}"),
        )
        .await;
    for text in [
        "Place dans l’attente",
        "il restait 1 places, le groupe est de 2",
    ] {
        assert!(mine.text.contains(text), "{text}: {}", words(&mine.text));
    }
    let asked = format!("code={first_code}&question=Comment+entre-t-on+%3F");
    browser.post(&format!("{path}/question"), asked).await;
    assert_eq!(
        browser
            .step(&format!("{path}/leave"), &format!("code={first_code}"))
            .await,
        path
    );
    let mine = browser
        .post(
            &format!("{path}/registration"),
            format!("code={second_code}"),
        )
        .await;
    assert!(mine.text.contains("inscrit") && !mine.text.contains("Place dans l’attente"));
    let film = &site.app.store.film;
    let told = film.story::<Encounter>("n9").await.unwrap().unwrap().story;
    assert_eq!(
        (told.seated(), told.waiting(), told.questions.len()),
        (3, 0, 1)
    );
    // Who left is forgotten; nobody's name is in an event.
    let people = film.people("encounter", "n9").await.unwrap();
    assert_eq!(people.len(), 2);
    let wrong = browser
        .post(&format!("{path}/registration"), "code=AAAA")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for form in [
        guests("k4", ""),
        guests("k5", "X").replace("%40", ""),
        guests("k6", &["N"; 11].join("%0A")),
    ] {
        let refused = browser.post(&format!("{path}/register"), form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let file = browser.get(&format!("{path}/event.ics")).await;
    assert!(
        file.text.contains("SUMMARY:N° 9 – Le secours\r\n"),
        "{}",
        file.text
    );
    assert!(file.text.contains("DTSTART:20261210T170000Z\r\n"));
}

/// One address has one registration, of one or of several, however it is written; it may come again once it left.
#[tokio::test]
async fn one_address_takes_seats_once() {
    let site = Site::new().await;
    let path = opened(&site, 30).await;
    let mut browser = site.browser();
    let register = format!("{path}/register");
    let by = |key: &str, contact: &str| {
        format!("key={key}&profession=actor&names=A%0AB&contact={contact}")
    };
    let first = browser
        .post(&register, by("k1", "camille%40exemple.test"))
        .await;
    let code = code(&first.text);
    for (key, contact) in [
        ("k2", "camille%40exemple.test"),
        ("k3", "+Camille%2Bdeux%40Exemple.Test"),
    ] {
        let again = browser.post(&register, by(key, contact)).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{contact}");
        assert!(
            again.text.contains("a déjà une inscription"),
            "{}",
            words(&again.text)
        );
    }
    let same_form = browser
        .post(&register, by("k1", "camille%40exemple.test"))
        .await;
    assert!(same_form.text.contains(&code));
    let film = &site.app.store.film;
    let seated = async || {
        film.story::<Encounter>("n9")
            .await
            .unwrap()
            .unwrap()
            .story
            .seated()
    };
    assert_eq!(seated().await, 2);
    browser
        .step(&format!("{path}/leave"), &format!("code={code}"))
        .await;
    // Who does not come asks nothing any more.
    let asks = format!("code={code}&question=Et+ensuite");
    let asks = browser.post(&format!("{path}/question"), asks).await;
    assert_eq!(asks.status, StatusCode::UNPROCESSABLE_ENTITY);
    let back = browser
        .post(&register, by("k4", "camille%40exemple.test"))
        .await;
    assert_eq!(back.status, StatusCode::OK);
    assert_eq!(seated().await, 2);
    // The office may let each registration have fewer seats than ten.
    let mut plan = film
        .story::<Encounter>("n9")
        .await
        .unwrap()
        .unwrap()
        .story
        .plan;
    plan.group = 1;
    film.tell::<Encounter>(&(), "n9", &event(Meet::Plan(plan)))
        .await
        .unwrap();
    let two = browser
        .post(&register, by("k5", "dominique%40exemple.test"))
        .await;
    assert_eq!(two.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(film.people("encounter", "n9").await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_only_planned_is_not_public() {
    let site = Site::new().await;
    opened(&site, 3).await;
    let film = &site.app.store.film;
    let told = film.story::<Encounter>("n9").await.unwrap().unwrap();
    let plan = event(Meet::Plan(told.story.plan));
    film.tell::<Encounter>(&(), "draft", &plan).await.unwrap();
    let mut browser = site.browser();
    assert_eq!(
        browser.get("/fr/encounters/draft").await.status,
        StatusCode::NOT_FOUND
    );
    let list = browser.get("/fr/encounters").await.text;
    assert!(list.contains("/fr/encounters/n9") && !list.contains("/fr/encounters/draft"));
}

#[tokio::test]
async fn figures_and_places_are_public_with_their_definitions() {
    let (site, _, _) = produced().await;
    let mut browser = site.browser();
    let page = browser.get("/fr/film").await.text;
    for text in [
        "<svg",
        "Préfecture",
        "exemple",
        "Ce que compte chaque colonne",
        "chaque lieu compte une fois par jour",
    ] {
        assert!(
            page.contains(text) || page.to_lowercase().contains(&text.to_lowercase()),
            "{text}"
        );
    }
    // A place that the office does not show is on no map.
    assert!(!page.contains("Salle de commandement"));
    let csv = browser.get("/fr/film/statistics.csv").await;
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert!(
        csv.text.ends_with("\n2026,1,0,0,0,0,0,0,0,0,0,0\n"),
        "{}",
        csv.text
    );
    assert_eq!(browser.get("/en/film/statistics.csv").await.text, csv.text);
    let schema = browser.get("/en/film/statistics.schema.json").await.text;
    assert!(schema.contains("\"shooting_days\""));
}

/// Who comes to the shoot: handed in by the production, whole or one by one, with bad lines named and nothing of a bad list
/// kept; sealed, and gone a month after the shoot.
#[tokio::test]
async fn the_production_says_who_comes_and_they_are_forgotten_after_the_shoot() {
    use casework::film::crew::Crew;
    let (site, id, mut browser) = produced().await;
    let path = "/fr/follow/film/crew";
    let send = |people: &str, name: &str| {
        format!(
            "crew-people={}&crew-name={}&crew-role=&crew-plate=",
            encoded(people),
            encoded(name)
        )
    };
    // Nothing is granted yet: nobody comes.
    let early = browser.post(path, send("Camille Exemple", "")).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    site.decides(&id).await;
    let bad = "Camille Exemple ; image ; AB-123-CD\n; son\ncamille EXEMPLE\nDominique ; x ; rouge";
    let refused = browser.post(path, send(bad, "")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for line in [
        "Ligne 2",
        "Ligne 3 : ce nom est déjà à la ligne 1",
        "Ligne 4",
    ] {
        assert!(
            refused.text.contains(line),
            "{line}: {}",
            words(&refused.text)
        );
    }
    assert!(
        refused.text.contains("Dominique ; x ; rouge"),
        "typed is kept"
    );
    let film = &site.app.store.film;
    assert!(film.story::<Crew>(&id).await.unwrap().is_none());

    browser
        .step(
            path,
            &send(
                "Nom;Fonction;Plaque\nExemple, Camille ; image ; ab-123-cd",
                "",
            ),
        )
        .await;
    browser
        .step(
            path,
            &send("Exemple, Camille ; image ; AB-123-CD", "Dominique Essai"),
        )
        .await;
    let page = browser.get("/fr/follow/film").await.text;
    for text in [
        "Exemple, Camille",
        "AB-123-CD",
        "Dominique Essai",
        "à vérifier",
    ] {
        assert!(page.contains(text), "{text}: {}", words(&page));
    }
    for file in ["film.db", "film.db-wal"] {
        let file = std::fs::read(site.folder.path().join(file)).unwrap_or_default();
        assert!(!file.windows(7).any(|bytes| bytes == b"Camille"));
    }

    // The shoot is over for more than a month.
    let day = jiff::civil::date(2026, 9, 1);
    for change in [
        Change::Sign,
        Change::Begin { day },
        Change::End {
            day,
            days: 1,
            incidents: "".into(),
        },
    ] {
        site.tells(&id, change).await;
    }
    crate::workbench::film::forget_people(&site.app)
        .await
        .unwrap();
    assert!(film.people("crew", &id).await.unwrap().is_empty());
    let page = browser.get("/fr/follow/film").await.text;
    assert!(!page.contains("Dominique Essai"));
    let late = browser.post(path, send("Camille Exemple", "")).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}
