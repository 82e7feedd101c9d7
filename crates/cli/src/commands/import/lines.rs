//! Text, line by line.

use std::io::BufRead;

use anyhow::Result;

use super::Import;

/// Hands over each line with its number, which begins at 1.
pub(super) fn each(
    mut reader: impl BufRead,
    import: &mut Import<'_>,
    mut see: impl FnMut(&str, u64, &mut Import<'_>) -> Result<()>,
) -> Result<()> {
    let (mut line, mut number, mut offset) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(());
        }
        number += 1;
        offset += length as u64;
        import.reporter.reached(offset);
        see(&String::from_utf8_lossy(&line), number, import)?;
    }
}
