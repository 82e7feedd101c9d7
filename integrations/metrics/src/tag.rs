//! What a metric is called in TensorBoard.

use metrics::Key;

/// The metric's name; with labels `name/key=value,key=value`, in the order of the keys. `%`, `,` and `=` within a key
/// or a value, and `%` and `=` within a name, become `%25`, `%2C` and `%3D`, so that no other metric has the same tag.
pub(crate) fn tag(key: &Key) -> String {
    let encoded = |text: &str| {
        let text = text.replace('%', "%25");
        text.replace(',', "%2C").replace('=', "%3D")
    };
    let mut labels: Vec<_> = key
        .labels()
        .map(|label| (encoded(label.key()), encoded(label.value())))
        .collect();
    labels.sort();
    let labels: Vec<_> = labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let name = key.name().replace('%', "%25").replace('=', "%3D");
    match labels.is_empty() {
        true => name,
        false => format!("{name}/{}", labels.join(",")),
    }
}

/// The tag under which the samples are counted that a histogram leaves out.
pub(crate) fn left_out(tag: &str) -> String {
    format!("{tag}{LEFT_OUT}")
}

/// The other way round.
pub(crate) fn left_out_of(tag: &str) -> Option<&str> {
    tag.strip_suffix(LEFT_OUT)
}

const LEFT_OUT: &str = "/left_out";

#[cfg(test)]
mod tests {
    use metrics::Label;

    use super::*;

    #[test]
    fn labels_are_part_of_the_tag() {
        let key = |labels: &[(&'static str, &'static str)]| {
            let labels: Vec<_> = labels.iter().map(|&(k, v)| Label::new(k, v)).collect();
            tag(&Key::from_parts("requests", labels))
        };
        assert_eq!(key(&[]), "requests");
        assert_eq!(key(&[("b", "2"), ("a", "x/y z")]), "requests/a=x/y z,b=2");
        // These three would be one without the encoding.
        assert_eq!(key(&[("a", "1,b=2")]), "requests/a=1%2Cb%3D2");
        assert_eq!(key(&[("a", "1"), ("b", "2")]), "requests/a=1,b=2");
        assert_eq!(key(&[("a", "1%2Cb=2")]), "requests/a=1%252Cb%3D2");
        let name = |name: &'static str| tag(&Key::from_name(name));
        assert_eq!(name("requests/a=1"), "requests/a%3D1");
        assert_eq!(name("requests/a%3D1"), "requests/a%253D1");
        assert_eq!(name("a.b,c/d"), "a.b,c/d");
    }
}
