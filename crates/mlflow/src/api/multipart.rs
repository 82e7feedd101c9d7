//! Large files in parts, which go to where they are stored rather than through the server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};

use super::Nothing;
use crate::error::{Error, Result};
use crate::http::{Content, Http, Repeat, percent_encoded};

/// Where such uploads begin and end.
const API: &str = "/api/2.0/mlflow-artifacts/mpu";
/// The most parts that a store takes.
const MOST: u64 = 10_000;
/// How many are put at the same time.
const AT_ONCE: usize = 4;

#[derive(Serialize)]
struct Create<'a> {
    path: &'a str,
    num_parts: u64,
}

#[derive(Deserialize)]
struct Created {
    #[serde(default)]
    upload_id: Option<String>,
    credentials: Vec<Place>,
}

/// Where a part goes.
#[derive(Deserialize)]
struct Place {
    url: String,
    part_number: u64,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Put {
    part_number: u64,
    etag: String,
    url: String,
}

#[derive(Serialize)]
struct End<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_id: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    parts: &'a [Put],
}

/// Puts a file of so many bytes to `path` below `root`, which is below where the server stores artifacts.
///
/// # Errors
///
/// Nothing is stored then.
pub(super) fn put(http: &Http, root: &str, path: &str, file: &Path, len: u64) -> Result<()> {
    let (dir, name) = match path.rsplit_once('/') {
        Some((dir, name)) => (format!("{root}/{}", percent_encoded(dir)), name),
        None => (root.to_owned(), path),
    };
    let size = http.parts().size.max(len.div_ceil(MOST));
    let new = Create {
        path: name,
        num_parts: len.div_ceil(size).max(1),
    };
    let created: Created = http.post(&format!("{API}/create/{dir}"), &new, Repeat::Always)?;
    let end = |parts: &[Put], how: &str| {
        let end = End {
            path: name,
            upload_id: created.upload_id.as_deref(),
            parts,
        };
        http.post::<Nothing>(&format!("{API}/{how}/{dir}"), &end, Repeat::Always)
    };
    let put = parts(http, &created.credentials, file, size, len);
    match put.and_then(|parts| end(&parts, "complete")) {
        Ok(_) => Ok(()),
        Err(e) => {
            // What cannot be removed now, the store removes some day.
            let _ = end(&[], "abort");
            Err(e)
        }
    }
}

/// Puts the parts, several at a time.
fn parts(http: &Http, places: &[Place], file: &Path, size: u64, len: u64) -> Result<Vec<Put>> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new((Vec::new(), None::<Error>));
    let lock = || done.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || {
        while lock().1.is_none()
            && let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let put = part(http, place, file, size, len);
            let mut done = lock();
            match put {
                Ok(put) => done.0.push(put),
                Err(e) => done.1 = Some(e),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(places.len()) {
            scope.spawn(work);
        }
    });
    let (mut put, failed) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    put.sort_unstable_by_key(|put| put.part_number);
    failed.map_or(Ok(put), Err)
}

fn part(http: &Http, place: &Place, file: &Path, size: u64, len: u64) -> Result<Put> {
    let start = (place.part_number.max(1) - 1).saturating_mul(size).min(len);
    let content = Content::Part(file, start, size.min(len - start));
    let headers: Vec<_> = place.headers.clone().into_iter().collect();
    // Where the store cannot be reached from here, the server can reach it.
    let etag = http.impatient().put_to(&place.url, &headers, content)?;
    Ok(Put {
        part_number: place.part_number,
        etag: etag.unwrap_or_default(),
        url: place.url.clone(),
    })
}
