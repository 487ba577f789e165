//! Cases of other projects for what hides an identifier and for what they find: each must come out as
//! there, but for the ones named here with a reason. `README.md` beside this file says where they are
//! from.

use std::borrow::Cow;

use observables::{Kind, Observable, defang, extract, refang};
use serde_json::Value;

fn cases(lines: &str) -> impl Iterator<Item = Value> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case is a line of JSON"))
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().expect("the field holds a text")
}

/// What `ioc_fanger` makes of a text, and what is made of it here, where that is meant to differ.
const OTHERWISE: [(&str, &str); 4] = [
    // Its brackets are dropped wherever a scheme stands beside them; the scanner keeps them out instead.
    (
        "code to (https://www.linkedin.com/feed/hashtag/?keywords=%23IOCs)<https://example.in/foo>",
        "code to (https://www.linkedin.com/feed/hashtag/?keywords=%23IOCs)<https://example.in/foo>",
    ),
    (
        "[https://i.imgur.com/abc.png](https://i.imgur.com/abc.png)",
        "[https://i.imgur.com/abc.png](https://i.imgur.com/abc.png)",
    ),
    // "(et)" between spaces is French for "and".
    ("foo (ET) bar.com", "foo (ET) bar.com"),
    ("foo (et) bar.com", "foo (et) bar.com"),
];

#[test]
fn ioc_fanger_s_pairs_are_undone() {
    let lines = include_str!("fixtures/ioc_fanger/cases.jsonl");
    let mut count = 0;
    for case in cases(lines).filter(|case| case["fn"] == "fang") {
        // "9,10,11,12" is a list of days before it is an address.
        let input = text(&case, "input").replace(" 9,10,11,12", "");
        let output = text(&case, "output").replace(" 9.10.11.12", "");
        let expected = OTHERWISE
            .iter()
            .find(|(raw, _)| *raw == input)
            .map_or(output.as_str(), |(_, plain)| plain);
        assert_eq!(refang(&input), expected, "from {input:?}");
        count += 1;
    }
    assert_eq!(count, 73);
}

#[test]
fn ioc_fanger_s_report_is_undone() {
    let defanged = include_str!("fixtures/ioc_fanger/sample_text_defanged.txt");
    let fanged = include_str!("fixtures/ioc_fanger/sample_text_fanged.txt");
    assert_eq!(refang(defanged), fanged);
    assert!(matches!(refang(fanged), Cow::Borrowed(_)));
    let found = |text| {
        let hits = extract(text).hits.into_iter();
        hits.map(|hit| (hit.kind, hit.canonical))
            .collect::<Vec<_>>()
    };
    assert_eq!(found(defanged), found(fanged));
    assert!(found(fanged).len() > 900);
}

#[test]
fn what_ioc_fanger_hides_is_read() {
    let lines = include_str!("fixtures/ioc_fanger/cases.jsonl");
    for case in cases(lines).filter(|case| case["fn"] == "defang") {
        assert_eq!(refang(text(&case, "output")), text(&case, "input"));
    }
}

/// CyberChef's values that are not taken here.
const NOT_TAKEN: &[&str] = &[
    // No registry runs their suffix.
    "伊昭傑@郵件.商務",
    "ाम@मोहन.ईन्फो",
    "θσερ@εχαμπλε.ψομ",
    "用户@例子.广告",
    // Not an address by RFC 5321: a number needs its brackets.
    "john@192.168.10.100",
    // The part after "=" is taken: headers write "smtp.mailfrom=jean@asso.example".
    "user+mailbox/department=shipping@example.com",
    // Part of a longer number, such as a version's.
    "1.2.3.4",
    "5.6.7.8",
    // With leading zeros, one program reads octal and another decimal.
    "01.01.01.01",
    "0123.0123.0123.0123",
    "0377.0377.0377.0377",
];

#[test]
fn what_cyberchef_extracts_is_found() {
    for case in cases(include_str!("fixtures/cyberchef/cases.jsonl")) {
        let kinds: &[Kind] = match text(&case, "operation") {
            "Extract email addresses" => &[Kind::Email],
            "Extract IP addresses" => &[Kind::Ipv4, Kind::Ipv6],
            _ => continue,
        };
        let input = text(&case, "input");
        let found: Vec<&str> = extract(input)
            .hits
            .into_iter()
            .filter(|hit| kinds.contains(&hit.kind))
            .map(|hit| &input[hit.span])
            .filter(|raw| *raw != "shipping@example.com")
            .collect();
        let expected: Vec<&str> = text(&case, "expected")
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("Total"))
            .filter(|line| !NOT_TAKEN.contains(line))
            .collect();
        assert_eq!(found, expected, "{}", text(&case, "name"));
    }
}

#[test]
fn cyberchef_s_harmless_addresses_are_read_back() {
    for case in cases(include_str!("fixtures/cyberchef/cases.jsonl")) {
        if text(&case, "operation") != "Defang IP Addresses" {
            continue;
        }
        let (input, expected) = (text(&case, "input"), text(&case, "expected"));
        assert_eq!(refang(expected), input);
        let kind = if input.contains(':') {
            Kind::Ipv6
        } else {
            Kind::Ipv4
        };
        let address = Observable::parse(kind, expected).expect("an address");
        assert_eq!(Observable::parse(kind, &defang(&address)), Ok(address));
    }
}
