//! Markdown as HTML that runs nothing and fetches nothing.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// The HTML of a Markdown text. HTML in it is shown as text, pictures as their descriptions, and links lead only where
/// people expect.
pub(crate) fn render(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    // For each link that is open, whether it is kept.
    let mut links = Vec::new();
    let events = Parser::new_ext(text, options).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let is_kept = leads_to_a_page(dest_url);
            links.push(is_kept);
            is_kept.then_some(event)
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(false).then_some(event),
        event => Some(event),
    });
    let mut rendered = String::new();
    html::push_html(&mut rendered, events);
    rendered
}

fn leads_to_a_page(url: &CowStr<'_>) -> bool {
    let url = url.to_ascii_lowercase();
    ["http://", "https://", "mailto:", "#"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_and_nothing_is_fetched() {
        let html = render(
            "# Title\n\n<script>alert(1)</script>\n\n**bold** ![a picture](https://evil.example/x.png) \
             <img src=x onerror=alert(1)> [bad](javascript:alert(1)) [page](https://example.org)\n\n\
             <iframe src=\"x\"></iframe>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        );
        for kept in [
            "<h1>Title</h1>",
            "<strong>bold</strong>",
            "a picture",
            "<td>1</td>",
            "bad",
        ] {
            assert!(html.contains(kept), "{kept}: {html}");
        }
        assert!(
            html.contains("<a href=\"https://example.org\">page</a>"),
            "{html}"
        );
        for bad in ["<script", "<img", "<iframe", "evil.example", "javascript:"] {
            assert!(!html.contains(bad), "{bad}: {html}");
        }
    }
}
