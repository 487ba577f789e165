//! The charts of a report: what is drawn, and the table of it.

use linkage::batch::report::{Quality, ThresholdPoint, WeightBin};

use super::{
    Report,
    numbers::{count, decimal, percent, plain, probability, share, signed},
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
        format!("threshold {}", signed(weight)),
    ))
}

const WEIGHT: &str = "match weight (bits)";

pub(super) fn histogram(report: &Report) -> Plot {
    let x = bits_axis(report);
    let most = report.histogram.iter().map(|bin| bin.pairs).max();
    // half a pair is where the axis begins, so that one pair can be seen
    let y = Scale::logarithmic(0.5, most.unwrap_or(1) as f64);
    let mut bars = Vec::new();
    type Of = fn(&WeightBin) -> u64;
    let (pairs, right): (Of, Of) = (|bin| bin.pairs, |bin| bin.right);
    let kinds = match report.truth {
        Some(_) => vec![
            ("second", "all pairs", pairs),
            ("for", "of one entity", right),
        ],
        None => vec![("for", "pairs", pairs)],
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
                tip: format!(
                    "{} to {} bits: {} {name}",
                    bin.from,
                    bin.below,
                    count(of(bin))
                ),
            });
        }
    }
    let mut head = vec!["bits from", "pairs"];
    if report.truth.is_some() {
        head.extend(["of one entity", "of two"]);
    }
    let rows = report.histogram.iter().map(|bin| {
        let mut row = vec![signed(bin.from), count(bin.pairs)];
        if report.truth.is_some() {
            row.extend([count(bin.right), count(bin.wrong)]);
        }
        row
    });
    Plot {
        id: "histogram",
        title: "Pairs by match weight",
        about: "How many pairs have each match weight. Two hills with a valley between them are the sign of a model that tells matches from the rest.".to_owned(),
        table: Grid {
            head,
            rows: rows.collect(),
        },
        x: Axis {
            label: WEIGHT,
            ticks: x.ticks(7.0, plain),
        },
        y: Axis {
            label: "pairs, logarithmic",
            ticks: y.ticks(5.0, |value| count(value.round() as u64)),
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
    let x = bits_axis(report);
    let most = report.thresholds.first().map_or(1, |point| point.links);
    let y = Scale::logarithmic(0.5, most as f64);
    let line = report
        .thresholds
        .iter()
        .map(|point| (point.weight, point.links as f64));
    let rows = whole_bits(report).map(|point| {
        vec![
            signed(point.weight),
            probability(point.probability),
            count(point.links),
        ]
    });
    Plot {
        id: "links",
        title: "Links at each threshold",
        about: "How many pairs reach each match weight.".to_owned(),
        table: Grid {
            head: vec!["threshold", "probability", "links"],
            rows: rows.collect(),
        },
        x: Axis {
            label: WEIGHT,
            ticks: x.ticks(7.0, plain),
        },
        y: Axis {
            label: "links, logarithmic",
            ticks: y.ticks(5.0, |value| count(value.round() as u64)),
        },
        bars: Vec::new(),
        curves: vec![Curve {
            class: "first",
            name: "links",
            points: points(line, x, y),
        }],
        mark: threshold_mark(report, x),
    }
}

/// What the truth says of every threshold.
pub(super) fn quality(report: &Report) -> Vec<Plot> {
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
                signed(point.weight),
                decimal(quality.precision),
                decimal(quality.recall),
                decimal(quality.f1),
                format!("{:.2e}", quality.false_positive_rate),
            ])
        });
        Grid {
            head: vec![
                "threshold",
                "precision",
                "recall",
                "F1",
                "false positive rate",
            ],
            rows: rows.collect(),
        }
    };
    let shares = |label| Axis {
        label,
        ticks: unit.ticks(5.0, |value| format!("{value:.1}")),
    };
    let curve = |class, name, of: fn(&Quality) -> f64| Curve {
        class,
        name,
        points: points(known.iter().map(|(at, q)| (*at, of(q))), x, unit),
    };
    let best = known
        .iter()
        .max_by(|a, b| a.1.f1.total_cmp(&b.1.f1))
        .map_or_else(String::new, |(weight, quality)| {
            format!(
                " F1 is best, {}, at {} bits.",
                decimal(quality.f1),
                signed(*weight)
            )
        });
    let thresholds = Plot {
        id: "quality",
        title: "Precision, recall and F1 at each threshold",
        about: format!("Of links, pair by pair.{best}"),
        table: table(),
        x: Axis {
            label: WEIGHT,
            ticks: x.ticks(7.0, plain),
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
        title: "Precision against recall",
        about: format!(
            "The area under it, the average precision, is {}.",
            decimal(truth.areas.average_precision)
        ),
        table: table(),
        x: shares("recall"),
        y: shares("precision"),
        bars: Vec::new(),
        curves: vec![Curve {
            class: "first",
            name: "precision",
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
        title: "Recall against false positive rate (ROC)",
        about: format!(
            "The area under it, on a linear axis, is {:.6}. Nearly all pairs are of two entities, so the axis is logarithmic.",
            truth.areas.roc
        ),
        table: table(),
        x: Axis {
            label: "false positive rate, logarithmic",
            ticks: rate.ticks(5.0, |value| format!("{value:.0e}")),
        },
        y: shares("recall"),
        bars: Vec::new(),
        curves: vec![Curve {
            class: "first",
            name: "recall",
            points: points(by_rate, rate, unit),
        }],
        mark: None,
    };
    vec![thresholds, precision_recall, roc]
}

pub(super) fn unlinkable(report: &Report) -> Option<Plot> {
    let at = &report.unlinkable.at;
    let (first, last) = at.first().zip(at.last())?;
    let threshold = report.run.threshold_weight;
    let x = Scale::linear(first.0.min(threshold), last.0.max(threshold));
    let y = Scale::linear(0.0, 1.0);
    let part = |records: u64| share(records, report.run.records);
    let line = at.iter().map(|(bits, records)| (*bits, part(*records)));
    let rows = at
        .iter()
        .map(|(bits, records)| vec![signed(*bits), count(*records), percent(part(*records))]);
    Some(Plot {
        id: "unlinkable",
        title: "Records that cannot reach a threshold",
        about: "The share of records that weigh less than the threshold against themselves: they lack so much, or what they hold is so common, that nothing could link them.".to_owned(),
        table: Grid {
            head: vec!["threshold", "records", "share"],
            rows: rows.collect(),
        },
        x: Axis {
            label: WEIGHT,
            ticks: x.ticks(7.0, plain),
        },
        y: Axis {
            label: "share of records",
            ticks: y.ticks(5.0, |value| format!("{:.0} %", value * 100.0)),
        },
        bars: Vec::new(),
        curves: vec![Curve {
            class: "first",
            name: "records",
            points: points(line, x, y),
        }],
        mark: threshold_mark(report, x),
    })
}
