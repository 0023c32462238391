//! Numbers that IANA assigns, one file for each registry. Every type is open: a number that has no name here is kept.

mod auth_method;
mod cert_encoding;
mod cfg;
mod exchange;
mod id_type;
mod notify;
mod payload;
mod protocol;
mod transform;

pub use auth_method::AuthMethod;
pub use cert_encoding::CertEncoding;
pub use cfg::{CfgAttributeType, CfgType};
pub use exchange::ExchangeType;
pub use id_type::IdType;
pub use notify::NotifyType;
pub use payload::PayloadType;
pub use protocol::ProtocolId;
pub use transform::{AttributeType, DhId, EncrId, EsnId, IntegId, PrfId, TransformType};

/// Declares an open set of named numbers.
macro_rules! codes {
    (
        $(#[$doc:meta])*
        $name:ident($repr:ty), $what:literal {
            $($(#[$item_doc:meta])* $item:ident = $value:literal, $text:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $repr);

        impl $name {
            $($(#[$item_doc])* pub const $item: Self = Self($value);)*

            /// The name in the registry, if the number is known.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, concat!($what, " {}"), self.0),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(in crate::wire) use codes;
