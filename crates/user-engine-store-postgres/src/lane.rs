//! The denial lane: how many denials may be on their way at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Bounds the denials under way and counts those refused.
#[derive(Debug)]
pub(crate) struct Lane {
    in_flight: AtomicUsize,
    in_flight_max: usize,
    refused: AtomicU64,
}

impl Lane {
    pub(crate) const fn new(in_flight_max: usize) -> Self {
        Self {
            in_flight: AtomicUsize::new(0),
            in_flight_max,
            refused: AtomicU64::new(0),
        }
    }

    /// A place in the lane until it is dropped; `None`, counted, when the lane is full.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<Place> {
        let max = self.in_flight_max;
        let raise = |now: usize| (now < max).then_some(now + 1);
        let entered = self
            .in_flight
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, raise);
        if entered.is_err() {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(Place(Arc::clone(self)))
    }

    /// How many were refused since the store was made.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// A place in the lane, given back when dropped, also by a dropped future.
#[derive(Debug)]
pub(crate) struct Place(Arc<Lane>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_lane_refuses_and_counts_until_a_place_is_given_back() {
        let lane = Arc::new(Lane::new(2));
        let (one, two) = (lane.enter(), lane.enter());
        assert!(one.is_some() && two.is_some() && lane.enter().is_none());
        drop(one);
        assert!(lane.enter().is_some());
        assert_eq!(lane.refused(), 1);
    }
}
