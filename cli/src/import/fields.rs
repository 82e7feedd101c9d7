//! Which column, key or group holds what.

use std::str::FromStr;

use anyhow::Result;

use crate::number;
use crate::reporter::UsageError;
use crate::suggest;

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
}

impl FromStr for Field {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let field = Self::ALL.iter().find(|(known, _)| *known == name);
        field.map(|&(_, field)| field).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name);
            format!("there is no field `{name}`{}", suggest::hint(name, names))
        })
    }
}

/// The names of fields: their own, where no other is given.
pub(super) struct Fields(Vec<(String, Field)>);

impl Fields {
    /// Out of `FIELD=NAME`.
    pub(super) fn new(columns: &[String]) -> Result<Self> {
        let mut fields = Vec::new();
        for column in columns {
            let wrong = |problem| UsageError(format!("--column `{column}`: {problem}"));
            let (field, name) = column
                .split_once('=')
                .ok_or_else(|| wrong("give FIELD=NAME, as in step=epoch".to_owned()))?;
            fields.push((name.to_owned(), field.parse().map_err(wrong)?));
        }
        Ok(Self(fields))
    }

    /// The field that a column of that name is. Names of fields may be written like `Wall time`.
    pub(super) fn get(&self, name: &str) -> Option<Field> {
        let given = self.0.iter().find(|(given, _)| given == name);
        given.map(|&(_, field)| field).or_else(|| {
            let plain = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
            let field = plain.parse().ok()?;
            // Where another column is that field, this one is not.
            self.0
                .iter()
                .all(|&(_, given)| given != field)
                .then_some(field)
        })
    }

    /// Complains that no column is the step.
    pub(super) fn no_step(what: &str, names: &[&str]) -> String {
        let names = suggest::hint("step", names.iter().copied());
        format!("no {what} is called `step`{names}: name it with --column step=NAME")
    }
}

/// A step; programs that know only floats write those.
pub(super) fn step(text: &str) -> Result<i64, String> {
    let text = text.trim();
    text.parse().or_else(|_| {
        #[expect(clippy::cast_possible_truncation, reason = "integers of that size fit")]
        match text.parse::<f64>() {
            Ok(v) if v.fract() == 0.0 && v.abs() <= 9e15 => Ok(v as i64),
            _ => Err(format!("the step `{text}` is no integer")),
        }
    })
}

/// A wall time, which has to be finite: TensorBoard gives a file up at one that is not.
pub(super) fn time(text: &str) -> Result<f64, String> {
    match number::parse_time(text.trim()) {
        Ok(time) if time.is_finite() => Ok(time),
        Ok(time) => Err(format!("the wall time {time} is no time")),
        Err(e) => Err(format!("the wall time `{text}`: {e}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_their_own_names_or_given_ones() {
        let fields = Fields::new(&["step=epoch".to_owned()]).unwrap();
        assert_eq!(fields.get("epoch"), Some(Field::Step));
        assert_eq!(fields.get("step"), None);
        assert_eq!(fields.get("Wall time"), Some(Field::WallTime));
        assert_eq!(fields.get("loss"), None);
        assert!(Fields::new(&["stp=epoch".to_owned()]).is_err());
        assert!(Fields::new(&["epoch".to_owned()]).is_err());
    }

    #[test]
    fn steps_may_be_written_as_floats() {
        assert_eq!(step(" 12 "), Ok(12));
        assert_eq!(step("9007199254740993"), Ok(9_007_199_254_740_993));
        assert_eq!(step("100.0"), Ok(100));
        assert!(step("1.5").is_err() && step("nan").is_err() && step("1e30").is_err());
    }
}
