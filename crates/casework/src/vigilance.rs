//! Signs that somebody looks at files for something else than their work.
//!
//! [`signs`] goes once over the record of looks, in its order, and gives what a head and a data protection officer should
//! ask about. A sign is a reason to ask, never a proof: each says how many looks made it, and from when. Every sign is
//! over a span of time that slides, and is given once while it lasts. What is done a little at a time is counted over longer
//! spans beside the short ones ([`Limits::slow`]).

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;

use crate::{text::fold, words::words};

words! {
    /// How near what was looked at was to the agent.
    Nearness {
        /// They have it.
        Own = "own",
        /// Their unit has it, and no agent yet.
        Unit = "unit",
        /// A colleague of their unit has it.
        Colleague = "colleague",
        /// Their unit takes part in it.
        Joined = "joined",
        /// Others have it.
        Other = "other",
        /// It was opened with a second person: others have it, or it is sealed.
        Glass = "glass",
        /// They were not let in.
        Denied = "denied",
    }
}

words! {
    /// What a number of looks is a sign of.
    Sign {
        /// Many files, in a short time.
        Bulk = "bulk",
        /// Files that others work on.
        Outside = "outside",
        /// The same name searched again and again.
        Repeated = "repeated",
        /// Trying doors.
        Denied = "denied",
        /// A file that nobody has a reason to open.
        Honey = "honey",
        /// A file of others or one that is sealed, opened with a second person.
        Glass = "glass",
    }
}

impl Sign {
    /// Whether the same thing looked at again counts once.
    fn is_of_different_things(self) -> bool {
        matches!(self, Sign::Bulk | Sign::Outside | Sign::Honey | Sign::Glass)
    }
}

/// A look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look<'r> {
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// Who.
    pub agent: &'r str,
    /// At what.
    pub what: What<'r>,
}

/// What was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What<'r> {
    /// A submission, by its place in the ledger; none where one was asked for that is not there.
    Submission {
        /// Its place.
        place: Option<i64>,
        /// How near it was.
        nearness: Nearness,
        /// Whether it is one that nobody has a reason to open.
        honey: bool,
    },
    /// A search for these words.
    Search(&'r str),
    /// A further page of what a search for these words found: no search of its own, where there was one.
    FurtherPage(&'r str),
}

/// How many are a sign, within how many minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// So many and more.
    pub many: u32,
    /// Within so many minutes.
    pub minutes: u32,
}

/// What is a sign here. The file `vigilance.toml` of a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Different submissions.
    pub bulk: Limit,
    /// Different submissions that others work on.
    pub outside: Limit,
    /// Searches for the same words, whatever their case, accents and order.
    pub repeated: Limit,
    /// Times that they were not let in.
    pub denied: Limit,
    /// The same over longer spans: what is done a little at a time, so as not to be seen.
    #[serde(default)]
    pub slow: Slow,
}

/// Limits over longer spans; none of a sign that is not counted so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    /// As [`Limits::bulk`].
    pub bulk: Option<Limit>,
    /// As [`Limits::outside`].
    pub outside: Option<Limit>,
    /// As [`Limits::repeated`], of days: who looks for the same thing all day long is at work on it.
    pub repeated: Option<Limit>,
    /// As [`Limits::denied`].
    pub denied: Option<Limit>,
}

/// What a country that says nothing is served by.
impl Default for Limits {
    fn default() -> Limits {
        let limit = |many, minutes| Limit { many, minutes };
        Limits {
            bulk: limit(60, 10),
            outside: limit(15, 60),
            repeated: limit(4, 60),
            denied: limit(5, 10),
            slow: Slow {
                bulk: Some(limit(800, DAY)),
                outside: Some(limit(60, 7 * DAY)),
                repeated: Some(limit(6, 7 * DAY)),
                denied: Some(limit(12, 7 * DAY)),
            },
        }
    }
}

/// Minutes.
const DAY: u32 = 24 * 60;

impl Limits {
    /// Reads a country's file.
    ///
    /// # Errors
    /// When it is no TOML of this shape, or a limit is of nothing.
    pub fn from_toml(text: &str) -> Result<Limits, LimitsError> {
        let limits: Limits = toml::from_str(text)?;
        let of_nothing = |limit: Limit| limit.many == 0 || limit.minutes == 0;
        if limits.all().any(of_nothing) {
            return Err(LimitsError::Nothing);
        }
        Ok(limits)
    }

    fn all(&self) -> impl Iterator<Item = Limit> {
        let slow = self.slow;
        let slow = [slow.bulk, slow.outside, slow.repeated, slow.denied];
        let fast = [self.bulk, self.outside, self.repeated, self.denied];
        fast.into_iter().chain(slow.into_iter().flatten())
    }

    /// The longest span that a sign is over, microseconds: older looks are no part of a new one.
    pub fn longest(&self) -> i64 {
        self.all().map(|limit| limit.span()).max().unwrap_or(0)
    }
}

impl Limit {
    fn span(&self) -> i64 {
        i64::from(self.minutes) * 60_000_000
    }
}

/// Why a country's limits cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LimitsError {
    /// It is not of this shape.
    #[error("{0}")]
    Shape(#[from] toml::de::Error),
    /// A limit of no looks or no minutes is met by everybody.
    #[error("`many` and `minutes` start at 1")]
    Nothing,
}

/// A sign that somebody gave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alert {
    /// When the look came that made it one.
    pub at: i64,
    /// Who.
    pub agent: Box<str>,
    /// What it is a sign of.
    pub sign: Sign,
    /// How many looks made it.
    pub many: u32,
    /// What it is about, where it is one thing: the words, or the place of a submission.
    pub about: Box<str>,
}

/// What an agent did lately, for one sign.
#[derive(Default)]
struct Lately {
    looks: VecDeque<(i64, String)>,
    /// Told, and not below the limit since.
    told: bool,
}

/// Every sign in a record, in its order.
pub fn signs<'r>(record: impl IntoIterator<Item = Look<'r>>, limits: &Limits) -> Vec<Alert> {
    let mut watch = Watch::default();
    let looks = record.into_iter();
    looks.flat_map(|look| watch.look(&look, limits)).collect()
}

/// The same as [`signs`], look by look: what is remembered is what agents did within the longest span of a sign. One
/// that was begun anew and shown the looks of that span gives the signs that the first would have given.
#[derive(Default)]
pub struct Watch {
    lately: BTreeMap<(Box<str>, Sign, Box<str>), [Lately; 2]>,
}

impl Watch {
    /// Takes the next look of a record, and gives the signs that it makes.
    pub fn look(&mut self, look: &Look<'_>, limits: &Limits) -> Vec<Alert> {
        let mut alerts = Vec::new();
        if self.goes_on(look, limits) {
            return alerts;
        }
        let mut count =
            |sign: Sign, about: &str, what: String, limit: Limit, slow: Option<Limit>| {
                let of_sign = self
                    .lately
                    .entry((look.agent.into(), sign, about.into()))
                    .or_default();
                let different = sign.is_of_different_things();
                let day = (look.at / (i64::from(DAY) * 60_000_000)).to_string();
                let (slow_what, apart) = match sign {
                    Sign::Repeated => (&day, true),
                    _ => (&what, different),
                };
                let spans = [(Some(limit), &what, different), (slow, slow_what, apart)];
                for (lately, (limit, what, different)) in of_sign.iter_mut().zip(spans) {
                    let many = limit.and_then(|limit| lately.add(look.at, what, limit, different));
                    alerts.extend(many.map(|many| Alert {
                        at: look.at,
                        agent: look.agent.into(),
                        sign,
                        many,
                        about: about.into(),
                    }));
                }
            };
        match look.what {
            What::Search(words) | What::FurtherPage(words) => {
                let words = same_search(words);
                if !words.is_empty() {
                    let (fast, slow) = (limits.repeated, limits.slow.repeated);
                    count(Sign::Repeated, &words, String::new(), fast, slow);
                }
            }
            What::Submission {
                place,
                nearness,
                honey,
            } => {
                let what = place.map_or_else(|| look.at.to_string(), |place| place.to_string());
                let once = Limit {
                    many: 1,
                    minutes: limits.outside.minutes,
                };
                if honey {
                    count(Sign::Honey, &what, what.clone(), once, None);
                }
                if matches!(nearness, Nearness::Other | Nearness::Glass) {
                    count(Sign::Glass, &what, what.clone(), once, None);
                }
                if nearness == Nearness::Denied {
                    count(Sign::Denied, "", what, limits.denied, limits.slow.denied);
                    return alerts;
                }
                if !matches!(nearness, Nearness::Own | Nearness::Unit) {
                    let (fast, slow) = (limits.outside, limits.slow.outside);
                    count(Sign::Outside, "", what.clone(), fast, slow);
                }
                count(Sign::Bulk, "", what, limits.bulk, limits.slow.bulk);
            }
        }
        alerts
    }

    /// Whether it is a further page of a search that was made a while ago.
    fn goes_on(&self, look: &Look<'_>, limits: &Limits) -> bool {
        let What::FurtherPage(words) = look.what else {
            return false;
        };
        let words: Box<str> = same_search(words).into();
        let searched = self
            .lately
            .get(&(look.agent.into(), Sign::Repeated, words))
            .and_then(|[lately, _]| lately.looks.back());
        let since = look.at.saturating_sub(limits.repeated.span());
        searched.is_some_and(|(at, _)| *at > since)
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.lately.is_empty()
    }

    /// Forgets what is older than any sign could be over, at this time.
    pub fn forget(&mut self, now: i64, limits: &Limits) {
        let since = now.saturating_sub(limits.longest());
        let newest = |lately: &Lately| lately.looks.back().map_or(i64::MIN, |(at, _)| *at);
        self.lately
            .retain(|_, lately| lately.iter().map(newest).max() > Some(since));
    }
}

/// The words of a search, whatever their case, accents and order.
fn same_search(words: &str) -> String {
    let folded = fold(words);
    let mut words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.join(" ")
}

impl Lately {
    /// Adds a look, and says how many there are within the limit's span where that is a sign not told yet. The same
    /// thing looked at again counts once, where it is different things that count.
    fn add(&mut self, at: i64, what: &str, limit: Limit, different: bool) -> Option<u32> {
        let since = at.saturating_sub(limit.span());
        self.looks.retain(|(before, _)| *before > since);
        if self.looks.len() < limit.many as usize {
            self.told = false;
        }
        if different {
            self.looks.retain(|(_, before)| before != what);
        }
        self.looks.push_back((at, what.to_owned()));
        let many = u32::try_from(self.looks.len()).unwrap_or(u32::MAX);
        if many < limit.many || self.told {
            return None;
        }
        self.told = true;
        Some(many)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000_000;

    fn limits() -> Limits {
        let limit = |many, minutes| Limit { many, minutes };
        Limits {
            bulk: limit(5, 10),
            outside: limit(3, 60),
            repeated: limit(3, 60),
            denied: limit(4, 10),
            slow: Slow {
                repeated: Some(limit(4, 10_000)),
                ..Slow::default()
            },
        }
    }

    fn look(minute: i64, place: i64, nearness: Nearness) -> Look<'static> {
        Look {
            at: minute * MINUTE,
            agent: "a",
            what: What::Submission {
                place: Some(place),
                nearness,
                honey: false,
            },
        }
    }

    fn search(minute: i64, words: &str) -> Look<'_> {
        Look {
            at: minute * MINUTE,
            agent: "a",
            what: What::Search(words),
        }
    }

    fn told(record: Vec<Look<'_>>) -> Vec<(Sign, i64, u32)> {
        let alerts = signs(record, &limits());
        let told = |alert: &Alert| (alert.sign, alert.at / MINUTE, alert.many);
        alerts.iter().map(told).collect()
    }

    #[test]
    fn many_different_files_in_a_short_time_are_told_once() {
        let own = |minute, place| look(minute, place, Nearness::Own);
        let nine = (0..9).map(|n| own(n, n)).collect();
        assert_eq!(told(nine), [(Sign::Bulk, 4, 5)]);
        // The same file again and again is work.
        assert_eq!(told((0..9).map(|n| own(n, 7)).collect()), []);
        assert_eq!(told((0..9).map(|n| own(3 * n, n)).collect()), []);
        // Two bouts with a pause between are two signs.
        let bouts = (0..5).chain(60..65).map(|n| own(n, n)).collect();
        assert_eq!(told(bouts), [(Sign::Bulk, 4, 5), (Sign::Bulk, 64, 5)]);
    }

    #[test]
    fn what_others_work_on_counts_and_what_nobody_has_does_not() {
        let of = |nearness| (0..4).map(|n| look(12 * n, n, nearness)).collect();
        for nearness in [Nearness::Own, Nearness::Unit] {
            assert_eq!(told(of(nearness)), [], "{nearness:?}");
        }
        for nearness in [Nearness::Colleague, Nearness::Joined] {
            assert_eq!(told(of(nearness)), [(Sign::Outside, 24, 3)], "{nearness:?}");
        }
        // Each time the glass is broken is told as well.
        for nearness in [Nearness::Other, Nearness::Glass] {
            let broken = told(of(nearness));
            assert_eq!(broken.len(), 5, "{nearness:?}");
            assert_eq!(
                (broken[0], broken[3]),
                ((Sign::Glass, 0, 1), (Sign::Outside, 24, 3))
            );
        }
    }

    #[test]
    fn the_same_name_however_it_is_typed_is_the_same_search() {
        let typed = ["Élodie MARTIN", "martin elodie", "Martin, Elodie"];
        let record = typed.iter().enumerate();
        let record = record
            .map(|(n, words)| search(10 * n as i64, words))
            .collect();
        assert_eq!(told(record), [(Sign::Repeated, 20, 3)]);
        let others = (0..9).map(|n| search(n, ["x", "y", "z", "w", "v"][n as usize % 5]));
        assert_eq!(told(others.collect()), []);
    }

    #[test]
    fn the_pages_of_a_search_are_one_search_and_hide_none() {
        let page = |minute: i64, words| Look {
            what: What::FurtherPage(words),
            ..search(minute, "")
        };
        let mut read = vec![search(0, "untel jean")];
        read.extend((1..9).map(|n| page(n, "jean untel")));
        assert_eq!(told(read), []);
        // Whoever names a further page of what they did not search for searches.
        let names = ["a", "b", "c"].map(|name| page(0, name));
        assert_eq!(told(names.into()), []);
        let hidden = (0..3).map(|n| page(61 * n, "untel jean"));
        assert_eq!(told(hidden.collect()), []);
        let hidden = (0..4).map(|n| page(1_440 * n, "untel jean"));
        assert_eq!(told(hidden.collect()), [(Sign::Repeated, 4_320, 4)]);
    }

    #[test]
    fn what_is_done_a_little_at_a_time_is_told_too() {
        // The same name once a day: never twice within the hour.
        let daily = |days: i64| (0..days).map(|day| search(day * 1_440, "untel jean"));
        assert_eq!(told(daily(3).collect()), []);
        let many: Vec<Look<'_>> = daily(9).collect();
        assert_eq!(told(many.clone()), [(Sign::Repeated, 3 * 1_440, 4)]);
        // A quick bout is told at once, and is one day of the long span.
        let bout: Vec<Look<'_>> = (0..6).map(|n| search(n, "untel jean")).collect();
        assert_eq!(told(bout), [(Sign::Repeated, 2, 3)]);
        // Whoever works on one matter from morning to evening is not told of.
        let day = (0..9).map(|n| search(61 * n, "untel jean"));
        assert_eq!(told(day.collect()), []);
        let of_nothing = Limits {
            slow: Slow::default(),
            ..limits()
        };
        assert_eq!(super::signs(many, &of_nothing), []);
    }

    #[test]
    fn trying_doors_is_told_and_a_honey_file_at_once() {
        let tried = (0..4).map(|n| look(n, 3, Nearness::Denied)).collect();
        assert_eq!(told(tried), [(Sign::Denied, 3, 4)]);
        let honey = Look {
            what: What::Submission {
                place: Some(9),
                nearness: Nearness::Unit,
                honey: true,
            },
            ..look(1, 9, Nearness::Unit)
        };
        assert_eq!(told(vec![honey.clone(), honey]), [(Sign::Honey, 1, 1)]);
    }

    #[test]
    fn agents_are_told_apart() {
        let record = (0..8).map(|n| Look {
            agent: ["a", "b"][n as usize % 2],
            ..look(n, n, Nearness::Own)
        });
        assert_eq!(signs(record, &limits()), []);
    }

    #[test]
    fn limits_of_nothing_are_refused() {
        let text = |many: u32| {
            ["bulk", "outside", "repeated", "denied"]
                .map(|name| format!("{name} = {{ many = {many}, minutes = 10 }}\n"))
                .concat()
        };
        assert!(Limits::from_toml(&text(3)).is_ok());
        assert!(Limits::from_toml(&text(0)).is_err());
        assert!(Limits::from_toml("bulk = 3").is_err());
    }

    proptest! {
        /// A watch that was begun anew, shown the looks of the longest span before, says what the first would have said.
        #[test]
        fn a_watch_that_is_begun_anew_gives_the_same_signs(
            looks in prop::collection::vec((0..90_i64, 0..7_i64, 0..4_usize), 1..120),
            cut in 0..120_usize,
        ) {
            let mut record: Vec<Look<'_>> = looks
                .iter()
                .map(|(minute, place, kind)| match kind {
                    0 => search(*minute, ["a", "b"][*place as usize % 2]),
                    1 => look(*minute, *place, Nearness::Joined),
                    2 => look(*minute, *place, Nearness::Denied),
                    _ => look(*minute, *place, Nearness::Own),
                })
                .collect();
            record.sort_by_key(|look| look.at);
            let cut = cut.min(record.len() - 1);
            let limits = limits();
            let since = record[cut].at - limits.longest();
            let mut first = Watch::default();
            for look in &record[..cut] {
                first.look(look, &limits);
                first.forget(look.at, &limits);
            }
            let mut second = Watch::default();
            for look in record[..cut].iter().filter(|look| look.at >= since) {
                second.look(look, &limits);
            }
            for look in &record[cut..] {
                prop_assert_eq!(first.look(look, &limits), second.look(look, &limits));
            }
        }

        /// Planted among a day of usual work, each kind of misuse is found and nobody else is told of.
        #[test]
        fn planted_misuse_is_found_among_usual_work(
            usual in prop::collection::vec((0..480_i64, 0..40_i64, 0..3_usize), 0..60),
            start in 0..400_i64,
            kind in 0..4_usize,
        ) {
            let mut record: Vec<Look<'_>> = usual
                .iter()
                .map(|(minute, place, agent)| Look {
                    agent: ["x", "y", "z"][*agent],
                    // Two files each at most.
                    ..look(*minute, *agent as i64 * 2 + place % 2, Nearness::Own)
                })
                .collect();
            let planted = |n: i64| match kind {
                0 => look(start + n, 100 + n, Nearness::Own),
                1 => look(start + 5 * n, 100 + n, Nearness::Joined),
                2 => search(start + 5 * n, "untel jean"),
                _ => look(start + n, 100, Nearness::Denied),
            };
            record.extend((0..5).map(planted));
            record.sort_by_key(|look| look.at);
            let alerts = signs(record, &limits());
            let wanted = [Sign::Bulk, Sign::Outside, Sign::Repeated, Sign::Denied][kind];
            prop_assert!(alerts.iter().any(|alert| alert.sign == wanted && &*alert.agent == "a"));
            prop_assert!(alerts.iter().all(|alert| &*alert.agent == "a"));
        }
    }
}
