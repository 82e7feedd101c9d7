//! Pages that draw data by themselves: they load nothing, and work in the frame in which MLflow shows them.

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};

const PAGE: &str = include_str!("page/page.html");
const COMMON: &str = include_str!("page/common.js");

/// What draws the data.
#[derive(Clone, Copy, Debug)]
pub(super) enum Script {
    Graph,
    Histogram,
    Mesh,
    PrCurve,
}

impl Script {
    fn text(self) -> &'static str {
        match self {
            Self::Graph => include_str!("page/graph.js"),
            Self::Histogram => include_str!("page/histogram.js"),
            Self::Mesh => include_str!("page/mesh.js"),
            Self::PrCurve => include_str!("page/pr_curve.js"),
        }
    }
}

/// A page with a title and a remark.
pub(super) fn page(
    title: &str,
    note: &str,
    script: Script,
    data: &impl Serialize,
) -> Result<String> {
    let data = serde_json::to_string(data).map_err(|e| {
        let what = format!("cannot draw `{title}`: {e}");
        Error::new(ErrorKind::Invalid, what)
    })?;
    let mut page = String::with_capacity(PAGE.len() + COMMON.len() + data.len());
    let mut rest = PAGE;
    // One after the other: what is put in may look like a place, too.
    for (place, text) in [
        ("{title}", escaped(title)),
        ("{heading}", escaped(title)),
        ("{note}", escaped(note)),
        // No text in the data ends the script.
        ("{data}", data.replace('<', "\\u003c")),
        ("{script}", format!("{COMMON}{}", script.text())),
    ] {
        if let Some((before, after)) = rest.split_once(place) {
            page += before;
            page += &text;
            rest = after;
        }
    }
    Ok(page + rest)
}

/// Text of unknown origin between tags.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_files_does_not_become_part_of_the_page() {
        let evil = "</script><script>alert(1)</script>{data}{script}";
        let page = page(evil, evil, Script::Histogram, &[evil]).unwrap();
        assert_eq!(page.matches("<script>").count(), 1);
        assert_eq!(page.matches("</script>").count(), 1);
        assert!(page.contains("<h1>&lt;/script&gt;"));
        assert!(page.contains(r#"const data = ["\u003c/script>"#));
    }
}
