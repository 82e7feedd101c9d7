//! How much of each series a policy hides, and by which of its rules.

use std::sync::Arc;

use super::RunState;
use super::view::Storage;
use crate::plugin::Kind;
use crate::proto::DataClass;
use crate::series::policy::Kept;

/// One series as TensorBoard's loaders see it. Counts are of points.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hidden {
    pub(crate) tag: Arc<str>,
    pub(crate) kind: Kind,
    pub(crate) plugin: String,
    pub(crate) len: usize,
    /// Whether there is any class for the series; if not, neither loader shows it.
    pub(crate) class: Option<DataClass>,
    /// Whether the tag's first value is stored in this form; if not, the series belongs to another one.
    pub(crate) first: bool,
    /// By the fast loader: discarded by later points, and of a form that it does not show.
    pub(crate) rewound: usize,
    pub(crate) form: usize,
    /// By the slow loader: discarded by a restart, and behind another one of the same step.
    pub(crate) restarted: usize,
    pub(crate) same_step: usize,
    /// What the loaders keep before sampling, at most.
    pub(crate) kept: usize,
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
        let len = pieces.iter().map(|piece| piece.series.steps.len()).sum();
        let metadata = pieces.iter().find_map(|p| p.series.metadata.as_deref());
        let mut hidden = Hidden {
            tag: Arc::clone(tag),
            kind: pieces
                .iter()
                .map(|piece| piece.series.kind)
                .find(|&kind| kind != Kind::Other)
                .unwrap_or(first.series.kind),
            plugin: metadata.map_or_else(String::new, |m| {
                crate::plugin::borrow(m).plugin_name.to_owned()
            }),
            len,
            class: None,
            first: self.is_first(tag, storage),
            rewound: 0,
            form: 0,
            restarted: 0,
            same_step: 0,
            kept: 0,
        };
        let Some((class, plugin)) = self.class(tag, storage) else {
            return Some(hidden);
        };
        hidden.class = Some(class);
        let mut kept = Kept::default();
        self.preempt(tag, storage, &mut kept);
        hidden.rewound = len - kept.len();
        let in_order = kept.len();
        kept.retain(|index| super::view::shown(&pieces, index, class, &plugin));
        hidden.form = in_order - kept.len();
        hidden.kept = kept.len();
        let mut kept = Kept::default();
        self.purge(tag, storage, &pieces, &mut kept);
        hidden.restarted = len - kept.len();
        let purged = kept.len();
        if class == DataClass::BlobSequence {
            kept.first_of_step();
        }
        hidden.same_step = purged - kept.len();
        hidden.kept = hidden.kept.max(kept.len());
        Some(hidden)
    }
}
