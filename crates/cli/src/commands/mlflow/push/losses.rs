//! What could not be sent as it is, in words and as JSON.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use tfevents_mlflow::{LossKind, Losses};

use crate::ui::reporter::Reporter;
use tfevents_analysis::{number, text};

/// How many there are of each kind.
pub(super) struct Counts<'a>(pub(super) &'a Losses);

impl Serialize for Counts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (kind, loss) in self.0.iter() {
            map.serialize_entry(kind.name(), &loss.count)?;
        }
        map.end()
    }
}

/// Warns of each kind, with the first of each.
pub(super) fn warn(run: &str, losses: &Losses, reporter: &Reporter) {
    for (kind, loss) in losses.iter() {
        let what = describe(kind);
        let first = text::printable(&loss.first);
        let more = match loss.count {
            1 => String::new(),
            count => format!(", and {} more", number::count(count - 1)),
        };
        reporter.warn(format_args!("{run}: {what}: {first}{more}"));
    }
}

fn describe(kind: LossKind) -> &'static str {
    match kind {
        LossKind::Damage => "damaged, and not sent",
        LossKind::Unreadable => "cannot be read",
        LossKind::NonFinite => "NaN or infinite, and left out",
        LossKind::Infinity => "infinite, which MLflow stores as the largest number",
        LossKind::Rounded => "beyond 2^53, and rounded",
        LossKind::Sign => "negative zero, of which MLflow drops the sign",
        LossKind::Time => "has a time that MLflow cannot store, sent as 1970",
        LossKind::Value => "not as its metadata say, and sent as it is stored",
        LossKind::Param => "parameters cannot be changed in MLflow",
        LossKind::Long => "too long for MLflow",
        LossKind::Taken => {
            "the logdir has a tag of this name itself, so the best value was not sent"
        }
        LossKind::Artifact => "not stored",
        _ => "not sent as it is",
    }
}
