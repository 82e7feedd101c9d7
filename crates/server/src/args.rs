//! The flags: those with which TensorBoard starts its own data server, and a few more.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Parser};
use tfevents::Policy;

/// What `--help` prints.
pub const USAGE: &str = "\
Serve a logdir to TensorBoard: every point kept, damage skipped, files read as they grow.

Usage: tfevents-data-server --logdir LOGDIR [OPTIONS]

To make TensorBoard use it:
  TENSORBOARD_DATA_SERVER_BINARY=$(which tfevents-data-server) tensorboard --logdir LOGDIR

Options:
      --logdir LOGDIR       A directory, a file, or a pattern such as 'logs/*/train'. Or several
                            of these separated by commas, each with a name if you like:
                            adam:logs/adam,sgd:logs/sgd
      --policy POLICY       What to show where a run was restarted and repeats steps [default: fast]
                              fast       the later points, as TensorBoard's own data server
                              slow       as TensorBoard with --load_fast=false
                              last-wins  the last point of each step, in order of steps
                              raw        all points, in the order of the files
      --samples-per-plugin PLUGIN=N,...
                            Show at most N points of each series of a plugin, whatever TensorBoard
                            asks for; 'all' or 0 for no limit. It asks for all of them, and gets up
                            to 50,000, if it is started with --samples_per_plugin PLUGIN=0
      --reload SECONDS      Look for new data this often, at most once a second [default: 5].
                            'once' reads the logdir as it is and stops there
      --host HOST           The address to listen on [default: localhost]
      --port PORT           The port to listen on; 0 picks a free one [default: 6806]
      --port-file FILE      Write the port to this file once the server listens
      --error-file FILE     Write the reason to this file if the server cannot start
      --die-after-stdin     End when standard input ends
      --checksum            Verify all checksums while loading. Without it, those of large images,
                            sounds, graphs and tensors are verified when TensorBoard asks for one;
                            all others are always verified while loading
      --no-checksum         Undo --checksum
  -v, --verbose             Say on stderr after each load how many runs there are, how many of them
                            changed, and how long it took
  -h, --help                Print this
      --version             Print the version
";

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// To serve a logdir.
    Serve(Box<Options>),
    /// The text of `--help`.
    Help,
    /// The version.
    Version,
}

/// How to serve a logdir.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// What is served, as [`roots`](crate::roots) understands it.
    pub logdir: OsString,
    /// What is shown where steps repeat.
    pub policy: Policy,
    /// The most points that are shown of each series, of plugins that have a limit.
    pub samples: BTreeMap<String, usize>,
    /// Whether to verify all checksums while loading: see [`Loader::checksum`](crate::Loader::checksum).
    pub checksum: bool,
    /// When to look for new data.
    pub reload: Reload,
    /// The address to listen on.
    pub host: String,
    /// The port to listen on; 0 picks a free one.
    pub port: u16,
    /// Where to write the port.
    pub port_file: Option<PathBuf>,
    /// Where to write why the server cannot start.
    pub error_file: Option<PathBuf>,
    /// Whether the server ends with its standard input.
    pub die_after_stdin: bool,
    /// Whether to say what is read.
    pub verbose: bool,
    /// What was not understood and is ignored, one sentence each.
    pub warnings: Vec<String>,
}

/// When to look for new data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reload {
    /// Never: the logdir is read once.
    Once,
    /// So long after the last look.
    Every(Duration),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            logdir: OsString::new(),
            policy: Policy::Fast,
            samples: BTreeMap::new(),
            checksum: false,
            reload: Reload::Every(Duration::from_secs(5)),
            host: "localhost".to_owned(),
            port: 6806,
            port_file: None,
            error_file: None,
            die_after_stdin: false,
            verbose: false,
            warnings: Vec::new(),
        }
    }
}

impl Command {
    /// Reads the command line, without the program's name. Of a flag that is repeated the last one counts, because
    /// TensorBoard adds a user's flags to its own; what a later TensorBoard may add is ignored with a warning.
    ///
    /// # Errors
    ///
    /// A sentence about a value that is missing or makes no sense.
    ///
    /// # Examples
    ///
    /// ```
    /// use tfevents_server::Command;
    ///
    /// let Command::Serve(options) = Command::parse(["--logdir=logs", "--port", "0", "--port=7000"])? else {
    ///     return Ok(());
    /// };
    /// assert_eq!(options.logdir, "logs");
    /// assert_eq!(options.port, 7000);
    /// # Ok::<(), String>(())
    /// ```
    pub fn parse<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Result<Self, String> {
        let mut options = Options::default();
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
            let flag = match arg {
                Arg::Long(name) => name.replace('_', "-"),
                Arg::Short('v') => "verbose".to_owned(),
                Arg::Short('h') => "help".to_owned(),
                Arg::Short(letter) => format!("-{letter}"),
                Arg::Value(value) => {
                    options.ignore(format_args!("argument {value:?}"));
                    continue;
                }
            };
            match &*flag {
                "help" => return Ok(Self::Help),
                "version" => return Ok(Self::Version),
                "verbose" => options.verbose = true,
                "die-after-stdin" => options.die_after_stdin = true,
                "checksum" => options.checksum = true,
                "no-checksum" => options.checksum = false,
                "logdir" | "policy" | "samples-per-plugin" | "reload" | "host" | "port"
                | "port-file" | "error-file" => {
                    let missing = |_| format!("--{flag} needs a value");
                    let value = parser.value().map_err(missing)?;
                    options.set(&flag, value)?;
                }
                _ => {
                    parser.optional_value();
                    let dashes = if flag.starts_with('-') { "" } else { "--" };
                    options.ignore(format_args!("flag {dashes}{}", flag.escape_debug()));
                }
            }
        }
        Ok(Self::Serve(Box::new(options)))
    }
}

impl Options {
    fn ignore(&mut self, what: impl Display) {
        self.warnings.push(format!("ignoring the unknown {what}"));
    }

    fn set(&mut self, flag: &str, value: OsString) -> Result<(), String> {
        match flag {
            "logdir" => self.logdir = value,
            "port-file" => self.port_file = Some(value.into()),
            "error-file" => self.error_file = Some(value.into()),
            _ => {
                let wrong = |value: OsString| format!("--{flag} {value:?} is not UTF-8");
                let value = value.into_string().map_err(wrong)?;
                self.set_text(flag, value)?;
            }
        }
        Ok(())
    }

    fn set_text(&mut self, flag: &str, value: String) -> Result<(), String> {
        match flag {
            "host" => self.host = value,
            "policy" => self.policy = value.parse().map_err(|e: tfevents::Error| e.to_string())?,
            "port" => {
                let wrong = |_| format!("--port {value:?} is not a port number: use 0 to 65535");
                self.port = value.parse().map_err(wrong)?;
            }
            "reload" => self.reload = reload(&value)?,
            _ => self.samples = samples(&value)?,
        }
        Ok(())
    }
}

fn reload(value: &str) -> Result<Reload, String> {
    if value == "once" {
        return Ok(Reload::Once);
    }
    let wrong = |_| format!("--reload {value:?} is invalid: use `once` or a number of seconds");
    let seconds: u64 = value.parse().map_err(wrong)?;
    // TensorBoard rounds half a second to none.
    Ok(Reload::Every(Duration::from_secs(seconds.max(1))))
}

/// How many points to show at most. Plugins without a limit are not in it.
fn samples(value: &str) -> Result<BTreeMap<String, usize>, String> {
    let mut samples = BTreeMap::new();
    for entry in value.split(',').filter(|entry| !entry.is_empty()) {
        let wrong =
            || format!("--samples-per-plugin {entry:?} is invalid: use PLUGIN=N or PLUGIN=all");
        let (plugin, n) = entry.split_once('=').ok_or_else(wrong)?;
        let most = match n {
            "all" => 0,
            n => n.parse().map_err(|_| wrong())?,
        };
        match most {
            // As TensorBoard's own flag has it.
            0 => samples.remove(plugin),
            most => samples.insert(plugin.to_owned(), most),
        };
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(args: &[&str]) -> Options {
        match Command::parse(args).unwrap() {
            Command::Serve(options) => *options,
            other => panic!("{other:?}"),
        }
    }

    /// As TensorBoard 2.21 passes them.
    #[test]
    fn flags_of_tensorboard() {
        let options = options(&[
            "--logdir=logs",
            "--reload=0",
            "--samples-per-plugin=scalars=all,images=7",
            "--port=0",
            "--port-file=/tmp/x/port",
            "--die-after-stdin",
            "--error-file=/tmp/x/startup_error",
            "--verbose",
            "--verbose",
            "--checksum",
            "--host",
            "127.0.0.1",
        ]);
        let expected = Options {
            logdir: "logs".into(),
            reload: Reload::Every(Duration::from_secs(1)),
            samples: [("images".into(), 7)].into(),
            checksum: true,
            port: 0,
            port_file: Some("/tmp/x/port".into()),
            die_after_stdin: true,
            error_file: Some("/tmp/x/startup_error".into()),
            verbose: true,
            host: "127.0.0.1".into(),
            ..Options::default()
        };
        assert_eq!(options, expected);
    }

    #[test]
    fn values_may_be_empty_and_flags_may_repeat() {
        let options = options(&[
            "--logdir=",
            "--samples-per-plugin=",
            "--reload=once",
            "--reload=7",
            "--port_file=a",
            "--port-file",
            "b",
        ]);
        assert_eq!((&*options.logdir, options.samples.len()), ("".as_ref(), 0));
        assert_eq!(options.reload, Reload::Every(Duration::from_secs(7)));
        assert_eq!(options.port_file, Some("b".into()));
        assert_eq!(
            samples("text=3,images=7,text=0,images=8"),
            Ok([("images".into(), 8)].into())
        );
    }

    #[test]
    fn flags_of_a_later_tensorboard_are_ignored() {
        let options = options(&["--new-flag=3", "--other", "-x", "--logdir", "logs", "stray"]);
        assert_eq!(options.logdir, "logs");
        for (flag, warning) in ["--new-flag", "--other", "-x", "stray"]
            .iter()
            .zip(&options.warnings)
        {
            assert!(warning.contains(flag), "{warning}");
        }
        assert_eq!(options.warnings.len(), 4);
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        for (args, says) in [
            (&["--port=99999"][..], "99999"),
            (&["--reload=often"], "once"),
            (&["--samples-per-plugin=scalars"], "PLUGIN=N"),
            (&["--samples-per-plugin=scalars=-1"], "scalars=-1"),
            (&["--policy=newest"], "last-wins"),
            (&["--logdir"], "--logdir needs a value"),
        ] {
            let error = Command::parse(args).unwrap_err();
            assert!(error.contains(says), "{args:?}: {error}");
        }
        assert_eq!(Command::parse(["-h"]).unwrap(), Command::Help);
        assert_eq!(Command::parse(["--version"]).unwrap(), Command::Version);
    }
}
