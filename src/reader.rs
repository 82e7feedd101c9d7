//! Reads logdirs, runs and files: past damage, in constant memory, and as they grow.
//!
//! [`Logdir`] finds runs by TensorBoard's rules; [`Run::read`] streams a run's events file by file in constant
//! memory; [`EventReader`] reads one stream and can be asked again when it has grown. Nothing is dropped,
//! sampled or reordered on the way, and damage costs only what is damaged: it is reported in its place, and
//! in the file's [`Health`].

#[cfg(feature = "logdir")]
pub(crate) mod copies;
#[cfg(feature = "logdir")]
pub(crate) mod deferred;
mod event_reader;
pub(crate) mod event_record;
mod file_id;
#[cfg(feature = "logdir")]
pub(crate) mod follow;
mod foreign;
mod health;
#[cfg(feature = "logdir")]
mod logdir;
mod packed;
#[cfg(feature = "logdir")]
mod paths;
#[cfg(feature = "logdir")]
mod pieces;
mod projector;
mod reopened;
#[cfg(feature = "logdir")]
mod restarts;
#[cfg(feature = "logdir")]
mod run;
mod skim;
pub(crate) mod source;
#[cfg(feature = "logdir")]
mod tail;
mod values;
pub(crate) mod visit;
#[cfg(feature = "logdir")]
mod walk;
mod watch;
mod whole;

pub use crate::files::{check_local, is_event_file, path_text, read_text};
pub use event_reader::{EventItem, EventReader};
pub use event_record::EventRecord;
pub use file_id::FileId;
#[cfg(feature = "logdir")]
pub use follow::{Cursor, FileStatus, Follower, Progress};
#[cfg(feature = "logdir")]
pub use foreign::{Beside, beside, beside_and_others};
pub use foreign::{Content, Foreign};
pub use health::{Defect, DefectKind, Health};
#[cfg(feature = "logdir")]
pub use logdir::{Logdir, Root};
pub use projector::{Asset, Projector};
#[cfg(feature = "logdir")]
pub use restarts::{Restart, Restarts};
#[cfg(feature = "logdir")]
pub use run::{Run, RunItem, RunReader};
pub use skim::{SkimReader, SkimmedRecord};
pub use source::EventFile;
#[cfg(feature = "logdir")]
pub use tail::{Tail, TailItem};
pub use values::{KnownValue, KnownValues, plugin_of, stated_plugin};
pub use visit::{FollowItem, SkimVisitor, Visitor};
pub use watch::watch;
pub use whole::{Reading, skim, visit};
