//! What a metric is, as TensorBoard shows it.

use burn::train::metric::{MetricAttributes, MetricDefinition};

/// Markdown out of the description, the unit, and what is better. Empty if nothing is known.
pub(crate) fn description(definition: &MetricDefinition) -> String {
    let mut parts: Vec<String> = definition.description.iter().cloned().collect();
    if let MetricAttributes::Numeric(attributes) = &definition.attributes {
        parts.extend(attributes.unit.iter().map(|unit| format!("Unit: {unit}.")));
        let better = match attributes.higher_is_better {
            true => "Higher is better.",
            false => "Lower is better.",
        };
        parts.push(better.to_owned());
    }
    parts.join("\n\n")
}
