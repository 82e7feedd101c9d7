//! A series that only the name of its file says.

use std::path::Path;

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
