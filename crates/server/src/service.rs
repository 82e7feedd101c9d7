//! The service that TensorBoard asks.

use std::pin::Pin;
use std::sync::Arc;

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};
use tfevents::Policy;
use tfevents::event::DataClass;
use tokio_stream::Stream;
use tonic::codegen::Bytes;
use tonic::{Request, Response, Status};

use crate::args::Options;
use crate::catalog::Catalog;
use crate::filter::{Asked, Wanted, num_points};
use crate::proto::data::{self, tensor_board_data_provider_server::TensorBoardDataProvider};
use crate::room::{Place, Room, framed};

mod blobs;
mod encoder;
mod listing;
mod scalars;
mod size;
mod tensors;
#[cfg(test)]
mod tests;

use size::Plan;

/// The most points of a series that are served to those who ask for all: a browser draws no more.
pub(crate) const ALL: usize = 50_000;

/// As many series as a request may name without waiting for its turn, so that charts need not wait for answers about
/// everything.
const FEW: usize = 2000;

/// Answers TensorBoard's questions about a catalog. Copies are cheap, and answer about the same one.
#[derive(Clone, Debug)]
pub struct DataServer {
    catalog: Arc<Catalog>,
    options: Arc<Options>,
    room: Arc<Room>,
}

impl DataServer {
    /// Answers as the options say: by their policy, and with as many points as they allow.
    #[must_use]
    pub fn new(catalog: Arc<Catalog>, options: Options) -> Self {
        Self {
            catalog,
            options: Arc::new(options),
            room: Arc::default(),
        }
    }

    /// What is served.
    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Where answers wait until they are read.
    pub(crate) fn room(&self) -> &Arc<Room> {
        &self.room
    }

    fn policy(&self) -> Policy {
        self.options.policy
    }

    /// How many points a request gets that asks for `n`.
    fn limit(&self, wanted: &Wanted, n: usize) -> usize {
        // TensorBoard has no other number for all of them, and nobody asks for none.
        let n = if n == 0 { ALL } else { n };
        let most = self.options.samples.get(wanted.plugin());
        most.map_or(n, |&most| n.min(most))
    }

    /// Where the data is, for users to read.
    fn location(&self) -> String {
        let mut location = self.options.logdir.to_string_lossy().into_owned();
        if let Some(notes) = self.catalog.health().notes() {
            location.push_str(&format!(" ({notes})"));
        }
        location
    }

    /// Answers with something about series: finds out how much memory that takes, finds a place for it, puts it together,
    /// and wraps it into a message, whose only field it is.
    ///
    /// An answer about many series waits for its turn.
    async fn answer_to<T: Default>(
        &self,
        asked: Asked,
        plan: impl FnOnce(&Self, &Wanted) -> Plan + Send + 'static,
        build: impl FnOnce(&Self, &Wanted, usize) -> Vec<Bytes> + Send + 'static,
        wrap: impl FnOnce(Vec<Bytes>) -> T,
    ) -> Result<Response<T>, Status> {
        let reader = self.room.builder(asked.size()).await;
        let asked = self.compute(reader, |server| {
            let wanted = asked.wanted()?;
            let runs = server.catalog.wanted(&wanted);
            let series: usize = runs.iter().map(|run| wanted.at_most(run)).sum();
            Ok((wanted, series))
        });
        let ((wanted, series), _) = asked.await?;
        let turn = match series {
            ..=FEW => None,
            _ => Some(self.room.turn().await?),
        };
        let planned = self.compute(turn, move |server| {
            let plan = plan(server, &wanted);
            Ok((wanted, plan))
        });
        let ((wanted, Plan { n, bytes }), turn) = planned.await?;
        let place = self.room.place(bytes).await?;
        let builder = self.room.builder(bytes).await;
        let built = self.compute((place, builder, turn), move |server| {
            Ok(build(server, &wanted, n))
        });
        let (runs, (place, ..)) = built.await?;
        let len = size::accepted(runs.iter().map(Bytes::len).sum())?;
        match self.fit(place, len).await? {
            Some(place) => Ok(placed(T::default(), place, framed(entries(runs)).collect())),
            None => Ok(Response::new(wrap(runs))),
        }
    }

    /// Answers with names.
    async fn answer<T: Message + Default + 'static>(
        &self,
        compute: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let (answer, ()) = self.compute((), |server| Ok(compute(server))).await?;
        match self.room.place(answer.encoded_len()).await? {
            Some(place) => {
                let message = framed(vec![answer.encode_to_vec().into()]);
                Ok(placed(T::default(), place, message.collect()))
            }
            None => Ok(Response::new(answer)),
        }
    }

    /// The place of an answer that is there now.
    async fn fit(
        &self,
        place: Option<Arc<Place>>,
        len: usize,
    ) -> Result<Option<Arc<Place>>, Status> {
        match place {
            Some(place) => {
                place.resize(len);
                Ok(Some(place))
            }
            None => self.room.place(len).await,
        }
    }

    /// Computes something where it keeps nothing else from being answered. What is taken up by that is held until it is
    /// over, even if the client has gone.
    async fn compute<H: Send + 'static, T: Send + 'static>(
        &self,
        held: H,
        compute: impl FnOnce(&Self) -> Result<T, Status> + Send + 'static,
    ) -> Result<(T, H), Status> {
        let server = self.clone();
        let computed = tokio::task::spawn_blocking(move || Ok((compute(&server)?, held))).await;
        let broken = |_| Status::internal("internal error in the data server; see its log");
        computed.map_err(broken)?
    }
}

/// Messages that are sent from their place instead of what goes with it.
fn placed<T>(instead: T, place: Arc<Place>, messages: Vec<Bytes>) -> Response<T> {
    place.put(messages);
    let mut response = Response::new(instead);
    response.extensions_mut().insert(place);
    response
}

/// A message with these in its first field.
fn entries(entries: Vec<Bytes>) -> Vec<Bytes> {
    let parts = entries.into_iter().flat_map(|entry| {
        let mut head = Vec::new();
        encode_key(1, WireType::LengthDelimited, &mut head);
        encode_varint(entry.len() as u64, &mut head);
        [head.into(), entry]
    });
    parts.collect()
}

/// What a request to list series names.
fn listed(request: Request<data::ListRequest>, class: DataClass) -> Asked {
    let load = request.extensions().get().cloned();
    let request = request.into_inner();
    Asked {
        plugin: request.plugin_filter,
        filter: request.run_tag_filter,
        class,
        load,
    }
}

/// What a request to read series names, and how many points of each it asks for.
fn read(request: Request<data::ReadRequest>, class: DataClass) -> Result<(Asked, usize), Status> {
    let load = request.extensions().get().cloned();
    let request = request.into_inner();
    let asked = Asked {
        plugin: request.plugin_filter,
        filter: request.run_tag_filter,
        class,
        load,
    };
    Ok((asked, num_points(request.downsample)?))
}

#[tonic::async_trait]
impl TensorBoardDataProvider for DataServer {
    type ReadBlobStream =
        Pin<Box<dyn Stream<Item = Result<data::ReadBlobResponse, Status>> + Send>>;

    async fn get_experiment(
        &self,
        _: Request<data::GetExperimentRequest>,
    ) -> Result<Response<data::GetExperimentResponse>, Status> {
        Ok(Response::new(data::GetExperimentResponse {
            data_location: self.location(),
        }))
    }

    async fn list_plugins(
        &self,
        _: Request<data::ListPluginsRequest>,
    ) -> Result<Response<data::ListPluginsResponse>, Status> {
        self.answer(|server| {
            let names = server.catalog.plugins().into_iter();
            data::ListPluginsResponse {
                plugins: names.map(|name| data::Plugin { name }).collect(),
            }
        })
        .await
    }

    async fn list_runs(
        &self,
        _: Request<data::ListRunsRequest>,
    ) -> Result<Response<data::ListRunsResponse>, Status> {
        self.answer(|server| listing::runs(&server.catalog)).await
    }

    async fn list_scalars(
        &self,
        request: Request<data::ListRequest>,
    ) -> Result<Response<data::ListScalarsResponse>, Status> {
        let asked = listed(request, DataClass::Scalar);
        self.answer_to(
            asked,
            |server, wanted| listing::plan(&server.catalog, wanted),
            |server, wanted, _| listing::series(&server.catalog, wanted),
            |runs| data::ListScalarsResponse { runs },
        )
        .await
    }

    async fn read_scalars(
        &self,
        request: Request<data::ReadRequest>,
    ) -> Result<Response<data::ReadScalarsResponse>, Status> {
        let (asked, n) = read(request, DataClass::Scalar)?;
        self.answer_to(
            asked,
            move |server, wanted| scalars::plan(&server.catalog, wanted, server.limit(wanted, n)),
            |server, wanted, n| scalars::read(&server.catalog, wanted, n, server.policy()),
            |runs| data::ReadScalarsResponse { runs },
        )
        .await
    }

    async fn list_tensors(
        &self,
        request: Request<data::ListRequest>,
    ) -> Result<Response<data::ListTensorsResponse>, Status> {
        let asked = listed(request, DataClass::Tensor);
        self.answer_to(
            asked,
            |server, wanted| listing::plan(&server.catalog, wanted),
            |server, wanted, _| listing::series(&server.catalog, wanted),
            |runs| data::ListTensorsResponse { runs },
        )
        .await
    }

    async fn read_tensors(
        &self,
        request: Request<data::ReadRequest>,
    ) -> Result<Response<data::ReadTensorsResponse>, Status> {
        let (asked, n) = read(request, DataClass::Tensor)?;
        self.answer_to(
            asked,
            move |server, wanted| {
                let n = server.limit(wanted, n);
                tensors::plan(&server.catalog, wanted, n, server.policy())
            },
            |server, wanted, n| tensors::read(&server.catalog, wanted, n, server.policy()),
            |runs| data::ReadTensorsResponse { runs },
        )
        .await
    }

    async fn list_blob_sequences(
        &self,
        request: Request<data::ListRequest>,
    ) -> Result<Response<data::ListBlobSequencesResponse>, Status> {
        let asked = listed(request, DataClass::BlobSequence);
        self.answer_to(
            asked,
            |server, wanted| listing::plan(&server.catalog, wanted),
            |server, wanted, _| listing::blob_sequences(&server.catalog, wanted),
            |runs| data::ListBlobSequencesResponse { runs },
        )
        .await
    }

    async fn read_blob_sequences(
        &self,
        request: Request<data::ReadRequest>,
    ) -> Result<Response<data::ReadBlobSequencesResponse>, Status> {
        let (asked, n) = read(request, DataClass::BlobSequence)?;
        self.answer_to(
            asked,
            move |server, wanted| blobs::plan(&server.catalog, wanted, server.limit(wanted, n)),
            |server, wanted, n| blobs::read(&server.catalog, wanted, n, server.policy()),
            |runs| data::ReadBlobSequencesResponse { runs },
        )
        .await
    }

    async fn read_blob(
        &self,
        request: Request<data::ReadBlobRequest>,
    ) -> Result<Response<Self::ReadBlobStream>, Status> {
        let key = request.into_inner().blob_key;
        let found = self.compute((), move |server| {
            blobs::find(&server.catalog, &key, server.policy())
        });
        let (found, ()) = found.await?;
        let size = found.size();
        let place = self.room.place(size).await?;
        let builder = self.room.builder(size).await;
        let read = self.compute((place, builder), move |_| found.read());
        let (blob, (place, _)) = read.await?;
        let place = self.fit(place, blob.len()).await?;
        let pieces = blobs::pieces(blob);
        match place {
            Some(place) => {
                let messages = pieces.flat_map(|piece| framed(entries(vec![piece])));
                Ok(placed(
                    Box::pin(tokio_stream::empty()),
                    place,
                    messages.collect(),
                ))
            }
            None => {
                let pieces = pieces.map(|data| Ok(data::ReadBlobResponse { data }));
                Ok(Response::new(Box::pin(tokio_stream::iter(pieces))))
            }
        }
    }
}
