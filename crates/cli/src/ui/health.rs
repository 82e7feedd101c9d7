//! What is wrong with a file, in words.

use std::path::Path;

use tfevents::Health;
use tfevents::reader::{Content, Defect, DefectKind, Foreign};
use tfevents::record::End;

use super::few;

/// What is wrong with the file at a path, a line each; nothing if it is intact.
pub(crate) fn describe(path: &Path, health: &Health) -> Vec<String> {
    if let Some(what) = Foreign::instead_of_events(path, health) {
        return vec![no_events(what)];
    }
    let mut lines = Vec::new();
    let first_is_bad = health.defects.first().is_some_and(|f| f.offset == 0);
    if health.records == 0 && (first_is_bad || matches!(health.end, End::Damaged { .. })) {
        lines.push("this does not look like an event file: it has no intact record".to_owned());
    }
    let (shown, _) = few::first(&health.defects, few::PLACES);
    lines.extend(shown.iter().map(ToString::to_string));
    if let more @ 1.. = health.damaged.saturating_sub(shown.len() as u64) {
        lines.push(few::more(more, "damaged place", ""));
    }
    let is_large = |defect: &Defect| matches!(defect.kind, DefectKind::Large { .. });
    if health.defects.iter().any(is_large) {
        lines.push("use --max-record SIZE to read longer records".to_owned());
    }
    if health.end != End::Clean {
        lines.push(health.end.to_string());
    }
    lines
}

/// What a file is that holds no events.
pub(crate) fn no_events(what: Foreign) -> String {
    let line = format!("this is {}, not an event file", what.phrase());
    match what {
        // Whatever its name, there is nothing to add.
        Foreign::NotEvents(content) if content != Content::GitLfs => line,
        _ => format!("{line} ({})", what.remark()),
    }
}
