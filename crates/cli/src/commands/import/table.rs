//! Comma-separated values, and those that are separated otherwise.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::BufRead;

use anyhow::{Result, bail};
use csv::StringRecord;

use super::bounded::{LONGEST, Rows};
use super::fields::{self, Field, Fields};
use super::inputs::Input;
use super::{Import, Place, number};
use tfevents_analysis::number::counted;
use tfevents_analysis::text::quoted;

/// What each column is.
struct Columns {
    run: Option<usize>,
    step: usize,
    time: Option<usize>,
    /// Where a row is a value.
    long: Option<Long>,
    /// Where a row is a step: the columns that are tags.
    tags: Vec<(usize, String)>,
}

#[derive(Clone, Copy)]
struct Long {
    tag: usize,
    value: usize,
}

impl Columns {
    fn new(head: &StringRecord, import: &mut Import<'_>) -> Result<Self> {
        let fields = &import.fields;
        if let Err(problem) = fields.check("columns", head.iter()) {
            bail!(problem);
        }
        let find = |field| head.iter().position(|name| fields.get(name) == Some(field));
        let Some(step) = find(Field::Step) else {
            bail!(Fields::no_step("column", &head.iter().collect::<Vec<_>>()));
        };
        let (run, time) = (find(Field::Run), find(Field::WallTime));
        let long = find(Field::Tag)
            .zip(find(Field::Value))
            .map(|(tag, value)| Long { tag, value });
        let others = head.iter().enumerate().filter(|&(i, name)| {
            i != step && Some(i) != run && Some(i) != time && !name.is_empty()
        });
        let tags: Vec<_> = others.map(|(i, name)| (i, name.to_owned())).collect();
        let mut known = HashMap::new();
        for (i, name) in tags.iter().filter(|_| long.is_none()) {
            if let Some(first) = known.insert(name, i)
                && import.wants(name)
            {
                bail!(
                    "columns {} and {} are both called {}; rename one of them",
                    first + 1,
                    i + 1,
                    quoted(name)
                );
            }
        }
        Ok(Self {
            run,
            step,
            time,
            long,
            tags,
        })
    }

    fn place<'r>(&self, row: &'r StringRecord, input: &'r Input<'_>) -> Result<Place<'r>, String> {
        let cell = |column: usize| row.get(column).unwrap_or_default();
        let optional = |column: Option<usize>| column.map(cell).filter(|cell| !cell.is_empty());
        Ok(Place {
            run: optional(self.run).unwrap_or(&input.run),
            step: fields::step(cell(self.step))?,
            time: optional(self.time).map_or(Ok(input.time), fields::time)?,
        })
    }
}

pub(super) fn read(
    mut reader: impl BufRead,
    delimiter: u8,
    input: &Input<'_>,
    import: &mut Import<'_>,
) -> Result<()> {
    let (left, quotes) = (Cell::new(LONGEST), Cell::new(0));
    // A row of more lines than one, which the last row is where a quotation mark is not closed.
    let mut long_row = None;
    let delimiter = match delimiter {
        b',' if has_semicolons(reader.fill_buf()?) => b';',
        delimiter => delimiter,
    };
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(Rows {
            input: reader,
            left: &left,
            quotes: &quotes,
        });
    let head = table.headers()?.clone();
    let columns = Columns::new(&head, import)?;
    let mut row = StringRecord::new();
    loop {
        left.set(LONGEST);
        let line = table.position().line();
        match table.read_record(&mut row) {
            Ok(false) => {
                if let (Some(line), 1) = (long_row, quotes.get() % 2) {
                    let problem = "a quotation mark is not closed, so everything after it is taken for one value";
                    import.tally.skip(input.path, line, problem);
                }
                return Ok(());
            }
            Ok(true) => {}
            Err(e) if matches!(e.kind(), csv::ErrorKind::Io(_)) => return Err(e.into()),
            Err(e) => {
                import.tally.skip(input.path, line, e);
                continue;
            }
        }
        let position = row.position();
        let line = position.map_or(line, csv::Position::line);
        long_row = row.iter().any(|cell| cell.contains('\n')).then_some(line);
        // Which cell belongs to which column is anybody's guess then; fewer cells are columns without a value.
        if row.iter().skip(head.len()).any(|cell| !cell.is_empty()) {
            let (cells, columns) = (row.len(), counted(head.len() as u64, "column"));
            let problem = format!("{cells} cells under {columns}");
            import.tally.skip(input.path, line, problem);
            continue;
        }
        match columns.place(&row, input) {
            Ok(place) => values(&columns, &row, place, (input, line), import)?,
            Err(problem) => import.tally.skip(input.path, line, problem),
        }
    }
}

/// Whether a head is separated so, as spreadsheets do it where numbers have decimal commas.
fn has_semicolons(start: &[u8]) -> bool {
    let head = start.split(|&byte| byte == b'\n').next();
    head.is_some_and(|head| head.contains(&b';') && !head.contains(&b','))
}

fn values(
    columns: &Columns,
    row: &StringRecord,
    place: Place<'_>,
    (input, line): (&Input<'_>, u64),
    import: &mut Import<'_>,
) -> Result<()> {
    let cell = |column: usize| row.get(column).unwrap_or_default();
    if let Some(long) = columns.long {
        let (tag, value) = (cell(long.tag), cell(long.value));
        match number::from_text(value) {
            _ if tag.is_empty() => import.tally.skip(input.path, line, "no tag"),
            Some(number) => import.scalar(place, tag, number)?,
            None => {
                let problem = format!("the value {} is not a number", quoted(value));
                import.tally.skip(input.path, line, problem);
            }
        }
        return Ok(());
    }
    for (column, tag) in &columns.tags {
        match cell(*column) {
            "" => {}
            value => match number::from_text(value) {
                Some(number) => import.scalar(place, tag, number)?,
                None if import.wants(tag) => import.tally.text(input.path, line, tag, value),
                None => {}
            },
        }
    }
    Ok(())
}
