//! Profiles of what each thread did and when, for the trace viewer.
//!
//! A [`Profile`] gathers spans in memory and writes them as one file, `plugins/profile/<session>/<host>.xplane.pb`
//! in a logdir or below it. TensorBoard shows it under "Profile" where the Python package `xprof` is installed
//! beside it: pick the tool "Trace Viewer" there; the others, such as the overview that comes up first, find
//! nothing in it. No event file is needed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::files;
use crate::proto::xplane::XSpace;
use crate::tags::Tags;

#[cfg(test)]
mod tests;
mod track;
mod xspace;

use track::{Inner, lock};

pub use track::{Span, Stat, Track};

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
/// use tfevents::Profile;
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
    tracks: Mutex<Tracks>,
}

/// Plane by plane, of which there are few. Lines may be many: one for each thread that ever was.
type Tracks = BTreeMap<String, Tags<Track>>;

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
        self.track(HOST, name)
    }

    /// A line of a device of the user's, such as a queue.
    #[must_use]
    pub fn device(&self, device: &str, name: &str) -> Track {
        self.track(&format!("{DEVICE}{device}"), name)
    }

    fn track(&self, plane: &str, name: &str) -> Track {
        let new = || Track {
            inner: Arc::new(Inner {
                profile: self.shared.clone(),
                plane: plane.to_owned(),
                name: name.to_owned(),
                records: Mutex::default(),
            }),
        };
        let mut tracks = lock(&self.shared.tracks);
        let lines = tracks.entry(plane.to_owned()).or_default();
        lines.entry(name, new).clone()
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
        let tracks: Vec<Track> = {
            let planes = lock(&self.shared.tracks);
            let lines = planes.values().flat_map(Tags::iter);
            lines.map(|(_, track)| track.clone()).collect()
        };
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
}

impl Default for Profile {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("tracks", &*lock(&self.shared.tracks))
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}
