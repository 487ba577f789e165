//! What is fuzzed: each target takes any bytes and holds what must be true whatever they are.
//!
//! Two programs run them: cargo-fuzz with libFuzzer, where a nightly toolchain is (`cargo fuzz run extract`), and our own
//! loop of mutations on any toolchain (`cargo xtask fuzz`), of which a bounded part is a test.

use linkage::batch::{
    ColumnKind, Linkage, LinkageOptions, Model, Records, RecordsBuilder, TrainOptions, Value,
};
use observables::{Extractor, Kind, Observable, defang, extract, hits, refang};
use reading::{Format, Limits, read, read_as};

/// Takes any bytes; panics when something that must be true is not.
pub(crate) type Target = fn(&[u8]);

/// Every target by name. The corpus of each lies in `fuzz/corpus/NAME`.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("extract", extract_any),
    ("parse", parse_any),
    ("refang", refang_any),
    ("stream", stream_any),
    ("reading", reading_any),
    ("model", model_any),
];

/// Hits are ordered, apart, of the text, and canonical.
pub(crate) fn extract_any(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let found = extract(&text);
    let mut last = 0;
    for hit in &found.hits {
        assert!(hit.span.start >= last && hit.span.end > hit.span.start);
        assert!(text.get(hit.span.clone()).is_some());
        last = hit.span.end;
        let observable = hit.observable();
        assert_eq!(
            Observable::parse(hit.kind, &hit.canonical),
            Ok(observable.clone()),
            "what is canonical reads back"
        );
        observable.key();
        observable.derived();
        observables::display(&observable);
        defang(&observable);
    }
    for problem in &found.problems {
        assert!(text.get(problem.span.clone()).is_some());
    }
}

/// The first byte chooses the kind.
pub(crate) fn parse_any(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let kind = Kind::ALL[usize::from(*first) % Kind::ALL.len()];
    let text = String::from_utf8_lossy(rest);
    if let Ok(observable) = Observable::parse(kind, &text) {
        assert_eq!(
            Observable::parse(kind, observable.canonical()).as_ref(),
            Ok(&observable)
        );
        observable.key();
        observable.derived();
        observables::display(&observable);
        defang(&observable);
    }
    observables::parse_any(&text);
}

/// What is refanged is a text; the rest is for the reader of the trace.
pub(crate) fn refang_any(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let plain = refang(&text);
    assert!(plain.len() <= 3 * text.len());
}

/// Pieces give what the whole gives. The first byte chooses how it is cut.
pub(crate) fn stream_any(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let mut extractor = Extractor::new();
    let mut found = Vec::new();
    for piece in rest.chunks(usize::from(*first) + 1) {
        found.extend(extractor.push(piece));
    }
    found.extend(extractor.finish());
    let text = String::from_utf8_lossy(rest);
    let whole = extract(&text).hits;
    assert_eq!(found.len(), whole.len());
    for (found, hit) in found.iter().zip(&whole) {
        assert_eq!(found.hit.canonical, hit.canonical);
        assert_eq!(found.raw, text[hit.span.clone()]);
        assert!(found.hit.span.end <= rest.len());
    }
    assert!(hits(&text).eq(whole));
}

/// Every format but PDF, whose reader is run in a child process. The first byte may say what to take it for.
pub(crate) fn reading_any(bytes: &[u8]) {
    const FORMATS: [Format; 11] = [
        Format::Mail,
        Format::Mbox,
        Format::Msg,
        Format::Html,
        Format::Csv,
        Format::Json,
        Format::Png,
        Format::Jpeg,
        Format::Gif,
        Format::Webp,
        Format::Utf16,
    ];
    let limits = Limits {
        text: 1 << 20,
        items: 10_000,
        pixels: 1_000_000,
        pdf: false,
        ..Limits::default()
    };
    read(bytes, &limits);
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    if let Some(format) = FORMATS.get(usize::from(*first)) {
        read_as(*format, rest, &limits);
    }
    for format in [Format::Mbox, Format::Csv, Format::Json] {
        reading::documents(format, bytes, &limits, |reading| {
            assert!(reading.end <= bytes.len() as u64);
            Ok(())
        })
        .expect("bytes in memory can be read");
    }
}

/// A model of linkage, TOML or JSON: what is not refused trains and scores without panic, and its weights
/// are finite.
pub(crate) fn model_any(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let json = || serde_json::from_str::<Model>(&text).ok();
    let Some(model) = Model::from_toml(&text).ok().or_else(json) else {
        return;
    };
    let records = few_records();
    let options = LinkageOptions {
        pairs_per_rule: 100,
        ..LinkageOptions::default()
    };
    let Ok(mut linkage) = Linkage::new(model, &records, options) else {
        return;
    };
    hold(&linkage);
    linkage.train(&TrainOptions {
        random_pairs: 100,
        rounds: 10,
        ..TrainOptions::default()
    });
    hold(&linkage);
    let written = linkage.model().to_toml().expect("a model can be written");
    assert_eq!(Model::from_toml(&written).as_ref(), Ok(linkage.model()));
}

fn hold(linkage: &Linkage<'_>) {
    let mut links = Vec::new();
    let scored = linkage.predict(0.0, |link| {
        assert!(link.weight.is_finite() && (0.0..=1.0).contains(&link.probability));
        links.push(link.weighted());
    });
    if scored.is_ok() {
        let clusters = linkage.clusters(&links, 0.0).expect("it scored");
        assert!((0..).zip(&clusters).all(|(record, first)| *first <= record));
    }
}

fn few_records() -> Records {
    const ROWS: [(&str, &str, i32, &[&str], f64); 6] = [
        ("Dupont", "Lyon", 10, &["a", "b"], 10.0),
        ("Dupond", "Lyon", 10, &["a"], 10.4),
        ("Lyon", "Dupont", 30, &["b", "ab"], -1.0),
        ("Martin", "", 4000, &[], 0.0),
        ("", "Nice", -10, &["c"], f64::NAN),
        ("Martin", "Lion", 4001, &["a", "b", "c"], 10.0),
    ];
    let columns = [
        ("name", ColumnKind::Text),
        ("town", ColumnKind::Text),
        ("born", ColumnKind::Date),
        ("tags", ColumnKind::TextSet),
        ("amount", ColumnKind::Number),
    ];
    let mut builder = RecordsBuilder::new(&columns).expect("each column has its name");
    for (name, town, born, tags, amount) in ROWS {
        let values = [
            Value::Text(name),
            Value::Text(town),
            Value::Date(born),
            Value::TextSet(tags),
            Value::Number(amount),
        ];
        builder.push(0, &values).expect("values of their columns");
    }
    builder.finish()
}
