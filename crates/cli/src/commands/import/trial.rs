//! Reading without files, for the fuzz targets.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::fields::Fields;
use super::inputs::Input;
use super::runs::Runs;
use super::tally::Tally;
use super::times::Time;
use super::{Format, Import, json_file, log_lines, table, trainer};
use crate::args::filters;
use crate::ui::reporter::Reporter;

/// Reads bytes as one of the formats, and writes nothing.
pub(crate) fn read(how: u8, data: &[u8]) {
    static REGEXES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        let regexes = [
            r"step (?P<step>\S+).* loss[=:] ?(?P<loss>\S+)",
            r"(?P<run>\w+) (?P<tag>\w+): (?P<value>\S+)( @(?P<wall_time>\S+))?",
        ];
        log_lines::compile(&regexes.map(str::to_owned)).unwrap_or_default()
    });
    let reporter = Reporter::with(true, true);
    let columns = match how & 24 {
        8 => vec!["step=epoch".to_owned(), "tag=name".to_owned()],
        _ => Vec::new(),
    };
    let (fields, tags) = (
        Fields::new(&columns, how & 16 != 0),
        filters::patterns("tag", &[], false),
    );
    let (Ok(fields), Ok(tags)) = (fields, tags) else {
        return;
    };
    let mut import = Import {
        fields,
        tags,
        exact: how & 4 != 0,
        runs: Runs::new(None, true),
        tally: Tally::new(&reporter),
        known: BTreeMap::new(),
    };
    let input = Input {
        path: Path::new("-"),
        format: Format::Log,
        run: ".".to_owned(),
        time: Time::from_secs(0.0),
        series: None,
    };
    let _ = match how & 3 {
        0 => table::read(data, b',', &input, &mut import),
        1 => table::read(data, b'\t', &input, &mut import),
        2 => json_file::read(data, &input, &mut import),
        _ if how & 32 != 0 => trainer::read(data, &input, &mut import),
        _ => log_lines::read(data, &REGEXES, &input, &mut import),
    };
    import.tally.report();
}
