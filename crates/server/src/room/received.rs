//! Requests that are received, and how much memory they take until they are answered.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use http_body::Frame;
use tokio::time::{Sleep, sleep};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Bytes;

use super::Room;

/// The bytes of a request. They are counted until the last copy of this is dropped.
#[derive(Debug)]
pub(crate) struct Load {
    room: Arc<Room>,
    bytes: AtomicUsize,
}

impl Drop for Load {
    fn drop(&mut self) {
        self.room.received(*self.bytes.get_mut());
    }
}

/// A request that is received.
struct Received {
    body: Body,
    load: Arc<Load>,
    limit: Pin<Box<Sleep>>,
}

/// A request whose bytes are counted, and that has to come in time.
pub(crate) fn into_room(room: Arc<Room>, body: Body) -> (Body, Arc<Load>) {
    let limit = Box::pin(sleep(room.request_time));
    let load = Arc::new(Load {
        room,
        bytes: AtomicUsize::new(0),
    });
    let received = Received {
        body,
        load: Arc::clone(&load),
        limit,
    };
    (Body::new(received), load)
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.limit.as_mut().poll(cx).is_ready() {
            let late = Status::deadline_exceeded("the request did not come in time");
            return Poll::Ready(Some(Err(late)));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(bytes) = frame.data_ref().map(Bytes::len)
        {
            self.load.bytes.fetch_add(bytes, Ordering::Relaxed);
            if let Err(error) = self.load.room.receive(bytes) {
                return Poll::Ready(Some(Err(error)));
            }
        }
        Poll::Ready(frame)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::room::REQUESTS;
    use crate::room::taken::tests::{Whole, pieces};

    const LARGE: usize = 9 << 20;

    #[tokio::test]
    async fn requests_are_counted_until_they_are_answered() {
        let room = Arc::new(Room::default());
        let (body, load) = into_room(Arc::clone(&room), Whole::body(LARGE));
        assert_eq!(pieces(body).await.unwrap(), [LARGE]);
        room.receive(REQUESTS - 2 * LARGE + 1).unwrap();
        let (more, _) = into_room(Arc::clone(&room), Whole::body(LARGE));
        let error = pieces(more).await.unwrap_err();
        assert_eq!(error.code(), tonic::Code::ResourceExhausted);
        drop(load);
        assert!(room.receive(LARGE).is_ok());
    }

    /// A request whose body never arrives.
    struct Nothing;

    impl http_body::Body for Nothing {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            Poll::Pending
        }
    }

    #[tokio::test]
    async fn a_request_has_to_come_in_time() {
        let room = Arc::new(Room {
            request_time: Duration::from_millis(20),
            ..Room::default()
        });
        let (body, _load) = into_room(room, Body::new(Nothing));
        let error = pieces(body).await.unwrap_err();
        assert_eq!(error.code(), tonic::Code::DeadlineExceeded);
    }
}
