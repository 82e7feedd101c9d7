//! What the columns of a table are.

use std::borrow::Cow;
use std::collections::HashMap;

use anyhow::{Result, bail};
use csv::StringRecord;

use crate::commands::import::fields::{self, Field, Fields};
use crate::commands::import::inputs::Input;
use crate::commands::import::spot::Spot;
use crate::commands::import::{Import, Place, number, times};
use tfevents_analysis::text::quoted;

/// What each column is.
pub(super) struct Columns {
    run: Option<usize>,
    /// Absent where steps are counted.
    step: Option<usize>,
    time: Option<usize>,
    /// Where a row is a value.
    pub(super) long: Option<Long>,
    /// Where a row is a step: the columns that are tags.
    pub(super) tags: Vec<Column>,
    /// Whether numbers have decimal commas.
    has_commas: bool,
}

#[derive(Clone, Copy)]
pub(super) struct Long {
    pub(super) tag: usize,
    pub(super) value: usize,
}

/// A column that is a tag.
pub(super) struct Column {
    pub(super) index: usize,
    /// The run that its name states.
    pub(super) run: Option<String>,
    pub(super) tag: String,
    /// The column of which it has the smallest or the largest of the values that one point stands for.
    pub(super) extreme_of: Option<usize>,
}

impl Columns {
    pub(super) fn new(
        head: &StringRecord,
        has_commas: bool,
        input: &Input<'_>,
        import: &mut Import<'_>,
    ) -> Result<Self> {
        let names: Vec<_> = head.iter().map(str::trim).collect();
        let found = match import.fields.find("columns", &names) {
            Ok(found) => found,
            Err(problem) => bail!(problem),
        };
        let step = found.get(Field::Step);
        if step.is_none() && !import.fields.counts {
            bail!(Fields::no_step("column", &names));
        }
        let (run, time) = (found.get(Field::Run), found.get(Field::WallTime));
        let tag = found.get(Field::Tag);
        let long = tag
            .zip(found.get(Field::Value))
            .map(|(tag, value)| Long { tag, value });
        let tags: Vec<_> = match long {
            Some(_) => Vec::new(),
            None => {
                let is_tag =
                    |i: &usize| ![run, step, time].contains(&Some(*i)) && !names[*i].is_empty();
                let indices = (0..names.len()).filter(is_tag);
                indices.map(|index| Column::new(index, &names)).collect()
            }
        };
        let tags = match (&input.series, tags.as_slice()) {
            (Some(series), [value]) if found.get(Field::Value) == Some(value.index) => {
                let tag = series.tag.clone();
                vec![Column {
                    tag,
                    ..Column::plain(value.index, "")
                }]
            }
            (None, [value]) if time.is_some() && found.get(Field::Value) == Some(value.index) => {
                import.tally.unnamed(input.path, &value.tag);
                tags
            }
            _ => tags,
        };
        let mut known = HashMap::new();
        for column in &tags {
            let first = known.insert((&column.run, &column.tag), column.index);
            if let Some(first) = first
                && import.wants(&column.tag)
            {
                bail!(
                    "columns {} and {} are both called {}; rename one of them",
                    first + 1,
                    column.index + 1,
                    quoted(names[column.index])
                );
            }
        }
        Ok(Self {
            run,
            step,
            time,
            long,
            tags,
            has_commas,
        })
    }

    /// The text in a column, which is that of a number with a point if it is one.
    pub(super) fn cell<'r>(&self, row: &'r StringRecord, column: usize) -> Cow<'r, str> {
        let cell = row.get(column).unwrap_or_default();
        match self.has_commas {
            true => number::with_point(cell),
            false => Cow::Borrowed(cell),
        }
    }

    pub(super) fn place<'r>(
        &self,
        row: &'r StringRecord,
        spot: Spot<'_>,
        input: &'r Input<'_>,
        import: &Import<'_>,
    ) -> Result<Place<'r>, String> {
        let step = match (import.counted_step(spot), self.step) {
            (Some(step), _) => step,
            (None, step) => fields::step(&step.map_or(Cow::default(), |i| self.cell(row, i)))?,
        };
        let run = self
            .run
            .and_then(|i| row.get(i))
            .filter(|run| !run.is_empty());
        let time = self
            .time
            .map(|i| self.cell(row, i))
            .filter(|time| !time.is_empty());
        Ok(Place {
            run: run.unwrap_or(&input.run),
            step,
            time: time.map_or(Ok(input.time), |time| times::time(&time))?,
        })
    }
}

impl Column {
    fn plain(index: usize, tag: &str) -> Self {
        Self {
            index,
            run: None,
            tag: tag.to_owned(),
            extreme_of: None,
        }
    }

    /// Out of the name of a column. In charts of Weights & Biases, three belong together: `RUN - TAG`, and the same
    /// with `__MIN` and `__MAX`.
    fn new(index: usize, names: &[&str]) -> Self {
        let name = names[index];
        let find =
            |name: &str, end: &str| names.iter().position(|n| n.strip_suffix(end) == Some(name));
        let ends = ["__MIN", "__MAX"];
        let base = ends
            .iter()
            .find_map(|end| name.strip_suffix(end))
            .unwrap_or(name);
        let main = names.iter().position(|name| *name == base);
        let is_chart = main.is_some() && ends.iter().all(|end| find(base, end).is_some());
        match name.rsplit_once(" - ") {
            Some((run, tag)) if is_chart => Self {
                run: Some(run.to_owned()),
                extreme_of: main.filter(|&main| main != index),
                ..Self::plain(index, tag)
            },
            _ => Self::plain(index, name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_charts_name_their_run() {
        let names = [
            "a - b - loss",
            "a - b - loss__MIN",
            "a - b - loss__MAX",
            "x - y",
        ];
        let columns = (0..names.len()).map(|i| Column::new(i, &names));
        let columns = columns.map(|c| format!("{:?} {} {:?}", c.run, c.tag, c.extreme_of));
        assert_eq!(
            columns.collect::<Vec<_>>(),
            [
                "Some(\"a - b\") loss None",
                "Some(\"a - b\") loss__MIN Some(0)",
                "Some(\"a - b\") loss__MAX Some(0)",
                "None x - y None"
            ]
        );
    }
}
