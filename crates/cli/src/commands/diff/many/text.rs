//! What differs among runs, for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use tfevents_analysis::cell::Cell;
use tfevents_analysis::diff::{Variation, Varying};
use tfevents_analysis::number;
use tfevents_analysis::text::{natural_order, printable, shortened};
use tfevents_table::Grid;
use unicode_width::UnicodeWidthStr as _;

use crate::commands::diff::short;
use crate::render::columns::{Table, print_grid};
use crate::render::width::Width;
use crate::ui::few;
use crate::ui::style::Styles;

/// More runs than this are listed by value instead of having a column each.
const COLUMNS: usize = 8;
/// The name of a run above its column is at most so wide.
const LONGEST_NAME: usize = 24;
/// Of the runs that share a value, so many are named.
const NAMED: usize = 3;

/// A table of what varies, and a blank line below; nothing where nothing does.
pub(super) fn print<V>(
    out: &mut impl Write,
    noun: &str,
    names: &[&str],
    varying: &[Varying<V>],
    shown: impl Fn(&V) -> String,
    (width, styles): (Width, Styles),
) -> io::Result<()> {
    if varying.is_empty() {
        return Ok(());
    }
    if names.len() > COLUMNS {
        by_value(noun, &heads(names, width), varying, shown).print(out, 0, width, styles.dim)?;
    } else {
        print_grid(&by_run(noun, names, varying, shown), out, width, styles.dim)?;
    }
    writeln!(out)
}

/// A column for each run.
fn by_run<V>(
    noun: &str,
    names: &[&str],
    varying: &[Varying<V>],
    shown: impl Fn(&V) -> String,
) -> Grid<String> {
    let heads = shortened(names, |name| name.width() <= LONGEST_NAME);
    let row = |one: &Varying<V>| {
        let cells = (0..names.len()).map(|run| one.of(run).map_or("-".to_owned(), &shown));
        let cells = short(&cells.collect::<Vec<_>>());
        let cells = std::iter::once(one.name.clone()).chain(cells);
        cells.map(Cell::Text).collect()
    };
    Grid {
        head: std::iter::once(noun.to_owned()).chain(heads).collect(),
        rows: varying.iter().map(row).collect(),
        digits: Vec::new(),
    }
}

/// Names of runs as they stand in a row: on a terminal, only as much of each as tells it from the others.
fn heads(names: &[&str], width: Width) -> Vec<String> {
    match width.elide {
        true => shortened(names, |name| name.width() <= LONGEST_NAME),
        false => names.iter().map(ToString::to_string).collect(),
    }
}

/// A line for each value, the one that most runs have first.
fn by_value<V>(
    noun: &str,
    names: &[String],
    varying: &[Varying<V>],
    shown: impl Fn(&V) -> String,
) -> Table {
    let mut table = Table::new([noun, "value", "runs"]).with_remarks();
    for one in varying {
        let mut values: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for run in 0..names.len() {
            let value = one.of(run).map_or("-".to_owned(), &shown);
            values.entry(value).or_default().push(run);
        }
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(|(a, x), (b, y)| y.len().cmp(&x.len()).then_with(|| natural_order(a, b)));
        let (first, others) = few::first(&values, few::NAMED);
        let texts: Vec<_> = first.iter().map(|(value, _)| value.clone()).collect();
        let mut name = printable(&one.name).into_owned();
        for ((_, runs), value) in first.iter().zip(short(&texts)) {
            let named = runs.iter().filter_map(|run| names.get(*run));
            let named: Vec<_> = named.map(|name| printable(name).into_owned()).collect();
            let more = |others| format!("{} more", number::count(others));
            table.row([
                std::mem::take(&mut name),
                value,
                number::count(runs.len() as u64),
                few::in_a_row(&named, NAMED, more),
            ]);
        }
        if others > 0 {
            let runs: usize = values[first.len()..]
                .iter()
                .map(|(_, runs)| runs.len())
                .sum();
            table.row([
                String::new(),
                format!("{} more", number::count(others)),
                number::count(runs as u64),
            ]);
        }
    }
    table
}

pub(super) fn summary(out: &mut impl Write, runs: usize, found: &Variation) -> io::Result<()> {
    let compared = number::counted(runs as u64, "run");
    let counts = [
        (found.hparams.len(), "hyperparameter"),
        (found.series.len(), "tag"),
    ];
    let differing = counts.iter().filter(|(count, _)| *count > 0);
    let differing: Vec<_> = differing
        .map(|(count, noun)| number::counted(*count as u64, noun))
        .collect();
    match counts.map(|(count, _)| count) {
        [0, 0] => writeln!(out, "{compared} compared: no differences"),
        [0, 1] | [1, 0] => writeln!(out, "{compared} compared: {} differs", differing.concat()),
        _ => writeln!(
            out,
            "{compared} compared: {} differ",
            differing.join(" and ")
        ),
    }
}
