//! What shells offer for names of runs, tags and kinds: those in the paths that were typed already.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use tfevents::plugin::PointDecoder;
use tfevents::plugin::hparams::{HParamsEvent, SESSION_START_TAG};
use tfevents::{EventItem, EventReader, EventRef, Kind, Logdir, Run, Value};
use tfevents_analysis::Aggregate;

/// The variable in which a shell that asks for completions says which one it is.
pub(crate) const VARIABLE: &str = "COMPLETE";

/// Whoever presses a key does not want to wait: of so many runs, so many events in so many bytes are looked at.
const RUNS: usize = 64;
const EVENTS: usize = 1000;
const BYTES: u64 = 16 << 20;

/// Completes names of runs.
pub(crate) fn runs() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let logdirs = logdirs();
        let names = logdirs.iter().flat_map(Logdir::runs).map(Run::name);
        candidates(current, names)
    })
}

/// Completes names of tags.
pub(crate) fn tags() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let found = Found::in_logdirs();
        candidates(current, found.tags.keys().map(String::as_str))
    })
}

/// Completes columns of a table: `loss`, `min:loss`, `@lr`. Aggregates are offered once one was begun.
pub(crate) fn columns() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let found = Found::in_logdirs();
        let scalars = found.tags.iter().filter(|(_, kind)| **kind == Kind::Scalar);
        let scalars = scalars.map(|(tag, _)| tag.as_str());
        let mut columns: Vec<_> = found
            .hparams
            .iter()
            .map(|name| format!("@{name}"))
            .collect();
        match current.to_string_lossy().split_once(':') {
            Some((name, _)) if Aggregate::named(name).is_some() => {
                columns.extend(scalars.map(|tag| format!("{name}:{tag}")));
            }
            _ => columns.extend(scalars.map(str::to_owned)),
        }
        candidates(current, columns.iter().map(String::as_str))
    })
}

/// Completes names of kinds.
pub(crate) fn kinds() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| candidates(current, Kind::ALL.map(Kind::name)))
}

fn candidates<'n>(
    current: &OsStr,
    names: impl IntoIterator<Item = &'n str>,
) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let names = names.into_iter().filter(|name| name.starts_with(&*current));
    let names: BTreeSet<_> = names.filter(|name| is_harmless(name)).collect();
    names.into_iter().map(CompletionCandidate::new).collect()
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

/// The logdirs among the words before the one that is completed: all words come behind `--`.
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
                    configures |= value.tag == SESSION_START_TAG;
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
            if let Value::HParams(value) = point.value
                && let HParamsEvent::SessionStart { hparams, .. } = *value
            {
                self.hparams.extend(hparams.values.into_keys());
            }
        }
    }
}
