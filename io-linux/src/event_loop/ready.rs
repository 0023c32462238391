//! Which sources have something to read.

use esp_core::sa::IpsecProtocol;
use mio::Token;

/// Where something can come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Requests of other threads.
    Requests,
    /// UDP 500.
    Ike,
    /// UDP 4500.
    NatT,
    /// IP protocol 50.
    Esp,
    /// IP protocol 51.
    Ah,
    /// The TUN device.
    Tun,
}

impl Source {
    /// In the order in which they are served. Inner traffic, ESP and AH stand before IKE, which anyone can flood.
    pub(crate) const ALL: [Self; 6] = [Self::Requests, Self::Tun, Self::Esp, Self::Ah, Self::NatT, Self::Ike];

    /// The raw socket of a protocol.
    pub(crate) const fn of(protocol: IpsecProtocol) -> Self {
        match protocol {
            IpsecProtocol::Esp => Self::Esp,
            IpsecProtocol::Ah => Self::Ah,
        }
    }

    /// What names it in the poll.
    pub(crate) const fn token(self) -> Token {
        Token(self as usize)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The sources that have not said yet that they are empty.
///
/// The poll reports an edge once, and a turn reads a bounded number of packets: a source stays ready until a read
/// would have blocked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ready(u8);

impl Ready {
    /// Whether any source is ready.
    pub(crate) fn any(self) -> bool {
        self.0 != 0
    }

    /// Whether `source` is.
    pub(crate) fn has(self, source: Source) -> bool {
        self.0 & source.bit() != 0
    }

    /// The poll reported `token`.
    pub(crate) fn reported(&mut self, token: Token) {
        if let Some(source) = Source::ALL.into_iter().find(|source| source.token() == token) {
            self.0 |= source.bit();
        }
    }

    /// `source` is empty, or is not.
    pub(crate) fn set(&mut self, source: Source, ready: bool) {
        if ready {
            self.0 |= source.bit();
        } else {
            self.0 &= !source.bit();
        }
    }
}

#[cfg(test)]
mod tests;
