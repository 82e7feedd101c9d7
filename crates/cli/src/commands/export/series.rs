//! Values series by series, ordered by tag: what a view is applied to, and what sorted tables are made of.
//!
//! One run at a time is in memory, its scalars in columns, all else as places in its files.

use anyhow::Result;
use tfevents::Selection;
use tfevents::state::RunState;

use super::family::Family;
use super::outlets::{Outlets, Reported};
use crate::input::loaded;
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use tfevents_analysis::view::View;
use tfevents_table::{Row, series};

/// What series are read, and how they are looked at.
pub(super) struct Series {
    pub(super) view: View,
    pub(super) selection: Selection,
    /// Whether points are wanted in order of steps.
    pub(super) sorted: bool,
}

impl Series {
    /// Hands every series of a run to the table.
    pub(super) fn run(
        &self,
        outlets: &mut Outlets<'_>,
        family: &Family,
        reporter: &Reporter,
    ) -> Result<()> {
        let load = |source: &Source| {
            let run = RunState::load(&source.run, &self.selection);
            loaded::report(&run, reporter);
            run
        };
        let runs: Vec<_> = family.sources().map(load).collect();
        let row = family.row();
        let mut row = row.filter(|row| self.selection.has_tag(row.tag));
        let series = runs.iter().flat_map(RunState::series);
        let mut tags: Vec<_> = series.map(|series| series.tag).collect();
        tags.sort_unstable_by(|a, b| super::names(self.sorted, a, b));
        // A tag that was used for numbers and for something else has two series.
        tags.dedup();
        for tag in tags {
            let is_before = |row: &mut Row<'_>| super::names(self.sorted, row.tag, tag).is_lt();
            if let Some(row) = row.take_if(is_before) {
                outlets.value(&row)?;
            }
            let mut reported = Reported {
                outlets: &mut *outlets,
                reporter,
            };
            for run in &runs {
                let name = &family.source.name;
                series::put(&mut reported, run, name, tag, &self.view, self.sorted)?;
            }
        }
        row.map_or(Ok(()), |row| outlets.value(&row))
    }
}
