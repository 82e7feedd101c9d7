//! The program as its users meet it: one process a test, and only what it prints, writes and returns.
//!
//! | module | question |
//! |---|---|
//! | `manners` | exit statuses, streams, help, colours, pipes, mistyped arguments: the same for all verbs |
//! | `inspect` | what does a logdir hold? |
//! | `beside` | is what lies beside event files named for what it is? |
//! | `board` | does TensorBoard show what the program says, and end with it? |
//! | `cat` | is every event printed, as it is stored? |
//! | `check` | is everything found that is wrong or hidden, and nothing else? |
//! | `compact` | is everything there in one file a run, said once? |
//! | `copied_hparams` | do copies say what their runs were configured with, in every verb? |
//! | `diff` | is every difference told, and none that is none? |
//! | `completions` | does every shell's script parse and know every verb? |
//! | `documents` | does every command in the documentation run, and print what is shown below it? |
//! | `du` | is every byte counted once, and named for what it is? |
//! | `export` | do tables and media hold what was logged, and nothing is overwritten? |
//! | `filter` | is what stays exactly what was asked for, and otherwise untouched? |
//! | `fuzzed` | does text from anywhere leave the parsers alive? |
//! | `get` | is it exactly what was logged, and is it clear what else there is? |
//! | `import` | does what is in tables and log lines come in, and everything else get told? |
//! | `interrupted` | is everything as before, or done, whenever it ends? |
//! | `many_tags` | is memory bounded by the file where every point has a tag of its own? |
//! | `listed` | is more than ten of anything summed up, and all of it listed with `-v`? |
//! | `man` | is there a page for every verb, with its examples? |
//! | `mlflow` | is it told what would be sent, and what is wrong before anything is? |
//! | `outputs` | does output go where it was asked to, in every verb, and nothing get replaced or mixed? |
//! | `mlflow_server` | is every difference from MLflow told, and does a watch send everything however it ends? |
//! | `mlflow_pull` | do runs that MLflow wrote come out whole, without a server? |
//! | `merge` | is everything there once, in order, and nothing mixed up unasked? |
//! | `plot` | is everything drawn that there is, legibly, and the same each time? |
//! | `progress` | does every verb that reads show how far it is, and only on a terminal? |
//! | `prune` | does exactly what was asked for go, come back, and nothing that is written or linked? |
//! | `report` | does the page hold what was asked for, and say what it does not? |
//! | `reduce` | are statistics right, and is everything told that went into none? |
//! | `rename` | does everything have its new name, and nothing the name of something else? |
//! | `repair` | does all that is intact come back, byte for byte, and nothing get overwritten? |
//! | `run_table` | does every run have its line, and the right numbers in it? |
//! | `split` | do pieces hold all there was, and make the whole again? |
//! | `targets` | does everything that is written have a place of its own, and nothing get replaced? |
//! | `terminal` | does what comes out of files leave the terminal alone? |
//! | `tail` | is everything told that is logged while it is, and does it end when it should? |
//! | `support`, `pty`, `python` | starting the program, also on a terminal; logdirs to start it on; asking other programs |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these end a test, which is what they are for here"
)]

mod beside;
#[cfg(feature = "server")]
mod board;
mod cat;
mod check;
mod compact;
mod completions;
mod copied_hparams;
mod diff;
#[cfg(unix)]
mod documents;
mod du;
mod export;
mod filter;
mod fuzzed;
mod get;
mod help;
mod hparams;
mod import;
mod inspect;
mod interrupted;
mod listed;
mod man;
mod manners;
#[cfg(target_os = "linux")]
mod many_tags;
mod merge;
mod mlflow;
#[cfg(feature = "mlflow")]
mod mlflow_pull;
#[cfg(feature = "mlflow")]
mod mlflow_server;
mod outputs;
mod plot;
#[cfg(all(unix, debug_assertions))]
mod progress;
mod prune;
#[cfg(unix)]
mod pty;
mod python;
mod reduce;
mod rename;
mod repair;
#[cfg(feature = "report")]
mod report;
mod run_table;
mod split;
mod support;
mod tail;
mod targets;
#[cfg(unix)]
mod terminal;
