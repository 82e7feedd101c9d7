//! Tells the program that started the server which port it listens on.

use std::path::Path;
use std::{fs, io};

/// Writes the port into a file, which appears complete.
///
/// # Errors
///
/// A directory that does not exist or cannot be written to.
pub fn write_port(path: &Path, port: u16) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let unfinished = path.with_file_name(name);
    fs::write(&unfinished, format!("{port}\n"))?;
    fs::rename(unfinished, path)
}
