//! What logging a scalar costs, and what reading one back does: the two paths that nearly every event takes.
//!
//! `cargo bench -p benches --bench scalars`; times are for [`EVENTS`] events, the throughput is events per second.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot run should say so at once"
)]

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tempfile::TempDir;
use tfevents::plugin::PointDecoder;
use tfevents::{EventItem, EventReader, Number, SummaryWriter, Value};

/// Enough that opening and closing a file do not count.
const EVENTS: u32 = 100_000;

/// Logs into a fresh file, and returns it when all is there.
fn log(dir: &TempDir) -> PathBuf {
    let writer = SummaryWriter::new(dir.path()).unwrap();
    for step in 0..EVENTS {
        let value = 1.0 / f64::from(step + 1);
        writer.add_scalar("train/loss", value, step).unwrap();
    }
    writer.close().unwrap();
    writer.path().to_owned()
}

fn write(c: &mut Criterion) {
    let mut group = c.benchmark_group("scalars");
    group.throughput(Throughput::Elements(EVENTS.into()));
    group.bench_function("write", |b| {
        b.iter_batched(
            || tempfile::tempdir().unwrap(),
            |dir| {
                log(&dir);
                // Returned, so that deleting it is not part of the time.
                dir
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn read(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let file = std::fs::read(log(&dir)).unwrap();

    let mut group = c.benchmark_group("scalars");
    group.throughput(Throughput::Elements(EVENTS.into()));
    group.bench_function("read", |b| {
        b.iter(|| {
            let mut reader = EventReader::new(file.as_slice());
            let mut decoder = PointDecoder::default();
            let mut points = 0;
            while let EventItem::Event(record) = reader.next_item().unwrap() {
                for point in decoder.points(&record.event) {
                    if let Value::Scalar(Number::F32(value)) = point.unwrap().value {
                        black_box((record.event.step, value));
                        points += 1;
                    }
                }
            }
            assert_eq!(points, EVENTS);
        });
    });
    group.finish();
}

criterion_group!(benches, write, read);
criterion_main!(benches);
