//! How much memory answers take, and the requests that wait for them.
//!
//! An answer has its place before it is put together, so that any number of requests take no more memory than there are
//! places. A client that reads slowly, or not at all, keeps the place. When the next one needs it, it loses the answer:
//! whoever reads as fast as he can has read it long before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tonic::Status;

mod received;
mod shelf;
mod taken;

pub(crate) use received::{Load, into_room};
pub(crate) use shelf::Place;
use shelf::Shelf;
pub(crate) use taken::{framed, from_place};

/// The bytes of an answer. TensorBoard accepts 256 MiB, and needs some for what is not counted.
pub(crate) const MOST: usize = 200 << 20;

/// The bytes of all large answers.
const LARGE: usize = 240 << 20;

/// The bytes of all small ones, if their clients read them.
const SMALL: usize = 64 << 20;

/// Where large answers begin. A page has many smaller ones, which wait for nobody.
const IS_LARGE: usize = 1 << 20;

/// Those below are not counted.
const IS_TINY: usize = 16 << 10;

/// How long a large answer is kept that others wait for.
const PATIENCE: Duration = Duration::from_secs(3);

/// The same of a small one.
const LITTLE_PATIENCE: Duration = Duration::from_millis(500);

/// How long a request waits for others.
const WAIT: Duration = Duration::from_secs(30);

/// The bytes of all requests that were not answered yet.
const REQUESTS: usize = 256 << 20;

/// How long a request may take to come.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// How many answers about many series are computed at once.
const TURNS: usize = 4;

/// How many large answers are put together at once, so that there are threads left for small ones.
pub(crate) const BUILDERS: usize = 8;

/// The memory for requests and answers.
#[derive(Debug)]
pub(crate) struct Room {
    turns: Arc<Semaphore>,
    builders: Arc<Semaphore>,
    large: Arc<Shelf>,
    small: Arc<Shelf>,
    wait: Duration,
    receiving: AtomicUsize,
    request_time: Duration,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(TURNS)),
            builders: Arc::new(Semaphore::new(BUILDERS)),
            large: Arc::new(Shelf::new(LARGE, PATIENCE)),
            small: Arc::new(Shelf::new(SMALL, LITTLE_PATIENCE)),
            wait: WAIT,
            receiving: AtomicUsize::new(0),
            request_time: REQUEST_TIME,
        }
    }
}

impl Room {
    /// Waits for its turn to compute an answer about many series.
    ///
    /// # Errors
    ///
    /// Others take too long.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, Status> {
        let turn = timeout(self.wait, Arc::clone(&self.turns).acquire_owned()).await;
        // It is never closed.
        turn.ok().and_then(Result::ok).ok_or_else(busy)
    }

    /// A place for an answer that takes so many bytes. A tiny one needs none, a small one gets one at once, a large one
    /// may have to wait.
    ///
    /// # Errors
    ///
    /// Others keep their places too long.
    pub(crate) async fn place(&self, bytes: usize) -> Result<Option<Arc<Place>>, Status> {
        match bytes {
            ..IS_TINY => Ok(None),
            IS_TINY..IS_LARGE => Ok(Some(self.small.squeeze(bytes))),
            _ => match timeout(self.wait, self.large.wait(bytes)).await {
                Ok(place) => Ok(Some(place)),
                Err(_) => Err(busy()),
            },
        }
    }

    /// Waits until something that takes so many bytes may be put together.
    pub(crate) async fn builder(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        match bytes {
            ..IS_LARGE => None,
            // It is never closed.
            _ => Arc::clone(&self.builders).acquire_owned().await.ok(),
        }
    }

    /// Counts bytes of a request that came.
    ///
    /// # Errors
    ///
    /// Too many large requests that are not answered.
    fn receive(&self, bytes: usize) -> Result<(), Status> {
        let before = self.receiving.fetch_add(bytes, Ordering::Relaxed);
        match before + bytes <= REQUESTS {
            true => Ok(()),
            false => Err(Status::resource_exhausted(
                "too many large requests at once; try again",
            )),
        }
    }

    /// Counts them as no longer there.
    fn received(&self, bytes: usize) {
        self.receiving.fetch_sub(bytes, Ordering::Relaxed);
    }
}

fn busy() -> Status {
    Status::resource_exhausted(
        "the data server is busy with other large answers; try again, or ask for fewer series or points",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_no_place_is_told_so_unless_little_is_asked_for() {
        let room = Room {
            wait: Duration::from_millis(20),
            ..Room::default()
        };
        let large = room.place(LARGE).await.unwrap();
        let error = room.place(IS_LARGE).await.unwrap_err();
        assert_eq!(error.code(), tonic::Code::ResourceExhausted);
        assert!(error.message().contains("busy"), "{error}");
        let mut small = Vec::new();
        for _ in 0..2 * SMALL / IS_LARGE {
            small.push(room.place(IS_LARGE - 1).await.unwrap().unwrap());
        }
        assert!(room.place(IS_TINY - 1).await.unwrap().is_none());
        drop(large);
        assert!(room.place(IS_LARGE).await.is_ok());
    }

    #[tokio::test]
    async fn turns_end() {
        let room = Room {
            wait: Duration::from_millis(20),
            ..Room::default()
        };
        let mut turns = Vec::new();
        for _ in 0..TURNS {
            turns.push(room.turn().await.unwrap());
        }
        assert!(room.turn().await.is_err());
        turns.pop();
        assert!(room.turn().await.is_ok());
    }
}
