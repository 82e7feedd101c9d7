//! The runs of one split.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::train::metric::store::Split;
use tfevents::{Result, SummaryWriter, names};

/// The scalar that says where epochs end.
pub(crate) const EPOCH: &str = "epoch";
/// What precedes the names of metrics in a split's run of epochs.
pub(crate) const BY_EPOCH: &str = "epoch/";

/// What a split's run is called.
pub(crate) fn name(split: &Split) -> String {
    match split {
        Split::Train => "train".to_owned(),
        Split::Valid => "valid".to_owned(),
        Split::Test(None) => "test".to_owned(),
        Split::Test(Some(name)) => format!("test/{}", names::component(name)),
    }
}

/// The directory of a split's run.
pub(crate) fn directory(logdir: &Path, split: &Split) -> PathBuf {
    logdir.join(name(split))
}

/// The directory of a split's run of epochs.
pub(crate) fn directory_of_epochs(logdir: &Path, split: &Split) -> PathBuf {
    directory(logdir, split).join("epochs")
}

/// How far a split got.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// Batches so far, over all epochs.
    pub(crate) batches: i64,
    /// The last epoch that ended.
    pub(crate) epoch: usize,
}

/// A split that is being logged.
#[derive(Debug)]
pub(crate) struct SplitRun {
    /// Values by batch.
    pub(crate) writer: SummaryWriter,
    /// Values by epoch. In a run of its own, because its steps are others.
    pub(crate) epochs: SummaryWriter,
    pub(crate) progress: Progress,
    /// The last text of each metric that is not a number.
    pub(crate) texts: BTreeMap<String, String>,
}

impl SplitRun {
    /// Goes on where the split is. What earlier files of the run hold beyond that, TensorBoard no longer shows.
    pub(crate) fn open(logdir: &Path, split: &Split, progress: Progress) -> Result<Self> {
        let next_epoch = progress.epoch.saturating_add(1);
        Ok(Self {
            writer: SummaryWriter::resume(directory(logdir, split), progress.batches + 1)?,
            epochs: SummaryWriter::resume(directory_of_epochs(logdir, split), next_epoch)?,
            progress,
            texts: BTreeMap::new(),
        })
    }

    pub(crate) fn close(&self) -> Result<()> {
        let closed = self.writer.close();
        closed.and(self.epochs.close())
    }
}
