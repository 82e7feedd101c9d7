//! What differs, for people.

use std::io::{self, Write};

use tfevents_analysis::diff::{Difference, LogdirDiff, PointsDiff, RunDiff};

use super::Shown;
use crate::commands::diff::{short, value};
use crate::render::columns::Table;
use crate::render::width::Width;
use crate::ui::style::Styles;
use tfevents_analysis::number;
use tfevents_analysis::text::printable;

pub(super) fn print(
    out: &mut impl Write,
    (diff, names): (&LogdirDiff, Option<&[String; 2]>),
    shown: &Shown<'_>,
    width: Width,
    styles: Styles,
) -> io::Result<()> {
    for (side, names) in [("left", shown.only_left), ("right", shown.only_right)] {
        for name in names {
            let only = format!("  only on the {side}");
            let name = printable(name);
            let name = width.less(only.len()).name(&name);
            writeln!(out, "{}{name}{:#}{only}", styles.name, styles.name)?;
        }
    }
    for (name, diff) in &shown.runs {
        let name = match names {
            Some([left, right]) => two_names([left, right], width),
            None => width.name(&printable(name)).into_owned(),
        };
        writeln!(out, "{}{name}{:#}", styles.name, styles.name)?;
        run(out, diff, width, styles)?;
    }
    let differing = diff
        .runs
        .iter()
        .filter(|(_, diff)| !diff.is_empty())
        .count();
    let compared = number::counted(diff.runs.len() as u64, "run");
    let alone = diff.only_left.len() + diff.only_right.len();
    if diff.is_empty() {
        return writeln!(out, "{compared} compared: no differences");
    }
    let alone = match alone {
        0 => String::new(),
        _ => format!(
            ", {} on one side only",
            number::counted(alone as u64, "run")
        ),
    };
    writeln!(
        out,
        "{compared} compared: {differing} with differences{alone}"
    )
}

/// Both names on a line, each as long as there is room for.
fn two_names(names: [&str; 2], width: Width) -> String {
    const AND: &str = " and ";
    let [left, right] = names.map(printable);
    width.less(AND.len()).pair([&left, &right]).join(AND)
}

fn run(out: &mut impl Write, diff: &RunDiff, width: Width, styles: Styles) -> io::Result<()> {
    if !diff.hparams.is_empty() {
        let mut table = Table::new(["hyperparameter", "left", "right"]);
        for (name, left, right) in &diff.hparams {
            let values = short(&[value(left.as_ref()), value(right.as_ref())]);
            table.row(std::iter::once(printable(name).into_owned()).chain(values));
        }
        table.print(out, 2, width, styles.dim)?;
    }
    if !diff.series.is_empty() {
        let mut table = Table::new(["tag", "left only", "right only", "differ"]).with_remarks();
        for series in &diff.series {
            let mut row = vec![printable(&series.tag).into_owned()];
            match &series.difference {
                Difference::Points(points) => row.extend(cells(points)),
                other => {
                    let remark = match other {
                        Difference::OnlyLeft(kind) => format!("only on the left ({kind})"),
                        Difference::OnlyRight(kind) => format!("only on the right ({kind})"),
                        Difference::Kinds(left, right) => format!("{left} and {right}"),
                        _ => String::new(),
                    };
                    row.extend(["", "", ""].map(str::to_owned));
                    row.push(remark);
                }
            }
            table.row(row);
        }
        table.print(out, 2, width, styles.dim)?;
    }
    Ok(())
}

/// How many points differ, and where they do first or most.
fn cells(points: &PointsDiff) -> [String; 4] {
    let differ = match points.differing {
        0 => "0".to_owned(),
        n => format!(
            "{} of {}",
            number::count(n as u64),
            number::count(points.compared as u64)
        ),
    };
    let remark = match (points.first, points.furthest) {
        (_, Some((step, left, right))) => {
            let (left, right) = (left.to_string(), right.to_string());
            format!("furthest at step {step}: {left} and {right}")
        }
        (Some(step), None) => format!("first at step {step}"),
        (None, None) => String::new(),
    };
    [
        number::count(points.only_left as u64),
        number::count(points.only_right as u64),
        differ,
        remark,
    ]
}
