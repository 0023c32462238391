//! From characters to tokens: words, values, signs.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::import::fault::Faults;
use crate::import::{Place, limits};

/// One token.
#[derive(PartialEq, Eq)]
pub(super) enum Kind {
    /// `{`.
    Open,
    /// `}`.
    Close,
    /// A name of a section with the names it refers to behind `:`.
    Section(Vec<String>),
    /// A key and its value, which may be a pre-shared key, with the place of the value.
    Value(String, Zeroizing<String>, Place),
}

/// A token with the place where it begins.
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) place: Place,
}

/// Reads a text up to its end or its first fault.
pub(super) fn read(text: &str, faults: &mut Faults) -> Vec<Token> {
    let mut cursor = Cursor { rest: text.chars().peekable(), place: Place { line: 1, column: 1 } };
    let mut tokens = Vec::new();
    while let Some(token) = next(&mut cursor, faults) {
        tokens.push(token);
        if tokens.len() > limits::ITEMS {
            faults.error(cursor.place, "the text has more sections and entries than are read");
            break;
        }
    }
    tokens
}

struct Cursor<'a> {
    rest: core::iter::Peekable<core::str::Chars<'a>>,
    place: Place,
}

impl Cursor<'_> {
    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.place = Place { line: self.place.line.saturating_add(1), column: 1 };
        } else {
            self.place.column = self.place.column.saturating_add(1);
        }
        Some(c)
    }

    /// Goes over blanks and comments.
    fn skip(&mut self, lines: bool) {
        while let Some(c) = self.peek() {
            match c {
                '#' => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.take();
                    }
                }
                '\n' if !lines => return,
                c if c.is_whitespace() => drop(self.take()),
                _ => return,
            }
        }
    }

    /// Characters up to one of `ends` or a blank at the end.
    fn word(&mut self, ends: &[char]) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|c| !ends.contains(c)) {
            word.push(c);
            self.take();
        }
        let length = word.trim_end().len();
        word.truncate(length);
        word
    }
}

/// The next token, if there is one and it is right.
fn next(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Option<Token> {
    cursor.skip(true);
    let place = cursor.place;
    let kind = match cursor.peek()? {
        '{' => {
            cursor.take();
            Kind::Open
        }
        '}' => {
            cursor.take();
            Kind::Close
        }
        _ => named(cursor, place, faults)?,
    };
    Some(Token { kind, place })
}

/// What begins with a name: a section, or a key with its value.
fn named(cursor: &mut Cursor<'_>, place: Place, faults: &mut Faults) -> Option<Kind> {
    let name = cursor.word(&['{', '}', '=', ':', '#', '\n', '"', ',']);
    if name.starts_with("include ") || name.starts_with("include\t") || name == "include" {
        faults.error(place, "`include` is not followed; put the included text in its place");
        return None;
    }
    if name.is_empty() || name.contains(char::is_whitespace) {
        faults.error(place, "a name of one word was expected, such as `connections {` or `version = 2`");
        return None;
    }
    cursor.skip(true);
    match cursor.peek() {
        Some('=') => {
            cursor.take();
            cursor.skip(false);
            let value_place = cursor.place;
            let value = value(cursor, faults)?;
            Some(Kind::Value(name, value, value_place))
        }
        Some(':') => {
            cursor.take();
            let mut names = alloc::vec![name];
            for other in cursor.word(&['{', '}', '=', '#', '\n']).split(',') {
                names.push(String::from(other.trim()));
            }
            Some(Kind::Section(names))
        }
        Some('{') => Some(Kind::Section(alloc::vec![name])),
        _ => {
            let name = crate::import::fault::quoted(&name);
            faults.error(place, alloc::format!("{name} is followed neither by `=` nor by `{{`"));
            None
        }
    }
}

/// A value: words to the end of the line, or a text in quotation marks.
fn value(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Option<Zeroizing<String>> {
    if cursor.peek() != Some('"') {
        return Some(Zeroizing::new(cursor.word(&['}', '{', '#', '\n', '"'])));
    }
    let place = cursor.place;
    cursor.take();
    let mut text = Zeroizing::new(String::with_capacity(256));
    loop {
        match cursor.take() {
            Some('"') => return Some(text),
            Some('\\') => match cursor.take() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('b') => text.push('\u{8}'),
                Some('f') => text.push('\u{c}'),
                Some('\n') => {}
                Some(other) => text.push(other),
                None => {}
            },
            Some(c) => text.push(c),
            None => {
                faults.error(place, "the quotation mark has no other one at the end");
                return None;
            }
        }
    }
}
