//! Values that are written as one word in configuration text.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A word that stands for none of the values of a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no {what}; write one of {allowed}")]
pub struct UnknownValue {
    /// What the setting is, such as "IKE encryption algorithm".
    pub what: &'static str,
    /// What was given.
    pub given: String,
    /// The words that are allowed, separated by commas.
    pub allowed: String,
}

/// Joins the text forms of `items` with commas.
pub(crate) fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// Writes a type with its `Display` and reads it with its `FromStr`.
macro_rules! serde_by_text {
    ($name:ty, $expecting:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}

/// An enum whose values are words: with `ALL`, `name`, `Display`, `FromStr` and serde.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$vmeta:meta])* $variant:ident = $text:expr),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vmeta])* $variant),+
        }

        impl $name {
            /// Every value, in the order of the product's table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for this value in configuration text.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl core::str::FromStr for $name {
            type Err = $crate::text::UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or_else(|| {
                    $crate::text::UnknownValue {
                        what: $what,
                        given: alloc::string::String::from(text),
                        allowed: $crate::text::list(Self::ALL),
                    }
                })
            }
        }

        $crate::text::serde_by_text!($name, $what);
    };
}

pub(crate) use {serde_by_text, text_enum};
