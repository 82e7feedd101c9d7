//! Bodies of requests and answers on their way, whose bytes are counted in a [`Room`].

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body::Frame;
use tokio::time::{Sleep, sleep};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Body as _, Bytes};

use super::{Answer, Place, Room};

/// How much is sent at once. Copies, because a piece would keep the whole answer.
const PIECE: usize = 256 << 10;

/// How long a request may take to come.
const REQUEST_TIME: Duration = Duration::from_secs(30);

type Polled = Poll<Option<Result<Frame<Bytes>, Status>>>;

/// What is left of an answer: what the service made, but for the bytes that were taken from it and not sent.
#[derive(Debug)]
pub(crate) struct Left {
    body: Body,
    bytes: Bytes,
}

impl Left {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Polled {
        if self.bytes.is_empty() {
            let frame = ready!(pin!(&mut self.body).poll_frame(cx));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(bytes))) => self.bytes = bytes,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let piece = self.bytes.split_to(self.bytes.len().min(PIECE));
        Poll::Ready(Some(Ok(Frame::data(Bytes::copy_from_slice(&piece)))))
    }
}

/// An answer that has a place.
struct Taken(Arc<Place>);

/// An answer that is taken from its place.
pub(crate) fn from_place(place: Arc<Place>, body: Body) -> Body {
    place.put(Left {
        body,
        bytes: Bytes::new(),
    });
    Body::new(Taken(place))
}

impl http_body::Body for Taken {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        match &mut *self.0.answer() {
            Answer::Some(left) => left.poll_frame(cx),
            Answer::None => Poll::Ready(None),
            Answer::Gone => {
                let why = "the answer was read too slowly, and others needed its place";
                Poll::Ready(Some(Err(Status::resource_exhausted(why))))
            }
        }
    }
}

/// A request that is received.
struct Received {
    body: Body,
    room: Arc<Room>,
    bytes: usize,
    limit: Pin<Box<Sleep>>,
}

/// A request whose bytes are counted, and that has to come in time.
pub(crate) fn into_room(room: Arc<Room>, body: Body) -> Body {
    Body::new(Received {
        body,
        room,
        bytes: 0,
        limit: Box::pin(sleep(REQUEST_TIME)),
    })
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        if self.limit.as_mut().poll(cx).is_ready() {
            let late = Status::deadline_exceeded("the request did not come in time");
            return Poll::Ready(Some(Err(late)));
        }
        let frame = ready!(pin!(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(bytes) = frame.data_ref().map(Bytes::len)
        {
            self.bytes += bytes;
            if let Err(error) = self.room.receive(bytes) {
                return Poll::Ready(Some(Err(error)));
            }
        }
        Poll::Ready(frame)
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        self.room.received(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// All that is left of a body, in pieces.
    async fn rest(mut body: Body) -> Result<Vec<usize>, Status> {
        let mut pieces = Vec::new();
        while let Some(frame) = poll_fn(|cx| pin!(&mut body).poll_frame(cx)).await {
            pieces.extend(frame?.data_ref().map(Bytes::len));
        }
        Ok(pieces)
    }

    /// A body that comes as a whole.
    struct Whole(Bytes);

    impl http_body::Body for Whole {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Polled {
            let bytes = std::mem::take(&mut self.0);
            Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
        }
    }

    fn whole(bytes: usize) -> Body {
        Body::new(Whole(vec![7; bytes].into()))
    }

    const LARGE: usize = 9 << 20;

    #[tokio::test]
    async fn a_large_answer_is_sent_in_pieces() {
        let room = Arc::new(Room::default());
        let place = room.place(LARGE).await.unwrap();
        let pieces = rest(from_place(place, whole(LARGE))).await.unwrap();
        assert_eq!(pieces.iter().sum::<usize>(), LARGE);
        assert!(pieces.iter().all(|piece| *piece <= PIECE));
    }

    #[tokio::test]
    async fn an_answer_that_lost_its_place_is_an_error() {
        let room = Arc::new(Room::default());
        let place = room.place(LARGE).await.unwrap();
        let body = from_place(Arc::clone(&place), whole(LARGE));
        place.clear();
        let error = rest(body).await.unwrap_err();
        assert!(error.message().contains("too slowly"), "{error}");
    }

    #[tokio::test]
    async fn requests_are_received_as_long_as_there_is_room() {
        let room = Arc::new(Room::default());
        let received = rest(into_room(Arc::clone(&room), whole(LARGE))).await;
        assert_eq!(received.unwrap(), [LARGE]);
        let more = into_room(Arc::clone(&room), whole(1 << 20));
        room.receive(256 << 20).unwrap();
        let error = rest(more).await.unwrap_err();
        assert_eq!(error.code(), tonic::Code::ResourceExhausted);
    }
}
