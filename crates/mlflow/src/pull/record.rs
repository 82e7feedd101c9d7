//! A run as MLflow keeps it, wherever that is.

use std::collections::BTreeMap;
use std::io::Read;

use crate::api::Entry;
use crate::api::artifacts::File;
use crate::api::metrics::Point;
use crate::error::Result;
use crate::mapping::loss::Losses;
use crate::names::{self, Key, LONG_TAG};

/// The tag with the name of a run.
pub(super) const NAME: &str = "mlflow.runName";
/// The tag of a nested run with the id of the run around it.
pub(super) const PARENT: &str = "mlflow.parentRunId";
/// The tag with the description of a run.
pub(super) const NOTE: &str = "mlflow.note.content";

/// All that is known of a run before its points and files are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The name of the experiment.
    pub(crate) experiment: String,
    /// `RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED` or `KILLED`.
    pub(crate) status: String,
    /// In milliseconds.
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) params: Vec<Entry>,
    pub(crate) tags: Vec<Entry>,
    /// The keys of its metrics.
    pub(crate) metrics: Vec<String>,
}

impl Record {
    /// The value of a tag.
    pub(crate) fn tag(&self, key: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|tag| tag.key == key)?;
        Some(&tag.value)
    }

    /// What was logged under a key. A tag too long for one stands in a tag of the run.
    pub(super) fn tag_of(&self, key: &str) -> String {
        let whole = names::digest(key).and_then(|digest| self.tag(&format!("{LONG_TAG}{digest}")));
        match whole.filter(|whole| Key::of(whole).text == key) {
            Some(whole) => whole.to_owned(),
            None => names::tag(key).into_owned(),
        }
    }
}

/// Where runs are.
pub(super) trait Store: std::fmt::Debug + Send + Sync {
    /// Hands out all points of a metric, in the order in which they are stored.
    fn points(
        &self,
        run: &Record,
        key: &str,
        losses: &mut Losses,
        each: &mut dyn FnMut(Point) -> Result<()>,
    ) -> Result<()>;

    /// The files and directories in a directory of a run's artifacts.
    fn list(&self, run: &Record, dir: &str) -> Result<Vec<File>>;

    /// The bytes of a file, all of which are there before the first is read.
    fn open(&self, run: &Record, file: &File) -> Result<Box<dyn Read>>;
}

/// Where each run goes in a logdir, by its id: `EXPERIMENT/NAME-ID`, and below the run around it, if that is one of them.
pub(super) fn places(records: &[Record]) -> BTreeMap<&str, String> {
    let by_id: BTreeMap<_, _> = records.iter().map(|run| (&*run.id, run)).collect();
    let place = |run: &Record| {
        let mut parts = Vec::new();
        let mut at = Some(run);
        // No chain of runs is longer, unless it is a circle.
        while let Some(run) = at.filter(|_| parts.len() < by_id.len()) {
            let id: String = run.id.chars().take(8).collect();
            let name = run.name.trim_matches('/');
            parts.push(match name {
                "" => id,
                name => format!("{name}-{id}"),
            });
            at = run.tag(PARENT).and_then(|id| by_id.get(id).copied());
        }
        parts.push(run.experiment.trim_matches('/').to_owned());
        parts.reverse();
        // What has this in its name passes for an event file.
        parts.join("/").replace("tfevents", "tf_events")
    };
    records.iter().map(|run| (&*run.id, place(run))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_runs_are_below_the_runs_around_them() {
        let run = |id: &str, parent: &str| Record {
            id: id.repeat(16),
            name: format!("run {id}"),
            experiment: "/team/exp".to_owned(),
            tags: vec![Entry::new(PARENT, parent.repeat(16))],
            ..Record::default()
        };
        let records = [
            run("aa", "x"),
            run("bb", "aa"),
            run("cc", "dd"),
            run("dd", "cc"),
        ];
        let places = places(&records);
        let place = |id: &str| &*places[&*id.repeat(16)];
        assert_eq!(place("aa"), "team/exp/run aa-aaaaaaaa");
        assert_eq!(place("bb"), "team/exp/run aa-aaaaaaaa/run bb-bbbbbbbb");
        let file = Record {
            name: "out.tfevents.1".to_owned(),
            ..run("ee", "x")
        };
        assert_eq!(
            super::places(&[file])[&*"ee".repeat(16)],
            "team/exp/out.tf_events.1-eeeeeeee"
        );
        // Runs that claim to be in each other end somewhere.
        assert!(place("cc").ends_with("run cc-cccccccc"));
    }
    #[test]
    fn a_tag_too_long_for_a_key_is_read_from_a_tag_of_the_run() {
        let long = "損".repeat(300);
        let key = Key::of(&long);
        let noted = format!("{LONG_TAG}{}", key.digest.unwrap());
        let run = |tag: &str| Record {
            tags: vec![Entry::new(&*noted, tag)],
            ..Record::default()
        };
        assert_eq!(run(&long).tag_of(&key.text), long);
        assert_eq!(run(&long).tag_of("a_x3D_1"), "a=1");
        // One that is not what the key stands for, and none.
        assert_eq!(run("another").tag_of(&key.text), key.text);
        assert_eq!(Record::default().tag_of(&key.text), key.text);
    }
}
