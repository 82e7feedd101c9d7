//! Finds the hyperparameters of runs, wherever frameworks put them.
//!
//! In the directory of a run, then in each directory above it up to the logdir, the first of these that says anything
//! counts:
//!
//! 1. a session in the run's own event files: `hp.hparams`, `start_session`
//! 2. a session in a run of its own below: PyTorch's and tensorboardX' `add_hparams`; see [`Trials`]
//! 3. a file: Lightning's `hparams.yaml`, Ray's `params.json`, hydra's `.hydra/config.yaml`
//! 4. the text `args/text_summary`, where the Trainer of Hugging Face logs its arguments
//!
//! Where none does, hydra's `.hydra` may be in a directory just above the logdir, and names of directories may be
//! parameters: `lr=0.1,seed=0`. `docs/hyperparameters.md` describes all this for those who look for their parameters.
//!
//! # Examples
//!
//! ```
//! use tfevents::{Logdir, LogdirState, Selection, SummaryWriter};
//! use tfevents_analysis::hyperparameters::{Finder, Lookup, Trials};
//!
//! # let dir = tempfile::tempdir()?;
//! let writer = SummaryWriter::new(dir.path().join("version_0"))?;
//! writer.add_scalar("loss", 0.5, 1)?;
//! writer.close()?;
//! std::fs::write(dir.path().join("version_0/hparams.yaml"), "optimizer:\n  lr: 0.1\n")?;
//!
//! let logdir = Logdir::open(dir.path())?;
//! let state = LogdirState::load(dir.path(), Selection::all())?;
//! let (lookup, trials) = (Lookup::Everywhere, Trials::default());
//! let mut finder = Finder::new(&lookup, &state, &trials);
//! let found = finder.of(&logdir.runs()[0]);
//! assert_eq!(found.values["optimizer/lr"], 0.1.into());
//! assert!(finder.problems().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf, absolute};
use std::str::FromStr;

use tfevents::plugin::hparams::{HParamValue, HParamsEvent, SESSION_START_TAG};
use tfevents::state::RunState;
use tfevents::{LogdirState, Policy, Run, Value};

use crate::runs::ancestors;

mod document;
mod files;
mod json;
mod names;
mod scalar;
mod stated;
mod text;
mod trial;
mod yaml;

use files::Files;
pub use files::{KNOWN, above};
use stated::Stated;
pub use trial::{Trials, has_scalars};

/// How many sessions of one run are compared.
const MAX_SESSIONS: usize = 100;

/// Where hyperparameters are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lookup {
    /// Wherever they may be.
    #[default]
    Everywhere,
    /// In sessions of event files only.
    Sessions,
    /// In the file of this name, relative to the directory of a run or to one above it.
    File(PathBuf),
    /// In the text of this tag, or of this tag and `/text_summary`.
    Text(String),
}

/// `none`, `tag:TAG`, or the name of a file.
impl FromStr for Lookup {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("tag:") {
            _ if text == "none" => Ok(Self::Sessions),
            Some("") => Err("expected a tag after `tag:`".to_owned()),
            Some(tag) => Ok(Self::Text(tag.to_owned())),
            None if text.is_empty() => Err("expected a file, tag:TAG or none".to_owned()),
            None if Path::new(text).has_root() => Err(
                "expected a name relative to each run's directory, such as config.yaml".to_owned(),
            ),
            None => Ok(Self::File(text.into())),
        }
    }
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => f.write_str("everywhere"),
            Self::Sessions => f.write_str("none"),
            Self::File(name) => f.write_str(&crate::text::path(name)),
            Self::Text(tag) => write!(f, "tag:{tag}"),
        }
    }
}

impl Lookup {
    /// Whether the text of a tag is looked at, so that it has to be read.
    #[must_use]
    pub fn reads(&self, tag: &str) -> bool {
        match self {
            Self::Everywhere => tag == text::ARGUMENTS,
            Self::Text(asked) => text::is_meant(tag, asked),
            Self::Sessions | Self::File(_) => false,
        }
    }
}

/// The hyperparameters of a run.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Hyperparameters {
    /// The values by name.
    pub values: BTreeMap<String, HParamValue>,
    /// Where they were found; `None` if they were not.
    pub origin: Option<Origin>,
    /// Those that were stated with several values there, of which the last counts.
    pub restated: BTreeSet<String>,
    /// The rest of the run's name below the directory that they are about: `train`, if a run and others share them. Empty
    /// where they are its own.
    pub below: String,
}

/// Where hyperparameters were found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A session of this run: the run itself, one above it, or one of `add_hparams` below one of these.
    Session(String),
    /// A file.
    File(PathBuf),
    /// A text of a run.
    Text {
        /// The run.
        run: String,
        /// The tag.
        tag: String,
    },
    /// Names of directories.
    Names,
}

/// Finds hyperparameters of the runs of a logdir.
#[derive(Debug)]
pub struct Finder<'l> {
    lookup: &'l Lookup,
    logdir: &'l LogdirState,
    trials: &'l Trials,
    files: Files,
    problems: Vec<String>,
}

impl<'l> Finder<'l> {
    /// One for runs of which at least the sessions and the texts that the lookup [reads](Lookup::reads) are loaded,
    /// and of all runs above them, too.
    #[must_use]
    pub fn new(lookup: &'l Lookup, logdir: &'l LogdirState, trials: &'l Trials) -> Self {
        Self {
            lookup,
            logdir,
            trials,
            files: Files::default(),
            problems: Vec::new(),
        }
    }

    /// What could not be read so far, each once, with the file that it is about.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The hyperparameters of a run.
    pub fn of(&mut self, run: &Run) -> Hyperparameters {
        let levels = ancestors(run.name()).zip(run.dir().ancestors());
        for (name, dir) in levels {
            if let Some(found) = self.at(name, dir) {
                let below = match name {
                    _ if name == run.name() => "",
                    "." => run.name(),
                    above => run.name().get(above.len() + 1..).unwrap_or_default(),
                };
                return Hyperparameters {
                    below: below.to_owned(),
                    ..found
                };
            }
        }
        if *self.lookup != Lookup::Everywhere {
            return Hyperparameters::default();
        }
        let depth = ancestors(run.name()).count();
        if let Some(found) = self.above(run.dir(), depth) {
            let below = run.name().to_owned();
            return Hyperparameters { below, ..found };
        }
        let parts = run.dir().iter().rev().take(depth).collect::<Vec<_>>();
        let parts = parts.iter().rev().filter_map(|part| part.to_str());
        let (stated, below) = names::of(parts);
        let found = Hyperparameters::new(&stated, || Origin::Names);
        found.map_or_else(Hyperparameters::default, |found| Hyperparameters {
            below,
            ..found
        })
    }

    /// Those that are stated at one level.
    fn at(&mut self, name: &str, dir: &Path) -> Option<Hyperparameters> {
        let logdir = self.logdir;
        let state = logdir.run(name);
        match self.lookup {
            Lookup::Everywhere => self
                .sessions(name, state)
                .or_else(|| {
                    let (path, stated) = self.files.known(dir, &mut self.problems)?;
                    Hyperparameters::new(&stated, || Origin::File(path))
                })
                .or_else(|| self.text(state?)),
            Lookup::Sessions => self.sessions(name, state),
            Lookup::File(file) => {
                let path = dir.join(file);
                let stated = self.files.read(&path, &mut self.problems)?;
                Hyperparameters::new(&stated, || Origin::File(path))
            }
            Lookup::Text(_) => self.text(state?),
        }
    }

    /// What hydra left above the logdir, which is so many levels above `dir`.
    fn above(&mut self, dir: &Path, depth: usize) -> Option<Hyperparameters> {
        let dir = absolute(dir).ok()?;
        let logdir = dir.ancestors().nth(depth.checked_sub(1)?)?;
        files::above(logdir).find_map(|dir| {
            let (path, stated) = self.files.of_program(&dir, &mut self.problems)?;
            Hyperparameters::new(&stated, || Origin::File(path))
        })
    }

    /// Sessions of a run itself, or of `add_hparams` below it.
    fn sessions(&mut self, name: &str, state: Option<&RunState>) -> Option<Hyperparameters> {
        let own = state.and_then(|state| match of_sessions(state) {
            Ok(stated) => Hyperparameters::new(&stated, || Origin::Session(name.to_owned())),
            Err(e) => {
                self.problem(e.to_string());
                None
            }
        });
        own.or_else(|| {
            let trials = self.trials.all(name);
            let mut stated = Stated::default();
            for trial in trials {
                stated.replace(&trial.stated);
            }
            let last = trials.last()?;
            Hyperparameters::new(&stated, || Origin::Session(last.name.clone()))
        })
    }

    /// The last text under the tag of which the lookup approves.
    fn text(&mut self, state: &RunState) -> Option<Hyperparameters> {
        let tags = state.series().map(|series| series.tag);
        let tag = tags.filter(|tag| self.lookup.reads(tag)).last()?;
        let stated = of_text(state, tag).unwrap_or_else(|problem| {
            self.problem(problem);
            None
        });
        let origin = || Origin::Text {
            run: state.name().to_owned(),
            tag: tag.to_owned(),
        };
        Hyperparameters::new(&stated?, origin)
    }

    /// Takes note of a problem that the runs of a directory may share.
    fn problem(&mut self, problem: String) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

impl Hyperparameters {
    /// `None` if nothing is stated.
    fn new(stated: &Stated, origin: impl FnOnce() -> Origin) -> Option<Self> {
        (!stated.values.is_empty()).then(|| Self {
            values: stated.values.clone(),
            origin: Some(origin()),
            restated: stated.restated.clone(),
            below: String::new(),
        })
    }
}

/// What files and names state about a run, without reading its events.
#[must_use]
pub fn without_events(run: &Run) -> BTreeMap<String, HParamValue> {
    let (mut files, mut problems) = (Files::default(), Vec::new());
    let levels = ancestors(run.name()).zip(run.dir().ancestors());
    let mut stated = levels.filter_map(|(_, dir)| files.known(dir, &mut problems));
    if let Some((_, stated)) = stated.next() {
        return stated.values.clone();
    }
    let parts = run.dir().iter().filter_map(|part| part.to_str());
    names::of(parts).0.values
}

/// What the name of a directory states: `lr=0.1,seed=0`. Nothing if it is anything but parameters.
#[must_use]
pub fn in_name(name: &str) -> BTreeMap<String, HParamValue> {
    names::of([name]).0.values
}

/// What a text states that a trainer logged.
///
/// # Errors
///
/// A text that states nothing.
pub fn in_text(markdown: &str) -> Result<BTreeMap<String, HParamValue>, String> {
    Ok(text::parse(markdown)?.values)
}

/// What the last session of a run was started with; what others before it say about these is only compared.
fn of_sessions(state: &RunState) -> tfevents::Result<Stated> {
    let mut stated = Stated::default();
    let points = state.blobs(SESSION_START_TAG, Policy::Raw);
    let points = points.unwrap_or_default();
    let first = points.len().saturating_sub(MAX_SESSIONS);
    for point in points.iter().skip(first) {
        if let Value::HParams(event) = point.read()?.value()?
            && let HParamsEvent::SessionStart { hparams, .. } = *event
        {
            stated.replace(&hparams.values.into());
        }
    }
    Ok(stated)
}

fn of_text(state: &RunState, tag: &str) -> Result<Option<Stated>, String> {
    let points = state.blobs(tag, Policy::Raw);
    let Some(point) = points.iter().flatten().last() else {
        return Ok(None);
    };
    let blob = point.read().map_err(|e| e.to_string())?;
    let Ok(Value::Text(text)) = blob.value() else {
        return Ok(None);
    };
    let text = text.to_text().fold(String::new(), |all, cell| all + &cell);
    let stated = text::parse(&text).map_err(|problem| {
        let file = crate::text::path(point.file());
        format!("{file}: no hyperparameters in the text `{tag}`: {problem}")
    });
    stated.map(Some)
}

#[cfg(test)]
mod tests;
