//! What the arguments come to: which table, in which format, and where it goes.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Result;
use tfevents::{Kind, Selection};

use super::Args;
use super::format::Format;
use super::media::Media;
#[cfg(feature = "parquet")]
use super::partition::{self, Partitioned, Place};
use crate::input::sources::Sources;
use crate::output::asked::Inputs;
use crate::output::{self, Target};
use crate::ui::usage::UsageError;
use tfevents_analysis::number;
use tfevents_analysis::text;
use tfevents_table::Jsonl;
use tfevents_table::Long;
use tfevents_table::Sink;
use tfevents_table::Table;
use tfevents_table::Wide;

pub(super) struct Plan<'a> {
    args: &'a Args,
    pub(super) format: Format,
    /// The kind that a table is of.
    pub(super) kind: Kind,
}

/// Where the table goes.
pub(super) enum Output {
    File(Target),
    #[cfg(feature = "parquet")]
    Partitions(Place),
}

impl Output {
    pub(super) fn is_stdout(&self) -> bool {
        match self {
            Self::File(target) => target.is_stdout(),
            #[cfg(feature = "parquet")]
            Self::Partitions(_) => false,
        }
    }

    /// Puts what was written in its place.
    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::File(target) => target.finish(),
            #[cfg(feature = "parquet")]
            Self::Partitions(place) => place.finish(),
        }
    }
}

fn usage<T>(problem: impl Into<String>) -> Result<T> {
    Err(UsageError(problem.into()).into())
}

impl<'a> Plan<'a> {
    /// # Errors
    ///
    /// Arguments that do not go together.
    pub(super) fn new(args: &'a Args) -> Result<Self> {
        let plan = Self {
            args,
            format: args.format.map_or_else(|| args.default_format(), Ok)?,
            kind: args.kind.first().copied().unwrap_or(Kind::Scalar),
        };
        let takes_all = plan.format == Format::Jsonl;
        if !takes_all && !tfevents_table::KINDS.contains(&plan.kind) {
            return usage(format!(
                "--kind {} cannot be written as a table, only {}; --format jsonl takes every kind",
                plan.kind,
                tfevents_table::KINDS.map(Kind::name).join(", ")
            ));
        }
        if !takes_all && args.kind.len() > 1 {
            return usage("a table holds one --kind only; --format jsonl takes several");
        }
        if plan.kind != Kind::Scalar && args.wide {
            return usage("--wide works with scalars only");
        }
        let is_stdout = args.output == Path::new("-");
        if plan.format.is_binary() && is_stdout && io::stdout().is_terminal() {
            return usage("this format cannot be shown on a terminal; use --output FILE");
        }
        #[cfg(feature = "parquet")]
        if args.partition.is_some() && (plan.format != Format::Parquet || is_stdout) {
            return usage("--partition needs --format parquet, and a directory as --output");
        }
        Ok(plan)
    }

    /// Whether the table is in several files.
    #[cfg(feature = "parquet")]
    fn is_partitioned(&self) -> bool {
        self.args.partition.is_some()
    }

    #[cfg(feature = "parquet")]
    fn partitions(&self, sources: &Sources) -> Result<Place> {
        Inputs::of(sources).check(&self.args.output)?;
        Place::new(
            &self.args.output,
            self.args.shard.is_some(),
            self.args.replace.force,
        )
    }

    /// Gets ready to write media, if they are wanted.
    pub(super) fn media(&self, sources: &Sources) -> Result<Option<Media>> {
        let inputs = Inputs::of(sources);
        let create = |dir| Media::create(dir, &inputs, self.args.replace.force);
        self.args.media.as_deref().map(create).transpose()
    }

    /// Gets ready to write.
    pub(super) fn open(&self, sources: &Sources) -> Result<Output> {
        #[cfg(feature = "parquet")]
        if self.is_partitioned() {
            return Ok(Output::Partitions(self.partitions(sources)?));
        }
        let (inputs, force) = (Inputs::of(sources), self.args.replace.force);
        let target = Target::open(&self.args.output, &inputs, force)?;
        Ok(Output::File(target))
    }

    pub(super) fn table<'t>(&self, output: &'t mut Output) -> Result<Box<dyn Table + 't>> {
        let (sink, run): (Box<dyn Sink + 't>, _) = match output {
            Output::File(target) => {
                if self.format == Format::Jsonl && !self.args.wide {
                    return Ok(Box::new(Jsonl::new(target, &self.args.kind)));
                }
                (self.format.sink(target), "run")
            }
            #[cfg(feature = "parquet")]
            Output::Partitions(place) => (Box::new(Partitioned::new(place)), partition::RUN),
        };
        Ok(if self.args.wide {
            Box::new(Wide::new(sink, run))
        } else {
            Box::new(Long::new(sink, self.kind, run)?)
        })
    }

    /// The series that are read.
    pub(super) fn selection(
        &self,
        wants: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Selection {
        let selection = Selection::all().tags(wants);
        let media = [Kind::Image, Kind::Audio, Kind::Graph];
        match (&*self.args.kind, &self.args.media) {
            // Those of other kinds are counted.
            ([], _) => selection,
            (kinds, None) => selection.kinds(kinds.iter().copied()),
            (kinds, Some(_)) => selection.kinds(kinds.iter().copied().chain(media)),
        }
    }

    /// Says what would be written.
    pub(super) fn describe(&self, sources: &Sources) -> Result<()> {
        let mut out = output::stdout();
        let runs = &sources.runs;
        let (inputs, force) = (Inputs::of(sources), self.args.replace.force);
        if let Some(dir) = &self.args.media {
            Media::check(dir, &inputs, force)?;
            writeln!(out, "{}: media files", text::printable(&text::path(dir)))?;
        }
        #[cfg(feature = "parquet")]
        if self.is_partitioned() {
            let place = self.partitions(sources)?;
            for run in runs {
                let path = place.path().join(partition::path(&run.name));
                let files = run.run.files();
                let bytes = files
                    .iter()
                    .map(|file| crate::input::sources::file_size(file))
                    .sum();
                let size = size(files.len(), bytes);
                writeln!(out, "{}: {size}", text::printable(&text::path(&path)))?;
            }
            return Ok(out.flush()?);
        }
        let name = match &*self.args.output {
            path if path == Path::new("-") => "standard output".to_owned(),
            path => text::path(&Target::check(path, &inputs, force)?),
        };
        let files = runs.iter().map(|run| run.run.files().len()).sum();
        let size = size(files, sources.bytes());
        let runs = number::counted(runs.len() as u64, "run");
        writeln!(out, "{}: {runs}, {size}", text::printable(&name))?;
        Ok(out.flush()?)
    }
}

/// `2 event files (1.2 MB)`.
fn size(files: usize, bytes: u64) -> String {
    let files = number::counted(files as u64, "event file");
    format!("{files} ({})", number::bytes(bytes))
}
