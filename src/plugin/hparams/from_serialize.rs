//! Hyperparameters from anything that serializes, such as a program's configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::ser::{self, Serialize, Serializer};

use super::{HParamValue, HParams};
use crate::error::{Error, Result};

impl HParams {
    /// Turns the fields of a struct or map that implements `Serialize` into hyperparameters. The names of nested
    /// fields are joined by `/`; for another separator see [`from_serialize_with`](Self::from_serialize_with).
    ///
    /// | a field that is | becomes |
    /// |---|---|
    /// | a number, a truth value, text | that value; an integer that no double is equal to, as text |
    /// | `None`, `()` | a cell that stays empty |
    /// | `Some`, a newtype | what is inside |
    /// | a struct or a map | a value for each of its fields, `optimizer/lr` |
    /// | a variant without data | its name as text |
    /// | a variant with data | its name, and the data below it: `optimizer` = `Adam`, `optimizer/Adam/lr` |
    /// | a list, a tuple, bytes | text as in JSON, `[1, 2]`, because the table has no columns for lists |
    ///
    /// Fields that serde leaves out or renames are left out or renamed here, too.
    ///
    /// # Errors
    ///
    /// Something else than a struct or a map, two fields of the same name, keys of a map that are not text, numbers or
    /// truth values, and whatever a field's own implementation says. They name the field.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde::Serialize;
    /// use tfevents::HParams;
    ///
    /// #[derive(Serialize)]
    /// struct Config {
    ///     epochs: u32,
    ///     optimizer: Optimizer,
    ///     layers: Vec<u32>,
    ///     seed: Option<u64>,
    /// }
    ///
    /// #[derive(Serialize)]
    /// enum Optimizer {
    ///     Adam { lr: f32 },
    /// }
    ///
    /// let config = Config {
    ///     epochs: 10,
    ///     optimizer: Optimizer::Adam { lr: 1e-3 },
    ///     layers: vec![64, 32],
    ///     seed: None,
    /// };
    /// let hparams = HParams::from_serialize(&config)?;
    /// let expected = HParams::new()
    ///     .with("epochs", 10)
    ///     .with("optimizer", "Adam")
    ///     .with("optimizer/Adam/lr", 1e-3)
    ///     .with("layers", "[64, 32]")
    ///     .with("seed", None::<u64>);
    /// assert_eq!(hparams, expected);
    /// # Ok::<(), tfevents::Error>(())
    /// ```
    pub fn from_serialize<T: Serialize + ?Sized>(config: &T) -> Result<Self> {
        Self::from_serialize_with(config, "/")
    }

    /// Like [`from_serialize`](Self::from_serialize), with a different separator between the names of nested fields,
    /// such as `.`.
    ///
    /// # Errors
    ///
    /// As for [`from_serialize`](Self::from_serialize).
    pub fn from_serialize_with<T: Serialize + ?Sized>(config: &T, separator: &str) -> Result<Self> {
        let node = config
            .serialize(ToNode)
            .map_err(|problem| problem.into_error(separator))?;
        let fields = match node {
            Node::Fields(fields) => fields,
            Node::Variant(name, data) => vec![(name.to_owned(), *data)],
            Node::Leaf(_) | Node::List(_) => {
                return Err(Error::argument(
                    "hyperparameters must come from a struct or a map, whose fields have names",
                ));
            }
        };
        let mut hparams = Self::new();
        refuse_twins(&fields)
            .and_then(|()| {
                fields
                    .into_iter()
                    .try_for_each(|(name, node)| hparams.put(name, node, separator))
            })
            .map_err(|problem| problem.into_error(separator))?;
        Ok(hparams)
    }

    fn put(&mut self, name: String, node: Node, separator: &str) -> Result<(), Problem> {
        let value = match node {
            Node::Leaf(value) => value,
            Node::List(_) => {
                let list = node
                    .into_value()
                    .map_err(|problem| problem.inside(name.as_str()))?;
                HParamValue::Text(list.to_string())
            }
            Node::Fields(fields) => {
                refuse_twins(&fields).map_err(|problem| problem.inside(name.as_str()))?;
                for (field, node) in fields {
                    self.put(format!("{name}{separator}{field}"), node, separator)?;
                }
                return Ok(());
            }
            Node::Variant(variant, data) => {
                self.put(format!("{name}{separator}{variant}"), *data, separator)?;
                HParamValue::Text(variant.to_owned())
            }
        };
        if self.values.contains_key(&name) {
            return Err(ser::Error::custom(format!(
                "two hyperparameters have the name {name:?}: rename a field, or use a different separator"
            )));
        }
        self.values.insert(name, value);
        Ok(())
    }
}

/// What was serialized.
enum Node {
    Leaf(HParamValue),
    List(Vec<Self>),
    Fields(Vec<(String, Self)>),
    /// A variant with data.
    Variant(&'static str, Box<Self>),
}

impl Node {
    /// As one value, inside a list.
    fn into_value(self) -> Result<HParamValue, Problem> {
        Ok(match self {
            Self::Leaf(value) => value,
            Self::List(items) => {
                let values = (0..).zip(items).map(|(i, item): (usize, _)| {
                    item.into_value().map_err(|e| e.inside(i.to_string()))
                });
                HParamValue::List(values.collect::<Result<_, _>>()?)
            }
            Self::Fields(fields) => {
                refuse_twins(&fields)?;
                let values = fields.into_iter().map(|(name, node)| {
                    let value = node.into_value().map_err(|e| e.inside(name.as_str()))?;
                    Ok((name, value))
                });
                HParamValue::Struct(values.collect::<Result<_, _>>()?)
            }
            Self::Variant(name, data) => {
                let data = data.into_value().map_err(|e| e.inside(name))?;
                HParamValue::Struct(BTreeMap::from([(name.to_owned(), data)]))
            }
        })
    }

    fn of_variant(self, variant: Option<&'static str>) -> Self {
        match variant {
            Some(name) => Self::Variant(name, Box::new(self)),
            None => self,
        }
    }
}

/// Fields of one struct or map that have the same name, of which one would be lost.
fn refuse_twins(fields: &[(String, Node)]) -> Result<(), Problem> {
    let mut names = BTreeSet::new();
    match fields.iter().find(|(name, _)| !names.insert(name)) {
        None => Ok(()),
        Some((name, _)) => Err(ser::Error::custom(format!(
            "two fields have the name {name:?} (flattened fields count): rename one"
        ))),
    }
}

/// Why something could not be serialized, and in which field, innermost first.
#[derive(Debug)]
struct Problem {
    path: Vec<String>,
    what: String,
}

impl Problem {
    fn inside(mut self, field: impl Into<String>) -> Self {
        self.path.push(field.into());
        self
    }

    fn into_error(mut self, separator: &str) -> Error {
        self.path.reverse();
        Error::argument(match self.path.join(separator).as_str() {
            "" => format!("cannot make hyperparameters from this value: {}", self.what),
            field => format!("the hyperparameter {field:?}: {}", self.what),
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Problem {}

impl ser::Error for Problem {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self {
            path: Vec::new(),
            what: what.to_string(),
        }
    }
}

struct ToNode;

macro_rules! leaves {
    ($($method:ident: $t:ty),* $(,)?) => {$(
        fn $method(self, value: $t) -> Result<Node, Problem> {
            Ok(Node::Leaf(value.into()))
        }
    )*};
}

impl Serializer for ToNode {
    type Ok = Node;
    type Error = Problem;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    leaves! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_str: &str,
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Node, Problem> {
        let numbers = bytes.iter().map(|&byte| Node::Leaf(byte.into()));
        Ok(Node::List(numbers.collect()))
    }

    fn serialize_none(self) -> Result<Node, Problem> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, Problem> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Node, Problem> {
        Ok(Node::Leaf(HParamValue::Null))
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Node, Problem> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Node, Problem> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Node, Problem> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Node, Problem> {
        let data = value.serialize(self).map_err(|e| e.inside(variant))?;
        Ok(data.of_variant(Some(variant)))
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Items, Problem> {
        Ok(Items::default())
    }

    fn serialize_tuple(self, _len: usize) -> Result<Items, Problem> {
        Ok(Items::default())
    }

    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Items, Problem> {
        Ok(Items::default())
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Items, Problem> {
        Ok(Items {
            variant: Some(variant),
            ..Items::default()
        })
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Fields, Problem> {
        Ok(Fields::default())
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Fields, Problem> {
        Ok(Fields::default())
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Fields, Problem> {
        Ok(Fields {
            variant: Some(variant),
            ..Fields::default()
        })
    }
}

/// A list that is being put together.
#[derive(Default)]
struct Items {
    items: Vec<Node>,
    variant: Option<&'static str>,
}

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
        let node = value.serialize(ToNode);
        let node = node.map_err(|e| e.inside(self.items.len().to_string()))?;
        self.items.push(node);
        Ok(())
    }

    fn finish(self) -> Node {
        Node::List(self.items).of_variant(self.variant)
    }
}

/// Fields that are being put together.
#[derive(Default)]
struct Fields {
    fields: Vec<(String, Node)>,
    key: String,
    variant: Option<&'static str>,
}

impl Fields {
    fn push<T: Serialize + ?Sized>(&mut self, name: String, value: &T) -> Result<(), Problem> {
        match value.serialize(ToNode) {
            Ok(node) => self.fields.push((name, node)),
            Err(e) => return Err(e.inside(name)),
        }
        Ok(())
    }

    fn finish(self) -> Node {
        Node::Fields(self.fields).of_variant(self.variant)
    }
}

macro_rules! collects {
    ($($of:ident $trait:ident::$method:ident($($key:ident)?)),* $(,)?) => {$(
        impl ser::$trait for $of {
            type Ok = Node;
            type Error = Problem;

            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($key: &'static str,)?
                value: &T,
            ) -> Result<(), Problem> {
                self.push($($key.to_owned(),)? value)
            }

            fn end(self) -> Result<Node, Problem> {
                Ok(self.finish())
            }
        }
    )*};
}
collects! {
    Items SerializeSeq::serialize_element(),
    Items SerializeTuple::serialize_element(),
    Items SerializeTupleStruct::serialize_field(),
    Items SerializeTupleVariant::serialize_field(),
    Fields SerializeStruct::serialize_field(key),
    Fields SerializeStructVariant::serialize_field(key),
}

impl ser::SerializeMap for Fields {
    type Ok = Node;
    type Error = Problem;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Problem> {
        self.key = match key.serialize(ToNode)? {
            Node::Leaf(
                key @ (HParamValue::Text(_) | HParamValue::Number(_) | HParamValue::Bool(_)),
            ) => key.to_string(),
            _ => {
                return Err(ser::Error::custom(
                    "the keys of a map must be text or numbers",
                ));
            }
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Problem> {
        let key = std::mem::take(&mut self.key);
        self.push(key, value)
    }

    fn end(self) -> Result<Node, Problem> {
        Ok(self.finish())
    }
}

#[cfg(test)]
mod tests;
