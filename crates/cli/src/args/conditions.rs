//! Conditions on runs, and columns: what is wrong with them, in words.

use anyhow::{Result, bail};
use tfevents_analysis::Aggregate;
use tfevents_analysis::condition::Condition;
use tfevents_analysis::run_table::{ColumnError, ColumnSpec};

use crate::ui::suggest;
use crate::ui::unmatched::{NothingMatches, Unmatched};
use crate::ui::usage::UsageError;

/// The condition that a flag such as `--until` was given. With `regex`, names in it are regular expressions.
///
/// # Errors
///
/// Text that is not a condition.
pub(crate) fn parse(flag: &str, text: &str, regex: bool) -> Result<Condition> {
    let invalid = |e| UsageError(format!("invalid condition {flag} '{text}': {e}"));
    Ok(Condition::parse(text, regex).map_err(invalid)?)
}

/// The conditions of `--where`.
///
/// # Errors
///
/// As for [`parse`].
pub(crate) fn parse_where(conditions: &[String], regex: bool) -> Result<Vec<Condition>> {
    let parse = |text: &String| parse("--where", text, regex);
    conditions.iter().map(parse).collect()
}

/// A column, or a pattern for several.
///
/// # Errors
///
/// An invalid pattern.
pub(crate) fn column(text: &str, regex: bool) -> Result<ColumnSpec> {
    ColumnSpec::parse(text, regex).map_err(|e| UsageError(e.to_string()).into())
}

/// What to say where there is no such column.
///
/// # Errors
///
/// That there is none.
pub(crate) fn found<T>(found: Result<T, ColumnError>) -> Result<T> {
    match found {
        Ok(found) => Ok(found),
        Err(ColumnError::NoMatch {
            column,
            patterns,
            names,
        }) => {
            if let Some((name, _)) = column.split_once(':')
                && let [aggregate, ..] =
                    *suggest::similar(name, Aggregate::ALL.map(Aggregate::name))
                && Aggregate::named(name).is_none()
            {
                bail!("`{column}`: unknown aggregate `{name}`; did you mean `{aggregate}`?");
            }
            let unmatched = Unmatched::of(&patterns, names.iter().map(String::as_str));
            if unmatched.is_all() {
                return Err(NothingMatches(unmatched.to_string()).into());
            }
            Err(NothingMatches(format!("`{column}`: no such column")).into())
        }
        Err(e @ ColumnError::Several { .. }) => Err(UsageError(e.to_string()).into()),
        Err(e) => Err(e.into()),
    }
}
