//! How events are buffered, and which of them may be left out.

use std::time::Duration;

/// What a logging call does when the buffer is full, because the disk does not keep up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFull {
    /// Waits for room: nothing is lost.
    #[default]
    Block,
    /// Leaves the event out and succeeds at once; [`SummaryWriter::dropped`](crate::SummaryWriter::dropped) counts them. That holds for points of
    /// series that continue: scalars, histograms, pictures, sounds and meshes. Nothing later stands for anything else,
    /// such as text, graphs, chart layouts and the beginning and end of a session: there are another 8 MiB for
    /// these, and only when those are full do they wait for room.
    Drop,
}

/// How events are to be buffered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buffering {
    pub(crate) capacity: usize,
    pub(crate) flush_interval: Duration,
    pub(crate) on_full: OnFull,
}

/// Whether an event may be left out when the backlog is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Importance {
    /// It is one of many in its series.
    OneOfMany,
    /// Nothing later stands for it: the end of a session, a graph, a layout.
    Unique,
}
