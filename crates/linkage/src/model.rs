//! The model: what a shared key of each kind is worth. Read from TOML, checked whole, constant.

use serde::Deserialize;

use crate::{
    agglomerate::{Dilution, Thresholds},
    key::KindIx,
};

/// Weights are held in 1/1024 bit, so that sums are exact and the last digit of a machine's
/// logarithm changes nothing.
pub(crate) const UNITS_PER_BIT: f64 = 1024.0;

/// What a shared key of each kind is worth, and how much makes a series.
///
/// ```
/// let model = linkage::Model::from_toml(
///     r#"
///     threshold = 14.0
///     growth = 1.0
///     most = 40.0
///     prior_bits = -9.0
///     reference_population = 1_000_000
///     damping = 0.25
///
///     [[group]]
///     name = "web"
///     max_bits = 18.0
///
///     [[kind]]
///     name = "url"
///     trust = 0.5
///     max_bits = 9.0
///     cap = 1000
///     group = "web"
///     leads = "alone"
///     dilution = 0.25
///     "#,
/// )?;
/// let url = model.kind("url").unwrap();
/// assert!(model.weight(url, 2, false).bits > model.weight(url, 500, false).bits);
/// # Ok::<(), linkage::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    kinds: Vec<Kind>,
    /// Ceilings in units, by group; a kind without a group has one of its own.
    ceilings: Vec<u64>,
    thresholds: Thresholds,
    largest_part: usize,
    prior_bits: f64,
    reference_population: f64,
    damping: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Kind {
    name: String,
    trust: f64,
    max_bits: f64,
    cap: u64,
    group: usize,
    leads: Leads,
    dilution: Dilution,
    beside: Option<KindIx>,
}

/// Which records a shared key of a kind has looked at together. All kinds weigh between those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Leads {
    /// Any two that share it.
    Alone,
    /// Two that share it and a second fact. Chance has strangers share one such key, the more often the more
    /// records there are; two facts at once it seldom does.
    Paired,
    /// None by itself, and it is a second fact.
    Second,
    /// None: so many records share each value that it is no fact, or it is read from the very thing that pairs.
    Never,
}

/// What sharing one key is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    /// Bits of evidence, zero when capped.
    pub bits: f64,
    /// Why it is what it is.
    pub state: WeightState,
}

/// Whether a key counted in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightState {
    /// In full, by its rarity.
    Counted,
    /// Less, because the value is on a warning list.
    Damped,
    /// Not at all, because too many records hold it.
    Capped,
}

/// Why a model was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Not TOML, or a field is missing, unknown or of the wrong type.
    #[error("reading the model: {0}")]
    Toml(#[from] toml::de::Error),
    /// A number is outside what has a meaning.
    #[error("{of}: {field} is {value}, expected {expected}")]
    Range {
        /// Which kind or group, or `model`.
        of: String,
        /// The field.
        field: &'static str,
        /// What it says.
        value: f64,
        /// What it may say.
        expected: &'static str,
    },
    /// Two kinds or two groups of one name.
    #[error("{what} {name:?} stands twice")]
    Double {
        /// `kind` or `group`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A kind names a group that is not there.
    #[error("kind {kind:?} names group {group:?}, which the model does not have")]
    UnknownGroup {
        /// The kind.
        kind: String,
        /// The group it names.
        group: String,
    },
    /// A kind is beside one that is not there, or beside itself.
    #[error("kind {kind:?} is beside {beside:?}, which is no other kind of the model")]
    UnknownBeside {
        /// The kind.
        kind: String,
        /// The kind it names.
        beside: String,
    },
    /// No kind at all, or more than can be numbered.
    #[error("a model has 1 to 1000 kinds, this one has {0}")]
    KindCount(usize),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    threshold: f64,
    growth: f64,
    most: f64,
    #[serde(default = "largest_part")]
    largest_part: usize,
    prior_bits: f64,
    reference_population: u64,
    damping: f64,
    #[serde(default)]
    group: Vec<GroupFile>,
    #[serde(default)]
    kind: Vec<KindFile>,
}

fn largest_part() -> usize {
    50_000
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    name: String,
    max_bits: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindFile {
    name: String,
    trust: f64,
    max_bits: f64,
    cap: u64,
    group: Option<String>,
    leads: Leads,
    #[serde(default)]
    dilution: f64,
    beside: Option<String>,
}

impl Model {
    /// Reads and checks a model.
    ///
    /// # Errors
    /// The first thing that is wrong, with the name of the kind or group it is wrong in.
    pub fn from_toml(text: &str) -> Result<Self, ModelError> {
        let file: ModelFile = toml::from_str(text)?;
        let within = |of: &str, field, value: f64, low: f64, high: f64, expected| {
            if value >= low && value <= high {
                Ok(())
            } else {
                Err(ModelError::Range {
                    of: of.to_owned(),
                    field,
                    value,
                    expected,
                })
            }
        };
        within(
            "model",
            "threshold",
            file.threshold,
            0.01,
            1e3,
            "0.01 to 1000 bits",
        )?;
        within("model", "growth", file.growth, 0.0, 1e3, "0 to 1000 bits")?;
        within(
            "model",
            "most",
            file.most,
            file.threshold,
            1e4,
            "threshold to 10000 bits",
        )?;
        within(
            "model",
            "prior_bits",
            file.prior_bits,
            -1e3,
            0.0,
            "-1000 to 0 bits",
        )?;
        within("model", "damping", file.damping, 0.0, 1.0, "0 to 1")?;
        let population = file.reference_population as f64;
        within(
            "model",
            "reference_population",
            population,
            2.0,
            1e15,
            "2 to 10^15",
        )?;
        if file.kind.is_empty() || file.kind.len() > 1000 {
            return Err(ModelError::KindCount(file.kind.len()));
        }

        let mut group_names: Vec<&str> = Vec::new();
        let mut ceilings = Vec::new();
        for group in &file.group {
            within(
                &group.name,
                "max_bits",
                group.max_bits,
                0.01,
                1e3,
                "0.01 to 1000 bits",
            )?;
            if group_names.contains(&group.name.as_str()) {
                return Err(ModelError::Double {
                    what: "group",
                    name: group.name.clone(),
                });
            }
            group_names.push(&group.name);
            ceilings.push(u64::from(units(group.max_bits)));
        }
        let mut kinds: Vec<Kind> = Vec::new();
        for kind in &file.kind {
            within(&kind.name, "trust", kind.trust, 0.0, 1.0, "0 to 1")?;
            within(
                &kind.name,
                "max_bits",
                kind.max_bits,
                0.01,
                1e3,
                "0.01 to 1000 bits",
            )?;
            within(
                &kind.name,
                "cap",
                kind.cap as f64,
                2.0,
                1e15,
                "2 or more records",
            )?;
            if kinds.iter().any(|known| known.name == kind.name) {
                return Err(ModelError::Double {
                    what: "kind",
                    name: kind.name.clone(),
                });
            }
            let dilution = Dilution::of_power(kind.dilution).ok_or_else(|| ModelError::Range {
                of: kind.name.clone(),
                field: "dilution",
                value: kind.dilution,
                expected: "0, 1, 0.5, 0.25, 0.125 or 0.0625",
            })?;
            let group = match &kind.group {
                Some(name) => group_names
                    .iter()
                    .position(|known| known == name)
                    .ok_or_else(|| ModelError::UnknownGroup {
                        kind: kind.name.clone(),
                        group: name.clone(),
                    })?,
                None => {
                    ceilings.push(u64::from(units(kind.max_bits)));
                    ceilings.len() - 1
                }
            };
            kinds.push(Kind {
                name: kind.name.clone(),
                trust: kind.trust,
                max_bits: kind.max_bits,
                cap: kind.cap,
                group,
                leads: kind.leads,
                dilution,
                beside: None,
            });
        }
        for (place, kind) in file.kind.iter().enumerate() {
            if let Some(name) = &kind.beside {
                let other = kinds.iter().position(|known| known.name == *name);
                let other = other.filter(|other| *other != place).ok_or_else(|| {
                    ModelError::UnknownBeside {
                        kind: kind.name.clone(),
                        beside: name.clone(),
                    }
                })?;
                kinds[place].beside = Some(index(other));
            }
        }
        Ok(Self {
            kinds,
            ceilings,
            thresholds: Thresholds {
                single: file.threshold,
                growth: file.growth,
                most: file.most,
            },
            largest_part: file.largest_part,
            prior_bits: file.prior_bits,
            reference_population: population,
            damping: file.damping,
        })
    }

    /// The kind of this name.
    pub fn kind(&self, name: &str) -> Option<KindIx> {
        let place = self.kinds.iter().position(|kind| kind.name == name)?;
        Some(index(place))
    }

    /// The kind whose values say the same thing exactly, of which this one is the closeness: what it is worth is
    /// [learned](crate::learn) from records that share no key of that one. Nothing else depends on it.
    #[must_use]
    pub fn beside(&self, kind: KindIx) -> Option<KindIx> {
        self.kinds.get(usize::from(kind.0))?.beside
    }

    /// The name of a kind, or `None` for a kind of another model.
    pub fn kind_name(&self, kind: KindIx) -> Option<&str> {
        Some(&self.kinds.get(usize::from(kind.0))?.name)
    }

    /// Bits from which two records, or a record and a cluster, are joined.
    pub fn threshold(&self) -> f64 {
        self.thresholds.single
    }

    pub(crate) fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    /// Records that hang together by single facts, at most: where more do, two facts are asked for (see
    /// [`Component`](crate::Component)). 50,000 unless the model says `largest_part`.
    #[must_use]
    pub fn largest_part(&self) -> usize {
        self.largest_part
    }

    /// What two records are worth before anything is known of them, in bits, at most 0.
    pub fn prior_bits(&self) -> f64 {
        self.prior_bits
    }

    /// Whether sharing such a key alone leads from one record to another: its kind does, and it says
    /// something.
    #[must_use]
    pub fn joins(&self, kind: KindIx, df: u64, damped: bool) -> bool {
        self.leads(kind) == Leads::Alone && self.weight(kind, df, damped).bits > 0.0
    }

    /// Whether sharing such a key and a [second fact](Model::seconds) leads from one record to another.
    #[must_use]
    pub fn pairs(&self, kind: KindIx, df: u64, damped: bool) -> bool {
        self.leads(kind) == Leads::Paired && self.weight(kind, df, damped).bits > 0.0
    }

    /// Whether such a key is the second fact that one which [pairs](Model::pairs) needs.
    #[must_use]
    pub fn seconds(&self, kind: KindIx, df: u64, damped: bool) -> bool {
        self.leads(kind) != Leads::Never && self.weight(kind, df, damped).bits > 0.0
    }

    /// Which records a shared key of this kind has looked at together, while it says something.
    #[must_use]
    pub fn leads(&self, kind: KindIx) -> Leads {
        self.kinds
            .get(usize::from(kind.0))
            .map_or(Leads::Never, |kind| kind.leads)
    }

    /// What sharing a key is worth when `df` records hold it:
    /// `trust × log2(reference_population / df)`, at most the kind's `max_bits`.
    ///
    /// That is Fellegi and Sunter's log2(m/u) with u ≈ df/N for a value so frequent, and m and the
    /// errors of the kind folded into `trust`. N is a constant of the model, not the number of
    /// records: a weight must not move when something elsewhere does. df counts as the power of two
    /// at or below it, so that a weight changes a few times in a key's life and not with each holder.
    pub fn weight(&self, kind: KindIx, df: u64, damped: bool) -> Weight {
        let Some(kind) = self.kinds.get(usize::from(kind.0)) else {
            // A kind of another model: nothing is known, so nothing is said.
            return Weight {
                bits: 0.0,
                state: WeightState::Capped,
            };
        };
        if df > kind.cap {
            return Weight {
                bits: 0.0,
                state: WeightState::Capped,
            };
        }
        let full = (kind.trust * self.rarity(df)).clamp(0.0, kind.max_bits);
        let (bits, state) = if damped {
            (full * self.damping, WeightState::Damped)
        } else {
            (full, WeightState::Counted)
        };
        Weight {
            bits: f64::from(units(bits)) / UNITS_PER_BIT,
            state,
        }
    }

    /// log2(N/df) with df as the power of two at or below it (see [`Model::weight`]).
    pub(crate) fn rarity(&self, df: u64) -> f64 {
        let holders = 1_u64 << df.max(1).ilog2();
        (self.reference_population / holders as f64).log2()
    }

    /// [`Model::weight`] in units.
    pub(crate) fn weight_units(&self, kind: KindIx, df: u64, damped: bool) -> u32 {
        units(self.weight(kind, df, damped).bits)
    }

    /// The group of a kind that has a weight.
    pub(crate) fn group(&self, kind: KindIx) -> usize {
        self.kinds
            .get(usize::from(kind.0))
            .map_or(0, |kind| kind.group)
    }

    /// The dilution of a kind that has a weight.
    pub(crate) fn dilution(&self, kind: KindIx) -> Dilution {
        self.kinds
            .get(usize::from(kind.0))
            .map_or(Dilution::None, |kind| kind.dilution)
    }

    /// The most that each group may say, in bits.
    pub(crate) fn ceilings_in_bits(&self) -> Vec<f64> {
        let bits = |&units: &u64| units as f64 / UNITS_PER_BIT;
        self.ceilings.iter().map(bits).collect()
    }

    /// The most that each group may say about a pair, in units.
    pub(crate) fn ceilings(&self) -> &[u64] {
        &self.ceilings
    }
}

fn index(place: usize) -> KindIx {
    KindIx(u16::try_from(place).expect("a model has at most 1000 kinds"))
}

fn units(bits: f64) -> u32 {
    (bits * UNITS_PER_BIT).round() as u32
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn submissions() -> Model {
        Model::from_toml(include_str!(
            "../../../config/france/models/submissions.toml"
        ))
        .unwrap()
    }

    const HEAD: &str = "threshold = 4.0\ngrowth = 1.0\nmost = 9.0\nprior_bits = -9.0\nreference_population = 1000\ndamping = 0.5\n";

    fn check_refused(tail: &str, expected: &str) {
        let error = Model::from_toml(&format!("{HEAD}{tail}"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(expected),
            "{error:?} does not say {expected:?}"
        );
    }

    #[test]
    fn a_wrong_model_is_refused_with_its_reason() {
        check_refused("", "has 0");
        check_refused(
            "[[kind]]\nname='a'\ntrust=2.0\nmax_bits=1.0\ncap=5\nleads='alone'",
            "a: trust is 2",
        );
        check_refused(
            "[[kind]]\nname='a'\ntrust=nan\nmax_bits=1.0\ncap=5\nleads='alone'",
            "a: trust is NaN",
        );
        check_refused(
            "[[kind]]\nname='a'\ntrust=1.0\nmax_bits=1.0\ncap=1\nleads='alone'",
            "a: cap is 1",
        );
        check_refused(
            "[[kind]]\nname='a'\ntrust=1.0\nmax_bits=1.0\ncap=5\nleads='alone'\ngroup='g'",
            "\"g\"",
        );
        check_refused(
            "[[kind]]\nname='a'\ntrust=1.0\nmax_bits=1.0\ncap=5\nleads='alone'\nx=1",
            "unknown field",
        );
        let kind = "[[kind]]\nname='a'\ntrust=1.0\nmax_bits=1.0\ncap=5\nleads='alone'\n";
        check_refused(&format!("{kind}{kind}"), "kind \"a\" stands twice");
        check_refused(
            &format!("{kind}dilution=0.3"),
            "a: dilution is 0.3, expected 0, 1, 0.5",
        );
        for beside in ["a", "b"] {
            check_refused(
                &format!("{kind}beside='{beside}'"),
                &format!("kind \"a\" is beside \"{beside}\""),
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_model_or_an_error(text in "\\PC{0,80}", number in proptest::num::f64::ANY) {
            let _ = Model::from_toml(&text);
            let kind = format!("[[kind]]\nname='a'\ntrust={number:?}\nmax_bits=9.0\ncap=5\nleads='alone'");
            let read = Model::from_toml(&format!("{HEAD}{kind}"));
            proptest::prop_assert_eq!(read.is_ok(), (0.0..=1.0).contains(&number));
        }
    }

    #[test]
    fn weight_falls_with_frequency_then_is_capped() {
        let kind = "[[kind]]\nname='a'\ntrust=1.0\nmax_bits=8.0\ncap=250\nleads='alone'\n";
        let model = Model::from_toml(&format!("{HEAD}{kind}")).unwrap();
        let a = model.kind("a").unwrap();
        let check = |df, damped, bits, state| {
            assert_eq!(
                model.weight(a, df, damped),
                Weight { bits, state },
                "df {df}"
            );
        };
        check(0, false, 8.0, WeightState::Counted);
        check(1, false, 8.0, WeightState::Counted);
        // 250 holders count as 128.
        check(250, false, 2.9658203125, WeightState::Counted);
        check(128, false, 2.9658203125, WeightState::Counted);
        check(250, true, 1.482421875, WeightState::Damped);
        check(251, false, 0.0, WeightState::Capped);
        check(u64::MAX, true, 0.0, WeightState::Capped);
        assert_eq!(model.weight(KindIx(7), 2, false).state, WeightState::Capped);
        assert_eq!(model.kind("b"), None);
    }

    #[test]
    fn the_first_weights_name_every_kind_of_the_platform() {
        let model = submissions();
        for name in [
            "iban",
            "btc",
            "eth",
            "phone",
            "email",
            "url",
            "domain",
            "registrable",
            "ipv4",
            "ipv6",
            "social",
            "text",
            "payee",
            "image",
        ] {
            let kind = model.kind(name).unwrap_or_else(|| panic!("no kind {name}"));
            assert_eq!(model.kind_name(kind), Some(name));
        }
    }
}
