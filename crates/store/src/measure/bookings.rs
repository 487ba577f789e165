//! Random bookings by many at once, to see that nothing is ever held twice.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use casework::{
    booking::{Change, Event, Inventory, Kind, Refusal, Request, Resource, Span, Standing},
    submission::{BookingId, ResourceId},
};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::{
    StoreError,
    film::{BookingError, Film, Lending},
};

/// What random bookings came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BookingReport {
    /// Changes that were kept.
    pub kept: u64,
    /// Of these, approvals.
    pub approved: u64,
    /// Changes that were refused.
    pub refused: u64,
    /// Answers for the screen that the approval after them agreed with.
    pub agreed: u64,
    /// Those that it did not agree with: none.
    pub disagreed: u64,
    /// Pairs of holds of one thing that overlap: none.
    pub held_twice: i64,
}

/// Things that are lent in the measurement, and kits of two of them.
const THINGS: u64 = 400;

/// Approvals that are held against the screen's answer, one after the other, at the end.
const PROBES: u64 = 200;

/// `splitmix64` (Steele, Lea and Flood 2014): the same numbers for the same seed, on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// Sends `count` random changes of bookings from `clients` at once, then looks whether all holds together.
///
/// # Errors
/// When the database does not answer.
pub async fn bookings(
    film: &Film,
    count: u64,
    clients: u64,
    seed: u64,
) -> Result<BookingReport, StoreError> {
    let inventory = Arc::new(inventory()?);
    let clock = Arc::new(AtomicI64::new(0));
    let mut running = JoinSet::new();
    for client in 0..clients {
        let (film, inventory, clock) = (film.clone(), Arc::clone(&inventory), Arc::clone(&clock));
        let mut client = Client {
            random: Random(seed ^ (client << 32)),
            number: client,
            asked: 0,
            // The more changes there are, the further they lie apart: about a fifth of the requests meet another.
            hours: 200 + count / 4,
            clock,
        };
        running.spawn(async move { client.run(&film, &inventory, count / clients).await });
    }
    let mut report = BookingReport::default();
    while let Some(ended) = running.join_next().await {
        let one = ended.map_err(|_| StoreError::Stopped)??;
        report.kept += one.kept;
        report.approved += one.approved;
        report.refused += one.refused;
    }
    let mut client = Client {
        random: Random(!seed),
        number: clients,
        asked: 0,
        hours: 200 + count / 4,
        clock,
    };
    for _ in 0..PROBES {
        if client.agrees(film, &inventory).await? {
            report.agreed += 1;
        } else {
            report.disagreed += 1;
        }
    }
    report.held_twice = film.held_twice().await?;
    Ok(report)
}

fn inventory() -> Result<Inventory, StoreError> {
    let corrupt = |why: String| StoreError::Corrupt {
        what: "inventory",
        why,
    };
    let name = |text: String| -> Result<ResourceId, StoreError> {
        text.parse().map_err(|_| corrupt(text))
    };
    let mut resources = Vec::new();
    for at in 0..THINGS {
        resources.push(Resource {
            id: name(format!("thing-{at}"))?,
            kind: if at % 3 == 0 { Kind::Place } else { Kind::Item },
            category: "thing".into(),
            parts: Vec::new(),
        });
    }
    for at in 0..THINGS / 4 {
        resources.push(Resource {
            id: name(format!("kit-{at}"))?,
            kind: Kind::Kit,
            category: "kit".into(),
            parts: vec![
                name(format!("thing-{}", 2 * at))?,
                name(format!("thing-{}", 2 * at + 1))?,
            ],
        });
    }
    Inventory::new(resources).map_err(|error| corrupt(error.to_string()))
}

/// One who asks and decides at random.
struct Client {
    random: Random,
    number: u64,
    asked: u64,
    hours: u64,
    clock: Arc<AtomicI64>,
}

impl Client {
    async fn run(
        &mut self,
        film: &Film,
        inventory: &Inventory,
        count: u64,
    ) -> Result<BookingReport, StoreError> {
        let mut report = BookingReport::default();
        for _ in 0..count {
            let event = self.event()?;
            let approves = matches!(event.change, Change::Approve { .. });
            match self.apply(film, inventory, &event).await? {
                Ok(()) => {
                    report.kept += 1;
                    report.approved += u64::from(approves);
                }
                Err(_) => report.refused += 1,
            }
        }
        Ok(report)
    }

    async fn apply(
        &mut self,
        film: &Film,
        inventory: &Inventory,
        event: &Event,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let lending = Lending {
            inventory,
            quotas: &[],
        };
        match film.apply(lending, event, "measure").await {
            Ok(_) => Ok(Ok(())),
            Err(BookingError::Refused(refusal)) => Ok(Err(refusal)),
            Err(BookingError::Store(error)) => Err(error),
        }
    }

    /// Whether an approval finds what the screen said just before.
    async fn agrees(&mut self, film: &Film, inventory: &Inventory) -> Result<bool, StoreError> {
        let lending = Lending {
            inventory,
            quotas: &[],
        };
        let request = self.request()?;
        let shown = match film
            .conflict(lending, &request.wanted, request.held())
            .await
        {
            Ok(shown) => shown,
            Err(BookingError::Store(error)) => return Err(error),
            Err(BookingError::Refused(_)) => return Ok(false),
        };
        let booking = self.new_id();
        let ask = self.now(booking, Change::Ask(request))?;
        let approve = self.now(
            booking,
            Change::Approve {
                passing: Some("a probe".into()),
            },
        )?;
        if self.apply(film, inventory, &ask).await?.is_err() {
            return Ok(false);
        }
        let found = self.apply(film, inventory, &approve).await?;
        let stands = film.booking(booking).await?.map(|booking| booking.standing);
        Ok(match (shown, found) {
            (None, Ok(())) => stands == Some(Standing::Approved),
            (Some(shown), Err(Refusal::Taken(found))) => {
                shown == found && stands == Some(Standing::Asked)
            }
            _ => false,
        })
    }

    fn new_id(&mut self) -> BookingId {
        self.asked += 1;
        self.id(self.asked - 1)
    }

    fn id(&self, asked: u64) -> BookingId {
        let mut random = [0; 10];
        random[..2].copy_from_slice(&(self.number as u16).to_be_bytes());
        random[2..].copy_from_slice(&asked.to_be_bytes());
        BookingId::new(Timestamp::UNIX_EPOCH, random)
    }

    fn now(&self, booking: BookingId, change: Change) -> Result<Event, StoreError> {
        let at = self.clock.fetch_add(1, Ordering::Relaxed);
        Ok(Event {
            booking,
            at: moment(at)?,
            change,
        })
    }

    fn request(&mut self) -> Result<Request, StoreError> {
        let mut wanted = BTreeSet::new();
        for _ in 0..=self.random.below(2) {
            let text = if self.random.below(4) == 0 {
                format!("kit-{}", self.random.below(THINGS / 4))
            } else {
                format!("thing-{}", self.random.below(THINGS))
            };
            wanted.insert(text.parse().map_err(|_| StoreError::Stopped)?);
        }
        let from = self.random.below(self.hours) as i64;
        let long = 1 + self.random.below(72) as i64;
        let used = Span::new(moment(from * 3_600)?, moment((from + long) * 3_600)?);
        Ok(Request {
            applicant: format!("applicant {}", self.random.below(1_000_000)).into(),
            wanted,
            used: used.ok_or(StoreError::Stopped)?,
            prepare: SignedDuration::from_hours(self.random.below(4) as i64),
            strike: SignedDuration::from_hours(self.random.below(3) as i64),
            insured_until: Some(Timestamp::MAX),
        })
    }

    /// A new request, or something that happens to one of the last sixty-four.
    fn event(&mut self) -> Result<Event, StoreError> {
        let choice = self.random.below(10);
        if self.asked == 0 || choice < 4 {
            let request = self.request()?;
            let booking = self.new_id();
            return self.now(booking, Change::Ask(request));
        }
        let back = 1 + self.random.below(self.asked.min(64));
        let passing = (self.random.below(2) == 0).then(|| "agreed".into());
        let change = match choice {
            4..7 => Change::Approve { passing },
            7 => Change::Cancel,
            8 => Change::Extend {
                until: moment(self.random.below(self.hours) as i64 * 3_600)?,
                passing,
            },
            _ => {
                let request = self.request()?;
                let booking = self.new_id();
                return self.now(
                    booking,
                    Change::Requisition {
                        request,
                        reason: "an operation".into(),
                    },
                );
            }
        };
        self.now(self.id(self.asked - back), change)
    }
}

fn moment(second: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_second(second).map_err(|_| StoreError::Stopped)
}
