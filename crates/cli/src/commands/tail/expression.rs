//! Conditions on the latest values of a run: the small language of `--until` and `--fail-if`.
//!
//! ```text
//! condition  = term { ("or" | "||") term }
//! term       = factor { ("and" | "&&") factor }
//! factor     = ("not" | "!") factor | "(" condition ")" | test | comparison
//! test       = ("isnan" | "isinf") "(" tag ")"
//! comparison = operand ("<" | "<=" | ">" | ">=" | "==" | "=" | "!=") operand
//! operand    = number | tag | "step" "(" tag ")"
//! tag        = word | "'" any "'" | '"' any '"'
//! ```
//!
//! A word ends at white space, quotes, parentheses and operators, so that most tags need no quotes: slashes,
//! dots and dashes belong to them. A tag may be a pattern, as for `--tag`, and stands for any that matches: a
//! comparison holds if it holds for one of them.
//!
//! Where a tag has no value yet, what is said of it is neither true nor false, nor is its negation.

use tfevents::Number;

use crate::args::condition::Operator;
use crate::args::filters::Patterns;

/// A condition, parsed.
#[derive(Debug)]
pub(super) struct Expression {
    root: Expr,
    /// The tags and patterns that it speaks of.
    names: Vec<Name>,
}

/// A tag or pattern.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: String,
    patterns: Patterns,
}

impl Name {
    pub(super) fn matches(&self, tag: &str) -> bool {
        self.patterns.matches(tag)
    }
}

/// The latest value of a tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Latest {
    pub(super) value: f64,
    pub(super) step: i64,
}

#[derive(Debug)]
enum Expr {
    Any(Vec<Expr>),
    All(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Operand, Operator, Operand),
    Test(Test, usize),
}

#[derive(Clone, Copy, Debug)]
enum Operand {
    Number(f64),
    /// By its place among the names.
    Value(usize),
    Step(usize),
}

#[derive(Clone, Copy, Debug)]
enum Test {
    Nan,
    Infinite,
}

impl Expression {
    /// # Errors
    ///
    /// What is wrong, and after how many characters.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser {
            text,
            at: 0,
            depth: 0,
            names: Vec::new(),
        };
        let root = parser.condition()?;
        match parser.peek()? {
            None => Ok(Self {
                root,
                names: parser.names,
            }),
            Some(token) => Err(parser.error(&format!("{token} is one too many"))),
        }
    }

    /// The tags and patterns that it speaks of.
    pub(super) fn names(&self) -> &[Name] {
        &self.names
    }

    /// Whether it holds, given the latest values of all tags that match each of the names.
    pub(super) fn holds(&self, latest: &[Vec<Latest>]) -> bool {
        self.root.eval(latest) == Some(true)
    }
}

impl Expr {
    /// `None` is unknown.
    fn eval(&self, latest: &[Vec<Latest>]) -> Option<bool> {
        match self {
            Self::Not(inner) => inner.eval(latest).map(|holds| !holds),
            Self::Any(terms) => decided(true, terms, latest),
            Self::All(factors) => decided(false, factors, latest),
            Self::Compare(a, operator, b) => {
                let (a, b) = (a.values(latest), b.values(latest));
                let holds = |&a: &f64| {
                    let mut others = b.iter().map(|&b| Number::F64(b));
                    others.any(|b| operator.holds(Number::F64(a), b))
                };
                (!a.is_empty() && !b.is_empty()).then(|| a.iter().any(holds))
            }
            Self::Test(test, name) => {
                let tags = latest.get(*name)?;
                let holds = |latest: &Latest| match test {
                    Test::Nan => latest.value.is_nan(),
                    Test::Infinite => latest.value.is_infinite(),
                };
                (!tags.is_empty()).then(|| tags.iter().any(holds))
            }
        }
    }
}

/// `decisive` if that is what any of them is, unknown if any of them is that, else its opposite.
fn decided(decisive: bool, parts: &[Expr], latest: &[Vec<Latest>]) -> Option<bool> {
    let mut result = Some(!decisive);
    for part in parts {
        match part.eval(latest) {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

impl Operand {
    fn values(self, latest: &[Vec<Latest>]) -> Vec<f64> {
        let all = |name: usize| latest.get(name).into_iter().flatten();
        match self {
            Self::Number(number) => vec![number],
            Self::Value(name) => all(name).map(|latest| latest.value).collect(),
            #[expect(clippy::cast_precision_loss, reason = "no training has 2^53 steps")]
            Self::Step(name) => all(name).map(|latest| latest.step as f64).collect(),
        }
    }
}

/// Parentheses and negations deeper than this are a mistake.
const MAX_DEPTH: usize = 100;

struct Parser<'t> {
    text: &'t str,
    /// The byte that comes next.
    at: usize,
    depth: usize,
    names: Vec<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'t> {
    Open,
    Close,
    And,
    Or,
    Not,
    Operator(Operator),
    Word(&'t str),
    Quoted(&'t str),
}

impl std::fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::Open => "(",
            Self::Close => ")",
            Self::And => "and",
            Self::Or => "or",
            Self::Not => "not",
            Self::Operator(this) => {
                let mut all = Operator::ALL.iter();
                let found = all.find(|(_, other)| other == this);
                found.map_or("", |(text, _)| text)
            }
            Self::Word(text) | Self::Quoted(text) => text,
        };
        write!(f, "`{text}`")
    }
}

impl<'t> Parser<'t> {
    fn condition(&mut self) -> Result<Expr, String> {
        // Lists and not pairs, so that however many there are, they are not nested.
        let mut terms = vec![self.term()?];
        while self.takes(Token::Or)? {
            terms.push(self.term()?);
        }
        Ok(Expr::Any(terms))
    }

    fn term(&mut self) -> Result<Expr, String> {
        let mut factors = vec![self.factor()?];
        while self.takes(Token::And)? {
            factors.push(self.factor()?);
        }
        Ok(Expr::All(factors))
    }

    fn factor(&mut self) -> Result<Expr, String> {
        if self.depth == MAX_DEPTH {
            return Err(self.error("this is nested too deeply"));
        }
        self.depth += 1;
        let factor = if self.takes(Token::Not)? {
            Expr::Not(Box::new(self.factor()?))
        } else if self.takes(Token::Open)? {
            let inner = self.condition()?;
            self.expect_close()?;
            inner
        } else if let Some(name) = self.call("isnan")? {
            Expr::Test(Test::Nan, name)
        } else if let Some(name) = self.call("isinf")? {
            Expr::Test(Test::Infinite, name)
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(factor)
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        let left = self.operand()?;
        let Some(Token::Operator(operator)) = self.peek()? else {
            return Err(self.error("a comparison is missing: <, <=, >, >=, == or !="));
        };
        self.next()?;
        Ok(Expr::Compare(left, operator, self.operand()?))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        if let Some(name) = self.call("step")? {
            return Ok(Operand::Step(name));
        }
        let number = match self.peek()? {
            Some(Token::Word(word)) => number(word),
            _ => None,
        };
        match number {
            Some(number) => {
                self.next()?;
                Ok(Operand::Number(number))
            }
            None => self.tag("a number or a tag is missing").map(Operand::Value),
        }
    }

    /// `function(tag)`: the place of the tag among the names. A word without a parenthesis is a tag itself.
    fn call(&mut self, function: &str) -> Result<Option<usize>, String> {
        let start = self.at;
        if self.takes(Token::Word(function))? && self.takes(Token::Open)? {
            let name = self.tag("a tag is missing")?;
            self.expect_close()?;
            return Ok(Some(name));
        }
        self.at = start;
        Ok(None)
    }

    fn tag(&mut self, missing: &str) -> Result<usize, String> {
        let Some(Token::Word(text) | Token::Quoted(text)) = self.peek()? else {
            return Err(self.error(missing));
        };
        if let Some(known) = self.names.iter().position(|name| name.text == text) {
            self.next()?;
            return Ok(known);
        }
        let patterns = Patterns::new("tag", &[text.to_owned()], false);
        let patterns = patterns.map_err(|e| self.error(&e.to_string()))?;
        self.next()?;
        self.names.push(Name {
            text: text.to_owned(),
            patterns,
        });
        Ok(self.names.len() - 1)
    }

    fn expect_close(&mut self) -> Result<(), String> {
        if self.takes(Token::Close)? {
            Ok(())
        } else {
            Err(self.error("a `)` is missing"))
        }
    }

    fn takes(&mut self, wanted: Token<'_>) -> Result<bool, String> {
        let takes = self.peek()? == Some(wanted);
        if takes {
            self.next()?;
        }
        Ok(takes)
    }

    fn peek(&mut self) -> Result<Option<Token<'t>>, String> {
        let start = self.at;
        let token = self.next();
        self.at = start;
        token
    }

    fn next(&mut self) -> Result<Option<Token<'t>>, String> {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else {
            return Ok(None);
        };
        let fixed = [
            ("(", Token::Open),
            (")", Token::Close),
            ("&&", Token::And),
            ("||", Token::Or),
        ];
        let operators = Operator::ALL.map(|(text, operator)| (text, Token::Operator(operator)));
        let negation = [("!", Token::Not)];
        let mut symbols = fixed.into_iter().chain(operators).chain(negation);
        if let Some((text, token)) = symbols.find(|(text, _)| trimmed.starts_with(text)) {
            self.at += text.len();
            return Ok(Some(token));
        }
        if first == '\'' || first == '"' {
            let Some(end) = trimmed[1..].find(first) else {
                return Err(self.error("the quotes are not closed"));
            };
            self.at += end + 2;
            return Ok(Some(Token::Quoted(&trimmed[1..=end])));
        }
        let end = trimmed.find(ends_word).unwrap_or(trimmed.len());
        let word = &trimmed[..end];
        if word.is_empty() {
            return Err(self.error(&format!("`{first}` means nothing here")));
        }
        self.at += end;
        Ok(Some(match word {
            "and" => Token::And,
            "or" => Token::Or,
            "not" => Token::Not,
            word => Token::Word(word),
        }))
    }

    fn error(&self, what: &str) -> String {
        let at = self.text[..self.at].chars().count();
        format!("after {at} characters: {what}")
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || "()<>=!&|'\"".contains(c)
}

/// Tags may start with digits, too, so that only a whole number is one.
fn number(word: &str) -> Option<f64> {
    word.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evaluates with these tags.
    fn holds(text: &str, tags: &[(&str, f64)]) -> bool {
        let condition = Expression::parse(text).unwrap();
        let latest: Vec<Vec<_>> = condition
            .names()
            .iter()
            .map(|name| {
                let tags = tags.iter().filter(|(tag, _)| name.matches(tag));
                tags.map(|&(_, value)| Latest { value, step: 100 })
                    .collect()
            })
            .collect();
        condition.holds(&latest)
    }

    #[track_caller]
    fn error(text: &str, expected: &str) {
        assert_eq!(Expression::parse(text).unwrap_err(), expected);
    }

    #[test]
    fn comparisons_do_what_they_say() {
        let tags = [("val/acc-1.5", 0.5), ("a b", 2.0), ("step", 3.0)];
        for (text, expected) in [
            ("val/acc-1.5 > 0.4", true),
            ("val/acc-1.5>0.5", false),
            ("val/acc-1.5>=.5", true),
            ("0.5 <= val/acc-1.5", true),
            ("val/acc-1.5 < -1e3", false),
            ("val/acc-1.5 == 0.5", true),
            ("val/acc-1.5!=0.5", false),
            ("'a b' > val/acc-1.5", true),
            ("\"a b\" == 2", true),
            ("val/acc-1.5 < inf", true),
            ("step == 3", true),
            ("step(step) == 100", true),
            ("step ( 'a b' ) >= 101", false),
        ] {
            assert_eq!(holds(text, &tags), expected, "{text}");
        }
    }

    #[test]
    fn and_binds_more_than_or() {
        let tags = [("t", 1.0)];
        for (text, expected) in [
            ("t == 1 or t == 2 and t == 3", true),
            ("(t == 1 or t == 2) and t == 3", false),
            ("t == 1 || t == 2 && t == 3", true),
            ("not t == 1 or t == 1", true),
            ("not (t == 1 or t == 2)", false),
            ("!(t==2)", true),
            ("not not t == 1", true),
        ] {
            assert_eq!(holds(text, &tags), expected, "{text}");
        }
    }

    #[test]
    fn nan_and_infinity_are_asked_for_by_name() {
        let tags = [("a", f64::NAN), ("b", f64::NEG_INFINITY), ("c", 1.0)];
        assert!(holds("isnan(a)", &tags) && !holds("isnan(b)", &tags));
        assert!(holds("isinf(b)", &tags) && !holds("isinf(a) or isinf(c)", &tags));
        assert!(!holds("a > 0 or a <= 0", &tags));
        assert!(holds("a == nan and c != nan", &tags));
        assert!(holds("isnan(*)", &tags) && !holds("isnan(c*)", &tags));
    }

    #[test]
    fn what_is_not_known_is_neither_true_nor_false() {
        let tags = [("a", 1.0)];
        for text in [
            "b > 0",
            "not b > 0",
            "not isnan(b)",
            "a == 1 and b > 0",
            "step(b) < 9",
        ] {
            assert!(!holds(text, &tags), "{text}");
        }
        assert!(holds("a == 1 or b > 0", &tags));
        assert!(holds("not (a == 2 and b > 0)", &tags));
    }

    #[test]
    fn patterns_stand_for_any_tag() {
        let tags = [("a/loss", 1.0), ("b/loss", 5.0), ("x[0]", 7.0)];
        assert!(holds("*loss > 4", &tags) && holds("*loss < 2", &tags));
        assert!(!holds("*loss > 6", &tags) && holds("not *loss > 6", &tags));
        assert!(
            holds("x[0] == 7", &tags),
            "a tag is found by its own name, too"
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        error("", "after 0 characters: a number or a tag is missing");
        error(
            "a",
            "after 1 characters: a comparison is missing: <, <=, >, >=, == or !=",
        );
        error("a > ", "after 3 characters: a number or a tag is missing");
        error("a > 1 b", "after 5 characters: `b` is one too many");
        error("(a > 1", "after 6 characters: a `)` is missing");
        error("isnan(", "after 6 characters: a tag is missing");
        error("a & 1", "after 2 characters: `&` means nothing here");
        error("'a > 1", "after 0 characters: the quotes are not closed");
        error(
            "größe > 1 and",
            "after 13 characters: a number or a tag is missing",
        );
        error(
            "[ > 1",
            "after 0 characters: invalid tag pattern `[`: unclosed character class; missing ']'",
        );
    }

    #[test]
    fn no_condition_is_too_deep_or_too_long() {
        for nested in ["(", "not ", "!", "((", "not (", "isnan(", "(a > 1 or "] {
            let error = Expression::parse(&nested.repeat(100_000)).unwrap_err();
            let call = nested == "isnan(";
            assert!(error.contains("deeply") || call, "{nested}: {error}");
        }
        let tags = [("a", 1.0)];
        for (unit, rest, expected) in [
            ("a > 1 or ", "a == 1", true),
            ("a == 1 and ", "a > 1", false),
            ("(a > 1) or not b > 2 or ", "a == 1", true),
        ] {
            let text = unit.repeat(10_000) + rest;
            assert_eq!(holds(&text, &tags), expected, "{unit}");
        }
    }
}
