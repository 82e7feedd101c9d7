//! Reading: from a logdir to typed points, whatever state its files are in.
//!
//! [`Logdir`] finds runs by TensorBoard's rules; [`Run::read`] streams a run's events file by file in constant
//! memory; [`EventReader`] reads one stream and can be asked again when it has grown. Nothing is dropped,
//! sampled or reordered on the way, and damage costs only what is damaged: it is reported in its place, and
//! in the file's [`Health`].

pub(crate) mod copies;
mod event_reader;
pub(crate) mod event_record;
mod file_id;
pub(crate) mod follow;
mod foreign;
mod health;
mod logdir;
mod packed;
mod paths;
mod pieces;
mod projector;
mod reopened;
mod restarts;
mod run;
mod skim;
mod source;
mod tail;
mod values;
pub(crate) mod visit;
mod walk;
mod whole;

pub use crate::files::{check_local, is_event_file, path_text};
pub use event_reader::{EventItem, EventReader};
pub use event_record::{EventRecord, SizedValue, SizedValues};
pub use file_id::FileId;
pub use follow::{Cursor, FileStatus, Follower, Progress};
pub use foreign::{Beside, Content, Foreign, beside};
pub use health::{Finding, Health, Problem};
pub use logdir::{Logdir, Root};
pub use projector::{Asset, Projector};
pub use restarts::{Restart, Restarts};
pub use run::{Run, RunItem, RunReader};
pub use skim::SkimReader;
pub use source::EventFile;
pub use tail::{Tail, TailItem};
pub use values::{KnownValue, KnownValues, plugin_of, stated_plugin};
pub use visit::{FollowItem, Visitor};
pub use whole::{Events, Reading, visit};
