//! What was reduced, as runs.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use tfevents::WallTime;
use tfevents::plugin::custom_scalars::EncodedLayout;
use tfevents::proto;
use tfevents::writer::EventWriter;
use tfevents_analysis::reduce::Statistic;

use crate::input::reduced::Reduced;
use crate::output::Target;
use crate::output::destination::{Destination, Targets};
use crate::ui::reporter::Reporter;

/// Writes a run for each group, or for each of its statistics that `split` names, unless this is only to say where they
/// would go. Returns the files of each group.
pub(super) fn write(
    reduced: &[Reduced],
    split: Option<&[Statistic]>,
    destination: Destination,
    dry_run: bool,
    reporter: &Reporter,
) -> Result<Vec<Vec<PathBuf>>> {
    let planned: Vec<_> = reduced.iter().map(|group| runs(group, split)).collect();
    let mut targets = Targets::default();
    for (group, runs) in reduced.iter().zip(&planned) {
        for (name, _) in runs {
            targets.add(&group.name, name, [&group.file_name]);
        }
    }
    targets.check_for(Some(&destination), reporter)?;
    let mut outputs = Vec::new();
    for (group, runs) in reduced.iter().zip(planned) {
        let mut of_group = Vec::new();
        for (name, statistic) in runs {
            if !dry_run {
                let target = destination.create(&name, &group.file_name)?;
                let result = &group.result;
                match statistic {
                    Some(statistic) => write_events(target, None, result.events_of(statistic))?,
                    None => write_events(target, result.layout(), result.events())?,
                }
            }
            of_group.push(destination.path(&name, &group.file_name));
        }
        outputs.push(of_group);
    }
    destination.finish()?;
    Ok(outputs)
}

/// The runs that are made of a group, each with its statistic; without one, it is all of them.
fn runs(group: &Reduced, split: Option<&[Statistic]>) -> Vec<(String, Option<Statistic>)> {
    match split {
        Some(statistics) => {
            let named = statistics
                .iter()
                .map(|&s| (format!("{}/{s}", group.name), Some(s)));
            named.collect()
        }
        None => vec![(group.name.clone(), None)],
    }
}

fn write_events(
    target: Target,
    layout: Option<EncodedLayout>,
    events: impl Iterator<Item = proto::Event>,
) -> Result<()> {
    let mut events = events.peekable();
    let start = WallTime::from_secs(events.peek().map_or(0.0, |first| first.wall_time));
    let mut writer = EventWriter::new(target, start)?;
    if let Some(layout) = layout {
        writer.get_mut().write_all(&layout.into_record(start, 0)?)?;
    }
    for event in events {
        writer.write_event(&event)?;
    }
    writer.into_inner().finish()
}
