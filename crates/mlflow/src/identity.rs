//! How a run is found again at the server.
//!
//! A run is known by the last part of its directory's path, by the name of its first event file, and by the time of the
//! first event in there. So it is the same run wherever the logdir is moved or mounted, and whichever directory above it is
//! given; and a copy that continues under another name is another run. All that stands in a tag.

use std::path::{Path, absolute};

use tfevents::{EventItem, EventReader, Run};

/// The tag that holds it.
pub(crate) const TAG: &str = "tfevents.run";

/// What a run is known by, and when it began.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Identity {
    pub(crate) text: String,
    /// The times of the first event of each file.
    pub(crate) began: Vec<f64>,
}

/// The identity of a run; `None` if no file holds an event yet.
pub(crate) fn of(run: &Run) -> Option<Identity> {
    let files = run.files().iter();
    let firsts: Vec<_> = files
        .filter_map(|file| Some((file, first_time(file, run.max_record())?)))
        .collect();
    let (file, time) = firsts.first()?;
    let dir = absolute(run.dir()).ok();
    let dir = dir.as_deref().and_then(Path::file_name);
    let dir = dir.map(|name| text(name.as_ref())).unwrap_or_default();
    let file = file.file_name().map(|name| text(name.as_ref()));
    Some(Identity {
        text: format!("{dir}/{}@{time}", file.unwrap_or_default()),
        began: firsts.iter().map(|(_, time)| *time).collect(),
    })
}

/// The time of the first event of a file.
fn first_time(file: &Path, max_record: u64) -> Option<f64> {
    let mut reader = EventReader::open(file).ok()?.max_record(max_record);
    reader.finish();
    loop {
        match reader.next_item().ok()? {
            EventItem::Event(record) => return Some(record.event.wall_time.as_secs()),
            EventItem::Damage(_) => {}
            EventItem::End(_) => return None,
        }
    }
}

/// A name without what would end a word of MLflow's filters.
fn text(name: &Path) -> String {
    let is_odd = |c: char| c.is_control() || matches!(c, '\'' | '"' | '`' | '\\' | '%');
    tfevents::names::encoded(&tfevents::reader::path_text(name), usize::MAX, |_, c| {
        !is_odd(c)
    })
}

/// The filter that finds the run.
pub(crate) fn filter(identity: &str) -> String {
    format!("tags.`{TAG}` = '{identity}'")
}
