//! What each layer costs by itself, from a checksum to a loaded logdir: where to look when a whole got slower.
//!
//! `cargo bench -p benches --bench layers`, with a part of a name behind `--` for some of them. [`scalars`](scalars.rs)
//! has the two whole paths, and `benches/peers` what other libraries take.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot run should say so at once"
)]

use std::hint::black_box;
use std::path::Path;
use std::thread;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tfevents::plugin::PointDecoder;
use tfevents::plugin::histogram::Histogram;
use tfevents::record::{self, Item, RecordReader, Split};
use tfevents::{EventRef, Image, Layout, LogdirState, Selection, SummaryWriter};

/// The lengths of a length, a scalar event, a histogram and a picture.
const LENGTHS: [usize; 4] = [8, 48, 1 << 10, 1 << 20];

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 31 % 251) as u8).collect()
}

fn crc(c: &mut Criterion) {
    let mut group = c.benchmark_group("crc");
    for len in LENGTHS {
        let bytes = bytes(len);
        group.throughput(Throughput::Bytes(len as u64));
        group.bench_with_input(BenchmarkId::from_parameter(len), &bytes, |b, bytes| {
            b.iter(|| crc32c::crc32c(black_box(bytes)));
        });
    }
    group.finish();
}

fn split(c: &mut Criterion) {
    let mut group = c.benchmark_group("split");
    for len in LENGTHS {
        let mut frame = Vec::new();
        record::frame(&mut frame, &bytes(len));
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(len), &frame, |b, frame| {
            b.iter(|| {
                let split = record::split(black_box(frame), record::MAX_PAYLOAD);
                assert!(matches!(split, Split::Frame { .. }));
            });
        });
    }
    group.finish();
}

/// Logs `steps` scalars a tag.
fn log(dir: &Path, tags: &[String], steps: u32) -> SummaryWriter {
    let writer = SummaryWriter::new(dir).unwrap();
    for step in 0..steps {
        for tag in tags {
            let value = 1.0 / f64::from(step + 1);
            writer.add_scalar(tag, value, step).unwrap();
        }
    }
    writer
}

fn tags(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("train/metric_{i:02}")).collect()
}

/// The payloads of a file of scalars.
fn payloads() -> Vec<Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    let writer = log(dir.path(), &tags(50), 200);
    writer.close().unwrap();
    let file = std::fs::read(writer.path()).unwrap();
    let mut records = RecordReader::new(file.as_slice());
    let mut payloads = Vec::new();
    while let Item::Record(record) = records.next_item().unwrap() {
        payloads.push(record.payload.to_vec());
    }
    payloads
}

fn event(c: &mut Criterion) {
    let payloads = payloads();
    let mut group = c.benchmark_group("event");
    group.throughput(Throughput::Elements(payloads.len() as u64));
    group.bench_function("view", |b| {
        b.iter(|| {
            for payload in &payloads {
                black_box(EventRef::parse(payload).unwrap());
            }
        });
    });
    let events: Vec<_> = payloads
        .iter()
        .map(|payload| EventRef::parse(payload).unwrap())
        .collect();
    group.bench_function("scalar", |b| {
        b.iter(|| {
            let mut decoder = PointDecoder::default();
            for event in &events {
                for point in decoder.points(event) {
                    black_box(point.unwrap());
                }
            }
        });
    });
    group.finish();
}

fn histogram(c: &mut Criterion) {
    let values: Vec<f32> = (0..1_000_000u32)
        .map(|i| (i.wrapping_mul(0x9e37_79b9) >> 8) as f32)
        .collect();
    let mut group = c.benchmark_group("histogram");
    group.throughput(Throughput::Bytes(size_of_val(values.as_slice()) as u64));
    group.bench_function("1 M f32", |b| {
        b.iter(|| Histogram::new(black_box(&values)));
    });
    group.finish();
}

fn png(c: &mut Criterion) {
    const SIDE: usize = 512;
    let pixels = bytes(SIDE * SIDE * 3);
    let mut group = c.benchmark_group("png");
    group.throughput(Throughput::Bytes(pixels.len() as u64));
    group.bench_function("512x512 RGB", |b| {
        b.iter(|| Image::new(black_box(&pixels), Layout::Hwc, &[SIDE, SIDE, 3]).unwrap());
    });
    group.finish();
}

/// So many events in all, however many threads log them.
fn add_scalar(c: &mut Criterion) {
    const EVENTS: u32 = 200_000;
    let mut group = c.benchmark_group("add_scalar");
    group.throughput(Throughput::Elements(EVENTS.into()));
    for threads in [1, 2, 4] {
        group.bench_function(format!("{threads} threads"), |b| {
            b.iter_batched(
                || tempfile::tempdir().unwrap(),
                |dir| {
                    let writer = SummaryWriter::new(dir.path()).unwrap();
                    thread::scope(|scope| {
                        for _ in 0..threads {
                            scope.spawn(|| {
                                for step in 0..EVENTS / threads {
                                    writer.add_scalar("train/loss", step, step).unwrap();
                                }
                            });
                        }
                    });
                    writer.close().unwrap();
                    // Returned, so that deleting it is not part of the time.
                    dir
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn logdir(c: &mut Criterion) {
    const RUNS: usize = 8;
    const TAGS: usize = 20;
    const STEPS: u32 = 500;
    let dir = tempfile::tempdir().unwrap();
    for run in 0..RUNS {
        let writer = log(&dir.path().join(run.to_string()), &tags(TAGS), STEPS);
        writer.close().unwrap();
    }
    let mut group = c.benchmark_group("logdir");
    group.throughput(Throughput::Elements(
        (RUNS * TAGS) as u64 * u64::from(STEPS),
    ));
    for threads in [1, 2] {
        group.bench_function(format!("{threads} threads"), |b| {
            b.iter(|| {
                let mut state = LogdirState::new(dir.path(), Selection::all()).threads(threads);
                assert!(state.poll().problems.is_empty());
                state
            });
        });
    }
    group.finish();
}

criterion_group!(
    benches, crc, split, event, histogram, png, add_scalar, logdir
);
criterion_main!(benches);
