//! What a refusal means.

use serde::Deserialize;
use ureq::http::StatusCode;

use crate::error::{Error, ErrorKind};

/// How MLflow words what went wrong.
#[derive(Deserialize)]
struct Refusal {
    error_code: String,
    #[serde(default)]
    message: String,
}

/// How much of a message is passed on: some hold SQL.
const SHOWN: usize = 300;

/// The error for an answer of `base` that is not a success.
pub(super) fn explain(base: &str, status: StatusCode, body: &[u8]) -> Error {
    let refusal = serde_json::from_slice::<Refusal>(body).ok();
    let text = String::from_utf8_lossy(body);
    let (kind, message) = match (status, &refusal) {
        (StatusCode::UNAUTHORIZED, _) => (
            ErrorKind::Unauthorized,
            format!(
                "{base} does not accept the credentials; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
            ),
        ),
        (StatusCode::FORBIDDEN, None) if text.contains("Host header") => (
            ErrorKind::Unauthorized,
            format!(
                "{base}: the server refuses requests under this name; start it with `mlflow server --allowed-hosts`, or use an address that it allows"
            ),
        ),
        (StatusCode::FORBIDDEN, refusal) => {
            let said = refusal.as_ref().map_or("permission denied", |r| &r.message);
            (ErrorKind::Unauthorized, format!("{base}: {}", shown(said)))
        }
        (_, Some(refusal)) => {
            let is_absent = matches!(
                &*refusal.error_code,
                "RESOURCE_DOES_NOT_EXIST" | "ENDPOINT_NOT_FOUND" | "NOT_FOUND"
            );
            let kind = match is_absent {
                true => ErrorKind::NotFound,
                false => ErrorKind::Refused,
            };
            (kind, format!("{base}: {}", shown(&refusal.message)))
        }
        (StatusCode::NOT_FOUND, None) => (
            ErrorKind::NotFound,
            format!("{base} has no such page (404); is this the address of an MLflow server?"),
        ),
        (status, None) if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            (ErrorKind::Refused, format!("{base} answers with {status}"))
        }
        (status, None) => (
            ErrorKind::Protocol,
            format!("{base} answers with {status}; is this the address of an MLflow server?"),
        ),
    };
    let code = match status {
        // Some say so in words only.
        StatusCode::NOT_IMPLEMENTED => Some("NOT_IMPLEMENTED".to_owned()),
        _ => refusal.map(|refusal| refusal.error_code),
    };
    Error::new(kind, message).with_code(&code.unwrap_or_default())
}

/// The first line of a message, and not too much of it.
fn shown(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
