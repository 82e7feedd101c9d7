//! What a file starts with.

use crate::error::Result;
use crate::proto::session_log::SessionStatus;
use crate::proto::{self, event::What};
use crate::types::WallTime;
use crate::writer::event_writer::EventWriter;

/// The first records of a file: its version, and where its session starts if that is of use.
///
/// TensorBoard's Python loader takes a `START` for a restart, and drops what is at its step and above, unless
/// it is the run's first one.
pub(crate) fn records(now: WallTime, start_step: Option<i64>, continues: bool) -> Result<Vec<u8>> {
    let start = |step: i64| proto::Event {
        wall_time: now.as_secs(),
        step,
        what: Some(What::SessionLog(proto::SessionLog {
            status: SessionStatus::Start as i32,
            ..Default::default()
        })),
        ..Default::default()
    };
    let starts = match (start_step, continues) {
        // The run's first, so that one of a later file is not, whoever writes that.
        (step, false) => vec![start(step.unwrap_or(0))],
        // Perhaps the run's first, because most writers write none; then the second one counts. Otherwise the
        // second one finds nothing left to drop.
        (Some(step), true) => vec![start(step), start(step)],
        // Nobody has said where this file takes over, and a guess could hide all of the others.
        (None, true) => Vec::new(),
    };
    let mut head = EventWriter::new(Vec::new(), now)?;
    for start in &starts {
        head.add_event(start)?;
    }
    Ok(head.into_inner())
}
