//! TensorBoard's own reading of event files, and how to compare ours with it.
//!
//! The format of the dumps is described in `fixtures/README.md`. What we read is put into a [`Tree`] of the
//! same shape, and the two must have the same keys and the same values: nothing in a dump goes unchecked.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::{Value as Json, json};

use crate::support::{event_files, files, sha256};

pub(crate) mod migrated;
pub(crate) mod raw;

/// Event files, and what TensorBoard read from each.
pub(crate) struct Collection {
    files: PathBuf,
    dumps: PathBuf,
}

impl Collection {
    /// The event files below `files`, with their dumps by view below its folder `dumps`.
    pub(crate) fn new(files: PathBuf, dumps: &str) -> Self {
        let dumps = files.join(dumps);
        Self { files, dumps }
    }

    /// The dumps of one view. Every event file must have one, and every dump its file.
    pub(crate) fn dumps(&self, view: &str) -> impl Iterator<Item = Dump> {
        let dumps = self.dumps.join(view);
        let mut dumped: Vec<_> = files(&dumps)
            .iter()
            .map(|path| path.trim_end_matches(".gz"))
            .map(|path| path.strip_suffix(".jsonl").unwrap().to_owned())
            .collect();
        dumped.sort();
        let mut names = event_files(&self.files);
        names.retain(|name| !self.files.join(name).starts_with(&self.dumps));
        names.sort();
        assert_eq!(names, dumped);
        assert!(!names.is_empty());
        names
            .into_iter()
            .map(move |name| Dump::load(&self.files, &dumps, name))
    }
}

/// One event file and its dump.
pub(crate) struct Dump {
    /// The event file's path in its collection.
    name: String,
    /// Its content.
    file: Vec<u8>,
    /// The lines of the dump's events.
    events: Vec<Json>,
    /// The dump's last line.
    end: Json,
}

impl Dump {
    fn load(root: &Path, dumps: &Path, name: String) -> Self {
        let mut lines = lines(&find(dumps, &name)).into_iter();
        let head = lines.next().unwrap();
        assert_eq!((&head["t"], &head["name"]), (&json!("file"), &json!(name)));
        let file = fs::read(root.join(&name)).unwrap();
        let digest = sha256(&file);
        assert_eq!(head["sha256"], digest, "{name}: dumped was another file");
        let end = lines.next_back().unwrap();
        assert_eq!(end["t"], "end", "{name}");
        Self {
            name,
            file,
            events: lines.collect(),
            end,
        }
    }

    /// One of the counts of the last line.
    fn count(&self, of: &str) -> usize {
        usize::try_from(self.end[of].as_u64().unwrap()).unwrap()
    }
}

fn find(dumps: &Path, name: &str) -> PathBuf {
    let plain = dumps.join(format!("{name}.jsonl"));
    if plain.exists() {
        plain
    } else {
        dumps.join(format!("{name}.jsonl.gz"))
    }
}

fn lines(path: &Path) -> Vec<Json> {
    let mut text = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    if path.extension().is_some_and(|e| e == "gz") {
        let mut plain = Vec::new();
        GzDecoder::new(text.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        text = plain;
    }
    serde_json::Deserializer::from_slice(&text)
        .into_iter()
        .map(|line| line.unwrap_or_else(|e| panic!("{}: {e}", path.display())))
        .collect()
}

/// What we read, in the shape of a dump. Floats stay floats, because a dump's decimals are to be compared as
/// numbers of their type, not as text.
#[derive(Debug)]
pub(crate) enum Tree {
    F32(f32),
    F64(f64),
    Json(Json),
    List(Vec<Tree>),
    Object(BTreeMap<&'static str, Tree>),
}

impl<T: Into<Json>> From<T> for Tree {
    fn from(leaf: T) -> Self {
        Self::Json(leaf.into())
    }
}

impl Tree {
    pub(crate) fn object<const N: usize>(members: [(&'static str, Self); N]) -> Self {
        Self::Object(members.into())
    }

    /// Adds a member to an object.
    pub(crate) fn with(mut self, key: &'static str, value: impl Into<Self>) -> Self {
        let Self::Object(members) = &mut self else {
            panic!("{self:?} is no object");
        };
        members.insert(key, value.into());
        self
    }

    /// What a dump says of a byte string: its length and SHA-256.
    pub(crate) fn digest(bytes: &[u8]) -> Self {
        Self::object([
            ("len", bytes.len().into()),
            ("sha256", sha256(bytes).into()),
        ])
    }

    /// The same with the format of an encoded image or sound.
    pub(crate) fn media(bytes: &[u8]) -> Self {
        let magic = match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "png",
            [0xff, 0xd8, 0xff, ..] => "jpeg",
            [b'G', b'I', b'F', b'8', ..] => "gif",
            [b'R', b'I', b'F', b'F', ..] => "riff",
            _ => return Self::digest(bytes),
        };
        Self::digest(bytes).with("magic", magic)
    }

    /// Panics with the place of the first difference.
    pub(crate) fn assert_is(&self, reference: &Json, of: &str) {
        if let Err((place, what)) = self.compare(reference) {
            panic!("{of}{place}: {what}");
        }
    }

    /// The path to the first difference, and what it is.
    fn compare(&self, reference: &Json) -> Result<(), (String, String)> {
        let same = match (self, reference) {
            (Self::F32(ours), Json::String(text)) => text
                .parse::<f32>()
                .is_ok_and(|theirs| same_f32(*ours, theirs)),
            (Self::F64(ours), Json::String(text)) => text
                .parse::<f64>()
                .is_ok_and(|theirs| same_f64(*ours, theirs)),
            // A long text stands in a dump as its digest.
            (Self::Json(Json::String(ours)), Json::Object(_)) => {
                return Self::digest(ours.as_bytes()).compare(reference);
            }
            (Self::Json(ours), theirs) => ours == theirs,
            (Self::List(ours), Json::Array(theirs)) if ours.len() == theirs.len() => {
                for (i, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                    ours.compare(theirs)
                        .map_err(|(place, what)| (format!("[{i}]{place}"), what))?;
                }
                true
            }
            (Self::Object(ours), Json::Object(theirs))
                if ours.keys().copied().eq(theirs.keys().map(String::as_str)) =>
            {
                for (key, ours) in ours {
                    ours.compare(&theirs[*key])
                        .map_err(|(place, what)| (format!(".{key}{place}"), what))?;
                }
                true
            }
            _ => false,
        };
        if same {
            return Ok(());
        }
        Err((
            String::new(),
            format!("read {self:?}, TensorBoard reads {reference}"),
        ))
    }
}

/// Bit by bit, but for the payload of a NaN, which a dump does not tell.
fn same_f32(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// As [`same_f32`].
fn same_f64(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

#[test]
fn differences_are_found_and_placed() {
    let tree = Tree::object([
        ("a", Tree::List(vec![Tree::F32(0.1), Tree::F64(-0.0)])),
        ("b", "0.1".into()),
    ]);
    let compare = |text: &str| {
        tree.compare(&serde_json::from_str(text).unwrap())
            .map_err(|(place, _)| place)
    };
    assert_eq!(compare(r#"{"a":["0.1","-0.0"],"b":"0.1"}"#), Ok(()));
    assert_eq!(compare(r#"{"a":["1e-1","-0"],"b":"0.1"}"#), Ok(()));
    let digest = |len: usize, text: &str| {
        let sha256 = sha256(text.as_bytes());
        format!(r#"{{"a":["0.1","-0.0"],"b":{{"len":{len},"sha256":"{sha256}"}}}}"#)
    };
    assert_eq!(compare(&digest(3, "0.1")), Ok(()));
    assert_eq!(compare(&digest(3, "0.2")), Err(".b.sha256".to_owned()));
    assert_eq!(compare(&digest(4, "0.1")), Err(".b.len".to_owned()));
    for (place, other) in [
        (".a[0]", r#"{"a":["0.10000001","-0.0"],"b":"0.1"}"#),
        (".a[1]", r#"{"a":["0.1","0.0"],"b":"0.1"}"#),
        (".a", r#"{"a":["0.1"],"b":"0.1"}"#),
        (".b", r#"{"a":["0.1","-0.0"],"b":"1e-1"}"#),
        ("", r#"{"a":["0.1","-0.0"],"b":"0.1","c":0}"#),
        ("", r#"{"a":["0.1","-0.0"]}"#),
    ] {
        assert_eq!(compare(other), Err(place.to_owned()), "{other}");
    }
}
