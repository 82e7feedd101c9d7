//! Tables as rows of cells, which is what every format but JSON makes of them.

use std::borrow::Cow;

use std::io;
use tfevents::{Number, Scalars};

/// One column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The column's name.
    pub name: Cow<'static, str>,
    /// What its cells are.
    pub holds: Holds,
    /// Whether cells may be empty.
    pub optional: bool,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holds {
    /// Names that repeat from row to row.
    Names,
    /// Text.
    Text,
    /// Integers of 64 bits with a sign.
    Integers,
    /// Numbers as 64-bit floats.
    Floats,
    /// Times in seconds since the Unix epoch, as 64-bit floats.
    Times,
    /// Numbers, each in the type in which it was stored.
    Numbers,
    /// True or false.
    Booleans,
}

impl Column {
    /// A column without empty cells.
    #[must_use]
    pub const fn new(name: &'static str, holds: Holds) -> Self {
        Self {
            name: Cow::Borrowed(name),
            holds,
            optional: false,
        }
    }

    /// A column in which cells may be empty.
    #[must_use]
    pub const fn optional(name: &'static str, holds: Holds) -> Self {
        Self {
            name: Cow::Borrowed(name),
            holds,
            optional: true,
        }
    }

    /// Whether it holds numbers.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        !matches!(self.holds, Holds::Names | Holds::Text | Holds::Booleans)
    }
}

/// One cell of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text, as in the file.
    Text(&'a str),
    /// A number in the type in which it was stored.
    Number(Number),
    /// True or false, written as a word; as a [`Number`] it is 1 or 0.
    Boolean(bool),
}

impl Cell<'_> {
    /// A 64-bit float.
    #[must_use]
    pub const fn float(v: f64) -> Self {
        Self::Number(Number::F64(v))
    }

    /// An integer.
    #[must_use]
    pub const fn integer(v: i64) -> Self {
        Self::Number(Number::I64(v))
    }

    /// For counts of what is in memory.
    #[must_use]
    pub fn count(n: usize) -> Self {
        Self::integer(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

/// One way to write rows of cells.
pub trait RowWriter {
    /// Says what the columns are, once and first.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    fn begin(&mut self, columns: &[Column]) -> io::Result<()>;

    /// Writes a row: a cell for each column.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;

    /// Writes a scalar series in the columns run, tag, step, wall time and value.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    fn scalars(&mut self, run: &str, tag: &str, scalars: &Scalars) -> io::Result<()> {
        let points = scalars.steps.iter().zip(&scalars.wall_times);
        for ((&step, &wall_time), value) in points.zip(scalars.values.iter()) {
            self.row(&[
                Cell::Text(run),
                Cell::Text(tag),
                Cell::integer(step),
                Cell::float(wall_time.as_secs()),
                Cell::Number(value),
            ])?;
        }
        Ok(())
    }

    /// Writes what is left, and says what the table could not hold as it was.
    ///
    /// # Errors
    ///
    /// What writing fails with.
    fn finish(&mut self) -> io::Result<Vec<Loss>>;
}

/// The number as a 64-bit float, and whether it is the same number.
pub(crate) fn to_f64(number: Number) -> (f64, bool) {
    let float = number.as_f64();
    #[expect(clippy::cast_possible_truncation, reason = "`as` clamps")]
    let exact = match number {
        Number::I64(v) => float as i128 == i128::from(v),
        Number::U64(v) => float as i128 == i128::from(v),
        _ => true,
    };
    (float, exact)
}

/// The number as an integer of any sign and 64 bits, if it was stored as one or as a truth value.
pub(crate) fn to_integer(number: Number) -> Option<i128> {
    match number {
        Number::I64(v) => Some(v.into()),
        Number::U64(v) => Some(v.into()),
        Number::Bool(v) => Some(v.into()),
        _ => None,
    }
}

/// Counts numbers that did not fit their column.
#[derive(Debug, Default)]
pub(crate) struct Rounded(u64);

impl Rounded {
    /// The number as a 64-bit float.
    pub(crate) fn float(&mut self, number: Number) -> f64 {
        let (float, exact) = to_f64(number);
        self.0 += u64::from(!exact);
        float
    }

    /// The loss of precision, if there is any.
    pub(crate) fn loss(&self) -> Vec<Loss> {
        let count = Some(self.0).filter(|&count| count > 0);
        count.map(Loss::Rounded).into_iter().collect()
    }
}

/// What a table could not hold as it was, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loss {
    /// Integers beyond 2^53 became 64-bit floats.
    Rounded(u64),
    /// Texts are not UTF-8: U+FFFD stands for what is not.
    NotText(u64),
    /// Values were replaced by later ones of the same run, tag and step.
    Replaced(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_noticed() {
        let big = (1 << 53) + 1;
        assert_eq!(
            to_f64(Number::I64(1 << 53)),
            (9_007_199_254_740_992.0, true)
        );
        assert!(!to_f64(Number::I64(big)).1 && !to_f64(Number::I64(i64::MAX)).1);
        assert!(to_f64(Number::I64(i64::MIN)).1 && !to_f64(Number::U64(u64::MAX)).1);
        assert!(to_f64(Number::F32(f32::NAN)).1);
        assert_eq!(to_integer(Number::U64(u64::MAX)), Some(u64::MAX.into()));
        assert_eq!(to_integer(Number::F64(1.0)), None);
    }
}
