//! Recording: lines, and the spans on them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Shared;

/// One line of a profile: a thread, or a queue of a device. Cheap to clone.
#[derive(Clone)]
pub struct Track {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) profile: Arc<Shared>,
    pub(super) plane: String,
    pub(super) name: String,
    /// One lock a track, so that threads that record on their own do not meet.
    pub(super) records: Mutex<Records>,
}

#[derive(Default)]
pub(super) struct Records {
    /// Names of spans and of stats, each stored once.
    pub(super) names: Names,
    pub(super) spans: Vec<Record>,
}

#[derive(Default)]
pub(super) struct Names {
    pub(super) ids: HashMap<Cow<'static, str>, usize>,
}

impl Names {
    fn id(&mut self, name: Cow<'static, str>) -> usize {
        let next = self.ids.len();
        *self.ids.entry(name).or_insert(next)
    }

    /// The names, each at its id.
    pub(super) fn list(&self) -> Vec<&str> {
        let mut list = vec![""; self.ids.len()];
        for (name, &id) in &self.ids {
            list[id] = name;
        }
        list
    }
}

pub(super) struct Record {
    pub(super) name: usize,
    pub(super) start: Duration,
    pub(super) duration: Duration,
    pub(super) stats: Vec<(usize, Stat)>,
}

/// A span that is being recorded: it enters the profile when it is dropped.
pub struct Span {
    track: Track,
    name: Cow<'static, str>,
    start: Duration,
    /// Or it lasts until it is dropped.
    duration: Option<Duration>,
    stats: Vec<(Cow<'static, str>, Stat)>,
}

/// A value that stands beside a span; plain values convert by themselves.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Stat {
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
}

macro_rules! stat_from {
    ($($t:ty => $to:expr),* $(,)?) => {$(
        impl From<$t> for Stat {
            fn from(value: $t) -> Self {
                $to(value)
            }
        }
    )*};
}
stat_from! {
    i32 => |v: i32| Self::Int(v.into()),
    i64 => Self::Int,
    u32 => |v: u32| Self::Uint(v.into()),
    u64 => Self::Uint,
    usize => |v: usize| Self::Uint(v as u64),
    f32 => |v: f32| Self::Float(v.into()),
    f64 => Self::Float,
    &str => |v: &str| Self::Text(v.to_owned()),
    String => Self::Text,
}

impl Track {
    /// A span that starts now and ends when it is dropped.
    #[must_use = "a span ends when it is dropped"]
    pub fn span(&self, name: impl Into<Cow<'static, str>>) -> Span {
        Span {
            track: self.clone(),
            name: name.into(),
            start: self.inner.profile.start.elapsed(),
            duration: None,
            stats: Vec::new(),
        }
    }

    /// A span that was measured elsewhere; `start` counts from the start of the profile, see
    /// [`Profile::elapsed`](super::Profile::elapsed).
    pub fn record(
        &self,
        name: impl Into<Cow<'static, str>>,
        start: Duration,
        duration: Duration,
    ) -> Span {
        Span {
            track: self.clone(),
            name: name.into(),
            start,
            duration: Some(duration),
            stats: Vec::new(),
        }
    }
}

impl Span {
    /// Adds a value that is listed when the span is selected. Names that xprof has a use of its own for, such
    /// as `flops`, are not listed.
    pub fn stat(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Stat>) -> Self {
        self.stats.push((name.into(), value.into()));
        self
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let inner = &self.track.inner;
        let profile = &inner.profile;
        let duration = self
            .duration
            .unwrap_or_else(|| profile.start.elapsed().saturating_sub(self.start));
        if profile.recorded.fetch_add(1, Ordering::Relaxed) >= profile.max_spans {
            profile.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let mut records = lock(&inner.records);
        let stats = std::mem::take(&mut self.stats)
            .into_iter()
            .map(|(name, stat)| (records.names.id(name), stat))
            .collect();
        let record = Record {
            name: records.names.id(std::mem::take(&mut self.name)),
            start: self.start,
            duration,
            stats,
        };
        records.spans.push(record);
    }
}

/// A panic elsewhere must not end the recording: what is behind the locks is never half changed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Track")
            .field("plane", &self.inner.plane)
            .field("name", &self.inner.name)
            .field("spans", &lock(&self.inner.records).spans.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span")
            .field("name", &self.name)
            .field("start", &self.start)
            .field("duration", &self.duration)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}
