//! How a run is found again at the server.
//!
//! A run is known by the last part of its directory's path, by the name of its first event file, and by the time of the
//! first event in there. So it is the same run wherever the logdir is moved or mounted, and whichever directory above it is
//! given; and a copy that continues under another name is another run. All that stands in a tag. Another tag says where the
//! directory was when it was pushed, which tells copies of the same name apart for as long as both are there.

use std::path::{Path, PathBuf, absolute};

use tfevents::{EventItem, EventReader, Run};
use tfevents_analysis::writing::State;

/// The tag that holds it.
pub(crate) const TAG: &str = "tfevents.run";
/// The tag that says where the run was when it was pushed last: MLflow's own for that.
pub(crate) const SOURCE: &str = "mlflow.source.name";

/// What a run is known by.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The value of the tag.
    pub(crate) text: String,
    /// Where it is.
    pub(crate) source: String,
    dir: PathBuf,
    file: PathBuf,
    time: f64,
    max_record: u64,
}

/// What a run is known by; `None` if no file holds an event yet.
pub(crate) fn of(run: &Run) -> Option<Identity> {
    let mut files = run.files().iter();
    let max_record = run.max_record();
    let (file, time) = files.find_map(|file| Some((file, first_time(file, max_record)?)))?;
    let file = PathBuf::from(file.file_name()?);
    let dir = run.dir().canonicalize().or_else(|_| absolute(run.dir()));
    let dir = dir.unwrap_or_else(|_| run.dir().to_path_buf());
    let name = dir.file_name().map(|name| text(name.as_ref()));
    Some(Identity {
        text: format!("{}/{}@{time}", name.unwrap_or_default(), text(&file)),
        source: tfevents::reader::path_text(&dir),
        dir,
        file,
        time,
        max_record,
    })
}

impl Identity {
    /// How many parts a path has, from its end, in common with that of this run's directory.
    pub(crate) fn alike(&self, dir: &str) -> usize {
        let parts = Path::new(&self.source).components().rev();
        let same = parts.zip(Path::new(dir).components().rev());
        same.take_while(|(a, b)| a == b).count()
    }

    /// Whether another run that is known by the same is in a directory, so that one of the two is a copy.
    pub(crate) fn is_also_in(&self, dir: &str) -> bool {
        if dir == self.source {
            return false;
        }
        let other = Path::new(dir).join(&self.file);
        let [own, others] =
            [&self.dir.join(&self.file), &other].map(|file| State::of_content(file));
        // A directory that is mounted in two places is one.
        !own.is_same_file(others) && first_time(&other, self.max_record) == Some(self.time)
    }
}

/// Whether the run that is known by `identity` is in a directory, as far as names say.
pub(crate) fn is_in(identity: &str, dir: &Path) -> bool {
    let Some((name, _time)) = identity.rsplit_once('@') else {
        return false;
    };
    let file = name.rsplit('/').next().unwrap_or_default();
    let mut entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.any(|entry| text(entry.file_name().as_ref()) == file)
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
    let is_plain =
        |_: usize, c: char| !c.is_control() && !matches!(c, '\'' | '"' | '`' | '\\' | '%');
    tfevents::names::encoded(&tfevents::reader::path_text(name), usize::MAX, is_plain)
}

/// The filter that finds all runs that were pushed.
pub(crate) fn any() -> String {
    format!("tags.`{TAG}` LIKE '%'")
}

/// The filter that finds the run.
pub(crate) fn filter(identity: &str) -> String {
    format!("tags.`{TAG}` = '{identity}'")
}

#[cfg(test)]
mod tests {
    use tfevents::{Logdir, SummaryWriter};

    use super::*;

    #[test]
    fn a_run_stays_the_same_wherever_it_is_and_however_it_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let exp = dir.path().join("logs/exp'1");
        let writer = SummaryWriter::new(&exp).unwrap();
        writer.add_scalar("loss", 1.0, 1).unwrap();
        writer.close().unwrap();
        let identity = |path: &Path| {
            let logdir = Logdir::open(path).unwrap();
            of(&logdir.runs()[0]).unwrap().text
        };
        let known = identity(&exp);
        assert!(known.starts_with("exp%271/events.out.tfevents."), "{known}");
        assert_eq!(identity(dir.path()), known);
        let moved = dir.path().join("moved");
        std::fs::rename(dir.path().join("logs"), &moved).unwrap();
        assert_eq!(identity(&moved), known);
        assert!(is_in(&known, &moved.join("exp'1")) && !is_in(&known, &moved));
        // Under another name, it is another run.
        std::fs::rename(moved.join("exp'1"), moved.join("exp2")).unwrap();
        assert_ne!(identity(&moved), known);
        let empty = dir.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        std::fs::write(empty.join("a.tfevents"), "").unwrap();
        assert!(of(&Logdir::open(&empty).unwrap().runs()[0]).is_none());
    }
}
