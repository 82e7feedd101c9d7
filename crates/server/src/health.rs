//! The service that tells how the data is.

use std::fs;

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
            memory: memory().unwrap_or(0),
        }))
    }
}

/// The bytes of memory that the process takes, where there is a file that says so, as on Linux.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::proto::tfevents_server::health_server::Health as _;
    use crate::{Catalog, Options};

    #[tokio::test]
    async fn it_is_told_what_the_server_takes() {
        let server = DataServer::new(Arc::new(Catalog::default()), Options::default());
        let health = server.get(Request::new(HealthRequest {})).await;
        let health = health.unwrap().into_inner();
        assert_eq!(health.memory > 1 << 20, cfg!(target_os = "linux"));
        assert_eq!((health.loads, health.runs), (0, 0));
    }
}
