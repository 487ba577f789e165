use std::{collections::BTreeMap, sync::LazyLock, thread};

use casework::{
    Lang,
    film::{encounter::Identity, immersion::Stage},
    price::{self, Basis, Due, Grids, Installment, Line},
    project::SupportKind,
};
use jiff::{Timestamp, civil::date};
use lopdf::{Dictionary, Object};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use typst::{
    World,
    foundations::Dict,
    syntax::{RootedPath, VirtualPath, VirtualRoot},
};

use super::*;

static GRIDS: LazyLock<Grids> = LazyLock::new(|| {
    let file = include_str!("../../../config/france/film/prices.toml");
    Grids::from_toml(file).unwrap()
});

fn head(lang: Lang) -> Head {
    Head {
        lang,
        issuer: "Mission cinéma".to_owned(),
        reference: "7f3a90c1".to_owned(),
        date: date(2026, 11, 27),
        demonstration: true,
    }
}

fn receipt() -> Receipt {
    Receipt {
        desk: "Escroqueries en ligne".to_owned(),
        complaint: true,
        received: Timestamp::from_second(1_772_548_920).unwrap(),
        read_by: Timestamp::from_second(1_772_648_920).ok(),
        digest: "0123456789abcdef".repeat(4),
        files: vec![Filed {
            sha256: "fedcba9876543210".repeat(4),
            size: 1_234_567,
        }],
        ledger: Ledger {
            index: 4_711,
            commitment: "00112233".repeat(8),
            origin: "ledger.example".to_owned(),
            size: 5_000,
            root: "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=".to_owned(),
            key: "ledger.example+1a2b3c4d+AasjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83v".to_owned(),
            file: "orfevre-recepisse-7f3a90c1.tlog-proof".to_owned(),
        },
    }
}

fn production() -> Production {
    Production {
        title: "Les Ombres du quai".to_owned(),
        company: "Films d’exemple".to_owned(),
        work: "long métrage".to_owned(),
        team: 40,
    }
}

fn basis(on: Date) -> Basis {
    Basis {
        on,
        work: "feature".into(),
        team: 40,
        lines: vec![
            Line::Place {
                what: "Cour d’honneur".into(),
                category: "1".into(),
                days: 3,
                hours: 12,
                preparation: 1,
            },
            Line::Item {
                what: "Uniformes".into(),
                category: "uniform".into(),
                count: 12,
                days: 3,
            },
            Line::Person {
                what: "Conseiller technique".into(),
                category: "adviser".into(),
                count: 1,
                hours: 1,
            },
        ],
    }
}

fn priced(on: Date) -> Priced {
    let basis = basis(on);
    Priced {
        number: 2,
        quote: price::quote(&GRIDS, &basis).unwrap(),
        basis,
        unpriced: Vec::new(),
    }
}

fn quote() -> Quote {
    Quote {
        production: production(),
        priced: priced(date(2026, 11, 27)),
    }
}

fn convention() -> Convention {
    let priced = priced(date(2026, 11, 27));
    let due = |what, amount| Due {
        what,
        quote: 1,
        amount,
    };
    Convention {
        production: production(),
        granted: vec![Granted {
            kind: SupportKind::Place,
            what: "Cour d’honneur".to_owned(),
            count: 1,
            from: Some(date(2027, 3, 1)),
            days: 4,
            conditions: "Pas de véhicule dans la cour".to_owned(),
        }],
        dues: vec![
            due(Installment::Deposit, priced.quote.deposit),
            due(Installment::Balance, priced.quote.balance),
        ],
        priced: Some(priced),
        insured_until: Some(date(2027, 6, 30)),
        terms: vec!["Ce qui change fait l’objet d’un avenant.".to_owned()],
        confirmed: false,
    }
}

fn agreement() -> Agreement {
    Agreement {
        project: "Les Ombres du quai".to_owned(),
        unit: "RAID".to_owned(),
        from: date(2027, 3, 1),
        until: date(2027, 3, 3),
        people: vec!["Camille Exemple".to_owned(), "ليلى مثال".to_owned()],
        duties: "Suivre la patrouille.\nPorter le gilet.".to_owned(),
        image: "Aucun visage.".to_owned(),
        secrecy: "Les tactiques.".to_owned(),
        stage: Stage::SignedOff,
        confirmed: false,
    }
}

fn access() -> AccessList {
    AccessList {
        to: Access::Encounter,
        title: "Histoires de l’Intérieur n° 4".to_owned(),
        host: "DGSI".to_owned(),
        sites: vec![Site {
            place: "Nanterre".to_owned(),
            from: "25/01/2024 à 18:00".to_owned(),
            until: "25/01/2024 à 20:00".to_owned(),
        }],
        people: (0..60)
            .map(|number| Visitor {
                name: format!("Camille Exemple {number}"),
                role: "scénariste".to_owned(),
                count: 2,
                identity: Some(Identity::Unchecked),
                admitted: number % 2 == 0,
            })
            .collect(),
        blank: 3,
    }
}

fn samples() -> Vec<Document> {
    vec![
        Document::Receipt(receipt()),
        Document::Quote(quote()),
        Document::Convention(convention()),
        Document::Agreement(agreement()),
        Document::AccessList(access()),
    ]
}

fn made(lang: Lang, document: &Document) -> Vec<u8> {
    render(&head(lang), document, &Limits::default()).unwrap()
}

/// The text of all pages, as our own reader of others' files sees it, without breaks of lines and words.
fn text(pdf: &[u8]) -> String {
    let read = reading::read(pdf, &reading::Limits::default());
    assert_eq!(read.problems, []);
    let pages = read
        .parts
        .iter()
        .filter(|part| part.path.starts_with("page"));
    let text: String = pages.map(|part| part.text.as_str()).collect();
    packed(&text)
}

fn packed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{200B}')
        .collect()
}

fn check(document: &Document, lang: Lang, expected: &[&str]) {
    let text = text(&made(lang, document));
    for one in expected {
        assert!(text.contains(&packed(one)), "{one} is not in {text}");
    }
}

#[test]
fn a_document_can_be_read_again() {
    check(
        &Document::Receipt(receipt()),
        Lang::Fr,
        &[
            "Récépissé de plainte",
            "Référence : 7f3a90c1",
            "Escroqueries en ligne",
            "03/03/2026 à 15:42",
            "01234567 89abcdef",
            "orfevre verify orfevre-recepisse-7f3a90c1.tlog-proof --key \\ ledger.example+1a2b3c4d+",
            "tout ce qui est écrit ici est inventé",
        ],
    );
    check(
        &Document::Agreement(agreement()),
        Lang::En,
        &[
            "Immersion agreement – Les Ombres du quai",
            "From: 1 Mar 2027",
            "Porter le gilet.",
            "Camille Exemple",
            "Example, not the ministry’s",
        ],
    );
    check(
        &Document::AccessList(access()),
        Lang::En,
        &[
            "Access list of an encounter",
            "25/01/2024 à 18:00",
            "Camille Exemple 59",
            "to be checked",
            "63",
        ],
    );
}

#[test]
fn quote_and_convention_say_the_same_amounts() {
    // 3 × 5,500 + 2,750 + 36 × 15 + 45.
    let amounts = [
        "€16,500.00",
        "€2,750.00",
        "€540.00",
        "€45.00",
        "€19,835.00",
        "€5,950.50",
        "€13,884.50",
    ];
    let expected = [
        &amounts[..],
        &[
            "1 hour",
            "36 days",
            "3 days",
            "1 day of preparation",
            "Example, not the ministry’s",
        ],
    ]
    .concat();
    check(&Document::Quote(quote()), Lang::En, &expected);
    check(&Document::Convention(convention()), Lang::En, &expected);
    check(
        &Document::Convention(convention()),
        Lang::Fr,
        &[
            "Acompte, à la signature",
            "13 884,50 €",
            "Pas de véhicule dans la cour",
        ],
    );
}

#[test]
fn a_total_says_what_it_leaves_out() {
    let mut quote = quote();
    quote.priced.unpriced = vec!["Hélicoptère".to_owned()];
    check(
        &Document::Quote(quote),
        Lang::En,
        &["Without a price yet, and so not in the total: Hélicoptère."],
    );
}

#[test]
fn a_quote_of_a_past_day_is_made_again_from_what_it_counts() {
    for day in [date(2023, 5, 1), date(2024, 2, 29), date(2026, 11, 27)] {
        let document = || {
            Document::Quote(Quote {
                production: production(),
                priced: priced(day),
            })
        };
        assert_eq!(made(Lang::Fr, &document()), made(Lang::Fr, &document()));
    }
}

#[test]
fn the_same_content_gives_the_same_bytes_on_every_thread() {
    let all = || -> Vec<Vec<u8>> {
        let each = |lang| {
            samples()
                .iter()
                .map(|one| made(lang, one))
                .collect::<Vec<_>>()
        };
        [each(Lang::Fr), each(Lang::En)].concat()
    };
    let others: Vec<_> = (0..2).map(|_| thread::spawn(all)).collect();
    let here = all();
    for other in others {
        assert!(other.join().unwrap() == here);
    }
}

/// SHA-256 of each sample in each language, as version 1 gave it to an earlier process. Whoever changes what is written
/// raises [`VERSION`] and writes the new digests down.
const GIVEN: [(&str, &str); 10] = [
    (
        "receipt fr",
        "2e61490fa9f0843b9d78731759397db5df6d5cf7b634c83470234fa38393d071",
    ),
    (
        "receipt en",
        "0e6b7c37216d2b177f66aa94292b574105dfa4d966e27c74e44855585d039d12",
    ),
    (
        "quote fr",
        "4e8459f9e5bbd36486c89b5076260f9f1e914c7a8f328a112c41644b404088a3",
    ),
    (
        "quote en",
        "4a7ce345739c9f1bab09d9a08061b015142f808739bc40c667728ebe5e148c59",
    ),
    (
        "convention fr",
        "66b6e93103bab732864a413642e9d058dd2cdb50e59e7ffbb2f15aa9a584f39c",
    ),
    (
        "convention en",
        "60e91d1db013d0ee2e85f7caae4697e52c906904cd909c395fd99aa5bee6db36",
    ),
    (
        "agreement fr",
        "3d09ab4e9b0b9d04925d90f0ce3cffa393a11098b288a4ed379daf6fd9d7519c",
    ),
    (
        "agreement en",
        "c9d61dad8b5627626b1c3670d2a09fe58e42c0f07c3db293d68f86c8ed0ffb49",
    ),
    (
        "access fr",
        "77922732fc712e23a5995ebb8c8140295ddf337675e5b92baa7a9a8e932ac321",
    ),
    (
        "access en",
        "7a662edc54f5e2d933cca97a186c007290889e09035fbda0fb3369d29e215b4b",
    ),
];

#[test]
fn what_a_version_gave_it_gives_for_ever() {
    assert_eq!(VERSION, 1);
    let now: Vec<(String, String)> = samples()
        .iter()
        .flat_map(|document| {
            [Lang::Fr, Lang::En].map(|lang| {
                let name = format!("{} {}", document.template(), lang.tag());
                let digest = Sha256::digest(made(lang, document));
                (
                    name,
                    digest.iter().map(|byte| format!("{byte:02x}")).collect(),
                )
            })
        })
        .collect();
    let given = GIVEN.map(|(name, digest)| (name.to_owned(), digest.to_owned()));
    assert_eq!(now, given);
}

/// What a PDF says of itself, and its tags with how often each stands there.
fn structure(pdf: &[u8]) -> (String, Dictionary, BTreeMap<String, usize>) {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let catalog = document.catalog().unwrap().clone();
    let metadata = catalog.get(b"Metadata").unwrap().as_reference().unwrap();
    let metadata = document.get_object(metadata).unwrap().as_stream().unwrap();
    let metadata = String::from_utf8(metadata.get_plain_content().unwrap()).unwrap();
    let mut tags = BTreeMap::new();
    for object in document.objects.values() {
        if let Object::Dictionary(one) = object
            && one.has(b"P")
            && let Ok(Object::Name(tag)) = one.get(b"S")
        {
            *tags
                .entry(String::from_utf8(tag.clone()).unwrap())
                .or_default() += 1;
        }
    }
    (metadata, catalog, tags)
}

#[test]
fn every_document_says_its_standards_language_and_title_and_is_tagged() {
    for lang in [Lang::Fr, Lang::En] {
        for document in samples() {
            let (metadata, catalog, tags) = structure(&made(lang, &document));
            for said in [
                "<pdfaid:part>2</pdfaid:part>",
                "<pdfaid:conformance>B</pdfaid:conformance>",
                "<pdfuaid:part>1</pdfuaid:part>",
                "<dc:title>",
                "documents-1",
            ] {
                assert!(metadata.contains(said), "{said}: {metadata}");
            }
            let tag = catalog.get(b"Lang").unwrap().as_str().unwrap();
            assert_eq!(tag, lang.tag().as_bytes());
            let marked = catalog.get(b"MarkInfo").unwrap().as_dict().unwrap();
            assert!(marked.get(b"Marked").unwrap().as_bool().unwrap());
            let shown = catalog.get(b"ViewerPreferences").unwrap();
            let shown = shown.as_dict().unwrap().get(b"DisplayDocTitle").unwrap();
            assert!(shown.as_bool().unwrap());
            for tag in ["H1", "Table", "THead", "TH", "TD", "L", "LBody"] {
                assert!(tags.contains_key(tag), "{tag} is not in {tags:?}");
            }
        }
    }
}

#[test]
fn a_long_list_repeats_its_head_and_numbers_its_pages() {
    let list = made(Lang::En, &Document::AccessList(access()));
    let read = text(&list);
    let pages = lopdf::Document::load_mem(&list).unwrap().get_pages().len();
    assert!(pages >= 2);
    assert_eq!(read.matches("Arrived").count(), pages);
    assert!(read.contains(&packed(&format!("page {pages} of {pages}"))));
}

/// Every text of every document is this one.
fn filled(text: &str) -> Vec<Document> {
    let owned = || text.to_owned();
    let production = || Production {
        title: owned(),
        company: owned(),
        work: owned(),
        team: u32::MAX,
    };
    let mut priced = priced(date(2026, 11, 27));
    priced.basis.lines[1] = Line::Item {
        what: text.into(),
        category: "uniform".into(),
        count: 12,
        days: 3,
    };
    vec![
        Document::Receipt(Receipt {
            desk: owned(),
            ..receipt()
        }),
        Document::Quote(Quote {
            production: production(),
            priced: priced.clone(),
        }),
        Document::Convention(Convention {
            production: production(),
            granted: vec![Granted {
                what: owned(),
                conditions: owned(),
                ..convention().granted.remove(0)
            }],
            priced: Some(priced),
            terms: vec![owned(), owned()],
            ..convention()
        }),
        Document::Agreement(Agreement {
            project: owned(),
            unit: owned(),
            people: vec![owned(), owned()],
            duties: owned(),
            image: owned(),
            secrecy: owned(),
            ..agreement()
        }),
        Document::AccessList(AccessList {
            title: owned(),
            host: owned(),
            sites: vec![Site {
                place: owned(),
                from: owned(),
                until: owned(),
            }],
            people: vec![Visitor {
                name: owned(),
                role: owned(),
                ..access().people.remove(0)
            }],
            ..access()
        }),
    ]
}

#[test]
fn what_looks_like_source_is_printed_as_it_was_written() {
    let hostile = [
        "#read(\"/etc/passwd\")",
        "#panic()",
        "$ 1/0 $",
        "\\ \\u{41} `raw` *b* _i_ <label> @ref = h // c /* c */",
        "] ) } #let x = 1; [ ( {",
        "- a\n+ b\n/ c: d",
        "https://exemple.example/a?b=c#d",
        "#sys.inputs",
    ];
    for text in hostile {
        for document in filled(text) {
            check(&document, Lang::Fr, &[text]);
        }
    }
}

#[test]
fn what_no_font_shows_is_named_and_the_document_says_so() {
    let cases = [
        ("😡", "[U+1F621]"),
        ("a\0b", "a[U+0000]b"),
        ("\u{202E}txt.exe", "[U+202E]txt.exe"),
        ("王", "[U+738B]"),
        ("\u{301}\u{301}", "[U+0301][U+0301]"),
        ("\u{FFFE}\u{E000}\u{10FFFF}", "[U+FFFE][U+E000][U+10FFFF]"),
    ];
    for (text, named) in cases {
        for document in filled(text) {
            check(
                &document,
                Lang::En,
                &[named, "Some characters cannot be shown here"],
            );
        }
    }
    let said = text(&made(Lang::En, &Document::Quote(quote())));
    assert!(!said.contains(&packed("Some characters")));
}

#[test]
fn arabic_is_printed() {
    for document in filled("مرحبا بالعالم، السَّلَامُ عليكم 123 (لا)")
    {
        let pdf = made(Lang::Fr, &document);
        let said = text(&pdf);
        assert!(!said.contains("[U+"), "{said}");
        assert!(
            said.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c)),
            "{said}"
        );
    }
}

#[test]
fn long_texts_are_printed_whole_and_too_long_ones_are_refused() {
    let long = |text: &str, count: usize| {
        let mut agreement = agreement();
        agreement.duties = text.repeat(count);
        Document::Agreement(agreement)
    };
    for (word, count) in [("x", 100_000), ("mot ", 25_000)] {
        let said = text(&made(Lang::Fr, &long(word, count)));
        // The foot of each page stands between.
        assert!(said.matches(word.trim()).count() >= count);
    }
    assert_eq!(
        render(&head(Lang::Fr), &long("x", 400_000), &Limits::default()),
        Err(DocumentError::TooLong { most: 300_000 })
    );
    let few = Limits {
        pages: 3,
        ..Limits::default()
    };
    let refused = render(&head(Lang::Fr), &long("ligne\n", 1_000), &few);
    assert!(
        matches!(
            refused,
            Err(DocumentError::TooManyPages {
                pages: 10..,
                most: 3
            })
        ),
        "{refused:?}"
    );
}

#[test]
fn no_template_reaches_a_file() {
    let house = House::new("quote", Dict::new());
    for path in ["etc/passwd", "quote.typ.bak", "other.typ"] {
        let path = VirtualPath::new(path).unwrap();
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        assert!(house.file(id).is_err() && house.source(id).is_err());
    }
    assert!(house.file(house.main()).is_err());
    assert!(house.today(None).is_none());
}

#[test]
fn an_empty_document_is_a_document() {
    for document in filled("") {
        check(&document, Lang::Fr, &["–"]);
    }
    let nothing = Convention {
        granted: Vec::new(),
        priced: None,
        dues: Vec::new(),
        insured_until: None,
        terms: Vec::new(),
        ..convention()
    };
    check(
        &Document::Convention(nothing),
        Lang::Fr,
        &["Rien de ce qui est accordé n’est payant."],
    );
    let nobody = AccessList {
        people: Vec::new(),
        sites: Vec::new(),
        blank: 0,
        ..access()
    };
    check(
        &Document::AccessList(nobody),
        Lang::En,
        &["Nobody is registered."],
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_keeps_a_document_from_being_made(
        text in prop_oneof![
            any::<String>(),
            "\\PC{0,200}",
            "[\u{600}-\u{6FF}\u{8A0}-\u{8FF}\u{FB50}-\u{FDFF}\u{FE70}-\u{FEFF} a]{0,80}",
            "[\u{300}-\u{36F}a-e\u{370}-\u{3FF}\u{1AB0}-\u{1AFF}\u{1DC0}-\u{1DFF}\u{20D0}-\u{20F0}]{0,80}",
            "[\u{0}-\u{20}\u{7F}-\u{A0}\u{2000}-\u{2070}#$\\\\\\[\\]]{0,80}",
        ]
    ) {
        for document in filled(&text) {
            let pdf = render(&head(Lang::Fr), &document, &Limits::default());
            prop_assert!(pdf.is_ok(), "{pdf:?}");
        }
    }
}
