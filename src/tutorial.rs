/*!
A tutorial: log a training run, watch it in TensorBoard, and read its numbers back.

It takes about half an hour. You need Rust, and Python for TensorBoard. If you have one question rather than half an hour,
see the [`cookbook`](crate::cookbook).

1. [Setting up](#setting-up)
2. [The first curve](#the-first-curve)
3. [Training and validation in one chart](#training-and-validation-in-one-chart)
4. [Histograms](#histograms)
5. [Pictures](#pictures)
6. [Text](#text)
7. [Hyperparameters](#hyperparameters)
8. [A layout of your own](#a-layout-of-your-own)
9. [Closing, and errors](#closing-and-errors)
10. [After a crash](#after-a-crash)
11. [Reading back](#reading-back)

# Setting up

Create a program, add the library, and install TensorBoard:

```sh
cargo new line
cd line
cargo add tfevents
pip install tensorboard
```

The directory that you give TensorBoard is the *logdir*. Each directory below it that holds an event file is a *run*, and
what you log into a run under one name is a *series*; the name is its *tag*. We use `runs` as the logdir:

```sh
tensorboard --logdir runs
```

Leave that running in a second terminal and open <http://localhost:6006>. The reload button (a circular arrow) loads new
data.

# The first curve

Our model is a line through the origin, and training finds its slope by gradient descent. Put this into `src/main.rs`:

```
use tfevents::SummaryWriter;

/// The mean squared error of a line with this slope.
fn loss(slope: f64, points: &[(f64, f64)]) -> f64 {
    let squares = points.iter().map(|(x, y)| (slope * x - y).powi(2));
    squares.sum::<f64>() / points.len() as f64
}

fn gradient(slope: f64, points: &[(f64, f64)]) -> f64 {
    let parts = points.iter().map(|(x, y)| 2.0 * x * (slope * x - y));
    parts.sum::<f64>() / points.len() as f64
}

fn main() -> tfevents::Result<()> {
    let points = [(1.0, 2.1), (2.0, 3.9), (3.0, 6.2)];
    let mut slope = 0.0;

    # let dir = tempfile::tempdir().unwrap();
    # let directory = dir.path();
    # let _ = stringify!(
    let directory = "runs/line";
    # );
    let writer = SummaryWriter::new(directory)?;
    for step in 0..100 {
        writer.add_scalar("loss", loss(slope, &points), step)?;
        slope -= 0.01 * gradient(slope, &points);
    }
    # assert!((slope - 2.04).abs() < 0.01);
    writer.close()
}
```

After `cargo run`, the tab *Time Series* has a chart called `loss`, with one curve for the run `line`.

Three things to know:

* A call takes a tag, a value and a step. The step is any integer; the time is that of the call.
* Within a tag, increase the step. TensorBoard takes a step that goes back for a restart, and drops earlier points from that step on.
* Slashes in tags create groups: `train/loss` and `train/accuracy` share a section.

# Training and validation in one chart

TensorBoard draws series of the same tag in one chart, with one curve per run. To compare training and validation, open two
writers in two directories and use the same tag. From here on `runs` is the path of the logdir:

```
use tfevents::SummaryWriter;

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
let train = SummaryWriter::new(runs.join("line/train"))?;
let validation = SummaryWriter::new(runs.join("line/validation"))?;
for step in 0..100 {
    let loss = 1.0 / f64::from(step + 1);
    train.add_scalar("loss", loss, step)?;
    if step % 10 == 0 {
        validation.add_scalar("loss", loss + 0.1, step)?;
    }
}
train.close()?;
validation.close()?;
# let logdir = tfevents::LogdirState::load(runs, tfevents::Selection::all())?;
# let names: Vec<_> = logdir.runs().map(|run| run.name()).collect();
# assert_eq!(names, ["line/train", "line/validation"]);
# Ok::<(), Box<dyn std::error::Error>>(())
```

Both use the *training step* as the step, although validation happens less often. Then the curves line up. If you count epochs
instead, do so in both.

A writer can be cloned and shared by threads. Do not share a directory between processes: give each its own.

# Histograms

A histogram shows how a layer's weights are distributed, and how that changes during training. Pass the values; the library makes
the buckets:

```
# let dir = tempfile::tempdir()?;
# let train = tfevents::SummaryWriter::new(dir.path())?;
let mut weights = vec![0.5f32, -0.25, 0.125];
for epoch in 0..10 {
    weights.iter_mut().for_each(|weight| *weight *= 0.9);
    train.add_histogram("weights", &weights, epoch)?;
}
train.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

The tabs *Histograms* and *Distributions* both draw it. NaN and infinities are left out, and their
number is logged as `weights/left_out`. Watch that curve.

# Pictures

An [`Image`](crate::Image) is made of pixels, the order of their dimensions, and a shape. Values of type `u8` are used as they
are; floats go from 0 (dark) to 1 (light):

```
use tfevents::{Image, Layout};

# let dir = tempfile::tempdir()?;
# let validation = tfevents::SummaryWriter::new(dir.path())?;
let (height, width) = (32, 48);
let pixels: Vec<f32> = (0..height * width)
    .map(|i| (i % width) as f32 / width as f32)
    .collect();
let image = Image::new(&pixels, Layout::Hw, &[height, width])?;
assert_eq!((image.width(), image.height()), (48, 32));
validation.add_image("ramp", &image, 0)?;
validation.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

Colours are a third dimension: [`Layout::Hwc`](crate::Layout::Hwc) if they come last, [`Layout::Chw`](crate::Layout::Chw) if they
come first, as in PyTorch. If the shape does not fit the number of pixels, the error names both.

# Text

Text is Markdown. A table is a [`Text`](crate::Text) too:

```
use tfevents::Text;

# let dir = tempfile::tempdir()?;
# let train = tfevents::SummaryWriter::new(dir.path())?;
train.add_text("notes", "Learning rate **halved** at epoch 5.", 5)?;

let worst = Text::table([["input", "error"], ["3.0", "0.2"], ["2.0", "0.1"]])?;
train.add_text("worst", worst, 5)?;
train.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

# Hyperparameters

A run with hyperparameters becomes a row of the table in the *HParams* tab, with the last value of each of its curves:

```
use tfevents::{HParams, SummaryWriter};

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
for rate in [0.1, 0.01, 0.001] {
    let writer = SummaryWriter::new(runs.join(format!("rate {rate}")))?;
    let hparams = HParams::new().with("rate", rate).with("model", "line");
    let session = writer.start_session(hparams)?;
    for step in 0..100 {
        writer.add_scalar("loss", 1.0 / (1.0 + rate * f64::from(step)), step)?;
    }
    session.finish()?;
    writer.close()?;
}
# Ok::<(), Box<dyn std::error::Error>>(())
```

A session that is dropped without [`finish`](crate::Session::finish), because `?` left the function or a thread panicked,
is shown as failed. To declare the columns and run many trials, use a [`Sweep`](crate::Sweep).

# A layout of your own

The *Custom Scalars* tab draws the charts that you define: here, both losses of *one* run in one chart.

```
use tfevents::{Category, Chart, ChartLayout};

# let dir = tempfile::tempdir()?;
# let writer = tfevents::SummaryWriter::new(dir.path())?;
let losses = Chart::multiline("losses", ["loss/data", "loss/penalty"]);
let overview = Category::new("Overview").chart(losses);
writer.add_custom_scalars(&ChartLayout::new().category(overview))?;
for step in 0..100 {
    writer.add_scalar("loss/data", 1.0 / f64::from(step + 1), step)?;
    writer.add_scalar("loss/penalty", 0.01 * f64::from(step), step)?;
}
writer.close()?;
# Ok::<(), Box<dyn std::error::Error>>(())
```

Log the layout once, at the beginning. If several curves always belong together, [`add_scalars`](crate::SummaryWriter::add_scalars)
logs them and defines the chart for you.

# Closing, and errors

A call that logs only appends to a buffer; a background thread writes it to the file within five seconds.
So a disk failure is reported by a later call, and for the last points only by
[`close`](crate::SummaryWriter::close). That is why each example ends with it. After a failure, every call returns that error,
with the number of lost events.

Should a full disk end the training? Usually not. Report the failure once and carry on:

```
use tfevents::SummaryWriter;

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
let writer = SummaryWriter::new(runs.join("line"))?;
let mut told = false;
for step in 0..100 {
    # if step == 50 { writer.close()?; }
    if let Err(error) = writer.add_scalar("loss", 0.5, step) {
        if !told {
            eprintln!("no longer logging: {error}");
        }
        told = true;
    }
}
# assert!(told);
# Ok::<(), Box<dyn std::error::Error>>(())
```

Dropping the last handle of a writer also writes what is left, even during a panic, but cannot report a failure. The last
seconds are lost when the process is killed, or calls `std::process::exit` without closing the writer first.

# After a crash

Suppose training died at step 80, and your last checkpoint is from step 50. Load the checkpoint, and
[`resume`](crate::SummaryWriter::resume) the run at the next step:

```
use tfevents::SummaryWriter;

# let dir = tempfile::tempdir()?;
# let directory = dir.path();
# let before = SummaryWriter::new(directory)?;
# for step in 0..80 {
#     before.add_scalar("loss", 1.0, step)?;
# }
# before.close()?;
let checkpoint = 50;
let writer = SummaryWriter::resume(directory, checkpoint + 1)?;
for step in checkpoint + 1..100 {
    writer.add_scalar("loss", 0.5, step)?;
}
writer.close()?;
# use tfevents::{LogdirState, Policy, Selection};
# let logdir = LogdirState::load(directory, Selection::all())?;
# let run = logdir.runs().next().unwrap();
# assert_eq!(run.scalars("loss", Policy::Raw).unwrap().len(), 80 + 49);
# assert_eq!(run.scalars("loss", Policy::Fast).unwrap().len(), 100);
# Ok::<(), Box<dyn std::error::Error>>(())
```

This creates a second file beside the first. TensorBoard shows one curve, in which the new points replace the old
ones from step 51 on.

# Reading back

You can read back what this or any other writer logged. [`LogdirState`](crate::LogdirState) holds a logdir in memory, with each
scalar series in columns:

```
use tfevents::{LogdirState, Policy, Selection, SummaryWriter};

# let dir = tempfile::tempdir()?;
# let runs = dir.path();
# for (run, end) in [("line/train", 0.5), ("line/validation", 0.25)] {
#     let writer = SummaryWriter::new(runs.join(run))?;
#     for step in 0..3 {
#         writer.add_scalar("loss", end + f64::from(2 - step), step)?;
#     }
#     writer.close()?;
# }
let logdir = LogdirState::load(runs, Selection::all())?;
let mut best = Vec::new();
for run in logdir.runs() {
    let Some(loss) = run.scalars("loss", Policy::LastWins) else {
        continue; // This run did not log it.
    };
    let lowest = loss.values.to_f64().into_iter().fold(f64::INFINITY, f64::min);
    best.push((run.name(), lowest));
}
assert_eq!(best, [("line/train", 0.5), ("line/validation", 0.25)]);
# Ok::<(), Box<dyn std::error::Error>>(())
```

The [`Policy`](crate::Policy) decides what happens to steps that were logged twice: `Raw` keeps every point, `LastWins` one per
step, and `Fast` and `Slow` those that TensorBoard's two loaders show.

From here, the [`cookbook`](crate::cookbook) answers one question at a time.
*/
