//! What the arguments come to: which table, in which format, and where it goes.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use tfevents::{Kind, Selection};

use super::Args;
use super::format::Format;
use super::media::Media;
#[cfg(feature = "parquet")]
use super::partition::{self, Partitioned, Place};
use crate::input::sources::{Source, Sources, file_size};
use crate::output::asked::Inputs;
use crate::output::format::table_format;
use crate::output::{self, Target};
use crate::ui::usage::UsageError;
use tfevents_analysis::hyperparameters::Trials;
use tfevents_analysis::number;
use tfevents_analysis::text;
use tfevents_table::Jsonl;
use tfevents_table::Long;
use tfevents_table::RowWriter;
use tfevents_table::Table;
use tfevents_table::Wide;
use tfevents_table::json;

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
            format: table_format(args.asked_format(), &args.output)?,
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
        #[cfg(feature = "parquet")]
        let is_stdout = args.output == Path::new("-");
        #[cfg(feature = "parquet")]
        if args.partition.is_some() && (plan.format != Format::Parquet || is_stdout) {
            return usage("--partition needs --format parquet, and a directory as --output");
        }
        Ok(plan)
    }

    /// Whether hyperparameters are asked for, wherever they are.
    pub(super) fn is_configuration(&self) -> bool {
        self.args.kind == [Kind::HParams]
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
        let (writer, run): (Box<dyn RowWriter + 't>, _) = match output {
            Output::File(target) => {
                if self.format == Format::Jsonl && !self.args.wide {
                    return Ok(Box::new(Jsonl::new(target, &self.args.kind)));
                }
                (self.format.row_writer(target), "run")
            }
            #[cfg(feature = "parquet")]
            Output::Partitions(place) => (Box::new(Partitioned::new(place)), partition::RUN),
        };
        Ok(if self.args.wide {
            Box::new(Wide::new(writer, run))
        } else {
            Box::new(Long::new(writer, self.kind, run))
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

    /// Says what would be written of runs, with those that belong to them.
    pub(super) fn describe(&self, sources: &Sources, trials: &[Trials]) -> Result<()> {
        let outputs = self.outputs(sources, trials)?;
        let mut out = output::stdout();
        match self.args.json {
            true => json::write_document(
                &mut out,
                &Document {
                    dry_run: true,
                    outputs,
                },
            )?,
            false => outputs
                .iter()
                .try_for_each(|planned| planned.print(&mut out))?,
        }
        Ok(out.flush()?)
    }

    /// What would be written.
    fn outputs(&self, sources: &Sources, trials: &[Trials]) -> Result<Vec<Planned>> {
        let runs = &*sources.runs;
        let planned = |path, what, runs: &[Source]| {
            let with_trials = runs.iter().flat_map(|run| {
                let trials = sources.trials_of(run, trials);
                std::iter::once(run).chain(trials)
            });
            Planned::new(path, what, runs.len(), with_trials)
        };
        let (inputs, force) = (Inputs::of(sources), self.args.replace.force);
        let mut outputs = Vec::new();
        if let Some(dir) = &self.args.media {
            Media::check(dir, &inputs, force)?;
            outputs.push(planned(text::path(dir), "media", runs));
        }
        #[cfg(feature = "parquet")]
        if self.is_partitioned() {
            let place = self.partitions(sources)?;
            outputs.extend(runs.iter().map(|run| {
                let path = place.path().join(partition::path(&run.name));
                planned(text::path(&path), "part", std::slice::from_ref(run))
            }));
            return Ok(outputs);
        }
        let path = match &*self.args.output {
            path if path == Path::new("-") => "-".to_owned(),
            path => text::path(&Target::check(path, &inputs, force)?),
        };
        outputs.push(planned(path, "table", runs));
        Ok(outputs)
    }
}

#[derive(Serialize)]
struct Document {
    dry_run: bool,
    outputs: Vec<Planned>,
}

/// Something that would be written, and what would be read for it.
#[derive(Serialize)]
struct Planned {
    path: String,
    what: &'static str,
    runs: usize,
    files: usize,
    bytes: u64,
}

impl Planned {
    fn new<'s>(
        path: String,
        what: &'static str,
        runs: usize,
        sources: impl Iterator<Item = &'s Source>,
    ) -> Self {
        let sizes = sources.flat_map(|source| source.run.files());
        let sizes: Vec<_> = sizes.map(|file| file_size(file)).collect();
        Self {
            path,
            what,
            runs,
            files: sizes.len(),
            bytes: sizes.iter().sum(),
        }
    }

    fn print(&self, out: &mut impl io::Write) -> io::Result<()> {
        let path = match &*self.path {
            "-" => "standard output".into(),
            path => text::printable(path),
        };
        let files = number::counted(self.files as u64, "event file");
        let files = format!("{files} ({})", number::bytes(self.bytes));
        match self.what {
            "media" => writeln!(out, "{path}: media files"),
            "part" => writeln!(out, "{path}: {files}"),
            _ => writeln!(
                out,
                "{path}: {}, {files}",
                number::counted(self.runs as u64, "run")
            ),
        }
    }
}
