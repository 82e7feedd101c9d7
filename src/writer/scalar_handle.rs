//! One scalar series, for the hottest loops.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::types::{At, IntoScalar, WallTime};
use crate::writer::backlog::Scalar;
use crate::writer::guard::TagId;
use crate::writer::summary::Inner;

/// Logs one scalar series; made by [`SummaryWriter::scalar`](crate::SummaryWriter::scalar).
///
/// The tag is looked up and checked once, and where a call is not told the wall time, it is that of the system's
/// last tick: up to 10 ms ago, at a fraction of the cost of the exact one. A handle keeps its writer open.
#[derive(Clone)]
pub struct ScalarHandle {
    writer: Arc<Inner>,
    tag: TagId,
}

impl ScalarHandle {
    pub(super) fn new(writer: Arc<Inner>, tag: TagId) -> Self {
        Self { writer, tag }
    }

    /// Logs a number, as [`add_scalar`](crate::SummaryWriter::add_scalar) does.
    ///
    /// # Errors
    ///
    /// A closed writer, and an earlier failure of the disk.
    #[inline]
    pub fn log(&self, value: impl IntoScalar, at: impl Into<At>) -> Result<()> {
        let at = at.into();
        let scalar = Scalar {
            wall_time: self.writer.wall_time(at, WallTime::coarse),
            step: at.step(),
            value: value.to_f32(),
        };
        self.writer.background.add_scalar(|_| Ok(self.tag), scalar)
    }
}

impl fmt::Debug for ScalarHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScalarHandle")
            .field("path", &self.writer.background.path())
            .field("tag", &self.tag)
            .finish()
    }
}
