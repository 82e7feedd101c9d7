//! The sizes as text that fits a terminal.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::By;
use crate::input::beside::{self, Pile};
use crate::render::columns::Table;
use crate::render::sizes;
use crate::render::width::Width;
use crate::ui::few;
use crate::ui::style::Styles;
use tfevents_analysis::number;
use tfevents_analysis::text::{self, printable};
use tfevents_analysis::usage::{Group, Key, Report};

pub(super) fn print(
    out: &mut impl Write,
    report: &Report,
    by: Option<By>,
    beside: &[Pile],
    top: usize,
    width: Width,
    styles: Styles,
) -> io::Result<()> {
    let total = report.total.parts.total();
    let disk = sizes::compressed(total, report.disk);
    let (name, dim) = (styles.name, styles.dim);
    writeln!(
        out,
        "{name}{}{name:#}{disk} in {} and {}{}",
        number::bytes(total),
        number::counted(report.runs, "run"),
        number::counted(report.files, "file"),
        match beside.iter().map(|pile| pile.bytes).sum() {
            0 => String::new(),
            bytes => format!(", and {} beside the event files", number::bytes(bytes)),
        },
    )?;
    let tables = [By::Plugin, By::Run, By::Tag];
    for shown in tables
        .into_iter()
        .filter(|&table| by.is_none_or(|by| by == table))
    {
        writeln!(out)?;
        table(report, shown, top).print(out, 0, width, styles.dim)?;
    }
    if !report.largest.is_empty() {
        writeln!(out, "\n{dim}largest records{dim:#}")?;
    }
    for large in &report.largest {
        let what = match &large.value {
            Some((tag, plugin)) => {
                let more = match large.values {
                    1 => String::new(),
                    n => format!(" and {} more", n - 1),
                };
                format!("{}  {}{more}", text::name(plugin), text::name(tag))
            }
            None => large.event.to_owned(),
        };
        let run = printable(&large.run);
        let end = format!("  step {}", large.step);
        let [what, run] = width.less(8 + 2 + 2 + end.len()).pair([&what, &run]);
        let bytes = number::bytes(large.bytes);
        writeln!(out, "{bytes:>8}  {what}  {run}{end}")?;
        let path = text::path(&large.file);
        let path = printable(&path);
        writeln!(
            out,
            "{dim}{:8}  record {} at byte {} of\n{:8}  {}{dim:#}",
            "",
            large.record,
            large.offset,
            "",
            width.less(8 + 2).path(&path),
        )?;
    }
    if beside.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut largest: Vec<_> = beside.to_vec();
    largest.sort_by_key(|pile| Reverse(pile.bytes));
    let (shown, others) = few::first(&largest, top);
    beside::print(out, shown, width, styles)?;
    if others > 0 {
        let others = &largest[shown.len()..];
        let bytes = number::bytes(others.iter().map(|pile| pile.bytes).sum());
        let more = few::more(others.len() as u64, "place", "");
        writeln!(out, "  {bytes} in {more}")?;
    }
    Ok(())
}

/// The largest groups, the others together, and the total.
fn table(report: &Report, by: By, top: usize) -> Table {
    let head = match by {
        By::Plugin => "plugin",
        By::Tag => "tag",
        By::Run => "run",
    };
    let damaged = report.total.parts.damaged > 0;
    let head = [head, "points", "data", "metadata", "overhead"]
        .into_iter()
        .chain(damaged.then_some("damaged"))
        .chain(["size", "share"]);
    let mut table = Table::new(head);
    let total = report.total.parts.total();
    let mut row = |name: String, group: &Group| {
        let parts = &group.parts;
        let sizes = [parts.data, parts.metadata, parts.framing + parts.events];
        let sizes = sizes.into_iter().chain(damaged.then_some(parts.damaged));
        let sizes = sizes.chain([parts.total()]).map(number::bytes);
        table.row(
            [name, number::count(group.points)]
                .into_iter()
                .chain(sizes)
                .chain([share(parts.total(), total)]),
        );
    };
    let groups = by.groups(report);
    let (shown, others) = groups.split_at(few::or_all(top).min(groups.len()));
    for (key, group) in shown {
        row(key_label(key), group);
    }
    if !others.is_empty() {
        let mut rest = Group::default();
        for (_, group) in others {
            rest += *group;
        }
        row(few::more(others.len() as u64, "", ""), &rest);
    }
    row("total".to_owned(), &report.total);
    table
}

fn key_label(key: &Key) -> String {
    match key {
        Key::Plugin(name) | Key::Tag { tag: name, .. } => text::name(name).into_owned(),
        Key::Run(run) => printable(run).into_owned(),
        Key::NoValues => sizes::NO_VALUES.to_owned(),
    }
}

fn share(bytes: u64, total: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let percent = bytes as f64 / total.max(1) as f64 * 100.0;
    format!("{percent:.1} %")
}
