//! The names of the files beside an event file.

/// A tag as one part of a path, on every system: what could be understood otherwise is percent-encoded.
pub(super) fn name_of(tag: &str) -> String {
    let last = tag.chars().count().saturating_sub(1);
    let mut name = String::new();
    for (i, c) in tag.chars().enumerate() {
        let plain = match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => true,
            // `..` leads out, a leading dot hides, and Windows forgets one at the end.
            '.' => i > 0 && i < last,
            _ => !c.is_ascii() && !c.is_whitespace() && !c.is_control(),
        };
        if plain {
            name.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                name.push_str(&format!("%{byte:02x}"));
            }
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_their_directory() {
        for (tag, name) in [
            ("words", "words"),
            ("a/b", "a%2fb"),
            ("..", "%2e%2e"),
            (".hidden", "%2ehidden"),
            ("v1.2", "v1.2"),
            ("end.", "end%2e"),
            ("C:\\x", "C%3a%5cx"),
            ("50%", "50%25"),
            ("a b\n", "a%20b%0a"),
            ("é", "é"),
        ] {
            assert_eq!(name_of(tag), name);
        }
    }
}
