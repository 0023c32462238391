//! What people call a resource and note about it.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use crate::text::serde_by_text;

/// Why a text is no name or remark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text is too long.
    #[error("the text has {length} characters; at most {limit} are allowed")]
    TooLong {
        /// How many characters were given.
        length: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A line break or another control character, which would break out of a comment in an exported file.
    #[error("the control character {character:?} at place {place} is not allowed")]
    Control {
        /// The character.
        character: char,
        /// Its place, counted from 1.
        place: usize,
    },
}

fn check(text: &str, limit: usize) -> Result<(), NameError> {
    let breaks_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if let Some((index, character)) = text.chars().enumerate().find(|(_, c)| breaks_line(*c)) {
        return Err(NameError::Control { character, place: index.saturating_add(1) });
    }
    let length = text.chars().count();
    if length > limit { Err(NameError::TooLong { length, limit }) } else { Ok(()) }
}

macro_rules! line {
    ($(#[$meta:meta])* $name:ident, $limit:literal, $expecting:literal) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The most characters it may have.
            pub const MAX_LEN: usize = $limit;

            /// Takes `text` if it is one line that is not too long.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                check(&text, Self::MAX_LEN)?;
                Ok(Self(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether nothing was written.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        serde_by_text!($name, $expecting);
    };
}

line! {
    /// The name of a resource: one line, 63 characters at most, empty by default.
    Name, 63, "one line of at most 63 characters"
}
line! {
    /// A remark on a resource: one line, 255 characters at most, empty by default.
    Remark, 255, "one line of at most 255 characters"
}

#[cfg(test)]
mod tests;
