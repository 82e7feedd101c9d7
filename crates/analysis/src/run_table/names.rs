//! What there is to be a column.

use std::sync::Arc;

use tfevents::Kind;

use super::{ColumnError, Line};
use crate::condition::{Condition, Subject};
use crate::pattern::{Patterns, SeenTags};
use crate::text::natural_order;

/// What there is to be a column.
#[derive(Debug)]
pub struct Names<'l> {
    pub(super) tags: Vec<&'l str>,
    pub(super) hparams: Vec<Arc<str>>,
    /// Tags that were not read.
    seen: SeenTags,
}

impl<'l> Names<'l> {
    /// Those of all lines; `seen` knows the tags that were not read.
    #[must_use]
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a Line<'l>> + Clone, seen: SeenTags) -> Self
    where
        'l: 'a,
    {
        let series = lines.clone().into_iter().flat_map(|line| line.run.series());
        let scalars = series.filter(|series| series.kind == Kind::Scalar);
        let hparams = lines.into_iter().flat_map(|line| line.run.hparams().keys());
        let hparams = distinct(hparams.map(String::as_str));
        Self {
            tags: distinct(scalars.map(|series| series.tag)),
            hparams: hparams.into_iter().map(Arc::from).collect(),
            seen,
        }
    }

    /// The tags that match.
    pub(super) fn matching<'n>(
        &'n self,
        patterns: &'n Patterns,
    ) -> impl Iterator<Item = &'l str> + 'n {
        let tags = self.tags.iter().copied();
        tags.filter(|tag| patterns.matches(tag))
    }

    /// Makes sure that there is something of all that a condition speaks of.
    ///
    /// # Errors
    ///
    /// The first of its names that stands for nothing.
    pub fn check(&self, condition: &Condition) -> Result<(), ColumnError> {
        for reference in condition.references() {
            let of_tags = match reference.subject() {
                Subject::Step | Subject::Idle => continue,
                subject => subject != Subject::HParam,
            };
            for (_, patterns) in reference.names() {
                let known = match of_tags {
                    true => self.tags.iter().any(|tag| patterns.matches(tag)),
                    false => self.hparams.iter().any(|name| patterns.matches(name)),
                };
                if !known {
                    return Err(self.none(&reference.to_string(), patterns, of_tags));
                }
            }
        }
        Ok(())
    }

    /// Why nothing matches.
    pub(super) fn none(
        &self,
        column: &str,
        patterns: &Arc<Patterns>,
        of_tags: bool,
    ) -> ColumnError {
        let column = column.to_owned();
        if !patterns.match_nothing() {
            return ColumnError::NoScalars { column };
        }
        let mut names: Vec<_> = match of_tags {
            true => self.seen.with(|tags| {
                let tags = tags.iter().chain(&self.tags);
                tags.map(|&tag| tag.to_owned()).collect()
            }),
            false => self.hparams.iter().map(ToString::to_string).collect(),
        };
        names.sort_unstable();
        ColumnError::NoMatch {
            column,
            patterns: Arc::clone(patterns),
            names,
        }
    }
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable_by(|a, b| natural_order(a, b));
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WholeRun;

    #[test]
    fn conditions_speak_of_what_there_is() {
        let dir = tempfile::tempdir().unwrap();
        let writer = tfevents::SummaryWriter::new(dir.path()).unwrap();
        writer.add_scalar("a", 1.0, 1).unwrap();
        writer.close().unwrap();
        let logdir = tfevents::LogdirState::load(dir.path(), tfevents::Selection::all()).unwrap();
        let line = Line::new(".", WholeRun::new(logdir.run(".").unwrap()));
        let names = Names::of(&[line], SeenTags::default());
        let check = |text: &str| names.check(&Condition::parse(text, false).unwrap());
        assert!(check("step > 1 and a > 1 and a@min:a > 0").is_ok());
        assert_eq!(
            check("a@max:c > 1").unwrap_err().to_string(),
            "`a@max:c`: no tag matches"
        );
        assert_eq!(
            check("a > c").unwrap_err().to_string(),
            "`c`: no tag matches"
        );
    }
}
