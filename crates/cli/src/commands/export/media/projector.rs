//! Embeddings: a copy of the projector's configuration and of the files that it names, which TensorBoard can
//! be started on, in `DIR/RUN/projector`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tfevents::reader::Asset;
use tfevents::{Projector, Run};

use super::Media;
use crate::output;
use crate::ui::reporter::Reporter;
use tfevents::names::component;
use tfevents_analysis::text;

impl Media {
    /// Copies the embeddings of a run of which `wanted` approves.
    pub(in crate::commands::export) fn save_embeddings(
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
        let config = projector.path().file_name().and_then(|name| name.to_str());
        let mut copied = BTreeSet::new();
        let mut told = BTreeSet::new();
        for path in config.into_iter().chain(assets) {
            if told.contains(path) {
                continue;
            }
            match projector.asset(path) {
                Ok(asset) => {
                    let place = to.join(place(&projector, &asset, path));
                    if copied.insert(place.clone()) {
                        let from = text::path(asset.path());
                        let to = || format!("cannot copy `{from}` to `{}`", self.shown(&place));
                        copy(asset, &place).with_context(to)?;
                    }
                }
                Err(e) => {
                    reporter.warn(e);
                    told.insert(path);
                }
            }
        }
        Ok(())
    }
}

/// Where a file is in relation to the configuration that names it.
fn place(projector: &Projector, asset: &Asset, name: &str) -> PathBuf {
    let dir = projector.path().parent().unwrap_or(Path::new(""));
    let dir = dir.canonicalize().unwrap_or_default();
    let inside = asset.path().strip_prefix(dir);
    inside.map_or_else(|_| name.into(), Path::to_path_buf)
}

fn copy(mut asset: Asset, to: &Path) -> io::Result<()> {
    let mut file = {
        let _step = output::step();
        fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))?;
        File::create_new(to)?
    };
    io::copy(&mut asset, &mut file)?;
    Ok(())
}
