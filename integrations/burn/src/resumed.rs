//! Where an earlier training was at the end of an epoch.

use std::path::Path;

use burn::train::metric::NumericEntry;
use burn::train::metric::store::Split;
use tfevents::{Error, Kind, LogdirState, Policy, Result, Selection};

use crate::run::{self, BY_EPOCH, EPOCH, Progress};
use crate::values::Values;

/// What the files of a split hold up to the end of an epoch. `None` if there is no such split.
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
            0.0 => "this run did not finish any epoch".to_owned(),
            last => format!(
                "this run finished only epoch {last}; pass the epoch of a checkpoint up to {last}"
            ),
        };
        return Err(
            Error::argument(format!("cannot resume after epoch {epoch}: {reason}")).with_path(dir),
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

/// Where a split that has been logged before goes on without hiding anything. For tests, which no checkpoint refers to.
pub(crate) fn end(logdir: &Path, split: &Split) -> Result<Progress> {
    let batches = last_step(&run::directory(logdir, split))?;
    let epoch = last_step(&run::directory_of_epochs(logdir, split))?;
    Ok(Progress {
        batches,
        epoch: usize::try_from(epoch).unwrap_or(0),
    })
}

/// The last step of all scalars of a run, 0 if there are none.
fn last_step(dir: &Path) -> Result<i64> {
    if !dir.is_dir() {
        return Ok(0);
    }
    let state = LogdirState::load(dir, Selection::all().kinds([Kind::Scalar]))?;
    let Some(run) = state.run(".") else {
        return Ok(0);
    };
    let ends = run.series().filter_map(|series| {
        let scalars = run.scalars(series.tag, Policy::Raw)?;
        scalars.steps.iter().copied().max()
    });
    Ok(ends.max().unwrap_or(0))
}
