use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::submission::{BookingId, ResourceId};

fn name(id: &str) -> ResourceId {
    id.parse().unwrap()
}

fn id(number: u8) -> BookingId {
    BookingId::new(Timestamp::UNIX_EPOCH, [number; 10])
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_second(3_600 * hour).unwrap()
}

fn span(from: i64, until: i64) -> Span {
    Span::new(hour(from), hour(until)).unwrap()
}

/// Two cars alike, a helmet, an expert, a hall, and two kits that share the helmet.
fn inventory() -> Inventory {
    let resource = |id: &str, kind: Kind, category: &str, parts: &[&str]| Resource {
        id: name(id),
        kind,
        category: category.into(),
        parts: parts.iter().map(|part| name(part)).collect(),
    };
    Inventory::new([
        resource("car-1", Kind::Item, "car", &[]),
        resource("car-2", Kind::Item, "car", &[]),
        resource("helmet", Kind::Item, "helmet", &[]),
        resource("expert", Kind::Person, "expert", &[]),
        resource("hall", Kind::Place, "hall", &[]),
        resource("patrol", Kind::Kit, "patrol", &["car-1", "helmet"]),
        resource("raid", Kind::Kit, "raid", &["helmet", "expert"]),
    ])
    .unwrap()
}

fn quotas() -> Vec<Quota> {
    vec![Quota {
        category: "car".into(),
        most: 1,
    }]
}

fn request(wanted: &[&str], from: i64, until: i64) -> Request {
    Request {
        applicant: "a film".into(),
        wanted: wanted.iter().map(|id| name(id)).collect(),
        used: span(from, until),
        prepare: SignedDuration::ZERO,
        strike: SignedDuration::ZERO,
        insured_until: Some(hour(1_000)),
    }
}

/// A book in which changes are tried one after the other, an hour apart.
struct Desk<'i> {
    book: Book<'i>,
    clock: i64,
}

impl<'i> Desk<'i> {
    fn new(inventory: &'i Inventory, quotas: &'i [Quota]) -> Desk<'i> {
        Desk {
            book: Book::of(inventory, quotas, []).unwrap(),
            clock: 0,
        }
    }

    fn apply(&mut self, booking: u8, change: Change) -> Result<Effect, Refusal> {
        self.clock += 1;
        self.book.apply(&Event {
            booking: id(booking),
            at: hour(self.clock),
            change,
        })
    }

    /// The same from an hour on.
    fn at(&mut self, hour: i64, booking: u8, change: Change) -> Result<Effect, Refusal> {
        self.clock = hour - 1;
        self.apply(booking, change)
    }

    fn ask(&mut self, booking: u8, request: Request) {
        self.apply(booking, Change::Ask(request)).unwrap();
    }

    fn approve(&mut self, booking: u8) -> Result<Effect, Refusal> {
        self.apply(booking, Change::Approve { passing: None })
    }

    fn standing(&self, booking: u8) -> Standing {
        self.book.booking(id(booking)).unwrap().standing
    }

    fn is_free(&self, wanted: &str, from: i64, until: i64) -> bool {
        let wanted = BTreeSet::from([name(wanted)]);
        self.book
            .conflict(&wanted, span(from, until))
            .unwrap()
            .is_none()
    }
}

/// What is in the files changes; what was asked for or handed over before does not stop for it.
#[test]
fn what_is_no_longer_lent_comes_back_and_keeps_nobody_from_anything() {
    let (before, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&before, &quotas);
    desk.ask(1, request(&["car-1", "helmet"], 4, 20));
    desk.approve(1).unwrap();
    let out = Change::HandOver {
        condition: "new".into(),
    };
    desk.at(5, 1, out).unwrap();
    desk.ask(2, request(&["helmet", "hall"], 30, 40));
    desk.ask(3, request(&["hall"], 30, 40));
    let later = Inventory::new(
        before
            .resources()
            .filter(|one| one.kind != Kind::Kit && one.id != name("helmet"))
            .cloned(),
    )
    .unwrap();
    let kept = desk.book.bookings().map(|(id, one)| (id, one.clone()));
    let kept: Vec<(BookingId, Booking)> = kept.collect();
    let mut desk = Desk {
        book: Book::of(&later, &quotas, kept).unwrap(),
        clock: 10,
    };
    assert_eq!(
        desk.approve(2),
        Err(Refusal::NoResource(name("helmet"))),
        "nobody is promised what is no longer lent"
    );
    let passing = Some("the other wants what is gone".into());
    desk.apply(3, Change::Approve { passing }).unwrap();
    let until = hour(25);
    let extend = Change::Extend {
        until,
        passing: None,
    };
    desk.apply(1, extend).unwrap();
    let back = Change::Return {
        resources: [name("helmet"), name("car-1")].into(),
        condition: "used".into(),
        damage: None,
    };
    desk.apply(1, back).unwrap();
    assert_eq!(desk.standing(1), Standing::Returned);
}

#[test]
fn what_is_mended_goes_to_nobody_until_it_is_whole() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["car-1"], 20, 30));
    desk.approve(1).unwrap();
    let repair = |from, until| Change::Repair {
        request: Request {
            insured_until: None,
            ..request(&["car-1"], from, until)
        },
        reason: "a door".into(),
    };
    let lost = desk.apply(2, repair(3, 25)).unwrap().lost;
    assert_eq!(lost.len(), 1);
    assert_eq!((lost[0].booking, lost[0].span), (id(1), span(20, 25)));
    assert!(!desk.is_free("patrol", 24, 25) && desk.is_free("car-2", 20, 30));
    let out = Change::HandOver {
        condition: "half mended".into(),
    };
    let refused = desk.at(4, 2, out);
    assert!(matches!(refused, Err(Refusal::Standing { .. })));
    let requisition = Change::Requisition {
        request: request(&["car-1"], 4, 6),
        reason: "at once".into(),
    };
    let refused = desk.apply(3, requisition);
    assert!(matches!(refused, Err(Refusal::Taken(_))), "{refused:?}");
    // Mended earlier than thought: it is free again.
    desk.apply(2, Change::Cancel).unwrap();
    assert!(desk.is_free("car-1", 10, 20));
}

#[test]
fn a_booking_may_begin_in_the_instant_another_ends() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["hall"], 10, 20));
    desk.ask(2, request(&["hall"], 20, 30));
    desk.ask(3, request(&["hall"], 19, 21));
    desk.approve(1).unwrap();
    desk.approve(2).unwrap();
    let taken = desk.approve(3).unwrap_err();
    assert_eq!(
        taken,
        Refusal::Taken(Conflict {
            resource: name("hall"),
            by: id(1),
            span: span(10, 20)
        })
    );
    assert!(desk.is_free("hall", 30, 31) && !desk.is_free("hall", 29, 31));
}

#[test]
fn preparation_and_strike_are_held_too() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    let mut shoot = request(&["hall"], 10, 20);
    shoot.prepare = SignedDuration::from_hours(2);
    shoot.strike = SignedDuration::from_hours(1);
    desk.ask(1, shoot);
    desk.approve(1).unwrap();
    assert!(desk.is_free("hall", 7, 8) && !desk.is_free("hall", 8, 9));
    assert!(!desk.is_free("hall", 20, 21) && desk.is_free("hall", 21, 22));
}

#[test]
fn things_are_held_by_the_whole_hour() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let check = |from: &str, until: &str, expected: (&str, &str)| {
        let whole = Span::new(at(from), at(until)).unwrap().whole_hours();
        assert_eq!(
            (whole.from(), whole.until()),
            (at(expected.0), at(expected.1))
        );
        let hours = whole.hours();
        assert_eq!(
            hours.end - hours.start,
            whole.until().duration_since(whole.from()).as_hours()
        );
    };
    check(
        "2027-02-01T08:15:00Z",
        "2027-02-01T09:00:00.000000001Z",
        ("2027-02-01T08:00:00Z", "2027-02-01T10:00:00Z"),
    );
    check(
        "2027-02-01T08:00:00Z",
        "2027-02-01T09:00:00Z",
        ("2027-02-01T08:00:00Z", "2027-02-01T09:00:00Z"),
    );
    check(
        "1969-12-31T23:59:59.5Z",
        "1969-12-31T23:59:59.9Z",
        ("1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"),
    );
    let ever = Span::new(Timestamp::MIN, Timestamp::MAX)
        .unwrap()
        .whole_hours();
    assert!(ever.from() < ever.until());
}

#[test]
fn a_kit_holds_its_parts_and_cannot_be_had_twice_through_them() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["patrol"], 10, 20));
    desk.approve(1).unwrap();
    for held in ["patrol", "car-1", "helmet", "raid"] {
        assert!(!desk.is_free(held, 10, 20), "{held}");
    }
    assert!(desk.is_free("car-2", 10, 20) && desk.is_free("expert", 10, 20));
}

#[test]
fn whoever_asked_first_is_passed_over_only_with_a_reason() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["hall", "car-1"], 10, 20));
    desk.ask(2, request(&["hall"], 15, 25));
    desk.ask(3, request(&["hall"], 40, 50));
    assert_eq!(desk.approve(2), Err(Refusal::PassesOver(id(1))));
    assert_eq!(
        desk.apply(
            2,
            Change::Approve {
                passing: Some(" ".into())
            }
        ),
        Err(Refusal::PassesOver(id(1)))
    );
    desk.approve(3).expect("it wants another time");
    desk.apply(
        2,
        Change::Approve {
            passing: Some("the other half is taken".into()),
        },
    )
    .unwrap();
    assert_eq!(desk.book.waiting(), [id(1)]);
}

#[test]
fn a_loan_goes_no_further_than_its_insurance() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    let mut loan = request(&["car-1"], 10, 20);
    loan.insured_until = None;
    desk.ask(1, loan);
    let uninsured = |needed| {
        Err(Refusal::Uninsured {
            needed: hour(needed),
        })
    };
    assert_eq!(desk.approve(1), uninsured(20));
    desk.apply(1, Change::Insure { until: hour(20) }).unwrap();
    desk.approve(1).unwrap();
    let longer = Change::Extend {
        until: hour(21),
        passing: None,
    };
    assert_eq!(desk.apply(1, longer), uninsured(21));
    // The insurer withdraws: what is promised is not handed over.
    desk.apply(1, Change::Insure { until: hour(15) }).unwrap();
    assert_eq!(desk.book.uninsured(), [id(1)]);
    let hand_over = || Change::HandOver {
        condition: "new".into(),
    };
    assert_eq!(desk.at(10, 1, hand_over()), uninsured(20));
    desk.apply(1, Change::Insure { until: hour(20) }).unwrap();
    desk.at(12, 1, hand_over()).unwrap();
    // An expert's time needs none.
    let mut talk = request(&["expert"], 10, 20);
    talk.insured_until = None;
    desk.ask(2, talk);
    desk.approve(2).unwrap();
}

#[test]
fn what_came_back_is_free_and_the_rest_stays_out() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["patrol", "hall"], 1, 200));
    desk.approve(1).unwrap();
    desk.apply(
        1,
        Change::HandOver {
            condition: "good".into(),
        },
    )
    .unwrap();
    let back = |ids: &[&str]| Change::Return {
        resources: ids.iter().map(|id| name(id)).collect(),
        condition: "scratched".into(),
        damage: Some("a scratch".into()),
    };
    desk.apply(1, back(&["helmet"])).unwrap();
    assert_eq!(desk.standing(1), Standing::Out);
    assert!(desk.is_free("helmet", 4, 200) && !desk.is_free("helmet", 3, 5));
    assert!(!desk.is_free("car-1", 4, 200) && !desk.is_free("raid", 1, 3));
    assert_eq!(
        desk.apply(1, back(&["helmet"])),
        Err(Refusal::NotOut(name("helmet")))
    );
    // What is back is not held again when the rest stays longer.
    let longer = Change::Extend {
        until: hour(220),
        passing: None,
    };
    desk.apply(1, longer).unwrap();
    assert!(desk.is_free("helmet", 4, 220) && !desk.is_free("hall", 200, 220));
    let is_late = |desk: &Desk<'_>, at| desk.book.booking(id(1)).unwrap().is_late(hour(at));
    assert!(!is_late(&desk, 219) && is_late(&desk, 220));
    desk.apply(1, back(&["hall"])).unwrap();
    assert_eq!(desk.standing(1), Standing::Out);
    desk.apply(1, back(&["patrol"])).unwrap();
    assert_eq!(
        desk.standing(1),
        Standing::Returned,
        "with the kit comes what of it was still out"
    );
    assert!(!is_late(&desk, 300));
}

#[test]
fn nothing_is_handed_over_before_its_time_nor_while_somebody_still_has_it() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    for (booking, from) in [(1, 10), (2, 20)] {
        desk.ask(booking, request(&["car-1"], from, from + 10));
        desk.approve(booking).unwrap();
    }
    let hand_over = || Change::HandOver {
        condition: "good".into(),
    };
    assert_eq!(
        desk.at(9, 1, hand_over()),
        Err(Refusal::NotHeldNow(name("car-1")))
    );
    desk.at(10, 1, hand_over()).unwrap();
    assert_eq!(
        desk.at(21, 2, hand_over()),
        Err(Refusal::StillOut {
            resource: name("car-1"),
            by: id(1)
        })
    );
    let back = Change::Return {
        resources: BTreeSet::from([name("car-1")]),
        condition: "late".into(),
        damage: None,
    };
    desk.at(22, 1, back).unwrap();
    desk.at(22, 2, hand_over()).unwrap();
}

#[test]
fn an_extension_passes_nobody_over_by_whatever_it_holds() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["car-1", "hall"], 8, 18));
    desk.approve(1).unwrap();
    desk.at(
        8,
        1,
        Change::HandOver {
            condition: "good".into(),
        },
    )
    .unwrap();
    let back = Change::Return {
        resources: BTreeSet::from([name("car-1")]),
        condition: "good".into(),
        damage: None,
    };
    desk.at(12, 1, back).unwrap();
    desk.ask(2, request(&["car-1", "hall"], 10, 22));
    let longer = Change::Extend {
        until: hour(20),
        passing: None,
    };
    assert_eq!(desk.apply(1, longer), Err(Refusal::PassesOver(id(2))));
}

#[test]
fn operations_take_what_they_need_and_a_replacement_is_named() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["car-1"], 10, 40));
    desk.approve(1).unwrap();
    let requisition = |from, until| Change::Requisition {
        request: request(&["car-1"], from, until),
        reason: "an operation".into(),
    };
    let effect = desk.apply(2, requisition(20, 30)).unwrap();
    assert_eq!(
        effect.lost,
        [Lost {
            booking: id(1),
            resource: name("car-1"),
            span: span(20, 30)
        }]
    );
    let left: Vec<Span> = desk
        .book
        .booking(id(1))
        .unwrap()
        .holds
        .iter()
        .map(|hold| hold.span)
        .collect();
    assert_eq!(left, [span(10, 20), span(30, 40)]);
    assert_eq!(
        desk.book.replacements(&name("car-1"), span(20, 30)),
        [&name("car-2")]
    );
    assert!(matches!(
        desk.apply(3, requisition(25, 26)),
        Err(Refusal::Taken(_))
    ));
    desk.apply(4, requisition(0, 20)).unwrap();
    desk.apply(5, requisition(30, 50)).unwrap();
    assert_eq!(desk.standing(1), Standing::Recalled);
}

#[test]
fn nobody_holds_more_of_a_category_than_the_quota() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["patrol"], 10, 20));
    desk.ask(2, request(&["car-2"], 15, 25));
    desk.ask(3, request(&["car-2"], 20, 25));
    desk.approve(1).unwrap();
    assert_eq!(
        desk.approve(2),
        Err(Refusal::OverQuota {
            category: "car".into(),
            most: 1
        })
    );
    desk.apply(2, Change::Cancel).unwrap();
    desk.approve(3).unwrap();
    // Two short ones after each other are never two at once.
    let two = [Quota {
        category: "car".into(),
        most: 2,
    }];
    let mut desk = Desk::new(&inventory, &two);
    for (booking, from, until) in [(1, 10, 20), (2, 50, 60), (3, 5, 70)] {
        let car = if booking == 3 { "car-2" } else { "car-1" };
        desk.ask(booking, request(&[car], from, until));
        desk.approve(booking).unwrap();
    }
}

#[test]
fn operations_take_nothing_from_whoever_has_brought_it_back() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["car-1", "hall"], 10, 40));
    desk.approve(1).unwrap();
    desk.at(
        10,
        1,
        Change::HandOver {
            condition: "good".into(),
        },
    )
    .unwrap();
    let back = |id: &str| Change::Return {
        resources: BTreeSet::from([name(id)]),
        condition: "good".into(),
        damage: None,
    };
    let requisition = |id: &str, from, until| Change::Requisition {
        request: request(&[id], from, until),
        reason: "an operation".into(),
    };
    // The car goes to operations, who bring it back themselves; the hall is all that is still out.
    desk.at(20, 2, requisition("car-1", 20, 50)).unwrap();
    assert_eq!(
        desk.apply(1, back("car-1")),
        Err(Refusal::NotOut(name("car-1")))
    );
    desk.at(30, 1, back("hall")).unwrap();
    assert_eq!(desk.standing(1), Standing::Returned);
    let effect = desk.at(30, 3, requisition("hall", 29, 35)).unwrap();
    assert_eq!(effect.lost, []);
    assert_eq!(desk.standing(1), Standing::Returned);
}

#[test]
fn what_operations_need_later_is_brought_back_by_whoever_has_it() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    desk.ask(1, request(&["car-1"], 10, 40));
    desk.approve(1).unwrap();
    let hand_over = || Change::HandOver {
        condition: "good".into(),
    };
    desk.at(10, 1, hand_over()).unwrap();
    let requisition = Change::Requisition {
        request: request(&["car-1"], 30, 50),
        reason: "an exercise".into(),
    };
    desk.at(20, 2, requisition).unwrap();
    assert_eq!(desk.standing(1), Standing::Out);
    assert!(!desk.book.booking(id(1)).unwrap().is_late(hour(29)));
    assert!(desk.book.booking(id(1)).unwrap().is_late(hour(30)));
    assert!(matches!(
        desk.at(30, 2, hand_over()),
        Err(Refusal::StillOut { .. })
    ));
    let back = Change::Return {
        resources: BTreeSet::from([name("car-1")]),
        condition: "good".into(),
        damage: None,
    };
    desk.at(31, 1, back).unwrap();
    assert_eq!(desk.standing(1), Standing::Returned);
    desk.at(31, 2, hand_over()).unwrap();
}

#[test]
fn nothing_is_held_for_longer_than_four_hundred_days() {
    let (inventory, quotas) = (inventory(), quotas());
    let mut desk = Desk::new(&inventory, &quotas);
    let mut long = request(&["hall"], 0, 400 * 24);
    long.insured_until = Some(Timestamp::MAX);
    desk.ask(1, long.clone());
    desk.approve(1).unwrap();
    let longer = Change::Extend {
        until: hour(400 * 24 + 1),
        passing: None,
    };
    assert_eq!(desk.apply(1, longer), Err(Refusal::TooLong));
    long.prepare = SignedDuration::MAX;
    assert_eq!(desk.apply(2, Change::Ask(long)), Err(Refusal::TooLong));
}

#[test]
fn an_inventory_that_makes_no_sense_is_refused() {
    let kit = |id: &str, kind, parts: &[&str]| Resource {
        id: name(id),
        kind,
        category: "".into(),
        parts: parts.iter().map(|part| name(part)).collect(),
    };
    let check = |resources: Vec<Resource>, expected| {
        assert_eq!(Inventory::new(resources).unwrap_err(), expected);
    };
    check(
        vec![kit("a", Kind::Kit, &["b"]), kit("b", Kind::Kit, &["a"])],
        InventoryError::InItself(name("a")),
    );
    check(
        vec![kit("a", Kind::Kit, &["b"])],
        InventoryError::NoPart {
            kit: name("a"),
            part: name("b"),
        },
    );
    check(
        vec![kit("a", Kind::Item, &["a"])],
        InventoryError::NoKit(name("a")),
    );
    check(
        vec![kit("a", Kind::Item, &[]), kit("a", Kind::Item, &[])],
        InventoryError::Twice(name("a")),
    );
}

#[derive(Clone, Debug)]
enum Try {
    Ask(Vec<usize>, i64, i64),
    Approve(bool),
    Refuse,
    Cancel,
    Extend(i64, bool),
    HandOver,
    Return(usize),
    Requisition(usize, i64, i64),
}

const NAMES: [&str; 7] = [
    "car-1", "car-2", "helmet", "expert", "hall", "patrol", "raid",
];

fn tries() -> impl Strategy<Value = Vec<(u8, Try)>> {
    let times = || (0i64..30, 1i64..12);
    let one = prop_oneof![
        4 => (prop::collection::vec(0..NAMES.len(), 1..3), times())
            .prop_map(|(wanted, (from, long))| Try::Ask(wanted, from, long)),
        4 => any::<bool>().prop_map(Try::Approve),
        1 => Just(Try::Refuse),
        2 => Just(Try::Cancel),
        2 => (0i64..45, any::<bool>()).prop_map(|(until, passing)| Try::Extend(until, passing)),
        2 => Just(Try::HandOver),
        2 => (0..NAMES.len()).prop_map(Try::Return),
        1 => (0..NAMES.len(), times()).prop_map(|(one, (from, long))| Try::Requisition(one, from, long)),
    ];
    prop::collection::vec((0u8..24, one), 1..120)
}

fn change(one: &Try) -> Change {
    let reason = |given: bool| given.then(|| "agreed with both".into());
    match one {
        Try::Ask(wanted, from, long) => {
            let wanted: Vec<&str> = wanted.iter().map(|at| NAMES[*at]).collect();
            let mut request = request(&wanted, *from, from + long);
            request.prepare = SignedDuration::from_hours(from % 3);
            request.strike = SignedDuration::from_hours(long % 2);
            request.insured_until = Some(hour(38));
            Change::Ask(request)
        }
        Try::Approve(passing) => Change::Approve {
            passing: reason(*passing),
        },
        Try::Refuse => Change::Refuse {
            reason: "not realistic".into(),
        },
        Try::Cancel => Change::Cancel,
        Try::Extend(until, passing) => Change::Extend {
            until: hour(*until),
            passing: reason(*passing),
        },
        Try::HandOver => Change::HandOver {
            condition: "good".into(),
        },
        Try::Return(at) => Change::Return {
            resources: BTreeSet::from([name(NAMES[*at])]),
            condition: "good".into(),
            damage: None,
        },
        Try::Requisition(at, from, long) => Change::Requisition {
            request: request(&[NAMES[*at]], *from, from + long),
            reason: "an operation".into(),
        },
    }
}

/// Every hold there is, with who holds it.
fn holds(book: &Book<'_>) -> Vec<(Hold, BookingId, Standing)> {
    book.bookings()
        .flat_map(|(id, booking)| {
            let standing = booking.standing;
            booking
                .holds
                .iter()
                .map(move |hold| (hold.clone(), id, standing))
        })
        .collect()
}

fn overlap(holds: &[(Hold, BookingId, Standing)]) -> Option<(&Hold, &Hold)> {
    holds.iter().enumerate().find_map(|(at, (one, _, _))| {
        let other = holds[..at].iter().find(|(other, _, _)| {
            one.resource == other.resource && one.span.overlaps(other.span)
        })?;
        Some((one, &other.0))
    })
}

proptest! {
    /// Whatever is tried in whatever order: nothing is held twice, whoever waits is not passed over unsaid, nothing
    /// outlives its insurance, a refusal changes nothing, and what the screen says is what approval finds.
    #[test]
    fn what_always_holds_after_any_tries(tries in tries()) {
        let inventory = inventory();
        let mut desk = Desk::new(&inventory, &[]);
        for (booking, one) in &tries {
            let before: Vec<_> = desk.book.bookings().map(|(id, one)| (id, one.clone())).collect();
            let waiting = desk.book.waiting();
            let change = change(one);
            let shown = before
                .iter()
                .find(|(other, one)| *other == id(*booking) && one.standing == Standing::Asked)
                .map(|(_, one)| desk.book.conflict(&one.request.wanted, one.request.held()).unwrap());
            let result = desk.apply(*booking, change.clone());

            let after: Vec<_> = desk.book.bookings().map(|(id, one)| (id, one.clone())).collect();
            if result.is_err() {
                prop_assert_eq!(&before, &after);
            }
            let held = holds(&desk.book);
            prop_assert_eq!(overlap(&held), None);
            for (hold, by, standing) in &held {
                prop_assert!(matches!(standing, Standing::Approved | Standing::Out | Standing::Returned | Standing::Recalled));
                prop_assert_eq!(desk.book.calendar().within(&hold.resource, hold.span).collect::<Vec<_>>(), [(hold.span, *by)]);
                let person = hold.resource == name("expert");
                let booking = desk.book.booking(*by).unwrap();
                prop_assert!(person || booking.purpose != Purpose::Loan || hold.span.until() <= hour(38));
            }
            if let (Change::Approve { passing }, Some(shown)) = (&change, shown) {
                match &result {
                    Ok(_) => prop_assert_eq!(&shown, &None),
                    Err(Refusal::Taken(found)) => prop_assert_eq!(shown.as_ref(), Some(found)),
                    Err(_) => prop_assert_eq!(&shown, &None),
                }
                if result.is_ok() && passing.is_none() {
                    let approved = desk.book.booking(id(*booking)).unwrap();
                    for earlier in waiting.iter().take_while(|one| **one != id(*booking)) {
                        let earlier = desk.book.booking(*earlier).unwrap();
                        let wanted = inventory.held_by(&earlier.request.wanted).unwrap();
                        let wants_the_same = approved.holds.iter().any(|hold| {
                            wanted.contains(&hold.resource) && hold.span.overlaps(earlier.request.held())
                        });
                        prop_assert!(!wants_the_same);
                    }
                }
            }
            // An extension that says no reason takes nothing that somebody waits for.
            if let (Change::Extend { passing: None, .. }, Ok(_)) = (&change, &result) {
                let had = before.iter().find(|(other, _)| *other == id(*booking)).map(|(_, one)| one.request.held());
                let extended = desk.book.booking(id(*booking)).unwrap();
                for other in desk.book.waiting().into_iter().filter(|_| extended.purpose == Purpose::Loan) {
                    let other = desk.book.booking(other).unwrap();
                    let wanted = inventory.held_by(&other.request.wanted).unwrap();
                    let takes = extended.holds.iter().filter(|hold| wanted.contains(&hold.resource)).any(|hold| {
                        let common = hold.span.common(other.request.held());
                        common.zip(had).is_some_and(|(common, had)| common.without(had).next().is_some())
                    });
                    prop_assert!(!takes);
                }
            }
            // What was kept comes back as it was.
            prop_assert!(Book::of(&inventory, &[], after.clone()).is_ok());
        }
        // What a calendar shows is what is held.
        let bookings = desk.book.bookings().map(|(id, one)| (id, one.clone())).collect();
        for resource in inventory.resources() {
            let things = inventory.held_by([&resource.id]).unwrap();
            for from in 0..48 {
                let shown = holder(&bookings, &things, span(from, from + 1));
                let free = desk.is_free(resource.id.as_str(), from, from + 1);
                prop_assert_eq!(shown.is_none(), free);
            }
        }
    }

    #[test]
    fn a_span_without_another_holds_neither_less_nor_more(a in 0i64..20, b in 1i64..20, c in 0i64..20, d in 1i64..20) {
        let (whole, out) = (span(a, a + b), span(c, c + d));
        let left: Vec<Span> = whole.without(out).collect();
        for at in 0..40 {
            let holds = |span: &Span| span.from() <= hour(at) && hour(at) < span.until();
            prop_assert_eq!(left.iter().filter(|span| holds(span)).count(), usize::from(holds(&whole) && !holds(&out)));
        }
        prop_assert_eq!(whole.overlaps(out), out.overlaps(whole));
    }
}
