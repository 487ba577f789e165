//! The part of SQL that conditions of Splink models are written in, as a tree.

use anyhow::{Result, bail};

/// Which of the two records a column is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sql {
    /// `l.name`, or `name_l`.
    Column(String, Side),
    Number(f64),
    Text(String),
    /// A function, its name in lower case.
    Call(String, Vec<Sql>),
    /// A comparison or a sum: `=`, `<=`, `>=`, `<`, `>`, `<>`, `+`, `-`, `*`, `/`.
    Binary(&'static str, Box<Sql>, Box<Sql>),
    IsNull(Box<Sql>),
    And(Vec<Sql>),
    Or(Vec<Sql>),
}

/// Nesting beyond this is refused: a stack has an end.
const DEEPEST: usize = 64;

impl Sql {
    pub(super) fn parse(text: &str) -> Result<Sql> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            at: 0,
            depth: 0,
        };
        let sql = parser.or()?;
        match parser.peek() {
            None => Ok(sql),
            Some(token) => bail!("{:?} stands where the end should", token.text()),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    /// A name in double quotes or backticks.
    Quoted(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
}

impl Token {
    fn text(&self) -> String {
        match self {
            Token::Word(text) | Token::Quoted(text) | Token::Text(text) => text.clone(),
            Token::Number(number) => number.to_string(),
            Token::Sign(sign) => (*sign).to_owned(),
        }
    }
}

/// Longer signs first.
const SIGNS: [&str; 16] = [
    "::", "<=", ">=", "<>", "!=", "||", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*",
];

fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '`' | '\'' => {
                let body = &rest[1..];
                let Some(end) = body.find(first) else {
                    bail!("a quote is never closed");
                };
                let inner = body[..end].to_owned();
                tokens.push(match first {
                    '\'' => Token::Text(inner),
                    _ => Token::Quoted(inner),
                });
                end + 2
            }
            '0'..='9' => {
                let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E');
                let end = rest.find(|c| !number(c)).unwrap_or(rest.len());
                tokens.push(Token::Number(rest[..end].parse()?));
                end
            }
            _ if first.is_alphabetic() || first == '_' => {
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..end].to_owned()));
                end
            }
            '/' => {
                tokens.push(Token::Sign("/"));
                1
            }
            _ => {
                let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) else {
                    bail!("{first:?} is not understood");
                };
                tokens.push(Token::Sign(sign));
                sign.len()
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(other)) if *other == sign);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found =
            matches!(self.peek(), Some(Token::Word(other)) if other.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<()> {
        if self.sign(sign) {
            return Ok(());
        }
        match self.peek() {
            Some(token) => bail!("{:?} stands where {sign:?} should", token.text()),
            None => bail!("{sign:?} is missing at the end"),
        }
    }

    fn or(&mut self) -> Result<Sql> {
        self.depth += 1;
        if self.depth > DEEPEST {
            bail!("it is nested too deeply");
        }
        let mut parts = vec![self.and()?];
        while self.word("or") {
            parts.push(self.and()?);
        }
        self.depth -= 1;
        Ok(joined(parts, Sql::Or))
    }

    fn and(&mut self) -> Result<Sql> {
        let mut parts = vec![self.comparison()?];
        while self.word("and") {
            parts.push(self.comparison()?);
        }
        Ok(joined(parts, Sql::And))
    }

    fn comparison(&mut self) -> Result<Sql> {
        let left = self.sum(0)?;
        if self.word("is") {
            if self.word("null") {
                return Ok(Sql::IsNull(Box::new(left)));
            }
            bail!("only IS NULL is understood after a value");
        }
        for sign in ["=", "<=", ">=", "<>", "!=", "<", ">"] {
            if self.sign(sign) {
                let right = self.sum(0)?;
                return Ok(Sql::Binary(sign, Box::new(left), Box::new(right)));
            }
        }
        Ok(left)
    }

    /// Sums, and the products within them.
    fn sum(&mut self, level: usize) -> Result<Sql> {
        const LEVELS: [&[&str]; 2] = [&["+", "-", "||"], &["*", "/"]];
        let Some(signs) = LEVELS.get(level) else {
            return self.cast();
        };
        let mut left = self.sum(level + 1)?;
        while let Some(sign) = signs.iter().find(|sign| self.sign(sign)) {
            let right = self.sum(level + 1)?;
            left = Sql::Binary(sign, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    /// A value, whatever type it is made: types are the records' own here.
    fn cast(&mut self) -> Result<Sql> {
        let value = self.value()?;
        while self.sign("::") {
            self.at += 1;
        }
        Ok(value)
    }

    fn value(&mut self) -> Result<Sql> {
        if self.sign("(") {
            let inner = self.or()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.sign("-") {
            return match self.value()? {
                Sql::Number(number) => Ok(Sql::Number(-number)),
                _ => bail!("only a number can be negative"),
            };
        }
        let Some(token) = self.peek().cloned() else {
            bail!("a value is missing at the end");
        };
        self.at += 1;
        match token {
            Token::Number(number) => Ok(Sql::Number(number)),
            Token::Text(text) => Ok(Sql::Text(text)),
            Token::Word(name) if self.sign("(") => self.call(name.to_ascii_lowercase()),
            Token::Word(name) | Token::Quoted(name) => self.column(name),
            Token::Sign(sign) => bail!("{sign:?} stands where a value should"),
        }
    }

    fn call(&mut self, name: String) -> Result<Sql> {
        let mut values = Vec::new();
        while !self.sign(")") {
            values.push(self.or()?);
            if self.word("as") {
                self.at += 1;
            }
            if !self.sign(",") {
                self.expect(")")?;
                break;
            }
        }
        if matches!(name.as_str(), "cast" | "try_cast") && values.len() == 1 {
            return Ok(values.remove(0));
        }
        Ok(Sql::Call(name, values))
    }

    fn column(&mut self, name: String) -> Result<Sql> {
        let side = |name: &str| match name {
            "l" => Some(Side::Left),
            "r" => Some(Side::Right),
            _ => None,
        };
        if self.sign(".") {
            let (Some(side), Some(Token::Word(column) | Token::Quoted(column))) =
                (side(&name), self.peek().cloned())
            else {
                bail!("{name:?} is neither l nor r");
            };
            self.at += 1;
            return Ok(Sql::Column(column, side));
        }
        match name.rsplit_once('_') {
            Some((column, end)) if side(end).is_some() && !column.is_empty() => Ok(Sql::Column(
                column.to_owned(),
                side(end).unwrap_or(Side::Left),
            )),
            _ => bail!("{name:?} is a column of neither record"),
        }
    }
}

fn joined(mut parts: Vec<Sql>, join: fn(Vec<Sql>) -> Sql) -> Sql {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_before_or_and_products_before_sums() {
        let left = |name: &str| Sql::Column(name.to_owned(), Side::Left);
        let null = |name: &str| Sql::IsNull(Box::new(left(name)));
        let parsed = Sql::parse("a_l IS NULL or \"b c_l\" is null AND (l.d IS NULL)").unwrap();
        let and = Sql::And(vec![null("b c"), null("d")]);
        assert_eq!(parsed, Sql::Or(vec![null("a"), and]));
        let number = |number| Box::new(Sql::Number(number));
        let product = Box::new(Sql::Binary("*", number(2.0), number(-3.0)));
        let sum = Sql::Binary("+", number(1.5), product);
        assert_eq!(Sql::parse("1.5 + 2 * -3").unwrap(), sum);
    }

    #[test]
    fn what_is_no_sql_is_an_error_and_never_more() {
        let deep = "(".repeat(10_000);
        for text in [
            "",
            "a",
            "a_l =",
            "f(a_l",
            "'a",
            "l.",
            "a_l = 1 1",
            "é§",
            &deep,
        ] {
            assert!(Sql::parse(text).is_err(), "{text}");
        }
    }
}
