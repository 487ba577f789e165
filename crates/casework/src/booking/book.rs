use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    Calendar, Conflict, Hold, Inventory, Kind, Quota, Span, quota::most_at_once,
    span::hour_not_before,
};
use crate::{
    submission::{BookingId, ResourceId},
    words::words,
};

/// The longest that anything is held: four hundred days. It may be raised and is never lowered: whoever looks for what
/// is held at a time looks no further than that for its end.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What somebody wants, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks: a project, a unit. Quotas count by it.
    pub applicant: Box<str>,
    /// What is wanted; of a kit, the kit.
    pub wanted: BTreeSet<ResourceId>,
    /// When it is used.
    pub used: Span,
    /// Time before, to prepare.
    pub prepare: SignedDuration,
    /// Time after, to put back in order.
    pub strike: SignedDuration,
    /// Until when an insurance covers damage; `None` while no certificate was seen.
    pub insured_until: Option<Timestamp>,
}

impl Request {
    /// For how long things are held: the whole hours of use, preparation and strike.
    pub fn held(&self) -> Span {
        self.used.widened(self.prepare, self.strike).whole_hours()
    }
}

/// Something that happened to a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which.
    pub booking: BookingId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: Change,
}

/// What happens to a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Somebody asks. Nothing is held yet.
    Ask(Request),
    /// What is wanted is held from now on.
    Approve {
        /// Why it goes before whoever asked earlier for the same.
        passing: Option<Box<str>>,
    },
    /// It is not.
    Refuse {
        /// Why; the applicant reads it.
        reason: Box<str>,
    },
    /// It is given up before it was handed over.
    Cancel,
    /// It ends at another moment, later or earlier.
    Extend {
        /// The new end of its use.
        until: Timestamp,
        /// Why it goes before whoever waits for the same.
        passing: Option<Box<str>>,
    },
    /// An insurance certificate was seen.
    Insure {
        /// Until when it covers.
        until: Timestamp,
    },
    /// Everything was handed over.
    HandOver {
        /// In what condition.
        condition: Box<str>,
    },
    /// Some of it came back, or all.
    Return {
        /// What came back.
        resources: BTreeSet<ResourceId>,
        /// In what condition.
        condition: Box<str>,
        /// What is damaged or missing.
        damage: Option<Box<str>>,
    },
    /// Operations need it at once: whoever holds it loses it.
    Requisition {
        /// What, by whom and when; no insurance is asked.
        request: Request,
        /// Why.
        reason: Box<str>,
    },
    /// It is mended, and nobody has it meanwhile: whoever holds it then loses it.
    Repair {
        /// What, by whom and when; no insurance is asked.
        request: Request,
        /// What is broken.
        reason: Box<str>,
    },
}

impl Change {
    /// The word in the record.
    pub fn as_str(&self) -> &'static str {
        match self {
            Change::Ask(_) => "ask",
            Change::Approve { .. } => "approve",
            Change::Refuse { .. } => "refuse",
            Change::Cancel => "cancel",
            Change::Extend { .. } => "extend",
            Change::Insure { .. } => "insure",
            Change::HandOver { .. } => "hand_over",
            Change::Return { .. } => "return",
            Change::Requisition { .. } => "requisition",
            Change::Repair { .. } => "repair",
        }
    }
}

words! {
    /// Where a booking stands.
    Standing {
        /// It waits for an answer and holds nothing.
        Asked = "asked",
        /// It holds what it wants.
        Approved = "approved",
        /// What it wants is out.
        Out = "out",
        /// Everything came back.
        Returned = "returned",
        /// It was refused.
        Refused = "refused",
        /// It was given up.
        Cancelled = "cancelled",
        /// Operations took all of it.
        Recalled = "recalled",
    }
}

words! {
    /// What a booking is for.
    Purpose {
        /// Whoever asked uses it.
        Loan = "loan",
        /// Operations need it: no insurance is asked, nobody is passed over, and nobody takes it from them.
        Operations = "operations",
        /// It is being mended; what holds for operations holds for that, but that it goes to nobody.
        Repair = "repair",
    }
}

/// A booking, as far as its events have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// What is wanted.
    pub request: Request,
    /// When it was asked: its place among those who wait. The identifier decides between two of one instant.
    pub asked_at: Timestamp,
    /// Where it stands.
    pub standing: Standing,
    /// What it holds or held.
    pub holds: BTreeSet<Hold>,
    /// What is still out.
    pub out: BTreeSet<ResourceId>,
    /// What it is for.
    pub purpose: Purpose,
}

/// What a change did to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// What others lost to operations.
    pub lost: Vec<Lost>,
}

/// A booking that lost something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Which.
    pub booking: BookingId,
    /// What.
    pub resource: ResourceId,
    /// For how long: the part that operations took.
    pub span: Span,
}

/// Why a change cannot happen. Nothing changes then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such booking.
    #[error("there is no booking {0}")]
    Unknown(BookingId),
    /// The identifier is in use.
    #[error("booking {0} was asked before")]
    AskedBefore(BookingId),
    /// There is no such resource.
    #[error("nothing is called {0}")]
    NoResource(ResourceId),
    /// Nothing is wanted.
    #[error("nothing is asked for")]
    Nothing,
    /// The new end is not after the beginning.
    #[error("the end has to be after the beginning")]
    EndsBefore,
    /// It would be held for longer than anything is.
    #[error("nothing is held for more than {} days", LONGEST.as_hours() / 24)]
    TooLong,
    /// Somebody holds it.
    #[error("{} is held until {} by {}", .0.resource, .0.span.until(), .0.by)]
    Taken(Conflict),
    /// Somebody asked earlier and waits; a reason is needed to go first.
    #[error("{0} asked earlier and waits; a reason is needed to pass it over")]
    PassesOver(BookingId),
    /// The insurance ends before the things are back.
    #[error("the insurance has to run until {needed}")]
    Uninsured {
        /// Until when it has to run.
        needed: Timestamp,
    },
    /// The applicant would hold too many.
    #[error("{category}: at most {most} at a time")]
    OverQuota {
        /// Of which category.
        category: Box<str>,
        /// How many one may hold.
        most: usize,
    },
    /// It is not out.
    #[error("{0} is not out")]
    NotOut(ResourceId),
    /// The booking does not hold it at that time: not yet, or no more.
    #[error("{0} is not held at that time")]
    NotHeldNow(ResourceId),
    /// Somebody has not brought it back.
    #[error("{resource} is still out with {by}")]
    StillOut {
        /// What.
        resource: ResourceId,
        /// Who has it.
        by: BookingId,
    },
    /// The booking does not stand where that can happen.
    #[error("a booking that is {} takes no {what}", standing.as_str())]
    Standing {
        /// Where it stands.
        standing: Standing,
        /// The change.
        what: &'static str,
    },
    /// A text that the change needs is empty.
    #[error("{0} is missing")]
    Missing(&'static str),
}

impl Refusal {
    /// The word for it in counts.
    pub fn as_str(&self) -> &'static str {
        match self {
            Refusal::Unknown(_) => "unknown",
            Refusal::AskedBefore(_) => "asked_before",
            Refusal::NoResource(_) => "no_resource",
            Refusal::Nothing => "nothing",
            Refusal::EndsBefore => "ends_before",
            Refusal::TooLong => "too_long",
            Refusal::Taken(_) => "taken",
            Refusal::PassesOver(_) => "passes_over",
            Refusal::Uninsured { .. } => "uninsured",
            Refusal::OverQuota { .. } => "over_quota",
            Refusal::NotOut(_) => "not_out",
            Refusal::NotHeldNow(_) => "not_held_now",
            Refusal::StillOut { .. } => "still_out",
            Refusal::Standing { .. } => "standing",
            Refusal::Missing(_) => "missing",
        }
    }
}

/// Bookings, and what they hold.
#[derive(Clone, Debug)]
pub struct Book<'i> {
    inventory: &'i Inventory,
    quotas: &'i [Quota],
    bookings: BTreeMap<BookingId, Booking>,
    calendar: Calendar,
}

impl<'i> Book<'i> {
    /// A book of bookings as they were kept. A part of all will do, if it holds every booking that has to do with
    /// the things and the time in question, and every one of the applicant at that time.
    ///
    /// # Errors
    /// Two of them hold one thing at one time.
    pub fn of(
        inventory: &'i Inventory,
        quotas: &'i [Quota],
        bookings: impl IntoIterator<Item = (BookingId, Booking)>,
    ) -> Result<Book<'i>, Conflict> {
        let mut book = Book {
            inventory,
            quotas,
            bookings: BTreeMap::new(),
            calendar: Calendar::default(),
        };
        for (id, booking) in bookings {
            for hold in &booking.holds {
                book.calendar.hold(hold.clone(), id)?;
            }
            book.bookings.insert(id, booking);
        }
        Ok(book)
    }

    /// The booking with this identifier.
    pub fn booking(&self, id: BookingId) -> Option<&Booking> {
        self.bookings.get(&id)
    }

    /// Every booking, by identifier.
    pub fn bookings(&self) -> impl Iterator<Item = (BookingId, &Booking)> {
        self.bookings.iter().map(|(id, booking)| (*id, booking))
    }

    /// What is held when.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What stands in the way of holding these, if anything does: the answer for screens and for the API.
    ///
    /// # Errors
    /// Something wanted is not there.
    pub fn conflict(
        &self,
        wanted: &BTreeSet<ResourceId>,
        span: Span,
    ) -> Result<Option<Conflict>, Refusal> {
        let held = self.held_by(wanted)?;
        Ok(self.calendar.conflict(held, span, None))
    }

    /// Those who wait, in the order in which they are to be answered.
    pub fn waiting(&self) -> Vec<BookingId> {
        let mut waiting: Vec<(Timestamp, BookingId)> = self
            .bookings()
            .filter(|(_, booking)| booking.standing == Standing::Asked)
            .map(|(id, booking)| (booking.asked_at, id))
            .collect();
        waiting.sort_unstable();
        waiting.into_iter().map(|(_, id)| id).collect()
    }

    /// What may stand in for a resource over a span, with all that it holds free.
    pub fn replacements(&self, resource: &ResourceId, span: Span) -> Vec<&'i ResourceId> {
        self.inventory
            .alike(resource)
            .map(|other| &other.id)
            .filter(|other| {
                self.inventory
                    .held_by([*other])
                    .is_ok_and(|held| self.calendar.conflict(held, span, None).is_none())
            })
            .collect()
    }

    /// Bookings that hold something and whose insurance ends before they do.
    pub fn uninsured(&self) -> Vec<BookingId> {
        self.bookings()
            .filter(|(_, booking)| booking.is_active() && self.insured(booking).is_err())
            .map(|(id, _)| id)
            .collect()
    }

    /// What an event comes to. If it is refused nothing changes.
    ///
    /// # Errors
    /// Why it cannot happen.
    pub fn apply(&mut self, event: &Event) -> Result<Effect, Refusal> {
        let id = event.booking;
        match &event.change {
            Change::Ask(request) => {
                let asked = self.asked(id, request, event.at)?;
                self.bookings.insert(id, asked);
                Ok(Effect::default())
            }
            Change::Requisition { request, reason } => {
                let asked = self.asked(id, request, event.at)?;
                said(reason, "the reason")?;
                self.take(id, asked, Purpose::Operations)
            }
            Change::Repair { request, reason } => {
                let asked = self.asked(id, request, event.at)?;
                said(reason, "the reason")?;
                self.take(id, asked, Purpose::Repair)
            }
            change => {
                let booking = self.bookings.get(&id).ok_or(Refusal::Unknown(id))?;
                let after = self.after(id, booking, event.at, change)?;
                self.replace(id, after)
            }
        }
    }

    /// Puts a booking in the place of what it was, with what it holds.
    fn replace(&mut self, id: BookingId, after: Booking) -> Result<Effect, Refusal> {
        if let Some(before) = self.bookings.get(&id) {
            let before: Vec<Hold> = before.holds.iter().cloned().collect();
            self.calendar.release(&before, id);
        }
        for hold in &after.holds {
            self.calendar
                .hold(hold.clone(), id)
                .map_err(Refusal::Taken)?;
        }
        self.bookings.insert(id, after);
        Ok(Effect::default())
    }

    fn asked(&self, id: BookingId, request: &Request, at: Timestamp) -> Result<Booking, Refusal> {
        if self.bookings.contains_key(&id) {
            return Err(Refusal::AskedBefore(id));
        }
        if request.wanted.is_empty() {
            return Err(Refusal::Nothing);
        }
        not_too_long(request)?;
        self.held_by(&request.wanted)?;
        Ok(Booking {
            request: request.clone(),
            asked_at: at,
            standing: Standing::Asked,
            holds: BTreeSet::new(),
            out: BTreeSet::new(),
            purpose: Purpose::Loan,
        })
    }

    fn held_by(&self, wanted: &BTreeSet<ResourceId>) -> Result<BTreeSet<&'i ResourceId>, Refusal> {
        self.inventory.held_by(wanted).map_err(Refusal::NoResource)
    }

    /// The booking after a change, if it may happen.
    fn after(
        &self,
        id: BookingId,
        before: &Booking,
        at: Timestamp,
        change: &Change,
    ) -> Result<Booking, Refusal> {
        let mut after = before.clone();
        match (before.standing, change) {
            (Standing::Asked, Change::Approve { passing }) => {
                after.holds = self.all_holds(&before.request)?;
                after.standing = Standing::Approved;
                self.may_hold(id, &after, passing.as_deref(), |_, asked_at| {
                    asked_at < (before.asked_at, id)
                })?;
            }
            (Standing::Asked, Change::Refuse { reason }) => {
                said(reason, "the reason")?;
                after.standing = Standing::Refused;
            }
            (Standing::Asked | Standing::Approved, Change::Cancel) => {
                after.standing = Standing::Cancelled;
                after.holds.clear();
            }
            (Standing::Approved | Standing::Out, Change::Extend { until, passing }) => {
                self.extend(before, &mut after, *until)?;
                let had = before.request.held();
                self.may_hold(id, &after, passing.as_deref(), |wanted, _| {
                    wanted.without(had).next().is_some()
                })?;
            }
            (Standing::Asked | Standing::Approved | Standing::Out, Change::Insure { until }) => {
                after.request.insured_until = Some(*until)
            }
            (Standing::Approved, Change::HandOver { condition })
                if before.purpose != Purpose::Repair =>
            {
                said(condition, "the condition")?;
                self.insured(before)?;
                self.at_hand(id, before, at)?;
                after.out = before
                    .holds
                    .iter()
                    .map(|hold| hold.resource.clone())
                    .collect();
                after.standing = Standing::Out;
            }
            (
                Standing::Out,
                Change::Return {
                    resources,
                    condition,
                    ..
                },
            ) => {
                said(condition, "the condition")?;
                self.give_back(&mut after, resources, at)?;
            }
            (standing, change) => {
                return Err(Refusal::Standing {
                    standing,
                    what: change.as_str(),
                });
            }
        }
        Ok(after)
    }

    fn all_holds(&self, request: &Request) -> Result<BTreeSet<Hold>, Refusal> {
        let span = request.held();
        let held = self.held_by(&request.wanted)?;
        Ok(held
            .into_iter()
            .map(|resource| Hold {
                resource: resource.clone(),
                span,
            })
            .collect())
    }

    /// Nobody else holds it, nobody is passed over without a reason, the insurance runs, no quota is exceeded.
    /// `first` tells of one who waits, by what both want of time and by its place, whether it would come first.
    fn may_hold(
        &self,
        id: BookingId,
        after: &Booking,
        passing: Option<&str>,
        first: impl Fn(Span, (Timestamp, BookingId)) -> bool,
    ) -> Result<(), Refusal> {
        for hold in &after.holds {
            let conflict = self
                .calendar
                .conflict([&hold.resource], hold.span, Some(id));
            if let Some(conflict) = conflict {
                return Err(Refusal::Taken(conflict));
            }
        }
        self.insured(after)?;
        if after.purpose != Purpose::Loan {
            return Ok(());
        }
        self.within_quota(id, after)?;
        if passing.is_some_and(|reason| !reason.trim().is_empty()) {
            return Ok(());
        }
        for waiting in self.waiting() {
            let booking = &self.bookings[&waiting];
            let comes_first = |span| first(span, (booking.asked_at, waiting));
            if waiting != id && self.share(after, booking).into_iter().any(comes_first) {
                return Err(Refusal::PassesOver(waiting));
            }
        }
        Ok(())
    }

    /// Whenever one who holds and one who waits want the same thing.
    fn share(&self, holds: &Booking, waits: &Booking) -> Vec<Span> {
        let wanted = self.inventory.known_by(&waits.request.wanted);
        let span = waits.request.held();
        holds
            .holds
            .iter()
            .filter(|hold| wanted.contains(&hold.resource))
            .filter_map(|hold| hold.span.common(span))
            .collect()
    }

    /// Whether all that a booking holds may leave now: its time has come, and nobody still has any of it.
    fn at_hand(&self, id: BookingId, booking: &Booking, at: Timestamp) -> Result<(), Refusal> {
        let held: BTreeSet<&ResourceId> = booking.holds.iter().map(|hold| &hold.resource).collect();
        for resource in held {
            let mut spans = booking
                .holds
                .iter()
                .filter(|hold| hold.resource == *resource);
            if !spans.any(|hold| hold.span.contains(at)) {
                return Err(Refusal::NotHeldNow(resource.clone()));
            }
            let still = self
                .bookings()
                .find(|(other, booking)| *other != id && booking.out.contains(resource));
            if let Some((by, _)) = still {
                return Err(Refusal::StillOut {
                    resource: resource.clone(),
                    by,
                });
            }
        }
        Ok(())
    }

    /// Whether the insurance runs until the last thing is back. The time of people needs none.
    fn insured(&self, booking: &Booking) -> Result<(), Refusal> {
        if booking.purpose != Purpose::Loan {
            return Ok(());
        }
        let needed = booking
            .holds
            .iter()
            .filter(|hold| {
                self.inventory
                    .resource(&hold.resource)
                    .is_none_or(|resource| resource.kind != Kind::Person)
            })
            .map(|hold| hold.span.until())
            .max();
        match (needed, booking.request.insured_until) {
            (Some(needed), covered) if covered.is_none_or(|until| until < needed) => {
                Err(Refusal::Uninsured { needed })
            }
            _ => Ok(()),
        }
    }

    /// Whether the applicant never holds more of a category at once than it may, counting all its bookings.
    fn within_quota(&self, id: BookingId, after: &Booking) -> Result<(), Refusal> {
        let span = after.request.held();
        for quota in self.quotas {
            let of_category = |hold: &&Hold| {
                let resource = self.inventory.resource(&hold.resource);
                resource.is_some_and(|resource| resource.category == quota.category)
            };
            if !after.holds.iter().any(|hold| of_category(&hold)) {
                continue;
            }
            let others = self.bookings().filter(|(other, booking)| {
                *other != id && booking.request.applicant == after.request.applicant
            });
            let holds: Vec<&Hold> = others
                .flat_map(|(_, booking)| &booking.holds)
                .chain(&after.holds)
                .filter(of_category)
                .collect();
            if most_at_once(&holds, span) > quota.most {
                return Err(Refusal::OverQuota {
                    category: quota.category.clone(),
                    most: quota.most,
                });
            }
        }
        Ok(())
    }

    /// Moves the end of what is still held.
    fn extend(
        &self,
        before: &Booking,
        after: &mut Booking,
        until: Timestamp,
    ) -> Result<(), Refusal> {
        let old = before.request.held();
        after.request.used =
            Span::new(before.request.used.from(), until).ok_or(Refusal::EndsBefore)?;
        not_too_long(&after.request)?;
        let new = after.request.held();
        // What came back or was lost keeps the end it has.
        after.holds = before
            .holds
            .iter()
            .filter_map(|hold| {
                let back = before.standing == Standing::Out && !before.out.contains(&hold.resource);
                let until = if hold.span.until() == old.until() && !back {
                    new.until()
                } else {
                    hold.span.until().min(new.until())
                };
                Some(Hold {
                    resource: hold.resource.clone(),
                    span: Span::new(hold.span.from(), until)?,
                })
            })
            .collect();
        Ok(())
    }

    /// What came back is free from the next whole hour on.
    fn give_back(
        &self,
        after: &mut Booking,
        resources: &BTreeSet<ResourceId>,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        if resources.is_empty() {
            return Err(Refusal::Nothing);
        }
        if let Some(missing) = resources.iter().find(|id| !after.out.contains(*id)) {
            return Err(Refusal::NotOut(missing.clone()));
        }
        // With a kit comes what of it is still out.
        let mut back = self.inventory.known_by(resources);
        back.retain(|id| after.out.contains(*id));
        let free = hour_not_before(at);
        after.out.retain(|id| !back.contains(id));
        after.holds = after
            .holds
            .iter()
            .filter_map(|hold| {
                let until = if back.contains(&hold.resource) {
                    hold.span.until().min(free)
                } else {
                    hold.span.until()
                };
                Some(Hold {
                    resource: hold.resource.clone(),
                    span: Span::new(hold.span.from(), until)?,
                })
            })
            .collect();
        if after.out.is_empty() {
            after.standing = Standing::Returned;
        }
        Ok(())
    }

    /// Operations and repairs take what they need from whoever holds it, one another excepted.
    fn take(
        &mut self,
        id: BookingId,
        mut asked: Booking,
        purpose: Purpose,
    ) -> Result<Effect, Refusal> {
        asked.holds = self.all_holds(&asked.request)?;
        asked.standing = Standing::Approved;
        asked.purpose = purpose;
        let span = asked.request.held();
        let mut taken = Vec::new();
        for hold in &asked.holds {
            for (held, by) in self.calendar.within(&hold.resource, span) {
                if self
                    .bookings
                    .get(&by)
                    .is_some_and(|booking| booking.purpose != Purpose::Loan)
                {
                    return Err(Refusal::Taken(Conflict {
                        resource: hold.resource.clone(),
                        by,
                        span: held,
                    }));
                }
                let whole = Hold {
                    resource: hold.resource.clone(),
                    span: held,
                };
                taken.push((by, whole));
            }
        }
        let lost = taken
            .iter()
            .filter_map(|(by, whole)| self.take_from(*by, whole, span, asked.asked_at))
            .collect();
        self.replace(id, asked)?;
        Ok(Effect { lost })
    }

    /// Takes a span out of a hold. What a booking that is over held in its last hour is no loss to it.
    fn take_from(
        &mut self,
        by: BookingId,
        whole: &Hold,
        span: Span,
        now: Timestamp,
    ) -> Option<Lost> {
        let booking = self.bookings.get_mut(&by)?;
        self.calendar.release(std::slice::from_ref(whole), by);
        booking.holds.remove(whole);
        for left in whole.span.without(span) {
            let left = Hold {
                resource: whole.resource.clone(),
                span: left,
            };
            // It was held by this booking a moment ago.
            if self.calendar.hold(left.clone(), by).is_ok() {
                booking.holds.insert(left);
            }
        }
        if !booking.is_active() {
            return None;
        }
        let later = |hold: &&Hold| hold.span.until() > span.from();
        let mut later = booking.holds.iter().filter(later);
        // What is taken now operations have, and bring back themselves; what they need later has to come back first.
        if span.from() <= now && !later.any(|hold| hold.resource == whole.resource) {
            booking.out.remove(&whole.resource);
        }
        let nothing_out = booking.standing == Standing::Out && booking.out.is_empty();
        if booking.holds.is_empty() || nothing_out {
            booking.standing = Standing::Recalled;
        }
        Some(Lost {
            booking: by,
            resource: whole.resource.clone(),
            span: whole.span.common(span)?,
        })
    }
}

/// Which of these bookings holds one of these things within a span, as a calendar shows it.
pub fn holder<'b>(
    bookings: &'b BTreeMap<BookingId, Booking>,
    things: &BTreeSet<&ResourceId>,
    span: Span,
) -> Option<(BookingId, &'b Booking)> {
    let holds = |hold: &Hold| things.contains(&hold.resource) && hold.span.overlaps(span);
    let mut all = bookings.iter().map(|(id, booking)| (*id, booking));
    all.find(|(_, booking)| booking.holds.iter().any(holds))
}

impl Booking {
    /// Whether something is still out though its time is over.
    pub fn is_late(&self, at: Timestamp) -> bool {
        let has_time = |id: &ResourceId| {
            let mut holds = self.holds.iter().filter(|hold| hold.resource == *id);
            holds.any(|hold| hold.span.until() > at)
        };
        self.standing == Standing::Out && !self.out.iter().all(has_time)
    }

    /// Whether it holds a thing at a moment.
    pub fn holds_at(&self, resource: &ResourceId, at: Timestamp) -> bool {
        let mut holds = self.holds.iter();
        self.is_active() && holds.any(|hold| hold.resource == *resource && hold.span.contains(at))
    }

    /// Whether it holds something now or will.
    fn is_active(&self) -> bool {
        matches!(self.standing, Standing::Approved | Standing::Out)
    }
}

fn not_too_long(request: &Request) -> Result<(), Refusal> {
    let held = request.held();
    if held.until().duration_since(held.from()) > LONGEST {
        Err(Refusal::TooLong)
    } else {
        Ok(())
    }
}

fn said(text: &str, what: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        Err(Refusal::Missing(what))
    } else {
        Ok(())
    }
}
