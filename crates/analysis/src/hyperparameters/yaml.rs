//! YAML, as Lightning and hydra write it, and as hostile as somebody may make it.
//!
//! The crate hands out events, so that what an alias stands for is copied here, within limits. Several documents in one file
//! are taken for one that states what they state, in their order.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use tfevents::plugin::hparams::HParamValue;

use super::document::{MAX_DEPTH, Node};
use super::scalar;
use crate::syntax;

/// How many bytes aliases may stand for, all together.
const MAX_COPIED: usize = 1 << 20;
/// What a node takes besides its text, roughly.
const NODE: usize = 64;
/// The key whose mapping another one takes over.
const MERGE: &str = "<<";

/// The document, or all of several; null if there is none.
///
/// # Errors
///
/// What is wrong, and where.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| syntax::yaml(&e))?;
        let built = builder.add(event);
        built.map_err(|problem| format!("{problem} in line {}", span.start.line()))?;
    }
    joined(builder.roots)
}

/// Several documents as one.
fn joined(mut documents: Vec<Node>) -> Result<Node, String> {
    documents.retain(|node| *node != Node::Value(HParamValue::Null));
    if documents.len() < 2 {
        return Ok(documents.pop().unwrap_or(Node::Value(HParamValue::Null)));
    }
    let mut fields = Vec::new();
    for document in documents {
        match document {
            Node::Map(more) => fields.extend(more),
            _ => return Err("one of its documents has no parameters with names".to_owned()),
        }
    }
    Ok(Node::Map(fields))
}

/// Puts a document together.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// What aliases may stand for, and its size.
    anchors: HashMap<usize, (Node, usize)>,
    copied: usize,
    /// One for each document.
    roots: Vec<Node>,
}

/// A list or a mapping that has not ended.
struct Open {
    content: Content,
    anchor: usize,
    tag: Option<Tag>,
    size: usize,
}

enum Content {
    List(Vec<Node>),
    /// With the key whose value comes next.
    Map(Vec<(String, Node)>, Option<String>),
}

impl Builder {
    fn add(&mut self, event: Event<'_>) -> Result<(), &'static str> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let size = NODE + text.len();
                let node = Node::Value(match self.expects_key() {
                    true => HParamValue::Text(text.into_owned()),
                    false => value(&text, style, tag.as_deref()),
                });
                self.put(node, size, anchor)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor);
                let (node, size) = known.ok_or("an alias that contains itself")?.clone();
                self.charge(size)?;
                self.put(node, size, 0)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(Content::List(Vec::new()), anchor, tag.as_deref())
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(Content::Map(Vec::new(), None), anchor, tag.as_deref())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => {
                    let (size, anchor) = (open.size, open.anchor);
                    self.put(open.finish(), size, anchor)
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn expects_key(&self) -> bool {
        let last = self.open.last().map(|open| &open.content);
        matches!(last, Some(Content::Map(_, None)))
    }

    fn begin(
        &mut self,
        content: Content,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), &'static str> {
        if self.open.len() == MAX_DEPTH {
            return Err("too many levels of nesting");
        }
        self.open.push(Open {
            content,
            anchor,
            tag: tag.cloned(),
            size: NODE,
        });
        Ok(())
    }

    /// Takes note of a copy.
    fn charge(&mut self, size: usize) -> Result<(), &'static str> {
        self.copied += size;
        if self.copied > MAX_COPIED {
            return Err("aliases expand to too much text");
        }
        Ok(())
    }

    fn put(&mut self, node: Node, size: usize, anchor: usize) -> Result<(), &'static str> {
        if anchor != 0 {
            self.charge(size)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.roots.push(node);
            return Ok(());
        };
        open.size += size;
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map(fields, key) => match key.take() {
                Some(key) => fields.push((key, node)),
                None => *key = Some(node.into_value().to_string()),
            },
        }
        Ok(())
    }
}

impl Open {
    fn finish(self) -> Node {
        match self.content {
            Content::List(items) => called(items, self.tag.as_ref()),
            Content::Map(fields, _) => Node::Map(merged(fields)),
        }
    }
}

/// A list, or what a Python object is made of: paths, devices and the like are calls with a list of arguments.
fn called(mut items: Vec<Node>, tag: Option<&Tag>) -> Node {
    let Some(callable) = tag.and_then(|tag| tag.suffix.strip_prefix("python/object/apply:")) else {
        return Node::List(items);
    };
    if callable.starts_with("pathlib.") {
        let parts = items.into_iter().map(|part| part.into_value().to_string());
        let path: Vec<_> = parts.collect();
        // The root is a part of its own.
        return Node::Value(path.join("/").replacen("//", "/", 1).into());
    }
    match items.len() {
        1 => items.swap_remove(0),
        _ => Node::List(items),
    }
}

/// With the fields of mappings that are taken over, where there are no others of their names.
fn merged(fields: Vec<(String, Node)>) -> Vec<(String, Node)> {
    if !fields.iter().any(|(name, _)| name == MERGE) {
        return fields;
    }
    let (taken, mut own): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|(name, _)| name == MERGE);
    for (_, node) in taken {
        let maps = match node {
            Node::List(items) => items,
            node => vec![node],
        };
        for map in maps {
            if let Node::Map(fields) = map {
                for (name, node) in fields {
                    if own.iter().all(|(known, _)| *known != name) {
                        own.push((name, node));
                    }
                }
            }
        }
    }
    own
}

fn value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> HParamValue {
    let suffix = tag.map_or("", |tag| &tag.suffix);
    // Functions, classes and modules have no value but their tag.
    for kind in ["python/name:", "python/module:"] {
        if let Some(name) = suffix.strip_prefix(kind) {
            return name.into();
        }
    }
    let is_text = matches!(suffix, "str" | "binary" | "python/str" | "python/unicode");
    match style {
        ScalarStyle::Plain if !is_text => scalar::plain(text),
        _ if tag.is_some() && !is_text => scalar::plain(text),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let node = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        node.into_value().to_string()
    }

    #[test]
    fn scalars_mean_what_they_are() {
        assert_eq!(
            shown("a: 1\nb: '1'\nc: \"x\"\nd:\ne: !!str 3\nf: !!float '3'\ng: yes\n"),
            r#"{"a": 1, "b": "1", "c": "x", "d": null, "e": "3", "f": 3, "g": true}"#
        );
        assert_eq!(
            shown("1: a\ntrue: b\n? [x, y]\n: c\n"),
            r#"{"1": "a", "[\"x\", \"y\"]": "c", "true": "b"}"#
        );
        assert_eq!(shown("# nothing\n"), "null");
    }

    #[test]
    fn python_objects_are_what_they_are_made_of() {
        let text = "\
activation: !!python/name:torch.nn.modules.activation.ReLU ''
betas: !!python/tuple
- 0.9
- 0.999
data: !!python/object/apply:pathlib.PosixPath
- /
- data
- train
device: !!python/object/apply:torch.device
- cuda
options: !!python/object:argparse.Namespace
  lr: 0.1
";
        assert_eq!(
            shown(text),
            r#"{"activation": "torch.nn.modules.activation.ReLU", "betas": [0.9, 0.999], "data": "/data/train", "device": "cuda", "options": {"lr": 0.1}}"#
        );
    }

    #[test]
    fn aliases_and_merges_are_followed() {
        assert_eq!(
            shown("a: &x [1, 2]\nb: *x\n"),
            r#"{"a": [1, 2], "b": [1, 2]}"#
        );
        assert_eq!(
            shown("base: &b {lr: 1, opt: sgd}\nrun:\n  <<: *b\n  lr: 2\n"),
            r#"{"base": {"lr": 1, "opt": "sgd"}, "run": {"lr": 2, "opt": "sgd"}}"#
        );
    }

    #[test]
    fn several_documents_state_what_each_of_them_does() {
        let stated = |text| super::super::document::stated(parse(text).unwrap()).unwrap();
        let two = stated("lr: 1\nseed: 0\n---\nlr: 2\n...\n---\n# nothing\n");
        assert_eq!(two.values["lr"], 2.0.into());
        assert_eq!(two.values["seed"], 0.0.into());
        assert!(two.restated.contains("lr") && two.restated.len() == 1);
        assert!(
            parse("lr: 1\n---\n- 2\n")
                .unwrap_err()
                .contains("no parameters")
        );
    }

    #[test]
    fn bombs_do_not_go_off() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..10 {
            let row = format!("*a{}, ", i - 1).repeat(10);
            bomb += &format!("a{i}: &a{i} [{row}]\n");
        }
        assert!(
            parse(&bomb)
                .unwrap_err()
                .starts_with("aliases expand to too much text in line")
        );
        let long = format!(
            "a: &a {}\nb: [{}]\n",
            "x".repeat(100_000),
            "*a, ".repeat(100_000)
        );
        assert!(
            parse(&long)
                .unwrap_err()
                .starts_with("aliases expand to too much text")
        );
        assert!(
            parse("a: &a [*a]\n")
                .unwrap_err()
                .contains("an alias that contains itself")
        );
        // Each level is an alias to the one before.
        let mut chain = "a0: &a0 []\n".to_owned();
        for i in 1..20_000 {
            chain += &format!("a{i}: &a{i} [*a{}]\n", i - 1);
        }
        parse(&chain).unwrap_err();
        for unit in [
            "[", "{", "- ", "? ", "{a: ", "!", "&a ", "*", "'", "\"\\u", "|", "%", "a: ", "\t",
            "--- ", "<<: ",
        ] {
            for times in [100, 10_000] {
                let _ = parse(&unit.repeat(times));
            }
        }
        let deep: String = (0..200).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
        assert!(
            parse(&deep)
                .unwrap_err()
                .starts_with("too many levels of nesting")
        );
    }

    #[test]
    fn what_is_wrong_says_where() {
        for (text, place) in [
            ("a: 1\nb: [1\n", "line 3"),
            ("a: b: c\n", "line 1, column 5"),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(
                problem.starts_with(&format!("not valid YAML at {place}")),
                "{problem}"
            );
        }
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(text in "[a-c:\\-\\[\\]{},&*!#|>'\"%@`?~<\n \t0-9.\\\\éu]{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
