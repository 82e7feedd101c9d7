//! Conditions on runs, in a small language: parsed once, asked of each run.
//!
//! ```text
//! condition  = term { ("or" | "||") term }
//! term       = factor { ("and" | "&&") factor }
//! factor     = ("not" | "!") factor | "(" condition ")" | test | comparison
//! test       = ("isnan" | "isinf") "(" operand ")"
//! comparison = operand ("<" | "<=" | ">" | ">=" | "==" | "=" | "!=") operand
//! operand    = number | "true" | "false" | [aggregate ":"] tag | tag ("@min:" | "@max:") tag | "@" name
//!            | "step" ["(" tag ")"]
//!            | "idle" | duration, beside "idle"
//! tag, name  = word | "'" any "'" | '"' any '"'
//! ```
//!
//! `docs/conditions.md` describes it for those who write conditions.
//!
//! What a condition speaks of are its [references](Condition::references); whoever asks whether it
//! [holds](Condition::holds) says what there is under each of them. Where there is nothing, what is said of it is
//! neither true nor false, nor is its negation.
//!
//! # Examples
//!
//! ```
//! use tfevents::Number;
//! use tfevents_analysis::cell::Cell;
//! use tfevents_analysis::condition::Condition;
//!
//! let condition = Condition::parse("min:loss < 0.1 and @opt == adam", false)?;
//! let [loss, opt] = condition.references() else { unreachable!() };
//! assert_eq!((loss.to_string(), opt.to_string()), ("min:loss".to_owned(), "@opt".to_owned()));
//!
//! let loss = vec![Cell::Number(Number::F32(0.05))];
//! let opt = vec![Cell::Text("adam".to_owned())];
//! assert!(condition.holds(&[loss.clone(), opt]));
//! assert!(!condition.holds(&[loss, vec![]]));
//!
//! let error = Condition::parse("loss <", false).unwrap_err();
//! assert_eq!(error.column(), 6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::iter;
use std::sync::Arc;

use tfevents::Number;

use crate::aggregate::Aggregate;
use crate::best::Best;
use crate::cell::Cell;
use crate::pattern::Patterns;

mod error;
mod operator;
mod parser;
mod token;

pub use error::ConditionError;
pub use operator::{Bound, Operator};

/// A condition, parsed. Displayed, it is text that means the same.
#[derive(Clone, Debug)]
pub struct Condition {
    root: Expr,
    references: Vec<Reference>,
}

/// Something of a run that a condition speaks of.
#[derive(Clone, Debug)]
pub struct Reference {
    subject: Subject,
    name: String,
    patterns: Arc<Patterns>,
    /// What is to be best, for [`Subject::Best`].
    other: Option<(String, Arc<Patterns>)>,
}

/// What is asked about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// A hyperparameter: `@lr`.
    HParam,
    /// One number of a scalar series: `min:loss`; `loss` is its last value.
    Series(Aggregate),
    /// The value of a series where another one is best: `acc@min:loss`.
    Best(Best),
    /// The step of the last value of a series: `step(loss)`.
    StepOf,
    /// The step of the run's latest scalar: `step`.
    Step,
    /// How long ago, in seconds, there was something new: `idle`.
    Idle,
}

impl Subject {
    /// What `@NAME` or `AGGREGATE:TAG` asks about, and the name. `None` for a name alone, which may have a colon, too.
    #[must_use]
    pub fn split(text: &str) -> Option<(Self, &str)> {
        let end = match text.starts_with('@') {
            true => 1,
            false => text.find(':')? + 1,
        };
        let (prefix, name) = text.split_at(end);
        let subject = Self::of_prefix(prefix)?;
        (!name.is_empty()).then_some((subject, name))
    }

    /// What is asked about where a name stands behind this: `@`, or an aggregate with its colon.
    fn of_prefix(prefix: &str) -> Option<Self> {
        if prefix == "@" {
            return Some(Self::HParam);
        }
        Aggregate::named(prefix.strip_suffix(':')?).map(Self::Series)
    }

    /// What precedes a name for that: the reverse of [`of_prefix`](Self::of_prefix).
    fn prefix(self) -> String {
        match self {
            Self::HParam => "@".to_owned(),
            Self::Series(aggregate) => format!("{}:", aggregate.name()),
            Self::Best(_) | Self::StepOf | Self::Step | Self::Idle => String::new(),
        }
    }

    /// What has such names: `tag` or `hyperparameter`.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::HParam => "hyperparameter",
            Self::Series(_) | Self::Best(_) | Self::StepOf | Self::Step | Self::Idle => "tag",
        }
    }
}

#[derive(Clone, Debug)]
enum Expr {
    Any(Vec<Expr>),
    All(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Operand, Operator, Operand),
    Test(Test, Operand),
}

#[derive(Clone, Debug)]
enum Operand {
    Literal(Literal),
    /// By its place among the references.
    Reference(usize),
}

#[derive(Clone, Debug)]
enum Literal {
    Number(Number),
    Truth(bool),
    Text(String),
}

#[derive(Clone, Copy, Debug)]
enum Test {
    Nan,
    Infinite,
}

impl Condition {
    /// Parses a condition. Names in it are globs for whole names or, with `regex`, regular expressions to be found
    /// anywhere in a name.
    ///
    /// # Errors
    ///
    /// What is wrong, and where.
    pub fn parse(text: &str, regex: bool) -> Result<Self, ConditionError> {
        match parser::Parser::parse(text, regex) {
            Ok((root, references)) => Ok(Self { root, references }),
            Err(problem) => Err(ConditionError::new(text, problem)),
        }
    }

    /// What it speaks of.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Whether it holds of a run that has these values, for each of the [references](Self::references) those of
    /// everything that its name stands for. A comparison holds if it does for any of them.
    #[must_use]
    pub fn holds(&self, values: &[Vec<Cell>]) -> bool {
        self.root.eval(values) == Some(true)
    }
}

impl Reference {
    /// What it asks about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// The tags or hyperparameters that it is about; for [`Subject::Step`] and [`Subject::Idle`] all
    /// tags.
    #[must_use]
    pub fn patterns(&self) -> &Arc<Patterns> {
        &self.patterns
    }

    /// The tag, the hyperparameter, or the pattern that it is about; empty for [`Subject::Step`] and
    /// [`Subject::Idle`].
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tags of which one is to be best, for [`Subject::Best`].
    #[must_use]
    pub fn others(&self) -> Option<&Arc<Patterns>> {
        self.other.as_ref().map(|(_, patterns)| patterns)
    }

    /// All names that it is about, with what they stand for.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Arc<Patterns>)> {
        let other = self.other.iter().map(|(name, others)| (&**name, others));
        iter::once((&*self.name, &self.patterns)).chain(other)
    }

    /// The reference to one of the names that it stands for.
    pub(crate) fn to(&self, name: &str) -> String {
        let name = name.to_owned();
        let reference = Self {
            name,
            ..self.clone()
        };
        reference.to_string()
    }

    /// The tags that have to be read for it.
    pub fn tags(&self) -> impl Iterator<Item = Arc<Patterns>> {
        let names = self.names().filter(|_| self.subject != Subject::HParam);
        names.map(|(_, tags)| Arc::clone(tags))
    }
}

impl Expr {
    /// `None` is unknown.
    fn eval(&self, values: &[Vec<Cell>]) -> Option<bool> {
        match self {
            Self::Not(inner) => inner.eval(values).map(|holds| !holds),
            Self::Any(terms) => decided(true, terms, values),
            Self::All(factors) => decided(false, factors, values),
            Self::Compare(a, operator, b) => {
                b.any(values, |b| a.any(values, |a| Some(operator.between(a, b))))
            }
            Self::Test(test, operand) => operand.any(values, |cell| {
                let number = operator::number(cell).map(Number::as_f64);
                Some(number.is_some_and(|number| match test {
                    Test::Nan => number.is_nan(),
                    Test::Infinite => number.is_infinite(),
                }))
            }),
        }
    }
}

/// `decisive` if that is what any of them is, unknown if any of them is that, else its opposite.
fn decided(decisive: bool, parts: &[Expr], values: &[Vec<Cell>]) -> Option<bool> {
    let mut result = Some(!decisive);
    for part in parts {
        match part.eval(values) {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

impl Operand {
    /// Whether `test` is true of any of the values; unknown if there are none.
    fn any(&self, values: &[Vec<Cell>], test: impl Fn(&Cell) -> Option<bool>) -> Option<bool> {
        let place = match self {
            Self::Literal(literal) => return test(&literal.cell()),
            Self::Reference(place) => *place,
        };
        let known = values.get(place).into_iter().flatten();
        let mut tests = known.filter(|cell| **cell != Cell::Empty).map(test);
        let first = tests.next()??;
        Some(first || tests.any(|holds| holds == Some(true)))
    }
}

impl Literal {
    fn cell(&self) -> Cell {
        match self {
            Self::Number(number) => Cell::Number(*number),
            Self::Truth(truth) => Cell::Number(Number::Bool(*truth)),
            Self::Text(text) => Cell::Text(text.clone()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(&self.root, f)
    }
}

impl Condition {
    fn show(&self, expr: &Expr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match expr {
            Expr::Any(terms) => {
                self.show_all(terms, " or ", |part| matches!(part, Expr::Any(_)), f)
            }
            Expr::All(factors) => self.show_all(factors, " and ", is_list, f),
            Expr::Not(inner) => {
                f.write_str("not ")?;
                self.show_part(inner, is_list(inner), f)
            }
            Expr::Compare(a, operator, b) => {
                let beside = |subject| self.is(a, subject) || self.is(b, subject);
                let beside = [Subject::HParam, Subject::Idle]
                    .into_iter()
                    .find(|s| beside(*s));
                let side = |operand| self.operand(operand, beside);
                write!(f, "{} {operator} {}", side(a), side(b))
            }
            Expr::Test(Test::Nan, operand) => write!(f, "isnan({})", self.operand(operand, None)),
            Expr::Test(Test::Infinite, operand) => {
                write!(f, "isinf({})", self.operand(operand, None))
            }
        }
    }

    fn show_all(
        &self,
        parts: &[Expr],
        between: &str,
        in_parentheses: fn(&Expr) -> bool,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                f.write_str(between)?;
            }
            self.show_part(part, in_parentheses(part), f)?;
        }
        Ok(())
    }

    fn show_part(
        &self,
        part: &Expr,
        in_parentheses: bool,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        if !in_parentheses {
            return self.show(part, f);
        }
        f.write_str("(")?;
        self.show(part, f)?;
        f.write_str(")")
    }

    fn is(&self, operand: &Operand, subject: Subject) -> bool {
        match operand {
            Operand::Literal(_) => false,
            Operand::Reference(place) => {
                let reference = self.references.get(*place);
                reference.is_some_and(|reference| reference.subject == subject)
            }
        }
    }

    /// One side of a comparison, whose other side may decide how it is read.
    fn operand(&self, operand: &Operand, beside: Option<Subject>) -> String {
        match operand {
            Operand::Literal(Literal::Number(number)) if beside == Some(Subject::Idle) => {
                format!("{}s", number.as_f64())
            }
            // Not as integers, which they would be when read again.
            Operand::Literal(Literal::Number(Number::F64(v))) => format!("{v:?}"),
            Operand::Literal(Literal::Number(number)) => number.to_string(),
            Operand::Literal(Literal::Truth(truth)) => truth.to_string(),
            Operand::Literal(Literal::Text(text)) => in_quotes(text),
            Operand::Reference(place) => {
                match self.references.get(*place) {
                    // Alone, its name would be text there.
                    Some(Reference {
                        subject: Subject::Series(Aggregate::Last),
                        name,
                        ..
                    }) if beside == Some(Subject::HParam) => format!("last:{}", quoted(name)),
                    reference => reference.map_or_else(String::new, Reference::to_string),
                }
            }
        }
    }
}

/// Whether it has parts with something between them.
fn is_list(expr: &Expr) -> bool {
    matches!(expr, Expr::Any(_) | Expr::All(_))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subject {
            Subject::Series(Aggregate::Last) if is_tag(&self.name) => f.write_str(&self.name),
            Subject::Series(Aggregate::Last) => f.write_str(&in_quotes(&self.name)),
            Subject::HParam | Subject::Series(_) => {
                write!(f, "{}{}", self.subject.prefix(), quoted(&self.name))
            }
            Subject::Best(best) => {
                let other = self.other.as_ref().map_or("", |(name, _)| name);
                let plain = format!("{}{}{other}", self.name, best.mark());
                if is_word(&plain) && parser::best(&plain) == Some((&self.name, best, other)) {
                    f.write_str(&plain)
                } else {
                    let (name, other) = (in_quotes(&self.name), in_quotes(other));
                    write!(f, "{name}{}{other}", best.mark())
                }
            }
            Subject::StepOf => write!(f, "step({})", quoted_alone(&self.name)),
            Subject::Step => f.write_str("step"),
            Subject::Idle => f.write_str("idle"),
        }
    }
}

/// Whether a word is read as one.
fn is_word(name: &str) -> bool {
    let keyword = matches!(name, "and" | "or" | "not");
    !name.is_empty() && !name.contains(token::ends_word) && !keyword
}

/// Whether a word is read as a tag.
fn is_tag(name: &str) -> bool {
    let function = matches!(name, "isnan" | "isinf");
    let other = parser::literal(name).is_some() || parser::named(name).is_some();
    is_word(name) && !function && !other && parser::best(name).is_none()
}

/// A name behind a prefix.
fn quoted(name: &str) -> String {
    let plain = !name.is_empty() && !name.contains(token::ends_word);
    if plain {
        name.to_owned()
    } else {
        in_quotes(name)
    }
}

/// A name without a prefix.
fn quoted_alone(name: &str) -> String {
    if is_word(name) {
        name.to_owned()
    } else {
        in_quotes(name)
    }
}

/// No name that was read has quotation marks of both kinds.
fn in_quotes(text: &str) -> String {
    match text.contains('\'') {
        true => format!("\"{text}\""),
        false => format!("'{text}'"),
    }
}

#[cfg(test)]
mod tests;
