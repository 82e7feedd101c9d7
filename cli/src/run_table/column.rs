//! Columns: what the user asks for, and which there are of it.

use std::fmt;
use std::sync::Arc;

use anyhow::{Result, bail};
use tfevents::Number;
use tfevents::plugin::hparams::HParamValue;

use super::Names;
use super::aggregate::Aggregate;
use crate::grid::Cell;
use crate::reporter::{Reporter, UsageError};
use crate::select::Patterns;
use crate::suggest;

/// What the user asked for: a column, or a pattern that stands for several.
pub(super) struct ColumnSpec {
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
pub(super) enum Column {
    HParam(String),
    Series(Aggregate, String),
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HParam(name) => write!(f, "@{name}"),
            Self::Series(aggregate, tag) => write!(f, "{}:{tag}", aggregate.name()),
        }
    }
}

impl ColumnSpec {
    /// # Errors
    ///
    /// A pattern that is none.
    pub(super) fn parse(text: &str, regex: bool) -> Result<Self> {
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
    pub(super) fn every_tag() -> Result<Self> {
        let every = Self::parse("*", false)?;
        Ok(Self {
            optional: true,
            ..every
        })
    }

    /// The tags that have to be read for it.
    pub(super) fn tags(&self) -> Option<Arc<Patterns>> {
        self.aggregate.map(|_| Arc::clone(&self.patterns))
    }

    /// The columns that it stands for.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(super) fn resolve(&self, names: &Names, reporter: &Reporter) -> Result<Vec<Column>> {
        let candidates = match self.aggregate {
            Some(_) => &names.tags,
            None => &names.hparams,
        };
        let matching = candidates.iter().filter(|name| self.patterns.matches(name));
        let columns: Vec<_> = matching
            .map(|name| match self.aggregate {
                Some(aggregate) => Column::Series(aggregate, name.clone()),
                None => Column::HParam(name.clone()),
            })
            .collect();
        if columns.is_empty() && !self.optional {
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
                Some(_) => names.seen.check(&self.patterns, reporter)?,
                None => {
                    let names = names.hparams.iter().map(String::as_str);
                    self.patterns.check(names, reporter)?;
                }
            }
            bail!("`{}`: no scalars have that tag", self.text);
        }
        Ok(columns)
    }

    /// The one column that it stands for.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one.
    pub(super) fn resolve_one(&self, names: &Names, reporter: &Reporter) -> Result<Column> {
        match &*self.resolve(names, reporter)? {
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

/// A hyperparameter as a cell.
pub(super) fn cell(value: &HParamValue) -> Cell {
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
