//! The pre-shared key (PSK-1, PSK-2).

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use esp_core::secret::SecretBytes;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

/// Why a text is no pre-shared key. It never holds more of the key than the one character that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PskError {
    /// There is no character.
    #[error("the pre-shared key is empty; it needs 1 to 128 characters")]
    Empty,
    /// There are too many characters.
    #[error("the pre-shared key has {length} characters; at most 128 are allowed")]
    TooLong {
        /// How many were given.
        length: usize,
    },
    /// A character that a key must not hold.
    #[error(
        "{character:?} at place {place} of the pre-shared key is not allowed; use letters, digits and special \
         characters of ASCII, without `?` and without blanks"
    )]
    Character {
        /// The character.
        character: char,
        /// Its place, counted from 1.
        place: usize,
    },
}

/// A pre-shared key: 1 to 128 letters, digits and special characters of ASCII, without `?` and without blanks (PSK-1).
///
/// It is redacted in `Debug`, has no `Display`, is compared in constant time and wiped when dropped (PSK-2). It can be
/// read with serde, but written only as an [`ExposedPsk`].
///
/// A parser of text may quote the line at fault in *its* error, and that line may hold the key: print the message and
/// the line number of such an error, not the quotation.
#[derive(Clone, PartialEq, Eq)]
pub struct PreSharedKey(SecretBytes);

/// Bits below which guessing a key offline is cheap.
const STRONG_BITS: u32 = 64;

/// A kind of characters: which ones, and how many there are.
type Kind = (fn(&u8) -> bool, u32);

impl PreSharedKey {
    /// The most characters a key may have.
    pub const MAX_LEN: usize = 128;

    /// Takes a copy of `text`, which the caller wipes.
    pub fn new(text: &str) -> Result<Self, PskError> {
        if text.is_empty() {
            return Err(PskError::Empty);
        }
        let allowed = |c: char| c.is_ascii_graphic() && c != '?';
        if let Some((index, character)) = text.chars().enumerate().find(|(_, c)| !allowed(*c)) {
            return Err(PskError::Character { character, place: index.saturating_add(1) });
        }
        if text.len() > Self::MAX_LEN {
            return Err(PskError::TooLong { length: text.len() });
        }
        Ok(Self(SecretBytes::copy_from(text.as_bytes())))
    }

    /// Whether guessing is cheap for whoever has recorded or provoked an exchange (X-25, CVE-2018-5389). Estimated from the
    /// kinds of characters, how many there are and how many differ; a word of a dictionary passes as if it were random.
    pub fn is_guessable(&self) -> bool {
        let key = self.expose();
        let kinds: [Kind; 4] = [
            (u8::is_ascii_lowercase, 26),
            (u8::is_ascii_uppercase, 26),
            (u8::is_ascii_digit, 10),
            (u8::is_ascii_punctuation, 32),
        ];
        let alphabet: u32 = kinds.iter().filter(|(is, _)| key.iter().any(is)).map(|(_, size)| size).sum();
        let different = (u8::MIN..=u8::MAX).filter(|octet| key.contains(octet)).count();
        let length = u32::try_from(key.len().min(different.saturating_mul(2))).unwrap_or(u32::MAX);
        alphabet.checked_ilog2().unwrap_or(0).saturating_mul(length) < STRONG_BITS
    }

    /// The octets that the key exchange uses. What is derived from them is a secret too.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl FromStr for PreSharedKey {
    type Err = PskError;

    fn from_str(text: &str) -> Result<Self, PskError> {
        Self::new(text)
    }
}

impl fmt::Debug for PreSharedKey {
    /// Not even the length: a short key would be worth guessing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[pre-shared key]")
    }
}

impl<'de> Deserialize<'de> for PreSharedKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for a string, some formats refuse another type by themselves and quote it.
        deserializer.deserialize_any(KeyVisitor)
    }
}

/// Reads a key. Values of other types get an answer of their own, since serde's would quote them.
struct KeyVisitor;

impl KeyVisitor {
    fn wrong_type<E: Error>() -> E {
        E::custom("the pre-shared key must be a text in quotes")
    }
}

impl Visitor<'_> for KeyVisitor {
    type Value = PreSharedKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pre-shared key of 1 to 128 characters in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PreSharedKey, E> {
        PreSharedKey::new(text).map_err(E::custom)
    }

    fn visit_string<E: Error>(self, mut text: String) -> Result<PreSharedKey, E> {
        let key = PreSharedKey::new(&text).map_err(E::custom);
        text.zeroize();
        key
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<PreSharedKey, E> {
        Err(Self::wrong_type())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<PreSharedKey, E> {
        Err(Self::wrong_type())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<PreSharedKey, E> {
        Err(Self::wrong_type())
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<PreSharedKey, E> {
        Err(Self::wrong_type())
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<PreSharedKey, E> {
        Err(Self::wrong_type())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<PreSharedKey, E> {
        Err(Self::wrong_type())
    }

    fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<PreSharedKey, E> {
        Err(Self::wrong_type())
    }
}

/// The explicit wish to write a key out, as the export of a configuration needs it.
#[derive(Clone, Copy)]
pub struct ExposedPsk<'a>(pub &'a PreSharedKey);

impl fmt::Debug for ExposedPsk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for ExposedPsk<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match core::str::from_utf8(self.0.expose()) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Err(serde::ser::Error::custom("the pre-shared key is no text")),
        }
    }
}

#[cfg(test)]
mod tests;
