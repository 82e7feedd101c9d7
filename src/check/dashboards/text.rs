//! Text.

use crate::check::Flaw;
use crate::event::DataRef;
use crate::plugin::text;

pub(super) fn flaw(data: &DataRef<'_>) -> Option<Flaw> {
    let Ok(text) = text::decode(data) else {
        return Some(Flaw::new(
            "text_form",
            "Text: a value is not a tensor of strings; TensorBoard answers 500 for the whole tag",
            "Log strings.",
        ));
    };
    if text.cells.is_empty() {
        // What stands in front of the last two dimensions picks the table that is shown.
        let tables = &text.shape[..text.shape.len().saturating_sub(2)];
        let then = match tables.contains(&0) {
            true => "TensorBoard answers 500 for the whole tag",
            false => "its card is empty",
        };
        return Some(Flaw::new(
            "text_none",
            format!("Text: a value has no strings, so {then}"),
            "Log at least one string per step.",
        ));
    }
    if text
        .cells
        .iter()
        .any(|cell| std::str::from_utf8(cell).is_err())
    {
        return Some(Flaw::new(
            "text_utf8",
            "Text: a string is not UTF-8; TensorBoard answers 500 for the whole tag",
            "Encode the text as UTF-8.",
        ));
    }
    (text.shape.len() > 2).then(|| {
        Flaw::new(
            "text_rank",
            format!(
                "Text: a tensor has rank {}: only its first table is shown",
                text.shape.len()
            ),
            "Log tables of rank 2.",
        )
    })
}
