//! Stores files among the artifacts of a run, as far as the server takes any.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::api::artifacts::{Owner, Root};
use crate::api::runs::Run;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{self, Http};
use crate::mapping::loss::{LossKind, Losses};
use crate::mapping::{Artifact, Content};

/// How many are put at the same time.
const AT_ONCE: usize = 4;
/// How many wait to be put together, and how many bytes they may have in memory.
const WAITING: usize = 32;
const BYTES: usize = 8 << 20;

/// Stores files of one run, in place of what was stored at their paths before.
pub(crate) struct Files<'a> {
    http: &'a Http,
    run_id: String,
    /// Where they go, or why they cannot.
    root: Result<Root>,
    waiting: Vec<Artifact>,
    /// How many bytes of them are in memory.
    bytes: usize,
    stored: u64,
    losses: Losses,
}

impl<'a> Files<'a> {
    pub(crate) fn new(http: &'a Http, run: &Run) -> Self {
        Self {
            http,
            run_id: run.info.run_id.clone(),
            root: Root::of(&run.info.artifact_uri),
            waiting: Vec::new(),
            bytes: 0,
            stored: 0,
            losses: Losses::default(),
        }
    }

    /// How many were stored.
    pub(crate) fn stored(&self) -> u64 {
        self.stored
    }

    /// What was lost since this was asked last.
    pub(crate) fn losses(&mut self) -> Losses {
        std::mem::take(&mut self.losses)
    }

    /// Takes a file, which is stored by the time that [`settle`](Self::settle) returns.
    pub(crate) fn add(&mut self, artifact: Artifact) -> Result<()> {
        // Two at one path must not overtake each other.
        let is_same = |waiting: &Artifact| waiting.path == artifact.path;
        if self.waiting.iter().any(is_same) {
            self.settle()?;
        }
        if let Content::Bytes(bytes) = &artifact.content {
            self.bytes += bytes.len();
        }
        self.waiting.push(artifact);
        match self.waiting.len() >= WAITING || self.bytes >= BYTES {
            true => self.settle(),
            false => Ok(()),
        }
    }

    /// Stores what was taken, several at a time. One that the server does not take is a loss.
    pub(crate) fn settle(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        let results = self.put_all(&waiting);
        for (artifact, result) in waiting.iter().zip(results) {
            let Err(error) = result else {
                self.stored += 1;
                continue;
            };
            if !is_final(&error) {
                return Err(error);
            }
            let path = &artifact.path;
            self.losses
                .add(LossKind::Artifact, || format!("{path}: {error}"));
            if error.is_not_implemented() {
                // It says the same of every other file.
                self.root = Err(error);
            }
        }
        Ok(())
    }

    fn put_all(&self, artifacts: &[Artifact]) -> Vec<Result<()>> {
        if artifacts.len() <= 1 || self.root.is_err() {
            return artifacts
                .iter()
                .map(|artifact| self.put(artifact))
                .collect();
        }
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(artifacts.len()) {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let Some(artifact) = artifacts.get(number) else {
                            return;
                        };
                        let result = self.put(artifact);
                        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                        done.push((number, result));
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_unstable_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, result)| result).collect()
    }

    fn put(&self, artifact: &Artifact) -> Result<()> {
        let content = match &artifact.content {
            Content::Bytes(bytes) => http::Content::Bytes(bytes),
            Content::File(file) => http::Content::File(file),
        };
        let root = self.root.as_ref().map_err(Clone::clone)?;
        root.put(self.http, Owner::Run(&self.run_id), &artifact.path, content)
    }
}

/// Whether it would be said of this file again, so that the others need not wait for it.
fn is_final(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Unreachable | ErrorKind::Unauthorized => false,
        ErrorKind::Refused => !error.is_temporary(),
        _ => true,
    }
}
