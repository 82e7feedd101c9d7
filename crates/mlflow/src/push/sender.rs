//! Fills requests to the limit, and sends each once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::files::Files;
use super::outlet::Outlet;
use crate::api::metrics::{self, Batch, Point};
use crate::api::{Entry, runs};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;
use crate::limits;
use crate::mapping::Artifact;
use crate::mapping::loss::Losses;
use crate::marks::{Mark, Place};

/// Sends points of one run, together with how far each file was sent.
pub(super) struct Sender<'a> {
    http: &'a Http,
    run_id: String,
    files: Files<'a>,
    points: Vec<Point>,
    /// How far the files were sent once the points have been, by the key of the tag.
    places: BTreeMap<String, (PathBuf, Place)>,
    sent: u64,
    /// Told how many points were sent, each time.
    tell: &'a (dyn Fn(u64) + Sync),
}

impl<'a> Sender<'a> {
    pub(super) fn new(http: &'a Http, run: &runs::Run, tell: &'a (dyn Fn(u64) + Sync)) -> Self {
        let run_id = &run.info.run_id;
        Self {
            http,
            run_id: run_id.clone(),
            files: Files::new(http, run),
            points: Vec::with_capacity(limits::TOGETHER),
            places: BTreeMap::new(),
            sent: 0,
            tell,
        }
    }

    /// How many points and files were sent.
    pub(super) fn sent(&self) -> (u64, u64) {
        (self.sent, self.files.stored())
    }

    /// Sends parameters.
    pub(super) fn params(&self, params: &[Entry]) -> Result<()> {
        for params in params.chunks(limits::PARAMS) {
            let batch = Batch {
                run_id: &self.run_id,
                metrics: &[],
                params,
                tags: &[],
            };
            send(self.http, &batch)?;
        }
        Ok(())
    }

    /// Sends what there is, along with these points, of which there are few, and tags.
    pub(super) fn finish(&mut self, points: Vec<Point>, tags: &[Entry]) -> Result<()> {
        const AT_ONCE: usize = limits::TAGS / 2;
        let (tags, others) = tags.split_at(tags.len().min(AT_ONCE));
        let marks = self.places.len() + tags.len();
        let all = self.points.len() + points.len() + marks;
        if all > limits::TOGETHER || marks > limits::TAGS {
            self.flush(&[])?;
        }
        self.points.extend(points);
        self.flush(tags)?;
        others.chunks(AT_ONCE).try_for_each(|tags| self.flush(tags))
    }

    /// Stores the files that wait, and says what was lost of all files until now.
    pub(super) fn settle(&mut self) -> Result<Losses> {
        self.files.settle()?;
        Ok(self.files.losses())
    }

    fn flush(&mut self, tags: &[Entry]) -> Result<()> {
        self.files.settle()?;
        let mut marks = Vec::new();
        for (key, (file, place)) in &self.places {
            marks.push(Entry::new(key.clone(), Mark::at(file, *place)?.to_string()));
        }
        marks.extend_from_slice(tags);
        if self.points.is_empty() && marks.is_empty() {
            return Ok(());
        }
        let batch = Batch {
            run_id: &self.run_id,
            metrics: &self.points,
            params: &[],
            tags: &marks,
        };
        send(self.http, &batch)?;
        self.sent += self.points.len() as u64;
        (self.tell)(self.points.len() as u64);
        self.points.clear();
        self.places.clear();
        Ok(())
    }
}

impl Outlet for Sender<'_> {
    /// Sends what was added before, if there is no room left.
    fn add(&mut self, point: Option<Point>, key: &str, file: &Path, place: Place) -> Result<()> {
        let marks = self.places.len() + usize::from(!self.places.contains_key(key));
        let points = self.points.len() + usize::from(point.is_some());
        if points > limits::METRICS || marks > limits::TAGS || points + marks > limits::TOGETHER {
            self.flush(&[])?;
        }
        self.points.extend(point);
        match self.places.get_mut(key) {
            Some((_, known)) => *known = place,
            None => {
                let file = file.to_path_buf();
                self.places.insert(key.to_owned(), (file, place));
            }
        }
        Ok(())
    }

    fn artifact(&mut self, artifact: Artifact) -> Result<()> {
        self.files.add(artifact)
    }
}

/// Sends a batch exactly once, as far as anybody can know: where no answer came, the tags in it say whether it arrived,
/// because MLflow stores them last. A batch without tags does no harm when it arrives twice.
fn send(http: &Http, batch: &Batch<'_>) -> Result<()> {
    if http.ending().is_over() {
        let message = "stopped before everything was sent";
        return Err(Error::new(ErrorKind::Stopped, message));
    }
    let mut backoff = http.backoff();
    loop {
        let error = match metrics::log_batch(http, batch) {
            Ok(()) => return Ok(()),
            Err(e) => e,
        };
        if !error.is_open() || !backoff.wait(None) {
            return Err(error);
        }
        let run = runs::get(http, batch.run_id)?;
        let is_there = |tag: &Entry| run.tag(&tag.key) == Some(&*tag.value);
        if !batch.tags.is_empty() && batch.tags.iter().all(is_there) {
            return Ok(());
        }
    }
}
