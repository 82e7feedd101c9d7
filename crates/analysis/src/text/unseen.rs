//! Characters that do something to a terminal or to the text around them, but are not seen themselves.

/// Whether `c` must not reach a terminal after `before`: controls, what reorders text, and what has no width, so that
/// two names would look the same. Where emoji and scripts need such a character, it may follow what it belongs to.
pub fn is_unsafe(c: char, before: Option<char>) -> bool {
    // Nearly all text goes this way.
    if matches!(c, ' '..='~') {
        return false;
    }
    match c {
        JOINER | NON_JOINER if before.is_some_and(takes_joiners) => false,
        JOINER if before == Some(EMOJI_STYLE) => false,
        JOINER | TEXT_STYLE | EMOJI_STYLE if before.is_some_and(is_pictograph) => false,
        _ => c.is_control() || UNSEEN.iter().any(|range| range.contains(&c)),
    }
}

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const TEXT_STYLE: char = '\u{fe0e}';
const EMOJI_STYLE: char = '\u{fe0f}';

/// What Unicode calls format characters or ignorable by default, but for those that are seen, and its separators of
/// lines and paragraphs.
const UNSEEN: [std::ops::RangeInclusive<char>; 20] = [
    '\u{00ad}'..='\u{00ad}',   // soft hyphen
    '\u{034f}'..='\u{034f}',   // grapheme joiner
    '\u{061c}'..='\u{061c}',   // Arabic letter mark
    '\u{115f}'..='\u{1160}',   // Hangul fillers
    '\u{17b4}'..='\u{17b5}',   // Khmer inherent vowels
    '\u{180b}'..='\u{180f}',   // Mongolian selectors
    '\u{200b}'..='\u{200f}',   // zero widths, joiners, marks of direction
    '\u{2028}'..='\u{202e}',   // separators, embeddings and overrides of direction
    '\u{2060}'..='\u{206f}',   // invisible operators, isolates of direction
    '\u{3164}'..='\u{3164}',   // Hangul filler
    '\u{fe00}'..='\u{fe0f}',   // variation selectors
    '\u{feff}'..='\u{feff}',   // byte order mark
    '\u{ffa0}'..='\u{ffa0}',   // half-width Hangul filler
    '\u{fff0}'..='\u{fffb}',   // reserved, interlinear annotations
    '\u{13430}'..='\u{1343f}', // layout of hieroglyphs
    '\u{1bca0}'..='\u{1bca3}', // layout of shorthand
    '\u{1d173}'..='\u{1d17a}', // layout of music
    '\u{e0000}'..='\u{e0fff}', // tags, more variation selectors
    '\u{fdd0}'..='\u{fdef}',   // no characters at all
    '\u{fffe}'..='\u{ffff}',   // nor these
];

/// Scripts whose letters join, from Arabic to Mongolian.
fn takes_joiners(before: char) -> bool {
    matches!(before, '\u{0620}'..='\u{18af}') && before.is_alphanumeric()
}

/// Symbols, of which some have a form as text and one as emoji, and some are joined to others.
fn is_pictograph(before: char) -> bool {
    matches!(before, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_unsafe_after_letters() {
        for c in '\0'..=char::MAX {
            let value = u32::from(c);
            let control = value < 0x20 || (0x7f..0xa0).contains(&value);
            if control || UNSEEN.iter().any(|range| range.contains(&c)) {
                assert!(is_unsafe(c, Some('a')) && is_unsafe(c, None), "{c:?}");
            } else {
                assert!(!is_unsafe(c, Some('a')), "{c:?}");
            }
        }
    }

    #[test]
    fn joiners_and_styles_stay_with_what_they_belong_to() {
        let is_kept = |text: &str| {
            let mut before = None;
            text.chars().all(|c| !is_unsafe(c, before.replace(c)))
        };
        for text in [
            "❤\u{fe0f}",
            "👩\u{200d}💻",
            "👩🏽\u{200d}🚀",
            "می\u{200c}خواهم",
            "❤\u{fe0f}\u{200d}🔥",
        ] {
            assert!(is_kept(text), "{text}");
        }
        for text in [
            "a\u{fe0f}",
            "1\u{fe0f}",
            "a\u{200d}b",
            "❤\u{fe0f}\u{fe0f}",
            "❤\u{fe00}",
            "💻\u{200d}\u{200d}",
            "é\u{200c}",
        ] {
            assert!(!is_kept(text), "{text}");
        }
    }
}
