//! Charts as shapes in a box, and the table that each comes with.
//!
//! The box is stretched to the width there is, so shapes are placed in shares of it and every text stands
//! beside it in HTML: letters keep their size on a telephone.

/// Width and height of the box.
pub(super) const BOX: (f64, f64) = (1000.0, 300.0);

/// A chart with its table: no chart can be made without one.
pub(super) struct Plot {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What is seen, in words.
    pub(super) about: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) bars: Vec<Bar>,
    pub(super) curves: Vec<Curve>,
    /// A line at one place of the x axis, in hundredths, and what it is.
    pub(super) mark: Option<(f64, String)>,
    pub(super) table: Grid,
}

impl Plot {
    /// Names of what is drawn with their classes, where there is more than one.
    pub(super) fn legend(&self) -> Vec<(&'static str, &'static str)> {
        let mut all: Vec<_> = self.curves.iter().map(|c| (c.class, c.name)).collect();
        for bar in &self.bars {
            if !all.contains(&(bar.class, bar.name)) {
                all.push((bar.class, bar.name));
            }
        }
        if all.len() < 2 { Vec::new() } else { all }
    }
}

/// An axis: what it measures, and texts at places in hundredths of it.
pub(super) struct Axis {
    pub(super) label: &'static str,
    pub(super) ticks: Vec<(f64, String)>,
}

/// A rectangle in the box.
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) name: &'static str,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Shown where a pointer rests.
    pub(super) tip: String,
}

/// A line in the box.
pub(super) struct Curve {
    pub(super) class: &'static str,
    pub(super) name: &'static str,
    pub(super) points: String,
}

/// A table of texts; the first of a row is its heading.
pub(super) struct Grid {
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

/// Where values stand on an axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    logarithmic: bool,
}

impl Scale {
    pub(super) fn linear(from: f64, to: f64) -> Scale {
        Scale {
            from,
            to: if to > from { to } else { from + 1.0 },
            logarithmic: false,
        }
    }

    /// Powers of ten, `from` above 0; what is below it stands at the start.
    pub(super) fn logarithmic(from: f64, to: f64) -> Scale {
        let ends = Scale::linear(from.log10(), to.max(from).log10());
        Scale {
            logarithmic: true,
            ..ends
        }
    }

    /// 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        let value = if self.logarithmic {
            value.log10()
        } else {
            value
        };
        let share = (value - self.from) / (self.to - self.from);
        if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 1.0)
        }
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        self.share(value) * BOX.0
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        (1.0 - self.share(value)) * BOX.1
    }

    /// Round values and their places in hundredths, at most about `most`.
    pub(super) fn ticks(&self, most: f64, text: impl Fn(f64) -> String) -> Vec<(f64, String)> {
        let span = self.to - self.from;
        let steps = if self.logarithmic {
            [1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0].as_slice()
        } else {
            &[
                0.1, 0.2, 0.25, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0,
            ]
        };
        let step = steps.iter().find(|step| span / **step <= most);
        let step = step.copied().unwrap_or(span);
        let first = (self.from / step).ceil() as i64;
        let last = (self.to / step + 1e-9).floor() as i64;
        (first..=last)
            .map(|at| {
                let place = at as f64 * step;
                let value = if self.logarithmic {
                    10_f64.powf(place)
                } else {
                    place
                };
                ((place - self.from) / span * 100.0, text(value))
            })
            .collect()
    }
}

/// Points of a line.
pub(super) fn points(values: impl Iterator<Item = (f64, f64)>, x: Scale, y: Scale) -> String {
    let mut last = None;
    let mut text = String::new();
    for (at, value) in values {
        let point = format!("{:.1},{:.1} ", x.x(at), y.y(value));
        if last.as_ref() != Some(&point) {
            text.push_str(&point);
            last = Some(point);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_places_what_is_outside_at_its_ends() {
        let linear = Scale::linear(-10.0, 10.0);
        assert_eq!(
            (linear.x(-10.0), linear.x(0.0), linear.x(99.0)),
            (0.0, 500.0, 1000.0)
        );
        let powers = Scale::logarithmic(1.0, 1000.0);
        assert_eq!(
            (powers.y(1.0), powers.y(1000.0), powers.y(0.0)),
            (300.0, 0.0, 300.0)
        );
        assert!(Scale::linear(3.0, 3.0).x(3.0).is_finite());
    }

    #[test]
    fn ticks_are_round_and_few() {
        let texts = |scale: Scale| {
            let ticks = scale.ticks(6.0, |value| value.to_string());
            ticks.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
        };
        assert_eq!(
            texts(Scale::linear(-23.0, 31.0)),
            ["-20", "-10", "0", "10", "20", "30"]
        );
        assert_eq!(
            texts(Scale::logarithmic(1.0, 5000.0)),
            ["1", "10", "100", "1000"]
        );
        assert_eq!(texts(Scale::linear(0.0, 1.0)).len(), 6);
    }
}
