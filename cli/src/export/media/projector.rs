//! Embeddings: a copy of the projector's configuration and of the files that it names, which TensorBoard can
//! be started on, in `DIR/RUN/projector`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tfevents::{Projector, Run};

use super::Media;
use crate::names::component;
use crate::reporter::Reporter;
use crate::text;

impl Media {
    /// Copies the embeddings of a run of which `wanted` approves.
    pub(in crate::export) fn save_embeddings(
        &self,
        name: &str,
        run: &Run,
        mut wanted: impl FnMut(&str) -> bool,
        reporter: &Reporter,
    ) -> Result<()> {
        let projector = match run.projector() {
            Ok(Some(projector)) => projector,
            Ok(None) => return Ok(()),
            Err(e) => {
                reporter.warn(e);
                return Ok(());
            }
        };
        let embeddings = &projector.config().embeddings;
        let assets: Vec<_> = embeddings
            .iter()
            .filter(|embedding| wanted(&embedding.tensor_name))
            .flat_map(|embedding| {
                let sprite = embedding.sprite.as_ref().map(|s| &*s.image_path);
                let others = [&*embedding.metadata_path, &*embedding.bookmarks_path];
                [&*embedding.tensor_path]
                    .into_iter()
                    .chain(others)
                    .chain(sprite)
            })
            .filter(|path| !path.is_empty())
            .collect();
        if assets.is_empty() {
            return Ok(());
        }
        let to = self.dir.join(component(name)).join("projector");
        let mut files = BTreeSet::from([projector.path().to_path_buf()]);
        for asset in assets {
            match projector.asset(asset) {
                Ok(file) => {
                    files.insert(file);
                }
                Err(e) => reporter.warn(e),
            }
        }
        for file in files {
            copy(&projector, &file, &to)?;
        }
        Ok(())
    }
}

/// Copies a file to where it was in relation to the configuration.
fn copy(projector: &Projector, file: &Path, to: &Path) -> Result<()> {
    let place = || -> std::io::Result<PathBuf> {
        let dir = projector.path().parent().unwrap_or(Path::new(""));
        let file = file.canonicalize()?;
        // A configuration behind a link may lie elsewhere; its own name it has here.
        let name = file.file_name().map(PathBuf::from).unwrap_or_default();
        Ok(file
            .strip_prefix(dir.canonicalize()?)
            .map_or(name, Path::to_path_buf))
    };
    let context = || format!("cannot copy {}", text::path(file));
    let to = to.join(place().with_context(context)?);
    fs::create_dir_all(to.parent().unwrap_or(Path::new("."))).with_context(context)?;
    fs::copy(file, &to).with_context(context)?;
    Ok(())
}
