//! The files of embeddings. TensorBoard reads only those in the directory of the configuration, and no links that lead out
//! of it, so that is where they are in a copy: as files, under names that are not absolute.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use tfevents::Projector;

/// What the configuration in a directory names.
#[derive(Default)]
pub(crate) struct Embeddings {
    /// The configuration, and what it is to say in a copy, where that is something else.
    config: PathBuf,
    text: Option<String>,
    /// Files in the directory.
    inside: Vec<PathBuf>,
    /// Files elsewhere in the logdir, and their places in a copy, relative to the directory.
    outside: BTreeMap<PathBuf, PathBuf>,
    /// What is not there, or lies outside the logdir.
    missing: Vec<PathBuf>,
}

impl Embeddings {
    /// None where there is no configuration, or one that cannot be read.
    pub(crate) fn of(dir: &Path, root: &Path) -> Self {
        let (Ok(Some(projector)), Ok(real), Ok(root)) = (
            Projector::open(dir),
            dir.canonicalize(),
            root.canonicalize(),
        ) else {
            return Self::default();
        };
        let Ok(config) = projector.path().strip_prefix(dir) else {
            return Self::default();
        };
        let base = config.parent().unwrap_or(Path::new(""));
        let mut embeddings = Self {
            config: config.to_path_buf(),
            ..Self::default()
        };
        let mut text = std::fs::read_to_string(projector.path()).unwrap_or_default();
        for named in names(&projector) {
            let Ok(file) = dir.join(base).join(named).canonicalize() else {
                embeddings.missing.push(base.join(named));
                continue;
            };
            let path = Path::new(named);
            let is_plain = path
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
            let inside = file.strip_prefix(real.join(base)).ok();
            if !(file.is_file() && file.starts_with(&root)) {
                embeddings.missing.push(base.join(named));
            } else if is_plain {
                embeddings.inside.push(base.join(path));
            } else {
                let place = match inside {
                    Some(inside) => inside.to_path_buf(),
                    None => place_for(&file),
                };
                let renamed = renamed(&text, named, &place);
                match (renamed, inside) {
                    (None, _) => embeddings.missing.push(base.join(named)),
                    (Some(renamed), Some(inside)) => {
                        text = renamed;
                        embeddings.inside.push(base.join(inside));
                        embeddings.text = Some(text.clone());
                    }
                    (Some(renamed), None) => {
                        text = renamed;
                        embeddings.outside.insert(file, base.join(place));
                        embeddings.text = Some(text.clone());
                    }
                }
            }
        }
        embeddings
    }

    pub(crate) fn inside(&self) -> impl Iterator<Item = &Path> {
        self.inside.iter().map(PathBuf::as_path)
    }

    /// Whether a file of the directory is one of them.
    pub(crate) fn name(&self, file: &Path) -> bool {
        self.inside.iter().any(|inside| inside == file)
    }

    /// What the file of that name says in a copy, if it is the configuration and says something else there.
    pub(crate) fn text_of(&mut self, file: &Path) -> Option<String> {
        self.text.take_if(|_| *file == self.config)
    }

    pub(crate) fn outside(&mut self) -> impl Iterator<Item = (PathBuf, PathBuf)> + use<> {
        std::mem::take(&mut self.outside).into_iter()
    }

    pub(crate) fn missing(self) -> impl Iterator<Item = PathBuf> {
        self.missing.into_iter()
    }
}

/// All files that a configuration names, each once.
fn names(projector: &Projector) -> Vec<&str> {
    let mut names = Vec::new();
    for embedding in &projector.config().embeddings {
        let sprite = embedding.sprite.as_ref().map(|sprite| &*sprite.image_path);
        let paths = [
            &*embedding.tensor_path,
            &*embedding.metadata_path,
            &*embedding.bookmarks_path,
        ];
        names.extend(paths.into_iter().chain(sprite));
    }
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !name.is_empty());
    names
}

/// Where a file from somewhere else goes.
fn place_for(file: &Path) -> PathBuf {
    let parent = file.parent().and_then(Path::file_name).unwrap_or_default();
    Path::new("projector")
        .join(parent)
        .join(file.file_name().unwrap_or_default())
}

/// A configuration with another name of a file in it, if it has the old one in so many letters.
fn renamed(config: &str, old: &str, new: &Path) -> Option<String> {
    let new = new.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
    let is_literal = |name: &str| !name.contains(['"', '\'', '\\', '\n']);
    let mut renamed = config.to_owned();
    for quote in ['"', '\''] {
        renamed = renamed.replace(
            &format!("{quote}{old}{quote}"),
            &format!("{quote}{new}{quote}"),
        );
    }
    (is_literal(old) && is_literal(&new) && renamed != config).then_some(renamed)
}
