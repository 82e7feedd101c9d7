//! The statistics as text that fits a terminal.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use tfevents::{Kind, Number};
use unicode_width::UnicodeWidthStr as _;

use super::fold::{self, Alike, Entry};
use super::tree;
use crate::input::beside::{self, Pile};
use crate::render::clock;
use crate::render::columns::Table;
use crate::render::sizes;
use crate::render::width::Width;
use crate::ui::few;
use crate::ui::health;
use crate::ui::style::Styles;
use tfevents_analysis::number;
use tfevents_analysis::stats::{BrokenValue, FileStats, Range, RunStats, Series, SeriesStats};
use tfevents_analysis::text::{self, natural_order, printable};

/// More runs than this get a line each.
const DETAILED: usize = 10;
/// Stands for a blank at which no line ends.
const UNBROKEN: &str = "\u{a0}";

/// How much of the runs is shown.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Layout {
    /// Tags of each run, or of all together where there are many.
    Fitting,
    /// Tags of each run.
    Long,
    /// No tags.
    Tree,
}

/// Prints the runs that are `shown`, and what all of them come to.
pub(super) fn print(
    out: &mut impl Write,
    (shown, runs): (&[RunStats], &[RunStats]),
    beside: &[Pile],
    layout: Layout,
    width: Width,
    styles: Styles,
) -> io::Result<()> {
    let page = Page {
        all: layout == Layout::Long,
        beside,
        width,
        styles,
    };
    if layout == Layout::Tree {
        page.list(out, tree::lines(shown))?;
        page.findings_of_all(out, runs)?;
        writeln!(out)?;
        page.total(out, runs)
    } else if shown.len() <= DETAILED || layout == Layout::Long {
        for (i, run) in shown.iter().enumerate() {
            if i > 0 {
                writeln!(out)?;
            }
            page.run(out, run)?;
        }
        if !runs.is_empty() {
            writeln!(out)?;
            page.total(out, runs)?;
        }
        Ok(())
    } else {
        let lines = shown.iter().map(|run| {
            let name = printable(&run.name).into_owned();
            (name, Some(run))
        });
        page.list(out, lines)?;
        writeln!(out)?;
        page.all_tags(out, runs)?;
        page.findings_of_all(out, runs)?;
        writeln!(out)?;
        page.total(out, runs)?;
        let dim = styles.dim;
        writeln!(out, "{dim}-v shows the tags of each run{dim:#}")
    }
}

struct Page<'b> {
    /// Whether every tag gets a line.
    all: bool,
    beside: &'b [Pile],
    width: Width,
    styles: Styles,
}

impl Page<'_> {
    /// One run with everything in it.
    fn run(&self, out: &mut impl Write, run: &RunStats) -> io::Result<()> {
        let style = self.styles.name;
        let (name, lived) = (printable(&run.name), lived(run));
        let name = self.width.name(&name);
        // On one line where it fits.
        let glue = if name.width() + lived.len() + 2 <= self.width.columns {
            "  "
        } else {
            "\n  "
        };
        let glue = if lived.is_empty() { "" } else { glue };
        writeln!(out, "{style}{name}{style:#}{glue}{lived}")?;
        for file in &run.files {
            self.file(out, file)?;
        }
        let mut all: Vec<_> = run.series.iter().collect();
        sort(&mut all);
        for series in all.chunk_by(|a, b| a.1.kind == b.1.kind) {
            let kind = series.first().map_or(Kind::Other, |(_, first)| first.kind);
            let entries = fold::entries(series, self.all);
            if kind == Kind::Scalar {
                self.scalars(out, &entries)?;
                continue;
            }
            let mut table = Table::new([kind.name(), "points", "steps"]).with_remarks();
            for entry in &entries {
                match entry {
                    Entry::Tag(tag, series) => {
                        for stats in series.iter().map(|series| series.stats()) {
                            table.row([
                                &*text::name(tag),
                                &number::count(stats.points),
                                &steps(stats.steps),
                            ]);
                        }
                    }
                    Entry::Alike(alike) => {
                        let mut row = together(alike);
                        row.push(tags(alike.tags));
                        table.row(row);
                    }
                }
            }
            self.table(out, &table)?;
        }
        Ok(())
    }

    fn file(&self, out: &mut impl Write, file: &FileStats) -> io::Result<()> {
        let writer = file.writer.as_deref().map_or_else(String::new, |writer| {
            format!(", written by {}", printable(writer))
        });
        let facts = format!(
            "{} in {}{}{writer}",
            number::counted(file.events, "event"),
            number::bytes(file.bytes),
            sizes::compressed(file.bytes, file.disk),
        );
        let name = text::file_name(&file.path);
        let name = self.width.less(2 + 1).name(&name);
        // On one line where it fits.
        let glue = if 2 + name.width() + 2 + facts.width() <= self.width.columns {
            ": "
        } else {
            ":\n    "
        };
        writeln!(out, "  {name}{glue}{facts}")?;
        self.findings(out, file, "    ")
    }

    fn findings(&self, out: &mut impl Write, file: &FileStats, indent: &str) -> io::Result<()> {
        let bad = self.styles.bad;
        let width = self.width.columns.saturating_sub(indent.len());
        for finding in findings(file) {
            // What does not fit goes on a little further in.
            for (i, line) in text::wrap(&printable(&finding), width.saturating_sub(2))
                .iter()
                .enumerate()
            {
                let more = if i > 0 { "  " } else { "" };
                writeln!(out, "{indent}{more}{bad}{line}{bad:#}")?;
            }
        }
        Ok(())
    }

    fn scalars(&self, out: &mut impl Write, entries: &[Entry<'_>]) -> io::Result<()> {
        let head = ["scalar", "points", "steps", "first", "last", "min", "max"];
        let mut table = Table::new(head).with_remarks();
        for entry in entries {
            match entry {
                Entry::Tag(tag, series) => {
                    for series in series {
                        table.row(scalar(tag, &series.stats()));
                    }
                }
                Entry::Alike(alike) => {
                    let mut row = together(alike);
                    row.resize(head.len(), String::new());
                    row.push(tags(alike.tags));
                    table.row(row);
                }
            }
        }
        self.table(out, &table)
    }

    /// One line per run.
    fn list<'r>(
        &self,
        out: &mut impl Write,
        lines: impl IntoIterator<Item = tree::Line<'r>>,
    ) -> io::Result<()> {
        let head = ["run", "tags", "points", "steps", "size", "last event"];
        let mut table = Table::new(head).with_remarks();
        for (name, run) in lines {
            let Some(run) = run else {
                table.row([name]);
                continue;
            };
            let last = run
                .times
                .0
                .map_or_else(String::new, |(_, t)| clock::time(t));
            let remark = if run.has_findings() { "damaged" } else { "" };
            table.row([
                name,
                number::count(run.series.len() as u64),
                number::count(run.points()),
                steps(run.steps()),
                number::bytes(run.bytes()),
                last,
                remark.to_owned(),
            ]);
        }
        table.print(out, 0, self.width, self.styles.dim)
    }

    /// The tags of all runs together.
    fn all_tags(&self, out: &mut impl Write, runs: &[RunStats]) -> io::Result<()> {
        let mut all: Vec<_> = runs.iter().flat_map(|run| run.series.iter()).collect();
        sort(&mut all);
        for series in all.chunk_by(|a, b| a.1.kind == b.1.kind) {
            let kind = series.first().map_or(Kind::Other, |(_, first)| first.kind);
            let is_scalar = kind == Kind::Scalar;
            let head = [kind.name(), "runs", "points", "steps"];
            let range = ["min", "max"];
            let range = range.iter().take(if is_scalar { 2 } else { 0 });
            let mut table = Table::new(head.into_iter().chain(range.copied())).with_remarks();
            for entry in fold::entries(series, self.all) {
                let (name, same_tag) = match entry {
                    Entry::Tag(name, same_tag) => (name, same_tag),
                    Entry::Alike(alike) => {
                        let mut row = together(&alike);
                        row.insert(1, String::new());
                        row.resize(if is_scalar { 6 } else { 4 }, String::new());
                        row.push(tags(alike.tags));
                        table.row(row);
                        continue;
                    }
                };
                let mut together = Together::default();
                for series in same_tag {
                    together.add(&series.stats());
                }
                let mut row = vec![
                    text::name(name).into_owned(),
                    number::count(together.runs),
                    number::count(together.points),
                    steps(together.steps),
                ];
                if is_scalar {
                    row.extend(extremes(together.values.0));
                    row.push(nan(together.nan));
                }
                table.row(row);
            }
            table.print(out, 0, self.width, self.styles.dim)?;
        }
        Ok(())
    }

    fn findings_of_all(&self, out: &mut impl Write, runs: &[RunStats]) -> io::Result<()> {
        let files = runs.iter().flat_map(|run| &run.files);
        let files: Vec<_> = files.filter(|file| file.has_findings()).collect();
        let (first, others) = few::first(&files, few::NAMED);
        for file in first {
            let path = text::path(&file.path);
            writeln!(out, "\n{}", self.width.path(&printable(&path)))?;
            self.findings(out, file, "  ")?;
        }
        match others {
            0 => Ok(()),
            others => writeln!(out, "\nand {}", few::more(others, "damaged file", "")),
        }
    }

    /// What all of it comes to, and how much of that each plugin has.
    fn total(&self, out: &mut impl Write, runs: &[RunStats]) -> io::Result<()> {
        let sum = |of: fn(&RunStats) -> u64| runs.iter().map(of).sum::<u64>();
        let mut plugins = BTreeMap::<&str, u64>::new();
        for (plugin, stats) in runs.iter().flat_map(RunStats::plugins) {
            *plugins.entry(plugin).or_default() += stats.bytes;
        }
        let mut plugins: Vec<_> = plugins.into_iter().collect();
        plugins.sort_by_key(|(_, bytes)| Reverse(*bytes));
        if let rest @ 1.. = sum(RunStats::rest) {
            plugins.push((sizes::NO_VALUES, rest));
        }
        let plugins = plugins.iter().map(|(plugin, bytes)| {
            let plugin = text::name(plugin);
            format!("{plugin} {}", number::bytes(*bytes)).replace(' ', UNBROKEN)
        });
        let total = format!(
            "{} in {} and {}, {}{}",
            number::counted(sum(RunStats::points), "point"),
            number::counted(runs.len() as u64, "run"),
            number::counted(sum(|run| run.files.len() as u64), "file"),
            number::bytes(sum(RunStats::bytes)),
            sizes::compressed(sum(RunStats::bytes), sum(RunStats::disk)),
        );
        let total = match plugins.collect::<Vec<_>>().join(", ") {
            plugins if plugins.is_empty() => total,
            plugins => format!("{total}: {plugins}"),
        };
        let (first, others) = few::first(self.beside, few::NAMED);
        beside::print(out, first, self.width, self.styles)?;
        if others > 0 {
            writeln!(out, "  and {}", few::more(others, "place", ""))?;
        }
        if !self.beside.is_empty() {
            writeln!(out)?;
        }
        let dim = self.styles.dim;
        for line in text::wrap(&total, self.width.columns) {
            writeln!(out, "{dim}{}{dim:#}", line.replace(UNBROKEN, " "))?;
        }
        Ok(())
    }

    fn table(&self, out: &mut impl Write, table: &Table) -> io::Result<()> {
        table.print(out, 2, self.width, self.styles.dim)
    }
}

/// A tag in all runs that have it.
#[derive(Default)]
struct Together {
    runs: u64,
    points: u64,
    steps: Range<i64>,
    values: Range<f64>,
    nan: u64,
}

impl Together {
    fn add(&mut self, stats: &SeriesStats) {
        self.runs += 1;
        self.points += stats.points;
        self.steps.merge(stats.steps);
        if let Some(scalar) = &stats.scalar {
            let range = scalar
                .all
                .range()
                .map(|(min, max)| (min.as_f64(), max.as_f64()));
            self.values.merge(Range(range));
            self.nan += scalar.all.nan();
        }
    }
}

/// The columns of a scalar.
fn scalar(tag: &str, stats: &SeriesStats) -> Vec<String> {
    let mut row = vec![
        text::name(tag).into_owned(),
        number::count(stats.points),
        steps(stats.steps),
    ];
    match &stats.scalar {
        Some(scalar) => {
            row.extend([scalar.first, scalar.last].map(value));
            let range = scalar.all.range();
            row.extend(extremes(range.map(|(a, b)| (a.as_f64(), b.as_f64()))));
            row.push(nan(scalar.all.nan()));
        }
        None => row.push("undecodable".to_owned()),
    }
    row
}

/// The first columns of tags that are called alike.
fn together(alike: &Alike) -> Vec<String> {
    vec![
        printable(&alike.name).into_owned(),
        number::count(alike.points),
        steps(alike.steps),
    ]
}

fn tags(count: u64) -> String {
    number::counted(count, "tag")
}

/// When a run's events happened.
fn lived(run: &RunStats) -> String {
    let Some((from, to)) = run.times.0 else {
        return String::new();
    };
    let range = clock::time_range(from, to);
    if to - from < 1.0 {
        range
    } else {
        format!("{range} ({})", number::duration(to - from))
    }
}

/// Everything wrong with a file, a line each.
fn findings(file: &FileStats) -> Vec<String> {
    let health = file.reading.health.as_ref();
    let mut lines = health.map_or_else(Vec::new, |health| health::describe(&file.path, health));
    let (shown, _) = few::first(&file.broken, few::PLACES);
    let line = |b: &BrokenValue| format!("record {} at byte {}: {}", b.record, b.offset, b.problem);
    lines.extend(shown.iter().map(line));
    if let more @ 1.. = file.broken_count.saturating_sub(shown.len() as u64) {
        lines.push(few::more(more, "value", "that cannot be decoded"));
    }
    lines.extend(file.reading.error.as_ref().map(ToString::to_string));
    lines
}

/// Puts series in the order in which they are shown.
fn sort(series: &mut [(&str, &Series)]) {
    series.sort_unstable_by(|(a, x), (b, y)| x.kind.cmp(&y.kind).then_with(|| natural_order(a, b)));
}

fn steps(range: Range<i64>) -> String {
    range
        .0
        .map_or_else(String::new, |(min, max)| number::steps(min, max))
}

fn value(v: Number) -> String {
    number::short(v.as_f64())
}

fn extremes(range: Option<(f64, f64)>) -> [String; 2] {
    range.map_or_else(Default::default, |(min, max)| {
        [number::short(min), number::short(max)]
    })
}

fn nan(count: u64) -> String {
    if count == 0 {
        String::new()
    } else {
        format!("{} NaN", number::count(count))
    }
}
