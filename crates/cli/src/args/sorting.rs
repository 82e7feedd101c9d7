//! `--sort COLUMN` and `--sort=-COLUMN`, and `--limit`: the same in every verb that lists.

use std::cmp::Reverse;

use clap::ValueEnum;

use crate::ui::suggest;

/// A column to sort by: in ascending order, or in descending order with a minus before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sort<C> {
    pub(crate) column: C,
    pub(crate) descending: bool,
}

impl<C: ValueEnum> Sort<C> {
    /// What `--sort` was given.
    ///
    /// # Errors
    ///
    /// An unknown column.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, descending) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let column = C::from_str(name, false).map_err(|_| {
            let values = C::value_variants().iter().filter_map(C::to_possible_value);
            let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
            let hint = suggest::hint(name, names.iter().map(String::as_str));
            format!("no such column{hint}")
        })?;
        Ok(Self { column, descending })
    }
}

impl<C> Sort<C> {
    /// Sorts by a key; what is equal keeps its order.
    pub(crate) fn by<T, K: Ord>(&self, all: &mut [T], key: impl Fn(&T) -> K) {
        match self.descending {
            false => all.sort_by_key(key),
            true => all.sort_by_key(|one| Reverse(key(one))),
        }
    }
}

/// How much of a list is shown.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Limit {
    /// Show only the first N, and say how many more there are
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

impl Limit {
    /// The first of some things, and how many others there are.
    pub(crate) fn first<'a, T>(&self, all: &'a [T]) -> (&'a [T], u64) {
        let shown = self.limit.unwrap_or(all.len()).min(all.len());
        (&all[..shown], (all.len() - shown) as u64)
    }
}
