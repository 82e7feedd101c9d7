//! The logger that burn is given.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::train::logger::MetricLogger;
use burn::train::metric::store::{EpochSummary, MetricsUpdate, Split};
use burn::train::metric::{MetricDefinition, NumericEntry};
use tfevents::{Error, Result, SummaryWriter};

use crate::resumed;
use crate::state::State;
use crate::values::Values;

/// Logs the metrics of a training for TensorBoard: see the [crate](crate).
///
/// Clones share what they log. Give one to burn, and keep one to [close](Self::close) it in the end, which returns what went
/// wrong: if the last clone is dropped instead, everything is written as well, but errors are lost.
#[derive(Clone)]
pub struct TensorBoardLogger {
    state: Arc<Mutex<State>>,
}

impl TensorBoardLogger {
    /// Logs a new training to runs below `logdir`. If it has runs of an earlier training, TensorBoard shows the new
    /// training instead; the old files are kept.
    ///
    /// # Errors
    ///
    /// A directory that cannot be created.
    pub fn new(logdir: impl AsRef<Path>) -> Result<Self> {
        let logdir = logdir.as_ref();
        std::fs::create_dir_all(logdir).map_err(at(logdir))?;
        let logdir = std::path::absolute(logdir).map_err(at(logdir))?;
        Ok(Self::of(State::new(logdir)))
    }

    /// Resumes after burn's checkpoint of `epoch`, as `SupervisedTraining::checkpoint(epoch)` does: in the same runs, with
    /// the steps counted on. TensorBoard shows the new points instead of those that were logged after that
    /// epoch. The values of earlier epochs are read back, for the choice of checkpoints and for early stopping; they
    /// are rounded to 32 bits. The runs of tests continue after their last step.
    ///
    /// # Errors
    ///
    /// A logdir with neither of the runs `train` and `valid`, runs in which that epoch did not end, and files that cannot be
    /// read.
    pub fn resume(logdir: impl AsRef<Path>, epoch: usize) -> Result<Self> {
        let logdir = logdir.as_ref();
        let logdir = std::path::absolute(logdir).map_err(at(logdir))?;
        let mut values = Values::default();
        let mut progress = HashMap::new();
        for split in [Split::Train, Split::Valid] {
            if let Some(at) = resumed::read(&logdir, &split, epoch, &mut values)? {
                progress.insert(split, at);
            }
        }
        if progress.is_empty() {
            return Err(Error::argument(format!(
                "cannot resume after epoch {epoch}: there are no runs `train` or `valid` here; check the path, or start \
                 anew with `TensorBoardLogger::new`"
            ))
            .with_path(logdir));
        }
        Ok(Self::of(State::resumed(logdir, progress, values)))
    }

    fn of(state: State) -> Self {
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Logs every `n`-th batch only; 0 counts as 1. The values of epochs are of all batches. It holds for all clones of the
    /// logger, so call it before the training starts.
    #[must_use]
    pub fn every(self, n: usize) -> Self {
        self.lock().every = n;
        self
    }

    /// The writer of a split's run, for whatever else belongs into it: images, histograms, text. Its step is
    /// [`batches`](Self::batches).
    ///
    /// # Errors
    ///
    /// A run that cannot be opened, and a closed logger.
    pub fn writer(&self, split: &Split) -> Result<SummaryWriter> {
        self.lock().run(split).map(|run| run.writer.clone())
    }

    /// How many batches of a split were seen so far, over all epochs.
    #[must_use]
    pub fn batches(&self, split: &Split) -> i64 {
        self.lock().batches(split)
    }

    /// What went wrong so far.
    ///
    /// # Errors
    ///
    /// What burn's calls failed with: their number and the first error, as [`ErrorKind::Sinks`](tfevents::ErrorKind::Sinks).
    pub fn problem(&self) -> Result<()> {
        self.lock().problem()
    }

    /// Writes what is left, and ends all runs.
    ///
    /// # Errors
    ///
    /// What went wrong during the training, which burn does not ask for: see [`problem`](Self::problem). Runs that could
    /// not be closed are added to it, with the reason of [`SummaryWriter::close`].
    pub fn close(&self) -> Result<()> {
        self.lock().close()
    }

    /// A panic elsewhere leaves the state whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Errors are kept for [`TensorBoardLogger::close`].
impl MetricLogger for TensorBoardLogger {
    /// Logs the values of a batch, or keeps those of an epoch for its end.
    fn log(&mut self, update: MetricsUpdate, epoch: usize, split: &Split) {
        let mut state = self.lock();
        let logged = state.log(update, epoch, split);
        state.keep(logged);
    }

    /// One entry for an epoch: the value that burn would compute from all of them.
    fn read_numeric(
        &mut self,
        name: &str,
        epoch: usize,
        split: &Split,
    ) -> std::result::Result<Vec<NumericEntry>, String> {
        Ok(self.lock().read(name, epoch, split))
    }

    /// Describes a metric in all runs, those that are opened later included.
    fn log_metric_definition(&mut self, definition: MetricDefinition) {
        let mut state = self.lock();
        let defined = state.define(definition);
        state.keep(defined);
    }

    /// Logs the values of the epoch.
    fn log_epoch_summary(&mut self, summary: EpochSummary) {
        let mut state = self.lock();
        let ended = state.end_epoch(&summary);
        state.keep(ended);
    }
}

impl fmt::Debug for TensorBoardLogger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TensorBoardLogger").finish_non_exhaustive()
    }
}

/// Says where the system failed.
fn at(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |e| Error::from(e).with_path(path)
}
