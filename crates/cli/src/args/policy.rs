//! `--policy`: which points count where steps repeat or go back.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use tfevents::Policy;

/// Policies by name, with what the help says about each.
pub(crate) fn policies() -> impl TypedValueParser<Value = Policy> {
    PossibleValuesParser::new([
        PossibleValue::new("raw").help("All points"),
        PossibleValue::new("fast").help("The points TensorBoard shows"),
        PossibleValue::new("slow").help("The points TensorBoard shows with --load_fast=false"),
        PossibleValue::new("last-wins").help("The last point of each step, sorted by step"),
    ])
    .try_map(|name| name.parse())
}
