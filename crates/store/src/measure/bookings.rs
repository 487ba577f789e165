//! Random bookings by many at once, to see that nothing is ever held twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use casework::{
    booking::{Change, Event, Inventory, Kind, Refusal, Request, Resource, Span, Standing, holder},
    submission::{BookingId, ResourceId},
};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::{
    StoreError,
    film::{BookingError, Film, Lending},
};

/// How often a kind of change was kept and refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Kept.
    pub kept: u64,
    /// Refused, by [`Refusal::as_str`].
    pub refused: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Refused for whatever reason.
    #[must_use]
    pub fn all_refused(&self) -> u64 {
        self.refused.values().sum()
    }

    fn add(&mut self, other: &Tally) {
        self.kept += other.kept;
        for (why, many) in &other.refused {
            *self.refused.entry(why).or_default() += many;
        }
    }
}

/// What random bookings came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookingReport {
    /// Of each kind of change, by its word in the record.
    pub changes: BTreeMap<&'static str, Tally>,
    /// Times that calendar, list, program and approval were asked about the same, and all agreed.
    pub agreed: u64,
    /// Those where they did not: none.
    pub disagreed: u64,
    /// Pairs of holds of one thing that overlap: none.
    pub held_twice: i64,
}

impl BookingReport {
    /// Of all kinds together.
    #[must_use]
    pub fn all(&self) -> Tally {
        let mut all = Tally::default();
        self.changes.values().for_each(|one| all.add(one));
        all
    }

    /// Changes that were sent so far.
    #[must_use]
    pub fn sent(&self) -> u64 {
        let all = self.all();
        all.kept + all.all_refused()
    }

    fn add(&mut self, kind: &'static str, one: &Tally) {
        self.changes.entry(kind).or_default().add(one);
    }
}

/// Things that are lent in the measurement, and kits of two of them.
const THINGS: u64 = 400;

/// Times at least that all clients stop, so that what is shown is held against what is found with nobody in between.
const ROUNDS: u64 = 20;

/// Changes at most from one such stop to the next.
const ROUND: u64 = 10_000;

/// What is asked about in each pause.
const PROBES: u64 = 100;

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

/// Sends `count` random changes of bookings from `clients` at once, and looks now and then whether all holds together.
/// `goes_on` is told at each stop what was sent so far; where it says no, that is all.
///
/// What is kept in memory besides the report is one number for each booking that was asked for.
///
/// # Errors
/// When the database does not answer.
pub async fn bookings(
    film: &Film,
    count: u64,
    clients: u64,
    seed: u64,
    mut goes_on: impl FnMut(&BookingReport) -> bool,
) -> Result<BookingReport, StoreError> {
    let rounds = ROUNDS.max(count.div_ceil(ROUND));
    let inventory = Arc::new(inventory()?);
    let clock = Arc::new(AtomicI64::new(0));
    let client = |number: u64, seed: u64| Client {
        random: Random(seed),
        number,
        ends: Vec::new(),
        // The more changes there are, the further they lie apart: about a fifth of the requests meet another.
        hours: 200 + count / 4,
        clock: Arc::clone(&clock),
    };
    let mut all: Vec<Client> = (0..clients)
        .map(|at| client(at, seed ^ (at << 32)))
        .collect();
    let mut probe = client(clients, !seed);
    let mut report = BookingReport::default();
    for round in 0..rounds {
        let mut running = JoinSet::new();
        for mut client in all.drain(..) {
            let (film, inventory) = (film.clone(), Arc::clone(&inventory));
            let own = part(count, clients, client.number);
            let share = part(own, rounds, round);
            running.spawn(async move {
                let report = client.run(&film, &inventory, share).await;
                report.map(|report| (client, report))
            });
        }
        while let Some(ended) = running.join_next().await {
            let (client, one) = ended.map_err(|_| StoreError::Stopped)??;
            for (kind, tally) in &one.changes {
                report.add(kind, tally);
            }
            all.push(client);
        }
        for _ in 0..PROBES {
            if probe.agrees(film, &inventory).await? {
                report.agreed += 1;
            } else {
                report.disagreed += 1;
            }
        }
        if !goes_on(&report) {
            break;
        }
    }
    report.held_twice = film.held_twice().await?;
    Ok(report)
}

/// How many of all are the part `at` of so many equal parts.
fn part(all: u64, parts: u64, at: u64) -> u64 {
    all / parts + u64::from(at < all % parts)
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
    /// When the use of each that was asked for ends, in hours.
    ends: Vec<i64>,
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
            let mut one = Tally::default();
            match self.apply(film, inventory, &event).await? {
                Ok(()) => one.kept = 1,
                Err(refusal) => {
                    one.refused.insert(refusal.as_str(), 1);
                }
            }
            report.add(event.change.as_str(), &one);
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

    /// Whether the calendar, the list of what is free, the answer for programs and the approval say the same of a request.
    async fn agrees(&mut self, film: &Film, inventory: &Inventory) -> Result<bool, StoreError> {
        let lending = Lending {
            inventory,
            quotas: &[],
        };
        let (booking, request) = self.new_booking()?;
        let shown = match film
            .conflict(lending, &request.wanted, request.held())
            .await
        {
            Ok(shown) => shown,
            Err(BookingError::Store(error)) => return Err(error),
            Err(BookingError::Refused(_)) => return Ok(false),
        };
        let listed = match film
            .conflicts(lending, &request.wanted, request.held())
            .await
        {
            Ok(listed) => !listed.is_empty(),
            Err(BookingError::Store(error)) => return Err(error),
            Err(BookingError::Refused(_)) => return Ok(false),
        };
        let in_calendar = is_in_calendar(film, lending, &request).await?;
        if [listed, in_calendar] != [shown.is_some(); 2] {
            return Ok(false);
        }
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

    fn id(&self, asked: usize) -> BookingId {
        let mut random = [0; 10];
        random[..2].copy_from_slice(&(self.number as u16).to_be_bytes());
        random[2..].copy_from_slice(&(asked as u64).to_be_bytes());
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

    fn new_booking(&mut self) -> Result<(BookingId, Request), StoreError> {
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
        self.ends.push(from + long);
        let request = Request {
            applicant: format!("applicant {}", self.random.below(1_000_000)).into(),
            wanted,
            used: used.ok_or(StoreError::Stopped)?,
            prepare: SignedDuration::from_hours(self.random.below(4) as i64),
            strike: SignedDuration::from_hours(self.random.below(3) as i64),
            insured_until: Some(Timestamp::MAX),
        };
        Ok((self.id(self.ends.len() - 1), request))
    }

    /// A new request, or something that happens to one of the last sixty-four.
    fn event(&mut self) -> Result<Event, StoreError> {
        let choice = self.random.below(10);
        if self.ends.is_empty() || choice < 4 {
            let (booking, request) = self.new_booking()?;
            return self.now(booking, Change::Ask(request));
        }
        let back = 1 + self.random.below(self.ends.len().min(64) as u64) as usize;
        let asked = self.ends.len() - back;
        let passing = (self.random.below(2) == 0).then(|| "agreed".into());
        let change = match choice {
            4..7 => Change::Approve { passing },
            7 => Change::Cancel,
            8 => Change::Extend {
                // Up to half a day less, or a day and a half more.
                until: moment((self.ends[asked] - 12 + self.random.below(48) as i64) * 3_600)?,
                passing,
            },
            _ => {
                let (booking, request) = self.new_booking()?;
                return self.now(
                    booking,
                    Change::Requisition {
                        request,
                        reason: "an operation".into(),
                    },
                );
            }
        };
        self.now(self.id(asked), change)
    }
}

/// Whether the calendar of any of the things wanted shows them held at that time.
async fn is_in_calendar(
    film: &Film,
    lending: Lending<'_>,
    request: &Request,
) -> Result<bool, StoreError> {
    let span = request.held();
    for resource in &request.wanted {
        let bookings = match film.calendar(lending, [resource], span).await {
            Ok(bookings) => bookings,
            Err(BookingError::Store(error)) => return Err(error),
            Err(BookingError::Refused(_)) => return Ok(false),
        };
        let things = lending.inventory.held_by([resource]).unwrap_or_default();
        if holder(&bookings, &things, span).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn moment(second: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_second(second).map_err(|_| StoreError::Stopped)
}
