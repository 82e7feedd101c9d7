//! A run of MLflow as an event file.

use std::collections::HashSet;
use std::io::{Read as _, Write};

use tfevents::plugin::hparams::HParamsEvent;
use tfevents::proto::summary;
use tfevents::writer::EventWriter;
use tfevents::{Audio, Image, Kind, Status, Text, WallTime, plugin};

use super::kept::{self, Kept, Line, Others, Place};
use super::media::{self, Media, Medium};
use super::record::{NOTE, Record, Store};
use super::series::{Series, event, wall_time};
use super::{PullOptions, Pulled, params};
use crate::api::artifacts;
use crate::error::Result;
use crate::mapping::loss::LossKind;

/// The tag of a run's description.
const NOTE_TAG: &str = "note";
/// How many points are read between two calls of `tell`.
const TOLD: u64 = 1000;
/// The largest file that is taken for a picture, a sound or a text: no record of an event file may be longer.
const MAX_FILE: i64 = 256 << 20;

/// Writes the event file.
pub(super) fn write(
    store: &dyn Store,
    run: &Record,
    options: &PullOptions,
    output: impl Write,
    tell: &dyn Fn(u64),
) -> Result<Pulled> {
    let start = run.start.or(run.end).unwrap_or(0);
    let mut file = File {
        output: EventWriter::new(output, wall_time(start))?,
        store,
        run,
        options,
        pulled: Pulled::default(),
        tags: HashSet::new(),
        start,
    };
    file.session_start()?;
    file.metrics(tell)?;
    file.note()?;
    file.artifacts()?;
    file.session_end()?;
    file.output.flush()?;
    Ok(file.pulled)
}

/// An event file under way.
struct File<'a, W: Write> {
    output: EventWriter<W>,
    store: &'a dyn Store,
    run: &'a Record,
    options: &'a PullOptions,
    pulled: Pulled,
    /// Those of the metrics.
    tags: HashSet<String>,
    start: i64,
}

impl<W: Write> File<'_, W> {
    fn wants(&self, tag: &str, kind: Kind) -> bool {
        (self.options.wants)(tag, kind)
    }

    /// A run without parameters that ended as it should is no session: its row in the table would be empty.
    fn is_session(&self) -> bool {
        let is_failed = params::status(self.run) == Some(Status::Failure);
        let tag = plugin::hparams::SESSION_START_TAG;
        (is_failed || !self.run.params.is_empty()) && self.wants(tag, Kind::HParams)
    }

    fn session_start(&mut self) -> Result<()> {
        if self.is_session() {
            self.pulled.params = self.run.params.len() as u64;
            let session = HParamsEvent::SessionStart {
                hparams: params::of(self.run),
                time: wall_time(self.start),
            };
            self.put(wall_time(self.start), 0, session.into())?;
        }
        Ok(())
    }

    fn session_end(&mut self) -> Result<()> {
        if let Some(status) = params::status(self.run)
            && self.is_session()
        {
            let time = wall_time(self.run.end.unwrap_or(self.start));
            self.put(time, 0, HParamsEvent::SessionEnd { status, time }.into())?;
        }
        Ok(())
    }

    fn metrics(&mut self, tell: &dyn Fn(u64)) -> Result<()> {
        for key in &self.run.metrics {
            let tag = self.run.tag_of(key);
            if !self.wants(&tag, Kind::Scalar) {
                continue;
            }
            let mut series = Series::new(&mut self.output, &tag, self.options.steps);
            let (losses, mut read) = (&mut self.pulled.losses, 0);
            // Both parts count what they lose.
            let mut mapped = crate::mapping::loss::Losses::default();
            self.store.points(self.run, key, losses, &mut |point| {
                read += 1;
                if read % TOLD == 0 {
                    tell(TOLD);
                }
                series.add(point, &mut mapped)
            })?;
            tell(read % TOLD);
            let wrote = series.finish()?;
            losses.merge(mapped);
            self.pulled.points += wrote.points;
            self.pulled.metrics += u64::from(wrote.points > 0);
            self.pulled.at_one_step += u64::from(wrote.at_one_step);
            self.tags.insert(tag);
        }
        Ok(())
    }

    fn note(&mut self) -> Result<()> {
        match self.run.tag(NOTE) {
            Some(note) if !note.is_empty() && self.wants(NOTE_TAG, Kind::Text) => {
                let tag = self.free(NOTE_TAG, "text");
                let text = plugin::message(&tag, &Text::new(note))?;
                self.put(wall_time(self.start), 0, text)?;
                self.pulled.texts += 1;
            }
            _ => {}
        }
        Ok(())
    }

    /// What can be written of the artifacts: series that `push` kept, and pictures, sounds and texts of whomever, each series
    /// in the order of its steps.
    fn artifacts(&mut self) -> Result<()> {
        let (mut others, mut rest) = (Others::default(), Vec::new());
        for file in self.files()? {
            match kept::of(&file.path) {
                Some(kept) => self.kept(&kept, &file.path, &mut others)?,
                None => rest.push(file),
            }
        }
        let mut found = Vec::new();
        rest.retain(|file| !others.covered.contains(&file.path));
        for file in rest {
            let is_short = file.file_size.is_none_or(|size| size < MAX_FILE);
            match media::of(&file.path).filter(|_| is_short) {
                Some(Some(media)) => found.push((self.place(&media, &others), media)),
                // The small version of a picture.
                Some(None) => {}
                None => self.left_out(&file.path),
            }
        }
        found.sort_by(|(a, of_a), (b, of_b)| {
            let (first, second) = (a.time.as_secs(), b.time.as_secs());
            let order = (&a.tag, a.step).cmp(&(&b.tag, b.step));
            order
                .then(first.total_cmp(&second))
                .then(of_a.path.cmp(&of_b.path))
        });
        let mut found = found.iter();
        found.try_for_each(|(place, media)| self.medium(place, media))
    }

    /// All artifacts, by path.
    fn files(&self) -> Result<Vec<artifacts::File>> {
        let (mut files, mut dirs) = (Vec::new(), vec![String::new()]);
        while let Some(dir) = dirs.pop() {
            for file in self.store.list(self.run, &dir)? {
                match file.is_dir {
                    true => dirs.push(file.path),
                    false => files.push(file),
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// A series that `push` kept.
    fn kept(&mut self, kept: &Kept, path: &str, others: &mut Others) -> Result<()> {
        let file = self.store.open(self.run, path)?;
        let mut lines = kept.lines(file);
        loop {
            match lines.next(others) {
                Ok(Some(Line::Value(place, value))) => self.value(kept.kind, &place, *value)?,
                Ok(Some(Line::Elsewhere)) => {}
                Ok(Some(Line::Strange)) => self.left_out(path),
                Ok(Some(Line::Damaged)) => {
                    let losses = &mut self.pulled.losses;
                    losses.add(LossKind::Damage, || format!("a line of `{path}`"));
                }
                Ok(None) => return Ok(()),
                Err(e) => {
                    let losses = &mut self.pulled.losses;
                    losses.add(LossKind::Artifact, || format!("`{path}`: {e}"));
                    return Ok(());
                }
            }
        }
    }

    fn value(&mut self, kind: Kind, place: &Place, mut value: summary::Value) -> Result<()> {
        if !self.wants(&place.tag, kind) {
            return Ok(());
        }
        match kind {
            Kind::Histogram => self.pulled.histograms += 1,
            Kind::PrCurve => self.pulled.pr_curves += 1,
            _ => self.pulled.texts += 1,
        }
        value.tag = self.free(&place.tag, kind.name());
        self.put(place.time, place.step, value)
    }

    /// Where a picture, sound or text belongs: as it was pushed, or as its name says.
    fn place(&self, media: &Media, others: &Others) -> Place {
        let pushed = others.places.get(&media.path).cloned();
        pushed.unwrap_or_else(|| Place {
            tag: media.tag.clone(),
            step: media.step,
            time: wall_time(media.time.unwrap_or(self.start)),
        })
    }

    fn medium(&mut self, place: &Place, media: &Media) -> Result<()> {
        let (kind, name) = match media.medium {
            Medium::Image => (Kind::Image, "images"),
            Medium::Audio => (Kind::Audio, "audio"),
            Medium::Text => (Kind::Text, "text"),
        };
        if !self.wants(&place.tag, kind) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        let mut file = self.store.open(self.run, &media.path)?;
        if let Err(e) = file.read_to_end(&mut bytes) {
            self.pulled
                .losses
                .add(LossKind::Artifact, || format!("`{}`: {e}", media.path));
            return Ok(());
        }
        let tag = self.free(&place.tag, name);
        let (value, count) = match media.medium {
            Medium::Image => (
                Image::encoded(bytes).and_then(|image| plugin::message(&tag, &image)),
                &mut self.pulled.images,
            ),
            Medium::Audio => (
                Audio::encoded(bytes).and_then(|audio| plugin::message(&tag, &audio)),
                &mut self.pulled.audio,
            ),
            Medium::Text => (
                plugin::message(&tag, &Text::new(String::from_utf8_lossy(&bytes))),
                &mut self.pulled.texts,
            ),
        };
        // A file that is not what its name says is one more artifact.
        let Ok(value) = value else {
            self.left_out(&media.path);
            return Ok(());
        };
        *count += 1;
        self.put(place.time, place.step, value)
    }

    /// A tag that no metric has: TensorBoard shows one kind of a tag only.
    fn free(&self, tag: &str, kind: &str) -> String {
        let mut free = tag.to_owned();
        while self.tags.contains(&free) {
            free = format!("{kind}/{free}");
        }
        free
    }

    fn left_out(&mut self, path: &str) {
        self.pulled
            .losses
            .add(LossKind::Artifact, || format!("`{path}`"));
    }

    fn put(&mut self, time: WallTime, step: i64, value: summary::Value) -> Result<()> {
        Ok(self.output.add_event(&event(time, step, value))?)
    }
}
