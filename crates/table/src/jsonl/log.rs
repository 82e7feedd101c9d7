//! A sink that writes JSON Lines while the run is in progress.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tfevents::plugin::hparams::{HParamsEvent, SESSION_END_TAG, SESSION_START_TAG};
use tfevents::{
    At, Error, ErrorKind, HParams, Histogram, Image, IntoScalar as _, Kind, Result, Sink, Status,
    Value, WallTime,
};

use super::{Line, put};
use crate::json::Float;
use crate::meant::Images;

/// Logs a run as JSON, an object per call, in the shape in which `tfevents export --format jsonl` prints an event file:
/// see `docs/json.md`. Scalars keep all digits of the `f64`.
///
/// If a write fails half-way, the next object begins on a line of its own, so that only one is lost. Wrap files in a [`BufWriter`](std::io::BufWriter);
/// [`end`](Sink::end) flushes it.
///
/// # Examples
///
/// ```
/// use tfevents::Sink;
/// use tfevents_table::JsonLines;
///
/// let lines = JsonLines::new(Vec::new(), "exp1");
/// lines.log_scalar("loss", 0.5, tfevents::At::new(3).at(1.7e9))?;
/// assert_eq!(
///     String::from_utf8(lines.into_inner())?,
///     r#"{"run":"exp1","tag":"loss","kind":"scalar","step":3,"wall_time":1700000000.0,"value":0.5}"#.to_owned() + "\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct JsonLines<W> {
    out: Mutex<Out<W>>,
    run: String,
}

struct Out<W> {
    to: W,
    ended: bool,
    /// The last line was cut short.
    torn: bool,
}

impl<W: Write> Out<W> {
    /// Writes a line, after the end of one that was cut short.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.to.write_all(b"\n")?;
            self.torn = false;
        }
        let mut rest = line;
        while !rest.is_empty() {
            match self.to.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => rest = &rest[written..],
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
            self.torn = !rest.is_empty();
        }
        Ok(())
    }
}

impl<W: Write> JsonLines<W> {
    /// Logs the run of this name to `out`.
    pub fn new(out: W, run: impl Into<String>) -> Self {
        Self {
            out: Mutex::new(Out {
                to: out,
                ended: false,
                torn: false,
            }),
            run: run.into(),
        }
    }

    /// Returns the underlying writer.
    pub fn into_inner(self) -> W {
        let out = self.out.into_inner();
        out.unwrap_or_else(PoisonError::into_inner).to
    }

    fn line(&self, tag: &str, kind: Kind, at: At, value: impl Serialize) -> Result<()> {
        let line = self.encoded(tag, kind, at, value)?;
        let mut out = self.lock();
        if out.ended {
            return Err(Error::new(ErrorKind::Closed));
        }
        out.write(&line)
            .map_err(|e| self.failed(&format!("the {} `{tag}`", kind.name()), &e))
    }

    fn failed(&self, what: &str, error: &io::Error) -> Error {
        let run = &self.run;
        let text = format!("cannot write {what} of the run `{run}`: {error}");
        io::Error::new(error.kind(), text).into()
    }

    fn encoded(&self, tag: &str, kind: Kind, at: At, value: impl Serialize) -> Result<Vec<u8>> {
        let wall_time = at.wall_time().unwrap_or_else(WallTime::now).as_secs();
        let mut line = Vec::new();
        put(
            &mut line,
            &Line {
                run: &self.run,
                tag,
                kind: kind.name(),
                step: at.step(),
                wall_time: Float(wall_time),
                value,
                problem: None,
            },
        )?;
        Ok(line)
    }

    /// A panic elsewhere leaves whole lines, or one that was cut short.
    fn lock(&self) -> MutexGuard<'_, Out<W>> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send> Sink for JsonLines<W> {
    fn log_scalar(&self, tag: &str, value: f64, at: At) -> Result<()> {
        self.line(tag, Kind::Scalar, at, Float(value))
    }

    fn log_histogram(&self, tag: &str, histogram: &Histogram, at: At) -> Result<()> {
        self.line(
            tag,
            Kind::Histogram,
            at,
            Value::Histogram(histogram.clone()),
        )?;
        match histogram.left_out_scalar(tag) {
            Some((tag, count)) => self.log_scalar(&tag, count.to_f64(), at),
            None => Ok(()),
        }
    }

    fn log_text(&self, tag: &str, markdown: &str, at: At) -> Result<()> {
        self.line(tag, Kind::Text, at, markdown)
    }

    fn log_image(&self, tag: &str, image: &Image, at: At) -> Result<()> {
        self.line(tag, Kind::Image, at, Images::one(image))
    }

    fn log_hparams(&self, hparams: &HParams) -> Result<()> {
        let (at, time) = now();
        let hparams = hparams.clone();
        let start = HParamsEvent::SessionStart { hparams, time };
        let start = Value::HParams(Box::new(start));
        self.line(SESSION_START_TAG, Kind::HParams, at, start)
    }

    fn end(&self, status: Status) -> Result<()> {
        let (at, time) = now();
        let end = HParamsEvent::SessionEnd { status, time };
        let end = Value::HParams(Box::new(end));
        let line = self.encoded(SESSION_END_TAG, Kind::HParams, at, end)?;
        let mut out = self.lock();
        if !std::mem::replace(&mut out.ended, true) {
            out.write(&line).map_err(|e| self.failed("the end", &e))?;
        }
        let flushed = out.to.flush();
        flushed.map_err(|e| self.failed("what is left", &e))
    }
}

/// Where sessions start and end.
fn now() -> (At, WallTime) {
    let now = WallTime::now();
    (At::new(0).at(now), now)
}

impl<W> fmt::Debug for JsonLines<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines")
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_documented_shapes() {
        let lines = JsonLines::new(Vec::new(), "a/b");
        let at = At::new(2).at(1.5);
        lines.log_scalar("s", f64::NAN, at).unwrap();
        lines.log_scalar("s", f64::from(0.1f32), at).unwrap();
        let histogram = Histogram::with_buckets([1.0, 2.0, 2.0, f64::NAN, 3.0], 2);
        lines.log_histogram("h", &histogram, at).unwrap();
        lines.log_text("t", "a \"b\"\n", at).unwrap();
        let gif = *b"GIF89a\x05\0\x04\0\0\0\0";
        lines
            .log_image("i", &Image::encoded(gif).unwrap(), at)
            .unwrap();
        let text = String::from_utf8(lines.into_inner()).unwrap();
        let head = |tag, kind| {
            format!(
                r#"{{"run":"a/b","tag":"{tag}","kind":"{kind}","step":2,"wall_time":1.5,"value":"#
            )
        };
        let expected = [
            (head("s", "scalar"), r#""NaN"}"#),
            (head("s", "scalar"), "0.10000000149011612}"),
            (
                head("h", "histogram"),
                r#"{"buckets":[[1.0,2.0,1.0],[2.0,3.0,3.0]]}}"#,
            ),
            (head("h/left_out", "scalar"), "1.0}"),
            (head("t", "text"), r#""a \"b\"\n"}"#),
            (
                head("i", "image"),
                r#"{"width":5,"height":4,"samples":[{"base64":"R0lGODlhBQAEAAAAAA=="}]}}"#,
            ),
        ];
        let expected: String = expected.map(|(a, b)| format!("{a}{b}\n")).concat();
        assert_eq!(text, expected);
    }

    #[test]
    fn sessions_start_and_end() {
        let lines = JsonLines::new(Vec::new(), ".");
        lines.log_hparams(&HParams::new().with("lr", 0.1)).unwrap();
        lines.end(Status::Failure).unwrap();
        let text = String::from_utf8(lines.into_inner()).unwrap();
        let parsed: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(parsed[0]["tag"], SESSION_START_TAG);
        assert_eq!(parsed[0]["value"]["session_start"]["hparams"]["lr"], 0.1);
        assert_eq!(parsed[1]["kind"], "hparams");
        assert_eq!(parsed[1]["value"]["session_end"]["status"], "failure");
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let lines = JsonLines::new(Full, "exp1");
        let error = lines.log_scalar("s", 1.0, 1.into()).unwrap_err();
        assert!(error.is_io());
        let text = error.to_string();
        assert!(
            text.starts_with("cannot write the scalar `s` of the run `exp1`: "),
            "{text}"
        );
        assert!(lines.end(Status::Success).is_err());
    }

    /// Takes ten bytes at a time, and fails at one call.
    struct Short {
        taken: Vec<u8>,
        calls: usize,
        fails_at: usize,
    }

    impl Write for Short {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            if self.calls == self.fails_at {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let taken = bytes.len().min(10);
            self.taken.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_write_that_fails_costs_one_line() {
        // At once, half-way, and before the end of the line.
        for fails_at in [1, 3, 8] {
            let lines = JsonLines::new(
                Short {
                    taken: Vec::new(),
                    calls: 0,
                    fails_at,
                },
                "r",
            );
            let at = At::new(1).at(1.5);
            assert!(lines.log_scalar("a", 1.0, at).is_err(), "{fails_at}");
            lines.log_scalar("b", 1.0, at).unwrap();
            let text = String::from_utf8(lines.into_inner().taken).unwrap();
            let whole: Vec<serde_json::Value> = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect();
            assert_eq!(whole.len(), 1, "{text}");
            assert_eq!(whole[0]["tag"], "b");
            assert!(text.lines().all(|line| !line.is_empty()), "{text}");
        }
    }
}
