//! The HTML document around script, style and data.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::bundle;
use crate::media::Block;

/// What a document is made of. What is not said to be HTML is escaped here.
pub(crate) struct Document<'d> {
    pub(crate) title: &'d str,
    /// The line below the title.
    pub(crate) subtitle: &'d str,
    /// HTML of the author's notes; empty without any.
    pub(crate) notes: &'d str,
    pub(crate) left_out: &'d [String],
    /// HTML for browsers in which no script runs.
    pub(crate) unscripted: &'d str,
    /// The index, as JSON.
    pub(crate) index: &'d str,
    /// What is known about curves, packed, and the curves of each tag.
    pub(crate) curves: &'d str,
    pub(crate) blocks: &'d [String],
    /// The series of each tag of another kind, packed.
    pub(crate) media: &'d [Block],
}

impl Document<'_> {
    pub(crate) fn html(&self) -> String {
        let script = bundle::script();
        let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
        let media = self.media.iter().map(|block| &block.packed);
        let data = self
            .blocks
            .iter()
            .chain(media)
            .map(|block| block.len() + 60);
        let data: usize = data.sum();
        let mut html = String::with_capacity(data + script.len() + (1 << 16));
        let title = escaped(self.title);
        html.extend([
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-",
            &hash,
            "'; style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"generator\" content=\"tfevents ",
            env!("CARGO_PKG_VERSION"),
            "\">\n<title>",
            &title,
            "</title>\n<style>\n",
        ]);
        html.extend(bundle::STYLES.iter().copied());
        html.extend([
            "</style>\n</head>\n<body>\n<header class=\"top\">\n<div class=\"names\">\n<h1>",
            &title,
            "</h1>\n<p class=\"muted\">",
            &escaped(self.subtitle),
            "</p>\n</div>\n</header>\n<main>\n<section id=\"about\">\n",
        ]);
        if !self.notes.is_empty() {
            html.extend([
                "<article class=\"notes markdown\">\n",
                self.notes,
                "</article>\n",
            ]);
        }
        html.extend(["<noscript>\n<div class=\"unscripted\">\n", self.unscripted]);
        html.push_str("</div>\n</noscript>\n<div id=\"overview\"></div>\n");
        if !self.left_out.is_empty() {
            html.push_str("<aside class=\"left-out\">\n<h2>What is not in this file</h2>\n<ul>\n");
            for sentence in self.left_out {
                html.extend(["<li>", &escaped(sentence), "</li>\n"]);
            }
            html.push_str("</ul>\n</aside>\n");
        }
        html.push_str("</section>\n</main>\n<script type=\"application/json\" id=\"index\">");
        html.push_str(&self.index.replace('<', "\\u003c"));
        html.extend([
            "</script>\n<script type=\"text/plain\" id=\"curves\">",
            self.curves,
            "</script>\n",
        ]);
        let tags = self.blocks.iter().map(|block| ("tag", block));
        let media = self.media.iter().map(|block| ("media", &block.packed));
        for (number, (name, block)) in tags.enumerate().chain(media.enumerate()) {
            html.extend([
                "<script type=\"text/plain\" id=\"",
                name,
                &number.to_string(),
                "\">",
                block,
                "</script>\n",
            ]);
        }
        html.extend([
            "<script id=\"program\">",
            &script,
            "</script>\n</body>\n</html>\n",
        ]);
        html
    }
}

/// Text as it stands in HTML, also between quotation marks.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // What a parser would replace.
            '\0' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
