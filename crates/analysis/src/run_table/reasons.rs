//! Why a condition holds of a run.

use super::{Line, cells};
use crate::cell::Cell;
use crate::condition::Condition;

/// A value that makes a condition hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What of the run it is, as conditions put it: `min:loss`, `@lr`, `step`.
    pub of: String,
    /// The value.
    pub value: Cell,
}

impl Line<'_> {
    /// The values that make a condition hold for the run; none if it does not. They are no more than it takes:
    /// of terms with `or` between them one, and of several values under one name those that would do alone.
    #[must_use]
    pub fn reasons(&self, condition: &Condition) -> Vec<Reason> {
        let found = self.found(condition);
        let mut cells = cells(&found);
        if !condition.holds(&cells) {
            return Vec::new();
        }
        // From the end, so that what was said first is what stays.
        for place in (0..cells.len()).rev() {
            let values = std::mem::take(&mut cells[place]);
            if !condition.holds(&cells) {
                cells[place] = values;
            }
        }
        let mut reasons = Vec::new();
        for (place, reference) in condition.references().iter().enumerate() {
            let needed = !cells[place].is_empty();
            for (name, value) in found[place].iter().filter(|_| needed) {
                let all = std::mem::replace(&mut cells[place], vec![value.clone()]);
                if condition.holds(&cells) {
                    let of = reference.to(name);
                    let value = value.clone();
                    reasons.push(Reason { of, value });
                }
                cells[place] = all;
            }
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use crate::WholeRun;

    use super::*;

    #[test]
    fn reasons_are_what_it_takes() {
        let dir = tempfile::tempdir().unwrap();
        let writer = tfevents::SummaryWriter::new(dir.path()).unwrap();
        for (tag, value) in [("a/x", 1.0), ("a/y", 5.0), ("b", f64::NAN)] {
            writer.add_scalar(tag, value, 7).unwrap();
        }
        writer.close().unwrap();
        let logdir = tfevents::LogdirState::load(dir.path(), tfevents::Selection::all()).unwrap();
        let line = Line::new(".", WholeRun::new(logdir.run(".").unwrap()));
        for (condition, expected) in [
            ("b == nan", "b=NaN"),
            ("b > 0", ""),
            ("min:a/* > 2", "min:a/y=5"),
            ("not max:a/* > 9", "max:a/x=1 max:a/y=5"),
            ("a/x < 0 or a/y > 2", "a/y=5"),
            ("a/x < 2 or a/y > 2", "a/x=1"),
            ("step > 3 and step(b) == 7", "step=7 step(b)=7"),
            ("a/x < a/y", "a/x=1 a/y=5"),
            ("a/*@max:a/y > 2", "a/y@max:a/y=5"),
            ("nothing > 1 or a/x = 1", "a/x=1"),
        ] {
            let reasons = line.reasons(&Condition::parse(condition, false).unwrap());
            let told = reasons
                .iter()
                .map(|reason| format!("{}={}", reason.of, reason.value.full()));
            let told = told.collect::<Vec<_>>().join(" ");
            assert_eq!(told, expected, "{condition}");
        }
    }
}
