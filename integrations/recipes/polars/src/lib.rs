//! polars.

use std::path::Path;

use polars::prelude::*;
use tfevents::{LogdirState, Policy, Selection, SummaryWriter};

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

// begin log
/// Logs every column of numbers but the steps.
pub fn log(writer: &SummaryWriter, table: &DataFrame) -> Result {
    let steps = table.column("step")?.cast(&DataType::Int64)?;
    for column in table.columns() {
        if column.name() == "step" || !column.dtype().is_primitive_numeric() {
            continue;
        }
        let values = column.cast(&DataType::Float64)?;
        for (step, value) in steps.i64()?.iter().zip(values.f64()?.iter()) {
            if let (Some(step), Some(value)) = (step, value) {
                writer.add_scalar(column.name(), value, step)?;
            }
        }
    }
    Ok(())
}
// end log

// begin read
/// All scalars below a logdir, a row per point.
pub fn read(logdir: &Path) -> Result<DataFrame> {
    let (mut runs, mut tags) = (Vec::new(), Vec::new());
    let (mut steps, mut values) = (Vec::<i64>::new(), Vec::<f64>::new());
    let state = LogdirState::load(logdir, Selection::all())?;
    for run in state.runs() {
        for series in run.series() {
            let Some(scalars) = run.scalars(series.tag, Policy::Raw) else {
                continue;
            };
            runs.extend(vec![run.name().to_owned(); scalars.steps.len()]);
            tags.extend(vec![series.tag.to_owned(); scalars.steps.len()]);
            steps.extend(&scalars.steps);
            values.extend(scalars.values.to_f64());
        }
    }
    Ok(df!("run" => runs, "tag" => tags, "step" => steps, "value" => values)?)
}
// end read
