//! The Projector dashboard, which reads files beside the event files.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::json::Json;
use super::{Finding, Flaw, Problem, cause, dashboards};
use crate::plugin::projector::Vectors;
use crate::proto::projector::EmbeddingInfo;
use crate::reader::Projector;

/// What is wrong with the embeddings in a directory: that of a run, or a logdir, which need not be a run itself. Empty
/// without a configuration. [`run`](super::run) includes what is wrong in the run's directory.
///
/// # Examples
///
/// ```
/// use tfevents::check;
///
/// # let dir = tempfile::tempdir()?;
/// # let logdir = dir.path();
/// let config = "embeddings { tensor_name: 'words' tensor_path: '../words.tsv' }";
/// std::fs::write(logdir.join("projector_config.pbtxt"), config)?;
/// let findings = check::projector(logdir);
/// assert_eq!(findings[0].problem.code(), "projector_outside");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn projector(dir: &Path) -> Vec<Finding> {
    let projector = match Projector::open(dir) {
        Ok(Some(projector)) => projector,
        Ok(None) => return Vec::new(),
        Err(e) => {
            let path = e.path().map(Arc::from);
            return vec![finding(path, None, broken(&cause(&e)))];
        }
    };
    let file = Arc::<Path>::from(projector.path());
    let path = || Some(Arc::clone(&file));
    if let Some(why) = projector.refusal() {
        return vec![finding(path(), None, broken(&format!("it {why}")))];
    }
    let embeddings = &projector.config().embeddings;
    let mut findings = Vec::new();
    for (i, embedding) in embeddings.iter().enumerate() {
        let name = &embedding.tensor_name;
        let mut add = |flaw| findings.push(finding(path(), Some(name.as_str().into()), flaw));
        if embeddings[..i]
            .iter()
            .any(|other| other.tensor_name == *name)
        {
            add(Flaw::new(
                "projector_name",
                "Projector: another embedding has the same name, and only the first one is shown",
                "Give each embedding its own `tensor_name`.",
            ));
            continue;
        }
        let vectors = match vectors(&projector, embedding) {
            Ok(vectors) => Some(vectors),
            Err(flaw) => {
                add(flaw);
                None
            }
        };
        metadata(&projector, embedding, vectors.as_ref())
            .into_iter()
            .for_each(&mut add);
        sprite(&projector, embedding).into_iter().for_each(&mut add);
        bookmarks(&projector, embedding)
            .into_iter()
            .for_each(&mut add);
    }
    if embeddings.is_empty() && projector.config().model_checkpoint_path.is_empty() {
        findings.push(finding(
            path(),
            None,
            Flaw::new(
                "projector_empty",
                "Projector: the configuration names no embeddings, so the tab does not appear",
                "Add embeddings to it, or remove it.",
            ),
        ));
    }
    findings
}

fn finding(file: Option<Arc<Path>>, tag: Option<Arc<str>>, flaw: Flaw) -> Finding {
    Finding {
        file,
        ..Finding::of_run(Problem::Dashboard(flaw), tag, 1)
    }
}

fn broken(why: &str) -> Flaw {
    Flaw::new(
        "projector_config",
        format!(
            "Projector: the configuration cannot be read ({why}), so the tab does not appear for any run"
        ),
        "Fix the file; it is protobuf text.",
    )
}

fn vectors(projector: &Projector, embedding: &EmbeddingInfo) -> Result<Vectors, Flaw> {
    if embedding.tensor_path.is_empty() {
        return Err(Flaw::new(
            "projector_checkpoint",
            "Projector: the vectors are in a checkpoint, which TensorBoard reads only if TensorFlow is installed",
            "Write the vectors to a file and name it as `tensor_path`, or install tensorflow.",
        ));
    }
    let gone = "so the tab does not appear for any run";
    asset(projector, "vectors", &embedding.tensor_path, gone)?;
    let unreadable = |what: &str| {
        Flaw::new(
            "projector_vectors",
            format!(
                "Projector: the vectors of `{}` {what}, {gone}",
                embedding.tensor_path
            ),
            "Write one point per line, with tabs between numbers, or raw little-endian 32-bit \
             floats with their `tensor_shape`.",
        )
    };
    let vectors = projector
        .vectors(embedding)
        .map_err(|e| unreadable(&format!("cannot be read ({})", cause(&e))))?;
    let points = vectors.values.len().checked_div(vectors.dims).unwrap_or(0);
    if points == 0 && embedding.tensor_shape.is_empty() {
        return Err(unreadable("cannot be used: there are none"));
    }
    let not_drawn = |what: String, cure: &'static str| {
        Err(Flaw::new(
            "projector_points",
            format!("Projector: {what}"),
            cure,
        ))
    };
    if points == 0 {
        return not_drawn(
            format!("`{}` holds no vectors", embedding.tensor_path),
            "Log at least one point.",
        );
    }
    let shape = [points, vectors.dims];
    let stated: Vec<_> = embedding.tensor_shape.iter().map(|&n| n as usize).collect();
    if !stated.is_empty() && stated != shape {
        return not_drawn(
            format!("the vectors have the shape {shape:?} and the configuration states {stated:?}"),
            "State their real shape, or none.",
        );
    }
    if vectors.dims < 2 {
        return not_drawn(
            "points with one dimension are not drawn".to_owned(),
            "Log vectors of two dimensions or more.",
        );
    }
    if !vectors.values.iter().all(|v| v.is_finite()) {
        return not_drawn(
            "a coordinate is NaN or infinite, so the points cannot be drawn".to_owned(),
            "Leave out points that are not finite.",
        );
    }
    Ok(vectors)
}

fn metadata(
    projector: &Projector,
    embedding: &EmbeddingInfo,
    vectors: Option<&Vectors>,
) -> Option<Flaw> {
    let path = &embedding.metadata_path;
    if path.is_empty() {
        return None;
    }
    if let Err(flaw) = asset(projector, "labels", path, "so TensorBoard answers 400") {
        return Some(flaw);
    }
    let Ok(Some(metadata)) = projector.metadata(embedding) else {
        return Some(Flaw::new(
            "projector_labels",
            format!(
                "Projector: the labels of `{path}` cannot be read as text; TensorBoard answers 500"
            ),
            "Write the labels as UTF-8, in a readable file.",
        ));
    };
    let points = vectors.map(|v| v.values.len().checked_div(v.dims).unwrap_or(0))?;
    (metadata.rows.len() != points).then(|| {
        Flaw::new(
            "projector_labels",
            format!(
                "Projector: `{path}` has {} labels for {points} points",
                metadata.rows.len()
            ),
            "Write one line per point, and a header line if there are two columns or more.",
        )
    })
}

fn sprite(projector: &Projector, embedding: &EmbeddingInfo) -> Option<Flaw> {
    let sprite = embedding.sprite.as_ref();
    let sprite = sprite.filter(|sprite| !sprite.image_path.is_empty())?;
    let path = &sprite.image_path;
    if !matches!(*sprite.single_image_dim, [w, h] if w > 0 && h > 0) {
        return Some(Flaw::new(
            "projector_sprite",
            format!("Projector: the size of each thumbnail of `{path}` is not stated"),
            "State `single_image_dim` twice, width and height.",
        ));
    }
    if let Err(flaw) = asset(projector, "thumbnails", path, "so TensorBoard answers 400") {
        return Some(flaw);
    }
    let cure = match read(projector, path) {
        Ok(file) => dashboards::of_picture(&file)?.cure().to_owned(),
        Err(e) => format!("Make the file readable ({}).", cause(&e)),
    };
    Some(Flaw::new(
        "projector_sprite",
        format!("Projector: the thumbnails of `{path}` are not shown"),
        cure,
    ))
}

fn bookmarks(projector: &Projector, embedding: &EmbeddingInfo) -> Option<Flaw> {
    let path = &embedding.bookmarks_path;
    if path.is_empty() {
        return None;
    }
    if let Err(flaw) = asset(projector, "bookmarks", path, "so TensorBoard answers 400") {
        return Some(flaw);
    }
    let text = read(projector, path)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let is_list = text.is_some_and(|text| matches!(Json::parse(&text), Some(Json::Array(_))));
    (!is_list).then(|| {
        Flaw::new(
            "projector_bookmarks",
            format!("Projector: the bookmarks of `{path}` are not a JSON array"),
            "Save them from the Projector again.",
        )
    })
}

fn read(projector: &Projector, path: &str) -> crate::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut asset = projector.asset(path)?;
    asset.read_to_end(&mut bytes).map_err(crate::Error::from)?;
    Ok(bytes)
}

/// Makes sure of a file that a configuration names, by TensorBoard's rules: its real path has to be below the
/// configuration's.
fn asset(projector: &Projector, what: &str, path: &str, then: &str) -> Result<(), Flaw> {
    let dir = projector.path().parent().unwrap_or(Path::new(""));
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    let found = real_path(&dir.join(path));
    if !found.starts_with(real_path(dir)) {
        return Err(Flaw::new(
            "projector_outside",
            format!(
                "Projector: the file `{path}` of {what} is really at {}, outside of the configuration's \
                 directory: TensorBoard 2.21 and later answer 400",
                found.display()
            ),
            "Copy the file into the directory of `projector_config.pbtxt`; a link is not enough.",
        ));
    }
    if !found.is_file() {
        return Err(Flaw::new(
            "projector_missing",
            format!("Projector: the file `{path}` of {what} is missing, {then}"),
            "Put the file there, or correct its path, which is relative to the configuration's directory.",
        ));
    }
    Ok(())
}

/// A path without links in what of it exists.
fn real_path(path: &Path) -> PathBuf {
    let parts: Vec<_> = path.components().collect();
    for existing in (0..=parts.len()).rev() {
        let prefix: PathBuf = parts[..existing].iter().collect();
        if let Ok(mut real) = prefix.canonicalize() {
            for part in &parts[existing..] {
                match part {
                    Component::ParentDir => {
                        real.pop();
                    }
                    part => real.push(part),
                }
            }
            return real;
        }
    }
    path.to_path_buf()
}
