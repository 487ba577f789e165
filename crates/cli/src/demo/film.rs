//! What the film office of the demonstration has on its table: made projects at every stage of their life, with what
//! they borrow, the experts it knows, an immersion, and an encounter that people can register for.
//!
//! Days are counted from a day that comes in, so that the table is never old. Nobody in it exists.

use std::collections::{BTreeMap, BTreeSet};

use casework::{
    Text,
    film::{encounter, expert, immersion},
    project::{Answer, Answered, Change, Class, Ruling},
    written::of_paris,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde_json::{Map, Value, json};

/// A project: what its production asks for, and what came of it.
pub(crate) struct Project {
    /// The same for the same project, however often it is filed.
    pub(crate) idempotency: &'static str,
    /// The answers to the desk's questions.
    pub(crate) answers: Map<String, Value>,
    /// What happened since.
    pub(crate) scenes: Vec<Scene>,
    /// What it borrows.
    pub(crate) loans: Vec<Loan>,
}

/// Something that happens to a project.
pub(crate) enum Scene {
    /// By the office.
    Office(Change),
    /// By the applicant.
    Applicant(Change),
    /// A service is asked about every criterion.
    Ask(&'static str),
    /// It answers.
    Opinion(&'static str, Vec<Answered>),
    /// The office makes a quote of what stands then.
    Quote,
}

/// The immersion, by identifier.
pub(crate) const IMMERSION: &str = "demo-immersion-1";
/// The project that it is for: its place in [`projects`].
pub(crate) const IMMERSED: usize = 2;
/// The encounter to come, by identifier.
pub(crate) const ENCOUNTER: &str = "demo-encounter-1";

/// Who comes to a shoot, as a production would paste them.
pub(crate) const CREW: &str = "\
Nom ; fonction ; plaque
Camille Exemple ; réalisation ; AA-001-AA
Dominique Essai ; image
Claude Modèle ; régie ; AA-002-AA
";

/// Something of the office's pool, held for a project.
pub(crate) struct Loan {
    pub(crate) wanted: &'static [&'static str],
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) insured_until: Timestamp,
    /// Whether it was handed over already.
    pub(crate) out: bool,
}

/// An expert of the directory, by identifier.
pub(crate) fn experts() -> Vec<(&'static str, expert::Profile)> {
    let expert = |name: &str, unit: &str, fields: &[&str], languages: &[&str], silent_on: &str| {
        Some(expert::Profile {
            name: name.into(),
            unit: unit.parse().ok()?,
            fields: words(fields),
            languages: words(languages),
            territories: BTreeSet::new(),
            clearance: None,
            silent_on: silent_on.into(),
        })
    };
    let known = [
        (
            "demo-expert-1",
            expert(
                "Expert A (exemple)",
                "ofac-cyberattacks",
                &["rançongiciel", "enquête numérique"],
                &["fr", "en"],
                "Les affaires en cours.",
            ),
        ),
        (
            "demo-expert-2",
            expert(
                "Experte B (exemple)",
                "pp-bl2c",
                &["escroquerie en ligne", "argent mule"],
                &["fr"],
                "Les sources.",
            ),
        ),
        (
            "demo-expert-3",
            expert(
                "Expert C (exemple)",
                "comcyber-mi",
                &["police scientifique", "téléphonie"],
                &["fr", "es"],
                "Les moyens techniques précis.",
            ),
        ),
        (
            "demo-expert-4",
            expert(
                "Experte D (exemple)",
                "ofmin",
                &["protection des mineurs"],
                &["fr", "en"],
                "Les victimes.",
            ),
        ),
    ];
    let listed = known.into_iter();
    listed
        .filter_map(|(id, profile)| Some((id, profile?)))
        .collect()
}

/// The agreement of an immersion for a project.
pub(crate) fn immersion(project: &str, today: Date) -> Option<immersion::Agreement> {
    Some(immersion::Agreement {
        project: project.into(),
        unit: "ofac-thesee".parse().ok()?,
        from: after(today, 18),
        until: after(today, 20),
        people: 2,
        duties: "Suivre le travail d’un enquêteur, sans parler aux victimes.".into(),
        image: "Aucune image dans les locaux.".into(),
        secrecy: "Tout nom, tout numéro et toute affaire.".into(),
    })
}

/// An encounter to come.
pub(crate) fn encounter(today: Date) -> Option<encounter::Plan> {
    let day = after(today, 40);
    let (begins, ends) = (
        of_paris(day.at(18, 30, 0, 0))?,
        of_paris(day.at(20, 30, 0, 0))?,
    );
    Some(encounter::Plan {
        number: 0,
        theme: text(
            "Écrire l’escroquerie en ligne (exemple)",
            "Writing online fraud (example)",
        ),
        host: "OFAC, plateforme THÉSÉE (exemple)".into(),
        venue: "Amphithéâtre, Nanterre (exemple)".into(),
        begins,
        ends,
        capacity: 60,
        quotas: BTreeMap::from([(encounter::Profession::Journalist, 6)]),
        group: 4,
        programme: text(
            "18 h 30 : ce que voit un enquêteur. 19 h 15 : ce que voit une victime. 20 h : vos questions. Salle de plain-pied, boucle magnétique.",
            "6.30 pm: what an investigator sees. 7.15 pm: what a victim sees. 8 pm: your questions. Step-free room, induction loop.",
        ),
        unconfirmed: text(
            "Rencontre inventée pour la démonstration.",
            "This encounter is made up for the demonstration.",
        ),
    })
}

/// Every project.
pub(crate) fn projects(today: Date) -> Vec<Project> {
    let day = |days: i64| after(today, days);
    let iso = |days: i64| day(days).to_string();
    let insured = |days: i64| {
        json!([
            {"kind": "liability", "expires": iso(days)},
            {"kind": "state_goods", "expires": iso(days)},
        ])
    };
    let loan = |wanted: &'static [&'static str], from: i64, days: i64, insured: i64, out: bool| {
        let at = |days: i64, hour: i8| of_paris(day(days).at(hour, 0, 0, 0));
        Some(Loan {
            wanted,
            from: at(from, 7)?,
            until: at(from + days - 1, 20)?,
            insured_until: at(insured, 23)?,
            out,
        })
    };
    let mut projects = Vec::new();
    let mut project =
        |idempotency, asked: Value, scenes: Vec<Vec<Scene>>, loans: Vec<Option<Loan>>| {
            projects.push(Project {
                idempotency,
                answers: answers(asked),
                scenes: scenes.into_iter().flatten().collect(),
                loans: loans.into_iter().flatten().collect(),
            });
        };

    project(
        "demonstration-film-1",
        json!({
            "project_kind": "feature", "project_title": "Garde de nuit", "company": "Exemple Films",
            "synopsis": "Une nuit dans un commissariat de province, vue par la plus jeune de l’équipe.",
            "maturity": "dated", "team": 18, "period": "today", "financing": "secured",
            "support": [
                {"kind": "place", "what": "Un commissariat désaffecté", "setting": "interior", "from": iso(21), "days": 5, "fallback": iso(35)},
                {"kind": "item", "what": "Des tenues", "count": 8, "from": iso(21), "days": 5},
                {"kind": "item", "what": "Une voiture sérigraphiée", "count": 1, "from": iso(22), "days": 2},
            ],
            "paper": insured(200), "sensitive": ["uniforms", "marked_vehicles", "night"],
        }),
        vec![
            favourable(
                "territorial-police",
                "Le lieu est libre et le service peut suivre.",
            ),
            vec![granted(3, "Aucun plan ne montre un écran réel.")],
            classes(&[("4", 1), ("uniform", 0), ("vehicle", 0)]),
            vec![Scene::Quote, Scene::Office(Change::Sign)],
        ],
        vec![
            loan(&["old-police-station"], 21, 5, 200, false),
            loan(
                &["uniform-3", "uniform-4", "uniform-5", "uniform-6"],
                21,
                5,
                200,
                false,
            ),
            loan(&["car-2"], 22, 2, 200, false),
        ],
    );
    project(
        "demonstration-film-2",
        json!({
            "project_kind": "series", "project_title": "Les Veilleurs du littoral", "company": "Exemple Productions",
            "synopsis": "Huit épisodes dans une brigade de bord de mer.",
            "maturity": "dated", "team": 45, "period": "today", "financing": "secured",
            "support": [
                {"kind": "place", "what": "Une cour de brigade", "setting": "exterior", "from": iso(-4), "days": 12},
                {"kind": "item", "what": "Des radios", "count": 4, "from": iso(-4), "days": 12},
            ],
            "paper": insured(120), "sensitive": ["uniforms", "drone"],
        }),
        vec![
            favourable(
                "territorial-gendarmerie",
                "La brigade reçoit le public le matin : tournage l’après-midi.",
            ),
            vec![granted(2, "L’après-midi seulement.")],
            classes(&[("3", 2), ("radio", 0)]),
            vec![
                Scene::Quote,
                Scene::Office(Change::Sign),
                Scene::Office(Change::Begin { day: day(-4) }),
                Scene::Office(Change::Check {
                    day: day(-2),
                    seen: "Horaires et accès respectés.".into(),
                }),
            ],
        ],
        vec![
            loan(&["brigade-yard"], -4, 12, 120, true),
            loan(
                &["radio-3", "radio-4", "radio-5", "radio-6"],
                -4,
                12,
                120,
                true,
            ),
        ],
    );
    project(
        "demonstration-film-3",
        json!({
            "project_kind": "documentary", "project_title": "L’appel de trop", "company": "Exemple Doc",
            "synopsis": "Comment une fausse conseillère bancaire vide un compte en vingt minutes.",
            "maturity": "consolidated", "team": 4,
            "support": [
                {"kind": "expert", "what": "Un enquêteur sur les faux conseillers bancaires", "from": iso(14), "days": 1},
                {"kind": "immersion", "what": "Deux jours dans un service qui reçoit les plaintes", "count": 2, "from": iso(18), "days": 3},
            ],
        }),
        vec![vec![Scene::Office(Change::Take), Scene::Ask("ofac-thesee")]],
        Vec::new(),
    );
    project(
        "demonstration-film-4",
        json!({
            "project_kind": "short", "project_title": "Faux profils", "company": "",
            "synopsis": "Une adolescente comprend à qui elle écrit.",
            "maturity": "writing",
            "support": [{"kind": "advice", "what": "Relecture : que fait un service quand une mineure appelle ?"}],
        }),
        Vec::new(),
        Vec::new(),
    );
    project(
        "demonstration-film-5",
        json!({
            "project_kind": "tv_fiction", "project_title": "Brigade des eaux", "company": "Exemple Télé",
            "synopsis": "Un sauvetage sur un fleuve en crue.",
            "maturity": "dated", "team": 60, "period": "today", "financing": "part",
            "support": [
                {"kind": "item", "what": "Un hélicoptère avec son équipage", "count": 1, "operator": true, "from": iso(30), "days": 3},
                {"kind": "people", "what": "Un conseiller technique", "count": 1, "from": iso(30), "days": 3},
            ],
            "paper": insured(90), "sensitive": ["stunts", "crowd"],
        }),
        vec![vec![
            Scene::Office(Change::Take),
            Scene::Ask("territorial-gendarmerie"),
            opinion("territorial-gendarmerie", |criterion| match criterion {
                "feasibility" => (
                    Answer::Unfavourable,
                    "L’appareil est de permanence pour les secours à ces dates.",
                ),
                _ => (Answer::Favourable, "Rien ne s’y oppose."),
            }),
            Scene::Office(Change::Decide {
                rulings: BTreeMap::from([
                    (
                        0,
                        Ruling::Refused {
                            criteria: words(&["feasibility"]),
                            reason:
                                "Les secours passent d’abord ; une autre date peut être demandée."
                                    .into(),
                        },
                    ),
                    (
                        1,
                        Ruling::Granted {
                            conditions: "".into(),
                        },
                    ),
                ]),
            }),
            Scene::Applicant(Change::Appeal {
                reason: "Une seule matinée suffirait.".into(),
            }),
        ]],
        Vec::new(),
    );
    project(
        "demonstration-film-6",
        json!({
            "project_kind": "feature", "project_title": "Le dernier ticket", "company": "Exemple Films",
            "synopsis": "Un hôpital paralysé par un rançongiciel.",
            "maturity": "dated", "team": 12, "period": "today", "financing": "secured",
            "support": [{"kind": "place", "what": "Une salle de commandement, en décor", "setting": "interior", "from": iso(-60), "days": 4}],
            "paper": insured(30), "sensitive": ["uniforms"],
        }),
        vec![
            favourable(
                "ofac-cyberattacks",
                "Vraisemblable ; le décor ne montre rien de réel.",
            ),
            vec![granted(1, "")],
            classes(&[("2", 1)]),
            vec![
                Scene::Quote,
                Scene::Office(Change::Sign),
                Scene::Office(Change::Begin { day: day(-60) }),
                Scene::Office(Change::Incident {
                    day: day(-59),
                    what: "Une cloison heurtée par un chariot.".into(),
                    damage: "Un panneau à repeindre.".into(),
                }),
                Scene::Office(Change::End {
                    day: day(-57),
                    days: 4,
                    incidents: "Un panneau repeint par la production.".into(),
                }),
                Scene::Office(Change::Credit {
                    line: "Avec le concours de la mission cinéma (exemple).".into(),
                    release: day(-3),
                }),
                Scene::Applicant(Change::Rate {
                    stars: 5,
                    remarks: "Réponse en une semaine, et l’équipe savait à quoi s’en tenir.".into(),
                }),
            ],
        ],
        Vec::new(),
    );
    project(
        "demonstration-film-7",
        json!({
            "project_kind": "advertisement", "project_title": "Roulez prudemment", "company": "Exemple Publicité",
            "synopsis": "Un spot de trente secondes.",
            "maturity": "dated", "team": 25, "period": "today", "financing": "secured",
            "support": [{"kind": "place", "what": "Une cour de préfecture", "setting": "exterior", "from": iso(2), "days": 2}],
            "paper": insured(60), "sensitive": ["marked_vehicles"],
        }),
        vec![
            favourable("prefectures", "Possible un jour sans réception."),
            vec![granted(1, "Aucun véhicule dans la cour après 18 h.")],
            classes(&[("2", 0)]),
            vec![
                Scene::Quote,
                Scene::Office(Change::Sign),
                Scene::Office(Change::Notice {
                    breach: "Le repérage a laissé du matériel dans la cour.".into(),
                }),
            ],
        ],
        vec![loan(&["prefecture-court"], 2, 2, 60, false)],
    );
    projects
}

/// The criteria of the office, as `config/france/film/criteria.toml` has them.
pub(crate) const CRITERIA: &[&str] = &[
    "realism",
    "interest",
    "feasibility",
    "capacity",
    "open_case",
    "public_order",
];

/// It is taken, and a service has nothing against it.
fn favourable(unit: &'static str, reason: &'static str) -> Vec<Scene> {
    vec![
        Scene::Office(Change::Take),
        Scene::Ask(unit),
        opinion(unit, |_| (Answer::Favourable, reason)),
    ]
}

fn opinion(unit: &'static str, says: impl Fn(&str) -> (Answer, &'static str)) -> Scene {
    let answered = |criterion: &&str| {
        let (answer, reason) = says(criterion);
        Answered {
            criterion: (*criterion).into(),
            answer,
            reason: reason.into(),
        }
    };
    Scene::Opinion(unit, CRITERIA.iter().map(answered).collect())
}

/// All lines are granted on the same conditions.
fn granted(lines: usize, conditions: &str) -> Scene {
    let ruling = Ruling::Granted {
        conditions: conditions.into(),
    };
    Scene::Office(Change::Decide {
        rulings: (0..lines).map(|line| (line, ruling.clone())).collect(),
    })
}

/// The category of each line in the grid of prices, and how many of its days prepare and strike.
fn classes(lines: &[(&str, u32)]) -> Vec<Scene> {
    let class = |(line, (category, preparation)): (usize, &(&str, u32))| {
        let class = Class {
            category: (*category).into(),
            hours: 12,
            preparation: *preparation,
        };
        Scene::Office(Change::Classify { line, class })
    };
    lines.iter().enumerate().map(class).collect()
}

/// What every request of a film says, with what this one does.
fn answers(asked: Value) -> Map<String, Value> {
    let mut answers = match asked {
        Value::Object(answers) => answers,
        _ => Map::new(),
    };
    let applicant =
        json!({"family_name": "Exemple", "given_names": "Maud", "profession": "production"});
    answers.insert("applicant".to_owned(), applicant);
    answers.insert("contact".to_owned(), json!("maud@production.example"));
    answers
}

fn after(today: Date, days: i64) -> Date {
    today.saturating_add(days.days())
}

fn text(fr: &str, en: &str) -> Text {
    Text {
        fr: fr.to_owned(),
        en: en.to_owned(),
    }
}

fn words(of: &[&str]) -> BTreeSet<Box<str>> {
    of.iter().copied().map(Into::into).collect()
}
