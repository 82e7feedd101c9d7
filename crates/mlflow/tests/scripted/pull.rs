//! What a server says, and event files of it, whatever the server does.

use std::path::Path;

use tfevents::plugin::PointDecoder;
use tfevents::{At, EventItem, EventReader, Image, Layout, SummaryWriter};
use tfevents_mlflow::{ErrorKind, LossKind, Options, PullOptions, Pulled, Result, Source};

use crate::client;
use crate::server::{Fault, Server};

/// Logs a run with something of several kinds, and pushes it.
fn pushed(server: &Server, dir: &Path) {
    let writer = SummaryWriter::new(dir.join("run")).unwrap();
    for step in 0..3 {
        let at = At::from(step).at(1_700_000_000.5);
        writer.add_scalar("loss", 0.5, at).unwrap();
        writer.add_text("note", "a", at).unwrap();
        let image = Image::new(&[7u8; 6], Layout::Hw, &[2, 3]).unwrap();
        writer.add_image("p", image, at).unwrap();
    }
    writer.close().unwrap();
    let sources = Source::all(dir).unwrap();
    let pushed = client(server).push(&sources, &Options::default(), &|_| {});
    assert!(pushed.unwrap().iter().all(Result::is_ok));
}

/// Pulls the only run into memory.
fn pull(server: &Server) -> Result<(Pulled, Vec<u8>)> {
    let runs = client(server).runs_in("Default")?;
    let mut file = Vec::new();
    let contents = runs.open(&runs.list()[0])?;
    let pulled = contents.write(&PullOptions::default(), &mut file, &|_| {})?;
    Ok((pulled, file))
}

/// The values in a file: tag, step, time and the value.
fn values(file: &[u8]) -> Vec<(String, i64, u64, String)> {
    let (mut reader, mut decoder) = (EventReader::new(file), PointDecoder::default());
    let mut values = Vec::new();
    while let EventItem::Event(record) = reader.next_item().unwrap() {
        let time = record.event.wall_time.as_secs().to_bits();
        for point in decoder.points(&record.event) {
            let point = point.unwrap();
            let value = format!("{:?}", point.value);
            values.push((point.tag.to_owned(), record.event.step, time, value));
        }
    }
    values.sort();
    values
}

#[test]
fn what_was_pushed_comes_back_though_connections_break() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start();
    pushed(&server, dir.path());
    let own = Source::all(dir.path()).unwrap();
    assert_eq!(own.len(), 1);
    let logged = std::fs::read_dir(dir.path().join("run")).unwrap().next();
    let logged = values(&std::fs::read(logged.unwrap().unwrap().path()).unwrap());
    for (words, fault) in [
        ("get-history", Fault::LostRequest),
        ("get-history", Fault::CutAnswer),
        ("artifacts/list", Fault::CutAnswer),
        ("get-artifact", Fault::LostAnswer),
        ("get-artifact", Fault::CutAnswer),
        ("note.jsonl", Fault::CutAnswer),
        ("get-artifact", Fault::Status(503)),
    ] {
        server.add_fault(words, 0, fault);
        let (pulled, file) = pull(&server).unwrap();
        assert_eq!(values(&file), logged, "{words} {fault:?}");
        assert!(pulled.losses.is_empty(), "{:?}", pulled.losses);
    }
}

#[test]
fn answers_that_make_no_sense_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start();
    pushed(&server, dir.path());
    for (words, page) in [
        ("runs/search", "{\"runs\": ["),
        ("runs/search", "{\"runs\": [{\"info\": 1}]}"),
        ("get-history", "{\"metrics\": [{\"key\": \"loss\"}]}"),
        ("get-history", "\u{0}"),
        ("artifacts/list", "[]]"),
    ] {
        server.add_fault(words, 0, Fault::Page(200, page));
        assert_eq!(
            pull(&server).unwrap_err().kind(),
            ErrorKind::Protocol,
            "{page}"
        );
    }
    for (words, page) in [
        ("runs/search", "{\"next_page_token\": \"a\"}"),
        (
            "get-history",
            "{\"metrics\": [], \"next_page_token\": \"a\"}",
        ),
        ("artifacts/list", "{\"next_page_token\": \"a\"}"),
    ] {
        for _ in 0..2 {
            server.add_fault(words, 0, Fault::Page(200, page));
        }
        let error = pull(&server).unwrap_err();
        assert!(error.to_string().contains("around in a circle"), "{error}");
    }
}

/// A file that is not as long as was said is a loss, and costs no other value.
#[test]
fn files_of_other_lengths_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start();
    pushed(&server, dir.path());
    for page in ["", "x", &*"x".repeat(100_000).leak()] {
        server.add_fault("path=images/", 0, Fault::Page(200, page));
        let (pulled, file) = pull(&server).unwrap();
        let (kind, loss) = pulled.losses.iter().next().unwrap();
        assert_eq!(
            (kind, loss.count),
            (LossKind::Unreadable, 1),
            "{}",
            loss.first
        );
        assert!(
            loss.first.contains("bytes that the server lists"),
            "{}",
            loss.first
        );
        assert_eq!(values(&file).len(), 8);
    }
    server.add_fault("path=images/", 0, Fault::Status(404));
    let (pulled, file) = pull(&server).unwrap();
    assert_eq!(pulled.losses.iter().count(), 1);
    assert_eq!(values(&file).len(), 8);
}

/// Whatever paths a server lists, nothing gets out of the run's directory, and everything ends.
#[test]
fn paths_lead_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start();
    pushed(&server, dir.path());
    let listing = r#"{"files": [
        {"path": "", "is_dir": true}, {"path": "..", "is_dir": true}, {"path": "/etc", "is_dir": true},
        {"path": "projector/../../evil", "file_size": 1}, {"path": "projector//etc/x", "file_size": 1},
        {"path": "projector/a\u0000b", "file_size": 1}, {"path": "projector/sound.tsv", "file_size": 1},
        {"path": "plugins/profile/../../../x", "file_size": 1}, {"path": "tfevents/../x.tfevents", "file_size": 1},
        {"path": "projector/_x2E_./_x2E__x2E_/y", "file_size": 1}
    ]}"#;
    server.add_fault("artifacts/list", 0, Fault::Page(200, listing));
    let runs = client(&server).runs_in("Default").unwrap();
    let contents = runs.open(&runs.list()[0]).unwrap();
    let copied: Vec<_> = contents.copied().iter().map(|file| &*file.path).collect();
    assert_eq!(copied, ["_x2E_./_x2E__x2E_/y", "sound.tsv"]);
    let (_, loss) = contents.losses().iter().next().unwrap();
    assert_eq!(loss.count, 5, "{}", loss.first);
}
