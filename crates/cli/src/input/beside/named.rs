//! What files beside event files are, by their names.

use std::path::{Component, Path};

use tfevents_analysis::hyperparameters;

/// The configuration of embeddings, which TensorBoard looks for in every run.
pub(crate) const PROJECTOR: &str = "projector_config.pbtxt";
/// The directory of files that plugins such as the profiler read.
pub(crate) const PLUGINS: &str = "plugins";
/// Where hydra puts the configuration of a run.
pub(crate) const HYDRA: &str = ".hydra";
/// The endings of what may be a configuration.
const CONFIGURATIONS: [&str; 7] = ["cfg", "ini", "json", "pbtxt", "toml", "yaml", "yml"];
/// Those of tables and other text beside event files, such as `metrics.csv`.
const TEXT: [&str; 5] = ["csv", "jsonl", "md", "tsv", "txt"];
/// Those of weights and other states of training.
const CHECKPOINTS: [&str; 14] = [
    "bin",
    "ckpt",
    "h5",
    "hdf5",
    "keras",
    "msgpack",
    "npz",
    "onnx",
    "pickle",
    "pkl",
    "pt",
    "pth",
    "safetensors",
    "tar",
];
/// What the names of files and directories of checkpoints have in them.
const CHECKPOINT: [&str; 2] = ["checkpoint", "ckpt"];

/// What a file is, by its name relative to the directory of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    Configuration,
    /// The configuration of embeddings, or what it names.
    Embedding,
    /// In the directory of plugins.
    Plugin,
    Text,
    Checkpoint,
    Other,
}

impl Named {
    pub(crate) fn of(name: &Path) -> Self {
        let mut parts = name.components();
        match (parts.next(), parts.next()) {
            (Some(Component::Normal(first)), None) if first == PROJECTOR => Self::Embedding,
            (Some(Component::Normal(_)), None) if has_ending(name, &CONFIGURATIONS) => {
                Self::Configuration
            }
            (Some(Component::Normal(_)), None) if has_ending(name, &TEXT) => Self::Text,
            (Some(Component::Normal(first)), Some(_)) if first == PLUGINS => Self::Plugin,
            (Some(Component::Normal(first)), Some(_)) if first == HYDRA => Self::Configuration,
            _ if is_checkpoint(name) => Self::Checkpoint,
            _ => Self::Other,
        }
    }

    /// Whether it is part of what a run is.
    pub(crate) fn belongs(self) -> bool {
        !matches!(self, Self::Checkpoint | Self::Other)
    }

    /// What it is, in a few words; the plural where there are several.
    pub(crate) fn noun(self, count: u64) -> &'static str {
        let (one, many) = match self {
            Self::Configuration => ("configuration", "configurations"),
            Self::Embedding => ("embedding file", "embedding files"),
            Self::Plugin => ("plugin file", "plugin files"),
            Self::Text => ("text file", "text files"),
            Self::Checkpoint => ("checkpoint file", "checkpoint files"),
            Self::Other => ("other file", "other files"),
        };
        if count == 1 { one } else { many }
    }

    /// What shows it, or what it is for.
    pub(crate) fn remark(self) -> &'static str {
        match self {
            Self::Configuration => "how runs were configured",
            Self::Embedding => "Projector tab",
            Self::Plugin => "read by TensorBoard's plugins",
            Self::Text => "tables and notes, not read by TensorBoard",
            Self::Checkpoint | Self::Other => "not read by TensorBoard",
        }
    }

    /// A short name that does not change, for programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Embedding => "embedding",
            Self::Plugin => "plugin",
            Self::Text => "text_file",
            Self::Checkpoint => "checkpoint",
            Self::Other => "other",
        }
    }
}

/// Whether hyperparameters are looked for in a file of that name, or it lies with one.
pub(crate) fn is_configuration(name: &Path) -> bool {
    name.starts_with(HYDRA)
        || hyperparameters::KNOWN
            .iter()
            .any(|known| Path::new(known) == name)
}

/// Whether a file may configure something, by its ending.
pub(crate) fn may_configure(name: &Path) -> bool {
    has_ending(name, &CONFIGURATIONS)
}

fn is_checkpoint(name: &Path) -> bool {
    let in_checkpoint = name.iter().any(|part| {
        let part = part.to_string_lossy().to_lowercase();
        CHECKPOINT.iter().any(|word| part.contains(word))
    });
    in_checkpoint || has_ending(name, &CHECKPOINTS)
}

fn has_ending(name: &Path, endings: &[&str]) -> bool {
    let ending = name.extension().unwrap_or_default().to_string_lossy();
    endings.contains(&&*ending.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_files_are() {
        for (name, what) in [
            ("hparams.yaml", Named::Configuration),
            (".hydra/overrides", Named::Configuration),
            (PROJECTOR, Named::Embedding),
            ("plugins/profile/a/x.pb", Named::Plugin),
            ("metrics.csv", Named::Text),
            ("checkpoints/last/config.json", Named::Checkpoint),
            ("model.ckpt-100.index", Named::Checkpoint),
            ("best.PT", Named::Checkpoint),
            ("code/train.py", Named::Other),
            ("LICENSE", Named::Other),
        ] {
            assert_eq!(Named::of(Path::new(name)), what, "{name}");
        }
    }
}
