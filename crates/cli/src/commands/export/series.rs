//! Values series by series, ordered by tag: what a view is applied to, and what sorted tables are made of.
//!
//! One run at a time is in memory, its scalars in columns, all else as places in its files.

use anyhow::Result;
use tfevents::Selection;
use tfevents::state::{BlobPoint, RunState};

use super::family::Family;
use super::outlets::Outlets;
use super::view::{self, View};
use crate::input::loaded;
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use tfevents_table::{Origin, Row};

/// What series are read, and how they are looked at.
pub(super) struct Series<'a> {
    pub(super) view: &'a View,
    pub(super) selection: Selection,
    /// Whether points are wanted in order of steps.
    pub(super) sorted: bool,
}

impl Series<'_> {
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
            for run in &runs {
                self.series(outlets, &family.source, run, tag, reporter)?;
            }
        }
        row.map_or(Ok(()), |row| outlets.value(&row))
    }

    fn series(
        &self,
        outlets: &mut Outlets<'_>,
        source: &Source,
        run: &RunState,
        tag: &str,
        reporter: &Reporter,
    ) -> Result<()> {
        if let Some(scalars) = run.scalars(tag, self.view.policy) {
            let mut scalars = self.view.scalars(scalars);
            if self.sorted {
                scalars = view::sorted(scalars);
            }
            outlets.scalars(&source.name, tag, &scalars)?;
        }
        if let Some(points) = run.blobs(tag, self.view.policy) {
            self.others(outlets, source, tag, points, reporter)?;
        }
        Ok(())
    }

    fn others(
        &self,
        outlets: &mut Outlets<'_>,
        source: &Source,
        tag: &str,
        points: Vec<BlobPoint>,
        reporter: &Reporter,
    ) -> Result<()> {
        let steps: Vec<_> = points.iter().map(|point| point.step).collect();
        let mut kept = self.view.others(&steps);
        if self.sorted {
            kept.sort_by_key(|&i| steps[i]);
        }
        // They were left in their files.
        reporter.extend_progress(
            kept.iter()
                .filter_map(|&i| Some(points.get(i)?.size()))
                .sum(),
        );
        for point in kept.into_iter().filter_map(|i| points.get(i)) {
            // What is wrong here is wrong because the file was changed since it was read.
            let blob = match point.read() {
                Ok(blob) => blob,
                Err(e) => {
                    reporter.warn(e);
                    continue;
                }
            };
            match (blob.value(), blob.stored()) {
                (Ok(value), Ok(stored)) => outlets.value(&Row {
                    run: &source.name,
                    tag,
                    kind: point.kind(),
                    step: point.step,
                    wall_time: point.wall_time,
                    value: &value,
                    origin: Origin::Value(stored.as_ref()),
                })?,
                (Err(e), _) | (_, Err(e)) => reporter.warn(e.with_path(point.file())),
            }
        }
        Ok(())
    }
}
