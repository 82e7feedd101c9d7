//! The layout of charts that a run has so far: the user's, and those of its groups of scalars.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::plugin::custom_scalars::{Chart, ChartLayout};
use crate::proto::{self, event::What};
use crate::types::WallTime;
use crate::writer::framed::framed;

/// The category of the charts that `add_scalars` makes. It is the same in every run, because of categories
/// that the first run lacks TensorBoard shows the charts of one run only.
const SCALARS_CATEGORY: &str = "scalars";

/// TensorBoard takes a run's last layout, so each one must hold everything that went before.
#[derive(Debug, Default)]
pub(crate) struct Charts {
    /// What the user asked for.
    layout: ChartLayout,
    /// The names that were logged together, by main tag. Their order is the alphabet's and not that of their
    /// coming, so that all runs have the same charts, and TensorBoard shows them once.
    groups: BTreeMap<String, BTreeSet<String>>,
}

impl Charts {
    /// Takes the user's charts over.
    pub(crate) fn add(&mut self, layout: &ChartLayout) {
        self.layout.merge(layout);
    }

    /// Takes over which scalars were logged together, and says whether that is news.
    pub(crate) fn add_group<'n>(
        &mut self,
        main_tag: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> bool {
        if !self.groups.contains_key(main_tag) {
            self.groups.insert(main_tag.to_owned(), BTreeSet::new());
        }
        let Some(known) = self.groups.get_mut(main_tag) else {
            return false;
        };
        let before = known.len();
        for name in names {
            if !known.contains(name) {
                known.insert(name.to_owned());
            }
        }
        known.len() > before
    }

    /// All of it. A chart of the user's comes before one of the same title that would be made for a group.
    pub(crate) fn layout(&self) -> ChartLayout {
        let mut layout = self.layout.clone();
        if self.groups.is_empty() {
            return layout;
        }
        let category = layout.category_titled(SCALARS_CATEGORY);
        let charts = category.charts.iter();
        let taken: BTreeSet<_> = charts.map(|chart| chart.title.clone()).collect();
        for (main_tag, names) in &self.groups {
            if !taken.contains(main_tag) {
                let tags = names.iter().map(|name| format!("{main_tag}/{name}"));
                category.charts.push(Chart::multiline(main_tag, tags));
            }
        }
        layout
    }

    /// The same as a record. At step 0 always, so that a layout is never taken for a step back.
    pub(crate) fn record(&self, wall_time: WallTime) -> Result<Vec<u8>> {
        let value = vec![self.layout().to_value()];
        framed(&proto::Event {
            wall_time: wall_time.as_secs(),
            what: Some(What::Summary(proto::Summary { value })),
            ..Default::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::custom_scalars::Category;

    #[test]
    fn the_layout_is_the_union_whatever_the_order() {
        let mut charts = Charts::default();
        assert!(charts.add_group("loss", ["b", "a"]));
        assert!(!charts.add_group("loss", ["a"]));
        assert!(charts.add_group("loss", ["c", "a"]));
        assert!(charts.add_group("acc", ["a"]));
        let mine = Category::new("mine").chart(Chart::multiline("x", ["y"]));
        charts.add(&ChartLayout::new().category(mine.clone()));
        let expected = ChartLayout::new().category(mine).category(
            Category::new("scalars")
                .chart(Chart::multiline("acc", ["acc/a"]))
                .chart(Chart::multiline("loss", ["loss/a", "loss/b", "loss/c"])),
        );
        assert_eq!(charts.layout(), expected);
    }

    #[test]
    fn the_users_own_chart_comes_first() {
        let mut charts = Charts::default();
        charts.add_group("loss", ["a"]);
        let own = Category::new(SCALARS_CATEGORY).chart(Chart::matching("loss", ["loss/.*"]));
        let layout = ChartLayout::new().category(own);
        charts.add(&layout);
        assert_eq!(charts.layout(), layout);
    }
}
