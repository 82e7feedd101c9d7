//! A logdir that threads of this process serve to TensorBoard, and a summary of it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tfevents_analysis::number;
use tfevents_analysis::text;
use tfevents_server::{
    Catalog, DataServer, Health, Loaded, Loader, Options, Reload, listen, serve_blocking,
};

use super::empty;
use super::paths;
use crate::args::paths::is_stdin;
use crate::args::serving::Serving;
use crate::ui::few;
use crate::ui::reporter::Reporter;
use crate::ui::usage::UsageError;

/// TensorBoard takes unencrypted data from its own machine only.
const HOST: &str = "localhost";

/// The shortest time between two looks, so that looking is not all there is to do.
const SHORTEST: Duration = Duration::from_millis(100);

/// A logdir that is served.
pub(crate) struct Served {
    /// Where TensorBoard gets it.
    pub(crate) address: SocketAddr,
    catalog: Arc<Catalog>,
    paths: Vec<PathBuf>,
    /// The paths, as they are named.
    what: String,
    /// How it was at the last report. `None` until everything was read once.
    told: Option<Health>,
}

/// What happens while a logdir is served.
pub(crate) enum News {
    Loaded(Loaded),
    /// Nothing is served any longer.
    Stopped(io::Error),
}

impl Serving {
    /// Starts to serve what the arguments say. Other threads report what happens.
    ///
    /// # Errors
    ///
    /// Paths that cannot be served, and an address that cannot be listened on.
    pub(crate) fn start(
        &self,
        port: u16,
        reporter: &Reporter,
        tell: impl Fn(News) + Clone + Send + 'static,
    ) -> Result<Served> {
        if is_stdin(&self.paths)? {
            let problem = "`-`: standard input cannot be served";
            return Err(UsageError(problem.to_owned()).into());
        }
        let roots = paths::roots(&self.paths)?;
        let mut known = Vec::new();
        for path in &self.paths {
            if let Some(missing) = paths::missing(path) {
                reporter.note(format_args!("{:#}; waiting for it", missing.explained));
                known.push(missing.error.to_string());
            }
        }
        let names: Vec<_> = self.paths.iter().map(|path| text::path(path)).collect();
        let what = few::in_a_row(&names, few::PLACES, |others| few::more(others, "path", ""));
        let mut options = Options::default();
        options.policy = self.policy;
        options.logdir = what.clone().into();

        let listening =
            listen(HOST, port).with_context(|| format!("cannot listen on {HOST}:{port}"))?;
        let address = listening.address();
        let catalog = Arc::new(Catalog::default());
        let loader = Loader::new(roots, self.policy, Arc::clone(&catalog)).checksum(self.checksum);
        let reload = Reload::Every(self.interval.max(SHORTEST));
        let tell_loaded = tell.clone();
        thread::spawn(move || {
            loader.keep_loading(reload, |mut loaded, _| {
                // That these are missing was said above. If they appear and go, it is news.
                let known = std::mem::take(&mut known);
                loaded.problems.retain(|problem| !known.contains(problem));
                tell_loaded(News::Loaded(loaded));
            });
        });
        let server = DataServer::new(Arc::clone(&catalog), options);
        thread::spawn(move || {
            let ended = serve_blocking(listening, server);
            let why = || io::Error::other("no socket left to listen on");
            tell(News::Stopped(ended.err().unwrap_or_else(why)));
        });
        Ok(Served {
            address,
            catalog,
            paths: self.paths.clone(),
            what,
            told: None,
        })
    }
}

impl Served {
    /// Reports what happened. Returns a summary once everything was read for the first time, and once there is a first run.
    ///
    /// # Errors
    ///
    /// Why nothing is served any longer.
    pub(crate) fn take(&mut self, news: News, reporter: &Reporter) -> Result<Option<String>> {
        let loaded = match news {
            News::Loaded(loaded) => loaded,
            News::Stopped(error) => return Err(error.into()),
        };
        reporter.problems(&loaded.problems);
        if self.told.is_some() && loaded.changed == 0 {
            return Ok(None);
        }
        let health = self.catalog.health();
        let told = self.told.replace(health.clone());
        match told {
            None => self.explain_emptiness(&health, reporter),
            Some(told) if told.runs == 0 => {}
            Some(told) => {
                if let Some(notes) = notes(&health).filter(|_| health.has_news_since(&told)) {
                    reporter.caution(format_args!("{}: {notes}", self.what));
                }
                return Ok(None);
            }
        }
        Ok(Some(self.summary()))
    }

    /// Says why paths have no runs.
    fn explain_emptiness(&self, health: &Health, reporter: &Reporter) {
        let no_runs = health.runs == 0;
        if !no_runs && self.paths.len() == 1 {
            return;
        }
        let mut reasons = Vec::new();
        for path in &self.paths {
            if let Ok(root) = paths::root(path) {
                reasons.extend(empty::reasons(path, root, no_runs));
            }
        }
        reporter.problems(&reasons);
        if no_runs && !reasons.is_empty() {
            reporter.note(format_args!("waiting for event files\n{}", empty::SEARCHED));
        }
    }

    /// What there is by now.
    pub(crate) fn summary(&self) -> String {
        let health = self.catalog.health();
        match health.loads {
            0 => format!("{}: still reading", self.what),
            _ => format!("{}: {}", self.what, summary(&health)),
        }
    }
}

/// What is served, what of it is damaged and what is not shown.
fn summary(health: &Health) -> String {
    let summary = format!(
        "{}, {}, {}",
        number::counted(health.runs, "run"),
        match health.series {
            1 => "1 series".to_owned(),
            n => format!("{} series", number::count(n)),
        },
        number::counted(health.points, "point"),
    );
    match notes(health) {
        Some(notes) => format!("{summary}; {notes}"),
        None => summary,
    }
}

/// What is damaged and what is not shown, and what to do about it. `None` if neither is.
fn notes(health: &Health) -> Option<String> {
    let mut notes = Vec::new();
    if health.damaged > 0 {
        let records = number::counted(health.damaged, "damaged record");
        let files = number::counted(health.damaged_files, "file");
        notes.push(format!("{records} in {files}, see `tfevents check`"));
    }
    if health.hidden_points > 0 {
        let points = number::counted(health.hidden_points, "point");
        notes.push(format!(
            "{points} hidden by restarts, `--policy raw` shows all"
        ));
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}
