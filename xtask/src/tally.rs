//! Counts tests from what their runners print, because no two of them offer a common machine format that is stable.
//!
//! A runner that changes its wording would count nothing, and a step that counts nothing fails: never green by accident.

use std::ops::AddAssign;

/// How many tests did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Marked to be left out. The project has none, so one is a fault.
    pub(crate) ignored: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// Who prints the lines.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Runner {
    Nextest,
    CargoTest,
    Node,
}

impl Runner {
    /// What one line of output adds to the count; most add nothing.
    pub(crate) fn count(self, line: &str) -> Tally {
        let line = line.trim();
        match self {
            Self::Nextest => nextest(line),
            Self::CargoTest => cargo_test(line),
            Self::Node => node(line),
        }
        .unwrap_or_default()
    }
}

// `Summary [   0.012s] 5 tests run: 4 passed (1 slow, 1 leaky), 1 failed, 0 skipped`
fn nextest(line: &str) -> Option<Tally> {
    let (_, counts) = line
        .strip_prefix("Summary [")?
        .split_once(" run: ")
        .filter(|(head, _)| head.ends_with("test") || head.ends_with("tests"))?;
    let mut tally = Tally::default();
    let mut outside = String::new();
    let mut depth = 0_u32;
    for character in counts.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(character),
            _ => {}
        }
    }
    for part in outside.split(',') {
        let (number, what) = part.trim().split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match what.trim() {
            "passed" => tally.passed += number,
            "skipped" => tally.ignored += number,
            // failed, timed out, exec failed: whatever is not a pass is a failure, new words too.
            _ => tally.failed += number,
        }
    }
    Some(tally)
}

// `test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s`
fn cargo_test(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut tally = Tally::default();
    for part in counts.split(';') {
        let Some((number, what)) = part.trim().split_once(' ') else {
            continue;
        };
        let Ok(number) = number.parse::<u64>() else {
            continue;
        };
        match what {
            "passed" => tally.passed += number,
            "failed" => tally.failed += number,
            "ignored" => tally.ignored += number,
            _ => {}
        }
    }
    Some(tally)
}

// `ℹ pass 10`, one number a line, at the end of the `spec` reporter.
fn node(line: &str) -> Option<Tally> {
    let (what, number) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    let number: u64 = number.parse().ok()?;
    let mut tally = Tally::default();
    match what {
        "pass" => tally.passed = number,
        "fail" | "cancelled" => tally.failed = number,
        "skipped" | "todo" => tally.ignored = number,
        _ => return None,
    }
    Some(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(runner: Runner, lines: &str, passed: u64, failed: u64, ignored: u64) {
        let mut found = Tally::default();
        for line in lines.lines() {
            found += runner.count(line);
        }
        let expected = Tally {
            passed,
            failed,
            ignored,
        };
        assert_eq!(found, expected, "{lines}");
    }

    #[test]
    fn nextest_is_counted() {
        let one = "     Summary [   0.005s] 1 test run: 1 passed, 0 skipped";
        check(Runner::Nextest, one, 1, 0, 0);
        let mixed = "     Summary [  12.000s] 9/12 tests run: 5 passed (1 slow, 2 leaky), 2 failed (1 due to being leaky), 1 timed out, 1 exec failed, 2 skipped";
        check(Runner::Nextest, mixed, 5, 4, 2);
        check(
            Runner::Nextest,
            "PASS [0.1s] x a_test_run: 3 passed",
            0,
            0,
            0,
        );
        check(
            Runner::Nextest,
            "Summary [ 0.1s] 2 tests run: many passed",
            0,
            0,
            0,
        );
    }

    #[test]
    fn cargo_test_is_counted_over_all_its_crates() {
        let lines = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 7 filtered out\n\
            test passed ... ok\n\
            all doctests ran in 0.20s; merged doctests compilation took 0.20s";
        check(Runner::CargoTest, lines, 4, 2, 1);
    }

    #[test]
    fn node_is_counted_and_cancelled_is_failed() {
        let lines = "✔ pass 5\nℹ tests 7\nℹ suites 0\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 12.5";
        check(Runner::Node, lines, 3, 2, 2);
    }

    #[test]
    fn numbers_that_are_none_count_nothing() {
        for line in [
            "",
            "ℹ pass",
            "ℹ pass -1",
            "test result: ",
            "test result: ok. x passed; ",
            "Summary [",
        ] {
            for runner in [Runner::Nextest, Runner::CargoTest, Runner::Node] {
                assert_eq!(runner.count(line), Tally::default(), "{line}");
            }
        }
    }
}
