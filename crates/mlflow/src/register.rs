//! An ONNX file becomes a model of a run, and a version in the registry that MLflow serves.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::api::artifacts::{Owner, Root};
use crate::api::runs::{self, Run};
use crate::api::{Entry, models, registry, server};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Backoff, Content, Http};

mod example;
mod mlmodel;
mod onnx;
mod signature;

use example::Example;
use mlmodel::{Description, EXAMPLE, MODEL_FILE, REQUEST};
use onnx::Onnx;
use signature::Signature;

/// The tag of a logged model by which it is found again: the checksum of all that it is made from.
const TAG: &str = "tfevents.model";

/// The most characters that an alias may have.
const ALIAS: usize = 255;

/// How a model is registered.
#[derive(Clone, Debug, Default)]
pub struct RegisterOptions {
    /// The name in the registry; where one of that name exists, the model becomes its next version.
    pub name: String,
    /// Another name for this version, such as `champion`. Whatever version had it loses it.
    pub alias: Option<String>,
    /// A file of JSON with an input to try the model with: the values of each input by name.
    pub input_example: Option<PathBuf>,
    /// Whether the last point of each of the run's metrics is shown with the model, too.
    pub metrics: bool,
}

/// What was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registered {
    /// The id of the model's run.
    pub run_id: String,
    /// The id of the logged model.
    pub model_id: String,
    /// The version in the registry.
    pub version: String,
    /// Whether the version was made now: the same model of the same run is registered once.
    pub is_new: bool,
    /// How many bytes of files were sent.
    pub bytes: u64,
    /// How many metrics are shown with it.
    pub metrics: usize,
    /// Inputs and outputs that a signature of MLflow's cannot express, and why. Where an input is among these, the model
    /// has no signature.
    pub left_out: Vec<String>,
}

/// A model and what goes with it, before anything is sent.
struct Prepared {
    onnx: Onnx,
    signature: Signature,
    example: Option<Example>,
    /// Paths on this side, and in the model's directory.
    files: Vec<(PathBuf, String)>,
    digest: String,
}

/// Registers the model in a file. `tell` is called with a number of bytes, each time some were sent.
pub(crate) fn register(
    http: &Http,
    run_id: &str,
    model: &Path,
    options: &RegisterOptions,
    tell: &dyn Fn(u64),
) -> Result<Registered> {
    check_name(&options.name)?;
    options.alias.as_deref().map_or(Ok(()), check_alias)?;
    // All that can be wrong on this side is found before anything is sent.
    let prepared = prepare(model, options)?;
    let run = runs::get(http, run_id)?;
    let logged = find_or_create(http, &run, &prepared, options)?;
    let model_id = &logged.info.model_id;
    let mut bytes = 0;
    if !logged.is_ready() {
        bytes = upload(http, &run, &logged, &prepared, tell)?;
        models::finish(http, model_id)?;
    }
    attach(http, run_id, model_id)?;
    let metrics = match options.metrics {
        true => link(http, &run, model_id)?,
        false => 0,
    };
    registry::ensure(http, &options.name)?;
    let (version, is_new) = version(http, &options.name, run_id, model_id)?;
    if let Some(alias) = &options.alias {
        registry::set_alias(http, &options.name, alias, &version)?;
    }
    Ok(Registered {
        run_id: run_id.to_owned(),
        model_id: logged.info.model_id,
        version,
        is_new,
        bytes,
        metrics,
        left_out: prepared.signature.left_out,
    })
}

/// What MLflow would only say when all files are sent.
fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() || name.contains(['/', ':']) {
        return Err(invalid(format!(
            "`{name}` cannot be a model's name: it must not be empty, nor contain `/` or `:`"
        )));
    }
    Ok(())
}

/// The same of an alias.
fn check_alias(alias: &str) -> Result<()> {
    let is_taken = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let number = alias.strip_prefix(['v', 'V']).unwrap_or_default();
    let is_version = !number.is_empty() && number.chars().all(char::is_numeric);
    let problem = if alias.is_empty() || !alias.chars().all(is_taken) {
        "it must consist of letters, digits, `_` and `-`"
    } else if alias.chars().count() > ALIAS {
        "it is longer than 255 characters"
    } else if is_version || alias.eq_ignore_ascii_case("latest") {
        "MLflow keeps it for versions"
    } else {
        return Ok(());
    };
    Err(invalid(format!("`{alias}` cannot be an alias: {problem}")))
}

fn prepare(model: &Path, options: &RegisterOptions) -> Result<Prepared> {
    let onnx = Onnx::read(model)?;
    let signature = Signature::of(&onnx.graph);
    let example = options.input_example.as_deref();
    let example = example
        .map(|path| Example::read(path, &signature))
        .transpose()?;
    let mut files = vec![(model.to_path_buf(), MODEL_FILE.to_owned())];
    for name in &onnx.beside {
        files.push((model.with_file_name("").join(name), name.clone()));
    }
    let mut digest = Sha256::new();
    for (path, name) in &files {
        digest.update(name.as_bytes());
        hash(path, &mut digest).map_err(|e| Error::unreadable(path, &e))?;
    }
    if let Some(example) = &example {
        digest.update(example.input().as_bytes());
    }
    let digest = digest.finalize();
    Ok(Prepared {
        onnx,
        signature,
        example,
        files,
        digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

fn hash(path: &Path, digest: &mut Sha256) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            len => digest.update(buffer.get(..len).unwrap_or_default()),
        }
    }
}

/// The same model of the same run: one that is complete, or one whose files an earlier call did not send to the end.
fn find_or_create(
    http: &Http,
    run: &Run,
    prepared: &Prepared,
    options: &RegisterOptions,
) -> Result<models::Model> {
    let tags = [Entry::new(TAG, &*prepared.digest)];
    // Names of logged models are stricter than those in the registry.
    let name = options.name.replace(['.', '%', '"', '\''], "_");
    let new = models::New {
        experiment_id: &run.info.experiment_id,
        name: &name,
        source_run_id: &run.info.run_id,
        params: &run.data.params,
        tags: &tags,
    };
    let mut backoff = Backoff::default();
    loop {
        if let Some(model) = find(http, &new, prepared)? {
            return Ok(model);
        }
        match models::create(http, &new) {
            // It may have been made.
            Err(e) if e.is_open() && backoff.wait(None) => {}
            made => return made,
        }
    }
}

fn find(http: &Http, new: &models::New<'_>, prepared: &Prepared) -> Result<Option<models::Model>> {
    let filter = format!(
        "source_run_id = '{}' AND tags.`{TAG}` = '{}'",
        new.source_run_id, prepared.digest
    );
    let found =
        models::search(http, new.experiment_id, &filter).map_err(|e| match e.is_not_found() {
            true => Error::new(
                ErrorKind::Refused,
                format!(
                    "{} keeps no models of runs, which MLflow does from version 3 on",
                    http.base()
                ),
            ),
            false => e,
        })?;
    let usable = found
        .into_iter()
        .filter(|model| model.info.name == new.name && (model.is_ready() || model.is_pending()));
    // A complete one before others.
    Ok(usable.max_by_key(models::Model::is_ready))
}

fn upload(
    http: &Http,
    run: &Run,
    logged: &models::Model,
    prepared: &Prepared,
    tell: &dyn Fn(u64),
) -> Result<u64> {
    let info = &logged.info;
    let root = Root::of(&info.artifact_uri)?;
    let (mut size, mut sent) = (0, 0);
    let mut sizes = Vec::new();
    for (path, _) in &prepared.files {
        let len = fs::metadata(path)
            .map_err(|e| Error::unreadable(path, &e))?
            .len();
        sizes.push(len);
        size += len;
    }
    let version = server::version(http);
    let description = Description {
        model_id: &info.model_id,
        run_id: &run.info.run_id,
        artifact_uri: &info.artifact_uri,
        mlflow: version.as_deref(),
        needs: &prepared.onnx.needs(),
        signature: &prepared.signature,
        has_example: prepared.example.is_some(),
        size,
        created: &jiff::Timestamp::now()
            .strftime("%Y-%m-%d %H:%M:%S.%6f")
            .to_string(),
    };
    let mut put = |path: &str, content: Content<'_>, len: u64| {
        root.put(http, Owner::Model(&info.model_id), path, content)?;
        tell(len);
        sent += len;
        Ok::<_, Error>(())
    };
    for ((path, name), len) in prepared.files.iter().zip(sizes) {
        put(name, Content::File(path), len)?;
    }
    let example = prepared.example.iter();
    let example = example.flat_map(|e| [(EXAMPLE, e.input()), (REQUEST, e.request())]);
    for (name, text) in description.files().into_iter().chain(example) {
        put(name, Content::Bytes(text.as_bytes()), text.len() as u64)?;
    }
    Ok(sent)
}

/// Shows the model among the run's outputs.
fn attach(http: &Http, run_id: &str, model_id: &str) -> Result<()> {
    let mut backoff = Backoff::default();
    loop {
        let run = runs::get(http, run_id)?;
        if run.has_output(model_id) {
            return Ok(());
        }
        let steps = run.data.metrics.iter().map(|point| point.step);
        let step = steps.max().unwrap_or(0);
        match models::attach(http, run_id, model_id, step) {
            Err(e) if e.is_open() && backoff.wait(None) => {}
            attached => return attached,
        }
    }
}

/// Shows the last points of the run's metrics with the model, and says how many there are.
fn link(http: &Http, run: &Run, model_id: &str) -> Result<usize> {
    for points in run.data.metrics.chunks(crate::limits::METRICS) {
        models::link(http, &run.info.run_id, model_id, points)?;
    }
    Ok(run.data.metrics.len())
}

/// The version that the model is, and whether it was made now.
fn version(http: &Http, name: &str, run_id: &str, model_id: &str) -> Result<(String, bool)> {
    let mut backoff = Backoff::default();
    let mut is_new = false;
    loop {
        if let Some(version) = registry::find(http, name, model_id)? {
            return Ok((version.version, is_new));
        }
        match registry::add(http, name, run_id, model_id) {
            Err(e) if e.is_open() && backoff.wait(None) => is_new = true,
            made => return Ok((made?.version, true)),
        }
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Invalid, message)
}
