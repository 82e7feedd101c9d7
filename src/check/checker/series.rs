//! What is remembered of a tag while a run is checked.

use std::num::NonZeroU64;
use std::sync::Arc;

use crate::check::Place;
use crate::check::dashboards::{About, Abouts};
use crate::check::facts::Curve;
use crate::event::{DataRef, MetadataRef};
use crate::plugin::Kind;
use crate::types::WallTime;

/// A tag so far. There may be as many as values.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) kind: Kind,
    /// Whether any value of it has a value.
    pub(super) valued: bool,
    /// Whether any of them leaves a trace on its chart.
    pub(super) drawn: bool,
    /// What the first metadata said.
    pub(super) about: Arc<About>,
    pub(super) points: u64,
    pub(super) last_step: i64,
    /// When it is in the last of its files.
    span: Span,
    /// What few tags have.
    first: First,
    found: Option<Box<Found>>,
}

/// Where the first value stands: in which file, and at which place. Of a scalar in its usual form it is not kept, because
/// that is listed by every loader.
type First = Option<Box<(usize, Place)>>;

/// What is still needed of a tag once all files are read.
#[derive(Debug)]
pub(super) struct Known {
    class: Class,
    /// What the first metadata said.
    pub(super) about: Arc<About>,
    first: First,
    found: Option<Box<Found>>,
}

#[derive(Clone, Copy, Debug)]
enum Class {
    Scalar(Curve),
    Other(Kind),
}

/// What is remarkable about a tag.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many values are missing or of a form that some loader does not show.
    pub(super) misformed: usize,
    /// How many sounds its steps have, least and most.
    pub(super) clips: Option<(usize, usize)>,
    /// The findings of its flaws in the present file, or in one before.
    pub(super) flaws: Vec<(&'static str, usize)>,
    pub(super) again: Again,
    /// When it is in other files than the last one.
    spans: Vec<Span>,
}

/// The findings of what is wrong with a value beside those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Again {
    pub(super) back: Option<usize>,
    pub(super) same: Option<usize>,
    pub(super) kinds: Option<usize>,
}

static NOTHING: Found = Found {
    misformed: 0,
    clips: None,
    flaws: Vec::new(),
    again: Again {
        back: None,
        same: None,
        kinds: None,
    },
    spans: Vec::new(),
};

impl Found {
    /// Whether it is a flaw of this code, among others.
    pub(super) fn has(&self, code: &str) -> bool {
        self.flaws.iter().any(|&(known, _)| known == code)
    }
}

/// The times at which a tag begins and ends in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) file: u32,
    pub(super) begin: f64,
    pub(super) end: f64,
}

impl Span {
    /// That of no time yet.
    fn none(file: usize) -> Self {
        Self {
            file: u32::try_from(file).unwrap_or(u32::MAX),
            begin: f64::INFINITY,
            end: f64::NEG_INFINITY,
        }
    }

    fn add(&mut self, wall_time: f64) {
        self.begin = self.begin.min(wall_time);
        self.end = self.end.max(wall_time);
    }
}

/// Where and when a value was logged.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) place: Place,
    pub(super) step: i64,
    pub(super) wall_time: WallTime,
}

impl Series {
    pub(super) fn new(
        at: Moment,
        file: usize,
        data: &DataRef<'_>,
        metadata: Option<MetadataRef<'_>>,
        abouts: &mut Abouts,
    ) -> Self {
        let mut series = Self {
            kind: Kind::of(data, metadata.unwrap_or_default()),
            valued: false,
            drawn: false,
            first: (metadata.is_some() || !matches!(data, DataRef::Simple(_)))
                .then(|| Box::new((file, at.place))),
            about: abouts.none(),
            points: 0,
            last_step: at.step,
            span: Span::none(file),
            found: None,
        };
        series.add(at, file, series.kind, metadata, abouts);
        series
    }

    pub(super) fn found(&self) -> &Found {
        self.found.as_deref().unwrap_or(&NOTHING)
    }

    pub(super) fn found_mut(&mut self) -> &mut Found {
        self.found.get_or_insert_default()
    }

    pub(super) fn add(
        &mut self,
        at: Moment,
        file: usize,
        kind: Kind,
        metadata: Option<MetadataRef<'_>>,
        abouts: &mut Abouts,
    ) {
        self.points += 1;
        self.last_step = at.step;
        if self.kind == Kind::Other {
            self.kind = kind;
        }
        if let Some(metadata) = metadata
            && self.about.plugin.is_empty()
        {
            self.about = abouts.of(metadata);
        }
        if !at.wall_time.is_finite() {
            return;
        }
        if self.span.file as usize != file {
            let before = std::mem::replace(&mut self.span, Span::none(file));
            if before.begin <= before.end {
                self.found_mut().spans.push(before);
            }
        }
        self.span.add(at.wall_time.as_secs());
    }

    /// What is left when all files were read.
    pub(super) fn known(self) -> Known {
        let class = match (self.kind, NonZeroU64::new(self.points)) {
            (Kind::Scalar, Some(points)) => Class::Scalar(Curve {
                points,
                last_step: self.last_step,
            }),
            (kind, _) => Class::Other(kind),
        };
        Known {
            class,
            about: self.about,
            first: self.first,
            found: self.found,
        }
    }

    /// When it is in each of its files, if there are several.
    pub(super) fn spans(&self) -> Vec<Span> {
        match &*self.found().spans {
            [] => Vec::new(),
            before => before.iter().copied().chain([self.span]).collect(),
        }
    }
}

impl Known {
    pub(super) fn found(&self) -> &Found {
        self.found.as_deref().unwrap_or(&NOTHING)
    }

    /// Where the first value stands: in which file, and at which place; not kept for most scalars.
    pub(super) fn first(&self) -> Option<(usize, Place)> {
        self.first.as_deref().copied()
    }

    pub(super) fn kind(&self) -> Kind {
        match self.class {
            Class::Scalar(_) => Kind::Scalar,
            Class::Other(kind) => kind,
        }
    }

    /// What it is to the dashboard of scalars.
    pub(super) fn curve(&self) -> Option<Curve> {
        match self.class {
            Class::Scalar(curve) => Some(curve),
            Class::Other(_) => None,
        }
    }
}
