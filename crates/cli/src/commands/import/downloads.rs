//! Series that TensorBoard's own page downloads.

use std::path::Path;

use serde_json::Value;

use super::inputs::Input;
use super::json::Member;
use super::spot::Spot;
use super::{Import, Place, fields, number, times};
use anyhow::Result;

/// A series, which only the name of its file says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    pub(super) run: String,
    pub(super) tag: String,
}

impl Series {
    /// Out of `run-RUN-tag-TAG.csv` or `.json`.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_stem()?.to_str()?;
        let (run, tag) = name.strip_prefix("run-")?.split_once("-tag-")?;
        let is_named = !run.is_empty() && !tag.is_empty();
        is_named.then(|| Self {
            run: run.to_owned(),
            tag: tag.to_owned(),
        })
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_run_and_tag() {
        let series = |path: &str| {
            let series = Series::of(Path::new(path))?;
            Some(format!("{} {}", series.run, series.tag))
        };
        assert_eq!(
            series("x/run-a_b-tag-loss.csv"),
            Some("a_b loss".to_owned())
        );
        assert_eq!(
            series("run-.-tag-a-tag-b.json"),
            Some(". a-tag-b".to_owned())
        );
        assert_eq!(series("run-a.csv"), None);
        assert_eq!(series("run--tag-.csv"), None);
    }
}
