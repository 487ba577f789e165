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

/// A film desk of its own, that lends items and kits.
struct Shop {
    film: Film,
    inventory: Inventory,
    folder: tempfile::TempDir,
}

impl Shop {
    async fn new(items: usize) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        Shop {
            film: open(&folder).await,
            inventory: inventory(items),
            folder,
        }
    }

    async fn again(self) -> Shop {
        let Shop {
            film,
            inventory,
            folder,
        } = self;
        drop(film);
        Shop {
            film: open(&folder).await,
            inventory,
            folder,
        }
    }

    async fn apply(&self, booking: u32, change: Change) -> Result<Effect, BookingError> {
        self.apply_at(12, booking, change).await
    }

    async fn apply_at(
        &self,
        at: i64,
        booking: u32,
        change: Change,
    ) -> Result<Effect, BookingError> {
        let lending = Lending {
            inventory: &self.inventory,
            quotas: &[],
        };
        let event = Event {
            booking: id(booking),
            at: hour(at),
            change,
        };
        self.film.apply(lending, &event, "an agent").await
    }

    async fn ask(&self, booking: u32, wanted: &[&str], from: i64, until: i64) {
        let ask = Change::Ask(request(wanted, from, until));
        self.apply(booking, ask).await.unwrap();
    }

    async fn approve(&self, booking: u32) -> Result<Effect, BookingError> {
        self.apply(booking, Change::Approve { passing: None }).await
    }

    async fn booking(&self, booking: u32) -> Booking {
        self.film.booking(id(booking)).await.unwrap().unwrap()
    }

    async fn told(&self, booking: u32) -> Vec<Kept> {
        self.film.events(id(booking)).await.unwrap()
    }
}

async fn open(folder: &tempfile::TempDir) -> Film {
    sqlx::any::install_default_drivers();
    let secrets = Arc::new(Secrets::open(&folder.path().join("keys")).unwrap());
    Film::open(&folder.path().join("film.db"), &secrets)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_happened_to_a_booking_is_kept_and_comes_back_as_it_was() {
    let shop = Shop::new(4).await;
    shop.ask(1, &["kit-0"], 10, 20).await;
    shop.approve(1).await.unwrap();
    let hand_over = Change::HandOver {
        condition: "new".into(),
    };
    shop.apply(1, hand_over).await.unwrap();
    let back = Change::Return {
        resources: BTreeSet::from([name("item-1")]),
        condition: "worn".into(),
        damage: None,
    };
    shop.apply(1, back).await.unwrap();
    let before = shop.booking(1).await;
    let shop = shop.again().await;
    let after = shop.booking(1).await;
    assert_eq!(before, after);
    assert_eq!(after.standing, Standing::Out);
    assert_eq!(after.out, BTreeSet::from([name("item-0"), name("kit-0")]));
    let told: Vec<String> = shop
        .told(1)
        .await
        .into_iter()
        .map(|kept| kept.change)
        .collect();
    assert_eq!(told, ["ask", "approve", "hand_over", "return"]);
}

#[tokio::test]
async fn what_is_late_is_not_handed_over_again() {
    let shop = Shop::new(2).await;
    shop.ask(1, &["item-0"], 10, 11).await;
    shop.ask(2, &["item-0"], 12, 20).await;
    let hand_over = || Change::HandOver {
        condition: "good".into(),
    };
    for booking in [1, 2] {
        shop.approve(booking).await.unwrap();
    }
    shop.apply_at(10, 1, hand_over()).await.unwrap();
    let late = shop.apply(2, hand_over()).await.unwrap_err();
    assert!(
        matches!(late, BookingError::Refused(Refusal::StillOut { .. })),
        "{late}"
    );
}

#[tokio::test]
async fn a_refused_change_leaves_no_trace() {
    let shop = Shop::new(2).await;
    for booking in [1, 2] {
        shop.ask(booking, &["item-0"], 10, 20).await;
    }
    shop.approve(1).await.unwrap();
    let refused = shop.approve(2).await.unwrap_err();
    assert!(
        matches!(refused, BookingError::Refused(Refusal::Taken(_))),
        "{refused}"
    );
    let waiting = shop.booking(2).await;
    assert_eq!(
        (waiting.standing, waiting.holds.len()),
        (Standing::Asked, 0)
    );
    assert_eq!(shop.told(2).await.len(), 1);
}

#[tokio::test]
async fn operations_take_over_and_the_database_agrees() {
    let shop = Shop::new(2).await;
    // The requisition's identifier is the smaller: it must not hold before the other lets go.
    shop.ask(9, &["kit-0"], 10, 20).await;
    shop.approve(9).await.unwrap();
    let requisition = Change::Requisition {
        request: request(&["item-1"], 12, 14),
        reason: "an operation".into(),
    };
    let effect = shop.apply(1, requisition).await.unwrap();
    assert_eq!(effect.lost.len(), 1);
    assert_eq!(shop.booking(9).await.holds.len(), 4);
    assert_eq!(shop.film.held_twice().await.unwrap(), 0);
    let told = shop.told(9).await;
    assert_eq!(told.last().map(|kept| &*kept.change), Some("lost"));
    assert!(told[2].details.contains("item-1"), "{}", told[2].details);
}

/// The primary key stands behind the rules: a program that goes round them is refused by the database.
#[tokio::test]
async fn the_database_itself_holds_nothing_twice() {
    let shop = Shop::new(1).await;
    shop.ask(1, &["item-0"], 10, 20).await;
    shop.approve(1).await.unwrap();
    let steal = "INSERT INTO held_hour (resource, hour, booking) VALUES ('item-0', 15, 'another')";
    assert!(shop.film.write(steal, vec![]).await.is_err());
    // A hold that goes around the primary key is seen by the count.
    assert_eq!(shop.film.held_twice().await.unwrap(), 0);
    let hour = 3_600_000_000_i64;
    let around =
        "INSERT INTO hold (resource, held_until, held_from, booking) VALUES ('item-0', ?, ?, 'x')";
    let values = params![20 * hour, 19 * hour];
    shop.film.write(around, values).await.unwrap();
    assert_eq!(shop.film.held_twice().await.unwrap(), 1);
    // Whoever comes after finds nothing of it, and may write.
    shop.ask(2, &["item-0"], 30, 40).await;
    shop.approve(2).await.unwrap();
}

/// Somebody who waits beside others is gone before their turn is over: nothing of theirs is kept, all of the others'
/// is.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_gives_up_leaves_nothing_and_harms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let film = open(&folder).await;
    let mut running = tokio::task::JoinSet::new();
    for at in 0..60_i64 {
        let film = film.clone();
        running.spawn(async move {
            if at % 3 == 0 {
                let mut turn = film.writer.turn().await.unwrap();
                if at % 2 == 0 {
                    turn.tear().await;
                }
                return;
            }
            let place = at.to_string();
            film.keep_person(("k", "s", &place), "x").await.unwrap();
        });
    }
    running.join_all().await;
    let people = film.people("k", "s").await.unwrap();
    assert_eq!(people.len(), 40);
    assert!(!people.contains_key("torn"));
}

/// Many at once, at random: nothing is held twice, and what the screen says before an approval is what it finds.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_never_hold_one_thing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let film = open(&folder).await;
    let mut stops = Vec::new();
    let told = |so_far: &crate::measure::BookingReport| {
        stops.push(so_far.sent());
        true
    };
    let report = crate::measure::bookings(&film, 3_000, 8, 7, told)
        .await
        .unwrap();
    assert_eq!((report.held_twice, report.disagreed), (0, 0));
    assert_eq!((report.sent(), stops.len()), (3_000, 20));
    for kind in ["ask", "approve", "extend", "cancel", "requisition"] {
        let tally = &report.changes[kind];
        assert!(tally.kept > 50, "{kind}: {report:?}");
    }
    assert!(report.all().all_refused() > 100, "{report:?}");
    assert!(report.changes["approve"].refused["taken"] > 0, "{report:?}");
    let report = crate::measure::bookings(&film, 400, 2, 8, |_| false);
    assert_eq!(
        report.await.unwrap().sent(),
        20,
        "it stops where it is told to"
    );
}

/// Of two that are approved in the same instant one holds, whoever comes first; the other is told by whom it is taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_approvals_at_once_one_is_refused() {
    let shop = Arc::new(Shop::new(1).await);
    for booking in 1..=40 {
        let from = i64::from(booking / 2) * 20;
        shop.ask(booking, &["item-0"], from, from + 10).await;
    }
    let mut running = tokio::task::JoinSet::new();
    for booking in 1..=40 {
        let shop = Arc::clone(&shop);
        let passing = Some("agreed".into());
        running.spawn(async move { shop.apply(booking, Change::Approve { passing }).await });
    }
    let mut kept = 0;
    for one in running.join_all().await {
        match one {
            Ok(_) => kept += 1,
            Err(BookingError::Refused(Refusal::Taken(_))) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(kept, 21);
    assert_eq!(shop.film.held_twice().await.unwrap(), 0);
}

fn budget(change: casework::film::budget::Change) -> casework::film::budget::Event {
    casework::story::Event {
        at: Timestamp::UNIX_EPOCH,
        actor: "somebody".into(),
        change,
    }
}

/// What was told is read back as told, what was refused is not there, and of two at once both are kept or one is
/// refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_story_is_what_was_told_of_it() {
    use casework::film::{
        Refusal as Told,
        budget::{Change, Line},
    };
    let folder = tempfile::tempdir().unwrap();
    let film = open(&folder).await;
    let ask = |request: String| Change::Ask {
        request: request.into(),
        what: "a lamp".into(),
        reason: "dark".into(),
        amount: 100,
    };
    let early = film
        .tell::<Line>(&(), "a", &budget(ask("0".to_owned())))
        .await;
    assert!(matches!(early, Err(TellError::Refused(Told::Beginning))));
    assert!(film.story::<Line>("a").await.unwrap().is_none());
    let open = Change::Open {
        unit: "comcyber-mi".parse().unwrap(),
        year: 2026,
        name: "lamps".into(),
        amount: 1_000,
        currency: "EUR".into(),
    };
    film.tell::<Line>(&(), "a", &budget(open)).await.unwrap();
    let mut running = tokio::task::JoinSet::new();
    for at in 0..20 {
        let (film, event) = (film.clone(), budget(ask((at % 10).to_string())));
        running.spawn(async move { film.tell::<Line>(&(), "a", &event).await.is_ok() });
    }
    let kept = running.join_all().await.into_iter().filter(|kept| *kept);
    assert_eq!(kept.count(), 10);
    for request in ["0", "1"] {
        let commit = Change::Commit {
            request: request.into(),
        };
        film.tell::<Line>(&(), "a", &budget(commit)).await.unwrap();
    }
    let told = film.story::<Line>("a").await.unwrap().unwrap();
    assert_eq!((told.events.len(), told.story.left()), (13, 800));
    let all = film.stories::<Line>().await.unwrap();
    assert_eq!(all["a"].story, told.story);
}

/// Rules change; what happened does not. Of an event that today's rules would refuse, the story still opens.
#[tokio::test]
async fn a_story_of_old_opens_though_the_rules_of_today_would_refuse_it() {
    use casework::{
        film::budget::{Change, Line},
        project::{Project, Stage},
    };
    let folder = tempfile::tempdir().unwrap();
    let film = open(&folder).await;
    let request = r#"{"receive":{"title":"Garde","work":"feature","company":"","team":3,"lines":[],"papers":[],"sensitive":[]}}"#;
    let changes = [
        request,
        r#"{"begin":{"day":"2027-02-01"}}"#,
        r#"{"end":{"day":"2027-02-03","days":99,"incidents":""}}"#,
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let text = "INSERT INTO journal (seq, kind, subject, place, at, actor, change) VALUES (?, 'project', 'p', ?, 0, 'lou', ?)";
        let place = place as i64;
        film.write(text, params![place, place, change])
            .await
            .unwrap();
    }
    let told = film.story::<Project>("p").await.unwrap().unwrap();
    assert_eq!((told.events.len(), told.story.stage()), (3, Stage::Shot));
    assert_eq!(told.story.ended().unwrap().1, 99);
    assert_eq!(film.stories::<Project>().await.unwrap().len(), 1);

    // What no program ever told is still named as such.
    let text = "INSERT INTO journal (seq, kind, subject, place, at, actor, change) VALUES (9, 'budget', 'b', 0, 0, 'lou', ?)";
    let ask = Change::Commit {
        request: "1".into(),
    };
    let ask = serde_json::to_string(&ask).unwrap();
    film.write(text, params![ask]).await.unwrap();
    assert!(film.story::<Line>("b").await.is_err());
}

#[tokio::test]
async fn people_are_sealed_to_their_place_and_erased() {
    let folder = tempfile::tempdir().unwrap();
    let film = open(&folder).await;
    let at = ("encounter", "e", "1");
    film.keep_person(at, "Camille Exemple").await.unwrap();
    film.keep_person(at, "Camille Essai").await.unwrap();
    let people = film.people("encounter", "e").await.unwrap();
    assert_eq!(people["1"], "Camille Essai");
    for file in ["film.db", "film.db-wal"] {
        let file = std::fs::read(folder.path().join(file)).unwrap();
        assert!(!file.windows(7).any(|bytes| bytes == b"Camille"));
    }
    film.write("UPDATE person SET id = '2'", vec![])
        .await
        .unwrap();
    assert!(film.people("encounter", "e").await.is_err());
    film.erase_people("encounter", "e", None).await.unwrap();
    assert!(film.people("encounter", "e").await.unwrap().is_empty());
}

/// A guest is known once, by a digest that says nothing and goes with them; the event and the guest are kept together.
#[tokio::test]
async fn nobody_known_by_the_same_comes_in_twice_until_they_left() {
    use casework::film::budget::{Change, Line};
    let folder = tempfile::tempdir().unwrap();
    let film = open(&folder).await;
    let change = Change::Open {
        unit: "comcyber-mi".parse().unwrap(),
        year: 2026,
        name: "lamps".into(),
        amount: 1_000,
        currency: "EUR".into(),
    };
    film.tell::<Line>(&(), "a", &budget(change)).await.unwrap();
    let film = &film;
    let comes = |id: &'static str, known_by: &'static str| async move {
        let event = budget(Change::Ask {
            request: id.into(),
            what: "a lamp".into(),
            reason: "dark".into(),
            amount: 1,
        });
        let guest = Guest {
            id,
            person: "Camille Exemple",
            known_by,
        };
        let told = film.tell_with_guest::<Line>(&(), "a", &event, guest).await;
        told.map(|story| story.is_some())
    };
    assert!(comes("1", "c@exemple.test").await.unwrap());
    assert!(!comes("2", "c@exemple.test").await.unwrap());
    assert!(matches!(
        comes("1", "d@exemple.test").await,
        Err(TellError::Refused(_))
    ));
    assert!(comes("3", "d@exemple.test").await.unwrap());
    let told = film.story::<Line>("a").await.unwrap().unwrap();
    assert_eq!(told.events.len(), 3);
    assert_eq!(film.people("budget", "a").await.unwrap().len(), 2);
    for file in ["film.db", "film.db-wal"] {
        let file = std::fs::read(folder.path().join(file)).unwrap();
        assert!(!file.windows(9).any(|bytes| bytes == b"c@exemple"));
    }
    film.erase_people("budget", "a", Some("1")).await.unwrap();
    assert!(comes("4", "c@exemple.test").await.unwrap());
    assert!(!comes("5", "d@exemple.test").await.unwrap());
}

async fn photo(store: &crate::Store, id: &str, bytes: &[u8]) -> Photo {
    let mut incoming = store.objects.receive(id, 100).await.unwrap();
    incoming.write(bytes).await.unwrap();
    let (kept, unrecorded) = incoming.keep().await.unwrap();
    let photo = Photo {
        id: id.to_owned(),
        pool: "film".to_owned(),
        moment: Moment::Lent,
        subject: "hall".to_owned(),
        sha256: [0; 32],
        size: 0,
        media_type: String::new(),
        name: "hall.png".to_owned(),
        seen: ["la halle".to_owned(), String::new()],
        at: 7,
        actor: "lou".to_owned(),
    }
    .of(&kept);
    store.film.keep_photo(&photo, &unrecorded).await.unwrap();
    photo
}

/// The bytes of a photo stay while a photo or an exhibit has them, whoever else lets go of the same.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_a_photo_go_with_the_last_who_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = crate::Store::open(folder.path(), "orfevre.example/test")
        .await
        .unwrap();
    let bytes = b"\x89PNG\r\n\x1a\nhall";
    let first = photo(&store, "p1", bytes).await;
    let second = photo(&store, "p2", bytes).await;
    assert_eq!(first.media_type, "image/png");
    assert_eq!(
        store.film.photos("film", "hall").await.unwrap(),
        [first.clone(), second.clone()]
    );
    assert!(
        store
            .film
            .photos("comcyber", "hall")
            .await
            .unwrap()
            .is_empty()
    );
    assert!(store.film.photo("comcyber", "p1").await.unwrap().is_none());
    // An upload of the same bytes that nobody names is swept: the bytes stay.
    let upload = crate::intake::Upload {
        id: "left".to_owned(),
        sha256: first.sha256,
        size: first.size,
        name: "hall.png".to_owned(),
        media_type: first.media_type.clone(),
        at: 0,
    };
    store.intake.record_upload(upload).await.unwrap();
    assert_eq!(store.sweep(0, 100).await.unwrap().files, 0);
    store.remove_photo(&first, 8, "lou").await.unwrap();
    assert_eq!(store.objects.read(&first.sha256).await.unwrap(), bytes);
    assert_eq!(store.film.photo("film", "p1").await.unwrap(), None);
    store.remove_photo(&second, 9, "lou").await.unwrap();
    assert!(store.objects.read(&first.sha256).await.is_err());
    assert!(store.film.photos("film", "hall").await.unwrap().is_empty());
}

#[tokio::test]
async fn how_far_requests_were_read_never_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let film = open(&folder).await;
    assert_eq!(film.reached().await.unwrap(), -1);
    film.reach(7).await.unwrap();
    film.reach(3).await.unwrap();
    assert_eq!(film.reached().await.unwrap(), 7);
}
