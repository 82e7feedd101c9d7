//! Files in a logdir that are not its event files, and what they are instead.

#[cfg(feature = "logdir")]
mod beside;
mod content;
mod recognise;

#[cfg(feature = "logdir")]
pub use beside::{Beside, beside, beside_and_others};
pub use content::Content;

/// What a file is that is not an event file, although it is beside event files or named like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Foreign {
    /// A profile that xprof shows: `plugins/profile/<session>/<host>.xplane.pb`, or what belongs to it.
    Profile,
    /// A profile in the form of older TensorFlows, which nothing shows any more.
    OldProfile,
    /// A profile outside `plugins/profile/<session>`, where nothing looks for it.
    StrayProfile,
    /// A trace by PyTorch's profiler: `*.pt.trace.json`.
    TorchTrace,
    /// A dump for TensorFlow's debugger: `tfdbg_events.*`.
    Debugger,
    /// Records of VisualDL: `vdlrecords.*`.
    VisualDl,
    /// A summary of MindSpore: `*.out.events.summary.*`.
    MindSpore,
    /// What Unity's editor keeps beside a file: `*.meta`.
    UnityMeta,
    /// What SageMaker leaves beside a file that it has uploaded: `*.sagemaker-uploaded`.
    SageMaker,
    /// Something other than events, in a file that is named like an event file.
    NotEvents(Content),
    /// Events, in a file that TensorBoard does not look into because `tfevents` is not in its name.
    Unnamed,
}

impl Foreign {
    /// What it is, in a few words; the plural where there are several.
    #[must_use]
    pub fn noun(self, count: u64) -> &'static str {
        let (one, many) = match self {
            Self::Profile | Self::OldProfile => ("profile session", "profile sessions"),
            Self::StrayProfile => ("profile", "profiles"),
            Self::TorchTrace => ("PyTorch trace", "PyTorch traces"),
            Self::Debugger => ("debugger dump", "debugger dumps"),
            Self::VisualDl => ("VisualDL file", "VisualDL files"),
            Self::MindSpore => ("MindSpore summary", "MindSpore summaries"),
            Self::UnityMeta => ("Unity .meta file", "Unity .meta files"),
            Self::SageMaker => ("SageMaker marker", "SageMaker markers"),
            Self::NotEvents(content) => content.nouns(),
            Self::Unnamed => ("file of events", "files of events"),
        };
        if count == 1 { one } else { many }
    }

    /// One of them, in a sentence: "a ZIP archive".
    #[must_use]
    pub fn phrase(self) -> String {
        let article = match self {
            Self::NotEvents(Content::Hdf5) => "an",
            _ => "a",
        };
        format!("{article} {}", self.noun(1))
    }

    /// What shows it, or why nothing does.
    #[must_use]
    pub fn remark(self) -> &'static str {
        match self {
            Self::Profile => "Profile tab, needs xprof",
            Self::OldProfile => "made by an older TensorFlow, which xprof no longer reads",
            Self::StrayProfile => "outside of plugins/profile/<session>, so xprof does not find it",
            Self::TorchTrace => "PyTorch Profiler tab, needs torch-tb-profiler",
            Self::Debugger => "Debugger V2 tab, needs tensorflow",
            Self::VisualDl => "shown by VisualDL, not by TensorBoard",
            Self::MindSpore => "shown by MindInsight, not by TensorBoard",
            Self::UnityMeta => {
                "written by the Unity editor; not event files, but TensorBoard reads them as such"
            }
            Self::SageMaker => "not an event file, but TensorBoard reads it as one",
            Self::NotEvents(Content::GitLfs) => "get the files themselves with `git lfs pull`",
            Self::NotEvents(_) => "not events, but its name contains `tfevents`: rename it",
            Self::Unnamed => "TensorBoard requires `tfevents` in the name: rename it",
        }
    }

    /// A short name that does not change, for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::OldProfile => "old_profile",
            Self::StrayProfile => "stray_profile",
            Self::TorchTrace => "torch_trace",
            Self::Debugger => "debugger",
            Self::VisualDl => "visualdl",
            Self::MindSpore => "mindspore",
            Self::UnityMeta => "unity_meta",
            Self::SageMaker => "sagemaker",
            Self::NotEvents(content) => content.code(),
            Self::Unnamed => "unnamed_events",
        }
    }
}
