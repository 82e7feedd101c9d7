//! A run with what belongs to it: where hyperparameters are exported, also those that are not in its event files.

use anyhow::Result;
use tfevents::plugin::hparams::{HParamsEvent, SESSION_START_TAG};
use tfevents::{HParams, Kind, Value, WallTime};

use super::Args;
use crate::input::loaded::{Content, Loaded};
use crate::input::sources::{Source, Sources};
use crate::ui::reporter::Reporter;
use tfevents_analysis::hyperparameters::{Hyperparameters, Origin};
use tfevents_table::{Origin as Stored, Row};

/// The tag of hyperparameters in the names of directories.
const NAMES: &str = "names";

/// A run that is exported under one name.
pub(super) struct Family {
    pub(super) source: Source,
    /// The runs of `add_hparams` that belong to it.
    trials: Vec<Source>,
    /// What was found elsewhere, as a session, with what it is called.
    session: Option<(String, Value<'static>)>,
}

impl Family {
    /// Runs as they are.
    pub(super) fn alone(sources: Sources) -> Vec<Self> {
        let runs = sources.runs.into_iter();
        let alone = |source| Self {
            source,
            trials: Vec::new(),
            session: None,
        };
        runs.map(alone).collect()
    }

    /// Runs with their hyperparameters.
    ///
    /// # Errors
    ///
    /// As for [`Loaded::hparams`].
    pub(super) fn configured(
        args: &Args,
        sources: Sources,
        reporter: &Reporter,
    ) -> Result<Vec<Self>> {
        // What is wrong with the files is told when they are exported.
        let silent = Reporter::with(true, true);
        let (content, lookup) = (Content::Kinds(&[]), args.hparams.lookup());
        let loaded = Loaded::read(&args.paths, sources, content, &lookup, |_| false, &silent)?;
        let found = loaded.hparams(reporter)?;
        let runs = loaded.with_trials().zip(found);
        let family = |((source, trials), found): ((&Source, Vec<&Source>), _)| Self {
            session: session(source, &trials, found),
            source: source.clone(),
            trials: trials.into_iter().cloned().collect(),
        };
        Ok(runs.map(family).collect())
    }

    /// All of its runs.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        std::iter::once(&self.source).chain(&self.trials)
    }

    /// What was found elsewhere. Its time is not known.
    pub(super) fn row(&self) -> Option<Row<'_>> {
        let (tag, value) = self.session.as_ref()?;
        Some(Row {
            run: &self.source.name,
            tag,
            kind: Kind::HParams,
            step: 0,
            wall_time: WallTime::default(),
            value,
            origin: Stored::Value(None),
        })
    }
}

/// What was found for a run, unless that is in event files of its own.
fn session(
    source: &Source,
    trials: &[&Source],
    found: Hyperparameters,
) -> Option<(String, Value<'static>)> {
    let tag = match found.origin? {
        Origin::Session(run) => {
            let mut own = trials.iter().chain([&source]);
            if own.any(|own| own.run.name() == run) {
                return None;
            }
            SESSION_START_TAG.to_owned()
        }
        Origin::File(path) => tfevents_analysis::text::file_name(&path),
        Origin::Text { tag, .. } => tag,
        _ => NAMES.to_owned(),
    };
    let start = HParamsEvent::SessionStart {
        hparams: HParams {
            values: found.values,
            ..HParams::default()
        },
        time: WallTime::default(),
    };
    Some((tag, Value::HParams(Box::new(start))))
}
