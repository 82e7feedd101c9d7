//! Text, line by line.

use std::io::{BufRead, Read as _};

use anyhow::Result;

use super::bounded::{LONGEST, too_long};
use super::{Import, ansi};

/// Passes each line on, without its colours, with its number, which begins at 1.
pub(super) fn each(
    mut reader: impl BufRead,
    import: &mut Import<'_>,
    mut see: impl FnMut(&str, u64, &mut Import<'_>) -> Result<()>,
) -> Result<()> {
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        let mut bounded = reader.by_ref().take(LONGEST + 1);
        let length = bounded.read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(());
        }
        if length as u64 > LONGEST {
            return Err(too_long("line").into());
        }
        number += 1;
        see(
            &ansi::strip(&String::from_utf8_lossy(&line)),
            number,
            import,
        )?;
    }
}
