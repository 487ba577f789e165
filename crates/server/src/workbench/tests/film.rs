//! The film office as its agents, other services and productions meet it.

use casework::{
    film::encounter::Encounter,
    policy::{self, Action, Role},
    project::{Project, Stage},
    story::Story,
};

use super::*;
use crate::workbench::{
    door::{About, Door},
    doors,
    film::{counted, forget_people, import_known},
};

const OFFICE: &str = "mission-cinema";
const NOBODY: &str = "01a202b2-c500-7eae-9051-f0b9d0082c6c";

impl Site {
    /// A request for a place and uniforms, with a script.
    async fn film_request(&self) -> String {
        let seq = self
            .file_at(
                "cinema",
                Track::Request,
                json!({
                    "project_kind": "feature", "project_title": "Garde de nuit", "synopsis": "Une nuit.",
                    "maturity": "dated", "team": 18, "company": "Exemple Films",
                    "support": [
                        {"kind": "place", "what": "un commissariat", "from": "2027-02-01", "days": 3},
                        {"kind": "item", "what": "des tenues", "count": 4, "from": "2027-02-01", "days": 3},
                    ],
                    "paper": [
                        {"kind": "liability", "expires": "2027-12-31"},
                        {"kind": "state_goods", "expires": "2027-06-30"},
                    ],
                    "sensitive": ["uniforms"], "script": ["upload-1"],
                }),
            )
            .await;
        self.kept(seq).await.id
    }

    async fn project(&self, id: &str) -> Project {
        let told = self.app.store.film.story::<Project>(id).await;
        told.unwrap().unwrap().story
    }
}

impl Browser<'_> {
    /// Sends a form of the film office and expects it done; answers where it leads.
    async fn does_film(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.sends_film(path, fields).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{path}: {}",
            answer.body
        );
        answer.location().to_owned()
    }

    /// Sends a form with files: name and bytes of each.
    async fn sends_photos(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let csrf = self.page("/fr/workbench").await.hidden("csrf");
        let mut body = Vec::new();
        for (name, value) in std::iter::once(&("csrf", csrf.as_str())).chain(fields) {
            let part = format!(
                "--B\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--B\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"{name}\"\r\ncontent-type: image/webp\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--B--\r\n");
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=B")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    async fn sends_film(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.page("/fr/workbench").await.hidden("csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }
}

impl Browser<'_> {
    /// All criteria answered well by the office, and every line granted.
    async fn grants(&self, path: &str) {
        let all = answers(true);
        let mut ask = vec![("unit", OFFICE)];
        let criteria = all
            .iter()
            .filter_map(|(name, _)| name.strip_prefix("answer-"));
        ask.extend(criteria.map(|id| ("criteria", id)));
        self.does_film(&format!("{path}/acts/ask-opinion"), &ask)
            .await;
        let mut given: Vec<(&str, &str)> = vec![("unit", OFFICE)];
        given.extend(
            all.iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        self.does_film(&format!("{path}/acts/opinion"), &given)
            .await;
        let rulings = [("ruling-0", "granted"), ("ruling-1", "granted")];
        self.does_film(&format!("{path}/acts/decide"), &rulings)
            .await;
    }
}

fn answers(favourable: bool) -> Vec<(String, String)> {
    let criteria = [
        "realism",
        "interest",
        "feasibility",
        "capacity",
        "open_case",
        "public_order",
    ];
    let mut fields = Vec::new();
    for criterion in criteria {
        let against = !favourable && criterion == "feasibility";
        let answer = if against {
            "unfavourable"
        } else {
            "favourable"
        };
        fields.push((format!("answer-{criterion}"), answer.to_owned()));
        fields.push((
            format!("reason-{criterion}"),
            format!("motif de {criterion}"),
        ));
    }
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_goes_from_request_to_figures() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let raid = site.sign_in_at("ofac-pharos", "chef", "head").await;
    let path = format!("/fr/workbench/film/projects/{id}");
    let act = |act: &str| format!("{path}/acts/{act}");
    office
        .page("/fr/workbench/film")
        .await
        .has("Garde de nuit")
        .has("à l’instruction");
    assert_eq!(raid.get(&path).await.status, StatusCode::NOT_FOUND);
    for none in ["quote.pdf", "convention.pdf", "access.pdf"] {
        let early = office.get(&format!("{path}/{none}")).await;
        assert_eq!(early.status, StatusCode::NOT_FOUND, "{none}");
    }

    office.does_film(&act("take"), &[]).await;
    let docket = site
        .app
        .store
        .work
        .docket_by_id(&id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (docket.state.as_str(), docket.owner.as_str()),
        ("assigned", "lou")
    );
    let criteria: Vec<(&str, &str)> = [
        "realism",
        "interest",
        "feasibility",
        "capacity",
        "open_case",
        "public_order",
    ]
    .into_iter()
    .map(|id| ("criteria", id))
    .chain([("unit", "ofac-pharos")])
    .collect();
    // Nothing is decided before there are opinions.
    let early = office
        .sends_film(
            &act("decide"),
            &[("ruling-0", "granted"), ("ruling-1", "granted")],
        )
        .await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    office.does_film(&act("ask-opinion"), &criteria).await;

    // The service that is asked sees the facts and answers; it does not handle the project, nor see the script.
    raid.page("/fr/workbench/film")
        .await
        .has("Garde de nuit")
        .has("avis attendu");
    raid.page(&path)
        .await
        .has("un commissariat")
        .has_not("/acts/decide")
        .has_not("/script/")
        .has_not("/acts/book");
    assert_eq!(
        raid.sends_film(&act("sign"), &[]).await.status,
        StatusCode::NOT_FOUND
    );
    let given = answers(false);
    let mut fields: Vec<(&str, &str)> = given
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    fields.push(("unit", OFFICE));
    assert_eq!(
        raid.sends_film(&act("opinion"), &fields).await.status,
        StatusCode::NOT_FOUND
    );
    fields.pop();
    fields.push(("unit", "ofac-pharos"));
    raid.does_film(&act("opinion"), &fields).await;

    let refused_without = office
        .sends_film(
            &act("decide"),
            &[
                ("ruling-0", "granted"),
                ("ruling-1", "refused"),
                ("text-1", "trop"),
            ],
        )
        .await;
    assert_eq!(refused_without.status, StatusCode::UNPROCESSABLE_ENTITY);
    // What was typed is not lost.
    refused_without.has("value=\"trop\"");
    let rulings = [
        ("ruling-0", "granted"),
        ("text-0", "de nuit"),
        ("ruling-1", "refused"),
        ("text-1", "pas ces jours-là"),
        ("against-1", "feasibility"),
    ];
    office.does_film(&act("decide"), &rulings).await;
    office
        .page(&path)
        .await
        .has("accordé, à condition : de nuit")
        .has("refusé : pas ces jours-là")
        .has("motif de feasibility");

    let class = [
        ("line", "0"),
        ("category", "4"),
        ("hours", "12"),
        ("preparation", "1"),
    ];
    office.does_film(&act("classify"), &class).await;
    office.does_film(&act("quote"), &[]).await;
    // Two days at 600 euros, one of preparation at half.
    office
        .page(&format!("{path}/quote"))
        .await
        .has("1\u{202f}500,00\u{a0}€")
        .has("450,00\u{a0}€")
        .has("Exemple : la grille")
        .has("/quote.pdf")
        .has("/convention.pdf");
    // The papers say the same, in both languages, to those who read the page.
    let english = path.replacen("/fr/", "/en/", 1);
    for name in ["quote", "convention"] {
        office
            .page(&format!("{path}/{name}.pdf"))
            .await
            .has("Garde de nuit")
            .has("1 500,00 €")
            .has("450,00 €")
            .has("qui n’est pas celui du ministère");
        raid.page(&format!("{english}/{name}.pdf"))
            .await
            .has("€1,500.00")
            .has("not the ministry’s");
    }
    office
        .page(&format!("{path}/convention.pdf"))
        .await
        .has("de nuit")
        .has_not("des tenues");
    for none in ["quote.pdf?number=2", "quote.pdf?number=0"] {
        let none = office.get(&format!("{path}/{none}")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    }
    let list = office.page(&format!("{path}/access.pdf")).await;
    list.has("Liste d’accès à un tournage – Garde de nuit");
    let theirs = raid.get(&format!("{path}/access.pdf")).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    for (step, fields) in [
        ("sign", vec![]),
        ("begin", vec![("day", "2027-02-01")]),
        (
            "check",
            vec![("day", "2027-02-01"), ("text", "rien à dire")],
        ),
        (
            "incident",
            vec![
                ("day", "2027-02-02"),
                ("text", "une vitre"),
                ("damage", "une vitre"),
            ],
        ),
        (
            "end",
            vec![
                ("day", "2027-02-03"),
                ("days", "3"),
                ("incidents", "une vitre"),
            ],
        ),
        (
            "credit",
            vec![("line", "Avec l’aide de…"), ("day", "2028-01-01")],
        ),
    ] {
        office.does_film(&act(step), &fields).await;
    }
    assert_eq!(site.project(&id).await.stage(), Stage::Credited);
    let docket = site
        .app
        .store
        .work
        .docket_by_id(&id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(docket.state, "closed:resolved");
    office
        .page(&path)
        .await
        .has("œuvre sortie")
        .has("contrôle sur le plateau");
    let figures = counted(&site.app).await.unwrap();
    let years = casework::film::statistics::yearly(&figures);
    let file = casework::film::statistics::csv(&years);
    assert!(file.contains("\n2026,1,1,0,0,0,0,0,0,0,0,0\n"), "{file}");
    assert!(file.contains("\n2027,0,0,0,0,1,3,0,0,0,0,0\n"), "{file}");
    let again = casework::film::statistics::csv(&casework::film::statistics::yearly(
        &counted(&site.app).await.unwrap(),
    ));
    assert_eq!(again, file);
    // Looks of the office and of the service were kept.
    let auditor = site.sign_in("aud", "auditor").await;
    auditor.begin_task().await;
    let record = auditor.page("/fr/workbench/record").await;
    record.has("Agent lou").has("Agent chef");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_opens_with_a_reason_to_those_it_is_shown_to() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let asked = site.sign_in_at("ofmin", "asked", "head").await;
    let path = format!("/fr/workbench/film/projects/{id}");
    office.page("/fr/workbench/film").await;
    let ask = |script: bool| {
        let mut fields = vec![("unit", "ofmin"), ("criteria", "realism")];
        if script {
            fields.push(("script", "yes"));
        }
        fields
    };
    office
        .does_film(&format!("{path}/acts/ask-opinion"), &ask(false))
        .await;
    let script = format!("{path}/script/upload-1");
    assert_eq!(asked.get(&script).await.status, StatusCode::NOT_FOUND);
    // The office itself says why; no file lies behind the made identifier.
    office.get(&script).await.has("id=\"task-reason\"");
    office.begin_task().await;
    assert_eq!(office.get(&script).await.status, StatusCode::NOT_FOUND);
    office
        .does_film(&format!("{path}/acts/ask-opinion"), &ask(true))
        .await;
    asked.get(&script).await.has("id=\"task-reason\"");
    // A script is no paper.
    let paper = office.get(&format!("{path}/papers/upload-1")).await;
    assert_eq!(paper.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn screen_program_and_approval_agree_on_what_is_free() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    office.page("/fr/workbench/film").await;
    let pool = "/fr/workbench/film/pools/film";
    let book = |resource: &'static str, from: &'static str, until: &'static str| {
        vec![
            ("resource", resource),
            ("from", from),
            ("until", until),
            ("prepare", "2"),
            ("strike", "1"),
            ("insured", "2027-12-31"),
        ]
    };
    let project = format!("/fr/workbench/film/projects/{id}/acts/book");
    office
        .does_film(
            &project,
            &book("training-hall", "2027-02-01T08:00", "2027-02-01T20:00"),
        )
        .await;
    let asked = site.app.store.film.of_applicant(&id).await.unwrap();
    let first = format!("{pool}/bookings/{}", asked.keys().next().unwrap());
    let free = |from: &str, until: &str| {
        format!("{pool}/free?resource=training-hall&from={from}&until={until}")
    };
    office
        .page(&free("2027-02-01T06:00", "2027-02-01T21:00"))
        .await
        .has("\"free\":true");
    office
        .does_film(&format!("{first}/acts/approve"), &[])
        .await;
    office
        .page(&free("2027-02-01T05:00", "2027-02-01T06:00"))
        .await
        .has("\"free\":true");
    office
        .page(&free("2027-02-01T20:00", "2027-02-01T21:00"))
        .await
        .has("\"free\":false");
    let day = "?from=2027-02-01T20:00&until=2027-02-01T21:00&kind=place";
    office
        .page(&format!("{pool}{day}"))
        .await
        .has("pris jusqu’au 01/02/2027 à 21:00");
    let week = format!("{pool}/resources/training-hall?week=2027-02-03");
    office
        .page(&week)
        .await
        .has("Semaine du 01/02/2027")
        .has("préparation ou remise en état")
        .has(&first);

    let mut other = book("training-hall", "2027-02-01T19:00", "2027-02-02T10:00");
    other.push(("applicant", "Une autre production"));
    let second = office.does_film(&format!("{pool}/acts/book"), &other).await;
    let refused = office
        .sends_film(&format!("{second}/acts/approve"), &[])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("est pris jusqu’au 01/02/2027 à 21:00");
    // It waits, and the page of the pool shows it in order.
    office.page(pool).await.has("Une autre production");
    // Nothing leaves before the convention is signed.
    let early = office
        .sends_film(
            &format!("{first}/acts/hand-over"),
            &[("condition", "bon état")],
        )
        .await;
    early.has("La convention de ce projet n’est pas signée");
    let long = office
        .sends_film(
            &format!("{first}/acts/extend"),
            &[("until", "2029-02-01T20:00")],
        )
        .await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_comes_back_in_parts_and_what_operations_take_is_replaced() {
    let site = Site::new().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let pool = "/fr/workbench/film/pools/film";
    // The clock stands at 11 in Paris on 22 November 2026.
    let patrol = [
        ("applicant", "Exemple Films"),
        ("resource", "patrol"),
        ("from", "2026-11-22T10:00"),
        ("until", "2026-11-22T20:00"),
        ("insured", "2026-12-31"),
    ];
    let booking = office
        .does_film(&format!("{pool}/acts/book"), &patrol)
        .await;
    office
        .does_film(&format!("{booking}/acts/approve"), &[])
        .await;
    office
        .does_film(
            &format!("{booking}/acts/hand-over"),
            &[("condition", "bon état")],
        )
        .await;
    let part = [
        ("resource", "radio-1"),
        ("condition", "rayée"),
        ("damage", "une rayure"),
    ];
    office
        .does_film(&format!("{booking}/acts/return"), &part)
        .await;
    office.page(&booking).await.has("sortie").has("une rayure");
    let take = [
        ("resource", "car-1"),
        ("from", "2026-11-22T12:00"),
        ("until", "2026-11-22T18:00"),
        ("reason", "intervention"),
    ];
    office
        .does_film(&format!("{pool}/acts/requisition"), &take)
        .await;
    let lost = office.page(&booking).await;
    lost.has("Repris pour les opérations").has("car-2");
    let (from, until) = (lost.hidden("from"), lost.hidden("until"));
    let replace = [
        ("from", from.as_str()),
        ("until", until.as_str()),
        ("resource", "car-2"),
    ];
    let replaced = office
        .does_film(&format!("{booking}/acts/replace"), &replace)
        .await;
    office
        .does_film(&format!("{replaced}/acts/approve"), &[])
        .await;
    assert_eq!(site.app.store.film.held_twice().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn experts_are_proposed_with_reasons_and_meetings_kept() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    office.page("/fr/workbench/film").await;
    let base = "/fr/workbench/film/experts";
    let list = [
        ("name", "Capitaine Exemple"),
        ("unit", "comcyber-mi"),
        ("fields", "cyberattaques, rançongiciels"),
        ("languages", "fr, en"),
        ("silent", "les techniques"),
    ];
    let expert = office
        .does_film(&format!("{base}/new/acts/list"), &list)
        .await;
    office
        .page(&format!("{base}?field=rancongiciel&language=de"))
        .await
        .has("Capitaine Exemple")
        .has("Propositions")
        .has("Langues");
    let plan = [
        ("project", id.as_str()),
        ("from", "2027-01-10T10:00"),
        ("until", "2027-01-10T11:00"),
        ("place", "Cergy"),
        ("question", "Combien de temps dure une attaque ?"),
    ];
    office
        .does_film(&format!("{expert}/acts/plan"), &plan)
        .await;
    let again = office
        .sends_film(&format!("{expert}/acts/plan"), &plan)
        .await;
    again.has("n’est pas libre avant le 10/01/2027 à 11:00");
    let page = office.page(&expert).await;
    let meeting = page.hidden("meeting");
    let answer = [
        ("meeting", meeting.as_str()),
        ("which", "0"),
        ("answer", "Des jours"),
        ("withheld", "yes"),
    ];
    office
        .does_film(&format!("{expert}/acts/answer"), &answer)
        .await;
    office
        .does_film(
            &format!("{expert}/acts/hold"),
            &[("meeting", meeting.as_str())],
        )
        .await;
    office.page(&expert).await.has("Des jours").has("tenue");
    let file = office.page(&format!("{expert}/{meeting}")).await;
    file.has("BEGIN:VEVENT\r\n")
        .has("DTSTART:20270110T090000Z\r\n")
        .has_not("attaque");
    let declare = [("conflict", "Exemple Films")];
    office
        .does_film(&format!("{expert}/acts/declare"), &declare)
        .await;
    let later: Vec<(&str, &str)> = plan
        .iter()
        .map(|(name, value)| {
            (
                *name,
                if *name == "until" {
                    "2027-01-11T11:00"
                } else {
                    value
                },
            )
        })
        .collect();
    office
        .sends_film(&format!("{expert}/acts/plan"), &later)
        .await
        .has("Un conflit d’intérêts");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_immersion_is_signed_off_by_the_unit_that_receives() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let unit = site.sign_in_at("comcyber-mi", "chef", "head").await;
    let other = site.sign_in_at("ofmin", "autre", "head").await;
    office.page("/fr/workbench/film").await;
    let draft = [
        ("project", id.as_str()),
        ("unit", "comcyber-mi"),
        ("from", "2026-11-20"),
        ("until", "2026-11-25"),
        ("people", "Camille Exemple\nDominique Essai"),
        ("duties", "suivre"),
        ("image", "aucun visage"),
        ("secrecy", "les méthodes"),
    ];
    let path = office
        .does_film("/fr/workbench/film/immersions/acts/draft", &draft)
        .await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    unit.page("/fr/workbench/film").await.has("Immersion");
    unit.page(&path)
        .await
        .has("Camille Exemple")
        .has("/acts/sign-off")
        .has_not("/acts/cancel");
    office.page(&path).await.has_not("/acts/sign-off");
    let signed_off = office
        .sends_film(&format!("{path}/acts/sign-off"), &[])
        .await;
    assert_eq!(signed_off.status, StatusCode::NOT_FOUND);
    unit.does_film(&format!("{path}/acts/sign-off"), &[]).await;
    office.does_film(&format!("{path}/acts/sign"), &[]).await;
    let brief = [("day", "2026-11-20"), ("told", "pas de téléphone")];
    unit.does_film(&format!("{path}/acts/brief"), &brief).await;
    unit.page(&path)
        .await
        .has("accès ouvert")
        .has("<td>oui</td>");
    unit.page(&format!("{path}/agreement.pdf"))
        .await
        .has("Accord d’immersion – Garde de nuit")
        .has("Dominique Essai")
        .has("aucun visage")
        .has("qui n’est pas celui du ministère");
    office
        .page(&format!("{path}/access.pdf"))
        .await
        .has("Camille Exemple")
        .has("25/11/2026");
    for paper in ["agreement.pdf", "access.pdf"] {
        let theirs = other.get(&format!("{path}/{paper}")).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{paper}");
    }
    let debrief = [
        ("day", "2026-11-26"),
        ("report", "utile"),
        ("withheld", "les noms"),
    ];
    unit.does_film(&format!("{path}/acts/debrief"), &debrief)
        .await;
    office.page(&path).await.has("terminée");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_budget_goes_over_its_line_without_a_decision() {
    let site = Site::new().await;
    let head = site.sign_in_at("comcyber-mi", "chef", "head").await;
    let base = "/fr/workbench/film/pools/comcyber/budget";
    let open = [
        ("name", "Matériel d’analyse"),
        ("year", "2026"),
        ("amount", "1 000"),
    ];
    head.does_film(&format!("{base}/acts/open"), &open).await;
    let lines = site
        .app
        .store
        .film
        .stories::<casework::film::budget::Line>()
        .await
        .unwrap();
    let line = lines.keys().next().unwrap().clone();
    let ask = [
        ("line", line.as_str()),
        ("what", "un bloqueur"),
        ("reason", "le vieux est cassé"),
        ("amount", "1 200,50"),
    ];
    head.does_film(&format!("{base}/acts/ask"), &ask).await;
    let request = head.page(base).await.has("un bloqueur").hidden("request");
    let commit = [("line", line.as_str()), ("request", request.as_str())];
    let refused = head
        .sends_film(&format!("{base}/acts/commit"), &commit)
        .await;
    refused.has("il faut d’abord une décision");
    let decide = [
        ("line", line.as_str()),
        ("amount", "300"),
        ("decision", "note 12"),
    ];
    head.does_film(&format!("{base}/acts/decide"), &decide)
        .await;
    head.does_film(&format!("{base}/acts/commit"), &commit)
        .await;
    head.page(base).await.has("99,50\u{a0}€");
    // The film office has its own.
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    assert_eq!(office.get(base).await.status, StatusCode::NOT_FOUND);
    let elsewhere = "/fr/workbench/film/pools/film/budget/acts/commit";
    assert_eq!(
        office.sends_film(elsewhere, &commit).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_known_encounters_are_imported_once_and_say_what_is_not_confirmed() {
    let site = Site::new().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let base = "/fr/workbench/film/encounters";
    for _ in 0..2 {
        office
            .does_film(&format!("{base}/known/acts/import"), &[])
            .await;
    }
    import_known(&site.app).await.unwrap();
    let all = site.app.store.film.stories::<Encounter>().await.unwrap();
    let events: Vec<usize> = all.values().map(|told| told.events.len()).collect();
    assert_eq!(events, [3, 2]);
    office
        .page(base)
        .await
        .has("N° 4 – La DGSI et ses métiers")
        .has("29/02/2024");
    office
        .page(&format!("{base}/histoires-2024-02-29"))
        .await
        .has("Nanterre")
        .has("sont des exemples");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encounter_keeps_its_access_list_and_erases_it() {
    let site = Site::new().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let base = "/fr/workbench/film/encounters";
    let plan = [
        ("number", "9"),
        ("theme_fr", "Le secours"),
        ("theme_en", "Rescue"),
        ("host", "Sécurité civile"),
        ("venue", "Nogent"),
        ("begins", "2026-12-10T18:00"),
        ("ends", "2026-12-10T20:00"),
        ("capacity", "3"),
        ("quota-actor", "1"),
    ];
    let path = office
        .does_film(&format!("{base}/new/acts/plan"), &plan)
        .await;
    office.does_film(&format!("{path}/acts/open"), &[]).await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    let event = casework::story::Event {
        at: now(),
        actor: "guest".into(),
        change: casework::film::encounter::Change::Register {
            registration: "r1".into(),
            profession: casework::film::encounter::Profession::Actor,
            group: 1,
        },
    };
    let film = &site.app.store.film;
    film.tell::<Encounter>(&(), &id, &event).await.unwrap();
    let body = json!({"names": "Camille Exemple", "contact": "c@exemple.test"}).to_string();
    film.keep_person((Encounter::KIND, &id, "r1"), &body)
        .await
        .unwrap();
    let check = [("registration", "r1"), ("identity", "checked")];
    office
        .does_film(&format!("{path}/acts/check"), &check)
        .await;
    office
        .does_film(
            &format!("{path}/acts/invite"),
            &[("profession", "actor"), ("many", "12")],
        )
        .await;
    office
        .page(&path)
        .await
        .has("Camille Exemple")
        .has("vérifiée")
        .has("12");
    office
        .page(&format!("{path}/access.pdf"))
        .await
        .has("Le secours")
        .has("Nogent")
        .has("Camille Exemple")
        .has("vérifiée")
        .has_not("c@exemple.test");
    office
        .does_film(&format!("{path}/acts/hold"), &[("came", "1")])
        .await;
    let follow_up = [("text_fr", "Les diapositives."), ("text_en", "")];
    office
        .does_film(&format!("{path}/acts/follow-up"), &follow_up)
        .await;
    office.does_film(&format!("{path}/acts/erase"), &[]).await;
    office
        .page(&path)
        .await
        .has("nom effacé")
        .has_not("Camille");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_is_forgotten_a_month_after_it_was_over() {
    let site = Site::new().await;
    import_known(&site.app).await.unwrap();
    let film = &site.app.store.film;
    let known = film
        .story::<Encounter>("histoires-2024-02-29")
        .await
        .unwrap()
        .unwrap();
    let plan = casework::film::encounter::Plan {
        begins: "2026-11-01T18:00:00Z".parse().unwrap(),
        ends: "2026-11-01T20:00:00Z".parse().unwrap(),
        ..known.story.plan
    };
    let event = casework::story::Event {
        at: now(),
        actor: "lou".into(),
        change: casework::film::encounter::Change::Plan(plan),
    };
    film.tell::<Encounter>(&(), "lately", &event).await.unwrap();
    for id in ["histoires-2024-02-29", "lately"] {
        let place = (Encounter::KIND, id, "r1");
        film.keep_person(place, "Camille Exemple").await.unwrap();
    }
    forget_people(&site.app).await.unwrap();
    let left = |id| film.people(Encounter::KIND, id);
    assert!(left("histoires-2024-02-29").await.unwrap().is_empty());
    assert_eq!(left("lately").await.unwrap().len(), 1);
}

/// Every door of the film office, tried by every role of the office, of a unit that lends too, and of another.
#[tokio::test(flavor = "multi_thread")]
async fn the_doors_of_the_office_open_where_the_policy_says() {
    let site = Site::new().await;
    let id = site.film_request().await;
    crate::workbench::film::receive_requests(&site.app)
        .await
        .unwrap();
    let all = doors();
    let office: Vec<&Door> = all
        .table()
        .iter()
        .filter(|door| matches!(door.about, About::Project | About::Pool | About::Expert))
        .collect();
    assert!(office.len() > 40);
    let mut tried = 0;
    for role in Role::ALL {
        for unit in [OFFICE, "comcyber-mi", "ofmin"] {
            let name = format!("{}-{unit}", role.as_str());
            let agent = site.sign_in_at(unit, &name, role.as_str()).await;
            let csrf = agent.page("/fr/workbench").await.hidden("csrf");
            agent.begin_task().await;
            for pool in ["film", "comcyber", "nowhere"] {
                for door in &office {
                    let of_pool = door.path.contains("{pool}");
                    if !of_pool && pool != "film" {
                        continue;
                    }
                    let path = door
                        .path
                        .replace("{lang}", "fr")
                        .replace("{id}", &id)
                        .replace("{pool}", pool);
                    // Nothing is behind these: whoever is let in finds nothing, or a form without answers.
                    let path = [
                        "{exhibit}",
                        "{resource}",
                        "{booking}",
                        "{expert}",
                        "{photo}",
                        "{meeting}",
                        "{encounter}",
                    ]
                    .iter()
                    .fold(path, |path, name| path.replace(name, NOBODY));
                    // Without a reason it is let in, and declares nothing that would shut the others.
                    let reason = match door.action {
                        Action::DeclareFilmConflict => "",
                        _ => "un motif assez long",
                    };
                    let answer = if door.method == axum::http::Method::POST {
                        agent
                            .post(
                                &path,
                                &[("csrf", &csrf), ("revision", "-1"), ("reason", reason)],
                            )
                            .await
                    } else {
                        agent.get(&path).await
                    };
                    let theirs = match pool {
                        "film" => unit == OFFICE,
                        "comcyber" => unit == "comcyber-mi",
                        _ => false,
                    };
                    let allowed = theirs && door.action.rule().reach(*role) != policy::Reach::Never;
                    let say = format!(
                        "{name} {pool} {} {}: {}",
                        door.method, door.path, answer.status
                    );
                    assert!(!answer.status.is_server_error(), "{say}");
                    if !allowed {
                        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{say}");
                    } else if !door.path.contains("{e")
                        && !door.path.contains("{resource}")
                        && !door.path.contains("{booking}")
                        && !door.path.contains("{photo}")
                        && !door.path.ends_with("/free")
                        && !door.path.ends_with(".pdf")
                        && door.action != Action::OpenScript
                        && !door.path.contains("{meeting}")
                        && !door.path.contains("/budget/acts/")
                    {
                        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{say}");
                    }
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 1_500, "{tried}");
}

/// No picture: the first bytes of one.
const PHOTO: &[u8] = b"RIFF\0\0\0\0WEBPVP8 made";

#[tokio::test(flavor = "multi_thread")]
async fn a_place_has_photos_with_words_that_are_sent_and_never_shown() {
    let site = Site::new().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let other = site.sign_in_at("comcyber-mi", "chef", "head").await;
    let resource = "/fr/workbench/film/pools/film/resources/training-hall";
    let add = format!("{resource}/acts/photo");
    let seen = [
        ("seen", "la halle, vue de l’entrée"),
        ("seen_en", "the hall from its door"),
    ];
    let none = office.sends_photos(&add, &seen, &[("", b"")]).await;
    none.has("Choisissez au moins une photo");
    let unseen = office
        .sends_photos(&add, &[("seen", " ")], &[("h.webp", PHOTO)])
        .await;
    assert_eq!(unseen.status, StatusCode::UNPROCESSABLE_ENTITY);
    unseen.has("Dites en français ce que l’on voit");
    for bytes in [&b"<svg onload=alert(1)>"[..], b"%PDF-1.7", b"MZ"] {
        let refused = office.sends_photos(&add, &seen, &[("h.png", bytes)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused
            .has("n’est pas une photo")
            .has("la halle, vue de l’entrée");
    }
    let large = vec![b'x'; (12 << 20) + 1];
    let refused = office
        .sends_photos(&add, &seen, &[("h.webp", &large)])
        .await;
    refused.has("12");
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let seven = [("h.webp", PHOTO); 7];
    let refused = office.sends_photos(&add, &seen, &seven).await;
    refused.has("Au plus 6 photos");
    let film = &site.app.store.film;
    assert!(
        film.photos("film", "training-hall")
            .await
            .unwrap()
            .is_empty()
    );
    // What was refused left nothing among the exhibits.
    let incoming = site._folder.path().join("exhibits/incoming");
    assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0);

    let done = office
        .sends_photos(&add, &seen, &[("../../<b>.webp", PHOTO)])
        .await;
    assert_eq!(done.location(), resource);
    let photo = film
        .photos("film", "training-hall")
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (photo.name.as_str(), photo.media_type.as_str()),
        ("<b>.webp", "image/webp")
    );
    office
        .page(resource)
        .await
        .has("la halle, vue de l’entrée")
        .has("WEBP, 1")
        .has("&#60;b&#62;.webp");
    office
        .page(&resource.replace("/fr/", "/en/"))
        .await
        .has("the hall from its door");
    let file = format!("/fr/workbench/film/pools/film/photos/{}", photo.id);
    office
        .page(resource)
        .await
        .has_not(&format!("src=\"{file}"));
    let sent = office.page(&file).await;
    let header = |name: &str| sent.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert!(header("content-disposition").starts_with("attachment; filename=\"exhibit.bin\""));
    assert_eq!(
        header("content-security-policy"),
        "sandbox; default-src 'none'"
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(sent.body.as_bytes(), PHOTO);
    // Neither another unit, nor by another pool, nor by whoever is not signed in.
    assert_eq!(other.get(&file).await.status, StatusCode::NOT_FOUND);
    let elsewhere = file.replace("/film/photos", "/comcyber/photos");
    assert_eq!(other.get(&elsewhere).await.status, StatusCode::NOT_FOUND);
    let removed = other.sends_film(&format!("{file}/acts/remove"), &[]).await;
    assert_eq!(removed.status, StatusCode::NOT_FOUND);

    office.does_film(&format!("{file}/acts/remove"), &[]).await;
    assert_eq!(office.get(&file).await.status, StatusCode::NOT_FOUND);
    assert!(site.app.store.objects.read(&photo.sha256).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_condition_is_photographed_as_things_go_out_and_come_back() {
    let site = Site::new().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let pool = "/fr/workbench/film/pools/film";
    let book = [
        ("applicant", "Exemple Films"),
        ("resource", "car-1"),
        ("from", "2026-11-22T10:00"),
        ("until", "2026-11-22T20:00"),
        ("insured", "2026-12-31"),
    ];
    let booking = office.does_film(&format!("{pool}/acts/book"), &book).await;
    let act = |act: &str| format!("{booking}/acts/{act}");
    office.page(&booking).await.has_not("Photos à la sortie");
    let early = office
        .sends_photos(&act("photo"), &[], &[("a.webp", PHOTO)])
        .await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    office.does_film(&act("approve"), &[]).await;
    // A wrong file stops the hand-over: it is done with its photos or not at all.
    let out = [("condition", "sans rayure")];
    let wrong = office
        .sends_photos(&act("hand-over"), &out, &[("a.webp", b"text")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.has("sans rayure").has("accordée");
    let done = office
        .sends_photos(&act("hand-over"), &out, &[("a.webp", PHOTO)])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let later = [("seen", "le pare-choc")];
    let added = office
        .sends_photos(&act("photo"), &later, &[("b.webp", PHOTO)])
        .await;
    assert_eq!(added.status, StatusCode::SEE_OTHER);
    let back = [
        ("resource", "car-1"),
        ("condition", "une rayure"),
        ("damage", "portière"),
    ];
    let returned = office
        .sends_photos(&act("return"), &back, &[("c.webp", PHOTO)])
        .await;
    assert_eq!(returned.status, StatusCode::SEE_OTHER);
    office
        .page(&booking)
        .await
        .has("Photos à la sortie et au retour")
        .has("sans rayure")
        .has("le pare-choc")
        .has("c.webp");
    let id = booking.rsplit('/').next().unwrap();
    let photos = site.app.store.film.photos("film", id).await.unwrap();
    assert_eq!(photos.len(), 3);
    // What shows the condition is not taken away.
    let remove = format!("{pool}/photos/{}/acts/remove", photos[0].id);
    assert_eq!(
        office.sends_film(&remove, &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_out_to_a_project_without_a_convention_or_suspended() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    office.page("/fr/workbench/film").await;
    let book = [
        ("resource", "training-hall"),
        ("from", "2026-11-22T10:00"),
        ("until", "2026-11-22T20:00"),
        ("insured", "2026-12-31"),
    ];
    office
        .does_film(
            &format!("/fr/workbench/film/projects/{id}/acts/book"),
            &book,
        )
        .await;
    let asked = site.app.store.film.of_applicant(&id).await.unwrap();
    let booking = format!(
        "/fr/workbench/film/pools/film/bookings/{}",
        asked.keys().next().unwrap()
    );
    office
        .does_film(&format!("{booking}/acts/approve"), &[])
        .await;
    let hand_over = format!("{booking}/acts/hand-over");
    let refused = office
        .sends_film(&hand_over, &[("condition", "propre")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.has("La convention de ce projet n’est pas signée");
    // An insurance that was cut short stops it too, and the office sees that on its first page of the pool.
    office
        .does_film(
            &format!("{booking}/acts/insure"),
            &[("insured", "2026-11-21")],
        )
        .await;
    office
        .page("/fr/workbench/film/pools/film")
        .await
        .has("À traiter")
        .has("l’assurance s’arrête trop tôt");
    office
        .page(&booking)
        .await
        .has("L’assurance s’arrête avant le retour");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_and_whom_it_asks_read_what_was_written() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let asked = site.sign_in_at("ofmin", "asked", "head").await;
    let path = format!("/fr/workbench/film/projects/{id}");
    office.page("/fr/workbench/film").await;
    office
        .page(&path)
        .await
        .has("Ce que la production a écrit")
        .has("Une nuit.")
        .has("Tournage daté")
        .has_not("upload-1</dd>");
    let ask = [("unit", "ofmin"), ("criteria", "realism")];
    office
        .does_film(&format!("{path}/acts/ask-opinion"), &ask)
        .await;
    asked.page(&path).await.has("Une nuit.");
}

/// An expert's own unit answers, and marks what is not to be said; the office asks, and cannot take the mark away.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_expert_may_not_say_is_theirs_to_mark() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let chef = site.sign_in_at("comcyber-mi", "chef", "head").await;
    let other = site.sign_in_at("ofmin", "other", "head").await;
    office.page("/fr/workbench/film").await;
    let list = [
        ("name", "Capitaine Exemple"),
        ("unit", "comcyber-mi"),
        ("fields", "cyberattaques"),
    ];
    let expert = office
        .does_film("/fr/workbench/film/experts/new/acts/list", &list)
        .await;
    let plan = [
        ("project", id.as_str()),
        ("from", "2027-01-10T10:00"),
        ("until", "2027-01-10T11:00"),
        ("place", "Cergy"),
        ("question", "Avec quel outil ?"),
    ];
    office
        .does_film(&format!("{expert}/acts/plan"), &plan)
        .await;
    chef.page("/fr/workbench/film")
        .await
        .has("Capitaine Exemple")
        .has("questions sans réponse : 1");
    let page = chef.page(&expert).await;
    page.has("Avec quel outil ?")
        .has("/acts/answer")
        .has("/acts/declare")
        .has_not("/acts/plan")
        .has_not("/acts/leave")
        .has_not(&id);
    let meeting = page.hidden("meeting");
    for act in ["plan", "hold", "cancel", "leave", "list"] {
        let refused = chef.sends_film(&format!("{expert}/acts/{act}"), &[]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{act}");
    }
    assert_eq!(other.get(&expert).await.status, StatusCode::NOT_FOUND);
    let answer = |text: &'static str, withheld: &'static str| {
        [
            ("meeting", meeting.clone()),
            ("which", "0".to_owned()),
            ("answer", text.to_owned()),
            ("withheld", withheld.to_owned()),
        ]
    };
    let says = async |who: &Browser<'_>, fields: [(&str, String); 4]| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        who.does_film(&format!("{expert}/acts/answer"), &fields)
            .await;
        let id = expert.rsplit('/').next().unwrap();
        let film = &site.app.store.film;
        let told = film.story::<casework::film::expert::Expert>(id).await;
        let story = told.unwrap().unwrap().story;
        story.meetings[meeting.as_str()].questions[0].withheld
    };
    assert!(says(&chef, answer("un outil interne", "yes")).await);
    assert!(
        says(&office, answer("un outil", "")).await,
        "the mark stays"
    );
    assert!(!says(&chef, answer("des outils publics", "")).await);
}

/// What operations have for themselves is no site-day; what they took from a shoot was out until then.
#[tokio::test(flavor = "multi_thread")]
async fn days_that_operations_have_a_place_are_no_site_days() {
    let site = Site::new().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let pool = "/fr/workbench/film/pools/film";
    let times = [
        ("resource", "training-hall"),
        ("from", "2026-11-21T10:00"),
        ("until", "2026-11-24T20:00"),
    ];
    let out = [("condition", "propre")];
    let mut book = times.to_vec();
    book.extend([("applicant", "Exemple Films"), ("insured", "2026-12-31")]);
    let shoot = office.does_film(&format!("{pool}/acts/book"), &book).await;
    office
        .does_film(&format!("{shoot}/acts/approve"), &[])
        .await;
    office
        .does_film(&format!("{shoot}/acts/hand-over"), &out)
        .await;
    let mut take = times.to_vec();
    take[1] = ("from", "2026-11-23T00:00");
    take.push(("reason", "un exercice"));
    let operations = office
        .does_film(&format!("{pool}/acts/requisition"), &take)
        .await;
    office.page(&shoot).await.has("sortie");
    office.page(&operations).await.has("accordée");
    // What is out is counted until today, not until it will be back.
    let mut book = times.to_vec();
    book[0] = ("resource", "fire-station");
    book.extend([("applicant", "Exemple Films"), ("insured", "2026-12-31")]);
    let still = office.does_film(&format!("{pool}/acts/book"), &book).await;
    office
        .does_film(&format!("{still}/acts/approve"), &[])
        .await;
    office
        .does_film(&format!("{still}/acts/hand-over"), &out)
        .await;
    let mut now = times.to_vec();
    now[0] = ("resource", "brigade-yard");
    let mut book = now.clone();
    book.extend([("applicant", "Exemple Films"), ("insured", "2026-12-31")]);
    let taken = office.does_film(&format!("{pool}/acts/book"), &book).await;
    office
        .does_film(&format!("{taken}/acts/approve"), &[])
        .await;
    office
        .does_film(&format!("{taken}/acts/hand-over"), &out)
        .await;
    now[1] = ("from", "2026-11-22T00:00");
    now.push(("reason", "une intervention"));
    office
        .does_film(&format!("{pool}/acts/requisition"), &now)
        .await;
    office.page(&taken).await.has("reprise pour les opérations");
    let counted = counted(&site.app).await.unwrap();
    let days = |place: &str| -> Vec<String> {
        let of_place = counted.sites.iter();
        let of_place = of_place.filter(|(resource, _)| resource.as_str() == place);
        of_place.map(|(_, day)| day.to_string()).collect()
    };
    assert_eq!(days("training-hall"), ["2026-11-21", "2026-11-22"]);
    assert_eq!(days("brigade-yard"), ["2026-11-21"]);
    assert_eq!(days("fire-station"), ["2026-11-21", "2026-11-22"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_is_looked_at_on_the_record_or_not_at_all() {
    let site = Site::new().await;
    import_known(&site.app).await.unwrap();
    let id = "histoires-2024-02-29";
    let film = &site.app.store.film;
    film.keep_person((Encounter::KIND, id, "r1"), "{}")
        .await
        .unwrap();
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let path = format!("/fr/workbench/film/encounters/{id}");
    office.page(&path).await;
    office.page("/fr/workbench/film/encounters").await;
    let asked = store::record::Asked {
        agent: "lou".to_owned(),
        ..store::record::Asked::default()
    };
    let looks = site.app.store.record.entries(&asked, 9).await.unwrap();
    let looks: Vec<(&str, &str)> = looks
        .iter()
        .map(|one| (&*one.look.kind, &*one.look.object))
        .collect();
    assert_eq!(looks, [("read_film", id)]);
    let experts = "/fr/workbench/film/experts/somebody";
    site.app.store.record.fail_from_now_on().await;
    for path in [path.as_str(), experts, &format!("{experts}/meeting")] {
        let answer = office.get(path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_kept_from_an_agent_has_no_title_anywhere() {
    let site = Site::new().await;
    let id = site.film_request().await;
    crate::workbench::film::receive_requests(&site.app)
        .await
        .unwrap();
    let office = site.sign_in_at(OFFICE, "lou", "head").await;
    office
        .does_film(
            "/fr/workbench/film/experts/new/acts/list",
            &[("name", "Expert"), ("unit", "ofmin"), ("fields", "fraude")],
        )
        .await;
    let experts = office.page("/fr/workbench/film/experts").await;
    let expert = experts.body.split("/film/experts/").nth(1).unwrap();
    let expert = expert.split('"').next().unwrap();
    let expert = format!("/experts/{expert}");
    let pages = ["", "/immersions", "/experts", expert.as_str()];
    let work = &site.app.store.work;
    let seq = work.standing(&id).await.unwrap().unwrap().seq;
    let mut told = Vec::new();
    for page in pages {
        let seen = office.page(&format!("/fr/workbench/film{page}")).await;
        told.push(seen.body.contains("Garde de nuit"));
    }
    assert!(told[0]);
    let act = store::work::NewAct {
        id: "conflict".to_owned(),
        at: 1,
        agent: "lou".to_owned(),
        kind: "conflict".to_owned(),
        reason: String::new(),
        body: "{}".to_owned(),
    };
    work.declare_conflict(seq, "lou", act).await.unwrap();
    for page in pages {
        let seen = office.page(&format!("/fr/workbench/film{page}")).await;
        seen.has_not("Garde de nuit").has_not(&id);
    }
}

/// Every door of a project and of an immersion, by every role of the office, of the service that is asked, and of another.
#[tokio::test(flavor = "multi_thread")]
async fn projects_and_immersions_open_to_each_role_and_relation_as_the_policy_says() {
    const ASKED: &str = "comcyber-mi";
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let path = format!("/fr/workbench/film/projects/{id}");
    office.page("/fr/workbench/film").await;
    office.does_film(&format!("{path}/acts/take"), &[]).await;
    let asked = [("criteria", "realism"), ("unit", ASKED)];
    office
        .does_film(&format!("{path}/acts/ask-opinion"), &asked)
        .await;
    let draft = [
        ("project", id.as_str()),
        ("unit", ASKED),
        ("from", "2026-11-20"),
        ("until", "2026-11-25"),
        ("people", "Camille Exemple"),
        ("duties", "suivre"),
        ("image", "aucun visage"),
        ("secrecy", "les méthodes"),
    ];
    let drafts = "/fr/workbench/film/immersions/acts/draft";
    let immersion = office.does_film(drafts, &draft).await;
    let immersion = immersion.rsplit('/').next().unwrap().to_owned();
    let work = &site.app.store.work;
    let seq = work.standing(&id).await.unwrap().unwrap().seq;
    let all = doors();
    let of_one = |door: &&Door| matches!(door.about, About::Project | About::Immersion);
    let of_one: Vec<&Door> = all.table().iter().filter(of_one).collect();
    assert!(of_one.len() > 25, "{}", of_one.len());
    let mut met = std::collections::BTreeSet::new();
    for role in Role::ALL {
        for (unit, conflict) in [
            (OFFICE, false),
            (ASKED, false),
            ("ofmin", false),
            (OFFICE, true),
        ] {
            let name = format!("{}-{unit}-{conflict}", role.as_str());
            let agent = site.sign_in_at(unit, &name, role.as_str()).await;
            if conflict {
                let act = store::work::NewAct {
                    id: name.clone(),
                    at: 1,
                    agent: name.clone(),
                    kind: "conflict".to_owned(),
                    reason: String::new(),
                    body: "{}".to_owned(),
                };
                work.declare_conflict(seq, &name, act).await.unwrap();
            }
            let csrf = agent.page("/fr/workbench").await.hidden("csrf");
            agent.begin_task().await;
            let who = policy::Agent {
                id: name.as_str().into(),
                unit: unit.parse().unwrap(),
                role: *role,
                clearance: policy::Clearance::default(),
            };
            let joined = (ASKED.parse().unwrap(), [policy::Part::Facts].into());
            let object = policy::Object {
                unit: Some(OFFICE.parse().unwrap()),
                joined: vec![joined],
                conflicts: conflict.then(|| name.as_str().into()).into_iter().collect(),
                ..policy::Object::nobodys(policy::Subject::Film)
            };
            let context = policy::Context {
                reason: true,
                signed_in_anew: true,
                ..policy::Context::default()
            };
            for door in &of_one {
                let of = if door.about == About::Project {
                    &id
                } else {
                    &immersion
                };
                let address = |of: &str| {
                    let path = door.path.replace("{lang}", "fr").replace("{id}", of);
                    path.replace("{exhibit}", "nothing")
                };
                let tried = async |path: String| {
                    // Nothing that could be done is: the forms are empty but for their reason.
                    if door.method == axum::http::Method::POST {
                        let fields = [
                            ("csrf", csrf.as_str()),
                            ("reason", "un motif assez long"),
                            ("day", "x"),
                        ];
                        agent.post(&path, &fields).await
                    } else {
                        agent.get(&path).await
                    }
                };
                let expected = policy::decide(&who, door.action, &object, &context);
                met.insert(expected.because.as_str());
                if expected.allowed && door.method == axum::http::Method::POST {
                    continue;
                }
                let answer = tried(address(of)).await;
                let say = format!("{name} {} {}: {}", door.method, door.path, answer.status);
                if expected.allowed {
                    // No exhibit is called that, and nothing is quoted, granted or held yet.
                    let ends = [
                        "{exhibit}",
                        "/quote",
                        "/quote.pdf",
                        "/convention.pdf",
                        "projects/{id}/access.pdf",
                    ];
                    let nothing = ends.iter().any(|end| door.path.ends_with(end));
                    assert!(nothing || answer.status == StatusCode::OK, "{say}");
                } else {
                    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{say}");
                    let absent = tried(address(NOBODY)).await;
                    let plain = |answer: &Answer, id: &str| answer.body.replace(id, "ID");
                    assert_eq!(plain(&answer, of), plain(&absent, NOBODY), "{say}");
                }
            }
        }
    }
    for because in ["granted", "role", "too_far", "part_not_shown", "conflict"] {
        assert!(met.contains(because), "{because}: {met:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_of_interest_is_declared_on_a_project_and_then_it_is_nowhere() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let officer = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let colleague = site.sign_in_at(OFFICE, "max", "film_officer").await;
    let path = format!("/fr/workbench/film/projects/{id}");
    officer.page("/fr/workbench/film").await.has(&id);
    let csrf = officer.page(&path).await.hidden("csrf");
    let conflict = format!("{path}/acts/conflict");
    let declares = async |reason: &str| {
        let fields = [("csrf", csrf.as_str()), ("reason", reason)];
        officer.post(&conflict, &fields).await
    };
    let silent = declares("").await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    officer.page(&path).await;
    let declared = declares("ma sœur produit ce film").await;
    assert_eq!(declared.location(), "/fr/workbench/film");
    assert_eq!(officer.get(&path).await.status, StatusCode::NOT_FOUND);
    officer.page("/fr/workbench/film").await.has_not(&id);
    colleague.page("/fr/workbench/film").await.has(&id);
    colleague.page(&path).await;
}

/// The list of a shoot as the office has it: each identity looked at, on the paper for the door, kept from whoever only
/// gives an opinion.
#[tokio::test(flavor = "multi_thread")]
async fn the_office_looks_at_who_comes_and_the_paper_lists_them() {
    let site = Site::new().await;
    let id = site.film_request().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let path = format!("/fr/workbench/film/projects/{id}");
    let act = |act: &str| format!("{path}/acts/{act}");
    office.page("/fr/workbench/film").await;
    let people = "Camille Exemple ; cadreuse ; AB-123-CD\nDominique Essai ; son";
    let list = [
        ("people", people),
        ("name", ""),
        ("role", ""),
        ("plate", ""),
    ];
    let early = office.sends_film(&act("crew"), &list).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    office.grants(&path).await;
    let to = office.does_film(&act("crew"), &list).await;
    let page = office.page(&to).await;
    page.has("Camille Exemple")
        .has("AB-123-CD")
        .has("à vérifier");
    let listed = async || {
        let listed = crate::workbench::film::listed_crew(&site.app, &id).await;
        listed.unwrap().people
    };
    let [(first, ..), (second, ..)] = &listed().await[..] else {
        panic!("two were handed in");
    };
    let nobody = office
        .sends_film(&act("crew-check"), &[("identity", "checked")])
        .await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    office
        .does_film(
            &act("crew-check"),
            &[("person", first), ("identity", "checked")],
        )
        .await;
    office
        .does_film(
            &act("crew-check"),
            &[("person", second), ("identity", "refused")],
        )
        .await;
    // Handed in anew, whoever stays keeps what was found; somebody new has to be looked at.
    let more = [
        (
            "people",
            "Essai Nouveau\nCamille Exemple ; cadreuse ; AB-123-CD",
        ),
        ("name", "Dominique Essai"),
        ("role", "son"),
        ("plate", ""),
    ];
    office.does_film(&act("crew"), &more).await;
    let listed = listed().await;
    let states: Vec<(&str, &str)> = listed
        .iter()
        .map(|(_, person, identity)| (person.name.as_str(), identity.as_str()))
        .collect();
    assert_eq!(
        states,
        [
            ("Essai Nouveau", "unchecked"),
            ("Camille Exemple", "checked"),
            ("Dominique Essai", "refused")
        ]
    );
    office
        .page(&path)
        .await
        .has("3 personnes inscrites ; identités vérifiées : 1");
    let paper = office.page(&format!("{path}/access.pdf")).await;
    paper
        .has("Camille Exemple")
        .has("véhicule AB-123-")
        .has("Dominique Essai");
    let other = site.sign_in_at("ofac-pharos", "chef", "head").await;
    assert_eq!(
        other.get(&format!("{path}/crew")).await.status,
        StatusCode::NOT_FOUND
    );
}

/// Of lists that are handed in at once the last holds, and what is found of somebody of another is nobody else's.
#[tokio::test(flavor = "multi_thread")]
async fn lists_handed_in_at_once_share_no_identifier() {
    use casework::film::crew::{Change, Crew};
    let site = Site::new().await;
    let id = site.film_request().await;
    let names = ('A'..='P').map(|name| format!("Exemple {name}"));
    let sent = names.map(|name| {
        let (app, id) = (site.app.clone(), id.clone());
        tokio::spawn(async move {
            let taken = crate::workbench::film::hand_in_crew(&app, &id, &name, "applicant");
            taken.await.is_ok()
        })
    });
    for sent in Vec::from_iter(sent) {
        assert!(sent.await.unwrap());
    }
    let told = site.app.store.film.story::<Crew>(&id).await.unwrap();
    let events = told.unwrap().events;
    let listed: BTreeSet<_> = events
        .iter()
        .filter_map(|event| match &event.change {
            Change::List { people } => people.first(),
            _ => None,
        })
        .collect();
    assert_eq!((events.len(), listed.len()), (16, 16), "{listed:?}");
}

/// Sixty uniforms are one line of the inventory and one form: twelve of them are the free ones first.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_alike_is_one_line_and_is_booked_by_number() {
    let site = Site::new().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let pool = "/fr/workbench/film/pools/film";
    let book = |count: &'static str, from: &'static str, until: &'static str| {
        [
            ("applicant", "Exemple Films"),
            ("resource", "uniform"),
            ("count", count),
            ("from", from),
            ("until", until),
            ("insured", "2027-12-31"),
        ]
    };
    let path = format!("{pool}/acts/book");
    let many = office
        .sends_film(&path, &book("61", "2027-02-01T08:00", "2027-02-01T20:00"))
        .await;
    assert_eq!(many.status, StatusCode::UNPROCESSABLE_ENTITY);
    many.has("il y en a 60");
    for odd in ["0", "-1", "x"] {
        let refused = office
            .sends_film(&path, &book(odd, "2027-02-01T08:00", "2027-02-01T20:00"))
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
    }
    let twelve = book("12", "2027-02-01T08:00", "2027-02-01T20:00");
    let first = office.does_film(&path, &twelve).await;
    office
        .does_film(&format!("{first}/acts/approve"), &[])
        .await;
    office.page(pool).await.has("Tenue (exemple) n°s 1–12");
    // The next eleven are others, and both are approved.
    let second = office
        .does_film(&path, &book("11", "2027-02-01T10:00", "2027-02-02T20:00"))
        .await;
    office
        .does_film(&format!("{second}/acts/approve"), &[])
        .await;
    office
        .page(&second)
        .await
        .has("Tenue (exemple) n° 23")
        .has_not("Tenue (exemple) n° 9<");
    let span = "?from=2027-02-01T10:00&until=2027-02-01T12:00&kind=item";
    let page = office.page(&format!("{pool}{span}")).await;
    page.has("Libres à ces dates")
        .has(">37<")
        .has(">60<")
        .has("Arme factice");
    assert_eq!(page.body.matches("/resources/uniform-").count(), 0);
    // Each of them, in the order of their numbers; and four weeks by day.
    let kind = office
        .page(&format!("{pool}/kinds/uniform?week=2027-02-01"))
        .await;
    kind.has(">37<")
        .has(">49<")
        .has(">60<")
        .has("Tenue (exemple) n° 60");
    let at = |name: &str| kind.body.find(name).unwrap();
    assert!(at("uniform-2\"") < at("uniform-10\""));
    assert_eq!(
        office.get(&format!("{pool}/kinds/uniform-3")).await.status,
        StatusCode::NOT_FOUND
    );
    // More than one may hold are refused with the name of what they are.
    let more = office
        .does_film(&path, &book("30", "2027-02-01T08:00", "2027-02-01T09:00"))
        .await;
    office
        .sends_film(&format!("{more}/acts/approve"), &[])
        .await
        .has("Tenue : au plus 40 à la fois");
}

/// What is broken goes to nobody while it is mended, and whoever had it promised is told.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_is_mended_before_anybody_has_it_again() {
    let site = Site::new().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let pool = "/fr/workbench/film/pools/film";
    let promised = [
        ("applicant", "Exemple Films"),
        ("resource", "car-1"),
        ("from", "2026-11-24T08:00"),
        ("until", "2026-11-24T20:00"),
        ("insured", "2027-12-31"),
    ];
    let promised = office
        .does_film(&format!("{pool}/acts/book"), &promised)
        .await;
    office
        .does_film(&format!("{promised}/acts/approve"), &[])
        .await;
    let mend = [
        ("resource", "car-1"),
        ("from", "2026-11-22T11:00"),
        ("until", "2026-11-25T12:00"),
        ("reason", "une portière"),
    ];
    let act = format!("{pool}/resources/car-1/acts/repair");
    let elsewhere = [("resource", "car-2"), mend[1], mend[2], mend[3]];
    assert_eq!(
        office.sends_film(&act, &elsewhere).await.status,
        StatusCode::NOT_FOUND
    );
    let silent = [mend[0], mend[1], mend[2]];
    let refused = office.sends_film(&act, &silent).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let repair = office.does_film(&act, &mend).await;
    office
        .page(&repair)
        .await
        .has("une portière")
        .has("En réparation")
        .has("C’est réparé")
        .has_not("acts/hand-over");
    office
        .page(&promised)
        .await
        .has("Repris pour les opérations")
        .has("car-2");
    office
        .page(&format!("{pool}/kinds/car"))
        .await
        .has("en réparation jusqu’au 25/11/2026");
    let anybody = office
        .sends_film(&format!("{repair}/acts/hand-over"), &[("condition", "x")])
        .await;
    assert_eq!(anybody.status, StatusCode::UNPROCESSABLE_ENTITY);
    office
        .does_film(&format!("{repair}/acts/cancel"), &[])
        .await;
    office
        .page(&format!("{pool}/kinds/car"))
        .await
        .has_not("en réparation jusqu’au");
}

/// Journeys that nobody should make, through the real pages: what they cannot do is refused and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn odd_journeys_of_a_booking_change_nothing() {
    let site = Site::new().await;
    let office = site.sign_in_at(OFFICE, "lou", "film_officer").await;
    let pool = "/fr/workbench/film/pools/film";
    let film = &site.app.store.film;
    let book = |resource: &'static str,
                from: &'static str,
                until: &'static str,
                around: [&'static str; 2]| {
        [
            ("applicant", "Exemple Films"),
            ("resource", resource),
            ("from", from),
            ("until", until),
            ("prepare", around[0]),
            ("strike", around[1]),
            ("insured", "2027-12-31"),
        ]
    };
    let path = format!("{pool}/acts/book");
    let approved = async |fields: &[(&str, &str)]| {
        let booking = office.does_film(&path, fields).await;
        office
            .does_film(&format!("{booking}/acts/approve"), &[])
            .await;
        booking
    };
    let refused = async |booking: &str, act: &str, fields: &[(&str, &str)], says: &str| {
        let events = film.events(id_in(booking)).await.unwrap().len();
        let answer = office
            .sends_film(&format!("{booking}/acts/{act}"), fields)
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{act}: {}",
            answer.body
        );
        answer.has(says);
        assert_eq!(film.events(id_in(booking)).await.unwrap().len(), events);
    };
    let none = ["0", "0"];

    // An hour beside a day, with the strike of the one and the preparation of the other touching and not overlapping.
    let day = approved(&book(
        "training-hall",
        "2027-02-01T00:00",
        "2027-02-02T00:00",
        ["0", "2"],
    ))
    .await;
    let hour = approved(&book(
        "training-hall",
        "2027-02-02T05:00",
        "2027-02-02T06:00",
        ["3", "0"],
    ))
    .await;
    let extend = |until: &'static str| [("until", until)];
    refused(
        &day,
        "extend",
        &extend("2027-02-02T01:00"),
        "est pris jusqu’au",
    )
    .await;
    refused(
        &hour,
        "extend",
        &extend("2027-02-02T04:00"),
        "La fin doit suivre le début",
    )
    .await;
    // Ended earlier, the next may begin earlier.
    office
        .does_film(&format!("{day}/acts/extend"), &extend("2027-02-01T22:00"))
        .await;
    approved(&book(
        "training-hall",
        "2027-02-02T00:00",
        "2027-02-02T02:00",
        none,
    ))
    .await;

    // Clocks go forward in the night of 28 March 2027 and back in that of 31 October: an hour less, an hour more.
    for (from, until, hours) in [
        ("2027-03-28T00:00", "2027-03-29T00:00", 23),
        ("2027-10-31T00:00", "2027-11-01T00:00", 25),
        ("2027-03-28T02:30", "2027-03-28T04:30", 2),
    ] {
        let booking = approved(&book("brigade-yard", from, until, none)).await;
        let held = film.booking(id_in(&booking)).await.unwrap().unwrap();
        let long: i64 = held
            .holds
            .iter()
            .map(|hold| hold.span.hours().count() as i64)
            .sum();
        assert_eq!(long, hours, "{from}");
        office
            .does_film(&format!("{booking}/acts/cancel"), &[])
            .await;
    }
    office
        .page(&format!("{pool}/resources/brigade-yard?week=2027-10-31"))
        .await
        .has("Semaine du 25/10/2027");

    // Handed over once, brought back once, and nothing of what was never lent.
    let out = approved(&book("car-1", "2026-11-22T10:00", "2026-11-22T20:00", none)).await;
    let condition = [("condition", "bon état")];
    office
        .does_film(&format!("{out}/acts/hand-over"), &condition)
        .await;
    refused(&out, "hand-over", &condition, "ne se peut pas").await;
    refused(&out, "cancel", &[], "ne se peut pas").await;
    let more = [
        ("resource", "car-1"),
        ("resource", "car-2"),
        ("condition", "bon"),
    ];
    refused(&out, "return", &more, "Véhicule sérigraphié (exemple) n° 2").await;
    refused(
        &out,
        "return",
        &[("condition", "bon")],
        "Rien n’est demandé",
    )
    .await;
    let back = [("resource", "car-1"), ("condition", "bon")];
    office.does_film(&format!("{out}/acts/return"), &back).await;
    refused(&out, "return", &back, "ne se peut pas").await;
    refused(
        &out,
        "extend",
        &extend("2026-11-23T20:00"),
        "ne se peut pas",
    )
    .await;
    // Operations take what came back: whoever had it loses nothing by that.
    let take = [
        ("resource", "car-1"),
        ("from", "2026-11-22T11:00"),
        ("until", "2026-11-22T18:00"),
        ("reason", "intervention"),
    ];
    office
        .does_film(&format!("{pool}/acts/requisition"), &take)
        .await;
    let events = film.events(id_in(&out)).await.unwrap();
    assert!(
        events.iter().all(|event| event.change != "lost"),
        "{events:?}"
    );

    // Insured until a day before the strike is over: nothing is promised.
    let mut short = book(
        "prefecture-court",
        "2027-02-01T08:00",
        "2027-02-01T22:00",
        ["0", "4"],
    );
    short[6] = ("insured", "2027-02-01");
    let short = office.does_film(&path, &short).await;
    refused(&short, "approve", &[], "L’assurance doit courir").await;
    office
        .does_film(
            &format!("{short}/acts/insure"),
            &[("insured", "2027-02-02")],
        )
        .await;
    office
        .does_film(&format!("{short}/acts/approve"), &[])
        .await;
    assert_eq!(film.held_twice().await.unwrap(), 0);
}

fn id_in(address: &str) -> casework::submission::BookingId {
    address.rsplit('/').next().unwrap().parse().unwrap()
}
