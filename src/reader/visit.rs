//! What reading a file as it grows tells, and whom.

use crate::event::PlainScalar;
use crate::reader::event_record::EventRecord;
use crate::reader::health::Finding;

/// What a follower reports while it reads.
#[derive(Debug)]
#[non_exhaustive]
pub enum FollowItem<'a> {
    /// The file is another one than before, or was rewritten: what it brought is void, and it is read from
    /// its start.
    Replaced,
    /// An event.
    Event(EventRecord<'a>),
    /// Bytes without a usable event.
    Damage(Finding),
}

/// Takes in what a follower reads.
pub(crate) trait Visitor {
    /// Whether [`scalar`](Self::scalar) is to be asked at all.
    const SCALARS: bool;

    /// A scalar in its usual form. What is refused here comes as an event.
    fn scalar(&mut self, scalar: &PlainScalar<'_>) -> bool;

    /// Anything.
    fn item(&mut self, item: FollowItem<'_>);
}

impl Visitor for &mut dyn FnMut(FollowItem<'_>) {
    const SCALARS: bool = false;

    fn scalar(&mut self, _: &PlainScalar<'_>) -> bool {
        false
    }

    fn item(&mut self, item: FollowItem<'_>) {
        self(item);
    }
}
