use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const FILE: &str = r#"
format = 1

[[grid]]
from = "2024-01-01"
source = "a decision"
currency = "EUR"
deposit_percent = 30
preparation_percent = 50
place = [
  { category = "1", works = ["feature", "advertisement"], team_up_to = 20, hours_up_to = 12, price = "1500.25" },
  { category = "1", works = ["feature"], team_up_to = 100, hours_up_to = 12, price = "4000" },
  { category = "1", works = ["feature"], team_up_to = 20, hours_up_to = 6, price = "900" },
]
item = [{ category = "uniform", price = "15" }]
person = [{ category = "adviser", price = "45.50" }]

[[grid]]
from = "2026-01-01"
confirmed = false
source = "an example"
currency = "EUR"
deposit_percent = 0
preparation_percent = 100
item = [{ category = "uniform", price = "20" }]
"#;

fn grids() -> Grids {
    Grids::from_toml(FILE).unwrap()
}

fn basis(on: Date, lines: Vec<Line>) -> Basis {
    Basis {
        on,
        work: "feature".into(),
        team: 18,
        lines,
    }
}

fn hall(days: u32, hours: u32, preparation: u32) -> Line {
    Line::Place {
        what: "Hall".into(),
        category: "1".into(),
        days,
        hours,
        preparation,
    }
}

fn uniforms(count: u32, days: u32) -> Line {
    Line::Item {
        what: "Uniforms".into(),
        category: "uniform".into(),
        count,
        days,
    }
}

#[test]
fn a_quote_adds_up_to_the_cent() {
    let adviser = Line::Person {
        what: "Adviser".into(),
        category: "adviser".into(),
        count: 2,
        hours: 7,
    };
    let basis = basis(
        date(2025, 6, 1),
        vec![hall(3, 12, 1), uniforms(12, 3), adviser],
    );
    let quote = quote(&grids(), &basis).unwrap();
    let lines: Vec<(u64, &str, i64, i64)> = quote
        .lines
        .iter()
        .map(|line| (line.quantity, line.per.as_str(), line.each, line.total))
        .collect();
    assert_eq!(
        lines,
        [
            (3, "day", 150_025, 450_075),
            // Half of 1,500.25, rounded half up.
            (1, "preparation", 75_013, 75_013),
            (36, "day", 1_500, 54_000),
            (14, "hour", 4_550, 63_700),
        ]
    );
    assert_eq!(
        (quote.total, quote.deposit, quote.balance),
        (642_788, 192_836, 449_952)
    );
    assert!(quote.confirmed);
}

#[test]
fn the_smallest_line_that_fits_gives_the_price() {
    let price = |team, hours| {
        grids()
            .on(date(2025, 1, 1))
            .unwrap()
            .place("1", "feature", team, hours)
    };
    assert_eq!(price(20, 6), Some(90_000));
    assert_eq!(price(20, 7), Some(150_025));
    assert_eq!(price(21, 6), Some(400_000));
    assert_eq!(price(101, 6), None);
    assert_eq!(price(1, 13), None);
}

#[test]
fn what_has_no_price_is_for_a_person_to_decide() {
    let check = |on, lines, expected| assert_eq!(quote(&grids(), &basis(on, lines)), Err(expected));
    let day = date(2023, 12, 31);
    check(day, vec![], QuoteError::NoGrid(day));
    check(
        date(2026, 1, 1),
        vec![uniforms(1, 1), hall(1, 8, 0)],
        QuoteError::NoPrice { line: 1 },
    );
    check(
        date(2024, 1, 1),
        vec![uniforms(u32::MAX, u32::MAX), uniforms(u32::MAX, u32::MAX)],
        QuoteError::TooMuch { line: 0 },
    );
}

#[test]
fn a_file_that_cannot_be_meant_is_refused() {
    let check = |from: &str, to: &str, expected: &str| {
        let told = Grids::from_toml(&FILE.replace(from, to)).unwrap_err();
        assert!(told.to_string().contains(expected), "{told}");
    };
    check("format = 1", "format = 2", "write format = 1");
    check("2026-01-01", "2024-01-01", "two grids begin on 2024-01-01");
    check("2026-01-01", "2026-13-01", "\"2026-13-01\" is no day");
    check(
        "1500.25",
        "1500.2",
        "grid of 2024-01-01: \"1500.2\" is no amount of EUR",
    );
    check("\"15\"", "\"-15\"", "\"-15\" is no amount");
    check("\"15\"", "\"99999999999999999999\"", "is no amount");
    check("deposit_percent = 30", "deposit_percent = 130", "over 100");
    check(
        "team_up_to = 100",
        "team_up_to = 20",
        "two prices for a place of category 1",
    );
    check(
        "source = \"a decision\"",
        "souce = \"a decision\"",
        "docs/formats/prices.md",
    );
}

/// The country's own grid is read, says that nobody confirmed it, and prices every kind of work of the desk.
#[test]
fn the_grid_of_france_is_an_example_and_says_so() {
    let text = include_str!("../../../../config/france/film/prices.toml");
    let grids = Grids::from_toml(text).unwrap();
    assert!(grids.all().count() > 0);
    for grid in grids.all() {
        assert!(!grid.confirmed, "no price of the ministry is public");
        for work in [
            "feature",
            "short",
            "series",
            "tv_fiction",
            "documentary",
            "advertisement",
            "clip",
        ] {
            for category in ["1", "2", "3", "4"] {
                assert!(
                    grid.place(category, work, 10, 12).is_some(),
                    "{work} {category}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// A thousand days: the quote of each is the same when made again, and later grids change none before them.
    #[test]
    fn a_quote_is_made_again_to_the_cent(
        after in 0i32..2_000, days in 1u32..30, count in 1u32..200, next in 1i32..1_000,
    ) {
        let on = date(2024, 1, 1).checked_add(jiff::Span::new().days(after)).unwrap();
        let basis = basis(on, vec![uniforms(count, days)]);
        let first = quote(&grids(), &basis).unwrap();
        let later = on.checked_add(jiff::Span::new().days(next)).unwrap();
        let mut more = FILE.to_owned();
        if later != date(2026, 1, 1) {
            more.push_str(&format!(
                "[[grid]]\nfrom = \"{later}\"\nsource = \"\"\ncurrency = \"EUR\"\ndeposit_percent = 10\npreparation_percent = 10\nitem = [{{ category = \"uniform\", price = \"99\" }}]\n"
            ));
        }
        prop_assert_eq!(&quote(&Grids::from_toml(&more).unwrap(), &basis).unwrap(), &first);
        prop_assert_eq!(first.lines.iter().map(|line| line.total).sum::<i64>(), first.total);
        prop_assert_eq!(first.deposit + first.balance, first.total);
        prop_assert!(first.deposit >= 0 && first.deposit <= first.total);
    }

    /// A thousand projects with riders: what each owes is made again from what was kept, and adds up to its last quote.
    #[test]
    fn a_whole_account_is_made_again_to_the_cent(
        riders in prop::collection::vec((0i32..700, 1u32..20, 1u32..13, 0u32..5, 1u32..300), 1..6),
        next in 1i32..1_000,
    ) {
        let mut on = date(2024, 1, 1);
        let mut bases = Vec::new();
        for (later, days, hours, preparation, count) in riders {
            on = on.checked_add(jiff::Span::new().days(later)).unwrap().min(date(2025, 12, 31));
            bases.push(basis(on, vec![hall(days, hours, preparation), uniforms(count, days)]));
        }
        let first = account(&grids(), &bases).unwrap();
        let stored: Vec<Basis> = bases
            .iter()
            .map(|basis| serde_json::from_str(&serde_json::to_string(basis).unwrap()).unwrap())
            .collect();
        let later = date(2026, 1, 1).checked_add(jiff::Span::new().days(next)).unwrap();
        let more = format!(
            "{FILE}[[grid]]\nfrom = \"{later}\"\nsource = \"\"\ncurrency = \"EUR\"\ndeposit_percent = 90\npreparation_percent = 10\n"
        );
        prop_assert_eq!(&account(&Grids::from_toml(&more).unwrap(), &stored).unwrap(), &first);
        let due: i64 = first.dues.iter().map(|due| due.amount).sum();
        prop_assert_eq!(due, first.quotes.last().unwrap().total);
        let deposits: i64 = first.dues.iter().filter(|due| due.what != Installment::Balance).map(|due| due.amount).sum();
        prop_assert_eq!(deposits, first.quotes.last().unwrap().deposit);
    }

    #[test]
    fn any_file_is_read_or_refused(text in "(\\[\\[grid\\]\\]\n|from = \"[0-9-]{0,10}\"\n|price = \"[0-9.]{0,22}\"\n|[a-z_]{1,9} = [0-9]{1,3}\n){0,12}") {
        let _ = Grids::from_toml(&text);
    }
}
