//! What is known of the points of one tag.

use std::collections::HashMap;

use tfevents::Kind;

use super::Options;
use crate::mapping::best::{Best, Place};
use crate::names::Key;

/// A point as MLflow stores it: its step, its time in milliseconds, and its value.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stored {
    /// Its step.
    pub step: i64,
    /// Its time in milliseconds since 1970.
    pub timestamp: i64,
    /// Its value.
    pub value: f64,
}

impl Stored {
    /// A form in which equal points are equal. MLflow has no infinities, and one NaN.
    pub(super) fn key(self) -> (i64, i64, u64) {
        (self.step, self.timestamp, self.value_bits())
    }

    /// The same for its value.
    pub(super) fn value_bits(self) -> u64 {
        let value = match self.value {
            value if value.is_nan() => f64::NAN,
            // Zero has one sign there.
            0.0 => 0.0,
            value => value.clamp(f64::MIN, f64::MAX),
        };
        value.to_bits()
    }
}

/// The points of one tag, new or not.
#[derive(Debug)]
pub(crate) struct Series {
    pub(super) key: Key,
    pub(crate) points: u64,
    /// Whether some are of the run itself.
    is_own: bool,
    /// The values with the last step and, of these, the last time: one of them is what MLflow calls the latest.
    last: Option<(i64, i64)>,
    latest: Vec<f64>,
    /// All points, where all are compared.
    pub(super) all: Option<Vec<Stored>>,
    bests: Vec<(Best, Option<Place>)>,
}

/// How many values of one step and time are told apart.
const LATEST: usize = 100;

impl Series {
    fn new(tag: &str, options: &Options) -> Self {
        let bests = options.best.iter().filter(|best| best.tag() == tag);
        Self {
            key: Key::of(tag),
            points: 0,
            is_own: false,
            last: None,
            latest: Vec::new(),
            all: options.verify.then(Vec::new),
            bests: bests.map(|best| (best.clone(), None)).collect(),
        }
    }

    pub(super) fn add(&mut self, point: Stored, is_own: bool) {
        self.points += 1;
        self.is_own |= is_own;
        let at = Some((point.step, point.timestamp));
        if self.last < at {
            self.last = at;
            self.latest.clear();
        }
        if self.last == at && self.latest.len() < LATEST {
            self.latest.push(point.value);
        }
        if let Some(all) = &mut self.all {
            all.push(point);
        }
        let Stored {
            step,
            timestamp,
            value,
        } = point;
        let place = Place {
            value,
            step,
            timestamp,
        };
        for (best, known) in &mut self.bests {
            *known = best.better(*known, place);
        }
    }

    /// The points of which one is the latest.
    pub(super) fn latest(&self) -> impl Iterator<Item = Stored> {
        let last = self.last.into_iter();
        last.flat_map(|(step, timestamp)| {
            self.latest.iter().map(move |&value| Stored {
                step,
                timestamp,
                value,
            })
        })
    }

    /// The best values that were asked for.
    pub(super) fn bests(&self) -> impl Iterator<Item = (&Best, Place)> {
        self.bests
            .iter()
            .filter_map(|(best, place)| Some((best, (*place)?)))
    }
}

/// The series of a run by tag; `None` for those that are not wanted.
#[derive(Debug, Default)]
pub(crate) struct AllSeries(HashMap<String, Option<Series>>);

impl AllSeries {
    /// That of a tag, if it is wanted.
    pub(super) fn of(&mut self, tag: &str, options: &Options) -> Option<&mut Series> {
        if !self.0.contains_key(tag) {
            let is_wanted = options.has(Kind::Scalar) && (options.wants)(tag);
            let series = is_wanted.then(|| Series::new(tag, options));
            self.0.insert(tag.to_owned(), series);
        }
        self.0.get_mut(tag)?.as_mut()
    }

    /// Those that are wanted and have points, ordered by tag.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Series)> {
        let mut series: Vec<_> = self
            .0
            .iter()
            .filter_map(|(tag, series)| Some((&**tag, series.as_ref()?)))
            .filter(|(_, series)| series.points > 0)
            .collect();
        series.sort_unstable_by_key(|(tag, _)| *tag);
        series.into_iter()
    }

    /// Whether a tag has points.
    pub(super) fn has(&self, tag: &str) -> bool {
        let series = self.0.get(tag).and_then(Option::as_ref);
        series.is_some_and(|series| series.points > 0)
    }

    /// Whether a tag has points of the run itself.
    pub(super) fn is_own(&self, tag: &str) -> bool {
        let series = self.0.get(tag).and_then(Option::as_ref);
        series.is_some_and(|series| series.is_own)
    }
}
