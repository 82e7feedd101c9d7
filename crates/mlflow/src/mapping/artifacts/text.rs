//! Texts: `text/NAME/STEP.md`, which MLflow's pages show as Markdown.

use tfevents::plugin::text::TextRef;

/// A text as one file: a single one as it was logged, a column or a table as a table of Markdown's.
pub(super) fn file(text: &TextRef<'_>) -> Vec<u8> {
    match *text.shape {
        [] => text.cells.iter().next().unwrap_or_default().to_vec(),
        [rows, columns] if columns > 0 => table(text, rows, columns),
        _ => table(text, text.cells.len(), 1),
    }
}

/// The same as text, but for a single one in a list, as PyTorch logs it: that is meant.
pub(super) fn whole(text: &TextRef<'_>) -> String {
    let bytes = match text.cells.len() {
        1 => text.cells.iter().next().unwrap_or_default().to_vec(),
        _ => file(text),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// TensorBoard's tables have no head. Markdown's must have one, so it is empty.
fn table(text: &TextRef<'_>, rows: usize, columns: usize) -> Vec<u8> {
    let mut cells = text.to_text();
    let mut table = format!(
        "{}\n{}\n",
        "| ".repeat(columns) + "|",
        "|---".repeat(columns) + "|"
    );
    for _ in 0..rows {
        for cell in cells.by_ref().take(columns) {
            // What would end the cell is written otherwise.
            let cell = cell.replace('|', "\\|").replace("\r\n", "<br>");
            table += &format!("| {} ", cell.replace(['\n', '\r'], "<br>"));
        }
        table += "|\n";
    }
    table.into_bytes()
}
