//! What is in a logdir, and what is wrong with it: a row for each run, series, file or finding.

use std::convert::Infallible;
use std::io;
use std::sync::mpsc;

use tfevents::check::{self, Checker};
use tfevents::record::End;
use tfevents::{Error, EventReader, Number, reader};
use tfevents_analysis::pattern::WantedTags;
use tfevents_analysis::stats::{Range, RunStats, RunSurvey};
use tfevents_analysis::text;
use tfevents_table::{Batches, Cell, Column, Holds, RowWriter, batches};

use crate::failure::Failure;
use crate::in_order::in_order;
use crate::problem::{self, Problem};
use crate::request::{Named, What};
use crate::table::RawTable;
use crate::wait::Cancel;

const RUNS: &[Column] = &[
    Column::new("run", Holds::Text),
    Column::new("directory", Holds::Text),
    Column::new("files", Holds::Integers),
    Column::new("bytes", Holds::Integers),
    Column::new("tags", Holds::Integers),
    Column::new("points", Holds::Integers),
    Column::optional("min_step", Holds::Integers),
    Column::optional("max_step", Holds::Integers),
    Column::optional("min_wall_time", Holds::Floats),
    Column::optional("max_wall_time", Holds::Floats),
];

const TAGS: &[Column] = &[
    Column::new("run", Holds::Names),
    Column::new("tag", Holds::Names),
    Column::new("kind", Holds::Names),
    Column::new("plugin", Holds::Names),
    Column::new("points", Holds::Integers),
    Column::new("bytes", Holds::Integers),
    Column::optional("min_step", Holds::Integers),
    Column::optional("max_step", Holds::Integers),
    Column::optional("min_wall_time", Holds::Floats),
    Column::optional("max_wall_time", Holds::Floats),
    Column::optional("first", Holds::Floats),
    Column::optional("last", Holds::Floats),
    Column::optional("min", Holds::Floats),
    Column::optional("max", Holds::Floats),
    Column::optional("mean", Holds::Floats),
    Column::optional("nan", Holds::Integers),
];

const FILES: &[Column] = &[
    Column::new("run", Holds::Names),
    Column::new("path", Holds::Text),
    Column::new("bytes", Holds::Integers),
    Column::new("events", Holds::Integers),
    Column::optional("version", Holds::Text),
    Column::optional("writer", Holds::Text),
    Column::new("damaged", Holds::Integers),
    Column::new("end", Holds::Names),
];

/// As in the JSON of `tfevents check`.
const FINDINGS: &[Column] = &[
    Column::new("run", Holds::Names),
    Column::new("severity", Holds::Names),
    Column::new("problem", Holds::Names),
    Column::new("message", Holds::Text),
    Column::optional("cure", Holds::Text),
    Column::optional("file", Holds::Text),
    Column::optional("record", Holds::Integers),
    Column::optional("offset", Holds::Integers),
    Column::optional("tag", Holds::Text),
    Column::new("count", Holds::Integers),
];

/// The runs, their series and their files.
pub(crate) fn inspect(
    what: &What,
    cancel: &Cancel,
) -> Result<(Vec<RawTable>, Vec<Problem>), Failure> {
    let mut problems = Vec::new();
    let found = what.list(&mut problems)?;
    let (mut runs, mut tags, mut files) = (Rows::new(RUNS)?, Rows::new(TAGS)?, Rows::new(FILES)?);
    in_order(
        &found,
        cancel,
        |named| survey(named, what),
        |named, stats| {
            problems.extend(damage(&stats));
            run_row(&mut runs, named, &stats)?;
            tag_rows(&mut tags, &stats, what.wants())?;
            file_rows(&mut files, &stats)?;
            Ok(())
        },
    )?;
    problems.extend(what.unmatched());
    let tables = [runs, tags, files].map(Rows::finish);
    Ok((tables.into_iter().collect::<io::Result<_>>()?, problems))
}

/// What is wrong with the runs, and what TensorBoard does not show of them.
pub(crate) fn check(what: &What, cancel: &Cancel) -> Result<(RawTable, Vec<Problem>), Failure> {
    let mut problems = Vec::new();
    let found = what.list(&mut problems)?;
    let mut reports = Vec::new();
    let check = |named: &Named| {
        let mut checker = Checker::new(&named.run);
        named.run.files().iter().for_each(|file| checker.file(file));
        checker.finish()
    };
    in_order(&found, cancel, check, |named, mut report| {
        report.run.clone_from(&named.name);
        reports.push(report);
        Ok(())
    })?;
    check::together(&mut reports);
    check::missing_tags(&mut reports);
    let wants = what.wants();
    let mut rows = Rows::new(FINDINGS)?;
    for report in &reports {
        // All tags are asked for, so that patterns that match none can be told.
        for (tag, _) in report.tags() {
            wants(tag);
        }
        for finding in &report.findings {
            if finding.tag.as_ref().is_some_and(|tag| !wants(tag)) {
                continue;
            }
            let place = finding.place;
            let path = finding.file.as_deref().map(text::path);
            rows.row(&[
                Cell::Text(&report.run),
                Cell::Text(finding.severity().name()),
                Cell::Text(finding.problem.code()),
                Cell::Text(&finding.problem.to_string()),
                finding.problem.cure().map_or(Cell::Empty, Cell::Text),
                path.as_deref().map_or(Cell::Empty, Cell::Text),
                place.map_or(Cell::Empty, |place| count(place.record)),
                place.map_or(Cell::Empty, |place| count(place.offset)),
                finding.tag.as_deref().map_or(Cell::Empty, Cell::Text),
                count(finding.count),
            ])?;
        }
    }
    problems.extend(what.unmatched());
    Ok((rows.finish()?, problems))
}

/// Reads all files of a run.
fn survey(named: &Named, what: &What) -> RunStats {
    let patterns = what.tags();
    let mut tags = WantedTags::new(patterns);
    let mut survey = RunSurvey::new(&named.name, named.run.dir(), &mut tags);
    for path in named.run.files() {
        let mut file = survey.file(path);
        let reader = EventReader::open(path).map(|mut reader| {
            reader.finish();
            reader
        });
        let Ok::<_, Infallible>(reading) = reader::visit(reader, &mut file);
        file.finish(reading);
    }
    survey.finish()
}

fn damage(stats: &RunStats) -> impl Iterator<Item = Problem> {
    stats.files.iter().flat_map(|file| {
        let broken = file.broken.first().map(|broken| {
            let error = Error::decode(&*broken.problem).at(broken.offset, broken.record);
            Problem::from(&error.with_path(&file.path))
        });
        problem::of_reading(&file.path, &file.reading).chain(broken)
    })
}

fn run_row(rows: &mut Rows, named: &Named, stats: &RunStats) -> io::Result<()> {
    let ([min, max], [first, last]) = (steps(stats.steps()), times(stats.times));
    rows.row(&[
        Cell::Text(&stats.name),
        Cell::Text(&text::path(named.run.dir())),
        Cell::count(stats.files.len()),
        count(stats.bytes()),
        Cell::count(stats.series.len()),
        count(stats.points()),
        min,
        max,
        first,
        last,
    ])
}

fn tag_rows(rows: &mut Rows, stats: &RunStats, wants: impl Fn(&str) -> bool) -> io::Result<()> {
    let mut all: Vec<_> = stats.series.iter().filter(|(tag, _)| wants(tag)).collect();
    all.sort_by(|(a, _), (b, _)| text::natural_order(a, b));
    for (tag, series) in all {
        let stats_of = series.stats();
        let ([min, max], [first, last]) = (steps(stats_of.steps), times(stats_of.times));
        let scalar = stats_of.scalar.as_ref();
        let number = |number: Option<Number>| number.map_or(Cell::Empty, Cell::Number);
        let range = scalar.and_then(|scalar| scalar.all.range());
        let mean = scalar.and_then(|scalar| scalar.all.mean());
        rows.row(&[
            Cell::Text(&stats.name),
            Cell::Text(tag),
            Cell::Text(series.kind.name()),
            Cell::Text(series.shown_by()),
            count(stats_of.points),
            count(stats_of.bytes),
            min,
            max,
            first,
            last,
            number(scalar.map(|scalar| scalar.first)),
            number(scalar.map(|scalar| scalar.last)),
            number(range.map(|(min, _)| min)),
            number(range.map(|(_, max)| max)),
            mean.map_or(Cell::Empty, Cell::float),
            scalar.map_or(Cell::Empty, |scalar| count(scalar.all.nan())),
        ])?;
    }
    Ok(())
}

fn file_rows(rows: &mut Rows, stats: &RunStats) -> io::Result<()> {
    for file in &stats.files {
        let health = file.reading.health.as_ref();
        let end = match health.map(|health| &health.end) {
            None => "unreadable",
            Some(End::Clean) => "clean",
            Some(End::Damaged { .. }) => "damaged",
            Some(_) => "truncated",
        };
        rows.row(&[
            Cell::Text(&stats.name),
            Cell::Text(&text::path(&file.path)),
            count(file.bytes),
            count(file.events),
            file.version.as_deref().map_or(Cell::Empty, Cell::Text),
            file.writer.as_deref().map_or(Cell::Empty, Cell::Text),
            count(health.map_or(0, |health| health.damaged) + file.broken_count),
            Cell::Text(end),
        ])?;
    }
    Ok(())
}

fn count(n: u64) -> Cell<'static> {
    Cell::Number(Number::U64(n))
}

fn steps(range: Range<i64>) -> [Cell<'static>; 2] {
    let Some((min, max)) = range.0 else {
        return [Cell::Empty; 2];
    };
    [min, max].map(Cell::integer)
}

fn times(range: Range<f64>) -> [Cell<'static>; 2] {
    let Some((min, max)) = range.0 else {
        return [Cell::Empty; 2];
    };
    [min, max].map(Cell::float)
}

/// Rows that become a table.
struct Rows {
    writer: Box<dyn RowWriter>,
    batches: mpsc::Receiver<arrow_array::RecordBatch>,
    columns: &'static [Column],
}

impl Rows {
    fn new(columns: &'static [Column]) -> io::Result<Self> {
        let (each, batches) = mpsc::channel();
        let each = move |batch| each.send(batch).map_err(io::Error::other);
        let mut writer = Batches::new(1 << 20, each);
        writer.begin(columns)?;
        Ok(Self {
            writer: Box::new(writer),
            batches,
            columns,
        })
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        self.writer.row(cells)
    }

    fn finish(mut self) -> io::Result<RawTable> {
        self.writer.finish()?;
        drop(self.writer);
        let batches = batches::shared(self.batches.into_iter().collect())?;
        Ok(RawTable::new(batches::schema_of(self.columns), batches))
    }
}
