//! Where values go: into the table, and media into files.

use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Result, anyhow};
use tfevents::{Kind, Scalars};

use super::media::Media;
use super::tally::Tally;
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use tfevents_analysis::{number, text};
use tfevents_table::{Loss, Row, Table};

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
            self.tally.written(1);
        } else if files.is_empty() {
            self.tally.left_out(row);
        }
        Ok(())
    }

    pub(super) fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> Result<()> {
        let written = self.table.scalars(run, tag, scalars);
        if written.map_err(|e| refused(self.to, e))? {
            self.tally.written(scalars.len() as u64);
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
    pub(super) fn finish(&mut self, named: bool, reporter: &Reporter) -> Result<()> {
        let losses = self.table.finish();
        for loss in losses.map_err(|e| refused(self.to, e))? {
            reporter.warn(describe(loss));
        }
        self.tally.report(named, reporter);
        Ok(())
    }
}

/// Names the output where its format does not take something; what the system refuses names it already.
fn refused(to: &Path, e: io::Error) -> anyhow::Error {
    match e.kind() {
        ErrorKind::InvalidInput => anyhow!("cannot write to `{}`: {e}", text::path(to)),
        _ => e.into(),
    }
}

/// What became of a loss, and what has all.
fn describe(loss: Loss) -> String {
    match loss {
        Loss::Rounded(count) => format!(
            "{} beyond 2^53 rounded to 64-bit floats; --format csv and jsonl keep all digits",
            number::counted(count, "integer")
        ),
        Loss::NotText(count) => format!(
            "{} not valid UTF-8: invalid bytes became U+FFFD; --format jsonl keeps them",
            number::counted(count, "text")
        ),
        Loss::Replaced(count) => format!(
            "{} replaced by later ones of the same run, tag and step; omit --wide to keep all",
            number::counted(count, "value")
        ),
        _ => "something is missing from the table".to_owned(),
    }
}
