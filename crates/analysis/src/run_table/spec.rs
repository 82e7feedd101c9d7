//! How columns are asked for.

use std::sync::Arc;

use super::{Column, ColumnError, Head, Names};
use crate::aggregate::Aggregate;
use crate::best::Best;
use crate::condition::Subject;
use crate::pattern::{PatternError, Patterns};

/// What separates a column from its title.
const AS: &str = " as ";

/// What somebody asks for: a column, or a pattern that stands for several.
#[derive(Clone, Debug)]
pub struct ColumnSpec {
    text: String,
    asked: Asked,
    title: Option<Arc<str>>,
    /// Whether it is not a fault that there is none.
    optional: bool,
}

#[derive(Clone, Debug)]
enum Asked {
    HParam(Arc<Patterns>),
    Series(Aggregate, Arc<Patterns>),
    At {
        tags: Arc<Patterns>,
        best: Best,
        of: Arc<Patterns>,
    },
    /// When the run began, or how long it took. Any scalar may be its first or its last one.
    Time(Column<'static>, Arc<Patterns>),
}

impl ColumnSpec {
    /// Understands `AGGREGATE:TAG`, `TAG` (its last value), `TAG@min:OTHER` and `TAG@max:OTHER` (its value where another
    /// tag is best), `@HPARAM`, `start` and `duration`, with patterns for names: globs, or with `regex` regular
    /// expressions. Behind ` as ` stands a title.
    ///
    /// # Errors
    ///
    /// An invalid pattern.
    pub fn parse(text: &str, regex: bool) -> Result<Self, PatternError> {
        let (text, title) = match text
            .split_once(AS)
            .map(|(name, title)| (name.trim(), title.trim()))
        {
            Some((name, title)) if !name.is_empty() && !title.is_empty() => {
                (name, Some(title.into()))
            }
            _ => (text, None),
        };
        let optional = text == "@*";
        // A star alone means all of them, in either language.
        let regex = regex && !optional;
        let patterns =
            |noun, name: &str| Patterns::new(noun, &[name.to_owned()], regex).map(Arc::new);
        let time = |column| {
            Ok(Asked::Time(
                column,
                Arc::new(Patterns::new("tag", &["*".to_owned()], false)?),
            ))
        };
        let asked = match (text, Subject::split(text)) {
            ("start", _) => time(Column::Start)?,
            ("duration", _) => time(Column::Duration)?,
            (_, Some((Subject::HParam, name))) => Asked::HParam(patterns("hyperparameter", name)?),
            (_, Some((Subject::Series(aggregate), name))) => {
                Asked::Series(aggregate, patterns("tag", name)?)
            }
            _ => match Best::split(text) {
                Some((tag, best, of)) => Asked::At {
                    tags: patterns("tag", tag)?,
                    best,
                    of: patterns("tag", of)?,
                },
                None => Asked::Series(Aggregate::Last, patterns("tag", text)?),
            },
        };
        Ok(Self {
            text: text.to_owned(),
            asked,
            title,
            optional,
        })
    }

    /// The last value of every tag. There need not be any.
    ///
    /// # Errors
    ///
    /// None.
    pub fn every_tag() -> Result<Self, PatternError> {
        let every = Self::parse("*", false)?;
        Ok(Self {
            optional: true,
            ..every
        })
    }

    /// The tags that have to be read for it.
    pub fn tags(&self) -> impl Iterator<Item = Arc<Patterns>> + use<> {
        let (first, second) = match &self.asked {
            Asked::HParam(_) => (None, None),
            Asked::Series(_, tags) | Asked::Time(_, tags) => (Some(tags), None),
            Asked::At { tags, of, .. } => (Some(tags), Some(of)),
        };
        first.cloned().into_iter().chain(second.cloned())
    }

    /// Adds the columns that it stands for.
    ///
    /// # Errors
    ///
    /// If there is none; if there are several for one title.
    pub fn resolve<'l>(
        &self,
        names: &Names<'l>,
        heads: &mut Vec<Head<'l>>,
    ) -> Result<(), ColumnError> {
        let before = heads.len();
        match &self.asked {
            Asked::HParam(patterns) => {
                let found = names.hparams.iter().filter(|name| patterns.matches(name));
                heads.extend(found.cloned().map(Column::HParam).map(Head::from));
            }
            Asked::Series(aggregate, patterns) => {
                let found = names.matching(patterns);
                heads.extend(found.map(|tag| Head::from(Column::Series(*aggregate, tag))));
            }
            Asked::At { tags, best, of } => {
                let mut others = names.matching(of);
                let Some(of) = others.next() else {
                    return Err(names.none(&self.text, of, true));
                };
                if let Some(other) = others.next() {
                    let found = [of, other].map(|of| format!("{}{of}", best.mark()));
                    return Err(self.several(found));
                }
                let at = |tag| Column::At {
                    tag,
                    best: *best,
                    of,
                };
                heads.extend(names.matching(tags).map(at).map(Head::from));
            }
            Asked::Time(column, _) => heads.push(column.clone().into()),
        }
        match (&mut heads[before..], &self.title) {
            ([], _) if self.optional => Ok(()),
            ([], _) => Err(match &self.asked {
                Asked::HParam(patterns) => names.none(&self.text, patterns, false),
                Asked::Series(_, tags) | Asked::At { tags, .. } | Asked::Time(_, tags) => {
                    names.none(&self.text, tags, true)
                }
            }),
            ([first, second, ..], Some(_)) => {
                Err(self.several([first, second].map(|head| head.to_string())))
            }
            ([head], title) => {
                head.title.clone_from(title);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The one column that it stands for; `None` if that is optional and not there.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one.
    pub fn resolve_one<'l>(&self, names: &Names<'l>) -> Result<Option<Column<'l>>, ColumnError> {
        let mut heads = Vec::new();
        self.resolve(names, &mut heads)?;
        match &*heads {
            [first, second, ..] => Err(self.several([first, second].map(ToString::to_string))),
            _ => Ok(heads.pop().map(|head| head.column)),
        }
    }

    fn several(&self, found: [String; 2]) -> ColumnError {
        let column = self.text.clone();
        ColumnError::Several { column, found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;

    #[test]
    fn what_a_column_is_asked_for_by_is_what_a_condition_speaks_of() {
        for (text, subject) in [
            ("min:val:loss", Subject::Series(Aggregate::Min)),
            ("val:loss", Subject::Series(Aggregate::Last)),
            ("loss", Subject::Series(Aggregate::Last)),
            ("@min:x", Subject::HParam),
            ("@lr", Subject::HParam),
            ("min:", Subject::Series(Aggregate::Last)),
            ("@", Subject::Series(Aggregate::Last)),
        ] {
            let condition = Condition::parse(&format!("{text} > 0"), false).unwrap();
            let reference = &condition.references()[0];
            let (patterns, asked) = match ColumnSpec::parse(text, false).unwrap().asked {
                Asked::HParam(patterns) => (patterns, Subject::HParam),
                Asked::Series(aggregate, patterns) => (patterns, Subject::Series(aggregate)),
                other => panic!("{text}: {other:?}"),
            };
            assert_eq!((reference.subject(), asked), (subject, subject), "{text}");
            let name = reference.name();
            assert!(
                patterns.matches(name) && !patterns.matches(&name[1..]),
                "{text}"
            );
        }
    }

    #[test]
    fn titles_and_other_tags_are_split_off() {
        let spec = |text: &str| ColumnSpec::parse(text, false).unwrap();
        let at = spec("val/acc@min:val/loss as Test accuracy (%)");
        assert_eq!(at.title.as_deref(), Some("Test accuracy (%)"));
        let tags: Vec<_> = at.tags().collect();
        assert!(tags[0].matches("val/acc") && tags[1].matches("val/loss"));
        assert!(matches!(
            at.asked,
            Asked::At {
                best: Best::Min,
                ..
            }
        ));
        for text in [
            "a=b", "x as ", " as x", "was", "@min:x", "a@min:", "a@mean:b",
        ] {
            let spec = spec(text);
            assert!(
                spec.title.is_none() && !matches!(spec.asked, Asked::At { .. }),
                "{text}"
            );
        }
    }
}
