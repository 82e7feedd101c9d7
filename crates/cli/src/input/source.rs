//! From the paths on the command line to runs, and through their files.

use std::collections::HashMap;
use std::collections::HashSet;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tfevents::event::PlainScalar;
use tfevents::reader::{Beside, EventRecord, Root, SkimReader};
use tfevents::record::Tail;
use tfevents::{Error, EventItem, EventReader, Health, Logdir, Run};

use crate::args::filters::Patterns;
use crate::input::beside;
use crate::ui::reporter::{Reporter, UsageError};
use crate::ui::suggest;
use tfevents_analysis::number;
use tfevents_analysis::text;

/// What a verb reads.
#[derive(Debug, clap::Args)]
pub(crate) struct Paths {
    /// Logdirs, directories of single runs, event files, or patterns for them ('logs/*/train')
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// How much is held in memory.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Limits {
    /// The longest record to read into memory; longer ones are verified, skipped and reported
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = number::parse_size)]
    pub(crate) max_record: u64,
}

/// A run and what to call it.
pub(crate) struct Source {
    /// The run's name in its logdir; where several paths were given, behind its path.
    pub(crate) name: String,
    pub(crate) run: Run,
    /// The number of the path on the command line.
    pub(crate) path: usize,
    /// The tree that the run was found in.
    pub(crate) root: PathBuf,
}

/// What was found in and below the paths.
pub(crate) struct Sources {
    pub(crate) runs: Vec<Source>,
    /// What could not be looked at.
    pub(crate) problems: Vec<String>,
    /// The trees that were looked into, and whether only some of the runs in there are wanted.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) some: bool,
}

impl Paths {
    /// Whether standard input is meant.
    ///
    /// # Errors
    ///
    /// `-` beside other paths.
    pub(crate) fn is_stdin(&self) -> Result<bool> {
        match &*self.paths {
            [path] => Ok(path == Path::new("-")),
            paths if paths.iter().any(|path| path == Path::new("-")) => {
                Err(UsageError("`-` (standard input) stands alone".to_owned()).into())
            }
            _ => Ok(false),
        }
    }

    /// The paths as trees to be followed, whose runs get the names that [`open`](Self::open) gives them.
    ///
    /// # Errors
    ///
    /// A pattern that is none.
    pub(crate) fn roots(&self) -> Result<Vec<Root>> {
        let several = self.paths.len() > 1;
        let root = |path: &PathBuf| {
            let root = root(path)?;
            // A pattern names its runs itself.
            let named = several && root.path() == path;
            Ok(if named {
                Root::named(joined(path, "."), path)
            } else {
                root
            })
        };
        self.paths.iter().map(root).collect()
    }

    /// The runs among the paths that `wanted` matches.
    ///
    /// # Errors
    ///
    /// A path that does not exist, no event file anywhere, no run that matches.
    pub(crate) fn open(&self, wanted: &Patterns, reporter: &Reporter) -> Result<Sources> {
        let several = self.paths.len() > 1;
        let mut runs = Vec::new();
        let mut problems = Vec::new();
        let mut roots = Vec::new();
        let mut some = !wanted.is_empty();
        for (number, path) in self.paths.iter().enumerate() {
            if path == Path::new("-") {
                let problem =
                    "`-`: only cat, filter, rename, repair and import read standard input";
                return Err(UsageError(problem.to_owned()).into());
            }
            let root = root(path)?;
            if let Some(what) = beside::of_other_tool(root.path()) {
                let named = beside::named(what, 1);
                problems.push(format!("{}: {named}: {}", text::path(path), what.remark()));
                continue;
            }
            roots.push(root.path().to_path_buf());
            // The others below the directory where a pattern begins are not meant.
            some |= root.path() != path;
            let logdir =
                Logdir::open_all(std::slice::from_ref(&root)).map_err(|e| explain(path, e))?;
            let logdir = logdir.max_record(self.limits.max_record);
            problems.extend(logdir.problems().iter().map(ToString::to_string));
            if logdir.runs().is_empty() {
                problems.push(format!(
                    "{}: no event files in or below it",
                    text::path(path)
                ));
            }
            runs.extend(logdir.runs().iter().map(|run| Source {
                name: if several {
                    joined(root.path(), run.name())
                } else {
                    run.name().to_owned()
                },
                run: run.clone(),
                path: number,
                root: root.path().to_path_buf(),
            }));
        }
        if runs.is_empty() {
            let beside = beside::all(&roots);
            let beside = beside
                .iter()
                .map(|b| format!("{}: {}", text::path(&b.dir), beside::describe(b)));
            problems.extend(beside);
            bail!(
                "{}\nA file counts if its name contains `tfevents`; one given by its own path always does.",
                problems.join("\n")
            );
        }
        for problem in &problems {
            reporter.warn(problem);
        }
        if !wanted.is_empty() {
            let names: Vec<_> = runs.iter().map(|s| s.name.clone()).collect();
            runs.retain(|s| wanted.matches(&s.name) || wanted.matches(s.run.name()));
            wanted.check(names.iter().map(String::as_str), reporter)?;
        }
        Ok(Sources {
            runs,
            problems,
            roots,
            some,
        })
    }

    /// As [`open`](Self::open), for verbs that write or move what they read.
    ///
    /// # Errors
    ///
    /// A run that several of the paths lead to.
    pub(crate) fn open_once(&self, wanted: &Patterns, reporter: &Reporter) -> Result<Sources> {
        let sources = self.open(wanted, reporter)?;
        if self.paths.len() > 1 {
            sources.check_once()?;
        }
        Ok(sources)
    }
}

impl Sources {
    /// None, as where standard input is read.
    pub(crate) fn none() -> Self {
        Self {
            runs: Vec::new(),
            problems: Vec::new(),
            roots: Vec::new(),
            some: false,
        }
    }

    /// Takes away the runs that `unwanted`, which has any patterns at all, matches.
    ///
    /// # Errors
    ///
    /// Patterns that match none; no run that is left.
    pub(crate) fn leave_out(&mut self, unwanted: &Patterns, reporter: &Reporter) -> Result<()> {
        if unwanted.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = self.runs.iter().map(|s| s.name.clone()).collect();
        let is_unwanted = |s: &Source| unwanted.matches(&s.name) || unwanted.matches(s.run.name());
        self.runs.retain(|source| !is_unwanted(source));
        unwanted.check(names.iter().map(String::as_str), reporter)?;
        if self.runs.is_empty() {
            bail!("no run is left");
        }
        Ok(())
    }

    /// Fails where two paths lead to the same file.
    fn check_once(&self) -> Result<()> {
        let mut known = HashMap::new();
        for source in &self.runs {
            for file in source.run.files() {
                let Ok(path) = file.canonicalize() else {
                    continue;
                };
                match known.insert(path, source) {
                    Some(other) if other.path != source.path => {
                        let also = match other.name == source.name {
                            true => String::new(),
                            false => format!(", also as `{}`", text::printable(&other.name)),
                        };
                        let name = text::printable(&source.name);
                        bail!("the run `{name}` was given twice{also}; give it once");
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Whether the file at this absolute path is among them.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        let mut files = self.runs.iter().flat_map(|s| s.run.files());
        files.any(|file| file.canonicalize().is_ok_and(|file| file == path))
    }

    /// What lies beside the runs; where only some of the runs are wanted, beside these.
    pub(crate) fn beside(&self) -> Vec<Beside> {
        let dirs: HashSet<_> = self.runs.iter().map(|source| source.run.dir()).collect();
        let mut found = beside::all(&self.roots);
        if self.some {
            found.retain(|beside| dirs.contains(&*beside.dir));
        }
        found
    }

    /// How many bytes all files have.
    pub(crate) fn bytes(&self) -> u64 {
        let files = self.runs.iter().flat_map(|s| s.run.files());
        files.map(|file| file_size(file)).sum()
    }
}

/// What a path of the command line stands for. Shells expand patterns; where one was quoted, or matched
/// nothing then, it is a pattern unless something has that very name.
pub(crate) fn root(path: &Path) -> Result<Root> {
    match path.to_str() {
        Some(pattern) if Root::is_glob(pattern) && path.symlink_metadata().is_err() => {
            Root::glob(pattern).map_err(|e| UsageError(e.to_string()).into())
        }
        _ => Ok(path.into()),
    }
}

fn joined(path: &Path, run: &str) -> String {
    let path = text::path(path);
    match run {
        "." => path,
        _ => format!("{}/{run}", path.trim_end_matches('/')),
    }
}

/// The size of a file, 0 if that cannot be told.
pub(crate) fn file_size(path: &Path) -> u64 {
    path.metadata().map_or(0, |m| m.len())
}

/// Says which part of a path is missing, and what it may have been meant to be.
fn explain(path: &Path, error: Error) -> anyhow::Error {
    if path.is_symlink() {
        return error.into();
    }
    if path.to_str().is_some_and(Root::is_glob) {
        return error.into();
    }
    let is_missing = io::Error::from(error.clone()).kind() == ErrorKind::NotFound;
    let parent = path
        .ancestors()
        .skip(1)
        .map(|p| {
            if p.as_os_str().is_empty() {
                Path::new(".")
            } else {
                p
            }
        })
        .find(|p| p.is_dir());
    let (true, Some(parent)) = (is_missing, parent) else {
        return error.into();
    };
    let missing = path
        .strip_prefix(parent)
        .unwrap_or(path)
        .components()
        .next();
    let missing = missing.map_or_else(String::new, |c| text::path(c.as_ref()));
    let names: Vec<_> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(text::path(entry.ok()?.file_name().as_ref())))
        .collect();
    let similar = suggest::similar(&missing, names.iter().map(String::as_str));
    let hint = similar.first().map_or_else(String::new, |name| {
        let meant = match parent {
            p if p == Path::new(".") => PathBuf::from(name),
            p => p.join(name),
        };
        format!("; did you mean `{}`?", text::path(&meant))
    });
    anyhow::anyhow!("`{}` does not exist{hint}", text::path(path))
}

/// How reading a file went.
pub(crate) struct Reading {
    /// The state of what was read, unless the file could not be opened.
    pub(crate) health: Option<Health>,
    /// How many bytes were read, damaged and unfinished ones included; unwrapped, if the file is compressed.
    pub(crate) bytes: u64,
    /// What the system refused.
    pub(crate) error: Option<Error>,
}

impl Reading {
    /// Warns of everything that is wrong.
    pub(crate) fn report(&self, path: &Path, reporter: &Reporter) {
        if let Some(health) = &self.health {
            reporter.file_health(path, health);
        }
        if let Some(error) = &self.error {
            reporter.warn(error);
        }
    }
}

/// How closely files are read by verbs that need little of what is in them.
#[derive(Debug, clap::Args)]
pub(crate) struct Checks {
    /// Pass over what is large without reading it, and so without verifying the checksums of payloads
    #[arg(long)]
    no_verify: bool,
}

impl Checks {
    /// As [`read_file`]; with `--no-verify` large bodies are missing from the events.
    pub(crate) fn read_file(
        &self,
        run: &Run,
        path: &Path,
        reporter: &Reporter,
        each: impl FnMut(&EventRecord<'_>) -> Result<()>,
    ) -> Result<Reading> {
        self.visit_file(run, path, reporter, &mut Each(each))
    }

    /// As [`visit_file`]; with `--no-verify` large bodies are missing from the events.
    pub(crate) fn visit_file(
        &self,
        run: &Run,
        path: &Path,
        reporter: &Reporter,
        visitor: &mut impl Visitor,
    ) -> Result<Reading> {
        if !self.no_verify {
            return visit_file(run, path, reporter, visitor);
        }
        reporter.begin_file(file_size(path));
        let reader = SkimReader::open(path).map(|r| r.max_record(run.max_record()));
        drive(reader, reporter, visitor)
    }
}

/// Takes in the events of a file.
pub(crate) trait Visitor {
    /// A scalar in its usual form, which costs half of what it does as an event. What is refused comes as one.
    fn scalar(&mut self, _: &PlainScalar<'_>) -> bool {
        false
    }

    /// Any event.
    fn event(&mut self, record: &EventRecord<'_>) -> Result<()>;
}

struct Each<F>(F);

impl<F: FnMut(&EventRecord<'_>) -> Result<()>> Visitor for Each<F> {
    fn event(&mut self, record: &EventRecord<'_>) -> Result<()> {
        self.0(record)
    }
}

/// Hands every event of a file to `each`, past damage. A file that cannot be read is not an error: what
/// `each` returns is.
pub(crate) fn read_file(
    run: &Run,
    path: &Path,
    reporter: &Reporter,
    each: impl FnMut(&EventRecord<'_>) -> Result<()>,
) -> Result<Reading> {
    visit_file(run, path, reporter, &mut Each(each))
}

/// The same for those who want scalars at half the price.
pub(crate) fn visit_file(
    run: &Run,
    path: &Path,
    reporter: &Reporter,
    visitor: &mut impl Visitor,
) -> Result<Reading> {
    reporter.begin_file(file_size(path));
    let reader = EventReader::open(path).map(|reader| {
        let mut reader = reader.max_record(run.max_record());
        reader.finish();
        reader
    });
    drive(reader, reporter, visitor)
}

/// The same for standard input.
pub(crate) fn read_stdin(
    limits: Limits,
    reporter: &Reporter,
    each: impl FnMut(&EventRecord<'_>) -> Result<()>,
) -> Result<Reading> {
    let reader = EventReader::new(io::stdin().lock()).max_record(limits.max_record);
    read(reader, reporter, each)
}

fn read<R: Read>(
    mut reader: EventReader<R>,
    reporter: &Reporter,
    each: impl FnMut(&EventRecord<'_>) -> Result<()>,
) -> Result<Reading> {
    reader.finish();
    drive(Ok(reader), reporter, &mut Each(each))
}

/// What both of the library's readers do.
trait Events {
    /// As [`EventReader::scalars`]; a reader need not have any.
    fn scalars(&mut self, _: impl FnMut(&PlainScalar<'_>) -> bool) {}
    fn next_item(&mut self) -> Result<EventItem<'_>, Error>;
    fn health(&self) -> &Health;
    /// Everything before it was returned.
    fn offset(&self) -> u64;
}

impl<R: Read> Events for EventReader<R> {
    fn scalars(&mut self, take: impl FnMut(&PlainScalar<'_>) -> bool) {
        self.scalars(take);
    }

    fn next_item(&mut self) -> Result<EventItem<'_>, Error> {
        self.next_item()
    }

    fn health(&self) -> &Health {
        self.health()
    }

    fn offset(&self) -> u64 {
        self.offset()
    }
}

impl Events for SkimReader {
    fn next_item(&mut self) -> Result<EventItem<'_>, Error> {
        self.next_item()
    }

    fn health(&self) -> &Health {
        self.health()
    }

    fn offset(&self) -> u64 {
        self.offset()
    }
}

fn drive(
    reader: Result<impl Events, Error>,
    reporter: &Reporter,
    visitor: &mut impl Visitor,
) -> Result<Reading> {
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => {
            return Ok(Reading {
                health: None,
                bytes: 0,
                error: Some(error),
            });
        }
    };
    let error = loop {
        reader.scalars(|scalar| visitor.scalar(scalar));
        match reader.next_item() {
            Ok(EventItem::Event(event)) => {
                reporter.reached(event.offset);
                visitor.event(&event)?;
            }
            Ok(EventItem::Damage(_)) => {}
            Ok(EventItem::End(_)) => break None,
            Err(error) => break Some(error),
        }
    };
    let tail = match reader.health().tail {
        Tail::Torn { len } | Tail::Zeros { len } | Tail::Damaged { len, .. } => len,
        _ => 0,
    };
    Ok(Reading {
        health: Some(reader.health().clone()),
        bytes: reader.offset() + tail,
        error,
    })
}
