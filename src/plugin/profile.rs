//! Profiles: what each thread did, when, and for how long.
//!
//! A [`Profile`] gathers spans in memory and writes them as one file, `plugins/profile/<session>/<host>.xplane.pb`
//! in a logdir or below it. TensorBoard shows it under "Profile" where the Python package `xprof` is installed
//! beside it: pick the tool "Trace Viewer" there; the others, such as the overview that comes up first, find
//! nothing in it. No event file is needed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::files;
use crate::os;
use crate::proto::Message as _;
use crate::proto::xplane::XSpace;

mod xspace;

/// The plane that xprof shows as threads of the host. It leaves out planes of any other name than this and the
/// devices', without a word.
const HOST: &str = "/host:CPU";

/// The planes that xprof shows for devices that it does not know.
const DEVICE: &str = "/device:CUSTOM:";

/// A profile that is being recorded. Cheap to clone, to be used from many threads at once.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tfevents::plugin::profile::Profile;
///
/// let profile = Profile::new();
/// let main = profile.thread("main");
/// for step in 0..3 {
///     // Ends with the block.
///     let _step = main.span("step").stat("step_num", step);
///     let forward = main.span("forward");
///     // ...
///     drop(forward);
/// }
/// // What was measured elsewhere, counted from the start of the profile.
/// let queue = profile.device("accelerator", "queue 0");
/// queue.record("matmul", Duration::from_micros(120), Duration::from_micros(35)).stat("rows", 64);
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let file = profile.write(logdir, "first_steps")?;
/// assert!(file.starts_with(logdir.join("plugins/profile/first_steps")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Profile {
    shared: Arc<Shared>,
}

struct Shared {
    start: Instant,
    max_spans: u64,
    /// Spans that were recorded, and those that came when there was no more room.
    recorded: AtomicU64,
    dropped: AtomicU64,
    tracks: Mutex<Vec<Track>>,
}

/// One line of a profile: a thread, or a queue of a device. Cheap to clone.
#[derive(Clone)]
pub struct Track {
    inner: Arc<Inner>,
}

struct Inner {
    profile: Arc<Shared>,
    plane: String,
    name: String,
    /// One lock a track, so that threads that record on their own do not meet.
    records: Mutex<Records>,
}

#[derive(Default)]
struct Records {
    /// Names of spans and of stats, each stored once.
    names: Names,
    spans: Vec<Record>,
}

#[derive(Default)]
struct Names {
    ids: HashMap<Cow<'static, str>, usize>,
}

impl Names {
    fn id(&mut self, name: Cow<'static, str>) -> usize {
        let next = self.ids.len();
        *self.ids.entry(name).or_insert(next)
    }

    /// The names, each at its id.
    fn list(&self) -> Vec<&str> {
        let mut list = vec![""; self.ids.len()];
        for (name, &id) in &self.ids {
            list[id] = name;
        }
        list
    }
}

struct Record {
    name: usize,
    start: Duration,
    duration: Duration,
    stats: Vec<(usize, Stat)>,
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

impl Profile {
    /// How many spans a profile holds at most, by default. They take some 100 MB.
    pub const MAX_SPANS: u64 = 1_000_000;

    /// A profile that starts now.
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_spans(Self::MAX_SPANS)
    }

    /// A profile that starts now and holds no more spans than so many; later ones are
    /// [counted](Self::dropped) instead.
    #[must_use]
    pub fn with_max_spans(max_spans: u64) -> Self {
        Self {
            shared: Arc::new(Shared {
                start: Instant::now(),
                max_spans,
                recorded: AtomicU64::new(0),
                dropped: AtomicU64::new(0),
                tracks: Mutex::default(),
            }),
        }
    }

    /// The line of a thread. The same name gives the same line.
    #[must_use]
    pub fn thread(&self, name: &str) -> Track {
        self.track(HOST.to_owned(), name)
    }

    /// A line of a device of the user's, such as a queue.
    #[must_use]
    pub fn device(&self, device: &str, name: &str) -> Track {
        self.track(format!("{DEVICE}{device}"), name)
    }

    fn track(&self, plane: String, name: &str) -> Track {
        let mut tracks = lock(&self.shared.tracks);
        let known = tracks
            .iter()
            .find(|track| track.inner.plane == plane && track.inner.name == name);
        if let Some(track) = known {
            return track.clone();
        }
        let track = Track {
            inner: Arc::new(Inner {
                profile: self.shared.clone(),
                plane,
                name: name.to_owned(),
                records: Mutex::default(),
            }),
        };
        tracks.push(track.clone());
        track
    }

    /// The time since the profile started, from which spans count.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.shared.start.elapsed()
    }

    /// How many spans came when there was no more room. The file tells, too.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// All spans that have ended, as they are written to the file.
    #[must_use]
    pub fn to_xspace(&self) -> XSpace {
        let tracks = lock(&self.shared.tracks).clone();
        let dropped = self.dropped();
        let warning = (dropped > 0).then(|| {
            format!(
                "{dropped} spans are missing: a limit of {} was set",
                self.shared.max_spans
            )
        });
        XSpace {
            planes: xspace::planes(&tracks),
            warnings: warning.into_iter().collect(),
            hostnames: vec![files::host()],
            ..Default::default()
        }
    }

    /// Writes all spans that have ended to `<dir>/plugins/profile/<session>/<host>.xplane.pb`, and returns that
    /// path. `dir` is a run's directory or the logdir itself; the session is the name by which users pick the
    /// profile.
    ///
    /// # Errors
    ///
    /// A session that has a profile of this host already, because xprof would go on showing what it remembers
    /// of the old one; a session whose name is none for a directory; files that cannot be written; a profile
    /// of 2 GiB or more.
    pub fn write(&self, dir: impl AsRef<Path>, session: &str) -> Result<PathBuf> {
        if matches!(session, "" | "." | "..") || os::part_of_path(session) != session {
            return Err(Error::argument(format!(
                "a profile session cannot be called {session:?}: it becomes the name of a directory"
            )));
        }
        let dir = dir.as_ref().join("plugins/profile").join(session);
        let path = dir.join(format!("{}.xplane.pb", files::host()));
        if path.exists() {
            return Err(Error::argument(format!(
                "the profile session {session:?} has a profile of this host already: choose another name"
            ))
            .with_path(path));
        }
        let space = self.to_xspace();
        // A limit of protobuf's, not of ours.
        if i32::try_from(space.encoded_len()).is_err() {
            return Err(Error::argument(
                "a profile of 2 GiB or more cannot be read by any program: set a smaller limit of spans",
            ));
        }
        files::write_whole(&path, &space.encode_to_vec())?;
        Ok(path)
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::new()
    }
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
    /// [`Profile::elapsed`].
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
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("tracks", &*lock(&self.shared.tracks))
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
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

#[cfg(test)]
mod tests {
    use super::xspace::picoseconds;
    use super::*;
    use crate::proto::xplane::{XEvent, x_event, x_stat};

    const US: Duration = Duration::from_micros(1);

    #[test]
    fn lines_events_and_stats_refer_to_their_names() {
        let profile = Profile::new();
        let main = profile.thread("main");
        drop(main.record("inner", 3 * US, US));
        drop(
            main.record("step", 2 * US, 5 * US)
                .stat("step_num", 3)
                .stat("loss", 0.5),
        );
        drop(
            profile
                .thread("worker")
                .record("step", US, US)
                .stat("note", "é"),
        );
        drop(
            profile
                .thread("main")
                .record("inner", 9 * US, Duration::ZERO),
        );
        drop(
            profile
                .device("npu", "queue")
                .record("kernel", 4 * US, US)
                .stat("bytes", 7usize),
        );

        let space = profile.to_xspace();
        let names: Vec<_> = space
            .planes
            .iter()
            .map(|p| (p.id, p.name.as_str()))
            .collect();
        assert_eq!(names, [(1, "/device:CUSTOM:npu"), (2, "/host:CPU")]);
        let host = &space.planes[1];
        let lines: Vec<_> = host
            .lines
            .iter()
            .map(|l| (l.id, l.name.as_str(), l.timestamp_ns))
            .collect();
        assert_eq!(lines, [(1, "main", 0), (2, "worker", 0)]);
        let events: Vec<_> = host.lines[0]
            .events
            .iter()
            .map(|e| {
                (
                    host.event_metadata[&e.metadata_id].name.as_str(),
                    e.data,
                    e.duration_ps,
                )
            })
            .collect();
        let at = |ps| Some(x_event::Data::OffsetPs(ps));
        assert_eq!(
            events,
            [
                ("step", at(2_000_000), 5_000_000),
                ("inner", at(3_000_000), 1_000_000),
                ("inner", at(9_000_000), 0),
            ]
        );
        assert_eq!(host.event_metadata.len(), 2);
        let stats: Vec<_> = host.lines[0].events[0]
            .stats
            .iter()
            .map(|s| {
                (
                    host.stat_metadata[&s.metadata_id].name.as_str(),
                    s.value.clone(),
                )
            })
            .collect();
        assert_eq!(
            stats,
            [
                ("step_num", Some(x_stat::Value::Int64Value(3))),
                ("loss", Some(x_stat::Value::DoubleValue(0.5))),
            ]
        );
        let device = &space.planes[0].lines[0].events[0];
        assert_eq!(device.stats[0].value, Some(x_stat::Value::Uint64Value(7)));
        assert!(host.event_metadata.iter().all(|(id, m)| *id == m.id));
    }

    #[test]
    fn live_spans_nest_and_count_from_the_start() {
        let profile = Profile::new();
        let thread = profile.thread("t");
        let before = profile.elapsed();
        let outer = thread.span("outer");
        drop(thread.span("inner"));
        drop(outer);
        let unfinished = thread.span("unfinished");
        let space = profile.to_xspace();
        drop(unfinished);
        let [outer, inner] = &space.planes[0].lines[0].events[..] else {
            panic!("{space:?}");
        };
        let range = |event: &XEvent| {
            let Some(x_event::Data::OffsetPs(start)) = event.data else {
                panic!("{event:?}");
            };
            (start, start + event.duration_ps)
        };
        let ((outer_start, outer_end), (inner_start, inner_end)) = (range(outer), range(inner));
        assert!(picoseconds(before) <= outer_start && outer_start <= inner_start);
        assert!(inner_end <= outer_end && outer_end <= picoseconds(profile.elapsed()));
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let profile = Profile::with_max_spans(5);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let track = profile.thread(&format!("thread {thread}"));
                scope.spawn(move || {
                    for _ in 0..10 {
                        drop(track.record("x", US, US));
                    }
                });
            }
        });
        let space = profile.to_xspace();
        let spans: usize = space.planes[0].lines.iter().map(|l| l.events.len()).sum();
        assert_eq!((spans, profile.dropped()), (5, 35));
        assert!(
            space.warnings[0].starts_with("35 spans are missing"),
            "{:?}",
            space.warnings
        );
        assert!(Profile::new().to_xspace().warnings.is_empty());
    }

    #[test]
    fn a_session_is_written_once() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::new();
        drop(profile.thread("t").record("x", US, US));
        let path = profile.write(dir.path().join("run"), "first").unwrap();
        let written = XSpace::decode(&std::fs::read(&path).unwrap()[..]).unwrap();
        assert_eq!(written, profile.to_xspace());
        let again = profile
            .write(dir.path().join("run"), "first")
            .unwrap_err()
            .to_string();
        assert!(again.contains("choose another name"), "{again}");
        profile.write(dir.path().join("run"), "second").unwrap();
        for name in ["", ".", "..", "a/b", "a\\b"] {
            assert!(profile.write(dir.path(), name).is_err(), "{name:?}");
        }
    }
}
