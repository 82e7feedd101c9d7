//! Runs by the prefixes of tags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use tfevents::Selection;
use tfevents::edit::{Editor, Rules};
use tfevents::event::{EventRef, What};

use super::Output;
use crate::input::read;
use crate::input::sources::{Source, Sources, file_size};
use crate::output::copy::FileCopy;
use crate::output::destination::Targets;
use crate::output::written::Written;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::Unmatched;
use tfevents_analysis::pattern::Patterns;

/// How many files are written at the same time: systems allow some hundreds.
const BATCH: usize = 128;

/// Writes a run for each prefix of each run, and one for the tags without.
pub(super) fn split(
    sources: &Sources,
    tags: &Arc<Patterns>,
    output: Output<'_>,
    reporter: &Reporter,
) -> Result<Vec<Written>> {
    let mut seen = BTreeSet::new();
    let mut plan = Vec::new();
    for source in &sources.runs {
        plan.push(prefixes(source, tags, &mut seen)?);
    }
    let unmatched = Unmatched::of(tags, seen.iter().map(String::as_str));
    unmatched.report(seen.iter().any(|tag| tags.matches(tag)), reporter)?;
    let runs = || sources.runs.iter().zip(&plan);
    for (source, prefixes) in runs() {
        output.check_number(source, prefixes.len())?;
    }
    let mut targets = Targets::default();
    for (source, prefixes) in runs() {
        for prefix in prefixes {
            targets.add(&source.name, &name(source, prefix), source.run.files());
        }
    }
    targets.check_for(output.destination, reporter)?;
    let mut written = Vec::new();
    for (source, prefixes) in runs() {
        let prefixes: Vec<_> = prefixes.iter().collect();
        let batches = prefixes.len().div_ceil(BATCH) as u64;
        let bytes: u64 = source.run.files().iter().map(|path| file_size(path)).sum();
        reporter.extend_progress(bytes * batches.saturating_sub(1));
        for batch in prefixes.chunks(BATCH) {
            written.extend(write(source, batch, tags, output, reporter)?);
        }
    }
    Ok(written)
}

/// The part of a tag before its first slash, if that is to be a run; empty if not.
fn prefix<'t>(tag: &'t str, tags: &Patterns) -> &'t str {
    // Asked of all tags, so that patterns that match none can be told.
    let wanted = tags.matches(tag);
    match tag.split_once('/') {
        // A single dot is no name for a directory.
        Some((prefix, rest)) if prefix != "." && !rest.is_empty() && wanted => prefix,
        _ => "",
    }
}

fn name(source: &Source, prefix: &str) -> String {
    match (&*source.name, prefix) {
        (name, "") => name.to_owned(),
        (".", prefix) => prefix.to_owned(),
        (name, prefix) => format!("{name}/{prefix}"),
    }
}

/// Hands the prefix of each value of an event to `each`; false if the event holds for all of them.
fn each_prefix(event: &EventRef<'_>, tags: &Patterns, mut each: impl FnMut(&str)) -> bool {
    match &event.what {
        What::Summary(summary) => {
            for value in summary.values() {
                // A broken value has no tag; it is reported with the run without a prefix.
                each(value.map_or("", |value| prefix(value.series_tag(), tags)));
            }
        }
        What::TaggedRunMetadata(run) => each(prefix(run.tag, tags)),
        What::GraphDef(_) | What::MetaGraphDef(_) => each(""),
        // Versions and marks of sessions.
        _ => return false,
    }
    true
}

/// The tags of an event's values.
fn each_tag(event: &EventRef<'_>, mut each: impl FnMut(&str)) {
    match &event.what {
        What::Summary(summary) => summary
            .values()
            .flatten()
            .for_each(|v| each(v.series_tag())),
        What::TaggedRunMetadata(run) => each(run.tag),
        _ => {}
    }
}

/// The prefixes of a run: those that any value has, or none where there are no values.
fn prefixes(
    source: &Source,
    tags: &Patterns,
    seen: &mut BTreeSet<String>,
) -> Result<BTreeSet<String>> {
    let mut prefixes = BTreeSet::new();
    for path in source.run.files() {
        read::file(&source.run, path, |record| {
            each_tag(&record.event, |tag| {
                if !seen.contains(tag) {
                    seen.insert(tag.to_owned());
                }
            });
            each_prefix(&record.event, tags, |prefix| {
                if !prefixes.contains(prefix) {
                    prefixes.insert(prefix.to_owned());
                }
            });
            Ok(())
        })?;
    }
    if prefixes.is_empty() {
        prefixes.insert(String::new());
    }
    Ok(prefixes)
}

/// Writes the runs of some prefixes.
fn write(
    source: &Source,
    batch: &[&String],
    tags: &Arc<Patterns>,
    output: Output<'_>,
    reporter: &Reporter,
) -> Result<Vec<Written>> {
    let mut editors: Vec<_> = batch
        .iter()
        .map(|&prefix| Editor::new(rules(prefix.clone(), Arc::clone(tags))))
        .collect();
    let numbers: BTreeMap<_, _> = batch.iter().map(|prefix| &***prefix).zip(0..).collect();
    let mut written = Vec::new();
    for path in source.run.files() {
        let copies = batch.iter().map(|prefix| {
            let name = name(source, prefix);
            FileCopy::begin(&name, path, output.destination, output.dry_run)
        });
        let mut copies: Vec<_> = copies.collect::<Result<_>>()?;
        let mut concerned: Vec<usize> = Vec::new();
        let mut values = vec![0; copies.len()];
        let reading = read::file(&source.run, path, |record| {
            concerned.clear();
            let some = each_prefix(&record.event, tags, |prefix| {
                if let Some(&i) = numbers.get(prefix) {
                    concerned.push(i);
                    values[i] += 1;
                }
            });
            if !some {
                concerned.extend(0..copies.len());
            }
            concerned.sort_unstable();
            concerned.dedup();
            for &i in &concerned {
                if let (Some(copy), Some(editor)) = (copies.get_mut(i), editors.get_mut(i)) {
                    copy.event(editor, record)?;
                }
            }
            Ok(())
        })?;
        read::report(&reading, path, reporter);
        for (copy, values) in copies.into_iter().zip(values) {
            let copy = copy.finish(reading.health.is_some(), reporter)?;
            // The others of its events are in other runs.
            let read = values;
            written.push(Written { read, ..copy });
        }
    }
    Ok(written)
}

/// Keeps what has this prefix, without it.
fn rules(wanted: String, tags: Arc<Patterns>) -> Rules {
    let length = if wanted.is_empty() {
        0
    } else {
        wanted.len() + 1
    };
    let selection = Selection::all().tags(move |tag| prefix(tag, &tags) == wanted);
    let rules = Rules::default().select(selection);
    if length == 0 {
        rules
    } else {
        rules.rename(move |tag, _| tag.get(length..).unwrap_or(tag).to_owned())
    }
}
