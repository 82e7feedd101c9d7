//! Whether what is there already is what would be written.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

/// Whether two files or directories hold the same.
pub(super) fn is_same(a: &Path, b: &Path) -> io::Result<bool> {
    let (Ok(kind), Ok(other)) = (a.symlink_metadata(), b.symlink_metadata()) else {
        return Ok(false);
    };
    if kind.is_file() && other.is_file() {
        return same_bytes(File::open(a)?, File::open(b)?);
    }
    if !(kind.is_dir() && other.is_dir()) {
        return Ok(false);
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(a)? {
        names.push(entry?.file_name());
    }
    if names.len() != fs::read_dir(b)?.count() {
        return Ok(false);
    }
    for name in names {
        if !is_same(&a.join(&name), &b.join(&name))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_bytes(a: File, b: File) -> io::Result<bool> {
    let [mut a, mut b] = [a, b].map(|file| BufReader::with_capacity(64 << 10, file));
    loop {
        let (x, y) = (a.fill_buf()?, b.fill_buf()?);
        let len = x.len().min(y.len());
        if len == 0 || x.get(..len) != y.get(..len) {
            return Ok(x.is_empty() && y.is_empty());
        }
        a.consume(len);
        b.consume(len);
    }
}
