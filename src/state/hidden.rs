//! How much of each series TensorBoard hides, and by which of its rules.

use super::RunState;
use super::datum::Storage;
use super::listing::Unlisted;
use super::seen::Seen;
use crate::plugin::Kind;

/// One series as TensorBoard's loaders see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hidden<'a> {
    pub(crate) tag: &'a str,
    pub(crate) kind: Kind,
    /// How many points it has.
    pub(crate) len: usize,
    pub(crate) fast: Result<Seen, Unlisted>,
    pub(crate) slow: Result<Seen, Unlisted>,
}

impl RunState {
    /// Every series and what is hidden of it.
    pub(crate) fn hidden(&self) -> impl Iterator<Item = Hidden<'_>> {
        let mut last = None;
        self.sorted()
            .map(|(tag, series)| (tag, series.storage()))
            .filter(move |&next| last.replace(next) != Some(next))
            .filter_map(|(tag, storage)| self.hidden_of(tag, storage))
    }

    fn hidden_of<'a>(&'a self, tag: &'a str, storage: Storage) -> Option<Hidden<'a>> {
        let pieces = self.pieces(tag, storage);
        let first = pieces.first()?;
        let kinds = pieces.iter().map(|piece| piece.series.kind);
        Some(Hidden {
            tag,
            kind: kinds
                .clone()
                .find(|&kind| kind != Kind::Other)
                .unwrap_or(first.series.kind),
            len: pieces.iter().map(|piece| piece.series.len()).sum(),
            fast: self.seen_fast(tag, storage, &pieces).map(Seen::count),
            slow: self.seen_slow(tag, storage, &pieces).map(Seen::count),
        })
    }
}
