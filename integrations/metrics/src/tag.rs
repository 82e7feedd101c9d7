//! What a metric is called in TensorBoard.

use metrics::Key;

/// The metric's name; with labels `name/key=value,key=value`, in the order of the keys. `%`, `,` and `=` within a key
/// or a value become `%25`, `%2C` and `%3D`, so that other labels never give the same tag.
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
    match labels.is_empty() {
        true => key.name().to_owned(),
        false => format!("{}/{}", key.name(), labels.join(",")),
    }
}

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
    }
}
