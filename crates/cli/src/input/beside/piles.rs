//! All that lies beside the event files of runs, put together by run and sort.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use tfevents::reader::{self, Beside};

use super::embeddings::Embeddings;
use super::named::{Named, PROJECTOR};
use super::{Pile, Sort};
use crate::input::met::Met;

/// Piles that files are added to.
pub(in crate::input) struct Piles<'d> {
    /// The directories that files belong to: those of runs, and those above them.
    dirs: HashSet<&'d Path>,
    met: Met,
    /// What the configuration in a directory names.
    embeddings: HashMap<PathBuf, Embeddings>,
    piles: BTreeMap<(PathBuf, Sort), Pile>,
}

impl<'d> Piles<'d> {
    pub(in crate::input) fn new(runs: impl IntoIterator<Item = &'d Path>) -> Self {
        Self {
            dirs: runs.into_iter().flat_map(Path::ancestors).collect(),
            met: Met::default(),
            embeddings: HashMap::new(),
            piles: BTreeMap::new(),
        }
    }

    /// Adds what lies in and below a directory. How ever directories overlap, each file counts once.
    pub(in crate::input) fn add(&mut self, root: &Path) {
        let beside = reader::beside_and_others(root, |file, bytes| {
            if self.met.is_new(file) {
                self.add_file(root, file, bytes);
            }
        });
        self.extend(&beside);
    }

    /// Puts piles that are known in the places of the same.
    fn extend(&mut self, beside: &[Beside]) {
        let piles = beside.iter().map(Pile::from);
        self.piles
            .extend(piles.map(|pile| ((pile.dir.clone(), pile.sort), pile)));
    }

    fn add_file(&mut self, root: &Path, file: &Path, bytes: u64) {
        let above = file.ancestors().skip(1);
        let dir = above.take_while(|dir| dir.starts_with(root));
        let dir = dir.into_iter().find(|dir| self.dirs.contains(dir));
        let dir = dir.unwrap_or(root);
        let name = file.strip_prefix(dir).unwrap_or(file);
        let what = match self.is_embedding(root, dir, name) {
            true => Named::Embedding,
            false => Named::of(name),
        };
        let sort = Sort::Named(what);
        let pile = self.piles.entry((dir.to_path_buf(), sort));
        let pile = pile.or_insert_with(|| Pile {
            dir: dir.to_path_buf(),
            sort,
            count: 0,
            bytes: 0,
        });
        pile.count += 1;
        pile.bytes += bytes;
    }

    /// Whether the configuration of embeddings in a directory names a file of it.
    fn is_embedding(&mut self, root: &Path, dir: &Path, name: &Path) -> bool {
        if !self.embeddings.contains_key(dir) {
            let embeddings = match dir.join(PROJECTOR).is_file() {
                true => Embeddings::of(dir, root),
                false => Embeddings::default(),
            };
            self.embeddings.insert(dir.to_path_buf(), embeddings);
        }
        let embeddings = self.embeddings.get(dir);
        embeddings.is_some_and(|embeddings| embeddings.name(name))
    }

    /// In the order of their directories.
    pub(in crate::input) fn finish(self) -> Vec<Pile> {
        self.piles.into_values().collect()
    }
}
