//! How much of each series TensorBoard hides, and by which of its rules.

use std::sync::Arc;

use super::RunState;
use super::column::Storage;
use super::listing::Unlisted;
use super::seen::Seen;
use crate::plugin::Kind;

/// One series as TensorBoard's loaders see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hidden {
    pub(crate) tag: Arc<str>,
    pub(crate) kind: Kind,
    /// How many points it has.
    pub(crate) len: usize,
    pub(crate) fast: Result<Seen, Unlisted>,
    pub(crate) slow: Result<Seen, Unlisted>,
}

impl RunState {
    /// Every series and what is hidden of it.
    pub(crate) fn hidden(&self) -> Vec<Hidden> {
        let mut tags: Vec<_> = self.series().into_iter().map(|info| info.tag).collect();
        // A tag with a series in each form comes twice, one after the other.
        tags.dedup();
        tags.iter()
            .flat_map(|tag| {
                [Storage::Numbers, Storage::Places]
                    .into_iter()
                    .filter_map(|storage| self.hidden_of(tag, storage))
            })
            .collect()
    }

    fn hidden_of(&self, tag: &Arc<str>, storage: Storage) -> Option<Hidden> {
        let pieces = self.pieces(tag, storage);
        let first = pieces.first()?;
        let kinds = pieces.iter().map(|piece| piece.series.kind);
        Some(Hidden {
            tag: Arc::clone(tag),
            kind: kinds
                .clone()
                .find(|&kind| kind != Kind::Other)
                .unwrap_or(first.series.kind),
            len: pieces.iter().map(|piece| piece.series.steps.len()).sum(),
            fast: self.seen_fast(tag, storage, &pieces).map(Seen::count),
            slow: self.seen_slow(tag, storage, &pieces).map(Seen::count),
        })
    }
}
