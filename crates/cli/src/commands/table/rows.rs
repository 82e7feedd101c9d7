//! The rows, and what is said of those that are not there.

use std::collections::BTreeSet;

use anyhow::Result;
use tfevents_analysis::cell::{Cell, SortKey, spread::Spread};
use tfevents_analysis::group::Group;
use tfevents_analysis::number;
use tfevents_analysis::run_table::{Column, Head, Line, Row, differing};
use tfevents_analysis::text::{self, natural_order};
use tfevents_table::Grid;

use crate::render::clock;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use crate::ui::unmatched::NothingMatches;

/// Rows with their cells.
pub(super) struct Rows<'l> {
    pub(super) rows: Vec<(Row<'l>, Vec<Cell>)>,
    are_groups: bool,
}

impl<'l> Rows<'l> {
    /// The runs for which `holds`, or the groups of them.
    ///
    /// # Errors
    ///
    /// It holds for none.
    pub(super) fn of(
        lines: Vec<Option<Line<'l>>>,
        groups: Option<Vec<Group>>,
        holds: impl Fn(&Line<'_>) -> bool,
        reporter: &Reporter,
    ) -> Result<Self> {
        let all = lines.iter().flatten().count();
        let lines = lines.into_iter().map(|line| line.filter(&holds));
        let mut lines: Vec<_> = lines.collect();
        if all > 0 && lines.iter().flatten().next().is_none() {
            let problem = "no run meets the conditions of --where";
            return Err(NothingMatches(problem.to_owned()).into());
        }
        let are_groups = groups.is_some();
        let mut rows: Vec<Row<'l>> = match groups {
            None => lines.into_iter().flatten().map(Row::from).collect(),
            Some(groups) => {
                let rows = groups.into_iter().filter_map(|group| {
                    let runs = group.runs.iter();
                    let runs: Vec<_> = runs.filter_map(|&i| lines.get_mut(i)?.take()).collect();
                    (!runs.is_empty()).then(|| Row::of_group(group.name, runs))
                });
                let rows = rows.collect();
                if let alone @ 1.. = lines.iter().flatten().count() {
                    let runs = number::counted(alone as u64, "run");
                    reporter.note(format_args!("{runs} in no group"));
                }
                rows
            }
        };
        rows.sort_by(|a, b| natural_order(a.name(), b.name()));
        let rows = rows.into_iter().map(|row| (row, Vec::new())).collect();
        Ok(Self { rows, are_groups })
    }

    pub(super) fn are_groups(&self) -> bool {
        self.are_groups
    }

    pub(super) fn noun(&self) -> &'static str {
        match self.are_groups {
            true => "group",
            false => "run",
        }
    }

    /// Fills in the cells, and keeps the rows that have any of what is asked for.
    pub(super) fn keep_answers(
        &mut self,
        heads: &[Head<'_>],
        has_scalars: impl Fn(&str) -> bool,
        reporter: &Reporter,
    ) {
        let has_measures = heads.iter().any(|head| head.column.is_measured());
        let runs = self.rows.iter().flat_map(|(row, _)| row.runs());
        let names: BTreeSet<_> = runs.collect();
        // What runs below it share with it is on their lines.
        let is_shared = |name: &str| {
            let below = format!("{name}/");
            let mut after = names.range(&*below..);
            names.len() > 1 && (name == "." || after.next().is_some_and(|n| n.starts_with(&below)))
        };
        let is_answer = |(row, cells): &mut (Row<'l>, Vec<Cell>)| {
            *cells = heads.iter().map(|head| row.cell(&head.column)).collect();
            let answered = heads.iter().zip(&*cells);
            let mut answered = answered
                .filter(|(head, cell)| {
                    !matches!(head.column, Column::Run | Column::Group) && **cell != Cell::Empty
                })
                .map(|(head, _)| head)
                .peekable();
            let is_configured = answered.peek().is_some();
            // Where values of series are asked for, runs that have none are no answer, unless they are yet to log any.
            match has_measures {
                true => {
                    let is_waiting = |name: &str| !is_shared(name) && !has_scalars(name);
                    answered.any(|head| head.column.is_measured())
                        || is_configured && row.runs().all(is_waiting)
                }
                false => is_configured,
            }
        };
        let before = self.rows.len();
        self.rows = std::mem::take(&mut self.rows)
            .into_iter()
            .filter_map(|mut row| is_answer(&mut row).then_some(row))
            .collect();
        let empty = before - self.rows.len();
        if empty > 0 {
            let rows = number::counted(empty as u64, self.noun());
            reporter.note(format_args!("left out {rows} without any of these values"));
        }
    }

    pub(super) fn sort(&mut self, column: &Column<'_>, descending: bool) {
        self.rows
            .sort_by_cached_key(|(row, _)| SortKey::new(row.cell(column), descending));
    }

    /// Keeps the columns in which rows differ.
    pub(super) fn keep_differing(
        &mut self,
        heads: &mut Vec<Head<'_>>,
        digits: &mut Vec<Option<usize>>,
        reporter: &Reporter,
    ) {
        let rows: Vec<_> = self.rows.iter().map(|(_, cells)| &**cells).collect();
        let keep = differing(heads, &rows);
        let same = keep.iter().filter(|keep| !**keep).count();
        retain(heads, &keep);
        retain(digits, &keep);
        for (_, cells) in &mut self.rows {
            retain(cells, &keep);
        }
        if same > 0 {
            let columns = number::counted(same as u64, "column");
            let rows = number::counted(self.rows.len() as u64, self.noun());
            reporter.note(format_args!("left out {columns} with one value for {rows}"));
        }
    }

    /// Says which runs of which groups did not count.
    pub(super) fn report(&self, heads: &[Head<'_>], reporter: &Reporter) {
        let (mut missing, mut not_finite) = (Vec::new(), Vec::new());
        for (row, cells) in &self.rows {
            for (head, cell) in heads.iter().zip(cells) {
                let Cell::Spread(spread) = cell else {
                    continue;
                };
                let told = |which: &[String]| told(row, head, spread, which);
                missing.extend(told(&spread.missing));
                not_finite.extend(told(&spread.not_finite));
            }
        }
        let (are, more) = ("NaN or infinite and did not count", "have such values");
        tell(&not_finite, are, more, |line| {
            reporter.warn(line);
        });
        tell(&missing, "missing", "lack values", |line| {
            reporter.note(line);
        });
    }

    /// The table; `for_people` times are such as they read.
    pub(super) fn grid<'h>(
        self,
        heads: Vec<Head<'h>>,
        digits: Vec<Option<usize>>,
        for_people: bool,
    ) -> Grid<Head<'h>> {
        let mut rows: Vec<_> = self.rows.into_iter().map(|(_, cells)| cells).collect();
        let put = |i: usize, put: fn(f64) -> String, rows: &mut [Vec<Cell>]| {
            for cell in rows.iter_mut().filter_map(|row| row.get_mut(i)) {
                if let Cell::Number(secs) = cell {
                    *cell = Cell::Text(put(secs.as_f64()));
                }
            }
        };
        for (i, head) in heads.iter().enumerate().filter(|_| for_people) {
            match head.column {
                Column::Start => put(i, clock::time, &mut rows),
                Column::Duration => put(i, number::duration, &mut rows),
                _ => {}
            }
        }
        Grid {
            head: heads,
            rows,
            digits,
        }
    }
}

/// Tells what is wrong with the first of these cells, and how many more there are.
fn tell(cells: &[String], are: &str, more: &str, tell: impl Fn(String)) {
    let (first, others) = few::first(cells, few::NAMED);
    for cell in first {
        tell(format!("{cell} {are}"));
    }
    if others > 0 {
        tell(format!("{} {more}", number::counted(others, "more cell")));
    }
}

/// `adam, last:loss: 1 of 3 values (adam-seed2)`, if there are any such runs.
fn told(row: &Row<'_>, head: &Head<'_>, spread: &Spread, which: &[String]) -> Option<String> {
    let names: Vec<_> = which
        .iter()
        .map(|run| text::printable(run).into_owned())
        .collect();
    let are = match names.len() {
        0 => return None,
        1 => "is",
        _ => "are",
    };
    let named = few::in_a_row(&names, 3, |more| number::counted(more, "more run"));
    let (count, runs) = (names.len(), spread.runs());
    let (group, column) = (row.name(), head.to_string());
    let (group, column) = (text::printable(group), text::printable(&column));
    Some(format!(
        "{group}: {column}: {count} of {runs} values ({named}) {are}"
    ))
}

fn retain<T>(all: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    all.retain(|_| keep.next().copied().unwrap_or(true));
}
