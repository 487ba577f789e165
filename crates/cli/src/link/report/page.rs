//! A report as one HTML page: no script, nothing from elsewhere, every chart with its table.

use anyhow::Result;
use askama::Template;

use super::{
    Example, Report, charts,
    language::Language,
    numbers::share,
    plot::{Plot, Scale},
};

/// Sizes of series that are listed one by one; of more, the largest come after.
const SIZES: usize = 15;
/// The largest sizes that are listed.
const LARGEST: usize = 5;

/// Letters of a value that are shown; the data have all.
const LONGEST: usize = 160;

/// The page of a report.
pub(super) fn of(report: &Report) -> Result<String> {
    Ok(Page::new(report).render()?)
}

#[derive(Template)]
#[template(path = "link/report.html")]
struct Page<'r> {
    report: &'r Report,
    facts: Vec<(&'static str, String)>,
    told: Told,
    /// File, records, column of ids.
    inputs: Vec<(&'r str, String, &'r str)>,
    columns: Rows,
    rules: Rows,
    comparisons: Vec<(String, Rows)>,
    relations: Vec<(String, String)>,
    weights: Vec<Plot>,
    quality: Vec<Plot>,
    unlinkable: Vec<Plot>,
    sizes: Rows,
    hanging: Vec<[String; 6]>,
    examples: Vec<Shown>,
    /// Each way to be wrong: what it is called, what there is to see, and some.
    wrong: Vec<(&'static str, &'static str, Vec<Shown>)>,
}

/// A table of which some cells hold bars.
struct Rows {
    head: Vec<&'static str>,
    rows: Vec<(String, Vec<Cell>)>,
}

/// A cell: its text, and bars beneath it.
struct Cell {
    text: String,
    /// Class, start and width in hundredths.
    bars: Vec<(&'static str, f64, f64)>,
}

impl Cell {
    fn plain(text: impl Into<String>) -> Cell {
        Cell {
            text: text.into(),
            bars: Vec::new(),
        }
    }

    fn bar(text: impl Into<String>, class: &'static str, share: f64) -> Cell {
        Cell {
            text: text.into(),
            bars: vec![(class, 0.0, 100.0 * share.clamp(0.0, 1.0))],
        }
    }

    /// From the middle to one side.
    fn balance(l: Language, bits: Option<f64>, most: f64) -> Cell {
        let Some(bits) = bits else {
            return Cell::plain(l.text("not set"));
        };
        Cell {
            text: l.signed(bits),
            bars: vec![between(0.0, bits, -most, most)],
        }
    }
}

/// A bar from one value to another on an axis.
fn between(a: f64, b: f64, from: f64, to: f64) -> (&'static str, f64, f64) {
    let scale = Scale::linear(from, to);
    let (low, high) = (100.0 * scale.share(a.min(b)), 100.0 * scale.share(a.max(b)));
    let class = if b >= a { "for" } else { "against" };
    (class, low, high - low)
}

/// A pair with the course of its weight.
struct Shown {
    left: String,
    right: String,
    weight: String,
    probability: String,
    steps: Vec<Step>,
}

struct Step {
    what: String,
    level: String,
    left: String,
    right: String,
    /// How the two values stand to each other; none where both are missing.
    sign: &'static str,
    bits: String,
    sum: String,
    bar: (&'static str, f64, f64),
}

impl Shown {
    fn new(l: Language, example: &Example) -> Shown {
        let mut sum = example.prior_bits;
        let mut sums = vec![0.0, sum];
        for step in &example.steps {
            sum += step.bits;
            sums.push(sum);
        }
        let most = sums.iter().copied().fold(f64::MIN, f64::max);
        let least = sums.iter().copied().fold(f64::MAX, f64::min);
        let bar = |at: usize| between(sums[at], sums[at + 1], least, most);
        let prior = Step {
            what: l.text("prior").to_owned(),
            level: l.text("two random records").to_owned(),
            left: String::new(),
            right: String::new(),
            sign: "",
            bits: l.signed(example.prior_bits),
            sum: l.signed(example.prior_bits),
            bar: bar(0),
        };
        let steps = (1..).zip(&example.steps).map(|(at, step)| Step {
            what: step.comparison.clone(),
            level: l.word(&step.level),
            left: beginning(&step.left),
            right: beginning(&step.right),
            sign: sign(&step.left, &step.right),
            bits: l.signed(step.bits),
            sum: l.signed(sums[at + 1]),
            bar: bar(at),
        });
        Shown {
            left: example.left_id.clone(),
            right: example.right_id.clone(),
            weight: l.signed(example.match_weight),
            probability: l.probability(example.match_probability),
            steps: std::iter::once(prior).chain(steps).collect(),
        }
    }

    fn all(l: Language, examples: &[Example]) -> Vec<Shown> {
        examples
            .iter()
            .map(|example| Shown::new(l, example))
            .collect()
    }
}

impl<'r> Page<'r> {
    fn new(report: &'r Report) -> Page<'r> {
        let l = report.language;
        let wrong = report.truth.as_ref().map(|truth| {
            vec![
                (
                    l.text("Links of different entities"),
                    l.text("Linked, and the truth says they are two. The strongest first: what would have told them apart?"),
                    Shown::all(l, &truth.wrong),
                ),
                (
                    l.text("Compared and not linked"),
                    l.text("One entity by the truth, below the threshold. The weakest first: what kept them apart?"),
                    Shown::all(l, &truth.not_linked),
                ),
                (
                    l.text("Never compared"),
                    l.text("One entity by the truth, and no blocking rule makes the pair: which key would?"),
                    Shown::all(l, &truth.not_made),
                ),
            ]
        });
        Page {
            facts: facts(report),
            told: Told::new(report),
            inputs: inputs(report),
            columns: columns(report),
            rules: rules(report),
            comparisons: comparisons(report),
            relations: relations(report),
            weights: vec![charts::histogram(report), charts::links(report)],
            quality: charts::quality(report),
            unlinkable: charts::unlinkable(report).into_iter().collect(),
            sizes: sizes(report),
            hanging: hanging(report),
            examples: Shown::all(l, &report.examples),
            wrong: wrong.unwrap_or_default(),
            report,
        }
    }

    fn t(&self, english: &'static str) -> &'static str {
        self.report.language.text(english)
    }

    /// Seconds of a step.
    fn seconds(&self, seconds: &f64) -> String {
        self.report.language.number(format!("{seconds:.2}"))
    }
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let l = report.language;
    let run = &report.run;
    let several = report.series.sizes.iter().filter(|class| class.size > 1);
    let mut facts = vec![
        (l.text("records"), l.count(run.records)),
        (l.text("pairs compared"), l.count(run.pairs)),
        (l.text("links"), l.count(run.links)),
        (
            l.text("series of several records"),
            l.count(several.map(|class| class.series).sum()),
        ),
    ];
    if let Some(training) = &report.training {
        facts.push((
            l.text("of the pairs of one entity, blocking is expected to make"),
            l.percent(training.blocking_recall),
        ));
    }
    if let Some(truth) = &report.truth {
        let made = share(truth.made, truth.matches);
        facts.extend([
            (l.text("of the true pairs, blocking made"), l.percent(made)),
            (
                l.text("precision of series"),
                l.percent(truth.series.precision),
            ),
            (l.text("recall of series"), l.percent(truth.series.recall)),
            (l.text("F1 of series"), l.decimal(truth.series.f1)),
        ]);
    }
    facts
}

/// Figures in sentences.
struct Told {
    run: String,
    truth: String,
    unlinkable: String,
    series: String,
}

impl Told {
    fn new(report: &Report) -> Told {
        let (l, run) = (report.language, &report.run);
        let mut of_run = l.told(
            "Links reach {0} bits, a probability of {1}.",
            &[
                &l.signed(run.threshold_weight),
                &l.probability(run.threshold_probability),
            ],
        );
        if let Some(training) = &report.training {
            let text = if training.converged {
                " Training compared {0} pairs in {1} rounds and came to rest."
            } else {
                " Training compared {0} pairs in {1} rounds."
            };
            of_run += &l.told(
                text,
                &[&l.count(training.pairs), &training.rounds.to_string()],
            );
        }
        if let Some(prior) = run.prior {
            of_run += &l.told(
                " Two random records are one entity with a probability of {0}.",
                &[&l.probability(prior)],
            );
        }
        let of_truth = |truth: &super::Judged| {
            l.told(
                "The truth holds {0} pairs of one entity, of which blocking made {1}. Every one counts in recall.",
                &[&l.count(truth.matches), &l.count(truth.made)],
            )
        };
        Told {
            run: of_run,
            truth: report.truth.as_ref().map(of_truth).unwrap_or_default(),
            unlinkable: l.told(
                "{0} of {1} records stay below the threshold even against themselves.",
                &[&l.count(report.unlinkable.records), &l.count(run.records)],
            ),
            series: l.told("{0} series.", &[&l.count(report.series.series)]),
        }
    }
}

fn inputs(report: &Report) -> Vec<(&str, String, &str)> {
    let l = report.language;
    let inputs = report.run.inputs.iter();
    inputs
        .map(|input| (&*input.file, l.count(input.records), &*input.id_column))
        .collect()
}

fn columns(report: &Report) -> Rows {
    let l = report.language;
    let rows = report.columns.iter().map(|column| {
        let known = share(column.known, column.records);
        let most = column
            .most_frequent
            .as_ref()
            .map_or_else(String::new, |value| {
                let part = l.percent(share(column.most_frequent_count, column.records));
                format!("{} ({part})", beginning(value))
            });
        let name = match report.run.inputs.as_slice() {
            [_] => column.column.clone(),
            _ => format!("{} / {}", column.input, column.column),
        };
        let cells = vec![
            Cell::bar(l.percent(known), "for", known),
            Cell::bar(
                l.count(column.distinct),
                "for",
                share(column.distinct, column.records),
            ),
            Cell::plain(l.word(&column.could_be)),
            Cell::plain(most),
            Cell::plain(l.text(if column.read_by_model { "yes" } else { "no" })),
        ];
        (name, cells)
    });
    Rows {
        head: [
            "column",
            "known",
            "different values",
            "could be",
            "most frequent",
            "read",
        ]
        .map(|head| l.text(head))
        .to_vec(),
        rows: rows.collect(),
    }
}

fn rules(report: &Report) -> Rows {
    let l = report.language;
    let most = report.rules.iter().map(|rule| rule.pairs).max();
    let most = most.unwrap_or(0);
    let rows = (1..).zip(&report.rules).map(|(number, rule)| {
        let cells = vec![
            Cell::bar(l.count(rule.pairs), "second", share(rule.pairs, most)),
            Cell::bar(l.count(rule.new), "for", share(rule.new, most)),
            Cell::plain(l.count(rule.most)),
        ];
        (format!("{number}. {}", rule.keys), cells)
    });
    Rows {
        head: ["equal", "pairs", "new pairs", "bound"]
            .map(|head| l.text(head))
            .to_vec(),
        rows: rows.collect(),
    }
}

fn comparisons(report: &Report) -> Vec<(String, Rows)> {
    let l = report.language;
    let levels = || report.comparisons.iter().flat_map(|of| &of.levels);
    let bits = levels().filter_map(|level| level.bits);
    let most = bits.map(f64::abs).fold(1.0, f64::max);
    let chance = |value: Option<f64>, class| match value {
        Some(value) => Cell::bar(l.probability(value), class, value),
        None => Cell::plain(l.text("not set")),
    };
    let of = |comparison: &super::Comparison| {
        let rows = comparison.levels.iter().map(|level| {
            let adjusted = if level.term_frequency {
                l.text(", by term frequency")
            } else {
                ""
            };
            let cells = vec![
                chance(level.m, "for"),
                chance(level.u, "against"),
                Cell::balance(l, level.bits, most),
            ];
            (format!("{}{adjusted}", l.word(&level.level)), cells)
        });
        let rows = Rows {
            head: ["level", "m", "u", "bits"]
                .map(|head| l.text(head))
                .to_vec(),
            rows: rows.collect(),
        };
        (comparison.name.clone(), rows)
    };
    report.comparisons.iter().map(of).collect()
}

fn relations(report: &Report) -> Vec<(String, String)> {
    let l = report.language;
    let relations = report.relations.iter();
    relations
        .map(|relation| {
            let one_in = (1.0 / relation.prior).round() as u64;
            (relation.through.join(", "), l.count(one_in))
        })
        .collect()
}

fn sizes(report: &Report) -> Rows {
    let l = report.language;
    let classes = &report.series.sizes;
    let most = classes.iter().map(|class| class.series).max().unwrap_or(0);
    let largest = classes.len().saturating_sub(LARGEST);
    let listed = classes.iter().enumerate();
    let listed = listed.filter(|(at, _)| *at < SIZES || *at >= largest);
    let rows = listed.map(|(_, class)| {
        let cells = vec![
            Cell::bar(
                l.count(class.series),
                "for",
                (class.series as f64).ln_1p() / (most as f64).ln_1p(),
            ),
            Cell::bar(l.percent(class.density), "second", class.density),
            Cell::plain(l.count(class.hanging)),
        ];
        (l.count(class.size), cells)
    });
    Rows {
        head: ["records", "series", "density", "hang by one link"]
            .map(|head| l.text(head))
            .to_vec(),
        rows: rows.collect(),
    }
}

fn hanging(report: &Report) -> Vec<[String; 6]> {
    let l = report.language;
    let hanging = report.series.hanging.iter();
    hanging
        .map(|series| {
            [
                series.series_id.clone(),
                l.count(series.size),
                series.left_id.clone(),
                series.right_id.clone(),
                l.signed(series.match_weight),
                l.count(series.apart),
            ]
        })
        .collect()
}

/// A value, or its beginning: a set may be long.
fn beginning(value: &str) -> String {
    if value.is_empty() {
        return "–".to_owned();
    }
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

fn sign(left: &str, right: &str) -> &'static str {
    match (left, right) {
        ("", "") => "",
        ("", _) | (_, "") => "·",
        _ if left == right => "=",
        _ => "≠",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_letters() {
        let shown = beginning(&"é".repeat(500));
        assert_eq!(shown.chars().count(), LONGEST + 1);
        assert_eq!(
            (beginning(""), beginning("a|b")),
            ("–".to_owned(), "a|b".to_owned())
        );
    }

    #[test]
    fn a_bar_goes_from_one_sum_to_the_next() {
        assert_eq!(between(-5.0, 5.0, -10.0, 10.0), ("for", 25.0, 50.0));
        assert_eq!(between(0.0, -10.0, -10.0, 10.0), ("against", 0.0, 50.0));
    }
}
