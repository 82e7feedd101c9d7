//! Files of runs: put and fetched through the server, or put where it points to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tempfile::SpooledTempFile;

use super::{API, Pages, multipart, server};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Content, Http, Repeat, percent_encoded};

/// Where the server stores and serves artifacts itself.
const PROXY: &str = "/api/2.0/mlflow-artifacts/artifacts";

/// A file or directory of a run.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct File {
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) is_dir: bool,
    #[serde(default, deserialize_with = "super::maybe_whole")]
    pub(crate) file_size: Option<i64>,
}

/// How files get to where a run's artifacts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// Through the server, below this path of its.
    Proxied(String),
    /// To addresses that the server signs.
    Signed,
}

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    files: Vec<File>,
    #[serde(default)]
    next_page_token: Option<String>,
}

/// Whose artifacts they are.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) enum Owner<'a> {
    #[serde(rename = "run_id")]
    Run(&'a str),
    #[serde(rename = "model_id")]
    Model(&'a str),
}

#[derive(Serialize)]
struct Wanted<'a> {
    #[serde(flatten)]
    owner: Owner<'a>,
    path: &'a str,
}

/// Where to put a file, and with which headers.
#[derive(Deserialize)]
struct Upload {
    presigned_url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

impl Root {
    /// How files get to the artifacts of a run, which are at `uri`.
    ///
    /// # Errors
    ///
    /// Only the server can write there, and it does not.
    pub(crate) fn of(uri: &str) -> Result<Self> {
        if let Some(rest) = uri.strip_prefix("mlflow-artifacts:") {
            // With a host, `mlflow-artifacts://host:port/path`, that is this server, too.
            let path = match rest.strip_prefix("//") {
                Some(rest) => rest.split_once('/').map_or("", |(_, path)| path),
                None => rest.trim_start_matches('/'),
            };
            return Ok(Self::Proxied(path.trim_end_matches('/').to_owned()));
        }
        let scheme = uri.split_once(':').map_or("file", |(scheme, _)| scheme);
        match scheme {
            "s3" | "gs" | "wasbs" | "abfss" | "dbfs" => Ok(Self::Signed),
            scheme => {
                let message = format!(
                    "artifacts of this server are stored at {scheme}:, where only itself can write; start it with --serve-artifacts and --artifacts-destination"
                );
                Err(Error::new(ErrorKind::Invalid, message))
            }
        }
    }

    /// Puts a file at a path below the run's artifacts.
    pub(crate) fn put(
        &self,
        http: &Http,
        owner: Owner<'_>,
        path: &str,
        content: Content<'_>,
    ) -> Result<()> {
        let offers = server::offers(http);
        match self {
            Self::Proxied(root) if !offers.only_signed => {
                let at = format!("{root}/{}", percent_encoded(path));
                if let Content::File(file) = content
                    && let Some(len) = file.metadata().ok().map(|metadata| metadata.len())
                    && offers.multipart
                    && len >= http.parts().from
                    && multipart::put(http, root, path, file, len).is_ok()
                {
                    return Ok(());
                }
                http.put(&format!("{PROXY}/{at}"), content)
            }
            Self::Proxied(_) | Self::Signed => {
                let wanted = Wanted { owner, path };
                let endpoint = format!("{API}/artifacts/presigned-upload-url");
                let upload: Upload = http.post(&endpoint, &wanted, Repeat::Always)?;
                let headers: Vec<_> = upload.headers.into_iter().collect();
                http.put_to(&upload.presigned_url, &headers, content)?;
                Ok(())
            }
        }
    }
}

/// What is in a directory of a run's artifacts.
pub(crate) fn list(http: &Http, run_id: &str, path: &str) -> Result<Vec<File>> {
    let endpoint = format!("{API}/artifacts/list");
    let (mut files, mut pages) = (Vec::new(), Pages::default());
    loop {
        let mut query = vec![("run_id", run_id)];
        if !path.is_empty() {
            query.push(("path", path));
        }
        query.extend(pages.query());
        let listing: Listing = http.get(&endpoint, &query)?;
        files.extend(listing.files);
        if !pages.turn(http, listing.next_page_token)? {
            return Ok(files);
        }
    }
}

/// How large all files in and below a directory of a run's artifacts are, by path.
pub(crate) fn all(http: &Http, run_id: &str, path: &str) -> Result<BTreeMap<String, u64>> {
    let mut sizes = BTreeMap::new();
    let mut dirs = vec![path.to_owned()];
    while let Some(dir) = dirs.pop() {
        for file in list(http, run_id, &dir)? {
            // Some stores list a directory in itself.
            if file.is_dir && file.path != dir {
                dirs.push(file.path);
            } else if !file.is_dir {
                let size = file.file_size.unwrap_or_default();
                sizes.insert(file.path, u64::try_from(size).unwrap_or_default());
            }
        }
    }
    Ok(sizes)
}

/// The bytes of a file of a run, once all of them are here.
///
/// # Errors
///
/// Among others, where they are more or fewer than the server said.
pub(crate) fn get(http: &Http, run_id: &str, file: &File) -> Result<SpooledTempFile> {
    let size = file.file_size.and_then(|size| u64::try_from(size).ok());
    let query = [("run_id", run_id), ("path", &*file.path)];
    let (bytes, len) = http.fetch("/get-artifact", &query, size.unwrap_or(u64::MAX))?;
    match size {
        Some(size) if size != len => {
            let message = match len > size {
                true => format!("it has more than the {size} bytes that the server lists"),
                false => format!("it has {len} of the {size} bytes that the server lists"),
            };
            Err(Error::new(ErrorKind::Invalid, message))
        }
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_artifacts_are_says_how_they_get_there() {
        for (uri, root) in [
            ("mlflow-artifacts:/1/ab/artifacts", "1/ab/artifacts"),
            (
                "mlflow-artifacts://h:5000/1/ab/artifacts/",
                "1/ab/artifacts",
            ),
        ] {
            assert_eq!(Root::of(uri).unwrap(), Root::Proxied(root.to_owned()));
        }
        assert_eq!(Root::of("s3://bucket/1").unwrap(), Root::Signed);
        let error = Root::of("/mlartifacts/1").unwrap_err().to_string();
        assert!(error.contains("--serve-artifacts"), "{error}");
    }
}
