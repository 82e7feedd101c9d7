//! What shells offer for names of runs, tags and kinds: those in the paths that were typed already.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use tfevents::plugin::PointDecoder;
use tfevents::{EventItem, EventReader, Kind, Logdir, Run};

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
        let logdirs = logdirs();
        let mut tags = BTreeSet::new();
        for run in logdirs.iter().flat_map(Logdir::runs).take(RUNS) {
            // What cannot be read is told of when it is read in earnest.
            let _ = tags_of(run, &mut tags);
        }
        candidates(current, tags.iter().map(String::as_str))
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

fn tags_of(run: &Run, tags: &mut BTreeSet<String>) -> tfevents::Result<()> {
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
            for value in record.known_values(&mut decoder).flatten() {
                if !tags.contains(value.tag) {
                    tags.insert(value.tag.to_owned());
                }
            }
            left -= 1;
            if left == 0 || record.offset > BYTES {
                return Ok(());
            }
        }
    }
    Ok(())
}
