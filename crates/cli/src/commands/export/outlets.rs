//! Where values go: into the table, and media into files.

use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Result, anyhow};
use tfevents::{Error, Kind, Scalars};

use super::media::Media;
use super::tally::Tally;
use crate::input::sources::Source;
use crate::output::format::describe_loss;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::text;
use tfevents_table::series::Outlet;
use tfevents_table::{Row, Table};

/// The table, the files, and what is counted on the way.
pub(super) struct Outlets<'t> {
    pub(super) table: Box<dyn Table + 't>,
    /// Where the table goes.
    pub(super) to: &'t Path,
    pub(super) media: Option<Media>,
    pub(super) tally: Tally,
}

impl Outlets<'_> {
    pub(super) fn value(&mut self, row: &Row<'_>) -> Result<()> {
        let files = match &mut self.media {
            Some(media) => media.save(row)?,
            None => Vec::new(),
        };
        let written = self.table.value(row, &files);
        if written.map_err(|e| refused(self.to, e))? {
            self.tally.written(row.kind);
        } else if files.is_empty() {
            self.tally.left_out(row);
        }
        Ok(())
    }

    pub(super) fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> Result<()> {
        let written = self.table.scalars(run, tag, scalars);
        if written.map_err(|e| refused(self.to, e))? {
            if !scalars.is_empty() {
                self.tally.written(Kind::Scalar);
            }
        } else {
            self.tally.left_out_series(run, tag, Kind::Scalar);
        }
        Ok(())
    }

    pub(super) fn embeddings(
        &self,
        source: &Source,
        wanted: impl FnMut(&str) -> bool,
        reporter: &Reporter,
    ) -> Result<()> {
        match &self.media {
            Some(media) => media.save_embeddings(&source.name, &source.run, wanted, reporter),
            None => Ok(()),
        }
    }

    /// Writes what the table still holds, and warns of what is missing in it; `named` says whether tags were asked for
    /// by name.
    ///
    /// # Errors
    ///
    /// Nothing is left of what was asked for.
    pub(super) fn finish(
        &mut self,
        unmatched: Unmatched,
        named: bool,
        reporter: &Reporter,
    ) -> Result<()> {
        let is_left = self.tally.has_any() || self.media.as_ref().is_some_and(Media::has_any);
        let unmatched = unmatched.and(self.tally.unmatched());
        unmatched.report(is_left, reporter)?;
        let losses = self.table.finish();
        for loss in losses.map_err(|e| refused(self.to, e))? {
            reporter.warn(describe_loss(loss));
        }
        self.tally.report(named, reporter);
        Ok(())
    }
}

/// The same for what reads values, with where to say what is wrong with them.
pub(super) struct Reported<'o, 't> {
    pub(super) outlets: &'o mut Outlets<'t>,
    pub(super) reporter: &'o Reporter,
}

impl Outlet for Reported<'_, '_> {
    type Error = anyhow::Error;

    fn value(&mut self, row: &Row<'_>) -> Result<()> {
        self.outlets.value(row)
    }

    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> Result<()> {
        self.outlets.scalars(run, tag, scalars)
    }

    fn will_read(&mut self, bytes: u64) {
        self.reporter.extend_progress(bytes);
    }

    fn broken(&mut self, problem: Error) {
        self.reporter.broken_value(problem);
    }
}

/// Names the output where its format does not take something; what the system refuses names it already.
fn refused(to: &Path, e: io::Error) -> anyhow::Error {
    match e.kind() {
        ErrorKind::InvalidInput => anyhow!("cannot write to `{}`: {e}", text::path(to)),
        _ => e.into(),
    }
}
