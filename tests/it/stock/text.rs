//! Markdown and tables, as the HTML that TensorBoard makes of them.

use std::path::Path;

use serde_json::{Value, json};
use tfevents::Text;

use super::{NOW, accumulated, base64, list, shown, writer};

const RUN: &str = "text";

/// Markdown that was logged under one tag, and its HTML.
const NOTES: [(&str, &str); 4] = [
    (
        "# Title\n\n* a **b**\n* `c`\n\n| x | y |\n|---|---|\n| 1 | 2 |",
        "<h1>Title</h1>\n<ul>\n<li>a <strong>b</strong></li>\n<li><code>c</code></li>\n</ul>\n\
         <table>\n<thead>\n<tr>\n<th>x</th>\n<th>y</th>\n</tr>\n</thead>\n\
         <tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>",
    ),
    ("Größe 損失 🙂 e\u{301}", "<p>Größe 損失 🙂 e\u{301}</p>"),
    (
        "1 < 2 & <b>not bold</b>",
        "<p>1 &lt; 2 &amp; &lt;b&gt;not bold&lt;/b&gt;</p>",
    ),
    ("", ""),
];

const TABLE: [[&str; 3]; 2] = [["", "adam", "**sgd**"], ["Rate η", "0.001", "0.1"]];

const TABLE_HTML: &str = "<table>\n<tbody>\n\
    <tr>\n<td></td>\n<td><p>adam</p></td>\n<td><p><strong>sgd</strong></p></td>\n</tr>\n\
    <tr>\n<td><p>Rate η</p></td>\n<td><p>0.001</p></td>\n<td><p>0.1</p></td>\n</tr>\n\
    </tbody>\n</table>";

pub(super) fn log(dir: &Path) {
    let writer = writer(dir);
    for (step, (markdown, _)) in (-1..).zip(NOTES) {
        writer.add_text("notes", markdown, step).unwrap();
    }
    let table = Text::table(TABLE).unwrap();
    writer.add_text("table/of runs", table, 7).unwrap();
    let cell = Text::table([["alone"]]).unwrap();
    writer.add_text("table/of one", cell, 7).unwrap();
    let rows: [[&str; 0]; 0] = [];
    let empty = Text::table(rows).unwrap();
    writer.add_text("table/of nothing", empty, 7).unwrap();
    writer.close().unwrap();
}

fn point(step: i64, html: &str) -> Value {
    json!({"step": step, "wall_time": NOW, "string": html})
}

#[test]
fn markdown_is_shown_as_html() {
    for shown in shown() {
        let points: Value = (-1..)
            .zip(NOTES)
            .map(|(step, (_, html))| point(step, html))
            .collect();
        let found = shown.series("text", RUN, "notes");
        assert_eq!(found, &points, "{:?}", shown.mode);
    }
}

#[test]
fn tables_are_shown_as_tables() {
    for shown in shown() {
        for (tag, html) in [
            ("table/of runs", TABLE_HTML),
            (
                "table/of one",
                "<table>\n<tbody>\n<tr>\n<td><p>alone</p></td>\n</tr>\n</tbody>\n</table>",
            ),
            ("table/of nothing", "<table>\n<tbody>\n</tbody>\n</table>"),
        ] {
            let found = shown.series("text", RUN, tag);
            assert_eq!(found, &json!([point(7, html)]), "{:?}: {tag}", shown.mode);
        }
        assert_eq!(shown.tags("text", RUN).len(), 4);
    }
}

#[test]
fn the_python_readers_find_every_text() {
    let Some(run) = accumulated(RUN) else { return };
    let notes = list(&run["tensors"]["notes"]);
    for (note, (markdown, _)) in notes.iter().zip(NOTES) {
        assert_eq!(note["shape"], json!([]));
        assert_eq!(note["values"], json!([base64(markdown)]));
    }
    assert_eq!(notes.len(), NOTES.len());
    let table = &run["tensors"]["table/of runs"][0];
    assert_eq!(table["shape"], json!([2, 3]));
    assert_eq!(
        table["values"],
        json!(TABLE.as_flattened().iter().map(base64).collect::<Vec<_>>())
    );
    assert_eq!(
        run["tensors"]["table/of nothing"][0]["shape"],
        json!([0, 0])
    );
    assert_eq!(run["metadata"]["notes"]["plugin_name"], "text");
}
