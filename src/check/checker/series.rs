//! What is remembered of a tag while a run is checked.

use crate::check::Place;
use crate::check::dashboards::About;
use crate::event::{DataRef, MetadataRef};
use crate::plugin::Kind;

/// A tag so far.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) kind: Kind,
    /// What the first metadata said.
    pub(super) about: About,
    /// Whether any value of it has a value.
    pub(super) valued: bool,
    /// How many sounds its steps have, least and most.
    pub(super) clips: Option<(usize, usize)>,
    /// The findings of its flaws in the present file, or in one before.
    pub(super) flaws: Vec<(&'static str, usize)>,
    /// Where the first value stands: in which file, and at which place.
    pub(super) first: (usize, Place),
    pub(super) points: u64,
    pub(super) last_step: i64,
    /// The files it is in, and the times at which it begins and ends there.
    pub(super) spans: Vec<(usize, f64, f64)>,
    pub(super) back: Option<usize>,
    pub(super) same: Option<usize>,
    pub(super) kinds: Option<usize>,
}

/// Where and when a value was logged.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) place: Place,
    pub(super) step: i64,
    pub(super) wall_time: f64,
}

impl Series {
    pub(super) fn new(
        at: Moment,
        file: usize,
        data: &DataRef<'_>,
        metadata: Option<MetadataRef<'_>>,
    ) -> Self {
        let mut series = Self {
            kind: Kind::of(data, metadata.unwrap_or_default()),
            about: About::default(),
            valued: false,
            clips: None,
            flaws: Vec::new(),
            first: (file, at.place),
            points: 0,
            last_step: at.step,
            spans: Vec::new(),
            back: None,
            same: None,
            kinds: None,
        };
        series.add(at, file, series.kind, metadata);
        series
    }

    pub(super) fn add(
        &mut self,
        at: Moment,
        file: usize,
        kind: Kind,
        metadata: Option<MetadataRef<'_>>,
    ) {
        self.points += 1;
        self.last_step = at.step;
        if self.kind == Kind::Other {
            self.kind = kind;
        }
        if let Some(metadata) = metadata
            && self.about.plugin.is_empty()
        {
            self.about = metadata.into();
        }
        if !at.wall_time.is_finite() {
            return;
        }
        match self.spans.last_mut() {
            Some((last, begin, end)) if *last == file => {
                *begin = begin.min(at.wall_time);
                *end = end.max(at.wall_time);
            }
            _ => self.spans.push((file, at.wall_time, at.wall_time)),
        }
    }
}
