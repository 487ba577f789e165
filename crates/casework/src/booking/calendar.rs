use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Span;
use crate::submission::{BookingId, ResourceId};

/// A resource that a booking holds for a span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hold {
    /// What is held.
    pub resource: ResourceId,
    /// For how long.
    pub span: Span,
}

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What is held.
    pub resource: ResourceId,
    /// By which booking.
    pub by: BookingId,
    /// For how long.
    pub span: Span,
}

/// What is held, when, and by which booking. Two holds of one resource never overlap.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// The holds of each resource by their first instant.
    held: BTreeMap<ResourceId, BTreeMap<Timestamp, (Timestamp, BookingId)>>,
}

impl Calendar {
    /// Whether any of these is held in the span by another booking than the one told: the earliest such hold of the
    /// first such resource. Every path asks this one function.
    pub fn conflict<'r>(
        &self,
        resources: impl IntoIterator<Item = &'r ResourceId>,
        span: Span,
        but: Option<BookingId>,
    ) -> Option<Conflict> {
        resources.into_iter().find_map(|resource| {
            self.within(resource, span)
                .find(|(_, by)| Some(*by) != but)
                .map(|(span, by)| Conflict {
                    resource: resource.clone(),
                    by,
                    span,
                })
        })
    }

    /// The holds of a resource that overlap a span, the earliest first.
    pub fn within(
        &self,
        resource: &ResourceId,
        span: Span,
    ) -> impl Iterator<Item = (Span, BookingId)> {
        let holds = self.held.get(resource);
        // Holds do not overlap: of those that begin before the span, only the last can reach into it.
        let first = holds
            .and_then(|holds| holds.range(..=span.from()).next_back())
            .map_or(span.from(), |(from, _)| *from);
        holds
            .into_iter()
            .flat_map(move |holds| holds.range(first..span.until()))
            .filter_map(|(from, (until, by))| Some((Span::new(*from, *until)?, *by)))
            .filter(move |(held, _)| held.overlaps(span))
    }

    /// Holds a resource for a booking, unless somebody does.
    ///
    /// # Errors
    /// What is held already, be it by the same booking.
    pub fn hold(&mut self, hold: Hold, by: BookingId) -> Result<(), Conflict> {
        if let Some(conflict) = self.conflict([&hold.resource], hold.span, None) {
            return Err(conflict);
        }
        self.held
            .entry(hold.resource)
            .or_default()
            .insert(hold.span.from(), (hold.span.until(), by));
        Ok(())
    }

    /// Lets go of everything that a booking holds of these holds.
    pub(super) fn release(&mut self, holds: &[Hold], by: BookingId) {
        for hold in holds {
            if let Some(held) = self.held.get_mut(&hold.resource)
                && held
                    .get(&hold.span.from())
                    .is_some_and(|(_, who)| *who == by)
            {
                held.remove(&hold.span.from());
            }
        }
    }
}
