//! Which column, key or group holds what.

use std::str::FromStr;

use anyhow::Result;

use crate::render::clock;
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
pub(super) struct Fields(Vec<(String, Field)>);

impl Fields {
    /// Out of `FIELD=NAME`.
    pub(super) fn new(columns: &[String]) -> Result<Self> {
        let mut fields = Vec::new();
        for column in columns {
            let wrong = |problem| UsageError(format!("--column `{column}`: {problem}"));
            let (field, name) = column
                .split_once('=')
                .ok_or_else(|| wrong("expected FIELD=NAME, such as step=epoch".to_owned()))?;
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

    /// Complains of two names of the same field.
    pub(super) fn check<'n>(
        &self,
        what: &str,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<(), String> {
        let mut known = Vec::<(Field, &str)>::new();
        for name in names {
            let Some(field) = self.get(name) else {
                continue;
            };
            if let Some((_, other)) = known.iter().find(|(known, _)| *known == field) {
                let field = field.name();
                return Err(format!(
                    "two {what}, {} and {}, could be the {field}; choose one with --column {field}=NAME",
                    quoted(other),
                    quoted(name)
                ));
            }
            known.push((field, name));
        }
        Ok(())
    }

    /// Complains that no column is the step.
    pub(super) fn no_step(what: &str, names: &[&str]) -> String {
        let names = suggest::hint("step", names.iter().copied());
        format!("no {what} is called `step`{names}; choose one with --column step=NAME")
    }
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

/// A wall time, and the unit in which it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Time {
    pub(super) secs: f64,
    pub(super) unit: Unit,
}

/// What wall times that are numbers are numbers of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl Unit {
    /// Each with how many of it are a second.
    const ALL: [(Self, f64); 4] = [
        (Self::Seconds, 1.0),
        (Self::Milliseconds, 1e3),
        (Self::Microseconds, 1e6),
        (Self::Nanoseconds, 1e9),
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }
}

impl Time {
    pub(super) fn from_secs(secs: f64) -> Self {
        Self {
            secs,
            unit: Unit::Seconds,
        }
    }

    /// The size tells the unit: it is the first in which the time is before the year 5138.
    fn from_number(number: f64) -> Option<Self> {
        let mut times = Unit::ALL.iter().map(|&(unit, per_second)| Self {
            secs: number / per_second,
            unit,
        });
        times.find(|time| time.secs.abs() < 1e11)
    }
}

/// A wall time, which has to be finite: TensorBoard gives a file up at one that is not.
pub(super) fn time(text: &str) -> Result<Time, String> {
    let text = text.trim();
    match text.parse() {
        Ok(number) => {
            let time = Time::from_number(number);
            time.ok_or_else(|| format!("the wall time {} is not a time", quoted(text)))
        }
        Err(_) => match clock::parse_time(text) {
            Ok(secs) => Ok(Time::from_secs(secs)),
            Err(e) => Err(format!("the wall time {}: {e}", quoted(text))),
        },
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
    fn a_field_has_one_name() {
        let check = |columns: &[&str], names: &[&str]| {
            let columns: Vec<_> = columns.iter().map(|&c| c.to_owned()).collect();
            let fields = Fields::new(&columns).unwrap();
            fields.check("columns", names.iter().copied())
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
    fn wall_times_have_the_unit_of_their_size() {
        let written = [
            ("1700000000.5", Unit::Seconds),
            ("1700000000500", Unit::Milliseconds),
            ("1.7000000005e15", Unit::Microseconds),
            ("1700000000500000000", Unit::Nanoseconds),
            ("2023-11-14T22:13:20.5Z", Unit::Seconds),
        ];
        for (text, unit) in written {
            let secs = 1_700_000_000.5;
            assert_eq!(time(text), Ok(Time { secs, unit }), "{text}");
        }
        assert_eq!(time("-5"), Ok(Time::from_secs(-5.0)));
        assert_eq!(time("9999-12-01T00:00:00Z").unwrap().unit, Unit::Seconds);
        for text in ["nan", "inf", "1e400", "1e30", "yesterday", ""] {
            assert!(time(text).is_err(), "{text}");
        }
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
