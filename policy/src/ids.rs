//! The identifiers of resources.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use crate::text::serde_by_text;

/// The most characters an identifier may have.
const MAX_ID_LEN: usize = 63;

/// Why a text is no identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("an id must not be empty; write 1 to 63 letters, digits, `-`, `_` or `.`")]
    Empty,
    /// The text is too long.
    #[error("the id has {length} characters; at most 63 are allowed")]
    TooLong {
        /// How many characters were given.
        length: usize,
    },
    /// A character that names in configuration files cannot hold.
    #[error("{character:?} at place {place} of the id is not allowed; use letters, digits, `-`, `_` and `.`")]
    Character {
        /// The character.
        character: char,
        /// Its place, counted from 1.
        place: usize,
    },
}

/// Checks what all identifiers have in common: they go into the names of connections and of files, unquoted.
fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if let Some((index, character)) = text.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        return Err(IdError::Character { character, place: index.saturating_add(1) });
    }
    if text.len() > MAX_ID_LEN {
        return Err(IdError::TooLong { length: text.len() });
    }
    Ok(())
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes `text` if it is 1 to 63 letters, digits, `-`, `_` or `.`.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check(&text)?;
                Ok(Self(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        serde_by_text!($name, "an id of 1 to 63 letters, digits, `-`, `_` or `.`");
    };
}

id! {
    /// The id of a VPN gateway.
    GatewayId
}
id! {
    /// The id of a peer gateway.
    PeerId
}
id! {
    /// The id of a VPN tunnel.
    TunnelId
}
id! {
    /// The id of a private network.
    VpcId
}
id! {
    /// The id of an alarm template.
    AlarmTemplateId
}

#[cfg(test)]
mod tests;
