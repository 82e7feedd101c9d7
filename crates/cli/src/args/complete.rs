//! What shells offer for what is in logdirs: names of runs, tags and hyperparameters in the paths that were typed already.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

use clap::ValueEnum;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use tfevents::plugin::PointDecoder;
use tfevents::plugin::hparams::{HParamsEvent, SESSION_START_TAG};
use tfevents::{EventItem, EventReader, EventRef, Kind, Logdir, Run, Value};
use tfevents_analysis::Aggregate;
use tfevents_analysis::hyperparameters::{self, Lookup};
use tfevents_analysis::text::natural_order;

/// The variable in which a shell that asks for completions says which one it is.
pub(crate) const VARIABLE: &str = "COMPLETE";

/// Whoever presses a key does not want to wait: of so many runs, so many events in so many bytes are looked at.
const RUNS: usize = 64;
const EVENTS: usize = 1000;
const BYTES: u64 = 16 << 20;

/// Completes names of runs.
pub(crate) fn runs() -> ArgValueCompleter {
    completer(|current| candidates(current, run_names(&logdirs())))
}

/// Completes what groups runs: `@lr`, or names of runs.
pub(crate) fn groups() -> ArgValueCompleter {
    completer(|current| match current.starts_with('@') {
        true => candidates(current, Found::in_logdirs().hparams()),
        false => candidates(current, run_names(&logdirs())),
    })
}

/// Completes names of tags.
pub(crate) fn tags() -> ArgValueCompleter {
    completer(|current| candidates(current, Found::in_logdirs().tags.into_keys()))
}

/// Completes columns of a table: `loss`, `min:loss`, `acc@min:loss`, `@lr`.
pub(crate) fn columns() -> ArgValueCompleter {
    completer(|current| candidates(current, Found::in_logdirs().columns(current)))
}

/// Completes a column to sort by, also behind a minus.
pub(crate) fn sort_columns() -> ArgValueCompleter {
    completer(|current| {
        let (minus, column) = split_minus(current);
        let columns = candidates(column, Found::in_logdirs().columns(column));
        behind(minus, columns)
    })
}

/// Completes the columns that a verb sorts by, also behind a minus.
pub(crate) fn order<C: ValueEnum>() -> ArgValueCompleter {
    completer(|current| {
        let (minus, column) = split_minus(current);
        let values = C::value_variants().iter().filter_map(C::to_possible_value);
        let names = values.map(|value| value.get_name().to_owned());
        behind(minus, candidates(column, names))
    })
}

/// Completes the last word of a condition, if that is a column: `min:loss`, `acc > 0.9 and @l`.
pub(crate) fn conditions() -> ArgValueCompleter {
    completer(|current| {
        let word = current.rfind([' ', '(', '!', '<', '>', '=']);
        let (before, column) = current.split_at(word.map_or(0, |end| end + 1));
        let columns = Found::in_logdirs().columns(column);
        behind(before, candidates(column, columns))
    })
}

/// Completes names of kinds.
pub(crate) fn kinds() -> ArgValueCompleter {
    completer(|current| candidates(current, kind_names()))
}

/// Completes names of kinds, and this one.
pub(crate) fn kinds_and(other: &'static str) -> ArgValueCompleter {
    completer(move |current| candidates(current, kind_names().chain([other.to_owned()])))
}

fn kind_names() -> impl Iterator<Item = String> {
    Kind::ALL.into_iter().map(|kind| kind.name().to_owned())
}

fn completer(complete: impl Fn(&str) -> Vec<String> + Send + Sync + 'static) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| {
        let values = complete(&current.to_string_lossy());
        values.into_iter().map(CompletionCandidate::new).collect()
    })
}

fn run_names(logdirs: &[Logdir]) -> impl Iterator<Item = String> {
    let runs = logdirs.iter().flat_map(Logdir::runs);
    runs.map(|run| run.name().to_owned())
}

/// Those of some names that begin with what was typed, in the order in which people list them.
fn candidates(current: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let names = names.into_iter().filter(|name| name.starts_with(current));
    let mut names: Vec<_> = names.filter(|name| is_harmless(name)).collect();
    names.sort_unstable_by(|a, b| natural_order(a, b));
    names.dedup();
    names
}

fn behind(start: &str, candidates: Vec<String>) -> Vec<String> {
    let whole = candidates.into_iter().map(|name| format!("{start}{name}"));
    whole.collect()
}

fn split_minus(text: &str) -> (&str, &str) {
    text.split_at(usize::from(text.starts_with('-')))
}

/// Whether a name can stand on a command line. Scripts divide names by control characters, and an option begins with a dash.
/// PowerShell is the one shell for which nobody quotes.
fn is_harmless(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "_./,=:@%+-".contains(c);
    let nobody_quotes = env::var_os(VARIABLE).is_some_and(|shell| shell == "powershell");
    !name.starts_with('-')
        && !name.contains(char::is_control)
        && (!nobody_quotes || name.chars().all(is_plain))
}

/// The logdirs among the words that were typed: all words come behind `--`.
fn logdirs() -> Vec<Logdir> {
    let words = env::args_os().skip_while(|word| word != "--").skip(3);
    let paths = words.map(PathBuf::from).filter(|path| path.exists());
    paths.filter_map(|path| Logdir::open(path).ok()).collect()
}

/// What is found in the logdirs that were typed already.
#[derive(Default)]
struct Found {
    tags: BTreeMap<String, Kind>,
    hparams: BTreeSet<String>,
}

impl Found {
    fn in_logdirs() -> Self {
        let mut found = Self::default();
        for run in logdirs().iter().flat_map(Logdir::runs).take(RUNS) {
            let stated = hyperparameters::without_events(run);
            found.hparams.extend(stated.into_keys());
            // What cannot be read is told of when it is read in earnest.
            let _ = found.add(run);
        }
        found
    }

    fn add(&mut self, run: &Run) -> tfevents::Result<()> {
        let mut decoder = PointDecoder::default();
        let mut left = EVENTS;
        for path in run.files() {
            let mut reader = EventReader::open(path)?.max_record(BYTES);
            reader.finish();
            loop {
                let record = match reader.next_item()? {
                    EventItem::Event(record) => record,
                    EventItem::Damage(_) => continue,
                    EventItem::End(_) => break,
                };
                let mut configures = false;
                for value in record.known_values(&mut decoder).flatten() {
                    configures |=
                        value.tag == SESSION_START_TAG || Lookup::Everywhere.reads(value.tag);
                    if !self.tags.contains_key(value.tag) {
                        self.tags.insert(value.tag.to_owned(), value.kind);
                    }
                }
                if configures {
                    self.add_hparams(&record.event, &mut decoder);
                }
                left -= 1;
                if left == 0 || record.offset > BYTES {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn add_hparams(&mut self, event: &EventRef<'_>, decoder: &mut PointDecoder) {
        for point in decoder.points(event).flatten() {
            match point.value {
                Value::HParams(value) => {
                    if let HParamsEvent::SessionStart { hparams, .. } = *value {
                        self.hparams.extend(hparams.values.into_keys());
                    }
                }
                Value::Text(text) if Lookup::Everywhere.reads(point.tag) => {
                    let text = text.to_text().fold(String::new(), |all, cell| all + &cell);
                    let stated = hyperparameters::in_text(&text);
                    self.hparams.extend(stated.unwrap_or_default().into_keys());
                }
                _ => {}
            }
        }
    }

    /// `@lr` and the like.
    fn hparams(&self) -> impl Iterator<Item = String> {
        self.hparams.iter().map(|name| format!("@{name}"))
    }

    /// The columns that may be meant by what was typed: tags, aggregates once one was begun, and tags behind a whole one.
    fn columns(&self, current: &str) -> Vec<String> {
        let at = current.rfind('@').filter(|&at| at > 0);
        // Of `acc@min:loss`, the tag with its `@` stays.
        let (at_other, current) = current.split_at(at.map_or(0, |at| at + 1));
        let scalars = self.tags.iter().filter(|(_, kind)| **kind == Kind::Scalar);
        let scalars = scalars.map(|(tag, _)| tag.clone());
        let aggregate = current.split_once(':').map(|(name, _)| name);
        let aggregate = aggregate.filter(|name| Aggregate::named(name).is_some());
        let mut columns: Vec<_> = match aggregate {
            Some(name) => scalars.map(|tag| format!("{name}:{tag}")).collect(),
            None => scalars.collect(),
        };
        if aggregate.is_none() && !current.is_empty() {
            let names = Aggregate::ALL.map(|aggregate| format!("{}:", aggregate.name()));
            columns.extend(names);
        }
        match at_other.is_empty() {
            true => columns.extend(self.hparams()),
            false => columns = behind(at_other, columns),
        }
        columns
    }
}
