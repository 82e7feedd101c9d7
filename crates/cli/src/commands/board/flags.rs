//! What TensorBoard is started with.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;

use super::Args;
use crate::ui::usage::UsageError;

/// Flags that would have no effect, or the wrong one, and what to do instead.
const REFUSED: [(&str, &str); 6] = [
    ("--logdir", "pass logdirs before the `--`"),
    ("--logdir_spec", "pass logdirs before the `--`"),
    ("--reload_interval", "pass --interval before the `--`"),
    (
        "--grpc_data_provider",
        "run `tensorboard` yourself to use another data server",
    ),
    (
        "--load_fast",
        "run `tensorboard` yourself to use its own loaders",
    ),
    (
        "--extra_data_server_flags",
        "pass flags of `tfevents board` before the `--`",
    ),
];

/// # Errors
///
/// A flag that does nothing in a TensorBoard that gets its data from here.
pub(super) fn check(flags: &[OsString]) -> Result<(), UsageError> {
    for flag in flags {
        let flag = flag.to_string_lossy();
        let name = flag.split('=').next().unwrap_or_default();
        if let Some((name, instead)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            return Err(UsageError(format!(
                "TensorBoard's {name} does not work with `tfevents board`; {instead}"
            )));
        }
    }
    Ok(())
}

/// All flags: ours first, because TensorBoard takes the last of those that are repeated.
pub(super) fn all(args: &Args, data: SocketAddr) -> Vec<OsString> {
    let mut flags = vec![flag(
        "--grpc_data_provider",
        format!("localhost:{}", data.port()),
    )];
    if let [path] = &*args.serving.paths
        && path.is_dir()
    {
        // Some dashboards read files by themselves.
        flags.push(flag("--logdir", path));
    }
    if let Some(port) = args.port {
        flags.push(flag("--port", port.to_string()));
    }
    if args.bind_all {
        flags.push("--bind_all".into());
    }
    flags.extend_from_slice(&args.flags);
    flags
}

fn flag(name: &str, value: impl AsRef<OsStr>) -> OsString {
    let mut flag = OsString::from(name);
    flag.push("=");
    flag.push(value);
    flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_without_effect_are_refused() {
        for (flag, says) in [
            ("--reload_interval=5", "--interval"),
            ("--logdir", "before the `--`"),
            ("--load_fast=false", "`tensorboard` yourself"),
        ] {
            let error = check(&["--verbosity=0".into(), flag.into()]).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
        assert!(check(&["--samples_per_plugin".into(), "scalars=0".into()]).is_ok());
    }
}
