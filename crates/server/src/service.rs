//! The service that TensorBoard asks.

use std::pin::Pin;
use std::sync::Arc;

use prost::Message;
use tfevents::Policy;
use tfevents::event::DataClass;
use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use crate::args::Options;
use crate::catalog::Catalog;
use crate::filter::{Wanted, num_points};
use crate::proto::data::{self, tensor_board_data_provider_server::TensorBoardDataProvider};
use crate::room::{Place, Room};

mod blobs;
mod encoder;
mod listing;
mod scalars;
mod size;
mod tensors;
#[cfg(test)]
mod tests;

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
    fn limit(&self, plugin: &str, n: usize) -> usize {
        // TensorBoard has no other number for all of them, and nobody asks for none.
        let n = if n == 0 { ALL } else { n };
        let most = self.options.samples.get(plugin);
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

    /// Computes an answer where it keeps no other one from being sent, and finds a place for it.
    async fn answer<T: Message + 'static>(
        &self,
        compute: impl FnOnce(&Self) -> Result<T, Status> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let answer = self.compute(compute).await?;
        let place = self.room.place(answer.encoded_len()).await;
        Ok(placed(answer, place))
    }

    /// The same for one that may be large, of which only some are computed at once.
    async fn answer_to<T: Message + 'static>(
        &self,
        wanted: Wanted,
        compute: impl FnOnce(&Self, &Wanted) -> T + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let runs = self.catalog.wanted(&wanted);
        let series: usize = runs.iter().map(|run| wanted.at_most(run)).sum();
        drop(runs);
        let _turn = match series {
            ..=FEW => None,
            _ => self.room.turn().await,
        };
        self.answer(move |server| Ok(compute(server, &wanted)))
            .await
    }

    async fn compute<T: Send + 'static>(
        &self,
        compute: impl FnOnce(&Self) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let server = self.clone();
        let answer = tokio::task::spawn_blocking(move || compute(&server)).await;
        let broken = |_| Status::internal("internal error in the data server; see its log");
        answer.map_err(broken)?
    }
}

/// An answer with its place, which its bytes are going to be put into.
fn placed<T>(answer: T, place: Option<Arc<Place>>) -> Response<T> {
    let mut response = Response::new(answer);
    if let Some(place) = place {
        response.extensions_mut().insert(place);
    }
    response
}

/// What a request to list series names.
fn listed(request: Request<data::ListRequest>, class: DataClass) -> Result<Wanted, Status> {
    let request = request.into_inner();
    Wanted::new(request.plugin_filter, request.run_tag_filter, class)
}

impl DataServer {
    /// What a request to read series names, and how many points of each it gets.
    fn read(
        &self,
        request: Request<data::ReadRequest>,
        class: DataClass,
    ) -> Result<(Wanted, usize), Status> {
        let request = request.into_inner();
        let wanted = Wanted::new(request.plugin_filter, request.run_tag_filter, class)?;
        let n = self.limit(wanted.plugin(), num_points(request.downsample)?);
        Ok((wanted, n))
    }
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
            Ok(data::ListPluginsResponse {
                plugins: names.map(|name| data::Plugin { name }).collect(),
            })
        })
        .await
    }

    async fn list_runs(
        &self,
        _: Request<data::ListRunsRequest>,
    ) -> Result<Response<data::ListRunsResponse>, Status> {
        self.answer(|server| Ok(listing::runs(&server.catalog)))
            .await
    }

    async fn list_scalars(
        &self,
        request: Request<data::ListRequest>,
    ) -> Result<Response<data::ListScalarsResponse>, Status> {
        let wanted = listed(request, DataClass::Scalar)?;
        self.answer_to(wanted, |server, wanted| {
            let runs = listing::series(&server.catalog, wanted);
            data::ListScalarsResponse { runs }
        })
        .await
    }

    async fn read_scalars(
        &self,
        request: Request<data::ReadRequest>,
    ) -> Result<Response<data::ReadScalarsResponse>, Status> {
        let (wanted, n) = self.read(request, DataClass::Scalar)?;
        self.answer_to(wanted, move |server, wanted| {
            let runs = scalars::read(&server.catalog, wanted, n, server.policy());
            data::ReadScalarsResponse { runs }
        })
        .await
    }

    async fn list_tensors(
        &self,
        request: Request<data::ListRequest>,
    ) -> Result<Response<data::ListTensorsResponse>, Status> {
        let wanted = listed(request, DataClass::Tensor)?;
        self.answer_to(wanted, |server, wanted| {
            let runs = listing::series(&server.catalog, wanted);
            data::ListTensorsResponse { runs }
        })
        .await
    }

    async fn read_tensors(
        &self,
        request: Request<data::ReadRequest>,
    ) -> Result<Response<data::ReadTensorsResponse>, Status> {
        let (wanted, n) = self.read(request, DataClass::Tensor)?;
        self.answer_to(wanted, move |server, wanted| {
            tensors::read(&server.catalog, wanted, n, server.policy())
        })
        .await
    }

    async fn list_blob_sequences(
        &self,
        request: Request<data::ListRequest>,
    ) -> Result<Response<data::ListBlobSequencesResponse>, Status> {
        let wanted = listed(request, DataClass::BlobSequence)?;
        self.answer_to(wanted, |server, wanted| {
            let runs = listing::blob_sequences(&server.catalog, wanted);
            data::ListBlobSequencesResponse { runs }
        })
        .await
    }

    async fn read_blob_sequences(
        &self,
        request: Request<data::ReadRequest>,
    ) -> Result<Response<data::ReadBlobSequencesResponse>, Status> {
        let (wanted, n) = self.read(request, DataClass::BlobSequence)?;
        self.answer_to(wanted, move |server, wanted| {
            blobs::read(&server.catalog, wanted, n, server.policy())
        })
        .await
    }

    async fn read_blob(
        &self,
        request: Request<data::ReadBlobRequest>,
    ) -> Result<Response<Self::ReadBlobStream>, Status> {
        let key = request.into_inner().blob_key;
        let blob = self.compute(move |server| blobs::find(&server.catalog, &key, server.policy()));
        let blob = blob.await?;
        let place = self.room.place(blob.len()).await;
        let pieces = blobs::pieces(blob).map(|data| Ok(data::ReadBlobResponse { data }));
        let stream: Self::ReadBlobStream = Box::pin(tokio_stream::iter(pieces));
        Ok(placed(stream, place))
    }
}
