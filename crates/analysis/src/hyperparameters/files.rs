//! Files beside event files in which frameworks keep a run's configuration.

use std::collections::HashMap;
use std::path::{Path, PathBuf, absolute};
use std::rc::Rc;

use tfevents::reader;

use super::stated::Stated;
use super::{document, text};

/// Configurations are some thousand bytes long.
const MAX_LEN: u64 = 1 << 20;

/// The files in which hyperparameters are looked for, relative to the directory of a run or one above it: Lightning's, Ray's, and
/// hydra's, which is the whole configuration, or what was changed of it. The first that states any counts.
pub const KNOWN: [&str; 4] = [
    "hparams.yaml",
    "params.json",
    ".hydra/config.yaml",
    ".hydra/overrides.yaml",
];
/// How many of them, from the end, describe a whole program, which may put its logs into a directory below its own.
const OF_PROGRAMS: usize = 2;
/// How many directories above the logdir may be the program's: hydra makes such directories.
const ABOVE: usize = 3;

/// The directories above a logdir in which [`KNOWN`] files of hydra's are looked for, the nearest first.
pub fn above(logdir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let logdir = absolute(logdir).unwrap_or_default();
    let dirs: Vec<_> = logdir
        .ancestors()
        .skip(1)
        .take(ABOVE)
        .map(Path::to_path_buf)
        .collect();
    dirs.into_iter()
}

/// Reads files, each once.
#[derive(Debug, Default)]
pub(super) struct Files(HashMap<PathBuf, Option<Rc<Stated>>>);

impl Files {
    /// What the first file in a directory says that is known and says anything.
    pub(super) fn known(
        &mut self,
        dir: &Path,
        problems: &mut Vec<String>,
    ) -> Option<(PathBuf, Rc<Stated>)> {
        self.first(dir, &KNOWN, problems)
    }

    /// The same of those that describe a whole program.
    pub(super) fn of_program(
        &mut self,
        dir: &Path,
        problems: &mut Vec<String>,
    ) -> Option<(PathBuf, Rc<Stated>)> {
        self.first(dir, &KNOWN[KNOWN.len() - OF_PROGRAMS..], problems)
    }

    fn first(
        &mut self,
        dir: &Path,
        names: &[&str],
        problems: &mut Vec<String>,
    ) -> Option<(PathBuf, Rc<Stated>)> {
        let paths = names.iter().map(|name| dir.join(name));
        let mut found = paths.filter_map(|path| {
            let stated = self.read(&path, problems)?;
            (!stated.values.is_empty()).then_some((path, stated))
        });
        found.next()
    }

    /// What a file says; `None` if there is none or it cannot be read, which is a problem once.
    pub(super) fn read(&mut self, path: &Path, problems: &mut Vec<String>) -> Option<Rc<Stated>> {
        if let Some(known) = self.0.get(path) {
            return known.clone();
        }
        let stated = match read(path) {
            Ok(stated) => stated.map(Rc::new),
            Err(what) => {
                problems.push(what);
                None
            }
        };
        self.0.insert(path.to_path_buf(), stated.clone());
        stated
    }
}

fn read(path: &Path) -> Result<Option<Stated>, String> {
    let text = reader::read_text(path, MAX_LEN).map_err(|e| e.to_string())?;
    let Some(text) = text else {
        return Ok(None);
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let stated = text::document(text).and_then(document::stated);
    let named = |problem| format!("{}: no hyperparameters: {problem}", crate::text::path(path));
    Ok(Some(stated.map_err(named)?))
}
