//! The table as text. What does not fit side by side is shortened where possible.

use std::io::{self, Write};

use anstyle::Style;

use tfevents_analysis::number;
use tfevents_analysis::run_table::{Column, Head, differing};
use tfevents_analysis::text::printable;
use tfevents_table::Grid;

use crate::render::columns::{Table, fits, print_grid};
use crate::render::width::Width;
use crate::ui::few::{self, Few};

/// So much of a value is shown where it is one of many.
const VALUE: usize = 40;

/// Prints columns. Where they do not fit, one row becomes a list, and values that all rows share come below the others.
pub(super) fn print(
    grid: &Grid<Head<'_>>,
    out: &mut impl Write,
    width: Width,
    head_style: Style,
) -> io::Result<()> {
    if grid.rows.is_empty() || fits(grid, width) {
        return print_grid(grid, out, width, head_style);
    }
    if let [row] = &*grid.rows {
        let mut table = Table::new([printable(&grid.shown(row, 0))]).with_remarks();
        // Trainers log more than a hundred settings.
        let hparams = Few::new(few::NAMED);
        for (i, head) in grid.head.iter().enumerate().skip(1) {
            let value = grid.shown(row, i);
            if !value.is_empty() && (!is_hparam(head) || hparams.names()) {
                table.row([
                    &*printable(&head.to_string()),
                    &*width.fit(&printable(&value), VALUE),
                ]);
            }
        }
        table.print(out, 0, width, head_style)?;
        return match hparams.others() {
            0 => Ok(()),
            others => writeln!(out, "and {}", few::more(others, "hyperparameter", "")),
        };
    }
    let rows: Vec<_> = grid.rows.iter().map(|row| &**row).collect();
    let differ = differing(&grid.head, &rows);
    if differ.iter().all(|differs| *differs) {
        return print_grid(grid, out, width, head_style);
    }
    let kept = |i: &usize| differ.get(*i).copied().unwrap_or(true);
    let only = Grid {
        head: pick(&grid.head, kept),
        rows: grid.rows.iter().map(|row| pick(row, kept)).collect(),
        digits: pick(&grid.digits, kept),
    };
    print_grid(&only, out, width, head_style)?;
    let noun = match grid.head.first().map(|head| &head.column) {
        Some(Column::Group) => "group",
        _ => "run",
    };
    let rows = number::counted(grid.rows.len() as u64, noun);
    let title = format!("the same for {rows} (--differing leaves them out)");
    writeln!(out, "\n{head_style}{title}{head_style:#}")?;
    let shared = grid.head.iter().enumerate().filter(|(i, _)| !kept(i));
    let mut shared: Vec<_> = shared.collect();
    // What was measured says more than a setting, and there is less of it.
    shared.sort_by_key(|(_, head)| is_hparam(head));
    let shared = shared.into_iter();
    let told = shared.filter_map(|(i, head)| {
        let value = grid.rows.first().map(|row| grid.shown(row, i));
        let value = value.filter(|value| !value.is_empty())?;
        let value = width.fit(&printable(&value), VALUE).into_owned();
        Some(format!("{}={value}", printable(&head.to_string())))
    });
    let told: Vec<_> = told.collect();
    let (first, others) = few::first(&told, few::NAMED);
    let mut used = 0;
    for (i, told) in first.iter().enumerate() {
        let length = unicode_width::UnicodeWidthStr::width(&**told);
        let before = match i {
            0 => "",
            _ if used + 2 + length > width.columns => {
                used = 0;
                "\n"
            }
            _ => {
                used += 2;
                "  "
            }
        };
        write!(out, "{before}{told}")?;
        used += length;
    }
    match others {
        0 => writeln!(out),
        others => writeln!(out, "\nand {}", few::more(others, "", "")),
    }
}

fn is_hparam(head: &Head<'_>) -> bool {
    matches!(head.column, Column::HParam(_))
}

fn pick<T: Clone>(all: &[T], kept: impl Fn(&usize) -> bool) -> Vec<T> {
    let all = all.iter().enumerate();
    all.filter(|(i, _)| kept(i))
        .map(|(_, one)| one.clone())
        .collect()
}
