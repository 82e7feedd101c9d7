//! Which column, key or group holds what.

use std::str::FromStr;

use anyhow::Result;

use crate::ui::suggest;
use crate::ui::usage::UsageError;
use tfevents_analysis::text::quoted;

/// What a row says besides its values, or instead of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Run,
    Tag,
    Step,
    WallTime,
    Value,
}

impl Field {
    const ALL: [(&'static str, Self); 5] = [
        ("run", Self::Run),
        ("tag", Self::Tag),
        ("step", Self::Step),
        ("wall_time", Self::WallTime),
        ("value", Self::Value),
    ];

    /// What Weights & Biases and MLflow call them.
    const FOREIGN: [(&'static str, Self); 6] = [
        ("run_id", Self::Run),
        ("key", Self::Tag),
        ("metric", Self::Tag),
        ("_step", Self::Step),
        ("_timestamp", Self::WallTime),
        ("timestamp", Self::WallTime),
    ];

    fn name(self) -> &'static str {
        let named = Self::ALL.iter().find(|(_, field)| *field == self);
        named.map_or("", |(name, _)| name)
    }
}

impl FromStr for Field {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let field = Self::ALL.iter().find(|(known, _)| *known == name);
        field.map(|&(_, field)| field).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name);
            format!("unknown field `{name}`{}", suggest::hint(name, names))
        })
    }
}

/// The names of fields: their own, where no other is given.
pub(super) struct Fields {
    given: Vec<(String, Field)>,
    /// Whether steps are counted, so that nothing names them.
    pub(super) counts: bool,
}

/// Which of some columns, keys or groups are fields.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found([Option<usize>; Field::ALL.len()]);

impl Found {
    pub(super) fn get(&self, field: Field) -> Option<usize> {
        self.0[field as usize]
    }

    /// The field that the column of that number is.
    pub(super) fn field(&self, column: usize) -> Option<Field> {
        let at = self.0.iter().position(|&found| found == Some(column))?;
        Field::ALL.get(at).map(|&(_, field)| field)
    }
}

impl Fields {
    /// Out of `FIELD=NAME`.
    pub(super) fn new(columns: &[String], counts: bool) -> Result<Self> {
        let mut given = Vec::new();
        for column in columns {
            let wrong = |problem| UsageError(format!("--column `{column}`: {problem}"));
            let (field, name) = column
                .split_once('=')
                .ok_or_else(|| wrong("expected FIELD=NAME, such as step=epoch".to_owned()))?;
            let field = field.parse().map_err(wrong)?;
            if counts && field == Field::Step {
                let problem =
                    "--step line takes the step from the line number; use only one of them";
                return Err(wrong(problem.to_owned()).into());
            }
            given.push((name.to_owned(), field));
        }
        Ok(Self { given, counts })
    }

    /// The field that a column of that name is. Names of fields may be written like `Wall time`.
    pub(super) fn get(&self, name: &str) -> Option<Field> {
        let given = self.given.iter().find(|(given, _)| given == name);
        given.map(|&(_, field)| field).or_else(|| {
            plain(name)
                .parse()
                .ok()
                .filter(|&field| self.is_free(field))
        })
    }

    /// Whether a field has its usual names: where another column is that field, these are not.
    fn is_free(&self, field: Field) -> bool {
        let is_given = self.given.iter().any(|&(_, given)| given == field);
        let is_counted = self.counts && field == Field::Step;
        !is_given && !is_counted
    }

    /// Which of these are fields. What other programs call a field counts where nothing has the field's own name.
    ///
    /// # Errors
    ///
    /// Two names of the same field.
    pub(super) fn find(&self, what: &str, names: &[&str]) -> Result<Found, String> {
        let mut found = Found::default();
        for (i, name) in names.iter().enumerate() {
            let Some(field) = self.get(name) else {
                continue;
            };
            if let Some(other) = found.0[field as usize].replace(i) {
                let field = field.name();
                return Err(format!(
                    "two {what}, {} and {}, could be the {field}; choose one with --column {field}=NAME",
                    quoted(names[other]),
                    quoted(name)
                ));
            }
        }
        for (foreign, field) in Field::FOREIGN {
            let slot = &mut found.0[field as usize];
            if slot.is_none() && self.is_free(field) {
                *slot = names.iter().position(|name| plain(name) == foreign);
            }
        }
        Ok(found)
    }

    /// Complains that no column is the step.
    pub(super) fn no_step(what: &str, names: &[&str]) -> String {
        let names = suggest::hint("step", names.iter().copied());
        format!(
            "no {what} is called `step`{names}; choose one with --column step=NAME, or count lines with --step line"
        )
    }
}

/// A name as names of fields are compared.
fn plain(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace([' ', '-'], "_")
}

/// A step; programs that know only floats write those.
pub(super) fn step(text: &str) -> Result<i64, String> {
    let text = text.trim();
    if text.is_empty() || text == "null" {
        return Err("there is no step".to_owned());
    }
    text.parse().or_else(|_| {
        #[expect(clippy::cast_possible_truncation, reason = "integers of that size fit")]
        match text.parse::<f64>() {
            Ok(v) if v.fract() == 0.0 && v.abs() <= 9e15 => Ok(v as i64),
            _ => Err(format!("the step {} is not an integer", quoted(text))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_their_own_names_or_given_ones() {
        let fields = Fields::new(&["step=epoch".to_owned()], false).unwrap();
        assert_eq!(fields.get("epoch"), Some(Field::Step));
        assert_eq!(fields.get("step"), None);
        assert_eq!(fields.get("Wall time"), Some(Field::WallTime));
        assert_eq!(fields.get("loss"), None);
        assert!(Fields::new(&["stp=epoch".to_owned()], false).is_err());
        assert!(Fields::new(&["epoch".to_owned()], false).is_err());
    }

    #[test]
    fn a_field_has_one_name() {
        let check = |columns: &[&str], names: &[&str]| {
            let columns: Vec<_> = columns.iter().map(|&c| c.to_owned()).collect();
            let fields = Fields::new(&columns, false).unwrap();
            fields.find("columns", names).map(drop)
        };
        assert_eq!(check(&[], &["step", "loss", "run", "loss"]), Ok(()));
        let error = check(&[], &["step", "loss", "Step"]).unwrap_err();
        assert_eq!(
            error,
            "two columns, `step` and `Step`, could be the step; choose one with --column step=NAME"
        );
        assert_eq!(check(&["step=step"], &["step", "Step"]), Ok(()));
        assert!(check(&["step=a", "step=b"], &["b", "a"]).is_err());
        assert!(check(&[], &["step", "Wall time", "wall_time"]).is_err());
    }

    #[test]
    fn other_programs_have_names_of_their_own() {
        let found = |names: &[&str], counts| {
            let fields = Fields::new(&[], counts).unwrap();
            let found = fields.find("columns", names).unwrap();
            Field::ALL.map(|(_, field)| found.get(field))
        };
        let mlflow = ["run_id", "key", "value", "timestamp", "step"];
        let columns = [Some(0), Some(1), Some(4), Some(3), Some(2)];
        assert_eq!(found(&mlflow, false), columns);
        // The field's own name goes first, and the other one is a tag.
        let both = ["_step", "step", "timestamp", "Wall time"];
        assert_eq!(found(&both, false), [None, None, Some(1), Some(3), None]);
        assert_eq!(found(&both, true), [None, None, None, Some(3), None]);
        assert!(Fields::new(&["step=a".to_owned()], true).is_err());
    }

    #[test]
    fn steps_may_be_written_as_floats() {
        assert_eq!(step(" 12 "), Ok(12));
        assert_eq!(step("9007199254740993"), Ok(9_007_199_254_740_993));
        assert_eq!(step("100.0"), Ok(100));
        assert_eq!(step(" "), Err("there is no step".to_owned()));
        assert!(step("1.5").is_err() && step("nan").is_err() && step("1e30").is_err());
    }
}
