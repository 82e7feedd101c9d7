//! The words and signs of a condition.

use std::fmt;

use super::Subject;
use super::operator::Operator;
use crate::best::Best;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    Open,
    Close,
    And,
    Or,
    Not,
    Operator(Operator),
    Word(&'t str),
    Quoted(&'t str),
    /// What `@` or `min:` asks about, and the name in quotes behind it.
    Prefixed(Subject, &'t str),
    /// A tag where another one is best, either of them in quotes.
    Best(&'t str, Best, &'t str),
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("("),
            Self::Close => f.write_str(")"),
            Self::And => f.write_str("and"),
            Self::Or => f.write_str("or"),
            Self::Not => f.write_str("not"),
            Self::Operator(operator) => operator.fmt(f),
            Self::Word(text) | Self::Quoted(text) => f.write_str(text),
            Self::Prefixed(subject, name) => write!(f, "{}{name}", subject.prefix()),
            Self::Best(tag, best, other) => write!(f, "{tag}{}{other}", best.mark()),
        }
    }
}

/// Reads tokens off the start of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    /// The byte that comes next.
    pub(super) at: usize,
}

/// What is wrong with a condition, and at which byte.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) at: usize,
    pub(super) what: String,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Passes over white space, to where the next token begins.
    pub(super) fn begin(&mut self) -> usize {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.at
    }

    pub(super) fn peek(&self) -> Result<Option<Token<'t>>, Problem> {
        let mut ahead = *self;
        ahead.next()
    }

    pub(super) fn next(&mut self) -> Result<Option<Token<'t>>, Problem> {
        let start = self.begin();
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            return Ok(None);
        };
        if let Some((len, token)) = sign(rest) {
            self.at += len;
            return Ok(Some(token));
        }
        if is_quote(first) {
            let text = self.quoted()?;
            let Some((best, rest)) = Best::strip(&self.text[self.at..]) else {
                return Ok(Some(Token::Quoted(text)));
            };
            self.at = self.text.len() - rest.len();
            let other = self.name()?;
            return Ok(Some(Token::Best(text, best, other)));
        }
        let end = rest.find(ends_word).unwrap_or(rest.len());
        let word = &rest[..end];
        if word.is_empty() {
            return Err(self.problem(format!("unexpected `{first}`")));
        }
        self.at += end;
        if let Some(subject) = Subject::of_prefix(word)
            && self.text[self.at..].starts_with(is_quote)
        {
            let name = self.quoted()?;
            return Ok(Some(Token::Prefixed(subject, name)));
        }
        let ends_in = |best: Best| Some((word.strip_suffix(best.mark())?, best));
        if let Some((tag, best)) = Best::ALL.into_iter().find_map(ends_in)
            && !tag.is_empty()
            && Subject::split(word).is_none()
            && self.text[self.at..].starts_with(is_quote)
        {
            let other = self.quoted()?;
            return Ok(Some(Token::Best(tag, best, other)));
        }
        Ok(Some(match word {
            "and" => Token::And,
            "or" => Token::Or,
            "not" => Token::Not,
            word => Token::Word(word),
        }))
    }

    /// The name that begins here, in quotes or not.
    fn name(&mut self) -> Result<&'t str, Problem> {
        let rest = &self.text[self.at..];
        if rest.starts_with(is_quote) {
            return self.quoted();
        }
        let end = rest.find(ends_word).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.problem("a tag is missing".to_owned()));
        }
        self.at += end;
        Ok(&rest[..end])
    }

    /// What is in the quotes that begin here.
    fn quoted(&mut self) -> Result<&'t str, Problem> {
        let rest = &self.text[self.at..];
        let mut parts = rest.splitn(3, |c| rest.starts_with(c));
        match (parts.next(), parts.next(), parts.next()) {
            (Some(_), Some(inner), Some(_)) => {
                self.at += inner.len() + 2;
                Ok(inner)
            }
            _ => Err(self.problem("unclosed quotation mark".to_owned())),
        }
    }

    fn problem(&self, what: String) -> Problem {
        Problem { at: self.at, what }
    }
}

fn sign(text: &str) -> Option<(usize, Token<'static>)> {
    const FIXED: [(&str, Token<'static>); 4] = [
        ("(", Token::Open),
        (")", Token::Close),
        ("&&", Token::And),
        ("||", Token::Or),
    ];
    let operators = Operator::ALL.map(|(sign, operator)| (sign, Token::Operator(operator)));
    // Behind `!=`.
    let negation = [("!", Token::Not)];
    let mut signs = FIXED.into_iter().chain(operators).chain(negation);
    let (sign, token) = signs.find(|(sign, _)| text.starts_with(sign))?;
    Some((sign.len(), token))
}

fn is_quote(c: char) -> bool {
    c == '\'' || c == '"'
}

/// Whether a word ends before this character.
pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || "()<>=!&|'\"".contains(c)
}
