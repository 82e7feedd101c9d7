/*!
A cookbook: one recipe per question. For the whole story, read the [`tutorial`](crate::tutorial).

In the recipes, `writer` is an open [`SummaryWriter`] and `runs` the path of a logdir.

* Charts
  * [Draw two curves in one chart](#draw-two-curves-in-one-chart)
  * [Draw a band around a curve](#draw-a-band-around-a-curve)
  * [Log in the hottest loop](#log-in-the-hottest-loop)
  * [Log from several threads](#log-from-several-threads)
  * [Log points with another time](#log-points-with-another-time)
  * [Plot gradients over many orders of magnitude](#plot-gradients-over-many-orders-of-magnitude)
  * [Explain a chart](#explain-a-chart)
* Pictures, sounds and text
  * [Arrange pictures in a grid](#arrange-pictures-in-a-grid)
  * [Show a transposed array](#show-a-transposed-array)
  * [Draw boxes on a picture](#draw-boxes-on-a-picture)
  * [Show a confusion matrix](#show-a-confusion-matrix)
  * [Log a video](#log-a-video)
  * [Log a sound](#log-a-sound)
  * [Log a table](#log-a-table)
* Results
  * [Draw a precision-recall curve](#draw-a-precision-recall-curve)
  * [Show an embedding with thumbnails](#show-an-embedding-with-thumbnails)
  * [Compare many hyperparameters](#compare-many-hyperparameters)
  * [Log a configuration](#log-a-configuration)
* Running
  * [Name runs by date](#name-runs-by-date)
  * [Log from several processes](#log-from-several-processes)
  * [Log to several destinations](#log-to-several-destinations)
  * [Continue after a crash](#continue-after-a-crash)
  * [Keep training when the disk is full](#keep-training-when-the-disk-is-full)
  * [Never wait for a slow disk](#never-wait-for-a-slow-disk)
  * [Lose nothing when the scheduler ends a job](#lose-nothing-when-the-scheduler-ends-a-job)
* Reading
  * [Read one tag into a vector](#read-one-tag-into-a-vector)
  * [Extract pictures from a logdir](#extract-pictures-from-a-logdir)
  * [Follow a logdir as it grows](#follow-a-logdir-as-it-grows)
  * [Read bytes from a socket](#read-bytes-from-a-socket)
  * [Find everything that is wrong](#find-everything-that-is-wrong)
  * [Copy a file with only some of its tags](#copy-a-file-with-only-some-of-its-tags)
  * [Log and read a kind of your own](#log-and-read-a-kind-of-your-own)

# Charts

## Draw two curves in one chart

Log the same tag in two runs. TensorBoard draws one curve per run:

```
use tfevents::SummaryWriter;

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
for (name, loss) in [("train", 0.5), ("validation", 0.6)] {
    let writer = SummaryWriter::new(runs.join(name))?;
    writer.add_scalar("loss", loss, 0)?;
    writer.close()?;
}
# assert_eq!(tfevents::Logdir::open(runs)?.runs().len(), 2);
# Ok::<(), Box<dyn std::error::Error>>(())
```

Or log both in one run with [`add_scalars`](crate::SummaryWriter::add_scalars). The chart is then on the *Custom Scalars* tab:

```
# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
writer.add_scalars("loss", [("data", 0.4), ("penalty", 0.1)], 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Draw a band around a curve

Log three scalars at the same steps, and a layout that says which is which:

```
use tfevents::{Category, Chart, ChartLayout, Series};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let band = Series::new("reward/mean", "reward/min", "reward/max");
let chart = Chart::margin("reward", [band]);
let evaluation = Category::new("Evaluation").chart(chart);
writer.add_custom_scalars(&ChartLayout::new().category(evaluation))?;

for step in 0..100 {
    let (min, mean, max) = (1.0, 2.5, 4.0); // Of several episodes.
    writer.add_scalar("reward/min", min, step)?;
    writer.add_scalar("reward/mean", mean, step)?;
    writer.add_scalar("reward/max", max, step)?;
}
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Log in the hottest loop

A [`ScalarHandle`] looks up its tag once, so that a call takes about 30 nanoseconds:

```
# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let rate = writer.scalar("learning rate")?;
for step in 0..10_000 {
    rate.log(0.1 * 0.999f64.powi(step), step)?;
}
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Log from several threads

Clone the writer; scoped threads can borrow it:

```
# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let other = writer.clone();
let worker = std::thread::spawn(move || other.add_scalar("loss/worker", 0.5, 0));
writer.add_scalar("loss/main", 0.4, 0)?;
worker.join().expect("no panic")?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Log points with another time

A step converts into an [`At`], which can also hold a time. Use it to log what happened earlier, such as lines of
another program's log:

```
use tfevents::{At, WallTime};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let time = WallTime::from_secs(1_700_000_000.0);
writer.add_scalar("loss", 0.5, At::new(10).at(time))?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Plot gradients over many orders of magnitude

Use exponential buckets:

```
use tfevents::Bins;

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let gradients = [1e-7f32, -3e-5, 2e-3, 0.4];
writer.add_histogram_with("gradients", &gradients, &Bins::Exponential, 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Explain a chart

Describe a tag before its first value. TensorBoard shows the description behind the info icon of the chart:

```
use tfevents::Description;

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
writer.describe("loss", Description::new("Mean **cross entropy**").display_name("Loss"))?;
writer.add_scalar("loss", 0.25, 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

# Pictures, sounds and text

## Arrange pictures in a grid

Pass the whole batch and its shape:

```
use tfevents::{Grid, Image, Layout};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let batch = vec![128u8; 16 * 3 * 28 * 28];
let grid = Grid { columns: 4, ..Grid::default() };
let picture = Image::grid(&batch, Layout::Nchw, &[16, 3, 28, 28], grid)?;
assert_eq!(picture.width(), 4 * (28 + 2) + 2);
writer.add_image("samples", &picture, 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

[`Image::batch`] and [`add_images`](crate::SummaryWriter::add_images) show each picture separately instead.

## Show a transposed array

Pass an iterator over the view, such as ndarray's `view.iter()`. A slice of its memory has the pixels in a different order:

```
use tfevents::{Image, Layout};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
// Two rows of three pixels, kept column by column.
let columns = [[0u8, 100], [1, 101], [2, 102]];
let pixels = (0..2).flat_map(|row| columns.iter().map(move |column| column[row]));
writer.add_image("picture", Image::from_iter(pixels, Layout::Hw, &[2, 3])?, 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

[`Image::batch_from_iter`](crate::Image::batch_from_iter) takes a whole batch.

## Draw boxes on a picture

```
use tfevents::{Bitmap, BoundingBox, Layout};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let photo = Bitmap::new(&[40u8; 60 * 80 * 3], Layout::Hwc, &[60, 80, 3])?;
let cat = BoundingBox::new(10.0, 20.0, 50.0, 55.0).label("cat");
writer.add_image_with_boxes("detections", &photo, &[cat], 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Show a confusion matrix

Draw it as a picture in which each pixel is the share of one class that was predicted as another, and enlarge it:

```
use tfevents::{Bitmap, Layout};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
// True and predicted classes.
let pairs = [(0, 0), (0, 1), (1, 1), (2, 2), (2, 2)];

let mut counts = [[0.0f32; 3]; 3];
for (class, predicted) in pairs {
    counts[class][predicted] += 1.0;
}
for row in &mut counts {
    let total: f32 = row.iter().sum();
    row.iter_mut().for_each(|count| *count /= total.max(1.0));
}
assert_eq!(counts[0], [0.5, 0.5, 0.0], "half of class 0 was recognised");
let matrix = Bitmap::new(counts.as_flattened(), Layout::Hw, &[3, 3])?;
writer.add_image("confusion", matrix.enlarge(24)?, 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

For the numbers, log a [table](#log-a-table) beside it.

## Log a video

The shape begins with the number of frames; the last argument is the number of frames per second:

```
use tfevents::{Video, VideoLayout};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let frames = vec![0u8; 20 * 32 * 32 * 3];
let video = Video::new(&frames, VideoLayout::Thwc, &[20, 32, 32, 3], 10)?;
writer.add_video("rollout", &video, 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Log a sound

Samples are floats from -1 to 1, or `i16`:

```
use std::f32::consts::TAU;
use tfevents::{Audio, Channels};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let rate = 16_000;
let tone: Vec<f32> = (0..rate)
    .map(|i| i as f32 / rate as f32)
    .map(|seconds| (440.0 * TAU * seconds).sin())
    .collect();
writer.add_audio("tone", &Audio::new(&tone, Channels::Mono, rate)?, 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Log a table

```
use tfevents::Text;

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let table = Text::table([["class", "recall"], ["cat", "0.93"], ["dog", "0.88"]])?;
assert_eq!(table.shape(), [3, 2]);
writer.add_text("recall", table, 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

# Results

## Draw a precision-recall curve

Pass the true labels and the predicted probabilities of one class:

```
# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let labels = [true, false, true, true];
let predictions = [0.9f32, 0.4, 0.7, 0.2];
writer.add_pr_curve("cat", labels, predictions, 0)?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

For several classes, log one curve each, with `label == class` as the label. If validation runs in batches, accumulate them with a
[`PrCurveBuilder`](crate::plugin::pr_curve::PrCurveBuilder).

## Show an embedding with thumbnails

Each point has a vector, a picture, and optional labels:

```
use tfevents::{Bitmap, Embedding, Layout};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let vectors = vec![0.9f32, 0.1, 0.8, 0.3, -0.5, 0.2];
let pictures = Bitmap::batch(&[200u8; 3 * 16 * 16], Layout::Nhw, &[3, 16, 16])?;
let words = Embedding::new(vectors, 2)?
    .column("word", ["king", "queen", "apple"])?
    .thumbnails(pictures)?;
writer.add_embedding("words", &words, 100)?;
assert!(dir.path().join("projector_config.pbtxt").is_file());
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Compare many hyperparameters

A [`Sweep`] declares the columns of the *HParams* tab and gives each trial its own run:

```
use tfevents::{Experiment, HParam, HParams, Metric, Sweep};

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
let columns = Experiment::new()
    .hparam(HParam::number("rate"))
    .metric(Metric::new("accuracy"));
let sweep = Sweep::new(runs, columns)?;
for rate in [0.1, 0.01] {
    let name = format!("rate={rate}");
    let trial = sweep.trial(&name, HParams::new().with("rate", rate))?;
    trial.writer().add_scalar("accuracy", 0.9 - rate, 0)?;
    trial.finish()?;
}
# let state = tfevents::LogdirState::load(runs, tfevents::Selection::all())?;
# let trial = state.run("rate=0.1").unwrap();
# assert!(trial.hparams(tfevents::Policy::Fast)?.is_some());
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Log a configuration

With the feature `serde`, whatever implements `Serialize` becomes hyperparameters. Names of nested fields are joined by `/`:

```
# #[cfg(feature = "serde")] {
use std::collections::BTreeMap;
use tfevents::HParams;

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
// Or a struct that derives `Serialize`.
let config = BTreeMap::from([("optimizer", BTreeMap::from([("lr", 0.1), ("momentum", 0.9)]))]);
let hparams = HParams::from_serialize(&config)?;
assert_eq!(hparams, HParams::new().with("optimizer/lr", 0.1).with("optimizer/momentum", 0.9));
let session = writer.start_session(hparams)?;
session.finish()?;
# }
# Ok::<(), Box<dyn std::error::Error>>(())
```

# Running

## Name runs by date

Each start then gets its own run, as in PyTorch: `runs/Nov30_14-05-59_HOST`, optionally followed by a comment:

```no_run
use tfevents::SummaryWriter;

let writer = SummaryWriter::new(SummaryWriter::default_logdir("_lr=0.1"))?;
# Ok::<(), tfevents::Error>(())
```

## Log from several processes

Give each process or rank its own directory. TensorBoard treats two that share one as a single run, and drops
points:

```
use tfevents::SummaryWriter;

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
# let rank = 3;
let writer = SummaryWriter::new(runs.join(format!("exp1/rank{rank}")))?;
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

Where one curve is enough, let only rank 0 open a writer.

## Log to several destinations

Log through the trait [`Sink`]. A [`Fanout`] forwards each call to all of its sinks, and one that fails does not stop the others:

```
use tfevents::sink::{Fanout, Memory};
use tfevents::{Sink, Status, SummaryWriter};

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
let memory = Memory::new();
let sinks = Fanout::new()
    .with("tensorboard", SummaryWriter::new(runs.join("exp1"))?)
    .with("memory", memory.clone());
sinks.log_scalar("loss", 0.5, 1.into())?;
sinks.end(Status::Success)?;
assert_eq!(memory.scalars("loss"), [(1, 0.5)]);
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Continue after a crash

Open the writer with the first step that you will log again:

```
use tfevents::SummaryWriter;

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
# SummaryWriter::new(runs)?.close()?;
let checkpoint = 500;
let writer = SummaryWriter::resume(runs, checkpoint + 1)?;
# assert_eq!(tfevents::Logdir::open(runs)?.runs()[0].files().len(), 2);
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

TensorBoard shows the new points from that step on, not the old ones. No file is changed.

## Keep training when the disk is full

Nothing panics. The first failure is kept and returned by every later call, so you can carry on and report it at the end:

```
use tfevents::{Error, ErrorKind};

fn report(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Stopped { cause, lost } => {
            format!("{lost} events were not logged: {cause}")
        }
        _ => error.to_string(),
    }
}
# let cause = Error::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
# let error = Error::new(ErrorKind::Stopped { cause, lost: 12 });
# assert!(report(&error).starts_with("12 events were not logged: "));

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let _ = writer.add_scalar("loss", 0.5, 0); // The writer keeps the failure.
if let Err(error) = writer.close() {
    eprintln!("{}", report(&error));
}
# Ok::<(), Box<dyn std::error::Error>>(())
```

The file ends with a complete record, and everything before it can be read.

## Never wait for a slow disk

A call blocks once 8 MiB are waiting for the disk. If you would rather lose points than time:

```
use tfevents::{OnFull, SummaryWriter};

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
let writer = SummaryWriter::builder(runs).on_full(OnFull::Drop).open()?;
writer.add_scalar("loss", 0.5, 0)?;
writer.close()?;
assert_eq!(writer.dropped(), 0);
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Lose nothing when the scheduler ends a job

SLURM and other schedulers send a signal before they kill a job. With the feature `signals`, on Unix, the writer is closed
first, and its session ends as failed:

```
# #[cfg(all(unix, feature = "signals"))] {
use tfevents::signals::{SIGINT, SIGTERM};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
writer.close_on_signals([SIGTERM, SIGINT])?;
# writer.close()?;
# }
# Ok::<(), Box<dyn std::error::Error>>(())
```

# Reading

## Read one tag into a vector

```
use tfevents::{LogdirState, Policy, Selection};

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
# let writer = tfevents::SummaryWriter::new(runs.join("exp1"))?;
# for step in 0..3 {
#     writer.add_scalar("loss", f64::from(step), step)?;
# }
# writer.close()?;
let only = Selection::all().tags(|tag| tag == "loss");
let logdir = LogdirState::load(runs, only)?;
let run = logdir.run("exp1").ok_or("no such run")?;
let loss = run.scalars("loss", Policy::Raw).ok_or("no such tag")?;
let (steps, values): (Vec<i64>, Vec<f64>) = (loss.steps.to_vec(), loss.values.to_f64());
assert_eq!((steps, values), (vec![0, 1, 2], vec![0.0, 1.0, 2.0]));
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Extract pictures from a logdir

Anything but a scalar stays in its file until you [read](crate::state::BlobPoint::read) it:

```
use tfevents::{LogdirState, Policy, Selection, Value};

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
# use tfevents::{Image, Layout, SummaryWriter};
# let writer = SummaryWriter::new(runs.join("exp1"))?;
# writer.add_image("sample", &Image::new(&[0u8; 16], Layout::Hw, &[4, 4])?, 7)?;
# writer.close()?;
let logdir = LogdirState::load(runs, Selection::all())?;
let run = logdir.run("exp1").ok_or("no such run")?;
for point in run.blobs("sample", Policy::Raw).ok_or("no such tag")? {
    if let Value::Images(images) = point.read()?.value()? {
        for (i, file) in images.samples.iter().enumerate() {
            std::fs::write(runs.join(format!("{}-{i}.png", point.step)), file)?;
        }
    }
}
assert!(std::fs::read(runs.join("7-0.png"))?.starts_with(b"\x89PNG"));
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Follow a logdir as it grows

Poll a [`Tail`] as often as you like. It reports each new point once, and new runs as well:

```
use tfevents::reader::{Tail, TailItem};

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
# let writer = tfevents::SummaryWriter::new(runs.join("exp1"))?;
let mut tail = Tail::new(runs);
let mut seen = Vec::new();
for step in 0..2 {
    writer.add_scalar("loss", 0.5, step)?;
    writer.flush()?;
    let problems = tail.poll(&mut |item| {
        if let TailItem::Point { run, step, point, .. } = item {
            seen.push(format!("{run} {} {step}", point.tag));
        }
    });
    assert!(problems.is_empty(), "all directories can be listed");
}
assert_eq!(seen, ["exp1 loss 0", "exp1 loss 1"]);
# writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

## Read bytes from a socket

A [`record::Decoder`] takes bytes as they arrive, without a [`Read`](std::io::Read), so it suits async code and browsers:

```
use tfevents::plugin::PointDecoder;
use tfevents::record::{Decoder, Item};
use tfevents::EventRef;

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
# writer.add_scalar("loss", 0.5, 7)?;
# writer.close()?;
# let file = std::fs::read(writer.path())?;
# let socket = file.chunks(10);
let mut records = Decoder::new();
let mut points = PointDecoder::default();
let mut found = Vec::new();
for bytes in socket {
    records.push(bytes);
    while let Item::Record(record) = records.next_item() {
        let event = EventRef::parse(record.payload)?;
        for point in points.points(&event) {
            found.push((point?.tag.to_owned(), event.step));
        }
    }
}
assert_eq!(found, [("loss".to_owned(), 7)]);
# Ok::<(), Box<dyn std::error::Error>>(())
```

The inner loop stops at a damaged record: [`Item::Damage`](crate::record::Item::Damage) says where it is, and the next call continues
after it.

## Find everything that is wrong

[`check::run`](crate::check::run) reads all files of a run and reports what is damaged, what TensorBoard will not show, and how to fix it:

```
use tfevents::{Logdir, check};

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
# let writer = tfevents::SummaryWriter::new(runs)?;
# for step in [1, 2, 3, 2] {
#     writer.add_scalar("loss", 0.5, step)?;
# }
# writer.close()?;
# let mut found = 0;
for run in Logdir::open(runs)?.runs() {
    for finding in check::run(run).findings {
        let tag = finding.tag.as_deref().unwrap_or("the run");
        println!("{tag}: {}", finding.problem);
        if let Some(cure) = finding.problem.cure() {
            println!("  {cure}");
        }
        # found += 1;
    }
}
# assert!(found > 0);
# Ok::<(), Box<dyn std::error::Error>>(())
```

To rescue what is intact in a damaged file, see [`repair::salvage`](crate::repair::salvage).

## Copy a file with only some of its tags

An [`Editor`](crate::edit::Editor) turns each event into the bytes that remain of it:

```
use tfevents::edit::{Editor, Rules};
use tfevents::{EventItem, EventReader, Selection};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
# writer.add_scalar("train/loss", 0.5, 0)?;
# writer.add_scalar("debug/norm", 0.5, 0)?;
# writer.close()?;
# let (old, new) = (writer.path(), dir.path().join("copy.tfevents"));
let wanted = Selection::all().tags(|tag| tag.starts_with("train/"));
let mut editor = Editor::new(Rules::default().select(wanted));
let mut reader = EventReader::open(old)?;
let mut copy = Vec::new();
while let EventItem::Event(event) = reader.next_item()? {
    editor.event(&event, &mut copy)?;
}
std::fs::write(new, copy)?;
assert_eq!((editor.tally().read, editor.tally().kept), (2, 1));
# Ok::<(), Box<dyn std::error::Error>>(())
```

This also stops at damage. For whole logdirs, use the program: `tfevents filter runs --tag 'train*' -o copy`.

## Log and read a kind of your own

Implement [`Plugin`]: the name of the kind, how a value becomes a tensor, and how a tensor becomes a value.
[`add`](crate::SummaryWriter::add) writes it, and a reader that knows the kind returns the value in its own type:

```
use tfevents::plugin::{PointDecoder, Plugins};
use tfevents::{EventItem, EventReader, OwnedTensor, Plugin, Tensor};

#[derive(Debug, PartialEq)]
struct Celsius(f32);

impl Plugin for Celsius {
    const NAME: &'static str = "thermometer";

    fn encode(&self) -> tfevents::Result<OwnedTensor> {
        Ok(self.0.into())
    }

    fn decode(_: &[u8], tensor: &Tensor<'_>) -> tfevents::Result<Self> {
        match tensor.as_number() {
            Some(number) => Ok(Self(number.as_f64() as f32)),
            None => Err(tfevents::Error::decode("not one number")),
        }
    }
}

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
writer.add("oven", &Celsius(180.0), 0)?;
writer.close()?;

let mut decoder = PointDecoder::new(Plugins::new().with::<Celsius>());
let mut reader = EventReader::open(writer.path())?;
while let EventItem::Event(record) = reader.next_item()? {
    for point in decoder.points(&record.event) {
        assert_eq!(point?.value.get(), Some(&Celsius(180.0)));
    }
}
# Ok::<(), Box<dyn std::error::Error>>(())
```

[`SummaryWriter`]: crate::SummaryWriter
[`ScalarHandle`]: crate::ScalarHandle
[`At`]: crate::At
[`Sink`]: crate::Sink
[`Fanout`]: crate::sink::Fanout
[`Sweep`]: crate::Sweep
[`Plugin`]: crate::Plugin
[`Tail`]: crate::reader::Tail
[`record::Decoder`]: crate::record::Decoder
[`Image::batch`]: crate::Image::batch
*/
