//! Writes the files of one run after the other.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use tfevents_mlflow::{Contents, Copied, PullOptions, Pulled, RunToPull, Runs};

use super::{Args, losses};
use crate::output::Target;
use crate::output::destination::Destination;
use crate::output::written::Written;
use crate::ui::reporter::Reporter;

/// What was written so far.
pub(super) struct Writing<'a> {
    pub(super) args: &'a Args,
    /// The directory that is read, if it is not a server that is asked.
    pub(super) directory: Option<&'a Path>,
    pub(super) options: PullOptions,
    pub(super) destination: Option<&'a Destination>,
    pub(super) reporter: &'a Reporter,
    pub(super) written: Vec<Written>,
    /// How many metrics have all their points at one step.
    pub(super) at_one_step: u64,
    /// How many runs have event files among their artifacts that were not taken.
    pub(super) with_event_files: u64,
}

impl Writing<'_> {
    /// Writes the files of a run.
    pub(super) fn run(&mut self, runs: &Runs, run: &RunToPull, tell: &dyn Fn(u64)) -> Result<()> {
        let contents = runs.open(run)?;
        losses::tell(&run.place, contents.losses(), self.reporter);
        let copied = contents.copied();
        let has_events = self.args.with_event_files && copied.iter().any(|file| file.is_events);
        if !has_events {
            let pulled = self.event_file(&contents, run, tell)?;
            losses::tell(&run.place, &pulled.losses, self.reporter);
            self.at_one_step += pulled.at_one_step;
            self.with_event_files += u64::from(copied.iter().any(|file| file.is_events));
        }
        // Embeddings and profiles are of no kind.
        let are_wanted = self.args.kinds.all() && self.takes_several();
        for file in copied {
            let is_wanted = match file.is_events {
                true => has_events,
                false => are_wanted,
            };
            if is_wanted {
                self.copy(&contents, run, file)?;
            }
        }
        Ok(())
    }

    /// Whether there is room for more than event files.
    fn takes_several(&self) -> bool {
        matches!(self.destination, None | Some(Destination::Dir(_)))
    }

    fn event_file(
        &mut self,
        contents: &Contents<'_>,
        run: &RunToPull,
        tell: &dyn Fn(u64),
    ) -> Result<Pulled> {
        let file = Path::new(&run.file_name);
        let mut output = self.create(&run.place, file)?;
        let pulled = contents.write(&self.options, &mut output, tell)?;
        let values = pulled.points + pulled.values.values().sum::<u64>();
        let stays = values + pulled.params > 0;
        let bytes = output.bytes;
        if stays {
            output.finish()?;
        }
        self.note(run, (&run.place, file), values, bytes, stays);
        Ok(pulled)
    }

    fn copy(&mut self, contents: &Contents<'_>, run: &RunToPull, file: &Copied) -> Result<()> {
        let (below, name) = match file.path.rsplit_once('/') {
            Some((below, name)) => (format!("{}/{below}", run.place), name),
            None => (run.place.clone(), &*file.path),
        };
        let mut output = self.create(&below, Path::new(name))?;
        let values = contents.copy(file, &mut output)?;
        let bytes = output.bytes;
        output.finish()?;
        self.note(run, (&below, Path::new(name)), values, bytes, true);
        Ok(())
    }

    /// Starts a file in a directory of a run.
    fn create(&self, dir: &str, file: &Path) -> Result<Counted> {
        let to = self.destination.filter(|_| !self.args.output.dry_run);
        let to = to.map(|to| to.create(dir, file)).transpose()?;
        Ok(Counted { to, bytes: 0 })
    }

    /// Notes a file of a run, in a directory of it.
    fn note(
        &mut self,
        run: &RunToPull,
        (dir, file): (&str, &Path),
        values: u64,
        bytes: u64,
        stays: bool,
    ) {
        let destination = self.destination.filter(|_| stays);
        self.written.push(Written {
            run: run.place.clone(),
            paths: self.directory.iter().map(PathBuf::from).collect(),
            output: destination.map(|to| to.path(dir, file)),
            read: values,
            kept: values,
            bytes,
            stays,
        });
    }
}

/// An output, if there is one, and how many bytes it took.
struct Counted {
    to: Option<Target>,
    bytes: u64,
}

impl Counted {
    fn finish(self) -> Result<()> {
        self.to.map_or(Ok(()), Target::finish)
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = match &mut self.to {
            Some(to) => to.write(bytes)?,
            None => bytes.len(),
        };
        self.bytes += len as u64;
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.as_mut().map_or(Ok(()), Target::flush)
    }
}
