//! What protobuf readers accept of a configuration, and TensorBoard with them.

use super::text_format::{Message, Value, unsigned};

/// A field of a message.
struct Known {
    name: &'static str,
    kind: Kind,
    repeated: bool,
}

enum Kind {
    Text,
    Number,
    Message(&'static [Known]),
}

const fn one(name: &'static str, kind: Kind) -> Known {
    Known {
        name,
        kind,
        repeated: false,
    }
}

const fn many(name: &'static str, kind: Kind) -> Known {
    Known {
        name,
        kind,
        repeated: true,
    }
}

const CONFIG: &[Known] = &[
    one("model_checkpoint_path", Kind::Text),
    many("embeddings", Kind::Message(EMBEDDING)),
    one("model_checkpoint_dir", Kind::Text),
];

const EMBEDDING: &[Known] = &[
    one("tensor_name", Kind::Text),
    one("metadata_path", Kind::Text),
    one("bookmarks_path", Kind::Text),
    many("tensor_shape", Kind::Number),
    one("sprite", Kind::Message(SPRITE)),
    one("tensor_path", Kind::Text),
];

const SPRITE: &[Known] = &[
    one("image_path", Kind::Text),
    many("single_image_dim", Kind::Number),
];

/// Why protobuf readers refuse a configuration, if they do, as the end of a sentence about it.
pub(super) fn refusal(config: &Message) -> Option<String> {
    of_message(config, CONFIG)
}

fn of_message(message: &Message, known: &[Known]) -> Option<String> {
    message.fields.iter().find_map(|field| {
        let name = &field.name;
        let Some(known) = known.iter().find(|known| known.name == name) else {
            return Some(format!("has the unknown field `{name}`"));
        };
        if !known.repeated && message.values(name).nth(1).is_some() {
            return Some(format!("has the field `{name}` twice"));
        }
        match (&known.kind, &field.value) {
            (Kind::Text, Value::Text(bytes)) => std::str::from_utf8(bytes)
                .is_err()
                .then(|| format!("has text that is not UTF-8 in the field `{name}`")),
            (Kind::Number, Value::Bare(digits)) if unsigned(digits).is_some() => None,
            (Kind::Message(known), Value::Message(message)) => of_message(message, known),
            _ => Some(format!("has the wrong type of value in the field `{name}`")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_refused(text: &str, field: Option<&str>) {
        let refusal = refusal(&Message::parse(text).unwrap());
        let names = |field: &str| refusal.as_ref().is_some_and(|why| why.contains(field));
        assert!(
            field.map_or(refusal.is_none(), names),
            "{text}: {refusal:?}"
        );
    }

    #[test]
    fn fields_are_of_their_kind_and_stand_once() {
        assert_refused("", None);
        assert_refused(
            "embeddings { tensor_name: 'a' 'b' tensor_shape: [1, 0x10] } embeddings {}",
            None,
        );
        assert_refused(
            "embeddings { sprite { single_image_dim: 1 single_image_dim: 2 } }",
            None,
        );
        for (text, field) in [
            ("colour: 3", "`colour`"),
            (
                "embeddings { tensor_name: 'a' tensor_name: 'b' }",
                "`tensor_name`",
            ),
            ("embeddings { sprite {} sprite {} }", "`sprite`"),
            ("embeddings: 3", "`embeddings`"),
            ("embeddings { tensor_name: 3 }", "`tensor_name`"),
            (r"embeddings { tensor_name: '\374' }", "`tensor_name`"),
            ("embeddings { tensor_shape: '3' }", "`tensor_shape`"),
            ("embeddings { tensor_shape: -3 }", "`tensor_shape`"),
            (
                "embeddings { sprite { single_image_dim: 1.5 } }",
                "`single_image_dim`",
            ),
        ] {
            assert_refused(text, Some(field));
        }
    }
}
