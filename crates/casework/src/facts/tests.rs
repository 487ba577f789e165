use serde_json::json;

use super::*;
use crate::{desk::tests::desk, submission::Track};

#[test]
fn facts_are_taken_out_by_role_and_identity_never_shows() {
    let desk = desk();
    let values = match json!({
        "type": "shop",
        "title": "Titre",
        "story": "Le récit",
        "paid": true,
        "payments": [
            { "amount": { "minor": 1000, "currency": "EUR" }, "iban": "FR00 PAYE", "own_iban": "FR00 MIEN", "holder": "Moi" },
            { "amount": { "minor": 250, "currency": "EUR" }, "references": [{ "reference": "REF-1" }] },
            { "amount": { "minor": 5, "currency": "USD" } },
        ],
        "day": "2026-03-15",
        "happened": { "date": "2026-03-14", "time": "14:30" },
        "country": "BE",
        "town": { "code": "75056", "name": "Paris", "department": "75" },
        "account": { "platform": "telegram", "handle": "@gang" },
        "phone": "06 39 98 12 34",
        "proof": [{ "id": "a" }, { "id": "b" }],
        "me": { "family_name": "Moi", "birth_date": "1980-01-01" },
        "reply_to": "moi@example.com",
    }) {
        Value::Object(values) => values,
        _ => unreachable!(),
    };
    let answers = Answers::stored(Track::Complaint, values);
    let facts = project(&desk, &answers);
    assert_eq!(
        facts.narratives,
        [Narrative {
            path: "story".to_owned(),
            text: "Le récit"
        }]
    );
    let observables: Vec<(&str, Hint<'_>, &str)> = facts
        .observables
        .iter()
        .map(|observable| (observable.path.as_str(), observable.hint, observable.raw))
        .collect();
    assert_eq!(
        observables,
        [
            ("payments[0].iban", Hint::Iban, "FR00 PAYE"),
            ("payments[1].references[0].reference", Hint::Text, "REF-1"),
            ("phone", Hint::Phone, "06 39 98 12 34"),
            ("account", Hint::Handle("telegram"), "@gang"),
        ]
    );
    let totals: Vec<String> = facts.totals().iter().map(Money::to_string).collect();
    assert_eq!(totals, ["12.50 EUR", "0.05 USD"]);
    assert_eq!(facts.occurred.unwrap().to_string(), "2026-03-14T13:30:00Z");
    assert_eq!(
        facts.place,
        Some(Location::Place {
            code: "75056",
            name: "Paris",
            department: "75"
        })
    );
    let headline = facts.headline.unwrap();
    assert_eq!(
        (headline.id, headline.label.unwrap().fr.as_str()),
        ("shop", "Faux site marchand")
    );
    assert_eq!(evidence(&desk, &answers), ["a", "b"]);
    assert_eq!(
        facts.search_text,
        "Titre\nLe récit\nFR00 PAYE\nREF-1\nParis\n06 39 98 12 34\n@gang"
    );
    let everything = format!("{facts:?}");
    for hidden in ["MIEN", "Moi", "moi@", "1980"] {
        assert!(!everything.contains(hidden), "{hidden}");
    }
}

#[test]
fn answers_of_another_shape_are_no_facts() {
    let desk = desk();
    let values = match json!({ "type": "gone", "payments": "x", "story": 3, "day": "x", "proof": [1], "account": [] })
    {
        Value::Object(values) => values,
        _ => unreachable!(),
    };
    let answers = Answers::stored(Track::Report, values);
    let facts = project(&desk, &answers);
    let headline = Some(Headline {
        id: "gone",
        label: None,
    });
    assert_eq!(
        facts,
        Facts {
            headline,
            modus: vec![("type", "gone")],
            ..Facts::default()
        }
    );
}
