//! Places for answers.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::timeout;
use tonic::codegen::Bytes;

/// Answers that take so many bytes together.
#[derive(Debug)]
pub(super) struct Shelf {
    most: usize,
    patience: Duration,
    held: Mutex<Held>,
    freed: Notify,
    /// Who waits stands in a line, so that many small answers do not keep a large one out.
    line: tokio::sync::Mutex<()>,
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
    shelf: Arc<Shelf>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// What is counted for it.
    bytes: usize,
    /// What was taken from the answer and is not sent yet.
    on_their_way: usize,
    answer: Answer,
}

#[derive(Debug)]
enum Answer {
    /// It is being put together, and nothing can be freed.
    Awaited,
    /// What is left of it.
    Ready {
        since: Instant,
        left: VecDeque<Bytes>,
    },
    /// Its place was needed.
    Gone,
}

/// An answer lost its place.
#[derive(Debug)]
pub(super) struct Gone;

impl Shelf {
    pub(super) fn new(most: usize, patience: Duration) -> Self {
        Self {
            most,
            patience,
            held: Mutex::default(),
            freed: Notify::new(),
            line: tokio::sync::Mutex::default(),
        }
    }

    /// Waits for a place.
    pub(super) async fn wait(self: &Arc<Self>, bytes: usize) -> Arc<Place> {
        let _first = self.line.lock().await;
        loop {
            let freed = pin!(self.freed.notified());
            self.clear_old(bytes);
            if let Some(place) = self.take(bytes) {
                return place;
            }
            // One may become old enough meanwhile.
            let _ = timeout(self.patience / 10, freed).await;
        }
    }

    /// Takes a place, even if there is none.
    pub(super) fn squeeze(self: &Arc<Self>, bytes: usize) -> Arc<Place> {
        self.clear_old(bytes);
        self.place(&mut lock(&self.held), bytes)
    }

    fn take(self: &Arc<Self>, bytes: usize) -> Option<Arc<Place>> {
        let mut held = lock(&self.held);
        let has_room = held.has_room(bytes, self.most);
        has_room.then(|| self.place(&mut held, bytes))
    }

    fn place(self: &Arc<Self>, held: &mut Held, bytes: usize) -> Arc<Place> {
        let place = Arc::new(Place {
            shelf: Arc::clone(self),
            state: Mutex::new(State {
                bytes,
                on_their_way: 0,
                answer: Answer::Awaited,
            }),
        });
        held.bytes += bytes;
        held.places.push(Arc::downgrade(&place));
        place
    }

    /// Gives up answers that were not read in time, until there is room.
    fn clear_old(&self, bytes: usize) {
        let mut held = lock(&self.held);
        held.places.retain(|place| place.strong_count() > 0);
        if held.has_room(bytes, self.most) {
            return;
        }
        let places: Vec<_> = held.places.iter().filter_map(Weak::upgrade).collect();
        drop(held);
        for place in &places {
            if lock(&self.held).has_room(bytes, self.most) {
                return;
            }
            place.clear_if_older(self.patience);
        }
    }

    fn free(&self, bytes: usize) {
        lock(&self.held).bytes -= bytes;
        self.freed.notify_waiters();
    }
}

impl Held {
    /// One that is larger than all there is, is alone.
    fn has_room(&self, bytes: usize, most: usize) -> bool {
        self.bytes == 0 || self.bytes + bytes <= most
    }
}

impl Place {
    /// How much the answer takes that was put together.
    pub(crate) fn resize(&self, bytes: usize) {
        let before = std::mem::replace(&mut lock(&self.state).bytes, bytes);
        lock(&self.shelf.held).bytes += bytes;
        self.shelf.free(before);
    }

    /// Puts the answer into it.
    pub(crate) fn put(&self, answer: Vec<Bytes>) {
        lock(&self.state).answer = Answer::Ready {
            since: Instant::now(),
            left: answer.into(),
        };
    }

    /// The next bytes of the answer, so many or fewer. `None` at its end.
    pub(super) fn next(self: &Arc<Self>, most: usize) -> Result<Option<Bytes>, Gone> {
        let mut state = lock(&self.state);
        let left = match &mut state.answer {
            Answer::Ready { left, .. } => left,
            Answer::Awaited => return Ok(None),
            Answer::Gone => return Err(Gone),
        };
        let mut bytes = Vec::new();
        while bytes.len() < most
            && let Some(first) = left.front_mut()
        {
            let len = first.len().min(most - bytes.len());
            // Copied: a part of the answer would keep the whole.
            bytes.extend_from_slice(&first.split_to(len));
            if first.is_empty() {
                left.pop_front();
            }
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        state.on_their_way += bytes.len();
        let place = Arc::clone(self);
        Ok(Some(Bytes::from_owner(Piece { bytes, place })))
    }

    fn clear_if_older(&self, patience: Duration) {
        let mut state = lock(&self.state);
        match state.answer {
            Answer::Ready { since, .. } if since.elapsed() >= patience => {}
            _ => return,
        }
        state.answer = Answer::Gone;
        let freed = state.bytes.saturating_sub(state.on_their_way);
        state.bytes -= freed;
        drop(state);
        self.shelf.free(freed);
    }

    fn sent(&self, bytes: usize) {
        let mut state = lock(&self.state);
        state.on_their_way -= bytes;
        if let Answer::Gone = state.answer {
            let freed = state.bytes.saturating_sub(state.on_their_way);
            state.bytes -= freed;
            drop(state);
            self.shelf.free(freed);
        }
    }
}

/// A piece of an answer on its way, which keeps the place.
struct Piece {
    bytes: Vec<u8>,
    place: Arc<Place>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.place.sent(self.bytes.len());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let state = self.state.get_mut();
        let state = state.unwrap_or_else(PoisonError::into_inner);
        self.shelf.free(state.bytes);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 1000;

    fn shelf(patience: Duration) -> Arc<Shelf> {
        Arc::new(Shelf::new(MOST, patience))
    }

    fn held(shelf: &Shelf) -> usize {
        lock(&shelf.held).bytes
    }

    #[tokio::test]
    async fn answers_wait_for_those_that_are_read() {
        let shelf = shelf(Duration::from_secs(3600));
        let first = shelf.wait(MOST - 1).await;
        let second = shelf.wait(1).await;
        let third = tokio::spawn({
            let shelf = Arc::clone(&shelf);
            async move { shelf.wait(2 * MOST).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        tokio::task::yield_now().await;
        assert!(!third.is_finished());
        drop(second);
        // Larger than all there is, it is alone.
        let third = third.await.unwrap();
        assert_eq!(held(&shelf), 2 * MOST);
        third.resize(7);
        assert_eq!(held(&shelf), 7);
        drop(third);
        assert_eq!(held(&shelf), 0);
    }

    #[tokio::test]
    async fn one_that_is_not_read_loses_its_place_when_it_is_needed() {
        let shelf = shelf(Duration::from_millis(20));
        let slow = shelf.wait(MOST).await;
        slow.put(vec![Bytes::from(vec![7; MOST])]);
        let piece = slow.next(300).unwrap().unwrap();
        assert_eq!(*piece, [7; 300]);
        std::thread::sleep(Duration::from_millis(30));
        // Nobody needs it.
        drop(slow.next(100).unwrap());
        let next = shelf.wait(700).await;
        assert!(slow.next(300).is_err());
        assert_eq!(held(&shelf), 1000);
        drop(piece);
        assert_eq!(held(&shelf), 700);
        drop((slow, next));
        assert_eq!(held(&shelf), 0);
    }

    #[tokio::test]
    async fn one_that_is_put_together_keeps_its_place() {
        let shelf = shelf(Duration::ZERO);
        let first = shelf.wait(MOST).await;
        let second = timeout(Duration::from_millis(20), shelf.wait(1)).await;
        assert!(second.is_err());
        drop(shelf.squeeze(1));
        first.put(vec![Bytes::from_static(b"abc"), Bytes::from_static(b"de")]);
        assert_eq!(&*first.next(4).unwrap().unwrap(), b"abcd");
        assert_eq!(&*first.next(4).unwrap().unwrap(), b"e");
        assert!(first.next(4).unwrap().is_none());
        shelf.wait(1).await;
        assert_eq!(held(&shelf), 0);
    }
}
