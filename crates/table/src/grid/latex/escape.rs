//! Text for LaTeX.

use tfevents_analysis::text::printable;

/// Text for LaTeX that shows every character as itself.
#[must_use]
pub fn escaped_latex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut last = None;
    for c in printable(text).chars() {
        // Two of these would become one sign, such as a dash of another length.
        let joins = |c| matches!(c, '-' | '`' | '\'' | ',' | '<' | '>' | '!' | '?');
        if joins(c) && last.is_some_and(joins) {
            escaped.push_str("{}");
        }
        last = Some(c);
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            // As they are, these are other signs in the oldest encoding of fonts, which is the default.
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_stand_for_themselves() {
        assert_eq!(
            escaped_latex("a_b--c<d|e>~^\\{x}$#%&'' größe"),
            "a\\_b-{}-c\\textless{}d\\textbar{}e\\textgreater{}\\textasciitilde{}\\textasciicircum{}\
             \\textbackslash{}\\{x\\}\\$\\#\\%\\&'{}' größe"
        );
        assert_eq!(
            escaped_latex("a\nb\x1b"),
            "a\\textbackslash{}nb\\textbackslash{}u\\{1b\\}"
        );
    }
}
