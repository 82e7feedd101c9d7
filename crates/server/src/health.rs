//! The service that tells how the data is.

use tonic::{Request, Response, Status};

use crate::proto::tfevents_server::{HealthRequest, HealthResponse, health_server};
use crate::service::DataServer;

#[tonic::async_trait]
impl health_server::Health for DataServer {
    async fn get(&self, _: Request<HealthRequest>) -> Result<Response<HealthResponse>, Status> {
        let health = self.catalog().health();
        Ok(Response::new(HealthResponse {
            loads: health.loads,
            runs: health.runs,
            series: health.series,
            points: health.points,
            hidden_points: health.hidden_points,
            damaged: health.damaged,
            damaged_files: health.damaged_files,
            problems: health.problems,
        }))
    }
}
