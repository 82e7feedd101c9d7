//! Why a dashboard answers with an error, or stays blank.

use std::borrow::Cow;
use std::fmt;

/// The code of hyperparameters that cannot be read.
pub(super) const HPARAMS_CONTENT: &str = "hparams_content";

/// The codes of hyperparameters that are not shown: for their values, and for their tag.
pub(super) const HPARAMS_VALUE: &str = "hparams_value";
pub(super) const HPARAMS_TAG: &str = "hparams_tag";

/// The code of histograms in the oldest form.
pub(super) const HISTOGRAM_OBSOLETE: &str = "histogram_obsolete";

/// The codes of flaws that say that a value is of a form that some loader does not show.
const MISFORMED: [&str; 5] = [
    "scalar_form",
    "picture_form",
    "sound_form",
    "graph_form",
    "histogram_edges",
];

/// Something in the data at which a dashboard fails or shows nothing, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    code: &'static str,
    message: Cow<'static, str>,
    cure: Cow<'static, str>,
}

impl Flaw {
    pub(super) fn new(
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
        cure: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            message: message.into(),
            cure: cure.into(),
        }
    }

    /// A short name that does not change, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Whether it breaks the whole HParams dashboard, so that nothing else can be said of it.
    pub(super) fn breaks_dashboard(&self) -> bool {
        self.code == HPARAMS_CONTENT
    }

    /// Whether it says that the value is of a form that some loader does not show.
    pub(super) fn is_of_form(&self) -> bool {
        MISFORMED.contains(&self.code)
    }

    /// What to do about it, as a sentence.
    #[must_use]
    pub fn cure(&self) -> &str {
        &self.cure
    }
}

/// What is wrong, and what the dashboard does then.
impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
