//! A run: the event files of one directory, read as one stream.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::reader::event_reader::{EventItem, EventReader};
use crate::reader::event_record::EventRecord;
use crate::reader::health::{Defect, Health};
use crate::reader::projector::Projector;
use crate::reader::source::EventFile;

/// The event files of one directory, in the order in which TensorBoard reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    pub(crate) files: Vec<PathBuf>,
    /// By file, the other names that the run has for it.
    pub(crate) other_names: BTreeMap<PathBuf, Vec<PathBuf>>,
    pub(crate) max_record: u64,
    pub(crate) defers: bool,
}

impl Run {
    /// The path of its directory relative to the logdir, `.` for the logdir itself. Bytes that are not UTF-8 appear
    /// as `\xNN`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The event files, in byte order of their paths, which is the order of their creation as writers name them. A
    /// file that has several names is here once, under the first of them: see [`paths`](Self::paths).
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The other names, hard or symbolic links, that the run has for one of its [`files`](Self::files).
    #[must_use]
    pub fn other_names(&self, file: &Path) -> &[PathBuf] {
        self.other_names.get(file).map_or(&[], Vec::as_slice)
    }

    /// All names of the event files: for each file the one it is read under, then its other names. Whoever moves,
    /// removes or replaces a run's files has to do so under all of these, or the run keeps the file.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents::Logdir;
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let [one, other] = ["a.tfevents", "b.tfevents"].map(|name| dir.path().join(name));
    /// std::fs::write(&one, "")?;
    /// std::fs::hard_link(&one, &other)?;
    /// let logdir = Logdir::open(dir.path())?;
    /// let run = &logdir.runs()[0];
    /// assert_eq!(run.files(), [one.clone()]);
    /// assert_eq!(run.paths().collect::<Vec<_>>(), [one, other]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().flat_map(|file| self.names(file))
    }

    /// All names of one of the [`files`](Self::files), its own first.
    pub(crate) fn names<'a>(&'a self, file: &'a Path) -> impl Iterator<Item = &'a Path> {
        let others = self.other_names(file).iter().map(PathBuf::as_path);
        std::iter::once(file).chain(others)
    }

    /// How many bytes of a record are held in memory when the run is read: see
    /// [`Logdir::max_record`](crate::Logdir::max_record).
    #[must_use]
    pub fn max_record(&self) -> u64 {
        self.max_record
    }

    /// The embeddings that were logged beside the event files, if any.
    ///
    /// # Errors
    ///
    /// As for [`Projector::open`].
    pub fn projector(&self) -> Result<Option<Projector>> {
        Projector::open(&self.dir)
    }

    /// Reads the events of all files, one after the other. At most one file is open at a time.
    #[must_use]
    pub fn read(&self) -> RunReader<'_> {
        RunReader {
            files: self.files.iter(),
            max_record: self.max_record,
            current: None,
        }
    }
}

/// Streams the events of a run's files, one after the other.
///
/// # Examples
///
/// ```
/// use tfevents::{Logdir, RunItem, SummaryWriter};
/// use tfevents::plugin::PointDecoder;
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let writer = SummaryWriter::new(logdir.join("exp1"))?;
/// writer.add_scalar("loss", 0.5, 1)?;
/// writer.close()?;
///
/// for run in Logdir::open(logdir)?.runs() {
///     let mut decoder = PointDecoder::default();
///     let mut reader = run.read();
///     while let Some(item) = reader.next_item()? {
///         match item {
///             RunItem::Event { event, .. } => {
///                 for point in decoder.points(&event.event) {
///                     println!("{} step {}: {:?}", run.name(), event.event.step, point?);
///                 }
///             }
///             RunItem::Damage { file, defect } => eprintln!("{}: {defect}", file.display()),
///             RunItem::Unreadable(error) => eprintln!("{error}"),
///             _ => {}
///         }
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RunReader<'r> {
    files: std::slice::Iter<'r, PathBuf>,
    max_record: u64,
    current: Option<(&'r Path, EventReader<EventFile>, bool)>,
}

/// What [`RunReader::next_item`] found.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunItem<'a> {
    /// An event.
    Event {
        /// The file it stands in.
        file: &'a Path,
        /// The event and its place.
        event: EventRecord<'a>,
    },
    /// Bytes without a usable event.
    Damage {
        /// The file they stand in.
        file: &'a Path,
        /// What is wrong.
        defect: Defect,
    },
    /// A file was read to its end.
    FileEnd {
        /// The file.
        file: &'a Path,
        /// Its state.
        health: &'a Health,
    },
    /// A file cannot be read (any further); the next ones can.
    Unreadable(Error),
}

impl RunReader<'_> {
    /// The next event, damage or end of a file; `None` after the last one.
    ///
    /// # Errors
    ///
    /// None at present: a file that cannot be read is a [`RunItem::Unreadable`].
    pub fn next_item(&mut self) -> Result<Option<RunItem<'_>>> {
        if self.current.as_ref().is_none_or(|(_, _, ended)| *ended) {
            let Some(path) = self.files.next() else {
                self.current = None;
                return Ok(None);
            };
            match EventReader::open(path) {
                Ok(reader) => {
                    let mut reader = reader.max_record(self.max_record);
                    reader.finish();
                    self.current = Some((path, reader, false));
                }
                Err(e) => {
                    self.current = None;
                    return Ok(Some(RunItem::Unreadable(e)));
                }
            }
        }
        let Some((file, reader, ended)) = &mut self.current else {
            return Ok(None);
        };
        Ok(Some(match reader.next_item() {
            Ok(EventItem::Event(event)) => RunItem::Event { file, event },
            Ok(EventItem::Damage(defect)) => RunItem::Damage { file, defect },
            Ok(EventItem::End(health)) => {
                *ended = true;
                RunItem::FileEnd { file, health }
            }
            Err(e) => {
                *ended = true;
                RunItem::Unreadable(e)
            }
        }))
    }
}
