//! The logger that burn is given.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::train::logger::MetricLogger;
use burn::train::metric::store::{EpochSummary, MetricsUpdate, Split};
use burn::train::metric::{MetricDefinition, NumericEntry};
use tfevents::{Result, SummaryWriter};

use crate::resumed;
use crate::state::State;
use crate::values::Values;

/// Logs the metrics of a training for TensorBoard: see the [crate](crate).
///
/// Clones share what they log. Give one to burn, and keep one to [close](Self::close) it in the end, which tells whether
/// everything was logged.
#[derive(Clone)]
pub struct TensorBoardLogger {
    state: Arc<Mutex<State>>,
}

impl TensorBoardLogger {
    /// Logs a new training to runs below `logdir`. If it has runs of an earlier training, TensorBoard shows the new
    /// one instead; the files stay.
    ///
    /// # Errors
    ///
    /// A directory that cannot be created.
    pub fn new(logdir: impl AsRef<Path>) -> Result<Self> {
        let logdir = absolute(logdir.as_ref())?;
        Ok(Self::of(State::new(
            logdir,
            HashMap::new(),
            Values::default(),
        )))
    }

    /// Goes on after burn's checkpoint of `epoch`, as `SupervisedTraining::checkpoint(epoch)` does: in the same runs, with
    /// the steps counted on. TensorBoard shows the new points instead of those that were logged after that
    /// epoch. The values of earlier epochs are read back, for the choice of checkpoints and for early stopping; they
    /// are rounded to 32 bits.
    ///
    /// # Errors
    ///
    /// Runs in which that epoch did not end, and files that cannot be read.
    pub fn resume(logdir: impl AsRef<Path>, epoch: usize) -> Result<Self> {
        let logdir = absolute(logdir.as_ref())?;
        let mut values = Values::default();
        let mut progress = HashMap::new();
        for split in [Split::Train, Split::Valid] {
            if let Some(at) = resumed::read(&logdir, &split, epoch, &mut values)? {
                progress.insert(split, at);
            }
        }
        Ok(Self::of(State::new(logdir, progress, values)))
    }

    fn of(state: State) -> Self {
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Logs every `n`-th batch only; 0 counts as 1. The values of epochs are of all batches.
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

    /// How many batches of a split were logged so far: the step of its next point, less one.
    #[must_use]
    pub fn batches(&self, split: &Split) -> i64 {
        self.lock().batches(split)
    }

    /// What went wrong so far.
    ///
    /// # Errors
    ///
    /// The first error, with the number of updates that could not be logged.
    pub fn problem(&self) -> Result<()> {
        self.lock().problem()
    }

    /// Writes what is left, and ends all runs.
    ///
    /// # Errors
    ///
    /// What went wrong during the training, which burn is not told: see [`problem`](Self::problem). Otherwise as for
    /// [`SummaryWriter::close`].
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

    fn log_metric_definition(&mut self, definition: MetricDefinition) {
        let mut state = self.lock();
        let defined = state.define(definition);
        state.keep(defined);
    }

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

/// The directory, which is made where needed, wherever the process goes later.
fn absolute(logdir: &Path) -> Result<std::path::PathBuf> {
    let failed = |e: std::io::Error| tfevents::Error::from(e).with_path(logdir);
    std::fs::create_dir_all(logdir).map_err(failed)?;
    std::path::absolute(logdir).map_err(failed)
}
