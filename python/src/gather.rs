//! All values at once, series by series, in memory.

use std::io;
use std::sync::mpsc;

use tfevents::state::RunState;
use tfevents_analysis::text::natural_order;
use tfevents_table::{batches, series};

use crate::failure::Failure;
use crate::in_order::in_order;
use crate::outlet::Tables;
use crate::problem::{self, Problem};
use crate::request::{Named, What};
use crate::table::RawTable;
use crate::wait::Cancel;

/// How many rows are one piece of memory.
const BATCH: usize = 1 << 20;

/// A table for each kind that is wanted, and what went wrong.
pub(crate) fn read(what: &What, cancel: &Cancel) -> Result<(Vec<RawTable>, Vec<Problem>), Failure> {
    let mut problems = Vec::new();
    let runs = what.list(&mut problems)?;
    let mut received = Vec::new();
    let mut tables = Tables::new(&what.kinds, what.steps, BATCH, |_| {
        let (each, batches) = mpsc::channel();
        received.push(batches);
        move |batch| each.send(batch).map_err(io::Error::other)
    });
    let selection = what.selection();
    let load = |named: &Named| RunState::load(&named.run, &selection);
    in_order(&runs, cancel, load, |named, run| {
        put(&mut tables, &named.name, &run, what).map_err(Failure::from)
    })?;
    problems.extend(tables.finish()?);
    problems.extend(what.unmatched());
    let kinds = what.kinds.iter().zip(received);
    let tables = kinds.map(|(&kind, received)| {
        let batches = batches::shared(received.into_iter().collect())?;
        Ok(RawTable::new(batches::schema(kind, "run"), batches))
    });
    Ok((tables.collect::<io::Result<_>>()?, problems))
}

/// Writes the series of a run that is called so, in the order in which people list them.
pub(crate) fn put(tables: &mut Tables, name: &str, run: &RunState, what: &What) -> io::Result<()> {
    tables.problems.extend(problem::of_run(run));
    let mut tags: Vec<_> = run.series().map(|series| series.tag).collect();
    tags.sort_unstable_by(|a, b| natural_order(a, b));
    // A tag that was used for numbers and for something else has two series.
    tags.dedup();
    tags.iter()
        .try_for_each(|tag| series::put(tables, run, name, tag, &what.view, false))
}
