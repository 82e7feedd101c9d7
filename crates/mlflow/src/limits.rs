//! How much MLflow takes. Beyond some of these it answers with success and cuts silently.

/// Metrics of one request.
pub(crate) const METRICS: usize = 1000;
/// Parameters of one request.
pub(crate) const PARAMS: usize = 100;
/// Tags of one request.
pub(crate) const TAGS: usize = 100;
/// Metrics, parameters and tags of one request.
pub(crate) const TOGETHER: usize = 1000;
/// Characters of a key of any kind.
pub(crate) const KEY: usize = 250;
/// Characters of the value of a parameter.
pub(crate) const PARAM_VALUE: usize = 6000;
/// Characters of the value of a tag.
pub(crate) const TAG_VALUE: usize = 8000;
/// Metric keys of a run with which MLflow's pages can still cope.
pub(crate) const DRAWN_KEYS: usize = 500;
