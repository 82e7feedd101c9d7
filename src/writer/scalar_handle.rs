//! One scalar series, for the hottest loops.

use std::fmt;

use crate::error::Result;
use crate::plugin::Kind;
use crate::types::{At, IntoScalar, WallTime};
use crate::writer::backlog::Scalar;
use crate::writer::guard::{Guard, TagId};
use crate::writer::summary::SummaryWriter;

/// Logs one scalar series; made by [`SummaryWriter::scalar`](crate::SummaryWriter::scalar).
///
/// The tag is looked up and checked once, and where a call is not told the wall time, it is that of the system's
/// last tick: up to 10 ms ago, at a fraction of the cost of the exact one. A handle keeps its writer open.
#[derive(Clone)]
pub struct ScalarHandle {
    writer: SummaryWriter,
    tag: TagId,
}

impl SummaryWriter {
    /// A handle for logging one scalar series with the least work a call.
    ///
    /// # Errors
    ///
    /// An empty tag, and a tag of another kind.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = tfevents::SummaryWriter::new(dir.path())?;
    /// let loss = writer.scalar("train/loss")?;
    /// for step in 0..1000 {
    ///     loss.log(1.0 / f64::from(step + 1), step)?;
    /// }
    /// # writer.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scalar(&self, tag: &str) -> Result<ScalarHandle> {
        let admit = |guard: &mut Guard| guard.admit(tag, Kind::Scalar);
        let tag = self.inner.background.queue().ask(admit)?;
        Ok(ScalarHandle {
            writer: self.clone(),
            tag,
        })
    }
}

impl ScalarHandle {
    /// Logs a number, as [`add_scalar`](crate::SummaryWriter::add_scalar) does.
    ///
    /// # Errors
    ///
    /// A time that is not finite, a closed writer, and an earlier failure of the disk.
    #[inline]
    pub fn log(&self, value: impl IntoScalar, at: impl Into<At>) -> Result<()> {
        let at = at.into();
        let scalar = Scalar {
            wall_time: self.writer.inner.wall_time(at, WallTime::coarse)?,
            step: at.step(),
            value: value.to_f32(),
        };
        self.writer
            .inner
            .background
            .queue()
            .add_scalar(|_| Ok(self.tag), scalar)
    }
}

impl fmt::Debug for ScalarHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScalarHandle")
            .field("path", &self.writer.path())
            .field("tag", &self.tag)
            .finish()
    }
}
