//! What an edit is to do.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;

use crate::event::EventRef;
use crate::plugin::Kind;
use crate::plugin::custom_scalars::LAYOUT_TAG;
use crate::select::Selection;

type Test = Arc<dyn Fn(&str) -> bool + Send + Sync>;
type Rename = Arc<dyn Fn(&str, Kind) -> String + Send + Sync>;

/// Which values stay, and how they change. The default keeps everything as it is.
///
/// Where several thin out a series, they apply in this order: the selection, [`dedup`](Self::dedup) and
/// [`drop_rewound`](Self::drop_rewound), [`every`](Self::every), [`cap`](Self::cap).
#[derive(Clone, Default)]
pub struct Rules {
    pub(super) selection: Selection,
    dropped: Vec<Kind>,
    pub(super) dedup: bool,
    pub(super) drop_rewound: bool,
    pub(super) drop_repeated_metadata: bool,
    pub(super) last_layout: bool,
    pub(super) every: Option<NonZeroU64>,
    pub(super) cap: Option<u64>,
    pub(super) rename: Option<Rename>,
    scales: Vec<(f64, Test)>,
}

impl Rules {
    /// Keeps only what is chosen; its runs are the caller's business.
    #[must_use]
    pub fn select(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Drops series of these kinds.
    #[must_use]
    pub fn drop_kinds(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.dropped.extend(kinds);
        self
    }

    /// Keeps only the last of several values of a tag at one step. Needs a [`survey`](super::Editor::survey), and
    /// memory for every step of every tag.
    #[must_use]
    pub fn dedup(mut self) -> Self {
        self.dedup = true;
        self
    }

    /// Where the steps of a tag go back or repeat, as after a restart, drops its earlier values from that step
    /// on: what TensorBoard's fast loader does. Needs a [`survey`](super::Editor::survey).
    #[must_use]
    pub fn drop_rewound(mut self) -> Self {
        self.drop_rewound = true;
        self
    }

    /// Removes metadata that only repeats what the first value of the series said. Readers remember it.
    #[must_use]
    pub fn drop_repeated_metadata(mut self) -> Self {
        self.drop_repeated_metadata = true;
        self
    }

    /// Keeps only the last layout of charts, the only one that TensorBoard shows: it repeats those before. Needs a
    /// [`survey`](super::Editor::survey).
    #[must_use]
    pub fn last_layout(mut self) -> Self {
        self.last_layout = true;
        self
    }

    /// Keeps the first value of each tag and every `n`th after it.
    #[must_use]
    pub fn every(mut self, n: NonZeroU64) -> Self {
        self.every = Some(n);
        self
    }

    /// Keeps at most `n` values of each tag, evenly spread, the last one among them. Needs a
    /// [`survey`](super::Editor::survey).
    #[must_use]
    pub fn cap(mut self, n: u64) -> Self {
        self.cap = Some(n);
        self
    }

    /// Gives tags new names, by their old ones and the kinds of their first values. Tags that hyperparameters and chart
    /// layouts mention keep their old ones there.
    #[must_use]
    pub fn rename(mut self, name: impl Fn(&str, Kind) -> String + Send + Sync + 'static) -> Self {
        self.rename = Some(Arc::new(name));
        self
    }

    /// Multiplies the scalars of those tags, by their old names, of which `tags` approves. Where several of
    /// these approve of a tag, their factors multiply.
    ///
    /// Numbers keep the form in which they are stored, and 32-bit and 64-bit floats their type. Integers and
    /// truth values become 64-bit floats, and 16-bit floats 32-bit ones, so that nothing is lost.
    #[must_use]
    pub fn scale(
        mut self,
        factor: f64,
        tags: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.scales.push((factor, Arc::new(tags)));
        self
    }

    /// Whether an editor has to see all events before it edits the first one.
    #[must_use]
    pub fn need_survey(&self) -> bool {
        self.surveys_all() || self.last_layout
    }

    /// Whether that is about all tags.
    fn surveys_all(&self) -> bool {
        self.dedup || self.drop_rewound || self.cap.is_some()
    }

    /// Whether values of a tag have to be seen before the first one is edited.
    pub(super) fn surveys(&self, tag: &str) -> bool {
        self.surveys_all() || (self.last_layout && tag == LAYOUT_TAG)
    }

    /// How many values of a tag stay at most.
    pub(super) fn cap_of(&self, tag: &str) -> Option<u64> {
        if self.last_layout && tag == LAYOUT_TAG {
            Some(self.cap.map_or(1, |cap| cap.min(1)))
        } else {
            self.cap
        }
    }

    pub(super) fn wants(&self, kind: Kind, event: &EventRef<'_>) -> bool {
        self.selection.has_kind(kind)
            && !self.dropped.contains(&kind)
            && self.selection.has_step(event.step)
            && self.selection.has_time(event.wall_time)
    }

    /// What the scalars of a tag are multiplied by, where that makes a difference.
    pub(super) fn factor(&self, tag: &str) -> Option<f64> {
        let factors = self.scales.iter().filter(|(_, test)| test(tag));
        let product = factors.map(|&(factor, _)| factor).reduce(|a, b| a * b);
        product.filter(|&product| product != 1.0)
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factors = self.scales.iter().map(|(factor, _)| factor);
        f.debug_struct("Rules")
            .field("selection", &self.selection)
            .field("dropped", &self.dropped)
            .field("dedup", &self.dedup)
            .field("drop_rewound", &self.drop_rewound)
            .field("drop_repeated_metadata", &self.drop_repeated_metadata)
            .field("last_layout", &self.last_layout)
            .field("every", &self.every)
            .field("cap", &self.cap)
            .field("rename", &self.rename.as_ref().map(|_| "a function"))
            .field("scales", &factors.collect::<Vec<_>>())
            .finish()
    }
}
