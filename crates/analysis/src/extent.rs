//! Selects runs by how much they hold and how old they are.

use std::convert::Infallible;

use tfevents::Number;
use tfevents::plugin::PointDecoder;
use tfevents::reader::{FollowItem, Visitor};

use crate::condition::Bound;

/// How much a run holds, and until when: takes in the events of its files, in order.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    points: u64,
    last_time: Option<f64>,
    decoder: PointDecoder,
}

impl Extent {
    /// How many values of all kinds there are.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.points
    }

    /// The latest wall time of any event, in seconds since the Unix epoch.
    #[must_use]
    pub fn last_time(&self) -> Option<f64> {
        self.last_time
    }
}

impl Visitor for Extent {
    type Stop = Infallible;

    fn item(&mut self, item: FollowItem<'_>) -> Result<(), Infallible> {
        if let FollowItem::Event(record) = item {
            let time = record.event.wall_time.as_secs();
            // Not where it is none, as NaN is.
            if time > self.last_time.unwrap_or(f64::NEG_INFINITY) {
                self.last_time = Some(time);
            }
            self.points += self.decoder.points(&record.event).flatten().count() as u64;
        }
        Ok(())
    }
}

/// Which runs are selected by their extent; all where nothing is asked for.
///
/// # Examples
///
/// ```
/// use tfevents_analysis::extent::ByExtent;
///
/// let old_and_small = ByExtent { points: Some("<100".parse()?), before: Some(1.7e9) };
/// assert!(old_and_small.selects(99, 1.6e9));
/// assert!(!old_and_small.selects(100, 1.6e9) && !old_and_small.selects(99, 1.8e9));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ByExtent {
    /// What the number of values has to be.
    pub points: Option<Bound>,
    /// The time before which the last event has to be, in seconds since the Unix epoch.
    pub before: Option<f64>,
}

impl ByExtent {
    /// Whether it selects a run with so many values and a last event at this time.
    #[must_use]
    pub fn selects(&self, points: u64, last_time: f64) -> bool {
        let enough = |bound: Bound| bound.holds(Number::U64(points));
        self.points.is_none_or(enough) && self.before.is_none_or(|before| last_time < before)
    }
}
