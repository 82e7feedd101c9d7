//! Comma-separated values, and those that are separated otherwise.

use std::cell::Cell;
use std::io::BufRead;

use anyhow::{Result, anyhow};
use csv::StringRecord;

use super::bounded::{LONGEST, Rows};
use super::encoding::NOT_UTF8;
use super::inputs::Input;
use super::spot::Spot;
use super::{Import, Place, number};
use tfevents_analysis::number::counted;
use tfevents_analysis::text::quoted;

mod columns;

use columns::Columns;

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
    let head = table.headers().map_err(problem)?.clone();
    let columns = Columns::new(&head, delimiter == b';', input, import)?;
    let mut row = StringRecord::new();
    loop {
        left.set(LONGEST);
        let line = table.position().line();
        match table.read_record(&mut row) {
            Ok(false) => {
                if let (Some(line), 1) = (long_row, quotes.get() % 2) {
                    let problem = "a quotation mark is not closed, so everything after it is taken for one value";
                    import.tally.skip(Spot::line(input.path, line), problem);
                }
                return Ok(());
            }
            Ok(true) => {}
            Err(e) if e.is_io_error() => return Err(problem(e)),
            Err(e) => {
                import.tally.skip(Spot::line(input.path, line), problem(e));
                continue;
            }
        }
        let position = row.position();
        let line = position.map_or(line, csv::Position::line);
        let spot = Spot::line(input.path, line);
        long_row = row.iter().any(|cell| cell.contains('\n')).then_some(line);
        // Which cell belongs to which column is anybody's guess then; fewer cells are columns without a value.
        if row.iter().skip(head.len()).any(|cell| !cell.is_empty()) {
            let (cells, columns) = (row.len(), counted(head.len() as u64, "column"));
            let problem = format!("{cells} cells under {columns}");
            import.tally.skip(spot, problem);
            continue;
        }
        match columns.place(&row, spot, input, import) {
            Ok(place) => values(&columns, &row, place, spot, import)?,
            Err(problem) => import.tally.skip(spot, problem),
        }
    }
}

/// What is wrong with a table, in our words.
fn problem(error: csv::Error) -> anyhow::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(e) => e.into(),
        csv::ErrorKind::Utf8 { .. } => anyhow!(NOT_UTF8),
        _ => anyhow!("this is not a row of a table; check --format"),
    }
}

/// Whether a head is separated so, as spreadsheets do it where numbers have decimal commas. What is in quotation
/// marks separates nothing.
fn has_semicolons(start: &[u8]) -> bool {
    let (mut is_quoted, mut semicolons, mut commas) = (false, 0, 0);
    for byte in start.iter().take_while(|&&byte| byte != b'\n') {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b';' if !is_quoted => semicolons += 1,
            b',' if !is_quoted => commas += 1,
            _ => {}
        }
    }
    semicolons > 0 && commas == 0
}

fn values(
    columns: &Columns,
    row: &StringRecord,
    place: Place<'_>,
    spot: Spot<'_>,
    import: &mut Import<'_>,
) -> Result<()> {
    if let Some(long) = columns.long {
        let (tag, value) = (columns.cell(row, long.tag), columns.cell(row, long.value));
        match number::from_text(&value) {
            _ if tag.is_empty() => import.tally.skip(spot, "no tag"),
            Some(number) => import.scalar(place, &tag, number)?,
            None => {
                let problem = format!("the value {} is not a number", quoted(&value));
                import.tally.skip(spot, problem);
            }
        }
        return Ok(());
    }
    for column in &columns.tags {
        let text = columns.cell(row, column.index);
        let repeats = |other| columns.cell(row, other) == text;
        if text.is_empty() || column.extreme_of.is_some_and(repeats) {
            continue;
        }
        let run = column.run.as_deref().unwrap_or(place.run);
        match number::from_text(&text) {
            Some(number) => import.scalar(Place { run, ..place }, &column.tag, number)?,
            None if import.wants(&column.tag) => import.tally.text(spot, &column.tag, &text),
            None => {}
        }
    }
    Ok(())
}
