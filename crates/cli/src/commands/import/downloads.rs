//! Series that TensorBoard's own page downloads.

use serde_json::Value;

use super::inputs::Input;
use super::json::Member;
use super::series::Series;
use super::spot::Spot;
use super::{Import, Place, fields, number, times};
use anyhow::Result;

/// Takes in one `[wall time, step, value]`.
pub(super) fn point(
    point: &Member,
    spot: Spot<'_>,
    input: &Input<'_>,
    import: &mut Import<'_>,
) -> Result<()> {
    let Some(Series { run, tag }) = &input.series else {
        let problem = "an array has no tag unless its file is named run-RUN-tag-TAG.json";
        import.tally.skip(spot, problem);
        return Ok(());
    };
    let found = match point {
        Member::Value(Value::Array(parts)) => read(parts, spot, import),
        _ => Err("expected [wall time, step, value]".to_owned()),
    };
    match found {
        Ok((time, step, value)) => import.scalar(Place { run, step, time }, tag, value),
        Err(problem) => {
            import.tally.skip(spot, problem);
            Ok(())
        }
    }
}

fn read(
    parts: &[Value],
    spot: Spot<'_>,
    import: &Import<'_>,
) -> Result<(times::Time, i64, number::Read), String> {
    let [time, step, value] = parts else {
        return Err("expected [wall time, step, value]".to_owned());
    };
    let step = match import.counted_step(spot) {
        Some(step) => step,
        None => fields::step(&step.to_string())?,
    };
    let value = number::from_json(value).ok_or("the value is not a number")?;
    Ok((times::time(&time.to_string())?, step, value))
}
