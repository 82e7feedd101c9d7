//! From text to a condition.

use std::sync::Arc;

use tfevents::Number;

use super::token::{Problem, Token, Tokens};
use super::{Expr, Literal, Operand, Reference, Subject, Test};
use crate::aggregate::Aggregate;
use crate::best::Best;
use crate::number;
use crate::pattern::Patterns;

/// Parentheses and negations deeper than this are a mistake.
const MAX_DEPTH: usize = 100;

pub(super) struct Parser<'t> {
    tokens: Tokens<'t>,
    depth: usize,
    /// Whether names are regular expressions.
    regex: bool,
    references: Vec<Reference>,
}

/// One side of a comparison, of which the other one may say what it is.
enum Side<'t> {
    Known(Operand),
    /// A tag, or text beside a hyperparameter; and where it is.
    Word(&'t str, usize),
}

const OPERAND_MISSING: &str = "a number, a tag or a hyperparameter is missing";

impl<'t> Parser<'t> {
    pub(super) fn parse(text: &'t str, regex: bool) -> Result<(Expr, Vec<Reference>), Problem> {
        let mut parser = Self {
            tokens: Tokens::new(text),
            depth: 0,
            regex,
            references: Vec::new(),
        };
        let root = parser.condition()?;
        match parser.tokens.peek()? {
            None => Ok((root, parser.references)),
            Some(token) => Err(parser.problem(format!(
                "unexpected `{token}`: join comparisons with `and` or `or`, and put quotation \
                 marks around names with spaces"
            ))),
        }
    }

    fn condition(&mut self) -> Result<Expr, Problem> {
        // Lists and not pairs, so that however many there are, they are not nested.
        let mut terms = vec![self.term()?];
        while self.takes(Token::Or)? {
            terms.push(self.term()?);
        }
        Ok(only(terms, Expr::Any))
    }

    fn term(&mut self) -> Result<Expr, Problem> {
        let mut factors = vec![self.factor()?];
        while self.takes(Token::And)? {
            factors.push(self.factor()?);
        }
        Ok(only(factors, Expr::All))
    }

    fn factor(&mut self) -> Result<Expr, Problem> {
        if self.depth == MAX_DEPTH {
            return Err(self.problem("nested too deeply"));
        }
        self.depth += 1;
        let factor = if self.takes(Token::Not)? {
            Expr::Not(Box::new(self.factor()?))
        } else if self.takes(Token::Open)? {
            let inner = self.condition()?;
            self.expect_close()?;
            inner
        } else if self.calls("isnan")? {
            Expr::Test(Test::Nan, self.argument()?)
        } else if self.calls("isinf")? {
            Expr::Test(Test::Infinite, self.argument()?)
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(factor)
    }

    fn comparison(&mut self) -> Result<Expr, Problem> {
        let left_at = self.tokens.begin();
        let left = self.side()?;
        let Some(Token::Operator(operator)) = self.tokens.peek()? else {
            return Err(self.problem("a comparison is missing: <, <=, >, >=, == or !="));
        };
        self.tokens.next()?;
        let right_at = self.tokens.begin();
        let right = self.side()?;
        let is = |side: &Side<'_>, subject| match side {
            Side::Known(Operand::Reference(i)) => {
                let reference = self.references.get(*i);
                reference.is_some_and(|reference| reference.subject == subject)
            }
            _ => false,
        };
        let beside = |subject| is(&left, subject) || is(&right, subject);
        let (text, time) = (beside(Subject::HParam), beside(Subject::Idle));
        if time {
            let (left, right) = (seconds(left, left_at)?, seconds(right, right_at)?);
            return Ok(Expr::Compare(left, operator, right));
        }
        let left = self.settle(left, text)?;
        let right = self.settle(right, text)?;
        Ok(Expr::Compare(left, operator, right))
    }

    /// Decides what a word is.
    fn settle(&mut self, side: Side<'_>, text: bool) -> Result<Operand, Problem> {
        match side {
            Side::Known(operand) => Ok(operand),
            Side::Word(word, _) if text => Ok(Operand::Literal(Literal::Text(word.to_owned()))),
            Side::Word(word, at) => self.refer(Subject::Series(Aggregate::Last), word, at),
        }
    }

    /// What is asked about in parentheses.
    fn argument(&mut self) -> Result<Operand, Problem> {
        let side = self.side()?;
        let operand = self.settle(side, false)?;
        self.expect_close()?;
        Ok(operand)
    }

    fn side(&mut self) -> Result<Side<'t>, Problem> {
        if self.calls("step")? {
            let at = self.tokens.begin();
            let (Some(Token::Word(tag)) | Some(Token::Quoted(tag))) = self.tokens.peek()? else {
                return Err(self.problem("a tag is missing"));
            };
            self.tokens.next()?;
            let step = self.refer(Subject::StepOf, tag, at)?;
            self.expect_close()?;
            return Ok(Side::Known(step));
        }
        let at = self.tokens.begin();
        let token = self.tokens.peek()?;
        let operand = match token {
            Some(Token::Quoted(text)) => Side::Word(text, at),
            Some(Token::Word(word)) => match literal(word) {
                Some(literal) => Side::Known(Operand::Literal(literal)),
                None => match (named(word), best(word)) {
                    (Some((subject, name)), _) => Side::Known(self.refer(subject, name, at)?),
                    (None, Some((tag, best, other))) => {
                        Side::Known(self.refer_to_best(tag, best, other, at)?)
                    }
                    (None, None) => Side::Word(word, at),
                },
            },
            Some(Token::Best(tag, best, other)) => {
                Side::Known(self.refer_to_best(tag, best, other, at)?)
            }
            Some(Token::Prefixed(subject, name)) => Side::Known(self.refer(subject, name, at)?),
            _ => return Err(self.problem(OPERAND_MISSING)),
        };
        self.tokens.next()?;
        Ok(operand)
    }

    fn refer(&mut self, subject: Subject, name: &str, at: usize) -> Result<Operand, Problem> {
        let patterns = match subject {
            Subject::Step | Subject::Idle => self.patterns(subject, &[], at)?,
            _ => self.patterns(subject, &[name.to_owned()], at)?,
        };
        Ok(self.add(Reference {
            subject,
            name: name.to_owned(),
            patterns,
            other: None,
        }))
    }

    fn refer_to_best(
        &mut self,
        tag: &str,
        best: Best,
        other: &str,
        at: usize,
    ) -> Result<Operand, Problem> {
        let subject = Subject::Best(best);
        let others = self.patterns(subject, &[other.to_owned()], at)?;
        Ok(self.add(Reference {
            subject,
            name: tag.to_owned(),
            patterns: self.patterns(subject, &[tag.to_owned()], at)?,
            other: Some((other.to_owned(), others)),
        }))
    }

    fn patterns(
        &self,
        subject: Subject,
        names: &[String],
        at: usize,
    ) -> Result<Arc<Patterns>, Problem> {
        let patterns = Patterns::new(subject.noun(), names, self.regex && !names.is_empty());
        patterns.map(Arc::new).map_err(|e| Problem {
            at,
            what: e.to_string(),
        })
    }

    /// The place of a reference; each is kept once.
    fn add(&mut self, new: Reference) -> Operand {
        let is_same = |known: &Reference| {
            let names = known.names().map(|(name, _)| name);
            known.subject == new.subject && names.eq(new.names().map(|(name, _)| name))
        };
        let place = self.references.iter().position(is_same);
        Operand::Reference(place.unwrap_or_else(|| {
            self.references.push(new);
            self.references.len() - 1
        }))
    }

    /// Whether `function(` comes next. A word without a parenthesis is a tag itself.
    fn calls(&mut self, function: &str) -> Result<bool, Problem> {
        let start = self.tokens;
        if self.takes(Token::Word(function))? && self.takes(Token::Open)? {
            return Ok(true);
        }
        self.tokens = start;
        Ok(false)
    }

    fn expect_close(&mut self) -> Result<(), Problem> {
        if self.takes(Token::Close)? {
            Ok(())
        } else {
            Err(self.problem("a `)` is missing"))
        }
    }

    fn takes(&mut self, wanted: Token<'_>) -> Result<bool, Problem> {
        let takes = self.tokens.peek()? == Some(wanted);
        if takes {
            self.tokens.next()?;
        }
        Ok(takes)
    }

    /// Something is wrong with what comes next.
    fn problem(&mut self, what: impl Into<String>) -> Problem {
        Problem {
            at: self.tokens.begin(),
            what: what.into(),
        }
    }
}

/// One side of a comparison with `idle`, where a word is a duration.
fn seconds(side: Side<'_>, at: usize) -> Result<Operand, Problem> {
    match side {
        Side::Known(Operand::Literal(Literal::Number(number))) => Err(Problem {
            at,
            what: format!("a time needs a unit (s, min, h, d or w), as in `{number}min`"),
        }),
        Side::Known(operand) => Ok(operand),
        Side::Word(word, at) => match number::seconds(word) {
            Some(secs) => Ok(Operand::Literal(Literal::Number(Number::F64(secs)))),
            None => Err(Problem {
                at,
                what: "a time is missing, such as 10min: a number and a unit (s, min, h, d or w)"
                    .to_owned(),
            }),
        },
    }
}

fn only(mut parts: Vec<Expr>, several: fn(Vec<Expr>) -> Expr) -> Expr {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            several(parts)
        }
    }
}

/// The value that a word is. Tags may start with digits, too, so that only a whole number is one.
pub(super) fn literal(word: &str) -> Option<Literal> {
    match word {
        "true" => Some(Literal::Truth(true)),
        "false" => Some(Literal::Truth(false)),
        _ => word.parse::<Number>().ok().map(Literal::Number),
    }
}

/// What a word speaks of, if it says so itself.
pub(super) fn named(word: &str) -> Option<(Subject, &str)> {
    if word == "step" {
        return Some((Subject::Step, ""));
    }
    if word == "idle" {
        return Some((Subject::Idle, ""));
    }
    Subject::split(word)
}

/// What a word asks for where another tag is best, unless it begins with what it asks for.
pub(super) fn best(word: &str) -> Option<(&str, Best, &str)> {
    match named(word) {
        Some(_) => None,
        None => Best::split(word),
    }
}
