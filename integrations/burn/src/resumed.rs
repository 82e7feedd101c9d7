//! Where an earlier training was at the end of an epoch.

use std::path::Path;

use burn::train::metric::NumericEntry;
use burn::train::metric::store::Split;
use tfevents::{Error, Kind, LogdirState, Policy, Result, Selection};

use crate::run::{self, BY_EPOCH, EPOCH, Progress};
use crate::values::Values;

/// What the files of a split say of the time up to the end of an epoch. `None` if there is no such split.
pub(crate) fn read(
    logdir: &Path,
    split: &Split,
    epoch: usize,
    values: &mut Values,
) -> Result<Option<Progress>> {
    let dir = run::directory(logdir, split);
    if !dir.is_dir() {
        return Ok(None);
    }
    let scalars = |dir: &Path, tag: fn(&str) -> bool| {
        LogdirState::load(dir, Selection::all().kinds([Kind::Scalar]).tags(tag))
    };
    let by_batch = scalars(&dir, |tag| tag == EPOCH)?;
    let ends = by_batch
        .run(".")
        .and_then(|run| run.scalars(EPOCH, Policy::Raw));
    let ends = ends.unwrap_or_default();
    let mut last_epoch = 0.0;
    let mut batches = None;
    for (&step, number) in ends.steps.iter().zip(ends.values.iter()) {
        last_epoch = number.as_f64();
        // An epoch that was trained again ended last where it ended the last time.
        if last_epoch == epoch as f64 {
            batches = Some(step);
        }
    }
    let Some(batches) = batches else {
        let reason = match last_epoch {
            0.0 => "no epoch ended in this run".to_owned(),
            last => format!("the last epoch that ended in this run is {last}"),
        };
        return Err(
            Error::argument(format!("cannot go on after epoch {epoch}: {reason}")).with_path(dir),
        );
    };

    let dir = run::directory_of_epochs(logdir, split);
    let by_epoch = scalars(&dir, |tag| tag.starts_with(BY_EPOCH))?;
    let Some(run) = by_epoch.run(".") else {
        return Ok(Some(Progress { batches, epoch }));
    };
    for series in run.series() {
        let Some(name) = series.tag.strip_prefix(BY_EPOCH) else {
            continue;
        };
        let points = run
            .scalars(series.tag, Policy::LastWins)
            .unwrap_or_default();
        for (&step, number) in points.steps.iter().zip(points.values.iter()) {
            match usize::try_from(step) {
                Ok(of) if of <= epoch => {
                    values.add(split, name, of, &NumericEntry::Final(number.as_f64()));
                }
                _ => {}
            }
        }
    }
    Ok(Some(Progress { batches, epoch }))
}
