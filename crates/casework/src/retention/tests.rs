use std::collections::BTreeMap;

use super::*;
use crate::{
    desk::{Config, tests::DESK},
    place,
    submission::Closing,
};

/// The trial desk with these rules.
fn desk(rules: &str) -> Result<Desk, Vec<String>> {
    let files = [("desks/trial.toml".to_owned(), format!("{DESK}\n{rules}"))];
    // Without units.toml no desk needs a unit.
    let config = Config::load(files, place::tests::places());
    let config = config.map_err(|told| told.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    Ok(config.desk(&"trial".parse().unwrap()).unwrap().clone())
}

fn rule(id: &str, rest: &str) -> String {
    format!(
        "[[retention]]\nid = \"{id}\"\nbecause = {{ fr = \"\", en = \"\" }}\narticle = \"\"\n{rest}\n"
    )
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn facts(state: State) -> Facts<'static> {
    Facts {
        track: "report",
        kind: "shop",
        state,
        received: at("2026-01-31T11:00:00Z"),
        closed: Some(at("2026-02-28T22:59:00Z")),
        last_act: at("2026-03-27T01:30:00Z"),
        done: &[],
    }
}

#[test]
fn a_time_is_counted_on_the_calendar_of_the_desk() {
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let check = |keep: &str, from: &str, expected: &str| {
        let keep: Keep = keep.parse().unwrap();
        assert_eq!(keep.after(at(from), &zone).to_string(), expected, "{keep}");
    };
    check("P1M", "2026-01-31T11:00:00Z", "2026-02-28T11:00:00Z");
    check("P1Y", "2028-02-29T11:00:00Z", "2029-02-28T11:00:00Z");
    check("P4Y", "2028-02-29T11:00:00Z", "2032-02-29T11:00:00Z");
    // The same time of the clock, which has moved an hour meanwhile.
    check("P2D", "2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z");
    check("P2W", "2026-10-20T22:30:00Z", "2026-11-03T23:30:00Z");
    check("P149Y", "9990-01-01T00:00:00Z", &Timestamp::MAX.to_string());
    for wrong in [
        "", "2 years", "P0D", "-P1Y", "PT5H", "P1DT5H", "P200Y", "P1Y-3M", "P",
    ] {
        assert!(wrong.parse::<Keep>().is_err(), "{wrong}");
    }
}

#[test]
fn the_first_rule_that_applies_counts_and_the_nearest_is_done_first() {
    let rules = [
        rule(
            "unfounded",
            "when = 'outcome == \"unfounded\"'\nkeep = \"P1M\"\nfrom = \"closed\"\ndoes = \"erase_all\"",
        ),
        rule(
            "names",
            "keep = \"P1Y\"\nfrom = \"last_act\"\ndoes = \"erase_identity\"",
        ),
        rule(
            "all",
            "keep = \"P6Y\"\nfrom = \"received\"\ndoes = \"erase_all\"",
        ),
        rule(
            "shelf",
            "when = 'state == \"closed\"'\nkeep = \"P6M\"\nfrom = \"closed\"\ndoes = \"archive\"",
        ),
    ];
    let rules = Rules::of(&desk(&rules.concat()).unwrap());
    let check = |facts: &Facts<'_>, hold: Hold, expected: &str| {
        let due = due(facts, &rules, hold, facts.last_act).unwrap();
        let at = due.at.map_or("held".to_owned(), |at| at.to_string());
        assert_eq!(format!("{} {at}", due.because.id), expected, "{facts:?}");
    };
    let unfounded = facts(State::Closed(Closing::Unfounded));
    check(&unfounded, Hold::None, "unfounded 2026-03-28T22:59:00Z");
    let until = at("2030-01-01T00:00:00Z");
    check(
        &unfounded,
        Hold::Until(until),
        "unfounded 2030-01-01T00:00:00Z",
    );
    check(
        &unfounded,
        Hold::Until(unfounded.received),
        "unfounded 2026-03-28T22:59:00Z",
    );
    check(&unfounded, Hold::Open, "unfounded held");
    let resolved = facts(State::Closed(Closing::Resolved));
    check(&resolved, Hold::None, "shelf 2026-08-28T21:59:00Z");
    // Opened again, the time from its closing does not run.
    check(
        &facts(State::Queued),
        Hold::None,
        "names 2027-03-27T01:30:00Z",
    );
    let done = Facts {
        done: &[Does::Archive, Does::EraseIdentity],
        ..resolved.clone()
    };
    check(&done, Hold::None, "all 2032-01-31T11:00:00Z");
    let erased = Facts {
        done: &[Does::EraseAll],
        ..resolved
    };
    assert!(due(&erased, &rules, Hold::None, erased.last_act).is_none());
    let notice = due(&unfounded, &rules, Hold::None, until).unwrap();
    assert_eq!(
        notice.notice_at.unwrap().to_string(),
        "2026-02-26T22:59:00Z"
    );
    assert!(notice.is_due(until) && !notice.held);
}

#[test]
fn a_desk_without_rules_keeps_what_it_announces() {
    let rules = Rules::of(&desk("").unwrap());
    let due = due(
        &facts(State::Queued),
        &rules,
        Hold::None,
        Timestamp::UNIX_EPOCH,
    )
    .unwrap();
    assert_eq!(due.at.unwrap().to_string(), "2027-01-31T11:00:00Z");
    assert_eq!(due.what, Does::EraseAll);
}

#[test]
fn holds_add_up() {
    let (a, b) = (
        Hold::Until(at("2026-01-01T00:00:00Z")),
        Hold::Until(at("2027-01-01T00:00:00Z")),
    );
    assert_eq!(a.and(b), b);
    assert_eq!(b.and(Hold::Open), Hold::Open);
    assert_eq!(Hold::None.and(a), a);
    assert!(b.holds(at("2026-12-31T23:59:59Z")) && !b.holds(at("2027-01-01T00:00:00Z")));
}

#[test]
fn a_wrong_rule_is_told_with_its_place_and_mend() {
    let check = |rest: &str, expected: &str| {
        let told = desk(&rule("one", rest)).unwrap_err();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(expected), "{}", told[0]);
        assert!(told[0].starts_with("desks/trial.toml:"), "{}", told[0]);
    };
    const REST: &str = "keep = \"P1Y\"\nfrom = \"closed\"\ndoes = \"erase_all\"";
    desk(&rule("one", REST)).unwrap();
    check(
        "keep = \"1 year\"\nfrom = \"closed\"\ndoes = \"archive\"",
        "ISO 8601",
    );
    check(
        "keep = \"P1Y\"\nfrom = \"opened\"\ndoes = \"archive\"",
        "one of received, closed, last_act",
    );
    check(
        "keep = \"P1Y\"\nfrom = \"closed\"\ndoes = \"burn\"",
        "one of archive, erase_identity, erase_all",
    );
    for (when, expected) in [
        ("outcome == \"lost\"", "lost"),
        ("kind == \"boat\"", "boat"),
        ("story == \"x\"", "story"),
        ("received < now", "now"),
        ("age(received) > 3", "now"),
    ] {
        check(&format!("when = '{when}'\n{REST}"), expected);
    }
    let twice = format!("{}{}", rule("one", REST), rule("one", REST));
    assert!(desk(&twice).unwrap_err()[0].contains("two rules are called `one`"));
}

#[test]
fn what_rules_leave_open_say_twice_or_in_vain_is_found_with_an_example() {
    let found = |rules: &[String]| check(&desk(&rules.concat()).unwrap());
    let all = rule(
        "all",
        "keep = \"P6Y\"\nfrom = \"received\"\ndoes = \"erase_all\"",
    );
    assert!(found(&[]).is_clean());
    assert!(found(std::slice::from_ref(&all)).is_clean());
    let closed = rule(
        "closed",
        "keep = \"P6Y\"\nfrom = \"closed\"\ndoes = \"erase_all\"",
    );
    let only_closed = found(std::slice::from_ref(&closed));
    assert!(only_closed.holes[0].while_open);
    assert!(
        only_closed.holes[0].example.contains("received"),
        "{only_closed:?}"
    );
    let old = rule(
        "old",
        "when = 'received < timestamp(\"2020-01-01T00:00:00Z\")'\nkeep = \"P1Y\"\nfrom = \"received\"\ndoes = \"erase_all\"",
    );
    let only_old = found(std::slice::from_ref(&old));
    assert!(!only_old.holes[0].while_open);
    // An exception before the rule is none.
    assert!(found(&[old.clone(), all.clone()]).is_clean());
    let shop = rule(
        "shop",
        "when = 'kind == \"shop\"'\nkeep = \"P2Y\"\nfrom = \"received\"\ndoes = \"erase_all\"",
    );
    let twice = found(&[old.clone(), shop.clone(), all.clone()]);
    assert_eq!(
        (
            twice.overlaps[0].first.as_str(),
            twice.overlaps[0].second.as_str()
        ),
        ("old", "shop")
    );
    assert!(twice.overlaps[0].example.contains("kind shop"));
    let vain = found(&[all, shop]);
    assert_eq!(vain.dead[0].rule, "shop");
    assert_eq!(vain.dead[0].behind.as_deref(), Some("all"));
    let never = rule(
        "never",
        "when = 'state == \"queued\" && outcome == \"kept\"'\nkeep = \"P2Y\"\nfrom = \"received\"\ndoes = \"archive\"",
    );
    assert_eq!(found(&[never]).dead[0].behind, None);
}

/// What happens to one submission in ten years, and what is known of it.
struct Life {
    state: State,
    received: Timestamp,
    closed: Option<Timestamp>,
    last_act: Timestamp,
    hold: Hold,
    done: Vec<Does>,
    /// When anything happened last: what falls due by that is due from then.
    changed: Timestamp,
    /// What was answered when it was asked last.
    next: Option<Timestamp>,
}

impl Life {
    fn facts(&self) -> Facts<'_> {
        Facts {
            track: "report",
            kind: "shop",
            state: self.state,
            received: self.received,
            closed: self.closed,
            last_act: self.last_act,
            done: &self.done,
        }
    }

    fn asked(&mut self, rules: &Rules, now: Timestamp) {
        let due = due(&self.facts(), rules, self.hold, now);
        self.next = due.and_then(|due| due.at);
    }

    fn is_due(&self, rules: &Rules, now: Timestamp) -> Option<(String, Does)> {
        let due = due(&self.facts(), rules, self.hold, now)?;
        due.is_due(now)
            .then(|| (due.because.id.to_string(), due.what))
    }

    /// The moment of each rule said again by hand: what is done before it is early, more than a day after it late.
    fn check(&self, rule: &str, now: Timestamp) {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let after = |at: Timestamp, span: Span| {
            let there = at.to_zoned(zone.clone()).checked_add(span);
            there.unwrap().timestamp()
        };
        let own = match rule {
            "unfounded" => after(self.closed.unwrap(), 6.months()),
            "names" => after(self.closed.unwrap(), 1.year()),
            "shelf" => after(self.last_act, 2.years()),
            "all" => after(self.received, 4.years()),
            _ => panic!("{rule}"),
        };
        let expected = match self.hold {
            Hold::None => own,
            Hold::Until(until) => own.max(until),
            Hold::Open => panic!("done though it is held"),
        };
        assert!(expected <= now, "early");
        let known = expected.max(self.changed);
        let late = now.duration_since(known).as_hours();
        assert!(late <= 24, "late: {known} at {now}");
        assert!(!self.hold.holds(now));
    }

    /// Something happens, or nothing.
    fn happens(&mut self, numbers: &mut Numbers, now: Timestamp) -> bool {
        let days = numbers.below(700) as i64;
        match numbers.below(9) {
            0 | 1 if !self.state.is_final() => {
                let closing = numbers.below(Closing::ALL.len() as u64) as usize;
                self.state = State::Closed(Closing::ALL[closing]);
                (self.closed, self.last_act) = (Some(now), now);
            }
            2 if matches!(self.state, State::Closed(_)) => {
                self.state = State::Queued;
                self.last_act = now;
            }
            3 if !self.state.is_final() => {
                self.state = State::Withdrawn;
                (self.closed, self.last_act) = (Some(now), now);
            }
            4 => {
                let until = now + jiff::SignedDuration::from_hours(24 * days);
                self.hold = self.hold.and(Hold::Until(until));
            }
            5 => self.hold = Hold::Open,
            6 if self.hold == Hold::Open => self.hold = Hold::Until(now),
            7 => self.last_act = now,
            _ => return false,
        }
        true
    }
}

/// A generator that gives the same numbers everywhere (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut hash = self.0;
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (hash ^ (hash >> 31)) % most
    }
}

#[test]
fn in_ten_years_nothing_is_done_early_or_a_day_late_and_a_hold_holds() {
    let desk = desk(&[
        rule("unfounded", "when = 'outcome in [\"unfounded\", \"no_offence\"]'\nkeep = \"P6M\"\nfrom = \"closed\"\ndoes = \"erase_all\""),
        rule("names", "when = 'state in [\"closed\", \"withdrawn\"]'\nkeep = \"P1Y\"\nfrom = \"closed\"\ndoes = \"erase_identity\""),
        rule("shelf", "keep = \"P2Y\"\nfrom = \"last_act\"\ndoes = \"archive\""),
        rule("all", "keep = \"P4Y\"\nfrom = \"received\"\ndoes = \"erase_all\""),
    ].concat())
    .unwrap();
    let rules = Rules::of(&desk);
    let start = at("2026-01-01T05:00:00Z");
    let hours = |hours: u64| jiff::SignedDuration::from_hours(hours as i64);
    // Whoever does what is due looks once a day, always at this hour.
    let look = |at: Timestamp| {
        let hours_since = at.duration_since(start).as_hours().max(0);
        start + hours(24 * (hours_since as u64 / 24 + 1))
    };
    let end = start + hours(24 * 3660);
    let mut numbers = Numbers(7);
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..3000 {
        let received = start + hours(numbers.below(24 * 365 * 5));
        let mut life = Life {
            state: State::Queued,
            received,
            closed: None,
            last_act: received,
            hold: Hold::None,
            done: Vec::new(),
            changed: received,
            next: None,
        };
        life.asked(&rules, received);
        let mut happens = received + hours(numbers.below(24 * 200));
        let mut now = look(received);
        while now <= end {
            while let Some((rule, what)) = life.is_due(&rules, now) {
                life.check(&rule, now);
                *done.entry(rule).or_default() += 1;
                life.done.push(what);
                life.asked(&rules, now);
            }
            if life.done.contains(&Does::EraseAll) {
                break;
            }
            if now >= happens {
                if life.happens(&mut numbers, now) {
                    life.changed = now;
                    life.asked(&rules, now);
                }
                happens = now + hours(24 * numbers.below(250));
            }
            // Asked at any time, it answers the same while nothing happens.
            let before = life.next;
            life.asked(&rules, now + hours(numbers.below(9)));
            assert_eq!(life.next, before);
            let next = life.next.unwrap_or(end).min(happens);
            now = look(next.max(now));
        }
        // All that is not held is gone at the end.
        if life.hold == Hold::None && end > life.received + hours(24 * (4 * 366 + 1)) {
            assert!(life.done.contains(&Does::EraseAll));
        }
    }
    let all = ["unfounded", "names", "shelf", "all"];
    assert!(all.iter().all(|rule| done[*rule] > 100), "{done:?}");
}
