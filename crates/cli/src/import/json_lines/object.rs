//! A JSON object in which no name is there twice.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use tfevents_analysis::text::quoted;

/// Names and what is under them, in their order.
#[derive(Debug)]
pub(super) struct Object(pub(super) Vec<(String, Member)>);

#[derive(Debug)]
pub(super) enum Member {
    Object(Object),
    /// Anything else.
    Value(Value),
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Member::deserialize(deserializer)? {
            Member::Object(object) => Ok(object),
            Member::Value(_) => Err(D::Error::custom("this is not a JSON object")),
        }
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyMember)
    }
}

struct AnyMember;

impl<'de> Visitor<'de> for AnyMember {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        let (mut names, mut members) = (HashSet::new(), Vec::new());
        while let Some((name, member)) = map.next_entry::<String, Member>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(twice(&name)));
            }
            members.push((name, member));
        }
        Ok(Member::Object(Object(members)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Member, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(Member::Value(Value::Array(values)))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Member, E> {
        Ok(Member::Value(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Member, E> {
        Ok(Member::Value(Value::Null))
    }
}

impl Object {
    /// What is in it and in objects in it, under names that tell the way.
    ///
    /// # Errors
    ///
    /// Two of these names are the same.
    pub(super) fn cells(&self) -> Result<Vec<(String, &Value)>, String> {
        let mut cells = Vec::new();
        self.flatten("", &mut cells);
        let mut names = HashSet::new();
        match cells.iter().find(|(name, _)| !names.insert(&**name)) {
            Some((name, _)) => Err(twice(name)),
            None => Ok(cells),
        }
    }

    fn flatten<'o>(&'o self, prefix: &str, cells: &mut Vec<(String, &'o Value)>) {
        for (name, member) in &self.0 {
            match member {
                Member::Object(inner) if prefix.is_empty() && name == super::SCALARS => {
                    inner.flatten("", cells);
                }
                Member::Object(inner) => inner.flatten(&format!("{prefix}{name}/"), cells),
                Member::Value(value) => cells.push((format!("{prefix}{name}"), value)),
            }
        }
    }
}

fn twice(name: &str) -> String {
    format!("{} is there twice", quoted(name))
}
