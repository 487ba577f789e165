//! The charts of a report: what is drawn, and the table of it.

use linkage::batch::report::{Quality, ThresholdPoint, WeightBin};

use super::{
    Report,
    numbers::share,
    plot::{Axis, BOX, Bar, Curve, Grid, Plot, Scale, points},
};

fn bits_axis(report: &Report) -> Scale {
    let ends = report.histogram.first().zip(report.histogram.last());
    ends.map_or(Scale::linear(-1.0, 1.0), |(first, last)| {
        Scale::linear(first.from, last.below)
    })
}

fn threshold_mark(report: &Report, x: Scale) -> Option<(f64, String)> {
    let weight = report.run.threshold_weight;
    Some((
        100.0 * x.share(weight),
        report
            .language
            .told("threshold {0}", &[&report.language.signed(weight)]),
    ))
}

const WEIGHT: &str = "match weight (bits)";

pub(super) fn histogram(report: &Report) -> Plot {
    let l = report.language;
    let x = bits_axis(report);
    let most = report.histogram.iter().map(|bin| bin.pairs).max();
    // half a pair is where the axis begins, so that one pair can be seen
    let y = Scale::logarithmic(0.5, most.unwrap_or(1) as f64);
    let mut bars = Vec::new();
    type Of = fn(&WeightBin) -> u64;
    let (pairs, right): (Of, Of) = (|bin| bin.pairs, |bin| bin.right);
    let kinds = match report.truth {
        Some(_) => vec![
            ("second", l.text("all pairs"), pairs),
            ("for", l.text("of one entity"), right),
        ],
        None => vec![("for", l.text("pairs"), pairs)],
    };
    for (at, (class, name, of)) in kinds.into_iter().enumerate() {
        for bin in report.histogram.iter().filter(|bin| of(bin) > 0) {
            let (start, end, top) = (x.x(bin.from), x.x(bin.below), y.y(of(bin) as f64));
            let inset = (end - start) * (0.06 + 0.2 * at as f64);
            bars.push(Bar {
                class,
                name,
                x: start + inset,
                width: end - start - 2.0 * inset,
                y: top,
                height: BOX.1 - top,
                tip: l.told(
                    "{0} to {1} bits: {2} {3}",
                    &[
                        &l.plain(bin.from),
                        &l.plain(bin.below),
                        &l.count(of(bin)),
                        name,
                    ],
                ),
            });
        }
    }
    let mut head = vec![l.text("bits from"), l.text("pairs")];
    if report.truth.is_some() {
        head.extend(["of one entity", "of two"].map(|head| l.text(head)));
    }
    let rows = report.histogram.iter().map(|bin| {
        let mut row = vec![l.signed(bin.from), l.count(bin.pairs)];
        if report.truth.is_some() {
            row.extend([l.count(bin.right), l.count(bin.wrong)]);
        }
        row
    });
    Plot {
        id: "histogram",
        title: l.text("Pairs by match weight"),
        about: l.text("How many pairs have each match weight. Two hills with a valley between them are the sign of a model that tells matches from the rest.").to_owned(),
        table: Grid {
            head,
            rows: rows.collect(),
        },
        x: Axis {
            label: l.text(WEIGHT),
            ticks: x.ticks(7.0, |value| l.plain(value)),
        },
        y: Axis {
            label: l.text("pairs, logarithmic"),
            ticks: y.ticks(5.0, |value| l.count(value.round() as u64)),
        },
        bars,
        curves: Vec::new(),
        mark: threshold_mark(report, x),
    }
}

/// One point a whole bit, which is fine enough for a table.
fn whole_bits(report: &Report) -> impl Iterator<Item = &ThresholdPoint> {
    let mut last = f64::NEG_INFINITY;
    report.thresholds.iter().filter(move |point| {
        let new = point.weight.floor() > last;
        last = point.weight.floor();
        new
    })
}

pub(super) fn links(report: &Report) -> Plot {
    let l = report.language;
    let x = bits_axis(report);
    let most = report.thresholds.first().map_or(1, |point| point.links);
    let y = Scale::logarithmic(0.5, most as f64);
    let line = report
        .thresholds
        .iter()
        .map(|point| (point.weight, point.links as f64));
    let rows = whole_bits(report).map(|point| {
        vec![
            l.signed(point.weight),
            l.probability(point.probability),
            l.count(point.links),
        ]
    });
    Plot {
        id: "links",
        title: l.text("Links at each threshold"),
        about: l.text("How many pairs reach each match weight.").to_owned(),
        table: Grid {
            head: ["threshold", "probability", "links"]
                .map(|head| l.text(head))
                .to_vec(),
            rows: rows.collect(),
        },
        x: Axis {
            label: l.text(WEIGHT),
            ticks: x.ticks(7.0, |value| l.plain(value)),
        },
        y: Axis {
            label: l.text("links, logarithmic"),
            ticks: y.ticks(5.0, |value| l.count(value.round() as u64)),
        },
        bars: Vec::new(),
        curves: vec![Curve {
            class: "first",
            name: l.text("links"),
            points: points(line, x, y),
        }],
        mark: threshold_mark(report, x),
    }
}

/// What the truth says of every threshold.
pub(super) fn quality(report: &Report) -> Vec<Plot> {
    let l = report.language;
    let Some(truth) = &report.truth else {
        return Vec::new();
    };
    let x = bits_axis(report);
    let unit = Scale::linear(0.0, 1.0);
    let known: Vec<_> = report
        .thresholds
        .iter()
        .filter_map(|point| Some((point.weight, point.quality?)))
        .collect();
    let table = || {
        let rows = whole_bits(report).filter_map(|point| {
            let quality = point.quality?;
            Some(vec![
                l.signed(point.weight),
                l.decimal(quality.precision),
                l.decimal(quality.recall),
                l.decimal(quality.f1),
                l.number(format!("{:.2e}", quality.false_positive_rate)),
            ])
        });
        Grid {
            head: [
                "threshold",
                "precision",
                "recall",
                "F1",
                "false positive rate",
            ]
            .map(|head| l.text(head))
            .to_vec(),
            rows: rows.collect(),
        }
    };
    let shares = |label| Axis {
        label: l.text(label),
        ticks: unit.ticks(5.0, |value| l.number(format!("{value:.1}"))),
    };
    let curve = |class, name, of: fn(&Quality) -> f64| Curve {
        class,
        name: l.text(name),
        points: points(known.iter().map(|(at, q)| (*at, of(q))), x, unit),
    };
    let best = known
        .iter()
        .max_by(|a, b| a.1.f1.total_cmp(&b.1.f1))
        .map_or_else(String::new, |(weight, quality)| {
            l.told(
                " F1 is best, {0}, at {1} bits.",
                &[&l.decimal(quality.f1), &l.signed(*weight)],
            )
        });
    let thresholds = Plot {
        id: "quality",
        title: l.text("Precision, recall and F1 at each threshold"),
        about: format!("{}{best}", l.text("Of links, pair by pair.")),
        table: table(),
        x: Axis {
            label: l.text(WEIGHT),
            ticks: x.ticks(7.0, |value| l.plain(value)),
        },
        y: shares("share"),
        bars: Vec::new(),
        curves: vec![
            curve("first", "precision", |quality| quality.precision),
            curve("dashed", "recall", |quality| quality.recall),
            curve("dotted", "F1", |quality| quality.f1),
        ],
        mark: threshold_mark(report, x),
    };
    let by_recall = known.iter().map(|(_, q)| (q.recall, q.precision));
    let precision_recall = Plot {
        id: "precision-recall",
        title: l.text("Precision against recall"),
        about: l.told(
            "The area under it, the average precision, is {0}.",
            &[&l.decimal(truth.areas.average_precision)],
        ),
        table: table(),
        x: shares("recall"),
        y: shares("precision"),
        bars: Vec::new(),
        curves: vec![Curve {
            class: "first",
            name: l.text("precision"),
            points: points(by_recall, unit, unit),
        }],
        mark: None,
    };
    let rates = known.iter().map(|(_, q)| q.false_positive_rate);
    let least = rates.filter(|rate| *rate > 0.0).fold(0.1, f64::min);
    let rate = Scale::logarithmic(least, 1.0);
    let by_rate = known.iter().map(|(_, q)| (q.false_positive_rate, q.recall));
    let roc = Plot {
        id: "roc",
        title: l.text("Recall against false positive rate (ROC)"),
        about: l.told(
            "The area under it, on a linear axis, is {0}. Nearly all pairs are of two entities, so the axis is logarithmic.",
            &[&l.number(format!("{:.6}", truth.areas.roc))],
        ),
        table: table(),
        x: Axis {
            label: l.text("false positive rate, logarithmic"),
            ticks: rate.ticks(5.0, |value| format!("{value:.0e}")),
        },
        y: shares("recall"),
        bars: Vec::new(),
        curves: vec![Curve {
            class: "first",
            name: l.text("recall"),
            points: points(by_rate, rate, unit),
        }],
        mark: None,
    };
    vec![thresholds, precision_recall, roc]
}

pub(super) fn unlinkable(report: &Report) -> Option<Plot> {
    let l = report.language;
    let at = &report.unlinkable.at;
    let (first, last) = at.first().zip(at.last())?;
    let threshold = report.run.threshold_weight;
    let x = Scale::linear(first.0.min(threshold), last.0.max(threshold));
    let y = Scale::linear(0.0, 1.0);
    let part = |records: u64| share(records, report.run.records);
    let line = at.iter().map(|(bits, records)| (*bits, part(*records)));
    let rows = at.iter().map(|(bits, records)| {
        vec![
            l.signed(*bits),
            l.count(*records),
            l.percent(part(*records)),
        ]
    });
    Some(Plot {
        id: "unlinkable",
        title: l.text("Records that cannot reach a threshold"),
        about: l.text("The share of records that weigh less than the threshold against themselves: they lack so much, or what they hold is so common, that nothing could link them.").to_owned(),
        table: Grid {
            head: ["threshold", "records", "share"].map(|head| l.text(head)).to_vec(),
            rows: rows.collect(),
        },
        x: Axis {
            label: l.text(WEIGHT),
            ticks: x.ticks(7.0, |value| l.plain(value)),
        },
        y: Axis {
            label: l.text("share of records"),
            ticks: y.ticks(5.0, |value| format!("{:.0} %", value * 100.0)),
        },
        bars: Vec::new(),
        curves: vec![Curve {
            class: "first",
            name: l.text("records"),
            points: points(line, x, y),
        }],
        mark: threshold_mark(report, x),
    })
}
