//! Why a datagram changed nothing.

use core::fmt;

use crate::wire::DecodeError;

/// Why a datagram or message was dropped. It is counted, told at a bounded rate, and changes no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DropReason {
    /// It is no well-formed message.
    Malformed(DecodeError),
    /// On port 4500 and without the four zero octets that tell IKE from ESP (RFC 3948 §2.2).
    NoMarker,
    /// A major version that is not spoken.
    Version {
        /// The version.
        major: u8,
    },
    /// No IKE SA has the SPI.
    UnknownSpi,
    /// No connection is configured between the two addresses.
    NoConnection,
    /// As many half-open IKE SAs as allowed, in all or of this address.
    TooManyHalfOpen,
    /// As many IKE SAs as allowed.
    TooManyIkeSas,
    /// IKEv1: as many exchanges of the peer are under way as allowed.
    TooManyExchanges,
    /// A first message without the cookie that is asked for at this load; it was answered with one.
    CookieNeeded,
    /// The IKE SA is encrypted, the message is not.
    NotEncrypted,
    /// The Integrity Check Value is wrong, or the Encrypted payload is broken.
    NotAuthentic,
    /// It claims to come from the end that we are: our own message, sent back to us.
    Reflected,
    /// A request outside the window.
    MessageId {
        /// The id that is next.
        expected: u32,
        /// The id that came.
        received: u32,
    },
    /// A request that was answered before; the same answer went out again.
    Repeated,
    /// A fragment of a message that is of no use (RFC 7383 §2.6).
    Fragment {
        /// Why.
        what: &'static str,
    },
    /// A response to nothing that we asked.
    Unsolicited,
    /// An exchange that does not belong into the state of the IKE SA.
    UnexpectedExchange,
    /// An unprotected message lacks a payload, has one twice or has a value that cannot be; a protected one would end
    /// the exchange.
    Unusable {
        /// What is wrong.
        what: &'static str,
    },
    /// An error without protection, which may be forged: it is remembered as the likely cause and the attempt goes on
    /// for a while (RFC 7296 §2.21.1).
    UnprotectedError,
    /// An answer would have exceeded the rate of unprotected answers.
    RateLimited,
}

impl DropReason {
    /// The name under which it is counted.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::NoMarker => "no-marker",
            Self::Version { .. } => "version",
            Self::UnknownSpi => "unknown-spi",
            Self::NoConnection => "no-connection",
            Self::TooManyHalfOpen => "too-many-half-open",
            Self::TooManyIkeSas => "too-many-ike-sas",
            Self::TooManyExchanges => "too-many-exchanges",
            Self::CookieNeeded => "cookie-needed",
            Self::NotEncrypted => "not-encrypted",
            Self::NotAuthentic => "not-authentic",
            Self::Reflected => "reflected",
            Self::MessageId { .. } => "message-id",
            Self::Repeated => "repeated",
            Self::Fragment { .. } => "fragment",
            Self::Unsolicited => "unsolicited",
            Self::UnexpectedExchange => "unexpected-exchange",
            Self::Unusable { .. } => "unusable",
            Self::UnprotectedError => "unprotected-error",
            Self::RateLimited => "rate-limited",
        }
    }
}

impl From<DecodeError> for DropReason {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::NoMarker => f.write_str("no non-ESP marker on port 4500"),
            Self::Version { major } => write!(f, "major version {major} is not spoken"),
            Self::UnknownSpi => f.write_str("no IKE SA has this SPI"),
            Self::NoConnection => f.write_str("no connection is configured between these addresses"),
            Self::TooManyHalfOpen => f.write_str("too many half-open IKE SAs"),
            Self::TooManyIkeSas => f.write_str("too many IKE SAs"),
            Self::TooManyExchanges => f.write_str("too many exchanges of the peer at once"),
            Self::CookieNeeded => f.write_str("a cookie is needed at this load, and was sent"),
            Self::NotEncrypted => f.write_str("not encrypted"),
            Self::NotAuthentic => f.write_str("the Integrity Check Value is wrong"),
            Self::Reflected => f.write_str("our own message came back"),
            Self::MessageId { expected, received } => {
                write!(f, "message id {received} where {expected} is next")
            }
            Self::Repeated => f.write_str("a repeated request, answered again"),
            Self::Unsolicited => f.write_str("a response to nothing that was asked"),
            Self::UnexpectedExchange => f.write_str("an exchange that does not fit the IKE SA's state"),
            Self::Fragment { what } | Self::Unusable { what } => f.write_str(what),
            Self::UnprotectedError => f.write_str("an error that anyone could have sent"),
            Self::RateLimited => f.write_str("too many answers without protection in this second"),
        }
    }
}
