//! Events as columns of text. Blobs and histograms are abbreviated.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use tfevents::event::{DataRef, Encoded, What};
use tfevents::plugin::histogram::Histogram;
use tfevents::plugin::image::Format;
use tfevents::proto::session_log::SessionStatus;
use tfevents::tensor::Elements;
use tfevents::{Tensor, Value};

use super::{Place, SummaryValue};
use crate::render::clock;
use crate::ui::style::Styles;
use tfevents_analysis::number;
use tfevents_analysis::text::{self, printable};

pub(super) fn begin_file(out: &mut impl Write, file: &Path, styles: Styles) -> io::Result<()> {
    let (name, dim) = (styles.name, styles.dim);
    writeln!(out, "{name}# {}{name:#}", printable(&text::path(file)))?;
    writeln!(
        out,
        "{dim}# {:>6} {:>10}  {:<26} {:>8}  tag and value{dim:#}",
        "record", "byte", "time", "step"
    )
}

pub(super) fn print(
    out: &mut impl Write,
    place: Place<'_>,
    value: Option<&SummaryValue<'_>>,
) -> io::Result<()> {
    let record = place.record;
    write!(
        out,
        "{:>8} {:>10}  {:<26} {:>8}  ",
        record.record,
        record.offset,
        clock::precise_time(record.event.wall_time.as_secs()),
        record.event.step
    )?;
    match value {
        Some(value) => {
            let tag = printable(value.point.tag);
            write!(out, "{tag}  {} ", value.point.kind)?;
            meant(out, &value.point.value, &value.stored)?;
            // There are kinds that are nothing but this.
            match value.metadata {
                Some(m) if value.stored == DataRef::None => {
                    writeln!(
                        out,
                        ", {} {}",
                        printable(m.plugin_name),
                        blob("content", m.content)
                    )
                }
                _ => writeln!(out),
            }
        }
        None => writeln!(out, "{}", event(&place)),
    }
}

/// An event without values.
fn event(place: &Place<'_>) -> String {
    let event = &place.record.event;
    match &event.what {
        What::Summary(_) => "summary without values".to_owned(),
        What::FileVersion(version) => {
            let mut text = format!("file_version {}", printable(version));
            if let Some(writer) = event.source_writer {
                text.push_str(", written by ");
                text.push_str(&printable(writer));
            }
            text
        }
        What::GraphDef(bytes) => format!("graph_def {}", blob("graph", bytes)),
        What::MetaGraphDef(bytes) => format!("meta_graph_def {}", blob("meta graph", bytes)),
        What::LogMessage(log) => format!("log_message {} {}", log.level, quoted(log.message)),
        What::SessionLog(log) => {
            let status = SessionStatus::try_from(log.status).unwrap_or_default();
            let mut text = format!("session_log {}", status.as_str_name());
            for more in [log.checkpoint_path, log.msg] {
                if !more.is_empty() {
                    let _ = write!(text, " {}", quoted(more));
                }
            }
            text
        }
        What::TaggedRunMetadata(run) => format!(
            "tagged_run_metadata {} {}",
            printable(run.tag),
            blob("run metadata", run.run_metadata)
        ),
        _ => "empty".to_owned(),
    }
}

/// A value as it is meant where that is short, else as it is stored.
fn meant(out: &mut impl Write, value: &Value<'_>, data: &DataRef<'_>) -> io::Result<()> {
    match value {
        Value::Scalar(number) => write!(out, "{number}"),
        Value::Histogram(histogram) => buckets(out, histogram),
        Value::Images(images) => listed(out, &images.samples, |file| image(file)),
        Value::Audio(audio) => listed(out, &audio.clips, |clip| {
            let label = if clip.label.is_empty() {
                String::new()
            } else {
                format!(" {}", text_or_blob(clip.label))
            };
            blob("sound", clip.encoded) + &label
        }),
        _ => stored(out, data),
    }
}

fn stored(out: &mut impl Write, data: &DataRef<'_>) -> io::Result<()> {
    match data {
        DataRef::None => out.write_all(b"no value"),
        DataRef::Simple(v) => write!(out, "{}", tfevents::Number::F32(*v)),
        DataRef::ObsoleteHistogram(bytes) => {
            write!(out, "{}", blob("obsolete histogram", bytes))
        }
        DataRef::Image(v) => write!(out, "{}", image(v.encoded)),
        DataRef::Audio(v) => write!(out, "{}", blob("sound", v.encoded)),
        DataRef::Histogram(encoded) => write!(out, "{}", message("histogram", encoded)),
        DataRef::Tensor(encoded) => match Tensor::from_encoded(encoded) {
            Ok(t) => tensor(out, &t),
            Err(e) => write!(
                out,
                "{} ({})",
                message("tensor", encoded),
                printable(&e.to_string())
            ),
        },
        _ => Ok(()),
    }
}

/// So many buckets are listed.
const LISTED: usize = 4;

fn buckets(out: &mut impl Write, histogram: &Histogram) -> io::Result<()> {
    let buckets = histogram.buckets();
    if let ([first, .., last], true) = (buckets, buckets.len() > LISTED) {
        let values: f64 = buckets.iter().map(|b| b.count).sum();
        let (from, to, count) = (first.left, last.right, buckets.len());
        return write!(
            out,
            "{values} values from {from} to {to} in {count} buckets"
        );
    }
    listed(out, buckets, |b| {
        format!("{}..{}: {}", b.left, b.right, b.count)
    })
}

fn tensor(out: &mut impl Write, tensor: &Tensor<'_>) -> io::Result<()> {
    match (tensor.dtype(), tensor.shape()) {
        // What text is, as a rule.
        (Some(tfevents::tensor::DataType::String), []) => {}
        (Some(dtype), shape) => write!(out, "{} {shape:?} ", dtype.name())?,
        (None, shape) => write!(out, "unknown type {shape:?} ")?,
    }
    let elements = tensor.elements();
    if elements.len() == 1 && tensor.len() > 1 {
        out.write_all(b"all ")?;
    }
    match elements {
        Elements::Strings(strings) => listed(out, strings.iter(), text_or_blob),
        Elements::C64(pairs) => listed(out, pairs, |[re, im]| format!("{re}+{im}i")),
        Elements::C128(pairs) => listed(out, pairs, |[re, im]| format!("{re}+{im}i")),
        Elements::Opaque(bytes) => write!(out, "{}", blob("bytes", bytes)),
        numbers => {
            let numbers = (0..numbers.len()).filter_map(|i| numbers.number(i));
            listed(out, numbers, |n| n.to_string())
        }
    }
}

/// One after the other, however many: none waits for the others.
fn listed<T>(
    out: &mut impl Write,
    items: impl IntoIterator<Item = T>,
    text: impl Fn(T) -> String,
) -> io::Result<()> {
    let mut items = items.into_iter();
    let Some(first) = items.next() else {
        return out.write_all(b"none");
    };
    write!(out, "{}", text(first))?;
    items.try_for_each(|item| write!(out, ", {}", text(item)))
}

fn text_or_blob(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => quoted(text),
        Err(_) => blob("bytes", bytes),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", printable(text))
}

fn image(file: &[u8]) -> String {
    let format = Format::sniff(file);
    let size = format.and_then(|format| format.size(file));
    let name = format.map_or("image", Format::extension);
    match size {
        Some((width, height)) => blob(&format!("{name} {width}x{height}"), file),
        None => blob(name, file),
    }
}

/// Bytes by what they are, their number and the start of their SHA-256.
fn blob(what: &str, bytes: &[u8]) -> String {
    digested(what, [bytes])
}

fn message(what: &str, encoded: &Encoded<'_>) -> String {
    digested(what, encoded.pieces())
}

fn digested<'a>(what: &str, pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut len = 0;
    let mut digest = Sha256::new();
    for piece in pieces {
        len += piece.len() as u64;
        digest.update(piece);
    }
    let mut text = format!("<{what} {} sha256:", number::bytes(len));
    for byte in digest.finalize().iter().take(6) {
        let _ = write!(text, "{byte:02x}");
    }
    text.push('>');
    text
}
