//! Names that repeat from row to row.

use std::collections::HashMap;

/// A column of names: each in a list once, and how many rows on end have which of them.
#[derive(Default)]
pub(crate) struct Stretches {
    names: Vec<Box<str>>,
    numbers: HashMap<Box<str>, usize>,
    /// Numbers of names, and how many rows.
    stretches: Vec<(usize, usize)>,
}

impl Stretches {
    /// Appends so many rows of that name.
    pub(crate) fn push(&mut self, name: &str, rows: usize) {
        if let Some((number, so_far)) = self.stretches.last_mut()
            && *self.names[*number] == *name
        {
            *so_far += rows;
            return;
        }
        let number = match self.numbers.get(name) {
            Some(&number) => number,
            None => {
                let number = self.names.len();
                self.names.push(name.into());
                self.numbers.insert(name.into(), number);
                number
            }
        };
        self.stretches.push((number, rows));
    }

    /// All names, in the order in which they came first.
    pub(crate) fn names(&self) -> &[Box<str>] {
        &self.names
    }

    /// The number of a name in that order, and how many rows have it.
    #[cfg(any(test, feature = "parquet"))]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.stretches.iter().copied()
    }

    /// Takes the rows out, as [`iter`](Self::iter) tells them, and keeps the names.
    pub(crate) fn take_rows(&mut self) -> Vec<(usize, usize)> {
        std::mem::take(&mut self.stretches)
    }

    /// The names row by row.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &str> {
        let row =
            |&(number, rows): &(usize, usize)| std::iter::repeat_n(&*self.names[number], rows);
        self.stretches.iter().flat_map(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_listed_once() {
        let mut column = Stretches::default();
        for (name, rows) in [("a", 2), ("a", 1), ("b", 1), ("a", 1)] {
            column.push(name, rows);
        }
        assert_eq!(column.names(), ["a".into(), "b".into()]);
        assert_eq!(column.iter().collect::<Vec<_>>(), [(0, 3), (1, 1), (0, 1)]);
        assert_eq!(column.rows().collect::<String>(), "aaaba");
    }
}
