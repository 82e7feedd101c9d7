//! Files of JSON: an object per line, or one document.

use std::io::{BufRead, Read as _};

use anyhow::{Result, anyhow};
use serde_json::Value;

use super::bounded::{LONGEST, too_long};
use super::encoding::NOT_UTF8;
use super::inputs::Input;
use super::json::{self, Member, Object};
use super::spot::Spot;
use super::{Import, downloads, lines, trainer};

pub(super) fn read(
    mut reader: impl BufRead,
    input: &Input<'_>,
    import: &mut Import<'_>,
) -> Result<()> {
    if is_document(reader.fill_buf()?) {
        return document(reader, input, import);
    }
    lines::each(reader, import, |line, number, import| {
        if line.trim().is_empty() {
            return Ok(());
        }
        let spot = Spot::line(input.path, number);
        match json::parse_line(line) {
            Ok(object) => object_in(&object, spot, input, import),
            Err(problem) => {
                import.tally.skip(spot, problem);
                Ok(())
            }
        }
    })
}

/// Whether a file that begins so is one array, or one object on many lines.
fn is_document(start: &[u8]) -> bool {
    let start = start.trim_ascii_start();
    let mut lines = start.split(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default().trim_ascii_end();
    start.starts_with(b"[") || (first == b"{" && lines.next().is_some())
}

fn document(reader: impl BufRead, input: &Input<'_>, import: &mut Import<'_>) -> Result<()> {
    let mut bytes = Vec::new();
    let length = reader.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if length as u64 > LONGEST {
        return Err(too_long("document").into());
    }
    let text = String::from_utf8(bytes).map_err(|_| anyhow!(NOT_UTF8))?;
    if !text.trim_start().starts_with('[') {
        let object = json::parse_document(&text).map_err(|problem| anyhow!(problem))?;
        return object_in(&object, Spot::element(input.path, 1), input, import);
    }
    let members: Vec<Member> = json::parse_document(&text).map_err(|problem| anyhow!(problem))?;
    for (number, member) in (1..).zip(&members) {
        let spot = Spot::element(input.path, number);
        match member {
            Member::Object(object) => json::row(object, spot, input, import)?,
            point => downloads::point(point, spot, input, import)?,
        }
    }
    Ok(())
}

/// Takes in an object, which may be all that Trainer knows of a training.
fn object_in(
    object: &Object,
    spot: Spot<'_>,
    input: &Input<'_>,
    import: &mut Import<'_>,
) -> Result<()> {
    let history = object.0.iter().find_map(|(name, member)| match member {
        Member::Value(Value::Array(history)) if name == trainer::HISTORY => Some(history),
        _ => None,
    });
    match history {
        Some(history) => trainer::history(history, input, import),
        None => json::row(object, spot, input, import),
    }
}
