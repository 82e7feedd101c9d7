//! From a run that was loaded to its values, series by series.

use tfevents::state::{BlobPoint, RunState};
use tfevents::{Error, Scalars};
use tfevents_analysis::view::{self, View};

use crate::row::{Origin, Row};

/// Where the values of series go.
pub trait Outlet {
    /// What it fails with.
    type Error;

    /// Takes a value.
    ///
    /// # Errors
    ///
    /// What ends the writing.
    fn value(&mut self, row: &Row<'_>) -> Result<(), Self::Error>;

    /// Takes a scalar series.
    ///
    /// # Errors
    ///
    /// What ends the writing.
    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> Result<(), Self::Error>;

    /// Notes how many bytes will be read for the values that come next.
    fn will_read(&mut self, _bytes: u64) {}

    /// Takes the reason why a value is left out, with its file and its place there.
    fn broken(&mut self, problem: Error);
}

/// Passes on the points of a tag, of a run that is called `name`; `sorted` puts them in order of steps.
///
/// # Errors
///
/// What the outlet fails with.
pub fn put<O: Outlet>(
    outlet: &mut O,
    run: &RunState,
    name: &str,
    tag: &str,
    view: &View,
    sorted: bool,
) -> Result<(), O::Error> {
    if let Some(scalars) = run.scalars(tag, view.policy) {
        let mut scalars = view.scalars(scalars);
        if sorted {
            scalars = view::sorted(scalars);
        }
        outlet.scalars(name, tag, &scalars)?;
    }
    match run.blobs(tag, view.policy) {
        Some(points) => put_others(outlet, name, tag, &points, view, sorted),
        None => Ok(()),
    }
}

fn put_others<O: Outlet>(
    outlet: &mut O,
    name: &str,
    tag: &str,
    points: &[BlobPoint],
    view: &View,
    sorted: bool,
) -> Result<(), O::Error> {
    let steps: Vec<_> = points.iter().map(|point| point.step).collect();
    let mut kept = view.others(&steps);
    if sorted {
        kept.sort_by_key(|&i| steps[i]);
    }
    let kept: Vec<_> = kept.into_iter().filter_map(|i| points.get(i)).collect();
    outlet.will_read(kept.iter().map(|point| point.size()).sum());
    for point in kept {
        let blob = match point.read() {
            Ok(blob) => blob,
            Err(e) => {
                outlet.broken(e);
                continue;
            }
        };
        match (blob.value(), blob.stored()) {
            (Ok(value), Ok(stored)) => outlet.value(&Row {
                run: name,
                tag,
                kind: point.kind(),
                step: point.step,
                wall_time: point.wall_time,
                value: &value,
                origin: Origin::Value(stored.as_ref()),
            })?,
            (Err(e), _) | (_, Err(e)) => outlet.broken(e.with_path(point.file())),
        }
    }
    Ok(())
}
