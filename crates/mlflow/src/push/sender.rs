//! Fills requests to the limit, and sends each once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::api::metrics::{self, Batch, Point};
use crate::api::{Entry, runs};
use crate::error::Result;
use crate::http::{Backoff, Http};
use crate::limits;
use crate::marks::{Mark, Place};

/// Sends points of one run, together with how far each file was sent.
pub(crate) struct Sender<'a> {
    http: &'a Http,
    run_id: &'a str,
    points: Vec<Point>,
    /// How far the files were sent once the points have been, by the key of the tag.
    places: BTreeMap<String, (PathBuf, Place)>,
    sent: u64,
    /// Told how many points were sent, each time.
    tell: &'a dyn Fn(u64),
}

impl<'a> Sender<'a> {
    pub(crate) fn new(http: &'a Http, run_id: &'a str, tell: &'a dyn Fn(u64)) -> Self {
        Self {
            http,
            run_id,
            points: Vec::with_capacity(limits::TOGETHER),
            places: BTreeMap::new(),
            sent: 0,
            tell,
        }
    }

    /// How many points were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Adds a point, if there is one, and how far its file was sent with it. Sends what was added before, if there is no room
    /// left for these.
    pub(crate) fn add(
        &mut self,
        point: Option<Point>,
        key: &str,
        file: &Path,
        place: Place,
    ) -> Result<()> {
        let marks = self.places.len() + usize::from(!self.places.contains_key(key));
        let points = self.points.len() + usize::from(point.is_some());
        if points > limits::METRICS || marks > limits::TAGS || points + marks > limits::TOGETHER {
            self.flush(&[], &[])?;
        }
        self.points.extend(point);
        match self.places.get_mut(key) {
            Some((_, known)) => *known = place,
            None => {
                self.places
                    .insert(key.to_owned(), (file.to_path_buf(), place));
            }
        }
        Ok(())
    }

    /// Sends what there is, with parameters and tags of which there are few.
    pub(crate) fn flush(&mut self, params: &[Entry], tags: &[Entry]) -> Result<()> {
        let mut marks = Vec::new();
        for (key, (file, place)) in &self.places {
            marks.push(Entry::new(key.clone(), Mark::at(file, *place)?.to_string()));
        }
        marks.extend_from_slice(tags);
        if self.points.is_empty() && params.is_empty() && marks.is_empty() {
            return Ok(());
        }
        let batch = Batch {
            run_id: self.run_id,
            metrics: &self.points,
            params,
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

/// Sends a batch exactly once, as far as anybody can know: where no answer came, the tags in it say whether it arrived,
/// because MLflow stores them last.
fn send(http: &Http, batch: &Batch<'_>) -> Result<()> {
    let mut backoff = Backoff::default();
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
