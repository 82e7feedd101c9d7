//! Which names change, for people and for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::render::width::Width;
use crate::ui::few;
use crate::ui::style;
use tfevents_analysis::number;
use tfevents_analysis::text::{natural_order, printable};

/// Names that change in copies of runs.
#[derive(Default)]
pub(crate) struct Renamed {
    /// Old and new names of runs.
    pub(crate) runs: Vec<(String, String)>,
    /// Old and new names of tags, and in how many runs.
    pub(crate) tags: BTreeMap<(String, String), u64>,
}

/// How `--json` lists them.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    runs: Vec<Change<'a>>,
    tags: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    from: &'a str,
    to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_runs: Option<u64>,
}

impl Renamed {
    /// The tags in the order in which people list them.
    fn tags(&self) -> Vec<(&str, &str, u64)> {
        let tags = self.tags.iter();
        let mut tags: Vec<_> = tags.map(|((from, to), &n)| (&**from, &**to, n)).collect();
        tags.sort_by(|(a, ..), (b, ..)| natural_order(a, b));
        tags
    }

    pub(super) fn report(&self) -> Report<'_> {
        let change = |from, to, in_runs| Change { from, to, in_runs };
        let tags = self.tags().into_iter();
        Report {
            runs: self
                .runs
                .iter()
                .map(|(from, to)| change(from, to, None))
                .collect(),
            tags: tags
                .map(|(from, to, n)| change(from, to, Some(n)))
                .collect(),
        }
    }

    /// A line for each, or for the first ones of many.
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let width = style::width();
        let runs = self.runs.iter().map(|(from, to)| line(from, to, "", width));
        section(out, "run", &runs.collect::<Vec<_>>())?;
        let tags = self.tags().into_iter().map(|(from, to, n)| {
            let runs = format!(" ({})", number::counted(n, "run"));
            line(from, to, &runs, width)
        });
        section(out, "tag", &tags.collect::<Vec<_>>())
    }
}

fn line(from: &str, to: &str, where_: &str, width: Width) -> String {
    let (from, to) = (printable(from), printable(to));
    let [from, to] = width.less(5 + where_.len()).pair([&from, &to]);
    format!("{from} → {to}{where_}")
}

fn section(out: &mut impl Write, noun: &str, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let (first, others) = few::first(lines, few::NAMED);
    writeln!(
        out,
        "{}:",
        number::counted(lines.len() as u64, &format!("new {noun} name"))
    )?;
    for line in first {
        writeln!(out, "  {line}")?;
    }
    match others {
        0 => Ok(()),
        others => writeln!(out, "  and {}", few::more(others, "", "")),
    }
}
