//! Compression, where the name of an output asks for it: `.gz` and `.zst`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::ui::usage::UsageError;

/// How an output is compressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    /// What a name asks for, and the name without that.
    pub(crate) fn of(path: &Path) -> (Self, PathBuf) {
        let packing = match ending(path).as_deref() {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstd,
            _ => return (Self::Plain, path.to_path_buf()),
        };
        (packing, path.with_extension(""))
    }
}

/// What follows the last dot in the name of a file, in lower case. Numbers, as at the end of event files, say nothing.
fn ending(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_string_lossy().to_lowercase();
    extension.contains(char::is_alphabetic).then_some(extension)
}

/// The ending that tells the format of an output, whatever it is compressed with.
pub(crate) fn format_ending(path: &Path) -> Option<String> {
    ending(&Packing::of(path).1)
}

/// Whether files with this ending are tables, of whatever format.
pub(crate) fn is_of_table(ending: &str) -> bool {
    const TABLES: [&str; 15] = [
        "arrow", "csv", "feather", "html", "json", "jsonl", "markdown", "md", "ndjson", "npz",
        "parquet", "tex", "tsv", "txt", "xlsx",
    ];
    TABLES.contains(&ending)
}

/// Complains of an ending that stands for none of the formats that a verb writes.
pub(crate) fn unknown_ending(ending: Option<&str>, known: &[&str], advice: &str) -> anyhow::Error {
    let what = match ending {
        Some(ending) => format!("unknown extension `.{ending}`"),
        None => "the name has no extension".to_owned(),
    };
    let known: Vec<_> = known.iter().map(|known| format!(".{known}")).collect();
    let known = match &*known {
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
        [] => String::new(),
    };
    let problem =
        format!("--output: {what}; it must end in {known}, which .gz or .zst may follow{advice}");
    UsageError(problem).into()
}

/// Something that is written compressed, or not.
pub(crate) enum Packed<W: Write> {
    Plain(W),
    Gzip(GzEncoder<W>),
    #[cfg(feature = "parquet")]
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Packed<W> {
    /// # Errors
    ///
    /// Compression that this program was built without.
    pub(crate) fn new(out: W, packing: Packing) -> Result<Self> {
        Ok(match packing {
            Packing::Plain => Self::Plain(out),
            Packing::Gzip => Self::Gzip(GzEncoder::new(out, Compression::default())),
            #[cfg(feature = "parquet")]
            Packing::Zstd => {
                let mut encoder = zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                encoder.include_checksum(true)?;
                Self::Zstd(encoder)
            }
            #[cfg(not(feature = "parquet"))]
            Packing::Zstd => {
                let problem = "this program was built without Zstandard, so it cannot write .zst; use .gz, or add \
                               it with `cargo install --path crates/cli --features parquet`";
                return Err(UsageError(problem.to_owned()).into());
            }
        })
    }

    /// Writes what ends compressed data.
    pub(crate) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => Ok(out),
            Self::Gzip(encoder) => encoder.finish(),
            #[cfg(feature = "parquet")]
            Self::Zstd(encoder) => encoder.finish(),
        }
    }

    pub(crate) fn get_ref(&self) -> &W {
        match self {
            Self::Plain(out) => out,
            Self::Gzip(encoder) => encoder.get_ref(),
            #[cfg(feature = "parquet")]
            Self::Zstd(encoder) => encoder.get_ref(),
        }
    }
}

impl<W: Write> Write for Packed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            #[cfg(feature = "parquet")]
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    /// Compressed data is written on when there is enough of it: cut into pieces it would be longer.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ending_is_the_compression() {
        let cases = [
            ("a.csv", Packing::Plain, Some("csv")),
            ("a.csv.gz", Packing::Gzip, Some("csv")),
            ("a.CSV.ZST", Packing::Zstd, Some("csv")),
            ("a.gz", Packing::Gzip, None),
            ("a", Packing::Plain, None),
            ("a.1.0", Packing::Plain, None),
        ];
        for (name, packing, ending) in cases {
            assert_eq!(Packing::of(Path::new(name)).0, packing, "{name}");
            assert_eq!(format_ending(Path::new(name)).as_deref(), ending, "{name}");
        }
    }
}
