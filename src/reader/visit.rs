//! What reading a file yields, and who receives it.

use std::convert::Infallible;

use crate::event::PlainScalar;
use crate::reader::event_record::EventRecord;
use crate::reader::health::Defect;
use crate::reader::skim::SkimmedRecord;

/// What reading a file yields.
#[derive(Debug)]
#[non_exhaustive]
pub enum FollowItem<'a> {
    /// The file was replaced or rewritten: what it brought is void, and it is read from
    /// its start.
    Replaced,
    /// An event.
    Event(EventRecord<'a>),
    /// Bytes without a usable event.
    Damage(Defect),
}

/// Takes in what is read of a file: by [`visit`](crate::reader::visit).
pub trait Visitor {
    /// What ends the reading before the end of the file.
    type Stop;

    /// Whether [`scalar`](Self::scalar) is to be asked at all.
    const SCALARS: bool = false;

    /// A scalar in its usual form, which costs half of what it does as an event. What is refused here, by `false`,
    /// comes as one.
    fn scalar(&mut self, _: &PlainScalar<'_>) -> bool {
        false
    }

    /// Anything else.
    ///
    /// # Errors
    ///
    /// Why nothing more is to be read.
    fn item(&mut self, item: FollowItem<'_>) -> Result<(), Self::Stop>;
}

/// A [`Visitor`] that makes do with events of which large bodies are missing, so that it can also take in what is
/// [skimmed](crate::reader::skim) of a file.
///
/// As a whole event is as good, its [`item`](Visitor::item) may pass each to [`skimmed`](Self::skimmed).
pub trait SkimVisitor: Visitor {
    /// An event. Whatever else there is comes to [`item`](Visitor::item).
    ///
    /// # Errors
    ///
    /// Why nothing more is to be read.
    fn skimmed(&mut self, record: SkimmedRecord<'_>) -> Result<(), Self::Stop>;
}

impl Visitor for &mut dyn FnMut(FollowItem<'_>) {
    type Stop = Infallible;

    fn item(&mut self, item: FollowItem<'_>) -> Result<(), Infallible> {
        self(item);
        Ok(())
    }
}
