//! How many digits are shown: `--digits 3`, `--digits 'val/acc=4'`.

use std::str::FromStr;

use anyhow::Result;
use tfevents_analysis::run_table::{Head, Names};

use super::columns::titled;
use crate::args::{conditions, numbers};

/// What one `--digits` says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Digits {
    /// The column that it is about, or all that were measured.
    column: Option<String>,
    digits: usize,
}

impl FromStr for Digits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Names may have equals signs.
        let (column, digits) = match text.rsplit_once('=') {
            Some((column, digits)) => (Some(column.to_owned()), digits),
            None => (None, text),
        };
        match numbers::parse(digits)? {
            digits @ 1..=17 => Ok(Self { column, digits }),
            _ => Err("expected 1 to 17 digits".to_owned()),
        }
    }
}

/// How many digits each column is shown with.
///
/// # Errors
///
/// An unknown column.
pub(super) fn of(
    asked: &[Digits],
    heads: &[Head<'_>],
    names: &Names<'_>,
    regex: bool,
) -> Result<Vec<Option<usize>>> {
    let all = asked.iter().rfind(|one| one.column.is_none());
    let all = all.map(|all| all.digits);
    let measured = |head: &Head<'_>| all.filter(|_| head.column.is_measured());
    let mut digits: Vec<_> = heads.iter().map(measured).collect();
    for one in asked {
        let Some(column) = &one.column else {
            continue;
        };
        let mut meant = Vec::new();
        match titled(column, heads) {
            Some(head) => meant.push(head.clone()),
            None => {
                let spec = conditions::column(column, regex)?;
                conditions::found(spec.resolve(names, &mut meant))?;
            }
        }
        let is_meant = |head: &Head<'_>| meant.iter().any(|meant| meant.column == head.column);
        for (head, digits) in heads.iter().zip(&mut digits) {
            if is_meant(head) {
                *digits = Some(one.digits);
            }
        }
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_may_have_equals_signs() {
        let parse = |text: &str| text.parse::<Digits>();
        let digits = |column: Option<&str>, digits| {
            let column = column.map(str::to_owned);
            Ok(Digits { column, digits })
        };
        assert_eq!(parse("3"), digits(None, 3));
        assert_eq!(parse("lr=0.1/loss=4"), digits(Some("lr=0.1/loss"), 4));
        for wrong in ["0", "18", "x", "loss=", "loss=x", ""] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
