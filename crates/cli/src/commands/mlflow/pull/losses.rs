//! Says what could not be pulled as it is.

use tfevents_analysis::{number, text};
use tfevents_mlflow::{LossKind, Losses};

use crate::ui::reporter::Reporter;

/// Says what of a run, or around all runs, is damaged, and what is not as it was or not there at all.
pub(super) fn tell(run: &str, losses: &Losses, reporter: &Reporter) {
    let name = match run {
        "" => String::new(),
        run => format!("{}: ", text::printable(run)),
    };
    for (kind, loss) in losses.iter() {
        let more = match loss.count {
            1 => String::new(),
            count => format!(" and {} more", number::count(count - 1)),
        };
        let first = text::printable(&loss.first);
        match kind {
            LossKind::Infinity => reporter.note(format_args!(
                "{name}±1.8e308 taken for infinite, as MLflow stores that: {first}{more}"
            )),
            LossKind::Artifact => {
                reporter.note(format_args!("{name}artifacts not copied: {first}{more}"));
            }
            LossKind::Damage => {
                reporter.warn(format_args!("{name}damaged, and left out: {first}{more}"));
            }
            LossKind::Value => {
                reporter.warn(format_args!("{name}cannot be written: {first}{more}"));
            }
            _ => reporter.warn(format_args!("{name}cannot be read: {first}{more}")),
        }
    }
}
