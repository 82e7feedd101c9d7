//! What was reduced, for people.

use std::io::{self, Write};
use std::path::PathBuf;

use tfevents_analysis::reduce::Input;

use crate::input::reduced::Reduced;
use crate::render::columns::Table;
use crate::render::width::Width;
use crate::ui::few;
use crate::ui::style::Styles;
use tfevents_analysis::number;
use tfevents_analysis::text::{self, printable};

/// So many of a group's runs are named.
const NAMED: usize = 4;

pub(super) fn print(
    out: &mut impl Write,
    reduced: &[Reduced],
    outputs: &[Vec<PathBuf>],
    dry_run: bool,
    width: Width,
    styles: Styles,
) -> io::Result<()> {
    for (group, outputs) in reduced.iter().zip(outputs) {
        let (name, runs) = (printable(&group.name), group.runs.len());
        let count = number::counted(runs as u64, "run");
        let name = width.less(2 + count.len()).name(&name).into_owned();
        writeln!(out, "{}{name}{:#}  {count}", styles.name, styles.name)?;
        let (first, others) = few::first(&group.runs, NAMED);
        for run in first {
            writeln!(out, "  {}", width.less(2).name(&printable(run)))?;
        }
        if others > 0 {
            writeln!(out, "  and {}", few::more(others, "", ""))?;
        }
        let mut table = Table::new(["tag", "runs", "points", "left out", "steps"]).with_remarks();
        for (tag, series) in group.result.iter() {
            let sum = |of: fn(&Input) -> usize| series.inputs.iter().map(of).sum::<usize>() as u64;
            let replaced = sum(|input| input.replaced);
            table.row([
                printable(tag).into_owned(),
                series.inputs.len().to_string(),
                number::count(sum(|input| input.points)),
                number::count(series.left_out() as u64),
                number::count(series.steps.len() as u64),
                match replaced {
                    0 => String::new(),
                    _ => format!("{} logged again", number::count(replaced)),
                },
            ]);
        }
        table.print(out, 2, width, styles.dim)?;
        let verb = if dry_run { "to be written" } else { "written" };
        for path in outputs {
            let path = text::path(path);
            let path = width.less(2 + verb.len() + 2).path(&path).into_owned();
            writeln!(out, "  {verb}: {}", printable(&path))?;
        }
        writeln!(out)?;
    }
    let groups = number::counted(reduced.len() as u64, "group");
    let runs: usize = reduced.iter().map(|group| group.runs.len()).sum();
    writeln!(out, "{} in {groups}", number::counted(runs as u64, "run"))
}
