//! The recipes of `docs/frameworks.md`: what they log is looked at, and the page shows the code that runs here.
//!
//! A block of a page that follows `<!-- code: FILE NAME -->` is the part of that file between `// begin NAME` and
//! `// end NAME`. Recipes that take heavy crates are in `integrations/recipes`, which `.ci/full` builds and tests; their
//! text is compared here, too.

use std::fs;
use std::path::Path;

use ndarray::{Array2, Array3};
use tfevents::plugin::image::Format;
use tfevents::{
    Histogram, Image, Layout, LogdirState, OnFull, Policy, Selection, SummaryWriter, Value,
};

use crate::support::root;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// The code of a region, without what all its lines are indented by.
fn region(source: &str, name: &str) -> Option<String> {
    let between = source.split_once(&format!("// begin {name}\n"))?.1;
    let code = between.split_once(&format!("// end {name}\n"))?.0;
    // The marker's own indentation comes before `// end`.
    let code = code.trim_end_matches(' ');
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines = code.lines().filter(|line| !line.trim().is_empty());
    let indent = lines.map(indent).min()?;
    let lines = code.lines().map(|line| line.get(indent..).unwrap_or(""));
    Some(lines.map(|line| format!("{line}\n")).collect())
}

/// Every block of a page that names its source: the file, the name, the block.
fn blocks(page: &str) -> Vec<(&str, &str, &str)> {
    let marked = page.split("<!-- code: ").skip(1);
    marked
        .map(|rest| {
            let (marker, rest) = rest.split_once(" -->\n").unwrap();
            let (file, name) = marker.split_once(' ').unwrap();
            let block = rest.strip_prefix("```rust\n").unwrap();
            (file, name, block.split_once("```\n").unwrap().0)
        })
        .collect()
}

#[test]
fn pages_show_the_code_that_runs() {
    for page in ["docs/frameworks.md", "docs/migrate.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let blocks = blocks(&text);
        assert!(!blocks.is_empty());
        assert_eq!(
            blocks.len(),
            text.matches("```rust").count(),
            "{page}: a block without a source"
        );
        for (file, name, block) in blocks {
            let source = fs::read_to_string(root().join(file)).unwrap();
            let code = region(&source, name);
            let code = code.unwrap_or_else(|| panic!("{page}: {file} has no region {name}"));
            assert_eq!(block, code, "{page}: {name} is not what {file} has");
        }
    }
}

/// Steps and values of a scalar series.
fn scalars(dir: &Path, run: &str, tag: &str) -> Vec<(i64, f64)> {
    let state = LogdirState::load(dir, Selection::all()).unwrap();
    let scalars = state.run(run).unwrap().scalars(tag, Policy::Raw).unwrap();
    let values = scalars.values.iter().map(tfevents::Number::as_f64);
    scalars.steps.iter().copied().zip(values).collect()
}

#[test]
fn a_plain_loop() {
    fn plain(logdir: &Path) -> Result {
        let train_batch = |step: i64| 1.0 / (step + 1) as f64;
        let validate = |epoch: i64| 0.5 / (epoch + 1) as f64;
        let weights = [0.1f32, -0.2, 0.3];
        // begin plain
        let train = SummaryWriter::new(logdir.join("exp1/train"))?;
        let valid = SummaryWriter::new(logdir.join("exp1/valid"))?;
        let mut step = 0;
        for epoch in 0..3 {
            for _ in 0..100 {
                let loss = train_batch(step);
                train.add_scalar("loss", loss, step)?;
                step += 1;
            }
            valid.add_scalar("loss", validate(epoch), step)?;
            train.add_histogram("weights", weights, step)?;
        }
        train.close()?;
        valid.close()?;
        // end plain
        Ok(())
    }
    let dir = tempfile::tempdir().unwrap();
    plain(dir.path()).unwrap();
    assert_eq!(scalars(dir.path(), "exp1/train", "loss").len(), 300);
    let valid: Vec<_> = scalars(dir.path(), "exp1/valid", "loss");
    assert_eq!(
        valid.iter().map(|p| p.0).collect::<Vec<_>>(),
        [100, 200, 300]
    );
}

#[test]
fn epochs_on_the_axis() {
    fn epochs(logdir: &Path) -> Result {
        let (epoch, loss, step) = (2, 0.25, 300);
        // begin epochs
        let writer = SummaryWriter::new(logdir.join("exp1/train"))?;
        // By steps, like everything that is logged more than once an epoch…
        writer.add_scalar("loss", loss, step)?;
        // … and where the epochs were on that axis.
        writer.add_scalar("epoch", epoch, step)?;
        writer.close()?;

        // By epochs: in a run and under a tag of their own, because these steps are others.
        let by_epoch = SummaryWriter::new(logdir.join("exp1/epochs"))?;
        by_epoch.add_scalar("epoch/loss", loss, epoch)?;
        by_epoch.close()?;
        // end epochs
        Ok(())
    }
    let dir = tempfile::tempdir().unwrap();
    epochs(dir.path()).unwrap();
    assert_eq!(scalars(dir.path(), "exp1/train", "epoch"), [(300, 2.0)]);
    assert_eq!(
        scalars(dir.path(), "exp1/epochs", "epoch/loss"),
        [(2, 0.25)]
    );
}

#[test]
fn rank_0_logs() {
    fn train(logdir: &Path, rank: usize) -> Result {
        let mean_over_ranks = 0.5;
        // begin rank
        // The launcher says which rank this process is: torchrun and most others by RANK.
        let writer = match rank {
            0 => Some(SummaryWriter::new(logdir.join("exp1"))?),
            _ => None,
        };
        for step in 0..100 {
            // Every rank takes part in the reduction; one logs what comes out.
            let loss = mean_over_ranks;
            if let Some(writer) = &writer {
                writer.add_scalar("loss", loss, step)?;
            }
        }
        if let Some(writer) = writer {
            writer.close()?;
        }
        // end rank
        Ok(())
    }
    let dir = tempfile::tempdir().unwrap();
    for rank in 0..3 {
        train(dir.path(), rank).unwrap();
    }
    assert_eq!(scalars(dir.path(), "exp1", "loss").len(), 100);
    assert_eq!(fs::read_dir(dir.path().join("exp1")).unwrap().count(), 1);
}

// begin tokio
async fn train(writer: SummaryWriter, task: usize) -> tfevents::Result<()> {
    let loss = writer.scalar(&format!("loss/{task}"))?;
    for step in 0..1000 {
        // Copies 24 bytes. Nothing to await.
        loss.log(0.5, step)?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

async fn train_all(logdir: &Path) -> Result {
    // With `OnFull::Drop` no logging call ever waits, not even when the disk stalls.
    let writer = SummaryWriter::builder(logdir)
        .on_full(OnFull::Drop)
        .open()?;
    let tasks: Vec<_> = (0..4)
        .map(|task| tokio::spawn(train(writer.clone(), task)))
        .collect();
    for task in tasks {
        task.await??;
    }
    // These wait for the disk: `open`, `flush`, `sync`, `close`, and the drop of the last handle.
    tokio::task::spawn_blocking(move || writer.close()).await??;
    Ok(())
}
// end tokio

/// All tasks on one thread, where a call that waits stops all of them.
fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.build().unwrap()
}

#[test]
fn async_tasks_log_side_by_side() {
    let dir = tempfile::tempdir().unwrap();
    runtime().block_on(train_all(dir.path())).unwrap();
    for task in 0..4 {
        let points = scalars(dir.path(), ".", &format!("loss/{task}"));
        assert_eq!(points.len(), 1000);
    }
}

/// Has the writer write into a pipe, as to a disk that takes nothing once it is full.
#[cfg(target_os = "linux")]
fn write_to(pipe: &std::io::PipeWriter, writer: &SummaryWriter) {
    use std::os::fd::AsRawFd as _;

    let path = writer.path().canonicalize().unwrap();
    let files = fs::read_dir("/proc/self/fd").unwrap();
    let files = files.map(|file| file.unwrap().path());
    let file = files
        .filter(|file| fs::read_link(file).is_ok_and(|to| to == path))
        .map(|file| file.file_name().unwrap().to_str().unwrap().parse().unwrap())
        .next()
        .unwrap();
    #[expect(unsafe_code, reason = "nothing else gives the writer another file")]
    // SAFETY: both descriptors are open, and the writer goes on owning its own.
    let replaced = unsafe { libc::dup2(pipe.as_raw_fd(), file) };
    assert_eq!(replaced, file);
}

#[cfg(target_os = "linux")]
#[test]
fn async_tasks_go_on_while_the_disk_stalls() {
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::builder(dir.path())
        .on_full(OnFull::Drop)
        .buffer_size(4096)
        .open()
        .unwrap();
    let (mut reader, pipe) = std::io::pipe().unwrap();
    write_to(&pipe, &writer);
    drop(pipe);
    // If one call waited, this would never end: nobody reads.
    runtime().block_on(async {
        let tasks = (0..40).map(|task| tokio::spawn(train(writer.clone(), task)));
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap().unwrap();
        }
    });
    assert!(writer.dropped() > 0, "the disk did not stall");
    let reader = std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    writer.close().unwrap();
    drop(writer);
    reader.join().unwrap().unwrap();
}

#[test]
fn arrays() {
    fn arrays(writer: &SummaryWriter, weights: &Array2<f32>, picture: &Array3<f32>) -> Result {
        let step = 0;
        // begin ndarray
        // Anything that iterates over numbers: whole arrays, views, slices, columns.
        writer.add_histogram("weights", weights, step)?;
        writer.add_histogram("weights/first_column", weights.column(0), step)?;

        // A picture as [channels, height, width]. `iter` walks in the order of the axes, whatever the order in memory, so
        // that permuted and sliced views come out right; `as_slice_memory_order` would scramble them.
        let flipped = picture.view().permuted_axes([0, 2, 1]);
        let image = Image::from_iter(flipped.iter(), Layout::Chw, flipped.shape())?;
        writer.add_image("picture", &image, step)?;
        // end ndarray
        Ok(())
    }
    let dir = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(dir.path()).unwrap();
    let weights = Array2::from_shape_fn((2, 3), |(i, j)| (3 * i + j) as f32);
    let picture = Array3::from_shape_fn((1, 2, 3), |(_, y, x)| (3 * y + x) as f32 / 10.0);
    arrays(&writer, &weights, &picture).unwrap();
    writer.close().unwrap();

    let state = LogdirState::load(dir.path(), Selection::all()).unwrap();
    let blob = |tag: &str| {
        let run = state.run(".").unwrap();
        run.blobs(tag, Policy::Raw).unwrap()[0].read().unwrap()
    };
    let (all, column) = (blob("weights"), blob("weights/first_column"));
    for (blob, values) in [
        (all, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
        (column, vec![0.0, 3.0]),
    ] {
        let Value::Histogram(histogram) = blob.value().unwrap() else {
            panic!("no histogram")
        };
        assert_eq!(histogram, Histogram::new(values));
    }
    let blob = blob("picture");
    let Value::Images(images) = blob.value().unwrap() else {
        panic!("no image")
    };
    assert_eq!(Format::sniff(images.samples[0]), Some(Format::Png));
    let mut png = png::Decoder::new(std::io::Cursor::new(images.samples[0]))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; png.output_buffer_size().unwrap()];
    let info = png.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (2, 3));
    let of = |v: f32| (v * 255.5) as u8;
    assert_eq!(pixels[..6], [0.0, 0.3, 0.1, 0.4, 0.2, 0.5].map(of));
}
