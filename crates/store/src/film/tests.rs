use std::collections::BTreeSet;

use casework::{
    booking::{Change, Event, Inventory, Kind, Refusal, Request, Resource, Span, Standing},
    submission::{BookingId, ResourceId},
};
use jiff::{SignedDuration, Timestamp};

use super::*;

fn name(id: &str) -> ResourceId {
    id.parse().unwrap()
}

fn id(number: u32) -> BookingId {
    let mut random = [0; 10];
    random[6..].copy_from_slice(&number.to_be_bytes());
    BookingId::new(Timestamp::UNIX_EPOCH, random)
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_second(3_600 * hour).unwrap()
}

/// Items, and kits of two neighbours.
fn inventory(items: usize) -> Inventory {
    let resource = |id: String, kind, parts| Resource {
        id: name(&id),
        kind,
        category: "any".into(),
        parts,
    };
    let items_of = (0..items).map(|at| resource(format!("item-{at}"), Kind::Item, Vec::new()));
    let kits = (0..items / 2).map(|at| {
        let parts = [2 * at, 2 * at + 1].map(|part| name(&format!("item-{part}")));
        resource(format!("kit-{at}"), Kind::Kit, parts.to_vec())
    });
    Inventory::new(items_of.chain(kits)).unwrap()
}

fn request(wanted: &[&str], from: i64, until: i64) -> Request {
    Request {
        applicant: "a film".into(),
        wanted: wanted.iter().map(|id| name(id)).collect(),
        used: Span::new(hour(from), hour(until)).unwrap(),
        prepare: SignedDuration::ZERO,
        strike: SignedDuration::from_hours(1),
        insured_until: Some(hour(100_000)),
    }
}

async fn film(folder: &tempfile::TempDir) -> Film {
    sqlx::any::install_default_drivers();
    Film::open(&folder.path().join("film.db")).await.unwrap()
}

fn event(booking: u32, change: Change) -> Event {
    Event {
        booking: id(booking),
        at: hour(1),
        change,
    }
}

#[tokio::test]
async fn what_happened_to_a_booking_is_kept_and_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = inventory(4);
    let lending = Lending {
        inventory: &inventory,
        quotas: &[],
    };
    let changes = [
        Change::Ask(request(&["kit-0"], 10, 20)),
        Change::Approve { passing: None },
        Change::HandOver {
            condition: "new".into(),
        },
        Change::Return {
            resources: BTreeSet::from([name("item-1")]),
            condition: "worn".into(),
            damage: None,
        },
    ];
    let before = {
        let film = film(&folder).await;
        for change in changes {
            film.apply(lending, &event(1, change), "an agent")
                .await
                .unwrap();
        }
        film.booking(id(1)).await.unwrap().unwrap()
    };
    let film = film(&folder).await;
    let after = film.booking(id(1)).await.unwrap().unwrap();
    assert_eq!(before, after);
    assert_eq!(after.standing, Standing::Out);
    assert_eq!(after.out, BTreeSet::from([name("item-0"), name("kit-0")]));
    let told: Vec<String> = film
        .events(id(1))
        .await
        .unwrap()
        .into_iter()
        .map(|kept| kept.change)
        .collect();
    assert_eq!(told, ["ask", "approve", "hand_over", "return"]);
}

#[tokio::test]
async fn a_refused_change_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = inventory(2);
    let lending = Lending {
        inventory: &inventory,
        quotas: &[],
    };
    let film = film(&folder).await;
    let approve = || Change::Approve { passing: None };
    for booking in [1, 2] {
        let ask = Change::Ask(request(&["item-0"], 10, 20));
        film.apply(lending, &event(booking, ask), "").await.unwrap();
    }
    film.apply(lending, &event(1, approve()), "").await.unwrap();
    let refused = film
        .apply(lending, &event(2, approve()), "")
        .await
        .unwrap_err();
    assert!(
        matches!(refused, BookingError::Refused(Refusal::Taken(_))),
        "{refused}"
    );
    let waiting = film.booking(id(2)).await.unwrap().unwrap();
    assert_eq!(
        (waiting.standing, waiting.holds.len()),
        (Standing::Asked, 0)
    );
    assert_eq!(film.events(id(2)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn operations_take_over_and_the_database_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = inventory(2);
    let lending = Lending {
        inventory: &inventory,
        quotas: &[],
    };
    let film = film(&folder).await;
    // The requisition's identifier is the smaller: it must not hold before the other lets go.
    for change in [
        Change::Ask(request(&["kit-0"], 10, 20)),
        Change::Approve { passing: None },
    ] {
        film.apply(lending, &event(9, change), "").await.unwrap();
    }
    let requisition = Change::Requisition {
        request: request(&["item-1"], 12, 14),
        reason: "an operation".into(),
    };
    let effect = film
        .apply(lending, &event(1, requisition), "")
        .await
        .unwrap();
    assert_eq!(effect.lost.len(), 1);
    assert_eq!(film.booking(id(9)).await.unwrap().unwrap().holds.len(), 4);
    assert_eq!(film.held_twice().await.unwrap(), 0);
    assert!(
        film.events(id(1)).await.unwrap()[0]
            .details
            .contains("item-1")
    );
}

/// The primary key stands behind the rules: a program that goes round them is refused by the database.
#[tokio::test]
async fn the_database_itself_holds_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = inventory(1);
    let lending = Lending {
        inventory: &inventory,
        quotas: &[],
    };
    let film = film(&folder).await;
    for change in [
        Change::Ask(request(&["item-0"], 10, 20)),
        Change::Approve { passing: None },
    ] {
        film.apply(lending, &event(1, change), "").await.unwrap();
    }
    let mut connection = film.connection.lock().await;
    let stolen = sql::run(
        &mut connection,
        "INSERT INTO held_hour (resource, hour, booking) VALUES ('item-0', 15, 'another')",
        vec![],
    )
    .await;
    assert!(stolen.is_err());
}

/// Many at once, at random: nothing is held twice, and what the screen says before an approval is what it finds.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_never_hold_one_thing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let film = film(&folder).await;
    let report = crate::measure::bookings(&film, 3_000, 8, 7).await.unwrap();
    assert_eq!(report.held_twice, 0);
    assert!(report.kept > 1_000 && report.refused > 100, "{report:?}");
    assert!(report.approved > 200, "{report:?}");
}
