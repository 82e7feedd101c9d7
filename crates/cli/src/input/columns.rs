//! Columns, of which each run has a line: what the user asks for, and which there are of it.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use anyhow::{Result, bail};
use tfevents::plugin::hparams::HParamValue;
use tfevents::state::RunState;
use tfevents::{Kind, Number, Policy};

use crate::args::filters::{Patterns, SeenTags};
use crate::input::loaded::Loaded;
use crate::input::sources::Source;
use crate::ui::reporter::Reporter;
use crate::ui::suggest;
use crate::ui::usage::UsageError;
use tfevents_analysis::cell::Cell;
use tfevents_analysis::text::natural_order;

mod aggregate;
mod condition;

use aggregate::Aggregate;
pub(crate) use condition::{Condition, retain};

/// What the user asked for: a column, or a pattern that stands for several.
pub(crate) struct ColumnSpec {
    text: String,
    /// Of hyperparameters or of tags.
    patterns: Arc<Patterns>,
    /// None for hyperparameters.
    aggregate: Option<Aggregate>,
    /// Whether it is no fault that there is none.
    optional: bool,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Column<'l> {
    /// The runs' names.
    Run,
    HParam(Arc<str>),
    Series(Aggregate, &'l str),
}

impl fmt::Display for Column<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run => f.write_str("run"),
            Self::HParam(name) => write!(f, "@{name}"),
            Self::Series(aggregate, tag) => write!(f, "{}:{tag}", aggregate.name()),
        }
    }
}

impl ColumnSpec {
    /// # Errors
    ///
    /// An invalid pattern.
    pub(crate) fn parse(text: &str, regex: bool) -> Result<Self> {
        let (noun, pattern, aggregate) = match (text.strip_prefix('@'), text.split_once(':')) {
            (Some(name), _) => ("hyperparameter", name, None),
            (None, Some((name, tag))) if Aggregate::named(name).is_some() => {
                ("tag", tag, Aggregate::named(name))
            }
            _ => ("tag", text, Some(Aggregate::Last)),
        };
        let optional = text == "@*";
        // A star alone means all of them, in either language.
        let regex = regex && !optional;
        Ok(Self {
            text: text.to_owned(),
            patterns: Arc::new(Patterns::new(noun, &[pattern.to_owned()], regex)?),
            aggregate,
            optional,
        })
    }

    /// The last value of every tag.
    pub(crate) fn every_tag() -> Result<Self> {
        let every = Self::parse("*", false)?;
        Ok(Self {
            optional: true,
            ..every
        })
    }

    /// The tags that have to be read for it.
    pub(crate) fn tags(&self) -> Option<Arc<Patterns>> {
        self.aggregate.map(|_| Arc::clone(&self.patterns))
    }

    /// Adds the columns that it stands for.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(crate) fn resolve<'l>(
        &self,
        names: &Names<'l>,
        columns: &mut Vec<Column<'l>>,
        reporter: &Reporter,
    ) -> Result<()> {
        let before = columns.len();
        let matches = |name: &str| self.patterns.matches(name);
        match self.aggregate {
            Some(aggregate) => {
                let tags = names.tags.iter().filter(|tag| matches(tag));
                columns.extend(tags.map(|tag| Column::Series(aggregate, tag)));
            }
            None => {
                let names = names.hparams.iter().filter(|name| matches(name));
                columns.extend(names.cloned().map(Column::HParam));
            }
        }
        if columns.len() == before && !self.optional {
            if let Some((name, _)) = self.text.split_once(':')
                && let [aggregate, ..] =
                    *suggest::similar(name, Aggregate::ALL.map(Aggregate::name))
                && Aggregate::named(name).is_none()
            {
                bail!(
                    "`{}`: there is no aggregate `{name}`; did you mean `{aggregate}`?",
                    self.text
                );
            }
            match self.aggregate {
                Some(_) => names
                    .seen
                    .check_with(&self.patterns, &names.tags, reporter)?,
                None => {
                    let names = names.hparams.iter().map(|name| &**name);
                    self.patterns.check(names, reporter)?;
                }
            }
            bail!("`{}`: no scalars have that tag", self.text);
        }
        Ok(())
    }

    /// The one column that it stands for.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one.
    pub(crate) fn resolve_one<'l>(
        &self,
        names: &Names<'l>,
        reporter: &Reporter,
    ) -> Result<Column<'l>> {
        let mut columns = Vec::new();
        self.resolve(names, &mut columns, reporter)?;
        match &*columns {
            [column] => Ok(column.clone()),
            [first, second, ..] => Err(UsageError(format!(
                "`{}` stands for several columns, such as `{first}` and `{second}`: name one",
                self.text
            ))
            .into()),
            [] => bail!("`{}`: there is no such column", self.text),
        }
    }
}

/// A test for [tags](ColumnSpec::tags) that have to be read; `seen` remembers the others.
pub(crate) fn wanted(
    tags: Arc<[Arc<Patterns>]>,
    seen: &SeenTags,
) -> impl Fn(&str) -> bool + Clone + Send + Sync + use<> {
    let seen = seen.clone();
    move |tag: &str| {
        // All are asked, so that those that never match can be told.
        let wanted = tags.iter().fold(false, |any, tags| tags.matches(tag) | any);
        if !wanted {
            seen.remember(tag);
        }
        wanted
    }
}

/// A run, and what its line is made of.
pub(crate) struct Line<'l> {
    pub(crate) source: &'l Source,
    run: &'l RunState,
    hparams: BTreeMap<String, HParamValue>,
}

/// What there is to be a column.
pub(crate) struct Names<'l> {
    tags: Vec<&'l str>,
    hparams: Vec<Arc<str>>,
    /// Tags that were not read.
    seen: SeenTags,
}

impl<'l> Line<'l> {
    /// Those of all runs. Warns of hyperparameters that cannot be read.
    pub(crate) fn all(loaded: &'l Loaded, reporter: &Reporter) -> Vec<Self> {
        let mut told = HashSet::new();
        let mut hparams = |source| {
            loaded.hparams(source).unwrap_or_else(|e| {
                // Runs may share those of a directory above.
                if told.insert(e.to_string()) {
                    reporter.warn(format_args!("{}: {e:#}", source.name));
                }
                BTreeMap::new()
            })
        };
        let runs = loaded.runs();
        runs.map(|(source, run)| Self {
            source,
            run,
            hparams: hparams(source),
        })
        .collect()
    }

    pub(crate) fn cell(&self, column: &Column<'_>) -> Cell {
        match column {
            Column::Run => Cell::Text(self.source.name.clone()),
            Column::HParam(name) => self.hparams.get(&**name).map_or(Cell::Empty, cell),
            Column::Series(aggregate, tag) => {
                let scalars = self.run.scalars(tag, Policy::Raw).unwrap_or_default();
                aggregate.of(&scalars).map_or(Cell::Empty, Cell::Number)
            }
        }
    }
}

impl<'l> Names<'l> {
    pub(crate) fn of(lines: &[Line<'l>], seen: SeenTags) -> Self {
        let series = lines.iter().flat_map(|line| line.run.series());
        let scalars = series.filter(|series| series.kind == Kind::Scalar);
        let hparams = lines.iter().flat_map(|line| line.hparams.keys());
        let hparams = distinct(hparams.map(String::as_str));
        Self {
            tags: distinct(scalars.map(|series| series.tag)),
            hparams: hparams.into_iter().map(Arc::from).collect(),
            seen,
        }
    }
}

fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable_by(|a, b| natural_order(a, b));
    names.dedup();
    names
}

/// A hyperparameter as a cell.
pub(crate) fn cell(value: &HParamValue) -> Cell {
    match value {
        HParamValue::Null => Cell::Empty,
        HParamValue::Number(number) => Cell::Number(Number::F64(*number)),
        HParamValue::Bool(value) => Cell::Number(Number::Bool(*value)),
        other => Cell::Text(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_may_have_colons() {
        let aggregate = |text: &str| ColumnSpec::parse(text, false).unwrap().aggregate;
        assert_eq!(aggregate("min:val:loss"), Some(Aggregate::Min));
        assert_eq!(aggregate("val:loss"), Some(Aggregate::Last));
        assert_eq!(aggregate("loss"), Some(Aggregate::Last));
        assert_eq!(aggregate("@min:x"), None);
    }
}
