//! Logging scalars, by each library as its documentation shows it, until the file is complete.

use std::io::BufWriter;
use std::path::Path;
use std::thread;
use std::time::Instant;

use tfevents::{ScalarHandle, SummaryWriter};
use tfrecord::{EventWriter, EventWriterConfig};

use crate::{Result, print};

/// How many series are logged in turns.
pub const TAGS: usize = 50;

pub fn tags(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("train/metric_{i:02}")).collect()
}

/// A library that logs scalars to a new file, reading the clock for each.
pub trait ScalarWriter: Sized {
    fn open(dir: &Path) -> Result<Self>;
    fn log(&mut self, series: usize, value: f32, step: usize) -> Result<()>;
    fn close(self) -> Result<()>;
}

/// What is to be done with a writer of the type that a name stands for.
pub trait Measure {
    fn with<W: ScalarWriter>(self) -> Result<()>;
}

pub fn subject(name: &str, measure: impl Measure) -> Result<()> {
    match name {
        "tfevents" => measure.with::<Ours>(),
        "tfevents-handle" => measure.with::<OurHandles>(),
        "tensorboard-rs" => measure.with::<TensorboardRs>(),
        "tfrecord" => measure.with::<Tfrecord>(),
        "tfrecord-buffered" => measure.with::<TfrecordBuffered>(),
        #[cfg(feature = "tboard")]
        "tboard" => measure.with::<Tboard>(),
        _ => Err("no such writer".into()),
    }
}

pub fn throughput(name: &str, dir: &Path, events: usize) -> Result<()> {
    struct Throughput<'a>(&'a Path, usize);
    impl Measure for Throughput<'_> {
        fn with<W: ScalarWriter>(self) -> Result<()> {
            let start = Instant::now();
            let mut writer = W::open(self.0)?;
            for i in 0..self.1 {
                writer.log(i % TAGS, i as f32, i / TAGS)?;
            }
            writer.close()?;
            print("seconds", start.elapsed().as_secs_f64());
            Ok(())
        }
    }
    subject(name, Throughput(dir, events))
}

/// So many events in all, from several threads at once.
pub fn threads(threads: usize, dir: &Path, events: usize) -> Result<()> {
    let start = Instant::now();
    let writer = SummaryWriter::new(dir)?;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let tags = tags(TAGS);
                    for i in 0..events / threads {
                        writer.add_scalar(&tags[i % TAGS], i as f32, i / TAGS)?;
                    }
                    Ok::<_, tfevents::Error>(())
                })
            })
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("no panic"))
    })?;
    writer.close()?;
    print("seconds", start.elapsed().as_secs_f64());
    Ok(())
}

struct Ours {
    writer: SummaryWriter,
    tags: Vec<String>,
}

impl ScalarWriter for Ours {
    fn open(dir: &Path) -> Result<Self> {
        Ok(Self {
            writer: SummaryWriter::new(dir)?,
            tags: tags(TAGS),
        })
    }

    fn log(&mut self, series: usize, value: f32, step: usize) -> Result<()> {
        Ok(self.writer.add_scalar(&self.tags[series], value, step)?)
    }

    fn close(self) -> Result<()> {
        Ok(self.writer.close()?)
    }
}

struct OurHandles {
    writer: SummaryWriter,
    handles: Vec<ScalarHandle>,
}

impl ScalarWriter for OurHandles {
    fn open(dir: &Path) -> Result<Self> {
        let writer = SummaryWriter::new(dir)?;
        let handles = tags(TAGS)
            .iter()
            .map(|tag| writer.scalar(tag))
            .collect::<std::result::Result<_, _>>()?;
        Ok(Self { writer, handles })
    }

    fn log(&mut self, series: usize, value: f32, step: usize) -> Result<()> {
        Ok(self.handles[series].log(value, step)?)
    }

    fn close(self) -> Result<()> {
        Ok(self.writer.close()?)
    }
}

struct TensorboardRs {
    writer: tensorboard_rs::summary_writer::SummaryWriter,
    tags: Vec<String>,
}

impl ScalarWriter for TensorboardRs {
    fn open(dir: &Path) -> Result<Self> {
        Ok(Self {
            writer: tensorboard_rs::summary_writer::SummaryWriter::new(dir),
            tags: tags(TAGS),
        })
    }

    fn log(&mut self, series: usize, value: f32, step: usize) -> Result<()> {
        self.writer.add_scalar(&self.tags[series], value, step);
        Ok(())
    }

    fn close(self) -> Result<()> {
        // Waits for its thread.
        drop(self.writer);
        Ok(())
    }
}

type TfrecordWriter = EventWriter<BufWriter<std::fs::File>>;

struct Tfrecord {
    writer: TfrecordWriter,
    tags: Vec<String>,
}

impl Tfrecord {
    fn create(dir: &Path, config: EventWriterConfig) -> Result<Self> {
        let prefix = format!("{}/events", dir.display());
        Ok(Self {
            writer: TfrecordWriter::from_prefix(prefix, "", config)?,
            tags: tags(TAGS),
        })
    }
}

impl ScalarWriter for Tfrecord {
    fn open(dir: &Path) -> Result<Self> {
        Self::create(dir, EventWriterConfig::default())
    }

    fn log(&mut self, series: usize, value: f32, step: usize) -> Result<()> {
        Ok(self
            .writer
            .write_scalar(&self.tags[series], step as i64, value)?)
    }

    fn close(mut self) -> Result<()> {
        Ok(self.writer.flush()?)
    }
}

/// The same with its one option.
struct TfrecordBuffered(Tfrecord);

impl ScalarWriter for TfrecordBuffered {
    fn open(dir: &Path) -> Result<Self> {
        Tfrecord::create(dir, EventWriterConfig { auto_flush: false }).map(Self)
    }

    fn log(&mut self, series: usize, value: f32, step: usize) -> Result<()> {
        self.0.log(series, value, step)
    }

    fn close(self) -> Result<()> {
        self.0.close()
    }
}

#[cfg(feature = "tboard")]
struct Tboard {
    writer: tboard::EventWriter<std::fs::File>,
    tags: Vec<String>,
}

#[cfg(feature = "tboard")]
impl ScalarWriter for Tboard {
    fn open(dir: &Path) -> Result<Self> {
        Ok(Self {
            writer: tboard::EventWriter::create(dir)?,
            tags: tags(TAGS),
        })
    }

    fn log(&mut self, series: usize, value: f32, step: usize) -> Result<()> {
        Ok(self
            .writer
            .write_scalar(step as i64, &self.tags[series], value)?)
    }

    fn close(mut self) -> Result<()> {
        Ok(self.writer.flush()?)
    }
}
