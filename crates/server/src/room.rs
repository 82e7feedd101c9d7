//! How much memory answers may take that wait to be read, and requests that are still being received.
//!
//! A client that reads slowly, or not at all, keeps the whole answer here. When the next one needs its place, it loses
//! the answer: whoever reads as fast as he can has read it long before.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tonic::Status;

mod taken;

use taken::Left;
pub(crate) use taken::{from_place, into_room};

/// The bytes of an answer. TensorBoard accepts 256 MiB, and needs some for what is not counted.
pub(crate) const MOST: usize = 200 << 20;

/// The bytes of all answers that wait to be read.
const ANSWERS: usize = 2 * MOST;

/// Smaller ones are not counted: each connection may have only so many.
const SMALL: usize = 1 << 20;

/// The bytes of all requests that are being received.
const REQUESTS: usize = 256 << 20;

/// How many answers that may be large are computed at once.
pub(crate) const AT_ONCE: usize = 4;

/// How long an answer is kept that others wait for.
const PATIENCE: Duration = Duration::from_secs(3);

/// The memory for requests and answers.
#[derive(Debug)]
pub(crate) struct Room {
    turns: Semaphore,
    held: Mutex<Held>,
    freed: Notify,
    receiving: AtomicUsize,
    patience: Duration,
}

#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    /// The oldest first.
    places: Vec<Weak<Place>>,
}

/// The place of an answer. It is free again when the last copy of this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    room: Arc<Room>,
    since: Instant,
    bytes: AtomicUsize,
    /// What is in it: see [`Place::put`].
    answer: Mutex<Answer>,
}

/// What is left of an answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It is about to be sent.
    None,
    Some(Box<Left>),
    /// Its place was needed.
    Gone,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            held: Mutex::default(),
            freed: Notify::new(),
            receiving: AtomicUsize::new(0),
            patience: PATIENCE,
        }
    }
}

impl Room {
    /// Waits for its turn to compute an answer that may be large.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.turns.acquire().await.ok()
    }

    /// Waits for a place for an answer of so many bytes. A small one needs none.
    pub(crate) async fn place(self: &Arc<Self>, bytes: usize) -> Option<Arc<Place>> {
        if bytes < SMALL {
            return None;
        }
        loop {
            let freed = self.freed.notified();
            if let Some(place) = self.try_place(bytes) {
                return Some(place);
            }
            // One may become old enough meanwhile.
            let _ = tokio::time::timeout(self.patience / 10, freed).await;
        }
    }

    fn try_place(self: &Arc<Self>, bytes: usize) -> Option<Arc<Place>> {
        let places: Vec<_> = lock(&self.held)
            .places
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        let is_old = |place: &&Arc<Place>| place.since.elapsed() >= self.patience;
        for old in places.iter().filter(is_old) {
            if self.has_room(bytes) {
                break;
            }
            old.clear();
        }
        let mut held = lock(&self.held);
        if held.bytes > 0 && held.bytes + bytes > ANSWERS {
            return None;
        }
        let place = Arc::new(Place {
            room: Arc::clone(self),
            since: Instant::now(),
            bytes: AtomicUsize::new(bytes),
            answer: Mutex::new(Answer::None),
        });
        held.bytes += bytes;
        held.places.retain(|place| place.strong_count() > 0);
        held.places.push(Arc::downgrade(&place));
        Some(place)
    }

    fn has_room(&self, bytes: usize) -> bool {
        let held = lock(&self.held).bytes;
        held == 0 || held + bytes <= ANSWERS
    }

    fn free(&self, bytes: usize) {
        lock(&self.held).bytes -= bytes;
        self.freed.notify_waiters();
    }

    /// Counts bytes of a request that came.
    ///
    /// # Errors
    ///
    /// Too many requests that are half received.
    pub(crate) fn receive(&self, bytes: usize) -> Result<(), Status> {
        let before = self.receiving.fetch_add(bytes, Ordering::Relaxed);
        match before + bytes <= REQUESTS {
            true => Ok(()),
            false => Err(Status::resource_exhausted(
                "too many large requests at once; try again",
            )),
        }
    }

    /// Counts them as no longer there.
    pub(crate) fn received(&self, bytes: usize) {
        self.receiving.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Place {
    /// What is in it.
    pub(crate) fn answer(&self) -> MutexGuard<'_, Answer> {
        lock(&self.answer)
    }

    /// Puts an answer into it.
    pub(crate) fn put(&self, left: Left) {
        let mut answer = self.answer();
        if !matches!(*answer, Answer::Gone) {
            *answer = Answer::Some(Box::new(left));
        }
    }

    /// Gives up what is in it.
    pub(crate) fn clear(&self) {
        *self.answer() = Answer::Gone;
        self.room.free(self.bytes.swap(0, Ordering::Relaxed));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.free(*self.bytes.get_mut());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(patience: Duration) -> Arc<Room> {
        Arc::new(Room {
            patience,
            ..Room::default()
        })
    }

    #[tokio::test]
    async fn answers_wait_for_those_that_are_read() {
        let room = room(Duration::from_secs(3600));
        assert!(room.place(SMALL - 1).await.is_none());
        let first = room.place(ANSWERS - SMALL).await.unwrap();
        let second = room.place(SMALL).await.unwrap();
        let third = tokio::spawn({
            let room = Arc::clone(&room);
            async move { room.place(2 * ANSWERS).await.is_some() }
        });
        tokio::task::yield_now().await;
        assert!(room.try_place(SMALL).is_none());
        drop(first);
        assert!(room.try_place(ANSWERS).is_none());
        drop(second);
        // Larger than all there is, it is alone.
        assert!(third.await.unwrap());
        assert_eq!(lock(&room.held).bytes, 0);
    }

    #[tokio::test]
    async fn one_that_is_not_read_loses_its_place_when_it_is_needed() {
        let room = room(Duration::from_millis(20));
        let slow = room.place(ANSWERS).await.unwrap();
        std::thread::sleep(Duration::from_millis(30));
        assert!(!matches!(*slow.answer(), Answer::Gone));
        let next = room.place(SMALL).await.unwrap();
        assert!(matches!(*slow.answer(), Answer::Gone));
        drop((slow, next));
        assert_eq!(lock(&room.held).bytes, 0);
    }

    #[test]
    fn requests_are_counted_until_they_are_received() {
        let room = Room::default();
        assert!(room.receive(REQUESTS).is_ok());
        assert!(room.receive(1).is_err());
        room.received(REQUESTS + 1);
        assert!(room.receive(1).is_ok());
    }
}
