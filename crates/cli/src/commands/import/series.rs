//! A series that only the name of its file says.

use std::path::Path;

use crate::output::packed::Packing;

/// A series, which only the name of its file says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    pub(super) run: String,
    pub(super) tag: String,
}

impl Series {
    /// Out of `run-RUN-tag-TAG.csv` or `.json`, as TensorBoard calls its downloads. Older versions of it begin with `run_`,
    /// or write `,tag_` in the middle; browsers number files that they download again: `run-a-tag-loss (1).csv`.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let unpacked = Packing::of(path).1;
        let name = unpacked.file_stem()?.to_str()?;
        let name = without_number(name);
        let name = name.strip_prefix("run")?.strip_prefix(['-', '_'])?;
        let (run, tag) = name
            .split_once("-tag-")
            .or_else(|| name.split_once(",tag_"))?;
        let is_named = !run.is_empty() && !tag.is_empty();
        is_named.then(|| Self {
            run: run.to_owned(),
            tag: tag.to_owned(),
        })
    }
}

/// The name of a download without the number of a later one.
fn without_number(name: &str) -> &str {
    let numbered = name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once(" ("));
    match numbered {
        Some((name, number)) if number.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => name,
    }
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
        for name in [
            "run_a-tag-x_y.csv.gz",
            "run_a,tag_x_y.csv",
            "run-a-tag-x_y (12).json",
        ] {
            assert_eq!(series(name), Some("a x_y".to_owned()), "{name}");
        }
        assert_eq!(series("run-a.csv"), None);
        assert_eq!(series("running-tag-a.csv"), None);
        assert_eq!(series("run--tag-.csv"), None);
    }
}
