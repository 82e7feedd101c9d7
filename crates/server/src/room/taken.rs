//! Answers on their way, piece by piece.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body::Frame;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Bytes, http::HeaderMap};

use super::Place;
use super::shelf::Gone;

/// How much is sent at once.
const PIECE: usize = 64 << 10;

/// A message in the form in which gRPC sends it.
pub(crate) fn framed(parts: Vec<Bytes>) -> impl Iterator<Item = Bytes> {
    let len: usize = parts.iter().map(Bytes::len).sum();
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    let mut head = vec![0];
    head.extend(len.to_be_bytes());
    std::iter::once(head.into()).chain(parts)
}

/// An answer that is taken from its place.
struct Taken {
    place: Arc<Place>,
    is_over: bool,
}

/// The answer that was put into a place, and how it ended.
pub(crate) fn from_place(place: Arc<Place>) -> Body {
    Body::new(Taken {
        place,
        is_over: false,
    })
}

impl http_body::Body for Taken {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let status = match self.place.next(PIECE) {
            Ok(Some(piece)) => return Poll::Ready(Some(Ok(Frame::data(piece)))),
            Ok(None) => Status::ok(""),
            Err(Gone) => Status::resource_exhausted(
                "the answer was read too slowly, and others needed its place",
            ),
        };
        self.is_over = true;
        let mut trailers = HeaderMap::new();
        let added = status.add_header(&mut trailers);
        Poll::Ready(Some(added.map(|()| Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::time::Duration;

    use tonic::codegen::Body as _;

    use super::*;
    use crate::room::{Room, Shelf};

    /// The lengths of all pieces of a body.
    pub(in crate::room) async fn pieces(mut body: Body) -> Result<Vec<usize>, Status> {
        let mut pieces = Vec::new();
        while let Some(frame) = poll_fn(|cx| pin!(&mut body).poll_frame(cx)).await {
            let frame = frame?;
            pieces.extend(frame.data_ref().map(Bytes::len));
            let status = frame.trailers_ref().and_then(Status::from_header_map);
            if let Some(status) = status.filter(|status| status.code() != tonic::Code::Ok) {
                return Err(status);
            }
        }
        Ok(pieces)
    }

    /// A body that comes as a whole.
    pub(in crate::room) struct Whole(Bytes);

    impl Whole {
        pub(in crate::room) fn body(bytes: usize) -> Body {
            Body::new(Self(vec![7; bytes].into()))
        }
    }

    impl http_body::Body for Whole {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            let bytes = std::mem::take(&mut self.0);
            Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
        }
    }

    const LARGE: usize = 9 << 20;

    #[tokio::test]
    async fn a_large_answer_is_sent_in_pieces() {
        let room = Room::default();
        let place = room.place(LARGE).await.unwrap().unwrap();
        let parts = vec![Bytes::from_static(b"head"), vec![7; LARGE - 4].into()];
        place.put(framed(parts).collect());
        let pieces = pieces(from_place(place)).await.unwrap();
        assert_eq!(pieces.iter().sum::<usize>(), 5 + LARGE);
        assert!(pieces.iter().all(|piece| *piece <= PIECE));
    }

    #[tokio::test]
    async fn an_answer_that_lost_its_place_ends_with_an_error() {
        let room = Room {
            large: Arc::new(Shelf::new(LARGE, Duration::ZERO)),
            ..Room::default()
        };
        let slow = room.place(LARGE).await.unwrap().unwrap();
        slow.put(vec![vec![7; LARGE].into()]);
        room.place(LARGE).await.unwrap();
        let error = pieces(from_place(slow)).await.unwrap_err();
        assert!(error.message().contains("too slowly"), "{error}");
    }
}
